/*
 * governor.c
 *	  When a request may start: what a tenant takes, what a statement may spend.
 *
 * It never sleeps and never sends; request.c asks it before every request.
 * The window is a true one, a counter for each second: a bucket that refills
 * would let a burst and its refill into the same minute.
 */
#include "postgres.h"

#include <limits.h>
#include <time.h>

#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/timestamp.h"

#include "governor.h"
#include "shmem.h"

/* The longest that a waiting request lets pass before it asks again, in ms. */
#define ASK_AGAIN 200

/*
 * When one that has waited starts, others may be waiting that ask next a
 * little later: newcomers let so much time pass, in ms.
 */
#define HOLD (ASK_AGAIN + ASK_AGAIN / 2)

/* How long one that came later lets the longer waiting go first, in ms. */
#define YIELD 20

/* One that has not asked for so long has gone away. */
#define FORGET_AFTER (3 * ASK_AGAIN)

/* Who came this much earlier goes first; closer together they are equals, in ms. */
#define FAIRNESS 1000

/*
 * The tenant's rate.
 */

int64
gs_governor_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The tenant's limiter, made if need be; NULL for the 65th.  Under the lock. */
static GsLimiter *
find_limiter(GsShared *shared, const char *base_url)
{
	int			length = strlen(base_url);
	uint64		low = hash_bytes_extended((const unsigned char *) base_url, length, 0);
	uint64		high = hash_bytes_extended((const unsigned char *) base_url, length, 1) | 1;

	for (int i = 0; i < GS_LIMITERS; i++)
	{
		GsLimiter  *limiter = &shared->limiters[i];

		if (limiter->tenant[1] == 0)
		{
			limiter->tenant[0] = low;
			limiter->tenant[1] = high;
		}
		if (limiter->tenant[0] == low && limiter->tenant[1] == high)
			return limiter;
	}
	return NULL;
}

/* The 65th tenant has a limiter in this backend alone. */
static GsLimiter *
own_limiter(void)
{
	static GsLimiter limiter;
	static bool warned = false;

	if (!warned)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("gainsight_fdw shares the rate limits of %d tenants; that of another holds for this session alone",
						GS_LIMITERS)));
	warned = true;
	return &limiter;
}

/* Let go of the seconds that have left the window. */
static void
advance(GsLimiter *limiter, int64 second)
{
	if (second - limiter->second >= GS_WINDOW)
		memset(limiter->starts, 0, sizeof(limiter->starts));
	else
		for (int64 s = limiter->second + 1; s <= second; s++)
			limiter->starts[s % GS_WINDOW] = 0;
	limiter->second = Max(limiter->second, second);
}

/* How long until the window has room, in ms; 0 if it has. */
static int
until_room(const GsLimiter *limiter, int64 rate_limit, int64 now)
{
	int64		total = 0;

	for (int i = 0; i < GS_WINDOW; i++)
		total += limiter->starts[i];
	/* the oldest second leaves first */
	for (int64 s = limiter->second - GS_WINDOW + 1; total >= rate_limit && s <= limiter->second; s++)
	{
		if (s < 0)
			continue;
		total -= limiter->starts[s % GS_WINDOW];
		if (total < rate_limit)
			return (int) Max(1, (s + GS_WINDOW) * 1000 - now);
	}
	return 0;
}

/*
 * Is there one that came before and would start, if this one did not?  By a
 * lower figure of its own it may have to wait when others need not.
 */
static bool
is_behind_another(const GsLimiter *limiter, int64 since, int64 now)
{
	return limiter->oldest != 0 && limiter->oldest + FAIRNESS < since &&
		until_room(limiter, limiter->oldest_limit, now) == 0;
}

/* Decide, and count the starts.  Under the lock, if the limiter is shared. */
static int
decide(GsLimiter *limiter, int rate_limit, int64 since, int starts, int64 now)
{
	bool		has_waited = now - since >= FAIRNESS;
	int			wait = 0;

	advance(limiter, now / 1000);
	if (limiter->oldest != 0 && now - limiter->oldest_seen > FORGET_AFTER)
		limiter->oldest = 0;
	if (limiter->paused_until > now)
		wait = (int) (limiter->paused_until - now);
	if (rate_limit > 0 && starts > 0)
	{
		wait = Max(wait, until_room(limiter, rate_limit - (starts - 1), now));
		if (wait == 0 &&
			(is_behind_another(limiter, since, now) ||
			 (!has_waited && now < limiter->hold_until)))
			wait = YIELD;
	}
	if (wait == 0)
	{
		limiter->starts[limiter->second % GS_WINDOW] += starts;
		if (since <= limiter->oldest)
			limiter->oldest = 0;
		if (has_waited)
			limiter->hold_until = now + HOLD;
		return 0;
	}
	if (limiter->oldest == 0 || since <= limiter->oldest)
	{
		limiter->oldest = since;
		limiter->oldest_seen = now;
		limiter->oldest_limit = rate_limit > 0 ? rate_limit : INT_MAX;
	}
	return Min(wait, ASK_AGAIN);
}

int
gs_governor_ask(const char *base_url, int rate_limit, int64 since, int starts)
{
	GsShared   *shared = gs_shared();
	int64		now = gs_governor_now();
	GsLimiter  *limiter;
	int			wait = 0;

	SpinLockAcquire(&shared->lock);
	limiter = find_limiter(shared, base_url);
	if (limiter != NULL)
		wait = decide(limiter, rate_limit, since, starts, now);
	SpinLockRelease(&shared->lock);
	return limiter != NULL ? wait : decide(own_limiter(), rate_limit, since, starts, now);
}

void
gs_governor_pause(const char *base_url, int ms)
{
	GsShared   *shared = gs_shared();
	int64		until = gs_governor_now() + ms;
	GsLimiter  *limiter;

	SpinLockAcquire(&shared->lock);
	limiter = find_limiter(shared, base_url);
	if (limiter != NULL)
		limiter->paused_until = Max(limiter->paused_until, until);
	SpinLockRelease(&shared->lock);
	if (limiter == NULL)
		own_limiter()->paused_until = until;
}

/*
 * The statement's budget.
 */

/*
 * What the present top-level statement has sent.  A statement is told from
 * the next by its start time, which is set once a protocol message.
 */
static TimestampTz statement;
static int64 spent;

static int64
spent_so_far(void)
{
	if (statement != GetCurrentStatementStartTimestamp())
	{
		statement = GetCurrentStatementStartTimestamp();
		spent = 0;
	}
	return spent;
}

void
gs_governor_begin(void)
{
	statement = GetCurrentStatementStartTimestamp();
	spent = 0;
}

int
gs_governor_left(int max_requests)
{
	if (max_requests == 0)
		return INT_MAX;
	return Max(0, max_requests - spent_so_far());
}

void
gs_governor_exceeded(const GsTenant *tenant, int64 needed)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("statement needs more read requests than max_requests allows"),
			 needed > 0 ?
			 errdetail("It has sent " INT64_FORMAT " and needs " INT64_FORMAT " more; max_requests is %d for server \"%s\".",
					   spent_so_far(), needed, tenant->max_requests, tenant->server) :
			 errdetail("It has sent " INT64_FORMAT "; max_requests is %d for server \"%s\".",
					   spent_so_far(), tenant->max_requests, tenant->server),
			 errhint("Narrow the query, or raise the option max_requests of the foreign table or its server.")));
}

void
gs_governor_refuse(const GsTenant *tenant, GsFailure *failure)
{
	memset(failure, 0, sizeof(*failure));
	failure->sqlstate = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
	failure->message = "statement needs more read requests than max_requests allows";
	failure->aside = psprintf("It has sent " INT64_FORMAT "; max_requests is %d for server \"%s\".",
							  spent_so_far(), tenant->max_requests, tenant->server);
	failure->hint = "Narrow the query, or raise the option max_requests of the foreign table or its server.";
}

void
gs_governor_spend(const GsTenant *tenant)
{
	if (gs_governor_left(tenant->max_requests) == 0)
		gs_governor_exceeded(tenant, 0);
	(void) spent_so_far();
	spent++;
}
