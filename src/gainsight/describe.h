/*
 * describe.h
 *	  Any object of a tenant: what can be read of it, of which fields it is, and
 *	  what its records are called.
 */
#ifndef GS_DESCRIBE_H
#define GS_DESCRIBE_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "envelope.h"
#include "model.h"
#include "wire/wire.h"

/*
 * Is it a name that an object can have?  One that can stand in a path.
 */
extern bool gs_object_is_name(const char *name);

/*
 * The first dialect that reads any object, for a hint.
 */
extern const GsDialect *gs_object_dialect(void);

/*
 * The resource of the records of an object; NULL where the dialect has no such.
 * Of one name it is always the same, and stays as long as the session.
 */
extern const GsResource *gs_object_resource(const GsDialect *dialect, const char *name);

/* A field as a tenant describes it; its texts are UTF-8. */
typedef struct GsField
{
	const char *name;			/* not empty; no other's but for case */
	bool		is_odd;			/* no name of a column's field can say it */
	const GsDataType *type;		/* NULL: one that nobody knows */
	bool		filterable;		/* conditions may name it */
	bool		hidden;
	bool		updateable;
	const char *lookup;			/* what stands in a dotted name for the record that it leads to
								 * ("CompanyId__gr"); NULL: it is no lookup */
} GsField;

/*
 * Ask the tenant, which is authorized, of which fields the resource's object
 * is: a List of GsField, in its order, palloc'd.  The dialect is one that can be
 * asked.  Raises what fails, HV00R where the tenant has no such object.
 */
extern List *gs_describe(const GsTenant *tenant, const GsResource *resource);

/*
 * The same for who raises nothing: start to ask, in context; and take the fields
 * from the answer's records.  Returns what is wrong with these, or NULL.
 */
extern GsRequest *gs_describe_start(const GsTenant *tenant, const GsResource *resource,
									MemoryContext context);
extern const char *gs_describe_fields(const GsResource *resource, const GsRecords *records,
									  List **fields);

/*
 * Those of them that can be updated: they are asked for once, and stay as long as
 * the session.
 */
extern const List *gs_describe_updateable(const GsTenant *tenant, const GsResource *resource);

/*
 * The name that a record of a resource (namer) has for its id, both as JSON; NULL
 * where there is no such record, or another has its name, too.  category is the option plan_type_category, UTF-8,
 * page_size that of that name.  All that there are are read once, and kept until
 * the transaction ends; again only by another statement, for an id that was not
 * among them.  Raises what fails.
 */
extern const char *gs_name_of(const GsTenant *tenant, const GsResource *namer,
							  const char *category, int page_size, const char *id);

#endif							/* GS_DESCRIBE_H */
