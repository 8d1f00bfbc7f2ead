/*
 * skeleton.h
 *	  What is left of a JSON text for a parser, when its values have been
 *	  taken out.
 */
#ifndef GS_SKELETON_H
#define GS_SKELETON_H

#include "postgres.h"

/* What a slice was. */
typedef enum GsToken
{
	GS_TOKEN_NULL,				/* without text, as all but the next three */
	GS_TOKEN_STRING,
	GS_TOKEN_ESCAPED,			/* a string with escapes in it */
	GS_TOKEN_NUMBER,
	GS_TOKEN_TRUE,
	GS_TOKEN_FALSE,
	GS_TOKEN_OBJECT,			/* the slices of its members follow */
	GS_TOKEN_LIKE_LAST			/* an object with the keys of the one before it */
} GsToken;

/*
 * A string's content or a number's digits, in the body.  A NUL stands behind
 * it, but quotation marks around a string with escapes.
 */
typedef struct GsSlice
{
	char	   *text;
	uint32		length;			/* bytes */
	GsToken		token;
} GsSlice;

/* There is one at a time; freed by gs_skeleton_free. */
typedef struct GsSkeleton
{
	const char *text;			/* NUL-terminated */
	size_t		length;
	const GsSlice *slices;		/* in the order of the text */
	uint32		nslices;
} GsSkeleton;

/*
 * Take out of a body all values but arrays and objects: in the skeleton stands
 * null instead, as the one word that a parser has done with at once.  Keys stay
 * as they are.  Whitespace is left out.
 *
 * Of objects in an array that hold such values only, and the same keys in the
 * same order, the first stays and the others are a null each, too: a list of
 * records is a single record and many words.
 *
 * The body is written to: a NUL goes behind each slice, so there must be room
 * for one more byte than length.  The slices point into it.  The byte in front
 * of a string is a quotation mark that nobody needs any more.
 *
 * Returns NULL, or what is wrong (constant text): what is outside of strings
 * and no JSON, a malformed number or escape, text that is not UTF-8, \u0000 or
 * NUL, containers nested too deeply, and (gs_skeleton_too_many) more values and
 * containers than max_values, which may be a few at least.  How tokens follow each other is for
 * the parser to check.  Raises an ERROR only for lack of memory.
 */
extern const char *gs_skeleton_make(char *body, size_t length, uint32 max_values,
									GsSkeleton *skeleton);
extern const char gs_skeleton_too_many[];

extern void gs_skeleton_free(GsSkeleton *skeleton);

#endif							/* GS_SKELETON_H */
