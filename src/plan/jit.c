/*
 * jit.c
 *	  Plans that wait need no compiled expressions.
 *
 * Core compiles a plan's expressions when its cost is high.  Nearly all that
 * our scans cost is the round trips of their requests, which no compilation
 * shortens: a hundred of them would have a query compiled that has hardly any
 * work to do here.  So core's decision is made once more, less that cost, when
 * a plan is about to run: the library may have been loaded while the plan was
 * made, when it is too late for a hook of the planner's.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "foreign/fdwapi.h"
#include "jit/jit.h"

#include "plan.h"
#include "planning.h"

static ExecutorStart_hook_type next_hook;

static Cost cost_of_requests(const Plan *plan, double loops);

static bool
is_our_scan(const Plan *plan)
{
	Oid			server = IsA(plan, ForeignScan) ? ((const ForeignScan *) plan)->fs_server : InvalidOid;

	return OidIsValid(server) && gs_server_is_ours(server);
}

/* What the requests of the node's join cost, 0 if it is not one of ours. */
static Cost
cost_of_keys(const CustomScan *scan)
{
	return gs_is_bind_outer(scan) ?
		scan->scan.plan.total_cost - ((Plan *) linitial(scan->custom_plans))->total_cost : 0;
}

static Cost
cost_of_list(List *plans, double loops)
{
	Cost		cost = 0;
	ListCell   *cell;

	foreach(cell, plans)
		cost += cost_of_requests(lfirst(cell), loops);
	return cost;
}

/* What the scans of ours in a plan cost that is run so many times. */
static Cost
cost_of_requests(const Plan *plan, double loops)
{
	Cost		cost = 0;

	if (plan == NULL)
		return 0;
	if (is_our_scan(plan))
		return plan->total_cost * loops;
	if (IsA(plan, NestLoop))
		return cost_of_requests(plan->lefttree, loops) +
			cost_of_requests(plan->righttree, loops * Max(plan->lefttree->plan_rows, 1));
	if (IsA(plan, CustomScan))
		cost = cost_of_keys((const CustomScan *) plan) * loops;
	return cost + cost_of_list(gs_plan_children(plan), loops);
}

/* As the planner does it: a setting below zero turns its part off. */
static void
decide_again(PlannedStmt *statement)
{
	Cost		requests = cost_of_requests(statement->planTree, 1) +
		cost_of_list(statement->subplans, 1);
	Cost		cost = statement->planTree->total_cost - requests;

	if (requests == 0)
		return;
	if (cost <= jit_above_cost)
		statement->jitFlags = PGJIT_NONE;
	if (cost <= jit_optimize_above_cost)
		statement->jitFlags &= ~PGJIT_OPT3;
	if (cost <= jit_inline_above_cost)
		statement->jitFlags &= ~PGJIT_INLINE;
}

static void
on_start(QueryDesc *query, int eflags)
{
	PlannedStmt *statement = query->plannedstmt;
	int			flags = statement->jitFlags;

	if (flags != PGJIT_NONE)
		decide_again(statement);
	PG_TRY();
	{
		if (next_hook != NULL)
			next_hook(query, eflags);
		else
			standard_ExecutorStart(query, eflags);
	}
	PG_FINALLY();
	{
		/* the plan may be kept, and run again under other settings */
		statement->jitFlags = flags;
	}
	PG_END_TRY();
}

void
gs_jit_init(void)
{
	next_hook = ExecutorStart_hook;
	ExecutorStart_hook = on_start;
}
