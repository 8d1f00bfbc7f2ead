"""How each fault looks on the wire.

Every function takes the connection, the fault and `answer`, which carries the request out and
returns its reply, and returns (status for the log, may the connection go on). The status is None
where no answer was given.
"""

import json
import select
import time
import zlib

from .replies import Reply, refusal
from .wire import head

_MOST_SECONDS = 600
_MOST_ENDLESS = 4 << 30


class Wire:
    """The sending side of one request: knows about gzip and closing."""

    def __init__(self, connection, keep_alive, gzip):
        self.connection, self.keep_alive, self.gzip = connection, keep_alive, gzip
        self.marks = {}                 # headers beside the reply's own
        self.touch = None               # a colleague's change

    def prepare(self, reply):
        """(head bytes, body parts) of a whole reply."""
        parts, headers = reply.parts, dict(reply.headers, **self.marks)
        if self.gzip and parts:
            packer = zlib.compressobj(1, wbits=31)
            parts = [b"".join([packer.compress(part) for part in parts]) + packer.flush()]
            headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = sum(map(len, parts))
        headers["Connection"] = "keep-alive" if self.keep_alive else "close"
        return head(reply.status, headers.items()), parts

    def send(self, reply):
        start, parts = self.prepare(reply)
        self.connection.send_parts([start, *parts])
        return reply.status, self.keep_alive


def wait(connection, seconds):
    """Wait, but no longer than the client does."""
    select.select([connection.sock], [], [], min(seconds, _MOST_SECONDS))


def _status(wire, fault, answer):
    body = fault.get("body")
    if body is None:
        reply = refusal(fault["status"], None, "this request was made to fail")
    else:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        reply = Reply(fault["status"], [text.encode()])
    reply.headers.update(fault.get("headers", {}))
    return wire.send(reply)


def _close(wire, fault, answer):
    if fault["close"] == "before":
        wait(wire.connection, fault.get("seconds", 0))
        return None, False
    reply = answer()
    start, parts = wire.prepare(reply)
    body = b"".join(parts)
    wire.connection.send(start if fault["close"] == "headers" else start + body[:len(body) // 2])
    wait(wire.connection, fault.get("seconds", 0))
    return reply.status, False


def _reset(wire, fault, answer):
    wire.connection.close(reset=True)
    return None, False


def _hang(wire, fault, answer):
    seconds = fault.get("seconds", 60)
    if fault["hang"] == "before":
        wait(wire.connection, seconds)
        return wire.send(answer())
    reply = answer()
    start, parts = wire.prepare(reply)
    body = b"".join(parts)
    wire.connection.send(start + body[:len(body) // 2])
    wait(wire.connection, seconds)
    wire.connection.send(body[len(body) // 2:])
    return reply.status, wire.keep_alive


def _apply_then(wire, fault, answer):
    answer()
    if fault["apply_then"] == "close":
        return None, False
    return wire.send(refusal(fault["apply_then"], "GU_1101", "this request's answer was lost"))


def _trickle(wire, fault, answer):
    reply = answer()
    start, parts = wire.prepare(reply)
    body, piece = b"".join(parts), fault.get("bytes", 1024)
    wire.connection.send(start)
    for at in range(0, len(body), piece):
        time.sleep(fault["trickle_ms"] / 1000)
        wire.connection.send(body[at:at + piece])
    return reply.status, wire.keep_alive


def _endless(wire, fault, answer):
    connection = wire.connection
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    connection.send(head(200, headers.items()))
    row = b'{"Gsid":"1P02ENDLESS","Name":"endless"},' * 1000
    start = b'{"result":true,"data":{"records":['
    connection.send(b"%x\r\n%s\r\n" % (len(start), start))
    chunk = b"%x\r\n%s\r\n" % (len(row), row)
    for _ in range(_MOST_ENDLESS // len(chunk)):
        connection.send(chunk)
    return 200, False


def _gzip_bomb(wire, fault, answer):
    """A JSON string of many megabytes, small on the wire."""
    block = b"a" * (1 << 20)
    packer = zlib.compressobj(9, wbits=-15)
    start = b'{"result":true,"data":"'
    first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush each block stands alone, so one can be sent again and again.
    middle = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(b'"}') + packer.flush()
    count, checksum = fault["gzip_bomb"], zlib.crc32(start)
    for _ in range(count):
        checksum = zlib.crc32(block, checksum)
    checksum = zlib.crc32(b'"}', checksum)
    size = len(start) + count * len(block) + 2
    trailer = checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
    gzip_head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    wire.connection.send(head(200, {
        "Content-Type": "application/json", "Content-Encoding": "gzip", "Connection": "close",
        "Content-Length": len(gzip_head) + len(first) + count * len(middle) + len(last) + 8,
    }.items()) + gzip_head + first)
    for _ in range(count):
        wire.connection.send(middle)
    wire.connection.send(last + trailer)
    return 200, False


def _deep(wire, fault, answer):
    deep = fault["deep"]
    return wire.send(Reply(200, [b'{"result":true,"data":', b"[" * deep, b"]" * deep, b"}"]))


def _many(wire, fault, answer):
    text, times = fault["many"]
    values = "".join([text % i for i in range(times)]) if "%d" in text else text * times
    return wire.send(Reply(200, [b'{"result":true,"data":{"records":[],"x":[', values.encode(), b"1]}}"]))


def _redirect(wire, fault, answer):
    return wire.send(Reply(302, [], {"Location": fault["redirect"]}))


def _raw(wire, fault, answer):
    try:
        wire.connection.send(fault["raw"].encode("latin-1"))
    except UnicodeEncodeError:
        wire.connection.send(fault["raw"].encode())
    return None, False


def _replace_body(wire, fault, answer):
    reply = answer()
    body = reply.body()
    for edit in fault["replace_body"]:
        times = edit[2] if len(edit) == 3 else 1
        body = body.replace(edit[0].encode(), edit[1].encode(), times or -1)
    reply.parts = [body]
    return wire.send(reply)


def _touch(wire, fault, answer):
    wire.touch(fault["touch"])
    return wire.send(answer())


def _forget(wire, fault, answer):
    """Of some records the reply to a batch says nothing."""
    reply = answer()
    body = json.loads(reply.body())
    data = body.get("data")
    for listed in data.values() if isinstance(data, dict) else ():
        listed[:] = [{key: value for key, value in one.items() if key not in fault["forget"]}
                     for one in listed]
        listed[:] = [one for one in listed if one]
    reply.parts = [json.dumps(body, ensure_ascii=False).encode()]
    return wire.send(reply)


def _after_answer_close(wire, fault, answer):
    wire.keep_alive = True
    status, _ = wire.send(answer())
    pause = fault["after_answer_close"]
    if pause is not True:
        wait(wire.connection, pause / 1000)
    return status, False


PERFORM = {
    "status": _status, "close": _close, "reset": _reset, "hang": _hang,
    "apply_then": _apply_then, "trickle_ms": _trickle, "endless": _endless,
    "gzip_bomb": _gzip_bomb, "deep": _deep, "many": _many, "redirect": _redirect, "raw": _raw,
    "replace_body": _replace_body, "after_answer_close": _after_answer_close,
    "touch": _touch, "forget": _forget,
}
