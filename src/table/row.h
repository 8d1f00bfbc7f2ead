/*
 * row.h
 *	  Values and rows, grouped by the file that has it.
 */
#ifndef GS_ROW_H
#define GS_ROW_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "nodes/pg_list.h"

#include "gainsight/api.h"
#include "relation.h"

/*
 * convert.c: JSON value <-> Datum, and encodings
 */

typedef struct GsInput GsInput;

/*
 * Prepare the conversion of a column's JSON values.  palloc'd.
 */
extern GsInput *gs_input_create(const GsRelation *relation, AttrNumber attnum);

/*
 * Convert one value, allocating in CurrentMemoryContext.  For a value that does
 * not fit it raises what the type says of it, see gs_input_rethrow.
 */
extern Datum gs_input_convert(GsInput *input, const GsJson *node, bool *isnull);

/*
 * The same for a text in the server's encoding (a key that a path gave).
 */
extern Datum gs_input_text(GsInput *input, const char *text);

/* What is being converted, for the message of a value that does not fit. */
typedef struct GsInputPlace
{
	const GsRelation *relation;
	AttrNumber	attnum;			/* 0: nothing is being converted */
	const char *text;			/* the value where it is no record's, else NULL */
	const GsJson *node;			/* NULL: the record has none */
	const GsJson *record;
} GsInputPlace;

/*
 * Raise anew, from within PG_CATCH, what the conversion raised: as an HV004 that
 * names table, column, record and value, or as it is where that is not about
 * the value.  context is what CurrentMemoryContext was before PG_TRY.
 */
pg_noreturn extern void gs_input_rethrow(const GsInputPlace *place, MemoryContext context);

/*
 * Text from and to UTF-8; the argument itself where nothing has to change.
 * Raises 22P05 (which gs_input_rethrow makes HV004) for what has no equal.
 */
extern const char *gs_from_utf8(const char *text);
extern const char *gs_to_utf8(const char *text);

/*
 * The same as gs_from_utf8, but NULL for what has no equal.
 */
extern const char *gs_try_from_utf8(const char *text);

/*
 * The same as gs_to_utf8, but NULL for what has no equal: bytes of a database
 * without an encoding.
 */
extern const char *gs_try_to_utf8(const char *text);

/*
 * value.c: SQL values as JSON, in UTF-8
 */

/*
 * Fixes the settings that a type's functions go by (DateStyle and the like),
 * for an output or input function; to be restored by the level returned.  An
 * ERROR restores them with its transaction.
 */
extern int	gs_value_fix_settings(void);
extern void gs_value_restore_settings(int level);

/*
 * A value as its type's output function shows it, in the server's encoding,
 * whatever the session's settings are;
 * and a text, shown so, as a JSON string.  palloc'd.
 */
extern const char *gs_value_shown(Oid type, Datum value);
extern const char *gs_value_text(const char *value);

/*
 * A number, with all its digits; a day since 2000-01-01; a
 * second and a moment since then, in UTC.  NULL for NaN, the infinities, and
 * years before 1 or after 9999.  palloc'd, or constant.
 */
extern const char *gs_value_number(Oid type, Datum value);
extern const char *gs_value_day(int64 day);
extern const char *gs_value_second(int64 second);
extern const char *gs_value_moment(Timestamp value);

/*
 * row.c: records to rows
 */

typedef struct GsRowMaker GsRowMaker;

/*
 * Prepare to fill the columns of these attribute numbers.  palloc'd.
 */
extern GsRowMaker *gs_row_maker_create(const GsRelation *relation, List *attnums);

/*
 * What a search has to select for them: each field once, and always the key.
 */
extern void gs_row_maker_select(const GsRowMaker *maker, GsSearch *search);

/*
 * Fill the arrays of a row from a record; what is not read is null.  path_key
 * is the value in the braces of the path that the record came by, or NULL.
 * Allocates in CurrentMemoryContext.  Raises HV004 for a value that does not
 * fit its column.
 */
extern void gs_row_maker_fill(GsRowMaker *maker, const GsJson *record,
							  const char *path_key, Datum *values, bool *isnull);

/*
 * Store a slot's row in another, one of heap tuples, where system columns can
 * be read of it: the ctid and tableoid of the first, zeros for the others.
 */
extern void gs_row_give_header(TupleTableSlot *from, TupleTableSlot *to);

#endif							/* GS_ROW_H */
