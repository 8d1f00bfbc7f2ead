/*
 * drain.c
 *	  Will all rows of a node be asked for?
 *
 * It is read off the plan, from the top down to the node: what of it may stop
 * before it has all rows, and what has them all before it gives its first.  And
 * off how far the statement is being run, of which a cursor, a loop of PL/pgSQL or
 * a client's portal ask for so many rows at a time: the planner knows only how
 * many it should think of.
 *
 * Where nothing is known, the answer is no.
 */
#include "postgres.h"

#include "executor/executor.h"

#include "compat.h"
#include "drain.h"
#include "scan.h"

/* What is known of the rows of a node, the more the later. */
typedef enum Drain
{
	NOT_FOUND,					/* the node is not there */
	MAY_STOP,
	WITH_STATEMENT,				/* all are asked for if the statement is run to its end */
	TO_THE_END
} Drain;

/* What is looked for: a node, or whoever reads a WITH. */
typedef struct Target
{
	const Plan *plan;			/* or NULL */
	int			cte;			/* the number of its plan, or 0 */
} Target;

static Drain look_for(const Plan *plan, Drain drain, const Target *target);

/*
 * How far a statement is run.
 */

typedef struct Run
{
	const EState *estate;
	bool		to_the_end;
} Run;

/* The one that began last, which may have ended by an error. */
static Run	run;

static ExecutorRun_hook_type next_hook;

static void
on_run(GS_RUN_PARAMETERS)
{
	Run			outer = run;

	run.estate = query->estate;
	run.to_the_end = count == 0;
	(next_hook ? next_hook : standard_ExecutorRun) (GS_RUN_ARGUMENTS);
	run = outer;
}

void
gs_drain_init(void)
{
	next_hook = ExecutorRun_hook;
	ExecutorRun_hook = on_run;
}

/*
 * The plan.
 */

static Drain
look_in_list(List *plans, Drain drain, const Target *target)
{
	Drain		found = NOT_FOUND;
	ListCell   *cell;

	foreach(cell, plans)
		found = Max(found, look_for(lfirst(cell), drain, target));
	return found;
}

/* The outer side of a node, or what is below it, if all of the node is asked for as far as drain says. */
static Drain
of_outer(const Plan *plan, Drain drain)
{
	switch (nodeTag(plan))
	{
		case T_Sort:
		case T_Hash:
			return TO_THE_END;
		case T_Agg:
			return ((const Agg *) plan)->aggstrategy == AGG_PLAIN ||
				((const Agg *) plan)->aggstrategy == AGG_HASHED ? TO_THE_END : drain;
		case T_Limit:
			return ((const Limit *) plan)->limitCount == NULL ? drain : MAY_STOP;
		case T_WindowAgg:
			return ((const WindowAgg *) plan)->runCondition == NIL ? drain : MAY_STOP;
		case T_SetOp:
			return ((const SetOp *) plan)->strategy == SETOP_HASHED ? drain : MAY_STOP;
		case T_NestLoop:
		case T_HashJoin:
		case T_RecursiveUnion:
		case T_ModifyTable:
		case T_LockRows:
		case T_Material:
		case T_Memoize:
		case T_IncrementalSort:
		case T_Group:
		case T_Unique:
		case T_Result:
		case T_ProjectSet:
		case T_Gather:
		case T_GatherMerge:
			return drain;
		default:
			return MAY_STOP;
	}
}

/* The inner side, once it is run: one match is enough for some joins, and a merge may end before. */
static Drain
of_inner(const Plan *plan, Drain drain)
{
	JoinType	type;

	switch (nodeTag(plan))
	{
		case T_NestLoop:
			type = ((const Join *) plan)->jointype;
			return type == JOIN_SEMI || type == JOIN_ANTI || ((const Join *) plan)->inner_unique ?
				MAY_STOP : drain;
		case T_HashJoin:
		case T_RecursiveUnion:
			return drain;
		default:
			return MAY_STOP;
	}
}

/* What of a plan that is asked for rows as far as drain says is known of the target? */
static Drain
look_for(const Plan *plan, Drain drain, const Target *target)
{
	if (plan == NULL)
		return NOT_FOUND;
	if (plan == target->plan ||
		(IsA(plan, CteScan) && ((const CteScan *) plan)->ctePlanId == target->cte))
		return drain;
	switch (nodeTag(plan))
	{
		case T_Append:
			return look_in_list(((const Append *) plan)->appendplans, drain, target);
		case T_MergeAppend:
			return look_in_list(((const MergeAppend *) plan)->mergeplans, drain, target);
		case T_SubqueryScan:
			return look_for(((const SubqueryScan *) plan)->subplan, drain, target);
		case T_CustomScan:
			return look_in_list(((const CustomScan *) plan)->custom_plans,
								gs_is_bind_outer((const CustomScan *) plan) ? drain : MAY_STOP,
								target);
		default:
			return Max(look_for(plan->lefttree, of_outer(plan, drain), target),
					   look_for(plan->righttree, of_inner(plan, drain), target));
	}
}

/*
 * The same of a statement: a WITH is run as far as those read it who do; any other
 * plan beside the first may be content with a row.
 */
static Drain
look_in_statement(const PlannedStmt *statement, const Target *target)
{
	Drain		found = look_for(statement->planTree, WITH_STATEMENT, target);
	ListCell   *cell;

	foreach(cell, statement->subplans)
	{
		Drain		here = look_for(lfirst(cell), MAY_STOP, target);
		Target		readers = {NULL, foreach_current_index(cell) + 1};

		if (here == MAY_STOP)
			here = look_for(lfirst(cell), Max(look_in_statement(statement, &readers), MAY_STOP), target);
		found = Max(found, here);
	}
	return found;
}

bool
gs_is_drained(const PlanState *node)
{
	const Target target = {node->plan, 0};
	Drain		found = look_in_statement(node->state->es_plannedstmt, &target);

	return found == TO_THE_END ||
		(found == WITH_STATEMENT && run.estate == node->state && run.to_the_end);
}
