/*
 * check_option.h
 *	  WITH CHECK OPTION before a row is sent.
 */
#ifndef GS_CHECK_OPTION_H
#define GS_CHECK_OPTION_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "table/table.h"

typedef struct GsChecks GsChecks;

/*
 * Prepare the check options of a table that the node writes to.  Lives as long
 * as the statement.
 */
extern GsChecks *gs_checks_create(ModifyTableState *mtstate, ResultRelInfo *rinfo,
								  const GsRelation *relation, bool insert);

/*
 * Raise 44000 if the row, which is still to be sent, violates one whatever the
 * tenant makes of it.
 */
extern void gs_checks_apply(const GsChecks *checks, EState *estate, TupleTableSlot *slot);

#endif							/* GS_CHECK_OPTION_H */
