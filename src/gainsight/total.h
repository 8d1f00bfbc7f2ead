/*
 * total.h
 *	  How many records does a resource have, and in which list was one of them?
 */
#ifndef GS_TOTAL_H
#define GS_TOTAL_H

#include "postgres.h"

#include "api.h"

/*
 * Remember for this backend how many records there are of a resource on the
 * tenant, without any filter.
 */
extern void gs_total_remember(const GsTenant *tenant, const GsResource *resource,
							  int64 total);

/*
 * What is remembered, GS_NO_TOTAL if nothing is.  *requests, if it is given:
 * how many gs_total_find took for it, 0 if it was not that.
 */
extern int64 gs_total_known(const GsTenant *tenant, const GsResource *resource,
							int *requests);

/*
 * Was it found by gs_total_find_pages, to a factor of two from below?
 */
extern bool gs_total_is_rough(const GsTenant *tenant, const GsResource *resource);

/*
 * Remember for this backend in which list a record is, by the key that the list's
 * path has in braces; and where it was last, NULL if that is not known (any more).
 * Valid until the next is remembered.
 */
extern void gs_place_remember(const GsTenant *tenant, const char *key, const char *list);
extern const char *gs_place_of(const GsTenant *tenant, const char *key);

/*
 * Is the totalCount of the first page of a search, of so many rows at most, one
 * of all rows?
 */
extern bool gs_total_is_credible(const GsRecords *records, int limit);

/*
 * Ask the tenant, with one request, for the number of records that a search
 * finds; false if it does not tell.  Raises what fails.
 */
extern bool gs_total_ask(const GsTenant *tenant, const GsResource *resource,
						 const GsSearch *search, int64 *total);

/*
 * The same in two steps, so that several are under way at once: queue the request,
 * in CurrentMemoryContext; wait for its answer, and free it.  *total is what the
 * tenant says, credible or not; GS_NO_TOTAL: nothing.
 */
extern GsRequest *gs_total_start(const GsTenant *tenant, const GsResource *resource,
								 const GsSearch *search);
extern bool gs_total_finish(const GsResource *resource, GsRequest *request, int64 *total);

/*
 * A page came with so many rows, of so many fields each.  Returns how many the
 * longest had that this session was given before, of records as wide or wider: what
 * a tenant gives of narrow ones it need not give of wide ones.
 */
extern int	gs_total_note_page(const GsTenant *tenant, const GsResource *resource, int fields,
							   int rows);

/*
 * More rows were to be had behind a page that was shorter than asked: remember for
 * this backend that the tenant gives so many of records with so many fields, and
 * of wider ones.  What is remembered for records with so many fields; 0: nothing.
 */
extern void gs_total_note_cap(const GsTenant *tenant, const GsResource *resource, int fields,
							  int rows);
extern int	gs_total_cap(const GsTenant *tenant, const GsResource *resource, int fields);

/*
 * Ask the tenant for the number of a resource's records, and remember it: with
 * one request if it counts them, else with up to ten, which come close from below.  That
 * there are at_least so many is known.  search says of which records, if it is
 * not NULL, its select does not count.  The resource is one that can be
 * searched, the tenant is authorized.
 */
extern int64 gs_total_find(const GsTenant *tenant, const GsResource *resource,
						   const GsSearch *search, int64 at_least);

/*
 * The same with fewer requests: it is near enough once it tells how many pages of so many
 * rows the records fill, or half of that.  Nothing is remembered of a tenant that ignores
 * the offset or fails at it, nor where few requests are left.  What a request fails at is not raised.
 * Returns the requests that it took.
 */
extern int	gs_total_find_pages(const GsTenant *tenant, const GsResource *resource,
								const GsSearch *search, int page_size);

#endif							/* GS_TOTAL_H */
