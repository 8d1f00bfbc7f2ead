/*
 * request.c
 *	  One request, from the queue through its transfer to a verdict.
 *
 * Callers queue requests and then wait for one of them; whoever waits drives
 * everybody's.  A request starts in its turn, as soon as its server has a
 * connection free and the governor agrees.  What came of it, and whether it is
 * repeated, is for verdict.c to say.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "governor.h"
#include "http.h"
#include "request.h"
#include "stats.h"
#include "verdict.h"

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
	int			excused;		/* of these, broken because nobody took the answer, or refused for
								 * a credential that another took the place of */
	int			credential;		/* the number of that which it was sent with */
	int64		waiting_since;	/* for the governor, 0: it does not */
	int64		waited;			/* ms, before this try: for the governor, or after another */
	MemoryContext try;			/* of the transfer and its verdict */
	GsTransfer *transfer;		/* NULL until it starts */
	bool		uncertain;		/* an earlier try may have been done */
	bool		settled;
	GsVerdict	verdict;
};

/* A wait for the governor that is longer than this is told, in ms. */
#define TELL_AFTER 5000

void		(*gs_request_on_write) (int records);

/* All requests of this backend that are not settled, the oldest first. */
static dlist_head queue = DLIST_STATIC_INIT(queue);

static void
leave_queue(void *arg)
{
	GsRequest  *request = arg;

	if (request->queued)
		dlist_delete(&request->node);
	request->queued = false;
	if (request->call.authorizes && request->tenant->credential->asked == request)
		request->tenant->credential->asked = NULL;
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
	if (call->authorizes)
		dlist_push_head(&queue, &request->node);
	else
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
		call->header ? call->header : tenant->credential->header,
		psprintf("Content-Type: %s", call->type ? call->type : "application/json"),
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
		.user_agent = "gainsight_fdw/" GS_RELEASE " PostgreSQL/" PG_VERSION,
		.ca_file = tenant->ca_file,
		.proxy = tenant->proxy,
		.connect_timeout = tenant->connect_timeout,
		.request_timeout = tenant->request_timeout,
		.max_body = tenant->max_response_size,
		.compression = tenant->compression,
		/* a repetition is for queue_again() to decide, and to count */
		.once = !call->read,
	};

	request->transfer = gs_http_start(&spec, request->try);
	request->credential = tenant->credential->number;
	tenant->credential->used |= !call->authorizes;
	if (request->tries++ == 0 && !call->read && !call->authorizes && gs_request_on_write != NULL)
		gs_request_on_write(call->records);
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
		request->waited += now - request->waiting_since;
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
end_request(GsRequest *request)
{
	leave_queue(request);
	request->settled = true;
}

/* It has waited too long, and is not sent (again). */
static void
give_up_request(GsRequest *request, bool late)
{
	end_request(request);
	memset(&request->verdict, 0, sizeof(request->verdict));
	request->verdict.kind = GS_FAILED;
	request->verdict.uncertain = request->uncertain;
	request->verdict.late = late;
}

/*
 * Is there a credential for it?  One that has to be asked for is, in front of the
 * queue, which is then to be looked at again; and whoever needs it waits.
 */
static bool
has_credential(GsRequest *request, int64 now, int *again)
{
	const GsTenant *tenant = request->tenant;
	GsCredential *credential = tenant->credential;

	if (request->call.authorizes || gs_credential_is_good(credential, now))
		return true;
	if (credential->asked == NULL)
	{
		credential->asked = credential->ask(tenant, request->context);
		*again = 0;
	}
	return false;
}

/* No credential was to be had: nobody can go on who waits for it. */
static void
fail_waiting(const GsCredential *credential, const GsFailure *failure)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &queue)
	{
		GsRequest  *request = dlist_container(GsRequest, node, iter.cur);
		MemoryContext old;

		if (request->tenant->credential != credential || request->transfer != NULL)
			continue;
		give_up_request(request, false);
		old = MemoryContextSwitchTo(request->context);
		gs_failure_copy(&request->verdict.failure, failure);
		MemoryContextSwitchTo(old);
	}
}

/* A request for a credential that has its verdict, which nobody else waits for; NULL: none. */
static GsRequest *
find_authorized(void)
{
	dlist_iter	iter;

	dlist_foreach(iter, &queue)
	{
		GsRequest  *request = dlist_container(GsRequest, node, iter.cur);

		if (request->call.authorizes && gs_request_is_settled(request))
			return request;
	}
	return NULL;
}

static void
take_credentials(void)
{
	GsRequest  *request;

	while ((request = find_authorized()) != NULL)
	{
		GsCredential *credential = request->tenant->credential;

		if (!credential->take(credential, &request->verdict))
			fail_waiting(credential, &request->verdict.failure);
		gs_request_free(request);
	}
}

/*
 * Start what may start, in the order in which it was asked for.  Returns the
 * ms after which to look again.
 */
static int
start_what_may(void)
{
	int64		now = gs_governor_now();
	int			again = WAIT_SLICE;
	dlist_mutable_iter iter;

	take_credentials();
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
			give_up_request(request, true);
			again = 0;
			continue;
		}
		if (running_on(request->tenant->serverid) >= request->tenant->max_connections)
			continue;
		if (!has_credential(request, now, &again))
			continue;
		wait = ask_governor(request, now);
		if (wait > 0)
			again = Min(again, wait);
		else
			start_transfer(request);
	}
	return again;
}

/* Everybody waits who asks the tenant for anything. */
static void
pause_all(const GsTenant *tenant, int wait)
{
	gs_governor_pause(tenant, wait);
	tenant->usage->wait_time += wait;
	if (wait > TELL_AFTER)
		tell_wait(tenant, psprintf(_("The tenant of server \"%s\" has refused a request, which is sent again in %d s."),
								   tenant->server, wait / 1000));
}

/* Is there room for another read?  If not, that is the failure. */
static bool
spend_on_repetition(GsRequest *request)
{
	const GsTenant *tenant = request->tenant;

	if (gs_governor_left(tenant->max_requests) == 0)
	{
		MemoryContext old = MemoryContextSwitchTo(request->context);

		gs_governor_refuse(tenant, 0, &request->verdict.failure);
		MemoryContextSwitchTo(old);
		return false;
	}
	gs_governor_spend(tenant);
	return true;
}

/* Is the failed request to be sent again here?  If so, it is back in the queue. */
static bool
queue_again(GsRequest *request)
{
	const GsTenant *tenant = request->tenant;
	const GsHttpResult *result = gs_http_result(request->transfer);
	GsVerdict  *verdict = &request->verdict;
	GsTerms    *terms = &request->call.terms;
	int			wait;

	verdict->renewed = gs_verdict_is_renewed(tenant, &request->call, verdict);
	if (verdict->repeat == GS_REPEAT_RENEWED)
		gs_credential_refuse(tenant->credential, request->credential);
	if (verdict->renewed || gs_verdict_is_excused(&request->call, result))
		request->excused++;
	terms->renewed |= verdict->renewed;
	wait = verdict->renewed ? 0 :
		gs_verdict_wait(tenant, &request->call, result, verdict, request->tries - request->excused);
	if (wait < 0)
		return false;
	terms->not_before = gs_governor_now() + wait;
	if (verdict->repeat == GS_REPEAT_LATER)
		pause_all(tenant, wait);
	tenant->usage->retries++;
	if (terms->asks_back)
		verdict->again_at = terms->not_before;
	if (terms->asks_back || (request->call.read && !spend_on_repetition(request)))
		return false;
	request->uncertain |= verdict->uncertain;
	request->waited = wait;
	request->transfer = NULL;
	MemoryContextReset(request->try);
	return true;
}

/* Judge what has ended; true if that is final. */
static bool
end_try(GsRequest *request)
{
	const GsTenant *tenant = request->tenant;
	const GsHttpResult *result = gs_http_result(request->transfer);
	GsVerdict  *verdict = &request->verdict;
	bool		final;

	gs_stats_try(tenant, &request->call, result, request->waited);
	gs_verdict_judge(tenant, &request->call, result, request->try, verdict);
	if (verdict->kind != GS_FAILED)
		return true;
	verdict->uncertain |= request->uncertain;
	if (verdict->repeat == GS_REPEAT_LATER)
		gs_stats_failure(tenant, &verdict->failure, true, false);
	final = !queue_again(request);
	if (final && verdict->again_at == 0)
		gs_stats_failure(tenant, &verdict->failure, false, true);
	return final;
}

void
gs_request_drive(int timeout)
{
	gs_http_pump(Min(start_what_may(), timeout));
}

bool
gs_request_is_settled(GsRequest *request)
{
	if (request->settled)
		return true;
	if (request->transfer == NULL || is_running(request) || !end_try(request))
		return false;
	end_request(request);
	return true;
}

const GsVerdict *
gs_request_settle(GsRequest *request)
{
	/* this one may have ended, but what was read ahead behind it has to start */
	(void) start_what_may();
	while (!gs_request_is_settled(request))
		gs_request_drive(WAIT_SLICE);
	return &request->verdict;
}

bool
gs_request_withdraw(GsRequest *request)
{
	if (request->settled || request->transfer != NULL)
		return false;
	give_up_request(request, false);
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
