/*
 * envelope.h
 *	  What an answer says: its records, that there are none, or which failure it is.
 */
#ifndef GS_ENVELOPE_H
#define GS_ENVELOPE_H

#include "postgres.h"

#include "model.h"
#include "wire/wire.h"

/* The records of an answer, which go with its request. */
typedef struct GsRecords
{
	const GsJson *first;		/* NULL if there is none */
	const GsJson *last;
	bool		single;			/* first is no element of an array */
	int			count;
	int64		total;			/* totalCount, -1 where it is not given */
} GsRecords;

/* The total that an answer does not give. */
#define GS_NO_TOTAL (-1)

/*
 * The classifier of every call, see GsClassifier.
 */
extern void gs_envelope_judge(const GsCall *call, const GsHttpResult *result,
							  MemoryContext context, GsVerdict *verdict);

/*
 * That an answer is not what was expected, and why.
 */
extern void gs_envelope_garbage(const char *why, GsVerdict *verdict);

/*
 * Find the records of an envelope, NULL for none at all.  Returns what is wrong
 * with them, or NULL.
 */
extern const char *gs_envelope_records(const GsJson *envelope, const GsEndpoint *endpoint,
									   GsRecords *records);

/*
 * What is said of one of the records that were written together, by the number under
 * which it went: that it was done, or was refused; NULL, where that is not said.
 */
extern void gs_envelope_told(const GsJson *envelope, const char *number, const GsJson **done,
							 const GsJson **refused);

/*
 * Fill in what a failure is where such a record was refused with this text, of
 * which the code is taken off.
 */
extern void gs_envelope_refuse(bool creates, const char *text, GsFailure *failure);

/*
 * How an answer without records says so: its data as they came, or the code.
 * palloc'd, UTF-8.
 */
extern const char *gs_envelope_emptiness(const GsVerdict *verdict);

/*
 * The record after this one; NULL at the end.
 */
extern const GsJson *gs_envelope_next(const GsRecords *records, const GsJson *record);

#endif							/* GS_ENVELOPE_H */
