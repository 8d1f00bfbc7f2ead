"""POST /successplans/search."""

from . import filters, searches, values
from .fields import PLAN
from .replies import envelope, style_of
from .values import Refused


def _no_field(purpose, name):
    return Refused("there is no field %s to %s" % (values.show(name), purpose), "COCKPIT_5101")


_GRAMMAR = filters.Grammar(PLAN.get, _no_field, values.PARSE_FILTER)


def search(tenant, body, setting):
    names, tree, limit, offset = _check(body, setting)
    tenant.before_search()
    if setting.ignore_filters:
        tree = None
    plans = tenant.plans
    found = searches.find(plans, tree, setting)
    if setting.ignore_offset:
        offset = 0
    if setting.ignore_select or names is None:
        names = list(PLAN)
    names = list(dict.fromkeys(names))
    count = min(limit, setting.page_cap or limit)
    rows = searches.page(found, offset, count, tenant.random if setting.shuffle else None)
    if not rows and (setting.no_data != "empty" or setting.data_null_when_empty):
        return searches.nothing_here(setting, offset)
    key = None if setting.shuffle else (repr(tree), tuple(names), offset, count,
                                        searches.habits(setting))
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
                raise _no_field("select", name)
        if setting.strict and len(set(names)) < len(names):
            raise Refused("select names a field twice")
    limit, offset = searches.limit_and_offset(body)
    tree = filters.check(body["where"], setting, _GRAMMAR) if "where" in body else None
    return names, tree, limit, offset


def _reply(records, shown, total, setting):
    if setting.bare_arrays:
        return envelope(b"[", records, b"]")
    after = b"]}"
    if setting.total_count != "absent":
        if setting.total_count == "page":
            total = shown
        elif setting.total_count != "true":
            total = max(0, total + setting.total_count)
        after = b'],"totalCount":%s}' % searches.total(total, setting)
    return envelope(b'{"records":[', records, after)
