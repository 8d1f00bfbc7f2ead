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

#include "state.h"

/* In a database without an encoding it may be none. */
static const char *
shown_in_utf8(const char *text)
{
	const char *utf8 = gs_try_to_utf8(text);

	return utf8 ? utf8 : gs_printable(text, strlen(text));
}

/*
 * The values of the plan's conditions, as far as they are known before it
 * runs; the others by the name that the server prints for them.
 */
static GsOperand *
shown_operands(ForeignScanState *node, const GsScanPlan *plan, ExplainState *es)
{
	ForeignScan *scan = (ForeignScan *) node->ss.ps.plan;
	GsOperand  *operands = gs_operands_planned(scan->fdw_exprs);
	List	   *context = set_deparse_context_plan(es->deparse_cxt, &scan->scan.plan, NIL);
	ListCell   *cell;

	foreach(cell, scan->fdw_exprs)
	{
		GsOperand  *operand = &operands[foreach_current_index(cell)];

		if (operand->symbol != NULL)
			operand->symbol = shown_in_utf8(deparse_expression(lfirst(cell), context, true, false));
	}
	if (plan->bind != NULL)
		foreach(cell, plan->bind->operands)
			operands[lfirst_int(cell)].symbol = "keys of the join";
	return operands;
}

/* "GET /successplans/1P02", with a name in braces where the key is not known. */
static const char *
keyed_request(const GsEndpoint *endpoint, const GsScanPlan *plan, const GsOperand *operands)
{
	const char *path = endpoint->path;
	const GsClause *key = plan->key;
	GsKeys		keys;

	if (key != NULL && gs_key_is_known(key, operands))
	{
		gs_filter_keys(key, operands, &keys);
		if (keys.count == 1)
			path = gs_path_make(endpoint, keys.values[0]);
	}
	else if (key != NULL && key->kind == GS_TEST && key->test == GS_EQ)
	{
		const char *brace = strchr(path, '{');

		path = psprintf("%.*s%s%s", (int) (brace - path), path,
						gs_from_utf8(operands[key->operand].symbol), strchr(brace, '}') + 1);
	}
	return psprintf("%s %s", endpoint->method, path);
}

/* How many keys the plan will ask by: -1 if it has none to ask by. */
static int
count_keys(const GsResource *resource, const GsScanPlan *plan, const GsOperand *operands)
{
	GsKeys		keys;

	if (plan->key == NULL)
		return -1;
	if (!gs_key_is_known(plan->key, operands))
		return plan->key->kind == GS_TEST && plan->key->test == GS_EQ ? 1 : -1;
	gs_filter_keys(plan->key, operands, &keys);
	if (gs_model_read(resource, true)->single && keys.count > 0 &&
		(keys.count > 1 || !gs_path_addressable(resource, keys.values[0])))
		return -1;
	return keys.count;
}

static void
select_fields(const GsRelation *relation, const GsScanPlan *plan, GsSearch *search)
{
	ListCell   *cell;

	gs_search_select(search, gs_model_flagged(relation->resource, GS_KEY)->field);
	foreach(cell, plan->attnums)
	{
		const GsAttr *attr = &relation->atts[lfirst_int(cell) - 1];

		if (attr->field != NULL)
			gs_search_select(search, attr->field);
	}
	if (plan->for_update)
		foreach(cell, gs_writable_update_fields(relation))
			gs_search_select(search, lfirst(cell));
}

void
gs_explain_usage(const GsUsage *usage, ExplainState *es)
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

/* A condition of a search, in the server's encoding. */
static char *
shown_condition(const GsCondition *condition)
{
	return psprintf("%s %s %s", gs_from_utf8(condition->field), condition->operator,
					gs_from_utf8(condition->values));
}

/* The body of a search. */
static void
explain_search(const GsRelation *relation, const GsScanPlan *plan, const GsFilter *filter,
			   ExplainState *es)
{
	GsSearch	asked = {NULL, 0, filter->conditions, filter->nconditions,
	.expression = filter->expression, .unasked = !gs_operator_available(relation->settings, "IS_NOT_NULL")};
	const GsSearch *search;
	List	   *fields = NIL;
	List	   *conditions = NIL;

	select_fields(relation, plan, &asked);
	search = gs_search_complete(relation->resource, &asked);
	for (int i = 0; i < search->nselect; i++)
		fields = lappend(fields, (void *) search->select[i]);
	ExplainPropertyList("Gainsight Select", fields, es);
	for (int i = 0; i < search->nconditions; i++)
		conditions = lappend(conditions, psprintf("%c: %s", 'A' + i,
												  shown_condition(&search->conditions[i])));
	if (conditions != NIL)
	{
		ExplainPropertyList("Gainsight Conditions", conditions, es);
		ExplainPropertyText("Gainsight Expression", search->expression, es);
	}
	if (plan->order != 0)
		ExplainPropertyText("Gainsight Order",
							psprintf("%s %s", relation->atts[plan->order - 1].field,
									 plan->descending ? "desc" : "asc"), es);
}

/* What the plan will ask for, and what it will send then. */
static void
explain_requests(const GsRelation *relation, const GsScanPlan *plan,
				 const GsOperand *operands, bool updates, ExplainState *es)
{
	const GsEndpoint *keyed = gs_model_read(relation->resource, true);
	const GsEndpoint *unbound = gs_model_read(relation->resource, false);
	const GsResource *parent = gs_model_parent(relation->resource);
	int			most = gs_estimate_most_pieces(relation, plan->listed, plan->rest);
	int			keys = count_keys(relation->resource, plan, operands);
	bool		search = false;
	const char *shown;
	GsFilter	filter;

	gs_filter_build(relation, plan->clauses, operands, most, &filter);
	if (filter.nothing || keys == 0)
		shown = "none";
	else if (unbound == NULL && (plan->key == NULL || keys > most))
		shown = psprintf("%s %s, %s", gs_model_read(parent, false)->method,
						 gs_model_read(parent, false)->path,
						 keyed_request(keyed, plan, operands));
	else if (unbound == NULL || keys > 0)
		shown = keyed_request(keyed, plan, operands);
	else
	{
		shown = psprintf("%s %s", unbound->method, unbound->path);
		search = unbound->search;
	}
	if (updates)
		shown = psprintf("%s, %s", shown, gs_explain_update_requests(relation, keys > 0));
	ExplainPropertyText("Gainsight Request", shown, es);
	if (search)
		explain_search(relation, plan, &filter, es);
}

/* Whose number will be asked for; by the values of a column, what is asked beside for each. */
static void
explain_count(const GsRelation *relation, const GsScanPlan *plan, const GsOperand *operands,
			  ExplainState *es)
{
	const GsClause *first = plan->groups ? linitial(plan->groups) : NULL;
	List	   *groups = NIL;
	ListCell   *cell;

	ExplainPropertyText("Gainsight Count",
						psprintf("totalCount of %s%s%s, else the rows below", relation->name,
								 first ? " by " : "", first ? relation->atts[first->attnum - 1].name : ""), es);
	foreach(cell, plan->groups)
	{
		GsFilter	filter;

		gs_filter_build(relation, list_make1(lfirst(cell)), operands, 1, &filter);
		if (filter.nconditions == 1)
			groups = lappend(groups, shown_condition(&filter.conditions[0]));
	}
	if (groups != NIL)
		ExplainPropertyList("Gainsight Groups", groups, es);
}

/* For the values of one loop; and for those of all, where there are several: as the planner sees it. */
static void
explain_estimate(ForeignScanState *node, const GsRelation *relation, const GsScanPlan *plan,
				 ExplainState *es)
{
	double		loops = gs_planned_loops(node->ss.ps.state->es_plannedstmt,
										 (const ForeignScan *) node->ss.ps.plan);
	double		total = plan->requests * loops;

	ExplainPropertyFloat("Estimated Requests", NULL, plan->requests, 0, es);
	if (loops <= 1)
		return;
	if (node->ss.ss_currentRelation != NULL && !plan->for_update)
		total = Min(total, gs_wide_most_requests(relation));
	ExplainPropertyFloat("Estimated Requests of All Loops", NULL, total, 0, es);
}

void
gs_explain_scan(ForeignScanState *node, bool updates, ExplainState *es)
{
	GsScanPlan	plan;
	GsRelation *relation = gs_scan_read_plan(node, &plan);
	GsOperand  *operands = shown_operands(node, &plan, es);

	if (node->ss.ss_currentRelation == NULL)
		explain_count(relation, &plan, operands, es);
	explain_requests(relation, &plan, operands, updates, es);
	explain_estimate(node, relation, &plan, es);
}

void
gainsightExplainForeignScan(ForeignScanState *node, ExplainState *es)
{
	const GsScanState *state = node->fdw_state;

	gs_explain_scan(node, false, es);
	if (!es->analyze || state == NULL)
		return;
	if (gs_wide_lookups(state->wide) > 0)
		ExplainPropertyInteger("Walked Instead", "lookups", gs_wide_lookups(state->wide), es);
	gs_explain_usage(gs_scan_usage(node), es);
}

const char *
gs_explain_update_requests(const GsRelation *relation, bool by_key)
{
	const GsEndpoint *keyed = gs_model_read(relation->resource, true);
	const GsEndpoint *check = keyed ? keyed : gs_model_read(relation->resource, false);
	const GsEndpoint *put = &relation->resource->update;

	return relation->settings->conflict_check && (!by_key || relation->settings->at_commit) ?
		psprintf("%s %s, %s %s", check->method, check->path, put->method, put->path) :
		psprintf("%s %s", put->method, put->path);
}
