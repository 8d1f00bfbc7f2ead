/*
 * check_option.c
 *	  WITH CHECK OPTION, and policies of a partitioned parent, before a row is
 *	  sent.
 *
 * Core looks at a view's check option when the row is written, and at a
 * policy's of a foreign partition never.  What is certain before is said
 * before.  The tenant has its say on a row: it computes columns, and may fill
 * in what was not given.  Such values are unknown here, as null is in SQL, and
 * what depends on them is core's to decide when they are known.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"

#include "check_option.h"

typedef struct Check
{
	const char *view;
	ExprState  *state;
	Bitmapset  *opaque;			/* columns that, unknown, need not make it unknown; with
								 * FirstLowInvalidHeapAttributeNumber added */
} Check;

struct GsChecks
{
	const GsRelation *relation;
	bool		insert;			/* what is null was not given */
	List	   *checks;			/* Check */
	TupleTableSlot *known;		/* the row, null where it is unknown */
};

/*
 * AND, OR and NOT, and strict functions, make of an unknown value what is
 * right for any value.  Collect the columns that other expressions are of.
 */
static void
collect_opaque(Node *node, Bitmapset **opaque)
{
	ListCell   *cell;

	if (IsA(node, BoolExpr))
	{
		foreach(cell, ((BoolExpr *) node)->args)
			collect_opaque(lfirst(cell), opaque);
		return;
	}
	foreach(cell, pull_vars_of_level(node, 0))
	{
		AttrNumber	attnum = ((Var *) lfirst(cell))->varattno;

		if (attnum <= 0 || contain_nonstrict_functions(node))
			*opaque = bms_add_member(*opaque, attnum - FirstLowInvalidHeapAttributeNumber);
	}
}

GsChecks *
gs_checks_create(ModifyTableState *mtstate, ResultRelInfo *rinfo, const GsRelation *relation,
				 bool insert)
{
	EState	   *estate = mtstate->ps.state;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	GsChecks   *checks = palloc0(sizeof(GsChecks));
	ListCell   *cell;

	checks->relation = relation;
	checks->insert = insert;
	checks->known = ExecInitExtraTupleSlot(estate, RelationGetDescr(rinfo->ri_RelationDesc),
										   &TTSOpsVirtual);
	foreach(cell, rinfo->ri_WithCheckOptions)
	{
		const		WithCheckOption *option = lfirst(cell);
		Expr	   *condition = make_ands_explicit((List *) option->qual);
		Check	   *check;

		if (option->kind != WCO_VIEW_CHECK)
			continue;
		check = palloc0(sizeof(Check));
		check->view = option->relname;
		/* core's own state takes null for a no */
		check->state = ExecInitExpr(condition, &mtstate->ps);
		collect_opaque((Node *) condition, &check->opaque);
		checks->checks = lappend(checks->checks, check);
	}
	MemoryContextSwitchTo(old);
	return checks;
}

/* May the tenant give the column another value than the row has? */
static bool
is_unknown(const GsChecks *checks, AttrNumber attnum, TupleTableSlot *slot)
{
	const GsAttr *attr = &checks->relation->atts[attnum - 1];

	if (attr->name == NULL)
		return true;
	if (checks->insert && slot_attisnull(slot, attnum))
		return true;
	if (attr->constant != NULL || attr->writable)
		return false;
	return checks->insert || attr->column == NULL || !(attr->column->flags & GS_KEY);
}

/* The row as far as it is known. */
static void
fill_known(const GsChecks *checks, TupleTableSlot *slot)
{
	TupleTableSlot *known = checks->known;

	slot_getallattrs(slot);
	ExecClearTuple(known);
	for (int i = 0; i < checks->relation->natts; i++)
	{
		known->tts_values[i] = slot->tts_values[i];
		known->tts_isnull[i] = slot->tts_isnull[i] || is_unknown(checks, i + 1, slot);
	}
	ExecStoreVirtualTuple(known);
	known->tts_tableOid = checks->relation->relid;
}

/* Is what the check makes of the row what it would make of any the tenant may make of it? */
static bool
is_certain(const GsChecks *checks, const Check *check, TupleTableSlot *slot)
{
	int			i = -1;

	while ((i = bms_next_member(check->opaque, i)) >= 0)
	{
		int			attnum = i + FirstLowInvalidHeapAttributeNumber;

		if (attnum == TableOidAttributeNumber)
			continue;
		if (attnum <= 0 || is_unknown(checks, attnum, slot))
			return false;
	}
	return true;
}

void
gs_checks_apply(const GsChecks *checks, EState *estate, TupleTableSlot *slot)
{
	ExprContext *econtext = GetPerTupleExprContext(estate);
	ListCell   *cell;

	if (checks->checks == NIL)
		return;
	fill_known(checks, slot);
	econtext->ecxt_scantuple = checks->known;
	foreach(cell, checks->checks)
	{
		const Check *check = lfirst(cell);
		bool		isnull;

		if (is_certain(checks, check, slot) &&
			!DatumGetBool(ExecEvalExprSwitchContext(check->state, econtext, &isnull)) && !isnull)
			ereport(ERROR,
					(errcode(ERRCODE_WITH_CHECK_OPTION_VIOLATION),
					 errmsg("new row violates check option for view \"%s\"", check->view),
					 errdetail("It was not sent.")));
	}
}
