/*
 * seen.c
 *	  Which keys were there before?
 *
 * Open addressing over 128-bit hashes: a million keys take 32 MB where the
 * keys themselves would take twice that, and two different keys would have to
 * agree in 128 bits to be taken for one.  No key takes more than 60 bytes,
 * and so many only while the table is made larger.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "seen.h"

#define INITIAL_SLOTS 64

struct GsSeen
{
	MemoryContext context;
	GsSeenHash *slots;
	uint64		mask;			/* slots less one; they are a power of two */
	uint64		used;
};

static GsSeenHash *
make_slots(GsSeen *seen, uint64 count)
{
	return MemoryContextAllocExtended(seen->context, count * sizeof(GsSeenHash),
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
static GsSeenHash *
find_slot(const GsSeen *seen, GsSeenHash hash)
{
	uint64		slot = hash.low & seen->mask;

	for (;;)
	{
		GsSeenHash *at = &seen->slots[slot];

		if (at->high == 0 || (at->low == hash.low && at->high == hash.high))
			return at;
		slot = (slot + 1) & seen->mask;
	}
}

static void
set_slots(GsSeen *seen, uint64 slots)
{
	GsSeenHash *old = seen->slots;
	uint64		count = seen->mask + 1;

	seen->slots = make_slots(seen, slots);
	seen->mask = slots - 1;
	for (uint64 i = 0; i < count; i++)
		if (old[i].high != 0)
			*find_slot(seen, old[i]) = old[i];
	pfree(old);
}

/* Let every bit of a word have a say in every other. */
static inline uint64
stir(uint64 word)
{
	word ^= word >> 32;
	word *= UINT64CONST(0xd6e8feb86659fd93);
	word ^= word >> 32;
	word *= UINT64CONST(0xd6e8feb86659fd93);
	return word ^ (word >> 32);
}

static inline uint64
rotate(uint64 word, int bits)
{
	return (word << bits) | (word >> (64 - bits));
}

/*
 * Two hashes of 64 bits in one pass, each of which takes in a word by steps
 * that can be undone, so that it loses nothing of what went before.
 */
static GsSeenHash
hash_key(const char *key, size_t length)
{
	GsSeenHash	hash = {length, ~(uint64) length};
	uint64		word;

	for (; length > 0; key += sizeof(word))
	{
		size_t		taken = Min(length, sizeof(word));

		word = 0;
		memcpy(&word, key, taken);
		length -= taken;
		hash.low = rotate((hash.low ^ word) * UINT64CONST(0x9e3779b97f4a7c15), 29);
		hash.high = rotate((hash.high + word) * UINT64CONST(0xc2b2ae3d27d4eb4f), 37);
	}
	/* the two must not be the one a simple function of the other */
	hash.low = stir(hash.low);
	hash.high = stir(hash.high) | 1;
	return hash;
}

GsSeenHash
gs_seen_prepare(const GsSeen *seen, const char *key)
{
	GsSeenHash	hash = hash_key(key, strlen(key));

	__builtin_prefetch(&seen->slots[hash.low & seen->mask], 1);
	return hash;
}

/*
 * So many slots are as full as they may be: fuller, and a key would be looked for
 * in too many; less full, and the old ones and twice as many new ones would be
 * too much for the keys that there are.
 */
static inline uint64
most_keys(uint64 slots)
{
	return slots / 5 * 4;
}

bool
gs_seen_add_prepared(GsSeen *seen, GsSeenHash hash)
{
	GsSeenHash *slot = find_slot(seen, hash);

	if (slot->high != 0)
		return false;
	*slot = hash;
	if (++seen->used > most_keys(seen->mask + 1))
		set_slots(seen, (seen->mask + 1) * 2);
	return true;
}

bool
gs_seen_add(GsSeen *seen, const char *key)
{
	return gs_seen_add_prepared(seen, hash_key(key, strlen(key)));
}

/* As many slots as these keys need. */
static uint64
slots_for(uint64 keys)
{
	uint64		slots = INITIAL_SLOTS;

	while (most_keys(slots) < keys)
		slots *= 2;
	return slots;
}

void
gs_seen_expect(GsSeen *seen, uint64 keys)
{
	uint64		slots = slots_for(seen->used + keys);

	if (slots <= seen->mask + 1)
		return;
	/* those that were made for fewer, and are mostly free, do not stay beside them */
	set_slots(seen, slots_for(seen->used));
	set_slots(seen, slots);
}
