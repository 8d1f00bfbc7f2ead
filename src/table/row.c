/*
 * row.c
 *	  Records to rows: which member of a record goes to which column.
 */
#include "postgres.h"

#include "access/htup_details.h"

#include "table.h"

struct GsRowMaker
{
	const GsRelation *relation;

	/* what is read: parallel arrays of nfields */
	int			nfields;
	int		   *columns;		/* index into a row's arrays */
	const char **fields;		/* UTF-8 */
	int		   *sources;		/* the first of the same field: where its node is */
	GsInput   **inputs;
	const char **lookups;		/* of a looked-up field, the member that may hold it; else NULL */
	const GsJson **nodes;
	GsJsonFields *picker;
	int			brace;			/* the one that a path gives, -1 if none */

	/* what is the same for every row: parallel arrays of nconstants */
	int			nconstants;
	int		   *constant_columns;	/* index into a row's arrays */
	Datum	   *constants;

	GsInputPlace place;			/* for the message of a value that does not fit */
	GsMisfits  *misfits;		/* where it is read as null; NULL: it is an error */
	bool		busy;			/* a value is being converted */
};

static void
add_constant(GsRowMaker *maker, AttrNumber attnum)
{
	const GsAttr *attr = &maker->relation->atts[attnum - 1];
	MemoryContext context = CurrentMemoryContext;

	maker->place.attnum = attnum;
	maker->place.text = attr->constant;
	PG_TRY();
	{
		maker->constants[maker->nconstants] = gs_constant_value(attr->type, attr->typmod,
																attr->constant);
	}
	PG_CATCH();
	{
		gs_input_rethrow(&maker->place, context);
	}
	PG_END_TRY();
	maker->constant_columns[maker->nconstants++] = attnum - 1;
	maker->place.attnum = 0;
	maker->place.text = NULL;
}

static void
add_column(GsRowMaker *maker, const GsColumn *brace, AttrNumber attnum)
{
	const GsAttr *attr = &maker->relation->atts[attnum - 1];
	int			n = maker->nfields;

	if (attr->constant != NULL)
	{
		add_constant(maker, attnum);
		return;
	}
	if (brace != NULL && attr->column == brace)
		maker->brace = n;
	maker->columns[n] = attnum - 1;
	maker->fields[n] = gs_to_utf8(attr->field);
	maker->inputs[n] = gs_input_create(maker->relation, attnum);
	if (gs_model_is_looked_up(maker->fields[n]))
		maker->lookups[n] = pnstrdup(maker->fields[n], strrchr(maker->fields[n], '.') - maker->fields[n]);
	maker->sources[n] = n;
	for (int i = n - 1; i >= 0; i--)
		if (pg_strcasecmp(maker->fields[i], maker->fields[n]) == 0)
			maker->sources[n] = i;
	maker->nfields++;
}

GsRowMaker *
gs_row_maker_create(const GsRelation *relation, List *attnums)
{
	GsRowMaker *maker = palloc0(sizeof(GsRowMaker));
	const GsEndpoint *keyed = gs_model_read(relation->resource, true);
	const GsColumn *brace = keyed ? gs_model_brace(relation->resource, keyed) : NULL;
	int			room = Max(list_length(attnums), 1);
	ListCell   *cell;

	maker->relation = relation;
	maker->columns = palloc0(sizeof(int) * room);
	maker->fields = palloc0(sizeof(char *) * room);
	maker->sources = palloc0(sizeof(int) * room);
	maker->inputs = palloc0(sizeof(GsInput *) * room);
	maker->lookups = palloc0(sizeof(char *) * room);
	maker->nodes = palloc0(sizeof(GsJson *) * room);
	maker->constant_columns = palloc0(sizeof(int) * room);
	maker->constants = palloc0(sizeof(Datum) * room);
	maker->brace = -1;
	maker->place.relation = relation;
	foreach(cell, attnums)
		add_column(maker, brace, lfirst_int(cell));
	maker->picker = gs_json_fields(maker->fields, maker->nfields);
	return maker;
}

void
gs_row_maker_set_null(GsRowMaker *maker, GsMisfits *misfits)
{
	maker->misfits = misfits;
}

void
gs_row_maker_select(const GsRowMaker *maker, GsSearch *search)
{
	const char *key = gs_model_flagged(maker->relation->resource, GS_KEY)->field;
	const char **select = palloc(sizeof(char *) * (maker->nfields + 1));
	int			count = 0;

	select[count++] = key;
	for (int i = 0; i < maker->nfields; i++)
		if (maker->sources[i] == i && strcmp(maker->fields[i], key) != 0)
			select[count++] = maker->fields[i];
	search->select = select;
	search->nselect = count;
	search->unasked = !gs_operator_available(maker->relation->settings, "IS_NOT_NULL");
	search->category = gs_to_utf8(maker->relation->settings->plan_type_category);
}

static void
convert(GsRowMaker *maker, const char *path_key, Datum *values, bool *isnull)
{
	bool		misfit = false;
	bool	   *told = maker->misfits != NULL ? &misfit : NULL;

	for (int i = 0; i < maker->nfields; i++)
	{
		int			column = maker->columns[i];
		const GsJson *node = maker->nodes[maker->sources[i]];

		if (node == NULL && maker->lookups[i] != NULL)
			node = gs_json_get(gs_json_get(maker->place.record, maker->lookups[i]),
							   maker->fields[i] + strlen(maker->lookups[i]) + 1);
		maker->place.attnum = column + 1;
		maker->place.node = node;
		/* the path says what the body may not */
		if (i == maker->brace && path_key != NULL && !gs_json_has_text(node))
		{
			maker->place.text = path_key;
			values[column] = gs_input_text(maker->inputs[i], gs_from_utf8(path_key));
			isnull[column] = false;
			maker->place.text = NULL;
		}
		else
			values[column] = gs_input_convert(maker->inputs[i], node, &isnull[column], told);
		if (misfit)
			gs_misfits_add(maker->misfits, &maker->place);
		misfit = false;
	}
	maker->place.attnum = 0;
}

/*
 * What an input function or a domain's constraint raises is caught, only to be
 * raised as HV004.  An error context callback would not do: that is called where
 * something is raised, so what a constraint's function handles itself would
 * reach its handler with another code, and warnings would be rewritten.  As
 * nothing goes on after an error, there is no subtransaction.
 */
static void
try_convert(GsRowMaker *maker, const char *path_key, Datum *values, bool *isnull)
{
	MemoryContext context = CurrentMemoryContext;

	maker->busy = true;
	PG_TRY();
	{
		convert(maker, path_key, values, isnull);
	}
	PG_CATCH();
	{
		maker->busy = false;
		gs_input_rethrow(&maker->place, context);
	}
	PG_END_TRY();
	maker->busy = false;
}

bool
gs_row_maker_is_busy(const GsRowMaker *maker)
{
	return maker->busy;
}

void
gs_row_maker_fill(GsRowMaker *maker, const GsJson *record, const char *path_key,
				  Datum *values, bool *isnull)
{
	memset(isnull, true, maker->relation->natts);
	gs_json_pick(maker->picker, record, maker->nodes);
	maker->place.record = record;
	try_convert(maker, path_key, values, isnull);
	for (int i = 0; i < maker->nconstants; i++)
	{
		values[maker->constant_columns[i]] = maker->constants[i];
		isnull[maker->constant_columns[i]] = false;
	}
}

void
gs_row_give_header(TupleTableSlot *from, TupleTableSlot *to)
{
	MemoryContext old;
	HeapTuple	tuple;

	ExecClearTuple(to);
	/* not by a copy of the slot, which would leave its values behind */
	slot_getallattrs(from);
	old = MemoryContextSwitchTo(to->tts_mcxt);
	tuple = heap_form_tuple(from->tts_tupleDescriptor, from->tts_values, from->tts_isnull);
	MemoryContextSwitchTo(old);
	/* a tuple is made as a datum, whose length stands where core looks for xmin */
	HeapTupleHeaderSetXmin(tuple->t_data, InvalidTransactionId);
	HeapTupleHeaderSetXmax(tuple->t_data, InvalidTransactionId);
	HeapTupleHeaderSetCmin(tuple->t_data, InvalidTransactionId);
	tuple->t_self = from->tts_tid;
	tuple->t_tableOid = from->tts_tableOid;
	ExecStoreHeapTuple(tuple, to, true);
}
