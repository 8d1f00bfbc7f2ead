/*
 * send.c
 *	  A record's update goes out, if it is still what it was a moment ago.
 *
 * The PUT looks at the moment of truth as it starts, not when it is queued: if
 * that was too long ago, it is not sent, and the record is checked again.  So is
 * one that was refused, or not answered, before it is repeated.
 */
#include "postgres.h"

#include "send.h"
#include "xact.h"

static void
show(GsUpdate *update)
{
	const GsRelation *relation = update->relation;

	update->write->key = update->key;
	gs_dry_run_show(update->dry_run, relation, &relation->resource->update, update->write);
	if (update->want_record)
		update->record = gs_dry_run_record(relation, update->write, update->key);
	gs_update_end(update, GS_UPDATE_DONE);
}

void
gs_send(GsUpdate *update)
{
	const GsRelation *relation = update->relation;
	GsTerms		terms = {0};

	update->write = gs_write_update(relation, update->changes, update->nchanges, update->seen);
	if (update->dry_run != NULL)
	{
		show(update);
		return;
	}
	/* without the check it is sent whatever happened, and request.c repeats it */
	if (relation->settings->conflict_check)
	{
		terms.not_after = update->seen_at + GS_FRESH_MS;
		terms.paid = update->is_paid;
		terms.asks_back = true;
		terms.tries = update->tries;
		terms.renewed = update->renewed;
	}
	update->request = gs_api_start_update(&relation->settings->tenant, relation->resource,
										  update->key, update->write->members,
										  update->write->nmembers, &terms, update->context);
}

/* It was not done, or nobody knows; and it may be tried again. */
static void
check_again(GsUpdate *update, GsRequest *request, const GsVerdict *verdict)
{
	if (verdict->renewed)
		update->renewed = true;
	else if (!verdict->late)
		update->tries++;
	if (verdict->uncertain)
		update->unsure = request;
	else
		gs_xact_end_write(request, GS_WRITE_NOT_MADE, NULL);
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
		!gs_update_is_of(update, records->first);
}

void
gs_send_answered(GsUpdate *update)
{
	GsRequest  *request = update->request;
	GsRecords	records;
	const GsVerdict *verdict = gs_api_settle(request, &update->relation->resource->update,
											 &records);

	update->request = NULL;
	if (verdict->kind == GS_FAILED && (verdict->late || verdict->again_at > 0))
		check_again(update, request, verdict);
	else if (verdict->kind == GS_FAILED)
	{
		gs_xact_end_write(request, verdict->uncertain ? GS_WRITE_UNKNOWN : GS_WRITE_NOT_MADE, NULL);
		gs_update_fail(update, &verdict->failure);
	}
	else if (verdict->kind == GS_NO_ROWS)
	{
		gs_xact_end_write(request, GS_WRITE_NOT_MADE, NULL);
		gs_update_end(update, GS_UPDATE_GONE);
	}
	else if (is_another(update, &records))
	{
		gs_xact_end_write(request, GS_WRITE_UNKNOWN, NULL);
		gs_update_fail_of(update, ERRCODE_FDW_REPLY_HANDLE,
						  "was sent, and Gainsight answered with another",
						  "It may have been updated.", NULL);
	}
	else
	{
		gs_xact_end_write(request, GS_WRITE_MADE, NULL);
		gs_update_done(update, is_whole(&records) ? records.first : NULL);
	}
}
