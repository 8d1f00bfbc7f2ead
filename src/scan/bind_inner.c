/*
 * bind_inner.c
 *	  The inner side of a join that sends keys in batches: a scan of ours.
 *
 * The outer side gathers keys.  When the first row with new ones arrives, all
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
#include "bind_keys.h"
#include "state.h"

struct GsBindInner
{
	GsScanState *state;
	ForeignScanState *node;
	GsBindKeys *keys;
	const GsBindInnerPlan *plan;
	ExprState  *key;			/* of the outer side's current row */
	FmgrInfo	key_hash;
	ExprState  *own;			/* of a row here */
	FmgrInfo	own_hash;

	GsAnswers  *answers;
	MemoryContext seen_context; /* of state->seen */
	int64		first_saved;	/* the number that the first of them was saved by */
	TupleTableSlot *slot;
	int64		row;			/* next to give, GS_NO_ROW at the end */
	bool		for_any;		/* answers are to whatever values there are */
};

static bool
answers_are_full(void *arg)
{
	GsBindInner *inner = arg;

	return gs_answers_full(inner->answers, MemoryContextMemAllocated(inner->seen_context, true));
}

static void
forget_answers(void *arg)
{
	GsBindInner *inner = arg;

	ExecClearTuple(inner->slot);
	gs_answers_clear(inner->answers);
	MemoryContextReset(inner->seen_context);
	inner->state->seen = gs_seen_create(inner->seen_context);
	inner->row = GS_NO_ROW;
	inner->first_saved = inner->state->saved ? gs_saved_count(inner->state->saved) : 0;
}

GsBindInner *
gs_bind_inner_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	GsBindInner *inner = palloc0(sizeof(GsBindInner));
	GsBindCallbacks callbacks = {inner, answers_are_full, forget_answers};

	inner->state = state;
	inner->node = node;
	inner->plan = state->plan.bind;
	inner->keys = gs_bind_keys_join(node->ss.ps.state, inner->plan->id, &callbacks,
									state->read_all);
	inner->key = ExecInitExpr(list_nth(scan->fdw_exprs, state->plan.noperands), &node->ss.ps);
	inner->own = ExecInitExpr(list_nth(scan->fdw_exprs, state->plan.noperands + 1), &node->ss.ps);
	fmgr_info(inner->plan->key_hash, &inner->key_hash);
	fmgr_info(inner->plan->own_hash, &inner->own_hash);
	inner->answers = gs_answers_create();
	/* a tenant may give more than it was asked for, and so the same in two batches */
	inner->seen_context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw answered",
												ALLOCSET_SMALL_SIZES);
	state->seen = gs_seen_create(inner->seen_context);
	inner->slot = ExecInitExtraTupleSlot(node->ss.ps.state,
										 node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
										 &TTSOpsMinimalTuple);
	inner->row = GS_NO_ROW;
	return inner;
}

bool
gs_bind_inner_is_complete(const GsBindInner *inner)
{
	return gs_bind_keys_is_complete(inner->keys);
}

bool
gs_bind_inner_is_for_any(const GsBindInner *inner)
{
	return inner->for_any;
}

void
gs_bind_inner_end(GsBindInner *inner)
{
	gs_answers_clear(inner->answers);
}

/* The hash of an expression's value; false if that is null, and equals nothing. */
static bool
hash_of(const GsBindInner *inner, ExprState *expression, FmgrInfo *function, uint32 *hash)
{
	bool		isnull;
	Datum		value = ExecEvalExpr(expression, inner->node->ss.ps.ps_ExprContext, &isnull);

	if (!isnull)
		*hash = DatumGetUInt32(FunctionCall1Coll(function, inner->plan->collation, value));
	return !isnull;
}

/* Read all that the tenant has for what is asked by. */
static void
read_answers(GsBindInner *inner)
{
	GsScanState *state = inner->state;
	ExprContext *econtext = inner->node->ss.ps.ps_ExprContext;
	TupleTableSlot *slot = inner->node->ss.ss_ScanTupleSlot;
	uint32		hash;

	econtext->ecxt_scantuple = slot;
	for (;;)
	{
		ResetExprContext(econtext);
		if (!gs_source_fetch(state, &state->source, slot))
			break;
		/* one that is saved has its number by its place */
		if (hash_of(inner, inner->own, &inner->own_hash, &hash))
			gs_answers_add(inner->answers, hash, slot);
		else if (state->saved != NULL)
			gs_answers_add(inner->answers, 0, slot);
	}
}

/* Ask for keys that the outer side has gathered, with the values of all else. */
static void
ask_for_keys(GsBindInner *inner, ArrayType *keys)
{
	GsScanState *state = inner->state;
	GsOperand  *operands = palloc(sizeof(GsOperand) * state->plan.noperands);
	bool		instead;
	ListCell   *cell;

	memcpy(operands, gs_operands_values(state->operands),
		   sizeof(GsOperand) * state->plan.noperands);
	foreach(cell, inner->plan->operands)
	{
		operands[lfirst_int(cell)].value = PointerGetDatum(keys);
		operands[lfirst_int(cell)].isnull = false;
	}
	gs_source_open(state, &state->source, &state->plan, operands);
	instead = gs_wide_is_due(inner->node, operands);
	if (instead)
	{
		forget_answers(inner);
		gs_source_open(state, &state->source, gs_wide_plan(state->wide), operands);
	}
	read_answers(inner);
	inner->for_any = instead;
	/* or the batch was dearer than the table */
	if (instead || state->source.spec.unlisted)
		gs_bind_keys_know_all(inner->keys);
}

/*
 * See that the answers are there, and are to the values that all else has now.
 * It is core that wants a row, so these may be evaluated.
 */
static void
have_answers(GsBindInner *inner)
{
	ArrayType  *keys;

	if (gs_bind_keys_is_unsure(inner->keys))
	{
		bool		changed = gs_rows_evaluate(inner->node) && !inner->for_any;

		if (changed)
			forget_answers(inner);
		gs_bind_keys_settle(inner->keys, changed);
	}
	keys = gs_bind_keys_take(inner->keys);
	if (keys != NULL)
		ask_for_keys(inner, keys);
}

/* Begin to give the rows for the outer side's current row. */
static void
begin_rows(GsBindInner *inner)
{
	MemoryContext old = MemoryContextSwitchTo(inner->node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	uint32		hash;
	bool		has_key = hash_of(inner, inner->key, &inner->key_hash, &hash);

	/* a null asks for nothing, but for what must be read before anything is written */
	if (has_key || gs_bind_keys_wants_all(inner->keys))
		have_answers(inner);
	inner->row = has_key ? gs_answers_first(inner->answers, hash) : GS_NO_ROW;
	if (inner->for_any && has_key)
		gs_wide_count(inner->state->wide);
	MemoryContextSwitchTo(old);
}

TupleTableSlot *
gs_bind_inner_next(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	GsBindInner *inner = state->inner;
	TupleTableSlot *slot = inner->slot;

	if (GS_IS_AT_START(state))
	{
		begin_rows(inner);
		state->phase = GS_READING;
	}
	if (inner->row == GS_NO_ROW)
		return ExecClearTuple(slot);
	gs_answers_fetch(inner->answers, inner->row, slot);
	if (state->saved != NULL)
		gs_saved_number(inner->first_saved + inner->row, &slot->tts_tid);
	inner->row = gs_answers_next(inner->answers, inner->row);
	return slot;
}
