/*
 * write.h
 *	  What the files of the SQL side that write share, grouped by the file that
 *	  has it.
 */
#ifndef GS_WRITE_H
#define GS_WRITE_H

#include "scan/scan.h"

#include "lib/ilist.h"

/*
 * lock.c: the lock on a record that is updated, among the sessions of a cluster
 */
typedef struct GsPlanLock GsPlanLock;

/*
 * Lock a tenant's record by its key (UTF-8), for the life of context at most.
 * NULL if another session has it and is not to be waited for.  A wait can be
 * cancelled, and gives up this session's idle locks; a caller that holds others
 * must not ask for one.
 */
extern GsPlanLock *gs_lock_acquire(const GsTenant *tenant, const char *key, bool wait,
								   MemoryContext context);
extern void gs_lock_release(GsPlanLock *lock);

/*
 * May it be given up by whoever of this session waits for another?  It may
 * have been: is it still held?
 */
extern void gs_lock_set_idle(GsPlanLock *lock, bool idle);
extern bool gs_lock_is_held(const GsPlanLock *lock);

/*
 * A tenant's record as a number.
 */
extern uint64 gs_lock_hash(const GsTenant *tenant, const char *key);

/*
 * Give back what fails to be.  Called once at load.
 */
extern void gs_lock_init(void);

/*
 * written.c: what the running statements have updated
 */

/*
 * Note a record (JSON of an object) as it is after a write by this session.
 * Which it is, if the write came after a time of the clock, else NULL; it is
 * valid until the next is noted.  Forget all.
 */
extern void gs_written_note(const GsTenant *tenant, const char *key, const char *record);
extern const char *gs_written_since(const GsTenant *tenant, const char *key, int64 since);
extern int64 gs_written_clock(void);
extern void gs_written_forget(void);

/*
 * saved.c: what a scan read of the records that its statement updates
 */
struct GsSavedRecord
{
	const char *record;			/* JSON: key, version, writable fields, and what the scan reads */
	int64		read_at;		/* of gs_governor_now */
	int64		clock;			/* of written.c, before it was read */
	GsPlanLock *lock;			/* under which it was read, if it was; it may be lost */
};

typedef struct GsSaved GsSaved;

/*
 * Begin to save, for the scan of a plan node, and make its search select what
 * is to be saved.
 */
extern GsSaved *gs_saved_create(ForeignScanState *node, const GsRelation *relation,
								GsSearch *search);
extern void gs_saved_forget(GsSaved *saved);

/*
 * A (re)scan begins, which reads the record of this key alone, if it is given;
 * that is locked, after a wait if need be, until the scan goes on or its update
 * has ended.
 */
extern void gs_saved_begin_scan(GsSaved *saved, const GsTenant *tenant, const char *key);
extern void gs_saved_add(GsSaved *saved, const GsJson *record);
extern int64 gs_saved_count(const GsSaved *saved);
extern const GsSavedRecord *gs_saved_last(const GsSaved *saved);

/*
 * Do several scans save at present, so that one may have read what the update
 * of another changes?
 */
extern bool gs_saved_by_several(void);

/*
 * A saved record's number as a ctid, and back to the record of that number in
 * the scan of a range table entry.  Raises an ERROR if there is none.
 */
extern void gs_saved_number(int64 number, ItemPointer tid);
extern const GsSavedRecord *gs_saved_find(EState *estate, Index index, ItemPointer tid);

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

/* A row as the scan read it. */
typedef struct GsReadRow
{
	const Datum *values;		/* by attribute number less 1 */
	const bool *isnull;
	const GsJson *record;		/* of which it was made */
} GsReadRow;

/*
 * The changes of a row: for each of attnums a value.  One that was read is no
 * change.  Returns how many there are to send.  Raises 23502, 428C9, 23514 and
 * HV004.
 */
extern int	gs_write_changes(const GsRelation *relation, const GsReadRow *read, List *attnums,
							 const Datum *values, const bool *isnull, GsMember *changes);

/*
 * Read a created record whose create answered with no more than its key.
 */
extern const GsJson *gs_write_read_back(const GsRelation *relation, const GsWrite *write,
										const char *key, MemoryContext context);

/*
 * update.c: one record's update
 */
typedef enum GsUpdateStage
{
	GS_STAGE_NEW,
	GS_STAGE_CHECKING,			/* it is read */
	GS_STAGE_SENDING,
	GS_STAGE_READING_BACK,
	GS_STAGE_ENDED
} GsUpdateStage;

typedef enum GsUpdateOutcome
{
	GS_UPDATE_DONE,
	GS_UPDATE_GONE,				/* there is no such record (any more) */
	GS_UPDATE_STOPPED,			/* it was not sent */
	GS_UPDATE_FAILED
} GsUpdateOutcome;

typedef struct GsUpdate
{
	/* given */
	const GsRelation *relation;
	const GsSavedRecord *saved;
	GsMember   *changes;
	int			nchanges;
	bool		want_record;
	MemoryContext context;		/* of all that follows */
	bool		owns_context;	/* it was made for it */
	dlist_node	node;

	/* what it goes by */
	const GsJson *then;			/* what the scan read */
	const char *key;			/* UTF-8, of it */
	const GsJson *expected;		/* as it has to be when it is sent */
	GsPlanLock *lock;
	bool		is_fresh;		/* the scan has just read it, under the lock */

	/* going on */
	GsUpdateStage stage;
	GsRequest  *request;
	GsWrite    *write;			/* what was sent last */
	int			tries;			/* that ended, and are to be repeated */
	GsRequest  *unsure;			/* one of which it is not known whether it was done */
	bool		stopped;
	bool		done;

	/* ended */
	GsUpdateOutcome outcome;
	const GsJson *record;		/* done, and wanted: as the tenant has it; NULL if it has gone */
	const GsFailure *failure;
	const char *answer;			/* JSON: what the caller has kept of record */
} GsUpdate;

/*
 * To open it is to look at what the scan has read; to begin it, to lock and
 * read or send it: false if another session has the lock and it is not to be
 * waited for.  To advance it is to take in an answer and go on; false if none
 * has come.  To stop it is to send nothing more, and to end it unless it is on
 * its way.  None raises what the tenant or the network fails at.
 */
extern void gs_update_open(GsUpdate *update);
extern bool gs_update_begin(GsUpdate *update, bool wait);
extern bool gs_update_advance(GsUpdate *update);
extern void gs_update_stop(GsUpdate *update);

/*
 * update_queue.c: many, side by side
 */

/*
 * Called for each update that is done, in the order in which they end, while
 * others are on their way: it must not raise an ERROR.
 */
typedef void (*GsUpdateEnded) (GsUpdate *update, void *arg);

/*
 * Carry out all.  Those without a context get one, and are opened, when it is
 * their turn.  Raises the first failure, when all have ended.
 */
extern void gs_updates_run(const GsRelation *relation, GsUpdate **updates, int count,
						   GsUpdateEnded ended, void *arg);

/*
 * Raise 53400 where the tenant's rate leaves no room for updates at all.
 */
extern void gs_update_check_rate(const GsRelation *relation);

/*
 * beforehand.c: what must be refused before anything is sent
 */

/*
 * Raise 0A000 for an UPDATE, when it is planned, that chooses rows by their
 * ctid, or whose target's parent has triggers with transition tables.
 */
extern void gs_beforehand_update(PlannerInfo *root, const GsRelation *relation);

/*
 * Raise 0A000 where rows must not be routed to a foreign partition, when the
 * first of them is: the UPDATE that moves them updates that partition, too, or
 * the parent has triggers with transition tables.
 */
extern void gs_beforehand_route(const ModifyTableState *mtstate, const ResultRelInfo *rinfo);

/*
 * check_option.c: WITH CHECK OPTION before a row is sent
 */
typedef struct GsChecks GsChecks;

/*
 * Prepare the check options of a table that the node writes to.  Lives as long
 * as the statement.
 */
extern GsChecks *gs_checks_create(ModifyTableState *mtstate, ResultRelInfo *rinfo,
								  const GsRelation *relation, bool insert);

/*
 * Raise 44000 if the row, which is still to be sent, violates one whatever the
 * tenant makes of it.
 */
extern void gs_checks_apply(const GsChecks *checks, EState *estate, TupleTableSlot *slot);

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
