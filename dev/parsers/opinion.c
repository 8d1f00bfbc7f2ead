/*
 * opinion.c
 *	  What the parsers make of a text, for second_opinion.py to compare.
 */
#include "postgres.h"

#include "gainsight/datetext.h"
#include "wire/json.h"

#include "server.h"

/* The value printed, valid until the next call; NULL where it is refused, and why. */
extern const char *opinion_json(const char *body, size_t size, const char **why);

/* Is it taken, and for which microsecond since 2000-01-01 UTC? */
extern bool opinion_datetext(const char *text, bool is_number, int64 *moment);

const char *
opinion_json(const char *body, size_t size, const char **why)
{
	GsJson	   *root;
	StringInfoData printed;

	gs_server_reset();
	*why = NULL;
	root = gs_json_parse(gs_server_body(body, size), size, CurrentMemoryContext, why);
	if (root == NULL)
		return NULL;
	initStringInfo(&printed);
	gs_json_print(&printed, root);
	return printed.data;
}

bool
opinion_datetext(const char *text, bool is_number, int64 *moment)
{
	return gs_parse_datetime(text, is_number, moment);
}
