-- trust_order: the newest first, by an order that the tenant keeps
--
-- Of that order one page is asked for, and it is checked. Who wants more gets all, by pages
-- in the order of Gsid as ever, sorted here.

\i sql/include/setup.psql
\i sql/include/nxt_tables.psql
\i sql/include/copy.psql
-- Has a query the dates of the local copy, in the same order? Of rows with the same date any may come first.
CREATE FUNCTION local.compare_order(query text, date text DEFAULT 'modified_date') RETURNS text
RETURN local.compare_queries(format('SELECT row_number() OVER () AS n, t.%I FROM (%s) AS t', date, query),
	format('SELECT row_number() OVER () AS n, t.%I FROM (%s) AS t', date, replace(query, 'gs.', 'local.')));
-- The lines of a plan that tell.
CREATE FUNCTION local.ordered(query text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT trim(line) FROM local.explain(query) AS line
	WHERE line ~ 'Sort|Gainsight (Conditions|Order)|Estimated Requests|Append'
$$;
-- What a statement fails with, less how many rows were in order.
CREATE FUNCTION local.disorder_of(query text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT regexp_replace(line, 'record \d+ of the page has an? (later|earlier)', 'record N of the page has another')
	FROM local.error_of(query) AS line
$$;

--
-- Without the option
--

SELECT * FROM local.ordered('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
SELECT local.compare_order('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
\! sandbox/ctl requests
-- nor in the other dialect, which has no orders
ALTER SERVER gainsight OPTIONS (ADD trust_order 'true');
CREATE FOREIGN TABLE local.documented (gsid text, modified_date timestamptz) SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM local.ordered('SELECT * FROM local.documented ORDER BY modified_date DESC LIMIT 100');
DROP FOREIGN TABLE local.documented;
ALTER SERVER live OPTIONS (ADD trust_order 'true');

--
-- One page
--

-- the newest hundred: a page of so many, and of fifty more
EXPLAIN (COSTS OFF) SELECT gsid, modified_date FROM gs.successplans ORDER BY modified_date DESC LIMIT 100;
SELECT count(*) FROM (SELECT gsid, modified_date FROM gs.successplans ORDER BY modified_date DESC LIMIT 100) AS t;
\! sandbox/ctl requests -v
SELECT query, local.compare_order(query) FROM unnest(ARRAY[
	'SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100',
	'SELECT * FROM gs.successplans ORDER BY modified_date LIMIT 100',
	'SELECT * FROM gs.successplans ORDER BY modified_date DESC NULLS LAST LIMIT 100',
	'SELECT * FROM gs.successplans ORDER BY modified_date NULLS FIRST LIMIT 1',
	'SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 20 OFFSET 500',
	'SELECT * FROM gs.objectives ORDER BY modified_date DESC LIMIT 100']) AS query;
\! sandbox/ctl requests
-- and the rows are such as there are
SELECT count(*) FROM (SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100) AS t JOIN local.successplans AS l
	ON t::text = l::text;
\! sandbox/ctl clear
-- the newest, and the oldest
SELECT * FROM local.ordered('SELECT max(modified_date) FROM gs.successplans');
SELECT (SELECT max(modified_date) FROM gs.successplans) = (SELECT max(modified_date) FROM local.successplans) AS newest,
	(SELECT min(modified_date) FROM gs.successplans) = (SELECT min(modified_date) FROM local.successplans) AS oldest;
\! sandbox/ctl requests
SELECT (SELECT (max(modified_date), min(created_date)) FROM gs.successplans WHERE status = 'Active')
	= (SELECT (max(modified_date), min(created_date)) FROM local.successplans WHERE status = 'Active') AS equal;
\! sandbox/ctl requests
-- conditions that are sent, and such as are not: then the page is a whole one
SELECT * FROM local.ordered($$SELECT * FROM gs.successplans WHERE status = 'Active' AND name <> 'x' ORDER BY modified_date DESC LIMIT 10$$);
SELECT local.compare_order($$SELECT * FROM gs.successplans WHERE status = 'Active' ORDER BY modified_date DESC LIMIT 10$$),
	local.compare_order($$SELECT * FROM gs.successplans WHERE status = 'Active' AND length(name) > 12 ORDER BY modified_date DESC LIMIT 10$$);
\! sandbox/ctl requests -v
-- more in the order, and rows that are equal by it
SELECT local.compare_queries('SELECT gsid FROM gs.successplans ORDER BY modified_date DESC, gsid COLLATE "C" LIMIT 60',
	'SELECT gsid FROM local.successplans ORDER BY modified_date DESC, gsid COLLATE "C" LIMIT 60');
SELECT local.compare_queries('SELECT gsid FROM gs.successplans ORDER BY modified_date DESC FETCH FIRST 60 ROWS WITH TIES',
	'SELECT gsid FROM local.successplans ORDER BY modified_date DESC FETCH FIRST 60 ROWS WITH TIES');
\! sandbox/ctl requests
-- a join, whose outer side it is
CREATE TABLE local.account AS SELECT DISTINCT company_id, 'tier ' || length(company_name) AS tier FROM local.successplans;
CREATE INDEX ON local.account (company_id);
ANALYZE local.account;
SELECT local.compare_order('SELECT p.*, a.tier FROM gs.successplans AS p JOIN local.account AS a USING (company_id) ORDER BY p.modified_date DESC LIMIT 20');
\! sandbox/ctl requests
-- of another object, and under another name
IMPORT FOREIGN SCHEMA objects LIMIT TO (company) FROM SERVER live INTO gs;
CREATE TABLE local.company (gsid text, modified_date timestamptz);
\copy local.company FROM PROGRAM 'sandbox/ctl dump company Gsid ModifiedDate'
CREATE FOREIGN TABLE gs.changes (plan text OPTIONS (field 'Gsid'), at timestamp OPTIONS (field 'ModifiedDate')) SERVER live
  OPTIONS (resource 'successplans');
CREATE VIEW local.changes AS SELECT gsid AS plan, modified_date AT TIME ZONE 'UTC' AS at FROM local.successplans;
SELECT local.compare_order('SELECT gsid, modified_date FROM gs.company ORDER BY modified_date DESC LIMIT 10'),
	local.compare_order('SELECT * FROM gs.changes ORDER BY at DESC LIMIT 10', 'at');
\! sandbox/ctl requests

--
-- What is no page, or no order of the tenant's
--

SELECT query, string_agg(line, ', ') FROM unnest(ARRAY[
	'SELECT * FROM gs.successplans ORDER BY modified_date DESC',
	'SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 1001',
	'SELECT * FROM gs.successplans ORDER BY name LIMIT 10',
	'SELECT * FROM gs.successplans ORDER BY gsid LIMIT 10',
	'SELECT * FROM gs.successplans ORDER BY end_date LIMIT 10',
	'SELECT * FROM gs.successplans ORDER BY modified_date::date LIMIT 10']) AS query, local.ordered(query) AS line
GROUP BY query ORDER BY query;
-- what cannot be filtered is not asked for by order either
ALTER FOREIGN TABLE gs.changes ALTER COLUMN at OPTIONS (ADD pushdown 'false');
SELECT * FROM local.ordered('SELECT * FROM gs.changes ORDER BY at DESC LIMIT 10');
-- a day begins twice where clocks are set back at midnight
ALTER FOREIGN TABLE gs.changes ALTER COLUMN at TYPE date, ALTER COLUMN at OPTIONS (DROP pushdown);
SELECT * FROM local.ordered('SELECT * FROM gs.changes ORDER BY at DESC LIMIT 10');

--
-- A tenant that keeps no order
--

SELECT ok, detail FROM gainsight_fdw_check('live') WHERE step = 'order of dates';
\! sandbox/ctl set ignore_order=true
SELECT * FROM local.disorder_of('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
-- one row may be any, but it does not come alone
SELECT * FROM local.disorder_of('SELECT max(modified_date) FROM gs.successplans');
SELECT ok, detail FROM gainsight_fdw_check('live') WHERE step = 'order of dates';
ALTER SERVER live OPTIONS (SET trust_order 'false');
SELECT ok, detail FROM gainsight_fdw_check('live') WHERE step = 'order of dates';
SELECT local.compare_order('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
ALTER SERVER live OPTIONS (SET trust_order 'true');
\! sandbox/ctl defaults
-- a date that is not there has no place: this tenant has plans without CreatedDate, which is reported of none
SELECT * FROM local.disorder_of('SELECT * FROM gs.successplans ORDER BY created_date DESC LIMIT 10');
SELECT local.compare_order('SELECT * FROM gs.successplans WHERE created_date IS NOT NULL ORDER BY created_date DESC LIMIT 10', 'created_date');
-- without such plans
\! sandbox/ctl reset plans=40
SELECT ok, detail FROM gainsight_fdw_check('live') WHERE step = 'order of dates';
ALTER SERVER live OPTIONS (SET trust_order 'false');
SELECT ok, detail FROM gainsight_fdw_check('live') WHERE step = 'order of dates';
ALTER SERVER live OPTIONS (SET trust_order 'true');
-- one that sorts each page for itself: the page does not show it, but the check knows of plans that belong there
\! sandbox/ctl set sort_pages=true
SELECT ok, detail FROM gainsight_fdw_check('live') WHERE step = 'order of dates';
\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1
-- values as they may come
\! sandbox/ctl set epoch_dates=true bare_arrays=true key_case=lower
SELECT local.compare_order('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
\! sandbox/ctl defaults
\! sandbox/ctl clear

--
-- More than the page
--

-- the planner takes a third of the rows for such: of a page of 1000 it is too few, and the three pages of all are read
\set few 'SELECT * FROM gs.successplans WHERE gsid COLLATE "C" < \'1P021\' ORDER BY modified_date DESC LIMIT 60'
SELECT * FROM local.ordered(:'few');
SELECT local.compare_order(:'few');
\! sandbox/ctl requests
SELECT local.compare_order(replace(:'few', 'DESC', 'ASC')), local.compare_order(replace(:'few', 'LIMIT 60', 'LIMIT 200'));
\! sandbox/ctl clear
-- each plan once
SELECT local.compare_queries(replace(:'few', 'LIMIT 60', 'LIMIT 200'), $$SELECT * FROM local.successplans WHERE gsid COLLATE "C" < '1P021'$$);
-- a tenant that gives no long pages
\! sandbox/ctl set page_cap=100
SELECT local.compare_order(:'few'), local.compare_order('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
\! sandbox/ctl defaults
-- (which this session would remember)
\c -
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl clear

--
-- What moves meanwhile
--

SELECT gsid AS oldest FROM local.successplans ORDER BY modified_date LIMIT 1 \gset
SELECT gsid AS newest FROM local.successplans ORDER BY modified_date DESC LIMIT 1 \gset
\setenv OLDEST :oldest
\setenv NEWEST :newest
-- a colleague changes a plan behind the page, which goes before it: it cannot be given in its place, and is not lost
\! sandbox/ctl fault "{\"op\":\"POST /data/objects/query/cta_group\",\"skip\":1,\"fault\":{\"touch\":[\"$OLDEST\",\"Name=moved\"]}}"
SELECT * FROM local.disorder_of(:'few');
\! sandbox/ctl requests
-- and another plan of the page goes away, so that none of the others' places is changed
SELECT gsid AS oldest FROM local.successplans ORDER BY modified_date OFFSET 1 LIMIT 1 \gset
\setenv OLDEST :oldest
\! sandbox/ctl fault "{\"op\":\"POST /data/objects/query/cta_group\",\"skip\":1,\"fault\":{\"touch\":[\"$OLDEST\",\"Name=moved\"]}}"
\! sandbox/ctl mutate "{\"before_search\":2,\"delete\":\"$NEWEST\"}"
SELECT * FROM local.disorder_of(:'few');
-- of the order upwards it is the end to which plans go: none is lost, and none given twice
\i sql/include/copy.psql
SELECT gsid AS oldest FROM local.successplans WHERE gsid COLLATE "C" < '1P021' ORDER BY modified_date LIMIT 1 \gset
\setenv OLDEST :oldest
\! sandbox/ctl fault "{\"op\":\"POST /data/objects/query/cta_group\",\"skip\":1,\"fault\":{\"touch\":[\"$OLDEST\",\"Name=moved\"]}}"
SELECT local.compare_queries(replace(:'few', 'DESC LIMIT 60', 'LIMIT 200'), $$SELECT * FROM local.successplans WHERE gsid COLLATE "C" < '1P021'$$);
-- a plan that was on the page is given as it was then
\i sql/include/copy.psql
SELECT gsid AS newest FROM local.successplans WHERE gsid COLLATE "C" < '1P021' ORDER BY modified_date DESC OFFSET 2 LIMIT 1 \gset
\setenv NEWEST :newest
\! sandbox/ctl fault "{\"op\":\"POST /data/objects/query/cta_group\",\"skip\":1,\"fault\":{\"touch\":[\"$NEWEST\",\"Name=moved\"]}}"
SELECT local.compare_queries(replace(:'few', 'LIMIT 60', 'LIMIT 200'), $$SELECT * FROM local.successplans WHERE gsid COLLATE "C" < '1P021'$$);
-- a page that is in order, and not the first: what should have been on it comes with the rest
\! sandbox/ctl clear
SELECT json_build_object('op', 'POST /data/objects/query/cta_group', 'times', 1, 'fault', json_build_object('status', 200,
    'body', json_build_object('result', true, 'data', json_build_object('records', json_agg(one))))) AS fault
FROM (SELECT gsid AS "Gsid", to_char(modified_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "ModifiedDate"
	FROM (SELECT *, rank() OVER (ORDER BY modified_date DESC) AS n FROM local.successplans) AS p
	WHERE n < 10 OR n > 20 ORDER BY n LIMIT 100) AS one \gset
\setenv FAULT :fault
\! sandbox/ctl fault "$FAULT"
ALTER SERVER live OPTIONS (ADD page_size '100');
SELECT * FROM local.disorder_of($$SELECT gsid FROM gs.successplans WHERE length(name) > 60 ORDER BY modified_date DESC LIMIT 20$$);
ALTER SERVER live OPTIONS (DROP page_size);
\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1
\i sql/include/copy.psql

--
-- Cursors
--

-- known are 2,500, of which one is taken to want a tenth
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl clear
BEGIN;
DECLARE c CURSOR FOR SELECT gsid, modified_date FROM gs.successplans ORDER BY modified_date DESC;
MOVE 1000 IN c;
\! sandbox/ctl requests
-- the rest
MOVE 1 IN c;
\! sandbox/ctl requests
COMMIT;
-- all of one that is not begun is no page: it is read as without the order
BEGIN;
DECLARE c CURSOR FOR SELECT gsid, modified_date FROM gs.successplans ORDER BY modified_date DESC;
MOVE ALL IN c;
\! sandbox/ctl requests
COMMIT;
CREATE FUNCTION local.walk() RETURNS TABLE (gsid text, modified_date timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
	c CURSOR FOR SELECT p.gsid, p.modified_date FROM gs.successplans AS p ORDER BY p.modified_date DESC;
BEGIN
	FOR one IN c LOOP
		gsid := one.gsid;
		modified_date := one.modified_date;
		RETURN NEXT;
	END LOOP;
END $$;
SELECT local.compare_queries('SELECT * FROM local.walk()', 'SELECT gsid, modified_date FROM local.successplans');
SELECT local.compare_queries('SELECT row_number() OVER () AS n, modified_date FROM local.walk()',
	'SELECT row_number() OVER (ORDER BY modified_date DESC) AS n, modified_date FROM local.successplans');
-- before the session writes, all is read; what it writes is not seen, and moves nothing
CREATE FUNCTION local.rest(c refcursor) RETURNS TABLE (gsid text, modified_date timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
	LOOP
		FETCH c INTO gsid, modified_date;
		EXIT WHEN NOT FOUND;
		RETURN NEXT;
	END LOOP;
END $$;
SELECT gsid AS oldest FROM local.successplans ORDER BY modified_date OFFSET 2 LIMIT 1 \gset
BEGIN;
DECLARE c CURSOR FOR SELECT gsid, modified_date FROM gs.successplans ORDER BY modified_date DESC;
MOVE 1 IN c;
\! sandbox/ctl clear
UPDATE gs.successplans SET name = 'written' WHERE gsid = :'oldest';
\! sandbox/ctl requests
CREATE TABLE local.given AS SELECT row_number() OVER () AS n, * FROM local.rest('c');
\! sandbox/ctl requests
COMMIT;
SELECT local.compare_queries('SELECT n, modified_date FROM local.given',
	'SELECT row_number() OVER (ORDER BY modified_date DESC) - 1 AS n, modified_date FROM local.successplans ORDER BY modified_date DESC OFFSET 1'),
	count(DISTINCT gsid) FROM local.given;
-- one that goes back
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT modified_date FROM gs.successplans WHERE gsid <> :'oldest' ORDER BY modified_date DESC;
FETCH 3 FROM c;
MOVE BACKWARD ALL IN c;
FETCH 3 FROM c;
COMMIT;
-- a row that may not be given any more fails the write that reads it, and is not left out later
\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1
\i sql/include/copy.psql
SELECT gsid AS oldest FROM local.successplans ORDER BY modified_date LIMIT 1 \gset
\setenv OLDEST :oldest
BEGIN;
DECLARE c CURSOR FOR SELECT gsid, modified_date FROM gs.successplans ORDER BY modified_date DESC;
MOVE 1 IN c;
\! sandbox/ctl touch "$OLDEST" Name=moved
SELECT * FROM local.error_of(format('UPDATE gs.successplans SET name = %L WHERE gsid = %L', 'written', :'oldest'));
SELECT * FROM local.error_of('SELECT count(*) FROM local.rest(''c'')');
COMMIT;
-- an error in the midst of the sort: nobody knows what is in that, and the cursor does not go on
SET work_mem = '64kB';
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM gs.successplans ORDER BY modified_date DESC;
MOVE 1000 IN c;
SET LOCAL temp_file_limit = '100kB';
SELECT left(e, 5) AS sqlstate
FROM local.error_of(format('UPDATE gs.successplans SET name = %L WHERE gsid = %L', 'written', :'oldest')) AS e WHERE e ~ '^\d';
SET LOCAL temp_file_limit = -1;
SELECT * FROM local.error_of('SELECT count(*) FROM local.rest(''c'')');
COMMIT;
RESET work_mem;
\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1
\! sandbox/ctl clear

--
-- Prepared statements, and again and again
--

PREPARE newest(text) AS SELECT gsid, modified_date FROM gs.successplans WHERE status = $1 ORDER BY modified_date DESC LIMIT 5;
SET plan_cache_mode = force_generic_plan;
SELECT * FROM local.ordered($$EXECUTE newest('Active')$$);
CREATE TABLE local.five AS EXECUTE newest('Active');
SELECT local.compare_queries('SELECT modified_date FROM local.five',
	$$SELECT modified_date FROM local.successplans WHERE status = 'Active' ORDER BY modified_date DESC LIMIT 5$$);
\! sandbox/ctl requests
-- a list that is too long for one search: there is no one page, and all of these are sorted here
PREPARE listed(text[]) AS SELECT gsid, modified_date FROM gs.successplans WHERE company_id = ANY ($1) ORDER BY modified_date DESC LIMIT 5;
SELECT array_agg(company_id) AS companies FROM (SELECT DISTINCT company_id FROM local.successplans ORDER BY company_id LIMIT 15) AS c \gset
SELECT * FROM local.ordered($$EXECUTE listed('{a,b}')$$);
CREATE TABLE local.listed AS EXECUTE listed(:'companies');
SELECT local.compare_queries('SELECT modified_date FROM local.listed',
	format('SELECT modified_date FROM local.successplans WHERE company_id = ANY (%L) ORDER BY modified_date DESC LIMIT 5', :'companies'));
\! sandbox/ctl requests
RESET plan_cache_mode;
\! sandbox/ctl clear
-- the newest three of each type: lookups, then a walk, whose rows come in the same order
SELECT trim(line) FROM local.explain_analyze($$
	SELECT t.id, p.modified_date FROM local.plan_types AS t
	CROSS JOIN LATERAL (SELECT * FROM gs.successplans WHERE type_id = t.id ORDER BY modified_date DESC LIMIT 3) AS p$$) AS line
WHERE line ~ 'Sort|Order|Walked|^ *Requests';
SELECT local.compare_queries(replace(query, 'local.successplans', 'gs.successplans'), query) FROM (VALUES ($$
	SELECT t.id, p.modified_date FROM local.plan_types AS t
	CROSS JOIN LATERAL (SELECT * FROM local.successplans WHERE type_id = t.id ORDER BY modified_date DESC LIMIT 3) AS p$$)) AS q (query);
-- a walk whose sort goes to disk leaves no file there
SET work_mem = '64kB';
SELECT count(p.name) FROM local.plan_types AS t
	CROSS JOIN LATERAL (SELECT * FROM gs.successplans WHERE type_id = t.id ORDER BY modified_date DESC LIMIT 3) AS p;
RESET work_mem;
\! sandbox/ctl clear

--
-- A date that may be null here because it does not fit
--

ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD on_error 'set_null');
SELECT * FROM local.ordered('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
ALTER FOREIGN TABLE gs.successplans ALTER modified_date SET NOT NULL;
SELECT * FROM local.ordered('SELECT * FROM gs.successplans ORDER BY modified_date DESC LIMIT 100');
ALTER FOREIGN TABLE gs.successplans ALTER modified_date DROP NOT NULL, OPTIONS (DROP on_error);
\! sandbox/ctl clear

--
-- Partitions
--

CREATE SERVER other FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', dialect 'nxt', rate_limit '0', max_retries '0', trust_order 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (access_key :'key');
CREATE TABLE gs.plans (tenant text, gsid text, status text, modified_date timestamptz) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.north (tenant text OPTIONS (constant 'north'), gsid text, status text, modified_date timestamptz) SERVER live OPTIONS (resource 'successplans');
CREATE FOREIGN TABLE gs.south (tenant text OPTIONS (constant 'south'), gsid text, status text, modified_date timestamptz) SERVER other OPTIONS (resource 'successplans');
ALTER TABLE gs.plans ATTACH PARTITION gs.north FOR VALUES IN ('north');
ALTER TABLE gs.plans ATTACH PARTITION gs.south FOR VALUES IN ('south');
CREATE VIEW local.north AS SELECT 'north' AS tenant, gsid, status, modified_date FROM local.successplans;
CREATE VIEW local.south AS SELECT 'south' AS tenant, gsid, status, modified_date FROM local.successplans;
CREATE VIEW local.plans AS TABLE local.north UNION ALL TABLE local.south;
SELECT * FROM local.ordered('SELECT * FROM gs.plans ORDER BY modified_date DESC LIMIT 10');
SELECT local.compare_order('SELECT * FROM gs.plans ORDER BY modified_date DESC LIMIT 100'),
	local.compare_order('SELECT * FROM gs.north UNION ALL SELECT * FROM gs.south ORDER BY modified_date DESC LIMIT 100');
\! sandbox/ctl requests
SELECT (SELECT max(modified_date) FROM gs.plans) = (SELECT max(modified_date) FROM local.plans) AS newest;
\! sandbox/ctl requests

SET client_min_messages = warning;
DROP TABLE gs.plans;
DROP SERVER other CASCADE;
\i sql/include/teardown.psql
