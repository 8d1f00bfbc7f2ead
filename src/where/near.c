/*
 * near.c
 *	  Expressions that are never far from a column of dates or moments.
 *
 * A cast, a truncation, a time zone, an interval move a moment by no more than
 * is known when a statement is planned, and so does any number of them.  What
 * is then compared with a value says of the column that it is as near to that.
 * Nothing is evaluated here that core would not: moment.c moves the value, where
 * it can fail for none.
 *
 * All is counted in minutes between moments that are taken as they are stored:
 * a date for its midnight, and what is in a time zone as if that were UTC.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "pushing.h"

#define ONE_HOUR 60
#define ONE_DAY (24 * ONE_HOUR)

/* No zone is farther from UTC, nor was before there were zones. */
#define ZONE (16 * ONE_HOUR)

/* More than that no plan's dates can be moved and still be dates. */
#define FARTHEST (2000 * 366 * ONE_DAY)

/*
 * Functions of a moment.
 */

typedef struct Step Step;

/* What the other arguments of a call have to be; may add to how far it moves. */
typedef bool (*Check) (const Step *step, const FuncExpr *call, GsNear *near);

struct Step
{
	Oid			function;
	int			moment;			/* number of the argument */
	int			back;			/* how far it moves one at most */
	int			ahead;
	Check		check;			/* or NULL */
	const char *written;		/* around c, compared with a value */
};

static bool by_unit(const Step *step, const FuncExpr *call, GsNear *near);
static bool by_zone(const Step *step, const FuncExpr *call, GsNear *near);
static bool by_interval(const Step *step, const FuncExpr *call, GsNear *near);
static bool by_days(const Step *step, const FuncExpr *call, GsNear *near);
static bool by_part(const Step *step, const FuncExpr *call, GsNear *near);
static bool by_format(const Step *step, const FuncExpr *call, GsNear *near);

/* Where days or months pass, the zone's own offset may have changed: that is two. */
static const Step steps[] = {
	{F_DATE_TIMESTAMPTZ, 0, ONE_DAY + ZONE, ZONE, NULL, "c::date = v"},
	{F_DATE_TIMESTAMP, 0, ONE_DAY, 0, NULL, "c::date = v"},
	{F_TIMESTAMP_TIMESTAMPTZ, 0, ZONE, ZONE, NULL, "c::timestamp = v"},
	{F_TIMESTAMPTZ_TIMESTAMP, 0, ZONE, ZONE, NULL, "c::timestamptz = v"},
	{F_TIMESTAMPTZ_DATE, 0, ZONE, ZONE, NULL, "c::timestamptz = v"},
	{F_TIMESTAMP_DATE, 0, 0, 0, NULL, "c::timestamp = v"},
	{F_TIMESTAMP_TIMESTAMP_INT4, 0, 1, 1, NULL, "c::timestamp(n) = v"},
	{F_TIMESTAMPTZ_TIMESTAMPTZ_INT4, 0, 1, 1, NULL, "c::timestamptz(n) = v"},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ, 1, 2 * ZONE, 2 * ZONE, by_unit, "date_trunc(unit, c) = v"},
	{F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT, 1, 2 * ZONE, 2 * ZONE, by_unit, "date_trunc(unit, c, zone) = v"},
	{F_DATE_TRUNC_TEXT_TIMESTAMP, 1, 0, 0, by_unit, "date_trunc(unit, c) = v"},
	{F_TIMEZONE_TEXT_TIMESTAMPTZ, 1, ZONE, ZONE, by_zone, "(c AT TIME ZONE zone) = v"},
	{F_TIMEZONE_TEXT_TIMESTAMP, 1, ZONE, ZONE, by_zone, "(c AT TIME ZONE zone) = v"},
	{F_TIMEZONE_INTERVAL_TIMESTAMPTZ, 1, ZONE, ZONE, by_zone, "(c AT TIME ZONE interval) = v"},
	{F_TIMEZONE_INTERVAL_TIMESTAMP, 1, ZONE, ZONE, by_zone, "(c AT TIME ZONE interval) = v"},
	{F_DATE_PLI, 0, 0, 0, by_days, "c + n = v"},
	{F_DATE_MII, 0, 0, 0, by_days, "c - n = v"},
	{F_DATE_PL_INTERVAL, 0, 0, 0, by_interval, "c + interval = v"},
	{F_DATE_MI_INTERVAL, 0, 0, 0, by_interval, "c - interval = v"},
	{F_TIMESTAMP_PL_INTERVAL, 0, 0, 0, by_interval, "c + interval = v"},
	{F_TIMESTAMP_MI_INTERVAL, 0, 0, 0, by_interval, "c - interval = v"},
	{F_TIMESTAMPTZ_PL_INTERVAL, 0, 2 * ZONE, 2 * ZONE, by_interval, "c + interval = v"},
	{F_TIMESTAMPTZ_MI_INTERVAL, 0, 2 * ZONE, 2 * ZONE, by_interval, "c - interval = v"},
	/* the last that is done: it gives no moment */
	{F_EXTRACT_TEXT_DATE, 1, 0, 0, by_part, "extract(year FROM c) = n"},
	{F_EXTRACT_TEXT_TIMESTAMP, 1, 0, 0, by_part, "extract(year FROM c) = n"},
	{F_EXTRACT_TEXT_TIMESTAMPTZ, 1, ZONE, ZONE, by_part, "extract(year FROM c) = n"},
	{F_DATE_PART_TEXT_TIMESTAMP, 1, 0, 0, by_part, "date_part('year', c) = n"},
	{F_DATE_PART_TEXT_TIMESTAMPTZ, 1, ZONE, ZONE, by_part, "date_part('year', c) = n"},
	{F_TO_CHAR_TIMESTAMP_TEXT, 0, 0, 0, by_format, "to_char(c, format) = v"},
	{F_TO_CHAR_TIMESTAMPTZ_TEXT, 0, ZONE, ZONE, by_format, "to_char(c, format) = v"},
};

/* The text of a constant argument, NULL if it is none. */
static const char *
constant_text(const FuncExpr *call, int number)
{
	const Const *value = list_nth(call->args, number);

	if (!IsA(value, Const) || value->constisnull || value->consttype != TEXTOID)
		return NULL;
	return TextDatumGetCString(value->constvalue);
}

/* date_trunc: back to the start of a unit. */
static bool
by_unit(const Step *step, const FuncExpr *call, GsNear *near)
{
	static const struct
	{
		int			unit;
		int			length;
	}			units[] =
	{
		{DTK_MICROSEC, 1}, {DTK_MILLISEC, 1}, {DTK_SECOND, 1}, {DTK_MINUTE, 1}, {DTK_HOUR, ONE_HOUR},
		{DTK_DAY, ONE_DAY}, {DTK_WEEK, 7 * ONE_DAY}, {DTK_MONTH, 31 * ONE_DAY}, {DTK_QUARTER, 92 * ONE_DAY},
		{DTK_YEAR, 366 * ONE_DAY}, {DTK_DECADE, 10 * 366 * ONE_DAY}, {DTK_CENTURY, 100 * 366 * ONE_DAY},
		{DTK_MILLENNIUM, 1000 * 366 * ONE_DAY},
	};
	int			unit = gs_unit_of(linitial(call->args));

	if (list_length(call->args) > 2 && !by_zone(step, call, near))
		return false;
	for (int i = 0; i < (int) lengthof(units); i++)
		if (units[i].unit == unit)
		{
			near->back += units[i].length;
			return true;
		}
	return false;
}

/* AT TIME ZONE, or the last argument of date_trunc: a zone on this earth. */
static bool
by_zone(const Step *step, const FuncExpr *call, GsNear *near)
{
	int			number = step->moment == 1 && list_length(call->args) > 2 ? 2 : 0;
	const Const *value = list_nth(call->args, number);
	const char *name = constant_text(call, number);
	const Interval *offset;

	(void) near;
	if (name != NULL)
		return gs_is_usual_zone(pg_tzset(name));
	if (!IsA(value, Const) || value->constisnull || value->consttype != INTERVALOID)
		return false;
	offset = DatumGetIntervalP(value->constvalue);
	return offset->time >= -ZONE * USECS_PER_MINUTE && offset->time <= ZONE * USECS_PER_MINUTE;
}

static bool
is_minus(const FuncExpr *call)
{
	switch (call->funcid)
	{
		case F_DATE_MII:
		case F_DATE_MI_INTERVAL:
		case F_TIMESTAMP_MI_INTERVAL:
		case F_TIMESTAMPTZ_MI_INTERVAL:
			return true;
		default:
			return false;
	}
}

/* Both by the same, as far as that goes: false if it is too far. */
static bool
move(GsNear *near, int64 least, int64 greatest)
{
	if (least < -FARTHEST || greatest > FARTHEST)
		return false;
	near->back -= least;
	near->ahead += greatest;
	return true;
}

static bool
by_interval(const Step *step, const FuncExpr *call, GsNear *near)
{
	int64		least,
				greatest;

	(void) step;
	if (!gs_interval_bounds(lsecond(call->args), &least, &greatest))
		return false;
	return is_minus(call) ? move(near, -greatest, -least) : move(near, least, greatest);
}

static bool
by_days(const Step *step, const FuncExpr *call, GsNear *near)
{
	const Const *value = lsecond(call->args);
	int64		moved;

	(void) step;
	if (!IsA(value, Const) || value->constisnull)
		return false;
	moved = (int64) (is_minus(call) ? -1 : 1) * DatumGetInt32(value->constvalue) * ONE_DAY;
	return move(near, moved, moved);
}

/* A part of a moment that says when it is. */
static bool
by_part(const Step *step, const FuncExpr *call, GsNear *near)
{
	(void) step;
	switch (gs_unit_of(linitial(call->args)))
	{
		case DTK_YEAR:
			near->reading = GS_YEAR;
			return true;
		case DTK_ISOYEAR:
			/* it begins and ends on a Monday, three days from the other at most */
			near->reading = GS_YEAR;
			near->back += 3 * ONE_DAY;
			near->ahead += 3 * ONE_DAY;
			return true;
		case DTK_EPOCH:
			/* whatever makes a whole number of it */
			near->reading = GS_EPOCH;
			near->back += 1;
			near->ahead += 1;
			return true;
		default:
			return false;
	}
}

/* What a format begins with.  A third D would make another of two. */
static bool
by_format(const Step *step, const FuncExpr *call, GsNear *near)
{
	static const struct
	{
		const char *start;
		const char *end;		/* what may not follow; NULL: whatever it is */
		GsReading	reading;
	}			formats[] =
	{
		{"YYYY-MM-DD", "D", GS_DAY_TEXT}, {"yyyy-mm-dd", "d", GS_DAY_TEXT},
		{"YYYY-MM", "", GS_MONTH_TEXT}, {"yyyy-mm", "", GS_MONTH_TEXT},
		{"YYYY-", "", GS_YEAR_TEXT}, {"yyyy-", "", GS_YEAR_TEXT},
		{"YYYY", NULL, GS_YEAR_TEXT}, {"yyyy", NULL, GS_YEAR_TEXT},
	};
	const char *format = constant_text(call, 1);

	(void) step;
	for (int i = 0; format != NULL && i < (int) lengthof(formats); i++)
	{
		const char *rest = format + strlen(formats[i].start);

		near->reading = formats[i].reading;
		if (strncmp(formats[i].start, format, strlen(formats[i].start)) == 0 &&
			(*rest == '\0' || (formats[i].end != NULL && strchr(formats[i].end, *rest) == NULL)))
			return true;
	}
	return false;
}

bool
gs_is_usual_zone(const pg_tz * zone)
{
	/* in winter and summer of 2000 */
	static const pg_time_t moments[] = {946728000, 962452800};

	/* with a comma it is no name, but rules, which may have anything between */
	if (zone == NULL || strchr(pg_get_timezone_name(unconstify(pg_tz *, zone)), ',') != NULL)
		return false;
	for (int i = 0; i < (int) lengthof(moments); i++)
	{
		const struct pg_tm *local = pg_localtime(&moments[i], zone);

		if (local == NULL || abs((int) local->tm_gmtoff) > ZONE * SECS_PER_MINUTE)
			return false;
	}
	return true;
}

/*
 * What they are applied to.
 */

static const Step *
step_of(Oid function)
{
	for (int i = 0; i < (int) lengthof(steps); i++)
		if (steps[i].function == function)
			return &steps[i];
	return NULL;
}

/* Does a number that is cut off, or rounded, behind so many digits stay what it is if it is whole? */
static bool
keeps_whole(Expr *digits)
{
	const Const *value = (Const *) digits;

	return IsA(value, Const) && !value->constisnull && DatumGetInt32(value->constvalue) >= 0;
}

/* A year is a whole number in whatever type of numbers; of others they make less than one. */
static Expr *
strip_number_casts(Expr *expr)
{
	while (IsA(expr, FuncExpr))
	{
		const List *args = ((FuncExpr *) expr)->args;

		switch (((FuncExpr *) expr)->funcid)
		{
			case F_TRUNC_NUMERIC_INT4:
			case F_ROUND_NUMERIC_INT4:
				if (!keeps_whole(lsecond(args)))
					return expr;
				expr = linitial(args);
				break;
			case F_FLOOR_NUMERIC:
			case F_TRUNC_FLOAT8:
			case F_FLOOR_FLOAT8:
			case F_INT2_NUMERIC:
			case F_INT4_NUMERIC:
			case F_INT8_NUMERIC:
			case F_FLOAT8_NUMERIC:
			case F_INT2_FLOAT8:
			case F_INT4_FLOAT8:
			case F_INT8_FLOAT8:
			case F_NUMERIC_FLOAT8:
				expr = linitial(args);
				break;
			default:
				return expr;
		}
	}
	return expr;
}

Expr *
gs_near_column(Expr *expr, GsNear *near)
{
	FuncExpr	space;
	int			taken = 0;

	*near = (GsNear) {.reading = GS_AS_IT_IS};
	for (expr = strip_number_casts(expr);; taken++)
	{
		const FuncExpr *call;
		const Step *step;

		/* another name for its type, or as many digits as it has */
		while (IsA(expr, RelabelType))
			expr = ((RelabelType *) expr)->arg;
		call = gs_call_of(expr, &space);
		step = call != NULL ? step_of(call->funcid) : NULL;
		if (step == NULL)
			break;
		/* only the last one may give what is no moment */
		if ((step->check == by_part || step->check == by_format) && taken > 0)
			return NULL;
		near->back += step->back;
		near->ahead += step->ahead;
		if ((step->check != NULL && !step->check(step, call, near)) ||
			abs(near->back) > FARTHEST || abs(near->ahead) > FARTHEST)
			return NULL;
		expr = list_nth(call->args, step->moment);
	}
	if (near->reading == GS_AS_IT_IS)
		near->reading = GS_MOMENT;
	return taken > 0 ? expr : NULL;
}

static bool
is_number(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID ||
		type == FLOAT8OID;
}

bool
gs_near_value(Oid type, GsTest test, Oid value_type, GsNear *near)
{
	bool		equality = test == GS_EQ || test == GS_IN;

	if (!equality && test != GS_LT && test != GS_LE && test != GS_GT && test != GS_GE)
		return false;
	switch (near->reading)
	{
		case GS_AS_IT_IS:
			return false;
		case GS_MOMENT:
			if (value_type != DATEOID && value_type != TIMESTAMPOID && value_type != TIMESTAMPTZOID)
				return false;
			/* the one is brought into the session's zone, or the other */
			if ((type == TIMESTAMPTZOID) != (value_type == TIMESTAMPTZOID))
			{
				near->back += ZONE;
				near->ahead += ZONE;
			}
			return true;
		case GS_YEAR:
		case GS_EPOCH:
			return is_number(value_type);
		default:
			/* as texts, years of five digits are before those of four */
			return equality && value_type == TEXTOID;
	}
}

/* Is a value of the type an argument of that step, and changed by it? */
static bool
takes(const Step *step, Oid type)
{
	Oid		   *arguments;
	int			count;
	Oid			result = get_func_signature(step->function, &arguments, &count);
	Oid			taken = arguments[step->moment];

	return taken == type ||
		(result != type && can_coerce_type(1, &type, &taken, COERCION_IMPLICIT));
}

List *
gs_near_shapes(List *shapes, Oid type)
{
	for (int i = 0; (type == DATEOID || type == TIMESTAMPTZOID) && i < (int) lengthof(steps); i++)
		if (takes(&steps[i], type))
			shapes = gs_add_shape(shapes, steps[i].written, GS_GE, GS_LE);
	return shapes;
}
