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

static const GsResource *
resource_of(const GsSettings *settings, const char *relname)
{
	const char *name = settings->resource ? settings->resource : relname;
	const GsResource *resource = gs_model_resource(settings->dialect, name);

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
	attr->column = namesake(resource, attr->name);
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
		else if (strcmp(def->defname, "pushdown") == 0)
		{
			attr->pushdown = defGetBoolean(def);
			chosen = true;
		}
	}
	if (attr->constant != NULL)
		attr->column = NULL;
	else if (attr->column != NULL)
		attr->field = attr->column->field;
	else if (attr->field == NULL)
		attr->field = attr->name;
	attr->writable = attr->column != NULL ? (attr->column->flags & GS_WRITABLE) != 0 :
		attr->field != NULL && !gs_model_is_looked_up(attr->field);
	if (!chosen)
		attr->pushdown = attr->column != NULL && (attr->column->flags & GS_FILTERABLE);
}

bool
gs_relation_is_known(Oid relid, const char *name)
{
	const GsSettings *settings = gs_settings_load(GetForeignTable(relid)->serverid, relid);

	return gs_model_resource(settings->dialect,
							 settings->resource ? settings->resource : name) != NULL;
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
		if (!TupleDescAttr(desc, i)->attisdropped)
			bind_attr(result->resource, relid, TupleDescAttr(desc, i), &result->atts[i]);
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
	return relation->resource->dialect->zoned && relation->atts[attnum - 1].column != NULL;
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
