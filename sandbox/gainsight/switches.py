"""The ways in which this tenant can differ from the plainest one, set while it runs."""

import json
import zoneinfo

from . import fields

OPERATORS = ("EQ", "NE", "LT", "GT", "LTE", "GTE", "BTW", "IN", "CONTAINS", "STARTS_WITH",
             "ENDS_WITH", "IS_NULL", "IS_NOT_NULL", "INCLUDES", "EXCLUDES")
FIELD_CODES = ("P_5005", "P_5068", "GSOBJ_ESS_9104", "COCKPIT_5101")


def _boolean(value):
    return isinstance(value, bool)


def _integer(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9


def _at_least(least):
    return lambda value: _integer(value) and value >= least


def _or_null(check):
    return lambda value: value is None or check(value)


def _text(value):
    return isinstance(value, str) and value != ""


def _object(value):
    return isinstance(value, dict)


def _custom_fields(value):
    return isinstance(value, list) and all(
        isinstance(one, str) and one in fields.PLAN and fields.PLAN[one].custom for one in value)


def _sizes(value):
    return isinstance(value, list) and all(_integer(one) and one >= 1 for one in value)


def _one_of(*choices):
    return lambda value: isinstance(value, str) and value in choices


def _zone(value):
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, TypeError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def _operators(value):
    return isinstance(value, list) and all(one in OPERATORS for one in value)


# name: (default, what it may be)
SWITCHES = {
    "text_fold": (False, _boolean),
    "ignore_filters": (False, _boolean),
    "keep_nulls": (False, _boolean),
    "date_instants": (False, _boolean),
    "doubles": (False, _boolean),
    "page_cap": (None, _or_null(_at_least(1))),
    "total_count": ("true", lambda v: _integer(v) or _one_of("true", "absent", "page")(v)),
    "total_as": ("integer", _one_of("integer", "double", "text")),
    "bare_arrays": (False, _boolean),
    "data_null_when_empty": (False, _boolean),
    "no_data": ("empty", _one_of("empty", "result_false", "gsobj_1011")),
    "epoch_dates": (False, _boolean),
    "date_style": ("mixed", _one_of("mixed", "document")),
    "key_case": ("canonical", _one_of("canonical", "lower", "select")),
    "drop_nulls": (False, _boolean),
    "ignore_select": (False, _boolean),
    "ignore_offset": (False, _boolean),
    "shuffle": (False, _boolean),
    "latency_ms": (0, _at_least(0)),
    "jitter_ms": (0, _at_least(0)),
    "rounds": ([], _sizes),
    "put": ("merge", _one_of("merge", "replace")),
    "create_answer": ("full", _one_of("full", "gsid")),
    "put_answer": ("full", _one_of("full", "gsid", "none")),
    "modified_seconds": (False, _boolean),
    "max_in": (100, _at_least(1)),
    "operators": (list(OPERATORS), _operators),
    "rate_limit": (None, _or_null(_at_least(0))),
    "rate_style": ("429", _one_of("429", "200", "400")),
    "retry_after": (None, lambda v: v is None or _integer(v) or isinstance(v, str)),
    "wrong_content_type": (False, _boolean),
    "gzip": (False, _boolean),
    "key": ("sandbox-key", _text),
    "client_id": ("sandbox-client", _text),
    "client_secret": ("sandbox-secret", _text),
    "token_seconds": (86400, _at_least(0)),
    "token_says": (None, lambda v: v is None or _integer(v) or isinstance(v, str)),
    "token_request": ("empty", _one_of("empty", "form")),
    "allow_list": (False, _boolean),
    "strict": (True, _boolean),
    "any_agent": (True, _boolean),
    "not_found_style": ("404", _one_of("404", "object_not_found")),
    "serves": ("both", _one_of("document", "nxt", "both")),
    "no_route": ("GS_APIG_1000", _one_of("GS_APIG_1000", "GSOBJ_1023")),
    "ignore_operators": ([], _operators),
    "blank_nulls": (False, _boolean),
    # of the dialect nxt alone
    "lookups": ("flat", _one_of("flat", "nested", "mixed")),
    "ignore_order": (False, _boolean),
    "sort_pages": (False, _boolean),
    "order_fold": (False, _boolean),
    "nxt_total": (False, _boolean),
    "expressions": ("flat", _one_of("flat", "nested")),
    "dotted_filters": (True, _boolean),
    "null_tests": ("sql", _one_of("sql", "blank")),
    "due_zone": ("UTC", _zone),
    "due_hour": (17, lambda v: _integer(v) and 0 <= v <= 23),
    "write_dates": ("day", _one_of("day", "utc")),
    "write_answer": ("lists", _one_of("lists", "sparse", "merged", "error_code")),
    "put_resets": ({}, _object),
    "close_cascades": (True, _boolean),
    "mandatory_fields": ([], _custom_fields),
    "multi_select": ("text", _one_of("text", "array")),
    "plan_type_category": ("SUCCESS_PLAN_TYPE", _text),
    "field_code": ("P_5005", _one_of(*FIELD_CODES)),
    "field_status": (400, lambda v: _integer(v) and 200 <= v <= 599),
}
_SECRETS = ("key", "client_secret")

# Settings under which a client that reads the API as it must still gives the same answer.
NEUTRAL = (
    ("text_fold", True),
    ("ignore_filters", True),
    ("keep_nulls", True),
    ("date_instants", True),
    ("doubles", True),
    ("page_cap", 300),
    ("total_count", "absent"),
    ("total_count", "page"),
    ("total_as", "double"),
    ("total_as", "text"),
    ("bare_arrays", True),
    ("data_null_when_empty", True),
    ("no_data", "result_false"),
    ("no_data", "gsobj_1011"),
    ("epoch_dates", True),
    ("date_style", "document"),
    ("key_case", "lower"),
    ("drop_nulls", True),
    ("ignore_select", True),
    ("latency_ms", 5),
    ("jitter_ms", 20),
    ("put", "replace"),
    ("create_answer", "gsid"),
    ("put_answer", "gsid"),
    ("put_answer", "none"),
    ("wrong_content_type", True),
    ("gzip", True),
    ("strict", False),
    ("not_found_style", "object_not_found"),
)

# The same for a client of the dialect nxt. A zone is neutral where the client knows of it.
NEUTRAL_NXT = tuple(pair for pair in NEUTRAL if pair[0] not in (
    "total_count", "put", "create_answer", "put_answer", "not_found_style")) + (
    ("key_case", "select"),
    ("ignore_operators", ["IS_NOT_NULL"]),
    ("blank_nulls", True),
    ("lookups", "nested"),
    ("lookups", "mixed"),
    ("ignore_order", True),
    ("order_fold", True),
    ("nxt_total", True),
    ("expressions", "nested"),
    ("multi_select", "array"),
    ("null_tests", "blank"),
    ("max_in", 10),
    ("page_cap", 100),
    ("write_answer", "sparse"),
    ("write_answer", "merged"),
)
_NEUTRAL = {"document": NEUTRAL, "nxt": NEUTRAL_NXT}

# The manner of the API's document, which knows no null and one spelling of each value.
DOCUMENT = {
    "date_style": "document", "epoch_dates": False, "key_case": "canonical", "drop_nulls": True,
    "bare_arrays": False, "data_null_when_empty": False, "no_data": "empty",
    "wrong_content_type": False, "not_found_style": "404", "rate_limit": None,
}


class Switches:
    def __init__(self, key, manner, serves):
        self._key, self._serves = key, serves
        self._manner = DOCUMENT if manner == "document" else {}
        self.defaults()

    def defaults(self):
        for name, (default, _) in SWITCHES.items():
            setattr(self, name, self._manner.get(name, default))
        self.key, self.serves = self._key, self._serves

    def departs(self):
        """Was it told to leave the manner that it was started in?"""
        return any(getattr(self, name) != value for name, value in self._manner.items())

    def set(self, name, text):
        """`text` is JSON, or else a plain string."""
        if name not in SWITCHES:
            raise ValueError("no switch %r; there are: %s" % (name, ", ".join(SWITCHES)))
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        check = SWITCHES[name][1]
        if not check(value):
            # 429 is as good as "429", and true as good as "true", where only a word will do.
            if not check(text):
                raise ValueError("%s cannot be %s" % (name, text))
            value = text
        setattr(self, name, value)

    def lines(self):
        return "".join("%s=%s\n" % (name, json.dumps(getattr(self, name)))
                       for name in sorted(SWITCHES) if name not in _SECRETS)


def neutral_lines(dialect="document"):
    return "".join("%s=%s\n" % (name, value if isinstance(value, str) else json.dumps(value))
                   for name, value in _NEUTRAL[dialect])
