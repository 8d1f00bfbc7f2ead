/*
 * refusal.h
 *	  What may help where a tenant refuses the values of a record.
 */
#ifndef GS_REFUSAL_H
#define GS_REFUSAL_H

#include "postgres.h"

#include "model.h"

/*
 * A hint with the documented values of those fields that the refusal is about;
 * NULL if it is about none of them.  body is the record that was sent, as JSON,
 * description what the tenant said, or NULL; both UTF-8.  palloc'd.
 */
extern const char *gs_refusal_hint(const GsResource *resource, const char *body,
								   const char *description);

#endif							/* GS_REFUSAL_H */
