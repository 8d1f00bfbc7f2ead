"""How one true value is spelled in a reply.

Live tenants spell the same value in many ways; which one a row gets depends on the
row's number alone, so that a reply is the same each time and the truth stays known.
"""

from json.encoder import encode_basestring, encode_basestring_ascii
from typing import NamedTuple

from .values import EPOCH_DAY, day_text, fraction, split_time


class Style(NamedTuple):
    epoch: bool = False         # dates and date-times as milliseconds since 1970
    plain: bool = False         # the documented forms only
    lower: bool = False         # keys in lower case
    drop_nulls: bool = False    # no key for a null
    blank_nulls: bool = False   # an empty string for each null that may be one


MIXED = Style()
PLAIN = Style(plain=True)


_ROW, _FIELD = 0x9E3779B1, 0x85EBCA77


def variant(row, number):
    """Which of 64 spellings the field `number` of `row` has."""
    return row * _ROW + number * _FIELD >> 9 & 63


# Text after the day, how many days the local day is off the UTC day, UTC seconds of the day.
_DATE_FORMS = (
    ("T00:00:00Z", 0, 0),
    ("T00:00:00Z", 0, 0),
    ("T00:00:00Z", 0, 0),
    ("T00:00:00.000Z", 0, 0),
    (" 00:00:00+00:00", 0, 0),
    ("T18:30:00Z", 0, 66600),
    ("T12:00:00", 0, 43200),
    ("T00:00:00+05:30", 1, 66600),
    ("T04:45:00+0530", 1, 83700),
    ("T20:00:00-08:00", -1, 14400),
)
_FIRST_DATE_FORM = 64 - len(_DATE_FORMS)
_SAFE_DAYS = range(693596, 767376)      # 1900 to 2101: a shifted day still exists


def _date_form(day, which):
    """The date-time form of a date, or None where it is spelled as a date."""
    if which < _FIRST_DATE_FORM:
        return None
    form = _DATE_FORMS[which - _FIRST_DATE_FORM]
    return form if day in _SAFE_DAYS else _DATE_FORMS[0]


def _date_plain(day, which=0):
    return b'"%s"' % day_text(day).encode()


def _date_mixed(day, which):
    form = _date_form(day, which)
    if form is None:
        return _date_plain(day)
    return b'"%s%s"' % (day_text(day + form[1]).encode(), form[0].encode())


def date_instant(field, day, row):
    """UTC seconds at which a tenant that keeps dates as date-times has this one."""
    form = None if field.custom else _date_form(day, variant(row, field.number))
    return day * 86400 + (form[2] if form else 0)


# What stands between day and clock, the zone, its seconds, the least digits of the fraction.
_TIME_FORMS = (
    ("T", "Z", 0, 3),
    ("T", "+00:00", 0, 0),
    ("T", "+05:30", 19800, 0),
    ("T", "+0530", 19800, 3),
    (" ", "Z", 0, 0),
    ("T", "", 0, 0),
    (" ", "", 0, 3),
    ("T", "-08:00", -28800, 6),
)


def _time_plain(time, which=0):
    day, clock, micros = split_time(time)
    if not micros:
        return f'"{day}T{clock}Z"'.encode()
    return f'"{day}T{clock}{fraction(micros)}Z"'.encode()


def _time_mixed(time, which):
    if which & 31 >= len(_TIME_FORMS):
        return _time_plain(time)
    between, zone, shift, least = _TIME_FORMS[which & 31]
    if time // 86_400_000_000 + EPOCH_DAY not in _SAFE_DAYS:
        return _time_plain(time)
    day, clock, micros = split_time(time + shift * 1_000_000)
    return ('"%s%s%s%s%s"' % (day, between, clock, fraction(micros, least), zone)).encode()


def _text_plain(value, which=0):
    return encode_basestring(value).encode()


def _text(value, which):
    which &= 15
    if which < 10:
        return _text_plain(value)
    if which < 14:
        return encode_basestring_ascii(value).encode()
    return encode_basestring(value).replace("/", "\\/").encode()


def number_text(value, which=0):
    return format(value, "f").encode()


def _number_mixed(value, which):
    literal = number_text(value)
    if which & 7 > 1 or b"." in literal or not literal.endswith(b"0") or not value:
        return literal
    digits = literal.rstrip(b"0")
    return digits + (b"e+%d" if which & 1 else b"E%d") % (len(literal) - len(digits))


def _boolean(value, which):
    return b"true" if value else b"false"


def _epoch_date(day, which):
    return b"%d" % ((day - EPOCH_DAY) * 86_400_000)


def _epoch_time(time, which):
    # A finer value than milliseconds would be cut, and so keeps its text.
    return _time_plain(time) if time % 1000 else b"%d" % (time // 1000)


_MIXED = {"text": _text, "date": _date_mixed, "time": _time_mixed, "boolean": _boolean,
          "number": _number_mixed, "integer": _number_mixed}
_PLAIN = {"text": _text_plain, "date": _date_plain, "time": _time_plain, "boolean": _boolean,
          "number": number_text, "integer": number_text}
_EPOCH = {"date": _epoch_date, "time": _epoch_time}


def _multi(labels, which):
    return _text(";".join(labels), which)


def _multi_array(labels, which):
    return b"[" + b",".join([_text(label, which) for label in labels]) + b"]"


def _json(text, which):
    return text.encode()


def speller(field, style, array=False):
    """The function from a value that is not null, and the variant, to its JSON.

    What is several values at once is an array of them, or a text.
    """
    kind = field.kind
    if kind in ("multi", "json"):
        return _json if kind == "json" else _multi_array if array else _multi
    if style.epoch and kind in _EPOCH:
        return _EPOCH[kind]
    # Discovery has to be able to tell a custom date from a custom date-time.
    if style.plain or kind == "date" and field.custom:
        return _PLAIN[kind]
    return _MIXED[kind]


def _null(field, which, style):
    """The JSON of a null, or None where the key is missing."""
    if style.drop_nulls:
        return None
    if style.blank_nulls and field.blank_null:
        return b'""'
    if style.plain or style.epoch:
        return b"null"
    if field.blank_null and which % 3 == 2:
        return b'""'
    return None if which & 1 else b"null"


def spell(field, value, which, style):
    """The JSON of a value, or None where the key is missing."""
    if value is None:
        return _null(field, which, style)
    return speller(field, style)(value, which)


def key(field, style):
    return b'"%s":' % (field.name.lower() if style.lower else field.name).encode()


_MEMO_BOUND = 65_536


def cells(field, values, rows, style):
    """`,"Key":value` of one field for many rows; empty where the key is missing."""
    prefix = b"," + key(field, style)
    shift = field.number * _FIELD
    memo = _Memo(field, style, prefix)
    if field.kind == "text":
        # Most texts have one spelling, whatever the row.
        return [memo.text.get(value) or memo[value, row * _ROW + shift >> 9 & 63]
                for value, row in zip(values, rows)]
    if field.kind in ("date", "boolean"):
        return [memo[value, row * _ROW + shift >> 9 & 63] for value, row in zip(values, rows)]
    # Numbers are not remembered by value: 12.5 and 12.50 are equal and spelled differently.
    # Times are too many.
    return [memo.make(value, row * _ROW + shift >> 9 & 63) for value, row in zip(values, rows)]


class _Memo(dict):
    """Cells of one column by value and variant."""

    def __init__(self, field, style, prefix):
        super().__init__()
        self.field, self.style, self.prefix = field, style, prefix
        self.speller = speller(field, style)
        self.text = {}

    def make(self, value, which):
        if value is not None:
            return self.prefix + self.speller(value, which)
        literal = _null(self.field, which, self.style)
        return b"" if literal is None else self.prefix + literal

    def __missing__(self, key):
        value, which = key
        cell = self.make(value, which)
        if self.field.kind == "text" and value is not None and value.isascii() and "/" not in value:
            if len(self.text) < _MEMO_BOUND:
                self.text[value] = cell
        elif len(self) < _MEMO_BOUND:
            self[key] = cell
        return cell


def record(table, values, row, style, may_miss=()):
    """One JSON object; keys in `may_miss` are left out at times though they have a value."""
    parts = []
    for field, value in zip(table, values):
        which = variant(row, field.number)
        if field.name in may_miss and not style.plain and which & 3 == 3:
            value = None
        literal = spell(field, value, which, style)
        if literal is not None:
            parts.append(key(field, style) + literal)
    return b"{" + b",".join(parts) + b"}"
