/*
 * pool.h
 *	  Connections that are kept: what for, how long, and whether they are still good.
 */
#ifndef GS_POOL_H
#define GS_POOL_H

#include "postgres.h"

typedef struct GsPool GsPool;

/*
 * Whose connections they are: a server's, as it was when its options were read.
 * Once any server or mapping is altered, all that were kept until then are old.
 */
typedef struct GsPoolId
{
	Oid			serverid;
	uint64		epoch;			/* as of gs_pool_epoch */
} GsPoolId;

/* What a pool's transfers share is for those to know who drive them. */
typedef struct GsShareMethods
{
	void	   *(*make) (void); /* NULL for lack of memory */
	void		(*close) (void *share);
} GsShareMethods;

/*
 * The pool with an id, made if need be, for a transfer to use from now on
 * until it leaves.  methods must outlive it.  Raises an ERROR only for lack of
 * memory.  The last transfer to leave an old one closes its connections.
 */
extern GsPool *gs_pool_enter(GsPoolId id, const GsShareMethods *methods);
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

/*
 * The ids of the pools that there are, palloc'd; returns how many.
 */
extern int	gs_pool_list(GsPoolId **ids);

/*
 * Close the connections of a pool; false, and nothing is done, if there is none
 * or one of them is in use.
 */
extern bool gs_pool_close(GsPoolId id);

/*
 * Begin a new epoch, for what connections were made for may have changed.
 * Closes nothing yet, and may be called anywhere.
 */
extern void gs_pool_begin_epoch(void);
extern uint64 gs_pool_epoch(void);

/*
 * Close what is old and not in use.
 */
extern void gs_pool_close_old(void);

/*
 * Remember a socket, so that it can be found by its local port as long as it
 * is open.  Called by libcurl, so it raises nothing.
 */
extern void gs_socket_note(int fd);

/*
 * Has the other side closed the connection from a local port, or sent something
 * that nobody has asked for?  False if it is not known.
 */
extern bool gs_socket_is_stale(int port);

#endif							/* GS_POOL_H */
