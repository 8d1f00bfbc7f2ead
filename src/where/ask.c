/*
 * ask.c
 *	  How many rows does a filter leave?
 */
#include "postgres.h"

#include "where.h"

static void
ask_once(const GsRelation *relation, const GsFilter *filter, const GsCondition *conditions,
		 MemoryContext context, GsCount *count)
{
	const GsEndpoint *endpoint = gs_model_read(relation->resource, false);
	const char *key = gs_model_flagged(relation->resource, GS_KEY)->field;
	GsSearch	search = {&key, 1, conditions, filter->nconditions, filter->expression};
	GsRecords	records;
	GsRequest  *request = gs_api_start_search(&relation->settings->tenant, relation->resource,
											  &search, 1, 0, context);

	gs_api_finish_read(request, endpoint, &records);
	count->total = records.total;
	if (records.count == 0)
		count->total = 0;
	/* a totalCount that counts just this page proves nothing */
	count->credible = records.count == 0 || records.total > records.count;
	gs_request_free(request);
}

void
gs_count_ask(const GsRelation *relation, const GsFilter *filter, MemoryContext context,
			 GsCount *count)
{
	GsCondition conditions[GS_MAX_CONDITIONS];
	GsCount		piece;

	memcpy(conditions, filter->conditions, sizeof(conditions));
	count->total = 0;
	count->credible = true;
	for (int i = 0; i < Max(1, filter->npieces) && count->credible; i++)
	{
		if (filter->npieces > 0)
			conditions[filter->cut].values = filter->pieces[i];
		ask_once(relation, filter, conditions, context, &piece);
		count->total += piece.total;
		count->credible = piece.credible;
	}
}
