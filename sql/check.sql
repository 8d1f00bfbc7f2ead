--
-- CHECK: what gainsight_fdw_check finds out of a tenant, in both dialects and in its habits
--
\i sql/include/setup.psql
CREATE SERVER live FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', dialect 'nxt', rate_limit '0', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER live OPTIONS (access_key :'key');

-- what differs from run to run is left out
CREATE FUNCTION local.check(server name) RETURNS TABLE (n bigint, step text, ok boolean, detail text)
LANGUAGE sql AS $$
  SELECT n, step, ok, regexp_replace(detail, '127\.0\.0\.1:\d+|port \d+( after \d+ ms)?', 'HOST', 'g')
  FROM gainsight_fdw_check(server) WITH ORDINALITY AS c (step, ok, detail, n) ORDER BY n
$$;

--
-- A tenant without habits
--

CREATE TABLE local.plain AS SELECT 'live'::name AS server, * FROM local.check('live');
SELECT step, ok, detail FROM local.plain ORDER BY n;
-- the count is right, and all of them read
\! sandbox/ctl requests
INSERT INTO local.plain SELECT 'gainsight', * FROM local.check('gainsight');
SELECT step, ok, detail FROM local.plain WHERE server = 'gainsight' ORDER BY n;
\! sandbox/ctl requests

-- what it says otherwise of a tenant that has one
CREATE FUNCTION local.other(asked name) RETURNS TABLE (step text, ok boolean, detail text)
LANGUAGE sql AS $$
  SELECT c.step, c.ok, c.detail FROM local.check(asked) AS c
  WHERE c.step <> 'requests' AND (c.step, c.ok, coalesce(c.detail, '')) NOT IN (
    SELECT p.step, p.ok, coalesce(p.detail, '') FROM local.plain AS p WHERE p.server = asked)
  ORDER BY c.n
$$;

--
-- Which dialect
--

-- the one that the server has is unknown: the other one is tried
\! sandbox/ctl set serves=nxt
SELECT * FROM local.other('gainsight');
\! sandbox/ctl requests
\! sandbox/ctl set no_route=GSOBJ_1023
SELECT * FROM local.other('gainsight');
\! sandbox/ctl set serves=document
SELECT * FROM local.other('live');
-- a page for people, as if all were well
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"status":200,"body":"<html>"},"op":"* /successplans/*","times":null}' '{"fault":{"status":200,"body":"<html>"},"op":"* /successplans/*/*","times":null}'
SELECT * FROM local.other('gainsight');
-- no tenant of either
\! sandbox/ctl fault '{"fault":{"status":404,"body":"<html>"},"times":null}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- statements say it, too
\! sandbox/ctl set serves=nxt
SELECT * FROM local.error_of('SELECT name FROM gs.plan_types');
\! sandbox/ctl set serves=document no_route=GSOBJ_1023
CREATE FOREIGN TABLE local.live_types (id text) SERVER live OPTIONS (resource 'plan_types');
SELECT * FROM local.error_of('SELECT id FROM local.live_types');
\! sandbox/ctl defaults

--
-- Orders and pages
--

\! sandbox/ctl set ignore_order=true
SELECT * FROM local.other('live');
\! sandbox/ctl set shuffle=true
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults
\! sandbox/ctl set order_fold=true
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- a cap that saves nothing, and one that walks would stop at
\! sandbox/ctl set page_cap=300
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
\! sandbox/ctl set page_cap=90
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (ADD page_size '90');
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (DROP page_size);
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_offset=true
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- as many as a page can have
\! sandbox/ctl reset plans=5001
SELECT * FROM local.other('live') WHERE step IN ('page size', 'past the end');
\! sandbox/ctl reset plans=2500
-- none so long
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorDesc":"limit"}},"op":"POST /data/objects/query/cta_group","skip":18}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- the end of a walk
\! sandbox/ctl set data_null_when_empty=true
SELECT * FROM local.other('live');
\! sandbox/ctl set bare_arrays=true data_null_when_empty=false
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl set no_data=gsobj_1011
SELECT * FROM local.other('live');
\! sandbox/ctl set no_data=result_false
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"status":500},"op":"POST /data/objects/query/cta_group","skip":19}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- totals
\! sandbox/ctl set nxt_total=true
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl set total_count=absent
SELECT * FROM local.other('gainsight');
\! sandbox/ctl set total_count=page page_cap=1000
SELECT * FROM local.other('gainsight');
\! sandbox/ctl set total_count=3 page_cap=null
SELECT * FROM local.other('gainsight');
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true');
SELECT * FROM local.other('gainsight');
ALTER SERVER gainsight OPTIONS (DROP trust_filters);
\! sandbox/ctl defaults

--
-- Conditions
--

-- parentheses
\! sandbox/ctl set expressions=nested
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (ADD expressions 'nested');
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (DROP expressions);
-- lists
\! sandbox/ctl set max_in=60
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
ALTER SERVER gainsight OPTIONS (ADD in_list_size '50');
SELECT * FROM local.other('gainsight');
ALTER SERVER gainsight OPTIONS (SET in_list_size '200');
\! sandbox/ctl set max_in=200
SELECT * FROM local.other('gainsight');
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
\! sandbox/ctl set max_in=10
SELECT * FROM local.other('live');
\! sandbox/ctl set max_in=9
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (ADD in_list_size '5');
SELECT * FROM local.other('live') WHERE NOT ok;
ALTER SERVER live OPTIONS (DROP in_list_size);
\! sandbox/ctl defaults
-- operators that are not known
\! sandbox/ctl set 'operators=["EQ","IN","GT","GTE","LT"]'
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
ALTER SERVER gainsight OPTIONS (ADD operators 'EQ, IN, GT, GTE, LT');
SELECT * FROM local.other('gainsight') WHERE NOT ok;
ALTER SERVER gainsight OPTIONS (DROP operators);
\! sandbox/ctl defaults
-- operators that are dropped
\! sandbox/ctl set 'ignore_operators=["EQ","LT","LTE","CONTAINS","IS_NULL","IS_NOT_NULL"]'
SELECT * FROM local.other('live');
\! sandbox/ctl set 'ignore_operators=["IN"]'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_filters=true
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults
-- calls to action that are in no plan come with objectives
\! sandbox/ctl set 'ignore_operators=["IS_NOT_NULL"]' ignore_order=true
SELECT * FROM local.other('live') WHERE step = 'objectives';
\! sandbox/ctl defaults
-- which are not asked for by an operator that is not named
\! sandbox/ctl set 'operators=["EQ","IN","GT","GTE","LT","LTE"]'
SELECT * FROM local.other('live') WHERE step = 'objectives';
ALTER SERVER live OPTIONS (ADD operators 'EQ, IN, GT, GTE, LT, LTE');
SELECT * FROM local.check('live') WHERE step = 'objectives' OR NOT ok;
ALTER SERVER live OPTIONS (DROP operators);
\! sandbox/ctl defaults
-- nulls
\! sandbox/ctl set keep_nulls=true
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl set null_tests=blank
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- case
\! sandbox/ctl set text_fold=true
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults
-- conditions on looked-up names, and on fields that are none
\! sandbox/ctl set dotted_filters=false
SELECT * FROM local.other('live');
\! sandbox/ctl set strict=false
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- rows that are lost: no condition finds any
\! sandbox/ctl fault '{"fault":{"status":200,"body":{"result":true,"data":{"records":[]}}},"op":"POST /data/objects/query/cta_group","times":null,"skip":2}'
SELECT * FROM local.other('live') WHERE step ~ 'operator|AND|OR|status|unknown';
\! sandbox/ctl defaults
-- the keys beside a condition are not kept to
\! sandbox/ctl fault '{"fault":{"replace_body":[["\"records\":[","\"records\":[{\"Gsid\":\"x\"},"]]},"op":"POST /data/objects/query/cta_group","skip":2}'
SELECT * FROM local.other('live');
-- parentheses are not looked at: the third row comes, too
SELECT json_build_object('op', 'POST /data/objects/query/cta_group', 'skip', 11, 'fault', json_build_object('status', 200,
    'body', json_build_object('result', true, 'data', json_build_object('records', json_agg(few))))) AS fault
FROM (SELECT gsid AS "Gsid" FROM gs.successplans ORDER BY gsid COLLATE "C" OFFSET 1 LIMIT 2) AS few \gset
\setenv FAULT :fault
\! sandbox/ctl fault "$FAULT"
SELECT * FROM local.other('live');
\! sandbox/ctl defaults

--
-- Spellings
--

\! sandbox/ctl set epoch_dates=true
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults
\! sandbox/ctl set date_style=document
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults
\! sandbox/ctl set lookups=nested
SELECT * FROM local.other('live');
\! sandbox/ctl set lookups=mixed
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl set drop_nulls=true
SELECT * FROM local.other('live');
\! sandbox/ctl set drop_nulls=false blank_nulls=true
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"replace_body":[["\"DueDate\":\"20","\"DueDate\":\"XX",3]]},"op":"POST /data/objects/query/cta_group","times":1}'
SELECT * FROM local.other('live') WHERE step = 'dates';
\! sandbox/ctl defaults
-- days at an hour of another zone, in summer and in winter; between two that fit, the hour decides
\! sandbox/ctl set due_zone=America/Denver
SELECT * FROM local.other('live') WHERE step = 'time zone';
ALTER SERVER live OPTIONS (ADD time_zone 'America/Denver');
SELECT * FROM local.other('live') WHERE step = 'time zone';
ALTER SERVER live OPTIONS (SET time_zone 'America/New_York');
SELECT * FROM local.other('live') WHERE step = 'time zone';
\! sandbox/ctl set due_zone=Australia/Sydney due_hour=0
SELECT * FROM local.other('live') WHERE step = 'time zone';
ALTER SERVER live OPTIONS (DROP time_zone);
\! sandbox/ctl set due_zone=Asia/Kolkata due_hour=17
SELECT * FROM local.other('live') WHERE step = 'time zone';
\! sandbox/ctl set due_zone=Pacific/Fiji due_hour=9
SELECT * FROM local.other('live') WHERE step = 'time zone';
\! sandbox/ctl defaults
-- categories of the list that plan types are chosen from
\! sandbox/ctl set plan_type_category=PLAN_KINDS
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (ADD plan_type_category 'PLAN_KINDS');
SELECT * FROM local.other('live');
ALTER SERVER live OPTIONS (DROP plan_type_category);
\! sandbox/ctl defaults

--
-- What fails, fails for itself
--

\! sandbox/ctl fault '{"fault":{"status":500},"op":"POST /successplans/search","skip":3}'
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"status":200,"body":"<html>"},"op":"GET /successplans/config/types"}'
SELECT * FROM local.other('gainsight');
\! sandbox/ctl defaults

--
-- Fields
--

-- one is not there: what is asked for without it tells the rest
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorCode":"P_5005","errorDesc":"no field ActionPlan"}},"op":"POST /data/objects/query/cta_group"}' '{"fault":{"replace_body":[["\"fieldName\": \"ActionPlan\"","\"fieldName\": \"Else\""]]},"op":"GET /meta/services/objects/cta_group/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorCode":"P_5005","errorDesc":"no field PercentComplete"}},"op":"POST /data/objects/query/call_to_action"}' '{"fault":{"replace_body":[["\"fieldName\": \"PercentComplete\"","\"fieldName\": \"Else\""]]},"op":"GET /meta/services/objects/call_to_action/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- those of a status, which is looked up, and of days
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorCode":"P_5068","errorDesc":"no lookup"}},"op":"POST /data/objects/query/cta_group"}' '{"fault":{"replace_body":[["\"StatusId__gr\"","\"Else__gr\""],["\"fieldName\": \"StartDate\"","\"fieldName\": \"Else\""],["\"fieldName\": \"DueDate\"","\"fieldName\": \"Other\""]]},"op":"GET /meta/services/objects/cta_group/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- refused all the same: the key alone is read, and some goes on
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorCode":"P_5005","errorDesc":"no such field"}},"op":"POST /data/objects/query/cta_group"}'
SELECT * FROM local.other('live') WHERE detail !~ 'not known';
\! sandbox/ctl defaults
-- of another type, or not to be filtered
\! sandbox/ctl fault '{"fault":{"replace_body":[["\"label\": \"DueDate\", \"dataType\": \"DATETIME\"","\"label\": \"DueDate\", \"dataType\": \"DATE\""],["\"label\": \"CreatedDate\", \"dataType\": \"DATETIME\"","\"label\": \"CreatedDate\", \"dataType\": \"WHEN\""],["\"filterable\": true","\"filterable\": false"]]},"op":"GET /meta/services/objects/cta_group/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"fault":{"replace_body":[["\"label\": \"PercentComplete\", \"dataType\": \"NUMBER\"","\"label\": \"PercentComplete\", \"dataType\": \"STRING\""]]},"op":"GET /meta/services/objects/call_to_action/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- no description, or none that can be read: all else goes on
\! sandbox/ctl fault '{"fault":{"status":403},"op":"GET /meta/services/objects/cta_group/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl fault '{"fault":{"status":200,"body":{"result":true,"data":[{"fields":"none"}]}},"op":"GET /meta/services/objects/cta_group/describe"}'
SELECT * FROM local.other('live');
\! sandbox/ctl defaults

--
-- What it may say, and how much it may ask
--

-- what a tenant says is quoted, unless it quotes a record
SELECT min(gsid COLLATE "C") AS first FROM gs.successplans \gset
\setenv FIRST :first
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorDesc":"not so"}},"op":"POST /data/objects/query/cta_group","skip":2}'
SELECT * FROM local.other('live');
\! sandbox/ctl fault "{\"fault\":{\"status\":400,\"body\":{\"result\":false,\"errorDesc\":\"not $FIRST\"}},\"op\":\"POST /data/objects/query/cta_group\",\"skip\":2}"
SELECT * FROM local.other('live');
\! sandbox/ctl defaults
-- nothing to try conditions on
\! sandbox/ctl reset plans=0
SELECT * FROM local.other('live');
SELECT * FROM local.other('gainsight');
\! sandbox/ctl set 'operators=["EQ","IN"]'
SELECT * FROM local.other('gainsight') WHERE NOT ok;
\! sandbox/ctl reset plans=2
SELECT * FROM local.other('live') WHERE step ~ 'AND|OR|operator (IN|EQ)';
\! sandbox/ctl reset plans=2500
-- as many requests as one may send
ALTER SERVER live OPTIONS (ADD max_requests '7');
SELECT * FROM local.check('live') AS c WHERE n > 9;
\! sandbox/ctl requests
ALTER SERVER live OPTIONS (SET max_requests '1');
SELECT * FROM local.check('live') AS c WHERE n > 5;
ALTER SERVER live OPTIONS (DROP max_requests);
-- of all of the statement
ALTER SERVER live OPTIONS (ADD max_requests '30');
SELECT count(*) FILTER (WHERE ok) > 30 AS most, count(*) FILTER (WHERE step = 'the rest') AS gave_up
FROM (SELECT * FROM local.check('live') UNION ALL SELECT * FROM local.check('live')) AS c;
ALTER SERVER live OPTIONS (DROP max_requests);
-- a key that it does not know
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET access_key 'wrong');
SELECT * FROM local.check('gainsight');
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET access_key :'key');
-- a machine that has a client for one
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (DROP access_key, ADD client_id 'sandbox-client', ADD client_secret 'sandbox-secret');
SELECT * FROM local.check('gainsight') WHERE step = 'authorization';
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET client_secret 'wrong');
SELECT * FROM local.check('gainsight') WHERE n > 2;
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (DROP client_id, DROP client_secret, ADD access_key :'key');
-- an address that it does not allow
\! sandbox/ctl set allow_list=true
SELECT * FROM local.check('live');
\! sandbox/ctl defaults
-- which is refused in the middle
\! sandbox/ctl fault '{"fault":{"status":401},"op":"POST /data/objects/query/cta_group","skip":3}'
SELECT * FROM local.check('live') WHERE n > 8;
\! sandbox/ctl defaults
-- no tenant at all
ALTER SERVER gainsight OPTIONS (SET base_url 'http://127.0.0.1:1/v1');
SELECT step, ok, regexp_replace(detail, '(08001 [^:(]*).*', '\1') AS detail FROM local.check('gainsight');
ALTER SERVER gainsight OPTIONS (SET base_url :'url');

--
-- Who may: by the privilege on the server, and with his own key
--

CREATE ROLE regress_gs_checker;
SET ROLE regress_gs_checker;
SELECT * FROM gainsight_fdw_check('gainsight');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER gainsight TO regress_gs_checker;
SET ROLE regress_gs_checker;
SELECT * FROM gainsight_fdw_check('gainsight');
RESET ROLE;
SELECT * FROM gainsight_fdw_check('no_such_server');
SELECT * FROM gainsight_fdw_check(NULL);
CREATE FOREIGN DATA WRAPPER regress_other;
CREATE SERVER regress_other FOREIGN DATA WRAPPER regress_other;
SELECT e <> 'no error' AS refused FROM local.error_of($$SELECT gainsight_fdw_check('regress_other')$$) AS e LIMIT 1;
DROP SERVER regress_other;
DROP FOREIGN DATA WRAPPER regress_other;
REVOKE USAGE ON FOREIGN SERVER gainsight FROM regress_gs_checker;
DROP ROLE regress_gs_checker;

SET client_min_messages = warning;
DROP SERVER live CASCADE;
\i sql/include/teardown.psql
