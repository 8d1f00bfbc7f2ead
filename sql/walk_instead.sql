--
-- WALK INSTEAD: lookups that have cost as much as a walk are replaced by the walk
--
\i sql/include/setup.psql
\i sql/include/copy.psql
-- plans of lookups: core's other joins would read the table at once
SET gainsight_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
CREATE TABLE local.account AS
  SELECT company_id AS id, row_number() OVER (ORDER BY company_id) AS n, min(modified_date) AS at, min(start_date) AS day
  FROM local.successplans GROUP BY 1 LIMIT 120;
CREATE TABLE local.plan AS
  SELECT gsid, company_id, status, row_number() OVER (ORDER BY gsid) AS n FROM local.successplans WHERE gsid ~ '^\w+$' ORDER BY gsid LIMIT 120;
ANALYZE local.account, local.plan;
-- A query over the tenant's tables, and the same over their copies; and how often it asks, with the setting and without.
CREATE FUNCTION local.compare_join(query text) RETURNS text
RETURN local.compare_queries(query, replace(query, 'gs.', 'local.'));
CREATE FUNCTION local.asked(query text, setting text DEFAULT 'on') RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	line text;
	total bigint := 0;
BEGIN
	PERFORM set_config('gainsight_fdw.enable_walk_instead', setting, true);
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		total := total + coalesce(substring(line FROM '^ *Requests: (\d+)')::bigint, 0);
	END LOOP;
	PERFORM set_config('gainsight_fdw.enable_walk_instead', 'on', true);
	RETURN total;
END $$;
-- What was sent, and not, without a plan's other lines.
CREATE FUNCTION local.walked(query text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT trim(line) FROM local.explain_analyze(query) AS line WHERE line ~ 'Walked Instead|^ *Requests'
$$;

--
-- By a column that is equal to a value
--
SELECT count(*) FROM gs.successplans;
-- three pages: after three lookups the other 117 are answered from a walk
SELECT local.explain_analyze('SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id') AS plan;
SELECT local.compare_join('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
SELECT local.asked('SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id', 'off') AS without;
-- three lookups or fewer are only lookups
SELECT local.walked('SELECT a.n, p.gsid FROM (SELECT * FROM local.account ORDER BY n LIMIT 3) AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
-- by the key, each a GET
SELECT local.walked('SELECT l.n, p.name FROM local.plan AS l LEFT JOIN gs.successplans AS p USING (gsid)');
SELECT local.compare_join('SELECT l.n, p.name FROM local.plan AS l LEFT JOIN gs.successplans AS p USING (gsid)');
-- two columns at once; of one type and of two
SELECT local.walked('SELECT l.n, p.name FROM local.plan AS l LEFT JOIN gs.successplans AS p ON p.company_id = l.company_id AND p.status = l.status');
SELECT local.compare_join('SELECT l.n, p.name FROM local.plan AS l LEFT JOIN gs.successplans AS p ON p.company_id = l.company_id AND p.status = l.status');
SELECT local.compare_join('SELECT a.n, p.name FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.modified_date = a.at');
SELECT local.compare_join('SELECT a.n, p.name FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.start_date = a.at');
SELECT local.compare_join('SELECT a.n, p.name FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.start_date = a.day');
-- what is near a column equals the value, and not the column itself: such rows are read through
CREATE TABLE local.begun AS SELECT n, date_trunc('day', at) AS at, day + 5 AS day FROM local.account;
SELECT local.walked('SELECT b.n, (SELECT count(*) FROM gs.successplans AS p WHERE date_trunc(''day'', p.modified_date) = b.at) FROM local.begun AS b');
SELECT local.compare_join('SELECT b.n, (SELECT count(*) FROM gs.successplans AS p WHERE date_trunc(''day'', p.modified_date) = b.at) FROM local.begun AS b');
SELECT local.compare_join('SELECT b.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.start_date + 5 = b.day) FROM local.begun AS b');
-- what is fixed is sent with the walk
SELECT local.walked($$SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id AND p.status = 'Active'$$);
\! sandbox/ctl clear
SELECT local.compare_join($$SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id AND p.status = 'Active'$$);
\! sandbox/ctl requests

--
-- By a range, or by nothing that can be found by
--
SELECT local.walked('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.modified_date < a.at) FROM local.account AS a');
SELECT local.compare_join('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.modified_date < a.at) FROM local.account AS a');
SELECT local.compare_join('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = a.id OR p.start_date < a.day) FROM local.account AS a');
SELECT local.compare_join('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = ANY (ARRAY[a.id, (a.n * 7)::text])) FROM local.account AS a');
-- one of two pages, and then of three each: when the first of these tells that, it is left, and all are read
CREATE TABLE local.since AS SELECT n, modified_date AS at
FROM (VALUES (1, 1500), (2, 2300), (3, 2200), (4, 2100)) AS v(n, rows),
	(SELECT modified_date, row_number() OVER (ORDER BY modified_date DESC) AS rows FROM local.successplans WHERE modified_date IS NOT NULL) AS p
WHERE p.rows = v.rows ORDER BY n;
ANALYZE local.since;
SELECT local.walked('SELECT s.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.modified_date >= s.at) FROM local.since AS s');
SELECT local.compare_join('SELECT s.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.modified_date >= s.at) FROM local.since AS s');

--
-- Wherever a scan is asked again
--
-- semi and anti joins, a SubPlan in the target list and in a condition, LATERAL, Memoize
SELECT local.walked($$SELECT a.n FROM local.account AS a WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Archived' OFFSET 0)$$);
SELECT local.compare_join($$SELECT a.n FROM local.account AS a WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Draft')$$);
SELECT local.compare_join($$SELECT a.n FROM local.account AS a WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Draft')$$);
SELECT local.walked('SELECT a.n, (SELECT max(p.name) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a');
SELECT local.compare_join('SELECT a.n, (SELECT max(p.name) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a');
SELECT local.walked('SELECT a.n, l.* FROM local.account AS a, LATERAL (SELECT p.gsid FROM gs.successplans AS p WHERE p.company_id = a.id ORDER BY p.gsid LIMIT 2) AS l');
SELECT local.compare_join('SELECT a.n, l.* FROM local.account AS a, LATERAL (SELECT p.gsid FROM gs.successplans AS p WHERE p.company_id = a.id ORDER BY p.gsid LIMIT 2) AS l');
SELECT local.compare_join('SELECT t.n, p.gsid FROM (SELECT * FROM local.account, generate_series(1, 3)) AS t JOIN gs.successplans AS p ON p.company_id = t.id');
-- a null is equal to nothing, and asks for nothing
SELECT local.compare_join('SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = CASE WHEN a.n % 2 = 0 THEN a.id END');
SELECT local.compare_join('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.modified_date < CASE WHEN a.n % 2 = 0 THEN a.at END) FROM local.account AS a');
-- rescans within rescans: both walk once
SELECT local.walked('SELECT l.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = l.company_id AND EXISTS
	(SELECT FROM gs.successplans AS q WHERE q.company_id = l.company_id AND q.owner_id = p.owner_id AND q.gsid <> p.gsid OFFSET 0)) FROM local.plan AS l');
SELECT local.compare_join('SELECT l.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = l.company_id AND EXISTS
	(SELECT FROM gs.successplans AS q WHERE q.company_id = l.company_id AND q.owner_id = p.owner_id AND q.gsid <> p.gsid OFFSET 0)) FROM local.plan AS l');
-- a bind join that is begun anew for each row
SET gainsight_fdw.enable_bind_join = on;
SELECT local.compare_join($$SELECT a.n, (SELECT count(*) FROM local.plan AS l JOIN gs.successplans AS p ON p.gsid = l.gsid AND p.modified_date < a.at) FROM local.account AS a$$);
SELECT local.asked($$SELECT a.n, (SELECT count(*) FROM local.plan AS l JOIN gs.successplans AS p ON p.gsid = l.gsid AND p.modified_date < a.at) FROM local.account AS a$$) AS asked,
	local.asked($$SELECT a.n, (SELECT count(*) FROM local.plan AS l JOIN gs.successplans AS p ON p.gsid = l.gsid AND p.modified_date < a.at) FROM local.account AS a$$, 'off') AS without;
SET gainsight_fdw.enable_bind_join = off;
-- a cursor, read bit by bit, and read again
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id ORDER BY a.n, p.gsid COLLATE "C";
CREATE TABLE local.fetched (n bigint, gsid text);
DO $$
DECLARE
	c refcursor := 'c';
	r record;
BEGIN
	LOOP
		FETCH c INTO r;
		EXIT WHEN NOT FOUND;
		INSERT INTO local.fetched VALUES (r.n, r.gsid);
	END LOOP;
END $$;
SELECT local.compare_queries('TABLE local.fetched', 'SELECT a.n, p.gsid FROM local.account AS a JOIN local.successplans AS p ON p.company_id = a.id');
MOVE ABSOLUTE 0 IN c;
FETCH 1 FROM c \g /dev/null
COMMIT;
-- one that goes back, over the place where lookups ended, and forth again
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id;
TRUNCATE local.fetched;
DO $$
DECLARE
	c refcursor := 'c';
	r record;
	forth text[] := '{}';
	back text[] := '{}';
BEGIN
	FOR i IN 1 .. 200 LOOP
		FETCH c INTO r;
		forth := forth || (r.n || ' ' || r.gsid);
	END LOOP;
	FOR i IN 1 .. 199 LOOP
		FETCH PRIOR FROM c INTO r;
		back := (r.n || ' ' || r.gsid) || back;
	END LOOP;
	ASSERT forth[1:199] = back;
	MOVE ABSOLUTE 0 FROM c;
	LOOP
		FETCH c INTO r;
		EXIT WHEN NOT FOUND;
		INSERT INTO local.fetched VALUES (r.n, r.gsid);
	END LOOP;
END $$;
SELECT local.compare_queries('TABLE local.fetched', 'SELECT a.n, p.gsid FROM local.account AS a JOIN local.successplans AS p ON p.company_id = a.id');
COMMIT;
-- one that is held: all of it is read by the end of its transaction, and nothing after
BEGIN;
DECLARE held SCROLL CURSOR WITH HOLD FOR SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id;
FETCH 1 FROM held \g /dev/null
\! sandbox/ctl clear
COMMIT;
-- (two lookups, and three pages)
\! sandbox/ctl requests -n
TRUNCATE local.fetched;
DO $$
DECLARE
	held refcursor := 'held';
	r record;
BEGIN
	MOVE ABSOLUTE 0 FROM held;
	LOOP
		FETCH held INTO r;
		EXIT WHEN NOT FOUND;
		INSERT INTO local.fetched VALUES (r.n, r.gsid);
	END LOOP;
END $$;
CLOSE held;
SELECT local.compare_queries('TABLE local.fetched', 'SELECT a.n, p.gsid FROM local.account AS a JOIN local.successplans AS p ON p.company_id = a.id');
\! sandbox/ctl requests -n
-- what the session writes meanwhile is not read: the rows of the walk are those from before
BEGIN;
DECLARE w CURSOR FOR SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a ORDER BY a.n;
CREATE TABLE local.counted (n bigint, plans bigint);
DO $$
DECLARE
	w refcursor := 'w';
	r record;
BEGIN
	LOOP
		FETCH w INTO r;
		EXIT WHEN NOT FOUND;
		INSERT INTO local.counted VALUES (r.n, r.count);
		IF r.n % 40 = 2 THEN
			UPDATE gs.successplans SET company_id = (SELECT id FROM local.account WHERE n = 120) WHERE gsid = (SELECT gsid FROM local.plan WHERE n = r.n);
		END IF;
	END LOOP;
END $$;
SELECT local.compare_queries('TABLE local.counted', 'SELECT a.n, (SELECT count(*) FROM local.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a');
COMMIT;
\i sql/include/copy.psql

--
-- Counts that the tenant is trusted with: one for each value, and then all rows
--
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true');
SELECT local.walked('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM (SELECT * FROM local.account ORDER BY n LIMIT 3) AS a');
SELECT local.walked('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a');
SELECT local.compare_join('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a');
SELECT local.asked('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = a.id) FROM local.account AS a', 'off') AS without;
ALTER SERVER gainsight OPTIONS (DROP trust_filters);

--
-- Memory
--
-- rows are kept on disk where they are too many, their hash in memory
SET work_mem = '64kB';
SET hash_mem_multiplier = 10;
SELECT local.compare_join('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
-- which is given up where that takes too much: then they are read through
SET hash_mem_multiplier = 1;
SELECT local.compare_join('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
SELECT local.compare_join('SELECT a.n, (SELECT count(*) FROM gs.successplans AS p WHERE p.modified_date < a.at) FROM local.account AS a');
-- a session holds no more of them than these two allow, and what any plan takes
CREATE FUNCTION local.held(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	c refcursor;
	r record;
	before bigint := (SELECT sum(used_bytes) FROM pg_backend_memory_contexts);
	held bigint;
BEGIN
	OPEN c FOR EXECUTE query;
	FOR i IN 1 .. 600 LOOP
		FETCH c INTO r;
	END LOOP;
	held := (SELECT sum(used_bytes) FROM pg_backend_memory_contexts) - before;
	CLOSE c;
	RETURN held;
END $$;
SELECT local.held('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id') > 0 AS warm;
SELECT local.held('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id') < 250000 AS read_through;
SET hash_mem_multiplier = 10;
SELECT local.held('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id') < 500000 AS by_hash;
SET work_mem = '4MB';
SELECT local.held('SELECT a.n, p.* FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id') > 1000000 AS in_memory;
RESET work_mem;
RESET hash_mem_multiplier;

--
-- Objectives: a list for each plan, and the plans
--
\! sandbox/ctl reset plans=40 objectives=3 types=6 seed=1
\i sql/include/copy.psql
CREATE TABLE local.parent AS SELECT gsid, n FROM local.successplans, generate_series(1, 3) AS n ORDER BY n;
ANALYZE local.parent;
SELECT count(*) FROM gs.objectives;
SET enable_memoize = off;
SELECT local.walked('SELECT t.n, o.gsid FROM local.parent AS t LEFT JOIN gs.objectives AS o ON o.success_plan_id = t.gsid');
SELECT local.compare_join('SELECT t.n, o.* FROM local.parent AS t LEFT JOIN gs.objectives AS o ON o.success_plan_id = t.gsid');
SELECT local.asked('SELECT t.n, o.gsid FROM local.parent AS t LEFT JOIN gs.objectives AS o ON o.success_plan_id = t.gsid', 'off') AS without;
-- an objective by its id
SELECT local.compare_join('SELECT o.gsid, (SELECT o2.name FROM gs.objectives AS o2 WHERE o2.gsid = o.gsid) FROM local.objectives AS o');
-- no walk that max_requests would not let end: 40 lists were asked for, and the last three again
ALTER SERVER gainsight OPTIONS (ADD max_requests '60');
SELECT local.walked('SELECT t.n, o.gsid FROM (SELECT * FROM local.parent LIMIT 43) AS t LEFT JOIN gs.objectives AS o ON o.success_plan_id = t.gsid');
ALTER SERVER gainsight OPTIONS (DROP max_requests);

--
-- How much there is may not be known
--
-- then it is asked for after eight lookups, which costs one request
\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1
\i sql/include/copy.psql
\c
SET gainsight_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET client_min_messages = warning;
SELECT local.walked('SELECT a.n, p.gsid FROM (SELECT * FROM local.account LIMIT 8) AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
SELECT local.walked('SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
SELECT local.walked('SELECT a.n, p.gsid FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
-- a list of many pieces asks before the first of them, be it a join's batch or an array of a subquery's
ALTER SERVER gainsight OPTIONS (ADD in_list_size '10');
CREATE TABLE local.many AS SELECT '1P01' || i AS id FROM generate_series(1, 300) AS i;
ANALYZE local.many;
\c
SET client_min_messages = warning;
SELECT local.walked('SELECT m.id, p.gsid FROM local.many AS m JOIN gs.successplans AS p ON p.company_id = m.id');
\c
SET client_min_messages = warning;
SELECT local.walked('SELECT count(*) FROM gs.successplans WHERE company_id = ANY (ARRAY(SELECT id FROM local.many))');
-- (of few it does not)
\c
SET client_min_messages = warning;
SELECT local.walked('SELECT count(*) FROM gs.successplans WHERE company_id = ANY (ARRAY(SELECT id FROM local.many LIMIT 70))');
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
-- a tenant that does not count: the last row is looked for by its offset, until it is known to a factor of two
-- how many pages there are
CREATE FUNCTION local.lookups(plans integer) RETURNS text
LANGUAGE sql AS $$
	SELECT string_agg(line, ', ') FROM local.walked(format('SELECT i, p.gsid FROM generate_series(1, %s) AS i
		LEFT JOIN LATERAL (SELECT gsid FROM gs.successplans WHERE name = i::text OFFSET 0) AS p ON true', plans)) AS line
$$;
\! sandbox/ctl set total_count=absent
\c
SET client_min_messages = warning;
SELECT local.lookups(8);
SELECT local.lookups(500);
\! sandbox/ctl reset plans=0
\! sandbox/ctl set total_count=absent
\c
SET client_min_messages = warning;
SELECT local.lookups(500);
\! sandbox/ctl reset plans=700 objectives=3 types=6 seed=1
\! sandbox/ctl set total_count=absent
\c
SET client_min_messages = warning;
SELECT local.lookups(500);
-- small pages: 36, which are taken for half as many at least
ALTER SERVER gainsight OPTIONS (ADD page_size '21');
\c
SET client_min_messages = warning;
\! sandbox/ctl clear
SELECT local.lookups(500);
\! sandbox/ctl requests -v | grep -v where | head -5
-- one that ignores the offset says nothing so, and could not be walked over, either
\! sandbox/ctl set ignore_offset=true
\c
SET client_min_messages = warning;
SELECT local.lookups(50);
\! sandbox/ctl set ignore_offset=false
-- one that refuses it, or fails there, or gives what is no plan: nobody needs to know, and the lookups go on
\c
SET client_min_messages = warning;
\! sandbox/ctl fault '{"op":"POST *","skip":9,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1005","errorDesc":"offset too large"}}}'
SELECT local.lookups(50);
\! sandbox/ctl fault '{"op":"POST *","skip":8,"fault":{"status":403}}'
SELECT local.lookups(50);
\! sandbox/ctl fault '{"op":"POST *","skip":9,"fault":{"status":200,"body":{"result":true,"data":{"records":[{"Name":"no key"}]}}}}'
SELECT local.lookups(50);
-- one whose last page is behind its end, too
\! sandbox/ctl fault '{"op":"POST *","skip":9,"times":2,"fault":{"status":200,"body":{"result":true,"data":{"records":[{"Gsid":"1P02LAST"}]}}}}'
SELECT local.lookups(50);
-- a bound on the requests counts these, too, and no walk begins that it would end, nor does one later
ALTER SERVER gainsight OPTIONS (ADD max_requests '55');
\c
SET client_min_messages = warning;
SELECT local.lookups(40);
SELECT local.lookups(40);
-- and where few are left, they are not spent so
ALTER SERVER gainsight OPTIONS (SET max_requests '41');
\c
SET client_min_messages = warning;
SELECT local.lookups(40);
\! sandbox/ctl defaults

\i sql/include/teardown.psql
