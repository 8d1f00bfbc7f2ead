/*
 * validator.c
 *	  Options when they are written.
 *
 * A validator checks names, types and ranges.  It never connects, and never
 * looks at another object: where an option's effect depends on more, the
 * statement that needs it complains.
 *
 * A constant is one value, whoever reads it, and tried, too.  The validator is not
 * told the column, so the trying hangs on what is called when a column has been
 * altered.  CREATE and IMPORT FOREIGN TABLE set the options of columns by
 * altering them, too.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/reloptions.h"
#include "access/table.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "compat.h"
#include "option.h"

GS_SQL_FUNCTION(gainsight_fdw_validator);

/* What each catalog's options are called. */
static const struct
{
	Oid			catalog;
	int			where;
	const char *label;
}			places[] =
{
	{ForeignServerRelationId, ON_SERVER, "server"},
	{ForeignTableRelationId, ON_TABLE, "foreign table"},
	{UserMappingRelationId, ON_MAPPING, "user mapping"},
	{AttributeRelationId, ON_COLUMN, "column"},
	{ForeignDataWrapperRelationId, 0, "foreign-data wrapper"},
};

static void
check_value(const GsOption *option, const char *text)
{
	gs_option_check(option, text);
	if (option->superuser && !superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser may set the option \"%s\"", option->name),
				 errhint("An object that has it can only be altered by a superuser.")));
}

/* The name that is meant, if one is near enough. */
static const char *
closest_option(const char *name, int where)
{
	const char *closest = NULL;
	int			limit = Min(4, (int) strlen(name) / 2 + 1);

	if (strlen(name) > 60)
		return NULL;
	for (int i = 0; i < gs_noptions; i++)
	{
		int			distance;

		if (!(gs_options[i].where & where))
			continue;
		distance = varstr_levenshtein_less_equal(name, strlen(name), gs_options[i].name,
												 strlen(gs_options[i].name), 1, 1, 1, limit, true);
		if (distance < limit)
		{
			limit = distance;
			closest = gs_options[i].name;
		}
	}
	return closest;
}

static const char *
names_of(int where)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < gs_noptions; i++)
		if (gs_options[i].where & where)
			appendStringInfo(&names, "%s%s", names.len ? ", " : "", gs_options[i].name);
	return names.data;
}

static const char *
label_of(int where)
{
	for (int i = 0; i < (int) lengthof(places); i++)
		if (places[i].where & where)
			return places[i].label;
	return "object";
}

pg_noreturn static void
refuse_name(const char *name, int where, const char *label)
{
	const GsOption *elsewhere = gs_option_find(name);
	const char *closest = closest_option(name, where);
	const char *hint;

	if (elsewhere != NULL)
		hint = psprintf("\"%s\" is an option of a %s.", name, label_of(elsewhere->where));
	else if (closest != NULL)
		hint = psprintf("Perhaps you meant the option \"%s\".", closest);
	else if (where == 0)
		hint = psprintf("A %s of this kind has no options.", label);
	else
		hint = psprintf("Valid options of a %s are: %s.", label, names_of(where));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("invalid option \"%s\" of a %s", name, label),
			 errhint("%s", hint)));
}

Datum
gainsight_fdw_validator(PG_FUNCTION_ARGS)
{
	List	   *list = untransformRelOptions(PG_GETARG_DATUM(0));
	Oid			catalog = PG_GETARG_OID(1);
	int			where = 0;
	const char *label = "object";
	ListCell   *cell;

	for (int i = 0; i < (int) lengthof(places); i++)
	{
		if (places[i].catalog == catalog)
		{
			where = places[i].where;
			label = places[i].label;
		}
	}
	foreach(cell, list)
	{
		DefElem    *def = lfirst(cell);
		const GsOption *option = gs_option_find(def->defname);

		if (option == NULL || !(option->where & where))
			refuse_name(def->defname, where, label);
		check_value(option, defGetString(def));
	}
	gs_options_check_together(list, where);
	PG_RETURN_VOID();
}

/*
 * Constants.
 */

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
