/*
 * drain.h
 *	  Will all rows of a node be asked for?
 */
#ifndef GS_DRAIN_H
#define GS_DRAIN_H

#include "postgres.h"

#include "nodes/execnodes.h"

/*
 * Will they, once it is asked for one, and for whatever values it then has?
 * True only if nothing in the plan above it may stop before its end, and the
 * statement is being run to its end.
 */
extern bool gs_is_drained(const PlanState *node);

#endif							/* GS_DRAIN_H */
