"""Who asks: by the organisation's key, or by a token for a machine.

A token is had by POST /v1/users/m2m/oauth/token with the client's id and secret, ends after
`token_seconds`, and ends at once by `ctl revoke`.
"""

import base64
import binascii
import hmac
import json
import secrets
import time

from .replies import Reply
from .values import Refused

# Type and body of a request for a token.
_REQUEST_FORMS = {
    "empty": ("application/json", b""),
    "form": ("application/x-www-form-urlencoded", b"grant_type=client_credentials"),
}
_OPERATION = "POST /users/m2m/oauth/token"


def operation(method, path):
    """The operation's name for counters; None for another path. `path` is without the base."""
    return _OPERATION if "%s %s" % (method, path) == _OPERATION else None


class Tokens:
    def __init__(self):
        self.ends = {}                  # token: when it ends, by a clock that only goes on

    def give(self, seconds):
        # As long as the ones of live services, and with all that a header can have in it.
        token = "%s.%s-_~+/=" % (secrets.token_urlsafe(60), secrets.token_urlsafe(600))
        self.ends[token] = time.monotonic() + seconds
        return token

    def good(self, token):
        return time.monotonic() < self.ends.get(token, 0)

    def revoke(self):
        self.ends = {}


def _bearer(authorization):
    scheme, _, token = authorization.partition(" ")
    return token if scheme.lower() == "bearer" else None


def knows(request, tokens, setting):
    """For the log: did the request say rightly who it is?"""
    authorization = request.headers.get("authorization")
    if authorization is None:
        return request.headers.get("accesskey") == setting.key
    return _client_is_right(authorization, setting) or tokens.good(_bearer(authorization))


def authenticate(request, tokens, setting):
    """Refuse who is not known, and who says it twice."""
    key, authorization = (request.headers.get(name) for name in ("accesskey", "authorization"))
    if authorization is None:
        if key != setting.key:
            raise Refused("access key is missing or not valid", "GS_APIG_2401", 401)
        if setting.allow_list:
            raise Refused("this address is not allowed", "GS_APIG_2402", 403)
        return
    token = _bearer(authorization)
    if key is not None or token is None:
        raise Refused("either a key or a bearer's token is expected", "GSOBJ_1024")
    if not tokens.good(token):
        raise Refused("the token is not valid, or not any more", "GS_APIG_2401", 401)


def _client_is_right(authorization, setting):
    scheme, _, packed = authorization.partition(" ")
    try:
        given = base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return False
    right = "%s:%s" % (setting.client_id, setting.client_secret)
    return scheme.lower() == "basic" and hmac.compare_digest(given, right.encode())


def give_token(request, tokens, setting):
    if setting.strict:
        if "accesskey" in request.headers:
            raise Refused("either a key or a client is expected", "GSOBJ_1024")
        kind, body = _REQUEST_FORMS[setting.token_request]
        if request.headers.get("content-type", "").lower() != kind or request.body != body:
            raise Refused("a request for a token has the type %s and the body '%s'"
                          % (kind, body.decode()))
    if not _client_is_right(request.headers.get("authorization", ""), setting):
        raise Refused("client id or secret is not valid", "GS_APIG_2401", 401)
    answer = {"access_token": tokens.give(setting.token_seconds), "token_type": "Bearer"}
    if setting.token_says != "absent":
        answer["expires_in"] = (setting.token_seconds if setting.token_says is None
                                else setting.token_says)
    return Reply(200, [json.dumps(answer).encode()])
