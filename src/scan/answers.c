/*
 * answers.c
 *	  Rows found again by the hash of a value.
 *
 * What a bind join was answered is worth keeping: asking again costs a
 * request, a row on disk next to nothing.  Rows of one hash may have
 * different values, which is for the caller's conditions to see.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/tablespace.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "answers.h"
#include "compat.h"

#define INITIAL_ROWS 256

typedef struct Row
{
	uint32		hash;
	int32		next;			/* of the same bucket, in the order of adding */
	MinimalTuple tuple;			/* NULL: it is in the file */
	int			fileno;
	off_t		offset;
} Row;

/* A bucket's rows. */
typedef struct Chain
{
	int32		first;
	int32		last;
} Chain;

struct GsAnswers
{
	MemoryContext context;		/* of all that follows */
	Row		   *rows;
	int32		count;
	int32		room;			/* a power of two */
	Chain	   *chains;			/* as many */
	Size		tuple_bytes;	/* in memory */
	BufFile    *file;			/* NULL: all are in memory */
	int			end_fileno;		/* where the next one goes in it */
	off_t		end_offset;
};

static Chain *
chain_of(const GsAnswers *answers, uint32 hash)
{
	return &answers->chains[hash & (answers->room - 1)];
}

static void
link_row(GsAnswers *answers, int32 row)
{
	Chain	   *chain = chain_of(answers, answers->rows[row].hash);

	answers->rows[row].next = GS_NO_ROW;
	if (chain->first == GS_NO_ROW)
		chain->first = row;
	else
		answers->rows[chain->last].next = row;
	chain->last = row;
}

static void
make_room_for_rows(GsAnswers *answers, int32 room)
{
	Size		size = sizeof(Row) * room;

	answers->rows = answers->rows == NULL ?
		MemoryContextAllocHuge(answers->context, size) : repalloc_huge(answers->rows, size);
	if (answers->chains != NULL)
		pfree(answers->chains);
	answers->chains = MemoryContextAllocHuge(answers->context, sizeof(Chain) * room);
	answers->room = room;
	/* -1 in every byte is GS_NO_ROW */
	memset(answers->chains, 0xff, sizeof(Chain) * room);
	for (int32 row = 0; row < answers->count; row++)
		link_row(answers, row);
}

GsAnswers *
gs_answers_create(void)
{
	GsAnswers  *answers = palloc0(sizeof(GsAnswers));

	answers->context = AllocSetContextCreate(CurrentMemoryContext, "gainsight_fdw answers",
											 ALLOCSET_DEFAULT_SIZES);
	make_room_for_rows(answers, INITIAL_ROWS);
	return answers;
}

static void
go_to(GsAnswers *answers, int fileno, off_t offset)
{
	if (BufFileSeek(answers->file, fileno, offset, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not find a row's place in a temporary file of a bind join")));
}

static void
write_row(GsAnswers *answers, Row *row, MinimalTuple tuple)
{
	if (answers->file == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(answers->context);

		PrepareTempTablespaces();
		answers->file = BufFileCreateTemp(false);
		MemoryContextSwitchTo(old);
		BufFileTell(answers->file, &answers->end_fileno, &answers->end_offset);
	}
	row->fileno = answers->end_fileno;
	row->offset = answers->end_offset;
	/* reading has moved it */
	go_to(answers, row->fileno, row->offset);
	BufFileWrite(answers->file, tuple, tuple->t_len);
	BufFileTell(answers->file, &answers->end_fileno, &answers->end_offset);
}

void
gs_answers_add(GsAnswers *answers, uint32 hash, TupleTableSlot *slot)
{
	MemoryContext old;
	MinimalTuple tuple;
	Row		   *row;

	if (answers->count == answers->room)
	{
		if (answers->room > PG_INT32_MAX / 2)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many rows for one bind join"),
					 errhint("SET gainsight_fdw.enable_bind_join = off.")));
		make_room_for_rows(answers, answers->room * 2);
	}
	old = MemoryContextSwitchTo(answers->context);
	tuple = ExecCopySlotMinimalTuple(slot);
	MemoryContextSwitchTo(old);
	row = &answers->rows[answers->count];
	row->hash = hash;
	row->tuple = tuple;
	if (answers->tuple_bytes + tuple->t_len > (Size) work_mem * 1024)
	{
		write_row(answers, row, tuple);
		pfree(tuple);
		row->tuple = NULL;
	}
	else
		answers->tuple_bytes += tuple->t_len;
	link_row(answers, answers->count++);
}

int64
gs_answers_count(const GsAnswers *answers)
{
	return answers->count;
}

/* From a row on, the first of the hash. */
static int64
with_hash(const GsAnswers *answers, int64 row, uint32 hash)
{
	while (row != GS_NO_ROW && answers->rows[row].hash != hash)
		row = answers->rows[row].next;
	return row;
}

int64
gs_answers_first(const GsAnswers *answers, uint32 hash)
{
	return with_hash(answers, chain_of(answers, hash)->first, hash);
}

int64
gs_answers_next(const GsAnswers *answers, int64 row)
{
	return with_hash(answers, answers->rows[row].next, answers->rows[row].hash);
}

static MinimalTuple
read_row(GsAnswers *answers, const Row *row, MemoryContext context)
{
	uint32		length;
	MinimalTuple tuple;

	go_to(answers, row->fileno, row->offset);
	gs_read_exactly(answers->file, &length, sizeof(length));
	tuple = MemoryContextAlloc(context, length);
	tuple->t_len = length;
	gs_read_exactly(answers->file, (char *) tuple + sizeof(length), length - sizeof(length));
	return tuple;
}

void
gs_answers_fetch(GsAnswers *answers, int64 number, TupleTableSlot *slot)
{
	const Row  *row = &answers->rows[number];

	if (row->tuple != NULL)
		ExecStoreMinimalTuple(row->tuple, slot, false);
	else
		ExecStoreMinimalTuple(read_row(answers, row, slot->tts_mcxt), slot, true);
}

bool
gs_answers_full(const GsAnswers *answers, Size more)
{
	return answers->room * (sizeof(Row) + sizeof(Chain)) + more > get_hash_memory_limit();
}

Size
gs_answers_row_size(const TupleTableSlot *slot)
{
	return MAXALIGN(SizeofMinimalTupleHeader) + sizeof(void *) +
		heap_compute_data_size(slot->tts_tupleDescriptor, slot->tts_values, slot->tts_isnull);
}

void
gs_answers_clear(GsAnswers *answers)
{
	if (answers->file != NULL)
		BufFileClose(answers->file);
	answers->file = NULL;
	MemoryContextReset(answers->context);
	answers->rows = NULL;
	answers->chains = NULL;
	answers->count = 0;
	answers->tuple_bytes = 0;
	make_room_for_rows(answers, INITIAL_ROWS);
}
