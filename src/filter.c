/*
 * filter.c
 *	  From clauses and their values to the conditions of a search.
 *
 * What a clause becomes depends on its values: a null matches nothing, an
 * infinity cannot be said, a pattern is as many conditions as it has literal
 * fragments.  So a clause becomes one of three: nothing can match, everything
 * may (it is not sent), or conditions.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "gainsight_fdw.h"
#include "seen.h"

/* So many values of <> ALL become conditions; more would crowd out the rest. */
#define MAX_NOT_IN 10

typedef enum WhereKind
{
	NOTHING,					/* matches no row */
	EVERYTHING,					/* cannot be said, so it stays local */
	CONDITION,
	ALL_OF,
	ANY_OF
} WhereKind;

typedef struct Where
{
	WhereKind	kind;
	List	   *arms;			/* of ALL_OF and ANY_OF */
	GsCondition condition;
	List	   *values;			/* of a long IN: its values, one JSON text each */
} Where;

typedef struct Builder
{
	const GsRelation *relation;
	const GsOperand *operands;
	GsFilter   *filter;
} Builder;

static Where *
make_where(WhereKind kind)
{
	Where	   *where = palloc0(sizeof(Where));

	where->kind = kind;
	return where;
}

static Where *
combine(WhereKind kind, List *arms)
{
	WhereKind	absorbing = kind == ALL_OF ? NOTHING : EVERYTHING;
	WhereKind	neutral = kind == ALL_OF ? EVERYTHING : NOTHING;
	Where	   *where = make_where(kind);
	ListCell   *cell;

	foreach(cell, arms)
	{
		Where	   *arm = lfirst(cell);

		if (arm->kind == absorbing)
			return arm;
		if (arm->kind == kind)
			where->arms = list_concat(where->arms, arm->arms);
		else if (arm->kind != neutral)
			where->arms = lappend(where->arms, arm);
	}
	if (where->arms == NIL)
		return make_where(neutral);
	return list_length(where->arms) == 1 ? linitial(where->arms) : where;
}

static bool
is_available(const Builder *builder, const char *operator)
{
	const char *list = builder->relation->settings->operators;
	size_t		length = strlen(operator);

	if (list == NULL)
		return true;
	for (const char *at = list; (at = strstr(at, operator)) != NULL; at += length)
	{
		bool		begins = at == list || strchr(", ", at[-1]) != NULL;

		if (begins && (at[length] == '\0' || strchr(", ", at[length]) != NULL))
			return true;
	}
	return false;
}

/* It cannot be said: the rest is done locally. */
static Where *
give_up(Builder *builder)
{
	builder->filter->complete = false;
	return make_where(EVERYTHING);
}

static Where *
condition(Builder *builder, AttrNumber attnum, const char *operator, const char *values)
{
	Where	   *where;

	if (!is_available(builder, operator))
		return give_up(builder);
	where = make_where(CONDITION);
	where->condition.field = gs_to_utf8(builder->relation->atts[attnum - 1].field);
	where->condition.operator = operator;
	where->condition.values = values;
	return where;
}

/* [value] */
static char *
one_value(const char *value)
{
	return psprintf("[%s]", value);
}

/*
 * Values as JSON.
 */

static char *
json_string(const char *value)
{
	StringInfoData out;

	initStringInfo(&out);
	gs_json_append_string(&out, gs_to_utf8(value));
	return out.data;
}

/* A number without the zeros that make no difference, so that equals look alike. */
static char *
json_number(char *shown)
{
	char	   *point = strchr(shown, '.');
	char	   *end = shown + strlen(shown);

	/* NaN and the infinities */
	if (strpbrk(shown, "NI") != NULL)
		return NULL;
	if (point != NULL)
	{
		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			*--end = '\0';
	}
	return strcmp(shown, "-0") == 0 ? "0" : shown;
}

/* A text, number or boolean; NULL for what JSON cannot say. */
static char *
json_value(GsKind kind, Oid type, Datum value)
{
	Oid			function;
	bool		is_varlena;
	char	   *shown;

	getTypeOutputInfo(type, &function, &is_varlena);
	shown = OidOutputFunctionCall(function, value);
	switch (kind)
	{
		case GS_NUMBER:
			return json_number(shown);
		case GS_BOOLEAN:
			return DatumGetBool(value) ? "true" : "false";
		default:
			return json_string(shown);
	}
}

/* A day of the years 1 to 9999 as a JSON string, else NULL. */
static char *
json_day(int64 day)
{
	int			year,
				month,
				mday;

	if (day < date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE ||
		day > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		return NULL;
	j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return psprintf("\"%04d-%02d-%02d\"", year, month, mday);
}

/* A whole second of those years, in UTC. */
static char *
json_second(int64 second)
{
	int64		day = second / SECS_PER_DAY - (second % SECS_PER_DAY < 0 ? 1 : 0);
	int			left = (int) (second - day * SECS_PER_DAY);
	char	   *shown = json_day(day);

	if (shown == NULL)
		return NULL;
	return psprintf("%.11sT%02d:%02d:%02dZ\"", shown, left / 3600, left / 60 % 60, left % 60);
}

/*
 * Text, numbers, booleans.
 */

static bool
is_documented(const GsColumn *column, const char *json)
{
	for (const char *const *value = column->values; *value != NULL; value++)
		if (strcmp(json_string(*value), json) == 0)
			return true;
	return false;
}

static bool
says_empty(GsKind kind, const char *json)
{
	return kind == GS_TEXT && strcmp(json, "\"\"") == 0;
}

static Where *
plain_comparison(Builder *builder, const GsClause *clause, GsKind kind, const char *json)
{
	static const char *const names[] = {
		[GS_EQ] = "EQ", [GS_NE] = "NE", [GS_LT] = "LT", [GS_LE] = "LTE",
		[GS_GT] = "GT", [GS_GE] = "GTE"
	};
	const GsColumn *column = builder->relation->atts[clause->attnum - 1].column;

	if (json == NULL || says_empty(kind, json))
		return give_up(builder);
	if (clause->test == GS_NE && kind == GS_ENUM && !is_documented(column, json))
		return give_up(builder);
	return condition(builder, clause->attnum, names[clause->test], one_value(json));
}

/*
 * Dates and moments.
 */

/* Bounds of what a date field may be, in days; either may be open. */
typedef struct Bounds
{
	bool		has_low;
	bool		has_high;
	int64		low;
	int64		high;
} Bounds;

/*
 * The first and the last day that a value can stand for.  A moment is a day in
 * some time zone, which widens it by two days.
 */
static bool
days_of(Oid type, Datum value, int64 *first, int64 *last)
{
	int64		widening = 0;

	if (type == DATEOID)
	{
		if (DATE_NOT_FINITE(DatumGetDateADT(value)))
			return false;
		*first = *last = DatumGetDateADT(value);
	}
	else
	{
		Timestamp	moment = DatumGetTimestamp(value);

		if (TIMESTAMP_NOT_FINITE(moment))
			return false;
		*first = *last = moment / USECS_PER_DAY - (moment % USECS_PER_DAY < 0 ? 1 : 0);
		widening = 2;
	}
	*first -= widening;
	*last += widening;
	return true;
}

/* The value as a moment, under the session's TimeZone; false if it has none. */
static bool
moment_of(Oid type, Datum value, TimestampTz *moment)
{
	if (type == DATEOID)
	{
		DateADT		day = DatumGetDateADT(value);

		if (DATE_NOT_FINITE(day) || json_day(day) == NULL)
			return false;
		*moment = DatumGetTimestampTz(DirectFunctionCall1(date_timestamptz, value));
		return true;
	}
	if (TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value)))
		return false;
	if (type == TIMESTAMPOID)
	{
		if (json_second(DatumGetTimestamp(value) / USECS_PER_SEC) == NULL)
			return false;
		value = DirectFunctionCall1(timestamp_timestamptz, value);
	}
	*moment = DatumGetTimestampTz(value);
	return true;
}

/* LT d; GTE d; GT d; = and <= as GTE d and LT d+1: a date may be a date-time remotely */
static Where *
day_condition(Builder *builder, const GsClause *clause, int64 first, int64 last)
{
	GsTest		test = clause->test;
	bool		moment = clause->type != DATEOID;
	List	   *arms = NIL;
	char	   *low = json_day(first);
	char	   *high = json_day(test == GS_LT && !moment ? last : last + 1);

	if (json_day(first) == NULL || json_day(last) == NULL)
		return give_up(builder);
	if (test == GS_EQ || test == GS_GE || test == GS_GT)
		arms = lappend(arms, condition(builder, clause->attnum,
									   test == GS_GT && !moment ? "GT" : "GTE", one_value(low)));
	if (test == GS_EQ || test == GS_LT || test == GS_LE)
		arms = lappend(arms, high ? condition(builder, clause->attnum, "LT", one_value(high)) :
					   give_up(builder));
	return combine(ALL_OF, arms);
}

static Where *
moment_condition(Builder *builder, const GsClause *clause, TimestampTz first, TimestampTz last)
{
	GsTest		test = clause->test;
	int64		floor = first / USECS_PER_SEC - (first % USECS_PER_SEC < 0 ? 1 : 0);
	int64		ceiling = last / USECS_PER_SEC + (last % USECS_PER_SEC > 0 ? 1 : 0);
	char	   *low = json_second(floor);
	char	   *high = json_second(ceiling);
	List	   *arms = NIL;

	if (low == NULL || high == NULL)
		return give_up(builder);
	if (test != GS_LT && test != GS_LE)
		arms = lappend(arms, condition(builder, clause->attnum, "GTE", one_value(low)));
	if (test != GS_GT && test != GS_GE)
		arms = lappend(arms, condition(builder, clause->attnum, "LTE", one_value(high)));
	return combine(ALL_OF, arms);
}

/* One value, or the least and the greatest of a list. */
static Where *
time_condition(Builder *builder, const GsClause *clause, GsKind kind,
			   const Datum *values, int count)
{
	GsClause	test = *clause;
	int64		least = PG_INT64_MAX;
	int64		greatest = PG_INT64_MIN;

	for (int i = 0; i < count; i++)
	{
		int64		first = 0;
		int64		last = 0;
		bool		valid = kind == GS_DATE ?
		days_of(clause->type, values[i], &first, &last) :
		moment_of(clause->type, values[i], &first);

		if (!valid)
			return give_up(builder);
		if (kind == GS_DATETIME)
			last = first;
		least = Min(least, first);
		greatest = Max(greatest, last);
	}
	if (test.test == GS_IN)
		test.test = GS_EQ;
	return kind == GS_DATE ? day_condition(builder, &test, least, greatest) :
		moment_condition(builder, &test, least, greatest);
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
			return give_up(builder);
		if (fragment.len == 0 && !(first && !wild))
			continue;
		operator = first ? (wild ? "STARTS_WITH" : "EQ") : (wild ? "CONTAINS" : "ENDS_WITH");
		if (!usable || (fragment.len == 0 && kind == GS_TEXT))
			arms = lappend(arms, give_up(builder));
		else
			arms = lappend(arms, condition(builder, clause->attnum, operator,
										   one_value(json_string(fragment.data))));
	}
	return combine(ALL_OF, arms);
}

static Where *
prefix_condition(Builder *builder, const GsClause *clause, const char *prefix)
{
	if (prefix[0] == '\0' || strchr(prefix, '\\') != NULL)
		return give_up(builder);
	return condition(builder, clause->attnum, "STARTS_WITH", one_value(json_string(prefix)));
}

/*
 * Lists.
 */

/* Distinct values as JSON; NULL if one of them cannot be said. */
static List *
distinct_values(GsKind kind, Oid type, const Datum *values, int count)
{
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);
	List	   *result = NIL;

	for (int i = 0; i < count; i++)
	{
		char	   *json = json_value(kind, type, values[i]);

		if (json == NULL || says_empty(kind, json))
			return NIL;
		if (gs_seen_add(seen, json))
			result = lappend(result, json);
	}
	return result;
}

static char *
join_values(List *values, int from, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = from; i < from + count && i < list_length(values); i++)
		appendStringInfo(&out, "%s%s", i > from ? "," : "", (char *) list_nth(values, i));
	appendStringInfoChar(&out, ']');
	return out.data;
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
	return combine(how, arms);
}

static Where *
in_condition(Builder *builder, const GsClause *clause, GsKind kind,
			 const Datum *values, int count)
{
	List	   *distinct = distinct_values(kind, clause->type, values, count);
	Where	   *where;

	if (distinct == NIL)
		return give_up(builder);
	if (list_length(distinct) == 1 ||
		(!is_available(builder, "IN") && list_length(distinct) <= MAX_NOT_IN))
		return each_value(builder, clause, kind, GS_EQ, ANY_OF, distinct);
	where = condition(builder, clause->attnum, "IN",
					  join_values(distinct, 0, list_length(distinct)));
	if (where->kind == CONDITION &&
		list_length(distinct) > builder->relation->settings->in_list_size)
		where->values = distinct;
	return where;
}

static Where *
not_in_condition(Builder *builder, const GsClause *clause, GsKind kind,
				 const Datum *values, int count)
{
	List	   *distinct = distinct_values(kind, clause->type, values, count);

	if (distinct == NIL || list_length(distinct) > MAX_NOT_IN)
		return give_up(builder);
	return each_value(builder, clause, kind, GS_NE, ALL_OF, distinct);
}

/* The values of an array that are not null. */
static int
array_values(const GsClause *clause, Datum array, Datum **values, bool *has_null)
{
	int16		length;
	bool		by_value;
	char		align;
	bool	   *nulls;
	int			count;
	int			kept = 0;

	get_typlenbyvalalign(clause->type, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(array), clause->type, length, by_value, align,
					  values, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (!nulls[i])
			(*values)[kept++] = (*values)[i];
	*has_null = kept < count;
	return kept;
}

static Where *
list_condition(Builder *builder, const GsClause *clause, GsKind kind, Datum array)
{
	Datum	   *values;
	bool		has_null;
	int			count = array_values(clause, array, &values, &has_null);

	if (clause->test == GS_NOT_IN)
	{
		if (has_null)
			return make_where(NOTHING);
		return count == 0 ? make_where(EVERYTHING) :
			not_in_condition(builder, clause, kind, values, count);
	}
	if (count == 0)
		return make_where(NOTHING);
	if (kind == GS_DATE || kind == GS_DATETIME)
		return time_condition(builder, clause, kind, values, count);
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
		if (is_available(builder, names[i]))
			appendStringInfo(&available, "%s%s", available.len > 0 ? "|" : "", names[i]);
	if (available.len == 0)
		return give_up(builder);
	where = make_where(CONDITION);
	where->condition.field = builder->relation->atts[attnum - 1].field;
	where->condition.operator = available.data;
	where->condition.values = one_value(symbol);
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

	if (test == GS_IN && !is_available(builder, "IN"))
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

	if (test == GS_LIKE)
		return symbolic_pattern(builder, clause->attnum, symbol);
	if (!is_day && kind != GS_DATETIME)
		return condition(builder, clause->attnum, symbolic_operator(builder, test),
						 one_value(symbol));
	if (test != GS_LT && test != GS_LE)
		arms = lappend(arms, condition(builder, clause->attnum,
									   test == GS_GT && is_day ? "GT" : "GTE",
									   psprintf(list ? "[min(%s)]" : "[%s]", symbol)));
	if (test != GS_GT && test != GS_GE)
		arms = lappend(arms, condition(builder, clause->attnum, is_day ? "LT" : "LTE",
									   psprintf(list ? "[max(%s)%s]" : "[%s%s]", symbol,
												is_day && test != GS_LT ? " + 1" : "")));
	return combine(ALL_OF, arms);
}

static Where *
build_test(Builder *builder, const GsClause *clause)
{
	const GsAttr *attr = &builder->relation->atts[clause->attnum - 1];
	const GsOperand *operand;
	GsKind		kind;

	/* the options may have changed since the plan was made */
	if (!gs_attr_kind(attr, &kind))
		return give_up(builder);
	if (clause->operand < 0)
		return condition(builder, clause->attnum,
						 clause->test == GS_IS_NULL ? "IS_NULL" : "IS_NOT_NULL", "[]");
	operand = &builder->operands[clause->operand];
	if (operand->symbol != NULL)
		return symbolic_condition(builder, clause, kind, operand->symbol);
	if (operand->isnull)
		return make_where(NOTHING);
	switch (clause->test)
	{
		case GS_IN:
		case GS_NOT_IN:
			return list_condition(builder, clause, kind, operand->value);
		case GS_LIKE:
			return like_condition(builder, clause, kind, TextDatumGetCString(operand->value));
		case GS_PREFIX:
			return prefix_condition(builder, clause, TextDatumGetCString(operand->value));
		default:
			if (kind == GS_DATE || kind == GS_DATETIME)
				return time_condition(builder, clause, kind, &operand->value, 1);
			return plain_comparison(builder, clause, kind,
									json_value(kind, clause->type, operand->value));
	}
}

static Where *
build_clause(Builder *builder, const GsClause *clause)
{
	List	   *arms = NIL;
	ListCell   *cell;

	if (clause->kind == GS_TEST)
		return build_test(builder, clause);
	foreach(cell, clause->arms)
		arms = lappend(arms, build_clause(builder, lfirst(cell)));
	return combine(clause->kind == GS_AND ? ALL_OF : ANY_OF, arms);
}

/*
 * Conditions and expression.
 */

static int
count_conditions(const Where *where)
{
	int			count = 0;
	ListCell   *cell;

	if (where->kind == CONDITION)
		return 1;
	foreach(cell, where->arms)
		count += count_conditions(lfirst(cell));
	return count;
}

/* Does it hold a list that has to be cut, which only a whole arm can be? */
static bool
has_long_list(const Where *where)
{
	ListCell   *cell;

	if (where->values != NIL)
		return true;
	foreach(cell, where->arms)
		if (has_long_list(lfirst(cell)))
			return true;
	return false;
}

static void
emit(GsFilter *filter, const Where *where, StringInfo expression)
{
	ListCell   *cell;
	const char *between = where->kind == ALL_OF ? " AND " : " OR ";

	if (where->kind == CONDITION)
	{
		appendStringInfoChar(expression, 'A' + filter->nconditions);
		filter->conditions[filter->nconditions++] = where->condition;
		return;
	}
	appendStringInfoChar(expression, '(');
	foreach(cell, where->arms)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(expression, between);
		emit(filter, lfirst(cell), expression);
	}
	appendStringInfoChar(expression, ')');
}

/* The values of a long list in pieces that one condition each can hold. */
static void
cut_list(GsFilter *filter, List *values, int size)
{
	int			count = (list_length(values) + size - 1) / size;

	filter->cut = filter->nconditions;
	filter->pieces = palloc(sizeof(char *) * count);
	for (filter->npieces = 0; filter->npieces < count; filter->npieces++)
		filter->pieces[filter->npieces] = join_values(values, filter->npieces * size, size);
}

/* An arm of the whole, if it fits. */
static void
emit_arm(Builder *builder, const Where *arm, StringInfo expression)
{
	GsFilter   *filter = builder->filter;
	bool		cut = arm->values != NIL && filter->npieces == 0;

	if (filter->nconditions + count_conditions(arm) > GS_MAX_CONDITIONS ||
		(!cut && has_long_list(arm)))
	{
		filter->complete = false;
		return;
	}
	if (cut)
		cut_list(filter, arm->values, builder->relation->settings->in_list_size);
	if (filter->nconditions > 0)
		appendStringInfoString(expression, " AND ");
	emit(filter, arm, expression);
}

/* A filter of one OR needs no parentheses around it. */
static char *
without_outer_parentheses(const Where *whole, char *expression)
{
	if (whole->kind != ANY_OF || expression[0] != '(')
		return expression;
	return pnstrdup(expression + 1, strlen(expression) - 2);
}

void
gs_filter_build(const GsRelation *relation, List *clauses, const GsOperand *operands,
				GsFilter *filter)
{
	Builder		builder = {relation, operands, filter};
	StringInfoData expression;
	List	   *arms = NIL;
	ListCell   *cell;
	Where	   *whole;

	memset(filter, 0, sizeof(*filter));
	filter->complete = true;
	initStringInfo(&expression);
	foreach(cell, clauses)
		arms = lappend(arms, build_clause(&builder, lfirst(cell)));
	whole = combine(ALL_OF, arms);
	if (whole->kind == NOTHING)
		filter->nothing = true;
	else if (whole->kind == ALL_OF)
		foreach(cell, whole->arms)
			emit_arm(&builder, lfirst(cell), &expression);
	else if (whole->kind != EVERYTHING)
		emit_arm(&builder, whole, &expression);
	filter->expression = without_outer_parentheses(whole, expression.data);
}

/*
 * Keys of a path.
 */

void
gs_filter_keys(const GsClause *clause, const GsOperand *operands, GsKeys *keys)
{
	const GsOperand *operand = &operands[clause->operand];
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);
	Datum		single = operand->value;
	Datum	   *values = &single;
	int			count = 1;
	bool		has_null;

	keys->count = 0;
	keys->values = NULL;
	if (operand->isnull)
		return;
	if (clause->test == GS_IN)
		count = array_values(clause, operand->value, &values, &has_null);
	keys->values = palloc(sizeof(char *) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		const char *key = gs_to_utf8(TextDatumGetCString(values[i]));

		if (gs_api_sendable(key) && gs_seen_add(seen, key))
			keys->values[keys->count++] = key;
	}
}
