/*
 * count.c
 *	  count(*), answered by the tenant's totalCount where that is credible.
 *
 * The plan is a foreign scan that stands for the whole aggregation, with the
 * ordinary plan, which counts rows, below it: it runs only if totalCount does
 * not settle the matter.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "utils/memutils.h"

#include "compat.h"
#include "state.h"
#include "gainsight/gainsight.h"

struct GsCount
{
	bool		known;			/* total, for these values */
	int64		total;
	bool		by_rows;		/* the tenant's count would be one of a later time */
};

static void find_total(ForeignScanState *node);

/* The scan whose rows the plan below would count; NULL if there is none. */
static ForeignScanState *
scan_below(ForeignScanState *node)
{
	PlanState  *below = outerPlanState(node);

	while (below != NULL && !IsA(below, ForeignScanState))
		below = outerPlanState(below);
	return (ForeignScanState *) below;
}

/*
 * The session is about to write: count now.  What is counted for values that
 * nobody knows yet will be rows, which the scan below keeps.
 */
static void
settle_count(void *scan, const GsResource *written)
{
	ForeignScanState *node = scan;
	GsScanState *state = node->fdw_state;

	if (written != state->relation->resource || state->phase == GS_EVALUATING)
		return;
	if (!bms_is_empty(state->changing))
		state->count->by_rows = true;
	else if (!state->count->known)
		find_total(node);
}

void
gs_count_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	ForeignScanState *below = scan_below(node);

	state->count = palloc0(sizeof(GsCount));
	state->changing = gs_params_changing(node->ss.ps.state,
										 ((ForeignScan *) node->ss.ps.plan)->fdw_exprs);
	gs_walk_open(&state->walk, &state->relation->settings->tenant, settle_count, node,
				 node->ss.ps.state->es_snapshot, NULL);
	/* then it answers for the scan below, too */
	if (bms_is_empty(state->changing) && below != NULL)
		gs_walk_close(&((GsScanState *) below->fdw_state)->walk);
}

/* Ask the tenant; false if its answer settles nothing. */
static bool
ask_for_total(const GsScanState *state, int64 *total)
{
	GsFilter	filter;
	bool		credible = true;

	*total = 0;
	/* a list in more pieces than its rows are pages is for these */
	gs_filter_build(state->relation, state->plan.clauses,
					gs_operands_values(state->operands),
					gs_estimate_most_pieces(state->relation, 0, state->plan.rest), &filter);
	if (!filter.complete)
		return false;
	if (!filter.nothing)
		credible = gs_filter_ask_total(state->relation, &filter, total);
	if (credible && filter.nconditions == 0 && !filter.nothing)
		gs_total_remember(&state->relation->settings->tenant, state->relation->resource, *total);
	return credible;
}

/*
 * Count rows by the plan below.  A node is run in the query's context: what it
 * copies for itself outlives the row, in whose context we are.
 */
static int64
count_below(ForeignScanState *node)
{
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	TupleTableSlot *slot = ExecProcNode(outerPlanState(node));
	bool		isnull;
	int64		total = DatumGetInt64(slot_getattr(slot, 1, &isnull));

	MemoryContextSwitchTo(old);
	return total;
}

/* The tenant's count, or that of the plan below, unless it is known. */
static void
find_total(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsCount    *count = state->count;
	GsScanPhase phase = state->phase;

	if (gs_rows_evaluate(node) || !count->known)
	{
		count->known = false;
		state->phase = GS_EVALUATING;
		if (count->by_rows || !ask_for_total(state, &count->total))
			count->total = count_below(node);
		count->known = true;
	}
	state->phase = phase;
}

TupleTableSlot *
gs_count_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (!GS_IS_AT_START(state))
		return slot;
	find_total(node);
	state->phase = GS_READING;
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		slot->tts_values[i] = Int64GetDatum(state->count->total);
		slot->tts_isnull[i] = false;
	}
	return ExecStoreVirtualTuple(slot);
}

/*
 * A row that another session has changed is looked at again by EvalPlanQual.
 * Minors before those of May 2025 come here for a count that is below a
 * subquery, of which no row is kept, and take an empty slot for its end.
 */
bool
gainsightRecheckForeignScan(ForeignScanState *node, TupleTableSlot *slot)
{
	MemoryContext old;

	/* a table's row is checked by the plan's conditions, which are all there */
	if (((ForeignScan *) node->ss.ps.plan)->scan.scanrelid > 0)
		return true;
	Assert(slot == node->ss.ss_ScanTupleSlot);
	old = MemoryContextSwitchTo(node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	(void) gs_count_next(node);
	MemoryContextSwitchTo(old);
	return !TupIsNull(slot);
}
