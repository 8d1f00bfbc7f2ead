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

#include "modify.h"
#include "gainsight/gainsight.h"

/*
 * Failing.
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
			created += ((const GsModifyState *) rinfo->ri_FdwState)->created;
	}
	return created;
}

/* In all tables: a statement may have several, and rows be routed to others. */
static int64
created_by_statement(const GsModifyState *state)
{
	return created_in(state->estate->es_opened_result_relations) +
		created_in(state->estate->es_tuple_routing_result_relations);
}

/*
 * Raise what a create failed of, with the number of rows that this statement
 * has created.  Which they are, the rollback tells the server's log.
 */
pg_noreturn static void
fail_write(const GsModifyState *state, const GsVerdict *verdict, const GsWrite *write)
{
	GsFailure	failure = verdict->failure;
	const char *row = "";

	/* which one to look for */
	if (verdict->uncertain)
		row = psprintf("The row is %s. ", gs_write_shown(write));
	failure.aside = psprintf("%sThis statement has created " INT64_FORMAT " rows.",
							 row, created_by_statement(state));
	gs_fail(&failure);
}

/*
 * Inserting.
 */

static void
note_created(GsModifyState *state, const GsRequest *request, const GsJson *record)
{
	const char *key = gs_pager_key(state->relation->resource, record);

	state->created++;
	gs_xact_end_write(request, GS_WRITE_MADE,
					  gs_without_key(key, state->relation->settings->tenant.access_key));
}

/* A row that is refused here is one of a statement that may have created others. */
static void
created_so_far(void *arg)
{
	int64		created = created_by_statement(arg);

	if (created > 0)
		errcontext("INSERT that has created " INT64_FORMAT " rows", created);
}

static GsWrite **
make_writes(GsModifyState *state, TupleTableSlot **slots, int count)
{
	GsWrite   **writes = palloc(sizeof(GsWrite *) * count);
	ErrorContextCallback callback = {error_context_stack, created_so_far, state};

	error_context_stack = &callback;
	for (int i = 0; i < count; i++)
		writes[i] = gs_write_insert(state->relation, slots[i]);
	error_context_stack = callback.previous;
	return writes;
}

/* The created row: as answered, or read back. */
static TupleTableSlot *
created_row(GsModifyState *state, const GsWrite *write, const GsJson *record,
			TupleTableSlot *slot)
{
	const GsResource *resource = state->relation->resource;
	const char *key = gs_pager_key(resource, record);

	if (gs_json_length(record) == 1)
		record = gs_write_read_back(state->relation, write, key, state->context);
	return gs_modify_written(state, record, write->key, slot);
}

static GsRequest *
start_create(GsModifyState *state, const GsWrite *write)
{
	return gs_api_start_create(&state->relation->settings->tenant, state->relation->resource,
							   write->key, write->members, write->nmembers, state->context);
}

/*
 * Create all rows of a batch side by side.  After a failure those that have
 * not gone out never do; the others are awaited.
 */
static void
create_rows(GsModifyState *state, TupleTableSlot **slots, int count, bool fill)
{
	const GsResource *resource = state->relation->resource;
	GsWrite   **writes = make_writes(state, slots, count);
	GsRequest **requests = palloc0(sizeof(GsRequest *) * count);
	int			window = state->relation->settings->tenant.max_connections;
	const GsVerdict *failed = NULL;
	int			failed_row = 0;
	GsRecords	records;
	int			started = 0;

	gs_walks_settle(&state->relation->settings->tenant, resource);
	for (int i = 0; i < count; i++)
	{
		const GsVerdict *verdict;

		while (failed == NULL && started < count && started < i + window)
		{
			requests[started] = start_create(state, writes[started]);
			started++;
		}
		if (i == started)
			break;
		verdict = gs_api_settle(requests[i], &resource->insert, &records);
		if (verdict->kind == GS_ANSWERED)
			note_created(state, requests[i], records.first);
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
		if (failed == NULL && fill)
			slots[i] = created_row(state, writes[i], records.first, slots[i]);
	}
	if (failed != NULL)
		fail_write(state, failed, writes[failed_row]);
}

TupleTableSlot **
gainsightExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo, TupleTableSlot **slots,
								TupleTableSlot **planSlots, int *numSlots)
{
	GsModifyState *state = rinfo->ri_FdwState;
	MemoryContext old;

	(void) estate;
	(void) planSlots;
	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	for (int i = 0; i < *numSlots; i++)
		gs_modify_check_row(state, rinfo, slots[i], true);
	create_rows(state, slots, *numSlots, gs_modify_wants_row(rinfo));
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
	GsModifyState *state = rinfo->ri_FdwState;
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;

	/* where each row is looked at, one at a time */
	if (gs_modify_wants_row(rinfo) || (triggers && triggers->trig_insert_before_row))
		return 1;
	if (state == NULL)
		return gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc))->settings->batch_size;
	return state->relation->settings->batch_size;
}
