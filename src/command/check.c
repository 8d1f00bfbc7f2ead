/*
 * check.c
 *	  gainsight_fdw_check: a server tried step by step.
 *
 * First what every statement needs: a connection, a key, a dialect that the
 * tenant knows.  Where that is at hand, the probes follow, each for itself.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "compat.h"
#include "probe.h"

GS_SQL_FUNCTION(gainsight_fdw_check);

static const char *
describe_settings(const GsTenant *tenant)
{
	return psprintf("%s, rate_limit %d, max_connections %d, max_retries %d",
					tenant->base_url, tenant->rate_limit, tenant->max_connections,
					tenant->max_retries);
}

/*
 * What is asked first, and what the probes are about.
 */

/* The resource of which there is least. */
static const GsResource *
shortest_resource(const GsDialect *dialect)
{
	const GsResource *shortest = &dialect->resources[0];

	for (int i = 1; i < dialect->nresources; i++)
		if (dialect->resources[i].default_rows < shortest->default_rows)
			shortest = &dialect->resources[i];
	return shortest;
}

static bool
is_searched(const GsResource *resource)
{
	const GsEndpoint *endpoint = gs_model_read(resource, false);

	return endpoint != NULL && endpoint->search;
}

/* The first resource that is searched, but for one or another; NULL if there is none. */
static const GsResource *
searched_resource(const GsDialect *dialect, const GsResource *one, const GsResource *other)
{
	for (int i = 0; i < dialect->nresources; i++)
		if (is_searched(&dialect->resources[i]) && &dialect->resources[i] != one &&
			&dialect->resources[i] != other)
			return &dialect->resources[i];
	return NULL;
}

#define ALL_COLUMNS PG_UINT64_MAX

/* A search for the key and the columns that are not left out. */
static GsSearch
search_for(const GsCheck *check, const GsResource *resource, uint64 left_out)
{
	GsSearch	search = {.unasked = !gs_operator_available(check->settings, "IS_NOT_NULL")};

	gs_search_select(&search, gs_model_flagged(resource, GS_KEY)->field);
	for (int i = 0; i < resource->ncolumns; i++)
		if (!(left_out & GS_COLUMN(i)))
			gs_search_select(&search, resource->columns[i].field);
	return search;
}

/* All of the shortest resource, which may be a plain list. */
static void
ask_for_list(GsCheck *check)
{
	const GsResource *resource = check->list_of;
	const GsTenant *tenant = &check->settings->tenant;
	const GsEndpoint *endpoint = gs_model_read(resource, false);
	GsSearch	search = search_for(check, resource, 0);
	GsRequest  *request;

	if (!gs_check_may_ask(check))
		return;
	request = is_searched(resource) ?
		gs_api_start_search(tenant, resource, &search, resource->page_size ? resource->page_size :
							check->settings->page_size, 0, check->context) :
		gs_api_start_read(tenant, resource, endpoint, NULL, check->context);
	gs_check_settle(check, request, endpoint, &check->list);
}

/*
 * The steps up to an answer.
 */

static bool
is_refusal(const GsFailure *failure)
{
	return failure->sqlstate == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION ||
		failure->sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE;
}

/* Is there an answer to the first request?  Rows say how it came. */
static bool
check_connection(GsCheck *check)
{
	const GsTenant *tenant = &check->settings->tenant;
	bool		tls = pg_strncasecmp(tenant->base_url, "https:", 6) == 0;
	const GsAnswer *answer = &check->list;
	bool		refused;

	ask_for_list(check);
	if (answer->verdict == NULL)
		return false;
	if (!answer->ok && answer->verdict->failure.status == 0)
	{
		gs_check_put(check, "connect", false, gs_check_failure(answer, NULL));
		return false;
	}
	refused = !answer->ok && is_refusal(&answer->verdict->failure);
	gs_check_put(check, "connect", true, tenant->base_url);
	gs_check_put(check, "TLS", tls, tls ? "the certificate is trusted" :
				 "not used: what authorizes travels in the clear");
	gs_check_put(check, "authorization", !refused,
				 refused ? gs_check_failure(answer, NULL) :
				 tenant->credential->ask ? "by a client's token" : "by access key");
	return !refused;
}

/* Might it be another dialect's words that are wanted? */
static bool
is_not_understood(const GsAnswer *answer)
{
	int			sqlstate = answer->verdict->failure.sqlstate;

	return !answer->ok && (sqlstate == ERRCODE_FDW_ERROR || sqlstate == ERRCODE_FDW_REPLY_HANDLE);
}

/* Does the tenant answer in this dialect? */
static bool
answers_in(GsCheck *check, const GsDialect *dialect)
{
	GsSettings *settings = gs_settings_load_as(check->serverid, dialect);
	const GsResource *resource = searched_resource(dialect, NULL, NULL);
	GsSearch	search = search_for(check, resource, ALL_COLUMNS);
	GsAnswer	answer = {0};

	settings->tenant.usage = check->settings->tenant.usage;
	settings->tenant.counted = check->settings->tenant.counted;
	gs_settings_authorize(settings, GetUserId());
	if (!gs_check_may_ask(check))
		return false;
	gs_check_settle(check, gs_api_start_search(&settings->tenant, resource, &search, 1, 0,
											   check->context),
					gs_model_read(resource, false), &answer);
	return answer.ok;
}

/* Nothing was understood: in which dialect would it be? */
static const char *
find_dialect(GsCheck *check)
{
	const char *present = check->settings->dialect->name;

	for (const GsDialect *const *dialect = gs_dialects; *dialect != NULL; dialect++)
		if (*dialect != check->settings->dialect && answers_in(check, *dialect))
			return psprintf("the tenant does not know the routes of dialect '%s', and knows those of dialect '%s': set the server option dialect",
							present, (*dialect)->name);
	return psprintf("the tenant knows neither the routes of dialect '%s' nor those of another: check domain or base_url",
					present);
}

static void
put_answer(GsCheck *check, const char *step, const GsAnswer *answer)
{
	if (answer->verdict != NULL)
		gs_check_put(check, step, answer->ok, answer->ok ?
					 psprintf("%d records", answer->records.count) : gs_check_failure(answer, NULL));
}

/*
 * Fields, as a tenant describes them.
 */

/* The field of a column, or what it is looked up by; NULL if there is none. */
static const GsField *
find_described(List *fields, const GsColumn *column)
{
	const char *dot = strrchr(column->field, '.');
	const char *lookup = dot ? pnstrdup(column->field, dot - column->field) : NULL;
	ListCell   *cell;

	foreach(cell, fields)
	{
		const GsField *field = lfirst(cell);
		const char *name = lookup ? field->lookup : field->name;

		if (name != NULL && pg_strcasecmp(name, lookup ? lookup : column->field) == 0)
			return field;
	}
	return NULL;
}

/* Can values of a type be what the column holds?  Days are moments here. */
static bool
is_of_kind(const GsField *field, GsKind kind)
{
	switch (kind)
	{
		case GS_DATE:
		case GS_DATETIME:
			return field->type != NULL && field->type->kind == GS_DATETIME;
		case GS_NUMBER:
		case GS_BOOLEAN:
			return field->type != NULL && field->type->kind == kind;
		default:
			return true;
	}
}

/* What is wrong with the field of a column, in a word; NULL if nothing is. */
static const char *
describe_fault(const GsColumn *column, const GsField *field)
{
	bool		own = !gs_model_is_looked_up(column->field);

	if (field == NULL)
		return "is not there";
	if (own && !is_of_kind(field, column->kind))
		return psprintf("is %s", field->type ? field->type->name : "of an unknown type");
	if (own && (column->flags & GS_FILTERABLE) && !field->filterable)
		return "is not filterable";
	return NULL;
}

/* Returns the columns that are not there. */
static uint64
put_fields(GsCheck *check, const char *step, const GsResource *resource, List *fields)
{
	StringInfoData faults;
	uint64		lacks = 0;

	initStringInfo(&faults);
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsColumn *column = &resource->columns[i];
		const GsField *field = find_described(fields, column);
		const char *fault = describe_fault(column, field);

		if (field == NULL)
			lacks |= GS_COLUMN(i);
		if (fault != NULL)
			appendStringInfo(&faults, "%s%s %s", faults.len > 0 ? ", " : "", column->field, fault);
	}
	gs_check_put(check, step, faults.len == 0, faults.len == 0 ?
				 psprintf("%d columns are as expected, of %d fields", resource->ncolumns, list_length(fields)) :
				 psprintf("%s: the column options field and pushdown say what is asked for", faults.data));
	return lacks;
}

/* The same for all; a description may be refused for itself, where a page was answered. */
static uint64
check_fields(GsCheck *check, const GsResource *resource, bool answered)
{
	const GsEndpoint *describe = &resource->dialect->describe;
	const char *step;
	GsAnswer	answer = {0};
	List	   *fields = NIL;
	const char *why;

	if (describe->method == NULL || resource->object == NULL || !gs_check_may_ask(check))
		return 0;
	step = psprintf("fields of %s", resource->object);
	gs_check_settle(check, gs_describe_start(&check->settings->tenant, resource, check->context),
					describe, &answer);
	if (answered)
		check->over = NULL;
	why = !answer.ok ? gs_check_failure(&answer, NULL) :
		gs_describe_fields(resource, &answer.records, &fields);
	if (why == NULL)
		return put_fields(check, step, resource, fields);
	gs_check_put(check, step, false,
				 psprintf("%s (which IMPORT with discover, and of objects, needs)", why));
	return 0;
}

/*
 * After a page with all columns, which one that the tenant does not have spoils:
 * those that it describes will do for what follows, or the key alone.
 */
static void
check_columns(GsCheck *check, const GsResource *resource, GsAnswer *page)
{
	uint64		tries[2] = {0, ALL_COLUMNS & ~GS_COLUMN(gs_model_flagged(resource, GS_KEY) - resource->columns)};
	bool		refused = !page->ok;

	tries[0] = check_fields(check, resource, page->ok);
	for (int i = 0; i < 2 && refused && !page->ok; i++)
	{
		GsSearch	search = search_for(check, resource, tries[i]);

		page->lacks = tries[i];
		if (tries[i] != 0 && !gs_check_search(check, resource, &search, GS_SAMPLE, 0, page))
			return;
	}
}

/* Is the dialect one that the tenant knows, and are there plans to go on with? */
static bool
check_search(GsCheck *check)
{
	char	   *list = pstrdup(check->list_of->name);
	GsSearch	all = search_for(check, check->plans, 0);
	GsAnswer   *page = &check->page;
	bool		understood;

	(void) gs_check_search(check, check->plans, &all, GS_SAMPLE, 0, page);
	if (page->verdict == NULL)
		return false;
	understood = check->list.ok || page->ok || !is_not_understood(&check->list) ||
		!is_not_understood(page);
	gs_check_put(check, "dialect", understood, understood ?
				 psprintf("the tenant knows the routes of dialect '%s'", check->settings->dialect->name) :
				 find_dialect(check));
	/* "plan types" */
	for (char *c = list; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	put_answer(check, list, &check->list);
	put_answer(check, "search", page);
	if (!understood)
		return false;
	check_columns(check, check->plans, page);
	return page->ok;
}

/* How many of a page are the resource's, where one has to look? */
static const char *
describe_children(const GsCheck *check)
{
	const GsResource *resource = check->children_of;
	const GsRecords *records = &check->children.records;
	int			held = 0;

	for (const GsJson *record = records->first; record != NULL; record = gs_envelope_next(records, record))
		held += gs_search_holds(resource, NULL, record);
	return psprintf("%d records%s", records->count, held == records->count ? "" :
					psprintf(", of which %d are %ss: the tenant does not choose them, and the rest is left out here",
							 held, resource->label));
}

/* A page of another resource that is searched, too. */
static void
check_children(GsCheck *check)
{
	GsSearch	all;

	check->children_of = searched_resource(check->settings->dialect, check->plans, check->list_of);
	if (check->children_of == NULL)
		return;
	all = search_for(check, check->children_of, 0);
	if (!gs_check_search(check, check->children_of, &all, GS_SAMPLE, 0, &check->children))
		return;
	gs_check_put(check, check->children_of->name, check->children.ok, check->children.ok ?
				 describe_children(check) : gs_check_failure(&check->children, NULL));
	check_columns(check, check->children_of, &check->children);
}

static void
run_probes(GsCheck *check, const GsProbe *probes)
{
	for (; probes->step != NULL && check->over == NULL; probes++)
		if (probes->applies == NULL || probes->applies(check))
			probes->run(check, probes->step);
}

static void
run_check(GsCheck *check)
{
	const GsTenant *tenant = &check->settings->tenant;
	bool		connected = check_connection(check);

	if (connected && check_search(check))
	{
		check_children(check);
		run_probes(check, gs_trials);
		run_probes(check, gs_habits);
	}
	if (check->over != NULL && (connected || check->list.verdict == NULL))
		gs_check_put(check, "the rest", false, psprintf("not asked: %s", check->over));
	gs_check_put(check, "requests", true,
				 psprintf("sent: " INT64_FORMAT ", of these repeated: " INT64_FORMAT,
						  tenant->usage->requests, tenant->usage->retries));
}

Datum
gainsight_fdw_check(PG_FUNCTION_ARGS)
{
	ForeignServer *server = GetForeignServerByName(NameStr(*PG_GETARG_NAME(0)), false);
	GsCheck		check = {0};

	if (!gs_server_is_ours(server->serverid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("server \"%s\" is not of gainsight_fdw", server->servername)));
	gs_require_usage(server->serverid);
	gs_materialize(fcinfo);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	check.context = CurrentMemoryContext;
	check.serverid = server->serverid;
	check.settings = gs_settings_load(server->serverid, InvalidOid);
	check.list_of = shortest_resource(check.settings->dialect);
	check.plans = searched_resource(check.settings->dialect, NULL, NULL);
	gs_check_put(&check, "settings", true, describe_settings(&check.settings->tenant));
	gs_check_put(&check, "shared memory", gs_shared_is_shared(), gs_shared_is_shared() ? NULL :
				 "not to be had. " GS_SHARED_HINT);
	gs_settings_authorize(check.settings, GetUserId());
	run_check(&check);
	return (Datum) 0;
}
