/*
 * target.c
 *	  A table that INSERT, or UPDATE a row at a time, writes to: its rows before
 *	  they are sent, and as the tenant has them then.
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "compat.h"
#include "target.h"

GsTarget *
gs_target_create(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	GsTarget   *target = palloc0(sizeof(GsTarget));
	EState	   *estate = mtstate->ps.state;

	target->node = mtstate;
	target->estate = estate;
	target->relation = gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc));
	gs_settings_authorize(target->relation->settings, gs_modify_user(rinfo, estate));
	target->maker = gs_row_maker_create(target->relation, gs_relation_columns(target->relation));
	target->context = AllocSetContextCreate(estate->es_query_cxt, "gainsight_fdw write",
											ALLOCSET_DEFAULT_SIZES);
	return target;
}

bool
gs_target_wants_row(const ResultRelInfo *rinfo)
{
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;

	return rinfo->ri_projectReturning != NULL || rinfo->ri_WithCheckOptions != NIL ||
		(triggers && (triggers->trig_insert_after_row || triggers->trig_update_after_row));
}

/*
 * Whose policies are asked: a row that is moved is updated.  MERGE looks at a row
 * of the table for an UPDATE, and at none for an INSERT.
 */
static WCOKind
policies(const ModifyTableState *node)
{
	bool		inserts = node->operation == CMD_INSERT ||
		(node->operation == CMD_MERGE && node->ps.ps_ExprContext->ecxt_scantuple == NULL);

	return inserts ? WCO_RLS_INSERT_CHECK : WCO_RLS_UPDATE_CHECK;
}

void
gs_target_check_row(GsTarget *target, ResultRelInfo *rinfo, TupleTableSlot *slot, bool insert)
{
	if (rinfo->ri_WithCheckOptions == NIL)
		return;
	if (target->checks == NULL)
		target->checks = gs_checks_create(target->node, rinfo, target->relation, insert);
	/* core asks where a table is not foreign */
	ExecWithCheckOptions(policies(target->node), rinfo, slot, target->estate);
	gs_checks_apply(target->checks, target->estate, slot);
}

TupleTableSlot *
gs_target_written(GsTarget *target, const GsJson *record, const char *path_key,
				  TupleTableSlot *slot)
{
	if (target->written == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(target->estate->es_query_cxt);

		target->written = ExecInitExtraTupleSlot(target->estate,
												 CreateTupleDescCopy(slot->tts_tupleDescriptor),
												 &TTSOpsHeapTuple);
		MemoryContextSwitchTo(old);
	}
	ExecClearTuple(slot);
	gs_row_maker_fill(target->maker, record, path_key, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	gs_row_give_header(slot, target->written);
	return target->written;
}
