/*
 * writable.c
 *	  Which tables and columns can be written.
 */
#include "postgres.h"

#include "optimizer/appendinfo.h"

#include "table.h"

/*
 * What a table allows.
 */

pg_noreturn static void
refuse_command(const GsRelation *relation, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot %s foreign table \"%s\"", what, relation->name),
			 gs_model_resource(relation->resource->dialect, relation->resource->name) != relation->resource ?
			 errdetail("Records of the object \"%s\" can only be read.",
					   relation->resource->object) :
			 errdetail("The API has no such operation on the resource \"%s\".",
					   relation->resource->name),
			 hint ? errhint("%s", hint) : 0));
}

AttrNumber
gs_attr_of_column(const GsRelation *relation, const GsColumn *column)
{
	for (int i = 1; i <= relation->natts; i++)
		if (relation->atts[i - 1].column == column)
			return i;
	return 0;
}

/* Two columns that are the same field; false if there are none. */
static bool
find_duplicates(const GsRelation *relation, const GsAttr **one, const GsAttr **other)
{
	for (int i = 0; i < relation->natts; i++)
		for (int j = 0; j < i; j++)
		{
			*one = &relation->atts[j];
			*other = &relation->atts[i];
			if ((*one)->field != NULL && (*other)->field != NULL &&
				pg_strcasecmp((*one)->field, (*other)->field) == 0)
				return true;
		}
	return false;
}

static void
check_no_duplicates(const GsRelation *relation)
{
	const GsAttr *one;
	const GsAttr *other;

	if (find_duplicates(relation, &one, &other))
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_COLUMN),
				 errmsg("foreign table \"%s\" cannot be written to", relation->name),
				 errdetail("Its columns \"%s\" and \"%s\" are both the field %s.",
						   one->name, other->name, other->field)));
}

void
gs_writable_check_table(const GsRelation *relation, CmdType operation)
{
	const GsResource *resource = relation->resource;

	if (operation == CMD_DELETE)
		refuse_command(relation, "delete from",
					   resource->put_away);
	if (operation == CMD_INSERT && resource->insert.method == NULL)
		refuse_command(relation, "insert into", NULL);
	if (operation == CMD_UPDATE && resource->update.method == NULL)
		refuse_command(relation, "update", resource->insert.method ?
					   "It can only be created here. Change it in Gainsight." : NULL);
	if (relation->settings->readonly)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("foreign table \"%s\" is read-only", relation->name),
				 errhint("The option readonly of the table or its server says so.")));
	check_no_duplicates(relation);
	if (operation == CMD_UPDATE &&
		gs_attr_of_column(relation, gs_model_flagged(resource, GS_KEY)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot update foreign table \"%s\"", relation->name),
				 errdetail("It has no column for the field %s, which addresses a %s.",
						   gs_model_flagged(resource, GS_KEY)->field, resource->label)));
}

int
gs_writable_commands(const GsRelation *relation)
{
	const GsResource *resource = relation->resource;
	const GsAttr *one;
	const GsAttr *other;
	int			supported = 0;

	if (relation->settings->readonly || find_duplicates(relation, &one, &other))
		return 0;
	if (resource->insert.method != NULL)
		supported |= 1 << CMD_INSERT;
	if (resource->update.method != NULL &&
		gs_attr_of_column(relation, gs_model_flagged(resource, GS_KEY)) != 0)
		supported |= 1 << CMD_UPDATE;
	return supported;
}

/*
 * What a column allows.
 */

/*
 * Is it what DEFAULT stands for where none is declared?  A NULL that somebody
 * wrote has a place in the text of the query.
 */
static bool
is_default(const Expr *value)
{
	return IsA(value, Const) && ((const Const *) value)->constisnull &&
		((const Const *) value)->location < 0;
}

List *
gs_writable_set_columns(PlannerInfo *root, const GsRelation *relation, Index resultRelation,
						List **values)
{
	List	   *processed_tlist;
	List	   *colnos;
	List	   *columns = NIL;
	ListCell   *cell;

	get_translated_update_targetlist(root, resultRelation, &processed_tlist, &colnos);
	*values = NIL;
	foreach(cell, colnos)
	{
		const GsAttr *attr = &relation->atts[lfirst_int(cell) - 1];
		const TargetEntry *entry = list_nth(processed_tlist, foreach_current_index(cell));

		/* Gainsight computes it by default */
		if (attr->field != NULL && !attr->writable && is_default(entry->expr))
			continue;
		columns = lappend_int(columns, lfirst_int(cell));
		*values = lappend(*values, entry->expr);
	}
	return columns;
}

void
gs_writable_check_column(const GsRelation *relation, AttrNumber attnum)
{
	const GsAttr *attr = &relation->atts[attnum - 1];

	if (attr->field != NULL && !attr->writable)
		ereport(ERROR,
				(errcode(ERRCODE_GENERATED_ALWAYS),
				 errmsg("column \"%s\" of foreign table \"%s\" cannot be written",
						attr->name, relation->name),
				 attr->column != NULL ?
				 errdetail("Gainsight computes the field %s.", attr->field) :
				 errdetail("The field %s is another record's, which this one refers to.", attr->field),
				 errhint("Leave the column out.")));
}

#define ID "_id"
#define NAME "_name"

/*
 * Is a column the name of what an id leads to: "owner_name" that of "owner_id",
 * or the field "Owner__gr.Name" that of "Owner"?
 */
static bool
is_name_of(const GsAttr *name, const GsAttr *id)
{
	const char *end = strstr(name->field, "__gr.");
	size_t		stem;

	if (end != NULL)
		return strlen(id->field) == (size_t) (end - name->field) &&
			strncmp(id->field, name->field, end - name->field) == 0;
	if (name->column == NULL || id->column == NULL || strlen(id->column->name) < strlen(ID))
		return false;
	stem = strlen(id->column->name) - strlen(ID);
	return strncmp(name->column->name, id->column->name, stem) == 0 &&
		strcmp(name->column->name + stem, NAME) == 0 && strcmp(id->column->name + stem, ID) == 0;
}

Bitmapset *
gs_writable_consequences(const GsRelation *relation, const Bitmapset *changed)
{
	Bitmapset  *computed = NULL;

	for (int i = 1; i <= relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i - 1];
		int			id = -1;

		if (attr->name == NULL || attr->constant != NULL || attr->writable)
			continue;
		if (attr->flags & GS_VERSION)
			computed = bms_add_member(computed, i);
		while ((id = bms_next_member(changed, id)) >= 0)
			if (is_name_of(attr, &relation->atts[id - 1]))
				computed = bms_add_member(computed, i);
	}
	return computed;
}

List *
gs_writable_update_fields(const GsRelation *relation)
{
	const GsResource *resource = relation->resource;
	List	   *fields = NIL;

	for (int i = 0; i < resource->ncolumns; i++)
		if (resource->columns[i].flags & (GS_KEY | GS_VERSION | GS_WRITABLE))
			fields = lappend(fields, (void *) resource->columns[i].field);
	for (int i = 0; i < relation->natts; i++)
		if (relation->atts[i].column == NULL && relation->atts[i].writable)
			fields = lappend(fields, (void *) gs_to_utf8(relation->atts[i].field));
	return fields;
}
