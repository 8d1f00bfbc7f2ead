/*
 * scan.h
 *	  What the files of scanning share.
 */
#ifndef GS_SCAN_H
#define GS_SCAN_H

#include "gainsight_fdw.h"

#include "nodes/execnodes.h"
#include "utils/tuplestore.h"

#include "bind.h"
#include "reader.h"
#include "write.h"

typedef struct GsBound GsBound;

typedef struct GsScanState
{
	/* fixed for the plan */
	GsRelation *relation;
	GsScanPlan	plan;
	GsOperands *operands;
	GsRowMaker *maker;
	GsSearch	search;			/* what to select */
	GsBound    *bound;			/* NULL: not bound by a bind join */
	GsSeen	   *seen;			/* keys of the answers that bound keeps */

	/* this (re)scan */
	bool		evaluated;
	GsReader   *reader;			/* NULL: no row can match */
	GsReadSpec	spec;
	MemoryContext context;		/* of spec and reader; reset with them */
	bool		ended;
	bool		asynchronous;	/* see async.c: rows are given as they come */
	MemoryContextCallback on_end;

	/* of a statement that writes to the same server */
	bool		read_all;		/* before the first row is given */
	bool		unread;			/* that is still to be done */
	GsSaved    *saved;			/* what an update has to know; NULL: none is made */
	int64		first_saved;	/* the number of this scan's first */
	int64		given;
	void	   *attached;		/* of a direct modification */

	/* rows kept for a rescan */
	bool		may_keep;		/* there may be one, */
	bool		must_keep;		/* there will be */
	Tuplestorestate *kept;		/* NULL: none, or too many */
	Size		kept_bytes;
	bool		replaying;
	TupleTableSlot *kept_slot;
} GsScanState;

/*
 * scan.c
 */

/*
 * Open a reader for these operands, in place of the one before.
 */
extern void gs_scan_open(GsScanState *state, const GsOperand *operands);

/*
 * Bring the next record into the slot; false at the end.  Values are in
 * CurrentMemoryContext.
 */
extern bool gs_scan_fetch(GsScanState *state, TupleTableSlot *slot);

/*
 * spec.c: which requests a scan's values call for
 */

/*
 * Fill in what is to be read; false if no row can match.  Allocates in
 * CurrentMemoryContext.
 */
extern bool gs_spec_build(const GsRelation *relation, const GsScanPlan *plan,
						  const GsSearch *select, const GsOperand *operands,
						  GsReadSpec *spec);

/*
 * bound.c: a scan that is bound by a bind join
 */

/*
 * Prepare it, when all else of the scan's state is there.  palloc'd.
 */
extern GsBound *gs_bound_begin(ForeignScanState *node);

/*
 * The next row for the current row of the join's other side; an empty slot
 * at the end.
 */
extern TupleTableSlot *gs_bound_next(ForeignScanState *node);

/*
 * Release what the memory context does not.
 */
extern void gs_bound_end(GsBound *bound);

#endif							/* GS_SCAN_H */
