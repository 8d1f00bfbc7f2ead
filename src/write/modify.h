/*
 * modify.h
 *	  What the files of INSERT and of UPDATE, a row at a time, share.
 */
#ifndef GS_MODIFY_H
#define GS_MODIFY_H


#include "nodes/execnodes.h"

#include "gainsight/gainsight.h"
#include "write.h"

/* Of a table that a statement writes to; ri_FdwState. */
typedef struct GsModifyState
{
	GsRelation *relation;
	GsRowMaker *maker;			/* of the row as the tenant has it */
	MemoryContext context;		/* reset for each row or batch */
	ModifyTableState *node;
	EState	   *estate;
	GsChecks   *checks;			/* made for the first row: set up later than the node begins */
	TupleTableSlot *written;	/* the row as the tenant has it */

	/* INSERT */
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

/*
 * Raise what a check option or a policy has against a row that is to be sent.
 */
extern void gs_modify_check_row(GsModifyState *state, ResultRelInfo *rinfo, TupleTableSlot *slot,
								bool insert);

/*
 * The row that was written, from the tenant's record; path_key as in
 * gs_row_maker_fill.  In place of slot, whose kind may have no system columns.
 */
extern TupleTableSlot *gs_modify_written(GsModifyState *state, const GsJson *record,
										 const char *path_key, TupleTableSlot *slot);

#endif							/* GS_MODIFY_H */
