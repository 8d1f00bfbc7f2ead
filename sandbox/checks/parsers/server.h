/*
 * server.h
 *	  The parsers without a server around them.
 */
#ifndef GS_CHECKS_SERVER_H
#define GS_CHECKS_SERVER_H

/*
 * Free everything that was allocated since the last time.
 */
extern void gs_server_reset(void);

#endif							/* GS_CHECKS_SERVER_H */
