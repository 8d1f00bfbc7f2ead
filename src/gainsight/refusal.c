/*
 * refusal.c
 *	  What may help where a tenant refuses the values of a record.
 *
 * A tenant says in words of its own what was wrong with a record.  Of some
 * fields the API documents the values, which help whoever wrote another; below
 * a refusal that is about something else they would lead astray.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "wire/wire.h"
#include "refusal.h"

/* As much of a description is looked at, in bytes: it can be as long as a reply. */
#define MAX_WORDS 1000

static bool
is_in_word(char c)
{
	return isalnum((unsigned char) c) || c == '_';
}

/* Does the text hold the field's name, as a word of its own? */
static bool
names(const char *text, const char *field)
{
	size_t		length = strlen(field);

	for (const char *at = text; *at; at++)
		if (pg_strncasecmp(at, field, length) == 0 && !is_in_word(at[length]) &&
			(at == text || !is_in_word(at[-1])))
			return true;
	return false;
}

static bool
names_any(const char *text, const GsResource *resource)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (names(text, resource->columns[i].field))
			return true;
	return false;
}

/* What was sent for the column, if it is not one of the documented values. */
static const char *
undocumented(const GsColumn *column, const GsJson *record)
{
	const char *sent = gs_json_text(gs_json_get(record, column->field));

	for (const char *const *value = column->values; *value != NULL && sent != NULL; value++)
		if (strcmp(*value, sent) == 0)
			return NULL;
	return sent;
}

/*
 * The words tell which field it is.  Where they name none, or quote a value, it
 * is one with a value that is not documented.
 */
static bool
is_about(const GsColumn *column, const GsJson *record, const char *words, bool names_fields)
{
	const char *sent;

	if (column->values == NULL || !(column->flags & GS_WRITABLE))
		return false;
	if (names(words, column->field))
		return true;
	sent = undocumented(column, record);
	return sent != NULL && (!names_fields || strstr(words, sent) != NULL);
}

static void
append_values(StringInfo out, const GsColumn *column)
{
	appendStringInfo(out, "%sDocumented values of %s are", out->len > 0 ? " " : "", column->field);
	for (const char *const *value = column->values; *value != NULL; value++)
		appendStringInfo(out, "%s \"%s\"", value > column->values ? "," : "", *value);
	appendStringInfoChar(out, '.');
}

const char *
gs_refusal_hint(const GsResource *resource, const char *body, const char *description)
{
	const char *words = description ? pnstrdup(description, MAX_WORDS) : "";
	bool		names_fields = names_any(words, resource);
	size_t		length = strlen(body);

	/* parsing writes to it, one byte behind it too */
	char	   *copy = pstrdup(body);
	const char *why;
	const GsJson *record = gs_json_parse(copy, length, CurrentMemoryContext, &why);
	StringInfoData hint;

	initStringInfo(&hint);
	for (int i = 0; i < resource->ncolumns; i++)
		if (is_about(&resource->columns[i], record, words, names_fields))
			append_values(&hint, &resource->columns[i]);
	return hint.len > 0 ? hint.data : NULL;
}
