/*
 * copy.h
 *	  A local table that keeps a copy of a foreign table: what copy.c and
 *	  window.c have for refresh.c.
 */
#ifndef GS_COPY_H
#define GS_COPY_H

#include "where/where.h"

/*
 * copy.c: the target, and the statements that bring rows into it
 */

typedef struct GsCopy
{
	const GsRelation *source;
	Oid			target;
	AttrNumber	version;		/* of the source: the moment of the last change; 0: none */

	/* as they are spelled in SQL */
	const char *source_name;
	const char *target_name;
	const char *target_rows;	/* its own, as a FROM item */
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
 * Bring the rows of a window into the target; returns how many there are.
 * gone: add to it, in CurrentMemoryContext, the keys (char *) that the target
 * has in the window and the source has not; NULL if they are not asked for.
 */
extern int64 gs_copy_window(const GsCopy *copy, const GsWindow *window, List **gone);

/*
 * The same for the rows that have no version.
 */
extern int64 gs_copy_undated(const GsCopy *copy, List **gone);

/*
 * Add the keys of the target's rows that have no version.
 */
extern void gs_copy_add_undated(const GsCopy *copy, List **gone);

/*
 * Ask the source for these keys; what it has is brought into the target, what
 * it has not is deleted there.
 */
extern void gs_copy_remove(const GsCopy *copy, List *gone);

/*
 * window.c: how much the tenant has in a window, and where it can be halved
 */

typedef struct GsWindows GsWindows;

/*
 * A row can appear with a moment that has passed: the tenant stamps it when a
 * change begins and shows it when it is done, and its clock is not ours.  What
 * is younger than this is not settled, in microseconds: a refresh starts so
 * much before the newest row of the copy, and no window but the last reaches
 * into it.  Ten minutes are more than a gateway lets a request take and
 * clocks differ.
 */
#define GS_UNSETTLED (10 * USECS_PER_MINUTE)

/*
 * The windows of a source by its column version, 0 if it has none.  palloc'd.
 */
extern GsWindows *gs_windows_create(const GsRelation *source, AttrNumber version);

/*
 * Can a window be searched for?  If not, only the one that is open at both
 * ends makes sense.
 */
extern bool gs_windows_searchable(const GsWindows *windows);

/*
 * The whole second that a moment is in, as a search cannot tell more.
 */
extern TimestampTz gs_window_second(TimestampTz moment);

/*
 * Has a window more rows than one walk should have?  *total is how many, as
 * far as the tenant tells, else GS_NO_TOTAL.  Asks the tenant.
 */
extern bool gs_window_is_large(const GsWindows *windows, const GsWindow *window,
							   int64 *total);

/*
 * Where to halve it; false if that cannot be.  May ask the tenant.
 */
extern bool gs_window_halve(GsWindows *windows, const GsWindow *window, TimestampTz *middle);

/*
 * Are there rows that are in no window, as they have no version?  everything:
 * all rows are to be read, of which there are total.  Asks the tenant.
 */
extern bool gs_windows_have_undated(const GsWindows *windows, bool everything, int64 total);

#endif							/* GS_COPY_H */
