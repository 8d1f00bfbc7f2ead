/*
 * probe.h
 *	  What the probes of gainsight_fdw_check share.
 *
 * A probe asks a tenant one question, by requests that read, and makes a row of
 * the answer.  A row is ok unless statements would fail, or lose rows, under
 * the options in force; a habit that does neither is ok, and said.  Rows hold
 * counts, codes and spellings, never what is in a customer's records.
 */
#ifndef GS_PROBE_H
#define GS_PROBE_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "table/table.h"

/* Rows of the page that the others go by, and the keys that one condition lists. */
#define GS_SAMPLE 50
#define GS_KEYS 10

/* How many answers had several rows, and how many of these came in order. */
typedef struct GsOrderSeen
{
	int			answers;
	int			by_bytes;		/* of the key */
	int			by_letters;		/* the same without regard to case */
} GsOrderSeen;

/* A column of a resource in a set of them. */
#define GS_COLUMN(number) (UINT64CONST(1) << (number))

typedef struct GsAnswer
{
	const GsVerdict *verdict;
	bool		ok;				/* it has records, or says that there are none */
	GsRecords	records;
	uint64		lacks;			/* GS_COLUMNs of the resource that were not asked for */
} GsAnswer;

/* A check of one server.  Lives as long as the call of the function. */
typedef struct GsCheck
{
	ReturnSetInfo *result;
	Oid			serverid;
	GsSettings *settings;
	MemoryContext context;		/* in which answers stay */
	const char *over;			/* why no further request may be sent, or would be answered; or
								 * NULL */
	const GsResource *plans;	/* what has the most conditions */

	/* what was found, for the probes behind */
	GsAnswer	list;			/* of the shortest resource */
	GsAnswer	page;			/* the first plans with all their columns */
	GsAnswer	keys;			/* the longest page that the tenant gives */
	GsAnswer	children;		/* of another resource that is searched, its columns */
	const GsResource *list_of;
	const GsResource *children_of;
	GsAnswer	end;			/* of a page behind the last row */
	bool		complete;		/* keys are all that there are */
	bool		ands_three;		/* three conditions were seen to be all kept */
	bool		finds_keys;		/* a list of keys finds their records */
	int			filtered_totals;	/* of answers to conditions that hold all rows */
	int			wrong_totals;	/* of these, not the number of rows */
	GsOrderSeen unfiltered;
	GsOrderSeen filtered;
} GsCheck;

typedef struct GsProbe
{
	const char *step;			/* of its row, if it makes one */
	bool		(*applies) (const GsCheck *check);	/* NULL: always */
	void		(*run) (GsCheck *check, const char *step);
} GsProbe;

/*
 * probe.c: asking, and telling
 */

/*
 * Make a row.  detail is in the server's encoding, or NULL.
 */
extern void gs_check_put(GsCheck *check, const char *step, bool ok, const char *detail);

/*
 * Wait for a request, and say what came of it: where it failed, ok is false.  A
 * failure that any other would share ends the check.
 */
extern void gs_check_settle(GsCheck *check, GsRequest *request, const GsEndpoint *endpoint,
							GsAnswer *answer);

/*
 * The same for a search.  Where it must not be sent, as max_requests leaves no
 * room or the check is over: false.
 */
extern bool gs_check_search(GsCheck *check, const GsResource *resource, const GsSearch *search,
							int limit, int64 offset, GsAnswer *answer);
extern bool gs_check_may_ask(GsCheck *check);

/*
 * A failure in words: SQLSTATE, message, status, code, and what the tenant said
 * unless that quotes one of the values (NULL-terminated, or NULL) sent.
 */
extern const char *gs_check_failure(const GsAnswer *answer, const char *const *values);

/*
 * The text of a column in a record; NULL where that is none, nor for "" of any
 * kind but free text.
 */
extern const char *gs_check_text(const GsJson *record, const GsColumn *column);

/*
 * The moment that a column of dates or moments has in a record; false if none
 * that can be read.
 */
extern bool gs_check_moment(const GsJson *record, const GsColumn *column, Timestamp *moment);

/*
 * Was a column of the plans left out of their page?
 */
extern bool gs_check_lacks(const GsCheck *check, const GsColumn *column);

/* A record's key, or ""; is there a record with a key? */
extern const char *gs_check_key(const GsCheck *check, const GsJson *record);
extern bool gs_check_has_key(const GsCheck *check, const GsRecords *records, const char *key);

/*
 * The probes, each table up to one without a step.
 */
extern const GsProbe gs_habits[];	/* habits.c: pages, orders, totals, spellings */
extern const GsProbe gs_trials[];	/* trials.c: conditions */

/*
 * hours.c: a row about the hours of days that are moments, and the zone in which
 * they are one
 */
extern void gs_check_hours(GsCheck *check, const char *step);

/*
 * And one about the orders of moments that every record has.
 */
extern void gs_check_date_order(GsCheck *check, const char *step);

#endif							/* GS_PROBE_H */
