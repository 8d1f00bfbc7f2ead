/*
 * seen.h
 *	  A set of the keys that a walk has given, at 16 bytes a key.
 */
#ifndef GS_SEEN_H
#define GS_SEEN_H

#include "postgres.h"

typedef struct GsSeen GsSeen;

/* A key's hash. */
typedef struct GsSeenHash
{
	uint64		low;
	uint64		high;			/* never 0 */
} GsSeenHash;

/*
 * An empty set, in context.
 */
extern GsSeen *gs_seen_create(MemoryContext context);

/*
 * Add a key; false if it was there.  Raises an ERROR only for lack of memory.
 */
extern bool gs_seen_add(GsSeen *seen, const char *key);

/*
 * The same in two steps, for the memory takes its time: with the first its
 * place is on the way to the caches.
 */
extern GsSeenHash gs_seen_prepare(const GsSeen *seen, const char *key);
extern bool gs_seen_add_prepared(GsSeen *seen, GsSeenHash hash);

/*
 * So many keys will probably come: make room for them at once.
 */
extern void gs_seen_expect(GsSeen *seen, uint64 keys);

#endif							/* GS_SEEN_H */
