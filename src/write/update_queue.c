/*
 * update_queue.c
 *	  Updates of many plans, side by side.
 *
 * As many go at once as there may be connections, each of them with one
 * request at a time.  A plan that another session has locked is put back and
 * tried again; it is waited for when nothing else is left, and no lock held.
 * After a failure no PUT starts, and those that are on their way are awaited,
 * so that what the statement has done is known when it fails.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "gainsight/gainsight.h"
#include "update_queue.h"

/* Longer than any wait between two looks at what goes on, in ms. */
#define WAIT_SLICE 1000

typedef struct Queue
{
	GsUpdate  **updates;		/* as given */
	int			count;
	int			next;			/* the first that was never tried */
	dlist_head	busy;			/* of which another session has the plan */
	int			nbusy;
	dlist_head	going;
	int			ngoing;
	int			window;
	const GsFailure *failure;	/* the first */
} Queue;

static void
open_update(GsUpdate *update)
{
	MemoryContext old;

	if (update->context != NULL)
		return;
	update->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw update",
											ALLOCSET_SMALL_SIZES);
	update->owns_context = true;
	old = MemoryContextSwitchTo(update->context);
	gs_update_open(update);
	MemoryContextSwitchTo(old);
}

/* Begin it, unless another session has its plan. */
static void
begin_update(Queue *queue, GsUpdate *update, bool wait)
{
	MemoryContext old = MemoryContextSwitchTo(update->context);
	bool		begun = gs_update_begin(update, wait);

	MemoryContextSwitchTo(old);
	dlist_push_tail(begun ? &queue->going : &queue->busy, &update->node);
	if (begun)
		queue->ngoing++;
	else
		queue->nbusy++;
}

/* Once more those that were busy; the first of them is waited for if it has to be. */
static void
begin_busy(Queue *queue)
{
	/* one that is still busy goes to the end */
	for (int i = queue->nbusy; i > 0 && queue->ngoing < queue->window; i--)
	{
		GsUpdate   *update = dlist_container(GsUpdate, node, dlist_pop_head_node(&queue->busy));

		queue->nbusy--;
		begin_update(queue, update, queue->ngoing == 0 && queue->next == queue->count);
	}
}

static void
begin_some(Queue *queue)
{
	begin_busy(queue);
	while (queue->ngoing < queue->window && queue->next < queue->count)
	{
		GsUpdate   *update = queue->updates[queue->next++];

		open_update(update);
		begin_update(queue, update, false);
	}
}

static void
stop_all(Queue *queue)
{
	dlist_iter	iter;

	dlist_foreach(iter, &queue->going)
		gs_update_stop(dlist_container(GsUpdate, node, iter.cur));
}

static void
end_update(Queue *queue, GsUpdate *update, GsUpdateEnded ended, void *arg)
{
	dlist_delete(&update->node);
	queue->ngoing--;
	if (update->outcome == GS_UPDATE_DONE)
		ended(update, arg);
	if (update->outcome == GS_UPDATE_FAILED && queue->failure == NULL)
	{
		queue->failure = update->failure;
		stop_all(queue);
	}
	/* the failure is in there, if it is one */
	else if (update->owns_context)
		MemoryContextDelete(update->context);
}

/* Let all go on whose answers have come; false if none has. */
static bool
advance(Queue *queue, GsUpdateEnded ended, void *arg)
{
	dlist_mutable_iter iter;
	bool		any = false;

	dlist_foreach_modify(iter, &queue->going)
	{
		GsUpdate   *update = dlist_container(GsUpdate, node, iter.cur);

		if (!gs_update_advance(update))
			continue;
		any = true;
		if (update->stage == GS_STAGE_ENDED)
			end_update(queue, update, ended, arg);
	}
	return any;
}

void
gs_updates_run(const GsRelation *relation, GsUpdate **updates, int count, GsUpdateEnded ended,
			   void *arg)
{
	Queue		queue = {
		.updates = updates,
		.count = count,
		.window = relation->settings->tenant.max_connections,
	};

	if (count > 0)
		gs_walks_settle(&relation->settings->tenant, relation->resource);
	dlist_init(&queue.busy);
	dlist_init(&queue.going);
	for (;;)
	{
		if (queue.failure == NULL)
			begin_some(&queue);
		if (queue.ngoing == 0 &&
			(queue.failure != NULL || (queue.next == count && queue.nbusy == 0)))
			break;
		if (queue.ngoing > 0 && !advance(&queue, ended, arg))
			gs_request_drive(WAIT_SLICE);
	}
	if (queue.failure != NULL)
		gs_fail(queue.failure);
}
