/*
 * kept.c
 *	  The rows of a scan that are kept: for a rescan, or to be given later.
 *
 * They are kept by a policy, which only ever becomes stricter: never, for nobody
 * will ask for them again; maybe, as many as fit into work_mem, for asking the
 * tenant again costs a request, but memory that nobody needs costs, too; or
 * surely, in a file where they are too many, for a rescan that the plan is sure
 * of, or rows that must not be read after something was written.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "answers.h"
#include "state.h"

GsKeep
gs_kept_policy(const ForeignScan *plan, GsKeep planned, int eflags)
{
	if (eflags & EXEC_FLAG_REWIND)
		return GS_KEEP_MUST;
	return bms_is_empty(plan->scan.plan.extParam) ? planned : Max(planned, GS_KEEP_MAY);
}

void
gs_kept_forget(GsKept *kept)
{
	if (kept->store != NULL)
		tuplestore_end(kept->store);
	kept->store = NULL;
	kept->left = false;
	kept->rows = GS_KEPT_NONE;
	kept->bytes = 0;
	kept->given = 0;
}

void
gs_kept_prepare(ForeignScanState *node)
{
	GsKept	   *kept = &((GsScanState *) node->fdw_state)->kept;
	TupleDesc	desc = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);

	if (kept->slot == NULL)
	{
		kept->slot = ExecInitExtraTupleSlot(node->ss.ps.state, desc, &TTSOpsMinimalTuple);
		kept->early_slot = ExecInitExtraTupleSlot(node->ss.ps.state, desc, &TTSOpsVirtual);
		kept->early_context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw row",
													ALLOCSET_DEFAULT_SIZES);
	}
	MemoryContextSwitchTo(old);
}

/* An empty store outlives the row that is asked for. */
static void
begin_store(ForeignScanState *node, GsKeptRows rows)
{
	GsKept	   *kept = &((GsScanState *) node->fdw_state)->kept;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);

	gs_kept_prepare(node);
	kept->store = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
	kept->rows = rows;
	/* what reads it has to be at its end when a row is added */
	(void) tuplestore_advance(kept->store, true);
}

void
gs_kept_begin(ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	if (state->kept.policy != GS_KEEP_NEVER)
		begin_store(node, GS_KEPT_ALL);
}

/* What is half way to the file when an error comes makes all behind it something else. */
static void
store_row(GsKept *kept, TupleTableSlot *slot)
{
	kept->left = true;
	tuplestore_puttupleslot(kept->store, slot);
	kept->left = false;
}

void
gs_kept_put(const GsScanState *state, GsKept *kept, TupleTableSlot *slot)
{
	gs_kept_require_whole(state, kept->left);
	store_row(kept, slot);
}

void
gs_kept_require_whole(const GsScanState *state, bool left)
{
	if (left)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("rows of foreign table \"%s\" cannot be given any more", state->relation->name),
				 errdetail("Server \"%s\": an error interrupted the query as it sorted them, or kept them for later.",
						   state->relation->settings->tenant.server),
				 errhint("Run the query again.")));
}

void
gs_kept_add(GsKept *kept, TupleTableSlot *slot)
{
	if (kept->rows != GS_KEPT_ALL)
		return;
	if (kept->policy != GS_KEEP_MUST)
	{
		kept->bytes += gs_answers_row_size(slot);
		if (kept->bytes > (Size) work_mem * 1024)
		{
			gs_kept_forget(kept);
			return;
		}
	}
	store_row(kept, slot);
}

void
gs_kept_rewind(GsKept *kept)
{
	tuplestore_rescan(kept->store);
	kept->given = 0;
}

void
gs_kept_stand_behind(ForeignScanState *node)
{
	GsKept	   *kept = &((GsScanState *) node->fdw_state)->kept;

	/* of an earlier tail all has been given */
	if (kept->rows == GS_KEPT_TAIL)
		gs_kept_forget(kept);
	if (kept->rows == GS_KEPT_NONE)
		begin_store(node, GS_KEPT_TAIL);
	tuplestore_rescan(kept->store);
	(void) tuplestore_skiptuples(kept->store, tuplestore_tuple_count(kept->store), true);
}

bool
gs_kept_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsKept	   *kept = &state->kept;

	MemoryContext old;
	bool		found;

	gs_kept_require_whole(state, kept->left);
	/* what is read back must outlive the row's own context */
	old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	found = tuplestore_gettupleslot(kept->store, true, true, kept->slot);
	MemoryContextSwitchTo(old);
	if (found && state->saved != NULL)
		gs_saved_number(state->first_saved + kept->given++, &kept->slot->tts_tid);
	return found;
}
