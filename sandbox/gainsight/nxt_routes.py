"""The routes of the dialect nxt: from a request to a reply."""

from . import nxt_describe, nxt_plans, nxt_search
from .bodies import parse_body

OPERATIONS = ("POST /data/objects/query/{object}",
              "GET /meta/services/objects/{object}/describe",
              "POST /v2/successPlan/", "PUT /v2/successPlan/")
_PLANS = "/v2/successPlan/"
_QUERY = ["", "v1", "data", "objects", "query"]
_DESCRIBE = ["", "v1", "meta", "services", "objects"]


def operation(method, path):
    """The operation's name for counters; None where there is none. `path` is without the base."""
    parts = path.split("/")
    for name in OPERATIONS:
        shape = name.split(" ")[1].split("/")
        if len(shape) == len(parts) and name.startswith(method + " ") and all(
                one == other or one == "{object}" for one, other in zip(shape, parts)):
            return name
    return None


def knows(path):
    """Is it below one of this dialect's services?"""
    parts = path.split("/")
    return parts[:5] in (_QUERY, _DESCRIBE) or path == _PLANS


class Routes:
    def __init__(self, tenant):
        self.tenant = tenant

    def find(self, method, path):
        """(handler, its arguments) of a path, or None."""
        if path == _PLANS:
            handler = {"POST": self.create_plans, "PUT": self.update_plans}.get(method)
            return handler and (handler, ())
        parts = path.split("/")
        if not all(parts[1:]):
            return None
        if method == "POST" and parts[:-1] == _QUERY:
            return self.query, (parts[-1],)
        if method == "GET" and parts[:5] == _DESCRIBE and parts[6:] == ["describe"]:
            return self.describe, (parts[5],)
        return None

    def query(self, request, setting, name):
        return nxt_search.search(self.tenant, name, parse_body(request.body), setting)

    def create_plans(self, request, setting):
        return nxt_plans.create(self.tenant, parse_body(request.body), setting)

    def update_plans(self, request, setting):
        return nxt_plans.update(self.tenant, parse_body(request.body), setting)

    def describe(self, request, setting, name):
        return nxt_describe.describe(name, setting)
