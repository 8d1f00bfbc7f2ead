/*
 * write.h
 *	  The face of write/: rows to the tenant.
 *
 * INSERT and UPDATE: what is refused before anything is sent; what is sent for
 * a row, when, and what became of it; and what a rollback has to say of writes,
 * none of which it can undo.  A record is updated only as it was seen a moment
 * ago, and by one session at a time.
 *
 * It may know scans, for the rows that a statement updates are read by one, and
 * everything below.  It must not know how a filter or a plan is made, nor any
 * word of the API.  Nobody but the front door calls it.
 */
#ifndef GS_WRITE_H
#define GS_WRITE_H

#include "postgres.h"

#include "foreign/fdwapi.h"

/*
 * modify.c: planning, beginning and ending of both, and UPDATE a row at a time
 */
extern int	gainsightIsForeignRelUpdatable(Relation rel);
extern void gainsightAddForeignUpdateTargets(PlannerInfo *root, Index rtindex,
											 RangeTblEntry *target_rte,
											 Relation target_relation);
extern List *gainsightPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
										Index resultRelation, int subplan_index);
extern void gainsightBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
										List *fdw_private, int subplan_index, int eflags);
extern void gainsightBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo);
extern TupleTableSlot *gainsightExecForeignUpdate(EState *estate, ResultRelInfo *rinfo,
												  TupleTableSlot *slot,
												  TupleTableSlot *planSlot);
extern void gainsightEndForeignModify(EState *estate, ResultRelInfo *rinfo);
extern void gainsightEndForeignInsert(EState *estate, ResultRelInfo *rinfo);
extern void gainsightExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
										  List *fdw_private, int subplan_index,
										  struct ExplainState *es);

/*
 * insert.c: INSERT, a batch at a time
 */
extern TupleTableSlot *gainsightExecForeignInsert(EState *estate, ResultRelInfo *rinfo,
												  TupleTableSlot *slot,
												  TupleTableSlot *planSlot);
extern TupleTableSlot **gainsightExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo,
														TupleTableSlot **slots,
														TupleTableSlot **planSlots,
														int *numSlots);
extern int	gainsightGetForeignModifyBatchSize(ResultRelInfo *rinfo);

/*
 * direct.c: UPDATE of one table, many rows side by side
 */
extern bool gainsightPlanDirectModify(PlannerInfo *root, ModifyTable *plan,
									  Index resultRelation, int subplan_index);
extern void gainsightBeginDirectModify(ForeignScanState *node, int eflags);
extern TupleTableSlot *gainsightIterateDirectModify(ForeignScanState *node);
extern void gainsightEndDirectModify(ForeignScanState *node);
extern void gainsightExplainDirectModify(ForeignScanState *node, struct ExplainState *es);

/*
 * xact.c: count writes from when they go out, and watch for rollbacks.  Called
 * once at load.
 */
extern void gs_xact_init(void);

/*
 * commit.c: send what waits before the transaction commits.  Called once at
 * load.
 */
extern void gs_commit_init(void);

/*
 * dry_run.c: define gainsight_fdw.dry_run.  Called once at load, before the
 * prefix is reserved.
 */
extern void gs_dry_run_init(void);

#endif							/* GS_WRITE_H */
