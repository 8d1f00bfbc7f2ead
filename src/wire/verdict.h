/*
 * verdict.h
 *	  What a try has come to: its verdict, and whether another may follow, and when.
 */
#ifndef GS_VERDICT_H
#define GS_VERDICT_H

#include "postgres.h"

#include "call.h"
#include "tenant.h"

/*
 * Judge how a call's transfer has ended.  Allocates in context, which the
 * answer's body outlives.
 */
extern void gs_verdict_judge(const GsTenant *tenant, const GsCall *call,
							 const GsHttpResult *result, MemoryContext context,
							 GsVerdict *verdict);

/*
 * Was it not the tenant that failed, but nobody who took the answer?
 */
extern bool gs_verdict_is_excused(const GsCall *call, const GsHttpResult *result);

/*
 * Was it refused for a credential that another can take the place of?  It may be
 * sent again at once then, but only once.
 */
extern bool gs_verdict_is_renewed(const GsTenant *tenant, const GsCall *call,
								  const GsVerdict *verdict);

/*
 * The ms after which a failed call may be sent again, after so many tries that
 * count; -1: it may not.
 */
extern int	gs_verdict_wait(const GsTenant *tenant, const GsCall *call,
							const GsHttpResult *result, const GsVerdict *verdict, int tries);

#endif							/* GS_VERDICT_H */
