/*
 * push.c
 *	  What of a list of clauses is sent, and what that brings.
 *
 * Requests are the currency: a round trip dwarfs whatever is done with its
 * rows here.
 */
#include "postgres.h"

#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "optimizer/restrictinfo.h"

#include "planning.h"

bool
gs_is_our_rel(const RelOptInfo *rel)
{
	return rel->fdwroutine != NULL && gs_routine_is_ours(rel->fdwroutine);
}

GsPlanState *
gs_plan_state(const RelOptInfo *rel)
{
	return gs_is_our_rel(rel) ? rel->fdw_private : NULL;
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
rank_clauses(PlannerInfo *root, const RelOptInfo *baserel, List *infos)
{
	Ranked	   *ranked = palloc(sizeof(Ranked) * Max(list_length(infos), 1));
	ListCell   *cell;

	foreach(cell, infos)
		ranked[foreach_current_index(cell)] = (Ranked) {lfirst(cell), clause_selectivity(root, lfirst(cell), baserel->relid, JOIN_INNER, NULL)};
	qsort(ranked, list_length(infos), sizeof(Ranked), compare_ranked);
	return ranked;
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
	if (pushed->wanted == NULL && key == NULL)
		pushed->wanted = gs_pushdown_wanted(root, baserel, relation, info->clause, &pushed->exprs);
	if (clause != NULL || key != NULL)
		pushed->infos = lappend(pushed->infos, info);
	if (clause != NULL)
		pieces = gs_estimate_pieces(relation, clause, pushed->exprs);
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
	Ranked	   *ranked = rank_clauses(root, baserel, infos);

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

double
gs_push_requests(const RelOptInfo *baserel, const GsRelation *relation, const GsPushed *pushed,
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

void
gs_push_estimate(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
				 const GsPushed *pushed, GsEstimate *result)
{
	double		unlisted,
				requests;

	result->carried = clamp_row_est(baserel->tuples * part_of(root, baserel, pushed->infos));
	result->requests = gs_push_requests(baserel, relation, pushed, result->carried);
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
