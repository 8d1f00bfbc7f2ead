/*
 * xact.h
 *	  What a rollback cannot undo.
 */
#ifndef GS_XACT_H
#define GS_XACT_H

#include "postgres.h"

#include "wire/wire.h"

typedef enum GsWriteOutcome
{
	GS_WRITE_MADE,
	GS_WRITE_NOT_MADE,
	GS_WRITE_UNKNOWN			/* the tenant may have done it */
} GsWriteOutcome;

/*
 * The outcome of a write that failed; uncertain: the tenant may have done it all the same.
 */
static inline GsWriteOutcome
gs_write_failed(bool uncertain)
{
	return uncertain ? GS_WRITE_UNKNOWN : GS_WRITE_NOT_MADE;
}

/*
 * How the write of a record ended, one of those of a request.  The record was created
 * or else updated; its key, in UTF-8 and without secrets, is for the server's log, NULL
 * where nobody knows it.  What was never sent does not count.
 */
extern void gs_xact_end_write(const GsRequest *request, GsWriteOutcome outcome,
							  bool is_new, const char *key);

/*
 * How many writes of this transaction are done.
 */
extern int64 gs_xact_made(void);

#endif							/* GS_XACT_H */
