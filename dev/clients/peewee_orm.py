"""peewee: what it lists, and what can be read of a view."""

import os

from tap import asked, done, dump, same, skip_all

try:
    import peewee
    from playhouse.reflection import generate_models
    import psycopg2  # noqa: F401
except ImportError:
    skip_all("Python's peewee, or its psycopg2, is not here")

DB = peewee.PostgresqlDatabase(os.environ["PGDATABASE"])
DB.execute_sql("CREATE VIEW local.viewed AS SELECT * FROM gs.successplans")
same([DB.get_tables(schema="gs"), "viewed" in [view.name for view in DB.get_views(schema="local")]], [[], True],
     "no foreign table is listed, but a view of one")
PLAN = generate_models(DB, schema="local", include_views=True, table_names=["viewed"])["viewed"]
same(len(PLAN._meta.columns), 14, "of which a model is made")
same(asked(), {}, "and the tenant is asked nothing")
FOUND = PLAN.select(PLAN.gsid).where((PLAN.status == "Active") & (PLAN.end_date.year == 2026))
same({row.gsid for row in FOUND},
     {row[0] for row in dump("successplans") if row[6] == "Active" and (row[10] or "")[:4] == "2026"}, "where")
same(asked(), {"POST /successplans/search": 1}, "in one search")
GSID = sorted(row[0] for row in dump("successplans") if row[0].isalnum())[5]
same(PLAN.update(comments="changed").where(PLAN.gsid == GSID).execute(), 1, "an update through the view")
same([row[11] for row in dump("successplans") if row[0] == GSID], ["changed"], "which the tenant has")
done()
