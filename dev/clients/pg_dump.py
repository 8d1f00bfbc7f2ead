"""pg_dump, pg_restore and pg_dumpall: a database with servers, mappings and tables comes back."""

import json
import os
import re
import shutil
import tempfile

from tap import asked, ctl, done, dump, ok, requests, run, same, skip_all, sql

# Names and values that are quoted in each of the ways there are.
MORE = """
CREATE ROLE analyst;
CREATE SERVER "Ac'me, \\ ""Inc" TYPE 'tenant' VERSION '1' FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (domain 'acme.eu', page_size '500', operators 'EQ, IN', readonly 'true');
CREATE USER MAPPING FOR PUBLIC SERVER "Ac'me, \\ ""Inc" OPTIONS (access_key E'it''s a \\\\ "key"');
CREATE USER MAPPING FOR analyst SERVER gainsight OPTIONS (access_key_file '/nowhere/key');
CREATE FOREIGN TABLE gs."Health's table" (
  id text OPTIONS (field 'Gsid') NOT NULL, "Health__gc" numeric, tenant text OPTIONS (constant 'a''b'),
  renewal date OPTIONS (field 'RenewalDate__gc', pushdown 'true'), CHECK (id <> ''))
  SERVER gainsight OPTIONS (resource 'successplans', page_size '700');
ALTER FOREIGN TABLE gs.objectives RENAME description TO "Text";
GRANT USAGE ON FOREIGN SERVER gainsight TO analyst;
GRANT SELECT ON gs.successplans TO analyst;
COMMENT ON FOREIGN TABLE gs.successplans IS 'from Gainsight';
CREATE VIEW public.active AS SELECT gsid, name FROM gs.successplans WHERE status = 'Active';
CREATE MATERIALIZED VIEW public.kinds AS SELECT id, name FROM gs.plan_types;
"""

# All that a database knows of its foreign servers and tables; a dump has options by name.
CATALOG = """
CREATE FUNCTION pg_temp.sorted(text[]) RETURNS text RETURN ARRAY(SELECT unnest($1) ORDER BY 1)::text;
SELECT 'server', srvname, srvtype, srvversion, pg_temp.sorted(srvoptions), srvacl::text FROM pg_foreign_server
UNION ALL SELECT 'mapping', srvname, usename, '', pg_temp.sorted(umoptions), '' FROM pg_user_mappings
UNION ALL SELECT 'table', ftrelid::regclass::text, srvname, obj_description(ftrelid), pg_temp.sorted(ftoptions),
  relacl::text FROM pg_foreign_table JOIN pg_foreign_server AS s ON s.oid = ftserver
  JOIN pg_class AS c ON c.oid = ftrelid
UNION ALL SELECT 'column', attrelid::regclass::text, attnum::text, attname, pg_temp.sorted(attfdwoptions),
  attnotnull::text || format_type(atttypid, atttypmod) FROM pg_attribute
  JOIN pg_foreign_table ON ftrelid = attrelid WHERE attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
  FROM pg_constraint WHERE conrelid IN (SELECT ftrelid FROM pg_foreign_table)
UNION ALL SELECT 'view', viewname, definition, '', '', '' FROM pg_views WHERE schemaname = 'public'
UNION ALL SELECT 'version', extname, extversion, '', '', '' FROM pg_extension
"""


def catalog(database):
    return sorted(sql(CATALOG, "-d", database))


def tool(*command, given=""):
    """What it prints; it may not complain."""
    status, out, errors = run(*command, given=given)
    if status or errors:
        ok(False, " ".join(command[:1]) + " ends without complaint", errors)
    return out


def restored(database, name):
    same(catalog(database), catalog("postgres"), name + ": servers, mappings, tables, all options")
    same(sorted(tuple(json.loads(row)) for row, in
                sql("SELECT json_build_array(id, name) FROM kinds", "-d", database)),
         sorted(dump("plan_types")), name + ": a materialized view is filled again, by a request")
    same(asked(), {"GET /successplans/config/types": 1}, name + ": and by nothing else")
    same(sql("SELECT count(*) FROM gs.successplans WHERE name > ''", "-d", database),
         [[str(len(dump("successplans")))]], name + ": its tables can be read")
    ctl("clear")


def formats(folder):
    sql("CREATE DATABASE plain")
    text = tool("pg_dump")
    same(requests(), {}, "pg_dump sends no request")
    tool("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", "plain", "-o", os.devnull, given=text)
    restored("plain", "plain SQL")
    same(re.findall(r"^REFRESH .*", tool("pg_dump", "--exclude-table-data=public.kinds"), re.M), [],
         "--exclude-table-data leaves a materialized view empty")
    for form in ("c", "d"):
        file = "%s/%s" % (folder, form)
        sql("CREATE DATABASE restored_%s" % form)
        tool("pg_dump", "-F" + form, "-f", file)
        tool("pg_restore", "-j", "2", "-d", "restored_%s" % form, file)
        restored("restored_" + form, "-F" + form)
    return text


def foreign_data(plain):
    same(re.findall(r"^COPY gs\.\S+", plain, re.M), [], "pg_dump leaves foreign rows alone")
    ctl("clear")
    text = tool("pg_dump", "--data-only", "-t", "gs.successplans", "-t", "gs.plan_types",
                "--include-foreign-data", "gainsight")
    copies = re.findall(r"^COPY gs\.(\S+) \([^)]*\) FROM stdin;\n(.*?)^\\\.$", text, re.M | re.S)
    same([(table, sorted(rows.split("\n"))) for table, rows in sorted(copies)],
         [(table, sorted(ctl("dump", table).split("\n"))) for table in ("plan_types", "successplans")],
         "--include-foreign-data has the tenant's rows, byte for byte")
    same(asked(), {"GET /successplans/config/types": 1, "POST /successplans/search": 2},
         "which are read once")
    status, _, errors = run("psql", "-XAtq", "-v", "VERBOSITY=sqlstate", given=text)
    same((status, errors), (0, "ERROR:  55000\nERROR:  428C9\n"),
         "such rows cannot be loaded back into Gainsight")
    same(requests(), {}, "which is said without a request")


def cluster(folder):
    file = folder + "/all.sql"
    tool("pg_dumpall", "-f", file)
    same(requests(), {}, "pg_dumpall sends no request")
    status, out, errors = run(
        os.path.dirname(os.path.abspath(__file__)) + "/../with-cluster", "--", "sh", "-c",
        'psql -Xq -f "$1" template1 >/dev/null && exec psql -XAtq -F "\t"', "sh", file,
        given=CATALOG)
    same((status, [line.split("ERROR:  ")[1] for line in errors.split("\n")[:-1]]),
         (0, ['role "postgres" already exists']), "pg_dumpall goes into a new cluster")
    same(sorted(line.split("\t") for line in out.split("\n")[:-1]), catalog("postgres"),
         "pg_dumpall: servers, mappings, tables, all options")


if not (shutil.which("pg_dump") and shutil.which("pg_restore") and shutil.which("pg_dumpall")):
    skip_all("there is no pg_dump")
sql(MORE)
sql("DROP SCHEMA local CASCADE")
ctl("clear")
with tempfile.TemporaryDirectory() as FOLDER:
    foreign_data(formats(FOLDER))
    cluster(FOLDER)
done()
