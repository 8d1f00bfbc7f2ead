#!/usr/bin/python3
"""Measures the extension against what a user would pick instead; see bench/bench.

usage: bench.py PEER URL PLANS REPETITIONS

Every figure is the median of ratios to the raw C client, which runs right before each: in wall
time and, as the machine may have other things to do, in the processor time of the client or the
backend alone.
"""

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request

import psycopg2

import queries
from plans import Plans

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = "bench-key"
LATENCY = 50                            # ms
OBJECTIVE_LISTS = 200


class Bench:
    def __init__(self, peer, url, plans, repetitions):
        self.peer, self.url, self.plans, self.repetitions = peer, url, plans, repetitions
        self.base = url + "/v1"
        self.connection = None

    def control(self, path):
        request = urllib.request.Request(self.url + "/bench/" + path, method="POST")
        with urllib.request.urlopen(request) as reply:
            return int(reply.read())

    def set_up(self, page_size, connections):
        """The tables, and a session of its own."""
        self.control("latency/0")
        subprocess.run(["psql", "-Xqb", "-v", "ON_ERROR_STOP=1", "-v", "url=" + self.base,
                        "-v", "key=" + KEY, "-v", "page_size=%d" % page_size,
                        "-v", "connections=%d" % connections,
                        "-f", os.path.join(HERE, "setup.sql")],
                       check=True, env=dict(os.environ, PGOPTIONS="-c client_min_messages=error"))
        self.new_session()

    def new_session(self):
        if self.connection:
            self.connection.close()
        self.connection = psycopg2.connect("")
        self.connection.autocommit = True
        # whether the planner's costs call for JIT says nothing of the reading
        self.run("SET jit = off")

    def run(self, sql, parameters=None):
        """The first row, if there is one."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchone() if cursor.description else None

    def _processor(self):
        """The backend's processor time so far, in ms."""
        with open("/proc/%d/schedstat" % self.connection.get_backend_pid(), encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6

    def statement(self, sql):
        start, used = time.monotonic(), self._processor()
        self.run(sql)
        return (time.monotonic() - start) * 1000, self._processor() - used

    def raw(self, *arguments):
        """The raw client's times; its answer is left in self.answer."""
        # in a session of its own, as the backend is: Linux shares the processors among sessions
        out = subprocess.run([self.peer, arguments[0], self.base, KEY, *map(str, arguments[1:])],
                             check=True, stdout=subprocess.PIPE, text=True,
                             start_new_session=True).stdout.splitlines()
        self.answer = [line.split("\t") for line in out[2:]]
        return float(out[0]), float(out[1])

    def compare(self, sql, raw, after=None):
        """Medians: the raw client's ms, and the ratios of wall and processor time to it."""
        if after:
            self.run(after)
        self.run(sql)                   # warm
        if after:
            self.run(after)
        rows = []
        for _ in range(self.repetitions):
            peer = self.raw(*raw)
            own = self.statement(sql)
            if after:
                self.run(after)
            rows.append((peer[0], own[0] / peer[0], own[1] / peer[1]))
        return [statistics.median(column) for column in zip(*rows)]

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

    def has(self, extension):
        """Is it installed here?  Then it is made ready, too."""
        if not self.run("SELECT 1 FROM pg_available_extensions WHERE name = %s", (extension,)):
            return False
        self.run("CREATE EXTENSION IF NOT EXISTS " + extension)
        return True

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

    def memory(self):
        """The most that a fresh backend had resident before and after Q1, in kB."""
        self.new_session()
        return self._peak(), (self.run(queries.Q1), self._peak())[1]

    def _peak(self):
        with open("/proc/%d/status" % self.connection.get_backend_pid(), encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def line(what, figures):
    print("| %s | %.0f | %.2f | %.2f |" % (what, *figures), flush=True)


def table(title):
    print("\n%s\n\n| | raw C client, ms | wall | processor |\n|---|---|---|---|" % title)


def at_once(bench, page_size):
    """Without latency."""
    raw = ("search", 1, bench.plans, page_size)
    table("%d plans, page size %d, 0 ms; raw client: one page after another"
          % (bench.plans, page_size))
    bench.set_up(page_size, 1)
    bench.check(page_size)
    line("Q1, gainsight_fdw, max_connections 1", bench.compare(queries.Q1, raw))
    bench.set_up(page_size, 8)
    line("Q1, gainsight_fdw", bench.compare(queries.Q1, raw))
    line("Q1, a plain table", bench.compare(queries.Q1_HEAP, raw))
    bench.load_pages(page_size)
    line("Q1, jsonb_to_recordset over pages in a table", bench.compare(queries.Q1_PAGES, raw))
    if bench.has("http"):
        line("Q1, pgsql-http and jsonb_to_recordset", bench.compare(
            queries.q1_http(bench.base + "/successplans/search", bench.plans, page_size), raw))
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
    bench.set_up(page_size, 8)
    gsids = [Plans(bench.plans).gsid(row) for row in range(0, bench.plans,
                                                           bench.plans // OBJECTIVE_LISTS)]
    gsids = gsids[:OBJECTIVE_LISTS]
    bench.control("latency/%d" % LATENCY)
    table("%d plans, page size %d, %d ms; raw client: 8 in flight"
          % (bench.plans, page_size, LATENCY))
    line("Q1, gainsight_fdw", bench.compare(queries.Q1, ("search", 8, bench.plans, page_size)))
    line("objectives of %d plans" % OBJECTIVE_LISTS,
         bench.compare(queries.objectives(gsids), ("objectives", 8, *gsids)))
    bench.control("latency/%d" % LATENCY)
    took = bench.statement(queries.JOIN)[0]
    print("\nA join of 500 local keys at %d ms: %d requests, %.0f ms."
          % (LATENCY, bench.control("latency/0"), took), flush=True)


def main():
    peer, url, plans, repetitions = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    bench = Bench(peer, url, plans, repetitions)
    bench.control("render")
    for page_size in (1000, 5000):
        at_once(bench, page_size)
    far_away(bench, 1000)
    before, after = bench.memory()
    print("\nBackend memory (VmHWM) for Q1 over %d plans: %.1f MB, of which %.1f MB before it."
          % (plans, after / 1024, before / 1024))


if __name__ == "__main__":
    main()
