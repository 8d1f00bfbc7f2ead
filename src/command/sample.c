/*
 * sample.c
 *	  Records that are known, and what a condition says of them.
 *
 * It can be told here for which of them it holds.  What a tenant gives beside
 * those costs rows; what it does not give is lost.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "sample.h"

/*
 * What a condition says of a record.
 */

static bool
is_time(const GsColumn *column)
{
	return column->kind == GS_DATE || column->kind == GS_DATETIME;
}

/* < 0, 0, > 0 as the record's value is below, at, above that of the trial. */
static int
compare_value(const GsTrial *trial, const GsJson *record)
{
	Timestamp	moment;

	if (!is_time(trial->column))
		return strcmp(gs_check_text(record, trial->column), trial->text);
	if (!gs_check_moment(record, trial->column, &moment))
		return 0;
	if (trial->by_day)
		return gs_day_of(moment) - gs_day_of(trial->moment);
	return moment < trial->moment ? -1 : moment > trial->moment;
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool
ends(const char *text, const char *with)
{
	return strlen(text) >= strlen(with) && strcmp(text + strlen(text) - strlen(with), with) == 0;
}

bool
gs_trial_holds(const GsTrial *trial, const GsJson *record)
{
	const char *text = gs_check_text(record, trial->column);
	const char *operator = trial->operator;
	int			side;

	if (strcmp(operator, "IS_NULL") == 0)
		return text == NULL;
	if (text == NULL || strcmp(operator, "IS_NOT_NULL") == 0)
		return text != NULL;
	if (strcmp(operator, "CONTAINS") == 0)
		return strstr(text, trial->text) != NULL;
	if (strcmp(operator, "STARTS_WITH") == 0)
		return begins(text, trial->text);
	if (strcmp(operator, "ENDS_WITH") == 0)
		return ends(text, trial->text);
	side = compare_value(trial, record);
	if (strcmp(operator, "NE") == 0)
		return side != 0;
	return (side < 0 && operator[0] == 'L') || (side > 0 && operator[0] == 'G') ||
		(side == 0 && (strcmp(operator, "EQ") == 0 || ends(operator, "TE")));
}

/*
 * Which records, and which value.
 */

const GsColumn *
gs_sample_key(const GsCheck *check)
{
	return gs_model_flagged(check->plans, GS_KEY);
}

int
gs_sample_count(const GsCheck *check, const GsColumn *column, bool lacking)
{
	int			count = 0;

	for (const GsJson *record = check->page.records.first; record != NULL;
		 record = gs_envelope_next(&check->page.records, record))
		count += (gs_check_text(record, column) == NULL) == lacking;
	return count;
}

const GsColumn *
gs_sample_column(const GsCheck *check, GsKind kind, int mask, int flags)
{
	const GsColumn *best = NULL;
	bool		best_lacks = false;

	for (int i = 0; i < check->plans->ncolumns; i++)
	{
		const GsColumn *column = &check->plans->columns[i];
		bool		lacks;

		if (column->kind != kind || !(column->flags & GS_FILTERABLE) ||
			(column->flags & mask) != flags || gs_model_is_looked_up(column->field))
			continue;
		if (best != NULL && gs_check_lacks(check, column))
			continue;
		lacks = gs_sample_count(check, column, true) > 0 && gs_sample_count(check, column, false) > 0;
		if (best == NULL || gs_check_lacks(check, best) || (lacks && !best_lacks))
		{
			best = column;
			best_lacks = lacks;
		}
	}
	return best;
}

const char *
gs_sample_lack(const GsCheck *check)
{
	if (check->page.records.count == 0)
		return psprintf("not known: there is no %s", check->plans->label);
	return check->finds_keys ? "not known: there are too few records" :
		"not known: a list of keys does not find just their records";
}

void
gs_sample_choose(const GsCheck *check, const GsColumn *column, GsKnown *known)
{
	int			most = check->finds_keys ? Min(GS_KEYS, check->settings->in_list_size) : 0;

	known->count = 0;
	if (gs_check_lacks(check, column))
		return;
	for (int with = 0; with < 2; with++)
		for (const GsJson *record = check->page.records.first;
			 record != NULL && known->count < (with ? most : most / 3);
			 record = gs_envelope_next(&check->page.records, record))
			if ((gs_check_text(record, column) != NULL) == (with == 1) &&
				gs_check_key(check, record)[0] != '\0')
				known->records[known->count++] = record;
}

static int
compare_texts(const void *one, const void *other)
{
	return strcmp(*(const char *const *) one, *(const char *const *) other);
}

static int
compare_moments(const void *one, const void *other)
{
	Timestamp	a = *(const Timestamp *) one;
	Timestamp	b = *(const Timestamp *) other;

	return a < b ? -1 : a > b;
}

/*
 * Which of the values in their order is taken: a lower one for what is above it,
 * so that two bounds leave something between them.
 */
static int
place_of(const char *operator, int count)
{
	return count * (operator[0] == 'G' ? 1 : operator[0] == 'L' ? 3 : 2) / 4;
}

static void
choose_moment(const GsCheck *check, const GsKnown *known, GsTrial *trial)
{
	Timestamp	moments[GS_KEYS] = {0};
	int			count = 0;

	for (int i = 0; i < known->count; i++)
		count += gs_check_moment(known->records[i], trial->column, &moments[count]);
	qsort(moments, count, sizeof(Timestamp), compare_moments);
	trial->by_day = trial->column->kind == GS_DATE && !check->plans->dialect->zoned;
	trial->moment = gs_second_of(moments[place_of(trial->operator, count)]) * USECS_PER_SEC;
	trial->json = trial->by_day ? gs_value_day(gs_day_of(trial->moment)) :
		gs_value_second(gs_second_of(trial->moment));
	if (trial->json == NULL)
		trial->json = gs_value_second(trial->moment = 0);
}

static int
count_letters(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* As much of a text is asked for. */
#define PIECE 5

/*
 * The longest run of letters, somewhere, at the start or at the end; cut.  Where
 * there is none, the whole text.
 */
static const char *
letters_of(const char *text, bool at_start, bool at_end)
{
	const char *best = text;
	int			length = 0;

	for (const char *at = text; *at;)
	{
		int			run = count_letters(at);

		if (run > length && (!at_start || at == text) && (!at_end || at[run] == '\0'))
		{
			best = at;
			length = run;
		}
		at += Max(run, 1);
	}
	if (at_end && length > PIECE)
		best += length - PIECE;
	return length == 0 ? text : pnstrdup(best, Min(length, PIECE));
}

static void
choose_text(const GsKnown *known, GsTrial *trial)
{
	const char *texts[GS_KEYS];
	int			count = 0;
	bool		starts = strcmp(trial->operator, "STARTS_WITH") == 0;
	bool		at_end = strcmp(trial->operator, "ENDS_WITH") == 0;
	bool		piece = starts || at_end || strcmp(trial->operator, "CONTAINS") == 0;

	for (int i = 0; i < known->count; i++)
	{
		const char *text = gs_check_text(known->records[i], trial->column);

		if (text != NULL && text[0] != '\0')
			texts[count++] = piece ? letters_of(text, starts, at_end) : text;
	}
	qsort(texts, count, sizeof(char *), compare_texts);
	trial->text = count > 0 ? texts[place_of(trial->operator, count)] : "none";
	trial->json = NULL;
}

void
gs_trial_choose(const GsCheck *check, const GsKnown *known, GsTrial *trial)
{
	if (strstr(trial->operator, "NULL") != NULL)
		trial->json = "[]";
	else if (is_time(trial->column))
		choose_moment(check, known, trial);
	else
		choose_text(known, trial);
	if (trial->json == NULL)
		trial->json = gs_json_quoted(trial->text);
	if (trial->json[0] != '[')
		trial->json = psprintf("[%s]", trial->json);
}

/*
 * Searches for them.
 */

const char *
gs_sample_keys(const GsCheck *check, const GsKnown *known, int from, int count)
{
	const char **keys = palloc(sizeof(char *) * Max(count, 1));

	for (int i = 0; i < count; i++)
		keys[i] = gs_check_key(check, known->records[from + i]);
	return gs_json_quoted_list(keys, count);
}

const char *const *
gs_sample_secrets(const GsCheck *check, const GsKnown *known, const char *text)
{
	const char **values = palloc0(sizeof(char *) * (GS_KEYS + 2));
	int			count = 0;

	for (int i = 0; i < known->count; i++)
		values[count++] = gs_check_key(check, known->records[i]);
	if (known->count > 0 && text != NULL)
		values[count++] = text;
	return values;
}

GsFound
gs_sample_weigh(const GsCheck *check, const GsKnown *known, const bool *wanted, const GsColumn *column,
				const GsRecords *records)
{
	GsFound		found = {0};

	for (int i = 0; i < known->count; i++)
	{
		bool		given = gs_check_has_key(check, records, gs_check_key(check, known->records[i]));

		found.wanted += wanted[i];
		found.given += given;
		found.missing += wanted[i] && !given;
		found.surplus += given && !wanted[i];
		found.nulls += given && !wanted[i] && column != NULL &&
			gs_check_text(known->records[i], column) == NULL;
	}
	found.strangers = records->count - found.given;
	return found;
}

const char *
gs_found_text(const GsKnown *known, const GsFound *found)
{
	if (found->missing > 0)
		return psprintf("loses rows: %d of the %d that it is true for", found->missing, found->wanted);
	if (found->strangers > 0)
		return psprintf("is dropped, or the keys beside it are: %d rows come that were not asked for", found->strangers);
	if (found->surplus == 0)
		return psprintf("finds %d of %d rows, as it should", found->wanted, known->count);
	if (found->given == known->count && found->surplus > found->nulls)
		return psprintf("is dropped: all %d rows come, and it is true for %d", known->count, found->wanted);
	return psprintf("finds the %d rows that it should, and %d %s", found->wanted, found->surplus,
					found->surplus == found->nulls ? "without a value" : "others");
}

/*
 * Asking.
 */

/* The page is short, and has the columns of the trials where they can be had. */
bool
gs_sample_search(GsCheck *check, const GsCondition *conditions, int count, const char *expression,
				 const GsColumn *column, GsAnswer *answer)
{
	GsSearch	search = {
		.conditions = conditions, .nconditions = count, .expression = expression
	};

	gs_search_select(&search, gs_sample_key(check)->field);
	if (column != NULL)
		gs_search_select(&search, column->field);
	return gs_check_search(check, check->plans, &search, 2 * GS_KEYS, 0, answer);
}

/* One trial or two together, with the keys of known records, of which there may be none. */
bool
gs_trial_ask(GsCheck *check, const GsTrial *trials, int count, const GsKnown *known,
			 GsAnswer *answer, GsFound *found)
{
	static const char *const expressions[] = {NULL, "A", "A AND B", "A AND B AND C"};
	GsCondition conditions[3];
	bool		wanted[GS_KEYS];
	int			n = 0;

	/* together with the keys they have to be in three conditions */
	for (; n < Min(count, 2); n++)
		conditions[n] = (GsCondition) {trials[n].column->field, trials[n].operator, trials[n].json};
	if (known->count > 0)
		conditions[n++] = (GsCondition)
	{
		gs_sample_key(check)->field, "IN",
			gs_sample_keys(check, known, 0, known->count)
	};
	if (!gs_sample_search(check, conditions, n, expressions[n],
						  known->count > 0 || !(trials[0].column->flags & GS_FILTERABLE) ? NULL : trials[0].column,
						  answer))
		return false;
	for (int i = 0; i < known->count; i++)
		wanted[i] = gs_trial_holds(&trials[0], known->records[i]) &&
			(count < 2 || gs_trial_holds(&trials[1], known->records[i]));
	*found = gs_sample_weigh(check, known, wanted, count < 2 ? trials[0].column : NULL,
							 &answer->records);
	return true;
}

/* Of records that came without keys being asked for: for how many does it hold? */
static const char *
describe_strangers(const GsCheck *check, const GsTrial *trial, const GsRecords *records)
{
	int			fitting = 0;

	if (records->count == 0)
		return psprintf("understood; what it finds is %s", gs_sample_lack(check));
	for (const GsJson *record = records->first; record != NULL;
		 record = gs_envelope_next(records, record))
		fitting += gs_trial_holds(trial, record);
	return psprintf("%s: %d rows come, and it is true for %d",
					fitting < records->count ? "is dropped, or wide" : "understood",
					records->count, fitting);
}

/* A row about an answer to a trial; use says how to do without it. */
void
gs_trial_put(GsCheck *check, const char *step, const GsTrial *trial, const GsKnown *known,
			 const GsAnswer *answer, const GsFound *found, bool used, const char *use)
{
	bool		refused = !answer->ok &&
		answer->verdict->failure.sqlstate == ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION;
	bool		loses = answer->ok && found->missing > 0;
	const char *detail;

	if (!answer->ok)
		detail = gs_check_failure(answer, gs_sample_secrets(check, known, trial->text));
	else if (known->count == 0)
		detail = describe_strangers(check, trial, &answer->records);
	else
		detail = gs_found_text(known, found);
	if (use != NULL && (used ? refused || loses : answer->ok && !loses && known->count > 0))
		detail = psprintf("%s; %s", detail, use);
	gs_check_put(check, step, used || check->over != NULL ? answer->ok && !loses : true,
				 psprintf("on %s: %s", trial->column->field, detail));
}
