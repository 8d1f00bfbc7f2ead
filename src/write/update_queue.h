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
 * Called for each update that is done, in the order in which they end, while
 * others are on their way: it must not raise an ERROR.
 */
typedef void (*GsUpdateEnded) (GsUpdate *update, void *arg);

/*
 * Carry out all of a List of GsUpdate.  Those that are not open are opened when
 * it is their turn, each in a context that goes when it has ended.  Raises the
 * first failure, when all have ended.
 */
extern void gs_updates_run(const GsRelation *relation, List *updates, GsUpdateEnded ended,
						   void *arg);

#endif							/* GS_UPDATE_QUEUE_H */
