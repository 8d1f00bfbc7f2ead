/*
 * written.c
 *	  What the running statements have updated, as the tenant has it since.
 *
 * A row that was read before this session itself changed its record, be it in
 * another part of the statement or in a trigger, is out of date, and yet nobody
 * else's change is in it.  So its update goes by what is kept here.  Nothing is
 * kept but while another update runs that may have read the record before.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "write.h"

typedef struct Written
{
	uint64		hash;			/* of tenant and key, as their lock has it */
	int64		clock;			/* of the last write */
	char	   *record;
} Written;

static HTAB *table;
static MemoryContext context;
static int64 write_clock;

int64
gs_written_clock(void)
{
	return write_clock;
}

static void
make_table(void)
{
	HASHCTL		control = {.keysize = sizeof(uint64), .entrysize = sizeof(Written)};

	context = AllocSetContextCreate(TopMemoryContext, "gainsight_fdw written records",
									ALLOCSET_SMALL_SIZES);
	control.hcxt = context;
	table = hash_create("gainsight_fdw written records", 64, &control,
						HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

void
gs_written_note(const GsTenant *tenant, const char *key, const char *record)
{
	uint64		hash = gs_lock_hash(tenant, key);
	Written    *written;
	bool		found;

	if (table == NULL)
		make_table();
	written = hash_search(table, &hash, HASH_ENTER, &found);
	if (found && written->record != NULL)
		pfree(written->record);
	written->record = NULL;
	written->clock = ++write_clock;
	written->record = MemoryContextStrdup(context, record);
}

const char *
gs_written_since(const GsTenant *tenant, const char *key, int64 since)
{
	uint64		hash = gs_lock_hash(tenant, key);
	const Written *written = table ? hash_search(table, &hash, HASH_FIND, NULL) : NULL;

	return written != NULL && written->clock > since ? written->record : NULL;
}

void
gs_written_forget(void)
{
	if (table == NULL)
		return;
	table = NULL;
	MemoryContextDelete(context);
}
