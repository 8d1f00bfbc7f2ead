/*
 * modify.c
 *	  Planning, beginning and ending INSERT and UPDATE; and UPDATE, a row at a
 *	  time.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "commands/explain.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/appendinfo.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#include "compat.h"
#include "beforehand.h"
#include "pending.h"
#include "scan/scan.h"
#include "target.h"
#include "update_queue.h"
#include "write.h"

/*
 * Planning.
 */

int
gainsightIsForeignRelUpdatable(Relation rel)
{
	/* views of all tables ask: one that has no resource must not fail them */
	if (!gs_relation_is_known(RelationGetRelid(rel), RelationGetRelationName(rel)))
		return 0;
	return gs_writable_commands(gs_relation_load(RelationGetRelid(rel)));
}

void
gainsightAddForeignUpdateTargets(PlannerInfo *root, Index rtindex,
								 RangeTblEntry *target_rte, Relation target_relation)
{
	const GsRelation *relation = gs_relation_load(RelationGetRelid(target_relation));
	Var		   *number;

	(void) target_rte;
	gs_writable_check_table(relation, root->parse->commandType);
	gs_beforehand_update(root, relation);
	/* the number under which the scan saves the record */
	number = makeVar(rtindex, SelfItemPointerAttributeNumber, TIDOID, -1, InvalidOid, 0);
	add_row_identity_var(root, number, rtindex, "ctid");
}

static void
check_no_conflict_clause(const GsRelation *relation, const ModifyTable *plan)
{
	if (plan->onConflictAction != ONCONFLICT_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("ON CONFLICT is not supported on foreign table \"%s\"", relation->name),
				 errdetail("Gainsight has no unique keys but the one that it assigns."),
				 errhint("Leave out what is there by a condition: INSERT ... SELECT ... WHERE NOT EXISTS (...).")));
}

List *
gainsightPlanForeignModify(PlannerInfo *root, ModifyTable *plan, Index resultRelation,
						   int subplan_index)
{
	GsRelation *relation = gs_relation_load(planner_rt_fetch(resultRelation, root)->relid);
	List	   *columns = NIL;
	List	   *reads = NIL;
	List	   *values;

	gs_writable_check_table(relation, plan->operation);
	check_no_conflict_clause(relation, plan);
	if (plan->operation == CMD_UPDATE)
		columns = gs_writable_set_columns(root, relation, resultRelation, &values);
	if (relation->settings->at_commit)
	{
		if (plan->returningLists != NIL)
			gs_beforehand_returning(relation, plan->operation,
									list_nth(plan->returningLists, subplan_index),
									resultRelation, columns);
		if (plan->operation == CMD_UPDATE)
			reads = gs_update_reads(root, relation, columns);
	}
	return list_make2(columns, reads);
}

/*
 * Beginning.
 */

void
gainsightBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
							List *fdw_private, int subplan_index, int eflags)
{
	GsTarget   *target;
	Plan	   *subplan = outerPlanState(mtstate)->plan;

	(void) subplan_index;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	target = gs_target_create(mtstate, rinfo);
	rinfo->ri_FdwState = target;
	if (mtstate->operation != CMD_UPDATE)
		return;
	gs_update_check_rate(target->relation);
	target->set_attnums = linitial(fdw_private);
	target->read_attnums = lsecond(fdw_private);
	target->ctid = ExecFindJunkAttributeInTlist(subplan->targetlist, "ctid");
	target->updated = gs_seen_create(mtstate->ps.state->es_query_cxt);
}

void
gainsightBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	GsTarget   *target;

	gs_beforehand_route(mtstate, rinfo);
	target = gs_target_create(mtstate, rinfo);
	/* COPY, or a partition that rows are routed to: nothing was planned */
	gs_writable_check_table(target->relation, CMD_INSERT);
	if (mtstate->ps.plan != NULL)
		check_no_conflict_clause(target->relation, (ModifyTable *) mtstate->ps.plan);
	if (target->destination != NULL)
		gs_beforehand_returning(target->relation, CMD_INSERT, rinfo->ri_returningList,
								mtstate->resultRelInfo->ri_RangeTableIndex, NIL);
	rinfo->ri_FdwState = target;
}

/*
 * Updating.
 */

/*
 * The columns whose values may have changed: those of SET, those that are
 * computed from them, and with a trigger before the row any.
 */
static List *
candidates(const GsTarget *target, EState *estate, ResultRelInfo *rinfo)
{
	TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;
	bool		any = triggers != NULL && triggers->trig_update_before_row;
	Bitmapset  *computed = ExecGetExtraUpdatedCols(rinfo, estate);
	List	   *result = list_copy(target->set_attnums);

	for (int i = 1; i <= target->relation->natts; i++)
	{
		const GsAttr *attr = &target->relation->atts[i - 1];

		if (attr->name == NULL || (attr->constant == NULL && !attr->writable))
			continue;
		if (any || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, computed))
			result = list_append_unique_int(result, i);
	}
	return result;
}

/* What the row that the plan gives changes of what the scan read. */
static void
find_changes(GsTarget *target, GsUpdate *update, List *attnums, const Bitmapset *waiting,
			 TupleTableSlot *slot)
{
	const GsRelation *relation = target->relation;
	int			count = Max(list_length(attnums), 1);
	Datum	   *values = palloc(sizeof(Datum) * count);
	bool	   *nulls = palloc(sizeof(bool) * count);
	Datum	   *read_values = palloc0(sizeof(Datum) * Max(relation->natts, 1));
	bool	   *read_nulls = palloc0(sizeof(bool) * Max(relation->natts, 1));
	GsReadRow	read = {read_values, read_nulls, waiting};
	ListCell   *cell;

	gs_row_maker_fill(target->maker, update->then, NULL, read_values, read_nulls);
	foreach(cell, attnums)
	{
		int			n = foreach_current_index(cell);

		values[n] = slot_getattr(slot, lfirst_int(cell), &nulls[n]);
	}
	update->changes = palloc(sizeof(GsMember) * count);
	update->nchanges = gs_write_changes(relation, &read, attnums, values, nulls, update->changes);
}

/* The update of one row, from what the plan gives; of which nothing is looked at yet. */
static GsUpdate *
make_update(GsTarget *target, EState *estate, ResultRelInfo *rinfo, TupleTableSlot *planSlot)
{
	GsUpdate   *update = palloc0(sizeof(GsUpdate));
	bool		isnull;
	Datum		number = ExecGetJunkAttribute(planSlot, target->ctid, &isnull);

	update->relation = target->relation;
	update->want_record = gs_target_wants_row(rinfo);
	update->dry_run = gs_dry_run_of(estate);
	update->proof = &target->proof;
	update->saved = gs_saved_find(estate, rinfo->ri_RangeTableIndex,
								  (ItemPointer) DatumGetPointer(number));
	gs_update_open(update, target->context);
	return update;
}

static void
carry_out(GsTarget *target, GsUpdate *update, ResultRelInfo *rinfo, TupleTableSlot *slot)
{
	const Bitmapset *waiting = NULL;

	if (target->destination != NULL)
		waiting = gs_pending_check(target->destination, update->saved->record,
								   target->read_attnums);
	else if (update->dry_run == NULL)
		gs_pending_check_none(target->relation, update->saved->record);
	find_changes(target, update, candidates(target, target->estate, rinfo), waiting, slot);
	gs_target_check_row(target, rinfo, slot, false);
	if (target->destination == NULL || update->dry_run != NULL)
		gs_updates_run(target->relation, list_make1(update), NULL);
	else
		gs_pending_update(target->destination, update);
}

TupleTableSlot *
gainsightExecForeignUpdate(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
						   TupleTableSlot *planSlot)
{
	GsTarget   *target = rinfo->ri_FdwState;
	GsUpdate   *update;
	MemoryContext old;

	MemoryContextReset(target->context);
	old = MemoryContextSwitchTo(target->context);
	update = make_update(target, estate, rinfo, planSlot);
	/* a second match is none */
	if (gs_seen_add(target->updated, update->key))
		carry_out(target, update, rinfo, slot);
	if (update->answer != NULL)
		update->record = gs_json_reread(update->answer);
	if (update->stage != GS_UPDATE_DONE)
		slot = NULL;
	else if (update->record != NULL)
		slot = gs_target_written(target, update->record, NULL, slot);
	MemoryContextSwitchTo(old);
	return slot;
}

/*
 * Ending and explaining.
 */

void
gainsightEndForeignModify(EState *estate, ResultRelInfo *rinfo)
{
	GsTarget   *target = rinfo->ri_FdwState;

	gs_dry_run_end(estate);
	gs_run_end(estate);
	if (target != NULL)
		MemoryContextDelete(target->context);
	rinfo->ri_FdwState = NULL;
}

void
gainsightEndForeignInsert(EState *estate, ResultRelInfo *rinfo)
{
	gainsightEndForeignModify(estate, rinfo);
}

/* The fields that a command sends, for EXPLAIN. */
static List *
sent_fields(const GsRelation *relation, CmdType operation, const List *set_attnums)
{
	const GsEndpoint *endpoint = operation == CMD_INSERT ? &relation->resource->insert :
		&relation->resource->update;
	const GsColumn *brace = gs_model_brace(relation->resource, endpoint);
	List	   *fields = NIL;

	if (operation == CMD_UPDATE)
		return gs_write_sent_fields(relation, set_attnums);
	for (int i = 0; i < relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i];

		if (attr->writable && (brace == NULL || attr->column != brace))
			fields = lappend(fields, (void *) gs_write_spelled(relation, attr->field));
	}
	return fields;
}

void
gainsightExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
							  List *fdw_private, int subplan_index, ExplainState *es)
{
	GsTarget   *target = rinfo->ri_FdwState;
	GsRelation *relation = gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc));
	bool		insert = mtstate->operation == CMD_INSERT;

	(void) subplan_index;
	ExplainPropertyText("Gainsight Request",
						insert ? psprintf("%s %s", relation->resource->insert.method,
										  relation->resource->insert.path) :
						gs_explain_update_requests(relation, false), es);
	ExplainPropertyList("Gainsight Fields", sent_fields(relation, mtstate->operation, linitial(fdw_private)), es);
	gs_explain_writes(relation, es);
	if (insert)
		ExplainPropertyInteger("Batch Size", NULL, gainsightGetForeignModifyBatchSize(rinfo), es);
	if (es->analyze && target != NULL)
		gs_explain_usage(target->relation->settings->tenant.usage, es);
}
