/*
 * refresh.c
 *	  CALL gainsight_fdw_refresh: a local copy of a foreign table, kept up to date.
 *
 * The source is walked upwards by the moment of each row's last change, in
 * windows, and each window is committed only when all of it was read.  So
 * whatever is older than the newest row of the copy is in the copy, and a
 * refresh that was stopped anywhere goes on from there.  copy.c has the
 * statements; this file decides on windows and transactions.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "copy.h"
#include "governor.h"
#include "pager.h"
#include "stats.h"

GS_SQL_FUNCTION(gainsight_fdw_refresh);
GS_SQL_FUNCTION(gainsight_fdw_refresh_named);

/*
 * A row can appear with a moment that has passed: the tenant stamps it when a
 * change begins and shows it when it is done, and its clock is not ours.  So
 * what is younger than this is not settled: a refresh starts so much before
 * the newest row of the copy, and a window that ends earlier than this before
 * the present is the last one.
 */
#define UNSETTLED (10 * USECS_PER_MINUTE)

/* A window is small if it has no more than so many pages. */
#define MAX_PAGES 10

/* So often a window is walked again that is disturbed and cannot be halved. */
#define MAX_TRIES 3

/* Each end of a window is nearer than half the one before, to a second. */
#define MAX_ENDS 64

/* So many keys of rows that may be gone are asked for in one transaction. */
#define MAX_REMOVED 10000

/* Moments that no tenant has, but that a search can name. */
#define YEAR_1 ((TimestampTz) (date2j(1, 1, 2) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)
#define YEAR_9999 ((TimestampTz) (date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)

typedef struct Refresh
{
	/* what is copied */
	GsRelation *source;
	GsCopy	   *copy;
	bool		full;
	bool		searchable;		/* by the moment of the last change */
	int64		small;			/* rows that a window may have */
	MemoryContext context;		/* lives as long as the call */
	MemoryContext scratch;		/* one step of it */
	MemoryContextCallback on_end;

	/* what is known so far */
	bool		asked_filters;
	bool		heeds_filters;	/* once asked: a window leaves rows out */
	List	   *gone;			/* keys (char *) of the target that were not met */
} Refresh;

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
make_clause(const Refresh *refresh, GsTest test, int operand)
{
	GsClause   *clause = palloc0(sizeof(GsClause));

	clause->kind = GS_TEST;
	clause->attnum = refresh->copy->version;
	clause->test = test;
	clause->type = TIMESTAMPTZOID;
	clause->operand = operand;
	return clause;
}

static void
ask_filter(const Refresh *refresh, const GsFilter *filter, int64 offset, Answer *answer)
{
	const GsRelation *source = refresh->source;
	const GsEndpoint *endpoint = gs_model_read(source->resource, false);
	const char *key = gs_model_flagged(source->resource, GS_KEY)->field;
	GsSearch	search = {&key, 1, filter->conditions, filter->nconditions, filter->expression};
	GsRequest  *request;
	GsRecords	records;

	gs_governor_begin();
	request = gs_api_start_search(&source->settings->tenant, source->resource, &search, 1,
								  offset, CurrentMemoryContext);
	gs_api_finish_read(request, endpoint, &records);
	answer->found = records.count > 0;
	/* some tenants count the page */
	answer->total = records.total > records.count ? records.total : GS_NO_TOTAL;
	answer->key = answer->found ? pstrdup(gs_pager_key(source->resource, records.first)) : NULL;
	gs_request_free(request);
}

/* One test of the moment; false if it cannot be sent. */
static bool
ask_test(const Refresh *refresh, GsTest test, TimestampTz moment, Answer *answer)
{
	GsOperand	operand = {.value = TimestampTzGetDatum(moment)};
	GsFilter	filter;

	gs_filter_build(refresh->source,
					list_make1(make_clause(refresh, test, test == GS_IS_NULL ? -1 : 0)),
					&operand, &filter);
	if (!filter.complete)
		return false;
	ask_filter(refresh, &filter, 0, answer);
	return true;
}

/* What a search for the rows of a window says; false if it is wider than that. */
static bool
build_window(const Refresh *refresh, const GsWindow *window, GsFilter *filter)
{
	GsOperand	operands[] = {
		{.value = TimestampTzGetDatum(window->from)},
		{.value = TimestampTzGetDatum(window->to)}
	};
	List	   *clauses = NIL;

	if (!TIMESTAMP_IS_NOBEGIN(window->from))
		clauses = lappend(clauses, make_clause(refresh, GS_GE, 0));
	if (!TIMESTAMP_IS_NOEND(window->to))
		clauses = lappend(clauses, make_clause(refresh, GS_LT, 1));
	gs_filter_build(refresh->source, clauses, operands, filter);
	return filter->complete;
}

/*
 * Has a window more rows than a walk should have?  Whether there is a row
 * with that number is one request, and can be asked of tenants that give no
 * totalCount, too.  But some ignore the offset.
 */
static bool
is_large(const Refresh *refresh, const GsWindow *window, int64 *total)
{
	GsFilter	filter;
	Answer		there;
	Answer		first;

	(void) build_window(refresh, window, &filter);
	ask_filter(refresh, &filter, refresh->small, &there);
	*total = there.total;
	if (!there.found)
		return false;
	if (there.total != GS_NO_TOTAL)
		return there.total > refresh->small;
	ask_filter(refresh, &filter, 0, &first);
	return first.found && strcmp(first.key, there.key) != 0;
}

/*
 * Does a window leave rows out at all?  Where it does not, each would be read
 * as a whole.  One that no row can be in tells.
 */
static bool
heeds_filters(Refresh *refresh)
{
	Answer		answer;

	if (!refresh->asked_filters)
		refresh->heeds_filters = ask_test(refresh, GS_LT, YEAR_1, &answer) && !answer.found;
	refresh->asked_filters = true;
	return refresh->heeds_filters;
}

/*
 * Are there rows that no window has, since they have no such moment?  The
 * tenant can be asked for them, but may keep as "" what is null to us; so, of
 * a walk over everything, its count has to be that of the dated rows.
 */
static bool
has_undated(const Refresh *refresh, bool everything, int64 total)
{
	Answer		answer;

	if (ask_test(refresh, GS_IS_NULL, 0, &answer) && answer.found)
		return true;
	return everything && total != GS_NO_TOTAL &&
		ask_test(refresh, GS_LE, YEAR_9999, &answer) && answer.total != GS_NO_TOTAL &&
		answer.total != total;
}

/*
 * Windows.
 */

static TimestampTz
whole_second(TimestampTz moment)
{
	TimestampTz rest = moment % USECS_PER_SEC;

	return moment - (rest < 0 ? rest + USECS_PER_SEC : rest);
}

/*
 * Where to halve a window; false if it cannot be.  All but the last window
 * lie in the settled past, and none is shorter than a second, which is what a
 * search can tell apart.
 */
static bool
find_middle(Refresh *refresh, const GsWindow *window, TimestampTz *middle)
{
	TimestampTz settled = whole_second(GetCurrentTimestamp() - UNSETTLED);
	TimestampTz from = Max(window->from, YEAR_1);

	if (!refresh->searchable || from >= settled || !heeds_filters(refresh))
		return false;
	if (window->to > settled)
		*middle = settled;
	else if (window->from < 0 && window->to > 0)
		*middle = 0;			/* the year 2000: hardly anything is older */
	else
		*middle = whole_second(from + (window->to - from) / 2);
	return *middle > from && *middle < window->to;
}

/*
 * Walk a window, or the undated rows if it is NULL, within a subtransaction.
 * NULL if they are in the target now; the error if rows moved under the walk;
 * any other error is raised.
 *
 * Of two refreshes of one target, the one that reads later has to write
 * later.  The lock that sees to it is on the target as an object, for one on
 * it as a relation would keep VACUUM out.
 */
static ErrorData *
try_walk(Refresh *refresh, const GsWindow *window)
{
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;
	List	   *gone = NIL;
	ListCell   *cell;

	LockDatabaseObject(RelationRelationId, refresh->copy->target, 0, ExclusiveLock);
	gs_governor_begin();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(refresh->scratch);
	PG_TRY();
	{
		if (window == NULL)
			gs_copy_undated(refresh->copy);
		else
			gs_copy_window(refresh->copy, window, refresh->full ? &gone : NULL);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(refresh->scratch);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	CurrentResourceOwner = owner;
	MemoryContextSwitchTo(refresh->context);
	if (error == NULL)
		foreach(cell, gone)
			refresh->gone = lappend(refresh->gone, pstrdup(lfirst(cell)));
	MemoryContextSwitchTo(refresh->scratch);
	if (error != NULL && error->sqlerrcode != ERRCODE_T_R_SERIALIZATION_FAILURE)
		ReThrowError(error);
	return error;
}

static void
walk_undated(Refresh *refresh)
{
	for (int tries = 1;; tries++)
	{
		ErrorData  *disturbed = try_walk(refresh, NULL);

		if (disturbed == NULL)
			return;
		if (tries == MAX_TRIES)
			ReThrowError(disturbed);
	}
}

/* Everything so far is kept, whatever comes. */
static void
commit(Refresh *refresh)
{
	SPI_commit();
	MemoryContextSwitchTo(refresh->scratch);
	MemoryContextReset(refresh->scratch);
}

/*
 * Before the first window: how much there will be, and the rows that are in
 * no window.  They are committed with it, for what is newest in the target
 * says how far everything is in it.
 */
static bool
begin_walk(Refresh *refresh, const GsWindow *window)
{
	bool		everything = TIMESTAMP_IS_NOBEGIN(window->from);
	int64		total;
	bool		large = is_large(refresh, window, &total);

	gs_progress_expect(total);
	/* one walk over everything meets them anyway */
	if ((large || !everything) && has_undated(refresh, everything, total))
		walk_undated(refresh);
	return large;
}

/*
 * Walk from a moment to the end.  The window at hand is always the lowest of
 * what is left: it begins where the last one ended.
 */
static void
walk(Refresh *refresh, TimestampTz from)
{
	TimestampTz ends[MAX_ENDS] = {DT_NOEND};
	int			nends = 1;
	int			tries = 0;
	bool		begun = !refresh->searchable;

	while (nends > 0)
	{
		GsWindow	window = {from, ends[nends - 1]};
		bool		large = false;
		int64		total;
		ErrorData  *disturbed;

		if (refresh->searchable)
			large = begun ? is_large(refresh, &window, &total) : begin_walk(refresh, &window);
		begun = true;
		if (large && find_middle(refresh, &window, &ends[nends]))
		{
			nends++;
			continue;
		}
		disturbed = try_walk(refresh, &window);
		if (disturbed == NULL)
		{
			from = ends[--nends];
			tries = 0;
			commit(refresh);
		}
		else if (find_middle(refresh, &window, &ends[nends]))
			nends++;
		else if (++tries == MAX_TRIES)
			ReThrowError(disturbed);
	}
}

/*
 * What was not met may just have been changed, and moved to another window;
 * so the tenant is asked for each by its key before it is removed.
 */
static void
remove_gone(Refresh *refresh)
{
	int			count = list_length(refresh->gone);

	for (int i = 0; i < count; i += MAX_REMOVED)
	{
		List	   *some = list_copy_tail(refresh->gone, i);

		LockDatabaseObject(RelationRelationId, refresh->copy->target, 0, ExclusiveLock);
		gs_governor_begin();
		gs_copy_remove(refresh->copy, list_truncate(some, MAX_REMOVED));
		commit(refresh);
	}
}

/*
 * The call.
 */

/* Can windows of the source be searched for? */
static bool
is_searchable(const Refresh *refresh)
{
	GsWindow	second = {0, USECS_PER_SEC};
	GsFilter	filter;

	if (refresh->copy->version == 0)
		return false;
	return build_window(refresh, &second, &filter);
}

static void
end_refresh(void *arg)
{
	(void) arg;
	gs_progress_end();
}

static void
require_select(Oid relid)
{
	AclResult	result = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FOREIGN_TABLE, get_rel_name(relid));
}

/* Describe source and target, which is a regclass or, if named, a text. */
static Refresh *
prepare(Oid sourceid, Datum target, bool named, bool full)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw refresh",
												  ALLOCSET_SMALL_SIZES);
	Refresh    *refresh = MemoryContextAllocZero(context, sizeof(Refresh));
	GsSettings *settings;
	int			pages = MAX_PAGES;

	MemoryContextSwitchTo(context);
	PushActiveSnapshot(GetTransactionSnapshot());
	refresh->context = context;
	refresh->scratch = AllocSetContextCreate(context, "gainsight_fdw refresh step",
											 ALLOCSET_SMALL_SIZES);
	refresh->full = full;
	refresh->source = gs_relation_open(sourceid);
	require_select(sourceid);
	settings = refresh->source->settings;
	gs_settings_authorize(settings, GetUserId());
	refresh->copy = gs_copy_describe(refresh->source, named ?
									 gs_copy_make(refresh->source, DatumGetTextPP(target)) :
									 DatumGetObjectId(target));
	refresh->searchable = is_searchable(refresh);
	/* a window has to fit into its budget, with the rounds of a disturbed walk */
	if (settings->tenant.max_requests > 0)
		pages = Max(1, Min(pages, settings->tenant.max_requests / 4 - 2));
	refresh->small = (int64) pages * settings->page_size;
	refresh->on_end.func = end_refresh;
	MemoryContextRegisterResetCallback(context, &refresh->on_end);
	PopActiveSnapshot();
	return refresh;
}

static void
require_own_transaction(FunctionCallInfo fcinfo)
{
	const CallContext *call = (const CallContext *) fcinfo->context;

	if (call == NULL || !IsA(call, CallContext) || call->atomic || IsSubTransaction())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("gainsight_fdw_refresh cannot run inside a transaction block"),
				 errdetail("It commits each part of the copy when it is complete."),
				 errhint("CALL it as a statement of its own, with autocommit on.")));
}

static void
refresh_copy(FunctionCallInfo fcinfo, bool named)
{
	TimestampTz from = DT_NOBEGIN;
	Refresh    *refresh;

	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("the arguments of gainsight_fdw_refresh must not be null")));
	require_own_transaction(fcinfo);
	SPI_connect_ext(SPI_OPT_NONATOMIC);
	refresh = prepare(PG_GETARG_OID(0), PG_GETARG_DATUM(1), named, PG_GETARG_BOOL(2));
	gs_progress_begin(refresh->source->relid, GetUserId());
	MemoryContextSwitchTo(refresh->scratch);
	if (refresh->searchable && !refresh->full)
		from = gs_copy_newest(refresh->copy);
	if (!TIMESTAMP_IS_NOBEGIN(from))
		from = whole_second(from - UNSETTLED);
	walk(refresh, from);
	remove_gone(refresh);
	MemoryContextDelete(refresh->context);
	SPI_finish();
}

Datum
gainsight_fdw_refresh(PG_FUNCTION_ARGS)
{
	refresh_copy(fcinfo, false);
	PG_RETURN_VOID();
}

Datum
gainsight_fdw_refresh_named(PG_FUNCTION_ARGS)
{
	refresh_copy(fcinfo, true);
	PG_RETURN_VOID();
}
