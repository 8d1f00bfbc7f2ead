/*
 * ahead.h
 *	  Pages of a search that are asked for before they are wanted.
 */
#ifndef GS_AHEAD_H
#define GS_AHEAD_H

#include "postgres.h"

#include "search.h"

/* Pages in flight: no more than the option max_connections can ask for. */
#define GS_MAX_AHEAD 64

/*
 * No service is known that would give no more than so many rows, nor another number of
 * them than a multiple of it, for a cap: a shorter page is so for another reason.
 */
#define GS_NO_CAP 100

typedef struct GsPage
{
	GsRequest  *request;		/* NULL: there is none */
	int64		offset;
	int			limit;
} GsPage;

typedef struct GsAhead
{
	const GsTenant *tenant;
	const GsResource *resource;
	const GsSearch *search;
	MemoryContext context;		/* of the requests */
	GsPage		pages[GS_MAX_AHEAD];	/* a ring */
	int			first;
	int			count;
	int			window;			/* how many there may be */
	bool		whole;			/* as many as can be, as soon as it is known how many there are */
	int			full_size;		/* rows a page, as the user wants it */
	int			known_size;		/* less, if the tenant was seen to go on with it; else 0 */
	int			page_size;		/* in force */
	int			next_limit;		/* of the page that is queued next */
} GsAhead;

/*
 * Prepare to ask for pages of full_size rows; begin anew, one page at a time, when
 * none is asked for.
 */
extern void gs_ahead_init(GsAhead *ahead, const GsTenant *tenant, const GsResource *resource,
						  const GsSearch *search, int full_size, MemoryContext context);
extern void gs_ahead_restart(GsAhead *ahead);

/*
 * Before the first page: from the next beginning on, pages are as long as this session has
 * seen the tenant give them.  For where many are asked for before the first has come:
 * behind one that is shorter than asked all others would be in vain.
 */
extern void gs_ahead_use_cap(GsAhead *ahead);

/*
 * A page came with count rows, so many of them fresh: those that follow are no longer.
 */
extern void gs_ahead_note_page(GsAhead *ahead, const GsPage *page, int count, int fresh);

/*
 * There may be more of them side by side, for one more was full, or it is known how
 * many rows there are in all (GS_NO_TOTAL: it is not).
 */
extern void gs_ahead_widen(GsAhead *ahead, int64 all);

/*
 * Ask for the page that is needed, and for as many behind it as there may be,
 * when so many rows were read of so many in all (GS_NO_TOTAL: not known).
 */
extern void gs_ahead_fill(GsAhead *ahead, int64 rows, int64 all);

/*
 * Has the next page rows, if it was asked for already?  Waits for it.
 */
extern bool gs_ahead_has_rows(GsAhead *ahead, const GsEndpoint *endpoint);

/*
 * Has the first of them come?  Take it; or give all of them up.
 */
extern bool gs_ahead_is_settled(const GsAhead *ahead);
extern GsPage gs_ahead_take(GsAhead *ahead);
extern void gs_ahead_forget(GsAhead *ahead);

#endif							/* GS_AHEAD_H */
