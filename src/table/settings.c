/*
 * settings.c
 *	  What is in force for a table, or for its server alone.
 *
 * Values are looked at again: a wrapper can be made without the validator, and
 * then any may stand here.
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "foreign/foreign.h"

#include "option.h"

static void
apply_options(List *list, int where, GsSettings *settings)
{
	ListCell   *cell;

	foreach(cell, list)
	{
		DefElem    *def = lfirst(cell);
		const GsOption *option = gs_option_find(def->defname);

		if (option == NULL || option->offset == NOWHERE || !(option->where & where))
			continue;
		gs_option_check(option, defGetString(def));
		(void) gs_option_parse(option, defGetString(def), settings);
	}
}

/*
 * A dialect may have defaults of its own: these go below the options.  Which it
 * is, they say, unless it is given.
 */
static void
apply_server_options(List *list, const GsDialect *dialect, GsSettings *settings)
{
	for (int i = 0; i < gs_noptions; i++)
		if (gs_options[i].initial != NULL)
			(void) gs_option_parse(&gs_options[i], gs_options[i].initial, settings);
	apply_options(list, ON_SERVER, settings);
	settings->dialect = dialect ? dialect : gs_model_dialect(settings->dialect_name);
	if (settings->dialect->defaults == NULL)
		return;
	for (const GsDefault *its = settings->dialect->defaults; its->option != NULL; its++)
		(void) gs_option_parse(gs_option_find(its->option), its->value, settings);
	apply_options(list, ON_SERVER, settings);
}

static void
apply_table_options(List *list, GsSettings *settings)
{
	gs_options_check_together(list, ON_TABLE);
	apply_options(list, ON_TABLE, settings);
}

#define VERSION "/v1"

/* Without a slash at the end, nor the version where paths begin with it. */
static const char *
plain_url(const char *url, bool versioned)
{
	size_t		length = strlen(url);

	while (length > 0 && url[length - 1] == '/')
		length--;
	if (versioned && length > strlen(VERSION) &&
		strncmp(url + length - strlen(VERSION), VERSION, strlen(VERSION)) == 0)
		length -= strlen(VERSION);
	return pnstrdup(url, length);
}

static GsSettings *
load_settings(Oid serverid, Oid relid, const GsDialect *dialect)
{
	GsSettings *settings = palloc0(sizeof(GsSettings));
	ForeignServer *server = GetForeignServer(serverid);

	gs_options_check_together(server->options, ON_SERVER);
	apply_server_options(server->options, dialect, settings);
	if (OidIsValid(relid))
		apply_table_options(GetForeignTable(relid)->options, settings);
	settings->zone = settings->dialect->zoned ? pg_tzset(settings->time_zone) : NULL;
	settings->at_commit = strcmp(settings->write_at, "commit") == 0;
	settings->set_null = strcmp(settings->on_error, "set_null") == 0;
	settings->flat = strcmp(settings->expressions, "flat") == 0;
	settings->tenant.serverid = serverid;
	settings->tenant.server = server->servername;
	settings->tenant.usage = palloc0(sizeof(GsUsage));
	settings->tenant.counted = palloc0(sizeof(GsUsage));
	if (settings->domain != NULL)
		settings->tenant.base_url = psprintf("https://%s.gainsightcloud.com" VERSION, settings->domain);
	settings->tenant.base_url = plain_url(settings->tenant.base_url, settings->dialect->versioned);
	gs_tenant_identify(&settings->tenant);
	return settings;
}

GsSettings *
gs_settings_load(Oid serverid, Oid relid)
{
	return load_settings(serverid, relid, NULL);
}

GsSettings *
gs_settings_load_as(Oid serverid, const GsDialect *dialect)
{
	return load_settings(serverid, InvalidOid, dialect);
}

bool
gs_operator_available(const GsSettings *settings, const char *operator)
{
	const char *list = settings->operators;
	size_t		length = strlen(operator);

	if (list == NULL)
		return true;
	for (const char *at = list; (at = strstr(at, operator)) != NULL; at += length)
	{
		bool		begins = at == list || strchr("," GS_BLANKS, at[-1]) != NULL;

		if (begins && (at[length] == '\0' || strchr("," GS_BLANKS, at[length]) != NULL))
			return true;
	}
	return false;
}
