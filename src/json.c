/*
 * json.c
 *	  Parsing with cJSON, of which no other file knows.
 *
 * cJSON would round numbers to doubles, and cut text at \u0000.  So one pass
 * over the body before the parse quotes the numbers that a double may not
 * hold, with a mark in front that tells them from strings, and refuses
 * \u0000.  The parse itself allocates from an arena in the caller's memory
 * context: one pointer moves, nothing is freed alone.
 */
#include "postgres.h"

#include <ctype.h>
#include <limits.h>
#include <cjson/cJSON.h>

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "json.h"

/* In front of a quoted number; a string that begins with it gets it twice. */
#define NUMBER_MARK '\x01'

/* Deeper than any real reply, and far from what cJSON's recursion can take. */
#define MAX_DEPTH 64

/* A double holds every integer of so many digits. */
#define EXACT_DIGITS 15

#define ARENA_BLOCK (256 * 1024)

/*
 * The arena of the parse that is going on.  cJSON's hooks take no argument,
 * so it has to be a variable; it is set for the length of one call.
 */
static struct
{
	MemoryContext context;
	char	   *next;
	char	   *end;
	bool		exhausted;
}			arena;

static void *
arena_alloc(size_t size)
{
	char	   *result;

	size = MAXALIGN(size);
	if (size > (size_t) (arena.end - arena.next))
	{
		size_t		block = Max(size, ARENA_BLOCK);

		result = MemoryContextAllocExtended(arena.context, block,
											MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
		if (result == NULL)
		{
			arena.exhausted = true;
			return NULL;
		}
		/* a large string has a block of its own, the current one goes on */
		if (size >= ARENA_BLOCK)
			return result;
		arena.next = result;
		arena.end = result + block;
	}
	result = arena.next;
	arena.next += size;
	return result;
}

static void
arena_free(void *pointer)
{
	(void) pointer;				/* it goes with the context */
}

static GsJson *
parse_in_arena(const char *body, size_t length, MemoryContext context,
			   const char **rest)
{
	static cJSON_Hooks hooks = {arena_alloc, arena_free};
	GsJson	   *root;

	memset(&arena, 0, sizeof(arena));
	arena.context = context;
	cJSON_InitHooks(&hooks);
	root = cJSON_ParseWithLengthOpts(body, length, rest, false);
	cJSON_InitHooks(NULL);
	if (arena.exhausted)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed while parsing a reply of %zu bytes.", length)));
	return root;
}

/*
 * The pass before the parse.
 */
typedef struct Scan
{
	const char *at;				/* next byte to look at */
	const char *end;
	const char *copied;			/* what lies before is in out */
	StringInfo	out;			/* the changed body; NULL until a change is due */
	MemoryContext context;
	int			depth;
	const char *why;
} Scan;

/* What the scan does at a byte outside of strings. */
enum
{
	OTHER, QUOTE, NUMBER, OPEN, CLOSE
};

static const uint8 byte_class[256] = {
	['"'] = QUOTE,
	['-'] = NUMBER, ['0'] = NUMBER, ['1'] = NUMBER, ['2'] = NUMBER,
	['3'] = NUMBER, ['4'] = NUMBER, ['5'] = NUMBER, ['6'] = NUMBER,
	['7'] = NUMBER, ['8'] = NUMBER, ['9'] = NUMBER,
	['['] = OPEN, ['{'] = OPEN,
	[']'] = CLOSE, ['}'] = CLOSE,
};

/* Copy up to the current byte, then append text in its place. */
static void
insert(Scan *scan, const char *upto, const char *text)
{
	if (scan->out == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(scan->context);

		scan->out = makeStringInfo();
		enlargeStringInfo(scan->out, (scan->end - scan->copied) * 5 / 4 + 64);
		MemoryContextSwitchTo(old);
	}
	appendBinaryStringInfo(scan->out, scan->copied, upto - scan->copied);
	appendStringInfoString(scan->out, text);
	scan->copied = upto;
}

/* The four digits behind \u, which cJSON takes for zeros if they are none. */
static void
check_escape(Scan *scan, const char *digits)
{
	for (int i = 0; i < 4; i++)
		if (!isxdigit((unsigned char) digits[i]))
		{
			scan->why = "it holds a malformed escape";
			return;
		}
	if (memcmp(digits, "0000", 4) == 0)
		scan->why = "it holds \\u0000, which PostgreSQL's text cannot";
}

/* Stands at the opening quote; goes behind the closing one. */
static void
scan_string(Scan *scan)
{
	const char *at = scan->at + 1;
	const char *end = scan->end;

	if ((at < end && *at == NUMBER_MARK) ||
		(end - at > 6 && memcmp(at, "\\u0001", 6) == 0))
		insert(scan, at, "\x01");
	for (;;)
	{
		while (at < end && *at != '"' && *at != '\\')
			at++;
		if (at >= end || *at == '"')
			break;
		if (end - at > 6 && at[1] == 'u')
			check_escape(scan, at + 2);
		at += 2;
	}
	scan->at = at + 1;
}

/* What the parser skips between tokens. */
static bool
before_colon(const char *at, const char *end)
{
	while (at < end && (unsigned char) *at <= ' ')
		at++;
	return at < end && *at == ':';
}

/* Quote the number that begins here, if a double could lose some of it. */
static void
scan_number(Scan *scan)
{
	const char *start = scan->at;
	const char *at = start;
	bool		fraction = false;
	int			digits = 0;

	for (; at < scan->end; at++)
	{
		if (*at >= '0' && *at <= '9')
			digits++;
		else if (*at == '.' || *at == 'e' || *at == 'E')
			fraction = true;
		else if (*at != '+' && *at != '-')
			break;
	}
	if (fraction || digits > EXACT_DIGITS)
	{
		/* what a parser would refuse must not pass as a string, or as a key */
		if (!IsValidJsonNumber(start, at - start) || before_colon(at, scan->end))
			scan->why = "it holds a malformed number";
		insert(scan, start, "\"\x01");
		insert(scan, at, "\"");
	}
	/* cJSON takes 007 for 7 */
	else if (digits > 1 && start[*start == '-' ? 1 : 0] == '0')
		scan->why = "it holds a malformed number";
	scan->at = at;
}

static void
scan_body(Scan *scan)
{
	while (scan->at < scan->end && scan->why == NULL)
	{
		switch (byte_class[(unsigned char) *scan->at])
		{
			case OTHER:
				scan->at++;
				break;
			case QUOTE:
				scan_string(scan);
				break;
			case NUMBER:
				scan_number(scan);
				break;
			case OPEN:
				scan->at++;
				if (++scan->depth > MAX_DEPTH)
					scan->why = "it is nested too deeply";
				break;
			case CLOSE:
				scan->at++;
				scan->depth--;
				break;
		}
	}
	if (scan->out != NULL && scan->why == NULL)
		insert(scan, scan->end, "");
}

GsJson *
gs_json_parse(const char *body, size_t length, MemoryContext context,
			  const char **why)
{
	Scan		scan = {.at = body, .end = body + length, .copied = body, .context = context};
	const char *rest;
	GsJson	   *root;

	/* this refuses NUL bytes, too */
	if (length > INT_MAX || !pg_verify_mbstr(PG_UTF8, body, length, true))
	{
		*why = "it is not valid UTF-8";
		return NULL;
	}
	scan_body(&scan);
	if (scan.why != NULL)
	{
		*why = scan.why;
		return NULL;
	}
	if (scan.out != NULL)
	{
		body = scan.out->data;
		length = scan.out->len;
	}
	root = parse_in_arena(body, length, context, &rest);
	while (root != NULL && rest < body + length && strchr(" \t\r\n", *rest) != NULL)
		rest++;
	if (scan.out != NULL)
		pfree(scan.out->data);
	if (root == NULL || rest != body + length)
	{
		*why = "it is not valid JSON";
		return NULL;
	}
	return root;
}

/* Is this string a number that was quoted before the parse? */
static inline bool
is_quoted_number(const GsJson *node)
{
	return node->valuestring[0] == NUMBER_MARK && node->valuestring[1] != NUMBER_MARK;
}

GsJsonKind
gs_json_kind(const GsJson *node)
{
	if (node == NULL)
		return GS_JSON_ABSENT;
	switch (node->type & 0xff)
	{
		case cJSON_String:
			return is_quoted_number(node) ? GS_JSON_NUMBER : GS_JSON_STRING;
		case cJSON_Number:
			return GS_JSON_NUMBER;
		case cJSON_True:
		case cJSON_False:
			return GS_JSON_BOOLEAN;
		case cJSON_Array:
			return GS_JSON_ARRAY;
		case cJSON_Object:
			return GS_JSON_OBJECT;
		default:
			return GS_JSON_NULL;
	}
}

const char *
gs_json_text(const GsJson *node, char buffer[GS_JSON_BUFFER])
{
	if (node == NULL)
		return NULL;
	switch (node->type & 0xff)
	{
		case cJSON_String:
			return node->valuestring + (node->valuestring[0] == NUMBER_MARK ? 1 : 0);
		case cJSON_Number:
			snprintf(buffer, GS_JSON_BUFFER, "%.0f", node->valuedouble);
			return buffer;
		case cJSON_True:
			return "true";
		case cJSON_False:
			return "false";
		default:
			return NULL;
	}
}

const GsJson *
gs_json_get(const GsJson *node, const char *key)
{
	if (node == NULL || (node->type & 0xff) != cJSON_Object)
		return NULL;
	for (const GsJson *member = node->child; member != NULL; member = member->next)
		if (pg_strcasecmp(member->string, key) == 0)
			return member;
	return NULL;
}

const GsJson *
gs_json_first(const GsJson *container)
{
	return container->child;
}

const GsJson *
gs_json_next(const GsJson *node)
{
	return node->next;
}

const char *
gs_json_key(const GsJson *member)
{
	return member->string + (member->string[0] == NUMBER_MARK ? 1 : 0);
}

int
gs_json_length(const GsJson *container)
{
	return cJSON_GetArraySize(container);
}

/* Places in a record whose key is remembered; later members are searched for. */
#define MAX_PLACES 128

struct GsJsonFields
{
	const char *const *keys;
	int			nkeys;
	int16		at_place[MAX_PLACES];	/* index into keys, -1 for none of them */
};

GsJsonFields *
gs_json_fields(const char *const *keys, int nkeys)
{
	GsJsonFields *fields = palloc0(sizeof(GsJsonFields));

	fields->keys = keys;
	fields->nkeys = nkeys;
	return fields;
}

static int
find_key(const GsJsonFields *fields, const char *key)
{
	for (int i = 0; i < fields->nkeys; i++)
		if (pg_strcasecmp(fields->keys[i], key) == 0)
			return i;
	return -1;
}

void
gs_json_pick(GsJsonFields *fields, const GsJson *record, const GsJson **nodes)
{
	int			place = 0;

	memset(nodes, 0, sizeof(*nodes) * fields->nkeys);
	for (const GsJson *member = record->child; member != NULL; member = member->next, place++)
	{
		int			key = place < MAX_PLACES ? fields->at_place[place] : -1;

		if (key < 0 || key >= fields->nkeys ||
			strcmp(fields->keys[key], member->string) != 0)
		{
			key = find_key(fields, member->string);
			if (place < MAX_PLACES)
				fields->at_place[place] = key;
		}
		/* of a key that comes twice, the first counts */
		if (key >= 0 && nodes[key] == NULL)
			nodes[key] = member;
	}
}

void
gs_json_print(StringInfo out, const GsJson *node)
{
	char		buffer[GS_JSON_BUFFER];
	GsJsonKind	kind = gs_json_kind(node);
	bool		object = kind == GS_JSON_OBJECT;

	switch (kind)
	{
		case GS_JSON_ABSENT:
		case GS_JSON_NULL:
			appendStringInfoString(out, "null");
			break;
		case GS_JSON_BOOLEAN:
		case GS_JSON_NUMBER:
			appendStringInfoString(out, gs_json_text(node, buffer));
			break;
		case GS_JSON_STRING:
			gs_json_append_string(out, gs_json_text(node, buffer));
			break;
		case GS_JSON_ARRAY:
		case GS_JSON_OBJECT:
			appendStringInfoChar(out, object ? '{' : '[');
			for (const GsJson *child = node->child; child != NULL; child = child->next)
			{
				if (object)
				{
					gs_json_append_string(out, gs_json_key(child));
					appendStringInfoChar(out, ':');
				}
				gs_json_print(out, child);
				if (child->next != NULL)
					appendStringInfoChar(out, ',');
			}
			appendStringInfoChar(out, object ? '}' : ']');
			break;
	}
}

void
gs_json_append_string(StringInfo out, const char *text)
{
	escape_json(out, text);
}

const char *
gs_json_version(void)
{
	return cJSON_Version();
}
