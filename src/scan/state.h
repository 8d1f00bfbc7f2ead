/*
 * state.h
 *	  What the files of scanning share.
 */
#ifndef GS_STATE_H
#define GS_STATE_H

#include "nodes/execnodes.h"
#include "utils/tuplestore.h"

#include "bind.h"
#include "scan.h"

typedef struct GsBound GsBound;

typedef struct GsScanState
{
	/* fixed for the plan */
	GsRelation *relation;
	GsScanPlan	plan;
	GsOperands *operands;
	GsRowMaker *maker;
	TupleTableSlot *with_header;	/* the row once more, for a plan that looks at its system
									 * columns; NULL: none does */
	GsSearch	search;			/* what to select */
	GsBound    *bound;			/* NULL: not bound by a bind join */
	GsSeen	   *seen;			/* keys of the answers that bound keeps */

	/* this (re)scan */
	bool		evaluated;
	bool		evaluating;		/* its values, just now */
	GsReader   *reader;			/* NULL: no row can match */
	const GsJson *record;		/* of it, that is no row yet, or NULL */
	const char *path_key;		/* which it came by */
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

	/* rows kept, for a rescan or for later */
	bool		may_keep;		/* there may be one, */
	bool		must_keep;		/* there will be */
	Tuplestorestate *kept;		/* NULL: none, or too many */
	bool		kept_tail;		/* without those given before: no good for a rescan */
	Size		kept_bytes;
	bool		replaying;
	TupleTableSlot *kept_slot;
	TupleTableSlot *early_slot; /* of a row that is read before its turn */
	MemoryContext early_context;

	/* of a session that writes to the same tenant */
	GsWalk		walk;
	Tuplestorestate *wide;		/* rows for whatever values a rescan has; NULL: none */
	bool		wide_whole;		/* all of them */
	bool		for_any;		/* kept is that */
	bool		changing_known;
	Bitmapset  *changing;		/* numbers of the values that may change, but for the keys of a
								 * bind join */
} GsScanState;

/*
 * scan.c
 */

/*
 * Begin to give rows, from those kept where that will do.  Evaluates the
 * values.
 */
extern void gs_scan_begin(ForeignScanState *node);

/*
 * fetch.c: records, as rows
 */

/*
 * Open a reader for these operands, in place of the one before.
 */
extern void gs_scan_open(GsScanState *state, const GsOperand *operands);

/*
 * Bring the next record into the slot; false at the end.  Values are in
 * CurrentMemoryContext.  May be called again after it has raised an error.
 */
extern bool gs_scan_fetch(GsScanState *state, TupleTableSlot *slot);

/*
 * Make a row of a record that a reader gave.
 */
extern void gs_scan_fill(GsScanState *state, const GsJson *record, const char *path_key,
						 const GsReader *reader, TupleTableSlot *slot);

/*
 * kept.c: rows kept.  Of a bound scan none are, but for any values.
 */

/*
 * Begin to keep rows, forget them, and add the one that was just given.
 */
extern void gs_kept_begin(ForeignScanState *node);
extern void gs_kept_forget(GsScanState *state);
extern void gs_kept_add(GsScanState *state, TupleTableSlot *slot);

/*
 * Give those kept from the first on; the next of them, into kept_slot, false
 * at their end.
 */
extern void gs_kept_rewind(GsScanState *state);
extern bool gs_kept_next(ForeignScanState *node);

/*
 * Read the rest of what the reader has, and keep it, to be given next.  wait:
 * to the end; else as far as answers have come.
 */
extern void gs_kept_rest(ForeignScanState *node, bool wait);

/*
 * Make the slots and the context that this takes; an empty store.
 */
extern void gs_kept_prepare(ForeignScanState *node);
extern Tuplestorestate *gs_kept_store(ForeignScanState *node);

/*
 * settle.c: what a scan has to do before the session writes
 */
extern void gs_scan_settle(void *scan, const GsResource *written);

/*
 * Where the next row is the first of a rescan, and was read for whatever
 * values that has: make it the one that is given.  True as long as it is so.
 */
extern bool gs_settled_for_any(GsScanState *state);
extern void gs_settled_end(GsScanState *state);

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
 * Is all answered that the join's other side can ever ask for?
 */
extern bool gs_bound_is_complete(const GsBound *bound);

/*
 * Release what the memory context does not.
 */
extern void gs_bound_end(GsBound *bound);

#endif							/* GS_STATE_H */
