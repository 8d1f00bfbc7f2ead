/*
 * implied.c
 *	  Clauses that a clause implies.
 *
 * Whatever coalesce, CASE and their like give is one of their arms, and what is
 * true of the whole is true of that one.  So a clause on the whole implies an OR of
 * the same clause on each arm, and what is no arm's can be sent for none.  A clause
 * is null where one of its operands is.  The clause itself stays where it is: what is
 * found here may hold for more rows.
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
 * A place in a clause that something else can take: an argument of an expression, which
 * itself has a place.  NULL is the place of all of the clause.
 */
typedef struct Place
{
	Expr	   *expr;
	int			number;			/* of the argument */
	const struct Place *outer;
} Place;

static List *
replaced(List *args, int number, Expr *operand)
{
	List	   *result = list_copy(args);

	lfirst(list_nth_cell(result, number)) = operand;
	return result;
}

/* An expression with one of its arguments replaced. */
static Expr *
with_argument(Expr *expr, int number, Expr *operand)
{
	OpExpr	   *op;
	FuncExpr   *call;
	ScalarArrayOpExpr *any;

	switch (nodeTag(expr))
	{
		case T_OpExpr:
			op = makeNode(OpExpr);
			*op = *(OpExpr *) expr;
			op->args = replaced(op->args, number, operand);
			return (Expr *) op;
		case T_FuncExpr:
			call = makeNode(FuncExpr);
			*call = *(FuncExpr *) expr;
			call->args = replaced(call->args, number, operand);
			return (Expr *) call;
		case T_ScalarArrayOpExpr:
			any = makeNode(ScalarArrayOpExpr);
			*any = *(ScalarArrayOpExpr *) expr;
			any->args = replaced(any->args, number, operand);
			return (Expr *) any;
		default:
			return (Expr *) makeRelabelType(operand, castNode(RelabelType, expr)->resulttype,
											((RelabelType *) expr)->resulttypmod,
											((RelabelType *) expr)->resultcollid,
											((RelabelType *) expr)->relabelformat);
	}
}

/* The clause with that in its place. */
static Expr *
fill(const Place *place, Expr *operand)
{
	for (; place != NULL; place = place->outer)
		operand = with_argument(place->expr, place->number, operand);
	return operand;
}

/* Is it null where one of its arguments is?  What is no call hands on what it has. */
static bool
is_strict(Expr *expr)
{
	FuncExpr	space;
	const FuncExpr *call = gs_call_of(expr, &space);

	if (IsA(expr, ScalarArrayOpExpr))
		return op_strict(((ScalarArrayOpExpr *) expr)->opno);
	return call == NULL || func_strict(call->funcid);
}

static Expr *
null_test(Expr *arg, NullTestType type)
{
	NullTest   *test = makeNode(NullTest);

	test->arg = arg;
	test->nulltesttype = type;
	test->location = -1;
	return (Expr *) test;
}

/*
 * Shapes of an operand: what its clause implies.
 */

/* The first that is not null.  What comes behind a condition is evaluated for some rows only. */
static Expr *
of_coalesce(const Place *place, const CoalesceExpr *operand, bool *lazy)
{
	Expr	   *result = fill(place, llast(operand->args));

	for (int i = list_length(operand->args) - 2; i >= 0; i--)
	{
		Expr	   *arg = list_nth(operand->args, i);

		*lazy |= place == NULL && !IsA(list_nth(operand->args, i + 1), Const);
		result = make_orclause(list_make2(fill(place, arg),
										  make_andclause(list_make2(null_test(arg, IS_NULL), result))));
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
			return with_argument(arm->expr, i, whole->arg);
	return NULL;
}

static Expr *
of_case(const Place *place, const CaseExpr *operand)
{
	List	   *arms = NIL;
	ListCell   *cell;

	foreach(cell, operand->args)
	{
		const CaseWhen *arm = lfirst(cell);
		Expr	   *when = when_of(operand, arm);
		Expr	   *result = fill(place, arm->result);

		arms = lappend(arms, when != NULL ? make_andclause(list_make2(when, result)) : result);
	}
	return make_orclause(lappend(arms, fill(place, operand->defresult)));
}

/* Its first argument or null. */
static Expr *
of_nullif(const Place *place, const NullIfExpr *operand)
{
	for (const Place *at = place; at != NULL; at = at->outer)
		if (!is_strict(at->expr))
			return NULL;
	return fill(place, linitial(operand->args));
}

static Expr *implied_by_operand(const Place *place, Expr *operand, bool *lazy);

/* What is computed of one of them alone is that of an arm. */
static Expr *
of_call(const Place *place, Expr *operand, bool *lazy)
{
	FuncExpr	space;
	const FuncExpr *call = gs_call_of(operand, &space);
	Place		inner = {operand, -1, place};

	for (int i = 0; i < list_length(call->args); i++)
		if (!IsA(list_nth(call->args, i), Const))
		{
			if (inner.number >= 0)
				return NULL;
			inner.number = i;
		}
	return inner.number < 0 ? NULL : implied_by_operand(&inner, list_nth(call->args, inner.number), lazy);
}

static Expr *
implied_by_operand(const Place *place, Expr *operand, bool *lazy)
{
	Place		inner = {operand, 0, place};

	switch (nodeTag(operand))
	{
		case T_CoalesceExpr:
			return of_coalesce(place, (CoalesceExpr *) operand, lazy);
		case T_CaseExpr:
			*lazy = true;
			return of_case(place, (CaseExpr *) operand);
		case T_NullIfExpr:
			return of_nullif(place, (NullIfExpr *) operand);
		case T_RelabelType:
			return implied_by_operand(&inner, ((RelabelType *) operand)->arg, lazy);
		case T_FuncExpr:
		case T_OpExpr:
			return of_call(place, operand, lazy);
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
 * Nulls.
 */

/* Each of several, as null or not. */
static List *
null_tests(List *args, NullTestType type)
{
	List	   *tests = NIL;
	ListCell   *cell;

	foreach(cell, args)
		tests = lappend(tests, null_test(lfirst(cell), type));
	return tests;
}

/* Of none, as of the arguments of a function that has none, nothing. */
static Expr *
any_or_all(List *tests, bool any)
{
	if (tests == NIL)
		return NULL;
	return list_length(tests) == 1 ? linitial(tests) : any ? make_orclause(tests) : make_andclause(tests);
}

/* Is it a comparison of core's, which is null only where an operand is? */
static bool
is_comparison(const OpExpr *op)
{
	static const char *const names[] = {"=", "<>", "<", "<=", ">", ">=", "~~", "^@"};
	const char *name = op->opno < FirstGenbkiObjectId ? get_opname(op->opno) : NULL;

	for (int i = 0; name != NULL && i < (int) lengthof(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static Expr *
implied_by_null(Expr *arg)
{
	switch (nodeTag(arg))
	{
		case T_OpExpr:
			return is_comparison((OpExpr *) arg) ?
				any_or_all(null_tests(((OpExpr *) arg)->args, IS_NULL), true) : NULL;
		case T_BoolExpr:
			return any_or_all(null_tests(((BoolExpr *) arg)->args, IS_NULL), true);
		case T_CoalesceExpr:
			return any_or_all(null_tests(((CoalesceExpr *) arg)->args, IS_NULL), false);
		case T_NullTest:
		case T_BooleanTest:
		case T_DistinctExpr:
			return (Expr *) makeBoolConst(false, false);
		default:
			return NULL;
	}
}

/* What is strict is not null where none of its operands is. */
static Expr *
implied_by_not_null(Expr *arg)
{
	FuncExpr	space;

	switch (nodeTag(arg))
	{
		case T_OpExpr:
		case T_FuncExpr:
			return !is_strict(arg) ? NULL :
				any_or_all(null_tests(gs_call_of(arg, &space)->args, IS_NOT_NULL), false);
		case T_CoalesceExpr:
			return any_or_all(null_tests(((CoalesceExpr *) arg)->args, IS_NOT_NULL), true);
		case T_NullIfExpr:
			return null_test(linitial(((NullIfExpr *) arg)->args), IS_NOT_NULL);
		default:
			return NULL;
	}
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
	set_opfuncid(op);
	result = gs_implied_by_part(op);
	if (result == NULL)
		result = implied_by_range(op);
	if (result == NULL)
		result = gs_implied_by_difference(op);
	for (int i = 0; result == NULL && i < 2; i++)
	{
		Place		side = {(Expr *) op, i, NULL};

		result = implied_by_operand(&side, list_nth(op->args, i), lazy);
	}
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
									make_andclause(list_make2(null_test(linitial(equal->args), IS_NULL),
															  null_test(lsecond(equal->args), IS_NULL)))));
}

/* NOT, of each arm of what is one of them. */
static Expr *
implied_by_negation(Expr *arg, bool *lazy)
{
	Expr	   *inner;
	ListCell   *cell;

	switch (nodeTag(arg))
	{
		case T_DistinctExpr:
			return implied_by_sameness((DistinctExpr *) arg);
		case T_CoalesceExpr:
			inner = copyObject(arg);
			foreach(cell, ((CoalesceExpr *) inner)->args)
				lfirst(cell) = negate_clause(lfirst(cell));
			return of_coalesce(NULL, (CoalesceExpr *) inner, lazy);
		case T_CaseExpr:
			inner = copyObject(arg);
			foreach(cell, ((CaseExpr *) inner)->args)
				((CaseWhen *) lfirst(cell))->result =
					(Expr *) negate_clause((Node *) ((CaseWhen *) lfirst(cell))->result);
			((CaseExpr *) inner)->defresult =
				(Expr *) negate_clause((Node *) ((CaseExpr *) inner)->defresult);
			return implied_by_operand(NULL, inner, lazy);
		default:
			return NULL;
	}
}

static Expr *
implied_by_truth(const BooleanTest *test)
{
	Expr	   *negated = (Expr *) negate_clause((Node *) test->arg);
	Expr	   *unknown = null_test(test->arg, IS_NULL);

	switch (test->booltesttype)
	{
		case IS_TRUE:
			return test->arg;
		case IS_FALSE:
			return negated;
		case IS_NOT_TRUE:
			return make_orclause(list_make2(negated, unknown));
		case IS_NOT_FALSE:
			return make_orclause(list_make2(test->arg, unknown));
		case IS_UNKNOWN:
			return unknown;
		case IS_NOT_UNKNOWN:
			return null_test(test->arg, IS_NOT_NULL);
	}
	return NULL;
}

Expr *
gs_implied(Expr *clause, bool *lazy)
{
	Place		place = {clause, 0, NULL};
	Expr	   *arg;
	Expr	   *result;

	switch (nodeTag(clause))
	{
		case T_OpExpr:
			return implied_by_operator((OpExpr *) clause, lazy);
		case T_ScalarArrayOpExpr:
			arg = linitial(((ScalarArrayOpExpr *) clause)->args);
			result = gs_implied_by_part_in((ScalarArrayOpExpr *) clause);
			return result != NULL ? result : implied_by_operand(&place, arg, lazy);
		case T_CoalesceExpr:
		case T_CaseExpr:
		case T_NullIfExpr:
		case T_FuncExpr:
			return implied_by_operand(NULL, clause, lazy);
		case T_BooleanTest:
			return implied_by_truth((BooleanTest *) clause);
		case T_NullTest:
			arg = ((NullTest *) clause)->arg;
			return ((NullTest *) clause)->argisrow ? NULL :
				((NullTest *) clause)->nulltesttype == IS_NULL ? implied_by_null(arg) : implied_by_not_null(arg);
		case T_BoolExpr:
			arg = linitial(((BoolExpr *) clause)->args);
			return ((BoolExpr *) clause)->boolop != NOT_EXPR ? NULL : implied_by_negation(arg, lazy);
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
	return gs_near_shapes(gs_difference_shapes(shapes, type), type);
}
