/*
 * operand.c
 *	  The values that a scan's conditions compare with.
 *
 * One road for constants, parameters, InitPlans, stable functions and columns
 * of outer relations: they are all expressions of the plan, evaluated once
 * when a scan starts.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "where.h"

struct GsOperands
{
	int			count;
	List	   *states;			/* ExprState */
	int16	   *lengths;		/* of the types */
	bool	   *by_value;
	GsOperand  *values;			/* NULL before the first evaluation */
	MemoryContext context;		/* of values */
	MemoryContext spare;		/* of the next ones */
};

GsOperands *
gs_operands_create(PlanState *parent, List *exprs)
{
	GsOperands *operands = palloc0(sizeof(GsOperands));
	int			room = Max(list_length(exprs), 1);
	ListCell   *cell;

	operands->count = list_length(exprs);
	operands->states = ExecInitExprList(exprs, parent);
	operands->lengths = palloc(sizeof(int16) * room);
	operands->by_value = palloc(sizeof(bool) * room);
	foreach(cell, exprs)
		get_typlenbyval(exprType(lfirst(cell)),
						&operands->lengths[foreach_current_index(cell)],
						&operands->by_value[foreach_current_index(cell)]);
	operands->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw values",
											  ALLOCSET_SMALL_SIZES);
	operands->spare = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw values",
											ALLOCSET_SMALL_SIZES);
	return operands;
}

static GsOperand *
evaluate_operand(const GsOperands *operands, ExprContext *econtext)
{
	GsOperand  *values = MemoryContextAllocZero(operands->spare,
												sizeof(GsOperand) * Max(operands->count, 1));

	for (int i = 0; i < operands->count; i++)
	{
		MemoryContext old = MemoryContextSwitchTo(econtext->ecxt_per_tuple_memory);
		Datum		value = ExecEvalExpr((ExprState *) list_nth(operands->states, i),
										 econtext, &values[i].isnull);

		MemoryContextSwitchTo(operands->spare);
		if (!values[i].isnull)
			values[i].value = datumCopy(value, operands->by_value[i], operands->lengths[i]);
		MemoryContextSwitchTo(old);
	}
	return values;
}

static bool
same_operand(const GsOperands *operands, const GsOperand *now)
{
	for (int i = 0; i < operands->count; i++)
	{
		const GsOperand *then = &operands->values[i];

		if (now[i].isnull != then->isnull ||
			(!then->isnull && !datumIsEqual(now[i].value, then->value,
											operands->by_value[i], operands->lengths[i])))
			return false;
	}
	return true;
}

bool
gs_operands_evaluate(GsOperands *operands, ExprContext *econtext)
{
	GsOperand  *now = evaluate_operand(operands, econtext);
	MemoryContext old = operands->context;
	bool		changed = operands->values == NULL || !same_operand(operands, now);

	operands->values = now;
	operands->context = operands->spare;
	operands->spare = old;
	MemoryContextReset(old);
	return changed;
}

const GsOperand *
gs_operands_values(const GsOperands *operands)
{
	return operands->values;
}

GsOperand *
gs_operands_planned(List *exprs)
{
	GsOperand  *operands = palloc0(sizeof(GsOperand) * Max(list_length(exprs), 1));
	ListCell   *cell;

	foreach(cell, exprs)
	{
		GsOperand  *operand = &operands[foreach_current_index(cell)];
		const Const *value = lfirst(cell);

		if (IsA(value, Const))
		{
			operand->value = value->constvalue;
			operand->isnull = value->constisnull;
		}
		else
			operand->symbol = psprintf("$%d", foreach_current_index(cell));
	}
	return operands;
}

/*
 * Which of the values may change from one rescan to the next.  The parameters of
 * a prepared statement do not, nor does what an InitPlan gives that depends on
 * nothing; the columns of an outer row do.
 */

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
add_initplan(const SubPlan *initplan, Fixed *fixed)
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
