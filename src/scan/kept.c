/*
 * kept.c
 *	  The rows of a scan that are kept: for a rescan, or to be given later.
 *
 * They are read from the tenant before their turn where something is about to
 * be written that they must not show.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "state.h"

Size
gs_kept_size(const TupleTableSlot *slot)
{
	return MAXALIGN(SizeofMinimalTupleHeader) + sizeof(void *) +
		heap_compute_data_size(slot->tts_tupleDescriptor, slot->tts_values, slot->tts_isnull);
}

void
gs_kept_forget(GsScanState *state)
{
	if (state->kept != NULL)
		tuplestore_end(state->kept);
	state->kept = NULL;
	state->kept_tail = false;
	state->kept_bytes = 0;
	state->replaying = false;
}

void
gs_kept_prepare(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	TupleDesc	desc = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
	MemoryContext old;

	if (state->kept_slot != NULL)
		return;
	old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	state->kept_slot = ExecInitExtraTupleSlot(node->ss.ps.state, desc, &TTSOpsMinimalTuple);
	state->early_slot = ExecInitExtraTupleSlot(node->ss.ps.state, desc, &TTSOpsVirtual);
	state->early_context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw row",
												 ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(old);
}

Tuplestorestate *
gs_kept_store(ForeignScanState *node)
{
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	Tuplestorestate *store = tuplestore_begin_heap(false, false, work_mem);

	MemoryContextSwitchTo(old);
	return store;
}

void
gs_kept_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	gs_kept_prepare(node);
	state->kept = gs_kept_store(node);
	/* what reads it has to be at its end when a row is added */
	(void) tuplestore_advance(state->kept, true);
}

/*
 * Where no rescan is sure, only as many are kept as fit into work_mem.
 */
void
gs_kept_add(GsScanState *state, TupleTableSlot *slot)
{
	if (state->kept == NULL || state->kept_tail)
		return;
	if (!state->must_keep)
	{
		state->kept_bytes += gs_kept_size(slot);
		if (state->kept_bytes > (Size) work_mem * 1024)
		{
			gs_kept_forget(state);
			return;
		}
	}
	tuplestore_puttupleslot(state->kept, slot);
}

void
gs_kept_rewind(GsScanState *state)
{
	tuplestore_rescan(state->kept);
	state->replaying = true;
	state->given = 0;
}

bool
gs_kept_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	/* what is read back must outlive the row's own context */
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	bool		found = tuplestore_gettupleslot(state->kept, true, true, state->kept_slot);

	MemoryContextSwitchTo(old);
	if (found && state->saved != NULL)
		gs_saved_number(state->first_saved + state->given++, &state->kept_slot->tts_tid);
	return found;
}

/* The next row to give will be the first that is added from now on. */
static void
stand_behind_given(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	/* of an earlier tail all has been given */
	if (state->kept_tail)
		gs_kept_forget(state);
	if (state->kept == NULL)
	{
		gs_kept_begin(node);
		state->kept_tail = true;
	}
	tuplestore_rescan(state->kept);
	(void) tuplestore_skiptuples(state->kept, tuplestore_tuple_count(state->kept), true);
	state->replaying = true;
	if (state->reader != NULL)
		gs_reader_hold(state->reader);
}

/*
 * The row that was given last stays as it is: neither its slot, nor the row's
 * memory, nor the record that its texts may be part of are touched.
 */
void
gs_kept_rest(ForeignScanState *node, bool wait)
{
	GsScanState *state = node->fdw_state;
	MemoryContext old;

	if (!state->replaying)
		stand_behind_given(node);
	old = MemoryContextSwitchTo(state->early_context);
	while (!state->ended && (wait || gs_reader_advance(state->reader)))
	{
		MemoryContextReset(state->early_context);
		if (gs_scan_fetch(state, state->early_slot))
			tuplestore_puttupleslot(state->kept, state->early_slot);
	}
	ExecClearTuple(state->early_slot);
	MemoryContextSwitchTo(old);
}
