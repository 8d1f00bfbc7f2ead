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
	GsBindInner inner;

	MemoryContext context;		/* of what follows */
	struct keys_hash *known;
	Datum	   *fresh;			/* of known, not taken yet */
	int			nfresh;
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
	bind->nfresh = 0;
	bind->room = INITIAL_KEYS;
	bind->fresh = MemoryContextAlloc(bind->context, sizeof(Datum) * bind->room);
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

bool
gs_bind_add(GsBind *bind, Datum key)
{
	bool		found;
	Key		   *added = keys_insert(bind->known, key, &found);
	MemoryContext old;

	if (found)
		return false;
	old = MemoryContextSwitchTo(bind->context);
	/* in place of the caller's, whose hash it has */
	added->value = datumCopy(key, bind->by_value, bind->length);
	if (bind->nfresh == bind->room)
	{
		bind->room *= 2;
		bind->fresh = repalloc_huge(bind->fresh, sizeof(Datum) * bind->room);
	}
	bind->fresh[bind->nfresh++] = added->value;
	MemoryContextSwitchTo(old);
	return true;
}

bool
gs_bind_knows(const GsBind *bind, Datum key)
{
	return keys_lookup(bind->known, key) != NULL;
}

int
gs_bind_fresh(const GsBind *bind)
{
	return bind->nfresh;
}

ArrayType *
gs_bind_take(GsBind *bind)
{
	ArrayType  *array = construct_array(bind->fresh, bind->nfresh, bind->key_type,
										bind->length, bind->by_value, bind->align);

	bind->nfresh = 0;
	return array;
}

static void
forget(GsBind *bind)
{
	bind->inner.forget(bind->inner.arg);
	clear(bind);
}

void
gs_bind_relieve(GsBind *bind)
{
	/* what cannot be asked for again is kept */
	if (!bind->all && bind->inner.arg != NULL &&
		(MemoryContextMemAllocated(bind->context, true) > get_hash_memory_limit() ||
		 bind->inner.full(bind->inner.arg)))
		forget(bind);
}

void
gs_bind_restart(GsBind *bind)
{
	/* keys that were gathered and never asked for are not known, either */
	if (bind->inner.arg != NULL && (bind->nfresh > 0 || bind->inner.changed(bind->inner.arg)))
		forget(bind);
}
