/*
 * insert.h
 *	  Records to be created, many side by side.
 */
#ifndef GS_INSERT_H
#define GS_INSERT_H

#include "postgres.h"

#include "payload.h"

typedef struct GsCreates
{
	const GsRelation *relation;
	GsWrite   **writes;			/* count of them */
	int			count;
	const GsJson **records;		/* filled in: what the tenant answered to each */
	int64	   *done;			/* one more for each record that is created */
	bool		many;			/* there are others beside these: say which one failed */

	/* a sentence of what was done so far, palloc'd: a failure's detail ends with it */
	const char *(*say_done) (const void *arg);
	const void *arg;
} GsCreates;

/*
 * Create all of them.  After a failure those that have not gone out never do,
 * the others are awaited, and then the first failure is raised.  Allocates in
 * CurrentMemoryContext, where the records stay, too.
 */
extern void gs_creates_run(const GsCreates *creates);

/*
 * So many records make a batch.
 */
extern int	gs_creates_batch_size(const GsRelation *relation);

#endif							/* GS_INSERT_H */
