/*
 * modify.h
 *	  What the files of INSERT and of UPDATE, a row at a time, share.
 */
#ifndef GS_MODIFY_H
#define GS_MODIFY_H

#include "gainsight_fdw.h"

#include "nodes/execnodes.h"

#include "seen.h"
#include "write.h"

/* Of a table that a statement writes to; ri_FdwState. */
typedef struct GsModifyState
{
	GsRelation *relation;
	GsRowMaker *maker;			/* of the row as the tenant has it */
	MemoryContext context;		/* reset for each row or batch */

	/* INSERT */
	EState	   *estate;
	int64		created;		/* in this table, by this statement */

	/* UPDATE */
	List	   *set_attnums;
	AttrNumber	ctid;			/* in the plan's target list */
	GsSeen	   *updated;
} GsModifyState;

/*
 * Does anything look at the row that was written: RETURNING, a check option, a
 * trigger?  RETURNING is not set up yet when the node begins.
 */
extern bool gs_modify_wants_row(const ResultRelInfo *rinfo);

#endif							/* GS_MODIFY_H */
