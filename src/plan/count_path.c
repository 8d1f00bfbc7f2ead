/*
 * count_path.c
 *	  Planning count(*) by the tenant's totalCount.
 *
 * The path is a foreign scan that stands for the whole aggregation, with the
 * ordinary path, which counts rows, below it.
 */
#include "postgres.h"

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/tlist.h"
#include "utils/fmgroids.h"

#include "compat.h"
#include "plan.h"
#include "planning.h"

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

static bool
has_pseudoconstant(List *infos)
{
	ListCell   *cell;

	foreach(cell, infos)
		if (((RestrictInfo *) lfirst(cell))->pseudoconstant)
			return true;
	return false;
}

/*
 * May a relation's rows be counted by totalCount?  If so, the plan's clauses and
 * their values *exprs are its whole restriction, and its requests those of the
 * count, one for each piece of a list.
 */
static bool
is_counted(PlannerInfo *root, RelOptInfo *baserel, const GsRelation **relation,
		   GsScanPlan *plan, List **exprs)
{
	GsPlanState *state = baserel->fdw_private;
	const GsEndpoint *endpoint = gs_model_read(state->relation->resource, false);
	GsPushed	pushed = {.grade = GS_EXACT};
	GsEstimate	rows;

	if (endpoint == NULL || !endpoint->search || state->relation->resource->dialect->uncounted)
		return false;
	/* that of the query as a whole would be nobody's to check */
	if (has_pseudoconstant(baserel->baserestrictinfo))
		return false;
	gs_push_clauses(root, baserel, baserel->baserestrictinfo, &pushed);
	if (baserel->baserestrictinfo != NIL &&
		(pushed.grade != GS_EXACT || !state->relation->settings->trust_filters))
		return false;
	gs_push_estimate(root, baserel, state->relation, &pushed, &rows);
	memset(plan, 0, sizeof(*plan));
	plan->clauses = pushed.clauses;
	plan->requests = Max(1, pushed.pieces);
	plan->rest = rows.rest;
	*relation = state->relation;
	*exprs = pushed.exprs;
	return true;
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
		gs_plan_state(input_rel) == NULL || output_rel->pathlist == NIL ||
		!asks_for_count(root->parse, aggregates))
		return;
	if (!is_counted(root, input_rel, &relation, &plan, &exprs))
		return;
	ordinary = copy_ordinary_path(root, output_rel, aggregates);
	if (ordinary == NULL)
		return;
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
