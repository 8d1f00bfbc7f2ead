/*
 * discover.c
 *	  The fields that a tenant's records have beyond the documented ones.
 *
 * The API cannot be asked for them, so one page is read without a select, and
 * what its records hold decides.  A field that is null on all of the page is
 * text, and a value on another page may not fit what these suggest: reading
 * it says so (HV004), and ALTER COLUMN ... TYPE text mends it.
 */
#include "postgres.h"

#include "catalog/heap.h"
#include "mb/pg_wchar.h"
#include "nodes/pg_list.h"

#include "discover.h"

/* What the values of a field have been so far. */
typedef enum Sight
{
	SEEN_NOTHING,				/* but null, and "", which is no value but of text */
	SEEN_BOOLEAN,
	SEEN_NUMBER,
	SEEN_DAY,
	SEEN_MOMENT,
	SEEN_TEXT					/* or objects, arrays, and values of several kinds */
} Sight;

static const GsKind kinds[] = {
	[SEEN_NOTHING] = GS_TEXT,
	[SEEN_BOOLEAN] = GS_BOOLEAN,
	[SEEN_NUMBER] = GS_NUMBER,
	[SEEN_DAY] = GS_DATE,
	[SEEN_MOMENT] = GS_DATETIME,
	[SEEN_TEXT] = GS_TEXT,
};

typedef struct Found
{
	const char *field;			/* UTF-8, in the answer */
	Sight		sight;
	bool		is_odd;			/* no name of a column's field can say it */
} Found;

/* A day is YYYY-MM-DD, a moment goes on behind it; digits alone are neither. */
static Sight
sight_of_text(const char *text)
{
	Timestamp	moment;

	if (text[0] == '\0')
		return SEEN_NOTHING;
	if (strspn(text, "0123456789") != 4 || text[4] != '-' ||
		!gs_parse_datetime(text, false, &moment))
		return SEEN_TEXT;
	return strlen(text) == strlen("YYYY-MM-DD") ? SEEN_DAY : SEEN_MOMENT;
}

static Sight
sight_of(const GsJson *value)
{

	switch (gs_json_kind(value))
	{
		case GS_JSON_ABSENT:
		case GS_JSON_NULL:
			return SEEN_NOTHING;
		case GS_JSON_BOOLEAN:
			return SEEN_BOOLEAN;
		case GS_JSON_NUMBER:
			return SEEN_NUMBER;
		case GS_JSON_STRING:
			return sight_of_text(gs_json_text(value));
		default:
			return SEEN_TEXT;
	}
}

/* A date may be spelled as a date-time now and then, a date-time never as a date. */
static Sight
both_kinds(Sight one, Sight other)
{
	if (one == other || other == SEEN_NOTHING)
		return one;
	if (one == SEEN_NOTHING)
		return other;
	if ((one == SEEN_DAY && other == SEEN_MOMENT) || (one == SEEN_MOMENT && other == SEEN_DAY))
		return SEEN_DAY;
	return SEEN_TEXT;
}

/* Keys are told apart as everywhere, without regard to case. */
static Found *
find_discovered(List *found, const char *field)
{
	ListCell   *cell;

	foreach(cell, found)
		if (pg_strcasecmp(((Found *) lfirst(cell))->field, field) == 0)
			return lfirst(cell);
	return NULL;
}

static List *
look_at(const GsResource *resource, const GsJson *record, List *found)
{
	for (const GsJson *member = gs_json_first(record); member != NULL; member = gs_json_next(member))
	{
		const char *field = gs_json_key(member);
		Found	   *one;

		if (field[0] == '\0' || gs_model_field(resource, field) != NULL)
			continue;
		one = find_discovered(found, field);
		if (one == NULL)
		{
			one = palloc0(sizeof(Found));
			one->field = field;
			one->is_odd = gs_json_key_is_odd(member);
			found = lappend(found, one);
		}
		one->sight = both_kinds(one->sight, sight_of(member));
	}
	return found;
}

/*
 * Names.
 */

/* In lower case, with "_" for whatever would need quotes in ASCII. */
static char *
plain_name(const char *field)
{
	char	   *name = pstrdup(field);

	for (char *c = name; *c; c++)
	{
		*c = pg_ascii_tolower((unsigned char) *c);
		if (!IS_HIGHBIT_SET(*c) && strchr("abcdefghijklmnopqrstuvwxyz0123456789_", *c) == NULL)
			*c = '_';
	}
	return name;
}

/* Would a column of this name be another's namesake? */
static bool
is_taken(const GsResource *resource, List *discovered, const char *name)
{
	ListCell   *cell;

	if (gs_model_column(resource, name) != NULL || SystemAttributeByName(name) != NULL)
		return true;
	foreach(cell, discovered)
		if (strcmp(((GsDiscovered *) lfirst(cell))->name, name) == 0)
			return true;
	return false;
}

/* A name that is free and fits, if need be with a number behind it. */
static const char *
free_name(const GsResource *resource, List *discovered, const char *field)
{
	char	   *plain = plain_name(field);
	int			length = strlen(plain);
	char	   *name;
	const char *suffix = "";

	for (int n = 2;; n++)
	{
		int			room = NAMEDATALEN - 1 - (int) strlen(suffix);

		name = psprintf("%.*s%s", pg_mbcliplen(plain, length, room), plain, suffix);
		if (!is_taken(resource, discovered, name))
			return name;
		suffix = psprintf("_%d", n);
	}
}

static List *
name_fields(const GsResource *resource, List *found)
{
	List	   *discovered = NIL;
	ListCell   *cell;

	foreach(cell, found)
	{
		const Found *one = lfirst(cell);
		const char *field = one->is_odd ? NULL : gs_try_from_utf8(one->field);
		GsDiscovered *column;

		if (field == NULL)
		{
			ereport(WARNING,
					(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
					 errmsg("a field of %s cannot be spelled in this database's encoding, and is left out",
							resource->name)));
			continue;
		}
		column = palloc(sizeof(GsDiscovered));
		column->name = free_name(resource, discovered, field);
		column->field = pstrdup(field);
		column->kind = kinds[one->sight];
		discovered = lappend(discovered, column);
	}
	return discovered;
}

List *
gs_discover(const GsSettings *settings, const GsResource *resource)
{
	GsSearch	search = {0};
	GsRecords	records;
	GsRequest  *request;
	List	   *found = NIL;
	List	   *discovered;

	request = gs_api_start_search(&settings->tenant, resource, &search, settings->page_size, 0,
								  CurrentMemoryContext);
	gs_api_finish_read(request, gs_model_read(resource, false), &records);
	for (const GsJson *record = records.first; record != NULL; record = gs_envelope_next(&records, record))
		found = look_at(resource, record, found);
	discovered = name_fields(resource, found);
	gs_request_free(request);
	return discovered;
}
