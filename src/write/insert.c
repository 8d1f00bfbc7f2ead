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
#include "target.h"
#include "write.h"
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

/* Which of them there are now, the rollback tells the server's log. */
pg_noreturn static void
fail_create(const GsCreates *creates, const GsVerdict *verdict, const GsWrite *write)
{
	GsFailure	failure = verdict->failure;
	const char *row = "";

	/* which one to look for */
	if (verdict->uncertain)
		row = psprintf("The row is %s. ", gs_write_shown(creates->relation, write));
	failure.aside = psprintf("%s%s", row, creates->say_done(creates->arg));
	gs_fail(&failure);
}

static void
note_created(const GsCreates *creates, const GsRequest *request, const GsJson *record)
{
	const GsTenant *tenant = &creates->relation->settings->tenant;
	const char *key = gs_record_key(tenant, creates->relation->resource, record);

	(*creates->done)++;
	gs_xact_end_write(request, GS_WRITE_MADE, gs_without_secrets(key, tenant));
}

static GsRequest *
start_create(const GsRelation *relation, const GsWrite *write)
{
	return gs_api_start_create(&relation->settings->tenant, relation->resource, write->key,
							   write->members, write->nmembers, CurrentMemoryContext);
}

void
gs_creates_run(const GsCreates *creates)
{
	const GsRelation *relation = creates->relation;
	int			count = creates->count;
	GsRequest **requests = palloc0(sizeof(GsRequest *) * count);
	int			window = relation->settings->tenant.max_connections;
	const GsVerdict *failed = NULL;
	int			failed_row = 0;
	GsRecords	records;
	int			started = 0;

	gs_walks_settle(&relation->settings->tenant, relation->resource);
	for (int i = 0; i < count; i++)
	{
		const GsVerdict *verdict;

		while (failed == NULL && started < count && started < i + window)
		{
			requests[started] = start_create(relation, creates->writes[started]);
			started++;
		}
		if (i == started)
			break;
		verdict = gs_api_settle(requests[i], &relation->resource->insert, &records);
		if (verdict->kind == GS_ANSWERED)
		{
			creates->records[i] = records.first;
			note_created(creates, requests[i], records.first);
		}
		else
		{
			gs_xact_end_write(requests[i], verdict->uncertain ? GS_WRITE_UNKNOWN : GS_WRITE_NOT_MADE, NULL);
			if (failed == NULL)
			{
				failed = verdict;
				failed_row = i;
				for (int j = i + 1; j < started; j++)
					(void) gs_request_withdraw(requests[j]);
			}
		}
	}
	if (failed != NULL)
		fail_create(creates, failed, creates->writes[failed_row]);
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
		record = gs_write_read_back(target->relation, write, key, target->context);
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
		.say_done = say_created,
		.arg = target,
	};

	gs_creates_run(&creates);
	for (int i = 0; i < count && fill; i++)
		slots[i] = created_row(target, creates.writes[i], creates.records[i], slots[i]);
}

/* The rows of a batch as they would be created. */
static void
show_rows(GsTarget *target, GsDryRun *run, TupleTableSlot **slots, int count, bool fill)
{
	const GsRelation *relation = target->relation;
	GsWrite   **writes = make_writes(target, slots, count);

	for (int i = 0; i < count; i++)
	{
		gs_dry_run_show(run, relation, &relation->resource->insert, writes[i]);
		if (fill)
			slots[i] = gs_target_written(target, gs_dry_run_record(relation, writes[i], NULL),
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
	if (run != NULL)
		show_rows(target, run, slots, *numSlots, fill);
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
	GsTarget   *target = rinfo->ri_FdwState;
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;

	/* where each row is looked at, one at a time */
	if (gs_target_wants_row(rinfo) || (triggers && triggers->trig_insert_before_row))
		return 1;
	if (target == NULL)
		return gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc))->settings->batch_size;
	return target->relation->settings->batch_size;
}
