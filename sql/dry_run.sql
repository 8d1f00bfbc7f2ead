--
-- DRY RUN: what would be sent is shown, and nothing is sent
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
\! for p in A B C; do sandbox/ctl insert '{"Gsid":"1P02'$p'","Name":"'$p'","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z"}'; done
SET client_min_messages = notice;
SET gainsight_fdw.dry_run = on;
\! sandbox/ctl clear

--
-- INSERT
--
INSERT INTO gs.successplans (name, company_id, type_id, start_date) VALUES ('Größer', '1P01', '1T01', '2026-03-01'), ('b', '1P01', '1T01', NULL);
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'of a plan');
-- what is wrong with a row is an error as ever
INSERT INTO gs.successplans (name) VALUES ('no company');
-- the row as it would be sent; what only Gainsight knows is null
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('c', '1P01', '1T01') RETURNING *;
INSERT INTO gs.objectives (success_plan_id, name, due_date) VALUES ('1P02A', 'of a plan', '2026-03-01') RETURNING gsid, success_plan_id, name, due_date;
-- of many rows the first ten are shown
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'plan ' || g, '1P01', '1T01' FROM generate_series(1, 23) AS g;
COPY gs.successplans (name, company_id, type_id) FROM stdin;
copied	1P01	1T01
\.
-- the ten are those of the statement, and a trigger's are its own
CREATE FUNCTION local.log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'for ' || NEW.name || ', with Gsid ' || coalesce(NEW.gsid, 'unknown'));
	RETURN NEW;
END $$;
CREATE TRIGGER log AFTER INSERT ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.log();
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('d', '1P01', '1T01'), ('e', '1P01', '1T01');
DROP TRIGGER log ON gs.successplans;
-- a record is cut
\setenv DB :DBNAME
\! psql -X -q -d "$DB" -c "SET gainsight_fdw.dry_run = on" -c "INSERT INTO gs.successplans (name, company_id, type_id, comments) VALUES ('long', '1P01', '1T01', repeat('x', 100000))" 2>&1 | sed 's/x\{8000,8192\}/x, and so on/'
-- nothing was asked
\! sandbox/ctl requests

--
-- UPDATE
--
-- the plans are read and checked; what would be sent is the whole plan
-- one plan after the other, so that they are shown in this order
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
UPDATE gs.successplans SET comments = 'new' WHERE gsid IN ('1P02A', '1P02B');
ALTER SERVER gainsight OPTIONS (DROP max_connections);
\! sandbox/ctl requests
UPDATE gs.successplans SET status = NULL WHERE gsid = '1P02A' RETURNING gsid, name, company_name, status, modified_date;
-- by row, as a join or a trigger has it
UPDATE gs.successplans AS p SET comments = v.text FROM (VALUES ('A', 'joined')) AS v (name, text) WHERE p.name = v.name RETURNING p.gsid, p.comments;
\! sandbox/ctl clear
-- a colleague's change is a conflict
\! sandbox/ctl fault '{"op":"GET /successplans/1P02C","skip":1,"fault":{"touch":["1P02C","Comments=theirs"]}}'
CREATE FUNCTION local.slow(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.1); RETURN $1; END $$;
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = local.slow('mine') WHERE gsid = '1P02C'$$);
-- a rollback has nothing to say
BEGIN;
UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
ROLLBACK;
\! sandbox/ctl dump successplans | cut -f 2,12
\! sandbox/ctl dump objectives | wc -l

--
-- The setting
--
SET gainsight_fdw.dry_run = off;
UPDATE gs.successplans SET comments = 'sent' WHERE gsid = '1P02A';
\! sandbox/ctl dump successplans | cut -f 2,12
SET gainsight_fdw.dry_run = yess;
-- one that was misspelled before the library was loaded means that nothing is to be sent
\c -
SET gainsight_fdw.dry_run = yess;
LOAD 'gainsight_fdw';
SHOW gainsight_fdw.dry_run;
UPDATE gs.successplans SET comments = 'not sent' WHERE gsid = '1P02A';
\c -
SET gainsight_fdw.dry_run = off;
LOAD 'gainsight_fdw';
SHOW gainsight_fdw.dry_run;
\! sandbox/ctl dump successplans | cut -f 2,12

\i sql/include/teardown.psql
