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
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "governor.h"
#include "shmem.h"

/*
 * The tenant's rate.  When a request is let go, whichever sessions ask, with
 * whatever figures of their own:
 *
 * 1. In the 60 s before there were no more starts than the asker's rate_limit,
 *    its own included.
 * 2. No pause that the tenant has asked for is under way.
 * 3. Nobody who has waited FAIRNESS longer could have started instead.
 * 4. The limiter is no other tenant's, and whatever was counted of this one in
 *    the time of 1 is in it.
 * 5. A session that has itself started a tenth of its rate_limit in the time of 1
 *    leaves a tenth of it to those that have not.
 *
 * So the first in the queue starts when the window has room for it by its own
 * figure, which is rate_limit less what 5 takes of it; those that it keeps waiting
 * are those that came later, and by their own figures could not start either.
 *
 * 1 is held over GS_WINDOW counters of a second, which reach back 61 s at
 * least: a start that another has paid for may follow up to a second after it
 * was counted.  Under a limit of one, two that belong together go when there
 * is none in the window.  Nobody is woken, so 3 takes four clocks.
 */

/* Who came this much earlier goes first; closer together they are equals, in ms. */
#define FAIRNESS 1000

/* The longest that a waiting request lets pass before it asks again, in ms: it is what 3 costs. */
#define ASK_AGAIN 200

/* One that has not asked for so long, though it should have thrice, has gone away. */
#define FORGET_AFTER (3 * ASK_AGAIN)

/*
 * When one that has waited starts, others may be waiting that ask next a
 * little later: newcomers let so much time pass.
 */
#define HOLD (ASK_AGAIN + ASK_AGAIN / 2)

/* How long one that came later lets the longer waiting, who asks meanwhile, go first. */
#define YIELD (ASK_AGAIN / 10)

int64
gs_governor_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
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

/* Would nobody notice if it were another's from now on? */
static bool
is_idle(const GsLimiter *limiter, int64 now)
{
	return now / 1000 - limiter->second >= GS_WINDOW && limiter->paused_until <= now &&
		(limiter->oldest == 0 || now - limiter->oldest_seen > FORGET_AFTER);
}

/*
 * The tenant's limiter among some.  If it has none, an idle one is made its
 * own.  NULL if there is none.
 */
static GsLimiter *
find_among(GsLimiter *limiters, int count, const GsTenantId *tenant, int64 now)
{
	GsLimiter  *idle = NULL;

	for (int i = 0; i < count; i++)
	{
		GsLimiter  *limiter = &limiters[i];

		if (gs_tenant_is(&limiter->tenant, tenant))
			return limiter;
		if (idle == NULL && (limiter->tenant.high == 0 || is_idle(limiter, now)))
			idle = limiter;
	}
	if (idle != NULL)
	{
		memset(idle, 0, sizeof(*idle));
		idle->tenant = *tenant;
	}
	return idle;
}

/* Limiters in this backend alone, as many as there are tenants that need one. */
typedef struct OwnLimiters
{
	GsLimiter  *limiters;
	int			count;
} OwnLimiters;

/* Of tenants for which there is no shared one, as all are in use. */
static OwnLimiters private;

/* Of the starts that are this session's. */
static OwnLimiters mine;

static GsLimiter *
find_own(OwnLimiters *own, const GsTenantId *tenant, int64 now)
{
	GsLimiter  *limiter = find_among(own->limiters, own->count, tenant, now);

	if (limiter == NULL)
	{
		int			count = Max(4, own->count * 2);
		Size		size = count * sizeof(GsLimiter);

		own->limiters = own->limiters == NULL ?
			MemoryContextAlloc(TopMemoryContext, size) : repalloc(own->limiters, size);
		memset(own->limiters + own->count, 0, (count - own->count) * sizeof(GsLimiter));
		own->count = count;
		limiter = find_among(own->limiters, own->count, tenant, now);
	}
	return limiter;
}

static void
warn_of_private(void)
{
	static bool warned = false;

	if (!warned)
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("gainsight_fdw shares the rate limits of %d tenants at a time; that of another holds for this session alone",
						GS_LIMITERS)));
	warned = true;
}

/* What a limiter of this backend's knows is known to the shared one, too. */
static void
take_over(GsLimiter *limiter, const GsTenantId *tenant, int64 now)
{
	for (int i = 0; i < private.count; i++)
	{
		GsLimiter  *known = &private.limiters[i];

		if (!gs_tenant_is(&known->tenant, tenant))
			continue;
		advance(limiter, now / 1000);
		advance(known, now / 1000);
		for (int s = 0; s < GS_WINDOW; s++)
			limiter->starts[s] += known->starts[s];
		limiter->paused_until = Max(limiter->paused_until, known->paused_until);
		memset(known, 0, sizeof(*known));
	}
}

static int64
starts_in_window(const GsLimiter *limiter)
{
	int64		total = 0;

	for (int i = 0; i < GS_WINDOW; i++)
		total += limiter->starts[i];
	return total;
}

/* How long until the window has room, in ms; 0 if it has. */
static int
until_room(const GsLimiter *limiter, int64 rate_limit, int64 now)
{
	int64		total = starts_in_window(limiter);

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

/* What is wanted of a limiter, as gs_governor_ask and gs_governor_pause are told. */
typedef struct GsAsk
{
	int			rate_limit;
	int64		since;
	int			starts;
	int			pause;			/* ms that the tenant has asked for */
} GsAsk;

static bool
has_waited(const GsAsk *ask, int64 now)
{
	return now - ask->since >= FAIRNESS;
}

/* How long until what is asked for may start, in ms; 0: now. */
static int
wait_for_turn(const GsLimiter *limiter, const GsAsk *ask, int64 now)
{
	int			wait = (int) Max(limiter->paused_until - now, 0);

	if (ask->rate_limit == 0 || ask->starts == 0)
		return wait;
	wait = Max(wait, until_room(limiter, Max(1, ask->rate_limit - (ask->starts - 1)), now));
	if (wait == 0 &&
		(is_behind_another(limiter, ask->since, now) ||
		 (!has_waited(ask, now) && now < limiter->hold_until)))
		return YIELD;
	return wait;
}

static void
count_start(GsLimiter *limiter, const GsAsk *ask, int64 now)
{
	limiter->starts[limiter->second % GS_WINDOW] += ask->starts;
	if (ask->since <= limiter->oldest)
		limiter->oldest = 0;
	if (has_waited(ask, now))
		limiter->hold_until = now + HOLD;
}

static void
stand_in_queue(GsLimiter *limiter, const GsAsk *ask, int64 now)
{
	if (limiter->oldest != 0 && ask->since > limiter->oldest)
		return;
	limiter->oldest = ask->since;
	limiter->oldest_seen = now;
	limiter->oldest_limit = ask->rate_limit > 0 ? ask->rate_limit : INT_MAX;
}

/* By what is said above.  0: it may start, and is counted; else the ms after which to ask again. */
static int
decide(GsLimiter *limiter, const GsAsk *ask, int64 now)
{
	int			wait;

	advance(limiter, now / 1000);
	if (limiter->oldest != 0 && now - limiter->oldest_seen > FORGET_AFTER)
		limiter->oldest = 0;
	wait = wait_for_turn(limiter, ask, now);
	if (wait == 0)
		count_start(limiter, ask, now);
	else
		stand_in_queue(limiter, ask, now);
	return Min(wait, ASK_AGAIN);
}

typedef int (*GsDecision) (GsLimiter *limiter, const GsAsk *ask, int64 now);

/*
 * Decide on the tenant's limiter: the shared one, under the lock, or this
 * backend's own.
 */
static int
with_limiter(const GsTenantId *tenant, GsDecision act, const GsAsk *ask)
{
	int64		now = gs_governor_now();
	GsLimiter  *limiter;
	int			result = 0;

	limiter = find_among(gs_shared_lock()->limiters, GS_LIMITERS, tenant, now);
	if (limiter != NULL)
	{
		take_over(limiter, tenant, now);
		result = act(limiter, ask, now);
	}
	gs_shared_unlock();
	if (limiter != NULL)
		return result;
	warn_of_private();
	return act(find_own(&private, tenant, now), ask, now);
}

/*
 * What this session may start of the rate, by 5: a long statement keeps no short
 * one waiting for a minute.  Too small a rate is not divided.
 */
static int
own_share(const GsLimiter *started, int rate_limit)
{
	int			tenth = rate_limit / 10;

	return starts_in_window(started) < tenth ? rate_limit : rate_limit - tenth;
}

int
gs_governor_ask(const GsTenant *tenant, int64 since, int starts)
{
	int64		now = gs_governor_now();
	GsLimiter  *started = find_own(&mine, &tenant->id, now);
	GsAsk		ask = {.since = since, .starts = starts};
	int			wait;

	advance(started, now / 1000);
	ask.rate_limit = own_share(started, tenant->rate_limit);
	wait = with_limiter(&tenant->id, decide, &ask);
	if (wait == 0)
		started->starts[started->second % GS_WINDOW] += starts;
	return wait;
}

/* Of two pauses the one that ends later stands. */
static int
pause_limiter(GsLimiter *limiter, const GsAsk *ask, int64 now)
{
	limiter->paused_until = Max(limiter->paused_until, now + ask->pause);
	return 0;
}

void
gs_governor_pause(const GsTenant *tenant, int ms)
{
	GsAsk		ask = {.pause = ms};

	(void) with_limiter(&tenant->id, pause_limiter, &ask);
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
gs_governor_refuse(const GsTenant *tenant, int64 needed, GsFailure *failure)
{
	const char *more = needed > 0 ? psprintf(" and needs " INT64_FORMAT " more", needed) : "";

	memset(failure, 0, sizeof(*failure));
	failure->sqlstate = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
	failure->message = "statement needs more read requests than max_requests allows";
	failure->aside = psprintf("It has sent " INT64_FORMAT "%s; max_requests is %d for server \"%s\".",
							  spent_so_far(), more, tenant->max_requests, tenant->server);
	failure->hint = "Narrow the query, or raise the option max_requests of the foreign table or its server.";
}

void
gs_governor_exceeded(const GsTenant *tenant, int64 needed)
{
	GsFailure	failure;

	gs_governor_refuse(tenant, needed, &failure);
	gs_fail(&failure);
}

void
gs_governor_spend(const GsTenant *tenant)
{
	if (gs_governor_left(tenant->max_requests) == 0)
		gs_governor_exceeded(tenant, 0);
	(void) spent_so_far();
	spent++;
}
