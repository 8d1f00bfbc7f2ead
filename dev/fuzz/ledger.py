"""What tenants and local tables must hold after each statement of a transaction, without a server.

Where the order of things inside the session or the tenant decides, the ledger is told what has
happened (an Outcome), and says whether that may be.
"""

import collections
import copy

from .writes import BAD, Block, Control, Do, Update


class Outcome:
    """How a statement ended, and what tenants carried out meanwhile."""

    def __init__(self, code, events=(), done=(), allowed=(), killed=False):
        self.code, self.events, self.killed = code, collections.deque(events), killed
        self.done = list(done)          # Unit, in the order of arrival
        self.allowed = allowed          # SQLSTATEs by what was done to it from outside
        self.tried = set()              # servers that were sent a request to write, done or not
        self.reads = collections.Counter()      # of each server, requests that read
        self.quiet = True               # nothing was done to it
        self.unknown = 0                # writes whose outcome may not be known

    def take(self, units, plans, partly):
        """Those of the units that were carried out; each stands for a request of its own."""
        taken, now = [], {}
        for unit in units:
            whole, place = unit.fields, (unit.server, unit.key)
            if unit.kind == "update":
                before = now.get(place, plans[unit.server][unit.key])
                whole = dict(before, **unit.fields)
                least = {name for name in whole if whole[name] != before[name]} if partly else None
            else:
                least = None
            found = next((one for one in self.done if _is_for(one, unit, whole, least)), None)
            if found is not None:
                self.done.remove(found)
                taken.append(unit)
                now[place] = whole
        return taken

    def next(self, *event):
        """Take the next event if it is this one."""
        if not self.events or self.events[0][:2] != event:
            return False
        self.last = self.events.popleft()
        return True

    def code_of_failed(self):
        """What a step of PL/pgSQL failed with that has not ended well."""
        return self.events[0][2] if self.events and self.events[0][0] == "caught" else self.code


def _is_for(done, unit, whole, least):
    """Is it the unit's request, with these fields, or some of them? (What is null may be left out.)"""
    there = set(done.fields)
    return (unit.server, unit.kind, unit.key) == (done.server, done.kind, done.key) and \
        (least is None or least <= there) and \
        all(done.fields.get(name) == whole.get(name) for name in (there if least is not None else {*there, *whole}))


class Level:
    """A transaction or a savepoint: what was queued or carried out in it."""

    def __init__(self, name=None):
        self.name = name
        self.queued, self.made, self.rows, self.deferred = [], [], [], []

    def take_in(self, inner):
        for kind in ("queued", "made", "rows", "deferred"):
            getattr(self, kind).extend(getattr(inner, kind))


def merged(units):
    """
    What is sent of what was queued: the updates of a plan by one table, unless one by another
    comes between, are one in the place of the last; the later value wins.
    """
    result, updates = [], {}
    for unit in units:
        before = updates.get((unit.server, unit.key))
        if unit.kind == "update":
            unit = updates[unit.server, unit.key] = unit.copy()
            if before is not None and before.table == unit.table:
                unit.fields = dict(before.fields, **unit.fields)
                unit.seen = min(unit.seen, before.seen)
                unit.refused = "22023" if unit.fields.get("Status") == BAD else None
                result.remove(before)
        result.append(unit)
    return result


class Ledger:
    def __init__(self, at_commit, nxt, plans):
        self.nxt = nxt                  # what is sent of a plan is its name, and what changes
        self.at_commit = at_commit      # of each server: is its write_at 'commit'?
        self.plans = plans              # server: gsid: field: value
        self.versions = {server: dict.fromkeys(there, 0) for server, there in plans.items()}
        self.new = {server: [] for server in plans}         # plans made: their fields
        self.objectives = {server: [] for server in plans}  # (plan, name)
        self.levels = []
        self.aborted = False
        self.doomed = False             # can it but fail of serialization?
        self.lost = []                  # carried out, and rolled back here
        self.said = self.said_maybe = 0     # by WARNINGs
        self.rows = collections.Counter()   # of local tables, committed
        self.problems = []
        self.seen = collections.Counter()

    def complain(self, text, *values):
        self.problems.append(text % values)

    def waiting(self, server, gsid, changed=True):
        """The fields that wait for a plan with another value than was read, or with any."""
        return {name for level in self.levels for unit in level.queued
                if (unit.server, unit.kind, unit.key) == (server, "update", gsid)
                for name in (unit.changed if changed else unit.fields)}

    def touch(self, server, gsid, comments):
        self.plans[server][gsid]["Comments"] = comments
        self.versions[server][gsid] += 1

    def _apply(self, units):
        """They were carried out."""
        for unit in units:
            if unit.kind == "plan":
                self.new[unit.server].append(unit.fields)
            elif unit.kind == "objective":
                self.objectives[unit.server].append((unit.fields["SuccessPlanId"], unit.key))
            else:
                self.plans[unit.server][unit.key].update(unit.fields)
                self.versions[unit.server][unit.key] += 1

    # One statement

    def replay(self, step, outcome):
        """Account for a statement that was run; complaints go to `problems`."""
        if self.levels and not getattr(step, "verb", "").startswith("COMMIT"):
            self._check_unsent(step, outcome)
        if isinstance(step, Control):
            _CONTROL[step.verb](self, step, outcome)
        elif self.aborted:
            self._expect(step, outcome.code, "25P02", outcome)
        else:
            self._statement(step, outcome)
        if outcome.killed:
            self.killed()
        for one in outcome.done:
            self.complain("statement %d: a tenant was sent what nobody asked for: %s", step.number, one)
        if not self.aborted:
            self._check_warnings(step, outcome)

    def killed(self):
        self._rollback()

    def _check_unsent(self, step, outcome):
        for server in outcome.tried:
            if self.at_commit[server]:
                self.complain("statement %d: %s was sent a write before COMMIT", step.number, server)

    def _expect(self, step, code, expected, outcome):
        if code not in (expected, *outcome.allowed, expected is None and step.may(self) or expected):
            self.complain("statement %d ended with %s, and not with %s", step.number, code or "success",
                          expected or "success")

    def _statement(self, step, outcome):
        alone = not self.levels
        if alone:
            self.levels.append(Level())
        well = self._pl(step.steps, outcome) if isinstance(step, Do) else \
            self._simple(step, outcome, None if alone and self._fails_at_commit(step, outcome) else outcome.code)
        if alone and well:
            self._commit(step, outcome)
        elif alone:
            self._rollback()
        elif not well:
            self.aborted = True
        if well and outcome.code is not None and not alone:
            self.complain("statement %d ended with %s, though each step went well", step.number, outcome.code)

    def _fails_at_commit(self, step, outcome):
        """Of a statement by itself: is it only its commit that has failed?"""
        return outcome.code is not None and step.fails(self) is None and (
            step.deferred() is not None or step.server is not None and self.at_commit[step.server])

    def _simple(self, step, outcome, code):
        """One step that has ended so; did it end well?"""
        self._expect(step, code, step.fails(self), outcome)
        units, level = step.units(self), self.levels[-1]
        self.seen[type(step).__name__ + (" failed" if code else "")] += 1
        if isinstance(step, Update) and units:
            self.seen["update " + step.form] += code is None
        if not step.server:
            pass
        elif self.at_commit[step.server]:
            level.queued += units if code is None else []
        else:
            taken = outcome.take(units, self.plans, self.nxt)
            if code is None and len(taken) < len(units):
                self.complain("statement %d has not sent all that it said: %s", step.number,
                              [unit for unit in units if unit not in taken])
            level.made += taken
            self._apply(taken)
        if code is None:
            level.rows += step.rows(units)
            if step.deferred() is not None:
                level.deferred.append(step.deferred())
        return code is None

    def _pl(self, steps, outcome):
        """Steps of PL/pgSQL, which tell how far they came; have all ended well?"""
        for step in steps:
            if not outcome.next("at", step.number):
                if not outcome.killed:
                    self.complain("step %d has not begun", step.number)
                return False
            well = outcome.events and outcome.events[0] == ("done", step.number)
            if isinstance(step, Block):
                if not self._block(step, outcome):
                    return False
            elif isinstance(step, Control):
                self._commit_inside(step, outcome, well)
                if not well:
                    return False
            else:
                if not self._simple(step, outcome, None if well else outcome.code_of_failed()):
                    return False
            if not outcome.next("done", step.number):
                return False
        return True

    def _commit_inside(self, step, outcome, well):
        """A COMMIT or ROLLBACK of PL/pgSQL, behind which the next transaction begins."""
        own = copy.copy(outcome)
        own.code, own.quiet = None if well else outcome.code_of_failed(), False
        _CONTROL[step.verb](self, step, own)
        self.levels.append(Level())
        self.seen["ended by PL/pgSQL"] += 1

    def _block(self, block, outcome):
        self.levels.append(Level())
        if self._pl(block.steps, outcome):
            inner = self.levels.pop()
            self.levels[-1].take_in(inner)
            return True
        # of what is not caught the level stays open until the rollback
        if not outcome.next("caught", block.number):
            return False
        self.lost += self.levels.pop().made
        self.seen["exception caught"] += 1
        return self._pl(block.handler, outcome)

    # Control

    def _begin(self, step, outcome):
        self._expect(step, outcome.code, None, outcome)
        self.levels.append(Level())

    def _set(self, step, outcome):
        self._expect(step, outcome.code, "25P02" if self.aborted else None, outcome)
        self.aborted = self.aborted or outcome.code is not None

    def _savepoint(self, step, outcome):
        self._set(step, outcome)
        if not self.aborted:
            self.levels.append(Level(step.name))

    def _find(self, step, outcome, expected):
        """Is there such a savepoint, and was it found?"""
        there = any(level.name == step.name for level in self.levels)
        self._expect(step, outcome.code, expected or (None if there else "3B001"), outcome)
        self.aborted = self.aborted or outcome.code is not None
        return outcome.code is None

    def _release(self, step, outcome):
        if not self._find(step, outcome, "25P02" if self.aborted else None):
            return
        last = None
        while last != step.name:
            inner = self.levels.pop()
            last = inner.name
            self.levels[-1].take_in(inner)
        self.seen["released"] += 1

    def _rollback_to(self, step, outcome):
        if not self._find(step, outcome, None):
            return
        last = None
        while last != step.name:
            inner = self.levels.pop()
            last = inner.name
            self.lost += inner.made
        self.levels.append(Level(step.name))
        self.aborted = False
        self.seen["rolled back to a savepoint"] += 1

    def _rollback(self, step=None, outcome=None):
        for level in self.levels:
            self.lost += level.made
        self.levels, self.aborted, self.doomed = [], False, False
        if step is not None:
            self._expect(step, outcome.code, None, outcome)
            self.seen["rolled back"] += 1

    def _prepare(self, step, outcome):
        """It is refused; where nothing was written, because this server keeps none."""
        if self.aborted:
            self._rollback()
            return
        wrote = any(level.made or level.queued for level in self.levels)
        failing = next((one for one in self._deferred() if isinstance(one, str)), None)
        if not self._deferred():
            self._expect(step, outcome.code, "0A000" if wrote else "55000", outcome)
        elif outcome.code is None:
            self.complain("statement %d has prepared", step.number)
        self._run_deferred(outcome, failing)
        self._rollback()

    def _deferred(self):
        return [one for level in self.levels for one in level.deferred]

    def _run_deferred(self, outcome, failing):
        """What waits for the end, up to what fails; what it queues is returned."""
        queued = []
        for one in self._deferred():
            if one == failing:
                break
            units = one.units(self)
            if self.at_commit[one.server]:
                queued += units
                continue
            taken = outcome.take(units, self.plans, self.nxt)
            if outcome.code is None and len(taken) < len(units):
                self.complain("a deferred trigger has not sent what it said: %s", units)
            self.levels[-1].made += taken
            self._apply(taken)
        return queued

    def _chain(self, step, outcome):
        """The same with AND CHAIN; an error ends the chain."""
        _CONTROL[step.verb.split()[0]](self, step, outcome)
        if outcome.code is None:
            self.levels.append(Level())

    def _commit(self, step, outcome):
        if self.aborted:
            self._rollback(step, outcome)
            return
        failing = next((one for one in self._deferred() if isinstance(one, str)), None)
        doomed, self.doomed = self.doomed, False
        queued = [unit for level in self.levels for unit in level.queued] + self._run_deferred(outcome, failing)
        units = merged(queued)
        bad = {unit.refused for unit in units} - {None}
        bad |= {"40001" for unit in units
                if unit.kind == "update" and unit.seen != self.versions[unit.server][unit.key]}
        if doomed:
            bad.add("40001")
        if failing or bad:
            if outcome.code not in ({failing} if failing else bad) and outcome.code not in outcome.allowed:
                self.complain("COMMIT ended with %s, and not with %s", outcome.code or "success",
                              failing or " or ".join(bad))
        else:
            self._expect(step, outcome.code, None, outcome)
        if failing:
            self._check_unsent(step, outcome)
        self._sent(step, units, outcome, failing)
        if outcome.code is None:
            for level in self.levels:
                self.rows.update(level.rows)
            self.levels = []
            self.seen["committed"] += 1
        else:
            self.seen["failed at COMMIT"] += 1
            self._rollback()

    def _sent(self, step, units, outcome, failing):
        """What went out at COMMIT, and in what order for a plan."""
        taken = [] if failing else outcome.take(units, self.plans, self.nxt)
        if outcome.code is None and len(taken) < len(units):
            self.complain("COMMIT has not sent: %s", [unit for unit in units if unit not in taken])
        if outcome.code is None and outcome.quiet and isinstance(step, Control):
            # a check for each, and what deferred triggers read
            allowed = collections.Counter(unit.server for unit in units if unit.kind == "update")
            allowed.update(one.server for one in self._deferred())
            for server, count in outcome.reads.items():
                if self.at_commit[server] and count > allowed[server]:
                    self.complain("COMMIT has read %d times at %s, for %s", count, server, units)
        for unit in taken:
            if unit.kind == "update" and unit.seen != self.versions[unit.server][unit.key]:
                self.complain("COMMIT has overwritten a colleague's change: %s", unit)
        for plan in {unit.fields["SuccessPlanId"] for unit in units if unit.kind == "objective"}:
            of_plan = [unit in taken for unit in units
                       if unit.kind == "objective" and unit.fields["SuccessPlanId"] == plan]
            if of_plan != sorted(of_plan, reverse=True):
                self.complain("objectives of %s were made out of order", plan)
        self._apply(taken)
        self.levels[-1].made += taken
        if outcome.code is not None and units:
            self.seen["COMMIT failed, %s stay" % ("some" if taken else "none")] += 1

    # WARNINGs

    def warned(self, stay, maybe):
        self.said += stay
        self.said_maybe += maybe
        self.seen["WARNINGs"] += 1
        self.seen["of outcomes not known"] += maybe > 0

    def _check_warnings(self, step, outcome):
        if self.said_maybe > outcome.unknown:
            self.complain("after statement %d: WARNINGs have said that the outcome of %d is not known",
                          step.number, self.said_maybe)
        if not self.said <= len(self.lost) <= self.said + self.said_maybe:
            self.complain("after statement %d: WARNINGs have said that %d stay and %d more may, and %d do: %s",
                          step.number, self.said, self.said_maybe, len(self.lost), self.lost)


_CONTROL = {
    "BEGIN": Ledger._begin, "BEGIN ISOLATION LEVEL": Ledger._begin, "SET": Ledger._set, "SET LOCAL": Ledger._set, "SAVEPOINT": Ledger._savepoint,
    "RELEASE": Ledger._release, "ROLLBACK TO": Ledger._rollback_to, "ROLLBACK": Ledger._rollback,
    "COMMIT": Ledger._commit, "COMMIT AND CHAIN": Ledger._chain, "ROLLBACK AND CHAIN": Ledger._chain,
    "PREPARE TRANSACTION": Ledger._prepare,
}
