/*
 * json.c
 *	  Trees of JSON, read and printed.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "utils/json.h"

#include "json.h"
#include "node.h"

/* All that there is to know of a type; kinds are what others know. */
static const struct
{
	GsJsonKind	kind;
	const char *word;
}			types[] = {
	[GS_NODE_NULL] = {GS_JSON_NULL, "null"},
	[GS_NODE_TRUE] = {GS_JSON_BOOLEAN, "true"},
	[GS_NODE_FALSE] = {GS_JSON_BOOLEAN, "false"},
	[GS_NODE_NUMBER] = {GS_JSON_NUMBER, NULL},
	[GS_NODE_STRING] = {GS_JSON_STRING, NULL},
	[GS_NODE_ESCAPED] = {GS_JSON_STRING, NULL},
	[GS_NODE_ARRAY] = {GS_JSON_ARRAY, NULL},
	[GS_NODE_OBJECT] = {GS_JSON_OBJECT, NULL},
};

GsJsonKind
gs_json_kind(const GsJson *node)
{
	return node == NULL ? GS_JSON_ABSENT : types[node->type].kind;
}

GsJsonKind
gs_json_scalar(const GsJson *node, GsJsonScalar *scalar)
{
	scalar->text = NULL;
	scalar->length = 0;
	scalar->spare = NULL;
	scalar->has_nul = false;
	if (node == NULL)
		return GS_JSON_ABSENT;
	switch (node->type)
	{
		case GS_NODE_STRING:
			scalar->text = node->value.text;
			scalar->length = node->length;
			scalar->spare = node->value.text - 1;
			return GS_JSON_STRING;
		case GS_NODE_ESCAPED:
			scalar->text = node->value.string->text;
			scalar->length = node->length;
			scalar->has_nul = node->value.string->has_nul;
			return GS_JSON_STRING;
		case GS_NODE_NUMBER:
			scalar->text = node->value.text;
			scalar->length = node->length;
			return GS_JSON_NUMBER;
		case GS_NODE_TRUE:
		case GS_NODE_FALSE:
			scalar->text = types[node->type].word;
			scalar->length = strlen(scalar->text);
			break;
		default:
			break;
	}
	return types[node->type].kind;
}

const char *
gs_json_text(const GsJson *node)
{
	GsJsonScalar scalar;

	(void) gs_json_scalar(node, &scalar);
	return scalar.text;
}

const char *
gs_json_identity(const GsJson *node)
{
	if (node != NULL && node->type == GS_NODE_ESCAPED && gs_string_is_odd(node->value.string))
		return node->value.string->token - 1;
	return gs_json_text(node);
}

bool
gs_json_has_text(const GsJson *node)
{
	const char *text = gs_json_text(node);

	return text != NULL && text[0] != '\0';
}

bool
gs_json_number(const char *text, double *number)
{
	/* strtod() takes more: blanks, signs, zeros in front, hexadecimals, words */
	if (!IsValidJsonNumber(text, strlen(text)))
		return false;
	*number = strtod(text, NULL);
	return true;
}

/* Most are spelled as they are asked for, or differ in the first letter. */
static inline bool
same_key(const char *key, const char *wanted)
{
	if (((key[0] ^ wanted[0]) & 0x5f) != 0)
		return false;
	return strcmp(key, wanted) == 0 || pg_strcasecmp(key, wanted) == 0;
}

const GsJson *
gs_json_get(const GsJson *node, const char *key)
{
	if (gs_json_kind(node) != GS_JSON_OBJECT)
		return NULL;
	for (const GsJson *member = gs_json_first(node); member != NULL; member = gs_json_next(member))
		if (same_key(gs_json_key(member), key))
			return member;
	return NULL;
}

const GsJson *
gs_json_first(const GsJson *container)
{
	return gs_json_length(container) > 0 ? container + 1 : NULL;
}

const GsJson *
gs_json_next(const GsJson *node)
{
	return node->is_last ? NULL : node + node->span;
}

const GsJson *
gs_json_last(const GsJson *container)
{
	const GsJson *last = gs_json_first(container);

	while (last != NULL && !last->is_last)
		last = gs_json_next(last);
	return last;
}

const char *
gs_json_key(const GsJson *member)
{
	return member->key->string.text;
}

bool
gs_json_key_is_odd(const GsJson *member)
{
	return gs_string_is_odd(&member->key->string);
}

int
gs_json_length(const GsJson *container)
{
	return gs_json_kind(container) >= GS_JSON_ARRAY ? container->length : 0;
}

/* So many of the keys of records are remembered. */
#define MAX_REMEMBERED 128

struct GsJsonFields
{
	const char *const *keys;
	int			nkeys;
	struct
	{
		uint64		id;			/* of a record's key; none has 0 */
		int			key;		/* index into keys, -1 for none of them */
	}			remembered[MAX_REMEMBERED];
};

GsJsonFields *
gs_json_fields(const char *const *keys, int nkeys)
{
	GsJsonFields *fields = palloc0(sizeof(GsJsonFields));

	fields->keys = keys;
	fields->nkeys = nkeys;
	return fields;
}

static int
find_key(const GsJsonFields *fields, const char *key)
{
	for (int i = 0; i < fields->nkeys; i++)
		if (same_key(key, fields->keys[i]))
			return i;
	return -1;
}

void
gs_json_pick(GsJsonFields *fields, const GsJson *record, const GsJson **nodes)
{
	memset(nodes, 0, sizeof(*nodes) * fields->nkeys);
	for (const GsJson *member = gs_json_first(record); member != NULL;
		 member = gs_json_next(member))
	{
		uint64		id = member->key->id;
		int			place = id % MAX_REMEMBERED;
		int			key;

		if (fields->remembered[place].id != id)
		{
			fields->remembered[place].id = id;
			fields->remembered[place].key = find_key(fields, gs_json_key(member));
		}
		key = fields->remembered[place].key;
		/* of a key that comes twice, the first counts */
		if (key >= 0 && nodes[key] == NULL)
			nodes[key] = member;
	}
}

/* A string as it came, but for control characters, which JSON does not have. */
static void
print_token(StringInfo out, const GsString *string)
{
	appendStringInfoChar(out, '"');
	for (uint32 i = 0; i < string->token_length; i++)
	{
		unsigned char c = string->token[i];

		if (c < ' ')
			appendStringInfo(out, "\\u%04x", c);
		else
			appendStringInfoCharMacro(out, c);
	}
	appendStringInfoChar(out, '"');
}

static void
print_string(StringInfo out, const GsString *string, GsJsonSpelling spelling)
{
	if (spelling == GS_JSON_AS_IT_CAME || string->has_nul ||
		(spelling == GS_JSON_EXACT && string->has_half))
		print_token(out, string);
	else
		gs_json_append_string(out, string->text);
}

static void
print_children(StringInfo out, const GsJson *node, GsJsonSpelling spelling)
{
	for (const GsJson *child = gs_json_first(node); child != NULL; child = gs_json_next(child))
	{
		if (node->type == GS_NODE_OBJECT)
		{
			print_string(out, &child->key->string, spelling);
			appendStringInfoChar(out, ':');
		}
		gs_json_print(out, child, spelling);
		if (!child->is_last)
			appendStringInfoChar(out, ',');
	}
}

void
gs_json_print(StringInfo out, const GsJson *node, GsJsonSpelling spelling)
{
	GsNodeType	type = node == NULL ? GS_NODE_NULL : node->type;
	bool		is_object = type == GS_NODE_OBJECT;

	switch (type)
	{
		case GS_NODE_NUMBER:
			appendStringInfoString(out, node->value.text);
			break;
		case GS_NODE_STRING:
			gs_json_append_string(out, node->value.text);
			break;
		case GS_NODE_ESCAPED:
			print_string(out, node->value.string, spelling);
			break;
		case GS_NODE_ARRAY:
		case GS_NODE_OBJECT:
			appendStringInfoChar(out, is_object ? '{' : '[');
			print_children(out, node, spelling);
			appendStringInfoChar(out, is_object ? '}' : ']');
			break;
		default:
			appendStringInfoString(out, types[type].word);
			break;
	}
}

char *
gs_json_printed(const GsJson *node, GsJsonSpelling spelling)
{
	StringInfoData json;

	initStringInfo(&json);
	gs_json_print(&json, node, spelling);
	return json.data;
}

void
gs_json_append_string(StringInfo out, const char *text)
{
	escape_json(out, text);
}

char *
gs_json_quoted_list(const char *const *texts, int count)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < count; i++)
	{
		appendStringInfoChar(&out, i == 0 ? '[' : ',');
		gs_json_append_string(&out, texts[i]);
	}
	appendStringInfoString(&out, count == 0 ? "[]" : "]");
	return out.data;
}

char *
gs_json_quoted(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	gs_json_append_string(&out, text);
	return out.data;
}
