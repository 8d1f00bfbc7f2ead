/*
 * path.c
 *	  Where a record is found: the path of a request.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "path.h"

bool
gs_path_sendable(const char *value)
{
	if (value[0] == '\0' || strcmp(value, ".") == 0 || strcmp(value, "..") == 0)
		return false;
	for (const unsigned char *c = (const unsigned char *) value; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

/* Characters that need no escape in a path. */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool
gs_path_addressable(const GsResource *resource, const char *value)
{
	for (const char *c = value; *c; c++)
		if (!is_unreserved(*c))
			return false;
	return value[0] != '\0' &&
		!gs_model_is_fixed_word(resource->dialect, gs_model_read(resource, true), value);
}

char *
gs_path_make(const GsEndpoint *endpoint, const char *value)
{
	StringInfoData out;
	const char *brace = strchr(endpoint->path, '{');

	if (brace == NULL)
		return pstrdup(endpoint->path);
	initStringInfo(&out);
	appendBinaryStringInfo(&out, endpoint->path, brace - endpoint->path);
	for (const char *c = value; *c; c++)
	{
		if (is_unreserved(*c) || *c == '.' || *c == '~')
			appendStringInfoChar(&out, *c);
		else
			appendStringInfo(&out, "%%%02X", (unsigned char) *c);
	}
	appendStringInfoString(&out, strchr(brace, '}') + 1);
	return out.data;
}
