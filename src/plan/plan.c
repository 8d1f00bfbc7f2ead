/*
 * plan.c
 *	  The paths of a scan, and its plan.
 */
#include "postgres.h"

#include <math.h>

#include "access/sysattr.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"

#include "compat.h"
#include "plan.h"
#include "planning.h"

/*
 * Paths.
 */

static bool
is_pushed(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
		  RestrictInfo *info)
{
	List	   *exprs = NIL;
	GsGrade		grade;

	return gs_pushdown(root, baserel, relation, info->clause, &exprs, &grade) != NULL ||
		gs_pushdown_key(root, baserel, relation, info->clause, &exprs) != NULL;
}

/* What it takes to check the conditions, subplans in them included, on a row. */
static QualCost
cost_of_conditions(PlannerInfo *root, const RelOptInfo *baserel, List *more)
{
	QualCost	cost;

	cost_qual_eval(&cost, more, root);
	cost.startup += baserel->baserestrictcost.startup;
	cost.per_tuple += baserel->baserestrictcost.per_tuple;
	return cost;
}

/*
 * No row comes before the first answer, which is waited for; the other
 * requests are paid for as rows are taken.  Where rows are kept from one
 * recursion to the next they are paid for once.
 */
static void
add_scan_path(PlannerInfo *root, RelOptInfo *baserel, const GsEstimate *guess,
			  List *pathkeys, ParamPathInfo *param, Relids outer)
{
	const GsPlanState *state = baserel->fdw_private;
	QualCost	conditions = cost_of_conditions(root, baserel, param ? param->ppi_clauses : NIL);
	double		times = param == NULL && gs_is_recursive_term(root) ? 1.0 / GS_RECURSIONS : 1;
	Cost		startup = gs_cost_of(state, times * Min(guess->requests, 1), 0);
	Cost		total = gs_cost_of(state, times * guess->requests, guess->carried);

	add_path(baserel, (Path *)
			 gs_create_foreignscan_path(root, baserel, param ? param->ppi_rows : baserel->rows,
										startup + conditions.startup,
										total + conditions.startup +
										guess->carried * conditions.per_tuple, pathkeys, outer));
}

/* A path that asks anew for each set of values from the other relations. */
static void
add_parameterized_path(PlannerInfo *root, RelOptInfo *baserel, ParamPathInfo *param)
{
	GsPlanState *state = baserel->fdw_private;
	GsPushed	pushed = {.grade = GS_EXACT};
	GsEstimate	guess;

	gs_push_clauses(root, baserel,
					list_concat_copy(baserel->baserestrictinfo, param->ppi_clauses), &pushed);
	gs_push_estimate(root, baserel, state->relation, &pushed, &guess);
	add_scan_path(root, baserel, &guess, NIL, param, param->ppi_req_outer);
}

static void
add_parameterized_paths(PlannerInfo *root, RelOptInfo *baserel)
{
	GsPlanState *state = baserel->fdw_private;
	List	   *params = NIL;
	ListCell   *cell;

	foreach(cell, gs_candidate_clauses(root, baserel))
	{
		RestrictInfo *info = lfirst(cell);
		Relids		outer = bms_union(info->clause_relids, baserel->lateral_relids);

		outer = bms_del_member(outer, baserel->relid);
		/* Memoize would seem to ask for a few values only; a bind join counts them right */
		if (gs_hides_values(root, outer) && gs_bind_can_use(root, baserel, info))
			continue;
		if (!bms_is_empty(outer) && is_pushed(root, baserel, state->relation, info))
			params = list_append_unique_ptr(params,
											get_baserel_parampathinfo(root, baserel, outer));
	}
	foreach(cell, params)
		add_parameterized_path(root, baserel, lfirst(cell));
}

void
gainsightGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	GsPlanState *state = baserel->fdw_private;
	GsEstimate	guess = {.requests = state->requests, .carried = state->carried};
	List	   *pathkeys;

	(void) foreigntableid;
	add_scan_path(root, baserel, &guess, NIL, NULL, baserel->lateral_relids);
	add_parameterized_paths(root, baserel);
	pathkeys = gs_order_offer(root, baserel, &guess);
	if (pathkeys != NIL)
		add_scan_path(root, baserel, &guess, pathkeys, NULL, NULL);
}

/*
 * The plan.
 */

List *
gs_used_attnums(const GsRelation *relation, Index relid, List *exprs)
{
	Bitmapset  *used = NULL;
	List	   *result = NIL;
	bool		whole_row;

	pull_varattnos((Node *) exprs, relid, &used);
	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used);
	for (int i = 1; i <= relation->natts; i++)
		if (relation->atts[i - 1].name != NULL &&
			(whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, used)))
			result = lappend_int(result, i);
	return result;
}

/*
 * LIMIT sizes the first page, where the rows are given as they come.
 */
static int
first_page(PlannerInfo *root, const GsPushed *pushed, int page_size)
{
	if (!gs_limit_counts(root, pushed->grade) || root->limit_tuples >= page_size ||
		root->query_pathkeys != NIL)
		return 0;
	return (int) ceil(root->limit_tuples);
}

ForeignScan *
gainsightGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid,
						ForeignPath *best_path, List *tlist, List *scan_clauses,
						Plan *outer_plan)
{
	GsPlanState *state = baserel->fdw_private;
	GsPushed	pushed = {.grade = GS_EXACT};
	GsScanPlan	plan;
	GsEstimate	guess;

	(void) foreigntableid;
	if (IS_UPPER_REL(baserel))
		return gs_count_plan(best_path, tlist, outer_plan);
	if (best_path->fdw_private != NIL)
		gs_bind_inner_plan(root, baserel, best_path, scan_clauses, &pushed, &plan);
	else
	{
		gs_push_clauses(root, baserel, scan_clauses, &pushed);
		gs_push_estimate(root, baserel, state->relation, &pushed, &guess);
		plan.requests = guess.requests;
		plan.listed = guess.listed;
		plan.rest = guess.rest;
		plan.noperands = list_length(pushed.exprs);
		plan.bind = NULL;
	}
	scan_clauses = extract_actual_clauses(scan_clauses, false);
	plan.attnums = gs_used_attnums(state->relation, baserel->relid,
								   list_concat_copy(baserel->reltarget->exprs, scan_clauses));
	plan.clauses = pushed.clauses;
	plan.key = pushed.key;
	plan.wanted = pushed.wanted;
	/* inside a correlated subquery it will be read for each outer row, in a recursion each time */
	if (!bms_is_empty(root->outer_params) || gs_is_recursive_term(root))
		plan.keep = GS_KEEP_MUST;
	/* beside others that depend on the outer row it may */
	else
		plan.keep = baserel->reloptkind == RELOPT_OTHER_MEMBER_REL ?
			GS_KEEP_MAY : GS_KEEP_NEVER;
	plan.for_update = state->for_update;
	plan.first_page = first_page(root, &pushed, state->relation->settings->page_size);
	gs_order_plan(root, baserel, best_path, &pushed, &plan);
	return make_foreignscan(tlist, scan_clauses, baserel->relid, pushed.exprs,
							gs_scan_plan_write(&plan), NIL, NIL, outer_plan);
}
