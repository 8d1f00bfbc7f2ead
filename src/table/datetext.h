/*
 * datetext.h
 *	  Dates and times as Gainsight spells them.
 */
#ifndef GS_DATETEXT_H
#define GS_DATETEXT_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "wire/wire.h"

/*
 * Parse a date or date-time: YYYY-MM-DD, followed or not by T or a blank, a
 * time with or without seconds and fraction, and Z, +hh, +hhmm, +hh:mm or
 * nothing (UTC); or milliseconds since 1970, as a JSON number or as digits.
 * *moment is the moment in UTC, midnight for a date.  False if it is neither.
 */
extern bool gs_parse_datetime(const char *text, bool is_number, Timestamp *moment);

/*
 * The same of a value, NULL or of any kind: false if it is none of these.
 */
extern bool gs_moment_of(const GsJson *value, int64 *moment);

/*
 * Is it a date without a time?
 */
extern bool gs_is_day(const char *text);

/*
 * The day and the second, counted from the beginning of 2000, that a moment is
 * in; also before it.
 */
extern int64 gs_day_of(Timestamp moment);
extern int64 gs_second_of(Timestamp moment);

#endif							/* GS_DATETEXT_H */
