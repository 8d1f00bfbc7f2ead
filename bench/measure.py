"""How things are measured: beside the raw C client, which runs right before each statement.

A figure is a median of ratios to it: in wall time and, as the machine may have other things to do,
in the processor time of the client or the backend alone.
"""

import os
import statistics
import subprocess
import time
import urllib.request

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = "bench-key"


class Bench:
    def __init__(self, peer, url, repetitions):
        self.peer, self.url, self.repetitions = peer, url, repetitions
        self.base = url + "/v1"
        self.plans = 0
        self.connection = None

    def control(self, path):
        request = urllib.request.Request(self.url + "/bench/" + path, method="POST")
        with urllib.request.urlopen(request) as reply:
            return int(reply.read())

    def set_plans(self, plans):
        self.plans = plans
        self.control("plans/%d" % plans)

    def set_up(self, page_size, connections, *files):
        """The foreign tables, what these files of SQL make, and a session of its own."""
        self.control("latency/0")
        subprocess.run(["psql", "-Xqb", "-v", "ON_ERROR_STOP=1", "-v", "url=" + self.base,
                        "-v", "key=" + KEY, "-v", "page_size=%d" % page_size,
                        "-v", "connections=%d" % connections,
                        *(word for file in ("setup.sql", *files)
                          for word in ("-f", os.path.join(HERE, file)))],
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

    def peak(self):
        """The most that the backend had resident so far, in kB."""
        with open("/proc/%d/status" % self.connection.get_backend_pid(), encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
