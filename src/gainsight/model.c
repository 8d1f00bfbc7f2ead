/*
 * model.c
 *	  The three resources of the Success Plan API, and questions about them.
 *
 * The only file in which a resource or a field is spelled.  It knows nothing
 * of requests, plans or tuples.  Source: the API's OpenAPI document, version
 * 1.0.
 */
#include "postgres.h"

#include "model.h"

#define LENGTH(array) ((int) lengthof(array))
#define COLUMNS(array) .columns = (array), .ncolumns = LENGTH(array)

const char	gs_remote_schema[] = "gainsight";

static const char *const plan_statuses[] = {"Active", "Completed", "Archived", NULL};
static const char *const objective_statuses[] = {"Not Started", "In Progress", "Completed", NULL};

static const GsColumn plan_columns[] = {
	{"gsid", "Gsid", GS_ID, GS_FILTERABLE | GS_KEY, NULL, 1},
	{"name", "Name", GS_TEXT, GS_FILTERABLE | GS_WRITABLE | GS_REQUIRED, NULL, 0},
	{"company_id", "CompanyId", GS_ID, GS_FILTERABLE | GS_WRITABLE | GS_REQUIRED, NULL, 10},
	{"company_name", "CompanyName", GS_TEXT, GS_FILTERABLE, NULL, 10},
	{"type_id", "TypeId", GS_ID, GS_FILTERABLE | GS_WRITABLE | GS_REQUIRED, NULL, 5000},
	{"type_name", "TypeName", GS_TEXT, GS_FILTERABLE, NULL, 5000},
	{"status", "Status", GS_ENUM, GS_FILTERABLE | GS_WRITABLE, plan_statuses, 0},
	{"owner_id", "OwnerId", GS_ID, GS_FILTERABLE | GS_WRITABLE, NULL, 500},
	{"owner_name", "OwnerName", GS_TEXT, GS_FILTERABLE, NULL, 500},
	{"start_date", "StartDate", GS_DATE, GS_FILTERABLE | GS_WRITABLE, NULL, 0},
	{"end_date", "EndDate", GS_DATE, GS_FILTERABLE | GS_WRITABLE, NULL, 0},
	{"comments", "Comments", GS_TEXT, GS_FILTERABLE | GS_WRITABLE, NULL, 0},
	{"created_date", "CreatedDate", GS_DATETIME, GS_FILTERABLE, NULL, 0},
	{"modified_date", "ModifiedDate", GS_DATETIME, GS_FILTERABLE | GS_VERSION, NULL, 0},
};

/* An objective's plan is written through the path, so it is required. */
static const GsColumn objective_columns[] = {
	{"gsid", "Gsid", GS_ID, GS_KEY, NULL, 1},
	{"name", "Name", GS_TEXT, GS_WRITABLE | GS_REQUIRED, NULL, 0},
	{"description", "Description", GS_TEXT, GS_WRITABLE, NULL, 0},
	{"success_plan_id", "SuccessPlanId", GS_ID, GS_WRITABLE | GS_REQUIRED, NULL, 3},
	{"status", "Status", GS_ENUM, GS_WRITABLE, objective_statuses, 0},
	{"priority", "Priority", GS_TEXT, GS_WRITABLE, NULL, 0},
	{"due_date", "DueDate", GS_DATE, GS_WRITABLE, NULL, 0},
	{"completion_percentage", "CompletionPercentage", GS_NUMBER, 0, NULL, 0},
	{"created_date", "CreatedDate", GS_DATETIME, 0, NULL, 0},
	{"modified_date", "ModifiedDate", GS_DATETIME, GS_VERSION, NULL, 0},
};

static const GsColumn type_columns[] = {
	{"id", "id", GS_ID, GS_KEY, NULL, 1},
	{"name", "name", GS_TEXT, 0, NULL, 0},
};

const GsResource gs_resources[] = {
	{
		.name = "successplans",
		.label = "success plan",
		COLUMNS(plan_columns),
		.read = {
			{"GET", "/successplans/{Gsid}", .single = true},
			{"POST", "/successplans/search", .search = true},
		},
		.insert = {"POST", "/successplans", .single = true},
		.update = {"PUT", "/successplans/{Gsid}", .single = true},
		.default_rows = 100000,
	},
	{
		.name = "objectives",
		.label = "objective",
		COLUMNS(objective_columns),
		.read = {
			{"GET", "/successplans/{SuccessPlanId}/objectives", .single = false},
		},
		.insert = {"POST", "/successplans/{SuccessPlanId}/objectives", .single = true},
		.parent = "successplans",
		.default_rows = 300000,
	},
	{
		.name = "plan_types",
		.label = "plan type",
		COLUMNS(type_columns),
		.read = {
			{"GET", "/successplans/config/types", .single = false},
		},
		.default_rows = 20,
	},
};

const int	gs_nresources = LENGTH(gs_resources);

const GsResource *
gs_model_resource(const char *name)
{
	for (int i = 0; i < gs_nresources; i++)
		if (strcmp(gs_resources[i].name, name) == 0)
			return &gs_resources[i];
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
	return resource->parent ? gs_model_resource(resource->parent) : NULL;
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
gs_model_is_fixed_word(const GsEndpoint *endpoint, const char *value)
{
	size_t		length = strcspn(endpoint->path, "{");

	for (int i = 0; i < gs_nresources; i++)
		for (int j = 0; j < GS_MAX_READS; j++)
			if (has_fixed_word(&gs_resources[i].read[j], endpoint->path, length, value))
				return true;
	return false;
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

void
gs_model_check(void)
{
	for (int i = 0; i < gs_nresources; i++)
	{
		const GsResource *resource = &gs_resources[i];
		const GsResource *parent = gs_model_parent(resource);

		Assert(gs_model_resource(resource->name) == resource);
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

#endif
