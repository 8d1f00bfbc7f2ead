/*
 * plan.h
 *	  The face of plan/: how a foreign table is scanned.
 *
 * Estimates, paths, the bind join among them, and the plan, which carries plain
 * nodes, for it is cached and copied.  Requests are the currency: a round trip
 * dwarfs whatever is done with its rows here.
 *
 * It may know what where/ makes of clauses, and what this session was told of a
 * tenant's size.  It must not know an executor; and planning sends nothing,
 * unless use_remote_estimate asks for it.
 */
#ifndef GS_PLAN_H
#define GS_PLAN_H

#include "postgres.h"

#include "foreign/fdwapi.h"
#include "nodes/pathnodes.h"

#include "estimate.h"
#include "scan_plan.h"

/*
 * size.c
 */
extern void gainsightGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel,
									   Oid foreigntableid);

/*
 * count_path.c: count(*), and what its plan carries
 */
extern void gainsightGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage,
										  RelOptInfo *input_rel, RelOptInfo *output_rel,
										  void *extra);
extern void gs_count_plan_read(List *fdw_private, Oid *relid, GsScanPlan *plan);

/*
 * plan.c: paths and the plan of a scan
 */
extern void gainsightGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel,
									 Oid foreigntableid);
extern ForeignScan *gainsightGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel,
											Oid foreigntableid, ForeignPath *best_path,
											List *tlist, List *scan_clauses,
											Plan *outer_plan);

/*
 * The columns of the range table entry that expressions name.
 */
extern List *gs_used_attnums(const GsRelation *relation, Index relid, List *exprs);

/*
 * loops.c: how often the planner thinks that a scan in a finished plan will be asked
 * anew, for its values are others; 1 or more.
 */
extern double gs_planned_loops(const PlannedStmt *statement, const ForeignScan *scan);

/*
 * reads.c
 */

/*
 * The columns of the table, a target of the query, that an UPDATE of these
 * columns reads of the rows that it updates.  Called when the rest has been planned.
 */
extern List *gs_update_reads(PlannerInfo *root, const GsRelation *relation,
							 List *set_columns);

/*
 * bind_path.c: set up the hook by which joins that send keys in batches are
 * planned.  Called once at load.
 */
extern void gs_bind_path_init(void);

/*
 * jit.c: set up the hook that leaves requests out of the cost that JIT goes
 * by.  Called once at load.
 */
extern void gs_jit_init(void);

#endif							/* GS_PLAN_H */
