/*
 * token.h
 *	  Who asks: by a key, or as a machine with a token.
 */
#ifndef GS_TOKEN_H
#define GS_TOKEN_H

#include "postgres.h"

#include "wire/wire.h"

/*
 * The credential of who has an access key.  palloc'd.
 */
extern GsCredential *gs_credential_of_key(const char *key);

/*
 * That of who is a client with an id and a secret (UTF-8, no ":" in the id), by a
 * user mapping: one for all statements of the session, until a mapping or a
 * server is altered, or id or secret are others.  The tenant has its epoch.  It is kept
 * at least as long as owner, which the tenant is in.
 */
extern GsCredential *gs_credential_of_client(const GsTenant *tenant, Oid mapping, const char *id,
											 const char *secret, MemoryContext owner);

#endif							/* GS_TOKEN_H */
