/*
 * json.c
 *	  Parsing with cJSON, of which no other file knows.
 *
 * cJSON would round numbers to doubles, cut text at \u0000, and copy every
 * string byte by byte.  So it gets a skeleton to parse, without values, and
 * its tree gets them back from the body; of strings, only those with escapes are
 * left to it.
 */
#include "postgres.h"

#include <cjson/cJSON.h>

#include "utils/json.h"

#include "arena.h"
#include "json.h"
#include "skeleton.h"

/* cJSON allocates in the arena, from which nothing is freed alone. */
static void
keep(void *pointer)
{
	(void) pointer;
}

/*
 * Put back into the tree what was taken out of the body: the slices and the
 * nodes of the tree come in the same order.  On the way, note what would cost a
 * walk later: valueint is a string's length and a container's number of
 * children, the first child's prev is the last one, and valuedouble is the same
 * for objects that are known to have the same keys in the same order, of
 * whatever tree.
 */
typedef struct Slices
{
	const GsSlice *next;
	const GsSlice *end;
} Slices;

static inline const GsSlice *
take_slice(Slices *slices)
{
	return slices->next == slices->end ? NULL : slices->next++;
}

/* By cJSON, from the quotation mark to the quotation mark. */
static bool
put_escaped_back(GsJson *node, const GsSlice *slice)
{
	const GsJson *string = cJSON_ParseWithLength(slice->text - 1, slice->length + 2);

	if (string == NULL)
		return false;
	node->type = cJSON_String;
	node->valuestring = string->valuestring;
	node->valueint = strlen(string->valuestring);
	return true;
}

/* The type of a value that was taken out. */
static const int types[] = {
	[GS_TOKEN_NULL] = cJSON_NULL,
	/* cJSON's own mark for what it has not allocated */
	[GS_TOKEN_STRING] = cJSON_String | cJSON_IsReference,
	[GS_TOKEN_NUMBER] = cJSON_Number,
	[GS_TOKEN_TRUE] = cJSON_True,
	[GS_TOKEN_FALSE] = cJSON_False,
};

static inline bool
put_value_back(GsJson *node, const GsSlice *slice)
{
	if (slice->token == GS_TOKEN_ESCAPED)
		return put_escaped_back(node, slice);
	node->type = types[slice->token];
	node->valuestring = slice->text;
	node->valueint = slice->length;
	return true;
}

/* An object of values, with the keys of the object before it. */
static bool
put_object_back(GsJson *node, const GsJson *before, Slices *slices)
{
	const GsJson *key = before->child;
	int			count = before->valueint;
	GsJson	   *members = gs_arena_alloc(sizeof(GsJson) * count);

	if (members == NULL || slices->end - slices->next < count)
		return false;
	for (int i = 0; i < count; i++, key = key->next)
	{
		GsJson	   *member = &members[i];

		member->next = member + 1;
		member->prev = member - 1;
		member->child = NULL;
		member->string = key->string;
		if (!put_value_back(member, slices->next++))
			return false;
	}
	members[count - 1].next = NULL;
	members[0].prev = &members[count - 1];
	node->type = cJSON_Object;
	node->child = members;
	node->valueint = count;
	node->valuedouble = before->valuedouble;
	return true;
}

static bool put_children_back(GsJson *node, Slices *slices);

/* False if the slices are not those that the tree needs. */
static bool
put_back(GsJson *node, const GsJson *before, Slices *slices)
{
	const GsSlice *slice;

	if ((node->type & 0xff) == cJSON_Array)
		return put_children_back(node, slices);
	slice = take_slice(slices);
	if (slice == NULL)
		return false;
	if (slice->token == GS_TOKEN_OBJECT)
		return put_children_back(node, slices);
	if (slice->token == GS_TOKEN_LIKE_LAST)
		return before != NULL && put_object_back(node, before, slices);
	return put_value_back(node, slice);
}

static bool
put_children_back(GsJson *node, Slices *slices)
{
	static double shapes = 0;
	const GsJson *before = NULL;

	node->valueint = 0;
	node->valuedouble = ++shapes;
	for (GsJson *child = node->child; child != NULL; child = child->next)
	{
		if (!put_back(child, before, slices))
			return false;
		before = child;
		node->valueint++;
		node->child->prev = child;	/* the last */
	}
	return true;
}

static GsJson *
parse_skeleton(const GsSkeleton *skeleton)
{
	Slices		slices = {skeleton->slices, skeleton->slices + skeleton->nslices};
	const char *rest;
	GsJson	   *root = cJSON_ParseWithLengthOpts(skeleton->text, skeleton->length, &rest, false);

	/* what is left over was not separated by anything */
	if (root == NULL || rest != skeleton->text + skeleton->length ||
		!put_back(root, NULL, &slices) || slices.next != slices.end)
		return NULL;
	return root;
}

GsJson *
gs_json_parse(char *body, size_t length, MemoryContext context, const char **why)
{
	return gs_json_parse_reply(body, length, UINT32_MAX / 2, context, why);
}

GsJson *
gs_json_parse_reply(char *body, size_t length, uint32 max_values, MemoryContext context,
					const char **why)
{
	static cJSON_Hooks hooks = {gs_arena_alloc, keep};
	GsSkeleton	skeleton;
	GsJson	   *root = NULL;

	*why = gs_skeleton_make(body, length, max_values, &skeleton);
	if (*why == NULL)
	{
		gs_arena_enter(context);
		cJSON_InitHooks(&hooks);
		root = parse_skeleton(&skeleton);
		cJSON_InitHooks(NULL);
		gs_skeleton_free(&skeleton);
		if (!gs_arena_leave())
			ereport(ERROR,
					(errcode(ERRCODE_OUT_OF_MEMORY),
					 errmsg("out of memory"),
					 errdetail("Failed while parsing a reply of %zu bytes.", length)));
		if (root == NULL)
			*why = "it is not valid JSON";
	}
	else
		gs_skeleton_free(&skeleton);
	return root;
}

GsJsonKind
gs_json_kind(const GsJson *node)
{
	if (node == NULL)
		return GS_JSON_ABSENT;
	switch (node->type & 0xff)
	{
		case cJSON_String:
			return GS_JSON_STRING;
		case cJSON_Number:
			return GS_JSON_NUMBER;
		case cJSON_True:
		case cJSON_False:
			return GS_JSON_BOOLEAN;
		case cJSON_Array:
			return GS_JSON_ARRAY;
		case cJSON_Object:
			return GS_JSON_OBJECT;
		default:
			return GS_JSON_NULL;
	}
}

GsJsonKind
gs_json_scalar(const GsJson *node, GsJsonScalar *scalar)
{
	scalar->spare = false;
	scalar->text = NULL;
	scalar->length = 0;
	if (node == NULL)
		return GS_JSON_ABSENT;
	switch (node->type & 0xff)
	{
		case cJSON_String:
			scalar->text = node->valuestring;
			scalar->length = node->valueint;
			scalar->spare = (node->type & cJSON_IsReference) != 0;
			return GS_JSON_STRING;
		case cJSON_Number:
			scalar->text = node->valuestring;
			scalar->length = node->valueint;
			return GS_JSON_NUMBER;
		case cJSON_True:
			scalar->text = "true";
			scalar->length = 4;
			return GS_JSON_BOOLEAN;
		case cJSON_False:
			scalar->text = "false";
			scalar->length = 5;
			return GS_JSON_BOOLEAN;
		default:
			return gs_json_kind(node);
	}
}

const char *
gs_json_text(const GsJson *node)
{
	GsJsonScalar scalar;

	(void) gs_json_scalar(node, &scalar);
	return scalar.text;
}

bool
gs_json_has_text(const GsJson *node)
{
	const char *text = gs_json_text(node);

	return text != NULL && text[0] != '\0';
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
	if (node == NULL || (node->type & 0xff) != cJSON_Object)
		return NULL;
	for (const GsJson *member = node->child; member != NULL; member = member->next)
		if (same_key(member->string, key))
			return member;
	return NULL;
}

const GsJson *
gs_json_first(const GsJson *container)
{
	return container->child;
}

const GsJson *
gs_json_last(const GsJson *container)
{
	return container->child ? container->child->prev : NULL;
}

const GsJson *
gs_json_next(const GsJson *node)
{
	return node->next;
}

const char *
gs_json_key(const GsJson *member)
{
	return member->string;
}

int
gs_json_length(const GsJson *container)
{
	return container->valueint;
}

/* Places in a record whose key is remembered; later members are searched for. */
#define MAX_PLACES 128

struct GsJsonFields
{
	const char *const *keys;
	int			nkeys;
	double		shape;			/* of the last record; none has 0 */
	int16		at_place[MAX_PLACES];	/* index into keys, -1 for none of them */
};

GsJsonFields *
gs_json_fields(const char *const *keys, int nkeys)
{
	GsJsonFields *fields = palloc0(sizeof(GsJsonFields));

	fields->keys = keys;
	fields->nkeys = nkeys;
	memset(fields->at_place, -1, sizeof(fields->at_place));
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
	bool		known = record->valuedouble == fields->shape;
	int			place = 0;

	memset(nodes, 0, sizeof(*nodes) * fields->nkeys);
	fields->shape = record->valuedouble;
	for (const GsJson *member = record->child; member != NULL; member = member->next, place++)
	{
		int			key = place < MAX_PLACES ? fields->at_place[place] : -1;

		if (place >= MAX_PLACES ||
			(!known && (key < 0 || strcmp(fields->keys[key], member->string) != 0)))
		{
			key = find_key(fields, member->string);
			if (place < MAX_PLACES)
				fields->at_place[place] = key;
		}
		/* of a key that comes twice, the first counts */
		if (key >= 0 && nodes[key] == NULL)
			nodes[key] = member;
	}
}

void
gs_json_print(StringInfo out, const GsJson *node)
{
	GsJsonKind	kind = gs_json_kind(node);
	bool		object = kind == GS_JSON_OBJECT;

	switch (kind)
	{
		case GS_JSON_ABSENT:
		case GS_JSON_NULL:
			appendStringInfoString(out, "null");
			break;
		case GS_JSON_BOOLEAN:
		case GS_JSON_NUMBER:
			appendStringInfoString(out, gs_json_text(node));
			break;
		case GS_JSON_STRING:
			gs_json_append_string(out, gs_json_text(node));
			break;
		case GS_JSON_ARRAY:
		case GS_JSON_OBJECT:
			appendStringInfoChar(out, object ? '{' : '[');
			for (const GsJson *child = node->child; child != NULL; child = child->next)
			{
				if (object)
				{
					gs_json_append_string(out, gs_json_key(child));
					appendStringInfoChar(out, ':');
				}
				gs_json_print(out, child);
				if (child->next != NULL)
					appendStringInfoChar(out, ',');
			}
			appendStringInfoChar(out, object ? '}' : ']');
			break;
	}
}

char *
gs_json_printed(const GsJson *node)
{
	StringInfoData json;

	initStringInfo(&json);
	gs_json_print(&json, node);
	return json.data;
}

void
gs_json_append_string(StringInfo out, const char *text)
{
	escape_json(out, text);
}

const char *
gs_json_version(void)
{
	return cJSON_Version();
}
