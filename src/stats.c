/*
 * stats.c
 *	  Counters and progress, for an operator to see.
 *
 * They live in shared memory and not in tables, so they survive a rollback,
 * and count in read-only transactions and on a standby.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "stats.h"

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
	GsShared   *shared = gs_shared();
	GsUsage    *now = tenant->usage;
	GsUsage    *then = tenant->counted;
	GsStatsEntry *entry;

	SpinLockAcquire(&shared->lock);
	entry = find_entry(shared, tenant);
	entry->requests += now->requests - then->requests;
	entry->retries += now->retries - then->retries;
	entry->rows += now->rows - then->rows;
	entry->bytes_sent += now->bytes_sent - then->bytes_sent;
	entry->bytes_received += now->bytes_received - then->bytes_received;
	entry->transfer_time += now->transfer_time - then->transfer_time;
	entry->wait_time += now->wait_time - then->wait_time;
	SpinLockRelease(&shared->lock);
	*then = *now;
}

void
gs_stats_failure(const GsTenant *tenant, const GsFailure *failure, bool rate_limited,
				 bool final)
{
	GsShared   *shared = gs_shared();
	TimestampTz now = GetCurrentTimestamp();
	GsStatsEntry *entry;

	SpinLockAcquire(&shared->lock);
	entry = find_entry(shared, tenant);
	if (rate_limited)
		entry->rate_limited++;
	if (final)
	{
		entry->errors++;
		entry->last_sqlstate = failure->sqlstate;
		strlcpy(entry->last_code, failure->code ? failure->code : "", sizeof(entry->last_code));
		entry->last_error_at = now;
	}
	SpinLockRelease(&shared->lock);
}

int
gs_stats_copy(GsStatsEntry *entries)
{
	GsShared   *shared = gs_shared();
	int			count = 0;

	SpinLockAcquire(&shared->lock);
	for (int i = 0; i < GS_STATS; i++)
		if (OidIsValid(shared->stats[i].dbid))
			entries[count++] = shared->stats[i];
	SpinLockRelease(&shared->lock);
	return count;
}

void
gs_stats_reset(void)
{
	GsShared   *shared = gs_shared();

	SpinLockAcquire(&shared->lock);
	memset(shared->stats, 0, sizeof(shared->stats));
	SpinLockRelease(&shared->lock);
}

int
gs_progress_copy(GsProgressEntry *entries)
{
	GsShared   *shared = gs_shared();
	int			count = 0;

	SpinLockAcquire(&shared->lock);
	for (int i = 0; i < GS_PROGRESS; i++)
		if (shared->progress[i].pid != 0)
			entries[count++] = shared->progress[i];
	SpinLockRelease(&shared->lock);
	return count;
}

void
gs_progress_set(Oid relid, Oid userid, const GsUsage *usage, int64 rows_expected)
{
	GsShared   *shared = gs_shared();
	GsProgressEntry *free_entry = NULL;
	GsProgressEntry *entry = NULL;

	SpinLockAcquire(&shared->lock);
	for (int i = 0; i < GS_PROGRESS && entry == NULL; i++)
	{
		if (shared->progress[i].pid == MyProcPid)
			entry = &shared->progress[i];
		else if (shared->progress[i].pid == 0 && free_entry == NULL)
			free_entry = &shared->progress[i];
	}
	entry = entry ? entry : free_entry;
	if (entry != NULL && OidIsValid(relid))
	{
		entry->pid = MyProcPid;
		entry->dbid = MyDatabaseId;
		entry->userid = userid;
		entry->relid = relid;
		entry->requests = usage->requests;
		entry->rows_read = usage->rows;
		entry->rows_expected = rows_expected;
	}
	else if (entry != NULL)
		memset(entry, 0, sizeof(*entry));
	SpinLockRelease(&shared->lock);
}
