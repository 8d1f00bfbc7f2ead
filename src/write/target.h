/*
 * target.h
 *	  A table that INSERT, or UPDATE a row at a time, writes to.
 */
#ifndef GS_TARGET_H
#define GS_TARGET_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "beforehand.h"
#include "payload.h"
#include "gainsight/gainsight.h"
#include "table/table.h"

/* A table to be written to, as a role.  Lives until the transaction ends. */
typedef struct GsDestination
{
	GsRelation *relation;		/* authorized */
	Oid			userid;
	int			number;			/* of those of the transaction */
} GsDestination;

/*
 * The destination that a table is for a role, as they are now.  NULL if what is
 * written there is not to wait for the commit.
 */
extern const GsDestination *gs_destination_find(const GsRelation *relation, Oid userid);

/*
 * How many there have been in this transaction.
 */
extern int	gs_destination_count(void);

/*
 * Watch for what outdates one.  Called once at load.
 */
extern void gs_destination_init(void);

/* ri_FdwState. */
typedef struct GsTarget
{
	GsRelation *relation;
	const GsDestination *destination;	/* where what is written waits; NULL: it does not */
	GsRowMaker *maker;			/* of the row that is updated, as it was read */
	MemoryContext context;		/* reset for each row or batch */
	ModifyTableState *node;
	ResultRelInfo *rinfo;
	EState	   *estate;
	GsChecks   *checks;			/* made for the first row: set up later than the node begins */
	GsRowMaker *shown;			/* made for the first row, too: of the row as the tenant has it */
	TupleTableSlot *written;	/* that row */

	/* INSERT */
	int64		created;		/* in this table, by this statement */

	/* UPDATE */
	List	   *set_attnums;
	List	   *read_attnums;	/* of the rows that are updated, where that waits */
	AttrNumber	ctid;			/* in the plan's target list */
	GsSeen	   *updated;
	GsProof		proof;			/* as of a GsUpdate */
} GsTarget;

/*
 * Begin to write to it, as the role that may.  Lives as long as the statement.
 */
extern GsTarget *gs_target_create(ModifyTableState *mtstate, ResultRelInfo *rinfo);

/*
 * Does anything look at the row that was written: RETURNING, a check option, a
 * trigger?  RETURNING is not set up yet when the node begins.
 */
extern bool gs_target_wants_row(const ResultRelInfo *rinfo);

/*
 * What makes the row as the tenant has it, of the columns that are looked at: a write that
 * was made does not fail of another.  What does not fit is null in it where the relation's
 * columns allow it.  varno is the table's in RETURNING and check options.  In CurrentMemoryContext.
 */
extern GsRowMaker *gs_target_shown(const GsRelation *relation, const ResultRelInfo *rinfo,
								   Index varno, EState *estate);

/*
 * Raise what a check option or a policy has against a row that is to be sent.
 */
extern void gs_target_check_row(GsTarget *target, ResultRelInfo *rinfo, TupleTableSlot *slot,
								bool insert);

/*
 * The row that was written, from the tenant's record; path_key as in
 * gs_row_maker_fill.  In place of slot, whose kind may have no system columns.
 */
extern TupleTableSlot *gs_target_written(GsTarget *target, const GsJson *record,
										 const char *path_key, TupleTableSlot *slot);

/*
 * Look records up by their keys (UTF-8), some in each of several searches side by
 * side, of these fields (a List of names): the last of the searches is on the terms,
 * and none is before they say.  take is called for each as its answer comes, with the
 * number of its key, and with NULL for one that is not there.  Raises what fails;
 * allocates in CurrentMemoryContext, where the records stay, too.
 */
typedef void (*GsTakeRecord) (void *arg, int n, const GsJson *record);

extern void gs_target_look_up(const GsRelation *relation, const char *const *keys, int nkeys,
							  const List *fields, const GsTerms *last, GsTakeRecord take,
							  void *arg);

/*
 * So many keys are in one of these; and the fields of all of a table's columns.
 */
extern int	gs_target_most_keys(const GsRelation *relation);
extern List *gs_target_fields(const GsRelation *relation);

/*
 * Read a created record whose create answered with no more than its key, in
 * CurrentMemoryContext.
 */
extern const GsJson *gs_target_read_back(const GsRelation *relation, const GsWrite *write,
										 const char *key);

/*
 * Say in EXPLAIN what becomes of what is written, where it is not sent at once.
 */
extern void gs_explain_writes(const GsRelation *relation, struct ExplainState *es);

/*
 * Rows of which the tenant has not been told, as far as they are known.  All in
 * CurrentMemoryContext.
 */

/*
 * The record that would be sent, with its key, UTF-8, where that is known, else
 * NULL.
 */
extern const GsJson *gs_record_to_send(const GsRelation *relation, const GsWrite *write,
									   const char *key);

/*
 * What a record that was read becomes, as JSON: with other values of fields
 * that it has.
 */
extern const char *gs_record_over(const GsJson *record, const GsMember *changes, int nchanges);

/*
 * The same, without what Gainsight computes anew then.
 */
extern const char *gs_record_expected(const GsRelation *relation, const GsJson *record,
									  const GsMember *changes, int nchanges);

/*
 * The key of a record that has one.  palloc'd, UTF-8.
 */
extern const char *gs_key_in(const GsRelation *relation, const GsJson *record);

#endif							/* GS_TARGET_H */
