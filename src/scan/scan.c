/*
 * scan.c
 *	  Reading rows: from a plan's values to a reader, from records to tuples.
 *
 * The right-hand sides of conditions are evaluated once a scan.  A rescan with
 * the same ones is served from the rows kept, and sends nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "executor/executor.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "state.h"
#include "wire/wire.h"
#include "gainsight/gainsight.h"

/* The statement is over, one way or another. */
static void
end_progress(void *arg)
{
	(void) arg;
	gs_progress_set(InvalidOid, InvalidOid, NULL, 0);
}

/* Does the node stand for a whole count(*)? */
static bool
is_count(const ForeignScanState *node)
{
	return ((ForeignScan *) node->ss.ps.plan)->scan.scanrelid == 0;
}

/* Is the table, or a partition that a row may be routed to, one of the server's? */
static bool
is_of_server(Oid relid, Oid serverid)
{
	ListCell   *cell;

	foreach(cell, find_all_inheritors(relid, AccessShareLock, NULL))
		if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_FOREIGN_TABLE &&
			GetForeignTable(lfirst_oid(cell))->serverid == serverid)
			return true;
	return false;
}

static bool
target_is_of_server(EState *estate, Index target, Oid serverid)
{
	return target > 0 && is_of_server(exec_rt_fetch(target, estate)->relid, serverid);
}

static bool
modifies_server(EState *estate, const Plan *plan, Oid serverid)
{
	const ModifyTable *modify = (const ModifyTable *) plan;
	ListCell   *cell;

	if (plan == NULL || !IsA(plan, ModifyTable))
		return false;
	foreach(cell, modify->resultRelations)
		if (target_is_of_server(estate, lfirst_int(cell), serverid))
			return true;
	/* an update may move rows to partitions that it does not scan */
	return target_is_of_server(estate, modify->rootRelation, serverid);
}

/* Does the statement write to a table of the same server, be it in a WITH? */
static bool
writes_to_server(ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;
	EState	   *estate = node->ss.ps.state;
	Oid			serverid = state->relation->settings->tenant.serverid;
	ListCell   *cell;

	if (modifies_server(estate, estate->es_plannedstmt->planTree, serverid))
		return true;
	foreach(cell, estate->es_plannedstmt->subplans)
		if (modifies_server(estate, lfirst(cell), serverid))
			return true;
	return false;
}

/* Does the plan look at columns that are in the header of a heap tuple? */
static bool
needs_header(const ForeignScan *plan)
{
	Index		relid = plan->scan.scanrelid;
	Bitmapset  *used = NULL;

	pull_varattnos((Node *) plan->scan.plan.targetlist, relid, &used);
	pull_varattnos((Node *) plan->scan.plan.qual, relid, &used);
	/* of a direct modification */
	pull_varattnos((Node *) plan->fdw_recheck_quals, relid, &used);
	pull_varattnos((Node *) plan->fdw_exprs, relid, &used);
	for (int i = FirstLowInvalidHeapAttributeNumber + 1; i < 0; i++)
		if (i != SelfItemPointerAttributeNumber && i != TableOidAttributeNumber &&
			bms_is_member(i - FirstLowInvalidHeapAttributeNumber, used))
			return true;
	return false;
}

void
gainsightBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsScanState *state;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	if (is_count(node))
	{
		gs_count_begin(node);
		return;
	}
	state = palloc0(sizeof(GsScanState));
	node->fdw_state = state;
	state->relation = gs_relation_load(RelationGetRelid(node->ss.ss_currentRelation));
	gs_scan_plan_read(plan->fdw_private, &state->plan);
	state->operands = gs_operands_create(&node->ss.ps,
										 list_truncate(list_copy(plan->fdw_exprs),
													   state->plan.noperands));
	if (needs_header(plan))
		state->with_header = ExecInitExtraTupleSlot(node->ss.ps.state,
													node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
													&TTSOpsHeapTuple);
	state->read_all = writes_to_server(node);
	state->must_keep = state->plan.rescan == GS_RESCAN_SURE || (eflags & EXEC_FLAG_REWIND) ||
		state->read_all;
	state->may_keep = state->must_keep || state->plan.rescan == GS_RESCAN_POSSIBLE ||
		!bms_is_empty(plan->scan.plan.extParam);
	state->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw scan",
										   ALLOCSET_SMALL_SIZES);
	state->on_end.func = end_progress;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &state->on_end);
	gs_settings_authorize(state->relation->settings, gs_scan_user(node));
	state->maker = gs_row_maker_create(state->relation, state->plan.attnums);
	gs_row_maker_select(state->maker, &state->search);
	if (state->plan.for_update)
	{
		state->read_all = true;
		state->must_keep = state->may_keep = true;
		state->saved = gs_saved_create(node, state->relation, &state->search);
	}
	if (state->plan.bind != NULL)
		state->bound = gs_bound_begin(node);
	/* a direct modification ends before it writes, and a recheck reads nothing */
	if (plan->operation == CMD_SELECT && node->ss.ps.state->es_epq_active == NULL)
	{
		state->walk.settle = gs_scan_settle;
		state->walk.scan = node;
		state->walk.table = state->relation->name;
		state->walk.snapshot = node->ss.ps.state->es_snapshot;
		gs_walk_open(&state->walk, &state->relation->settings->tenant);
	}
}

/*
 * Starting a (re)scan.
 */

static void
start(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	gs_scan_open(state, gs_operands_values(state->operands));
	gs_kept_forget(state);
	if (state->may_keep)
		gs_kept_begin(node);
	state->given = 0;
	state->first_saved = state->saved ? gs_saved_count(state->saved) : 0;
}

/*
 * Read to the end, as what the statement writes must not be read by it; an
 * asynchronous scan only as far as answers have come.
 */
static void
read_all(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	gs_kept_rest(node, !state->asynchronous);
	state->unread = !state->ended;
}

void
gs_scan_begin(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	bool		changed = false;

	if (!gs_settled_for_any(state))
	{
		state->evaluating = true;
		changed = gs_operands_evaluate(state->operands, node->ss.ps.ps_ExprContext);
		state->evaluating = false;
	}
	if (changed || state->kept == NULL || state->kept_tail)
		start(node);
	else
		gs_kept_rewind(state);
	state->unread = state->read_all;
	if (state->unread)
		read_all(node);
	state->evaluated = true;
}

static TupleTableSlot *
next_row(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (state->bound != NULL && !gs_settled_for_any(state))
		return gs_bound_next(node);
	if (!state->evaluated)
		gs_scan_begin(node);
	if (state->replaying)
	{
		if (gs_kept_next(node))
			return state->kept_slot;
		state->replaying = false;
	}
	ExecClearTuple(slot);
	if (!state->ended && (!state->asynchronous || gs_reader_at_hand(state->reader)) &&
		gs_scan_fetch(state, slot))
		gs_kept_add(state, slot);
	return slot;
}

TupleTableSlot *
gainsightIterateForeignScan(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	TupleTableSlot *slot;

	if (is_count(node))
		return gs_count_iterate(node);
	slot = next_row(node);
	/* as the plan looks at it: itself, or with the system columns that are named */
	if (TupIsNull(slot) || state->with_header == NULL)
		return slot;
	gs_row_give_header(slot, state->with_header);
	return state->with_header;
}

void
gainsightReScanForeignScan(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	/* the values are looked at when a row is asked for, not before */
	if (is_count(node))
		gs_count_rescan(node);
	else if (state != NULL)
	{
		state->evaluated = false;
		/* where there was one, there may be another */
		state->may_keep = true;
	}
}

void
gainsightEndForeignScan(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	if (is_count(node))
		gs_count_end(node);
	if (state == NULL || is_count(node))
		return;
	gs_walk_close(&state->walk);
	gs_stats_add(&state->relation->settings->tenant);
	gs_kept_forget(state);
	gs_settled_end(state);
	if (state->bound != NULL)
		gs_bound_end(state->bound);
	if (state->saved != NULL)
		gs_saved_forget(state->saved);
	MemoryContextDelete(state->context);
}

/*
 * Rows as they come, for async.c.
 */

bool
gs_scan_at_hand(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	return state->evaluated && !state->unread &&
		(state->replaying || state->ended || gs_reader_at_hand(state->reader));
}

bool
gs_scan_advance(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);

	state->asynchronous = true;
	if (!state->evaluated)
		gs_scan_begin(node);
	if (state->unread)
		read_all(node);
	else if (!state->ended && !state->replaying)
		(void) gs_reader_advance(state->reader);
	MemoryContextSwitchTo(old);
	return gs_scan_at_hand(node);
}

bool
gs_scan_at_end(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	return state->evaluated && state->ended && !state->replaying;
}

void
gs_scan_attach(ForeignScanState *node, void *attached)
{
	((GsScanState *) node->fdw_state)->attached = attached;
}

void *
gs_scan_attached(const ForeignScanState *node)
{
	return ((GsScanState *) node->fdw_state)->attached;
}

GsRelation *
gs_scan_relation(const ForeignScanState *node)
{
	return ((GsScanState *) node->fdw_state)->relation;
}

void
gs_scan_leave_settling(ForeignScanState *node)
{
	if (node->fdw_state != NULL && !is_count(node))
		gs_walk_close(&((GsScanState *) node->fdw_state)->walk);
}

const GsUsage *
gs_scan_usage(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	if (is_count(node))
		return gs_count_usage(node);
	return state ? state->relation->settings->tenant.usage : NULL;
}
