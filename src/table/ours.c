/*
 * ours.c
 *	  Is it one of this wrapper's?
 *
 * Whatever its wrapper is called, a table or a server is ours if it is planned
 * by our function, which the front door has told.
 */
#include "postgres.h"

#include "foreign/foreign.h"

#include "table.h"

static GetForeignPlan_function our_function;

void
gs_ours_init(GetForeignPlan_function function)
{
	our_function = function;
}

bool
gs_routine_is_ours(const FdwRoutine *routine)
{
	return routine->GetForeignPlan == our_function;
}

bool
gs_server_is_ours(Oid serverid)
{
	Oid			handler = GetForeignDataWrapper(GetForeignServer(serverid)->fdwid)->fdwhandler;

	return OidIsValid(handler) && gs_routine_is_ours(GetFdwRoutine(handler));
}
