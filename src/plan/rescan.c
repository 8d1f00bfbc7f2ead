/*
 * rescan.c
 *	  What core takes for paid when a join is run again.
 *
 * Core takes the startup cost of a hash join for the making of its hash table,
 * which a rescan finds ready (cost_rescan in costsize.c).  Where a side is
 * parameterized by relations outside of the join, that side is run anew each
 * time: the table is made again, and what the outer side begins with is a
 * request again.  For rows on disk that is a small mistake; for ours it is a
 * round trip an outer row.
 *
 * All other nodes either give both costs to a rescan, or are never put above a
 * parameterized path by a join (Material, Sort), or count for themselves how
 * often they ask (Memoize).
 */
#include "postgres.h"

#include "nodes/pathnodes.h"

#include "planning.h"

static bool sends_requests(const Path *path);

static bool
any_sends_requests(List *paths)
{
	ListCell   *cell;

	foreach(cell, paths)
		if (sends_requests(lfirst(cell)))
			return true;
	return false;
}

/* Does the path send requests?  That of other nodes is found to send none. */
static bool
sends_requests(const Path *path)
{
	switch (nodeTag(path))
	{
		case T_ForeignPath:
			return gs_is_our_rel(path->parent);
		case T_AppendPath:
			return any_sends_requests(((const AppendPath *) path)->subpaths);
		case T_MergeAppendPath:
			return any_sends_requests(((const MergeAppendPath *) path)->subpaths);
		case T_CustomPath:
			return any_sends_requests(((const CustomPath *) path)->custom_paths);
		case T_SubqueryScanPath:
			return sends_requests(((const SubqueryScanPath *) path)->subpath);
		case T_ProjectionPath:
			return sends_requests(((const ProjectionPath *) path)->subpath);
		case T_MaterialPath:
			return sends_requests(((const MaterialPath *) path)->subpath);
		case T_MemoizePath:
			return sends_requests(((const MemoizePath *) path)->subpath);
		case T_SortPath:
			return sends_requests(((const SortPath *) path)->subpath);
		case T_AggPath:
			return sends_requests(((const AggPath *) path)->subpath);
		case T_UniquePath:
			return sends_requests(((const UniquePath *) path)->subpath);
		case T_NestPath:
		case T_MergePath:
		case T_HashPath:
			return sends_requests(((const JoinPath *) path)->outerjoinpath) ||
				sends_requests(((const JoinPath *) path)->innerjoinpath);
		default:
			return false;
	}
}

/* What a side has cost when the first row is joined, and need not be paid again. */
static Cost
cost_kept(const Path *side, Cost cost)
{
	return PATH_REQ_OUTER(side) == NULL ? cost : 0;
}

void
gs_correct_rescans(RelOptInfo *joinrel)
{
	ListCell   *cell;

	foreach(cell, joinrel->pathlist)
	{
		Path	   *path = lfirst(cell);
		const Path *outer,
				   *inner;

		if (!IsA(path, HashPath) || path->param_info == NULL || !sends_requests(path))
			continue;
		outer = ((HashPath *) path)->jpath.outerjoinpath;
		inner = ((HashPath *) path)->jpath.innerjoinpath;
		path->startup_cost = cost_kept(outer, outer->startup_cost) + cost_kept(inner, inner->total_cost);
	}
}

bool
gs_is_recursive_term(const PlannerInfo *root)
{
	for (; root->parent_root != NULL; root = root->parent_root)
		if (root->parent_root->non_recursive_path != NULL)
			return true;
	return false;
}
