/*
 * skeleton.h
 *	  What is left of a JSON text for a parser, when strings and numbers have
 *	  been taken out.
 */
#ifndef GS_SKELETON_H
#define GS_SKELETON_H

#include "postgres.h"

/* What a slice was. */
typedef enum GsToken
{
	GS_TOKEN_NULL,				/* without text */
	GS_TOKEN_STRING,
	GS_TOKEN_NUMBER
} GsToken;

/* A string's content or a number's digits, in the body; NUL-terminated. */
typedef struct GsSlice
{
	char	   *text;
	uint32		length;			/* bytes */
	GsToken		token;
} GsSlice;

/* Freed by gs_skeleton_free. */
typedef struct GsSkeleton
{
	char	   *text;			/* NUL-terminated */
	size_t		length;
	GsSlice    *slices;			/* in the order of the text */
	uint32		nslices;
} GsSkeleton;

/*
 * Take the strings that have no escapes (keys, too), all numbers and nulls out
 * of a body: in the skeleton stands null for a value, as the one word that a
 * parser has done with at once, and "" for a key.  A value of less than four
 * bytes leaves "" or 0 instead, so that nothing gets longer.  A string that is
 * left in is not empty.  Whitespace is left out.
 *
 * The body is written to: a NUL goes behind each slice, so there must be room
 * for one more byte than length.  The slices point into it.  The byte in front
 * of a string is a quotation mark that nobody needs any more.
 *
 * Returns NULL, or what is wrong (constant text): what is outside of strings
 * and no JSON, a malformed number, text that is not UTF-8, \u0000 or NUL, and
 * containers nested too deeply.  How tokens follow each other is for the
 * parser to check.  Raises an ERROR only for lack of memory.
 */
extern const char *gs_skeleton_make(char *body, size_t length, GsSkeleton *skeleton);

extern void gs_skeleton_free(GsSkeleton *skeleton);

#endif							/* GS_SKELETON_H */
