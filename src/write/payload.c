/*
 * payload.c
 *	  Rows to what a create or an update sends, and what neither may.
 *
 * Everything that can be known to be wrong with a row is said here, before a
 * request is made for it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "gainsight/gainsight.h"
#include "payload.h"

/*
 * Values as JSON.
 */

pg_noreturn static void
refuse_value(const GsRelation *relation, const GsAttr *attr, const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("value %s of column \"%s\" of foreign table \"%s\" cannot be sent",
					shown, attr->name, relation->name),
			 errdetail("Gainsight has no infinity, no NaN, and no year before 1 or after 9999.")));
}

/* A number is sent as a number only where the API's field is one. */
static bool
is_number_field(const GsAttr *attr)
{
	return attr->column == NULL || attr->column->kind == GS_NUMBER;
}

static const char *json_of_array(const GsRelation *relation, const GsAttr *attr, Oid element,
								 Datum value);

/* A value of a type: the column's, or that of its elements. */
static const char *
json_of_type(const GsRelation *relation, const GsAttr *attr, Oid type, Datum value)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);
	const char *json;

	/* one in several dimensions has no elements that it could be told from */
	if (OidIsValid(element) && ARR_NDIM(DatumGetArrayTypeP(value)) <= 1)
		return json_of_array(relation, attr, element, value);
	switch (base)
	{
		case DATEOID:
			json = DATE_NOT_FINITE(DatumGetDateADT(value)) ? NULL :
				gs_value_day(DatumGetDateADT(value));
			break;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			json = gs_value_moment(DatumGetTimestamp(value));
			/* a date field takes no more than the day */
			if (json != NULL && attr->column != NULL && attr->column->kind == GS_DATE)
				json = psprintf("%.11s\"", json);
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			json = gs_value_number(base, value);
			if (json != NULL && !is_number_field(attr))
				json = gs_value_text(json);
			break;
		case BOOLOID:
			json = DatumGetBool(value) ? "true" : "false";
			break;
		case JSONOID:
		case JSONBOID:
			json = pstrdup(gs_to_utf8(gs_value_shown(base, value)));
			break;
		default:
			json = gs_value_text(gs_value_shown(base, value));
			break;
	}
	if (json == NULL)
		refuse_value(relation, attr, gs_value_shown(base, value));
	return json;
}

static const char *
json_of_array(const GsRelation *relation, const GsAttr *attr, Oid element, Datum value)
{
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	StringInfoData out;

	get_typlenbyvalalign(element, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(value), element, length, by_value, align,
					  &values, &nulls, &count);
	initStringInfo(&out);
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%c%s", i == 0 ? '[' : ',',
						 nulls[i] ? "null" : json_of_type(relation, attr, element, values[i]));
	appendStringInfoString(&out, count == 0 ? "[]" : "]");
	return out.data;
}

static const char *
json_of(const GsRelation *relation, const GsAttr *attr, Datum value)
{
	return json_of_type(relation, attr, attr->type, value);
}

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
			add_member(write, gs_to_utf8(attr->field), json_of(relation, attr, value));
	}
	return write;
}

/* So much of a row, and of a key, is shown in a message, in bytes. */
#define SHOWN_ROW 300
#define SHOWN_KEY 100

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
	if (isnull && attr->column != NULL && (attr->column->flags & GS_REQUIRED))
		miss_required(relation, attr->column);
	if (is_as_read(attr, value, isnull, read->values[attnum - 1], read->isnull[attnum - 1]) ||
		(!isnull && is_no_key(attr, value)))
		return NULL;
	gs_writable_check_column(relation, attnum);
	return isnull ? "null" : json_of(relation, attr, value);
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

/* The new value of a field, NULL if it is not among the changes. */
static const char *
changed(const GsMember *changes, int nchanges, const char *field)
{
	for (int i = 0; i < nchanges; i++)
		if (strcmp(changes[i].field, field) == 0)
			return changes[i].json;
	return NULL;
}

/* Is the text JSON of this kind? */
static bool
is_json_of(const char *text, GsJsonKind kind)
{
	const GsJson *node = gs_json_reread(text);

	return node != NULL && gs_json_kind(node) == kind;
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
	return is_json_of(text, kind) ? text : json;
}

List *
gs_write_sent_fields(const GsRelation *relation)
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

GsWrite *
gs_write_update(const GsRelation *relation, const GsMember *changes, int nchanges,
				const GsJson *base)
{
	GsWrite    *write = make_write(relation);
	ListCell   *cell;

	foreach(cell, gs_write_sent_fields(relation))
	{
		const char *field = lfirst(cell);
		const GsColumn *column = gs_model_field(relation->resource, field);
		const GsJson *came = gs_json_get(base, field);
		const char *json = changed(changes, nchanges, field);

		if (json == NULL)
			json = unchanged(came, column != NULL && column->kind == GS_DATE);
		else if (column == NULL)
			json = as_it_came(came, json);
		if (json != NULL)
			add_member(write, field, json);
	}
	return write;
}

/*
 * Where a create answers with the key alone: by the key, where that is an
 * access path, else from the list that the row was added to.
 */
const GsJson *
gs_write_read_back(const GsRelation *relation, const GsWrite *write, const char *key,
				   MemoryContext context)
{
	const GsTenant *tenant = &relation->settings->tenant;
	const GsResource *resource = relation->resource;
	const GsEndpoint *endpoint = gs_model_read(resource, true);
	const char *value = endpoint->single ? key : write->key;
	GsRequest  *request = gs_api_start_read(tenant, resource, endpoint, value, context);
	GsRecords	records;
	GsFailure	failure = {
		.sqlstate = ERRCODE_FDW_REPLY_HANDLE, .server = tenant->server, .table = tenant->table
	};

	gs_api_finish_read(request, endpoint, &records);
	for (const GsJson *record = records.first; record != NULL;
		 record = gs_envelope_next(&records, record))
		if (strcmp(gs_record_key(tenant, resource, record), key) == 0)
			return record;
	failure.message = psprintf(_("Gainsight does not show the %s that it has just created"),
							   resource->label);
	failure.aside = psprintf(_("It has been created, with %s \"%s\"."),
							 gs_model_flagged(resource, GS_KEY)->field,
							 gs_printable(gs_without_secrets(key, tenant), SHOWN_KEY));
	gs_fail(&failure);
}
