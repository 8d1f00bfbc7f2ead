/*
 * describe.c
 *	  Any object of a tenant: what can be read of it, and of which fields it is.
 *
 * A description takes one request and is long, so that it is asked for by who
 * makes tables, and never by a query.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "api.h"
#include "describe.h"
#include "seen.h"

bool
gs_object_is_name(const char *name)
{
	return name[0] != '\0' &&
		name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

const GsDialect *
gs_object_dialect(void)
{
	const GsDialect *const *dialect = gs_dialects;

	while ((*dialect)->any_object == NULL)
		dialect++;
	return *dialect;
}

/* Those that this session was asked for, as many as it has seen tables of. */
static List *object_resources;

static const GsResource *
make_resource(const GsResource *any, const char *name)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	GsResource *resource = palloc(sizeof(GsResource));

	*resource = *any;
	resource->name = resource->object = pstrdup(name);
	for (int i = 0; i < GS_MAX_READS; i++)
		if (any->read[i].method != NULL)
			resource->read[i].path = gs_path_make(&any->read[i], name);
	object_resources = lappend(object_resources, resource);
	MemoryContextSwitchTo(old);
	return resource;
}

const GsResource *
gs_object_resource(const GsDialect *dialect, const char *name)
{
	ListCell   *cell;

	if (dialect->any_object == NULL)
		return NULL;
	foreach(cell, object_resources)
	{
		const GsResource *resource = lfirst(cell);

		if (resource->dialect == dialect && strcmp(resource->name, name) == 0)
			return resource;
	}
	return make_resource(dialect->any_object, name);
}

/*
 * Descriptions.
 */

static bool
is_true(const GsJson *node)
{
	const char *text = gs_json_text(node);

	return text != NULL && strcmp(text, "true") == 0;
}

/* A string that is not empty, as a copy; else NULL. */
static const char *
string_of(const GsJson *node)
{
	return gs_json_kind(node) == GS_JSON_STRING && gs_json_has_text(node) ?
		pstrdup(gs_json_text(node)) : NULL;
}

/*
 * Conditions may name a field if the tenant says so, and it is of a type of
 * which that is known to be safe.
 */
static GsField *
read_field(const GsDialect *dialect, const GsJson *told)
{
	const GsJson *meta = gs_json_get(told, "meta");
	const GsJson *name = gs_json_get(told, "fieldName");
	const char *type = gs_json_text(gs_json_get(told, "dataType"));
	const GsJson *lookup = gs_json_get(gs_json_get(meta, "lookupDetail"), "lookupName");
	GsField    *field = palloc0(sizeof(GsField));

	field->name = string_of(name);
	field->is_odd = field->name != NULL && strcmp(field->name, gs_json_identity(name)) != 0;
	field->type = type ? gs_model_data_type(dialect, type) : NULL;
	field->filterable = is_true(gs_json_get(meta, "filterable")) &&
		!is_true(gs_json_get(meta, "richText")) &&
		field->type != NULL && (field->type->flags & GS_FILTERABLE);
	field->hidden = is_true(gs_json_get(meta, "hidden"));
	field->lookup = string_of(lookup);
	/* no name of a column's field can say it */
	if (field->lookup != NULL && strcmp(field->lookup, gs_json_identity(lookup)) != 0)
		field->lookup = NULL;
	return field;
}

/* Members of records are told apart without regard to case, so of fields the first one counts. */
static bool
is_first(GsSeen *seen, const char *name)
{
	char	   *folded = pstrdup(name);

	for (char *c = folded; *c; c++)
		*c = pg_tolower((unsigned char) *c);
	return gs_seen_add(seen, folded);
}

/* Returns what is wrong with the description, or NULL. */
static const char *
read_fields(const GsDialect *dialect, const GsJson *described, List **fields)
{
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);

	*fields = NIL;
	if (gs_json_kind(described) != GS_JSON_ARRAY)
		return _("it has no list of fields.");
	for (const GsJson *told = gs_json_first(described); told != NULL; told = gs_json_next(told))
	{
		GsField    *field;

		CHECK_FOR_INTERRUPTS();
		if (gs_json_kind(told) != GS_JSON_OBJECT)
			return _("one of its fields is no object.");
		field = read_field(dialect, told);
		if (field->name != NULL && is_first(seen, field->name))
			*fields = lappend(*fields, field);
	}
	return NULL;
}

GsRequest *
gs_describe_start(const GsTenant *tenant, const GsResource *resource, MemoryContext context)
{
	return gs_api_start_read(tenant, resource, &resource->dialect->describe, resource->object, context);
}

const char *
gs_describe_fields(const GsResource *resource, const GsRecords *records, List **fields)
{
	return read_fields(resource->dialect, gs_json_get(records->first, "fields"), fields);
}

List *
gs_describe(const GsTenant *tenant, const GsResource *resource)
{
	GsRequest  *request = gs_describe_start(tenant, resource, CurrentMemoryContext);
	GsRecords	records;
	List	   *fields;
	const char *why;

	gs_api_finish_read(request, &resource->dialect->describe, &records);
	why = gs_describe_fields(resource, &records, &fields);
	if (why != NULL)
		gs_record_fail(tenant, ERRCODE_FDW_REPLY_HANDLE,
					   psprintf(_("Gainsight's description of the object \"%s\" is not the JSON expected"),
								resource->object), why, NULL);
	gs_request_free(request);
	return fields;
}
