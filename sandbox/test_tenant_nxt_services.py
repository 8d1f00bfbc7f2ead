"""The sandbox tenant as live tenants are reported to be: beside reading, which is in
test_tenant_nxt.py, and writing, in test_tenant_nxt_writing.py, their descriptions of objects,
refusals, and tokens for machines.
"""

import base64
import collections
import concurrent.futures
import json
import time

import test_tenant
from test_tenant import PLANS, setUpModule, tearDownModule
from test_tenant_nxt import BY_GSID, CLIENT, NxtTest, pick

__all__ = ["setUpModule", "tearDownModule"]


class Describing(NxtTest):
    def describe(self, name):
        status, body = self.client.call("GET", "/meta/services/objects/%s/describe" % name)
        self.assertEqual(status, 200, body)
        return {field["fieldName"]: field for field in body["data"][0]["fields"]}

    def test_data_0_fields_each_with_name_label_type_options_and_meta(self):
        flags = ("filterable sortable groupable createable updateable required nillable readOnly "
                 "hidden richText formulaField hasLookup length decimalPlaces lookupDetail").split()
        for name in ("cta_group", "call_to_action", "da_picklist", "company", "gsuser"):
            for field in self.describe(name).values():
                self.assertLessEqual({"fieldName", "label", "dataType", "options", "meta"},
                                     set(field))
                self.assertLessEqual(set(flags), set(field["meta"]))

    def test_the_types_of_plans_and_objectives(self):
        plan, objective = self.describe("cta_group"), self.describe("call_to_action")
        types = {"Gsid": "GSID", "Name": "STRING", "CompanyId": "LOOKUP", "OwnerId": "LOOKUP",
                 "SuccessPlanTypeId": "LOOKUP", "StatusId": "LOOKUP", "StartDate": "DATETIME",
                 "DueDate": "DATETIME", "ActionPlan": "RICHTEXTAREA", "CreatedDate": "DATETIME",
                 "ModifiedDate": "DATETIME", "IsClosed": "BOOLEAN", "PercentComplete": "NUMBER"}
        self.assertEqual({name: plan[name]["dataType"] for name in types}, types)
        for name in ("EntityType RelationshipId OriginalDueDate ActiveDate ClosedDate "
                     "OpenObjectiveCount TotalObjectiveCount ClosedWonObjectiveCount Description "
                     "ClosedLostObjectiveCount OpenTaskCount ClosedTaskCount Highlights").split():
            self.assertIn(name, plan)
        self.assertEqual([objective[name]["dataType"] for name in (
            "Comments", "CtaGroupId", "DueDate", "PercentComplete")],
            ["RICHTEXTAREA", "LOOKUP", "DATETIME", "NUMBER"])
        self.assertFalse(plan["ActionPlan"]["meta"]["filterable"])
        self.assertTrue(plan["ActionPlan"]["meta"]["richText"])

    def test_all_described_types_and_unknown_ones(self):
        seen = {field.get("dataType") for name in ("company", "gsuser", "oddities__gc")
                for field in self.describe(name).values()}
        self.assertLessEqual(set(
            "STRING EMAIL URL GSID SFDCID LOOKUP RICHTEXTAREA PICKLIST MULTISELECTDROPDOWNLIST "
            "BOOLEAN NUMBER CURRENCY PERCENTAGE DATE DATETIME JSON GEOLOCATION".split()) | {None},
            seen)

    def test_a_picklist_value_is_the_items_gsid_its_label_is_in_options(self):
        options = {option["value"]: option["label"]
                   for option in self.describe("company")["Industry"]["options"]}
        values = {row[1] for row in self.dump("company", "Gsid", "Industry")} - {None}
        self.assertTrue(values)
        self.assertLessEqual(values, set(options))
        self.assertFalse(values & set(options.values()))

    def test_a_multi_select_is_text_joined_by_semicolons_or_an_array(self):
        def values():
            return {r["Gsid"]: r.get("Regions__gc") for r in
                    self.page("company", ("Gsid", "Regions__gc"))}
        text = {gsid: value and value.split(";") for gsid, value in values().items()}
        self.assertTrue(any(value and len(value) > 1 for value in text.values()))
        self.ctl("set", "multi_select=array")
        self.assertEqual(values(), text)

    def test_a_lookup_is_described_by_its_name_and_its_objects(self):
        detail = self.describe("cta_group")["CompanyId"]["meta"]["lookupDetail"]
        self.assertEqual((detail["lookupName"], detail["fieldName"],
                          detail["lookupObjects"][0]["objectName"]),
                         ("CompanyId__gr", "CompanyId", "company"))

    def test_hostile_names_and_100_kb_replies(self):
        size = len(self.client.raw("GET", "/meta/services/objects/oddities__gc/describe")[2])
        self.assertGreater(size, 100_000)
        fields = list(self.describe("oddities__gc"))
        for piece in ('"', "'", "\\", ";", "\u540d", "select", "ctid"):
            self.assertTrue(any(piece in name for name in fields), piece)
        self.assertEqual(len({name.lower() for name in fields}), len(fields))
        self.assertEqual(len(self.page("oddities__gc", fields)), 40)

    def test_any_object_of_the_tenant_joins_with_the_plans(self):
        for column, name in ((2, "company"), (7, "gsuser")):
            ids = {row[column] for row in self.dump("successplans")} - {None}
            there = {row[0]: row[1] for row in self.dump(name, "Gsid", "Name")}
            self.assertLess(ids, set(there))
            names = {row[column]: row[column + 1] for row in self.dump("successplans")}
            self.assertEqual({ident: there[ident] for ident in ids},
                             {ident: names[ident] for ident in ids})

    def test_replies_and_dump_of_every_object_agree(self):
        for name in ("cta_group", "call_to_action", "da_picklist", "company", "gsuser",
                     "relationship"):
            fields = self.describe(name)
            lookups = [field + "__gr.Name" for field, said in fields.items()
                       if said["meta"]["hasLookup"]]
            select = [*fields, *lookups]
            found = self.all(name, select)
            dumped = self.dump(name, *select)
            self.assertEqual(len(found), len(dumped))
            texts = [place for place, field in enumerate(select) if field in lookups
                     or fields[field]["dataType"] in ("STRING", "LOOKUP", "GSID", "PICKLIST")]
            self.assertEqual(
                sorted([[pick(r, select[at]) or None for at in texts] for r in found], key=repr),
                sorted([[row[at] or None for at in texts] for row in dumped], key=repr))


class Refusing(NxtTest):
    def test_401_gs_apig_2401_key_refused(self):
        self.client.headers["accessKey"] = "wrong"
        self.refused(self.query(), "GS_APIG_2401", status=401)

    def test_4xx_gs_apig_2402_access_keys_have_an_allow_list_oauth_clients_have_none(self):
        self.ctl("set", "allow_list=true")
        self.refused(self.query(), "GS_APIG_2402", status=403)
        self.client.headers["Authorization"] = "Bearer " + self.token()
        del self.client.headers["accessKey"]
        self.assertEqual(self.query()[0], 200)

    def test_400_gsobj_1024_bad_authorization_headers_never_both(self):
        self.client.headers["Authorization"] = "Bearer " + self.token()
        self.refused(self.query(), "GSOBJ_1024")
        del self.client.headers["accessKey"]
        self.client.headers["Authorization"] = "Token x"
        self.refused(self.query(), "GSOBJ_1024")

    def test_gs_apig_2404_rate_limit_at_the_gateway_in_a_200_too_429_gu_2400_of_a_service(self):
        for style, status, code in (("429", 429, "GU_2400"), ("200", 200, "GS_APIG_2404"),
                                    ("400", 400, "GS_APIG_2404")):
            self.ctl("set", "rate_limit=0", "rate_style=" + style)
            self.refused(self.query(), code, status=status)

    def test_404_gs_apig_1000_400_gsobj_1023_no_such_route(self):
        for path in ("/data/objects/query/", "/data/objects/query/a/b", "/data/objects/nothing",
                     "/meta/services/objects/cta_group"):
            self.refused(self.client.call("POST", path, {}), "GS_APIG_1000", status=404)
        self.ctl("set", "no_route=GSOBJ_1023")
        self.refused(self.client.call("POST", "/data/objects", {}), "GSOBJ_1023")

    def test_live_tenants_answer_the_documents_routes_with_404_gs_apig_1000(self):
        routes = {"document": ("POST", "/successplans/search", {"limit": 1}),
                  "nxt": ("POST", "/data/objects/query/cta_group",
                          {"limit": 1, "select": ["Gsid"]})}
        for serves in routes:
            self.ctl("set", "serves=" + serves)
            for dialect, route in routes.items():
                answer = self.client.call(*route)
                if dialect == serves:
                    self.assertEqual(answer[0], 200)
                else:
                    self.refused(answer, "GS_APIG_1000", status=404)

    def test_400_title_object_not_found_no_such_object(self):
        for answer in (self.query("nothing"),
                       self.client.call("GET", "/meta/services/objects/nothing/describe")):
            self.assertEqual((answer[0], answer[1]["title"]), (400, "OBJECT_NOT_FOUND"))
            self.assertNotIn("result", answer[1])

    def test_a_field_that_the_object_has_not_or_that_is_no_lookup(self):
        self.refused(self.query(select=["Gsid", "Nothing"]), "P_5005")
        for name in ("Name__gr.Name", "CompanyId__gr.Nothing", "CompanyId.Name"):
            self.refused(self.query(select=["Gsid", name]), "P_5068")
        for code in ("GSOBJ_ESS_9104", "COCKPIT_5101"):
            self.ctl("set", "field_code=" + code, "field_status=200")
            self.refused(self.query(select=["Gsid", "Nothing"]), code, status=200)

    def test_without_accept_application_json_a_failure_can_be_an_html_page_with_status_200(self):
        for path, body in (("/data/objects/query/cta_group", {"select": [], "limit": 1}),
                           ("/data/objects/query/nothing", {"select": ["Gsid"], "limit": 1})):
            for headers in ({"Accept": "*/*"}, {"Accept": None}):
                status, answered, page = self.client.raw("POST", path, body, **headers)
                self.assertEqual((status, answered.get_content_type()), (200, "text/html"))
                self.assertIn(b"<html>", page)

    def test_faults_latency_counters_and_journal_as_for_the_documents_routes(self):
        before = self.operations()
        self.ctl("fault", '{"op":"POST /data/objects/query/cta_group","fault":{"status":503}}')
        self.assertEqual([self.query()[0] for _ in range(2)], [503, 200])
        self.ctl("fault", '{"op":"GET /meta/*/*/*/describe","fault":{"status":500}}')
        self.assertEqual(self.client.raw("GET", "/meta/services/objects/company/describe")[0], 500)
        self.assertEqual(self.operations() - before, {
            "POST /data/objects/query/{object}": 2,
            "GET /meta/services/objects/{object}/describe": 1})
        self.assertEqual(self.ctl("requests"), "GET /v1/meta/services/objects/company/describe x1\n"
                         "POST /v1/data/objects/query/cta_group x2\n")
        self.ctl("set", "latency_ms=100")
        started = time.monotonic()
        self.query()
        self.assertGreaterEqual(time.monotonic() - started, 0.1)

    def operations(self):
        return collections.Counter(json.loads(self.ctl("counters"))["operations"])

    def token(self):
        return token(self)[1]["access_token"]


def token(case, client=CLIENT, body=None, **headers):
    """(status, reply) of a request for a token."""
    basic = base64.b64encode(client.encode()).decode()
    status, _, data = case.client.raw("POST", "/users/m2m/oauth/token", body, **{
        "accessKey": None, "Authorization": "Basic " + basic, **headers})
    return status, json.loads(data)


class Machines(NxtTest):
    def setUp(self):
        super().setUp()
        self.key = self.client.headers.pop("accessKey")

    def test_basic_and_json_and_an_empty_body_give_a_bearers_token_with_an_end(self):
        status, answer = token(self)
        self.assertEqual(status, 200)
        self.assertEqual((answer["token_type"], answer["expires_in"]), ("Bearer", 86400))
        self.client.headers["Authorization"] = "Bearer " + answer["access_token"]
        self.assertEqual(self.query()[0], 200)
        self.assertEqual(self.client.call("POST", "/successplans/search", {"limit": 1})[0], 200)
        self.assertNotEqual(token(self)[1]["access_token"], answer["access_token"])

    def test_a_wrong_client_is_refused(self):
        for client in ("sandbox-client:wrong", "wrong:sandbox-secret", "sandbox-client"):
            self.refused(token(self, client), "GS_APIG_2401", status=401)
        self.refused(token(self, accessKey="sandbox-key"), "GSOBJ_1024")
        self.refused(token(self, body="grant_type=client_credentials"), "and the body ''")
        self.ctl("set", "client_id=m\u00fcller", "client_secret=a:b \u00fc\"%")
        self.assertEqual(token(self, "m\u00fcller:a:b \u00fc\"%")[0], 200)

    def test_one_source_has_a_form_with_grant_type_client_credentials_instead(self):
        form = {"body": "grant_type=client_credentials",
                "Content-Type": "application/x-www-form-urlencoded"}
        self.ctl("set", "token_request=form")
        self.assertEqual(token(self, **form)[0], 200)
        self.refused(token(self), "grant_type")

    def test_expires_in_may_say_what_is_not_so_or_nothing(self):
        for says, found in ((5, 5), ('"3600"', "3600"), ("absent", None)):
            self.ctl("set", "token_says=%s" % says)
            self.assertEqual(token(self)[1].get("expires_in"), found)

    def test_401_after_a_tokens_end(self):
        self.ctl("set", "token_seconds=1")
        answer = token(self)[1]
        self.assertEqual(answer["expires_in"], 1)
        self.client.headers["Authorization"] = "Bearer " + answer["access_token"]
        self.assertEqual(self.query()[0], 200)
        time.sleep(1.05)
        self.refused(self.query(), "GS_APIG_2401", status=401)

    def test_401_for_a_token_that_was_revoked_before_its_end(self):
        self.client.headers["Authorization"] = "Bearer " + token(self)[1]["access_token"]
        self.ctl("revoke")
        self.refused(self.query(), "GS_APIG_2401", status=401)

    def test_the_request_for_a_token_counts_in_the_rate_and_is_in_the_journal_without_secrets(self):
        self.ctl("set", "rate_limit=1")
        self.assertEqual(token(self)[0], 200)
        self.assertEqual(token(self)[0], 429)
        self.ctl("set", "rate_limit=null")
        self.client.headers["Authorization"] = "Bearer " + token(self)[1]["access_token"]
        self.query()
        log = self.ctl("log", "10")
        for secret in (base64.b64encode(CLIENT.encode()).decode(), "sandbox-secret",
                       self.client.headers["Authorization"][7:]):
            self.assertNotIn(secret, log + self.ctl("set"))
        self.assertEqual({json.loads(line)["key_matched"] for line in log.splitlines()}, {True})
        self.assertIn("POST /v1/users/m2m/oauth/token x3\n", self.ctl("requests"))

    def test_faults_hit_the_request_for_a_token(self):
        self.ctl("fault", '{"op":"POST /users/m2m/oauth/token","fault":{"status":503}}')
        self.assertEqual([token(self)[0] for _ in range(2)], [503, 200])

    def test_many_at_once(self):
        self.client.headers["Authorization"] = "Bearer " + token(self)[1]["access_token"]

        def one(place):
            client = test_tenant.Client(self.url)
            client.headers = self.client.headers
            try:
                return len(client.call("POST", "/data/objects/query/cta_group", {
                    "select": ["Gsid"], "limit": 100, "offset": place * 100,
                    "orderBy": BY_GSID})[1]["data"]["records"])
            finally:
                client.connection.close()
        with concurrent.futures.ThreadPoolExecutor(11) as pool:
            self.assertEqual(sum(pool.map(one, range(11))), PLANS)
