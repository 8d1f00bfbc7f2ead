/*
 * batch.h
 *	  Updates of records that a request takes many of.
 */
#ifndef GS_BATCH_H
#define GS_BATCH_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "update.h"

/*
 * Carry out all of a List of GsUpdate, as gs_updates_run says, of a table whose
 * updates go by the batch; and return the first failure, or NULL.
 */
extern const GsFailure *gs_batches_run(const GsRelation *relation, List *updates);

#endif							/* GS_BATCH_H */
