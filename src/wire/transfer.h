/*
 * transfer.h
 *	  One transfer, as libcurl is told of it.  For http.c alone.
 */
#ifndef GS_TRANSFER_H
#define GS_TRANSFER_H

#include "postgres.h"

#include <curl/curl.h>

#include "lib/ilist.h"

#include "body.h"
#include "exchange.h"

struct GsTransfer
{
	/* the loop's */
	MemoryContextCallback callback;
	dlist_node	node;			/* among the running, while it is added */
	bool		added;			/* to the multi handle */
	bool		begun;			/* libcurl's clocks for it run */

	/* libcurl's */
	CURL	   *easy;			/* NULL once it has ended */
	GsPool	   *pool;
	struct curl_slist *headers;
	char		words[CURL_ERROR_SIZE];

	GsHttpSpec	spec;			/* of its strings only the body is still there */
	bool		sending;		/* connected, and the request is on its way */
	bool		stale;			/* the kept connection that it was given was no good */
	size_t		uploaded;		/* bytes of the body that it has gone through */
	int64		handed_over;	/* bytes of bodies that libcurl has taken */
	GsBody		body;			/* of the answer */
	size_t		head;			/* bytes of header fields and trailers so far */
	GsHttpResult result;
};

/*
 * Make libcurl's handle for a transfer that has its spec.  Raises an ERROR if a
 * setting is refused; what is there by then is for gs_transfer_close.
 */
extern void gs_transfer_open(GsTransfer *transfer);

/*
 * Count its timeouts anew, without the time in which nobody has driven it.
 */
extern void gs_transfer_set_timeouts(GsTransfer *transfer);

/*
 * libcurl is done with it, as rc says: was it only given a connection that was
 * no good?  It may be started again then, and gets a new one; else the result
 * is filled in.
 */
extern bool gs_transfer_begins_anew(GsTransfer *transfer, CURLcode rc);

/*
 * Give up libcurl's handle, which is in no loop, and the place in the pool; and
 * all that the transfer holds.  Both may be called again.
 */
extern void gs_transfer_close(GsTransfer *transfer);
extern void gs_transfer_free(GsTransfer *transfer);

#endif							/* GS_TRANSFER_H */
