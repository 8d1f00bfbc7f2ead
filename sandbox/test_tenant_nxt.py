"""The sandbox tenant as live tenants are reported to be, sentence by sentence of that report.

Each test bears the sentence that it holds the tenant to; test_tenant.py loads this file.
"""

import datetime
import json
import zoneinfo
from decimal import Decimal

from test_tenant import PLANS, UTC, TenantTest, setUpModule, shown, tearDownModule, true_time, where

__all__ = ["setUpModule", "tearDownModule"]

PLAN = ("Gsid Name CompanyId CompanyId__gr.Name SuccessPlanTypeId SuccessPlanTypeId__gr.Name "
        "StatusId__gr.Name OwnerId OwnerId__gr.Name StartDate DueDate ActionPlan CreatedDate "
        "ModifiedDate").split()
OBJECTIVE = ("Gsid Name Comments CtaGroupId StatusId__gr.Name PriorityId__gr.Name DueDate "
             "PercentComplete CreatedDate ModifiedDate").split()
BY_GSID = {"Gsid": "asc"}
DAYS = {"StartDate", "DueDate"}
PACIFIC = "America/Los_Angeles"
CLIENT = "sandbox-client:sandbox-secret"


def pick(record, name):
    """A field of a record, flat or nested, in any case; None for a missing one."""
    lower = {key.lower(): value for key, value in record.items()}
    outer, _, inner = name.lower().partition(".")
    if name.lower() in lower or not inner:
        return lower.get(name.lower())
    nested = lower.get(outer) or {}
    return {key.lower(): value for key, value in nested.items()}.get(inner)


def cell(record, name, zone="UTC"):
    """The same as the dump of the foreign table has it."""
    value = pick(record, name)
    if value is None or value == "" and (name in DAYS or name.endswith("Id") or name == "Gsid"):
        return None
    if name in DAYS:
        return true_time(value).astimezone(zoneinfo.ZoneInfo(zone)).date().isoformat()
    if name == "PercentComplete":
        return format(value, "f")
    return shown(name, value)


def rows_of(records, names, zone="UTC"):
    return sorted((tuple(cell(record, name, zone) for name in names) for record in records),
                  key=lambda row: row[0])


class NxtTest(TenantTest):
    def query(self, name="cta_group", select=("Gsid",), limit=5000, **more):
        return self.client.call("POST", "/data/objects/query/" + name,
                                dict(more, select=select, limit=limit))

    def page(self, *arguments, **more):
        """The records of one reply, in whatever form they come."""
        status, body = self.query(*arguments, **more)
        if body.get("result") is False:
            self.assertTrue(status == 200 and "No data found" in body["errorDesc"]
                            or status == 400 and body["errorCode"] == "GSOBJ_1011", body)
            return []
        self.assertEqual(status, 200, body)
        data = body["data"]
        return data if isinstance(data, list) else (data or {}).get("records", [])

    def all(self, name="cta_group", select=PLAN, **more):
        """All records, until a page is empty."""
        found = []
        more.setdefault("orderBy", BY_GSID)
        while True:
            page = self.page(name, select, offset=len(found), **more)
            if not page:
                return found
            found += page

    def truth(self, table):
        return sorted(self.dump(table), key=lambda row: row[0])

    def gsids(self, *conditions, name="cta_group", expression=None):
        return {pick(record, "Gsid") for record in self.page(
            name, where=where(*conditions, expression=expression))}

    def true_gsids(self, test, name="cta_group", select=()):
        """Gsids of the rows of an object whose dumped values `test` holds for."""
        return {row[0] for row in self.dump(name, "Gsid", *select) if test(*row[1:])}


class Reading(NxtTest):
    def test_one_route_for_everything_and_all_habits_give_the_same_tables(self):
        self.ctl("reset", "plans=300")
        self.addCleanup(self.ctl, "reset")
        plans, objectives = self.truth("successplans"), self.truth("objectives")
        habits = [None] + self.ctl("neutral", "nxt").split("\n")[:-1]
        self.assertGreater(len(habits), 25)
        for habit in habits:
            if habit:
                self.ctl("set", habit)
            limit = 200 if habit != "page_cap=100" else 100
            with self.subTest(habit):
                self.assertEqual(rows_of(self.all(limit=limit), PLAN), plans)
                found = self.all("call_to_action", OBJECTIVE,
                                 where=where(("CtaGroupId", "IS_NOT_NULL")))
                self.assertEqual(rows_of([r for r in found if cell(r, "CtaGroupId")], OBJECTIVE),
                                 objectives)
            self.ctl("defaults")

    def test_small_tenants(self):
        self.addCleanup(self.ctl, "reset")
        for count in (0, 1, 999, 1000):
            self.ctl("reset", "plans=%d" % count, "objectives=1")
            self.assertEqual(rows_of(self.all(limit=1000), PLAN), self.truth("successplans"))
        self.ctl("reset", "plans=0", "types=0")
        for name in ("cta_group", "call_to_action", "company", "gsuser", "relationship"):
            self.page(name)

    def test_the_sample_of_a_request_is_answered_like_the_sample_of_a_reply(self):
        company = self.dump("successplans")[0][2]
        select = ["Gsid", "Name", "CompanyId", "CompanyId__gr.Name", "StatusId__gr.Name", "DueDate",
                  "ModifiedDate"]
        status, body = self.query(select=select, orderBy=BY_GSID, limit=1000, offset=0, where=where(
            ("CompanyId", "EQ", company), ("IsClosed", "EQ", False)))
        self.assertEqual(status, 200)
        self.assertEqual([body[key] for key in ("result", "errorCode", "errorDesc", "message")],
                         [True, None, None, None])
        self.assertEqual(list(body["data"]), ["records"])
        for record in body["data"]["records"]:
            self.assertLessEqual(set(record), set(select))
            self.assertEqual(record["CompanyId"], company)
        self.assertEqual(len(body["data"]["records"]), sum(
            row[2] == company and row[6] not in ("Completed", "Archived")
            for row in self.dump("successplans")))

    def test_select_must_not_be_empty(self):
        for select in ([], None):
            self.refused(self.query(select=select), "GSOBJ_ESS_9104")

    def test_limit_at_most_5000_and_offset_a_row_index_from_0(self):
        self.refused(self.query(limit=5001), "5000")
        self.refused(self.query(limit=0), "limit")
        three = self.page(limit=3, orderBy=BY_GSID)
        self.assertEqual(self.page(limit=1, offset=2, orderBy=BY_GSID), three[2:])

    def test_past_the_end_2xx_without_records(self):
        self.assertEqual(self.query(offset=PLANS, orderBy=BY_GSID)[1]["data"], {"records": []})
        for style, status in (("result_false", 200), ("gsobj_1011", 400)):
            self.ctl("set", "no_data=" + style)
            answer = self.query(offset=PLANS, orderBy=BY_GSID)
            self.refused(answer, "No data found", status=status)
        self.ctl("defaults")
        self.ctl("set", "data_null_when_empty=true")
        self.assertEqual(self.query(offset=PLANS)[1]["data"], {})
        self.assertIsNone(self.query(where=where(("Gsid", "EQ", "none")))[1]["data"])

    def test_no_total_no_count_and_no_aggregate_was_seen(self):
        self.assertNotIn("totalCount", self.query(orderBy=BY_GSID)[1]["data"])
        self.ctl("set", "nxt_total=true")
        self.assertEqual(self.query(limit=1, orderBy=BY_GSID)[1]["data"]["totalCount"], PLANS)

    def test_a_cap_on_pages_below_the_limit_asked_for(self):
        for cap in (100, 250):
            self.ctl("set", "page_cap=%d" % cap)
            self.assertEqual(len(self.page(orderBy=BY_GSID)), cap)

    def test_data_is_records_or_an_array_take_both(self):
        records = self.query(limit=2, orderBy=BY_GSID)[1]["data"]["records"]
        self.ctl("set", "bare_arrays=true")
        self.assertEqual(self.query(limit=2, orderBy=BY_GSID)[1]["data"], records)

    def test_a_null_field_may_be_missing_an_empty_id_or_date_may_be_a_blank_string(self):
        records = self.all(select=["Gsid", "OwnerId", "DueDate", "Name", "ActionPlan"])
        for name in ("OwnerId", "DueDate"):
            seen = {repr(record.get(name, "missing")) for record in records}
            self.assertLessEqual({"''", "None", "'missing'"}, seen)
        self.assertIn("", {record.get("ActionPlan") for record in records})     # a text's own value
        self.ctl("set", "drop_nulls=true")
        for record in self.all():
            self.assertNotIn(None, record.values())
        self.ctl("defaults")
        self.ctl("set", "blank_nulls=true")
        for record in self.all():
            self.assertEqual([record[name] for name in ("OwnerId", "DueDate")
                              if not record[name]], [""] * sum(
                                  not record[name] for name in ("OwnerId", "DueDate")))

    def test_keys_come_as_select_spelled_them_or_in_canonical_case(self):
        asked = ["gsid", "COMPANYID__gr.Name"]
        self.assertEqual(list(self.page(select=asked, limit=1)[0]), ["Gsid", "CompanyId__gr.Name"])
        self.ctl("set", "key_case=select")
        self.assertEqual(list(self.page(select=asked, limit=1)[0]), asked)
        self.ctl("set", "key_case=lower")
        self.assertEqual(list(self.page(select=asked, limit=1)[0]), ["gsid", "companyid__gr.name"])

    def test_looked_up_names_come_flat_and_nested_in_some_replies(self):
        select = ["Gsid", "CompanyId__gr.Name", "OwnerId__gr.Name", "OwnerId__gr.Email"]
        flat = self.all(select=select)
        self.assertIn("CompanyId__gr.Name", flat[0])
        self.ctl("set", "lookups=nested")
        nested = self.all(select=select)
        self.assertIsInstance(nested[0]["CompanyId__gr"]["Name"], str)
        owners = [repr(record.get("OwnerId__gr", "missing")) for record in nested]
        self.assertLessEqual({"{}", "None", "'missing'"}, set(owners))
        self.assertTrue(any({"Name", "Email"} <= set(record.get("OwnerId__gr") or {})
                            for record in nested))
        self.ctl("set", "lookups=mixed")
        mixed = self.all(select=select)
        self.assertEqual({"CompanyId__gr" in record for record in mixed}, {True, False})
        for records in (nested, mixed):
            self.assertEqual(rows_of(records, select), rows_of(flat, select))

    def test_a_lookup_in_select_drops_no_rows_and_a_null_id_and_a_null_name_differ(self):
        self.addCleanup(self.ctl, "reset")
        for change in ("OwnerId=1P08LEFT", "OwnerName=null"):
            self.ctl("touch", self.dump("successplans")[5][0], change)
        found = self.all(select=["Gsid", "OwnerId", "OwnerId__gr.Name"])
        self.assertEqual(len(found), PLANS)
        self.assertEqual(self.gsids(("OwnerId__gr.Name", "IS_NULL"))
                         - self.gsids(("OwnerId", "IS_NULL")), {self.dump("successplans")[5][0]})

    def test_dates_and_date_times_iso_with_z_or_epoch_milliseconds(self):
        select = ["Gsid", "DueDate", "ModifiedDate"]
        self.ctl("set", "date_style=document")
        iso = self.all(select=select)
        self.assertTrue(all(record["ModifiedDate"].endswith("Z") for record in iso))
        self.ctl("defaults")
        self.ctl("set", "epoch_dates=true")
        epoch = self.all(select=select)
        self.assertTrue(any(isinstance(record["ModifiedDate"], Decimal) for record in epoch))
        self.assertEqual(rows_of(iso, select), rows_of(epoch, select))

    def test_due_dates_lie_at_17_00_of_the_zone_so_west_of_utc_the_utc_day_is_one_late(self):
        truth = {row[0]: row[10] for row in self.dump("successplans")}
        self.ctl("set", "due_zone=" + PACIFIC)
        late = 0
        for record in self.all(select=["Gsid", "StartDate", "DueDate"]):
            self.assertEqual(cell(record, "DueDate", PACIFIC), truth[record["Gsid"]])
            if record.get("DueDate") and truth[record["Gsid"]] != "9999-12-31":
                moment = true_time(record["DueDate"])
                local = moment.astimezone(zoneinfo.ZoneInfo(PACIFIC))
                self.assertEqual(local.hour, 17)
                late += moment.date() - local.date() == datetime.timedelta(1)
        self.assertGreater(late, PLANS // 2)
        self.ctl("set", "due_hour=9")
        hours = {true_time(record["DueDate"]).astimezone(zoneinfo.ZoneInfo(PACIFIC)).hour
                 for record in self.page("call_to_action", ("Gsid", "DueDate"))
                 if record.get("DueDate")}
        self.assertEqual(hours, {9})
        self.ctl("set", "due_zone=Mars/Phobos", ok=False)

    def test_the_first_and_the_last_day_are_moments_in_every_zone(self):
        gsid = self.dump("successplans")[5][0]
        self.ctl("touch", gsid, "StartDate=0001-01-01", "EndDate=9999-12-31")
        for zone, hour in (("Pacific/Kiritimati", 0), (PACIFIC, 23)):
            self.ctl("set", "due_zone=" + zone, "due_hour=%d" % hour, "date_style=document")
            found = [record for record in self.all(select=["Gsid", "StartDate", "DueDate"])
                     if record["Gsid"] == gsid]
            self.assertEqual([cell(found[0], name, zone) for name in ("StartDate", "DueDate")],
                             ["0001-01-01", "9999-12-31"])

    def test_the_default_zone_is_utc_and_its_days_are_the_dumps(self):
        self.assertEqual(rows_of(self.all(), PLAN), self.truth("successplans"))


class Ordering(NxtTest):
    def test_order_by_an_object_several_keys_allowed(self):
        found = self.all(orderBy={"StatusId__gr.Name": "asc", "ModifiedDate": "desc",
                                  "Gsid": "asc"})
        rows = [(cell(r, "StatusId__gr.Name"), true_time(r["ModifiedDate"]), r["Gsid"])
                for r in found]
        expected = sorted(rows, key=lambda row: row[2])
        expected.sort(key=lambda row: row[1], reverse=True)
        expected.sort(key=lambda row: (row[0] is None, row[0]))
        self.assertEqual(rows, expected)
        for bad in ({}, [], {"Gsid": "up"}):
            self.refused(self.query(orderBy=bad), "orderBy")
        self.refused(self.query(orderBy={"Nope": "asc"}), "P_5005")

    def test_no_order_unless_asked(self):
        pages = {tuple(record["Gsid"] for record in self.page(limit=50)) for _ in range(5)}
        self.assertEqual(len(pages), 5)
        self.assertEqual(len(self.page()), PLANS)

    def test_ties_have_no_order(self):
        pages = {tuple(record["Gsid"] for record in self.page(orderBy={"IsClosed": "asc"}))
                 for _ in range(3)}
        self.assertEqual(len(pages), 3)

    def test_gsids_in_order_of_bytes_or_without_case(self):
        asked = [record["Gsid"] for record in self.page(orderBy=BY_GSID)]
        self.assertEqual(asked, sorted(asked))
        self.ctl("set", "order_fold=true")
        folded = [record["Gsid"] for record in self.page(orderBy=BY_GSID)]
        self.assertEqual(folded, sorted(asked, key=str.casefold))
        self.assertNotEqual(folded, asked)

    def test_order_by_ignored_on_demand(self):
        self.ctl("set", "ignore_order=true")
        found = [record["Gsid"] for record in self.page(orderBy=BY_GSID)]
        self.assertNotEqual(found, sorted(found))
        self.assertEqual(found, [row[0] for row in self.dump("successplans")])
        self.ctl("set", "shuffle=true")
        self.assertNotEqual([record["Gsid"] for record in self.page(orderBy=BY_GSID)], found)

    def test_pages_sorted_for_themselves_on_demand(self):
        self.ctl("set", "sort_pages=true")
        stored = [row[0] for row in self.dump("successplans")]
        for offset in (0, 5):
            found = [record["Gsid"] for record in self.page(limit=5, offset=offset, orderBy=BY_GSID)]
            self.assertEqual(found, sorted(stored[offset:offset + 5]))

    def test_rows_that_move_under_a_walk(self):
        self.addCleanup(self.ctl, "reset")
        first = [record["Gsid"] for record in self.page(limit=3, orderBy=BY_GSID)]
        self.ctl("mutate", json.dumps({"before_search": 1, "delete": first[0]}))
        self.assertEqual(self.page(limit=2, orderBy=BY_GSID),
                         [{"Gsid": gsid} for gsid in first[1:]])
        self.assertNotIn(first[0], {pick(r, "CtaGroupId") for r in
                                    self.page("call_to_action", ("CtaGroupId",))})


class Filtering(NxtTest):
    def test_operators_documented(self):
        for operator, wanted, test in (
                ("EQ", ["Draft"], lambda s: False), ("EQ", ["Active"], lambda s: s == "Active"),
                ("NE", ["Active"], lambda s: s not in (None, "Active")),
                ("IN", ["Active", "Archived"], lambda s: s in ("Active", "Archived")),
                ("STARTS_WITH", ["A"], lambda s: (s or "").startswith("A")),
                ("ENDS_WITH", ["ed"], lambda s: (s or "").endswith("ed")),
                ("CONTAINS", ["ch"], lambda s: "ch" in (s or "")),
                ("LT", ["B"], lambda s: s is not None and s < "B"),
                ("LTE", ["B"], lambda s: s is not None and s <= "B"),
                ("GT", ["B"], lambda s: s is not None and s > "B"),
                ("GTE", ["B"], lambda s: s is not None and s >= "B"),
                ("BTW", ["A", "B"], lambda s: s is not None and "A" <= s <= "B"),
                ("IS_NULL", [], lambda s: s is None),
                ("IS_NOT_NULL", [], lambda s: s is not None)):
            with self.subTest(operator):
                self.assertEqual(self.gsids(("StatusId__gr.Name", operator, *wanted)),
                                 self.true_gsids(test, select=["StatusId__gr.Name"]))

    def test_includes_and_excludes_for_multi_selects(self):
        regions = [(row[1] or "").split(";") for row in self.dump("company", "Gsid", "Regions__gc")]
        one = next(region for several in regions for region in several if region)
        for operator, test in (("INCLUDES", lambda r: r is not None and one in r.split(";")),
                               ("EXCLUDES", lambda r: r is not None and one not in r.split(";"))):
            found = self.gsids(("Regions__gc", operator, one), name="company")
            self.assertEqual(found, self.true_gsids(test, "company", ["Regions__gc"]))
            self.assertTrue(found)
        self.refused(self.query(where=where(("Name", "INCLUDES", "a"))), "multi-select")

    def test_value_is_always_an_array_blank_for_null_tests(self):
        for value in ("a", None, {}):
            filter_ = where(("Name", "EQ"))
            filter_["conditions"][0]["value"] = value
            self.refused(self.query(where=filter_), "array")
        self.refused(self.query(where=where(("Name", "IS_NULL", "a"))), "[]")

    def test_in_of_ten_values(self):
        ids = sorted(self.true_gsids(lambda: True))[:11]
        self.ctl("set", "max_in=10")
        self.assertEqual(self.gsids(("Gsid", "IN", *ids[:10])), set(ids[:10]))
        self.refused(self.query(where=where(("Gsid", "IN", *ids))), "more than 10")

    def test_objectives_of_plans_by_in_and_eq(self):
        truth = self.truth("objectives")
        plans = sorted({row[3] for row in truth})[:10]
        for condition in (("CtaGroupId", "IN", *plans), ("CtaGroupId", "EQ", plans[3])):
            found = self.page("call_to_action", OBJECTIVE, where=where(condition))
            self.assertEqual(rows_of(found, OBJECTIVE),
                             [row for row in truth if row[3] in condition[2:]])

    def test_parentheses_are_in_no_page_and_of_all_or_or_of_all_is(self):
        parts = [("StatusId__gr.Name", "EQ", "Active"), ("Name", "CONTAINS", "b"),
                 ("DueDate", "IS_NULL")]
        select = ["StatusId__gr.Name", "Name", "DueDate"]

        def both(expression, test):
            self.assertEqual(self.gsids(*parts, expression=expression), self.true_gsids(
                lambda s, n, d: test(s == "Active", "b" in n, d is None), select=select))
        both("A AND B AND C", lambda a, b, c: a and b and c)
        both("A OR B OR C", lambda a, b, c: a or b or c)
        for mixed in ("A AND (B OR C)", "A AND B OR C", "(A) AND B AND C"):
            self.refused(self.query(where=where(*parts, expression=mixed)), "neither AND of all")
        self.ctl("set", "expressions=nested")
        both("A AND (B OR C)", lambda a, b, c: a and (b or c))

    def test_gte_keeps_null_dates_ne_keeps_nulls(self):
        pivot = "2024-01-01T00:00:00Z"
        dated = self.gsids(("DueDate", "GTE", pivot))
        nulls = self.true_gsids(lambda due: due is None, select=["DueDate"])
        self.assertFalse(dated & nulls)
        self.ctl("set", "keep_nulls=true")
        self.assertEqual(self.gsids(("DueDate", "GTE", pivot)), dated | nulls)
        self.assertEqual(self.gsids(("StatusId__gr.Name", "NE", "Active")),
                         self.true_gsids(lambda s: s != "Active", select=["StatusId__gr.Name"]))

    def test_an_unknown_fields_condition_is_dropped(self):
        condition = ("Nothing__gc", "EQ", "x")
        self.refused(self.query(where=where(condition)), "P_5005")
        self.ctl("set", "strict=false")
        self.assertEqual(len(self.gsids(condition)), PLANS)
        self.assertEqual(len(self.gsids(condition, ("StatusId__gr.Name", "EQ", "Active"))),
                         sum(row[6] == "Active" for row in self.dump("successplans")))

    def test_is_not_null_dropped_on_demand(self):
        self.ctl("set", 'ignore_operators=["IS_NOT_NULL"]')
        found = self.page("call_to_action", ("Gsid", "CtaGroupId"),
                          where=where(("CtaGroupId", "IS_NOT_NULL")))
        self.assertGreater(sum(not record.get("CtaGroupId") for record in found), PLANS // 5)

    def test_rich_text_cannot_be_filtered(self):
        for name, field in (("cta_group", "ActionPlan"), ("call_to_action", "Comments")):
            for condition in ((field, "CONTAINS", "a"), (field, "IS_NULL")):
                self.refused(self.query(name, where=where(condition)), "cannot be filtered")
        self.ctl("set", "strict=false")
        self.assertEqual(len(self.gsids(("ActionPlan", "CONTAINS", "a"))), PLANS)

    def test_what_describe_calls_unfilterable_is_not_filterable(self):
        self.refused(self.query("company", where=where(("Ticker__gc", "EQ", "x"))),
                     "cannot be filtered")

    def test_case_is_unknown(self):
        self.assertFalse(self.gsids(("StatusId__gr.Name", "EQ", "ACTIVE")))
        self.ctl("set", "text_fold=true")
        self.assertEqual(len(self.gsids(("StatusId__gr.Name", "EQ", "ACTIVE"))),
                         sum(row[6] == "Active" for row in self.dump("successplans")))
        self.assertTrue(self.gsids(("Name", "CONTAINS", "RENEW")))
        self.assertFalse(self.gsids(("Gsid", "EQ", self.dump("successplans")[0][0].lower())))

    def test_date_time_values_with_z_or_00_00_work_without_a_zone_their_meaning_is_not_stated(self):
        for text in ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00+00:00"):
            pivot = datetime.datetime(2024, 1, 1, tzinfo=UTC)
            self.assertEqual(self.gsids(("ModifiedDate", "LT", text)), self.true_gsids(
                lambda t: t is not None and datetime.datetime.fromisoformat(t) < pivot,
                select=["ModifiedDate"]))
        for text in ("2024-01-01T00:00:00", "2024-01-01", "2024-01-01T00:00:00+05:30",
                     1704067200000):
            self.refused(self.query(where=where(("DueDate", "GTE", text))), "GSOBJ_1005")
        self.refused(self.query("company", where=where(("RenewalDate", "EQ", "2024-1-1"))),
                     "GSOBJ_1006")

    def test_due_dates_are_filtered_as_the_instants_they_are(self):
        self.ctl("set", "due_zone=" + PACIFIC)
        day = "2024-02-29"
        # 17:00 there is one in the morning of the next day in UTC
        self.assertFalse(self.gsids(("DueDate", "BTW", day + "T00:00:00Z", day + "T23:59:59Z"))
                         & self.true_on(day))
        self.assertEqual(self.gsids(("DueDate", "BTW", "2024-03-01T01:00:00Z",
                                     "2024-03-01T01:00:00Z")), self.true_on(day))

    def true_on(self, day):
        found = {row[0] for row in self.dump("successplans") if row[10] == day}
        self.assertTrue(found)
        return found

    def test_never_push_a_null_test_on_a_dotted_field_nor_on_an_id_that_may_be_blank(self):
        no_owner = self.true_gsids(lambda owner: owner is None, select=["OwnerId"])
        self.assertTrue(no_owner)
        for field in ("OwnerId", "OwnerId__gr.Name"):
            self.assertEqual(self.gsids((field, "IS_NULL")), no_owner)
        self.ctl("set", "null_tests=blank")
        for field in ("OwnerId", "OwnerId__gr.Name"):
            self.assertEqual(self.gsids((field, "IS_NULL")), set())
            self.assertEqual(len(self.gsids((field, "IS_NOT_NULL"))), PLANS)
        self.assertEqual(self.gsids(("StatusId__gr.Name", "NE", "none")),
                         self.true_gsids(lambda s: s is not None, select=["StatusId__gr.Name"]))

    def test_conditions_on_looked_up_names_are_not_understood_on_demand(self):
        self.ctl("set", "dotted_filters=false")
        condition = ("StatusId__gr.Name", "EQ", "Active")
        self.refused(self.query(where=where(condition)), "P_5068")
        self.ctl("set", "strict=false")
        self.assertEqual(len(self.gsids(condition)), PLANS)

    def test_draft_active_and_a_tenants_own_statuses_no_fixed_list(self):
        self.addCleanup(self.ctl, "reset")
        for row, status in zip(self.dump("successplans"), ("Draft", "On Hold \u2013 waiting")):
            self.ctl("touch", row[0], "Status=" + status)
            self.assertEqual(self.gsids(("StatusId__gr.Name", "EQ", status)), {row[0]})

    def test_filters_ignored_on_demand(self):
        self.ctl("set", "ignore_filters=true")
        self.assertEqual(len(self.gsids(("Gsid", "EQ", "none"))), PLANS)

    def test_conditions_have_just_the_four_keys(self):
        filter_ = where(("Name", "EQ", "a"))
        filter_["conditions"][0]["extra"] = 1
        self.refused(self.query(where=filter_), "extra")
        self.refused(self.query(sort=[]), "sort")


class PlanTypes(NxtTest):
    SELECT = ["Gsid", "Name", "Category", "IsActive", "Deleted", "EntityType", "DisplayOrder"]

    def chosen(self, category):
        return sorted((r["Gsid"], r["Name"]) for r in self.all("da_picklist", self.SELECT)
                      if r["Category"] == category and r["IsActive"] and not r["Deleted"])

    def test_plan_types_have_the_category_success_plan_type_is_active_deleted_false(self):
        self.assertEqual(self.chosen("SUCCESS_PLAN_TYPE"), sorted(self.dump("plan_types")))
        rows = self.page("da_picklist", self.SELECT)
        self.assertGreater(len({row["Category"] for row in rows}), 5)
        for field in ("IsActive", "Deleted"):
            self.assertEqual({row[field] for row in rows}, {True, False})

    def test_another_category_on_demand(self):
        self.ctl("set", "plan_type_category=OF_PLANS")
        self.assertEqual(self.chosen("SUCCESS_PLAN_TYPE"), [])
        self.assertEqual(self.chosen("OF_PLANS"), sorted(self.dump("plan_types")))

    def test_more_types_than_a_page_holds(self):
        self.addCleanup(self.ctl, "reset")
        self.ctl("reset", "plans=10", "types=6000")
        self.assertEqual(len(self.page("da_picklist")), 5000)
        self.assertEqual(self.chosen("SUCCESS_PLAN_TYPE"), sorted(self.dump("plan_types")))
