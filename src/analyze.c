/*
 * analyze.c
 *	  ANALYZE: a sample from pages at random offsets, within a few requests.
 *
 * Whole pages are taken, so rows that the tenant keeps together come
 * together; with up to MAX_REQUESTS of them spread over the whole that is
 * good enough for a planner that counts in requests.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/sampling.h"

#include "gainsight_fdw.h"
#include "reader.h"

/* What one ANALYZE of a table may send. */
#define MAX_REQUESTS 20

typedef struct Sample
{
	GsRelation *relation;
	TupleDesc	desc;
	GsRowMaker *maker;
	Datum	   *values;
	bool	   *isnull;
	MemoryContext row;			/* reset for each */
	HeapTuple  *rows;
	int			wanted;
	int			count;
	double		seen;			/* rows that could have been sampled */
	double		to_skip;
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
		 record = gs_api_next(records, record))
	{
		CHECK_FOR_INTERRUPTS();
		sample_record(sample, record, key);
	}
}

/* So many distinct page numbers of pages, in random order; 0 is left out. */
static int *
choose_pages(Sample *sample, int64 pages, int *count)
{
	int		   *chosen = palloc(sizeof(int) * MAX_REQUESTS);

	*count = 0;
	for (int64 page = 1; page < pages; page++)
	{
		/* Knuth's selection sampling: each subset is as likely */
		double		left = pages - page;
		double		needed = MAX_REQUESTS - 1 - *count;

		if (left * sampler_random_fract(&sample->reservoir.randstate) < needed)
			chosen[(*count)++] = page;
	}
	return chosen;
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
	return request;
}

/* A resource that can be searched: the first page, and others at random. */
static double
sample_search(Sample *sample)
{
	const GsRelation *relation = sample->relation;
	int			page_size = relation->settings->page_size;
	GsSearch	search = {0};
	GsRecords	records;
	int64		total;
	int			size;
	int			npages = 0;
	int		   *pages;
	GsRequest  *request;

	gs_row_maker_select(sample->maker, &search);
	request = read_page(sample, relation->resource, &search, page_size, 0, &records);
	sample_records(sample, &records, NULL);
	total = records.total;
	size = records.count;
	gs_request_free(request);
	/* a page that is short, or counts just itself, is all that there is to go by */
	if (total <= size || size == 0)
		return Max(total, size);
	gs_remember_total(relation, total);
	pages = choose_pages(sample, (total + size - 1) / size, &npages);
	for (int i = 0; i < npages; i++)
	{
		request = read_page(sample, relation->resource, &search, size,
							(int64) pages[i] * size, &records);
		sample_records(sample, &records, NULL);
		gs_request_free(request);
	}
	return total;
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
	sample_records(sample, &records, key);
	gs_request_free(request);
}

/* Lists of a few parents from one page at random: so many for each of them all. */
static double
sample_children(Sample *sample)
{
	const GsResource *resource = sample->relation->resource;
	const GsResource *parent = gs_model_parent(resource);
	const char *key = gs_model_flagged(parent, GS_KEY)->field;
	GsSearch	search = {.select = &key, .nselect = 1};
	int			wanted = MAX_REQUESTS - 2;
	int			asked = 0;
	GsRecords	records;
	GsRequest  *request = read_page(sample, parent, &search, 2, 0, &records);
	int64		total = Max(records.total, records.count);

	gs_request_free(request);
	request = read_page(sample, parent, &search, wanted,
						(int64) (Max(0, total - wanted) *
								 sampler_random_fract(&sample->reservoir.randstate)), &records);
	for (const GsJson *record = records.first; record != NULL && asked < wanted;
		 record = gs_api_next(&records, record))
	{
		const char *value = gs_pager_key(parent, record);

		asked++;
		if (gs_path_sendable(value))
			sample_list(sample, gs_model_read(resource, true), value);
	}
	gs_request_free(request);
	total = Max(total, asked);
	return asked == 0 ? 0 : sample->seen / asked * total;
}

static int
acquire_sample(Relation relation, int elevel, HeapTuple *rows, int targrows,
			   double *totalrows, double *totaldeadrows)
{
	Sample		sample = {0};
	const GsEndpoint *endpoint;
	List	   *attnums = NIL;

	sample.relation = gs_relation_load(RelationGetRelid(relation));
	gs_settings_authorize(sample.relation->settings, relation->rd_rel->relowner);
	sample.desc = RelationGetDescr(relation);
	sample.values = palloc(sizeof(Datum) * Max(sample.desc->natts, 1));
	sample.isnull = palloc(sizeof(bool) * Max(sample.desc->natts, 1));
	sample.rows = rows;
	sample.wanted = targrows;
	sample.to_skip = -1;
	sample.row = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw sample",
									   ALLOCSET_DEFAULT_SIZES);
	reservoir_init_selection_state(&sample.reservoir, targrows);
	for (int i = 1; i <= sample.relation->natts; i++)
		if (sample.relation->atts[i - 1].name != NULL)
			attnums = lappend_int(attnums, i);
	sample.maker = gs_row_maker_create(sample.relation, attnums);

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
	*totaldeadrows = 0;
	ereport(elevel,
			(errmsg("\"%s\": sampled %d of %.0f rows of Gainsight with " INT64_FORMAT " requests",
					sample.relation->name, sample.count, *totalrows,
					sample.relation->settings->tenant.usage->requests)));
	MemoryContextDelete(sample.row);
	return sample.count;
}

bool
gainsightAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *func,
							 BlockNumber *totalpages)
{
	(void) relation;
	*func = acquire_sample;
	/* more than none, or core takes the table for empty */
	*totalpages = 1;
	return true;
}
