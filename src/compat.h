/*
 * compat.h
 *	  What differs between PostgreSQL 15 and 19, in one place.
 */
#ifndef GS_COMPAT_H
#define GS_COMPAT_H

#include "postgres.h"

#include "access/stratnum.h"
#include "access/transam.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/pathnode.h"
#include "postmaster/autovacuum.h"
#include "storage/buffile.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#endif

/* 18 keeps a library's name and version, for pg_get_loaded_modules() */
#ifdef PG_MODULE_MAGIC_EXT
#define GS_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "gainsight_fdw", .version = GS_RELEASE)
#else
#define GS_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* The library is built with hidden symbols; before 16, core did not mark the ones it needs. */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif
#define GS_SQL_FUNCTION(name) \
	extern PGDLLEXPORT Datum name(PG_FUNCTION_ARGS); \
	PG_FUNCTION_INFO_V1(name)

/* 18 has another reverse(), of bytea, and so tells them apart */
#if PG_VERSION_NUM >= 180000
#define F_REVERSE F_REVERSE_TEXT
#endif

/* Is it a virtual generated column?  18 has them. */
#if PG_VERSION_NUM >= 180000
#define GS_IS_VIRTUAL(attribute) ((attribute)->attgenerated == ATTRIBUTE_GENERATED_VIRTUAL)
#else
#define GS_IS_VIRTUAL(attribute) ((void) (attribute), false)
#endif

/* Does a RETURNING list have a row as it was before?  18 can say so. */
#if PG_VERSION_NUM >= 180000
#define GS_RETURNS_OLD(list) contain_vars_returning_old_or_new((Node *) (list))
#else
#define GS_RETURNS_OLD(list) ((void) (list), false)
#endif

/* Does an order go down?  18 says it for all access methods */
#if PG_VERSION_NUM >= 180000
#define GS_IS_DESCENDING(pathkey) ((pathkey)->pk_cmptype == COMPARE_GT)
#else
#define GS_IS_DESCENDING(pathkey) ((pathkey)->pk_strategy == BTGreaterStrategyNumber)
#endif

/* 17 added fdw_restrictinfo, 18 disabled_nodes */
static inline ForeignPath *
gs_create_foreignscan_path(PlannerInfo *root, RelOptInfo *rel, double rows,
						   Cost startup_cost, Cost total_cost, List *pathkeys,
						   Relids required_outer)
{
#if PG_VERSION_NUM >= 180000
	return create_foreignscan_path(root, rel, NULL, rows, 0, startup_cost, total_cost,
								   pathkeys, required_outer, NULL, NIL, NIL);
#elif PG_VERSION_NUM >= 170000
	return create_foreignscan_path(root, rel, NULL, rows, startup_cost, total_cost,
								   pathkeys, required_outer, NULL, NIL, NIL);
#else
	return create_foreignscan_path(root, rel, NULL, rows, startup_cost, total_cost,
								   pathkeys, required_outer, NULL, NIL);
#endif
}

static inline ForeignPath *
gs_create_foreign_upper_path(PlannerInfo *root, RelOptInfo *rel, Cost total_cost,
							 Path *outer_path, List *fdw_private)
{
	double		rows = outer_path->rows;

#if PG_VERSION_NUM >= 180000
	return create_foreign_upper_path(root, rel, rel->reltarget, rows, 0, total_cost, total_cost,
									 NIL, outer_path, NIL, fdw_private);
#elif PG_VERSION_NUM >= 170000
	return create_foreign_upper_path(root, rel, rel->reltarget, rows, total_cost, total_cost,
									 NIL, outer_path, NIL, fdw_private);
#else
	return create_foreign_upper_path(root, rel, rel->reltarget, rows, total_cost, total_cost,
									 NIL, outer_path, fdw_private);
#endif
}

/* 18 counts what is disabled, where it was a matter of cost before */
static inline void
gs_copy_disabled_nodes(Path *to, const Path *from)
{
#if PG_VERSION_NUM >= 180000
	to->disabled_nodes = from->disabled_nodes;
#else
	(void) to;
	(void) from;
#endif
}

/* The paths of a side that is to be made unique: 19 has done it before */
static inline List *
gs_unique_paths(PlannerInfo *root, RelOptInfo *rel, SpecialJoinInfo *sjinfo)
{
#if PG_VERSION_NUM >= 190000
	(void) root;
	(void) sjinfo;
	return rel->pathlist;
#else
	Path	   *path = (Path *) create_unique_path(root, rel, rel->cheapest_total_path, sjinfo);

	return path ? list_make1(path) : NIL;
#endif
}

/* 19 asks which kinds of paths are enabled, and counts the others as disabled */
static inline void
gs_initial_cost_nestloop(PlannerInfo *root, JoinCostWorkspace *workspace, JoinType jointype,
						 Path *outer_path, Path *inner_path, JoinPathExtraData *extra)
{
#if PG_VERSION_NUM >= 190000
	initial_cost_nestloop(root, workspace, jointype,
						  PGS_NESTLOOP_PLAIN | PGS_CONSIDER_NONPARTIAL,
						  outer_path, inner_path, extra);
#else
	initial_cost_nestloop(root, workspace, jointype, outer_path, inner_path, extra);
#endif
}

/* What ExecutorRun is given: 18 took the last of it away */
#if PG_VERSION_NUM >= 180000
#define GS_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count
#define GS_RUN_ARGUMENTS query, direction, count
#else
#define GS_RUN_PARAMETERS QueryDesc *query, ScanDirection direction, uint64 count, bool once
#define GS_RUN_ARGUMENTS query, direction, count, once
#endif

/* 17 renamed it */
#if PG_VERSION_NUM < 170000
#define AmAutoVacuumWorkerProcess() IsAutoVacuumWorkerProcess()
#endif

/* 16 renamed it */
static inline void
gs_materialize(FunctionCallInfo fcinfo)
{
#if PG_VERSION_NUM >= 160000
	InitMaterializedSRF(fcinfo, 0);
#else
	SetSingleFuncCall(fcinfo, 0);
#endif
}

/* 16 made it raise what goes wrong */
static inline void
gs_read_exactly(BufFile *file, void *to, size_t size)
{
#if PG_VERSION_NUM >= 160000
	BufFileReadExact(file, to, size);
#else
	if (BufFileRead(file, to, size) != size)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not read from a temporary file")));
#endif
}

/* 16 made the check general */
static inline AclResult
gs_server_aclcheck(Oid serverid, Oid userid)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(ForeignServerRelationId, serverid, userid, ACL_USAGE);
#else
	return pg_foreign_server_aclcheck(serverid, userid, ACL_USAGE);
#endif
}

/*
 * An input function that says that a value does not fit, instead of raising it:
 * since 16 core's own do.  Others, which can only raise, still do.
 *
 * Before, the error is caught, without a subtransaction, so only of functions that
 * hold nothing an abort would have to release: core's own of values, which call
 * nobody else's and allocate in CurrentMemoryContext alone.  Not that of composites,
 * which holds their descriptors, nor that of domains, whose constraints may call
 * anything.  Only errors about data are caught, which leaves out a cancel.
 */
static inline bool
gs_input_can_say(Oid type)
{
#if PG_VERSION_NUM >= 160000
	(void) type;
	return true;
#else
	Oid			function;
	Oid			ioparam;
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		return gs_input_can_say(element);
	if (get_typtype(type) == TYPTYPE_ENUM)
		return true;
	getTypeInputInfo(type, &function, &ioparam);
	return type < FirstGenbkiObjectId && function < FirstGenbkiObjectId &&
		get_typtype(type) != TYPTYPE_COMPOSITE;
#endif
}

/* False if it does not fit. */
static inline bool
gs_input_says(FmgrInfo *function, char *text, Oid ioparam, int32 typmod, Datum *value)
{
#if PG_VERSION_NUM >= 160000
	ErrorSaveContext error = {.type = T_ErrorSaveContext};

	return InputFunctionCallSafe(function, text, ioparam, typmod, (Node *) &error, value);
#else
	MemoryContext context = CurrentMemoryContext;
	volatile bool fits = true;

	PG_TRY();
	{
		*value = InputFunctionCall(function, text, ioparam, typmod);
	}
	PG_CATCH();
	{
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
		fits = false;
	}
	PG_END_TRY();
	return fits;
#endif
}

/* The role as which a scan reads: 16 moved it out of the range table entry. */
static inline Oid
gs_scan_user(ForeignScanState *node)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	Oid			user;

#if PG_VERSION_NUM >= 160000
	user = plan->checkAsUser;
#else
	int			index = plan->scan.scanrelid;

	if (index == 0)
		index = bms_next_member(plan->fs_relids, -1);
	user = exec_rt_fetch(index, node->ss.ps.state)->checkAsUser;
#endif
	return OidIsValid(user) ? user : GetUserId();
}

/* The role as which a table is written to */
static inline Oid
gs_modify_user(ResultRelInfo *rinfo, EState *estate)
{
#if PG_VERSION_NUM >= 160000
	return ExecGetResultRelCheckAsUser(rinfo, estate);
#else
	/* a partition that rows are routed to has no entry of its own */
	ResultRelInfo *named = rinfo->ri_RangeTableIndex == 0 ? rinfo->ri_RootResultRelInfo : rinfo;
	Oid			user = exec_rt_fetch(named->ri_RangeTableIndex, estate)->checkAsUser;

	return OidIsValid(user) ? user : GetUserId();
#endif
}

/*
 * Try to take a lock for the session; false if it, or memory for it, is not to
 * be had.  18 added a last argument.
 */
static inline bool
gs_try_lock(const LOCKTAG * tag, LOCKMODE mode)
{
#if PG_VERSION_NUM >= 180000
	return LockAcquireExtended(tag, mode, true, true, false, NULL, false) != LOCKACQUIRE_NOT_AVAIL;
#else
	return LockAcquireExtended(tag, mode, true, true, false, NULL) != LOCKACQUIRE_NOT_AVAIL;
#endif
}

#endif							/* GS_COMPAT_H */
