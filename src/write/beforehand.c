/*
 * beforehand.c
 *	  What core refuses when a row has been written, and what it does not
 *	  refuse though it must not be: refused before anything is sent.
 *
 * A write that is done stays done.  So a statement that cannot end well for a
 * reason that is known when it begins must not begin.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "beforehand.h"

/*
 * Rows are told apart by what all of them share.
 */

/* Is the ctid of the range table entry, or a cursor's row of it, mentioned? */
static bool
mentions_ctid(Node *node, void *index)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
		return ((Var *) node)->varno == (int) *(Index *) index &&
			((Var *) node)->varattno == SelfItemPointerAttributeNumber &&
			((Var *) node)->varlevelsup == 0;
	if (IsA(node, CurrentOfExpr))
		return ((CurrentOfExpr *) node)->cvarno == *(Index *) index;
	return expression_tree_walker(node, mentions_ctid, index);
}

/*
 * The conditions are looked at as the query has them, for the planner takes
 * them apart.  Those of children are their parent's.  A value of SET may
 * choose by the ctid, too.
 */
static bool
chooses_by_ctid(const Query *query)
{
	Index		target = query->resultRelation;
	ListCell   *cell;

	if (mentions_ctid((Node *) query->jointree, &target) ||
		mentions_ctid((Node *) query->targetList, &target))
		return true;
	foreach(cell, query->rtable)
		if (mentions_ctid((Node *) ((RangeTblEntry *) lfirst(cell))->securityQuals, &target))
			return true;
	return false;
}

/*
 * Rows that a trigger is to be given as a table, which core cannot collect of
 * a child that is foreign.
 */
pg_noreturn static void
refuse_transition_tables(const char *parent, const char *child)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("cannot collect transition tuples from child foreign tables"),
			 errdetail("A trigger of \"%s\" has a transition table, and \"%s\" is a foreign table. Nothing was sent.",
					   parent, child),
			 errhint("Drop the trigger, or write to the other tables by their names.")));
}

static void
check_no_transition_tables(PlannerInfo *root, const GsRelation *relation)
{
	RangeTblEntry *named = planner_rt_fetch(root->parse->resultRelation, root);
	Relation	parent = table_open(named->relid, NoLock);
	const TriggerDesc *triggers = parent->trigdesc;

	if (triggers != NULL && named->relid != relation->relid &&
		(triggers->trig_update_old_table || triggers->trig_update_new_table))
		refuse_transition_tables(RelationGetRelationName(parent), relation->name);
	table_close(parent, NoLock);
}

void
gs_beforehand_update(PlannerInfo *root, const GsRelation *relation)
{
	if (chooses_by_ctid(root->parse))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot update rows of foreign table \"%s\" by their ctid", relation->name),
				 errdetail("The ctid names no row of it: every row has the same."),
				 errhint("Name them by the key, %s.",
						 gs_model_flagged(relation->resource, GS_KEY)->name)));
	check_no_transition_tables(root, relation);
}

/*
 * Rows that are routed to the table.
 */

static void
check_no_capture(const ModifyTableState *mtstate, const ResultRelInfo *rinfo)
{
	const		TransitionCaptureState *capture = mtstate->mt_transition_capture;

	if (capture != NULL && (capture->tcs_insert_new_table || capture->tcs_update_new_table))
		refuse_transition_tables(RelationGetRelationName(mtstate->rootResultRelInfo->ri_RelationDesc),
								 RelationGetRelationName(rinfo->ri_RelationDesc));
}

/* Is the table named in a foreign key itself, not by way of its parent's? */
static bool
is_referenced(Oid relid)
{
	Relation	relation = table_open(relid, NoLock);
	const TriggerDesc *triggers = relation->trigdesc;
	bool		found = false;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		found |= !triggers->triggers[i].tgisclone &&
			RI_FKey_trigger_type(triggers->triggers[i].tgfoid) == RI_TRIGGER_PK;
	table_close(relation, NoLock);
	return found;
}

/*
 * A row that leaves an ancestor that a foreign key references is refused by
 * core, when it has been written here.  Which table a row comes from is not
 * told, so all that the statement has must be free of it.
 */
static void
check_no_referenced(const ModifyTableState *mtstate)
{
	Oid			root = RelationGetRelid(mtstate->rootResultRelInfo->ri_RelationDesc);

	for (int i = 0; i < mtstate->mt_nrels; i++)
	{
		ListCell   *cell;

		foreach(cell, get_partition_ancestors(RelationGetRelid(mtstate->resultRelInfo[i].ri_RelationDesc)))
		{
			if (lfirst_oid(cell) == root)
				break;
			if (is_referenced(lfirst_oid(cell)))
				ereport(ERROR,
						(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						 errmsg("cannot move tuples out of \"%s\", which is directly referenced in a foreign key",
								get_rel_name(lfirst_oid(cell))),
						 errdetail("It is an ancestor of a table of the statement, and not its root. Nothing was sent."),
						 errhint("Define the foreign key on the root table, or leave rows of \"%s\" out by a condition on the partition key.",
								 get_rel_name(lfirst_oid(cell)))));
		}
	}
}

void
gs_beforehand_route(const ModifyTableState *mtstate, const ResultRelInfo *rinfo)
{
	/* what is moved here would be updated here, again; and one state cannot serve both */
	if (mtstate->operation == CMD_UPDATE &&
		(rinfo->ri_usesFdwDirectModify || rinfo->ri_FdwState != NULL))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot route tuples into foreign table to be updated \"%s\"",
						RelationGetRelationName(rinfo->ri_RelationDesc)),
				 errdetail("The UPDATE would find the rows that it moves there, and update them again."),
				 errhint("Leave that table's own rows out by a condition on the partition key.")));
	check_no_capture(mtstate, rinfo);
	if (mtstate->operation == CMD_UPDATE ||
		(mtstate->operation == CMD_MERGE && (mtstate->mt_merge_subcommands & MERGE_UPDATE)))
		check_no_referenced(mtstate);
}
