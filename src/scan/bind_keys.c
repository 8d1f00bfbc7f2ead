/*
 * bind_keys.c
 *	  Where the two sides of a bind join meet: the keys that they share.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "bind_keys.h"

/* A key, told from others by its bytes: equal ones that differ are two keys. */
typedef struct Key
{
	Datum		value;
	uint32		hash;
	char		status;
	uint64		round;			/* in which it was asked for */
	uint64		batch;			/* by which it was last wanted */
} Key;

struct keys_hash;

struct GsBindKeys
{
	dlist_node	node;
	EState	   *estate;			/* with id: whose it is */
	int			id;
	Oid			key_type;
	int16		length;
	bool		by_value;
	char		align;
	bool		all;
	bool		complete;
	GsBindCallbacks inner;
	bool		knows_all;		/* the answers are to whatever keys there are */
	bool		unsure;			/* may the answers be to other values? */
	uint64		round;			/* of the same values; the first is 1 */
	uint64		batch;
	int64		batches;		/* taken */
	int64		nkeys;

	MemoryContext context;		/* of what follows */
	struct keys_hash *known;
	Datum	   *wanted;			/* of known, by this batch */
	int			nwanted;
	int			room;
	MemoryContextCallback callback;
};

static uint32
hash_of_key(const GsBindKeys *keys, Datum key)
{
	return datum_image_hash(key, keys->by_value, keys->length);
}

static bool
same_value(const GsBindKeys *keys, Datum a, Datum b)
{
	return datum_image_eq(a, b, keys->by_value, keys->length);
}

#define SH_PREFIX keys
#define SH_ELEMENT_TYPE Key
#define SH_KEY_TYPE Datum
#define SH_KEY value
#define SH_SCOPE static inline
#define SH_HASH_KEY(table, key) hash_of_key((table)->private_data, key)
#define SH_EQUAL(table, a, b) same_value((table)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Those of the statements that are running. */
static dlist_head all = DLIST_STATIC_INIT(all);

#define INITIAL_KEYS 128

static void
leave_keys(void *arg)
{
	dlist_delete(&((GsBindKeys *) arg)->node);
}

/* Know nothing. */
static void
clear_keys(GsBindKeys *keys)
{
	MemoryContextReset(keys->context);
	keys->known = keys_create(keys->context, INITIAL_KEYS, keys);
	keys->nwanted = 0;
	keys->room = INITIAL_KEYS;
	keys->wanted = MemoryContextAlloc(keys->context, sizeof(Datum) * keys->room);
}

GsBindKeys *
gs_bind_keys_create(EState *estate, int id, Oid key_type)
{
	GsBindKeys *keys = palloc0(sizeof(GsBindKeys));

	keys->estate = estate;
	keys->id = id;
	keys->key_type = key_type;
	get_typlenbyvalalign(key_type, &keys->length, &keys->by_value, &keys->align);
	keys->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw keys",
										  ALLOCSET_DEFAULT_SIZES);
	clear_keys(keys);
	keys->unsure = true;
	keys->round = 1;
	dlist_push_head(&all, &keys->node);
	keys->callback.func = leave_keys;
	keys->callback.arg = keys;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &keys->callback);
	return keys;
}

GsBindKeys *
gs_bind_keys_join(EState *estate, int id, const GsBindCallbacks *inner, bool wants_all)
{
	dlist_iter	iter;

	dlist_foreach(iter, &all)
	{
		GsBindKeys *keys = dlist_container(GsBindKeys, node, iter.cur);

		if (keys->estate != estate || keys->id != id)
			continue;
		keys->inner = *inner;
		keys->all = wants_all;
		return keys;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("a scan that is bound by a join runs outside of it")));
}

bool
gs_bind_keys_wants_all(const GsBindKeys *keys)
{
	return keys->all;
}

void
gs_bind_keys_set_complete(GsBindKeys *keys, bool complete)
{
	keys->complete = complete;
}

bool
gs_bind_keys_is_complete(const GsBindKeys *keys)
{
	return !keys->unsure && (keys->knows_all || (keys->complete && keys->nwanted == 0));
}

void
gs_bind_keys_begin_batch(GsBindKeys *keys)
{
	/* what cannot be asked for again is kept, and what would all be asked for */
	if (!keys->all && !keys->knows_all && keys->inner.arg != NULL &&
		(MemoryContextMemAllocated(keys->context, true) > get_hash_memory_limit() ||
		 keys->inner.full(keys->inner.arg)))
	{
		keys->inner.forget(keys->inner.arg);
		clear_keys(keys);
	}
	keys->nwanted = 0;
	keys->batch++;
}

static void
want_key(GsBindKeys *keys, Key *key)
{
	key->batch = keys->batch;
	if (keys->nwanted == keys->room)
	{
		keys->room *= 2;
		keys->wanted = repalloc_huge(keys->wanted, sizeof(Datum) * keys->room);
	}
	keys->wanted[keys->nwanted++] = key->value;
}

void
gs_bind_keys_add(GsBindKeys *keys, Datum value)
{
	bool		found;
	Key		   *key = keys_insert(keys->known, value, &found);
	MemoryContext old;

	if (!found)
	{
		old = MemoryContextSwitchTo(keys->context);
		/* in place of the caller's, whose hash it has */
		key->value = datumCopy(value, keys->by_value, keys->length);
		key->round = key->batch = 0;
		MemoryContextSwitchTo(old);
	}
	if (key->batch != keys->batch && (keys->unsure || key->round != keys->round))
		want_key(keys, key);
}

int
gs_bind_keys_wanted(const GsBindKeys *keys)
{
	return keys->nwanted;
}

bool
gs_bind_keys_knows(const GsBindKeys *keys, Datum value)
{
	const Key  *key;

	if (keys->unsure || keys->knows_all)
		return !keys->unsure;
	key = keys_lookup(keys->known, value);
	return key != NULL && key->round == keys->round;
}

void
gs_bind_keys_restart(GsBindKeys *keys)
{
	keys->unsure = true;
}

bool
gs_bind_keys_is_unsure(const GsBindKeys *keys)
{
	return keys->unsure;
}

void
gs_bind_keys_settle(GsBindKeys *keys, bool changed)
{
	keys->unsure = false;
	if (!changed)
		return;
	keys->round++;
	keys->knows_all = false;
}

void
gs_bind_keys_know_all(GsBindKeys *keys)
{
	keys->knows_all = true;
	/* the keys are of no more use */
	clear_keys(keys);
}

ArrayType *
gs_bind_keys_take(GsBindKeys *keys)
{
	int			count = 0;

	for (int i = 0; i < keys->nwanted && !keys->knows_all; i++)
	{
		Key		   *key = keys_lookup(keys->known, keys->wanted[i]);

		/* while nothing was sure, those that are known were wanted, too */
		if (key->round != keys->round)
			keys->wanted[count++] = key->value;
		key->round = keys->round;
	}
	keys->nwanted = 0;
	if (count == 0)
		return NULL;
	keys->batches++;
	keys->nkeys += count;
	return construct_array(keys->wanted, count, keys->key_type,
						   keys->length, keys->by_value, keys->align);
}

void
gs_bind_keys_taken(const GsBindKeys *keys, int64 *batches, int64 *nkeys)
{
	*batches = keys->batches;
	*nkeys = keys->nkeys;
}
