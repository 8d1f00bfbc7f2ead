/*
 * dry_run.c
 *	  Writes that are shown, and not sent.
 *
 * All that is done before a request is made is done: what is wrong with a row is
 * an error, and a plan that was changed meanwhile is a conflict.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "dry_run.h"
#include "gainsight/gainsight.h"
#include "write.h"

/* So many requests of a statement are shown, and so much of the record in each, in bytes. */
#define SHOWN_REQUESTS 10
#define SHOWN_RECORD 8192

#define OPTION "gainsight_fdw.dry_run"

struct GsDryRun
{
	EState	   *estate;
	int64		requests;
	GsDryRun   *next;
	MemoryContextCallback callback;
};

static bool enabled;

/* Those of the statements that run: a trigger's is inside of another. */
static GsDryRun *runs;

/*
 * What was set before the library was loaded is not known to be a boolean.  Where
 * it is none, somebody meant something by it, and nothing is sent.
 */
static bool
is_misspelled(void)
{
	const char *before = GetConfigOption(OPTION, true, false);
	bool		ignored;

	return before != NULL && !parse_bool(before, &ignored);
}

void
gs_dry_run_init(void)
{
	DefineCustomBoolVariable(OPTION,
							 "Shows what INSERT and UPDATE would send to Gainsight, and sends nothing.",
							 NULL, &enabled, is_misspelled(), PGC_USERSET, 0, NULL, NULL, NULL);
}

static GsDryRun *
find_run(const EState *estate)
{
	GsDryRun   *run = runs;

	while (run != NULL && run->estate != estate)
		run = run->next;
	return run;
}

static void
forget_run(void *arg)
{
	GsDryRun  **link = &runs;

	while (*link != arg)
		link = &(*link)->next;
	*link = (*link)->next;
}

GsDryRun *
gs_dry_run_of(EState *estate)
{
	GsDryRun   *run = find_run(estate);

	if (!enabled)
		return NULL;
	if (run != NULL)
		return run;
	run = MemoryContextAllocZero(estate->es_query_cxt, sizeof(GsDryRun));
	run->estate = estate;
	run->next = runs;
	runs = run;
	run->callback.func = forget_run;
	run->callback.arg = run;
	MemoryContextRegisterResetCallback(estate->es_query_cxt, &run->callback);
	return run;
}

GsDryRun *
gs_dry_run_of_commit(void)
{
	return enabled ? palloc0(sizeof(GsDryRun)) : NULL;
}

bool
gs_dry_run_is_on(void)
{
	return enabled;
}

void
gs_dry_run_show(GsDryRun *run, const GsRelation *relation, const GsEndpoint *endpoint,
				const GsWrite *write)
{
	const GsTenant *tenant = &relation->settings->tenant;
	const char *path;
	const char *record;

	if (++run->requests > SHOWN_REQUESTS)
		return;
	path = gs_without_secrets(gs_path_make(endpoint, write->key), tenant);
	record = gs_without_secrets(gs_write_record(relation, write), tenant);
	ereport(NOTICE,
			(errmsg("not sent to server \"%s\": %s %s", tenant->server, endpoint->method,
					gs_receivable(gs_printable(path, SHOWN_RECORD))),
			 errdetail("%s", gs_receivable(gs_printable(record, SHOWN_RECORD)))));
}

/* whole is what the requests are of, as a message has it. */
static void
say_rest(GsDryRun *run, const char *whole)
{
	if (run->requests > SHOWN_REQUESTS)
		ereport(NOTICE,
				(errmsg("not sent: " INT64_FORMAT " more requests of this %s",
						run->requests - SHOWN_REQUESTS, whole)));
	run->requests = 0;
}

void
gs_dry_run_end(EState *estate)
{
	GsDryRun   *run = find_run(estate);

	if (run != NULL)
		say_rest(run, "statement");
}

void
gs_dry_run_end_commit(GsDryRun *run)
{
	if (run != NULL)
		say_rest(run, "COMMIT");
}
