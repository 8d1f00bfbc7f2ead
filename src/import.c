/*
 * import.c
 *	  IMPORT FOREIGN SCHEMA: the model as DDL.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "gainsight_fdw.h"

static char *
table_ddl(const GsResource *resource, const char *server)
{
	StringInfoData ddl;

	initStringInfo(&ddl);
	appendStringInfo(&ddl, "CREATE FOREIGN TABLE %s (", quote_identifier(resource->name));
	for (int i = 0; i < resource->ncolumns; i++)
		appendStringInfo(&ddl, "%s\n\t%s %s", i > 0 ? "," : "",
						 quote_identifier(resource->columns[i].name),
						 gs_model_sql_type(resource->columns[i].kind));
	appendStringInfo(&ddl, "\n) SERVER %s OPTIONS (resource %s)",
					 quote_identifier(server), quote_literal_cstr(resource->name));
	return ddl.data;
}

/* LIMIT TO or EXCEPT, as far as it concerns this table. */
static bool
is_wanted(const ImportForeignSchemaStmt *stmt, const char *name)
{
	ListCell   *cell;
	bool		listed = false;

	foreach(cell, stmt->table_list)
		listed = listed || strcmp(((RangeVar *) lfirst(cell))->relname, name) == 0;
	switch (stmt->list_type)
	{
		case FDW_IMPORT_SCHEMA_LIMIT_TO:
			return listed;
		case FDW_IMPORT_SCHEMA_EXCEPT:
			return !listed;
		default:
			return true;
	}
}

List *
gainsightImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid)
{
	const char *server = GetForeignServer(serverOid)->servername;
	List	   *commands = NIL;
	ListCell   *cell;

	if (strcmp(stmt->remote_schema, gs_remote_schema) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("Gainsight has no schema \"%s\"", stmt->remote_schema),
				 errhint("The remote schema is \"%s\".", gs_remote_schema)));
	foreach(cell, stmt->options)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
				 errmsg("invalid option \"%s\" of IMPORT FOREIGN SCHEMA",
						((DefElem *) lfirst(cell))->defname)));
	for (int i = 0; i < gs_nresources; i++)
		if (is_wanted(stmt, gs_resources[i].name))
			commands = lappend(commands, table_ddl(&gs_resources[i], server));
	return commands;
}
