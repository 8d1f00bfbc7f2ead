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
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "pushing.h"

/* So many values of a list become clauses of their own. */
#define MAX_VALUES 10

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
 * Parts of a text.
 */

typedef enum Part
{
	PART_NONE,
	PART_START,
	PART_WITHIN
} Part;

/* What a function gives of its first argument. */
static const struct
{
	Oid			function;
	bool		from_first;		/* if its second argument says so */
	Part		part;
}			parts[] =
{
	{F_LEFT, false, PART_START},
	{F_SUBSTR_TEXT_INT4_INT4, true, PART_START},
	{F_SUBSTRING_TEXT_INT4_INT4, true, PART_START},
	{F_VARCHAR_VARCHAR_INT4_BOOL, false, PART_START},
	{F_RTRIM_TEXT, false, PART_START},
	{F_RTRIM_TEXT_TEXT, false, PART_START},
	{F_LTRIM_TEXT, false, PART_WITHIN},
	{F_LTRIM_TEXT_TEXT, false, PART_WITHIN},
	{F_BTRIM_TEXT, false, PART_WITHIN},
	{F_BTRIM_TEXT_TEXT, false, PART_WITHIN},
};

static Expr *
without_relabel(Expr *expr)
{
	while (IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	return expr;
}

/* Is it a constant, and how does it compare with that? */
static bool
is_integer(Expr *expr, int least, int greatest)
{
	const Const *value = (Const *) expr;

	return IsA(value, Const) && !value->constisnull && value->consttype == INT4OID &&
		DatumGetInt32(value->constvalue) >= least && DatumGetInt32(value->constvalue) <= greatest;
}

static Part
part_of(Expr *operand, Expr **whole)
{
	const FuncExpr *call = (FuncExpr *) without_relabel(operand);
	Oid			type;

	if (!IsA(call, FuncExpr))
		return PART_NONE;
	for (int i = 0; i < (int) lengthof(parts); i++)
		if (parts[i].function == call->funcid &&
			(!parts[i].from_first || is_integer(lsecond(call->args), PG_INT32_MIN, 1)))
		{
			*whole = linitial(call->args);
			type = getBaseType(exprType((Node *) without_relabel(*whole)));
			return type == TEXTOID || type == VARCHAROID ? parts[i].part : PART_NONE;
		}
	return PART_NONE;
}

static Expr *
text_call(Oid function, List *args, Oid collation)
{
	return (Expr *) makeFuncExpr(function, TEXTOID, args, collation, collation,
								 COERCE_EXPLICIT_CALL);
}

static Expr *
text_constant(const char *text)
{
	return (Expr *) makeConst(TEXTOID, -1, C_COLLATION_OID, -1, CStringGetTextDatum(text), false, false);
}

/* whole LIKE '%value%', with what LIKE would read otherwise escaped */
static Expr *
contains(Expr *whole, Expr *value, Oid collation)
{
	static const char *const special[] = {"\\", "%", "_"};
	Expr	   *pattern = value;

	for (int i = 0; i < (int) lengthof(special); i++)
		pattern = text_call(F_REPLACE, list_make3(pattern, text_constant(special[i]),
												  text_constant(psprintf("\\%s", special[i]))),
							C_COLLATION_OID);
	pattern = text_call(F_TEXTCAT, list_make2(text_constant("%"), pattern), C_COLLATION_OID);
	pattern = text_call(F_TEXTCAT, list_make2(pattern, text_constant("%")), C_COLLATION_OID);
	return make_opclause(OID_TEXT_LIKE_OP, BOOLOID, false, whole, pattern, InvalidOid, collation);
}

static Expr *
has_part(Expr *whole, Part part, Expr *value, Oid collation)
{
	if (part == PART_WITHIN)
		return contains(whole, value, collation);
	return (Expr *) makeFuncExpr(F_STARTS_WITH, BOOLOID, list_make2(whole, value), InvalidOid,
								 collation, COERCE_EXPLICIT_CALL);
}

static Expr *
implied_by_part(const OpExpr *op)
{
	for (int i = 0; op->opno == TextEqualOperator && i < 2; i++)
	{
		Expr	   *whole;
		Part		part = part_of(list_nth(op->args, i), &whole);

		if (part != PART_NONE)
			return has_part(whole, part, list_nth(op->args, 1 - i), op->inputcollid);
	}
	return NULL;
}

/* One for each value, if they are known and few. */
static Expr *
implied_by_part_in(const ScalarArrayOpExpr *op)
{
	const Const *array = lsecond(op->args);
	Expr	   *whole;
	Part		part;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	List	   *arms = NIL;

	if (op->opno != TextEqualOperator || !op->useOr || !IsA(array, Const) || array->constisnull)
		return NULL;
	part = part_of(linitial(op->args), &whole);
	if (part == PART_NONE)
		return NULL;
	deconstruct_array(DatumGetArrayTypeP(array->constvalue), TEXTOID, -1, false, TYPALIGN_INT,
					  &values, &nulls, &count);
	if (count > MAX_VALUES)
		return NULL;
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			arms = lappend(arms, has_part(whole, part,
										  (Expr *) makeConst(TEXTOID, -1, op->inputcollid, -1,
															 values[i], false, false),
										  op->inputcollid));
	return arms == NIL ? NULL : make_orclause(arms);
}

/* Where a text is in another, if it is not 0. */
static Expr *
implied_by_position(const OpExpr *op)
{
	static const struct
	{
		Oid			function;
		bool		first;		/* the position stands first */
		int			least;		/* of what it is compared with */
	}			comparisons[] =
	{
		{F_INT4GT, true, 0}, {F_INT4GE, true, 1}, {F_INT4EQ, true, 1}, {F_INT4EQ, false, 1},
		{F_INT4LT, false, 0}, {F_INT4LE, false, 1},
	};
	RegProcedure function = get_opcode(op->opno);

	for (int i = 0; i < (int) lengthof(comparisons); i++)
	{
		const FuncExpr *call = list_nth(op->args, comparisons[i].first ? 0 : 1);
		Expr	   *value = list_nth(op->args, comparisons[i].first ? 1 : 0);

		if (comparisons[i].function == function && IsA(call, FuncExpr) &&
			(call->funcid == F_STRPOS || call->funcid == F_POSITION_TEXT_TEXT) &&
			is_integer(value, comparisons[i].least, PG_INT32_MAX))
			return contains(linitial(call->args), lsecond(call->args), call->inputcollid);
	}
	return NULL;
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
	Expr	   *result = implied_by_part(op);

	if (list_length(op->args) != 2)
		return NULL;
	if (result == NULL)
		result = implied_by_position(op);
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
			result = implied_by_part_in((ScalarArrayOpExpr *) clause);
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
