/*
 * option.h
 *	  What options there are.
 */
#ifndef GS_OPTION_H
#define GS_OPTION_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "table.h"

/* Where an option may stand. */
#define ON_SERVER	0x01
#define ON_TABLE	0x02
#define ON_MAPPING	0x04
#define ON_COLUMN	0x08

typedef enum OptionType
{
	OPTION_STRING,
	OPTION_BOOLEAN,
	OPTION_INTEGER,
	OPTION_REAL,
	OPTION_DURATION,			/* ms */
	OPTION_SIZE					/* bytes */
} OptionType;

/* Returns what is wrong with a value, as a hint for its writer; NULL if nothing is. */
typedef const char *(*OptionCheck) (const char *value);

typedef struct GsOption
{
	const char *name;
	int			where;
	OptionType	type;
	const char *initial;		/* the default, spelled as a user would */
	int			offset;			/* in GsSettings, NOWHERE if it is no setting */
	int			min;
	int			max;
	bool		superuser;		/* only a superuser may set it */
	OptionCheck check;			/* of a string */
} GsOption;

#define NOWHERE (-1)

extern const GsOption gs_options[];
extern const int gs_noptions;

/*
 * An option by its name, or NULL.
 */
extern const GsOption *gs_option_find(const char *name);

/*
 * Parse a value into the settings, if they are given.  Returns what is wrong
 * with it, as a hint for its writer; NULL if nothing is.
 */
extern const char *gs_option_parse(const GsOption *option, const char *text,
								   GsSettings *settings);

/*
 * Raise 22023 for a value that is not valid.
 */
extern void gs_option_check(const GsOption *option, const char *text);

/*
 * Raise HV00D for options (DefElem) of an object that exclude each
 * other, and where one is missing.
 */
extern void gs_options_check_together(List *list, int where);

#endif							/* GS_OPTION_H */
