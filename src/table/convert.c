/*
 * convert.c
 *	  JSON values to Datums.
 *
 * The common types are converted here, without the session's TimeZone or
 * DateStyle having a say; every other type gets the value's text through its
 * input function.  What does not fit is an error, or said where the column may have
 * null for it, but for what that function itself rounds or trims.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "compat.h"
#include "gainsight/gainsight.h"
#include "table.h"
#include "wire/wire.h"

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
	bool		can_say;		/* what does not fit may be said instead of raised */
	bool		says;			/* and is, just now */
	bool		domain;			/* check the domain's constraints */
	Oid			type;			/* as declared */
	Oid			base;			/* the same, but of a domain */
	int32		typmod;			/* of the base type */
	Oid			ioparam;
	FmgrInfo	function;		/* of the base type */
	FmgrInfo	numeric;		/* of numbers, for integers that are spelled as such */
	void	   *domain_extra;
	DomainConstraintRef *constraints;	/* of the domain, and where they are evaluated, as soon as */
	ExprContext *econtext;		/* what does not fit is said */
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
	if (input->road == ROAD_INTEGER)
		fmgr_info(F_NUMERIC_IN, &input->numeric);
	input->can_say = attr->set_null && gs_input_can_say(base);
	input->context = CurrentMemoryContext;
	return input;
}

/*
 * Conversions.  Each is false if the value does not fit, and that is to be said;
 * else it raises that.
 */

/* As an input function would; gs_input_rethrow knows the rest. */
static bool
refuse_moment(const GsInput *input)
{
	if (!input->says)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("this is not a date or time")));
	return false;
}

static bool
input_by(const GsInput *input, FmgrInfo *function, const char *text, Oid ioparam, int32 typmod,
		 Datum *value)
{
	if (input->says)
		return gs_input_says(function, (char *) text, ioparam, typmod, value);
	*value = InputFunctionCall(function, (char *) text, ioparam, typmod);
	return true;
}

static bool
input_function(GsInput *input, const char *text, Datum *value)
{
	return input_by(input, &input->function, text, input->ioparam, input->typmod, value);
}

/* Text in the server's encoding. */
static bool
input_text(GsInput *input, const char *utf8, Datum *value)
{
	const char *text = input->says ? gs_try_from_utf8(utf8) : gs_from_utf8(utf8);

	return text != NULL && input_function(input, text, value);
}

/* 998765.000 and 1e3 are whole numbers; 1.5 is not, and the input function says so. */
static bool
input_integer(GsInput *input, const char *text, Datum *value)
{
	const char *point;
	Datum		number;

	/* whatever is no number is the input function's to refuse, too */
	if (text[strspn(text, "+-.0123456789eE")] != '\0')
		return input_function(input, text, value);
	if (strpbrk(text, "eE") != NULL)
	{
		if (!input_by(input, &input->numeric, text, InvalidOid, -1, &number))
			return false;
		text = DatumGetCString(DirectFunctionCall1(numeric_out, number));
	}
	point = strchr(text, '.');
	if (point != NULL && point[1 + strspn(point + 1, "0")] == '\0')
		text = pnstrdup(text, point - text);
	return input_function(input, text, value);
}

/*
 * A short text becomes a datum where it stands, for which it only lacks a
 * header of one byte.  It lives as long as the record.
 */
static bool
text_datum(GsInput *input, const GsJsonScalar *scalar, Datum *value)
{
	if (!input->is_utf8)
		return input_text(input, scalar->text, value);
	if (scalar->spare != NULL && scalar->length + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		SET_VARSIZE_SHORT(scalar->spare, scalar->length + VARHDRSZ_SHORT);
		*value = PointerGetDatum(scalar->spare);
	}
	else
		*value = PointerGetDatum(cstring_to_text_with_len(scalar->text, scalar->length));
	return true;
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

static bool
datetime_datum(const GsInput *input, GsJsonKind kind, const char *text, Datum *value)
{
	Timestamp	moment;
	int64		day;

	if (!gs_parse_datetime(text, kind == GS_JSON_NUMBER, &moment))
		return refuse_moment(input);
	if (input->road == ROAD_DATE)
	{
		if (!gs_day_in_zone(text, moment, input->zone, &day))
			return refuse_moment(input);
		*value = DateADTGetDatum(day);
	}
	else if (input->typmod < 0)
		*value = TimestampGetDatum(moment);
	else
		*value = DirectFunctionCall2(timestamp_scale, TimestampGetDatum(moment),
									 Int32GetDatum(input->typmod));
	return true;
}

/* As jsonb's input function says it. */
static bool
is_without_nul(const GsInput *input, const GsJsonScalar *scalar)
{
	if (scalar->has_nul && !input->says)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("unsupported Unicode escape sequence"),
				 errdetail("\\u0000 cannot be converted to text.")));
	return !scalar->has_nul;
}

/* A non-null value, before a domain's constraints. */
static bool
base_datum(GsInput *input, GsJsonKind kind, const GsJsonScalar *scalar, Datum *value)
{
	if (!is_without_nul(input, scalar))
		return false;
	switch (input->road)
	{
		case ROAD_TEXT:
			return text_datum(input, scalar, value);
		case ROAD_DATE:
		case ROAD_TIMESTAMP:
			return datetime_datum(input, kind, scalar->text, value);
		case ROAD_INTEGER:
			return gs_value_of_digits(input->base, scalar->text, value) ||
				input_integer(input, scalar->text, value);
		case ROAD_NUMERIC:
			return gs_value_of_digits(input->base, scalar->text, value) ||
				input_text(input, scalar->text, value);
		default:
			return input_text(input, scalar->text, value);
	}
}

/*
 * A domain's constraints, by core's own means: what core calls for all of a value
 * raises, or says it only from version 17 on.  What a constraint raises itself is an
 * error in any case.
 */
static bool
is_of_domain(GsInput *input, Datum value, bool isnull)
{
	MemoryContext old;
	ListCell   *cell;
	bool		holds = true;

	if (!input->says)
	{
		domain_check(value, isnull, input->type, &input->domain_extra, input->context);
		return true;
	}
	if (input->constraints == NULL)
	{
		old = MemoryContextSwitchTo(input->context);
		input->econtext = CreateStandaloneExprContext();
		input->constraints = palloc(sizeof(DomainConstraintRef));
		InitDomainConstraintRef(input->type, input->constraints, input->context, true);
		MemoryContextSwitchTo(old);
	}
	UpdateDomainConstraintRef(input->constraints);
	input->econtext->domainValue_datum = value;
	input->econtext->domainValue_isNull = isnull;
	foreach(cell, input->constraints->constraints)
	{
		DomainConstraintState *constraint = lfirst(cell);

		holds = holds && (constraint->constrainttype == DOM_CONSTRAINT_NOTNULL ? !isnull :
						  ExecCheck(constraint->check_exprstate, input->econtext));
	}
	ReScanExprContext(input->econtext);
	return holds;
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
static bool
print_array(const GsInput *input, const GsJson *node, GsJsonScalar *scalar)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	for (const GsJson *child = gs_json_first(node); child != NULL; child = gs_json_next(child))
	{
		GsJsonKind	kind = gs_json_kind(child);
		GsJsonScalar element;

		(void) gs_json_scalar(child, &element);
		if (!is_without_nul(input, &element))
			return false;
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
	return true;
}

/* Several values as their text, a null among them as an empty one. */
static bool
print_joined(const GsInput *input, const GsJson *node, GsJsonScalar *scalar)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const GsJson *child = gs_json_first(node); child != NULL; child = gs_json_next(child))
	{
		GsJsonKind	kind = gs_json_kind(child);
		GsJsonScalar element;

		(void) gs_json_scalar(child, &element);
		if (!is_without_nul(input, &element))
			return false;
		if (kind == GS_JSON_ARRAY || kind == GS_JSON_OBJECT)
			print_json(child, &element);
		appendStringInfo(&out, "%s%s", child == gs_json_first(node) ? "" : ";",
						 element.text != NULL ? element.text : "");
	}
	*scalar = (GsJsonScalar) {.text = out.data, .length = out.len};
	return true;
}

/* The text of what is no scalar, or is wanted as JSON. */
static pg_noinline bool
print_whole(const GsInput *input, const GsJson *node, GsJsonKind kind, GsJsonScalar *scalar)
{
	if (kind == GS_JSON_ARRAY && input->is_array)
		return print_array(input, node, scalar);
	if (kind == GS_JSON_ARRAY && input->is_joined)
		return print_joined(input, node, scalar);
	print_json(node, scalar);
	return true;
}

/* It does not fit: null, but where a domain takes none it is raised after all. */
static pg_noinline Datum
convert_misfit(GsInput *input, const GsJson *node, bool *isnull, bool *misfit)
{
	if (input->domain && !is_of_domain(input, 0, true))
		(void) gs_input_convert(input, node, isnull, NULL);
	*isnull = true;
	*misfit = true;
	return 0;
}

/* Nearly all values are scalars and fit: this is for them. */
Datum
gs_input_convert(GsInput *input, const GsJson *node, bool *isnull, bool *misfit)
{
	GsJsonScalar scalar;
	GsJsonKind	kind = gs_json_scalar(node, &scalar);
	bool		is_plain = kind < GS_JSON_ARRAY && input->road != ROAD_JSON;
	Datum		value = 0;
	bool		fits;

	input->says = misfit != NULL && input->can_say;
	*isnull = kind <= GS_JSON_NULL ||
		(kind == GS_JSON_STRING && scalar.length == 0 && !input->is_text);
	fits = *isnull || ((is_plain || print_whole(input, node, kind, &scalar)) &&
					   base_datum(input, kind, &scalar, &value));
	if (fits && input->domain)
		fits = is_of_domain(input, value, *isnull);
	/* what is not wanted to be told of was raised */
	return fits || misfit == NULL ? value : convert_misfit(input, node, isnull, misfit);
}

Datum
gs_input_text(GsInput *input, const char *text)
{
	Datum		value;

	input->says = false;
	(void) input_function(input, text, &value);
	if (input->domain)
		(void) is_of_domain(input, value, false);
	return value;
}
