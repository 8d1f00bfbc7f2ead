/*
 * estimate.h
 *	  How many rows are there, and how many requests do they take?
 */
#ifndef GS_ESTIMATE_H
#define GS_ESTIMATE_H

#include "postgres.h"

#include "where/where.h"

/*
 * The number of rows of a relation that was never analyzed.
 */
extern double gs_estimate_rows(const GsRelation *relation);

/*
 * How many rows of so many have the same value of a column, by the model's
 * guess; 0 if it has none.
 */
extern double gs_estimate_sharing(const GsAttr *attr, double rows);

/* How large a relation is. */
typedef struct GsSize
{
	double		rows;
	double		pages;			/* as ANALYZE left them in pg_class; 0: it never ran */
} GsSize;

/*
 * The requests that it takes to read a relation of this size, of which so
 * many rows are carried here, by so many keys of a path (0: without one).
 */
extern double gs_estimate_requests(const GsRelation *relation, const GsSize *size,
								   double carried, double keys);

/*
 * How many searches the values of a clause are spread over, as far as the planner
 * can tell; 0: it is no list.
 */
extern double gs_estimate_pieces(const GsRelation *relation, const GsClause *clause, List *exprs);

/*
 * The requests of a long list that is sent in so many pieces, each a search,
 * and brings so many rows.
 */
extern double gs_estimate_list(const GsRelation *relation, double pieces, double carried);

/*
 * The requests of a search that is in so many pieces, 0 or 1 if it is whole, and
 * brings so many rows.
 */
extern double gs_estimate_searches(const GsRelation *relation, double pieces, double carried);

/*
 * How many rows a table was seen to have: what this session has read counts,
 * else what ANALYZE has found; GS_NO_TOTAL: it is not known.
 */
extern int64 gs_estimate_known_rows(const GsRelation *relation);

/*
 * The requests of a walk over all of a relation, by what is known now; where its
 * size is not known, by a guess, or -1.
 */
extern double gs_estimate_walk(const GsRelation *relation, bool guess);

/*
 * The requests that such a walk may take at most: more, where its size is known from
 * below only.
 */
extern double gs_estimate_walk_at_most(const GsRelation *relation, double walk);

/*
 * Ask the tenant how many rows a walk would read, and remember it: with one request
 * where it counts them, else with some.  Returns how many; 0: it cannot be asked.
 */
extern int	gs_estimate_ask_size(const GsRelation *relation);

/*
 * The most pieces (or keys, each a request) of a list that brings so many rows
 * with which it is no dearer than reading without it, by what is known now.
 * rest: the part of all rows that is read then.
 */
extern int	gs_estimate_most_pieces(const GsRelation *relation, double carried, double rest);

/*
 * Ask the tenant, if use_remote_estimate is on, how many rows these clauses
 * with these values leave; -1 if it is not asked or does not say.
 */
extern double gs_estimate_remotely(const GsRelation *relation, List *clauses,
								   List *exprs, Oid userid);

#endif							/* GS_ESTIMATE_H */
