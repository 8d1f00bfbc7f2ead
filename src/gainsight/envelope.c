/*
 * envelope.c
 *	  What an answer says: its records, that there are none, or which failure it is.
 *
 * No other file knows the envelope's words and the tenant's error codes.  It
 * does not care how the answer came.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"

#include "envelope.h"

/*
 * Failures.  The first row that fits an answer counts; an errorCode weighs
 * more than the status that it came with.
 */
#define ANY_STATUS 0

/* Under which one record of several is refused, whose request was a success. */
#define REFUSED_STATUS 400

typedef struct FailureRule
{
	const char *code;			/* NULL: any */
	int			status;			/* ANY_STATUS, or the lowest of a range */
	int			last_status;	/* 0: a range of one */
	int			calls;			/* on which it holds */
	GsRepeat	repeat;
	int			sqlstate;
	const char *message;
	const char *hint;
} FailureRule;

/* Where an answer has those of several records that were written, and the others. */
#define DONE "success"
#define NOT_DONE "failure"

/* What a call does. */
#define LISTS	0x01			/* a read that names nothing */
#define SELECTS 0x10			/* one that names fields */
#define FILTERS 0x20			/* and conditions, too */
#define READS	(LISTS | SELECTS | FILTERS)
#define CREATES	0x02
#define ADDS	0x04			/* a create below a record that the path names */
#define UPDATES	0x08
#define WRITES	(CREATES | ADDS | UPDATES)
#define ANY_CALL (READS | WRITES)

/* The hint is the dialect's, where the call is of one. */
static const char by_dialect[] = "";

#define KEY_REFUSED GS_REPEAT_RENEWED, ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION, \
	"Gainsight refused the access key", \
	"Check the option access_key of the user mapping."
#define ADDRESS_REFUSED GS_REPEAT_NEVER, ERRCODE_INSUFFICIENT_PRIVILEGE, \
	"Gainsight refuses access from this address or to this user", \
	"An administrator of the tenant can allow this server's IP address."
#define RATE_LIMITED GS_REPEAT_LATER, ERRCODE_CONFIGURATION_LIMIT_EXCEEDED, \
	"Gainsight's rate limit is exceeded", \
	"The limit is shared by everything that uses the tenant; the server option rate_limit keeps below it."
#define NO_PARENT GS_REPEAT_NEVER, ERRCODE_FOREIGN_KEY_VIOLATION, \
	"Gainsight has no such record to add to", \
	"The row names a parent that does not exist, or that this key may not see."
#define NO_OBJECT GS_REPEAT_NEVER, ERRCODE_FDW_TABLE_NOT_FOUND, \
	"Gainsight has no such object", \
	"Its name counts by case, one that the tenant has made ends with \"__gc\", and the key must be allowed to see it."
#define REFUSED_FIELD GS_REPEAT_NEVER, ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION, \
	"Gainsight refused the request", \
	"It may not know a column's field: the column option field, or the column's name, says what is asked for."
#define SERVER_FAULT ERRCODE_SYSTEM_ERROR, \
	"Gainsight failed to answer", NULL
#define WRONG_ADDRESS GS_REPEAT_NEVER, ERRCODE_FDW_ERROR, \
	"Gainsight does not know this address", \
	"Check the server's options domain or base_url."
#define NO_ROUTE GS_REPEAT_NEVER, ERRCODE_FDW_ERROR, \
	"Gainsight does not know this address", by_dialect

static const FailureRule rules[] = {
	{"GS_APIG_2401", ANY_STATUS, 0, ANY_CALL, KEY_REFUSED},
	{"GSOBJ_1024", ANY_STATUS, 0, ANY_CALL, KEY_REFUSED},
	{"GS_APIG_2402", ANY_STATUS, 0, ANY_CALL, ADDRESS_REFUSED},
	{"GS_APIG_2404", ANY_STATUS, 0, ANY_CALL, RATE_LIMITED},
	{"GU_2400", ANY_STATUS, 0, ANY_CALL, RATE_LIMITED},
	{"GS_APIG_1000", ANY_STATUS, 0, ANY_CALL, NO_ROUTE},
	{"GSOBJ_1023", ANY_STATUS, 0, ANY_CALL, NO_ROUTE},
	{"COCKPIT_5101", ANY_STATUS, 0, READS, REFUSED_FIELD},
	{"GSOBJ_ESS_9104", ANY_STATUS, 0, READS, REFUSED_FIELD},
	{"P_5005", ANY_STATUS, 0, READS, REFUSED_FIELD},
	{"P_5068", ANY_STATUS, 0, READS, REFUSED_FIELD},
	{"OBJECT_NOT_FOUND", ANY_STATUS, 0, ADDS, NO_PARENT},
	{"OBJECT_NOT_FOUND", ANY_STATUS, 0, READS, NO_OBJECT},
	{NULL, 401, 0, ANY_CALL, KEY_REFUSED},
	{NULL, 403, 0, ANY_CALL, ADDRESS_REFUSED},
	{NULL, 429, 0, ANY_CALL, RATE_LIMITED},
	{NULL, 400, 0, LISTS, GS_REPEAT_NEVER, ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION,
	"Gainsight refused the request", NULL},
	{NULL, 400, 0, SELECTS, REFUSED_FIELD},
	{NULL, 400, 0, FILTERS, GS_REPEAT_NEVER, ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION,
		"Gainsight refused the request",
	"The server options operators and in_list_size say what the tenant understands."},
	{NULL, 400, 0, WRITES, GS_REPEAT_NEVER, ERRCODE_INVALID_PARAMETER_VALUE,
	"Gainsight refused the values of the row", NULL},
	{NULL, 404, 0, ADDS, NO_PARENT},
	{NULL, 404, 0, ANY_CALL, WRONG_ADDRESS},
	{NULL, 408, 0, ANY_CALL, GS_REPEAT_SOON, SERVER_FAULT},
	{NULL, 425, 0, ANY_CALL, GS_REPEAT_SOON, SERVER_FAULT},
	{NULL, 500, 0, ANY_CALL, GS_REPEAT_SOON, SERVER_FAULT},
	{NULL, 502, 504, ANY_CALL, GS_REPEAT_SOON, SERVER_FAULT},
	/* of a balancer that does not reach the tenant */
	{NULL, 520, 529, ANY_CALL, GS_REPEAT_SOON, SERVER_FAULT},
	{NULL, 500, 599, ANY_CALL, GS_REPEAT_NEVER, SERVER_FAULT},
	{NULL, ANY_STATUS, 0, ANY_CALL, GS_REPEAT_NEVER, ERRCODE_FDW_ERROR,
	"Gainsight gave an unexpected answer", NULL},
};

/*
 * What a call does, for the rules.  A page that is no envelope does not come
 * from a tenant that has looked for a parent.
 */
static int
kind_of_call(const GsCall *call, bool is_envelope)
{
	if (call->read || call->authorizes)
		return call->filtered ? FILTERS : call->body != NULL ? SELECTS : LISTS;
	if (!call->once)
		return UPDATES;
	return is_envelope && gs_model_brace(call->resource, call->endpoint) ? ADDS : CREATES;
}

static const FailureRule *
rule_for(int calls, int status, const char *code)
{
	for (const FailureRule *rule = rules;; rule++)
	{
		if (!(rule->calls & calls))
			continue;
		if (rule->code != NULL && (code == NULL || strcmp(rule->code, code) != 0))
			continue;
		if (rule->status == ANY_STATUS || rule->status == status ||
			(status >= rule->status && status <= rule->last_status))
			return rule;
	}
}

/* A text member of the envelope, or NULL. */
static const char *
envelope_text(const GsJson *envelope, const char *key, MemoryContext context)
{
	const char *text = gs_json_text(gs_json_get(envelope, key));

	return text && text[0] ? MemoryContextStrdup(context, text) : NULL;
}

/* Does the call write records together, so that its answer says of each what became of it? */
static bool
is_batch(const GsCall *call)
{
	return call->endpoint != NULL && call->endpoint->batch > 0;
}

/*
 * A request that was too slow, or too early, may have been looked at; and a
 * failure that yet names a record has perhaps made it.
 */
static bool
may_have_been_done(const GsCall *call, int status, const GsJson *envelope)
{
	const GsJson *data = gs_json_get(envelope, "data");

	if (status >= 500 || status == 408 || status == 425)
		return true;
	if (is_batch(call))
		return gs_json_length(gs_json_get(data, DONE)) > 0;
	return status < 300 && call->once && gs_json_kind(data) == GS_JSON_OBJECT &&
		gs_json_length(data) > 0;
}

static const char *
named_object(const char *object, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	const char *message = psprintf(_("Gainsight has no object \"%s\""), object);

	MemoryContextSwitchTo(old);
	return message;
}

static const char *
failure_code(const GsJson *envelope, MemoryContext context)
{
	const char *code = envelope_text(envelope, "errorCode", context);

	return code ? code : envelope_text(envelope, "title", context);
}

static void
judge_failure(const GsCall *call, const GsHttpResult *result, const GsJson *envelope,
			  MemoryContext context, GsVerdict *verdict)
{
	GsFailure  *failure = &verdict->failure;
	const FailureRule *rule;

	failure->code = failure_code(envelope, context);
	failure->description = envelope_text(envelope, "errorDesc", context);
	if (failure->description == NULL)
		failure->description = envelope_text(envelope, "detail", context);
	failure->request_id = envelope_text(envelope, "requestId", context);
	rule = rule_for(kind_of_call(call, envelope != NULL || result->body_length == 0),
					result->status, failure->code);
	verdict->kind = GS_FAILED;
	failure->sqlstate = rule->sqlstate;
	failure->message = rule->message;
	failure->hint = rule->hint != by_dialect ? rule->hint :
		call->resource != NULL ? call->resource->dialect->no_route : NULL;
	if (rule->sqlstate == ERRCODE_FDW_TABLE_NOT_FOUND && call->resource != NULL &&
		call->resource->object != NULL)
		failure->message = named_object(call->resource->object, context);
	if (rule->sqlstate == ERRCODE_INVALID_PARAMETER_VALUE && call->body != NULL)
		failure->hint = gs_model_hint_at_values(call->resource, call->body, failure->description);
	verdict->repeat = rule->repeat;
	verdict->uncertain = may_have_been_done(call, result->status, envelope);
}

void
gs_envelope_garbage(const char *why, GsVerdict *verdict)
{
	verdict->kind = GS_FAILED;
	verdict->uncertain = true;
	if (why == gs_json_too_many)
	{
		verdict->failure.sqlstate = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		verdict->failure.message = "reply has more values than max_response_size allows";
		verdict->failure.hint = "Lower page_size, or raise the server option max_response_size.";
		return;
	}
	verdict->failure.sqlstate = ERRCODE_FDW_REPLY_HANDLE;
	verdict->failure.message = "Gainsight's answer is not the JSON expected";
	verdict->failure.description = why;
	verdict->failure.hint = "Check that the server's options domain or base_url name a Gainsight tenant.";
}

static bool
text_is(const GsJson *envelope, const char *key, const char *value)
{
	const char *text = gs_json_text(gs_json_get(envelope, key));

	return text != NULL && strcmp(text, value) == 0;
}

/*
 * Records.
 */

static int64
total_of(const GsJson *data)
{
	const char *text = gs_json_text(gs_json_get(data, "totalCount"));
	double		total;

	if (text == NULL || !gs_json_number(text, &total) || total < 0 || total >= 1e15 ||
		total != trunc(total))
		return GS_NO_TOTAL;
	return (int64) total;
}

/*
 * The records may be data itself, an array or (of a single record) an object,
 * or data's member "records".  Returns what is wrong with them, or NULL.
 */
const char *
gs_envelope_records(const GsJson *envelope, const GsEndpoint *endpoint, GsRecords *records)
{
	const GsJson *data = gs_json_get(envelope, "data");
	const GsJson *list = gs_json_get(data, "records");

	memset(records, 0, sizeof(*records));
	records->total = total_of(data);
	if (list == NULL)
		list = data;
	switch (gs_json_kind(list))
	{
		case GS_JSON_ABSENT:
		case GS_JSON_NULL:
			return NULL;
		case GS_JSON_ARRAY:
			records->first = gs_json_first(list);
			records->last = gs_json_last(list);
			records->count = gs_json_length(list);
			return NULL;
		case GS_JSON_OBJECT:
			if (gs_json_first(list) == NULL ||
				(records->total != GS_NO_TOTAL && gs_json_length(list) == 1))
				return NULL;
			if (!endpoint->single)
				return "data has no records";
			records->first = records->last = list;
			records->single = true;
			records->count = 1;
			return NULL;
		default:
			return "data is neither object nor array";
	}
}

const GsJson *
gs_envelope_next(const GsRecords *records, const GsJson *record)
{
	return records->single ? NULL : gs_json_next(record);
}

const char *
gs_envelope_emptiness(const GsVerdict *verdict)
{
	const GsJson *data = gs_json_get(verdict->json, "data");

	if (verdict->kind == GS_NO_ROWS)
		return psprintf("%s, status %d", verdict->failure.code ? verdict->failure.code :
						"No data found", verdict->failure.status);
	return data ? gs_json_printed(data, GS_JSON_READABLE) : "no data";
}

/*
 * Records that were written together.
 */

/*
 * What is said of the record of a number, NULL if nothing is: in a list of objects
 * that have one as their member's name, or in one object that has all.
 */
static const GsJson *
find_number(const GsJson *list, const char *number)
{
	const GsJson *found = gs_json_get(list, number);

	if (gs_json_kind(list) != GS_JSON_ARRAY)
		return found;
	for (const GsJson *item = gs_json_first(list); item != NULL && found == NULL;
		 item = gs_json_next(item))
		found = gs_json_get(item, number);
	return found;
}

void
gs_envelope_told(const GsJson *envelope, const char *number, const GsJson **done,
				 const GsJson **refused)
{
	const GsJson *data = gs_json_get(envelope, "data");

	*done = find_number(gs_json_get(data, DONE), number);
	*refused = find_number(gs_json_get(data, NOT_DONE), number);
}

/* Does a success, or what calls itself none, say of any record what became of it? */
static bool
tells_of_any(const GsCall *call, const GsJson *envelope)
{
	const GsJson *data = gs_json_get(envelope, "data");

	return is_batch(call) && (gs_json_length(gs_json_get(data, DONE)) > 0 ||
							  gs_json_length(gs_json_get(data, NOT_DONE)) > 0);
}

/* Characters that a code is made of. */
#define OF_CODES "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

void
gs_envelope_refuse(bool creates, const char *text, GsFailure *failure)
{
	size_t		length = strspn(text, OF_CODES);
	const FailureRule *rule;

	failure->description = text;
	if (length > 0 && text[length] == ':')
	{
		failure->code = pnstrdup(text, length);
		failure->description = text + length + 1 + strspn(text + length + 1, " ");
	}
	rule = rule_for(creates ? CREATES : UPDATES, REFUSED_STATUS, failure->code);
	failure->sqlstate = rule->sqlstate;
	failure->message = rule->message;
	failure->hint = rule->hint != by_dialect ? rule->hint : NULL;
}

/* One that is not empty. */
static bool
is_string(const GsJson *node)
{
	return gs_json_kind(node) == GS_JSON_STRING && gs_json_text(node)[0] != '\0';
}

/* What is wrong with the success that an envelope reports, or NULL. */
static const char *
check_success(const GsCall *call, const GsJson *envelope)
{
	const GsColumn *key = gs_model_flagged(call->resource, GS_KEY);
	GsRecords	records;
	const char *why;

	if (gs_json_get(envelope, "result") == NULL && gs_json_get(envelope, "data") == NULL)
		return "it has neither result nor data";
	if (is_batch(call))
		return tells_of_any(call, envelope) ? NULL : "it says of no record what became of it";
	why = gs_envelope_records(envelope, call->endpoint, &records);
	if (why != NULL)
		return why;
	for (const GsJson *record = records.first; record != NULL;
		 record = gs_envelope_next(&records, record))
		if (gs_json_kind(record) != GS_JSON_OBJECT)
			return "a record is no object";
	if (call->once &&
		(records.count != 1 || !is_string(gs_json_get(records.first, key->field))))
		why = "it does not name the new record";
	return why;
}

/* The ways in which a tenant says that there is nothing. */
static bool
says_no_rows(const GsCall *call, const GsHttpResult *result, const GsJson *envelope)
{
	const char *description = gs_json_text(gs_json_get(envelope, "errorDesc"));

	if (call->once || call->authorizes || is_batch(call))
		return false;
	if (result->status == 404)
		return call->keyed && !text_is(envelope, "errorCode", "GS_APIG_1000") &&
			(envelope != NULL || result->body_length == 0);
	if ((result->status == 200 || result->status == 400) &&
		text_is(envelope, "errorCode", "GSOBJ_1011"))
		return true;
	if (result->status == 400)
		return call->keyed && text_is(envelope, "title", "OBJECT_NOT_FOUND");
	return result->status == 200 && description != NULL &&
		pg_strncasecmp(description, "No data found", 13) == 0;
}

static bool
is_false(const GsJson *node)
{
	const char *text = gs_json_text(node);

	return text != NULL && strcmp(text, "false") == 0;
}

/*
 * Does the envelope say that the call has failed?  An errorCode does, whatever
 * result says, and under any status.
 */
static bool
says_failure(const GsJson *envelope)
{
	return is_false(gs_json_get(envelope, "result")) ||
		is_string(gs_json_get(envelope, "errorCode"));
}

/*
 * A reply may have a value for so many bytes of max_response_size, and so many
 * in any case.  Those of records take more, with their keys.
 */
#define BYTES_A_VALUE 16
#define MIN_VALUES 10000

void
gs_envelope_judge(const GsCall *call, const GsHttpResult *result,
				  MemoryContext context, GsVerdict *verdict)
{
	const char *why = NULL;
	const GsJson *envelope = NULL;
	bool		success = result->status >= 200 && result->status < 300;

	if (result->body_length > 0)
		envelope = gs_json_parse_reply(result->body, result->body_length,
									   Max(result->max_body / BYTES_A_VALUE, MIN_VALUES),
									   context, &why);
	if (success && result->body_length == 0 && !call->read && !call->once && !call->authorizes)
		verdict->kind = GS_ANSWERED;	/* an update needs no words */
	else if (success && result->body_length == 0)
		gs_envelope_garbage("it is empty", verdict);
	else if (success && envelope == NULL)
		gs_envelope_garbage(why, verdict);
	else if (success && gs_json_kind(envelope) != GS_JSON_OBJECT)
		gs_envelope_garbage("it is no object", verdict);
	else if (success && (!says_failure(envelope) || tells_of_any(call, envelope)))
	{
		verdict->kind = GS_ANSWERED;
		verdict->json = envelope;
		why = call->authorizes ? NULL : check_success(call, envelope);
		if (why != NULL)
			gs_envelope_garbage(why, verdict);
	}
	else if (says_no_rows(call, result, envelope))
	{
		verdict->kind = GS_NO_ROWS;
		verdict->failure.code = failure_code(envelope, context);
	}
	else
		judge_failure(call, result, envelope, context, verdict);
}
