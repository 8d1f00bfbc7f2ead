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

	for (int i = 0; i < gs_noptions; i++)
		if (gs_options[i].initial != NULL)
			(void) gs_option_parse(&gs_options[i], gs_options[i].initial, settings);
	gs_options_check_together(server->options, ON_SERVER);
	apply_options(server->options, ON_SERVER, settings);
	if (OidIsValid(relid))
		apply_options(GetForeignTable(relid)->options, ON_TABLE, settings);
	settings->dialect = gs_model_dialect(settings->dialect_name);
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
