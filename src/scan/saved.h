/*
 * saved.h
 *	  What a scan read of the records that its statement updates: the side of the
 *	  scan.
 */
#ifndef GS_SAVED_H
#define GS_SAVED_H

#include "postgres.h"

#include "scan.h"

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
extern const GsSavedRecord *gs_saved_last(const GsSaved *saved);

/*
 * A saved record's number as a ctid.
 */
extern void gs_saved_number(int64 number, ItemPointer tid);

#endif							/* GS_SAVED_H */
