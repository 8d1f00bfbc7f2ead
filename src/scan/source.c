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

#include "utils/builtins.h"
#include "utils/memutils.h"

#include "drain.h"
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

/* What is to be read; false if no row can match. */
static bool
build_spec(const GsRelation *relation, const GsScanPlan *plan, const GsSearch *select,
		   const GsOperand *operands, GsReadSpec *spec)
{
	const GsResource *resource = relation->resource;
	const GsEndpoint *unbound = gs_model_read(resource, false);
	int			most = gs_estimate_most_pieces(relation, plan->listed, plan->rest);
	GsFilter	filter;
	GsKeys		keys;

	memset(spec, 0, sizeof(*spec));
	spec->resource = resource;
	spec->nkeys = -1;
	spec->paging.page_size = relation->settings->page_size;
	spec->paging.first_page = plan->first_page > 0 ? plan->first_page : spec->paging.page_size;
	gs_filter_build(relation, plan->clauses, operands, most, &filter);
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
	gs_filter_keys(plan->key, operands, &keys);
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
 * Will all of it be read?  What a bind join asks for is, and what is read for
 * whatever values, by a source that is not the scan's own.
 */
static bool
is_read_whole(const GsScanState *state, const GsSource *source)
{
	if (source->spec.wanted != NULL)
		return false;
	return state->inner != NULL || source != &state->source || state->read_all ||
		gs_is_drained(state->node);
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

	gs_source_close(source);
	source->plan = plan;
	old = MemoryContextSwitchTo(source->context);
	if (build_spec(state->relation, plan, &state->search, operands, &source->spec))
	{
		source->spec.paging.whole = is_read_whole(state, source);
		if (plan->bind != NULL)
			source->spec.seen = state->seen;
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

bool
gs_source_fetch(GsScanState *state, GsSource *source, TupleTableSlot *slot)
{
	ExecClearTuple(slot);
	if (source->reader == NULL)
		return false;
	if (source->record == NULL)
		source->record = gs_reader_next(source->reader, &source->path_key);
	if (source->record == NULL)
	{
		remember_totals(state->relation, source);
		source->reader = NULL;
		return false;
	}
	fill_slot(state, source, slot);
	if (state->saved != NULL)
		gs_saved_add(state->saved, source->record);
	source->record = NULL;
	return true;
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
