/*
 * where.h
 *	  The face of where/: from a WHERE clause to what a search can say.
 *
 * Planning takes clauses apart and keeps what could be sent; executing gives
 * them values, and only then are they conditions.  Whatever is sent may be
 * wider than SQL's meaning and never narrower, as the plan checks all of it
 * again.  Grouped by the file that has it.
 *
 * It may know expressions and a table's columns.  It must not know paths and
 * costs, nor who reads the rows.
 */
#ifndef GS_WHERE_H
#define GS_WHERE_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
#include "pgtime.h"

#include "number.h"
#include "table/table.h"

/*
 * clause.c: what may be asked of a column, and a clause in a plan
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
	GS_IS_NOT_NULL,
	GS_TESTS,					/* how many there are */
	GS_HOLDS					/* of no column: a value that is true */
} GsTest;

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

/* What the value says that something near a column is compared with. */
typedef enum GsReading
{
	GS_AS_IT_IS,				/* it is the column itself that is compared */
	GS_MOMENT,
	GS_YEAR,					/* a number */
	GS_EPOCH,					/* a number: seconds since 1970 */
	GS_YEAR_TEXT,				/* 2026, whatever follows */
	GS_MONTH_TEXT,				/* 2026-11 */
	GS_DAY_TEXT					/* 2026-11-28 */
} GsReading;

/*
 * How far what is compared may be from a column of dates or moments, in minutes
 * either way.  Both are below two thousand years.
 */
typedef struct GsNear
{
	GsReading	reading;
	int			back;
	int			ahead;
} GsNear;

/* A pushed clause, as the plan carries it. */
typedef struct GsClause
{
	GsClauseKind kind;
	List	   *arms;			/* GsClause, of AND and OR */
	AttrNumber	attnum;
	GsTest		test;
	Oid			type;			/* of the value, or of the array's elements */
	int			operand;		/* index into fdw_exprs, -1 for none */
	GsNear		near;
} GsClause;

/*
 * May conditions on the column be sent, and what kind of field is it to them?
 */
extern bool gs_attr_kind(const GsAttr *attr, GsKind *kind);

/*
 * How far a test of a column is believed; and what is sent in place of it.
 */
extern GsGrade gs_attr_grade(const GsAttr *attr, GsTest test);
extern GsTest gs_attr_widen(const GsAttr *attr, GsTest test);

/*
 * A clause as a node tree that a plan can hold, and back; and a list of them.
 */
extern Node *gs_clause_write(const GsClause *clause);
extern GsClause *gs_clause_read(Node *node);
extern List *gs_clauses_write(const List *clauses);
extern List *gs_clauses_read(const List *written);

/*
 * pushdown.c: SQL clauses to what a search can say
 */

/*
 * What can be pushed of a clause, or NULL.  The values that it compares with
 * are appended to *exprs.  *grade is GS_EXACT only if all of the clause is
 * pushed and the tenant's answer to it is just SQL's.
 */
extern GsClause *gs_pushdown(PlannerInfo *root, const RelOptInfo *baserel,
							 const GsRelation *relation, Expr *clause,
							 List **exprs, GsGrade *grade);

/*
 * Are texts that are equal under the collation the same?  What has none is.
 */
extern bool gs_is_deterministic(Oid collation);

/*
 * Is the expression the column that a read's path has in braces, in a type that
 * holds any text?  And the number of such a column.
 */
extern bool gs_is_brace_column(const GsRelation *relation, const RelOptInfo *baserel,
							   Expr *expr);
extern AttrNumber gs_column_attnum(Expr *column);

/*
 * Is it a column that conditions may be sent for, or near one?
 */
extern bool gs_is_pushable_column(const GsRelation *relation, const RelOptInfo *baserel,
								  Expr *expr);

/*
 * How many elements an array expression has, as far as the planner can tell.
 */
extern double gs_array_length(Node *array);

/*
 * implied.c: what is written around a column, and sent as what it implies
 */

/*
 * One way to do so, with words for what may stand there: c is the column, v and other are
 * values, k is one that CASE gives, n a number, and the others say what they are.  What is written as =
 * can have <, <=, >, >= and IN as well.
 */
typedef struct GsShape
{
	const char *written;		/* a condition */
	GsTest		first;			/* tests of the column that it implies */
	GsTest		last;			/* GS_TESTS: none beside the first */
} GsShape;

/*
 * Those of a column of its type, each once.  A palloc'd list of palloc'd GsShape.
 */
extern List *gs_shapes(const GsAttr *attr);

/*
 * fixed.c: may an expression be evaluated when a scan starts?
 */

/*
 * Is it the same for all rows of one scan of the relation, and does evaluating
 * it before core would raise no error that depends on a row?
 */
extern bool gs_is_fixed(PlannerInfo *root, const RelOptInfo *baserel, Expr *expr);

/*
 * near.c
 */

/*
 * Is a time zone no farther from UTC than those of this earth?  One that is NULL is not.
 */
extern bool gs_is_usual_zone(const pg_tz * zone);

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
	bool		unlisted;		/* the first clause's list was left out, as it would be in too
								 * many: nothing that is sent depends on it */
} GsFilter;

/* As many pieces as a list has. */
#define GS_ANY_PIECES PG_INT32_MAX

/*
 * Build the filter of a list of GsClause, all of which must hold.  A list that
 * would be cut into more pieces, each a search, than that is left out.
 * Allocates in CurrentMemoryContext.
 */
extern void gs_filter_build(const GsRelation *relation, List *clauses,
							const GsOperand *operands, int most_pieces, GsFilter *filter);

/*
 * Is the field of a test asked for by a list of its values, rather than by a
 * range or one by one?
 */
extern bool gs_takes_lists(const GsRelation *relation, const GsClause *test);

/*
 * Ask the tenant for the number of rows that a filter leaves, with one small search
 * for each of its pieces.  False if it does not tell.  Raises what fails.
 */
extern bool gs_filter_ask_total(const GsRelation *relation, const GsFilter *filter, int64 *total);

/*
 * The same in two steps, so that those of several filters are under way at once: the
 * requests live in CurrentMemoryContext; all of them have to be finished.  Where the
 * tenant says of a search that it finds one row it is taken at its word, so the caller
 * has to have something to compare the total with.
 */
extern List *gs_filter_start_total(const GsRelation *relation, const GsFilter *filter);
extern bool gs_filter_finish_total(const GsRelation *relation, List *requests, int64 *total);

/*
 * key.c: conditions that give the keys of a read's path
 */

/*
 * What of a clause gives the key, or a list of keys, that a read's path has in
 * braces; NULL if nothing does.  It is a test by GS_EQ or GS_IN, or an AND or OR
 * of such; an OR of none, if no row can match.  The values that it compares with are appended to *exprs.
 */
extern GsClause *gs_pushdown_key(PlannerInfo *root, const RelOptInfo *baserel,
								 const GsRelation *relation, Expr *clause, List **exprs);

/*
 * Where a resource can be read by lists alone: an equality that names the one record
 * that is wanted of them, NULL if the clause is none.  Its value is appended to *exprs.
 */
extern GsClause *gs_pushdown_wanted(PlannerInfo *root, const RelOptInfo *baserel,
									const GsRelation *relation, Expr *clause, List **exprs);

/*
 * How many keys that are, as far as the planner can tell.
 */
extern double gs_key_guess(const GsClause *key, List *exprs);

typedef struct GsKeys
{
	int			count;
	const char **values;		/* UTF-8, distinct, each fit for a path */
} GsKeys;

/*
 * The keys.  Allocates in CurrentMemoryContext.  For EXPLAIN: are they known?
 */
extern void gs_filter_keys(const GsClause *clause, const GsOperand *operands,
						   GsKeys *keys);
extern bool gs_key_is_known(const GsClause *key, const GsOperand *operands);

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
 * The values as far as they are known from the plan alone, one for each
 * expression; the others have symbols, none like another.  palloc'd.
 */
extern GsOperand *gs_operands_planned(List *exprs);

/*
 * The numbers of those of a plan's expressions whose values another rescan may change.
 * palloc'd.
 */
extern Bitmapset *gs_params_changing(EState *estate, List *exprs);

#endif							/* GS_WHERE_H */
