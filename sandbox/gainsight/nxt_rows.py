"""The rows of the dialect's objects, made from the store when they are asked for.

Rows belong to one moment of the store: the World drops them all when a plan or an objective
changes. Callers hold the tenant's lock.
"""

from collections import Counter
from decimal import Decimal

from . import fields, generate, nxt_generate, spelling, store
from .nxt_fields import OBJECTS, Field

_PAGE_CACHE_BYTES = 64 << 20
_FOUND_CACHE_ROWS = 2_000_000
# Objects whose records are those that the plans name: in which column, how an id begins, its name.
_NAMED = {"company": ("CompanyId", "1P01", generate.company_name),
          "gsuser": ("OwnerId", "1P08", generate.owner_name)}
_SPARE = 12                     # and so many that no plan names
_ODDITIES = 40
_FEW = 20                       # one in so many: not worth the rest, which a write throws away


class Lazy(dict):
    """Columns that are made at first use."""

    def __init__(self, make):
        super().__init__()
        self.make = make

    def __missing__(self, name):
        column = self[name] = self.make(name)
        return column


class Rows:
    """One object's rows, by column; for filters, replies and dumps."""

    ascending = True            # what an index finds is in order

    def __init__(self, world, name, base):
        self.world, self.object, self.base = world, OBJECTS[name], base
        self.setting = world.tenant.switches
        self.order = list(range(len(base["Gsid"])))
        self.by_lower = {one.lower(): one for one in self.object.fields}
        self.known = dict(self.object.fields, **self.object.dotted)
        self.values = Lazy(self._values)
        self.folded = Lazy(lambda one: [store.fold(value) for value in self.values[one]])
        self.indexes = Lazy(self._index)
        self.literals = Lazy(lambda key: self._spelled(key, self.order))
        self.pages = store.Bounded(_PAGE_CACHE_BYTES)
        self.found = store.Bounded(_FOUND_CACHE_ROWS)

    def field(self, name):
        """A field by its name, in any case, or through a lookup; None where there is none."""
        if name in self.known:
            return self.known[name]
        if "." not in name:
            canonical = self.by_lower.get(name.lower())
            return canonical and self.known[canonical]
        through, dotted, last = name.partition("__gr.")
        lookup = self.field(through) if dotted else None
        if lookup is None or lookup.target not in OBJECTS:
            return None
        canonical = "%s__gr.%s" % (lookup.name, last)
        if canonical in self.known:
            return self.known[canonical]
        there = self.world.rows(lookup.target).field(last)
        if there is None or "." in there.name:
            return None
        canonical = "%s__gr.%s" % (lookup.name, there.name)
        if canonical not in self.known:
            self.known[canonical] = Field(64 + lookup.number, canonical, there.type, None, None,
                                          there.category, there.said)
        return self.known[canonical]

    def _values(self, name):
        source = self.known[name].source
        if source is None:
            return self._looked_up(name)
        return self.base[source] if isinstance(source, str) else source(self)

    def _looked_up(self, name):
        through, _, last = name.partition("__gr.")
        there = self.world.rows(self.known[through].target)
        at, column = there.row_of(), there.values[last]
        return [column[at[ident]] if ident in at else None for ident in self.values[through]]

    def row_of(self):
        """{Gsid: row}"""
        return self.indexes["row"]

    def _index(self, name):
        if name == "row":
            return dict(zip(self.base["Gsid"], self.order))
        index = {}
        for row, value in enumerate(self.values[name]):
            index.setdefault(value, []).append(row)
        return index

    def column(self, name, fold_text):
        return self.folded[name] if fold_text and self.known[name].folds else self.values[name]

    def instants(self, name):
        return [None if day is None else day * 86400 for day in self.values[name]]

    def with_blanks(self, name):
        """A column as null tests see it where an id that is not there is an empty text.

        What is looked up by such an id is then as little null as the id.
        """
        through, dotted, _ = name.partition("__gr.")
        if self.known[through].type not in ("GSID", "LOOKUP"):
            return self.values[name]
        return ["" if value is None and (not dotted or ident is None) else value
                for value, ident in zip(self.values[name], self.values[through])]

    def with_value(self, name, wanted):
        index = self.indexes[name]
        return sorted(row for value in wanted for row in index.get(value, ()))

    def cells(self, key, rows):
        """JSON of these rows' values, None for no key; `key` is (name, style, array)."""
        if key not in self.literals and len(rows) * _FEW < len(self.order):
            return self._spelled(key, rows)
        column = self.literals[key]
        return [column[row] for row in rows]

    def _spelled(self, key, rows):
        name, style, array = key
        field, column = self.known[name], self.values[name]
        number = field.number
        make = spelling.speller(field, style, array)
        return [spelling.spell(field, None, spelling.variant(row, number), style)
                if column[row] is None else make(column[row], spelling.variant(row, number))
                for row in rows]


def _spare(prefix):
    return [generate.new_id(prefix, number, 0) for number in range(_SPARE)]


class World:
    """All objects of one tenant."""

    def __init__(self, tenant):
        self.tenant = tenant
        self.moment, self.made = None, {}

    def rows(self, name):
        setting, tenant = self.tenant.switches, self.tenant
        moment = (tenant.plans.version, tenant.objectives.version, setting.due_zone,
                  setting.due_hour, setting.plan_type_category)
        if moment != self.moment:
            self.moment, self.made = moment, {}
        if name not in self.made:
            base = getattr(self, "_" + name, self._without_store)
            self.made[name] = Rows(self, name, base())
        return self.made[name]

    def _cta_group(self):
        plans = self.tenant.plans

        def column(name):
            if name == "objectives":
                counted = Counter(self.rows("call_to_action").base["SuccessPlanId"])
                return [Decimal(counted[gsid]) for gsid in base["Gsid"]]
            values = plans.values[name]
            return [values[row] for row in plans.order]
        base = Lazy(column)
        return base

    def _call_to_action(self):
        plans, objectives = self.tenant.plans, self.tenant.objectives
        gsids, names = plans.values["Gsid"], tuple(fields.OBJECTIVE)
        listed = []
        for row in plans.order:
            listed += objectives.of(row, gsids[row])
            if row % 4 == 0:
                plain = nxt_generate.plain_cta(row, self.tenant.seed)
                listed.append(tuple(plain[name] for name in names))
        return dict(zip(names, map(list, zip(*listed)))) if listed else {name: [] for name in names}

    def _da_picklist(self):
        return nxt_generate.picklist(self.tenant.types, self.tenant.switches.plan_type_category)

    def _company(self):
        return self._named("company")

    def _gsuser(self):
        return self._named("gsuser")

    def _named(self, name):
        column, prefix, name_of = _NAMED[name]
        ids = dict.fromkeys(self.rows("cta_group").base[column])
        ids.pop(None, None)
        ids.update(dict.fromkeys(_spare(prefix)))
        return {"Gsid": list(ids), "Name": [name_of(ident) for ident in ids]}

    def holds(self, name, ident):
        """Has this company or user a record? Told without making the records of all."""
        column, prefix, _ = _NAMED[name]
        plans = self.tenant.plans
        found = plans.with_value(column, (ident,))
        if found is None:
            found = [row for row in plans.order if plans.values[column][row] == ident]
        return bool(found) or ident in _spare(prefix)

    def _relationship(self):
        return {"Gsid": [], "Name": []}

    def _without_store(self):
        return {"Gsid": [generate.new_id("1O99", number, 0) for number in range(_ODDITIES)]}
