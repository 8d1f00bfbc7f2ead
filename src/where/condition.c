/*
 * condition.c
 *	  One test with its values, as conditions of a search.
 *
 * A condition may be wider than the test, never narrower: what a tenant could
 * take otherwise than SQL does is bounded, widened, or not said at all.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "filter.h"
#include "gainsight/gainsight.h"

/* So many values become conditions of their own; more would crowd out the rest. */
#define MAX_ALONE 10

/* NULL for bytes that are no UTF-8. */
static const char *
json_text(const char *text)
{
	const char *utf8 = gs_try_to_utf8(text);

	return utf8 ? gs_json_quoted(utf8) : NULL;
}

/* A text, number or boolean; NULL for what JSON cannot say. */
static const char *
json_value(GsKind kind, Oid type, Datum value)
{
	if (kind == GS_NUMBER)
	{
		const char *number = gs_value_number(type, value);

		return number ? gs_number_plain(number) : NULL;
	}
	if (kind == GS_BOOLEAN)
		return DatumGetBool(value) ? "true" : "false";
	return json_text(gs_value_shown(type, value));
}

/*
 * Text, numbers, booleans.
 */

static bool
is_documented(const GsColumn *column, const char *json)
{
	for (const char *const *value = column->values; *value != NULL; value++)
		if (strcmp(gs_value_text(*value), json) == 0)
			return true;
	return false;
}

static bool
says_empty(GsKind kind, const char *json)
{
	return kind == GS_TEXT && strcmp(json, "\"\"") == 0;
}

/*
 * What a tenant may take for another number, as bounds; with several, the least
 * and the greatest of them count.
 */
static Where *
number_bounds(Builder *builder, const GsClause *clause, const char *least, const char *greatest)
{
	GsTest		test = clause->test;
	const char *low = gs_number_bound(least, false);
	const char *high = gs_number_bound(greatest, true);
	List	   *arms = NIL;

	builder->filter->complete = false;
	if (test != GS_LT && test != GS_LE && low != NULL)
		arms = lappend(arms, gs_where_one(builder, clause->attnum, "GTE", low));
	if (test != GS_GT && test != GS_GE && high != NULL)
		arms = lappend(arms, gs_where_one(builder, clause->attnum, "LTE", high));
	return gs_where_combine(ALL_OF, arms);
}

static Where *
plain_comparison(Builder *builder, const GsClause *clause, GsKind kind, const char *json)
{
	static const char *const names[] = {
		[GS_EQ] = "EQ", [GS_NE] = "NE", [GS_LT] = "LT", [GS_LE] = "LTE",
		[GS_GT] = "GT", [GS_GE] = "GTE"
	};
	const GsColumn *column = builder->relation->atts[clause->attnum - 1].column;

	/* of texts that are no UTF-8 the tenant has none */
	if (json == NULL && clause->test == GS_EQ && kind != GS_NUMBER)
		return gs_where(NOTHING);
	if (json == NULL || says_empty(kind, json))
		return gs_where_give_up(builder);
	if (clause->test == GS_NE && kind == GS_ENUM && !is_documented(column, json))
		return gs_where_give_up(builder);
	if (kind == GS_NUMBER && !gs_number_is_sure(json))
		return clause->test == GS_NE ? gs_where_give_up(builder) :
			number_bounds(builder, clause, json, json);
	return gs_where_one(builder, clause->attnum, names[clause->test], json);
}

/*
 * Patterns.
 */

/*
 * Take the next literal fragment of a LIKE pattern.  wild tells whether a
 * wildcard followed it; usable whether the tenant can be asked for it.  False
 * if the pattern is broken.
 */
static bool
take_fragment(const char **at, StringInfo fragment, bool *wild, bool *usable)
{
	resetStringInfo(fragment);
	*usable = true;
	*wild = false;
	for (; **at != '\0'; (*at)++)
	{
		if (**at == '%' || **at == '_')
		{
			*wild = true;
			(*at)++;
			return true;
		}
		if (**at == '\\')
		{
			(*at)++;
			if (**at == '\0')
				return false;
			if (**at == '\\')
				*usable = false;
		}
		appendStringInfoChar(fragment, **at);
	}
	return true;
}

/* What is no text, but a part of one, cannot be said. */
static Where *
fragment_condition(Builder *builder, AttrNumber attnum, const char *operator, const char *fragment)
{
	const char *json = json_text(fragment);

	return json == NULL ? gs_where_give_up(builder) :
		gs_where_one(builder, attnum, operator, json);
}

static Where *
like_condition(Builder *builder, const GsClause *clause, GsKind kind, const char *pattern)
{
	List	   *arms = NIL;
	StringInfoData fragment;
	bool		wild = true;
	bool		usable;
	bool		first = true;

	initStringInfo(&fragment);
	for (; wild; first = false)
	{
		const char *operator;

		if (!take_fragment(&pattern, &fragment, &wild, &usable))
			return gs_where_give_up(builder);
		if (fragment.len == 0 && !(first && !wild))
			continue;
		operator = first ? (wild ? "STARTS_WITH" : "EQ") : (wild ? "CONTAINS" : "ENDS_WITH");
		if (!usable || (fragment.len == 0 && kind == GS_TEXT))
			arms = lappend(arms, gs_where_give_up(builder));
		else
			arms = lappend(arms, fragment_condition(builder, clause->attnum, operator,
													fragment.data));
	}
	return gs_where_combine(ALL_OF, arms);
}

static Where *
prefix_condition(Builder *builder, const GsClause *clause, const char *prefix)
{
	if (prefix[0] == '\0' || strchr(prefix, '\\') != NULL)
		return gs_where_give_up(builder);
	return fragment_condition(builder, clause->attnum, "STARTS_WITH", prefix);
}

/*
 * Lists.
 */

/*
 * Distinct values as JSON, without those that JSON cannot say, which no record
 * equals: NaN, infinities, bytes that are no UTF-8.  NIL if none is left, or one
 * of them cannot be sent.
 */
static List *
distinct_values(GsKind kind, Oid type, const Datum *values, int count)
{
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);
	List	   *result = NIL;

	for (int i = 0; i < count; i++)
	{
		const char *json = json_value(kind, type, values[i]);

		if (json == NULL)
			continue;
		if (says_empty(kind, json))
			return NIL;
		if (gs_seen_add(seen, json))
			result = lappend(result, (void *) json);
	}
	return result;
}

static Where *
each_value(Builder *builder, const GsClause *clause, GsKind kind, GsTest test,
		   WhereKind how, List *values)
{
	GsClause	single = *clause;
	List	   *arms = NIL;
	ListCell   *cell;

	single.test = test;
	foreach(cell, values)
		arms = lappend(arms, plain_comparison(builder, &single, kind, lfirst(cell)));
	return gs_where_combine(how, arms);
}

static bool
all_sure(List *numbers)
{
	ListCell   *cell;

	foreach(cell, numbers)
		if (!gs_number_is_sure(lfirst(cell)))
			return false;
	return true;
}

/* Of numbers that are not all sure: a few by themselves, else all that is between. */
static Where *
unsure_numbers(Builder *builder, const GsClause *clause, List *numbers)
{
	const char *least = linitial(numbers);
	const char *greatest = least;
	ListCell   *cell;

	if (list_length(numbers) <= MAX_ALONE)
		return each_value(builder, clause, GS_NUMBER, GS_EQ, ANY_OF, numbers);
	foreach(cell, numbers)
	{
		if (gs_number_compare(lfirst(cell), least) < 0)
			least = lfirst(cell);
		if (gs_number_compare(lfirst(cell), greatest) > 0)
			greatest = lfirst(cell);
	}
	return number_bounds(builder, clause, least, greatest);
}

static Where *
in_condition(Builder *builder, const GsClause *clause, GsKind kind,
			 const Datum *values, int count)
{
	List	   *distinct = distinct_values(kind, clause->type, values, count);
	Where	   *where;

	if (distinct == NIL)
		return gs_where_give_up(builder);
	if (kind == GS_NUMBER && !all_sure(distinct))
		return unsure_numbers(builder, clause, distinct);
	if (list_length(distinct) == 1 ||
		(!gs_operator_available(builder->relation->settings, "IN") && list_length(distinct) <= MAX_ALONE))
		return each_value(builder, clause, kind, GS_EQ, ANY_OF, distinct);
	where = gs_where_condition(builder, clause->attnum, "IN",
							   gs_join_values(distinct, 0, list_length(distinct)));
	if (where->kind == CONDITION)
	{
		where->values = distinct;
		where->is_long = list_length(distinct) > builder->relation->settings->in_list_size;
	}
	return where;
}

static Where *
not_in_condition(Builder *builder, const GsClause *clause, GsKind kind,
				 const Datum *values, int count)
{
	List	   *distinct = distinct_values(kind, clause->type, values, count);

	if (distinct == NIL || list_length(distinct) > MAX_ALONE)
		return gs_where_give_up(builder);
	return each_value(builder, clause, kind, GS_NE, ALL_OF, distinct);
}

static Where *
list_condition(Builder *builder, const GsClause *clause, GsKind kind, Datum array)
{
	Datum	   *values;
	bool		has_null;
	int			count = gs_array_values(clause, array, &values, &has_null);

	if (clause->test == GS_NOT_IN)
	{
		if (has_null)
			return gs_where(NOTHING);
		return count == 0 ? gs_where(EVERYTHING) :
			not_in_condition(builder, clause, kind, values, count);
	}
	if (count == 0)
		return gs_where(NOTHING);
	if (clause->near.reading != GS_AS_IT_IS)
		return gs_where_near(builder, clause, kind, values, count);
	if (kind == GS_DATE || kind == GS_DATETIME)
		return gs_where_time(builder, clause, kind, values, count);
	return in_condition(builder, clause, kind, values, count);
}

/*
 * What EXPLAIN shows for a value that is not known yet.
 */

/* A pattern is as many of these as it has fragments. */
static Where *
symbolic_pattern(Builder *builder, AttrNumber attnum, const char *symbol)
{
	static const char *const names[] = {"STARTS_WITH", "CONTAINS", "ENDS_WITH"};
	StringInfoData available;
	Where	   *where;

	initStringInfo(&available);
	for (int i = 0; i < (int) lengthof(names); i++)
		if (gs_operator_available(builder->relation->settings, names[i]))
			appendStringInfo(&available, "%s%s", available.len > 0 ? "|" : "", names[i]);
	if (available.len == 0)
		return gs_where_give_up(builder);
	where = gs_where(CONDITION);
	where->condition.field = gs_to_utf8(builder->relation->atts[attnum - 1].field);
	where->condition.operator = available.data;
	where->condition.values = psprintf("[%s]", symbol);
	return where;
}

static const char *
symbolic_operator(const Builder *builder, GsTest test)
{
	static const char *const names[] = {
		[GS_EQ] = "EQ", [GS_NE] = "NE", [GS_LT] = "LT", [GS_LE] = "LTE",
		[GS_GT] = "GT", [GS_GE] = "GTE", [GS_IN] = "IN", [GS_NOT_IN] = "NE",
		[GS_PREFIX] = "STARTS_WITH"
	};

	if (test == GS_IN && !gs_operator_available(builder->relation->settings, "IN"))
		return "EQ";
	return names[test];
}

static Where *
symbolic_condition(Builder *builder, const GsClause *clause, GsKind kind, const char *symbol)
{
	bool		is_day = kind == GS_DATE;
	bool		list = clause->test == GS_IN;
	GsTest		test = clause->test;
	List	   *arms = NIL;

	if (clause->near.reading != GS_AS_IT_IS)
		symbol = psprintf("about %s", symbol);
	if (test == GS_LIKE)
		return symbolic_pattern(builder, clause->attnum, symbol);
	if (!is_day && kind != GS_DATETIME)
		return gs_where_one(builder, clause->attnum, symbolic_operator(builder, test),
							symbol);
	if (test != GS_LT && test != GS_LE)
		arms = lappend(arms, gs_where_condition(builder, clause->attnum,
												test == GS_GT && is_day ? "GT" : "GTE",
												psprintf(list ? "[min(%s)]" : "[%s]", symbol)));
	if (test != GS_GT && test != GS_GE)
		arms = lappend(arms, gs_where_condition(builder, clause->attnum, is_day ? "LT" : "LTE",
												psprintf(list ? "[max(%s)%s]" : "[%s%s]", symbol,
														 is_day && test != GS_LT ? " + 1" : "")));
	return gs_where_combine(ALL_OF, arms);
}

/* What is true or not whatever the row: EXPLAIN may not know which yet. */
static Where *
fixed_condition(const GsOperand *operand)
{
	Where	   *where;

	if (operand->symbol == NULL)
		return gs_where(!operand->isnull && DatumGetBool(operand->value) ? EVERYTHING : NOTHING);
	where = gs_where(CONDITION);
	where->condition.field = operand->symbol;
	where->condition.operator = "decided";
	where->condition.values = "at start";
	return where;
}

Where *
gs_where_test(Builder *builder, const GsClause *clause)
{
	const GsAttr *attr = &builder->relation->atts[clause->attnum - 1];
	GsClause	test = *clause;
	const GsOperand *operand;
	GsKind		kind;

	if (test.test == GS_HOLDS)
		return fixed_condition(&builder->operands[test.operand]);

	/* the options may have changed since the plan was made */
	if (!gs_attr_kind(attr, &kind))
		return gs_where_give_up(builder);
	if (test.operand < 0)
		return gs_where_condition(builder, test.attnum,
								  test.test == GS_IS_NULL ? "IS_NULL" : "IS_NOT_NULL", "[]");
	test.test = gs_attr_widen(attr, test.test);
	operand = &builder->operands[test.operand];
	if (operand->symbol != NULL)
		return symbolic_condition(builder, &test, kind, operand->symbol);
	if (operand->isnull)
		return gs_where(NOTHING);
	switch (test.test)
	{
		case GS_IN:
		case GS_NOT_IN:
			return list_condition(builder, &test, kind, operand->value);
		case GS_LIKE:
			return like_condition(builder, &test, kind, TextDatumGetCString(operand->value));
		case GS_PREFIX:
			return prefix_condition(builder, &test, TextDatumGetCString(operand->value));
		default:
			if (test.near.reading != GS_AS_IT_IS)
				return gs_where_near(builder, &test, kind, &operand->value, 1);
			if (kind == GS_DATE || kind == GS_DATETIME)
				return gs_where_time(builder, &test, kind, &operand->value, 1);
			return plain_comparison(builder, &test, kind,
									json_value(kind, test.type, operand->value));
	}
}
