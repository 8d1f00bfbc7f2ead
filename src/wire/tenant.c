/*
 * tenant.c
 *	  Which tenant a server is of, and who asks it.
 *
 * Gainsight counts requests, and keeps plans, by tenant.  So whatever sessions
 * share about one, or must not mix up, goes by its scheme, host and port,
 * however a base URL spells them; the path is not looked at.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "error.h"
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

/*
 * Credentials.
 */

bool
gs_credential_is_good(const GsCredential *credential, int64 now)
{
	return credential->header != NULL &&
		(!credential->used || credential->renew_at == 0 || now < credential->renew_at);
}

void
gs_credential_refuse(GsCredential *credential, int number)
{
	if (credential->ask != NULL && credential->number == number)
		credential->renew_at = 1;	/* long ago */
}

const char *
gs_without_secrets(const char *text, const GsTenant *tenant)
{
	for (int i = 0; i < GS_SECRETS && tenant->credential != NULL; i++)
		text = gs_without_key(text, tenant->credential->secrets[i]);
	return text;
}

bool
gs_holds_secret(const char *text, const GsTenant *tenant)
{
	return text != NULL && gs_without_secrets(text, tenant) != text;
}
