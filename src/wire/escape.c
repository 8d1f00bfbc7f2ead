/*
 * escape.c
 *	  What strings of JSON say, by cJSON, of which no other file knows.
 *
 * It would refuse half a surrogate pair, and cut a text at \u0000.  So it gets
 * U+FFFD for these, and it is noted that there was one.
 *
 * A text of some lines has no other escapes than those of one letter, and is not
 * worth a tree of its own: these are read here.
 */
#include "postgres.h"

#include <ctype.h>

#include <cjson/cJSON.h>

#include "escape.h"

/* The escapes of one letter, and what they say. */
static const char letters[] = "\"\\/bfnrt";
static const char meanings[] = "\"\\/\b\f\n\r\t";

/* The code of an escape with digits; -1 if it is none. */
static int
code_of(const char *at)
{
	char		digits[5] = "";

	if (at[0] != '\\' || at[1] != 'u')
		return -1;
	for (int i = 0; i < 4; i++)
	{
		if (!isxdigit((unsigned char) at[i + 2]))
			return -1;
		digits[i] = at[i + 2];
	}
	return strtol(digits, NULL, 16);
}

bool
gs_escape_is_valid(const char *at)
{
	return at[1] == 'u' ? code_of(at) >= 0 :
		at[1] != '\0' && strchr(letters, at[1]) != NULL;
}

static void
replace_odd(char *text, GsString *string)
{
	for (char *at = text; (at = strchr(at, '\\')) != NULL; at += at[1] == 'u' ? 6 : 2)
	{
		int			code = code_of(at);

		if (code >= 0xd800 && code < 0xdc00 && (code_of(at + 6) & ~0x3ff) == 0xdc00)
			at += 6;
		else if (code == 0 || (code >= 0xd800 && code < 0xe000))
		{
			string->has_nul |= code == 0;
			string->has_half |= code != 0;
			memcpy(at, "\\ufffd", 6);
		}
	}
}

/* The same as gs_escape_read, into text; false if there are escapes with digits. */
static bool
read_letters(GsString *string, const char *start, const char *end, char *text)
{
	char	   *to = text;
	const char *escape;

	while ((escape = memchr(start, '\\', end - start)) != NULL)
	{
		if (escape[1] == 'u')
			return false;
		memcpy(to, start, escape - start);
		to += escape - start;
		*to++ = meanings[strchr(letters, escape[1]) - letters];
		start = escape + 2;
	}
	memcpy(to, start, end - start);
	to += end - start;
	*to = '\0';
	string->length = to - text;
	return true;
}

static void
read_digits(GsString *string, char *text, size_t length)
{
	cJSON	   *json;

	memcpy(text, string->token - 1, length);
	text[length] = '\0';
	replace_odd(text, string);
	json = cJSON_ParseWithLength(text, length);
	if (json == NULL)			/* all else has been seen to */
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed while reading a string of %zu bytes.", length)));
	strcpy(text, json->valuestring);
	cJSON_Delete(json);
	string->length = strlen(text);
}

void
gs_escape_read(GsString *string, const char *start, const char *end, MemoryContext context)
{
	/* with its quotation marks at first, and what it says is never longer */
	size_t		length = end - start + 2;
	char	   *text = MemoryContextAllocExtended(context, length + 1, MCXT_ALLOC_HUGE);

	*string = (GsString) {.token = start, .token_length = length - 2, .text = text};
	if (!read_letters(string, start, end, text))
		read_digits(string, text, length);
}

const char *
gs_json_version(void)
{
	return cJSON_Version();
}
