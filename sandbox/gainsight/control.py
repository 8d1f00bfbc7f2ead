"""The commands of `ctl`: how a test looks at the tenant and changes it, past the API.

A command is POST /_sandbox/NAME with a JSON array of arguments; the answer is plain text.
"""

import collections
import json

from . import bodies, dump, fields, nxt_generate, spelling, switches
from .values import Refused
from .wire import head

PREFIX = "/_sandbox/"
# ctl comes from here, so that faults on new connections leave it alone.
SOURCE_ADDRESS = "127.0.0.2"

NXT_STATUSES = nxt_generate.LISTS[nxt_generate.PLAN_STATUS]
_SIZES = {"plans": 5_000_000, "objectives": 1000, "types": 10_000, "seed": 10**12}


def serve(tenant, connection, request):
    """Answer one control request."""
    status, answer = 200, ""
    try:
        arguments = json.loads(request.body or b"[]")
        name = request.target[len(PREFIX):]
        if name not in COMMANDS:
            raise ValueError("no command %r; there are: %s" % (name, ", ".join(COMMANDS)))
        answer = COMMANDS[name](tenant, arguments)
    except Refused as error:
        status, answer = 400, error.desc + "\n"
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        status, answer = 400, "%s\n" % error
    if isinstance(answer, str):
        answer = (answer.encode(),) if answer else ()
    connection.send(head(status, {"Content-Type": "text/plain; charset=utf-8",
                                  "Transfer-Encoding": "chunked"}.items()))
    for part in answer:
        connection.send(b"%x\r\n%s\r\n" % (len(part), part))
    connection.send(b"0\r\n\r\n")
    return request.keep_alive


def _assignments(arguments):
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals:
            raise ValueError("%r is not name=value" % argument)
        yield name, value


def _reset(tenant, arguments):
    sizes = {}
    for name, value in _assignments(arguments):
        if name not in _SIZES or not value.isdigit() or int(value) > _SIZES[name]:
            raise ValueError("%s=%s: reset takes %s" % (name, value, ", ".join(_SIZES)))
        sizes[name] = int(value)
    tenant.reset(sizes)
    return ""


def _set(tenant, arguments):
    for name, value in _assignments(arguments):
        tenant.switches.set(name, value)
        if name == "rounds":
            tenant.rounds.clear()
    return "" if arguments else tenant.switches.lines()


def _defaults(tenant, arguments):
    tenant.defaults()
    return ""


def _revoke(tenant, arguments):
    tenant.tokens.revoke()
    return ""


def _requests(tenant, arguments):
    entries = tenant.journal.since_mark()
    if arguments == ["-n"]:
        return "%d\n" % len(entries)
    if arguments not in ([], ["-v"]):
        raise ValueError("requests takes -v or -n")
    if not entries:
        return "none\n"
    if arguments == ["-v"]:
        return "".join(("%s %s %s" % (entry.method, entry.path, entry.text())).rstrip() + "\n"
                       for entry in entries)
    counts = collections.Counter("%s %s" % (entry.method, entry.path) for entry in entries)
    return "".join("%s x%d\n" % pair for pair in sorted(counts.items()))


def _clear(tenant, arguments):
    tenant.journal.since_mark()
    return ""


def _log(tenant, arguments):
    count = int(arguments[0]) if arguments else 20
    return "".join(entry.as_json() + "\n" for entry in tenant.journal.last(max(1, count)))


def _dump(tenant, arguments):
    if arguments and arguments[0] in dump.OBJECTS:
        return list(dump.object_rows(tenant, arguments[0], arguments[1:]))
    custom = "--custom" in arguments
    names = [argument for argument in arguments if argument != "--custom"]
    if len(names) != 1 or names[0] not in dump.TABLES:
        raise ValueError("dump takes one of %s, and --custom; or one of %s, and fields"
                         % (", ".join(dump.TABLES), ", ".join(dump.OBJECTS)))
    return dump.TABLES[names[0]](tenant, custom)


def _fault(tenant, arguments):
    for argument in arguments:
        tenant.faults.add(json.loads(argument))
    return ""


def _mutate(tenant, arguments):
    for argument in arguments:
        tenant.mutate(json.loads(argument))
    return ""


def _plan(tenant, arguments):
    gsid, = arguments
    with tenant.lock:
        record = tenant.plans.get(tenant.row(gsid))
    shown = ('"%s": %s' % (name, spelling.spell(fields.PLAN[name], value, 0,
                                                spelling.PLAIN).decode())
             for name, value in sorted(record.items()))
    return "{" + ", ".join(shown) + "}\n"


def _counters(tenant, arguments):
    return tenant.journal.counters() + "\n"


def _delete(tenant, arguments):
    gsid, = arguments
    with tenant.lock:
        tenant.plans.remove(tenant.row(gsid))
    return ""


def _touch(tenant, arguments):
    gsid, *assignments = arguments
    changes = {}
    for name, text in _assignments(assignments):
        if name not in fields.PLAN or name == "Gsid":
            raise ValueError("touch knows no field %s" % name)
        changes[name] = _field(_any_status(fields.PLAN[name]), text)
    with tenant.lock:
        tenant.change_plan(tenant.row(gsid), changes)
    return ""


def _any_status(field):
    """Statuses that only the dialect nxt has can be set from here, too."""
    return field._replace(picklist=NXT_STATUSES) if field.picklist else field


def _field(field, text):
    """The true value of what was typed: JSON, or else a plain string."""
    if field.kind != "text" or text == "null" or text.startswith('"'):
        try:
            return bodies.parse_field(field, bodies.parse_body(b'{"v":%s}' % text.encode())["v"])
        except Refused:
            if field.kind not in ("text", "date", "time"):
                raise
    return bodies.parse_field(field, text)


def _insert(tenant, arguments):
    text, = arguments
    record = {}
    for name, value in bodies.parse_body(text.encode()).items():
        if name not in fields.PLAN:
            raise ValueError("insert knows no field %s" % name)
        record[name] = bodies.parse_field(_any_status(fields.PLAN[name]), value)
    with tenant.lock:
        if record.get("Gsid") in tenant.plans.row_of:
            raise ValueError("there is a plan %s already" % record["Gsid"])
        row = tenant.create_plan(record)
        return tenant.plans.values["Gsid"][row] + "\n"


COMMANDS = {
    "reset": _reset, "set": _set, "defaults": _defaults, "requests": _requests, "clear": _clear,
    "log": _log, "dump": _dump, "fault": _fault, "mutate": _mutate, "plan": _plan,
    "counters": _counters, "delete": _delete, "touch": _touch, "insert": _insert,
    "neutral": lambda tenant, arguments: switches.neutral_lines(*arguments), "revoke": _revoke,
}
