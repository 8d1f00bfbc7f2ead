/*
 * gainsight_fdw.c
 *	  The front door: module load, handler, version.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "compat.h"
#include "gainsight_fdw.h"
#include "http.h"
#include "json.h"

PG_MODULE_MAGIC;

GS_SQL_FUNCTION(gainsight_fdw_handler);
GS_SQL_FUNCTION(gainsight_fdw_version);

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
#ifdef USE_ASSERT_CHECKING
	gs_model_check();
#endif
}

Datum
gainsight_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	(void) fcinfo;
	routine->GetForeignRelSize = gainsightGetForeignRelSize;
	routine->GetForeignPaths = gainsightGetForeignPaths;
	routine->GetForeignPlan = gainsightGetForeignPlan;
	routine->GetForeignUpperPaths = gainsightGetForeignUpperPaths;
	routine->BeginForeignScan = gainsightBeginForeignScan;
	routine->IterateForeignScan = gainsightIterateForeignScan;
	routine->ReScanForeignScan = gainsightReScanForeignScan;
	routine->EndForeignScan = gainsightEndForeignScan;
	routine->ExplainForeignScan = gainsightExplainForeignScan;
	routine->AnalyzeForeignTable = gainsightAnalyzeForeignTable;
	routine->ImportForeignSchema = gainsightImportForeignSchema;
	PG_RETURN_POINTER(routine);
}

/* What a bug report should say. */
Datum
gainsight_fdw_version(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("gainsight_fdw 1.0, %s, cJSON %s",
											  gs_http_version(), gs_json_version())));
}
