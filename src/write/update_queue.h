/*
 * update_queue.h
 *	  Many updates, side by side.
 */
#ifndef GS_UPDATE_QUEUE_H
#define GS_UPDATE_QUEUE_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "update.h"

/*
 * Carry out all of a List of GsUpdate.  Those that are not open are opened when
 * it is their turn, each in a context that goes when it has ended; what is left
 * of it is the stage, and the answer in CurrentMemoryContext.  Raises the first
 * failure, when all have ended; its detail ends with what say_done, if that is
 * given, says of what was done so far: a sentence, palloc'd.
 */
extern void gs_updates_run(const GsRelation *relation, List *updates,
						   const char *(*say_done) (void));

/*
 * How many reads so many updates take, if nothing is in their way.
 */
extern int64 gs_updates_reads(const GsRelation *relation, int64 count);

#endif							/* GS_UPDATE_QUEUE_H */
