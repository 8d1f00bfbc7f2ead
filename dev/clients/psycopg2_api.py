"""psycopg2: cursors kept at the server, executemany, Python's types, errors, notices."""

import datetime
import decimal

from tap import asked, ctl, done, dump, ok, requests, same, skip_all

try:
    import psycopg2
    import psycopg2.extras
    from psycopg2 import errors
except ImportError:
    skip_all("Python's psycopg2 is not here")


def named_cursors(connection):
    with connection.cursor("plans") as cursor:
        cursor.itersize = 100
        cursor.execute("SELECT gsid FROM gs.successplans")
        first = cursor.fetchmany(10)
        same(asked(), {"POST /successplans/search": 1}, "a named cursor asks for one page first")
        gsids = [row[0] for row in first] + [row[0] for row in cursor]
    same(sorted(gsids), sorted(row[0] for row in dump("successplans")),
         "and gives each plan once, by and by")
    with connection.cursor("there_and_back", scrollable=True) as cursor:
        cursor.execute("SELECT id, name FROM gs.plan_types")
        there = cursor.fetchall()
        cursor.scroll(0, mode="absolute")
        same((cursor.fetchall(), sorted(there)), (there, sorted(dump("plan_types"))),
             "a scrollable one goes back")
    connection.commit()
    ctl("clear")


def types(cursor):
    cursor.execute("SELECT gsid, start_date, created_date FROM gs.successplans")
    same(sorted(cursor.fetchall()),
         sorted((row[0], row[9] and datetime.date.fromisoformat(row[9]), instant(row[12]))
                for row in dump("successplans")), "dates and date-times are Python's own")
    cursor.execute("SELECT gsid, completion_percentage FROM gs.objectives")
    same(sorted((gsid, value is not None, str(value)) for gsid, value in cursor),
         sorted((row[0], row[7] is not None, str(row[7] and decimal.Decimal(row[7])))
                for row in dump("objectives")), "numbers are decimals with all their digits")
    gsid = dump("successplans")[7][0]
    ctl("clear")
    cursor.execute("SELECT name FROM gs.successplans WHERE gsid = %(id)s", {"id": gsid})
    same((cursor.rowcount, requests()), (1, {"GET /v1/successplans/" + gsid: "1"}),
         "a parameter is sent on")
    cursor.execute("SELECT count(*) FROM gs.successplans WHERE gsid = ANY(%s) AND start_date > %s",
                   ([row[0] for row in dump("successplans")[:20]], datetime.date(2020, 1, 1)))
    same(cursor.fetchone()[0], sum(row[9] is not None and row[9] > "2020-01-01"
                                   for row in dump("successplans")[:20]),
         "a list and a date are, too")
    same(asked(), {"POST /successplans/search": 1}, "in one search")


def instant(text):
    return text and datetime.datetime.fromisoformat(pad(text))


def pad(text):
    """ISO as Python 3.9 reads it: six digits of a second's fraction, and hh:mm for the zone."""
    moment, zone = text[:-3], text[-3:]
    whole, point, fraction = moment.partition(".")
    return whole + (point + fraction.ljust(6, "0") if point else "") + zone + ":00"


def new_plans(before):
    return sorted((row[1], row[2], row[4], row[6], row[10])
                  for row in set(dump("successplans")) - set(before))


def writes(cursor):
    before = dump("successplans")
    cursor.executemany(
        "INSERT INTO gs.successplans (name, company_id, type_id, status, end_date)"
        " VALUES (%s, %s, %s, %s, %s)",
        [("it's %d" % n, "1P01MANY", "1T01T", None, datetime.date(2027, 3, n)) for n in range(1, 8)])
    same(asked(), {"POST /successplans": 7}, "executemany: a create each")
    same(new_plans(before), [("it's %d" % n, "1P01MANY", "1T01T", None, "2027-03-%02d" % n)
                             for n in range(1, 8)], "and the tenant has them")
    before = dump("successplans")
    names = psycopg2.extras.execute_values(
        cursor, "INSERT INTO gs.successplans (name, company_id, type_id) VALUES %s"
        " RETURNING name, gsid, created_date",
        [("value %d" % n, "1P01VALUES", "1T01T") for n in range(12)], fetch=True)
    same(new_plans(before), [("value %d" % n, "1P01VALUES", "1T01T", None, None)
                             for n in sorted(range(12), key=str)], "execute_values: rows, too")
    same(sorted((name, gsid, created) for name, gsid, created in names),
         sorted((row[1], row[0], instant(row[12])) for row in set(dump("successplans")) - set(before)),
         "RETURNING gives what the tenant made of them")
    cursor.execute("UPDATE gs.successplans SET status = %s WHERE company_id = %s",
                   ("Archived", "1P01VALUES"))
    same((cursor.rowcount, sum(row[6] == "Archived" and row[2] == "1P01VALUES"
                               for row in dump("successplans"))), (12, 12),
         "an UPDATE counts its rows")


def failures(connection, cursor):
    search = {"POST /v1/successplans/search": "2"}  # all pages: nothing is written before all rows are read
    for statement, error, name, asked in (
            ("DELETE FROM gs.successplans", errors.FeatureNotSupported, "DELETE", {}),
            ("INSERT INTO gs.successplans (name) VALUES ('x')", errors.NotNullViolation,
             "a required column left out", {}),
            # the value that a plan has would be no change, so the plans are read
            ("UPDATE gs.successplans SET gsid = 'x'", errors.GeneratedAlways,
             "another value for a computed column", search)):
        ctl("clear")
        try:
            cursor.execute(statement)
            ok(False, "%s is an error" % name)
        except psycopg2.Error as raised:
            same((type(raised), requests()), (error, asked),
                 "%s is %s, and nothing is written" % (name, error.__name__))
    ctl("set", "key=another")
    try:
        cursor.execute("SELECT * FROM gs.plan_types")
        ok(False, "a wrong key is an error")
    except psycopg2.Error as raised:
        same(type(raised), errors.InvalidAuthorizationSpecification,
             "a wrong key is InvalidAuthorizationSpecification")
    ctl("defaults")
    connection.autocommit = False
    del connection.notices[:]
    cursor.execute("INSERT INTO gs.successplans (name, company_id, type_id)"
                   " VALUES ('stays', 'c', 't')")
    connection.rollback()
    ok(len(connection.notices) == 1 and connection.notices[0].startswith("WARNING:"),
       "a rollback after a create warns", connection.notices)
    same([row[1] for row in dump("successplans") if row[1] == "stays"], ["stays"],
         "and the plan stays")


CONNECTION = psycopg2.connect("")
CURSOR = CONNECTION.cursor()
named_cursors(CONNECTION)
CONNECTION.autocommit = True
types(CURSOR)
writes(CURSOR)
failures(CONNECTION, CURSOR)
done()
