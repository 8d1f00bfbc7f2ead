/*
 * direct.c
 *	  UPDATE of one table: all rows are found first, then updated side by side.
 *
 * The plan's conditions are checked here, on the rows that the tenant gave,
 * before anything is sent.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/tuplestore.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#include "compat.h"
#include "pending.h"
#include "target.h"
#include "update_queue.h"
#include "write.h"

typedef struct GsDirectState
{
	GsRelation *relation;
	const GsDestination *destination;	/* where updates wait; NULL: they do not */
	GsScanPlan	plan;
	List	   *set_states;		/* ExprState */
	List	   *updates;		/* GsUpdate, in the order of the rows */
	MemoryContext context;		/* of the updates */
	bool		done;

	/* RETURNING */
	bool		returning;
	GsRowMaker *maker;
	Tuplestorestate *rows;
	TupleTableSlot *row;
	TupleTableSlot *headed;		/* the same, with system columns */
} GsDirectState;

/*
 * Planning.
 */

/* The plan node that scans the table, if nothing but that is done to it. */
static ForeignScan *
find_scan(ModifyTable *plan, Index resultRelation, int subplan_index)
{
	Plan	   *subplan = outerPlan(plan);

	if (IsA(subplan, Append) && subplan_index < list_length(((Append *) subplan)->appendplans))
		subplan = list_nth(((Append *) subplan)->appendplans, subplan_index);
	if (!IsA(subplan, ForeignScan) || ((ForeignScan *) subplan)->scan.scanrelid != resultRelation)
		return NULL;
	return (ForeignScan *) subplan;
}

/*
 * A target list without the first few values: the node evaluates it for each
 * row that it returns, when they have been evaluated and sent.
 */
static List *
without_values(List *tlist, int count)
{
	List	   *result = copyObject(tlist);
	ListCell   *cell;

	foreach(cell, result)
	{
		TargetEntry *entry = lfirst(cell);
		Node	   *expr = (Node *) entry->expr;

		if (foreach_current_index(cell) < count)
			entry->expr = (Expr *) makeNullConst(exprType(expr), exprTypmod(expr),
												 exprCollation(expr));
	}
	return result;
}

bool
gainsightPlanDirectModify(PlannerInfo *root, ModifyTable *plan, Index resultRelation,
						  int subplan_index)
{
	GsRelation *relation;
	ForeignScan *scan;
	List	   *processed_tlist;
	List	   *colnos;
	List	   *columns;
	List	   *values;
	List	   *attnums;
	List	   *returning = NIL;
	List	   *reads = NIL;

	if (plan->operation != CMD_UPDATE)
		return false;
	scan = find_scan(plan, resultRelation, subplan_index);
	if (scan == NULL)
		return false;
	relation = gs_relation_load(planner_rt_fetch(resultRelation, root)->relid);
	gs_writable_check_table(relation, CMD_UPDATE);
	get_translated_update_targetlist(root, resultRelation, &processed_tlist, &colnos);
	/* one of several columns stands beside them, as junk */
	if (contain_subplans((Node *) processed_tlist))
		return false;
	columns = gs_writable_set_columns(root, relation, resultRelation, &values);
	scan->scan.plan.targetlist = without_values(scan->scan.plan.targetlist, list_length(colnos));
	scan->operation = CMD_UPDATE;
	scan->resultRelation = resultRelation;
	/* one after the other: a plan of several tables is not known to be one */
	scan->scan.plan.async_capable = false;
	/* here, as the node would check them after the row was updated */
	scan->fdw_recheck_quals = scan->scan.plan.qual;
	scan->scan.plan.qual = NIL;
	scan->fdw_exprs = list_concat_copy(scan->fdw_exprs, values);
	if (plan->returningLists != NIL)
		returning = list_nth(plan->returningLists, subplan_index);
	if (relation->settings->at_commit)
	{
		gs_beforehand_returning(relation, CMD_UPDATE, returning, resultRelation, columns);
		reads = gs_update_reads(root, relation, columns);
	}
	/* it may be null in the row that was written */
	else if (relation->settings->set_null)
		returning = NIL;

	/* what is set is compared with what it was; what is returned fits, or nothing is sent */
	attnums = list_concat_unique_int(gs_used_attnums(relation, resultRelation,
													 list_concat(list_concat_copy(scan->fdw_recheck_quals,
																				  values),
																 returning)),
									 columns);
	scan->fdw_private = gs_scan_plan_set(scan->fdw_private, attnums, columns, reads,
										 plan->canSetTag);
	return true;
}

/*
 * Beginning.
 */

static void
prepare_returning(ForeignScanState *node, GsDirectState *state)
{
	GsRelation *written = gs_relation_load(state->relation->relid);

	/* the scan's does not read as null what does not fit */
	written->settings = state->relation->settings;
	state->returning = true;
	state->maker = gs_target_shown(written, node->resultRelInfo,
								   node->resultRelInfo->ri_RangeTableIndex, node->ss.ps.state);
	state->rows = tuplestore_begin_heap(false, false, work_mem);
	state->row = ExecInitExtraTupleSlot(node->ss.ps.state,
										node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
										&TTSOpsMinimalTuple);
	state->headed = ExecInitExtraTupleSlot(node->ss.ps.state, state->row->tts_tupleDescriptor,
										   &TTSOpsHeapTuple);
}

void
gainsightBeginDirectModify(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsDirectState *state;
	int			nset;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	gainsightBeginForeignScan(node, eflags);
	state = palloc0(sizeof(GsDirectState));
	state->relation = gs_scan_relation(node);
	state->destination = gs_destination_find(state->relation, gs_scan_user(node));
	gs_update_check_rate(state->relation);
	gs_scan_plan_read(plan->fdw_private, &state->plan);
	nset = list_length(state->plan.set_attnums);
	state->set_states =
		ExecInitExprList(list_copy_tail(plan->fdw_exprs, list_length(plan->fdw_exprs) - nset),
						 &node->ss.ps);
	state->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw updates",
										   ALLOCSET_DEFAULT_SIZES);
	gs_scan_attach(node, state);
}

/*
 * Finding the rows.
 */

/* What a row of the scan changes, evaluated but once. */
static void
make_update(ForeignScanState *node, GsDirectState *state, TupleTableSlot *slot)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	int			count = list_length(state->set_states);
	Datum	   *values = palloc(sizeof(Datum) * Max(count, 1));
	bool	   *nulls = palloc(sizeof(bool) * Max(count, 1));
	GsReadRow	read = {slot->tts_values, slot->tts_isnull, NULL};
	MemoryContext old;
	GsUpdate   *update;
	ListCell   *cell;

	slot_getallattrs(slot);
	foreach(cell, state->set_states)
	{
		int			n = foreach_current_index(cell);

		values[n] = ExecEvalExpr((ExprState *) lfirst(cell), econtext, &nulls[n]);
	}
	old = MemoryContextSwitchTo(state->context);
	update = palloc0(sizeof(GsUpdate));
	update->relation = state->relation;
	update->saved = gs_saved_find(node->ss.ps.state, ((Scan *) node->ss.ps.plan)->scanrelid,
								  &slot->tts_tid);
	update->want_record = state->returning;
	update->dry_run = gs_dry_run_of(node->ss.ps.state);
	if (state->destination != NULL)
		read.waiting = gs_pending_check(state->destination, update->saved->record,
										state->plan.read_attnums);
	else if (update->dry_run == NULL)
		gs_pending_check_none(state->relation, update->saved->record);
	update->changes = palloc(sizeof(GsMember) * Max(count, 1));
	update->nchanges = gs_write_changes(state->relation, &read, state->plan.set_attnums, values,
										nulls, update->changes);
	state->updates = lappend(state->updates, update);
	MemoryContextSwitchTo(old);
}

/* A plan that waits for the commit, and was not found: would it be, as it will be? */
typedef struct Missed
{
	ForeignScanState *node;
	GsRowMaker *maker;
} Missed;

static bool
would_be_found(void *arg, const GsJson *record)
{
	const Missed *missed = arg;
	ForeignScanState *node = missed->node;
	TupleTableSlot *slot = ExecClearTuple(node->ss.ss_ScanTupleSlot);
	bool		found;

	gs_row_maker_fill(missed->maker, record, NULL, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	node->ss.ps.ps_ExprContext->ecxt_scantuple = slot;
	found = ExecQual(node->fdw_recheck_quals, node->ss.ps.ps_ExprContext);
	ExecClearTuple(slot);
	return found;
}

/*
 * The scan has read all of them before it gives the first, so that a condition
 * or a value that writes itself does so after that.
 */
static void
find_rows(ForeignScanState *node, GsDirectState *state)
{
	ExprContext *econtext = node->ss.ps.ps_ExprContext;
	MemoryContext old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
	TupleTableSlot *slot;

	while (slot = gainsightIterateForeignScan(node), !TupIsNull(slot))
	{
		econtext->ecxt_scantuple = slot;
		if (ExecQual(node->fdw_recheck_quals, econtext))
			make_update(node, state, slot);
		ResetExprContext(econtext);
	}
	if (state->destination != NULL)
	{
		Missed		missed = {node, gs_row_maker_create(state->relation, gs_relation_columns(state->relation))};

		gs_pending_check_missed(state->destination, state->plan.read_attnums, would_be_found, &missed);
		ResetExprContext(econtext);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Updating them.
 */

static void
return_row(ForeignScanState *node, GsDirectState *state, const char *json)
{
	TupleTableSlot *slot = ExecClearTuple(node->ss.ss_ScanTupleSlot);

	gs_row_maker_fill(state->maker, gs_json_reread(json), NULL, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	tuplestore_puttupleslot(state->rows, slot);
	ExecClearTuple(slot);
}

/* Send them, or have them wait. */
static void
carry_out(GsDirectState *state)
{
	List	   *now = NIL;
	ListCell   *cell;

	foreach(cell, state->updates)
	{
		GsUpdate   *update = lfirst(cell);

		if (state->destination == NULL || update->dry_run != NULL)
			now = lappend(now, update);
		else
			gs_pending_update(state->destination, update);
	}
	gs_updates_run(state->relation, now, NULL);
}

/*
 * Update all, and return how many were.  Their rows are made when all have
 * ended, as a value that does not fit is an ERROR.
 */
static int64
update_rows(ForeignScanState *node, GsDirectState *state)
{
	MemoryContext old = MemoryContextSwitchTo(state->context);
	MemoryContext own = AllocSetContextCreate(state->context, "gainsight_fdw returned row",
											  ALLOCSET_SMALL_SIZES);
	int64		updated = 0;
	ListCell   *cell;

	carry_out(state);
	MemoryContextSwitchTo(own);
	foreach(cell, state->updates)
	{
		const GsUpdate *update = lfirst(cell);

		if (update->stage == GS_UPDATE_DONE)
			updated++;
		if (update->answer != NULL)
			return_row(node, state, update->answer);
		MemoryContextReset(own);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(own);
	return updated;
}

static void
run_modification(ForeignScanState *node, GsDirectState *state)
{
	EState	   *estate = node->ss.ps.state;
	int64		updated;

	/* it was not set up yet when the node began */
	if (node->resultRelInfo->ri_projectReturning != NULL)
		prepare_returning(node, state);
	find_rows(node, state);
	updated = update_rows(node, state);
	state->done = true;
	if (state->plan.set_processed)
		estate->es_processed += updated;
	if (!state->returning && node->ss.ps.instrument != NULL)
		node->ss.ps.instrument->tuplecount += updated;
}

TupleTableSlot *
gainsightIterateDirectModify(ForeignScanState *node)
{
	GsDirectState *state = gs_scan_attached(node);
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	bool		found;

	if (!state->done)
		run_modification(node, state);
	found = state->returning && tuplestore_gettupleslot(state->rows, true, true, state->row);
	MemoryContextSwitchTo(old);
	if (!found)
		return ExecClearTuple(node->ss.ss_ScanTupleSlot);
	gs_row_give_header(state->row, state->headed);
	node->resultRelInfo->ri_projectReturning->pi_exprContext->ecxt_scantuple = state->headed;
	return state->headed;
}

void
gainsightEndDirectModify(ForeignScanState *node)
{
	GsDirectState *state = node->fdw_state ? gs_scan_attached(node) : NULL;

	if (state == NULL)
		return;
	gs_dry_run_end(node->ss.ps.state);
	if (state->rows != NULL)
		tuplestore_end(state->rows);
	MemoryContextDelete(state->context);
	gainsightEndForeignScan(node);
}

void
gainsightExplainDirectModify(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsRelation *relation = gs_relation_load(RelationGetRelid(node->ss.ss_currentRelation));
	GsScanPlan	scan;

	gs_scan_plan_read(plan->fdw_private, &scan);
	if (plan->fdw_recheck_quals != NIL)
		ExplainPropertyText("Filter",
							deparse_expression((Node *) make_ands_explicit(plan->fdw_recheck_quals),
											   set_deparse_context_plan(es->deparse_cxt,
																		&plan->scan.plan, NIL),
											   es->verbose || list_length(es->rtable) > 1, false), es);
	gs_explain_scan(node, true, es);
	ExplainPropertyList("Gainsight Fields", gs_write_sent_fields(relation, scan.set_attnums), es);
	gs_explain_writes(relation, es);
	if (es->analyze && gs_scan_usage(node) != NULL)
		gs_explain_usage(gs_scan_usage(node), es);
}
