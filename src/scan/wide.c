/*
 * wide.c
 *	  One walk for whatever values a scan will be asked by.
 *
 * A scan that is asked again by other values has one walk that brings the rows
 * for them all: that without the conditions these values are in, all of which
 * the plan checks again.  It is made before the session writes such records, for
 * what would be read later would be other rows; and instead of lookups, as soon
 * as these have cost as much.  So they cost twice the least, whatever the
 * planner took for their number.
 *
 * Where a column is compared by equality with such a value, rows are found by its
 * hash; else all are read through.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "answers.h"
#include "compat.h"
#include "state.h"

/* A column that is compared by equality with a value that may change. */
typedef struct Equality
{
	AttrNumber	attnum;
	int			operand;
	FmgrInfo	own_hash;		/* of what the column has */
	FmgrInfo	key_hash;		/* of the value */
} Equality;

struct GsWide
{
	MemoryContext context;		/* the query's */
	GsScanPlan	plan;			/* of the walk */
	List	   *equalities;
	int			asked;			/* requests that the tenant was sent for how much there is */

	bool		complete;		/* all has been read */
	bool		instead;		/* of lookups */
	GsAnswers  *answers;		/* rows by the hash of equalities, or NULL */
	Tuplestorestate *store;		/* else */
	TupleTableSlot *slot;		/* of the row that is given */
	int64		row;			/* of answers, next to give */
	int64		lookups;		/* that were answered instead of being sent */
};

static bool enable_walk_instead = true;

void
gs_wide_init(void)
{
	DefineCustomBoolVariable("gainsight_fdw.enable_walk_instead",
							 "Enables one walk over a table in place of lookups that have cost as much.",
							 NULL, &enable_walk_instead, true, PGC_USERSET, GUC_EXPLAIN,
							 NULL, NULL, NULL);
}

/*
 * What the walk asks for, and which columns rows are found by.
 */

/* Is there a value in it that may change? */
static bool
mentions_any(const GsClause *clause, const Bitmapset *changing)
{
	ListCell   *cell;

	foreach(cell, clause->arms)
		if (mentions_any(lfirst(cell), changing))
			return true;
	return clause->kind == GS_TEST && clause->operand >= 0 &&
		bms_is_member(clause->operand, changing);
}

/* The plan without the conditions that such values are in. */
static GsScanPlan
widen_plan(const GsScanPlan *plan, const Bitmapset *changing)
{
	GsScanPlan	wide = *plan;
	ListCell   *cell;

	wide.clauses = NIL;
	foreach(cell, plan->clauses)
		if (!mentions_any(lfirst(cell), changing))
			wide.clauses = lappend(wide.clauses, lfirst(cell));
	if (wide.key != NULL && mentions_any(wide.key, changing))
		wide.key = NULL;
	if (wide.wanted != NULL && mentions_any(wide.wanted, changing))
		wide.wanted = NULL;
	wide.bind = NULL;
	wide.first_page = 0;
	return wide;
}

/*
 * Hash functions by which a column and a value are equal wherever = of pg_catalog
 * has them so; false if there are none.
 */
static bool
find_hashes(Equality *equality, Oid own, Oid value)
{
	Oid			operator;
	Oid			own_hash;
	Oid			key_hash;

	own = getBaseType(own);
	value = getBaseType(value);
	/* a varchar is compared as text */
	own = own == VARCHAROID ? TEXTOID : own;
	value = value == VARCHAROID ? TEXTOID : value;
	if (own == value)
		operator = lookup_type_cache(own, TYPECACHE_EQ_OPR)->eq_opr;
	else
		operator = OpernameGetOprid(list_make2(makeString("pg_catalog"), makeString("=")), own, value);
	if (!OidIsValid(operator) || !get_op_hash_functions(operator, &own_hash, &key_hash))
		return false;
	fmgr_info(own_hash, &equality->own_hash);
	fmgr_info(key_hash, &equality->key_hash);
	return true;
}

/* Those of a clause that has to hold. */
static void
add_equalities(GsWide *wide, const GsRelation *relation, const GsClause *clause, const Bitmapset *changing)
{
	Equality   *equality;
	ListCell   *cell;

	if (clause->kind == GS_AND)
		foreach(cell, clause->arms)
			add_equalities(wide, relation, lfirst(cell), changing);
	/* what is near the column equals the value, and not the column itself */
	if (clause->kind != GS_TEST || clause->test != GS_EQ || clause->near.reading != GS_AS_IT_IS ||
		!bms_is_member(clause->operand, changing))
		return;
	equality = palloc0(sizeof(Equality));
	equality->attnum = clause->attnum;
	equality->operand = clause->operand;
	if (find_hashes(equality, relation->atts[clause->attnum - 1].type, clause->type))
		wide->equalities = lappend(wide->equalities, equality);
}

static void
find_equalities(GsWide *wide, const GsScanState *state)
{
	List	   *clauses = list_copy(state->plan.clauses);
	ListCell   *cell;

	if (state->plan.key != NULL)
		clauses = lappend(clauses, state->plan.key);
	if (state->plan.wanted != NULL)
		clauses = lappend(clauses, state->plan.wanted);
	foreach(cell, clauses)
		add_equalities(wide, state->relation, lfirst(cell), state->changing);
}

/* The numbers of the values that may change, the keys of a bind join among them. */
static Bitmapset *
changing_values(const GsScanState *state)
{
	Bitmapset  *changing = bms_copy(state->changing);
	ListCell   *cell;

	if (state->plan.bind != NULL)
		foreach(cell, state->plan.bind->operands)
			changing = bms_add_member(changing, lfirst_int(cell));
	return changing;
}

static GsWide *
prepare_wide(ForeignScanState *node)
{
	GsScanState *state = node->fdw_state;
	MemoryContext old = MemoryContextSwitchTo(node->ss.ps.state->es_query_cxt);
	Bitmapset  *changing = changing_values(state);

	if (state->wide == NULL)
	{
		state->wide = palloc0(sizeof(GsWide));
		state->wide->context = CurrentMemoryContext;
		state->wide->plan = widen_plan(&state->plan, changing);
		find_equalities(state->wide, state);
		state->wide->row = GS_NO_ROW;
	}
	MemoryContextSwitchTo(old);
	bms_free(changing);
	return state->wide;
}

/*
 * Hashes.
 */

static uint32
add_hash(uint32 hash, FmgrInfo *function, Datum value)
{
	return hash_combine(hash, DatumGetUInt32(FunctionCall1Coll(function, C_COLLATION_OID, value)));
}

/* Of a row; false if it has a null, which equals nothing. */
static bool
hash_of_row(const GsWide *wide, const TupleTableSlot *slot, uint32 *hash)
{
	ListCell   *cell;

	*hash = 0;
	foreach(cell, wide->equalities)
	{
		Equality   *equality = lfirst(cell);
		int			column = equality->attnum - 1;

		if (slot->tts_isnull[column])
			return false;
		*hash = add_hash(*hash, &equality->own_hash, slot->tts_values[column]);
	}
	return true;
}

/* And of the values that are wanted. */
static bool
hash_of_values(const GsWide *wide, const GsOperand *operands, uint32 *hash)
{
	ListCell   *cell;

	*hash = 0;
	foreach(cell, wide->equalities)
	{
		Equality   *equality = lfirst(cell);
		const GsOperand *operand = &operands[equality->operand];

		if (operand->isnull)
			return false;
		*hash = add_hash(*hash, &equality->key_hash, operand->value);
	}
	return true;
}

/*
 * Reading.
 */

/* Empty places for the rows, in place of those of a try that failed. */
static void
make_places(GsWide *wide, ForeignScanState *node)
{
	MemoryContext old = MemoryContextSwitchTo(wide->context);

	gs_wide_end(wide);
	if (wide->slot == NULL)
		wide->slot = ExecInitExtraTupleSlot(node->ss.ps.state,
											node->ss.ss_ScanTupleSlot->tts_tupleDescriptor,
											&TTSOpsMinimalTuple);
	if (wide->equalities != NIL)
		wide->answers = gs_answers_create();
	else
		wide->store = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
}

/* The hash takes more memory than it may: rows will be read through. */
static void
give_up_hash(GsWide *wide)
{
	MemoryContext old = MemoryContextSwitchTo(wide->context);

	wide->store = tuplestore_begin_heap(false, false, work_mem);
	for (int64 row = 0; row < gs_answers_count(wide->answers); row++)
	{
		CHECK_FOR_INTERRUPTS();
		gs_answers_fetch(wide->answers, row, wide->slot);
		tuplestore_puttupleslot(wide->store, wide->slot);
	}
	ExecClearTuple(wide->slot);
	gs_answers_clear(wide->answers);
	wide->answers = NULL;
	MemoryContextSwitchTo(old);
}

static void
keep_row(GsWide *wide, TupleTableSlot *slot)
{
	uint32		hash;

	if (wide->answers != NULL && gs_answers_full(wide->answers, 0))
		give_up_hash(wide);
	if (wide->answers == NULL)
		tuplestore_puttupleslot(wide->store, slot);
	else if (hash_of_row(wide, slot, &hash))
		gs_answers_add(wide->answers, hash, slot);
}

/* The values, with nulls for those that may change. */
static const GsOperand *
fixed_values(ForeignScanState *node)
{
	const GsScanState *state = node->fdw_state;
	Bitmapset  *changing = changing_values(state);
	List	   *exprs = ((const ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	List	   *fixed = NIL;
	GsOperands *operands;

	for (int i = 0; i < state->plan.noperands; i++)
	{
		Expr	   *expr = list_nth(exprs, i);

		if (bms_is_member(i, changing))
			expr = (Expr *) makeNullConst(exprType((Node *) expr), -1, InvalidOid);
		fixed = lappend(fixed, expr);
	}
	operands = gs_operands_create(&node->ss.ps, fixed);
	(void) gs_operands_evaluate(operands, node->ss.ps.ps_ExprContext);
	return gs_operands_values(operands);
}

void
gs_wide_read(ForeignScanState *node, const GsOperand *operands)
{
	GsScanState *state = node->fdw_state;
	GsWide	   *wide = prepare_wide(node);
	TupleTableSlot *slot;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw wide walk",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	GsSource	source = {.context = AllocSetContextCreate(context, "gainsight_fdw scan",
														   ALLOCSET_SMALL_SIZES)};

	make_places(wide, node);
	gs_kept_prepare(node);
	slot = state->kept.early_slot;
	gs_source_open(state, &source, &wide->plan, operands ? operands : fixed_values(node));
	MemoryContextSwitchTo(state->kept.early_context);
	while (gs_source_fetch(state, &source, slot))
	{
		keep_row(wide, slot);
		MemoryContextReset(state->kept.early_context);
	}
	ExecClearTuple(slot);
	gs_source_close(&source);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	wide->complete = true;
}

/*
 * Instead of lookups.
 */

/* The requests that a source takes at least: of lists in full, of pages the first. */
static double
requests_of(const GsScanState *state, const GsSource *source)
{
	const GsReadSpec *spec = &source->spec;

	if (spec->nkeys >= 0)
		return spec->nkeys;
	return spec->unlisted ? gs_estimate_walk(state->relation, true) : spec->nsearches;
}

/* The requests of the walk: those of all rows, as nobody knows how many fewer there are. */
static double
requests_of_walk(GsWide *wide, const GsScanState *state, const GsOperand *operands)
{
	GsKeys		keys;

	if (wide->plan.key == NULL)
		return gs_estimate_walk(state->relation, true);
	gs_filter_keys(wide->plan.key, operands, &keys);
	return gs_model_read(state->relation->resource, false) == NULL ? keys.count : Min(keys.count, 1);
}

bool
gs_wide_is_due(ForeignScanState *node, const GsOperand *operands)
{
	GsScanState *state = node->fdw_state;
	const GsTenant *tenant = &state->relation->settings->tenant;
	int64		sent = tenant->usage->requests - tenant->usage->retries + state->counted;
	GsWide	   *wide = state->wide;
	bool		by_lists = gs_model_read(state->relation->resource, false) == NULL;
	double		needed;
	double		walk;

	if (wide != NULL)
		sent -= wide->asked;
	/* a batch of keys may be as many lists, the first too */
	if (!enable_walk_instead || (sent == 0 && !by_lists) || state->source.reader == NULL || state->saved != NULL ||
		(bms_is_empty(state->changing) && state->plan.bind == NULL))
		return false;
	wide = prepare_wide(node);
	needed = requests_of(state, &state->source);
	/* an asynchronous scan does not wait */
	if (sent + (by_lists ? needed - 1 : 0) >= GS_SENT_UNKNOWING && wide->asked == 0 && wide->plan.key == NULL &&
		!state->asynchronous && gs_estimate_walk(state->relation, false) < 0)
		wide->asked = gs_estimate_ask_size(state->relation);
	walk = requests_of_walk(wide, state, operands);
	wide->instead = gs_estimate_walk_at_most(state->relation, walk) <= gs_governor_left(tenant->max_requests) &&
		(sent + needed > walk || (sent > 0 && sent + gs_source_pages(state, &state->source) > walk));
	return wide->instead;
}

double
gs_wide_most_requests(const GsRelation *relation)
{
	return enable_walk_instead ? 2 * gs_estimate_walk(relation, true) : get_float8_infinity();
}

const GsScanPlan *
gs_wide_plan(const GsWide *wide)
{
	return &wide->plan;
}

bool
gs_wide_is_complete(const GsWide *wide)
{
	return wide != NULL && wide->complete;
}

/*
 * Giving.
 */

bool
gs_wide_goes_by_values(const GsWide *wide)
{
	return wide->answers != NULL;
}

void
gs_wide_begin(GsWide *wide, const GsOperand *operands)
{
	uint32		hash;

	gs_wide_count(wide);
	if (wide->answers == NULL)
		tuplestore_rescan(wide->store);
	else
		wide->row = hash_of_values(wide, operands, &hash) ?
			gs_answers_first(wide->answers, hash) : GS_NO_ROW;
}

TupleTableSlot *
gs_wide_next(GsWide *wide)
{
	MemoryContext old;

	if (wide->answers != NULL)
	{
		if (wide->row == GS_NO_ROW)
			return ExecClearTuple(wide->slot);
		gs_answers_fetch(wide->answers, wide->row, wide->slot);
		wide->row = gs_answers_next(wide->answers, wide->row);
		return wide->slot;
	}
	/* what is read back must outlive the row's own context */
	old = MemoryContextSwitchTo(wide->context);
	(void) tuplestore_gettupleslot(wide->store, true, true, wide->slot);
	MemoryContextSwitchTo(old);
	return wide->slot;
}

void
gs_wide_count(GsWide *wide)
{
	if (wide->instead)
		wide->lookups++;
}

int64
gs_wide_lookups(const GsWide *wide)
{
	return wide != NULL ? wide->lookups : 0;
}

void
gs_wide_end(GsWide *wide)
{
	if (wide->answers != NULL)
		gs_answers_clear(wide->answers);
	if (wide->store != NULL)
		tuplestore_end(wide->store);
	wide->answers = NULL;
	wide->store = NULL;
}
