/*
 * estimate.c
 *	  How many rows are there, and how many requests do they take?
 *
 * By ANALYZE's figures, else by what this backend was last told, else by a
 * guess of the model's.  Only with use_remote_estimate is the tenant asked by the
 * planner.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "utils/syscache.h"

#include "estimate.h"
#include "gainsight/gainsight.h"

static double
remembered_or_default(const GsRelation *relation, const GsResource *resource)
{
	int64		total = gs_total_known(&relation->settings->tenant, resource, NULL);

	return total == GS_NO_TOTAL ? resource->default_rows : total;
}

/* How many children a record of the parent has, by the model's guess. */
static double
fan_out(const GsResource *resource)
{
	return resource->default_rows / gs_model_parent(resource)->default_rows;
}

double
gs_estimate_rows(const GsRelation *relation)
{
	const GsResource *resource = relation->resource;

	if (resource->parent == NULL)
		return remembered_or_default(relation, resource);
	return remembered_or_default(relation, gs_model_parent(resource)) * fan_out(resource);
}

double
gs_estimate_sharing(const GsAttr *attr, double rows)
{
	const GsColumn *column = attr->column;
	int			labels = 0;

	if (column == NULL)
		return 0;
	if (column->values == NULL)
		return column->sharing;
	while (column->values[labels] != NULL)
		labels++;
	/* null is one more of them */
	return rows / (labels + 1);
}

/*
 * How many records the parent has: as it was last told, else as ANALYZE found,
 * else as many as so many children would have.
 */
static double
parents_of(const GsRelation *relation, const GsSize *size)
{
	int64		total = gs_total_known(&relation->settings->tenant, gs_model_parent(relation->resource), NULL);

	if (total != GS_NO_TOTAL)
		return total;
	return size->pages > 0 ? size->pages : size->rows / fan_out(relation->resource);
}

/*
 * The pages of a search for so many rows, of which each but the first begins with the last
 * of another.  The last one is not full: one that is looks as if there were more.
 */
static double
pages_of(const GsRelation *relation, double rows)
{
	return Max(0, floor((rows - 1) / (relation->settings->page_size - 1))) + 1;
}

double
gs_estimate_requests(const GsRelation *relation, const GsSize *size, double carried, double keys)
{
	const GsEndpoint *endpoint = gs_model_read(relation->resource, false);
	double		parents;

	if (endpoint != NULL)
		return endpoint->search ? pages_of(relation, carried) : 1;
	if (keys > 0)
		return keys;
	/* a list for each record of the parent, and the parent's pages */
	parents = Max(1, parents_of(relation, size));
	return parents + ceil(parents / (relation->settings->page_size - 1));
}

double
gs_estimate_searches(const GsRelation *relation, double pieces, double carried)
{
	return pieces > 1 ? gs_estimate_list(relation, pieces, carried) : pages_of(relation, carried);
}

double
gs_estimate_list(const GsRelation *relation, double pieces, double carried)
{
	/* pages that are full come on top, however the rows are spread over the pieces */
	return pieces + floor(carried / relation->settings->page_size);
}

/*
 * As it is known when a scan starts, rows below 0 if they are not: what was told
 * since the plan was made counts, too.
 */
static GsSize
known_size(const GsRelation *relation)
{
	GsSize		size = {gs_total_known(&relation->settings->tenant, relation->resource, NULL), 0};
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation->relid));

	if (HeapTupleIsValid(tuple))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);

		if (size.rows < 0)
			size.rows = form->reltuples;
		size.pages = form->relpages;
		ReleaseSysCache(tuple);
	}
	return size;
}

/* That whose records a walk goes over. */
static const GsResource *
walked_resource(const GsRelation *relation)
{
	return gs_model_read(relation->resource, false) != NULL ? relation->resource :
		gs_model_parent(relation->resource);
}

int
gs_estimate_ask_size(const GsRelation *relation)
{
	const GsResource *resource = walked_resource(relation);
	GsSearch	search = {.unasked = !gs_operator_available(relation->settings, "IS_NOT_NULL")};

	if (!gs_model_read(resource, false)->search)
		return 0;
	return gs_total_find_pages(&relation->settings->tenant, resource, &search,
							   relation->settings->page_size);
}

double
gs_estimate_walk(const GsRelation *relation, bool guess)
{
	const GsResource *resource = relation->resource;
	GsSize		size = known_size(relation);
	bool		known = size.rows >= 0;

	if (gs_model_read(resource, false) == NULL)
		known |= size.pages > 0 || gs_total_known(&relation->settings->tenant,
												  gs_model_parent(resource), NULL) != GS_NO_TOTAL;
	if (!known && !guess)
		return -1;
	if (size.rows < 0)
		size.rows = gs_estimate_rows(relation);
	return gs_estimate_requests(relation, &size, size.rows, 0);
}

double
gs_estimate_walk_at_most(const GsRelation *relation, double walk)
{
	return gs_total_is_rough(&relation->settings->tenant, walked_resource(relation)) ? 2 * walk + 1 : walk;
}

int64
gs_estimate_known_rows(const GsRelation *relation)
{
	double		rows = known_size(relation).rows;

	return rows < 0 ? GS_NO_TOTAL : (int64) rows;
}

int
gs_estimate_most_pieces(const GsRelation *relation, double carried, double rest)
{
	GsSize		size = known_size(relation);
	double		unlisted;

	if (size.rows < 0)
		size.rows = gs_estimate_rows(relation);
	unlisted = gs_estimate_walk_at_most(relation, gs_estimate_requests(relation, &size, size.rows * rest, 0));
	return Max(1, Min(unlisted - gs_estimate_list(relation, 0, carried), GS_ANY_PIECES));
}

double
gs_estimate_pieces(const GsRelation *relation, const GsClause *clause, List *exprs)
{
	GsFilter	filter;

	if (clause->kind == GS_TEST)
		return clause->test != GS_IN || !gs_takes_lists(relation, clause) ? 0 :
			Max(1, ceil(gs_array_length(list_nth(exprs, clause->operand)) /
						relation->settings->in_list_size));
	/* an OR that is too long is sent as the list that it implies */
	gs_filter_build(relation, list_make1((void *) clause), gs_operands_planned(exprs),
					GS_ANY_PIECES, &filter);
	return filter.npieces;
}

double
gs_estimate_remotely(const GsRelation *relation, List *clauses, List *exprs, Oid userid)
{
	const GsEndpoint *endpoint = gs_model_read(relation->resource, false);
	GsOperand  *operands = gs_operands_planned(exprs);
	GsFilter	filter;
	int64		total;

	if (!relation->settings->use_remote_estimate || endpoint == NULL ||
		!endpoint->search || relation->resource->dialect->uncounted)
		return -1;
	for (int i = 0; i < list_length(exprs); i++)
		if (operands[i].symbol != NULL)
			return -1;
	gs_filter_build(relation, clauses, operands, GS_ANY_PIECES, &filter);
	if (filter.nothing)
		return 0;
	if (filter.npieces > 0)
		return -1;
	gs_settings_authorize(relation->settings, OidIsValid(userid) ? userid : GetUserId());
	return gs_filter_ask_total(relation, &filter, &total) ? total : -1;
}
