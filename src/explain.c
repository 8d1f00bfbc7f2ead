/*
 * explain.c
 *	  EXPLAIN: what will be sent, and what was.
 */
#include "postgres.h"

#include "commands/explain.h"
#include "utils/rel.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif

#include "gainsight_fdw.h"

/* The operation that the plan will use, as far as it can be told before. */
static const GsEndpoint *
planned_endpoint(const GsResource *resource, const GsScanPlan *plan)
{
	const GsEndpoint *unbound = gs_model_read(resource, false);

	return plan->bound || unbound == NULL ? gs_model_read(resource, true) : unbound;
}

static List *
selected_fields(const GsRelation *relation, const GsScanPlan *plan)
{
	List	   *fields = NIL;
	ListCell   *cell;

	foreach(cell, plan->attnums)
	{
		const GsAttr *attr = &relation->atts[lfirst_int(cell) - 1];

		if (attr->field != NULL)
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

void
gainsightExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	GsRelation *relation = gs_relation_load(RelationGetRelid(node->ss.ss_currentRelation));
	GsScanPlan	plan;
	const GsEndpoint *endpoint;

	gs_scan_plan_read(scan->fdw_private, &plan);
	endpoint = planned_endpoint(relation->resource, &plan);
	ExplainPropertyText("Gainsight Request",
						psprintf("%s %s", endpoint->method, endpoint->path), es);
	if (endpoint->search)
		ExplainPropertyList("Gainsight Select", selected_fields(relation, &plan), es);
	ExplainPropertyFloat("Estimated Requests", NULL, plan.requests, 0, es);
	if (es->analyze && gs_scan_usage(node) != NULL)
		explain_usage(gs_scan_usage(node), es);
}
