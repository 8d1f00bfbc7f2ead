/*
 * bind.c
 *	  Where the two sides of a bind join meet: the keys that they share.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "bind.h"

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

struct GsBind
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
	GsBindInner inner;
	bool		knows_all;		/* the answers are to whatever keys there are */
	bool		unsure;			/* may the answers be to other values? */
	uint64		round;			/* of the same values; the first is 1 */
	uint64		batch;
	int64		batches;		/* taken */
	int64		keys;

	MemoryContext context;		/* of what follows */
	struct keys_hash *known;
	Datum	   *wanted;			/* of known, by this batch */
	int			nwanted;
	int			room;
	MemoryContextCallback callback;
};

static uint32
hash_of(const GsBind *bind, Datum key)
{
	return datum_image_hash(key, bind->by_value, bind->length);
}

static bool
same(const GsBind *bind, Datum a, Datum b)
{
	return datum_image_eq(a, b, bind->by_value, bind->length);
}

#define SH_PREFIX keys
#define SH_ELEMENT_TYPE Key
#define SH_KEY_TYPE Datum
#define SH_KEY value
#define SH_SCOPE static inline
#define SH_HASH_KEY(table, key) hash_of((table)->private_data, key)
#define SH_EQUAL(table, a, b) same((table)->private_data, a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(table, element) (element)->hash
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Those of the statements that are running. */
static dlist_head all = DLIST_STATIC_INIT(all);

#define INITIAL_KEYS 128

static void
leave(void *arg)
{
	dlist_delete(&((GsBind *) arg)->node);
}

/* Know nothing. */
static void
clear(GsBind *bind)
{
	MemoryContextReset(bind->context);
	bind->known = keys_create(bind->context, INITIAL_KEYS, bind);
	bind->nwanted = 0;
	bind->room = INITIAL_KEYS;
	bind->wanted = MemoryContextAlloc(bind->context, sizeof(Datum) * bind->room);
}

GsBind *
gs_bind_create(EState *estate, int id, Oid key_type)
{
	GsBind	   *bind = palloc0(sizeof(GsBind));

	bind->estate = estate;
	bind->id = id;
	bind->key_type = key_type;
	get_typlenbyvalalign(key_type, &bind->length, &bind->by_value, &bind->align);
	bind->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw keys",
										  ALLOCSET_DEFAULT_SIZES);
	clear(bind);
	bind->unsure = true;
	bind->round = 1;
	dlist_push_head(&all, &bind->node);
	bind->callback.func = leave;
	bind->callback.arg = bind;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, &bind->callback);
	return bind;
}

GsBind *
gs_bind_join(EState *estate, int id, const GsBindInner *inner, bool wants_all)
{
	dlist_iter	iter;

	dlist_foreach(iter, &all)
	{
		GsBind	   *bind = dlist_container(GsBind, node, iter.cur);

		if (bind->estate != estate || bind->id != id)
			continue;
		bind->inner = *inner;
		bind->all = wants_all;
		return bind;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("a scan that is bound by a join runs outside of it")));
}

bool
gs_bind_wants_all(const GsBind *bind)
{
	return bind->all;
}

void
gs_bind_set_complete(GsBind *bind, bool complete)
{
	bind->complete = complete;
}

bool
gs_bind_is_complete(const GsBind *bind)
{
	return !bind->unsure && (bind->knows_all || (bind->complete && bind->nwanted == 0));
}

void
gs_bind_begin_batch(GsBind *bind)
{
	/* what cannot be asked for again is kept, and what would all be asked for */
	if (!bind->all && !bind->knows_all && bind->inner.arg != NULL &&
		(MemoryContextMemAllocated(bind->context, true) > get_hash_memory_limit() ||
		 bind->inner.full(bind->inner.arg)))
	{
		bind->inner.forget(bind->inner.arg);
		clear(bind);
	}
	bind->nwanted = 0;
	bind->batch++;
}

static void
want(GsBind *bind, Key *key)
{
	key->batch = bind->batch;
	if (bind->nwanted == bind->room)
	{
		bind->room *= 2;
		bind->wanted = repalloc_huge(bind->wanted, sizeof(Datum) * bind->room);
	}
	bind->wanted[bind->nwanted++] = key->value;
}

void
gs_bind_add(GsBind *bind, Datum value)
{
	bool		found;
	Key		   *key = keys_insert(bind->known, value, &found);
	MemoryContext old;

	if (!found)
	{
		old = MemoryContextSwitchTo(bind->context);
		/* in place of the caller's, whose hash it has */
		key->value = datumCopy(value, bind->by_value, bind->length);
		key->round = key->batch = 0;
		MemoryContextSwitchTo(old);
	}
	if (key->batch != bind->batch && (bind->unsure || key->round != bind->round))
		want(bind, key);
}

int
gs_bind_wanted(const GsBind *bind)
{
	return bind->nwanted;
}

bool
gs_bind_knows(const GsBind *bind, Datum value)
{
	const Key  *key;

	if (bind->unsure || bind->knows_all)
		return !bind->unsure;
	key = keys_lookup(bind->known, value);
	return key != NULL && key->round == bind->round;
}

void
gs_bind_restart(GsBind *bind)
{
	bind->unsure = true;
}

bool
gs_bind_is_unsure(const GsBind *bind)
{
	return bind->unsure;
}

void
gs_bind_settle(GsBind *bind, bool changed)
{
	bind->unsure = false;
	if (!changed)
		return;
	bind->round++;
	bind->knows_all = false;
}

void
gs_bind_know_all(GsBind *bind)
{
	bind->knows_all = true;
	/* the keys are of no more use */
	clear(bind);
}

ArrayType *
gs_bind_take(GsBind *bind)
{
	int			count = 0;

	for (int i = 0; i < bind->nwanted && !bind->knows_all; i++)
	{
		Key		   *key = keys_lookup(bind->known, bind->wanted[i]);

		/* while nothing was sure, those that are known were wanted, too */
		if (key->round != bind->round)
			bind->wanted[count++] = key->value;
		key->round = bind->round;
	}
	bind->nwanted = 0;
	if (count == 0)
		return NULL;
	bind->batches++;
	bind->keys += count;
	return construct_array(bind->wanted, count, bind->key_type,
						   bind->length, bind->by_value, bind->align);
}

void
gs_bind_taken(const GsBind *bind, int64 *batches, int64 *keys)
{
	*batches = bind->batches;
	*keys = bind->keys;
}
