/*
 * call.h
 *	  What is asked of a tenant, on which terms, and what came of it.
 */
#ifndef GS_CALL_H
#define GS_CALL_H

#include "postgres.h"

#include "error.h"
#include "exchange.h"
#include "json.h"

/* May a failed request be sent again, and after what wait? */
typedef enum GsRepeat
{
	GS_REPEAT_NEVER,
	GS_REPEAT_SOON,				/* a fault that may pass: fractions of a second */
	GS_REPEAT_LATER,			/* refused for the rate: seconds */
	GS_REPEAT_RENEWED			/* refused for who asks: once, if there can be another credential */
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
	bool		renewed;		/* its credential was refused, and there will be another */
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
	bool		renewed;		/* it was repeated for another credential before */
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
	int			records;		/* that it writes */
	bool		once;			/* a create: never repeat what may have arrived */
	bool		authorizes;		/* asks for the tenant's credential: neither read nor write */
	const char *header;			/* what says who asks, in place of the credential; NULL: that does */
	const char *type;			/* of the body; NULL: JSON */
	GsTerms		terms;

	/* how its answer is judged, and what that goes by, which nobody else looks at */
	GsClassifier classify;
	const struct GsResource *resource;
	const struct GsEndpoint *endpoint;
	bool		filtered;		/* a read with conditions, for the hint */
	bool		keyed;			/* the path names a record: 404 is no row */
};

#endif							/* GS_CALL_H */
