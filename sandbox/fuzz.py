#!/usr/bin/python3
"""Random queries over foreign tables and a plain local copy of the tenant's data.

It takes the server from PGHOST and the like, and the tenant from GS_SANDBOX_URL, as
`sandbox/with-cluster sandbox/fuzz.py` gives them. It makes a database of its own, and
loads the tenant anew.
"""

import argparse
import os
import random
import signal
import sys
import time

sys.dont_write_bytecode = True          # the source tree stays as it was

from fuzz.control import Tenant         # noqa: E402
from fuzz.estate import JOIN_MODES, Estate      # noqa: E402
from fuzz.runner import Runner          # noqa: E402
from fuzz.session import Session        # noqa: E402
from fuzz.world import MODES, World     # noqa: E402

MAIN = ("sql", "fold", "nulls", "ignore", "joins", "joins-fold", "joins-nulls", "joins-ignore")
SABOTAGES = ("row", "twice", "value")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000, help="in each mode")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--mode", default=",".join(MAIN),
                        help="of %s; all is each of them" % ", ".join((*MODES, *JOIN_MODES)))
    parser.add_argument("--plans", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first case")
    parser.add_argument("--keep-going", action="store_true")
    parser.add_argument("--shrink", type=int, default=400, help="trials to make a case smaller")
    parser.add_argument("--without", default="", help="forms or kinds of condition to leave out")
    parser.add_argument("--verbose", action="store_true", help="show errors of both sides")
    parser.add_argument("--sabotage", action="store_true",
                        help="spoil the local copy: it must be noticed")
    options = parser.parse_args()
    options.without = tuple(filter(None, options.without.split(",")))
    options.modes = [*MODES, *JOIN_MODES] if options.mode == "all" else options.mode.split(",")
    for mode in options.modes:
        if mode not in MODES and mode not in JOIN_MODES:
            parser.error("no mode %s; there are: %s" % (mode, ", ".join((*MODES, *JOIN_MODES))))
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10**6)
    return options


def fuzz(make_runner, options):
    """(passed, failed)"""
    passed = failed = 0
    for kind in (World, Estate):
        modes = [mode for mode in options.modes if mode in kind.modes]
        if not modes:
            continue
        runner = make_runner(kind)
        for mode in modes:
            if not runner.mode(mode, options.cases, options.first):
                break
        print()
        runner.summary()
        complaints = runner.coverage() if not runner.failed and not options.first else []
        for complaint in complaints:
            print("too little: " + complaint)
        passed += runner.passed
        failed += runner.failed + len(complaints)
    return passed, failed


def sabotage(make_runner, options):
    """Each way of spoiling the local copy has to be found."""
    passed = failed = 0
    options.keep_going = False
    for kind in SABOTAGES:
        print("\n-- sabotage: " + kind)
        options.sabotage = kind
        runner = make_runner(World if options.modes[0] in MODES else Estate)
        if runner.mode(options.modes[0], options.cases):
            print("FAILED: %s was not noticed in %d cases" % (kind, runner.cases))
            failed += 1
        else:
            print("ok: %s was noticed at case %d" % (kind, runner.cases))
            passed += 1
    return passed, failed


def main():
    options = arguments()
    print("seed %d, modes %s, %d cases each" % (options.seed, ",".join(options.modes), options.cases),
          flush=True)
    tenant = Tenant()
    databases = []
    # so that what is below clears away
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    def make_runner(kind):
        databases.append("gs_fuzz_%d_%d" % (os.getpid(), len(databases)))
        Session().must("CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'" % databases[-1])
        session = Session(databases[-1])
        if kind is World:
            world = World(session, tenant, options.plans, options.without)
        else:
            world = Estate(session, tenant, options.without)
        world.create()
        return Runner(session, tenant, world, options)

    started = time.monotonic()
    try:
        passed, failed = (sabotage if options.sabotage else fuzz)(make_runner, options)
    finally:
        for database in databases:
            Session().run("DROP DATABASE IF EXISTS %s WITH (FORCE)" % database)
        tenant("defaults")
    print("%.0f s, seed %d" % (time.monotonic() - started, options.seed))
    print("%d passed, %d failed" % (passed, failed))
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
