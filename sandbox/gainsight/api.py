"""The seven operations of the API: from a request to a reply."""

import json
from decimal import Decimal
from urllib.parse import unquote_to_bytes

from . import searches, values
from .fields import IDS, OBJECTIVE, PLAN
from .replies import Reply, envelope, failure, style_of
from .values import Refused

BASE = "/v1"
OPERATIONS = (
    "POST /successplans", "GET /successplans/{planId}", "PUT /successplans/{planId}",
    "POST /successplans/search", "GET /successplans/{planId}/objectives",
    "POST /successplans/{planId}/objectives", "GET /successplans/config/types",
)
_NO_ROUTE = ("GS_APIG_1000", 404)


def operation(method, target):
    """(method and raw path without the base, the operation's name for counters) of a request."""
    path = target.partition("?")[0]
    path = path[len(BASE):] if path.startswith(BASE + "/") else path
    segments = path.split("/")[1:]
    if len(segments) > 1 and (method, segments[1]) != ("POST", "search") \
            and segments[1:] != ["config", "types"]:
        segments[1] = "{planId}"
    name = "%s /%s" % (method, "/".join(segments))
    return "%s %s" % (method, path), name if name in OPERATIONS else "other"


class Api:
    def __init__(self, tenant):
        self.tenant = tenant

    def answer(self, request):
        """The reply, right or refused; never an exception for what a client can send."""
        setting = self.tenant.switches
        try:
            reply = self._answer(request, setting)
        except Refused as error:
            reply = failure(error, setting)
        if setting.wrong_content_type:
            reply.headers["Content-Type"] = "text/html; charset=utf-8"
        return reply

    def _answer(self, request, setting):
        if request.headers.get("accesskey") != setting.key:
            raise Refused("access key is missing or not valid", "GS_APIG_2401", 401)
        if self.tenant.over_rate():
            self.tenant.journal.count("rate_limited")
            return searches.rate_refusal(setting)
        path, _, query = request.target.partition("?")
        handler, arguments = self._route(request.method, path)
        if setting.strict:
            _check_form(request, query, setting)
        with self.tenant.lock:
            return handler(request, setting, *arguments)

    def _route(self, method, path):
        if path.startswith(BASE + "/"):
            raw = path[len(BASE) + 1:].split("/")
            if raw[0] == "successplans" and all(raw):
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
                if handler:
                    return handler, (_decode(raw[1]),)
        raise Refused("no route for %s %s" % (method, path), *_NO_ROUTE)

    def search(self, request, setting):
        return searches.search(self.tenant, parse_body(request.body), setting)

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
        raise Refused("path segment %s is not UTF-8" % segment, *_NO_ROUTE) from None


def _check_form(request, query, setting):
    headers = request.headers
    if query or "?" in request.target:
        raise Refused("a query string is not expected: %s" % values.show(query))
    if not setting.any_agent and not headers.get("user-agent", "").startswith("gainsight_fdw/"):
        raise Refused("User-Agent does not start with gainsight_fdw/")
    if headers.get("accept", "").lower() != "application/json":
        raise Refused("Accept is not application/json")
    if request.method == "GET":
        if request.body:
            raise Refused("a GET with a body")
        return
    content_type = headers.get("content-type", "").lower().replace(" ", "")
    if content_type not in ("application/json", "application/json;charset=utf-8"):
        raise Refused("Content-Type is not application/json")


def _pairs(pairs):
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        raise Refused("key %s is there twice"
                      % values.show(next(name for name in names if names.count(name) > 1)))
    return result


def _constant(word):
    raise Refused("%s is not JSON" % word)


def parse_body(body):
    """A JSON object; numbers keep their digits."""
    try:
        text = body.decode()
        parsed = json.loads(text, parse_float=Decimal, object_pairs_hook=_pairs,
                            parse_constant=_constant)
        if "\\u" in text:
            json.dumps(parsed, ensure_ascii=False, default=str).encode()    # lone surrogates
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Refused("the body is not UTF-8 JSON: %s" % str(error)[:100]) from None
    if not isinstance(parsed, dict):
        raise Refused("the body is not a JSON object")
    return parsed


def parse_record(body, table, strict):
    """{field: true value} of a create or an update."""
    record = {}
    for name, value in body.items():
        field = table.get(name)
        if field is None:
            if not strict:
                continue
            raise Refused("there is no field %s" % values.show(name), "GSOBJ_1002")
        if not field.writable:
            raise Refused("field %s is read-only" % name, "GSOBJ_1002")
        record[name] = parse_field(field, value)
    for name, field in table.items():
        if field.required and record.get(name) is None:
            raise Refused("field %s is required" % name, "GSOBJ_1007")
    return record


def parse_field(field, value):
    if value is None:
        return None
    try:
        truth = values.PARSE_BACK[field.kind](value) if field.custom \
            else values.PARSE[field.kind](value)
    except Refused as error:
        raise Refused("field %s: %s" % (field.name, error.desc), error.code) from None
    if field.picklist and truth not in field.picklist:
        raise Refused("field %s: %s is none of %s" % (
            field.name, values.show(value), ", ".join(field.picklist)), "GSOBJ_1012")
    if field.name in IDS and truth == "":
        raise Refused("field %s: an id cannot be empty" % field.name, "GSOBJ_1004")
    return truth
