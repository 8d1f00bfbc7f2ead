/*
 * bind_outer.c
 *	  The outer side of a join that sends keys in batches.
 *
 * A node that passes on the rows of the plan below it.  It holds them back
 * until they have enough keys that were not asked for yet; the scan on the
 * inner side of the nested loop above takes these when the first of the rows
 * arrives there, asks for them all, and serves the other rows from what it
 * was answered.  Rows, joins and conditions are core's business.
 *
 * As with pages, the first batch is small, for a LIMIT may be content with
 * it, and each is twice the one before.  Where all rows will be asked for, a
 * batch ends with them, or with work_mem: its requests follow each other without
 * a pause, and if they would be more than all there is, none of them is sent.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/ruleutils.h"
#include "utils/tuplestore.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#include "answers.h"
#include "bind_keys.h"
#include "run.h"
#include "scan.h"

typedef struct BindOuterState
{
	CustomScanState css;
	GsBindOuterPlan plan;
	ExprState  *key;
	GsBindKeys *keys;

	Tuplestorestate *rows;		/* held back */
	TupleTableSlot *slot;		/* of the row that is read back */
	bool		serving;		/* there may be more of them */
	bool		ended;			/* the plan below is */
	int			batch_size;		/* keys that the next batch is to have */
} BindOuterState;

static Node *create_outer_state(CustomScan *scan);

static const CustomScanMethods scan_methods = {
	.CustomName = GS_BIND_OUTER_NAME,
	.CreateCustomScanState = create_outer_state,
};

void
gs_bind_outer_init(void)
{
	RegisterCustomScanMethods(&scan_methods);
}

static void
begin_outer(CustomScanState *node, EState *estate, int eflags)
{
	BindOuterState *state = (BindOuterState *) node;
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;
	Expr	   *key = linitial(scan->custom_exprs);

	gs_bind_outer_read(scan, &state->plan);
	node->custom_ps = list_make1(ExecInitNode(linitial(scan->custom_plans), estate, eflags));
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state->key = ExecInitExpr(key, &node->ss.ps);
	state->keys = gs_bind_keys_create(estate, state->plan.id, exprType((Node *) key));
	state->rows = tuplestore_begin_heap(false, false, work_mem);
	state->slot = ExecInitExtraTupleSlot(estate, node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
										 &TTSOpsMinimalTuple);
	state->batch_size = state->plan.first_batch;
}

/* Show the row of a slot as the scan tuple, which its values outlive. */
static TupleTableSlot *
show_row(BindOuterState *state, TupleTableSlot *slot)
{
	TupleTableSlot *shown = state->css.ss.ss_ScanTupleSlot;
	int			natts = shown->tts_tupleDescriptor->natts;

	slot_getallattrs(slot);
	ExecClearTuple(shown);
	memcpy(shown->tts_values, slot->tts_values, sizeof(Datum) * natts);
	memcpy(shown->tts_isnull, slot->tts_isnull, sizeof(bool) * natts);
	return ExecStoreVirtualTuple(shown);
}

/* The next row of the plan below, as the scan tuple; false at its end. */
static bool
pull_row(BindOuterState *state)
{
	TupleTableSlot *slot = state->ended ? NULL : ExecProcNode(linitial(state->css.custom_ps));

	if (TupIsNull(slot))
	{
		state->ended = true;
		gs_bind_keys_set_complete(state->keys, true);
		return false;
	}
	show_row(state, slot);
	return true;
}

/* The key of the scan tuple; a null one matches nothing. */
static Datum
key_of(BindOuterState *state, bool *isnull)
{
	ExprContext *econtext = state->css.ss.ps.ps_ExprContext;

	ResetExprContext(econtext);
	econtext->ecxt_scantuple = state->css.ss.ss_ScanTupleSlot;
	return ExecEvalExprSwitchContext(state->key, econtext, isnull);
}

/* Would the scan tuple's key have to be asked for? */
static bool
is_news(BindOuterState *state)
{
	bool		isnull;
	Datum		key = key_of(state, &isnull);

	return !isnull && !gs_bind_keys_knows(state->keys, key);
}

/*
 * Hold back the scan tuple, and those that follow, until there are keys
 * enough, or rows as many as fit into work_mem.
 */
static void
gather_batch(BindOuterState *state)
{
	bool		at_once = gs_bind_keys_wants_all(state->keys);
	bool		all = at_once || gs_is_drained(&state->css.ss.ps);
	Size		room = at_once ? PG_INT64_MAX : (Size) work_mem * 1024;
	int			wanted = all ? PG_INT32_MAX : state->batch_size;
	Size		taken = 0;

	gs_bind_keys_begin_batch(state->keys);
	do
	{
		TupleTableSlot *slot = state->css.ss.ss_ScanTupleSlot;
		bool		isnull;
		Datum		key = key_of(state, &isnull);

		if (!isnull)
			gs_bind_keys_add(state->keys, key);
		taken += gs_answers_row_size(slot);
		tuplestore_puttupleslot(state->rows, slot);
	} while (gs_bind_keys_wanted(state->keys) < wanted && taken < room && pull_row(state));
	state->serving = true;
	state->batch_size = Min(state->batch_size * 2, state->plan.largest_batch);
}

/* The next of the rows held back; false at their end. */
static bool
serve_row(BindOuterState *state)
{
	if (tuplestore_gettupleslot(state->rows, true, false, state->slot))
	{
		show_row(state, state->slot);
		return true;
	}
	ExecClearTuple(state->slot);
	tuplestore_clear(state->rows);
	state->serving = false;
	return false;
}

static TupleTableSlot *
execute_outer(CustomScanState *node)
{
	BindOuterState *state = (BindOuterState *) node;
	ProjectionInfo *projection = node->ss.ps.ps_ProjInfo;

	if (!state->serving || !serve_row(state))
	{
		if (!pull_row(state))
			return ExecClearTuple(node->ss.ss_ScanTupleSlot);

		/* a row whose key was asked for need not wait, unless all keys come first */
		if (gs_bind_keys_wants_all(state->keys) || is_news(state))
		{
			gather_batch(state);
			(void) serve_row(state);
		}
	}
	if (projection == NULL)
		return node->ss.ss_ScanTupleSlot;
	node->ss.ps.ps_ExprContext->ecxt_scantuple = node->ss.ss_ScanTupleSlot;
	return ExecProject(projection);
}

static void
rescan_outer(CustomScanState *node)
{
	BindOuterState *state = (BindOuterState *) node;
	PlanState  *child = linitial(node->custom_ps);

	if (node->ss.ps.chgParam != NULL)
		UpdateChangedParamSet(child, node->ss.ps.chgParam);
	if (child->chgParam == NULL)
		ExecReScan(child);
	tuplestore_clear(state->rows);
	state->serving = false;
	state->ended = false;
	gs_bind_keys_set_complete(state->keys, false);
	state->batch_size = state->plan.first_batch;
	gs_bind_keys_restart(state->keys);
}

static void
end_outer(CustomScanState *node)
{
	BindOuterState *state = (BindOuterState *) node;

	if (state->rows != NULL)
		tuplestore_end(state->rows);
	ExecEndNode(linitial(node->custom_ps));
}

static void
explain_outer(CustomScanState *node, List *ancestors, ExplainState *es)
{
	BindOuterState *state = (BindOuterState *) node;
	CustomScan *scan = (CustomScan *) node->ss.ps.plan;
	List	   *context = set_deparse_context_plan(es->deparse_cxt, &scan->scan.plan, ancestors);

	ExplainPropertyText("Gainsight Key",
						deparse_expression(linitial(scan->custom_exprs), context, true, false), es);
	ExplainPropertyInteger("Batch Size", "keys", state->plan.first_batch, es);
	if (es->analyze)
	{
		int64		batches,
					keys;

		gs_bind_keys_taken(state->keys, &batches, &keys);
		ExplainPropertyInteger("Batches", NULL, batches, es);
		ExplainPropertyInteger("Keys", NULL, keys, es);
	}
}

static Node *
create_outer_state(CustomScan *scan)
{
	static const CustomExecMethods methods = {
		.CustomName = GS_BIND_OUTER_NAME,
		.BeginCustomScan = begin_outer,
		.ExecCustomScan = execute_outer,
		.EndCustomScan = end_outer,
		.ReScanCustomScan = rescan_outer,
		.ExplainCustomScan = explain_outer,
	};
	BindOuterState *state = (BindOuterState *) newNode(sizeof(BindOuterState), T_CustomScanState);

	(void) scan;
	state->css.methods = &methods;
	return (Node *) state;
}
