"""Connections: one thread each, API and control on one port."""

import random
import socket
import ssl
import threading
import time

from . import api, control, oauth, wire
from .misbehave import PERFORM, Wire
from .replies import refusal

MOST_CONNECTIONS = 2000
IDLE_SECONDS = 900
_TLS_HANDSHAKE = b"\x16"


class Server:
    def __init__(self, tenant, port, tls=None):
        self.tenant = tenant
        self.api = api.Api(tenant)
        self.tls = None
        if tls:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*tls)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.slots = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def url(self):
        return "%s://127.0.0.1:%d%s" % ("https" if self.tls else "http",
                                        self.listener.getsockname()[1], api.BASE)

    def run(self):
        """Accept for ever."""
        while True:
            sock, peer = self.listener.accept()
            from_control = peer[0] == control.SOURCE_ADDRESS
            if not from_control and self.tenant.faults.at_accept():
                self.tenant.journal.connected()
                wire.Connection(sock).close(reset=True)
            elif self.slots.acquire(blocking=False):
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()
            else:
                sock.close()

    def _serve(self, sock):
        connection = None
        try:
            sock.settimeout(IDLE_SECONDS)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain = True
            # Control speaks plain HTTP also to a tenant that has TLS.
            if self.tls and sock.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
                sock = self.tls.wrap_socket(sock, server_side=True)
                plain = False
            connection = wire.Connection(sock)
            while self._one(connection, plain):
                pass
        except wire.BadRequest as error:
            _refuse(connection, error)
        except OSError:
            pass                        # the client is gone
        finally:
            (connection or sock).close()
            self.slots.release()

    def _one(self, connection, plain):
        """Serve one request; may the connection go on?"""
        request = connection.read_request()
        if request is None:
            return False
        if request.target.startswith(control.PREFIX):
            return control.serve(self.tenant, connection, request)
        if self.tls and plain:
            return False
        if connection.number is None:
            connection.number = self.tenant.journal.connected()
        return self._api(connection, request)

    def _api(self, connection, request):
        tenant, setting = self.tenant, self.tenant.switches
        exact, counted = api.operation(request.method, request.target)
        entry = tenant.journal.arrive(request, counted, connection.number,
                                      oauth.knows(request, tenant.tokens, setting))
        rule = tenant.faults.for_request(exact)
        out = Wire(connection, request.keep_alive, setting.gzip
                   and "gzip" in request.headers.get("accept-encoding", ""))
        if tenant.manner and (rule or setting.departs()):
            out.marks["X-Sandbox-Departs"] = "from " + tenant.manner
        out.touch = lambda change: control.COMMANDS["touch"](tenant, change)
        before, status = connection.sent, None
        sizes = setting.rounds
        number = tenant.rounds.arrive(sizes)
        try:
            if rule:
                self._delay()
                status, go_on = PERFORM[rule.kind](out, rule.fault,
                                                   lambda: self.api.answer(request))
            else:
                # What is asked happens on arrival; only the answer is late.
                reply = self.api.answer(request)
                self._delay()
                if number is not None and not tenant.rounds.wait(sizes, number):
                    tenant.journal.count("rounds_missed")
                status, go_on = out.send(reply)
            return go_on
        finally:
            tenant.journal.leave(entry, status or "none", connection.sent - before)

    def _delay(self):
        setting = self.tenant.switches
        if setting.latency_ms or setting.jitter_ms:
            time.sleep((setting.latency_ms + random.random() * setting.jitter_ms) / 1000)


def _refuse(connection, error):
    """Bytes that are no HTTP request get a last word."""
    try:
        Wire(connection, False, False).send(refusal(400, None, "not HTTP: %s" % error))
    except OSError:
        pass
