--
-- nxt_insert: plans created in the dialect nxt
--
-- They go by the batch, and the answer says of each what became of it. Nothing that may have arrived is sent twice.

\i sql/include/setup.psql
\i sql/include/nxt_tables.psql
\! sandbox/ctl reset plans=200 objectives=2 types=6 seed=1
\i sql/include/watch.psql
SELECT id AS onboarding FROM gs.plan_types WHERE name = 'Onboarding' \gset
SELECT id AS renewal FROM gs.plan_types WHERE name = 'Renewal' \gset
SELECT company_id AS company, owner_id AS owner FROM gs.successplans WHERE owner_id IS NOT NULL ORDER BY gsid LIMIT 1 \gset
CREATE TABLE local.wanted AS
SELECT i, format('plan %s', i) AS name, :'company' AS company_id, :'onboarding' AS type_id, :'owner' AS owner_id
FROM generate_series(1, 1000) AS i;
-- The first so many of them; what that fails with.
CREATE FUNCTION local.insert(many int, status text DEFAULT 'NULL') RETURNS SETOF text
RETURN local.error_of(format('INSERT INTO gs.successplans (name, company_id, type_id, owner_id, status) '
	'SELECT name, company_id, type_id, owner_id, %s FROM local.wanted WHERE i <= %s', status, many));
\! sandbox/ctl clear

--
-- What can be written
--
SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_schema = 'gs' ORDER BY 1;
-- INSERT is 8, UPDATE 4
SELECT relname, pg_relation_is_updatable(oid, false) FROM pg_class WHERE relnamespace = 'gs'::regnamespace ORDER BY 1;

--
-- One plan
--
EXPLAIN (COSTS OFF) INSERT INTO gs.successplans (name, company_id, type_id, owner_id, status, start_date, end_date, comments)
VALUES ('Go-live', :'company', :'onboarding', :'owner', 'Draft', '2027-01-31', '2027-12-31', '<p>to &amp; fro</p>');
-- the type goes by its name, which is asked for; so does the status. Rich text goes as it is
INSERT INTO gs.successplans (name, company_id, type_id, owner_id, status, start_date, end_date, comments)
VALUES ('Go-live', :'company', :'onboarding', :'owner', 'Draft', '2027-01-31', '2027-12-31', '<p>to &amp; fro</p>');
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- RETURNING reads it back: the answer has no more than the Gsid
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('Return', :'company', :'renewal', :'owner')
RETURNING gsid ~ '^1P02' AS gsid, name, type_name, status, start_date, modified_date >= created_date AS dated;
\! sandbox/ctl requests
-- also looked-up names that come nested
\! sandbox/ctl set lookups=nested
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('Nested', :'company', :'renewal', :'owner')
RETURNING name, type_name, status;
\! sandbox/ctl set lookups=flat
\! sandbox/ctl clear
-- a transaction reads the names of types once
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('one', :'company', :'renewal', :'owner');
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('two', :'company', :'onboarding', :'owner');
COMMIT;
\! sandbox/ctl requests
-- where the list has none, those that plans have
ALTER SERVER live OPTIONS (ADD plan_type_category 'OTHER');
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('by name', :'company', :'renewal', :'owner');
ALTER SERVER live OPTIONS (DROP plan_type_category);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- a table by hand, with a custom field
CREATE FOREIGN TABLE gs.narrow (name text, company text OPTIONS (field 'CompanyId'), type text OPTIONS (field 'SuccessPlanTypeId'),
	state text OPTIONS (field 'StatusId__gr.Name'), owner text OPTIONS (field 'OwnerId'), health numeric OPTIONS (field 'Health__gc'),
	industry text OPTIONS (field 'CompanyId__gr.Industry'))
  SERVER live OPTIONS (resource 'successplans');
INSERT INTO gs.narrow (name, company, type, state, owner, health) VALUES ('By hand', :'company', :'renewal', 'Active', :'owner', 12.5);
\! sandbox/ctl requests -v
SELECT * FROM local.error_of($$INSERT INTO gs.narrow (name, company, type, owner, industry)
	SELECT name, company_id, type_id, owner_id, 'y' FROM local.wanted WHERE i = 1$$);

--
-- What is refused before anything is sent
--
SELECT c.name, e.* FROM unnest(ARRAY['name', 'company_id', 'type_id', 'owner_id']) AS c(name),
	local.error_of(format('INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT r.name, r.company_id, r.type_id, r.owner_id FROM jsonb_populate_record(NULL::local.wanted, %L) AS r',
		jsonb_build_object('name', 'n', 'company_id', 'c', 'type_id', 't', 'owner_id', 'o') - c.name)) AS e;
SELECT c.name, e.* FROM unnest(ARRAY['gsid', 'company_name', 'type_name', 'owner_name']) AS c(name),
	local.error_of(format($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id, %I)
		SELECT name, company_id, type_id, owner_id, 'x' FROM local.wanted WHERE i = 1$$, c.name)) AS e;
\! sandbox/ctl requests
-- no type has this id; one that is retired has no name that a plan could be written with
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('n', 'c', '1T0NONE', 'o')$$);
\! sandbox/ctl requests
-- nor has one a name that says which it is, where another type has the same
BEGIN;
\! sandbox/ctl fault '{"op":"*","times":2,"fault":{"replace_body":[["\"Renewal\"","\"Onboarding\"",0]]}}'
SELECT * FROM local.error_of(format($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('n', 'c', %L, 'o')$$, :'renewal'));
ROLLBACK;
\! sandbox/ctl clear
-- so it is with one row of several: none is sent
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id)
	SELECT name, company_id, CASE WHEN i = 3 THEN '1T0NONE' ELSE type_id END, owner_id FROM local.wanted WHERE i <= 3$$);
\! sandbox/ctl requests
-- what only reads
SELECT * FROM local.error_of($$INSERT INTO gs.plan_types (name) VALUES ('x')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (name, success_plan_id) VALUES ('x', 'y')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name) VALUES ('x') ON CONFLICT DO NOTHING$$);
ALTER SERVER live OPTIONS (ADD readonly 'true');
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name) VALUES ('x')$$);
ALTER SERVER live OPTIONS (DROP readonly);
\i sql/include/changes.psql

--
-- Batches
--
\! sandbox/ctl clear
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT name, company_id, type_id, owner_id FROM local.wanted;
-- a thousand plans are 20 requests, and one for the types
\! sandbox/ctl requests
-- no more in one than batch_size says, nor than the API takes
CREATE FUNCTION local.insert_by(size text, many int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER SERVER live OPTIONS (SET batch_size %L)', size);
	INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT name, company_id, type_id, owner_id FROM local.wanted WHERE i <= many;
END $$;
ALTER SERVER live OPTIONS (ADD batch_size '1');
SELECT local.insert_by('1', 3);
\! sandbox/ctl requests
SELECT local.insert_by('30', 90);
\! sandbox/ctl requests
-- 70 at a time would be 50 and 20
SELECT local.insert_by('70', 200);
\! sandbox/ctl requests
ALTER SERVER live OPTIONS (DROP batch_size);
-- several rows of VALUES are a batch, too; each has its number
INSERT INTO gs.successplans (name, company_id, type_id, owner_id)
VALUES ('first', :'company', :'onboarding', :'owner'), ('second', :'company', :'renewal', :'owner');
\! sandbox/ctl requests -v
\! sandbox/ctl reset plans=200 objectives=2 types=6 seed=1

--
-- One is refused, and the others are done
--
-- what the tenant says of it, which row it is, how many there are now
SELECT * FROM local.insert(70, $$CASE WHEN i IN (3, 57) THEN 'no such' ELSE 'Draft' END$$);
\! sandbox/ctl counters | grep plans_created
-- a field that this tenant wants, which the table has not
\! sandbox/ctl set 'mandatory_fields=["Segment__gc"]'
SELECT * FROM local.insert(1);
ALTER FOREIGN TABLE gs.narrow ADD segment text OPTIONS (field 'Segment__gc');
INSERT INTO gs.narrow (name, company, type, owner, segment) VALUES ('not lacking', :'company', :'renewal', :'owner', 'SMB');
\! sandbox/ctl set 'mandatory_fields=[]'
-- however the answer is spelled: lists that are left out where they are empty, a success that calls itself a failure
\! sandbox/ctl clear
\! sandbox/ctl set write_answer=sparse
SELECT * FROM local.insert(3);
SELECT * FROM local.insert(1, quote_literal('no such'));
\! sandbox/ctl set write_answer=error_code
SELECT * FROM local.insert(3, $$CASE WHEN i = 3 THEN 'no such' ELSE 'Draft' END$$);
\! sandbox/ctl set write_answer=lists
-- lists that are objects, and ids that are numbers
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":200,"body":{"result":true,"data":{"success":{"1":17,"2":"1P02X"},"failure":{"3":{"why":"no luck"}}}}}}'
SELECT * FROM local.insert(3);

--
-- Nobody knows
--
-- two of three are in neither list
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"forget":["2","3"]}}'
SELECT * FROM local.insert(3);
-- one is in both
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":200,"body":{"result":true,"data":{"success":[{"1":"1P02X"}],"failure":[{"1":"COCKPIT_1: no"}]}}}}'
SELECT * FROM local.insert(1);
-- the answer does not come: all of the batch may be there, and what was sent beside it is counted
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"apply_then":"close"}}'
ALTER SERVER live OPTIONS (ADD max_connections '1');
SELECT * FROM local.insert(70);
-- it was sent once, and none after it
\! sandbox/ctl requests
ALTER SERVER live OPTIONS (DROP max_connections);
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"apply_then":502}}'
SELECT * FROM local.insert(2);
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":200,"body":"<html>"}}'
SELECT * FROM local.insert(2);
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":200,"body":{"result":true,"data":{"success":[],"failure":[]}}}}'
SELECT * FROM local.insert(2);
-- a savepoint's own are those that are counted
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT name, company_id, type_id, owner_id FROM local.wanted WHERE i <= 3;
SAVEPOINT s;
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT name, company_id, type_id, owner_id FROM local.wanted WHERE i <= 5;
ROLLBACK TO SAVEPOINT s;
ROLLBACK;

--
-- The batch is refused as a whole: there is nothing of it
--
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1002","errorDesc":"not this one","requestId":"r-1"}}}'
SELECT * FROM local.insert(3);
-- but for one that names what it has made
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1002","data":{"success":[{"1":"1P02X"}],"failure":[{"2":"no"}]}}}}'
SELECT * FROM local.insert(2);
-- for the rate: it is sent again, as it has not been looked at
ALTER SERVER live OPTIONS (SET max_retries '1');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"POST /v2/successPlan/","fault":{"status":429,"headers":{"Retry-After":"1"},"body":{"result":false,"errorCode":"GU_2400"}}}'
SELECT * FROM local.insert(3);
\! sandbox/ctl requests
ALTER SERVER live OPTIONS (SET max_retries '0');

--
-- Shown, and not sent
--
SET gainsight_fdw.dry_run = on;
INSERT INTO gs.successplans (name, company_id, type_id, owner_id, status) VALUES ('Dry', :'company', :'renewal', :'owner', 'Draft')
RETURNING gsid, name, type_id, type_name, status;
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('n', 'c', '1T0NONE', 'o')$$);
\! sandbox/ctl requests
RESET gainsight_fdw.dry_run;

\i sql/include/teardown.psql
