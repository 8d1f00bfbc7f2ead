/*
 * update.c
 *	  One plan's update: lock it, make sure that nobody changed it, send it.
 *
 * The API has no precondition, and its PUT may replace the whole record.  So
 * what is sent is the record as the tenant gave it a moment ago, with the
 * changes; and if that is not the record which the statement saw, nothing is.
 * There is one moment of truth: when the record was last seen unchanged.
 *
 * An update goes on by steps, so that many can go side by side, and none of
 * them raises what the tenant or the network failed at: it is noted, for the
 * statement to end as one.
 */
#include "postgres.h"

#include "target.h"
#include "update.h"
#include "written.h"

/*
 * Ending.
 */

void
gs_update_end(GsUpdate *update, GsUpdateStage stage)
{
	/* the statement has counted the row */
	if (stage == GS_UPDATE_GONE && update->at_commit)
	{
		gs_update_fail_of(update, ERRCODE_T_R_SERIALIZATION_FAILURE, "is not there any more",
						  "Nothing was sent for it.", "Run the transaction again.");
		return;
	}
	update->stage = stage;
	if (update->lock != NULL)
		gs_lock_release(update->lock);
	update->lock = NULL;
}

/* It was of a request, or of none. */
static void
fail(GsUpdate *update, const GsFailure *failure)
{
	update->failure = failure;
	gs_update_end(update, GS_UPDATE_FAILED);
}

static const char *
key_field(const GsUpdate *update)
{
	return gs_model_flagged(update->relation->resource, GS_KEY)->field;
}

void
gs_update_fail_of(GsUpdate *update, int sqlstate, const char *what, const char *aside,
				  const char *hint)
{
	const GsTenant *tenant = &update->relation->settings->tenant;
	GsFailure  *failure = palloc0(sizeof(GsFailure));

	failure->sqlstate = sqlstate;
	failure->server = tenant->server;
	failure->table = tenant->table;
	failure->message = psprintf("the %s with %s \"%s\" %s", update->relation->resource->label,
								key_field(update), gs_key_shown(tenant, update->key), what);
	failure->aside = aside;
	failure->hint = hint;
	fail(update, failure);
}

void
gs_update_fail_refused(GsUpdate *update, const GsOutcome *outcome, int others, int done)
{
	GsFailure  *failure = palloc(sizeof(GsFailure));
	const GsRelation *relation = update->relation;
	const char *which = psprintf("It was about the %s \"%s\"", relation->resource->label,
								 gs_key_shown(&relation->settings->tenant, update->key));

	*failure = outcome->failure;
	if (others == 0)
		failure->aside = psprintf("%s.", which);
	else if (done < 0)
		failure->aside = psprintf("%s and %d others.", which, others);
	else
		failure->aside = psprintf("%s; of the %d others in its request %d were updated.",
								  which, others, done);
	fail(update, failure);
}

void
gs_update_fail_of_another(GsUpdate *update, const GsRequest *request)
{
	gs_update_end_write(update, request, GS_WRITE_UNKNOWN);
	gs_update_fail_of(update, ERRCODE_FDW_REPLY_HANDLE,
					  "was sent, and Gainsight answered with another",
					  "It may have been updated.", NULL);
}

static void
fail_of_conflict(GsUpdate *update)
{
	gs_update_fail_of(update, ERRCODE_T_R_SERIALIZATION_FAILURE, "was changed by somebody else",
					  update->unsure != NULL ?
					  "An earlier try to update it may have been made, before that change or as part of it." :
					  update->at_commit ?
					  "It is not what the transaction read; nothing was sent for it." :
					  "It is not what this statement read; nothing was sent for it.",
					  update->at_commit ? "Run the transaction again." : "Run the statement again.");
}

void
gs_update_end_write(const GsUpdate *update, const GsRequest *request, GsWriteOutcome outcome)
{
	gs_xact_end_write(request, outcome, false,
					  gs_without_secrets(update->key, &update->relation->settings->tenant));
}

void
gs_update_stop(GsUpdate *update)
{
	if (update->stage == GS_UPDATE_SENDING && update->request != NULL)
	{
		if (!gs_request_withdraw(update->request))
			return;
		gs_update_end_write(update, update->request,
							gs_write_failed(gs_request_settle(update->request)->uncertain));
	}
	gs_update_end(update, update->stage == GS_UPDATE_READING ? GS_UPDATE_DONE : GS_UPDATE_STOPPED);
}

/*
 * Reading it.
 */

static void
read_record(GsUpdate *update, const GsTerms *terms)
{
	const GsTenant *tenant = &update->relation->settings->tenant;

	if (gs_governor_left(tenant->max_requests) == 0)
	{
		GsFailure  *failure = palloc0(sizeof(GsFailure));

		gs_governor_refuse(tenant, 0, failure);
		fail(update, failure);
		return;
	}
	update->request = gs_api_start_keyed(tenant, update->relation->resource, update->key,
										 terms, update->context);
}

/* Is it this update's, by its key? */
static bool
is_of(const GsUpdate *update, const GsJson *record)
{
	const char *key = gs_json_identity(gs_json_get(record, key_field(update)));

	return key != NULL && strcmp(key, update->key) == 0;
}

/* Fails, and returns false, for another one, of which there is this to say. */
static bool
have_read(GsUpdate *update, const GsJson **record, const char *another, const char *aside)
{
	const GsEndpoint *endpoint = gs_model_read(update->relation->resource, true);
	GsRecords	records;
	const GsVerdict *verdict = gs_api_settle(update->request, endpoint, &records);

	update->request = NULL;
	*record = records.first;
	if (verdict->kind == GS_FAILED)
		fail(update, &verdict->failure);
	else if (records.count > 0 && !is_of(update, records.first))
		gs_update_fail_of(update, ERRCODE_FDW_REPLY_HANDLE, another, aside, NULL);
	return update->stage != GS_UPDATE_FAILED;
}

void
gs_update_read_back(GsUpdate *update)
{
	GsTerms		terms = {0};

	read_record(update, &terms);
}

void
gs_update_have_read_back(GsUpdate *update)
{
	if (have_read(update, &update->record,
				  "was updated, and Gainsight shows another in its place", NULL))
		gs_update_end(update, GS_UPDATE_DONE);
}

/* For others of this session that have read it before. */
static void
note_written(const GsUpdate *update, const GsJson *record)
{
	if (gs_saved_first_scan() > 0)
		gs_written_note(update->relation, update->key, update->seen,
						record ? gs_json_printed(record, GS_JSON_AS_IT_CAME) :
						gs_api_record(update->write->members, update->write->nmembers));
}

void
gs_update_done(GsUpdate *update, const GsJson *record)
{
	note_written(update, record);
	update->record = record;
	if (record != NULL || !(update->want_record || update->is_probe))
		gs_update_end(update, GS_UPDATE_DONE);
	else
		update->stage = GS_UPDATE_READING;
}

/*
 * Beginning it.
 */

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

void
gs_update_open(GsUpdate *update, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);

	update->context = context;
	update->then = gs_json_reread(update->saved->record);
	update->key = gs_key_in(update->relation, update->then);
	MemoryContextSwitchTo(old);
}

/* By the lock that its scan has taken for it, or by one of its own. */
static bool
lock_plan(GsUpdate *update, bool wait, bool *is_fresh)
{
	GsPlanLock *lock = update->saved->lock;

	*is_fresh = lock != NULL && gs_lock_is_held(lock) &&
		gs_governor_now() - update->saved->read_at < GS_FRESH_MS;
	if (*is_fresh)
		gs_lock_set_idle(lock, false);
	else
	{
		lock = gs_lock_create();
		if (!gs_lock_acquire(lock, &update->relation->settings->tenant, update->key, wait))
			return false;
	}
	update->lock = lock;
	return true;
}

bool
gs_update_begin(GsUpdate *update, bool wait)
{
	const GsSettings *settings = update->relation->settings;
	const char *written;
	bool		is_broken = false;
	bool		is_fresh;

	/* what cannot be a path is no record's */
	if (!gs_path_sendable(update->key))
	{
		gs_update_end(update, GS_UPDATE_GONE);
		return true;
	}
	if (!lock_plan(update, wait, &is_fresh))
		return false;
	/* what this session has written since its row was read is what it goes by */
	written = gs_written_since(update->relation, update->key, update->saved, update->then,
							   &is_broken);
	update->expected = written ? gs_json_reread(written) : update->then;
	update->seen = update->then;
	update->seen_at = update->saved->read_at;
	update->stage = written != NULL || update->looked_at || (settings->conflict_check && !is_fresh) ?
		GS_UPDATE_CHECKING : GS_UPDATE_SENDING;
	if (is_broken && settings->conflict_check)
		fail_of_conflict(update);
	return true;
}

/*
 * Checking it.
 */

void
gs_update_check(GsUpdate *update)
{
	GsTerms		terms = {
		.not_before = update->again_at,
		.pays_next = update->relation->settings->conflict_check,
	};

	read_record(update, &terms);
}

/* How an earlier try ended, of which there was no answer. */
static void
resolve_unsure(GsUpdate *update, GsWriteOutcome outcome)
{
	if (update->unsure != NULL)
		gs_update_end_write(update, update->unsure, outcome);
	update->unsure = NULL;
}

/* Is it what an earlier try has made of it?  What was not sent may follow from what was. */
static bool
is_as_sent(const GsUpdate *update, const GsJson *now)
{
	return update->unsure != NULL &&
		gs_same_members(update->relation, update->write->members,
						update->write->nmembers - update->write->nkept, now);
}

/* Is the record still what all its statements read? */
static bool
is_unchanged(const GsUpdate *update, const GsJson *now)
{
	bool		(*is_same) (const GsRelation *, const GsJson *, const GsJson *);
	ListCell   *cell;

	is_same = update->moved ? gs_same_fields : gs_same_record;
	if (!is_same(update->relation, update->expected, now))
		return false;
	foreach(cell, update->others)
		if (!is_same(update->relation, gs_json_reread(lfirst(cell)), now))
			return false;
	return true;
}

void
gs_update_compare(GsUpdate *update, const GsJson *now, bool whole)
{
	if (now == NULL)
	{
		resolve_unsure(update, GS_WRITE_NOT_MADE);
		gs_update_end(update, GS_UPDATE_GONE);
	}
	else if (!update->relation->settings->conflict_check ||
			 is_unchanged(update, now))
	{
		resolve_unsure(update, GS_WRITE_NOT_MADE);
		update->seen = now;
		update->seen_at = gs_governor_now();
		update->is_paid = true;
		update->stage = GS_UPDATE_SENDING;
	}
	else if (is_as_sent(update, now))
	{
		resolve_unsure(update, GS_WRITE_MADE);
		gs_update_done(update, whole ? now : NULL);
	}
	else
		fail_of_conflict(update);
}

void
gs_update_checked(GsUpdate *update)
{
	const GsJson *now;

	if (have_read(update, &now, "was asked for, and Gainsight answered with another",
				  "Nothing was sent for it."))
		gs_update_compare(update, now, true);
}

/*
 * Sending it.
 *
 * The PUT looks at the moment of truth as it starts, not when it is queued: if
 * that was too long ago, it is not sent, and the record is checked again.  So is
 * one that was refused, or not answered, before it is repeated.
 */

void
gs_update_make(GsUpdate *update)
{
	update->write = gs_write_update(update->relation, update->changes, update->nchanges, update->seen);
}

void
gs_update_show(GsUpdate *update)
{
	const GsRelation *relation = update->relation;

	gs_update_make(update);
	update->write->key = update->key;
	gs_dry_run_show(update->dry_run, relation, &relation->resource->update, update->write);
	if (update->want_record)
		update->record = gs_record_to_send(relation, update->write, update->key);
	gs_update_end(update, GS_UPDATE_DONE);
}

void
gs_update_add_terms(const GsUpdate *update, GsTerms *terms)
{
	int64		not_after = update->seen_at + GS_FRESH_MS;

	/* without the check it is sent whatever happened, and request.c repeats it */
	if (!update->relation->settings->conflict_check)
		return;
	terms->not_after = terms->asks_back ? Min(terms->not_after, not_after) : not_after;
	terms->asks_back = true;
	terms->paid |= update->is_paid;
	terms->tries = Max(terms->tries, update->tries);
	terms->renewed |= update->renewed;
}

void
gs_update_send(GsUpdate *update)
{
	const GsRelation *relation = update->relation;
	GsTerms		terms = {0};
	const char *record;

	if (update->dry_run != NULL)
	{
		gs_update_show(update);
		return;
	}
	gs_update_make(update);
	gs_update_add_terms(update, &terms);
	record = gs_write_record(relation, update->write);
	update->request = gs_api_start_update(&relation->settings->tenant, relation->resource,
										  update->key, &record, 1, &terms, update->context);
}

void
gs_update_again(GsUpdate *update, GsRequest *request, const GsVerdict *verdict)
{
	if (verdict->renewed)
		update->renewed = true;
	else if (!verdict->late)
		update->tries++;
	if (verdict->uncertain)
		update->unsure = request;
	else
		gs_update_end_write(update, request, GS_WRITE_NOT_MADE);
	update->again_at = verdict->again_at;
	update->stage = GS_UPDATE_CHECKING;
}

/* Does the answer hold more than the record's key? */
static bool
is_whole(const GsRecords *records)
{
	return records->count == 1 && gs_json_length(records->first) > 1;
}

/* Is it a record that has a key, and another one? */
static bool
is_another(const GsUpdate *update, const GsRecords *records)
{
	const GsResource *resource = update->relation->resource;

	return records->count == 1 &&
		gs_json_get(records->first, gs_model_flagged(resource, GS_KEY)->field) != NULL &&
		!is_of(update, records->first);
}

void
gs_update_sent(GsUpdate *update)
{
	GsRequest  *request = update->request;
	GsRecords	records;
	const GsVerdict *verdict = gs_api_settle(request, &update->relation->resource->update,
											 &records);

	update->request = NULL;
	if (verdict->kind == GS_FAILED && (verdict->late || verdict->again_at > 0))
		gs_update_again(update, request, verdict);
	else if (verdict->kind == GS_FAILED)
	{
		gs_update_end_write(update, request, gs_write_failed(verdict->uncertain));
		fail(update, &verdict->failure);
	}
	else if (verdict->kind == GS_NO_ROWS)
	{
		gs_update_end_write(update, request, GS_WRITE_NOT_MADE);
		gs_update_end(update, GS_UPDATE_GONE);
	}
	else if (is_another(update, &records))
		gs_update_fail_of_another(update, request);
	else
	{
		gs_update_end_write(update, request, GS_WRITE_MADE);
		gs_update_done(update, is_whole(&records) ? records.first : NULL);
	}
}
