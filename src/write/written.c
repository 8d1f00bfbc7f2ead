/*
 * written.c
 *	  What the running statements have updated, as the tenant has it since.
 *
 * A row that was read before this session itself changed its record, be it in
 * another part of the statement or in a trigger, is out of date, and yet nobody
 * else's change need be in it.  So its update goes by what is kept here: what
 * the session's writes have left, as long as each of them saw what the one
 * before had left, and the first what the row is.  Nothing is kept but while
 * another update runs that may have read the record before, and what is kept goes
 * with the transaction at the latest.
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "payload.h"
#include "written.h"

typedef struct Written
{
	uint64		hash;			/* of tenant and key, as their lock has it */
	char	   *before;			/* as the first of these writes saw it */
	char	   *record;			/* as the last left it */
	int64		first_scan;		/* the last scan that had begun by the first, */
	int64		last_scan;		/* and by the last */
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

static void
keep(char **kept, const char *record)
{
	if (*kept != NULL)
		pfree(*kept);
	*kept = NULL;
	*kept = MemoryContextStrdup(context, record);
}

void
gs_written_note(const GsRelation *relation, const char *key, const GsJson *seen,
				const char *record)
{
	uint64		hash = gs_lock_hash(&relation->settings->tenant, key);
	Written    *written;
	bool		found;

	/* all of it is older than whatever runs */
	if (table != NULL && last_scan < gs_saved_first_scan())
		MemoryContextDelete(context);
	if (table == NULL)
		make_table();
	last_scan = gs_saved_last_scan();
	written = hash_search(table, &hash, HASH_ENTER, &found);
	if (!found)
		written->before = written->record = NULL;
	if (written->record == NULL || !gs_same_record(relation, gs_json_reread(written->record), seen))
	{
		keep(&written->before, gs_json_printed(seen, GS_JSON_AS_IT_CAME));
		written->first_scan = last_scan;
	}
	keep(&written->record, record);
	written->last_scan = last_scan;
}

const char *
gs_written_since(const GsRelation *relation, const char *key, const GsSavedRecord *read,
				 const GsJson *then, bool *is_broken)
{
	uint64		hash = gs_lock_hash(&relation->settings->tenant, key);
	const Written *written = table ? hash_search(table, &hash, HASH_FIND, NULL) : NULL;

	if (written == NULL || written->last_scan < read->number)
		return NULL;
	/* what was read between two of these writes is what the first of them left */
	*is_broken = written->first_scan >= read->number &&
		!gs_same_record(relation, gs_json_reread(written->before), then);
	return written->record;
}

/* Such a day is no reason to stop: the option says what is a day. */
void
gs_written_warn(const GsRelation *relation, const GsMember *set, int nset, const GsJson *record)
{
	for (int i = 0; i < nset && relation->resource->dialect->zoned; i++)
	{
		const GsColumn *column = gs_model_field(relation->resource, set[i].field);

		if (column == NULL || column->kind != GS_DATE ||
			gs_same_members(relation, &set[i], 1, record))
			continue;
		ereport(WARNING,
				(errmsg("%s of a %s was set to %s, and is another day when it is read",
						set[i].field, relation->resource->label, set[i].json),
				 errdetail("Server \"%s\" has the option time_zone \"%s\", which says where the day of a moment is counted.",
						   relation->settings->tenant.server, relation->settings->time_zone),
				 errhint("Set the server option time_zone to the zone that the tenant goes by.")));
		return;
	}
}
