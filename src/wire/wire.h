/*
 * wire.h
 *	  The face of wire/: bytes to a tenant and back.
 *
 * A request, from the queue through its transfer to a verdict; when it may
 * start; JSON; what is counted; how failures are worded; the memory that
 * sessions share.  All transfers of a session are driven by whoever waits.
 *
 * It may know libcurl and cJSON, each in one file.  It must not know a word of
 * the API, nor anything of SQL: what an answer means its caller says.
 */
#ifndef GS_WIRE_H
#define GS_WIRE_H

#include "error.h"
#include "escape.h"
#include "governor.h"
#include "http.h"
#include "json.h"
#include "parse.h"
#include "pool.h"
#include "request.h"
#include "shmem.h"
#include "stats.h"
#include "tenant.h"

#endif							/* GS_WIRE_H */
