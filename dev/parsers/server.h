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

/*
 * A copy of a body that the parser may write to, with the byte behind it that
 * it asks for and no more; without asserts in memory that is used again, as in
 * production.  Goes with gs_server_reset.
 */
extern char *gs_server_body(const char *body, size_t size);

/*
 * A promise of the parsers', which has to be kept whatever they are given.
 */
#define require(condition) \
	do { if (!(condition)) gs_server_broken(#condition, __FILE__, __LINE__); } while (0)

extern _Noreturn void gs_server_broken(const char *condition, const char *file, int line);

#endif							/* GS_CHECKS_SERVER_H */
