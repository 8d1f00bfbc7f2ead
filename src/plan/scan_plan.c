/*
 * scan_plan.c
 *	  A scan as the plan carries it: plain nodes, as plans are cached and copied.
 */
#include "postgres.h"

#include "nodes/extensible.h"

#include "scan_plan.h"

/* What fdw_private holds, in this order. */
enum
{
	PRIVATE_ATTNUMS,
	PRIVATE_CLAUSES,
	PRIVATE_KEY,
	PRIVATE_WANTED,
	PRIVATE_KEEP,
	PRIVATE_ORDER,
	PRIVATE_DESCENDING,
	PRIVATE_FIRST_PAGE,
	PRIVATE_REQUESTS,
	PRIVATE_LISTED,
	PRIVATE_REST,
	PRIVATE_FOR_UPDATE,
	PRIVATE_OPERANDS,
	PRIVATE_BIND,
	/* of a direct modification */
	PRIVATE_SET_ATTNUMS,
	PRIVATE_READ_ATTNUMS,
	PRIVATE_SET_PROCESSED
};

/* A list of what each side hashes with, below its number and operands. */
static Node *
write_bind(const GsBindInnerPlan *bind)
{
	return (Node *) list_make2(lcons_int(bind->id, list_copy(bind->operands)),
							   list_make3_oid(bind->key_hash, bind->own_hash, bind->collation));
}

static GsBindInnerPlan *
read_bind(List *written)
{
	GsBindInnerPlan *bind;
	List	   *oids;

	if (written == NIL)
		return NULL;
	bind = palloc(sizeof(GsBindInnerPlan));
	bind->id = linitial_int(linitial(written));
	bind->operands = list_delete_first(list_copy(linitial(written)));
	oids = lsecond(written);
	bind->key_hash = linitial_oid(oids);
	bind->own_hash = lsecond_oid(oids);
	bind->collation = lthird_oid(oids);
	return bind;
}

List *
gs_scan_plan_write(const GsScanPlan *plan)
{
	List	   *result;

	result = list_make5(plan->attnums,
						gs_clauses_write(plan->clauses),
						plan->key ? gs_clause_write(plan->key) : NULL,
						plan->wanted ? gs_clause_write(plan->wanted) : NULL,
						makeInteger(plan->keep));
	result = lappend(result, makeInteger(plan->order));
	result = lappend(result, makeInteger(plan->descending));
	result = lappend(result, makeInteger(plan->first_page));
	result = lappend(result, makeFloat(psprintf("%.0f", plan->requests)));
	result = lappend(result, makeFloat(psprintf("%.0f", plan->listed)));
	result = lappend(result, makeFloat(psprintf("%g", plan->rest)));
	result = lappend(result, makeInteger(plan->for_update));
	result = lappend(result, makeInteger(plan->noperands));
	result = lappend(result, plan->bind ? write_bind(plan->bind) : NULL);
	Assert(list_length(result) == PRIVATE_SET_ATTNUMS);
	return result;
}

List *
gs_scan_plan_set(List *fdw_private, List *attnums, List *set_attnums, List *read_attnums,
				 bool set_processed)
{
	List	   *result = list_copy(fdw_private);

	Assert(list_length(fdw_private) == PRIVATE_SET_ATTNUMS);
	lfirst(list_nth_cell(result, PRIVATE_ATTNUMS)) = attnums;
	result = lappend(lappend(result, set_attnums), read_attnums);
	return lappend(result, makeInteger(set_processed));
}

void
gs_scan_plan_read(List *fdw_private, GsScanPlan *plan)
{
	Node	   *key = list_nth(fdw_private, PRIVATE_KEY);
	Node	   *wanted = list_nth(fdw_private, PRIVATE_WANTED);

	plan->attnums = list_nth(fdw_private, PRIVATE_ATTNUMS);
	plan->clauses = gs_clauses_read(list_nth(fdw_private, PRIVATE_CLAUSES));
	plan->groups = NIL;
	plan->key = key ? gs_clause_read(key) : NULL;
	plan->wanted = wanted ? gs_clause_read(wanted) : NULL;
	plan->keep = intVal(list_nth(fdw_private, PRIVATE_KEEP));
	plan->order = intVal(list_nth(fdw_private, PRIVATE_ORDER));
	plan->descending = intVal(list_nth(fdw_private, PRIVATE_DESCENDING));
	plan->first_page = intVal(list_nth(fdw_private, PRIVATE_FIRST_PAGE));
	plan->requests = floatVal(list_nth(fdw_private, PRIVATE_REQUESTS));
	plan->listed = floatVal(list_nth(fdw_private, PRIVATE_LISTED));
	plan->rest = floatVal(list_nth(fdw_private, PRIVATE_REST));
	plan->for_update = intVal(list_nth(fdw_private, PRIVATE_FOR_UPDATE));
	plan->noperands = intVal(list_nth(fdw_private, PRIVATE_OPERANDS));
	plan->bind = read_bind(list_nth(fdw_private, PRIVATE_BIND));
	plan->set_attnums = NIL;
	plan->read_attnums = NIL;
	plan->set_processed = false;
	if (list_length(fdw_private) > PRIVATE_SET_ATTNUMS)
	{
		plan->set_attnums = list_nth(fdw_private, PRIVATE_SET_ATTNUMS);
		plan->read_attnums = list_nth(fdw_private, PRIVATE_READ_ATTNUMS);
		plan->set_processed = intVal(list_nth(fdw_private, PRIVATE_SET_PROCESSED));
	}
}

/*
 * The outer side of a bind join.
 */

/* What custom_private holds, in this order. */
enum
{
	BIND_OUTER_ID,
	BIND_OUTER_FIRST_BATCH,
	BIND_OUTER_LARGEST_BATCH,
	BIND_OUTER_LENGTH
};

Plan *
gs_bind_outer_write(const GsBindOuterPlan *plan, Expr *key, List *tlist, Plan *child)
{
	CustomScan *scan = makeNode(CustomScan);
	ListCell   *cell;

	scan->scan.plan.targetlist = tlist;
	scan->custom_plans = list_make1(child);
	scan->custom_exprs = list_make1(key);
	scan->custom_private = list_make3(makeInteger(plan->id), makeInteger(plan->first_batch),
									  makeInteger(plan->largest_batch));
	/* its rows look like those of the plan below */
	foreach(cell, child->targetlist)
		scan->custom_scan_tlist = lappend(scan->custom_scan_tlist, copyObject(lfirst(cell)));
	scan->methods = GetCustomScanMethods(GS_BIND_OUTER_NAME, false);
	return &scan->scan.plan;
}

void
gs_bind_outer_read(const CustomScan *scan, GsBindOuterPlan *plan)
{
	Assert(list_length(scan->custom_private) == BIND_OUTER_LENGTH);
	plan->id = intVal(list_nth(scan->custom_private, BIND_OUTER_ID));
	plan->first_batch = intVal(list_nth(scan->custom_private, BIND_OUTER_FIRST_BATCH));
	plan->largest_batch = intVal(list_nth(scan->custom_private, BIND_OUTER_LARGEST_BATCH));
}

bool
gs_is_bind_outer(const CustomScan *scan)
{
	return strcmp(scan->methods->CustomName, GS_BIND_OUTER_NAME) == 0;
}
