/*
 * stats.h
 *	  Counters and progress, for an operator to see.
 */
#ifndef GS_STATS_H
#define GS_STATS_H

#include "postgres.h"

#include "call.h"
#include "error.h"
#include "shmem.h"
#include "tenant.h"

/*
 * Add what a tenant's user has used since the last call with the same usage
 * and counted.
 */
extern void gs_stats_add(const GsTenant *tenant);

/*
 * A request was tried, with this result, after it had waited so many ms: count
 * what that has taken, and log it.
 */
extern void gs_stats_try(const GsTenant *tenant, const GsCall *call, const GsHttpResult *result,
						 int64 waited);

/*
 * Define the setting gainsight_fdw.log_min_duration.  Called once at load.
 */
extern void gs_stats_init(void);

/*
 * Count a failure.  rate_limited: it was a refusal for the rate, whether or
 * not it is repeated; final: it becomes an error.
 */
extern void gs_stats_failure(const GsTenant *tenant, const GsFailure *failure,
							 bool rate_limited, bool final);

/*
 * Copy the entries that are in use; returns how many.  There is room for
 * GS_STATS and GS_PROGRESS of them.
 */
extern int	gs_stats_copy(GsStatsEntry *entries);
extern int	gs_progress_copy(GsProgressEntry *entries);

/*
 * Forget all counters.
 */
extern void gs_stats_reset(void);

/*
 * What this backend's statement is reading; rows_expected -1 if that is
 * not known.  relid InvalidOid: it has ended.
 */
extern void gs_progress_set(Oid relid, Oid userid, const GsUsage *usage,
							int64 rows_expected);

/*
 * What this backend does until gs_progress_end is one long read of a relation,
 * whichever requests and scans it is made of; and how many rows that will be.
 */
extern void gs_progress_begin(Oid relid, Oid userid);
extern void gs_progress_expect(int64 rows);
extern void gs_progress_end(void);

/*
 * The same of writes: until gs_progress_end, so many are to be done, here to a
 * relation, and another one of them is.  The latter may be said when nothing of the kind
 * goes on.
 */
extern void gs_progress_write(Oid relid, Oid userid, int64 expected);
extern void gs_progress_wrote(void);

#endif							/* GS_STATS_H */
