/*
 * explain.c
 *	  EXPLAIN: what will be sent, and what was.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#include "gainsight_fdw.h"

/*
 * The values of the plan's conditions, as far as they are known before it
 * runs; the others by the name that the server prints for them.
 */
static GsOperand *
known_operands(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	GsOperand  *operands = palloc0(sizeof(GsOperand) * Max(list_length(scan->fdw_exprs), 1));
	List	   *context = set_deparse_context_plan(es->deparse_cxt, &scan->scan.plan, NIL);
	ListCell   *cell;

	foreach(cell, scan->fdw_exprs)
	{
		GsOperand  *operand = &operands[foreach_current_index(cell)];
		Const	   *value = lfirst(cell);

		if (IsA(value, Const))
		{
			operand->value = value->constvalue;
			operand->isnull = value->constisnull;
		}
		else
			operand->symbol = deparse_expression((Node *) value, context, true, false);
	}
	return operands;
}

/* "GET /successplans/1P02", with a name in braces where the key is not known. */
static const char *
keyed_request(const GsEndpoint *endpoint, const GsScanPlan *plan, const GsOperand *operands)
{
	const char *path = endpoint->path;

	if (plan->key != NULL && plan->key->test == GS_EQ)
	{
		const GsOperand *operand = &operands[plan->key->operand];
		const char *brace = strchr(path, '{');

		if (operand->symbol != NULL)
			path = psprintf("%.*s%s%s", (int) (brace - path), path, operand->symbol,
							strchr(brace, '}') + 1);
		else if (!operand->isnull)
			path = gs_api_path(endpoint, gs_to_utf8(TextDatumGetCString(operand->value)));
	}
	return psprintf("%s %s", endpoint->method, path);
}

/* Will the plan ask for its key's record alone? */
static bool
asks_by_key(const GsEndpoint *keyed, const GsScanPlan *plan, const GsOperand *operands)
{
	const GsOperand *operand;
	GsKeys		keys;

	if (plan->key == NULL)
		return false;
	operand = &operands[plan->key->operand];
	if (operand->symbol != NULL)
		return plan->key->test == GS_EQ;
	gs_filter_keys(plan->key, operands, &keys);
	return keys.count == 1 && gs_api_addressable(keyed, keys.values[0]);
}

static List *
selected_fields(const GsRelation *relation, const GsScanPlan *plan)
{
	List	   *fields = list_make1((void *) gs_model_flagged(relation->resource, GS_KEY)->field);
	ListCell   *cell;

	foreach(cell, plan->attnums)
	{
		const GsAttr *attr = &relation->atts[lfirst_int(cell) - 1];

		if (attr->field != NULL && strcmp(attr->field, linitial(fields)) != 0)
			fields = lappend(fields, (void *) attr->field);
	}
	return fields;
}

static void
explain_usage(const GsUsage *usage, ExplainState *es)
{
	ExplainPropertyInteger("Requests", NULL, usage->requests, es);
	ExplainPropertyInteger("Retries", NULL, usage->retries, es);
	ExplainPropertyInteger("Rows Received", NULL, usage->rows, es);
	ExplainPropertyInteger("Bytes Received", NULL, usage->bytes_received, es);
	if (es->timing)
	{
		ExplainPropertyFloat("Transfer Time", "ms", usage->transfer_time, 3, es);
		ExplainPropertyFloat("Rate Limit Wait", "ms", usage->wait_time, 3, es);
	}
}

static void
explain_conditions(const GsFilter *filter, ExplainState *es)
{
	List	   *shown = NIL;

	if (filter->nconditions == 0)
		return;
	for (int i = 0; i < filter->nconditions; i++)
		shown = lappend(shown, psprintf("%c: %s %s %s", 'A' + i,
										filter->conditions[i].field,
										filter->conditions[i].operator,
										gs_from_utf8(filter->conditions[i].values)));
	ExplainPropertyList("Gainsight Conditions", shown, es);
	ExplainPropertyText("Gainsight Expression", filter->expression, es);
}

/* What the plan will ask for. */
static void
explain_requests(const GsRelation *relation, const GsScanPlan *plan,
				 const GsOperand *operands, ExplainState *es)
{
	const GsEndpoint *keyed = gs_model_read(relation->resource, true);
	const GsEndpoint *unbound = gs_model_read(relation->resource, false);
	const GsResource *parent = gs_model_parent(relation->resource);
	GsFilter	filter;

	gs_filter_build(relation, plan->clauses, operands, &filter);
	if (filter.nothing)
		ExplainPropertyText("Gainsight Request", "none", es);
	else if (unbound == NULL && plan->key == NULL)
		ExplainPropertyText("Gainsight Request",
							psprintf("%s %s, %s", gs_model_read(parent, false)->method,
									 gs_model_read(parent, false)->path,
									 keyed_request(keyed, plan, operands)), es);
	else if (unbound == NULL || asks_by_key(keyed, plan, operands))
		ExplainPropertyText("Gainsight Request", keyed_request(keyed, plan, operands), es);
	else
	{
		ExplainPropertyText("Gainsight Request",
							psprintf("%s %s", unbound->method, unbound->path), es);
		if (!unbound->search)
			return;
		ExplainPropertyList("Gainsight Select", selected_fields(relation, plan), es);
		explain_conditions(&filter, es);
	}
}

/* The plan of a count(*) as that of the scan that it sends. */
static GsRelation *
read_plan(ForeignScanState *node, GsScanPlan *plan)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	Oid			relid;

	memset(plan, 0, sizeof(*plan));
	if (scan->scan.scanrelid > 0)
	{
		gs_scan_plan_read(scan->fdw_private, plan);
		relid = RelationGetRelid(node->ss.ss_currentRelation);
	}
	else
	{
		gs_count_plan_read(scan->fdw_private, &relid, &plan->clauses);
		plan->requests = 1;
	}
	return gs_relation_load(relid);
}

void
gainsightExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	GsScanPlan	plan;
	GsRelation *relation = read_plan(node, &plan);

	if (node->ss.ss_currentRelation == NULL)
		ExplainPropertyText("Gainsight Count",
							psprintf("totalCount of %s, else the rows below", relation->name), es);
	explain_requests(relation, &plan, known_operands(node, es), es);
	ExplainPropertyFloat("Estimated Requests", NULL, plan.requests, 0, es);
	if (es->analyze && gs_scan_usage(node) != NULL)
		explain_usage(gs_scan_usage(node), es);
}
