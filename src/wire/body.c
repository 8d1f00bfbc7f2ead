/*
 * body.c
 *	  A reply's body, which grows while it comes.
 *
 * Some are kept to be used again: memory that was just in use is in the
 * caches, and the pages of fresh memory would first have to be mapped.  With
 * asserts none is, so that whoever looks into a body that is gone is noticed.
 */
#include "postgres.h"

#include "body.h"

#define MIN_BODY (16 * 1024)

#define MAX_SPARES 8
#ifdef USE_ASSERT_CHECKING
#define MOST_SPARE 0
#else
#define MOST_SPARE (16 * 1024 * 1024)	/* bytes, of all of them */
#endif

static GsBody spares[MAX_SPARES];
static int	nspares;
static size_t spare_bytes;

static void
take_spare(GsBody *body)
{
	if (nspares == 0)
		return;
	*body = spares[--nspares];
	spare_bytes -= body->allocated;
}

static bool
enlarge(GsBody *body, size_t size)
{
	char	   *grown = realloc(body->data, size);

	if (grown == NULL)
		return false;
	body->data = grown;
	body->allocated = size;
	return true;
}

bool
gs_body_append(GsBody *body, const char *data, size_t length, size_t expected)
{
	size_t		needed = body->length + length + 1;

	if (body->allocated == 0)
		take_spare(body);
	if (needed > body->allocated &&
		!enlarge(body, Max(Max(body->allocated * 2, MIN_BODY), Max(needed, expected + 1))))
		return false;
	memcpy(body->data + body->length, data, length);
	body->length += length;
	return true;
}

void
gs_body_free(GsBody *body)
{
	if (body->data != NULL && nspares < MAX_SPARES &&
		spare_bytes + body->allocated <= MOST_SPARE)
	{
		body->length = 0;
		spare_bytes += body->allocated;
		spares[nspares++] = *body;
	}
	else
		free(body->data);
	*body = (GsBody) {NULL, 0, 0};
}
