/*
 * convert.c
 *	  JSON values to Datums.
 *
 * The common types are converted here, without the session's TimeZone or
 * DateStyle having a say; every other type gets the value's text through its
 * input function.  What does not fit is an error, but for what that function itself
 * rounds or trims.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "gainsight/gainsight.h"
#include "table.h"
#include "wire/wire.h"

/* So much of a value is shown in a message, in bytes. */
#define SHOWN_VALUE 100

/* And of what its type says of it, which may hold the value. */
#define SHOWN_REASON 200

typedef enum Road
{
	ROAD_TEXT,					/* any value as text */
	ROAD_DATE,
	ROAD_TIMESTAMP,				/* with or without time zone: UTC inside */
	ROAD_INTEGER,				/* an input function that takes no fraction */
	ROAD_NUMERIC,				/* of any precision */
	ROAD_JSON,					/* an input function that takes JSON */
	ROAD_INPUT					/* any other input function */
} Road;

struct GsInput
{
	Road		road;
	bool		is_text;		/* "" is a value */
	bool		is_array;
	bool		is_joined;		/* an array is a text of several values */
	bool		is_utf8;		/* the server's encoding needs no conversion */
	pg_tz	   *zone;			/* in which a moment is a day; NULL: UTC */
	bool		domain;			/* check the domain's constraints */
	Oid			type;			/* as declared */
	Oid			base;			/* the same, but of a domain */
	int32		typmod;			/* of the base type */
	Oid			ioparam;
	FmgrInfo	function;		/* of the base type */
	void	   *domain_extra;
	MemoryContext context;
};

static Road
road_of(Oid type, int32 typmod)
{
	switch (type)
	{
		case TEXTOID:
			return ROAD_TEXT;
		case VARCHAROID:
			return typmod < 0 ? ROAD_TEXT : ROAD_INPUT;
		case DATEOID:
			return ROAD_DATE;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return ROAD_TIMESTAMP;
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return ROAD_INTEGER;
		case NUMERICOID:
			return typmod < 0 ? ROAD_NUMERIC : ROAD_INPUT;
		case JSONOID:
		case JSONBOID:
			return ROAD_JSON;
		default:
			return ROAD_INPUT;
	}
}

GsInput *
gs_input_create(const GsRelation *relation, AttrNumber attnum)
{
	const GsAttr *attr = &relation->atts[attnum - 1];
	GsInput    *input = palloc0(sizeof(GsInput));
	Oid			base;
	Oid			function;
	char		category;
	bool		preferred;

	input->type = attr->type;
	input->typmod = attr->typmod;
	base = getBaseTypeAndTypmod(attr->type, &input->typmod);
	input->base = base;
	input->domain = base != attr->type;
	input->road = road_of(base, input->typmod);
	get_type_category_preferred(base, &category, &preferred);
	input->is_text = category == TYPCATEGORY_STRING && !(attr->flags & GS_EMPTY_IS_NULL);
	input->zone = gs_is_zoned(relation, attnum) ? relation->settings->zone : NULL;
	input->is_array = OidIsValid(get_element_type(base));
	input->is_joined = input->is_text && (attr->flags & GS_JOINED);
	input->is_utf8 = GetDatabaseEncoding() == PG_UTF8;
	getTypeInputInfo(base, &function, &input->ioparam);
	fmgr_info(function, &input->function);
	input->context = CurrentMemoryContext;
	return input;
}

/* As an input function would; gs_input_rethrow knows the rest. */
pg_noreturn static void
misfit(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("this is not a date or time")));
}

/* 998765.000 and 1e3 are whole numbers; 1.5 is not, and the input function says so. */
static const char *
plain_integer(const char *text)
{
	const char *point;

	/* whatever is no number is the input function's to refuse, too */
	if (text[strspn(text, "+-.0123456789eE")] != '\0')
		return text;
	if (strpbrk(text, "eE") != NULL)
		text = DatumGetCString(DirectFunctionCall1(numeric_out,
												   DirectFunctionCall3(numeric_in,
																	   CStringGetDatum(text),
																	   ObjectIdGetDatum(InvalidOid),
																	   Int32GetDatum(-1))));
	point = strchr(text, '.');
	if (point == NULL || point[1 + strspn(point + 1, "0")] != '\0')
		return text;
	return pnstrdup(text, point - text);
}

/*
 * A short text becomes a datum where it stands, for which it only lacks a
 * header of one byte.  It lives as long as the record.
 */
static Datum
text_datum(const GsInput *input, const GsJsonScalar *scalar)
{
	if (!input->is_utf8)
		return PointerGetDatum(cstring_to_text(gs_from_utf8(scalar->text)));
	if (scalar->spare != NULL && scalar->length + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(scalar->spare, scalar->length + VARHDRSZ_SHORT);
		return PointerGetDatum(scalar->spare);
	}
	return PointerGetDatum(cstring_to_text_with_len(scalar->text, scalar->length));
}

bool
gs_day_in_zone(const char *text, Timestamp moment, pg_tz * zone, int64 *day)
{
	struct pg_tm tm;
	fsec_t		fraction;
	int			offset;

	*day = gs_day_of(moment);
	if (zone == NULL || gs_is_day(text))
		return true;
	if (timestamp2tm(moment, &offset, &tm, &fraction, NULL, zone) != 0)
		return false;
	*day = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	return true;
}

static Datum
datetime_datum(const GsInput *input, GsJsonKind kind, const char *text)
{
	Timestamp	moment;
	int64		day;

	if (!gs_parse_datetime(text, kind == GS_JSON_NUMBER, &moment))
		misfit();
	if (input->road == ROAD_TIMESTAMP)
		return input->typmod < 0 ? TimestampGetDatum(moment) :
			DirectFunctionCall2(timestamp_scale, TimestampGetDatum(moment),
								Int32GetDatum(input->typmod));
	if (!gs_day_in_zone(text, moment, input->zone, &day))
		misfit();
	return DateADTGetDatum(day);
}

static Datum
input_function(GsInput *input, const char *text)
{
	return InputFunctionCall(&input->function, (char *) text, input->ioparam, input->typmod);
}

/* As jsonb's input function says it. */
static void
check_nul(const GsJsonScalar *scalar)
{
	if (scalar->has_nul)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("unsupported Unicode escape sequence"),
				 errdetail("\\u0000 cannot be converted to text.")));
}

/* A non-null value, before a domain's constraints. */
static Datum
base_datum(GsInput *input, GsJsonKind kind, const GsJsonScalar *scalar)
{
	Datum		value;

	check_nul(scalar);
	switch (input->road)
	{
		case ROAD_TEXT:
			return text_datum(input, scalar);
		case ROAD_DATE:
		case ROAD_TIMESTAMP:
			return datetime_datum(input, kind, scalar->text);
		case ROAD_INTEGER:
			return gs_value_of_digits(input->base, scalar->text, &value) ? value :
				input_function(input, plain_integer(scalar->text));
		case ROAD_NUMERIC:
			return gs_value_of_digits(input->base, scalar->text, &value) ? value :
				input_function(input, gs_from_utf8(scalar->text));
		default:
			return input_function(input, gs_from_utf8(scalar->text));
	}
}

/* A whole value as JSON text. */
static void
print_json(const GsJson *node, GsJsonScalar *scalar)
{
	StringInfoData json;

	initStringInfo(&json);
	gs_json_print(&json, node, GS_JSON_READABLE);
	*scalar = (GsJsonScalar) {.text = json.data, .length = json.len};
}

/* A JSON array as its column's type spells one; what stands in it, as JSON or as text. */
static void
print_array(const GsJson *node, GsJsonScalar *scalar)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (const GsJson *child = gs_json_first(node); child != NULL; child = gs_json_next(child))
	{
		GsJsonKind	kind = gs_json_kind(child);
		GsJsonScalar element;

		(void) gs_json_scalar(child, &element);
		check_nul(&element);
		if (child != gs_json_first(node))
			appendStringInfoChar(&out, ',');
		if (kind == GS_JSON_ARRAY || kind == GS_JSON_OBJECT)
			print_json(child, &element);
		if (element.text == NULL)
			appendStringInfoString(&out, "NULL");
		else
		{
			appendStringInfoChar(&out, '"');
			for (const char *c = element.text; *c; c++)
			{
				if (*c == '"' || *c == '\\')
					appendStringInfoChar(&out, '\\');
				appendStringInfoChar(&out, *c);
			}
			appendStringInfoChar(&out, '"');
		}
	}
	appendStringInfoChar(&out, '}');
	*scalar = (GsJsonScalar) {.text = out.data, .length = out.len};
}

/* Several values as their text, a null among them as an empty one. */
static void
print_joined(const GsJson *node, GsJsonScalar *scalar)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const GsJson *child = gs_json_first(node); child != NULL; child = gs_json_next(child))
	{
		GsJsonKind	kind = gs_json_kind(child);
		GsJsonScalar element;

		(void) gs_json_scalar(child, &element);
		check_nul(&element);
		if (kind == GS_JSON_ARRAY || kind == GS_JSON_OBJECT)
			print_json(child, &element);
		appendStringInfo(&out, "%s%s", child == gs_json_first(node) ? "" : ";",
						 element.text != NULL ? element.text : "");
	}
	*scalar = (GsJsonScalar) {.text = out.data, .length = out.len};
}

Datum
gs_input_convert(GsInput *input, const GsJson *node, bool *isnull)
{
	GsJsonScalar scalar;
	GsJsonKind	kind = gs_json_scalar(node, &scalar);
	Datum		value = 0;

	*isnull = kind == GS_JSON_ABSENT || kind == GS_JSON_NULL ||
		(kind == GS_JSON_STRING && scalar.length == 0 && !input->is_text);
	if (!*isnull)
	{
		if (kind == GS_JSON_ARRAY && input->is_array)
			print_array(node, &scalar);
		else if (kind == GS_JSON_ARRAY && input->is_joined)
			print_joined(node, &scalar);
		else if (input->road == ROAD_JSON || kind == GS_JSON_ARRAY || kind == GS_JSON_OBJECT)
			print_json(node, &scalar);
		value = base_datum(input, kind, &scalar);
	}
	if (input->domain)
		domain_check(value, *isnull, input->type, &input->domain_extra, input->context);
	return value;
}

Datum
gs_input_text(GsInput *input, const char *text)
{
	Datum		value = input_function(input, text);

	if (input->domain)
		domain_check(value, false, input->type, &input->domain_extra, input->context);
	return value;
}

static const char *
value_as_json(const GsInputPlace *place)
{
	StringInfoData json;

	initStringInfo(&json);
	if (place->text != NULL)
		gs_json_append_string(&json, place->text);
	else if (place->node != NULL)
		gs_json_print(&json, place->node, GS_JSON_READABLE);
	else
		appendStringInfoString(&json, "null");
	return json.data;
}

static const char *
shown(const char *text, const GsTenant *tenant)
{
	const char *clean = gs_without_secrets(text, tenant);
	const char *here = gs_try_from_utf8(clean);

	return here != NULL ? gs_printable_here(here, SHOWN_VALUE) : gs_printable(clean, SHOWN_VALUE);
}

/* 'value "abc" of the success plan with Gsid "1P02"', as far as it is known. */
static char *
describe_value(const GsInputPlace *place, const char *json)
{
	const GsResource *resource = place->relation->resource;
	const GsColumn *key = gs_model_flagged(resource, GS_KEY);
	const GsTenant *tenant = &place->relation->settings->tenant;
	const char *id = gs_json_text(gs_json_get(place->record, key->field));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "value %s", shown(json, tenant));
	if (id != NULL)
		appendStringInfo(&out, " of the %s with %s \"%s\"", resource->label, key->field,
						 shown(id, tenant));
	return out.data;
}

/*
 * What may come up while a value is converted and is not about the value: the
 * session, the machine, a server that a domain's constraint asks.  Input
 * functions use any other code, internal error (hstore) and insufficient
 * privilege (regclass) too.  A code that is a class stands for all of it.
 */
static const int others_troubles[] = {
	ERRCODE_CONNECTION_EXCEPTION,
	ERRCODE_INVALID_TRANSACTION_STATE,
	ERRCODE_TRANSACTION_ROLLBACK,
	ERRCODE_INSUFFICIENT_RESOURCES,
	ERRCODE_STATEMENT_TOO_COMPLEX,
	ERRCODE_LOCK_NOT_AVAILABLE,
	ERRCODE_OPERATOR_INTERVENTION,
	ERRCODE_SYSTEM_ERROR,
	ERRCODE_FDW_ERROR,
	ERRCODE_DATA_CORRUPTED,
	ERRCODE_INDEX_CORRUPTED,
};

static bool
is_about_value(int sqlstate)
{
	for (int i = 0; i < (int) lengthof(others_troubles); i++)
		if (sqlstate == others_troubles[i] ||
			(ERRCODE_IS_CATEGORY(others_troubles[i]) &&
			 ERRCODE_TO_CATEGORY(sqlstate) == others_troubles[i]))
			return false;
	return true;
}

/*
 * Of a value with a secret in it a type may show any part, and in lower case.  So
 * what it says is shown where it shows all of one, which is masked then.
 */
static char *
without_any_of_it(const char *text, const GsTenant *tenant)
{
	return gs_holds_secret(text, tenant) ? (char *) gs_without_secrets(text, tenant) : NULL;
}

void
gs_input_rethrow(const GsInputPlace *place, MemoryContext context)
{
	const GsTenant *tenant = &place->relation->settings->tenant;
	const GsAttr *attr;
	const char *json;
	ErrorData  *error;

	if (place->attnum == 0 || !is_about_value(geterrcode()))
		PG_RE_THROW();
	attr = &place->relation->atts[place->attnum - 1];
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	error->sqlerrcode = ERRCODE_FDW_INVALID_DATA_TYPE;
	json = value_as_json(place);
	if (gs_holds_secret(json, tenant))
	{
		error->message = without_any_of_it(error->message, tenant);
		error->detail = without_any_of_it(error->detail, tenant);
		error->hint = without_any_of_it(error->hint, tenant);
		error->context = without_any_of_it(error->context, tenant);
	}
	if (error->detail == NULL && error->message != NULL)
		error->detail = psprintf("Reason: %s.", gs_printable_here(error->message, SHOWN_REASON));
	error->message = psprintf("%s does not fit column \"%s\" of foreign table \"%s\", which is %s",
							  describe_value(place, json), attr->name, place->relation->name,
							  format_type_with_typemod(attr->type, attr->typmod));
	ReThrowError(error);
}
