/*
 * path.h
 *	  Where a record is found: the path of a request.
 */
#ifndef GS_PATH_H
#define GS_PATH_H

#include "postgres.h"

#include "model.h"

/*
 * May this value stand in the braces of a path at all?  If not, no record has
 * it: empty, ".", "..", or with control characters.
 */
extern bool gs_path_sendable(const char *value);

/*
 * Can a read by path ask for just this value, or must it be searched for?
 */
extern bool gs_path_addressable(const GsResource *resource, const char *value);

/*
 * The endpoint's path with the value, percent-encoded, in place of its braces.
 * palloc'd.
 */
extern char *gs_path_make(const GsEndpoint *endpoint, const char *value);

#endif							/* GS_PATH_H */
