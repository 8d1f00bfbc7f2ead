/*
 * pushdown.c
 *	  SQL clauses to what a request can say.
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "gainsight_fdw.h"

/* See through what does not change a text's bytes. */
static Expr *
strip_relabel(Expr *expr)
{
	while (expr != NULL && IsA(expr, RelabelType))
		expr = ((RelabelType *) expr)->arg;
	return expr;
}

bool
gs_is_brace_column(const GsRelation *relation, const RelOptInfo *baserel, Expr *expr)
{
	Var		   *var = (Var *) strip_relabel(expr);
	const GsEndpoint *endpoint = gs_model_read(relation->resource, true);
	const GsAttr *attr;

	if (endpoint == NULL || !IsA(var, Var) || var->varno != (int) baserel->relid ||
		var->varattno < 1 || var->varlevelsup != 0)
		return false;
	attr = &relation->atts[var->varattno - 1];
	return attr->column != NULL &&
		attr->column == gs_model_brace(relation->resource, endpoint) &&
		(attr->type == TEXTOID || (attr->type == VARCHAROID && attr->typmod < 0));
}

/* Is it the same for all rows of one scan of the relation? */
static bool
is_fixed(PlannerInfo *root, const RelOptInfo *baserel, Expr *expr)
{
	return !bms_is_member(baserel->relid, pull_varnos(root, (Node *) expr)) &&
		!contain_volatile_functions((Node *) expr) &&
		!contain_subplans((Node *) expr);
}

Expr *
gs_bound_value(PlannerInfo *root, RelOptInfo *baserel, const GsRelation *relation,
			   Expr *clause)
{
	OpExpr	   *op = (OpExpr *) clause;
	Expr	   *left,
			   *right;

	if (!IsA(op, OpExpr) || list_length(op->args) != 2 ||
		get_opcode(op->opno) != F_TEXTEQ ||
		!get_collation_isdeterministic(op->inputcollid))
		return NULL;
	left = linitial(op->args);
	right = lsecond(op->args);
	if (gs_is_brace_column(relation, baserel, left) && is_fixed(root, baserel, right))
		return right;
	if (gs_is_brace_column(relation, baserel, right) && is_fixed(root, baserel, left))
		return left;
	return NULL;
}
