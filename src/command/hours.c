/*
 * hours.c
 *	  Probes of dates: the hour at which a tenant has its days, and whether it keeps
 *	  the order of moments.
 *
 * Where a date is kept as a moment, it is reported to be one hour of the tenant's
 * own zone, five in the afternoon.  In a zone where all fall on one hour their
 * days are right; summer and winter tell zones apart, and where they do not, the
 * hour itself may.
 */
#include "postgres.h"

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "probe.h"

/* Of these the first that fits as well as any is named; each has rules of its own. */
static const char *const zones[] = {
	"UTC", "America/Los_Angeles", "America/Denver", "America/Phoenix", "America/Chicago",
	"America/New_York", "America/Sao_Paulo", "America/St_Johns", "Europe/London", "Europe/Berlin",
	"Europe/Helsinki", "Africa/Lagos", "Africa/Johannesburg", "Asia/Dubai", "Asia/Karachi",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore",
	"Asia/Tokyo", "Australia/Adelaide", "Australia/Brisbane", "Australia/Sydney",
	"Pacific/Auckland", "Pacific/Honolulu", "America/Anchorage",
	"Etc/GMT+12", "Etc/GMT+11", "Etc/GMT+9", "Etc/GMT+8", "Etc/GMT+6", "Etc/GMT+5", "Etc/GMT+4",
	"Etc/GMT+2", "Etc/GMT+1", "Etc/GMT-3", "Etc/GMT-6", "Etc/GMT-11", "Etc/GMT-12", "Etc/GMT-13",
	"Etc/GMT-14"
};

/* Of years whose clocks are known. */
#define FIRST_YEAR 1990
#define LAST_YEAR 2037

#define MINUTES_A_DAY (24 * 60)

typedef struct Moments
{
	int			count;
	Timestamp  *moments;
} Moments;

/* What a zone makes of them. */
typedef struct Reading
{
	int			minute;			/* of the day, at which most are */
	int			most;			/* so many */
} Reading;

static void
add_moments(const GsAnswer *answer, const GsResource *resource, Moments *all)
{
	if (resource == NULL || answer->verdict == NULL)
		return;
	for (const GsJson *record = answer->records.first; record != NULL;
		 record = gs_envelope_next(&answer->records, record))
		for (int i = 0; i < resource->ncolumns; i++)
		{
			const GsColumn *column = &resource->columns[i];
			Timestamp	moment;
			int64		year;

			if (column->kind != GS_DATE || !gs_check_moment(record, column, &moment))
				continue;
			year = 2000 + gs_day_of(moment) / 365;
			if (year > FIRST_YEAR && year < LAST_YEAR)
				all->moments[all->count++] = moment;
		}
}

static bool
read_clock(Timestamp moment, pg_tz * zone, int *day, int *minute)
{
	struct pg_tm tm;
	fsec_t		fraction;
	int			offset;

	if (timestamp2tm(moment, &offset, &tm, &fraction, NULL, zone) != 0)
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
	*minute = tm.tm_hour * 60 + tm.tm_min;
	return true;
}

static Reading
read_in(const Moments *all, pg_tz * zone)
{
	int			counts[MINUTES_A_DAY] = {0};
	Reading		reading = {0};
	int			day;
	int			minute;

	for (int i = 0; i < all->count; i++)
		if (read_clock(all->moments[i], zone, &day, &minute) && ++counts[minute] > reading.most)
		{
			reading.most = counts[minute];
			reading.minute = minute;
		}
	return reading;
}

/* How many fall on another day in another zone? */
static int
other_days(const Moments *all, pg_tz * one, pg_tz * other)
{
	int			count = 0;
	int			days[2] = {0};
	int			minute;

	for (int i = 0; i < all->count; i++)
		if (read_clock(all->moments[i], one, &days[0], &minute) &&
			read_clock(all->moments[i], other, &days[1], &minute))
			count += days[0] != days[1];
	return count;
}

/* Hours that a tenant is more likely to take: five in the afternoon, else midnight. */
static int
likeliness(const Reading *reading)
{
	return reading->minute == 17 * 60 ? 2 : reading->minute == 0 ? 1 : 0;
}

static bool
fits_better(const Reading *one, const Reading *other)
{
	return one->most > other->most ||
		(one->most == other->most && likeliness(one) > likeliness(other));
}

static const char *
describe_reading(const Moments *all, const Reading *reading, const char *name)
{
	return psprintf("%d of %d are at %02d:%02d in %s", reading->most, all->count,
					reading->minute / 60, reading->minute % 60, name);
}

void
gs_check_hours(GsCheck *check, const char *step)
{
	const GsSettings *settings = check->settings;
	int			room = (check->page.records.count + check->children.records.count) * GS_MAX_CONDITIONS;
	Moments		all = {.moments = palloc(sizeof(Timestamp) * Max(room, 1))};
	Reading		present;
	Reading		best;
	const char *name = NULL;
	const char *detail;
	int			moved;

	add_moments(&check->page, check->plans, &all);
	add_moments(&check->children, check->children_of, &all);
	if (all.count == 0)
	{
		gs_check_put(check, step, true, "not known: there is no date");
		return;
	}
	best = present = read_in(&all, settings->zone);
	for (int i = 0; i < (int) lengthof(zones); i++)
	{
		pg_tz	   *zone = pg_tzset(zones[i]);
		Reading		reading = zone ? read_in(&all, zone) : best;

		if (fits_better(&reading, &best))
		{
			best = reading;
			name = zones[i];
		}
	}
	detail = describe_reading(&all, &present, gs_printable_here(settings->time_zone, 60));
	moved = name ? other_days(&all, settings->zone, pg_tzset(name)) : 0;
	if (name != NULL)
		detail = psprintf("%s, %s%s", detail, describe_reading(&all, &best, name), moved == 0 ?
						  ", which are the same days" :
						  psprintf("; the server option time_zone '%s' would change %d days", name, moved));
	/* all at one hour somewhere, and here not: here days are wrong */
	gs_check_put(check, step, best.most < all.count || present.most == all.count || moved == 0, detail);
}

/*
 * Orders by dates that every record has, which statements may ask for.
 */

/* A page of fewer than the known ones: were it only sorted, some of these would belong on it. */
#define ORDERED (GS_SAMPLE / 2)

/* Does the first of two moments belong before the second? */
static bool
belongs_before(const GsOrder *order, Timestamp one, Timestamp other)
{
	return order->descending ? one > other : one < other;
}

/* What is wrong with a page that was asked for in an order, in words; NULL if nothing is. */
static const char *
find_disorder(const GsCheck *check, const GsColumn *column, const GsOrder *order,
			  const GsRecords *records)
{
	Timestamp	last = 0;
	Timestamp	moment;

	for (const GsJson *record = records->first; record != NULL; record = gs_envelope_next(records, record))
	{
		if (!gs_check_moment(record, column, &moment))
			return "a record has none";
		if (record != records->first && belongs_before(order, moment, last))
			return "not kept: a record belongs before the one before it";
		last = moment;
	}
	for (const GsJson *record = check->page.records.first; record != NULL && records->count == ORDERED;
		 record = gs_envelope_next(&check->page.records, record))
	{
		if (!gs_check_moment(record, column, &moment))
			return "a record has none";
		if (belongs_before(order, moment, last) &&
			!gs_check_has_key(check, records, gs_check_key(check, record)))
			return "not kept: records are missing that belong on the page";
	}
	return NULL;
}

/* What came of the orders that were asked for. */
typedef struct Orders
{
	StringInfoData detail;
	int			asked;
	int			kept;
	int			broken;
} Orders;

static void
try_order(GsCheck *check, const GsColumn *column, Orders *orders)
{
	/* the first one way, others the other */
	bool		descending = orders->asked++ > 0;
	const char *fields[] = {gs_model_flagged(check->plans, GS_KEY)->field, column->field};
	GsOrder		order = {column->field, descending, gs_moment_of};
	GsSearch	search = {.select = fields, .nselect = lengthof(fields), .order = &order};
	const char *wrong;
	GsAnswer	answer;

	if (!gs_check_search(check, check->plans, &search, ORDERED, 0, &answer))
		return;
	wrong = answer.ok ? find_disorder(check, column, &order, &answer.records) : gs_check_failure(&answer, NULL);
	orders->broken += wrong != NULL;
	if (wrong == NULL && answer.records.count < 2)
		wrong = "not known, there are too few rows";
	orders->kept += wrong == NULL;
	appendStringInfo(&orders->detail, "%s%s %s: %s", orders->detail.len > 0 ? "; " : "", column->field,
					 descending ? "desc" : "asc", wrong ? wrong : "kept");
}

void
gs_check_date_order(GsCheck *check, const char *step)
{
	bool		trusted = check->settings->trust_order;
	Orders		orders = {0};

	initStringInfo(&orders.detail);
	for (int i = 0; i < check->plans->ncolumns && check->over == NULL; i++)
	{
		const GsColumn *column = &check->plans->columns[i];

		if ((column->flags & GS_SORTABLE) && !gs_check_lacks(check, column))
			try_order(check, column, &orders);
	}
	if (check->over != NULL)
		return;
	if (trusted ? orders.broken > 0 : orders.broken == 0 && orders.kept > 0)
		appendStringInfoString(&orders.detail, trusted ? "; set the server option trust_order 'false'" :
							   "; the server option trust_order 'true' saves requests");
	gs_check_put(check, step, !trusted || orders.broken == 0, orders.detail.len > 0 ? orders.detail.data :
				 "not known: there are no such dates");
}
