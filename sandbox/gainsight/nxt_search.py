"""POST /v1/data/objects/query/{object}: the same body for every object."""

import re

from . import filters, nxt_records, searches, values
from .nxt_fields import OBJECTS
from .replies import envelope, no_object, style_of
from .values import Refused

_KEYS = ("select", "where", "orderBy", "limit", "offset")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)", re.ASCII)


def _instant(text):
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise Refused("date-time %s in a filter is not whole seconds with Z or +00:00"
                      % values.show(text), "GSOBJ_1005")
    return values.parse_time(text)


_PARSE = dict(values.PARSE_FILTER, time=_instant, multi=values.parse_text)


class Query:
    """A search's body, checked."""

    def __init__(self, table, body, setting):
        self.table, self.setting = table, setting
        filters.expect_object(body, "the body", _KEYS, setting.strict)
        self.names = self._select(body.get("select"))
        self.limit, self.offset = searches.limit_and_offset(body)
        self.order = self._order(body["orderBy"]) if "orderBy" in body else ()
        grammar = filters.Grammar(self._filtered, self.no_field, _PARSE,
                                  setting.expressions == "flat")
        self.tree = filters.check(body["where"], setting, grammar) if "where" in body else None

    def no_field(self, purpose, name):
        """An unknown field has one of several codes, under any status; a bad lookup has its own."""
        code = self.setting.field_code
        if isinstance(name, str) and "." in name and code == "P_5005":
            code = "P_5068"
        return Refused("there is no field %s to %s" % (values.show(name), purpose), code,
                       self.setting.field_status)

    def field(self, purpose, name):
        field = self.table.field(name) if isinstance(name, str) else None
        if field is None:
            raise self.no_field(purpose, name)
        return field

    def _filtered(self, name):
        """The field of a condition; None also where conditions on lookups are not understood."""
        return None if "." in name and not self.setting.dotted_filters else self.table.field(name)

    def _select(self, names):
        if not isinstance(names, list) or not names:
            raise Refused("select is not a list with fields in it", "GSOBJ_ESS_9104",
                          self.setting.field_status)
        for name in names:
            self.field("select", name)
        if self.setting.strict and len(set(names)) < len(names):
            raise Refused("select names a field twice")
        return list(dict.fromkeys(names))

    def _order(self, order):
        """((field, descending), …), the foremost first."""
        if not isinstance(order, dict) or not order:
            raise Refused("orderBy is not an object with fields in it")
        for word in order.values():
            if word not in ("asc", "desc"):
                raise Refused("orderBy %s is neither asc nor desc" % values.show(word))
        return tuple((self.field("order by", name).name, word == "desc")
                     for name, word in order.items())


def search(tenant, name, body, setting):
    if name not in OBJECTS:
        raise no_object("there is no object %s" % values.show(name))
    query = Query(tenant.world.rows(name), body, setting)
    tenant.before_search()
    table = tenant.world.rows(name)             # as a mutation may have left it
    tree = None if setting.ignore_filters else query.tree
    offset = 0 if setting.ignore_offset else query.offset
    count = min(query.limit, setting.page_cap or query.limit)
    order = () if setting.ignore_order or setting.sort_pages else query.order
    # Who asks for no order has none.
    shuffled = setting.shuffle or not query.order
    found = _ordered(table, tree, order, setting, tenant.random)
    rows = searches.page(found, offset, count, tenant.random if shuffled else None)
    if setting.sort_pages:
        rows = _sorted(table, rows, query.order, setting.order_fold)
    if not rows and (setting.no_data != "empty" or setting.data_null_when_empty):
        return searches.nothing_here(setting, offset)
    key = None if shuffled or setting.sort_pages or not _total(order) and order else (
        repr(tree), tuple(query.names), order, offset, count, setting.lookups, setting.key_case,
        setting.multi_select, setting.ignore_select, setting.order_fold, searches.habits(setting))
    records = table.pages.find(key) if key else None
    if records is None:
        records = _render(table, rows, query.names, setting)
        if key:
            table.pages.keep(key, records, len(records))
    return _reply(records, len(found), setting)


def _render(table, rows, names, setting):
    if setting.ignore_select:
        names = list(dict.fromkeys([*names, *table.object.fields, *table.object.dotted]))
    return nxt_records.render(table, rows, [table.field(name) for name in names], names,
                              style_of(setting), setting)


def _reply(records, total, setting):
    if setting.bare_arrays:
        return envelope(b"[", records, b"]")
    after = b'],"totalCount":%s}' % searches.total(total, setting) if setting.nxt_total else b"]}"
    return envelope(b'{"records":[', records, after)


def _total(order):
    """Does it leave no ties?"""
    return any(name == "Gsid" for name, _ in order)


def _ordered(table, tree, order, setting, random):
    found = searches.find(table, tree, setting)
    if not order:
        return found
    key = (repr(tree), order, setting.order_fold, searches.habits(setting))
    known = table.found.find(key) if _total(order) else None
    if known is not None:
        return known
    result = list(found)
    if not _total(order):
        random.shuffle(result)                  # nothing is said about ties
    result = _sorted(table, result, order, setting.order_fold)
    if _total(order):
        table.found.keep(key, result, len(result) + 100)
    return result


def _sorted(table, rows, order, fold):
    for name, descending in reversed(order):
        rows = sorted(rows, key=_sort_key(table, name, fold), reverse=descending)
    return rows


def _sort_key(table, name, fold):
    column = table.values[name]
    if fold and table.field(name).kind == "text":
        return lambda row: (column[row] is None, (column[row] or "").casefold())
    lowest = {"text": "", "multi": (), "json": ""}.get(table.field(name).kind, 0)
    return lambda row: (column[row] is None, lowest if column[row] is None else column[row])
