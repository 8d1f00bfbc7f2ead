/*
 * filter.c
 *	  From clauses and their values to the conditions of a search.
 *
 * What a clause becomes depends on its values: a null matches nothing, an
 * infinity cannot be said, a pattern is as many conditions as it has literal
 * fragments.  So a clause becomes one of three: nothing can match, everything
 * may (it is not sent), or conditions.  This file puts them together, and
 * leaves out what does not fit; condition.c makes them.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "filter.h"
#include "gainsight/gainsight.h"

static Where *
build_clause(Builder *builder, const GsClause *clause)
{
	List	   *arms = NIL;
	ListCell   *cell;

	if (clause->kind == GS_TEST)
		return gs_where_test(builder, clause);
	foreach(cell, clause->arms)
		arms = lappend(arms, build_clause(builder, lfirst(cell)));
	return gs_where_combine(clause->kind == GS_AND ? ALL_OF : ANY_OF, arms);
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

	if (where->is_long)
		return true;
	foreach(cell, where->arms)
		if (has_long_list(lfirst(cell)))
			return true;
	return false;
}

static void
emit_where(GsFilter *filter, const Where *where, StringInfo expression)
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
		emit_where(filter, lfirst(cell), expression);
	}
	appendStringInfoChar(expression, ')');
}

static int
count_pieces(const Builder *builder, List *values)
{
	int			size = builder->relation->settings->in_list_size;

	return (list_length(values) + size - 1) / size;
}

/* The values of a long list in pieces that one condition each can hold. */
static void
cut_list(Builder *builder, List *values)
{
	GsFilter   *filter = builder->filter;
	int			size = builder->relation->settings->in_list_size;
	int			count = count_pieces(builder, values);

	filter->cut = filter->nconditions;
	filter->pieces = palloc(sizeof(char *) * count);
	for (filter->npieces = 0; filter->npieces < count; filter->npieces++)
		filter->pieces[filter->npieces] = gs_join_values(values, filter->npieces * size, size);
}

/*
 * An OR of which each arm has the same field equal to something, as a row-wise
 * IN has, implies that the field is one of these.
 */

static const Where *
equality_of(const Where *where, const char *field)
{
	const Where *found = NULL;
	ListCell   *cell;

	if (where->kind == CONDITION && where->values != NIL &&
		strcmp(where->condition.field, field) == 0)
		return where;
	if (where->kind == ALL_OF)
		foreach(cell, where->arms)
			if (found == NULL)
				found = equality_of(lfirst(cell), field);
	return found;
}

/* Each value once; NIL if an arm has none. */
static List *
values_of_all(const Where *whole, const char *field)
{
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);
	List	   *values = NIL;
	ListCell   *cell;
	ListCell   *value;

	foreach(cell, whole->arms)
	{
		const Where *equality = equality_of(lfirst(cell), field);

		if (equality == NULL)
			return NIL;
		foreach(value, equality->values)
			if (gs_seen_add(seen, lfirst(value)))
				values = lappend(values, lfirst(value));
	}
	return values;
}

/* The list that an OR implies, of the first field that will do; else the OR itself. */
static const Where *
implied_list(Builder *builder, const Where *whole)
{
	const Where *first = linitial(whole->arms);
	int			size = builder->relation->settings->in_list_size;
	List	   *candidates = first->kind == ALL_OF ? first->arms : list_make1((void *) first);
	ListCell   *cell;

	foreach(cell, gs_operator_available(builder->relation->settings, "IN") ? candidates : NIL)
	{
		const Where *candidate = lfirst(cell);
		List	   *values = candidate->kind == CONDITION ?
			values_of_all(whole, candidate->condition.field) : NIL;
		Where	   *list;

		if (list_length(values) < 2)
			continue;
		list = gs_where(CONDITION);
		list->condition.field = candidate->condition.field;
		list->condition.operator = "IN";
		list->condition.values = gs_join_values(values, 0, list_length(values));
		list->values = values;
		list->is_long = list_length(values) > size;
		return list;
	}
	return whole;
}

/* Would it take parentheses, where the tenant has none? */
static bool
is_nested(const Builder *builder, const Where *arm)
{
	ListCell   *cell;

	if (!builder->relation->settings->flat || arm->kind != ANY_OF)
		return false;
	foreach(cell, arm->arms)
		if (((const Where *) lfirst(cell))->kind != CONDITION)
			return true;
	return builder->several;
}

/*
 * A tenant may drop a condition on a field that it does not know, and who knows
 * whether it knows a looked-up one.  That leaves more rows below an AND, and fewer
 * below an OR, unless all of it goes.
 */

static bool
may_be_dropped(const Where *where)
{
	ListCell   *cell;

	if (where->kind == CONDITION)
		return gs_model_is_looked_up(where->condition.field);
	foreach(cell, where->arms)
		if (!may_be_dropped(lfirst(cell)))
			return false;
	return true;
}

/* The one field that all of it is about, or NULL. */
static const char *
only_field(const Where *where)
{
	const char *field = where->kind == CONDITION ? where->condition.field : NULL;
	ListCell   *cell;

	foreach(cell, where->arms)
	{
		const char *other = only_field(lfirst(cell));

		if (other == NULL || (field != NULL && strcmp(field, other) != 0))
			return NULL;
		field = other;
	}
	return field;
}

static bool
may_lose_an_arm(const Where *where)
{
	bool		dropped = false;
	ListCell   *cell;

	foreach(cell, where->arms)
	{
		if (may_lose_an_arm(lfirst(cell)))
			return true;
		dropped = dropped || may_be_dropped(lfirst(cell));
	}
	return where->kind == ANY_OF && dropped && only_field(where) == NULL;
}

/* Does it fit, but for a list that is cut? */
static bool
fits(const Builder *builder, const Where *arm, bool cut)
{
	return builder->filter->nconditions + count_conditions(arm) <= GS_MAX_CONDITIONS &&
		(cut || !has_long_list(arm)) && !is_nested(builder, arm) && !may_lose_an_arm(arm);
}

/* An arm of the whole, if it fits, or what it implies does. */
static void
emit_arm(Builder *builder, const Where *arm, StringInfo expression)
{
	GsFilter   *filter = builder->filter;
	bool		cut;

	if (arm->kind == ANY_OF && !fits(builder, arm, false))
	{
		filter->complete = false;
		arm = implied_list(builder, arm);
	}
	cut = arm->is_long && filter->npieces == 0;
	if (cut && count_pieces(builder, arm->values) > builder->most_pieces)
	{
		/* behind other conditions, those are still asked by */
		filter->unlisted |= filter->nconditions == 0;
		cut = false;
	}
	if (!fits(builder, arm, cut))
	{
		filter->complete = false;
		return;
	}
	if (cut)
		cut_list(builder, arm->values);
	if (filter->nconditions > 0)
		appendStringInfoString(expression, " AND ");
	emit_where(filter, arm, expression);
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
				int most_pieces, GsFilter *filter)
{
	Builder		builder = {relation, operands, filter, most_pieces, false};
	StringInfoData expression;
	List	   *arms = NIL;
	ListCell   *cell;
	Where	   *whole;

	memset(filter, 0, sizeof(*filter));
	filter->complete = true;
	initStringInfo(&expression);
	foreach(cell, clauses)
		arms = lappend(arms, build_clause(&builder, lfirst(cell)));
	whole = gs_where_combine(ALL_OF, arms);
	if (whole->kind == NOTHING)
		filter->nothing = true;
	builder.several = whole->kind == ALL_OF;
	if (whole->kind == ALL_OF)
		foreach(cell, whole->arms)
			emit_arm(&builder, lfirst(cell), &expression);
	else if (whole->kind == CONDITION || whole->kind == ANY_OF)
		emit_arm(&builder, whole, &expression);
	filter->expression = without_outer_parentheses(whole, expression.data);
}

/*
 * How many rows it leaves.
 */

/* The search of one of a filter's pieces. */
typedef struct Piece
{
	const char *key;
	GsCondition conditions[GS_MAX_CONDITIONS];
	GsSearch	search;			/* of these */
} Piece;

static const GsSearch *
search_piece(const GsRelation *relation, const GsFilter *filter, int n, Piece *piece)
{
	piece->key = gs_model_flagged(relation->resource, GS_KEY)->field;
	memcpy(piece->conditions, filter->conditions, sizeof(filter->conditions));
	if (filter->npieces > 0)
		piece->conditions[filter->cut].values = filter->pieces[n];
	memset(&piece->search, 0, sizeof(GsSearch));
	piece->search.select = &piece->key;
	piece->search.nselect = 1;
	piece->search.conditions = piece->conditions;
	piece->search.nconditions = filter->nconditions;
	piece->search.expression = filter->expression;
	return &piece->search;
}

bool
gs_filter_ask_total(const GsRelation *relation, const GsFilter *filter, int64 *total)
{
	Piece		piece;
	int64		rows;

	*total = 0;
	for (int i = 0; i < Max(1, filter->npieces); i++)
	{
		if (!gs_total_ask(&relation->settings->tenant, relation->resource,
						  search_piece(relation, filter, i, &piece), &rows))
			return false;
		*total += rows;
	}
	return true;
}

List *
gs_filter_start_total(const GsRelation *relation, const GsFilter *filter)
{
	List	   *requests = NIL;
	Piece		piece;

	for (int i = 0; i < Max(1, filter->npieces); i++)
		requests = lappend(requests, gs_total_start(&relation->settings->tenant, relation->resource,
													search_piece(relation, filter, i, &piece)));
	return requests;
}

bool
gs_filter_finish_total(const GsRelation *relation, List *requests, int64 *total)
{
	bool		told = true;
	ListCell   *cell;
	int64		rows;

	*total = 0;
	foreach(cell, requests)
	{
		/* one row fills the page that was asked for, and no count of it is credible by itself */
		if (!gs_total_finish(relation->resource, lfirst(cell), &rows) && rows != 1)
			told = false;
		*total += rows;
	}
	return told;
}
