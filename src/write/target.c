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

/* So much of a key is shown in a message, in bytes. */
#define SHOWN_KEY 100

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

/*
 * Reading back.
 */

static GsRequest *
start_read_back(const GsRelation *relation, const GsWrite *write, const char *key,
				const GsEndpoint *endpoint, MemoryContext context)
{
	const GsTenant *tenant = &relation->settings->tenant;
	const GsResource *resource = relation->resource;
	GsCondition by_key = {
		.field = gs_model_flagged(resource, GS_KEY)->field, .operator = "EQ",
		.values = psprintf("[%s]", gs_json_quoted(key))
	};
	GsSearch	search = {.conditions = &by_key, .nconditions = 1, .expression = "A"};

	if (!endpoint->search)
		return gs_api_start_read(tenant, resource, endpoint, endpoint->single ? key : write->key,
								 context);
	gs_row_maker_select(gs_row_maker_create(relation, gs_relation_columns(relation)), &search);
	return gs_api_start_search(tenant, resource, &search, 1, 0, context);
}

/*
 * Where a create answers with the key alone: by the key, where that is an
 * access path or can be searched for, else from the list that the row was added to.
 */
const GsJson *
gs_target_read_back(const GsRelation *relation, const GsWrite *write, const char *key,
					MemoryContext context)
{
	const GsTenant *tenant = &relation->settings->tenant;
	const GsResource *resource = relation->resource;
	const GsEndpoint *keyed = gs_model_read(resource, true);
	const GsEndpoint *endpoint = keyed ? keyed : gs_model_read(resource, false);
	GsRequest  *request = start_read_back(relation, write, key, endpoint, context);
	GsRecords	records;
	GsFailure	failure = {
		.sqlstate = ERRCODE_FDW_REPLY_HANDLE, .server = tenant->server, .table = tenant->table
	};

	gs_api_finish_read(request, endpoint, &records);
	for (const GsJson *record = records.first; record != NULL;
		 record = gs_envelope_next(&records, record))
		if (strcmp(gs_record_key(tenant, resource, record), key) == 0)
			return record;
	failure.message = psprintf(_("Gainsight does not show the %s that it has just created"),
							   resource->label);
	failure.aside = psprintf(_("It has been created, with %s \"%s\"."),
							 gs_model_flagged(resource, GS_KEY)->field,
							 gs_printable(gs_without_secrets(key, tenant), SHOWN_KEY));
	gs_fail(&failure);
}
