"""How a true value is held, read from JSON, and shown to people and to COPY.

text: str, date: proleptic day number, time: microseconds since 1970 UTC,
number and integer: Decimal (keeps its digits), boolean: bool, null: None.
"""

import datetime
import json
import re
from decimal import Decimal

EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
LONGEST_TEXT = 131072
WIDEST_NUMBER = 500             # digits before or after the point

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?"
                   r"(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
_WHOLE_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class Refused(Exception):
    """A request that the tenant answers with an error of its own."""

    def __init__(self, desc, code=None, status=400, title=None):
        super().__init__(desc)
        self.desc, self.code, self.status, self.title = desc, code, status, title


class Memo(dict):
    """A function of few arguments, remembered; forgets all rather than grow without bound."""

    def __init__(self, function, bound=300_000):
        super().__init__()
        self.function, self.bound = function, bound

    def __missing__(self, key):
        if len(self) >= self.bound:
            self.clear()
        value = self[key] = self.function(key)
        return value


day_text = Memo(lambda day: datetime.date.fromordinal(day).isoformat()).__getitem__
clock_text = Memo(lambda s: "%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60)).__getitem__


def split_time(time):
    """Microseconds since 1970 as (day text, clock text, microseconds of the second)."""
    seconds, micros = divmod(time, 1_000_000)
    day, second = divmod(seconds, 86400)
    return day_text(day + EPOCH_DAY), clock_text(second), micros


def fraction(micros, least=0):
    """`.5` for 500000; no more digits than needed, but at least `least`."""
    digits = ("%06d" % micros).rstrip("0").ljust(least, "0")
    return "." + digits if digits else ""


def parse_date(text):
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise Refused("date %s is not YYYY-MM-DD" % show(text), "GSOBJ_1006")
    try:
        return datetime.date.fromisoformat(text).toordinal()
    except ValueError:
        raise Refused("there is no day %s" % text, "GSOBJ_1006") from None


def parse_time(text, whole_second=False):
    match = isinstance(text, str) and _TIME.fullmatch(text)
    if not match:
        raise Refused("date-time %s is not ISO 8601 with a zone" % show(text), "GSOBJ_1005")
    if whole_second and not _WHOLE_SECOND.fullmatch(text):
        raise Refused("date-time %s in a filter is not whole seconds with Z" % text, "GSOBJ_1005")
    day, hour, minute, second, part, sign, zone_hour, zone_minute = match.groups()
    clock = [int(hour), int(minute), int(second)]
    zone = int(zone_hour) * 3600 + int(zone_minute) * 60 if sign else 0
    if clock[0] > 23 or clock[1] > 59 or clock[2] > 59 or zone > 15 * 3600:
        raise Refused("there is no time %s" % text, "GSOBJ_1005")
    seconds = (parse_date(day) - EPOCH_DAY) * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
    seconds -= -zone if sign == "-" else zone
    return seconds * 1_000_000 + int((part or "").ljust(6, "0"))


def _is_epoch(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _epoch(value):
    return value * 1000


def parse_any_time(text):
    """In any of the forms that replies have: a blank for T, +hhmm, no zone at all."""
    if isinstance(text, str):
        text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.replace(" ", "T", 1))
        if not re.search(r"(Z|[+-]\d\d:\d\d)$", text):
            text += "Z"
    return parse_time(text)


def parse_number(value, integer=False):
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise Refused("%s is not a JSON number" % show(value), "GSOBJ_1008")
    number = Decimal(value)
    _, digits, exponent = number.as_tuple()
    if exponent < -WIDEST_NUMBER or len(digits) + exponent > WIDEST_NUMBER:
        raise Refused("number out of range", "GSOBJ_1008")
    if integer and number != number.to_integral_value():
        raise Refused("%s is not a whole number" % show(value), "GSOBJ_1008")
    return number


def parse_boolean(value):
    if not isinstance(value, bool):
        raise Refused("%s is not a JSON boolean" % show(value), "GSOBJ_1008")
    return value


def parse_text(value):
    if not isinstance(value, str):
        raise Refused("%s is not a JSON string" % show(value), "GSOBJ_1008")
    if len(value) > LONGEST_TEXT:
        raise Refused("text of %d characters is too long" % len(value), "GSOBJ_1001")
    return value

PARSE = {
    "text": parse_text,
    "date": parse_date,
    "time": parse_time,
    "number": parse_number,
    "integer": lambda value: parse_number(value, integer=True),
    "boolean": parse_boolean,
}

# A client need not understand a custom field: what this tenant gave, it takes back.
PARSE_BACK = dict(PARSE, date=lambda value: _epoch(value) // 86_400_000_000 + EPOCH_DAY
                  if _is_epoch(value) else parse_date(value),
                  time=lambda value: _epoch(value) if _is_epoch(value) else parse_any_time(value))

# In a filter only the explicit form of a date-time is safe, so only that is taken.
PARSE_FILTER = dict(PARSE, time=lambda value: parse_time(value, whole_second=True),
                    integer=parse_number)


def show(value):
    """A JSON value, cut, for a message."""
    return json.dumps(value, ensure_ascii=False, default=str)[:80]

_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r",
                               "\b": "\\b", "\f": "\\f", "\v": "\\v"})


def _copy_string(text):
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_COPY_ESCAPES)


def _copy_time(time):
    day, clock, micros = split_time(time)
    return day + " " + clock + (fraction(micros) if micros else "") + "+00"

_COPY = {
    "text": _copy_string,
    "date": day_text,
    "time": _copy_time,
    "number": lambda number: format(number, "f"),
    "integer": lambda number: format(number, "f"),
    "boolean": lambda value: "t" if value else "f",
    "multi": lambda labels: _copy_string(";".join(labels)),
    "json": _copy_string,
}


def copy_column(kind, values):
    """Values of one column as COPY's text format wants them."""
    convert = _COPY[kind]
    return ["\\N" if value is None else convert(value) for value in values]
