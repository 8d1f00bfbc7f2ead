/*
 * run.c
 *	  How a statement is run: will all rows of a node be asked for, and what is told
 *	  when it has ended well.
 *
 * The former is read off the plan, from the top down to the node: what of it may stop
 * before it has all rows, and what has them all before it gives its first.  And
 * off how far the statement is being run, of which a cursor, a loop of PL/pgSQL or
 * a client's portal ask for so many rows at a time: the planner knows only how
 * many it should think of.  Where nothing is known, the answer is no.
 *
 * What is told is told once, also for the statements that its functions and triggers
 * have run.  In an abort nothing is.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"

#include "compat.h"
#include "run.h"
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
 * How far a statement is run, and what it has found out by then.
 */

typedef struct Run
{
	const EState *estate;
	bool		to_the_end;
} Run;

/* The one that began last, which may have ended by an error. */
static Run	run;

/*
 * A statement that was given null for what does not fit.  A cursor is one, too, from one
 * FETCH to another.
 */
typedef struct Statement
{
	const EState *estate;
	GsMisfits  *misfits;
	struct Statement *next;
	MemoryContextCallback callback;
} Statement;

static Statement *statements;

/*
 * Whatever is run meanwhile is run for this one; NULL: none is run.  Since when,
 * for one that an error has ended.
 */
static EState *outermost;
static SubTransactionId outermost_since;

static ExecutorRun_hook_type next_run_hook;
static ExecutorFinish_hook_type next_finish_hook;
static ExecutorEnd_hook_type next_end_hook;

static Statement *
find_statement(const EState *estate)
{
	Statement  *statement = statements;

	while (statement != NULL && statement->estate != estate)
		statement = statement->next;
	return statement;
}

static void
forget_statement(void *arg)
{
	Statement **link = &statements;

	while (*link != arg)
		link = &(*link)->next;
	*link = (*link)->next;
}

GsMisfits *
gs_run_misfits(EState *estate)
{
	Statement  *statement;

	/* a row that others have changed is looked at again in a state of its own */
	while (estate->es_epq_active != NULL)
		estate = estate->es_epq_active->parentestate;
	statement = find_statement(estate);
	if (statement != NULL)
		return statement->misfits;
	statement = MemoryContextAllocZero(estate->es_query_cxt, sizeof(Statement));
	statement->estate = estate;
	statement->misfits = gs_misfits_create(estate->es_query_cxt);
	statement->next = statements;
	statements = statement;
	statement->callback.func = forget_statement;
	statement->callback.arg = statement;
	MemoryContextRegisterResetCallback(estate->es_query_cxt, &statement->callback);
	return statement->misfits;
}

/* Begin to run a statement; true if it is by itself. */
static bool
begin_run(EState *estate)
{
	if (outermost != NULL)
		return false;
	outermost = estate;
	outermost_since = GetCurrentSubTransactionId();
	return true;
}

/* It was run so far.  What was found out for another is that one's to tell. */
static void
end_run(const EState *estate, bool by_itself, bool complete)
{
	Statement  *statement = find_statement(estate);

	if (by_itself)
		outermost = NULL;
	if (statement == NULL)
		return;
	if (!by_itself)
		gs_misfits_take(gs_run_misfits(outermost), statement->misfits);
	else if (complete)
		gs_misfits_tell(statement->misfits);
}

void
gs_run_end(EState *estate)
{
	end_run(estate, outermost == NULL, true);
}

/*
 * A client of the extended protocol is told that a SELECT is complete before its executor is
 * ended, and has to be told first what there is to tell.  Any other statement still
 * has triggers to run.
 */
static bool
is_complete(const QueryDesc *query, uint64 count)
{
	return query->operation == CMD_SELECT && !query->plannedstmt->hasModifyingCTE &&
		(count == 0 || query->estate->es_processed < count);
}

static void
on_run(GS_RUN_PARAMETERS)
{
	Run			outer = run;
	bool		by_itself = begin_run(query->estate);

	run.estate = query->estate;
	run.to_the_end = count == 0;
	(next_run_hook ? next_run_hook : standard_ExecutorRun) (GS_RUN_ARGUMENTS);
	run = outer;
	end_run(query->estate, by_itself, is_complete(query, count));
}

static void
on_finish(QueryDesc *query)
{
	bool		by_itself = begin_run(query->estate);

	(next_finish_hook ? next_finish_hook : standard_ExecutorFinish) (query);
	end_run(query->estate, by_itself, true);
}

/* That of a cursor which was not read to its end, too. */
static void
on_end(QueryDesc *query)
{
	gs_run_end(query->estate);
	(next_end_hook ? next_end_hook : standard_ExecutorEnd) (query);
}

static void
on_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent, void *arg)
{
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB && outermost_since >= own)
		outermost = NULL;
}

static void
on_transaction_end(XactEvent event, void *arg)
{
	(void) arg;
	if (event == XACT_EVENT_ABORT)
		outermost = NULL;
}

void
gs_run_init(void)
{
	next_run_hook = ExecutorRun_hook;
	ExecutorRun_hook = on_run;
	next_finish_hook = ExecutorFinish_hook;
	ExecutorFinish_hook = on_finish;
	next_end_hook = ExecutorEnd_hook;
	ExecutorEnd_hook = on_end;
	RegisterSubXactCallback(on_subtransaction_end, NULL);
	RegisterXactCallback(on_transaction_end, NULL);
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
