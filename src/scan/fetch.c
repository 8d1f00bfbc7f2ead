/*
 * fetch.c
 *	  The records of a scan, one by one, as rows.
 *
 * Whatever fails here can be tried again, for a scan may be read by another
 * statement than its own: a record stays at hand until it is a row.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "state.h"
#include "wire/wire.h"
#include "gainsight/gainsight.h"

/*
 * The key of the one record that is read, to be updated: read under its lock,
 * it need not be read again.  Not where others are waited for meanwhile.
 */
static const char *
lockable_key(const GsScanState *state)
{
	return state->relation->settings->conflict_check && state->spec.nkeys == 1 &&
		!state->asynchronous && gs_path_sendable(state->spec.keys[0]) ? state->spec.keys[0] : NULL;
}

void
gs_scan_open(GsScanState *state, const GsOperand *operands)
{
	MemoryContext old;

	MemoryContextReset(state->context);
	old = MemoryContextSwitchTo(state->context);
	state->reader = NULL;
	state->record = NULL;
	if (gs_spec_build(state->relation, &state->plan, &state->search, operands, &state->spec))
	{
		state->spec.seen = state->seen;
		if (state->saved != NULL)
			gs_saved_begin_scan(state->saved, &state->relation->settings->tenant,
								lockable_key(state));
		state->reader = gs_reader_open(&state->relation->settings->tenant, &state->spec,
									   state->context);
	}
	state->ended = state->reader == NULL;
	MemoryContextSwitchTo(old);
}

/* Progress is told every so many rows, and with the first. */
#define TELL_ROWS 1000

void
gs_scan_fill(GsScanState *state, const GsJson *record, const char *path_key,
			 const GsReader *reader, TupleTableSlot *slot)
{
	const GsTenant *tenant = &state->relation->settings->tenant;

	ExecClearTuple(slot);
	gs_row_maker_fill(state->maker, record, path_key, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	if (tenant->usage->rows++ % TELL_ROWS == 0)
		gs_progress_set(state->relation->relid, tenant->userid, tenant->usage,
						gs_reader_total(reader));
}

static void
end_of_records(GsScanState *state)
{
	const GsRelation *relation = state->relation;
	int64		total = gs_reader_total(state->reader);
	int64		parents = gs_reader_parents(state->reader);

	state->ended = true;
	if (parents != GS_NO_TOTAL)
		gs_total_remember(&relation->settings->tenant, gs_model_parent(relation->resource), parents);
	if (total != GS_NO_TOTAL && state->plan.clauses == NIL && state->plan.key == NULL)
		gs_total_remember(&relation->settings->tenant, relation->resource, total);
}

bool
gs_scan_fetch(GsScanState *state, TupleTableSlot *slot)
{
	if (state->record == NULL)
		state->record = gs_reader_next(state->reader, &state->path_key);
	if (state->record == NULL)
	{
		ExecClearTuple(slot);
		end_of_records(state);
		return false;
	}
	gs_scan_fill(state, state->record, state->path_key, state->reader, slot);
	if (state->saved != NULL)
		gs_saved_add(state->saved, state->record);
	state->record = NULL;
	return true;
}
