/*
 * moment.c
 *	  A comparison of dates or moments, as conditions of a search.
 *
 * A tenant may take a date for a moment, in whichever time zone, and know
 * nothing below a second: bounds are widened by that.
 */
#include "postgres.h"

#include <ctype.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "gainsight/gainsight.h"
#include "filter.h"

/* Bounds of what a date field may be, in days; either may be open. */
typedef struct Bounds
{
	bool		has_low;
	bool		has_high;
	int64		low;
	int64		high;
} Bounds;

static bool
is_infinite(Oid type, Datum value)
{
	return type == DATEOID ? DATE_NOT_FINITE(DatumGetDateADT(value)) :
		TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value));
}

/*
 * The first and the last day that a value can stand for.  A moment is a day in
 * some time zone, which widens it by two days.
 */
static void
days_of(Oid type, Datum value, int64 *first, int64 *last)
{
	int64		widening = 0;

	if (type == DATEOID)
	{
		*first = *last = DatumGetDateADT(value);
	}
	else
	{
		*first = *last = gs_day_of(DatumGetTimestamp(value));
		widening = 2;
	}
	*first -= widening;
	*last += widening;
}

/* A finite value as a moment, under the session's TimeZone; false if it has none. */
static bool
bound_moment(Oid type, Datum value, TimestampTz *moment)
{
	if (type == DATEOID)
	{
		DateADT		day = DatumGetDateADT(value);

		if (gs_value_day(day) == NULL)
			return false;
		*moment = DatumGetTimestampTz(DirectFunctionCall1(date_timestamptz, value));
		return true;
	}
	if (type == TIMESTAMPOID)
	{
		if (gs_value_second(DatumGetTimestamp(value) / USECS_PER_SEC) == NULL)
			return false;
		value = DirectFunctionCall1(timestamp_timestamptz, value);
	}
	*moment = DatumGetTimestampTz(value);
	return true;
}

/* LT d; GTE d; GT d; = and <= as GTE d and LT d+1: a date may be a date-time remotely */
static Where *
day_condition(Builder *builder, const GsClause *clause, int64 first, int64 last)
{
	GsTest		test = clause->test;
	bool		moment = clause->type != DATEOID;
	List	   *arms = NIL;
	const char *low = gs_value_day(first);
	const char *high = gs_value_day(test == GS_LT && !moment ? last : last + 1);

	if (gs_value_day(first) == NULL || gs_value_day(last) == NULL)
		return gs_where_give_up(builder);
	if (test == GS_EQ || test == GS_GE || test == GS_GT)
		arms = lappend(arms, gs_where_one(builder, clause->attnum,
										  test == GS_GT && !moment ? "GT" : "GTE", low));
	if (test == GS_EQ || test == GS_LT || test == GS_LE)
		arms = lappend(arms, high ? gs_where_one(builder, clause->attnum, "LT", high) :
					   gs_where_give_up(builder));
	return gs_where_combine(ALL_OF, arms);
}

static Where *
moment_condition(Builder *builder, const GsClause *clause, TimestampTz first, TimestampTz last)
{
	GsTest		test = clause->test;
	int64		floor = first / USECS_PER_SEC - (first % USECS_PER_SEC < 0 ? 1 : 0);
	int64		ceiling = last / USECS_PER_SEC + (last % USECS_PER_SEC > 0 ? 1 : 0);
	const char *low = gs_value_second(floor);
	const char *high = gs_value_second(ceiling);
	List	   *arms = NIL;

	if (low == NULL || high == NULL)
		return gs_where_give_up(builder);
	if (test != GS_LT && test != GS_LE)
		arms = lappend(arms, gs_where_one(builder, clause->attnum, "GTE", low));
	if (test != GS_GT && test != GS_GE)
		arms = lappend(arms, gs_where_one(builder, clause->attnum, "LTE", high));
	return gs_where_combine(ALL_OF, arms);
}

/*
 * What is near a column.
 */

static int64
start_of(int year, int month, int day)
{
	return (int64) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
}

/* The moments that a date or moment, taken as it is stored, stands for. */
static bool
read_moment(Oid type, Datum value, int64 *first, int64 *last)
{
	if (is_infinite(type, value))
		return false;
	if (type == DATEOID)
	{
		if (gs_value_day(DatumGetDateADT(value)) == NULL)
			return false;
		*first = *last = DatumGetDateADT(value) * USECS_PER_DAY;
		return true;
	}
	*first = *last = DatumGetTimestamp(value);
	return gs_value_second(*first / USECS_PER_SEC) != NULL;
}

/* The moments of a year; of one with a fraction those of the one that it is in. */
static bool
read_year(GsTest test, double year, int64 *first, int64 *last)
{
	if (!(year >= 1 && year < 9999))
		return false;
	*first = start_of((int) floor(year), 1, 1);
	*last = start_of((int) floor(year) + 1, 1, 1) - 1;
	/* only years that are whole are before or after it */
	if (test == GS_LT && year == floor(year))
		*last = *first - 1;
	if (test == GS_GT)
		*first = *last + 1;
	return true;
}

/* The moments of a number of seconds since 1970. */
static bool
read_epoch(double seconds, int64 *first, int64 *last)
{
	const double epoch = (double) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;

	seconds -= epoch;
	if (!(seconds > -1e11 && seconds < 1e12) || gs_value_second((int64) floor(seconds)) == NULL)
		return false;
	*first = (int64) floor(seconds) * USECS_PER_SEC;
	*last = *first + USECS_PER_SEC;
	return true;
}

/* The moments of what to_char writes of them, false for what it would not write. */
static bool
read_text(GsReading reading, const char *text, int64 *first, int64 *last)
{
	static const char *const shapes[] = {
		[GS_YEAR_TEXT] = "9999", [GS_MONTH_TEXT] = "9999-99", [GS_DAY_TEXT] = "9999-99-99"
	};
	const char *shape = shapes[reading];
	int			year = atoi(text);
	int			month,
				day;

	for (int i = 0; shape[i] != '\0'; i++)
		if (shape[i] == '9' ? !isdigit((unsigned char) text[i]) : text[i] != shape[i])
			return false;
	/* a year of more digits */
	if (isdigit((unsigned char) text[strlen(shape)]))
		return false;
	month = reading >= GS_MONTH_TEXT ? atoi(text + 5) : 1;
	day = reading == GS_DAY_TEXT ? atoi(text + 8) : 1;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*first = start_of(year, month, day);
	*last = *first + (reading == GS_DAY_TEXT ? 1 : reading == GS_MONTH_TEXT ? 31 : 366) * USECS_PER_DAY - 1;
	return true;
}

static bool
read_near(const GsClause *clause, Datum value, int64 *first, int64 *last)
{
	switch (clause->near.reading)
	{
		case GS_MOMENT:
			return read_moment(clause->type, value, first, last);
		case GS_YEAR:
			return read_year(clause->test, gs_number_value(clause->type, value), first, last);
		case GS_EPOCH:
			return read_epoch(gs_number_value(clause->type, value), first, last);
		default:
			return read_text(clause->near.reading, TextDatumGetCString(value), first, last);
	}
}

/* A date column's days, which are midnights here. */
static void
days_between(int64 *first, int64 *last)
{
	*first = -gs_day_of(-*first);
	*last = gs_day_of(*last);
}

/* What it becomes, from the first to the last moment, or day, that the column may have. */
static Where *
span_condition(Builder *builder, const GsClause *test, GsKind kind, int64 first, int64 last)
{
	if (kind == GS_DATETIME)
		return moment_condition(builder, test, first, last);
	/* whichever zone it is whose day a moment is */
	if (gs_is_zoned(builder->relation, test->attnum))
		return moment_condition(builder, test, (first - 1) * USECS_PER_DAY,
								(last + 2) * USECS_PER_DAY);
	/* a field that nobody knows is a day, but it may be a moment all the same */
	if (builder->relation->resource->dialect->zoned)
		return day_condition(builder, test, first - 1, last + 1);
	return day_condition(builder, test, first, last);
}

Where *
gs_where_near(Builder *builder, const GsClause *clause, GsKind kind,
			  const Datum *values, int count)
{
	GsClause	test = *clause;
	int64		least = PG_INT64_MAX;
	int64		greatest = PG_INT64_MIN;

	/* nor is it known what is far in a zone that is */
	if (count == 0 || !gs_is_usual_zone(session_timezone))
		return gs_where_give_up(builder);
	for (int i = 0; i < count; i++)
	{
		int64		first,
					last;

		if (!read_near(clause, values[i], &first, &last))
			return gs_where_give_up(builder);
		least = Min(least, first);
		greatest = Max(greatest, last);
	}
	least -= clause->near.ahead * USECS_PER_MINUTE;
	greatest += clause->near.back * USECS_PER_MINUTE;
	if (kind == GS_DATE)
		days_between(&least, &greatest);
	if (test.test == GS_IN)
		test.test = GS_EQ;
	test.type = TIMESTAMPTZOID;
	return span_condition(builder, &test, kind, least, greatest);
}

Where *
gs_where_time(Builder *builder, const GsClause *clause, GsKind kind,
			  const Datum *values, int count)
{
	GsClause	test = *clause;
	int64		least = PG_INT64_MAX;
	int64		greatest = PG_INT64_MIN;

	for (int i = 0; i < count; i++)
	{
		int64		first = 0;
		int64		last = 0;

		/* no record equals it */
		if (is_infinite(clause->type, values[i]) && clause->test == GS_IN)
			continue;
		if (is_infinite(clause->type, values[i]) ||
			(kind == GS_DATETIME && !bound_moment(clause->type, values[i], &first)))
			return gs_where_give_up(builder);
		if (kind == GS_DATE)
			days_of(clause->type, values[i], &first, &last);
		else
			last = first;
		least = Min(least, first);
		greatest = Max(greatest, last);
	}
	if (least > greatest)
		return gs_where_give_up(builder);
	if (test.test == GS_IN)
		test.test = GS_EQ;
	return span_condition(builder, &test, kind, least, greatest);
}
