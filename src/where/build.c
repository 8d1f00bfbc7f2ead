/*
 * build.c
 *	  What a filter is built of: conditions, and what follows when several are
 *	  put together.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "filter.h"

bool
gs_takes_lists(const GsRelation *relation, const GsClause *test)
{
	const GsAttr *attr = &relation->atts[test->attnum - 1];
	GsKind		kind;

	return gs_attr_kind(attr, &kind) && gs_attr_grade(attr, GS_IN) != GS_LOCAL &&
		kind != GS_DATE && kind != GS_DATETIME && gs_operator_available(relation->settings, "IN");
}

Where *
gs_where_condition(Builder *builder, AttrNumber attnum, const char *operator, const char *values)
{
	Where	   *where;

	if (!gs_operator_available(builder->relation->settings, operator))
		return gs_where_give_up(builder);
	where = gs_where(CONDITION);
	where->condition.field = gs_to_utf8(builder->relation->atts[attnum - 1].field);
	where->condition.operator = operator;
	where->condition.values = values;
	return where;
}

Where *
gs_where_one(Builder *builder, AttrNumber attnum, const char *operator, const char *value)
{
	Where	   *where = gs_where_condition(builder, attnum, operator, psprintf("[%s]", value));

	if (where->kind == CONDITION && strcmp(operator, "EQ") == 0)
		where->values = list_make1((void *) value);
	return where;
}

Where *
gs_where(WhereKind kind)
{
	Where	   *where = palloc0(sizeof(Where));

	where->kind = kind;
	return where;
}

Where *
gs_where_combine(WhereKind kind, List *arms)
{
	WhereKind	absorbing = kind == ALL_OF ? NOTHING : EVERYTHING;
	WhereKind	neutral = kind == ALL_OF ? EVERYTHING : NOTHING;
	Where	   *where = gs_where(kind);
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
		return gs_where(neutral);
	return list_length(where->arms) == 1 ? linitial(where->arms) : where;
}

/* It cannot be said: the rest is done locally. */
Where *
gs_where_give_up(Builder *builder)
{
	builder->filter->complete = false;
	return gs_where(EVERYTHING);
}

/* The values of an array that are not null. */
int
gs_array_values(const GsClause *clause, Datum array, Datum **values, bool *has_null)
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

char *
gs_join_values(List *values, int from, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '[');
	for (int i = from; i < from + count && i < list_length(values); i++)
		appendStringInfo(&out, "%s%s", i > from ? "," : "", (char *) list_nth(values, i));
	appendStringInfoChar(&out, ']');
	return out.data;
}
