/*
 * api.h
 *	  The dialect: how a request is spelled and what an answer says.
 *
 * Every string that goes in or comes out is UTF-8.
 */
#ifndef GS_API_H
#define GS_API_H

#include "postgres.h"

#include "envelope.h"
#include "model.h"
#include "search.h"
#include "wire/wire.h"

/* What may stand around a name in a list of them. */
#define GS_BLANKS " \t\r\n\f\v"

/* The operators that the API has, NULL-terminated. */
extern const char *const gs_api_operators[];

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

/*
 * Start reading one record or a list by the value for the path's braces, NULL
 * if it has none.  The request belongs to context.
 */
extern GsRequest *gs_api_start_read(const GsTenant *tenant, const GsResource *resource,
									const GsEndpoint *endpoint, const char *value,
									MemoryContext context);

/*
 * The same for one record, on terms.
 */
extern GsRequest *gs_api_start_keyed(const GsTenant *tenant, const GsResource *resource,
									 const char *value, const GsTerms *terms,
									 MemoryContext context);

/*
 * Start to read a page of a search.
 */
extern GsRequest *gs_api_start_search(const GsTenant *tenant, const GsResource *resource,
									  const GsSearch *search, int limit, int64 offset,
									  MemoryContext context);

/*
 * The same for records that a search asks for by their keys, so many, on terms.
 */
extern GsRequest *gs_api_start_lookup(const GsTenant *tenant, const GsResource *resource,
									  const GsSearch *search, int count, const GsTerms *terms,
									  MemoryContext context);

/*
 * Wait for a read and find its records.  Raises what failed.
 */
extern void gs_api_finish_read(GsRequest *request, const GsEndpoint *endpoint,
							   GsRecords *records);

/* A field and its value as JSON text. */
typedef struct GsMember
{
	const char *field;
	const char *json;
} GsMember;

/*
 * A record's JSON.  palloc'd.
 */
extern char *gs_api_record(const GsMember *members, int nmembers);

/*
 * Start to create or to update records, each as the JSON of an object: one, but
 * where the endpoint takes several.  value is for the path's braces, NULL if it
 * has none.  The request belongs to context.
 */
extern GsRequest *gs_api_start_create(const GsTenant *tenant, const GsResource *resource,
									  const char *value, const char *const *records,
									  int nrecords, MemoryContext context);
extern GsRequest *gs_api_start_update(const GsTenant *tenant, const GsResource *resource,
									  const char *value, const char *const *records,
									  int nrecords, const GsTerms *terms,
									  MemoryContext context);

/* What became of a record that was to be written. */
typedef struct GsOutcome
{
	bool		done;
	bool		uncertain;		/* not done, as far as is known, but it may have been */
	const char *key;			/* done: the key that the tenant names, or NULL */
	const GsJson *record;		/* done: what it answers with of the record, or NULL */
	GsFailure	failure;		/* not done */
} GsOutcome;

/*
 * What became of the n-th of a request's records, by the request's verdict.
 * Belongs to the request, and to CurrentMemoryContext.
 */
extern void gs_api_outcome(const GsTenant *tenant, const GsResource *resource,
						   const GsEndpoint *endpoint, const GsVerdict *verdict, int n,
						   GsOutcome *outcome);

/*
 * Wait for a request, and find the records that it answers with.  Does not
 * raise what the tenant or the network failed at: the verdict says it.
 */
extern const GsVerdict *gs_api_settle(GsRequest *request, const GsEndpoint *endpoint,
									  GsRecords *records);

#endif							/* GS_API_H */
