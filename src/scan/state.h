/*
 * state.h
 *	  What the files of scanning share.
 */
#ifndef GS_STATE_H
#define GS_STATE_H

#include "access/xact.h"
#include "nodes/execnodes.h"
#include "utils/tuplesort.h"
#include "utils/tuplestore.h"

#include "scan.h"

typedef struct GsBindInner GsBindInner;
typedef struct GsCount GsCount;
typedef struct GsWide GsWide;

/*
 * Where a scan is; rows.c says what moves it on.  One that stands for a count
 * gives its first row from GS_AT_START, and is GS_READING from then on.
 */
typedef enum GsScanPhase
{
	GS_AT_START,
	GS_EVALUATING,				/* its values, just now */
	GS_READING_AHEAD,			/* what must be there before the first row is given */
	GS_REPLAYING,				/* the next row is one of those kept, if there is one left */
	GS_READING					/* the next row is the source's, if there is one left */
} GsScanPhase;

/* Is it at that just now?  What failed, in a subtransaction that is over, has left it there. */
#define GS_IS_EVALUATING(state) \
	((state)->phase == GS_EVALUATING && SubTransactionIsActive((state)->evaluates_in))

/* Was no row of this (re)scan asked for?  An evaluation that failed was in vain. */
#define GS_IS_AT_START(state) ((state)->phase <= GS_EVALUATING)

/* The rows of a source in the order of its plan. */
typedef struct GsSorting
{
	GsOrder		asked;			/* of the tenant, for the first page */
	bool		given;			/* rows of that were given: */
	TimestampTz first;			/* the value of the first, */
	TimestampTz last;			/* and of the last */
	Tuplesortstate *sort;		/* of the other rows, here, NULL: there are none yet */
	bool		complete;		/* all of them are in it */
	bool		left;			/* by an error, in the midst of one */
	MemoryContext row;			/* of one of them, as it comes */
} GsSorting;

/* Where records come from. */
typedef struct GsSource
{
	const GsScanPlan *plan;		/* by which they are asked for */
	GsReader   *reader;			/* NULL: there are no more */
	const GsJson *record;		/* of it, that is no row yet, or NULL */
	const char *path_key;		/* which it came by */
	GsReadSpec	spec;
	GsSorting	sorting;		/* where the plan has an order */
	MemoryContext context;		/* of spec and reader; reset with them */
} GsSource;

/* What rows are kept. */
typedef enum GsKeptRows
{
	GS_KEPT_NONE,				/* or there were too many */
	GS_KEPT_ALL,				/* from the first on, for the values that the scan has */
	GS_KEPT_TAIL,				/* those that were not given yet, so no good for a rescan */
	GS_KEPT_FOR_ANY				/* none here: wide.c has those for whatever values */
} GsKeptRows;

typedef struct GsKept
{
	GsKeep		policy;
	GsKeptRows	rows;
	Tuplestorestate *store;		/* of them */
	bool		left;			/* that was, by an error, in the midst of one */
	Size		bytes;			/* in it, while that counts */
	int64		given;			/* of them, since the first */
	TupleTableSlot *slot;		/* of the one that is given */
	TupleTableSlot *early_slot; /* of one that is read before its turn */
	MemoryContext early_context;
} GsKept;

/* The fdw_state of a foreign scan. */
typedef struct GsScanState
{
	/* fixed for the plan */
	const PlanState *node;
	GsRelation *relation;
	GsScanPlan	plan;
	GsOperands *operands;
	GsCount    *count;			/* it stands for a whole count(*), and has no rows of its own; or
								 * NULL */
	GsRowMaker *maker;
	TupleTableSlot *sorted;		/* a row that was sorted here; NULL: there was none */
	TupleTableSlot *with_header;	/* the row once more, for a plan that looks at its system
									 * columns; NULL: none does */
	GsSearch	search;			/* what to select */
	GsBindInner *inner;			/* of a bind join, or NULL */
	GsSeen	   *seen;			/* keys of the answers that inner keeps */

	/* this (re)scan */
	GsScanPhase phase;			/* of a count, too */
	SubTransactionId evaluates_in;	/* where it began to, last */
	GsSource	source;
	bool		asynchronous;	/* see async.c: rows are given as they come */
	MemoryContextCallback on_end;

	/* of a statement that writes to the same server */
	bool		read_all;		/* before the first row is given */
	GsSaved    *saved;			/* what an update has to know; NULL: none is made */
	int64		first_saved;	/* the number of this scan's first */
	void	   *attached;		/* of a direct modification */

	GsKept		kept;
	GsWide	   *wide;			/* rows for whatever values, when they are complete; or NULL */
	int64		counted;		/* requests that a count above has sent in place of this scan */

	/* of a session that writes to the same tenant; a count's, too */
	GsWalk		walk;
	Bitmapset  *changing;		/* numbers of the values that may change, but for the keys of a
								 * bind join */
} GsScanState;

/*
 * source.c: records, as rows
 */

/*
 * Have the source, which has a context, read what the plan asks for with these
 * values, in place of what it was at; or nothing.
 */
extern void gs_source_open(GsScanState *state, GsSource *source, const GsScanPlan *plan,
						   const GsOperand *operands);
extern void gs_source_close(GsSource *source);

/*
 * How many pages one search of a source that is open has, if all of them will be read and
 * the first, for which this waits, tells; else 0.
 */
extern double gs_source_pages(const GsScanState *state, GsSource *source);

/*
 * Bring the next record into the slot; false at the end.  Values are in
 * CurrentMemoryContext.  May be called again after it has raised an error, and
 * raises another if that has left the rows as they were sorted.
 */
extern bool gs_source_fetch(GsScanState *state, GsSource *source, TupleTableSlot *slot);

/*
 * Can that be done without another answer?  And take in the answers that have
 * come until it can; does not wait.
 */
extern bool gs_source_at_hand(const GsSource *source);
extern bool gs_source_advance(GsSource *source);

/*
 * kept.c: rows kept.  Of the inner side of a bind join none are, but for any
 * values.
 */

/*
 * What is seen when the scan begins: the planner did not see it all.
 */
extern GsKeep gs_kept_policy(const ForeignScan *plan, GsKeep planned, int eflags);

/*
 * Forget those kept; keep the rows of a new (re)scan, as far as the policy has
 * it; add the one that was just given.
 */
extern void gs_kept_forget(GsKept *kept);
extern void gs_kept_begin(ForeignScanState *node);
extern void gs_kept_add(GsKept *kept, TupleTableSlot *slot);

/*
 * Add one before its turn.
 */
extern void gs_kept_put(const GsScanState *state, GsKept *kept, TupleTableSlot *slot);

/*
 * Fail where an error has left rows that are kept, or sorted, in the midst of one:
 * another statement than the scan's own may have met with it, and the scan goes on.
 */
extern void gs_kept_require_whole(const GsScanState *state, bool left);

/*
 * Give those kept from the first on, or what is added from now on; the next of
 * them, into the slot, false at their end.
 */
extern void gs_kept_rewind(GsKept *kept);
extern void gs_kept_stand_behind(ForeignScanState *node);
extern bool gs_kept_next(ForeignScanState *node);

/*
 * Make early_slot and early_context, unless they are there.
 */
extern void gs_kept_prepare(ForeignScanState *node);

/*
 * rows.c: which row is next
 */

/*
 * See which values may change, when the scan begins.
 */
extern void gs_rows_note_changing(ForeignScanState *node);

/*
 * Evaluate the values, of a count too; true if they are others than before.
 */
extern bool gs_rows_evaluate(ForeignScanState *node);

/*
 * Begin to give rows, from those kept where that will do; and the next one, an
 * empty slot at the end.
 */
extern void gs_rows_begin(ForeignScanState *node);
extern TupleTableSlot *gs_rows_next(ForeignScanState *node);

/*
 * Read what the source still has, and keep it, to be given next.  wait: to the
 * end; else as far as answers have come.
 */
extern void gs_rows_keep_rest(ForeignScanState *node, bool wait);

/*
 * Are the rows those for whatever values?  They are from a rescan on, when they
 * are there.
 */
extern bool gs_rows_are_for_any(GsScanState *state);

/*
 * bind_inner.c: a scan on the inner side of a bind join
 */

/*
 * Prepare it, when all else of the scan's state is there.  palloc'd.
 */
extern GsBindInner *gs_bind_inner_begin(ForeignScanState *node);

/*
 * The next row for the current row of the join's outer side; an empty slot
 * at the end.
 */
extern TupleTableSlot *gs_bind_inner_next(ForeignScanState *node);

/*
 * Is all answered that the join's outer side can ever ask for?
 */
extern bool gs_bind_inner_is_complete(const GsBindInner *inner);

/*
 * Are the answers to whatever values there are?
 */
extern bool gs_bind_inner_is_for_any(const GsBindInner *inner);

/*
 * Release what the memory context does not.
 */
extern void gs_bind_inner_end(GsBindInner *inner);

/*
 * wide.c: one walk for whatever values
 */

/*
 * Make it, and keep the rows; operands are the values of the scan, NULL: they were
 * not evaluated.  After an error it may be made again.
 */
extern void gs_wide_read(ForeignScanState *node, const GsOperand *operands);
extern bool gs_wide_is_complete(const GsWide *wide);

/*
 * So many lookups are sent before it is asked, once, how much there is.  That costs
 * requests, but without it the walk would have to be taken for a long one.
 */
#define GS_SENT_UNKNOWING 8

/*
 * The source of a scan that may be asked by other values is open for these, and
 * has sent nothing for them yet: have those before, and it, cost as much as the
 * walk?  Then there is a wide, which may not be complete; and the plan of the walk.
 * May ask the tenant for the number of rows, and wait for the first page.
 */
extern bool gs_wide_is_due(ForeignScanState *node, const GsOperand *operands);
extern const GsScanPlan *gs_wide_plan(const GsWide *wide);

/*
 * How many requests the lookups of a scan, and the walk in place of more of them, come
 * to at most, by what is known of the size of its table now; infinity: there is no bound.
 */
extern double gs_wide_most_requests(const GsRelation *relation);

/*
 * Of one that is complete: have values to be evaluated to find rows?  Begin to
 * give those that may be wanted by these; and the next, an empty slot at the end.
 */
extern bool gs_wide_goes_by_values(const GsWide *wide);
extern void gs_wide_begin(GsWide *wide, const GsOperand *operands);
extern TupleTableSlot *gs_wide_next(GsWide *wide);

/*
 * A lookup was answered, by whoever has the rows; and how many were, instead of
 * being sent.  wide may be NULL.
 */
extern void gs_wide_count(GsWide *wide);
extern int64 gs_wide_lookups(const GsWide *wide);

/*
 * Release what the memory context does not.
 */
extern void gs_wide_end(GsWide *wide);

/*
 * count.c: a scan that stands for a whole count(*)
 */

/*
 * Prepare it, when all else of the scan's state is there; the next row, an empty
 * slot when all were given; and release what the memory context does not.
 */
extern void gs_count_begin(ForeignScanState *node);
extern TupleTableSlot *gs_count_next(ForeignScanState *node);
extern void gs_count_end(GsCount *count);

/*
 * foreign_scan.c: the plan of a node, and its table
 */
extern GsRelation *gs_scan_read_plan(const ForeignScanState *node, GsScanPlan *plan);

#endif							/* GS_STATE_H */
