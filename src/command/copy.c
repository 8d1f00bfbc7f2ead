/*
 * copy.c
 *	  A local table that keeps a copy of a foreign table: what it must be like,
 *	  and the statements that bring rows into it.
 *
 * Everything is done in SQL, as the user who called, so that privileges,
 * triggers and constraints are the usual ones.  The statements name every
 * operator and function with its schema, for they run under whatever
 * search_path the caller has.  It knows nothing of transactions.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/varlena.h"

#include "copy.h"

/* A key to compare with another table's, whatever types and collations they have. */
#define KEY_TEXT "::pg_catalog.text COLLATE pg_catalog.\"C\""

/* A statement, which leaves the caller's memory context as it was. */
static void
run_sql(const char *statement, int nargs, Oid *types, Datum *values)
{
	MemoryContext caller = CurrentMemoryContext;
	int			code = SPI_execute_with_args(statement, nargs, types, values, NULL, false, 0);

	if (code < 0)
		elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
	MemoryContextSwitchTo(caller);
}

/*
 * The source.
 */

/* The first column that holds a field with this flag; 0 if none does. */
static AttrNumber
flagged_column(const GsRelation *source, int flag)
{
	for (int i = 0; i < source->natts; i++)
		if (source->atts[i].name != NULL && source->atts[i].column != NULL &&
			(source->atts[i].column->flags & flag))
			return i + 1;
	return 0;
}

static AttrNumber
required_column(const GsRelation *source, int flag)
{
	AttrNumber	attnum = flagged_column(source, flag);

	if (attnum == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("foreign table \"%s\" has no column for the field %s",
						source->name, gs_model_flagged(source->resource, flag)->field),
				 errdetail("A copy is kept by the fields that identify a record and tell when it was changed.")));
	return attnum;
}

static const char *
qualified_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

/*
 * The target.
 */

Oid
gs_copy_make(const GsRelation *source, text *name)
{
	List	   *names = textToQualifiedNameList(name);
	RangeVar   *var = makeRangeVarFromNameList(names);
	Oid			target = RangeVarGetRelid(var, NoLock, true);
	AttrNumber	key;

	if (OidIsValid(target))
		return target;
	key = required_column(source, GS_KEY);
	run_sql(psprintf("CREATE TABLE %s (LIKE %s, PRIMARY KEY (%s))",
					 NameListToQuotedString(names), qualified_name(source->relid),
					 quote_identifier(source->atts[key - 1].name)), 0, NULL, NULL);
	return RangeVarGetRelid(var, NoLock, false);
}

/* Is it an index that ON CONFLICT on just this column finds? */
static bool
index_fits(Oid indexid, AttrNumber attnum)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(indexid));
	Form_pg_index form;
	bool		fits;

	if (!HeapTupleIsValid(tuple))
		return false;
	form = (Form_pg_index) GETSTRUCT(tuple);
	fits = form->indisunique && form->indimmediate && form->indisvalid &&
		form->indnkeyatts == 1 && form->indkey.values[0] == attnum &&
		heap_attisnull(tuple, Anum_pg_index_indpred, NULL);
	ReleaseSysCache(tuple);
	return fits;
}

/* Without one there is no telling whether a row is there already. */
static void
require_unique_key(Relation target, const char *key)
{
	AttrNumber	attnum = get_attnum(RelationGetRelid(target), key);
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(target))
		if (index_fits(lfirst_oid(cell), attnum))
			return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_COLUMN_REFERENCE),
			 errmsg("table \"%s\" has no unique index on \"%s\"",
					RelationGetRelationName(target), key),
			 errhint("ALTER TABLE %s ADD PRIMARY KEY (%s).",
					 qualified_name(RelationGetRelid(target)), quote_identifier(key))));
}

/* The target's column of that name which can be written; NULL if there is none. */
static Form_pg_attribute
writable_column(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute form = TupleDescAttr(desc, i);

		if (!form->attisdropped && form->attgenerated == '\0' &&
			form->attidentity != ATTRIBUTE_IDENTITY_ALWAYS &&
			strcmp(NameStr(form->attname), name) == 0)
			return form;
	}
	return NULL;
}

static Form_pg_attribute
require_column(Relation target, const char *name)
{
	Form_pg_attribute form = writable_column(RelationGetDescr(target), name);

	if (form == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no column \"%s\" that can be written",
						RelationGetRelationName(target), name),
				 errdetail("The columns of a copy are those that have the name of a column of the foreign table.")));
	return form;
}

/*
 * A moment without its time zone would be another one in the next session,
 * and a copy that starts from it would skip what lies between.
 */
static void
require_moment(const char *relation, const char *column, Oid type)
{
	if (getBaseType(type) != TIMESTAMPTZOID)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of \"%s\" is of type %s", column, relation,
						format_type_be(type)),
				 errhint("A copy goes by it, and needs it as timestamp with time zone.")));
}

/*
 * Describe what the columns that both have become.  Rows are compared as they
 * are stored: what is equal only to a collation, or to numeric, has changed.
 */
static void
describe_columns(GsCopy *copy, TupleDesc desc, const char *key)
{
	StringInfoData columns;
	StringInfoData set;
	StringInfoData old;
	StringInfoData new;

	initStringInfo(&columns);
	initStringInfo(&set);
	initStringInfo(&old);
	initStringInfo(&new);
	for (int i = 0; i < copy->source->natts; i++)
	{
		const char *name = copy->source->atts[i].name;
		const char *quoted;

		if (name == NULL || writable_column(desc, name) == NULL)
			continue;
		quoted = quote_identifier(name);
		appendStringInfo(&columns, "%s%s", columns.len ? ", " : "", quoted);
		if (strcmp(name, key) == 0)
			continue;
		appendStringInfo(&set, "%s%s = excluded.%s", set.len ? ", " : "", quoted, quoted);
		appendStringInfo(&old, "%st.%s", old.len ? ", " : "", quoted);
		appendStringInfo(&new, "%sexcluded.%s", new.len ? ", " : "", quoted);
	}
	copy->columns = columns.data;
	copy->on_conflict = set.len == 0 ? "DO NOTHING" :
		psprintf("DO UPDATE SET %s WHERE ROW(%s)::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW(%s)::pg_catalog.record",
				 set.data, old.data, new.data);
}

/* Can a search find what was changed since?  What none finds is read whole, whenever it was changed. */
static bool
is_searched_by_version(const GsResource *resource)
{
	const GsEndpoint *unbound = gs_model_read(resource, false);
	const GsColumn *version = gs_model_flagged(resource, GS_VERSION);

	return unbound != NULL && unbound->search && version != NULL && (version->flags & GS_FILTERABLE);
}

GsCopy *
gs_copy_describe(const GsRelation *source, Oid target)
{
	GsCopy	   *copy = palloc0(sizeof(GsCopy));
	const GsAttr *key = &source->atts[required_column(source, GS_KEY) - 1];
	Relation	relation = table_open(target, AccessShareLock);

	copy->source = source;
	copy->target = target;
	copy->source_name = qualified_name(source->relid);
	copy->target_name = qualified_name(target);
	copy->key_name = quote_identifier(key->name);
	copy->key_array = format_type_extended(get_array_type(getBaseType(key->type)), -1,
										   FORMAT_TYPE_FORCE_QUALIFY);
	/* the rows of tables that inherit from it are not its own */
	copy->target_rows = relation->rd_rel->relkind == RELKIND_RELATION ?
		psprintf("ONLY %s", copy->target_name) : copy->target_name;
	if (relation->rd_rel->relkind != RELKIND_RELATION &&
		relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", RelationGetRelationName(relation))));
	(void) require_column(relation, key->name);
	require_unique_key(relation, key->name);
	describe_columns(copy, RelationGetDescr(relation), key->name);
	if (is_searched_by_version(source->resource))
	{
		const GsAttr *version;

		copy->version = required_column(source, GS_VERSION);
		version = &source->atts[copy->version - 1];
		copy->version_name = quote_identifier(version->name);
		require_moment(source->name, version->name, version->type);
		require_moment(RelationGetRelationName(relation), version->name,
					   require_column(relation, version->name)->atttypid);
	}
	table_close(relation, NoLock);
	return copy;
}

/*
 * Statements.
 */

TimestampTz
gs_copy_newest(const GsCopy *copy)
{
	bool		isnull;
	Datum		newest;

	run_sql(psprintf("SELECT pg_catalog.max(t.%s)::pg_catalog.timestamptz FROM %s AS t "
					 "WHERE t.%s OPERATOR(pg_catalog.<=) pg_catalog.now()",
					 copy->version_name, copy->target_rows, copy->version_name), 0, NULL, NULL);
	newest = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? DT_NOBEGIN : DatumGetTimestampTz(newest);
}

/*
 * Read the rows of the source (s) that a condition gives, as "walked", bring
 * them into the target (t), and do what the tail says.  The parameters are of
 * the condition and the tail.
 */
static void
run_statement(const GsCopy *copy, const char *where, const char *tail,
			  int nargs, Oid *types, Datum *values)
{
	run_sql(psprintf("WITH walked AS MATERIALIZED (SELECT %s FROM ONLY %s AS s WHERE %s), "
					 "upserted AS (INSERT INTO %s AS t (%s) SELECT %s FROM walked "
					 "ON CONFLICT (%s) %s) %s",
					 copy->columns, copy->source_name, where,
					 copy->target_name, copy->columns, copy->columns,
					 copy->key_name, copy->on_conflict, tail), nargs, types, values);
}

/* A condition on a version, spelled so, with the window's ends as $1 and $2. */
static const char *
window_condition(const GsWindow *window, const char *version)
{
	StringInfoData where;

	initStringInfo(&where);
	appendStringInfoString(&where, "true");
	if (!TIMESTAMP_IS_NOBEGIN(window->from))
		appendStringInfo(&where, " AND %s OPERATOR(pg_catalog.>=) $1", version);
	if (!TIMESTAMP_IS_NOEND(window->to))
		appendStringInfo(&where, " AND %s OPERATOR(pg_catalog.<) $2", version);
	return where.data;
}

/* What the target has by a condition and the walk has not met, as text[]. */
static const char *
select_gone(const GsCopy *copy, const char *condition)
{
	return psprintf("SELECT pg_catalog.array_agg(t.%s::pg_catalog.text ORDER BY t.%s"
					KEY_TEXT ") FROM %s AS t "
					"WHERE %s AND NOT EXISTS (SELECT FROM walked AS w "
					"WHERE w.%s" KEY_TEXT " OPERATOR(pg_catalog.=) t.%s" KEY_TEXT ")",
					copy->key_name, copy->key_name, copy->target_rows,
					condition, copy->key_name, copy->key_name);
}

/* Add the keys of a text[] to the list. */
static void
append_keys(List **gone, Datum array)
{
	Datum	   *keys;
	int			count;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT,
					  &keys, NULL, &count);
	for (int i = 0; i < count; i++)
		*gone = lappend(*gone, TextDatumGetCString(keys[i]));
}

/*
 * Bring in what a condition gives, spelled for the source and for the target,
 * with a window's ends as its parameters.
 */
static int64
bring_rows(const GsCopy *copy, const GsWindow *window, const char *of_source, const char *of_target,
		   List **gone)
{
	Oid			types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID};
	Datum		values[] = {TimestampTzGetDatum(window->from), TimestampTzGetDatum(window->to)};
	HeapTuple	row;
	bool		isnull;
	int64		count;
	Datum		keys;

	run_statement(copy, of_source,
				  psprintf("SELECT pg_catalog.count(*), (%s) FROM walked",
						   gone ? select_gone(copy, of_target) : "NULL"),
				  lengthof(types), types, values);
	row = SPI_tuptable->vals[0];
	count = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
	keys = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull);
	if (gone != NULL && !isnull)
		append_keys(gone, keys);
	SPI_freetuptable(SPI_tuptable);
	return count;
}

int64
gs_copy_window(const GsCopy *copy, const GsWindow *window, List **gone)
{
	const char *version = copy->version_name ? copy->version_name : "";

	return bring_rows(copy, window, window_condition(window, psprintf("s.%s", version)),
					  window_condition(window, psprintf("t.%s", version)), gone);
}

/* No window has them; its ends are parameters that are not used. */
static const GsWindow nowhere = {DT_NOBEGIN, DT_NOEND};

int64
gs_copy_undated(const GsCopy *copy, List **gone)
{
	return bring_rows(copy, &nowhere, psprintf("s.%s IS NULL", copy->version_name),
					  psprintf("t.%s IS NULL", copy->version_name), gone);
}

void
gs_copy_add_undated(const GsCopy *copy, List **gone)
{
	Datum		keys;
	bool		isnull;

	run_sql(psprintf("SELECT pg_catalog.array_agg(t.%s::pg_catalog.text) FROM %s AS t WHERE t.%s IS NULL",
					 copy->key_name, copy->target_rows, copy->version_name), 0, NULL, NULL);
	keys = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
		append_keys(gone, keys);
	SPI_freetuptable(SPI_tuptable);
}

void
gs_copy_remove(const GsCopy *copy, List *gone)
{
	Oid			types[] = {TEXTARRAYOID};
	Datum	   *keys = palloc(sizeof(Datum) * list_length(gone));
	Datum		values[1];
	ListCell   *cell;

	foreach(cell, gone)
		keys[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	values[0] = PointerGetDatum(construct_array(keys, list_length(gone), TEXTOID, -1, false,
												TYPALIGN_INT));
	run_statement(copy,
				  psprintf("s.%s OPERATOR(pg_catalog.=) ANY ($1::%s)", copy->key_name, copy->key_array),
				  psprintf("DELETE FROM %s AS t WHERE t.%s" KEY_TEXT " OPERATOR(pg_catalog.=) ANY ($1) "
						   "AND NOT EXISTS (SELECT FROM walked AS w "
						   "WHERE w.%s" KEY_TEXT " OPERATOR(pg_catalog.=) t.%s" KEY_TEXT ")",
						   copy->target_rows, copy->key_name, copy->key_name, copy->key_name),
				  lengthof(types), types, values);
}
