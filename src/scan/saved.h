/*
 * saved.h
 *	  What a scan read of the records that its statement updates.
 */
#ifndef GS_SAVED_H
#define GS_SAVED_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "gainsight/gainsight.h"
#include "table/table.h"

/*
 * For the update.
 */

typedef struct GsSavedRecord
{
	const char *record;			/* JSON: key, version, writable fields, and what the scan reads */
	int64		read_at;		/* of gs_governor_now */
	int64		number;			/* of the scan that read it */
	GsPlanLock *lock;			/* under which it was read, if it was; it may be lost */
} GsSavedRecord;

/*
 * The record of a ctid in the scan of a range table entry.  Raises an ERROR if
 * there is none.
 */
extern const GsSavedRecord *gs_saved_find(EState *estate, Index index, ItemPointer tid);

/*
 * Scans that save are numbered as they begin: the last number; and the first of
 * those that run, where there are several, so that one may have read what the
 * update of another changes.  Else 0.
 */
extern int64 gs_saved_last_scan(void);
extern int64 gs_saved_first_scan(void);

/*
 * For the scan.
 */

typedef struct GsSaved GsSaved;

/*
 * Begin to save, for the scan of a plan node, and make its search select what
 * is to be saved.
 */
extern GsSaved *gs_saved_create(ForeignScanState *node, const GsRelation *relation,
								GsSearch *search);
extern void gs_saved_forget(GsSaved *saved);

/*
 * A (re)scan begins, which reads the record of this key alone, if it is given;
 * that is locked, after a wait if need be, until the scan goes on or its update
 * has ended.
 */
extern void gs_saved_begin_scan(GsSaved *saved, const GsTenant *tenant, const char *key);
extern void gs_saved_add(GsSaved *saved, const GsJson *record);
extern int64 gs_saved_count(const GsSaved *saved);

/*
 * A saved record's number as a ctid.
 */
extern void gs_saved_number(int64 number, ItemPointer tid);

#endif							/* GS_SAVED_H */
