/*
 * bound.c
 *	  A scan on the inner side of a bind join.
 *
 * The other side gathers keys.  When the first row with new ones arrives, all
 * that the tenant has for them is read at once, and kept by the hash of what
 * the keys are compared with; each row then finds its own.  The plan's
 * conditions are all checked by core as ever, the one on the key included.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "answers.h"
#include "state.h"

struct GsBound
{
	GsScanState *state;
	ForeignScanState *node;
	GsBind	   *bind;
	const GsBindPlan *plan;
	ExprState  *key;			/* of the other side's current row */
	FmgrInfo	key_hash;
	ExprState  *own;			/* of a row here */
	FmgrInfo	own_hash;

	GsAnswers  *answers;
	MemoryContext seen_context; /* of state->seen */
	int64		first_saved;	/* the number that the first of them was saved by */
	TupleTableSlot *slot;
	int64		row;			/* next to give, GS_NO_ROW at the end */
};

static bool
full(void *arg)
{
	GsBound    *bound = arg;

	return gs_answers_full(bound->answers, MemoryContextMemAllocated(bound->seen_context, true));
}

static void
forget(void *arg)
{
	GsBound    *bound = arg;

	ExecClearTuple(bound->slot);
	gs_answers_clear(bound->answers);
	MemoryContextReset(bound->seen_context);
	bound->state->seen = gs_seen_create(bound->seen_context);
	bound->row = GS_NO_ROW;
	bound->first_saved = bound->state->saved ? gs_saved_count(bound->state->saved) : 0;
}

GsBound *
gs_bound_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	GsBound    *bound = palloc0(sizeof(GsBound));
	GsBindInner inner = {bound, full, forget};

	bound->state = state;
	bound->node = node;
	bound->plan = state->plan.bind;
	bound->bind = gs_bind_join(node->ss.ps.state, bound->plan->id, &inner, state->read_all);
	bound->key = ExecInitExpr(list_nth(scan->fdw_exprs, state->plan.noperands), &node->ss.ps);
	bound->own = ExecInitExpr(list_nth(scan->fdw_exprs, state->plan.noperands + 1), &node->ss.ps);
	fmgr_info(bound->plan->key_hash, &bound->key_hash);
	fmgr_info(bound->plan->own_hash, &bound->own_hash);
	bound->answers = gs_answers_create();
	/* a tenant may give more than it was asked for, and so the same in two batches */
	bound->seen_context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw answered",
												ALLOCSET_SMALL_SIZES);
	state->seen = gs_seen_create(bound->seen_context);
	bound->slot = ExecInitExtraTupleSlot(node->ss.ps.state,
										 node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
										 &TTSOpsMinimalTuple);
	bound->row = GS_NO_ROW;
	return bound;
}

bool
gs_bound_is_complete(const GsBound *bound)
{
	return gs_bind_is_complete(bound->bind);
}

void
gs_bound_end(GsBound *bound)
{
	gs_answers_clear(bound->answers);
}

/* The hash of an expression's value; false if that is null, and equals nothing. */
static bool
hash_of(const GsBound *bound, ExprState *expression, FmgrInfo *function, uint32 *hash)
{
	bool		isnull;
	Datum		value = ExecEvalExpr(expression, bound->node->ss.ps.ps_ExprContext, &isnull);

	if (!isnull)
		*hash = DatumGetUInt32(FunctionCall1Coll(function, bound->plan->collation, value));
	return !isnull;
}

/* Read all that the tenant has for what is asked by. */
static void
read_answers(GsBound *bound)
{
	GsScanState *state = bound->state;
	ExprContext *econtext = bound->node->ss.ps.ps_ExprContext;
	TupleTableSlot *slot = bound->node->ss.ss_ScanTupleSlot;
	uint32		hash;

	econtext->ecxt_scantuple = slot;
	while (!state->ended)
	{
		ResetExprContext(econtext);
		ExecClearTuple(slot);
		if (!gs_scan_fetch(state, slot))
			state->ended = true;
		/* one that is saved has its number by its place */
		else if (hash_of(bound, bound->own, &bound->own_hash, &hash))
			gs_answers_add(bound->answers, hash, slot);
		else if (state->saved != NULL)
			gs_answers_add(bound->answers, 0, slot);
	}
	ExecClearTuple(slot);
}

/* Ask for keys that the other side has gathered, with the values of all else. */
static void
ask(GsBound *bound, ArrayType *keys)
{
	GsScanState *state = bound->state;
	GsOperand  *operands = palloc(sizeof(GsOperand) * state->plan.noperands);
	ListCell   *cell;

	memcpy(operands, gs_operands_values(state->operands),
		   sizeof(GsOperand) * state->plan.noperands);
	foreach(cell, bound->plan->operands)
	{
		operands[lfirst_int(cell)].value = PointerGetDatum(keys);
		operands[lfirst_int(cell)].isnull = false;
	}
	gs_scan_open(state, operands);
	read_answers(bound);
	/* the batch was dearer than the table */
	if (state->spec.unlisted)
		gs_bind_know_all(bound->bind);
}

/*
 * See that the answers are there, and are to the values that all else has now.
 * It is core that wants a row, so these may be evaluated.
 */
static void
have_answers(GsBound *bound)
{
	ArrayType  *keys;

	if (gs_bind_is_unsure(bound->bind))
	{
		bool		changed = gs_operands_evaluate(bound->state->operands,
												   bound->node->ss.ps.ps_ExprContext);

		if (changed)
			forget(bound);
		gs_bind_settle(bound->bind, changed);
	}
	keys = gs_bind_take(bound->bind);
	if (keys != NULL)
		ask(bound, keys);
}

/* Begin to give the rows for the other side's current row. */
static void
begin_rows(GsBound *bound)
{
	MemoryContext old = MemoryContextSwitchTo(bound->node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	uint32		hash;
	bool		has_key = hash_of(bound, bound->key, &bound->key_hash, &hash);

	/* a null asks for nothing, but for what must be read before anything is written */
	if (has_key || gs_bind_wants_all(bound->bind))
		have_answers(bound);
	bound->row = has_key ? gs_answers_first(bound->answers, hash) : GS_NO_ROW;
	MemoryContextSwitchTo(old);
}

TupleTableSlot *
gs_bound_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsBound    *bound = state->bound;
	TupleTableSlot *slot = bound->slot;

	if (!state->evaluated)
	{
		begin_rows(bound);
		state->evaluated = true;
	}
	if (bound->row == GS_NO_ROW)
		return ExecClearTuple(slot);
	gs_answers_fetch(bound->answers, bound->row, slot);
	if (state->saved != NULL)
		gs_saved_number(bound->first_saved + bound->row, &slot->tts_tid);
	bound->row = gs_answers_next(bound->answers, bound->row);
	return slot;
}
