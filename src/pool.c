/*
 * pool.c
 *	  Connections that are kept for one use, e.g. for a server.
 *
 * Those of one pool are closed together, or not at all, which is what libcurl
 * can do with connections that are shared.
 */
#include "postgres.h"

#include <curl/curl.h>

#include "nodes/pg_list.h"
#include "utils/memutils.h"

#include "pool.h"

struct GsPool
{
	Oid			id;
	CURLSH	   *share;
	int			users;			/* transfers that may hold one */
	bool		valid;
	bool		plain;
};

static List *pools;				/* of GsPool, in TopMemoryContext */

static GsPool *
find_pool(Oid id)
{
	MemoryContext old;
	GsPool	   *pool;
	ListCell   *cell;

	foreach(cell, pools)
		if (((GsPool *) lfirst(cell))->id == id)
			return lfirst(cell);
	old = MemoryContextSwitchTo(TopMemoryContext);
	pool = palloc0(sizeof(GsPool));
	pool->id = id;
	pool->share = curl_share_init();
	pools = lappend(pools, pool);
	MemoryContextSwitchTo(old);
	if (pool->share != NULL)
		curl_share_setopt(pool->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
	return pool;
}

GsPool *
gs_pool_enter(Oid id)
{
	GsPool	   *pool = find_pool(id);

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
gs_pool_set_plain(GsPool *pool, bool plain)
{
	pool->plain = plain;
}

bool
gs_pool_is_plain(const GsPool *pool)
{
	return pool->plain;
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

	if (pool->users > 0)
		return false;
	if (pool->share != NULL)
		curl_share_cleanup(pool->share);
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
