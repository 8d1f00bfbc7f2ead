/*
 * update.c
 *	  One plan's update: lock it, make sure that nobody changed it, send it.
 *
 * The API has no precondition, and its PUT may replace the whole record.  So
 * what is sent is the record as the tenant gave it a moment ago, with the
 * changes; and if that is not the record which the statement saw, nothing is.
 * There is one moment of truth: when the record was last seen unchanged.  The
 * PUT looks at it as it starts, and if that was too long ago it is not sent,
 * and the record is read again.
 *
 * An update goes on by steps, so that many can go side by side, and none of
 * them raises what the tenant or the network failed at: it is noted, for the
 * statement to end as one.
 */
#include "postgres.h"

#include "wire/wire.h"
#include "same.h"
#include "update.h"
#include "written.h"
#include "xact.h"

/* A record that was seen so recently may be taken for unchanged, in ms. */
#define FRESH_MS 1000

/*
 * Ending.
 */

static void
end_update(GsUpdate *update, GsUpdateOutcome outcome)
{
	update->outcome = outcome;
	update->stage = GS_STAGE_ENDED;
	if (update->lock != NULL)
		gs_lock_release(update->lock);
	update->lock = NULL;
}

static void
fail_update(GsUpdate *update, const GsFailure *failure)
{
	update->failure = failure;
	end_update(update, GS_UPDATE_FAILED);
}

static const char *
key_field(const GsUpdate *update)
{
	return gs_model_flagged(update->relation->resource, GS_KEY)->field;
}

/* Fail of what is no single request's fault. */
static void
fail_of(GsUpdate *update, int sqlstate, const char *what, const char *aside, const char *hint)
{
	const GsTenant *tenant = &update->relation->settings->tenant;
	GsFailure  *failure = palloc0(sizeof(GsFailure));

	failure->sqlstate = sqlstate;
	failure->server = tenant->server;
	failure->table = tenant->table;
	failure->message = psprintf("the %s with %s \"%s\" %s", update->relation->resource->label,
								key_field(update),
								gs_printable(gs_without_key(update->key, tenant->access_key), 100),
								what);
	failure->aside = aside;
	failure->hint = hint;
	fail_update(update, failure);
}

static void
fail_of_conflict(GsUpdate *update)
{
	fail_of(update, ERRCODE_T_R_SERIALIZATION_FAILURE, "was changed by somebody else",
			update->unsure != NULL ?
			"An earlier try to update it may have been made, before that change or as part of it." :
			"It is not what this statement read; nothing was sent for it.",
			"Run the statement again.");
}

/*
 * Reading it.
 */

static void
start_get(GsUpdate *update, GsUpdateStage stage, const GsTerms *terms)
{
	const GsTenant *tenant = &update->relation->settings->tenant;

	if (gs_governor_left(tenant->max_requests) == 0)
	{
		GsFailure  *failure = palloc0(sizeof(GsFailure));

		gs_governor_refuse(tenant, 0, failure);
		fail_update(update, failure);
		return;
	}
	update->stage = stage;
	update->request = gs_api_start_keyed(tenant, update->relation->resource, update->key,
										 terms, update->context);
}

/* Read it before it is (again) sent, and not before a moment. */
static void
start_check(GsUpdate *update, int64 not_before)
{
	GsTerms		terms = {
		.not_before = not_before,
		.pays_next = update->relation->settings->conflict_check,
	};

	start_get(update, GS_STAGE_CHECKING, &terms);
}

/*
 * Sending it.
 */

/* As base has it, seen at a moment; is the start of its PUT paid for? */
static void
start_put(GsUpdate *update, const GsJson *base, int64 seen_at, bool paid)
{
	const GsRelation *relation = update->relation;
	GsTerms		terms = {0};

	/* without the check it is sent whatever happened, and request.c repeats it */
	if (relation->settings->conflict_check)
	{
		terms.not_after = seen_at + FRESH_MS;
		terms.paid = paid;
		terms.asks_back = true;
		terms.tries = update->tries;
	}
	update->write = gs_write_update(relation, update->changes, update->nchanges, base);
	update->stage = GS_STAGE_SENDING;
	update->request = gs_api_start_update(&relation->settings->tenant, relation->resource,
										  update->key, update->write->members,
										  update->write->nmembers, &terms, update->context);
}

/* Does the answer hold more than the record's key? */
static bool
is_whole(const GsRecords *records)
{
	return records->count == 1 && gs_json_length(records->first) > 1;
}

/* For others of this session that have read it before. */
static void
note_written(const GsUpdate *update, const GsJson *record)
{
	if (gs_saved_first_scan() > 0)
		gs_written_note(&update->relation->settings->tenant, update->key,
						record ? gs_json_printed(record) :
						gs_api_record(update->write->members, update->write->nmembers));
}

/* It is done; record is what the tenant said of it, NULL if that is nothing. */
static void
finish_put(GsUpdate *update, const GsJson *record)
{
	GsTerms		terms = {0};

	note_written(update, record);
	update->record = record;
	update->done = true;
	if (record != NULL || !update->want_record || update->stopped)
		end_update(update, GS_UPDATE_DONE);
	else
		start_get(update, GS_STAGE_READING_BACK, &terms);
}

/*
 * Beginning it.
 */

void
gs_update_open(GsUpdate *update)
{
	const char *record = update->saved->record;
	const char *why;

	update->then = gs_json_parse(pstrdup(record), strlen(record), update->context, &why);
	update->key = pstrdup(gs_json_text(gs_json_get(update->then, key_field(update))));
	update->expected = update->then;
}

/* By the lock that its scan has taken for it, or by one of its own. */
static bool
lock_plan(GsUpdate *update, bool wait)
{
	GsPlanLock *scanned = update->saved->lock;

	update->is_fresh = scanned != NULL && gs_lock_is_held(scanned) &&
		gs_governor_now() - update->saved->read_at < FRESH_MS;
	if (update->is_fresh)
	{
		gs_lock_set_idle(scanned, false);
		update->lock = scanned;
	}
	else
	{
		GsPlanLock *own = gs_lock_create();

		if (gs_lock_acquire(own, &update->relation->settings->tenant, update->key, wait))
			update->lock = own;
	}
	return update->lock != NULL;
}

/* Has this session written it since its row was read?  Then it goes by that. */
static bool
find_written(GsUpdate *update)
{
	const char *written = gs_written_since(&update->relation->settings->tenant, update->key,
										   update->saved);
	const char *why;

	if (written == NULL)
		return false;
	update->expected = gs_json_parse(pstrdup(written), strlen(written), update->context, &why);
	return true;
}

void
gs_update_check_rate(const GsRelation *relation)
{
	const GsSettings *settings = relation->settings;

	if (settings->conflict_check && settings->tenant.rate_limit == 1)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("rate_limit leaves no room to update foreign table \"%s\"", relation->name),
				 errdetail("An update is checked and sent as one, which takes two requests of the rate at once."),
				 errhint("Raise the server option rate_limit.")));
}

bool
gs_update_begin(GsUpdate *update, bool wait)
{
	bool		written;

	/* what cannot be a path is no record's */
	if (!gs_path_sendable(update->key))
	{
		end_update(update, GS_UPDATE_GONE);
		return true;
	}
	if (!lock_plan(update, wait))
		return false;
	written = find_written(update);
	if (written || (update->relation->settings->conflict_check && !update->is_fresh))
		start_check(update, 0);
	else
		start_put(update, update->then, update->saved->read_at, false);
	return true;
}

/*
 * Going on.
 */

static bool
is_the_record(const GsUpdate *update, const GsJson *record)
{
	const char *key = gs_json_text(gs_json_get(record, key_field(update)));

	return key != NULL && strcmp(key, update->key) == 0;
}

/* How an earlier try ended, of which there was no answer. */
static void
resolve_unsure(GsUpdate *update, GsWriteOutcome outcome)
{
	if (update->unsure != NULL)
		gs_xact_end_write(update->unsure, outcome, NULL);
	update->unsure = NULL;
}

/* What was read decides on what is sent. */
static void
take_record(GsUpdate *update, const GsJson *now)
{
	const GsResource *resource = update->relation->resource;

	if (!is_the_record(update, now))
		fail_of(update, ERRCODE_FDW_REPLY_HANDLE, "was asked for, and Gainsight answered with another",
				"Nothing was sent for it.", NULL);
	else if (!update->relation->settings->conflict_check ||
			 gs_same_record(update->relation, update->expected, now))
	{
		resolve_unsure(update, GS_WRITE_NOT_MADE);
		start_put(update, now, gs_governor_now(), true);
	}
	else if (update->unsure != NULL &&
			 gs_same_members(resource, update->write->members, update->write->nmembers, now))
	{
		resolve_unsure(update, GS_WRITE_MADE);
		finish_put(update, now);
	}
	else
		fail_of_conflict(update);
}

static void
take_check(GsUpdate *update)
{
	const GsEndpoint *endpoint = gs_model_read(update->relation->resource, true);
	GsRecords	records;
	const GsVerdict *verdict = gs_api_settle(update->request, endpoint, &records);

	if (verdict->kind == GS_FAILED)
		fail_update(update, &verdict->failure);
	else if (records.count == 0)
	{
		resolve_unsure(update, GS_WRITE_NOT_MADE);
		end_update(update, GS_UPDATE_GONE);
	}
	else
		take_record(update, records.first);
}

/* It was not done, or nobody knows; and it may be tried again. */
static void
try_again(GsUpdate *update, const GsVerdict *verdict)
{
	if (!verdict->late)
		update->tries++;
	if (verdict->uncertain)
		update->unsure = update->request;
	else
		gs_xact_end_write(update->request, GS_WRITE_NOT_MADE, NULL);
	start_check(update, verdict->again_at);
}

static void
take_refusal(GsUpdate *update, const GsVerdict *verdict)
{
	if (!update->stopped && (verdict->late || verdict->again_at > 0))
	{
		try_again(update, verdict);
		return;
	}
	gs_xact_end_write(update->request, verdict->uncertain ? GS_WRITE_UNKNOWN : GS_WRITE_NOT_MADE,
					  NULL);
	fail_update(update, &verdict->failure);
}

static void
take_answer(GsUpdate *update)
{
	const GsResource *resource = update->relation->resource;
	GsRecords	records;
	const GsVerdict *verdict = gs_api_settle(update->request, &resource->update, &records);

	if (verdict->kind == GS_FAILED)
		take_refusal(update, verdict);
	else if (verdict->kind == GS_NO_ROWS)
	{
		gs_xact_end_write(update->request, GS_WRITE_NOT_MADE, NULL);
		end_update(update, GS_UPDATE_GONE);
	}
	else if (records.count == 1 && gs_json_get(records.first, key_field(update)) != NULL &&
			 !is_the_record(update, records.first))
	{
		gs_xact_end_write(update->request, GS_WRITE_UNKNOWN, NULL);
		fail_of(update, ERRCODE_FDW_REPLY_HANDLE, "was sent, and Gainsight answered with another",
				"It may have been updated.", NULL);
	}
	else
	{
		gs_xact_end_write(update->request, GS_WRITE_MADE, NULL);
		finish_put(update, is_whole(&records) ? records.first : NULL);
	}
}

static void
take_back(GsUpdate *update)
{
	const GsEndpoint *endpoint = gs_model_read(update->relation->resource, true);
	GsRecords	records;
	const GsVerdict *verdict = gs_api_settle(update->request, endpoint, &records);

	if (verdict->kind == GS_FAILED)
	{
		fail_update(update, &verdict->failure);
		return;
	}
	if (records.count > 0 && !is_the_record(update, records.first))
	{
		fail_of(update, ERRCODE_FDW_REPLY_HANDLE,
				"was updated, and Gainsight shows another in its place", NULL, NULL);
		return;
	}
	update->record = records.first;
	end_update(update, GS_UPDATE_DONE);
}

bool
gs_update_advance(GsUpdate *update)
{
	MemoryContext old;

	if (update->stage == GS_STAGE_ENDED)
		return true;
	if (!gs_request_is_settled(update->request))
		return false;
	old = MemoryContextSwitchTo(update->context);
	if (update->stage == GS_STAGE_CHECKING)
		take_check(update);
	else if (update->stage == GS_STAGE_SENDING)
		take_answer(update);
	else
		take_back(update);
	MemoryContextSwitchTo(old);
	return true;
}

void
gs_update_stop(GsUpdate *update)
{
	update->stopped = true;
	if (update->stage == GS_STAGE_ENDED)
		return;
	if (update->stage == GS_STAGE_SENDING)
	{
		if (!gs_request_withdraw(update->request))
			return;
		gs_xact_end_write(update->request,
						  gs_request_settle(update->request)->uncertain ?
						  GS_WRITE_UNKNOWN : GS_WRITE_NOT_MADE, NULL);
	}
	end_update(update, update->done ? GS_UPDATE_DONE : GS_UPDATE_STOPPED);
}
