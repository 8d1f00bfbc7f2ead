/*
 * batch.c
 *	  Updates of records that a request takes many of: in groups, each checked,
 *	  sent and read back as one.
 *
 * A group holds the locks of all its records, from before they are looked at until
 * they are done; so it waits for no other lock, and what another session has waits
 * for the next group.  The records are looked at by searches side by side, and go
 * out in one request within a second of the first of these, or not at all: then
 * they are looked at again, fewer at a time.
 *
 * Whether such a request merges into a record or replaces it is not documented.  So
 * the first record of a statement goes alone, with what it had before, and what it
 * has after it, known of every field that can be updated; and if that is less than
 * it should be, nothing else is sent.  After one that had nothing to lose, so does the
 * next that has: no more than one can lose anything.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "batch.h"
#include "target.h"
#include "written.h"
#include "xact.h"

/* So much of a value is shown in a message, in bytes. */
#define SHOWN_VALUE 100

typedef struct Batches
{
	List	   *waiting;		/* GsUpdate */
	GsProof    *proof;			/* so far */
	int			most;			/* updates a group may have by now */
} Batches;

typedef struct UpdateGroup
{
	const GsRelation *relation;
	MemoryContext context;
	GsProof		before;			/* what proof there was */
	GsUpdate   *probe;			/* the one that goes alone to give it, or NULL */
	List	   *updates;		/* GsUpdate, which have begun, and not ended otherwise than well */
	List	   *fields;			/* that it is checked by */
	const GsFailure *failure;	/* the first */
} UpdateGroup;

static int
most_a_group(const GsRelation *relation)
{
	return Max(1, Min(relation->resource->update.batch, relation->settings->batch_size));
}

/* Those that are at a stage. */
static List *
at_stage(const UpdateGroup *group, GsUpdateStage stage)
{
	List	   *result = NIL;
	ListCell   *cell;

	foreach(cell, group->updates)
		if (((const GsUpdate *) lfirst(cell))->stage == stage)
			result = lappend(result, lfirst(cell));
	return result;
}

static void
note_failures(UpdateGroup *group)
{
	ListCell   *cell;

	foreach(cell, group->updates)
	{
		const GsUpdate *update = lfirst(cell);

		if (update->stage == GS_UPDATE_FAILED && group->failure == NULL)
			group->failure = update->failure;
	}
}

/* Begin an update in the group; false if another session has its record. */
static bool
begin_update(UpdateGroup *group, GsUpdate *update, bool wait)
{
	update->owns_context |= update->context == NULL;
	if (update->context == NULL)
		gs_update_open(update, group->context);
	update->looked_at = group->before != GS_PROOF_GIVEN;
	if (gs_update_begin(update, wait))
	{
		group->updates = lappend(group->updates, update);
		return true;
	}
	if (update->owns_context)
		update->context = NULL;
	return false;
}

/* As many as it may have, of those that are not locked elsewhere; these go to the end. */
static void
gather(Batches *batches, UpdateGroup *group)
{
	List	   *busy = NIL;
	int			tried = 0;
	int			most = group->before == GS_PROOF_NONE ? 1 : batches->most;
	ListCell   *cell;

	foreach(cell, batches->waiting)
	{
		if (list_length(group->updates) == most)
			break;
		tried++;
		if (!begin_update(group, lfirst(cell), false))
			busy = lappend(busy, lfirst(cell));
	}
	batches->waiting = list_concat(list_copy_tail(batches->waiting, tried), busy);
	if (group->updates == NIL)
	{
		(void) begin_update(group, linitial(batches->waiting), true);
		batches->waiting = list_delete_first(batches->waiting);
	}
	note_failures(group);
}

static void
look_up(const UpdateGroup *group, List *updates, const List *fields, const GsTerms *terms,
		GsTakeRecord take)
{
	const char **keys = palloc(sizeof(char *) * list_length(updates));
	ListCell   *cell;

	foreach(cell, updates)
		keys[foreach_current_index(cell)] = ((const GsUpdate *) lfirst(cell))->key;
	gs_target_look_up(group->relation, keys, list_length(updates), fields, terms, take, updates);
}

/*
 * Checking.
 */

static void
take_check(void *updates, int n, const GsJson *record)
{
	gs_update_compare(list_nth(updates, n), record, false);
}

static void
check(UpdateGroup *group)
{
	List	   *updates = at_stage(group, GS_UPDATE_CHECKING);
	GsTerms		last = {.pays_next = group->relation->settings->conflict_check};
	ListCell   *cell;

	if (updates == NIL)
		return;
	foreach(cell, updates)
		last.not_before = Max(last.not_before, ((const GsUpdate *) lfirst(cell))->again_at);
	look_up(group, updates, group->fields, &last, take_check);
	note_failures(group);
}

/*
 * Sending.
 */

static GsRequest *
start_send(const UpdateGroup *group, const List *updates)
{
	const GsRelation *relation = group->relation;
	const char **records = palloc(sizeof(char *) * list_length(updates));
	GsTerms		terms = {0};
	ListCell   *cell;

	foreach(cell, updates)
	{
		GsUpdate   *update = lfirst(cell);

		gs_update_add_terms(update, &terms);
		gs_update_make(update);
		records[foreach_current_index(cell)] = gs_write_record(relation, update->write);
	}
	return gs_api_start_update(&relation->settings->tenant, relation->resource, NULL, records,
							   list_length(updates), &terms, group->context);
}

/* What became of one of them. */
static void
take_outcome(GsUpdate *update, const GsRequest *request, const GsOutcome *outcome, int others,
			 int done)
{
	if (outcome->done && outcome->key != NULL && strcmp(outcome->key, update->key) != 0)
		gs_update_fail_of_another(update, request);
	else if (outcome->done)
	{
		gs_update_end_write(update, request, GS_WRITE_MADE);
		gs_update_done(update, NULL);
	}
	else
	{
		gs_update_end_write(update, request, gs_write_failed(outcome->uncertain));
		gs_update_fail_refused(update, outcome, others, done);
	}
}

/* All that the answer says, by one record after the other. */
static void
take_outcomes(const UpdateGroup *group, const List *updates, const GsRequest *request,
			  const GsVerdict *verdict)
{
	const GsRelation *relation = group->relation;
	int			count = list_length(updates);
	GsOutcome  *outcomes = palloc(sizeof(GsOutcome) * count);
	int			done = 0;

	for (int i = 0; i < count; i++)
	{
		gs_api_outcome(&relation->settings->tenant, relation->resource,
					   &relation->resource->update, verdict, i, &outcomes[i]);
		if (outcomes[i].done)
			done++;
	}
	for (int i = 0; i < count; i++)
		take_outcome(list_nth(updates, i), request, &outcomes[i], count - 1,
					 verdict->kind == GS_ANSWERED ? done : -1);
}

static bool
has_to_lose(const GsUpdate *update)
{
	const GsRelation *relation = update->relation;

	return gs_has_to_lose(relation, update->changes, update->nchanges,
						  gs_describe_updateable(&relation->settings->tenant, relation->resource),
						  update->seen);
}

/*
 * The first of a statement is sent alone.  If that had nothing to lose, so is the next
 * one that has.
 */
static List *
choose(UpdateGroup *group)
{
	List	   *updates = at_stage(group, GS_UPDATE_SENDING);
	ListCell   *cell;

	if (group->before == GS_PROOF_GIVEN)
		return updates;
	if (group->probe != NULL && group->probe->stage == GS_UPDATE_GONE)
		group->probe = NULL;
	foreach(cell, updates)
	{
		GsUpdate   *update = lfirst(cell);

		if (group->probe == NULL &&
			(group->before == GS_PROOF_NONE || has_to_lose(update)))
			group->probe = update;
	}
	if (group->probe == NULL || group->probe->stage >= GS_UPDATE_DONE)
		return updates;
	group->probe->is_probe = true;
	return group->probe->stage == GS_UPDATE_SENDING ? list_make1(group->probe) : NIL;
}

/* False if it came too late, and was not sent. */
static bool
send_chosen(UpdateGroup *group)
{
	List	   *updates = choose(group);
	GsRequest  *request;
	const GsVerdict *verdict;
	ListCell   *cell;

	if (updates == NIL)
		return true;
	request = start_send(group, updates);
	verdict = gs_request_settle(request);
	if (verdict->kind == GS_FAILED && (verdict->late || verdict->again_at > 0))
		foreach(cell, updates)
			gs_update_again(lfirst(cell), request, verdict);
	else
		take_outcomes(group, updates, request, verdict);
	note_failures(group);
	return !verdict->late;
}

/*
 * Reading back.
 */

/* So often again, where what was written is not shown; the first time after twice so many ms. */
#define MOST_LOOKS 3
#define FIRST_LOOK_MS 200

static void
take_read_back(void *updates, int n, const GsJson *record)
{
	GsUpdate   *update = list_nth(updates, n);

	update->record = record;
	gs_update_end(update, GS_UPDATE_DONE);
}

static void
read_back(UpdateGroup *group)
{
	List	   *updates = at_stage(group, GS_UPDATE_READING);
	GsTerms		terms = {.not_before = group->probe ? group->probe->again_at : 0};
	List	   *fields = NIL;

	if (updates == NIL)
		return;
	if (((const GsUpdate *) linitial(updates))->want_record)
		fields = gs_target_fields(group->relation);
	if (((const GsUpdate *) linitial(updates))->is_probe)
		fields = list_concat(fields, group->fields);
	look_up(group, updates, fields, &terms, take_read_back);
}

/* The one that went alone: is it what it was, but for what was set? */
static const char *
say_lost(const GsUpdate *update, const char *field)
{
	const char *lost = gs_json_printed(gs_json_get(update->seen, field), GS_JSON_READABLE);

	lost = gs_without_secrets(lost, &update->relation->settings->tenant);
	return psprintf("It was %s. This update did not set it: the tenant may make a record anew of what an update sends. No other was sent.",
					gs_printable(lost, SHOWN_VALUE));
}

/* A tenant may show what was written only a while later: look again, soon and then later. */
static void
look_again(UpdateGroup *group)
{
	GsUpdate   *update = group->probe;

	update->again_at = gs_governor_now() + (FIRST_LOOK_MS << ++update->looks);
	update->stage = GS_UPDATE_READING;
	if (update->looks > MOST_LOOKS)
		gs_update_fail_of(update, ERRCODE_FDW_ERROR, "was updated, and Gainsight still shows it as it was",
						  "Whether an update takes away what it did not set cannot be seen so. No other was sent.",
						  "Look whether it is updated by now, and run the statement again for the others.");
	note_failures(group);
}

static void
prove(UpdateGroup *group, GsProof *proof)
{
	GsUpdate   *update = group->probe;
	const GsRelation *relation = group->relation;
	const char *field;

	group->before = *proof = GS_PROOF_OPEN;
	if (update->record == NULL)
		group->probe = NULL;
	else if (gs_same_as_before(relation, update->write->members, update->write->nmembers, update->seen, update->record))
		look_again(group);
	if (group->probe == NULL || update->stage != GS_UPDATE_DONE)
		return;
	field = gs_find_disturbed(relation, update->changes, update->nchanges,
							  gs_describe_updateable(&relation->settings->tenant, relation->resource),
							  update->seen, update->record);
	if (field == NULL)
	{
		gs_written_warn(relation, update->changes, update->nchanges, update->record);
		if (has_to_lose(update))
			group->before = *proof = GS_PROOF_GIVEN;
		return;
	}
	gs_update_fail_of(update, ERRCODE_FDW_ERROR,
					  psprintf("was updated, and its field %s is not what it was before",
							   gs_printable(field, NAMEDATALEN)), say_lost(update, field),
					  "Put back what it was, and find out why it went, before plans of this tenant's are updated.");
	note_failures(group);
}

/* The fields that a check compares; and as long as there is no proof, all that could get lost. */
static List *
checked_fields(const UpdateGroup *group, bool shown)
{
	const GsRelation *relation = group->relation;
	List	   *fields = gs_writable_update_fields(relation);
	ListCell   *cell;

	if (group->before == GS_PROOF_GIVEN || shown)
		return fields;
	foreach(cell, gs_describe_updateable(&relation->settings->tenant, relation->resource))
		fields = lappend(fields, (void *) ((const GsField *) lfirst(cell))->name);
	return fields;
}

/* What came too late is smaller the next time; what does not fit then waits for another group. */
static void
shrink(Batches *batches, UpdateGroup *group)
{
	List	   *kept = NIL;
	List	   *back = NIL;
	ListCell   *cell;

	batches->most = Max(Min(batches->most, gs_target_most_keys(group->relation)), batches->most / 2);
	foreach(cell, group->updates)
	{
		GsUpdate   *update = lfirst(cell);

		if (list_length(kept) < batches->most || update->stage != GS_UPDATE_CHECKING ||
			update->unsure != NULL || !update->owns_context || update == group->probe)
		{
			kept = lappend(kept, update);
			continue;
		}
		gs_lock_release(update->lock);
		update->lock = NULL;
		update->context = NULL;
		update->is_paid = false;
		back = lappend(back, update);
	}
	group->updates = kept;
	batches->waiting = list_concat(back, batches->waiting);
}

static bool
goes_on(const UpdateGroup *group)
{
	return group->failure == NULL &&
		(at_stage(group, GS_UPDATE_CHECKING) != NIL || at_stage(group, GS_UPDATE_SENDING) != NIL ||
		 at_stage(group, GS_UPDATE_READING) != NIL);
}

static void
run_group(Batches *batches, UpdateGroup *group, bool shown)
{
	ListCell   *cell;

	while (goes_on(group))
	{
		check(group);
		if (group->failure != NULL)
			return;
		if (shown)
			foreach(cell, at_stage(group, GS_UPDATE_SENDING))
				gs_update_show(lfirst(cell));
		else if (send_chosen(group))
			batches->most = Min(batches->most * 2, most_a_group(group->relation));
		else
			shrink(batches, group);
		if (group->failure == NULL)
			read_back(group);
		if (group->probe != NULL && group->probe->stage == GS_UPDATE_DONE &&
			group->before != GS_PROOF_GIVEN)
			prove(group, batches->proof);
	}
}

/* What is left of it, in CurrentMemoryContext, when its group's goes. */
static void
close_update(GsUpdate *update)
{
	if (update->want_record && update->record != NULL)
		update->answer = gs_json_printed(update->record, GS_JSON_AS_IT_CAME);
	update->record = NULL;
	if (update->owns_context)
		update->context = NULL;
	else if (update->answer != NULL)
		update->record = gs_json_reread(update->answer);
}

const GsFailure *
gs_batches_run(const GsRelation *relation, List *updates)
{
	const GsUpdate *any = linitial(updates);
	bool		shown = any->dry_run != NULL;
	GsProof		proof = GS_PROOF_NONE;
	Batches		batches = {list_copy(updates), any->proof ? any->proof : &proof, most_a_group(relation)};

	while (batches.waiting != NIL)
	{
		UpdateGroup group = {.relation = relation, .before = shown ? GS_PROOF_GIVEN : *batches.proof};
		List	   *before = batches.waiting;
		MemoryContext old;
		ListCell   *cell;

		group.context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw group of updates",
											  ALLOCSET_DEFAULT_SIZES);
		old = MemoryContextSwitchTo(group.context);
		group.fields = checked_fields(&group, shown);
		gather(&batches, &group);
		run_group(&batches, &group, shown);
		MemoryContextSwitchTo(old);
		if (group.failure != NULL)
			return group.failure;
		batches.waiting = list_copy(batches.waiting);
		list_free(before);
		foreach(cell, group.updates)
			close_update(lfirst(cell));
		MemoryContextDelete(group.context);
	}
	return NULL;
}
