"""POST /successplans/search, and the replies that say nothing or not now."""

import math

from . import filters, values
from .fields import PLAN
from .replies import envelope, refusal, style_of
from .values import Refused

MOST_ROWS = 5000


def search(tenant, body, setting):
    names, tree, limit, offset = _check(body, setting)
    tenant.before_search()
    if setting.ignore_filters:
        tree = None
    plans = tenant.plans
    found = _find(plans, tree, setting)
    if setting.ignore_offset:
        offset = 0
    if setting.ignore_select or names is None:
        names = list(PLAN)
    names = list(dict.fromkeys(names))
    count = min(limit, setting.page_cap or limit)
    if setting.shuffle:
        rows = _shuffled(found, offset, count, tenant.random)
    else:
        rows = found[offset:offset + count]
    if not rows and setting.no_data != "empty":
        return nothing(setting, b"")
    if not rows and setting.data_null_when_empty:
        return nothing(setting, b"{}" if offset else b"null")
    key = None if setting.shuffle else (repr(tree), tuple(names), offset, count, _key(setting))
    records = plans.pages.find(key)
    if records is None:
        records = plans.records(rows, names, style_of(setting))
        if key is not None:
            plans.pages.keep(key, records, len(records))
    return _reply(records, len(rows), len(found), setting)


def _check(body, setting):
    filters.expect_object(body, "the body", ("select", "where", "limit", "offset"), setting.strict)
    names = body.get("select")
    if "select" in body:
        if not isinstance(names, list) or not names:
            raise Refused("select is not a list with fields in it")
        for name in names:
            if not isinstance(name, str) or name not in PLAN:
                raise Refused("there is no field %s to select" % values.show(name), "COCKPIT_5101")
        if setting.strict and len(set(names)) < len(names):
            raise Refused("select names a field twice")
    limit = _whole(body.get("limit"), "limit", 1)
    if limit > MOST_ROWS:
        raise Refused("limit %d is over %d" % (limit, MOST_ROWS))
    offset = _whole(body["offset"], "offset", 0) if "offset" in body else 0
    tree = filters.check(body["where"], setting) if "where" in body else None
    return names, tree, limit, offset


def _whole(value, what, least):
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("%s %s is not an integer" % (what, values.show(value)))
    if value < least:
        raise Refused("%s %d is below %d" % (what, value, least))
    return value


def _key(setting):
    """The switches that a rendered page depends on."""
    return (style_of(setting), setting.text_fold, setting.keep_nulls, setting.date_instants,
            setting.doubles)


def _find(plans, tree, setting):
    if tree is None:
        return plans.order
    key = (repr(tree), _key(setting))
    found = plans.found.find(key)
    if found is None:
        found = filters.evaluate(tree, plans, setting)
        plans.found.keep(key, found, len(found) + 100)
    return found


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


def _reply(records, shown, total, setting):
    if setting.bare_arrays:
        return envelope(b"[", records, b"]")
    after = b"]}"
    if setting.total_count != "absent":
        if setting.total_count == "page":
            total = shown
        elif setting.total_count != "true":
            total = max(0, total + setting.total_count)
        after = b'],"totalCount":%d}' % total
    return envelope(b'{"records":[', records, after)


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
