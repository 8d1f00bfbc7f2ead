#!/usr/bin/python3
"""A Gainsight tenant on loopback; see README.md beside this file."""

import argparse
import os
import signal
import sys
import threading
import time

PARENT = os.getppid()                   # before anything slow, in which it could die
sys.dont_write_bytecode = True          # the source tree stays as it was

from gainsight.server import Server     # noqa: E402
from gainsight.tenant import Tenant     # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--port-file", help="where to write the base URL once listening")
    parser.add_argument("--plans", type=int, default=2500)
    parser.add_argument("--objectives", type=int, default=3, help="a plan has 0 to twice as many")
    parser.add_argument("--types", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--key", default="sandbox-key")
    parser.add_argument("--manner", choices=["document"],
                        help="how replies are spelled; those that depart from it say so")
    parser.add_argument("--serves", choices=["document", "nxt", "both"], default="both",
                        help="which API it has")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"))
    parser.add_argument("--die-with-parent", action="store_true")
    return parser.parse_args()


def write_at_once(path, text):
    """Whoever waits for the file must never see half of it."""
    temporary = "%s.%d" % (path, os.getpid())
    with open(temporary, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(temporary, path)


def stop(*_):
    # Nothing needs saving, and freeing a large tenant row by row would take seconds.
    os._exit(0)


def watch():
    while os.getppid() == PARENT:
        time.sleep(0.2)
    stop()


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if options.die_with_parent:
        threading.Thread(target=watch, daemon=True).start()
    sizes = {name: getattr(options, name) for name in ("plans", "objectives", "types", "seed")}
    tenant = Tenant(sizes, options.key, options.manner, options.serves)
    server = Server(tenant, options.port, options.tls)
    if options.port_file:
        write_at_once(options.port_file, server.url() + "\n")
    else:
        print(server.url(), flush=True)
    server.run()


if __name__ == "__main__":
    sys.exit(main())
