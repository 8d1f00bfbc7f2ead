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

#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "where.h"

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
	F_INT4OUT, F_INT8OUT, F_NUMERIC_OUT, F_UUID_OUT
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

/* Might evaluating it raise an error for a row, and not for another? */
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
			if (check_functions_in_node(node, may_raise, NULL) && depends_on_row(node, context))
				return true;
			break;
		default:
			/* others hide their functions */
			if (depends_on_row(node, context))
				return true;
			break;
	}
	return expression_tree_walker(node, is_risky, context);
}

bool
gs_is_fixed(PlannerInfo *root, const RelOptInfo *baserel, Expr *expr)
{
	return !bms_is_member(baserel->relid, pull_varnos(root, (Node *) expr)) &&
		!contain_volatile_functions((Node *) expr) &&
		!contain_subplans((Node *) expr) &&
		!is_risky((Node *) expr, root);
}
