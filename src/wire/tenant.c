/*
 * tenant.c
 *	  Which tenant a server is of.
 *
 * Gainsight counts requests, and keeps plans, by tenant.  So whatever sessions
 * share about one, or must not mix up, goes by its scheme, host and port,
 * however a base URL spells them; the path is not looked at.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "pool.h"
#include "tenant.h"

/* Longer than any name that a resolver takes, with a scheme and a port. */
#define MAX_AUTHORITY 300

void
gs_tenant_identify(GsTenant *tenant)
{
	const char *host = strstr(tenant->base_url, "://");
	bool		https = pg_strncasecmp(tenant->base_url, "https:", 6) == 0;
	char		name[MAX_AUTHORITY + 8];
	size_t		length;

	host = host ? host + 3 : tenant->base_url;
	length = Min(strcspn(host, "/"), MAX_AUTHORITY);
	name[0] = https ? 's' : 'p';
	for (size_t i = 0; i < length; i++)
		name[i + 1] = pg_ascii_tolower((unsigned char) host[i]);
	name[++length] = '\0';
	/* without the port, which stands behind the brackets of an IPv6 address */
	if (strrchr(name, ':') == NULL || strrchr(name, ':') < strrchr(name, ']'))
		length += strlcpy(name + length, https ? ":443" : ":80", 5);
	tenant->epoch = gs_pool_epoch();
	tenant->id.low = hash_bytes_extended((const unsigned char *) name, length, 0);
	tenant->id.high = hash_bytes_extended((const unsigned char *) name, length, 1) | 1;
}

bool
gs_tenant_is(const GsTenantId *one, const GsTenantId *other)
{
	return one->low == other->low && one->high == other->high;
}
