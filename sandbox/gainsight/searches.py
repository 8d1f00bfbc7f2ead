"""What searches of both dialects share: which rows fit, which page of them, and what is said
where there are none or where it is not the time.
"""

import math

from . import filters, values
from .replies import envelope, refusal, style_of
from .values import Refused

MOST_ROWS = 5000


def limit_and_offset(body):
    limit = _whole(body.get("limit"), "limit", 1)
    if limit > MOST_ROWS:
        raise Refused("limit %d is over %d" % (limit, MOST_ROWS))
    return limit, _whole(body["offset"], "offset", 0) if "offset" in body else 0


def _whole(value, what, least):
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("%s %s is not an integer" % (what, values.show(value)))
    if value < least:
        raise Refused("%s %d is below %d" % (what, value, least))
    return value


def total(count, setting):
    """The JSON of totalCount, in one of the spellings that a whole number has."""
    if setting.total_as == "double":
        digits = b"%d" % count
        return b"%s.%sE%d" % (digits[:1], digits[1:] or b"0", len(digits) - 1)
    return (b'"%d"' if setting.total_as == "text" else b"%d") % count


def habits(setting):
    """The switches that a rendered page depends on."""
    return (style_of(setting), setting.text_fold, setting.keep_nulls, setting.null_tests,
            setting.date_instants, setting.doubles)


def find(table, tree, setting):
    """The rows that the tree holds for, in the table's order."""
    if tree is None:
        return table.order
    key = (repr(tree), habits(setting))
    found = table.found.find(key)
    if found is None:
        found = filters.evaluate(tree, table, setting)
        table.found.keep(key, found, len(found) + 100)
    return found


def page(found, offset, count, random=None):
    """One page; with `random`, of another order each time."""
    if random:
        return _shuffled(found, offset, count, random)
    return found[offset:offset + count]


def _shuffled(found, offset, count, random):
    """A page of another permutation each time, made without touching the other pages."""
    size = len(found)
    if not size:
        return []
    start, step = random.randrange(size), random.randrange(1, size + 1)
    while math.gcd(step, size) != 1:
        step += 1
    return [found[(start + place * step) % size]
            for place in range(offset, min(offset + count, size))]


def nothing_here(setting, offset):
    """What a search says that has no rows, where that is not an empty list."""
    if setting.no_data != "empty":
        return nothing(setting, b"")
    return nothing(setting, b"{}" if offset else b"null")


def nothing(setting, data):
    """No rows at all, in the form that this tenant has for it."""
    if setting.no_data == "result_false":
        return refusal(200, None, "No data found for the given criteria")
    if setting.no_data == "gsobj_1011":
        return refusal(400, "GSOBJ_1011", "No data found")
    return envelope(b"null" if setting.data_null_when_empty and data == b"[]" else data)


def rate_refusal(setting):
    headers = {} if setting.retry_after is None else {"Retry-After": str(setting.retry_after)}
    if setting.rate_style == "429":
        return refusal(429, "GU_2400", "Too many requests", headers)
    return refusal(int(setting.rate_style), "GS_APIG_2404", "API rate limit exceeded", headers)
