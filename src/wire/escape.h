/*
 * escape.h
 *	  What strings of JSON say.
 */
#ifndef GS_ESCAPE_H
#define GS_ESCAPE_H

#include "node.h"

/*
 * Is it one that JSON has?  Stands at its backslash in a text that ends with a
 * NUL.
 */
extern bool gs_escape_is_valid(const char *at);

/*
 * What stands between two quotation marks, start and end, with valid escapes
 * and without a NUL.  What it says is allocated in context.  Raises an ERROR
 * for lack of memory.
 */
extern void gs_escape_read(GsString *string, const char *start, const char *end,
						   MemoryContext context);

/*
 * The version of the library that reads them, e.g. "1.7.15".
 */
extern const char *gs_json_version(void);

#endif							/* GS_ESCAPE_H */
