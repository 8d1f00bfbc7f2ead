/*
 * connection.c
 *	  Kept connections, as a user sees them: by server.
 */
#include "postgres.h"

#include "access/xact.h"
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
 * The servers to which connections are kept.  Those that are not valid were
 * made before a server or a mapping was altered, and go with the transaction.
 */
Datum
gainsight_fdw_get_connections(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GsPoolId   *pools;
	int			count = gs_pool_list(&pools);

	gs_materialize(fcinfo);
	for (int i = 0; i < count; i++)
	{
		ForeignServer *server = GetForeignServerExtended(pools[i].serverid, FSV_MISSING_OK);
		Datum		values[2];
		bool		nulls[2] = {server == NULL, false};

		values[0] = server ? CStringGetTextDatum(server->servername) : (Datum) 0;
		values[1] = BoolGetDatum(pools[i].epoch == gs_pool_epoch());
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static bool
disconnect_servers(Oid serverid)
{
	GsPoolId   *pools;
	int			count = gs_pool_list(&pools);
	bool		closed = false;

	for (int i = 0; i < count; i++)
	{
		if (OidIsValid(serverid) && pools[i].serverid != serverid)
			continue;
		if (gs_pool_close(pools[i]))
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

/* Some server or mapping has changed, or has gone: which one is not worth finding out. */
static void
note_change(Datum arg, int cacheid, uint32 hashvalue)
{
	(void) arg;
	(void) cacheid;
	(void) hashvalue;
	gs_pool_begin_epoch();
}

/* What other sessions have altered meanwhile may be heard of only now. */
static void
close_old_connections(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_PRE_COMMIT)
		AcceptInvalidationMessages();
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		gs_pool_close_old();
}

void
gs_connection_init(void)
{
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, note_change, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, note_change, (Datum) 0);
	RegisterXactCallback(close_old_connections, NULL);
}
