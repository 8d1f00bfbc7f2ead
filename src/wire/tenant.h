/*
 * tenant.h
 *	  Whom requests go to, and what they use.
 */
#ifndef GS_TENANT_H
#define GS_TENANT_H

#include "postgres.h"

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

/* Which tenant it is: a hash, never all 0, the same in every session. */
typedef struct GsTenantId
{
	uint64		low;
	uint64		high;
} GsTenantId;

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
	Oid			userid;			/* whose key it is */
	const char *base_url;		/* no slash at the end */
	GsTenantId	id;				/* of it */
	uint64		epoch;			/* of its kept connections */
	const char *access_key;
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

#endif							/* GS_TENANT_H */
