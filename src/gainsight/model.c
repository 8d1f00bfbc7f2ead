/*
 * model.c
 *	  Questions about what a dialect offers.
 *
 * Resources and fields are spelled in the files of the dialects, and nowhere
 * else.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "model.h"
#include "wire/wire.h"

const char	gs_remote_schema[] = "gainsight";
const char	gs_objects_schema[] = "objects";

const GsDialect *const gs_dialects[] = {&gs_document, &gs_nxt, NULL};

const GsDialect *
gs_model_dialect(const char *name)
{
	for (const GsDialect *const *dialect = gs_dialects; *dialect != NULL; dialect++)
		if (strcmp((*dialect)->name, name) == 0)
			return *dialect;
	return NULL;
}

const GsResource *
gs_model_resource(const GsDialect *dialect, const char *name)
{
	for (int i = 0; i < dialect->nresources; i++)
		if (strcmp(dialect->resources[i].name, name) == 0)
			return &dialect->resources[i];
	return NULL;
}

const GsColumn *
gs_model_column(const GsResource *resource, const char *name)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (strcmp(resource->columns[i].name, name) == 0)
			return &resource->columns[i];
	return NULL;
}

const GsColumn *
gs_model_field(const GsResource *resource, const char *field)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (pg_strcasecmp(resource->columns[i].field, field) == 0)
			return &resource->columns[i];
	return NULL;
}

const GsColumn *
gs_model_flagged(const GsResource *resource, int flag)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (resource->columns[i].flags & flag)
			return &resource->columns[i];
	return NULL;
}

bool
gs_model_is_looked_up(const char *field)
{
	return strchr(field, '.') != NULL;
}

const GsSpelling *
gs_model_spelling(const GsResource *resource, const char *field)
{
	for (int i = 0; i < resource->nspellings; i++)
		if (strcmp(resource->spellings[i].field, field) == 0)
			return &resource->spellings[i];
	return NULL;
}

const GsResource *
gs_model_parent(const GsResource *resource)
{
	return resource->parent ? gs_model_resource(resource->dialect, resource->parent) : NULL;
}

const GsResource *
gs_model_namer(const GsResource *resource)
{
	return resource->namer ? gs_model_resource(resource->dialect, resource->namer) : NULL;
}

const GsColumn *
gs_model_brace(const GsResource *resource, const GsEndpoint *endpoint)
{
	const char *open = strchr(endpoint->path, '{');
	size_t		length;

	if (open == NULL)
		return NULL;
	length = strcspn(open + 1, "}");
	for (int i = 0; i < resource->ncolumns; i++)
	{
		const char *field = resource->columns[i].field;

		if (strlen(field) == length && strncmp(field, open + 1, length) == 0)
			return &resource->columns[i];
	}
	return NULL;
}

const GsEndpoint *
gs_model_read(const GsResource *resource, bool bound)
{
	for (int i = 0; i < GS_MAX_READS; i++)
	{
		const GsEndpoint *endpoint = &resource->read[i];

		if (endpoint->method != NULL &&
			(gs_model_brace(resource, endpoint) != NULL) == bound)
			return endpoint;
	}
	return NULL;
}

/* Does this path go on with the value as a whole segment after length bytes? */
static bool
has_fixed_word(const GsEndpoint *other, const char *prefix, size_t length,
			   const char *value)
{
	size_t		word = strlen(value);

	return other->method != NULL &&
		strncmp(other->path, prefix, length) == 0 &&
		strncmp(other->path + length, value, word) == 0 &&
		(other->path[length + word] == '\0' || other->path[length + word] == '/');
}

bool
gs_model_is_fixed_word(const GsDialect *dialect, const GsEndpoint *endpoint, const char *value)
{
	size_t		length = strcspn(endpoint->path, "{");

	for (int i = 0; i < dialect->nresources; i++)
		for (int j = 0; j < GS_MAX_READS; j++)
			if (has_fixed_word(&dialect->resources[i].read[j], endpoint->path, length, value))
				return true;
	return false;
}

const GsDataType *
gs_model_data_type(const GsDialect *dialect, const char *name)
{
	for (const GsDataType *type = dialect->types; type != NULL && type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}

const char *
gs_model_sql_type(GsKind kind)
{
	switch (kind)
	{
		case GS_ID:
		case GS_ENUM:
		case GS_TEXT:
			return "pg_catalog.text";
		case GS_DATE:
			return "pg_catalog.date";
		case GS_DATETIME:
			return "pg_catalog.timestamptz";
		case GS_NUMBER:
			return "pg_catalog.numeric";
		case GS_BOOLEAN:
			return "pg_catalog.bool";
	}
	pg_unreachable();
}

/*
 * A tenant says in words of its own what was wrong with a record.  Of some
 * fields the API documents the values, which help whoever wrote another; below
 * a refusal that is about something else they would lead astray.
 */

/* As much of a description is looked at, in bytes: it can be as long as a reply. */
#define MAX_WORDS 1000

static bool
is_in_word(char c)
{
	return isalnum((unsigned char) c) || c == '_';
}

/* Does the text hold the field's name, as a word of its own? */
static bool
names(const char *text, const char *field)
{
	size_t		length = strlen(field);

	for (const char *at = text; *at; at++)
		if (pg_strncasecmp(at, field, length) == 0 && !is_in_word(at[length]) &&
			(at == text || !is_in_word(at[-1])))
			return true;
	return false;
}

static bool
names_any(const char *text, const GsResource *resource)
{
	for (int i = 0; i < resource->ncolumns; i++)
		if (names(text, resource->columns[i].field))
			return true;
	return false;
}

/* What was sent for the column, if it is not one of the documented values. */
static const char *
undocumented(const GsColumn *column, const GsJson *record)
{
	const char *sent = gs_json_text(gs_json_get(record, column->field));

	for (const char *const *value = column->values; *value != NULL && sent != NULL; value++)
		if (strcmp(*value, sent) == 0)
			return NULL;
	return sent;
}

/*
 * The words tell which field it is.  Where they name none, or quote a value, it
 * is one with a value that is not documented.
 */
static bool
is_about(const GsColumn *column, const GsJson *record, const char *words, bool names_fields)
{
	const char *sent;

	if (column->values == NULL || !(column->flags & GS_WRITABLE))
		return false;
	if (names(words, column->field))
		return true;
	sent = undocumented(column, record);
	return sent != NULL && (!names_fields || strstr(words, sent) != NULL);
}

static void
append_values(StringInfo out, const GsColumn *column)
{
	appendStringInfo(out, "%sDocumented values of %s are", out->len > 0 ? " " : "", column->field);
	for (const char *const *value = column->values; *value != NULL; value++)
		appendStringInfo(out, "%s \"%s\"", value > column->values ? "," : "", *value);
	appendStringInfoChar(out, '.');
}

const char *
gs_model_hint_at_values(const GsResource *resource, const char *body, const char *description)
{
	const char *words = description ? pnstrdup(description, MAX_WORDS) : "";
	bool		names_fields = names_any(words, resource);
	const GsJson *record = gs_json_reread(body);
	StringInfoData hint;

	initStringInfo(&hint);
	for (int i = 0; i < resource->ncolumns; i++)
		if (is_about(&resource->columns[i], record, words, names_fields))
			append_values(&hint, &resource->columns[i]);
	return hint.len > 0 ? hint.data : NULL;
}

#ifdef USE_ASSERT_CHECKING

static void
check_endpoint(const GsResource *resource, const GsEndpoint *endpoint)
{
	if (endpoint->method == NULL)
		return;
	Assert(endpoint->path[0] == '/');
	Assert((strchr(endpoint->path, '{') != NULL) ==
		   (gs_model_brace(resource, endpoint) != NULL));
	/* a search needs the key to tell plans apart */
	Assert(!endpoint->search || gs_model_flagged(resource, GS_KEY) != NULL);
}

/* Who describes objects describes those that are read, too. */
static void
check_description(const GsDialect *dialect, const GsResource *resource)
{
	Assert(dialect->describe.method == NULL || resource->object != NULL);
	Assert(dialect->describe.method == NULL ||
		   (dialect->types != NULL && dialect->looked_up != NULL));
	Assert((dialect->any_object == NULL) == (dialect->describe.method == NULL));
}

/*
 * An update addresses, and proves, the record that was read: by its path, or among
 * others by its key, which is then all that it has to be searched for.
 */
static void
check_update(const GsResource *resource)
{
	const GsEndpoint *update = &resource->update;

	if (update->method == NULL)
		return;
	Assert(gs_model_flagged(resource, GS_VERSION) != NULL);
	Assert(update->batch > 0 ? gs_model_read(resource, false)->search :
		   (gs_model_brace(resource, update)->flags & GS_KEY));
	Assert(update->beside == NULL || gs_model_field(resource, update->beside) != NULL);
}

static void
check_spellings(const GsResource *resource)
{
	for (int i = 0; i < resource->nspellings; i++)
	{
		const GsSpelling *spelling = &resource->spellings[i];

		Assert(gs_model_field(resource, spelling->field)->flags & GS_WRITABLE);
		Assert(spelling->namer == NULL ||
			   gs_model_column(gs_model_resource(resource->dialect, spelling->namer), "name") != NULL);
	}
}

static void
check_dialect(const GsDialect *dialect)
{
	for (int i = 0; i < dialect->nresources; i++)
	{
		const GsResource *resource = &dialect->resources[i];
		const GsResource *parent = gs_model_parent(resource);

		Assert(resource->dialect == dialect);
		check_description(dialect, resource);
		Assert(gs_model_resource(dialect, resource->name) == resource);
		for (int j = 0; j < resource->ncolumns; j++)
		{
			Assert(gs_model_column(resource, resource->columns[j].name) == &resource->columns[j]);
			Assert(gs_model_field(resource, resource->columns[j].field) == &resource->columns[j]);
		}
		for (int j = 0; j < GS_MAX_READS; j++)
			check_endpoint(resource, &resource->read[j]);
		check_endpoint(resource, &resource->insert);
		check_endpoint(resource, &resource->update);
		check_update(resource);
		check_spellings(resource);
		/* what cannot be read without a key takes the keys of a parent that can */
		Assert(resource->parent == NULL ||
			   (parent != NULL && gs_model_read(parent, false) != NULL));
		Assert(gs_model_read(resource, false) != NULL || parent != NULL);
		Assert(resource->namer == NULL || gs_model_read(gs_model_namer(resource), false)->search);
	}
}

void
gs_model_check(void)
{
	for (int i = 0; gs_dialects[i] != NULL; i++)
		check_dialect(gs_dialects[i]);
}

#endif
