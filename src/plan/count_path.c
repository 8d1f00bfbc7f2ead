/*
 * count_path.c
 *	  Planning count(*), of all rows or by the values of a column, by the tenant's
 *	  totalCount.
 *
 * The path is a foreign scan that stands for the whole aggregation, with the
 * ordinary path, which counts rows, below it.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/planmain.h"
#include "optimizer/tlist.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "compat.h"
#include "plan.h"
#include "planning.h"

/* count(*), or count of a constant that is not null */
static bool
counts_rows(Aggref *aggref)
{
	TargetEntry *argument;

	if (aggref->aggfilter != NULL || aggref->aggdistinct != NIL || aggref->aggorder != NIL)
		return false;
	if (aggref->aggfnoid == F_COUNT_)
		return true;
	if (aggref->aggfnoid != F_COUNT_ANY)
		return false;
	argument = linitial(aggref->args);
	return IsA(argument->expr, Const) && !((Const *) argument->expr)->constisnull;
}

/* What a query asks for that wants no more of a table than how many rows there are. */
typedef struct Asked
{
	Var		   *group;			/* the column that it groups by; NULL: it wants one count of all */
	List	   *targets;		/* that column and the counts, which its expressions are made of */
	List	   *having;
} Asked;

/* The columns and aggregates of expressions, also of expressions of them. */
static List *
parts_of(List *exprs)
{
	return pull_var_clause((Node *) exprs,
						   PVC_INCLUDE_AGGREGATES | PVC_RECURSE_WINDOWFUNCS |
						   PVC_INCLUDE_PLACEHOLDERS);
}

/* Does the query group by one column, or not at all? */
static bool
find_group(const PlannerInfo *root, Var **group)
{
	const Query *query = root->parse;
	Node	   *expr;

	*group = NULL;
	if (query->groupingSets != NIL || list_length(query->groupClause) > 1)
		return false;
	if (query->groupClause == NIL)
		return true;
	expr = get_sortgroupclause_expr(linitial(query->groupClause), root->processed_tlist);
	*group = (Var *) expr;
	return IsA(expr, Var) && (*group)->varattno > 0;
}

/* Does the query ask for nothing of the table but its number of rows? */
static bool
asks_for_count(const PlannerInfo *root, const PathTarget *target, Asked *asked)
{
	List	   *parts;
	ListCell   *cell;

	if (!find_group(root, &asked->group))
		return false;
	asked->having = (List *) root->parse->havingQual;
	asked->targets = asked->group ? list_make1(asked->group) : NIL;
	parts = list_concat(parts_of(target->exprs), parts_of(asked->having));
	foreach(cell, parts)
	{
		if (equal(lfirst(cell), asked->group))
			continue;
		if (!IsA(lfirst(cell), Aggref) || !counts_rows(lfirst(cell)))
			return false;
		asked->targets = list_append_unique(asked->targets, lfirst(cell));
	}
	return asked->targets != NIL;
}

/*
 * A copy of the ordinary plan's path: add_path frees the one that loses.  It
 * gives the bare counts; expressions of them, and HAVING, are for the foreign scan.
 */
static Path *
copy_ordinary_path(PlannerInfo *root, const RelOptInfo *output_rel, const Asked *asked)
{
	PathTarget *target = create_empty_pathtarget();
	const Path *path = linitial(output_rel->pathlist);
	Path	   *copy;

	if (IsA(path, AggPath))
	{
		AggPath    *counts = makeNode(AggPath);

		memcpy(counts, path, sizeof(AggPath));
		counts->qual = NIL;
		copy = &counts->path;
	}
	else if (IsA(path, GroupPath))
	{
		GroupPath  *values = makeNode(GroupPath);

		memcpy(values, path, sizeof(GroupPath));
		values->qual = NIL;
		copy = &values->path;
	}
	else
		return NULL;
	add_new_columns_to_pathtarget(target, asked->targets);
	copy->pathtarget = set_pathtarget_cost_width(root, target);
	return copy;
}

/*
 * Can the rows of each value of a column be counted?  Only where what is found by a
 * value is just what has it, and where a value is what a record has: a type of its
 * own may have another idea of what fits.
 */
static bool
has_counted_values(const GsRelation *relation, const Var *group)
{
	const GsAttr *attr = &relation->atts[group->varattno - 1];

	return attr->column != NULL && attr->column->values != NULL &&
		(attr->type == TEXTOID || attr->type == VARCHAROID) &&
		gs_attr_grade(attr, GS_EQ) == GS_EXACT && gs_is_deterministic(group->varcollid) &&
		gs_operator_available(relation->settings, "EQ");
}

/* An equality for each documented value, which is one of the values of the plan, and its searches. */
static void
add_groups(const GsRelation *relation, AttrNumber attnum, GsScanPlan *plan, List **exprs)
{
	const char *const *value = relation->atts[attnum - 1].column->values;

	for (; *value != NULL; value++)
	{
		GsClause   *clause = palloc0(sizeof(GsClause));

		clause->kind = GS_TEST;
		clause->attnum = attnum;
		clause->test = GS_EQ;
		clause->type = TEXTOID;
		clause->operand = list_length(*exprs);
		plan->groups = lappend(plan->groups, clause);
		*exprs = lappend(*exprs, makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
										   CStringGetTextDatum(*value), false, false));
	}
	plan->requests *= 1 + list_length(plan->groups);
}

static bool
has_pseudoconstant(List *infos)
{
	ListCell   *cell;

	foreach(cell, infos)
		if (((RestrictInfo *) lfirst(cell))->pseudoconstant)
			return true;
	return false;
}

/*
 * May a relation's rows be counted by totalCount?  If so, the plan's clauses and
 * their values *exprs are its whole restriction, and its requests those of the
 * count, one for each piece of a list.  By the values of a column only if that takes
 * less than to read the rows.
 */
static bool
is_counted(PlannerInfo *root, RelOptInfo *baserel, const Asked *asked, GsScanPlan *plan, List **exprs)
{
	const GsPlanState *state = baserel->fdw_private;
	const GsRelation *relation = state->relation;
	const GsEndpoint *endpoint = gs_model_read(relation->resource, false);
	bool		filtered = baserel->baserestrictinfo != NIL || asked->group != NULL;
	GsPushed	pushed = {.grade = GS_EXACT};
	GsEstimate	rows;

	if (endpoint == NULL || !endpoint->search || relation->resource->dialect->uncounted)
		return false;
	if ((filtered && !relation->settings->trust_filters) ||
		(asked->group != NULL && !has_counted_values(relation, asked->group)))
		return false;
	/* that of the query as a whole would be nobody's to check */
	if (has_pseudoconstant(baserel->baserestrictinfo))
		return false;
	gs_push_clauses(root, baserel, baserel->baserestrictinfo, &pushed);
	if (pushed.grade != GS_EXACT)
		return false;
	gs_push_estimate(root, baserel, relation, &pushed, &rows);
	memset(plan, 0, sizeof(*plan));
	plan->clauses = pushed.clauses;
	plan->requests = Max(1, pushed.pieces);
	plan->rest = rows.rest;
	*exprs = pushed.exprs;
	if (asked->group == NULL)
		return true;
	add_groups(relation, asked->group->varattno, plan, exprs);
	return plan->requests < state->requests;
}

/* What fdw_private holds, in this order. */
enum
{
	COUNT_RELID,
	COUNT_CLAUSES,
	COUNT_GROUPS,
	COUNT_REQUESTS,
	COUNT_REST,
	COUNT_LENGTH
};

static List *
write_count(const GsRelation *relation, const GsScanPlan *plan)
{
	return list_make5(list_make1_oid(relation->relid), gs_clauses_write(plan->clauses),
					  gs_clauses_write(plan->groups), makeFloat(psprintf("%.0f", plan->requests)),
					  makeFloat(psprintf("%g", plan->rest)));
}

/* What the path holds beside that. */
enum
{
	PATH_PLAN,
	PATH_EXPRS,
	PATH_TARGETS,
	PATH_HAVING
};

void
gainsightGetForeignUpperPaths(PlannerInfo *root, UpperRelationKind stage,
							  RelOptInfo *input_rel, RelOptInfo *output_rel, void *extra)
{
	const GsPlanState *state;
	Asked		asked;
	GsScanPlan	plan;
	List	   *exprs;
	Path	   *ordinary;

	(void) extra;
	if (stage != UPPERREL_GROUP_AGG || input_rel->reloptkind != RELOPT_BASEREL ||
		output_rel->pathlist == NIL || (state = gs_plan_state(input_rel)) == NULL)
		return;
	if (!asks_for_count(root, output_rel->reltarget, &asked) ||
		!is_counted(root, input_rel, &asked, &plan, &exprs))
		return;
	ordinary = copy_ordinary_path(root, output_rel, &asked);
	if (ordinary == NULL)
		return;
	add_path(output_rel, (Path *)
			 gs_create_foreign_upper_path(root, output_rel,
										  plan.requests * state->relation->settings->request_cost,
										  ordinary, list_make4(write_count(state->relation, &plan), exprs,
															   asked.targets, asked.having)));
}

ForeignScan *
gs_count_plan(ForeignPath *best_path, List *tlist, Plan *outer_plan)
{
	List	   *private = best_path->fdw_private;

	return make_foreignscan(tlist, list_nth(private, PATH_HAVING), 0, list_nth(private, PATH_EXPRS),
							list_nth(private, PATH_PLAN),
							add_to_flat_tlist(NIL, list_nth(private, PATH_TARGETS)), NIL, outer_plan);
}

void
gs_count_plan_read(List *fdw_private, Oid *relid, GsScanPlan *plan)
{
	Assert(list_length(fdw_private) == COUNT_LENGTH);
	memset(plan, 0, sizeof(*plan));
	*relid = linitial_oid(list_nth(fdw_private, COUNT_RELID));
	plan->clauses = gs_clauses_read(list_nth(fdw_private, COUNT_CLAUSES));
	plan->groups = gs_clauses_read(list_nth(fdw_private, COUNT_GROUPS));
	plan->requests = floatVal(list_nth(fdw_private, COUNT_REQUESTS));
	plan->rest = floatVal(list_nth(fdw_private, COUNT_REST));
}
