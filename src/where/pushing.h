/*
 * pushing.h
 *	  What the files share that look at a clause: pushdown.c, fixed.c, near.c, amount.c,
 *	  implied.c, part.c, clause.c.
 */
#ifndef GS_PUSHING_H
#define GS_PUSHING_H

#include "where.h"

/* What a clause is looked at with. */
typedef struct Pushing
{
	PlannerInfo *root;
	const RelOptInfo *baserel;
	const GsRelation *relation;
	List	  **exprs;			/* the values of what is pushed are added here */
	GsGrade		grade;			/* of all that was pushed so far: the least */
	List	   *guards;			/* what has to hold before a value is evaluated that may fail */
	bool		lazy;			/* nor may it be, for who knows what has to hold */
	int			derived;		/* clauses that others were found to imply */
} Pushing;

/*
 * pushdown.c: a column of the relation, through what changes no value, and its
 * number; NULL if it is none
 */
extern const GsAttr *gs_attr_of(const GsRelation *relation, const RelOptInfo *baserel,
								Expr *expr, AttrNumber *attnum);

/*
 * fixed.c: values, and what is true or not whatever the row
 */

/*
 * May it be evaluated when the scan starts?  And what is then to be evaluated: it
 * itself, or a null where core would not come to it.
 */
extern bool gs_is_value(const Pushing *context, Expr *expr);
extern Expr *gs_guarded(const Pushing *context, Expr *value);

/*
 * A test by GS_HOLDS of what is the same for all rows, NULL if it is not or might
 * fail.  Is an arm (or NULL) such a test, and known by now to be that?  And what
 * stands behind an arm is to be guarded by it.
 */
extern GsClause *gs_push_fixed(Pushing *context, Expr *expr);
extern bool gs_is_known(const Pushing *context, const GsClause *arm, bool wanted);
extern void gs_add_guard(Pushing *context, const GsClause *arm, bool is_or);

/*
 * clause.c: append a shape to a list of GsShape, unless it has one that is written so
 */
extern List *gs_add_shape(List *shapes, const char *written, GsTest first, GsTest last);

/*
 * near.c: expressions that are never far from a column of dates or moments
 */

/*
 * If the expression is made of one other by functions that move a moment by no
 * more than is known, or say what year, month or day it is in, gives that other
 * and how far they move it.  NULL if not, and of one that is nothing else.
 */
extern Expr *gs_near_column(Expr *expr, GsNear *near);

/*
 * Can a comparison of what is near a column with a value of that type be sent?
 * Adds to *near what comparing them moves.
 */
extern bool gs_near_value(Oid type, GsTest test, Oid value_type, GsNear *near);

/*
 * What can be written so around a column of a type, behind the shapes of a list.
 */
extern List *gs_near_shapes(List *shapes, Oid type);

/*
 * amount.c: how great a number or an interval is, and what it is a part of
 */

/*
 * An operator as the function that it is, written into *space, or a function; NULL
 * for anything else.
 */
extern const FuncExpr *gs_call_of(Expr *expr, FuncExpr *space);

/*
 * The DTK_ of the unit that a constant text names, as date_trunc and extract read it;
 * -1 for none.
 */
extern int	gs_unit_of(Expr *expr);

/*
 * Between which minutes an interval is, whatever the row; false if it is
 * not known
 */
extern bool gs_interval_bounds(Expr *expr, int64 *least, int64 *greatest);

/*
 * What a comparison of a difference of two dates or moments with a constant implies for
 * the one that has columns; NULL for nothing.
 */
extern Expr *gs_implied_by_difference(const OpExpr *op);

/*
 * What can be written so around a column of a type, behind the shapes of a list.
 */
extern List *gs_difference_shapes(List *shapes, Oid type);

/*
 * part.c: clauses on a part of a text
 */

/*
 * A clause on the whole that is implied by what a part of it is equal to, or one of,
 * or by where in it something is; NULL if that is not what the clause says.
 */
extern Expr *gs_implied_by_part(const OpExpr *op);
extern Expr *gs_implied_by_part_in(const ScalarArrayOpExpr *op);

/*
 * What can be written so around a column of texts, behind the shapes of a list.
 */
extern List *gs_part_shapes(List *shapes);

/*
 * implied.c: clauses that a clause implies
 */

/*
 * A clause of the same values that holds wherever this one does, or NULL.  Sets
 * *lazy if core would evaluate some of its values only for some rows.
 */
extern Expr *gs_implied(Expr *clause, bool *lazy);

#endif							/* GS_PUSHING_H */
