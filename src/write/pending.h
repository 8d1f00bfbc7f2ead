/*
 * pending.h
 *	  Writes that wait for the commit of their transaction.
 */
#ifndef GS_PENDING_H
#define GS_PENDING_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"

#include "target.h"
#include "update.h"

/* A write that waits. */
typedef struct GsPending
{
	const GsDestination *destination;
	bool		update;			/* else it creates */
	uint64		plan;			/* the one that it is about, as its lock has it; 0: a new one */
	int			nesting;		/* of the subtransaction that it is of */
	int64		previous;		/* the update of the same plan before this one, -1: none */
	Bitmapset  *changed;		/* columns of the destination, in an update */

	/* the body */
	int			nmembers;
	int			length;			/* bytes */
	char	   *text;			/* NULL: it is in the file, */
	int64		offset;			/* there */
} GsPending;

/* What it is to send. */
typedef struct GsPendingBody
{
	const char *key;			/* for the path's braces, or NULL */
	const char *then;			/* JSON: the record that an update's statement read */
	GsMember   *members;		/* of a record to be created, or those that change */
	int			nmembers;
} GsPendingBody;

/*
 * Of a plan that a statement is about to update, whose record it has read: the
 * columns in which an update waits for it.  Raises 55000 if one of them is among
 * those that the statement reads, by their numbers.  Allocates in
 * CurrentMemoryContext.
 */
extern const Bitmapset *gs_pending_check(const GsDestination *destination, const char *record,
										 List *reads);

/*
 * Raise 55000 if an update waits for the plan whose record a statement has read, and is
 * about to update at once: what waits would be sent after it, by what was read before.
 */
extern void gs_pending_check_none(const GsRelation *relation, const char *record);

/*
 * Of plans that an UPDATE has not found: raise 55000 for one of which it reads a
 * column that waits, and which it would have found as the plan will be.  holds says
 * that of a record.
 */
extern void gs_pending_check_missed(const GsDestination *destination, List *reads,
									bool (*holds) (void *arg, const GsJson *record), void *arg);

/*
 * Have a write wait.  What it is made of is copied.
 */
extern void gs_pending_create(const GsDestination *destination, const GsWrite *write);

/*
 * The same of an update that is neither begun nor open.  It is done, then, as
 * far as its statement is concerned: with an answer that has the record as far as it
 * is known, if that is wanted, in CurrentMemoryContext.
 */
extern void gs_pending_update(const GsDestination *destination, GsUpdate *update);

/*
 * For the commit: from now on, nothing may wait any more.  How many do, each of them by its
 * number, and what it is to send, in CurrentMemoryContext.
 */
extern int64 gs_pending_close(void);
extern const GsPending *gs_pending_get(int64 number);
extern void gs_pending_read(int64 number, GsPendingBody *body);

/*
 * They are sent, none is left; and the transaction has ended.
 */
extern void gs_pending_drop(void);
extern void gs_pending_reopen(void);

/*
 * Drop them with their subtransactions.  Called once at load.
 */
extern void gs_pending_init(void);

#endif							/* GS_PENDING_H */
