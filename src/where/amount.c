/*
 * amount.c
 *	  How great a number or an interval can be that is another for each row, and what a
 *	  difference of moments implies that is compared with one.
 *
 * Tools write a week that begins on another day, or five minutes, as a truncation
 * and an interval that is made of a part of the same moment: extract(dow FROM c) is
 * 0 to 6 whatever c is.  So is what is computed of it within bounds, and how far
 * that moves a moment is known when a statement is planned.  Nothing is evaluated.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "pushing.h"

#define ONE_DAY (24 * 60)

/* More minutes than any interval has that is of use. */
#define MOST 1e12

typedef struct Bounds
{
	double		least;
	double		greatest;
} Bounds;

static bool bounds_of_number(Expr *expr, Bounds *bounds);

/*
 * Calls, and units.
 */

const FuncExpr *
gs_call_of(Expr *expr, FuncExpr *space)
{
	OpExpr	   *op = (OpExpr *) expr;

	if (IsA(expr, FuncExpr))
		return (FuncExpr *) expr;
	if (!IsA(expr, OpExpr))
		return NULL;
	set_opfuncid(op);
	*space = (FuncExpr) {.xpr.type = T_FuncExpr, .funcid = op->opfuncid, .args = op->args};
	return space;
}

/* The unit that a text names, as core reads it, or -1. */
int
gs_unit_of(Expr *expr)
{
	const Const *value = (Const *) expr;
	char	   *name;
	int			unit;

	if (!IsA(value, Const) || value->constisnull || value->consttype != TEXTOID)
		return -1;
	name = TextDatumGetCString(value->constvalue);
	name = downcase_truncate_identifier(name, (int) strlen(name), false);
	if (DecodeUnits(0, name, &unit) == UNITS)
		return unit;
	switch (DecodeSpecial(0, name, &unit))
	{
		case UNITS:
		case RESERV:
			return unit;
		default:
			return -1;
	}
}

/*
 * Numbers.
 */

typedef enum Kind
{
	WHOLE,						/* changes it by less than 1 */
	NEGATED,
	SUM,
	DIFFERENCE,
	PRODUCT,
	QUOTIENT,
	REMAINDER,
	EXTRACTED
} Kind;

static const struct
{
	Oid			function;
	Kind		kind;
}			kinds[] =
{
	{F_INT2_NUMERIC, WHOLE}, {F_INT4_NUMERIC, WHOLE}, {F_INT8_NUMERIC, WHOLE}, {F_FLOAT8_NUMERIC, WHOLE},
	{F_INT2_FLOAT8, WHOLE}, {F_INT4_FLOAT8, WHOLE}, {F_INT8_FLOAT8, WHOLE}, {F_NUMERIC_FLOAT8, WHOLE},
	{F_INT8_INT4, WHOLE}, {F_INT4_INT8, WHOLE}, {F_NUMERIC_INT4, WHOLE}, {F_NUMERIC_INT8, WHOLE},
	{F_FLOAT8_INT4, WHOLE}, {F_FLOAT8_INT8, WHOLE},
	{F_FLOOR_NUMERIC, WHOLE}, {F_FLOOR_FLOAT8, WHOLE}, {F_TRUNC_FLOAT8, WHOLE},
	{F_CEIL_NUMERIC, WHOLE}, {F_CEIL_FLOAT8, WHOLE}, {F_CEILING_NUMERIC, WHOLE}, {F_CEILING_FLOAT8, WHOLE},
	{F_INT4UM, NEGATED}, {F_INT8UM, NEGATED}, {F_NUMERIC_UMINUS, NEGATED}, {F_FLOAT8UM, NEGATED},
	{F_INT4PL, SUM}, {F_INT8PL, SUM}, {F_INT84PL, SUM}, {F_INT48PL, SUM}, {F_NUMERIC_ADD, SUM}, {F_FLOAT8PL, SUM},
	{F_INT4MI, DIFFERENCE}, {F_INT8MI, DIFFERENCE}, {F_INT84MI, DIFFERENCE}, {F_INT48MI, DIFFERENCE},
	{F_NUMERIC_SUB, DIFFERENCE}, {F_FLOAT8MI, DIFFERENCE},
	{F_INT4MUL, PRODUCT}, {F_INT8MUL, PRODUCT}, {F_INT84MUL, PRODUCT}, {F_INT48MUL, PRODUCT},
	{F_NUMERIC_MUL, PRODUCT}, {F_FLOAT8MUL, PRODUCT},
	{F_INT4DIV, QUOTIENT}, {F_INT8DIV, QUOTIENT}, {F_INT84DIV, QUOTIENT}, {F_INT48DIV, QUOTIENT},
	{F_NUMERIC_DIV, QUOTIENT}, {F_FLOAT8DIV, QUOTIENT},
	{F_INT4MOD, REMAINDER}, {F_INT8MOD, REMAINDER}, {F_NUMERIC_MOD, REMAINDER},
	{F_MOD_INT4_INT4, REMAINDER}, {F_MOD_INT8_INT8, REMAINDER}, {F_MOD_NUMERIC_NUMERIC, REMAINDER},
	{F_EXTRACT_TEXT_DATE, EXTRACTED}, {F_EXTRACT_TEXT_TIMESTAMP, EXTRACTED},
	{F_EXTRACT_TEXT_TIMESTAMPTZ, EXTRACTED}, {F_DATE_PART_TEXT_TIMESTAMP, EXTRACTED},
	{F_DATE_PART_TEXT_TIMESTAMPTZ, EXTRACTED},
};

/* The parts of a moment that come again. */
static const struct
{
	int			unit;
	Bounds		bounds;
}			units[] =
{
	{DTK_SECOND, {0, 60}}, {DTK_MINUTE, {0, 59}}, {DTK_HOUR, {0, 23}}, {DTK_DAY, {1, 31}},
	{DTK_DOW, {0, 6}}, {DTK_ISODOW, {1, 7}}, {DTK_DOY, {1, 366}}, {DTK_WEEK, {1, 53}},
	{DTK_MONTH, {1, 12}}, {DTK_QUARTER, {1, 4}},
};

static bool
bounds_of_constant(const Const *value, Bounds *bounds)
{
	if (value->constisnull)
		return false;
	switch (value->consttype)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT8OID:
			bounds->least = bounds->greatest = gs_number_value(value->consttype, value->constvalue);
			return isfinite(bounds->least);
		default:
			return false;
	}
}

static bool
bounds_of_part(const List *args, Bounds *bounds)
{
	int			unit = gs_unit_of(linitial(args));

	for (int i = 0; i < (int) lengthof(units); i++)
		if (units[i].unit == unit)
		{
			*bounds = units[i].bounds;
			return true;
		}
	return false;
}

static Bounds
product(Bounds a, Bounds b)
{
	double		corners[] = {a.least * b.least, a.least * b.greatest, a.greatest * b.least, a.greatest * b.greatest};
	Bounds		result = {corners[0], corners[0]};

	for (int i = 1; i < (int) lengthof(corners); i++)
	{
		result.least = Min(result.least, corners[i]);
		result.greatest = Max(result.greatest, corners[i]);
	}
	return result;
}

/* A quotient of whole numbers is cut off, and one of others rounded. */
static bool
quotient(Bounds a, Bounds b, Bounds *result)
{
	const Bounds inverse = {1 / b.greatest, 1 / b.least};

	if (b.least <= 0 && b.greatest >= 0)
		return false;
	*result = product(a, inverse);
	result->least -= 1;
	result->greatest += 1;
	return true;
}

/* It has the sign of what is divided. */
static Bounds
remainder_of(Bounds a, Bounds b)
{
	double		most = Max(fabs(b.least), fabs(b.greatest));

	return (Bounds)
	{
		a.least >= 0 ? 0 : -most, a.greatest <= 0 ? 0 : most
	};
}

static bool
bounds_of_operation(Kind kind, Bounds a, Bounds b, Bounds *result)
{
	switch (kind)
	{
		case WHOLE:
			*result = (Bounds) {a.least - 1, a.greatest + 1};
			return true;
		case NEGATED:
			*result = (Bounds) {-a.greatest, -a.least};
			return true;
		case SUM:
			*result = (Bounds) {a.least + b.least, a.greatest + b.greatest};
			return true;
		case DIFFERENCE:
			*result = (Bounds) {a.least - b.greatest, a.greatest - b.least};
			return true;
		case PRODUCT:
			*result = product(a, b);
			return true;
		case QUOTIENT:
			return quotient(a, b, result);
		case REMAINDER:
			*result = remainder_of(a, b);
			return true;
		case EXTRACTED:
			break;
	}
	return false;
}

static bool
bounds_of_number(Expr *expr, Bounds *bounds)
{
	FuncExpr	space;
	const FuncExpr *call = gs_call_of(expr, &space);
	Bounds		a;
	Bounds		b = {0, 0};

	if (IsA(expr, Const))
		return bounds_of_constant((Const *) expr, bounds);
	for (int i = 0; call != NULL && i < (int) lengthof(kinds); i++)
	{
		if (kinds[i].function != call->funcid)
			continue;
		if (kinds[i].kind == EXTRACTED)
			return bounds_of_part(call->args, bounds);
		return bounds_of_number(linitial(call->args), &a) &&
			(list_length(call->args) < 2 || bounds_of_number(lsecond(call->args), &b)) &&
			bounds_of_operation(kinds[i].kind, a, b, bounds);
	}
	return false;
}

/*
 * Intervals.
 */

/* In minutes: a month has 28 to 31 days, whatever becomes of its last ones. */
static bool
bounds_of_interval(const Const *value, Bounds *bounds)
{
	const Interval *interval;
	double		fixed;

	if (!IsA(value, Const) || value->constisnull || value->consttype != INTERVALOID)
		return false;
	interval = DatumGetIntervalP(value->constvalue);
	fixed = interval->day * (double) ONE_DAY + interval->time / (double) USECS_PER_MINUTE;
	bounds->least = fixed - 1 + interval->month * (double) ONE_DAY * (interval->month < 0 ? 31 : 28);
	bounds->greatest = fixed + 1 + interval->month * (double) ONE_DAY * (interval->month < 0 ? 28 : 31);
	return true;
}

static bool
bounds_of_span(Expr *expr, Bounds *bounds)
{
	FuncExpr	space;
	const FuncExpr *call = gs_call_of(expr, &space);
	Bounds		number;
	int			first;

	if (call == NULL)
		return bounds_of_interval((Const *) expr, bounds);
	if (call->funcid != F_INTERVAL_MUL && call->funcid != F_MUL_D_INTERVAL)
		return false;
	first = call->funcid == F_INTERVAL_MUL ? 0 : 1;
	if (!bounds_of_span(list_nth(call->args, first), bounds) ||
		!bounds_of_number(list_nth(call->args, 1 - first), &number))
		return false;
	*bounds = product(*bounds, number);
	/* what is left of a month becomes days, and what is left of a day time */
	bounds->least -= 1;
	bounds->greatest += 1;
	return true;
}

bool
gs_interval_bounds(Expr *expr, int64 *least, int64 *greatest)
{
	Bounds		bounds;

	if (!bounds_of_span(expr, &bounds) || !(bounds.least >= -MOST && bounds.greatest <= MOST))
		return false;
	*least = (int64) floor(bounds.least);
	*greatest = (int64) ceil(bounds.greatest);
	return true;
}

/*
 * Differences: a - b < k is a - k < b, and a < b + k.  What has a column is moved, for
 * that is not evaluated.
 */

/* How a difference of dates or moments is made, and what moves one of them. */
static const struct
{
	Oid			difference;
	Oid			type;
	Oid			result;
	Oid			minus;
	Oid			plus;
	const char *written[2];
}			differences[] =
{
	{F_DATE_MI, DATEOID, INT4OID, F_DATE_MII, F_DATE_PLI,
	{"c - other = n", "other - c = n"}},
	{F_TIMESTAMP_MI, TIMESTAMPOID, INTERVALOID, F_TIMESTAMP_MI_INTERVAL, F_TIMESTAMP_PL_INTERVAL,
	{"c - other = interval", "other - c = interval"}},
	{F_TIMESTAMPTZ_MI, TIMESTAMPTZOID, INTERVALOID, F_TIMESTAMPTZ_MI_INTERVAL, F_TIMESTAMPTZ_PL_INTERVAL,
	{"c - other = interval", "other - c = interval"}},
};

/* An interval as a time: as others are compared with it, months have 30 days, and days 24 hours. */
static Expr *
as_time(const Const *value)
{
	Interval   *result = palloc0(sizeof(Interval));
	const Interval *interval;

	if (value->consttype != INTERVALOID)
		return (Expr *) value;
	interval = DatumGetIntervalP(value->constvalue);
	/* more than a century is for nobody's dashboard */
	if (abs(interval->month) > 1200 || abs(interval->day) > 36600 ||
		interval->time > 36600 * USECS_PER_DAY || interval->time < -36600 * USECS_PER_DAY)
		return NULL;
	result->time = interval->time + (interval->month * INT64CONST(30) + interval->day) * USECS_PER_DAY;
	return (Expr *) makeConst(INTERVALOID, -1, InvalidOid, sizeof(Interval),
							  IntervalPGetDatum(result), false, false);
}

/* The same order of another type. */
static Oid
same_order(Oid operator, Oid type, Oid other)
{
	int			strategy = !OidIsValid(operator) ? 0 : get_op_opfamily_strategy(operator, lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf);

	return strategy == 0 ? InvalidOid :
		get_opfamily_member(lookup_type_cache(other, TYPECACHE_BTREE_OPFAMILY)->btree_opf, other, other, strategy);
}

Expr *
gs_implied_by_difference(const OpExpr *op)
{
	FuncExpr	space;
	bool		left = !IsA(linitial(op->args), Const);
	Expr	   *value = list_nth(op->args, left ? 1 : 0);
	const FuncExpr *call = gs_call_of(list_nth(op->args, left ? 0 : 1), &space);
	Oid			operator;

	if (call == NULL || !IsA(value, Const) || ((Const *) value)->constisnull)
		return NULL;
	for (int i = 0; i < (int) lengthof(differences); i++)
	{
		Expr	   *a,
				   *b;

		if (differences[i].difference != call->funcid ||
			differences[i].result != ((Const *) value)->consttype)
			continue;
		a = linitial(call->args);
		b = lsecond(call->args);
		operator = same_order(left ? op->opno : get_commutator(op->opno),
							  differences[i].result, differences[i].type);
		value = as_time((Const *) value);
		if (!OidIsValid(operator) || value == NULL)
			return NULL;
		if (contain_var_clause((Node *) a))
			a = (Expr *) makeFuncExpr(differences[i].minus, differences[i].type, list_make2(a, value),
									  InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
		else
			b = (Expr *) makeFuncExpr(differences[i].plus, differences[i].type, list_make2(b, value),
									  InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
		return make_opclause(operator, BOOLOID, false, a, b, InvalidOid, InvalidOid);
	}
	return NULL;
}

List *
gs_difference_shapes(List *shapes, Oid type)
{
	for (int i = 0; i < (int) lengthof(differences); i++)
		for (int j = 0; differences[i].type == type && j < (int) lengthof(differences[i].written); j++)
			shapes = gs_add_shape(shapes, differences[i].written[j], GS_GE, GS_LE);
	return shapes;
}
