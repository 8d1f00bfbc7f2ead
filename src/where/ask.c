/*
 * ask.c
 *	  How many rows does a filter leave?
 */
#include "postgres.h"

#include "where.h"

bool
gs_filter_ask_total(const GsRelation *relation, const GsFilter *filter, int64 *total)
{
	GsCondition conditions[GS_MAX_CONDITIONS];
	const char *key = gs_model_flagged(relation->resource, GS_KEY)->field;
	GsSearch	search = {&key, 1, conditions, filter->nconditions,
	.expression = filter->expression};

	memcpy(conditions, filter->conditions, sizeof(conditions));
	*total = 0;
	for (int i = 0; i < Max(1, filter->npieces); i++)
	{
		int64		piece;

		if (filter->npieces > 0)
			conditions[filter->cut].values = filter->pieces[i];
		if (!gs_total_ask(&relation->settings->tenant, relation->resource, &search, &piece))
			return false;
		*total += piece;
	}
	return true;
}
