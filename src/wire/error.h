/*
 * error.h
 *	  How every failure of a request is reported.
 */
#ifndef GS_ERROR_H
#define GS_ERROR_H

#include "postgres.h"

#ifndef pg_noreturn				/* PostgreSQL 18 has it */
#define pg_noreturn _Noreturn
#endif

/*
 * What is known of a failed request.  Strings that the tenant or the network
 * gave are UTF-8 of any content; they are cleaned before they are shown.  Names
 * of servers, roles and tables are in the database's encoding.
 * Whoever fills this in has taken all secrets out of them.
 */
typedef struct GsFailure
{
	int			sqlstate;
	const char *message;		/* the primary message, ours */
	const char *server;			/* whom it was asked of, by name; NULL if nobody was */
	const char *role;			/* by whom, where that is in question, or NULL */
	const char *table;			/* for which table, where that is, or NULL */
	const char *method;			/* what was asked; NULL if nothing was */
	const char *path;
	int			status;			/* HTTP status, 0 without an answer */
	const char *code;			/* errorCode, or NULL */
	const char *description;	/* errorDesc or the transport's words, or NULL */
	const char *request_id;		/* requestId, or NULL */
	const char *hint;			/* a sentence, or NULL */
	const char *aside;			/* (more) sentences for the detail, or NULL; where nothing was
								 * asked the server's name stands before it */
} GsFailure;

/*
 * Raise the failure as an ERROR.
 */
pg_noreturn extern void gs_fail(const GsFailure *failure);

/*
 * Copy a failure, with all its texts, into CurrentMemoryContext.
 */
extern void gs_failure_copy(GsFailure *to, const GsFailure *from);

/*
 * Remote text fit for a message: valid in the server's encoding, on one line,
 * no longer than limit bytes ("..." then marks the cut).  palloc'd.
 */
extern char *gs_printable(const char *text, size_t limit);

/*
 * The same of a text that is in the server's encoding.
 */
extern char *gs_printable_here(const char *text, size_t limit);

/*
 * A text for a message, in the server's encoding, with a question mark in place of each
 * character that the client's does not have: with it core would raise an error of its
 * own, in the place of what the message tells.  The text itself if it has none.
 */
extern const char *gs_receivable(const char *text);

/*
 * The text with asterisks in place of a key, should a tenant echo it, as JSON and
 * paths spell it, too; the text itself if it does not.  Either may be NULL.  See
 * gs_without_secrets, which is what is called from outside.
 */
extern const char *gs_without_key(const char *text, const char *key);

#endif							/* GS_ERROR_H */
