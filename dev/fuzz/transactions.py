"""Random transactions, and what is done to them from outside."""

import json

from .writes import (BAD, COLUMNS, COMPANY, NO_PLAN, OWNER, STATUSES, TYPES, Block, Colleague, Control, Do, Insert, Kill, Later,
                     Local, Objectives, Orphan, Skew, Trouble, Update, flat)

SERVERS = ("a", "b")
PLANS = {server: ["1P02%s%d" % (server.upper(), number) for number in range(1, 6)] for server in SERVERS}

_OPERATIONS = {
    False: {"create": "POST /successplans", "objective": "POST /successplans/*/objectives",
            "update": "PUT /successplans/*", "read": "GET /successplans/*"},
    True: {"create": "POST /v2/successPlan/", "update": "PUT /v2/successPlan/",
           "read": "POST /data/objects/query/cta_group"},
}
_HELD = {"before": {"hang": "before", "seconds": 60}, "body": {"hang": "body", "seconds": 60},
         "never": {"close": "before", "seconds": 60}}
_CREATES = ("create", "objective")


_NXT_SWITCHES = (("write_answer=lists", "write_answer=sparse", "write_answer=merged", "write_answer=error_code"),
                 ("lookups=flat", "lookups=nested", "lookups=mixed"),
                 ("modified_seconds=false", "modified_seconds=true"), ("drop_nulls=false", "drop_nulls=true"))
_SWITCHES = (("put=merge", "put=replace"), ("put_answer=full", "put_answer=gsid", "put_answer=none"),
             ("create_answer=full", "create_answer=gsid"), ("modified_seconds=false", "modified_seconds=true"),
             ("drop_nulls=false", "drop_nulls=true"), ("date_style=mixed", "date_style=document"))


class Fault:
    """What one request to one of the tenants comes to, and what is done to the session then."""

    def __init__(self, nxt, server, operation, skip, kind, action=None):
        self.nxt = nxt
        self.server, self.operation, self.skip, self.kind, self.action = server, operation, skip, kind, action

    def op(self):
        return _OPERATIONS[self.nxt][self.operation]

    def rule(self):
        fault = _HELD.get(self.kind) or {
            "lost": {"apply_then": "close"}, "cut": {"close": "before"}, "reset": {"reset": True},
            "refused": {"status": 400, "body": {"result": False, "errorCode": "GSOBJ_1002",
                                                "errorDesc": "not this one"}},
            "failed": {"status": 500},
            "later": {"status": 429, "headers": {"Retry-After": "1"}},
        }[self.kind]
        return json.dumps({"op": self.op(), "skip": self.skip, "fault": fault})

    def codes(self):
        """What a statement may end with that comes to it."""
        if self.action:
            return ("57014",) if self.action != "terminate" else ("57P01", "lost")
        if self.kind == "refused":
            return ("HV00L",) if self.operation == "read" else ("22023",)
        # what may have arrived is not sent again, but for an update, which is looked at first
        if self.kind in ("lost", "cut", "reset", "failed") and self.operation in _CREATES:
            return ("08007",)
        return ()

    def unknown(self):
        """Of how many writes the outcome may not be known: those that are on their way side by side."""
        together = 50 if self.nxt else 1
        # an update that was not answered is looked at, unless another write of its statement has failed
        return 8 * together if self.action else \
            together * (self.kind in ("lost", "cut", "reset", "failed") and self.operation != "read")

    def __str__(self):
        return "of '%s' at %s, %d pass, the next is %s%s" % (
            self.op(), self.server, self.skip, self.kind,
            ", held until %s" % self.action if self.action else "")


class Case:
    """The statements of one transaction, or of a few that are one each."""

    def __init__(self, rng, at_commit, nxt=False):
        self.rng, self.at_commit, self.nxt, self.number = rng, at_commit, nxt, 0
        self.switches = [rng.choice(choices) for choices in (_NXT_SWITCHES if nxt else _SWITCHES)]
        self.hot = {server: rng.choice(PLANS[server]) for server in SERVERS}
        self.settings = "SET work_mem = '%s'" % rng.choice(("4MB", "64kB"))
        self.options = {"max_connections": rng.choice(("8", "8", "8", "1", "2"))}
        self.steps = self._alone() if rng.random() < 0.12 else self._transaction()
        self.fault = self._fault() if rng.random() < 0.5 else None
        if self.fault is not None and self.fault.action == "statement_timeout":
            self._arm()

    # Its course

    def _next(self):
        self.number += 1
        return self.number

    def _alone(self):
        """Each statement commits by itself."""
        if self.rng.random() < 0.3:
            return [self._procedure()]
        return [self._statement() for _ in range(self.rng.randint(1, 4))]

    def _procedure(self):
        """Several transactions of one statement."""
        rng, steps = self.rng, []
        for _ in range(rng.randint(2, 3)):
            steps += [self._inside(0) for _ in range(rng.randint(1, 3))]
            steps.append(Control(self._next(), rng.choice(("COMMIT", "COMMIT", "ROLLBACK"))))
        return Do(self._next(), steps[:-1] if rng.random() < 0.5 else steps)

    def _transaction(self):
        rng, names = self.rng, []
        skewed = rng.random() < 0.05
        steps = [Control(self._next(), "BEGIN ISOLATION LEVEL", "SERIALIZABLE") if skewed
                 else Control(self._next(), "BEGIN")]
        broken = False
        for _ in range(rng.choice((2, 3, 4, 5, 6, 8, 12))):
            if broken and not names:
                break
            choice = rng.random()
            if broken and choice < 0.7 or names and choice < 0.1:
                name = rng.choice(names)
                steps.append(Control(self._next(), "ROLLBACK TO", name))
                names = names[:names.index(name) + 1]
                broken = False
            elif names and choice < 0.16:
                name = rng.choice(names)
                steps.append(Control(self._next(), "RELEASE", name))
                names = names[:names.index(name)]
            elif choice < 0.32:
                names.append("s%d" % (len(names) + 1))
                steps.append(Control(self._next(), "SAVEPOINT", names[-1]))
            elif not names and not broken and choice < 0.35 and not skewed:
                steps.append(Control(self._next(), rng.choice(("COMMIT", "COMMIT", "ROLLBACK")) + " AND CHAIN"))
            elif choice < 0.38:
                server = rng.choice(SERVERS)
                gsid = self._plan(server)
                # now and then between two updates of ours, of which but the second has seen it
                ours = rng.random() < 0.4
                if ours:
                    steps.append(Update(self._next(), server, "key", [gsid], self._sets(server)))
                steps.append(Colleague(self._next(), server, gsid))
                if ours:
                    steps.append(Update(self._next(), server, "key", [gsid], self._sets(server)))
            elif choice < 0.42:
                steps.append(rng.choice((self._trouble, self._flawed))())
                broken = True
            elif choice < 0.45:
                steps.append(rng.choice((
                    Orphan(self._next()),
                    self._later(), self._later())))
            else:
                steps.append(self._statement())
        if skewed and not broken:
            steps += [Skew(self._next()), Control(self._next(), "COMMIT")]
        else:
            steps.append(self._ending())
        return steps

    def _ending(self):
        choice = self.rng.random()
        if choice < 0.05:
            return Kill(self._next())
        verb = "ROLLBACK" if choice < 0.2 else "PREPARE TRANSACTION" if choice < 0.23 else "COMMIT"
        return Control(self._next(), verb, "'tx'" if verb.startswith("PREPARE") else None)

    # Its statements

    def _trouble(self):
        return Trouble(self._next(), self.rng.choice(list(Trouble.KINDS)))

    def _later(self):
        server = self.rng.choice(SERVERS)
        return Later(self._next(), server, self._plan(server))

    def _flawed(self):
        """A write that fails, in statement mode at the latest."""
        rng, server = self.rng, self.rng.choice(SERVERS)
        choice = rng.choice((0, 1, 3, 4) if self.nxt else (0, 1, 2, 3, 4))
        if choice == 0:
            return Update(self._next(), server, rng.choice(("key", "in", "join")), self._gsids(server),
                          {"name": None})
        if choice == 1:
            return Update(self._next(), server, rng.choice(("key", "in", "type")), self._gsids(server),
                          {"status": BAD, "comments": "u%d" % self.number})
        if choice == 2:
            return Objectives(self._next(), server, NO_PLAN, 1)
        return self._insert(rng.choice(("null", "zero", "bad")))

    def _statement(self):
        choice = self.rng.random()
        if choice < 0.25:
            return self._do()
        return self._write(False)

    def _do(self):
        return Do(self._next(), [self._inside(0) for _ in range(self.rng.randint(1, 3))])

    def _inside(self, depth):
        rng = self.rng
        if rng.random() < 0.45 and depth < 2:
            steps = [self._inside(depth + 1) for _ in range(rng.randint(1, 2))]
            if rng.random() < 0.6:
                steps.append(rng.choice((self._trouble, self._flawed))())
            handler = [self._write(True) for _ in range(rng.randint(0, 1))]
            return Block(self._next(), steps, handler)
        return self._write(True)

    def _write(self, inside):
        rng, server = self.rng, self.rng.choice(("a", "a", "b"))
        choice = rng.random()
        if choice < 0.12:
            return Local(self._next(), 0 if rng.random() < 0.07 else 1000 + self.number)
        if choice < 0.4:
            return self._insert(None, inside)
        if choice < 0.52 and not self.nxt:
            return Objectives(self._next(), server, self._plan(server), rng.randint(1, 3))
        form = rng.choice(Update.FORMS)
        return Update(self._next(), server, form, self._gsids(server), self._sets(server))

    def _insert(self, flaw, inside=True):
        rng, server = self.rng, self.rng.choice(("a", "a", "b"))
        table = rng.choice(("successplans", "successplans", "small", "audited"))
        count = rng.choice((1, 1, 2, 3, 5, 12))
        how = rng.choice(("values", "select") if inside else
                         ("values", "select", "copy", "returning", "gsid"))
        if how == "gsid" and self.at_commit[server] and rng.random() < 0.7:
            how = "values"
        if flaw == "zero":
            how = "select"
        size = 1
        if how == "select" and table == "successplans" and rng.random() < 0.05:
            count, size = 130, 900      # more than a batch, and than the least work_mem
        return Insert(self._next(), server, table, how, count, flaw, rng.randint(1, count), size)

    def _gsids(self, server):
        gsids = self.rng.sample(PLANS[server], self.rng.randint(1, 4))
        return [self.hot[server]] if self.rng.random() < 0.4 else gsids

    def _plan(self, server):
        """One plan, mostly that which much happens to."""
        return self.hot[server] if self.rng.random() < 0.5 else self.rng.choice(PLANS[server])

    def _sets(self, server):
        rng = self.rng
        sets = {}
        # owners must be known in nxt
        names = [name for name in COLUMNS if not self.nxt or name != "owner_id"]
        for name in rng.sample(names, rng.choice((1, 1, 2, 3))):
            if name == "status":
                sets[name] = rng.choice((*STATUSES, None))
            elif name.endswith("_date"):
                sets[name] = rng.choice(("2027-%02d-%02d" % (1 + self.number % 12, 1 + self.number % 28), None))
            elif name == "name" or rng.random() < 0.7:
                sets[name] = "u%d" % self.number
            else:
                sets[name] = rng.choice((None, BASE[COLUMNS[name]]))
        return sets

    # What is done to it

    def _fault(self):
        """Something that the case may come to: it goes by one of its writes."""
        rng = self.rng
        writes = [step for step in flat(self.steps) if isinstance(step, (Insert, Objectives, Update))]
        if not writes:
            return None
        write = rng.choice(writes)
        operation = {Insert: "create", Objectives: "objective"}.get(type(write), "update")
        if operation == "update" and rng.random() < 0.2:
            operation = "read"
        skip = rng.choice((0, 0, 1, 2, 4))
        if rng.random() < 0.55:
            # psycopg2 does not take it well when a session is gone that it copies to
            actions = ("cancel", "statement_timeout", "terminate")[:3 - (getattr(write, "how", None) == "copy")]
            kinds = [kind for kind in _HELD      # there must be a body
                     if kind != "body" or operation != "update" or "put_answer=none" not in self.switches]
            return Fault(self.nxt, write.server, operation, skip, rng.choice(kinds), rng.choice(actions))
        kinds = ("refused", "cut") if operation == "read" else \
            ("lost", "lost", "lost", "cut", "cut", "reset", "refused", "refused", "failed", "failed", "later")
        return Fault(self.nxt, write.server, operation, skip, rng.choice(kinds))

    def _arm(self):
        """What is sent by COMMIT alone needs no other statement to end early."""
        chained = any(getattr(step, "verb", "").endswith("CHAIN") for step in self.steps)
        if chained or not isinstance(self.steps[0], Control):
            self.steps.insert(0, self._timeout("SET"))
        elif self.at_commit[self.fault.server] and self.fault.operation != "read":
            self.steps.insert(-1, self._timeout("SET LOCAL"))
        else:
            self.steps.insert(1, self._timeout("SET LOCAL"))

    def _timeout(self, verb):
        return Control(self._next(), verb, "statement_timeout = '300ms'")


# What each plan is at first, but for its name and type.
BASE = {"CompanyId": COMPANY, "Status": "Active", "OwnerId": OWNER, "StartDate": "2026-01-01",
        "EndDate": None, "Comments": "as it was"}


def plan(gsid):
    """The fields of a plan that is there at first."""
    number = int(gsid[-1])
    return dict(BASE, Name="Base " + gsid, TypeId=TYPES[number % 2],
                Status=STATUSES[number % 3] if number > 2 else "Active")
