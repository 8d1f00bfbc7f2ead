"""The statements of a random transaction: their SQL, and what each asks of a tenant, in plain words."""

from .tree import quote

COLUMNS = {"name": "Name", "status": "Status", "owner_id": "OwnerId", "start_date": "StartDate",
           "end_date": "EndDate", "comments": "Comments"}
STATUSES = ("Active", "Completed", "Archived")
BAD = "Unheard of"              # the tenant refuses it, and nobody here knows
TYPES = ["1T01", "1T02"]        # ids of two plan types that the tenants have
COMPANY, OWNER = "1P01ACME", "1P0O1"
NO_PLAN = "1P02NONE"


class Unit:
    """One record that is to be made, or changed."""

    def __init__(self, server, kind, key, fields, refused=None, seen=None, table=None):
        self.server, self.kind, self.key, self.fields = server, kind, key, fields
        self.refused = refused          # the SQLSTATE, where the tenant will not have it
        self.seen = seen                # the version of the plan that the statement read
        self.table = table              # by which it is changed

    def copy(self):
        return Unit(self.server, self.kind, self.key, dict(self.fields), self.refused, self.seen, self.table)

    def __repr__(self):
        return "%s %s %s %s" % (self.server, self.kind, self.key, self.fields)


def literal(value):
    return "NULL" if value is None else quote(value)


class Step:
    """A statement that needs no tenant; also what the others are made of."""

    server = None
    reads = ()
    by_function = False         # does PL/pgSQL run it?

    def __init__(self, number):
        self.number = number

    def fails(self, ledger):
        """The SQLSTATE that it must end with, or None."""
        return None

    def may(self, ledger):
        """An SQLSTATE that it may end with as well, or None."""
        return None

    def units(self, ledger):
        """What it has sent or queued when it has ended well; before that, at most this."""
        return []

    def rows(self, units):
        """What it leaves in local tables."""
        return []

    def deferred(self):
        """A statement, or an SQLSTATE, that COMMIT comes to."""
        return None


class Local(Step):
    """A row of a local table; number 0 is there already."""

    def __init__(self, number, row):
        super().__init__(number)
        self.row = row

    def sql(self, inside=False):
        return "INSERT INTO l.t VALUES (%d)" % self.row

    def fails(self, ledger):
        return "23505" if self.row == 0 else None

    def rows(self, units):
        return [("t", str(self.row))]


class Trouble(Step):
    """An error that has nothing to do with a tenant."""

    KINDS = {"22012": "SELECT 1 / 0", "42P01": "SELECT * FROM l.nothing",
             "P0001": "DO $$BEGIN RAISE EXCEPTION 'by itself'; END$$"}

    def __init__(self, number, code):
        super().__init__(number)
        self.code = code

    def sql(self, inside=False):
        if inside and self.code == "P0001":
            return "RAISE EXCEPTION 'by itself'"
        return self.KINDS[self.code].replace("SELECT", "PERFORM" if inside else "SELECT")

    def fails(self, ledger):
        return self.code


class Orphan(Step):
    """A row without its parent, which is looked at when the transaction commits."""

    def sql(self, inside=False):
        return "INSERT INTO l.child VALUES (%d)" % self.number

    def rows(self, units):
        return [("child", str(self.number))]

    def deferred(self):
        return "23503"


class Insert(Step):
    """New plans, one of which may be such that it cannot be."""

    def __init__(self, number, server, table, how, count, flaw=None, place=0, size=1):
        super().__init__(number)
        self.comments = ("made by %d " % number).ljust(size, ".")
        self.server, self.table, self.how, self.count = server, table, how, count
        self.flaw, self.place = flaw, place     # "null", "zero" or "bad", at this row from 1

    def name(self, place):
        return "w%d-%d" % (self.number, place)

    def _row(self, place):
        flaw = self.flaw if place == self.place else None
        return (None if flaw == "null" else self.name(place), COMPANY, OWNER, TYPES[0],
                BAD if flaw == "bad" else STATUSES[place % 3], self.comments)

    def sql(self, inside=False):
        into = "%s.%s (name, company_id, owner_id, type_id, status, comments)" % (self.server, self.table)
        places = range(1, self.count + 1)
        if self.how == "copy":
            return "COPY %s FROM STDIN" % into
        if self.how == "select":
            statuses = "(ARRAY[%s])[1 + g %% 3]" % ", ".join(map(quote, STATUSES))
            names = "'w%d-' || g" % self.number
            if self.flaw == "null":
                names = "nullif(%s, '%s')" % (names, self.name(self.place))
            elif self.flaw == "zero":
                names = "left(%s, 50 + 0 / (g - %d))" % (names, self.place)
            elif self.flaw == "bad":
                statuses = "CASE g WHEN %d THEN '%s' ELSE %s END" % (self.place, BAD, statuses)
            text = "INSERT INTO %s SELECT %s, '%s', '%s', '%s', %s, rpad('made by %d ', %d, '.') " \
                   "FROM generate_series(1, %d) AS g" % (into, names, COMPANY, OWNER, TYPES[0], statuses,
                                                         self.number, len(self.comments), self.count)
        else:
            text = "INSERT INTO %s VALUES %s" % (into, ", ".join(
                "(%s)" % ", ".join(map(literal, self._row(place))) for place in places))
        if self.how == "returning":
            text += " RETURNING name"
        elif self.how == "gsid":
            text += " RETURNING gsid"
        return text

    def copied(self):
        """What COPY is given."""
        return "".join("\t".join("\\N" if value is None else value for value in self._row(place)) + "\n"
                       for place in range(1, self.count + 1))

    def fails(self, ledger):
        if self.how == "gsid" and ledger.at_commit[self.server]:
            return "0A000"
        if self.flaw == "bad":
            return None if ledger.at_commit[self.server] else "22023"
        return {"null": "23502", "zero": "22012", None: None}[self.flaw]

    def units(self, ledger):
        if self.how == "gsid" and ledger.at_commit[self.server]:
            return []
        last = self.place - 1 if self.flaw in ("null", "zero") else self.count
        return [Unit(self.server, "plan", self.name(place), {
            "Name": self.name(place), "CompanyId": COMPANY, "OwnerId": OWNER, "TypeId": TYPES[0],
            "Status": self._row(place)[4], "Comments": self.comments},
            "22023" if self.flaw == "bad" and place == self.place else None)
                for place in range(1, last + 1)]

    def rows(self, units):
        return [("audit", unit.key) for unit in units] if self.table == "audited" else []


class Objectives(Step):
    """New objectives of a plan; of none it is an error of the tenant's."""

    def __init__(self, number, server, gsid, count, bad=False):
        super().__init__(number)
        self.server, self.gsid, self.count, self.bad = server, gsid, count, bad

    def sql(self, inside=False):
        return "INSERT INTO %s.objectives (success_plan_id, name, status) VALUES %s" % (
            self.server, ", ".join("(%s, %s, %s)" % (
                quote(self.gsid), quote("o%d-%d" % (self.number, place)),
                quote(BAD) if self.bad and place == self.count else "NULL")
                for place in range(1, self.count + 1)))

    def fails(self, ledger):
        if ledger.at_commit[self.server]:
            return None
        return "23503" if self.gsid == NO_PLAN else "22023" if self.bad else None

    def units(self, ledger):
        names = ["o%d-%d" % (self.number, place) for place in range(1, self.count + 1)]
        return [Unit(self.server, "objective", name, {"Name": name, "SuccessPlanId": self.gsid},
                     "23503" if self.gsid == NO_PLAN else "22023" if self.bad and name == names[-1] else None)
                for name in names]


class Update(Step):
    """Plans changed: which, by what form of statement, and to what."""

    FORMS = ("key", "in", "type", "join", "append", "where", "prepared", "cte", "function", "trigger",
             "audited", "returning", "narrow")

    def __init__(self, number, server, form, gsids, sets):
        super().__init__(number)
        self.server, self.form, self.gsids, self.sets = server, form, gsids, sets
        self.table = form if form in ("audited", "narrow") else "successplans"
        self.by_function = form in ("function", "trigger")
        if form in ("function", "trigger", "append", "narrow"):     # these set but one column
            self.sets = {"comments": "u%d" % number}
        self.reads = {"append": ("comments",), "where": ("status",), "audited": tuple(COLUMNS)}.get(form, ())

    def _set(self):
        if self.form == "append":
            return "comments = coalesce(p.comments, '') || '+u%d'" % self.number
        if self.form == "join":
            return ", ".join("%s = %s" % (name, "%s || k.n" % quote(value) if self._joined(name, value)
                                          else literal(value)) for name, value in self.sets.items())
        return ", ".join("%s = %s" % (name, literal(value)) for name, value in self.sets.items())

    @staticmethod
    def _joined(name, value):
        return name in ("comments", "name") and value is not None

    def sql(self, inside=False):
        server, number, gsid = self.server, self.number, quote(self.gsids[0])
        listed = "(%s)" % ", ".join(map(quote, self.gsids))
        if self.form == "function":
            return "%s l.set_comment('%s', %s, 'u%d')" % (
                "PERFORM" if inside else "SELECT", server, gsid, number)
        if self.form == "trigger":
            return "INSERT INTO l.push VALUES ('%s', %s, 'u%d')" % (server, gsid, number)
        update = "UPDATE %s.%s AS p SET %s" % (server, self.table, self._set())
        where = {"type": " WHERE p.type_id = '%s'" % TYPES[1], "in": " WHERE p.gsid IN " + listed,
                 "join": " FROM l.k WHERE p.gsid = k.gsid AND k.gsid IN " + listed,
                 "where": " WHERE p.gsid = %s AND p.status = 'Active'" % gsid,
                 }.get(self.form, " WHERE p.gsid = " + gsid)
        if self.form == "prepared" and not inside:
            return "PREPARE u%d(text) AS %s WHERE p.gsid = $1; EXECUTE u%d(%s)" % (
                number, update, number, gsid)
        if self.form == "cte":
            return "WITH done AS (%s%s RETURNING p.gsid) INSERT INTO l.audit SELECT 'cte ' || gsid FROM done" % (
                update, where)
        if self.form == "returning" and not inside:
            return update + where + " RETURNING p.gsid, p.company_id"
        return update + where

    def targets(self, ledger):
        """The plans that the statement finds; what it reads of them is the tenant's."""
        plans = ledger.plans[self.server]
        if self.form == "type":
            return [gsid for gsid, plan in plans.items() if plan["TypeId"] == TYPES[1]]
        found = [gsid for gsid in (self.gsids if self.form in ("in", "join") else self.gsids[:1])
                 if gsid in plans]
        if self.form == "where":
            found = [gsid for gsid in found if plans[gsid]["Status"] == "Active"]
        return found

    def _reads_waiting(self, ledger, changed=True):
        waiting = ledger.waiting(self.server, self.gsids[0], changed)
        return any(COLUMNS[name] in waiting for name in self.reads)

    def may(self, ledger):
        """A plan that is not found is not looked at; whether it would be by what waits, nobody asks."""
        return "55000" if self._reads_waiting(ledger, False) else None

    def fails(self, ledger):
        if not self.targets(ledger):
            return None
        if self._reads_waiting(ledger):
            return "55000"
        if "name" in self.sets and self.sets["name"] is None:
            return "23502"
        if self.sets.get("status") == BAD and not ledger.at_commit[self.server]:
            return "22023"
        return None

    def _value(self, ledger, gsid, name):
        value = self.sets[name]
        if self.form == "append":
            return (ledger.plans[self.server][gsid][COLUMNS[name]] or "") + "+" + value
        if self.form == "join" and self._joined(name, value):
            return value + "-" + gsid[-1]
        return value

    def units(self, ledger):
        if "name" in self.sets and self.sets["name"] is None:
            return []
        units = [Unit(self.server, "update", gsid,
                      {COLUMNS[name]: self._value(ledger, gsid, name) for name in self.sets},
                      "22023" if self.sets.get("status") == BAD else None,
                      ledger.versions[self.server][gsid], self.table)
                 for gsid in self.targets(ledger)]
        for unit in units:
            there = ledger.plans[self.server][unit.key]
            unit.changed = {name for name, value in unit.fields.items() if there[name] != value}
        return units

    def rows(self, units):
        if self.form == "audited":
            return [("audit", unit.key) for unit in units]
        if self.form == "cte":
            return [("audit", "cte " + unit.key) for unit in units]
        return [("push", "u%d" % self.number)] if self.form == "trigger" else []


class Later(Step):
    """A local row whose constraint trigger updates a plan when the transaction commits."""

    def __init__(self, number, server, gsid):
        super().__init__(number)
        self.update = Update(number, server, "function", [gsid], {})

    def sql(self, inside=False):
        return "INSERT INTO l.later VALUES ('%s', %s, 'u%d')" % (
            self.update.server, quote(self.update.gsids[0]), self.number)

    def rows(self, units):
        return [("later", "u%d" % self.number)]

    def deferred(self):
        return self.update


class Block(Step):
    """BEGIN … EXCEPTION … END within a DO."""

    def __init__(self, number, steps, handler):
        super().__init__(number)
        self.steps, self.handler = steps, handler

    def sql(self, inside=False):
        return "BEGIN\n%sEXCEPTION WHEN OTHERS THEN\nRAISE NOTICE 'tx: caught %d %%', SQLSTATE;\n%sEND" % (
            body(self.steps), self.number, body(self.handler))


class Do(Step):
    """A DO block of some steps."""

    by_function = True

    def __init__(self, number, steps):
        super().__init__(number)
        self.steps = steps

    def sql(self, inside=False):
        return "DO $do$\nBEGIN\n%sEND $do$" % body(self.steps)


def body(steps):
    """Statements of PL/pgSQL, of which each says when it begins and when it has ended well."""
    return "".join("RAISE NOTICE 'tx: at %d';\n%s;\nRAISE NOTICE 'tx: done %d';\n" % (
        step.number, step.sql(True), step.number) for step in steps) or "NULL;\n"


def flat(steps):
    """All steps, those within PL/pgSQL, too, and not what holds them."""
    for step in steps:
        inner = step.steps + getattr(step, "handler", []) if isinstance(step, (Do, Block)) else None
        yield from (step,) if inner is None else flat(inner)


class Control(Step):
    """BEGIN, COMMIT, savepoints: what the transaction itself is made of."""

    def __init__(self, number, verb, name=None):
        super().__init__(number)
        self.verb, self.name = verb, name

    def sql(self, inside=False):
        return self.verb + (" " + self.name if self.name else "")


class Colleague(Step):
    """Somebody else changes a plan at the tenant; nothing that the session sees."""

    def __init__(self, number, server, gsid):
        super().__init__(number)
        self.server, self.gsid = server, gsid

    def sql(self, inside=False):
        return "-- a colleague: ctl touch %s Comments=c%d, at %s" % (self.gsid, self.number, self.server)


class Skew(Step):
    """
    Two transactions read what the other one writes, and the other one commits first: where this one
    is serializable, it cannot commit, and its last moment to say so is after all was sent.
    """

    OTHER = ("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT count(*) FROM l.skew WHERE side = 'here'",
             "INSERT INTO l.skew VALUES ('there'); COMMIT")

    def sql(self, inside=False):
        return "SELECT count(*) FROM l.skew WHERE side = 'there'; INSERT INTO l.skew VALUES ('here')"


class Kill(Step):
    """The session is terminated while it waits for its client."""

    def sql(self, inside=False):
        return "-- pg_terminate_backend while the session is idle"
