/*
 * scan.h
 *	  The face of scan/: rows, as the executor asks for them.
 *
 * From a plan's values to requests, from records to tuples; joins that send
 * keys in batches; count(*); what is kept for a rescan, or read before the
 * session writes; EXPLAIN.  Grouped by the file that has it.
 *
 * It may know the plan and everything below.  It must not know how records are
 * written, but for what a scan reads for the sake of an update.
 */
#ifndef GS_SCAN_H
#define GS_SCAN_H

#include "postgres.h"

#include "foreign/fdwapi.h"
#include "nodes/execnodes.h"

#include "plan/plan.h"
#include "saved.h"

/*
 * count.c: of a count(*), the row is all right
 */
extern bool gainsightRecheckForeignScan(ForeignScanState *node, TupleTableSlot *slot);

/*
 * foreign_scan.c: reading rows
 */
extern void gainsightBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *gainsightIterateForeignScan(ForeignScanState *node);
extern void gainsightReScanForeignScan(ForeignScanState *node);
extern void gainsightEndForeignScan(ForeignScanState *node);

/*
 * rows.c: for an asynchronous scan, of which rows are asked for only when they
 * are at hand: can the next one, or the end, be given without another answer?
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
 * foreign_scan.c: the table of a scan that has begun
 */
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
 * bind_outer.c: the outer side of a join that sends keys in batches
 */

/*
 * Announce the node to core.  Called once at load.
 */
extern void gs_bind_outer_init(void);

/*
 * run.c: set up the hooks that see how a statement is run.  Called once at load.
 */
extern void gs_run_init(void);

/*
 * What rows of a statement have as null that does not fit, which is told at its end;
 * and whose end is seen by no hook, because it is a COPY, has ended.
 */
extern GsMisfits *gs_run_misfits(EState *estate);
extern void gs_run_end(EState *estate);

/*
 * wide.c: define the setting gainsight_fdw.enable_walk_instead.  Called once at load.
 */
extern void gs_wide_init(void);

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

#endif							/* GS_SCAN_H */
