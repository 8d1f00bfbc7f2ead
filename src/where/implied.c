/*
 * implied.c
 *	  Clauses that a clause implies.
 *
 * Whatever coalesce, CASE and their like give is one of their arms, and what is
 * true of the whole is true of that one.  So a clause on the whole implies an OR of
 * the same clause on each arm, and what is no arm's can be sent for none.  The
 * clause itself stays where it is: what is found here may hold for more rows.
 *
 * It knows no columns and no planner; pushdown.c looks at what it gives, and at
 * what that implies in turn.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "pushing.h"

/*
 * A clause with one of its operands replaced.  Below 0 it is the clause itself that
 * is one.
 */

static List *
replaced(List *args, int number, Expr *operand)
{
	List	   *result = list_copy(args);

	lfirst(list_nth_cell(result, number)) = operand;
	return result;
}

static Expr *
with_operand(Expr *clause, int number, Expr *operand)
{
	if (number < 0)
		return operand;
	if (IsA(clause, OpExpr))
	{
		OpExpr	   *op = makeNode(OpExpr);

		*op = *(OpExpr *) clause;
		op->args = replaced(op->args, number, operand);
		return (Expr *) op;
	}
	else
	{
		ScalarArrayOpExpr *op = makeNode(ScalarArrayOpExpr);

		*op = *(ScalarArrayOpExpr *) clause;
		op->args = replaced(op->args, number, operand);
		return (Expr *) op;
	}
}

static Expr *
null_test(Expr *arg)
{
	NullTest   *test = makeNode(NullTest);

	test->arg = arg;
	test->nulltesttype = IS_NULL;
	test->location = -1;
	return (Expr *) test;
}

/*
 * Shapes of an operand: what its clause implies.
 */

/* The first that is not null. */
static Expr *
of_coalesce(Expr *clause, int number, Expr *operand)
{
	List	   *args = ((CoalesceExpr *) operand)->args;
	Expr	   *result = with_operand(clause, number, llast(args));

	for (int i = list_length(args) - 2; i >= 0; i--)
	{
		Expr	   *arg = list_nth(args, i);

		result = make_orclause(list_make2(with_operand(clause, number, arg),
										  make_andclause(list_make2(null_test(arg), result))));
	}
	return result;
}

/* The condition of an arm; CASE x WHEN v compares x with v. */
static Expr *
when_of(const CaseExpr *whole, const CaseWhen *arm)
{
	OpExpr	   *op = (OpExpr *) arm->expr;

	if (whole->arg == NULL)
		return arm->expr;
	for (int i = 0; IsA(op, OpExpr) && i < list_length(op->args); i++)
		if (IsA(list_nth(op->args, i), CaseTestExpr))
			return with_operand(arm->expr, i, whole->arg);
	return NULL;
}

static Expr *
of_case(Expr *clause, int number, Expr *operand)
{
	const CaseExpr *whole = (CaseExpr *) operand;
	List	   *arms = NIL;
	ListCell   *cell;

	foreach(cell, whole->args)
	{
		const CaseWhen *arm = lfirst(cell);
		Expr	   *when = when_of(whole, arm);
		Expr	   *result = with_operand(clause, number, arm->result);

		arms = lappend(arms, when != NULL ? make_andclause(list_make2(when, result)) : result);
	}
	return make_orclause(lappend(arms, with_operand(clause, number, whole->defresult)));
}

/* Its first argument or null, of which no strict operator is true. */
static Expr *
of_nullif(Expr *clause, int number, Expr *operand)
{
	Oid			operator = InvalidOid;

	if (IsA(clause, OpExpr))
		operator = ((OpExpr *) clause)->opno;
	else if (IsA(clause, ScalarArrayOpExpr))
		operator = ((ScalarArrayOpExpr *) clause)->opno;
	if (OidIsValid(operator) && !op_strict(operator))
		return NULL;
	return with_operand(clause, number, linitial(((NullIfExpr *) operand)->args));
}

static Expr *implied_by_operand(Expr *clause, int number, Expr *operand, bool *lazy);

static Expr *
relabelled(const RelabelType *like, Expr *arg)
{
	return (Expr *) makeRelabelType(arg, like->resulttype, like->resulttypmod,
									like->resultcollid, like->relabelformat);
}

/* The same with another name for its type: each arm gets it. */
static Expr *
of_relabel(Expr *clause, int number, Expr *operand, bool *lazy)
{
	const RelabelType *relabel = (RelabelType *) operand;
	Expr	   *inner = copyObject(relabel->arg);
	ListCell   *cell;

	if (IsA(inner, CoalesceExpr))
	{
		foreach(cell, ((CoalesceExpr *) inner)->args)
			lfirst(cell) = relabelled(relabel, lfirst(cell));
	}
	else if (IsA(inner, CaseExpr))
	{
		foreach(cell, ((CaseExpr *) inner)->args)
			((CaseWhen *) lfirst(cell))->result = relabelled(relabel, ((CaseWhen *) lfirst(cell))->result);
		((CaseExpr *) inner)->defresult = relabelled(relabel, ((CaseExpr *) inner)->defresult);
	}
	else if (!IsA(inner, NullIfExpr))
		return NULL;
	return implied_by_operand(clause, number, inner, lazy);
}

static Expr *
implied_by_operand(Expr *clause, int number, Expr *operand, bool *lazy)
{
	switch (nodeTag(operand))
	{
		case T_CoalesceExpr:
			return of_coalesce(clause, number, operand);
		case T_CaseExpr:
			*lazy = true;
			return of_case(clause, number, operand);
		case T_NullIfExpr:
			return of_nullif(clause, number, operand);
		case T_RelabelType:
			return of_relabel(clause, number, operand, lazy);
		default:
			return NULL;
	}
}

/*
 * Ranges.
 */

/* The value is no less than the lower bound, or no greater than the upper, if it has one. */
static Expr *
within_bound(Expr *value, Expr *range, Oid element, bool is_upper)
{
	TypeCacheEntry *type = lookup_type_cache(element, TYPECACHE_BTREE_OPFAMILY);
	Oid			operator = get_opfamily_member(type->btree_opf, element, element,
											   is_upper ? BTLessEqualStrategyNumber :
											   BTGreaterEqualStrategyNumber);
	Expr	   *open = (Expr *) makeFuncExpr(is_upper ? F_UPPER_INF_ANYRANGE : F_LOWER_INF_ANYRANGE,
											 BOOLOID, list_make1(range), InvalidOid, InvalidOid,
											 COERCE_EXPLICIT_CALL);
	Expr	   *bound = (Expr *) makeFuncExpr(is_upper ? F_UPPER_ANYRANGE : F_LOWER_ANYRANGE,
											  element, list_make1(range), InvalidOid, InvalidOid,
											  COERCE_EXPLICIT_CALL);

	return make_orclause(list_make2(open, make_opclause(operator, BOOLOID, false, value, bound,
														InvalidOid, InvalidOid)));
}

static Expr *
implied_by_range(const OpExpr *op)
{
	bool		contained = op->opno == OID_RANGE_ELEM_CONTAINED_OP;
	Expr	   *value;
	Expr	   *range;
	Oid			type;
	Oid			element;

	if (!contained && op->opno != OID_RANGE_CONTAINS_ELEM_OP)
		return NULL;
	value = list_nth(op->args, contained ? 0 : 1);
	range = list_nth(op->args, contained ? 1 : 0);
	type = exprType((Node *) range);
	element = get_range_subtype(type);
	/* others may have an order of their own */
	if (type >= FirstGenbkiObjectId || !OidIsValid(element))
		return NULL;
	return make_andclause(list_make2(within_bound(value, range, element, false),
									 within_bound(value, range, element, true)));
}

/*
 * Clauses.
 */

static Expr *
implied_by_operator(OpExpr *op, bool *lazy)
{
	Expr	   *result;

	if (list_length(op->args) != 2)
		return NULL;
	result = gs_implied_by_part(op);
	if (result == NULL)
		result = implied_by_range(op);
	for (int i = 0; result == NULL && i < 2; i++)
		result = implied_by_operand((Expr *) op, i, list_nth(op->args, i), lazy);
	return result;
}

/* NOT (a IS DISTINCT FROM b): they are equal, or both null. */
static Expr *
implied_by_sameness(const DistinctExpr *distinct)
{
	OpExpr	   *equal = makeNode(OpExpr);

	*equal = *(const OpExpr *) distinct;
	equal->xpr.type = T_OpExpr;
	return make_orclause(list_make2(equal,
									make_andclause(list_make2(null_test(linitial(equal->args)),
															  null_test(lsecond(equal->args))))));
}

static Expr *
implied_by_truth(const BooleanTest *test)
{
	if (test->booltesttype == IS_TRUE)
		return test->arg;
	if (test->booltesttype == IS_FALSE)
		return (Expr *) negate_clause((Node *) test->arg);
	return NULL;
}

Expr *
gs_implied(Expr *clause, bool *lazy)
{
	Expr	   *arg;
	Expr	   *result;

	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return implied_by_operator((OpExpr *) clause, lazy);
		case T_ScalarArrayOpExpr:
			arg = linitial(((ScalarArrayOpExpr *) clause)->args);
			result = gs_implied_by_part_in((ScalarArrayOpExpr *) clause);
			return result != NULL ? result : implied_by_operand(clause, 0, arg, lazy);
		case T_CoalesceExpr:
		case T_CaseExpr:
		case T_NullIfExpr:
			return implied_by_operand(clause, -1, clause, lazy);
		case T_BooleanTest:
			return implied_by_truth((BooleanTest *) clause);
		case T_BoolExpr:
			arg = linitial(((BoolExpr *) clause)->args);
			if (((BoolExpr *) clause)->boolop == NOT_EXPR && IsA(arg, DistinctExpr))
				return implied_by_sameness((DistinctExpr *) arg);
			return NULL;
		default:
			return NULL;
	}
}

/*
 * What of this can be listed.
 */

static bool
has_range(Oid type)
{
	return type == DATEOID || type == TIMESTAMPTZOID || type == NUMERICOID || type == INT4OID ||
		type == INT8OID;
}

List *
gs_shapes(const GsAttr *attr)
{
	static const char *const of_all[] = {
		"coalesce(c, other) = v", "nullif(c, other) = v", "c IS NOT DISTINCT FROM v", "(c = v) IS TRUE",
		"CASE WHEN c = v THEN k END = k",
	};
	Oid			type = getBaseType(attr->type);
	List	   *shapes = NIL;

	for (int i = 0; i < (int) lengthof(of_all); i++)
		shapes = gs_add_shape(shapes, of_all[i], GS_EQ, GS_TESTS);
	if (has_range(type))
		shapes = gs_add_shape(shapes, "c <@ range", GS_GE, GS_LE);
	if (type == TEXTOID || type == VARCHAROID)
		shapes = gs_part_shapes(shapes);
	return gs_near_shapes(shapes, type);
}
