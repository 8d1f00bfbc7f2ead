/*
 * discover.h
 *	  The fields that a tenant's records have beyond the documented ones.
 */
#ifndef GS_DISCOVER_H
#define GS_DISCOVER_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "table/table.h"

typedef struct GsDiscovered
{
	const char *name;			/* for a column */
	const char *field;			/* the tenant's spelling */
	GsKind		kind;
} GsDiscovered;

/*
 * Look at a page of a resource's records, and return the fields found, a List
 * of GsDiscovered, palloc'd, in the order of the records.  The resource is one
 * that can be searched, the settings are authorized.
 */
extern List *gs_discover(const GsSettings *settings, const GsResource *resource);

#endif							/* GS_DISCOVER_H */
