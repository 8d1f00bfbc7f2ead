/*
 * aggregate.c
 *	  count(*), answered by the tenant's totalCount where that is credible.
 *
 * The plan is a foreign scan that stands for the whole aggregation, with the
 * ordinary plan, which counts rows, below it: it runs only if totalCount does
 * not settle the matter.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"

#include "compat.h"
#include "gainsight_fdw.h"
#include "gainsight/total.h"
#include "gainsight/walks.h"

/*
 * Asking.
 */

static void
ask_once(const GsRelation *relation, const GsFilter *filter, const GsCondition *conditions,
		 MemoryContext context, GsCount *count)
{
	const GsEndpoint *endpoint = gs_model_read(relation->resource, false);
	const char *key = gs_model_flagged(relation->resource, GS_KEY)->field;
	GsSearch	search = {&key, 1, conditions, filter->nconditions, filter->expression};
	GsRecords	records;
	GsRequest  *request = gs_api_start_search(&relation->settings->tenant, relation->resource,
											  &search, 1, 0, context);

	gs_api_finish_read(request, endpoint, &records);
	count->total = records.total;
	if (records.count == 0)
		count->total = 0;
	/* a totalCount that counts just this page proves nothing */
	count->credible = records.count == 0 || records.total > records.count;
	gs_request_free(request);
}

void
gs_count_ask(const GsRelation *relation, const GsFilter *filter, MemoryContext context,
			 GsCount *count)
{
	GsCondition conditions[GS_MAX_CONDITIONS];
	GsCount		piece;

	memcpy(conditions, filter->conditions, sizeof(conditions));
	count->total = 0;
	count->credible = true;
	for (int i = 0; i < Max(1, filter->npieces) && count->credible; i++)
	{
		if (filter->npieces > 0)
			conditions[filter->cut].values = filter->pieces[i];
		ask_once(relation, filter, conditions, context, &piece);
		count->total += piece.total;
		count->credible = piece.credible;
	}
}

/*
 * Planning.
 */

/* count(*), or count of a constant that is not null */
static bool
counts_rows(Aggref *aggref)
{
	TargetEntry *argument;

	if (aggref->aggfilter != NULL || aggref->aggdistinct != NIL || aggref->aggorder != NIL)
		return false;
	if (aggref->aggfnoid == F_COUNT_)
		return true;
	if (aggref->aggfnoid != F_COUNT_ANY)
		return false;
	argument = linitial(aggref->args);
	return IsA(argument->expr, Const) && !((Const *) argument->expr)->constisnull;
}

/* The aggregates of a target, also those within expressions. */
static List *
aggregates_of(const PathTarget *target)
{
	return pull_var_clause((Node *) target->exprs,
						   PVC_INCLUDE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
						   PVC_INCLUDE_PLACEHOLDERS);
}

/* Does the query ask for nothing of the table but its number of rows? */
static bool
asks_for_count(const Query *query, List *aggregates)
{
	ListCell   *cell;

	if (query->groupClause != NIL || query->groupingSets != NIL ||
		query->havingQual != NULL || aggregates == NIL)
		return false;
	foreach(cell, aggregates)
		if (!IsA(lfirst(cell), Aggref) || !counts_rows(lfirst(cell)))
			return false;
	return true;
}

/*
 * A copy of the ordinary plan's path: add_path frees the one that loses.  It
 * gives the bare counts; expressions of them are for the foreign scan.
 */
static Path *
copy_ordinary_path(PlannerInfo *root, const RelOptInfo *output_rel, List *aggregates)
{
	PathTarget *target = create_empty_pathtarget();
	const Path *path = linitial(output_rel->pathlist);
	AggPath    *copy;

	if (!IsA(path, AggPath))
		return NULL;
	copy = makeNode(AggPath);
	memcpy(copy, path, sizeof(AggPath));
	add_new_columns_to_pathtarget(target, aggregates);
	copy->path.pathtarget = set_pathtarget_cost_width(root, target);
	return (Path *) copy;
}

/* What fdw_private holds, in this order. */
enum
{
	COUNT_RELID,
	COUNT_CLAUSES,
	COUNT_REQUESTS,
	COUNT_REST,
	COUNT_LENGTH
};

static List *
write_count(const GsRelation *relation, const GsScanPlan *plan)
{
	List	   *clauses = NIL;
	ListCell   *cell;

	foreach(cell, plan->clauses)
		clauses = lappend(clauses, gs_clause_write(lfirst(cell)));
	return list_make4(list_make1_oid(relation->relid), clauses,
					  makeFloat(psprintf("%.0f", plan->requests)),
					  makeFloat(psprintf("%g", plan->rest)));
}

void
gainsightGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage,
							  RelOptInfo *input_rel, RelOptInfo *output_rel, void *extra)
{
	const GsRelation *relation;
	List	   *aggregates = aggregates_of(output_rel->reltarget);
	GsScanPlan	plan;
	List	   *exprs;
	Path	   *ordinary;

	(void) extra;
	if (stage != UPPERREL_GROUP_AGG || input_rel->reloptkind != RELOPT_BASEREL ||
		input_rel->fdw_private == NULL || output_rel->pathlist == NIL ||
		!asks_for_count(root->parse, aggregates))
		return;
	if (!gs_plan_counts(root, input_rel, &relation, &plan, &exprs))
		return;
	ordinary = copy_ordinary_path(root, output_rel, aggregates);
	if (ordinary == NULL)
		return;
	output_rel->fdw_private = (void *) relation;
	add_path(output_rel, (Path *)
			 gs_create_foreign_upper_path(root, output_rel,
										  plan.requests * relation->settings->request_cost,
										  ordinary, list_make2(write_count(relation, &plan), exprs)));
}

ForeignScan *
gs_count_plan(ForeignPath *best_path, List *tlist, RelOptInfo *rel, Plan *outer_plan)
{
	return make_foreignscan(tlist, NIL, 0, lsecond(best_path->fdw_private),
							linitial(best_path->fdw_private),
							add_to_flat_tlist(NIL, aggregates_of(rel->reltarget)), NIL, outer_plan);
}

void
gs_count_plan_read(List *fdw_private, Oid *relid, GsScanPlan *plan)
{
	ListCell   *cell;

	Assert(list_length(fdw_private) == COUNT_LENGTH);
	memset(plan, 0, sizeof(*plan));
	*relid = linitial_oid(list_nth(fdw_private, COUNT_RELID));
	foreach(cell, (List *) list_nth(fdw_private, COUNT_CLAUSES))
		plan->clauses = lappend(plan->clauses, gs_clause_read(lfirst(cell)));
	plan->requests = floatVal(list_nth(fdw_private, COUNT_REQUESTS));
	plan->rest = floatVal(list_nth(fdw_private, COUNT_REST));
}

/*
 * Running.
 */

typedef struct GsCountState
{
	GsRelation *relation;
	GsScanPlan	plan;
	GsOperands *operands;
	bool		known;			/* total, for these values */
	int64		total;
	bool		done;
	GsWalk		walk;
	bool		evaluating;		/* it is at work */
	bool		changes;		/* there may be other values */
	bool		by_rows;		/* the tenant's count would be one of a later time */
} GsCountState;

static int64 find_total(ForeignScanState *node);

/* The scan whose rows the plan below would count; NULL if there is none. */
static ForeignScanState *
scan_below(ForeignScanState *node)
{
	PlanState  *below = outerPlanState(node);

	while (below != NULL && !IsA(below, ForeignScanState))
		below = outerPlanState(below);
	return (ForeignScanState *) below;
}

/*
 * The session is about to write: count now.  What is counted for values that
 * nobody knows yet will be rows, which the scan below keeps.
 */
static void
settle(ForeignScanState *node, const GsResource *written)
{
	GsCountState *state = node->fdw_state;

	if (written != state->relation->resource || state->evaluating)
		return;
	if (state->changes)
		state->by_rows = true;
	else if (!state->known)
	{
		(void) gs_operands_evaluate(state->operands, node->ss.ps.ps_ExprContext);
		state->total = find_total(node);
		state->known = true;
	}
}

void
gs_count_begin(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	GsCountState *state = palloc0(sizeof(GsCountState));
	Oid			relid;

	node->fdw_state = state;
	gs_count_plan_read(plan->fdw_private, &relid, &state->plan);
	state->relation = gs_relation_load(relid);
	state->operands = gs_operands_create(&node->ss.ps, plan->fdw_exprs);
	gs_settings_authorize(state->relation->settings, gs_scan_user(node));
	state->changes = !bms_is_empty(gs_params_changing(node->ss.ps.state, plan->fdw_exprs));
	gs_walk_open(&state->walk, node, &state->relation->settings->tenant, settle);
	if (!state->changes && scan_below(node) != NULL)
		gs_scan_leave_settling(scan_below(node));
}

/* Ask the tenant; false if its answer settles nothing. */
static bool
ask_tenant(GsCountState *state, int64 *total)
{
	GsFilter	filter;
	GsCount		count = {0, true};

	/* a list in more pieces than its rows are pages is for these */
	gs_filter_build(state->relation, state->plan.clauses,
					gs_operands_values(state->operands),
					gs_estimate_most_pieces(state->relation, 0, state->plan.rest), &filter);
	if (!filter.complete)
		return false;
	if (!filter.nothing)
		gs_count_ask(state->relation, &filter, CurrentMemoryContext, &count);
	if (count.credible && filter.nconditions == 0 && !filter.nothing)
		gs_total_remember(state->relation, state->relation->resource, count.total);
	*total = count.total;
	return count.credible;
}

/*
 * Count rows by the plan below.  A node is run in the query's context: what it
 * copies for itself outlives the row, in whose context we are.
 */
static int64
count_below(ForeignScanState *node)
{
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	TupleTableSlot *slot = ExecProcNode(outerPlanState(node));
	bool		isnull;
	int64		total = DatumGetInt64(slot_getattr(slot, 1, &isnull));

	MemoryContextSwitchTo(old);
	return total;
}

/* The tenant's count, or that of the plan below. */
static int64
find_total(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;
	int64		total;

	return !state->by_rows && ask_tenant(state, &total) ? total : count_below(node);
}

TupleTableSlot *
gs_count_iterate(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	ExecClearTuple(slot);
	if (state->done)
		return slot;
	state->evaluating = true;
	if (gs_operands_evaluate(state->operands, node->ss.ps.ps_ExprContext) || !state->known)
		state->total = find_total(node);
	state->evaluating = false;
	state->known = true;
	state->done = true;
	for (int i = 0; i < slot->tts_tupleDescriptor->natts; i++)
	{
		slot->tts_values[i] = Int64GetDatum(state->total);
		slot->tts_isnull[i] = false;
	}
	return ExecStoreVirtualTuple(slot);
}

/*
 * A row that another session has changed is looked at again by EvalPlanQual.
 * Minors before those of May 2025 come here for a count that is below a
 * subquery, of which no row is kept, and take an empty slot for its end.
 */
bool
gainsightRecheckForeignScan(ForeignScanState *node, TupleTableSlot *slot)
{
	MemoryContext old;

	/* a table's row is checked by the plan's conditions, which are all there */
	if (((ForeignScan *) node->ss.ps.plan)->scan.scanrelid > 0)
		return true;
	Assert(slot == node->ss.ss_ScanTupleSlot);
	old = MemoryContextSwitchTo(node->ss.ps.ps_ExprContext->ecxt_per_tuple_memory);
	(void) gs_count_iterate(node);
	MemoryContextSwitchTo(old);
	return !TupIsNull(slot);
}

void
gs_count_end(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;

	if (state != NULL)
		gs_walk_close(&state->walk);
}

void
gs_count_rescan(ForeignScanState *node)
{
	GsCountState *state = node->fdw_state;

	if (state != NULL)
		state->done = false;
}

const GsUsage *
gs_count_usage(const ForeignScanState *node)
{
	const GsCountState *state = node->fdw_state;

	return state ? state->relation->settings->tenant.usage : NULL;
}
