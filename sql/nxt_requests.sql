-- nxt_requests: how many requests a statement takes in the dialect nxt
--
-- Nothing is counted there. So what counts is what is known: nothing yet, what this session
-- has read, or what ANALYZE has found.

\i sql/include/setup.psql
\i sql/include/nxt_tables.psql
\! sandbox/ctl reset plans=10000 objectives=3
\i sql/include/copy.psql
-- How many there were, if not as many as are allowed.
CREATE TABLE local.sent (line text);
CREATE FUNCTION local.is_within(low int, high int) RETURNS text
RETURN (SELECT CASE WHEN line::int BETWEEN low AND high THEN 'yes' ELSE line END FROM local.sent);

--
-- One page
--

-- a small filtered query, in a session that has read nothing
SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND company_name LIKE 'Acme%' AND end_date BETWEEN '2026-01-01' AND '2026-01-31';
\! sandbox/ctl requests
-- what stops at ten of ten thousand
SELECT count(*) FROM (SELECT FROM gs.successplans LIMIT 10) AS t;
\! sandbox/ctl requests
-- plan types are in a list of many things, of which a page has 5000
SELECT local.compare('plan_types');
\! sandbox/ctl requests

--
-- By keys
--

-- objectives of 200 plans, whose keys are in a local table: ten keys a request, in a tenant of 29,998 objectives
CREATE TABLE local.some AS SELECT gsid FROM local.successplans ORDER BY gsid LIMIT 200;
ANALYZE local.some;
\! sandbox/ctl clear
SELECT local.compare_queries('SELECT o.* FROM gs.objectives AS o JOIN local.some AS s ON o.success_plan_id = s.gsid',
	'SELECT o.* FROM local.objectives AS o JOIN local.some AS s ON o.success_plan_id = s.gsid');
\! sandbox/ctl requests
SELECT local.compare_queries('SELECT * FROM gs.objectives WHERE success_plan_id IN (SELECT gsid FROM local.some)',
	'SELECT * FROM local.objectives WHERE success_plan_id IN (SELECT gsid FROM local.some)');
\! sandbox/ctl requests
-- a list of forty
SELECT count(*) FROM gs.objectives WHERE success_plan_id = ANY (ARRAY(SELECT gsid FROM local.some LIMIT 40));
\! sandbox/ctl requests

--
-- All
--

-- objectives are not asked for plan by plan: of 29,998 each page but the first brings 999 more, which makes 31.
-- Where it is not known that they end there, up to max_connections - 1 are asked for behind them.
SELECT local.compare('objectives');
\copy local.sent FROM PROGRAM 'sandbox/ctl requests -n'
SELECT local.is_within(31, 31 + 7);
-- now it is known
SELECT local.compare('objectives');
\! sandbox/ctl requests
-- and so is how many requests a list of all keys may not cost
SELECT local.compare_queries('SELECT * FROM gs.objectives WHERE success_plan_id = ANY (ARRAY(SELECT gsid FROM local.successplans))',
	'SELECT * FROM local.objectives');
\! sandbox/ctl requests

--
-- Three pages
--

\! sandbox/ctl reset plans=2500 objectives=3
\i sql/include/copy.psql
-- 2,500 plans, to a session that has read none, and then
\c -
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SELECT local.compare('successplans');
\! sandbox/ctl requests
SELECT local.compare('successplans');
\! sandbox/ctl requests
-- another one knows what ANALYZE has found, which is near enough
ANALYZE gs.successplans;
SELECT reltuples BETWEEN 2300 AND 2500 AS near FROM pg_class WHERE oid = 'gs.successplans'::regclass;
\! sandbox/ctl clear
\c -
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
-- (the tenant answers none of the three before it has all)
\! sandbox/ctl set rounds=[3]
SELECT local.compare('successplans');
\! sandbox/ctl requests
\! sandbox/ctl counters | grep rounds_missed
-- a cursor's pages are asked for as they are wanted
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
MOVE 1000 IN c;
\! sandbox/ctl requests
MOVE 1 IN c;
\! sandbox/ctl requests
COMMIT;

-- a tenant whose pages have become shorter, or are as long as so many bytes: as long as there were more rows, none is the last
\! sandbox/ctl set page_cap=450
SELECT local.compare('successplans');
\! sandbox/ctl set page_cap=null

-- how long another tenant's pages were does not tell where this one's end
SELECT replace(:'url', '127.0.0.1', 'localhost') AS elsewhere \gset
\! sandbox/ctl set page_cap=250
ALTER SERVER live OPTIONS (SET base_url :'elsewhere');
SELECT local.compare('successplans');
ALTER SERVER live OPTIONS (SET base_url :'url');
\! sandbox/ctl defaults
\! sandbox/ctl clear

--
-- Again
--

-- what is read again is not asked for again
SET enable_material = off;
SET jit = off;
SELECT * FROM local.explain_analyze('SELECT FROM generate_series(1, 3) LEFT JOIN gs.plan_types ON true');
\! sandbox/ctl requests
RESET enable_material;

--
-- Lookups, and a walk instead
--
SET gainsight_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
CREATE TABLE local.parent AS SELECT gsid FROM local.successplans ORDER BY gsid LIMIT 120;
ANALYZE local.parent;
-- eight pages, as this session has seen
SELECT count(*) FROM gs.objectives;
SELECT trim(line) FROM local.explain_analyze('SELECT o.gsid FROM local.parent AS t LEFT JOIN gs.objectives AS o ON o.success_plan_id = t.gsid') AS line
WHERE line ~ 'Walked|^ *Requests';
SELECT local.compare_queries('SELECT o.* FROM local.parent AS t LEFT JOIN gs.objectives AS o ON o.success_plan_id = t.gsid',
	'SELECT o.* FROM local.parent AS t LEFT JOIN local.objectives AS o ON o.success_plan_id = t.gsid');
\! sandbox/ctl clear
RESET enable_material;
RESET enable_mergejoin;
RESET enable_hashjoin;
RESET gainsight_fdw.enable_bind_join;

--
-- ANALYZE
--

-- what is not a plan type, or belongs to no plan, is no row, also where the tenant gives it
\! sandbox/ctl set 'ignore_operators=["IS_NOT_NULL"]'
ANALYZE gs.plan_types, gs.objectives;
SELECT reltuples FROM pg_class WHERE oid = 'gs.plan_types'::regclass;
SELECT null_frac FROM pg_stats WHERE tablename = 'objectives' AND schemaname = 'gs' AND attname = 'success_plan_id';

\i sql/include/teardown.psql
