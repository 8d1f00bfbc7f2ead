/*
 * run.h
 *	  How a statement is run.
 */
#ifndef GS_RUN_H
#define GS_RUN_H

#include "postgres.h"

#include "nodes/execnodes.h"

/*
 * Will all rows of a node be asked for, once it is asked for one, and for whatever
 * values it then has?
 * True only if nothing in the plan above it may stop before its end, and the
 * statement is being run to its end.
 */
extern bool gs_is_drained(const PlanState *node);

#endif							/* GS_RUN_H */
