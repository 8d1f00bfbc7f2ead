"""Runs random transactions over two tenants, and compares with the ledger after each statement."""

import collections
import json
import os
import random
import re
import threading
import time

from .estate import start_tenant
from .ledger import Ledger, Outcome
from .session import Session
from .transactions import PLANS, SERVERS, Case, plan
from .tree import quote
from .writes import BAD, NO_PLAN, TYPES, Colleague, Control, Insert, Kill, Skew, Unit

# name: write_at of the two servers, and their dialect
TRANSACTION_MODES = {
    "transactions": ("statement", "statement", "document"),
    "transactions-commit": ("commit", "commit", "document"),
    "transactions-mixed": ("commit", "statement", "document"),
    "nxt-transactions": ("statement", "statement", "nxt"),
    "nxt-transactions-commit": ("commit", "commit", "nxt"),
    "nxt-transactions-mixed": ("commit", "statement", "nxt"),
}
# What a record is in nxt: its fields by the document's names.
_NXT_NAMES = {"SuccessPlanType": "TypeId", "status": "Status", "DueDate": "EndDate", "ActionPlan": "Comments"}
PATIENCE = 60           # seconds until something that must happen is taken not to

_FIELDS = ("Gsid", "Name", "CompanyId", None, "TypeId", None, "Status", "OwnerId", None, "StartDate", "EndDate",
           "Comments", None, None)
_WARNING = re.compile(r"rollback does not undo what was written to Gainsight: (\d+) stay")
_MAYBE = re.compile(r"The outcome of (\d+) more is not known")
_SAID = re.compile(r"(?:^|  )tx: (at|done|caught) (\d+)(?: (\w+))?$")

_LOCAL = """
CREATE SCHEMA l;
CREATE TABLE l.t (id int PRIMARY KEY);
CREATE TABLE l.audit (note text);
CREATE TABLE l.parent (id int PRIMARY KEY);
CREATE TABLE l.child (id int REFERENCES l.parent DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE l.push (server text, gsid text, value text);
CREATE TABLE l.later (server text, gsid text, value text);
CREATE TABLE l.skew (side text);
CREATE TABLE l.k (gsid text, n text);
CREATE FUNCTION l.set_comment(server text, gsid text, value text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	updated bigint;
BEGIN
	EXECUTE format('UPDATE %I.successplans SET comments = $2 WHERE gsid = $1', server) USING gsid, value;
	GET DIAGNOSTICS updated = ROW_COUNT;
	RETURN updated;
END $$;
CREATE FUNCTION l.pushed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM l.set_comment(NEW.server, NEW.gsid, NEW.value);
	RETURN NULL;
END $$;
CREATE TRIGGER pushed AFTER INSERT ON l.push FOR EACH ROW EXECUTE FUNCTION l.pushed();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON l.later DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION l.pushed();
CREATE FUNCTION l.audited() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO l.audit VALUES (CASE TG_OP WHEN 'INSERT' THEN NEW.name ELSE OLD.gsid END);
	RETURN NULL;
END $$;
"""
_CLEAN = """
DELETE FROM l.t; DELETE FROM l.audit; DELETE FROM l.child; ALTER TABLE l.later DISABLE TRIGGER later;
DELETE FROM l.skew; DELETE FROM l.push; DELETE FROM l.later; ALTER TABLE l.later ENABLE TRIGGER later; INSERT INTO l.t VALUES (0);
"""
_ROWS = """
SELECT 't', id::text FROM l.t WHERE id <> 0 UNION ALL SELECT 'audit', note FROM l.audit
UNION ALL SELECT 'child', id::text FROM l.child UNION ALL SELECT 'push', value FROM l.push
UNION ALL SELECT 'later', value FROM l.later
"""


class Exchange:
    """Two tenants and local tables; the same to `run` as a World, and its own Runner."""

    modes = TRANSACTION_MODES
    sabotages = ("row", "twice", "value", "silence")

    def __init__(self, session, tenant, options):
        self.session, self.options = session, options
        self.tenants = {"a": tenant, "b": start_tenant()}
        self.admin = Session(session.database)
        self.log = open(os.environ["GS_SERVER_LOG"], "rb")
        self.passed = self.failed = self.cases = 0
        self.seen = collections.Counter()

    # What there is

    def create(self):
        self.session.must("CREATE EXTENSION gainsight_fdw")
        self.session.must(_LOCAL)
        for name in self.tenants:
            self.session.must("INSERT INTO l.k VALUES " + ", ".join(
                "('%s', '-%s')" % (gsid, gsid[-1]) for gsid in PLANS[name]))
        self.session.must("ANALYZE l.k")
        self.tenants["a"]("reset", "types=3")
        types = [line.split("\t")[0] for line in self.tenants["a"]("dump", "plan_types").splitlines()]
        TYPES[:] = types[0], types[-1]

    def _serve(self, dialect, at_commit):
        """The servers and tables of a mode."""
        run = self.session.must
        for name, tenant in self.tenants.items():
            run("DROP SERVER IF EXISTS {0} CASCADE; DROP SCHEMA IF EXISTS {0} CASCADE".format(name))
            run("CREATE SERVER %s FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url %s, rate_limit '0', "
                "max_requests '0', max_connections '8', dialect '%s'%s)" % (
                    name, quote(tenant.url), dialect, ", write_at 'commit'" if at_commit[name] else ""))
            run("CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (access_key %s)"
                % (name, quote(tenant.key)))
            run("CREATE SCHEMA {0}; IMPORT FOREIGN SCHEMA gainsight FROM SERVER {0} INTO {0}".format(name))
            for table, more in (("small", ", batch_size '2'"), ("audited", "")):
                run("CREATE FOREIGN TABLE {0}.{1} (gsid text, name text, company_id text, type_id text, status text, "
                    "owner_id text, start_date date, end_date date, comments text) SERVER {0} "
                    "OPTIONS (resource 'successplans'{2})".format(name, table, more))
            run("CREATE FOREIGN TABLE {0}.narrow (gsid text, comments text) SERVER {0} "
                "OPTIONS (resource 'successplans')".format(name))
            run("CREATE TRIGGER audited AFTER INSERT OR UPDATE ON %s.audited FOR EACH ROW "
                "EXECUTE FUNCTION l.audited()" % name)

    def mode(self, mode, count, first=0):
        """Run `count` cases; False when to stop."""
        *write_at, dialect = self.modes[mode]
        at_commit = {server: when == "commit" for server, when in zip(SERVERS, write_at)}
        self._serve(dialect, at_commit)
        started, before = time.monotonic(), self.cases
        well = all(self._case(mode, at_commit, dialect == "nxt", number) or self.options.keep_going
                   for number in range(first, first + count))
        print("mode %-20s %5d cases, %4.0f s" % (mode, self.cases - before, time.monotonic() - started), flush=True)
        return well

    def _case(self, mode, at_commit, nxt, number):
        case = Case(random.Random("%s %s %d" % (self.options.seed, mode, number)), at_commit, nxt)
        trial = Trial(self, case)
        self.cases += 1
        problems = trial.run()
        self.seen.update(trial.ledger.seen)
        if not problems:
            self.passed += 1
            return True
        self.failed += 1
        print("\n== case %d of mode %s: %s" % (number, mode, problems[0]), flush=True)
        trial = self._smaller(case) or trial
        print("\n".join(["again: --mode %s --seed %s --from %d --cases 1" % (mode, self.options.seed, number),
                         "tenants: %s; servers: %s; %s" % (" ".join(case.switches), case.options, case.settings),
                         "fault: %s" % (case.fault or "none")] + trial.text()), flush=True)
        return False

    def _smaller(self, case):
        """The trial of as few of its statements as still give a complaint."""
        last, trials, place = None, 0, 0
        while place < len(case.steps) and trials < self.options.shrink:
            steps = list(case.steps)
            step = case.steps.pop(place)
            trial = Trial(self, case)
            trials += 1
            needed = isinstance(step, Control) and step.verb.startswith(("BEGIN", "SET"))
            if not needed and trial.run():
                last = trial
            else:
                case.steps = steps
                place += 1
        return last

    # What is said at the end

    def coverage(self):
        wanted = ("committed", "rolled back", "rolled back to a savepoint", "released", "exception caught",
                  "failed at COMMIT", "WARNINGs", "of outcomes not known", "terminated while it sent",
                  "cancelled while it sent", "timed out while it sent", "terminated while idle")
        return ["never: " + one for one in wanted if not self.seen[one]] if self.cases >= 200 else []

    def summary(self):
        print("seen: " + ", ".join("%s %d" % pair for pair in sorted(self.seen.items())))


class Trial:
    """One run of a case."""

    def __init__(self, exchange, case):
        self.exchange, self.case = exchange, case
        self.session, self.admin = exchange.session, exchange.admin
        self.tenants = exchange.tenants
        self.ledger = Ledger(case.at_commit, case.nxt, {server: {gsid: plan(gsid) for gsid in PLANS[server]}
                                              for server in SERVERS})
        self.lines = []
        self.last_seen = dict.fromkeys(SERVERS, 0)
        self.hit = self.over = False

    def run(self):
        """The complaints."""
        self._prepare()
        for step in self.case.steps:
            self._step(step)
            if self.over or self.ledger.problems or self.session.connection.closed:
                break
        if self.session.connection.closed:
            self.session.connect()
        elif self.ledger.levels:
            self.session.run("ROLLBACK")
        if not self.ledger.problems:
            self._sabotage()
            self._compare()
        return self.ledger.problems

    def _sabotage(self):
        tenant, gsid, kind = self.tenants["b"], PLANS["b"][0], self.exchange.options.sabotage
        if kind == "row":
            tenant("delete", gsid)
        elif kind == "twice":
            tenant("insert", json.dumps(plan(gsid)))
        elif kind == "value":
            tenant("touch", gsid, "Comments=nobody's")

    def text(self):
        return self.lines + self.ledger.problems

    def _prepare(self):
        self.session.must(_CLEAN)
        self.session.must("DEALLOCATE ALL; RESET statement_timeout; SET log_min_messages = notice; "
                          + self.case.settings)
        self.session.notices()
        self.pid = self.session.connection.get_backend_pid()
        for server, tenant in self.tenants.items():
            tenant("reset", "plans=0", "objectives=0", "types=3")
            for gsid in PLANS[server]:
                tenant("insert", json.dumps(dict(plan(gsid), Gsid=gsid)))
            tenant("set", *self.case.switches)
            tenant("clear")
            self.admin.must("ALTER SERVER %s OPTIONS (%s)" % (server, ", ".join(
                "SET %s '%s'" % option for option in self.case.options.items())))
            if self.case.fault and self.case.fault.server == server:
                tenant("fault", self.case.fault.rule())
        self.exchange.log.seek(0, os.SEEK_END)

    # One step

    def _step(self, step):
        self.lines.append("%s;" % step.sql())
        if isinstance(step, Colleague):
            comments = "c%d" % step.number
            self.tenants[step.server]("touch", step.gsid, "Comments=" + comments)
            self.ledger.touch(step.server, step.gsid, comments)
            return
        if isinstance(step, Kill):
            self._terminate()
            self.ledger.seen["terminated while idle"] += 1
            outcome = self._outcome(None, True)
            self._take_warnings(outcome.said)
            self.ledger.replay(Control(step.number, "ROLLBACK"), outcome)
            return
        if isinstance(step, Skew):
            self.admin.must(step.OTHER[0])
        answer = self._run(step)
        if isinstance(step, Skew):
            self.admin.must(step.OTHER[1])
            self.ledger.doomed = answer.error is None
            self.ledger.seen["not serializable"] += 1
        killed = answer.error == "lost" or answer.error == "57P01"
        # what a function was waiting for is let go of when the transaction ends, and not before
        ending = bool(self.ledger.levels) and answer.error == "57014" and step.by_function
        if ending:
            self.session.must("ROLLBACK")
        outcome = self._outcome(answer.error, killed)
        self._take_warnings(outcome.said)
        self.lines.append("--   %s%s" % (answer.error + ": " + answer.message.split("\n")[0] if answer.error
                                         else "well", "".join("; " + one for one in outcome.said)))
        self.ledger.replay(step, outcome)
        # the chain has ended, too
        self.over = answer.error is not None and getattr(step, "verb", "").endswith("AND CHAIN")
        if ending:
            self.lines.append("ROLLBACK;")
            self.ledger.replay(Control(step.number, "ROLLBACK"), self._outcome(None, False))
            self.over = True

    def _run(self, step):
        fault = self.case.fault
        if fault is None or not fault.action or self.hit:
            return self._ask(step)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(self._ask(step)))
        thread.start()
        while thread.is_alive():
            thread.join(0.002)
            if not self.hit and thread.is_alive() and self._arrived(fault) > fault.skip:
                self.hit = True
                if fault.action == "terminate":
                    self.ledger.seen["terminated while it sent"] += 1
                    self._terminate()
                # core's own statement_timeout ends before deferred triggers run
                elif fault.action == "cancel" or isinstance(step, Control) and not self.case.at_commit[fault.server]:
                    self.ledger.seen["cancelled while it sent"] += 1
                    self.admin.must("SELECT pg_cancel_backend(%d)" % self.pid)
                else:
                    self.ledger.seen["timed out while it sent"] += 1
                thread.join(PATIENCE)
        if not answers:
            raise SystemExit("fuzz: a statement did not end")
        return answers[0]

    def _ask(self, step):
        if isinstance(step, Insert) and step.how == "copy":
            return self.session.copied("%s;" % step.sql(), step.copied())
        return self.session.run(step.sql())

    def _terminate(self):
        self.admin.must("SELECT pg_terminate_backend(%d)" % self.pid)
        self._until(lambda: not self.admin.must("SELECT 1 FROM pg_stat_activity WHERE pid = %d" % self.pid))
        self.session.run("SELECT 1")

    def _until(self, there):
        end = time.monotonic() + PATIENCE
        while not there():
            if time.monotonic() > end:
                raise SystemExit("\n".join(["fuzz: waited in vain", "fault: %s" % self.case.fault, *self.lines]))
            time.sleep(0.002)

    # What tenants were asked

    def _entries(self, server):
        entries = [json.loads(line) for line in self.tenants[server]("log", "100000").splitlines()]
        return [entry for entry in entries if entry["number"] > self.last_seen[server]]

    def _arrived(self, fault):
        """How many requests of the fault's operation have come since it was set."""
        wanted = re.compile(re.sub(" /(?!v2)", " /v1/", fault.op()).replace("*", "[^/]*"))
        entries = [json.loads(line) for line in self.tenants[fault.server]("log", "100000").splitlines()]
        return sum(1 for entry in entries if wanted.fullmatch("%s %s" % (entry["method"], entry["path"])))

    def _settled(self, cut):
        """Wait until tenants are done with all that was sent, be it on its way when the session was cut."""
        ports = {"%04X" % int(re.search(r":(\d+)/", tenant.url)[1]) for tenant in self.tenants.values()}

        def on_its_way():
            with open("/proc/net/tcp", encoding="ascii") as file:
                for line in list(file)[1:]:
                    _, local, _, state, queues = line.split()[:5]
                    # the client has closed it, or there is something to be read
                    if local.split(":")[1] in ports and (state == "08" or queues.split(":")[1] != "00000000"):
                        return True
            return False

        def still():
            return cut and on_its_way() or any(entry["ms"] is None for server in SERVERS for entry in self._entries(server))

        self._until(lambda: not still())

    def _outcome(self, code, killed):
        """How it ended, and all that can be found out about what was done."""
        fault = self.case.fault
        self._settled(code is not None or fault is not None)
        done, tried, reads = [], set(), collections.Counter()
        for server in SERVERS:
            for entry in self._entries(server):
                self.last_seen[server] = max(self.last_seen[server], entry["number"])
                units = self._asked(server, entry)
                if units:
                    tried.add(server)
                else:
                    reads[server] += 1
                done += [unit for unit in units if not _is_refused(unit) and (
                    entry["status"] in (200, 204) or entry["status"] == "none" and self._was_done(unit))]
        messages = self._messages(killed)
        events = [match.groups() for one in messages for match in [_SAID.search(one.split("\n")[0])] if match]
        outcome = Outcome("57P01" if code == "lost" else code,
                          [(kind, int(number), *filter(None, rest)) for kind, number, *rest in events],
                          done, fault.codes() if fault else (), killed)
        outcome.tried, outcome.reads, outcome.quiet = tried, reads, \
            fault is None and not self.case.nxt
        outcome.unknown = 0 if fault is None else fault.unknown()
        outcome.said = [one for one in messages if _WARNING.search(one)]
        return outcome

    def _was_done(self, unit):
        """Of a request without an answer, by what was done to it, or by what the tenant holds."""
        if not self.case.fault.action:
            return self.case.fault.kind == "lost"
        plans, new, objectives = self._holds(unit.server)
        if unit.kind == "plan":
            return any(one["Name"] == unit.key for one in new)
        if unit.kind == "objective":
            return (unit.fields["SuccessPlanId"], unit.key) in objectives
        return all(plans[unit.key].get(name) == value for name, value in unit.fields.items())

    def _holds(self, server):
        """What the tenant has: (the plans that were there first, new ones, objectives)."""
        tenant, plans, new, objectives = self.tenants[server], {}, [], []
        for line in tenant("dump", "successplans").splitlines():
            values = [None if value == "\\N" else value for value in line.split("\t")]
            record = {name: value for name, value in zip(_FIELDS, values) if name}
            gsid = record.pop("Gsid")
            if gsid in PLANS[server]:
                plans[gsid] = record
            else:
                new.append(dict(record, gsid=gsid))
        for line in tenant("dump", "objectives").splitlines():
            values = line.split("\t")
            objectives.append((values[3], values[1]))
        return plans, new, objectives

    def _asked(self, server, entry):
        """The units that a request asked for; none if it reads."""
        path = entry["path"].split("/")[3:]
        if entry["path"] == "/v2/successPlan/":
            return [self._record(server, one["record"]) for one in json.loads(entry["body"])["requests"]]
        if entry["method"] == "GET" or path == ["search"] or path[:1] == ["objects"]:
            return []
        body = json.loads(entry["body"])
        if entry["method"] == "PUT":
            return [Unit(server, "update", path[0], body)]
        if len(path) == 2:
            return [Unit(server, "objective", body["Name"], dict(body, SuccessPlanId=path[0]))]
        return [Unit(server, "plan", body["Name"], body)]

    @staticmethod
    def _record(server, record):
        fields = {_NXT_NAMES.get(name, name): value for name, value in record.items() if name != "referenceId"}
        if "TypeId" in fields:          # it goes by its name
            fields["TypeId"] = TYPES[0]
        gsid = fields.pop("Gsid", None)
        return Unit(server, "update", gsid, fields) if gsid else Unit(server, "plan", fields["Name"], fields)

    # What was said

    def _messages(self, killed):
        """Messages of the session, oldest first; those of one that is gone are in the log."""
        notices = [notice.strip() for notice in self.session.notices()]
        messages, own = [], False
        for line in self.exchange.log.read().decode("utf-8", "replace").splitlines():
            match = re.match(r"\S+ \S+ \S+ \[(\d+)\] (\w+): +(.*)", line)
            if match:
                own = int(match[1]) == self.pid
                if own and match[2] in ("DETAIL", "HINT", "CONTEXT", "STATEMENT"):
                    if messages and match[2] == "DETAIL":
                        messages[-1] += "\n" + match[3]
                elif own:
                    messages.append(match[2] + ":  " + match[3])
        return messages if killed else notices

    def _take_warnings(self, said):
        for one in said if self.exchange.options.sabotage != "silence" else ():
            maybe = _MAYBE.search(one)
            self.ledger.warned(int(_WARNING.search(one)[1]), int(maybe[1]) if maybe else 0)

    # The end

    def _compare(self):
        """Tenants and local tables with what the ledger has."""
        ledger = self.ledger
        for server in SERVERS:
            plans, new, objectives = self._holds(server)
            for gsid, expected in ledger.plans[server].items():
                if plans.get(gsid) != expected:
                    ledger.complain("%s holds of %s %s, and not %s", server, gsid, plans.get(gsid), expected)
            # what nobody set is null
            made = sorted(json.dumps({name: value for name, value in one.items()
                                      if value is not None and name != "gsid"}, sort_keys=True) for one in new)
            expected = sorted(json.dumps(one, sort_keys=True) for one in ledger.new[server])
            if made != expected:
                ledger.complain("%s has the new plans %s, and not %s", server, made, expected)
            if sorted(objectives) != sorted(ledger.objectives[server]):
                ledger.complain("%s has the objectives %s, and not %s", server, sorted(objectives),
                                sorted(ledger.objectives[server]))
        rows = collections.Counter(tuple(row) for row in self.admin.must(_ROWS))
        if rows != ledger.rows:
            ledger.complain("local tables hold %s, and not %s", dict(rows), dict(ledger.rows))


def _is_refused(unit):
    return unit.fields.get("Status") == BAD or unit.fields.get("SuccessPlanId") == NO_PLAN
