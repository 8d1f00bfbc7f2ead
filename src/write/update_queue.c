/*
 * update_queue.c
 *	  Updates of many plans, side by side.
 *
 * As many go at once as there may be connections, each of them with one
 * request at a time, in one of two queues: those that are being checked, which
 * can be dropped at any time, and those that are being sent, which cannot.  A
 * plan that another session has locked is put back and tried again; it is waited
 * for when nothing else is left, and no lock held.
 *
 * After a failure no PUT starts, and those that are on their way are awaited,
 * so that what the statement has done is known when it fails.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "batch.h"
#include "target.h"
#include "update_queue.h"

typedef struct Queue
{
	List	   *updates;		/* as given */
	int			next;			/* the first that was never tried */
	dlist_head	busy;			/* of which another session has the plan */
	int			nbusy;
	dlist_head	checking;
	dlist_head	sending;		/* or read back */
	int			ngoing;			/* in both */
	int			window;
	const GsFailure *failure;	/* the first */
} Queue;

/* How a stage is gone through: by a request, and its answer. */
static const struct
{
	void		(*ask) (GsUpdate *update);
	void		(*take) (GsUpdate *update);
}			stages[] = {
	[GS_UPDATE_CHECKING] = {gs_update_check, gs_update_checked},
	[GS_UPDATE_SENDING] = {gs_update_send, gs_update_sent},
	[GS_UPDATE_READING] = {gs_update_read_back, gs_update_have_read_back},
};

static void
close_update(GsUpdate *update)
{
	if (!update->owns_context)
		return;
	MemoryContextDelete(update->context);
	update->context = NULL;
}

static void
take_outcome(Queue *queue, GsUpdate *update)
{
	queue->ngoing--;
	if (update->want_record && update->record != NULL && update->owns_context)
		update->answer = gs_json_printed(update->record, GS_JSON_AS_IT_CAME);
	/* the failure is in there, if it is one */
	if (update->stage == GS_UPDATE_FAILED && queue->failure == NULL)
		queue->failure = update->failure;
	else
		close_update(update);
}

/* Go on with an update that is in no queue: ask what is to be asked next, or end it. */
static void
go_on(Queue *queue, GsUpdate *update)
{
	MemoryContext old = MemoryContextSwitchTo(update->context);

	if (update->stage < GS_UPDATE_DONE && queue->failure != NULL)
		gs_update_stop(update);
	if (update->stage < GS_UPDATE_DONE)
		stages[update->stage].ask(update);
	MemoryContextSwitchTo(old);
	if (update->stage >= GS_UPDATE_DONE)
		take_outcome(queue, update);
	else
		dlist_push_tail(update->stage == GS_UPDATE_CHECKING ? &queue->checking : &queue->sending,
						&update->node);
}

/* Begin it, or put it back if another session has its plan. */
static void
begin_update(Queue *queue, GsUpdate *update, bool wait)
{
	MemoryContext old;
	bool		begun;

	if (update->context == NULL)
	{
		update->owns_context = true;
		gs_update_open(update, AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw update",
													 ALLOCSET_SMALL_SIZES));
	}
	old = MemoryContextSwitchTo(update->context);
	begun = gs_update_begin(update, wait);
	MemoryContextSwitchTo(old);
	if (begun)
	{
		queue->ngoing++;
		go_on(queue, update);
	}
	else
	{
		close_update(update);
		dlist_push_tail(&queue->busy, &update->node);
		queue->nbusy++;
	}
}

/* May another one begin? */
static bool
has_room(const Queue *queue)
{
	return queue->failure == NULL && queue->ngoing < queue->window;
}

/*
 * Once more some of those that were busy, and then new ones; the first that is
 * busy is waited for if it has to be.
 */
static void
begin_some(Queue *queue)
{
	int			count = list_length(queue->updates);

	/* one that is still busy goes to the end */
	for (int i = Min(queue->nbusy, queue->window); i > 0 && has_room(queue); i--)
	{
		GsUpdate   *update = dlist_container(GsUpdate, node, dlist_pop_head_node(&queue->busy));

		queue->nbusy--;
		begin_update(queue, update, queue->ngoing == 0 && queue->next == count);
	}
	while (has_room(queue) && queue->next < count)
		begin_update(queue, list_nth(queue->updates, queue->next++), false);
}

/* Take in the answers that have come to a queue, and go on; false if none has. */
static bool
advance(Queue *queue, dlist_head *going)
{
	dlist_mutable_iter iter;
	bool		any = false;

	dlist_foreach_modify(iter, going)
	{
		GsUpdate   *update = dlist_container(GsUpdate, node, iter.cur);
		MemoryContext old;

		if (!gs_request_is_settled(update->request))
			continue;
		dlist_delete(&update->node);
		old = MemoryContextSwitchTo(update->context);
		stages[update->stage].take(update);
		MemoryContextSwitchTo(old);
		go_on(queue, update);
		any = true;
	}
	return any;
}

/* Nothing more is to be sent. */
static void
stop_all(Queue *queue, dlist_head *going)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, going)
	{
		GsUpdate   *update = dlist_container(GsUpdate, node, iter.cur);

		gs_update_stop(update);
		if (update->stage < GS_UPDATE_DONE)
			continue;
		dlist_delete(&update->node);
		take_outcome(queue, update);
	}
}

int64
gs_updates_reads(const GsRelation *relation, int64 count)
{
	int64		most = gs_target_most_keys(relation);
	bool		checked = relation->settings->conflict_check;

	if (relation->resource->update.batch == 0)
		return checked ? count : 0;
	/* the first is looked at before it and after it, and one more where that tells nothing */
	return 2 + (count > 1 ? 1 : 0) + (checked ? (count - 1 + most - 1) / most : 0);
}

pg_noreturn static void
fail_updates(const GsFailure *first, const char *(*say_done) (void))
{
	GsFailure	failure = *first;

	if (say_done != NULL)
		failure.aside = psprintf("%s%s%s", failure.aside ? failure.aside : "",
								 failure.aside ? " " : "", say_done());
	gs_fail(&failure);
}

void
gs_updates_run(const GsRelation *relation, List *updates, const char *(*say_done) (void))
{
	Queue		queue = {
		.updates = updates,
		.window = relation->settings->tenant.max_connections,
	};

	if (updates == NIL)
		return;
	gs_walks_settle(&relation->settings->tenant, relation->resource);
	if (relation->resource->update.batch > 0)
	{
		queue.failure = gs_batches_run(relation, updates);
		if (queue.failure != NULL)
			fail_updates(queue.failure, say_done);
		return;
	}
	dlist_init(&queue.busy);
	dlist_init(&queue.checking);
	dlist_init(&queue.sending);
	do
	{
		bool		any;

		begin_some(&queue);
		/* what ends makes room for more */
		any = advance(&queue, &queue.sending);
		any |= advance(&queue, &queue.checking);
		if (queue.failure != NULL)
		{
			stop_all(&queue, &queue.checking);
			stop_all(&queue, &queue.sending);
		}
		if (!any && queue.ngoing > 0)
			gs_request_drive(GS_WAIT_SLICE);
	} while (queue.ngoing > 0 ||
			 (queue.failure == NULL &&
			  (queue.nbusy > 0 || queue.next < list_length(updates))));
	if (queue.failure != NULL)
		fail_updates(queue.failure, say_done);
}
