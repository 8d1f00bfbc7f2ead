/*
 * verdict.c
 *	  What a try has come to: its verdict, and whether another may follow, and when.
 *
 * What an answer means is its call's classifier's to say.  What it means that
 * there was none, and which failures are worth another try, is said here.
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "miscadmin.h"

#include "verdict.h"

#define UNREACHABLE ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION, "could not connect to Gainsight"

/* What each way of not being answered means. */
static const struct
{
	GsRepeat	repeat;
	int			sqlstate;
	const char *message;
	const char *hint;
	const char *words;			/* in place of the transport's */
}			unanswered[] =
{
	[GS_HTTP_NOT_CONNECTED] = {GS_REPEAT_SOON, UNREACHABLE,
	"Check the server's options domain or base_url, and proxy, and that this machine may reach what they name.", NULL},
	[GS_HTTP_NOT_TRUSTED] = {GS_REPEAT_NEVER, UNREACHABLE,
	"Check the server's options domain or base_url, ca_file (the certificates that are trusted), and proxy.", NULL},
	[GS_HTTP_BROKEN] = {GS_REPEAT_SOON, ERRCODE_CONNECTION_FAILURE,
	"the connection to Gainsight broke", NULL, NULL},
	[GS_HTTP_TIMED_OUT] = {GS_REPEAT_SOON, ERRCODE_CONNECTION_FAILURE,
		"Gainsight did not answer in time",
	"The server option request_timeout bounds a request.", NULL},
	[GS_HTTP_TOO_LARGE] = {GS_REPEAT_NEVER, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
		"reply is larger than max_response_size",
	"Lower page_size, or raise the server option max_response_size.", NULL},
	[GS_HTTP_HEAD_TOO_LARGE] = {GS_REPEAT_NEVER, ERRCODE_FDW_REPLY_HANDLE,
		"Gainsight's answer is not the JSON expected", NULL,
	"its header fields are too large"},
	[GS_HTTP_NO_MEMORY] = {GS_REPEAT_NEVER, ERRCODE_OUT_OF_MEMORY, "out of memory", NULL, NULL},
};

static void
judge_unanswered(const GsHttpResult *result, GsVerdict *verdict)
{
	GsFailure  *failure = &verdict->failure;

	verdict->kind = GS_FAILED;
	verdict->uncertain = result->sent;
	verdict->repeat = unanswered[result->outcome].repeat;
	failure->sqlstate = unanswered[result->outcome].sqlstate;
	failure->message = unanswered[result->outcome].message;
	failure->hint = unanswered[result->outcome].hint;
	failure->description = unanswered[result->outcome].words ?
		unanswered[result->outcome].words : result->why;
	failure->status = 0;
	if (result->outcome == GS_HTTP_TOO_LARGE)
	{
		failure->message = psprintf("%s (%zu bytes)", failure->message, result->max_body);
		failure->description = NULL;
		failure->status = result->status;
	}
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
name_the_asked(const GsTenant *tenant, const GsVerdict *verdict, GsFailure *failure)
{
	failure->server = tenant->server;
	failure->table = tenant->table;
	if (failure->sqlstate == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION)
		failure->role = GetUserNameFromId(tenant->userid, true);
	if (verdict->repeat == GS_REPEAT_RENEWED && tenant->credential->refused != NULL)
	{
		failure->message = tenant->credential->refused;
		failure->hint = tenant->credential->hint;
	}
}

/* Whatever the tenant, or a proxy, said: no secret is in it. */
static void
take_out_secrets(const GsTenant *tenant, GsFailure *failure)
{
	failure->path = gs_without_secrets(failure->path, tenant);
	failure->code = gs_without_secrets(failure->code, tenant);
	failure->description = gs_without_secrets(failure->description, tenant);
	failure->request_id = gs_without_secrets(failure->request_id, tenant);
}

void
gs_verdict_judge(const GsTenant *tenant, const GsCall *call, const GsHttpResult *result,
				 MemoryContext context, GsVerdict *verdict)
{
	MemoryContext old = MemoryContextSwitchTo(context);

	memset(verdict, 0, sizeof(*verdict));
	verdict->failure.status = result->status;
	if (result->outcome == GS_HTTP_ANSWERED)
		call->classify(call, result, context, verdict);
	else
		judge_unanswered(result, verdict);
	if (verdict->kind == GS_FAILED)
	{
		if (verdict->uncertain && call->once)
			judge_uncertain(verdict);
		verdict->failure.method = call->method;
		verdict->failure.path = call->path;
		name_the_asked(tenant, verdict, &verdict->failure);
		take_out_secrets(tenant, &verdict->failure);
	}
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

/*
 * An answer that nobody takes is cut by many tenants, and by what stands before
 * them, after a while; so it goes to a cursor that is read slowly.  It is not
 * the tenant that has failed then.
 */
bool
gs_verdict_is_excused(const GsCall *call, const GsHttpResult *result)
{
	return call->read && result->unattended >= LEFT_WAITING &&
		(result->outcome == GS_HTTP_BROKEN || result->outcome == GS_HTTP_NOT_CONNECTED);
}

bool
gs_verdict_is_renewed(const GsTenant *tenant, const GsCall *call, const GsVerdict *verdict)
{
	return verdict->repeat == GS_REPEAT_RENEWED && tenant->credential->ask != NULL &&
		!call->terms.renewed && !(call->once && verdict->uncertain);
}

int
gs_verdict_wait(const GsTenant *tenant, const GsCall *call, const GsHttpResult *result,
				const GsVerdict *verdict, int tries)
{
	int			n = Max(0, call->terms.tries + tries - 1);

	/* of a create, only what has certainly not been done */
	if (verdict->repeat == GS_REPEAT_NEVER || verdict->repeat == GS_REPEAT_RENEWED || (call->once && verdict->uncertain) ||
		call->terms.tries + tries > tenant->max_retries)
		return -1;
	if (result->retry_after > 0)
		return Min(result->retry_after, MAX_RETRY_AFTER) * 1000;
	if (verdict->repeat == GS_REPEAT_SOON)
		return with_jitter(soon[Min(n, (int) lengthof(soon) - 1)]);
	return with_jitter(later[Min(n, (int) lengthof(later) - 1)]);
}
