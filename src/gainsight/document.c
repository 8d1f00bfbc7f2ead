/*
 * document.c
 *	  The dialect of the API's OpenAPI document, version 1.0: three resources.
 */
#include "postgres.h"

#include "model.h"

#define COLUMNS(array) .columns = (array), .ncolumns = lengthof(array)

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

static const GsResource resources[] = {
	{
		.name = "successplans",
		.dialect = &gs_document,
		.label = "success plan",
		COLUMNS(plan_columns),
		.read = {
			{"GET", "/successplans/{Gsid}", .single = true},
			{"POST", "/successplans/search", .search = true},
		},
		.insert = {"POST", "/successplans", .single = true},
		.update = {"PUT", "/successplans/{Gsid}", .single = true},
		.put_away = "Use UPDATE with SET status = 'Archived' to put a success plan away.",
		.default_rows = 100000,
	},
	{
		.name = "objectives",
		.dialect = &gs_document,
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
		.dialect = &gs_document,
		.label = "plan type",
		COLUMNS(type_columns),
		.read = {
			{"GET", "/successplans/config/types", .single = false},
		},
		.default_rows = 20,
	},
};

const GsDialect gs_document = {
	.name = "document",
	.resources = resources,
	.nresources = lengthof(resources),
	.no_route = "Check the server's options domain or base_url; live tenants are reported to serve dialect 'nxt'.",
};
