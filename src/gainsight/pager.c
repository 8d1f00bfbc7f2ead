/*
 * pager.c
 *	  A walk over the pages of a search that notices when rows move under it.
 *
 * The tenant pages by offset, in no documented order, over data that may
 * change meanwhile.  So each page but the first starts one row early: as long
 * as that row is the last of the page before, nothing has moved across the
 * seam.  Where it is another, or totalCount has changed, the walk goes round
 * again and gives only what it has not given.  A row that leaves and one that comes
 * at once, in front of the seam, hide each other where no totalCount tells.
 *
 * It sees records only as far as their key.  After an error that does not end
 * the statement it goes on where it was: the page is asked for again.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "wire/wire.h"
#include "ahead.h"
#include "pager.h"
#include "search.h"
#include "total.h"

/* So many rounds may be disturbed before the walk gives up. */
#define MAX_ROUNDS 3

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

	/* this round */
	int			rounds;			/* disturbed before it */
	int64		rows;			/* read in it */
	int64		total;			/* as its first page gave it, if that is credible */
	int64		expected;		/* what an earlier walk has found */
	char	   *first_key;
	char	   *last_key;
	bool		ended;
	bool		partial;		/* not with the last record */

	/* a clean round that ended short of totalCount */
	int64		short_rows;
	int64		short_total;

	GsAhead		ahead;			/* pages asked for and not yet looked at */
	bool		begun;			/* a record has been given */
	bool		due;			/* more of them are to be asked for with the next */

	/* the page being given */
	GsPage		page;
	bool		taken;			/* it was taken into account */
	bool		doubted;		/* the first page was empty, and was asked for again */
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
	gs_ahead_restart(&pager->ahead);
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
	pager->expected = paging->expected;
	pager->seen = seen ? seen : gs_seen_create(own);
	pager->context = own;
	gs_ahead_init(&pager->ahead, tenant, resource, search,
				  resource->page_size > 0 ? resource->page_size : paging->page_size, own);
	pager->short_rows = -1;
	pager->ahead.whole = paging->whole;
	if (paging->whole && paging->expected != GS_NO_TOTAL)
		gs_ahead_use_cap(&pager->ahead);
	begin_round(pager);
	if (resource->page_size == 0)
		pager->ahead.next_limit = Min(pager->ahead.page_size, paging->first_page);
	if (paging->whole && paging->expected != GS_NO_TOTAL)
		gs_ahead_widen(&pager->ahead, paging->expected);
	return pager;
}

int64
gs_pager_total(const GsPager *pager)
{
	return pager->ended && !pager->partial && pager->total == GS_NO_TOTAL ? pager->rows : pager->total;
}

bool
gs_pager_is_partial(const GsPager *pager)
{
	return pager->partial;
}

/* How many rows are there in all, as far as that is known? */
static int64
rows_in_all(const GsPager *pager)
{
	return pager->total == GS_NO_TOTAL ? pager->expected : pager->total;
}

static void
read_ahead(GsPager *pager)
{
	gs_ahead_fill(&pager->ahead, pager->rows, rows_in_all(pager));
}

void
gs_pager_start(GsPager *pager)
{
	if (pager->ahead.count == 0 && pager->rows == 0 && !pager->ended)
		read_ahead(pager);
}

/*
 * Looking at a page.
 */

static void
remember_key(GsPager *pager, char **where, const GsJson *record)
{
	const char *key = gs_record_key(pager->tenant, pager->resource, record);

	if (*where != NULL)
		pfree(*where);
	*where = MemoryContextStrdup(pager->context, key);
}

static void
note_first_page(GsPager *pager)
{
	const GsRecords *records = &pager->records;

	pager->total = gs_total_is_credible(records, pager->page.limit) ? records->total : GS_NO_TOTAL;
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
	key = gs_record_key(pager->tenant, pager->resource, records->first);
	if (strcmp(key, pager->last_key) == 0)
		return true;
	if (strcmp(key, pager->first_key) == 0)
		gs_record_fail(pager->tenant, ERRCODE_FDW_REPLY_HANDLE,
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
		gs_record_fail(pager->tenant, ERRCODE_T_R_SERIALIZATION_FAILURE,
					   psprintf(_("rows moved under every attempt to read all pages of %s"),
								pager->resource->name),
					   psprintf(_("%d rounds were disturbed by changes in the tenant."), MAX_ROUNDS),
					   _("Try again, or narrow the query so that it takes fewer pages."));
	}
	gs_ahead_forget(&pager->ahead);
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
	gs_ahead_forget(&pager->ahead);
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
	pager->record_key = gs_record_find_key(pager->key_field, record);
	if (pager->record_key != NULL)
		pager->record_hash = gs_seen_prepare(pager->seen, pager->record_key);
}

/*
 * Where nobody counts, a page that is shorter than asked is the last one, unless
 * the tenant gives no longer ones, or more rows were seen: before, or on a page that
 * is there already.  What was longer before may have become shorter since.
 */
static bool
is_last_page(GsPager *pager, int64 rows)
{
	int			count = pager->records.count;
	int			longest;

	if (!pager->resource->dialect->uncounted)
		return false;
	longest = gs_total_note_page(pager->tenant, pager->resource, pager->search->nselect, count);
	return count < pager->page.limit && pager->rounds == 0 && rows >= pager->expected &&
		(count < GS_NO_CAP || (count < longest && count % GS_NO_CAP != 0)) &&
		!gs_ahead_has_rows(&pager->ahead, pager->endpoint);
}

/*
 * What may be asked for behind the current page?  What was asked for behind one that
 * is short, or long, begins elsewhere.  If that is the first, pages are as it is; if
 * it is a later one, they may be of any size, and what is asked for ahead is a guess.
 */
static void
adjust_ahead(GsPager *pager, bool first)
{
	GsAhead    *ahead = &pager->ahead;
	bool		full = pager->records.count == pager->page.limit;
	bool		counted = pager->total != GS_NO_TOTAL;

	if (!full)
		gs_ahead_forget(ahead);
	ahead->whole &= full || first;
	if (!counted && pager->expected != GS_NO_TOTAL && pager->rows >= pager->expected)
	{
		/* there are more than there were, if there are: it is not known how many */
		pager->expected = GS_NO_TOTAL;
		ahead->window = 1;
	}
	/* where nobody counts, the first page may have been all */
	else if (full ? counted || !first || (ahead->whole && pager->expected != GS_NO_TOTAL) :
			 ahead->whole && counted)
		gs_ahead_widen(ahead, rows_in_all(pager));
	pager->due = ahead->whole;
}

/*
 * Of an order there is one page, which is one answer.  Between two, a record that is
 * changed may go from behind the seam to before it while another goes away there, so
 * that they join up and it was missed; by its key it would stay where it is.
 */
static void
take_ordered_page(GsPager *pager)
{
	const GsRecords *records = &pager->records;

	note_first_page(pager);
	gs_search_check_order(pager->tenant, pager->resource, pager->search->order, records);
	set_record(pager, records->first);
	pager->rows = records->count;
	pager->ended = true;
	pager->partial = records->count > 0 &&
		(pager->total == GS_NO_TOTAL ? !is_last_page(pager, pager->rows) : pager->rows < pager->total);
}

/* The first page is empty, although rows were seen: it is asked for once more. */
static bool
is_doubtful(GsPager *pager)
{
	return pager->rows == 0 && pager->records.count == 0 && !pager->doubted &&
		(pager->expected > 0 || gs_ahead_has_rows(&pager->ahead, pager->endpoint));
}

/* Take the current page into account, and make its new rows the ones to give. */
static void
take_page(GsPager *pager)
{
	const GsRecords *records = &pager->records;
	bool		first = pager->rows == 0;
	int			fresh = first ? records->count : records->count - 1;
	bool		last;

	if (pager->search->order != NULL)
	{
		take_ordered_page(pager);
		return;
	}
	if (is_doubtful(pager))
	{
		pager->doubted = true;
		gs_ahead_forget(&pager->ahead);
		return;
	}
	/* this may wait, and be interrupted: first */
	last = is_last_page(pager, pager->rows + fresh);
	if (first)
		note_first_page(pager);
	else if (!joins_on(pager))
	{
		go_round_again(pager);
		return;
	}
	set_record(pager, first ? records->first : gs_envelope_next(records, records->first));
	pager->rows += fresh;
	if (pager->total != GS_NO_TOTAL && !first)
		gs_seen_expect(pager->seen, Min(Max(pager->total - pager->rows, 0),
										pager->rows * MAX_EXPECTED));
	if (fresh > 0)
		remember_key(pager, &pager->last_key, records->last);
	adjust_ahead(pager, first);
	gs_ahead_note_page(&pager->ahead, &pager->page, records->count, fresh);

	/* more than there are: whatever the tenant counts, it is not these rows */
	if (pager->total != GS_NO_TOTAL && pager->rows > pager->total)
		pager->total = GS_NO_TOTAL;
	/* what ends with a full page may have been counted no further */
	if (fresh == 0 && pager->total != GS_NO_TOTAL && pager->rows < pager->total)
		end_short(pager);
	else if (fresh == 0 || (last && pager->total == GS_NO_TOTAL) || (pager->rows == pager->total && records->count < pager->page.limit))
		pager->ended = true;
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
		gs_ahead_forget(&pager->ahead);
	drop_page(pager);
	read_ahead(pager);
	pager->taken = false;
	pager->page = gs_ahead_take(&pager->ahead);
	gs_api_finish_read(pager->page.request, pager->endpoint, &pager->records);
	take_page(pager);
	pager->taken = true;
	if (pager->ended)
		gs_ahead_forget(&pager->ahead);
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
		gs_record_require_key(pager->tenant, pager->resource, pager->record_key);
		if (gs_seen_add_prepared(pager->seen, pager->record_hash) &&
			gs_search_holds(pager->resource, pager->search->category, pager->record))
			pager->fresh = true;
		else
			set_record(pager, gs_envelope_next(&pager->records, pager->record));
	}
	return pager->record != NULL;
}

/*
 * Where all will be read, the tenant need not wait until a page is used up.  With the
 * second record, for a hash join looks at one before it knows that there is something
 * to join it with.
 */
static void
ask_for_rest(GsPager *pager)
{
	pager->due = false;
	if (pager->ended || gs_governor_left(pager->tenant->max_requests) == 0)
		return;
	read_ahead(pager);
	gs_request_drive(0);
}

const GsJson *
gs_pager_next(GsPager *pager, const char **key)
{
	const GsJson *record;

	if (pager->due && pager->begun)
		ask_for_rest(pager);
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
	pager->begun = true;
	if (key != NULL)
		*key = pager->record_key;
	set_record(pager, gs_envelope_next(&pager->records, record));
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
		if (!gs_ahead_is_settled(&pager->ahead))
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
