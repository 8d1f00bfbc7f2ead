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
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "beforehand.h"
#include "plan/plan.h"

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

/*
 * What waits for the commit.
 *
 * Its statement is not told what the tenant makes of it, and what reads the
 * tenant's rows meanwhile reads them as they were.
 */

static Bitmapset *
set_of(List *columns)
{
	Bitmapset  *set = NULL;
	ListCell   *cell;

	foreach(cell, columns)
		set = bms_add_member(set, lfirst_int(cell));
	return set;
}

void
gs_beforehand_returning(const GsRelation *relation, CmdType operation, List *returning,
						Index varno, List *set_columns)
{
	Bitmapset  *computed = gs_writable_consequences(relation, set_of(set_columns));
	ListCell   *cell;

	foreach(cell, gs_used_attnums(relation, varno, returning))
	{
		const GsAttr *attr = &relation->atts[lfirst_int(cell) - 1];

		if (operation == CMD_INSERT ? attr->constant != NULL || attr->writable :
			!bms_is_member(lfirst_int(cell), computed))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("cannot return column \"%s\" of foreign table \"%s\"",
						attr->name, relation->name),
				 errdetail("Gainsight computes it, and is not asked before the commit."),
				 errhint("Leave it out of RETURNING, or write with the option write_at 'statement'.")));
	}
}

/*
 * Check options, and policies of a partitioned parent.
 *
 * Core looks at a view's check option when the row is written, and at a
 * policy's of a foreign partition never.  What is certain before is said
 * before.  The tenant has its say on a row: it computes columns, and may fill
 * in what was not given.  Such values are unknown here, as null is in SQL, and
 * what depends on them is core's to decide when they are known.
 */

typedef struct Check
{
	const char *view;
	ExprState  *state;
	Bitmapset  *opaque;			/* columns that, unknown, need not make it unknown; with
								 * FirstLowInvalidHeapAttributeNumber added */
} Check;

struct GsChecks
{
	const GsRelation *relation;
	bool		insert;			/* what is null was not given */
	bool		at_commit;		/* nobody will look at the row as the tenant makes it */
	Bitmapset  *computed;		/* columns that it makes anew, where an UPDATE is not sent at once */
	List	   *checks;			/* Check */
	TupleTableSlot *known;		/* the row, null where it is unknown */
};

/*
 * AND, OR and NOT, and strict functions, make of an unknown value what is
 * right for any value.  Collect the columns that other expressions are of.
 */
static void
collect_opaque(Node *node, Bitmapset **opaque)
{
	ListCell   *cell;

	if (IsA(node, BoolExpr))
	{
		foreach(cell, ((BoolExpr *) node)->args)
			collect_opaque(lfirst(cell), opaque);
		return;
	}
	foreach(cell, pull_vars_of_level(node, 0))
	{
		AttrNumber	attnum = ((Var *) lfirst(cell))->varattno;

		if (attnum <= 0 || contain_nonstrict_functions(node))
			*opaque = bms_add_member(*opaque, attnum - FirstLowInvalidHeapAttributeNumber);
	}
}

/* All columns that an update may change: a trigger before the row may change any. */
static Bitmapset *
may_change(const ResultRelInfo *rinfo, const GsRelation *relation, List *set_columns)
{
	const TriggerDesc *triggers = rinfo->ri_RelationDesc->trigdesc;
	bool		any = triggers != NULL && triggers->trig_update_before_row;
	Bitmapset  *columns = NULL;
	ListCell   *cell;

	foreach(cell, any ? gs_relation_columns(relation) : set_columns)
		columns = bms_add_member(columns, lfirst_int(cell));
	return columns;
}

GsChecks *
gs_checks_create(ModifyTableState *mtstate, ResultRelInfo *rinfo, const GsRelation *relation,
				 bool insert, List *set_columns)
{
	EState	   *estate = mtstate->ps.state;
	MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);
	GsChecks   *checks = palloc0(sizeof(GsChecks));
	ListCell   *cell;

	checks->relation = relation;
	checks->insert = insert;
	checks->at_commit = relation->settings->at_commit;
	checks->computed = gs_writable_consequences(relation, may_change(rinfo, relation, set_columns));
	checks->known = ExecInitExtraTupleSlot(estate, RelationGetDescr(rinfo->ri_RelationDesc),
										   &TTSOpsVirtual);
	foreach(cell, rinfo->ri_WithCheckOptions)
	{
		const		WithCheckOption *option = lfirst(cell);
		Expr	   *condition = make_ands_explicit((List *) option->qual);
		Check	   *check;

		if (option->kind != WCO_VIEW_CHECK)
			continue;
		check = palloc0(sizeof(Check));
		check->view = option->relname;
		/* core's own state takes null for a no */
		check->state = ExecInitExpr(condition, &mtstate->ps);
		collect_opaque((Node *) condition, &check->opaque);
		checks->checks = lappend(checks->checks, check);
	}
	MemoryContextSwitchTo(old);
	return checks;
}

/* May the tenant give the column another value than the row has? */
static bool
is_unknown(const GsChecks *checks, AttrNumber attnum, TupleTableSlot *slot)
{
	const GsAttr *attr = &checks->relation->atts[attnum - 1];

	if (attr->name == NULL)
		return true;
	if (checks->insert && slot_attisnull(slot, attnum))
		return true;
	if (attr->constant != NULL || attr->writable)
		return false;
	if (checks->at_commit && !checks->insert)
		return bms_is_member(attnum, checks->computed);
	return checks->insert || attr->column == NULL || !(attr->column->flags & GS_KEY);
}

/* The row as far as it is known. */
static void
fill_known(const GsChecks *checks, TupleTableSlot *slot)
{
	TupleTableSlot *known = checks->known;

	slot_getallattrs(slot);
	ExecClearTuple(known);
	for (int i = 0; i < checks->relation->natts; i++)
	{
		known->tts_values[i] = slot->tts_values[i];
		known->tts_isnull[i] = slot->tts_isnull[i] || is_unknown(checks, i + 1, slot);
	}
	ExecStoreVirtualTuple(known);
	known->tts_tableOid = checks->relation->relid;
}

/* Is what the check makes of the row what it would make of any the tenant may make of it? */
static bool
is_certain(const GsChecks *checks, const Check *check, TupleTableSlot *slot)
{
	int			i = -1;

	while ((i = bms_next_member(check->opaque, i)) >= 0)
	{
		int			attnum = i + FirstLowInvalidHeapAttributeNumber;

		if (attnum == TableOidAttributeNumber)
			continue;
		if (attnum <= 0 || is_unknown(checks, attnum, slot))
			return false;
	}
	return true;
}

void
gs_checks_apply(const GsChecks *checks, EState *estate, TupleTableSlot *slot)
{
	ExprContext *econtext = GetPerTupleExprContext(estate);
	ListCell   *cell;

	if (checks->checks == NIL)
		return;
	fill_known(checks, slot);
	econtext->ecxt_scantuple = checks->known;
	foreach(cell, checks->checks)
	{
		const Check *check = lfirst(cell);
		bool		unknown = !is_certain(checks, check, slot);
		bool		holds = !unknown &&
			DatumGetBool(ExecEvalExprSwitchContext(check->state, econtext, &unknown));

		if (unknown ? checks->at_commit : !holds)
			ereport(ERROR,
					(errcode(ERRCODE_WITH_CHECK_OPTION_VIOLATION),
					 errmsg("new row violates check option for view \"%s\"", check->view),
					 unknown ?
					 errdetail("It depends on what Gainsight makes of the row, which is not sent before the commit.") :
					 errdetail("It was not sent.")));
	}
}
