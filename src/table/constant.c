/*
 * constant.c
 *	  The option constant: one value, whoever reads it, and tried when it is
 *	  written.
 *
 * The validator is not told the column, so the trying hangs on what is called
 * when a column has been altered.  CREATE and IMPORT FOREIGN TABLE set the
 * options of columns by altering them, too.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "table.h"

static object_access_hook_type next_hook;

Datum
gs_constant_value(Oid type, int32 typmod, const char *constant)
{
	Oid			function;
	Oid			ioparam;
	Datum		value;
	int			level = gs_value_fix_settings();

	getTypeInputInfo(type, &function, &ioparam);
	value = OidInputFunctionCall(function, pstrdup(constant), ioparam, typmod);
	gs_value_restore_settings(level);
	return value;
}

/* An option of the column as it is now, which no snapshot sees yet. */
static void
try_constant(HeapTuple tuple, TupleDesc desc)
{
	Form_pg_attribute form = (Form_pg_attribute) GETSTRUCT(tuple);
	bool		isnull;
	Datum		options = heap_getattr(tuple, Anum_pg_attribute_attfdwoptions, desc, &isnull);
	ListCell   *cell;

	if (isnull)
		return;
	foreach(cell, untransformRelOptions(options))
	{
		DefElem    *def = lfirst(cell);

		if (strcmp(def->defname, "constant") == 0)
			(void) gs_constant_value(form->atttypid, form->atttypmod, defGetString(def));
	}
}

static void
try_column(Oid relid, int attnum)
{
	Relation	attributes = table_open(AttributeRelationId, AccessShareLock);
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key[0], Anum_pg_attribute_attrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	ScanKeyInit(&key[1], Anum_pg_attribute_attnum, BTEqualStrategyNumber, F_INT2EQ,
				Int16GetDatum(attnum));
	scan = systable_beginscan(attributes, AttributeRelidNumIndexId, true, SnapshotSelf, 2, key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		try_constant(tuple, RelationGetDescr(attributes));
	systable_endscan(scan);
	table_close(attributes, AccessShareLock);
}

/* A table of another wrapper may have an option of this name. */
static bool
is_table_of_ours(Oid relid)
{
	return get_rel_relkind(relid) == RELKIND_FOREIGN_TABLE &&
		SearchSysCacheExists1(FOREIGNTABLEREL, ObjectIdGetDatum(relid)) &&
		gs_server_is_ours(GetForeignTable(relid)->serverid);
}

static void
object_accessed(ObjectAccessType access, Oid class, Oid object, int column, void *arg)
{
	if (next_hook)
		next_hook(access, class, object, column, arg);
	if (access == OAT_POST_ALTER && class == RelationRelationId && column > 0 &&
		is_table_of_ours(object))
		try_column(object, column);
}

void
gs_constant_init(void)
{
	next_hook = object_access_hook;
	object_access_hook = object_accessed;
}
