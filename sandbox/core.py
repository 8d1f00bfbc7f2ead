#!/usr/bin/python3
"""PostgreSQL's regression tests with their tables foreign, beside the same with tables.

It takes the server from PGHOST and the like, as `sandbox/with-cluster sandbox/core.py` gives
them, and the sources from PG_SOURCE, as `sandbox/checks/pg-source` prints it. Each script runs in two
databases, and each statement that reads must give the same rows in both. Then what it asked for
is compared with what EXPLAIN said, and with what the plans ask for that the planner makes with
one of its switches off.
"""

import argparse
import io
import os
import sys

sys.dont_write_bytecode = True          # the source tree stays as it was

import psycopg2                         # noqa: E402

from core.runner import Runner          # noqa: E402
from core.tenants import Tenants        # noqa: E402
from core.twins import Twins            # noqa: E402
from fuzz.session import Session    # noqa: E402

# In this order, for what some make others use.
BEFORE = "test_setup copy create_function_sql create_misc create_table create_type create_index " \
    "create_view create_aggregate inherit".split()
SCRIPTS = "select select_into select_distinct select_distinct_on select_implicit select_having " \
    "subselect union case join aggregates portals arrays groupingsets join_hash tsrf " \
    "incremental_sort select_views portals_p2 window equivclass plancache limit rangefuncs " \
    "prepare rowtypes with partition_join partition_prune partition_aggregate memoize".split()


class Both(Session):
    """A session that can copy, and whose answers can be shown."""

    def __init__(self, database):
        super().__init__(database)
        self.renew()

    def renew(self):
        self.connection.close()
        self.connect()
        self.run("SET statement_timeout = '60s'")

    def run(self, sql):
        answer = super().run(sql)
        del self.connection.notices[:]
        answer.shown = lambda: answer.error and "%s %s" % (answer.error, answer.message) or \
            "%d rows: %s" % (len(answer.rows), str(answer.rows)[:300])
        if answer.error == "lost":
            raise SystemExit("%s\n%s" % (sql, answer.message))
        return answer

    def must(self, sql):
        answer = self.run(sql)
        if answer.error:
            raise RuntimeError("%s\n%s" % (sql[:1000], answer.message))
        return answer.rows

    def copy_in(self, statement, data):
        try:
            if data is None:
                self.run(statement)
            else:
                self.copy_text(statement, data)
        except psycopg2.Error:
            pass

    def copy_text(self, statement, data):
        self.cursor.copy_expert(statement, io.StringIO(data))

    def in_error(self):
        return self.connection.info.transaction_status == 3

    def path(self, schemas):
        self.run("SET search_path = " + schemas)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scripts", nargs="*", default=SCRIPTS)
    parser.add_argument("--rows-only", action="store_true", help="do not measure requests")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    folder = os.path.join(os.environ["PG_SOURCE"], "src/test/regress")
    variables = {"abs_srcdir": folder, "libdir": "/nowhere", "dlsuffix": ".so"}
    Session().must("CREATE DATABASE core_local")
    Session().must("CREATE DATABASE core_foreign")
    local, foreign, tenants = Both("core_local"), Both("core_foreign"), Tenants()
    runner = Runner(local, foreign, Twins(foreign, tenants), tenants, options)
    for name in BEFORE + options.scripts:
        with open(os.path.join(folder, "sql", name + ".sql"), encoding="utf-8") as file:
            text = file.read()
        runner.run(name, text, dict(variables), name in BEFORE)
    report(runner)


def report(runner):
    for line in (line for good, line in runner.estimates if not good):
        print("ESTIMATE " + line)
    good = sum(good for good, _ in runner.estimates)
    print("\nskipped: " + ", ".join("%d %s" % (n, why) for why, n in runner.skipped.most_common()))
    print("%d statements asked the tenant; %d rows differ; estimates of %d of %d are near; "
          "%d ask too much" % (runner.counts["asked"], len(runner.differences), good,
                               len(runner.estimates), len(runner.excess)))
    failed = len(runner.differences) + len(runner.excess) + \
        (good < 0.95 * len(runner.estimates))
    print("%d passed, %d failed" % (runner.counts["compared"] - failed, failed))
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
