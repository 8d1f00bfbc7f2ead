"""Scripts in two databases: on tables, and on their foreign twins. What differs, and what was asked."""

import re
from collections import Counter

from .estimate import estimated
from .scripts import Script
from .twins import SCHEMA, words

# Switched off one at a time, for plans that the default one is measured by.
SWITCHES = ("enable_nestloop", "enable_hashjoin", "enable_mergejoin", "enable_material",
            "enable_memoize", "enable_hashagg", "enable_sort", "gainsight_fdw.enable_bind_join")

# Under these the local tables tell whether a statement has one answer only.
_OTHERWISE = ("enable_seqscan = off", "enable_hashagg = off", "enable_sort = off",
              "enable_hashjoin = off", "enable_indexscan = off; SET enable_bitmapscan = off",
              "enable_nestloop = off", "enable_incremental_sort = off",
              "max_parallel_workers_per_gather = 0")
_SWITCHED = ("enable_seqscan", "enable_hashagg", "enable_sort", "enable_hashjoin",
             "enable_indexscan", "enable_bitmapscan", "enable_nestloop", "enable_incremental_sort",
             "max_parallel_workers_per_gather")

_READS = re.compile(r"\(*\s*(select|with|values|table|execute|declare|fetch|move)\b", re.I)
_WRITES = re.compile(r"\b(insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into|into\s+(table\s+)?\w+\s*"
                     r"(from|$)|nextval|setval|currval|lastval)\b", re.I)
_PLAIN = re.compile(r"\(*\s*(select|with|values|table)\b", re.I)

# Why a foreign table may refuse what a table does not.
_REFUSALS = (
    (r"cannot retrieve a system column|system column|ctid|xmin|tableoid", "system columns"),
    (r"function .* does not exist|cannot cast type|operator does not exist|could not determine|"
     r"must appear in the GROUP BY|type .* but expression is of type|does not match expected type|"
     r"return type mismatch|cannot be matched", "types and keys of the tables themselves"),
    (r"column f.longname does not exist", "functions of a row type"),
    (r"cursor can only scan forward", "cursors that go back without SCROLL"),
    (r"TABLESAMPLE|cannot lock|is not a table|wrong type|foreign table", "not for foreign tables"),
    (r"tables can be searched only|read-only|INSERT into|UPDATE of|is not supported", "writes"),
)


class Runner:
    def __init__(self, local, foreign, twins, tenants, options):
        self.local, self.foreign, self.twins = local, foreign, twins
        self.tenants, self.options = tenants, options
        self.counts = Counter()
        self.skipped = Counter()
        self.own_path = None            # as the script has set it
        self.parted = set()             # tables that are no longer the same
        self.estimates = []             # (good?, line)
        self.excess = []
        self.differences = []

    def run(self, name, text, variables, only_run=False):
        before = Counter(self.counts)
        self.own_path, self.parted = None, set()
        for session in (self.local, self.foreign):
            session.renew()
        self.twins.touched("rollback")
        for statement, data in Script(text, variables):
            if data is not None or statement.lower().startswith("copy"):
                self.foreign.path("public")
                for session in (self.local, self.foreign):
                    session.copy_in(statement, data)
                self.twins.touched(statement)
            elif only_run or not _READS.match(statement) or _WRITES.search(statement):
                self._both(statement)
            else:
                self._compare(name, statement)
        done = self.counts - before
        print("%-20s %s" % (name, ", ".join("%d %s" % (done[key], key) for key in
                                            ("statements", "compared", "asked", "measured"))),
              flush=True)

    def _both(self, statement):
        self.foreign.path(self.own_path or "public")
        mine, other = self.local.run(statement), self.foreign.run(statement)
        self.twins.touched(statement)
        if re.search("where current of", statement, re.I):
            # the cursor is over the twin, what is written is not
            self.parted |= words(re.split("set|where", statement, flags=re.I)[0]) - {
                "update", "delete", "from", "only"}
        if "search_path" in statement.lower():
            path = self.local.run("SHOW search_path")
            self.own_path = None if path.error or "public" == path.rows[0][0].split()[-1] and \
                path.rows[0][0].startswith('"$user"') else path.rows[0][0] or "''"
        if mine.error != other.error and self.options.verbose:
            print("  DDL %s / %s: %s" % (mine.error, other.error, statement[:100]))

    def _compare(self, name, statement):
        self.counts["statements"] += 1
        expected = self.local.run(statement)
        self.foreign.path(self.own_path or "public")
        if self.own_path or self.parted & words(statement):
            self.foreign.run(statement)
            return self._skip("under a search path of its own" if self.own_path else
                              "written by way of a cursor")
        if not self.foreign.in_error():
            try:
                tables = self.twins.prepare(statement)
            except RuntimeError as error:
                if self.options.verbose:
                    print("NO TWIN %s" % error, flush=True)
                self.foreign.run(statement)
                return self._skip("names a table that cannot be foreign")
            if not tables and _PLAIN.match(statement):
                self._touch(statement)
                return self._skip("names no table")
            self.foreign.path(SCHEMA + ", pg_temp, public")
        self.tenants.count()
        given = self.foreign.run(statement)
        sent = self.tenants.count()
        self.counts["compared"] += 1
        self.counts["asked"] += sent > 0
        if not self._same(name, statement, expected, given) or given.error or not sent:
            return
        if _PLAIN.match(statement) and not self.options.rows_only:
            self._measure(name, statement, sent)

    def _touch(self, statement):
        """What its functions write, they write where it is copied from."""
        self.foreign.run(statement)
        self.twins.touched(statement)

    def _skip(self, reason):
        self.skipped[reason] += 1

    def _same(self, name, statement, expected, given):
        if (given.error, sorted(map(str, given.rows or ()))) == (
                expected.error, sorted(map(str, expected.rows or ()))):
            return True
        if expected.error and given.error:
            return True                 # which of two errors comes first is nobody's promise
        if given.error == "25P02":
            self._skip("after a refusal in the same transaction")
            return False
        for pattern, reason in _REFUSALS:
            if given.error and re.search(pattern, given.message):
                self._skip(reason)
                if reason == "writes" and not self.foreign.in_error():
                    self.foreign.path("public")
                    self._touch(statement)
                return False
        if re.search(r"\b(tableoid|ctid|xmin|xmax|cmin|random\(|regclass|longname|pg_class|pg_views|pg_stat\w*|"
                     r"pg_\w+_size|explain\w*|hash_join_batches)\b", statement, re.I):
            self._skip("about the tables themselves")
            return False
        if not given.error and not expected.error and self._is_open(statement, expected):
            self._skip("has several right answers")
            return False
        self.differences.append("%s: %s\n  expected %s\n  given    %s" % (
            name, statement, expected.shown(), given.shown()))
        print("DIFFERS " + self.differences[-1], flush=True)
        return False

    def _is_open(self, statement, expected):
        if not _PLAIN.match(statement):
            return bool(re.search(r"\blimit\b|\bfetch\b|\bmove\b", statement, re.I))
        answers = {str(sorted(map(str, expected.rows)))}
        for setting in _OTHERWISE:
            self.local.run("SET " + setting)
            answer = self.local.run(statement)
            answers.add(str(sorted(map(str, answer.rows or ()))))
            for switch in _SWITCHED:
                self.local.run("RESET " + switch)
        return len(answers) > 1

    def _measure(self, name, statement, sent):
        """By the plans under one switch each, and by what EXPLAIN said."""
        self.counts["measured"] += 1
        guess, most = estimated(self.foreign, statement)
        if most is not None and sent > most:
            self.excess.append("%s: sent %d, %.0f would do: %s" % (
                name, sent, most, " ".join(statement.split())[:600]))
            print("EXCESS " + self.excess[-1], flush=True)
        if guess is not None:
            good = sent <= guess + 2 and guess <= sent + 2 or \
                sent <= guess * 1.5 and guess <= sent * 1.5
            self.estimates.append((good, "%s: estimated %.0f, sent %d: %s" % (
                name, guess, sent, " ".join(statement.split())[:400])))
        if sent <= 2:
            return
        best, by = sent, "defaults"
        for switch in SWITCHES:
            old = self.foreign.must("SHOW " + switch)[0][0]
            if old == "off" or re.search(r"random\(", statement):
                continue
            self.foreign.run("SET %s = off" % switch)
            self.tenants.count()
            answer = self.foreign.run(statement)
            other = self.tenants.count()
            self.foreign.run("SET %s = %s" % (switch, old))
            if not answer.error and other < best:
                best, by = other, switch + " off"
        if sent > 2 * best + 2:
            self.excess.append("%s: sent %d, %d with %s: %s" % (
                name, sent, best, by, " ".join(statement.split())[:600]))
            print("EXCESS " + self.excess[-1], flush=True)
            self._show_plan(statement)

    def _show_plan(self, statement):
        if self.options.verbose:
            for line, in self.foreign.must("EXPLAIN " + statement):
                if not re.match(r" *Gainsight (Select|Request)", line):
                    print("    " + line)
