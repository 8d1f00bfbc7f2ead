/*
 * number.h
 *	  What is left of a number for a tenant that takes it for a double.
 */
#ifndef GS_NUMBER_H
#define GS_NUMBER_H

#include "postgres.h"

/*
 * Numbers as SQL and JSON write them.  Is it sure that a double tells this one
 * from all others?
 */
extern bool gs_number_is_sure(const char *number);

/*
 * The nearest number not below (upper) or not above it of which that is so, NULL
 * if there is none.  palloc'd, or the argument.
 */
extern const char *gs_number_bound(const char *number, bool upper);

/*
 * One without the zeros that make no difference, so that equals look alike.
 * palloc'd, or the argument.
 */
extern const char *gs_number_plain(const char *number);

/*
 * A number of SQL as the nearest double, or an infinity.
 */
extern double gs_number_value(Oid type, Datum value);

#endif							/* GS_NUMBER_H */
