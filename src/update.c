/*
 * update.c
 *	  One plan's update: read it, make sure that nobody else changed it, send it.
 *
 * The API has no precondition, and its PUT may replace the whole record.  So
 * what is sent is the record as the tenant gave it a moment ago, with the
 * changes; and if that is not the record which the statement saw, nothing is.
 * The steps are apart, so that many updates can go side by side.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "datetext.h"
#include "gainsight_fdw.h"
#include "pager.h"
#include "write.h"

/* A record that was read by GET so recently need not be read again, in ms. */
#define FRESH_MS 1000

/* Do two replies give the same moment, however it is spelled? */
static bool
same_version(const GsJson *then, const GsJson *now)
{
	const char *then_text = gs_json_text(then);
	const char *now_text = gs_json_text(now);
	Timestamp	then_moment;
	Timestamp	now_moment;

	if (then_text == NULL || now_text == NULL)
		return then_text == now_text;
	if (gs_parse_datetime(then_text, gs_json_kind(then) == GS_JSON_NUMBER, &then_moment) &&
		gs_parse_datetime(now_text, gs_json_kind(now) == GS_JSON_NUMBER, &now_moment))
		return then_moment == now_moment;
	return strcmp(then_text, now_text) == 0;
}

/* Two values of a field: nothing and "" are one. */
static bool
same_value(const GsColumn *column, const GsJson *then, const GsJson *now)
{
	StringInfoData then_json;
	StringInfoData now_json;

	if (!gs_json_has_text(then) && !gs_json_has_text(now))
		return true;
	if (column->kind == GS_DATE)
		return same_version(then, now);
	initStringInfo(&then_json);
	initStringInfo(&now_json);
	gs_json_print(&then_json, then);
	gs_json_print(&now_json, now);
	return strcmp(then_json.data, now_json.data) == 0;
}

/* Is the record still what the statement saw? */
static bool
is_unchanged(const GsResource *resource, const GsJson *then, const GsJson *now)
{
	const GsColumn *version = gs_model_flagged(resource, GS_VERSION);
	const GsJson *then_version = gs_json_get(then, version->field);
	const GsJson *now_version = gs_json_get(now, version->field);

	if (gs_json_has_text(then_version) && gs_json_has_text(now_version))
		return same_version(then_version, now_version);
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsColumn *column = &resource->columns[i];

		if ((column->flags & GS_WRITABLE) &&
			!same_value(column, gs_json_get(then, column->field), gs_json_get(now, column->field)))
			return false;
	}
	return true;
}

static void
send(GsUpdate *update, const GsJson *base)
{
	const GsRelation *relation = update->relation;
	MemoryContext old = MemoryContextSwitchTo(update->context);
	GsWrite    *write = gs_write_update(relation, update->changes, update->nchanges, base);

	update->put = gs_api_start_write(&relation->settings->tenant, relation->resource, false,
									 update->key, write->members, write->nmembers,
									 update->context);
	MemoryContextSwitchTo(old);
}

static GsRequest *
start_get(GsUpdate *update)
{
	const GsRelation *relation = update->relation;

	return gs_api_start_read(&relation->settings->tenant, relation->resource,
							 gs_model_read(relation->resource, true), update->key,
							 update->context);
}

void
gs_update_open(GsUpdate *update)
{
	const char *why;
	MemoryContext old = MemoryContextSwitchTo(update->context);

	update->then = gs_json_parse(pstrdup(update->saved->record),
								 strlen(update->saved->record), update->context, &why);
	update->key = gs_pager_key(update->relation->resource, update->then);
	MemoryContextSwitchTo(old);
}

void
gs_update_start(GsUpdate *update)
{
	bool		fresh = update->saved->by_key &&
		TimestampDifferenceMilliseconds(update->saved->read_at, GetCurrentTimestamp()) < FRESH_MS;

	if (gs_path_sendable(update->key) && update->relation->settings->conflict_check && !fresh)
		update->get = start_get(update);
}

/* That somebody else has changed the record. */
static const GsFailure *
conflict(const GsUpdate *update)
{
	const GsRelation *relation = update->relation;
	GsFailure  *failure = MemoryContextAllocZero(update->context, sizeof(GsFailure));
	MemoryContext old = MemoryContextSwitchTo(update->context);

	failure->sqlstate = ERRCODE_T_R_SERIALIZATION_FAILURE;
	failure->message = psprintf("the %s with %s \"%s\" was changed by somebody else",
								relation->resource->label,
								gs_model_flagged(relation->resource, GS_KEY)->field,
								gs_printable(update->key, 100));
	failure->aside = "It is not what this statement read; nothing was sent for it.";
	failure->hint = "Run the statement again.";
	MemoryContextSwitchTo(old);
	return failure;
}

const GsFailure *
gs_update_check(GsUpdate *update)
{
	const GsResource *resource = update->relation->resource;
	const GsJson *base = update->then;

	/* what cannot be a path is no record's */
	if (!gs_path_sendable(update->key))
		return NULL;
	if (update->get != NULL)
	{
		GsRecords	records;
		const GsVerdict *verdict = gs_api_settle(update->get, gs_model_read(resource, true),
												 &records);

		if (verdict->kind == GS_FAILED)
			return &verdict->failure;
		if (records.count == 0)
			return NULL;		/* it has gone */
		if (!is_unchanged(resource, update->then, records.first))
			return conflict(update);
		base = records.first;
	}
	send(update, base);
	return NULL;
}

void
gs_update_withdraw(GsUpdate *update)
{
	if (update->put != NULL)
		(void) gs_request_withdraw(update->put);
}

/* Does the answer hold more than the record's key? */
static bool
is_whole(const GsRecords *records)
{
	return records->count == 1 && gs_json_length(records->first) > 1;
}

const GsVerdict *
gs_update_finish(GsUpdate *update, bool want_record)
{
	const GsResource *resource = update->relation->resource;
	const GsVerdict *verdict;
	GsRecords	records;

	update->record = NULL;
	if (update->put == NULL)
		return NULL;
	verdict = gs_api_settle(update->put, &resource->update, &records);
	gs_xact_end_write(update->put, verdict->kind == GS_ANSWERED ? GS_WRITE_MADE :
					  verdict->uncertain ? GS_WRITE_UNKNOWN : GS_WRITE_NOT_MADE, NULL);
	if (verdict->kind == GS_FAILED)
		return verdict;
	if (verdict->kind == GS_NO_ROWS)
		return NULL;
	if (want_record && !is_whole(&records))
		gs_api_finish_read(start_get(update), gs_model_read(resource, true), &records);
	update->record = records.first;
	return verdict;
}
