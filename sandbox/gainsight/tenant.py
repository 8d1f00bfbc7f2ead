"""The tenant's state: its data, switches, rules and journal, and each change of the data."""

import collections
import gc
import random
import threading
import time

from . import fields, generate, store, values
from .faults import Faults, Mutation
from .journal import Journal
from .nxt_rows import World
from .oauth import Tokens
from .rounds import Rounds
from .switches import Switches
from .values import Refused

WINDOW = 60.0                   # seconds a rate limit looks back
_MOST_MUTATIONS = 1000

_COMPUTED = {"CompanyName": ("CompanyId", generate.company_name),
             "OwnerName": ("OwnerId", generate.owner_name)}


class Tenant:
    def __init__(self, sizes, key, manner=None, serves="both"):
        self.sizes = sizes              # as given on the command line
        self.manner = manner
        self.lock = threading.RLock()
        self.switches = Switches(key, manner, serves)
        self.tokens = Tokens()
        self.faults = Faults()
        self.journal = Journal()
        self.rounds = Rounds()
        self.reset({})

    def reset(self, changed):
        with self.lock:
            sizes = dict(self.sizes, **changed)
            # Rows are in no cycles; looking for some among millions would take most of the time.
            gc.disable()
            self.plans = self.objectives = None     # a large tenant should not be held twice
            self.seed = sizes["seed"]
            self.types = generate.plan_types(sizes["types"], self.seed)
            self.plans = store.Plans(generate.plan_columns(sizes["plans"], self.types, self.seed))
            self.objectives = store.Objectives(sizes["objectives"], self.seed)
            self.world = World(self)    # the same as the dialect nxt sees it
            gc.freeze()
            gc.enable()
            self.random = random.Random(self.seed)
            self.made = 0               # records made while running
            self.defaults()
            self.journal.clear_all()

    def defaults(self):
        with self.lock:
            self.switches.defaults()
            self.faults.clear()
            self.rounds.clear()
            self.mutations = []
            self.arrivals = collections.deque()

    def over_rate(self):
        """Count an arrival; is it one too many for the last minute?"""
        limit = self.switches.rate_limit
        if limit is None:
            return False
        now = time.monotonic()
        with self.lock:
            while self.arrivals and self.arrivals[0] <= now - WINDOW:
                self.arrivals.popleft()
            if len(self.arrivals) >= limit:
                return True
            self.arrivals.append(now)       # a refused request does not count against the rest
            return False

    # Plans

    def row(self, gsid):
        row = self.plans.row_of.get(gsid)
        if row is None:
            raise Refused("there is no success plan %s" % values.show(gsid), status=404)
        return row

    def type_name(self, ident):
        return self.types.get(ident) or ident and generate.lookup(ident, ("Type",), (ident[-4:],))

    def new_id(self, prefix):
        self.made += 1
        return generate.new_id(prefix, self.made, self.seed)

    def _looked_up(self, record):
        for name, (source, lookup) in _COMPUTED.items():
            if source in record:
                record[name] = lookup(record[source])
        if "TypeId" in record:
            record["TypeName"] = self.type_name(record["TypeId"])
        return record

    def create_plan(self, record, position=None):
        """A plan from {field: true value}; what is missing is looked up, computed or null."""
        made = self._looked_up(dict(record))
        made.update(record)
        if "Gsid" not in made:
            made["Gsid"] = self.new_id("1P02")
        made.setdefault("CreatedDate", self._moment())
        made.setdefault("ModifiedDate", made["CreatedDate"])
        return self.plans.add(made, position)

    def change_plan(self, row, changes):
        """Changed fields; ModifiedDate moves on by at least a millisecond."""
        changes = self._looked_up(changes)
        before = self.plans.values["ModifiedDate"][row]
        moment = max(self._moment(), (before or 0) // 1000 * 1000 + 1000)
        if self.switches.modified_seconds:
            # it does not move on within a second
            moment = max(self._moment(), (before or 0) // 1_000_000 * 1_000_000)
        changes.setdefault("ModifiedDate", moment)
        self.plans.change(row, changes)

    def _moment(self):
        return now() // 1_000_000 * 1_000_000 if self.switches.modified_seconds else now()

    def create_objective(self, row, record):
        """An objective from {field: true value}; returns its place in the plan's list."""
        moment = now()
        gsid = self.plans.values["Gsid"][row]
        made = dict(record, Gsid=self.new_id("1O02"), SuccessPlanId=gsid, CreatedDate=moment,
                    ModifiedDate=moment)
        objective = tuple(made.get(name) for name in fields.OBJECTIVE)
        place = len(self.objectives.of(row, gsid))
        self.objectives.add(row, objective)
        return place, objective

    # Changes in the middle of somebody's walk

    def mutate(self, spec):
        with self.lock:
            if len(self.mutations) >= _MOST_MUTATIONS:
                raise ValueError("too many rules")
            self.mutations.append(Mutation(spec))

    def before_search(self):
        for mutation in self.mutations:
            if mutation.due():
                self._apply(mutation.action, mutation.value)

    def _apply(self, action, value):
        plans, count = self.plans, len(self.plans.order)
        if action == "insert_at":
            number = self.made + 1
            self.create_plan({"Name": "Inserted %d" % number, "Status": "Active",
                              "CompanyId": "1P01INSERTED",
                              "TypeId": next(iter(self.types), "1T01")},
                             min(value, count))
        elif action == "delete_at" and value < count:
            plans.remove(plans.order[value])
        elif action == "delete" and value in plans.row_of:
            plans.remove(plans.row_of[value])
        elif action == "move" and value[0] < count:
            plans.move(value[0], value[1])


def now():
    """Microseconds since 1970, to the millisecond."""
    return int(time.time() * 1000) * 1000
