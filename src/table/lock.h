/*
 * lock.h
 *	  The lock on a record that is updated, among the sessions of a cluster.
 */
#ifndef GS_LOCK_H
#define GS_LOCK_H

#include "postgres.h"

#include "wire/wire.h"

typedef struct GsPlanLock GsPlanLock;

/*
 * Make a lock, of nothing yet, in CurrentMemoryContext, with which it is given
 * back.
 */
extern GsPlanLock *gs_lock_create(void);

/*
 * Take it for a tenant's record, by its key (UTF-8).  False if another session
 * has that, or there is no room for another lock, and it is not to be waited
 * for; then nothing is raised.  A wait can be cancelled, and gives up this
 * session's idle locks; a caller that holds others must not ask for one.
 */
extern bool gs_lock_acquire(GsPlanLock *lock, const GsTenant *tenant, const char *key, bool wait);
extern void gs_lock_release(GsPlanLock *lock);

/*
 * May it be given up by whoever of this session waits for another, until it is
 * taken again?  It may have been: is it still held?
 */
extern void gs_lock_set_idle(GsPlanLock *lock, bool idle);
extern bool gs_lock_is_held(const GsPlanLock *lock);

/*
 * A tenant's record as a number.
 */
extern uint64 gs_lock_hash(const GsTenant *tenant, const char *key);

/*
 * Give back what fails to be.  Called once at load.
 */
extern void gs_lock_init(void);

#endif							/* GS_LOCK_H */
