/*
 * api.c
 *	  What is asked of the API: requests for records, to read and to write.
 *
 * It knows no planner and no slot, and does not care how a request travels.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "api.h"

const char *const gs_api_operators[] = {
	"EQ", "NE", "LT", "GT", "LTE", "GTE", "BTW", "IN", "CONTAINS", "STARTS_WITH",
	"ENDS_WITH", "IS_NULL", "IS_NOT_NULL", "INCLUDES", "EXCLUDES", NULL
};

/*
 * Paths.
 */

bool
gs_path_sendable(const char *value)
{
	if (value[0] == '\0' || strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return false;
	for (const unsigned char *c = (const unsigned char *) value; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

/* Characters that need no escape in a path. */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool
gs_path_addressable(const GsResource *resource, const char *value)
{
	for (const char *c = value; *c; c++)
		if (!is_unreserved(*c))
			return false;
	return value[0] != '\0' &&
		!gs_model_is_fixed_word(resource->dialect, gs_model_read(resource, true), value);
}

char *
gs_path_make(const GsEndpoint *endpoint, const char *value)
{
	StringInfoData out;
	const char *brace = strchr(endpoint->path, '{');

	if (brace == NULL)
		return pstrdup(endpoint->path);
	initStringInfo(&out);
	appendBinaryStringInfo(&out, endpoint->path, brace - endpoint->path);
	for (const char *c = value; *c; c++)
	{
		if (is_unreserved(*c) || *c == '.' || *c == '~')
			appendStringInfoChar(&out, *c);
		else
			appendStringInfo(&out, "%%%02X", (unsigned char) *c);
	}
	appendStringInfoString(&out, strchr(brace, '}') + 1);
	return out.data;
}

/*
 * Reads.
 */

static GsRequest *
start_read(const GsTenant *tenant, const GsResource *resource, const GsEndpoint *endpoint,
		   const char *value, const GsTerms *terms, MemoryContext context)
{
	GsCall		call = {
		.resource = resource,
		.method = endpoint->method,
		.endpoint = endpoint,
		.path = gs_path_make(endpoint, value),
		.read = true,
		.keyed = gs_model_brace(resource, endpoint) != NULL,
		.classify = gs_envelope_judge,
		.terms = *terms,
	};

	return gs_request_start(tenant, &call, context);
}

GsRequest *
gs_api_start_read(const GsTenant *tenant, const GsResource *resource,
				  const GsEndpoint *endpoint, const char *value, MemoryContext context)
{
	GsTerms		terms = {0};

	return start_read(tenant, resource, endpoint, value, &terms, context);
}

GsRequest *
gs_api_start_keyed(const GsTenant *tenant, const GsResource *resource, const char *value,
				   const GsTerms *terms, MemoryContext context)
{
	return start_read(tenant, resource, gs_model_read(resource, true), value, terms, context);
}

static GsRequest *
start_search(const GsTenant *tenant, const GsResource *resource, const GsSearch *search,
			 int limit, int64 offset, const GsTerms *terms, MemoryContext context)
{
	const GsEndpoint *endpoint = gs_model_read(resource, false);
	GsCall		call = {
		.resource = resource,
		.method = endpoint->method,
		.endpoint = endpoint,
		.path = endpoint->path,
		.body = gs_search_body(resource, gs_search_complete(resource, search), limit, offset),
		.read = true,
		.filtered = search->nconditions > 0,
		.classify = gs_envelope_judge,
		.terms = *terms,
	};

	return gs_request_start(tenant, &call, context);
}

GsRequest *
gs_api_start_search(const GsTenant *tenant, const GsResource *resource,
					const GsSearch *search, int limit, int64 offset,
					MemoryContext context)
{
	GsTerms		terms = {0};

	return start_search(tenant, resource, search, limit, offset, &terms, context);
}

GsRequest *
gs_api_start_lookup(const GsTenant *tenant, const GsResource *resource, const GsSearch *search,
					int count, const GsTerms *terms, MemoryContext context)
{
	return start_search(tenant, resource, search, count, 0, terms, context);
}

/*
 * Writes.
 */

char *
gs_api_record(const GsMember *members, int nmembers)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < nmembers; i++)
	{
		appendStringInfoChar(&out, i == 0 ? '{' : ',');
		gs_json_append_string(&out, members[i].field);
		appendStringInfo(&out, ":%s", members[i].json);
	}
	appendStringInfoString(&out, nmembers == 0 ? "{}" : "}");
	return out.data;
}

/* The n-th of several records goes under this number. */
static char *
number_of(int n)
{
	return psprintf("%d", n + 1);
}

/* One record is the body; several stand in it, each with its number. */
static const char *
body_of(const GsEndpoint *endpoint, const char *const *records, int nrecords)
{
	StringInfoData out;

	Assert(nrecords <= Max(endpoint->batch, 1));
	if (endpoint->batch == 0)
		return records[0];
	initStringInfo(&out);
	for (int i = 0; i < nrecords; i++)
		appendStringInfo(&out, "%s{\"record\":{\"referenceId\":\"%s\"%s%s}",
						 i == 0 ? "{\"requests\":[" : ",", number_of(i),
						 strcmp(records[i], "{}") == 0 ? "" : ",", records[i] + 1);
	appendStringInfoString(&out, "]}");
	return out.data;
}

GsRequest *
gs_api_start_create(const GsTenant *tenant, const GsResource *resource, const char *value,
					const char *const *records, int nrecords, MemoryContext context)
{
	GsCall		call = {
		.resource = resource,
		.method = resource->insert.method,
		.endpoint = &resource->insert,
		.path = gs_path_make(&resource->insert, value),
		.body = body_of(&resource->insert, records, nrecords),
		.records = nrecords,
		.once = true,
		.classify = gs_envelope_judge,
	};

	return gs_request_start(tenant, &call, context);
}

GsRequest *
gs_api_start_update(const GsTenant *tenant, const GsResource *resource, const char *value,
					const char *const *records, int nrecords, const GsTerms *terms,
					MemoryContext context)
{
	GsCall		call = {
		.resource = resource,
		.method = resource->update.method,
		.endpoint = &resource->update,
		.path = gs_path_make(&resource->update, value),
		.body = body_of(&resource->update, records, nrecords),
		.records = nrecords,
		.keyed = resource->update.batch == 0,
		.classify = gs_envelope_judge,
		.terms = *terms,
	};

	return gs_request_start(tenant, &call, context);
}

/* A record of several of which a success says nothing that can be relied on. */
static void
leave_open(const char *number, GsOutcome *outcome)
{
	outcome->uncertain = true;
	outcome->failure.sqlstate = ERRCODE_TRANSACTION_RESOLUTION_UNKNOWN;
	outcome->failure.message = "Gainsight did not say what became of a record: it may have been written";
	outcome->failure.description = psprintf("referenceId %s is not in one of the lists of success and of failure",
											number);
	outcome->failure.hint = "Look for the record before you write it again.";
}

/* The key of a record that was done, in what is said of it; NULL where there is none. */
static const char *
key_in(const GsJson *done, const char *key_field)
{
	GsJsonKind	kind = gs_json_kind(done);

	if (kind == GS_JSON_OBJECT)
		return gs_record_find_key(key_field, done);
	return (kind == GS_JSON_STRING || kind == GS_JSON_NUMBER) && gs_json_has_text(done) ?
		gs_json_identity(done) : NULL;
}

/* What it is that a list has beside a number, as a text. */
static const char *
shown(const GsJson *node)
{
	const char *text = gs_json_text(node);

	return text != NULL ? text : gs_json_printed(node, GS_JSON_READABLE);
}

/* One of several records: by what the answer has under its number. */
static void
find_outcome(const GsTenant *tenant, const GsResource *resource, const GsEndpoint *endpoint,
			 const GsVerdict *verdict, int n, GsOutcome *outcome)
{
	bool		creates = endpoint == &resource->insert;
	const char *number = number_of(n);
	GsMember	key = {gs_model_flagged(resource, GS_KEY)->field, NULL};
	const GsJson *done;
	const GsJson *refused;

	gs_envelope_told(verdict->json, number, &done, &refused);
	outcome->key = key_in(done, key.field);
	outcome->done = refused == NULL && done != NULL && (outcome->key != NULL || !creates);
	if (outcome->done && outcome->key != NULL)
	{
		key.json = gs_json_quoted(outcome->key);
		outcome->record = gs_json_reread(gs_api_record(&key, 1));
	}
	if (outcome->done)
		return;
	outcome->failure = (GsFailure)
	{
		.server = tenant->server, .table = tenant->table, .method = endpoint->method,
			.path = endpoint->path, .status = verdict->failure.status,
			.request_id = gs_without_secrets(gs_json_text(gs_json_get(verdict->json, "requestId")), tenant)
	};
	if (refused != NULL && done == NULL)
		gs_envelope_refuse(creates, gs_without_secrets(shown(refused), tenant), &outcome->failure);
	else
		leave_open(number, outcome);
}

void
gs_api_outcome(const GsTenant *tenant, const GsResource *resource, const GsEndpoint *endpoint,
			   const GsVerdict *verdict, int n, GsOutcome *outcome)
{
	GsRecords	records;

	memset(outcome, 0, sizeof(*outcome));
	if (verdict->kind != GS_ANSWERED)
	{
		outcome->uncertain = verdict->uncertain;
		outcome->failure = verdict->failure;
	}
	else if (endpoint->batch > 0 && verdict->json != NULL)
		find_outcome(tenant, resource, endpoint, verdict, n, outcome);
	else
	{
		(void) gs_envelope_records(verdict->json, endpoint, &records);
		outcome->done = true;
		outcome->record = records.first;
		outcome->key = gs_record_find_key(gs_model_flagged(resource, GS_KEY)->field, records.first);
	}
}

void
gs_api_finish_read(GsRequest *request, const GsEndpoint *endpoint, GsRecords *records)
{
	(void) gs_envelope_records(gs_request_finish(request)->json, endpoint, records);
}

const GsVerdict *
gs_api_settle(GsRequest *request, const GsEndpoint *endpoint, GsRecords *records)
{
	const GsVerdict *verdict = gs_request_settle(request);

	(void) gs_envelope_records(verdict->kind == GS_ANSWERED ? verdict->json : NULL, endpoint, records);
	return verdict;
}
