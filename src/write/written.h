/*
 * written.h
 *	  What the running statements have updated, as the tenant has it since.
 */
#ifndef GS_WRITTEN_H
#define GS_WRITTEN_H

#include "postgres.h"

#include "scan/scan.h"

/*
 * Note a record (JSON of an object) as it is after a write by this session, for
 * scans that run and may have read it before.
 */
extern void gs_written_note(const GsTenant *tenant, const char *key, const char *record);

/*
 * What a record is since this session wrote it, if that was after a scan had
 * read it, else NULL.  Valid until the next is noted.
 */
extern const char *gs_written_since(const GsTenant *tenant, const char *key,
									const GsSavedRecord *read);

#endif							/* GS_WRITTEN_H */
