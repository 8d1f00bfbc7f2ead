/*
 * table.h
 *	  The face of table/: what a foreign table is.
 *
 * Its options and those of its server, who may reach it with which key, which
 * column holds which field; values of its columns to JSON and back, records to
 * rows; what of it can be written.  Grouped by the file that has it.
 *
 * It may know the model and what a reply is made of.  It must not know a
 * clause, a plan or an executor's node: what is done with rows is for the
 * rooms above.
 */
#ifndef GS_TABLE_H
#define GS_TABLE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "executor/tuptable.h"
#include "foreign/fdwapi.h"
#include "nodes/bitmapset.h"
#include "nodes/pathnodes.h"
#include "pgtime.h"

#include "datetext.h"
#include "lock.h"
#include "gainsight/gainsight.h"

/*
 * settings.c: what is in force
 */

/* What is in force for a table, or for its server alone. */
typedef struct GsSettings
{
	GsTenant	tenant;			/* its credential is set by gs_settings_authorize */
	const char *domain;
	const char *dialect_name;
	const GsDialect *dialect;	/* of that name */
	const char *time_zone;
	pg_tz	   *zone;			/* of that name; NULL: UTC, or dates are no moments */
	const char *expressions;
	bool		flat;			/* they are */
	const char *plan_type_category;
	const char *resource;		/* NULL: the table's name */
	const char *object;			/* in place of a resource, or NULL */
	const char *operators;		/* comma separated; NULL: all */
	int			page_size;
	int			in_list_size;
	int			batch_size;
	double		request_cost;
	double		tuple_cost;
	bool		trust_filters;
	bool		trust_order;
	bool		conflict_check;
	bool		readonly;
	const char *write_at;
	bool		at_commit;		/* it is */
	bool		use_remote_estimate;
	const char *on_error;
	bool		set_null;		/* it is */
} GsSettings;

/*
 * The settings of a server, with those of a table over them if relid is
 * given (InvalidOid: none).  palloc'd in CurrentMemoryContext.
 */
extern GsSettings *gs_settings_load(Oid serverid, Oid relid);

/*
 * The settings of a server as if it had this dialect, whatever its options say.
 */
extern GsSettings *gs_settings_load_as(Oid serverid, const GsDialect *dialect);

/*
 * access.c: as whom a user reaches a server, and whether the user may
 */

/*
 * Find the credential with which the user reaches the server: by an access key, or
 * as a client that gets tokens.  Sends nothing.  Raises 28000 where there is
 * none.
 */
extern void gs_settings_authorize(GsSettings *settings, Oid userid);

/*
 * Raise 42501 unless the current user may use the server.
 */
extern void gs_require_usage(Oid serverid);

/*
 * relation.c: a foreign table seen through the model
 */

/* A column of the foreign table. */
typedef struct GsAttr
{
	const char *name;			/* NULL: a dropped or a virtual column */
	const char *field;			/* the API's; NULL with a constant */
	const GsColumn *column;		/* the documented column, or NULL */
	const GsDataType *described;	/* what a custom field's option says that it is, or NULL */
	int			flags;			/* of either, as of a column */
	const char *constant;		/* every row's value, or NULL */
	bool		pushdown;		/* may conditions on it be sent? */
	bool		writable;		/* may a create or an update name the field? */
	bool		set_null;		/* a value that does not fit is null to who reads it */
	Oid			type;
	int32		typmod;
} GsAttr;

typedef struct GsRelation
{
	Oid			relid;
	const char *name;
	const GsResource *resource;
	GsSettings *settings;
	int			natts;
	GsAttr	   *atts;			/* by attribute number less 1 */
} GsRelation;

/*
 * Describe a foreign table, which the caller has locked.  palloc'd.
 */
extern GsRelation *gs_relation_load(Oid relid);

/*
 * Have what does not fit a column be an error, whatever the option on_error says: of
 * a relation that is to be updated; and of a table, whenever it is loaded, while it
 * is copied (InvalidOid: none is).
 */
extern void gs_relation_stop(GsRelation *relation);
extern void gs_relation_copies(Oid relid);

/*
 * Is there a resource for the foreign table of this name, so that it can be
 * loaded?
 */
extern bool gs_relation_is_known(Oid relid, const char *name);

/*
 * The same for a relation that a user named: locks it until the transaction's
 * end, and raises 42809 if it is no foreign table of ours.
 */
extern GsRelation *gs_relation_open(Oid relid);

/*
 * Is a date of this column the day, in the option time_zone, of a moment?  So it
 * is with all documented fields of some dialects, and with those that are said
 * to hold moments.  Of others it is not known; what IMPORT FOREIGN SCHEMA makes a
 * date of is a day.
 */
extern bool gs_is_zoned(const GsRelation *relation, AttrNumber attnum);

/*
 * settings.c: does the tenant understand this operator of a search condition?
 */
extern bool gs_operator_available(const GsSettings *settings, const char *operator);

/*
 * The numbers of all columns.
 */
extern List *gs_relation_columns(const GsRelation *relation);

/*
 * validator.c: constants
 */

/*
 * The option constant as a value of the type, in CurrentMemoryContext, whatever
 * the session's settings are.  Raises what the type says of it.
 */
extern Datum gs_constant_value(Oid type, int32 typmod, const char *constant);
extern void gs_constant_init(void); /* called once at load */

/*
 * connection.c: at load, watch for altered servers and mappings
 */
extern void gs_connection_init(void);

/*
 * convert.c: JSON value <-> Datum
 */

typedef struct GsInput GsInput;

/*
 * Prepare the conversion of a column's JSON values.  palloc'd.
 */
extern GsInput *gs_input_create(const GsRelation *relation, AttrNumber attnum);

/*
 * Convert one value, allocating in CurrentMemoryContext.  For a value that does
 * not fit it raises what the type says of it, see gs_input_rethrow; or, if misfit is
 * given and the column's values may be set to null, it sets *misfit (else leaves it
 * as it is), and gives null.  Where the type can only raise, it does.
 */
extern Datum gs_input_convert(GsInput *input, const GsJson *node, bool *isnull, bool *misfit);

/*
 * The day that a date's text, parsed to a moment, is in a zone, NULL: in UTC.
 * False for one that no zone has.
 */
extern bool gs_day_in_zone(const char *text, Timestamp moment, pg_tz * zone, int64 *day);

/*
 * The same for a text in the server's encoding (a key that a path gave).
 */
extern Datum gs_input_text(GsInput *input, const char *text);

/*
 * misfit.c: values that do not fit their columns
 */

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

/* Those that were read as null, each value of a record once. */
typedef struct GsMisfits GsMisfits;

/*
 * None yet.  Belongs to the context.
 */
extern GsMisfits *gs_misfits_create(MemoryContext context);

/*
 * Add one, unless it is there; and those of others that are not told yet, which are
 * for this one to tell from then on.
 */
extern void gs_misfits_add(GsMisfits *misfits, const GsInputPlace *place);
extern void gs_misfits_take(GsMisfits *misfits, GsMisfits *others);

/*
 * Tell the user, by a WARNING, of those that are not told yet.
 */
extern void gs_misfits_tell(GsMisfits *misfits);

/*
 * value.c: SQL values as JSON, in UTF-8, and encodings
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
 * A number, with all its digits; a day since 2000-01-01; a second since then, in
 * UTC.  NULL for NaN, the infinities, and
 * years before 1 or after 9999.  palloc'd, or constant.
 */
extern const char *gs_value_number(Oid type, Datum value);
extern const char *gs_value_day(int64 day);
extern const char *gs_value_second(int64 second);

/*
 * A value of a column as its field takes it.  Raises HV004 for one that no field can
 * hold.  palloc'd.
 */
extern const char *gs_value_json(const GsRelation *relation, const GsAttr *attr, Datum value);

/*
 * Numbers as SQL and JSON write them: less than 0, 0 or more, as a is less than
 * b, equal to it, or more.
 */
extern int	gs_number_compare(const char *a, const char *b);

/*
 * The value that the input function of an integer type, or of numeric, would make
 * of a text of digits, at most with a sign and a point.  False for any other text,
 * and for what does not fit: that is the function's to judge.
 */
extern bool gs_value_of_digits(Oid type, const char *text, Datum *value);

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
 * row.c: records to rows
 */

typedef struct GsRowMaker GsRowMaker;

/*
 * Prepare to fill the columns of these attribute numbers.  palloc'd.
 */
extern GsRowMaker *gs_row_maker_create(const GsRelation *relation, List *attnums);

/*
 * From now on set to null, and add to these, what does not fit columns that may be
 * null so.
 */
extern void gs_row_maker_set_null(GsRowMaker *maker, GsMisfits *misfits);

/*
 * What a search has to select for them: each field once, and always the key.
 */
extern void gs_row_maker_select(const GsRowMaker *maker, GsSearch *search);

/*
 * Fill the arrays of a row from a record; what is not read is null.  path_key
 * is the value in the braces of the path that the record came by, or NULL.
 * Allocates in CurrentMemoryContext.  Raises HV004 for a value that does not
 * fit its column, unless it is set to null.
 */
extern void gs_row_maker_fill(GsRowMaker *maker, const GsJson *record,
							  const char *path_key, Datum *values, bool *isnull);

/*
 * Is a row being filled?  The constraint of a domain can run any function meanwhile, and
 * no other row can be filled then.
 */
extern bool gs_row_maker_is_busy(const GsRowMaker *maker);

/*
 * Store a slot's row in another, one of heap tuples, where system columns can
 * be read of it: the ctid and tableoid of the first, zeros for the others.
 */
extern void gs_row_give_header(TupleTableSlot *from, TupleTableSlot *to);

/*
 * writable.c: which tables and columns can be written
 */

/*
 * The number of the column that is a documented one; 0 if there is none.
 */
extern AttrNumber gs_attr_of_column(const GsRelation *relation, const GsColumn *column);

/*
 * Raise what forbids the command on the table: 0A000, 25006, 42701, 55000.
 */
extern void gs_writable_check_table(const GsRelation *relation, CmdType operation);

/*
 * The commands that it supports, as IsForeignRelUpdatable tells it.
 */
extern int	gs_writable_commands(const GsRelation *relation);

/*
 * The columns of an UPDATE's SET, and their values, but for those of which
 * nothing is asked: a DEFAULT of what Gainsight computes.
 */
extern List *gs_writable_set_columns(PlannerInfo *root, const GsRelation *relation,
									 Index resultRelation, List **values);

/*
 * Raise 428C9 for a column that Gainsight computes.
 */
extern void gs_writable_check_column(const GsRelation *relation, AttrNumber attnum);

/*
 * The columns that Gainsight computes anew when an update changes some: the
 * record's version, and the names of what ids lead to.
 */
extern Bitmapset *gs_writable_consequences(const GsRelation *relation, const Bitmapset *changed);

/*
 * The fields that an update has to know.
 */
extern List *gs_writable_update_fields(const GsRelation *relation);

/*
 * relation.c: is it one of this wrapper's, by whatever name that goes?
 */

/*
 * The function that plans scans of ours.  Told once at load.
 */
extern void gs_ours_init(GetForeignPlan_function function);

extern bool gs_routine_is_ours(const FdwRoutine *routine);
extern bool gs_server_is_ours(Oid serverid);

/*
 * same.c: has a record changed?  Records are JSON as the tenant gave it, at two
 * times and by different requests, which may spell one value in two ways.
 */

/*
 * Is a record still what it was?  By its version, where that is fine enough to
 * tell; else all fields that can be written have to be the same, of the custom ones
 * those that the table declares.
 */
extern bool gs_same_record(const GsRelation *relation, const GsJson *then, const GsJson *now);

/*
 * The same by the fields alone, where the version has moved by what this session
 * has done itself.
 */
extern bool gs_same_fields(const GsRelation *relation, const GsJson *then, const GsJson *now);

/*
 * Has a record all the values that were sent for it?
 */
extern bool gs_same_members(const GsRelation *relation, const GsMember *members, int nmembers,
							const GsJson *now);

/*
 * A field that is not what it was before an update that set others: one of those
 * that can be updated (a List of GsField) and has lost its value, or a documented one
 * that has another.  NULL if there is none.
 */
extern const char *gs_find_disturbed(const GsRelation *relation, const GsMember *set, int nset,
									 const List *updateable, const GsJson *before,
									 const GsJson *now);

/*
 * Is a record in all what it was before an update that changes it?  Then it tells
 * nothing of the update yet.
 */
extern bool gs_same_as_before(const GsRelation *relation, const GsMember *set, int nset,
							  const GsJson *before, const GsJson *now);

/*
 * Has a record any value of the others that it could lose by such an update?
 */
extern bool gs_has_to_lose(const GsRelation *relation, const GsMember *set, int nset,
						   const List *updateable, const GsJson *before);

#endif							/* GS_TABLE_H */
