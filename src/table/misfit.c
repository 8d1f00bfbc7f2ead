/*
 * misfit.c
 *	  Values that do not fit their columns: how each is told of, as an error at
 *	  once or all of them in a WARNING at the end.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "gainsight/gainsight.h"
#include "table.h"
#include "wire/wire.h"

/* So much of a value is shown in a message, in bytes. */
#define SHOWN_VALUE 100

/* And of what its type says of it, which may hold the value. */
#define SHOWN_REASON 200

static const char *
value_as_json(const GsInputPlace *place)
{
	StringInfoData json;

	initStringInfo(&json);
	if (place->text != NULL)
		gs_json_append_string(&json, place->text);
	else if (place->node != NULL)
		gs_json_print(&json, place->node, GS_JSON_READABLE);
	else
		appendStringInfoString(&json, "null");
	return json.data;
}

static const char *
shown(const char *text, const GsTenant *tenant)
{
	const char *clean = gs_without_secrets(text, tenant);
	const char *here = gs_try_from_utf8(clean);

	return here != NULL ? gs_printable_here(here, SHOWN_VALUE) : gs_printable(clean, SHOWN_VALUE);
}

/* 'value "abc" of the success plan with Gsid "1P02"', as far as it is known. */
static char *
describe_value(const GsInputPlace *place, const char *json)
{
	const GsResource *resource = place->relation->resource;
	const GsColumn *key = gs_model_flagged(resource, GS_KEY);
	const GsTenant *tenant = &place->relation->settings->tenant;
	const char *id = gs_json_text(gs_json_get(place->record, key->field));
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "value %s", shown(json, tenant));
	if (id != NULL)
		appendStringInfo(&out, " of the %s with %s \"%s\"", resource->label, key->field,
						 shown(id, tenant));
	return out.data;
}

/*
 * What may come up while a value is converted and is not about the value: the
 * session, the machine, a server that a domain's constraint asks.  Input
 * functions use any other code, internal error (hstore) and insufficient
 * privilege (regclass) too.  A code that is a class stands for all of it.
 */
static const int others_troubles[] = {
	ERRCODE_CONNECTION_EXCEPTION,
	ERRCODE_INVALID_TRANSACTION_STATE,
	ERRCODE_TRANSACTION_ROLLBACK,
	ERRCODE_INSUFFICIENT_RESOURCES,
	ERRCODE_STATEMENT_TOO_COMPLEX,
	ERRCODE_LOCK_NOT_AVAILABLE,
	ERRCODE_OPERATOR_INTERVENTION,
	ERRCODE_SYSTEM_ERROR,
	ERRCODE_FDW_ERROR,
	ERRCODE_DATA_CORRUPTED,
	ERRCODE_INDEX_CORRUPTED,
};

static bool
is_about_value(int sqlstate)
{
	for (int i = 0; i < (int) lengthof(others_troubles); i++)
		if (sqlstate == others_troubles[i] ||
			(ERRCODE_IS_CATEGORY(others_troubles[i]) &&
			 ERRCODE_TO_CATEGORY(sqlstate) == others_troubles[i]))
			return false;
	return true;
}

/*
 * Of a value with a secret in it a type may show any part, and in lower case.  So
 * what it says is shown where it shows all of one, which is masked then.
 */
static char *
without_any_of_it(const char *text, const GsTenant *tenant)
{
	return gs_holds_secret(text, tenant) ? (char *) gs_without_secrets(text, tenant) : NULL;
}

static void
make_receivable(ErrorData *error)
{
	char	  **texts[] = {&error->message, &error->detail, &error->hint, &error->context};

	for (int i = 0; i < (int) lengthof(texts); i++)
		if (*texts[i] != NULL)
			*texts[i] = (char *) gs_receivable(*texts[i]);
}

void
gs_input_rethrow(const GsInputPlace *place, MemoryContext context)
{
	const GsTenant *tenant = &place->relation->settings->tenant;
	const GsAttr *attr;
	const char *json;
	ErrorData  *error;

	if (place->attnum == 0 || !is_about_value(geterrcode()))
		PG_RE_THROW();
	attr = &place->relation->atts[place->attnum - 1];
	MemoryContextSwitchTo(context);
	error = CopyErrorData();
	FlushErrorState();
	error->sqlerrcode = ERRCODE_FDW_INVALID_DATA_TYPE;
	json = value_as_json(place);
	if (gs_holds_secret(json, tenant))
	{
		error->message = without_any_of_it(error->message, tenant);
		error->detail = without_any_of_it(error->detail, tenant);
		error->hint = without_any_of_it(error->hint, tenant);
		error->context = without_any_of_it(error->context, tenant);
	}
	if (error->detail == NULL && error->message != NULL)
		error->detail = psprintf("Reason: %s.", gs_printable_here(error->message, SHOWN_REASON));
	error->message = psprintf("%s does not fit column \"%s\" of foreign table \"%s\", which is %s",
							  describe_value(place, json), attr->name, place->relation->name,
							  format_type_with_typemod(attr->type, attr->typmod));
	make_receivable(error);
	ReThrowError(error);
}

/*
 * Read as null.
 */

typedef struct MisfitKey
{
	Oid			relid;
	int			attnum;
	uint64		record;			/* a hash of its key */
} MisfitKey;

typedef struct Misfit
{
	MisfitKey	key;
	bool		told;
} Misfit;

struct GsMisfits
{
	MemoryContext context;
	HTAB	   *all;			/* of Misfit; NULL: there was none yet */
	int64		untold;			/* of them */
	const char *first;			/* of those, in words */
};

GsMisfits *
gs_misfits_create(MemoryContext context)
{
	GsMisfits  *misfits = MemoryContextAllocZero(context, sizeof(GsMisfits));

	misfits->context = context;
	return misfits;
}

/* Is it a new one? */
static bool
add_misfit(GsMisfits *misfits, const MisfitKey *key)
{
	HASHCTL		control = {
		.keysize = sizeof(MisfitKey), .entrysize = sizeof(Misfit), .hcxt = misfits->context
	};
	Misfit	   *misfit;
	bool		found;

	if (misfits->all == NULL)
		misfits->all = hash_create("gainsight_fdw misfits", 64, &control,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	misfit = hash_search(misfits->all, key, HASH_ENTER, &found);
	if (found)
		return false;
	misfit->told = false;
	misfits->untold++;
	return true;
}

static const char *
describe_misfit(const GsInputPlace *place)
{
	const GsAttr *attr = &place->relation->atts[place->attnum - 1];

	return psprintf(_("%s, in column \"%s\" of foreign table \"%s\", which is %s"),
					describe_value(place, value_as_json(place)), attr->name, place->relation->name,
					format_type_with_typemod(attr->type, attr->typmod));
}

void
gs_misfits_add(GsMisfits *misfits, const GsInputPlace *place)
{
	const char *field = gs_model_flagged(place->relation->resource, GS_KEY)->field;
	const char *id = gs_json_text(gs_json_get(place->record, field));
	MisfitKey	key = {place->relation->relid, place->attnum, 0};

	if (id != NULL)
		key.record = hash_bytes_extended((const unsigned char *) id, strlen(id), 0);
	if (add_misfit(misfits, &key) && misfits->first == NULL)
		misfits->first = MemoryContextStrdup(misfits->context, describe_misfit(place));
}

void
gs_misfits_take(GsMisfits *misfits, GsMisfits *others)
{
	HASH_SEQ_STATUS status;
	Misfit	   *misfit;

	if (others->untold == 0)
		return;
	hash_seq_init(&status, others->all);
	while ((misfit = hash_seq_search(&status)) != NULL)
		if (!misfit->told)
		{
			(void) add_misfit(misfits, &misfit->key);
			misfit->told = true;
		}
	if (misfits->first == NULL && misfits->untold > 0)
		misfits->first = MemoryContextStrdup(misfits->context, others->first);
	others->untold = 0;
	others->first = NULL;
}

void
gs_misfits_tell(GsMisfits *misfits)
{
	int64		count = misfits->untold;
	const char *first = misfits->first;
	HASH_SEQ_STATUS status;
	Misfit	   *misfit;

	if (count == 0)
		return;
	hash_seq_init(&status, misfits->all);
	while ((misfit = hash_seq_search(&status)) != NULL)
		misfit->told = true;
	misfits->untold = 0;
	misfits->first = NULL;
	ereport(WARNING,
			(errcode(ERRCODE_WARNING),
			 errmsg_plural("%lld value that does not fit its column was read as null",
						   "%lld values that do not fit their columns were read as null",
						   (unsigned long) count, (long long) count),
			 count == 1 ? errdetail_internal("It is %s.", gs_receivable(first)) :
			 errdetail_internal("The first is %s.", gs_receivable(first))));
}
