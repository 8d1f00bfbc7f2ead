/*
 * moment.c
 *	  A comparison of dates or moments, as conditions of a search.
 *
 * A tenant may take a date for a moment, in whichever time zone, and know
 * nothing below a second: bounds are widened by that.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
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
	if (kind == GS_DATETIME)
		return moment_condition(builder, &test, least, greatest);
	/* whichever zone it is whose day a moment is */
	if (gs_is_zoned(builder->relation, clause->attnum))
		return moment_condition(builder, &test, (least - 1) * USECS_PER_DAY,
								(greatest + 2) * USECS_PER_DAY);
	/* a field that nobody knows is a day, but it may be a moment all the same */
	if (builder->relation->resource->dialect->zoned)
		return day_condition(builder, &test, least - 1, greatest + 1);
	return day_condition(builder, &test, least, greatest);
}
