/*
 * async.c
 *	  Scans side by side under an Append: whichever has a row gives it.
 *
 * Whoever waits for a request drives those of the whole session, so a scan
 * has only to put its requests on their way and to say that its row is
 * pending.  When no scan has a row, Append lets each prepare for a wait; there
 * the first of ours waits for all of ours.
 *
 * A scan whose page is used up is pending, even if its next page has come:
 * Append must get to look at the others.
 */
#include "postgres.h"

#include <unistd.h>

#include "executor/execAsync.h"
#include "executor/instrument.h"
#include "executor/tuptable.h"
#include "storage/fd.h"
#include "storage/latch.h"

#include "scan.h"
#include "wire/wire.h"

/* How long to wait for one of ours while another wrapper's scan is waited for as well, in ms. */
#define SHARED_SLICE 10

/* While rows are at hand, the transfers are looked after so often, in ms. */
#define DRIVE_EVERY 10

bool
gainsightIsForeignPathAsyncCapable(ForeignPath *path)
{
	/* a count(*) has a plan below it that is not; for an order all may have to be read */
	return !IS_UPPER_REL(path->path.parent) && path->path.pathkeys == NIL;
}

static bool
is_ours(const AsyncRequest *areq)
{
	return IsA(areq->requestee, ForeignScanState) &&
		((ForeignScanState *) areq->requestee)->fdwroutine->ForeignAsyncRequest ==
		gainsightForeignAsyncRequest;
}

/* The next request of the Append, after this number, that is pending. */
static AsyncRequest *
next_pending(const AppendState *append, int *i, bool ours)
{
	while ((*i = bms_next_member(append->as_asyncplans, *i)) >= 0)
	{
		AsyncRequest *areq = append->as_asyncrequests[*i];

		if (areq->callback_pending && is_ours(areq) == ours)
			return areq;
	}
	return NULL;
}

/* Is another wrapper's scan waited for? */
static bool
has_strangers(const AppendState *append)
{
	int			i = -1;

	return next_pending(append, &i, false) != NULL;
}

/* Has one of our scans something to give? */
static bool
any_at_hand(const AppendState *append)
{
	int			i = -1;
	AsyncRequest *areq;

	while ((areq = next_pending(append, &i, true)) != NULL)
		if (gs_scan_advance((ForeignScanState *) areq->requestee))
			return true;
	return false;
}

/*
 * Give the next row, or the end, if it is at hand, or be pending.  The row
 * may be at hand and not pass the plan's conditions.
 */
static void
give_row(AsyncRequest *areq)
{
	ForeignScanState *node = (ForeignScanState *) areq->requestee;
	TupleTableSlot *slot = NULL;

	if (gs_scan_at_hand(node))
		slot = node->ss.ps.ExecProcNodeReal(&node->ss.ps);
	if (!TupIsNull(slot) || gs_scan_at_end(node))
		ExecAsyncRequestDone(areq, slot);
	else
		ExecAsyncRequestPending(areq);
}

/* The statement may take its time over each row. */
static void
drive_now_and_then(void)
{
	static int64 last = 0;
	int64		now = gs_governor_now();

	if (now - last < DRIVE_EVERY)
		return;
	last = now;
	gs_request_drive(0);
}

void
gainsightForeignAsyncRequest(AsyncRequest *areq)
{
	give_row(areq);
	if (areq->request_complete)
		drive_now_and_then();
	else
	{
		(void) gs_scan_advance((ForeignScanState *) areq->requestee);
		gs_request_drive(0);
	}
}

/*
 * Waiting.
 */

/* Wait until one of our scans has something to give, if Append can wait. */
static void
wait_for_any(const AppendState *append)
{
	gs_request_drive(0);
	while (append->as_nasyncresults == 0 && append->as_syncdone && !any_at_hand(append))
	{
		if (has_strangers(append))
		{
			gs_request_drive(SHARED_SLICE);
			break;
		}
		gs_request_drive(GS_WAIT_SLICE);
	}
}

/*
 * Is this the first of our requests in this round of Append's?  When it
 * begins, nothing is given yet.
 */
static bool
is_first(const AppendState *append, const AsyncRequest *areq)
{
	int			i = -1;

	while ((i = bms_next_member(append->as_asyncplans, i)) >= 0 && i < areq->request_index)
	{
		const AsyncRequest *earlier = append->as_asyncrequests[i];

		if (is_ours(earlier) &&
			(earlier->callback_pending || bms_is_member(i, append->as_needrequest)))
			return false;
	}
	return true;
}

/* A descriptor that is always readable, being at its end. */
static pgsocket
always_readable(void)
{
	static int	ends[2] = {-1, -1};

	if (ends[0] < 0)
	{
		if (pipe(ends) != 0)
			ereport(ERROR,
					(errcode_for_socket_access(),
					 errmsg("could not create a pipe: %m")));
		close(ends[1]);
		ReserveExternalFD();
	}
	return ends[0];
}

/*
 * Before a rescan, Append (of late minors) waits for what is pending, only to
 * throw it away.  Where that is for other values, it need not wait.  A node
 * that runs has no changed parameters, so this cannot be another wait.
 */
static bool
is_given_up(const AppendState *append)
{
	return append->ps.chgParam != NULL;
}

void
gainsightForeignAsyncConfigureWait(AsyncRequest *areq)
{
	const AppendState *append = castNode(AppendState, areq->requestor);
	bool		first = is_first(append, areq);

	if (is_given_up(append))
	{
		areq->callback_pending = false;
		ExecAsyncRequestDone(areq, NULL);
		ExecAsyncResponse(areq);
		return;
	}
	if (first)
		wait_for_any(append);
	if (gs_scan_advance((ForeignScanState *) areq->requestee))
	{
		/* what core does for a scan that is notified is ours to do here */
		areq->callback_pending = false;
		give_row(areq);
		ExecAsyncResponse(areq);
		if (areq->requestee->instrument != NULL)
			InstrUpdateTupleCount(areq->requestee->instrument,
								  TupIsNull(areq->result) ? 0.0 : 1.0);
	}
	/* Append's own wait must not last until another wrapper has a row */
	if (first && (areq->callback_pending || !TupIsNull(areq->result)) && has_strangers(append))
		AddWaitEventToSet(append->as_eventset, WL_SOCKET_READABLE, always_readable(), NULL, areq);
}

void
gainsightForeignAsyncNotify(AsyncRequest *areq)
{
	(void) gs_scan_advance((ForeignScanState *) areq->requestee);
	give_row(areq);
}
