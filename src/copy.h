/*
 * copy.h
 *	  A local table that keeps a copy of a foreign table, as SQL sees it.
 */
#ifndef GS_COPY_H
#define GS_COPY_H

#include "gainsight_fdw.h"

typedef struct GsCopy
{
	const GsRelation *source;
	Oid			target;
	AttrNumber	version;		/* of the source: the moment of the last change; 0: none */

	/* as they are spelled in SQL */
	const char *source_name;
	const char *target_name;
	const char *key_name;
	const char *version_name;	/* NULL: none */
	const char *columns;		/* that both have, the key among them */
	const char *on_conflict;	/* what becomes of a row that is there already */
	const char *key_array;		/* the type of an array of the source's keys */
} GsCopy;

/* Which rows a statement is about; an end that is infinite is open. */
typedef struct GsWindow
{
	TimestampTz from;			/* of the version, inclusive */
	TimestampTz to;				/* exclusive */
} GsWindow;

/*
 * The target of that name (as regclass would read it), made after the source
 * if there is none.  Uses SPI.
 */
extern Oid	gs_copy_make(const GsRelation *source, text *name);

/*
 * Describe the copy, and refuse what cannot be one.  palloc'd.
 */
extern GsCopy *gs_copy_describe(const GsRelation *source, Oid target);

/*
 * The newest version that the target has, but for those of the future;
 * DT_NOBEGIN if it has none.
 */
extern TimestampTz gs_copy_newest(const GsCopy *copy);

/*
 * Bring the rows of a window into the target.  gone: add to it, in
 * CurrentMemoryContext, the keys (char *) that the target has in the window
 * and the source has not; NULL if they are not asked for.
 */
extern void gs_copy_window(const GsCopy *copy, const GsWindow *window, List **gone);

/*
 * The same for the rows that have no version.
 */
extern void gs_copy_undated(const GsCopy *copy);

/*
 * Ask the source for these keys; what it has is brought into the target, what
 * it has not is deleted there.
 */
extern void gs_copy_remove(const GsCopy *copy, List *gone);

#endif							/* GS_COPY_H */
