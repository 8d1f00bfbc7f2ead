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

#include "lib/ilist.h"
#include "utils/memutils.h"

#include "governor.h"
#include "request.h"

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
	GsTransfer *transfer;		/* NULL until it starts */
	bool		settled;
	GsVerdict	verdict;
};

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
		gs_governor_spend(tenant->max_requests);
	own = AllocSetContextCreate(context, "gainsight_fdw request", ALLOCSET_SMALL_SIZES);
	request = MemoryContextAllocZero(own, sizeof(GsRequest));
	request->tenant = tenant;
	request->context = own;
	request->call = *call;
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
	MemoryContext old = MemoryContextSwitchTo(request->context);
	const char *headers[] = {
		psprintf("accessKey: %s", tenant->access_key),
		"Content-Type: application/json",
		"Accept: application/json",
		NULL
	};
	GsHttpSpec	spec = {
		.method = call->endpoint->method,
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
		.once = call->once,
	};

	request->transfer = gs_http_start(&spec, request->context);
	tenant->usage->requests++;
	MemoryContextSwitchTo(old);
}

/* Start what may start, in the order in which it was asked for. */
static void
start_due(void)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &queue)
	{
		GsRequest  *request = dlist_container(GsRequest, node, iter.cur);

		if (request->transfer == NULL &&
			running_on(request->tenant->serverid) < request->tenant->max_connections)
			start_transfer(request);
	}
}

/*
 * What each way of not being answered means.
 */
static void
judge_transport(const GsTenant *tenant, const GsHttpResult *result, GsVerdict *verdict)
{
	GsFailure  *failure = &verdict->failure;

	verdict->kind = GS_FAILED;
	verdict->uncertain = result->outcome != GS_HTTP_NOT_CONNECTED && result->bytes_sent > 0;
	failure->description = result->why;
	switch (result->outcome)
	{
		case GS_HTTP_NOT_CONNECTED:
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
			failure->sqlstate = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
			failure->message = psprintf("reply is larger than max_response_size (%d bytes)",
										tenant->max_response_size);
			failure->hint = "Lower page_size, or raise the server option max_response_size.";
			failure->description = NULL;
			break;
		case GS_HTTP_NO_MEMORY:
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

/* Nothing that the tenant echoes may carry the key into a message. */
static const char *
without_key(const char *text, const char *key)
{
	char	   *clean;
	char	   *found;
	size_t		length = strlen(key);

	if (text == NULL || length == 0 || strstr(text, key) == NULL)
		return text;
	clean = pstrdup(text);
	while ((found = strstr(clean, key)) != NULL)
		memset(found, '*', length);
	return clean;
}

/* A create that may or may not have been done is a matter of its own. */
static void
judge_uncertain(GsVerdict *verdict)
{
	verdict->failure.sqlstate = ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN;
	verdict->failure.message = "Gainsight did not confirm a create: the row may have been created";
	verdict->failure.hint = "Look for the row before you insert it again.";
}

static void
judge(GsRequest *request)
{
	const GsHttpResult *result = gs_http_result(request->transfer);
	const char *key = request->tenant->access_key;
	GsVerdict  *verdict = &request->verdict;
	GsFailure  *failure = &verdict->failure;
	MemoryContext old = MemoryContextSwitchTo(request->context);

	request->tenant->usage->bytes_sent += result->bytes_sent;
	request->tenant->usage->bytes_received += result->bytes_received;
	request->tenant->usage->transfer_time += result->elapsed;
	ereport(DEBUG1,
			(errmsg_internal("gainsight_fdw: %s %s: status %d, %.1f ms, %zu bytes",
							 request->call.endpoint->method, request->call.path,
							 result->status, result->elapsed, result->body_length)));
	failure->status = result->status;
	if (result->outcome == GS_HTTP_ANSWERED)
		request->call.classify(&request->call, result, request->context, verdict);
	else
		judge_transport(request->tenant, result, verdict);
	if (verdict->kind == GS_FAILED && verdict->uncertain && request->call.once)
		judge_uncertain(verdict);
	failure->method = request->call.endpoint->method;
	failure->path = request->call.path;
	failure->code = without_key(failure->code, key);
	failure->description = without_key(failure->description, key);
	failure->request_id = without_key(failure->request_id, key);
	MemoryContextSwitchTo(old);
}

const GsVerdict *
gs_request_settle(GsRequest *request)
{
	while (!request->settled)
	{
		start_due();
		if (request->transfer == NULL || is_running(request))
		{
			gs_http_pump(WAIT_SLICE);
			continue;
		}
		leave_queue(request);
		judge(request);
		/* the tree has its own copies */
		gs_http_release_body(request->transfer);
		request->settled = true;
	}
	return &request->verdict;
}

const GsVerdict *
gs_request_finish(GsRequest *request)
{
	const GsVerdict *verdict = gs_request_settle(request);

	if (verdict->kind == GS_FAILED)
		gs_fail(&verdict->failure);
	return verdict;
}
