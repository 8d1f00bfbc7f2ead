/*
 * error.c
 *	  The one funnel through which failed requests become errors.
 *
 * It knows how a failure is worded and nothing of how it came about.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/xact.h"
#include "catalog/namespace.h"
#include "common/string.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "error.h"

/* Remote descriptions can hold column values: enough to see what it is about. */
#define MAX_DESCRIPTION 500

/* On one line; where not all of it is valid, without what is not ASCII. */
static char *
one_line(const char *text, size_t limit, bool valid)
{
	size_t		length = strlen(text);
	StringInfoData out;

	initStringInfo(&out);
	if (length > limit)
		length = valid ? (size_t) pg_mbcliplen(text, length, limit) : limit;
	for (size_t i = 0; i < length; i++)
	{
		unsigned char c = text[i];

		if (c < 0x20 || c == 0x7f)
			c = ' ';
		else if (c >= 0x80 && !valid)
			c = '?';
		appendStringInfoChar(&out, c);
	}
	if (text[length] != '\0')
		appendStringInfoString(&out, "...");
	return out.data;
}

char *
gs_printable(const char *text, size_t limit)
{
	return one_line(text, limit, GetDatabaseEncoding() == PG_UTF8 &&
					pg_verify_mbstr(PG_UTF8, text, strlen(text), true));
}

char *
gs_printable_here(const char *text, size_t limit)
{
	int			encoding = GetDatabaseEncoding();

	return one_line(text, limit, encoding != PG_SQL_ASCII &&
					pg_verify_mbstr(encoding, text, strlen(text), true));
}

const char *
gs_receivable(const char *text)
{
	int			here = GetDatabaseEncoding();
	int			there = pg_get_client_encoding();
	int			room = strlen(text) * MAX_CONVERSION_GROWTH + 1;
	unsigned char *converted;
	char	   *at;
	Oid			function;

	/* in an abort no catalog can be read */
	if (here == there || here == PG_SQL_ASCII || there == PG_SQL_ASCII || pg_is_ascii(text) ||
		!IsTransactionState())
		return text;
	function = FindDefaultConversionProc(here, there);
	if (!OidIsValid(function))
		return text;
	text = at = pstrdup(text);
	converted = palloc(room);
	for (;;)
	{
		int			length = strlen(at);
		int			odd;

		at += pg_do_encoding_conversion_buf(function, here, there, (unsigned char *) at, length,
											converted, room, true);
		if (*at == '\0')
			return text;
		odd = Min((int) strlen(at), pg_encoding_mblen(here, at));
		*at++ = '?';
		memmove(at, at + odd - 1, strlen(at + odd - 1) + 1);
	}
}

/* How text that quotes a key may spell it. */
typedef enum Spelling
{
	AS_IT_IS,
	IN_JSON,
	IN_A_PATH,
	SPELLINGS
}			Spelling;

static char *
spelled(const char *key, Spelling spelling)
{
	StringInfoData out;

	initStringInfo(&out);
	for (; *key; key++)
	{
		if (spelling == IN_JSON && (*key == '"' || *key == '\\'))
			appendStringInfoChar(&out, '\\');
		if (spelling == IN_A_PATH && (IS_HIGHBIT_SET(*key) || ispunct((unsigned char) *key)) &&
			strchr("-_.~", *key) == NULL)
			appendStringInfo(&out, "%%%02X", (unsigned char) *key);
		else
			appendStringInfoChar(&out, *key);
	}
	return out.data;
}

const char *
gs_without_key(const char *text, const char *key)
{
	if (text == NULL || key == NULL || key[0] == '\0')
		return text;
	for (int spelling = 0; spelling < SPELLINGS; spelling++)
	{
		const char *quoted = spelled(key, spelling);
		size_t		length = strlen(quoted);
		char	   *masked;

		if (strstr(text, quoted) == NULL)
			continue;
		masked = pstrdup(text);
		for (char *at = strstr(masked, quoted); at != NULL; at = strstr(at + length, quoted))
			memset(at, '*', length);
		text = masked;
	}
	return text;
}

/* "Server "s", role "r", foreign table "t": " */
static void
append_asked(StringInfo out, const GsFailure *failure)
{
	if (failure->server == NULL)
		return;
	appendStringInfo(out, "Server \"%s\"", failure->server);
	if (failure->role)
		appendStringInfo(out, ", role \"%s\"", failure->role);
	if (failure->table)
		appendStringInfo(out, ", foreign table \"%s\"", failure->table);
	appendStringInfoString(out, ": ");
}

/* "GET /x answered 404: GSOBJ_1 "no such plan" (request abc)." */
static void
append_answer(StringInfo out, const GsFailure *failure)
{
	appendStringInfo(out, "%s %s", failure->method, failure->path);
	if (failure->status != 0)
		appendStringInfo(out, " answered %d", failure->status);
	else
		appendStringInfoString(out, " got no answer");
	if (failure->code || failure->description)
		appendStringInfoChar(out, ':');
	if (failure->code)
		appendStringInfo(out, " %s", gs_printable(failure->code, MAX_DESCRIPTION));
	if (failure->description)
		appendStringInfo(out, " \"%s\"", gs_printable(failure->description, MAX_DESCRIPTION));
	if (failure->request_id)
		appendStringInfo(out, " (request %s)", gs_printable(failure->request_id, 100));
	appendStringInfoChar(out, '.');
}

static char *
describe(const GsFailure *failure)
{
	StringInfoData out;

	initStringInfo(&out);
	append_asked(&out, failure);
	if (failure->method)
		append_answer(&out, failure);
	if (failure->aside)
		appendStringInfo(&out, "%s%s", failure->method ? " " : "", failure->aside);
	return out.data;
}

void
gs_failure_copy(GsFailure *to, const GsFailure *from)
{
	const char **texts[] = {
		&to->message, &to->server, &to->role, &to->table, &to->method, &to->path, &to->code,
		&to->description, &to->request_id, &to->hint, &to->aside
	};

	*to = *from;
	for (int i = 0; i < (int) lengthof(texts); i++)
		if (*texts[i] != NULL)
			*texts[i] = pstrdup(*texts[i]);
}

void
gs_fail(const GsFailure *failure)
{
	ereport(ERROR,
			(errcode(failure->sqlstate),
			 errmsg_internal("%s", gs_receivable(failure->message)),
			 failure->method || failure->aside ?
			 errdetail_internal("%s", gs_receivable(describe(failure))) : 0,
			 failure->hint ? errhint("%s", gs_receivable(failure->hint)) : 0));
}
