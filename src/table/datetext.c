/*
 * datetext.c
 *	  Dates and times as Gainsight spells them.
 *
 * Tenants give the same field as a date in one reply and as a date-time in
 * the next.  A parser of its own, because the server's would ask TimeZone and
 * DateStyle, and takes much that is no answer of Gainsight's.
 */
#include "postgres.h"

#include <math.h>

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "datetext.h"

/* Digits alone are milliseconds only if they cannot be a date like 20261123. */
#define MIN_EPOCH_DIGITS 11
#define MAX_EPOCH_DIGITS 15

#define EPOCH_SHIFT ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* Exactly two digits; goes behind them. */
static inline bool
take_two(const char **at, int *value)
{
	const char *digits = *at;

	if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
		return false;
	*value = digits[0] * 10 + digits[1] - '0' * 11;
	*at += 2;
	return true;
}

static inline bool
take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool
take_date(const char **at, Timestamp *moment)
{
	int			century,
				year,
				month,
				day;

	if (!take_two(at, &century) || !take_two(at, &year) || !take_char(at, '-') ||
		!take_two(at, &month) || !take_char(at, '-') || !take_two(at, &day))
		return false;
	year += century * 100;
	if (year == 0 || month < 1 || month > 12 ||
		day < 1 || day > day_tab[isleap(year)][month - 1])
		return false;
	*moment = (Timestamp) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY;
	return true;
}

/* Digits after the point, rounded to microseconds as the server would. */
static bool
take_fraction(const char **at, int *micros)
{
	int			scale = 100000;
	const char *start = *at;

	for (*micros = 0; **at >= '0' && **at <= '9'; (*at)++)
	{
		if (scale > 0)
			*micros += (**at - '0') * scale;
		else if (*at - start == 6 && **at >= '5')
			(*micros)++;
		scale /= 10;
	}
	return *at > start;
}

static bool
take_time(const char **at, Timestamp *moment)
{
	int			hour,
				minute,
				second = 0,
				micros = 0;

	if (!take_two(at, &hour) || !take_char(at, ':') ||
		!take_two(at, &minute))
		return false;
	if (take_char(at, ':'))
	{
		if (!take_two(at, &second))
			return false;
		if ((**at == '.' || **at == ',') && ((*at)++, !take_fraction(at, &micros)))
			return false;
	}
	if (hour > 24 || minute > 59 || second > 60 ||
		(hour == 24 && (minute > 0 || second > 0 || micros > 0)))
		return false;
	*moment += ((hour * 60 + minute) * (int64) 60 + second) * USECS_PER_SEC + micros;
	return true;
}

static bool
take_zone(const char **at, Timestamp *moment)
{
	int			sign,
				hours,
				minutes = 0;

	if (**at == '\0' || take_char(at, 'Z') || take_char(at, 'z'))
		return true;
	sign = **at == '+' ? 1 : -1;
	if (!take_char(at, '+') && !take_char(at, '-'))
		return false;
	if (!take_two(at, &hours))
		return false;
	if (take_char(at, ':') || **at != '\0')
		if (!take_two(at, &minutes))
			return false;
	if (hours > MAX_TZDISP_HOUR || minutes > 59)
		return false;
	*moment -= sign * (hours * 60 + minutes) * (int64) 60 * USECS_PER_SEC;
	return true;
}

static bool
parse_iso(const char *text, Timestamp *moment)
{
	if (!take_date(&text, moment))
		return false;
	if (*text == '\0')
		return true;
	return (take_char(&text, 'T') || take_char(&text, ' ')) &&
		take_time(&text, moment) && take_zone(&text, moment) && *text == '\0';
}

/* Milliseconds since 1970; a fraction of one does not count. */
static bool
parse_epoch(const char *text, bool is_number, Timestamp *moment)
{
	size_t		length = strspn(text + (*text == '-' ? 1 : 0), "0123456789");
	double		milliseconds;

	if (!gs_json_number(text, &milliseconds) || fabs(milliseconds) >= 1e15)
		return false;
	/* a text is not said to be a number, so it has to look like milliseconds */
	if (!is_number &&
		(length < MIN_EPOCH_DIGITS || length > MAX_EPOCH_DIGITS || strpbrk(text, "eE") != NULL))
		return false;
	*moment = (Timestamp) milliseconds * 1000 - EPOCH_SHIFT;
	return true;
}

bool
gs_parse_datetime(const char *text, bool is_number, Timestamp *moment)
{
	bool		valid = is_number ? parse_epoch(text, true, moment) :
		parse_iso(text, moment) || parse_epoch(text, false, moment);

	return valid && IS_VALID_TIMESTAMP(*moment);
}

bool
gs_moment_of(const GsJson *value, int64 *moment)
{
	const char *text = gs_json_text(value);

	return text != NULL && gs_parse_datetime(text, gs_json_kind(value) == GS_JSON_NUMBER, moment);
}

static int64
divide_down(int64 moment, int64 unit)
{
	return moment / unit - (moment % unit < 0 ? 1 : 0);
}

int64
gs_day_of(Timestamp moment)
{
	return divide_down(moment, USECS_PER_DAY);
}

int64
gs_second_of(Timestamp moment)
{
	return divide_down(moment, USECS_PER_SEC);
}

bool
gs_is_day(const char *text)
{
	return strlen(text) == strlen("YYYY-MM-DD") && text[4] == '-';
}
