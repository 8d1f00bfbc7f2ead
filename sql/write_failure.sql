--
-- WRITE_FAILURE: what cannot be written, what went wrong, and what stays
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=20 objectives=2 types=3 seed=1
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"A","CompanyId":"1P01","TypeId":"1T01","Status":"Active"}'
\! sandbox/ctl insert '{"Gsid":"1P02B","Name":"B","CompanyId":"1P01","TypeId":"1T01","Status":"Active"}'
\! sandbox/ctl insert '{"Gsid":"1P02C","Name":"C","CompanyId":"1P01","TypeId":"1T01","Status":"Active"}'
\i sql/include/watch.psql

--
-- What the API has no operation for: refused when planned
--
SELECT * FROM local.error_of($$EXPLAIN DELETE FROM gs.successplans WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$DELETE FROM gs.successplans$$);
SELECT * FROM local.error_of($$DELETE FROM gs.successplans AS p USING local.successplans AS l WHERE p.gsid = l.gsid$$);
SELECT * FROM local.error_of($$DELETE FROM gs.objectives WHERE success_plan_id = '1P02A'$$);
SELECT * FROM local.error_of($$DELETE FROM gs.plan_types$$);
SELECT * FROM local.error_of($$EXPLAIN UPDATE gs.objectives SET name = 'x'$$);
SELECT * FROM local.error_of($$UPDATE gs.plan_types SET name = 'x'$$);
SELECT * FROM local.error_of($$EXPLAIN INSERT INTO gs.plan_types VALUES ('a', 'b')$$);
SELECT * FROM local.error_of($$PREPARE p AS DELETE FROM gs.successplans; EXECUTE p$$);
SELECT * FROM local.error_of($$EXPLAIN INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c') ON CONFLICT DO NOTHING$$);
-- by the server itself
SELECT * FROM local.error_of($$TRUNCATE gs.successplans$$);
SELECT * FROM local.error_of($$MERGE INTO gs.successplans AS p USING local.successplans AS l ON p.gsid = l.gsid
WHEN MATCHED THEN UPDATE SET name = l.name WHEN NOT MATCHED THEN DO NOTHING$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c') ON CONFLICT (gsid) DO UPDATE SET name = 'x'$$);
\set VERBOSITY sqlstate
COPY gs.plan_types FROM stdin WITH (DELIMITER ',');
a,b
\.
\set VERBOSITY default
BEGIN READ ONLY;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c');
ROLLBACK;
-- a view of it, and a partition
CREATE VIEW gs.types AS SELECT * FROM gs.plan_types;
SELECT * FROM local.error_of($$INSERT INTO gs.types VALUES ('a', 'b')$$);
CREATE TABLE local.all_types (id text, name text) PARTITION BY LIST (name);
CREATE FOREIGN TABLE gs.some_types PARTITION OF local.all_types FOR VALUES IN ('b') SERVER gainsight OPTIONS (resource 'plan_types');
SELECT * FROM local.error_of($$INSERT INTO local.all_types VALUES ('a', 'b')$$);
DROP TABLE local.all_types;

--
-- readonly
--
ALTER SERVER gainsight OPTIONS (ADD readonly 'true');
SELECT * FROM local.error_of($$EXPLAIN INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
SELECT * FROM local.error_of($$EXPLAIN UPDATE gs.successplans SET name = 'x'$$);
SELECT * FROM local.error_of($$EXPLAIN UPDATE gs.successplans AS p SET name = 'x' FROM local.successplans AS l WHERE p.gsid = l.gsid$$);
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'a')$$);
\set VERBOSITY sqlstate
COPY gs.successplans (name, company_id, type_id) FROM stdin WITH (DELIMITER ',');
a,b,c
\.
\set VERBOSITY default
-- the table's option counts more than the server's
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD readonly 'false');
EXPLAIN (COSTS OFF) INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c');
SELECT table_name, is_insertable_into, pg_relation_is_updatable(format('gs.%I', table_name)::regclass, false) AS events
FROM information_schema.tables WHERE table_schema = 'gs' AND table_type = 'FOREIGN' ORDER BY 1;
ALTER SERVER gainsight OPTIONS (DROP readonly);
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET readonly 'true');
SELECT * FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02A'$$);
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP readonly);

--
-- Tables that lack something, or have something twice
--
CREATE FOREIGN TABLE gs.no_gsid (name text, company_id text, type_id text) SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM local.error_of($$EXPLAIN UPDATE gs.no_gsid SET name = 'x'$$);
SELECT * FROM local.error_of($$UPDATE gs.no_gsid SET name = 'x' FROM local.successplans$$);
CREATE FOREIGN TABLE gs.twins (gsid text, name text, company_id text, type_id text, title text OPTIONS (field 'Name'))
  SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM local.error_of($$EXPLAIN INSERT INTO gs.twins (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
SELECT * FROM local.error_of($$EXPLAIN UPDATE gs.twins SET company_id = 'x'$$);
\set VERBOSITY sqlstate
COPY gs.twins (name, company_id, type_id) FROM stdin WITH (DELIMITER ',');
a,b,c
\.
\set VERBOSITY default
-- the catalogs say what can be done: 8 is INSERT, 4 is UPDATE
SELECT table_name, is_insertable_into, pg_relation_is_updatable(format('gs.%I', table_name)::regclass, false) AS events
FROM information_schema.tables WHERE table_schema = 'gs' AND table_type = 'FOREIGN' ORDER BY 1;
-- (the standard's columns that are updatable are those of tables from which rows can be deleted, too)
SELECT table_name, is_updatable, count(*) FROM information_schema.columns
WHERE table_schema = 'gs' AND table_name IN ('successplans', 'objectives', 'plan_types') GROUP BY 1, 2 ORDER BY 1, 2;
-- of all this the tenant has seen nothing
\! sandbox/ctl requests -v
-- a cursor's row: the server says so at the first row that was found, when nothing has been written
SELECT * FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE CURRENT OF nothing$$);
\! sandbox/ctl requests
\i sql/include/changes.psql

--
-- What the tenant refuses is not created
--
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status) VALUES ('a', 'b', 'c', 'Done')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name, status) VALUES ('1P02A', 'b', 'Done')$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Done' WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Done' FROM pg_am WHERE gsid = '1P02A' AND amname = 'btree'$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '', 'c')$$);
-- the values that Status may have are no hint where the tenant says that it is about another field
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1007","errorDesc":"Name is required"}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status) VALUES ('a', 'b', 'c', 'Custom')$$);
-- where it does not say which, they are if the value is none of them
\! sandbox/ctl fault '{"op":"POST /successplans","times":2,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1012","errorDesc":"invalid picklist value"}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status) VALUES ('a', 'b', 'c', 'Custom')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status) VALUES ('a', 'b', 'c', 'Active')$$);
-- a failure can hide in a 200
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":200,"body":{"result":false,"errorCode":"GSOBJ_1001","errorDesc":"Name is too long","requestId":"sandbox-1","data":null}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"status":200,"body":{"result":false,"errorCode":"GSOBJ_1001","errorDesc":"Name is too long","requestId":"sandbox-1","data":null}}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02A'$$);
-- so are a key that is no good, an address that is not allowed, and too many requests
\! sandbox/ctl set key=other
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
\! sandbox/ctl set "key=$GS_SANDBOX_KEY"
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":403,"body":{"result":false,"errorCode":"GS_APIG_2402","errorDesc":"address not allowed","requestId":"sandbox-1"}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":429,"body":{"result":false,"errorCode":"GU_2400","errorDesc":"too many requests","requestId":"sandbox-1"}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":200,"body":{"result":false,"errorCode":"GS_APIG_2404","errorDesc":"too many requests","requestId":"sandbox-1"}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"redirect":"http://127.0.0.1:1/v1/successplans"}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$);
-- a wrong base URL
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":404,"body":"<html>no such page</html>"}}'
SELECT left(e, 6) AS e FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'b', 'c')$$) AS e LIMIT 1;
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"status":404,"body":{"result":false,"errorCode":"GS_APIG_1000","errorDesc":"no route","requestId":"sandbox-1"}}}'
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02A'$$) AS e LIMIT 1;
-- nobody listens there: nothing was sent
CREATE SERVER nowhere FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'http://127.0.0.1:1/v1', rate_limit '0', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER nowhere OPTIONS (access_key 'k');
CREATE FOREIGN TABLE gs.nowhere (name text, company_id text, type_id text) SERVER nowhere OPTIONS (resource 'successplans');
SELECT e FROM local.error_of($$INSERT INTO gs.nowhere VALUES ('a', 'b', 'c')$$) AS e WHERE e ~ '^\d';
-- nor without a key
DROP USER MAPPING FOR CURRENT_USER SERVER nowhere;
EXPLAIN (COSTS OFF) INSERT INTO gs.nowhere VALUES ('a', 'b', 'c');
SELECT * FROM local.error_of($$INSERT INTO gs.nowhere VALUES ('a', 'b', 'c')$$);
DROP SERVER nowhere CASCADE;
\! sandbox/ctl clear
\i sql/include/changes.psql

--
-- A create whose outcome is unknown: never sent again
--
CREATE FUNCTION local.unsure(plan text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
BEGIN
	SET LOCAL client_min_messages = error;
	EXECUTE format('INSERT INTO gs.successplans (name, company_id, type_id) VALUES (%L, ''1P01'', ''1T01'')', plan);
	RETURN NEXT 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT SQLSTATE || ': ' || SQLERRM;
	RETURN NEXT 'HINT: ' || hint;
	RETURN NEXT CASE WHEN position(plan IN detail) > 0 THEN 'the row is named' ELSE 'WHICH ROW?' END;
END $$;
-- the tenant did it, and the answer was lost: the error names the row, and says what may be
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"apply_then":"close"}}'
SELECT local.unsure('is lost');
\! sandbox/ctl requests -v
-- on a connection that was used before, too
SELECT count(*) FROM gs.plan_types;
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"apply_then":"close"}}'
SELECT local.unsure('is lost, too');
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- cut in the headers, in the body, after the request; reset; never answered
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"close":"headers"}}'
SELECT u FROM local.unsure('headers') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"close":"body"}}'
SELECT u FROM local.unsure('body') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"close":"before"}}'
SELECT u FROM local.unsure('before') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"reset":true}}'
SELECT u FROM local.unsure('reset') AS u WHERE u ~ '^\d';
ALTER SERVER gainsight OPTIONS (ADD request_timeout '300ms');
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"hang":"before","seconds":1}}'
SELECT u FROM local.unsure('timeout') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"hang":"body","seconds":1}}'
SELECT u FROM local.unsure('timeout in the body') AS u WHERE u ~ '^\d';
ALTER SERVER gainsight OPTIONS (DROP request_timeout);
-- an answer that does not name it
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":200,"body":{"result":true,"data":{"Gsid":""}}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Nameless', '1P01', '1T01')$$);
-- the server's fault, with JSON and without
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":503,"body":"<html>down for maintenance</html>"}}'
SELECT u FROM local.unsure('503') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":500,"body":{"result":false,"errorCode":"GU_1101","errorDesc":"oops","requestId":"1","data":null}}}'
SELECT u FROM local.unsure('500') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":504,"body":""}}'
SELECT u FROM local.unsure('504') AS u WHERE u ~ '^\d';
-- success that cannot be read
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":200,"body":"<html>welcome</html>"}}'
SELECT u FROM local.unsure('html') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":201,"body":""}}'
SELECT u FROM local.unsure('empty') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":200,"body":{"result":true,"data":null}}}'
SELECT u FROM local.unsure('no data') AS u WHERE u ~ '^\d';
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"replace_body":[["\"Gsid\"","\"Other\""]]}}'
SELECT u FROM local.unsure('no Gsid') AS u WHERE u ~ '^\d';
-- objectives are no different
\! sandbox/ctl fault '{"op":"POST /successplans/*/objectives","fault":{"status":502,"body":""}}'
SELECT e FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', '502')$$) AS e WHERE e ~ '^(\d|HINT)';
-- one request each
\! sandbox/ctl requests
SELECT pg_sleep(1);
\i sql/include/changes.psql

--
-- An update is harmless to repeat, and so its errors are those of reads
--
\! sandbox/ctl fault '{"op":"PUT /successplans/*","fault":{"status":503,"body":"<html>down</html>"}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02A'$$);
\! sandbox/ctl fault '{"op":"PUT /successplans/*","fault":{"close":"body"}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02A'$$) AS e WHERE e ~ '^\d';
\! sandbox/ctl fault '{"op":"PUT /successplans/*","fault":{"status":200,"body":"<html>welcome</html>"}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET name = 'x' WHERE gsid = '1P02A'$$) AS e WHERE e ~ '^(\d|HV)';
\i sql/include/changes.psql

--
-- A statement that fails midway
--
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
-- the 30th of 50 is refused: what the error says is what the tenant has
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status)
SELECT 'batch ' || g, '1P01', '1T01', CASE g WHEN 30 THEN 'Done' ELSE 'Active' END FROM generate_series(1, 50) AS g$$);
SELECT count(*) FROM gs.successplans WHERE name LIKE 'batch %';
-- in a later batch, or one at a time
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD batch_size '4');
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status)
SELECT 'small batch ' || g, '1P01', '1T01', CASE g WHEN 10 THEN 'Done' ELSE 'Active' END FROM generate_series(1, 20) AS g$$);
SELECT count(*) FROM gs.successplans WHERE name LIKE 'small batch %';
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP batch_size);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id, status)
SELECT 'single ' || g, '1P01', '1T01', CASE g WHEN 3 THEN 'Done' ELSE 'Active' END FROM generate_series(1, 5) AS g RETURNING name$$);
SELECT count(*) FROM gs.successplans WHERE name LIKE 'single %';
-- a row whose outcome is unknown is not among those created
\! sandbox/ctl fault '{"op":"POST /successplans","skip":5,"fault":{"apply_then":"close"}}'
SELECT e FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'unsure ' || g, '1P01', '1T01' FROM generate_series(1, 20) AS g$$) AS e WHERE e ~ '^\d';
SELECT count(*) FROM gs.successplans WHERE name LIKE 'unsure %';
ALTER SERVER gainsight OPTIONS (DROP max_connections);
-- side by side: no new one starts, and those in flight are awaited
\! sandbox/ctl set latency_ms=20
CREATE FUNCTION local.said_created(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	SET LOCAL client_min_messages = error;
	EXECUTE statement;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN substring(detail FROM 'has created (\d+) rows');
END $$;
SET client_min_messages = error;
SELECT local.said_created($$INSERT INTO gs.successplans (name, company_id, type_id, status)
SELECT 'concurrent ' || g, '1P01', '1T01', CASE g WHEN 30 THEN 'Done' ELSE 'Active' END FROM generate_series(1, 50) AS g$$) AS said \gset
-- (which the statement itself would not see)
SELECT :said >= 29 AND :said < 50 AS midway, :said = count(*) AS equal FROM gs.successplans WHERE name LIKE 'concurrent %';
RESET client_min_messages;
\! sandbox/ctl set latency_ms=0
-- created, but what came back does not fit
CREATE FOREIGN TABLE gs.misfit (gsid integer, name text, company_id text, type_id text) SERVER gainsight OPTIONS (resource 'successplans');
SELECT left(e, 12) AS e FROM local.error_of($$INSERT INTO gs.misfit (name, company_id, type_id) VALUES ('misfit', '1P01', '1T01') RETURNING gsid$$) AS e
WHERE e ~ '^HV004: .* does not fit column "gsid"';
-- or could not be read back
\! sandbox/ctl set create_answer=gsid
\! sandbox/ctl fault '{"op":"GET /successplans/*","fault":{"status":503,"body":"<html>down</html>"}}'
SELECT e FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('not back', '1P01', '1T01') RETURNING gsid, company_name$$) AS e WHERE e ~ '^\d';
\! sandbox/ctl set create_answer=full
\! sandbox/ctl defaults
SELECT name FROM gs.successplans WHERE name IN ('misfit', 'not back') ORDER BY 1;
-- updates: those before it stay, too
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl fault '{"op":"PUT /successplans/*","skip":2,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1012","errorDesc":"no","requestId":"sandbox-1"}}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'midway' WHERE gsid IN ('1P02A', '1P02B', '1P02C')$$);
SELECT count(*) FROM gs.successplans WHERE comments = 'midway';
ALTER SERVER gainsight OPTIONS (DROP max_connections);
\! sandbox/ctl clear

--
-- ROLLBACK does not undo it, and says so
--
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('stays', '1P01', '1T01'), ('stays', '1P01', '1T01');
UPDATE gs.successplans SET comments = 'stays' WHERE gsid = '1P02A';
ROLLBACK;
SELECT count(*) FROM gs.successplans WHERE name = 'stays' OR comments = 'stays';
-- a commit has nothing to say, nor has a rollback after reads
BEGIN;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'stays');
COMMIT;
BEGIN;
SELECT count(*) FROM gs.plan_types;
ROLLBACK;
-- nor one of a transaction that came after
BEGIN;
ROLLBACK;
-- to a savepoint: those after it
BEGIN;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'one');
SAVEPOINT a;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'two'), ('1P02A', 'three');
ROLLBACK TO a;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'four');
ROLLBACK TO a;
ROLLBACK TO a;
COMMIT;
-- a release moves them to what is around it
BEGIN;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'one');
SAVEPOINT a;
SAVEPOINT b;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'two');
SAVEPOINT c;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'three');
RELEASE b;
ROLLBACK TO a;
ROLLBACK;
BEGIN;
SAVEPOINT a;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'two');
SAVEPOINT b;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'three');
-- the whole of it, with savepoints open: each says what it leaves
ROLLBACK;
BEGIN;
SAVEPOINT a;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'two');
RELEASE a;
ROLLBACK AND CHAIN;
ROLLBACK;
-- in PL/pgSQL, a block with an exception
DO $$
BEGIN
	INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'before');
	BEGIN
		INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'in');
		UPDATE gs.successplans SET comments = 'in' WHERE gsid = '1P02A';
		PERFORM 1 / 0;
	EXCEPTION WHEN division_by_zero THEN
		RAISE NOTICE 'caught';
	END;
END $$;
-- by an error of the statement itself
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) SELECT '1P02A', 'row ' || 1 / (3 - g) FROM generate_series(1, 3) AS g RETURNING 1$$);
-- what may or may not be there is counted by itself
\! sandbox/ctl fault '{"op":"POST /successplans","skip":1,"fault":{"apply_then":"close"}}'
SELECT e FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'unsure ' || g, '1P01', '1T01' FROM generate_series(1, 2) AS g RETURNING name$$) AS e WHERE e ~ '^\d';
-- a procedure that commits in between
CREATE PROCEDURE local.two_steps() LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'first');
	COMMIT;
	INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'second');
	ROLLBACK;
END $$;
CALL local.two_steps();
-- a PUT without an answer is looked for before it would be sent again: it was done
ALTER SERVER gainsight OPTIONS (SET max_retries '1');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"apply_then":"close"}}'
UPDATE gs.successplans SET comments = 'done, and not answered' WHERE gsid = '1P02A' RETURNING comments;
\! sandbox/ctl requests
-- it was not
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"reset":true}}'
UPDATE gs.successplans SET comments = 'not done at first' WHERE gsid = '1P02A' RETURNING comments;
\! sandbox/ctl requests
-- or somebody has been there: it may be part of what there is now
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"apply_then":"close"}}'
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","skip":1,"fault":{"touch":["1P02A","Name=theirs"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'perhaps' WHERE gsid = '1P02A'$$);
-- or it cannot be looked for
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"apply_then":"close"}}'
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","skip":1,"fault":{"status":403,"body":""}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET comments = 'perhaps' WHERE gsid = '1P02A'$$) AS e WHERE e ~ '^\d';
-- a server's fault says nothing either
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"status":503,"body":""}}'
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","skip":1,"fault":{"touch":["1P02A","Name=theirs again"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'refused' WHERE gsid = '1P02A'$$);
-- one that was refused for the rate is checked again: nothing of the colleague's is lost
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"status":429,"body":"","headers":{"Retry-After":"1"}}}'
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","skip":1,"fault":{"touch":["1P02A","Name=theirs once more"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'refused' WHERE gsid = '1P02A'$$);
\! sandbox/ctl clear
-- without the check it is sent again, whatever happened
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"apply_then":"close"}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1001"}}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'done, and refused' WHERE gsid = '1P02A'$$);
\! sandbox/ctl requests
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
ALTER SERVER gainsight OPTIONS (SET max_retries '0');
-- after a failure no other PUT goes out, and those that have are counted
ALTER SERVER gainsight OPTIONS (ADD max_connections '2');
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"PUT *","times":2,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1001"}}}'
-- of which plan is told depends on who is answered first
SELECT regexp_replace(e, '1P02\S+', '...') AS error FROM local.error_of($$UPDATE gs.successplans SET comments = 'refused' WHERE gsid LIKE '1P02%'$$) AS e;
\! sandbox/ctl requests | grep -c PUT
-- nor where somebody else's change is found
ALTER SERVER gainsight OPTIONS (SET max_connections '1');
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET conflict_check 'true');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"GET *","skip":3,"times":1,"fault":{"replace_body":[["\"ModifiedDate\":","\"ModifiedDate\":\"2001-01-01\",\"X\":"]]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'changed meanwhile' WHERE gsid LIKE '1P02%'$$);
\! sandbox/ctl defaults
ALTER SERVER gainsight OPTIONS (DROP max_connections);
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
-- what cannot be undone cannot be prepared
BEGIN;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'prepared');
SET client_min_messages = error;
PREPARE TRANSACTION 'gainsight';
RESET client_min_messages;
SELECT count(*) FROM pg_prepared_xacts;
\i sql/include/teardown.psql
