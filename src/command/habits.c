/*
 * habits.c
 *	  Probes of pages, orders and totals, and of how values are spelled.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "probe.h"

/* The most rows that a search may be asked for, and an offset that no tenant has. */
#define LONGEST_PAGE 5000
#define PAST_ALL 100000000

/* A walk takes it that no page is capped below this where nobody counts. */
#define LEAST_CAP 100

static bool
ask_for_keys(GsCheck *check, int limit, int64 offset, GsAnswer *answer)
{
	const char *key = gs_model_flagged(check->plans, GS_KEY)->field;
	GsSearch	search = {.select = &key, .nselect = 1};

	return gs_check_search(check, check->plans, &search, limit, offset, answer);
}

/*
 * Pages.
 */

/* A page is shorter than asked for, and there are rows behind it: is that harmless? */
static void
put_cap(GsCheck *check, const char *step, int cap)
{
	int			present = check->settings->page_size;
	bool		loses = check->plans->dialect->uncounted && cap < LEAST_CAP && cap < present;

	gs_check_put(check, step, !loses, psprintf("%d rows at most%s", cap, cap >= present ? "" : loses ?
											   psprintf(", and walks would end there; set the option page_size '%d'", cap) :
											   psprintf("; the option page_size '%d' asks for no more", cap)));
}

/* What a page may have beyond the page_size there is. */
static const char *
larger_pages(const GsCheck *check, int count)
{
	int			page_size = check->settings->page_size;

	return count <= page_size ? "" :
		psprintf("; page_size is %d, and a higher one takes fewer requests", page_size);
}

static void
run_page_size(GsCheck *check, const char *step)
{
	GsAnswer	next;
	int			count;

	if (!ask_for_keys(check, LONGEST_PAGE, 0, &check->keys))
		return;
	count = check->keys.records.count;
	if (!check->keys.ok)
	{
		gs_check_put(check, step, check->settings->page_size < LONGEST_PAGE,
					 gs_check_failure(&check->keys, NULL));
		return;
	}
	if (count == 0 || count == LONGEST_PAGE)
	{
		check->complete = count == 0;
		gs_check_put(check, step, true, count == 0 ? "not known: there are no rows" :
					 psprintf("%d rows, and as many were asked for%s", count, larger_pages(check, count)));
		return;
	}
	if (!ask_for_keys(check, 1, count, &next))
		return;
	check->complete = next.ok && next.records.count == 0;
	if (next.ok && next.records.count > 0 &&
		!gs_check_has_key(check, &check->keys.records, gs_check_key(check, next.records.first)))
	{
		put_cap(check, step, count);
		return;
	}
	check->end = next;
	gs_check_put(check, step, true,
				 psprintf("%d rows for %d asked for%s%s", count, LONGEST_PAGE,
						  check->complete ? ", which are all" : "", larger_pages(check, count)));
}

static void
run_end(GsCheck *check, const char *step)
{
	GsAnswer   *end = &check->end;

	if (end->verdict == NULL && !ask_for_keys(check, 1, PAST_ALL, end))
		return;
	if (!end->ok)
		gs_check_put(check, step, false, gs_check_failure(end, NULL));
	else if (end->records.count > 0)
		gs_check_put(check, step, false, "rows come: offset is ignored");
	else
		gs_check_put(check, step, true, psprintf("no rows: %s",
												 gs_printable(gs_envelope_emptiness(end->verdict), 80)));
}

/*
 * Orders.
 */

static const char *
describe_order(const GsOrderSeen *seen, const char *which)
{
	if (seen->answers == 0)
		return psprintf("not known %s: no answer had several rows", which);
	if (seen->by_bytes == seen->answers)
		return psprintf("kept %s", which);
	if (seen->by_letters == seen->answers)
		return psprintf("kept %s, in an order of texts without regard to case", which);
	return psprintf("not kept %s: %d of %d answers are in order", which, seen->by_bytes, seen->answers);
}

static bool
is_ordered(const GsCheck *check)
{
	return check->plans->dialect->ordered;
}

static void
run_order(GsCheck *check, const char *step)
{
	gs_check_put(check, step, true,
				 psprintf("%s; %s", describe_order(&check->unfiltered, "without conditions"),
						  describe_order(&check->filtered, "with conditions")));
}

static bool
has_no_order(const GsCheck *check)
{
	const GsOrderSeen *seen = &check->unfiltered;

	return !is_ordered(check) || Max(seen->by_bytes, seen->by_letters) < seen->answers;
}

/* Where rows are in no order that was asked for, is it at least the same each time? */
static void
run_same_order(GsCheck *check, const char *step)
{
	const GsJson *before = check->page.records.first;
	const GsJson *after;
	GsAnswer	again;
	int			moved = 0;

	if (!ask_for_keys(check, GS_SAMPLE, 0, &again))
		return;
	after = again.records.first;
	for (; before != NULL && after != NULL; before = gs_envelope_next(&check->page.records, before),
		 after = gs_envelope_next(&again.records, after))
		moved += strcmp(gs_check_key(check, before), gs_check_key(check, after)) != 0;
	gs_check_put(check, step, again.ok && moved == 0, !again.ok ? gs_check_failure(&again, NULL) :
				 again.records.count < 2 ? "not known: there are too few rows" :
				 moved == 0 ? "the same page asked for twice has the same rows in the same order" :
				 "the same page asked for twice has other rows, or another order: a statement that reads several pages fails (40001)");
}

/*
 * Totals.
 */

static const char *
describe_total(const GsCheck *check, int64 total)
{
	int			count = check->keys.records.count;

	if (total == GS_NO_TOTAL)
		return "none comes";
	if (!check->complete)
		return psprintf("one comes%s", total > count ? "" : ", of the page alone");
	return psprintf("one comes: " INT64_FORMAT ", where there are %d rows", total, count);
}

static void
run_total(GsCheck *check, const char *step)
{
	bool		trusted = check->settings->trust_filters && !check->plans->dialect->uncounted;
	const char *detail;

	if (!check->keys.ok)
		return;
	detail = describe_total(check, check->keys.records.total);
	if (check->filtered_totals > 0)
		detail = psprintf("%s; with conditions %d of %d are right", detail,
						  check->filtered_totals - check->wrong_totals, check->filtered_totals);
	if (trusted && check->wrong_totals > 0)
		detail = psprintf("%s; set the server option trust_filters 'false'", detail);
	gs_check_put(check, step, !trusted || check->wrong_totals == 0, detail);
}

/*
 * Spellings, of all pages that have columns.
 */

typedef struct Spelled
{
	int			iso;
	int			epoch;
	int			unreadable;
	int			missing;		/* no member */
	int			null;
	int			blank;			/* "" for something else than text */
	int			flat;
	int			nested;
	int			nowhere;		/* looked-up names that did not come */
} Spelled;

static void
look_at_time(const GsJson *record, const GsColumn *column, Spelled *spelled)
{
	Timestamp	moment;

	if (gs_check_text(record, column) == NULL)
		return;
	if (!gs_check_moment(record, column, &moment))
		spelled->unreadable++;
	else if (gs_json_kind(gs_record_member(record, column->field)) == GS_JSON_NUMBER)
		spelled->epoch++;
	else
		spelled->iso++;
}

static void
look_at_value(const GsJson *record, const GsColumn *column, Spelled *spelled)
{
	const GsJson *member = gs_record_member(record, column->field);

	if (column->kind == GS_DATE || column->kind == GS_DATETIME)
		look_at_time(record, column, spelled);
	if (gs_model_is_looked_up(column->field))
	{
		spelled->flat += gs_json_get(record, column->field) != NULL;
		spelled->nested += gs_json_get(record, column->field) == NULL && member != NULL;
		spelled->nowhere += member == NULL;
		return;
	}
	spelled->missing += member == NULL;
	spelled->null += gs_json_kind(member) == GS_JSON_NULL;
	spelled->blank += member != NULL && gs_json_text(member) != NULL && gs_check_text(record, column) == NULL;
}

static void
look_at_records(const GsAnswer *answer, const GsResource *resource, Spelled *spelled)
{
	if (resource == NULL || answer->verdict == NULL)
		return;
	for (const GsJson *record = answer->records.first; record != NULL;
		 record = gs_envelope_next(&answer->records, record))
		for (int i = 0; i < resource->ncolumns; i++)
			if (!(answer->lacks & GS_COLUMN(i)))
				look_at_value(record, &resource->columns[i], spelled);
}

static void
look_at_spellings(const GsCheck *check, Spelled *spelled)
{
	look_at_records(&check->page, check->plans, spelled);
	look_at_records(&check->children, check->children_of, spelled);
}

static void
run_dates(GsCheck *check, const char *step)
{
	Spelled		spelled = {0};

	look_at_spellings(check, &spelled);
	gs_check_put(check, step, spelled.unreadable == 0,
				 psprintf("%d as ISO 8601, %d as milliseconds%s", spelled.iso, spelled.epoch,
						  spelled.unreadable == 0 ? "" :
						  psprintf(", %d that cannot be read (HV004)", spelled.unreadable)));
}

static void
run_nulls(GsCheck *check, const char *step)
{
	Spelled		spelled = {0};

	look_at_spellings(check, &spelled);
	gs_check_put(check, step, true, psprintf("%d as null, %d as empty texts, %d left out",
											 spelled.null, spelled.blank, spelled.missing));
}

static bool
has_lookups(const GsCheck *check)
{
	for (int i = 0; i < check->plans->ncolumns; i++)
		if (gs_model_is_looked_up(check->plans->columns[i].field))
			return true;
	return false;
}

static void
run_lookups(GsCheck *check, const char *step)
{
	Spelled		spelled = {0};

	look_at_spellings(check, &spelled);
	gs_check_put(check, step, true, psprintf("%d flat, %d nested, %d did not come",
											 spelled.flat, spelled.nested, spelled.nowhere));
}

/*
 * Categories of a list that has those of all.
 */

static const GsChoice *
category_of(const GsCheck *check)
{
	for (int i = 0; i < check->list_of->nchoices; i++)
		if (check->list_of->choices[i].category)
			return &check->list_of->choices[i];
	return NULL;
}

static bool
has_categories(const GsCheck *check)
{
	return check->list.ok && category_of(check) != NULL;
}

static int
compare_names(const ListCell *one, const ListCell *other)
{
	return strcmp(lfirst(one), lfirst(other));
}

/* Is a record of the list what some plan's column names? */
static bool
is_named_by_plans(const GsCheck *check, const GsJson *item)
{
	const char *key = gs_record_find_key(gs_model_flagged(check->list_of, GS_KEY)->field, item);

	for (const GsJson *record = check->page.records.first; record != NULL && key != NULL;
		 record = gs_envelope_next(&check->page.records, record))
		for (int i = 0; i < check->plans->ncolumns; i++)
		{
			const char *text = check->plans->columns[i].kind != GS_ID ? NULL :
				gs_check_text(record, &check->plans->columns[i]);

			if (text != NULL && strcmp(text, key) == 0)
				return true;
		}
	return false;
}

static bool
holds_name(List *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

/* As many categories are shown, and as long. */
#define SHOWN 40

static const char *
list_names(List *names)
{
	StringInfoData out;
	ListCell   *cell;

	list_sort(names, compare_names);
	initStringInfo(&out);
	foreach(cell, names)
		if (foreach_current_index(cell) < SHOWN)
			appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", gs_printable(lfirst(cell), 60));
	if (list_length(names) > SHOWN)
		appendStringInfoString(&out, ", ...");
	return out.data;
}

static void
run_categories(GsCheck *check, const char *step)
{
	const GsChoice *choice = category_of(check);
	const char *category = gs_to_utf8(check->settings->plan_type_category);
	const GsRecords *records = &check->list.records;
	List	   *names = NIL;
	List	   *used = NIL;
	int			chosen = 0;
	const char *detail;

	for (const GsJson *record = records->first; record != NULL; record = gs_envelope_next(records, record))
	{
		const char *name = gs_json_text(gs_json_get(record, choice->field));

		chosen += gs_search_holds(check->list_of, category, record);
		if (name != NULL && !holds_name(names, name))
			names = lappend(names, unconstify(char *, name));
		if (name != NULL && !holds_name(used, name) && is_named_by_plans(check, record))
			used = lappend(used, unconstify(char *, name));
	}
	detail = psprintf("%d of %d items are of category %s, active and not deleted; categories: %s",
					  chosen, records->count, gs_printable(category, 60), list_names(names));
	if (used != NIL)
		detail = psprintf("%s; the plans' types are of: %s", detail, list_names(used));
	if (chosen == 0)
		detail = psprintf("%s; plan types that no plan has are lost: set the server option plan_type_category", detail);
	gs_check_put(check, step, chosen > 0, detail);
}

static bool
has_moments_for_days(const GsCheck *check)
{
	return check->plans->dialect->zoned;
}

const GsProbe gs_habits[] = {
	{"page size", NULL, run_page_size},
	{"past the end", NULL, run_end},
	{"order", is_ordered, run_order},
	{"same order", has_no_order, run_same_order},
	{"total", NULL, run_total},
	{"dates", NULL, run_dates},
	{"time zone", has_moments_for_days, gs_check_hours},
	{"nulls", NULL, run_nulls},
	{"looked-up names", has_lookups, run_lookups},
	{"categories", has_categories, run_categories},
	{"order of dates", is_ordered, gs_check_date_order},
	{NULL, NULL, NULL}
};
