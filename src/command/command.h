/*
 * command.h
 *	  The face of command/: what PostgreSQL and its users ask for beside
 *	  queries.
 *
 * ANALYZE, IMPORT FOREIGN SCHEMA, the functions and views for operators, and
 * CALL gainsight_fdw_refresh.
 *
 * It may know every room but write/.  Nothing but the front door knows it.
 */
#ifndef GS_COMMAND_H
#define GS_COMMAND_H

#include "postgres.h"

#include "foreign/fdwapi.h"

/*
 * analyze.c
 */
extern void gs_analyze_init(void);	/* called once at load */
extern bool gainsightAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc *func,
										 BlockNumber *totalpages);

/*
 * import.c
 */
extern List *gainsightImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverOid);

#endif							/* GS_COMMAND_H */
