/*
 * plan.c
 *	  Sizes, costs, paths and the plan of a scan.
 *
 * Requests are the currency: a round trip dwarfs whatever is done with its
 * rows here.  Planning sends nothing.
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
#include "gainsight_fdw.h"

/* What is known of a relation while it is planned; baserel->fdw_private. */
typedef struct GsPlanState
{
	GsRelation *relation;
	double		carried;		/* rows that the tenant will send */
	double		requests;		/* to get them */
} GsPlanState;

/* What a list of clauses becomes. */
typedef struct Pushed
{
	List	   *infos;			/* RestrictInfo of those that are pushed */
	List	   *clauses;		/* GsClause of the same */
	List	   *exprs;			/* their values */
	GsClause   *key;			/* of a read's path */
	GsGrade		grade;			/* of all the clauses: the least */
} Pushed;

/*
 * Sizes.
 */

static int
compare_selectivity(const ListCell *a, const ListCell *b)
{
	Selectivity left = ((RestrictInfo *) lfirst(a))->norm_selec;
	Selectivity right = ((RestrictInfo *) lfirst(b))->norm_selec;

	return left < right ? -1 : left > right;
}

/* Push what can be pushed, the more selective first: there is room for few. */
static void
push_clauses(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
			 List *infos, Pushed *pushed)
{
	List	   *sorted = list_copy(infos);
	ListCell   *cell;

	memset(pushed, 0, sizeof(*pushed));
	pushed->grade = GS_EXACT;
	foreach(cell, sorted)
		(void) clause_selectivity(root, lfirst(cell), 0, JOIN_INNER, NULL);
	list_sort(sorted, compare_selectivity);
	foreach(cell, sorted)
	{
		RestrictInfo *info = lfirst(cell);
		GsGrade		grade;
		GsClause   *clause;

		if (info->pseudoconstant)
			continue;
		clause = gs_pushdown(root, baserel, relation, info->clause, &pushed->exprs, &grade);
		if (clause != NULL)
			pushed->clauses = lappend(pushed->clauses, clause);
		if (pushed->key == NULL)
			pushed->key = gs_pushdown_key(root, baserel, relation, info->clause, &pushed->exprs);
		if (clause != NULL || pushed->key != NULL)
			pushed->infos = lappend(pushed->infos, info);
		pushed->grade = Min(pushed->grade, grade);
	}
}

/* How many lists a key clause asks for, 0 without one. */
static double
keys_of(const Pushed *pushed)
{
	if (pushed->key == NULL)
		return 0;
	return pushed->key->test != GS_IN ? 1 :
		Max(1, gs_array_length(list_nth(pushed->exprs, pushed->key->operand)));
}

static void
estimate(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
		 const Pushed *pushed, double *requests, double *carried)
{
	*carried = clamp_row_est(baserel->tuples *
							 clauselist_selectivity(root, pushed->infos, baserel->relid,
													JOIN_INNER, NULL));
	*requests = gs_estimate_requests(relation, baserel->tuples, *carried, keys_of(pushed));
}

void
gainsightGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	GsPlanState *state = palloc0(sizeof(GsPlanState));
	GsRelation *relation = gs_relation_load(foreigntableid);
	Pushed		pushed;
	double		told;

	state->relation = relation;
	baserel->fdw_private = state;
	/* never analyzed */
	if (baserel->tuples < 0)
		baserel->tuples = gs_estimate_rows(relation);
	set_baserel_size_estimates(root, baserel);
	push_clauses(root, baserel, relation, baserel->baserestrictinfo, &pushed);
	estimate(root, baserel, relation, &pushed, &state->requests, &state->carried);
	told = gs_estimate_remotely(relation, pushed.clauses, pushed.exprs, baserel->userid);
	if (told >= 0)
	{
		state->carried = clamp_row_est(told);
		state->requests = gs_estimate_requests(relation, baserel->tuples, state->carried,
											   keys_of(&pushed));
		baserel->rows = clamp_row_est(told * clauselist_selectivity(root,
																	list_difference_ptr(baserel->baserestrictinfo,
																						pushed.infos),
																	0, JOIN_INNER, NULL));
	}
}

bool
gs_plan_counts(PlannerInfo *root, RelOptInfo *baserel, const GsRelation **relation,
			   List **clauses, List **exprs)
{
	GsPlanState *state = baserel->fdw_private;
	const GsEndpoint *endpoint = gs_model_read(state->relation->resource, false);
	Pushed		pushed;

	if (endpoint == NULL || !endpoint->search)
		return false;
	push_clauses(root, baserel, state->relation, baserel->baserestrictinfo, &pushed);
	if (baserel->baserestrictinfo != NIL &&
		(pushed.grade != GS_EXACT || !state->relation->settings->trust_filters))
		return false;
	*relation = state->relation;
	*clauses = pushed.clauses;
	*exprs = pushed.exprs;
	return true;
}

/*
 * Paths.
 */

static Cost
cost_of(const GsPlanState *state, double requests, double rows)
{
	const GsSettings *settings = state->relation->settings;

	return requests * settings->request_cost + rows * settings->tuple_cost;
}

static bool
is_pushable_member(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
				   EquivalenceMember *em, void *arg)
{
	const GsRelation *relation = arg;

	(void) root;
	(void) ec;
	return gs_is_brace_column(relation, rel, em->em_expr) ||
		gs_is_pushable_column(relation, rel, em->em_expr);
}

/* Join clauses that a parameterized scan might use. */
static List *
candidate_clauses(PlannerInfo *root, RelOptInfo *baserel)
{
	GsPlanState *state = baserel->fdw_private;
	List	   *clauses = NIL;
	ListCell   *cell;

	foreach(cell, baserel->joininfo)
	{
		RestrictInfo *info = lfirst(cell);

		if (join_clause_is_movable_to(info, baserel))
			clauses = lappend(clauses, info);
	}
	if (baserel->has_eclass_joins)
		clauses = list_concat(clauses,
							  generate_implied_equalities_for_column(root, baserel,
																	 is_pushable_member,
																	 state->relation,
																	 baserel->lateral_referencers));
	return clauses;
}

static bool
is_pushed(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
		  RestrictInfo *info)
{
	List	   *exprs = NIL;
	GsGrade		grade;

	return gs_pushdown(root, baserel, relation, info->clause, &exprs, &grade) != NULL ||
		gs_pushdown_key(root, baserel, relation, info->clause, &exprs) != NULL;
}

/* A path that asks anew for each set of values from the other relations. */
static void
add_parameterized_path(PlannerInfo *root, RelOptInfo *baserel, ParamPathInfo *param)
{
	GsPlanState *state = baserel->fdw_private;
	Pushed		pushed;
	double		requests,
				carried;

	push_clauses(root, baserel, state->relation,
				 list_concat_copy(baserel->baserestrictinfo, param->ppi_clauses), &pushed);
	estimate(root, baserel, state->relation, &pushed, &requests, &carried);
	add_path(baserel, (Path *)
			 gs_create_foreignscan_path(root, baserel, param->ppi_rows,
										cost_of(state, requests, carried),
										param->ppi_req_outer));
}

static void
add_parameterized_paths(PlannerInfo *root, RelOptInfo *baserel)
{
	GsPlanState *state = baserel->fdw_private;
	List	   *params = NIL;
	ListCell   *cell;

	foreach(cell, candidate_clauses(root, baserel))
	{
		RestrictInfo *info = lfirst(cell);
		Relids		outer = bms_union(info->clause_relids, baserel->lateral_relids);

		outer = bms_del_member(outer, baserel->relid);
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

	(void) foreigntableid;
	add_path(baserel, (Path *)
			 gs_create_foreignscan_path(root, baserel, baserel->rows,
										cost_of(state, state->requests, state->carried),
										baserel->lateral_relids));
	add_parameterized_paths(root, baserel);
}

/*
 * The plan.
 */

/* What fdw_private holds, in this order. */
enum
{
	PRIVATE_ATTNUMS,
	PRIVATE_CLAUSES,
	PRIVATE_KEY,
	PRIVATE_KEEP_ROWS,
	PRIVATE_FIRST_PAGE,
	PRIVATE_REQUESTS,
	PRIVATE_FOR_UPDATE,
	/* of a direct modification */
	PRIVATE_SET_ATTNUMS,
	PRIVATE_SET_PROCESSED
};

static List *
write_private(const GsScanPlan *plan)
{
	List	   *clauses = NIL;
	List	   *result;
	ListCell   *cell;

	foreach(cell, plan->clauses)
		clauses = lappend(clauses, gs_clause_write(lfirst(cell)));
	result = list_make5(plan->attnums,
						clauses,
						plan->key ? gs_clause_write(plan->key) : NULL,
						makeInteger(plan->keep_rows),
						makeInteger(plan->first_page));
	result = lappend(result, makeFloat(psprintf("%.0f", plan->requests)));
	result = lappend(result, makeInteger(plan->for_update));
	Assert(list_length(result) == PRIVATE_SET_ATTNUMS);
	return result;
}

List *
gs_scan_plan_set(List *fdw_private, List *attnums, List *set_attnums, bool set_processed)
{
	List	   *result = list_copy(fdw_private);

	Assert(list_length(fdw_private) == PRIVATE_SET_ATTNUMS);
	lfirst(list_nth_cell(result, PRIVATE_ATTNUMS)) = attnums;
	return lappend(lappend(result, set_attnums), makeInteger(set_processed));
}

void
gs_scan_plan_read(List *fdw_private, GsScanPlan *plan)
{
	Node	   *key = list_nth(fdw_private, PRIVATE_KEY);
	ListCell   *cell;

	plan->attnums = list_nth(fdw_private, PRIVATE_ATTNUMS);
	plan->clauses = NIL;
	foreach(cell, (List *) list_nth(fdw_private, PRIVATE_CLAUSES))
		plan->clauses = lappend(plan->clauses, gs_clause_read(lfirst(cell)));
	plan->key = key ? gs_clause_read(key) : NULL;
	plan->keep_rows = intVal(list_nth(fdw_private, PRIVATE_KEEP_ROWS));
	plan->first_page = intVal(list_nth(fdw_private, PRIVATE_FIRST_PAGE));
	plan->requests = floatVal(list_nth(fdw_private, PRIVATE_REQUESTS));
	plan->for_update = intVal(list_nth(fdw_private, PRIVATE_FOR_UPDATE));
	plan->set_attnums = NIL;
	plan->set_processed = false;
	if (list_length(fdw_private) > PRIVATE_SET_ATTNUMS)
	{
		plan->set_attnums = list_nth(fdw_private, PRIVATE_SET_ATTNUMS);
		plan->set_processed = intVal(list_nth(fdw_private, PRIVATE_SET_PROCESSED));
	}
}

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
 * LIMIT sizes the first page, where it is this relation's rows that it counts
 * and the tenant is asked for all that they are filtered by.
 */
static int
first_page(PlannerInfo *root, const Pushed *pushed, int page_size)
{
	if (root->limit_tuples < 1 || root->limit_tuples >= page_size ||
		root->query_pathkeys != NIL || pushed->grade == GS_LOCAL ||
		bms_membership(root->all_baserels) != BMS_SINGLETON)
		return 0;
	return (int) ceil(root->limit_tuples);
}

ForeignScan *
gainsightGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid,
						ForeignPath *best_path, List *tlist, List *scan_clauses,
						Plan *outer_plan)
{
	GsPlanState *state = baserel->fdw_private;
	Pushed		pushed;
	GsScanPlan	plan;
	double		carried;

	(void) foreigntableid;
	if (IS_UPPER_REL(baserel))
		return gs_count_plan(best_path, tlist, baserel, outer_plan);
	push_clauses(root, baserel, state->relation, scan_clauses, &pushed);
	scan_clauses = extract_actual_clauses(scan_clauses, false);
	plan.attnums = gs_used_attnums(state->relation, baserel->relid,
								   list_concat_copy(baserel->reltarget->exprs, scan_clauses));
	plan.clauses = pushed.clauses;
	plan.key = pushed.key;
	/* inside a correlated subquery it will be read for each outer row */
	plan.keep_rows = !bms_is_empty(root->outer_params);
	plan.for_update = root->parse->commandType == CMD_UPDATE &&
		bms_is_member(baserel->relid, root->all_result_relids);
	plan.first_page = first_page(root, &pushed, state->relation->settings->page_size);
	estimate(root, baserel, state->relation, &pushed, &plan.requests, &carried);
	return make_foreignscan(tlist, scan_clauses, baserel->relid, pushed.exprs,
							write_private(&plan), NIL, NIL, outer_plan);
}
