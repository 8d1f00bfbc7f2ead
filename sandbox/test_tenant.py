"""The sandbox tenant, tested from outside by a reader written apart from it."""

import concurrent.futures
import datetime
import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from decimal import Decimal
from urllib.parse import quote

HERE = os.path.dirname(os.path.abspath(__file__))
PLANS = 1001
DOCUMENTED = ("Gsid Name CompanyId CompanyName TypeId TypeName Status OwnerId OwnerName StartDate "
              "EndDate Comments CreatedDate ModifiedDate").split()
CUSTOM = "Health__gc IsExec__gc RenewalDate__gc LastTouch__gc Segment__gc Score__gc".split()
OBJECTIVE = ("Gsid Name Description SuccessPlanId Status Priority DueDate CompletionPercentage "
             "CreatedDate ModifiedDate").split()
DATES = {"StartDate", "EndDate", "RenewalDate__gc", "DueDate"}
TIMES = {"CreatedDate", "ModifiedDate", "LastTouch__gc"}
NUMBERS = {"Health__gc", "Score__gc", "CompletionPercentage"}
UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
NEW = {"Name": "n", "CompanyId": "c", "TypeId": "t"}


class Client:
    base = "/v1"

    def __init__(self, url):
        host = url.split("/")[2]
        self.connection = http.client.HTTPConnection(host, timeout=120)
        self.headers = {"accessKey": "sandbox-key", "Accept": "application/json",
                        "Content-Type": "application/json"}

    def raw(self, method, path, body=None, **headers):
        """(status, headers, body bytes)"""
        if isinstance(body, dict):
            body = json.dumps(body, default=str)
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, self.base + path, body, {
            name: value for name, value in {**self.headers, **headers}.items() if value})
        reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def call(self, method, path, body=None):
        """(status, parsed body); numbers keep their digits."""
        status, headers, data = self.raw(method, path, body)
        if headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        return status, json.loads(data, parse_float=Decimal, parse_int=Decimal)

    def search(self, limit=5000, offset=0, **more):
        return self.call("POST", "/successplans/search", dict(more, limit=limit, offset=offset))

    def records(self, **more):
        """All records of a search, page after page, until one is empty."""
        found = []
        while True:
            status, body = self.search(offset=len(found), **more)
            data = body.get("data")
            page = data if isinstance(data, list) else (data or {}).get("records", [])
            if not page:
                return found
            found += page


def true_time(value):
    if not isinstance(value, str):
        return EPOCH + datetime.timedelta(milliseconds=int(value))
    moment = datetime.datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def shown(name, value):
    """A JSON value as the dump has it."""
    if value is None or value == "" and name in DATES | TIMES | NUMBERS:
        return None
    if name in DATES:
        return true_time(value).date().isoformat()
    if name in TIMES:
        text = true_time(value).strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
        return text + "+00"
    if name in NUMBERS:
        return format(value, "f")
    if isinstance(value, bool):
        return "t" if value else "f"
    return value


def row_of(record, names):
    lower = {key.lower(): value for key, value in record.items()}
    return tuple(shown(name, lower.get(name.lower())) for name in names)


def unescape(cell):
    if cell == "\\N":
        return None
    if "\\" not in cell:
        return cell
    for escaped, plain in (("\\\\", "\0"), ("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"),
                           ("\\b", "\b"), ("\\f", "\f"), ("\\v", "\v"), ("\0", "\\")):
        cell = cell.replace(escaped, plain)
    return cell


TENANT = {}                     # of the module whose tests run: its process and its URL


def setUpModule():
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    port_file = os.path.join(folder.name, "port")
    TENANT["process"] = subprocess.Popen([
        sys.executable, os.path.join(HERE, "tenant.py"), "--port-file", port_file,
        "--plans", str(PLANS), "--die-with-parent"])
    deadline = time.monotonic() + 300
    while not os.path.exists(port_file) and time.monotonic() < deadline:
        time.sleep(0.02)
    with open(port_file, encoding="ascii") as url:
        TENANT["url"] = url.read().strip()


def tearDownModule():
    TENANT["process"].terminate()
    assert TENANT["process"].wait(timeout=60) == 0


class TenantTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.url = TENANT["url"]

    def setUp(self):
        self.ctl("defaults")
        self.ctl("clear")
        self.client = Client(self.url)
        self.addCleanup(self.client.connection.close)

    def ctl(self, command, *arguments, ok=True):
        """What the script ctl does, without the time to start it."""
        control = http.client.HTTPConnection(self.url.split("/")[2], timeout=120,
                                             source_address=("127.0.0.2", 0))
        control.request("POST", "/_sandbox/" + command, json.dumps(arguments))
        reply = control.getresponse()
        text = reply.read().decode()
        control.close()
        self.assertEqual(reply.status, 200 if ok else 400, text)
        return text

    def script(self, *arguments):
        """(exit status, standard output, standard error) of ctl."""
        done = subprocess.run([os.path.join(HERE, "ctl"), *arguments], capture_output=True,
                              env={"GS_SANDBOX_URL": self.url}, timeout=120, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def dump(self, *arguments):
        lines = self.ctl("dump", *arguments).split("\n")
        self.assertEqual(lines.pop(), "")
        return [tuple(map(unescape, line.split("\t"))) for line in lines]

    def refused(self, answer, *words, status=400):
        self.assertEqual(answer[0], status, answer)
        self.assertIs(answer[1]["result"], False)
        for word in words:
            self.assertIn(word, json.dumps(answer[1], ensure_ascii=False))


def where(*conditions, expression=None):
    """From (field, operator, value...) with aliases in order."""
    aliases = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:len(conditions)]
    return {"conditions": [{"name": name, "alias": alias, "operator": operator, "value": values}
                           for alias, (name, operator, *values) in zip(aliases, conditions)],
            "expression": expression or " AND ".join(aliases)}


class Reading(TenantTest):
    def test_sizes_and_dump_in_every_neutral_switch(self):
        names = DOCUMENTED + CUSTOM
        self.ctl("reset", "plans=500")
        self.addCleanup(self.ctl, "reset")
        neutral = [None] + self.ctl("neutral").split()
        self.assertGreater(len(neutral), 20)
        for switch in neutral:
            if switch:
                self.ctl("set", switch)
            with self.subTest(switch):
                truth = self.dump("successplans", "--custom")
                self.assertEqual(len(truth), 500)
                self.assertEqual([row_of(r, names) for r in self.client.records(limit=200)], truth)
                self.assertEqual([row_of(r, DOCUMENTED) for r in self.client.records(
                    limit=500, select=DOCUMENTED)], [row[:14] for row in truth])
                self.assertEqual([row_of(r, names[4:6]) for r in self.client.records(
                    select=names[4:6])], [row[4:6] for row in truth])
                self.objectives(truth[:25])
            self.ctl("defaults")

    def objectives(self, plans):
        ids = {plan[0] for plan in plans}
        expected = [row for row in self.dump("objectives") if row[3] in ids]
        found = []
        for plan in plans:
            data = self.client.call("GET", "/successplans/%s/objectives"
                                    % quote(plan[0], safe=""))[1].get("data") or []
            found += [row_of({**o, "SuccessPlanId": plan[0]}, OBJECTIVE) for o in data]
        self.assertEqual(found, expected)

    def test_small_tenants(self):
        for count in (0, 1, 999, 1000):
            self.ctl("reset", "plans=%d" % count)
            status, body = self.client.search(limit=1000)
            self.assertEqual((status, body["data"]["totalCount"]), (200, count))
            self.assertEqual([row_of(r, DOCUMENTED) for r in body["data"]["records"]],
                             self.dump("successplans"))
        self.ctl("reset", "plans=0", "types=0")
        self.assertEqual(self.dump("plan_types") + self.dump("objectives"), [])
        self.assertEqual(self.client.call("GET", "/successplans/config/types")[1]["data"], [])
        self.ctl("reset")

    def test_one_seed_one_tenant(self):
        first = self.ctl("dump", "successplans")
        self.ctl("reset", "seed=2")
        self.assertNotEqual(self.ctl("dump", "successplans"), first)
        self.ctl("reset")
        self.assertEqual(self.ctl("dump", "successplans"), first)

    def test_a_plan_by_each_awkward_id(self):
        awkward = [row[0] for row in self.dump("successplans")
                   if not (row[0].isalnum() and len(row[0]) == 36)]
        self.assertGreaterEqual(len(awkward), 10)
        for gsid in awkward:
            status, body = self.client.call("GET", "/successplans/" + quote(gsid, safe=""))
            self.assertEqual((status, body["data"]["Gsid"]), (200, gsid))
            self.assertIn("Health__gc", set(body["data"]) | {"Health__gc"})
        twice = quote(quote("1P02/slash/ID", safe=""), safe="")
        self.assertEqual(self.client.call("GET", "/successplans/" + twice)[0], 404)

    def test_types(self):
        body = self.client.call("GET", "/successplans/config/types")[1]
        self.assertEqual([(t["id"], t["name"]) for t in body["data"]], self.dump("plan_types"))

    def test_the_data_is_awkward(self):
        bodies = self.client.raw("POST", "/successplans/search", {"limit": 1001})[2]
        for piece in (b'\\u00', b'"StartDate":""', b'"Status":null', b'+0530"', b'E', b'\\"',
                      b"12345678901234567890.123456789", b'"0001-01-01', b'"9999-12-31'):
            self.assertIn(piece, bodies)
        records = json.loads(bodies)["data"]["records"]
        self.assertTrue(any("Comments" not in record for record in records))

    def test_order_offset_and_count_switches(self):
        first = self.client.search(limit=5)[1]["data"]["records"]
        self.ctl("set", "ignore_offset=true")
        self.assertEqual(self.client.search(limit=5, offset=50)[1]["data"]["records"], first)
        self.ctl("set", "ignore_offset=false", "total_count=3")
        self.assertEqual(self.client.search(limit=5)[1]["data"]["totalCount"], PLANS + 3)
        self.ctl("set", "total_count=true", "total_as=double")
        digits = str(PLANS)
        spelled = '"totalCount":%s.%sE%d' % (digits[0], digits[1:] or "0", len(digits) - 1)
        self.assertIn(spelled.encode(), self.client.raw("POST", "/successplans/search", {"limit": 1})[2])
        self.assertEqual(self.client.search(limit=5)[1]["data"]["totalCount"], PLANS)
        self.ctl("set", "total_as=text")
        self.assertEqual(self.client.search(limit=5)[1]["data"]["totalCount"], digits)
        self.ctl("set", "shuffle=true")
        pages = [tuple(r["Gsid"] for r in self.client.search(select=["Gsid"])[1]["data"]["records"])
                 for _ in range(3)]
        self.assertEqual(len(set(pages)), 3)
        self.assertEqual(len({frozenset(page) for page in pages}), 1)


class Filtering(TenantTest):
    def setUp(self):
        super().setUp()
        self.truth = self.dump("successplans", "--custom")

    def matches(self, filter_, test):
        """The search gives the rows for which `test` of {field: shown value} holds."""
        names = DOCUMENTED + CUSTOM
        expected = [row[0] for row in self.truth if test(dict(zip(names, row)))]
        status, body = self.client.search(select=["Gsid"], where=filter_)
        self.assertEqual(status, 200, body)
        self.assertEqual([r["Gsid"] for r in body["data"]["records"]], expected, filter_)
        self.assertEqual(body["data"]["totalCount"], len(expected))
        return len(expected)

    def test_text_operators(self):
        for word in ("Renewal", "renewal", "%", "a", "'", "\U0001f680", "\u00e9"):
            for operator, test in (
                    ("EQ", lambda n: n == word), ("NE", lambda n: n != word),
                    ("LT", lambda n: n < word), ("GTE", lambda n: n >= word),
                    ("CONTAINS", lambda n: word in n),
                    ("STARTS_WITH", lambda n: n.startswith(word)),
                    ("ENDS_WITH", lambda n: n.endswith(word))):
                for field in ("Name", "Segment__gc"):
                    self.matches(where((field, operator, word)),
                                 lambda r: r[field] is not None and test(r[field]))
        self.assertGreater(self.matches(where(("Status", "IN", "Active", "Archived")),
                                        lambda r: r["Status"] in ("Active", "Archived")), 300)

    def test_nulls(self):
        for field in ("Status", "Comments", "StartDate", "CreatedDate", "Health__gc", "IsExec__gc"):
            some = self.matches(where((field, "IS_NULL")), lambda r: r[field] is None)
            rest = self.matches(where((field, "IS_NOT_NULL")), lambda r: r[field] is not None)
            self.assertEqual(some + rest, PLANS)
            self.assertGreater(some, 0)
        self.assertGreater(self.matches(where(("Comments", "EQ", "")),
                                        lambda r: r["Comments"] == ""), 0)

    def test_other_kinds(self):
        def number(text):
            return None if text is None else Decimal(text)

        def moment(text):
            return None if text is None else datetime.datetime.fromisoformat(text)

        third = "33.333333333333333333"
        filter_ = json.dumps({"limit": 5000, "where": where(("Health__gc", "EQ", "#"))})
        status, body = self.client.call("POST", "/successplans/search",
                                        filter_.replace('"#"', third))
        self.assertEqual({str(r["Health__gc"]) for r in body["data"]["records"]}, {third})
        pivot = datetime.datetime(2025, 1, 1, tzinfo=UTC)
        for operator, test in (("LT", lambda a, b: a < b), ("LTE", lambda a, b: a <= b),
                               ("GT", lambda a, b: a > b), ("GTE", lambda a, b: a >= b),
                               ("EQ", lambda a, b: a == b), ("NE", lambda a, b: a != b)):
            for field, value, own, read in (
                    ("StartDate", "2024-02-29", "2024-02-29", lambda t: t),
                    ("Score__gc", 10, 10, number), ("Health__gc", 12.5, Decimal("12.5"), number),
                    ("ModifiedDate", "2025-01-01T00:00:00Z", pivot, moment)):
                self.matches(where((field, operator, value)), lambda r: r[field] is not None
                             and test(read(r[field]), own))
        self.matches(where(("EndDate", "BTW", "2022-01-01", "2022-12-31")),
                     lambda r: r["EndDate"] is not None and r["EndDate"][:4] == "2022")
        self.matches(where(("IsExec__gc", "EQ", True)), lambda r: r["IsExec__gc"] == "t")

    def test_expressions(self):
        def test(text, check):
            self.matches(where(("Status", "EQ", "Active"), ("Name", "CONTAINS", "b"),
                               ("EndDate", "IS_NULL"), expression=text),
                         lambda r: check(r["Status"] == "Active", "b" in r["Name"],
                                         r["EndDate"] is None))
        test("A AND B OR C", lambda a, b, c: a and b or c)
        test("C OR A AND B", lambda a, b, c: c or a and b)
        test("A AND (B OR C)", lambda a, b, c: a and (b or c))
        test("((A OR (B)) AND C)", lambda a, b, c: (a or b) and c)
        test("A OR B OR C", lambda a, b, c: a or b or c)
        for bad in ("", "A AND B", "A AND B AND D", "NOT A AND B AND C", "A AND (B OR C", "A B C",
                    "A AND B OR C)", "A and B AND C", "A AND B AND C AND", "A & B & C", "()",
                    "(" * 5000 + "A"):
            answer = self.client.search(where=where(
                ("Status", "EQ", "Active"), ("Name", "CONTAINS", "b"), ("EndDate", "IS_NULL"),
                expression=bad or " "))
            self.refused(answer, "expression")

    def test_by_id(self):
        some = [row[0] for row in self.truth[::100]]
        self.matches(where(("Gsid", "IN", *some, "none")), lambda r: r["Gsid"] in some)
        company = self.truth[0][2]
        self.assertLessEqual(self.matches(where(("CompanyId", "EQ", company)),
                                          lambda r: r["CompanyId"] == company), 9)
        self.assertGreater(self.matches(
            where(("CompanyId", "EQ", company), ("Status", "NE", "none")),
            lambda r: r["CompanyId"] == company and r["Status"] is not None), -1)

    def test_switched_semantics(self):
        self.ctl("set", "text_fold=true")
        for operator in ("EQ", "STARTS_WITH"):
            self.matches(where(("Name", operator, "RENEWAL")), lambda r: (
                r["Name"].casefold().rstrip(" ") == "renewal" if operator == "EQ"
                else r["Name"].casefold().startswith("renewal")))
        self.ctl("defaults")
        self.ctl("set", "keep_nulls=true")
        for operator, test in (("NE", lambda v: v != "Active"), ("GTE", lambda v: v >= "Active")):
            self.matches(where(("Status", operator, "Active")),
                         lambda r: r["Status"] is None or test(r["Status"]))
        self.ctl("set", "keep_nulls=false", "ignore_filters=true")
        self.matches(where(("Status", "EQ", "Active")), lambda r: True)
        self.ctl("set", "ignore_filters=false", "date_instants=true")
        noon = next(record for record in self.client.records()
                    if "T12:00:00" in record.get("StartDate", ""))
        day = shown("StartDate", noon["StartDate"])
        for operator, there in (("EQ", False), ("LTE", False), ("GT", True), ("GTE", True)):
            found = self.client.records(where=where(("StartDate", operator, day)))
            self.assertEqual(noon in found, there, operator)
        self.ctl("defaults")
        self.ctl("set", "doubles=true")
        score = 2**53 + 1
        for operator, there in (("EQ", True), ("NE", False), ("GT", False), ("LTE", True)):
            found = self.client.records(select=["Gsid", "Score__gc"],
                                        where=where(("Score__gc", operator, score - 1)))
            self.assertEqual(score in [record.get("Score__gc") for record in found], there, operator)
        self.ctl("set", "strict=false")
        self.assertEqual(self.client.search(where=where(("Nothing", "EQ", 1)))[1]["data"]
                         ["totalCount"], PLANS)


class Strictness(TenantTest):
    def test_form(self):
        search = ("POST", "/successplans/search")
        body = {"limit": 1}
        self.assertEqual(self.client.raw(*search, body)[0], 200)
        for changed, status in (({"accessKey": None}, 401), ({"accessKey": "x"}, 401),
                                ({"Content-Type": "text/plain"}, 400), ({"Accept": "*/*"}, 400)):
            self.assertEqual(self.client.raw(*search, body, **changed)[0], status, changed)
        self.refused(self.client.call("GET", "/nothing"), "GS_APIG_1000", status=404)
        self.refused(self.client.call("GET", "/successplans/"), "GS_APIG_1000", status=404)
        self.refused(self.client.call("DELETE", "/successplans/x"), "GS_APIG_1000", status=404)
        self.refused(self.client.call("GET", "/successplans/unknown"), "unknown", status=404)
        self.refused(self.client.call("GET", "/successplans/a/objectives"), "no success plan",
                     status=404)
        self.refused(self.client.call("GET", "/successplans/config?x=1"), "query string")
        self.refused(self.client.call("GET", "/successplans/config", {"limit": 1}), "body")
        self.ctl("set", "any_agent=false")
        self.refused(self.client.call(*search, body), "User-Agent")
        self.assertEqual(self.client.raw(*search, body, **{"User-Agent": "gainsight_fdw/1.0"})[0],
                         200)

    def test_bodies(self):
        for text, *words in (
                ("", "JSON"), ("[]", "object"), ("{", "JSON"), (b'{"limit":1,"x":"\xff"}', "UTF-8"),
                ('{"limit":1,"limit":2}', "twice"), ('{"limit":NaN}', "NaN"), ("[" * 9999, "JSON"),
                ('{"limit":1,"where":{"conditions":[],"expression":"A"}}', "conditions"),
                ('{"select":["\\ud800"],"limit":1}', "JSON"), ('{"limit":1,"sort":[]}', "sort"),
                ("{}", "limit"), ('{"limit":"1"}', "limit"), ('{"limit":0}', "limit"),
                ('{"limit":5001}', "limit"), ('{"limit":1.0}', "limit"),
                ('{"limit":true}', "limit"),
                ('{"limit":1,"offset":-1}', "offset"), ('{"limit":1,"offset":null}', "offset"),
                ('{"limit":1,"select":[]}', "select"), ('{"limit":1,"where":null}', "where"),
                ('{"limit":1,"select":["Gsid","Gsid"]}', "twice"),
                ('{"limit":1,"select":["gsid"]}', "COCKPIT_5101")):
            self.refused(self.client.call("POST", "/successplans/search", text), *words)

    def test_conditions(self):
        def refused(*condition, word, **more):
            filter_ = where(condition)
            filter_["conditions"][0].update(more)
            self.refused(self.client.search(where=filter_), word)
        refused("Nope", "EQ", 1, word="COCKPIT_5101")
        refused("Name", "LIKE", "a", word="LIKE")
        refused("Name", "INCLUDES", "a", word="multi-select")
        refused("StartDate", "CONTAINS", "2", word="does not fit")
        refused("IsExec__gc", "GT", True, word="does not fit")
        refused("Name", "EQ", 1, word="not a JSON string")
        refused("Health__gc", "EQ", "1", word="not a JSON number")
        refused("Health__gc", "EQ", True, word="not a JSON number")
        refused("IsExec__gc", "EQ", "false", word="not a JSON boolean")
        refused("Name", "EQ", word="empty")
        refused("Name", "EQ", "a", "b", word="one value")
        refused("Name", "BTW", "a", word="two values")
        refused("Name", "IS_NULL", "a", word="null test")
        refused("Name", "EQ", None, word="not a JSON string")
        refused("Name", "EQ", "a", word="array", value="a")
        refused("Name", "EQ", "a", word="alias", alias=None)
        refused("Name", "EQ", "a", word="alias", alias="AA")
        refused("Name", "EQ", "a", word="extra", extra=1)
        refused("Name", "IN", "a", "a", word="twice")
        refused("Name", "IN", *map(str, range(101)), word="more than 100")
        refused("StartDate", "EQ", "2024-1-1", word="YYYY-MM-DD")
        refused("StartDate", "EQ", "2023-02-29", word="no day")
        refused("StartDate", "EQ", "2024-01-01T00:00:00Z", word="YYYY-MM-DD")
        for time_ in ("2024-01-01T00:00:00", "2024-01-01T00:00:00.5Z", "2024-01-01T00:00:00+00:00",
                      "2024-01-01", "2024-01-01T24:00:00Z"):
            refused("ModifiedDate", "EQ", time_, word="GSOBJ_1005")
        both = where(("Name", "EQ", "a"), ("Name", "EQ", "b"))
        both["conditions"][1]["alias"] = "A"
        self.refused(self.client.search(where=both), "twice")
        many = where(*[("Name", "EQ", "a")] * 26)
        self.assertEqual(self.client.search(where=many)[0], 200)
        many["conditions"].append(many["conditions"][0])
        self.refused(self.client.search(where=many), "26")
        self.ctl("set", "operators=[\"EQ\"]")
        refused("Name", "NE", "a", word="not supported")


class Writing(TenantTest):
    def setUp(self):
        super().setUp()
        self.before = self.dump("successplans", "--custom")
        self.addCleanup(self.ctl, "reset")

    def test_create_plan(self):
        body = dict(NEW, Status="Active", StartDate="2024-02-29", Health__gc=1.5, OwnerId=None)
        status, answer = self.client.call("POST", "/successplans", body)
        self.assertEqual(status, 200)
        row = self.dump("successplans", "--custom")[-1]
        self.assertEqual(row, row_of(answer["data"], DOCUMENTED + CUSTOM))
        self.assertEqual(row[1:3] + row[6:8] + row[9:11] + row[14:15],
                         ("n", "c", "Active", None, "2024-02-29", None, "1.5"))
        self.ctl("set", "create_answer=gsid")
        answer = self.client.call("POST", "/successplans", NEW)[1]
        self.assertEqual(set(answer["data"]), {"Gsid"})
        self.assertEqual(json.loads(self.ctl("plan", answer["data"]["Gsid"]))["Name"], "n")

    def test_refused_writes(self):
        for change, *words in (
                ({"Name": None}, "GSOBJ_1007"), ({"TypeId": ""}, "GSOBJ_1004"),
                ({"Status": "active"}, "GSOBJ_1012"), ({"StartDate": "2024-02-30"}, "GSOBJ_1006"),
                ({"StartDate": ""}, "GSOBJ_1006"), ({"Gsid": "x"}, "read-only", "GSOBJ_1002"),
                ({"Foo": 1}, "GSOBJ_1002"), ({"Comments": 1}, "GSOBJ_1008"),
                ({"Score__gc": 1.5}, "whole"), ({"LastTouch__gc": "2024-01-01"}, "GSOBJ_1005"),
                ({"Comments": "x" * 200000}, "GSOBJ_1001")):
            self.refused(self.client.call("POST", "/successplans", {**NEW, **change}), *words)
        self.refused(self.client.call("POST", "/successplans", {"Name": "n"}), "CompanyId")
        self.refused(self.client.call("PUT", "/successplans/unknown", NEW), status=404)
        self.refused(self.client.call("POST", "/successplans/unknown/objectives", {"Name": "n"}),
                     status=404)
        self.assertEqual(self.dump("successplans", "--custom"), self.before)

    def test_put(self):
        row = next(row for row in self.before if all(row))
        names = DOCUMENTED + CUSTOM
        for put in ("merge", "replace"):
            self.ctl("set", "put=" + put)
            before = dict(zip(names, self.dump("successplans", "--custom")[self.before.index(row)]))
            status, answer = self.client.call("PUT", "/successplans/" + row[0], dict(
                NEW, Status=None, Comments=put))
            self.assertEqual(status, 200)
            after = dict(zip(names, self.dump("successplans", "--custom")[self.before.index(row)]))
            self.assertEqual(tuple(after.values()), row_of(answer["data"], names))
            self.assertGreater(after["ModifiedDate"], before["ModifiedDate"])
            self.assertEqual((after["Status"], after["Comments"]), (None, put))
            for name in ("StartDate", "EndDate", "OwnerId", "OwnerName"):
                self.assertEqual(after[name], None if put == "replace" else before[name])
            for name in CUSTOM + ["CreatedDate"]:
                self.assertEqual(after[name], before[name])

    def test_create_objective(self):
        plan = self.before[0][0]
        path = "/successplans/%s/objectives" % plan
        answer = self.client.call("POST", path, {"Name": "o", "DueDate": "2024-01-31"})[1]["data"]
        self.assertEqual(self.client.call("GET", path)[1]["data"][-1], answer)
        mine = [row for row in self.dump("objectives") if row[3] == plan]
        self.assertEqual((mine[-1][0], mine[-1][6]), (answer["Gsid"], "2024-01-31"))
        self.refused(self.client.call("POST", path, {"Name": "o", "Status": "Active"}),
                     "GSOBJ_1012")

    def test_colleagues(self):
        gsid = self.before[3][0]
        self.ctl("touch", gsid, "Name=It's \"new\"", "Health__gc=2.50", "Status=null")
        plan = json.loads(self.ctl("plan", gsid), parse_float=str)
        self.assertEqual((plan["Name"], plan["Health__gc"], plan["Status"]),
                         ("It's \"new\"", "2.50", None))
        self.assertGreater(self.dump("successplans")[3][13], self.before[3][13])
        self.ctl("insert", '{"Gsid":"mine","Name":"\u00fc","CompanyId":"c","TypeId":"t"}')
        self.assertEqual(self.dump("successplans")[-1][:2], ("mine", "\u00fc"))
        self.ctl("delete", "mine")
        self.assertIn("mine", self.ctl("delete", "mine", ok=False))
        self.assertEqual(self.client.search(where=where(("Gsid", "EQ", "mine")))[1]["data"]
                         ["totalCount"], 0)

    def test_mutations(self):
        ids = [row[0] for row in self.before]
        self.ctl("mutate", '{"before_search":2,"delete_at":0}')
        self.ctl("mutate", '{"before_search":3,"insert_at":1}')
        self.ctl("mutate", '{"before_search":4,"move":[0,2]}')

        def page():
            return [r["Gsid"] for r in self.client.search(limit=3)[1]["data"]["records"]]
        self.assertEqual(page(), ids[:3])
        self.assertEqual(page(), ids[1:4])
        third = page()
        self.assertEqual((third[0], third[2]), (ids[1], ids[2]))
        self.assertEqual(page(), [third[1], ids[2], ids[1]])
        self.assertEqual(len(self.dump("successplans")), PLANS)
        self.ctl("mutate", '{"every":true,"delete_at":0}')
        for left in (PLANS - 1, PLANS - 2):
            self.assertEqual(self.client.search(limit=1)[1]["data"]["totalCount"], left)


class Misbehaving(TenantTest):
    GET = ("GET", "/successplans/config")

    def fault(self, fault, **rule):
        self.ctl("fault", json.dumps(dict(rule, fault=fault)))

    def lost(self):
        """The next request gets no whole answer."""
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.client.raw(*self.GET)
        self.client.connection.close()

    def test_statuses_and_bodies(self):
        self.fault({"status": 503, "headers": {"Retry-After": "7"}, "body": "<html>"}, skip=1,
                   times=2)
        answers = [self.client.raw(*self.GET) for _ in range(4)]
        self.assertEqual([a[0] for a in answers], [200, 503, 503, 200])
        self.assertEqual((answers[1][1]["Retry-After"], answers[1][2]), ("7", b"<html>"))
        self.fault({"redirect": "http://127.0.0.1:1/"})
        self.assertEqual(self.client.raw(*self.GET)[1]["Location"], "http://127.0.0.1:1/")
        self.fault({"replace_body": [["\"Gsid\"", "\"G\\u0000\""], ["true", "false"]]})
        self.assertIn("G\0", self.client.call(*self.GET)[1]["data"])
        self.fault({"deep": 100000})
        self.assertIn(b"[" * 100000, self.client.raw(*self.GET)[2])
        self.fault({"many": ["[%d],", 3]})
        self.assertEqual(self.client.call(*self.GET)[1]["data"], {"records": [], "x": [[0], [1], [2], 1]})
        self.fault({"gzip_bomb": 20})
        bomb = self.client.raw(*self.GET)[2]
        self.assertLess(len(bomb), 200_000)
        self.assertEqual(len(json.loads(gzip.decompress(bomb))["data"]), 20 << 20)

    def test_only_the_operation_meant(self):
        self.fault({"status": 500}, op="GET /successplans/*", times=None)
        self.assertEqual(self.client.raw("GET", "/successplans/config/types")[0], 200)
        self.assertEqual(self.client.raw("GET", "/successplans/config/objectives")[0], 200)
        self.assertEqual([self.client.raw(*self.GET)[0] for _ in range(3)], [500] * 3)
        self.ctl("defaults")
        self.assertEqual(self.client.raw(*self.GET)[0], 200)
        for bad in ('{"fault":{}}', '{"fault":{"close":"never"}}', '{"fault":{"stat":1}}', "{"):
            self.ctl("fault", bad, ok=False)

    def test_lost_answers(self):
        for fault in ({"close": "accept"}, {"close": "before"}, {"close": "headers"},
                      {"close": "body"}, {"reset": True}, {"raw": "HTTP/9 what\r\n"},
                      {"apply_then": "close"}):
            with self.subTest(fault):
                self.client.connection.close()
                self.fault(fault)
                self.lost()
                self.assertEqual(self.client.raw(*self.GET)[0], 200)

    def test_applied_though_lost(self):
        self.addCleanup(self.ctl, "reset")
        self.fault({"apply_then": "close"}, op="POST /successplans")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.client.raw("POST", "/successplans", NEW)
        self.assertEqual(len(self.dump("successplans")), PLANS + 1)
        self.assertEqual(json.loads(self.ctl("counters"))["plans_created"], 1)

    def test_slow_answers(self):
        for fault, least in (({"hang": "before", "seconds": 0.3}, 0.3),
                             ({"hang": "body", "seconds": 0.3}, 0.3),
                             ({"trickle_ms": 50, "bytes": 200}, 0.1)):
            self.fault(fault)
            start = time.monotonic()
            self.assertEqual(self.client.call(*self.GET)[0], 200)
            self.assertGreaterEqual(time.monotonic() - start, least)

    def test_endless(self):
        self.fault({"endless": True})
        self.client.connection.request("GET", "/v1/successplans/config", None, self.client.headers)
        reply = self.client.connection.getresponse()
        self.assertEqual(len(reply.read(30 << 20)), 30 << 20)

    def test_kept_connection_dies(self):
        self.fault({"after_answer_close": True})
        self.assertEqual(self.client.raw(*self.GET)[0], 200)
        time.sleep(0.05)
        self.lost()

    def test_rate_limit(self):
        self.ctl("set", "rate_limit=3", "retry_after=9")
        answers = [self.client.raw(*self.GET) for _ in range(4)]
        self.assertEqual([a[0] for a in answers], [200, 200, 200, 429])
        self.assertEqual(answers[3][1]["Retry-After"], "9")
        self.ctl("set", "rate_style=200")
        self.assertEqual(self.client.call(*self.GET)[1]["errorCode"], "GS_APIG_2404")
        self.assertEqual(json.loads(self.ctl("counters"))["rate_limited"] >= 2, True)

    def test_rounds(self):
        self.ctl("set", "rounds=[1, 3]")

        def one(_):
            client = Client(self.url)
            try:
                return client.raw(*self.GET)[0]
            finally:
                client.connection.close()
        self.assertEqual(one(0), 200)
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            self.assertEqual(set(pool.map(one, range(3))), {200})
        self.assertEqual(one(0), 200)
        self.assertEqual(json.loads(self.ctl("counters"))["rounds_missed"], 0)

    def test_many_at_once(self):
        self.ctl("set", "latency_ms=200")

        def one(_):
            client = Client(self.url)
            try:
                return client.raw(*self.GET)[0]
            finally:
                client.connection.close()
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            self.assertEqual(set(pool.map(one, range(40))), {200})
        self.assertLess(time.monotonic() - start, 1.5)

    def test_gzip(self):
        self.ctl("set", "gzip=true")
        plain = self.client.raw(*self.GET)
        packed = self.client.raw(*self.GET, **{"Accept-Encoding": "gzip"})
        self.assertEqual(json.loads(gzip.decompress(packed[2]))["data"],
                         json.loads(plain[2])["data"])


class Watching(TenantTest):
    def test_requests(self):
        self.assertEqual(self.ctl("requests"), "none\n")
        self.client.raw("GET", "/successplans/config")
        for _ in range(2):
            self.client.raw("POST", "/successplans/search", '{"limit":\n1}')
        self.assertEqual(self.ctl("requests"), "GET /v1/successplans/config x1\n"
                                               "POST /v1/successplans/search x2\n")
        self.assertEqual(self.ctl("requests", "-n"), "0\n")
        self.client.raw("POST", "/successplans/search", '{"limit":\n1}')
        self.assertEqual(self.ctl("requests", "-v"),
                         'POST /v1/successplans/search {"limit": 1}\n')
        self.client.raw("GET", "/successplans/config")
        self.assertEqual(self.ctl("clear"), "")
        self.assertEqual(self.ctl("requests"), "none\n")
        log = self.ctl("log", "1")
        self.assertEqual(json.loads(log)["path"], "/v1/successplans/config")
        self.assertNotIn("sandbox-key", log)

    def test_the_script(self):
        for command in (["dump", "successplans", "--custom"], ["set"], ["neutral"], ["counters"],
                        ["requests"]):
            self.assertEqual(self.script(*command), (0, self.ctl(*command), ""))
        self.assertEqual(self.script("set", "key_case=lower"), (0, "", ""))
        self.assertEqual(self.script("nothing")[:2], (1, ""))
        gsid = "1P02\u00dcnicode\u540dID"
        self.assertEqual(self.script("touch", gsid, "Name=\U0001f680 'q' \"d\" \\"), (0, "", ""))
        self.addCleanup(self.ctl, "reset")
        self.assertIn("\U0001f680 'q' \\\"d\\\" \\\\", self.script("plan", gsid)[1])

    def test_switches(self):
        self.ctl("set", "page_cap=7", "key_case=lower")
        self.assertIn("page_cap=7\n", self.ctl("set"))
        self.ctl("defaults")
        self.assertIn("page_cap=null\n", self.ctl("set"))
        for bad in ("page_cap=0", "nothing=1", "latency_ms=x", "gzip"):
            self.ctl("set", bad, ok=False)
        self.assertIn("no command", self.ctl("nothing", ok=False))

    def test_manner(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "port")
            process = subprocess.Popen([
                sys.executable, os.path.join(HERE, "tenant.py"), "--port-file", file,
                "--plans", "60", "--manner", "document", "--die-with-parent"])
            self.addCleanup(process.wait)
            self.addCleanup(process.terminate)
            while not os.path.exists(file):
                time.sleep(0.02)
            with open(file, encoding="ascii") as url:
                self.url = url.read().strip()
            client = Client(self.url)
            self.addCleanup(client.connection.close)

            def search():
                _, headers, data = client.raw("POST", "/successplans/search", '{"limit":60}')
                return headers.get("X-Sandbox-Departs"), json.loads(data)["data"]

            departs, data = search()
            self.assertIsNone(departs)
            self.assertNotIn(None, [value for one in data["records"] for value in one.values()])
            for date in (one[name] for one in data["records"] for name in DATES if name in one):
                datetime.date.fromisoformat(date)
            self.ctl("set", "drop_nulls=false")
            departs, data = search()
            self.assertEqual(departs, "from document")
            self.assertIn(None, [value for one in data["records"] for value in one.values()])
            for command in ("defaults", "reset"):
                self.ctl(command)
                self.assertIsNone(search()[0])
            self.ctl("fault", '{"fault":{"status":503,"body":{"data":null}}}')
            self.assertEqual(search(), ("from document", None))
            self.assertIsNone(search()[0])

    def test_stops_with_its_parent(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "port")
            script = "%s %s --plans 1 --die-with-parent --port-file %s & sleep 30" % (
                sys.executable, os.path.join(HERE, "tenant.py"), file)
            with subprocess.Popen(["sh", "-c", script], start_new_session=True) as parent:
                while not os.path.exists(file):
                    time.sleep(0.02)
                with open(file, encoding="ascii") as url:
                    port = int(url.read().split(":")[2].split("/")[0])
                parent.kill()
                parent.wait()
                deadline = time.monotonic() + 25
                # Its port is asked, for its process may stay as a zombie.
                while listens(port) and time.monotonic() < deadline:
                    time.sleep(0.05)
                outlived = listens(port)
                os.killpg(parent.pid, signal.SIGTERM)
                self.assertFalse(outlived)


def listens(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def load_tests(loader, tests, _):
    """The other dialect's beside these; they need this module whole."""
    tests.addTests(loader.loadTestsFromNames([
        "test_tenant_nxt", "test_tenant_nxt_services", "test_tenant_nxt_writing"]))
    return tests


if __name__ == "__main__":
    unittest.main()
