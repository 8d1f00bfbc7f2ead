/*
 * http.h
 *	  Many HTTP transfers in one loop, and nothing about what they carry.
 */
#ifndef GS_HTTP_H
#define GS_HTTP_H

#include "postgres.h"

#include "exchange.h"

/*
 * Start a transfer, which belongs to context: when that goes, in whatever
 * state it is, the transfer is abandoned and all of it released.  Raises an
 * ERROR if libcurl refuses a setting.
 */
extern GsTransfer *gs_http_start(const GsHttpSpec *spec, MemoryContext context);

/*
 * How it stands; the same object for the transfer's life.
 */
extern const GsHttpResult *gs_http_result(const GsTransfer *transfer);

/*
 * Drive every transfer of this backend, for at most timeout ms, or until one
 * of them ends.  Interrupts are served: may raise an ERROR.
 */
extern void gs_http_pump(int timeout);

/*
 * libcurl's and its TLS library's versions, palloc'd.
 */
extern char *gs_http_version(void);

#endif							/* GS_HTTP_H */
