/*
 * node.h
 *	  What a tree of JSON is made of: for the files that make and read it.
 *
 * Nodes lie in one array, in the order of the text: a container, then all that
 * is in it.  Text stays in the body that was parsed.
 */
#ifndef GS_NODE_H
#define GS_NODE_H

#include "postgres.h"

typedef enum GsNodeType
{
	GS_NODE_NULL,
	GS_NODE_TRUE,
	GS_NODE_FALSE,
	GS_NODE_NUMBER,
	GS_NODE_STRING,
	GS_NODE_ESCAPED,			/* a string with escapes in it */
	GS_NODE_ARRAY,
	GS_NODE_OBJECT
} GsNodeType;

/* Stands in front of the token of a value that is a string with has_half or has_nul. */
#define GS_ODD_MARK '\x01'

/* A string as it came, between its quotation marks, and what it says. */
typedef struct GsString
{
	const char *token;
	const char *text;			/* without escapes, which it may be itself; NUL-terminated */
	uint32		token_length;	/* bytes */
	uint32		length;			/* of text */
	bool		has_half;		/* of a surrogate pair, which text has U+FFFD for */
	bool		has_nul;		/* \u0000, for which it has U+FFFD, too */
} GsString;

static inline bool
gs_string_is_odd(const GsString *string)
{
	return string->has_half || string->has_nul;
}

/* Of a member, and of those with the same key in objects nearby. */
typedef struct GsKey
{
	uint64		id;				/* no other key of any tree has it */
	GsString	string;
	struct GsKey *next;			/* of those in such objects, about in their order */
	struct GsKey *inside;		/* the first of those in the objects that are its values */
} GsKey;

struct GsJson
{
	union
	{
		char	   *text;		/* a string or a number, NUL-terminated */
		const GsString *string; /* one with escapes */
	}			value;
	const GsKey *key;			/* of a member */
	uint32		length;			/* bytes of text, or how many are in a container */
	uint32		span;			/* nodes from this one to the one behind all that is in it */
	uint8		type;			/* a GsNodeType */
	bool		is_last;		/* in its container */
};

#endif							/* GS_NODE_H */
