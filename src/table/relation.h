/*
 * relation.h
 *	  A foreign table and its settings, grouped by the file that has it.
 */
#ifndef GS_RELATION_H
#define GS_RELATION_H

#include "postgres.h"

#include "access/tupdesc.h"

#include "gainsight/model.h"
#include "wire/request.h"

/*
 * option.c: one table of options, the validator, effective settings
 */

/* What is in force for a table, or for its server alone. */
typedef struct GsSettings
{
	GsTenant	tenant;			/* the key is set by gs_settings_authorize */
	const char *domain;
	const char *resource;		/* NULL: the table's name */
	const char *operators;		/* comma separated; NULL: all */
	int			page_size;
	int			in_list_size;
	int			batch_size;
	double		request_cost;
	double		tuple_cost;
	bool		trust_filters;
	bool		conflict_check;
	bool		readonly;
	bool		use_remote_estimate;
} GsSettings;

/*
 * The settings of a server, with those of a table over them if relid is
 * given (InvalidOid: none).  palloc'd in CurrentMemoryContext.
 */
extern GsSettings *gs_settings_load(Oid serverid, Oid relid);

/*
 * access.c: with which key a user reaches a server, and whether the user may
 */

/*
 * What is wrong with a text as an access key, as a hint for its writer; NULL
 * if nothing is.
 */
extern const char *gs_access_key_problem(const char *value);

/*
 * Find the access key with which the user reaches the server.  Raises 28000
 * where there is none.
 */
extern void gs_settings_authorize(GsSettings *settings, Oid userid);

/*
 * Raise 42501 unless the current user may use the server.
 */
extern void gs_require_usage(Oid serverid);

/*
 * Is it a server of this wrapper, by whatever name that goes?
 */
extern bool gs_server_is_ours(Oid serverid);

/*
 * relation.c: a foreign table seen through the model
 */

/* A column of the foreign table. */
typedef struct GsAttr
{
	const char *name;			/* NULL: a dropped or a virtual column */
	const char *field;			/* the API's; NULL with a constant */
	const GsColumn *column;		/* the documented column, or NULL */
	const char *constant;		/* every row's value, or NULL */
	bool		pushdown;		/* may conditions on it be sent? */
	bool		writable;		/* may a create or an update name the field? */
	Oid			type;
	int32		typmod;
} GsAttr;

typedef struct GsRelation
{
	Oid			relid;
	const char *name;
	const GsResource *resource;
	GsSettings *settings;
	int			natts;
	GsAttr	   *atts;			/* by attribute number less 1 */
} GsRelation;

/*
 * Describe a foreign table, which the caller has locked.  palloc'd.
 */
extern GsRelation *gs_relation_load(Oid relid);

/*
 * Is there a resource for the foreign table of this name, so that it can be
 * loaded?
 */
extern bool gs_relation_is_known(Oid relid, const char *name);

/*
 * The same for a relation that a user named: locks it until the transaction's
 * end, and raises 42809 if it is no foreign table of ours.
 */
extern GsRelation *gs_relation_open(Oid relid);

/*
 * constant.c
 */

/*
 * The option constant as a value of the type, in CurrentMemoryContext, whatever
 * the session's settings are.  Raises what the type says of it.
 */
extern Datum gs_constant_value(Oid type, int32 typmod, const char *constant);
extern void gs_constant_init(void); /* called once at load */

#endif							/* GS_RELATION_H */
