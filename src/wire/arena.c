/*
 * arena.c
 *	  Memory for a tree of many small nodes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "arena.h"

#define ARENA_BLOCK (256 * 1024)

/*
 * So many blocks are kept for the next tree: what a page of 5,000 plans takes.
 * With asserts none is, so that whoever looks into a tree that is gone is noticed.
 */
#ifdef USE_ASSERT_CHECKING
#define MAX_SPARES 0
#else
#define MAX_SPARES 32
#endif

typedef struct Block
{
	struct Block *next;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} Block;

/* What a tree's memory context gives back when it goes. */
typedef struct Tree
{
	MemoryContextCallback callback;
	Block	   *blocks;
} Tree;

/* Blocks to use again, as memory that was just in use is in the caches. */
static Block *spares;
static int	nspares;

static struct
{
	MemoryContext context;
	Tree	   *tree;
	char	   *next;
	char	   *end;
	bool		exhausted;
	bool		interrupted;
}			arena;

static void
give_back(void *arg)
{
	Tree	   *tree = arg;

	while (tree->blocks != NULL)
	{
		Block	   *block = tree->blocks;

		tree->blocks = block->next;
		if (nspares == MAX_SPARES)
		{
			pfree(block);
			continue;
		}
		block->next = spares;
		spares = block;
		nspares++;
	}
}

/*
 * Go on in another block; false if there is no memory.  Here, and not for every
 * node, a cancel is noticed: it ends the library's work as a lack of memory does.
 */
static bool
next_block(void)
{
	Block	   *block = spares;

	if ((QueryCancelPending || ProcDiePending) && INTERRUPTS_CAN_BE_PROCESSED())
	{
		arena.interrupted = true;
		return false;
	}
	if (block != NULL)
	{
		spares = block->next;
		nspares--;
	}
	else
		block = MemoryContextAllocExtended(TopMemoryContext, ARENA_BLOCK, MCXT_ALLOC_NO_OOM);
	if (block == NULL)
		return false;
	block->next = arena.tree->blocks;
	arena.tree->blocks = block;
	arena.next = block->data;
	arena.end = (char *) block + ARENA_BLOCK;
	return true;
}

void *
gs_arena_alloc(size_t size)
{
	size_t		left = arena.end - arena.next;
	char	   *result = NULL;

	size = MAXALIGN(size);
	/* a large one stands by itself, the current block goes on */
	if (size > left && size >= ARENA_BLOCK / 4)
		result = MemoryContextAllocExtended(arena.context, size,
											MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
	else if (size <= left || next_block())
	{
		result = arena.next;
		arena.next += size;
	}
	arena.exhausted |= result == NULL;
	return result;
}

void
gs_arena_enter(MemoryContext context)
{
	memset(&arena, 0, sizeof(arena));
	arena.context = context;
	arena.tree = MemoryContextAllocZero(context, sizeof(Tree));
	arena.tree->callback.func = give_back;
	arena.tree->callback.arg = arena.tree;
	MemoryContextRegisterResetCallback(context, &arena.tree->callback);
}

bool
gs_arena_leave(void)
{
	if (arena.interrupted)
		CHECK_FOR_INTERRUPTS();
	return !arena.exhausted;
}
