--
-- INSERT: new success plans and objectives
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
\i sql/include/watch.psql

--
-- One plan
--
EXPLAIN (COSTS OFF)
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Renewal', '1P01ACME', '1T01RENEW');
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Renewal', '1P01ACME', '1T01RENEW');
-- only the columns that have a value are sent
\! sandbox/ctl requests -v
-- and this is what the tenant made of it
\i sql/include/changes.psql
-- all that can be written; dates and text look the same whatever the session's settings are
SET DateStyle = 'German, DMY';
SET TimeZone = 'America/St_Johns';
INSERT INTO gs.successplans (comments, end_date, start_date, owner_id, status, type_id, company_id, name)
VALUES (E'Line 1\nLine "2"\t\\ é 中 😀 \x01', '31.12.2027', '01.02.2027', '1P0OWNER', 'Completed', '1T01', '1P01', 'All');
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
\! sandbox/ctl requests -v
SELECT name, company_id, type_id, status, owner_id, start_date, end_date,
	   comments = E'Line 1\nLine "2"\t\\ é 中 😀 \x01' AS comments
FROM gs.successplans WHERE name = 'All';
\! sandbox/ctl clear
-- an empty string is a value, a null is none, wherever it comes from
INSERT INTO gs.successplans (gsid, name, company_id, company_name, type_id, status, comments, modified_date)
VALUES (NULL, 'Empty', '1P01', NULL, '1T01', NULL, '', NULL);
\! sandbox/ctl requests -v
-- a prepared statement with nulls and values, planned once
SET plan_cache_mode = force_generic_plan;
PREPARE new_plan(text, date) AS
INSERT INTO gs.successplans (name, company_id, type_id, end_date) VALUES ($1, '1P01', '1T01', $2);
EXECUTE new_plan('Prepared 1', '2027-01-31');
EXECUTE new_plan('Prepared 2', NULL);
\! sandbox/ctl requests -v
DEALLOCATE new_plan;
RESET plan_cache_mode;
-- a column's default is sent as any other value
ALTER FOREIGN TABLE gs.successplans ALTER status SET DEFAULT 'Active';
ALTER FOREIGN TABLE gs.successplans ALTER type_id SET DEFAULT '1T01DEFAULT';
INSERT INTO gs.successplans (name, company_id) VALUES ('Default', '1P01');
INSERT INTO gs.successplans (name, company_id, status) VALUES ('Default', '1P01', NULL);
\! sandbox/ctl requests -v
ALTER FOREIGN TABLE gs.successplans ALTER status DROP DEFAULT;
ALTER FOREIGN TABLE gs.successplans ALTER type_id DROP DEFAULT;
-- from a query that finds nothing nothing is sent
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'a', 'b', 'c' WHERE false;
\! sandbox/ctl requests -v
\i sql/include/changes.psql

--
-- RETURNING
--
-- gives what the tenant has answered, with what it computes; no other request is needed
SELECT local.explain($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Returned', '1P01ACME', '1T01') RETURNING *$$) AS plan;
INSERT INTO gs.successplans (name, company_id, type_id, end_date) VALUES ('Returned', '1P01ACME', '1T01', '2027-03-31')
RETURNING gsid LIKE '1P02%' AS gsid, name, company_id, company_name, type_id, type_name, status, end_date,
		  created_date > now() - interval '1 hour' AS created, modified_date = created_date AS modified, tableoid::regclass;
\! sandbox/ctl requests
-- some tenants answer with the Gsid alone: then the plan is read back
\! sandbox/ctl set create_answer=gsid
INSERT INTO gs.successplans (name, company_id, type_id, end_date) VALUES ('Read back', '1P01ACME', '1T01', '2027-03-31')
RETURNING name, company_name, end_date, modified_date = created_date AS modified;
\! sandbox/ctl requests | sed 's/1P02[A-Z0-9]*/1P02.../'
-- unless nobody asks
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Not read back', '1P01ACME', '1T01');
\! sandbox/ctl requests
\! sandbox/ctl set create_answer=full
-- several rows come in the order in which they were given
INSERT INTO gs.successplans (name, company_id, type_id)
SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 3) AS g RETURNING name;
\! sandbox/ctl requests
-- a plan with its objectives, in one statement
WITH plan AS (
	INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Onboarding', '1P01', '1T01') RETURNING gsid
)
INSERT INTO gs.objectives (success_plan_id, name)
SELECT gsid, step FROM plan, unnest(ARRAY['Kick-off', 'Training', 'Review']) AS step;
\! sandbox/ctl requests | sed 's/1P02[A-Z0-9]*/1P02.../'
SELECT o.name FROM gs.objectives AS o JOIN gs.successplans AS p ON p.gsid = o.success_plan_id
WHERE p.name = 'Onboarding' ORDER BY o.name;
\! sandbox/ctl clear

--
-- What is required, and what Gainsight computes: said before any request
--
SELECT r.column, e.* FROM (VALUES ('name'), ('company_id'), ('type_id')) AS r("column"),
LATERAL local.error_of(format(
	$$INSERT INTO gs.successplans (name, company_id, type_id)
	  SELECT nullif('name', %1$L), nullif('company_id', %1$L), nullif('type_id', %1$L)$$, r.column)) AS e;
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (company_id, type_id) VALUES ('1P01', '1T01')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans DEFAULT VALUES$$);
-- also in the middle of a batch, of which nothing is sent then
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id)
SELECT 'Row ' || g, nullif('1P01' || g, '1P0113'), '1T01' FROM generate_series(1, 20) AS g$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id)
VALUES ('a', '1P01', '1T01'), ('b', '1P01', NULL), ('c', '1P01', '1T01')$$);
-- a table that has no column for it
CREATE FOREIGN TABLE gs.no_type (gsid text, name text, company_id text) SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM local.error_of($$INSERT INTO gs.no_type (name, company_id) VALUES ('a', '1P01')$$);
-- a value for what Gainsight computes
SELECT c.name, e.* FROM unnest(ARRAY['gsid', 'company_name', 'type_name', 'owner_name', 'created_date', 'modified_date']) AS c(name),
LATERAL local.error_of(format(
	$$INSERT INTO gs.successplans (name, company_id, type_id, %I) VALUES ('a', '1P01', '1T01', '2027-01-01')$$, c.name)) AS e;
-- what no date or number of the API can be
SELECT v.value, e.* FROM unnest(ARRAY['infinity', '-infinity', '10000-01-01', '0001-01-01 BC']) AS v(value),
LATERAL local.error_of(format(
	$$INSERT INTO gs.successplans (name, company_id, type_id, end_date) VALUES ('a', '1P01', '1T01', %L)$$, v.value)) AS e;
INSERT INTO gs.successplans (name, company_id, type_id, start_date, end_date)
VALUES ('Edges', '1P01', '1T01', '0001-01-01', '9999-12-31') RETURNING start_date, end_date;
\! sandbox/ctl requests -v

--
-- A table written by hand: custom fields, any names, any types
--
CREATE TYPE local.segment AS ENUM ('SMB', 'Enterprise');
CREATE DOMAIN local.score AS bigint CHECK (VALUE >= 0);
CREATE FOREIGN TABLE gs.custom (
	title varchar(80) OPTIONS (field 'Name'),
	id text OPTIONS (field 'Gsid'),
	company_id text,
	type_id text,
	"Health__gc" numeric,
	exec boolean OPTIONS (field 'IsExec__gc'),
	renewal date OPTIONS (field 'RenewalDate__gc'),
	touch timestamptz OPTIONS (field 'LastTouch__gc'),
	segment local.segment OPTIONS (field 'Segment__gc'),
	score local.score OPTIONS (field 'Score__gc'),
	comments integer
) SERVER gainsight OPTIONS (resource 'successplans');
-- numbers are sent as JSON numbers where the field is custom, as text where the API's field is text
INSERT INTO gs.custom (title, company_id, type_id, "Health__gc", exec, renewal, touch, segment, score, comments)
VALUES ('Custom', '1P01', '1T01', 12345678901234567890.50, false, '2028-02-29', '2026-11-23 12:00:00.25+02', 'Enterprise', 42, 7)
RETURNING "Health__gc", exec, renewal, touch, segment, score, comments;
\! sandbox/ctl requests -v
-- all digits arrive, and microseconds
INSERT INTO gs.custom (title, company_id, type_id, "Health__gc", touch)
VALUES ('Small', '1P01', '1T01', 0.00000000000000000001, '1999-12-31 23:59:59.999999+00') RETURNING "Health__gc", touch;
\! sandbox/ctl requests -v
-- but what JSON has no number for does not
SELECT * FROM local.error_of($$INSERT INTO gs.custom (title, company_id, type_id, "Health__gc") VALUES ('NaN', '1P01', '1T01', 'NaN')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.custom (title, company_id, type_id, touch) VALUES ('Late', '1P01', '1T01', 'infinity')$$);
\! sandbox/ctl requests -v
-- a date of the API stays a date, whatever the column is: the day in UTC
CREATE FOREIGN TABLE gs.moments (name text, company_id text, type_id text, starts timestamp OPTIONS (field 'StartDate'),
								 ends timestamptz OPTIONS (field 'EndDate'))
  SERVER gainsight OPTIONS (resource 'successplans');
INSERT INTO gs.moments (name, company_id, type_id, starts, ends)
VALUES ('Moments', '1P01', '1T01', '2027-01-01 23:59:59', '2027-06-30 22:00:00-05') RETURNING starts, ends;
\! sandbox/ctl requests -v
-- json and jsonb are sent as the JSON that they hold
CREATE FOREIGN TABLE gs.json (name jsonb, company_id text, type_id text, health jsonb OPTIONS (field 'Health__gc'),
							  segment json OPTIONS (field 'Segment__gc'), touch timestamp OPTIONS (field 'LastTouch__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
INSERT INTO gs.json VALUES ('"In \"JSON\""', '1P01', '1T01', '1.50', '"SMB"', '2026-11-23 12:00') RETURNING *;
\! sandbox/ctl requests -v
-- floats, smallint and real; text for what is text
CREATE FOREIGN TABLE gs.floats (name text, company_id text, type_id text, health float8 OPTIONS (field 'Health__gc'),
								score smallint OPTIONS (field 'Score__gc'), segment xml OPTIONS (field 'Segment__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
INSERT INTO gs.floats VALUES ('Float', '1P01', '1T01', -1.5e-10, -3, '<a/>') RETURNING *;
\! sandbox/ctl requests -v
SELECT * FROM local.error_of($$INSERT INTO gs.floats VALUES ('Float', '1P01', '1T01', '-Infinity')$$);
-- a column that was dropped, and one that was added
ALTER FOREIGN TABLE gs.floats DROP COLUMN health;
ALTER FOREIGN TABLE gs.floats ADD COLUMN comments text DEFAULT 'added';
INSERT INTO gs.floats (name, company_id, type_id) VALUES ('Altered', '1P01', '1T01') RETURNING *;
\! sandbox/ctl requests -v
\i sql/include/changes.psql

--
-- Batches
--
-- rows are sent side by side, max_connections of them at once
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
\! sandbox/ctl set latency_ms=60
EXPLAIN (COSTS OFF)
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 30) AS g;
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 30) AS g;
\! sandbox/ctl counters | grep -E 'max_in_flight|plans_created'
-- batch_size of them in one go, by the server or the table
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
\! sandbox/ctl set latency_ms=60
ALTER SERVER gainsight OPTIONS (ADD batch_size '7');
EXPLAIN (COSTS OFF)
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 9) AS g;
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD batch_size '4');
EXPLAIN (COSTS OFF)
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 9) AS g;
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 9) AS g;
\! sandbox/ctl counters | grep -E 'max_in_flight|plans_created'
SELECT count(DISTINCT name), count(*) FROM gs.successplans WHERE name LIKE 'Row %';
-- what is wrong with a row stops its batch before anything is sent for it; the batches before it are there
SELECT e FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id)
SELECT 'Stopped ' || g, '1P01', nullif('1T01', '1T0' || (g - 6)) FROM generate_series(1, 9) AS g$$) AS e WHERE e ~ '^\d';
SELECT count(*) FROM gs.successplans WHERE name LIKE 'Stopped %';
-- VALUES with many rows is a batch, too
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
\! sandbox/ctl set latency_ms=60
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01'), ('b', '1P01', '1T01'), ('c', '1P01', '1T01');
\! sandbox/ctl counters | grep -E 'max_in_flight|plans_created'
-- where each row is looked at, they go one at a time: RETURNING
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
SELECT local.explain($$INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 5) AS g RETURNING name$$) AS plan;
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Row ' || g, '1P01', '1T01' FROM generate_series(1, 5) AS g RETURNING name;
\! sandbox/ctl counters | grep -E 'max_in_flight|plans_created'
ALTER SERVER gainsight OPTIONS (DROP batch_size);
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP batch_size);

--
-- COPY
--
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
COPY gs.successplans (name, company_id, type_id, end_date) FROM stdin;
Copied 1	1P01	1T01	2027-01-01
Copied 2	1P01	1T01	\N
Copied 3	1P01	1T01	2027-03-03
\.
\! sandbox/ctl requests -v | sort
-- a row that lacks something, or gives too much
\set VERBOSITY sqlstate
COPY gs.successplans (name, company_id, type_id) FROM stdin WITH (DELIMITER ',', NULL '');
,1P01,1T01
Copied 4,1P01,1T01
\.
COPY gs.successplans (name, company_id, type_id, gsid) FROM stdin WITH (DELIMITER ',', NULL '');
Copied 4,1P01,1T01,1P02
\.
\set VERBOSITY default
\! sandbox/ctl requests -v
-- with a WHERE
COPY gs.successplans (name, company_id, type_id) FROM stdin WITH (DELIMITER ',') WHERE name <> 'Copied 5';
Copied 5,1P01,1T01
Copied 6,1P01,1T01
\.
\! sandbox/ctl requests -v
-- and out, by a query
COPY (SELECT name, end_date FROM gs.successplans WHERE name LIKE 'Copied%' ORDER BY name) TO stdout;
\! sandbox/ctl clear

--
-- INSERT ... SELECT from the same tenant: read to the end before the first row is sent
--
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '5', ADD batch_size '3');
EXPLAIN (COSTS OFF)
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Copy of ' || name, company_id, type_id FROM gs.successplans;
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'Copy of ' || gsid, company_id, type_id FROM gs.successplans;
\! sandbox/ctl requests -v | cut -d' ' -f1,2 | uniq | head
SELECT count(*) FROM gs.successplans WHERE name LIKE 'Copy of %';
SELECT count(*) FROM gs.successplans;
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size, DROP batch_size);
\! sandbox/ctl clear

--
-- A partition: the tenant's name is the key, and a constant
--
CREATE TABLE local.all_plans (tenant text, gsid text, name text, company_id text, type_id text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.emea PARTITION OF local.all_plans FOR VALUES IN ('emea')
  SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.emea ALTER tenant OPTIONS (ADD constant 'emea');
CREATE TABLE local.apac PARTITION OF local.all_plans FOR VALUES IN ('apac');
-- rows find their way, and the constant is not sent
EXPLAIN (COSTS OFF)
INSERT INTO local.all_plans (tenant, name, company_id, type_id) VALUES ('emea', 'E', '1P01', '1T01');
INSERT INTO local.all_plans (tenant, name, company_id, type_id)
VALUES ('emea', 'Routed 1', '1P01', '1T01'), ('apac', 'Local', '1P01', '1T01'), ('emea', 'Routed 2', '1P01', '1T01')
RETURNING tableoid::regclass, tenant, name;
\! sandbox/ctl requests -v
-- also by COPY
COPY local.all_plans (tenant, name, company_id, type_id) FROM stdin WITH (DELIMITER ',');
apac,Local 2,1P01,1T01
emea,Routed 3,1P01,1T01
\.
\! sandbox/ctl requests -v
-- straight into the partition: that value or none, and it is there in RETURNING
INSERT INTO gs.emea (tenant, name, company_id, type_id) VALUES ('emea', 'Direct', '1P01', '1T01') RETURNING tenant, name;
INSERT INTO gs.emea (name, company_id, type_id) VALUES ('Direct', '1P01', '1T01') RETURNING tenant, name;
SELECT * FROM local.error_of($$INSERT INTO gs.emea (tenant, name, company_id, type_id) VALUES ('apac', 'Direct', '1P01', '1T01')$$);
\! sandbox/ctl requests -v
SELECT tenant, name FROM local.all_plans WHERE company_id = '1P01' AND name ~ '^(Routed|Local|Direct)' ORDER BY name;
-- what is wrong with a row of the partition is said, too
SELECT * FROM local.error_of($$INSERT INTO local.all_plans (tenant, name, company_id) VALUES ('emea', 'No type', '1P01')$$);
SELECT * FROM local.error_of($$INSERT INTO local.all_plans (tenant, gsid, name, company_id, type_id) VALUES ('emea', '1P02', 'Gsid', '1P01', '1T01')$$);
-- twice by way of the table is twice in the tenant, so that is refused, before anything is sent
\! sandbox/ctl clear
SELECT * FROM local.error_of($$INSERT INTO local.all_plans (tenant, name, company_id, type_id) VALUES ('emea', 'Twice', '1P01', '1T01') ON CONFLICT DO NOTHING$$);
\! sandbox/ctl requests
DROP TABLE local.all_plans;
\! sandbox/ctl clear

--
-- Triggers
--
CREATE FUNCTION local.before_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.name = 'Skipped' THEN
		RETURN NULL;
	END IF;
	NEW.comments := 'by the trigger';
	RETURN NEW;
END $$;
CREATE FUNCTION local.after_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% %: "%" of %, "%"', TG_WHEN, TG_OP, NEW.name, NEW.company_name, NEW.comments;
	RETURN NULL;
END $$;
CREATE TRIGGER before_plan BEFORE INSERT ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.before_plan();
-- before the row, it decides what is sent, and if
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Kept', '1P01', '1T01'), ('Skipped', '1P01', '1T01');
\! sandbox/ctl requests -v
-- after the row, it sees what the tenant made of it
CREATE TRIGGER after_plan AFTER INSERT ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.after_plan();
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Seen', '1P01', '1T01');
\! sandbox/ctl requests -v
\! sandbox/ctl set create_answer=gsid
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Read back', '1P01', '1T01');
\! sandbox/ctl requests | sed 's/1P02[A-Z0-9]*/1P02.../'
\! sandbox/ctl set create_answer=full
-- COPY fires them as well
COPY gs.successplans (name, company_id, type_id) FROM stdin WITH (DELIMITER ',');
Skipped,1P01,1T01
Copied,1P01,1T01
\.
\! sandbox/ctl requests -v
DROP TRIGGER before_plan ON gs.successplans;
DROP TRIGGER after_plan ON gs.successplans;

--
-- Views
--
CREATE VIEW gs.active AS SELECT name, company_id, type_id, status FROM gs.successplans WHERE status = 'Active';
INSERT INTO gs.active (name, company_id, type_id, status) VALUES ('By a view', '1P01', '1T01', 'Archived');
\! sandbox/ctl requests -v
-- a check option is checked by the server when the row is back, and so the plan is there then
CREATE OR REPLACE VIEW gs.active AS SELECT name, company_id, type_id, status FROM gs.successplans WHERE status = 'Active' WITH CHECK OPTION;
SELECT local.explain($$INSERT INTO gs.active SELECT 'Checked', '1P01', '1T01', 'Active' FROM generate_series(1, 3)$$) AS plan;
INSERT INTO gs.active VALUES ('Checked', '1P01', '1T01', 'Active');
SELECT e FROM local.error_of($$INSERT INTO gs.active VALUES ('Checked', '1P01', '1T01', 'Archived')$$) AS e WHERE e !~ '^DETAIL';
\! sandbox/ctl requests -v
DROP VIEW gs.active;

--
-- Objectives
--
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"A","CompanyId":"1P01","TypeId":"1T01","Status":"Active"}'
\! sandbox/ctl insert '{"Gsid":"a/b c","Name":"AB","CompanyId":"1P01","TypeId":"1T01","Status":"Active"}'
\! sandbox/ctl clear
-- the plan is in the path, not in the body
EXPLAIN (COSTS OFF)
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'Kick-off');
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'Kick-off');
INSERT INTO gs.objectives (success_plan_id, name, description, status, priority, due_date)
VALUES ('1P02A', 'All', 'what is to be done', 'In Progress', 'High', '2027-01-31')
RETURNING success_plan_id, name, description, status, priority, due_date, completion_percentage, modified_date = created_date AS modified;
\! sandbox/ctl requests -v
-- whatever the plan's id is
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('a/b c', 'Escaped') RETURNING success_plan_id, name;
\! sandbox/ctl requests -v
SELECT name FROM gs.objectives WHERE success_plan_id = 'a/b c';
\! sandbox/ctl clear
-- read back from the plan's list, where the answer is the Gsid alone
\! sandbox/ctl set create_answer=gsid
INSERT INTO gs.objectives (success_plan_id, name, due_date) VALUES ('1P02A', 'Read back', '2027-02-28')
RETURNING success_plan_id, name, due_date, created_date IS NOT NULL AS created;
\! sandbox/ctl requests -v
\! sandbox/ctl set create_answer=full
-- in a batch, for several plans
\! sandbox/ctl set latency_ms=60
INSERT INTO gs.objectives (success_plan_id, name)
SELECT p, 'Step ' || g FROM unnest(ARRAY['1P02A', 'a/b c']) AS p, generate_series(1, 8) AS g;
\! sandbox/ctl counters | grep -E 'max_in_flight|objectives_created'
\! sandbox/ctl set latency_ms=0
SELECT success_plan_id, count(*) FROM gs.objectives WHERE success_plan_id IN ('1P02A', 'a/b c') AND name LIKE 'Step %' GROUP BY 1 ORDER BY 1;
\! sandbox/ctl clear
-- what is missing, and what is computed
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id) VALUES ('1P02A')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (name) VALUES ('No plan')$$);
SELECT c.name, e.* FROM (VALUES ('gsid', '1O02'), ('completion_percentage', '50'), ('created_date', '2027-01-01'), ('modified_date', '2027-01-01')) AS c(name, value),
LATERAL local.error_of(format($$INSERT INTO gs.objectives (success_plan_id, name, %I) VALUES ('1P02A', 'a', %L)$$, c.name, c.value)) AS e;
-- ids that no plan can have are not sent
SELECT id.is, e.* FROM (VALUES (''), ('.'), ('..'), (E'a\nb'), (E'a\x7f')) AS id("is"),
LATERAL local.error_of(format($$INSERT INTO gs.objectives (success_plan_id, name) VALUES (%L, 'a')$$, id.is)) AS e;
\! sandbox/ctl requests -v
-- one that none has is refused by the tenant, in one of two ways
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02NONE', 'a')$$);
\! sandbox/ctl set not_found_style=object_not_found
SELECT left(e, 6) AS e FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02NONE', 'a')$$) AS e LIMIT 1;
\! sandbox/ctl set not_found_style=404
\! sandbox/ctl requests -v
-- a table by hand with other names
CREATE FOREIGN TABLE gs.steps (plan text OPTIONS (field 'SuccessPlanId'), step text OPTIONS (field 'Name'))
  SERVER gainsight OPTIONS (resource 'objectives');
INSERT INTO gs.steps VALUES ('1P02A', 'By hand') RETURNING *;
\! sandbox/ctl requests -v

--
-- EXPLAIN ANALYZE does it, and says what it took
--
SELECT local.explain_analyze($$INSERT INTO gs.steps SELECT '1P02A', 'Counted ' || g FROM generate_series(1, 3) AS g$$) AS plan;
SELECT local.explain_analyze($$INSERT INTO gs.steps VALUES ('1P02A', 'Counted 4') RETURNING step$$) AS plan;
-- in JSON, by the same names
CREATE FUNCTION local.explain_json(query text) RETURNS TABLE (key text, value jsonb)
LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN QUERY SELECT e.key, e.value FROM jsonb_each(plan -> 0 -> 'Plan') AS e
				 WHERE e.key ~ '^(Operation|Gainsight|Batch|Requests)';
END $$;
SELECT * FROM local.explain_json($$INSERT INTO gs.steps VALUES ('1P02A', 'Not done')$$) ORDER BY key;
\! sandbox/ctl requests

-- a constant is a value of its column's type, however that is spelled
CREATE FOREIGN TABLE gs.typed (flag boolean OPTIONS (constant 'true'), price numeric(10,2) OPTIONS (constant '5'),
	since date OPTIONS (constant '2026-1-2'), name text, company_id text, type_id text) SERVER gainsight OPTIONS (resource 'successplans');
SET DateStyle = 'German';
INSERT INTO gs.typed VALUES (true, 5, '2026-01-02', 'Typed', '1P01', '1T01') RETURNING flag, price, since;
RESET DateStyle;
SET DateStyle = 'ISO, YMD';
SELECT * FROM local.error_of($$INSERT INTO gs.typed VALUES (true, 6, '2026-01-02', 'Typed', '1P01', '1T01')$$);
-- a table that is of no resource is in nobody's way
CREATE FOREIGN TABLE gs.nothing (id text) SERVER gainsight;
SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_schema = 'gs' ORDER BY 1;
DROP FOREIGN TABLE gs.nothing;

\i sql/include/teardown.psql
