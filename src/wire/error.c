/*
 * error.c
 *	  The one funnel through which failed requests become errors.
 *
 * It knows how a failure is worded and nothing of how it came about.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "error.h"

/* Remote descriptions can hold column values: enough to see what it is about. */
#define MAX_DESCRIPTION 500

char *
gs_printable(const char *text, size_t limit)
{
	size_t		length = strlen(text);
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8 &&
		pg_verify_mbstr(PG_UTF8, text, length, true);
	StringInfoData out;

	initStringInfo(&out);
	if (length > limit)
		length = utf8 ? (size_t) pg_mbcliplen(text, length, limit) : limit;
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = text[i];

		if (c < 0x20 || c == 0x7f)
			c = ' ';
		else if (c >= 0x80 && !utf8)
			c = '?';
		appendStringInfoChar(&out, c);
	}
	if (text[length] != '\0')
		appendStringInfoString(&out, "...");
	return out.data;
}

const char *
gs_without_key(const char *text, const char *key)
{
	size_t		length = key ? strlen(key) : 0;
	char	   *clean;

	if (text == NULL || length == 0 || strstr(text, key) == NULL)
		return text;
	clean = pstrdup(text);
	for (char *found = clean; (found = strstr(found, key)) != NULL; found += length)
		memset(found, '*', length);
	return clean;
}

/* "Server "s", role "r", foreign table "t": GET /x answered 404: GSOBJ_1 "no such plan" (request abc)." */
static char *
describe(const GsFailure *failure)
{
	StringInfoData out;

	initStringInfo(&out);
	if (failure->server)
		appendStringInfo(&out, "Server \"%s\"", failure->server);
	if (failure->server && failure->role)
		appendStringInfo(&out, ", role \"%s\"", failure->role);
	if (failure->server && failure->table)
		appendStringInfo(&out, ", foreign table \"%s\"", failure->table);
	if (failure->server)
		appendStringInfoString(&out, ": ");
	appendStringInfo(&out, "%s %s", failure->method, failure->path);
	if (failure->status != 0)
		appendStringInfo(&out, " answered %d", failure->status);
	else
		appendStringInfoString(&out, " got no answer");
	if (failure->code || failure->description)
		appendStringInfoChar(&out, ':');
	if (failure->code)
		appendStringInfo(&out, " %s", gs_printable(failure->code, MAX_DESCRIPTION));
	if (failure->description)
		appendStringInfo(&out, " \"%s\"", gs_printable(failure->description, MAX_DESCRIPTION));
	if (failure->request_id)
		appendStringInfo(&out, " (request %s)", gs_printable(failure->request_id, 100));
	appendStringInfoChar(&out, '.');
	if (failure->aside)
		appendStringInfo(&out, " %s", failure->aside);
	return out.data;
}

void
gs_fail(const GsFailure *failure)
{
	ereport(ERROR,
			(errcode(failure->sqlstate),
			 errmsg_internal("%s", failure->message),
			 failure->method ? errdetail_internal("%s", describe(failure)) :
			 failure->aside ? errdetail_internal("%s", failure->aside) : 0,
			 failure->hint ? errhint("%s", failure->hint) : 0));
}
