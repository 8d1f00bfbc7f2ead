/*
 * written.c
 *	  What the running statements have updated, as the tenant has it since.
 *
 * A row that was read before this session itself changed its record, be it in
 * another part of the statement or in a trigger, is out of date, and yet nobody
 * else's change is in it.  So its update goes by what is kept here.  Nothing is
 * kept but while another update runs that may have read the record before, and
 * what is kept goes with the transaction at the latest.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "written.h"

typedef struct Written
{
	uint64		hash;			/* of tenant and key, as their lock has it */
	int64		scan;			/* the last that had begun by then */
	char	   *record;
} Written;

static HTAB *table;
static MemoryContext context;
static int64 last_scan;			/* of what was noted last */

static void
forget_table(void *arg)
{
	(void) arg;
	table = NULL;
}

static void
make_table(void)
{
	HASHCTL		control = {.keysize = sizeof(uint64), .entrysize = sizeof(Written)};
	MemoryContextCallback *callback;

	context = AllocSetContextCreate(TopTransactionContext, "gainsight_fdw written records",
									ALLOCSET_SMALL_SIZES);
	callback = MemoryContextAllocZero(context, sizeof(MemoryContextCallback));
	callback->func = forget_table;
	MemoryContextRegisterResetCallback(context, callback);
	control.hcxt = context;
	table = hash_create("gainsight_fdw written records", 64, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void
gs_written_note(const GsTenant *tenant, const char *key, const char *record)
{
	int64		first_scan = gs_saved_first_scan();
	uint64		hash = gs_lock_hash(tenant, key);
	Written    *written;
	bool		found;

	/* all of it is older than whatever runs */
	if (table != NULL && last_scan < first_scan)
		MemoryContextDelete(context);
	if (table == NULL)
		make_table();
	written = hash_search(table, &hash, HASH_ENTER, &found);
	if (found && written->record != NULL)
		pfree(written->record);
	written->record = NULL;
	written->scan = last_scan = gs_saved_last_scan();
	written->record = MemoryContextStrdup(context, record);
}

const char *
gs_written_since(const GsTenant *tenant, const char *key, const GsSavedRecord *read)
{
	uint64		hash = gs_lock_hash(tenant, key);
	const Written *written = table ? hash_search(table, &hash, HASH_FIND, NULL) : NULL;

	return written != NULL && written->scan >= read->scan ? written->record : NULL;
}
