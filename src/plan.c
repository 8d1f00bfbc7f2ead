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
#include "catalog/pg_type.h"
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
	bool		bound;			/* a restriction gives the key of a read's path */
} GsPlanState;

/* Whether a clause among these gives the key; *value is its expression. */
static bool
find_bound(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
		   List *clauses, Expr **value)
{
	ListCell   *cell;

	foreach(cell, clauses)
	{
		Expr	   *clause = lfirst(cell);

		if (IsA(clause, RestrictInfo))
			clause = ((RestrictInfo *) clause)->clause;
		*value = gs_bound_value(root, baserel, relation, clause);
		if (*value != NULL)
			return true;
	}
	return false;
}

void
gainsightGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	GsPlanState  *state = palloc0(sizeof(GsPlanState));
	Expr	   *value;

	state->relation = gs_relation_load(foreigntableid);
	state->bound = find_bound(root, baserel, state->relation, baserel->baserestrictinfo, &value);
	baserel->fdw_private = state;
	/* never analyzed */
	if (baserel->tuples < 0)
		baserel->tuples = state->relation->resource->default_rows;
	set_baserel_size_estimates(root, baserel);
}

/* How many requests it takes to read everything, without a key. */
static double
requests_for_all(const GsPlanState *state, double tuples)
{
	const GsRelation *relation = state->relation;
	const GsEndpoint *endpoint = gs_model_read(relation->resource, false);
	double		page = relation->settings->page_size - 1;

	if (endpoint == NULL)
	{
		/* a list for each record of the parent */
		double		parents = gs_model_parent(relation->resource)->default_rows;

		return parents + ceil(parents / page);
	}
	return endpoint->search ? Max(1, ceil(tuples / page)) : 1;
}

static Cost
cost_of(const GsPlanState *state, double requests, double rows)
{
	const GsSettings *settings = state->relation->settings;

	return requests * settings->request_cost + rows * settings->tuple_cost;
}

static void
add_scan_path(PlannerInfo *root, RelOptInfo *baserel)
{
	GsPlanState  *state = baserel->fdw_private;
	double		requests = state->bound ? 1 : requests_for_all(state, baserel->tuples);
	double		carried = state->bound ? baserel->rows : baserel->tuples;

	add_path(baserel, (Path *)
			 gs_create_foreignscan_path(root, baserel, baserel->rows,
										cost_of(state, requests, carried),
										baserel->lateral_relids));
}

/*
 * Parameterized paths: the key comes from another relation, a request a row.
 */

static bool
is_brace_member(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
				EquivalenceMember *em, void *arg)
{
	(void) root;
	(void) ec;
	return gs_is_brace_column((const GsRelation *) arg, rel, em->em_expr);
}

static List *
join_clauses_with_key(PlannerInfo *root, RelOptInfo *baserel)
{
	GsPlanState  *state = baserel->fdw_private;
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
							  generate_implied_equalities_for_column(root, baserel, is_brace_member,
																	 state->relation,
																	 baserel->lateral_referencers));
	return clauses;
}

static void
add_parameterized_paths(PlannerInfo *root, RelOptInfo *baserel)
{
	GsPlanState  *state = baserel->fdw_private;
	List	   *seen = NIL;
	ListCell   *cell;

	foreach(cell, join_clauses_with_key(root, baserel))
	{
		RestrictInfo *info = lfirst(cell);
		Relids		outer = bms_union(info->clause_relids, baserel->lateral_relids);
		ParamPathInfo *param;

		outer = bms_del_member(outer, baserel->relid);
		if (bms_is_empty(outer) ||
			gs_bound_value(root, baserel, state->relation, info->clause) == NULL)
			continue;
		param = get_baserel_parampathinfo(root, baserel, outer);
		if (list_member_ptr(seen, param))
			continue;
		seen = lappend(seen, param);
		add_path(baserel, (Path *)
				 gs_create_foreignscan_path(root, baserel, param->ppi_rows,
											cost_of(state, 1, param->ppi_rows), outer));
	}
}

void
gainsightGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	(void) foreigntableid;
	add_scan_path(root, baserel);
	add_parameterized_paths(root, baserel);
}

/*
 * The plan.
 */

/* What fdw_private holds, in this order. */
enum
{
	PRIVATE_ATTNUMS,
	PRIVATE_BOUND,
	PRIVATE_KEEP_ROWS,
	PRIVATE_FIRST_PAGE,
	PRIVATE_REQUESTS,
	PRIVATE_LENGTH
};

static List *
write_private(const GsScanPlan *plan)
{
	List	   *result = list_make5(plan->attnums,
									makeInteger(plan->bound),
									makeInteger(plan->keep_rows),
									makeInteger(plan->first_page),
									makeFloat(psprintf("%.0f", plan->requests)));

	Assert(list_length(result) == PRIVATE_LENGTH);
	return result;
}

void
gs_scan_plan_read(List *fdw_private, GsScanPlan *plan)
{
	plan->attnums = list_nth(fdw_private, PRIVATE_ATTNUMS);
	plan->bound = intVal(list_nth(fdw_private, PRIVATE_BOUND));
	plan->keep_rows = intVal(list_nth(fdw_private, PRIVATE_KEEP_ROWS));
	plan->first_page = intVal(list_nth(fdw_private, PRIVATE_FIRST_PAGE));
	plan->requests = floatVal(list_nth(fdw_private, PRIVATE_REQUESTS));
}

/* The columns that the target list and the conditions name. */
static List *
needed_attnums(const GsRelation *relation, RelOptInfo *baserel, List *clauses)
{
	Bitmapset  *used = NULL;
	List	   *result = NIL;
	bool		whole_row;

	pull_varattnos((Node *) baserel->reltarget->exprs, baserel->relid, &used);
	pull_varattnos((Node *) clauses, baserel->relid, &used);
	whole_row = bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, used);
	for (int i = 1; i <= relation->natts; i++)
		if (relation->atts[i - 1].name != NULL &&
			(whole_row || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, used)))
			result = lappend_int(result, i);
	return result;
}

/*
 * LIMIT sizes the first page, where it is this relation's rows that it counts
 * and where all that the query filters by is in the request.
 */
static int
first_page(PlannerInfo *root, RelOptInfo *baserel, List *clauses, int page_size)
{
	(void) baserel;
	if (root->limit_tuples < 1 || root->limit_tuples >= page_size ||
		root->query_pathkeys != NIL || clauses != NIL ||
		bms_membership(root->all_baserels) != BMS_SINGLETON)
		return 0;
	return (int) ceil(root->limit_tuples);
}

ForeignScan *
gainsightGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid,
						ForeignPath *best_path, List *tlist, List *scan_clauses,
						Plan *outer_plan)
{
	GsPlanState  *state = baserel->fdw_private;
	GsScanPlan	plan;
	Expr	   *value = NULL;

	(void) foreigntableid;
	(void) best_path;
	scan_clauses = extract_actual_clauses(scan_clauses, false);
	plan.attnums = needed_attnums(state->relation, baserel, scan_clauses);
	plan.bound = find_bound(root, baserel, state->relation, scan_clauses, &value);
	/* inside a correlated subquery it will be read for each outer row */
	plan.keep_rows = !bms_is_empty(root->outer_params);
	plan.first_page = first_page(root, baserel, scan_clauses,
								 state->relation->settings->page_size);
	plan.requests = plan.bound ? 1 : requests_for_all(state, baserel->tuples);
	return make_foreignscan(tlist, scan_clauses, baserel->relid,
							value ? list_make1(value) : NIL,
							write_private(&plan), NIL, NIL, outer_plan);
}
