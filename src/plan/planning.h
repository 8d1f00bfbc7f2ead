/*
 * planning.h
 *	  What the files of planning share.
 */
#ifndef GS_PLANNING_H
#define GS_PLANNING_H

#include "estimate.h"
#include "scan_plan.h"

/* What is known of a relation while it is planned; baserel->fdw_private. */
typedef struct GsPlanState
{
	GsRelation *relation;
	bool		for_update;		/* its rows are to be updated */
	double		carried;		/* rows that the tenant will send */
	double		requests;		/* to get them */
	double		pieces;			/* of a list, each a search; 1 or less: it is one */
	GsGrade		grade;			/* of all its clauses: the least */
} GsPlanState;

/* What a scan will send and get, by the planner's figures. */
typedef struct GsEstimate
{
	double		requests;
	double		carried;		/* rows */
	double		listed;			/* see GsScanPlan */
	double		rest;
} GsEstimate;

/* What a list of clauses becomes. */
typedef struct GsPushed
{
	List	   *infos;			/* RestrictInfo of those that are pushed */
	List	   *clauses;		/* GsClause of the same */
	List	   *exprs;			/* their values */
	GsClause   *key;			/* of a read's path */
	GsClause   *wanted;			/* the one record of all lists */
	RestrictInfo *list;			/* the first whose values may be in pieces, a request each */
	double		pieces;			/* how many */
	GsGrade		grade;			/* of all the clauses: the least */
} GsPushed;

/*
 * push.c: what of a list of clauses is sent, and what that brings
 */

/*
 * Is it one of ours, be it a table or what stands for a count of its rows?  And
 * what is known of a table; NULL if it is none of ours, or needs no look.
 */
extern bool gs_is_our_rel(const RelOptInfo *rel);
extern GsPlanState *gs_plan_state(const RelOptInfo *rel);

/*
 * Push what can be pushed of a list of RestrictInfo, the more selective first.
 * Adds to *pushed, which the caller has initialized.
 */
extern void gs_push_clauses(PlannerInfo *root, RelOptInfo *baserel, List *infos,
							GsPushed *pushed);

/*
 * RestrictInfos of joins that a scan of the relation might use, if it is given
 * the values of the other side.
 */
extern List *gs_candidate_clauses(PlannerInfo *root, RelOptInfo *baserel);

/*
 * What requests and the rows that they bring cost.
 */
extern Cost gs_cost_of(const GsPlanState *state, double requests, double rows);

/*
 * The requests of all that is pushed, of which so many rows are carried.
 */
extern double gs_push_requests(const RelOptInfo *baserel, const GsRelation *relation,
							   const GsPushed *pushed, double carried);

/*
 * What that takes and brings: a list is sent where it is no dearer than reading
 * without it.
 */
extern void gs_push_estimate(PlannerInfo *root, RelOptInfo *baserel,
							 const GsRelation *relation, const GsPushed *pushed,
							 GsEstimate *result);

/*
 * loops.c: the plans right below one, some of which may be NULL; not to be changed
 */
extern List *gs_plan_children(const Plan *plan);

/*
 * count_path.c: the plan of a count(*)
 */
extern ForeignScan *gs_count_plan(ForeignPath *best_path, List *tlist, Plan *outer_plan);

/*
 * order.c: rows in the order of a column
 */

/*
 * The order in which a scan of the relation may be asked for with no more requests
 * than it takes to sort it here, as pathkeys, and what that takes if all rows are
 * wanted; NIL if there is none.
 */
extern List *gs_order_offer(PlannerInfo *root, RelOptInfo *baserel, GsEstimate *guess);

/*
 * Complete the plan of a path that may have such an order.
 */
extern void gs_order_plan(PlannerInfo *root, RelOptInfo *baserel, const ForeignPath *path,
						  const GsPushed *pushed, GsScanPlan *plan);

/*
 * Is it this relation's rows that a LIMIT counts, and the tenant asked for all that
 * they are filtered by, as the grade of it says?
 */
extern bool gs_limit_counts(const PlannerInfo *root, GsGrade grade);

/*
 * bind_path.c: joins that send keys in batches
 */

/*
 * Has one of the relations other values for each row of yet another, as VALUES
 * and functions may under LATERAL?  Core takes the few of one row for all.
 */
extern bool gs_hides_values(PlannerInfo *root, Relids relids);

/*
 * Can a bind join ask by this clause?
 */
extern bool gs_bind_can_use(PlannerInfo *root, RelOptInfo *baserel, RestrictInfo *info);

/*
 * Complete the plan of a scan that is the inner side of a bind join: push the
 * one of the clauses (RestrictInfo) that gives the keys, before all others.
 */
extern void gs_bind_inner_plan(PlannerInfo *root, RelOptInfo *baserel, const ForeignPath *path,
							   List *infos, GsPushed *pushed, GsScanPlan *plan);

/*
 * rescan.c: what core takes for paid when a join is run again
 */

/*
 * Correct the costs of the join's paths that core has made: before others are
 * made of them, and as often as there are more.
 */
extern void gs_correct_rescans(RelOptInfo *joinrel);

/*
 * Is it for the term of a recursive query that is run again and again?  Core
 * counts the cost of that so many times.
 */
#define GS_RECURSIONS 10
extern bool gs_is_recursive_term(const PlannerInfo *root);

#endif							/* GS_PLANNING_H */
