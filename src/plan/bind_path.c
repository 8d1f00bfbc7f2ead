/*
 * bind_path.c
 *	  Planning joins that send keys in batches.
 *
 * The path is core's own nested loop.  On its inner side is a scan of ours
 * that is parameterized by the outer side, as for a lookup by each row; on its
 * outer side the node of bind_outer.c stands above the path that was there, so
 * that the scan can ask for many keys at once.
 */
#include "postgres.h"

#include <math.h>

#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "compat.h"
#include "plan.h"
#include "planning.h"

/* A clause whose other side can give keys to a scan. */
typedef struct BindClause
{
	RestrictInfo *info;			/* NULL: there is none */
	Expr	   *own;			/* the side that is ours */
	Expr	   *key;			/* the other */
	const GsAttr *attr;			/* the column of own */
	bool		by_path;		/* a request for each key, else one for a list */
	GsBindInnerPlan plan;
	double		rows_per_key;	/* that the tenant will send */
} BindClause;

static bool enable_bind_join = true;
static set_join_pathlist_hook_type next_hook;

/* Meeting places are told apart by number, within a query. */
static int	last_id;

/*
 * Clauses.
 */

/*
 * Can a scan be given keys by this clause, which compares something of it with
 * something of the other relations alone?
 */
static bool
describe_bind_clause(PlannerInfo *root, RelOptInfo *baserel, RestrictInfo *info, BindClause *bind)
{
	const GsRelation *relation = ((GsPlanState *) baserel->fdw_private)->relation;
	const GsEndpoint *unbound = gs_model_read(relation->resource, false);
	OpExpr	   *op = (OpExpr *) info->clause;
	bool		is_left = bms_equal(info->left_relids, baserel->relids);
	Relids		key_relids = is_left ? info->right_relids : info->left_relids;
	List	   *exprs = NIL;
	GsClause   *clause;
	GsGrade		grade;
	Oid			left_hash,
				right_hash;

	if (info->pseudoconstant || !IsA(op, OpExpr) || list_length(op->args) != 2 ||
		!get_op_hash_functions(op->opno, &left_hash, &right_hash))
		return false;
	/* a clause can imply an equality of columns that stand on one side of it */
	if ((!is_left && !bms_equal(info->right_relids, baserel->relids)) ||
		bms_overlap(key_relids, baserel->relids))
		return false;
	bind->by_path = unbound == NULL;
	if (bind->by_path)
		clause = gs_pushdown_key(root, baserel, relation, info->clause, &exprs);
	else
		clause = gs_pushdown(root, baserel, relation, info->clause, &exprs, &grade);
	if (clause == NULL ||
		(!bind->by_path &&
		 (clause->kind != GS_TEST || clause->test != GS_EQ || !gs_takes_lists(relation, clause))))
		return false;
	bind->info = info;
	bind->own = list_nth(op->args, is_left ? 0 : 1);
	bind->key = list_nth(op->args, is_left ? 1 : 0);
	bind->attr = &relation->atts[clause->attnum - 1];
	bind->plan.own_hash = is_left ? left_hash : right_hash;
	bind->plan.key_hash = is_left ? right_hash : left_hash;
	bind->plan.collation = op->inputcollid;
	return true;
}

/* How many rows the tenant will send for a key: by statistics, else by the model's guess. */
static double
rows_per_key(PlannerInfo *root, RelOptInfo *baserel, const BindClause *bind)
{
	const GsPlanState *state = baserel->fdw_private;
	VariableStatData variable;
	double		sharing = gs_estimate_sharing(bind->attr, baserel->tuples);
	double		distinct;
	bool		guessed;

	examine_variable(root, (Node *) bind->own, 0, &variable);
	distinct = get_variable_numdistinct(&variable, &guessed);
	ReleaseVariableStats(variable);
	if (guessed && sharing > 0)
		distinct = baserel->tuples / sharing;
	return state->carried / Max(distinct, 1);
}

/* Of the clauses that can bind the scan by these relations, the most selective. */
static void
choose_bind_clause(PlannerInfo *root, RelOptInfo *baserel, List *infos, Relids outer, BindClause *chosen)
{
	ListCell   *cell;

	memset(chosen, 0, sizeof(*chosen));
	foreach(cell, infos)
	{
		RestrictInfo *info = lfirst(cell);
		Relids		others = bms_difference(info->clause_relids, baserel->relids);
		BindClause	bind = {0};

		if (bms_is_empty(others) || !bms_is_subset(others, outer) ||
			!describe_bind_clause(root, baserel, info, &bind))
			continue;
		bind.rows_per_key = rows_per_key(root, baserel, &bind);
		if (chosen->info == NULL || bind.rows_per_key < chosen->rows_per_key)
			*chosen = bind;
	}
}

/*
 * Costs.
 */

/*
 * The keys of the first batch, and of the largest: as many as one request
 * takes, and where each key is a request of its own, as many as go out side by
 * side.
 */
static void
batch_sizes(const GsSettings *settings, const BindClause *bind, int *first, int *largest)
{
	int			connections = settings->tenant.max_connections;
	int			list = settings->in_list_size;

	*first = bind->by_path ? Min(connections, list) : list;
	*largest = bind->by_path ? Max(connections, list) : list * connections;
}

/*
 * The requests of so many keys, of which a search, or a request, takes unit and
 * has so many pages.  A batch that would be dearer than all there is has the
 * scan read that, and is the last.
 */
static double
batched(const GsPlanState *state, const BindClause *bind, double keys, double unit, double pages)
{
	double		requests = 0;
	int			batch,
				largest;

	batch_sizes(state->relation->settings, bind, &batch, &largest);
	while (keys > 0)
	{
		double		next = ceil(Min(batch, keys) / unit) * pages;

		if (next > state->requests)
			return requests + state->requests;
		if (batch == largest)
			return requests + ceil(keys / unit) * pages;
		requests += next;
		keys -= batch;
		batch = Min(batch * 2, largest);
	}
	return requests;
}

/* What asking for so many keys takes. */
static void
estimate_bind_clause(const GsPlanState *state, const BindClause *bind, double keys,
					 double *requests, double *carried)
{
	double		unit = bind->by_path ? 1 : state->relation->settings->in_list_size;
	double		pages = 1;
	GsSize		none = {0};

	*carried = Min(state->carried, keys * bind->rows_per_key);
	if (!bind->by_path)
		pages = gs_estimate_requests(state->relation, &none, *carried / ceil(keys / unit), 0);
	*requests = batched(state, bind, keys, unit, pages);
}

/*
 * Paths.
 */

static Plan *plan_outer(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist,
						List *clauses, List *plans);

static const CustomPathMethods path_methods = {
	.CustomName = "GainsightBindJoin",
	.PlanCustomPath = plan_outer,
};

/* What custom_private of the outer path holds, in this order. */
enum
{
	OUTER_ID,
	OUTER_KEY,
	OUTER_FIRST_BATCH,
	OUTER_LARGEST_BATCH
};

static List *
outer_private(const GsPlanState *state, const BindClause *bind, int id)
{
	int			first,
				largest;

	batch_sizes(state->relation->settings, bind, &first, &largest);
	return list_make4(makeInteger(id), bind->key, makeInteger(first), makeInteger(largest));
}

/* All the requests are counted here, for it is here that they fall due. */
static Path *
make_outer(const GsPlanState *state, const BindClause *bind, Path *below, int id,
		   double requests, double carried)
{
	CustomPath *path = makeNode(CustomPath);

	path->path.pathtype = T_CustomScan;
	path->path.parent = below->parent;
	path->path.pathtarget = below->pathtarget;
	path->path.rows = below->rows;
	path->path.pathkeys = below->pathkeys;
	path->path.startup_cost = below->startup_cost + gs_cost_of(state, 1, 0);
	path->path.total_cost = below->total_cost + gs_cost_of(state, requests, carried) +
		cpu_tuple_cost * below->rows;
	gs_copy_disabled_nodes(&path->path, below);
	path->custom_paths = list_make1(below);
	path->custom_private = outer_private(state, bind, id);
	path->methods = &path_methods;
	return &path->path;
}

/* Looking up rows that are there already. */
static Path *
make_inner(PlannerInfo *root, RelOptInfo *baserel, const BindClause *bind, Relids outer,
		   int id, double requests)
{
	const GsPlanState *state = baserel->fdw_private;
	double		rows = clamp_row_est(bind->rows_per_key * baserel->rows / Max(state->carried, 1));
	ForeignPath *path = gs_create_foreignscan_path(root, baserel, rows, 0,
												   cpu_operator_cost + cpu_tuple_cost * rows, NIL, outer);

	/* the very clause: another choice would be for other keys */
	path->fdw_private = list_make3(makeInteger(id), makeFloat(psprintf("%.0f", requests)),
								   bind->info);
	return &path->path;
}

bool
gs_hides_values(PlannerInfo *root, Relids relids)
{
	int			relid = -1;

	while ((relid = bms_next_member(relids, relid)) >= 0)
		if (root->simple_rel_array[relid] != NULL &&
			!bms_is_empty(root->simple_rel_array[relid]->lateral_relids))
			return true;
	return false;
}

static double
guess_keys(PlannerInfo *root, Expr *key, double rows)
{
	if (gs_hides_values(root, pull_varnos(root, (Node *) key)))
		return rows;
	return estimate_num_groups(root, list_make1(key), rows, NULL, NULL);
}

bool
gs_bind_can_use(PlannerInfo *root, RelOptInfo *baserel, RestrictInfo *info)
{
	BindClause	bind = {0};

	return enable_bind_join && baserel->reloptkind == RELOPT_BASEREL &&
		bms_is_empty(baserel->lateral_relids) && describe_bind_clause(root, baserel, info, &bind);
}

static void
add_bind_path(PlannerInfo *root, RelOptInfo *joinrel, JoinType jointype,
			  JoinPathExtraData *extra, Path *below, RelOptInfo *baserel,
			  const BindClause *bind, Relids outer)
{
	GsPlanState *state = baserel->fdw_private;
	double		keys = guess_keys(root, bind->key, below->rows);
	int			id = ++last_id;
	JoinCostWorkspace workspace;
	double		requests,
				carried;
	Path	   *outer_path,
			   *inner_path;

	estimate_bind_clause(state, bind, keys, &requests, &carried);
	outer_path = make_outer(state, bind, below, id, requests, carried);
	inner_path = make_inner(root, baserel, bind, outer, id, requests);
	gs_initial_cost_nestloop(root, &workspace, jointype, outer_path, inner_path, extra);
	add_path(joinrel, (Path *)
			 create_nestloop_path(root, joinrel, jointype, &workspace, extra, outer_path,
								  inner_path, extra->restrictlist,
								  build_join_pathkeys(root, joinrel, jointype, below->pathkeys),
								  NULL));
}

/* Can a bind join be made of them at all? */
static bool
is_possible(RelOptInfo *joinrel, RelOptInfo *outerrel, RelOptInfo *innerrel, JoinType jointype)
{
	return enable_bind_join && innerrel->reloptkind == RELOPT_BASEREL &&
		gs_plan_state(innerrel) != NULL && bms_is_empty(innerrel->lateral_relids) &&
		bms_is_empty(outerrel->lateral_relids) && bms_is_empty(joinrel->lateral_relids) &&
		(jointype == JOIN_INNER || jointype == JOIN_LEFT || jointype == JOIN_SEMI ||
		 jointype == JOIN_ANTI || jointype == JOIN_UNIQUE_OUTER);
}

static void
on_join(PlannerInfo *root, RelOptInfo *joinrel, RelOptInfo *outerrel, RelOptInfo *innerrel,
		JoinType jointype, JoinPathExtraData *extra)
{
	BindClause	bind;
	Relids		outer;
	List	   *below;
	ListCell   *cell;

	if (next_hook != NULL)
		next_hook(root, joinrel, outerrel, innerrel, jointype, extra);
	gs_correct_rescans(joinrel);
	if (!is_possible(joinrel, outerrel, innerrel, jointype))
		return;
	choose_bind_clause(root, innerrel, gs_candidate_clauses(root, innerrel), outerrel->relids, &bind);
	if (bind.info == NULL)
		return;
	outer = bms_difference(bind.info->clause_relids, innerrel->relids);
	below = outerrel->pathlist;
	if (jointype == JOIN_UNIQUE_OUTER)
	{
		below = gs_unique_paths(root, outerrel, extra->sjinfo);
		jointype = JOIN_INNER;
	}
	foreach(cell, below)
	{
		Path	   *path = lfirst(cell);

		if (path->param_info == NULL)
			add_bind_path(root, joinrel, jointype, extra, path, innerrel, &bind, outer);
	}
}

void
gs_bind_path_init(void)
{
	DefineCustomBoolVariable("gainsight_fdw.enable_bind_join",
							 "Enables the planner's use of joins that send keys to Gainsight in batches.",
							 NULL, &enable_bind_join, true, PGC_USERSET, GUC_EXPLAIN,
							 NULL, NULL, NULL);
	next_hook = set_join_pathlist_hook;
	set_join_pathlist_hook = on_join;
}

/*
 * Plans.
 */

/* What the plan below gives for a variable or a placeholder, NULL if nothing. */
static Node *
given_for(const Node *node, List *tlist)
{
	ListCell   *cell;

	foreach(cell, tlist)
	{
		Expr	   *given = ((TargetEntry *) lfirst(cell))->expr;

		if (nodeTag(given) != nodeTag(node))
			continue;
		if (IsA(node, PlaceHolderVar) ?
			((const PlaceHolderVar *) node)->phid == ((PlaceHolderVar *) given)->phid :
			((const Var *) node)->varno == ((Var *) given)->varno &&
			((const Var *) node)->varattno == ((Var *) given)->varattno)
			return copyObject((Node *) given);
	}
	return NULL;
}

/*
 * The key by what the plan below gives.  From 16 on a variable names the outer
 * joins that may have made it null.  Outer joins change places, and then a
 * clause leaves out some of those below it: core forgives that in a nested
 * loop's parameters, but not in a node's expressions.
 */
static Node *
in_terms_of(Node *node, void *tlist)
{
	Node	   *given;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var) || IsA(node, PlaceHolderVar))
	{
		given = given_for(node, tlist);
		if (given != NULL)
			return given;
	}
	return expression_tree_mutator(node, in_terms_of, tlist);
}

static Plan *
plan_outer(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *tlist,
		   List *clauses, List *plans)
{
	Plan	   *below = linitial(plans);
	Node	   *key = list_nth(path->custom_private, OUTER_KEY);
	GsBindOuterPlan plan = {
		.id = intVal(list_nth(path->custom_private, OUTER_ID)),
		.first_batch = intVal(list_nth(path->custom_private, OUTER_FIRST_BATCH)),
		.largest_batch = intVal(list_nth(path->custom_private, OUTER_LARGEST_BATCH)),
	};

	/* the plan below checks all conditions on its rows */
	(void) clauses;
	(void) root;
	(void) rel;
	return gs_bind_outer_write(&plan, (Expr *) in_terms_of(key, below->targetlist), tlist, below);
}

/* A pushed equality as one with any of a list that is known when it runs. */
static GsClause *
with_list(GsClause *clause, GsPushed *pushed, GsBindInnerPlan *bind)
{
	Const	   *unknown;

	if (clause == NULL)
		return NULL;
	clause->test = GS_IN;
	bind->operands = lappend_int(bind->operands, clause->operand);
	unknown = makeNullConst(clause->type, -1, InvalidOid);
	lfirst(list_nth_cell(pushed->exprs, clause->operand)) = unknown;
	return clause;
}

void
gs_bind_inner_plan(PlannerInfo *root, RelOptInfo *baserel, const ForeignPath *path, List *infos,
				   GsPushed *pushed, GsScanPlan *plan)
{
	const GsRelation *relation = ((GsPlanState *) baserel->fdw_private)->relation;
	List	   *own = NIL;
	ListCell   *cell;
	BindClause	bind = {0};
	GsGrade		grade;
	GsClause   *clause;

	if (!describe_bind_clause(root, baserel, lthird(path->fdw_private), &bind))
		elog(ERROR, "the equality that the path was made for is none any more");
	plan->bind = palloc(sizeof(GsBindInnerPlan));
	*plan->bind = bind.plan;
	plan->bind->id = intVal(linitial(path->fdw_private));
	plan->requests = floatVal(lsecond(path->fdw_private));
	/* it is to be sent in any case, so it comes first */
	clause = gs_pushdown(root, baserel, relation, bind.info->clause, &pushed->exprs, &grade);
	if (with_list(clause, pushed, plan->bind) != NULL)
		pushed->clauses = list_make1(clause);
	clause = gs_pushdown_key(root, baserel, relation, bind.info->clause, &pushed->exprs);
	pushed->key = with_list(clause, pushed, plan->bind);
	/* of the others those that are the same for all keys */
	foreach(cell, infos)
		if (bms_is_subset(((RestrictInfo *) lfirst(cell))->clause_relids, baserel->relids))
			own = lappend(own, lfirst(cell));
	gs_push_clauses(root, baserel, own, pushed);
	plan->noperands = list_length(pushed->exprs);
	/* of the keys it is known when they are gathered how many there are */
	plan->listed = 0;
	plan->rest = clauselist_selectivity(root, pushed->infos, baserel->relid, JOIN_INNER, NULL);
	pushed->exprs = lappend(lappend(pushed->exprs, bind.key), bind.own);
}
