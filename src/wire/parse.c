/*
 * parse.c
 *	  JSON to trees.
 *
 * Nine tenths of a reply are the content of strings, and of numbers that must
 * not lose a digit.  They stay where they are: one pass finds where each ends,
 * 16 bytes at a time where the processor can, and notes it in a node.  As it
 * sees every byte, it is also where UTF-8 and form are checked.
 *
 * A reply is a list of records that have the same keys over and over.  So each
 * key is compared, in place, with the one that is due here by the records
 * before; only one that is new is read, as are strings with escapes.
 */
#include "postgres.h"

#include <limits.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "escape.h"
#include "node.h"
#include "parse.h"

/* Deeper than any real reply, and far from what a recursion can take. */
#define MAX_DEPTH 64

/* There is room for so many nodes at first, and one for so many bytes. */
#define MIN_NODES 16
#define BYTES_A_NODE 32

/* The memory that these take beside a node, in nodes. */
#define NODES_A_KEY 6
#define NODES_AN_ESCAPE 3

/* So many keys may be left out in a record, for the next to be known at once. */
#define MAX_SKIPPED 16

const char *const gs_json_too_many = "it has too many values";
static const char *const not_json = "it is not valid JSON";
static const char *const not_utf8 = "it is not valid UTF-8";

typedef struct Parse
{
	char	   *body;
	char	   *at;				/* next byte to look at */
	char	   *end;			/* a NUL stands there */
	GsJson	   *nodes;
	uint32		nnodes;
	uint32		room;
	uint32		others;			/* what takes memory beside them, in nodes */
	uint32		most;
	int			depth;
	MemoryContext context;
	const char *why;			/* what is wrong */
} Parse;

/* Nothing comes at the end, so whoever reads on stops, too. */
static void
fail(Parse *parse, const char *why)
{
	if (parse->why == NULL)
		parse->why = why;
	parse->at = parse->end;
}

static inline char *
skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
		at++;
	return at;
}

/*
 * Nodes.
 */

/* What a tenant sends must not decide about memory. */
static bool
count_nodes(Parse *parse, uint32 more)
{
	parse->others += more;
	if ((uint64) parse->nnodes + parse->others < parse->most)
		return true;
	fail(parse, gs_json_too_many);
	return false;
}

static pg_noinline void
enlarge_nodes(Parse *parse)
{
	if (!count_nodes(parse, 0))
	{
		/* nobody will look at this one */
		parse->nnodes--;
		return;
	}
	parse->room = Min((uint64) parse->room * 2, parse->most);
	parse->nodes = repalloc_huge(parse->nodes, sizeof(GsJson) * parse->room);
}

static inline GsJson *
add_node(Parse *parse, GsNodeType type, const GsKey *key, char *text, uint32 length)
{
	GsJson	   *node;

	if (parse->nnodes == parse->room)
		enlarge_nodes(parse);
	node = &parse->nodes[parse->nnodes++];
	node->value.text = text;
	node->key = key;
	node->length = length;
	node->span = 1;
	node->type = type;
	node->is_last = false;
	return node;
}

/*
 * Strings.
 */

/*
 * The first quotation mark, backslash or NUL from at on.  *high gets a bit that
 * is set if a byte before it is not ASCII.
 */
static inline char *
find_stop(char *at, char *end, int *high)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i nul = _mm_setzero_si128();

	for (; end - at >= 16; at += 16)
	{
		__m128i		bytes = _mm_loadu_si128((const __m128i *) at);
		__m128i		stops = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote),
													  _mm_cmpeq_epi8(bytes, backslash)),
										 _mm_cmpeq_epi8(bytes, nul));
		uint32		stop = _mm_movemask_epi8(stops);

		if (stop != 0)
		{
			int			before = pg_rightmost_one_pos32(stop);

			*high |= _mm_movemask_epi8(bytes) & ((1 << before) - 1);
			return at + before;
		}
		*high |= _mm_movemask_epi8(bytes);
	}
#endif
	for (; *at != '"' && *at != '\\' && *at != '\0'; at++)
		*high |= *at & 0x80;
	return at;
}

/* The same as find_end, of one that has more in it than ASCII, as far as at. */
static pg_noinline char *
find_odd_end(Parse *parse, char *start, char *at, int high, bool *is_escaped)
{
	for (; *at == '\\'; at = find_stop(at + 2, parse->end, &high))
	{
		*is_escaped = true;
		if (!gs_escape_is_valid(at))
		{
			fail(parse, "it holds a malformed escape");
			return NULL;
		}
	}
	if (*at == '\0')
		fail(parse, not_json);
	else if (high != 0 && !pg_verify_mbstr(PG_UTF8, start, at - start, true))
		fail(parse, not_utf8);
	return parse->why == NULL ? at : NULL;
}

/* The quotation mark that ends a string, NULL if something is wrong with it. */
static inline char *
find_end(Parse *parse, char *start, bool *is_escaped)
{
	int			high = 0;
	char	   *at = find_stop(start, parse->end, &high);

	*is_escaped = false;
	return *at == '"' && high == 0 ? at : find_odd_end(parse, start, at, high, is_escaped);
}

static pg_noinline void
add_escaped(Parse *parse, const GsKey *key, char *start, char *end)
{
	GsString   *string = MemoryContextAlloc(parse->context, sizeof(GsString));

	if (!count_nodes(parse, NODES_AN_ESCAPE))
		return;
	gs_escape_read(string, start, end, parse->context);
	if (gs_string_is_odd(string))
		start[-1] = GS_ODD_MARK;
	add_node(parse, GS_NODE_ESCAPED, key, NULL, string->length)->value.string = string;
}

/* In place of the closing quotation mark comes a NUL. */
static inline void
take_string(Parse *parse, const GsKey *key)
{
	char	   *start = parse->at + 1;
	bool		is_escaped;
	char	   *end = find_end(parse, start, &is_escaped);

	if (end == NULL)
		return;
	parse->at = end + 1;
	if (is_escaped)
		add_escaped(parse, key, start, end);
	else
		add_node(parse, GS_NODE_STRING, key, start, end - start);
	*end = '\0';
}

/*
 * Other scalars.
 */

/*
 * Its digits move by a byte to the front, over one that nobody needs any more,
 * for there to be room for a NUL behind them.
 */
static void
take_number(Parse *parse, const GsKey *key)
{
	char	   *start = parse->at;
	size_t		length = strspn(start, "0123456789.eE+-");
	char	   *text = start - 1;

	if (!IsValidJsonNumber(start, length))
	{
		fail(parse, "it holds a malformed number");
		return;
	}
	if (start == parse->body)
		text = MemoryContextAllocExtended(parse->context, length + 1, MCXT_ALLOC_HUGE);
	memmove(text, start, length);
	text[length] = '\0';
	parse->at += length;
	add_node(parse, GS_NODE_NUMBER, key, text, length);
}

static void
take_word(Parse *parse, const GsKey *key, const char *word, GsNodeType type)
{
	size_t		length = strlen(word);

	if (strncmp(parse->at, word, length) != 0)
	{
		fail(parse, not_json);
		return;
	}
	parse->at += length;
	add_node(parse, type, key, NULL, 0);
}

/*
 * Keys.
 */

/* The one that stands here, if it is one of those from a place on. */
static inline GsKey *
find_key(const Parse *parse, GsKey *key)
{
	const char *at = parse->at + 1;

	for (int i = 0; key != NULL && i < MAX_SKIPPED; i++, key = key->next)
	{
		size_t		length = key->string.token_length;

		if ((size_t) (parse->end - at) > length && at[length] == '"' &&
			memcmp(at, key->string.token, length) == 0)
			return key;
	}
	return NULL;
}

/* From now on it is known at this place. */
static pg_noinline GsKey *
add_key(Parse *parse, GsKey **due)
{
	static uint64 ids = 0;
	GsKey	   *key = MemoryContextAllocZero(parse->context, sizeof(GsKey));
	char	   *start = parse->at + 1;
	bool		is_escaped;
	char	   *end = find_end(parse, start, &is_escaped);

	if (end == NULL || !count_nodes(parse, NODES_A_KEY))
		return NULL;
	gs_escape_read(&key->string, start, end, parse->context);
	key->id = ++ids;
	key->next = *due;
	*due = key;
	return key;
}

/*
 * A key, and the colon behind it; NULL if there is none.  It may be one of those
 * that are known, most likely the one that is due.
 */
static inline GsKey *
take_key(Parse *parse, GsKey **known, GsKey ***due)
{
	GsKey	   *key = NULL;

	if (*parse->at == '"' && (key = find_key(parse, **due)) == NULL &&
		(key = find_key(parse, *known)) == NULL)
		key = add_key(parse, *due);
	if (key == NULL)
	{
		fail(parse, not_json);
		return NULL;
	}
	*due = &key->next;
	parse->at = skip_blanks(parse->at + key->string.token_length + 2);
	if (*parse->at == ':')
		parse->at = skip_blanks(parse->at + 1);
	else
		fail(parse, not_json);
	return key;
}

/*
 * Containers.
 */

static void take_container(Parse *parse, const GsKey *key, GsKey **known);

/* known are the keys of objects that are in an array here. */
static inline void
take_value(Parse *parse, GsKey *key, GsKey **known)
{
	switch (*parse->at)
	{
		case '"':
			take_string(parse, key);
			break;
		case '{':
		case '[':
			take_container(parse, key, key != NULL ? &key->inside : known);
			break;
		case 't':
			take_word(parse, key, "true", GS_NODE_TRUE);
			break;
		case 'f':
			take_word(parse, key, "false", GS_NODE_FALSE);
			break;
		case 'n':
			take_word(parse, key, "null", GS_NODE_NULL);
			break;
		default:
			if (*parse->at == '-' || (*parse->at >= '0' && *parse->at <= '9'))
				take_number(parse, key);
			else
				fail(parse, IS_HIGHBIT_SET(*parse->at) ? not_utf8 : not_json);
			break;
	}
}

static void
take_container(Parse *parse, const GsKey *key, GsKey **known)
{
	bool		is_object = *parse->at == '{';
	char		bracket = is_object ? '}' : ']';
	GsKey	  **due = known;
	uint32		container = parse->nnodes;
	uint32		last = 0;
	uint32		count = 0;

	if (++parse->depth > MAX_DEPTH)
		fail(parse, "it is nested too deeply");
	else
		parse->at = skip_blanks(parse->at + 1);
	add_node(parse, is_object ? GS_NODE_OBJECT : GS_NODE_ARRAY, key, NULL, 0);
	while (*parse->at != bracket && parse->why == NULL)
	{
		GsKey	   *member = is_object ? take_key(parse, known, &due) : NULL;

		CHECK_FOR_INTERRUPTS();
		last = parse->nnodes;
		count++;
		take_value(parse, member, known);
		parse->at = skip_blanks(parse->at);
		if (*parse->at != ',')
			break;
		parse->at = skip_blanks(parse->at + 1);
		if (*parse->at == bracket)
			fail(parse, not_json);
	}
	if (*parse->at != bracket)
	{
		fail(parse, not_json);
		return;
	}
	parse->at++;
	parse->depth--;
	parse->nodes[container].length = count;
	parse->nodes[container].span = parse->nnodes - container;
	parse->nodes[last].is_last = true;
}

const GsJson *
gs_json_parse_reply(char *body, size_t length, uint32 max_values, MemoryContext context,
					const char **why)
{
	Parse		parse = {.body = body, .at = body, .end = body + length, .most = Max(max_values, MIN_NODES),
	.context = context};
	GsKey	   *keys = NULL;

	Assert(length <= INT_MAX);
	*parse.end = '\0';
	parse.room = Min(length / BYTES_A_NODE + MIN_NODES, parse.most);
	parse.nodes = MemoryContextAllocExtended(context, sizeof(GsJson) * parse.room,
											 MCXT_ALLOC_HUGE);
	/* some systems put a byte order mark in front of all UTF-8 */
	if (strncmp(body, "\xEF\xBB\xBF", 3) == 0)
		parse.at += 3;
	parse.at = skip_blanks(parse.at);
	take_value(&parse, NULL, &keys);
	if (skip_blanks(parse.at) != parse.end)
		fail(&parse, not_json);
	parse.nodes[0].is_last = true;
	*why = parse.why;
	return parse.why == NULL ? parse.nodes : NULL;
}

const GsJson *
gs_json_parse(char *body, size_t length, MemoryContext context, const char **why)
{
	return gs_json_parse_reply(body, length, UINT32_MAX, context, why);
}

const GsJson *
gs_json_reread(const char *json)
{
	const char *why;

	return gs_json_parse(pstrdup(json), strlen(json), CurrentMemoryContext, &why);
}
