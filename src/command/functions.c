/*
 * functions.c
 *	  The functions that tell how the wrapper sees things.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "where/where.h"

GS_SQL_FUNCTION(gainsight_fdw_version);
GS_SQL_FUNCTION(gainsight_fdw_pushdown);

/* What a bug report should say. */
Datum
gainsight_fdw_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("gainsight_fdw 1.0, %s, cJSON %s",
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

/* What a search says for a test on a column; NULL if nothing. */
static const char *
sent_for(const GsRelation *relation, AttrNumber attnum, GsTest test)
{
	bool		has_operand = test != GS_IS_NULL && test != GS_IS_NOT_NULL;
	GsOperand	operand = {.symbol = "value"};
	GsClause	clause = {
		.kind = GS_TEST, .attnum = attnum, .test = test,
		.type = getBaseType(relation->atts[attnum - 1].type),
		.operand = has_operand ? 0 : -1
	};
	GsFilter	filter;
	StringInfoData sent;

	gs_filter_build(relation, list_make1(&clause), &operand, GS_ANY_PIECES, &filter);
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
put_row(ReturnSetInfo *result, const GsRelation *relation, AttrNumber attnum, GsTest test)
{
	const GsAttr *attr = &relation->atts[attnum - 1];
	const GsEndpoint *unbound = gs_model_read(relation->resource, false);
	const char *path = path_for(relation, attr, test);
	const char *sent = NULL;
	GsGrade		grade = path ? GS_EXACT : GS_LOCAL;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (unbound != NULL && unbound->search && gs_attr_grade(attr, test) != GS_LOCAL)
	{
		sent = sent_for(relation, attnum, test);
		if (sent != NULL)
			grade = gs_attr_grade(attr, test);
	}
	if (path != NULL)
		sent = sent ? psprintf("%s, or %s", path, sent) : path;
	values[0] = CStringGetTextDatum(attr->name);
	values[1] = CStringGetTextDatum(spellings[test]);
	values[2] = sent ? CStringGetTextDatum(sent) : (Datum) 0;
	nulls[2] = sent == NULL;
	values[3] = CStringGetTextDatum(grade_names[grade]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* What is sent for each operator on each column, and how far it is believed. */
Datum
gainsight_fdw_pushdown(PG_FUNCTION_ARGS)
{
	GsRelation *relation = gs_relation_open(PG_GETARG_OID(0));

	gs_materialize(fcinfo);
	for (int i = 1; i <= relation->natts; i++)
		for (int test = 0; relation->atts[i - 1].name != NULL && test < GS_TESTS; test++)
			put_row((ReturnSetInfo *) fcinfo->resultinfo, relation, i, test);
	return (Datum) 0;
}
