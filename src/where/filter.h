/*
 * filter.h
 *	  What filter.c, condition.c, moment.c and build.c share: a filter while it
 *	  is built.
 */
#ifndef GS_FILTER_H
#define GS_FILTER_H

#include "where.h"

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
	List	   *values;			/* of EQ and IN: each as JSON text */
	bool		is_long;		/* they are too many for one condition */
} Where;

typedef struct Builder
{
	const GsRelation *relation;
	const GsOperand *operands;
	GsFilter   *filter;
	int			most_pieces;	/* that a list may be cut into */
	bool		several;		/* what is put together is an AND of several arms */
} Builder;

/*
 * A part without anything in it; several parts as one, with what follows from
 * their kinds; one that cannot be said, so that the filter is not complete.
 * All palloc'd.
 */
extern Where *gs_where(WhereKind kind);
extern Where *gs_where_combine(WhereKind kind, List *arms);
extern Where *gs_where_give_up(Builder *builder);

/*
 * What a test becomes with the values that it has now.
 */
extern Where *gs_where_test(Builder *builder, const GsClause *clause);

/*
 * A condition with a JSON array of values; with one value, which is JSON.  They
 * give up where the tenant has no such operator.
 */
extern Where *gs_where_condition(Builder *builder, AttrNumber attnum, const char *operator,
								 const char *values);
extern Where *gs_where_one(Builder *builder, AttrNumber attnum, const char *operator,
						   const char *value);

/*
 * What a comparison with a date or a moment becomes; with several, the least
 * and the greatest of them count.
 */
extern Where *gs_where_time(Builder *builder, const GsClause *clause, GsKind kind,
							const Datum *values, int count);

/*
 * The same of what is near the column.
 */
extern Where *gs_where_near(Builder *builder, const GsClause *clause, GsKind kind,
							const Datum *values, int count);

/*
 * The values of an array that are not null; returns how many.
 */
extern int	gs_array_values(const GsClause *clause, Datum array, Datum **values,
							bool *has_null);

/*
 * Some of a list of JSON values as a JSON array.  palloc'd.
 */
extern char *gs_join_values(List *values, int from, int count);

#endif							/* GS_FILTER_H */
