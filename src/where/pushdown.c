/*
 * pushdown.c
 *	  SQL clauses to what a search can say, and how far that is believed.
 *
 * Every condition stays in the plan's local filter, so what is found here may
 * only ever be wider than SQL's own meaning, never narrower.  Values play no
 * part yet: they are evaluated when the scan starts, by filter.c.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "pushing.h"

/* So many of them are enough: each may have more arms than the one before. */
#define MAX_DERIVED 100

/*
 * The operators of pg_catalog that are understood, and what they are with
 * their sides exchanged (GS_TESTS: nothing).
 */
static const struct
{
	const char *name;
	GsTest		test;
	GsTest		commuted;
}			operators[] =
{
	{"=", GS_EQ, GS_EQ},
	{"<>", GS_NE, GS_NE},
	{"<", GS_LT, GS_GT},
	{"<=", GS_LE, GS_GE},
	{">", GS_GT, GS_LT},
	{">=", GS_GE, GS_LE},
	{"~~", GS_LIKE, GS_TESTS},
	{"^@", GS_PREFIX, GS_TESTS},
};

/*
 * Columns.
 */

/* See through what changes no value: relabels, and integers made wider. */
static Expr *
strip_casts(Expr *expr)
{
	for (;;)
	{
		if (IsA(expr, RelabelType))
			expr = ((RelabelType *) expr)->arg;
		else if (IsA(expr, FuncExpr))
		{
			switch (((FuncExpr *) expr)->funcid)
			{
				case F_INT4_INT2:
				case F_INT8_INT2:
				case F_INT8_INT4:
				case F_NUMERIC_INT2:
				case F_NUMERIC_INT4:
				case F_NUMERIC_INT8:
					expr = linitial(((FuncExpr *) expr)->args);
					break;
				default:
					return expr;
			}
		}
		else
			return expr;
	}
}

const GsAttr *
gs_attr_of(const GsRelation *relation, const RelOptInfo *baserel, Expr *expr,
		   AttrNumber *attnum)
{
	Var		   *var = (Var *) strip_casts(expr);

	if (!IsA(var, Var) || var->varno != (int) baserel->relid ||
		var->varattno < 1 || var->varlevelsup != 0)
		return NULL;
	*attnum = var->varattno;
	return &relation->atts[var->varattno - 1];
}

/* A column that conditions may be sent for, or NULL. */
static const GsAttr *
pushable_attr(const Pushing *context, Expr *expr, AttrNumber *attnum, GsKind *kind)
{
	const GsAttr *attr = gs_attr_of(context->relation, context->baserel, expr, attnum);

	return attr != NULL && gs_attr_kind(attr, kind) ? attr : NULL;
}

bool
gs_is_deterministic(Oid collation)
{
	return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

/* Can a value of this type be compared with a field of this kind? */
static bool
comparable(GsKind kind, GsTest test, Oid type)
{
	switch (kind)
	{
		case GS_ID:
		case GS_ENUM:
		case GS_TEXT:
			return type == TEXTOID || type_is_enum(type);
		case GS_DATE:
		case GS_DATETIME:
			return type == DATEOID || type == TIMESTAMPTZOID ||
				(type == TIMESTAMPOID && test != GS_IN);
		case GS_NUMBER:
			return type == NUMERICOID || type == INT2OID || type == INT4OID || type == INT8OID;
		case GS_BOOLEAN:
			return type == BOOLOID;
	}
	return false;
}

/*
 * Clauses.
 */

static GsClause *
make_test(Pushing *context, AttrNumber attnum, GsTest test, Expr *value, Oid type)
{
	GsGrade		grade = gs_attr_grade(&context->relation->atts[attnum - 1], test);
	GsClause   *clause;

	if (grade == GS_LOCAL)
		return NULL;
	clause = palloc0(sizeof(GsClause));
	clause->kind = GS_TEST;
	clause->attnum = attnum;
	clause->test = test;
	clause->type = type;
	clause->operand = -1;
	if (value != NULL)
	{
		clause->operand = list_length(*context->exprs);
		*context->exprs = lappend(*context->exprs, gs_guarded(context, value));
	}
	context->grade = Min(context->grade, grade);
	return clause;
}

/*
 * The test that an operator makes, and with its sides exchanged; GS_TESTS if it is
 * none of ours.
 */
static GsTest
test_of(Oid operator, GsTest *commuted)
{
	const char *name = operator < FirstGenbkiObjectId ? get_opname(operator) : NULL;

	for (int i = 0; name != NULL && i < (int) lengthof(operators); i++)
		if (strcmp(operators[i].name, name) == 0)
		{
			*commuted = operators[i].commuted;
			return operators[i].test;
		}
	*commuted = GS_TESTS;
	return GS_TESTS;
}

/* column operator value, either way round */
static GsClause *
push_comparison(Pushing *context, GsTest test, Oid collation, Expr *left, Expr *right)
{
	AttrNumber	attnum;
	GsKind		kind;
	Oid			type = exprType((Node *) right);

	if (test == GS_TESTS || pushable_attr(context, left, &attnum, &kind) == NULL ||
		!comparable(kind, test, exprType((Node *) left)) || !comparable(kind, test, type) ||
		!gs_is_value(context, right))
		return NULL;
	if (!gs_is_deterministic(collation))
		return NULL;
	return make_test(context, attnum, test, right, type);
}

/* something near a column, operator, value */
static GsClause *
push_near(Pushing *context, GsTest test, Oid collation, Expr *left, Expr *right, Oid type)
{
	GsNear		near;
	Expr	   *column = gs_near_column(left, &near);
	AttrNumber	attnum;
	GsKind		kind;
	GsClause   *clause;

	if (column == NULL || !gs_near_value(exprType((Node *) left), test, type, &near) ||
		pushable_attr(context, column, &attnum, &kind) == NULL ||
		(kind != GS_DATE && kind != GS_DATETIME) ||
		!gs_is_value(context, right) || !gs_is_deterministic(collation))
		return NULL;
	clause = make_test(context, attnum, test, right, type);
	if (clause != NULL)
		clause->near = near;
	return clause;
}

static GsClause *
push_operator(Pushing *context, OpExpr *op)
{
	GsTest		commuted;
	GsTest		test = test_of(op->opno, &commuted);
	GsClause   *clause;
	Expr	   *left,
			   *right;

	if (list_length(op->args) != 2 || test == GS_TESTS)
		return NULL;
	left = linitial(op->args);
	right = lsecond(op->args);
	clause = push_comparison(context, test, op->inputcollid, left, right);
	if (clause == NULL)
		clause = push_comparison(context, commuted, op->inputcollid, right, left);
	if (clause == NULL)
		clause = push_near(context, test, op->inputcollid, left, right, exprType((Node *) right));
	if (clause == NULL)
		clause = push_near(context, commuted, op->inputcollid, right, left, exprType((Node *) left));
	return clause;
}

/* column = ANY (array), column <> ALL (array) */
static GsClause *
push_array(Pushing *context, ScalarArrayOpExpr *op)
{
	GsTest		commuted;
	GsTest		test = test_of(op->opno, &commuted);
	Expr	   *left = linitial(op->args);
	Expr	   *right = lsecond(op->args);
	Oid			type = get_base_element_type(exprType((Node *) right));
	AttrNumber	attnum;
	GsKind		kind;
	GsClause   *clause;

	if (!(test == GS_EQ && op->useOr) && !(test == GS_NE && !op->useOr))
		return NULL;
	test = op->useOr ? GS_IN : GS_NOT_IN;
	/* an array's elements are of the operator's type but for a relabel */
	if (type == VARCHAROID)
		type = TEXTOID;
	clause = push_near(context, test, op->inputcollid, left, right, type);
	if (clause != NULL)
		return clause;
	if (pushable_attr(context, left, &attnum, &kind) == NULL ||
		!comparable(kind, test, exprType((Node *) left)) || !comparable(kind, test, type) ||
		!gs_is_value(context, right))
		return NULL;
	if (!gs_is_deterministic(op->inputcollid))
		return NULL;
	return make_test(context, attnum, test, right, type);
}

/* starts_with(column, value) */
static GsClause *
push_function(Pushing *context, FuncExpr *function)
{
	AttrNumber	attnum;
	GsKind		kind;
	Expr	   *value;

	if (function->funcid != F_STARTS_WITH)
		return NULL;
	value = lsecond(function->args);
	if (pushable_attr(context, linitial(function->args), &attnum, &kind) == NULL ||
		!gs_is_value(context, value) ||
		!gs_is_deterministic(function->inputcollid))
		return NULL;
	return make_test(context, attnum, GS_PREFIX, value, TEXTOID);
}

static GsClause *
push_null_test(Pushing *context, NullTest *test)
{
	const GsAttr *attr;
	AttrNumber	attnum;
	GsKind		kind;

	if (test->argisrow)
		return NULL;
	attr = pushable_attr(context, test->arg, &attnum, &kind);
	/* "" is null for an enum, but not for the tenant */
	if (attr == NULL || (test->nulltesttype == IS_NULL && type_is_enum(getBaseType(attr->type))))
		return NULL;
	return make_test(context, attnum,
					 test->nulltesttype == IS_NULL ? GS_IS_NULL : GS_IS_NOT_NULL,
					 NULL, InvalidOid);
}

/* A boolean column that has to be true, or false. */
static GsClause *
push_boolean(Pushing *context, Expr *expr, bool wanted)
{
	AttrNumber	attnum;
	GsKind		kind;

	if (pushable_attr(context, expr, &attnum, &kind) == NULL || kind != GS_BOOLEAN)
		return NULL;
	return make_test(context, attnum, GS_EQ,
					 (Expr *) makeBoolConst(wanted, false), BOOLOID);
}

static GsClause *push_any(Pushing *context, Expr *expr);

/*
 * AND: what can be pushed of it.  OR: all or nothing.  What is known to decide
 * neither is no part of it, and what decides is all of it.
 */
static GsClause *
push_arms(Pushing *context, BoolExpr *expr)
{
	bool		is_or = expr->boolop == OR_EXPR;
	GsClause   *clause = palloc0(sizeof(GsClause));
	GsClause   *neutral = NULL;
	List	   *guards = context->guards;
	ListCell   *cell;

	clause->kind = is_or ? GS_OR : GS_AND;
	foreach(cell, expr->args)
	{
		GsClause   *arm = push_any(context, lfirst(cell));

		if (gs_is_known(context, arm, is_or))
		{
			context->guards = guards;
			return arm;
		}
		if (gs_is_known(context, arm, !is_or))
			neutral = arm;
		else if (arm != NULL)
		{
			clause->arms = lappend(clause->arms, arm);
			gs_add_guard(context, arm, is_or);
		}
		else if (is_or)
		{
			context->guards = guards;
			return NULL;
		}
		else
			context->grade = GS_LOCAL;
	}
	context->guards = guards;
	if (clause->arms == NIL)
		return neutral;
	return list_length(clause->arms) == 1 ? linitial(clause->arms) : clause;
}

static GsClause *
push_plain(Pushing *context, Expr *expr)
{
	switch (nodeTag(expr))
	{
		case T_OpExpr:
			return push_operator(context, (OpExpr *) expr);
		case T_ScalarArrayOpExpr:
			return push_array(context, (ScalarArrayOpExpr *) expr);
		case T_FuncExpr:
			return push_function(context, (FuncExpr *) expr);
		case T_NullTest:
			return push_null_test(context, (NullTest *) expr);
		case T_Var:
			return push_boolean(context, expr, true);
		case T_BooleanTest:
			if (((BooleanTest *) expr)->booltesttype == IS_TRUE)
				return push_boolean(context, ((BooleanTest *) expr)->arg, true);
			if (((BooleanTest *) expr)->booltesttype == IS_FALSE)
				return push_boolean(context, ((BooleanTest *) expr)->arg, false);
			return NULL;
		case T_BoolExpr:
			if (((BoolExpr *) expr)->boolop != NOT_EXPR)
				return push_arms(context, (BoolExpr *) expr);
			/* core has pushed NOT inward; what is left stands on one column */
			return push_boolean(context, linitial(((BoolExpr *) expr)->args), false);
		default:
			return NULL;
	}
}

/* A clause that holds wherever this one does, and is pushed in its place. */
static GsClause *
push_implied(Pushing *context, Expr *expr)
{
	bool		lazy = context->lazy;
	Expr	   *implied;
	GsClause   *clause;

	if (context->derived >= MAX_DERIVED)
		return NULL;
	implied = gs_implied(expr, &context->lazy);
	if (implied == NULL)
		return NULL;
	context->derived++;
	clause = push_any(context, implied);
	context->grade = Min(context->grade, GS_SUPERSET);
	context->lazy = lazy;
	return clause;
}

static GsClause *
push_whole(Pushing *context, Expr *expr)
{
	int			nexprs = list_length(*context->exprs);
	GsClause   *clause = push_plain(context, expr);

	if (clause == NULL)
	{
		/* a part may have been looked at in vain */
		*context->exprs = list_truncate(*context->exprs, nexprs);
		clause = push_implied(context, expr);
	}
	return clause;
}

/* What has no column of the relation is but a part of a clause. */
static GsClause *
push_any(Pushing *context, Expr *expr)
{
	int			nexprs = list_length(*context->exprs);
	GsClause   *clause = push_whole(context, expr);

	if (clause == NULL)
	{
		*context->exprs = list_truncate(*context->exprs, nexprs);
		clause = gs_push_fixed(context, expr);
	}
	return clause;
}

GsClause *
gs_pushdown(PlannerInfo *root, const RelOptInfo *baserel, const GsRelation *relation,
			Expr *clause, List **exprs, GsGrade *grade)
{
	Pushing		context = {root, baserel, relation, exprs, GS_EXACT, NIL, false, 0};
	GsClause   *result = NULL;
	int			before = list_length(*exprs);

	if (gs_model_read(relation->resource, false) != NULL &&
		gs_model_read(relation->resource, false)->search)
		result = push_whole(&context, clause);
	/* nothing is asked by what is true of all rows */
	if (result == NULL || gs_is_known(&context, result, true))
	{
		*exprs = list_truncate(*exprs, before);
		result = NULL;
		context.grade = GS_LOCAL;
	}
	*grade = context.grade;
	return result;
}

bool
gs_is_pushable_column(const GsRelation *relation, const RelOptInfo *baserel, Expr *expr)
{
	Pushing		context = {.baserel = baserel, .relation = relation};
	AttrNumber	attnum;
	GsKind		kind;
	GsNear		near;

	if (pushable_attr(&context, expr, &attnum, &kind) != NULL)
		return true;
	expr = gs_near_column(expr, &near);
	return expr != NULL && pushable_attr(&context, expr, &attnum, &kind) != NULL;
}

AttrNumber
gs_column_attnum(Expr *column)
{
	return castNode(Var, strip_casts(column))->varattno;
}
