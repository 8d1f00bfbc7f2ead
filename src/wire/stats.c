/*
 * stats.c
 *	  Counters and progress, for an operator to see, and requests in the log.
 *
 * The former live in shared memory and not in tables, so they survive a rollback,
 * and count in read-only transactions and on a standby.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "stats.h"

/* A request that takes so many ms is logged; none below 0. */
static int	log_min_duration;

/* A read that is told as a whole; relid InvalidOid: there is none. */
static GsProgressEntry whole;

/* It is of writes: its rows are those that are done. */
static bool writes;

/* This backend's progress; NULL if there is no room.  Under the lock. */
static GsProgressEntry *
find_progress(GsShared *shared)
{
	GsProgressEntry *free_entry = NULL;

	for (int i = 0; i < GS_PROGRESS; i++)
	{
		if (shared->progress[i].pid == MyProcPid)
			return &shared->progress[i];
		if (shared->progress[i].pid == 0 && free_entry == NULL)
			free_entry = &shared->progress[i];
	}
	return free_entry;
}

static GsProgressEntry
progress_of(Oid relid, Oid userid, int64 requests, int64 rows_read, int64 rows_expected)
{
	GsProgressEntry told = {
		.pid = MyProcPid, .dbid = MyDatabaseId, .userid = userid, .relid = relid,
		.requests = requests, .rows_read = rows_read, .rows_expected = rows_expected
	};

	return told;
}

static void
tell_progress(const GsProgressEntry *told)
{
	GsShared   *shared;
	GsProgressEntry *entry;

	shared = gs_shared_lock();
	entry = find_progress(shared);
	if (entry != NULL)
		*entry = *told;
	gs_shared_unlock();
}

/* The user's entry, the least recently used one if there is no room.  Under the lock. */
static GsStatsEntry *
find_entry(GsShared *shared, const GsTenant *tenant)
{
	GsStatsEntry *oldest = &shared->stats[0];
	GsStatsEntry *entry = NULL;

	for (int i = 0; i < GS_STATS && entry == NULL; i++)
	{
		GsStatsEntry *candidate = &shared->stats[i];

		if (candidate->dbid == MyDatabaseId && candidate->serverid == tenant->serverid &&
			candidate->userid == tenant->userid)
			entry = candidate;
		else if (candidate->used < oldest->used)
			oldest = candidate;
	}
	if (entry == NULL)
	{
		entry = oldest;
		memset(entry, 0, sizeof(*entry));
		entry->dbid = MyDatabaseId;
		entry->serverid = tenant->serverid;
		entry->userid = tenant->userid;
	}
	entry->used = ++shared->clock;
	return entry;
}

void
gs_stats_add(const GsTenant *tenant)
{
	GsShared   *shared;
	GsUsage    *now = tenant->usage;
	GsUsage    *then = tenant->counted;
	GsStatsEntry *entry;

	shared = gs_shared_lock();
	entry = find_entry(shared, tenant);
	entry->requests += now->requests - then->requests;
	entry->retries += now->retries - then->retries;
	entry->rows += now->rows - then->rows;
	entry->bytes_sent += now->bytes_sent - then->bytes_sent;
	entry->bytes_received += now->bytes_received - then->bytes_received;
	entry->transfer_time += now->transfer_time - then->transfer_time;
	entry->wait_time += now->wait_time - then->wait_time;
	gs_shared_unlock();
	if (OidIsValid(whole.relid))
	{
		whole.requests += now->requests - then->requests;
		if (!writes)
			whole.rows_read += now->rows - then->rows;
		tell_progress(&whole);
	}
	*then = *now;
}

/* Nothing of a query string, which may hold values; of a path, keys at most. */
static const char *
describe_try(const GsTenant *tenant, const GsCall *call, const GsHttpResult *result, int64 waited)
{
	const char *path = gs_without_secrets(call->path, tenant);

	return psprintf("gainsight_fdw: %s %.*s: status %d, %.1f ms, waited " INT64_FORMAT
					" ms, %zu bytes, server \"%s\"",
					call->method, (int) strcspn(path, "?"), path,
					result->outcome == GS_HTTP_ANSWERED ? result->status : 0, result->elapsed,
					waited, result->body_length, tenant->server);
}

/*
 * The log gets it without the statement, which may hold values: log_line_prefix
 * tells whose it is.
 */
void
gs_stats_try(const GsTenant *tenant, const GsCall *call, const GsHttpResult *result, int64 waited)
{
	GsUsage    *usage = tenant->usage;
	bool		is_slow = log_min_duration >= 0 && result->elapsed >= log_min_duration;

	usage->bytes_sent += result->bytes_sent;
	usage->bytes_received += result->bytes_received;
	usage->transfer_time += result->elapsed;
	gs_stats_add(tenant);
	ereport(DEBUG1,
			(errmsg_internal("%s", describe_try(tenant, call, result, waited))));
	if (is_slow)
		ereport(LOG_SERVER_ONLY,
				(errmsg_internal("%s", describe_try(tenant, call, result, waited)),
				 errhidestmt(true), errhidecontext(true)));
}

void
gs_stats_init(void)
{
	DefineCustomIntVariable("gainsight_fdw.log_min_duration",
							"Sets the time from which on a request to Gainsight is logged.",
							"-1 logs none, 0 all.", &log_min_duration, -1, -1, INT_MAX,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
}

void
gs_stats_failure(const GsTenant *tenant, const GsFailure *failure, bool rate_limited,
				 bool final)
{
	GsShared   *shared;
	TimestampTz now = GetCurrentTimestamp();
	GsStatsEntry *entry;
	char		code[sizeof(entry->last_code)] = {0};

	/* it can be as long as a reply: nobody else has to wait while it is measured */
	if (failure->code != NULL)
		memcpy(code, failure->code, strnlen(failure->code, sizeof(code) - 1));
	shared = gs_shared_lock();
	entry = find_entry(shared, tenant);
	if (rate_limited)
		entry->rate_limited++;
	if (final)
	{
		entry->errors++;
		entry->last_sqlstate = failure->sqlstate;
		memcpy(entry->last_code, code, sizeof(code));
		entry->last_error_at = now;
	}
	gs_shared_unlock();
}

int
gs_stats_copy(GsStatsEntry *entries)
{
	GsShared   *shared;
	int			count = 0;

	shared = gs_shared_lock();
	for (int i = 0; i < GS_STATS; i++)
		if (OidIsValid(shared->stats[i].dbid))
			entries[count++] = shared->stats[i];
	gs_shared_unlock();
	return count;
}

void
gs_stats_reset(void)
{
	GsShared   *shared;

	shared = gs_shared_lock();
	memset(shared->stats, 0, sizeof(shared->stats));
	gs_shared_unlock();
}

int
gs_progress_copy(GsProgressEntry *entries)
{
	GsShared   *shared;
	int			count = 0;

	shared = gs_shared_lock();
	for (int i = 0; i < GS_PROGRESS; i++)
		if (shared->progress[i].pid != 0)
			entries[count++] = shared->progress[i];
	gs_shared_unlock();
	return count;
}

void
gs_progress_set(Oid relid, Oid userid, const GsUsage *usage, int64 rows_expected)
{
	GsProgressEntry told = {0};

	if (OidIsValid(whole.relid))
		return;
	if (OidIsValid(relid))
		told = progress_of(relid, userid, usage->requests, usage->rows, rows_expected);
	tell_progress(&told);
}

void
gs_progress_begin(Oid relid, Oid userid)
{
	whole = progress_of(relid, userid, 0, 0, -1);
	tell_progress(&whole);
}

void
gs_progress_expect(int64 rows)
{
	whole.rows_expected = rows;
	tell_progress(&whole);
}

void
gs_progress_end(void)
{
	memset(&whole, 0, sizeof(whole));
	writes = false;
	tell_progress(&whole);
}

void
gs_progress_write(Oid relid, Oid userid, int64 expected)
{
	writes = true;
	whole = progress_of(relid, userid, whole.requests, whole.rows_read, expected);
	tell_progress(&whole);
}

void
gs_progress_wrote(void)
{
	if (!writes)
		return;
	whole.rows_read++;
	tell_progress(&whole);
}
