"""TAP for the tests of clients, and what they ask of the sandbox tenant."""

import os
import subprocess
import sys

_count = 0
_failed = 0


def ok(condition, name, detail=""):
    global _count, _failed
    _count += 1
    print("%s %d - %s" % ("ok" if condition else "not ok", _count, name))
    if not condition:
        _failed += 1
        for line in str(detail).splitlines():
            print("# " + line[:2000])
    return bool(condition)


def same(got, expected, name):
    """Are they equal?  Of two lists only what one has and the other has not is shown."""
    if isinstance(got, list) and isinstance(expected, list) and got != expected:
        detail = "not expected: %r\nmissing: %r" % (
            [one for one in got if one not in expected][:2],
            [one for one in expected if one not in got][:2])
        return ok(False, name, "%d for %d\n%s" % (len(got), len(expected), detail))
    return ok(got == expected, name, "got: %r\nexpected: %r" % (got, expected))


def skip_all(reason):
    print("1..0 # SKIP " + reason)
    sys.exit(0)


def done():
    print("1..%d" % _count)
    sys.exit(1 if _failed else 0)


def ctl(*arguments):
    return subprocess.run([os.environ["GS_CTL"], *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def requests():
    """What the tenant was asked since the last call, counted by method and path."""
    return dict(line.rsplit(" x", 1) for line in ctl("requests").splitlines() if line != "none")


def asked():
    """How many requests of each kind there were since the last call, whatever the plan."""
    counts = {}
    for line, count in requests().items():
        method, path = line.split(" ")
        steps = path.split("/")
        if len(steps) > 3 and steps[3] not in ("search", "config"):
            steps[3] = "*"
        kind = "%s /%s" % (method, "/".join(steps[2:]))
        counts[kind] = counts.get(kind, 0) + int(count)
    return counts


_UNESCAPED = {"\\\\": "\\", "\\n": "\n", "\\t": "\t", "\\r": "\r", "\\b": "\b", "\\f": "\f",
              "\\v": "\v"}


def _value(cell):
    if cell == "\\N":
        return None
    parts = cell.split("\\")
    text, at = parts[0], 1
    while at < len(parts):
        part = parts[at]
        if part == "":                      # an escaped backslash
            text += "\\" + (parts[at + 1] if at + 1 < len(parts) else "")
            at += 2
        else:
            text += _UNESCAPED["\\" + part[0]] + part[1:]
            at += 1
    return text


def dump(table):
    """The truth: the tenant's own rows, as tuples of text and None."""
    return [tuple(map(_value, line.split("\t")))
            for line in ctl("dump", table).split("\n") if line]


def run(*command, given="", **options):
    """(status, output, errors) of a command that is given this text."""
    ended = subprocess.run(command, input=given.encode(), stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=120, **options)
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


def sql(statement, *options):
    """The rows that psql gives, as lists of text; an error ends the test."""
    status, out, errors = run("psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", *options,
                              given=statement)
    if status:
        raise SystemExit(errors)
    return [line.split("\t") for line in out.split("\n")[:-1]]
