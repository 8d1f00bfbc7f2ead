/*
 * dry_run.h
 *	  Writes that are shown, and not sent: gainsight_fdw.dry_run.
 */
#ifndef GS_DRY_RUN_H
#define GS_DRY_RUN_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "payload.h"

/* What a statement was shown.  It lives as long as the statement. */
typedef struct GsDryRun GsDryRun;

/*
 * The dry run that a statement is, or NULL if what it writes is to be sent.
 */
extern GsDryRun *gs_dry_run_of(EState *estate);

/*
 * The one that a commit is, or NULL, in CurrentMemoryContext, where it has to
 * stay.
 */
extern GsDryRun *gs_dry_run_of_commit(void);

/*
 * Is nothing to be sent?
 */
extern bool gs_dry_run_is_on(void);

/*
 * Show a request in place of sending it, as a NOTICE: the first ones of a
 * statement, the others are counted.
 */
extern void gs_dry_run_show(GsDryRun *run, const GsRelation *relation,
							const GsEndpoint *endpoint, const GsWrite *write);

/*
 * The statement ends, or the commit: say how many requests were not shown.
 */
extern void gs_dry_run_end(EState *estate);
extern void gs_dry_run_end_commit(GsDryRun *run);

#endif							/* GS_DRY_RUN_H */
