/*
 * pool.c
 *	  Connections that are kept for one use, e.g. for a server.
 *
 * Those of one pool are closed together, or not at all: they are in what its
 * transfers share.
 */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/memutils.h"

#include "pool.h"

struct GsPool
{
	Oid			id;
	void	   *share;
	const GsShareMethods *methods;
	int			users;			/* transfers that may hold one */
	bool		valid;
};

static List *pools;				/* of GsPool, in TopMemoryContext */

/* NULL: there is none. */
static GsPool *
find_pool(Oid id)
{
	ListCell   *cell;

	foreach(cell, pools)
		if (((GsPool *) lfirst(cell))->id == id)
			return lfirst(cell);
	return NULL;
}

static GsPool *
make_pool(Oid id, const GsShareMethods *methods)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	GsPool	   *pool = palloc0(sizeof(GsPool));

	pool->id = id;
	pool->methods = methods;
	pool->share = methods->make();
	pools = lappend(pools, pool);
	MemoryContextSwitchTo(old);
	return pool;
}

GsPool *
gs_pool_enter(Oid id, const GsShareMethods *methods)
{
	GsPool	   *pool = find_pool(id);

	if (pool == NULL)
		pool = make_pool(id, methods);
	pool->users++;
	pool->valid = true;
	return pool;
}

void
gs_pool_leave(GsPool *pool)
{
	pool->users--;
}

void *
gs_pool_share(const GsPool *pool)
{
	return pool->share;
}

void
gs_pool_forget_all(void)
{
	pools = NIL;
}

int
gs_pool_list(GsPoolInfo **result)
{
	ListCell   *cell;

	*result = palloc(sizeof(GsPoolInfo) * Max(list_length(pools), 1));
	foreach(cell, pools)
	{
		GsPool	   *pool = lfirst(cell);

		(*result)[foreach_current_index(cell)] = (GsPoolInfo) {pool->id, pool->valid};
	}
	return list_length(pools);
}

bool
gs_pool_close(Oid id)
{
	GsPool	   *pool = find_pool(id);

	if (pool == NULL)
		return true;
	if (pool->users > 0)
		return false;
	if (pool->share != NULL)
		pool->methods->close(pool->share);
	pools = list_delete_ptr(pools, pool);
	pfree(pool);
	return true;
}

void
gs_pool_invalidate_all(void)
{
	ListCell   *cell;

	foreach(cell, pools)
		((GsPool *) lfirst(cell))->valid = false;
}
