/*
 * value.c
 *	  SQL values as JSON, the same in a condition and in a record; encodings.
 *
 * The session's TimeZone and DateStyle have no say.  What JSON, or Gainsight,
 * cannot say is NULL, and the caller knows what to do about it.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "table.h"

/*
 * Settings that a type's functions go by, and what they are while a value is
 * sent or a constant read.
 */
static const struct
{
	const char *name;
	const char *value;
}			fixed_settings[] =
{
	{"datestyle", "ISO, YMD"},
	{"intervalstyle", "postgres"},
	{"timezone", "UTC"},
	{"extra_float_digits", "3"},
	{"bytea_output", "hex"},
	{"lc_monetary", "C"},
	{"search_path", "pg_catalog"},
};

/* The types whose output functions go by none, which are most of what is sent. */
static bool
is_plain(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case JSONOID:
		case JSONBOID:
		case UUIDOID:
			return true;
		default:
			return false;
	}
}

int
gs_value_fix_settings(void)
{
	int			level = NewGUCNestLevel();

	for (int i = 0; i < (int) lengthof(fixed_settings); i++)
		(void) set_config_option(fixed_settings[i].name, fixed_settings[i].value, PGC_USERSET,
								 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	return level;
}

void
gs_value_restore_settings(int level)
{
	AtEOXact_GUC(true, level);
}

const char *
gs_value_shown(Oid type, Datum value)
{
	Oid			function;
	bool		is_varlena;
	bool		plain = is_plain(type);
	int			level = plain ? 0 : gs_value_fix_settings();
	const char *shown;

	getTypeOutputInfo(type, &function, &is_varlena);
	shown = OidOutputFunctionCall(function, value);
	if (!plain)
		gs_value_restore_settings(level);
	return shown;
}

const char *
gs_value_text(const char *value)
{
	return gs_json_quoted(gs_to_utf8(value));
}

const char *
gs_value_number(Oid type, Datum value)
{
	const char *shown = gs_value_shown(type, value);

	/* NaN and the infinities */
	return strpbrk(shown, "NI") != NULL ? NULL : shown;
}

static Datum
numeric_of(const char *number)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(number), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

int
gs_number_compare(const char *a, const char *b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, numeric_of(a), numeric_of(b)));
}

/* So many digits fit into 64 bits, whichever they are. */
#define MOST_DIGITS 18

/* The digits of a number as if it had no point, and how many stand behind that. */
static bool
take_digits(const char *text, int64 *digits, int *scale)
{
	const char *at = *text == '-' ? text + 1 : text;
	const char *point = NULL;
	int			count = 0;

	for (*digits = 0;; at++)
	{
		if (*at >= '0' && *at <= '9' && count++ < MOST_DIGITS)
			*digits = *digits * 10 + (*at - '0');
		else if (*at == '.' && point == NULL)
			point = at;
		else
			break;
	}
	if (*at != '\0' || count == 0)
		return false;
	*scale = point != NULL ? at - point - 1 : 0;
	if (*text == '-')
		*digits = -*digits;
	return true;
}

bool
gs_value_of_digits(Oid type, const char *text, Datum *value)
{
	int64		digits;
	int			scale;

	if (!take_digits(text, &digits, &scale))
		return false;
	switch (type)
	{
		case NUMERICOID:
			*value = NumericGetDatum(int64_div_fast_to_numeric(digits, scale));
			return true;
		case INT8OID:
			*value = Int64GetDatum(digits);
			return scale == 0;
		case INT4OID:
			*value = Int32GetDatum((int32) digits);
			return scale == 0 && digits == (int32) digits;
		default:
			*value = Int16GetDatum((int16) digits);
			return scale == 0 && digits == (int16) digits;
	}
}

const char *
gs_value_day(int64 day)
{
	int			year,
				month,
				mday;

	if (day < date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE ||
		day > date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)
		return NULL;
	j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return psprintf("\"%04d-%02d-%02d\"", year, month, mday);
}

/* A second, with what is left of it in microseconds. */
static const char *
moment(int64 second, int micros)
{
	int64		day = gs_day_of(second * USECS_PER_SEC);
	int			left = (int) (second - day * SECS_PER_DAY);
	const char *shown = gs_value_day(day);
	StringInfoData out;

	if (shown == NULL)
		return NULL;
	initStringInfo(&out);
	appendStringInfo(&out, "%.11sT%02d:%02d:%02d", shown, left / 3600, left / 60 % 60, left % 60);
	if (micros % 1000 != 0)
		appendStringInfo(&out, ".%06d", micros);
	else if (micros != 0)
		appendStringInfo(&out, ".%03d", micros / 1000);
	appendStringInfoString(&out, "Z\"");
	return out.data;
}

const char *
gs_value_second(int64 second)
{
	return moment(second, 0);
}

static const char *
value_moment(Timestamp value)
{
	int64		second = gs_second_of(value);

	if (TIMESTAMP_NOT_FINITE(value))
		return NULL;
	return moment(second, (int) (value - second * USECS_PER_SEC));
}

/*
 * Encodings.
 */

static bool
is_ascii(const char *text)
{
	for (; *text; text++)
		if (IS_HIGHBIT_SET(*text))
			return false;
	return true;
}

const char *
gs_from_utf8(const char *text)
{
	if (GetDatabaseEncoding() == PG_UTF8 || is_ascii(text))
		return text;
	return pg_any_to_server(text, strlen(text), PG_UTF8);
}

/* Core speaks of its encodings, but what does not fit is the API. */
static void
cannot_be_sent(void *arg)
{
	int			code = geterrcode();

	(void) arg;
	if (code == ERRCODE_CHARACTER_NOT_IN_REPERTOIRE || code == ERRCODE_UNTRANSLATABLE_CHARACTER)
		errcode(ERRCODE_FDW_INVALID_DATA_TYPE);
}

const char *
gs_to_utf8(const char *text)
{
	ErrorContextCallback callback = {error_context_stack, cannot_be_sent, NULL};
	const char *result;

	if (GetDatabaseEncoding() == PG_UTF8 || is_ascii(text))
		return text;
	error_context_stack = &callback;
	result = pg_server_to_any(text, strlen(text), PG_UTF8);
	error_context_stack = callback.previous;
	return result;
}

const char *
gs_try_from_utf8(const char *text)
{
	int			encoding = GetDatabaseEncoding();
	int			length = strlen(text);
	int			room = length * MAX_CONVERSION_GROWTH + 1;
	unsigned char *result;

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || is_ascii(text))
		return text;
	result = palloc(room);
	if (pg_do_encoding_conversion_buf(FindDefaultConversionProc(PG_UTF8, encoding), PG_UTF8, encoding,
									  (unsigned char *) text, length, result, room, true) != length)
		return NULL;
	return (const char *) result;
}

const char *
gs_try_to_utf8(const char *text)
{
	int			encoding = GetDatabaseEncoding();

	/* of other encodings core converts all, or it would not have let them in */
	if (encoding != PG_SQL_ASCII)
		return gs_to_utf8(text);
	return pg_verify_mbstr(PG_UTF8, text, strlen(text), true) ? text : NULL;
}

/*
 * A column's values as JSON.
 */

pg_noreturn static void
refuse_value(const GsRelation *relation, const GsAttr *attr, const char *shown)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("value %s of column \"%s\" of foreign table \"%s\" cannot be sent",
					shown, attr->name, relation->name),
			 errdetail("Gainsight has no infinity, no NaN, and no year before 1 or after 9999.")));
}

/* A number is sent as a number only where the API's field is one. */
static bool
is_number_field(const GsAttr *attr)
{
	return attr->column == NULL || attr->column->kind == GS_NUMBER;
}

static const char *json_of_array(const GsRelation *relation, const GsAttr *attr, Oid element,
								 Datum value);

/* A value of a type: the column's, or that of its elements. */
static const char *
json_of_type(const GsRelation *relation, const GsAttr *attr, Oid type, Datum value)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);
	const char *json;

	/* one in several dimensions has no elements that it could be told from */
	if (OidIsValid(element) && ARR_NDIM(DatumGetArrayTypeP(value)) <= 1)
		return json_of_array(relation, attr, element, value);
	switch (base)
	{
		case DATEOID:
			json = DATE_NOT_FINITE(DatumGetDateADT(value)) ? NULL :
				gs_value_day(DatumGetDateADT(value));
			break;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			json = value_moment(DatumGetTimestamp(value));
			/* a date field takes no more than the day */
			if (json != NULL && attr->column != NULL && attr->column->kind == GS_DATE)
				json = psprintf("%.11s\"", json);
			break;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			json = gs_value_number(base, value);
			if (json != NULL && !is_number_field(attr))
				json = gs_value_text(json);
			break;
		case BOOLOID:
			json = DatumGetBool(value) ? "true" : "false";
			break;
		case JSONOID:
		case JSONBOID:
			json = pstrdup(gs_to_utf8(gs_value_shown(base, value)));
			break;
		default:
			json = gs_value_text(gs_value_shown(base, value));
			break;
	}
	if (json == NULL)
		refuse_value(relation, attr, gs_value_shown(base, value));
	return json;
}

static const char *
json_of_array(const GsRelation *relation, const GsAttr *attr, Oid element, Datum value)
{
	int16		length;
	bool		by_value;
	char		align;
	Datum	   *values;
	bool	   *nulls;
	int			count;
	StringInfoData out;

	get_typlenbyvalalign(element, &length, &by_value, &align);
	deconstruct_array(DatumGetArrayTypeP(value), element, length, by_value, align,
					  &values, &nulls, &count);
	initStringInfo(&out);
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%c%s", i == 0 ? '[' : ',',
						 nulls[i] ? "null" : json_of_type(relation, attr, element, values[i]));
	appendStringInfoString(&out, count == 0 ? "[]" : "]");
	return out.data;
}

const char *
gs_value_json(const GsRelation *relation, const GsAttr *attr, Datum value)
{
	return json_of_type(relation, attr, attr->type, value);
}
