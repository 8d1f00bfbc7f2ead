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
 * How the write of a record ended, one of those of a request; created is the key
 * of a record that it made, else NULL.  What was never sent does not count.
 */
extern void gs_xact_end_write(const GsRequest *request, GsWriteOutcome outcome,
							  const char *created);

/*
 * How many writes of this transaction are done.
 */
extern int64 gs_xact_made(void);

#endif							/* GS_XACT_H */
