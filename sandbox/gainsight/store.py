"""The plans that the tenant holds, by column, and their objectives.

A row keeps its number for life; `order` says which rows there are and how they stand.
Each column exists as true values, for filters and dumps, and as ready bytes, for replies.
Callers hold the tenant's lock, but for dumps, which work on a copy of `order`.
"""

from collections import OrderedDict
from operator import itemgetter

from . import fields, generate, spelling

_STATUS, _MODIFIED = map(tuple(fields.OBJECTIVE).index, ("Status", "ModifiedDate"))
_DOCUMENTED = [name for name, field in fields.PLAN.items() if not field.custom]

_PAGE_CACHE_BYTES = 128 << 20
_FOUND_CACHE_ROWS = 4_000_000


def fold(text):
    """What a tenant compares that looks at neither case nor trailing blanks."""
    # casefold, since lower() of a part need not be a part of lower() of the whole.
    return None if text is None else text.casefold().rstrip(" ")


class Bounded(OrderedDict):
    """The latest answers, up to a total weight."""

    def __init__(self, bound):
        super().__init__()
        self.bound, self.weight = bound, 0

    def keep(self, key, value, weight):
        if weight > self.bound // 4:
            return
        self[key] = (value, weight)
        self.weight += weight
        while self.weight > self.bound:
            self.weight -= self.popitem(last=False)[1][1]

    def find(self, key):
        entry = self.get(key)
        return entry[0] if entry else None

    def clear(self):
        super().clear()
        self.weight = 0


class Plans:
    field = staticmethod(fields.PLAN.get)

    def __init__(self, columns):
        count = len(columns["Gsid"])
        self.version = 0                # goes up with each change
        self.values = columns
        self.cells = {name: spelling.cells(field, columns[name], range(count), spelling.MIXED)
                      for name, field in fields.PLAN.items()}
        self.whole = [self._whole(row) for row in range(count)]
        self.order = list(range(count))
        self.ascending = True           # order is sorted: rows found by an index can be too
        self.row_of = dict(zip(columns["Gsid"], self.order))
        self.indexes = {}               # field: {value: [rows]}
        self.folded = {}                # field: values without case and trailing blanks
        self.pages = Bounded(_PAGE_CACHE_BYTES)
        self.found = Bounded(_FOUND_CACHE_ROWS)

    def _whole(self, row):
        """All documented fields in one piece: what is asked for most, and has to be fast."""
        return b"".join([self.cells[name][row] for name in _DOCUMENTED])[1:]

    def _changed(self, names):
        self.version += 1
        self.pages.clear()
        self.found.clear()
        for name in names:
            self.indexes.pop(name, None)
            self.folded.pop(name, None)

    def get(self, row):
        return {name: column[row] for name, column in self.values.items()}

    def add(self, record, position=None):
        """A new row from {field: value}, at the end or before `position`."""
        row = len(self.values["Gsid"])
        for name, field in fields.PLAN.items():
            value = record.get(name)
            self.values[name].append(value)
            self.cells[name] += spelling.cells(field, (value,), (row,), spelling.MIXED)
            if name in self.indexes:
                self.indexes[name].setdefault(value, []).append(row)
            if name in self.folded:
                self.folded[name].append(fold(value))
        self.whole.append(self._whole(row))
        if position is None:
            self.order.append(row)
        else:
            self.order.insert(position, row)
            self.ascending = False
        self.row_of[record["Gsid"]] = row
        self._changed(())
        return row

    def change(self, row, changes):
        for name, value in changes.items():
            self.values[name][row] = value
            self.cells[name][row], = spelling.cells(fields.PLAN[name], (value,), (row,),
                                                    spelling.MIXED)
        self.whole[row] = self._whole(row)
        self._changed(changes)

    def remove(self, row):
        del self.row_of[self.values["Gsid"][row]]
        self.order.remove(row)
        self._changed(fields.PLAN)

    def move(self, source, target):
        self.order.insert(target, self.order.pop(source))
        self.ascending = False
        self._changed(())

    def column(self, name, fold_text):
        """True values to compare; for dates as instants see `instants`."""
        column = self.values[name]
        if not (fold_text and fields.PLAN[name].folds):
            return column
        if name not in self.folded:
            self.folded[name] = [fold(value) for value in column]
        return self.folded[name]

    def with_blanks(self, name):
        """The document has no null that is stored as a blank."""
        return self.values[name]

    def instants(self, name):
        """Dates as the UTC seconds of the date-times they are spelled as."""
        field = fields.PLAN[name]
        return [None if day is None else spelling.date_instant(field, day, row)
                for row, day in enumerate(self.values[name])]

    def with_value(self, name, wanted):
        """Rows, in order, that hold one of `wanted`; None where no index can tell."""
        if not self.ascending:
            return None
        if name == "Gsid":
            return sorted(self.row_of[value] for value in wanted if value in self.row_of)
        if name not in self.indexes:
            index = self.indexes[name] = {}
            column = self.values[name]
            for row in self.order:
                index.setdefault(column[row], []).append(row)
        index = self.indexes[name]
        return sorted(row for value in wanted for row in index.get(value, ()))

    def records(self, rows, names, style):
        """JSON objects, comma between, for the given rows."""
        if not rows:
            return b""
        pick = itemgetter(*rows) if len(rows) > 1 else lambda column: (column[rows[0]],)
        if style == spelling.MIXED and set(names) == set(_DOCUMENTED):
            return b"{" + b"},{".join(pick(self.whole)) + b"}"
        columns = []
        for name in names:
            if style == spelling.MIXED:
                columns.append(pick(self.cells[name]))
            else:
                columns.append(spelling.cells(fields.PLAN[name], pick(self.values[name]), rows,
                                              style))
        return b"{" + b"},{".join([row[1:] for row in map(b"".join, zip(*columns))]) + b"}"


class Objectives:
    """Made from the seed when asked for; only what was created later is kept."""

    FIELDS = tuple(fields.OBJECTIVE.values())

    def __init__(self, most, seed):
        self.most, self.seed = most, seed
        self.version = 0                # goes up with each change
        self.added = {}                 # row of the plan: [objectives]
        self.closed = {}                # row of the plan: {place: when it was closed with it}

    def of(self, row, gsid):
        listed = generate.objectives(row, gsid, self.most, self.seed) + self.added.get(row, [])
        for place, moment in self.closed.get(row, {}).items():
            changed = list(listed[place])
            changed[_STATUS], changed[_MODIFIED] = "Completed", moment
            listed[place] = tuple(changed)
        return listed

    def close(self, row, moment):
        """All that the plan has now, and that are not, are completed."""
        self.version += 1
        self.closed.setdefault(row, {}).update(
            (place, moment) for place, one in enumerate(self.of(row, None))
            if one[_STATUS] != "Completed")

    def add(self, row, objective):
        self.version += 1
        self.added.setdefault(row, []).append(objective)

    def record(self, row, place, objective, style):
        return spelling.record(self.FIELDS, objective, row * 64 + place, style,
                               may_miss=("SuccessPlanId",))
