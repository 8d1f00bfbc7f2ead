/*
 * http.c
 *	  The loop that all transfers are in.
 *
 * It and transfer.c are all that know libcurl.  One CURLM a backend drives all
 * transfers, of all scans of all plans, and keeps connections from one statement
 * to the next.  Whatever libcurl owns hangs on the reset callback of the memory
 * context of its transfer, so an ERROR anywhere leaves nothing behind.
 */
#include "postgres.h"

#include <pthread.h>
#include <signal.h>

#include "miscadmin.h"
#include "pgstat.h"
#include "portability/instr_time.h"
#include "storage/ipc.h"
#include "storage/pmsignal.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "http.h"
#include "transfer.h"

/*
 * A signal that comes just before the poll is seen when the poll ends: this
 * bounds how long a cancel can take, in ms.
 */
#define POLL_SLICE 50

/* Kept connections: as many as one server's max_connections can use. */
#define KEPT_CONNECTIONS 64L

static CURLM *multi;
static int	multi_pid;

/* The transfers in it, and when it was last left alone. */
static dlist_head running = DLIST_STATIC_INIT(running);
static instr_time left_at;

/*
 * libcurl may start a thread (for a name lookup), which must never take a
 * signal that is meant for the backend.
 */
static CURLMcode
perform_unsignaled(int *running)
{
	sigset_t	all,
				old;
	CURLMcode	rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = curl_multi_perform(multi, running);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

/* The backend's multi handle.  Nothing inherited over a fork is ever used. */
static void
open_loop(void)
{
	if (multi != NULL && multi_pid == MyProcPid)
		return;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(multi = curl_multi_init()) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("could not initialize libcurl")));
	multi_pid = MyProcPid;
	dlist_init(&running);
	gs_pool_forget_all();
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
}

static void
leave_loop(GsTransfer *transfer)
{
	curl_multi_remove_handle(multi, transfer->easy);
	dlist_delete(&transfer->node);
	transfer->added = false;
}

static void
abandon(void *arg)
{
	GsTransfer *transfer = arg;

	if (multi_pid == MyProcPid)
	{
		if (transfer->added)
			leave_loop(transfer);
		gs_transfer_close(transfer);
	}
	gs_transfer_free(transfer);
}

/* Into the loop with it. */
static void
enter_loop(GsTransfer *transfer)
{
	CURLMcode	rc = curl_multi_add_handle(multi, transfer->easy);

	if (rc != CURLM_OK)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("libcurl refused a transfer: %s", curl_multi_strerror(rc))));
	dlist_push_tail(&running, &transfer->node);
	transfer->added = true;
}

GsTransfer *
gs_http_start(const GsHttpSpec *spec, MemoryContext context)
{
	GsTransfer *transfer = MemoryContextAllocZero(context, sizeof(GsTransfer));

	open_loop();
	transfer->spec = *spec;
	transfer->callback.func = abandon;
	transfer->callback.arg = transfer;
	MemoryContextRegisterResetCallback(context, &transfer->callback);
	gs_transfer_open(transfer);
	enter_loop(transfer);
	return transfer;
}

const GsHttpResult *
gs_http_result(const GsTransfer *transfer)
{
	return &transfer->result;
}

/*
 * libcurl is done with a transfer.  If this is its end, true: what is left of
 * it stays for the context's callback, and its connection is free for the next.
 */
static bool
settle_transfer(CURL *easy, CURLcode rc)
{
	GsTransfer *transfer;
	bool		again;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &transfer);
	again = gs_transfer_begins_anew(transfer, rc);
	leave_loop(transfer);
	if (again)
		enter_loop(transfer);
	else
		gs_transfer_close(transfer);
	return !again;
}

/* Let every transfer go on as far as it can; true if one of them ended. */
static bool
advance_all(void)
{
	int			running,
				left;
	bool		ended = false;
	CURLMsg    *message;
	CURLMcode	rc = perform_unsignaled(&running);

	if (rc != CURLM_OK)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("libcurl failed: %s", curl_multi_strerror(rc))));
	while ((message = curl_multi_info_read(multi, &left)) != NULL)
	{
		if (message->msg != CURLMSG_DONE)
			continue;
		if (settle_transfer(message->easy_handle, message->data.result))
			ended = true;
	}
	return ended;
}

/* What a waiting session shows in pg_stat_activity: a name of ours, from 17 on. */
static uint32
wait_event(void)
{
#if PG_VERSION_NUM >= 170000
	static uint32 event = 0;

	if (event == 0)
		event = WaitEventExtensionNew("GainsightRequest");
	return event;
#else
	return PG_WAIT_EXTENSION;
#endif
}

/*
 * libcurl's clocks run on while nobody drives the loop, as between two FETCHes
 * from a cursor.  That is nobody's failure, so they are put back.
 */
static void
return_to_loop(void)
{
	instr_time	away;
	double		ms;
	dlist_iter	iter;

	INSTR_TIME_SET_CURRENT(away);
	INSTR_TIME_SUBTRACT(away, left_at);
	ms = INSTR_TIME_GET_MILLISEC(away);
	dlist_foreach(iter, &running)
	{
		GsTransfer *transfer = dlist_container(GsTransfer, node, iter.cur);

		if (transfer->begun)
		{
			transfer->result.unattended += ms;
			gs_transfer_set_timeouts(transfer);
		}
		transfer->begun = true;
	}
}

void
gs_http_pump(int timeout)
{
	open_loop();
	CHECK_FOR_INTERRUPTS();
	return_to_loop();
	if (!advance_all())
	{
		pgstat_report_wait_start(wait_event());
		curl_multi_poll(multi, NULL, 0, Min(timeout, POLL_SLICE), NULL);
		pgstat_report_wait_end();
		/* as core's waits do: what outlives the postmaster keeps the next one from starting */
		if (IsUnderPostmaster && !PostmasterIsAlive())
			proc_exit(1);
		CHECK_FOR_INTERRUPTS();
		advance_all();
	}
	INSTR_TIME_SET_CURRENT(left_at);
}

char *
gs_http_version(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	return psprintf("libcurl %s, %s", info->version,
					info->ssl_version ? info->ssl_version : "no TLS");
}
