/*
 * key.c
 *	  Conditions that give the keys of a read's path.
 *
 * Not only an equality or a list does: of an OR all arms may, and then it is all
 * of their keys; of an AND one arm is enough.  What is true of no row gives an OR
 * without arms: no keys.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "filter.h"
#include "gainsight/gainsight.h"
#include "pushing.h"

/*
 * Columns.
 */

static const GsColumn *
read_brace(const GsResource *resource)
{
	const GsEndpoint *endpoint = gs_model_read(resource, true);

	return endpoint ? gs_model_brace(resource, endpoint) : NULL;
}

static bool
is_text_column(const GsRelation *relation, const RelOptInfo *baserel, Expr *expr,
			   const GsColumn *column)
{
	AttrNumber	attnum;
	const GsAttr *attr = gs_attr_of(relation, baserel, expr, &attnum);
	int32		typmod;
	Oid			base;

	if (column == NULL || attr == NULL || attr->column != column)
		return false;
	typmod = attr->typmod;
	base = getBaseTypeAndTypmod(attr->type, &typmod);
	return base == TEXTOID || (base == VARCHAROID && typmod < 0);
}

/*
 * Planning.
 */

typedef struct Context
{
	PlannerInfo *root;
	const RelOptInfo *baserel;
	const GsRelation *relation;
	List	  **exprs;			/* the values are added here */
	const GsColumn *column;		/* that they are of */
} Context;

static bool
is_column(const Context *context, Expr *expr)
{
	return is_text_column(context->relation, context->baserel, expr, context->column);
}

static GsClause *
make_key_test(Context *context, Expr *column, GsTest test, Expr *value)
{
	GsClause   *clause = palloc0(sizeof(GsClause));

	clause->kind = GS_TEST;
	clause->attnum = gs_column_attnum(column);
	clause->test = test;
	clause->type = TEXTOID;
	clause->operand = list_length(*context->exprs);
	*context->exprs = lappend(*context->exprs, value);
	return clause;
}

/* column = value, or either of values; the column stands first, or with = on any side. */
static GsClause *
push_equality(Context *context, Oid operator, Oid collation, List *args, GsTest test)
{
	if (get_opcode(operator) != F_TEXTEQ || !gs_is_deterministic(collation))
		return NULL;
	for (int side = 0; side < (test == GS_EQ ? 2 : 1); side++)
	{
		Expr	   *column = list_nth(args, side);
		Expr	   *value = list_nth(args, 1 - side);

		if (is_column(context, column) &&
			gs_is_fixed(context->root, context->baserel, value))
			return make_key_test(context, column, test, value);
	}
	return NULL;
}

static GsClause *push_key(Context *context, Expr *expr);

static GsClause *
push_key_arms(Context *context, BoolExpr *expr)
{
	GsClause   *clause = palloc0(sizeof(GsClause));
	int			nexprs = list_length(*context->exprs);
	ListCell   *cell;

	clause->kind = expr->boolop == OR_EXPR ? GS_OR : GS_AND;
	foreach(cell, expr->args)
	{
		GsClause   *arm = push_key(context, lfirst(cell));

		if (arm != NULL)
			clause->arms = lappend(clause->arms, arm);
		else if (clause->kind == GS_OR)
		{
			*context->exprs = list_truncate(*context->exprs, nexprs);
			return NULL;
		}
	}
	return clause->arms == NIL ? NULL : clause;
}

/* A row has the key by which it was asked for, or its own. */
static GsClause *
push_key_of_null(const Context *context, const NullTest *test)
{
	GsClause   *never;

	if (test->nulltesttype != IS_NULL || test->argisrow ||
		!is_column(context, test->arg))
		return NULL;
	never = palloc0(sizeof(GsClause));
	never->kind = GS_OR;
	return never;
}

/* AND and OR; and NOT ... IS DISTINCT FROM, which is = but where both are null. */
static GsClause *
push_key_of_bool(Context *context, BoolExpr *expr)
{
	const DistinctExpr *distinct = linitial(expr->args);

	if (expr->boolop != NOT_EXPR)
		return push_key_arms(context, expr);
	if (!IsA(distinct, DistinctExpr))
		return NULL;
	return push_equality(context, distinct->opno, distinct->inputcollid, distinct->args, GS_EQ);
}

/* coalesce(..., false) is true where one of the others is. */
static GsClause *
push_coalesce(Context *context, CoalesceExpr *expr)
{
	BoolExpr   *any = makeNode(BoolExpr);
	ListCell   *cell;

	any->boolop = OR_EXPR;
	foreach(cell, expr->args)
	{
		const Const *arm = lfirst(cell);

		if (!IsA(arm, Const) || (!arm->constisnull && DatumGetBool(arm->constvalue)))
			any->args = lappend(any->args, lfirst(cell));
	}
	return push_key_arms(context, any);
}

static GsClause *
push_key(Context *context, Expr *expr)
{
	OpExpr	   *op = (OpExpr *) expr;
	ScalarArrayOpExpr *any = (ScalarArrayOpExpr *) expr;

	switch (nodeTag(expr))
	{
		case T_OpExpr:
			return list_length(op->args) != 2 ? NULL :
				push_equality(context, op->opno, op->inputcollid, op->args, GS_EQ);
		case T_ScalarArrayOpExpr:
			return !any->useOr ? NULL :
				push_equality(context, any->opno, any->inputcollid, any->args, GS_IN);
		case T_NullTest:
			return push_key_of_null(context, (NullTest *) expr);
		case T_BooleanTest:
			return ((BooleanTest *) expr)->booltesttype != IS_TRUE ? NULL :
				push_key(context, ((BooleanTest *) expr)->arg);
		case T_BoolExpr:
			return push_key_of_bool(context, (BoolExpr *) expr);
		case T_CoalesceExpr:
			return push_coalesce(context, (CoalesceExpr *) expr);
		default:
			return NULL;
	}
}

GsClause *
gs_pushdown_key(PlannerInfo *root, const RelOptInfo *baserel, const GsRelation *relation,
				Expr *clause, List **exprs)
{
	Context		context = {root, baserel, relation, exprs, read_brace(relation->resource)};

	return push_key(&context, clause);
}

GsClause *
gs_pushdown_wanted(PlannerInfo *root, const RelOptInfo *baserel, const GsRelation *relation,
				   Expr *clause, List **exprs)
{
	const GsResource *resource = relation->resource;
	Context		context = {root, baserel, relation, exprs, gs_model_flagged(resource, GS_KEY)};
	const OpExpr *op = (const OpExpr *) clause;

	if (gs_model_read(resource, false) != NULL || !IsA(op, OpExpr) || list_length(op->args) != 2)
		return NULL;
	return push_equality(&context, op->opno, op->inputcollid, op->args, GS_EQ);
}

double
gs_key_guess(const GsClause *key, List *exprs)
{
	double		guess = 0;
	ListCell   *cell;

	if (key->kind == GS_TEST)
		return key->test != GS_IN ? 1 : Max(1, gs_array_length(list_nth(exprs, key->operand)));
	foreach(cell, key->arms)
	{
		double		arm = gs_key_guess(lfirst(cell), exprs);

		guess = key->kind == GS_OR ? guess + arm : guess == 0 ? arm : Min(guess, arm);
	}
	return guess;
}

/*
 * Running.
 */

bool
gs_key_is_known(const GsClause *key, const GsOperand *operands)
{
	ListCell   *cell;

	if (key->kind == GS_TEST)
		return operands[key->operand].symbol == NULL;
	foreach(cell, key->arms)
		if (!gs_key_is_known(lfirst(cell), operands))
			return false;
	return true;
}

/* A List of UTF-8 texts, as they are compared with; not each once. */
static List *
keys_of_test(const GsClause *test, const GsOperand *operand)
{
	Datum		single = operand->value;
	Datum	   *values = &single;
	int			count = 1;
	bool		has_null;
	List	   *keys = NIL;

	if (operand->isnull)
		return NIL;
	if (test->test == GS_IN)
		count = gs_array_values(test, operand->value, &values, &has_null);
	for (int i = 0; i < count; i++)
	{
		const char *key = gs_try_to_utf8(TextDatumGetCString(values[i]));

		/* what is no UTF-8 is nobody's key */
		if (key != NULL && gs_path_sendable(key))
			keys = lappend(keys, (void *) key);
	}
	return keys;
}

static List *
keys_of(const GsClause *clause, const GsOperand *operands)
{
	List	   *keys = NIL;
	ListCell   *cell;

	if (clause->kind == GS_TEST)
		return keys_of_test(clause, &operands[clause->operand]);
	foreach(cell, clause->arms)
	{
		List	   *arm = keys_of(lfirst(cell), operands);

		if (clause->kind == GS_OR)
			keys = list_concat(keys, arm);
		else if (foreach_current_index(cell) == 0 || list_length(arm) < list_length(keys))
			keys = arm;
	}
	return keys;
}

void
gs_filter_keys(const GsClause *clause, const GsOperand *operands, GsKeys *keys)
{
	List	   *all = keys_of(clause, operands);
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);
	ListCell   *cell;

	keys->count = 0;
	keys->values = palloc(sizeof(char *) * Max(list_length(all), 1));
	foreach(cell, all)
		if (gs_seen_add(seen, lfirst(cell)))
			keys->values[keys->count++] = lfirst(cell);
}

/*
 * The column that a path has in braces, and lists of values.
 */

bool
gs_is_brace_column(const GsRelation *relation, const RelOptInfo *baserel, Expr *expr)
{
	return is_text_column(relation, baserel, expr, read_brace(relation->resource));
}

double
gs_array_length(Node *array)
{
	if (IsA(array, Const) && !((Const *) array)->constisnull)
	{
		ArrayType  *value = DatumGetArrayTypeP(((Const *) array)->constvalue);

		return ArrayGetNItems(ARR_NDIM(value), ARR_DIMS(value));
	}
	if (IsA(array, ArrayExpr) && !((ArrayExpr *) array)->multidims)
		return list_length(((ArrayExpr *) array)->elements);
	return 10;					/* as core guesses */
}
