/*
 * pool.h
 *	  Connections that are kept for one use, e.g. for a server.
 */
#ifndef GS_POOL_H
#define GS_POOL_H

#include "postgres.h"

typedef struct GsPool GsPool;

/* What a pool's transfers share is for those to know who drive them. */
typedef struct GsShareMethods
{
	void	   *(*make) (void); /* NULL for lack of memory */
	void		(*close) (void *share);
} GsShareMethods;

/*
 * The pool with an id, made if need be, for a transfer to use from now on
 * until it leaves.  methods must outlive it.  Raises an ERROR only for lack of
 * memory.
 */
extern GsPool *gs_pool_enter(Oid id, const GsShareMethods *methods);
extern void gs_pool_leave(GsPool *pool);

/*
 * What the transfer is to share with the pool's others; NULL if there was no
 * memory for it, and it stands alone.
 */
extern void *gs_pool_share(const GsPool *pool);

/*
 * Forget all pools without closing anything: they are another process's.
 */
extern void gs_pool_forget_all(void);

/* What there is to know of one. */
typedef struct GsPoolInfo
{
	Oid			id;
	bool		valid;			/* used since gs_pool_invalidate_all */
} GsPoolInfo;

/*
 * The pools that there are, palloc'd; returns how many.
 */
extern int	gs_pool_list(GsPoolInfo **pools);

/*
 * Close the connections of a pool; false, and nothing is done, while one of
 * them is in use.
 */
extern bool gs_pool_close(Oid id);

/*
 * What the connections were made for may have changed.
 */
extern void gs_pool_invalidate_all(void);

#endif							/* GS_POOL_H */
