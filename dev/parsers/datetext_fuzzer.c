/*
 * datetext_fuzzer.c
 *	  Any text as a date or date-time of a tenant's.
 *
 * The parser takes a whole text or nothing of it, and two spellings of one
 * moment are one moment.
 */
#include "postgres.h"

#include <time.h>

#include "table/datetext.h"

#include "server.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EPOCH_SHIFT ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/* The C library's calendar spells the moment; it has to be read back. */
static void
spell_and_read(Timestamp moment)
{
	int64		unix_micros = moment + EPOCH_SHIFT;
	int64		micros = ((unix_micros % USECS_PER_SEC) + USECS_PER_SEC) % USECS_PER_SEC;
	time_t		second = (unix_micros - micros) / USECS_PER_SEC;
	struct tm	calendar;
	Timestamp	again;
	char		text[64];

	require(gmtime_r(&second, &calendar) != NULL);
	if (calendar.tm_year + 1900 < 1 || calendar.tm_year + 1900 > 9999)
		return;
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ",
			 calendar.tm_year + 1900, calendar.tm_mon + 1, calendar.tm_mday,
			 calendar.tm_hour, calendar.tm_min, calendar.tm_sec, (int) micros);
	require(gs_parse_datetime(text, false, &again));
	require(again == moment);
}

/* What is a date is none with a byte more in front of it or behind it. */
static void
spoil(const char *text, bool is_number)
{
	Timestamp	moment;

	require(!gs_parse_datetime(psprintf(" %s", text), is_number, &moment));
	require(!gs_parse_datetime(psprintf("%s ", text), is_number, &moment));
	require(!gs_parse_datetime(psprintf("%sx", text), is_number, &moment));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* of its very size, so that reading on is noticed */
	char	   *text = pnstrdup((const char *) data, size);

	for (int is_number = 0; is_number <= 1; is_number++)
	{
		Timestamp	moment;

		if (gs_parse_datetime(text, is_number, &moment))
		{
			require(IS_VALID_TIMESTAMP(moment));
			spell_and_read(moment);
			spoil(text, is_number);
		}
	}
	gs_server_reset();
	return 0;
}
