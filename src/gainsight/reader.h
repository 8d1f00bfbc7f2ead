/*
 * reader.h
 *	  The records of a resource, by whichever requests it takes.
 */
#ifndef GS_READER_H
#define GS_READER_H

#include "postgres.h"

#include "pager.h"

typedef struct GsReader GsReader;

/* What is to be read.  Outlives the reader. */
typedef struct GsReadSpec
{
	GsSeen	   *seen;			/* keys that searches gave before; NULL: none */
	const GsResource *resource;
	const char *const *keys;	/* for the braces of a read's path, each once */
	int			nkeys;			/* -1: not known, so read everything that search finds */
	const char *wanted;			/* the key of the one record that is looked for in the lists of all
								 * parents, NULL: all are; what comes with it need not be complete */
	const GsSearch *searches;	/* for a resource that can be searched */
	int			nsearches;		/* their answers are one, each record once */
	GsPaging	paging;
	bool		unlisted;		/* a list of values is not asked by, so more than they comes */
} GsReadSpec;

/*
 * Open a reader in context, which it ends with.  Nothing is sent yet.
 */
extern GsReader *gs_reader_open(const GsTenant *tenant, const GsReadSpec *spec,
								MemoryContext context);

/*
 * The next record, NULL at the end.  After an error it may be called again,
 * and has lost none.  Valid until the next call.  *key is the
 * value that stood in the braces of the path it came from, NULL if none did.
 */
extern const GsJson *gs_reader_next(GsReader *reader, const char **key);

/*
 * The last record stays valid as long as the reader.
 */
extern void gs_reader_hold(GsReader *reader);

/*
 * Is it known what comes next, a record or the end, without another answer?
 */
extern bool gs_reader_at_hand(const GsReader *reader);

/*
 * Take in the answers that have come, until that is so; what is lacking is
 * asked for.  Does not wait.  The last record is no longer valid.
 */
extern bool gs_reader_advance(GsReader *reader);

/*
 * Of a search that has an order: were these all, or may there be more, which are left?
 */
extern bool gs_reader_is_partial(const GsReader *reader);

/*
 * How many rows there will be, as far as the tenant said; GS_NO_TOTAL else.
 */
extern int64 gs_reader_total(const GsReader *reader);

/*
 * How many records of the parent there are, if all their lists are read;
 * GS_NO_TOTAL else, or as long as it is not known.
 */
extern int64 gs_reader_parents(const GsReader *reader);

#endif							/* GS_READER_H */
