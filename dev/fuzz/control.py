"""What `ctl` does, on one kept connection."""

import http.client
import json
import os
import re


class Tenant:
    def __init__(self, url=None):
        url = url or os.environ.get("GS_SANDBOX_URL", "")
        match = re.match(r"http://127\.0\.0\.1:(\d+)(/|$)", url)
        if not match:
            raise SystemExit("fuzz: GS_SANDBOX_URL is not the base URL of a sandbox: %r" % url)
        self.url = url
        self.key = os.environ.get("GS_SANDBOX_KEY", "sandbox-key")
        # From an address of its own, as ctl.
        self.connection = http.client.HTTPConnection("127.0.0.1", int(match[1]), timeout=600,
                                                     source_address=("127.0.0.2", 0))

    def __call__(self, command, *arguments):
        self.connection.request("POST", "/_sandbox/" + command, json.dumps(arguments))
        reply = self.connection.getresponse()
        text = reply.read().decode()
        if reply.status != 200:
            raise SystemExit("fuzz: ctl %s: %s" % (command, text.strip()))
        return text
