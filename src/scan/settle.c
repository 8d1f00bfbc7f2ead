/*
 * settle.c
 *	  What a scan does before its session writes: read what it has not given.
 *
 * The walk that it is on, or has not begun, is read to its end.  If it will be
 * asked again by values that nobody knows yet, there is one walk that has the
 * rows for them all: that without the conditions these values are in, all of
 * which the plan checks again.  It is made only if such records are written
 * as the scan reads.
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/memutils.h"

#include "state.h"

/* Is there a value in it that may change? */
static bool
mentions_any(const GsClause *clause, const Bitmapset *changing)
{
	ListCell   *cell;

	foreach(cell, clause->arms)
		if (mentions_any(lfirst(cell), changing))
			return true;
	return clause->kind == GS_TEST && clause->operand >= 0 &&
		bms_is_member(clause->operand, changing);
}

/* The values, with nulls for those that may change. */
static const GsOperand *
fixed_values(ForeignScanState *node, const Bitmapset *changing)
{
	const GsScanState *state = node->fdw_state;
	List	   *exprs = ((const ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	List	   *fixed = NIL;
	GsOperands *operands;

	for (int i = 0; i < state->plan.noperands; i++)
	{
		Expr	   *expr = list_nth(exprs, i);

		if (bms_is_member(i, changing))
			expr = (Expr *) makeNullConst(exprType((Node *) expr), -1, InvalidOid);
		fixed = lappend(fixed, expr);
	}
	operands = gs_operands_create(&node->ss.ps, fixed);
	(void) gs_operands_evaluate(operands, node->ss.ps.ps_ExprContext);
	return gs_operands_values(operands);
}

/* The plan without the conditions that such values are in. */
static GsScanPlan
widen_plan(const GsScanPlan *plan, const Bitmapset *changing)
{
	GsScanPlan	wide = *plan;
	ListCell   *cell;

	wide.clauses = NIL;
	foreach(cell, plan->clauses)
		if (!mentions_any(lfirst(cell), changing))
			wide.clauses = lappend(wide.clauses, lfirst(cell));
	if (wide.key != NULL && mentions_any(wide.key, changing))
		wide.key = NULL;
	if (wide.wanted != NULL && mentions_any(wide.wanted, changing))
		wide.wanted = NULL;
	wide.bind = NULL;
	wide.first_page = 0;
	return wide;
}

/* Read the rows for whatever values there will be. */
static void
read_for_any(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	Tuplestorestate *store = gs_kept_fill_for_any(node);
	TupleTableSlot *slot = state->kept.early_slot;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw wide walk",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	GsSource	source = {.context = AllocSetContextCreate(context, "gainsight_fdw scan",
														   ALLOCSET_SMALL_SIZES)};
	Bitmapset  *changing = bms_copy(state->changing);
	GsScanPlan	plan;
	ListCell   *cell;

	if (state->plan.bind != NULL)
		foreach(cell, state->plan.bind->operands)
			changing = bms_add_member(changing, lfirst_int(cell));
	plan = widen_plan(&state->plan, changing);
	gs_source_open(state, &source, &plan, fixed_values(node, changing));
	MemoryContextSwitchTo(state->kept.early_context);
	while (gs_source_fetch(state, &source, slot))
	{
		tuplestore_puttupleslot(store, slot);
		MemoryContextReset(state->kept.early_context);
	}
	ExecClearTuple(slot);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	state->kept.for_any = store;
	state->kept.filling = NULL;
}

/* May rows be asked for that are neither kept nor on the way to be? */
static bool
lacks_rows(const GsScanState *state)
{
	const GsKept *kept = &state->kept;

	if (kept->for_any != NULL || kept->rows == GS_KEPT_FOR_ANY || state->saved != NULL)
		return false;
	if (!bms_is_empty(state->changing))
		return true;
	if (state->inner != NULL)
		return !state->read_all && !gs_bind_inner_is_complete(state->inner);
	return kept->policy != GS_KEEP_NEVER && kept->rows != GS_KEPT_ALL;
}

/* May what is written be among what the scan reads?  One object's records may be those of several resources. */
static bool
may_read(const GsScanState *state, const GsResource *written)
{
	const char *object = state->relation->resource->object;

	return state->relation->resource == written ||
		(object != NULL && written->object != NULL && strcmp(object, written->object) == 0);
}

static void
settle_scan(void *scan, const GsResource *written)
{
	ForeignScanState *node = scan;
	GsScanState *state = node->fdw_state;
	bool		has_rows = state->inner == NULL || state->kept.rows == GS_KEPT_FOR_ANY;

	/* it is the scan's own values that write */
	if (state->phase == GS_EVALUATING)
		return;
	if (has_rows && GS_IS_AT_START(state) && bms_is_empty(state->changing))
	{
		state->kept.policy = GS_KEEP_MUST;
		gs_rows_begin(node);
	}
	if (has_rows && !GS_IS_AT_START(state) && state->source.reader != NULL)
		gs_rows_keep_rest(node, true);
	if (may_read(state, written) && lacks_rows(state))
		read_for_any(node);
}

void
gs_settle_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	List	   *exprs = ((const ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	ListCell   *cell;

	state->changing = gs_params_changing(node->ss.ps.state,
										 list_truncate(list_copy(exprs), state->plan.noperands));
	if (state->plan.bind != NULL)
		foreach(cell, state->plan.bind->operands)
			state->changing = bms_del_member(state->changing, lfirst_int(cell));
	gs_walk_open(&state->walk, &state->relation->settings->tenant, settle_scan, node,
				 node->ss.ps.state->es_snapshot, state->relation->name);
}
