/*
 * total.c
 *	  How many records does a resource have, and in which list was one of them?
 *
 * What this backend was last told is remembered for the planner.  Where a
 * tenant does not count, ANALYZE looks for the last record by its offset.
 */
#include "postgres.h"

#include <math.h>

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "wire/wire.h"
#include "api.h"
#include "total.h"

/*
 * The last total without a filter, for each resource of each server, as long as
 * that is of this tenant: how long another one's pages were says nothing of it.
 */
typedef struct TotalKey
{
	Oid			serverid;
	GsTenantId	tenant;
	const GsResource *resource;
} TotalKey;

/* Records with more fields than this are taken for alike. */
#define MOST_FIELDS 64

typedef struct Total
{
	TotalKey	key;
	int64		rows;
	int			requests;		/* that it took to find out; 0: it was told by the way */
	bool		rough;			/* there may be twice as many */
	int			longest[MOST_FIELDS];	/* pages that were seen, in rows, by their records' fields */
	int			caps[MOST_FIELDS];	/* pages that were as long as they could be, likewise; 0: none */
} Total;

static HTAB *totals;

/* In place: a copy of a struct need not have its padding, which a hash sees. */
static void
set_key(TotalKey *key, const GsTenant *tenant, const GsResource *resource)
{
	memset(key, 0, sizeof(*key));
	key->serverid = tenant->serverid;
	key->tenant = tenant->id;
	key->resource = resource;
}

static Total *
entry_of(const GsTenant *tenant, const GsResource *resource)
{
	TotalKey	key;
	Total	   *entry;
	bool		found;

	if (totals == NULL)
	{
		HASHCTL		info = {.keysize = sizeof(TotalKey), .entrysize = sizeof(Total)};

		totals = hash_create("gainsight_fdw totals", 16, &info, HASH_ELEM | HASH_BLOBS);
	}
	set_key(&key, tenant, resource);
	entry = hash_search(totals, &key, HASH_ENTER, &found);
	if (!found)
	{
		entry->rows = GS_NO_TOTAL;
		entry->requests = 0;
		entry->rough = false;
		memset(entry->longest, 0, sizeof(entry->longest));
		memset(entry->caps, 0, sizeof(entry->caps));
	}
	return entry;
}

static void
remember_total(const GsTenant *tenant, const GsResource *resource, int64 rows, int requests, bool rough)
{
	Total	   *entry = entry_of(tenant, resource);

	entry->rows = rows;
	entry->requests = requests;
	entry->rough = rough;
}

int
gs_total_note_page(const GsTenant *tenant, const GsResource *resource, int fields, int rows)
{
	Total	   *entry = entry_of(tenant, resource);
	int			own = Min(fields, MOST_FIELDS - 1);
	int			longest = 0;

	for (int i = own; i < MOST_FIELDS; i++)
		longest = Max(longest, entry->longest[i]);
	entry->longest[own] = Max(entry->longest[own], rows);
	return longest;
}

void
gs_total_note_cap(const GsTenant *tenant, const GsResource *resource, int fields, int rows)
{
	entry_of(tenant, resource)->caps[Min(fields, MOST_FIELDS - 1)] = rows;
}

int
gs_total_cap(const GsTenant *tenant, const GsResource *resource, int fields)
{
	Total	   *entry = entry_of(tenant, resource);
	int			cap = 0;

	for (int i = Min(fields, MOST_FIELDS - 1); i >= 0 && cap == 0; i--)
		cap = entry->caps[i];
	return cap;
}

void
gs_total_remember(const GsTenant *tenant, const GsResource *resource, int64 total)
{
	remember_total(tenant, resource, total, 0, false);
}

/* What is remembered, NULL if nothing is. */
static const Total *
find_entry(const GsTenant *tenant, const GsResource *resource)
{
	TotalKey	key;

	set_key(&key, tenant, resource);
	return totals ? hash_search(totals, &key, HASH_FIND, NULL) : NULL;
}

int64
gs_total_known(const GsTenant *tenant, const GsResource *resource, int *requests)
{
	const Total *entry = find_entry(tenant, resource);

	if (requests != NULL)
		*requests = entry ? entry->requests : 0;
	return entry ? entry->rows : GS_NO_TOTAL;
}

bool
gs_total_is_rough(const GsTenant *tenant, const GsResource *resource)
{
	const Total *entry = find_entry(tenant, resource);

	return entry != NULL && entry->rough;
}

/*
 * The list in which a record was seen, or to which it was added, by the key in the
 * list's path.  Of two records that meet in a place the later stays.  It is where to
 * look first, and no more: a record can have moved.
 */
#define PLACES 1024
#define MOST_KEY 64

typedef struct Place
{
	uint64		hash;			/* of tenant and key; 0: none */
	char		list[MOST_KEY];
} Place;

static Place *places;

static uint64
hash_of_record(const GsTenant *tenant, const char *key)
{
	return hash_bytes_extended((const unsigned char *) key, strlen(key), tenant->id.low);
}

void
gs_place_remember(const GsTenant *tenant, const char *key, const char *list)
{
	uint64		hash = hash_of_record(tenant, key);
	Place	   *place;

	if (strlen(list) >= MOST_KEY)
		return;
	if (places == NULL)
		places = MemoryContextAllocZero(TopMemoryContext, sizeof(Place) * PLACES);
	place = &places[hash % PLACES];
	place->hash = hash;
	strcpy(place->list, list);
}

const char *
gs_place_of(const GsTenant *tenant, const char *key)
{
	uint64		hash = hash_of_record(tenant, key);
	const Place *place = places ? &places[hash % PLACES] : NULL;

	return place != NULL && place->hash == hash ? place->list : NULL;
}

/* What some services give as a page at most, whatever they are asked for. */
#define SERVICE_PAGE 1000

bool
gs_total_is_credible(const GsRecords *records, int limit)
{
	/* a page that is full may have been counted by itself */
	return records->total > records->count ||
		(records->total == records->count && records->count < limit &&
		 records->count != SERVICE_PAGE);
}

/*
 * Asking, and looking for the last record.
 */

/* So many requests may look for it; where no more than this are left, they have better uses. */
#define MAX_PROBES 10
#define SCARCE	(4 * MAX_PROBES)

/* A probe beyond all that is known goes at least so far. */
#define FIRST_LEAP 1000

typedef struct Probe
{
	const GsTenant *tenant;
	const GsResource *resource;
	const char *key_field;
	GsSearch	search;
	int			page_size;		/* of which the number is wanted; 0: of records */
	char	   *first_key;		/* of the record at offset 0 */
	char	   *last_key;		/* of that of the last probe that found one */
	bool		vain;			/* how many there are was not found out */
	int			requests;
} Probe;

/* Who wants the number of pages can do without it, so that nothing fails for it. */
static bool
is_optional(const Probe *probe)
{
	return probe->page_size > 0;
}

/* An offset that the tenant refuses is one at which there is nothing to be had. */
static void
take_failure(Probe *probe, int64 offset, const GsFailure *failure)
{
	if (is_optional(probe))
		probe->vain = true;
	else if (offset == 0 || failure->sqlstate != ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION)
		gs_fail(failure);
}

static GsRequest *
ask_for_page(Probe *probe, int limit, int64 offset, GsRecords *records)
{
	GsRequest  *request = gs_api_start_search(probe->tenant, probe->resource,
											  &probe->search, limit, offset,
											  CurrentMemoryContext);
	const GsVerdict *verdict = gs_api_settle(request, gs_model_read(probe->resource, false), records);

	probe->requests++;
	if (verdict->kind == GS_FAILED)
		take_failure(probe, offset, &verdict->failure);
	return request;
}

/* Of the first record of a page, "" where there is none. */
static char *
key_of_first(Probe *probe, const GsRecords *records)
{
	const char *key = "";

	if (records->first != NULL)
		key = is_optional(probe) ? gs_record_find_key(probe->key_field, records->first) :
			gs_record_key(probe->tenant, probe->resource, records->first);
	probe->vain |= key == NULL;
	return pstrdup(key ? key : "");
}

GsRequest *
gs_total_start(const GsTenant *tenant, const GsResource *resource, const GsSearch *search)
{
	return gs_api_start_search(tenant, resource, search, 1, 0, CurrentMemoryContext);
}

bool
gs_total_finish(const GsResource *resource, GsRequest *request, int64 *total)
{
	GsRecords	records;

	gs_api_finish_read(request, gs_model_read(resource, false), &records);
	gs_request_free(request);
	*total = records.count == 0 ? 0 : records.total;
	return records.count == 0 || gs_total_is_credible(&records, 1);
}

bool
gs_total_ask(const GsTenant *tenant, const GsResource *resource, const GsSearch *search,
			 int64 *total)
{
	return gs_total_finish(resource, gs_total_start(tenant, resource, search), total);
}

/*
 * Is there a record at the offset?  The first of all is one that the tenant ignores, and
 * the one before is one behind its last page.
 */
static bool
reaches_offset(Probe *probe, int64 offset)
{
	GsRecords	records;
	GsRequest  *request = ask_for_page(probe, 1, offset, &records);
	char	   *key = key_of_first(probe, &records);
	bool		found = key[0] != '\0';
	bool		again = found && (strcmp(key, probe->first_key) == 0 || strcmp(key, probe->last_key) == 0);

	gs_request_free(request);
	/* pages that begin alike tell nothing of how many there are */
	probe->vain |= again && is_optional(probe);
	if (found)
		probe->last_key = key;
	return found && !again;
}

/* At least low, and fewer than high: is that near enough? */
static bool
is_near(const Probe *probe, int64 low, int64 high)
{
	if (!is_optional(probe))
		return high - low <= low / 20;
	return (high - 1) / probe->page_size <= 2 * (low / probe->page_size) + 1;
}

/* There are so many at least.  How many there are, or a little less: all can be asked for. */
static int64
search_end(Probe *probe, int64 low)
{
	int64		high = -1;		/* no record is there; -1: not known */
	int64		at = is_optional(probe) ? Max(low, FIRST_LEAP) : low;

	while (probe->requests < MAX_PROBES && !probe->vain &&
		   gs_governor_left(probe->tenant->max_requests) > 0 &&
		   (high < 0 || !is_near(probe, low, high)))
	{
		if (reaches_offset(probe, at))
			low = at + 1;
		else
			high = at;
		at = high < 0 ? Max(low * 4, FIRST_LEAP) : (int64) sqrt((double) low * high);
		at = Max(at, low);
	}
	return low;
}

static int64
find_total(Probe *probe, int64 at_least)
{
	GsRecords	records;
	GsRequest  *request;
	int64		total;

	probe->key_field = gs_model_flagged(probe->resource, GS_KEY)->field;
	probe->search.select = &probe->key_field;
	probe->search.nselect = 1;
	request = ask_for_page(probe, 2, 0, &records);
	total = Max(records.count, at_least);
	if (gs_total_is_credible(&records, 2))
		total = records.total;
	else if (records.count > 0 && is_optional(probe) &&
			 gs_governor_left(probe->tenant->max_requests) <= SCARCE)
		probe->vain = true;
	else if (records.count > 0)
	{
		probe->first_key = probe->last_key = key_of_first(probe, &records);
		total = search_end(probe, Max(records.count, at_least));
	}
	gs_request_free(request);
	if (!probe->vain)
		remember_total(probe->tenant, probe->resource, total, probe->requests,
					   is_optional(probe) && probe->requests > 1);
	return total;
}

int64
gs_total_find(const GsTenant *tenant, const GsResource *resource, const GsSearch *search,
			  int64 at_least)
{
	Probe		probe = {.tenant = tenant, .resource = resource};

	if (search != NULL)
		probe.search = *search;
	return find_total(&probe, at_least);
}

int
gs_total_find_pages(const GsTenant *tenant, const GsResource *resource, const GsSearch *search,
					int page_size)
{
	Probe		probe = {
		.tenant = tenant,
		.resource = resource,
		.search = *search,
		.page_size = page_size
	};

	(void) find_total(&probe, 0);
	return probe.requests;
}
