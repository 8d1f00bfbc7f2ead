/*
 * spec.c
 *	  Which requests a scan's values call for.
 */
#include "postgres.h"

#include "state.h"

/* One search, or one for each piece of a long list. */
static void
set_searches(GsReadSpec *spec, const GsSearch *select, const GsFilter *filter)
{
	int			count = Max(1, filter->npieces);
	GsSearch   *searches = palloc(sizeof(GsSearch) * count);

	for (int i = 0; i < count; i++)
	{
		GsSearch   *search = &searches[i];
		GsCondition *conditions = palloc(sizeof(filter->conditions));

		*search = *select;
		memcpy(conditions, filter->conditions, sizeof(filter->conditions));
		if (filter->npieces > 0)
			conditions[filter->cut].values = filter->pieces[i];
		search->conditions = conditions;
		search->nconditions = filter->nconditions;
		search->expression = filter->expression;
	}
	spec->searches = searches;
	spec->nsearches = count;
}

bool
gs_spec_build(const GsRelation *relation, const GsScanPlan *plan, const GsSearch *select,
			  const GsOperand *operands, GsReadSpec *spec)
{
	const GsResource *resource = relation->resource;
	const GsEndpoint *unbound = gs_model_read(resource, false);
	int			most = gs_estimate_most_pieces(relation, plan->listed, plan->rest);
	GsFilter	filter;
	GsKeys		keys;

	memset(spec, 0, sizeof(*spec));
	spec->resource = resource;
	spec->nkeys = -1;
	/* what a bind join asks for is read to its end */
	spec->whole = plan->bind != NULL;
	spec->paging.page_size = relation->settings->page_size;
	spec->paging.first_page = plan->first_page > 0 ? plan->first_page : spec->paging.page_size;
	gs_filter_build(relation, plan->clauses, operands, most, &filter);
	if (filter.nothing)
		return false;
	set_searches(spec, select, &filter);
	spec->unlisted = filter.unlisted;
	if (plan->key == NULL)
		return true;
	gs_filter_keys(plan->key, operands, &keys);
	if (unbound == NULL && keys.count > most)
	{
		spec->unlisted = true;
		return true;
	}
	/* several keys are one search, where there is one */
	if (unbound == NULL ||
		(keys.count == 1 && gs_path_addressable(gs_model_read(resource, true), keys.values[0])))
	{
		spec->keys = keys.values;
		spec->nkeys = keys.count;
	}
	return keys.count > 0;
}
