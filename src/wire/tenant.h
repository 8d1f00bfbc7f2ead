/*
 * tenant.h
 *	  Whom requests go to, and what they use.
 */
#ifndef GS_TENANT_H
#define GS_TENANT_H

#include "postgres.h"

struct GsRequest;
struct GsTenant;
struct GsVerdict;

/* What was used, e.g. by one scan.  Counts only grow. */
typedef struct GsUsage
{
	int64		requests;
	int64		retries;
	int64		rows;
	int64		bytes_sent;
	int64		bytes_received;
	double		transfer_time;	/* ms */
	double		wait_time;		/* ms, for the limiter and Retry-After */
	bool		told_wait;		/* the user knows of a long wait */
} GsUsage;

/* The secrets that a credential has at most. */
#define GS_SECRETS 4

/* Which tenant it is: a hash, never all 0, the same in every session. */
typedef struct GsTenantId
{
	uint64		low;
	uint64		high;
} GsTenantId;

/*
 * What tells a tenant who asks: a header field of each request.  It may have to
 * be asked for, by a request of its own; then it is what all requests that need
 * it wait for, and share until it is refused or its time is over.
 */
typedef struct GsCredential
{
	const char *header;			/* "Name: value"; NULL: there is none yet */
	const char *secrets[GS_SECRETS];	/* what no message may show, in UTF-8; NULL: nothing */
	const char *refused;		/* the message when it is refused, and the hint; NULL: as the */
	const char *hint;			/* classifier has them */

	/*
	 * Of one that is asked for, else NULL: start that request, which belongs to context and goes
	 * in front of all others; and take its answer.  False: there is none, and all that wait for it
	 * fail as it did; else, where there is still no header, it is asked for anew.
	 */
	struct GsRequest *(*ask) (const struct GsTenant *tenant, MemoryContext context);
	bool		(*take) (struct GsCredential *credential, const struct GsVerdict *verdict);
	struct GsRequest *asked;	/* under way, or NULL */
	int64		renew_at;		/* of gs_governor_now; 0: no such time is known */
	int			number;			/* of headers so far */
	bool		used;			/* the present one has been */
} GsCredential;

/*
 * Whom to talk to, as whom, and with what patience.  Belongs to the statement
 * and outlives its requests.
 */
typedef struct GsTenant
{
	Oid			serverid;
	const char *server;			/* its name, in the database's encoding */
	const char *table;			/* that of a table which has a parent, for whose sake it may be
								 * asked; NULL: none */
	Oid			userid;			/* whose credential it is */
	const char *base_url;		/* no slash at the end */
	GsTenantId	id;				/* of it */
	uint64		epoch;			/* of its kept connections */
	GsCredential *credential;	/* NULL: not asked for yet, and nothing can be sent */
	const char *ca_file;		/* or NULL */
	const char *proxy;			/* or NULL */
	int			connect_timeout;	/* ms */
	int			request_timeout;	/* ms */
	int			max_connections;
	int			rate_limit;		/* starts in 60 s, 0 for no bound */
	int			max_retries;
	int			max_requests;	/* reads of a statement, 0 for no bound */
	int			max_response_size;	/* bytes */
	bool		compression;
	GsUsage    *usage;			/* where its requests are counted */
	GsUsage    *counted;		/* as much of it as stats.c has seen */
} GsTenant;

/*
 * Fill in the id and the epoch of a tenant that has its base URL.
 */
extern void gs_tenant_identify(GsTenant *tenant);

/*
 * Are they the same tenant's?
 */
extern bool gs_tenant_is(const GsTenantId *one, const GsTenantId *other);

/*
 * Is there a header field that can be sent?  One that nobody has used yet is
 * tried, whatever its time: so there is no end of asking for it.
 */
extern bool gs_credential_is_good(const GsCredential *credential, int64 now);

/*
 * The one with this number was refused.  If there is another by now, that is
 * still good.
 */
extern void gs_credential_refuse(GsCredential *credential, int number);

/*
 * The text with asterisks in place of any secret of the tenant's credential; the
 * text itself if none is in it.  It may be NULL.  Text that is cut has to go
 * through it before.
 */
extern const char *gs_without_secrets(const char *text, const GsTenant *tenant);
extern bool gs_holds_secret(const char *text, const GsTenant *tenant);

#endif							/* GS_TENANT_H */
