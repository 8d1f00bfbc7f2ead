/*
 * beforehand.h
 *	  What must be refused before anything is sent.
 */
#ifndef GS_BEFOREHAND_H
#define GS_BEFOREHAND_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"

#include "table/table.h"

/*
 * Raise 0A000 for an UPDATE, when it is planned, that chooses rows by their
 * ctid, or whose target's parent has triggers with transition tables.
 */
extern void gs_beforehand_update(PlannerInfo *root, const GsRelation *relation);

/*
 * Raise 0A000 where rows must not be routed to a foreign partition, when the
 * first of them is: the UPDATE that moves them updates that partition, too, or
 * the parent has triggers with transition tables.
 */
extern void gs_beforehand_route(const ModifyTableState *mtstate, const ResultRelInfo *rinfo);

/*
 * What waits for the commit.
 */

/*
 * Raise 0A000 where RETURNING, of the target varno, has a column that only
 * Gainsight will know: of an INSERT, or of an UPDATE of these columns.
 */
extern void gs_beforehand_returning(const GsRelation *relation, CmdType operation,
									List *returning, Index varno, List *set_columns);

/*
 * WITH CHECK OPTION, before a row is sent.
 */

typedef struct GsChecks GsChecks;

/*
 * Prepare the check options of a table that the node writes to; set_columns are
 * those of an UPDATE.  Lives as long as the statement.
 */
extern GsChecks *gs_checks_create(ModifyTableState *mtstate, ResultRelInfo *rinfo,
								  const GsRelation *relation, bool insert, List *set_columns);

/*
 * Raise 44000 if the row, which is still to be sent, violates one whatever the
 * tenant makes of it; and where that is not asked before the commit, if it may.
 */
extern void gs_checks_apply(const GsChecks *checks, EState *estate, TupleTableSlot *slot);

#endif							/* GS_BEFOREHAND_H */
