/*
 * params.c
 *	  Which of a plan's values may change from one rescan to the next.
 *
 * The parameters of a prepared statement do not, nor does what an InitPlan
 * gives that depends on nothing; the columns of an outer row do.
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"

#include "where.h"

typedef struct Fixed
{
	const PlannedStmt *stmt;
	Bitmapset  *params;			/* that are set once */
} Fixed;

static void add_fixed(const Plan *plan, Fixed *fixed);

static void
add_fixed_of_list(List *plans, Fixed *fixed)
{
	ListCell   *cell;

	foreach(cell, plans)
		add_fixed(lfirst(cell), fixed);
}

static void
add_initplan(const SubPlan * initplan, Fixed *fixed)
{
	const Plan *plan = list_nth(fixed->stmt->subplans, initplan->plan_id - 1);
	ListCell   *cell;

	if (initplan->parParam == NIL && bms_is_empty(plan->extParam))
		foreach(cell, initplan->setParam)
			fixed->params = bms_add_member(fixed->params, lfirst_int(cell));
}

static void
add_fixed(const Plan *plan, Fixed *fixed)
{
	ListCell   *cell;

	if (plan == NULL)
		return;
	foreach(cell, plan->initPlan)
		add_initplan(lfirst_node(SubPlan, cell), fixed);
	add_fixed(plan->lefttree, fixed);
	add_fixed(plan->righttree, fixed);
	if (IsA(plan, Append))
		add_fixed_of_list(((const Append *) plan)->appendplans, fixed);
	else if (IsA(plan, MergeAppend))
		add_fixed_of_list(((const MergeAppend *) plan)->mergeplans, fixed);
	else if (IsA(plan, SubqueryScan))
		add_fixed(((const SubqueryScan *) plan)->subplan, fixed);
	else if (IsA(plan, CustomScan))
		add_fixed_of_list(((const CustomScan *) plan)->custom_plans, fixed);
}

static bool
may_change(Node *node, Fixed *fixed)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXEC)
		return !bms_is_member(((Param *) node)->paramid, fixed->params);
	if (IsA(node, SubPlan) || IsA(node, Var))
		return true;
	return expression_tree_walker(node, may_change, fixed);
}

Bitmapset *
gs_params_changing(EState *estate, List *exprs)
{
	Fixed		fixed = {estate->es_plannedstmt, NULL};
	Bitmapset  *changing = NULL;
	ListCell   *cell;

	add_fixed(fixed.stmt->planTree, &fixed);
	add_fixed_of_list(fixed.stmt->subplans, &fixed);
	foreach(cell, exprs)
		if (may_change(lfirst(cell), &fixed))
			changing = bms_add_member(changing, foreach_current_index(cell));
	return changing;
}
