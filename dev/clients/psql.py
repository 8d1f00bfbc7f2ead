"""psql: its describing commands, tab completion, COPY both ways, and cursors."""

import csv
import io
import os
import pty
import select
import tempfile
import time

from tap import asked, ctl, done, dump, ok, requests, run, same, sql

PLAN_COLUMNS = [row[0] for row in sql(
    "SELECT attname FROM pg_attribute WHERE attrelid = 'local.successplans'::regclass"
    " AND attnum > 0 ORDER BY attnum")]


def psql(*script, options=("-t",)):
    """What psql prints, and its complaints by SQLSTATE alone."""
    status, out, errors = run("psql", "-XAq", *options, "-v", "VERBOSITY=sqlstate",
                              given="\n".join(script) + "\n")
    return out + errors


def rows(*script):
    return sorted(psql(*script).split("\n")[:-1])


def describing():
    table = psql(r"\d gs.successplans", options=()).split("\n")
    same([line.split("|")[0] for line in table if line.count("|") == 5][1:], PLAN_COLUMNS,
         r"\d lists the table's columns, in order")
    same([line for line in table if "|" not in line and line],
         ['Foreign table "gs.successplans"', "Server: gainsight",
          "FDW options: (resource 'successplans')"],
         r"\d tells the server, and the resource")
    psql("ALTER FOREIGN TABLE gs.objectives ALTER description SET STATISTICS 7;")
    same([line for line in rows(r"\d+ gs.objectives") if line.startswith(("name", "desc"))],
         ["description|text||||(field 'Description')|extended|7|",
          "name|text||||(field 'Name')|extended||"],
         r"\d+ shows the columns with their options")
    same(rows(r"\det+ gs.*"),
         ["gs|%s|gainsight|(resource '%s')|" % (name, name)
          for name in ("objectives", "plan_types", "successplans")],
         r"\det+ lists the foreign tables")
    same(psql(r"\dew+ gainsight_fdw"),
         "gainsight_fdw|postgres|gainsight_fdw_handler|gainsight_fdw_validator|||%s\n"
         % sql("SELECT obj_description(oid) FROM pg_foreign_data_wrapper"
               " WHERE fdwname = 'gainsight_fdw'")[0][0],
         r"\dew+ lists the wrapper")
    same(psql(r"\des+ gainsight"),
         "gainsight|postgres|gainsight_fdw||||(base_url '%s', rate_limit '0', max_retries '0')|\n"
         % os.environ["GS_SANDBOX_URL"], r"\des+ lists the server, with its options")
    same(psql(r"\deu"), "gainsight|postgres\n", r"\deu lists the mapping")
    same([line.split("|")[1] for line in rows(r"\dE gs.*")],
         ["objectives", "plan_types", "successplans"], r"\dE lists the foreign tables")
    same([line for line in rows(r"\dx+ gainsight_fdw") if "wrapper" in line or "view" in line],
         ["foreign-data wrapper gainsight_fdw", "view gainsight_fdw_progress",
          "view gainsight_fdw_stats"], r"\dx+ lists the extension's objects")
    same(psql(r"SELECT gsid, start_date, modified_date FROM gs.successplans \gdesc"),
         "gsid|text\nstart_date|date\nmodified_date|timestamp with time zone\n",
         r"\gdesc describes a query without running it")
    same(requests(), {}, "describing sends no request")


def type_into_psql(keys, awaited):
    """What the terminal shows once these keys are typed, and psql has shown this or a minute is over."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", PAGER="", INPUTRC="/dev/null")
        os.execvp("psql", ["psql", "-X", "-q", "-v", "PROMPT1=> "])
    shown, typed, end = b"", False, time.monotonic() + 60
    while awaited.encode() not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.05)[0]:
            shown += os.read(terminal, 65536)
        elif not typed and b"> " in shown:
            os.write(terminal, keys.encode())
            typed = True
    # clear the line, and quit
    os.write(terminal, b"\x15\\q\n")
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass                                # what a terminal gives at its end
    os.close(terminal)
    os.waitpid(child, 0)
    return shown.decode()


def completing():
    for keys, completed, what in (
            ("SELECT * FROM gs.succ\t", "SELECT * FROM gs.successplans ", "a table to read"),
            ("INSERT INTO gs.obj\t", "INSERT INTO gs.objectives ", "one to insert into"),
            ("UPDATE gs.succ\t", "UPDATE gs.successplans ", "one to update"),
            ("ALTER FOREIGN TABLE gs.pl\t", "ALTER FOREIGN TABLE gs.plan_types ", "one to alter"),
            ("SELECT 1 FROM gs.plan_types WHERE na\t", "WHERE name ", "a column"),
            ("ALTER SERVER gain\t", "ALTER SERVER gainsight ", "the server"),
            ("CREATE SERVER x FOREIGN DATA WRAPPER gain\t", "WRAPPER gainsight_fdw ",
             "the wrapper")):
        shown = type_into_psql(keys, completed)
        ok(completed in shown, "tab completes %s" % what, shown)
    same(requests(), {}, "completing sends no request")


def copying_out():
    same(rows(r"\copy (SELECT * FROM gs.successplans) TO STDOUT"),
         sorted(ctl("dump", "successplans").split("\n")[:-1]),
         r"\copy (SELECT ...) TO gives the tenant's rows, byte for byte")
    out = psql("COPY (SELECT gsid, name, comments FROM gs.successplans) TO STDOUT"
               " (FORMAT csv, HEADER, NULL 'none', FORCE_QUOTE *);")
    table = [tuple(row) for row in csv.reader(io.StringIO(out, newline=""), strict=True)]
    same(table[0], ("gsid", "name", "comments"), "COPY ... TO in CSV has a header")
    same(sorted(table[1:]), sorted((row[0], row[1], "none" if row[11] is None else row[11])
                                   for row in dump("successplans")),
         "COPY ... TO in CSV, read by another program, has the tenant's texts")
    with tempfile.NamedTemporaryFile() as file:
        counts = psql(r"\copy (SELECT gsid, due_date, completion_percentage FROM gs.objectives)"
                      " TO '%s' (FORMAT binary)" % file.name,
                      "CREATE TEMP TABLE t (gsid text, due date, done numeric);",
                      r"\copy t FROM '%s' (FORMAT binary)" % file.name,
                      "SELECT (SELECT count(*) FROM t), count(*) FROM t JOIN local.objectives AS o"
                      " USING (gsid) WHERE (due, done::text) IS NOT DISTINCT FROM"
                      " (o.due_date, o.completion_percentage::text);")
    number = len(dump("objectives"))
    same(counts, "%d|%d\n" % (number, number), "COPY in binary form goes out and comes in again")
    same(psql("COPY gs.successplans TO STDOUT;"), "ERROR:  42809\n",
         "COPY of a foreign table itself is core's error")
    ctl("clear")


def copying_in():
    before = dump("successplans")
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("name,company_id,type_id,status,start_date,comments\n")
        for number in range(12):
            file.write('"COPY, %d",1P01COPY,1T01COPY,Active,2027-01-%02d,"say ""hi""\non two lines"\n'
                       % (number, number + 1))
        file.flush()
        same(psql(r"\copy gs.successplans (name, company_id, type_id, status, start_date, comments)"
                  " FROM '%s' (FORMAT csv, HEADER)" % file.name), "", r"\copy FROM a CSV file")
    same(asked(), {"POST /successplans": 12}, "a create for each line, and nothing else")
    same(sorted((row[1], row[2], row[4], row[6], row[9], row[10], row[11])
                for row in dump("successplans") if row not in before),
         sorted(("COPY, %d" % n, "1P01COPY", "1T01COPY", "Active", "2027-01-%02d" % (n + 1), None,
                 'say "hi"\non two lines') for n in range(12)),
         "the tenant has these plans")
    same(psql("COPY gs.successplans (gsid, name, company_id, type_id) FROM STDIN;",
              "x\ta\tb\tc", r"\."), "ERROR:  428C9\n", "a Gsid cannot be given")
    same(requests(), {}, "and that is said without a request")


def cursors():
    same(rows(r"\set FETCH_COUNT 100", "SELECT gsid FROM gs.successplans;"),
         sorted(row[0] for row in dump("successplans")),
         "FETCH_COUNT reads each plan once, through a cursor")
    same(psql(r"SELECT count(*) AS n FROM gs.plan_types \gset", r"\echo :n"),
         "%d\n" % len(dump("plan_types")), r"\gset keeps an answer")


describing()
completing()
copying_out()
copying_in()
cursors()
done()
