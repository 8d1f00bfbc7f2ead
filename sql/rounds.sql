--
-- ROUNDS: how many requests are on their way at once
--
-- The tenant answers the first request, or the first eight, only when those that belong to its
-- round are there: `rounds=[1,7]` is kept by who asks for a page, and then for seven at once.
\i sql/include/setup.psql
\! sandbox/ctl reset plans=7900 objectives=0
CREATE TABLE local.sent (line int);
CREATE FUNCTION local.is_within(low int, high int) RETURNS text
RETURN (SELECT CASE WHEN line BETWEEN low AND high THEN 'yes' ELSE line::text END FROM local.sent);

--
-- All rows of a walk
--

-- the first page of eight tells how many there are
\! sandbox/ctl set rounds=[1,7]
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- this session knows it from now on
\! sandbox/ctl set rounds=[8]
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- and any other, when the table was analyzed
ANALYZE gs.successplans;
\! sandbox/ctl clear
\c -
SET jit = off;
\! sandbox/ctl set rounds=[8]
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- how many pass a condition is told with the first page
\! sandbox/ctl set rounds=[1,5]
SELECT count(*) BETWEEN 4997 AND 5995 AS six_pages FROM gs.successplans WHERE status IN ('Active', 'Completed', 'Draft');
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- a table by SELECT, the rows of a function, a WITH that is read to its end: all are
\! sandbox/ctl set rounds=[8,8,8]
CREATE TABLE local.copied AS SELECT gsid, name FROM gs.successplans;
CREATE FUNCTION local.all_of_them() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT name FROM gs.successplans;
END $$;
SELECT count(*) FROM local.all_of_them();
WITH p AS MATERIALIZED (SELECT name FROM gs.successplans) SELECT count(*) FROM p AS a JOIN p AS b USING (name) HAVING count(*) < 0;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- what is sorted, hashed or counted is read first, whatever stops above it, and a cursor that is read to its end is
\! sandbox/ctl set rounds=[8,8,8,8]
SELECT count(*) FROM (SELECT name FROM gs.successplans ORDER BY name LIMIT 3) AS p;
SELECT count(*) FROM (SELECT status, count(*) FROM gs.successplans GROUP BY status LIMIT 1) AS p;
BEGIN;
DECLARE c CURSOR FOR SELECT name FROM gs.successplans ORDER BY name;
MOVE 1 IN c;
DECLARE d CURSOR FOR SELECT name FROM gs.successplans;
MOVE ALL IN d;
COMMIT;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n

--
-- Who may stop early asks for as little as ever
--

SELECT count(*) FROM (SELECT name FROM gs.successplans LIMIT 10) AS p;
\! sandbox/ctl requests -v
SELECT EXISTS (SELECT FROM gs.successplans);
\! sandbox/ctl requests -n
SELECT count(*) FROM generate_series(1, 1) AS g WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.name <> g::text);
\! sandbox/ctl requests -n
SELECT count(*) FROM (SELECT row_number() OVER () AS n FROM gs.successplans) AS p WHERE n <= 10;
\! sandbox/ctl requests -n
WITH p AS MATERIALIZED (SELECT name FROM gs.successplans) SELECT count(*) FROM (SELECT FROM p LIMIT 10) AS ten;
\! sandbox/ctl requests -n
BEGIN;
DECLARE c CURSOR FOR SELECT name FROM gs.successplans;
MOVE 10 IN c;
\! sandbox/ctl requests -n
-- (what is left of the page, and then two more)
MOVE 985 IN c;
\! sandbox/ctl requests -n
MOVE 10 IN c;
\! sandbox/ctl requests -n
COMMIT;
DO $$
DECLARE
	plan record;
BEGIN
	FOR plan IN SELECT name FROM gs.successplans LOOP
		EXIT;
	END LOOP;
END $$;
\! sandbox/ctl requests -n
-- a hash join looks at a row before it knows that there is nothing to join it with
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT count(*) FROM gs.successplans AS p JOIN gs.plan_types AS t ON t.name = p.type_name WHERE t.name = 'none' AND p.status IN ('Active', 'Completed', 'Draft');
\copy local.sent FROM PROGRAM 'sandbox/ctl requests -n'
SELECT local.is_within(1, 2);
RESET enable_nestloop;
RESET enable_mergejoin;

--
-- An older number
--

-- what ANALYZE found may be too many: then up to max_connections - 1 pages are asked for in vain
\! sandbox/ctl reset plans=1500 objectives=0
\c -
SET jit = off;
\! sandbox/ctl set rounds=[8]
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- or too few: the first page tells of the others
\! sandbox/ctl reset plans=7900 objectives=0
\! sandbox/ctl set rounds=[2,6]
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- pages that are shorter than asked say how wide the walk is to be: of the first flight one is of use
\! sandbox/ctl set page_cap=990 rounds=[8,7]
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
\! sandbox/ctl defaults

--
-- Lists
--

-- one page of plans, and the lists of eight at once
\! sandbox/ctl reset plans=20 objectives=2
\c -
SET jit = off;
\! sandbox/ctl set rounds=[1,8,8,4]
SELECT count(gsid) > 0 AS some FROM gs.objectives;
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- the lists of the plans that are named, by a page of them
\! sandbox/ctl set rounds=[1,8,8,4]
SELECT count(gsid) > 0 AS some FROM gs.objectives WHERE success_plan_id = ANY (ARRAY(SELECT gsid FROM gs.successplans));
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n

--
-- Keys of a join
--

-- 900 keys, a hundred a search: eight searches at once, and the ninth
\! sandbox/ctl reset plans=7900 objectives=0
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '200');
CREATE TABLE local.keys AS SELECT gsid FROM local.copied LIMIT 900;
ANALYZE local.keys;
ANALYZE gs.successplans;
\! sandbox/ctl clear
\! sandbox/ctl set rounds=[8,1]
SELECT * FROM local.explain_analyze('SELECT count(p.name) FROM local.keys AS k JOIN gs.successplans AS p USING (gsid)');
\! sandbox/ctl counters | grep rounds_missed; sandbox/ctl requests -n
-- a join that may stop begins with one
SELECT count(*) FROM (SELECT p.name FROM local.keys AS k JOIN gs.successplans AS p USING (gsid) LIMIT 50) AS fifty;
\! sandbox/ctl requests -n

\i sql/include/teardown.psql
