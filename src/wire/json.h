/*
 * json.h
 *	  JSON as the rest of the program sees it: read-only trees, and text to
 *	  send.
 *
 * A tree lives in the memory context it was parsed into and is freed with it.
 * Strings in a tree are UTF-8, whatever the server's encoding.
 */
#ifndef GS_JSON_H
#define GS_JSON_H

#include "postgres.h"
#include "lib/stringinfo.h"

typedef struct cJSON GsJson;

typedef enum GsJsonKind
{
	GS_JSON_ABSENT,				/* a null pointer */
	GS_JSON_NULL,
	GS_JSON_BOOLEAN,
	GS_JSON_NUMBER,
	GS_JSON_STRING,
	GS_JSON_ARRAY,
	GS_JSON_OBJECT
} GsJsonKind;

/*
 * Parse a body of length bytes, which need not be NUL-terminated, into context.
 * The body is written to, one byte behind its length too, and the tree points
 * into it, so it must live as long as the tree.
 * Returns NULL and sets *why (constant text) where it is not JSON, not UTF-8,
 * nested too deeply, or holds \u0000, which PostgreSQL's text cannot.
 * Raises an ERROR only for lack of memory.
 */
extern GsJson *gs_json_parse(char *body, size_t length, MemoryContext context,
							 const char **why);

/*
 * The same of what a tenant has sent, which must not decide about memory: with
 * more than max_values values in it *why is gs_json_too_many.  A cancel is
 * served, too.
 */
extern GsJson *gs_json_parse_reply(char *body, size_t length, uint32 max_values,
								   MemoryContext context, const char **why);
#define gs_json_too_many gs_skeleton_too_many
extern const char gs_skeleton_too_many[];

extern GsJsonKind gs_json_kind(const GsJson *node);

/*
 * A scalar's text: a string's content, a number with all its digits, true or
 * false.  Points into the tree or at constant text.  NULL for null, absent,
 * arrays and objects.
 */
extern const char *gs_json_text(const GsJson *node);

/*
 * Is it a scalar whose text is not empty?
 */
extern bool gs_json_has_text(const GsJson *node);

/* A scalar, all that there is to know at once. */
typedef struct GsJsonScalar
{
	const char *text;			/* as gs_json_text gives it */
	int			length;			/* bytes */
	bool		spare;			/* the byte in front is the caller's to write */
} GsJsonScalar;

/*
 * Set *scalar; returns the node's kind.
 */
extern GsJsonKind gs_json_scalar(const GsJson *node, GsJsonScalar *scalar);

/*
 * A member of an object, its key compared without regard to case; NULL where
 * node is no object or has none.
 */
extern const GsJson *gs_json_get(const GsJson *node, const char *key);

/*
 * The first and the last element of an array or member of an object, and the
 * one after a node in the same container; NULL if there is none.  The key of
 * a member.  How many there are.
 */
extern const GsJson *gs_json_first(const GsJson *container);
extern const GsJson *gs_json_last(const GsJson *container);
extern const GsJson *gs_json_next(const GsJson *node);
extern const char *gs_json_key(const GsJson *member);
extern int	gs_json_length(const GsJson *container);

/*
 * Finds the members of record after record whose keys come in much the same
 * order: remembers which wanted key was at which place last time.
 */
typedef struct GsJsonFields GsJsonFields;

/* Keys are not copied and must outlive the result, which is in CurrentMemoryContext. */
extern GsJsonFields *gs_json_fields(const char *const *keys, int nkeys);

/* Set nodes[i] to the member with keys[i], NULL where record has none. */
extern void gs_json_pick(GsJsonFields *fields, const GsJson *record,
						 const GsJson **nodes);

/*
 * Append a whole value as JSON text in UTF-8.
 */
extern void gs_json_print(StringInfo out, const GsJson *node);

/*
 * The same as a text of its own, palloc'd.
 */
extern char *gs_json_printed(const GsJson *node);

/*
 * Append text as a JSON string, quotes included.  Encoding as given.
 */
extern void gs_json_append_string(StringInfo out, const char *text);

/*
 * The library's version, e.g. "1.7.15".
 */
extern const char *gs_json_version(void);

#endif							/* GS_JSON_H */
