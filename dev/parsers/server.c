/*
 * server.c
 *	  As much of the server as the parsers need to run without one.
 *
 * Every allocation is one of malloc's, so that AddressSanitizer knows its
 * bounds, and goes with its context.  What libpgcommon and libpgport have
 * (StringInfo, UTF-8, the syntax of numbers) is taken from there.  An error
 * that is raised ends the program: of the parsers only a lack of memory may
 * raise one.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "wire/body.h"

#include "server.h"

/* So many are there at once. */
#define MAX_BODIES 200

typedef struct Chunk
{
	struct Chunk *next;
	struct Chunk **before;		/* what points to it */
	size_t		size;
	MemoryContext context;
} Chunk;

#define CHUNK_HEADER MAXALIGN(sizeof(Chunk))

typedef struct Context
{
	MemoryContextData context;
	Chunk	   *chunks;
} Context;

static Context the_context = {.context = {.type = T_AllocSetContext}};

/* nobody cancels */
volatile sig_atomic_t InterruptPending = false;
volatile sig_atomic_t QueryCancelPending = false;
volatile sig_atomic_t ProcDiePending = false;
volatile uint32 InterruptHoldoffCount = 0;
volatile uint32 QueryCancelHoldoffCount = 0;
volatile uint32 CritSectionCount = 0;

void
ProcessInterrupts(void)
{
}

MemoryContext CurrentMemoryContext = &the_context.context;

MemoryContext
AllocSetContextCreateInternal(MemoryContext parent, const char *name, Size min, Size initial,
							  Size most)
{
	Context    *context = calloc(1, sizeof(Context));

	(void) parent, (void) name, (void) min, (void) initial, (void) most;
	if (context == NULL)
		abort();
	context->context.type = T_AllocSetContext;
	return &context->context;
}

void
MemoryContextReset(MemoryContext context)
{
	while (((Context *) context)->chunks != NULL)
		pfree((char *) ((Context *) context)->chunks + CHUNK_HEADER);
}

void
MemoryContextDelete(MemoryContext context)
{
	MemoryContextReset(context);
	free(context);
}

#ifdef USE_ASSERT_CHECKING
char *
gs_server_body(const char *body, size_t size)
{
	char	   *copy = palloc(size + 1);

	memcpy(copy, body, size);
	return copy;
}

static void
free_bodies(void)
{
}
#else
static GsBody bodies[MAX_BODIES];
static int	nbodies;

char *
gs_server_body(const char *body, size_t size)
{
	require(nbodies < MAX_BODIES);
	require(gs_body_append(&bodies[nbodies], body, size, size));
	return bodies[nbodies++].data;
}

static void
free_bodies(void)
{
	while (nbodies > 0)
		gs_body_free(&bodies[--nbodies]);
}
#endif

void
gs_server_reset(void)
{
	MemoryContextReset(&the_context.context);
	free_bodies();
}

static Chunk *
chunk_of(void *pointer)
{
	return (Chunk *) ((char *) pointer - CHUNK_HEADER);
}

static void *
allocate(MemoryContext context, Size size)
{
	Chunk	   *chunk = malloc(CHUNK_HEADER + size);
	Chunk	  **chunks = &((Context *) context)->chunks;

	if (chunk == NULL)
		abort();
	*chunk = (Chunk) {*chunks, chunks, size, context};
	if (*chunks != NULL)
		(*chunks)->before = &chunk->next;
	*chunks = chunk;
	return (char *) chunk + CHUNK_HEADER;
}

void *
palloc(Size size)
{
	return allocate(CurrentMemoryContext, size);
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void *
palloc_extended(Size size, int flags)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, size, flags);
}

void
pfree(void *pointer)
{
	Chunk	   *chunk = chunk_of(pointer);

	*chunk->before = chunk->next;
	if (chunk->next != NULL)
		chunk->next->before = chunk->before;
	free(chunk);
}

void *
repalloc(void *pointer, Size size)
{
	Chunk	   *chunk = chunk_of(pointer);
	void	   *copy = allocate(chunk->context, size);

	memcpy(copy, pointer, Min(size, chunk->size));
	pfree(pointer);
	return copy;
}

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	return allocate(context, size);
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return memset(allocate(context, size), 0, size);
}

void *
MemoryContextAllocExtended(MemoryContext context, Size size, int flags)
{
	return (flags & MCXT_ALLOC_ZERO) ? MemoryContextAllocZero(context, size) :
		allocate(context, size);
}

char *
MemoryContextStrdup(MemoryContext context, const char *text)
{
	return strcpy(MemoryContextAlloc(context, strlen(text) + 1), text);
}

char *
pstrdup(const char *text)
{
	return MemoryContextStrdup(CurrentMemoryContext, text);
}

char *
pnstrdup(const char *text, Size length)
{
	char	   *copy;

	length = strnlen(text, length);
	copy = palloc(length + 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/*
 * Errors.
 */

bool
errstart(int elevel, const char *domain)
{
	(void) domain;
	return elevel >= ERROR;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int sqlstate)
{
	return sqlstate;
}

static int
show(const char *format, va_list args)
{
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	return 0;
}

#define SHOW(name) \
	int name(const char *format,...) \
	{ \
		va_list		args; \
		va_start(args, format); \
		show(format, args); \
		va_end(args); \
		return 0; \
	}
SHOW(errmsg)
SHOW(errmsg_internal)
SHOW(errdetail)
SHOW(errdetail_internal)
SHOW(errhint)

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	fprintf(stderr, "error raised in %s, %s:%d\n", funcname, filename, lineno);
	abort();
}

void
gs_server_broken(const char *condition, const char *file, int line)
{
	fprintf(stderr, "broken: %s, %s:%d\n", condition, file, line);
	abort();
}

#if PG_VERSION_NUM >= 160000
void
ExceptionalCondition(const char *condition, const char *file, int line)
#else
void
ExceptionalCondition(const char *condition, const char *kind, const char *file, int line)
#endif
{
#if PG_VERSION_NUM < 160000
	(void) kind;
#endif
	gs_server_broken(condition, file, line);
}

/*
 * Text.
 */

int
GetDatabaseEncoding(void)
{
	return PG_UTF8;
}

/* The client's is the same, so nothing is converted for it. */
int
pg_get_client_encoding(void)
{
	return PG_UTF8;
}

bool
IsTransactionState(void)
{
	return true;
}

Oid
FindDefaultConversionProc(int32 for_encoding, int32 to_encoding)
{
	(void) for_encoding;
	(void) to_encoding;
	require(false);
	return InvalidOid;
}

int
pg_do_encoding_conversion_buf(Oid proc, int src_encoding, int dest_encoding, unsigned char *src, int srclen,
							  unsigned char *dest, int destlen, bool noError)
{
	(void) proc;
	(void) src_encoding;
	(void) dest_encoding;
	(void) src;
	(void) dest;
	(void) destlen;
	require(noError);
	require(false);
	return srclen;
}

bool
pg_verify_mbstr(int encoding, const char *text, int length, bool no_error)
{
	require(no_error);
	return pg_encoding_verifymbstr(encoding, text, length) == length;
}

int
pg_mbcliplen(const char *text, int length, int limit)
{
	int			clipped = 0;

	while (clipped < length)
	{
		int			width = pg_encoding_mblen(PG_UTF8, text + clipped);

		if (clipped + width > limit)
			break;
		clipped += width;
	}
	return clipped;
}

void
escape_json(StringInfo out, const char *text)
{
	appendStringInfoChar(out, '"');
	for (; *text; text++)
	{
		if (*text == '"' || *text == '\\')
			appendStringInfo(out, "\\%c", *text);
		else if ((unsigned char) *text < ' ')
			appendStringInfo(out, "\\u%04x", *text);
		else
			appendStringInfoChar(out, *text);
	}
	appendStringInfoChar(out, '"');
}

/*
 * Dates.
 */

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

/* Days since 4714-11-24 BC, counted through years that begin in March. */
int
date2j(int year, int month, int day)
{
	int			since_march = (month + 9) % 12;
	int			y = year + 4800 - (month <= 2 ? 1 : 0);

	return day + (153 * since_march + 2) / 5 + 365 * y + y / 4 - y / 100 + y / 400 - 32045;
}
