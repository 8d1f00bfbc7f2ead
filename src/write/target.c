/*
 * target.c
 *	  A table that INSERT, or UPDATE a row at a time, writes to: its rows before
 *	  they are sent, and as the tenant has them then.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#include "compat.h"
#include "dry_run.h"
#include "plan/plan.h"
#include "scan/scan.h"
#include "target.h"

/*
 * Destinations.
 *
 * What waits for the commit is sent when no catalog can be read any more.  A
 * destination is loaded when the first row is written to it, and serves later statements
 * as long as nothing has changed that it is made of: a transaction of many
 * statements has few.
 */

static MemoryContext destination_context;	/* NULL: there are none in this transaction */
static int	ndestinations;
static List *destinations;		/* those that are as the catalogs have them now */

static void
forget_destinations(void *arg)
{
	(void) arg;
	destination_context = NULL;
	ndestinations = 0;
	destinations = NIL;
}

static void
make_destination_context(void)
{
	MemoryContextCallback *callback;

	destination_context = AllocSetContextCreate(TopTransactionContext, "gainsight_fdw destinations",
												ALLOCSET_SMALL_SIZES);
	callback = MemoryContextAllocZero(destination_context, sizeof(MemoryContextCallback));
	callback->func = forget_destinations;
	MemoryContextRegisterResetCallback(destination_context, callback);
}

static void
outdate_table(Datum arg, Oid relid)
{
	ListCell   *cell;

	(void) arg;
	foreach(cell, destinations)
		if (relid == InvalidOid || ((GsDestination *) lfirst(cell))->relation->relid == relid)
		{
			destinations = NIL;
			return;
		}
}

static void
outdate_all(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	destinations = NIL;
}

const GsDestination *
gs_destination_find(const GsRelation *relation, Oid userid)
{
	GsDestination *destination;
	MemoryContext old;
	ListCell   *cell;

	if (!relation->settings->at_commit)
		return NULL;
	foreach(cell, destinations)
	{
		destination = lfirst(cell);
		if (destination->relation->relid == relation->relid && destination->userid == userid)
			return destination;
	}
	if (destination_context == NULL)
		make_destination_context();
	old = MemoryContextSwitchTo(destination_context);
	destination = palloc0(sizeof(GsDestination));
	destination->relation = gs_relation_load(relation->relid);
	gs_settings_authorize(destination->relation->settings, userid);
	destination->userid = userid;
	destination->number = ndestinations++;
	destinations = lappend(destinations, destination);
	MemoryContextSwitchTo(old);
	return destination;
}

int
gs_destination_count(void)
{
	return ndestinations;
}

void
gs_destination_init(void)
{
	CacheRegisterRelcacheCallback(outdate_table, (Datum) 0);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, outdate_all, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, outdate_all, (Datum) 0);
}

/*
 * Targets.
 */

GsTarget *
gs_target_create(ModifyTableState *mtstate, ResultRelInfo *rinfo)
{
	GsTarget   *target = palloc0(sizeof(GsTarget));
	EState	   *estate = mtstate->ps.state;

	target->node = mtstate;
	target->rinfo = rinfo;
	target->estate = estate;
	target->relation = gs_relation_load(RelationGetRelid(rinfo->ri_RelationDesc));
	gs_settings_authorize(target->relation->settings, gs_modify_user(rinfo, estate));
	target->destination = gs_destination_find(target->relation, gs_modify_user(rinfo, estate));
	target->maker = gs_row_maker_create(target->relation, gs_relation_columns(target->relation));
	target->context = AllocSetContextCreate(estate->es_query_cxt, "gainsight_fdw write",
											ALLOCSET_DEFAULT_SIZES);
	return target;
}

/* A trigger may look at all of the row. */
static bool
has_trigger_after(const ResultRelInfo *rinfo)
{
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;

	return triggers && (triggers->trig_insert_after_row || triggers->trig_update_after_row);
}

bool
gs_target_wants_row(const ResultRelInfo *rinfo)
{
	return rinfo->ri_projectReturning != NULL || rinfo->ri_WithCheckOptions != NIL ||
		has_trigger_after(rinfo);
}

GsRowMaker *
gs_target_shown(const GsRelation *relation, const ResultRelInfo *rinfo, Index varno, EState *estate)
{
	List	   *exprs = list_concat_copy(rinfo->ri_returningList, rinfo->ri_WithCheckOptions);
	GsRowMaker *maker = gs_row_maker_create(relation, has_trigger_after(rinfo) ?
											gs_relation_columns(relation) :
											gs_used_attnums(relation, varno, exprs));

	if (relation->settings->set_null)
		gs_row_maker_set_null(maker, gs_run_misfits(estate));
	return maker;
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
		target->checks = gs_checks_create(target->node, rinfo, target->relation, insert,
										  target->set_attnums);
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
		Index		varno = target->rinfo->ri_RangeTableIndex;

		/* a partition that rows are routed to has none of its own */
		if (varno == 0)
			varno = target->node->resultRelInfo->ri_RangeTableIndex;
		target->shown = gs_target_shown(target->relation, target->rinfo, varno, target->estate);
		target->written = ExecInitExtraTupleSlot(target->estate,
												 CreateTupleDescCopy(slot->tts_tupleDescriptor),
												 &TTSOpsHeapTuple);
		MemoryContextSwitchTo(old);
	}
	ExecClearTuple(slot);
	gs_row_maker_fill(target->shown, record, path_key, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	gs_row_give_header(slot, target->written);
	return target->written;
}

/*
 * Records by their keys.
 */

typedef struct Lookup
{
	const GsRelation *relation;
	const char *const *keys;
	GsTakeRecord take;
	void	   *arg;
} Lookup;

/* One of its searches. */
typedef struct Part
{
	GsRequest  *request;		/* NULL: its answer was taken */
	int			first;			/* of the keys */
	int			count;
} Part;

int
gs_target_most_keys(const GsRelation *relation)
{
	const GsSettings *settings = relation->settings;

	return gs_operator_available(settings, "IN") ?
		Max(1, Min(settings->in_list_size, settings->page_size)) : 1;
}

static void
start_part(const Lookup *lookup, const List *fields, const GsTerms *terms, Part *part)
{
	const GsRelation *relation = lookup->relation;
	GsCondition condition = {
		.field = gs_model_flagged(relation->resource, GS_KEY)->field,
		.operator = part->count == 1 ? "EQ" : "IN",
		.values = gs_json_quoted_list(lookup->keys + part->first, part->count)
	};
	GsSearch	search = {.conditions = &condition, .nconditions = 1, .expression = "A"};
	ListCell   *cell;

	foreach(cell, fields)
		gs_search_select(&search, lfirst(cell));
	part->request = gs_api_start_lookup(&relation->settings->tenant, relation->resource, &search,
										part->count, terms, CurrentMemoryContext);
}

/* Records in place of those that were asked for do not say whether these are there. */
pg_noreturn static void
fail_lookup(const GsRelation *relation)
{
	gs_record_fail(&relation->settings->tenant, ERRCODE_FDW_ERROR,
				   psprintf(_("Gainsight was asked for records by their %s, and gave others"),
							gs_model_flagged(relation->resource, GS_KEY)->field),
				   _("whether those that were asked for are there cannot be told."), NULL);
}

static const GsJson *
find_record(const GsRelation *relation, const GsRecords *records, const char *key)
{
	const char *field = gs_model_flagged(relation->resource, GS_KEY)->field;
	const GsJson *record = records->first;

	for (; record != NULL; record = gs_envelope_next(records, record))
	{
		const char *other = gs_record_find_key(field, record);

		if (other != NULL && strcmp(other, key) == 0)
			break;
	}
	return record;
}

static void
take_part(const Lookup *lookup, Part *part)
{
	const GsRelation *relation = lookup->relation;
	const GsJson **found = palloc(sizeof(GsJson *) * part->count);
	GsRecords	records;
	int			others;

	gs_api_finish_read(part->request, gs_model_read(relation->resource, false), &records);
	part->request = NULL;
	others = records.count;
	for (int i = 0; i < part->count; i++)
	{
		found[i] = find_record(relation, &records, lookup->keys[part->first + i]);
		if (found[i] != NULL)
			others--;
	}
	if (others > 0)
		fail_lookup(relation);
	for (int i = 0; i < part->count; i++)
		lookup->take(lookup->arg, part->first + i, found[i]);
}

/* Take in what has come: as it comes, for it may be that a caller counts from then. */
static bool
take_parts(const Lookup *lookup, Part *parts, int count)
{
	bool		left = false;

	for (int i = 0; i < count; i++)
	{
		if (parts[i].request == NULL)
			continue;
		if (gs_request_is_settled(parts[i].request))
			take_part(lookup, &parts[i]);
		else
			left = true;
	}
	return left;
}

void
gs_target_look_up(const GsRelation *relation, const char *const *keys, int nkeys,
				  const List *fields, const GsTerms *last, GsTakeRecord take, void *arg)
{
	Lookup		lookup = {relation, keys, take, arg};
	GsTerms		terms = {.not_before = last->not_before};
	int			each = gs_target_most_keys(relation);
	int			count = (nkeys + each - 1) / each;
	Part	   *parts = palloc0(sizeof(Part) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		parts[i].first = i * each;
		parts[i].count = Min(each, nkeys - i * each);
		start_part(&lookup, fields, i == count - 1 ? last : &terms, &parts[i]);
	}
	while (take_parts(&lookup, parts, count))
		gs_request_drive(GS_WAIT_SLICE);
}

List *
gs_target_fields(const GsRelation *relation)
{
	GsSearch	search = {0};
	List	   *fields = NIL;

	gs_row_maker_select(gs_row_maker_create(relation, gs_relation_columns(relation)), &search);
	for (int i = 0; i < search.nselect; i++)
		fields = lappend(fields, (void *) search.select[i]);
	return fields;
}

/*
 * A record that was created.
 */

static void
take_created(void *arg, int n, const GsJson *record)
{
	(void) n;
	*(const GsJson **) arg = record;
}

/*
 * Where a create answers with the key alone: by the key, where that can be searched
 * for or is an access path, else from the list that the row was added to.
 */
static const GsJson *
find_created(const GsRelation *relation, const GsWrite *write, const char *key)
{
	const GsTenant *tenant = &relation->settings->tenant;
	const GsEndpoint *endpoint = gs_model_read(relation->resource, true);
	const GsJson *record = NULL;
	GsTerms		terms = {0};
	GsRecords	records;

	if (endpoint == NULL)
		gs_target_look_up(relation, &key, 1, gs_target_fields(relation), &terms, take_created, &record);
	else
	{
		gs_api_finish_read(gs_api_start_read(tenant, relation->resource, endpoint,
											 endpoint->single ? key : write->key,
											 CurrentMemoryContext), endpoint, &records);
		for (const GsJson *one = records.first; one != NULL; one = gs_envelope_next(&records, one))
			(void) gs_record_key(tenant, relation->resource, one);
		record = find_record(relation, &records, key);
	}
	return record;
}

const GsJson *
gs_target_read_back(const GsRelation *relation, const GsWrite *write, const char *key)
{
	const GsTenant *tenant = &relation->settings->tenant;
	const GsJson *record = find_created(relation, write, key);
	GsFailure	failure = {
		.sqlstate = ERRCODE_FDW_REPLY_HANDLE, .server = tenant->server, .table = tenant->table
	};

	if (record != NULL)
		return record;
	failure.message = psprintf(_("Gainsight does not show the %s that it has just created"),
							   relation->resource->label);
	failure.aside = psprintf(_("It has been created, with %s \"%s\"."),
							 gs_model_flagged(relation->resource, GS_KEY)->field,
							 gs_key_shown(tenant, key));
	gs_fail(&failure);
}

void
gs_explain_writes(const GsRelation *relation, ExplainState *es)
{
	if (gs_dry_run_is_on())
		ExplainPropertyText("Writes", "not sent (dry_run)", es);
	else if (relation->settings->at_commit)
		ExplainPropertyText("Writes", "at commit", es);
}

/*
 * Rows of which the tenant has not been told.
 */

const GsJson *
gs_record_to_send(const GsRelation *relation, const GsWrite *write, const char *key)
{
	GsMember   *members = palloc(sizeof(GsMember) * (write->nmembers + 1));
	int			count;

	for (count = 0; count < write->nmembers; count++)
		members[count] = write->members[count];
	if (key != NULL)
		members[count++] = (GsMember) {gs_model_flagged(relation->resource, GS_KEY)->field, gs_json_quoted(key)};
	return gs_json_reread(gs_api_record(members, count));
}

const char *
gs_record_over(const GsJson *record, const GsMember *changes, int nchanges)
{
	GsMember   *members = palloc(sizeof(GsMember) * Max(gs_json_length(record), 1));
	int			count = 0;

	for (const GsJson *node = gs_json_first(record); node != NULL; node = gs_json_next(node))
	{
		const char *field = gs_json_key(node);
		const char *json = gs_write_find(changes, nchanges, field);

		members[count].field = field;
		members[count++].json = json ? json : gs_json_printed(node, GS_JSON_AS_IT_CAME);
	}
	return gs_api_record(members, count);
}

const char *
gs_record_expected(const GsRelation *relation, const GsJson *record, const GsMember *changes,
				   int nchanges)
{
	Bitmapset  *changed = gs_write_changed(relation, changes, nchanges);
	Bitmapset  *computed = gs_writable_consequences(relation, changed);
	GsMember   *members = palloc(sizeof(GsMember) * (nchanges + bms_num_members(computed)));
	int			count;
	int			attnum = -1;

	for (count = 0; count < nchanges; count++)
		members[count] = changes[count];
	while ((attnum = bms_next_member(computed, attnum)) >= 0)
		members[count++] = (GsMember) {gs_to_utf8(relation->atts[attnum - 1].field), "null"};
	return gs_record_over(record, members, count);
}

const char *
gs_key_in(const GsRelation *relation, const GsJson *record)
{
	const char *field = gs_model_flagged(relation->resource, GS_KEY)->field;

	return pstrdup(gs_json_identity(gs_json_get(record, field)));
}
