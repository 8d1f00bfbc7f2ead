/*
 * search.h
 *	  What a search asks for, and which of its records are the resource's.
 */
#ifndef GS_SEARCH_H
#define GS_SEARCH_H

#include "postgres.h"

#include "envelope.h"
#include "model.h"
#include "wire/wire.h"

/* The most conditions one search can name, as each needs a letter. */
#define GS_MAX_CONDITIONS 26

/* One condition of a search; the n-th is called by the n-th letter. */
typedef struct GsCondition
{
	const char *field;
	const char *operator;		/* the API's, e.g. "EQ" */
	const char *values;			/* a JSON array */
} GsCondition;

/* An order that a search asks for. */
typedef struct GsOrder
{
	const char *field;
	bool		descending;
	/* what of a value is in order; false: it has nothing of the kind */
	bool		(*read) (const GsJson *value, int64 *rank);
} GsOrder;

/* What a walk over a search asks for, but for its page. */
typedef struct GsSearch
{
	const char *const *select;
	int			nselect;		/* 0: no select, for whatever the tenant gives then */
	const GsCondition *conditions;
	int			nconditions;	/* 0: no where */
	const char *expression;		/* in letters, AND, OR and parentheses */
	const char *category;		/* of plan types; NULL: any */
	bool		unasked;		/* its tenant is not to be asked for what has a field */
	const GsOrder *order;		/* NULL: that of the key, where there is one */
} GsSearch;

/*
 * Have a search select a field, too, which it may do already.
 */
extern void gs_search_select(GsSearch *search, const char *field);

/*
 * A search that also selects what the resource's records are chosen by, and
 * asks for them as far as that can be said; itself where nothing is lacking.
 * palloc'd.
 */
extern const GsSearch *gs_search_complete(const GsResource *resource, const GsSearch *search);

/*
 * The body of a completed search for some of its records.  palloc'd.
 */
extern char *gs_search_body(const GsResource *resource, const GsSearch *search, int limit,
							int64 offset);

/*
 * Is a record that a completed search gave one of the resource's?  category is
 * the option plan_type_category, in UTF-8.
 */
extern bool gs_search_holds(const GsResource *resource, const char *category,
							const GsJson *record);

/*
 * Raise HV00K unless the records are in the order, whose field a completed search
 * selects; and that, saying why they are not (a sentence behind a colon).
 */
extern void gs_search_check_order(const GsTenant *tenant, const GsResource *resource,
								  const GsOrder *order, const GsRecords *records);
pg_noreturn extern void gs_search_fail_order(const GsTenant *tenant, const GsResource *resource,
											 const char *why);

/*
 * The member of a record that a field is, which may be looked up: flat, or in an
 * object of the lookup's name.  NULL if there is none.
 */
extern const GsJson *gs_record_member(const GsJson *record, const char *field);

/*
 * A record's key, as what tells it from any other, NULL if it has none; that it
 * has one, and the key: these raise HV00K where it has none.
 */
extern const char *gs_record_find_key(const char *key_field, const GsJson *record);
extern void gs_record_require_key(const GsTenant *tenant, const GsResource *resource,
								  const char *key);
extern const char *gs_record_key(const GsTenant *tenant, const GsResource *resource,
								 const GsJson *record);

/*
 * Raise what is wrong with records that were answered well.
 */
pg_noreturn extern void gs_record_fail(const GsTenant *tenant, int sqlstate, const char *message,
									   const char *aside, const char *hint);

#endif							/* GS_SEARCH_H */
