/*
 * import.c
 *	  IMPORT FOREIGN SCHEMA: the model as DDL, on request what else a tenant has,
 *	  and any of its objects.
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
	appendStringInfo(ddl, "\n\t%s %s OPTIONS (field %s", quote_identifier(name),
					 gs_model_sql_type(kind), quote_literal_cstr(field));
}

static const GsField *
find_described(List *fields, const char *name)
{
	ListCell   *cell;

	foreach(cell, fields)
	{
		const GsField *field = lfirst(cell);

		if (pg_strcasecmp(field->name, name) == 0)
			return field;
	}
	return NULL;
}

/* Conditions on it are sent, unless the tenant says that they cannot be. */
static void
append_documented(StringInfo ddl, const GsColumn *column, const GsField *described)
{
	append_column(ddl, column->name, column->kind, column->field);
	if (described != NULL && !described->filterable && (column->flags & GS_FILTERABLE))
		appendStringInfoString(ddl, ", pushdown 'false'");
	appendStringInfoChar(ddl, ')');
}

static void
append_discovered(StringInfo ddl, const GsDiscovered *found)
{
	append_column(ddl, found->name, found->kind, found->field);
	if (found->type != NULL)
		appendStringInfo(ddl, ", data_type %s", quote_literal_cstr(found->type->name));
	if (found->pushdown)
		appendStringInfoString(ddl, ", pushdown 'true'");
	appendStringInfoChar(ddl, ')');
}

static void
begin_table(StringInfo ddl, const GsResource *resource)
{
	initStringInfo(ddl);
	appendStringInfo(ddl, "CREATE FOREIGN TABLE %s (", quote_identifier(resource->name));
}

static void
append_all_discovered(StringInfo ddl, List *discovered)
{
	ListCell   *cell;

	foreach(cell, discovered)
	{
		appendStringInfoChar(ddl, ',');
		append_discovered(ddl, lfirst(cell));
	}
}

/* The option is resource or object. */
static char *
end_table(StringInfo ddl, const GsSettings *settings, const char *option, const char *name)
{
	appendStringInfo(ddl, "\n) SERVER %s OPTIONS (%s %s)", quote_identifier(settings->tenant.server),
					 option, quote_literal_cstr(name));
	return ddl->data;
}

/* A table of the documented columns, and of those found; fields, if it was described. */
static char *
resource_ddl(const GsResource *resource, List *fields, List *discovered, const GsSettings *settings)
{
	StringInfoData ddl;

	begin_table(&ddl, resource);
	for (int i = 0; i < resource->ncolumns; i++)
	{
		if (i > 0)
			appendStringInfoChar(&ddl, ',');
		append_documented(&ddl, &resource->columns[i],
						  find_described(fields, resource->columns[i].field));
	}
	append_all_discovered(&ddl, discovered);
	return end_table(&ddl, settings, "resource", resource->name);
}

/* A table of the key, in front, and of whatever else is described. */
static char *
object_ddl(const GsResource *resource, List *fields, const GsSettings *settings)
{
	const GsColumn *key = gs_model_flagged(resource, GS_KEY);
	StringInfoData ddl;

	begin_table(&ddl, resource);
	append_documented(&ddl, key, find_described(fields, key->field));
	append_all_discovered(&ddl, gs_discover_described(resource, fields));
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsField *field = find_described(fields, resource->columns[i].field);

		if (&resource->columns[i] == key || field == NULL || field->hidden)
			continue;
		appendStringInfoChar(&ddl, ',');
		append_documented(&ddl, &resource->columns[i], field);
	}
	return end_table(&ddl, settings, "object", resource->name);
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

/* A table with what else the tenant has of a resource, asked as the role that imports. */
static char *
discovered_ddl(const GsResource *resource, GsSettings *settings)
{
	List	   *fields = NIL;
	List	   *discovered;

	gs_settings_authorize(settings, GetUserId());
	if (resource->dialect->describe.method == NULL)
		discovered = gs_discover_on_page(settings, resource);
	else
	{
		fields = gs_describe(&settings->tenant, resource);
		discovered = gs_discover_described(resource, fields);
	}
	return resource_ddl(resource, fields, discovered, settings);
}

static List *
import_resources(const ImportForeignSchemaStmt *stmt, GsSettings *settings, bool discover)
{
	const GsDialect *dialect = settings->dialect;
	List	   *commands = NIL;

	for (int i = 0; i < dialect->nresources; i++)
	{
		const GsResource *resource = &dialect->resources[i];
		const GsEndpoint *endpoint = gs_model_read(resource, false);
		bool		more = discover && endpoint != NULL && endpoint->search;

		if (is_wanted(stmt, resource->name))
			commands = lappend(commands, more ? discovered_ddl(resource, settings) :
							   resource_ddl(resource, NIL, NIL, settings));
	}
	return commands;
}

/* A tenant has hundreds of objects, each of which takes a request, and no list of them was seen. */
static void
check_objects_listed(const ImportForeignSchemaStmt *stmt)
{
	if (stmt->list_type != FDW_IMPORT_SCHEMA_LIMIT_TO)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot import all objects of a Gainsight tenant"),
				 errhint("Name those that are wanted: IMPORT FOREIGN SCHEMA %s LIMIT TO (company, gsuser) ...",
						 gs_objects_schema)));
}

static List *
import_objects(const ImportForeignSchemaStmt *stmt, GsSettings *settings)
{
	List	   *commands = NIL;
	ListCell   *cell;

	check_objects_listed(stmt);
	gs_settings_authorize(settings, GetUserId());
	foreach(cell, stmt->table_list)
	{
		const char *name = ((const RangeVar *) lfirst(cell))->relname;
		const GsResource *resource;

		if (!gs_object_is_name(name))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
					 errmsg("Gainsight has no object \"%s\"", name),
					 errhint("An object's name is letters, digits and \"_\".")));
		resource = gs_object_resource(settings->dialect, name);
		commands = lappend(commands, object_ddl(resource, gs_describe(&settings->tenant, resource),
												settings));
	}
	return commands;
}

pg_noreturn static void
refuse_schema(const char *schema, const GsDialect *dialect)
{
	bool		other_dialect = strcmp(schema, gs_objects_schema) == 0;

	ereport(ERROR,
			(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
			 other_dialect ?
			 errmsg("Gainsight has no schema \"%s\" in the dialect \"%s\"", schema, dialect->name) :
			 errmsg("Gainsight has no schema \"%s\"", schema),
			 other_dialect ?
			 errhint("Objects are read in the dialect \"%s\", a server option.",
					 gs_object_dialect()->name) :
			 dialect->any_object != NULL ?
			 errhint("The remote schemas are \"%s\" and \"%s\".", gs_remote_schema, gs_objects_schema) :
			 errhint("The remote schema is \"%s\".", gs_remote_schema)));
}

List *
gainsightImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid)
{
	GsSettings *settings = gs_settings_load(serverOid, InvalidOid);
	bool		is_objects = settings->dialect->any_object != NULL &&
		strcmp(stmt->remote_schema, gs_objects_schema) == 0;
	bool		discover;

	if (!is_objects && strcmp(stmt->remote_schema, gs_remote_schema) != 0)
		refuse_schema(stmt->remote_schema, settings->dialect);
	/* objects are described in any case */
	discover = reads_discover(stmt->options);
	return is_objects ? import_objects(stmt, settings) : import_resources(stmt, settings, discover);
}
