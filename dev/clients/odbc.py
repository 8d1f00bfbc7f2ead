"""ODBC: the driver's catalogue, parameters, cursors, and isql."""

import datetime
import os
import shutil
import tempfile

from tap import asked, ctl, done, dump, requests, run, same, skip_all

try:
    import pyodbc
except ImportError:
    skip_all("Python's pyodbc is not here")
DRIVER = "PostgreSQL Unicode"
if DRIVER not in pyodbc.drivers():
    skip_all("PostgreSQL's ODBC driver is not here")

SOURCE = "Servername=%(PGHOST)s;Port=%(PGPORT)s;Database=%(PGDATABASE)s;Username=%(PGUSER)s" % os.environ


def connect(more=""):
    return pyodbc.connect("Driver={%s};%s;%s" % (DRIVER, SOURCE, more), autocommit=True)


def catalogue(cursor):
    same(sorted((row.table_name, row.table_type) for row in cursor.tables(schema="gs")),
         [(name, "FOREIGN TABLE") for name in ("objectives", "plan_types", "successplans")],
         "SQLTables lists the foreign tables")
    shown = [(row.column_name, row.type_name, row.nullable) for row in
             cursor.columns(schema="gs", table="successplans").fetchall()]
    same(shown, [(row.column_name, row.type_name, row.nullable) for row in
                 cursor.columns(schema="local", table="successplans").fetchall()],
         "SQLColumns gives those of a plain table")
    same(len(shown), 14, "all fourteen")
    same((cursor.primaryKeys("successplans", schema="gs").fetchall(),
          cursor.statistics("successplans", schema="gs").fetchall()),
         (cursor.primaryKeys("successplans", schema="local").fetchall(),
          cursor.statistics("successplans", schema="local").fetchall()),
         "keys and statistics can be asked for")
    same(requests(), {}, "and none of it sends a request")


def reading(cursor):
    for table in ("successplans", "objectives", "plan_types"):
        foreign, plain = (sorted(map(repr, cursor.execute("SELECT * FROM %s.%s" % (schema, table))))
                          for schema in ("gs", "local"))
        same(foreign, plain, "%s: each row and value" % table)
    row = next(row for row in dump("successplans") if row[9] and row[0].isalnum())
    ctl("clear")
    found = cursor.execute("SELECT name, start_date FROM gs.successplans WHERE gsid = ?",
                           row[0]).fetchall()
    same([tuple(one) for one in found], [(row[1], datetime.date.fromisoformat(row[9]))],
         "a parameter of a prepared statement")
    same(asked(), {"GET /successplans/*": 1}, "is sent on")


def cursors():
    with connect("UseDeclareFetch=1;Fetch=100") as connection:
        connection.autocommit = False
        cursor = connection.cursor().execute("SELECT gsid FROM gs.successplans")
        first = cursor.fetchmany(10)
        same(asked(), {"POST /successplans/search": 1}, "declare and fetch asks for one page first")
        same(sorted(row[0] for row in first + cursor.fetchall()),
             sorted(row[0] for row in dump("successplans")), "and gives each plan once")
    ctl("clear")


def writing(cursor):
    before = set(dump("successplans"))
    cursor.executemany("INSERT INTO gs.successplans (name, company_id, type_id, end_date)"
                       " VALUES (?, ?, ?, ?)",
                       [("odbc %d é" % n, "1P01ODBC", "1T01T", datetime.date(2027, 4, n))
                        for n in range(1, 6)])
    same(sorted((row[1], row[2], row[10]) for row in set(dump("successplans")) - before),
         [("odbc %d é" % n, "1P01ODBC", "2027-04-%02d" % n) for n in range(1, 6)],
         "rows by executemany")
    cursor.execute("UPDATE gs.successplans SET status = ?, comments = ? WHERE company_id = ?",
                   "Completed", None, "1P01ODBC")
    same((cursor.rowcount, [(row[6], row[11]) for row in dump("successplans") if row[2] == "1P01ODBC"]),
         (5, [("Completed", None)] * 5), "an UPDATE, and the number of its rows")
    try:
        cursor.execute("DELETE FROM gs.successplans")
        state = "no error"
    except pyodbc.Error as error:
        state = error.args[0]
    same(state, "0A000", "an error has its SQLSTATE")
    ctl("clear")


def isql():
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write("[sandbox]\nDriver=%s\n%s\n" % (DRIVER, SOURCE.replace(";", "\n")))
        file.flush()
        _, out, _ = run("isql", "sandbox", "-b", "-d|", env={**os.environ, "ODBCINI": file.name},
                        given="SELECT id FROM gs.plan_types;\n")
    same(sorted(line for line in out.split("\n") if line), sorted(row[0] for row in dump("plan_types")),
         "isql prints the plan types")


CURSOR = connect().cursor()
catalogue(CURSOR)
reading(CURSOR)
cursors()
writing(CURSOR)
if shutil.which("isql"):
    isql()
done()
