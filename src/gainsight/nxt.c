/*
 * nxt.c
 *	  The dialect that live tenants are reported to serve: one route that
 *	  queries any object.
 *
 * No tenant was at hand when this was written, so it goes by what public
 * clients depend on: objects and fields, values of both spellings, no totals,
 * an order if one is asked for.  What can be checked is not believed.
 */
#include "postgres.h"

#include "model.h"

#define COLUMNS(array) .columns = (array), .ncolumns = lengthof(array)
#define CHOICES(array) .choices = (array), .nchoices = lengthof(array)
#define QUERY(object) {"POST", "/v1/data/objects/query/" object, .search = true}
#define OF(name) .object = (name), .read = {QUERY(name)}

/* Where plans are written, as many at a time as are reported to be taken. */
#define PLANS "/v2/successPlan/", .batch = 50

/* An id in another record, and what is looked up by it. */
#define REFERENCE (GS_FILTERABLE | GS_EMPTY_IS_NULL | GS_NULL_UNSURE)
#define LOOKED_UP (GS_FILTERABLE | GS_NULL_UNSURE)
#define NEEDED (GS_WRITABLE | GS_REQUIRED)

/* What the tenant sets itself, of every record. */
#define STAMPED (GS_FILTERABLE | GS_SORTABLE)

static const GsColumn plan_columns[] = {
	{"gsid", "Gsid", GS_ID, GS_FILTERABLE | GS_KEY, NULL, 1},
	{"name", "Name", GS_TEXT, GS_FILTERABLE | NEEDED, NULL, 0},
	{"company_id", "CompanyId", GS_ID, REFERENCE | NEEDED, NULL, 10},
	{"company_name", "CompanyId__gr.Name", GS_TEXT, LOOKED_UP, NULL, 10},
	{"type_id", "SuccessPlanTypeId", GS_ID, REFERENCE | NEEDED, NULL, 5000},
	{"type_name", "SuccessPlanTypeId__gr.Name", GS_TEXT, LOOKED_UP, NULL, 5000},
	{"status", "StatusId__gr.Name", GS_TEXT, LOOKED_UP | GS_WRITABLE, NULL, 0},
	{"owner_id", "OwnerId", GS_ID, REFERENCE | NEEDED, NULL, 500},
	{"owner_name", "OwnerId__gr.Name", GS_TEXT, LOOKED_UP, NULL, 500},
	{"start_date", "StartDate", GS_DATE, GS_FILTERABLE | GS_WRITABLE, NULL, 0},
	{"end_date", "DueDate", GS_DATE, GS_FILTERABLE | GS_WRITABLE, NULL, 0},
	{"comments", "ActionPlan", GS_TEXT, GS_WRITABLE, NULL, 0},
	{"created_date", "CreatedDate", GS_DATETIME, STAMPED, NULL, 0},
	{"modified_date", "ModifiedDate", GS_DATETIME, STAMPED | GS_VERSION, NULL, 0},
};

/* A plan's type and its status are written by their names, which are no field's values otherwise. */
static const GsSpelling plan_spellings[] = {
	{"SuccessPlanTypeId", "SuccessPlanType", "plan_types"},
	{"StatusId__gr.Name", "status", NULL},
};

static const GsColumn objective_columns[] = {
	{"gsid", "Gsid", GS_ID, GS_FILTERABLE | GS_KEY, NULL, 1},
	{"name", "Name", GS_TEXT, GS_FILTERABLE, NULL, 0},
	{"description", "Comments", GS_TEXT, 0, NULL, 0},
	{"success_plan_id", "CtaGroupId", GS_ID, REFERENCE, NULL, 3},
	{"status", "StatusId__gr.Name", GS_TEXT, LOOKED_UP, NULL, 0},
	{"priority", "PriorityId__gr.Name", GS_TEXT, LOOKED_UP, NULL, 0},
	{"due_date", "DueDate", GS_DATE, GS_FILTERABLE, NULL, 0},
	{"completion_percentage", "PercentComplete", GS_NUMBER, GS_FILTERABLE, NULL, 0},
	{"created_date", "CreatedDate", GS_DATETIME, STAMPED, NULL, 0},
	{"modified_date", "ModifiedDate", GS_DATETIME, STAMPED | GS_VERSION, NULL, 0},
};

static const GsColumn type_columns[] = {
	{"id", "Gsid", GS_ID, GS_KEY, NULL, 1},
	{"name", "Name", GS_TEXT, 0, NULL, 0},
};

/* A call to action is an objective if it is in a plan, whatever its own type. */
static const GsChoice objective_choices[] = {
	{"CtaGroupId", .asked = true},
};

/* The list of all picklists' items is not long, and its filters are unknown. */
static const GsChoice type_choices[] = {
	{"Category", .category = true},
	{"IsActive", .json = "true"},
	{"Deleted", .json = "false"},
};

/* Of any object there is no more to know: its other fields are custom ones. */
static const GsColumn object_columns[] = {
	{"gsid", "Gsid", GS_ID, GS_FILTERABLE | GS_KEY, NULL, 1},
	{"created_date", "CreatedDate", GS_DATETIME, STAMPED, NULL, 0},
	{"modified_date", "ModifiedDate", GS_DATETIME, STAMPED | GS_VERSION, NULL, 0},
};

static const GsResource any_object = {
	.dialect = &gs_nxt,
	.label = "record",
	COLUMNS(object_columns),
	.read = {QUERY("{object}")},
	.default_rows = 10000,
};

/* A rich text cannot be asked for, and how one of several values would be is not known. */
/* What is left of plan types where the list has none of their category. */
static const char *const type_names[] = {"SuccessPlanTypeId", "SuccessPlanTypeId__gr.Name"};

static const GsDataType types[] = {
	{"STRING", GS_TEXT, GS_FILTERABLE},
	{"EMAIL", GS_TEXT, GS_FILTERABLE},
	{"URL", GS_TEXT, GS_FILTERABLE},
	{"GSID", GS_ID, REFERENCE},
	{"SFDCID", GS_ID, REFERENCE},
	{"LOOKUP", GS_ID, REFERENCE},
	{"RICHTEXTAREA", GS_TEXT, 0},
	{"PICKLIST", GS_TEXT, REFERENCE},
	{"MULTISELECTDROPDOWNLIST", GS_TEXT, GS_JOINED},
	{"BOOLEAN", GS_BOOLEAN, GS_FILTERABLE},
	{"NUMBER", GS_NUMBER, GS_FILTERABLE},
	{"CURRENCY", GS_NUMBER, GS_FILTERABLE},
	{"PERCENTAGE", GS_NUMBER, GS_FILTERABLE},
	{"DATE", GS_DATE, GS_FILTERABLE},
	{"DATETIME", GS_DATETIME, GS_FILTERABLE},
	{NULL, GS_TEXT, 0}
};

static const GsResource resources[] = {
	{
		.name = "successplans",
		.dialect = &gs_nxt,
		.label = "success plan",
		COLUMNS(plan_columns),
		OF("cta_group"),
		.insert = {"POST", PLANS},
		.update = {"PUT", PLANS, .beside = "Name"},
		.spellings = plan_spellings,
		.nspellings = lengthof(plan_spellings),
		.default_rows = 100000,
	},
	{
		.name = "objectives",
		.dialect = &gs_nxt,
		.label = "objective",
		COLUMNS(objective_columns),
		CHOICES(objective_choices),
		OF("call_to_action"),
		.default_rows = 300000,
	},
	{
		.name = "plan_types",
		.dialect = &gs_nxt,
		.label = "plan type",
		COLUMNS(type_columns),
		CHOICES(type_choices),
		OF("da_picklist"),
		.page_size = 5000,
		.namer = "successplans",
		.named = type_names,
		.default_rows = 20,
	},
};

static const GsDefault defaults[] = {
	{"operators", "EQ, IN, GT, GTE, LT, LTE, CONTAINS, STARTS_WITH, IS_NULL, IS_NOT_NULL"},
	{"in_list_size", "10"},
	{"expressions", "flat"},
	{NULL, NULL}
};

const GsDialect gs_nxt = {
	.name = "nxt",
	.resources = resources,
	.nresources = lengthof(resources),
	.defaults = defaults,
	.any_object = &any_object,
	.describe = {"GET", "/v1/meta/services/objects/{object}/describe", .single = true},
	.types = types,
	.looked_up = "Name",
	.no_route = "Check the server's options domain or base_url; a tenant that serves the API's document has dialect 'document'.",
	.versioned = true,
	.ordered = true,
	.uncounted = true,
	.zoned = true,
};
