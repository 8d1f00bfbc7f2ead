/*
 * request.h
 *	  One request, from the queue through its transfer to a verdict.
 */
#ifndef GS_REQUEST_H
#define GS_REQUEST_H

#include "postgres.h"

#include "call.h"
#include "tenant.h"

typedef struct GsRequest GsRequest;

/*
 * Queue a request.  It starts when it may and somebody waits for any request.
 * The request lives in a child of context (also CurrentMemoryContext for its
 * parts), the call is copied.
 */
extern GsRequest *gs_request_start(const GsTenant *tenant, const GsCall *call,
								   MemoryContext context);

/*
 * Start what may start and drive every transfer, for at most timeout ms (0: do
 * not wait) or until one of them ends.  Serves interrupts: may raise an ERROR.
 */
extern void gs_request_drive(int timeout);

/* How long who waits for requests of his own alone waits before he looks around, in ms. */
#define GS_WAIT_SLICE 1000

/*
 * Take in how a request's transfer ended, if it has: is there a verdict now?
 * Does not wait.
 */
extern bool gs_request_is_settled(GsRequest *request);

/*
 * Wait for the verdict on a request, driving all the others meanwhile.  What
 * it points to goes with the request.
 */
extern const GsVerdict *gs_request_settle(GsRequest *request);

/*
 * The same, with a failure raised as an ERROR.
 */
extern const GsVerdict *gs_request_finish(GsRequest *request);

/*
 * Take a request back that waits for its turn, the first or another: its
 * verdict is that it failed, with no failure.  False if it is under way or has
 * its verdict.
 */
extern bool gs_request_withdraw(GsRequest *request);

/*
 * Has any of it gone out?
 */
extern bool gs_request_was_sent(const GsRequest *request);

/*
 * Called, if it is set, when a request that is no read first goes out, with the
 * number of records that it writes.
 */
extern void (*gs_request_on_write) (int records);

/*
 * Give up a request, in whatever state, and release all of it.
 */
extern void gs_request_free(GsRequest *request);

/*
 * The context that goes with the request.
 */
extern MemoryContext gs_request_context(GsRequest *request);

#endif							/* GS_REQUEST_H */
