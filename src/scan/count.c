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
#include "scan.h"
#include "gainsight/gainsight.h"

typedef struct GsCountState
{
	GsRelation *relation;
	GsScanPlan	plan;
	GsOperands *operands;
	bool		known;			/* total, for these values */
	int64		total;
	bool		done;
	GsWalk		walk;
	bool		evaluating;		/* it is at work */
	bool		changes;		/* there may be other values */
	bool		by_rows;		/* the tenant's count would be one of a later time */
} GsCountState;

static int64 find_total(ForeignScanState *node);

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
settle(void *scan, const GsResource *written)
{
	ForeignScanState *node = scan;
	GsCountState *state = node->fdw_state;

	if (written != state->relation->resource || state->evaluating)
		return;
	if (state->changes)
		state->by_rows = true;
	else if (!state->known)
	{
		(void) gs_operands_evaluate(state->operands, node->ss.ps.ps_ExprContext);
		state->total = find_total(node);
		state->known = true;
	}
}

void
gs_count_begin(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsCountState *state = palloc0(sizeof(GsCountState));
	Oid			relid;

	node->fdw_state = state;
	gs_count_plan_read(plan->fdw_private, &relid, &state->plan);
	state->relation = gs_relation_load(relid);
	state->operands = gs_operands_create(&node->ss.ps, plan->fdw_exprs);
	gs_settings_authorize(state->relation->settings, gs_scan_user(node));
	state->changes = !bms_is_empty(gs_params_changing(node->ss.ps.state, plan->fdw_exprs));
	state->walk.settle = settle;
	state->walk.scan = node;
	state->walk.snapshot = node->ss.ps.state->es_snapshot;
	gs_walk_open(&state->walk, &state->relation->settings->tenant);
	if (!state->changes && scan_below(node) != NULL)
		gs_scan_leave_settling(scan_below(node));
}

/* Ask the tenant; false if its answer settles nothing. */
static bool
ask_tenant(GsCountState *state, int64 *total)
{
	GsFilter	filter;
	GsCount		count = {0, true};

	/* a list in more pieces than its rows are pages is for these */
	gs_filter_build(state->relation, state->plan.clauses,
					gs_operands_values(state->operands),
					gs_estimate_most_pieces(state->relation, 0, state->plan.rest), &filter);
	if (!filter.complete)
		return false;
	if (!filter.nothing)
		gs_count_ask(state->relation, &filter, CurrentMemoryContext, &count);
	if (count.credible && filter.nconditions == 0 && !filter.nothing)
		gs_total_remember(&state->relation->settings->tenant, state->relation->resource, count.total);
	*total = count.total;
	return count.credible;
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

/* The tenant's count, or that of the plan below. */
static int64
find_total(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;
	int64		total;

	return !state->by_rows && ask_tenant(state, &total) ? total : count_below(node);
}

TupleTableSlot *
gs_count_iterate(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (state->done)
		return slot;
	state->evaluating = true;
	if (gs_operands_evaluate(state->operands, node->ss.ps.ps_ExprContext) || !state->known)
		state->total = find_total(node);
	state->evaluating = false;
	state->known = true;
	state->done = true;
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		slot->tts_values[i] = Int64GetDatum(state->total);
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
	(void) gs_count_iterate(node);
	MemoryContextSwitchTo(old);
	return !TupIsNull(slot);
}

void
gs_count_end(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;

	if (state != NULL)
		gs_walk_close(&state->walk);
}

void
gs_count_rescan(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;

	if (state != NULL)
		state->done = false;
}

const GsUsage *
gs_count_usage(const ForeignScanState *node)
{
	const GsCountState *state = node->fdw_state;

	return state ? state->relation->settings->tenant.usage : NULL;
}
