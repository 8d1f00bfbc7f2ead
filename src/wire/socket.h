/*
 * socket.h
 *	  Is a kept connection still good?
 */
#ifndef GS_SOCKET_H
#define GS_SOCKET_H

#include "postgres.h"

/*
 * Remember a socket, so that it can be found by its local port as long as it
 * is open.  Called by libcurl, so it raises nothing.
 */
extern void gs_socket_note(int fd);

/*
 * Has the other side closed the connection from a local port, or sent something
 * that nobody has asked for?  False if it is not known.
 */
extern bool gs_socket_is_stale(int port);

#endif							/* GS_SOCKET_H */
