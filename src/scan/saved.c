/*
 * saved.c
 *	  What a scan read of the records that its statement updates.
 *
 * An update needs more of a record than the columns that the table declares.
 * The scan numbers its rows, in the row's ctid, and keeps each record's
 * writable fields here, where the node that updates finds them.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "utils/memutils.h"

#include "saved.h"

struct GsSaved
{
	dlist_node	node;
	EState	   *estate;			/* with the range table index: whose it is */
	Index		index;
	List	   *fields;
	GsSavedRecord **records;
	int64		first_scan;		/* numbers of its first, and of its last */
	int64		last_scan;
	GsPlanLock *lock;			/* of the record that the scan reads by its key */
	GsSavedRecord *locked;		/* that record */
	int64		count;
	int64		allocated;
	MemoryContext context;
	MemoryContextCallback callback;
};

/* Those of the statements that are running. */
static dlist_head all = DLIST_STATIC_INIT(all);

/* The number of the last scan that began. */
static int64 scans;

static void
leave(void *arg)
{
	dlist_delete(&((GsSaved *) arg)->node);
}

/* Have a search bring what an update has to know beside what it brings. */
static List *
add_fields(const GsRelation *relation, GsSearch *search)
{
	List	   *fields = NIL;
	ListCell   *cell;

	foreach(cell, gs_writable_update_fields(relation))
		gs_search_select(search, lfirst(cell));
	for (int i = 0; i < search->nselect; i++)
		fields = lappend(fields, (void *) search->select[i]);
	return fields;
}

GsSaved *
gs_saved_create(ForeignScanState *node, const GsRelation *relation, GsSearch *search)
{
	MemoryContext own = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw records",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(own);
	GsSaved    *saved = palloc0(sizeof(GsSaved));

	saved->estate = node->ss.ps.state;
	saved->index = ((Scan *) node->ss.ps.plan)->scanrelid;
	saved->context = own;
	saved->fields = add_fields(relation, search);
	saved->lock = gs_lock_create();
	saved->first_scan = saved->last_scan = ++scans;
	dlist_push_head(&all, &saved->node);
	saved->callback.func = leave;
	saved->callback.arg = saved;
	MemoryContextRegisterResetCallback(own, &saved->callback);
	MemoryContextSwitchTo(old);
	return saved;
}

void
gs_saved_forget(GsSaved *saved)
{
	MemoryContextDelete(saved->context);
}

int64
gs_saved_last_scan(void)
{
	return scans;
}

int64
gs_saved_first_scan(void)
{
	if (dlist_is_empty(&all) || !dlist_has_next(&all, dlist_head_node(&all)))
		return 0;
	return dlist_tail_element(GsSaved, node, &all)->first_scan;
}

/* The scan has gone on from the record that it had locked. */
static void
unlock(GsSaved *saved)
{
	if (saved->locked != NULL)
		saved->locked->lock = NULL;
	saved->locked = NULL;
	gs_lock_release(saved->lock);
}

void
gs_saved_begin_scan(GsSaved *saved, const GsTenant *tenant, const char *key)
{
	unlock(saved);
	saved->last_scan = ++scans;
	if (key == NULL)
		return;
	(void) gs_lock_acquire(saved->lock, tenant, key, true);
	gs_lock_set_idle(saved->lock, true);
}

void
gs_saved_add(GsSaved *saved, const GsJson *record)
{
	MemoryContext old = MemoryContextSwitchTo(saved->context);
	GsSavedRecord *added;
	StringInfoData json;
	ListCell   *cell;

	if (saved->count == saved->allocated)
	{
		int64		size = Max(64, saved->allocated * 2);

		saved->records = saved->records == NULL ?
			palloc_extended(size * sizeof(GsSavedRecord *), MCXT_ALLOC_HUGE) :
			repalloc_huge(saved->records, size * sizeof(GsSavedRecord *));
		saved->allocated = size;
	}
	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	foreach(cell, saved->fields)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(&json, ',');
		gs_json_append_string(&json, lfirst(cell));
		appendStringInfoChar(&json, ':');
		gs_json_print(&json, gs_record_member(record, lfirst(cell)), GS_JSON_AS_IT_CAME);
	}
	appendStringInfoChar(&json, '}');
	added = palloc0(sizeof(GsSavedRecord));
	added->record = pstrdup(json.data);
	added->read_at = gs_governor_now();
	added->number = saved->last_scan;
	if (gs_lock_is_held(saved->lock) && saved->locked == NULL)
	{
		added->lock = saved->lock;
		saved->locked = added;
	}
	saved->records[saved->count++] = added;
	pfree(json.data);
	MemoryContextSwitchTo(old);
}

void
gs_saved_number(int64 number, ItemPointer tid)
{
	/* an offset of zero is not valid, and so never used */
	ItemPointerSet(tid, number / MaxOffsetNumber, number % MaxOffsetNumber + 1);
}

const GsSavedRecord *
gs_saved_find(EState *estate, Index index, ItemPointer tid)
{
	dlist_iter	iter;

	dlist_foreach(iter, &all)
	{
		GsSaved    *saved = dlist_container(GsSaved, node, iter.cur);
		int64		number = (int64) ItemPointerGetBlockNumberNoCheck(tid) * MaxOffsetNumber +
			ItemPointerGetOffsetNumberNoCheck(tid) - 1;

		if (saved->estate == estate && saved->index == index &&
			number >= 0 && number < saved->count)
			return saved->records[number];
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("the record to update is not among those that the statement read")));
}

int64
gs_saved_count(const GsSaved *saved)
{
	return saved->count;
}
