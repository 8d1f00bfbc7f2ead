/*
 * arena.h
 *	  Memory for a tree of many small nodes: one pointer moves, and all of it is
 *	  freed at once.
 */
#ifndef GS_ARENA_H
#define GS_ARENA_H

#include "postgres.h"

/*
 * From here to gs_arena_leave, gs_arena_alloc gives memory that goes with
 * context.  There is one arena, for a library's hooks take no argument.  Raises
 * an ERROR for lack of memory, before anything is begun.
 */
extern void gs_arena_enter(MemoryContext context);

/*
 * So many bytes, aligned for anything; NULL for lack of memory, which is
 * remembered.  Raises nothing, so a library may call it.
 */
extern void *gs_arena_alloc(size_t size);

/*
 * False if there was a lack of memory since gs_arena_enter.  Raises an ERROR for
 * a cancel that came meanwhile.
 */
extern bool gs_arena_leave(void);

#endif							/* GS_ARENA_H */
