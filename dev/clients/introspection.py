"""What BI tools and database browsers ask: of the catalogues, and of the tables themselves."""

from tap import asked, ctl, done, dump, ok, requests, same, sql

TABLES = ("objectives", "plan_types", "successplans")


def information_schema():
    same(sql("SELECT table_name, table_type, is_insertable_into FROM information_schema.tables"
             " WHERE table_schema = 'gs' ORDER BY 1"),
         [["objectives", "FOREIGN", "YES"], ["plan_types", "FOREIGN", "NO"],
          ["successplans", "FOREIGN", "YES"]],
         "information_schema.tables: foreign ones, and which can be inserted into")
    for table in TABLES:
        columns = ("SELECT column_name, ordinal_position, data_type, udt_name, is_nullable,"
                   " column_default FROM information_schema.columns"
                   " WHERE table_schema = '%%s' AND table_name = '%s' ORDER BY 2" % table)
        same(sql(columns % "gs"), sql(columns % "local"),
             "information_schema.columns of %s are those of a plain table" % table)
    # Core says YES only where a row can be updated and deleted.
    same(sql("SELECT DISTINCT is_updatable FROM information_schema.columns"
             " WHERE table_schema = 'gs'"), [["NO"]],
         "no column is_updatable, in a standard that knows no UPDATE without DELETE")
    same(sql("SELECT foreign_table_name, option_name, option_value"
             " FROM information_schema.foreign_table_options"
             " WHERE foreign_table_schema = 'gs' ORDER BY 1"),
         [[table, "resource", table] for table in TABLES], "foreign_table_options")
    same(sql("SELECT foreign_table_name, foreign_server_name FROM information_schema.foreign_tables"
             " WHERE foreign_table_schema = 'gs' ORDER BY 1"),
         [[table, "gainsight"] for table in TABLES], "foreign_tables")
    same(sql("SELECT foreign_server_name, foreign_data_wrapper_name FROM"
             " information_schema.foreign_servers"), [["gainsight", "gainsight_fdw"]],
         "foreign_servers")


def catalogue():
    same(sql("SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner), d.description,"
             " c.relhasindex, c.relrowsecurity FROM pg_class AS c"
             " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
             " LEFT JOIN pg_description AS d ON d.objoid = c.oid AND d.objsubid = 0"
             " WHERE n.nspname = 'gs' AND c.relkind NOT IN ('i', 'I', 'c') ORDER BY 2"),
         [["gs", table, "f", "postgres", "", "f", "f"] for table in TABLES],
         "a browser's list of relations")
    same(sql("SELECT c.relname, pg_relation_size(c.oid), pg_table_size(c.oid),"
             " pg_total_relation_size(c.oid), age(c.relfrozenxid) FROM pg_class AS c"
             " WHERE c.relnamespace = 'gs'::regnamespace ORDER BY 1"),
         [[table, "0", "0", "0", "2147483647"] for table in TABLES], "and their sizes")
    attributes = ("SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,"
                  " pg_get_expr(ad.adbin, ad.adrelid), col_description(a.attrelid, a.attnum),"
                  " a.attidentity, a.attgenerated, t.typtype FROM pg_attribute AS a"
                  " JOIN pg_type AS t ON t.oid = a.atttypid LEFT JOIN pg_attrdef AS ad"
                  " ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum"
                  " WHERE a.attrelid = '%s.successplans'::regclass AND a.attnum > 0"
                  " AND NOT a.attisdropped ORDER BY a.attnum")
    same(sql(attributes % "gs"), sql(attributes % "local"), "and their columns")
    same(sql("SELECT count(*) FROM pg_constraint WHERE connamespace = 'gs'::regnamespace"), [["0"]],
         "without keys")
    same(sql("SELECT relname, has_table_privilege(oid, 'SELECT'), has_any_column_privilege(oid, 'UPDATE'),"
             " pg_relation_is_updatable(oid, false) FROM pg_class"
             " WHERE relnamespace = 'gs'::regnamespace ORDER BY 1"),
         [["objectives", "t", "t", "8"], ["plan_types", "t", "t", "0"], ["successplans", "t", "t", "12"]],
         "what may be done with them")
    same(sql("SELECT srvname, fdwname, array_to_string(srvoptions, '|') ~ 'base_url='"
             " FROM pg_foreign_server JOIN pg_foreign_data_wrapper AS w ON w.oid = srvfdw"),
         [["gainsight", "gainsight_fdw", "t"]], "the server behind them")
    same(requests(), {}, "none of these sends a request")


def equal(name, query, sent):
    """The same rows of the foreign tables as of plain ones, for at most that many requests."""
    ctl("clear")
    foreign = sql(query)
    count = sum(asked().values())
    same(foreign, sql(query.replace('gs.', "local.").replace('"gs".', '"local".')), name)
    ok(count <= sent, "%s: %d requests at most" % (name, sent), count)


def questions():
    pages = 2
    equal("looking at the columns by LIMIT 0", "SELECT * FROM gs.successplans LIMIT 0", 0)
    equal("or by a false condition", "SELECT * FROM (SELECT * FROM gs.successplans) AS q WHERE 1 = 0", 0)
    equal("a preview, sorted",
          'SELECT "gs"."successplans"."gsid", "gs"."successplans"."name" FROM "gs"."successplans"'
          ' ORDER BY "gs"."successplans"."gsid" COLLATE "C" LIMIT 200', pages)
    equal("the values of a filter's list", "SELECT DISTINCT status FROM gs.successplans ORDER BY 1", pages)
    equal("the range of a slider", "SELECT min(start_date), max(start_date), count(start_date),"
          " count(DISTINCT start_date) FROM gs.successplans", pages)
    equal("a bar for each month",
          "SELECT date_trunc('month', created_date) AS month, count(*) FROM gs.successplans"
          " WHERE created_date >= '2023-01-01' AND created_date < '2024-01-01' GROUP BY 1 ORDER BY 1", 1)
    equal("a pivot", "SELECT type_name, count(*) FILTER (WHERE status = 'Active') AS active,"
          " count(*) FILTER (WHERE status = 'Completed') AS completed FROM gs.successplans"
          " GROUP BY GROUPING SETS ((type_name), ()) ORDER BY 1", pages)
    equal("a running total",
          "SELECT day, sum(n) OVER (ORDER BY day) FROM (SELECT end_date AS day, count(*) AS n"
          " FROM gs.successplans WHERE status IN ('Active', 'Archived')"
          " AND end_date BETWEEN '2026-01-01' AND '2026-03-31' GROUP BY 1) AS q ORDER BY 1", 1)
    equal("a search box", "SELECT gsid FROM gs.successplans WHERE name LIKE '%console%'"
          " AND coalesce(status, '') = 'Active' ORDER BY gsid COLLATE \"C\"", 1)
    equal("the number of rows", "SELECT count(*) AS \"count\" FROM gs.successplans", 1)
    plan = next(row[3] for row in dump("objectives"))
    equal("a drill-down from a plan to its objectives",
          "SELECT p.name, o.name, o.completion_percentage FROM gs.successplans AS p"
          " LEFT JOIN gs.objectives AS o ON o.success_plan_id = p.gsid WHERE p.gsid = '%s'"
          " ORDER BY o.gsid COLLATE \"C\"" % plan.replace("'", "''"), 2)


information_schema()
catalogue()
questions()
done()
