/*
 * walks.c
 *	  The scans of this session that have not given all their rows yet.
 *
 * Gainsight has no snapshots.  What the session writes would move rows under
 * a walk over pages that it has open, and a cursor would see it.  So before
 * each write, every open scan of that tenant is settled: it reads what it has
 * not read, and keeps it.  Nothing here is known of how.
 *
 * A scan is settled by another statement than its own, perhaps in a
 * subtransaction that ends before it.  So it works under its own snapshot and
 * resource owner, and whatever it raises is raised by the write.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "walks.h"

static dlist_head all = DLIST_STATIC_INIT(all);

void
gs_walk_close(GsWalk *walk)
{
	if (walk->listed)
		dlist_delete(&walk->node);
	walk->listed = false;
}

static void
close_with_memory(void *walk)
{
	gs_walk_close(walk);
}

void
gs_walk_open(GsWalk *walk, const GsTenant *tenant, GsSettle settle, void *scan,
			 Snapshot snapshot, const char *table)
{
	walk->settle = settle;
	walk->scan = scan;
	walk->snapshot = snapshot;
	walk->table = table;
	walk->tenant = tenant->id;
	walk->context = CurrentMemoryContext;
	walk->owner = CurrentResourceOwner;
	walk->subid = GetCurrentSubTransactionId();
	walk->round = 0;
	walk->listed = true;
	dlist_push_tail(&all, &walk->node);
	walk->on_reset.func = close_with_memory;
	walk->on_reset.arg = walk;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &walk->on_reset);
}

/*
 * The memory of a statement that failed can outlive its resource owner; so it
 * is the end of the subtransaction that counts.
 */
static void
at_subxact(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	dlist_mutable_iter iter;

	(void) arg;
	dlist_foreach_modify(iter, &all)
	{
		GsWalk	   *walk = dlist_container(GsWalk, node, iter.cur);

		if (walk->subid != mine)
			continue;
		if (event == SUBXACT_EVENT_ABORT_SUB)
			gs_walk_close(walk);
		else if (event == SUBXACT_EVENT_COMMIT_SUB)
			walk->subid = parent;
	}
}

static void
at_xact(XactEvent event, void *arg)
{
	dlist_mutable_iter iter;

	(void) arg;
	if (event != XACT_EVENT_ABORT)
		return;
	dlist_foreach_modify(iter, &all)
		gs_walk_close(dlist_container(GsWalk, node, iter.cur));
}

void
gs_walks_init(void)
{
	RegisterXactCallback(at_xact, NULL);
	RegisterSubXactCallback(at_subxact, NULL);
}

/*
 * Settling.
 */

/* The write's error is about another statement's rows. */
static void
say_whose(void *walk)
{
	const GsWalk *settled = walk;

	if (settled->table != NULL)
		errcontext("reading foreign table \"%s\" to its end for a query that is still open, before a write",
				   settled->table);
}

static void
settle(GsWalk *walk, const GsResource *written)
{
	ErrorContextCallback callback = {error_context_stack, say_whose, walk};
	MemoryContext context = MemoryContextSwitchTo(walk->context);
	ResourceOwner owner = CurrentResourceOwner;

	error_context_stack = &callback;
	CurrentResourceOwner = walk->owner;
	PushActiveSnapshot(walk->snapshot);
	walk->settle(walk->scan, written);
	PopActiveSnapshot();
	CurrentResourceOwner = owner;
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(context);
}

/* One of the tenant's that was not settled in this round. */
static GsWalk *
next_of_round(const GsTenantId *tenant, uint64 round)
{
	dlist_iter	iter;

	dlist_foreach(iter, &all)
	{
		GsWalk	   *walk = dlist_container(GsWalk, node, iter.cur);

		if (walk->round != round && gs_tenant_is(&walk->tenant, tenant))
			return walk;
	}
	return NULL;
}

void
gs_walks_settle(const GsTenant *tenant, const GsResource *written)
{
	static uint64 rounds = 0;
	uint64		round = ++rounds;
	GsWalk	   *walk;

	/* settling may evaluate what opens and closes others */
	while ((walk = next_of_round(&tenant->id, round)) != NULL)
	{
		walk->round = round;
		settle(walk, written);
	}
}
