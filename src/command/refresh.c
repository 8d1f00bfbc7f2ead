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
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "copy.h"
#include "wire/wire.h"
#include "gainsight/gainsight.h"

GS_SQL_FUNCTION(gainsight_fdw_refresh);
GS_SQL_FUNCTION(gainsight_fdw_refresh_named);

/* So often a window is walked again that is disturbed and cannot be halved. */
#define MAX_TRIES 5

/* Each end of a window is nearer than half the one before, to a second. */
#define MAX_ENDS 64

/* So many keys of rows that may be gone are asked for in one transaction at most. */
#define MAX_REMOVED 10000

typedef struct Refresh
{
	/* what is copied */
	GsRelation *source;
	GsCopy	   *copy;
	GsWindows  *windows;
	bool		full;

	/* lives as long as the call, and one step of it */
	MemoryContext context;
	MemoryContext scratch;
	MemoryContextCallback on_end;

	/* what is known so far */
	bool		everything;		/* it is a walk from the very first row */
	bool		has_total;
	int64		total;			/* rows that there will be, or GS_NO_TOTAL */
	bool		has_undated;	/* the rows that are in no window are in the target */
	int64		met;			/* rows of the source, in windows */
	List	   *gone;			/* keys (char *) of the target that were not met */
} Refresh;

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
	volatile int64 count = 0;
	uint64		given_up = gs_pager_given_up();

	LockDatabaseObject(RelationRelationId, refresh->copy->target, 0, ExclusiveLock);
	gs_governor_begin();
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(refresh->scratch);
	PG_TRY();
	{
		if (window == NULL)
			count = gs_copy_undated(refresh->copy, refresh->full ? &gone : NULL);
		else
			count = gs_copy_window(refresh->copy, window, refresh->full ? &gone : NULL);
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
	{
		refresh->met += count;
		foreach(cell, gone)
			refresh->gone = lappend(refresh->gone, pstrdup(lfirst(cell)));
	}
	MemoryContextSwitchTo(refresh->scratch);
	/* the target, too, may have been changed by others under its transaction */
	if (error != NULL && gs_pager_given_up() == given_up)
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
commit_window(Refresh *refresh)
{
	SPI_commit();
	MemoryContextSwitchTo(refresh->scratch);
	MemoryContextReset(refresh->scratch);
}

/*
 * Bring in the rows that are in no window, once.  They are committed with the
 * first window, for from then on the newest row of the target says how far
 * everything is in it.
 */
static void
bring_undated(Refresh *refresh)
{
	MemoryContext old = MemoryContextSwitchTo(refresh->context);

	if (refresh->has_undated)
		;
	else if (gs_windows_have_undated(refresh->windows, refresh->everything, refresh->total))
		walk_undated(refresh);
	else if (refresh->full)
		gs_copy_add_undated(refresh->copy, &refresh->gone);
	refresh->has_undated = true;
	MemoryContextSwitchTo(old);
}

/* Has a window more rows than one walk should have? */
static bool
is_large(Refresh *refresh, const GsWindow *window)
{
	int64		total = GS_NO_TOTAL;
	bool		large = gs_windows_searchable(refresh->windows) &&
		gs_window_is_large(refresh->windows, window, &total);

	/* the first is all that there is to do */
	if (!refresh->has_total)
		gs_progress_expect(refresh->total = total);
	refresh->has_total = true;
	return large;
}

/* Where to halve a window; false if it cannot be. */
static bool
halve_window(Refresh *refresh, const GsWindow *window, TimestampTz *middle)
{
	if (!gs_window_halve(refresh->windows, window, middle))
		return false;
	/* one walk over everything would have met them */
	bring_undated(refresh);
	return true;
}

/*
 * Walk from a moment to the end.  The window at hand is always the lowest of
 * what is left: it begins where the last one ended.
 */
static void
walk_window(Refresh *refresh, TimestampTz from)
{
	TimestampTz ends[MAX_ENDS] = {DT_NOEND};
	int			nends = 1;
	int			tries = 0;

	while (nends > 0)
	{
		GsWindow	window = {from, ends[nends - 1]};
		ErrorData  *disturbed;

		Assert(nends < MAX_ENDS);
		if (is_large(refresh, &window) && halve_window(refresh, &window, &ends[nends]))
		{
			nends++;
			continue;
		}
		disturbed = try_walk(refresh, &window);
		if (disturbed == NULL)
		{
			from = ends[--nends];
			tries = 0;
			commit_window(refresh);
		}
		else if (halve_window(refresh, &window, &ends[nends]))
			nends++;
		else if (++tries == MAX_TRIES)
			ReThrowError(disturbed);
	}
}

/*
 * For how many keys there are requests in one budget, walks that are disturbed
 * included.  Where keys cannot be searched for, each part would be a walk over
 * everything: then all are one.
 */
static int
keys_at_once(const Refresh *refresh)
{
	const GsSettings *settings = refresh->source->settings;
	int64		budget = settings->tenant.max_requests;
	int			a_request = Min(settings->in_list_size, settings->page_size - 1);

	if (!gs_windows_searchable(refresh->windows) ||
		!gs_operator_available(refresh->source->settings, "IN"))
		return PG_INT32_MAX;
	if (budget == 0)
		return MAX_REMOVED;
	/* a list may take a page more than its rows, and as many again */
	return (int) Min(Max(budget * a_request / 6, 1), MAX_REMOVED);
}

/*
 * What was not met may just have been changed, and moved to another window;
 * so the tenant is asked for each by its key before it is removed.  A tenant
 * that shows nothing at all has more likely lost its mind, or the key's owner
 * a privilege, than all its rows.
 */
static void
remove_gone(Refresh *refresh)
{
	int			count = list_length(refresh->gone);
	int			at_once = keys_at_once(refresh);

	if (count > 0 && refresh->met == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("Gainsight shows no row of %s, and %s has %d",
						refresh->source->resource->name, refresh->copy->target_name, count),
				 errdetail("Nothing was removed."),
				 errhint("If they are gone indeed, DELETE them from the copy.")));
	for (int64 i = 0; i < count; i += at_once)
	{
		List	   *some = list_copy_tail(refresh->gone, i);

		LockDatabaseObject(RelationRelationId, refresh->copy->target, 0, ExclusiveLock);
		gs_governor_begin();
		gs_copy_remove(refresh->copy, list_truncate(some, at_once));
		commit_window(refresh);
	}
}

/*
 * The call.
 */

static void
end_refresh(void *arg)
{
	(void) arg;
	gs_relation_copies(InvalidOid);
	gs_progress_end();
}

static void
require(AclMode privilege, ObjectType type, Oid relid)
{
	AclResult	result = pg_class_aclcheck(relid, GetUserId(), privilege);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, type, get_rel_name(relid));
}

/* Describe source and target, which is a regclass or, if named, a text. */
static Refresh *
prepare_refresh(Oid sourceid, Datum target, bool named, bool full)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw refresh",
												  ALLOCSET_SMALL_SIZES);
	Refresh    *refresh = MemoryContextAllocZero(context, sizeof(Refresh));
	GsSettings *settings;
	Oid			targetid;

	MemoryContextSwitchTo(context);
	PushActiveSnapshot(GetTransactionSnapshot());
	refresh->context = context;
	refresh->scratch = AllocSetContextCreate(context, "gainsight_fdw refresh step",
											 ALLOCSET_SMALL_SIZES);
	refresh->full = full;
	refresh->source = gs_relation_open(sourceid);
	require(ACL_SELECT, OBJECT_FOREIGN_TABLE, sourceid);
	settings = refresh->source->settings;
	gs_settings_authorize(settings, GetUserId());
	targetid = named ? gs_copy_make(refresh->source, DatumGetTextPP(target)) : DatumGetObjectId(target);
	refresh->copy = gs_copy_describe(refresh->source, targetid);
	/* what is removed comes last, and so would the refusal */
	if (full)
		require(ACL_DELETE, OBJECT_TABLE, targetid);
	refresh->windows = gs_windows_create(refresh->source, refresh->copy->version);
	refresh->on_end.func = end_refresh;
	MemoryContextRegisterResetCallback(context, &refresh->on_end);
	/* null for what does not fit would be in the copy for good */
	gs_relation_copies(sourceid);
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
	refresh = prepare_refresh(PG_GETARG_OID(0), PG_GETARG_DATUM(1), named, PG_GETARG_BOOL(2));
	gs_progress_begin(refresh->source->relid, GetUserId());
	MemoryContextSwitchTo(refresh->scratch);
	if (gs_windows_searchable(refresh->windows) && !refresh->full)
		from = gs_copy_newest(refresh->copy);
	/* each window is written to what the target is when it was read */
	if (IsolationUsesXactSnapshot())
		commit_window(refresh);
	refresh->everything = TIMESTAMP_IS_NOBEGIN(from);
	if (!refresh->everything)
	{
		from = gs_window_second(from - GS_UNSETTLED);
		bring_undated(refresh);
	}
	walk_window(refresh, from);
	remove_gone(refresh);
	/* leaves our context, which goes with the procedure's */
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
