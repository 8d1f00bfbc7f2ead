/*
 * governor.h
 *	  May a request start now?
 */
#ifndef GS_GOVERNOR_H
#define GS_GOVERNOR_H

#include "postgres.h"

#include "error.h"

/*
 * Count a read request against what one top-level statement may send.
 * max_requests 0 is no bound.  Raises 54000 when it is used up.
 */
extern void gs_governor_spend(int max_requests);

/*
 * How many more requests the statement may send, INT_MAX without a bound.
 */
extern int	gs_governor_left(int max_requests);

/*
 * Raise the 54000 of a statement that is known to need more than it may send.
 */
pg_noreturn extern void gs_governor_exceeded(int max_requests, int64 needed);

#endif							/* GS_GOVERNOR_H */
