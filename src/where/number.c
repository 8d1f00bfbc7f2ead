/*
 * number.c
 *	  What is left of a number for a tenant that takes it for a double.
 *
 * JSON has digits, its readers mostly have doubles.  Up to 15 digits come back
 * from one as they were, and are told from any others so written; of longer
 * numbers several are one.  These are bounded by numbers that are not, so that
 * it makes no difference how the tenant compares.
 */
#include "postgres.h"

#include <float.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "number.h"

/* So many digits before the point, or zeros behind it, are too many for a double. */
#define MOST_DIGITS DBL_MAX_10_EXP
#define MOST_ZEROS (-DBL_MIN_10_EXP - DBL_DIG)

/*
 * The digits of a number before the point, or the zeros behind it as a
 * negative number, and the digits from the first to the last that is not 0.
 */
static void
measure(const char *number, int *magnitude, int *significant)
{
	int			seen = 0;		/* from the first on that is not 0 */
	bool		behind = false;

	*magnitude = *significant = 0;
	for (const char *at = number; *at != '\0'; at++)
	{
		if (*at == '.')
			behind = true;
		if (*at < '0' || *at > '9')
			continue;
		if (seen > 0 || *at != '0')
			seen++;
		if (*at != '0')
			*significant = seen;
		if (!behind)
			*magnitude = seen;
		else if (seen == 0)
			(*magnitude)--;
	}
}

bool
gs_number_is_sure(const char *number)
{
	int			magnitude,
				significant;

	measure(number, &magnitude, &significant);
	/* a whole number of more digits has neighbours that are the same to a double */
	return significant == 0 ||
		(significant <= DBL_DIG && magnitude <= DBL_DIG && magnitude >= -MOST_ZEROS);
}

static Datum
numeric_of(const char *number)
{
	return DirectFunctionCall3(numeric_in, CStringGetDatum(number), ObjectIdGetDatum(InvalidOid),
							   Int32GetDatum(-1));
}

const char *
gs_number_bound(const char *number, bool upper)
{
	Datum		value = numeric_of(number);
	Datum		bound;
	Datum		step;
	int			magnitude,
				significant,
				compared;

	measure(number, &magnitude, &significant);
	if (significant == 0)
		return number;
	if (magnitude > MOST_DIGITS || magnitude < -MOST_ZEROS)
		return NULL;
	bound = DirectFunctionCall2(numeric_trunc, value, Int32GetDatum(DBL_DIG - magnitude));
	step = numeric_of(psprintf("1e%d", magnitude - DBL_DIG));
	compared = DatumGetInt32(DirectFunctionCall2(numeric_cmp, bound, value));
	if (upper && compared < 0)
		bound = DirectFunctionCall2(numeric_add, bound, step);
	if (!upper && compared > 0)
		bound = DirectFunctionCall2(numeric_sub, bound, step);
	return gs_number_plain(DatumGetCString(DirectFunctionCall1(numeric_out, bound)));
}

const char *
gs_number_plain(const char *number)
{
	const char *point = strchr(number, '.');
	size_t		length;

	if (point == NULL)
		return number;
	length = strlen(number);
	while (number[length - 1] == '0')
		length--;
	if (number[length - 1] == '.')
		length--;
	return pnstrdup(number, length);
}

double
gs_number_value(Oid type, Datum value)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return (double) DatumGetInt64(value);
		case NUMERICOID:
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, value));
		default:
			return DatumGetFloat8(value);
	}
}
