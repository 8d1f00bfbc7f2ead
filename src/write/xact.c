/*
 * xact.c
 *	  What a rollback cannot undo: the count of writes that stay.
 *
 * Gainsight has no transactions.  Writes are counted by the subtransaction
 * that made them; a release moves them to the parent, a rollback says with a
 * WARNING how many stay, and forgets them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "write.h"
#include "xact.h"

/* So much of a key goes to the log, in bytes. */
#define MAX_SHOWN_KEY 100

/* What became of records, as far as their keys are known. */
typedef enum Fate
{
	CREATED,
	UPDATED,
	MAYBE_UPDATED
} Fate;

#define NFATES (MAYBE_UPDATED + 1)

static const char *const fates[NFATES] = {
	[CREATED] = "created, and not undone by the rollback",
	[UPDATED] = "updated, and not undone by the rollback",
	[MAYBE_UPDATED] = "may have been updated, and would not be undone by the rollback",
};

/* The writes of one nesting level; levels without any have no entry. */
typedef struct Level
{
	int			nesting;
	int64		made;
	int64		maybe;			/* whose outcome is not known */
	StringInfo	keys[NFATES];	/* of the records, or NULL */
} Level;

static Level *levels;
static int	nlevels;
static int	allocated;

/* What stays, to the user; and which records they are, to the server's log. */
static void
warn(const Level *level)
{
	if (level->made == 0 && level->maybe == 0)
		return;
	for (int fate = 0; fate < NFATES; fate++)
		if (level->keys[fate] != NULL)
			ereport(LOG_SERVER_ONLY,
					(errmsg_internal("gainsight_fdw: %s: %s",
									 fates[fate], level->keys[fate]->data)));
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg("rollback does not undo what was written to Gainsight: " INT64_FORMAT " stay",
					level->made),
			 level->maybe > 0 ?
			 errdetail("The outcome of " INT64_FORMAT " more is not known: they may stay, too.",
					   level->maybe) : 0));
}

static void
forget(Level *level)
{
	for (int fate = 0; fate < NFATES; fate++)
		if (level->keys[fate] != NULL)
		{
			pfree(level->keys[fate]->data);
			pfree(level->keys[fate]);
		}
	nlevels--;
}

static void
add_keys(Level *level, Fate fate, const char *added)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	StringInfo	keys = level->keys[fate];

	if (keys == NULL)
		keys = level->keys[fate] = makeStringInfo();
	appendStringInfo(keys, "%s%s", keys->len > 0 ? ", " : "", added);
	MemoryContextSwitchTo(old);
}

/* Count the innermost level's writes as the next outer one's. */
static void
merge(void)
{
	Level	   *level = &levels[nlevels - 1];
	Level	   *outer = &levels[nlevels - 2];

	outer->made += level->made;
	outer->maybe += level->maybe;
	for (int fate = 0; fate < NFATES; fate++)
		if (level->keys[fate] != NULL)
			add_keys(outer, fate, level->keys[fate]->data);
	forget(level);
}

/* The innermost entry, if it belongs to this nesting level. */
static Level *
innermost(int nesting)
{
	return nlevels > 0 && levels[nlevels - 1].nesting >= nesting ? &levels[nlevels - 1] : NULL;
}

static void
at_subxact(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *arg)
{
	int			nesting = GetCurrentTransactionNestLevel();
	Level	   *level = innermost(nesting);

	(void) mine;
	(void) parent;
	(void) arg;
	if (level == NULL)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		warn(level);
		forget(level);
	}
	else if (event == SUBXACT_EVENT_COMMIT_SUB)
	{
		if (nlevels > 1 && levels[nlevels - 2].nesting == nesting - 1)
			merge();
		else
			level->nesting = nesting - 1;
	}
}

static bool
any_stays(void)
{
	for (int i = 0; i < nlevels; i++)
		if (levels[i].made + levels[i].maybe > 0)
			return true;
	return false;
}

static void
at_xact(XactEvent event, void *arg)
{
	(void) arg;
	if (nlevels == 0)
		return;
	switch (event)
	{
		case XACT_EVENT_PRE_PREPARE:
			/* what failed has written nothing */
			if (!any_stays())
				break;
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("cannot PREPARE a transaction that has written to Gainsight"),
					 errdetail("Gainsight has no transactions: the writes are done already.")));
			break;
		case XACT_EVENT_ABORT:
			/* subtransactions have been rolled back before, if they were open */
			while (nlevels > 1)
				merge();
			warn(&levels[0]);
			forget(&levels[0]);
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
			while (nlevels > 0)
				forget(&levels[nlevels - 1]);
			break;
		default:
			break;
	}
}

static Level *
current_level(void)
{
	int			nesting = GetCurrentTransactionNestLevel();
	Level	   *level = innermost(nesting);

	if (level != NULL)
		return level;
	if (nlevels == allocated)
	{
		int			size = Max(8, allocated * 2);

		levels = levels == NULL ?
			MemoryContextAlloc(TopMemoryContext, size * sizeof(Level)) :
			repalloc(levels, size * sizeof(Level));
		allocated = size;
	}
	level = &levels[nlevels++];
	*level = (Level) {.nesting = nesting};
	return level;
}

/* Writes are on their way: they may be done, even if nobody waits for their end. */
static void
begin_write(int records)
{
	current_level()->maybe += records;
}

void
gs_xact_init(void)
{
	RegisterXactCallback(at_xact, NULL);
	RegisterSubXactCallback(at_subxact, NULL);
	gs_request_on_write = begin_write;
}

void
gs_xact_end_write(const GsRequest *request, GsWriteOutcome outcome, bool is_new, const char *key)
{
	Level	   *level;

	if (!gs_request_was_sent(request))
		return;
	level = current_level();
	if (outcome != GS_WRITE_UNKNOWN)
		level->maybe--;
	if (outcome == GS_WRITE_MADE)
	{
		level->made++;
		gs_progress_wrote();
	}
	if (key != NULL && outcome != GS_WRITE_NOT_MADE)
		add_keys(level, is_new ? CREATED : outcome == GS_WRITE_MADE ? UPDATED : MAYBE_UPDATED,
				 gs_printable(key, MAX_SHOWN_KEY));
}

int64
gs_xact_made(void)
{
	int64		made = 0;

	for (int i = 0; i < nlevels; i++)
		made += levels[i].made;
	return made;
}
