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
#include "utils/syscache.h"

#include "compat.h"
#include "plan.h"

/*
 * Sizes.
 */

/* A clause and what it leaves of the relation's rows. */
typedef struct Ranked
{
	RestrictInfo *info;
	Selectivity selectivity;
} Ranked;

static int
compare_ranked(const void *a, const void *b)
{
	Selectivity left = ((const Ranked *) a)->selectivity;
	Selectivity right = ((const Ranked *) b)->selectivity;

	return left < right ? -1 : left > right;
}

/*
 * The more selective first.  For joins' clauses core must not remember what
 * they leave of this relation alone, hence the relid.
 */
static Ranked *
rank(PlannerInfo *root, const RelOptInfo *baserel, List *infos)
{
	Ranked	   *ranked = palloc(sizeof(Ranked) * Max(list_length(infos), 1));
	ListCell   *cell;

	foreach(cell, infos)
		ranked[foreach_current_index(cell)] = (Ranked) {lfirst(cell), clause_selectivity(root, lfirst(cell), baserel->relid, JOIN_INNER, NULL)};
	qsort(ranked, list_length(infos), sizeof(Ranked), compare_ranked);
	return ranked;
}

/* How many searches the values of a pushed clause are spread over; 0: it is no list. */
static double
pieces_of(const GsRelation *relation, const GsClause *clause, List *exprs)
{
	if (clause->kind != GS_TEST || clause->test != GS_IN || !gs_takes_lists(relation, clause))
		return 0;
	return Max(1, ceil(gs_array_length(list_nth(exprs, clause->operand)) /
					   relation->settings->in_list_size));
}

static void
push_clause(PlannerInfo *root, RelOptInfo *baserel, RestrictInfo *info, GsPushed *pushed)
{
	const GsRelation *relation = ((GsPlanState *) baserel->fdw_private)->relation;
	GsGrade		grade;
	GsClause   *clause = gs_pushdown(root, baserel, relation, info->clause, &pushed->exprs, &grade);
	GsClause   *key = NULL;
	double		pieces = 0;

	if (clause != NULL)
		pushed->clauses = lappend(pushed->clauses, clause);
	if (pushed->key == NULL)
		pushed->key = key = gs_pushdown_key(root, baserel, relation, info->clause, &pushed->exprs);
	if (clause != NULL || key != NULL)
		pushed->infos = lappend(pushed->infos, info);
	if (clause != NULL)
		pieces = pieces_of(relation, clause, pushed->exprs);
	else if (key != NULL && gs_model_read(relation->resource, false) == NULL)
		pieces = gs_key_guess(key, pushed->exprs);
	if (pushed->list == NULL && pieces > 0)
	{
		pushed->list = info;
		pushed->pieces = pieces;
	}
	pushed->grade = Min(pushed->grade, grade);
}

void
gs_push_clauses(PlannerInfo *root, RelOptInfo *baserel, List *infos, GsPushed *pushed)
{
	Ranked	   *ranked = rank(root, baserel, infos);

	for (int i = 0; i < list_length(infos); i++)
		if (!ranked[i].info->pseudoconstant)
			push_clause(root, baserel, ranked[i].info, pushed);
}

static double
requests_of(const RelOptInfo *baserel, const GsRelation *relation, double carried, double keys)
{
	GsSize		size = {baserel->tuples, baserel->pages};

	return gs_estimate_requests(relation, &size, carried, keys);
}

/* The requests of all that is pushed, of which so many rows are carried. */
static double
pushed_requests(const RelOptInfo *baserel, const GsRelation *relation, const GsPushed *pushed,
				double carried)
{
	double		keys = pushed->key == NULL ? 0 : Max(1, pushed->pieces);

	if (pushed->pieces > 1 && gs_model_read(relation->resource, false) != NULL)
		return gs_estimate_list(relation, pushed->pieces, carried);
	return requests_of(baserel, relation, carried, keys);
}

/* The part of the relation's rows that clauses leave. */
static Selectivity
part_of(PlannerInfo *root, RelOptInfo *baserel, List *infos)
{
	return clauselist_selectivity(root, infos, baserel->relid, JOIN_INNER, NULL);
}

/* A list is sent where that is no dearer than reading without it. */
static void
estimate(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
		 const GsPushed *pushed, GsEstimate *result)
{
	double		unlisted,
				requests;

	result->carried = clamp_row_est(baserel->tuples * part_of(root, baserel, pushed->infos));
	result->requests = pushed_requests(baserel, relation, pushed, result->carried);
	result->listed = result->carried;
	result->rest = 1;
	if (pushed->list == NULL)
		return;
	result->rest = part_of(root, baserel,
						   list_difference_ptr(pushed->infos, list_make1(pushed->list)));
	unlisted = clamp_row_est(baserel->tuples * result->rest);
	requests = requests_of(baserel, relation, unlisted, 0);
	if (pushed->pieces <= 1 || requests >= result->requests)
		return;
	result->requests = requests;
	result->carried = unlisted;
}

static bool
has_statistics(const GsRelation *relation, AttrNumber attnum)
{
	return SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(relation->relid),
								 Int16GetDatum(attnum), BoolGetDatum(false));
}

/*
 * Before a table was analyzed, core takes every value for one of 200.  Where
 * the model knows better, its guess goes where core remembers its own.
 */
static void
guess_selectivities(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation)
{
	ListCell   *cell;

	foreach(cell, baserel->baserestrictinfo)
	{
		RestrictInfo *info = lfirst(cell);
		List	   *exprs = NIL;
		GsGrade		grade;
		GsClause   *clause = gs_pushdown(root, baserel, relation, info->clause, &exprs, &grade);
		double		sharing;

		if (clause == NULL)
			clause = gs_pushdown_key(root, baserel, relation, info->clause, &exprs);
		if (clause == NULL || clause->kind != GS_TEST ||
			(clause->test != GS_EQ && clause->test != GS_IN) ||
			has_statistics(relation, clause->attnum))
			continue;
		sharing = gs_estimate_sharing(&relation->atts[clause->attnum - 1], baserel->tuples);
		if (clause->test == GS_IN)
			sharing *= gs_array_length(linitial(exprs));
		if (sharing > 0)
			info->norm_selec = info->outer_selec = Min(1.0, sharing / Max(baserel->tuples, 1));
	}
}

void
gainsightGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	GsPlanState *state = palloc0(sizeof(GsPlanState));
	GsRelation *relation = gs_relation_load(foreigntableid);
	GsPushed	pushed = {.grade = GS_EXACT};
	GsEstimate	guess;
	double		told;

	state->relation = relation;
	baserel->fdw_private = state;
	/* never analyzed */
	if (baserel->tuples < 0)
		baserel->tuples = gs_estimate_rows(relation);
	guess_selectivities(root, baserel, relation);
	set_baserel_size_estimates(root, baserel);
	gs_push_clauses(root, baserel, baserel->baserestrictinfo, &pushed);
	estimate(root, baserel, relation, &pushed, &guess);
	state->requests = guess.requests;
	state->carried = guess.carried;
	told = gs_estimate_remotely(relation, pushed.clauses, pushed.exprs, baserel->userid);
	if (told >= 0)
	{
		state->carried = clamp_row_est(told);
		state->requests = pushed_requests(baserel, relation, &pushed, state->carried);
		baserel->rows = clamp_row_est(told * clauselist_selectivity(root,
																	list_difference_ptr(baserel->baserestrictinfo,
																						pushed.infos),
																	0, JOIN_INNER, NULL));
	}
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

bool
gs_plan_counts(PlannerInfo *root, RelOptInfo *baserel, const GsRelation **relation,
			   GsScanPlan *plan, List **exprs)
{
	GsPlanState *state = baserel->fdw_private;
	const GsEndpoint *endpoint = gs_model_read(state->relation->resource, false);
	GsPushed	pushed = {.grade = GS_EXACT};
	GsEstimate	rows;

	if (endpoint == NULL || !endpoint->search)
		return false;
	/* that of the query as a whole would be nobody's to check */
	if (has_pseudoconstant(baserel->baserestrictinfo))
		return false;
	gs_push_clauses(root, baserel, baserel->baserestrictinfo, &pushed);
	if (baserel->baserestrictinfo != NIL &&
		(pushed.grade != GS_EXACT || !state->relation->settings->trust_filters))
		return false;
	estimate(root, baserel, state->relation, &pushed, &rows);
	memset(plan, 0, sizeof(*plan));
	plan->clauses = pushed.clauses;
	plan->requests = Max(1, pushed.pieces);
	plan->rest = rows.rest;
	*relation = state->relation;
	*exprs = pushed.exprs;
	return true;
}

/*
 * Paths.
 */

bool
gs_is_our_rel(const RelOptInfo *rel)
{
	return rel->fdwroutine != NULL && rel->fdw_private != NULL &&
		rel->fdwroutine->GetForeignPlan == gainsightGetForeignPlan;
}

Cost
gs_cost_of(const GsPlanState *state, double requests, double rows)
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

List *
gs_candidate_clauses(PlannerInfo *root, RelOptInfo *baserel)
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
			  ParamPathInfo *param, Relids outer)
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
										guess->carried * conditions.per_tuple, outer));
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
	estimate(root, baserel, state->relation, &pushed, &guess);
	add_scan_path(root, baserel, &guess, param, param->ppi_req_outer);
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

	(void) foreigntableid;
	add_scan_path(root, baserel, &guess, NULL, baserel->lateral_relids);
	add_parameterized_paths(root, baserel);
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
 * LIMIT sizes the first page, where it is this relation's rows that it counts
 * and the tenant is asked for all that they are filtered by.
 */
static int
first_page(PlannerInfo *root, const GsPushed *pushed, int page_size)
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
	GsPushed	pushed = {.grade = GS_EXACT};
	GsScanPlan	plan;
	GsEstimate	guess;

	(void) foreigntableid;
	if (IS_UPPER_REL(baserel))
		return gs_count_plan(best_path, tlist, baserel, outer_plan);
	if (best_path->fdw_private != NIL)
		gs_bind_plan(root, baserel, best_path, scan_clauses, &pushed, &plan);
	else
	{
		gs_push_clauses(root, baserel, scan_clauses, &pushed);
		estimate(root, baserel, state->relation, &pushed, &guess);
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
	/* inside a correlated subquery it will be read for each outer row, in a recursion each time */
	if (!bms_is_empty(root->outer_params) || gs_is_recursive_term(root))
		plan.rescan = GS_RESCAN_SURE;
	/* beside others that depend on the outer row it may */
	else
		plan.rescan = baserel->reloptkind == RELOPT_OTHER_MEMBER_REL ?
			GS_RESCAN_POSSIBLE : GS_RESCAN_UNSEEN;
	plan.for_update = root->parse->commandType == CMD_UPDATE &&
		bms_is_member(baserel->relid, root->all_result_relids);
	plan.first_page = first_page(root, &pushed, state->relation->settings->page_size);
	return make_foreignscan(tlist, scan_clauses, baserel->relid, pushed.exprs,
							gs_scan_plan_write(&plan), NIL, NIL, outer_plan);
}
