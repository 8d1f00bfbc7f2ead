/*
 * monitor.c
 *	  What an operator can see: counters, progress, and a check-up of a server.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "table/table.h"
#include "wire/wire.h"

GS_SQL_FUNCTION(gainsight_fdw_stats_rows);
GS_SQL_FUNCTION(gainsight_fdw_stats_reset);
GS_SQL_FUNCTION(gainsight_fdw_progress_rows);
GS_SQL_FUNCTION(gainsight_fdw_check);

/* A role sees its own rows of this database; who reads all statistics, all of them. */
static bool
may_see(Oid dbid, Oid userid)
{
	return dbid == MyDatabaseId &&
		(has_privs_of_role(GetUserId(), userid) ||
		 has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS));
}

static void
put_stats(ReturnSetInfo *result, const GsStatsEntry *entry)
{
	ForeignServer *server = GetForeignServerExtended(entry->serverid, FSV_MISSING_OK);
	char	   *user = GetUserNameFromId(entry->userid, true);
	Datum		values[13];
	bool		nulls[13] = {false};
	int			n = 0;

	if (server == NULL || user == NULL)
		return;
	values[n++] = CStringGetTextDatum(server->servername);
	values[n++] = CStringGetTextDatum(user);
	values[n++] = Int64GetDatum(entry->requests);
	values[n++] = Int64GetDatum(entry->retries);
	values[n++] = Int64GetDatum(entry->rate_limited);
	values[n++] = Int64GetDatum(entry->errors);
	values[n++] = Int64GetDatum(entry->rows);
	values[n++] = Int64GetDatum(entry->bytes_sent);
	values[n++] = Int64GetDatum(entry->bytes_received);
	values[n++] = Float8GetDatum(entry->transfer_time);
	values[n++] = Float8GetDatum(entry->wait_time);
	if (entry->last_sqlstate == 0)
		nulls[n] = nulls[n + 1] = true;
	else
	{
		const char *code = gs_printable(entry->last_code, sizeof(entry->last_code));

		values[n] = CStringGetTextDatum(psprintf("%s%s%s", unpack_sql_state(entry->last_sqlstate),
												 code[0] ? " " : "", code));
		values[n + 1] = TimestampTzGetDatum(entry->last_error_at);
	}
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

Datum
gainsight_fdw_stats_rows(PG_FUNCTION_ARGS)
{
	GsStatsEntry *entries = palloc(sizeof(GsStatsEntry) * GS_STATS);
	int			count = gs_stats_copy(entries);

	gs_materialize(fcinfo);
	for (int i = 0; i < count; i++)
		if (may_see(entries[i].dbid, entries[i].userid))
			put_stats((ReturnSetInfo *) fcinfo->resultinfo, &entries[i]);
	return (Datum) 0;
}

Datum
gainsight_fdw_stats_reset(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	gs_stats_reset();
	PG_RETURN_VOID();
}

Datum
gainsight_fdw_progress_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GsProgressEntry *entries = palloc(sizeof(GsProgressEntry) * GS_PROGRESS);
	int			count = gs_progress_copy(entries);

	gs_materialize(fcinfo);
	for (int i = 0; i < count; i++)
	{
		Datum		values[5];
		bool		nulls[5] = {false};

		if (!may_see(entries[i].dbid, entries[i].userid))
			continue;
		values[0] = Int32GetDatum(entries[i].pid);
		values[1] = ObjectIdGetDatum(entries[i].relid);
		values[2] = Int64GetDatum(entries[i].requests);
		values[3] = Int64GetDatum(entries[i].rows_read);
		values[4] = Int64GetDatum(entries[i].rows_expected);
		nulls[4] = entries[i].rows_expected < 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * The check-up.
 */

typedef struct Check
{
	ReturnSetInfo *result;
	GsSettings *settings;
	MemoryContext context;
} Check;

static void
put_step(Check *check, const char *step, bool ok, const char *detail)
{
	Datum		values[3];
	bool		nulls[3] = {false, false, detail == NULL};

	values[0] = CStringGetTextDatum(step);
	values[1] = BoolGetDatum(ok);
	values[2] = detail ? CStringGetTextDatum(detail) : (Datum) 0;
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, nulls);
}

/* "42501 GS_APIG_2402: address not allowed" */
static const char *
failure_text(const GsFailure *failure)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s %s", unpack_sql_state(failure->sqlstate), failure->message);
	if (failure->status)
		appendStringInfo(&out, " (status %d", failure->status);
	if (failure->status)
		appendStringInfo(&out, "%s%s)", failure->code ? ", " : "",
						 failure->code ? gs_printable(failure->code, 40) : "");
	if (failure->description)
		appendStringInfo(&out, ": %s", gs_printable(failure->description, 200));
	return out.data;
}

/* Send a request and report on it; true if it was answered as expected. */
static bool
put_request(Check *check, const char *step, GsRequest *request, const char *detail)
{
	const GsVerdict *verdict = gs_request_settle(request);
	bool		ok = verdict->kind != GS_FAILED;

	put_step(check, step, ok, ok ? detail : failure_text(&verdict->failure));
	return ok;
}

static const char *
describe_settings(const GsTenant *tenant)
{
	return psprintf("%s, rate_limit %d, max_connections %d, max_retries %d",
					tenant->base_url, tenant->rate_limit, tenant->max_connections,
					tenant->max_retries);
}

/* A resource that is read without a key, by a search or by a plain list. */
static const GsResource *
resource_read_by(const GsDialect *dialect, bool search)
{
	for (int i = 0; i < dialect->nresources; i++)
	{
		const GsEndpoint *endpoint = gs_model_read(&dialect->resources[i], false);

		if (endpoint != NULL && endpoint->search == search)
			return &dialect->resources[i];
	}
	elog(ERROR, "the model has no resource of this kind");
}

/* Everything up to an answered request, by a list that takes no argument. */
static bool
check_connection(Check *check)
{
	const GsTenant *tenant = &check->settings->tenant;
	bool		tls = pg_strncasecmp(tenant->base_url, "https:", 6) == 0;
	const GsResource *resource = resource_read_by(check->settings->dialect, false);
	const GsVerdict *verdict;
	GsRequest  *request;
	int			state;
	bool		refused;

	request = gs_api_start_read(tenant, resource, gs_model_read(resource, false), NULL,
								check->context);
	verdict = gs_request_settle(request);
	state = verdict->kind == GS_FAILED ? verdict->failure.sqlstate : 0;
	if (verdict->kind == GS_FAILED && verdict->failure.status == 0)
	{
		put_step(check, "connect", false, failure_text(&verdict->failure));
		return false;
	}
	put_step(check, "connect", true, tenant->base_url);
	put_step(check, "TLS", tls, tls ? "the certificate is trusted" :
			 "not used: the access key travels in the clear");
	refused = state == ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION ||
		state == ERRCODE_INSUFFICIENT_PRIVILEGE;
	put_step(check, "authorization", !refused,
			 refused ? failure_text(&verdict->failure) : NULL);
	put_step(check, "plan types", state == 0,
			 state ? failure_text(&verdict->failure) : NULL);
	return !refused;
}

/* A field that an operator can be tried on, and values of its kind. */
static const char *
values_for(const GsColumn *column, const char *operator)
{
	if (strcmp(operator, "IS_NULL") == 0 || strcmp(operator, "IS_NOT_NULL") == 0)
		return "[]";
	if (column->kind == GS_DATE)
		return "[\"2000-01-01\"]";
	return strcmp(operator, "IN") == 0 ? "[\"none\",\"neither\"]" : "[\"none\"]";
}

static void
check_search(Check *check)
{
	const char *const tried[] = {"EQ", "NE", "LT", "LTE", "GT", "GTE", "IN", "STARTS_WITH",
	"CONTAINS", "ENDS_WITH", "IS_NULL", "IS_NOT_NULL"};
	const GsTenant *tenant = &check->settings->tenant;
	const GsResource *resource = resource_read_by(check->settings->dialect, true);
	const char *key;
	GsSearch	search = {0};

	key = gs_model_flagged(resource, GS_KEY)->field;
	search.select = &key;
	search.nselect = 1;
	if (!put_request(check, "search",
					 gs_api_start_search(tenant, resource, &search, 1, 0, check->context), NULL))
		return;
	for (int i = 0; i < (int) lengthof(tried); i++)
	{
		GsKind		wanted = strchr("LG", tried[i][0]) || strcmp(tried[i], "IS_NOT_NULL") == 0 ?
			GS_DATE : GS_TEXT;
		GsCondition condition = {.operator = tried[i]};

		for (int j = 0; j < resource->ncolumns; j++)
			if (resource->columns[j].kind == wanted)
			{
				condition.field = resource->columns[j].field;
				condition.values = values_for(&resource->columns[j], tried[i]);
			}
		search.conditions = &condition;
		search.nconditions = 1;
		search.expression = "A";
		(void) put_request(check, psprintf("operator %s", tried[i]),
						   gs_api_start_search(tenant, resource, &search, 1, 0, check->context),
						   NULL);
	}
}

Datum
gainsight_fdw_check(PG_FUNCTION_ARGS)
{
	ForeignServer *server = GetForeignServerByName(NameStr(*PG_GETARG_NAME(0)), false);
	Check		check = {0};

	if (!gs_server_is_ours(server->serverid))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("server \"%s\" is not of gainsight_fdw", server->servername)));
	gs_require_usage(server->serverid);
	gs_materialize(fcinfo);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	check.context = CurrentMemoryContext;
	check.settings = gs_settings_load(server->serverid, InvalidOid);
	put_step(&check, "settings", true, describe_settings(&check.settings->tenant));
	put_step(&check, "shared memory", gs_shared_is_shared(), gs_shared_is_shared() ? NULL :
			 "not to be had. " GS_SHARED_HINT);
	gs_settings_authorize(check.settings, GetUserId());
	if (check_connection(&check))
		check_search(&check);
	return (Datum) 0;
}
