/*
 * scan.c
 *	  Reading rows: from a plan's values to a reader, from records to tuples.
 *
 * The right-hand sides of conditions are evaluated once a scan.  A rescan with
 * the same ones is served from the rows kept, and sends nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "gainsight_fdw.h"
#include "reader.h"

typedef struct GsScanState
{
	/* fixed for the plan */
	GsRelation *relation;
	GsScanPlan	plan;
	List	   *expr_states;

	/* columns: parallel arrays of nfields */
	int			nfields;
	int		   *columns;		/* index into the slot's arrays */
	const char **fields;		/* UTF-8 */
	GsInput   **inputs;
	GsJsonFields *picker;
	const GsJson **nodes;
	int			brace_field;	/* the field that a path gives, -1 if none */
	Datum	   *constants;		/* by column, the same for every row */
	bool	   *fixed;			/* by column: constant, or not read */
	GsInputPlace place;			/* for the error context */

	/* this (re)scan */
	bool		evaluated;
	bool		started;
	int			noperands;
	GsOperand  *operands;		/* the values of fdw_exprs */
	GsSearch	search;			/* what to select */
	GsReader   *reader;			/* NULL: no row can match */
	GsReadSpec	spec;
	MemoryContext context;		/* of values, spec and reader; reset with them */
	bool		ended;

	/* rows kept for a rescan */
	bool		must_keep;
	Tuplestorestate *kept;		/* NULL: none, or too many */
	Size		kept_bytes;
	bool		replaying;
	TupleTableSlot *kept_slot;
} GsScanState;

/*
 * Beginning.
 */

/* What to read into which column, and what to select for it. */
static void
bind_columns(GsScanState *state)
{
	const GsRelation *relation = state->relation;
	const GsResource *resource = relation->resource;
	const GsEndpoint *bound = gs_model_read(resource, true);
	const GsColumn *brace = bound ? gs_model_brace(resource, bound) : NULL;
	int			room = Max(list_length(state->plan.attnums), 1);
	ListCell   *cell;

	state->columns = palloc0(sizeof(int) * room);
	state->fields = palloc0(sizeof(char *) * room);
	state->inputs = palloc0(sizeof(GsInput *) * room);
	state->nodes = palloc0(sizeof(GsJson *) * room);
	state->constants = palloc0(sizeof(Datum) * Max(relation->natts, 1));
	state->fixed = palloc0(sizeof(bool) * Max(relation->natts, 1));
	state->brace_field = -1;
	foreach(cell, state->plan.attnums)
	{
		int			attnum = lfirst_int(cell);
		const GsAttr *attr = &relation->atts[attnum - 1];
		GsInput    *input = gs_input_create(relation, attnum);
		int			n = state->nfields;

		if (attr->constant != NULL)
		{
			state->fixed[attnum - 1] = true;
			state->constants[attnum - 1] = gs_input_text(input, attr->constant);
			continue;
		}
		if (brace != NULL && attr->column == brace)
			state->brace_field = n;
		state->columns[n] = attnum - 1;
		state->fields[n] = gs_to_utf8(attr->field);
		state->inputs[n] = input;
		state->nfields++;
	}
	state->picker = gs_json_fields(state->fields, state->nfields);
}

/* The select of a search: each field once, and always the key. */
static void
bind_select(GsScanState *state)
{
	const char *key = gs_model_flagged(state->relation->resource, GS_KEY)->field;
	const char **select = palloc(sizeof(char *) * (state->nfields + 1));
	int			count = 0;

	select[count++] = key;
	for (int i = 0; i < state->nfields; i++)
	{
		bool		again = false;

		for (int j = 0; j < count; j++)
			again = again || strcmp(select[j], state->fields[i]) == 0;
		if (!again)
			select[count++] = state->fields[i];
	}
	state->search.select = select;
	state->search.nselect = count;
}

void
gainsightBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsScanState  *state;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state = palloc0(sizeof(GsScanState));
	node->fdw_state = state;
	state->relation = gs_relation_load(RelationGetRelid(node->ss.ss_currentRelation));
	gs_scan_plan_read(plan->fdw_private, &state->plan);
	state->expr_states = ExecInitExprList(plan->fdw_exprs, &node->ss.ps);
	state->noperands = list_length(plan->fdw_exprs);
	state->place.relation = state->relation;
	state->must_keep = state->plan.keep_rows || (eflags & EXEC_FLAG_REWIND);
	state->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw scan",
										   ALLOCSET_SMALL_SIZES);
	gs_settings_authorize(state->relation->settings, gs_scan_user(node));
	bind_columns(state);
	bind_select(state);
}

/*
 * Starting a (re)scan.
 */

/* Evaluate what conditions compare with, into CurrentMemoryContext. */
static GsOperand *
evaluate(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	List	   *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	GsOperand  *operands = palloc0(sizeof(GsOperand) * Max(state->noperands, 1));

	for (int i = 0; i < state->noperands; i++)
	{
		GsOperand  *operand = &operands[i];
		MemoryContext old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
		Datum		value = ExecEvalExpr((ExprState *) list_nth(state->expr_states, i),
										 econtext, &operand->isnull);
		int16		length;
		bool		by_value;

		MemoryContextSwitchTo(old);
		get_typlenbyval(exprType(list_nth(exprs, i)), &length, &by_value);
		if (!operand->isnull)
			operand->value = datumCopy(value, by_value, length);
	}
	return operands;
}

static void
forget_rows(GsScanState *state)
{
	if (state->kept != NULL)
		tuplestore_end(state->kept);
	state->kept = NULL;
	state->kept_bytes = 0;
	state->replaying = false;
}

static void
keep_rows(ForeignScanState *node)
{
	GsScanState  *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);

	state->kept = tuplestore_begin_heap(false, false, work_mem);
	if (state->kept_slot == NULL)
		state->kept_slot = ExecInitExtraTupleSlot(node->ss.ps.state,
												  node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
												  &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(old);
	/* what reads it has to be at its end when a row is added */
	state->replaying = true;
}

/* One search, or one for each piece of a long list. */
static void
set_searches(GsScanState *state, const GsFilter *filter)
{
	int			count = Max(1, filter->npieces);
	GsSearch   *searches = palloc(sizeof(GsSearch) * count);

	for (int i = 0; i < count; i++)
	{
		GsSearch   *search = &searches[i];
		GsCondition *conditions = palloc(sizeof(filter->conditions));

		*search = state->search;
		memcpy(conditions, filter->conditions, sizeof(filter->conditions));
		if (filter->npieces > 0)
			conditions[filter->cut].values = filter->pieces[i];
		search->conditions = conditions;
		search->nconditions = filter->nconditions;
		search->expression = filter->expression;
	}
	state->spec.searches = searches;
	state->spec.nsearches = count;
}

/*
 * Which requests these values call for; false if no row can match.
 */
static bool
choose_requests(GsScanState *state)
{
	const GsRelation *relation = state->relation;
	const GsResource *resource = relation->resource;
	const GsEndpoint *unbound = gs_model_read(resource, false);
	GsReadSpec *spec = &state->spec;
	GsFilter	filter;
	GsKeys		keys;

	spec->resource = resource;
	spec->nkeys = -1;
	spec->paging.page_size = relation->settings->page_size;
	spec->paging.first_page = state->plan.first_page > 0 ? state->plan.first_page :
		spec->paging.page_size;
	gs_filter_build(relation, state->plan.clauses, state->operands, &filter);
	if (filter.nothing)
		return false;
	set_searches(state, &filter);
	if (state->plan.key == NULL)
		return true;
	gs_filter_keys(state->plan.key, state->operands, &keys);
	/* several keys are one search, where there is one */
	if (unbound == NULL ||
		(keys.count == 1 && gs_api_addressable(gs_model_read(resource, true), keys.values[0])))
	{
		spec->keys = keys.values;
		spec->nkeys = keys.count;
	}
	return keys.count > 0;
}

static void
start(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	MemoryContext old;

	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	state->operands = evaluate(node);
	state->reader = NULL;
	if (choose_requests(state))
		state->reader = gs_reader_open(&state->relation->settings->tenant, &state->spec,
									   state->context);
	MemoryContextSwitchTo(old);
	forget_rows(state);
	keep_rows(node);
	state->ended = state->reader == NULL;
	state->started = true;
}

/* Are the values of this rescan those that were read with? */
static bool
same_values(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	List	   *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	GsOperand  *now = evaluate(node);
	bool		same = true;

	for (int i = 0; i < state->noperands && same; i++)
	{
		const GsOperand *then = &state->operands[i];
		int16		length;
		bool		by_value;

		get_typlenbyval(exprType(list_nth(exprs, i)), &length, &by_value);
		same = now[i].isnull == then->isnull &&
			(then->isnull || datumIsEqual(now[i].value, then->value, by_value, length));
	}
	MemoryContextSwitchTo(old);
	return same;
}

/* Begin to give rows, from those kept where that will do. */
static void
begin_rows(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	if (state->started && state->kept != NULL && same_values(node))
	{
		tuplestore_rescan(state->kept);
		state->replaying = true;
	}
	else
		start(node);
	state->evaluated = true;
}

/*
 * Rows.
 */

/* Bring the next record into the slot; false at the end. */
static bool
fetch(GsScanState *state, TupleTableSlot *slot)
{
	const char *path_key;
	const GsJson *record = gs_reader_next(state->reader, &path_key);
	ErrorContextCallback callback;

	if (record == NULL)
		return false;
	gs_json_pick(state->picker, record, state->nodes);
	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts);
	callback.callback = gs_input_error_context;
	callback.arg = &state->place;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	state->place.record = record;
	for (int i = 0; i < state->nfields; i++)
	{
		int			column = state->columns[i];

		state->place.attnum = column + 1;
		state->place.node = state->nodes[i];
		slot->tts_values[column] = gs_input_convert(state->inputs[i], state->nodes[i],
													&slot->tts_isnull[column]);
	}
	/* the path says what the body may not */
	if (state->brace_field >= 0 && path_key != NULL &&
		slot->tts_isnull[state->columns[state->brace_field]])
	{
		int			column = state->columns[state->brace_field];

		slot->tts_values[column] = gs_input_text(state->inputs[state->brace_field],
												 gs_from_utf8(path_key));
		slot->tts_isnull[column] = false;
	}
	state->place.attnum = 0;
	error_context_stack = callback.previous;
	for (int i = 0; i < state->relation->natts; i++)
	{
		if (!state->fixed[i])
			continue;
		slot->tts_values[i] = state->constants[i];
		slot->tts_isnull[i] = false;
	}
	ExecStoreVirtualTuple(slot);
	state->relation->settings->tenant.usage->rows++;
	return true;
}

/*
 * Keep a row for a rescan.  Where none is certain, only as many are kept as
 * fit into work_mem.
 */
static void
keep_row(GsScanState *state, TupleTableSlot *slot)
{
	if (state->kept == NULL)
		return;
	if (!state->must_keep)
	{
		state->kept_bytes += MAXALIGN(SizeofMinimalTupleHeader) + sizeof(void *) +
			heap_compute_data_size(slot->tts_tupleDescriptor, slot->tts_values, slot->tts_isnull);
		if (state->kept_bytes > (Size) work_mem * 1024)
		{
			forget_rows(state);
			return;
		}
	}
	tuplestore_puttupleslot(state->kept, slot);
}

TupleTableSlot *
gainsightIterateForeignScan(ForeignScanState *node)
{
	GsScanState  *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (!state->evaluated)
		begin_rows(node);
	if (state->replaying)
	{
		if (tuplestore_gettupleslot(state->kept, true, false, state->kept_slot))
			return state->kept_slot;
		state->replaying = false;
	}
	ExecClearTuple(slot);
	if (!state->ended)
	{
		if (fetch(state, slot))
			keep_row(state, slot);
		else
			state->ended = true;
	}
	return slot;
}

void
gainsightReScanForeignScan(ForeignScanState *node)
{
	GsScanState  *state = node->fdw_state;

	/* the values are looked at when a row is asked for, not before */
	if (state != NULL)
		state->evaluated = false;
}

void
gainsightEndForeignScan(ForeignScanState *node)
{
	GsScanState  *state = node->fdw_state;

	if (state == NULL)
		return;
	forget_rows(state);
	MemoryContextDelete(state->context);
}

const GsUsage *
gs_scan_usage(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	return state ? state->relation->settings->tenant.usage : NULL;
}
