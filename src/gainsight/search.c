/*
 * search.c
 *	  What a search asks for, and which of its records are the resource's.
 *
 * One object may hold the records of several resources.  Those of one are asked
 * for where a tenant is known to understand it, and chosen here in any case.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "search.h"

static bool
is_selected(const GsSearch *search, const char *field)
{
	for (int i = 0; i < search->nselect; i++)
		if (pg_strcasecmp(search->select[i], field) == 0)
			return true;
	return false;
}

/* A condition on the field says more than that there is a value. */
static bool
is_asked(const GsSearch *search, const char *field)
{
	for (int i = 0; i < search->nconditions; i++)
		if (pg_strcasecmp(search->conditions[i].field, field) == 0)
			return true;
	return false;
}

/* A copy of an array with room for one more.  An empty one may be nowhere, where memcpy must not look. */
static void *
copy_with_room(const void *array, int count, size_t size)
{
	void	   *copy = palloc(size * (count + 1));

	if (count > 0)
		memcpy(copy, array, size * count);
	return copy;
}

void
gs_search_select(GsSearch *search, const char *field)
{
	const char **select;

	if (is_selected(search, field))
		return;
	select = copy_with_room(search->select, search->nselect, sizeof(char *));
	select[search->nselect++] = field;
	search->select = select;
}

/* One more condition, which no OR may be beside. */
static void
ask_for_field(GsSearch *search, const char *field)
{
	GsCondition *conditions = copy_with_room(search->conditions, search->nconditions,
											 sizeof(GsCondition));
	const char *letter = psprintf("%c", 'A' + search->nconditions);

	conditions[search->nconditions] = (GsCondition) {field, "IS_NOT_NULL", "[]"};
	search->expression = search->nconditions == 0 ? letter :
		psprintf("%s AND %s", search->expression, letter);
	search->conditions = conditions;
	search->nconditions++;
}

const GsSearch *
gs_search_complete(const GsResource *resource, const GsSearch *search)
{
	GsSearch   *result;

	if (resource->nchoices == 0 || search->nselect == 0)
		return search;
	result = palloc(sizeof(GsSearch));
	*result = *search;
	for (int i = 0; i < resource->nchoices; i++)
	{
		const GsChoice *choice = &resource->choices[i];

		gs_search_select(result, choice->field);
		if (choice->asked && !search->unasked && !is_asked(result, choice->field) &&
			result->nconditions < GS_MAX_CONDITIONS &&
			(result->nconditions == 0 || strstr(result->expression, " OR ") == NULL))
			ask_for_field(result, choice->field);
	}
	return result;
}

bool
gs_search_holds(const GsResource *resource, const char *category, const GsJson *record)
{
	for (int i = 0; i < resource->nchoices; i++)
	{
		const GsChoice *choice = &resource->choices[i];
		const GsJson *node = gs_json_get(record, choice->field);
		const char *text = gs_json_text(node);
		const char *wanted = choice->category ? category : choice->json;

		/* booleans may come as texts */
		if (text == NULL || text[0] == '\0' ||
			(wanted != NULL && pg_strcasecmp(text, wanted) != 0))
			return false;
	}
	return true;
}

static void
append_member(StringInfo out, const char *key, const char *value)
{
	appendStringInfo(out, "\"%s\":", key);
	gs_json_append_string(out, value);
}

static void
append_where(StringInfo out, const GsSearch *search)
{
	appendStringInfoString(out, "\"where\":{\"conditions\":[");
	for (int i = 0; i < search->nconditions; i++)
	{
		const GsCondition *condition = &search->conditions[i];

		appendStringInfoString(out, i == 0 ? "{" : ",{");
		append_member(out, "name", condition->field);
		appendStringInfo(out, ",\"alias\":\"%c\",\"value\":%s,", 'A' + i, condition->values);
		append_member(out, "operator", condition->operator);
		appendStringInfoChar(out, '}');
	}
	appendStringInfoString(out, "],");
	append_member(out, "expression", search->expression);
	appendStringInfoString(out, "},");
}

/* By one field: how a tenant takes two of an object, which has no order itself, is not known. */
static void
append_order(StringInfo out, const GsResource *resource, const GsOrder *order)
{
	appendStringInfoString(out, "\"orderBy\":{");
	append_member(out, order ? order->field : gs_model_flagged(resource, GS_KEY)->field,
				  order && order->descending ? "desc" : "asc");
	appendStringInfoString(out, "},");
}

char *
gs_search_body(const GsResource *resource, const GsSearch *search, int limit, int64 offset)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (int i = 0; i < search->nselect; i++)
	{
		appendStringInfoString(&out, i == 0 ? "\"select\":[" : ",");
		gs_json_append_string(&out, search->select[i]);
	}
	if (search->nselect > 0)
		appendStringInfoString(&out, "],");
	if (search->nconditions > 0)
		append_where(&out, search);
	if (resource->dialect->ordered)
		append_order(&out, resource, search->order);
	appendStringInfo(&out, "\"limit\":%d,\"offset\":" INT64_FORMAT "}", limit, offset);
	return out.data;
}

const GsJson *
gs_record_member(const GsJson *record, const char *field)
{
	const GsJson *flat = gs_json_get(record, field);
	const char *dot = strrchr(field, '.');

	if (flat != NULL || dot == NULL)
		return flat;
	return gs_json_get(gs_json_get(record, pnstrdup(field, dot - field)), dot + 1);
}

/*
 * Orders.
 */

void
gs_search_fail_order(const GsTenant *tenant, const GsResource *resource, const char *why)
{
	gs_record_fail(tenant, ERRCODE_FDW_REPLY_HANDLE,
				   psprintf(_("Gainsight gave records of %s in another order than it was asked for"),
							resource->name),
				   why, _("Set the server option trust_order 'false'."));
}

void
gs_search_check_order(const GsTenant *tenant, const GsResource *resource, const GsOrder *order,
					  const GsRecords *records)
{
	int64		before = order->descending ? PG_INT64_MAX : PG_INT64_MIN;
	int			number = 0;

	for (const GsJson *record = records->first; record != NULL; record = gs_envelope_next(records, record))
	{
		int64		rank;

		number++;
		if (!order->read(gs_record_member(record, order->field), &rank))
			gs_search_fail_order(tenant, resource,
								 psprintf(_("record %d of the page has no %s that it could be ordered by."),
										  number, order->field));
		if (order->descending ? rank > before : rank < before)
			gs_search_fail_order(tenant, resource,
								 psprintf(order->descending ?
										  _("record %d of the page has a later %s than the one before it.") :
										  _("record %d of the page has an earlier %s than the one before it."),
										  number, order->field));
		before = rank;
	}
}

/*
 * Keys.
 */

const char *
gs_record_find_key(const char *key_field, const GsJson *record)
{
	const GsJson *node = gs_json_get(record, key_field);
	const char *key = gs_json_kind(node) == GS_JSON_STRING ? gs_json_identity(node) : NULL;

	return key != NULL && key[0] != '\0' ? key : NULL;
}

void
gs_record_fail(const GsTenant *tenant, int sqlstate, const char *message, const char *aside,
			   const char *hint)
{
	GsFailure	failure = {
		.sqlstate = sqlstate, .message = message, .server = tenant->server,
		.table = tenant->table, .aside = aside, .hint = hint
	};

	gs_fail(&failure);
}

void
gs_record_require_key(const GsTenant *tenant, const GsResource *resource, const char *key)
{
	if (key == NULL)
		gs_record_fail(tenant, ERRCODE_FDW_REPLY_HANDLE,
					   psprintf(_("Gainsight gave a %s without a %s"), resource->label,
								gs_model_flagged(resource, GS_KEY)->field),
					   _("without it a record cannot be told from others."), NULL);
}

const char *
gs_record_key(const GsTenant *tenant, const GsResource *resource, const GsJson *record)
{
	const char *key = gs_record_find_key(gs_model_flagged(resource, GS_KEY)->field, record);

	gs_record_require_key(tenant, resource, key);
	return key;
}
