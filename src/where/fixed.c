/*
 * fixed.c
 *	  May an expression be evaluated when a scan starts, once for all its rows?
 *
 * Core evaluates a condition for a row that has passed the ones before it,
 * perhaps never.  What raises an error must not do so here where it would not
 * there.  Constants, parameters of statements and stable functions are no
 * concern: core itself evaluates them to plan, or the operand of an index to
 * start.  The values of another table's row are, for they decide: 1 / a.n must
 * not fail for a row that has no match.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "pushing.h"

#define COMPARISONS(a, b) \
	F_##a##_EQ_##b, F_##a##_NE_##b, F_##a##_LT_##b, F_##a##_LE_##b, F_##a##_GT_##b, F_##a##_GE_##b

/*
 * What keys are made with, and raises nothing whatever it is given.  Of
 * others core says so itself: they are leakproof.
 */
static const Oid harmless[] = {
	F_TEXTCAT, F_LOWER_TEXT, F_UPPER_TEXT, F_INITCAP, F_REPLACE, F_LEFT, F_RIGHT,
	F_REVERSE, F_MD5_TEXT, F_BTRIM_TEXT, F_BTRIM_TEXT_TEXT, F_LTRIM_TEXT,
	F_LTRIM_TEXT_TEXT, F_RTRIM_TEXT, F_RTRIM_TEXT_TEXT, F_TEXT_BPCHAR, F_TEXT_NAME,
	F_JSON_OBJECT_FIELD_TEXT, F_JSONB_OBJECT_FIELD_TEXT,
	/* casts to text */
	F_TEXTIN, F_TEXTOUT, F_VARCHAROUT, F_BPCHAROUT, F_NAMEOUT, F_BOOLOUT, F_INT2OUT,
	F_INT4OUT, F_INT8OUT, F_NUMERIC_OUT, F_UUID_OUT,
	/* what an optional filter asks of its parameter */
	F_NUMERIC_EQ, F_NUMERIC_NE, F_NUMERIC_LT, F_NUMERIC_LE, F_NUMERIC_GT, F_NUMERIC_GE,
	F_ENUM_EQ, F_ENUM_NE, F_CARDINALITY, F_ARRAY_LENGTH,
	/* moments of two types */
	COMPARISONS(DATE, TIMESTAMP), COMPARISONS(DATE, TIMESTAMPTZ), COMPARISONS(TIMESTAMP, DATE),
	COMPARISONS(TIMESTAMP, TIMESTAMPTZ), COMPARISONS(TIMESTAMPTZ, DATE), COMPARISONS(TIMESTAMPTZ, TIMESTAMP),
	/* the bounds of a range */
	F_LOWER_ANYRANGE, F_UPPER_ANYRANGE, F_LOWER_INF_ANYRANGE, F_UPPER_INF_ANYRANGE
};

static bool
may_raise(Oid function, void *context)
{
	(void) context;
	for (int i = 0; i < (int) lengthof(harmless); i++)
		if (harmless[i] == function)
			return false;
	return !get_func_leakproof(function);
}

/*
 * A constant moment as another type, if it is none of those at the ends of time, of
 * which core says that they are out of range.
 */
static bool
is_moment(Node *node)
{
	static const Oid casts[] = {
		F_TIMESTAMPTZ_TIMESTAMP, F_TIMESTAMPTZ_DATE, F_TIMESTAMP_TIMESTAMPTZ, F_TIMESTAMP_DATE,
		F_DATE_TIMESTAMP, F_DATE_TIMESTAMPTZ
	};
	const FuncExpr *call = (FuncExpr *) node;
	const Const *value;

	if (!IsA(call, FuncExpr) || list_length(call->args) != 1)
		return false;
	value = linitial(call->args);
	if (!IsA(value, Const) || value->constisnull)
		return false;
	for (int i = 0; i < (int) lengthof(casts); i++)
		if (casts[i] == call->funcid)
			return value->consttype == DATEOID ? gs_value_day(DatumGetDateADT(value->constvalue)) != NULL :
				gs_value_second(DatumGetTimestamp(value->constvalue) / USECS_PER_SEC) != NULL;
	return false;
}

static bool
is_result_of(const Param * param, List *init_plans)
{
	ListCell   *cell;

	foreach(cell, init_plans)
		if (list_member_int(((SubPlan *) lfirst(cell))->setParam, param->paramid))
			return true;
	return false;
}

/* Does it depend on a row of another table?  The result of an InitPlan does not. */
static bool
depends_on_row(Node *node, void *context)
{
	PlannerInfo *root = context;

	if (node == NULL)
		return false;
	if (IsA(node, Var) || IsA(node, PlaceHolderVar))
		return true;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind == PARAM_EXEC &&
			!is_result_of((Param *) node, root->init_plans);
	return expression_tree_walker(node, depends_on_row, context);
}

/*
 * Might evaluating it raise an error for a row, and not for another?  For no
 * planner's context: might it at all?
 */
static bool
is_risky(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
		case T_Const:
		case T_Param:
		case T_PlaceHolderVar:
		case T_ArrayExpr:
		case T_BoolExpr:
		case T_RelabelType:
		case T_CollateExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_CaseTestExpr:
		case T_CoalesceExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_SQLValueFunction:
		case T_List:
			break;
		case T_FuncExpr:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_CoerceViaIO:
			if (!is_moment(node) && check_functions_in_node(node, may_raise, NULL) &&
				(context == NULL || depends_on_row(node, context)))
				return true;
			break;
		default:
			/* others hide their functions */
			if (context == NULL || depends_on_row(node, context))
				return true;
			break;
	}
	return expression_tree_walker(node, is_risky, context);
}

/* What most conditions compare with. */
static bool
is_given(Expr *expr)
{
	return IsA(expr, Const) || (IsA(expr, Param) && ((Param *) expr)->paramkind == PARAM_EXTERN);
}

bool
gs_is_fixed(PlannerInfo *root, const RelOptInfo *baserel, Expr *expr)
{
	if (is_given(expr))
		return true;
	return !bms_is_member(baserel->relid, pull_varnos(root, (Node *) expr)) &&
		!contain_volatile_functions((Node *) expr) &&
		!contain_subplans((Node *) expr) &&
		!is_risky((Node *) expr, root);
}

/* Does evaluating it never raise an error, so that it may be done where core would not? */
static bool
is_harmless(Expr *expr)
{
	return !is_risky((Node *) expr, NULL);
}

/*
 * Values, and what is true or not whatever the row.
 */

static bool
has_query(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
		return true;
	return expression_tree_walker(node, has_query, context);
}

/* Nothing fails, nor does a subquery that is run to get it. */
static bool
is_sure(Expr *expr)
{
	return is_harmless(expr) && !has_query((Node *) expr, NULL);
}

/* The value, null where core would not come to evaluate it. */
Expr *
gs_guarded(const Pushing *context, Expr *value)
{
	CaseExpr   *result;
	CaseWhen   *when;

	if (is_given(value))
		return value;
	/* of what another clause implies nobody has folded the constants */
	if (context->derived > 0 && is_harmless(value))
		value = (Expr *) eval_const_expressions(context->root, (Node *) value);
	if (context->guards == NIL || is_sure(value))
		return value;
	when = makeNode(CaseWhen);
	when->expr = make_ands_explicit(list_copy(context->guards));
	when->result = value;
	when->location = -1;
	result = makeNode(CaseExpr);
	result->casetype = exprType((Node *) value);
	result->casecollid = exprCollation((Node *) value);
	result->args = list_make1(when);
	result->defresult = (Expr *) makeNullConst(result->casetype, exprTypmod((Node *) value),
											   result->casecollid);
	result->location = -1;
	return (Expr *) result;
}

/* May it be evaluated when the scan starts? */
bool
gs_is_value(const Pushing *context, Expr *expr)
{
	return is_given(expr) || (gs_is_fixed(context->root, context->baserel, expr) &&
							  (!context->lazy || is_sure(expr)));
}

/*
 * What holds for all rows or for none.  It is evaluated although core might not come
 * to it.
 */
GsClause *
gs_push_fixed(Pushing *context, Expr *expr)
{
	GsClause   *clause;

	if (!gs_is_value(context, expr) || !is_harmless(expr))
		return NULL;
	clause = palloc0(sizeof(GsClause));
	clause->kind = GS_TEST;
	clause->test = GS_HOLDS;
	clause->type = BOOLOID;
	clause->operand = list_length(*context->exprs);
	expr = (Expr *) eval_const_expressions(context->root, (Node *) expr);
	*context->exprs = lappend(*context->exprs, gs_guarded(context, expr));
	return clause;
}

/* Is it known by now what is the same for all rows, and is it that? */
bool
gs_is_known(const Pushing *context, const GsClause *arm, bool wanted)
{
	const Const *value;

	if (arm == NULL || arm->kind != GS_TEST || arm->test != GS_HOLDS)
		return false;
	value = list_nth(*context->exprs, arm->operand);
	return IsA(value, Const) && (!value->constisnull && DatumGetBool(value->constvalue)) == wanted;
}

/* Core evaluates what comes behind it only if it does not decide. */
void
gs_add_guard(Pushing *context, const GsClause *arm, bool is_or)
{
	BooleanTest *test;

	if (arm->kind != GS_TEST || arm->test != GS_HOLDS)
		return;
	test = makeNode(BooleanTest);
	test->arg = list_nth(*context->exprs, arm->operand);
	test->booltesttype = is_or ? IS_NOT_TRUE : IS_TRUE;
	test->location = -1;
	context->guards = lappend(list_copy(context->guards), test);
}
