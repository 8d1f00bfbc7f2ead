/*
 * written.h
 *	  What the running statements have updated, as the tenant has it since.
 */
#ifndef GS_WRITTEN_H
#define GS_WRITTEN_H

#include "postgres.h"

#include "scan/scan.h"

/*
 * Note that this session has written a record, for scans that run and may have
 * read it before: as it was seen when it was sent, and as it is since (JSON of an
 * object).
 */
extern void gs_written_note(const GsRelation *relation, const char *key, const GsJson *seen,
							const char *record);

/*
 * What a record is since this session wrote it, if that was after a scan had
 * read it, as then, else NULL.  Valid until the next is noted.  is_broken:
 * somebody else has written it in between, too.  Allocates in
 * CurrentMemoryContext.
 */
extern const char *gs_written_since(const GsRelation *relation, const char *key,
									const GsSavedRecord *read, const GsJson *then,
									bool *is_broken);

/*
 * Warn of a date among what was set that is another day in the record as it was read
 * since.
 */
extern void gs_written_warn(const GsRelation *relation, const GsMember *set, int nset,
							const GsJson *record);

#endif							/* GS_WRITTEN_H */
