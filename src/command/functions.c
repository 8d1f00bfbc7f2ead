/*
 * functions.c
 *	  The functions that tell how the wrapper sees things, and what an operator
 *	  can see of it: counters and progress.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "table/table.h"
#include "where/where.h"
#include "wire/wire.h"

GS_SQL_FUNCTION(gainsight_fdw_version);
GS_SQL_FUNCTION(gainsight_fdw_pushdown);
GS_SQL_FUNCTION(gainsight_fdw_stats_rows);
GS_SQL_FUNCTION(gainsight_fdw_stats_reset);
GS_SQL_FUNCTION(gainsight_fdw_progress_rows);

/* What a bug report should say. */
Datum
gainsight_fdw_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("gainsight_fdw " GS_RELEASE ", %s, cJSON %s",
											  gs_http_version(), gs_json_version())));
}

/* How each test is written in SQL. */
static const char *const spellings[GS_TESTS] = {
	[GS_EQ] = "=", [GS_NE] = "<>", [GS_LT] = "<", [GS_LE] = "<=", [GS_GT] = ">",
	[GS_GE] = ">=", [GS_IN] = "IN", [GS_NOT_IN] = "NOT IN", [GS_LIKE] = "LIKE",
	[GS_PREFIX] = "^@", [GS_IS_NULL] = "IS NULL", [GS_IS_NOT_NULL] = "IS NOT NULL",
};

static const char *const grade_names[] = {
	[GS_LOCAL] = "local", [GS_SUPERSET] = "superset", [GS_EXACT] = "exact",
};

/* Of an attribute's clauses, what a test becomes. */
static GsClause *
clause_of(const GsRelation *relation, AttrNumber attnum, GsTest test)
{
	GsClause   *clause = palloc0(sizeof(GsClause));

	clause->kind = GS_TEST;
	clause->attnum = attnum;
	clause->test = test;
	clause->type = getBaseType(relation->atts[attnum - 1].type);
	clause->operand = test == GS_IS_NULL || test == GS_IS_NOT_NULL ? -1 : 0;
	return clause;
}

/* What a search says for clauses that compare with one value; NULL if nothing. */
static const char *
sent_for(const GsRelation *relation, List *clauses, const GsOperand *operand)
{
	GsFilter	filter;
	StringInfoData sent;

	gs_filter_build(relation, clauses, operand, GS_ANY_PIECES, &filter);
	initStringInfo(&sent);
	for (int i = 0; i < filter.nconditions; i++)
		appendStringInfo(&sent, "%s%s", i > 0 ? ", " : "", filter.conditions[i].operator);
	return filter.nconditions > 0 ? sent.data : NULL;
}

/* The path that an equality on the column chooses; NULL if none. */
static const char *
path_for(const GsRelation *relation, const GsAttr *attr, GsTest test)
{
	const GsEndpoint *keyed = gs_model_read(relation->resource, true);

	if (keyed == NULL || (test != GS_EQ && test != GS_IN) || attr->column == NULL ||
		attr->column != gs_model_brace(relation->resource, keyed) ||
		(test == GS_IN && keyed->single))
		return NULL;
	return psprintf("%s %s", keyed->method, keyed->path);
}

static void
put_row(ReturnSetInfo *result, const GsAttr *attr, const char *operator, const char *sent,
		GsGrade grade)
{
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = CStringGetTextDatum(attr->name);
	values[1] = CStringGetTextDatum(operator);
	values[2] = sent ? CStringGetTextDatum(sent) : (Datum) 0;
	nulls[2] = sent == NULL;
	values[3] = CStringGetTextDatum(grade_names[grade]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* A value that nobody knows yet. */
static const GsOperand unknown = {.symbol = "value"};

static void
put_test(ReturnSetInfo *result, const GsRelation *relation, AttrNumber attnum, GsTest test)
{
	const GsAttr *attr = &relation->atts[attnum - 1];
	const GsEndpoint *unbound = gs_model_read(relation->resource, false);
	const char *path = path_for(relation, attr, test);
	const char *sent = NULL;
	GsGrade		grade = path ? GS_EXACT : GS_LOCAL;

	if (unbound != NULL && unbound->search && gs_attr_grade(attr, test) != GS_LOCAL)
	{
		sent = sent_for(relation, list_make1(clause_of(relation, attnum, test)), &unknown);
		if (sent != NULL)
			grade = gs_attr_grade(attr, test);
	}
	if (path != NULL)
		sent = sent ? psprintf("%s, or %s", path, sent) : path;
	put_row(result, attr, spellings[test], sent, grade);
}

/* What is written around the column, as far as what that implies is sent. */
static void
put_shapes(ReturnSetInfo *result, const GsRelation *relation, AttrNumber attnum)
{
	const GsAttr *attr = &relation->atts[attnum - 1];
	const GsEndpoint *unbound = gs_model_read(relation->resource, false);
	GsOperand	within = {.value = CStringGetTextDatum("%value%")};
	ListCell   *cell;

	foreach(cell, unbound != NULL && unbound->search ? gs_shapes(attr) : NIL)
	{
		const GsShape *shape = lfirst(cell);
		List	   *clauses = list_make1(clause_of(relation, attnum, shape->first));
		const char *sent;

		if (gs_attr_grade(attr, shape->first) == GS_LOCAL)
			continue;
		if (shape->last != GS_TESTS)
			clauses = lappend(clauses, clause_of(relation, attnum, shape->last));
		sent = sent_for(relation, clauses, shape->first == GS_LIKE ? &within : &unknown);
		if (sent != NULL)
			put_row(result, attr, shape->written, sent, GS_SUPERSET);
	}
}

/* What is sent for each operator on each column, and how far it is believed. */
Datum
gainsight_fdw_pushdown(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	GsRelation *relation = gs_relation_open(PG_GETARG_OID(0));

	gs_materialize(fcinfo);
	for (int i = 1; i <= relation->natts; i++)
	{
		if (relation->atts[i - 1].name == NULL)
			continue;
		for (int test = 0; test < GS_TESTS; test++)
			put_test(result, relation, i, test);
		put_shapes(result, relation, i);
	}
	return (Datum) 0;
}

/*
 * Counters and progress.
 */

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
