/*
 * write.h
 *	  What the files of the SQL side that write share, grouped by the file that
 *	  has it.
 */
#ifndef GS_WRITE_H
#define GS_WRITE_H

#include "gainsight_fdw.h"

/*
 * saved.c: what a scan read of the records that its statement updates
 */
struct GsSavedRecord
{
	const char *record;			/* JSON: key, version and writable fields */
	TimestampTz read_at;
	bool		by_key;			/* it was read alone, not by a search */
};

typedef struct GsSaved GsSaved;

/*
 * Begin to save, for the scan of a plan node, and make its search select what
 * is to be saved.
 */
extern GsSaved *gs_saved_create(ForeignScanState *node, const GsRelation *relation,
								GsSearch *search);
extern void gs_saved_forget(GsSaved *saved);
extern void gs_saved_add(GsSaved *saved, const GsJson *record, bool by_key);
extern int64 gs_saved_count(const GsSaved *saved);
extern const GsSavedRecord *gs_saved_last(const GsSaved *saved);

/*
 * A saved record's number as a ctid, and back to the record of that number in
 * the scan of a range table entry.  Raises an ERROR if there is none.
 */
extern void gs_saved_number(int64 number, ItemPointer tid);
extern const GsSavedRecord *gs_saved_find(EState *estate, Index index, ItemPointer tid);

/*
 * writable.c: which tables and columns can be written
 */

/*
 * The number of the column that is a documented one; 0 if there is none.
 */
extern AttrNumber gs_attr_of_column(const GsRelation *relation, const GsColumn *column);

/*
 * Raise what forbids the command on the table: 0A000, 25006, 42701, 55000.
 */
extern void gs_write_check_table(const GsRelation *relation, CmdType operation);

/*
 * The commands that it supports, as IsForeignRelUpdatable tells it.
 */
extern int	gs_write_supported(const GsRelation *relation);

/*
 * Raise 428C9 for a column that Gainsight computes.
 */
extern void gs_write_check_column(const GsRelation *relation, AttrNumber attnum);

/*
 * write.c: rows to what a create or an update sends
 */

/* What goes out.  palloc'd, UTF-8. */
typedef struct GsWrite
{
	const char *key;			/* for the path's braces, or NULL */
	GsMember   *members;
	int			nmembers;
} GsWrite;

/*
 * What creates a row.  Raises 23502, 428C9, 23514, 23503 and HV004 for a row
 * that cannot be created.
 */
extern GsWrite *gs_write_insert(const GsRelation *relation, TupleTableSlot *slot);

/*
 * A row to be created, as far as a message shows it.  palloc'd.
 */
extern const char *gs_write_shown(const GsWrite *write);

/*
 * The fields that an update has to know, and what it sends: the changes, and
 * every other writable field as base has it.
 */
extern List *gs_write_update_fields(const GsRelation *relation);
extern GsWrite *gs_write_update(const GsRelation *relation, const GsMember *changes,
								int nchanges, const GsJson *base);

/*
 * The fields that an update sends.
 */
extern List *gs_write_sent_fields(const GsRelation *relation);

/*
 * The changes of a row: for each of attnums a value.  Returns how many there
 * are to send.  Raises 23502, 428C9, 23514 and HV004.
 */
extern int	gs_write_changes(const GsRelation *relation, List *attnums,
							 const Datum *values, const bool *isnull, GsMember *changes);

/*
 * Read a created record whose create answered with no more than its key.
 */
extern const GsJson *gs_write_read_back(const GsRelation *relation, const GsWrite *write,
										const char *key, MemoryContext context);

/*
 * update.c: one record's update
 */
typedef struct GsUpdate
{
	/* given */
	const GsRelation *relation;
	const GsSavedRecord *saved;
	GsMember   *changes;
	int			nchanges;
	MemoryContext context;		/* of all that follows */

	/* going on */
	const GsJson *then;			/* what the scan read */
	const char *key;			/* UTF-8, of it */
	GsRequest  *get;
	GsRequest  *put;
	const GsJson *record;		/* as the tenant has it now; NULL if it has gone */
} GsUpdate;

/*
 * Its steps.  To open it is to look at what the scan has read; to start it, to
 * read the record again where that has to be.  To check it is to send it,
 * unless that has failed, or somebody else has changed the record: what is
 * returned then goes with the update.  To finish it gives the PUT's verdict,
 * NULL if there is no such record (any more), and finds the updated record
 * where it is wanted.
 */
extern void gs_update_open(GsUpdate *update);
extern void gs_update_start(GsUpdate *update);
extern const GsFailure *gs_update_check(GsUpdate *update);
extern const GsVerdict *gs_update_finish(GsUpdate *update, bool want_record);

/*
 * Before it is finished: do not send it, if it has not been sent.
 */
extern void gs_update_withdraw(GsUpdate *update);

/*
 * modify.c: what INSERT and UPDATE have in common, and UPDATE a row at a time
 */
extern int	gainsightIsForeignRelUpdatable(Relation rel);
extern void gainsightAddForeignUpdateTargets(PlannerInfo *root, Index rtindex,
											 RangeTblEntry *target_rte,
											 Relation target_relation);
extern List *gainsightPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
										Index resultRelation, int subplan_index);
extern void gainsightBeginForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
										List *fdw_private, int subplan_index, int eflags);
extern void gainsightBeginForeignInsert(ModifyTableState *mtstate, ResultRelInfo *rinfo);
extern TupleTableSlot *gainsightExecForeignUpdate(EState *estate, ResultRelInfo *rinfo,
												  TupleTableSlot *slot,
												  TupleTableSlot *planSlot);
extern void gainsightEndForeignModify(EState *estate, ResultRelInfo *rinfo);
extern void gainsightEndForeignInsert(EState *estate, ResultRelInfo *rinfo);
extern void gainsightExplainForeignModify(ModifyTableState *mtstate, ResultRelInfo *rinfo,
										  List *fdw_private, int subplan_index,
										  struct ExplainState *es);

/*
 * insert.c: INSERT, a batch at a time
 */
extern TupleTableSlot *gainsightExecForeignInsert(EState *estate, ResultRelInfo *rinfo,
												  TupleTableSlot *slot,
												  TupleTableSlot *planSlot);
extern TupleTableSlot **gainsightExecForeignBatchInsert(EState *estate, ResultRelInfo *rinfo,
														TupleTableSlot **slots,
														TupleTableSlot **planSlots,
														int *numSlots);
extern int	gainsightGetForeignModifyBatchSize(ResultRelInfo *rinfo);

/*
 * direct.c: UPDATE of one table, many rows side by side
 */
extern bool gainsightPlanDirectModify(PlannerInfo *root, ModifyTable *plan,
									  Index resultRelation, int subplan_index);
extern void gainsightBeginDirectModify(ForeignScanState *node, int eflags);
extern TupleTableSlot *gainsightIterateDirectModify(ForeignScanState *node);
extern void gainsightEndDirectModify(ForeignScanState *node);
extern void gainsightExplainDirectModify(ForeignScanState *node, struct ExplainState *es);

/*
 * xact.c: what a rollback cannot undo
 */

typedef enum GsWriteOutcome
{
	GS_WRITE_MADE,
	GS_WRITE_NOT_MADE,
	GS_WRITE_UNKNOWN			/* the tenant may have done it */
} GsWriteOutcome;

/*
 * Count writes from when they go out, and watch for rollbacks.  Called once at
 * load.
 */
extern void gs_xact_init(void);

/*
 * How a write ended; created is the key of a record that it made, else NULL.
 * One that was never sent does not count.
 */
extern void gs_xact_end_write(const GsRequest *request, GsWriteOutcome outcome,
							  const char *created);

#endif							/* GS_WRITE_H */
