/*
 * insert.c
 *	  INSERT, a batch at a time.
 *
 * What is wrong with a row is said before anything is sent for its batch.
 * When a request fails, no new one starts, those in flight are awaited, and
 * the error says how many rows there are now that were not there before.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "dry_run.h"
#include "insert.h"
#include "pending.h"
#include "target.h"
#include "write.h"
#include "written.h"
#include "xact.h"
#include "gainsight/gainsight.h"

/*
 * What a statement has created.
 */

static int64
created_in(List *rinfos)
{
	int64		created = 0;
	ListCell   *cell;

	foreach(cell, rinfos)
	{
		const ResultRelInfo *rinfo = lfirst(cell);

		if (rinfo->ri_FdwState != NULL &&
			rinfo->ri_FdwRoutine->ExecForeignBatchInsert == gainsightExecForeignBatchInsert)
			created += ((const GsTarget *) rinfo->ri_FdwState)->created;
	}
	return created;
}

/* In all tables: a statement may have several, and rows be routed to others. */
static int64
created_by_statement(const GsTarget *target)
{
	return created_in(target->estate->es_opened_result_relations) +
		created_in(target->estate->es_tuple_routing_result_relations);
}

static const char *
say_created(const void *target)
{
	return psprintf("This statement has created " INT64_FORMAT " rows.",
					created_by_statement(target));
}

/*
 * Creating side by side.
 */

/* What it failed of, if it did. */
typedef struct Failed
{
	int			row;			/* the first; -1: none */
	int			rows;			/* so many of its request */
	GsOutcome	outcome;
} Failed;

/* So many rows go out in one request. */
static int
rows_a_request(const GsRelation *relation)
{
	return Max(1, Min(relation->resource->insert.batch, relation->settings->batch_size));
}

int
gs_creates_batch_size(const GsRelation *relation)
{
	/* no request with fewer rows than it could have */
	return relation->settings->batch_size - relation->settings->batch_size % rows_a_request(relation);
}

/* Which rows there are now, the rollback tells the server's log. */
pg_noreturn static void
fail_create(const GsCreates *creates, const Failed *failed)
{
	GsFailure	failure = failed->outcome.failure;
	const char *row = "";

	/* which one to look for, or which one of several it was */
	if (failed->outcome.uncertain || creates->many || rows_a_request(creates->relation) > 1)
		row = psprintf("The row is %s. ",
					   gs_write_shown(creates->relation, creates->writes[failed->row]));
	if (failed->rows > 1)
		row = psprintf("%sThe same became of %d more of its request. ", row, failed->rows - 1);
	failure.aside = psprintf("%s%s", row, creates->say_done(creates->arg));
	gs_fail(&failure);
}

static void
note_created(const GsCreates *creates, const GsRequest *request, const GsJson *record,
			 const GsWrite *write)
{
	const GsTenant *tenant = &creates->relation->settings->tenant;
	const char *key = gs_record_key(tenant, creates->relation->resource, record);

	(*creates->done)++;
	gs_xact_end_write(request, GS_WRITE_MADE, true, gs_without_secrets(key, tenant));
	if (write->key != NULL)
		gs_place_remember(tenant, key, write->key);
}

/* Start to create so many rows from the first on. */
static GsRequest *
start_create(const GsCreates *creates, int first, int count)
{
	const GsRelation *relation = creates->relation;
	const char **records = palloc(sizeof(char *) * count);

	for (int i = 0; i < count; i++)
		records[i] = gs_write_record(relation, creates->writes[first + i]);
	return gs_api_start_create(&relation->settings->tenant, relation->resource,
							   creates->writes[first]->key, records, count, CurrentMemoryContext);
}

/* Wait for a request, and see what became of each of its rows. */
static void
finish_create(const GsCreates *creates, GsRequest *request, int first, int count, Failed *failed)
{
	const GsRelation *relation = creates->relation;
	const GsVerdict *verdict = gs_request_settle(request);

	for (int i = 0; i < count; i++)
	{
		GsOutcome	outcome;

		gs_api_outcome(&relation->settings->tenant, relation->resource,
					   &relation->resource->insert, verdict, i, &outcome);
		if (outcome.done)
		{
			creates->records[first + i] = outcome.record;
			note_created(creates, request, outcome.record, creates->writes[first + i]);
			continue;
		}
		gs_xact_end_write(request, gs_write_failed(outcome.uncertain), true, NULL);
		if (failed->row < 0)
			*failed = (Failed) {first + i, 0, outcome};
		if (failed->row >= first)
			failed->rows++;
	}
}

void
gs_creates_run(const GsCreates *creates)
{
	const GsRelation *relation = creates->relation;
	int			each = rows_a_request(relation);
	int			count = (creates->count + each - 1) / each;
	GsRequest **requests = palloc0(sizeof(GsRequest *) * count);
	int			window = relation->settings->tenant.max_connections;
	Failed		failed = {.row = -1};
	int			started = 0;

	gs_walks_settle(&relation->settings->tenant, relation->resource);
	for (int i = 0; i < count; i++)
	{
		for (; failed.row < 0 && started < count && started < i + window; started++)
			requests[started] = start_create(creates, started * each,
											 Min(each, creates->count - started * each));
		if (i == started)
			break;
		finish_create(creates, requests[i], i * each, Min(each, creates->count - i * each), &failed);
		if (failed.row < 0)
			continue;
		for (int j = i + 1; j < started; j++)
			(void) gs_request_withdraw(requests[j]);
	}
	if (failed.row >= 0)
		fail_create(creates, &failed);
}

/*
 * Inserting.
 */

/* A row that is refused here is one of a statement that may have created others. */
static void
created_so_far(void *arg)
{
	int64		created = created_by_statement(arg);

	if (created > 0)
		errcontext("INSERT that has created " INT64_FORMAT " rows", created);
}

static GsWrite **
make_writes(GsTarget *target, TupleTableSlot **slots, int count)
{
	GsWrite   **writes = palloc(sizeof(GsWrite *) * count);
	ErrorContextCallback callback = {error_context_stack, created_so_far, target};

	error_context_stack = &callback;
	for (int i = 0; i < count; i++)
		writes[i] = gs_write_insert(target->relation, slots[i]);
	error_context_stack = callback.previous;
	return writes;
}

/* The created row: as answered, or read back. */
static TupleTableSlot *
created_row(GsTarget *target, const GsWrite *write, const GsJson *record,
			TupleTableSlot *slot)
{
	const GsResource *resource = target->relation->resource;
	const char *key = gs_record_key(&target->relation->settings->tenant, resource, record);

	if (gs_json_length(record) == 1)
		record = gs_target_read_back(target->relation, write, key);
	gs_written_warn(target->relation, write->members, write->nmembers, record);
	return gs_target_written(target, record, write->key, slot);
}

static void
create_rows(GsTarget *target, TupleTableSlot **slots, int count, bool fill)
{
	const GsCreates creates = {
		.relation = target->relation,
		.writes = make_writes(target, slots, count),
		.count = count,
		.records = palloc0(sizeof(GsJson *) * count),
		.done = &target->created,
		.many = count > 1 || target->created > 0,
		.say_done = say_created,
		.arg = target,
	};

	gs_creates_run(&creates);
	for (int i = 0; i < count && fill; i++)
		slots[i] = created_row(target, creates.writes[i], creates.records[i], slots[i]);
}

/* The rows of a batch are shown, or wait, as they are to be created. */
static void
put_rows(GsTarget *target, GsDryRun *run, TupleTableSlot **slots, int count, bool fill)
{
	const GsRelation *relation = target->relation;
	GsWrite   **writes = make_writes(target, slots, count);

	for (int i = 0; i < count; i++)
	{
		if (run != NULL)
			gs_dry_run_show(run, relation, &relation->resource->insert, writes[i]);
		else
			gs_pending_create(target->destination, writes[i]);
		if (fill)
			slots[i] = gs_target_written(target, gs_record_to_send(relation, writes[i], NULL),
										 writes[i]->key, slots[i]);
	}
}

TupleTableSlot **
gainsightExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo, TupleTableSlot **slots,
								TupleTableSlot **planSlots, int *numSlots)
{
	GsTarget   *target = rinfo->ri_FdwState;
	GsDryRun   *run = gs_dry_run_of(estate);
	bool		fill = gs_target_wants_row(rinfo);
	MemoryContext old;

	(void) planSlots;
	MemoryContextReset(target->context);
	old = MemoryContextSwitchTo(target->context);
	for (int i = 0; i < *numSlots; i++)
		gs_target_check_row(target, rinfo, slots[i], true);
	if (run != NULL || target->destination != NULL)
		put_rows(target, run, slots, *numSlots, fill);
	else
		create_rows(target, slots, *numSlots, fill);
	MemoryContextSwitchTo(old);
	return slots;
}

TupleTableSlot *
gainsightExecForeignInsert(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
						   TupleTableSlot *planSlot)
{
	int			one = 1;

	return *gainsightExecForeignBatchInsert(estate, rinfo, &slot, &planSlot, &one);
}

int
gainsightGetForeignModifyBatchSize(ResultRelInfo *rinfo)
{
	const GsTarget *target = rinfo->ri_FdwState;
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;
	const GsRelation *relation;

	/* where each row is looked at, one at a time */
	if (gs_target_wants_row(rinfo) || (triggers && triggers->trig_insert_before_row))
		return 1;
	relation = target ? target->relation : gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc));
	return gs_creates_batch_size(relation);
}
