/*
 * option.c
 *	  One table of options; the validator; effective settings.
 *
 * A validator checks names, types and ranges.  It never connects, and never
 * looks at another object: where an option's effect depends on more, the
 * statement that needs it complains.
 */
#include "postgres.h"

#include <math.h>

#include "access/reloptions.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_foreign_server.h"
#include "catalog/pg_foreign_table.h"
#include "catalog/pg_user_mapping.h"
#include "commands/defrem.h"
#include "foreign/foreign.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/varlena.h"

#include "gainsight/gainsight.h"
#include "compat.h"
#include "table.h"

GS_SQL_FUNCTION(gainsight_fdw_validator);

/* Where an option may stand. */
#define ON_SERVER	0x01
#define ON_TABLE	0x02
#define ON_MAPPING	0x04
#define ON_COLUMN	0x08

typedef enum OptionType
{
	OPTION_STRING,
	OPTION_BOOLEAN,
	OPTION_INTEGER,
	OPTION_REAL,
	OPTION_DURATION,			/* ms */
	OPTION_SIZE					/* bytes */
} OptionType;

/* Returns what is wrong with a value, as a hint for its writer; NULL if nothing is. */
typedef const char *(*OptionCheck) (const char *value);

typedef struct Option
{
	const char *name;
	int			where;
	OptionType	type;
	const char *initial;		/* the default, spelled as a user would */
	int			offset;			/* in GsSettings, NOWHERE if it is no setting */
	int			min;
	int			max;
	bool		superuser;		/* only a superuser may set it */
	OptionCheck check;			/* of a string */
} Option;

#define NOWHERE (-1)
#define AT(field) offsetof(GsSettings, field)

static const char *check_domain(const char *value);
static const char *check_base_url(const char *value);
static const char *check_file(const char *value);
static const char *check_operators(const char *value);
static const char *check_resource(const char *value);
static const char *check_not_empty(const char *value);

static const Option options[] = {
	{"domain", ON_SERVER, OPTION_STRING, NULL, AT(domain), .check = check_domain},
	{"base_url", ON_SERVER, OPTION_STRING, NULL, AT(tenant.base_url), .superuser = true, .check = check_base_url},
	{"access_key", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .check = gs_access_key_problem},
	{"access_key_file", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .superuser = true, .check = check_file},
	{"ca_file", ON_SERVER, OPTION_STRING, NULL, AT(tenant.ca_file), .superuser = true, .check = check_file},
	{"proxy", ON_SERVER, OPTION_STRING, NULL, AT(tenant.proxy), .superuser = true, .check = check_not_empty},
	{"connect_timeout", ON_SERVER, OPTION_DURATION, "10s", AT(tenant.connect_timeout), 1, INT_MAX, false, NULL},
	{"request_timeout", ON_SERVER, OPTION_DURATION, "60s", AT(tenant.request_timeout), 1, INT_MAX, false, NULL},
	{"max_connections", ON_SERVER, OPTION_INTEGER, "8", AT(tenant.max_connections), 1, 64, false, NULL},
	{"rate_limit", ON_SERVER, OPTION_INTEGER, "100", AT(tenant.rate_limit), 0, 1000000, false, NULL},
	{"max_retries", ON_SERVER, OPTION_INTEGER, "5", AT(tenant.max_retries), 0, 100, false, NULL},
	{"max_requests", ON_SERVER | ON_TABLE, OPTION_INTEGER, "5000", AT(tenant.max_requests), 0, INT_MAX, false, NULL},
	{"max_response_size", ON_SERVER, OPTION_SIZE, "64MB", AT(tenant.max_response_size), 1, INT_MAX, false, NULL},
	{"compression", ON_SERVER, OPTION_BOOLEAN, "true", AT(tenant.compression), 0, 0, false, NULL},
	{"page_size", ON_SERVER | ON_TABLE, OPTION_INTEGER, "1000", AT(page_size), 2, 5000, false, NULL},
	{"in_list_size", ON_SERVER, OPTION_INTEGER, "100", AT(in_list_size), 1, 10000, false, NULL},
	{"operators", ON_SERVER, OPTION_STRING, NULL, AT(operators), .check = check_operators},
	{"trust_filters", ON_SERVER, OPTION_BOOLEAN, "false", AT(trust_filters), 0, 0, false, NULL},
	{"conflict_check", ON_SERVER | ON_TABLE, OPTION_BOOLEAN, "true", AT(conflict_check), 0, 0, false, NULL},
	{"batch_size", ON_SERVER | ON_TABLE, OPTION_INTEGER, "100", AT(batch_size), 1, 10000, false, NULL},
	{"readonly", ON_SERVER | ON_TABLE, OPTION_BOOLEAN, "false", AT(readonly), 0, 0, false, NULL},
	{"request_cost", ON_SERVER | ON_TABLE, OPTION_REAL, "1000", AT(request_cost), 0, 0, false, NULL},
	{"tuple_cost", ON_SERVER | ON_TABLE, OPTION_REAL, "0.01", AT(tuple_cost), 0, 0, false, NULL},
	{"use_remote_estimate", ON_SERVER | ON_TABLE, OPTION_BOOLEAN, "false", AT(use_remote_estimate), 0, 0, false, NULL},
	{"resource", ON_TABLE, OPTION_STRING, NULL, AT(resource), .check = check_resource},
	{"field", ON_COLUMN, OPTION_STRING, NULL, NOWHERE, .check = check_not_empty},
	{"constant", ON_COLUMN, OPTION_STRING, NULL, NOWHERE, 0, 0, false, NULL},
	{"pushdown", ON_COLUMN, OPTION_BOOLEAN, NULL, NOWHERE, 0, 0, false, NULL},
};

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

/*
 * Checks of single values.
 */

static const char *
check_domain(const char *value)
{
	const char *hint = "A domain is the part before \".gainsightcloud.com\": letters, digits, \"-\", and dots between.";
	bool		between = false;

	for (const char *c = value; *c; c++)
	{
		bool		letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || *c == '-';

		if (!letter && !(*c == '.' && between))
			return hint;
		between = letter;
	}
	return between ? NULL : hint;
}

static const char *
check_base_url(const char *value)
{
	const char *hint = "A base URL is http:// or https://, a host, and a path such as /v1, without user, query or fragment.";
	const char *host = pg_strncasecmp(value, "http://", 7) == 0 ? value + 7 :
		pg_strncasecmp(value, "https://", 8) == 0 ? value + 8 : NULL;
	size_t		authority;

	if (host == NULL)
		return hint;
	authority = strcspn(host, "/");
	if (authority == 0 || host[0] == ':' || memchr(host, '@', authority) != NULL)
		return hint;
	for (const unsigned char *c = (const unsigned char *) host; *c; c++)
		if (*c <= ' ' || *c >= 0x7f || strchr("?#\\\"<>", *c) != NULL)
			return hint;
	return NULL;
}

static const char *
check_file(const char *value)
{
	return is_absolute_path(value) ? NULL : "Give the absolute path of a file on the database server.";
}

static const char *
check_not_empty(const char *value)
{
	return value[0] ? NULL : "It must not be empty.";
}

static const char *
check_resource(const char *value)
{
	StringInfoData hint;

	if (gs_model_resource(value) != NULL)
		return NULL;
	initStringInfo(&hint);
	appendStringInfoString(&hint, "Valid resources are ");
	for (int i = 0; i < gs_nresources; i++)
		appendStringInfo(&hint, "%s\"%s\"", i > 0 ? ", " : "", gs_resources[i].name);
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

static bool
is_operator(const char *name, size_t length)
{
	for (const char *const *op = gs_api_operators; *op != NULL; op++)
		if (strlen(*op) == length && strncmp(*op, name, length) == 0)
			return true;
	return false;
}

/* Names between commas, with blanks around them; or nothing. */
static bool
is_operator_list(const char *value)
{
	const char *at = value + strspn(value, GS_BLANKS);

	if (*at == '\0')
		return true;
	for (;; at += strspn(at, GS_BLANKS))
	{
		size_t		length = strcspn(at, "," GS_BLANKS);

		if (!is_operator(at, length))
			return false;
		at += length;
		at += strspn(at, GS_BLANKS);
		if (*at == '\0')
			return true;
		if (*at++ != ',')
			return false;
	}
}

static const char *
check_operators(const char *value)
{
	StringInfoData hint;

	if (is_operator_list(value))
		return NULL;
	initStringInfo(&hint);
	appendStringInfoString(&hint, "It is a list, separated by commas, of ");
	for (const char *const *op = gs_api_operators; *op != NULL; op++)
		appendStringInfo(&hint, "%s%s", op > gs_api_operators ? ", " : "", *op);
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

/*
 * Values.
 */

/* Parse a number into *value; a hint if it is none or out of range. */
static const char *
parse_number(const Option *option, const char *text, int *value)
{
	int			unit = option->type == OPTION_DURATION ? GUC_UNIT_MS :
		option->type == OPTION_SIZE ? GUC_UNIT_BYTE : 0;
	const char *what = option->type == OPTION_DURATION ? " ms" :
		option->type == OPTION_SIZE ? " bytes" : "";
	const char *hint = NULL;

	if (!parse_int(text, value, unit, &hint))
		return hint ? hint : "It must be a whole number.";
	if (*value < option->min || *value > option->max)
		return psprintf("Valid values are between %d and %d%s.", option->min, option->max, what);
	return NULL;
}

/* Parse a value into the settings, if given; a hint if it is not valid. */
static const char *
parse_option(const Option *option, const char *text, GsSettings *settings)
{
	GsSettings	scratch;
	char	   *target = (char *) (settings ? settings : &scratch) + Max(option->offset, 0);

	switch (option->type)
	{
		case OPTION_STRING:
			if (settings == NULL)
				return option->check ? option->check(text) : NULL;
			*(const char **) target = pstrdup(text);
			return NULL;
		case OPTION_BOOLEAN:
			return parse_bool(text, (bool *) target) ? NULL : "Valid values are \"true\" and \"false\".";
		case OPTION_REAL:
			if (!parse_real(text, (double *) target, 0, NULL) ||
				isnan(*(double *) target) || isinf(*(double *) target) || *(double *) target < 0)
				return "It must be a number, zero or greater.";
			return NULL;
		default:
			return parse_number(option, text, (int *) target);
	}
}

static void
check_text(const Option *option, const char *text)
{
	const char *hint = parse_option(option, text, NULL);

	/* a secret must not come back in a message */
	if (hint != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 option->where == ON_MAPPING ?
				 errmsg("invalid value for option \"%s\"", option->name) :
				 errmsg("invalid value for option \"%s\": \"%s\"", option->name, text),
				 errhint("%s", hint)));
}

static void
check_value(const Option *option, const char *text)
{
	check_text(option, text);
	if (option->superuser && !superuser())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only a superuser may set the option \"%s\"", option->name),
				 errhint("An object that has it can only be altered by a superuser.")));
}

/*
 * Names.
 */

static const Option *
find_option(const char *name)
{
	for (int i = 0; i < (int) lengthof(options); i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

/* The name that is meant, if one is near enough. */
static const char *
closest_option(const char *name, int where)
{
	const char *closest = NULL;
	int			limit = Min(4, (int) strlen(name) / 2 + 1);

	if (strlen(name) > 60)
		return NULL;
	for (int i = 0; i < (int) lengthof(options); i++)
	{
		int			distance;

		if (!(options[i].where & where))
			continue;
		distance = varstr_levenshtein_less_equal(name, strlen(name), options[i].name,
												 strlen(options[i].name), 1, 1, 1, limit, true);
		if (distance < limit)
		{
			limit = distance;
			closest = options[i].name;
		}
	}
	return closest;
}

static const char *
names_of(int where)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < (int) lengthof(options); i++)
		if (options[i].where & where)
			appendStringInfo(&names, "%s%s", names.len ? ", " : "", options[i].name);
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
	const Option *elsewhere = find_option(name);
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

/*
 * The whole list.
 */

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

static void
check_combination(List *list, int where)
{
	bool		domain = has_option(list, "domain");
	bool		base_url = has_option(list, "base_url");

	if (where == ON_SERVER && domain && base_url)
		refuse_combination("options \"domain\" and \"base_url\" exclude each other",
						   "Give one of the two.");
	if (where == ON_SERVER && !domain && !base_url)
		refuse_combination("a server needs the option \"domain\" or \"base_url\"",
						   "For https://acme.gainsightcloud.com, give OPTIONS (domain 'acme').");
	if (where == ON_MAPPING && has_option(list, "access_key") && has_option(list, "access_key_file"))
		refuse_combination("options \"access_key\" and \"access_key_file\" exclude each other",
						   "Give one of the two.");
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
		const Option *option = find_option(def->defname);

		if (option == NULL || !(option->where & where))
			refuse_name(def->defname, where, label);
		check_value(option, defGetString(def));
	}
	check_combination(list, where);
	PG_RETURN_VOID();
}

/*
 * Effective settings.
 */

/*
 * Values are looked at again: a wrapper can be made without the validator, and
 * then any may stand here.
 */
static void
apply(List *list, int where, GsSettings *settings)
{
	ListCell   *cell;

	foreach(cell, list)
	{
		DefElem    *def = lfirst(cell);
		const Option *option = find_option(def->defname);

		if (option == NULL || option->offset == NOWHERE || !(option->where & where))
			continue;
		check_text(option, defGetString(def));
		(void) parse_option(option, defGetString(def), settings);
	}
}

static const char *
without_slash(const char *url)
{
	size_t		length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	return pnstrdup(url, length);
}

GsSettings *
gs_settings_load(Oid serverid, Oid relid)
{
	GsSettings *settings = palloc0(sizeof(GsSettings));
	ForeignServer *server = GetForeignServer(serverid);

	for (int i = 0; i < (int) lengthof(options); i++)
		if (options[i].initial != NULL)
			(void) parse_option(&options[i], options[i].initial, settings);
	check_combination(server->options, ON_SERVER);
	apply(server->options, ON_SERVER, settings);
	if (OidIsValid(relid))
		apply(GetForeignTable(relid)->options, ON_TABLE, settings);
	settings->tenant.serverid = serverid;
	settings->tenant.server = server->servername;
	settings->tenant.usage = palloc0(sizeof(GsUsage));
	settings->tenant.counted = palloc0(sizeof(GsUsage));
	if (settings->domain != NULL)
		settings->tenant.base_url = psprintf("https://%s.gainsightcloud.com/v1", settings->domain);
	else
		settings->tenant.base_url = without_slash(settings->tenant.base_url);
	gs_tenant_identify(&settings->tenant);
	return settings;
}
