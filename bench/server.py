#!/usr/bin/python3
"""A tenant that is no bottleneck: its pages are slices of what it rendered beforehand.

It honours select, limit, offset and one EQ or IN on Gsid, CompanyId or Status, serves plans by
their Gsid, and lists of objectives.  What else a tenant does, sandbox/tenant.py does.

POST /bench/plans/N makes N plans of it, which may be millions.
POST /bench/kept/N keeps so many blocks of plans with their numbers, and puts these into all others
each time: the first pages of a large tenant then cost it no less than the last ones.
POST /bench/latency/MS waits so long before each answer from now on.
POST /bench/render renders all fields now, and not when they are first asked for.
POST /bench/nested/1 has one member more in every record, an array with an object in it; /0 has not.
GET /bench/requests does nothing.

Each of them says how many requests there were since the last of them.
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
from plans import COLUMNS, Block, Plans     # noqa: E402

_BEFORE = b'{"result":true,"errorCode":null,"errorDesc":null,"requestId":"bench","data":'
_AFTER = b',"message":null}'
_NESTED = b',"Team__gc":["Ada",{"Role":"CSM","Since":2024}]}'


# As many as a million plans are, and some.
BLOCKS_KEPT = 600


class Tenant:
    def __init__(self):
        self.plans = Plans(0)
        self.blocks = {}
        self.kept = BLOCKS_KEPT
        self.nested = False
        self.lock = threading.Lock()
        self.latency = 0.0
        self.requests = 0

    def block(self, select):
        kind = select, self.nested
        with self.lock:
            if kind not in self.blocks:
                self.blocks[kind] = Block(select, _NESTED if self.nested else b"", self.kept)
            return self.blocks[kind]

    def _matches(self, condition):
        find = {
            "Gsid": self.plans.rows_of_gsid,
            "CompanyId": self.plans.rows_of_company,
            "Status": self.plans.rows_of_status,
        }.get(condition["name"])
        if find is None or condition["operator"] not in ("EQ", "IN"):
            raise wire.BadRequest("%(name)s %(operator)s" % condition)
        return sorted({row for value in condition["value"] for row in find(value)})

    def search(self, body):
        """The parts of a page."""
        asked = json.loads(body)
        block = self.block(tuple(asked.get("select") or COLUMNS))
        limit, offset = asked["limit"], asked["offset"]
        if "where" not in asked:
            end = min(offset + limit, self.plans.count)
            return self._page(block.slices(offset, end), self.plans.count)
        conditions = asked["where"]["conditions"]
        if len(conditions) != 1:
            raise wire.BadRequest("more than one condition")
        rows = self._matches(conditions[0])
        page = b",".join(block.record(row) for row in rows[offset:offset + limit])
        return self._page([page], len(rows))

    @staticmethod
    def _page(records, total):
        return [_BEFORE + b'{"records":[', *records, b'],"totalCount":%d}' % total + _AFTER]

    def answer(self, request):
        """The status, and the parts of the body."""
        words = request.target.split("/")[1:]
        if words == ["v1", "successplans", "search"]:
            return 200, self.search(request.body)
        if words[:2] != ["v1", "successplans"] or len(words) not in (3, 4):
            raise wire.BadRequest(request.target)
        rows = self.plans.rows_of_gsid(words[2])
        if not rows:
            return 404, [b'{"result":false,"errorCode":"NOT_FOUND","errorDesc":"no such plan"}']
        if len(words) == 4:
            return 200, [_BEFORE, self.plans.objectives(rows[0]), _AFTER]
        return 200, [_BEFORE, self.block(COLUMNS).record(rows[0]), _AFTER]

    def control(self, request):
        words = request.target.split("/")[2:]
        if words[0] == "plans":
            self.plans = Plans(int(words[1]))
        elif words[0] == "kept":
            self.kept = int(words[1])
            self.blocks = {}
        elif words[0] == "latency":
            self.latency = float(words[1]) / 1000
        elif words[0] == "nested":
            self.nested = words[1] == "1"
        elif words[0] == "render":
            self.block(COLUMNS)
        requests, self.requests = self.requests, 0
        return [b"%d" % requests]


def serve(tenant, sock):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    connection = wire.Connection(sock)
    try:
        while (request := connection.read_request()) is not None:
            if request.target.startswith("/bench/"):
                status, parts = 200, tenant.control(request)
            else:
                tenant.requests += 1
                if tenant.latency:
                    time.sleep(tenant.latency)
                status, parts = tenant.answer(request)
            head = wire.head(status, [("Content-Type", "application/json"),
                                   ("Content-Length", sum(map(len, parts)))])
            connection.send_parts([head + parts[0], *parts[1:]])
    except (OSError, KeyError, ValueError, wire.BadRequest) as error:
        if not isinstance(error, OSError):
            print("%s: %r" % (type(error).__name__, error), file=sys.stderr)
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port-file", required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    tenant = Tenant()
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    with open(options.port_file + ".new", "w", encoding="ascii") as file:
        file.write("http://127.0.0.1:%d\n" % listener.getsockname()[1])
    os.replace(options.port_file + ".new", options.port_file)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(tenant, sock), daemon=True).start()


if __name__ == "__main__":
    main()
