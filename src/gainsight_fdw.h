/*
 * gainsight_fdw.h
 *	  What the phases of a statement share, grouped by the file that has it, on
 *	  top of tables, conditions and rows.
 */
#ifndef GAINSIGHT_FDW_H
#define GAINSIGHT_FDW_H

#include "postgres.h"

#include "foreign/fdwapi.h"
#include "nodes/pathnodes.h"

#include "condition/clause.h"
#include "table/relation.h"
#include "table/row.h"

/*
 * connection.c: at load, watch for altered servers and mappings
 */
extern void gs_connection_init(void);

/*
 * estimate.c: how many rows, how many requests
 */

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
 * The requests of a long list that is sent in so many pieces, each a search,
 * and brings so many rows.
 */
extern double gs_estimate_list(const GsRelation *relation, double pieces, double carried);

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

/*
 * scan_plan.c: a scan as the plan carries it
 */

/* How a scan is bound by a bind join. */
typedef struct GsBindPlan
{
	int			id;				/* by which the two sides meet */
	List	   *operands;		/* indexes of those that stand for the keys */
	Oid			key_hash;		/* hash function of a key, on the outer side */
	Oid			own_hash;		/* and of what is compared with it here */
	Oid			collation;
} GsBindPlan;

/* Will a scan be read again, as far as the planner sees? */
typedef enum GsRescan
{
	GS_RESCAN_UNSEEN,
	GS_RESCAN_POSSIBLE,
	GS_RESCAN_SURE
} GsRescan;

/* Plain nodes outside, this inside. */
typedef struct GsScanPlan
{
	List	   *attnums;		/* of the columns that the statement needs */
	bool		for_update;		/* its rows are to be updated */
	List	   *set_attnums;	/* of a direct modification: its columns, whose values are the last
								 * of fdw_exprs */
	bool		set_processed;	/* it counts as the statement's result */
	List	   *clauses;		/* GsClause, all of which must hold */
	GsClause   *key;			/* of a read's path, or NULL */
	int			noperands;		/* so many of fdw_exprs are their values */
	GsBindPlan *bind;			/* NULL: not bound by a bind join; else the two of fdw_exprs behind
								 * them are the key and what it is compared with */
	GsRescan	rescan;
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
							  bool set_processed);

/*
 * aggregate.c: count(*)
 */
extern void gainsightGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage,
										  RelOptInfo *input_rel, RelOptInfo *output_rel,
										  void *extra);

/* What totalCount says of a filter. */
typedef struct GsCount
{
	int64		total;			/* GS_NO_TOTAL or less: it does not say */
	bool		credible;
} GsCount;

/*
 * Ask for the number of rows that a filter leaves, with one small search for
 * each of its pieces.  Raises what fails.
 */
extern void gs_count_ask(const GsRelation *relation, const GsFilter *filter,
						 MemoryContext context, GsCount *count);

/*
 * The callbacks of a foreign scan, where it stands for a whole count(*).
 */
extern ForeignScan *gs_count_plan(ForeignPath *best_path, List *tlist, RelOptInfo *rel,
								  Plan *outer_plan);
extern void gs_count_plan_read(List *fdw_private, Oid *relid, GsScanPlan *plan);
extern void gs_count_begin(ForeignScanState *node);
extern TupleTableSlot *gs_count_iterate(ForeignScanState *node);
extern bool gainsightRecheckForeignScan(ForeignScanState *node, TupleTableSlot *slot);
extern void gs_count_rescan(ForeignScanState *node);
extern void gs_count_end(ForeignScanState *node);
extern const GsUsage *gs_count_usage(const ForeignScanState *node);

/*
 * plan.c: sizes, costs, paths, plan
 */
extern void gainsightGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel,
									   Oid foreigntableid);
extern void gainsightGetForeignPaths(PlannerInfo *root, RelOptInfo *baserel,
									 Oid foreigntableid);
extern ForeignScan *gainsightGetForeignPlan(PlannerInfo *root, RelOptInfo *baserel,
											Oid foreigntableid, ForeignPath *best_path,
											List *tlist, List *scan_clauses,
											Plan *outer_plan);

/*
 * The columns of the range table entry that expressions name.
 */
extern List *gs_used_attnums(const GsRelation *relation, Index relid, List *exprs);

/*
 * May a relation's rows be counted by totalCount?  If so, the plan's clauses and
 * their values *exprs are its whole restriction, and its requests those of the
 * count, one for each piece of a list.
 */
extern bool gs_plan_counts(PlannerInfo *root, RelOptInfo *baserel,
						   const GsRelation **relation, GsScanPlan *plan, List **exprs);

/*
 * scan.c: reading rows
 */
extern void gainsightBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *gainsightIterateForeignScan(ForeignScanState *node);
extern void gainsightReScanForeignScan(ForeignScanState *node);
extern void gainsightEndForeignScan(ForeignScanState *node);

/*
 * For an asynchronous scan, of which rows are asked for only when they are at
 * hand: can the next one, or the end, be given without another answer?
 */
extern bool gs_scan_at_hand(const ForeignScanState *node);

/*
 * Take in the answers that have come, until that is so; what is lacking is
 * asked for.  Does not wait.  The last row is no longer valid.
 */
extern bool gs_scan_advance(ForeignScanState *node);

/*
 * Has every row been given?
 */
extern bool gs_scan_at_end(const ForeignScanState *node);

/*
 * For a direct modification: the next row into slot, with what its update has
 * to know.  The plan's conditions are not checked.  False at the end.
 */
typedef struct GsSavedRecord GsSavedRecord;
extern bool gs_scan_next_to_update(ForeignScanState *node, TupleTableSlot *slot,
								   const GsSavedRecord **record);

/*
 * The scan's row as the plan looks at it: itself, or a copy in a slot that has
 * system columns where some are named.
 */
extern TupleTableSlot *gs_scan_with_header(ForeignScanState *node, TupleTableSlot *slot);
extern GsRelation *gs_scan_relation(const ForeignScanState *node);

/*
 * A direct modification's own state, which its scan carries.
 */
extern void gs_scan_attach(ForeignScanState *node, void *state);
extern void *gs_scan_attached(const ForeignScanState *node);

/*
 * Another node answers for what the scan has not given when the session
 * writes.
 */
extern void gs_scan_leave_settling(ForeignScanState *node);

/*
 * What a scan has used so far; NULL before it began.
 */
extern const GsUsage *gs_scan_usage(const ForeignScanState *node);

/*
 * What it takes to keep the row of a virtual slot in a tuplestore, in bytes.
 */
extern Size gs_kept_size(const TupleTableSlot *slot);

/*
 * bind_join.c: the outer side of a join that sends keys in batches
 */

typedef struct GsBindJoinPlan
{
	int			id;				/* by which the two sides meet */
	int			first_batch;	/* keys; each batch is twice the one before */
	int			largest_batch;
} GsBindJoinPlan;

/*
 * The plan of a node that passes on the rows of child, and gathers their keys.
 */
extern Plan *gs_bind_join_plan(const GsBindJoinPlan *plan, Expr *key, List *tlist, Plan *child);

/*
 * What the requests of the node's join cost, 0 if it is not one of ours.
 */
extern Cost gs_bind_join_cost(const CustomScan *scan);

/*
 * Announce the node to core.  Called once at load.
 */
extern void gs_bind_join_init(void);

/*
 * jit.c: set up the hook that leaves requests out of the cost that JIT goes
 * by.  Called once at load.
 */
extern void gs_jit_init(void);

/*
 * async.c: scans side by side under an Append
 */
extern bool gainsightIsForeignPathAsyncCapable(ForeignPath *path);
extern void gainsightForeignAsyncRequest(AsyncRequest *areq);
extern void gainsightForeignAsyncConfigureWait(AsyncRequest *areq);
extern void gainsightForeignAsyncNotify(AsyncRequest *areq);

/*
 * explain.c
 */
extern void gainsightExplainForeignScan(ForeignScanState *node, struct ExplainState *es);

/*
 * What a plan node asks for (and sends, if it updates); what was used, for
 * EXPLAIN ANALYZE; the requests that update a row, which was read by_key or not.
 */
extern void gs_explain_scan(ForeignScanState *node, bool updates,
							struct ExplainState *es);
extern void gs_explain_usage(const GsUsage *usage, struct ExplainState *es);
extern const char *gs_explain_update_requests(const GsRelation *relation, bool by_key);

/*
 * analyze.c
 */
extern void gs_analyze_init(void);	/* called once at load */
extern bool gainsightAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *func,
										 BlockNumber *totalpages);

/*
 * discover.c: the fields that a tenant's records have beyond the documented ones
 */
typedef struct GsDiscovered
{
	const char *name;			/* for a column */
	const char *field;			/* the tenant's spelling */
	GsKind		kind;
} GsDiscovered;

/*
 * Look at a page of a resource's records, and return the fields found, a List
 * of GsDiscovered, palloc'd, in the order of the records.  The resource is one
 * that can be searched, the settings are authorized.
 */
extern List *gs_discover(const GsSettings *settings, const GsResource *resource);

/*
 * import.c
 */
extern List *gainsightImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid);

#endif							/* GAINSIGHT_FDW_H */
