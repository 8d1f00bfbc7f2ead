/*
 * count.c
 *	  count(*), of all rows or by the values of a column, answered by the tenant's
 *	  totalCount where that is credible.
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
	bool		known;			/* the answer, for these values */
	Tuplestorestate *answer;	/* a row, or one for each value that rows have: this if there is
								 * one, then the count, as often as the plan has it */
	TupleTableSlot *slot;		/* of the one that is given */
	bool		by_rows;		/* the tenant's count would be one of a later time, or is dearer */
	bool		left;			/* the plan below was left by an error */
	int			asked;			/* requests that the tenant was sent for how much there is */
};

static void find_counts(ForeignScanState *node);

/* The scan whose rows the plan below would count; NULL if there is none. */
static ForeignScanState *
scan_below(ForeignScanState *node)
{
	PlanState  *below = outerPlanState(node);

	while (below != NULL && !IsA(below, ForeignScanState))
		below = outerPlanState(below);
	return (ForeignScanState *) below;
}

/* Where it is known what will be counted, the scan below is never asked behind a write. */
static void
answer_for_below(ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;
	ForeignScanState *below = scan_below(node);

	if (bms_is_empty(state->changing) && below != NULL)
		gs_walk_close(&((GsScanState *) below->fdw_state)->walk);
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

	if (written != state->relation->resource || GS_IS_EVALUATING(state))
		return;
	if (!bms_is_empty(state->changing))
		state->count->by_rows = true;
	else if (!state->count->known)
		find_counts(node);
}

void
gs_count_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	state->count = palloc0(sizeof(GsCount));
	state->count->answer = tuplestore_begin_heap(false, false, work_mem);
	state->count->slot = ExecInitExtraTupleSlot(node->ss.ps.state,
												node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
												&TTSOpsMinimalTuple);
	state->changing = gs_params_changing(node->ss.ps.state,
										 ((ForeignScan *) node->ss.ps.plan)->fdw_exprs);
	gs_walk_open(&state->walk, &state->relation->settings->tenant, settle_count, node,
				 node->ss.ps.state->es_snapshot, NULL);
	answer_for_below(node);
}

void
gs_count_end(GsCount *count)
{
	tuplestore_end(count->answer);
}

/* Add a row to the answer; of a count of all the value is not looked at. */
static void
add_count(ForeignScanState *node, Datum value, int64 total)
{
	GsScanState *state = node->fdw_state;
	TupleDesc	desc = node->ss.ss_ScanTupleSlot->tts_tupleDescriptor;
	Datum	   *values = palloc(sizeof(Datum) * desc->natts);
	bool	   *isnull = palloc0(sizeof(bool) * desc->natts);

	for (int i = 0; i < desc->natts; i++)
		values[i] = i == 0 && state->plan.groups != NIL ? value : Int64GetDatum(total);
	tuplestore_putvalues(state->count->answer, desc, values, isnull);
}

/* The conditions of a search for all rows, or for those of a group; false if they are not all sent. */
static bool
build_filter(const GsScanState *state, const GsClause *group, GsFilter *filter)
{
	List	   *clauses = state->plan.clauses;

	if (group != NULL)
		clauses = lappend(list_copy(clauses), (void *) group);
	/* a list in more pieces than its rows are pages is for these */
	gs_filter_build(state->relation, clauses, gs_operands_values(state->operands),
					gs_estimate_most_pieces(state->relation, 0, state->plan.rest), filter);
	return filter->complete;
}

/* Ask the tenant; false if its answer settles nothing. */
static bool
ask_for_total(const GsScanState *state, const GsFilter *filter, int64 *total)
{
	bool		credible = true;

	*total = 0;
	if (!filter->nothing)
		credible = gs_filter_ask_total(state->relation, filter, total);
	if (credible && filter->nconditions == 0 && !filter->nothing)
		gs_total_remember(&state->relation->settings->tenant, state->relation->resource, *total);
	return credible;
}

/*
 * Ask how many of so many rows each group has, side by side.  If these are not
 * all, others have no value, or one that is not documented, or something has
 * changed meanwhile: false.
 */
static bool
ask_for_groups(ForeignScanState *node, int64 total)
{
	const GsScanState *state = node->fdw_state;
	int			ngroups = list_length(state->plan.groups);
	GsFilter   *filters = palloc(sizeof(GsFilter) * ngroups);
	List	  **asked = palloc(sizeof(List *) * ngroups);
	int64	   *counts = palloc(sizeof(int64) * ngroups);
	bool		told = true;

	for (int i = 0; i < ngroups; i++)
		if (!build_filter(state, list_nth(state->plan.groups, i), &filters[i]))
			return false;
	for (int i = 0; i < ngroups; i++)
		asked[i] = gs_filter_start_total(state->relation, &filters[i]);
	for (int i = 0; i < ngroups; i++)
	{
		told &= gs_filter_finish_total(state->relation, asked[i], &counts[i]);
		total -= counts[i];
	}
	if (!told || total != 0)
		return false;
	for (int i = 0; i < ngroups; i++)
	{
		const GsClause *group = list_nth(state->plan.groups, i);

		if (counts[i] > 0)
			add_count(node, gs_operands_values(state->operands)[group->operand].value, counts[i]);
	}
	return true;
}

/* Would it take more to ask for each group than to read so many rows? */
static bool
is_read_cheaper(const GsScanState *state, const GsFilter *filter, int64 total)
{
	return list_length(state->plan.groups) * Max(1, filter->npieces) >=
		gs_estimate_searches(state->relation, filter->npieces, total);
}

/*
 * Have the tenant's counts for an answer, if they settle the matter.  That of all
 * rows is asked for by itself: it tells how many there are to be read, and whether
 * the tenant counts at all.
 */
static bool
ask_for_counts(ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;
	GsFilter	filter;
	int64		total;

	if (!build_filter(state, NULL, &filter) || !ask_for_total(state, &filter, &total))
		return false;
	if (state->plan.groups == NIL)
		add_count(node, 0, total);
	else if (total > 0)
		return !is_read_cheaper(state, &filter, total) && ask_for_groups(node, total);
	return true;
}

/*
 * An error has left the plan below in the midst of its rows, some of which it has
 * sorted or counted.  A rescan would not undo that, for it never happens in core:
 * there, a node that has failed is not run again.
 */
static void
renew_below(ForeignScanState *node)
{
	PlanState  *below = outerPlanState(node);

	outerPlanState(node) = NULL;
	if (below != NULL)
		ExecEndNode(below);
	outerPlanState(node) = ExecInitNode(outerPlan(node->ss.ps.plan), node->ss.ps.state, 0);
	answer_for_below(node);
}

/*
 * Count rows by the plan below.  A node is run in the query's context: what it
 * copies for itself outlives the row, in whose context we are.
 */
static void
count_below(ForeignScanState *node)
{
	GsCount    *count = ((GsScanState *) node->fdw_state)->count;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	TupleTableSlot *slot;

	if (count->left)
		renew_below(node);
	count->left = true;
	while (slot = ExecProcNode(outerPlanState(node)), !TupIsNull(slot))
		tuplestore_puttupleslot(count->answer, slot);
	count->left = false;
	MemoryContextSwitchTo(old);
}

/*
 * Have counts for other values cost as much as all rows that they could be of?  Then the
 * scan below is asked from now on, which knows of them, and reads these rows once.
 */
static void
consider_walk(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsCount    *count = state->count;
	ForeignScanState *below = scan_below(node);
	const GsTenant *tenant = &state->relation->settings->tenant;
	int64		sent = tenant->usage->requests - tenant->usage->retries - count->asked;
	double		walk;

	if (count->by_rows || sent == 0 || bms_is_empty(state->changing) || below == NULL)
		return;
	if (sent >= GS_SENT_UNKNOWING && count->asked == 0 && gs_estimate_walk(state->relation, false) < 0)
		count->asked = gs_estimate_ask_size(state->relation);
	walk = gs_wide_most_requests(state->relation) / 2;
	if (sent < walk || gs_estimate_walk_at_most(state->relation, walk) > gs_governor_left(tenant->max_requests))
		return;
	count->by_rows = true;
	((GsScanState *) below->fdw_state)->counted = sent;
}

/* Find the answer, by the tenant's counts or by the plan below, unless it is known. */
static void
find_counts(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsCount    *count = state->count;
	GsScanPhase phase = state->phase;

	if (gs_rows_evaluate(node) || !count->known)
	{
		count->known = false;
		state->phase = GS_EVALUATING;
		tuplestore_clear(count->answer);
		consider_walk(node);
		if (count->by_rows || !ask_for_counts(node))
			count_below(node);
		count->known = true;
	}
	state->phase = phase;
}

TupleTableSlot *
gs_count_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsCount    *count = state->count;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (GS_IS_AT_START(state))
	{
		find_counts(node);
		tuplestore_rescan(count->answer);
		state->phase = GS_READING;
	}
	if (tuplestore_gettupleslot(count->answer, true, false, count->slot))
		ExecCopySlot(slot, count->slot);
	return slot;
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
