/*
 * commit.c
 *	  Sending what waits for the commit, before it.
 *
 * That is the last moment at which the transaction can fail: deferred triggers
 * have run, cursors are closed, and nothing is final.  Here is neither a
 * snapshot nor may any code of a user run; all that is sent is ready.
 *
 * What is about one plan is sent in the order in which it was written, the
 * objectives of a plan among it; what is about several side by side.  So there are
 * rounds, of one step of each plan that has so many.  The updates of a plan
 * are one step, in the place of the last of them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timeout.h"

#include "insert.h"
#include "pending.h"
#include "target.h"
#include "update_queue.h"
#include "write.h"
#include "xact.h"

/* What is sent as one. */
typedef struct Step
{
	int64		last;			/* number of the write, or of the last of the updates that it is */
	int			round;
} Step;

/* How many steps a plan has so far. */
typedef struct PlanSteps
{
	uint64		plan;
	int			count;
} PlanSteps;

typedef struct Commit
{
	int64		count;			/* of writes that wait */
	Step	   *steps;
	int64		nsteps;
	GsProof    *proofs;			/* by number of the destination: see GsUpdate */
	GsDryRun   *dry_run;		/* they are shown there, and not sent; NULL: they are sent */
	MemoryContext context;		/* reset for each that runs */
} Commit;

/* Of the commit that goes on, for a failure's detail. */
static int64 made_before;
static int64 to_make;

/* statement_timeout runs, for it was set here. */
static bool timed;

/*
 * Steps.
 */

/* Is an update sent as one with the one before it of the same plan? */
static bool
is_merged(const GsPending *entry)
{
	return entry->update && entry->previous >= 0 &&
		gs_pending_get(entry->previous)->destination == entry->destination;
}

/* By number: the update is sent by the next one of its plan. */
static bool *
find_merged(int64 count)
{
	bool	   *merged = MemoryContextAllocExtended(CurrentMemoryContext, count * sizeof(bool),
													MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (int64 i = 0; i < count; i++)
		if (is_merged(gs_pending_get(i)))
			merged[gs_pending_get(i)->previous] = true;
	return merged;
}

static int
next_round(HTAB *plans, uint64 plan)
{
	PlanSteps  *steps;
	bool		found;

	/* one that is new has nothing before it */
	if (plan == 0)
		return 0;
	steps = hash_search(plans, &plan, HASH_ENTER, &found);
	if (!found)
		steps->count = 0;
	return steps->count++;
}

static int
compare_steps(const void *one, const void *other)
{
	const Step *a = one;
	const Step *b = other;
	const GsPending *x = gs_pending_get(a->last);
	const GsPending *y = gs_pending_get(b->last);

	if (a->round != b->round)
		return a->round - b->round;
	if (x->destination != y->destination)
		return x->destination->number - y->destination->number;
	if (x->update != y->update)
		return x->update - y->update;
	return a->last < b->last ? -1 : 1;
}

static void
make_steps(Commit *commit)
{
	HASHCTL		control = {.keysize = sizeof(uint64), .entrysize = sizeof(PlanSteps)};
	bool	   *merged = find_merged(commit->count);
	HTAB	   *plans;

	control.hcxt = CurrentMemoryContext;
	plans = hash_create("gainsight_fdw plans of a commit", 64, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	commit->steps = palloc_extended(commit->count * sizeof(Step), MCXT_ALLOC_HUGE);
	for (int64 i = 0; i < commit->count; i++)
	{
		if (merged[i])
			continue;
		commit->steps[commit->nsteps].last = i;
		commit->steps[commit->nsteps++].round = next_round(plans, gs_pending_get(i)->plan);
	}
	qsort(commit->steps, commit->nsteps, sizeof(Step), compare_steps);
	hash_destroy(plans);
	pfree(merged);
}

/* Are two steps of one kind, to one table? */
static bool
go_together(const Step *one, const Step *other)
{
	const GsPending *x = gs_pending_get(one->last);
	const GsPending *y = gs_pending_get(other->last);

	return one->round == other->round && x->destination == y->destination &&
		x->update == y->update;
}

/*
 * The checks are reads, for which there may be no room.  How many there are is
 * known before anything is sent.
 */
static void
check_budget(const Commit *commit)
{
	const GsTenant *tenant = NULL;
	int64		reads = 0;
	int64		next;

	for (int64 first = 0; first < commit->nsteps; first = next)
	{
		const GsPending *entry = gs_pending_get(commit->steps[first].last);
		const GsRelation *relation = entry->destination->relation;

		for (next = first + 1; next < commit->nsteps; next++)
			if (!go_together(&commit->steps[first], &commit->steps[next]))
				break;
		if (!entry->update)
			continue;
		reads += gs_updates_reads(relation, next - first);
		/* the least that any may send counts for all */
		if (tenant == NULL ||
			gs_governor_left(relation->settings->tenant.max_requests) < gs_governor_left(tenant->max_requests))
			tenant = &relation->settings->tenant;
	}
	if (tenant != NULL && reads > gs_governor_left(tenant->max_requests))
		gs_governor_exceeded(tenant, reads);
}

/*
 * Sending.
 */

static const char *
say_done(void)
{
	return psprintf("This COMMIT has made " INT64_FORMAT " of " INT64_FORMAT " writes.",
					gs_xact_made() - made_before, to_make);
}

static const char *
say_created(const void *arg)
{
	(void) arg;
	return say_done();
}

static void
run_creates(const Commit *commit, const GsRelation *relation, const Step *steps, int count)
{
	GsWrite    *writes = palloc(sizeof(GsWrite) * count);
	GsWrite   **pointers = palloc(sizeof(GsWrite *) * count);
	int64		created = 0;
	const GsCreates creates = {
		.relation = relation,
		.writes = pointers,
		.count = count,
		.records = palloc0(sizeof(GsJson *) * count),
		.done = &created,
		.many = to_make > 1,
		.say_done = say_created,
	};

	for (int i = 0; i < count; i++)
	{
		GsPendingBody body;

		gs_pending_read(steps[i].last, &body);
		writes[i] = (GsWrite) {.key = body.key, .members = body.members, .nmembers = body.nmembers};
		pointers[i] = &writes[i];
		if (commit->dry_run != NULL)
			gs_dry_run_show(commit->dry_run, relation, &relation->resource->insert, &writes[i]);
	}
	if (commit->dry_run == NULL)
		gs_creates_run(&creates);
}

/*
 * The record as a statement read it must have stayed as it was.  More than one of
 * them may have read the same.
 */
static void
add_record(GsUpdate *update, GsSavedRecord *saved, const char *record)
{
	ListCell   *cell;

	if (saved->record == NULL)
	{
		saved->record = pstrdup(record);
		return;
	}
	if (strcmp(saved->record, record) == 0)
		return;
	foreach(cell, update->others)
		if (strcmp(lfirst(cell), record) == 0)
			return;
	update->others = lappend(update->others, pstrdup(record));
}

/*
 * Add the updates of a plan, from one that is the last of them, down to the first
 * that is merged; or to the first of all, for their changes alone.  Returns the number of the one
 * before.  A body is in memory while it is looked at: there may be any number.
 */
static int64
add_updates(GsUpdate *update, GsSavedRecord *saved, int64 last)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw pending body",
												  ALLOCSET_DEFAULT_SIZES);
	int64		at = last;
	bool		more = at >= 0;

	while (more)
	{
		const GsPending *entry = gs_pending_get(at);
		MemoryContext old = MemoryContextSwitchTo(scratch);
		GsPendingBody body;

		gs_pending_read(at, &body);
		MemoryContextSwitchTo(old);
		gs_write_add(&update->changes, &update->nchanges, body.members, body.nmembers);
		if (saved != NULL)
			add_record(update, saved, body.then);
		MemoryContextReset(scratch);
		more = saved != NULL ? is_merged(entry) : entry->previous >= 0;
		at = entry->previous;
	}
	MemoryContextDelete(scratch);
	return at;
}

/*
 * The updates of a plan that are one step.  Those before it, if there are any, are to another
 * table or by another role, and done by then: what its statements read has moved on by that.
 */
static GsUpdate *
make_update(const Commit *commit, const Step *step)
{
	const GsPending *entry = gs_pending_get(step->last);
	GsUpdate   *update = palloc0(sizeof(GsUpdate));
	GsSavedRecord *saved = palloc0(sizeof(GsSavedRecord));
	GsUpdate	before = {0};
	int64		first = add_updates(update, saved, step->last);
	ListCell   *cell;

	if (first >= 0)
	{
		(void) add_updates(&before, NULL, first);
		saved->record = gs_record_over(gs_json_reread(saved->record), before.changes, before.nchanges);
		foreach(cell, update->others)
			lfirst(cell) = (void *) gs_record_over(gs_json_reread(lfirst(cell)),
												   before.changes, before.nchanges);
	}
	/* nothing that this session noted of its running statements is about it */
	saved->number = PG_INT64_MAX;
	update->relation = entry->destination->relation;
	update->saved = saved;
	update->dry_run = commit->dry_run;
	update->at_commit = true;
	update->proof = &commit->proofs[entry->destination->number];
	/* an objective may have changed the plan's version, and an update has */
	update->moved = step->round > 0;
	return update;
}

static void
run_updates(const Commit *commit, const GsRelation *relation, const Step *steps, int count)
{
	List	   *updates = NIL;

	for (int i = 0; i < count; i++)
		updates = lappend(updates, make_update(commit, &steps[i]));
	gs_updates_run(relation, updates, say_done);
}

/* How many of the steps, from the first, may be in memory at once. */
static int
count_batch(const Step *steps, int64 left, int batch_size)
{
	Size		bytes = 0;
	int			count;

	for (count = 0; count < left && go_together(&steps[0], &steps[count]); count++)
	{
		const GsPending *entry = gs_pending_get(steps[count].last);

		bytes += entry->length;
		if (count > 0 && (entry->update ? bytes > (Size) work_mem * 1024 : count == batch_size))
			break;
	}
	return count;
}

static void
run_steps(const Commit *commit)
{
	int			count;

	for (int64 first = 0; first < commit->nsteps; first += count)
	{
		const Step *steps = &commit->steps[first];
		const GsPending *entry = gs_pending_get(steps->last);
		const GsRelation *relation = entry->destination->relation;

		count = count_batch(steps, commit->nsteps - first, gs_creates_batch_size(relation));
		gs_progress_write(relation->relid, entry->destination->userid, commit->nsteps);
		if (entry->update)
			run_updates(commit, relation, steps, count);
		else
			run_creates(commit, relation, steps, count);
		MemoryContextReset(commit->context);
	}
}

static void
end_progress(void *arg)
{
	(void) arg;
	gs_progress_end();
}

static void
send_all(int64 count)
{
	MemoryContext own = AllocSetContextCreate(TopTransactionContext, "gainsight_fdw commit",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	MemoryContextCallback *callback = palloc0(sizeof(MemoryContextCallback));
	Commit		commit = {.count = count, .dry_run = gs_dry_run_of_commit()};

	make_steps(&commit);
	commit.proofs = palloc0(sizeof(GsProof) * gs_destination_count());
	check_budget(&commit);
	made_before = gs_xact_made();
	to_make = commit.nsteps;
	callback->func = end_progress;
	MemoryContextRegisterResetCallback(own, callback);
	commit.context = AllocSetContextCreate(own, "gainsight_fdw commit batch",
										   ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(commit.context);
	run_steps(&commit);
	gs_dry_run_end_commit(commit.dry_run);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(own);
}

/*
 * When.
 */

/* Core has stopped it, unless the commit is one of a procedure's. */
static void
begin_timeout(void)
{
	timed = StatementTimeout > 0 && !get_timeout_active(STATEMENT_TIMEOUT);
	if (timed)
		enable_timeout_after(STATEMENT_TIMEOUT, StatementTimeout);
}

static void
end_timeout(void)
{
	if (timed)
		disable_timeout(STATEMENT_TIMEOUT, false);
	timed = false;
}

static void
before_commit(void)
{
	int64		count = gs_pending_close();

	if (count > 0)
	{
		begin_timeout();
		send_all(count);
		end_timeout();
		/* a cancel that comes when all is sent comes too late: it would undo but one half */
		QueryCancelPending = false;
	}
	gs_pending_drop();
}

static void
before_prepare(void)
{
	if (gs_pending_close() > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot PREPARE a transaction that is to write to Gainsight"),
				 errdetail("Gainsight has no transactions: what waits for the commit cannot be prepared.")));
	gs_pending_drop();
}

static void
at_xact(XactEvent event, void *arg)
{
	(void) arg;
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			before_commit();
			break;
		case XACT_EVENT_PRE_PREPARE:
			before_prepare();
			break;
		case XACT_EVENT_ABORT:
			end_timeout();
			gs_pending_reopen();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			gs_pending_reopen();
			break;
		default:
			break;
	}
}

void
gs_commit_init(void)
{
	gs_destination_init();
	gs_pending_init();
	RegisterXactCallback(at_xact, NULL);
}
