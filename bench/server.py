#!/usr/bin/python3
"""A tenant that is no bottleneck: its pages are slices of what it rendered beforehand.

It honours select, limit, offset and one EQ or IN on Gsid or CompanyId, and serves lists of
objectives.  What else a tenant does, sandbox/tenant.py does.

POST /bench/latency/MS waits so long before each answer from now on.
POST /bench/render renders the pages of all fields now, and not when they are first asked for.
POST /bench/nested/1 has one member more in every record, an array with an object in it; /0 has not.
GET /bench/requests says how many requests there were since it was last asked.
"""

import argparse
import json
import os
import signal
import socket
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "sandbox"))

from gainsight import wire          # noqa: E402
from plans import COLUMNS, Plans    # noqa: E402

_BEFORE = b'{"result":true,"errorCode":null,"errorDesc":null,"requestId":"bench","data":'
_AFTER = b',"message":null}'
_NESTED = b',"Team__gc":["Ada",{"Role":"CSM","Since":2024}]}'


class Rendered:
    """All plans with one select, as one run of bytes."""

    def __init__(self, plans, select, nested):
        out, starts = bytearray(), [0]
        for row in range(plans.count):
            record = plans.render(row, select)
            out += record[:-1] + _NESTED if nested else record
            out += b","
            starts.append(len(out))
        self.view, self.starts = memoryview(out), starts

    def slice(self, offset, limit):
        """Rows without the comma behind the last; uncopied."""
        count = len(self.starts) - 1
        first = min(offset, count)
        last = min(first + limit, count)
        if first == last:
            return b""
        return self.view[self.starts[first]:self.starts[last] - 1]


class Tenant:
    def __init__(self, plans):
        self.plans = plans
        self.rendered = {}
        self.nested = False
        self.lock = threading.Lock()
        self.latency = 0.0
        self.requests = 0

    def pages(self, select):
        kind = select, self.nested
        with self.lock:
            if kind not in self.rendered:
                self.rendered[kind] = Rendered(self.plans, *kind)
            return self.rendered[kind]

    def _matches(self, condition):
        plans = self.plans
        if condition["operator"] not in ("EQ", "IN"):
            raise wire.BadRequest(condition["operator"])
        if condition["name"] == "Gsid":
            rows = [plans.row_of(value) for value in condition["value"]]
            return sorted({row for row in rows if row is not None})
        if condition["name"] == "CompanyId":
            return sorted({row for value in condition["value"]
                           for row in plans.rows_of_company(value)})
        raise wire.BadRequest(condition["name"])

    def search(self, body):
        """The parts of a page."""
        asked = json.loads(body)
        select = tuple(asked.get("select") or COLUMNS)
        limit, offset = asked["limit"], asked["offset"]
        if "where" not in asked:
            return self._page(self.pages(select).slice(offset, limit), self.plans.count)
        conditions = asked["where"]["conditions"]
        if len(conditions) != 1:
            raise wire.BadRequest("more than one condition")
        rows = self._matches(conditions[0])
        page = b",".join(self.plans.render(row, select) for row in rows[offset:offset + limit])
        return self._page(page, len(rows))

    @staticmethod
    def _page(records, total):
        return [_BEFORE + b'{"records":[', records, b'],"totalCount":%d}' % total + _AFTER]

    def answer(self, request):
        words = request.target.split("/")[1:]
        if words == ["v1", "successplans", "search"]:
            return self.search(request.body)
        if len(words) == 4 and words[3] == "objectives":
            row = self.plans.row_of(words[2])
            return [_BEFORE, b"[]" if row is None else self.plans.objectives(row), _AFTER]
        raise wire.BadRequest(request.target)

    def control(self, request):
        words = request.target.split("/")[2:]
        if words[0] == "latency":
            self.latency = float(words[1]) / 1000
        elif words[0] == "nested":
            self.nested = words[1] == "1"
        elif words[0] == "render":
            self.pages(COLUMNS)
        requests, self.requests = self.requests, 0
        return [b"%d" % requests]


def serve(tenant, sock):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    connection = wire.Connection(sock)
    try:
        while (request := connection.read_request()) is not None:
            if request.target.startswith("/bench/"):
                parts = tenant.control(request)
            else:
                tenant.requests += 1
                if tenant.latency:
                    time.sleep(tenant.latency)
                parts = tenant.answer(request)
            head = wire.head(200, [("Content-Type", "application/json"),
                                   ("Content-Length", sum(map(len, parts)))])
            connection.send_parts([head + parts[0], *parts[1:]])
    except (OSError, KeyError, ValueError, wire.BadRequest) as error:
        if not isinstance(error, OSError):
            print("%s: %r" % (type(error).__name__, error), file=sys.stderr)
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plans", type=int, required=True)
    parser.add_argument("--port-file", required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    tenant = Tenant(Plans(options.plans))
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    with open(options.port_file + ".new", "w", encoding="ascii") as file:
        file.write("http://127.0.0.1:%d\n" % listener.getsockname()[1])
    os.replace(options.port_file + ".new", options.port_file)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(tenant, sock), daemon=True).start()


if __name__ == "__main__":
    main()
