/*
 * payload.h
 *	  Rows to what a create or an update sends.
 */
#ifndef GS_PAYLOAD_H
#define GS_PAYLOAD_H

#include "postgres.h"

#include "executor/tuptable.h"

#include "table/table.h"

/* What goes out.  palloc'd, UTF-8. */
typedef struct GsWrite
{
	const char *key;			/* for the path's braces, or NULL */
	GsMember   *members;
	int			nmembers;
} GsWrite;

/*
 * What creates a row.  Raises 23502, 428C9, 23514, 23503 and HV004 for a row
 * that cannot be created.
 */
extern GsWrite *gs_write_insert(const GsRelation *relation, TupleTableSlot *slot);

/*
 * A row to be created, as far as a message shows it.  palloc'd.
 */
extern const char *gs_write_shown(const GsRelation *relation, const GsWrite *write);

/*
 * What an update sends: the changes, in the JSON type that their fields have in
 * base, and every other writable field as base has it.
 */
extern GsWrite *gs_write_update(const GsRelation *relation, const GsMember *changes,
								int nchanges, const GsJson *base);

/*
 * The fields that an update sends.
 */
extern List *gs_write_sent_fields(const GsRelation *relation);

/* A row as the scan read it. */
typedef struct GsReadRow
{
	const Datum *values;		/* by attribute number less 1 */
	const bool *isnull;
} GsReadRow;

/*
 * The changes of a row: for each of attnums a value.  One that was read is no
 * change.  Returns how many there are to send.  Raises 23502, 428C9, 23514 and
 * HV004.
 */
extern int	gs_write_changes(const GsRelation *relation, const GsReadRow *read, List *attnums,
							 const Datum *values, const bool *isnull, GsMember *changes);

/*
 * Read a created record whose create answered with no more than its key.
 */
extern const GsJson *gs_write_read_back(const GsRelation *relation, const GsWrite *write,
										const char *key, MemoryContext context);

#endif							/* GS_PAYLOAD_H */
