/*
 * clause.c
 *	  What may be asked of a column, how far the answer is believed, a clause
 *	  in a plan, and what can be written around a column.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"

#include "pushing.h"

/*
 * How far a test on a field of a kind is believed.
 */
static const GsGrade grades[GS_TESTS][GS_KINDS] = {
	[GS_EQ] = {
		[GS_ID] = GS_EXACT, [GS_ENUM] = GS_EXACT, [GS_TEXT] = GS_SUPERSET,
		[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET,
		[GS_NUMBER] = GS_EXACT, [GS_BOOLEAN] = GS_EXACT
	},
	[GS_IN] = {
		[GS_ID] = GS_EXACT, [GS_ENUM] = GS_EXACT, [GS_TEXT] = GS_SUPERSET,
		[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET,
		[GS_NUMBER] = GS_EXACT, [GS_BOOLEAN] = GS_EXACT
	},
	[GS_NE] = {
		[GS_ID] = GS_SUPERSET, [GS_ENUM] = GS_SUPERSET,
		[GS_NUMBER] = GS_SUPERSET, [GS_BOOLEAN] = GS_SUPERSET
	},
	[GS_NOT_IN] = {
		[GS_ID] = GS_SUPERSET, [GS_ENUM] = GS_SUPERSET,
		[GS_NUMBER] = GS_SUPERSET, [GS_BOOLEAN] = GS_SUPERSET
	},
	[GS_LT] = {[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET, [GS_NUMBER] = GS_SUPERSET},
	[GS_LE] = {[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET, [GS_NUMBER] = GS_SUPERSET},
	[GS_GT] = {[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET, [GS_NUMBER] = GS_SUPERSET},
	[GS_GE] = {[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET, [GS_NUMBER] = GS_SUPERSET},
	[GS_LIKE] = {[GS_ID] = GS_SUPERSET, [GS_ENUM] = GS_SUPERSET, [GS_TEXT] = GS_SUPERSET},
	[GS_PREFIX] = {[GS_ID] = GS_SUPERSET, [GS_ENUM] = GS_SUPERSET, [GS_TEXT] = GS_SUPERSET},
	[GS_IS_NULL] = {[GS_ID] = GS_SUPERSET, [GS_ENUM] = GS_SUPERSET, [GS_TEXT] = GS_SUPERSET},
	[GS_IS_NOT_NULL] = {
		[GS_DATE] = GS_SUPERSET, [GS_DATETIME] = GS_SUPERSET,
		[GS_NUMBER] = GS_SUPERSET, [GS_BOOLEAN] = GS_SUPERSET
	},
};

/* What a SQL type can hold, so that its operators mean what the API's do. */
static bool
kind_of_type(Oid type, int32 typmod, bool *text_like, GsKind *kind)
{
	*text_like = false;
	switch (type)
	{
		case TEXTOID:
			*text_like = true;
			*kind = GS_TEXT;
			return true;
		case VARCHAROID:
			*text_like = true;
			*kind = GS_TEXT;
			return typmod < 0;
		case DATEOID:
			*kind = GS_DATE;
			return true;
		case TIMESTAMPTZOID:
			*kind = GS_DATETIME;
			return typmod < 0;
		case NUMERICOID:
			*kind = GS_NUMBER;
			return typmod < 0;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			*kind = GS_NUMBER;
			return true;
		case BOOLOID:
			*kind = GS_BOOLEAN;
			return true;
		default:
			*text_like = true;
			*kind = GS_TEXT;
			return type_is_enum(type);
	}
}

bool
gs_attr_kind(const GsAttr *attr, GsKind *kind)
{
	int32		typmod = attr->typmod;
	Oid			base = getBaseTypeAndTypmod(attr->type, &typmod);
	bool		text_like;
	GsKind		held;

	if (attr->name == NULL || !attr->pushdown || attr->field == NULL ||
		!kind_of_type(base, typmod, &text_like, &held))
		return false;
	if (attr->column == NULL && attr->described == NULL)
	{
		*kind = held;
		return true;
	}
	/* a field that is documented or described only under that kind */
	*kind = attr->column != NULL ? attr->column->kind : attr->described->kind;
	if (*kind == GS_ID || *kind == GS_ENUM || *kind == GS_TEXT)
		return text_like;
	return *kind == held;
}

/*
 * May the column's records be numbers of more digits than a double holds, of
 * which a tenant takes several for one, whatever they are compared with?  A
 * whole number that is bounded where a double fails (gs_number_is_sure) has no
 * such neighbour.
 */
static bool
is_rough(const GsAttr *attr)
{
	return getBaseType(attr->type) == NUMERICOID;
}

GsGrade
gs_attr_grade(const GsAttr *attr, GsTest test)
{
	GsKind		kind;

	if (!gs_attr_kind(attr, &kind))
		return GS_LOCAL;
	if ((test == GS_IS_NULL || test == GS_IS_NOT_NULL) && (attr->flags & GS_NULL_UNSURE))
		return GS_LOCAL;
	/* what does not fit is null here, and a value to the tenant */
	if (test == GS_IS_NULL && attr->set_null)
		return GS_LOCAL;
	/* what equals the value to the tenant may be less or more */
	if (kind == GS_NUMBER && is_rough(attr))
		return test == GS_NE || test == GS_NOT_IN ? GS_LOCAL : Min(grades[test][kind], GS_SUPERSET);
	/* or may be what a domain does not take */
	if (attr->set_null && getBaseType(attr->type) != attr->type)
		return Min(grades[test][kind], GS_SUPERSET);
	return grades[test][kind];
}

GsTest
gs_attr_widen(const GsAttr *attr, GsTest test)
{
	if (!is_rough(attr))
		return test;
	return test == GS_LT ? GS_LE : test == GS_GT ? GS_GE : test;
}

/*
 * Clauses in a plan: an integer list is a test, any other list the kind and
 * the arms.
 */

Node *
gs_clause_write(const GsClause *clause)
{
	List	   *list;

	if (clause->kind == GS_TEST)
	{
		list = list_make4_int(clause->attnum, clause->test, (int) clause->type, clause->operand);
		if (clause->near.reading == GS_AS_IT_IS)
			return (Node *) list;
		list = lappend_int(list, clause->near.reading);
		list = lappend_int(list, clause->near.back);
		return (Node *) lappend_int(list, clause->near.ahead);
	}
	return (Node *) lcons(makeInteger(clause->kind), gs_clauses_write(clause->arms));
}

List *
gs_clauses_write(const List *clauses)
{
	List	   *written = NIL;
	ListCell   *cell;

	foreach(cell, clauses)
		written = lappend(written, gs_clause_write(lfirst(cell)));
	return written;
}

GsClause *
gs_clause_read(Node *node)
{
	GsClause   *clause = palloc0(sizeof(GsClause));
	List	   *list = (List *) node;

	if (IsA(node, IntList))
	{
		clause->kind = GS_TEST;
		clause->attnum = linitial_int(list);
		clause->test = lsecond_int(list);
		clause->type = (Oid) lthird_int(list);
		clause->operand = lfourth_int(list);
		if (list_length(list) == 4)
			return clause;
		clause->near.reading = list_nth_int(list, 4);
		clause->near.back = list_nth_int(list, 5);
		clause->near.ahead = list_nth_int(list, 6);
		return clause;
	}
	clause->kind = intVal(linitial(list));
	clause->arms = gs_clauses_read(list_copy_tail(list, 1));
	return clause;
}

List *
gs_clauses_read(const List *written)
{
	List	   *clauses = NIL;
	ListCell   *cell;

	foreach(cell, written)
		clauses = lappend(clauses, gs_clause_read(lfirst(cell)));
	return clauses;
}

/*
 * What is written around a column.
 */

List *
gs_add_shape(List *shapes, const char *written, GsTest first, GsTest last)
{
	GsShape    *shape = palloc(sizeof(GsShape));
	ListCell   *cell;

	/* a function may have a line for each type that it takes */
	foreach(cell, shapes)
		if (strcmp(((const GsShape *) lfirst(cell))->written, written) == 0)
			return shapes;
	*shape = (GsShape) {written, first, last};
	return lappend(shapes, shape);
}
