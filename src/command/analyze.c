/*
 * analyze.c
 *	  ANALYZE: a sample from pages at random offsets, within a few requests.
 *
 * Whole pages are taken, so rows that the tenant keeps together come
 * together; with up to MAX_REQUESTS of them spread over the whole that is
 * good enough for a planner that counts in requests.  Of a resource that has
 * a parent, the lists of parents are taken that stand far apart.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/sampling.h"

#include "command.h"
#include "compat.h"
#include "table/table.h"
#include "wire/wire.h"
#include "gainsight/gainsight.h"

/* What one ANALYZE of a table may send. */
#define MAX_REQUESTS 20

/* For so many lists of parents there is a page of these, from a place of its own. */
#define LISTS_A_PAGE 3

typedef struct Sample
{
	GsRelation *relation;
	TupleDesc	desc;
	GsRowMaker *maker;
	GsMisfits  *misfits;
	Datum	   *values;
	bool	   *isnull;
	MemoryContext row;			/* reset for each */
	HeapTuple  *rows;
	int			wanted;
	int			count;
	const char *category;		/* by which some records are chosen */
	double		read;			/* records, of which not all need be rows */
	double		seen;			/* rows that could have been sampled */
	double		to_skip;
	int			budget;			/* requests that may still be sent */
	ReservoirStateData reservoir;
} Sample;

/* Keep the row, drop it, or put it in another's place: Vitter's algorithm. */
static void
sample_record(Sample *sample, const GsJson *record, const char *key)
{
	HeapTuple	tuple;
	MemoryContext old;
	int			place;

	sample->seen++;
	if (sample->count < sample->wanted)
		place = sample->count++;
	else
	{
		if (sample->to_skip < 0)
			sample->to_skip = reservoir_get_next_S(&sample->reservoir, sample->seen, sample->wanted);
		if (sample->to_skip-- > 0)
			return;
		place = (int) (sample->wanted * sampler_random_fract(&sample->reservoir.randstate));
		heap_freetuple(sample->rows[place]);
	}
	MemoryContextReset(sample->row);
	old = MemoryContextSwitchTo(sample->row);
	gs_row_maker_fill(sample->maker, record, key, sample->values, sample->isnull);
	MemoryContextSwitchTo(old);
	tuple = heap_form_tuple(sample->desc, sample->values, sample->isnull);
	sample->rows[place] = tuple;
}

static void
sample_records(Sample *sample, const GsRecords *records, const char *key)
{
	for (const GsJson *record = records->first; record != NULL;
		 record = gs_envelope_next(records, record))
	{
		CHECK_FOR_INTERRUPTS();
		sample->read++;
		if (gs_search_holds(sample->relation->resource, sample->category, record))
			sample_record(sample, record, key);
	}
}

static bool
contains_key(const int64 *numbers, int count, int64 number)
{
	for (int i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* Up to so many of the pages from one on, each as likely. */
static int
choose_pages(Sample *sample, int64 from, int64 pages, int wanted, int64 *chosen)
{
	int			count = 0;

	if (pages - from <= wanted)
	{
		for (int64 page = from; page < pages; page++)
			chosen[count++] = page;
		return count;
	}
	while (count < wanted)
	{
		int64		page = from + (int64) ((pages - from) *
										   sampler_random_fract(&sample->reservoir.randstate));

		if (!contains_key(chosen, count, page))
			chosen[count++] = page;
	}
	return count;
}

/* One page of a search. */
static GsRequest *
read_page(Sample *sample, const GsResource *resource, const GsSearch *search,
		  int limit, int64 offset, GsRecords *records)
{
	const GsEndpoint *endpoint = gs_model_read(resource, false);
	GsRequest  *request = gs_api_start_search(&sample->relation->settings->tenant, resource,
											  search, limit, offset, CurrentMemoryContext);

	gs_api_finish_read(request, endpoint, records);
	sample->budget--;
	return request;
}

static int
sample_page(Sample *sample, const GsSearch *search, int limit, int64 offset, int64 *total)
{
	const GsResource *resource = sample->relation->resource;
	GsRecords	records;
	GsRequest  *request = read_page(sample, resource, search, limit, offset, &records);
	int			count = records.count;

	sample_records(sample, &records, NULL);
	*total = gs_total_is_credible(&records, limit) ? records.total : GS_NO_TOTAL;
	gs_request_free(request);
	return count;
}

/* A resource that can be searched: the first page, and others at random. */
static double
sample_search(Sample *sample)
{
	const GsRelation *relation = sample->relation;
	GsSearch	search = {0};
	int64		chosen[MAX_REQUESTS];
	int64		total,
				ignored;
	int			probes = 0;
	int			size,
				count;

	gs_row_maker_select(sample->maker, &search);
	sample->category = search.category;
	size = sample_page(sample, &search, relation->settings->page_size, 0, &total);
	if (size == 0)
		return 0;
	if (total != GS_NO_TOTAL)
		gs_total_remember(&relation->settings->tenant, relation->resource, total);
	else if (sample->budget > 0)
	{
		total = gs_total_find(&relation->settings->tenant, relation->resource, &search, size);
		(void) gs_total_known(&relation->settings->tenant, relation->resource, &probes);
		sample->budget -= probes;
	}
	else
		total = size;
	count = choose_pages(sample, 1, (total + size - 1) / size, Max(sample->budget, 0), chosen);
	for (int i = 0; i < count; i++)
		(void) sample_page(sample, &search, size, chosen[i] * size, &ignored);
	return rint(total * sample->seen / sample->read);
}

/* One list of records. */
static void
sample_list(Sample *sample, const GsEndpoint *endpoint, const char *key)
{
	GsRecords	records;
	GsRequest  *request = gs_api_start_read(&sample->relation->settings->tenant,
											sample->relation->resource, endpoint, key,
											CurrentMemoryContext);

	gs_api_finish_read(request, endpoint, &records);
	sample->budget--;
	sample_records(sample, &records, key);
	gs_request_free(request);
}

/* Add the parents of one page, each once. */
static void
add_parents(Sample *sample, const GsResource *parent, int64 page, GsSeen *seen, List **keys)
{
	const char *field = gs_model_flagged(parent, GS_KEY)->field;
	int			page_size = sample->relation->settings->page_size;
	GsSearch	search = {.select = &field, .nselect = 1};
	GsRecords	records;
	GsRequest  *request = read_page(sample, parent, &search, page_size, page * page_size, &records);

	for (const GsJson *record = records.first; record != NULL;
		 record = gs_envelope_next(&records, record))
	{
		const char *key = gs_record_key(&sample->relation->settings->tenant, parent, record);

		if (gs_seen_add(seen, key))
			*keys = lappend(*keys, pstrdup(key));
	}
	gs_request_free(request);
}

/*
 * Some parents from all over: those of a few pages, and more than there are
 * requests left for.
 */
static List *
find_parents(Sample *sample, const GsResource *parent, int64 total)
{
	int			page_size = sample->relation->settings->page_size;
	int			wanted = Max(1, sample->budget / (Min(LISTS_A_PAGE, page_size) + 1));
	GsSeen	   *seen = gs_seen_create(CurrentMemoryContext);
	int64		chosen[MAX_REQUESTS];
	int			count = choose_pages(sample, 0, Max(1, (total + page_size - 1) / page_size), wanted,
									 chosen);
	List	   *keys = NIL;

	for (int i = 0; i < count; i++)
		add_parents(sample, parent, chosen[i], seen, &keys);
	return keys;
}

/* Lists of a few parents: so many for each of them all. */
static double
sample_children(Sample *sample)
{
	const GsResource *parent = gs_model_parent(sample->relation->resource);
	const GsEndpoint *endpoint = gs_model_read(sample->relation->resource, true);
	int			probes;
	int64		total = gs_total_known(&sample->relation->settings->tenant, parent, &probes);
	List	   *keys;
	int			asked = 0;

	sample->budget -= probes;
	keys = find_parents(sample, parent, total);
	for (; asked < list_length(keys) && sample->budget > 0; asked++)
	{
		/* any of those that are left */
		int			which = asked + (int) ((list_length(keys) - asked) *
										   sampler_random_fract(&sample->reservoir.randstate));
		void	   *key = list_nth(keys, which);

		lfirst(list_nth_cell(keys, which)) = list_nth(keys, asked);
		if (gs_path_sendable(key))
			sample_list(sample, endpoint, key);
	}
	return asked == 0 ? 0 : sample->seen / asked * Max(total, asked);
}

static int
acquire_sample(Relation relation, int elevel, HeapTuple *rows, int targrows,
			   double *totalrows, double *totaldeadrows)
{
	Sample		sample = {0};
	const GsEndpoint *endpoint;

	sample.relation = gs_relation_load(RelationGetRelid(relation));
	gs_settings_authorize(sample.relation->settings, relation->rd_rel->relowner);
	sample.desc = RelationGetDescr(relation);
	sample.values = palloc(sizeof(Datum) * Max(sample.desc->natts, 1));
	sample.isnull = palloc(sizeof(bool) * Max(sample.desc->natts, 1));
	sample.rows = rows;
	sample.wanted = targrows;
	sample.to_skip = -1;
	sample.budget = Min(MAX_REQUESTS, gs_governor_left(sample.relation->settings->tenant.max_requests));
	sample.row = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw sample",
									   ALLOCSET_DEFAULT_SIZES);
	reservoir_init_selection_state(&sample.reservoir, targrows);
	sample.maker = gs_row_maker_create(sample.relation, gs_relation_columns(sample.relation));
	sample.misfits = gs_misfits_create(CurrentMemoryContext);
	gs_row_maker_set_null(sample.maker, sample.misfits);

	endpoint = gs_model_read(sample.relation->resource, false);
	if (endpoint == NULL)
		*totalrows = sample_children(&sample);
	else if (endpoint->search)
		*totalrows = sample_search(&sample);
	else
	{
		sample_list(&sample, endpoint, NULL);
		*totalrows = sample.seen;
	}
	/* what was read is there */
	*totalrows = Max(*totalrows, sample.seen);
	*totaldeadrows = 0;
	gs_misfits_tell(sample.misfits);
	ereport(elevel,
			(errmsg("\"%s\": sampled %d of %.0f rows of Gainsight with " INT64_FORMAT " requests",
					sample.relation->name, sample.count, *totalrows,
					sample.relation->settings->tenant.usage->requests)));
	MemoryContextDelete(sample.row);
	return sample.count;
}

/*
 * Who asks for it.
 */

/* Has the present ANALYZE no names?  Not known, if it began before the library. */
static bool has_no_names;
static bool is_known;

static ProcessUtility_hook_type next_hook;

static bool
is_nameless(const Node *statement)
{
	return IsA(statement, VacuumStmt) && ((const VacuumStmt *) statement)->rels == NIL;
}

static void
process_utility(PlannedStmt *statement, const char *text, bool read_only,
				ProcessUtilityContext context, ParamListInfo params, QueryEnvironment * environment,
				DestReceiver * receiver, QueryCompletion * completion)
{
	bool		outer = has_no_names;

	has_no_names = is_nameless(statement->utilityStmt);
	is_known = true;
	(next_hook ? next_hook : standard_ProcessUtility) (statement, text, read_only, context, params,
													   environment, receiver, completion);
	has_no_names = outer;
}

void
gs_analyze_init(void)
{
	next_hook = ProcessUtility_hook;
	ProcessUtility_hook = process_utility;
}

/*
 * Only one who names the table, or one that it is part of, is worth requests:
 * not an ANALYZE of everything, nor autovacuum.
 */
static bool
is_asked_for(void)
{
	PlannedStmt *statement;

	if (AmAutoVacuumWorkerProcess())
		return false;
	if (is_known)
		return !has_no_names;
	/* the statement has loaded the library, unless a function runs it */
	if (ActivePortal == NULL || list_length(ActivePortal->stmts) != 1)
		return true;
	statement = linitial_node(PlannedStmt, ActivePortal->stmts);
	return statement->utilityStmt == NULL || !is_nameless(statement->utilityStmt);
}

bool
gainsightAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *func,
							 BlockNumber *totalpages)
{
	GsRelation *ours;
	const GsResource *parent;
	int64		pages = 0;

	if (!is_asked_for())
		return false;
	ours = gs_relation_load(RelationGetRelid(relation));
	parent = gs_model_parent(ours->resource);
	/* whoever reads all of it asks for the list of each parent */
	if (parent != NULL)
	{
		gs_settings_authorize(ours->settings, relation->rd_rel->relowner);
		pages = gs_total_find(&ours->settings->tenant, parent, NULL, 0);
	}
	*func = acquire_sample;
	/* more than none, or core takes the table for empty */
	*totalpages = Min(Max(pages, 1), MaxBlockNumber);
	return true;
}
