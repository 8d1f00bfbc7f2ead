/*
 * http.c
 *	  The only file that knows libcurl.
 *
 * One CURLM a backend drives all transfers, of all scans of all plans, and
 * keeps connections from one statement to the next.  Whatever libcurl owns
 * hangs on the reset callback of the memory context of its transfer, so an
 * ERROR anywhere leaves nothing behind.  Callbacks that libcurl calls never
 * raise: they note what is wrong and return.
 */
#include "postgres.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include "lib/ilist.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "portability/instr_time.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

#include "body.h"
#include "error.h"
#include "http.h"
#include "pool.h"

/*
 * A signal that comes just before the poll is seen when the poll ends: this
 * bounds how long a cancel can take, in ms.
 */
#define POLL_SLICE 50

/* Does libcurl say when it is about to send?  Since 7.80. */
#define KNOWS_SENDING (LIBCURL_VERSION_NUM >= 0x075000)

/* What is in front of a body and behind it, in bytes: far more than any real one. */
#define MAX_HEAD (256 * 1024)

/* Kept connections: as many as one server's max_connections can use. */
#define KEPT_CONNECTIONS 64L

struct GsTransfer
{
	CURL	   *easy;
	GsPool	   *pool;
	struct curl_slist *headers;
	MemoryContextCallback callback;
	dlist_node	node;			/* among the running, while it is added */
	bool		added;			/* to the multi handle */
	bool		begun;			/* libcurl's clocks for it run */
	int			connect_timeout;	/* ms */
	int			request_timeout;	/* ms */
	bool		sending;		/* connected, and the request is on its way */
	bool		stale;			/* the kept connection that it was given was no good */
	GsBody		body;
	size_t		max_body;
	size_t		head;			/* bytes of header fields and trailers so far */
	const char *upload;			/* the body to send */
	size_t		upload_length;
	size_t		uploaded;
	bool		once;			/* it must not be sent again */
	int64		handed_over;	/* bytes of bodies that libcurl has taken */
	char		words[CURL_ERROR_SIZE];
	GsHttpResult result;
};

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
perform(int *running)
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
open_multi(void)
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

/* What transfers of a pool share: their connections. */
static void *
make_share(void)
{
	CURLSH	   *share = curl_share_init();

	if (share != NULL)
		curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
	return share;
}

static void
close_share(void *share)
{
	curl_share_cleanup(share);
}

static const GsShareMethods share_methods = {make_share, close_share};

/* Its connection goes back to the pool. */
static void
leave_pool(GsTransfer *transfer)
{
	if (transfer->pool != NULL)
		gs_pool_leave(transfer->pool);
	transfer->pool = NULL;
}

static void
leave_loop(GsTransfer *transfer)
{
	curl_multi_remove_handle(multi, transfer->easy);
	dlist_delete(&transfer->node);
	transfer->added = false;
}

static void
release(void *arg)
{
	GsTransfer *transfer = arg;

	if (multi_pid == MyProcPid && transfer->easy != NULL)
	{
		if (transfer->added)
			leave_loop(transfer);
		curl_easy_cleanup(transfer->easy);
		leave_pool(transfer);
	}
	curl_slist_free_all(transfer->headers);
	gs_body_free(&transfer->body);
	transfer->easy = NULL;
	transfer->headers = NULL;
}

/* What the body will take, as far as its head says. */
static size_t
announced(const GsTransfer *transfer)
{
	curl_off_t	length = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length > 0 && length <= (curl_off_t) transfer->max_body ? length : 0;
}

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	GsTransfer *transfer = arg;
	GsHttpResult *result = &transfer->result;
	size_t		length = size * count;

	if (length > transfer->max_body - transfer->body.length)
		result->outcome = GS_HTTP_TOO_LARGE;
	else if (!gs_body_append(&transfer->body, data, length,
							 transfer->body.length == 0 ? announced(transfer) : 0))
		result->outcome = GS_HTTP_NO_MEMORY;
	if (result->outcome != GS_HTTP_RUNNING)
		return length == 0 ? 1 : 0; /* anything but length ends the transfer */
	result->body = transfer->body.data;
	result->body_length = transfer->body.length;
	return length;
}

/* libcurl keeps all of them, those that come behind the body too. */
static size_t
on_head(char *data, size_t size, size_t count, void *arg)
{
	GsTransfer *transfer = arg;
	size_t		length = size * count;

	(void) data;
	transfer->head += length;
	if (transfer->head <= MAX_HEAD)
		return length;
	transfer->result.outcome = GS_HTTP_HEAD_TOO_LARGE;
	return length == 0 ? 1 : 0;
}

static size_t
on_upload(char *buffer, size_t size, size_t count, void *arg)
{
	GsTransfer *transfer = arg;
	size_t		length = Min(size * count, transfer->upload_length - transfer->uploaded);

	memcpy(buffer, transfer->upload + transfer->uploaded, length);
	transfer->uploaded += length;
	transfer->handed_over += length;
	return length;
}

/*
 * When a kept connection turns out to be dead, libcurl goes back to the
 * beginning of the body and sends it over a new one, although the tenant may
 * have had it.  Of a body that must not be sent twice, refusing to go back ends
 * the transfer instead.
 */
static int
on_rewind(void *arg, curl_off_t offset, int origin)
{
	GsTransfer *transfer = arg;

	(void) origin;
	if (offset != 0 || (transfer->once && transfer->uploaded > 0))
		return CURL_SEEKFUNC_FAIL;
	transfer->uploaded = 0;
	return CURL_SEEKFUNC_OK;
}

static long
long_of(CURL *easy, CURLINFO info)
{
	long		value = 0;

	curl_easy_getinfo(easy, info, &value);
	return value;
}

#if KNOWS_SENDING

static int
on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	(void) arg;
	(void) purpose;
	gs_socket_note(fd);
	return CURL_SOCKOPT_OK;
}

/* Has the tenant closed the kept connection, or sent what nobody asked for? */
static bool
is_stale(const GsTransfer *transfer, int port)
{
	return long_of(transfer->easy, CURLINFO_NUM_CONNECTS) == 0 && gs_socket_is_stale(port);
}

/*
 * libcurl has a connection, and nothing was sent yet.  What is sent over one
 * that was closed leaves a create in doubt, so it is not.
 */
static int
on_sending(void *arg, char *to, char *from, int to_port, int from_port)
{
	GsTransfer *transfer = arg;

	(void) to;
	(void) from;
	(void) to_port;
	/* once: the next connection is a new one */
	if (!transfer->stale && !transfer->sending && is_stale(transfer, from_port))
	{
		transfer->stale = true;
		return CURL_PREREQFUNC_ABORT;
	}
	transfer->sending = true;
	return CURL_PREREQFUNC_OK;
}

#endif							/* KNOWS_SENDING */

pg_noreturn static void
refused(GsTransfer *transfer, CURLcode rc)
{
	ereport(ERROR,
			(errcode(rc == CURLE_OUT_OF_MEMORY ? ERRCODE_OUT_OF_MEMORY : ERRCODE_FDW_ERROR),
			 errmsg("libcurl refused a setting: %s",
					transfer->words[0] ? transfer->words : curl_easy_strerror(rc))));
}

static void
set_long(GsTransfer *transfer, CURLoption option, long value)
{
	CURLcode	rc = curl_easy_setopt(transfer->easy, option, value);

	if (rc != CURLE_OK)
		refused(transfer, rc);
}

static void
set_pointer(GsTransfer *transfer, CURLoption option, const void *value)
{
	CURLcode	rc = curl_easy_setopt(transfer->easy, option, value);

	if (rc != CURLE_OK)
		refused(transfer, rc);
}

/* They are the tenant's: the time in which nobody has driven the loop is not counted. */
static void
set_timeouts(GsTransfer *transfer)
{
	double		unattended = transfer->result.unattended;

	set_long(transfer, CURLOPT_CONNECTTIMEOUT_MS,
			 (long) Min(transfer->connect_timeout + unattended, INT_MAX));
	set_long(transfer, CURLOPT_TIMEOUT_MS,
			 (long) Min(transfer->request_timeout + unattended, INT_MAX));
}

/* What holds for every transfer. */
static const struct
{
	CURLoption	option;
	long		value;
}			always[] =
{
	{CURLOPT_NOSIGNAL, 1},
	{CURLOPT_FOLLOWLOCATION, 0},	/* the key would go along */

	/*
	 * Of a connection of HTTP/2 that is told to go, libcurl does not say which of the requests on
	 * it were taken, which leaves creates in doubt; and 7.88 swaps answers where both versions
	 * meet.
	 */
	{CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
	{CURLOPT_PATH_AS_IS, 1},	/* an id may hold dots */
	{CURLOPT_SSL_VERIFYPEER, 1},
	{CURLOPT_SSL_VERIFYHOST, 2},
	{CURLOPT_TCP_NODELAY, 1},
	{CURLOPT_TCP_KEEPALIVE, 1},
	{CURLOPT_BUFFERSIZE, 256 * 1024},
#if LIBCURL_VERSION_NUM >= 0x075700
	{CURLOPT_QUICK_EXIT, 1},	/* do not wait for a name lookup given up */
#endif
#if LIBCURL_VERSION_NUM < 0x075500
	{CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS},
#endif
};

static void
append_header(GsTransfer *transfer, const char *header)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, header);

	if (longer == NULL)
		refused(transfer, CURLE_OUT_OF_MEMORY);
	transfer->headers = longer;
}

/* Through a callback, which knows what has gone out: libcurl's versions count bodies differently. */
static void
configure_body(GsTransfer *transfer, const GsHttpSpec *spec)
{
	CURLcode	rc;

	transfer->upload = spec->body;
	transfer->upload_length = spec->body_length;
	transfer->once = spec->once;
	set_long(transfer, CURLOPT_POST, 1);
	set_pointer(transfer, CURLOPT_READFUNCTION, (const void *) on_upload);
	set_pointer(transfer, CURLOPT_READDATA, transfer);
	set_pointer(transfer, CURLOPT_SEEKFUNCTION, (const void *) on_rewind);
	set_pointer(transfer, CURLOPT_SEEKDATA, transfer);
	rc = curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
						  (curl_off_t) spec->body_length);
	if (rc != CURLE_OK)
		refused(transfer, rc);
}

static void
configure(GsTransfer *transfer, const GsHttpSpec *spec)
{
	set_pointer(transfer, CURLOPT_ERRORBUFFER, transfer->words);
	for (int i = 0; i < (int) lengthof(always); i++)
		set_long(transfer, always[i].option, always[i].value);
#if LIBCURL_VERSION_NUM >= 0x075500
	set_pointer(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
	if (gs_pool_share(transfer->pool) != NULL)
		set_pointer(transfer, CURLOPT_SHARE, gs_pool_share(transfer->pool));
	set_pointer(transfer, CURLOPT_URL, spec->url);
	set_pointer(transfer, CURLOPT_CUSTOMREQUEST, spec->method);
	if (spec->body != NULL)
		configure_body(transfer, spec);
	for (const char *const *header = spec->headers; *header != NULL; header++)
		append_header(transfer, *header);
	append_header(transfer, "Expect:");
	set_pointer(transfer, CURLOPT_HTTPHEADER, transfer->headers);
	set_pointer(transfer, CURLOPT_USERAGENT, spec->user_agent);
	/* an empty proxy, and an empty list of exceptions, silence the environment */
	set_pointer(transfer, CURLOPT_PROXY, spec->proxy ? spec->proxy : "");
	set_pointer(transfer, CURLOPT_NOPROXY, "");
	if (spec->ca_file != NULL)
	{
		/* these and no others: a folder of the system's would be trusted as well */
		set_pointer(transfer, CURLOPT_CAINFO, spec->ca_file);
		set_pointer(transfer, CURLOPT_CAPATH, NULL);
	}
	if (spec->compression)
		set_pointer(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
	set_timeouts(transfer);
	set_pointer(transfer, CURLOPT_WRITEFUNCTION, (const void *) on_body);
	set_pointer(transfer, CURLOPT_WRITEDATA, transfer);
	set_pointer(transfer, CURLOPT_HEADERFUNCTION, (const void *) on_head);
	set_pointer(transfer, CURLOPT_HEADERDATA, transfer);
	set_pointer(transfer, CURLOPT_PRIVATE, transfer);
#if KNOWS_SENDING
	set_pointer(transfer, CURLOPT_PREREQFUNCTION, (const void *) on_sending);
	set_pointer(transfer, CURLOPT_PREREQDATA, transfer);
	set_pointer(transfer, CURLOPT_SOCKOPTFUNCTION, (const void *) on_socket);
#endif
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

	open_multi();
	transfer->max_body = transfer->result.max_body = spec->max_body;
	transfer->connect_timeout = spec->connect_timeout;
	transfer->request_timeout = spec->request_timeout;
	transfer->callback.func = release;
	transfer->callback.arg = transfer;
	MemoryContextRegisterResetCallback(context, &transfer->callback);
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		refused(transfer, CURLE_OUT_OF_MEMORY);
	transfer->pool = gs_pool_enter(spec->pool, &share_methods);
	configure(transfer, spec);
	enter_loop(transfer);
	return transfer;
}

const GsHttpResult *
gs_http_result(const GsTransfer *transfer)
{
	return &transfer->result;
}

/*
 * Was there a connection to the tenant to send over?  A new libcurl gives the
 * time at which it was ready to send for what never was, too.
 */
static bool
was_connected(const GsTransfer *transfer)
{
#if KNOWS_SENDING
	return transfer->sending;
#else
	curl_off_t	ready = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
	return ready > 0;
#endif
}

/* A proxy that refuses to connect does so again; one that could not may yet. */
static bool
proxy_refuses(const GsTransfer *transfer)
{
	long		status = long_of(transfer->easy, CURLINFO_HTTP_CONNECTCODE);

	return status >= 400 && status < 500;
}

/* Nothing has gone out: why not? */
static GsHttpOutcome
outcome_before_sending(CURLcode rc, const GsTransfer *transfer)
{
	switch (rc)
	{
		case CURLE_UNSUPPORTED_PROTOCOL:
		case CURLE_URL_MALFORMAT:
		case CURLE_SSL_CERTPROBLEM:
		case CURLE_SSL_CIPHER:
		case CURLE_PEER_FAILED_VERIFICATION:
		case CURLE_SSL_CACERT_BADFILE:
		case CURLE_SSL_ISSUER_ERROR:
			return GS_HTTP_NOT_TRUSTED;
		default:
			return proxy_refuses(transfer) ? GS_HTTP_NOT_TRUSTED : GS_HTTP_NOT_CONNECTED;
	}
}

/*
 * What libcurl's verdict means.  Whatever it is, the tenant may have had a
 * request that has gone out; what was said to a proxy before is none.
 */
static GsHttpOutcome
outcome_of(CURLcode rc, const GsTransfer *transfer)
{
	if (rc == CURLE_OK)
		return GS_HTTP_ANSWERED;
	/* a header field that is too long, in the words of libcurl before 8.6 */
	if (rc == CURLE_OUT_OF_MEMORY && was_connected(transfer))
		return GS_HTTP_HEAD_TOO_LARGE;
	if (rc == CURLE_OUT_OF_MEMORY)
		return GS_HTTP_NO_MEMORY;
#if LIBCURL_VERSION_NUM >= 0x080600
	if (rc == CURLE_TOO_LARGE)
		return GS_HTTP_HEAD_TOO_LARGE;
#endif
	if (!was_connected(transfer))
		return outcome_before_sending(rc, transfer);
	return rc == CURLE_OPERATION_TIMEDOUT ? GS_HTTP_TIMED_OUT : GS_HTTP_BROKEN;
}

static int64
number_of(CURL *easy, CURLINFO info)
{
	curl_off_t	value = 0;

	curl_easy_getinfo(easy, info, &value);
	return value;
}

/*
 * Note how a transfer ended.  The handle stays for the context's callback,
 * but leaves the loop: the connection is free for the next transfer.
 */
static void
finish(GsTransfer *transfer, CURLcode rc)
{
	CURL	   *easy = transfer->easy;
	GsHttpResult *result = &transfer->result;

	/* the body's callback may have had its own reason to end it */
	if (result->outcome == GS_HTTP_RUNNING)
		result->outcome = outcome_of(rc, transfer);
	result->status = long_of(easy, CURLINFO_RESPONSE_CODE);
	result->retry_after = Min(number_of(easy, CURLINFO_RETRY_AFTER), INT_MAX);
	result->sent = was_connected(transfer);
	result->bytes_sent = long_of(easy, CURLINFO_REQUEST_SIZE) + transfer->handed_over;
	result->bytes_received = number_of(easy, CURLINFO_SIZE_DOWNLOAD_T) +
		long_of(easy, CURLINFO_HEADER_SIZE);
	result->elapsed = Max(0, number_of(easy, CURLINFO_TOTAL_TIME_T) / 1000.0 - result->unattended);
	result->why = rc == CURLE_SEND_FAIL_REWIND ? "the connection was closed before an answer came" :
		transfer->words[0] ? transfer->words : curl_easy_strerror(rc);
	leave_loop(transfer);
	curl_easy_cleanup(easy);
	transfer->easy = NULL;
	leave_pool(transfer);
}

/*
 * libcurl is done with a transfer.  One that was given a connection that was
 * no good begins again, with a new one; else this is its end: true.
 */
static bool
settle(CURL *easy, CURLcode rc)
{
	GsTransfer *transfer;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &transfer);
	if (rc != CURLE_ABORTED_BY_CALLBACK || !transfer->stale || transfer->sending)
	{
		finish(transfer, rc);
		return true;
	}
	leave_loop(transfer);
	transfer->words[0] = '\0';
	set_long(transfer, CURLOPT_FRESH_CONNECT, 1);
	enter_loop(transfer);
	return false;
}

/* Let every transfer go on as far as it can; true if one of them ended. */
static bool
advance(void)
{
	int			running,
				left;
	bool		ended = false;
	CURLMsg    *message;
	CURLMcode	rc = perform(&running);

	if (rc != CURLM_OK)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_ERROR),
				 errmsg("libcurl failed: %s", curl_multi_strerror(rc))));
	while ((message = curl_multi_info_read(multi, &left)) != NULL)
	{
		if (message->msg != CURLMSG_DONE)
			continue;
		if (settle(message->easy_handle, message->data.result))
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
			set_timeouts(transfer);
		}
		transfer->begun = true;
	}
}

void
gs_http_pump(int timeout)
{
	open_multi();
	CHECK_FOR_INTERRUPTS();
	return_to_loop();
	if (!advance())
	{
		pgstat_report_wait_start(wait_event());
		curl_multi_poll(multi, NULL, 0, Min(timeout, POLL_SLICE), NULL);
		pgstat_report_wait_end();
		CHECK_FOR_INTERRUPTS();
		advance();
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
