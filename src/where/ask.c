/*
 * ask.c
 *	  How many rows does a filter leave?
 */
#include "postgres.h"

#include "where.h"

/* The search of one of a filter's pieces. */
typedef struct Piece
{
	const char *key;
	GsCondition conditions[GS_MAX_CONDITIONS];
	GsSearch	search;			/* of these */
} Piece;

static const GsSearch *
search_piece(const GsRelation *relation, const GsFilter *filter, int n, Piece *piece)
{
	piece->key = gs_model_flagged(relation->resource, GS_KEY)->field;
	memcpy(piece->conditions, filter->conditions, sizeof(filter->conditions));
	if (filter->npieces > 0)
		piece->conditions[filter->cut].values = filter->pieces[n];
	memset(&piece->search, 0, sizeof(GsSearch));
	piece->search.select = &piece->key;
	piece->search.nselect = 1;
	piece->search.conditions = piece->conditions;
	piece->search.nconditions = filter->nconditions;
	piece->search.expression = filter->expression;
	return &piece->search;
}

bool
gs_filter_ask_total(const GsRelation *relation, const GsFilter *filter, int64 *total)
{
	Piece		piece;
	int64		rows;

	*total = 0;
	for (int i = 0; i < Max(1, filter->npieces); i++)
	{
		if (!gs_total_ask(&relation->settings->tenant, relation->resource,
						  search_piece(relation, filter, i, &piece), &rows))
			return false;
		*total += rows;
	}
	return true;
}

List *
gs_filter_start_total(const GsRelation *relation, const GsFilter *filter)
{
	List	   *requests = NIL;
	Piece		piece;

	for (int i = 0; i < Max(1, filter->npieces); i++)
		requests = lappend(requests, gs_total_start(&relation->settings->tenant, relation->resource,
													search_piece(relation, filter, i, &piece)));
	return requests;
}

bool
gs_filter_finish_total(const GsRelation *relation, List *requests, int64 *total)
{
	bool		told = true;
	ListCell   *cell;
	int64		rows;

	*total = 0;
	foreach(cell, requests)
	{
		/* one row fills the page that was asked for, and no count of it is credible by itself */
		if (!gs_total_finish(relation->resource, lfirst(cell), &rows) && rows != 1)
			told = false;
		*total += rows;
	}
	return told;
}
