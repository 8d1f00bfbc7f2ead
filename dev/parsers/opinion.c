/*
 * opinion.c
 *	  What the parsers make of a text, for second_opinion.py to compare.
 */
#include "postgres.h"

#include "table/datetext.h"
#include "wire/wire.h"

#include "server.h"

/* The value printed, valid until the next call; NULL where it is refused, and why. */
extern const char *opinion_json(const char *body, size_t size, int spelling, const char **why);

/* Is it taken, and for which microsecond since 2000-01-01 UTC? */
extern bool opinion_datetext(const char *text, bool is_number, int64 *moment);

const char *
opinion_json(const char *body, size_t size, int spelling, const char **why)
{
	const GsJson *root;

	gs_server_reset();
	*why = NULL;
	root = gs_json_parse(gs_server_body(body, size), size, CurrentMemoryContext, why);
	return root != NULL ? gs_json_printed(root, (GsJsonSpelling) spelling) : NULL;
}

bool
opinion_datetext(const char *text, bool is_number, int64 *moment)
{
	return gs_parse_datetime(text, is_number, moment);
}
