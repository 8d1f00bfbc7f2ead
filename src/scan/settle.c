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
mentions(const GsClause *clause, const Bitmapset *changing)
{
	ListCell   *cell;

	foreach(cell, clause->arms)
		if (mentions(lfirst(cell), changing))
			return true;
	return clause->kind == GS_TEST && clause->operand >= 0 &&
		bms_is_member(clause->operand, changing);
}

/* Find those of the values that may change, beside the keys of a bind join. */
static void
find_changing(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	List	   *exprs = ((const ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	ListCell   *cell;

	if (state->changing_known)
		return;
	state->changing = gs_params_changing(node->ss.ps.state,
										 list_truncate(list_copy(exprs), state->plan.noperands));
	if (state->plan.bind != NULL)
		foreach(cell, state->plan.bind->operands)
			state->changing = bms_del_member(state->changing, lfirst_int(cell));
	state->changing_known = true;
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

/* What to read; false if no row can match. */
static bool
build_wide(ForeignScanState *node, const Bitmapset *changing, GsReadSpec *spec)
{
	const GsScanState *state = node->fdw_state;
	GsScanPlan	plan = state->plan;
	ListCell   *cell;

	plan.clauses = NIL;
	foreach(cell, state->plan.clauses)
		if (!mentions(lfirst(cell), changing))
			plan.clauses = lappend(plan.clauses, lfirst(cell));
	if (plan.key != NULL && mentions(plan.key, changing))
		plan.key = NULL;
	plan.bind = NULL;
	plan.first_page = 0;
	return gs_spec_build(state->relation, &plan, &state->search,
						 fixed_values(node, changing), spec);
}

static void
add_wide_rows(GsScanState *state, const GsReadSpec *spec, MemoryContext context)
{
	GsReader   *reader = gs_reader_open(&state->relation->settings->tenant, spec, context);
	const GsJson *record;
	const char *path_key;

	MemoryContextSwitchTo(state->early_context);
	while ((record = gs_reader_next(reader, &path_key)) != NULL)
	{
		gs_scan_fill(state, record, path_key, reader, state->early_slot);
		tuplestore_puttupleslot(state->wide, state->early_slot);
		MemoryContextReset(state->early_context);
	}
	ExecClearTuple(state->early_slot);
}

/* Read the rows for whatever values there will be. */
static void
read_wide(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	Bitmapset  *changing = bms_copy(state->changing);
	MemoryContext context;
	MemoryContext old;
	GsReadSpec	spec;
	ListCell   *cell;

	if (state->plan.bind != NULL)
		foreach(cell, state->plan.bind->operands)
			changing = bms_add_member(changing, lfirst_int(cell));
	/* of a try that failed */
	gs_settled_end(state);
	gs_kept_prepare(node);
	state->wide = gs_kept_store(node);
	context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw wide walk",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	if (build_wide(node, changing, &spec))
		add_wide_rows(state, &spec, context);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	state->wide_whole = true;
}

/* May rows be asked for that are neither kept nor on the way to be? */
static bool
lacks_rows(const GsScanState *state)
{
	if (state->wide_whole || state->for_any || state->saved != NULL)
		return false;
	if (!bms_is_empty(state->changing))
		return true;
	if (state->bound != NULL)
		return !state->read_all && !gs_bound_is_complete(state->bound);
	return state->may_keep && (state->kept == NULL || state->kept_tail);
}

void
gs_scan_settle(void *scan, const GsResource *written)
{
	ForeignScanState *node = scan;
	GsScanState *state = node->fdw_state;

	/* it is the scan's own values that write */
	if (state->evaluating)
		return;
	find_changing(node);
	if (state->bound == NULL && !state->for_any && !state->evaluated &&
		bms_is_empty(state->changing))
	{
		state->may_keep = state->must_keep = true;
		gs_scan_begin(node);
	}
	if (state->evaluated && !state->ended && (state->bound == NULL || state->for_any))
		gs_kept_rest(node, true);
	if (written == state->relation->resource && lacks_rows(state))
		read_wide(node);
}

bool
gs_settled_for_any(GsScanState *state)
{
	if (!state->evaluated && state->wide_whole)
	{
		gs_kept_forget(state);
		MemoryContextReset(state->context);
		state->reader = NULL;
		state->record = NULL;
		state->ended = true;
		state->kept = state->wide;
		state->wide = NULL;
		state->wide_whole = false;
		state->for_any = true;
	}
	return state->for_any;
}

void
gs_settled_end(GsScanState *state)
{
	if (state->wide != NULL)
		tuplestore_end(state->wide);
	state->wide = NULL;
	state->wide_whole = false;
}
