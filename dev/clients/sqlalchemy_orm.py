"""SQLAlchemy: tables by reflection, classes mapped onto them, a session's reads and writes."""

import datetime

from tap import asked, ctl, done, dump, requests, same, skip_all

try:
    import psycopg2
    import sqlalchemy
    from sqlalchemy import func, inspect, orm, select
except ImportError:
    skip_all("Python's SQLAlchemy, or its psycopg2, is not here")

ENGINE = sqlalchemy.create_engine("postgresql+psycopg2://", creator=lambda: psycopg2.connect(""))


def reflected():
    inspector = inspect(ENGINE)
    same(sorted(inspector.get_foreign_table_names(schema="gs")),
         ["objectives", "plan_types", "successplans"], "the foreign tables are found")
    tables = {name: sqlalchemy.Table(name, sqlalchemy.MetaData(), schema="gs", autoload_with=ENGINE)
              for name in ("successplans", "objectives", "plan_types")}
    local = sqlalchemy.Table("successplans", sqlalchemy.MetaData(), schema="local",
                             autoload_with=ENGINE)
    same([(column.name, str(column.type), column.nullable) for column in tables["successplans"].c],
         [(column.name, str(column.type), column.nullable) for column in local.c],
         "columns and types are those of a plain table")
    same([(column.name, str(column.type)) for column in tables["objectives"].c][6:8],
         [("due_date", "DATE"), ("completion_percentage", "NUMERIC")], "numbers and dates have theirs")
    with ENGINE.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA viewed")
        connection.exec_driver_sql("CREATE VIEW viewed.plans AS SELECT * FROM gs.successplans")
    for schema, names in (("gs", []), ("viewed", ["viewed.plans"])):
        everything = sqlalchemy.MetaData(schema=schema)
        everything.reflect(ENGINE, views=True)
        same(sorted(everything.tables), names, "reflect() finds %s in %s" % (names or "nothing", schema))
    same(requests(), {}, "reflection sends no request")
    return tables


def queries(connection, plans, objectives):
    truth = dump("successplans")
    active = {row[0] for row in truth if row[6] == "Active" and row[10] and row[10] >= "2026-01-01"}
    query = select(plans.c.gsid).where(plans.c.status == "Active",
                                       plans.c.end_date >= datetime.date(2026, 1, 1))
    same({row.gsid for row in connection.execute(query)}, active, "a filter")
    same(asked(), {"POST /successplans/search": 1}, "in one search")
    wanted = sorted(active)[:3]
    query = select(plans.c.gsid, func.count(objectives.c.gsid)).select_from(
        plans.join(objectives, objectives.c.success_plan_id == plans.c.gsid)).where(
        plans.c.gsid.in_(wanted), objectives.c.success_plan_id.in_(wanted)).group_by(plans.c.gsid)
    same(dict(tuple(row) for row in connection.execute(query)),
         {gsid: n for gsid in wanted
          if (n := sum(row[3] == gsid for row in dump("objectives")))}, "a join with GROUP BY")
    query = select(plans.c.name).order_by(plans.c.name.collate("C"), plans.c.gsid).limit(5).offset(2)
    same([row.name for row in connection.execute(query)],
         [name for name, _ in sorted((row[1], row[0]) for row in truth)][2:7],
         "ORDER BY, LIMIT and OFFSET")
    ctl("clear")


def pages(connection, plans):
    query = select(plans.c.gsid).execution_options(stream_results=True, yield_per=100)
    found = connection.execute(query)
    same(len(found.fetchmany(100)), 100, "yield_per reads by a cursor at the server")
    same(asked(), {"POST /successplans/search": 1}, "one page first")
    same(len(found.all()) + 100, len(dump("successplans")), "and then the others")
    ctl("clear")


def session(plans):
    class Plan:
        pass

    orm.registry().map_imperatively(Plan, plans, primary_key=[plans.c.gsid])
    gsid = sorted(row[0] for row in dump("successplans") if row[0].isalnum())[5]
    with orm.Session(ENGINE) as work:
        plan = work.get(Plan, gsid)
        same((plan.gsid, asked()), (gsid, {"GET /successplans/*": 1}), "Session.get is one GET")
        plan.comments = "changed by an object"
        work.commit()
        same(asked().get("PUT /successplans/*"), 1, "a change is an UPDATE of this plan")
    same([row[11] for row in dump("successplans") if row[0] == gsid], ["changed by an object"],
         "which the tenant has")


def inserts(connection, plans):
    before = set(dump("successplans"))
    connection.execute(plans.insert(), [
        {"name": "object %d" % n, "company_id": "1P01ORM", "type_id": "1T01T",
         "start_date": datetime.date(2027, 1, n)} for n in range(1, 4)])
    same(sorted((row[1], row[2], row[9]) for row in set(dump("successplans")) - before),
         [("object %d" % n, "1P01ORM", "2027-01-%02d" % n) for n in range(1, 4)],
         "several inserts")
    made = connection.execute(plans.insert().returning(plans.c.gsid, plans.c.status).values(
        name="one", company_id="1P01ORM", type_id="1T01T", status="Active")).one()
    same([(row[1], row[6]) for row in dump("successplans") if row[0] == made.gsid],
         [("one", "Active")], "RETURNING gives the Gsid of the new plan")


TABLES = reflected()
with ENGINE.connect() as CONNECTION:
    queries(CONNECTION, TABLES["successplans"], TABLES["objectives"])
    pages(CONNECTION, TABLES["successplans"])
session(TABLES["successplans"])
with ENGINE.begin() as CONNECTION:
    inserts(CONNECTION, TABLES["successplans"])
done()
