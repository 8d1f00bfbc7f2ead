/*
 * model.h
 *	  What a dialect of the Gainsight API offers, as constant data.
 *
 * Everything that depends on a resource or a field is derived from these
 * tables: the DDL of IMPORT FOREIGN SCHEMA, which request reads or writes a
 * table, what may be filtered, what may be updated.  A fourth resource is a
 * column array and an entry in a dialect's file; nothing else names one.  Any
 * other object of a tenant is one by its name alone, where the dialect has
 * such (describe.h).
 */
#ifndef GS_MODEL_H
#define GS_MODEL_H

#include "postgres.h"

/* What a field holds.  For text it also says how far an equality is believed. */
typedef enum GsKind
{
	GS_ID,						/* text: an identifier, compared exactly */
	GS_ENUM,					/* text: one of few labels, compared exactly */
	GS_TEXT,					/* text: free, a tenant may fold case or blanks */
	GS_DATE,
	GS_DATETIME,
	GS_NUMBER,
	GS_BOOLEAN					/* custom fields only */
} GsKind;

#define GS_KINDS (GS_BOOLEAN + 1)

/* Flags of a column. */
#define GS_KEY			0x01	/* identifies the record */
#define GS_VERSION		0x02	/* changes with every change of the record */
#define GS_FILTERABLE	0x04	/* a search condition may name it */
#define GS_WRITABLE		0x08	/* create and update take it */
#define GS_REQUIRED		0x10	/* create refuses a record without it */
#define GS_EMPTY_IS_NULL 0x20	/* "" may be its null */
#define GS_NULL_UNSURE	0x40	/* what is null here may not be null to the tenant */
#define GS_JOINED		0x80	/* several values, as a text with ";" between them or as an array */
#define GS_SORTABLE		0x100	/* every record has a value, and a search can ask for their order */

typedef struct GsColumn
{
	const char *name;			/* of the foreign table's column */
	const char *field;			/* the API's spelling */
	GsKind		kind;
	int			flags;
	const char *const *values;	/* documented values, NULL-terminated, or NULL */
	double		sharing;		/* the planner's guess, before anything is known, how many records
								 * have the same value; 0: none */
} GsColumn;

/* What a tenant may describe a field as, and what that comes to. */
typedef struct GsDataType
{
	const char *name;			/* the tenant's word for it */
	GsKind		kind;
	int			flags;			/* as of a column */
} GsDataType;

/*
 * One operation.  The path template is the access path: a field in braces
 * must be known before the request can be made.
 */
typedef struct GsEndpoint
{
	const char *method;			/* NULL: there is no such operation */
	const char *path;			/* below the base URL, e.g. "/plans/{Id}" */
	bool		search;			/* takes select, where, limit and offset */
	bool		single;			/* answers one record, not a list */
	int			batch;			/* takes as many records, each under a number of its own, and says
								 * of each what became of it; 0: takes one, which is the body */
	const char *beside;			/* of an update that takes what is changed, the field that it takes
								 * in any case; NULL: it takes all that can be written */
} GsEndpoint;

#define GS_MAX_READS 2

/*
 * Which of an object's records are the resource's: those that have a field, or
 * a value in it.
 */
typedef struct GsChoice
{
	const char *field;
	const char *json;			/* the value; NULL: any but null */
	bool		category;		/* the value is that of the option plan_type_category */
	bool		asked;			/* of the tenant by a condition, too */
} GsChoice;

/* A field that is written otherwise than it is read. */
typedef struct GsSpelling
{
	const char *field;			/* as records have it */
	const char *written;		/* as a create and an update name it */
	const char *namer;			/* resource by whose names its ids are written, or NULL */
} GsSpelling;

typedef struct GsDialect GsDialect;

typedef struct GsResource
{
	const char *name;			/* of the foreign table */
	const GsDialect *dialect;	/* which it is of */
	const char *object;			/* of the API that its records are of, as a tenant describes it by
								 * name; NULL: of none */
	const char *label;			/* one record, in messages: "success plan" */
	const GsColumn *columns;
	int			ncolumns;
	GsEndpoint	read[GS_MAX_READS]; /* the most specific first */
	GsEndpoint	insert;
	GsEndpoint	update;
	const GsChoice *choices;
	int			nchoices;
	int			page_size;		/* rows a page; 0: as the option says */
	const char *namer;			/* resource whose records name this one's, which is gone by where
								 * there are none; or NULL */
	const char *const *named;	/* its fields for the columns of this one, in their order */
	const char *parent;			/* resource whose keys fill the braces, or NULL */
	const GsSpelling *spellings;
	int			nspellings;
	const char *put_away;		/* the hint to who would delete one, or NULL */
	double		default_rows;	/* the planner's guess before anything is known */
} GsResource;

/* An option's default in a dialect, where it is another than in the table of options. */
typedef struct GsDefault
{
	const char *option;
	const char *value;
} GsDefault;

/* How a tenant is spoken to. */
struct GsDialect
{
	const char *name;			/* of the option dialect */
	const GsResource *resources;
	int			nresources;
	const GsDefault *defaults;	/* up to one without a name; NULL: none */
	const GsResource *any_object;	/* what is filled in with the name of an object, which its path
									 * has in braces; NULL: the others are all */
	GsEndpoint	describe;		/* asks of which fields an object is, by its name in the braces;
								 * its method is NULL where a tenant cannot say */
	const GsDataType *types;	/* that it says then, up to one without a name; NULL: none */
	const char *looked_up;		/* the field that a lookup is shown by */
	const char *no_route;		/* the hint where a tenant knows none of its routes */
	bool		versioned;		/* its paths begin with the version that base URLs may end with */
	bool		ordered;		/* a search may ask for an order */
	bool		uncounted;		/* no search says how many records there are */
	bool		zoned;			/* a date may be a moment: its day in the option time_zone */
};

extern const GsDialect gs_document;
extern const GsDialect gs_nxt;

/* All that there are, the default first, NULL-terminated. */
extern const GsDialect *const gs_dialects[];

/* The schemas that IMPORT FOREIGN SCHEMA knows: of the resources, and of any objects. */
extern const char gs_remote_schema[];
extern const char gs_objects_schema[];

/*
 * A dialect by its name (case matters), or NULL.
 */
extern const GsDialect *gs_model_dialect(const char *name);

/*
 * A resource of a dialect by its name (case matters), or NULL.
 */
extern const GsResource *gs_model_resource(const GsDialect *dialect, const char *name);

/*
 * A documented column by its SQL name (case matters), by its field (case does
 * not), or by a flag; NULL where there is none.
 */
extern const GsColumn *gs_model_column(const GsResource *resource, const char *name);
extern const GsColumn *gs_model_field(const GsResource *resource, const char *field);
extern const GsColumn *gs_model_flagged(const GsResource *resource, int flag);

/*
 * Is a field looked up in another record, and so not to be written here?  It
 * is spelled as a path, "OwnerId__gr.Name".
 */
extern bool gs_model_is_looked_up(const char *field);

/*
 * How a field is written, by its name as it is read (case matters), or NULL: as
 * it is read.
 */
extern const GsSpelling *gs_model_spelling(const GsResource *resource, const char *field);

/*
 * The parent resource, or NULL; and the one whose records name this one's.
 */
extern const GsResource *gs_model_parent(const GsResource *resource);
extern const GsResource *gs_model_namer(const GsResource *resource);

/*
 * The column that an endpoint's path has in braces, or NULL if the path is
 * fixed.  No path has more than one.
 */
extern const GsColumn *gs_model_brace(const GsResource *resource,
									  const GsEndpoint *endpoint);

/*
 * The read operation with (bound) or without a field in braces; NULL if the
 * resource has none.
 */
extern const GsEndpoint *gs_model_read(const GsResource *resource, bool bound);

/*
 * Would this value in the braces of the endpoint spell another operation's
 * fixed path ("search", "config")?
 */
extern bool gs_model_is_fixed_word(const GsDialect *dialect, const GsEndpoint *endpoint,
								   const char *value);

/*
 * A dialect's type of a field by its name (case matters), or NULL.
 */
extern const GsDataType *gs_model_data_type(const GsDialect *dialect, const char *name);

/*
 * The SQL type that IMPORT gives a field of this kind, with its schema: no type
 * of the same name that a search path has in front can take its place.
 */
extern const char *gs_model_sql_type(GsKind kind);

/*
 * A hint with the documented values of those fields that the refusal of a record
 * is about; NULL if it is about none of them.  body is the record that was sent,
 * description what the tenant said, or NULL.  palloc'd.
 */
extern const char *gs_model_hint_at_values(const GsResource *resource, const char *body,
										   const char *description);

#ifdef USE_ASSERT_CHECKING
/* Is the model coherent?  Called once at load; trips an Assert if not. */
extern void gs_model_check(void);
#endif

#endif							/* GS_MODEL_H */
