/*
 * token.c
 *	  Who asks: by a key, or as a machine with a token.
 *
 * A machine is an OAuth client.  It has a token for its id and secret, by a
 * request that goes through queue, rate and proxy like any other; request.c
 * makes it when the first needs it, and again when the token is refused or
 * about to end.  A session has one token a user mapping, whichever statements
 * and scans it is for.
 */
#include "postgres.h"

#include "common/base64.h"
#include "lib/ilist.h"
#include "utils/memutils.h"

#include "envelope.h"
#include "token.h"

#define VERSION "/v1"
#define TOKEN_PATH "/users/m2m/oauth/token"

/*
 * A token is given up so many seconds before it ends, for the request that is
 * sent with it takes its time, or after half of its life if that is short.
 */
#define MARGIN 60

/* The longest life that is believed, in s. */
#define MAX_LIFE (365 * 24 * 60 * 60)

/* The places of a client's secrets. */
enum
{
	SECRET,
	PACKED,						/* id and secret, as they are sent */
	TOKEN,
	LAST_TOKEN					/* which answers that are still to come may be about */
};

typedef struct Client
{
	GsCredential credential;	/* the first: it is what others have of it */
	dlist_node	node;			/* in clients */
	MemoryContext context;		/* of all of it */
	Oid			mapping;
	uint64		epoch;			/* of the tenants that use it */
	int			users;			/* contexts of such */
	const char *basic;			/* the header field that asks for a token */
	bool		form;			/* it is asked for by a form */
	bool		turned;			/* since the last one that came */
} Client;

/* Those of this session. */
static dlist_head clients = DLIST_STATIC_INIT(clients);

GsCredential *
gs_credential_of_key(const char *key)
{
	GsCredential *credential = palloc0(sizeof(GsCredential));

	credential->header = psprintf("accessKey: %s", key);
	credential->secrets[SECRET] = pstrdup(key);
	return credential;
}

/*
 * Asking for a token.
 */

/* What can stand in a header field, without a blank; else it is none. */
static const char *
token_of(const GsJson *answer)
{
	const char *token = gs_json_text(gs_json_get(answer, "access_token"));

	if (token == NULL || token[0] == '\0')
		return NULL;
	for (const char *c = token; *c; c++)
		if (*c <= ' ' || *c > '~')
			return NULL;
	return token;
}

/* Does a verdict say that there is no token for this client? */
static bool
is_refusal(const GsVerdict *verdict)
{
	int			kind = verdict->failure.status / 100;

	return (kind == 2 || kind == 4) && verdict->repeat != GS_REPEAT_SOON &&
		verdict->repeat != GS_REPEAT_LATER;
}

/* See GsClassifier. */
static void
judge_token(const GsCall *call, const GsHttpResult *result, MemoryContext context,
			GsVerdict *verdict)
{
	gs_envelope_judge(call, result, context, verdict);
	if (verdict->kind == GS_ANSWERED && token_of(verdict->json) == NULL)
		gs_envelope_garbage("it has no token", verdict);
	else if (verdict->kind == GS_FAILED && is_refusal(verdict) &&
			 verdict->failure.sqlstate != ERRCODE_FDW_REPLY_HANDLE)
	{
		verdict->repeat = GS_REPEAT_NEVER;
		verdict->failure.sqlstate = ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
		verdict->failure.message = "Gainsight gave no token";
		verdict->failure.hint = verdict->failure.status == 404 ?
			"Check the server's options domain or base_url; where a tenant gives no tokens, an access_key is what it takes." :
			"Check the options client_id and client_secret of the user mapping.";
	}
}

static GsRequest *
ask_for_token(const GsTenant *tenant, MemoryContext context)
{
	const Client *client = (const Client *) tenant->credential;
	size_t		length = strlen(tenant->base_url);
	bool		versioned = length > strlen(VERSION) &&
		strcmp(tenant->base_url + length - strlen(VERSION), VERSION) == 0;
	GsCall		call = {
		.method = "POST",
		.path = versioned ? TOKEN_PATH : VERSION TOKEN_PATH,
		.header = client->basic,
		.body = client->form ? "grant_type=client_credentials" : "",
		.type = client->form ? "application/x-www-form-urlencoded" : NULL,
		.authorizes = true,
		.classify = judge_token,
	};

	return gs_request_start(tenant, &call, context);
}

/* When it is to be given up; 0 if the tenant does not say when it ends. */
static int64
end_of(const GsJson *answer)
{
	const char *text = gs_json_text(gs_json_get(answer, "expires_in"));
	double		seconds;
	int64		life;

	if (text == NULL || !gs_json_number(text, &seconds) || seconds < 1)
		return 0;
	life = (int64) (Min(seconds, MAX_LIFE) * 1000);
	return gs_governor_now() + life - Min(MARGIN * 1000, life / 2);
}

static void
set_token(Client *client, const GsJson *answer)
{
	GsCredential *credential = &client->credential;
	MemoryContext old = MemoryContextSwitchTo(client->context);

	if (credential->header != NULL)
		pfree((char *) credential->header);
	if (credential->secrets[LAST_TOKEN] != NULL)
		pfree((char *) credential->secrets[LAST_TOKEN]);
	credential->secrets[LAST_TOKEN] = credential->secrets[TOKEN];
	credential->secrets[TOKEN] = pstrdup(token_of(answer));
	credential->header = psprintf("Authorization: Bearer %s", credential->secrets[TOKEN]);
	credential->renew_at = end_of(answer);
	credential->number++;
	credential->used = false;
	MemoryContextSwitchTo(old);
}

/*
 * Some tenants are said to want the form that the standard has, and others
 * nothing.  What is refused as it is spelled is asked for in the other way once.
 */
static bool
take_token(GsCredential *credential, const GsVerdict *verdict)
{
	Client	   *client = (Client *) credential;
	const GsFailure *failure = &verdict->failure;
	bool		misspelled = failure->sqlstate == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION &&
		(failure->status == 400 || failure->status == 415);

	client->turned = !client->turned && verdict->kind == GS_FAILED && misspelled;
	if (client->turned)
		client->form = !client->form;
	if (verdict->kind == GS_ANSWERED)
		set_token(client, verdict->json);
	return verdict->kind == GS_ANSWERED || client->turned;
}

/*
 * The clients of a session.
 */

static void
leave_client(void *arg)
{
	((Client *) arg)->users--;
}

/* Forget those that nobody will ask for again. */
static void
forget_old(Oid mapping)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &clients)
	{
		Client	   *client = dlist_container(Client, node, iter.cur);

		if (client->users > 0 || (client->mapping != mapping && client->epoch == gs_pool_epoch()))
			continue;
		dlist_delete(&client->node);
		MemoryContextDelete(client->context);
	}
}

static Client *
find_client(Oid mapping, uint64 epoch, const char *basic)
{
	dlist_iter	iter;

	dlist_foreach(iter, &clients)
	{
		Client	   *client = dlist_container(Client, node, iter.cur);

		if (client->mapping == mapping && client->epoch == epoch && strcmp(client->basic, basic) == 0)
			return client;
	}
	return NULL;
}

/* Id and secret, as Basic authorization has them. */
static char *
pack(const char *id, const char *secret)
{
	char	   *plain = psprintf("%s:%s", id, secret);
	int			size = pg_b64_enc_len(strlen(plain)) + 1;
	char	   *packed = palloc0(size);

	/* of PostgreSQL's versions some have bytes here, and some have text */
	if (pg_b64_encode((const void *) plain, strlen(plain), packed, size) < 0)
		elog(ERROR, "a client's secret does not fit into %d bytes", size);
	return packed;
}

static Client *
make_client(Oid mapping, uint64 epoch, const char *secret, const char *packed, const char *basic)
{
	MemoryContext context = AllocSetContextCreate(TopMemoryContext, "gainsight_fdw client",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	Client	   *client = palloc0(sizeof(Client));

	client->context = context;
	client->mapping = mapping;
	client->epoch = epoch;
	client->basic = pstrdup(basic);
	client->credential.secrets[SECRET] = pstrdup(secret);
	client->credential.secrets[PACKED] = pstrdup(packed);
	client->credential.refused = "Gainsight refused the token";
	client->credential.hint = "It was had for the client_id and client_secret of the user mapping.";
	client->credential.ask = ask_for_token;
	client->credential.take = take_token;
	MemoryContextSwitchTo(old);
	dlist_push_tail(&clients, &client->node);
	return client;
}

GsCredential *
gs_credential_of_client(const GsTenant *tenant, Oid mapping, const char *id, const char *secret,
						MemoryContext owner)
{
	const char *packed = pack(id, secret);
	const char *basic = psprintf("Authorization: Basic %s", packed);
	Client	   *client = find_client(mapping, tenant->epoch, basic);
	MemoryContextCallback *callback = MemoryContextAlloc(owner, sizeof(MemoryContextCallback));

	if (client == NULL)
	{
		forget_old(mapping);
		client = make_client(mapping, tenant->epoch, secret, packed, basic);
	}
	callback->func = leave_client;
	callback->arg = client;
	MemoryContextRegisterResetCallback(owner, callback);
	client->users++;
	return &client->credential;
}
