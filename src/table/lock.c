/*
 * lock.c
 *	  The lock on a plan: no two sessions of this cluster update one at once.
 *
 * It is one of PostgreSQL's own heavyweight locks, under a tag that holds a
 * hash of tenant and key, so that a wait for it is seen in pg_locks, can be
 * cancelled, and takes part in the search for deadlocks.  It is held for a
 * session, not for the transaction, and given back here: by its holder, with
 * the memory that it is in, or with the (sub)transaction that fails.
 *
 * Nobody waits for one while holding another.  Those that merely spare a
 * request, of a scan whose rows have not been updated yet, are idle: a wait
 * gives them up.
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "storage/lock.h"

#include "compat.h"
#include "lock.h"

struct GsPlanLock
{
	dlist_node	node;			/* in all, while it is held */
	LOCKTAG		tag;
	bool		held;
	bool		idle;
	int			nesting;		/* of the subtransaction that took it */
	MemoryContextCallback callback;
};

/* Those that this session holds. */
static dlist_head all = DLIST_STATIC_INIT(all);

uint64
gs_lock_hash(const GsTenant *tenant, const char *key)
{
	return hash_bytes_extended((const unsigned char *) key, strlen(key), tenant->id.low);
}

/* Of no database, which no advisory lock is. */
static void
make_tag(LOCKTAG * tag, uint64 hash)
{
	memset(tag, 0, sizeof(*tag));
	tag->locktag_field2 = (uint32) (hash >> 32);
	tag->locktag_field3 = (uint32) hash;
	tag->locktag_type = LOCKTAG_USERLOCK;
	tag->locktag_lockmethodid = DEFAULT_LOCKMETHOD;
}

void
gs_lock_release(GsPlanLock *lock)
{
	if (!lock->held)
		return;
	lock->held = false;
	dlist_delete(&lock->node);
	(void) LockRelease(&lock->tag, ExclusiveLock, true);
}

static void
release_callback(void *arg)
{
	gs_lock_release(arg);
}

/* What is held by a level of subtransactions, or within it; or idle, whoever holds it. */
static void
release_from(int nesting, bool idle)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &all)
	{
		GsPlanLock *lock = dlist_container(GsPlanLock, node, iter.cur);

		if (lock->nesting >= nesting && (!idle || lock->idle))
			gs_lock_release(lock);
	}
}

static void
at_xact(XactEvent event, void *arg)
{
	(void) arg;
	/* core is about to do so, behind our back */
	if (event == XACT_EVENT_ABORT)
		release_from(0, false);
}

static void
at_subxact(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	(void) mine;
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		release_from(GetCurrentTransactionNestLevel(), false);
}

void
gs_lock_init(void)
{
	RegisterXactCallback(at_xact, NULL);
	RegisterSubXactCallback(at_subxact, NULL);
}

GsPlanLock *
gs_lock_create(void)
{
	GsPlanLock *lock = palloc0(sizeof(GsPlanLock));

	lock->callback.func = release_callback;
	lock->callback.arg = lock;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &lock->callback);
	return lock;
}

bool
gs_lock_acquire(GsPlanLock *lock, const GsTenant *tenant, const char *key, bool wait)
{
	Assert(!lock->held);
	make_tag(&lock->tag, gs_lock_hash(tenant, key));
	/* an ERROR would give up what this session has under way */
	if (!gs_try_lock(&lock->tag, ExclusiveLock))
	{
		if (!wait)
			return false;
		release_from(0, true);
		(void) LockAcquire(&lock->tag, ExclusiveLock, true, false);
	}
	/* nothing fails from here to the end */
	lock->held = true;
	lock->idle = false;
	lock->nesting = GetCurrentTransactionNestLevel();
	dlist_push_head(&all, &lock->node);
	return true;
}

void
gs_lock_set_idle(GsPlanLock *lock, bool idle)
{
	lock->idle = idle;
}

bool
gs_lock_is_held(const GsPlanLock *lock)
{
	return lock->held;
}
