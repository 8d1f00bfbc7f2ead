"""Replies in the envelope that live tenants use."""

import itertools
import json

from .spelling import Style

_JSON = "application/json;charset=utf-8"
_ids = itertools.count(1)


class Reply:
    __slots__ = ("status", "parts", "headers")

    def __init__(self, status, parts, headers=None):
        self.status, self.parts = status, parts
        self.headers = dict(headers or {})
        self.headers.setdefault("Content-Type", _JSON)

    def body(self):
        return b"".join(self.parts)


def request_id():
    return "sandbox-%08x" % next(_ids)


def style_of(setting):
    return Style(setting.epoch_dates, setting.date_style == "document",
                 setting.key_case == "lower", setting.drop_nulls)


def envelope(*data):
    """result true; `data` is JSON in pieces, which are not copied."""
    before = ('{"result":true,"errorCode":null,"errorDesc":null,"requestId":"%s","data":'
              % request_id()).encode()
    return Reply(200, [before, *data, b',"message":null}'])


def refusal(status, code, desc, headers=None):
    body = {"result": False, "errorCode": code, "errorDesc": desc, "requestId": request_id(),
            "data": None, "message": None}
    return Reply(status, [json.dumps(body, ensure_ascii=False).encode()], headers)


def failure(error, setting):
    """The reply for a Refused."""
    if error.status == 404 and error.code is None and setting.not_found_style != "404":
        body = {"type": "about:blank", "title": "OBJECT_NOT_FOUND", "status": 400,
                "detail": error.desc, "requestId": request_id()}
        return Reply(400, [json.dumps(body, ensure_ascii=False).encode()])
    return refusal(error.status, error.code, error.desc)
