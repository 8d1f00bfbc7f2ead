/*
 * gainsight.h
 *	  The face of gainsight/: the Success Plan API.
 *
 * Its resources and fields, as data; its paths, bodies, envelopes and refusals;
 * how its lists are walked so that nothing is missed; how it spells dates and
 * numbers; what it has said of its size.
 *
 * It may know requests and JSON.  It must not know a planner, a row or an
 * encoding: its words are the API's, in UTF-8.
 */
#ifndef GS_GAINSIGHT_H
#define GS_GAINSIGHT_H

#include "api.h"
#include "describe.h"
#include "model.h"
#include "pager.h"
#include "reader.h"
#include "search.h"
#include "seen.h"
#include "token.h"
#include "total.h"
#include "walks.h"

#endif							/* GS_GAINSIGHT_H */
