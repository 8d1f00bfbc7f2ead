/*
 * trials.c
 *	  Probes of conditions: is each understood, and does it find what it says?
 *
 * A condition is asked together with the keys of records that are known, by what
 * holds for them.  What a tenant refuses or loses is not ok where statements
 * would send it.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "sample.h"
#include "where/where.h"

/* A column that the tenant does not have is nothing to try, and there is a row that says so. */
static bool
is_unreadable(GsCheck *check, const char *step, const GsColumn *column)
{
	if (!gs_check_lacks(check, column))
		return false;
	gs_check_put(check, step, true, psprintf("not known: %s cannot be read", column->field));
	return true;
}

/*
 * Operators.
 */

#define OPERATOR "operator "
#define MAY_NAME_IT "the server option operators may name it, too"

/* What an operator is tried on: what statements would send it for. */
static const GsColumn *
column_for(const GsCheck *check, const char *operator)
{
	if (strcmp(operator, "EQ") == 0)
		return gs_sample_key(check);
	if (strcmp(operator, "NE") == 0)
		return gs_sample_column(check, GS_ID, 0, 0);
	/* a day that is spelled with a time may be above itself to a tenant: it gets no LTE */
	if (strcmp(operator, "LTE") == 0)
		return gs_sample_column(check, GS_DATETIME, 0, 0);
	if (strchr("LG", operator[0]) != NULL || strstr(operator, "NULL") != NULL)
		return gs_sample_column(check, GS_DATE, GS_NULL_UNSURE, 0);
	return gs_sample_column(check, GS_TEXT, 0, 0);
}

static void
try_operator(GsCheck *check, const char *operator)
{
	GsTrial		trial = {.column = column_for(check, operator), .operator = operator};
	GsKnown		known;
	GsAnswer	answer;
	GsFound		found;

	if (is_unreadable(check, psprintf(OPERATOR "%s", operator), trial.column))
		return;
	gs_sample_choose(check, trial.column, &known);
	gs_trial_choose(check, &known, &trial);
	if (gs_trial_ask(check, &trial, 1, &known, &answer, &found))
		gs_trial_put(check, psprintf(OPERATOR "%s", operator), &trial, &known, &answer, &found,
					 gs_operator_available(check->settings, operator), gs_operator_available(check->settings, operator) ?
					 "the server option operators should not name it" : MAY_NAME_IT);
}

/* Is there a known record that the first alone keeps from being wanted? */
static bool
tells(const GsTrial *trial, const GsTrial *other, const GsKnown *known)
{
	for (int i = 0; i < known->count; i++)
		if (!gs_trial_holds(trial, known->records[i]) && gs_trial_holds(other, known->records[i]))
			return true;
	return false;
}

/* Are two operators at once what they should be, and could it be seen if one were not? */
static bool
try_both(GsCheck *check, const char *const *operators)
{
	GsTrial		trials[2];
	GsKnown		known;
	GsAnswer	answer;
	GsFound		found;

	for (int i = 0; i < 2; i++)
		trials[i] = (GsTrial) {.column = column_for(check, operators[i]), .operator = operators[i]};
	gs_sample_choose(check, trials[0].column, &known);
	if (known.count == 0)
		return false;
	for (int i = 0; i < 2; i++)
		gs_trial_choose(check, &known, &trials[i]);
	if (!tells(&trials[0], &trials[1], &known) || !tells(&trials[1], &trials[0], &known) ||
		!gs_trial_ask(check, trials, 2, &known, &answer, &found))
		return false;
	if (!answer.ok || found.wanted == 0 || found.missing + found.surplus + found.strangers > 0)
		return false;
	check->ands_three = true;
	for (int i = 0; i < 2; i++)
		gs_check_put(check, psprintf(OPERATOR "%s", operators[i]), true,
					 psprintf("on %s: %s, together with %s%s", trials[i].column->field,
							  gs_found_text(&known, &found), operators[1 - i],
							  gs_operator_available(check->settings, operators[i]) ? "" : "; " MAY_NAME_IT));
	return true;
}

/*
 * One request for two of them where all is well; who is not, is asked alone.
 * GTE is not together with LT: that would hide it if it kept nulls.
 */
static void
run_operators(GsCheck *check, const char *step)
{
	static const char *const operators[][2] = {
		{"EQ", NULL}, {"GTE", "LTE"}, {"GT", "LT"}, {"NE", "IS_NOT_NULL"}, {"IS_NULL", NULL},
		{"STARTS_WITH", NULL}, {"CONTAINS", NULL}, {"ENDS_WITH", NULL}
	};

	(void) step;
	for (int i = 0; i < (int) lengthof(operators); i++)
	{
		if (operators[i][1] != NULL && try_both(check, operators[i]))
			continue;
		for (int j = 0; j < 2 && operators[i][j] != NULL && check->over == NULL; j++)
			try_operator(check, operators[i][j]);
	}
}

/*
 * Lists of keys.
 */

/*
 * As many values as asked for: keys that there are, then others that look like them,
 * but for a letter: a tenant may number its records, and then has those of digits alone.
 */
static const char *
list_of_keys(const GsCheck *check, int size, int *real)
{
	const GsJson *record = check->page.records.first;
	const char *like = record ? gs_check_key(check, record) : "1S0200000";
	const char **keys = palloc(sizeof(char *) * size);

	*real = 0;
	for (int i = 0; i < size; i++)
	{
		keys[i] = record ? gs_check_key(check, record) :
			psprintf("%.*sZ%04d", Max((int) strlen(like), 5) - 5, like, i);
		*real += record != NULL;
		record = record ? gs_envelope_next(&check->page.records, record) : NULL;
	}
	return gs_json_quoted_list(keys, size);
}

static bool
try_list(GsCheck *check, int size, GsAnswer *answer, int *real)
{
	const char *key = gs_sample_key(check)->field;
	GsCondition condition = {key, "IN", list_of_keys(check, size, real)};
	GsSearch	search = {
		.select = &key, .nselect = 1, .conditions = &condition, .nconditions = 1,
		.expression = "A"
	};

	/* no more than one key too many is of interest */
	return gs_check_search(check, check->plans, &search, GS_SAMPLE + 1, 0, answer) &&
		answer->ok && answer->records.count >= *real;
}

/* What a list of so many values came to, which did not find all of its keys. */
static const char *
describe_shortage(const GsCheck *check, int size, const GsAnswer *answer, int real)
{
	GsKnown		known = {0};

	for (const GsJson *record = check->page.records.first; record != NULL && known.count < GS_KEYS;
		 record = gs_envelope_next(&check->page.records, record))
		known.records[known.count++] = record;
	return psprintf("%d values: %s", size, answer->ok ?
					psprintf("%d of %d rows are missing", real - answer->records.count, real) :
					gs_check_failure(answer, gs_sample_secrets(check, &known, NULL)));
}

static const char *
describe_lists(const GsCheck *check, int works, const char *why)
{
	int			present = check->settings->in_list_size;
	const char *detail;

	if (works == 0)
		return why;
	detail = psprintf("lists of %d values work%s%s", works, why ? ", more do not; " : "", why ? why : "");
	if (works > present)
		return psprintf("%s; the server option in_list_size '%d' saves requests", detail, works);
	return works == present ? detail : psprintf("%s; set the server option in_list_size '%d'", detail, works);
}

/* The longest list first: what works there works for shorter ones. */
static void
run_list(GsCheck *check, const char *step)
{
	int			present = check->settings->in_list_size;
	const int	sizes[] = {present > 100 ? present : 100, 100, 50, GS_KEYS, present < GS_KEYS ? present : GS_KEYS};
	const char *why = NULL;
	GsAnswer	answer;
	int			works = 0;
	int			real = 0;

	for (int i = 0; i < (int) lengthof(sizes) && works == 0; i++)
	{
		if (i > 0 && sizes[i] == sizes[i - 1])
			continue;
		if (try_list(check, sizes[i], &answer, &real))
			works = sizes[i];
		else if (check->over != NULL)
			return;
		else
			why = describe_shortage(check, sizes[i], &answer, real);
	}
	check->finds_keys = works > 0 && answer.records.count == real && real > 0;
	if (works > 0 && answer.records.count > real)
		gs_check_put(check, step, true, "is dropped: other rows come, too");
	else
		gs_check_put(check, step, works >= present || !gs_operator_available(check->settings, "IN"),
					 describe_lists(check, works, why));
}

/*
 * Expressions, of lists that overlap.
 */

typedef struct Expression
{
	const char *step;
	const char *text;
	struct
	{
		int			from;		/* the first of the known records whose key it has */
		int			count;
	}			lists[3];
	bool		wanted[3];		/* of the known records, by the expression */
	const char *shows;			/* the step that need not be asked if this is as it should */
	bool		tried;			/* two operators with the keys are one such */
} Expression;

static const Expression expressions[] = {
	/* who reads it from left to right finds the third, too */
	{"parentheses", "A AND (B OR C)", {{0, 2}, {1, 1}, {2, 1}}, {false, true, false}, "OR", false},
	{"AND of three", "A AND B AND C", {{0, 2}, {1, 2}, {0, 3}}, {false, true, false}, NULL, true},
	{"OR", "A OR B", {{1, 1}, {2, 1}}, {false, true, true}, NULL, false},
};

static const char *
advice_on_nesting(const GsCheck *check, bool works)
{
	if (check->settings->flat)
		return works ? "; the server option expressions 'nested' lets more conditions be sent" : "";
	return works ? "" : "; set the server option expressions 'flat'";
}

/* True if it is just as it should be. */
static bool
try_expression(GsCheck *check, const Expression *expression, const GsKnown *known)
{
	bool		nested = strchr(expression->text, '(') != NULL;
	GsCondition conditions[3];
	GsAnswer	answer;
	GsFound		found;
	int			count = 0;
	bool		works;

	for (; count < 3 && expression->lists[count].count > 0; count++)
		conditions[count] = (GsCondition)
	{
		gs_sample_key(check)->field, "IN",
			gs_sample_keys(check, known, expression->lists[count].from, expression->lists[count].count)
	};
	if (!gs_sample_search(check, conditions, count, expression->text, NULL, &answer))
		return false;
	found = gs_sample_weigh(check, known, expression->wanted, NULL, &answer.records);
	works = answer.ok && found.missing == 0;
	gs_check_put(check, expression->step, works || (nested && check->settings->flat && check->over == NULL),
				 psprintf("%s%s", answer.ok ? gs_found_text(known, &found) :
						  gs_check_failure(&answer, gs_sample_secrets(check, known, NULL)),
						  nested ? advice_on_nesting(check, works && found.surplus == 0) : ""));
	return works && found.surplus + found.strangers == 0;
}

static void
run_expressions(GsCheck *check, const char *step)
{
	const char *shown = NULL;
	GsKnown		known;

	(void) step;
	gs_sample_choose(check, gs_sample_key(check), &known);
	known.count = Min(known.count, 3);
	for (int i = 0; i < (int) lengthof(expressions) && check->over == NULL; i++)
	{
		const Expression *expression = &expressions[i];

		if (known.count < 3)
			gs_check_put(check, expression->step, true, gs_sample_lack(check));
		else if (shown != NULL && strcmp(shown, expression->step) == 0)
			gs_check_put(check, expression->step, true, "as it should, within parentheses");
		else if (expression->tried && check->ands_three)
			gs_check_put(check, expression->step, true, "as it should, of operators that were tried together");
		else if (try_expression(check, expression, &known) && expression->shows != NULL)
			shown = expression->shows;
	}
}

/*
 * Which texts are equal.
 */

static const char *
with_other_case(const char *text)
{
	char	   *other = pstrdup(text);

	for (char *c = other; *c; c++)
		if (pg_ascii_tolower((unsigned char) *c) != *c)
			*c = pg_ascii_tolower((unsigned char) *c);
		else
			*c = pg_ascii_toupper((unsigned char) *c);
	return other;
}

static void
run_case(GsCheck *check, const char *step)
{
	GsTrial		trial = {.operator = step + strlen("case of ")};
	GsKnown		known;
	GsAnswer	answer;
	GsFound		found;
	int			alike = 0;

	trial.column = gs_sample_column(check, GS_TEXT, 0, 0);
	if (is_unreadable(check, step, trial.column))
		return;
	gs_sample_choose(check, trial.column, &known);
	gs_trial_choose(check, &known, &trial);
	for (int i = 0; i < known.count; i++)
		alike += gs_trial_holds(&trial, known.records[i]);
	trial.text = with_other_case(trial.text);
	trial.json = psprintf("[%s]", gs_json_quoted(trial.text));
	if (alike == 0)
		gs_check_put(check, step, true, gs_sample_lack(check));
	else if (!gs_trial_ask(check, &trial, 1, &known, &answer, &found))
		return;
	else if (!answer.ok)
		gs_trial_put(check, step, &trial, &known, &answer, &found, gs_operator_available(check->settings, trial.operator), NULL);
	else
		gs_check_put(check, step, true,
					 found.given == known.count ? "not known: the condition is dropped" :
					 found.given >= alike ? "texts that differ in case alone are equal" :
					 "texts that differ in case alone are not equal");
}

/*
 * Fields.
 */

/* A status is another record's name where it is looked up. */
static void
run_status(GsCheck *check, const char *step)
{
	GsTrial		trial = {.operator = "EQ", .column = gs_model_column(check->plans, "status")};
	GsKnown		known;
	GsAnswer	answer;
	GsFound		found;

	if (is_unreadable(check, step, trial.column))
		return;
	gs_sample_choose(check, trial.column, &known);
	gs_trial_choose(check, &known, &trial);
	if (gs_trial_ask(check, &trial, 1, &known, &answer, &found))
		gs_trial_put(check, step, &trial, &known, &answer, &found, gs_operator_available(check->settings, "EQ"),
					 "the column option pushdown 'false' keeps conditions on such columns here");
}

static bool
has_unsure_ids(const GsCheck *check)
{
	return gs_sample_column(check, GS_ID, GS_NULL_UNSURE, GS_NULL_UNSURE) != NULL;
}

/* Whether an id that is not there is null to the tenant; no statement relies on it. */
static void
run_null_ids(GsCheck *check, const char *step)
{
	GsTrial		trial = {.operator = "IS_NOT_NULL", .json = "[]"};
	GsKnown		known;
	GsAnswer	answer;
	GsFound		found;

	trial.column = gs_sample_column(check, GS_ID, GS_NULL_UNSURE, GS_NULL_UNSURE);
	if (is_unreadable(check, step, trial.column))
		return;
	gs_sample_choose(check, trial.column, &known);
	if (known.count == 0)
		gs_check_put(check, step, true, gs_sample_lack(check));
	else if (gs_sample_count(check, trial.column, true) == 0)
		gs_check_put(check, step, true, "not known: no record of the page lacks one");
	else if (gs_trial_ask(check, &trial, 1, &known, &answer, &found))
		gs_trial_put(check, step, &trial, &known, &answer, &found, false, NULL);
}

static void
run_unknown_field(GsCheck *check, const char *step)
{
	static const GsColumn column = {"none", "No_Such_Field__gc", GS_TEXT, 0, NULL, 0};
	GsTrial		trial = {.column = &column, .operator = "EQ", .text = "none", .json = "[\"none\"]"};
	GsKnown		known;
	GsAnswer	answer;
	GsFound		found;

	gs_sample_choose(check, gs_sample_key(check), &known);
	if (!gs_trial_ask(check, &trial, 1, &known, &answer, &found))
		return;
	if (!answer.ok)
		gs_check_put(check, step, check->over == NULL,
					 psprintf("a condition on it fails: %s",
							  gs_check_failure(&answer, gs_sample_secrets(check, &known, NULL))));
	else if (answer.records.count > 0)
		gs_check_put(check, step, true, "a condition on it is dropped: rows come");
	else
		gs_check_put(check, step, true, known.count == 0 ? gs_sample_lack(check) :
					 "a condition on it finds nothing: mind the spelling of fields with pushdown");
}

const GsProbe gs_trials[] = {
	/* the others go by whether this works */
	{OPERATOR "IN", NULL, run_list},
	{"operators", NULL, run_operators},
	{"expressions", NULL, run_expressions},
	{"EQ of status", NULL, run_status},
	{"case of EQ", NULL, run_case},
	{"case of CONTAINS", NULL, run_case},
	{"null ids", has_unsure_ids, run_null_ids},
	{"unknown field", NULL, run_unknown_field},
	{NULL, NULL, NULL}
};
