"""Constants: mostly values that occur, some changed a little, and the awkward ones."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

_TEXTS = ("", " ", "%", "_", "\\", "'", "Active", "active", "Renewal ", "zzz", "\u00e9", "null", "NULL",
          "1P02", "a", "\U0001f680", "\u0130", "0")
_NUMBERS = ("0", "1", "-1", "10", "100", "0.5", "-0.5", "1e30", "9223372036854775807", "12.5",
            "-9223372036854775808", "9223372036854775808", "2147483648", "32768", "999.9",
            "0.000000000001", "33.333333333333333333", "9007199254740993", "NaN", "Infinity",
            "-Infinity")
_DATES = ("infinity", "-infinity", "0044-03-15 BC", "9999-12-31", "10000-01-01", "0001-01-01",
          "0001-12-31 BC", "5874897-12-31", "2024-02-29", "1970-01-01", "1969-12-31")
_MOMENTS = ("infinity", "-infinity", "0044-03-15 00:00:00+00 BC", "9999-12-31 23:59:59.999999+00",
            "10000-01-01 00:00:00+00", "0001-01-01 00:00:00+00", "294276-12-31 00:00:00+00",
            "1970-01-01 00:00:00+00", "1969-12-31 23:59:59.5+00", "9999-12-31 23:59:59+00",
            "9999-12-31 20:00:00-12", "0001-01-01 10:00:00+14", "0001-12-31 23:00:00+00 BC")
_INTEGERS = {"smallint": 1 << 15, "integer": 1 << 31, "bigint": 1 << 63}


def text(rng, pool):
    draw = rng.random()
    if draw < 0.1 or not pool:
        return rng.choice(_TEXTS)
    value = rng.choice(pool)
    if draw < 0.65:
        return value
    at = rng.randrange(len(value) + 1)
    return rng.choice((value.lower(), value.upper(), value.swapcase(), value.strip(), value + " ",
                       " " + value, value[:at], value[at:], value + "x", value.rstrip(),
                       value.replace(" ", "  ", 1)))


def number(rng, pool):
    draw = rng.random()
    if draw < 0.15 or not pool:
        return rng.choice(_NUMBERS)
    value = rng.choice(pool)
    if draw < 0.7:
        return value
    known = Decimal(value)
    if not known.is_finite() or "e" in value:
        return value
    return rng.choice((format(known + 1, "f"), format(known - 1, "f"), format(-known, "f"),
                       value + "000" if "." in value else value + ".00", "%.2e" % known,
                       str(int(known)), value + "1" if "." in value else value + ".1"))


def plain_number(raw):
    """The one spelling of a number."""
    known = Decimal(raw)
    return format(known.normalize(), "f") if known.is_finite() else raw


def fits(raw, sql_type):
    """May this number be written with this type?"""
    bound = _INTEGERS.get(sql_type)
    if raw is None or bound is None:
        return True
    known = Decimal(raw)
    return known.is_finite() and known == int(known) and -bound <= known < bound \
        and "e" not in raw and "." not in raw


def day(rng, pool):
    draw = rng.random()
    if draw < 0.1 or not pool:
        return rng.choice(_DATES)
    value = rng.choice(pool)[:10]
    if draw < 0.7:
        return value
    try:
        return (date.fromisoformat(value) + timedelta(rng.choice((-31, -2, -1, 1, 2, 365)))).isoformat()
    except (OverflowError, ValueError):
        return value


_STEPS = (timedelta(microseconds=1), timedelta(microseconds=999), timedelta(milliseconds=500),
          timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(hours=14),
          timedelta(days=1))
_ZONES = tuple(timezone(timedelta(minutes=minutes))
               for minutes in (0, 0, 0, 330, -480, 765, -720, 840, 345))


def moment(rng, pool, days=()):
    draw = rng.random()
    if draw < 0.1 or not (pool or days):
        return rng.choice(_MOMENTS)
    if not pool or days and draw < 0.3:
        value = day(rng, days)
        return value if "-" in value[4:5] and " " not in value and rng.random() < 0.5 else \
            value + " 00:00:00+00" if value[:4].isdigit() and " " not in value else value
    value = rng.choice(pool)
    try:
        known = datetime.fromisoformat(value)
        if known.tzinfo is None:
            known = known.replace(tzinfo=timezone.utc)
        if draw > 0.75:
            known += rng.choice(_STEPS) * rng.choice((-1, 1))
        if draw > 0.9:
            known = known.replace(microsecond=0)
        return known.astimezone(rng.choice(_ZONES)).isoformat(sep=" ")
    except (OverflowError, ValueError):
        return value


def pattern(rng, pool):
    """A LIKE pattern, mostly one that something matches."""
    value = text(rng, pool)
    draw = rng.random()
    if draw < 0.85:
        # Bare wildcards in values stay wildcards now and then.
        value = value.replace("\\", "\\\\")
        if draw < 0.7:
            value = value.replace("%", "\\%").replace("_", "\\_")
    elif draw < 0.87:
        return value + "\\"
    pieces = _pieces(value)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        at = rng.randrange(len(pieces) + 1)
        kind = rng.random()
        if kind < 0.5:
            pieces[at:at + rng.randrange(6)] = "%"
        elif kind < 0.75:
            pieces[at:at + 1] = "_"
        elif kind < 0.85 and at < len(pieces) and len(pieces[at]) == 1:
            pieces[at] = "\\" + pieces[at]
        else:
            pieces[at:] = "%"
    if rng.random() < 0.1:
        pieces.append("%")
    if rng.random() < 0.1:
        pieces.insert(0, "%")
    return "".join(pieces)


def _pieces(value):
    """Characters, each with its escape."""
    pieces, at = [], 0
    while at < len(value):
        size = 2 if value[at] == "\\" and at + 1 < len(value) else 1
        pieces.append(value[at:at + size])
        at += size
    return pieces


def array(rng, draw, sizes=((0, 1), (1, 3), (2, 4), (3, 4), (7, 3), (12, 2), (99, .3), (100, .3),
                            (101, .3), (250, .2))):
    size = rng.choices([one for one, _ in sizes], [weight for _, weight in sizes])[0]
    values = [draw() for _ in range(size)]
    if size and rng.random() < 0.12:
        values[rng.randrange(size)] = None
    return values
