/*
 * probe.c
 *	  How a probe asks and how it tells.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "probe.h"

void
gs_check_put(GsCheck *check, const char *step, bool ok, const char *detail)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, detail == NULL};

	values[0] = CStringGetTextDatum(step);
	values[1] = BoolGetDatum(ok);
	values[2] = detail ? CStringGetTextDatum(gs_without_secrets(detail, &check->settings->tenant)) :
		(Datum) 0;
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, nulls);
}

/*
 * Asking.
 */

static bool
concerns_all(const GsFailure *failure)
{
	return failure->sqlstate == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION ||
		failure->sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ||
		failure->sqlstate == ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
}

bool
gs_check_may_ask(GsCheck *check)
{
	const GsTenant *tenant = &check->settings->tenant;

	if (check->over == NULL && gs_governor_left(tenant->max_requests) == 0)
		check->over = psprintf("the server option max_requests allows no more than %d requests",
							   tenant->max_requests);
	return check->over == NULL;
}

void
gs_check_settle(GsCheck *check, GsRequest *request, const GsEndpoint *endpoint, GsAnswer *answer)
{
	answer->verdict = gs_api_settle(request, endpoint, &answer->records);
	answer->ok = answer->verdict->kind != GS_FAILED;
	if (!answer->ok && concerns_all(&answer->verdict->failure))
		check->over = gs_check_failure(answer, NULL);
}

static void
note_order(const GsCheck *check, const GsRecords *records, GsOrderSeen *seen)
{
	const char *before = NULL;
	bool		by_bytes = true;
	bool		by_letters = true;

	if (records->count < 2)
		return;
	for (const GsJson *record = records->first; record != NULL;
		 record = gs_envelope_next(records, record))
	{
		const char *key = gs_check_key(check, record);

		by_bytes &= before == NULL || strcmp(before, key) < 0;
		by_letters &= before == NULL || pg_strcasecmp(before, key) <= 0;
		before = key;
	}
	seen->answers++;
	seen->by_bytes += by_bytes;
	seen->by_letters += by_letters;
}

bool
gs_check_search(GsCheck *check, const GsResource *resource, const GsSearch *search, int limit,
				int64 offset, GsAnswer *answer)
{
	if (!gs_check_may_ask(check))
		return false;
	gs_check_settle(check, gs_api_start_search(&check->settings->tenant, resource, search, limit,
											   offset, check->context),
					gs_model_read(resource, false), answer);
	if (answer->ok && search->nconditions > 0 && answer->records.total != GS_NO_TOTAL &&
		answer->records.count < limit)
	{
		check->filtered_totals++;
		check->wrong_totals += answer->records.total != answer->records.count;
	}
	if (answer->ok && search->order == NULL)
		note_order(check, &answer->records,
				   search->nconditions > 0 ? &check->filtered : &check->unfiltered);
	return true;
}

/*
 * Telling.
 */

/* What of a value is looked for: a tenant may quote it cut. */
#define QUOTED 6

static bool
quotes_any(const char *text, const char *const *values)
{
	for (; values != NULL && *values != NULL; values++)
		if ((*values)[0] != '\0' && strstr(text, pnstrdup(*values, QUOTED)) != NULL)
			return true;
	return false;
}

const char *
gs_check_failure(const GsAnswer *answer, const char *const *values)
{
	const GsFailure *failure = &answer->verdict->failure;
	StringInfoData out;

	/* one that waited for its turn in vain has no words */
	if (failure->message == NULL)
		return "it was not sent";
	initStringInfo(&out);
	appendStringInfo(&out, "%s %s", unpack_sql_state(failure->sqlstate), failure->message);
	if (failure->status)
		appendStringInfo(&out, " (status %d%s%s)", failure->status, failure->code ? ", " : "",
						 failure->code ? gs_printable(failure->code, 40) : "");
	if (failure->description && !quotes_any(failure->description, values))
		appendStringInfo(&out, ": %s", gs_printable(failure->description, 200));
	return out.data;
}

/*
 * Records.
 */

const char *
gs_check_text(const GsJson *record, const GsColumn *column)
{
	const char *text = gs_json_text(gs_record_member(record, column->field));

	return text != NULL && text[0] == '\0' && column->kind != GS_TEXT ? NULL : text;
}

bool
gs_check_moment(const GsJson *record, const GsColumn *column, Timestamp *moment)
{
	return gs_moment_of(gs_record_member(record, column->field), moment);
}

const char *
gs_check_key(const GsCheck *check, const GsJson *record)
{
	const char *key = gs_record_find_key(gs_model_flagged(check->plans, GS_KEY)->field, record);

	return key ? key : "";
}

bool
gs_check_has_key(const GsCheck *check, const GsRecords *records, const char *key)
{
	for (const GsJson *record = records->first; record != NULL;
		 record = gs_envelope_next(records, record))
		if (strcmp(gs_check_key(check, record), key) == 0)
			return true;
	return false;
}

bool
gs_check_lacks(const GsCheck *check, const GsColumn *column)
{
	return (check->page.lacks & GS_COLUMN(column - check->plans->columns)) != 0;
}
