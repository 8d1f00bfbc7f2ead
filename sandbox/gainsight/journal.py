"""What was asked of the tenant: a bounded log, and counters."""

import collections
import json
import threading
import time

_MOST_ENTRIES = 200_000
_MOST_BYTES = 64 << 20
_LONGEST_BODY = 1 << 16
_SECRETS = ("accesskey", "authorization")


class Entry:
    __slots__ = ("number", "time", "started", "method", "path", "body", "headers", "key_matched",
                 "connection", "in_flight", "status", "ms")

    def as_json(self):
        shown = {name: getattr(self, name) for name in self.__slots__ if name != "started"}
        shown["body"] = self.text()
        return json.dumps(shown, sort_keys=True, ensure_ascii=False)

    def text(self):
        """The body on one line."""
        return self.body.decode("utf-8", "replace").replace("\r", " ").replace("\n", " ")


class Journal:
    def __init__(self):
        self.lock = threading.Lock()
        self.number = 0
        self.connections = 0
        self.clear_all()

    def clear_all(self):
        with self.lock:
            self.entries = collections.deque()
            self.bytes = 0
            self.mark = self.number
            self.in_flight = 0
            self.counts = collections.Counter()
            self.operations = collections.Counter()
            self.statuses = collections.Counter()
            self.max_in_flight = 0

    def connected(self):
        with self.lock:
            self.connections += 1
            self.counts["connections_opened"] += 1
            return self.connections

    def arrive(self, request, operation, connection, key_matched):
        entry = Entry()
        entry.time, entry.started = time.time(), time.monotonic()
        entry.method, entry.path = request.method, request.target
        entry.body = request.body[:_LONGEST_BODY]
        entry.key_matched = key_matched
        entry.headers = [pair for pair in request.pairs if pair[0].lower() not in _SECRETS]
        entry.connection = connection
        entry.status = entry.ms = None
        with self.lock:
            self.number += 1
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
            entry.number, entry.in_flight = self.number, self.in_flight
            self.operations[operation] += 1
            self.entries.append(entry)
            self.bytes += len(entry.body)
            while len(self.entries) > _MOST_ENTRIES or self.bytes > _MOST_BYTES:
                self.bytes -= len(self.entries.popleft().body)
        return entry

    def leave(self, entry, status, sent):
        entry.status, entry.ms = status, round((time.monotonic() - entry.started) * 1000, 1)
        with self.lock:
            # A reset of the tenant may have come between.
            self.in_flight = max(0, self.in_flight - 1)
            self.statuses[str(status)] += 1
            self.counts["bytes_sent"] += sent

    def count(self, name):
        with self.lock:
            self.counts[name] += 1

    def since_mark(self):
        """The requests since the last call; the mark moves on."""
        with self.lock:
            entries = [entry for entry in self.entries if entry.number > self.mark]
            self.mark = self.number
            return entries

    def last(self, count):
        with self.lock:
            return list(self.entries)[-count:]

    def counters(self):
        with self.lock:
            shown = {name: self.counts[name] for name in (
                "rate_limited", "plans_created", "objectives_created", "plans_updated",
                "connections_opened", "bytes_sent", "rounds_missed")}
            shown.update(requests=sum(self.operations.values()), operations=dict(self.operations),
                         statuses=dict(self.statuses), max_in_flight=self.max_in_flight)
            return json.dumps(shown, sort_keys=True, indent=1)
