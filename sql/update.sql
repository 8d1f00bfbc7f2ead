--
-- UPDATE: success plans changed, and nothing lost by it
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=30 objectives=2 types=3 seed=1
\! sandbox/ctl insert '{"Gsid":"1P02FULL","Name":"Full","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","OwnerId":"1P0O1","StartDate":"2027-01-01","EndDate":"2027-12-31","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z","Health__gc":12.50,"IsExec__gc":true,"RenewalDate__gc":"2028-01-01","LastTouch__gc":"2026-05-05T05:05:05Z","Segment__gc":"SMB","Score__gc":7}'
\! sandbox/ctl insert '{"Gsid":"1P02BARE","Name":"Bare","CompanyId":"1P01ACME","TypeId":"1T01","ModifiedDate":"2026-01-02T03:04:05Z"}'
\! sandbox/ctl insert '{"Gsid":"1P02EMPTY","Name":"Empty","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Archived","Comments":"","OwnerId":"1P0O2","EndDate":"2027-06-30"}'
\! sandbox/ctl insert '{"Gsid":"a/b","Name":"Slash","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Archived"}'
-- this tenant's PUT replaces the plan: documented fields that are not sent become null
\! sandbox/ctl set put=replace
\i sql/include/watch.psql

--
-- One plan by its Gsid
--
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET status = 'Completed' WHERE gsid = '1P02FULL';
UPDATE gs.successplans SET status = 'Completed' WHERE gsid = '1P02FULL';
-- read, then written with all that can be written: two requests
\! sandbox/ctl requests -v
-- nothing else has changed
\i sql/include/changes.psql
-- what is null, and untouched, is left out
UPDATE gs.successplans SET name = 'Bare, renamed' WHERE gsid = '1P02BARE';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- what is empty goes back as it came
UPDATE gs.successplans SET end_date = NULL WHERE gsid = '1P02EMPTY';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- an id that is no good in a path is searched for, and escaped
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'x' WHERE gsid = 'a/b';
UPDATE gs.successplans SET comments = 'x' WHERE gsid = 'a/b';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- there is no such plan
UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02NONE';
\! sandbox/ctl requests -v
-- other conditions are looked at before anything is written
UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02FULL' AND lower(status) = 'active';
\! sandbox/ctl requests -v
UPDATE gs.successplans SET comments = 'x' WHERE false;
UPDATE gs.successplans SET comments = 'x' WHERE gsid = NULL;
\! sandbox/ctl requests -v

--
-- A table that declares three columns
--
CREATE FOREIGN TABLE gs.narrow (id text OPTIONS (field 'Gsid'), state text OPTIONS (field 'Status'), comments text)
  SERVER gainsight OPTIONS (resource 'successplans');
-- all eight writable fields are sent nevertheless
EXPLAIN (COSTS OFF) UPDATE gs.narrow SET comments = comments || ', and now' WHERE id = '1P02FULL';
UPDATE gs.narrow SET comments = comments || ', and now' WHERE id = '1P02FULL';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- also of plans found by a search
EXPLAIN (COSTS OFF) UPDATE gs.narrow SET comments = 'archived' WHERE state = 'Archived' AND comments = '';
UPDATE gs.narrow SET comments = 'archived' WHERE state = 'Archived' AND comments = '';
\! sandbox/ctl requests -v | sort
\i sql/include/changes.psql
-- custom fields are sent where the table declares them, changed or not
CREATE FOREIGN TABLE gs.custom (id text OPTIONS (field 'Gsid'), health numeric OPTIONS (field 'Health__gc'),
	is_exec boolean OPTIONS (field 'IsExec__gc'), renewal date OPTIONS (field 'RenewalDate__gc'),
	touch timestamptz OPTIONS (field 'LastTouch__gc'), segment text OPTIONS (field 'Segment__gc'),
	score jsonb OPTIONS (field 'Score__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
EXPLAIN (COSTS OFF) UPDATE gs.custom SET health = health + 0.25 WHERE id = '1P02FULL';
UPDATE gs.custom SET health = health + 0.25 WHERE id = '1P02FULL';
\! sandbox/ctl requests -v | sed 's/.*Comments/PUT ... Comments/' | grep PUT
\i sql/include/changes.psql
-- several values that came as an array go back as one
SET gainsight_fdw.dry_run = on;
\! sandbox/ctl fault '{"op":"GET /successplans/1P02FULL","times":2,"fault":{"replace_body":[["\"SMB\"","[\"a\",\"c\"]"]]}}'
UPDATE gs.custom SET segment = 'a;"z";' WHERE id = '1P02FULL';
UPDATE gs.custom SET segment = '["b"]' WHERE id = '1P02FULL';
RESET gainsight_fdw.dry_run;
UPDATE gs.custom SET is_exec = NOT is_exec, renewal = renewal + 1, touch = touch + interval '1 day', segment = NULL, score = '8'
WHERE id = '1P02FULL' RETURNING *;
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- Whatever the tenant's PUT and spelling: one column, and ModifiedDate
--
\! sandbox/ctl set put=replace epoch_dates=true drop_nulls=true key_case=lower
UPDATE gs.successplans SET comments = 'epoch' WHERE gsid = '1P02FULL';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
UPDATE gs.custom SET health = 13 WHERE id = '1P02FULL';
\i sql/include/changes.psql
\! sandbox/ctl set put=merge epoch_dates=false drop_nulls=false key_case=canonical
UPDATE gs.successplans SET comments = 'merge' WHERE gsid = '1P02FULL';
\i sql/include/changes.psql
\! sandbox/ctl set put=replace
-- all plans, whose dates and numbers are spelled in every way there is: one field of each has changed
\! sandbox/ctl clear
UPDATE gs.narrow SET comments = 'touched';
\! sandbox/ctl requests -v | cut -d' ' -f1 | sort | uniq -c | tr -s ' '
TRUNCATE local.plans_now;
\copy local.plans_now FROM PROGRAM 'sandbox/ctl dump successplans --custom'
SELECT field, count(*), min("is"), max("is") FROM local.changes() GROUP BY field;
TRUNCATE local.plans_before;
INSERT INTO local.plans_before TABLE local.plans_now;
UPDATE gs.custom SET segment = 'all of them';
TRUNCATE local.plans_now;
\copy local.plans_now FROM PROGRAM 'sandbox/ctl dump successplans --custom'
SELECT field, count(*), min("is"), max("is") FROM local.changes() GROUP BY field;
TRUNCATE local.plans_before;
INSERT INTO local.plans_before TABLE local.plans_now;
\! sandbox/ctl clear

--
-- What is set
--
-- several columns, from the row, from a subquery, from DEFAULT
UPDATE gs.successplans SET (name, comments) = (upper(name), name || ' in ' || status), owner_id = DEFAULT,
	end_date = end_date + 31, start_date = (SELECT max(d) FROM (VALUES (date '2026-06-01')) AS v(d))
WHERE gsid = '1P02FULL' RETURNING name, comments, owner_id, start_date, end_date;
\i sql/include/changes.psql
\! sandbox/ctl clear
-- null clears, and is sent as such
UPDATE gs.successplans SET status = NULL, start_date = NULL, end_date = NULL, comments = NULL WHERE gsid = '1P02FULL';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- not what is required
SELECT c.name, e.* FROM unnest(ARRAY['name', 'company_id', 'type_id']) AS c(name),
LATERAL local.error_of(format($$UPDATE gs.successplans SET %I = NULL WHERE gsid = '1P02FULL'$$, c.name)) AS e;
SELECT * FROM local.error_of($$UPDATE gs.successplans SET name = nullif(name, 'FULL') WHERE gsid IN ('1P02FULL', '1P02BARE', '1P02EMPTY')$$);
-- nor what Gainsight computes
SELECT c.name, e.* FROM unnest(ARRAY['gsid', 'company_name', 'type_name', 'owner_name', 'created_date', 'modified_date']) AS c(name),
LATERAL local.error_of(format($$UPDATE gs.successplans SET %I = '2001-01-01' WHERE gsid = '1P02FULL'$$, c.name)) AS e;
-- nor what cannot be sent
SELECT * FROM local.error_of($$UPDATE gs.successplans SET end_date = 'infinity' WHERE gsid = '1P02FULL'$$);
\! sandbox/ctl requests -v | grep PUT
-- a set to what is there already is written all the same: it moves ModifiedDate
UPDATE gs.successplans SET name = name WHERE gsid = '1P02FULL';
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- How many requests
--
\! sandbox/ctl insert '{"Gsid":"1P02X1","Name":"X1","CompanyId":"1P01X","TypeId":"1T01","Status":"Active"}'
\! sandbox/ctl insert '{"Gsid":"1P02X2","Name":"X2","CompanyId":"1P01X","TypeId":"1T01","Status":"Active"}'
\! sandbox/ctl insert '{"Gsid":"1P02X3","Name":"X3","CompanyId":"1P01X","TypeId":"1T01","Status":"Archived"}'
-- a search, then a GET and a PUT for each
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'n' WHERE company_id = '1P01X' AND status = 'Active';
UPDATE gs.successplans SET comments = 'n' WHERE company_id = '1P01X' AND status = 'Active';
\! sandbox/ctl requests
-- without the check no GET: the other fields are what the search gave
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'm' WHERE company_id = '1P01X' AND status = 'Active';
UPDATE gs.successplans SET comments = 'm' WHERE company_id = '1P01X' AND status = 'Active';
\! sandbox/ctl requests
\i sql/include/changes.psql
UPDATE gs.successplans SET comments = 'by Gsid' WHERE gsid = '1P02X1';
\! sandbox/ctl requests
-- nor does such an update lose what a narrow table does not declare
ALTER FOREIGN TABLE gs.narrow OPTIONS (ADD conflict_check 'false');
UPDATE gs.narrow SET comments = 'narrow' WHERE id IN ('1P02X1', '1P02EMPTY');
\! sandbox/ctl requests
\i sql/include/changes.psql
ALTER FOREIGN TABLE gs.narrow OPTIONS (DROP conflict_check);
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
-- rows go side by side, max_connections requests at once
\! sandbox/ctl set latency_ms=40
UPDATE gs.narrow SET comments = 'side by side';
\! sandbox/ctl counters | grep max_in_flight
\! sandbox/ctl set latency_ms=0
\! sandbox/ctl clear
TRUNCATE local.plans_before;
\copy local.plans_before FROM PROGRAM 'sandbox/ctl dump successplans --custom'

--
-- RETURNING
--
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'r' WHERE gsid IN ('1P02X1', '1P02X2') RETURNING gsid;
-- gives the plan as the tenant answered the PUT, and needs no other request
WITH done AS (
	UPDATE gs.successplans SET company_id = '1P01ACME' WHERE gsid IN ('1P02X1', '1P02X2')
	RETURNING gsid, company_id, company_name, modified_date > created_date AS later
)
SELECT * FROM done ORDER BY gsid;
\! sandbox/ctl requests
-- expressions, and the whole row
UPDATE gs.successplans SET comments = 'expression' WHERE gsid = '1P02X1' RETURNING upper(comments), tableoid::regclass, successplans IS NULL AS whole;
-- in a WITH, its rows go on to a local table
CREATE TABLE local.log (gsid text, comments text);
WITH done AS (
	UPDATE gs.successplans SET comments = 'logged' WHERE company_id = '1P01ACME' RETURNING gsid, comments
)
INSERT INTO local.log TABLE done;
SELECT * FROM local.log ORDER BY gsid;
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- With another table
--
CREATE TABLE local.new_owner (gsid text, owner_id text);
INSERT INTO local.new_owner VALUES ('1P02X1', '1P0NEW'), ('1P02X2', '1P0NEW'), ('1P02NONE', '1P0NEW'), (NULL, '1P0NEW');
ANALYZE local.new_owner;
SELECT local.explain($$UPDATE gs.successplans AS p SET owner_id = n.owner_id FROM local.new_owner AS n WHERE p.gsid = n.gsid$$) AS plan;
UPDATE gs.successplans AS p SET owner_id = n.owner_id FROM local.new_owner AS n WHERE p.gsid = n.gsid;
\! sandbox/ctl requests | grep -v search
\i sql/include/changes.psql
-- a plan that is found twice is updated once, as by the server itself
INSERT INTO local.new_owner VALUES ('1P02X1', '1P0NEW'), ('1P02X1', '1P0NEW');
UPDATE gs.successplans AS p SET owner_id = 'once' FROM local.new_owner AS n WHERE p.gsid = n.gsid;
\! sandbox/ctl requests | grep PUT
\i sql/include/changes.psql
-- RETURNING has columns of both
UPDATE gs.successplans AS p SET comments = n.owner_id FROM local.new_owner AS n WHERE p.gsid = n.gsid AND p.gsid = '1P02X2'
RETURNING p.gsid, p.comments, n.owner_id;
-- IN, and EXISTS
UPDATE gs.successplans SET comments = 'in' WHERE gsid IN (SELECT gsid FROM local.new_owner);
UPDATE gs.successplans AS p SET owner_id = 'exists' WHERE company_id = '1P01ACME'
AND EXISTS (SELECT FROM local.new_owner AS n WHERE n.gsid = p.gsid);
\i sql/include/changes.psql
-- itself: the names of two plans change places, for each side is read before the first is written
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '2');
UPDATE gs.successplans AS p SET name = o.name FROM gs.successplans AS o
WHERE p.company_id = '1P01ACME' AND o.company_id = '1P01ACME'
  AND (p.gsid, o.gsid) IN (('1P02X1', '1P02X2'), ('1P02X2', '1P02X1'));
\i sql/include/changes.psql
-- plans found by a subquery over the same table
UPDATE gs.successplans SET comments = 'of ' || (SELECT count(*) FROM gs.successplans WHERE comments LIKE 'of%')
WHERE gsid IN (SELECT gsid FROM gs.successplans WHERE company_id = '1P01ACME');
SELECT comments, count(*) FROM gs.successplans WHERE company_id = '1P01ACME' GROUP BY 1;
\i sql/include/changes.psql
\! sandbox/ctl clear
-- read to the end before the first is written: after it no search goes out
UPDATE gs.successplans SET company_id = '1P01MOVED' WHERE company_id = '1P01ACME';
\! sandbox/ctl requests -v | cut -d' ' -f1,2 | grep -n -E 'search|PUT' | sed -n '/PUT/,$p' | grep -c search
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size);
\i sql/include/changes.psql
-- one statement that does both: a new plan for each that is archived
WITH old AS (
	UPDATE gs.successplans SET status = 'Archived' WHERE company_id = '1P01MOVED' AND status = 'Active' RETURNING name, company_id, type_id
)
INSERT INTO gs.successplans (name, company_id, type_id, status)
SELECT name || ' II', company_id, type_id, 'Active' FROM old;
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- Prepared
--
PREPARE rename(text, text) AS UPDATE gs.successplans SET name = $2 WHERE gsid = $1;
PREPARE remark(text, text, text) AS UPDATE gs.successplans SET comments = $3 || $1 WHERE company_id = $1 AND status = $2;
EXECUTE rename('1P02X1', 'custom plan');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE rename('1P02X1', 'generic plan');
EXECUTE rename('1P02X1', 'generic plan');
EXECUTE rename('1P02X2', 'generic plan');
EXECUTE rename(NULL, 'nothing');
EXPLAIN (COSTS OFF) EXECUTE remark('1P01MOVED', 'Archived', 'remark on ');
EXECUTE remark('1P01MOVED', 'Archived', 'remark on ');
EXECUTE remark('1P01MOVED', 'Archived', NULL);
\! sandbox/ctl requests | grep -v '/v1/successplans/[1a]'
\i sql/include/changes.psql
RESET plan_cache_mode;
DEALLOCATE ALL;
-- in PL/pgSQL, row by row
DO $$
DECLARE
	plan record;
	count integer;
BEGIN
	FOR plan IN SELECT gsid FROM gs.successplans WHERE gsid IN ('1P02X1', '1P02X2') LOOP
		UPDATE gs.successplans SET comments = 'by ' || plan.gsid WHERE gsid = plan.gsid;
		GET DIAGNOSTICS count = ROW_COUNT;
		ASSERT count = 1;
	END LOOP;
END $$;
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- Somebody else changes the plan between our read and our PUT
--
-- the colleague comes just before our second look; their change stays, and ours is not sent
\! sandbox/ctl fault '{"op":"GET /successplans/1P02X1","fault":{"touch":["1P02X1","Comments=of a colleague"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET owner_id = 'ours' WHERE gsid IN ('1P02X1', '1P02NONE')$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- row by row as well
\! sandbox/ctl fault '{"op":"GET /successplans/1P02X1","fault":{"touch":["1P02X1","Comments=of another"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans AS p SET owner_id = 'ours' FROM local.log AS l
WHERE p.gsid IN ('1P02X1', '1P02NONE') AND l.gsid = '1P02X1'$$);
\i sql/include/changes.psql
\! sandbox/ctl clear
-- a plan that the scan itself has read by GET is not read again, but after a second it is
CREATE FUNCTION local.slow(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_sleep(1.2);
	RETURN value;
END $$;
UPDATE gs.successplans SET owner_id = local.slow('ours') WHERE gsid = '1P02X1';
\! sandbox/ctl requests
\! sandbox/ctl fault '{"op":"GET /successplans/1P02X1","skip":1,"fault":{"touch":["1P02X1","Comments=of a third"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET owner_id = local.slow('ours again') WHERE gsid = '1P02X1'$$);
\i sql/include/changes.psql
-- without the check they lose it: that is what the option is for
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02X1","fault":{"touch":["1P02X1","OwnerId=1P0THEIRS"]}}'
UPDATE gs.successplans SET comments = 'ours' WHERE gsid IN ('1P02X1', '1P02X3');
\i sql/include/changes.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
-- a tenant may give no ModifiedDate: then any of the eight fields tells
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":null,"fault":{"replace_body":[["\"ModifiedDate\":","\"X\":",0]]}}'
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":null,"fault":{"replace_body":[["\"ModifiedDate\":","\"X\":",0]]}}'
UPDATE gs.successplans SET status = 'Active' WHERE gsid IN ('1P02X1', '1P02X2', '1P02FULL', 'a/b');
SELECT gsid, status FROM gs.successplans WHERE gsid IN ('1P02X1', '1P02X2', '1P02FULL', 'a/b') ORDER BY gsid;
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":null,"fault":{"replace_body":[["\"ModifiedDate\":","\"X\":",0]]}}'
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":null,"fault":{"replace_body":[["\"ModifiedDate\":","\"X\":",0],["\"Comments\":\"ours\"","\"Comments\":\"theirs\""]]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET owner_id = 'ours' WHERE gsid IN ('1P02X1', '1P02NONE')$$);
\i sql/include/changes.psql
\! sandbox/ctl defaults
\! sandbox/ctl set put=replace
-- the same moment in another spelling is no change
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":null,"fault":{"replace_body":[["2026-01-02T03:04:05Z","2026-01-02 05:04:05+0200",0]]}}'
UPDATE gs.successplans SET comments = 'the same moment' WHERE name LIKE 'Bare%';
\! sandbox/ctl defaults
\! sandbox/ctl set put=replace
-- a plan that goes away meanwhile is no row
\! sandbox/ctl fault '{"op":"GET /successplans/1P02X2","fault":{"status":404,"body":{"result":false,"errorCode":null,"errorDesc":"no such plan","requestId":"1","data":null}}}'
WITH done AS (UPDATE gs.successplans SET comments = 'gone before the GET' WHERE gsid IN ('1P02X1', '1P02X2', '1P02X3') RETURNING gsid)
SELECT * FROM done ORDER BY gsid;
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02X2","fault":{"status":404,"body":{"result":false,"errorCode":null,"errorDesc":"no such plan","requestId":"1","data":null}}}'
UPDATE gs.successplans SET comments = 'gone before the PUT' WHERE gsid IN ('1P02X1', '1P02X2', '1P02X3');
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02X2","fault":{"status":400,"body":{"type":"about:blank","title":"OBJECT_NOT_FOUND","status":400,"detail":"no such plan"}}}'
UPDATE gs.successplans AS p SET comments = 'gone before the PUT' FROM local.new_owner AS n WHERE p.gsid = n.gsid AND p.company_id = '1P01MOVED';
SELECT gsid, comments FROM gs.successplans WHERE gsid IN ('1P02X1', '1P02X2', '1P02X3') ORDER BY gsid;

--
-- Row by row: triggers, views, partitions
--
CREATE FUNCTION local.before_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.gsid = '1P02X3' THEN
		RETURN NULL;
	END IF;
	NEW.owner_id := 'trigger of ' || OLD.name;
	RETURN NEW;
END $$;
CREATE FUNCTION local.after_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% %: "%" was "%", % by %', TG_WHEN, TG_OP, NEW.comments, OLD.comments,
		CASE WHEN NEW.modified_date > OLD.modified_date THEN 'later' ELSE 'EARLIER' END, NEW.owner_id;
	RETURN NULL;
END $$;
CREATE TRIGGER before_plan BEFORE UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.before_plan();
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'triggered' WHERE gsid IN ('1P02X2', '1P02X3');
\i sql/include/changes.psql
-- before the row, a trigger changes what is sent, and may say no
UPDATE gs.successplans SET comments = 'triggered' WHERE gsid IN ('1P02X2', '1P02X3');
\i sql/include/changes.psql
-- what was null, and still is, is left out
\! sandbox/ctl insert '{"Gsid":"1P02NULLS","Name":"Nulls","CompanyId":"1P01ACME","TypeId":"1T01"}'
\! sandbox/ctl clear
UPDATE gs.successplans SET comments = 'triggered' WHERE gsid = '1P02NULLS';
\! sandbox/ctl requests -v
\! sandbox/ctl delete 1P02NULLS
\! sandbox/ctl clear
-- after the row, it sees what the tenant answered
CREATE TRIGGER after_plan AFTER UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.after_plan();
UPDATE gs.successplans SET comments = 'seen' WHERE gsid = '1P02X2';
\i sql/include/changes.psql
DROP TRIGGER before_plan ON gs.successplans;
DROP TRIGGER after_plan ON gs.successplans;
-- what a trigger sets is checked as well
CREATE FUNCTION local.bad_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.name := NULL;
	RETURN NEW;
END $$;
CREATE TRIGGER bad BEFORE UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.bad_trigger();
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02X2'$$);
DROP TRIGGER bad ON gs.successplans;
-- a view with a check option
CREATE VIEW gs.active AS SELECT gsid, name, status FROM gs.successplans WHERE status = 'Active' WITH CHECK OPTION;
\! sandbox/ctl touch 1P02X1 Status=Active
\! sandbox/ctl touch 1P02X2 Status=Archived
\i sql/include/changes.psql
\! sandbox/ctl clear
SELECT local.explain($$UPDATE gs.active SET name = 'by a view' WHERE gsid IN ('1P02X1', '1P02X2')$$) AS plan;
UPDATE gs.active SET name = 'by a view' WHERE gsid IN ('1P02X1', '1P02X2');
\i sql/include/changes.psql
SELECT e FROM local.error_of($$UPDATE gs.active SET status = 'Archived' WHERE gsid = '1P02X1'$$) AS e WHERE e !~ '^DETAIL';
\i sql/include/changes.psql
DROP VIEW gs.active;
-- a partition, whose key is a constant
CREATE TABLE local.all_plans (tenant text, gsid text, name text, status text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.emea PARTITION OF local.all_plans FOR VALUES IN ('emea')
  SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.emea ALTER tenant OPTIONS (ADD constant 'emea');
CREATE TABLE local.apac PARTITION OF local.all_plans FOR VALUES IN ('apac');
INSERT INTO local.apac VALUES ('apac', '1P02X1', 'local', 'Active');
SELECT local.explain($$UPDATE local.all_plans SET name = tenant || ' ' || gsid WHERE gsid = '1P02X1'$$) AS plan;
UPDATE local.all_plans SET name = tenant || ' ' || gsid WHERE gsid = '1P02X1';
SELECT tenant, name FROM local.all_plans WHERE gsid = '1P02X1' ORDER BY tenant;
UPDATE local.all_plans SET status = 'Completed' WHERE tenant = 'emea' AND gsid = '1P02X1' RETURNING tenant, status;
\i sql/include/changes.psql
UPDATE gs.emea SET tenant = 'emea', name = 'constant' WHERE gsid = '1P02X1' RETURNING tenant, name;
SELECT * FROM local.error_of($$UPDATE gs.emea SET tenant = 'apac' WHERE gsid = '1P02X1'$$);
SELECT e FROM local.error_of($$UPDATE local.all_plans SET tenant = 'apac' WHERE gsid = '1P02X1' AND tenant = 'emea'$$) AS e;
\i sql/include/changes.psql
DROP TABLE local.all_plans;
-- a long text
UPDATE gs.successplans SET comments = repeat('0123456789', 5000) WHERE gsid = '1P02X1' RETURNING length(comments);
\! sandbox/ctl plan 1P02X1 | grep -o 0123456789 | wc -l
\! sandbox/ctl clear

--
-- EXPLAIN ANALYZE does it, and says what it took
--
CREATE FUNCTION local.explain_analyze(options text, query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	part text;
	line text;
BEGIN
	FOR part IN EXECUTE format('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF, %s) %s', options, query) LOOP
		FOR line IN SELECT regexp_split_to_table(part, E'\n') LOOP
			CONTINUE WHEN line ~ '(Disabled|Async.Capable)';
			line := regexp_replace(line, '(Bytes.Received"?: )\d+', '\1N');
			line := regexp_replace(line, 'Memory Usage: \d+kB', 'Memory Usage: N');
			RETURN NEXT local.plain(line);
		END LOOP;
	END LOOP;
END $$;
-- direct
SELECT local.explain_analyze('VERBOSE OFF', $$UPDATE gs.successplans SET comments = 'a' WHERE company_id = '1P01MOVED'$$) AS plan;
SELECT local.explain_analyze('VERBOSE OFF', $$UPDATE gs.successplans SET comments = 'a' WHERE gsid = '1P02X1' AND lower(name) <> 'x' RETURNING gsid$$) AS plan;
SELECT plan FROM local.explain_analyze('FORMAT JSON', $$UPDATE gs.successplans SET comments = 'a' WHERE gsid = '1P02X1'$$) AS plan
WHERE plan ~ '(Node Type|Operation|Gainsight|Requests|Retries|Received|Actual)';
-- row by row
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT local.explain_analyze('VERBOSE OFF', $$UPDATE gs.successplans AS p SET comments = 'b' FROM local.new_owner AS n WHERE p.gsid = '1P02X1' AND n.gsid = p.gsid$$) AS plan;
SELECT plan FROM local.explain_analyze('FORMAT JSON', $$UPDATE gs.successplans AS p SET comments = 'b' FROM local.new_owner AS n WHERE p.gsid = '1P02X1' AND n.gsid = p.gsid$$) AS plan
WHERE plan ~ '(Node Type|Operation|Gainsight|Requests|Retries|Received|Actual)';
RESET enable_hashjoin;
RESET enable_mergejoin;

--
-- What is set, once more
--
\! sandbox/ctl insert '{"Gsid":"1P02SET","Name":"Set","CompanyId":"1P01ACME","TypeId":"1T01","ModifiedDate":"2026-01-02T03:04:05Z"}'
\! sandbox/ctl insert '{"Gsid":"1P02ALSO","Name":"Also","CompanyId":"1P01ACME","TypeId":"1T01","ModifiedDate":"2026-01-02T03:04:05Z"}'
-- several columns, from a subquery that depends on the row
CREATE TABLE local.notes AS SELECT '1P02SET' AS id, 'Noted' AS name, date '2027-02-02' AS day;
SELECT local.explain($$UPDATE gs.successplans AS p SET (name, start_date) = (SELECT n.name, n.day FROM local.notes AS n WHERE n.id = p.gsid)
	WHERE gsid = '1P02SET'$$) AS plan;
UPDATE gs.successplans AS p SET (name, start_date) = (SELECT n.name, n.day FROM local.notes AS n WHERE n.id = p.gsid)
WHERE gsid = '1P02SET' RETURNING name, start_date;
UPDATE gs.successplans SET (name, start_date) = (SELECT n.name || ' again', n.day + 1 FROM local.notes AS n)
WHERE gsid = '1P02SET' RETURNING name, start_date;
-- what is set is computed once a row, however much of it is returned
CREATE SEQUENCE local.computed;
UPDATE gs.successplans SET comments = 'the ' || nextval('local.computed') WHERE gsid IN ('1P02SET', '1P02ALSO')
RETURNING gsid, right(comments, 1) IN ('1', '2') AS once, tableoid::regclass;
SELECT last_value FROM local.computed;
-- and what is computed from it is sent
CREATE FOREIGN TABLE gs.computed (gsid text, name text, company_id text, type_id text,
	comments text GENERATED ALWAYS AS (upper(name)) STORED) SERVER gainsight OPTIONS (resource 'successplans');
UPDATE gs.computed SET name = 'Computed' WHERE gsid = '1P02ALSO' RETURNING name, comments;
UPDATE gs.computed SET company_id = '1P01ACME' WHERE gsid = '1P02ALSO' RETURNING name, comments;
SELECT gsid, name, start_date, comments IN ('the 1', 'the 2') AS once FROM gs.successplans WHERE gsid IN ('1P02SET', '1P02ALSO') ORDER BY 1;

\i sql/include/teardown.psql
