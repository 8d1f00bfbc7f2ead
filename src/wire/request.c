/*
 * request.c
 *	  One request, from the queue through its transfer to a verdict.
 *
 * Callers queue requests and then wait for one of them; whoever waits drives
 * everybody's.  A request starts in its turn, as soon as its server has a
 * connection free and the governor agrees.  What an answer means is the
 * classifier's business, not this file's.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "governor.h"
#include "request.h"
#include "stats.h"

/* Longer than any wait between two looks at the queue, in ms. */
#define WAIT_SLICE 1000

struct GsRequest
{
	dlist_node	node;			/* in queue, until it is settled */
	bool		queued;
	const GsTenant *tenant;
	GsCall		call;
	MemoryContext context;
	MemoryContextCallback callback;
	int			tries;			/* sent so far */
	int			excused;		/* of these, broken because nobody took the answer */
	int64		waiting_since;	/* for the governor, 0: it does not */
	MemoryContext try;			/* of the transfer and its verdict */
	GsTransfer *transfer;		/* NULL until it starts */
	bool		uncertain;		/* an earlier try may have been done */
	bool		settled;
	GsVerdict	verdict;
};

/* A wait for the governor that is longer than this is told, in ms. */
#define TELL_AFTER 5000

void		(*gs_request_on_write) (void);

/* All requests of this backend that are not settled, the oldest first. */
static dlist_head queue = DLIST_STATIC_INIT(queue);

static void
leave_queue(void *arg)
{
	GsRequest  *request = arg;

	if (request->queued)
		dlist_delete(&request->node);
	request->queued = false;
}

GsRequest *
gs_request_start(const GsTenant *tenant, const GsCall *call, MemoryContext context)
{
	MemoryContext own;
	GsRequest  *request;

	if (call->read)
		gs_governor_spend(tenant);
	own = AllocSetContextCreate(context, "gainsight_fdw request", ALLOCSET_SMALL_SIZES);
	request = MemoryContextAllocZero(own, sizeof(GsRequest));
	request->tenant = tenant;
	request->context = own;
	request->call = *call;
	request->try = AllocSetContextCreate(own, "gainsight_fdw try", ALLOCSET_SMALL_SIZES);
	request->call.path = MemoryContextStrdup(own, call->path);
	if (call->body != NULL)
		request->call.body = MemoryContextStrdup(own, call->body);
	request->callback.func = leave_queue;
	request->callback.arg = request;
	MemoryContextRegisterResetCallback(own, &request->callback);
	dlist_push_tail(&queue, &request->node);
	request->queued = true;
	return request;
}

void
gs_request_free(GsRequest *request)
{
	MemoryContextDelete(request->context);
}

MemoryContext
gs_request_context(GsRequest *request)
{
	return request->context;
}

static bool
is_running(const GsRequest *request)
{
	return request->transfer != NULL &&
		gs_http_result(request->transfer)->outcome == GS_HTTP_RUNNING;
}

static int
running_on(Oid serverid)
{
	dlist_iter	iter;
	int			count = 0;

	dlist_foreach(iter, &queue)
	{
		GsRequest  *request = dlist_container(GsRequest, node, iter.cur);

		if (request->tenant->serverid == serverid && is_running(request))
			count++;
	}
	return count;
}

static void
start_transfer(GsRequest *request)
{
	const GsTenant *tenant = request->tenant;
	const GsCall *call = &request->call;
	MemoryContext old = MemoryContextSwitchTo(request->try);
	const char *headers[] = {
		psprintf("accessKey: %s", tenant->access_key),
		"Content-Type: application/json",
		"Accept: application/json",
		NULL
	};
	GsHttpSpec	spec = {
		.pool = {tenant->serverid, tenant->epoch},
		.method = call->method,
		.url = psprintf("%s%s", tenant->base_url, call->path),
		.body = call->body,
		.body_length = call->body ? strlen(call->body) : 0,
		.headers = headers,
		.user_agent = "gainsight_fdw/1.0 PostgreSQL/" PG_VERSION,
		.ca_file = tenant->ca_file,
		.proxy = tenant->proxy,
		.connect_timeout = tenant->connect_timeout,
		.request_timeout = tenant->request_timeout,
		.max_body = tenant->max_response_size,
		.compression = tenant->compression,
		/* a repetition is for repeat() to decide, and to count */
		.once = !call->read,
	};

	request->transfer = gs_http_start(&spec, request->try);
	if (request->tries++ == 0 && !call->read && gs_request_on_write != NULL)
		gs_request_on_write();
	tenant->usage->requests++;
	MemoryContextSwitchTo(old);
}

/* Once a statement, as the user sees nothing else happen. */
static void
tell_wait(const GsTenant *tenant, const char *detail)
{
	if (tenant->usage->told_wait)
		return;
	tenant->usage->told_wait = true;
	ereport(NOTICE,
			(errmsg("waiting for Gainsight's rate limit"),
			 errdetail_internal("%s", detail)));
}

/*
 * May the request start, or what is the wait, in ms?
 */
static int
ask_governor(GsRequest *request, int64 now)
{
	const GsTenant *tenant = request->tenant;
	int64		since = request->waiting_since ? request->waiting_since : now;
	int			starts = request->call.terms.paid ? 0 : request->call.terms.pays_next ? 2 : 1;
	int			wait = gs_governor_ask(tenant, since, starts);

	if (wait > 0 && request->waiting_since == 0)
		request->waiting_since = now;
	if (wait == 0 && request->waiting_since != 0)
	{
		tenant->usage->wait_time += now - request->waiting_since;
		request->waiting_since = 0;
	}
	if (wait > 0 && now - request->waiting_since > TELL_AFTER)
		tell_wait(tenant, tenant->rate_limit == 0 ?
				  psprintf(_("The tenant of server \"%s\" has refused a request of another session, and all wait."),
						   tenant->server) :
				  psprintf(_("The option rate_limit of server \"%s\" is %d requests a minute, for all sessions together."),
						   tenant->server, tenant->rate_limit));
	return wait;
}

static void
settle(GsRequest *request)
{
	leave_queue(request);
	request->settled = true;
}

/* It has waited too long, and is not sent (again). */
static void
give_up(GsRequest *request, bool late)
{
	settle(request);
	memset(&request->verdict, 0, sizeof(request->verdict));
	request->verdict.kind = GS_FAILED;
	request->verdict.uncertain = request->uncertain;
	request->verdict.late = late;
}

/*
 * Start what may start, in the order in which it was asked for.  Returns the
 * ms after which to look again.
 */
static int
start_due(void)
{
	int64		now = gs_governor_now();
	int			again = WAIT_SLICE;
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &queue)
	{
		GsRequest  *request = dlist_container(GsRequest, node, iter.cur);
		const GsTerms *terms = &request->call.terms;
		int			wait;

		if (request->transfer != NULL)
			continue;
		if (terms->not_before > now)
		{
			again = Min(again, terms->not_before - now);
			continue;
		}
		if (terms->not_after != 0 && terms->not_after < now)
		{
			give_up(request, true);
			again = 0;
			continue;
		}
		if (running_on(request->tenant->serverid) >= request->tenant->max_connections)
			continue;
		wait = ask_governor(request, now);
		if (wait > 0)
			again = Min(again, wait);
		else
			start_transfer(request);
	}
	return again;
}

/*
 * What each way of not being answered means.
 */
static void
judge_transport(const GsTenant *tenant, const GsHttpResult *result, GsVerdict *verdict)
{
	GsFailure  *failure = &verdict->failure;

	verdict->kind = GS_FAILED;
	verdict->uncertain = result->sent;
	verdict->repeat = GS_REPEAT_SOON;
	failure->description = result->why;
	switch (result->outcome)
	{
		case GS_HTTP_NOT_TRUSTED:
		case GS_HTTP_NOT_CONNECTED:
			if (result->outcome == GS_HTTP_NOT_TRUSTED)
				verdict->repeat = GS_REPEAT_NEVER;
			verdict->uncertain = false;
			failure->sqlstate = ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
			failure->message = "could not connect to Gainsight";
			failure->hint = "Check the server's options domain or base_url, and that this machine may reach it.";
			break;
		case GS_HTTP_TIMED_OUT:
			failure->sqlstate = ERRCODE_CONNECTION_FAILURE;
			failure->message = "Gainsight did not answer in time";
			failure->hint = "The server option request_timeout bounds a request.";
			break;
		case GS_HTTP_TOO_LARGE:
			verdict->repeat = GS_REPEAT_NEVER;
			failure->sqlstate = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
			failure->message = psprintf("reply is larger than max_response_size (%d bytes)",
										tenant->max_response_size);
			failure->hint = "Lower page_size, or raise the server option max_response_size.";
			failure->description = NULL;
			break;
		case GS_HTTP_HEAD_TOO_LARGE:
			verdict->repeat = GS_REPEAT_NEVER;
			failure->sqlstate = ERRCODE_FDW_REPLY_HANDLE;
			failure->message = "Gainsight's answer is not the JSON expected";
			failure->description = "its header fields are too large";
			break;
		case GS_HTTP_NO_MEMORY:
			verdict->repeat = GS_REPEAT_NEVER;
			failure->sqlstate = ERRCODE_OUT_OF_MEMORY;
			failure->message = "out of memory";
			break;
		default:
			failure->sqlstate = ERRCODE_CONNECTION_FAILURE;
			failure->message = "the connection to Gainsight broke";
			break;
	}
	if (result->outcome != GS_HTTP_TOO_LARGE)
		failure->status = 0;
}

/* A create that may or may not have been done is a matter of its own. */
static void
judge_uncertain(GsVerdict *verdict)
{
	verdict->failure.sqlstate = ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN;
	verdict->failure.message = "Gainsight did not confirm a create: the row may have been created";
	verdict->failure.hint = "Look for the row before you insert it again.";
}

/*
 * Of many tables under one parent the message has to say which, and of which
 * tenant; and of many mappings, whose, if it is the key.
 */
static void
name_the_asked(const GsTenant *tenant, GsFailure *failure)
{
	failure->server = tenant->server;
	failure->table = tenant->table;
	if (failure->sqlstate == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION)
		failure->role = GetUserNameFromId(tenant->userid, true);
}

static void
judge(GsRequest *request)
{
	const GsHttpResult *result = gs_http_result(request->transfer);
	const char *key = request->tenant->access_key;
	GsVerdict  *verdict = &request->verdict;
	GsFailure  *failure = &verdict->failure;
	MemoryContext old = MemoryContextSwitchTo(request->try);

	memset(verdict, 0, sizeof(*verdict));
	request->tenant->usage->bytes_sent += result->bytes_sent;
	request->tenant->usage->bytes_received += result->bytes_received;
	request->tenant->usage->transfer_time += result->elapsed;
	ereport(DEBUG1,
			(errmsg_internal("gainsight_fdw: %s %s: status %d, %.1f ms, %zu bytes",
							 request->call.method,
							 gs_without_key(request->call.path, key),
							 result->status, result->elapsed, result->body_length)));
	failure->status = result->status;
	if (result->outcome == GS_HTTP_ANSWERED)
		request->call.classify(&request->call, result, request->try, verdict);
	else
		judge_transport(request->tenant, result, verdict);
	if (verdict->kind == GS_FAILED && verdict->uncertain && request->call.once)
		judge_uncertain(verdict);
	verdict->uncertain |= verdict->kind == GS_FAILED && request->uncertain;
	name_the_asked(request->tenant, failure);
	failure->method = request->call.method;
	failure->path = gs_without_key(request->call.path, key);
	failure->code = gs_without_key(failure->code, key);
	failure->description = gs_without_key(failure->description, key);
	failure->request_id = gs_without_key(failure->request_id, key);
	MemoryContextSwitchTo(old);
}

/*
 * Waits between tries.
 */

static const int soon[] = {200, 400, 800, 1600, 3200, 5000};	/* ms */
static const int later[] = {5000, 10000, 20000, 30000, 60000};	/* ms */

/* The shortest time for which an answer that nobody takes may be cut, in ms. */
#define LEFT_WAITING 1000

/* The longest that a tenant's Retry-After is followed, in s. */
#define MAX_RETRY_AFTER 60

/* Clients that failed together must not come back together: 20 % either way. */
static int
with_jitter(int ms)
{
	return (int) (ms * (0.8 + 0.4 * pg_prng_double(&pg_global_prng_state)));
}

static int
wait_before_repeat(const GsRequest *request, GsRepeat repeat)
{
	int			n = Max(0, request->call.terms.tries + request->tries - request->excused - 1);
	int			retry_after = gs_http_result(request->transfer)->retry_after;

	if (repeat == GS_REPEAT_SOON && retry_after == 0)
		return with_jitter(soon[Min(n, (int) lengthof(soon) - 1)]);
	if (retry_after > 0)
		return Min(retry_after, MAX_RETRY_AFTER) * 1000;
	return with_jitter(later[Min(n, (int) lengthof(later) - 1)]);
}

/*
 * An answer that nobody takes is cut by many tenants, and by what stands before
 * them, after a while; so it goes to a cursor that is read slowly.  It is not
 * the tenant that has failed then.
 */
static bool
was_left_waiting(const GsRequest *request)
{
	const GsHttpResult *result = gs_http_result(request->transfer);

	return request->call.read && result->unattended >= LEFT_WAITING &&
		(result->outcome == GS_HTTP_BROKEN || result->outcome == GS_HTTP_NOT_CONNECTED);
}

/* May the failed request be sent again?  If so, waits are set: its own, and everybody's. */
static bool
may_repeat(GsRequest *request)
{
	const GsTenant *tenant = request->tenant;
	const GsVerdict *verdict = &request->verdict;
	int			wait;

	if (was_left_waiting(request))
		request->excused++;
	/* of a create, only what has certainly not been done */
	if (verdict->repeat == GS_REPEAT_NEVER || (request->call.once && verdict->uncertain) ||
		request->call.terms.tries + request->tries - request->excused > tenant->max_retries)
		return false;
	wait = wait_before_repeat(request, verdict->repeat);
	request->call.terms.not_before = gs_governor_now() + wait;
	if (verdict->repeat == GS_REPEAT_LATER)
	{
		gs_governor_pause(tenant, wait);
		tenant->usage->wait_time += wait;
		if (wait > TELL_AFTER)
			tell_wait(tenant, psprintf(_("The tenant of server \"%s\" has refused a request, which is sent again in %d s."),
									   tenant->server, wait / 1000));
	}
	tenant->usage->retries++;
	return true;
}

/* Is the failed request to be sent again here?  If so, it is back in the queue. */
static bool
repeat(GsRequest *request)
{
	GsVerdict  *verdict = &request->verdict;
	const GsTenant *tenant = request->tenant;

	if (!may_repeat(request))
		return false;
	if (request->call.terms.asks_back)
	{
		verdict->again_at = request->call.terms.not_before;
		return false;
	}
	if (request->call.read)
	{
		if (gs_governor_left(tenant->max_requests) == 0)
		{
			MemoryContext old = MemoryContextSwitchTo(request->context);

			gs_governor_refuse(tenant, 0, &verdict->failure);
			MemoryContextSwitchTo(old);
			return false;
		}
		gs_governor_spend(tenant);
	}
	request->uncertain |= verdict->uncertain;
	request->transfer = NULL;
	MemoryContextReset(request->try);
	return true;
}

/* Judge what has ended; true if that is final. */
static bool
end_try(GsRequest *request)
{
	const GsVerdict *verdict = &request->verdict;
	bool		failed;
	bool		rate_limited;
	bool		final;

	judge(request);
	failed = verdict->kind == GS_FAILED;
	rate_limited = failed && verdict->repeat == GS_REPEAT_LATER;
	gs_stats_add(request->tenant);
	if (rate_limited)
		gs_stats_failure(request->tenant, &verdict->failure, true, false);
	final = !failed || !repeat(request);
	if (failed && final && verdict->again_at == 0)
		gs_stats_failure(request->tenant, &verdict->failure, false, true);
	return final;
}

void
gs_request_drive(int timeout)
{
	gs_http_pump(Min(start_due(), timeout));
}

bool
gs_request_is_settled(GsRequest *request)
{
	if (request->settled)
		return true;
	if (request->transfer == NULL || is_running(request) || !end_try(request))
		return false;
	settle(request);
	return true;
}

const GsVerdict *
gs_request_settle(GsRequest *request)
{
	/* this one may have ended, but what was read ahead behind it has to start */
	(void) start_due();
	while (!gs_request_is_settled(request))
		gs_request_drive(WAIT_SLICE);
	return &request->verdict;
}

bool
gs_request_withdraw(GsRequest *request)
{
	if (request->settled || request->transfer != NULL)
		return false;
	give_up(request, false);
	return true;
}

bool
gs_request_was_sent(const GsRequest *request)
{
	return request->tries > 0;
}

const GsVerdict *
gs_request_finish(GsRequest *request)
{
	const GsVerdict *verdict = gs_request_settle(request);

	if (verdict->kind == GS_FAILED)
		gs_fail(&verdict->failure);
	return verdict;
}
