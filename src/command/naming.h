/*
 * naming.h
 *	  What a column is called that is made for a field.
 */
#ifndef GS_NAMING_H
#define GS_NAMING_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "table/table.h"

/*
 * A field's name (in the database's encoding) as a column's: in lower case, with
 * "_" for whatever would need quotes in ASCII.  Split, "CompanyId" is
 * company_id, but the custom fields of a tenant are not split.  And that of what
 * a field leads to, which is shown by a field of its own: with "Name" that is
 * company_name.  palloc'd.
 */
extern const char *gs_naming_plain(const char *field);
extern const char *gs_naming_split(const char *field);
extern const char *gs_naming_looked_up(const char *field, const char *shown_by);

/*
 * A name that fits, and that no documented column of the resource, nothing of
 * PostgreSQL's and none of the list has, if need be with a number behind it.
 * palloc'd.
 */
extern const char *gs_naming_free(const GsResource *resource, List *taken, const char *name);

#endif							/* GS_NAMING_H */
