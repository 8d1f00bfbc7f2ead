/*
 * window.c
 *	  The windows of a refresh: how much the tenant has in one, and where it can
 *	  be halved.
 *
 * A tenant may give no totalCount or a wrong one, ignore an offset, or ignore
 * the whole condition.  None of that may end in windows without number: what
 * cannot be told is walked as one.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "copy.h"
#include "wire/wire.h"
#include "gainsight/gainsight.h"

/* A window is small if it has no more than so many pages. */
#define MAX_PAGES 10

/* So often rows are counted until two counts agree. */
#define MAX_COUNTS 8

/* Moments before and after what tenants have, which a search can name. */
#define LONG_AGO ((TimestampTz) (date2j(1900, 1, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)
#define FAR_OFF ((TimestampTz) (date2j(2999, 12, 31) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)

struct GsWindows
{
	const GsRelation *source;
	AttrNumber	version;		/* the moment of the last change; 0: there is none */
	bool		searchable;
	int64		small;			/* rows that a window may have */

	/* whether a window leaves rows out, once that was asked */
	bool		asked;
	bool		heeded;
};

/*
 * Asking the tenant how much there is.
 */

typedef struct Answer
{
	bool		found;			/* there is a row at the offset */
	int64		total;			/* of the search, GS_NO_TOTAL if it is not credible */
	char	   *key;			/* of the row found */
} Answer;

/* A condition on the moment of the last change. */
static GsClause *
make_clause(const GsWindows *windows, GsTest test, int operand)
{
	GsClause   *clause = palloc0(sizeof(GsClause));

	clause->kind = GS_TEST;
	clause->attnum = windows->version;
	clause->test = test;
	clause->type = TIMESTAMPTZOID;
	clause->operand = operand;
	return clause;
}

/* Is there a row at this offset?  False if the tenant refuses such a search. */
static bool
ask_filter(const GsWindows *windows, const GsFilter *filter, int64 offset, Answer *answer)
{
	const GsRelation *source = windows->source;
	const GsEndpoint *endpoint = gs_model_read(source->resource, false);
	const char *key = gs_model_flagged(source->resource, GS_KEY)->field;
	GsSearch	search = {&key, 1, filter->conditions, filter->nconditions,
	.expression = filter->expression};
	const GsVerdict *verdict;
	GsRequest  *request;
	GsRecords	records;

	gs_governor_begin();
	request = gs_api_start_search(&source->settings->tenant, source->resource, &search, 1,
								  offset, CurrentMemoryContext);
	verdict = gs_request_settle(request);
	if (verdict->kind == GS_FAILED &&
		verdict->failure.sqlstate == ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION)
	{
		gs_request_free(request);
		return false;
	}
	gs_api_finish_read(request, endpoint, &records);
	answer->found = records.count > 0;
	/* some tenants count the page */
	answer->total = records.total > records.count ? records.total : GS_NO_TOTAL;
	answer->key = answer->found ? pstrdup(gs_record_key(&source->settings->tenant, source->resource, records.first)) : NULL;
	gs_request_free(request);
	return true;
}

/* One test of the moment; false if it cannot be sent, or is refused. */
static bool
ask_test(const GsWindows *windows, GsTest test, TimestampTz moment, Answer *answer)
{
	GsOperand	operand = {.value = TimestampTzGetDatum(moment)};
	GsFilter	filter;

	gs_filter_build(windows->source,
					list_make1(make_clause(windows, test, test == GS_IS_NULL ? -1 : 0)),
					&operand, GS_ANY_PIECES, &filter);
	return filter.complete && ask_filter(windows, &filter, 0, answer);
}

/* What a search for the rows of a window says; false if it is wider than that. */
static bool
build_window(const GsWindows *windows, const GsWindow *window, GsFilter *filter)
{
	GsOperand	operands[] = {
		{.value = TimestampTzGetDatum(window->from)},
		{.value = TimestampTzGetDatum(window->to)}
	};
	List	   *clauses = NIL;

	if (!TIMESTAMP_IS_NOBEGIN(window->from))
		clauses = lappend(clauses, make_clause(windows, GS_GE, 0));
	if (!TIMESTAMP_IS_NOEND(window->to))
		clauses = lappend(clauses, make_clause(windows, GS_LT, 1));
	gs_filter_build(windows->source, clauses, operands, GS_ANY_PIECES, filter);
	return filter->complete;
}

/*
 * Whether there is a row with that number is one request, and can be asked of
 * tenants that give no totalCount, too.  But some ignore the offset.
 */
bool
gs_window_is_large(const GsWindows *windows, const GsWindow *window, int64 *total)
{
	GsFilter	filter;
	Answer		there;
	Answer		first;

	*total = GS_NO_TOTAL;
	(void) build_window(windows, window, &filter);
	/* a refusal is left to the walk to tell */
	if (!ask_filter(windows, &filter, windows->small, &there))
		return false;
	*total = there.total;
	if (!there.found)
		return false;
	if (there.total != GS_NO_TOTAL)
		return there.total > windows->small;
	return ask_filter(windows, &filter, 0, &first) && first.found &&
		strcmp(first.key, there.key) != 0;
}

/*
 * Does a window leave rows out at all?  Where it does not, each would be read
 * as a whole.  One that no row can be in tells.
 */
static bool
heeds_filters(GsWindows *windows)
{
	Answer		answer;

	if (!windows->asked)
		windows->heeded = ask_test(windows, GS_LT, LONG_AGO, &answer) && !answer.found;
	windows->asked = true;
	return windows->heeded;
}

/*
 * Are all rows dated, by their number?  Both counts are taken in turns until
 * two that follow each other agree, as rows may come and go between.
 */
static bool
counts_agree(const GsWindows *windows, int64 total)
{
	GsFilter	none = {0};
	Answer		answer = {.total = total};

	for (int i = 0; i < MAX_COUNTS && answer.total != GS_NO_TOTAL; i++)
	{
		int64		before = answer.total;

		if (i % 2 == 0 ? !ask_test(windows, GS_LE, FAR_OFF, &answer) :
			!ask_filter(windows, &none, 0, &answer))
			return true;
		if (answer.total == before)
			return true;
	}
	return answer.total == GS_NO_TOTAL;
}

/*
 * Are there rows that no window has, since they have no such moment?  The
 * tenant can be asked for them, but may keep as "" what is null to us; so, of
 * a walk over everything, the dated rows have to be all, where they can be
 * counted.
 */
bool
gs_windows_have_undated(const GsWindows *windows, bool everything, int64 total)
{
	Answer		answer;

	if (ask_test(windows, GS_IS_NULL, 0, &answer) && answer.found)
		return true;
	return everything && !counts_agree(windows, total);
}

/*
 * Windows.
 */

TimestampTz
gs_window_second(TimestampTz moment)
{
	return gs_second_of(moment) * USECS_PER_SEC;
}

/*
 * Where to halve a window; false if it cannot be.  All but the last window
 * lie in the settled past, and none is shorter than a second, which is what a
 * search can tell apart.
 */
bool
gs_window_halve(GsWindows *windows, const GsWindow *window, TimestampTz *middle)
{
	TimestampTz settled = gs_window_second(GetCurrentTimestamp() - GS_UNSETTLED);
	TimestampTz from = Max(window->from, LONG_AGO);

	if (!windows->searchable || from >= settled || !heeds_filters(windows))
		return false;
	if (window->to > settled)
		*middle = settled;
	else if (window->from < 0 && window->to > 0)
		*middle = 0;			/* the year 2000: hardly anything is older */
	else
		*middle = gs_window_second(from + (window->to - from) / 2);
	return *middle > from && *middle < window->to;
}

GsWindows *
gs_windows_create(const GsRelation *source, AttrNumber version)
{
	GsWindows  *windows = palloc0(sizeof(GsWindows));
	int			budget = source->settings->tenant.max_requests;
	GsWindow	second = {0, USECS_PER_SEC};
	GsFilter	filter;
	int			pages = MAX_PAGES;

	/* a window has to fit into its budget, with the rounds of a disturbed walk */
	if (budget > 0)
		pages = Max(1, Min(pages, budget / 4 - 2));
	windows->source = source;
	windows->version = version;
	windows->small = (int64) pages * source->settings->page_size;
	windows->searchable = version != 0 && build_window(windows, &second, &filter);
	return windows;
}

bool
gs_windows_searchable(const GsWindows *windows)
{
	return windows->searchable;
}
