/*
 * gainsight_fdw.c
 *	  The front door: module load and handler.
 */
#include "postgres.h"

#include "utils/guc.h"

#include "command/command.h"
#include "compat.h"
#include "gainsight/gainsight.h"
#include "plan/plan.h"
#include "scan/scan.h"
#include "table/table.h"
#include "wire/wire.h"
#include "write/write.h"

GS_MODULE_MAGIC;

GS_SQL_FUNCTION(gainsight_fdw_handler);

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	gs_shared_reserve();
	gs_stats_init();
	gs_ours_init(gainsightGetForeignPlan);
	gs_connection_init();
	gs_bind_outer_init();
	gs_bind_path_init();
	gs_run_init();
	gs_jit_init();
	gs_wide_init();
	gs_xact_init();
	gs_commit_init();
	gs_dry_run_init();
	gs_lock_init();
	gs_walks_init();
	gs_analyze_init();
	gs_constant_init();
	/* whatever else was set of this prefix is a typing error */
	MarkGUCPrefixReserved("gainsight_fdw");
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
	routine->RecheckForeignScan = gainsightRecheckForeignScan;
	routine->ReScanForeignScan = gainsightReScanForeignScan;
	routine->EndForeignScan = gainsightEndForeignScan;
	routine->ExplainForeignScan = gainsightExplainForeignScan;
	routine->IsForeignPathAsyncCapable = gainsightIsForeignPathAsyncCapable;
	routine->ForeignAsyncRequest = gainsightForeignAsyncRequest;
	routine->ForeignAsyncConfigureWait = gainsightForeignAsyncConfigureWait;
	routine->ForeignAsyncNotify = gainsightForeignAsyncNotify;
	routine->IsForeignRelUpdatable = gainsightIsForeignRelUpdatable;
	routine->AddForeignUpdateTargets = gainsightAddForeignUpdateTargets;
	routine->PlanForeignModify = gainsightPlanForeignModify;
	routine->BeginForeignModify = gainsightBeginForeignModify;
	routine->BeginForeignInsert = gainsightBeginForeignInsert;
	routine->ExecForeignInsert = gainsightExecForeignInsert;
	routine->ExecForeignBatchInsert = gainsightExecForeignBatchInsert;
	routine->GetForeignModifyBatchSize = gainsightGetForeignModifyBatchSize;
	routine->ExecForeignUpdate = gainsightExecForeignUpdate;
	routine->EndForeignModify = gainsightEndForeignModify;
	routine->EndForeignInsert = gainsightEndForeignInsert;
	routine->ExplainForeignModify = gainsightExplainForeignModify;
	routine->PlanDirectModify = gainsightPlanDirectModify;
	routine->BeginDirectModify = gainsightBeginDirectModify;
	routine->IterateDirectModify = gainsightIterateDirectModify;
	routine->EndDirectModify = gainsightEndDirectModify;
	routine->ExplainDirectModify = gainsightExplainDirectModify;
	routine->AnalyzeForeignTable = gainsightAnalyzeForeignTable;
	routine->ImportForeignSchema = gainsightImportForeignSchema;
	PG_RETURN_POINTER(routine);
}
