/*
 * access.c
 *	  With which key a user reaches a server, and whether the user may.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/acl.h"
#include "utils/syscache.h"

#include "compat.h"
#include "table.h"

const char *
gs_access_key_problem(const char *value)
{
	for (const unsigned char *c = (const unsigned char *) value; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return "An access key has no control characters.";
	return value[0] ? NULL : "An access key is not empty.";
}

pg_noreturn static void
no_key(Oid serverid, Oid userid, const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("%s for user \"%s\" on server \"%s\"", what,
					GetUserNameFromId(userid, false), GetForeignServer(serverid)->servername),
			 errhint("CREATE USER MAPPING FOR the user SERVER the server OPTIONS (access_key '...').")));
}

/* The first line of the file. */
static const char *
read_key_file(const char *path)
{
	FILE	   *file = AllocateFile(path, "r");
	StringInfoData line;
	int			c;

	if (file == NULL)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not open access_key_file \"%s\": %m", path)));
	initStringInfo(&line);
	while ((c = fgetc(file)) != EOF && c != '\n' && c != '\r' && line.len < 4096)
		appendStringInfoChar(&line, c);
	FreeFile(file);
	if (gs_access_key_problem(line.data) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("access_key_file \"%s\" does not begin with an access key", path)));
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

void
gs_settings_authorize(GsSettings *settings, Oid userid)
{
	Oid			serverid = settings->tenant.serverid;
	List	   *list;
	const char *file;

	settings->tenant.userid = userid;
	if (!SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(userid),
							   ObjectIdGetDatum(serverid)) &&
		!SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
							   ObjectIdGetDatum(serverid)))
		no_key(serverid, userid, "there is no user mapping");
	list = GetUserMapping(userid, serverid)->options;
	settings->tenant.access_key = mapping_option(list, "access_key");
	if (settings->tenant.access_key != NULL)
	{
		/* nobody has looked at it, where the wrapper has no validator */
		if (gs_access_key_problem(settings->tenant.access_key) != NULL)
			no_key(serverid, userid, "the user mapping's access key is empty or has control characters,");
		return;
	}
	file = mapping_option(list, "access_key_file");
	if (file == NULL)
		no_key(serverid, userid, "the user mapping has no access key");
	if (!superuser_arg(GetForeignServer(serverid)->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("access_key_file is not used as the owner of server \"%s\" is no superuser",
						GetForeignServer(serverid)->servername)));
	settings->tenant.access_key = read_key_file(file);
}

void
gs_require_usage(Oid serverid)
{
	AclResult	result = gs_server_aclcheck(serverid, GetUserId());

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FOREIGN_SERVER, GetForeignServer(serverid)->servername);
}
