/*
 * model.c
 *	  Questions about what a dialect offers.
 *
 * Resources and fields are spelled in the files of the dialects, and nowhere
 * else.
 */
#include "postgres.h"

#include "model.h"

const char	gs_remote_schema[] = "gainsight";
const char	gs_objects_schema[] = "objects";

const GsDialect *const gs_dialects[] = {&gs_document, &gs_nxt, NULL};

const GsDialect *
gs_model_dialect(const char *name)
{
	for (const GsDialect *const *dialect = gs_dialects; *dialect != NULL; dialect++)
		if (strcmp((*dialect)->name, name) == 0)
			return *dialect;
	return NULL;
}

const GsResource *
gs_model_resource(const GsDialect *dialect, const char *name)
{
	for (int i = 0; i < dialect->nresources; i++)
		if (strcmp(dialect->resources[i].name, name) == 0)
			return &dialect->resources[i];
	return NULL;
}

const GsColumn *
gs_model_column(const GsResource *resource, const char *name)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (strcmp(resource->columns[i].name, name) == 0)
			return &resource->columns[i];
	return NULL;
}

const GsColumn *
gs_model_field(const GsResource *resource, const char *field)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (pg_strcasecmp(resource->columns[i].field, field) == 0)
			return &resource->columns[i];
	return NULL;
}

const GsColumn *
gs_model_flagged(const GsResource *resource, int flag)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (resource->columns[i].flags & flag)
			return &resource->columns[i];
	return NULL;
}

bool
gs_model_is_looked_up(const char *field)
{
	return strchr(field, '.') != NULL;
}

const GsResource *
gs_model_parent(const GsResource *resource)
{
	return resource->parent ? gs_model_resource(resource->dialect, resource->parent) : NULL;
}

const GsColumn *
gs_model_brace(const GsResource *resource, const GsEndpoint *endpoint)
{
	const char *open = strchr(endpoint->path, '{');
	size_t		length;

	if (open == NULL)
		return NULL;
	length = strcspn(open + 1, "}");
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const char *field = resource->columns[i].field;

		if (strlen(field) == length && strncmp(field, open + 1, length) == 0)
			return &resource->columns[i];
	}
	return NULL;
}

const GsEndpoint *
gs_model_read(const GsResource *resource, bool bound)
{
	for (int i = 0; i < GS_MAX_READS; i++)
	{
		const GsEndpoint *endpoint = &resource->read[i];

		if (endpoint->method != NULL &&
			(gs_model_brace(resource, endpoint) != NULL) == bound)
			return endpoint;
	}
	return NULL;
}

/* Does this path go on with the value as a whole segment after length bytes? */
static bool
has_fixed_word(const GsEndpoint *other, const char *prefix, size_t length,
			   const char *value)
{
	size_t		word = strlen(value);

	return other->method != NULL &&
		strncmp(other->path, prefix, length) == 0 &&
		strncmp(other->path + length, value, word) == 0 &&
		(other->path[length + word] == '\0' || other->path[length + word] == '/');
}

bool
gs_model_is_fixed_word(const GsDialect *dialect, const GsEndpoint *endpoint, const char *value)
{
	size_t		length = strcspn(endpoint->path, "{");

	for (int i = 0; i < dialect->nresources; i++)
		for (int j = 0; j < GS_MAX_READS; j++)
			if (has_fixed_word(&dialect->resources[i].read[j], endpoint->path, length, value))
				return true;
	return false;
}

const GsDataType *
gs_model_data_type(const GsDialect *dialect, const char *name)
{
	for (const GsDataType *type = dialect->types; type != NULL && type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

const char *
gs_model_sql_type(GsKind kind)
{
	switch (kind)
	{
		case GS_ID:
		case GS_ENUM:
		case GS_TEXT:
			return "pg_catalog.text";
		case GS_DATE:
			return "pg_catalog.date";
		case GS_DATETIME:
			return "pg_catalog.timestamptz";
		case GS_NUMBER:
			return "pg_catalog.numeric";
		case GS_BOOLEAN:
			return "pg_catalog.bool";
	}
	pg_unreachable();
}

#ifdef USE_ASSERT_CHECKING

static void
check_endpoint(const GsResource *resource, const GsEndpoint *endpoint)
{
	if (endpoint->method == NULL)
		return;
	Assert(endpoint->path[0] == '/');
	Assert((strchr(endpoint->path, '{') != NULL) ==
		   (gs_model_brace(resource, endpoint) != NULL));
	/* a search needs the key to tell plans apart */
	Assert(!endpoint->search || gs_model_flagged(resource, GS_KEY) != NULL);
}

static void
check_dialect(const GsDialect *dialect)
{
	for (int i = 0; i < dialect->nresources; i++)
	{
		const GsResource *resource = &dialect->resources[i];
		const GsResource *parent = gs_model_parent(resource);

		Assert(resource->dialect == dialect);
		Assert(gs_model_resource(dialect, resource->name) == resource);
		for (int j = 0; j < resource->ncolumns; j++)
		{
			Assert(gs_model_column(resource, resource->columns[j].name) == &resource->columns[j]);
			Assert(gs_model_field(resource, resource->columns[j].field) == &resource->columns[j]);
		}
		for (int j = 0; j < GS_MAX_READS; j++)
			check_endpoint(resource, &resource->read[j]);
		check_endpoint(resource, &resource->insert);
		check_endpoint(resource, &resource->update);
		/* an update addresses, and proves, the record that was read */
		Assert(resource->update.method == NULL ||
			   (gs_model_brace(resource, &resource->update)->flags & GS_KEY));
		/* what cannot be read without a key takes the keys of a parent that can */
		Assert(resource->parent == NULL ||
			   (parent != NULL && gs_model_read(parent, false) != NULL));
		Assert(gs_model_read(resource, false) != NULL || parent != NULL);
	}
}

void
gs_model_check(void)
{
	for (int i = 0; gs_dialects[i] != NULL; i++)
		check_dialect(gs_dialects[i]);
}

#endif
