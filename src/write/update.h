/*
 * update.h
 *	  One record's update, and what its steps share.
 */
#ifndef GS_UPDATE_H
#define GS_UPDATE_H

#include "postgres.h"

#include "lib/ilist.h"

#include "dry_run.h"
#include "payload.h"
#include "scan/scan.h"
#include "xact.h"

/* A record that was seen so recently may be taken for unchanged, in ms. */
#define GS_FRESH_MS 1000

/* What is done for it, or how it ended. */
typedef enum GsUpdateStage
{
	GS_UPDATE_CHECKING,			/* is it what its statement read? */
	GS_UPDATE_SENDING,			/* it was */
	GS_UPDATE_READING,			/* it is done */
	GS_UPDATE_DONE,
	GS_UPDATE_GONE,				/* there is no such record (any more) */
	GS_UPDATE_STOPPED,			/* it was not sent */
	GS_UPDATE_FAILED
} GsUpdateStage;

typedef struct GsUpdate
{
	/* given */
	const GsRelation *relation;
	const GsSavedRecord *saved;
	GsMember   *changes;
	int			nchanges;
	bool		want_record;
	GsDryRun   *dry_run;		/* it is shown there, and not sent; NULL: it is sent */
	GsProof    *proof;			/* NULL: no other is of its statement */
	bool		at_commit;		/* its statements have ended, and took it for done */
	List	   *others;			/* JSON: what other statements read that it is made of */
	bool		moved;			/* its version has moved since, by what this session did */

	/* open */
	MemoryContext context;		/* of all that follows */
	bool		owns_context;	/* it was made for it */
	dlist_node	node;
	const GsJson *then;			/* what the scan read */
	const char *key;			/* UTF-8, of it */
	const GsJson *expected;		/* as it has to be when it is sent */
	GsPlanLock *lock;
	bool		looked_at;		/* before it is sent, be there a check or not */
	bool		is_probe;		/* and after it, alone */
	int			looks;			/* after it, that showed nothing of it */

	/* going on */
	GsUpdateStage stage;
	GsRequest  *request;		/* of this stage; NULL: still to be made */
	const GsJson *seen;			/* as expected: what is sent, but for the changes */
	int64		seen_at;		/* of gs_governor_now: the moment of truth */
	bool		is_paid;		/* the start of its PUT is */
	GsWrite    *write;			/* what was sent last */
	GsRequest  *unsure;			/* a try of which it is not known whether it was done */
	bool		renewed;		/* it was refused for a credential, and there is another */
	int			tries;			/* that ended, and are to be repeated, */
	int64		again_at;		/* not before this */

	/* ended */
	const GsJson *record;		/* done, and wanted: as the tenant has it; NULL if it has gone */
	const GsFailure *failure;
	const char *answer;			/* JSON: what is left of record when the context has gone */
} GsUpdate;

/*
 * Raise 53400 where the tenant's rate leaves no room for updates at all.
 */
extern void gs_update_check_rate(const GsRelation *relation);

/*
 * What follows allocates in the update's context, which is to be current, and
 * raises nothing that the tenant or the network fails at.
 */

/*
 * Look at what the scan has read, and put all that follows into a context.
 */
extern void gs_update_open(GsUpdate *update, MemoryContext context);

/*
 * Lock it, and find out what is to be done first.  False if another session has
 * the lock, and it is not to be waited for.
 */
extern bool gs_update_begin(GsUpdate *update, bool wait);

/*
 * The steps, of one that goes by itself and of one that goes with others: it was
 * looked at, and is this now (NULL: it has gone; whole: all that the table declares
 * is in it); what is sent for it; that is shown in place of it; a request that was
 * not done, or of which nobody knows, and that may be tried again.
 */
extern void gs_update_compare(GsUpdate *update, const GsJson *now, bool whole);
extern void gs_update_make(GsUpdate *update);
extern void gs_update_add_terms(const GsUpdate *update, GsTerms *terms);
extern void gs_update_show(GsUpdate *update);
extern void gs_update_again(GsUpdate *update, GsRequest *request, const GsVerdict *verdict);

/*
 * Of one by itself: make the request of a stage, unless it fails; and take in the
 * answer to it, when it is there.
 */
extern void gs_update_check(GsUpdate *update);
extern void gs_update_checked(GsUpdate *update);
extern void gs_update_send(GsUpdate *update);
extern void gs_update_sent(GsUpdate *update);
extern void gs_update_read_back(GsUpdate *update);
extern void gs_update_have_read_back(GsUpdate *update);

/*
 * How a write of it ended, see gs_xact_end_write.
 */
extern void gs_update_end_write(const GsUpdate *update, const GsRequest *request,
								GsWriteOutcome outcome);

/*
 * End it, unless it may be on its way to be done.
 */
extern void gs_update_stop(GsUpdate *update);

/*
 * End it, give back its lock; or with a failure that is of no request.
 */
extern void gs_update_end(GsUpdate *update, GsUpdateStage stage);
extern void gs_update_fail_of(GsUpdate *update, int sqlstate, const char *what,
							  const char *aside, const char *hint);

/*
 * The request's answer names another record than the one that was sent.
 */
extern void gs_update_fail_of_another(GsUpdate *update, const GsRequest *request);

/*
 * Of a record that was not done, beside others of the same request, of which so many
 * are; -1: they are no better off.
 */
extern void gs_update_fail_refused(GsUpdate *update, const GsOutcome *outcome, int others,
								   int done);

/*
 * It is done; record is what the tenant said of it, NULL if that is nothing.
 */
extern void gs_update_done(GsUpdate *update, const GsJson *record);

#endif							/* GS_UPDATE_H */
