/*
 * walks.h
 *	  The scans of this session that have not given all their rows yet, for
 *	  whoever is about to write.
 */
#ifndef GS_WALKS_H
#define GS_WALKS_H

#include "postgres.h"

#include "lib/ilist.h"
#include "utils/resowner.h"
#include "utils/snapshot.h"

#include "model.h"
#include "wire/wire.h"

/*
 * Get hold of all that a scan may still have to give, with requests if need
 * be, for a record of this resource is about to be written.  May be called
 * again.
 */
typedef void (*GsSettle) (void *scan, const GsResource *written);

/* An open scan; part of its state. */
typedef struct GsWalk
{
	dlist_node	node;
	bool		listed;
	GsTenantId	tenant;
	GsSettle	settle;
	void	   *scan;			/* its argument */
	const char *table;
	Snapshot	snapshot;
	MemoryContext context;
	ResourceOwner owner;		/* of what the scan opens, files among it */
	SubTransactionId subid;		/* it ends with */
	uint64		round;			/* of writes, for which it was settled last */
	MemoryContextCallback on_reset;
} GsWalk;

/*
 * Watch for the ends of subtransactions.  Called once at load.
 */
extern void gs_walks_init(void);

/*
 * A scan of the tenant has begun, in CurrentMemoryContext, with which it ends
 * at the latest; it has ended.  settle works under the snapshot; table is for
 * messages, or NULL.
 */
extern void gs_walk_open(GsWalk *walk, const GsTenant *tenant, GsSettle settle, void *scan,
						 Snapshot snapshot, const char *table);
extern void gs_walk_close(GsWalk *walk);

/*
 * Settle every open scan of the tenant, within what the statement that writes
 * may send; raises whatever keeps one of them from it.  To be called before
 * anything is sent that changes records of the resource.
 */
extern void gs_walks_settle(const GsTenant *tenant, const GsResource *written);

#endif							/* GS_WALKS_H */
