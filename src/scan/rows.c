/*
 * rows.c
 *	  Which row of a scan is next: one of those kept, or one from the tenant.
 *
 * What moves a scan on from one of its phases (state.h) to the next:
 *
 *	 AT_START		a row is asked for, or the session is about to write: its
 *					values are evaluated.  EVALUATING.
 *	 EVALUATING		they may write themselves, or fail, and then are evaluated again.
 *					They are the same as before, and all rows were kept: REPLAYING,
 *					from the first.  Else the tenant is asked: READING.
 *	 either			the statement writes to the same server: READING_AHEAD.
 *	 READING_AHEAD	all has been read and kept: REPLAYING.
 *	 REPLAYING		those kept are all given: READING.
 *	 READING		the session is about to write: what is left is read and kept.
 *					REPLAYING.
 *	 any			a rescan: AT_START.
 *
 * The inner side of a bind join has rows of its own (bind_inner.c): it goes from
 * AT_START to READING and no further, until rows for whatever values were read.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "state.h"

void
gs_rows_note_changing(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	List	   *exprs = ((const ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	ListCell   *cell;

	state->changing = gs_params_changing(node->ss.ps.state,
										 list_truncate(list_copy(exprs), state->plan.noperands));
	if (state->plan.bind != NULL)
		foreach(cell, state->plan.bind->operands)
			state->changing = bms_del_member(state->changing, lfirst_int(cell));
}

bool
gs_rows_are_for_any(GsScanState *state)
{
	if (GS_IS_AT_START(state) && gs_wide_is_complete(state->wide))
	{
		gs_source_close(&state->source);
		gs_kept_forget(&state->kept);
		state->kept.rows = GS_KEPT_FOR_ANY;
	}
	return state->kept.rows == GS_KEPT_FOR_ANY;
}

bool
gs_rows_evaluate(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	bool		changed;

	state->phase = GS_EVALUATING;
	state->evaluates_in = GetCurrentSubTransactionId();
	changed = gs_operands_evaluate(state->operands, node->ss.ps.ps_ExprContext);
	state->phase = GS_AT_START;
	return changed;
}

/* The next row to give is the first that is kept from now on. */
static void
go_on_by_kept(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	if (state->phase != GS_READING)
		return;
	gs_kept_stand_behind(node);
	if (state->source.reader != NULL)
		gs_reader_hold(state->source.reader);
	state->phase = GS_REPLAYING;
}

/*
 * The row that was given last stays as it is: neither its slot, nor the row's
 * memory, nor the record that its texts may be part of are touched.
 */
void
gs_rows_keep_rest(ForeignScanState *node, bool wait)
{
	GsScanState *state = node->fdw_state;
	GsKept	   *kept = &state->kept;
	MemoryContext old;

	go_on_by_kept(node);
	old = MemoryContextSwitchTo(kept->early_context);
	while (state->source.reader != NULL && (wait || gs_source_advance(&state->source)))
	{
		MemoryContextReset(kept->early_context);
		if (gs_source_fetch(state, &state->source, kept->early_slot))
			gs_kept_put(state, kept, kept->early_slot);
	}
	ExecClearTuple(kept->early_slot);
	MemoryContextSwitchTo(old);
}

/*
 * Read to the end, as what the statement writes must not be read by it; an
 * asynchronous scan only as far as answers have come.
 */
static void
read_all_first(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	go_on_by_kept(node);
	state->phase = GS_READING_AHEAD;
	gs_rows_keep_rest(node, !state->asynchronous);
	if (state->source.reader == NULL)
		state->phase = GS_REPLAYING;
}

/* Give those for whatever values that may be wanted by these. */
static void
begin_for_any(GsScanState *state)
{
	gs_wide_begin(state->wide, gs_operands_values(state->operands));
	state->phase = GS_REPLAYING;
}

/* Ask the tenant for the rows of the values; or for those of all, where that is no dearer. */
static void
begin_asking(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	const GsOperand *operands = gs_operands_values(state->operands);

	/* first, for if it cannot be asked, those kept are for other values */
	gs_kept_forget(&state->kept);
	gs_source_open(state, &state->source, &state->plan, operands);
	if (gs_wide_is_due(node, operands))
	{
		gs_wide_read(node, operands);
		(void) gs_rows_are_for_any(state);
		begin_for_any(state);
		return;
	}
	state->phase = GS_READING;
	gs_kept_begin(node);
	state->first_saved = state->saved ? gs_saved_count(state->saved) : 0;
}

void
gs_rows_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	if (gs_rows_are_for_any(state))
	{
		if (gs_wide_goes_by_values(state->wide))
			(void) gs_rows_evaluate(node);
		begin_for_any(state);
	}
	else if (gs_rows_evaluate(node) || state->kept.rows != GS_KEPT_ALL)
		begin_asking(node);
	else
	{
		gs_kept_rewind(&state->kept);
		state->phase = GS_REPLAYING;
	}
	if (state->read_all)
		read_all_first(node);
}

/* The next of the rows that are there, NULL or an empty slot at their end. */
static TupleTableSlot *
next_kept(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	if (state->kept.rows == GS_KEPT_FOR_ANY)
		return gs_wide_next(state->wide);
	return gs_kept_next(node) ? state->kept.slot : NULL;
}

TupleTableSlot *
gs_rows_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (GS_IS_AT_START(state))
		gs_rows_begin(node);
	/* a try that failed */
	else if (state->phase == GS_READING_AHEAD)
		read_all_first(node);
	if (state->phase == GS_REPLAYING)
	{
		TupleTableSlot *kept = next_kept(node);

		if (!TupIsNull(kept))
			return kept;
		state->phase = GS_READING;
	}
	if (state->asynchronous && !gs_source_at_hand(&state->source))
		return ExecClearTuple(slot);
	if (gs_source_fetch(state, &state->source, slot))
		gs_kept_add(&state->kept, slot);
	return slot;
}

/*
 * Rows as they come, for async.c.
 */

bool
gs_scan_at_hand(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	return state->phase == GS_REPLAYING ||
		(state->phase == GS_READING && gs_source_at_hand(&state->source));
}

bool
gs_scan_advance(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);

	state->asynchronous = true;
	if (GS_IS_AT_START(state))
		gs_rows_begin(node);
	if (state->phase == GS_READING_AHEAD)
		read_all_first(node);
	else if (state->phase == GS_READING)
		(void) gs_source_advance(&state->source);
	MemoryContextSwitchTo(old);
	return gs_scan_at_hand(node);
}

bool
gs_scan_at_end(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	return state->phase == GS_READING && state->source.reader == NULL;
}
