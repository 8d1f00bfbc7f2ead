"""The sandbox tenant as live tenants are reported to take plans, and the ways in which it can
differ from that.
"""

import http.client
import json
import zoneinfo

from test_tenant import setUpModule, tearDownModule, true_time, where
from test_tenant_nxt import PACIFIC, PLAN, NxtTest, cell, pick
from test_tenant_nxt_services import token

__all__ = ["setUpModule", "tearDownModule"]

SIZE = "plans=300"
ROUTE = "/v2/successPlan/"
REQUIRED = ("Name", "CompanyId", "OwnerId", "SuccessPlanType")
CUSTOM = {"Health__gc": 12, "IsExec__gc": True, "RenewalDate__gc": "2026-01-02",
          "LastTouch__gc": "2026-01-02T03:04:05Z", "Segment__gc": "SMB", "Score__gc": 7}
WRITTEN = (*PLAN, *CUSTOM)      # the dump's columns, as nxt calls them


class WritingTest(NxtTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.ctl, "reset")
        self.ctl("reset", SIZE)
        self.company, self.owner = (self.dump(name, "Gsid")[-1][0]
                                    for name in ("company", "gsuser"))
        self.fields = {
            "Name": "Go-live", "CompanyId": self.company, "OwnerId": self.owner,
            "SuccessPlanType": "Onboarding", "status": "Draft", "DueDate": "2026-05-15",
            "ActionPlan": "<p>\u2026</p>"}

    def send(self, method, *records, body=None, **headers):
        """(status, headers, parsed body)"""
        self.client.base = ""
        try:
            status, answered, data = self.client.raw(method, ROUTE, body or {
                "requests": [{"record": record} for record in records]}, **headers)
        finally:
            self.client.base = "/v1"
        return status, answered, data

    def asked(self, *arguments, **more):
        status, _, data = self.send(*arguments, **more)
        return status, json.loads(data)

    def write(self, method, *records):
        """(the values of success by referenceId, those of failure)"""
        status, body = self.asked(method, *records)
        self.assertEqual((status, body["result"], body["errorCode"]), (200, True, None), body)
        self.assertEqual(set(body["data"]), {"success", "failure"})
        return outcome(body)

    def new(self, **changes):
        """A record that is good, but for the changes; a None leaves its field out."""
        record = {"referenceId": "1", **self.fields, **changes}
        return {name: value for name, value in record.items() if value is not None}

    def created(self, **changes):
        return self.write("POST", self.new(**changes))[0]["1"]

    def put(self, gsid, **changes):
        return self.write("PUT", {"referenceId": "1", "Gsid": gsid, "Name": "new", **changes})

    def failed(self, method, record, *words):
        """That record is refused, and leaves nothing."""
        before = self.everything()
        success, failure = self.write(method, dict(record, referenceId="1"))
        self.assertEqual((success, list(failure)), ({}, ["1"]))
        for word in words:
            self.assertIn(word, failure["1"])
        self.assertEqual(self.everything(), before)

    def plan(self, gsid):
        """The truth, by the names of nxt."""
        row = next(row for row in self.dump("successplans", "--custom") if row[0] == gsid)
        return dict(zip(WRITTEN, row))

    def full_plan(self):
        """The Gsid of a plan that has a value in every field, and is open."""
        return next(row for row in self.dump("successplans", "--custom")
                    if all(row) and row[6] == "Active")[0]

    def everything(self):
        return self.dump("successplans", "--custom"), self.dump("objectives")

    def read(self, gsid, *names):
        record, = self.page(select=["Gsid", *names], where=where(("Gsid", "EQ", gsid)))
        return record

    def counted(self, name):
        return json.loads(self.ctl("counters"))[name]


def outcome(body):
    return tuple({key: value for one in body["data"].get(word) or ()
                  for key, value in one.items()} for word in ("success", "failure"))


def differing(one, other):
    return {name for name in one if one[name] != other[name]}


class Creating(WritingTest):
    def test_a_create_answers_with_the_gsid_by_reference_id_type_and_status_go_by_name(self):
        gsid = self.created()
        plan = self.plan(gsid)
        type_id = next(t[0] for t in self.dump("plan_types") if t[1] == "Onboarding")
        self.assertEqual(
            (plan["Name"], plan["CompanyId"], plan["SuccessPlanTypeId"],
             plan["SuccessPlanTypeId__gr.Name"], plan["StatusId__gr.Name"], plan["OwnerId"],
             plan["StartDate"], plan["DueDate"], plan["ActionPlan"]),
            ("Go-live", self.company, type_id, "Onboarding", "Draft", self.owner, None,
             "2026-05-15", "<p>\u2026</p>"))
        self.assertEqual(self.counted("plans_created"), 1)

    def test_custom_fields_by_their_names(self):
        plan = self.plan(self.created(**CUSTOM))
        self.assertEqual([plan[name] for name in CUSTOM], [
            "12", "t", "2026-01-02", "2026-01-02 03:04:05+00", "SMB", "7"])

    def test_required_name_company_id_owner_id_success_plan_type(self):
        for name in REQUIRED:
            for change in ({name: None}, {name: ""}):
                self.failed("POST", self.new(**change),
                            "COCKPIT_9700: Missing mandatory fields", name)
        self.failed("POST", {"status": "Draft"}, *REQUIRED)

    def test_a_tenants_own_mandatory_fields_are_refused_by_name(self):
        self.ctl("set", 'mandatory_fields=["Segment__gc","Score__gc"]')
        self.failed("POST", self.new(Score__gc=1), "COCKPIT_9700", "Segment__gc")
        self.failed("POST", self.new(), "Segment__gc, Score__gc")
        gsid = self.created(Segment__gc="SMB", Score__gc=1)
        self.assertEqual(self.put(gsid, status="Active"), ({"1": gsid}, {}))
        self.failed("PUT", {"Gsid": gsid, "Name": "n", "Segment__gc": None}, "Segment__gc")
        self.ctl("set", 'mandatory_fields=["Nope__gc"]', ok=False)
        self.ctl("set", 'mandatory_fields=["StartDate"]', ok=False)

    def test_what_cannot_be_written_is_that_records_failure(self):
        for change, word in (
                ({"SuccessPlanType": "None such"}, "COCKPIT_9703"),
                ({"SuccessPlanType": self.dump("plan_types")[0][0]}, "COCKPIT_9703"),
                ({"status": "None such"}, "COCKPIT_9704"),
                ({"CompanyId": "1P01NONE"}, "COCKPIT_9705"),
                ({"OwnerId": "1P08NONE"}, "COCKPIT_9705"),
                ({"Nope": 1}, "P_5005"), ({"SuccessPlanTypeId": "x"}, "P_5005"),
                ({"Gsid": "x"}, "P_5005"), ({"ModifiedDate": "2026-01-01T00:00:00Z"}, "P_5005"),
                ({"DueDate": "2026-02-30"}, "GSOBJ_1006"), ({"Name": 1}, "GSOBJ_1008"),
                ({"DueDate": "2026-05-15T00:00:00Z"}, "GSOBJ_1006"),
                ({"Health__gc": "12"}, "Health__gc")):
            with self.subTest(change):
                self.failed("POST", self.new(**change), word)

    def test_every_company_and_user_that_has_a_record_is_known_and_no_other(self):
        for company, in self.dump("company", "Gsid")[::29]:
            self.created(CompanyId=company)
        self.ctl("mutate", '{"move":[1,5]}')            # the store has no order any more
        self.page()
        for owner, in self.dump("gsuser", "Gsid"):
            self.created(OwnerId=owner)
        self.failed("POST", self.new(OwnerId=self.company), "COCKPIT_9705", "gsuser")

    def test_failures_hide_in_a_200_in_the_middle_of_a_batch_too(self):
        records = [self.new(referenceId=str(number), Name="n%d" % number) for number in range(50)]
        for number, change in ((0, {"OwnerId": ""}), (20, {"status": "?"}), (49, {"Nope": 1})):
            records[number].update(change)
        success, failure = self.write("POST", *records)
        self.assertEqual(list(failure), ["0", "20", "49"])
        self.assertEqual({self.plan(gsid)["Name"] for gsid in success.values()},
                         {"n%s" % number for number in success})
        self.assertEqual((len(success), self.counted("plans_created")), (47, 47))

    def test_up_to_50_records_a_call_and_a_call_that_is_refused_leaves_nothing(self):
        records = [self.new(referenceId=str(number)) for number in range(51)]
        before = self.everything()
        for method in ("POST", "PUT"):
            self.refused(self.asked(method, *records), "50")
            for body in ({"requests": []}, {"requests": {}}, {}, {"requests": [{}]},
                         {"requests": [{"record": []}]}, {"requests": [], "more": 1}):
                self.refused(self.asked(method, body=body), "")
            self.refused(self.asked(method, body="[]"), "JSON object")
        self.assertEqual(self.everything(), before)
        self.assertEqual(len(self.write("POST", *records[:50])[0]), 50)

    def test_a_record_without_a_reference_id_of_its_own_refuses_the_call(self):
        before = self.everything()
        for second in ("1", None, "", 2):
            record = self.new(referenceId=second)
            for method in ("POST", "PUT"):
                self.refused(self.asked(method, self.new(), record), "referenceId")
        self.assertEqual(self.everything(), before)

    def test_what_is_written_shows_at_once_in_every_object(self):
        names = ("Name", "CompanyId__gr.Name", "SuccessPlanTypeId__gr.Name", "StatusId",
                 "StatusId__gr.Name", "OwnerId__gr.Name", "OwnerId__gr.Email", "IsClosed",
                 "ModifiedDate", "CreatedDate", "DueDate")
        self.assertEqual(self.page(where=where(("Name", "EQ", "Go-live"))), [])
        gsid = self.created()
        record = self.read(gsid, *names)
        self.assertEqual(cell(record, "DueDate"), "2026-05-15")
        self.assertEqual(true_time(record["ModifiedDate"]), true_time(record["CreatedDate"]))
        self.assertEqual(pick(record, "StatusId"), next(
            row[0] for row in self.dump("da_picklist", "Gsid", "Name", "Category")
            if row[1:] == ("Draft", "SUCCESS_PLAN_STATUS")))
        for name, source in (("CompanyId", "company"), ("OwnerId", "gsuser")):
            looked_up = dict(self.dump(source, "Gsid", "Name"))[self.fields[name]]
            self.assertEqual(record[name + "__gr.Name"], looked_up)
        self.put(gsid, status="Archived", SuccessPlanType="Renewal", DueDate="2027-01-01")
        after = self.read(gsid, *names)
        self.assertGreater(true_time(after["ModifiedDate"]), true_time(record["ModifiedDate"]))
        self.assertEqual(
            [pick(after, name) for name in ("Name", "SuccessPlanTypeId__gr.Name",
                                            "StatusId__gr.Name", "IsClosed")],
            ["new", "Renewal", "Archived", True])
        self.assertEqual(cell(after, "DueDate"), "2027-01-01")
        self.assertIn(gsid, self.gsids(("IsClosed", "EQ", True), ("Name", "EQ", "new")))


    def test_a_record_is_spelled_alike_on_a_small_page_and_on_a_large_one(self):
        self.created()
        for switch in ("date_style=mixed", "lookups=mixed"):
            self.ctl("set", switch)
            small = self.page(select=PLAN, orderBy={"Gsid": "asc"}, limit=14)
            self.assertEqual(self.page(select=PLAN, orderBy={"Gsid": "asc"})[:14], small)


class Changing(WritingTest):
    def test_put_changes_what_is_sent_and_answers_with_the_gsid(self):
        gsid = self.full_plan()
        before = self.plan(gsid)
        self.assertEqual(self.put(gsid), ({"1": gsid}, {}))
        after = self.plan(gsid)
        self.assertEqual(differing(before, after), {"Name", "ModifiedDate"})
        self.put(gsid, **{name: self.fields[name] for name in self.fields if name != "Name"},
                 StartDate="2026-01-01", **CUSTOM)
        changed = self.plan(gsid)
        self.assertLessEqual({"CompanyId", "OwnerId", "StatusId__gr.Name", "StartDate", "DueDate",
                              "ActionPlan", *CUSTOM} - {"IsExec__gc"}, differing(after, changed))
        self.put(gsid, DueDate=None, status=None, ActionPlan=None)
        self.assertEqual(differing(self.plan(gsid), changed), {
            "DueDate", "StatusId__gr.Name", "ActionPlan", "ModifiedDate"})
        self.assertEqual(self.counted("plans_updated"), 3)

    def test_a_record_of_put_that_cannot_be_done_is_its_own_failure(self):
        gsid, gone = (row[0] for row in self.dump("successplans")[3:5])
        self.ctl("delete", gone)
        for change, word in (({"Gsid": "none"}, "COCKPIT_9702"), ({"Gsid": gone}, "COCKPIT_9702"),
                             ({"Gsid": None}, "COCKPIT_9702"), ({"Name": ""}, "COCKPIT_9700"),
                             ({"OwnerId": None}, "OwnerId"), ({"CompanyId": ""}, "CompanyId"),
                             ({"SuccessPlanType": None}, "SuccessPlanType"),
                             ({"OwnerId": "none"}, "COCKPIT_9705"), ({"status": "?"}, "9704"),
                             ({"SuccessPlanTypeId": "x"}, "P_5005"),
                             ({"DueDate": "soon"}, "GSOBJ_1006")):
            with self.subTest(change):
                self.failed("PUT", {"Gsid": gsid, "Name": "n", "ActionPlan": "x", **change}, word)
        self.failed("PUT", {"Gsid": gsid, "status": "Draft"}, "COCKPIT_9700", "Name")
        self.failed("PUT", {"Name": "n"}, "COCKPIT_9702")
        success, failure = self.write(
            "PUT", *({"referenceId": str(place), "Gsid": one, "Name": "n"}
                     for place, one in enumerate((gsid, gone, gsid))))
        self.assertEqual((success, list(failure)), ({"0": gsid, "2": gsid}, ["1"]))

    def test_whether_put_replaces_or_merges_is_stated_nowhere(self):
        gsid = self.full_plan()
        before = self.plan(gsid)
        self.ctl("set", "put=replace")
        self.put(gsid, StartDate="2026-01-01")
        after = self.plan(gsid)
        gone = {name for name in after if after[name] is None}
        self.assertEqual(gone, {"StatusId__gr.Name", "DueDate", "ActionPlan", *CUSTOM})
        self.assertEqual(differing(before, after) - gone, {"Name", "StartDate", "ModifiedDate"})
        self.ctl("set", 'mandatory_fields=["Segment__gc"]')
        other = self.full_plan()
        segment = self.plan(other)["Segment__gc"]
        self.put(other)
        self.assertEqual(self.plan(other)["Segment__gc"], segment)

    def test_put_may_set_a_field_of_its_own_accord_where_it_is_not_sent(self):
        gsid = self.full_plan()
        before = self.plan(gsid)
        self.ctl("set", 'put_resets={"status":"Draft","DueDate":null,"OwnerId":"%s"}' % self.owner)
        self.put(gsid)
        after = self.plan(gsid)
        self.assertEqual(differing(before, after), {
            "Name", "ModifiedDate", "StatusId__gr.Name", "DueDate", "OwnerId", "OwnerId__gr.Name"})
        self.assertEqual((after["StatusId__gr.Name"], after["DueDate"], after["OwnerId"]),
                         ("Draft", None, self.owner))
        self.put(gsid, status="Active", DueDate="2026-05-15")
        self.assertEqual(self.plan(gsid)["StatusId__gr.Name"], "Active")
        self.ctl("set", "put=replace")
        self.put(gsid)
        self.assertEqual(self.plan(gsid)["StatusId__gr.Name"], "Draft")
        self.ctl("set", "put_resets=[]", ok=False)

    def test_closing_a_plan_closes_its_objectives(self):
        open_ones = [row for row in self.dump("objectives") if row[4] == "In Progress"]
        for gsid, status in zip(dict.fromkeys(row[3] for row in open_ones),
                                ("Completed", "Archived")):
            before = self.objectives(gsid)
            self.put(gsid, status="Draft")
            self.assertEqual(self.objectives(gsid), before)
            self.put(gsid, status=status)
            after = self.objectives(gsid)
            self.assertEqual({row[4] for row in after.values()}, {"Completed"})
            moved = {one for one in after if after[one][9] != before[one][9]}
            self.assertEqual(moved, {one for one in before if before[one][4] != "Completed"})
            self.assertEqual({after[one][9] for one in moved}, {self.plan(gsid)["ModifiedDate"]})
            self.put(gsid, status="Active")
            self.put(gsid, status=status)
            self.assertEqual(self.objectives(gsid), after)
            found = self.page("call_to_action", ("Gsid", "IsClosed"),
                              where=where(("CtaGroupId", "EQ", gsid)))
            self.assertEqual({record["IsClosed"] for record in found}, {True})

    def test_or_it_does_not(self):
        self.ctl("set", "close_cascades=false")
        gsid = next(row[3] for row in self.dump("objectives") if row[4] == "In Progress")
        before = self.objectives(gsid)
        self.put(gsid, status="Completed")
        self.assertEqual(self.objectives(gsid), before)

    def objectives(self, gsid):
        return {row[0]: row for row in self.dump("objectives") if row[3] == gsid}

    def test_there_is_no_delete(self):
        self.assertEqual(self.asked("DELETE", {"referenceId": "1"})[0], 404)

    def test_a_day_that_is_written_is_that_day_in_the_tenants_zone_or_may_be_another(self):
        self.ctl("set", "due_zone=" + PACIFIC)
        for style, day in (("day", "2026-05-15"), ("utc", "2026-05-14")):
            self.ctl("set", "write_dates=" + style)
            gsid = self.created()
            record = self.read(gsid, "DueDate")
            self.assertEqual(cell(record, "DueDate", PACIFIC), day)
            self.put(gsid, StartDate="2026-05-15", LastTouch__gc="2026-05-15")
            record = self.read(gsid, "StartDate", "LastTouch__gc")
            self.assertEqual(cell(record, "StartDate", PACIFIC), day)
            touched = true_time(record["LastTouch__gc"]).astimezone(zoneinfo.ZoneInfo(PACIFIC))
            self.assertEqual(touched.date().isoformat(), day)
        self.put(gsid, StartDate="0001-01-01", DueDate="9999-12-31")
        self.assertEqual(self.plan(gsid)["StartDate"], "0001-01-01")
        self.ctl("set", "write_dates=day")
        moment = true_time(self.read(self.created(), "DueDate")["DueDate"])
        self.assertEqual((cell({"DueDate": moment.isoformat()}, "DueDate"),
                          moment.astimezone(zoneinfo.ZoneInfo(PACIFIC)).hour), ("2026-05-16", 17))

    def test_modified_date_moves_on_by_a_millisecond_or_within_a_second_not_at_all(self):
        gsid = self.created()
        seen = [self.plan(gsid)["ModifiedDate"]]
        for _ in range(5):
            self.put(gsid)
            seen.append(self.plan(gsid)["ModifiedDate"])
        self.assertEqual(seen, sorted(set(seen)))
        self.ctl("set", "modified_seconds=true")
        gsid = self.created()
        for _ in range(3):
            record = self.read(gsid, "ModifiedDate")
            self.assertEqual(true_time(record["ModifiedDate"]).microsecond, 0)
            self.put(gsid)


class Answering(WritingTest):
    def test_an_empty_list_may_be_missing(self):
        self.ctl("set", "write_answer=sparse")
        good, bad = self.new(), self.new(referenceId="2", OwnerId=None)
        for records, names in (((good,), {"success"}), ((bad,), {"failure"}),
                               ((good, bad), {"success", "failure"})):
            status, body = self.asked("POST", *records)
            self.assertEqual((status, body["result"], set(body["data"])), (200, True, names))

    def test_a_list_may_hold_one_object_with_all_of_it(self):
        self.ctl("set", "write_answer=merged")
        bad = [self.new(referenceId=one, OwnerId=None) for one in "34"]
        _, body = self.asked("POST", self.new(), *bad, self.new(referenceId="2"))
        data = body["data"]
        self.assertEqual([[list(one) for one in data[word]] for word in ("success", "failure")],
                         [[["1", "2"]], [["3", "4"]]])
        self.assertEqual(self.asked("POST", self.new())[1]["data"]["failure"], [])
        self.ctl("fault", '{"fault":{"forget":["2","3"]}}')
        _, body = self.asked("POST", self.new(), *bad, self.new(referenceId="2"))
        self.assertEqual([list(one) for one in outcome(body)], [["1"], ["4"]])

    def test_where_something_failed_the_200_may_carry_an_error_code_beside_the_lists(self):
        self.ctl("set", "write_answer=error_code")
        self.created()
        status, body = self.asked("POST", self.new(), self.new(referenceId="2", OwnerId=None))
        self.assertEqual((status, body["result"], body["errorCode"]), (200, False, "COCKPIT_9700"))
        success, failure = outcome(body)
        self.assertEqual((list(success), list(failure)), (["1"], ["2"]))
        self.assertEqual(self.plan(success["1"])["Name"], "Go-live")

    def test_an_answer_is_lost_after_all_was_done(self):
        for fault in ('{"apply_then":"close"}', '{"apply_then":500}', '{"close":"headers"}',
                      '{"close":"body"}', '{"apply_then":503}'):
            self.ctl("reset", SIZE)
            for method in ("POST", "PUT"):
                self.ctl("fault", '{"op":"%s %s","fault":%s}' % (method, ROUTE, fault))
            gsid = self.full_plan()
            for record in (self.new(), {"referenceId": "1", "Gsid": gsid, "Name": "new"}):
                method = "PUT" if "Gsid" in record else "POST"
                if "close" in fault:
                    with self.assertRaises((OSError, http.client.HTTPException), msg=fault):
                        self.asked(method, record)
                    self.client.connection.close()
                else:
                    self.assertIn(self.asked(method, record)[0], (500, 503))
            self.assertEqual((self.counted("plans_created"), self.counted("plans_updated")), (1, 1))
            self.assertEqual(self.plan(gsid)["Name"], "new")
            self.assertEqual(len(self.page(where=where(("Name", "EQ", "Go-live")))), 1)
        self.ctl("fault", '{"fault":{"apply_then":404}}', ok=False)

    def test_an_answer_may_say_nothing_of_some_records(self):
        self.ctl("fault", '{"op":"POST %s","fault":{"forget":["2","3"]}}' % ROUTE)
        records = [self.new(referenceId="1"), self.new(referenceId="2"),
                   self.new(referenceId="3", OwnerId=None), self.new(referenceId="4")]
        success, failure = self.write("POST", *records)
        self.assertEqual((list(success), failure), (["1", "4"], {}))
        self.assertEqual(self.counted("plans_created"), 3)
        self.ctl("fault", '{"fault":{"forget":[]}}', ok=False)

    def test_faults_before_anything_is_done_and_of_the_nth_request(self):
        before = self.everything()
        self.ctl("fault", '{"op":"POST %s","skip":1,"fault":{"status":503}}' % ROUTE)
        self.ctl("fault", '{"op":"PUT /v2/*/","fault":{"close":"before"}}')
        gsid = self.created()
        self.assertEqual(self.asked("POST", self.new())[0], 503)
        with self.assertRaises(OSError):
            self.put(gsid)
        self.client.connection.close()
        self.ctl("delete", gsid)
        self.assertEqual(self.everything(), before)

    def test_a_colleague_may_be_in_between(self):
        gsid = self.full_plan()
        self.ctl("fault", json.dumps({"op": "PUT " + ROUTE, "fault": {
            "touch": [gsid, "Comments=theirs"]}}))
        self.put(gsid, status="Draft")
        plan = self.plan(gsid)
        self.assertEqual((plan["ActionPlan"], plan["StatusId__gr.Name"]), ("theirs", "Draft"))

    def test_rate_key_token_and_form_as_for_other_routes(self):
        before = self.everything()
        for style, status in (("429", 429), ("200", 200), ("400", 400)):
            self.ctl("set", "rate_limit=0", "rate_style=" + style)
            self.refused(self.asked("POST", self.new()), "2400" if style == "429" else "2404",
                         status=status)
        self.ctl("defaults")
        for headers, status, code in (({"accessKey": "wrong"}, 401, "GS_APIG_2401"),
                                      ({"Content-Type": "text/plain"}, 400, "Content-Type"),
                                      ({"Authorization": "Bearer x"}, 400, "GSOBJ_1024")):
            self.refused(self.asked("PUT", self.new(), **headers), code, status=status)
        status, headers, page = self.send("POST", self.new(), accessKey="wrong", Accept="*/*")
        self.assertEqual((status, headers.get_content_type()), (200, "text/html"))
        self.assertIn(b"<html>", page)
        self.ctl("set", "serves=document")
        self.refused(self.asked("POST", self.new()), "GS_APIG_1000", status=404)
        self.ctl("set", "serves=nxt")
        self.assertEqual(self.everything(), before)
        key = self.client.headers.pop("accessKey")
        self.client.headers["Authorization"] = "Bearer " + token(self)[1]["access_token"]
        self.created()
        self.ctl("revoke")
        self.refused(self.asked("POST", self.new()), "GS_APIG_2401", status=401)
        del self.client.headers["Authorization"]
        self.client.headers["accessKey"] = key

    def test_the_log_has_them_with_their_bodies_and_the_counters_by_route(self):
        gsid = self.created()
        self.put(gsid)
        self.put(gsid)
        operations = json.loads(self.ctl("counters"))["operations"]
        self.assertEqual((operations["POST " + ROUTE], operations["PUT " + ROUTE]), (1, 2))
        lines = self.ctl("requests", "-v").splitlines()
        self.assertEqual([line.split(" ", 2)[:2] for line in lines],
                         [["POST", ROUTE], ["PUT", ROUTE], ["PUT", ROUTE]])
        self.assertEqual(json.loads(lines[1].split(" ", 2)[2]), {
            "requests": [{"record": {"referenceId": "1", "Gsid": gsid, "Name": "new"}}]})
        self.created()
        self.assertEqual(self.ctl("requests"), "POST %s x1\n" % ROUTE)

    def test_not_strict_it_passes_over_fields_that_it_has_not(self):
        self.ctl("set", "strict=false")
        self.assertEqual(self.plan(self.created(Nope=1))["Name"], "Go-live")


class Described(WritingTest):
    def meta(self, flag):
        data = self.client.call("GET", "/meta/services/objects/cta_group/describe")[1]["data"]
        return {field["fieldName"] for field in data[0]["fields"] if field["meta"][flag]}

    def test_what_can_be_written_and_what_is_required(self):
        can = {"Name", "CompanyId", "SuccessPlanTypeId", "StatusId", "OwnerId", "StartDate",
               "DueDate", "ActionPlan", *CUSTOM}
        required = {"Name", "CompanyId", "OwnerId", "SuccessPlanTypeId"}
        self.assertEqual(self.meta("updateable"), can)
        self.assertEqual(self.meta("createable"), can)
        self.assertFalse(can & self.meta("readOnly"))
        self.assertEqual(self.meta("required"), required)
        self.assertFalse(required & self.meta("nillable"))
        self.ctl("set", 'mandatory_fields=["Segment__gc"]')
        self.assertEqual(self.meta("required"), required | {"Segment__gc"})
