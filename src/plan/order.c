/*
 * order.c
 *	  Rows in the order of a column, which the tenant is trusted to keep.
 *
 * Of such an order one page is asked for, and no more: what is changed while the
 * next is read would move from behind it to before it, unseen.  So it pays where a
 * page is enough, and a scan that is asked for more than that reads all, as it would
 * have without, and sorts it here.  Where LIMIT sizes the page it always is: the rows
 * of LIMIT are on it, or it has all that there are.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/paths.h"
#include "utils/typcache.h"

#include "compat.h"
#include "planning.h"

/*
 * Is the order of the column's values that in which the tenant has its field?  That
 * of days is not, for where clocks are set back at midnight a day begins twice; nor is it
 * where what does not fit is null.
 */
static bool
is_sortable(const GsAttr *attr, Oid opfamily)
{
	return attr->name != NULL && (attr->flags & GS_SORTABLE) && attr->pushdown && !attr->set_null &&
		(attr->type == TIMESTAMPTZOID || attr->type == TIMESTAMPOID) &&
		lookup_type_cache(attr->type, TYPECACHE_BTREE_OPFAMILY)->btree_opf == opfamily;
}

/* The relation's column that the order is of; 0: none. */
static AttrNumber
column_of(const RelOptInfo *baserel, const GsRelation *relation, const PathKey *pathkey)
{
	for (int i = 1; i <= relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i - 1];
		Var		   *var;

		if (!is_sortable(attr, pathkey->pk_opfamily))
			continue;
		var = makeVar(baserel->relid, i, attr->type, attr->typmod, InvalidOid, 0);
		if (find_ec_member_matching_expr(pathkey->pk_eclass, (Expr *) var, baserel->relids) != NULL)
			return i;
	}
	return 0;
}

bool
gs_limit_counts(const PlannerInfo *root, GsGrade grade)
{
	return root->limit_tuples >= 1 && grade != GS_LOCAL &&
		bms_membership(root->all_baserels) == BMS_SINGLETON;
}

/* Will a page that LIMIT sizes do in any case?  Rows that are equal by the order can be many more. */
static bool
is_sized_by_limit(const PlannerInfo *root, GsGrade grade, int page_size)
{
	return gs_limit_counts(root, grade) && root->limit_tuples <= page_size &&
		list_length(root->query_pathkeys) == 1 &&
		root->parse->limitOption != LIMIT_OPTION_WITH_TIES;
}

/*
 * So many more than LIMIT counts: a tenant that keeps no order is found out by many
 * rows, and one may be looked at behind the last.
 */
#define SPARE_ROWS 50

static int
first_page(const PlannerInfo *root, GsGrade grade, int page_size)
{
	if (!is_sized_by_limit(root, grade, page_size))
		return page_size;
	return (int) Min(ceil(root->limit_tuples) + SPARE_ROWS, page_size);
}

/* So many of the relation's rows are wanted, as far as the planner knows. */
static double
rows_wanted(const PlannerInfo *root, const RelOptInfo *baserel)
{
	if (root->limit_tuples > 0)
		return root->limit_tuples;
	if (root->tuple_fraction >= 1)
		return root->tuple_fraction;
	return baserel->rows * (root->tuple_fraction > 0 ? root->tuple_fraction : 1);
}

/* Are they within a page of those that come, where all are on several? */
static bool
may_be_on_a_page(const PlannerInfo *root, const RelOptInfo *baserel)
{
	const GsPlanState *state = baserel->fdw_private;
	double		carried = rows_wanted(root, baserel) * state->carried / Max(baserel->rows, 1);

	return state->requests > 1 && carried <= state->relation->settings->page_size;
}

List *
gs_order_offer(PlannerInfo *root, RelOptInfo *baserel, GsEstimate *guess)
{
	const GsPlanState *state = baserel->fdw_private;
	const GsRelation *relation = state->relation;
	bool		sure = is_sized_by_limit(root, state->grade, relation->settings->page_size);

	if (!relation->settings->trust_order || !relation->resource->dialect->ordered ||
		root->query_pathkeys == NIL || !bms_is_empty(baserel->lateral_relids) ||
		state->pieces > 1 || (!sure && !may_be_on_a_page(root, baserel)) ||
		column_of(baserel, relation, linitial(root->query_pathkeys)) == 0)
		return NIL;
	guess->requests = state->requests;
	guess->carried = state->carried;
	if (!sure)
	{
		guess->requests++;
		guess->carried += relation->settings->page_size;
	}
	return list_make1(linitial(root->query_pathkeys));
}

void
gs_order_plan(PlannerInfo *root, RelOptInfo *baserel, const ForeignPath *path,
			  const GsPushed *pushed, GsScanPlan *plan)
{
	const GsRelation *relation = ((const GsPlanState *) baserel->fdw_private)->relation;
	const PathKey *pathkey;

	plan->order = 0;
	plan->descending = false;
	if (path->path.pathkeys == NIL)
		return;
	pathkey = linitial(path->path.pathkeys);
	plan->order = column_of(baserel, relation, pathkey);
	plan->descending = GS_IS_DESCENDING(pathkey);
	plan->attnums = list_append_unique_int(plan->attnums, plan->order);
	plan->first_page = first_page(root, pushed->grade, relation->settings->page_size);
	plan->requests = 1;
}
