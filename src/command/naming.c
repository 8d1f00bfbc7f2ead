/*
 * naming.c
 *	  What a column is called that is made for a field.
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "naming.h"

/* What the name of a field ends with that a tenant has made. */
#define CUSTOM "__gc"

static bool
ends_with(const char *text, const char *end)
{
	size_t		length = strlen(text);

	return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

const char *
gs_naming_plain(const char *field)
{
	char	   *name = pstrdup(field);

	for (char *c = name; *c; c++)
	{
		*c = pg_ascii_tolower((unsigned char) *c);
		if (!IS_HIGHBIT_SET(*c) && strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *c) == NULL)
			*c = '_';
	}
	return name;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Does a word begin here?  Of capitals in a row the last one begins one, if it goes on. */
static bool
begins_word(const char *field, const char *at)
{
	return at > field && is_upper(*at) &&
		(is_lower(at[-1]) || (is_upper(at[-1]) && at[1] >= 'a' && at[1] <= 'z'));
}

const char *
gs_naming_split(const char *field)
{
	StringInfoData words;

	if (ends_with(field, CUSTOM))
		return gs_naming_plain(field);
	initStringInfo(&words);
	for (const char *at = field; *at; at++)
	{
		if (begins_word(field, at))
			appendStringInfoChar(&words, '_');
		appendStringInfoChar(&words, *at);
	}
	return gs_naming_plain(words.data);
}

const char *
gs_naming_looked_up(const char *field, const char *shown_by)
{
	const char *name = gs_naming_split(field);
	int			length = strlen(name);

	if (length > 3 && ends_with(name, "_id"))
		length -= 3;
	return psprintf("%.*s_%s", length, name, gs_naming_split(shown_by));
}

static bool
is_taken(const GsResource *resource, List *taken, const char *name)
{
	ListCell   *cell;

	if (gs_model_column(resource, name) != NULL || SystemAttributeByName(name) != NULL)
		return true;
	foreach(cell, taken)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

const char *
gs_naming_free(const GsResource *resource, List *taken, const char *name)
{
	const char *suffix = "";
	char	   *fitting;

	for (int n = 2;; n++)
	{
		int			room = NAMEDATALEN - 1 - (int) strlen(suffix);

		CHECK_FOR_INTERRUPTS();
		fitting = psprintf("%.*s%s", pg_mbcliplen(name, strlen(name), room), name, suffix);
		if (!is_taken(resource, taken, fitting))
			return fitting;
		suffix = psprintf("_%d", n);
	}
}
