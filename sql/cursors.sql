--
-- CURSORS: what is read while the session itself writes
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '3');
-- a plan more, and how many there were when the chapter began
CREATE FUNCTION local.add(name text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO gs.successplans (name, company_id, type_id) VALUES (name, '1P01NEW', '1T01');
$$;
CREATE TABLE local.read (LIKE gs.successplans);
-- what was read is what there was
CREATE FUNCTION local.as_it_was(since text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT local.compare_queries('TABLE local.read', 'SELECT * FROM local.successplans ' || since);
$$;

--
-- A cursor, and a plan more after every other row
--
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
FETCH 2 FROM c \g /dev/null
SELECT local.add('while it is read') \g /dev/null
FETCH 2 FROM c \g /dev/null
SELECT local.add('while it is read') \g /dev/null
-- before the first of them the rest was read, so nothing is asked for now
\! sandbox/ctl clear
MOVE ALL FROM c;
\echo :ROW_COUNT
\! sandbox/ctl requests
COMMIT;
-- row by row in PL/pgSQL: every plan once, and none of the new ones
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
\i sql/include/copy.psql
CREATE PROCEDURE local.read_and_write(query text, "every" int, statement text) LANGUAGE plpgsql AS $$
DECLARE
	c refcursor;
	r gs.successplans;
	n int := 0;
BEGIN
	TRUNCATE local.read;
	OPEN c FOR EXECUTE query;
	LOOP
		FETCH c INTO r;
		EXIT WHEN NOT FOUND;
		INSERT INTO local.read VALUES (r.*);
		n := n + 1;
		IF n % "every" = 0 THEN
			EXECUTE statement USING r.gsid;
		END IF;
	END LOOP;
END $$;
CALL local.read_and_write('TABLE gs.successplans', 2, $$SELECT local.add('while it is read')$$);
SELECT local.as_it_was();
\! sandbox/ctl counters | grep -E 'created'
-- each one changed by which they are read
\i sql/include/copy.psql
CALL local.read_and_write('SELECT * FROM gs.successplans WHERE company_id IS NOT NULL', 1,
						  $$UPDATE gs.successplans SET company_id = '1P01OTHER' WHERE gsid = $1$$);
SELECT local.as_it_was('WHERE company_id IS NOT NULL');
-- a FOR loop, whose rows come ten and more at a time
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
\i sql/include/copy.psql
DO $$
DECLARE
	r record;
BEGIN
	TRUNCATE local.read;
	FOR r IN SELECT p AS plan FROM gs.successplans AS p LOOP
		INSERT INTO local.read VALUES ((r.plan).*);
		PERFORM local.add('a copy of ' || (r.plan).gsid);
	END LOOP;
END $$;
SELECT local.as_it_was();
SELECT count(*) FROM gs.successplans WHERE company_id = '1P01NEW';

--
-- A cursor that nothing was fetched from yet
--
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
\i sql/include/copy.psql
BEGIN;
DECLARE unread INSENSITIVE CURSOR FOR SELECT count(gsid), count(*) FILTER (WHERE company_id = '1P01NEW') AS new FROM gs.successplans;
DECLARE counted INSENSITIVE CURSOR FOR SELECT count(*) FROM gs.successplans;
DECLARE sorted SCROLL CURSOR FOR SELECT name FROM gs.successplans WHERE company_id = '1P01NEW' ORDER BY name;
DECLARE by_value CURSOR FOR SELECT name FROM gs.successplans WHERE company_id = (SELECT '1P01' || 'NEW');
SELECT local.add('after they were declared') \g /dev/null
FETCH ALL FROM unread;
FETCH ALL FROM counted;
FETCH ALL FROM sorted;
FETCH FIRST FROM sorted;
FETCH ALL FROM by_value;
COMMIT;
-- the same with others that the new plan is there for
BEGIN;
DECLARE counted INSENSITIVE CURSOR FOR SELECT count(*) FROM gs.successplans;
FETCH ALL FROM counted;
COMMIT;
-- one that is held beyond its transaction
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT name FROM gs.successplans WHERE company_id = '1P01NEW';
SELECT local.add('after it was declared, too') \g /dev/null
COMMIT;
SELECT local.add('after it was committed') \g /dev/null
FETCH ALL FROM held;
CLOSE held;
-- and one whose table was written to before
BEGIN;
SELECT local.add('before it is declared') \g /dev/null
DECLARE c CURSOR FOR SELECT name FROM gs.successplans WHERE company_id = '1P01NEW' ORDER BY name;
FETCH ALL FROM c;
COMMIT;

--
-- Savepoints: what is kept is the cursor's, not the write's
--
\! sandbox/ctl reset plans=2500 objectives=0 types=3 seed=1
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '500');
-- more than work_mem holds: in a file
SET work_mem = '64kB';
BEGIN;
DECLARE c CURSOR FOR TABLE gs.successplans;
MOVE 700 FROM c;
SAVEPOINT s;
SELECT local.add('rolled back, and there all the same') \g /dev/null
ROLLBACK TO s;
\! sandbox/ctl clear
MOVE ALL FROM c;
\echo :ROW_COUNT
\! sandbox/ctl requests
COMMIT;
-- declared within, and gone with it; the next write has nothing to read
BEGIN;
SAVEPOINT s;
DECLARE c CURSOR FOR TABLE gs.successplans;
FETCH 1 FROM c \g /dev/null
ROLLBACK TO s;
\! sandbox/ctl clear
SELECT local.add('alone') \g /dev/null
\! sandbox/ctl requests
COMMIT;
-- in PL/pgSQL, where a block that fails is a savepoint
DO $$
DECLARE
	r record;
	n int := 0;
	bad int := 0;
BEGIN
	FOR r IN TABLE gs.successplans LOOP
		n := n + 1;
		BEGIN
			IF n % 1000 = 1 THEN
				PERFORM local.add('of a block that fails');
				RAISE EXCEPTION 'no';
			END IF;
		EXCEPTION WHEN raise_exception THEN
			bad := bad + 1;
		END;
	END LOOP;
	RAISE NOTICE '% rows, % failures', n, bad;
END $$;
RESET work_mem;

--
-- What keeps a write from reading the rest fails the write: the cursor goes on
--
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '3');
\set VERBOSITY default
\set SHOW_CONTEXT always
BEGIN;
DECLARE c CURSOR FOR TABLE gs.successplans;
FETCH 4 FROM c \g /dev/null
\! sandbox/ctl fault '{"op":"POST /successplans/search","skip":2,"fault":{"status":400,"body":{"result":false,"errorCode":"X"}}}'
SAVEPOINT s;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('never', '1P01NEW', '1T01');
ROLLBACK TO s;
\! sandbox/ctl defaults
-- it was not sent
\! sandbox/ctl requests | grep -c 'POST /successplans$'
MOVE ALL FROM c;
\echo :ROW_COUNT
COMMIT;
\set SHOW_CONTEXT errors
-- a value that does not fit is still there to be complained of
CREATE FOREIGN TABLE gs.dated (gsid text, name date) SERVER gainsight OPTIONS (resource 'successplans', page_size '3');
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.dated WHERE name > '2020-01-01';
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of($$SELECT local.add('never')$$) AS e LIMIT 1;
SAVEPOINT s;
FETCH ALL FROM c;
ROLLBACK;
-- max_requests bounds what the write may read
ALTER SERVER gainsight OPTIONS (ADD max_requests '10');
BEGIN;
DECLARE c CURSOR FOR TABLE gs.successplans;
FETCH 1 FROM c \g /dev/null
SELECT e FROM local.error_of($$SELECT local.add('never')$$) AS e WHERE e ~ '^\d';
ROLLBACK;
ALTER SERVER gainsight OPTIONS (DROP max_requests);
SELECT count(*) FROM gs.successplans WHERE company_id = '1P01NEW';
-- an error in the midst of a row that is kept: what is behind it in the file is nothing, so the cursor does not go on
\! sandbox/ctl reset plans=2500 objectives=0 types=3 seed=1
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '500');
SET work_mem = '64kB';
BEGIN;
DECLARE c CURSOR FOR TABLE gs.successplans;
FETCH 1 FROM c \g /dev/null
SET LOCAL temp_file_limit = '200kB';
SELECT left(e, 5) AS sqlstate FROM local.error_of($$SELECT local.add('never')$$) AS e WHERE e ~ '^\d';
SET LOCAL temp_file_limit = -1;
-- which is no matter to the next write
SELECT local.add('beside it') \g /dev/null
SAVEPOINT s;
FETCH 1 FROM c;
ROLLBACK TO s;
COMMIT;
-- nor is it to one that is closed
BEGIN;
DECLARE c CURSOR FOR TABLE gs.successplans;
FETCH 1 FROM c \g /dev/null
SET LOCAL temp_file_limit = '200kB';
SELECT left(e, 5) AS sqlstate FROM local.error_of($$SELECT local.add('never')$$) AS e WHERE e ~ '^\d';
SET LOCAL temp_file_limit = -1;
CLOSE c;
COMMIT;
RESET work_mem;

--
-- Objectives of all plans: the walk is over the plans
--
\! sandbox/ctl reset plans=40 objectives=2 types=3 seed=1
\i sql/include/copy.psql
DO $$
DECLARE
	r record;
BEGIN
	CREATE TEMP TABLE seen (gsid text);
	FOR r IN SELECT * FROM gs.objectives LOOP
		INSERT INTO seen VALUES (r.gsid);
		INSERT INTO gs.objectives (success_plan_id, name) VALUES (r.success_plan_id, 'a copy of ' || r.name);
		PERFORM local.add('a plan for ' || r.name);
	END LOOP;
END $$;
SELECT local.compare_queries('TABLE seen', 'SELECT gsid FROM local.objectives');

--
-- Values that are not known when the session writes
--
\! sandbox/ctl reset plans=300 objectives=0 types=3 seed=1
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '100');
CREATE TABLE local.list AS SELECT company_id AS c, row_number() OVER (ORDER BY company_id) AS n
FROM local.successplans WHERE company_id IS NOT NULL GROUP BY company_id;
ANALYZE local.list;
CREATE TEMP TABLE joined (n bigint, gsid text);
CREATE PROCEDURE local.rewrite_while_joining(query text) LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	TRUNCATE joined;
	FOR r IN EXECUTE query LOOP
		INSERT INTO joined VALUES (r.n, r.gsid);
		-- to a company of which the turn may come later
		UPDATE gs.successplans SET company_id = (SELECT max(c) FROM local.list) WHERE gsid = r.gsid;
	END LOOP;
END $$;
\set join 'SELECT n, gsid FROM local.list JOIN gs.successplans ON company_id = c'
\set truth 'SELECT n, gsid FROM local.list JOIN local.successplans ON company_id = c'
-- of a bind join
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT line FROM local.explain(:'join') AS line WHERE line ~ 'Join|Loop|Scan';
CALL local.rewrite_while_joining(:'join');
SELECT local.compare_queries('TABLE joined', :'truth');
-- of a nested loop
\! sandbox/ctl reset plans=300 objectives=0 types=3 seed=1
\set join 'SELECT n, gsid FROM local.list LEFT JOIN gs.successplans ON company_id = c'
\set truth 'SELECT n, gsid FROM local.list LEFT JOIN local.successplans ON company_id = c'
SET gainsight_fdw.enable_bind_join = off;
SET enable_material = off;
SELECT line FROM local.explain(:'join') AS line WHERE line ~ 'Join|Loop|Scan|EQ';
CALL local.rewrite_while_joining(:'join');
SELECT local.compare_queries('TABLE joined', :'truth');
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
RESET gainsight_fdw.enable_bind_join;
-- of a correlated subquery
\! sandbox/ctl reset plans=300 objectives=0 types=3 seed=1
\set join 'SELECT n, (SELECT string_agg(gsid, '','' ORDER BY gsid) FROM gs.successplans WHERE company_id = c) AS gsid FROM local.list'
\set truth 'SELECT n, (SELECT string_agg(gsid, '','' ORDER BY gsid) FROM local.successplans WHERE company_id = c) FROM local.list'
CALL local.rewrite_while_joining(:'join');
SELECT local.compare_queries('TABLE joined', :'truth');
-- a list that was asked for as a whole needs no more
\! sandbox/ctl reset plans=300 objectives=0 types=3 seed=1
SET enable_hashjoin = off;
SET enable_mergejoin = off;
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT gsid FROM (SELECT * FROM local.list LIMIT 3) AS l JOIN gs.successplans ON company_id = c LOOP
		UPDATE gs.successplans SET comments = 'read' WHERE gsid = r.gsid;
	END LOOP;
END $$;
RESET enable_hashjoin;
RESET enable_mergejoin;
\! sandbox/ctl requests -v | grep search

--
-- A statement that writes by a function
--
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '3');
-- the row at hand stays what it is while the others are read
SELECT local.compare_queries($$SELECT gsid, name, local.add('beside ' || gsid)::text FROM gs.successplans$$,
							 $$SELECT gsid, name, NULL FROM local.successplans$$);
SELECT count(*) FROM gs.successplans WHERE company_id = '1P01NEW';
-- in one that reads for two parts side by side
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
SELECT local.compare_queries($$SELECT gsid, local.add('beside ' || gsid)::text FROM gs.successplans
							 UNION ALL SELECT gsid, NULL FROM gs.successplans$$,
							 $$SELECT gsid, NULL FROM local.successplans UNION ALL SELECT gsid, NULL FROM local.successplans$$);
-- and in one that writes itself, the part that comes later
\! sandbox/ctl reset plans=40 objectives=0 types=3 seed=1
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD batch_size '1');
INSERT INTO gs.successplans (name, company_id, type_id)
SELECT name, '1P01NEW', '1T01' FROM gs.successplans WHERE company_id IS NULL OR company_id <> '1P01NEW'
UNION ALL SELECT name, '1P01NEW', '1T01' FROM gs.successplans WHERE company_id = '1P01NEW';
SELECT count(*) FILTER (WHERE company_id = '1P01NEW') AS new, count(*) AS "all" FROM gs.successplans;

--
-- A write that is part of reading a row comes too late for it, and would come too early for the others
--
CREATE FUNCTION local.writes(name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO local.read (name) VALUES (name);
	IF (SELECT count(*) FROM local.read) % 7 = 0 THEN
		PERFORM local.add('by a constraint');
	END IF;
	RETURN true;
END $$;
CREATE DOMAIN local.told AS text CHECK (local.writes(VALUE));
CREATE FOREIGN TABLE local.telling (gsid text, name local.told, status text) SERVER gainsight OPTIONS (resource 'successplans', page_size '3');
TRUNCATE local.read;
\! sandbox/ctl clear
SELECT * FROM local.error_of('TABLE local.telling');
\! sandbox/ctl counters | grep -E 'created'
-- also where the function goes on
CREATE OR REPLACE FUNCTION local.writes(name text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM local.add('by a constraint');
	RETURN true;
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RETURN true;
END $$;
SELECT count(*) = count(DISTINCT gsid) AS each_once, count(*) = (SELECT count(*) FROM gs.successplans) AS all_of_them FROM local.telling WHERE name IS NOT NULL;
-- nor does a cursor beside it lose a row
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
FETCH 1 FROM c \g /dev/null
SELECT count(*) = count(DISTINCT gsid) AS each_once FROM local.telling WHERE name IS NOT NULL;
MOVE ALL FROM c;
SELECT :ROW_COUNT + 1 = count(*) AS none_lost FROM gs.successplans WHERE name IS DISTINCT FROM 'by a constraint';
COMMIT;
DROP FOREIGN TABLE local.telling;
DROP DOMAIN local.told;

--
-- Another tenant's walks are none of the write's business
--
SELECT replace(:'url', '127.0.0.1', 'localhost') AS elsewhere \gset
CREATE SERVER elsewhere FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'elsewhere', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER elsewhere OPTIONS (access_key :'key');
CREATE FOREIGN TABLE local.elsewhere (gsid text) SERVER elsewhere OPTIONS (resource 'successplans', page_size '3');
BEGIN;
DECLARE there CURSOR FOR TABLE local.elsewhere;
FETCH 1 FROM there \g /dev/null
\! sandbox/ctl clear
SELECT local.add('here') \g /dev/null
\! sandbox/ctl requests
COMMIT;
-- the same tenant by another server is the same tenant
ALTER SERVER elsewhere OPTIONS (SET base_url :'url');
BEGIN;
DECLARE there CURSOR FOR TABLE local.elsewhere;
FETCH 1 FROM there \g /dev/null
SELECT local.add('here, too') \g /dev/null
\! sandbox/ctl clear
MOVE ALL FROM there;
\echo :ROW_COUNT
\! sandbox/ctl requests
COMMIT;
SET client_min_messages = warning;
DROP SERVER elsewhere CASCADE;
RESET client_min_messages;

\i sql/include/teardown.psql
