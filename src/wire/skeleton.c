/*
 * skeleton.c
 *	  What is left of a JSON text for a parser, when its values have been
 *	  taken out.
 *
 * Nine tenths of a reply are the content of strings, which a parser would copy
 * byte by byte, and of numbers, which it would round.  One pass, which looks
 * at 16 bytes at a time where the processor can, finds where they end and
 * leaves them where they are.  As it sees every byte, it is also where UTF-8
 * is checked, and what the parser is too lenient about.
 *
 * What stays of a list of records is the same again and again, so it stays
 * only once.
 */
#include "postgres.h"

#include <ctype.h>
#include <limits.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "port/pg_bitutils.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "skeleton.h"

/* Deeper than any real reply, and far from what a recursion can take. */
#define MAX_DEPTH 64

/* There is room for so many slices at first, and one for so many bytes. */
#define MIN_SLICES 64
#define BYTES_A_SLICE 32

/* So many bytes stay for the next skeleton.  With asserts, each gets just its own. */
#ifdef USE_ASSERT_CHECKING
#define LARGEST_KEPT 0
#else
#define LARGEST_KEPT (8 * 1024 * 1024)
#endif

static const char *const not_json = "it is not valid JSON";
static const char *const not_utf8 = "it is not valid UTF-8";
const char	gs_skeleton_too_many[] = "it has too many values";

/* An object of which nothing but its keys, and nulls, went to the skeleton. */
typedef struct Shape
{
	const char *text;
	size_t		length;
	const char *end;			/* of the last object that has it */
} Shape;

typedef struct Pass
{
	char	   *at;				/* next byte to look at */
	char	   *end;
	char	   *out;			/* where the skeleton goes on */
	GsSlice    *slices;
	uint32		nslices;
	uint32		room;			/* for slices */
	uint32		most;			/* values, slices and arrays together */
	uint32		narrays;
	int			depth;
	char	   *open;			/* where an object without containers began; NULL outside */
	uint32		open_slice;		/* its own */
	Shape		last;
	const char *why;			/* what is wrong */
} Pass;

/* In TopMemoryContext: memory that was just in use is in the caches. */
typedef struct Buffer
{
	void	   *data;
	size_t		size;			/* bytes */
} Buffer;

static Buffer text_buffer;
static Buffer slice_buffer;

/* What stands at a byte outside of strings. */
enum
{
	BAD, BLANK, MARK, QUOTE, NUMBER, WORD, OPEN, CLOSE
};

static const uint8 byte_class[256] = {
	[' '] = BLANK, ['\t'] = BLANK, ['\r'] = BLANK, ['\n'] = BLANK,
	[','] = MARK, [':'] = MARK,
	['"'] = QUOTE,
	['-'] = NUMBER, ['0'] = NUMBER, ['1'] = NUMBER, ['2'] = NUMBER,
	['3'] = NUMBER, ['4'] = NUMBER, ['5'] = NUMBER, ['6'] = NUMBER,
	['7'] = NUMBER, ['8'] = NUMBER, ['9'] = NUMBER,
	['t'] = WORD, ['f'] = WORD, ['n'] = WORD,
	['['] = OPEN, ['{'] = OPEN,
	[']'] = CLOSE, ['}'] = CLOSE,
};

static void
make_room(Buffer *buffer, size_t size)
{
	if (buffer->size >= size)
		return;
	if (buffer->data != NULL)
		pfree(buffer->data);
	*buffer = (Buffer) {NULL, 0};
	buffer->data = MemoryContextAllocExtended(TopMemoryContext, size, MCXT_ALLOC_HUGE);
	buffer->size = size;
}

static void
give_up(Buffer *buffer)
{
	if (buffer->size <= LARGEST_KEPT)
		return;
	pfree(buffer->data);
	*buffer = (Buffer) {NULL, 0};
}

static void
use_slices(Pass *pass)
{
	pass->slices = slice_buffer.data;
	pass->room = Min(slice_buffer.size / sizeof(GsSlice), pass->most);
}

/* What a tenant sends must not decide about memory: the tree takes several times as much. */
static pg_noinline bool
enlarge_slices(Pass *pass)
{
	if (pass->room == pass->most)
	{
		pass->why = gs_skeleton_too_many;
		return false;
	}
	slice_buffer.data = repalloc_huge(slice_buffer.data, slice_buffer.size * 2);
	slice_buffer.size *= 2;
	use_slices(pass);
	return true;
}

static inline void
add_slice(Pass *pass, GsToken token, char *text, char *end)
{
	GsSlice    *slice;

	if (pass->nslices == pass->room && !enlarge_slices(pass))
		return;
	slice = &pass->slices[pass->nslices++];
	slice->text = text;
	slice->length = end - text;
	slice->token = token;
}

/* What a parser has done with at once. */
static inline void
put_null(Pass *pass)
{
	memcpy(pass->out, "null", 4);
	pass->out += 4;
}

static inline void
open_container(Pass *pass)
{
	if (++pass->depth > MAX_DEPTH)
		pass->why = "it is nested too deeply";
	pass->open = NULL;
	if (*pass->at == '{')
	{
		pass->open = pass->out;
		pass->open_slice = pass->nslices;
		add_slice(pass, GS_TOKEN_OBJECT, NULL, NULL);
	}
	else if (++pass->narrays + pass->nslices > pass->most)
		pass->why = gs_skeleton_too_many;
	*pass->out++ = *pass->at++;
}

/*
 * If the object that has just ended is like the one that ends right before it,
 * take it back.  Only in an array can two follow each other so.
 */
static inline void
compare_with_last(Pass *pass)
{
	Shape	   *last = &pass->last;
	size_t		length = pass->out - pass->open;

	if (pass->nslices == pass->open_slice + 1)
		return;					/* nothing is in it */
	if (last->end != NULL && pass->open == last->end + 1 && *last->end == ',' &&
		length == last->length && memcmp(pass->open, last->text, length) == 0)
	{
		pass->slices[pass->open_slice].token = GS_TOKEN_LIKE_LAST;
		pass->out = pass->open;
		put_null(pass);
	}
	else
	{
		last->text = pass->open;
		last->length = length;
	}
	last->end = pass->out;
}

static inline void
close_container(Pass *pass, char bracket)
{
	pass->depth--;
	*pass->out++ = bracket;
	if (bracket == '}' && pass->open != NULL)
		compare_with_last(pass);
	pass->open = NULL;
}

/* Is the string that has just been passed a key? */
static inline bool
is_key(const Pass *pass)
{
	const char *at = pass->at;

	while (at < pass->end && byte_class[(unsigned char) *at] == BLANK)
		at++;
	return at < pass->end && *at == ':';
}

/*
 * The first quotation mark, backslash or NUL from at on, end if there is none.
 * *high gets a bit that is set if a byte before it is not ASCII.
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
	for (; at < end && *at != '"' && *at != '\\' && *at != '\0'; at++)
		*high |= *at & 0x80;
	return at;
}

/* What is wrong with an escape: cJSON takes for zeros what are no digits. */
static const char *
check_escape(const char *at, const char *end)
{
	if (end - at < 2 || at[1] != 'u')
		return NULL;
	if (end - at < 6)
		return not_json;
	for (int i = 2; i < 6; i++)
		if (!isxdigit((unsigned char) at[i]))
			return "it holds a malformed escape";
	return memcmp(at, "\\u0000", 6) == 0 ?
		"it holds \\u0000, which PostgreSQL's text cannot" : NULL;
}

/* Stands at the opening quote; goes behind the closing one. */
static inline void
take_string(Pass *pass)
{
	char	   *start = pass->at + 1;
	char	   *at = start;
	int			high = 0;
	bool		escaped = false;

	while ((at = find_stop(at, pass->end, &high)) < pass->end && *at == '\\')
	{
		pass->why = check_escape(at, pass->end);
		if (pass->why != NULL)
			return;
		escaped = true;
		at += 2;
	}
	if (at >= pass->end)
	{
		pass->why = not_json;
		return;
	}
	if (*at == '\0' || (high != 0 && !pg_verify_mbstr(PG_UTF8, start, at - start, true)))
	{
		pass->why = not_utf8;
		return;
	}
	pass->at = at + 1;
	if (is_key(pass))
	{
		memcpy(pass->out, start - 1, pass->at - start + 1);
		pass->out += pass->at - start + 1;
		return;
	}
	add_slice(pass, escaped ? GS_TOKEN_ESCAPED : GS_TOKEN_STRING, start, at);
	if (!escaped)
		*at = '\0';
	put_null(pass);
}

static bool
is_in_number(char c)
{
	return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

/*
 * The byte behind a number has yet to be looked at, so this goes behind it
 * before the NUL is put in its place.
 */
static void
take_number(Pass *pass)
{
	char	   *start = pass->at;
	char	   *at = start;
	char		behind;

	while (at < pass->end && is_in_number(*at))
		at++;
	if (!IsValidJsonNumber(start, at - start))
	{
		pass->why = "it holds a malformed number";
		return;
	}
	add_slice(pass, GS_TOKEN_NUMBER, start, at);
	put_null(pass);
	pass->at = at;
	if (at == pass->end)
	{
		*at = '\0';
		return;
	}
	behind = *at;
	switch (byte_class[(unsigned char) behind])
	{
		case MARK:
			*pass->out++ = behind;
			break;
		case CLOSE:
			close_container(pass, behind);
			break;
		case BLANK:
			break;
		default:
			pass->why = not_json;
			return;
	}
	*at = '\0';
	pass->at++;
}

static void
take_word(Pass *pass)
{
	static const struct
	{
		const char *text;
		GsToken		token;
	}			words[] = {
		{"null", GS_TOKEN_NULL}, {"true", GS_TOKEN_TRUE}, {"false", GS_TOKEN_FALSE}
	};

	for (int i = 0; i < (int) lengthof(words); i++)
	{
		size_t		length = strlen(words[i].text);

		if ((size_t) (pass->end - pass->at) >= length &&
			memcmp(pass->at, words[i].text, length) == 0)
		{
			pass->at += length;
			add_slice(pass, words[i].token, NULL, NULL);
			put_null(pass);
			return;
		}
	}
	pass->why = not_json;
}

static void
take_body(Pass *pass)
{
	while (pass->at < pass->end && pass->why == NULL)
	{
		switch (byte_class[(unsigned char) *pass->at])
		{
			case QUOTE:
				take_string(pass);
				break;
			case NUMBER:
				take_number(pass);
				break;
			case WORD:
				take_word(pass);
				break;
			case BLANK:
				pass->at++;
				break;
			case OPEN:
				open_container(pass);
				break;
			case CLOSE:
				close_container(pass, *pass->at++);
				break;
			case MARK:
				*pass->out++ = *pass->at++;
				break;
			default:
				pass->why = IS_HIGHBIT_SET(*pass->at) || *pass->at == '\0' ? not_utf8 : not_json;
				break;
		}
	}
}

const char *
gs_skeleton_make(char *body, size_t length, uint32 max_values, GsSkeleton *skeleton)
{
	Pass		pass = {.at = body, .end = body + length, .most = Max(max_values, MIN_SLICES)};

	memset(skeleton, 0, sizeof(*skeleton));
	if (length > INT_MAX)
		return "it is too long";
	/* some systems put a byte order mark in front of all UTF-8 */
	if (length >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0)
		pass.at += 3;

	/*
	 * at the most, a value of one byte and what parts it from the next become five; one is too
	 * many
	 */
	make_room(&text_buffer, Min(length * 5 / 2, length + 4 * ((size_t) pass.most + 1)) + 8);
	make_room(&slice_buffer, (length / BYTES_A_SLICE + MIN_SLICES) * sizeof(GsSlice));
	pass.out = text_buffer.data;
	use_slices(&pass);
	take_body(&pass);
	/* cJSON before 1.7.18 looks one byte too far */
	*pass.out = '\0';
	skeleton->text = text_buffer.data;
	skeleton->length = pass.out - skeleton->text;
	skeleton->slices = pass.slices;
	skeleton->nslices = pass.nslices;
	return pass.why;
}

void
gs_skeleton_free(GsSkeleton *skeleton)
{
	memset(skeleton, 0, sizeof(*skeleton));
	give_up(&text_buffer);
	give_up(&slice_buffer);
}
