"""Replies in the envelope that live tenants use."""

import itertools
import json

from .spelling import Style
from .values import Refused

_JSON = "application/json;charset=utf-8"
_ids = itertools.count(1)


class Reply:
    __slots__ = ("status", "parts", "headers", "failed")

    def __init__(self, status, parts, headers=None, failed=False):
        self.status, self.parts, self.failed = status, parts, failed
        self.headers = dict(headers or {})
        self.headers.setdefault("Content-Type", _JSON)

    def body(self):
        return b"".join(self.parts)


def request_id():
    return "sandbox-%08x" % next(_ids)


def style_of(setting):
    return Style(setting.epoch_dates, setting.date_style == "document",
                 setting.key_case == "lower", setting.drop_nulls, setting.blank_nulls)


def envelope(*data):
    """result true; `data` is JSON in pieces, which are not copied."""
    before = ('{"result":true,"errorCode":null,"errorDesc":null,"requestId":"%s","data":'
              % request_id()).encode()
    return Reply(200, [before, *data, b',"message":null}'])


def refusal(status, code, desc, headers=None, data=None):
    body = {"result": False, "errorCode": code, "errorDesc": desc, "requestId": request_id(),
            "data": data, "message": None}
    return Reply(status, [json.dumps(body, ensure_ascii=False).encode()], headers, failed=True)


def web_page(reply):
    """What a failure looks like to somebody who has not asked for JSON."""
    page = ("<!DOCTYPE html><html><head><title>Gainsight</title></head><body><h1>Sorry</h1>"
            "<p>Something went wrong (%d).</p></body></html>" % reply.status)
    return Reply(200, [page.encode()], {"Content-Type": "text/html; charset=utf-8"}, failed=True)


def no_route(desc):
    return Refused(desc, "GS_APIG_1000", 404)


def no_object(desc):
    return Refused(desc, title="OBJECT_NOT_FOUND")


def failure(error, setting):
    """The reply for a Refused."""
    title = error.title
    if error.status == 404 and error.code is None and setting.not_found_style != "404":
        title = "OBJECT_NOT_FOUND"
    if title:
        body = {"type": "about:blank", "title": title, "status": 400,
                "detail": error.desc, "requestId": request_id()}
        return Reply(400, [json.dumps(body, ensure_ascii=False).encode()], failed=True)
    if error.code == "GS_APIG_1000" and setting.no_route == "GSOBJ_1023":
        return refusal(400, "GSOBJ_1023", error.desc)
    return refusal(error.status, error.code, error.desc)
