/*
 * socket.c
 *	  Is a kept connection still good?
 *
 * libcurl looks at one before it is used again, but not all versions see that
 * it has brought something and was closed then, as proxies do that tire of
 * waiting, and from 8.22 on none looks if it was in use within the last second.
 * Of the socket libcurl tells only the local port, before a request is sent.
 */
#include "postgres.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "port/pg_bitutils.h"

#include "socket.h"

/* That the other side has closed its end, where poll() can tell. */
#ifndef POLLRDHUP
#define POLLRDHUP POLLHUP
#endif

/* Those with a larger number are not known. */
#define MAX_SOCKETS 4096

/* A bit each; some may have been closed since. */
static uint64 noted[MAX_SOCKETS / 64];

void
gs_socket_note(int fd)
{
	if (fd >= 0 && fd < MAX_SOCKETS)
		noted[fd / 64] |= UINT64CONST(1) << (fd % 64);
}

/* 0: it is no socket, or of another kind. */
static int
port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t	length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *) &address, &length) != 0)
		return 0;
	switch (address.ss_family)
	{
		case AF_INET:
			return ntohs(((struct sockaddr_in *) &address)->sin_port);
		case AF_INET6:
			return ntohs(((struct sockaddr_in6 *) &address)->sin6_port);
		default:
			return 0;
	}
}

/* The socket with a local port, -1 if there is none. */
static int
find(int port)
{
	for (int i = 0; i < (int) lengthof(noted); i++)
		for (uint64 left = noted[i]; left != 0; left &= left - 1)
		{
			int			bit = pg_rightmost_one_pos64(left);
			int			found = port_of(i * 64 + bit);

			if (found == port)
				return i * 64 + bit;
			if (found == 0)
				noted[i] &= ~(UINT64CONST(1) << bit);
		}
	return -1;
}

bool
gs_socket_is_stale(int port)
{
	struct pollfd look = {.events = POLLRDHUP | POLLIN};

	look.fd = port > 0 ? find(port) : -1;
	return look.fd >= 0 && poll(&look, 1, 0) > 0;
}
