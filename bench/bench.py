#!/usr/bin/python3
"""Measures the extension against what a user would pick instead; see bench/bench.

usage: bench.py PEER URL REPETITIONS PLANS...
"""

import json
import math
import os
import statistics
import subprocess
import sys
import time
import urllib.request

import queries
from measure import HERE, KEY, Bench
from plans import Plans

LATENCY = 50                            # ms
OBJECTIVE_LISTS = 200


class Comparison(Bench):
    def against(self, sql, other):
        """Median: how many times as long as the first statement the other takes, right after it."""
        self.run(sql)                   # warm
        self.run(other)
        return statistics.median(self.statement(other)[0] / took for took in
                                 (self.statement(sql)[0] for _ in range(2 * self.repetitions)))

    def nested(self, sql):
        """Medians: how many times as long it takes with a nested value in every record."""
        rows = []
        self.run(sql)                   # warm
        self.control("nested/1")
        self.run(sql)
        for _ in range(2 * self.repetitions):
            self.control("nested/0")
            flat = self.statement(sql)
            self.control("nested/1")
            rows.append([one / other for one, other in zip(self.statement(sql), flat)])
        self.control("nested/0")
        return [statistics.median(column) for column in zip(*rows)]

    def check(self, page_size):
        """The extension and the raw client have read the same."""
        self.raw("search", 1, self.plans, page_size)
        row = self.run(queries.Q1)
        counts = [row[0]] + list(row[1::2])
        if counts != [int(self.answer[0][0])] + [int(line[1]) for line in self.answer[1:]]:
            sys.exit("bench: the raw client and the extension do not agree")

    def load_pages(self, page_size):
        for offset in range(0, self.plans, page_size):
            body = json.dumps({"limit": page_size, "offset": offset}).encode()
            with urllib.request.urlopen(self.base + "/successplans/search", body) as reply:
                self.run("INSERT INTO pages VALUES (%s)", (reply.read().decode(),))

    def shell(self, page_size):
        peer = self.raw("search", 1, self.plans, page_size)[0]
        start = time.monotonic()
        out = subprocess.run([os.path.join(HERE, "copy.sh"), self.base, KEY, str(self.plans),
                              str(page_size)], check=True, stdout=subprocess.PIPE, text=True).stdout
        if int(out) != self.plans:
            sys.exit("bench: the shell copied %s rows" % out.strip())
        return (time.monotonic() - start) * 1000 / peer


def line(what, figures):
    print("| %s | %.0f | %.2f | %.2f |" % (what, *figures), flush=True)


def table(title):
    print("\n%s\n\n| | raw C client, ms | wall | processor |\n|---|---|---|---|" % title)


def at_once(bench, page_size):
    """Without latency."""
    raw = ("search", 1, bench.plans, page_size)
    table("%d plans, page size %d, 0 ms; raw client: one page after another"
          % (bench.plans, page_size))
    bench.set_up(page_size, 1, "local.sql")
    bench.check(page_size)
    line("Q1, gainsight_fdw, max_connections 1", bench.compare(queries.Q1, raw))
    bench.set_up(page_size, 8, "local.sql")
    line("Q1, gainsight_fdw", bench.compare(queries.Q1, raw))
    line("Q1, a plain table", bench.compare(queries.Q1_HEAP, raw))
    bench.load_pages(page_size)
    line("Q1, jsonb_to_recordset over pages in a table", bench.compare(queries.Q1_PAGES, raw))
    line("CREATE TABLE AS, gainsight_fdw", bench.compare(queries.COPY, raw, queries.DROP_COPY))
    line("CREATE TABLE AS, a plain table", bench.compare(queries.COPY_HEAP, raw, queries.DROP_COPY))
    line("CREATE TABLE AS, jsonb_to_recordset",
         bench.compare(queries.COPY_PAGES, raw, queries.DROP_COPY))
    print("| curl, jq and COPY into a table | | %.2f | |" % bench.shell(page_size), flush=True)
    print("\nOne right after the other, jsonb_to_recordset over pages in a table takes %.2f times as"
          " long for Q1 as gainsight_fdw does over the wire."
          % bench.against(queries.Q1, queries.Q1_PAGES), flush=True)
    print("\nWith one nested value in every record Q1 takes %.2f times as long, and %.2f times the"
          " processor time." % tuple(bench.nested(queries.Q1)), flush=True)


def far_away(bench, page_size):
    """With latency."""
    bench.set_up(page_size, 8, "local.sql")
    gsids = [Plans(bench.plans).gsid(row) for row in range(0, bench.plans,
                                                           bench.plans // OBJECTIVE_LISTS)]
    gsids = gsids[:OBJECTIVE_LISTS]
    bench.control("latency/%d" % LATENCY)
    table("%d plans, page size %d, %d ms; raw client: 8 in flight"
          % (bench.plans, page_size, LATENCY))
    line("Q1, gainsight_fdw", bench.compare(queries.Q1, ("search", 8, bench.plans, page_size)))
    line("objectives of %d plans" % OBJECTIVE_LISTS,
         bench.compare(queries.objectives(gsids), ("objectives", 8, *gsids)))
    for keys, sql in ((500, queries.JOIN), (5000, queries.JOIN_MANY)):
        bench.control("latency/%d" % LATENCY)
        times = [bench.statement(sql)[0] for _ in range(bench.repetitions)]
        requests = bench.control("latency/0") / bench.repetitions
        print("\nA join of %d local keys at %d ms: %.0f requests, %.0f ms (median); 8 at a time take %.0f ms at least."
              % (keys, LATENCY, requests, statistics.median(times), math.ceil(requests / 8) * LATENCY),
              flush=True)


def main():
    bench = Comparison(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    bench.control("render")
    for plans in map(int, sys.argv[4:]):
        bench.set_plans(plans)
        for page_size in (1000, 5000):
            at_once(bench, page_size)
        far_away(bench, 1000)


if __name__ == "__main__":
    main()
