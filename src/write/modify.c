/*
 * modify.c
 *	  What INSERT and UPDATE have in common, and UPDATE, a row at a time.
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
#include "modify.h"
#include "gainsight/gainsight.h"

/*
 * Planning.
 */

int
gainsightIsForeignRelUpdatable(Relation rel)
{
	/* views of all tables ask: one that has no resource must not fail them */
	if (!gs_relation_is_known(RelationGetRelid(rel), RelationGetRelationName(rel)))
		return 0;
	return gs_write_supported(gs_relation_load(RelationGetRelid(rel)));
}

void
gainsightAddForeignUpdateTargets(PlannerInfo *root, Index rtindex,
								 RangeTblEntry *target_rte, Relation target_relation)
{
	const GsRelation *relation = gs_relation_load(RelationGetRelid(target_relation));
	Var		   *number;

	(void) target_rte;
	gs_write_check_table(relation, root->parse->commandType);
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
	List	   *values;

	(void) subplan_index;
	gs_write_check_table(relation, plan->operation);
	check_no_conflict_clause(relation, plan);
	if (plan->operation == CMD_UPDATE)
		columns = gs_write_set_columns(root, relation, resultRelation, &values);
	return list_make1(columns);
}

/*
 * Beginning.
 */

static GsModifyState *
begin(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	GsModifyState *state = palloc0(sizeof(GsModifyState));
	EState	   *estate = mtstate->ps.state;
	List	   *attnums = NIL;

	state->node = mtstate;
	state->estate = estate;
	state->relation = gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc));
	gs_settings_authorize(state->relation->settings, gs_modify_user(rinfo, estate));
	for (int i = 1; i <= state->relation->natts; i++)
		if (state->relation->atts[i - 1].name != NULL)
			attnums = lappend_int(attnums, i);
	state->maker = gs_row_maker_create(state->relation, attnums);
	state->context = AllocSetContextCreate(estate->es_query_cxt, "gainsight_fdw write",
										   ALLOCSET_DEFAULT_SIZES);
	return state;
}

void
gainsightBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
							List *fdw_private, int subplan_index, int eflags)
{
	GsModifyState *state;
	Plan	   *subplan = outerPlanState(mtstate)->plan;

	(void) subplan_index;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	state = begin(mtstate, rinfo);
	rinfo->ri_FdwState = state;
	if (mtstate->operation != CMD_UPDATE)
		return;
	gs_update_check_rate(state->relation);
	state->set_attnums = linitial(fdw_private);
	state->ctid = ExecFindJunkAttributeInTlist(subplan->targetlist, "ctid");
	state->updated = gs_seen_create(mtstate->ps.state->es_query_cxt);
}

void
gainsightBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	GsModifyState *state;

	gs_beforehand_route(mtstate, rinfo);
	state = begin(mtstate, rinfo);
	/* COPY, or a partition that rows are routed to: nothing was planned */
	gs_write_check_table(state->relation, CMD_INSERT);
	if (mtstate->ps.plan != NULL)
		check_no_conflict_clause(state->relation, (ModifyTable *) mtstate->ps.plan);
	rinfo->ri_FdwState = state;
}

bool
gs_modify_wants_row(const ResultRelInfo *rinfo)
{
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;

	return rinfo->ri_projectReturning != NULL || rinfo->ri_WithCheckOptions != NIL ||
		(triggers && (triggers->trig_insert_after_row || triggers->trig_update_after_row));
}

/*
 * The row, before and after.
 */

void
gs_modify_check_row(GsModifyState *state, ResultRelInfo *rinfo, TupleTableSlot *slot, bool insert)
{
	if (rinfo->ri_WithCheckOptions == NIL)
		return;
	if (state->checks == NULL)
		state->checks = gs_checks_create(state->node, rinfo, state->relation, insert);
	/* of policies core asks where a table is not foreign; a row that is moved is updated */
	ExecWithCheckOptions(state->node->operation == CMD_INSERT ? WCO_RLS_INSERT_CHECK :
						 WCO_RLS_UPDATE_CHECK, rinfo, slot, state->estate);
	gs_checks_apply(state->checks, state->estate, slot);
}

TupleTableSlot *
gs_modify_written(GsModifyState *state, const GsJson *record, const char *path_key,
				  TupleTableSlot *slot)
{
	if (state->written == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(state->estate->es_query_cxt);

		state->written = ExecInitExtraTupleSlot(state->estate,
												CreateTupleDescCopy(slot->tts_tupleDescriptor),
												&TTSOpsHeapTuple);
		MemoryContextSwitchTo(old);
	}
	ExecClearTuple(slot);
	gs_row_maker_fill(state->maker, record, path_key, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	gs_row_give_header(slot, state->written);
	return state->written;
}

/*
 * Updating.
 */

/*
 * The columns whose values may have changed: those of SET, those that are
 * computed from them, and with a trigger before the row any.
 */
static List *
candidates(const GsModifyState *state, EState *estate, ResultRelInfo *rinfo)
{
	TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;
	bool		any = triggers != NULL && triggers->trig_update_before_row;
	Bitmapset  *computed = ExecGetExtraUpdatedCols(rinfo, estate);
	List	   *result = list_copy(state->set_attnums);

	for (int i = 1; i <= state->relation->natts; i++)
	{
		const GsAttr *attr = &state->relation->atts[i - 1];

		if (attr->name == NULL || (attr->constant == NULL && !attr->writable))
			continue;
		if (any || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, computed))
			result = list_append_unique_int(result, i);
	}
	return result;
}

/* What the row that the plan gives changes of what the scan read. */
static void
find_changes(GsModifyState *state, GsUpdate *update, List *attnums, TupleTableSlot *slot)
{
	const GsRelation *relation = state->relation;
	int			count = Max(list_length(attnums), 1);
	Datum	   *values = palloc(sizeof(Datum) * count);
	bool	   *nulls = palloc(sizeof(bool) * count);
	Datum	   *read_values = palloc0(sizeof(Datum) * Max(relation->natts, 1));
	bool	   *read_nulls = palloc0(sizeof(bool) * Max(relation->natts, 1));
	GsReadRow	read = {read_values, read_nulls, update->then};
	ListCell   *cell;

	gs_row_maker_fill(state->maker, update->then, NULL, read_values, read_nulls);
	foreach(cell, attnums)
	{
		int			n = foreach_current_index(cell);

		values[n] = slot_getattr(slot, lfirst_int(cell), &nulls[n]);
	}
	update->changes = palloc(sizeof(GsMember) * count);
	update->nchanges = gs_write_changes(relation, &read, attnums, values, nulls, update->changes);
}

/* The update of one row, from what the plan gives. */
static GsUpdate *
make_update(GsModifyState *state, EState *estate, ResultRelInfo *rinfo,
			TupleTableSlot *slot, TupleTableSlot *planSlot)
{
	GsUpdate   *update = palloc0(sizeof(GsUpdate));
	bool		isnull;
	Datum		number = ExecGetJunkAttribute(planSlot, state->ctid, &isnull);

	update->relation = state->relation;
	update->context = state->context;
	update->want_record = gs_modify_wants_row(rinfo);
	update->saved = gs_saved_find(estate, rinfo->ri_RangeTableIndex,
								  (ItemPointer) DatumGetPointer(number));
	gs_update_open(update);
	find_changes(state, update, candidates(state, estate, rinfo), slot);
	return update;
}

static void
note_done(GsUpdate *update, void *done)
{
	(void) update;
	*(bool *) done = true;
}

TupleTableSlot *
gainsightExecForeignUpdate(EState *estate, ResultRelInfo *rinfo, TupleTableSlot *slot,
						   TupleTableSlot *planSlot)
{
	GsModifyState *state = rinfo->ri_FdwState;
	GsUpdate   *update;
	MemoryContext old;
	bool		done = false;

	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	update = make_update(state, estate, rinfo, slot, planSlot);
	if (gs_seen_add(state->updated, update->key))
	{
		gs_modify_check_row(state, rinfo, slot, false);
		gs_updates_run(state->relation, &update, 1, note_done, &done);
	}
	if (done && update->record != NULL)
		slot = gs_modify_written(state, update->record, NULL, slot);
	MemoryContextSwitchTo(old);
	return done ? slot : NULL;
}

/*
 * Ending and explaining.
 */

void
gainsightEndForeignModify(EState *estate, ResultRelInfo *rinfo)
{
	GsModifyState *state = rinfo->ri_FdwState;

	(void) estate;
	if (state != NULL)
		MemoryContextDelete(state->context);
	rinfo->ri_FdwState = NULL;
}

void
gainsightEndForeignInsert(EState *estate, ResultRelInfo *rinfo)
{
	gainsightEndForeignModify(estate, rinfo);
}

/* The fields that a command sends, for EXPLAIN. */
static List *
sent_fields(const GsRelation *relation, CmdType operation)
{
	const GsEndpoint *endpoint = operation == CMD_INSERT ? &relation->resource->insert :
		&relation->resource->update;
	const GsColumn *brace = gs_model_brace(relation->resource, endpoint);
	List	   *fields = NIL;

	if (operation == CMD_UPDATE)
		return gs_write_sent_fields(relation);
	for (int i = 0; i < relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i];

		if (attr->writable && (brace == NULL || attr->column != brace))
			fields = lappend(fields, (void *) attr->field);
	}
	return fields;
}

void
gainsightExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
							  List *fdw_private, int subplan_index, ExplainState *es)
{
	GsModifyState *state = rinfo->ri_FdwState;
	GsRelation *relation = gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc));
	bool		insert = mtstate->operation == CMD_INSERT;

	(void) fdw_private;
	(void) subplan_index;
	ExplainPropertyText("Gainsight Request",
						insert ? psprintf("%s %s", relation->resource->insert.method,
										  relation->resource->insert.path) :
						gs_explain_update_requests(relation, false), es);
	ExplainPropertyList("Gainsight Fields", sent_fields(relation, mtstate->operation), es);
	if (insert)
		ExplainPropertyInteger("Batch Size", NULL, gainsightGetForeignModifyBatchSize(rinfo), es);
	if (es->analyze && state != NULL)
		gs_explain_usage(state->relation->settings->tenant.usage, es);
}
