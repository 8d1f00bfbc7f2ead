/*
 * pool.c
 *	  Connections that are kept: what for, how long, and whether they are still good.
 *
 * Those of one pool are closed together, or not at all: they are in what its
 * transfers share.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "nodes/pg_list.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "pool.h"

struct GsPool
{
	GsPoolId	id;
	void	   *share;
	const GsShareMethods *methods;
	int			users;			/* transfers that may hold one */
};

static List *pools;				/* of GsPool, in TopMemoryContext */
static uint64 epoch;

/* NULL: there is none. */
static GsPool *
find_pool(GsPoolId id)
{
	ListCell   *cell;

	foreach(cell, pools)
	{
		GsPool	   *pool = lfirst(cell);

		if (pool->id.serverid == id.serverid && pool->id.epoch == id.epoch)
			return pool;
	}
	return NULL;
}

static GsPool *
make_pool(GsPoolId id, const GsShareMethods *methods)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	GsPool	   *pool = palloc0(sizeof(GsPool));

	pool->id = id;
	pool->methods = methods;
	pools = lappend(pools, pool);
	pool->share = methods->make();
	MemoryContextSwitchTo(old);
	return pool;
}

static void
close_pool(GsPool *pool)
{
	if (pool->share != NULL)
		pool->methods->close(pool->share);
	pools = list_delete_ptr(pools, pool);
	pfree(pool);
}

GsPool *
gs_pool_enter(GsPoolId id, const GsShareMethods *methods)
{
	GsPool	   *pool = find_pool(id);

	if (pool == NULL)
	{
		gs_pool_close_old();
		pool = make_pool(id, methods);
	}
	pool->users++;
	return pool;
}

void
gs_pool_leave(GsPool *pool)
{
	if (--pool->users == 0 && pool->id.epoch != epoch)
		close_pool(pool);
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
gs_pool_list(GsPoolId **ids)
{
	ListCell   *cell;

	*ids = palloc(sizeof(GsPoolId) * Max(list_length(pools), 1));
	foreach(cell, pools)
		(*ids)[foreach_current_index(cell)] = ((GsPool *) lfirst(cell))->id;
	return list_length(pools);
}

bool
gs_pool_close(GsPoolId id)
{
	GsPool	   *pool = find_pool(id);

	if (pool == NULL || pool->users > 0)
		return false;
	close_pool(pool);
	return true;
}

void
gs_pool_begin_epoch(void)
{
	epoch++;
}

uint64
gs_pool_epoch(void)
{
	return epoch;
}

void
gs_pool_close_old(void)
{
	for (int i = list_length(pools) - 1; i >= 0; i--)
	{
		GsPool	   *pool = list_nth(pools, i);

		if (pool->id.epoch != epoch && pool->users == 0)
			close_pool(pool);
	}
}

/*
 * libcurl looks at a kept connection before it is used again, but not all
 * versions see that it has brought something and was closed then, as proxies do
 * that tire of waiting, and from 8.22 on none looks if it was in use within the
 * last second.  Of the socket libcurl tells only the local port, before a
 * request is sent.
 */

/* That the other side has closed its end, where poll() can tell. */
#ifndef POLLRDHUP
#define POLLRDHUP POLLHUP
#endif

/* Those with a larger number are not known. */
#define MAX_SOCKETS 4096

/* A bit each; some may have been closed since. */
static uint64 noted[MAX_SOCKETS / 64];

void
gs_socket_note(int fd)
{
	if (fd >= 0 && fd < MAX_SOCKETS)
		noted[fd / 64] |= UINT64CONST(1) << (fd % 64);
}

/* 0: it is no socket, or of another kind. */
static int
port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t	length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *) &address, &length) != 0)
		return 0;
	switch (address.ss_family)
	{
		case AF_INET:
			return ntohs(((struct sockaddr_in *) &address)->sin_port);
		case AF_INET6:
			return ntohs(((struct sockaddr_in6 *) &address)->sin6_port);
		default:
			return 0;
	}
}

/* The socket with a local port, -1 if there is none. */
static int
find_socket(int port)
{
	for (int i = 0; i < (int) lengthof(noted); i++)
		for (uint64 left = noted[i]; left != 0; left &= left - 1)
		{
			int			bit = pg_rightmost_one_pos64(left);
			int			found = port_of(i * 64 + bit);

			if (found == port)
				return i * 64 + bit;
			if (found == 0)
				noted[i] &= ~(UINT64CONST(1) << bit);
		}
	return -1;
}

bool
gs_socket_is_stale(int port)
{
	struct pollfd look = {.events = POLLRDHUP | POLLIN};

	look.fd = port > 0 ? find_socket(port) : -1;
	return look.fd >= 0 && poll(&look, 1, 0) > 0;
}
