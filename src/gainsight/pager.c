/*
 * pager.c
 *	  A walk over the pages of a search that proves that it missed nothing.
 *
 * The tenant pages by offset, in no documented order, over data that may
 * change meanwhile.  So each page but the first starts one row early: as long
 * as that row is the last of the page before, nothing has moved across the
 * seam.  Where it is another, or totalCount has changed, the walk goes round
 * again and gives only what it has not given.
 *
 * It sees records only as far as their key.  After an error that does not end
 * the statement it goes on where it was: the page is asked for again.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "wire/wire.h"
#include "pager.h"

/* So many rounds may be disturbed before the walk gives up. */
#define MAX_ROUNDS 3

/* What some services give as a page at most, whatever they are asked for. */
#define SERVICE_PAGE 1000

/* Pages in flight: no more than the option max_connections can ask for. */
#define MAX_AHEAD 64

typedef struct Page
{
	GsRequest  *request;		/* NULL: there is none */
	int64		offset;
	int			limit;
} Page;

struct GsPager
{
	/* what is walked */
	const GsTenant *tenant;
	const GsResource *resource;
	const GsEndpoint *endpoint;
	const char *key_field;
	const GsSearch *search;
	GsSeen	   *seen;
	MemoryContext context;
	int			full_size;		/* rows a page, as the user wants it */
	int			known_size;		/* less, if the tenant was seen to go on with it */
	int			page_size;		/* in force */
	int			next_limit;		/* of the page that is queued next */

	/* this round */
	int			rounds;			/* disturbed before it */
	int64		rows;			/* read in it */
	int64		total;			/* as its first page gave it, if that is credible */
	char	   *first_key;
	char	   *last_key;
	bool		ended;

	/* a clean round that ended short of totalCount */
	int64		short_rows;
	int64		short_total;

	/* pages asked for and not yet looked at, a ring */
	Page		ahead[MAX_AHEAD];
	int			ahead_first;
	int			ahead_count;
	int			window;			/* how many there may be */

	/* the page being given */
	Page		page;
	bool		taken;			/* it was taken into account */
	bool		holding;		/* what it has given stays as long as the walk */
	GsRecords	records;
	const GsJson *record;		/* next to give, */
	const char *record_key;		/* with its key */
	GsSeenHash	record_hash;
	bool		fresh;			/* it has not been given, and counts as given now */
};

static void
begin_round(GsPager *pager)
{
	pager->rows = 0;
	pager->total = GS_NO_TOTAL;
	pager->window = 1;
	/* a page may have been short because it was the last */
	pager->page_size = pager->known_size ? pager->known_size : pager->full_size;
	pager->next_limit = pager->page_size;
	pager->ended = false;
}

GsPager *
gs_pager_open(const GsTenant *tenant, const GsResource *resource,
			  const GsSearch *search, const GsPaging *paging,
			  GsSeen *seen, MemoryContext context)
{
	MemoryContext own = AllocSetContextCreate(context, "gainsight_fdw walk",
											  ALLOCSET_SMALL_SIZES);
	GsPager    *pager = MemoryContextAllocZero(own, sizeof(GsPager));

	pager->tenant = tenant;
	pager->resource = resource;
	pager->endpoint = gs_model_read(resource, false);
	pager->key_field = gs_model_flagged(resource, GS_KEY)->field;
	pager->search = search;
	pager->seen = seen ? seen : gs_seen_create(own);
	pager->context = own;
	pager->full_size = paging->page_size;
	pager->short_rows = -1;
	begin_round(pager);
	pager->next_limit = paging->first_page;
	return pager;
}

int64
gs_pager_total(const GsPager *pager)
{
	return pager->ended && pager->total == GS_NO_TOTAL ? pager->rows : pager->total;
}

/* As what tells it from any other; NULL: it has none. */
static const char *
find_key(const char *field, const GsJson *record)
{
	const GsJson *node = gs_json_get(record, field);
	const char *key = gs_json_kind(node) == GS_JSON_STRING ? gs_json_identity(node) : NULL;

	return key != NULL && key[0] != '\0' ? key : NULL;
}

/* Of what was answered well, and is no walk. */
pg_noreturn static void
fail_walk(const GsTenant *tenant, int sqlstate, const char *message, const char *aside,
		  const char *hint)
{
	GsFailure	failure = {
		.sqlstate = sqlstate, .message = message, .server = tenant->server,
		.table = tenant->table, .aside = aside, .hint = hint
	};

	gs_fail(&failure);
}

static void
require_key(const GsTenant *tenant, const GsResource *resource, const char *key)
{
	if (key == NULL)
		fail_walk(tenant, ERRCODE_FDW_REPLY_HANDLE,
				  psprintf(_("Gainsight gave a %s without a %s"), resource->label,
						   gs_model_flagged(resource, GS_KEY)->field),
				  _("without it a record cannot be told from others."), NULL);
}

const char *
gs_pager_key(const GsTenant *tenant, const GsResource *resource, const GsJson *record)
{
	const char *key = find_key(gs_model_flagged(resource, GS_KEY)->field, record);

	require_key(tenant, resource, key);
	return key;
}

/*
 * Reading ahead.
 */

/* The offset of the page after all that are asked for: one row early. */
static int64
next_offset(const GsPager *pager)
{
	const Page *last;

	if (pager->ahead_count == 0)
		return Max(pager->rows - 1, 0);
	last = &pager->ahead[(pager->ahead_first + pager->ahead_count - 1) % MAX_AHEAD];
	return last->offset + last->limit - 1;
}

static void
queue_page(GsPager *pager)
{
	Page	   *page = &pager->ahead[(pager->ahead_first + pager->ahead_count) % MAX_AHEAD];

	page->offset = next_offset(pager);
	page->limit = pager->next_limit;
	page->request = gs_api_start_search(pager->tenant, pager->resource, pager->search,
										page->limit, page->offset, pager->context);
	pager->ahead_count++;
	pager->next_limit = pager->page_size;
}

/* Would another page bring anything, for all that is known? */
static bool
worth_asking(const GsPager *pager)
{
	return pager->total == GS_NO_TOTAL || next_offset(pager) + 1 < pager->total;
}

static void
read_ahead(GsPager *pager)
{
	/* a page that is needed is asked for, whatever totalCount and budget say */
	if (pager->ahead_count == 0)
		queue_page(pager);
	while (pager->ahead_count < pager->window && worth_asking(pager) &&
		   gs_governor_left(pager->tenant->max_requests) > 0)
		queue_page(pager);
}

static void
forget_ahead(GsPager *pager)
{
	for (; pager->ahead_count > 0; pager->ahead_count--)
	{
		gs_request_free(pager->ahead[pager->ahead_first].request);
		pager->ahead_first = (pager->ahead_first + 1) % MAX_AHEAD;
	}
	pager->window = 1;
}

void
gs_pager_start(GsPager *pager)
{
	if (pager->ahead_count == 0 && pager->rows == 0 && !pager->ended)
		queue_page(pager);
}

/*
 * Looking at a page.
 */

static void
remember_key(GsPager *pager, char **where, const GsJson *record)
{
	const char *key = gs_pager_key(pager->tenant, pager->resource, record);

	if (*where != NULL)
		pfree(*where);
	*where = MemoryContextStrdup(pager->context, key);
}

static void
note_first_page(GsPager *pager)
{
	const GsRecords *records = &pager->records;

	pager->total = records->total;
	/* some tenants count the page: a full one proves nothing */
	if (records->total < records->count ||
		(records->total == records->count &&
		 (records->count == pager->page.limit || records->count == SERVICE_PAGE)))
		pager->total = GS_NO_TOTAL;
	if (records->count > 0)
		remember_key(pager, &pager->first_key, records->first);
}

/*
 * Does a page join on to the one before?  An empty one does not: the row that
 * it should begin with has gone.
 */
static bool
joins_on(GsPager *pager)
{
	const GsRecords *records = &pager->records;
	const char *key;

	if (records->count == 0)
		return false;
	/* rows have come or gone */
	if (pager->total != GS_NO_TOTAL && records->total != GS_NO_TOTAL &&
		records->total != pager->total)
		return false;
	key = gs_pager_key(pager->tenant, pager->resource, records->first);
	if (strcmp(key, pager->last_key) == 0)
		return true;
	if (strcmp(key, pager->first_key) == 0)
		fail_walk(pager->tenant, ERRCODE_FDW_REPLY_HANDLE,
				  _("Gainsight ignores the offset of a search"),
				  psprintf(_("the page at offset " INT64_FORMAT " begins like the one at offset 0."),
						   pager->page.offset), NULL);
	return false;
}

static uint64 given_up;

uint64
gs_pager_given_up(void)
{
	return given_up;
}

static void
go_round_again(GsPager *pager)
{
	if (++pager->rounds >= MAX_ROUNDS)
	{
		given_up++;
		fail_walk(pager->tenant, ERRCODE_T_R_SERIALIZATION_FAILURE,
				  psprintf(_("rows moved under every attempt to read all pages of %s"),
						   pager->resource->name),
				  psprintf(_("%d rounds were disturbed by changes in the tenant."), MAX_ROUNDS),
				  _("Try again, or narrow the query so that it takes fewer pages."));
	}
	forget_ahead(pager);
	begin_round(pager);
}

/*
 * The round ended short of totalCount.  Either a page went missing, which the
 * next round will show, or the tenant counts what it does not show.
 */
static void
end_short(GsPager *pager)
{
	if (pager->short_rows == pager->rows && pager->short_total == pager->total)
	{
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("Gainsight counts more rows of %s than it shows",
						pager->resource->name),
				 errdetail("Server \"%s\": it shows " INT64_FORMAT " and counts " INT64_FORMAT ".",
						   pager->tenant->server, pager->rows, pager->total)));
		pager->ended = true;
		return;
	}
	if (pager->short_rows >= 0)
	{
		go_round_again(pager);
		return;
	}
	pager->short_rows = pager->rows;
	pager->short_total = pager->total;
	forget_ahead(pager);
	begin_round(pager);
}

/* The set of keys is made larger at once for so many times the rows that came. */
#define MAX_EXPECTED 32

static void
set_record(GsPager *pager, const GsJson *record)
{
	pager->record = record;
	pager->fresh = false;
	if (record == NULL)
		return;
	/* that it has none is a complaint for when it is its turn */
	pager->record_key = find_key(pager->key_field, record);
	if (pager->record_key != NULL)
		pager->record_hash = gs_seen_prepare(pager->seen, pager->record_key);
}

/* Take the current page into account, and make its new rows the ones to give. */
static void
take_page(GsPager *pager)
{
	const GsRecords *records = &pager->records;
	bool		first = pager->rows == 0;
	int			fresh = first ? records->count : records->count - 1;

	if (first)
		note_first_page(pager);
	else if (!joins_on(pager))
	{
		go_round_again(pager);
		return;
	}
	set_record(pager, first ? records->first : gs_api_next(records, records->first));
	pager->rows += fresh;
	if (pager->total != GS_NO_TOTAL && !first)
		gs_seen_expect(pager->seen, Min(Max(pager->total - pager->rows, 0),
										pager->rows * MAX_EXPECTED));
	if (fresh > 0)
		remember_key(pager, &pager->last_key, records->last);
	if (records->count != pager->page.limit)
		forget_ahead(pager);	/* what was asked for behind it begins elsewhere */
	else
		/* where nobody counts, the first page may have been all */
		pager->window = first && pager->total == GS_NO_TOTAL ? 1 :
			Min(pager->window * 2, pager->tenant->max_connections);
	if (fresh > 0 && pager->page_size < pager->full_size)
		pager->known_size = pager->page_size;
	if (records->count < pager->page.limit)
		pager->next_limit = pager->page_size = Max(records->count, 2);

	/* more than there are: whatever the tenant counts, it is not these rows */
	if (pager->total != GS_NO_TOTAL && pager->rows > pager->total)
		pager->total = GS_NO_TOTAL;
	if (pager->total != GS_NO_TOTAL && pager->rows == pager->total)
		pager->ended = true;
	else if (fresh == 0)
	{
		if (pager->total != GS_NO_TOTAL)
			end_short(pager);
		else
			pager->ended = true;
	}
}

static void
drop_page(GsPager *pager)
{
	if (pager->page.request != NULL && !pager->holding)
		gs_request_free(pager->page.request);
	pager->page.request = NULL;
	pager->holding = false;
	pager->record = NULL;
}

static void
next_page(GsPager *pager)
{
	/* where an error kept a page from it, what is behind it cannot join on */
	if (pager->page.request != NULL && !pager->taken)
		forget_ahead(pager);
	drop_page(pager);
	read_ahead(pager);
	pager->taken = false;
	pager->page = pager->ahead[pager->ahead_first];
	pager->ahead_first = (pager->ahead_first + 1) % MAX_AHEAD;
	pager->ahead_count--;
	gs_api_finish_read(pager->page.request, pager->endpoint, &pager->records);
	take_page(pager);
	pager->taken = true;
	if (pager->ended)
		forget_ahead(pager);
}

/*
 * Go on to the next record of the page that has not been given; false if there
 * is none.
 */
static bool
find_fresh(GsPager *pager)
{
	while (pager->record != NULL && !pager->fresh)
	{
		require_key(pager->tenant, pager->resource, pager->record_key);
		if (gs_seen_add_prepared(pager->seen, pager->record_hash))
			pager->fresh = true;
		else
			set_record(pager, gs_api_next(&pager->records, pager->record));
	}
	return pager->record != NULL;
}

const GsJson *
gs_pager_next(GsPager *pager, const char **key)
{
	const GsJson *record;

	while (!find_fresh(pager))
	{
		if (pager->ended)
		{
			drop_page(pager);
			return NULL;
		}
		next_page(pager);
	}
	record = pager->record;
	if (key != NULL)
		*key = pager->record_key;
	set_record(pager, gs_api_next(&pager->records, record));
	return record;
}

void
gs_pager_hold(GsPager *pager)
{
	pager->holding = pager->page.request != NULL;
}

bool
gs_pager_at_hand(GsPager *pager)
{
	return find_fresh(pager) || pager->ended;
}

bool
gs_pager_advance(GsPager *pager)
{
	while (!gs_pager_at_hand(pager))
	{
		read_ahead(pager);
		if (!gs_request_is_settled(pager->ahead[pager->ahead_first].request))
			return false;
		next_page(pager);
	}
	if (gs_pager_at_end(pager))
		drop_page(pager);
	return true;
}

bool
gs_pager_at_end(const GsPager *pager)
{
	return pager->record == NULL && pager->ended;
}
