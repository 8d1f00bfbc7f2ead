/*
 * sample.h
 *	  Records that are known, and what a condition says of them.
 */
#ifndef GS_SAMPLE_H
#define GS_SAMPLE_H

#include "postgres.h"

#include "probe.h"

/* A condition on a column, as it is sent and as it is told here. */
typedef struct GsTrial
{
	const GsColumn *column;
	const char *operator;
	const char *text;			/* the value, NULL: none, or a moment */
	Timestamp	moment;
	bool		by_day;			/* of which only the day counts */
	const char *json;			/* the values as they are sent */
} GsTrial;

/* Records whose keys are in the search, too; none where lists of keys do not work. */
typedef struct GsKnown
{
	int			count;
	const GsJson *records[GS_KEYS];
} GsKnown;

/* What came of a search for them. */
typedef struct GsFound
{
	int			wanted;			/* of these: for which all that was asked holds */
	int			given;
	int			missing;		/* wanted, and not given */
	int			surplus;		/* given, and not wanted */
	int			nulls;			/* of the surplus, have no value in the column */
	int			strangers;		/* given, and none of the keys asked for */
} GsFound;

/*
 * Does a condition hold for a record, as SQL has it?
 */
extern bool gs_trial_holds(const GsTrial *trial, const GsJson *record);

/*
 * The column of a kind that conditions may name, rather one that lacks a value
 * now and then; of the flags in the mask it has these.  NULL if there is none.
 * And how many of the page lack a value in it, or (lacking false) have one.
 */
extern const GsColumn *gs_sample_column(const GsCheck *check, GsKind kind, int mask, int flags);
extern int	gs_sample_count(const GsCheck *check, const GsColumn *column, bool lacking);

extern const GsColumn *gs_sample_key(const GsCheck *check);

/*
 * Choose records of the page, a third of them without a value in the column
 * where there are so many; and why there are none.
 */
extern void gs_sample_choose(const GsCheck *check, const GsColumn *column, GsKnown *known);
extern const char *gs_sample_lack(const GsCheck *check);

/*
 * Choose a value for a trial that has column and operator, so that it holds for
 * some of the records; where there are none, any.
 */
extern void gs_trial_choose(const GsCheck *check, const GsKnown *known, GsTrial *trial);

/*
 * The keys of some of the records as a condition's values.
 */
extern const char *gs_sample_keys(const GsCheck *check, const GsKnown *known, int from, int count);

/*
 * Weigh an answer; wanted is told of each of the records.  The column may be NULL.
 */
extern GsFound gs_sample_weigh(const GsCheck *check, const GsKnown *known, const bool *wanted,
							   const GsColumn *column, const GsRecords *records);

/*
 * That in words.
 */
extern const char *gs_found_text(const GsKnown *known, const GsFound *found);

/*
 * What of a search may not be quoted, for gs_check_failure: the keys, and a text.
 */
extern const char *const *gs_sample_secrets(const GsCheck *check, const GsKnown *known,
											const char *text);

/*
 * Search for what conditions and expression say: a short page of keys, with a
 * column if it is given.  As gs_check_search.
 */
extern bool gs_sample_search(GsCheck *check, const GsCondition *conditions, int count,
							 const char *expression, const GsColumn *column, GsAnswer *answer);

/*
 * Search for one trial, or two together, among known records, of which there may
 * be none; and make a row about one: use says how statements do without it, or
 * where they do not use it, how they would.
 */
extern bool gs_trial_ask(GsCheck *check, const GsTrial *trials, int count, const GsKnown *known,
						 GsAnswer *answer, GsFound *found);
extern void gs_trial_put(GsCheck *check, const char *step, const GsTrial *trial,
						 const GsKnown *known, const GsAnswer *answer, const GsFound *found,
						 bool used, const char *use);

#endif							/* GS_SAMPLE_H */
