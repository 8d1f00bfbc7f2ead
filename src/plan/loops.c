/*
 * loops.c
 *	  How often does the planner think that a scan will be asked anew?
 *
 * It is read off the finished plan, for EXPLAIN.  A scan is asked anew where values
 * that it goes by are others, for the rows of the same ones are kept: by a nested
 * loop for each row of its outer side, or as a subquery for each row outside.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"

#include "plan.h"
#include "planning.h"

List *
gs_plan_children(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_Append:
			return ((const Append *) plan)->appendplans;
		case T_MergeAppend:
			return ((const MergeAppend *) plan)->mergeplans;
		case T_SubqueryScan:
			return list_make1(((const SubqueryScan *) plan)->subplan);
		case T_CustomScan:
			return ((const CustomScan *) plan)->custom_plans;
		default:
			return list_make2(plan->lefttree, plan->righttree);
	}
}

/* What is known of a plan from where it was found up to another. */
typedef struct Found
{
	double		loops;			/* in each run of that */
	Bitmapset  *params;			/* by whose values its own differ, which come from outside of that */
} Found;

static bool find_below(const Plan *plan, const Plan *target, Found *found);

static bool
find_in_list(List *plans, const Plan *target, Found *found)
{
	ListCell   *cell;

	foreach(cell, plans)
		if (find_below(lfirst(cell), target, found))
			return true;
	return false;
}

/*
 * How often Memoize finds nothing to give is in the costs alone: each row but the
 * first costs that part of a run.
 */
static double
runs_of_inner(const Plan *join, const Plan *outer, const Plan *inner)
{
	double		rows = Max(outer->plan_rows, 1);
	double		runs;

	if (!IsA(inner, Memoize) || rows < 2 || inner->lefttree->total_cost <= 0)
		return rows;
	runs = (join->total_cost - outer->total_cost) / inner->lefttree->total_cost;
	return Max(Min((runs - 1) * rows / (rows - 1), rows), 1);
}

/* The inner side is run for each row outside, by other values if it gets some of it. */
static bool
find_in_inner(const NestLoop *loop, const Plan *target, Found *found)
{
	const Plan *outer = outerPlan(loop);
	const Plan *inner = innerPlan(loop);
	bool		depends = false;
	ListCell   *cell;

	if (inner == NULL || !find_below(inner, target, found))
		return false;
	foreach(cell, loop->nestParams)
		depends |= bms_is_member(((NestLoopParam *) lfirst(cell))->paramno, found->params);
	/* the scan of a bind join is asked by all of them at once, which is what it counts */
	if (!depends || (IsA(outer, CustomScan) && gs_is_bind_outer((const CustomScan *) outer)))
		return true;
	found->loops *= runs_of_inner(&loop->join.plan, outer, inner);
	found->params = bms_union(found->params, outer->extParam);
	return true;
}

/* Is the target in a plan?  Then what is found of it is so for one run of the plan. */
static bool
find_below(const Plan *plan, const Plan *target, Found *found)
{
	if (plan == NULL)
		return false;
	if (plan == target)
		return true;
	if (IsA(plan, NestLoop))
		return find_below(plan->lefttree, target, found) ||
			find_in_inner((const NestLoop *) plan, target, found);
	return find_in_list(gs_plan_children(plan), target, found);
}

/*
 * Subqueries that depend on the row outside.
 */

/* Where a subplan is called. */
typedef struct Call
{
	int			plan_id;
	const SubPlan *subplan;
	bool		in_aggregate;	/* within what one is computed of */
	const Plan *caller;
	double		rows;			/* for which it is, in each run of the caller */
} Call;

static bool
find_call_in_exprs(Node *node, Call *call)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubPlan) && ((SubPlan *) node)->plan_id == call->plan_id)
	{
		call->subplan = (SubPlan *) node;
		return true;
	}
	if (!expression_tree_walker(node, find_call_in_exprs, call))
		return false;
	call->in_aggregate |= IsA(node, Aggref);
	return true;
}

/* The conditions of a join, other than those on its result. */
static List *
conditions_of(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_NestLoop:
		case T_MergeJoin:
		case T_HashJoin:
			return list_concat_copy(plan->qual, ((const Join *) plan)->joinqual);
		default:
			return plan->qual;
	}
}

/* What is looked at once in each run of a plan. */
static List *
looked_at_once(const Plan *plan)
{
	switch (nodeTag(plan))
	{
		case T_FunctionScan:
			return list_concat_copy(plan->initPlan, ((const FunctionScan *) plan)->functions);
		case T_ValuesScan:
			return list_concat_copy(plan->initPlan, ((const ValuesScan *) plan)->values_lists);
		default:
			return plan->initPlan;
	}
}

static bool find_call(const Plan *plan, Call *call);

static bool
find_call_in_list(List *plans, Call *call)
{
	ListCell   *cell;

	foreach(cell, plans)
		if (find_call(lfirst(cell), call))
			return true;
	return false;
}

/* For how many rows conditions are looked at is in the costs alone, too. */
static double
rows_looked_at(const Plan *plan, const SubPlan *subplan)
{
	double		cost = plan->total_cost;

	if (plan->lefttree != NULL)
		cost -= plan->lefttree->total_cost;
	if (plan->righttree != NULL)
		cost -= plan->righttree->total_cost;
	return subplan->per_call_cost > 0 ? cost / subplan->per_call_cost : 0;
}

static bool
find_call(const Plan *plan, Call *call)
{
	if (plan == NULL)
		return false;
	call->caller = plan;
	call->rows = 1;
	call->in_aggregate = false;
	if (find_call_in_exprs((Node *) looked_at_once(plan), call))
		return true;
	call->rows = Max(plan->plan_rows, 1);
	if (find_call_in_exprs((Node *) plan->targetlist, call))
	{
		if (call->in_aggregate)
			call->rows = Max(plan->lefttree->plan_rows, 1);
		return true;
	}
	if (find_call_in_exprs((Node *) conditions_of(plan), call))
	{
		call->rows = Max(call->rows, rows_looked_at(plan, call->subplan));
		return true;
	}
	return find_call_in_list(gs_plan_children(plan), call);
}

/* Does a subplan get values of the row outside, by which what was found in it differs? */
static bool
gets_values(const SubPlan *subplan, const Found *found)
{
	ListCell   *cell;

	foreach(cell, subplan->parParam)
		if (bms_is_member(lfirst_int(cell), found->params))
			return true;
	return false;
}

/* The number of the subplan that the target is in, 0 if it is in the statement's own plan. */
static int
find_in_statement(const PlannedStmt *statement, const Plan *target, Found *found)
{
	ListCell   *cell;

	if (find_below(statement->planTree, target, found))
		return 0;
	foreach(cell, statement->subplans)
		if (find_below(lfirst(cell), target, found))
			return foreach_current_index(cell) + 1;
	return 0;
}

/* Conditions that are not sent do not matter: the rows that were read are looked at again. */
static bool
add_params(Node *node, Bitmapset **params)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
		*params = bms_add_member(*params, ((Param *) node)->paramid);
	return expression_tree_walker(node, add_params, params);
}

double
gs_planned_loops(const PlannedStmt *statement, const ForeignScan *scan)
{
	Found		found = {1, NULL};
	const Plan *at = &scan->scan.plan;
	Call		call;

	(void) add_params((Node *) scan->fdw_exprs, &found.params);
	while ((call.plan_id = find_in_statement(statement, at, &found)) > 0)
	{
		if (!find_call(statement->planTree, &call) && !find_call_in_list(statement->subplans, &call))
			break;
		if (gets_values(call.subplan, &found))
		{
			found.loops *= call.rows;
			found.params = bms_union(found.params, call.caller->extParam);
		}
		at = call.caller;
	}
	return found.loops;
}
