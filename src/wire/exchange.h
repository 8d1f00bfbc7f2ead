/*
 * exchange.h
 *	  What is sent over HTTP, and what comes of it.
 */
#ifndef GS_EXCHANGE_H
#define GS_EXCHANGE_H

#include "postgres.h"

#include "pool.h"

/* What to send, and how.  Strings may go once gs_http_start has returned,
 * but for the body, which must live as long as the transfer. */
typedef struct GsHttpSpec
{
	GsPoolId	pool;			/* whose kept connections it may use */
	const char *method;			/* GET, POST or PUT */
	const char *url;			/* sent as it is */
	const char *body;			/* UTF-8, or NULL for none */
	size_t		body_length;	/* bytes */
	const char *const *headers; /* NULL-terminated, "Name: value" */
	const char *user_agent;
	const char *ca_file;		/* NULL: the system's */
	const char *proxy;			/* NULL: none, whatever the environment says */
	int			connect_timeout;	/* ms; of these two, time in which nobody drives the loop is no
									 * part */
	int			request_timeout;	/* ms, for all of it */
	size_t		max_body;		/* bytes, after decompression */
	bool		compression;	/* ask for gzip */
	bool		once;			/* libcurl must not send the body a second time */
} GsHttpSpec;

typedef enum GsHttpOutcome
{
	GS_HTTP_RUNNING,
	GS_HTTP_ANSWERED,			/* a whole answer, of any status */
	GS_HTTP_NOT_CONNECTED,		/* nothing was sent: name, refusal, time */
	GS_HTTP_NOT_TRUSTED,		/* nothing was sent: TLS, a proxy's refusal, an unusable setting */
	GS_HTTP_BROKEN,				/* cut or garbled on the way */
	GS_HTTP_TIMED_OUT,			/* after it was connected */
	GS_HTTP_TOO_LARGE,			/* the body passed max_body */
	GS_HTTP_HEAD_TOO_LARGE,		/* header fields or trailers without end */
	GS_HTTP_NO_MEMORY
} GsHttpOutcome;

/* Owned by the transfer, and gone with it. */
typedef struct GsHttpResult
{
	GsHttpOutcome outcome;
	int			status;			/* with GS_HTTP_ANSWERED */
	size_t		max_body;		/* as it was asked for */
	char	   *body;			/* NULL if there is none; with room for a byte more */
	size_t		body_length;
	int			retry_after;	/* seconds, 0 if the answer does not say */
	bool		sent;			/* the request has gone out, wholly or not */
	int64		bytes_sent;		/* what was said to a proxy included */
	int64		bytes_received; /* on the wire */
	double		unattended;		/* ms in which nobody drove it, once it had begun */
	double		elapsed;		/* ms, without these */
	const char *why;			/* the transport's words, unless answered */
} GsHttpResult;

typedef struct GsTransfer GsTransfer;

#endif							/* GS_EXCHANGE_H */
