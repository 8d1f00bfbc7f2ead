"""Tenants in a thread of this process, whose plans are the rows of any tables.

`/TABLE/v1/successplans/search` is what one of them has, and nxt's query of cta_group. There is no
key, no journal, no fault and no way to write: what those are for is in the sandbox. All that is
asked is counted.
"""

import json
import socket
import threading
from collections import Counter
from decimal import Decimal

from gainsight import wire
from gainsight.filters import _SELECT, Condition, Parser
from gainsight.values import Refused

KEY = "Gsid"
SEARCHES = ("v1/successplans/search", "v1/data/objects/query/cta_group")


class Table:
    """Columns of values that a filter compares, and the same as ready JSON."""

    def __init__(self, count, values, cells):
        self.values, self.cells = values, cells
        self.rows = range(count)
        self.cells[KEY] = ['"R%06d"' % row for row in self.rows]
        self.values[KEY] = ["R%06d" % row for row in self.rows]
        self.index = {}
        self.found = {}

    def find(self, condition):
        name, operator, wanted = condition
        if operator not in ("EQ", "IN"):
            return _SELECT[operator](self.values[name], self.rows, *wanted)
        if name not in self.index:
            self.index[name] = index = {}
            for row, value in enumerate(self.values[name]):
                index.setdefault(value, []).append(row)
        return [row for value in dict.fromkeys(wanted) for row in self.index[name].get(value, ())]

    def evaluate(self, tree):
        """The set of rows that it holds for."""
        if isinstance(tree, Condition):
            return set(self.find(tree))
        sets = [self.evaluate(arm) for arm in tree[1]]
        return set.union(*sets) if tree[0] == "OR" else set.intersection(*sets)

    def search(self, body, counts):
        """The page; rows stand in the order of their keys, which nxt asks for."""
        rows = self.rows
        if "where" in body:
            text = json.dumps(body["where"], default=str)
            if text not in self.found:
                conditions = {one["alias"]: Condition(one["name"], one["operator"],
                                                      tuple(one["value"]))
                              for one in body["where"]["conditions"]}
                tree, _ = Parser(body["where"]["expression"], conditions).parse()
                self.found[text] = sorted(self.evaluate(tree))
            rows = self.found[text]
        page = rows[body.get("offset", 0):body.get("offset", 0) + body["limit"]]
        names = [(json.dumps(name) + ":", self.cells[name]) for name in body["select"]]
        return '{"records":[%s]%s}' % (
            ",".join(["{" + ",".join([name + cells[row] for name, cells in names]) + "}"
                      for row in page]), ',"totalCount":%d' % len(rows) if counts else "")


class Tenants:
    def __init__(self):
        self.tables = {}
        self.asked = Counter()          # searches by table
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, name):
        return "http://127.0.0.1:%d/%s/v1" % (self.port, name)

    def count(self):
        """Searches since the last call."""
        with self.lock:
            total = sum(self.asked.values())
            self.asked.clear()
        return total

    def _accept(self):
        while True:
            sock, _ = self.listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        connection = wire.Connection(sock)
        try:
            while (request := connection.read_request()) is not None:
                status, data = self._answer(request)
                body = ('{"result":true,"data":%s}' % data if status == 200 else json.dumps(
                    {"result": False, "errorCode": "GSOBJ_1001", "errorDesc": data})).encode()
                connection.send(wire.head(status, {
                    "Content-Type": "application/json", "Content-Length": len(body)}.items()) + body)
        except (OSError, wire.BadRequest):
            pass                        # the client is gone
        finally:
            connection.close()

    def _answer(self, request):
        _, name, path = request.target.split("/", 2)
        with self.lock:
            self.asked[name] += 1
        if (request.method, path) == ("GET", "v1/successplans/config/types"):
            return 200, "[]"
        if request.method != "POST" or path not in SEARCHES:
            return 404, "tables can be searched only"
        try:
            return 200, self.tables[name].search(json.loads(request.body, parse_float=Decimal),
                                                 path == SEARCHES[0])
        except (Refused, KeyError, TypeError) as error:
            return 400, repr(error)
