/*
 * json_fuzzer.c
 *	  Any bytes as a tenant's reply: parsed, walked, printed and judged.
 *
 * What is accepted has to come out of gs_json_print as JSON that is the same
 * tree again, whatever the spelling.  Every reading and writing call judges the bytes as its answer,
 * under each status that the rules tell apart.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "gainsight/api.h"
#include "wire/wire.h"

#include "server.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * Requests: the call is kept, and the bytes are its answer.
 */
static GsCall asked;
static GsVerdict verdict;

GsRequest *
gs_request_start(const GsTenant *tenant, const GsCall *call, MemoryContext context)
{
	(void) tenant;
	(void) context;
	asked = *call;
	return NULL;
}

const GsVerdict *
gs_request_settle(GsRequest *request)
{
	(void) request;
	return &verdict;
}

const GsVerdict *
gs_request_finish(GsRequest *request)
{
	return gs_request_settle(request);
}

/* Nobody has secrets. */
const char *
gs_without_secrets(const char *text, const GsTenant *tenant)
{
	(void) tenant;
	return text;
}

/*
 * Trees.
 */

/* What JSON has not, and what goes back has escaped. */
static bool
has_control(const char *text)
{
	while ((unsigned char) *text >= ' ')
		text++;
	return *text != '\0';
}

static void
same(const GsJson *a, const GsJson *b)
{
	const char *text = gs_json_text(a);
	GsJsonKind	kind = gs_json_kind(a);

	require(kind == gs_json_kind(b));
	if (text != NULL)
	{
		require(strcmp(text, gs_json_text(b)) == 0);
		require(gs_json_identity(a) == text || has_control(gs_json_identity(a) + 1) ||
				strcmp(gs_json_identity(a), gs_json_identity(b)) == 0);
	}
	if (kind != GS_JSON_ARRAY && kind != GS_JSON_OBJECT)
		return;
	require(gs_json_length(a) == gs_json_length(b));
	for (a = gs_json_first(a), b = gs_json_first(b); a != NULL;
		 a = gs_json_next(a), b = gs_json_next(b))
	{
		if (kind == GS_JSON_OBJECT)
		{
			require(strcmp(gs_json_key(a), gs_json_key(b)) == 0);
			require(gs_json_key_is_odd(a) == gs_json_key_is_odd(b));
		}
		same(a, b);
	}
	require(b == NULL);
}

/* Members found by their usual place are those found by their key. */
static void
pick(const GsJson *record)
{
	static const char *const keys[] = {"Gsid", "Name", "data", "result", "a"};
	const GsJson *nodes[lengthof(keys)];
	GsJsonFields *fields = gs_json_fields(keys, lengthof(keys));

	for (; record != NULL; record = gs_json_next(record))
	{
		if (gs_json_kind(record) != GS_JSON_OBJECT)
			continue;
		gs_json_pick(fields, record, nodes);
		for (size_t i = 0; i < lengthof(keys); i++)
			require(nodes[i] == gs_json_get(record, keys[i]));
	}
}

static void
walk(const GsJson *node)
{
	GsJsonKind	kind = gs_json_kind(node);

	if (kind != GS_JSON_ARRAY && kind != GS_JSON_OBJECT)
		return;
	pick(gs_json_first(node));
	for (node = gs_json_first(node); node != NULL; node = gs_json_next(node))
		walk(node);
}

/* A text without room for more, printed and read again. */
static const GsJson *
reread(const GsJson *root, GsJsonSpelling spelling)
{
	char	   *printed = gs_json_printed(root, spelling);
	size_t		length = strlen(printed);
	const char *why;
	const GsJson *again;

	require(pg_verify_mbstr(PG_UTF8, printed, length, true));
	again = gs_json_parse(gs_server_body(printed, length), length, CurrentMemoryContext, &why);
	require(again != NULL);
	require(strcmp(gs_json_printed(again, spelling), printed) == 0);
	return again;
}

static void
parse(const char *body, size_t size)
{
	const char *why = NULL;
	const GsJson *root = gs_json_parse(gs_server_body(body, size), size, CurrentMemoryContext,
									   &why);

	require((root == NULL) == (why != NULL));
	if (root == NULL)
		return;
	same(root, reread(root, GS_JSON_AS_IT_CAME));
	same(root, reread(root, GS_JSON_EXACT));
	(void) reread(root, GS_JSON_READABLE);
	walk(root);
}

/*
 * The bound on values may refuse what is JSON, and changes nothing else.
 */
static void
bound(const char *body, size_t size)
{
	const char *why = NULL;
	const char *why_bound = NULL;
	const GsJson *root = gs_json_parse(gs_server_body(body, size), size, CurrentMemoryContext,
									   &why);
	const GsJson *few = gs_json_parse_reply(gs_server_body(body, size), size, size / 16,
											CurrentMemoryContext, &why_bound);

	require((few == NULL) == (why_bound != NULL));
	require(why_bound == gs_json_too_many || (root == NULL) == (few == NULL));
	if (few != NULL)
		same(root, few);
}

/*
 * Verdicts.
 */

/* Remote text as a message shows it: one line, valid, no longer than told. */
static void
show(const char *text, size_t limit)
{
	char	   *shown = gs_printable(text, limit);

	require(pg_verify_mbstr(PG_UTF8, shown, strlen(shown), true));
	require(strlen(shown) <= limit + strlen("..."));
	require(strpbrk(shown, "\n\r\t\x01\x1b\x7f") == NULL);
}

/* What became of each of some records: one of three things, and what there is to say of it. */
static void
judge_records(const GsEndpoint *endpoint)
{
	static const GsTenant nobody;

	for (int n = 0; n < 3; n++)
	{
		GsOutcome	outcome;

		gs_api_outcome(&nobody, asked.resource, endpoint, &verdict, n, &outcome);
		require(!(outcome.done && outcome.uncertain));
		require(outcome.done || (outcome.failure.sqlstate != 0 && outcome.failure.message != NULL));
		if (!outcome.done && outcome.failure.description != NULL)
			show(outcome.failure.description, 20);
	}
}

static void
judge(const char *body, size_t size, int status, const GsEndpoint *endpoint)
{
	GsHttpResult result = {
		.outcome = GS_HTTP_ANSWERED, .status = status,
		.body = gs_server_body(body, size), .body_length = size
	};
	GsRecords	records;
	int			count = 0;

	memset(&verdict, 0, sizeof(verdict));
	asked.classify(&asked, &result, CurrentMemoryContext, &verdict);
	if (endpoint->batch > 0 && verdict.kind == GS_ANSWERED)
	{
		judge_records(endpoint);
		return;
	}
	gs_api_settle(NULL, endpoint, &records);
	for (const GsJson *record = records.first; record != NULL;
		 record = gs_envelope_next(&records, record))
	{
		require(gs_json_kind(record) == GS_JSON_OBJECT);
		count++;
	}
	require(count == records.count);
	require(records.total >= GS_NO_TOTAL);
	switch (verdict.kind)
	{
		case GS_ANSWERED:
			/* an update needs no words */
			require(status / 100 == 2);
			require(verdict.json != NULL || (size == 0 && !asked.read && !asked.once));
			require(!asked.once || count == 1);
			break;
		case GS_NO_ROWS:
			require(count == 0 && !asked.once);
			break;
		case GS_FAILED:
			require(count == 0);
			require(verdict.failure.sqlstate != 0 && verdict.failure.message != NULL);
			require(status < 500 || verdict.uncertain);
			if (verdict.failure.description != NULL)
				show(verdict.failure.description, 20);
			break;
	}
}

static void
judge_each_status(const char *body, size_t size, const GsEndpoint *endpoint)
{
	static const int statuses[] = {200, 400, 404, 429, 500};

	for (size_t i = 0; i < lengthof(statuses); i++)
		judge(body, size, statuses[i], endpoint);
}

static void
judge_each_call(const char *body, size_t size, const GsResource *resource)
{
	static const GsSearch search = {.expression = ""};
	static const GsTenant nobody;
	static const GsTerms terms;
	static const char *const record = "{}";

	for (int i = 0; i < GS_MAX_READS; i++)
	{
		const GsEndpoint *endpoint = &resource->read[i];

		if (endpoint->method == NULL)
			continue;
		if (endpoint->search)
			gs_api_start_search(&nobody, resource, &search, 10, 0, CurrentMemoryContext);
		else
			gs_api_start_read(&nobody, resource, endpoint, "x", CurrentMemoryContext);
		judge_each_status(body, size, endpoint);
	}
	for (int create = 0; create <= 1; create++)
	{
		const GsEndpoint *endpoint = create ? &resource->insert : &resource->update;

		if (endpoint->method == NULL)
			continue;
		if (create)
			gs_api_start_create(&nobody, resource, "x", &record, 1, CurrentMemoryContext);
		else
			gs_api_start_update(&nobody, resource, "x", &record, 1, &terms, CurrentMemoryContext);
		judge_each_status(body, size, endpoint);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *body = (const char *) data;

	parse(body, size);
	bound(body, size);
	for (const GsDialect *const *dialect = gs_dialects; *dialect != NULL; dialect++)
		for (int i = 0; i < (*dialect)->nresources; i++)
			judge_each_call(body, size, &(*dialect)->resources[i]);
	show(pnstrdup(body, size), size / 2);
	gs_server_reset();
	return 0;
}
