"""Two tenants, a local partition beside theirs, and local tables to join with."""

import atexit
import os
import subprocess
import sys
import tempfile
import time

from .control import Tenant
from .edges import FAR, Edges
from .habits import ANY, NXT_MODES, any_habits
from .joins import Joins
from .tree import quote
from .world import TABLES, declare

# name: (switches of the tenants, options of the servers); a dialect "both" is a tenant in each.
JOIN_MODES = {
    "joins": ((), {}),
    "joins-fold": (("text_fold=true",), {}),
    "joins-nulls": (("keep_nulls=true",), {}),
    "joins-ignore": (("ignore_filters=true",), {}),
    "joins-absent": (("total_count=absent", "page_cap=30"), {}),
    "joins-doubles": (("doubles=true",), {"trust_filters": "true"}),
    "joins-both": ((), {"dialect": "both"}),
    **{"joins-" + mode: NXT_MODES[mode] for mode in (
        "nxt", "nxt-any", "nxt-fold", "nxt-nulls", "nxt-nested", "nxt-mixed", "nxt-order", "nxt-cap",
        "nxt-dropped", "nxt-epoch", "nxt-all", "nxt-lenient", "nxt-west", "nxt-east")},
}
PLANS = 60

_PLANS = TABLES["p"]
_EVERY = "tenant text, " + ", ".join("%s %s" % (column.name, column.declared) for column in _PLANS)


def start_tenant():
    """A tenant beside the one that is there."""
    with tempfile.TemporaryDirectory() as folder:
        return Tenant(_start(folder))


def _start(folder):
    """Its URL."""
    where = os.path.join(folder, "url")
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../sandbox/tenant.py")
    process = subprocess.Popen(
        [sys.executable, program, "--port", "0", "--port-file", where, "--key", "sandbox-key",
         "--die-with-parent"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    atexit.register(process.kill)
    while not os.path.exists(where) or not os.path.getsize(where):
        if process.poll() is not None:
            raise SystemExit("fuzz: the second tenant did not start")
        time.sleep(0.05)
    with open(where, encoding="utf-8") as file:
        return file.read().strip()


class Estate:
    """The same to a runner as a World."""

    epoch = 200
    epochs = {"joins-nxt-any": 50}
    narrow = False
    wanted = ("EQ", "IN", "AND", "OR", "objectives", "pieces of a list")
    modes, slow = JOIN_MODES, {}
    errors = 0.1

    def __init__(self, session, tenant, without=()):
        self.session, self.plans, self.without = session, PLANS, without
        self.tenants = {"a": tenant, "b": start_tenant()}
        self._edges = Edges(None, zones=FAR)

    def create(self):
        self.session.must("CREATE EXTENSION gainsight_fdw")
        self.session.must("CREATE SCHEMA t; CREATE FUNCTION t.fixed(anyelement) RETURNS anyelement "
                          "LANGUAGE plpgsql STABLE AS 'BEGIN RETURN $1; END'")

    def queries(self, rng, bind):
        return Joins(rng, self)

    def serve(self, switches, options, rng):
        run = self.session.must
        switches, options = any_habits(rng) if switches is ANY else (switches, options)
        self.switches, self.options = list(switches), options
        self.longest = "10" if "max_in=10" in switches else "100"
        run("DROP SCHEMA IF EXISTS f CASCADE; CREATE SCHEMA f;"
            "CREATE TABLE f.every (%s) PARTITION BY LIST (tenant);"
            "CREATE TABLE f.every_here PARTITION OF f.every FOR VALUES IN ('here')" % _EVERY)
        for name, tenant in self.tenants.items():
            tenant("defaults")
            given = dict(options, base_url=tenant.url, rate_limit="0", max_requests="0",
                         page_size="1000", in_list_size=self.longest, max_connections="8")
            if options.get("dialect") == "both":
                given["dialect"] = "nxt" if name == "b" else "document"
            run("DROP SERVER IF EXISTS %s CASCADE" % name)
            run("CREATE SERVER %s FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (%s)" % (
                name, ", ".join("%s %s" % (option, quote(value)) for option, value in given.items())))
            run("CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (access_key %s)"
                % (name, quote(tenant.key)))
            columns = ", ".join(declare(column, given) for column in _PLANS)
            for table, more in (("p", ""), ("every", "tenant text OPTIONS (constant '%s'), " % name)):
                run("CREATE FOREIGN TABLE f.%s_%s (%s%s) SERVER %s OPTIONS (resource 'successplans')"
                    % (table, name, more, columns, name))
            run("ALTER TABLE f.every ATTACH PARTITION f.every_{0} FOR VALUES IN ('{0}')".format(name))
            run("CREATE FOREIGN TABLE f.o_%s (%s) SERVER %s OPTIONS (resource 'objectives')" % (
                name, ", ".join(declare(column, given) for column in TABLES["objectives"]), name))
        run("CREATE FOREIGN TABLE f.types (id text, name text) SERVER a "
            "OPTIONS (resource 'plan_types')")

    def load(self, mode, seed, narrow, analyzed, rng):
        run = self.session.must
        run("DROP SCHEMA IF EXISTS l CASCADE; CREATE SCHEMA l; SET timezone = 'UTC';"
            "SET datestyle = 'ISO, YMD'; CREATE TABLE l.every (%s)" % _EVERY)
        for name, tenant in self.tenants.items():
            tenant("reset", "plans=%d" % PLANS, "objectives=2", "seed=%d" % (seed + (name == "b")))
            self._edges.rng = rng
            gsids = [line.split("\t")[0].replace("\\\\", "\\") for line in tenant("dump", "successplans").splitlines()]
            self._edges.spread(tenant, rng.sample(gsids, len(gsids) // 3))
            if self.switches:
                tenant("set", *self.switches)
            for table, columns, dump in (("p", _PLANS, ("successplans", "--custom")),
                                         ("o", TABLES["objectives"], ("objectives",))):
                run("CREATE TABLE l.%s_%s (%s)" % (table, name, ", ".join(
                    "%s %s" % (column.name, column.declared) for column in columns)))
                self.session.copy("l.%s_%s" % (table, name), tenant("dump", *dump))
            run("INSERT INTO l.every SELECT '{0}', * FROM l.p_{0}".format(name))
        run("CREATE TABLE l.types (id text, name text)")
        self.session.copy("l.types", self.tenants["a"]("dump", "plan_types"))
        run("INSERT INTO l.every SELECT 'here', * FROM l.p_a WHERE gsid < 'N'")
        run("TRUNCATE f.every_here; INSERT INTO f.every SELECT * FROM l.every WHERE tenant = 'here'")
        self._local(rng)
        run("ANALYZE l.every, l.p_a, l.p_b, l.o_a, l.o_b, l.k, l.m, f.every_here")
        if analyzed:
            run("ANALYZE f.p_a, f.p_b, f.o_a")

    def _local(self, rng):
        """A few rows with what makes a difference, and many with keys."""
        run = self.session.must
        rows = run("SELECT gsid, company_id, type_id, status, start_date::text, score::text, segment, created_date::text "
                   "FROM (SELECT * FROM l.p_a UNION ALL SELECT * FROM l.p_b) AS p ORDER BY gsid")
        columns = ("gsid text, company_id text, type_id text, status text, day date, score bigint, word text, "
                   "moment timestamptz")
        for table, count in (("k", 7), ("m", 40)):
            run("CREATE TABLE l.%s (id int, flag boolean, x int, %s)" % (table, columns))
            for number in range(count):
                values = [rng.choice(rows)[place] if rng.random() < 0.9 else
                          rng.choice((None, None, "12" if place == 5 else None if place in (4, 7) else "none"))
                          for place in range(8)]
                values = [str(number), rng.choice(("t", "t", "f", None)),
                          rng.choice(("0", "1", "1", "2", "3", None))] + values
                run("INSERT INTO l.%s VALUES (%s)" % (table, ", ".join(
                    "NULL" if one is None else quote(one) for one in values)))
        pools = {"gsid": [row[0] for row in rows], "company": [row[1] for row in rows],
                 "type": [row[2] for row in rows], "status": [row[3] for row in rows],
                 "day": [row[4] for row in rows], "score": [row[5] for row in rows],
                 "word": [row[6] for row in rows], "moment": [row[7] for row in rows]}
        self.pools = {sort: [one for one in pool if one is not None] for sort, pool in pools.items()}

    def vary(self, rng, settings):
        """Other sizes of what is asked for at once; and more nested loops than core would make."""
        if rng.random() < 0.5:
            settings.update(enable_hashjoin="off", enable_mergejoin="off", enable_nestloop="on")
            if rng.random() < 0.5:
                settings.update(enable_material="off")
        chosen = {"page_size": rng.choice(("1000", "1000", "7", "25")),
                  "in_list_size": rng.choice((self.longest, self.longest, "3", "10")),
                  "max_connections": rng.choice(("8", "8", "1", "2"))}
        for name in self.tenants:
            self.session.must("ALTER SERVER %s OPTIONS (%s)" % (name, ", ".join(
                "SET %s '%s'" % pair for pair in chosen.items())))
        self.options = dict(self.options, **chosen)

    def check_switches(self):
        there = self.tenants["b"]("set").replace('"', "").replace(" ", "").splitlines()
        for switch in self.switches:
            if switch.replace('"', "") not in there:
                raise SystemExit("fuzz: %s is not on" % switch)

    def sabotage(self, kind):
        for name in ("p_a", "p_b", "every", "o_a"):
            row = "gsid IN (SELECT gsid FROM l.%s ORDER BY gsid LIMIT 20)" % name
            self.session.must({"row": "DELETE FROM l.{0} WHERE {1}",
                               "twice": "INSERT INTO l.{0} SELECT * FROM l.{0} WHERE {1}",
                               "value": "UPDATE l.{0} SET status = 'spoiled' WHERE {1}"}[kind].format(name, row))
