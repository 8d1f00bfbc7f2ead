/*
 * foreign_scan.c
 *	  The callbacks of a foreign scan: what it is made of, and who gives its rows.
 *
 * The right-hand sides of conditions are evaluated once a scan.  A rescan with
 * the same ones is served from the rows kept, and sends nothing: rows.c.
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

GsRelation *
gs_scan_read_plan(const ForeignScanState *node, GsScanPlan *plan)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	Oid			relid;

	if (scan->scan.scanrelid > 0)
	{
		gs_scan_plan_read(scan->fdw_private, plan);
		return gs_relation_load(RelationGetRelid(node->ss.ss_currentRelation));
	}
	gs_count_plan_read(scan->fdw_private, &relid, plan);
	plan->noperands = list_length(scan->fdw_exprs);
	return gs_relation_load(relid);
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

/*
 * What a scan does before its session writes: it reads what it has not given, the
 * walk that it is on, or has not begun, to its end.  If it will be asked again
 * by values that nobody knows yet, all that they can want is read, but only if such
 * records are written as the scan reads.
 */

/* May rows be asked for that are neither kept nor on the way to be? */
static bool
lacks_rows(const GsScanState *state)
{
	const GsKept *kept = &state->kept;

	if (gs_wide_is_complete(state->wide) || state->saved != NULL)
		return false;
	if (state->inner != NULL && gs_bind_inner_is_for_any(state->inner))
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

/* Another row cannot be filled meanwhile, nor may it come later: it would be of the time behind the write. */
static void
check_not_filling(const GsScanState *state)
{
	if (!gs_row_maker_is_busy(state->maker))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot write to Gainsight while a row of foreign table \"%s\" is being read",
					state->relation->name),
			 errdetail("A session reads what its open scans have not given before it writes, and this write is part of reading a row."),
			 errhint("Have no constraint of a column's domain write to the tenant that the column is read from.")));
}

static void
settle_scan(void *scan, const GsResource *written)
{
	ForeignScanState *node = scan;
	GsScanState *state = node->fdw_state;
	bool		has_rows = state->inner == NULL || state->kept.rows == GS_KEPT_FOR_ANY;

	/* it is the scan's own values that write */
	if (GS_IS_EVALUATING(state))
		return;
	check_not_filling(state);
	if (has_rows && GS_IS_AT_START(state) && bms_is_empty(state->changing))
	{
		state->kept.policy = GS_KEEP_MUST;
		gs_rows_begin(node);
	}
	/* what an error has left in the midst fails when it is asked for, not now */
	if (has_rows && !GS_IS_AT_START(state) && state->source.reader != NULL &&
		!state->kept.left && !state->source.sorting.left)
		gs_rows_keep_rest(node, true);
	if (may_read(state, written) && lacks_rows(state))
		gs_wide_read(node, NULL);
}

/* The scan answers for its rows from now on. */
static void
begin_settling(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	gs_walk_open(&state->walk, &state->relation->settings->tenant, settle_scan, node,
				 node->ss.ps.state->es_snapshot, state->relation->name);
}

/*
 * The scan.
 */

/* What a scan has that has rows of its own. */
static void
prepare_rows(ForeignScanState *node, int eflags)
{
	GsScanState *state = node->fdw_state;
	const ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;

	if (needs_header(plan))
		state->with_header = ExecInitExtraTupleSlot(node->ss.ps.state,
													node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
													&TTSOpsHeapTuple);
	if (state->plan.order != 0)
		state->sorted = ExecInitExtraTupleSlot(node->ss.ps.state,
											   node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
											   &TTSOpsMinimalTuple);
	state->source.context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw scan",
												  ALLOCSET_SMALL_SIZES);
	state->maker = gs_row_maker_create(state->relation, state->plan.attnums);
	gs_row_maker_select(state->maker, &state->search);
	if (state->plan.for_update)
	{
		gs_relation_stop(state->relation);
		state->saved = gs_saved_create(node, state->relation, &state->search);
	}
	else if (state->relation->settings->set_null)
		gs_row_maker_set_null(state->maker, gs_run_misfits(node->ss.ps.state));
	state->read_all = state->plan.for_update || writes_to_server(node);
	state->kept.policy = state->read_all ? GS_KEEP_MUST :
		gs_kept_policy(plan, state->plan.keep, eflags);
	if (state->plan.bind != NULL)
		state->inner = gs_bind_inner_begin(node);
	gs_rows_note_changing(node);
	/* a direct modification ends before it writes, and a recheck with it */
	if (plan->operation == CMD_SELECT && node->ss.ps.state->es_epq_active == NULL)
		begin_settling(node);
}

void
gainsightBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsScanState *state;

	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state = palloc0(sizeof(GsScanState));
	node->fdw_state = state;
	state->node = &node->ss.ps;
	state->relation = gs_scan_read_plan(node, &state->plan);
	state->operands = gs_operands_create(&node->ss.ps,
										 list_truncate(list_copy(plan->fdw_exprs),
													   state->plan.noperands));
	state->on_end.func = end_progress;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &state->on_end);
	gs_settings_authorize(state->relation->settings, gs_scan_user(node));
	if (plan->scan.scanrelid == 0)
		gs_count_begin(node);
	else
		prepare_rows(node, eflags);
}

TupleTableSlot *
gainsightIterateForeignScan(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	TupleTableSlot *slot;

	if (state->count != NULL)
		return gs_count_next(node);
	slot = state->inner != NULL && !gs_rows_are_for_any(state) ?
		gs_bind_inner_next(node) : gs_rows_next(node);
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

	if (state == NULL)
		return;
	/* the values are looked at when a row is asked for, not before */
	state->phase = GS_AT_START;
	/* where there was one, there may be another */
	state->kept.policy = Max(state->kept.policy, GS_KEEP_MAY);
}

void
gainsightEndForeignScan(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;

	if (state == NULL)
		return;
	gs_walk_close(&state->walk);
	gs_stats_add(&state->relation->settings->tenant);
	gs_kept_forget(&state->kept);
	if (state->count != NULL)
		gs_count_end(state->count);
	if (state->wide != NULL)
		gs_wide_end(state->wide);
	if (state->inner != NULL)
		gs_bind_inner_end(state->inner);
	if (state->saved != NULL)
		gs_saved_forget(state->saved);
	if (state->source.context != NULL)
	{
		gs_source_close(&state->source);
		MemoryContextDelete(state->source.context);
	}
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

const GsUsage *
gs_scan_usage(const ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;

	return state ? state->relation->settings->tenant.usage : NULL;
}
