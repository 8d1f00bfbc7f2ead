/*
 * relation.c
 *	  A foreign table seen through the model: which column holds which field.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_inherits.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "lib/stringinfo.h"
#include "utils/plancache.h"
#include "utils/rel.h"

#include "compat.h"
#include "table.h"

/* All that there are, as a sentence has them: "a, b or c". */
static const char *
resource_names(const GsDialect *dialect)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < dialect->nresources; i++)
		appendStringInfo(&names, "%s%s",
						 i == 0 ? "" : i < dialect->nresources - 1 ? ", " : " or ",
						 dialect->resources[i].name);
	return names.data;
}

/* The resource that the options name, or the table's name; NULL if there is none. */
static const GsResource *
find_resource(const GsSettings *settings, const char *relname)
{
	return settings->object != NULL ? gs_object_resource(settings->dialect, settings->object) :
		gs_model_resource(settings->dialect, settings->resource ? settings->resource : relname);
}

static const GsResource *
resource_of(const GsSettings *settings, const char *relname)
{
	const char *name = settings->resource ? settings->resource : relname;
	const GsResource *resource = find_resource(settings, relname);

	if (resource == NULL && settings->object != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
				 errmsg("the dialect \"%s\" of server \"%s\" has no object \"%s\"",
						settings->dialect->name, settings->tenant.server, settings->object),
				 errhint("Objects are read in the dialect \"%s\", a server option.",
						 gs_object_dialect()->name)));
	if (resource == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
				 errmsg("Gainsight has no resource \"%s\"", name),
				 errhint("Name one with the option resource of the foreign table: %s.",
						 resource_names(settings->dialect))));
	return resource;
}

/*
 * The documented column that a column without options is, or NULL: it is called
 * as the documents of this extension call it, or as those of the API do.  If
 * the latter were a custom field, a write would send one field twice.
 */
static const GsColumn *
namesake(const GsResource *resource, const char *name)
{
	const GsColumn *column = gs_model_column(resource, name);

	return column != NULL ? column : gs_model_field(resource, name);
}

/* What is known of a column's field, and whether conditions on it may be sent, where that was chosen. */
static void
bind_field(const GsResource *resource, GsAttr *attr, bool chosen)
{
	if (attr->column != NULL)
	{
		attr->described = NULL;
		attr->flags = attr->column->flags;
		attr->field = attr->column->field;
		attr->writable = (attr->flags & GS_WRITABLE) != 0;
		if (!chosen)
			attr->pushdown = (attr->flags & GS_FILTERABLE) != 0;
		return;
	}
	attr->flags = attr->described != NULL ? attr->described->flags : GS_FILTERABLE;
	/* what it leads to may be null, or nothing; what could be told and is not may be an id */
	if (gs_model_is_looked_up(attr->field) ||
		(attr->described == NULL && resource->dialect->types != NULL))
		attr->flags |= GS_NULL_UNSURE;
	attr->writable = !gs_model_is_looked_up(attr->field);
	attr->pushdown = chosen && attr->pushdown && (attr->flags & GS_FILTERABLE);
}

/* Bind a column: by its options, else by its name. */
static void
bind_attr(const GsResource *resource, Oid relid, Form_pg_attribute form, GsAttr *attr)
{
	ListCell   *cell;
	bool		chosen = false;

	/* what is computed when it is read is no business of the API */
	if (GS_IS_VIRTUAL(form))
		return;
	attr->name = pstrdup(NameStr(form->attname));
	attr->type = form->atttypid;
	attr->typmod = form->atttypmod;
	foreach(cell, GetForeignColumnOptions(relid, form->attnum))
	{
		DefElem    *def = lfirst(cell);

		if (strcmp(def->defname, "field") == 0)
		{
			attr->field = defGetString(def);
			attr->column = gs_model_field(resource, attr->field);
		}
		else if (strcmp(def->defname, "constant") == 0)
			attr->constant = defGetString(def);
		else if (strcmp(def->defname, "data_type") == 0)
			attr->described = gs_model_data_type(resource->dialect, defGetString(def));
		else if (strcmp(def->defname, "pushdown") == 0)
		{
			attr->pushdown = defGetBoolean(def);
			chosen = true;
		}
	}
	if (attr->constant != NULL)
	{
		attr->column = NULL;
		return;
	}
	if (attr->field == NULL)
	{
		attr->field = attr->name;
		attr->column = namesake(resource, attr->name);
	}
	bind_field(resource, attr, chosen);
}

/*
 * Does a record stand or fall with the field: is it what tells it from others, or by
 * which it is found, or found to be one of the resource's?
 */
static bool
is_essential(const GsResource *resource, const GsColumn *column)
{
	if (column == NULL)
		return false;
	for (int i = 0; i < GS_MAX_READS; i++)
		if (resource->read[i].method != NULL &&
			gs_model_brace(resource, &resource->read[i]) == column)
			return true;
	for (int i = 0; i < resource->nchoices; i++)
		if (strcmp(resource->choices[i].field, column->field) == 0)
			return true;
	return (column->flags & GS_KEY) != 0;
}

/* The table that is being copied. */
static Oid	copied;

void
gs_relation_copies(Oid relid)
{
	copied = relid;
	/* a plan that was made while it was copied asks for fewer rows than are read as null */
	ResetPlanCache();
}

void
gs_relation_stop(GsRelation *relation)
{
	for (int i = 0; i < relation->natts; i++)
		relation->atts[i].set_null = false;
}

bool
gs_relation_is_known(Oid relid, const char *name)
{
	const GsSettings *settings = gs_settings_load(GetForeignTable(relid)->serverid, relid);

	return find_resource(settings, name) != NULL;
}

GsRelation *
gs_relation_load(Oid relid)
{
	GsRelation *result = palloc0(sizeof(GsRelation));
	Relation	relation = table_open(relid, NoLock);
	TupleDesc	desc = RelationGetDescr(relation);

	result->relid = relid;
	result->name = pstrdup(RelationGetRelationName(relation));
	result->settings = gs_settings_load(GetForeignTable(relid)->serverid, relid);
	/* a statement that names a parent does not say which of its tables failed */
	if (has_superclass(relid))
		result->settings->tenant.table = result->name;
	result->resource = resource_of(result->settings, result->name);
	result->natts = desc->natts;
	result->atts = palloc0(sizeof(GsAttr) * Max(desc->natts, 1));
	for (int i = 0; i < desc->natts; i++)
	{
		GsAttr	   *attr = &result->atts[i];

		if (TupleDescAttr(desc, i)->attisdropped)
			continue;
		bind_attr(result->resource, relid, TupleDescAttr(desc, i), attr);
		attr->set_null = result->settings->set_null && relid != copied &&
			!TupleDescAttr(desc, i)->attnotnull && !is_essential(result->resource, attr->column);
	}
	table_close(relation, NoLock);
	return result;
}

GsRelation *
gs_relation_open(Oid relid)
{
	Relation	relation = relation_open(relid, AccessShareLock);

	if (relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE ||
		!gs_routine_is_ours(GetFdwRoutineForRelation(relation, false)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a foreign table of gainsight_fdw",
						RelationGetRelationName(relation))));
	relation_close(relation, NoLock);
	return gs_relation_load(relid);
}

bool
gs_is_zoned(const GsRelation *relation, AttrNumber attnum)
{
	const GsAttr *attr = &relation->atts[attnum - 1];

	return relation->resource->dialect->zoned &&
		(attr->column != NULL || (attr->described != NULL && attr->described->kind == GS_DATETIME));
}

List *
gs_relation_columns(const GsRelation *relation)
{
	List	   *attnums = NIL;

	for (int i = 1; i <= relation->natts; i++)
		if (relation->atts[i - 1].name != NULL)
			attnums = lappend_int(attnums, i);
	return attnums;
}

/*
 * Is it one of this wrapper's?  Whatever its wrapper is called, a table or a
 * server is ours if it is planned by our function, which the front door has told.
 */

static GetForeignPlan_function our_function;

void
gs_ours_init(GetForeignPlan_function function)
{
	our_function = function;
}

bool
gs_routine_is_ours(const FdwRoutine *routine)
{
	return routine->GetForeignPlan == our_function;
}

bool
gs_server_is_ours(Oid serverid)
{
	Oid			handler = GetForeignDataWrapper(GetForeignServer(serverid)->fdwid)->fdwhandler;

	return OidIsValid(handler) && gs_routine_is_ours(GetFdwRoutine(handler));
}
