/*
 * describe.c
 *	  Any object of a tenant: what can be read of it, of which fields it is, and
 *	  what its records are called.
 *
 * A description takes one request and is long, so that it is asked for by who
 * makes tables, and never by a query.  Who updates records has to know which fields
 * they have, and a session asks for that once.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "api.h"
#include "describe.h"
#include "reader.h"
#include "seen.h"
#include "total.h"

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
	field->updateable = is_true(gs_json_get(meta, "updateable"));
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

/*
 * What is remembered of descriptions, of each tenant.
 */
typedef struct Described
{
	Oid			serverid;
	GsTenantId	tenant;
	const GsResource *resource;
	List	   *updateable;		/* GsField */
} Described;

static List *all_described;

/* In TopMemoryContext, without what it does not take. */
static Described *
remember(const GsTenant *tenant, const GsResource *resource, const List *fields)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	Described  *described = palloc0(sizeof(Described));
	ListCell   *cell;

	described->serverid = tenant->serverid;
	described->tenant = tenant->id;
	described->resource = resource;
	foreach(cell, fields)
	{
		const GsField *field = lfirst(cell);
		GsField    *kept;

		if (!field->updateable || field->is_odd)
			continue;
		kept = palloc(sizeof(GsField));
		*kept = *field;
		kept->name = pstrdup(field->name);
		kept->lookup = field->lookup ? pstrdup(field->lookup) : NULL;
		described->updateable = lappend(described->updateable, kept);
	}
	all_described = lappend(all_described, described);
	MemoryContextSwitchTo(old);
	return described;
}

const List *
gs_describe_updateable(const GsTenant *tenant, const GsResource *resource)
{
	ListCell   *cell;

	foreach(cell, all_described)
	{
		const Described *described = lfirst(cell);

		if (described->serverid == tenant->serverid && described->resource == resource &&
			gs_tenant_is(&described->tenant, &tenant->id))
			return described->updateable;
	}
	return remember(tenant, resource, gs_describe(tenant, resource))->updateable;
}

/*
 * Names.
 *
 * Records may be written by the names of others that they are read with the ids of.
 * A session reads all names once in a transaction.
 */
typedef struct Named
{
	GsTenantId	tenant;
	const GsResource *namer;
	const char *category;
	TimestampTz read_by;		/* the statement of this start */
	List	   *ids;			/* as JSON, */
	List	   *names;			/* and so in the same order */
} Named;

static List *all_named;
static MemoryContext named_context;

static void
forget_named(void *arg)
{
	(void) arg;
	all_named = NIL;
	named_context = NULL;
}

static MemoryContext
context_of_names(void)
{
	MemoryContextCallback *callback;

	if (named_context != NULL)
		return named_context;
	named_context = AllocSetContextCreate(TopTransactionContext, "gainsight_fdw names",
										  ALLOCSET_SMALL_SIZES);
	callback = MemoryContextAllocZero(named_context, sizeof(MemoryContextCallback));
	callback->func = forget_named;
	MemoryContextRegisterResetCallback(named_context, callback);
	return named_context;
}

/* Read them all into CurrentMemoryContext; what that takes is in the reader's. */
static void
read_names(const GsTenant *tenant, int page_size, MemoryContext context, Named *named)
{
	const char *fields[] = {
		gs_model_flagged(named->namer, GS_KEY)->field,
		gs_model_column(named->namer, "name")->field
	};
	GsSearch	search = {.select = fields, .nselect = lengthof(fields), .category = named->category};
	GsReadSpec	spec = {
		.resource = named->namer, .nkeys = -1, .searches = &search, .nsearches = 1,
		.paging = {page_size, page_size, gs_total_known(tenant, named->namer, NULL), true}
	};
	GsReader   *reader = gs_reader_open(tenant, &spec, context);
	const GsJson *record;
	const char *key;

	while ((record = gs_reader_next(reader, &key)) != NULL)
	{
		const GsJson *name = gs_json_get(record, fields[1]);

		if (!gs_json_has_text(name))
			continue;
		named->ids = lappend(named->ids,
							 gs_json_printed(gs_json_get(record, fields[0]), GS_JSON_EXACT));
		named->names = lappend(named->names, gs_json_printed(name, GS_JSON_AS_IT_CAME));
	}
}

/* What the transaction has read of them, or NULL. */
static Named *
find_named(const GsTenant *tenant, const GsResource *namer, const char *category)
{
	ListCell   *cell;

	foreach(cell, all_named)
	{
		Named	   *named = lfirst(cell);

		if (named->namer == namer && gs_tenant_is(&named->tenant, &tenant->id) &&
			strcmp(named->category, category) == 0)
			return named;
	}
	return NULL;
}

static Named *
load_named(const GsTenant *tenant, const GsResource *namer, const char *category, int page_size)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw reading of names",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context_of_names());
	Named	   *named = palloc0(sizeof(Named));

	named->tenant = tenant->id;
	named->namer = namer;
	named->category = pstrdup(category);
	named->read_by = GetCurrentStatementStartTimestamp();
	read_names(tenant, page_size, context, named);
	/* in front of what an earlier statement has read */
	all_named = lcons(named, all_named);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return named;
}

/* How many records have a name. */
static int
count_named(const Named *named, const char *name)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, named->names)
		if (strcmp(lfirst(cell), name) == 0)
			count++;
	return count;
}

/* NULL for the id of no record, and for one whose name is another's, too. */
static const char *
find_name(const Named *named, const char *id)
{
	ListCell   *cell;

	foreach(cell, named->ids)
	{
		const char *name = list_nth(named->names, foreach_current_index(cell));

		if (strcmp(lfirst(cell), id) == 0)
			return count_named(named, name) == 1 ? name : NULL;
	}
	return NULL;
}

const char *
gs_name_of(const GsTenant *tenant, const GsResource *namer, const char *category, int page_size,
		   const char *id)
{
	const char *exact = gs_json_printed(gs_json_reread(id), GS_JSON_EXACT);
	Named	   *named = find_named(tenant, namer, category);
	const char *name;

	if (named == NULL)
		named = load_named(tenant, namer, category, page_size);
	name = find_name(named, exact);
	if (name == NULL && named->read_by != GetCurrentStatementStartTimestamp())
		name = find_name(load_named(tenant, namer, category, page_size), exact);
	return name;
}
