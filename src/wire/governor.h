/*
 * governor.h
 *	  May a request start now?
 */
#ifndef GS_GOVERNOR_H
#define GS_GOVERNOR_H

#include "postgres.h"

#include "error.h"
#include "tenant.h"

/*
 * Milliseconds of a clock that never goes back, the same in every backend.
 */
extern int64 gs_governor_now(void);

/*
 * Ask to start a request to the tenant, which has been waiting since a time of
 * gs_governor_now.  starts is how many of the rate it takes: 2 for one with
 * which another is paid for that must follow at once, 0 for that other, which a
 * pause alone can stop.  Returns 0 if it may start, and counts them; else the ms
 * after which to ask again.  Never waits.
 */
extern int	gs_governor_ask(const GsTenant *tenant, int64 since, int starts);

/*
 * The tenant has asked every session to stop for so many ms.
 */
extern void gs_governor_pause(const GsTenant *tenant, int ms);

/*
 * Count a read request against what one top-level statement may send, the
 * tenant's max_requests (0 is no bound).  Raises 54000 when it is used up.
 */
extern void gs_governor_spend(const GsTenant *tenant);

/*
 * That it is used up, as a failure for those who must not raise one; needed is
 * how many more are known to be, 0: that is not known.  Allocates in
 * CurrentMemoryContext.
 */
extern void gs_governor_refuse(const GsTenant *tenant, int64 needed, GsFailure *failure);

/*
 * What follows has a budget of its own: a statement that commits as it goes
 * can be as long as it likes, and no part of it is lost with the next.
 */
extern void gs_governor_begin(void);

/*
 * How many more requests the statement may send, INT_MAX without a bound.
 */
extern int	gs_governor_left(int max_requests);

/*
 * Raise the 54000 of a statement that is known to need more than it may send.
 */
pg_noreturn extern void gs_governor_exceeded(const GsTenant *tenant, int64 needed);

#endif							/* GS_GOVERNOR_H */
