/*
 * connection.c
 *	  Kept connections, as a user sees them: by server.
 */
#include "postgres.h"

#include "foreign/foreign.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "table.h"
#include "wire/wire.h"

GS_SQL_FUNCTION(gainsight_fdw_get_connections);
GS_SQL_FUNCTION(gainsight_fdw_disconnect);
GS_SQL_FUNCTION(gainsight_fdw_disconnect_all);

/*
 * The server has connections that are kept, until it or a mapping of it is
 * altered: then the next statement may well use others.
 */
Datum
gainsight_fdw_get_connections(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GsPoolInfo *pools;
	int			count = gs_pool_list(&pools);

	gs_materialize(fcinfo);
	for (int i = 0; i < count; i++)
	{
		ForeignServer *server = GetForeignServerExtended(pools[i].id, FSV_MISSING_OK);
		Datum		values[2];
		bool		nulls[2] = {server == NULL, false};

		values[0] = server ? CStringGetTextDatum(server->servername) : (Datum) 0;
		values[1] = BoolGetDatum(pools[i].valid && server != NULL);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static bool
disconnect_servers(Oid serverid)
{
	GsPoolInfo *pools;
	int			count = gs_pool_list(&pools);
	bool		closed = false;

	for (int i = 0; i < count; i++)
	{
		if (OidIsValid(serverid) && pools[i].id != serverid)
			continue;
		if (gs_pool_close(pools[i].id))
			closed = true;
		else
			ereport(WARNING,
					(errcode(ERRCODE_WARNING),
					 errmsg("connections of a server are in use and stay open")));
	}
	return closed;
}

Datum
gainsight_fdw_disconnect(PG_FUNCTION_ARGS)
{
	ForeignServer *server = GetForeignServerByName(text_to_cstring(PG_GETARG_TEXT_PP(0)), false);

	PG_RETURN_BOOL(disconnect_servers(server->serverid));
}

Datum
gainsight_fdw_disconnect_all(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_BOOL(disconnect_servers(InvalidOid));
}

/* Some server or mapping has changed: which one is not worth finding out. */
static void
on_change(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	gs_pool_invalidate_all();
}

void
gs_connection_init(void)
{
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, on_change, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, on_change, (Datum) 0);
}
