/*
 * governor.c
 *	  When a request may start: what a statement may spend.
 *
 * It never sleeps and never sends; request.c asks it before every request.
 */
#include "postgres.h"

#include <limits.h>

#include "access/xact.h"
#include "utils/timestamp.h"

#include "governor.h"

/*
 * What the present top-level statement has sent.  A statement is told from
 * the next by its start time, which is set once a protocol message.
 */
static TimestampTz statement;
static int64 spent;

static int64
spent_so_far(void)
{
	if (statement != GetCurrentStatementStartTimestamp())
	{
		statement = GetCurrentStatementStartTimestamp();
		spent = 0;
	}
	return spent;
}

int
gs_governor_left(int max_requests)
{
	if (max_requests == 0)
		return INT_MAX;
	return Max(0, max_requests - spent_so_far());
}

void
gs_governor_exceeded(int max_requests, int64 needed)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("statement needs more read requests than max_requests allows"),
			 needed > 0 ?
			 errdetail("It has sent " INT64_FORMAT " and needs " INT64_FORMAT " more; max_requests is %d.",
					   spent_so_far(), needed, max_requests) :
			 errdetail("It has sent " INT64_FORMAT "; max_requests is %d.",
					   spent_so_far(), max_requests),
			 errhint("Narrow the query, or raise the option max_requests of the foreign table or its server.")));
}

void
gs_governor_spend(int max_requests)
{
	if (gs_governor_left(max_requests) == 0)
		gs_governor_exceeded(max_requests, 0);
	(void) spent_so_far();
	spent++;
}
