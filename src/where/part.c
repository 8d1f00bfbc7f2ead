/*
 * part.c
 *	  Parts of a text, and what they imply for the whole.
 *
 * A text that begins with another, or has it somewhere, can be asked for.  What is
 * cut out of a text is within it, and so is what is cut out of that.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "pushing.h"

/* So many values of a list become clauses of their own. */
#define MAX_VALUES 10

/* A part of a part is what the vaguer of the two is. */
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
	bool		from_first;		/* if its second argument says so, else anywhere */
	Part		part;
	const char *written;
}			parts[] =
{
	{F_LEFT, false, PART_START, "left(c, n) = v"},
	{F_SUBSTR_TEXT_INT4_INT4, true, PART_START, "substr(c, 1, n) = v"},
	{F_SUBSTRING_TEXT_INT4_INT4, true, PART_START, "substring(c, 1, n) = v"},
	{F_VARCHAR_VARCHAR_INT4_BOOL, false, PART_START, "c::varchar(n) = v"},
	{F_RTRIM_TEXT, false, PART_START, "rtrim(c) = v"},
	{F_RTRIM_TEXT_TEXT, false, PART_START, "rtrim(c, letters) = v"},
	{F_SUBSTR_TEXT_INT4, false, PART_WITHIN, "substr(c, n) = v"},
	{F_SUBSTRING_TEXT_INT4, false, PART_WITHIN, "substring(c, n) = v"},
	{F_RIGHT, false, PART_WITHIN, "right(c, n) = v"},
	{F_SPLIT_PART, false, PART_WITHIN, "split_part(c, letters, n) = v"},
	{F_LTRIM_TEXT, false, PART_WITHIN, "ltrim(c) = v"},
	{F_LTRIM_TEXT_TEXT, false, PART_WITHIN, "ltrim(c, letters) = v"},
	{F_BTRIM_TEXT, false, PART_WITHIN, "btrim(c) = v"},
	{F_BTRIM_TEXT_TEXT, false, PART_WITHIN, "btrim(c, letters) = v"},
};

/* What gives where in its first argument the second is. */
static const struct
{
	Oid			function;
	const char *written;
}			positions[] =
{
	{F_STRPOS, "strpos(c, v) > 0"},
	{F_POSITION_TEXT_TEXT, "position(v IN c) > 0"},
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

/* What a call gives of its first argument. */
static Part
part_of_call(Expr *expr)
{
	const FuncExpr *call = (FuncExpr *) expr;

	for (int i = 0; IsA(call, FuncExpr) && i < (int) lengthof(parts); i++)
		if (parts[i].function == call->funcid)
			return !parts[i].from_first || is_integer(lsecond(call->args), PG_INT32_MIN, 1) ?
				parts[i].part : PART_WITHIN;
	return PART_NONE;
}

/* What it is of what text, if that is one. */
static Part
part_of(Expr *operand, Expr **whole)
{
	Part		part = PART_NONE;
	Part		next;
	Oid			type;

	for (*whole = operand; (next = part_of_call(without_relabel(*whole))) != PART_NONE;)
	{
		part = Max(part, next);
		*whole = linitial(((FuncExpr *) without_relabel(*whole))->args);
	}
	if (part == PART_NONE)
		return PART_NONE;
	type = getBaseType(exprType((Node *) without_relabel(*whole)));
	return type == TEXTOID || type == VARCHAROID ? part : PART_NONE;
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

/* A part of a text is a value. */
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

static bool
gives_position(Oid function)
{
	for (int i = 0; i < (int) lengthof(positions); i++)
		if (positions[i].function == function)
			return true;
	return false;
}

/* Where a text is in another, or in a part of one, if it is not 0. */
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
	Oid			function = op->opfuncid;

	for (int i = 0; i < (int) lengthof(comparisons); i++)
	{
		const FuncExpr *call = list_nth(op->args, comparisons[i].first ? 0 : 1);
		Expr	   *value = list_nth(op->args, comparisons[i].first ? 1 : 0);
		Expr	   *whole;

		if (comparisons[i].function != function || !IsA(call, FuncExpr) ||
			!gives_position(call->funcid) ||
			!is_integer(value, comparisons[i].least, PG_INT32_MAX))
			continue;
		if (part_of(linitial(call->args), &whole) == PART_NONE)
			whole = linitial(call->args);
		return contains(whole, lsecond(call->args), call->inputcollid);
	}
	return NULL;
}

Expr *
gs_implied_by_part(const OpExpr *op)
{
	Expr	   *result = implied_by_part(op);

	return result != NULL ? result : implied_by_position(op);
}

Expr *
gs_implied_by_part_in(const ScalarArrayOpExpr *op)
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

List *
gs_part_shapes(List *shapes)
{
	for (int i = 0; i < (int) lengthof(parts); i++)
		shapes = gs_add_shape(shapes, parts[i].written,
							  parts[i].part == PART_START ? GS_PREFIX : GS_LIKE, GS_TESTS);
	for (int i = 0; i < (int) lengthof(positions); i++)
		shapes = gs_add_shape(shapes, positions[i].written, GS_LIKE, GS_TESTS);
	return shapes;
}
