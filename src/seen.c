/*
 * seen.c
 *	  Which keys were there before?
 *
 * Open addressing over 128-bit hashes: a million keys take 32 MB where the
 * keys themselves would take twice that, and two different keys would have to
 * agree in 128 bits to be taken for one.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "seen.h"

#define INITIAL_SLOTS 64

typedef struct Hash128
{
	uint64		low;			/* both 0: the slot is free */
	uint64		high;
} Hash128;

struct GsSeen
{
	MemoryContext context;
	Hash128    *slots;
	uint64		mask;			/* slots less one; they are a power of two */
	uint64		used;
};

static Hash128 *
make_slots(GsSeen *seen, uint64 count)
{
	return MemoryContextAllocExtended(seen->context, count * sizeof(Hash128),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

GsSeen *
gs_seen_create(MemoryContext context)
{
	GsSeen	   *seen = MemoryContextAlloc(context, sizeof(GsSeen));

	seen->context = context;
	seen->slots = make_slots(seen, INITIAL_SLOTS);
	seen->mask = INITIAL_SLOTS - 1;
	seen->used = 0;
	return seen;
}

/* The slot that holds the hash, or the free one where it belongs. */
static Hash128 *
find(const GsSeen *seen, Hash128 hash)
{
	uint64		slot = hash.low & seen->mask;

	for (;;)
	{
		Hash128    *at = &seen->slots[slot];

		if ((at->low == 0 && at->high == 0) ||
			(at->low == hash.low && at->high == hash.high))
			return at;
		slot = (slot + 1) & seen->mask;
	}
}

static void
grow(GsSeen *seen)
{
	Hash128    *old = seen->slots;
	uint64		count = seen->mask + 1;

	seen->slots = make_slots(seen, count * 2);
	seen->mask = count * 2 - 1;
	for (uint64 i = 0; i < count; i++)
		if (old[i].low != 0 || old[i].high != 0)
			*find(seen, old[i]) = old[i];
	pfree(old);
}

bool
gs_seen_add(GsSeen *seen, const char *key)
{
	int			length = strlen(key);
	Hash128		hash;
	Hash128    *slot;

	hash.low = hash_bytes_extended((const unsigned char *) key, length, 0);
	hash.high = hash_bytes_extended((const unsigned char *) key, length, 1) | 1;
	slot = find(seen, hash);
	if (slot->high != 0)
		return false;
	*slot = hash;
	if (++seen->used > (seen->mask + 1) / 4 * 3)
		grow(seen);
	return true;
}
