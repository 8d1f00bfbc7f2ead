/*
 * import.c
 *	  IMPORT FOREIGN SCHEMA: the model as DDL, and on request what else a tenant has.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "command.h"
#include "discover.h"
#include "table/table.h"

/*
 * One column.  The field is written though the name says it, for a column that
 * is renamed, be it by way of a partitioned parent, has to stay what it is.
 */
static void
append_column(StringInfo ddl, const char *name, GsKind kind, const char *field)
{
	appendStringInfo(ddl, "\n\t%s %s OPTIONS (field %s)", quote_identifier(name),
					 gs_model_sql_type(kind), quote_literal_cstr(field));
}

/* A table of the documented columns, and of those found. */
static char *
table_ddl(const GsResource *resource, List *discovered, const char *server)
{
	StringInfoData ddl;
	ListCell   *cell;

	initStringInfo(&ddl);
	appendStringInfo(&ddl, "CREATE FOREIGN TABLE %s (", quote_identifier(resource->name));
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsColumn *column = &resource->columns[i];

		if (i > 0)
			appendStringInfoChar(&ddl, ',');
		append_column(&ddl, column->name, column->kind, column->field);
	}
	foreach(cell, discovered)
	{
		const GsDiscovered *found = lfirst(cell);

		appendStringInfoChar(&ddl, ',');
		append_column(&ddl, found->name, found->kind, found->field);
	}
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

/* The option discover, the only one. */
static bool
reads_discover(const List *options)
{
	bool		discover = false;
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *def = lfirst(cell);

		if (strcmp(def->defname, "discover") != 0)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("invalid option \"%s\" of IMPORT FOREIGN SCHEMA", def->defname),
					 errhint("The only option is \"discover\".")));
		if (!parse_bool(defGetString(def), &discover))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid value \"%s\" of option \"%s\"", defGetString(def), def->defname),
					 errhint("Valid values are \"true\" and \"false\".")));
	}
	return discover;
}

/* What else the tenant has of a resource, asked as the role that imports. */
static List *
discover_fields(const GsResource *resource, GsSettings *settings)
{
	gs_settings_authorize(settings, GetUserId());
	return gs_discover(settings, resource);
}

List *
gainsightImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid)
{
	GsSettings *settings = gs_settings_load(serverOid, InvalidOid);
	const GsDialect *dialect = settings->dialect;
	List	   *commands = NIL;
	bool		discover;

	if (strcmp(stmt->remote_schema, gs_remote_schema) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("Gainsight has no schema \"%s\"", stmt->remote_schema),
				 errhint("The remote schema is \"%s\".", gs_remote_schema)));
	discover = reads_discover(stmt->options);
	if (discover && !dialect->open_select)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("IMPORT FOREIGN SCHEMA does not discover fields in the dialect \"%s\"",
						dialect->name),
				 errhint("Leave the option \"discover\" out.")));
	for (int i = 0; i < dialect->nresources; i++)
	{
		const GsResource *resource = &dialect->resources[i];
		const GsEndpoint *endpoint = gs_model_read(resource, false);
		List	   *discovered = NIL;

		if (!is_wanted(stmt, resource->name))
			continue;
		if (discover && endpoint != NULL && endpoint->search)
			discovered = discover_fields(resource, settings);
		commands = lappend(commands, table_ddl(resource, discovered, settings->tenant.server));
	}
	return commands;
}
