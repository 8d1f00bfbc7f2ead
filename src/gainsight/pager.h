/*
 * pager.h
 *	  A walk over the pages of a search that notices when rows move under it.
 */
#ifndef GS_PAGER_H
#define GS_PAGER_H

#include "postgres.h"

#include "api.h"
#include "seen.h"

typedef struct GsPager GsPager;

/* How large pages are. */
typedef struct GsPaging
{
	int			page_size;		/* rows, at least 2 */
	int			first_page;		/* rows of the first page, 1 to page_size */
	int64		expected;		/* rows of all pages, as was seen before; GS_NO_TOTAL: not */
	bool		whole;			/* all of them will be read: none is asked for in vain */
} GsPaging;

/*
 * Open a walk in context over a resource's search.  One that asks for an order has
 * its first page only.  The search must select
 * the resource's key, and outlive the walk.  seen may be shared by several
 * walks; NULL: one of its own.  Nothing is sent yet.
 */
extern GsPager *gs_pager_open(const GsTenant *tenant, const GsResource *resource,
							  const GsSearch *search, const GsPaging *paging,
							  GsSeen *seen, MemoryContext context);

/*
 * Queue the first page, so that several walks can start side by side.
 */
extern void gs_pager_start(GsPager *pager);

/*
 * The next record, each key once, NULL at the end.  Valid until the next call.
 * *key, if key is given, is its key.  Raises 40001 when rows keep moving, and
 * HV00K for a tenant that cannot be walked.
 */
extern const GsJson *gs_pager_next(GsPager *pager, const char **key);

/*
 * The last record, and those of the same page before it, stay valid as long
 * as the walk.
 */
extern void gs_pager_hold(GsPager *pager);

/*
 * Is it known what comes next, a record or the end, without another answer?
 */
extern bool gs_pager_at_hand(GsPager *pager);

/*
 * Take in the answers that have come, until that is so; what is lacking is
 * asked for.  Does not wait.  The last record is no longer valid.
 */
extern bool gs_pager_advance(GsPager *pager);

/*
 * Has every record been given?
 */
extern bool gs_pager_at_end(const GsPager *pager);

/*
 * Did the walk end, for it has an order, with a page behind which there may be more?
 */
extern bool gs_pager_is_partial(const GsPager *pager);

/*
 * How many rows the tenant says there are; where it does not, as many as the
 * walk has found at its end, GS_NO_TOTAL before.
 */
extern int64 gs_pager_total(const GsPager *pager);

/*
 * How many walks of this backend have ended so that rows kept moving: others
 * raise 40001, too.
 */
extern uint64 gs_pager_given_up(void);

#endif							/* GS_PAGER_H */
