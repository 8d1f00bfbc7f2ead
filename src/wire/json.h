/*
 * json.h
 *	  JSON as the rest of the program sees it: read-only trees, which parse.h
 *	  makes, and text to send.
 *
 * A tree lives in the memory context it was parsed into and is freed with it.
 * Strings in a tree are UTF-8, whatever the server's encoding.
 */
#ifndef GS_JSON_H
#define GS_JSON_H

#include "postgres.h"
#include "lib/stringinfo.h"

typedef struct GsJson GsJson;

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

extern GsJsonKind gs_json_kind(const GsJson *node);

/*
 * A scalar's text: a string's content, a number with all its digits, true or
 * false.  Points into the tree or at constant text.  NULL for null, absent,
 * arrays and objects.  U+FFFD stands for half a surrogate pair and for \u0000.
 */
extern const char *gs_json_text(const GsJson *node);

/*
 * The same for whoever compares it with others: texts that U+FFFD makes alike
 * are not.  A text that has it so is given as it came, behind a control
 * character, which keeps it from being sent in a path.
 */
extern const char *gs_json_identity(const GsJson *node);

/*
 * Is it a scalar whose text is not empty?
 */
extern bool gs_json_has_text(const GsJson *node);

/*
 * Is a scalar's text a number as JSON spells them, be it in a string?  60, 60.0 and
 * 6e1 are the same number.  Whole ones are exact up to 15 digits.
 */
extern bool gs_json_number(const char *text, double *number);

/* A scalar, all that there is to know at once. */
typedef struct GsJsonScalar
{
	const char *text;			/* as gs_json_text gives it */
	int			length;			/* bytes */
	char	   *spare;			/* the byte in front, where it is the caller's to write; or NULL */
	bool		has_nul;		/* \u0000, which no text of PostgreSQL's can hold */
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
 * The first and the last element of an array or member of an object (the last
 * takes a walk), and the one after a node in the same container; NULL if there
 * is none.  The key of a member, and does U+FFFD stand in it for what no
 * field's name can hold?  How many there are.
 */
extern const GsJson *gs_json_first(const GsJson *container);
extern const GsJson *gs_json_last(const GsJson *container);
extern const GsJson *gs_json_next(const GsJson *node);
extern const char *gs_json_key(const GsJson *member);
extern bool gs_json_key_is_odd(const GsJson *member);
extern int	gs_json_length(const GsJson *container);

/*
 * Finds the members of record after record: remembers which of their keys is
 * which of those that are wanted.
 */
typedef struct GsJsonFields GsJsonFields;

/* Keys are not copied and must outlive the result, which is in CurrentMemoryContext. */
extern GsJsonFields *gs_json_fields(const char *const *keys, int nkeys);

/* Set nodes[i] to the member with keys[i], NULL where record has none. */
extern void gs_json_pick(GsJsonFields *fields, const GsJson *record,
						 const GsJson **nodes);

/* How strings are spelled. */
typedef enum GsJsonSpelling
{
	GS_JSON_AS_IT_CAME,			/* token for token */
	GS_JSON_READABLE,			/* without needless escapes, U+FFFD for half a surrogate pair */
	GS_JSON_EXACT				/* the same for the same, and only for that */
} GsJsonSpelling;

/*
 * Append a whole value as JSON text in UTF-8, without blanks between its
 * tokens.
 */
extern void gs_json_print(StringInfo out, const GsJson *node, GsJsonSpelling spelling);

/*
 * The same as a text of its own, palloc'd.
 */
extern char *gs_json_printed(const GsJson *node, GsJsonSpelling spelling);

/*
 * Append text as a JSON string, quotes included, or have it as one of its own; or
 * several as an array.  palloc'd.  Encoding as given.
 */
extern void gs_json_append_string(StringInfo out, const char *text);
extern char *gs_json_quoted(const char *text);
extern char *gs_json_quoted_list(const char *const *texts, int count);

#endif							/* GS_JSON_H */
