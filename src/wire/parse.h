/*
 * parse.h
 *	  JSON to trees.
 */
#ifndef GS_PARSE_H
#define GS_PARSE_H

#include "json.h"

/*
 * Parse a body of length bytes, which need not be NUL-terminated, into context.
 * The body is written to, one byte behind its length too, and the tree points
 * into it, so it must live as long as the tree.
 * Returns NULL and sets *why (constant text) where it is not JSON, not UTF-8,
 * or nested too deeply.
 * Raises an ERROR only for lack of memory and for a cancel.
 */
extern const GsJson *gs_json_parse(char *body, size_t length, MemoryContext context,
								   const char **why);

/*
 * The same of what a tenant has sent, which must not decide about memory: with
 * more in it than max_values values, and keys and strings with escapes count as
 * several, *why is gs_json_too_many.
 */
extern const GsJson *gs_json_parse_reply(char *body, size_t length, uint32 max_values,
										 MemoryContext context, const char **why);
extern const char *const gs_json_too_many;

/*
 * What was kept of JSON as text, in CurrentMemoryContext; NULL where it is none.
 */
extern const GsJson *gs_json_reread(const char *json);

#endif							/* GS_PARSE_H */
