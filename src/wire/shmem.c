/*
 * shmem.c
 *	  One small area that all backends share, wherever the server lets us have it.
 *
 * PostgreSQL 17 gives any extension a named segment.  Before, a small struct
 * fits into what the server has to spare even if the library was not
 * preloaded; preloading reserves it.  Without either each backend is on its
 * own, which is said once.
 *
 * The lock's name is known to all sessions from 19 on, or if the library is
 * preloaded; else to those that have used the area.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#if PG_VERSION_NUM >= 170000
#include "storage/dsm_registry.h"
#endif
#include "utils/memutils.h"

#include "shmem.h"

/* With the layout's version: an upgraded library must not read an old one. */
#define AREA_NAME "gainsight_fdw 3"

/* What a session that waits for another's look at the area shows in pg_stat_activity. */
#define TRANCHE_NAME "GainsightShared"

StaticAssertDecl(sizeof(GsShared) < 32 * 1024, "the shared area must stay small");

static GsShared *area;
static bool is_shared;

#if PG_VERSION_NUM >= 190000

void
gs_shared_reserve(void)
{
}

static int
new_tranche(void)
{
	return LWLockNewTrancheId(TRANCHE_NAME);
}

#else

static shmem_request_hook_type next_request_hook;
static bool is_preloaded;

static void
request_room(void)
{
	if (next_request_hook)
		next_request_hook();
#if PG_VERSION_NUM < 170000
	RequestAddinShmemSpace(MAXALIGN(sizeof(GsShared)));
#endif
	RequestNamedLWLockTranche(TRANCHE_NAME, 1);
}

void
gs_shared_reserve(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	is_preloaded = true;
	next_request_hook = shmem_request_hook;
	shmem_request_hook = request_room;
}

/* Of what was requested only the tranche is used, whose name every backend inherits. */
static int
new_tranche(void)
{
	return is_preloaded ? GetNamedLWLockTranche(TRANCHE_NAME)->lock.tranche : LWLockNewTrancheId();
}

#endif

static void
init_area(void *pointer)
{
	GsShared   *shared = pointer;

	memset(shared, 0, sizeof(*shared));
	LWLockInitialize(&shared->lock, new_tranche());
}

#if PG_VERSION_NUM >= 190000

static void
init_named(void *pointer, void *arg)
{
	(void) arg;
	init_area(pointer);
}

static GsShared *
find_shared(void)
{
	bool		found;

	return GetNamedDSMSegment(AREA_NAME, sizeof(GsShared), init_named, &found, NULL);
}

#elif PG_VERSION_NUM >= 170000

static GsShared *
find_shared(void)
{
	bool		found;

	return GetNamedDSMSegment(AREA_NAME, sizeof(GsShared), init_area, &found);
}

#else

static GsShared *
find_shared(void)
{
	GsShared   *shared;
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	shared = ShmemInitStruct(AREA_NAME, sizeof(GsShared), &found);
	if (!found)
		init_area(shared);
	LWLockRelease(AddinShmemInitLock);
	return shared;
}

#endif

/*
 * Where the server has no room, core raises an ERROR; the statement is fine
 * without.  It is caught, as there is no way to ask before.
 */
static GsShared *
try_shared(void)
{
	MemoryContext old = CurrentMemoryContext;
	GsShared   *volatile shared = NULL;

	PG_TRY();
	{
		shared = find_shared();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		FlushErrorState();
		/* core's own, of which no other is held here; an abort would do it */
		LWLockReleaseAll();
	}
	PG_END_TRY();
	return shared;
}

static void
find_area(void)
{
	area = try_shared();
	is_shared = area != NULL;
	if (is_shared)
	{
#if PG_VERSION_NUM < 190000
		LWLockRegisterTranche(area->lock.tranche, TRANCHE_NAME);
#endif
		return;
	}
	area = MemoryContextAllocZero(TopMemoryContext, sizeof(GsShared));
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("gainsight_fdw has no shared memory: rate limits hold for this session alone"),
			 errhint("%s", GS_SHARED_HINT)));
}

GsShared *
gs_shared_lock(void)
{
	if (area == NULL)
		find_area();
	if (is_shared)
		LWLockAcquire(&area->lock, LW_EXCLUSIVE);
	return area;
}

void
gs_shared_unlock(void)
{
	if (is_shared)
		LWLockRelease(&area->lock);
}

bool
gs_shared_is_shared(void)
{
	if (area == NULL)
		find_area();
	return is_shared;
}
