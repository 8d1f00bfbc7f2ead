/*
 * source.c
 *	  Where a scan's records come from: which requests its values call for, and
 *	  their answers, one by one, as rows.
 *
 * A scan has a source of its own, also as the inner side of a bind join; reading
 * for whatever values has another.  Whatever fails here can be tried again, for a
 * scan may be read by another statement than its own: a record stays at hand
 * until it is a row.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "run.h"
#include "state.h"
#include "wire/wire.h"
#include "gainsight/gainsight.h"

/*
 * Requests.
 */

/* One search, or one for each piece of a long list. */
static void
set_searches(GsReadSpec *spec, const GsSearch *select, const GsFilter *filter)
{
	int			count = Max(1, filter->npieces);
	GsSearch   *searches = palloc(sizeof(GsSearch) * count);

	for (int i = 0; i < count; i++)
	{
		GsSearch   *search = &searches[i];
		GsCondition *conditions = palloc(sizeof(filter->conditions));

		*search = *select;
		memcpy(conditions, filter->conditions, sizeof(filter->conditions));
		if (filter->npieces > 0)
			conditions[filter->cut].values = filter->pieces[i];
		search->conditions = conditions;
		search->nconditions = filter->nconditions;
		search->expression = filter->expression;
	}
	spec->searches = searches;
	spec->nsearches = count;
}

/* The key, in UTF-8; NULL where that is null, or what no record has. */
static const char *
wanted_record(const GsOperand *operand)
{
	return operand->isnull ? NULL : gs_try_to_utf8(TextDatumGetCString(operand->value));
}

/*
 * A list would be so many pieces, each a request, and nobody knows what all rows take:
 * it is worth asking, with one request or, where nobody counts, with some.
 */
static bool
has_asked(const GsRelation *relation, int pieces)
{
	int			worth = relation->resource->dialect->uncounted ? 3 * GS_SENT_UNKNOWING : GS_SENT_UNKNOWING;

	return pieces >= worth && gs_estimate_walk(relation, false) < 0 &&
		gs_estimate_ask_size(relation) > 0;
}

/* What is to be read; false if no row can match.  may_ask: how much there is. */
static bool
build_spec(const GsRelation *relation, const GsScanPlan *plan, const GsSearch *select,
		   const GsOperand *operands, bool may_ask, GsReadSpec *spec)
{
	const GsResource *resource = relation->resource;
	const GsEndpoint *unbound = gs_model_read(resource, false);
	int			most = gs_estimate_most_pieces(relation, plan->listed, plan->rest);
	GsFilter	filter;
	GsKeys		keys = {0};

	memset(spec, 0, sizeof(*spec));
	spec->resource = resource;
	spec->nkeys = -1;
	spec->paging.page_size = relation->settings->page_size;
	spec->paging.first_page = plan->first_page > 0 ? plan->first_page : spec->paging.page_size;
	if (plan->key != NULL)
		gs_filter_keys(plan->key, operands, &keys);
	gs_filter_build(relation, plan->clauses, operands, most, &filter);
	if (may_ask && has_asked(relation, unbound == NULL ? keys.count : filter.npieces))
	{
		most = gs_estimate_most_pieces(relation, plan->listed, plan->rest);
		gs_filter_build(relation, plan->clauses, operands, most, &filter);
	}
	if (filter.nothing)
		return false;
	set_searches(spec, select, &filter);
	spec->paging.expected = filter.nconditions > 0 ? GS_NO_TOTAL :
		gs_estimate_known_rows(relation);
	spec->unlisted = filter.unlisted;
	if (plan->wanted != NULL)
		spec->wanted = wanted_record(&operands[plan->wanted->operand]);
	if (plan->key == NULL)
		return true;
	if (unbound == NULL && keys.count > most)
	{
		spec->unlisted = true;
		return true;
	}
	/* several keys are one search, where there is one */
	if (unbound == NULL ||
		(keys.count == 1 && gs_path_addressable(resource, keys.values[0])))
	{
		spec->keys = keys.values;
		spec->nkeys = keys.count;
	}
	return keys.count > 0;
}

/*
 * Will all of it be read, where it is no single record?  What a bind join asks for is, and
 * what is read for whatever values, by a source that is not the scan's own.
 */
static bool
is_read_whole(const GsScanState *state, const GsSource *source)
{
	return state->inner != NULL || source != &state->source || state->read_all ||
		gs_is_drained(state->node);
}

/*
 * An order.
 */

/* Rows will be sorted here, all but those that were given already. */
static void
begin_sort(const GsScanState *state, GsSource *source)
{
	GsSorting  *sorting = &source->sorting;
	AttrNumber	attnum = source->plan->order;
	TypeCacheEntry *type = lookup_type_cache(state->relation->atts[attnum - 1].type,
											 TYPECACHE_LT_OPR | TYPECACHE_GT_OPR);
	Oid			operator = source->plan->descending ? type->gt_opr : type->lt_opr;
	Oid			collation = InvalidOid;
	bool		nulls_first = false;
	MemoryContext old = MemoryContextSwitchTo(source->context);

	if (sorting->row == NULL)
		sorting->row = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw row", ALLOCSET_DEFAULT_SIZES);
	sorting->sort = tuplesort_begin_heap(state->sorted->tts_tupleDescriptor, 1, &attnum, &operator, &collation,
										 &nulls_first, work_mem, NULL, TUPLESORT_NONE);
	MemoryContextSwitchTo(old);
}

/*
 * The source has a spec: have it ask for the order of the plan, by one search, of which
 * a page is read.  Where all is read in any case, or by more than one, it is sorted.
 */
static void
begin_order(GsScanState *state, GsSource *source)
{
	GsReadSpec *spec = &source->spec;
	GsSorting  *sorting = &source->sorting;

	spec->seen = gs_seen_create(source->context);
	if (!spec->paging.whole && spec->nkeys < 0 && spec->nsearches == 1)
	{
		sorting->asked.field = state->relation->atts[source->plan->order - 1].field;
		sorting->asked.descending = source->plan->descending;
		sorting->asked.read = gs_moment_of;
		unconstify(GsSearch *, spec->searches)->order = &sorting->asked;
		return;
	}
	spec->paging.first_page = spec->paging.page_size;
	spec->paging.whole = true;
	begin_sort(state, source);
}

/*
 * The page was not enough: the rest is that of a walk by keys, which misses nothing
 * whatever is changed meanwhile.
 */
static void
go_on_by_keys(GsScanState *state, GsSource *source)
{
	GsReadSpec *spec = &source->spec;
	GsReader   *reader;

	unconstify(GsSearch *, spec->searches)->order = NULL;
	spec->paging.first_page = spec->paging.page_size;
	spec->paging.whole = true;
	reader = gs_reader_open(&state->relation->settings->tenant, spec, source->context);
	begin_sort(state, source);
	source->reader = reader;
}

/*
 * Records.
 */

/*
 * The key of the one record that is read, to be updated: read under its lock,
 * it need not be read again.  Not where others are waited for meanwhile.
 */
static const char *
lockable_key(const GsScanState *state, const GsReadSpec *spec)
{
	return state->relation->settings->conflict_check && spec->nkeys == 1 &&
		!state->asynchronous && gs_path_sendable(spec->keys[0]) ? spec->keys[0] : NULL;
}

void
gs_source_close(GsSource *source)
{
	if (source->sorting.sort != NULL)
		tuplesort_end(source->sorting.sort);
	memset(&source->sorting, 0, sizeof(GsSorting));
	MemoryContextReset(source->context);
	source->reader = NULL;
	source->record = NULL;
}

void
gs_source_open(GsScanState *state, GsSource *source, const GsScanPlan *plan,
			   const GsOperand *operands)
{
	const GsTenant *tenant = &state->relation->settings->tenant;
	MemoryContext old;
	bool		whole;

	gs_source_close(source);
	source->plan = plan;
	old = MemoryContextSwitchTo(source->context);
	whole = is_read_whole(state, source);
	if (build_spec(state->relation, plan, &state->search, operands,
				   whole && plan->wanted == NULL && !state->asynchronous, &source->spec))
	{
		if (plan->bind != NULL)
			source->spec.seen = state->seen;
		source->spec.paging.whole = whole && source->spec.wanted == NULL;
		if (plan->order != 0)
			begin_order(state, source);
		if (state->saved != NULL)
			gs_saved_begin_scan(state->saved, tenant, lockable_key(state, &source->spec));
		source->reader = gs_reader_open(tenant, &source->spec, source->context);
	}
	MemoryContextSwitchTo(old);
}

/* Progress is told every so many rows, and with the first. */
#define TELL_ROWS 1000

static void
fill_slot(const GsScanState *state, const GsSource *source, TupleTableSlot *slot)
{
	const GsTenant *tenant = &state->relation->settings->tenant;

	gs_row_maker_fill(state->maker, source->record, source->path_key, slot->tts_values,
					  slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	if (tenant->usage->rows++ % TELL_ROWS == 0)
		gs_progress_set(state->relation->relid, tenant->userid, tenant->usage,
						gs_reader_total(source->reader));
}

static void
remember_totals(const GsRelation *relation, const GsSource *source)
{
	const GsTenant *tenant = &relation->settings->tenant;
	int64		total = gs_reader_total(source->reader);
	int64		parents = gs_reader_parents(source->reader);

	if (parents != GS_NO_TOTAL)
		gs_total_remember(tenant, gs_model_parent(relation->resource), parents);
	if (total != GS_NO_TOTAL && source->plan->clauses == NIL && source->plan->key == NULL)
		gs_total_remember(tenant, relation->resource, total);
}

double
gs_source_pages(const GsScanState *state, GsSource *source)
{
	const GsReadSpec *spec = &source->spec;
	GsSize		size = {0};

	/* one list of several tells nothing of all; and an asynchronous scan does not wait */
	if (spec->nkeys >= 0 || spec->nsearches > 1 || !spec->paging.whole || state->asynchronous)
		return 0;
	if (source->record == NULL)
		source->record = gs_reader_next(source->reader, &source->path_key);
	size.rows = gs_reader_total(source->reader);
	return size.rows < 0 ? 0 : gs_estimate_requests(state->relation, &size, size.rows, 0);
}

/* Where is a row in the order? */
static TimestampTz
place_of(const GsScanState *state, const GsSource *source, const TupleTableSlot *slot)
{
	int			column = source->plan->order - 1;

	if (slot->tts_isnull[column])
		gs_search_fail_order(&state->relation->settings->tenant, state->relation->resource,
							 psprintf("a record has no %s that it could be ordered by.",
									  state->relation->atts[column].field));
	return DatumGetTimestampTz(slot->tts_values[column]);
}

/* The next record as a row, as records come; false at the end. */
static bool
fetch_next(GsScanState *state, GsSource *source, TupleTableSlot *slot)
{
	GsSorting  *sorting = &source->sorting;

	ExecClearTuple(slot);
	if (source->record == NULL)
		source->record = gs_reader_next(source->reader, &source->path_key);
	if (source->record == NULL)
		return false;
	fill_slot(state, source, slot);
	if (source->plan->order != 0)
	{
		TimestampTz place = place_of(state, source, slot);

		if (sorting->sort == NULL)
		{
			sorting->first = sorting->given ? sorting->first : place;
			sorting->last = place;
			sorting->given = true;
		}
	}
	if (state->saved != NULL)
		gs_saved_add(state->saved, source->record);
	source->record = NULL;
	return true;
}

/* Sort all that has not been given. */
static void
complete_sort(GsScanState *state, GsSource *source, TupleTableSlot *slot)
{
	GsSorting  *sorting = &source->sorting;
	MemoryContext old = MemoryContextSwitchTo(sorting->row);

	while (fetch_next(state, source, slot))
	{
		sorting->left = true;
		tuplesort_puttupleslot(sorting->sort, slot);
		sorting->left = false;
		MemoryContextReset(sorting->row);
	}
	MemoryContextSwitchTo(old);
	sorting->left = true;
	tuplesort_performsort(sorting->sort);
	sorting->left = false;
	sorting->complete = true;
}

/*
 * May a record have got into the page's part of the order since that was read?  What
 * is changed or made gets the latest dates; another may begin to fit the conditions.
 */
static bool
may_be_new(const GsSource *source, const GsResource *resource, TimestampTz place)
{
	return (source->plan->descending && place >= source->sorting.first) ||
		source->spec.searches[0].nconditions > 0 || resource->nchoices > 0;
}

/* A row of the rest that belongs before one that was given cannot be given any more. */
static void
check_rest(const GsScanState *state, const GsSource *source, const TupleTableSlot *slot)
{
	const GsSorting *sorting = &source->sorting;
	const GsTenant *tenant = &state->relation->settings->tenant;
	const GsResource *resource = state->relation->resource;
	TimestampTz place = place_of(state, source, slot);
	const char *why;

	if (!sorting->given || (source->plan->descending ? place <= sorting->last : place >= sorting->last))
		return;
	why = psprintf(_("a record was not on the first page, where its %s belongs."),
				   state->relation->atts[source->plan->order - 1].field);
	if (!may_be_new(source, resource, place))
		gs_search_fail_order(tenant, resource, why);
	gs_record_fail(tenant, ERRCODE_T_R_SERIALIZATION_FAILURE,
				   psprintf(_("records of %s were changed while they were read in an order"), resource->name),
				   why, _("Try again; with the server option trust_order 'false' it is no matter."));
}

/* The next of the rows that are sorted here.  One that may not be given is not passed over later, either. */
static bool
fetch_sorted(GsScanState *state, GsSource *source, TupleTableSlot *slot)
{
	GsSorting  *sorting = &source->sorting;
	bool		found;

	gs_kept_require_whole(state, sorting->left);
	if (!sorting->complete)
		complete_sort(state, source, slot);
	ExecClearTuple(slot);
	sorting->left = true;
	found = tuplesort_gettupleslot(sorting->sort, true, false, state->sorted, NULL);
	if (found)
	{
		ExecCopySlot(slot, state->sorted);
		slot_getallattrs(slot);
		check_rest(state, source, slot);
	}
	sorting->left = false;
	return found;
}

bool
gs_source_fetch(GsScanState *state, GsSource *source, TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	if (source->reader == NULL)
		return false;
	if (source->sorting.sort == NULL)
	{
		if (fetch_next(state, source, slot))
			return true;
		if (gs_reader_is_partial(source->reader))
			go_on_by_keys(state, source);
	}
	if (source->sorting.sort != NULL && fetch_sorted(state, source, slot))
		return true;
	remember_totals(state->relation, source);
	source->reader = NULL;
	return false;
}

bool
gs_source_at_hand(const GsSource *source)
{
	return source->reader == NULL || gs_reader_at_hand(source->reader);
}

bool
gs_source_advance(GsSource *source)
{
	return source->reader == NULL || gs_reader_advance(source->reader);
}
