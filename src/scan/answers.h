/*
 * answers.h
 *	  Rows found again by the hash of a value.
 */
#ifndef GS_ANSWERS_H
#define GS_ANSWERS_H

#include "postgres.h"

#include "executor/tuptable.h"

typedef struct GsAnswers GsAnswers;

/* The place of a row, in the order of adding; and none. */
#define GS_NO_ROW (-1)

/*
 * Make an empty store in CurrentMemoryContext.  Rows are kept in work_mem,
 * and beyond that in a temporary file.
 */
extern GsAnswers *gs_answers_create(void);

/*
 * Add a row; and how many there are.
 */
extern void gs_answers_add(GsAnswers *answers, uint32 hash, TupleTableSlot *slot);
extern int64 gs_answers_count(const GsAnswers *answers);

/*
 * The first row with a hash, and the one after a row with the same hash, in
 * the order of adding; GS_NO_ROW if there is none.
 */
extern int64 gs_answers_first(const GsAnswers *answers, uint32 hash);
extern int64 gs_answers_next(const GsAnswers *answers, int64 row);

/*
 * Bring a row into a slot for minimal tuples, where it is good until the store
 * changes.
 */
extern void gs_answers_fetch(GsAnswers *answers, int64 row, TupleTableSlot *slot);

/*
 * Does the index of the rows, with so many bytes more that the caller keeps for
 * them, take as much memory as a hash table may?
 */
extern bool gs_answers_full(const GsAnswers *answers, Size more);

/*
 * What it takes to keep the row of a virtual slot, here or in a tuplestore, in
 * bytes.
 */
extern Size gs_answers_row_size(const TupleTableSlot *slot);

/*
 * Forget all rows; and release the file, too.
 */
extern void gs_answers_clear(GsAnswers *answers);

#endif							/* GS_ANSWERS_H */
