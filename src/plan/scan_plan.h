/*
 * scan_plan.h
 *	  A scan as the plan carries it.
 */
#ifndef GS_SCAN_PLAN_H
#define GS_SCAN_PLAN_H

#include "postgres.h"

#include "nodes/plannodes.h"

#include "where/where.h"

/* A scan as the inner side of a bind join. */
typedef struct GsBindInnerPlan
{
	int			id;				/* by which the two sides meet */
	List	   *operands;		/* indexes of those that stand for the keys */
	Oid			key_hash;		/* hash function of a key, on the outer side */
	Oid			own_hash;		/* and of what is compared with it here */
	Oid			collation;
} GsBindInnerPlan;

/* Are a scan's rows kept, for they may be asked for again, as far as is seen? */
typedef enum GsKeep
{
	GS_KEEP_NEVER,
	GS_KEEP_MAY,				/* so many as fit into work_mem are */
	GS_KEEP_MUST				/* all are */
} GsKeep;

/* Plain nodes outside, this inside. */
typedef struct GsScanPlan
{
	List	   *attnums;		/* of the columns that the statement needs */
	bool		for_update;		/* its rows are to be updated */
	List	   *set_attnums;	/* of a direct modification: its columns, whose values are the last
								 * of fdw_exprs */
	List	   *read_attnums;	/* and those that it reads of the rows that it updates, where that
								 * matters */
	bool		set_processed;	/* it counts as the statement's result */
	List	   *clauses;		/* GsClause, all of which must hold */
	List	   *groups;			/* GsClause, of a count by the values of a column: an equality for
								 * each value, which is sent beside them; NIL: it is no such */
	GsClause   *key;			/* of a read's path, or NULL */
	GsClause   *wanted;			/* an equality with the key of the one record that is wanted of all
								 * lists, or NULL */
	int			noperands;		/* so many of fdw_exprs are their values */
	GsBindInnerPlan *bind;		/* of a bind join's inner side, or NULL; the two of fdw_exprs
								 * behind them are the key and what it is compared with */
	GsKeep		keep;
	AttrNumber	order;			/* of the column that its rows are in the order of; 0: in none */
	bool		descending;
	int			first_page;		/* rows, 0 for a full page */
	double		requests;		/* estimated */
	double		listed;			/* rows that come, likewise, if all that the plan has is sent; */
	double		rest;			/* and the part of all rows that does if its list is not */
} GsScanPlan;

/*
 * A plan's fdw_private, and read back.
 */
extern List *gs_scan_plan_write(const GsScanPlan *plan);
extern void gs_scan_plan_read(List *fdw_private, GsScanPlan *plan);

/*
 * The same plan as a direct modification, which reads attnums.
 */
extern List *gs_scan_plan_set(List *fdw_private, List *attnums, List *set_attnums,
							  List *read_attnums, bool set_processed);

/*
 * The outer side of a bind join: a node that passes on the rows of child, and
 * gathers their keys.  scan/ knows its methods by the name.
 */
#define GS_BIND_OUTER_NAME "GainsightBindJoin"

typedef struct GsBindOuterPlan
{
	int			id;				/* by which the two sides meet */
	int			first_batch;	/* keys; each batch is twice the one before */
	int			largest_batch;
} GsBindOuterPlan;

extern Plan *gs_bind_outer_write(const GsBindOuterPlan *plan, Expr *key, List *tlist, Plan *child);
extern void gs_bind_outer_read(const CustomScan *scan, GsBindOuterPlan *plan);
extern bool gs_is_bind_outer(const CustomScan *scan);

#endif							/* GS_SCAN_PLAN_H */
