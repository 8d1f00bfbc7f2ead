/*
 * discover.c
 *	  The fields that a tenant's records have beyond the documented ones.
 *
 * Where a tenant describes its objects, that decides.  Else one page is read
 * without a select, and what its records hold decides.  A field that is null on
 * all of the page is text, and a value on another page may not fit what these
 * suggest: reading it says so (HV004), and ALTER COLUMN ... TYPE text mends it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "nodes/pg_list.h"

#include "discover.h"
#include "naming.h"

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
 * Columns.
 */

/* A column for a field, whose name may be another's, too. */
static GsDiscovered *
column_for(const char *name, const char *field, GsKind kind)
{
	GsDiscovered *column = palloc0(sizeof(GsDiscovered));

	column->name = name;
	column->field = field;
	column->kind = kind;
	return column;
}

/* A field's name in the database's encoding, as a copy; NULL, with a WARNING, if it has none there. */
static const char *
spell_field(const GsResource *resource, const char *field, bool is_odd)
{
	const char *here = is_odd ? NULL : gs_try_from_utf8(field);

	if (here == NULL)
		ereport(WARNING,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("a field of %s cannot be spelled in this database's encoding, and is left out",
						resource->name)));
	return here ? pstrdup(here) : NULL;
}

/* Give a column a name that none of the others has which were given one. */
static void
name_column(const GsResource *resource, GsDiscovered *column, List **taken)
{
	column->name = gs_naming_free(resource, *taken, column->name);
	*taken = lappend(*taken, (void *) column->name);
}

static List *
columns_found(const GsResource *resource, List *found)
{
	List	   *columns = NIL;
	List	   *taken = NIL;
	ListCell   *cell;

	foreach(cell, found)
	{
		const Found *one = lfirst(cell);
		const char *field = spell_field(resource, one->field, one->is_odd);
		GsDiscovered *column;

		if (field == NULL)
			continue;
		column = column_for(gs_naming_plain(field), field, kinds[one->sight]);
		name_column(resource, column, &taken);
		columns = lappend(columns, column);
	}
	return columns;
}

List *
gs_discover_on_page(const GsSettings *settings, const GsResource *resource)
{
	GsSearch	search = {0};
	GsRecords	records;
	GsRequest  *request;
	List	   *found = NIL;
	List	   *columns;

	request = gs_api_start_search(&settings->tenant, resource, &search, settings->page_size, 0,
								  CurrentMemoryContext);
	gs_api_finish_read(request, gs_model_read(resource, false), &records);
	for (const GsJson *record = records.first; record != NULL; record = gs_envelope_next(&records, record))
		found = look_at(resource, record, found);
	columns = columns_found(resource, found);
	gs_request_free(request);
	return columns;
}

/*
 * Descriptions.
 */

/* What a field leads to is shown by its name, where that is no documented column. */
static List *
add_looked_up(const GsResource *resource, const GsField *described, const char *field, List *columns)
{
	const char *looked_up = resource->dialect->looked_up;
	const char *dotted = psprintf("%s.%s", described->lookup, looked_up);
	const char *here = gs_try_from_utf8(dotted);
	GsDiscovered *column;

	if (here == NULL || gs_model_field(resource, dotted) != NULL)
		return columns;
	column = column_for(gs_naming_looked_up(field, looked_up), here, GS_TEXT);
	column->pushdown = described->filterable;
	return lappend(columns, column);
}

static List *
add_described(const GsResource *resource, const GsField *described, List *columns)
{
	const char *field = spell_field(resource, described->name, described->is_odd);
	GsDiscovered *column;

	if (field == NULL)
		return columns;
	if (gs_model_field(resource, described->name) == NULL)
	{
		column = column_for(gs_naming_split(field), field,
							described->type ? described->type->kind : GS_TEXT);
		column->type = described->type;
		column->pushdown = described->filterable;
		columns = lappend(columns, column);
	}
	return described->lookup == NULL ? columns :
		add_looked_up(resource, described, field, columns);
}

/* A field's own name comes before that of what another leads to. */
static void
name_columns(const GsResource *resource, List *columns)
{
	List	   *taken = NIL;

	for (int pass = 0; pass < 2; pass++)
	{
		ListCell   *cell;

		foreach(cell, columns)
		{
			GsDiscovered *column = lfirst(cell);

			if (gs_model_is_looked_up(column->field) == (pass > 0))
				name_column(resource, column, &taken);
		}
	}
}

List *
gs_discover_described(const GsResource *resource, List *fields)
{
	int			room = MaxHeapAttributeNumber - resource->ncolumns;
	List	   *columns = NIL;
	ListCell   *cell;

	foreach(cell, fields)
	{
		const GsField *field = lfirst(cell);

		if (!field->hidden)
			columns = add_described(resource, field, columns);
		if (list_length(columns) > room)
			break;
	}
	if (list_length(columns) > room)
	{
		ereport(WARNING,
				(errcode(ERRCODE_TOO_MANY_COLUMNS),
				 errmsg("%s has more fields than a table can have columns, and the last are left out",
						resource->name)));
		columns = list_truncate(columns, room);
	}
	name_columns(resource, columns);
	return columns;
}
