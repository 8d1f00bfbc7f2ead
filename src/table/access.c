/*
 * access.c
 *	  As whom a user reaches a server, and whether the user may.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include "compat.h"
#include "option.h"

/* What a user wrote nobody has looked at, where the wrapper has no validator. */
static bool
can_be(const char *option, const char *value)
{
	return gs_option_parse(gs_option_find(option), value, NULL) == NULL;
}

/* The hint is the statement that mends it, FOR the user whose mapping it is; none: PUBLIC. */
pg_noreturn static void
no_access(const GsTenant *tenant, const char *what, const char *verb, Oid mapped, const char *options)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("%s for user \"%s\" on server \"%s\"", what,
					GetUserNameFromId(tenant->userid, false), tenant->server),
			 errhint("%s USER MAPPING FOR %s SERVER %s OPTIONS %s.", verb,
					 OidIsValid(mapped) ? quote_identifier(GetUserNameFromId(mapped, false)) : "PUBLIC",
					 quote_identifier(tenant->server), options)));
}

/* The first line of the file that an option names. */
static const char *
read_secret_file(const char *option, const char *path)
{
	FILE	   *file = AllocateFile(path, "r");
	StringInfoData line;
	int			c;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open %s \"%s\": %m", option, path),
				 errhint("The operating system user of the PostgreSQL server has to be able to read it.")));
	initStringInfo(&line);
	while ((c = fgetc(file)) != EOF && c != '\n' && c != '\r' && line.len < 4096)
		appendStringInfoChar(&line, c);
	FreeFile(file);
	if (!can_be("access_key", line.data))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("%s \"%s\" does not begin with a line that can be one", option, path)));
	return line.data;
}

static const char *
mapping_option(List *list, const char *name)
{
	ListCell   *cell;

	foreach(cell, list)
	{
		DefElem    *def = lfirst(cell);

		if (strcmp(def->defname, name) == 0)
			return defGetString(def);
	}
	return NULL;
}

/*
 * What an option says, or the file that another one names; NULL if there is
 * neither.
 */
static const char *
secret_option(Oid serverid, List *list, const char *option, const char *file_option)
{
	const char *secret = mapping_option(list, option);
	const char *file = mapping_option(list, file_option);

	if (secret == NULL && file == NULL)
		return NULL;
	if (secret == NULL && !superuser_arg(GetForeignServer(serverid)->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s is not used as the owner of server \"%s\" is no superuser",
						file_option, GetForeignServer(serverid)->servername)));
	return secret != NULL ? secret : read_secret_file(file_option, file);
}

static const char *
in_utf8(const char *text)
{
	const char *utf8 = gs_try_to_utf8(text);

	return utf8 != NULL ? utf8 : text;
}

static GsCredential *
find_credential(const GsSettings *settings, const UserMapping *mapping)
{
	const GsTenant *tenant = &settings->tenant;
	List	   *list = mapping->options;
	const char *id = mapping_option(list, "client_id");
	const char *key;
	const char *secret;

	gs_options_check_together(list, ON_MAPPING);
	key = secret_option(tenant->serverid, list, "access_key", "access_key_file");
	secret = secret_option(tenant->serverid, list, "client_secret", "client_secret_file");
	if (key == NULL && id == NULL)
		no_access(tenant, "the user mapping has no access key", "ALTER", mapping->userid,
				  "(ADD access_key '...'), or (ADD client_id '...', ADD client_secret '...')");
	if (key != NULL && !can_be("access_key", key))
		no_access(tenant, "the user mapping's access key is empty or has control characters,",
				  "ALTER", mapping->userid, "(SET access_key '...')");
	if (key != NULL)
		return gs_credential_of_key(key);
	if (!can_be("client_id", id) || !can_be("client_secret", secret))
		no_access(tenant, "the user mapping's client_id or client_secret cannot be sent",
				  "ALTER", mapping->userid, "(SET client_id '...', SET client_secret '...')");
	return gs_credential_of_client(tenant, mapping->umid, in_utf8(id), in_utf8(secret),
								   GetMemoryChunkContext((void *) settings));
}

void
gs_settings_authorize(GsSettings *settings, Oid userid)
{
	GsTenant   *tenant = &settings->tenant;
	Datum		serverid = ObjectIdGetDatum(tenant->serverid);
	bool		own = SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(userid), serverid);
	UserMapping *mapping;

	tenant->userid = userid;
	if (!own &&
		!SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid), serverid))
		no_access(tenant, "there is no user mapping", "CREATE", userid,
				  "(access_key '...'), or (client_id '...', client_secret '...')");
	mapping = GetUserMapping(userid, tenant->serverid);
	/* GetUserMapping() says the user of PUBLIC's, too */
	if (!own)
		mapping->userid = InvalidOid;
	tenant->credential = find_credential(settings, mapping);
}

void
gs_require_usage(Oid serverid)
{
	AclResult	result = gs_server_aclcheck(serverid, GetUserId());

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FOREIGN_SERVER, GetForeignServer(serverid)->servername);
}
