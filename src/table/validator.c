/*
 * validator.c
 *	  Options when they are written.
 *
 * A validator checks names, types and ranges.  It never connects, and never
 * looks at another object: where an option's effect depends on more, the
 * statement that needs it complains.
 */
#include "postgres.h"

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
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

static bool
has_option(List *list, const char *name)
{
	ListCell   *cell;

	foreach(cell, list)
		if (strcmp(((DefElem *) lfirst(cell))->defname, name) == 0)
			return true;
	return false;
}

static void
refuse_combination(const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
			 errmsg("%s", message),
			 errhint("%s", hint)));
}

/* The options of a mapping of which there is one at most. */
static const char *const alternatives[][2] = {
	{"access_key", "access_key_file"},
	{"client_secret", "client_secret_file"},
	{"access_key", "client_id"},
	{"access_key_file", "client_id"},
};

static void
check_mapping(List *list)
{
	bool		secret = has_option(list, "client_secret") || has_option(list, "client_secret_file");

	for (int i = 0; i < (int) lengthof(alternatives); i++)
		if (has_option(list, alternatives[i][0]) && has_option(list, alternatives[i][1]))
			refuse_combination(psprintf("options \"%s\" and \"%s\" exclude each other",
										alternatives[i][0], alternatives[i][1]),
							   "Give one of the two.");
	if (has_option(list, "client_id") != secret)
		refuse_combination("a client needs the option \"client_id\" and one of \"client_secret\" and \"client_secret_file\"",
						   "Give both, in one statement.");
}

void
gs_options_check_together(List *list, int where)
{
	bool		domain = has_option(list, "domain");
	bool		base_url = has_option(list, "base_url");

	if (where == ON_SERVER && domain && base_url)
		refuse_combination("options \"domain\" and \"base_url\" exclude each other",
						   "Give one of the two.");
	if (where == ON_SERVER && !domain && !base_url)
		refuse_combination("a server needs the option \"domain\" or \"base_url\"",
						   "For https://acme.gainsightcloud.com, give OPTIONS (domain 'acme').");
	if (where == ON_MAPPING)
		check_mapping(list);
	if (where == ON_TABLE && has_option(list, "resource") && has_option(list, "object"))
		refuse_combination("options \"resource\" and \"object\" exclude each other",
						   "A table is of one of the resources, or of any object of the tenant.");
	if (where == ON_COLUMN && has_option(list, "field") && has_option(list, "constant"))
		refuse_combination("options \"field\" and \"constant\" exclude each other",
						   "A constant column has no field of the API.");
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
