/*
 * request.h
 *	  One request, from the queue through its transfer to a verdict.
 */
#ifndef GS_REQUEST_H
#define GS_REQUEST_H

#include "postgres.h"

#include "error.h"
#include "http.h"
#include "json.h"
#include "tenant.h"

/* May a failed request be sent again, and after what wait? */
typedef enum GsRepeat
{
	GS_REPEAT_NEVER,
	GS_REPEAT_SOON,				/* a fault that may pass: fractions of a second */
	GS_REPEAT_LATER				/* refused for the rate: seconds */
} GsRepeat;

typedef enum GsVerdictKind
{
	GS_ANSWERED,				/* json is the reply */
	GS_NO_ROWS,					/* the tenant says that there is nothing */
	GS_FAILED					/* failure says why */
} GsVerdictKind;

typedef struct GsVerdict
{
	GsVerdictKind kind;
	const GsJson *json;
	GsFailure	failure;
	GsRepeat	repeat;			/* failed: as far as the answer goes */
	bool		uncertain;		/* failed, but the tenant may have done it */

	/* failed, of a call that leaves it to its caller to repeat it */
	bool		late;			/* its not_after has passed, and it was not sent */
	int64		again_at;		/* gs_governor_now after which it may be repeated; 0: it may not */
} GsVerdict;

/*
 * When a request may start, and who repeats it.  All zeros: in its turn, as
 * one start of the tenant's rate, and request.c does.
 */
typedef struct GsTerms
{
	int64		not_before;		/* of gs_governor_now; 0: at once */
	int64		not_after;		/* it is better not sent than later; 0: whenever */
	bool		pays_next;		/* takes the start of the one after it, too */
	bool		paid;			/* its start was taken before */
	bool		asks_back;		/* the caller decides on a repetition */
	int			tries;			/* that came before, of a caller who decided so */
} GsTerms;

typedef struct GsCall GsCall;

/*
 * Judge an answer (outcome GS_HTTP_ANSWERED); fills in the verdict but for
 * the failure's method and path.  Allocates in context.
 */
typedef void (*GsClassifier) (const GsCall *call, const GsHttpResult *result,
							  MemoryContext context, GsVerdict *verdict);

struct GsCall
{
	const char *method;			/* GET, POST or PUT */
	const char *path;			/* percent-encoded, below the base URL */
	const char *body;			/* UTF-8, or NULL */
	bool		read;			/* counts against max_requests */
	bool		once;			/* a create: never repeat what may have arrived */
	GsTerms		terms;

	/* how its answer is judged, and what that goes by, which nobody else looks at */
	GsClassifier classify;
	const struct GsResource *resource;
	const struct GsEndpoint *endpoint;
	bool		filtered;		/* a read with conditions, for the hint */
	bool		keyed;			/* the path names a record: 404 is no row */
};

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
 * Called, if it is set, when a request that is no read first goes out.
 */
extern void (*gs_request_on_write) (void);

/*
 * Give up a request, in whatever state, and release all of it.
 */
extern void gs_request_free(GsRequest *request);

/*
 * The context that goes with the request.
 */
extern MemoryContext gs_request_context(GsRequest *request);

#endif							/* GS_REQUEST_H */
