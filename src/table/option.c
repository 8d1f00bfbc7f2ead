/*
 * option.c
 *	  One table of options, what a value of each may be, and which go together.
 */
#include "postgres.h"

#include <math.h>

#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "option.h"

#define AT(field) offsetof(GsSettings, field)

static const char *check_domain(const char *value);
static const char *check_base_url(const char *value);
static const char *check_secret(const char *value);
static const char *check_client_id(const char *value);
static const char *check_file(const char *value);
static const char *check_operators(const char *value);
static const char *check_resource(const char *value);
static const char *check_dialect(const char *value);
static const char *check_time_zone(const char *value);
static const char *check_expressions(const char *value);
static const char *check_write_at(const char *value);
static const char *check_on_error(const char *value);
static const char *check_object(const char *value);
static const char *check_data_type(const char *value);
static const char *check_not_empty(const char *value);

const GsOption gs_options[] = {
	{"domain", ON_SERVER, OPTION_STRING, NULL, AT(domain), .check = check_domain},
	{"base_url", ON_SERVER, OPTION_STRING, NULL, AT(tenant.base_url), .superuser = true, .check = check_base_url},
	{"access_key", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .check = check_secret},
	{"access_key_file", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .superuser = true, .check = check_file},
	{"client_id", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .check = check_client_id},
	{"client_secret", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .check = check_secret},
	{"client_secret_file", ON_MAPPING, OPTION_STRING, NULL, NOWHERE, .superuser = true, .check = check_file},
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
	{"trust_order", ON_SERVER, OPTION_BOOLEAN, "false", AT(trust_order), 0, 0, false, NULL},
	{"conflict_check", ON_SERVER | ON_TABLE, OPTION_BOOLEAN, "true", AT(conflict_check), 0, 0, false, NULL},
	{"batch_size", ON_SERVER | ON_TABLE, OPTION_INTEGER, "100", AT(batch_size), 1, 10000, false, NULL},
	{"readonly", ON_SERVER | ON_TABLE, OPTION_BOOLEAN, "false", AT(readonly), 0, 0, false, NULL},
	{"on_error", ON_SERVER | ON_TABLE, OPTION_STRING, "stop", AT(on_error), .check = check_on_error},
	{"write_at", ON_SERVER | ON_TABLE, OPTION_STRING, "statement", AT(write_at), .check = check_write_at},
	{"request_cost", ON_SERVER | ON_TABLE, OPTION_REAL, "1000", AT(request_cost), 0, 0, false, NULL},
	{"tuple_cost", ON_SERVER | ON_TABLE, OPTION_REAL, "0.01", AT(tuple_cost), 0, 0, false, NULL},
	{"use_remote_estimate", ON_SERVER | ON_TABLE, OPTION_BOOLEAN, "false", AT(use_remote_estimate), 0, 0, false, NULL},
	{"dialect", ON_SERVER, OPTION_STRING, "document", AT(dialect_name), .check = check_dialect},
	{"time_zone", ON_SERVER, OPTION_STRING, "UTC", AT(time_zone), .check = check_time_zone},
	{"expressions", ON_SERVER, OPTION_STRING, "nested", AT(expressions), .check = check_expressions},
	{"plan_type_category", ON_SERVER, OPTION_STRING, "SUCCESS_PLAN_TYPE", AT(plan_type_category), .check = check_not_empty},
	{"resource", ON_TABLE, OPTION_STRING, NULL, AT(resource), .check = check_resource},
	{"object", ON_TABLE, OPTION_STRING, NULL, AT(object), .check = check_object},
	{"field", ON_COLUMN, OPTION_STRING, NULL, NOWHERE, .check = check_not_empty},
	{"constant", ON_COLUMN, OPTION_STRING, NULL, NOWHERE, 0, 0, false, NULL},
	{"data_type", ON_COLUMN, OPTION_STRING, NULL, NOWHERE, .check = check_data_type},
	{"pushdown", ON_COLUMN, OPTION_BOOLEAN, NULL, NOWHERE, 0, 0, false, NULL},
};

const int	gs_noptions = lengthof(gs_options);

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

/* Can it stand in a header field? */
static bool
is_sendable(const char *value)
{
	for (const unsigned char *c = (const unsigned char *) value; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return false;
	return value[0] != '\0';
}

static const char *
check_secret(const char *value)
{
	return is_sendable(value) ? NULL : "It must not be empty, nor have control characters.";
}

/* What tells it from the secret is the first colon. */
static const char *
check_client_id(const char *value)
{
	return is_sendable(value) && strchr(value, ':') == NULL ? NULL :
		"It must not be empty, nor have control characters or a \":\".";
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

/* "valid" and names between quotes. */
static void
add_name(StringInfo hint, const char *valid, const char *name)
{
	appendStringInfo(hint, "%s\"%s\"", hint->len == 0 ? valid : ", ", name);
}

static const char *
check_dialect(const char *value)
{
	StringInfoData hint;

	if (gs_model_dialect(value) != NULL)
		return NULL;
	initStringInfo(&hint);
	for (const GsDialect *const *dialect = gs_dialects; *dialect != NULL; dialect++)
		add_name(&hint, "Valid dialects are ", (*dialect)->name);
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

/* The resources of all dialects have the same names. */
static const char *
check_resource(const char *value)
{
	StringInfoData hint;

	if (gs_model_resource(gs_dialects[0], value) != NULL)
		return NULL;
	initStringInfo(&hint);
	for (int i = 0; i < gs_dialects[0]->nresources; i++)
		add_name(&hint, "Valid resources are ", gs_dialects[0]->resources[i].name);
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

static const char *
check_object(const char *value)
{
	return gs_object_is_name(value) ? NULL : "An object's name is letters, digits and \"_\".";
}

/* A dialect's; which it is a column is not told. */
static const char *
check_data_type(const char *value)
{
	StringInfoData hint;

	initStringInfo(&hint);
	for (const GsDialect *const *dialect = gs_dialects; *dialect != NULL; dialect++)
	{
		if (gs_model_data_type(*dialect, value) != NULL)
			return NULL;
		for (const GsDataType *type = (*dialect)->types; type != NULL && type->name != NULL; type++)
			add_name(&hint, "Valid data types are ", type->name);
	}
	appendStringInfoChar(&hint, '.');
	return hint.data;
}

static const char *
check_time_zone(const char *value)
{
	pg_tz	   *zone = pg_tzset(value);

	return zone != NULL && pg_tz_acceptable(zone) ? NULL :
		"It is the name of a time zone, such as \"America/Denver\": the view pg_timezone_names has them.";
}

static const char *
check_expressions(const char *value)
{
	return strcmp(value, "nested") == 0 || strcmp(value, "flat") == 0 ? NULL :
		"Valid values are \"nested\" and \"flat\".";
}

static const char *
check_write_at(const char *value)
{
	return strcmp(value, "statement") == 0 || strcmp(value, "commit") == 0 ? NULL :
		"Valid values are \"statement\" and \"commit\".";
}

static const char *
check_on_error(const char *value)
{
	return strcmp(value, "stop") == 0 || strcmp(value, "set_null") == 0 ? NULL :
		"Valid values are \"stop\" and \"set_null\".";
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
parse_number(const GsOption *option, const char *text, int *value)
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

const char *
gs_option_parse(const GsOption *option, const char *text, GsSettings *settings)
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

void
gs_option_check(const GsOption *option, const char *text)
{
	const char *hint = gs_option_parse(option, text, NULL);

	/* a secret must not come back in a message */
	if (hint != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 option->where == ON_MAPPING ?
				 errmsg("invalid value for option \"%s\"", option->name) :
				 errmsg("invalid value for option \"%s\": \"%s\"", option->name, text),
				 errhint("%s", hint)));
}

const GsOption *
gs_option_find(const char *name)
{
	for (int i = 0; i < gs_noptions; i++)
		if (strcmp(gs_options[i].name, name) == 0)
			return &gs_options[i];
	return NULL;
}

/*
 * Together.
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
