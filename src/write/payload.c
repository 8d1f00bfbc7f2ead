/*
 * payload.c
 *	  Rows to what a create or an update sends, and what neither may.
 *
 * Everything that can be known to be wrong with a row is said here, before a
 * request is made for it.
 */
#include "postgres.h"

#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "gainsight/gainsight.h"
#include "payload.h"

/* So much of a row, and of a key, is shown in a message, in bytes. */
#define SHOWN_ROW 300
#define SHOWN_KEY 100

/*
 * What a row lacks.
 */

/* The constant as a value of the column's type is shown. */
static const char *
constant_shown(const GsAttr *attr)
{
	return gs_value_shown(attr->type,
						  gs_constant_value(attr->type, attr->typmod, attr->constant));
}

static void
check_constant(const GsRelation *relation, const GsAttr *attr, Datum value)
{
	if (strcmp(gs_value_shown(attr->type, value), constant_shown(attr)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("column \"%s\" of foreign table \"%s\" is the constant \"%s\"",
						attr->name, relation->name, attr->constant),
				 errhint("Give that value, or none.")));
}

pg_noreturn static void
miss_required(const GsRelation *relation, const GsColumn *column)
{
	AttrNumber	attnum = gs_attr_of_column(relation, column);

	ereport(ERROR,
			(errcode(ERRCODE_NOT_NULL_VIOLATION),
			 attnum > 0 ?
			 errmsg("null value in column \"%s\" of foreign table \"%s\"",
					relation->atts[attnum - 1].name, relation->name) :
			 errmsg("foreign table \"%s\" has no column for the field %s",
					relation->name, column->field),
			 errdetail("Gainsight takes no %s without %s.",
					   relation->resource->label, column->field)));
}

/*
 * What is written by another name than it is read by, or by a name in place of an
 * id.
 */

/* The name that an id is written by, as JSON; NULL where nothing has it. */
static const char *
name_of(const GsRelation *relation, const GsSpelling *spelling, const char *json)
{
	const GsSettings *settings = relation->settings;

	return gs_name_of(&settings->tenant, gs_model_resource(relation->resource->dialect, spelling->namer),
					  gs_to_utf8(settings->plan_type_category), settings->page_size, json);
}

/* A value that cannot be written, as it has no name, is refused before anything is sent. */
static void
check_name(const GsRelation *relation, const GsAttr *attr, const char *json)
{
	const GsSpelling *spelling = attr->column ?
		gs_model_spelling(relation->resource, attr->column->field) : NULL;

	if (spelling == NULL || spelling->namer == NULL || name_of(relation, spelling, json) != NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("no %s has the id %s that column \"%s\" of foreign table \"%s\" names",
					gs_model_resource(relation->resource->dialect, spelling->namer)->label,
					gs_key_shown(&relation->settings->tenant, json), attr->name, relation->name),
			 errdetail("A %s is written with the name in place of the id: no record has this id, or another has the same name.",
					   relation->resource->label),
			 errhint("The foreign table of the resource \"%s\" has ids and names.", spelling->namer)));
}

static const char *
json_named(const GsRelation *relation, const GsAttr *attr, Datum value)
{
	const char *json = gs_value_json(relation, attr, value);

	check_name(relation, attr, json);
	return json;
}

const char *
gs_write_spelled(const GsRelation *relation, const char *field)
{
	const GsSpelling *spelling = gs_model_spelling(relation->resource, field);

	return spelling != NULL ? spelling->written : field;
}

const char *
gs_write_record(const GsRelation *relation, const GsWrite *write)
{
	int			count = write->nmembers - write->nkept;
	GsMember   *sent = palloc(sizeof(GsMember) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		const GsSpelling *spelling = gs_model_spelling(relation->resource, write->members[i].field);

		sent[i] = write->members[i];
		if (spelling == NULL)
			continue;
		sent[i].field = spelling->written;
		if (spelling->namer != NULL)
			sent[i].json = name_of(relation, spelling, sent[i].json);
		if (sent[i].json == NULL)
			sent[i].json = write->members[i].json;
	}
	return gs_api_record(sent, count);
}

/*
 * Creating.
 */

static void
add_member(GsWrite *write, const char *field, const char *json)
{
	write->members[write->nmembers].field = field;
	write->members[write->nmembers].json = json;
	write->nmembers++;
}

static GsWrite *
make_write(const GsRelation *relation)
{
	GsWrite    *write = palloc0(sizeof(GsWrite));

	write->members = palloc(sizeof(GsMember) *
							(relation->natts + relation->resource->ncolumns));
	return write;
}

/* The value for the braces of the path. */
static const char *
path_value(const GsRelation *relation, const GsAttr *attr, Datum value)
{
	const char *key = gs_to_utf8(gs_value_shown(attr->type, value));

	if (!gs_path_sendable(key))
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("no %s has the %s that column \"%s\" of foreign table \"%s\" names",
						gs_model_parent(relation->resource)->label,
						gs_model_flagged(gs_model_parent(relation->resource), GS_KEY)->field,
						attr->name, relation->name),
				 errdetail("An id is neither empty nor \".\" nor \"..\", and holds no control characters.")));
	return key;
}

/* An empty key is how some programs say that there is none yet. */
static bool
is_no_key(const GsAttr *attr, Datum value)
{
	return attr->column != NULL && (attr->column->flags & GS_KEY) &&
		gs_value_shown(attr->type, value)[0] == '\0';
}

GsWrite *
gs_write_insert(const GsRelation *relation, TupleTableSlot *slot)
{
	const GsResource *resource = relation->resource;
	const GsColumn *brace = gs_model_brace(resource, &resource->insert);
	GsWrite    *write = make_write(relation);

	slot_getallattrs(slot);
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsColumn *column = &resource->columns[i];
		AttrNumber	attnum = gs_attr_of_column(relation, column);

		if ((column->flags & GS_REQUIRED) && (attnum == 0 || slot->tts_isnull[attnum - 1]))
			miss_required(relation, column);
	}
	for (int i = 1; i <= relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i - 1];
		Datum		value = slot->tts_values[i - 1];

		if (attr->name == NULL || slot->tts_isnull[i - 1] || is_no_key(attr, value))
			continue;
		gs_writable_check_column(relation, i);
		if (attr->constant != NULL)
			check_constant(relation, attr, value);
		else if (attr->column != NULL && attr->column == brace)
			write->key = path_value(relation, attr, value);
		else
			add_member(write, gs_to_utf8(attr->field), json_named(relation, attr, value));
	}
	return write;
}

const char *
gs_key_shown(const GsTenant *tenant, const char *key)
{
	return gs_receivable(gs_printable(gs_without_secrets(key, tenant), SHOWN_KEY));
}

const char *
gs_write_shown(const GsRelation *relation, const GsWrite *write)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < write->nmembers; i++)
		appendStringInfo(&out, "%s%s %s", i > 0 ? ", " : "", write->members[i].field,
						 write->members[i].json);
	return gs_printable(gs_without_secrets(out.data, &relation->settings->tenant), SHOWN_ROW);
}

/*
 * Updating.
 */

/* Is it the very value that was read? */
static bool
is_as_read(const GsAttr *attr, Datum value, bool isnull, Datum read, bool read_isnull)
{
	int16		length;
	bool		by_value;

	if (isnull || read_isnull)
		return isnull && read_isnull;
	get_typlenbyval(attr->type, &length, &by_value);
	return datum_image_eq(value, read, by_value, length);
}

/* The new value of a column as JSON, "null" for null; NULL if nothing is sent for it. */
static const char *
json_of_change(const GsRelation *relation, const GsReadRow *read, AttrNumber attnum, Datum value,
			   bool isnull)
{
	const GsAttr *attr = &relation->atts[attnum - 1];

	if (attr->constant != NULL)
	{
		if (!isnull)
			check_constant(relation, attr, value);
		return NULL;
	}
	if ((is_as_read(attr, value, isnull, read->values[attnum - 1], read->isnull[attnum - 1]) &&
		 !bms_is_member(attnum, read->waiting)) ||
		(!isnull && is_no_key(attr, value)))
		return NULL;
	if (isnull && attr->column != NULL && (attr->column->flags & GS_REQUIRED))
		miss_required(relation, attr->column);
	gs_writable_check_column(relation, attnum);
	return isnull ? "null" : json_named(relation, attr, value);
}

int
gs_write_changes(const GsRelation *relation, const GsReadRow *read, List *attnums,
				 const Datum *values, const bool *isnull, GsMember *changes)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, attnums)
	{
		int			n = foreach_current_index(cell);
		const char *json = json_of_change(relation, read, lfirst_int(cell), values[n], isnull[n]);

		if (json == NULL)
			continue;
		changes[count].field = gs_to_utf8(relation->atts[lfirst_int(cell) - 1].field);
		changes[count].json = json;
		count++;
	}
	return count;
}

/*
 * What the tenant last gave, as it is sent back: with the token that it came
 * with, but a documented day in the one form that is safe; and nothing for what
 * is null.
 */
static const char *
unchanged(const GsJson *node, bool is_day)
{
	GsJsonKind	kind = gs_json_kind(node);
	Timestamp	moment;

	if (kind == GS_JSON_ABSENT || kind == GS_JSON_NULL || (is_day && !gs_json_has_text(node)))
		return NULL;
	if (is_day && gs_parse_datetime(gs_json_text(node), kind == GS_JSON_NUMBER, &moment))
		return gs_value_day(gs_day_of(moment));
	return gs_json_printed(node, GS_JSON_AS_IT_CAME);
}

const char *
gs_write_find(const GsMember *members, int nmembers, const char *field)
{
	for (int i = 0; i < nmembers; i++)
		if (strcmp(members[i].field, field) == 0)
			return members[i].json;
	return NULL;
}

void
gs_write_add(GsMember **members, int *nmembers, const GsMember *others, int nothers)
{
	GsMember   *all = palloc(sizeof(GsMember) * Max(*nmembers + nothers, 1));
	int			count = *nmembers;

	if (count > 0)
		memcpy(all, *members, sizeof(GsMember) * count);
	for (int i = 0; i < nothers; i++)
		if (gs_write_find(*members, *nmembers, others[i].field) == NULL)
			all[count++] = (GsMember) {pstrdup(others[i].field), pstrdup(others[i].json)};
	if (*members != NULL)
		pfree(*members);
	*members = all;
	*nmembers = count;
}

Bitmapset *
gs_write_changed(const GsRelation *relation, const GsMember *changes, int nchanges)
{
	Bitmapset  *changed = NULL;

	for (int i = 1; i <= relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i - 1];

		if (attr->writable && gs_write_find(changes, nchanges, gs_to_utf8(attr->field)) != NULL)
			changed = bms_add_member(changed, i);
	}
	return changed;
}

/* Is the text JSON of this kind? */
static bool
is_json_of(const char *text, GsJsonKind kind)
{
	const GsJson *node = gs_json_reread(text);

	return node != NULL && gs_json_kind(node) == kind;
}

/* An array of the values that a text joins by semicolons. */
static const char *
split_values(const char *text)
{
	StringInfoData out;
	char	   *rest = pstrdup(text);
	const char *value;

	initStringInfo(&out);
	while ((value = strsep(&rest, ";")) != NULL)
	{
		if (value[0] == '\0')
			continue;
		appendStringInfoChar(&out, out.len == 0 ? '[' : ',');
		gs_json_append_string(&out, value);
	}
	return out.len > 0 ? psprintf("%s]", out.data) : "[]";
}

/*
 * A value of a custom field in the JSON type that the field has had: what it is
 * to the tenant the column's type need not tell.
 */
static const char *
as_it_came(const GsJson *came, const char *json)
{
	GsJsonKind	kind = gs_json_kind(came);
	const GsJson *value = gs_json_reread(json);
	const char *text = gs_json_text(value);

	if (kind == GS_JSON_ABSENT || kind == GS_JSON_NULL || kind == gs_json_kind(value) || text == NULL)
		return json;
	if (kind == GS_JSON_STRING)
		return gs_json_kind(value) == GS_JSON_NULL ? json : psprintf("\"%s\"", text);
	if (is_json_of(text, kind))
		return text;
	return kind == GS_JSON_ARRAY ? split_values(text) : json;
}

/* The fields of a record that an update can set. */
static List *
fields_to_set(const GsRelation *relation)
{
	List	   *fields = NIL;
	ListCell   *cell;

	foreach(cell, gs_writable_update_fields(relation))
	{
		const GsColumn *column = gs_model_field(relation->resource, lfirst(cell));

		if (column == NULL || (column->flags & GS_WRITABLE))
			fields = lappend(fields, lfirst(cell));
	}
	return fields;
}

/* Does an update send the field, which it changes or not? */
static bool
is_sent(const GsRelation *relation, const char *field, bool is_changed)
{
	const char *beside = relation->resource->update.beside;

	return beside == NULL || is_changed || strcmp(field, beside) == 0;
}

static bool
is_set(const GsRelation *relation, const List *attnums, const char *field)
{
	ListCell   *cell;

	foreach(cell, attnums)
	{
		const GsAttr *attr = &relation->atts[lfirst_int(cell) - 1];

		if (attr->field != NULL && strcmp(gs_to_utf8(attr->field), field) == 0)
			return true;
	}
	return false;
}

List *
gs_write_sent_fields(const GsRelation *relation, const List *attnums)
{
	const GsResource *resource = relation->resource;
	List	   *fields = resource->update.beside == NULL ? NIL :
		list_make1((void *) gs_model_flagged(resource, GS_KEY)->field);
	ListCell   *cell;

	foreach(cell, fields_to_set(relation))
	{
		if (is_sent(relation, lfirst(cell), is_set(relation, attnums, lfirst(cell))))
			fields = lappend(fields, (void *) gs_write_spelled(relation, lfirst(cell)));
	}
	return fields;
}

/* The fields that an update sends, or those that it does not. */
static void
add_fields(const GsRelation *relation, const GsMember *changes, int nchanges,
		   const GsJson *base, bool sent, GsWrite *write)
{
	ListCell   *cell;

	foreach(cell, fields_to_set(relation))
	{
		const char *field = lfirst(cell);
		const GsColumn *column = gs_model_field(relation->resource, field);
		const GsJson *came = gs_record_member(base, field);
		const char *json = gs_write_find(changes, nchanges, field);

		if (is_sent(relation, field, json != NULL) != sent)
			continue;
		if (json == NULL)
			json = unchanged(came, column != NULL && column->kind == GS_DATE && sent);
		else if (column == NULL)
			json = as_it_came(came, json);
		if (json != NULL)
			add_member(write, field, json);
	}
}

GsWrite *
gs_write_update(const GsRelation *relation, const GsMember *changes, int nchanges,
				const GsJson *base)
{
	GsWrite    *write = make_write(relation);
	const GsColumn *key = gs_model_flagged(relation->resource, GS_KEY);

	if (relation->resource->update.batch > 0)
		add_member(write, key->field,
				   gs_json_printed(gs_json_get(base, key->field), GS_JSON_AS_IT_CAME));
	add_fields(relation, changes, nchanges, base, true, write);
	write->nkept = -write->nmembers;
	add_fields(relation, changes, nchanges, base, false, write);
	write->nkept += write->nmembers;
	return write;
}
