"""From a request to a reply: who asks, whether it is time, and which dialect's route it is."""

from . import document_routes, nxt_routes, oauth, searches, values
from .replies import failure, no_route, web_page
from .values import Refused

BASE = document_routes.BASE


def operation(method, target):
    """(method and raw path without the base, the operation's name for counters) of a request."""
    path = target.partition("?")[0]
    path = path[len(BASE):] if path.startswith(BASE + "/") else path
    name = (document_routes.operation(method, path) or nxt_routes.operation(method, path)
            or oauth.operation(method, path))
    return "%s %s" % (method, path), name or "other"


class Api:
    def __init__(self, tenant):
        self.tenant = tenant
        self.routes = {"document": document_routes.Routes(tenant),
                       "nxt": nxt_routes.Routes(tenant)}

    def answer(self, request):
        """The reply, right or refused; never an exception for what a client can send."""
        setting = self.tenant.switches
        path, _, query = request.target.partition("?")
        try:
            reply = self._answer(request, path, query, setting)
        except Refused as error:
            reply = failure(error, setting)
        if reply.failed and nxt_routes.knows(path) and not _takes_json(request):
            reply = web_page(reply)
        if setting.wrong_content_type:
            reply.headers["Content-Type"] = "text/html; charset=utf-8"
        return reply

    def _answer(self, request, path, query, setting):
        asks_token = oauth.operation(request.method, path[len(BASE):]) is not None
        if not asks_token:
            oauth.authenticate(request, self.tenant.tokens, setting)
        if self.tenant.over_rate():
            self.tenant.journal.count("rate_limited")
            return searches.rate_refusal(setting)
        if asks_token:
            return oauth.give_token(request, self.tenant.tokens, setting)
        handler, arguments = self._route(request.method, path, setting)
        if setting.strict:
            _check_form(request, query, setting)
        with self.tenant.lock:
            return handler(request, setting, *arguments)

    def _route(self, method, path, setting):
        for dialect, routes in self.routes.items():
            found = routes.find(method, path) if setting.serves in (dialect, "both") else None
            if found:
                return found
        raise no_route("no route for %s %s" % (method, path))


def _takes_json(request):
    return request.headers.get("accept", "").lower() == "application/json"


def _check_form(request, query, setting):
    headers = request.headers
    if query or "?" in request.target:
        raise Refused("a query string is not expected: %s" % values.show(query))
    if not setting.any_agent and not headers.get("user-agent", "").startswith("gainsight_fdw/"):
        raise Refused("User-Agent does not start with gainsight_fdw/")
    if not _takes_json(request):
        raise Refused("Accept is not application/json")
    if request.method == "GET":
        if request.body:
            raise Refused("a GET with a body")
        return
    content_type = headers.get("content-type", "").lower().replace(" ", "")
    if content_type not in ("application/json", "application/json;charset=utf-8"):
        raise Refused("Content-Type is not application/json")
