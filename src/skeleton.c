/*
 * skeleton.c
 *	  What is left of a JSON text for a parser, when strings and numbers have
 *	  been taken out.
 *
 * Nine tenths of a reply are the content of strings, which a parser would copy
 * byte by byte, and of numbers, which it would round.  One pass, which looks
 * at 16 bytes at a time where the processor can, finds where they end and
 * leaves them where they are.  As it sees every byte, it is also where UTF-8
 * is checked, and what the parser is too lenient about.
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

/* Slices that there is room for at first: one for so many bytes. */
#define BYTES_A_SLICE 16

static const char *const not_json = "it is not valid JSON";
static const char *const not_utf8 = "it is not valid UTF-8";

typedef struct Pass
{
	char	   *at;				/* next byte to look at */
	char	   *end;
	char	   *out;			/* where the skeleton goes on */
	GsSkeleton *skeleton;
	uint32		room;			/* for slices */
	int			depth;
	const char *why;			/* what is wrong */
} Pass;

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

static pg_noinline void
enlarge_slices(Pass *pass)
{
	pass->room *= 2;
	pass->skeleton->slices = repalloc_huge(pass->skeleton->slices,
										   sizeof(GsSlice) * pass->room);
}

static inline void
add_slice(Pass *pass, GsToken token, char *text, char *end)
{
	GsSlice    *slice;

	if (pass->skeleton->nslices == pass->room)
		enlarge_slices(pass);
	slice = &pass->skeleton->slices[pass->skeleton->nslices++];
	slice->text = text;
	slice->length = end - text;
	slice->token = token;
}

/* What a parser has done with at once, and four bytes long. */
static inline void
put_null(Pass *pass)
{
	memcpy(pass->out, "null", 4);
	pass->out += 4;
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

static inline void
leave_in(Pass *pass, const char *from, const char *upto)
{
	memcpy(pass->out, from, upto - from);
	pass->out += upto - from;
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
	if (escaped)
		leave_in(pass, start - 1, pass->at);
	else
	{
		add_slice(pass, GS_TOKEN_STRING, start, at);
		*at = '\0';
		if (at - start >= 2 && !is_key(pass))
			put_null(pass);
		else
		{
			*pass->out++ = '"';
			*pass->out++ = '"';
		}
	}
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
	if (at - start >= 4)
		put_null(pass);
	else
		*pass->out++ = '0';
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
			*pass->out++ = behind;
			pass->depth--;
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

/* Words in full, as two halves of one would grow together without the blank. */
static void
take_word(Pass *pass)
{
	static const char *const words[] = {"null", "true", "false"};

	for (int i = 0; i < (int) lengthof(words); i++)
	{
		size_t		length = strlen(words[i]);

		if ((size_t) (pass->end - pass->at) >= length &&
			memcmp(pass->at, words[i], length) == 0)
		{
			leave_in(pass, pass->at, pass->at + length);
			pass->at += length;
			if (i == 0)
				add_slice(pass, GS_TOKEN_NULL, NULL, NULL);
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
				if (++pass->depth > MAX_DEPTH)
					pass->why = "it is nested too deeply";
				*pass->out++ = *pass->at++;
				break;
			case CLOSE:
				pass->depth--;
				*pass->out++ = *pass->at++;
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
gs_skeleton_make(char *body, size_t length, GsSkeleton *skeleton)
{
	Pass		pass = {.at = body, .end = body + length, .skeleton = skeleton};

	memset(skeleton, 0, sizeof(*skeleton));
	if (length > INT_MAX)
		return "it is too long";
	/* some systems put a byte order mark in front of all UTF-8 */
	if (length >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0)
		pass.at += 3;
	/* nothing gets longer */
	skeleton->text = pass.out = palloc_extended(length + 1, MCXT_ALLOC_HUGE);
	pass.room = length / BYTES_A_SLICE + 64;
	skeleton->slices = palloc_extended(sizeof(GsSlice) * pass.room, MCXT_ALLOC_HUGE);
	take_body(&pass);
	/* cJSON before 1.7.18 looks one byte too far */
	*pass.out = '\0';
	skeleton->length = pass.out - skeleton->text;
	return pass.why;
}

void
gs_skeleton_free(GsSkeleton *skeleton)
{
	if (skeleton->text == NULL)
		return;
	pfree(skeleton->text);
	pfree(skeleton->slices);
}
