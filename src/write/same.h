/*
 * same.h
 *	  Has a record changed?
 *
 * Records are JSON as the tenant gave it, at two times and by different
 * requests, which may spell one value in two ways.
 */
#ifndef GS_SAME_H
#define GS_SAME_H

#include "postgres.h"

#include "where/where.h"

/*
 * Is a record still what it was?  By its version, where that is fine enough to
 * tell; else all fields that can be
 * written have to be the same, of the custom ones those that the table declares.
 */
extern bool gs_same_record(const GsRelation *relation, const GsJson *then, const GsJson *now);

/*
 * Has a record all the values that were sent for it?
 */
extern bool gs_same_members(const GsResource *resource, const GsMember *members, int nmembers,
							const GsJson *now);

#endif							/* GS_SAME_H */
