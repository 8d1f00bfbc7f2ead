/*
 * bind.h
 *	  Where the two sides of a bind join meet.
 *
 * The outer side gathers rows and gives their keys; the inner side asks the
 * tenant for these, and keeps the answers.  Both are nodes of one plan, which
 * holds no pointers: they find each other by the query and a number.
 */
#ifndef GS_BIND_H
#define GS_BIND_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "utils/array.h"

typedef struct GsBind GsBind;

/* What the inner side does for the outer one. */
typedef struct GsBindInner
{
	void	   *arg;
	/* may answers go stale, and have they?  After a rescan of the join. */
	bool		(*changed) (void *arg);
	/* do the answers take up as much memory as they may? */
	bool		(*full) (void *arg);
	/* forget the answers */
	void		(*forget) (void *arg);
} GsBindInner;

/*
 * The outer side: make the meeting place, for keys of a type.  It goes with
 * CurrentMemoryContext.
 */
extern GsBind *gs_bind_create(EState *estate, int id, Oid key_type);

/*
 * The inner side: find it, and take part.  all: no key may be asked for after
 * the first row was given.
 */
extern GsBind *gs_bind_join(EState *estate, int id, const GsBindInner *inner, bool all);
extern bool gs_bind_wants_all(const GsBind *bind);

/*
 * Add a key, which is copied; false if it is known.
 */
extern bool gs_bind_add(GsBind *bind, Datum key);

/*
 * Is a key known: were its rows asked for, or will they be?
 */
extern bool gs_bind_knows(const GsBind *bind, Datum key);

/*
 * How many keys were added since the last were taken; and these, as an array
 * of the key's type in CurrentMemoryContext, which takes them.
 */
extern int	gs_bind_fresh(const GsBind *bind);
extern ArrayType *gs_bind_take(GsBind *bind);

/*
 * Before keys are gathered: let go of all that is known, if it is too much.
 */
extern void gs_bind_relieve(GsBind *bind);

/*
 * The join starts anew: what is known is good only for the same values of all
 * else that the inner side asks by.
 */
extern void gs_bind_restart(GsBind *bind);

#endif							/* GS_BIND_H */
