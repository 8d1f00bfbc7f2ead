/*
 * bind_keys.h
 *	  Where the two sides of a bind join meet.
 *
 * The outer side gathers rows and gives their keys; the inner side asks the
 * tenant for these, and keeps the answers.  Both are nodes of one plan, which
 * holds no pointers: they find each other by the query and a number.
 */
#ifndef GS_BIND_KEYS_H
#define GS_BIND_KEYS_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "utils/array.h"

typedef struct GsBindKeys GsBindKeys;

/* What the inner side does for the outer one. */
typedef struct GsBindCallbacks
{
	void	   *arg;
	/* do the answers take up as much memory as they may? */
	bool		(*full) (void *arg);
	/* forget the answers */
	void		(*forget) (void *arg);
} GsBindCallbacks;

/*
 * The outer side: make the meeting place, for keys of a type.  It goes with
 * CurrentMemoryContext.
 */
extern GsBindKeys *gs_bind_keys_create(EState *estate, int id, Oid key_type);

/*
 * The inner side: find it, and take part.  all: no key may be asked for after
 * the first row was given.
 */
extern GsBindKeys *gs_bind_keys_join(EState *estate, int id, const GsBindCallbacks *inner, bool all);
extern bool gs_bind_keys_wants_all(const GsBindKeys *keys);

/*
 * The outer side begins to gather a batch.  What the last one wanted and nobody
 * asked for is wanted no more; all that is known goes if it is too much.
 */
extern void gs_bind_keys_begin_batch(GsBindKeys *keys);

/*
 * Add the key of a row of the batch, which is copied; and how many keys the
 * batch has that may have to be asked for.
 */
extern void gs_bind_keys_add(GsBindKeys *keys, Datum key);
extern int	gs_bind_keys_wanted(const GsBindKeys *keys);

/*
 * The outer side: it has (not) been read to its end, so no key will be added.
 * And have the rows of all keys that there are been asked for?
 */
extern void gs_bind_keys_set_complete(GsBindKeys *keys, bool complete);
extern bool gs_bind_keys_is_complete(const GsBindKeys *keys);

/*
 * Is it sure that the rows of a key need not be asked for?
 */
extern bool gs_bind_keys_knows(const GsBindKeys *keys, Datum key);

/*
 * The join starts anew.  What is known is good only for the same values of all
 * else that the inner side asks by, and these are nobody's to look at before
 * core wants a row of it: until then nothing is sure.
 */
extern void gs_bind_keys_restart(GsBindKeys *keys);

/*
 * The inner side: is it for it to look at those values?  Then it says whether
 * they have changed.
 */
extern bool gs_bind_keys_is_unsure(const GsBindKeys *keys);
extern void gs_bind_keys_settle(GsBindKeys *keys, bool changed);

/*
 * The inner side takes the keys that have to be asked for, as an array of the
 * key's type in CurrentMemoryContext; NULL if there are none.
 */
extern ArrayType *gs_bind_keys_take(GsBindKeys *keys);

/*
 * The inner side has the rows of whatever keys there are: until other values
 * change, none is asked for, and what is known does not go.
 */
extern void gs_bind_keys_know_all(GsBindKeys *keys);

/*
 * For EXPLAIN ANALYZE: how often keys were taken, and how many.
 */
extern void gs_bind_keys_taken(const GsBindKeys *keys, int64 *batches, int64 *nkeys);

#endif							/* GS_BIND_KEYS_H */
