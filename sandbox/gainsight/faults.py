"""Rules that break a reply or change the plans in mid-walk: what they say and when they apply."""

import re
import threading

KINDS = ("status", "close", "reset", "hang", "apply_then", "trickle_ms", "endless", "gzip_bomb",
         "deep", "many", "redirect", "raw", "replace_body", "after_answer_close", "touch", "forget")
_CLOSE = ("accept", "before", "headers", "body")
_EXTRA = ("headers", "body", "seconds", "bytes")
_MOST_RULES = 1000


def _whole(value, least=0, most=10**9):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _words(value):
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _check_fault(fault):
    if not isinstance(fault, dict):
        raise ValueError("a fault is an object")
    kinds = [key for key in fault if key in KINDS]
    if len(kinds) != 1:
        raise ValueError("a fault has exactly one of: " + ", ".join(KINDS))
    unknown = [key for key in fault if key not in KINDS and key not in _EXTRA]
    if unknown:
        raise ValueError("a fault knows no %s" % unknown[0])
    kind, value = kinds[0], fault[kinds[0]]
    fits = {
        "status": _whole(value, 200, 599),
        "close": value in _CLOSE,
        "hang": value in ("before", "body"),
        "apply_then": value == "close" or _whole(value, 500, 599),
        "trickle_ms": _whole(value, 1, 60_000),
        "gzip_bomb": _whole(value, 1, 100_000),
        "deep": _whole(value, 1, 10_000_000),
        "many": isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
                and _whole(value[1], 1, 100_000_000),
        "redirect": isinstance(value, str),
        "raw": isinstance(value, str),
        "replace_body": isinstance(value, list) and all(
            isinstance(edit, list) and len(edit) in (2, 3) for edit in value),
        "touch": _words(value) and len(value) > 1,
        "forget": _words(value) and len(value) > 0,
        "after_answer_close": value is True or _whole(value, 0, 60_000),
    }.get(kind, value is True)
    if not fits:
        raise ValueError("fault %s cannot be %r" % (kind, value))
    return kind


class Rule:
    def __init__(self, spec):
        unknown = set(spec) - {"op", "skip", "times", "fault"}
        if unknown or "fault" not in spec:
            raise ValueError("a rule is {op, skip, times, fault}")
        self.kind = _check_fault(spec["fault"])
        self.fault = spec["fault"]
        self.op = spec.get("op", "*")
        self.skip = spec.get("skip", 0)
        self.times = spec.get("times", 1)
        if not _whole(self.skip) or not (self.times is None or _whole(self.times, 1)):
            raise ValueError("skip is a number; times is a number from 1, or null for always")
        # One * is one path segment, but a lone * at the end of the method is any path.
        if self.op == "*" or self.op.endswith(" *"):
            pattern = re.escape(self.op[:-1]) + ".*"
        else:
            pattern = re.escape(self.op).replace(r"\*", "[^/]*")
        self.matches = re.compile(pattern, re.DOTALL).fullmatch

    def due(self):
        """Count one occasion; is it one to break?"""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def clear(self):
        with self.lock:
            self.rules = []

    def add(self, spec):
        if len(self.rules) >= _MOST_RULES:
            raise ValueError("too many rules")
        rule = Rule(spec)
        with self.lock:
            self.rules.append(rule)

    def _first(self, wanted):
        with self.lock:
            for rule in self.rules:
                if wanted(rule) and rule.due():
                    if rule.times == 0:
                        self.rules.remove(rule)
                    return rule
        return None

    def at_accept(self):
        """Is this new connection to be closed unread? Its requests are not known yet."""
        return bool(self.rules) and self._first(
            lambda rule: rule.fault.get("close") == "accept") is not None

    def for_request(self, operation):
        """The rule that breaks this request (`GET /successplans/x`), if one does."""
        if not self.rules:
            return None
        return self._first(lambda rule: rule.fault.get("close") != "accept"
                           and rule.matches(operation))


class Mutation:
    """Before the n-th search from now on, plans are deleted, inserted or moved."""

    ACTIONS = ("delete_at", "insert_at", "delete", "move")

    def __init__(self, spec):
        actions = [key for key in spec if key in self.ACTIONS]
        unknown = set(spec) - set(self.ACTIONS) - {"before_search", "every"}
        if len(actions) != 1 or unknown:
            raise ValueError("a mutation is {before_search, every} and one of "
                             + ", ".join(self.ACTIONS))
        self.action, self.value = actions[0], spec[actions[0]]
        fits = {
            "delete": isinstance(self.value, str),
            "move": isinstance(self.value, list) and len(self.value) == 2
                    and all(_whole(place) for place in self.value),
        }.get(self.action, _whole(self.value))
        self.wait = spec.get("before_search", 1)
        self.every = spec.get("every", False)
        if not fits or not _whole(self.wait, 1) or not isinstance(self.every, bool):
            raise ValueError("mutation %s cannot be %r" % (self.action, self.value))

    def due(self):
        self.wait -= 1
        return self.wait == 0 or self.wait < 0 and self.every
