/*
 * update.h
 *	  One record's update.
 */
#ifndef GS_UPDATE_H
#define GS_UPDATE_H

#include "postgres.h"

#include "lib/ilist.h"

#include "payload.h"
#include "scan/scan.h"

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
 * Raise 53400 where the tenant's rate leaves no room for updates at all.
 */
extern void gs_update_check_rate(const GsRelation *relation);

#endif							/* GS_UPDATE_H */
