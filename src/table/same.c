/*
 * same.c
 *	  Has a record changed?
 *
 * Wrongly "yes" fails a statement that could go on; wrongly "no" loses a
 * colleague's change.  So values are the same only where nobody could tell them
 * apart, however they are spelled.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "table.h"

static bool
moment_of(const GsJson *node, Timestamp *moment)
{
	const char *text = gs_json_text(node);

	return text != NULL &&
		gs_parse_datetime(text, gs_json_kind(node) == GS_JSON_NUMBER, moment);
}

/* Nothing and "" are one. */
static bool
is_none(const GsJson *node)
{
	GsJsonKind	kind = gs_json_kind(node);

	return kind == GS_JSON_ABSENT || kind == GS_JSON_NULL ||
		(kind == GS_JSON_STRING && !gs_json_has_text(node));
}

static bool
same_text(const GsJson *one, const GsJson *other)
{
	return strcmp(gs_json_printed(one, GS_JSON_EXACT), gs_json_printed(other, GS_JSON_EXACT)) == 0;
}

/* Dates that may be moments, of one day or not. */
static bool
same_day(const GsRelation *relation, const GsJson *one, Timestamp one_moment,
		 const GsJson *other, Timestamp other_moment)
{
	pg_tz	   *zone = relation->settings->zone;
	int64		one_day;
	int64		other_day;

	return gs_day_in_zone(gs_json_text(one), one_moment, zone, &one_day) &&
		gs_day_in_zone(gs_json_text(other), other_moment, zone, &other_day) &&
		one_day == other_day;
}

/* Values of a documented field, or of a custom one if column is NULL. */
static bool
same_value(const GsRelation *relation, const GsColumn *column, const GsJson *one,
		   const GsJson *other)
{
	Timestamp	one_moment;
	Timestamp	other_moment;

	if (is_none(one) || is_none(other))
		return is_none(one) && is_none(other);
	if (same_text(one, other))
		return true;
	if (gs_json_kind(one) == GS_JSON_NUMBER && gs_json_kind(other) == GS_JSON_NUMBER)
		return gs_number_compare(gs_json_text(one), gs_json_text(other)) == 0;
	/* of a custom field it is not known whether it is one of dates */
	if (column != NULL && column->kind != GS_DATE)
		return false;
	if (!moment_of(one, &one_moment) || !moment_of(other, &other_moment))
		return false;
	return column != NULL ? same_day(relation, one, one_moment, other, other_moment) :
		one_moment == other_moment;
}

#define MILLISECOND 1000		/* in microseconds */

/* What two versions tell. */
typedef enum Told
{
	SAME,
	DIFFERENT,
	NOTHING
} Told;

static bool
is_of(Timestamp moment, int64 unit)
{
	return moment % unit == 0;
}

/*
 * A reply may give a version in days, in seconds or finer than another one, and is right
 * as far as it goes.  One in whole seconds does not tell of what happened within that
 * second, nor one in days.
 */
static Told
compare_versions(const GsJson *then, const GsJson *now)
{
	Timestamp	one;
	Timestamp	other;

	if (!gs_json_has_text(then) || !gs_json_has_text(now))
		return NOTHING;
	if (!moment_of(then, &one) || !moment_of(now, &other))
		return strcmp(gs_json_identity(then), gs_json_identity(now)) == 0 ? SAME : DIFFERENT;
	if (gs_is_day(gs_json_text(then)) || gs_is_day(gs_json_text(now)))
		return gs_day_of(one) == gs_day_of(other) ? NOTHING : DIFFERENT;
	if (is_of(one, USECS_PER_SEC) || is_of(other, USECS_PER_SEC))
		return gs_second_of(one) == gs_second_of(other) ? NOTHING : DIFFERENT;
	if (is_of(one, MILLISECOND) || is_of(other, MILLISECOND))
		return one - one % MILLISECOND == other - other % MILLISECOND ? SAME : DIFFERENT;
	return one == other ? SAME : DIFFERENT;
}

/* The custom fields that the table declares, as far as is known what they were. */
static bool
same_custom(const GsRelation *relation, const GsJson *then, const GsJson *now)
{
	for (int i = 0; i < relation->natts; i++)
	{
		const GsAttr *attr = &relation->atts[i];
		const char *field;
		const GsJson *known;

		if (attr->name == NULL || attr->column != NULL || !attr->writable)
			continue;
		field = gs_to_utf8(attr->field);
		known = gs_json_get(then, field);
		if (gs_json_kind(known) != GS_JSON_ABSENT &&
			!same_value(relation, NULL, known, gs_json_get(now, field)))
			return false;
	}
	return true;
}

bool
gs_same_fields(const GsRelation *relation, const GsJson *then, const GsJson *now)
{
	const GsResource *resource = relation->resource;

	for (int i = 0; i < resource->ncolumns; i++)
	{
		const GsColumn *column = &resource->columns[i];

		if ((column->flags & GS_WRITABLE) &&
			!same_value(relation, column, gs_record_member(then, column->field), gs_record_member(now, column->field)))
			return false;
	}
	return same_custom(relation, then, now);
}

bool
gs_same_record(const GsRelation *relation, const GsJson *then, const GsJson *now)
{
	const GsColumn *version = gs_model_flagged(relation->resource, GS_VERSION);
	Told		told = compare_versions(gs_json_get(then, version->field),
										gs_json_get(now, version->field));

	return told == SAME || (told == NOTHING && gs_same_fields(relation, then, now));
}

bool
gs_same_members(const GsRelation *relation, const GsMember *members, int nmembers,
				const GsJson *now)
{
	for (int i = 0; i < nmembers; i++)
	{
		const GsJson *sent = gs_json_reread(members[i].json);

		if (!same_value(relation, gs_model_field(relation->resource, members[i].field), sent,
						gs_record_member(now, members[i].field)))
			return false;
	}
	return true;
}

/*
 * What else has changed by an update.
 */

/* Is a field among those that were set, by its own name or by what is looked up by it? */
static bool
was_set(const GsMember *set, int nset, const char *field, const char *lookup)
{
	size_t		length = lookup ? strlen(lookup) : 0;

	for (int i = 0; i < nset; i++)
		if (pg_strcasecmp(set[i].field, field) == 0 ||
			(lookup != NULL && pg_strncasecmp(set[i].field, lookup, length) == 0 &&
			 set[i].field[length] == '.'))
			return true;
	return false;
}

bool
gs_same_as_before(const GsRelation *relation, const GsMember *set, int nset, const GsJson *before,
				  const GsJson *now)
{
	return gs_same_record(relation, before, now) && gs_same_fields(relation, before, now) &&
		!gs_same_members(relation, set, nset, now);
}

/* A documented field that has another value. */
static const char *
find_changed(const GsRelation *relation, const GsMember *set, int nset, const GsJson *before,
			 const GsJson *now)
{
	for (int i = 0; i < relation->resource->ncolumns; i++)
	{
		const GsColumn *column = &relation->resource->columns[i];

		if ((column->flags & GS_WRITABLE) && !was_set(set, nset, column->field, NULL) &&
			!same_value(relation, column, gs_record_member(before, column->field),
						gs_record_member(now, column->field)))
			return column->field;
	}
	return NULL;
}

/* A field without which there is no record is in none that was made anew. */
static bool
can_be_lost(const GsRelation *relation, const char *field)
{
	const GsColumn *column = gs_model_field(relation->resource, field);

	return column == NULL || !(column->flags & GS_REQUIRED);
}

/* Does an update that sets others leave it alone, and has it a value? */
static bool
is_at_stake(const GsField *field, const GsMember *set, int nset, const GsJson *before)
{
	return !was_set(set, nset, field->name, field->lookup) &&
		!is_none(gs_json_get(before, field->name));
}

bool
gs_has_to_lose(const GsRelation *relation, const GsMember *set, int nset, const List *updateable,
			   const GsJson *before)
{
	ListCell   *cell;

	foreach(cell, updateable)
		if (is_at_stake(lfirst(cell), set, nset, before) &&
			can_be_lost(relation, ((const GsField *) lfirst(cell))->name))
			return true;
	return false;
}

const char *
gs_find_disturbed(const GsRelation *relation, const GsMember *set, int nset,
				  const List *updateable, const GsJson *before, const GsJson *now)
{
	ListCell   *cell;

	foreach(cell, updateable)
	{
		const GsField *field = lfirst(cell);

		if (is_at_stake(field, set, nset, before) && is_none(gs_json_get(now, field->name)))
			return field->name;
	}
	return find_changed(relation, set, nset, before, now);
}
