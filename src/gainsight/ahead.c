/*
 * ahead.c
 *	  Pages of a search that are asked for before they are wanted.
 */
#include "postgres.h"

#include "ahead.h"
#include "api.h"
#include "total.h"

void
gs_ahead_init(GsAhead *ahead, const GsTenant *tenant, const GsResource *resource,
			  const GsSearch *search, int full_size, MemoryContext context)
{
	ahead->tenant = tenant;
	ahead->resource = resource;
	ahead->search = search;
	ahead->context = context;
	ahead->first = ahead->count = 0;
	ahead->full_size = full_size;
	ahead->known_size = 0;
}

void
gs_ahead_restart(GsAhead *ahead)
{
	ahead->window = 1;
	/* a page may have been short because it was the last */
	ahead->next_limit = ahead->page_size = ahead->known_size ? ahead->known_size : ahead->full_size;
}

void
gs_ahead_use_cap(GsAhead *ahead)
{
	int			cap = gs_total_cap(ahead->tenant, ahead->resource, ahead->search->nselect);

	if (cap > 0 && cap < ahead->full_size)
		ahead->known_size = cap;
}

void
gs_ahead_note_page(GsAhead *ahead, const GsPage *page, int count, int fresh)
{
	/* the one before was shorter than asked, and not the last */
	if (fresh > 0 && ahead->page_size < ahead->full_size)
	{
		ahead->known_size = ahead->page_size;
		if (ahead->known_size >= GS_NO_CAP)
			gs_total_note_cap(ahead->tenant, ahead->resource, ahead->search->nselect,
							  ahead->known_size);
	}
	if (count < page->limit)
		ahead->next_limit = ahead->page_size = Max(count, 2);
}

/*
 * Where all will be read, none of so many is asked for in vain.  Else each answer may
 * be the last that is wanted, and what is in flight then is at most as much as was
 * wanted before.
 */
void
gs_ahead_widen(GsAhead *ahead, int64 all)
{
	int			most = ahead->tenant->max_connections;

	ahead->window = ahead->whole && all != GS_NO_TOTAL ? most : Min(ahead->window * 2, most);
}

/* The offset of the page after all that are asked for: one row early. */
static int64
next_offset(const GsAhead *ahead, int64 rows)
{
	const GsPage *last;

	if (ahead->count == 0)
		return Max(rows - 1, 0);
	last = &ahead->pages[(ahead->first + ahead->count - 1) % GS_MAX_AHEAD];
	return last->offset + last->limit - 1;
}

static void
queue_page(GsAhead *ahead, int64 rows)
{
	GsPage	   *page = &ahead->pages[(ahead->first + ahead->count) % GS_MAX_AHEAD];

	page->offset = next_offset(ahead, rows);
	page->limit = ahead->next_limit;
	page->request = gs_api_start_search(ahead->tenant, ahead->resource, ahead->search,
										page->limit, page->offset, ahead->context);
	ahead->count++;
	ahead->next_limit = ahead->page_size;
}

void
gs_ahead_fill(GsAhead *ahead, int64 rows, int64 all)
{
	/* a page that is needed is asked for, whatever totalCount and budget say */
	if (ahead->count == 0)
		queue_page(ahead, rows);
	while (ahead->count < ahead->window &&
		   (all == GS_NO_TOTAL || next_offset(ahead, rows) + 1 < all) &&
		   gs_governor_left(ahead->tenant->max_requests) > 0)
		queue_page(ahead, rows);
}

bool
gs_ahead_is_settled(const GsAhead *ahead)
{
	return gs_request_is_settled(ahead->pages[ahead->first].request);
}

bool
gs_ahead_has_rows(GsAhead *ahead, const GsEndpoint *endpoint)
{
	GsRecords	records;

	return ahead->count > 0 &&
		gs_api_settle(ahead->pages[ahead->first].request, endpoint, &records)->kind == GS_ANSWERED &&
		records.count > 0;
}

GsPage
gs_ahead_take(GsAhead *ahead)
{
	GsPage		page = ahead->pages[ahead->first];

	ahead->first = (ahead->first + 1) % GS_MAX_AHEAD;
	ahead->count--;
	return page;
}

void
gs_ahead_forget(GsAhead *ahead)
{
	while (ahead->count > 0)
		gs_request_free(gs_ahead_take(ahead).request);
	ahead->window = 1;
}
