/*
 * reader.c
 *	  The records of a resource, by whichever requests it takes.
 *
 * The model's path templates decide.  A search is walked by the pager; a path
 * without braces is one list; a path with braces is a request for each key,
 * several side by side, and where the keys are not known they are those of
 * the parent resource, read while the first lists already come in.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "wire/wire.h"
#include "reader.h"
#include "total.h"

/* Requests in flight: no more than the option max_connections can ask for. */
#define MAX_AHEAD 64

/* A request by path that is under way. */
typedef struct Item
{
	GsRequest  *request;
	char	   *key;			/* in the request's context; NULL without braces */
} Item;

struct GsReader
{
	const GsTenant *tenant;
	const GsReadSpec *spec;
	const GsEndpoint *endpoint; /* of the requests by path; NULL for a search */
	MemoryContext context;

	GsPager   **walks;			/* over this resource, or one over the parent's keys */
	int			nwalks;
	int			walk;			/* being read */
	int			started;		/* so many */
	bool		found;			/* they have given a record */
	GsSeen	   *names;			/* the last walk is over records that name some; these are them */
	GsSearch	parent_search;
	const char *parent_key;
	int			next_key;		/* of spec->keys */
	const char *held_key;		/* of walks, that was not asked for yet */
	const char *place;			/* the list to look for the wanted record in before all others */
	bool		placed;			/* that is asked for, and has not answered */
	bool		keys_ended;

	Item		ahead[MAX_AHEAD];	/* a ring */
	int			ahead_first;
	int			ahead_count;
	int			window;

	Item		item;			/* being given */
	bool		taken;			/* its answer has come */
	bool		holding;		/* that stays as long as the reader */
	GsRecords	records;
	const GsJson *record;		/* next to give */
};

/* A walk over the parent's keys. */
static void
open_parent(GsReader *reader)
{
	const GsResource *parent = gs_model_parent(reader->spec->resource);
	GsPaging	paging = reader->spec->paging;

	paging.first_page = paging.page_size;
	paging.expected = gs_total_known(reader->tenant, parent, NULL);
	reader->parent_key = gs_model_flagged(parent, GS_KEY)->field;
	reader->parent_search.select = &reader->parent_key;
	reader->parent_search.nselect = 1;
	reader->nwalks = 1;
	reader->walks = MemoryContextAlloc(reader->context, sizeof(GsPager *));
	reader->walks[0] = gs_pager_open(reader->tenant, parent, &reader->parent_search,
									 &paging, NULL, reader->context);
}

/* A walk for each search; what several find is given once. */
static void
open_walks(GsReader *reader)
{
	const GsReadSpec *spec = reader->spec;
	GsSeen	   *seen = spec->seen ? spec->seen : gs_seen_create(reader->context);

	reader->nwalks = spec->nsearches;
	reader->walks = MemoryContextAlloc(reader->context, sizeof(GsPager *) * (spec->nsearches + 1));
	for (int i = 0; i < spec->nsearches; i++)
		reader->walks[i] = gs_pager_open(reader->tenant, spec->resource, &spec->searches[i],
										 &spec->paging, seen, reader->context);
}

/* Do not begin what max_requests will not let end. */
static void
check_budget(const GsReader *reader, int64 needed)
{
	if (needed > gs_governor_left(reader->tenant->max_requests))
		gs_governor_exceeded(reader->tenant, needed);
}

GsReader *
gs_reader_open(const GsTenant *tenant, const GsReadSpec *spec, MemoryContext context)
{
	MemoryContext own = AllocSetContextCreate(context, "gainsight_fdw reader",
											  ALLOCSET_SMALL_SIZES);
	GsReader   *reader = MemoryContextAllocZero(own, sizeof(GsReader));
	const GsEndpoint *unbound = gs_model_read(spec->resource, false);

	reader->tenant = tenant;
	reader->spec = spec;
	reader->context = own;
	reader->window = spec->paging.whole ? tenant->max_connections : 1;
	check_budget(reader, spec->nkeys >= 0 ? spec->nkeys : spec->nsearches);
	if (spec->nkeys >= 0)
		reader->endpoint = gs_model_read(spec->resource, true);
	else if (unbound == NULL)
	{
		reader->endpoint = gs_model_read(spec->resource, true);
		open_parent(reader);
		if (spec->wanted != NULL)
			reader->place = gs_place_of(tenant, spec->wanted);
	}
	else if (unbound->search)
		open_walks(reader);
	else
		reader->endpoint = unbound;
	return reader;
}

bool
gs_reader_is_partial(const GsReader *reader)
{
	return reader->endpoint == NULL && gs_pager_is_partial(reader->walks[0]);
}

int64
gs_reader_total(const GsReader *reader)
{
	return reader->endpoint == NULL && reader->nwalks == 1 ?
		gs_pager_total(reader->walks[0]) : GS_NO_TOTAL;
}

int64
gs_reader_parents(const GsReader *reader)
{
	return reader->endpoint != NULL && reader->walks != NULL ?
		gs_pager_total(reader->walks[0]) : GS_NO_TOTAL;
}

/*
 * The key of the next request by path; false if there is none.  A path
 * without braces has one request, and no key.
 */
static bool
take_key(GsReader *reader, const char **key)
{
	bool		first = reader->next_key == 0;

	*key = NULL;
	if (reader->spec->nkeys >= 0)
	{
		if (reader->next_key < reader->spec->nkeys)
			*key = reader->spec->keys[reader->next_key];
	}
	else if (reader->place != NULL)
	{
		*key = reader->place;
		reader->place = NULL;
		reader->placed = true;
		return true;
	}
	else if (reader->walks != NULL)
	{
		if (reader->held_key == NULL)
			(void) gs_pager_next(reader->walks[0], &reader->held_key);
		if (reader->held_key != NULL && first)
			check_budget(reader, gs_pager_total(reader->walks[0]));
		*key = reader->held_key;
		reader->held_key = NULL;
	}
	else
	{
		reader->next_key++;
		return first;
	}
	reader->next_key++;
	return *key != NULL;
}

static Item
start_item(const GsReader *reader, const char *key)
{
	Item		item;

	item.request = gs_api_start_read(reader->tenant, reader->spec->resource,
									 reader->endpoint, key, reader->context);
	item.key = key ? MemoryContextStrdup(gs_request_context(item.request), key) : NULL;
	return item;
}

/* Can the next key be taken without a wait? */
static bool
key_is_at_hand(GsReader *reader)
{
	return reader->spec->nkeys >= 0 || reader->walks == NULL || reader->held_key != NULL ||
		reader->place != NULL || gs_pager_advance(reader->walks[0]);
}

/* Ask for more, as far as keys are at hand; wait for one if nothing is asked for. */
static void
read_ahead(GsReader *reader, bool wait)
{
	const char *key;

	while (!reader->keys_ended && !reader->placed && reader->ahead_count < reader->window &&
		   (key_is_at_hand(reader) || (wait && reader->ahead_count == 0)))
	{
		if (!take_key(reader, &key))
			reader->keys_ended = true;
		else if (key == NULL || gs_path_sendable(key))
			reader->ahead[(reader->ahead_first + reader->ahead_count++) % MAX_AHEAD] =
				start_item(reader, key);
	}
}

static Item
take_ahead(GsReader *reader)
{
	Item		item = reader->ahead[reader->ahead_first];

	reader->ahead_first = (reader->ahead_first + 1) % MAX_AHEAD;
	reader->ahead_count--;
	return item;
}

/* Go on to the next request by path; false at the end. */
static bool
shift_item(GsReader *reader)
{
	Item		last = reader->item;

	if (last.request != NULL && !reader->taken)
	{
		/* an error kept its answer from us: it is asked again */
		reader->item = start_item(reader, last.key);
		gs_request_free(last.request);
		return true;
	}
	if (last.request != NULL && !reader->holding)
		gs_request_free(last.request);
	reader->item.request = NULL;
	reader->holding = false;
	read_ahead(reader, true);
	if (reader->ahead_count == 0)
		return false;
	reader->item = take_ahead(reader);
	reader->taken = false;
	return true;
}

/* Wait for the next answer by path; false at the end. */
static bool
next_item(GsReader *reader)
{
	if (!shift_item(reader))
		return false;
	gs_api_finish_read(reader->item.request, reader->endpoint, &reader->records);
	reader->taken = true;
	reader->placed = false;
	reader->record = reader->records.first;
	reader->window = Min(reader->window * 2, reader->tenant->max_connections);
	return true;
}

/*
 * The first pages of the walks to come are on their way while one is read.  Where all
 * will be read, as many again wait for their turn: whatever has come and was not looked
 * at yet, no connection is idle.
 */
static void
start_walks(GsReader *reader)
{
	int			most = reader->tenant->max_connections * (reader->spec->paging.whole ? 2 : 1);
	int			ahead = Min(reader->nwalks, reader->walk + most);

	for (; reader->started < ahead; reader->started++)
		gs_pager_start(reader->walks[reader->started]);
}

/*
 * Records by name.  Where all of a resource was read and there is none, the names
 * that another's records have for some will do.
 */

static bool
wants_names(const GsReader *reader)
{
	const GsReadSpec *spec = reader->spec;

	return !reader->found && reader->names == NULL && spec->resource->namer != NULL &&
		spec->nsearches == 1 && spec->searches[0].nconditions == 0;
}

/* Begin a walk over them, if they are wanted. */
static bool
open_names(GsReader *reader)
{
	const GsResource *resource = reader->spec->resource;
	const GsResource *namer = gs_model_namer(resource);
	const char *category = reader->spec->searches[0].category;
	GsPaging	paging = reader->spec->paging;
	MemoryContext old;
	GsSearch   *search;

	if (!wants_names(reader))
		return false;
	ereport(WARNING,
			(errmsg("there is no %s of category \"%s\", so that only those are given that a %s names",
					resource->label, category ? gs_printable(category, 100) : "", namer->label),
			 errhint("The server option plan_type_category says which category is theirs; gainsight_fdw_check lists all.")));
	old = MemoryContextSwitchTo(reader->context);
	search = palloc0(sizeof(GsSearch));
	search->select = resource->named;
	search->nselect = resource->ncolumns;
	gs_search_select(search, gs_model_flagged(namer, GS_KEY)->field);
	paging.first_page = paging.page_size;
	paging.expected = gs_total_known(reader->tenant, namer, NULL);
	reader->names = gs_seen_create(reader->context);
	reader->walks[reader->nwalks++] = gs_pager_open(reader->tenant, namer, search, &paging, NULL,
													reader->context);
	MemoryContextSwitchTo(old);
	return true;
}

/* The record that another names, if it is the first to: it stays. */
static const GsJson *
record_by_name(GsReader *reader, const GsJson *other)
{
	const GsResource *resource = reader->spec->resource;
	const GsColumn *key = gs_model_flagged(resource, GS_KEY);
	GsMember   *members = palloc(sizeof(GsMember) * resource->ncolumns);
	const char *why;
	char	   *body;

	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsJson *member = gs_record_member(other, resource->named[i]);

		if (&resource->columns[i] == key &&
			(!gs_json_has_text(member) || !gs_seen_add(reader->names, gs_json_identity(member))))
			return NULL;
		members[i].field = resource->columns[i].field;
		members[i].json = member ? gs_json_printed(member, GS_JSON_AS_IT_CAME) : "null";
	}
	body = MemoryContextStrdup(reader->context, gs_api_record(members, resource->ncolumns));
	return gs_json_parse(body, strlen(body), reader->context, &why);
}

/* The next record of the walks, one after the other. */
static const GsJson *
next_of_walks(GsReader *reader)
{
	for (; reader->walk < reader->nwalks || open_names(reader); reader->walk++)
	{
		const GsJson *record;

		do
		{
			start_walks(reader);
			record = gs_pager_next(reader->walks[reader->walk], NULL);
			reader->found |= record != NULL;
			if (record == NULL || reader->names == NULL)
				break;
			record = record_by_name(reader, record);
		} while (record == NULL);
		if (record != NULL)
			return record;
	}
	return NULL;
}

/* A single record has to have a key; one that was given before is not. */
static bool
is_new(GsReader *reader, const GsJson *record)
{
	const char *key = gs_record_key(reader->tenant, reader->spec->resource, record);

	return reader->spec->seen == NULL || gs_seen_add(reader->spec->seen, key);
}

/* No other list is of interest. */
static void
end_lists(GsReader *reader)
{
	reader->keys_ended = true;
	reader->record = NULL;
	while (reader->ahead_count > 0)
		gs_request_free(take_ahead(reader).request);
}

/* It was in this list; and if it is the one that is wanted, that is all. */
static void
note_place(GsReader *reader, const GsJson *record, const char *list)
{
	const GsReadSpec *spec = reader->spec;
	const char *key = gs_record_find_key(gs_model_flagged(spec->resource, GS_KEY)->field, record);

	if (key == NULL)
		return;
	gs_place_remember(reader->tenant, key, list);
	if (spec->wanted != NULL && strcmp(key, spec->wanted) == 0)
		end_lists(reader);
}

const GsJson *
gs_reader_next(GsReader *reader, const char **key)
{
	const GsJson *record;
	bool		fresh;

	*key = NULL;
	if (reader->endpoint == NULL)
		return next_of_walks(reader);
	do
	{
		while (reader->record == NULL)
			if (!next_item(reader))
				return NULL;
		record = reader->record;
		fresh = !reader->endpoint->single || is_new(reader, record);
		reader->record = gs_envelope_next(&reader->records, record);
	} while (!fresh);
	*key = reader->item.key;
	if (*key != NULL && !reader->endpoint->single)
		note_place(reader, record, *key);
	return record;
}

void
gs_reader_hold(GsReader *reader)
{
	if (reader->endpoint != NULL)
		reader->holding = reader->item.request != NULL;
	else if (reader->walk < reader->nwalks)
		gs_pager_hold(reader->walks[reader->walk]);
}

/*
 * The same without a wait.
 */

bool
gs_reader_at_hand(const GsReader *reader)
{
	if (reader->endpoint != NULL)
		return reader->record != NULL || (reader->keys_ended && reader->ahead_count == 0);
	for (int i = reader->walk; i < reader->nwalks; i++)
	{
		if (!gs_pager_at_hand(reader->walks[i]))
			return false;
		if (!gs_pager_at_end(reader->walks[i]))
			return true;
	}
	return !wants_names(reader);
}

static bool
advance_walks(GsReader *reader)
{
	for (; reader->walk < reader->nwalks || open_names(reader); reader->walk++)
	{
		start_walks(reader);
		if (!gs_pager_advance(reader->walks[reader->walk]))
			return false;
		if (!gs_pager_at_end(reader->walks[reader->walk]))
			return true;
	}
	return true;
}

bool
gs_reader_advance(GsReader *reader)
{
	if (reader->endpoint == NULL)
		return advance_walks(reader);
	while (!gs_reader_at_hand(reader))
	{
		read_ahead(reader, false);
		if (reader->ahead_count == 0)
			return reader->keys_ended;
		if (!gs_request_is_settled(reader->ahead[reader->ahead_first].request))
			return false;
		(void) next_item(reader);
	}
	return true;
}
