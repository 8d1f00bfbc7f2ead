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

GsRequest *
gs_api_start_search(const GsTenant *tenant, const GsResource *resource,
					const GsSearch *search, int limit, int64 offset,
					MemoryContext context)
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
	};

	return gs_request_start(tenant, &call, context);
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

GsRequest *
gs_api_start_create(const GsTenant *tenant, const GsResource *resource, const char *value,
					const GsMember *members, int nmembers, MemoryContext context)
{
	GsCall		call = {
		.resource = resource,
		.method = resource->insert.method,
		.endpoint = &resource->insert,
		.path = gs_path_make(&resource->insert, value),
		.body = gs_api_record(members, nmembers),
		.once = true,
		.classify = gs_envelope_judge,
	};

	return gs_request_start(tenant, &call, context);
}

GsRequest *
gs_api_start_update(const GsTenant *tenant, const GsResource *resource, const char *value,
					const GsMember *members, int nmembers, const GsTerms *terms,
					MemoryContext context)
{
	GsCall		call = {
		.resource = resource,
		.method = resource->update.method,
		.endpoint = &resource->update,
		.path = gs_path_make(&resource->update, value),
		.body = gs_api_record(members, nmembers),
		.keyed = true,
		.classify = gs_envelope_judge,
		.terms = *terms,
	};

	return gs_request_start(tenant, &call, context);
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
