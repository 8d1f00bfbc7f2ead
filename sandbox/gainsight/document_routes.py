"""The seven operations of the API's document: from a request to a reply."""

import json
from urllib.parse import unquote_to_bytes

from . import document_search, searches
from .bodies import parse_body, parse_record
from .fields import OBJECTIVE, PLAN
from .replies import Reply, envelope, no_route, style_of

BASE = "/v1"
OPERATIONS = (
    "POST /successplans", "GET /successplans/{planId}", "PUT /successplans/{planId}",
    "POST /successplans/search", "GET /successplans/{planId}/objectives",
    "POST /successplans/{planId}/objectives", "GET /successplans/config/types",
)


def operation(method, path):
    """The operation's name for counters; None where there is none. `path` is without the base."""
    segments = path.split("/")[1:]
    if len(segments) > 1 and (method, segments[1]) != ("POST", "search") \
            and segments[1:] != ["config", "types"]:
        segments[1] = "{planId}"
    name = "%s /%s" % (method, "/".join(segments))
    return name if name in OPERATIONS else None


class Routes:
    def __init__(self, tenant):
        self.tenant = tenant

    def find(self, method, path):
        """(handler, its arguments) of a path, or None."""
        if not path.startswith(BASE + "/"):
            return None
        raw = path[len(BASE) + 1:].split("/")
        if raw[0] != "successplans" or not all(raw):
            return None
        # Fixed words come before ids, and are not looked for in what was encoded.
        fixed = {("POST", ""): self.create_plan, ("POST", "search"): self.search,
                 ("GET", "config/types"): self.list_types}
        handler = fixed.get((method, "/".join(raw[1:])))
        if handler:
            return handler, ()
        shape = (method, len(raw), raw[2] if len(raw) == 3 else None)
        handler = {("GET", 2, None): self.get_plan, ("PUT", 2, None): self.put_plan,
                   ("GET", 3, "objectives"): self.list_objectives,
                   ("POST", 3, "objectives"): self.create_objective}.get(shape)
        return handler and (handler, (_decode(raw[1]),))

    def search(self, request, setting):
        return document_search.search(self.tenant, parse_body(request.body), setting)

    def list_types(self, request, setting):
        if not self.tenant.types:
            return searches.nothing(setting, b"[]")
        types = [{"id": ident, "name": name} for ident, name in self.tenant.types.items()]
        return envelope(json.dumps(types).encode())

    def list_objectives(self, request, setting, gsid):
        tenant = self.tenant
        row = tenant.row(gsid)
        style = style_of(setting)
        listed = [tenant.objectives.record(row, place, one, style)
                  for place, one in enumerate(tenant.objectives.of(row, gsid))]
        if not listed:
            return searches.nothing(setting, b"[]")
        return envelope(b"[" + b",".join(listed) + b"]")

    def get_plan(self, request, setting, gsid):
        return self._plan(self.tenant.row(gsid), setting)

    def _plan(self, row, setting):
        return envelope(self.tenant.plans.records((row,), list(PLAN), style_of(setting)))

    def create_plan(self, request, setting):
        record = parse_record(parse_body(request.body), PLAN, setting.strict)
        row = self.tenant.create_plan(record)
        self.tenant.journal.count("plans_created")
        if setting.create_answer == "gsid":
            return _only_gsid(self.tenant.plans.values["Gsid"][row])
        return self._plan(row, setting)

    def put_plan(self, request, setting, gsid):
        row = self.tenant.row(gsid)
        record = parse_record(parse_body(request.body), PLAN, setting.strict)
        if setting.put == "replace":
            cleared = {name: None for name, field in PLAN.items()
                       if field.writable and not field.custom}
            record = dict(cleared, **record)
        self.tenant.change_plan(row, record)
        self.tenant.journal.count("plans_updated")
        if setting.put_answer == "gsid":
            return _only_gsid(gsid)
        if setting.put_answer == "none":
            return Reply(204, [])
        return self._plan(row, setting)

    def create_objective(self, request, setting, gsid):
        row = self.tenant.row(gsid)
        record = parse_record(parse_body(request.body), OBJECTIVE, setting.strict)
        place, objective = self.tenant.create_objective(row, record)
        self.tenant.journal.count("objectives_created")
        if setting.create_answer == "gsid":
            return _only_gsid(objective[0])
        return envelope(self.tenant.objectives.record(row, place, objective, style_of(setting)))


def _only_gsid(gsid):
    return envelope(json.dumps({"Gsid": gsid}).encode())


def _decode(segment):
    """A path segment, percent-decoded exactly once."""
    try:
        return unquote_to_bytes(segment.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise no_route("path segment %s is not UTF-8" % segment) from None


