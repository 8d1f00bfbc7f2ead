/*
 * seen.h
 *	  A set of the keys that a walk has given, at 16 bytes a key.
 */
#ifndef GS_SEEN_H
#define GS_SEEN_H

#include "postgres.h"

typedef struct GsSeen GsSeen;

/*
 * An empty set, in context.
 */
extern GsSeen *gs_seen_create(MemoryContext context);

/*
 * Add a key; false if it was there.  Raises an ERROR only for lack of memory.
 */
extern bool gs_seen_add(GsSeen *seen, const char *key);

#endif							/* GS_SEEN_H */
