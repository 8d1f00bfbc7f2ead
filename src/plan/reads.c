/*
 * reads.c
 *	  What an UPDATE reads of the rows that it updates.
 *
 * What waits for the commit is not seen by who reads the tenant's rows meanwhile,
 * so that has to be known.  A statement that has the same records by another name,
 * too, in a join, a subquery or a WITH, is taken to read all of them there.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "foreign/foreign.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "plan.h"

/* What generated columns that are computed anew are computed from. */
static void
add_generators(Relation table, const Bitmapset *set, Bitmapset **read)
{
	TupleDesc	desc = RelationGetDescr(table);

	if (desc->constr == NULL || !desc->constr->has_generated_stored)
		return;
	for (int i = 1; i <= desc->natts; i++)
	{
		Bitmapset  *used = NULL;

		if (TupleDescAttr(desc, i - 1)->attgenerated != ATTRIBUTE_GENERATED_STORED)
			continue;
		pull_varattnos(build_column_default(table, i), 1, &used);
		if (bms_overlap(used, set))
			*read = bms_add_members(*read, used);
	}
}

/* The columns of a table, of the numbers that another has for them. */
static Bitmapset *
columns_of_same_name(const GsRelation *relation, Oid other, const Bitmapset *columns)
{
	Bitmapset  *result = NULL;
	int			i = -1;

	while ((i = bms_next_member(columns, i)) >= 0)
	{
		AttrNumber	attnum = i + FirstLowInvalidHeapAttributeNumber;
		const char *name = attnum > 0 && other != relation->relid ? get_attname(other, attnum, true) : NULL;

		for (int j = 1; j <= relation->natts; j++)
			if (relation->atts[j - 1].name != NULL &&
				(attnum == 0 || (name ? strcmp(relation->atts[j - 1].name, name) == 0 : j == attnum)))
				result = bms_add_member(result, j - FirstLowInvalidHeapAttributeNumber);
	}
	return result;
}

/* Columns that the query, but for what it returns and checks, has of its target. */
static Bitmapset *
pull_read(const Query *query)
{
	Index		target = query->resultRelation;
	Bitmapset  *read = NULL;
	ListCell   *cell;

	pull_varattnos((Node *) query->jointree, target, &read);
	foreach(cell, query->rtable)
		pull_varattnos((Node *) ((RangeTblEntry *) lfirst(cell))->securityQuals, target, &read);
	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst(cell);

		/* what names the row, for the executor */
		if (!entry->resjunk || !IsA(entry->expr, Var))
			pull_varattnos((Node *) entry->expr, target, &read);
	}
	return read;
}

/*
 * Is it the table, or its parent by whose name the query updates it, or another
 * foreign table of the same records?
 */
static bool
is_same(const GsRelation *relation, Oid named, Oid other)
{
	Oid			server = relation->settings->tenant.serverid;

	if (other == relation->relid || other == named)
		return true;
	if (get_rel_relkind(other) != RELKIND_FOREIGN_TABLE)
		return false;
	return GetForeignTable(other)->serverid == server &&
		gs_relation_load(other)->resource == relation->resource;
}

/* Does a query, or one within it, read the same records by another name than that of a target? */
static bool
reads_otherwise(const PlannerInfo *root, const GsRelation *relation, Oid named)
{
	for (int i = 1; i < root->simple_rel_array_size; i++)
	{
		const RangeTblEntry *entry = root->simple_rte_array[i];
		const RelOptInfo *rel = root->simple_rel_array[i];

		if (entry != NULL && entry->rtekind == RTE_RELATION && is_same(relation, named, entry->relid) &&
			!bms_is_member(i, root->all_result_relids))
			return true;
		if (rel != NULL && rel->subroot != NULL && reads_otherwise(rel->subroot, relation, named))
			return true;
	}
	return false;
}

/* Those of SubPlans and of WITH count, too, whoever of the statement they are for. */
static bool
reads_again(const PlannerInfo *root, const GsRelation *relation, Oid named)
{
	ListCell   *cell;

	if (reads_otherwise(root, relation, named))
		return true;
	foreach(cell, root->glob->subroots)
		if (lfirst(cell) != root && reads_otherwise(lfirst(cell), relation, named))
			return true;
	return false;
}

List *
gs_update_reads(PlannerInfo *root, const GsRelation *relation, List *set_columns)
{
	const Query *query = root->parse;
	Oid			named = planner_rt_fetch(query->resultRelation, root)->relid;
	Relation	table = table_open(relation->relid, NoLock);
	const TriggerDesc *triggers = table->trigdesc;
	Bitmapset  *set = NULL;
	Bitmapset  *read = columns_of_same_name(relation, named, pull_read(query));
	Bitmapset  *looked_at = NULL;
	List	   *columns = NIL;
	bool		all = reads_again(root, relation, named) ||
		(triggers && (triggers->trig_update_before_row || triggers->trig_update_after_row));
	ListCell   *cell;

	foreach(cell, set_columns)
		set = bms_add_member(set, lfirst_int(cell) - FirstLowInvalidHeapAttributeNumber);
	pull_varattnos((Node *) query->returningList, query->resultRelation, &looked_at);
	foreach(cell, query->withCheckOptions)
		pull_varattnos(((WithCheckOption *) lfirst(cell))->qual, query->resultRelation, &looked_at);
	looked_at = columns_of_same_name(relation, named, looked_at);
	add_generators(table, set, &looked_at);
	/* of what is set they have the new value */
	read = bms_join(read, GS_RETURNS_OLD(query->returningList) ? looked_at :
					bms_difference(looked_at, set));
	for (int i = 1; i <= relation->natts; i++)
		if (relation->atts[i - 1].name != NULL &&
			(all || bms_is_member(i - FirstLowInvalidHeapAttributeNumber, read)))
			columns = lappend_int(columns, i);
	table_close(table, NoLock);
	return columns;
}
