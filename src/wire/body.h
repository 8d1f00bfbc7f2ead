/*
 * body.h
 *	  A reply's body, which grows while it comes.
 */
#ifndef GS_BODY_H
#define GS_BODY_H

#include "postgres.h"

/* All zeros: nothing has come. */
typedef struct GsBody
{
	char	   *data;			/* malloc'd, with room for a byte more */
	size_t		length;
	size_t		allocated;
} GsBody;

/*
 * Append a piece.  expected is how many bytes there will be in all, 0 if that
 * is not known.  False for lack of memory, and nothing has changed: called by
 * libcurl, where no ERROR may be raised.
 */
extern bool gs_body_append(GsBody *body, const char *data, size_t length, size_t expected);

/*
 * Release it; may be called again.
 */
extern void gs_body_free(GsBody *body);

#endif							/* GS_BODY_H */
