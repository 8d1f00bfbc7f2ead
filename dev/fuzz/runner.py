"""Runs cases on both sides, compares, and makes what differs small."""

import collections
import json
import random
import re
import time

from . import cursors, tree
from .habits import ANY, DOCUMENTED, is_nxt
from .queries import Case
from .tree import Context, Node, Table

GROUP = 20              # cases under one set of settings
TIMEOUT = "60s"

_SETTINGS = {
    "timezone": ("UTC", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Pacific/Kiritimati",
                 "Asia/Kathmandu", "Etc/GMT+12", "America/St_Johns", "Europe/London", "<-03:30>+3:30",
                 "Africa/Monrovia", "Australia/Lord_Howe"),
    "datestyle": ("ISO, YMD", "ISO, MDY", "ISO, DMY", "SQL, DMY", "SQL, MDY", "German", "Postgres, MDY",
                  "Postgres, DMY"),
    "intervalstyle": ("postgres", "sql_standard", "iso_8601", "postgres_verbose"),
    "enable_hashjoin": ("on", "on", "off"),
    "enable_mergejoin": ("on", "on", "off"),
    "enable_nestloop": ("on", "on", "on", "off"),
    "enable_material": ("on", "on", "off"),
    "enable_memoize": ("on", "on", "off"),
    "enable_hashagg": ("on", "on", "off"),
    "enable_sort": ("on", "on", "on", "off"),
    "work_mem": ("4MB", "4MB", "64kB"),
    "standard_conforming_strings": ("on",),
    "from_collapse_limit": ("8", "8", "1"),
    "extra_float_digits": ("1", "0"),
}

# Ways to have core evaluate what it evaluates of a query in another order.
_PLANS = tuple("".join("SET enable_%s = %s;" % (one, "on" if one in on else "off")
                       for one in ("hashjoin", "mergejoin", "nestloop", "material", "memoize"))
               for on in (("hashjoin",), ("mergejoin",), ("nestloop",), ("nestloop", "material"),
                          ("nestloop", "memoize"))) + ("SET from_collapse_limit = 1; SET join_collapse_limit = 1;",)


def _kind(method, path):
    if path.endswith(("/objectives", "/call_to_action")):
        return "objectives"
    if path.endswith(("/config/types", "/da_picklist")):
        return "types"
    if path.endswith("/company"):
        return "companies"
    return "search" if method == "POST" else "one plan"


class Runner:
    def __init__(self, session, tenant, world, options):
        self.session, self.tenant, self.world, self.options = session, tenant, world, options
        self.passed = self.failed = self.cases = 0
        self.pushed = self.searched = self.requests = 0
        self.seen = collections.Counter()
        self.errors = collections.Counter()
        self.forms = collections.Counter()
        self.notices = collections.Counter()
        self.nonempty = self.slow = 0
        self.served = None
        self.documented = False         # was there a tenant of the document's dialect?
        self.bind = not session.run("LOAD 'gainsight_fdw'; SHOW gainsight_fdw.enable_bind_join").error

    # One mode

    def mode(self, mode, count, first=0):
        """Run `count` cases; False when to stop."""
        switches, options = self.world.modes[mode]
        count = max(1, count // self.world.slow.get(mode, 1))
        self.tenant("defaults")
        epoch = settings = None
        started = shown = time.monotonic()
        before = self.cases
        size = self.world.epochs.get(mode, self.world.epoch)
        for number in range(first, first + count):
            if epoch != number // size:
                epoch = number // size
                self._new_epoch(mode, epoch, switches, options)
            if settings is None or number % GROUP == 0:
                settings = self._settings(mode, number // GROUP)
                self._apply(settings)
            rng = random.Random("%s %s %d" % (self.options.seed, mode, number))
            case = self.world.queries(rng, self.bind).case()
            if not self._case(case, mode, number, settings) and not self.options.keep_going:
                return False
            if time.monotonic() - shown > 10:
                shown = time.monotonic()
                print("  %s: %d of %d cases, %.0f/s" % (
                    mode, number + 1 - first, count, (number + 1 - first) / (shown - started)),
                    flush=True)
        self.world.check_switches()
        done = self.cases - before
        print("mode %s: %d cases, %.0f/s" % (
            mode, done, done / max(0.001, time.monotonic() - started)), flush=True)
        return True

    def _new_epoch(self, mode, epoch, switches, options):
        rng = random.Random("%s %s epoch %d" % (self.options.seed, mode, epoch))
        world = self.world
        self.session.must("RESET ALL")
        if self.served != mode or switches is ANY or options.get("operators", "") is None:
            world.serve(switches, options, rng)
            self.served = mode
            self.documented |= not is_nxt(world.options)
        world.load(mode, rng.randrange(10**6), narrow=rng.random() < 0.4, rng=rng,
                   analyzed=rng.random() < 0.4)
        if self.options.sabotage:
            world.sabotage(self.options.sabotage)
        self._note_requests()

    def _settings(self, mode, group):
        rng = random.Random("%s %s settings %d" % (self.options.seed, mode, group))
        chosen = {name: rng.choice(list(values)) for name, values in _SETTINGS.items()}
        self.world.vary(rng, chosen)
        if "spill" in self.options.without:
            chosen["work_mem"] = "4MB"
        if self.bind:
            chosen["gainsight_fdw.enable_bind_join"] = rng.choice(("on", "on", "off"))
            chosen["gainsight_fdw.enable_walk_instead"] = rng.choice(("on", "on", "on", "off"))
        return chosen

    def _apply(self, settings):
        self.applied = settings
        self.session.must("RESET ALL; SET jit = off; SET client_min_messages = notice;"
                          "SET statement_timeout = '%s'; SET plan_cache_mode = auto;" % TIMEOUT
                          + "".join("SET %s = %s;" % (name, tree.quote(value)
                                                      if name != "datestyle" else value)
                                    for name, value in settings.items()))

    # One case

    def _case(self, case, mode, number, settings):
        self.cases += 1
        self.forms[case.form] += 1
        difference = self._compare(case, counted=True)
        if difference is None:
            self.passed += 1
            return True
        self.failed += 1
        self._report(case, mode, number, settings, difference)
        return False

    def _compare(self, case, counted=False):
        """What differs, or None."""
        session = self.session
        if case.settings:
            session.must("".join("SET %s;" % one for one in case.settings))
        try:
            answers = []
            for schema in ("f", "l"):
                answers.append(self._answers(case, schema))
                if schema == "f" and counted:
                    self._note_requests(case)
                if answers[-1][-1].error == "lost":
                    session.connect()
                    self._apply(self.applied)
                    return "the connection was lost: %s" % answers[-1][-1].message
        finally:
            if case.settings and not session.connection.closed:
                session.run("".join("RESET %s;" % one.split(" ")[0] for one in case.settings))
        for foreign, local in zip(*answers):
            difference = self._difference(case, foreign, local, counted)
            if difference and foreign.error and self._may_raise(case, foreign.error):
                difference = None
            if difference:
                return difference
        return None

    def _answers(self, case, schema):
        if case.executions:
            return self._prepared(case, schema)
        sql = case.statement.write(Context(schema))
        if case.steps:
            return [cursors.run(self.session, sql, *case.steps)]
        if case.how == "cursor":
            return self._cursor(sql)
        if case.how == "limit" and schema == "f":
            sql += " LIMIT %d OFFSET %d" % case.limit
        return [self.session.run(sql)]

    def _may_raise(self, case, error):
        """Does the local side give this error with another plan?  Core may choose any."""
        session = self.session
        for plan in _PLANS:
            session.must(plan)
            found = [one.error for one in self._answers(case, "l")]
            self._apply(self.applied)
            for one in case.settings:
                session.must("SET " + one)
            if error in found:
                return True
        return False

    def _prepared(self, case, schema):
        context = Context(schema, prepared=True)
        sql = case.statement.write(context)
        given = context.parameters
        types = "(%s)" % ", ".join(one.sql_type for one in given) if given else ""
        made = self.session.run("DEALLOCATE ALL; PREPARE q%s AS %s" % (types, sql))
        if made.error:
            return [made]
        answers = []
        for at in range(case.executions):
            values = ", ".join(tree.literal(one.raws[at % len(one.raws)]) for one in given)
            answers.append(self.session.run("EXECUTE q%s" % ("(%s)" % values if given else "")))
            if answers[-1].error == "lost":
                break
        return answers

    def _cursor(self, sql):
        run = self.session.run
        made = run("BEGIN; DECLARE c SCROLL CURSOR FOR " + sql)
        if made.error:
            run("ROLLBACK")
            return [made]
        answers = []
        for step in ("FETCH 5 FROM c", "MOVE ABSOLUTE 0 FROM c; FETCH ALL FROM c",
                     "FETCH BACKWARD 3 FROM c", "MOVE ABSOLUTE 2 FROM c; FETCH ALL FROM c",
                     "MOVE ABSOLUTE 0 FROM c; FETCH ALL FROM c"):
            answers.append(run(step))
            if answers[-1].error:
                # which rows came before that one, no order says
                answers = answers[-1:]
                break
        whole = answers[-1].rows
        # Of the pieces only the number is known, and that they are of the whole.
        for answer in answers[:-1]:
            inside = collections.Counter(answer.rows) - collections.Counter(whole)
            answer.rows = [("%d rows" % len(answer.rows),)] + list(inside)
        run("ROLLBACK")
        return answers

    def _difference(self, case, foreign, local, counted):
        if foreign.error == "57014":
            # a lookup for each of many rows; coverage() looks at how many there are
            self.slow += counted
            return None
        if foreign.error or local.error:
            # of rows that fail in several ways either may come first
            if foreign.error == local.error or \
                    foreign.error and local.error and foreign.error[:2] == local.error[:2] == "22":
                if counted:
                    self.errors[foreign.error] += 1
                    if self.options.verbose:
                        print("both: %s: %s" % (foreign.error, foreign.message), flush=True)
                return None
            if foreign.error:
                return "the foreign side alone gives %s: %s" % (foreign.error, foreign.message)
            return None
        if counted and foreign.rows:
            self.nonempty += 1
        if case.how == "order":
            if foreign.rows == local.rows:
                return None
        elif case.how == "limit":
            limit, offset = case.limit
            expected = max(0, min(limit, len(local.rows) - offset))
            extra = collections.Counter(foreign.rows) - collections.Counter(local.rows)
            if len(foreign.rows) == expected and not extra:
                return None
            return "LIMIT %d OFFSET %d of %d rows gave %d, of which extra: %s" % (
                limit, offset, len(local.rows), len(foreign.rows), list(extra)[:5])
        elif foreign.rows == local.rows:
            return None
        ours, theirs = collections.Counter(foreign.rows), collections.Counter(local.rows)
        if ours == theirs:
            return "the order differs" if case.how == "order" else None
        missing, extra = theirs - ours, ours - theirs
        return "\n".join(["%d rows missing, %d extra" % (sum(missing.values()), sum(extra.values()))]
                         + ["  missing: %s" % (row,) for row in list(missing)[:5]]
                         + ["  extra:   %s" % (row,) for row in list(extra)[:5]])

    # What was asked

    def _note_requests(self, case=None):
        lines = self.tenant("requests", "-v").splitlines()
        self.last_requests = lines
        if case is None or lines == ["none"]:
            if case is not None and not lines == ["none"]:
                self.searched += 1
            return
        self.requests += len(lines)
        pushed = searched = False
        lists = set()
        for line in lines:
            method, path, body = (line + "  ").split(" ", 2)
            kind = _kind(method, path)
            self.seen[kind] += kind != "search"
            if method == "POST":
                searched = True
                self.seen["count"] += '"select":["Gsid"],' in body and '"limit":1,' in body
                where = json.loads(body).get("where") if '"where"' in body else None
                if where:
                    pushed = True
                    for condition in where["conditions"]:
                        self.seen[condition["operator"]] += 1
                        if condition["operator"] == "IN":
                            lists.add(tuple(map(str, condition["value"])))
                    expression = where["expression"]
                    for word in ("AND", "OR", "("):
                        if word in expression:
                            self.seen[word] += 1
                    if len(where["conditions"]) == 26:
                        self.seen["26 conditions"] += 1
            elif kind == "one plan":
                pushed = searched = True
        if len(lists) > 1:
            self.seen["pieces of a list"] += 1
        self.pushed += pushed
        self.searched += searched
        for notice in self.session.notices():
            if "WARNING" in notice:
                self.notices[re.sub(r"\d+", "N", notice.strip())[:300]] += 1

    # What differs

    def _report(self, case, mode, number, settings, difference):
        before = settings

        def differs():
            return self._compare(case) is not None

        # A crash takes the server a second or two each time.
        budget = min(self.options.shrink, 30 if "connection" in difference else 10**9)
        print("\n== case %d of mode %s, a %s query, differs: %s"
              % (number, mode, case.form, difference.splitlines()[0]), flush=True)
        if not differs():
            print("   ... but not a second time")
        elif budget:
            if case.simple and case.how != "rows" or case.form in ("aggregate", "prepared"):
                table, condition = case.simple or (None, None)
                if table:
                    plain = Case(case.form, Node("statement", "SELECT a.* FROM ", Table(table),
                                                 " a WHERE ", condition))
                    if self._compare(plain) is not None:
                        case = plain
            settings = self._needed(settings, differs)
            tree.shrink(case.statement, differs, budget)
        self._note_requests()
        difference = self._compare(case) or difference
        without = ",".join(self.options.without)
        own = {name: value for name, value in self.world.options.items()
               if name not in ("base_url", "rate_limit", "max_requests")}
        lines = ["again: --mode %s --seed %s --plans %d --from %d --cases 1%s" % (
                     mode, self.options.seed, self.world.plans, number,
                     without and " --without " + without),
                 "tenant: %s; server: %s" % (" ".join(self.world.switches) or "as it is", own),
                 difference]
        if settings:
            lines.append("settings: " + "; ".join("%s = '%s'" % pair for pair in settings.items()))
        if case.settings:
            lines.append("for the case: " + "; ".join(case.settings))
        context = Context("f", bool(case.executions))
        foreign = case.statement.write(context)
        if case.how == "limit":
            foreign += " LIMIT %d OFFSET %d" % case.limit
        lines.append("foreign: " + foreign)
        lines.append("local:   " + case.statement.write(Context("l", bool(case.executions))))
        if case.executions:
            for at in range(case.executions):
                lines.append("  execute %d: %s" % (at + 1, ", ".join(
                    tree.literal(one.raws[at % len(one.raws)]) for one in context.parameters)))
        self._note_requests()
        if not case.executions:
            shown = self.session.run("EXPLAIN (VERBOSE, COSTS OFF) " + foreign)
            lines += ["  " + row[0] for row in shown.rows or [(shown.message,)]]
            self._note_requests()
            self.session.run(foreign)
        else:
            self._answers(case, "f")
        self._note_requests()
        lines += ["tenant was asked:"] + ["  " + line[:600] for line in self.last_requests[:10]]
        print("\n".join(lines), flush=True)
        self.session.run("DEALLOCATE ALL")
        self._apply(before)

    def _needed(self, settings, differs):
        """Of the settings those without which nothing differs; they are applied."""
        needed = {}
        defaults = {name: values[0] for name, values in _SETTINGS.items()}
        self._apply(defaults)
        if differs():
            return needed
        needed = dict(settings)
        for name, value in settings.items():
            if value != defaults.get(name, value):
                self._apply(dict(needed, **{name: defaults[name]}))
                if differs():
                    needed[name] = defaults[name]
        self._apply(needed)
        return {name: value for name, value in needed.items() if value != defaults.get(name)}

    # The end

    def coverage(self):
        """Complaints about what these cases did not try."""
        wanted = list(self.world.wanted)
        if self.cases >= 2000 and "26 conditions" not in wanted and "(" in wanted:
            wanted += ["one plan", "objectives", "types", "pieces of a list", "26 conditions"]
        if not self.documented:
            wanted = [one for one in wanted if one not in DOCUMENTED]
        complaints = ["never sent: " + one for one in wanted if not self.seen[one]] \
            if self.cases >= 500 else []
        if self.slow > 1 + 0.002 * self.cases:
            complaints.append("%d of %d cases took longer than %s" % (self.slow, self.cases, TIMEOUT))
        if self.pushed < 0.25 * self.cases:
            complaints.append("only %d of %d cases pushed something" % (self.pushed, self.cases))
        if self.nonempty < 0.25 * self.cases:
            complaints.append("only %d of %d cases gave rows" % (self.nonempty, self.cases))
        both = sum(self.errors.values())
        if both > self.world.errors * self.cases:
            complaints.append("%d of %d cases are errors on both sides" % (both, self.cases))
        return complaints

    def summary(self):
        print("forms: " + ", ".join("%s %d" % pair for pair in self.forms.most_common()))
        print("sent: " + ", ".join("%s %d" % pair for pair in self.seen.most_common()))
        if self.errors:
            print("errors on both sides: " + ", ".join("%s %d" % pair
                                                       for pair in self.errors.most_common()))
        for notice, count in self.notices.most_common(5):
            print("%d times: %s" % (count, notice))
        print("%d cases: %d read something from the plans, %d pushed something, %d gave rows; "
              "%d requests" % (self.cases, self.searched, self.pushed, self.nonempty, self.requests))
