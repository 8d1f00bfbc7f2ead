/*
 * send.h
 *	  A record's update, on its way to the tenant.
 */
#ifndef GS_SEND_H
#define GS_SEND_H

#include "update.h"

/*
 * Send an update as it was seen; and take in the answer, when it is there.  As
 * the steps in update.h.
 */
extern void gs_send(GsUpdate *update);
extern void gs_send_answered(GsUpdate *update);

#endif							/* GS_SEND_H */
