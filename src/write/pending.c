/*
 * pending.c
 *	  What waits for the commit, by the subtransaction that it is of.
 *
 * A stack of writes, which a rollback to a savepoint shortens.  What they are to
 * send is finished: to send it takes neither the catalogs nor a snapshot.  Of
 * each write a few dozen bytes are kept in memory, however many there are; what
 * it sends is kept there up to work_mem, and behind that in a file.
 *
 * All of it goes with the transaction.  It is not known here how or in which
 * order it is sent.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/tablespace.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/wait_event.h"

#include "compat.h"
#include "pending.h"
#include "target.h"

/* The last update that waits for a plan. */
typedef struct PlanEntry
{
	uint64		hash;			/* as its lock has it */
	int64		last;
} PlanEntry;

static MemoryContext context;	/* of all that follows; NULL: nothing has waited yet */
static GsPending *stack;
static int64 count;
static int64 allocated;
static HTAB *plans;
static Size in_memory;			/* bytes of bodies that are not in the file */
static File file = -1;			/* -1: there is none yet */
static int64 file_end;			/* what is behind it was dropped */
static bool closed;				/* the transaction has begun to send */

/*
 * The memory of all of it.
 */

static void
forget_context(void *arg)
{
	(void) arg;
	context = NULL;
	stack = NULL;
	count = allocated = 0;
	plans = NULL;
	in_memory = 0;
	/* its resource owner has closed it, unless gs_pending_drop has */
	file = -1;
	file_end = 0;
}

static void
make_context(void)
{
	HASHCTL		control = {.keysize = sizeof(uint64), .entrysize = sizeof(PlanEntry)};
	MemoryContextCallback *callback;

	context = AllocSetContextCreate(TopTransactionContext, "gainsight_fdw pending writes",
									ALLOCSET_DEFAULT_SIZES);
	callback = MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	callback->func = forget_context;
	MemoryContextRegisterResetCallback(context, callback);
	control.hcxt = context;
	plans = hash_create("gainsight_fdw pending plans", 64, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void
gs_pending_reopen(void)
{
	closed = false;
}

void
gs_pending_drop(void)
{
	if (file >= 0)
		FileClose(file);
	if (context != NULL)
		MemoryContextDelete(context);
}

/*
 * Bodies: texts, each with its end, one behind the other.
 */

static void
put_text(StringInfo body, const char *text)
{
	appendBinaryStringInfo(body, text, strlen(text) + 1);
}

static const char *
take_text(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}

static void
put_members(StringInfo body, const GsMember *members, int nmembers)
{
	for (int i = 0; i < nmembers; i++)
	{
		put_text(body, members[i].field);
		put_text(body, members[i].json);
	}
}

/*
 * The file lives as long as the transaction, whatever becomes of the subtransaction.
 * It has no buffer: one would hold on to what the disk had no room for, and fail with
 * it whatever is read or written later.
 */
static void
make_file(void)
{
	ResourceOwner owner = CurrentResourceOwner;

	PrepareTempTablespaces();
	CurrentResourceOwner = TopTransactionResourceOwner;
	file = OpenTemporaryFile(false);
	CurrentResourceOwner = owner;
}

static void
append_to_file(const StringInfo body)
{
	if (FileWrite(file, body->data, body->len, file_end, WAIT_EVENT_BUFFILE_WRITE) != body->len)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not write to a temporary file: %m")));
}

static void
keep_body(GsPending *entry, StringInfo body)
{
	entry->length = body->len;
	if (in_memory + body->len <= (Size) work_mem * 1024)
	{
		entry->text = MemoryContextAlloc(context, body->len);
		memcpy(entry->text, body->data, body->len);
		in_memory += body->len;
		return;
	}
	if (file < 0)
		make_file();
	append_to_file(body);
	entry->offset = file_end;
	file_end += body->len;
}

void
gs_pending_read(int64 number, GsPendingBody *body)
{
	const GsPending *entry = &stack[number];
	char	   *copy = palloc(entry->length);
	const char *at = copy;
	const char *key;

	if (entry->text != NULL)
		memcpy(copy, entry->text, entry->length);
	else if (FileRead(file, copy, entry->length, entry->offset, WAIT_EVENT_BUFFILE_READ) != entry->length)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from a temporary file")));
	key = take_text(&at);
	body->key = key[0] ? key : NULL;
	body->then = take_text(&at);
	body->nmembers = entry->nmembers;
	body->members = palloc(sizeof(GsMember) * Max(entry->nmembers, 1));
	for (int i = 0; i < entry->nmembers; i++)
	{
		body->members[i].field = take_text(&at);
		body->members[i].json = take_text(&at);
	}
}

/*
 * The stack.
 */

static int64
last_update(uint64 plan)
{
	const PlanEntry *found = count > 0 ? hash_search(plans, &plan, HASH_FIND, NULL) : NULL;

	return found != NULL ? found->last : -1;
}

static void
set_last_update(uint64 plan, int64 last)
{
	if (last < 0)
		hash_search(plans, &plan, HASH_REMOVE, NULL);
	else
		((PlanEntry *) hash_search(plans, &plan, HASH_ENTER, NULL))->last = last;
}

/* Another one, which counts when it is complete. */
static GsPending *
next_entry(const GsDestination *destination)
{
	/* what is written by whoever else has something to do before the commit would be lost */
	if (closed)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot write to foreign table \"%s\" any more in this transaction",
						destination->relation->name),
				 errdetail("What waited for the commit has been sent.")));
	if (context == NULL)
		make_context();
	if (count == allocated)
	{
		int64		size = Max(64, allocated * 2);

		stack = stack == NULL ?
			MemoryContextAllocHuge(context, size * sizeof(GsPending)) :
			repalloc_huge(stack, size * sizeof(GsPending));
		allocated = size;
	}
	stack[count] = (GsPending) {.destination = destination, .nesting = GetCurrentTransactionNestLevel(), .previous = -1};
	return &stack[count];
}

static void
drop_last(void)
{
	GsPending  *entry = &stack[--count];

	if (entry->update)
		set_last_update(entry->plan, entry->previous);
	bms_free(entry->changed);
	if (entry->text != NULL)
	{
		in_memory -= entry->length;
		pfree(entry->text);
	}
	else
		file_end = entry->offset;
}

static void
at_subxact(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int			nesting = GetCurrentTransactionNestLevel();

	(void) mine;
	(void) parent;
	(void) arg;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (count > 0 && stack[count - 1].nesting >= nesting)
			drop_last();
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
		for (int64 i = count - 1; i >= 0 && stack[i].nesting >= nesting; i--)
			stack[i].nesting = nesting - 1;
}

void
gs_pending_init(void)
{
	RegisterSubXactCallback(at_subxact, NULL);
}

int64
gs_pending_close(void)
{
	closed = true;
	return count;
}

const GsPending *
gs_pending_get(int64 number)
{
	return &stack[number];
}

/*
 * Creating and updating.
 */

void
gs_pending_create(const GsDestination *destination, const GsWrite *write)
{
	const GsTenant *tenant = &destination->relation->settings->tenant;
	GsPending  *entry = next_entry(destination);
	StringInfoData body;

	if (write->key != NULL)
		entry->plan = gs_lock_hash(tenant, write->key);
	initStringInfo(&body);
	put_text(&body, write->key ? write->key : "");
	put_text(&body, "");
	put_members(&body, write->members, write->nmembers);
	entry->nmembers = write->nmembers;
	keep_body(entry, &body);
	count++;
}

/* To be kept. */
static Bitmapset *
changed_columns(const GsRelation *relation, const GsUpdate *update)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	Bitmapset  *changed = gs_write_changed(relation, update->changes, update->nchanges);

	MemoryContextSwitchTo(old);
	return changed;
}

void
gs_pending_update(const GsDestination *destination, GsUpdate *update)
{
	const GsRelation *relation = destination->relation;
	const char *key = gs_key_in(relation, gs_json_reread(update->saved->record));
	GsPending  *entry;
	StringInfoData body;

	/* what cannot be a path is no record's */
	update->stage = gs_path_sendable(key) ? GS_UPDATE_DONE : GS_UPDATE_GONE;
	if (update->stage == GS_UPDATE_GONE)
		return;
	entry = next_entry(destination);
	entry->update = true;
	entry->plan = gs_lock_hash(&relation->settings->tenant, key);
	initStringInfo(&body);
	put_text(&body, key);
	put_text(&body, update->saved->record);
	put_members(&body, update->changes, update->nchanges);
	entry->nmembers = update->nchanges;
	keep_body(entry, &body);
	entry->previous = last_update(entry->plan);
	entry->changed = changed_columns(relation, update);
	set_last_update(entry->plan, count);
	count++;
	if (update->want_record)
		update->answer = gs_record_expected(relation, gs_json_reread(update->saved->record),
											update->changes, update->nchanges);
}

/*
 * What is not to be read.
 */

/* Add the columns of a destination that an update changes, which may have another. */
static Bitmapset *
add_changed(Bitmapset *columns, const GsDestination *destination, const GsPending *entry)
{
	const GsRelation *relation = destination->relation;
	int			attnum = -1;

	if (entry->destination == destination)
		return bms_add_members(columns, entry->changed);
	while ((attnum = bms_next_member(entry->changed, attnum)) >= 0)
	{
		const char *field = entry->destination->relation->atts[attnum - 1].field;

		for (int i = 1; i <= relation->natts; i++)
			if (relation->atts[i - 1].field != NULL && strcmp(relation->atts[i - 1].field, field) == 0)
				columns = bms_add_member(columns, i);
	}
	return columns;
}

pg_noreturn static void
refuse_read(const GsRelation *relation, AttrNumber attnum, const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("column \"%s\" of foreign table \"%s\" waits for the commit",
					relation->atts[attnum - 1].name, relation->name),
			 errdetail("An earlier statement of the transaction changes it in the %s with %s \"%s\", and this one would read what it was before.",
					   relation->resource->label,
					   gs_model_flagged(relation->resource, GS_KEY)->field,
					   gs_key_shown(&relation->settings->tenant, key)),
			 errhint("COMMIT first.")));
}

/* The columns in which updates wait for a plan, from the last of them on. */
static Bitmapset *
waiting_columns(const GsDestination *destination, int64 last)
{
	Bitmapset  *waiting = NULL;

	for (int64 at = last; at >= 0; at = stack[at].previous)
		waiting = add_changed(waiting, destination, &stack[at]);
	return waiting;
}

/* The first that is read of those, and of what is computed anew with them; 0: none is. */
static AttrNumber
first_read(const GsRelation *relation, const Bitmapset *waiting, List *reads)
{
	Bitmapset  *unread = bms_union(waiting, gs_writable_consequences(relation, waiting));
	ListCell   *cell;

	foreach(cell, reads)
		if (bms_is_member(lfirst_int(cell), unread))
			return lfirst_int(cell);
	return 0;
}

/* The last update of the record's plan, and its key; -1: none waits. */
static int64
last_of(const GsRelation *relation, const char *record, const char **key)
{
	if (count == 0)
		return -1;
	*key = gs_key_in(relation, gs_json_reread(record));
	return last_update(gs_lock_hash(&relation->settings->tenant, *key));
}

const Bitmapset *
gs_pending_check(const GsDestination *destination, const char *record, List *reads)
{
	const GsRelation *relation = destination->relation;
	Bitmapset  *waiting;
	AttrNumber	attnum;
	const char *key;
	int64		last = last_of(relation, record, &key);

	if (last < 0)
		return NULL;
	waiting = waiting_columns(destination, last);
	if ((attnum = first_read(relation, waiting, reads)) > 0)
		refuse_read(relation, attnum, key);
	return waiting;
}

/* Is it the last update of a plan that is one of the destination's? */
static bool
is_last_of(const GsDestination *destination, int64 number)
{
	const GsPending *entry = &stack[number];
	const GsRelation *relation = entry->destination->relation;

	return entry->update && last_update(entry->plan) == number &&
		relation->resource == destination->relation->resource &&
		gs_tenant_is(&relation->settings->tenant.id, &destination->relation->settings->tenant.id);
}

void
gs_pending_check_missed(const GsDestination *destination, List *reads,
						bool (*holds) (void *arg, const GsJson *record), void *arg)
{
	const GsRelation *relation = destination->relation;

	for (int64 last = 0; last < count; last++)
	{
		GsMember   *changes = NULL;
		int			nchanges = 0;
		GsPendingBody body;
		const char *record;
		AttrNumber	attnum = !is_last_of(destination, last) ? 0 :
			first_read(relation, waiting_columns(destination, last), reads);

		if (attnum == 0)
			continue;
		for (int64 at = last; at >= 0; at = stack[at].previous)
		{
			gs_pending_read(at, &body);
			gs_write_add(&changes, &nchanges, body.members, body.nmembers);
		}
		gs_pending_read(last, &body);
		record = gs_record_expected(relation, gs_json_reread(body.then), changes, nchanges);
		if (holds(arg, gs_json_reread(record)))
			refuse_read(relation, attnum, body.key);
	}
}

void
gs_pending_check_none(const GsRelation *relation, const char *record)
{
	const char *key;

	if (last_of(relation, record, &key) < 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("cannot update foreign table \"%s\" before the commit", relation->name),
			 errdetail("An earlier update of the %s with %s \"%s\" waits for the commit, and this one would overtake it.",
					   relation->resource->label,
					   gs_model_flagged(relation->resource, GS_KEY)->field,
					   gs_key_shown(&relation->settings->tenant, key)),
			 errhint("COMMIT first, or have both tables write at one time.")));
}
