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
	const GsDataType *type;		/* that the tenant says it has; NULL: none that is known */
	bool		pushdown;		/* conditions on it may be sent */
} GsDiscovered;

/*
 * Look at a page of a resource's records, and return the fields found, a List
 * of GsDiscovered, palloc'd, in the order of the records.  The resource is one
 * that can be searched, the settings are authorized.
 */
extern List *gs_discover_on_page(const GsSettings *settings, const GsResource *resource);

/*
 * The same of an object's fields, a List of GsField: those that are neither
 * documented nor hidden, and what they lead to.
 */
extern List *gs_discover_described(const GsResource *resource, List *fields);

#endif							/* GS_DISCOVER_H */
