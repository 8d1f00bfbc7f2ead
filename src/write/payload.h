/*
 * payload.h
 *	  Rows to what a create or an update sends.
 */
#ifndef GS_PAYLOAD_H
#define GS_PAYLOAD_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "nodes/bitmapset.h"

#include "table/table.h"

/*
 * Of updates that go by the batch: what those so far of a statement, or commit,
 * have told of the tenant.
 */
typedef enum GsProof
{
	GS_PROOF_NONE,				/* there was none */
	GS_PROOF_OPEN,				/* one went well, but had nothing that it could lose */
	GS_PROOF_GIVEN				/* one kept what it had */
} GsProof;

/* What goes out.  palloc'd, UTF-8. */
typedef struct GsWrite
{
	const char *key;			/* for the path's braces, or NULL */
	GsMember   *members;		/* by the fields' names as records have them */
	int			nmembers;
	int			nkept;			/* the last so many, which are not sent: they stay as they are */
} GsWrite;

/*
 * The record that goes out, as JSON.  Raises what fails where names have to be
 * asked for.  palloc'd.
 */
extern const char *gs_write_record(const GsRelation *relation, const GsWrite *write);

/*
 * What creates a row.  Raises 23502, 428C9, 23514, 23503 and HV004 for a row
 * that cannot be created, and what fails where names have to be asked for.
 */
extern GsWrite *gs_write_insert(const GsRelation *relation, TupleTableSlot *slot);

/*
 * A record's key, in UTF-8, as a message shows it: cut where it is long, without secrets,
 * and in what the client can receive.  palloc'd.
 */
extern const char *gs_key_shown(const GsTenant *tenant, const char *key);

/*
 * A row to be created, as far as a message shows it.  palloc'd.
 */
extern const char *gs_write_shown(const GsRelation *relation, const GsWrite *write);

/*
 * What an update makes of a record: the changes, in the JSON type that their fields
 * have in base, and every other writable field as base has it.
 */
extern GsWrite *gs_write_update(const GsRelation *relation, const GsMember *changes,
								int nchanges, const GsJson *base);

/*
 * A field as what is written names it.
 */
extern const char *gs_write_spelled(const GsRelation *relation, const char *field);

/*
 * The fields that an update sends which sets these columns, as it spells them.
 */
extern List *gs_write_sent_fields(const GsRelation *relation, const List *attnums);

/* A row as the scan read it. */
typedef struct GsReadRow
{
	const Datum *values;		/* by attribute number less 1 */
	const bool *isnull;
	const Bitmapset *waiting;	/* columns in which it will not stay so, for an update waits */
} GsReadRow;

/*
 * The changes of a row: for each of attnums a value.  One that was read, and
 * stays so, is no change.  Returns how many there are to send.  Raises 23502,
 * 428C9, 23514, 23503 and HV004, and what fails where names have to be asked for.
 */
extern int	gs_write_changes(const GsRelation *relation, const GsReadRow *read, List *attnums,
							 const Datum *values, const bool *isnull, GsMember *changes);

/*
 * Add others to members, an array that is palloc'd or NULL, but for those of fields
 * that are among them.  They are copied, into CurrentMemoryContext.
 */
extern void gs_write_add(GsMember **members, int *nmembers, const GsMember *others, int nothers);

/*
 * The value of a field among members, NULL if it has none there; and the
 * columns whose fields have one, in CurrentMemoryContext.
 */
extern const char *gs_write_find(const GsMember *members, int nmembers, const char *field);
extern Bitmapset *gs_write_changed(const GsRelation *relation, const GsMember *changes,
								   int nchanges);

#endif							/* GS_PAYLOAD_H */
