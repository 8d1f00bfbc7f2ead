/*
 * gainsight_fdw.h
 *	  What the files of the SQL side share, grouped by the file that has it.
 */
#ifndef GAINSIGHT_FDW_H
#define GAINSIGHT_FDW_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "datatype/timestamp.h"
#include "foreign/fdwapi.h"
#include "nodes/pathnodes.h"

#include "api.h"
#include "model.h"
#include "request.h"

/*
 * option.c: one table of options, the validator, effective settings
 */

/* What is in force for a table, or for its server alone. */
typedef struct GsSettings
{
	GsTenant	tenant;			/* the key is set by gs_settings_authorize */
	const char *domain;
	const char *resource;		/* NULL: the table's name */
	const char *operators;		/* comma separated; NULL: all */
	int			page_size;
	int			in_list_size;
	int			batch_size;
	double		request_cost;
	double		tuple_cost;
	bool		trust_filters;
	bool		conflict_check;
	bool		readonly;
	bool		use_remote_estimate;
} GsSettings;

/*
 * The settings of a server, with those of a table over them if relid is
 * given (InvalidOid: none).  palloc'd in CurrentMemoryContext.
 */
extern GsSettings *gs_settings_load(Oid serverid, Oid relid);

/*
 * Find the access key with which the user reaches the server.  Raises 28000
 * where there is none.
 */
extern void gs_settings_authorize(GsSettings *settings, Oid userid);

/*
 * Raise 42501 unless the current user may use the server.
 */
extern void gs_require_usage(Oid serverid);

/*
 * connection.c: at load, watch for altered servers and mappings
 */
extern void gs_connection_init(void);

/*
 * relation.c: a foreign table seen through the model
 */

/* A column of the foreign table. */
typedef struct GsAttr
{
	const char *name;			/* NULL: a dropped or a virtual column */
	const char *field;			/* the API's; NULL with a constant */
	const GsColumn *column;		/* the documented column, or NULL */
	const char *constant;		/* every row's value, or NULL */
	bool		pushdown;		/* may conditions on it be sent? */
	bool		writable;		/* may a create or an update name the field? */
	Oid			type;
	int32		typmod;
} GsAttr;

typedef struct GsRelation
{
	Oid			relid;
	const char *name;
	const GsResource *resource;
	GsSettings *settings;
	int			natts;
	GsAttr	   *atts;			/* by attribute number less 1 */
} GsRelation;

/*
 * Describe a foreign table, which the caller has locked.  palloc'd.
 */
extern GsRelation *gs_relation_load(Oid relid);

/*
 * The same for a relation that a user named: locks it until the transaction's
 * end, and raises 42809 if it is no foreign table of ours.
 */
extern GsRelation *gs_relation_open(Oid relid);

/*
 * convert.c: JSON value <-> Datum, and encodings
 */

typedef struct GsInput GsInput;

/*
 * Prepare the conversion of a column's JSON values.  palloc'd.
 */
extern GsInput *gs_input_create(const GsRelation *relation, AttrNumber attnum);

/*
 * Convert one value, allocating in CurrentMemoryContext.  A value that does
 * not fit raises an error that gs_input_error_context completes.
 */
extern Datum gs_input_convert(GsInput *input, const GsJson *node, bool *isnull);

/*
 * The same for a text in the server's encoding (a constant column's value).
 */
extern Datum gs_input_text(GsInput *input, const char *text);

/* What is being converted, for the message of a value that does not fit. */
typedef struct GsInputPlace
{
	const GsRelation *relation;
	AttrNumber	attnum;			/* 0: nothing is being converted */
	const GsJson *node;
	const GsJson *record;
} GsInputPlace;

/*
 * An error context callback whose argument is a GsInputPlace: makes an HV004
 * that names table, column, record and value of what the conversion raised.
 */
extern void gs_input_error_context(void *place);

/*
 * Text from and to UTF-8; the argument itself where nothing has to change.
 * Raises 22P05 (which the error context makes HV004) for what has no equal.
 */
extern const char *gs_from_utf8(const char *text);
extern const char *gs_to_utf8(const char *text);

/*
 * The same as gs_from_utf8, but NULL for what has no equal.
 */
extern const char *gs_try_from_utf8(const char *text);

/*
 * value.c: SQL values as JSON, in UTF-8
 */

/*
 * A value as its type's output function shows it, in the server's encoding;
 * and a text, shown so, as a JSON string.  palloc'd.
 */
extern const char *gs_value_shown(Oid type, Datum value);
extern const char *gs_value_text(const char *value);

/*
 * A number, with all its digits; a day since 2000-01-01; a
 * second and a moment since then, in UTC.  NULL for NaN, the infinities, and
 * years before 1 or after 9999.  palloc'd, or constant.
 */
extern const char *gs_value_number(Oid type, Datum value);
extern const char *gs_value_day(int64 day);
extern const char *gs_value_second(int64 second);
extern const char *gs_value_moment(Timestamp value);

/*
 * row.c: records to rows
 */

typedef struct GsRowMaker GsRowMaker;

/*
 * Prepare to fill the columns of these attribute numbers.  palloc'd.
 */
extern GsRowMaker *gs_row_maker_create(const GsRelation *relation, List *attnums);

/*
 * What a search has to select for them: each field once, and always the key.
 */
extern void gs_row_maker_select(const GsRowMaker *maker, GsSearch *search);

/*
 * Fill the arrays of a row from a record; what is not read is null.  path_key
 * is the value in the braces of the path that the record came by, or NULL.
 * Allocates in CurrentMemoryContext.  Raises HV004 for a value that does not
 * fit its column.
 */
extern void gs_row_maker_fill(GsRowMaker *maker, const GsJson *record,
							  const char *path_key, Datum *values, bool *isnull);

/*
 * pushdown.c: SQL clauses to what a search can say
 */

/* What a condition asks of a column. */
typedef enum GsTest
{
	GS_EQ,
	GS_NE,
	GS_LT,
	GS_LE,
	GS_GT,
	GS_GE,
	GS_IN,						/* = ANY (array) */
	GS_NOT_IN,					/* <> ALL (array) */
	GS_LIKE,
	GS_PREFIX,					/* ^@ */
	GS_IS_NULL,
	GS_IS_NOT_NULL
} GsTest;

#define GS_TESTS (GS_IS_NOT_NULL + 1)

/* How far the tenant's answer to a condition is believed. */
typedef enum GsGrade
{
	GS_LOCAL,					/* it is not sent */
	GS_SUPERSET,				/* it may return more */
	GS_EXACT
} GsGrade;

typedef enum GsClauseKind
{
	GS_TEST,
	GS_AND,
	GS_OR
} GsClauseKind;

/* A pushed clause, as the plan carries it. */
typedef struct GsClause
{
	GsClauseKind kind;
	List	   *arms;			/* GsClause, of AND and OR */
	AttrNumber	attnum;
	GsTest		test;
	Oid			type;			/* of the value, or of the array's elements */
	int			operand;		/* index into fdw_exprs, -1 for none */
} GsClause;

/*
 * What can be pushed of a clause, or NULL.  The values that it compares with
 * are appended to *exprs.  *grade is GS_EXACT only if all of the clause is
 * pushed and the tenant's answer to it is just SQL's.
 */
extern GsClause *gs_pushdown(PlannerInfo *root, const RelOptInfo *baserel,
							 const GsRelation *relation, Expr *clause,
							 List **exprs, GsGrade *grade);

/*
 * The same for a clause that gives the key, or a list of keys, that a read's
 * path has in braces; NULL for any other.
 */
extern GsClause *gs_pushdown_key(PlannerInfo *root, const RelOptInfo *baserel,
								 const GsRelation *relation, Expr *clause, List **exprs);

/*
 * Is the expression the column of that key, in a type that holds any text?
 */
extern bool gs_is_brace_column(const GsRelation *relation, const RelOptInfo *baserel,
							   Expr *expr);

/*
 * Is it a column that conditions may be sent for?
 */
extern bool gs_is_pushable_column(const GsRelation *relation, const RelOptInfo *baserel,
								  Expr *expr);

/*
 * How many elements an array expression has, as far as the planner can tell.
 */
extern double gs_array_length(Node *array);

/*
 * May conditions on the column be sent, and what kind of field is it to them?
 */
extern bool gs_attr_kind(const GsAttr *attr, GsKind *kind);
extern GsGrade gs_test_grade(GsTest test, GsKind kind);

/*
 * A clause as a node tree that a plan can hold, and back.
 */
extern Node *gs_clause_write(const GsClause *clause);
extern GsClause *gs_clause_read(Node *node);

/*
 * filter.c: clauses and their values to the conditions of a search
 */

/* The value of one of fdw_exprs. */
typedef struct GsOperand
{
	Datum		value;
	bool		isnull;
	const char *symbol;			/* for EXPLAIN: it is not known, but called this */
} GsOperand;

typedef struct GsFilter
{
	bool		nothing;		/* no row can match: do not ask */
	bool		complete;		/* nothing that was pushed had to be left out */
	int			nconditions;
	GsCondition conditions[GS_MAX_CONDITIONS];
	const char *expression;
	int			cut;			/* the condition whose values are in pieces */
	int			npieces;		/* 0: there is none */
	const char **pieces;
} GsFilter;

/*
 * Build the filter of a list of GsClause, all of which must hold.  Allocates
 * in CurrentMemoryContext.
 */
extern void gs_filter_build(const GsRelation *relation, List *clauses,
							const GsOperand *operands, GsFilter *filter);

/*
 * Does the tenant understand this operator of a search condition?
 */
extern bool gs_operator_available(const GsRelation *relation, const char *operator);

typedef struct GsKeys
{
	int			count;
	const char **values;		/* UTF-8, distinct, each fit for a path */
} GsKeys;

/*
 * The values of a clause of gs_pushdown_key.
 */
extern void gs_filter_keys(const GsClause *clause, const GsOperand *operands,
						   GsKeys *keys);

/*
 * operand.c: the values that a scan's conditions compare with
 */

typedef struct GsOperands GsOperands;

/*
 * Prepare to evaluate a plan's expressions.  palloc'd.
 */
extern GsOperands *gs_operands_create(PlanState *parent, List *exprs);

/*
 * Evaluate them; true if they are not what they were the last time.  The
 * values, one for each expression, live until the next evaluation.
 */
extern bool gs_operands_evaluate(GsOperands *operands, ExprContext *econtext);
extern const GsOperand *gs_operands_values(const GsOperands *operands);

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

/*
 * The requests that it takes to read a relation of so many rows, of which so
 * many are carried here, by so many keys of a path (0: without one).
 */
extern double gs_estimate_requests(const GsRelation *relation, double rows,
								   double carried, double keys);

/*
 * Ask the tenant, if use_remote_estimate is on, how many rows these clauses
 * with these values leave; -1 if it is not asked or does not say.
 */
extern double gs_estimate_remotely(const GsRelation *relation, List *clauses,
								   List *exprs, Oid userid);

/*
 * Remember what a search without a filter gave as totalCount.
 */
extern void gs_remember_total(const GsRelation *relation, int64 total);

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
extern void gs_count_plan_read(List *fdw_private, Oid *relid, List **clauses);
extern void gs_count_begin(ForeignScanState *node);
extern TupleTableSlot *gs_count_iterate(ForeignScanState *node);
extern void gs_count_rescan(ForeignScanState *node);
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
 * May a relation's rows be counted by totalCount?  If so, *clauses (GsClause)
 * and their values *exprs are its whole restriction.
 */
extern bool gs_plan_counts(PlannerInfo *root, RelOptInfo *baserel,
						   const GsRelation **relation, List **clauses, List **exprs);

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
extern GsRelation *gs_scan_relation(const ForeignScanState *node);

/*
 * A direct modification's own state, which its scan carries.
 */
extern void gs_scan_attach(ForeignScanState *node, void *state);
extern void *gs_scan_attached(const ForeignScanState *node);

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
