--
-- nxt_update: plans changed in the dialect nxt
--
-- What is changed goes out, by the batch. Whether a tenant merges that into a plan or makes the plan anew is documented
-- nowhere: so the first plan of a statement goes alone, and is looked at before and after.

\i sql/include/setup.psql
\i sql/include/nxt_tables.psql
\! sandbox/ctl reset plans=250 objectives=2 types=6 seed=1
SELECT id AS onboarding FROM gs.plan_types WHERE name = 'Onboarding' \gset
SELECT id AS renewal FROM gs.plan_types WHERE name = 'Renewal' \gset
SELECT company_id AS company, owner_id AS owner FROM gs.successplans WHERE owner_id IS NOT NULL ORDER BY gsid LIMIT 1 \gset
-- three of our own, which have all that a plan can have
\! for i in A B C; do sandbox/ctl insert '{"Gsid":"1P02'$i'","Name":"Full '$i'","CompanyId":"'$(sandbox/ctl dump company Gsid | sort | head -1)'","TypeId":"'$(sandbox/ctl dump plan_types | sort | head -1 | cut -f1)'","Status":"Active","OwnerId":"'$(sandbox/ctl dump gsuser Gsid | sort | head -1)'","StartDate":"2027-01-01","EndDate":"2027-12-31","Comments":"<p>as it was</p>","ModifiedDate":"2026-01-02T03:04:05.678Z","Health__gc":12.50,"Segment__gc":"SMB"}'; done
\i sql/include/watch.psql
-- What a session knows of the tenant's fields, it has asked for once.
CREATE FUNCTION local.ours(fields text) RETURNS SETOF text
RETURN local.error_of(format($$UPDATE gs.successplans SET %s WHERE gsid IN ('1P02A', '1P02B', '1P02C')$$, fields));

--
-- One plan
--
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET status = 'Draft', end_date = '2028-01-31' WHERE gsid = '1P02A';
UPDATE gs.successplans SET status = 'Draft', end_date = '2028-01-31' WHERE gsid = '1P02A';
-- read by the statement; described, once a session; looked at, with all that could get lost; sent, no more than what is changed
-- and the name; read back
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- the type goes by its name
UPDATE gs.successplans SET type_id = :'renewal' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | cut -c1-150
\i sql/include/changes.psql
-- null goes as null
UPDATE gs.successplans SET status = NULL, start_date = NULL, comments = NULL WHERE gsid = '1P02A';
\! sandbox/ctl requests -v | grep PUT
\i sql/include/changes.psql
-- custom fields that the table declares, in the JSON type that they came in
CREATE FOREIGN TABLE gs.custom (id text OPTIONS (field 'Gsid'), health numeric OPTIONS (field 'Health__gc'), segment text OPTIONS (field 'Segment__gc'),
	industry text OPTIONS (field 'CompanyId__gr.Industry'))
  SERVER live OPTIONS (resource 'successplans');
UPDATE gs.custom SET health = health + 0.25, segment = segment WHERE id = '1P02A' RETURNING id, health, segment;
\! sandbox/ctl requests -v | grep PUT
\i sql/include/changes.psql
SELECT * FROM local.error_of($$UPDATE gs.custom SET industry = 'x' WHERE id = '1P02A'$$);
-- no such plan
UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02NONE';
\! sandbox/ctl requests

--
-- What is refused before anything is sent
--
SELECT c.name, e.* FROM unnest(ARRAY['name', 'company_id', 'type_id', 'owner_id']) AS c(name), local.ours(c.name || ' = NULL') AS e;
SELECT c.name, e.* FROM unnest(ARRAY['gsid', 'company_name', 'type_name', 'owner_name']) AS c(name), local.ours(c.name || ' = upper(name)') AS e;
SELECT * FROM local.ours($$type_id = '1T0NONE'$$);
SELECT * FROM local.error_of($$UPDATE gs.objectives SET name = 'x'$$);
SELECT * FROM local.error_of($$DELETE FROM gs.successplans WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$MERGE INTO gs.successplans AS p USING local.plan_types AS t ON p.type_id = t.id WHEN MATCHED THEN UPDATE SET name = 'x'$$);
\! sandbox/ctl requests | grep -v POST
-- a plan without an owner keeps none: programs may save whole rows
SELECT gsid AS orphan FROM gs.successplans WHERE owner_id IS NULL ORDER BY gsid LIMIT 1 \gset
UPDATE gs.successplans SET owner_id = NULL, comments = comments WHERE gsid = :'orphan' RETURNING owner_id IS NULL AS none;
\i sql/include/changes.psql

--
-- Many plans
--
-- 200: the first is looked at, sent and read back; then 20 times ten are looked at, and sent by four requests
CREATE TABLE local.some AS SELECT gsid FROM gs.successplans WHERE gsid NOT IN ('1P02A', '1P02B', '1P02C') ORDER BY gsid LIMIT 200;
SELECT max(gsid) AS last FROM local.some \gset
\! sandbox/ctl clear
UPDATE gs.successplans SET comments = '<b>' || name || '</b>' WHERE gsid <= :'last' AND name NOT LIKE 'Full%';
\! sandbox/ctl requests
TRUNCATE local.plans_now;
\copy local.plans_now FROM PROGRAM 'sandbox/ctl dump successplans --custom'
SELECT field, count(*) FROM local.changes() GROUP BY field;
TRUNCATE local.plans_before;
INSERT INTO local.plans_before TABLE local.plans_now;
-- with types, one request more
UPDATE gs.successplans SET type_id = CASE WHEN type_id = :'onboarding' THEN type_id ELSE :'onboarding' END
WHERE gsid <= :'last' AND name NOT LIKE 'Full%';
\! sandbox/ctl requests
-- by in_list_size and batch_size
ALTER SERVER live OPTIONS (ADD in_list_size '3', ADD batch_size '7');
UPDATE gs.successplans SET comments = 'some' WHERE gsid IN (SELECT gsid FROM local.some ORDER BY gsid LIMIT 15);
\! sandbox/ctl requests
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD batch_size '5');
UPDATE gs.successplans SET comments = 'by themselves' WHERE gsid > '1P0205' AND gsid < '1P021';
\! sandbox/ctl requests
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP batch_size);
-- a tenant without IN
ALTER SERVER live OPTIONS (DROP in_list_size, DROP batch_size, ADD operators 'EQ');
SELECT * FROM local.ours($$comments = 'one by one'$$);
\! sandbox/ctl requests
ALTER SERVER live OPTIONS (DROP operators);
-- without the check the first is looked at all the same
ALTER SERVER live OPTIONS (ADD conflict_check 'false');
SELECT * FROM local.ours($$comments = 'unchecked'$$);
\! sandbox/ctl requests
ALTER SERVER live OPTIONS (DROP conflict_check);
-- RETURNING reads back what was sent, as many at a time
UPDATE gs.successplans SET status = 'Draft', comments = 'returned' WHERE gsid IN ('1P02A', '1P02B', '1P02C')
RETURNING gsid, type_name, status, comments, end_date;
\! sandbox/ctl requests
-- a row at a time: but the first, no row is read back that nobody looks at
CREATE TABLE local.news (gsid text, news text);
INSERT INTO local.news VALUES ('1P02A', 'a'), ('1P02B', 'b'), ('1P02C', 'c');
ANALYZE local.news;
UPDATE gs.successplans AS p SET comments = n.news FROM local.news AS n WHERE p.gsid = n.gsid;
\! sandbox/ctl requests
UPDATE gs.successplans AS p SET comments = upper(n.news) FROM local.news AS n WHERE p.gsid = n.gsid RETURNING p.gsid, p.company_name, comments;
\! sandbox/ctl requests

--
-- A tenant that makes a plan anew is found out after one
--
\! for i in A B C; do sandbox/ctl touch 1P02$i Status=Active StartDate=2027-01-01 EndDate=2027-12-31 'Comments=as it was'; done
TRUNCATE local.plans_before;
\copy local.plans_before FROM PROGRAM 'sandbox/ctl dump successplans --custom'
-- one that sets a field of its own accord, here the status
\! sandbox/ctl set 'put_resets={"status":"Draft"}'
\! sandbox/ctl clear
SELECT * FROM local.ours($$comments = 'and now'$$);
-- one plan was sent, and none after it; it stays, and is counted
\! sandbox/ctl requests
\i sql/include/changes.psql
-- a date, and a field that the table does not declare
\! sandbox/ctl set 'put_resets={"DueDate":"2026-01-01"}'
SELECT * FROM local.ours($$comments = 'and then'$$);
\! sandbox/ctl set 'put_resets={"Segment__gc":null}'
SELECT * FROM local.ours($$comments = 'and at last'$$);
\! sandbox/ctl set 'put_resets={}'
\i sql/include/changes.psql
-- one that keeps no more than it is sent
\! sandbox/ctl set put=replace
\! sandbox/ctl clear
SELECT * FROM local.ours($$comments = 'replaced'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- that plan has nothing to lose any more, so it tells nothing, and the next that has goes alone, too
SELECT * FROM local.ours($$comments = 'and again'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
\! sandbox/ctl set put=merge
-- one that goes on showing what was: it is looked at again, and as that tells nothing, no other is sent
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","fault":{"status":200,"body":{"result":true,"data":{"success":[{"1":true}],"failure":[]}}}}'
SELECT * FROM local.ours($$comments = 'not shown'$$);
\! sandbox/ctl requests
-- nothing is to be seen of what changes nothing
UPDATE gs.successplans SET status = status, comments = comments WHERE gsid IN ('1P02A', '1P02C');
-- what is set to null is no loss
SELECT * FROM local.ours($$status = NULL, start_date = NULL, end_date = NULL, comments = NULL$$);
\i sql/include/changes.psql
-- a tenant that does not say which fields there are: nothing is sent
CREATE SERVER fresh FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', dialect 'nxt', rate_limit '0', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER fresh OPTIONS (access_key :'key');
CREATE FOREIGN TABLE local.fresh (gsid text, comments text) SERVER fresh OPTIONS (resource 'successplans');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"GET /meta/*/*/*/describe","fault":{"status":403}}'
SELECT * FROM local.error_of($$UPDATE local.fresh SET comments = 'unknown' WHERE gsid = '1P02C'$$);
\! sandbox/ctl requests
SET client_min_messages = warning;
DROP SERVER fresh CASCADE;
RESET client_min_messages;

--
-- Plans that have nothing to lose
--
-- The first goes alone as ever, and tells nothing: of the others none could lose anything, and they go together
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT format('Bare %s', g), :'company', :'onboarding', :'owner' FROM generate_series(1, 21) AS g;
\! sandbox/ctl clear
UPDATE gs.successplans SET comments = 'its only one' WHERE name LIKE 'Bare %';
\! sandbox/ctl requests
-- where one of the others could, that one goes alone before them
UPDATE gs.successplans SET end_date = '2027-12-31' WHERE gsid = (SELECT max(gsid) FROM gs.successplans WHERE name LIKE 'Bare %');
\! sandbox/ctl set put=replace
\! sandbox/ctl clear
SELECT regexp_replace(e, 'Gsid "\w+"', 'Gsid ...') AS error FROM local.error_of($$UPDATE gs.successplans SET comments = 'one of two' WHERE name LIKE 'Bare %'$$) AS e LIMIT 1;
\! sandbox/ctl requests
SELECT count(*) FILTER (WHERE comments = 'one of two') AS sent, count(end_date) AS kept FROM gs.successplans WHERE name LIKE 'Bare %';
\! sandbox/ctl set put=merge
TRUNCATE local.plans_before, local.plans_now;
\copy local.plans_before FROM PROGRAM 'sandbox/ctl dump successplans --custom'

--
-- Days
--
-- a tenant west of UTC that takes a day for midnight there: a WARNING, once, and the update goes on
\! sandbox/ctl set due_zone=America/Denver write_dates=utc
ALTER SERVER live OPTIONS (ADD time_zone 'America/Denver');
SELECT * FROM local.ours($$end_date = '2027-06-30', start_date = '2027-01-31'$$);
-- so it is with a plan that is created and read back
INSERT INTO gs.successplans (name, company_id, type_id, owner_id, start_date) VALUES ('Day', :'company', :'onboarding', :'owner', '2027-02-28') RETURNING start_date;
\! sandbox/ctl set write_dates=day
SELECT * FROM local.ours($$end_date = '2027-06-30', start_date = '2027-01-31'$$);
SELECT gsid, start_date, end_date FROM gs.successplans WHERE gsid IN ('1P02A', '1P02B', '1P02C');
ALTER SERVER live OPTIONS (DROP time_zone);
\! sandbox/ctl set due_zone=UTC
\i sql/include/changes.psql

--
-- Whatever the tenant's habits
--
CREATE FUNCTION local.try_habit(n int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE gs.successplans SET comments = 'habit ' || n, end_date = '2027-01-01'::date + n
	WHERE gsid IN ('1P02A', '1P02B', '1P02C');
	RETURN (SELECT string_agg(DISTINCT comments || ', ' || end_date, '; ') FROM gs.successplans WHERE gsid IN ('1P02A', '1P02B', '1P02C'));
END $$;
\! sandbox/ctl set lookups=nested drop_nulls=true key_case=lower
SELECT local.try_habit(1);
\! sandbox/ctl set lookups=mixed epoch_dates=true key_case=select blank_nulls=true
SELECT local.try_habit(2);
\! sandbox/ctl set modified_seconds=true bare_arrays=true ignore_select=true
SELECT local.try_habit(3);
\! sandbox/ctl set write_answer=sparse ignore_order=true shuffle=true
SELECT local.try_habit(4);
\! sandbox/ctl defaults
-- one that ignores conditions is found out: it cannot be told whether the plan is there
\! sandbox/ctl set ignore_filters=true
\! sandbox/ctl clear
SELECT * FROM local.ours($$comments = 'filtered'$$);
\! sandbox/ctl requests | grep PUT
\! sandbox/ctl defaults

--
-- Shown, and not sent
--
SET gainsight_fdw.dry_run = on;
\! sandbox/ctl clear
UPDATE gs.successplans SET status = 'Completed', comments = 'dry' WHERE gsid IN ('1P02A', '1P02B', '1P02C') RETURNING gsid, name, status, comments, type_name;
\! sandbox/ctl requests
RESET gainsight_fdw.dry_run;

\i sql/include/teardown.psql
