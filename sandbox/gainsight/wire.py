"""HTTP/1.1 on a socket, no more of it than the tenant needs, but fast and bounded."""

import socket
import struct

MOST_HEAD = 1 << 16
MOST_BODY = 32 << 20

REASONS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
           404: "Not Found", 405: "Method Not Allowed", 413: "Payload Too Large",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout"}


class BadRequest(Exception):
    """Bytes that are no HTTP request; the connection cannot go on."""


class Request:
    __slots__ = ("method", "target", "headers", "pairs", "body", "keep_alive")


def _parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise BadRequest("request line")
    request = Request()
    request.method, request.target = words[0], words[1]
    request.pairs = []
    request.headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest("header line")
        request.pairs.append((name, value.strip()))
        request.headers[name.lower()] = value.strip()
    request.keep_alive = words[2] == "HTTP/1.1" \
        and request.headers.get("connection", "").lower() != "close"
    return request


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""
        self.sent = 0
        self.number = None              # in the journal, from the first API request on

    def _more(self):
        data = self.sock.recv(262144)
        self.buffer += data
        return bool(data)

    def _need(self, count):
        while len(self.buffer) < count:
            if not self._more():
                raise BadRequest("cut")
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _line(self):
        while b"\r\n" not in self.buffer:
            if len(self.buffer) > MOST_HEAD or not self._more():
                raise BadRequest("line")
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def read_request(self):
        """The next request; None when the client has closed."""
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > MOST_HEAD:
                raise BadRequest("headers too long")
            if not self._more():
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        request = _parse_head(head)
        if request.headers.get("expect", "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.headers.get("transfer-encoding", "").lower() == "chunked":
            request.body = self._chunked()
        else:
            length = request.headers.get("content-length", "0")
            if not length.isdigit() or int(length) > MOST_BODY:
                raise BadRequest("content length")
            request.body = self._need(int(length))
        return request

    def _chunked(self):
        parts, total = [], 0
        while True:
            try:
                size = int(self._line().split(b";")[0], 16)
            except ValueError:
                raise BadRequest("chunk size") from None
            total += size
            if size < 0 or total > MOST_BODY:
                raise BadRequest("body too long")
            if size == 0:
                while self._line():
                    pass
                return b"".join(parts)
            parts.append(self._need(size))
            if self._need(2) != b"\r\n":
                raise BadRequest("chunk end")

    def send(self, data):
        self.sock.sendall(data)
        self.sent += len(data)

    def send_parts(self, parts):
        # One system call where it can be: the head and a small body in one segment.
        if sum(map(len, parts)) < 65536:
            return self.send(b"".join(parts))
        for part in parts:
            self.send(part)

    def close(self, reset=False):
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def head(status, headers):
    lines = ["HTTP/1.1 %d %s" % (status, REASONS.get(status, "Unknown"))]
    lines += ["%s: %s" % pair for pair in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
