/*
 * shmem.h
 *	  One small area that all backends share, wherever the server lets us have it.
 */
#ifndef GS_SHMEM_H
#define GS_SHMEM_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "storage/lwlock.h"

#include "tenant.h"

/* How many of each there is room for. */
#define GS_LIMITERS		64
#define GS_STATS		64
#define GS_PROGRESS		64

/* What helps where the area cannot be had. */
#if PG_VERSION_NUM >= 170000
#define GS_SHARED_HINT "Check that the server can make dynamic shared memory; its log may say more."
#else
#define GS_SHARED_HINT "Add gainsight_fdw to shared_preload_libraries."
#endif

/* Seconds in a limiter's ring: a minute, and the margin of governor.c. */
#define GS_WINDOW 62

/* The request starts of one tenant, by second of the monotonic clock. */
typedef struct GsLimiter
{
	GsTenantId	tenant;			/* all 0: free */
	int64		second;			/* of the newest counter */
	int64		paused_until;	/* ms: a 429 asked for it */
	int64		oldest;			/* ms: since when the longest waits, 0: nobody */
	int64		oldest_seen;	/* ms: when it last said so */
	int64		oldest_limit;	/* starts in a minute, by its own server's figure */
	int64		hold_until;		/* ms: newcomers let others that wait ask first */
	int32		starts[GS_WINDOW];
} GsLimiter;

/* The counters of one user on one server. */
typedef struct GsStatsEntry
{
	Oid			dbid;			/* InvalidOid: free */
	Oid			serverid;
	Oid			userid;
	int64		used;			/* a clock for which entry gives way */
	int64		requests;
	int64		retries;
	int64		rate_limited;
	int64		errors;
	int64		rows;
	int64		bytes_sent;
	int64		bytes_received;
	double		transfer_time;	/* ms */
	double		wait_time;		/* ms */
	int			last_sqlstate;	/* 0: none */
	char		last_code[32];	/* errorCode, cut */
	TimestampTz last_error_at;
} GsStatsEntry;

/* What a backend's statement is reading. */
typedef struct GsProgressEntry
{
	int			pid;			/* 0: free */
	Oid			dbid;
	Oid			userid;
	Oid			relid;
	int64		requests;
	int64		rows_read;
	int64		rows_expected;	/* -1: not known */
} GsProgressEntry;

typedef struct GsShared
{
	LWLock		lock;			/* of all of it */
	int64		clock;			/* of GsStatsEntry.used */
	GsLimiter	limiters[GS_LIMITERS];
	GsStatsEntry stats[GS_STATS];
	GsProgressEntry progress[GS_PROGRESS];
} GsShared;

/*
 * The area, with all other backends locked out of it until gs_shared_unlock:
 * shared, or this backend's own where it cannot be had (a WARNING says so,
 * once).  Between the two nothing may raise an ERROR or wait.
 */
extern GsShared *gs_shared_lock(void);
extern void gs_shared_unlock(void);

/*
 * Is it shared?
 */
extern bool gs_shared_is_shared(void);

/*
 * At load: reserve room for it, if the library is preloaded.
 */
extern void gs_shared_reserve(void);

#endif							/* GS_SHMEM_H */
