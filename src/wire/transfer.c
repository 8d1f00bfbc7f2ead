/*
 * transfer.c
 *	  One transfer, as libcurl is told of it, and what libcurl says of it.
 *
 * Callbacks that libcurl calls never raise: they note what is wrong and return.
 */
#include "postgres.h"

#include "error.h"
#include "transfer.h"

/* Does libcurl say when it is about to send?  Since 7.80. */
#define KNOWS_SENDING (LIBCURL_VERSION_NUM >= 0x075000)

/* What is in front of a body and behind it, in bytes: far more than any real one. */
#define MAX_HEAD (256 * 1024)

/*
 * What libcurl calls.
 */

/* What the body will take, as far as its head says. */
static size_t
announced(const GsTransfer *transfer)
{
	curl_off_t	length = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length > 0 && length <= (curl_off_t) transfer->spec.max_body ? length : 0;
}

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	GsTransfer *transfer = arg;
	GsHttpResult *result = &transfer->result;
	size_t		length = size * count;

	if (length > transfer->spec.max_body - transfer->body.length)
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
	size_t		length = Min(size * count, transfer->spec.body_length - transfer->uploaded);

	memcpy(buffer, transfer->spec.body + transfer->uploaded, length);
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
	if (offset != 0 || (transfer->spec.once && transfer->uploaded > 0))
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

/*
 * What it is told.
 */

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

pg_noreturn static void
refuse_setting(GsTransfer *transfer, CURLcode rc)
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
		refuse_setting(transfer, rc);
}

static void
set_pointer(GsTransfer *transfer, CURLoption option, const void *value)
{
	CURLcode	rc = curl_easy_setopt(transfer->easy, option, value);

	if (rc != CURLE_OK)
		refuse_setting(transfer, rc);
}

/* They are the tenant's: the time in which nobody has driven the loop is not counted. */
void
gs_transfer_set_timeouts(GsTransfer *transfer)
{
	double		unattended = transfer->result.unattended;

	set_long(transfer, CURLOPT_CONNECTTIMEOUT_MS,
			 (long) Min(transfer->spec.connect_timeout + unattended, INT_MAX));
	set_long(transfer, CURLOPT_TIMEOUT_MS,
			 (long) Min(transfer->spec.request_timeout + unattended, INT_MAX));
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
		refuse_setting(transfer, CURLE_OUT_OF_MEMORY);
	transfer->headers = longer;
}

/* Through a callback, which knows what has gone out: libcurl's versions count bodies differently. */
static void
configure_upload(GsTransfer *transfer)
{
	CURLcode	rc;

	set_long(transfer, CURLOPT_POST, 1);
	set_pointer(transfer, CURLOPT_READFUNCTION, (const void *) on_upload);
	set_pointer(transfer, CURLOPT_READDATA, transfer);
	set_pointer(transfer, CURLOPT_SEEKFUNCTION, (const void *) on_rewind);
	set_pointer(transfer, CURLOPT_SEEKDATA, transfer);
	rc = curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
						  (curl_off_t) transfer->spec.body_length);
	if (rc != CURLE_OK)
		refuse_setting(transfer, rc);
}

static void
configure_request(GsTransfer *transfer)
{
	const GsHttpSpec *spec = &transfer->spec;

	set_pointer(transfer, CURLOPT_URL, spec->url);
	set_pointer(transfer, CURLOPT_CUSTOMREQUEST, spec->method);
	if (spec->body != NULL)
		configure_upload(transfer);
	for (const char *const *header = spec->headers; *header != NULL; header++)
		append_header(transfer, *header);
	append_header(transfer, "Expect:");
	set_pointer(transfer, CURLOPT_HTTPHEADER, transfer->headers);
	set_pointer(transfer, CURLOPT_USERAGENT, spec->user_agent);
	if (spec->compression)
		set_pointer(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void
configure_connection(GsTransfer *transfer)
{
	const GsHttpSpec *spec = &transfer->spec;

#if LIBCURL_VERSION_NUM >= 0x075500
	set_pointer(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
#endif
	if (gs_pool_share(transfer->pool) != NULL)
		set_pointer(transfer, CURLOPT_SHARE, gs_pool_share(transfer->pool));
	/* an empty proxy, and an empty list of exceptions, silence the environment */
	set_pointer(transfer, CURLOPT_PROXY, spec->proxy ? spec->proxy : "");
	set_pointer(transfer, CURLOPT_NOPROXY, "");
	if (spec->ca_file != NULL)
	{
		/* these and no others: a folder of the system's would be trusted as well */
		set_pointer(transfer, CURLOPT_CAINFO, spec->ca_file);
		set_pointer(transfer, CURLOPT_CAPATH, NULL);
	}
	gs_transfer_set_timeouts(transfer);
}

static void
configure_answer(GsTransfer *transfer)
{
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

void
gs_transfer_open(GsTransfer *transfer)
{
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		refuse_setting(transfer, CURLE_OUT_OF_MEMORY);
	transfer->pool = gs_pool_enter(transfer->spec.pool, &share_methods);
	transfer->result.max_body = transfer->spec.max_body;
	set_pointer(transfer, CURLOPT_ERRORBUFFER, transfer->words);
	for (int i = 0; i < (int) lengthof(always); i++)
		set_long(transfer, always[i].option, always[i].value);
	configure_connection(transfer);
	configure_request(transfer);
	configure_answer(transfer);
}

void
gs_transfer_close(GsTransfer *transfer)
{
	if (transfer->easy != NULL)
		curl_easy_cleanup(transfer->easy);
	if (transfer->pool != NULL)
		gs_pool_leave(transfer->pool);
	transfer->easy = NULL;
	transfer->pool = NULL;
}

void
gs_transfer_free(GsTransfer *transfer)
{
	curl_slist_free_all(transfer->headers);
	gs_body_free(&transfer->body);
	transfer->headers = NULL;
}

/*
 * What it says in the end.
 */

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

static void
fill_in_result(GsTransfer *transfer, CURLcode rc)
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
}

bool
gs_transfer_begins_anew(GsTransfer *transfer, CURLcode rc)
{
	if (rc != CURLE_ABORTED_BY_CALLBACK || !transfer->stale || transfer->sending)
	{
		fill_in_result(transfer, rc);
		return false;
	}
	transfer->words[0] = '\0';
	set_long(transfer, CURLOPT_FRESH_CONNECT, 1);
	return true;
}
