/*
 * size.c
 *	  How many rows of a relation are left by its own clauses.
 */
#include "postgres.h"

#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/syscache.h"

#include "plan.h"
#include "planning.h"

static bool
has_statistics(const GsRelation *relation, AttrNumber attnum)
{
	return SearchSysCacheExists3(STATRELATTINH, ObjectIdGetDatum(relation->relid),
								 Int16GetDatum(attnum), BoolGetDatum(false));
}

/*
 * Before a table was analyzed, core takes every value for one of 200.  Where
 * the model knows better, its guess goes where core remembers its own.
 */
static void
guess_selectivities(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation)
{
	ListCell   *cell;

	foreach(cell, baserel->baserestrictinfo)
	{
		RestrictInfo *info = lfirst(cell);
		List	   *exprs = NIL;
		GsGrade		grade;
		GsClause   *clause = gs_pushdown(root, baserel, relation, info->clause, &exprs, &grade);
		double		sharing;

		if (clause == NULL)
			clause = gs_pushdown_key(root, baserel, relation, info->clause, &exprs);
		if (clause == NULL || clause->kind != GS_TEST ||
			(clause->test != GS_EQ && clause->test != GS_IN) ||
			has_statistics(relation, clause->attnum))
			continue;
		sharing = gs_estimate_sharing(&relation->atts[clause->attnum - 1], baserel->tuples);
		if (clause->test == GS_IN)
			sharing *= gs_array_length(list_nth(exprs, clause->operand));
		if (sharing > 0)
			info->norm_selec = info->outer_selec = Min(1.0, sharing / Max(baserel->tuples, 1));
	}
}

void
gainsightGetForeignRelSize(PlannerInfo *root, RelOptInfo *baserel, Oid foreigntableid)
{
	GsPlanState *state = palloc0(sizeof(GsPlanState));
	GsRelation *relation = gs_relation_load(foreigntableid);
	GsPushed	pushed = {.grade = GS_EXACT};
	GsEstimate	guess;
	double		told;

	state->relation = relation;
	state->for_update = root->parse->commandType == CMD_UPDATE &&
		bms_is_member(baserel->relid, root->all_result_relids);
	if (state->for_update)
		gs_relation_stop(relation);
	baserel->fdw_private = state;
	/* never analyzed */
	if (baserel->tuples < 0)
		baserel->tuples = gs_estimate_rows(relation);
	guess_selectivities(root, baserel, relation);
	set_baserel_size_estimates(root, baserel);
	gs_push_clauses(root, baserel, baserel->baserestrictinfo, &pushed);
	gs_push_estimate(root, baserel, relation, &pushed, &guess);
	state->requests = guess.requests;
	state->carried = guess.carried;
	state->pieces = pushed.pieces;
	state->grade = pushed.grade;
	told = gs_estimate_remotely(relation, pushed.clauses, pushed.exprs, baserel->userid);
	if (told >= 0)
	{
		state->carried = clamp_row_est(told);
		state->requests = gs_push_requests(baserel, relation, &pushed, state->carried);
		baserel->rows = clamp_row_est(told * clauselist_selectivity(root,
																	list_difference_ptr(baserel->baserestrictinfo,
																						pushed.infos),
																	0, JOIN_INNER, NULL));
	}
}
