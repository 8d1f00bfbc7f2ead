--
-- WRITE_AT: what is written is sent when the transaction commits, or never
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
\! for p in A B C D E F; do sandbox/ctl insert '{"Gsid":"1P02'$p'","Name":"'$p'","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z"}'; done
\i sql/include/watch.psql

--
-- The option
--
ALTER SERVER gainsight OPTIONS (ADD write_at 'sometimes');
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD write_at 'Commit');
ALTER SERVER gainsight OPTIONS (ADD write_at 'commit');
EXPLAIN (COSTS OFF) INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01');
-- what the scan has read by its key is read again, for it may be old by then
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
SELECT line FROM local.explain($$UPDATE gs.successplans AS p SET comments = l.name FROM local.successplans AS l WHERE p.name = l.name$$) AS line WHERE line ~ 'Writes';
SET gainsight_fdw.dry_run = on;
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
RESET gainsight_fdw.dry_run;
-- a table's counts more than its server's
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD write_at 'statement');
EXPLAIN (COSTS OFF) INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01');
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP write_at);

--
-- Rolled back: nothing is sent but reads
--
\! sandbox/ctl clear
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', '1P01', '1T01'), ('two', '1P01', '1T01');
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'of A');
UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
UPDATE gs.successplans SET status = 'Archived' WHERE name = 'B';
ROLLBACK;
\! sandbox/ctl requests
\i sql/include/changes.psql

--
-- Committed: what the statements would have sent, and what is about one plan in the order in which it was written
--
-- at once
ALTER SERVER gainsight OPTIONS (SET write_at 'statement');
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('at once', '1P01', '1T01'), ('and too', '1P01', '1T01');
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02E', 'of a plan');
UPDATE gs.successplans SET comments = 'new' WHERE name = 'E';
UPDATE gs.successplans SET status = 'Archived' WHERE name = 'F';
COMMIT;
ALTER SERVER gainsight OPTIONS (SET write_at 'commit');
\! sandbox/ctl requests
-- and at the commit: the same
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', '1P01', '1T01'), ('two', '1P01', '1T01');
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'of a plan');
UPDATE gs.successplans SET comments = 'new' WHERE name = 'A';
UPDATE gs.successplans SET status = 'Archived' WHERE name = 'B';
\! sandbox/ctl requests
-- nobody sees them yet, this session neither
SELECT name, status, comments FROM gs.successplans WHERE name IN ('A', 'B', 'one', 'two') ORDER BY 1;
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
\i sql/include/changes.psql
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '1P02A' AND name = 'of a plan';
\! sandbox/ctl clear
BEGIN;
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'one'), ('1P02A', 'two'), ('1P02B', 'other');
UPDATE gs.successplans SET comments = 'and newer' WHERE gsid = '1P02A';
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'three');
COMMIT;
\! sandbox/ctl requests -v | grep -v '^GET' | grep 1P02A
-- a statement by itself is a transaction by itself
UPDATE gs.successplans SET comments = 'at once' WHERE gsid = '1P02C';
\i sql/include/changes.psql

--
-- Updates of one plan are one, the later value winning
--
\! sandbox/ctl clear
BEGIN;
UPDATE gs.successplans SET comments = 'first', end_date = '2027-01-01' WHERE gsid = '1P02A';
UPDATE gs.successplans SET comments = 'second', status = 'Completed' WHERE gsid = '1P02A';
UPDATE gs.successplans SET end_date = NULL WHERE gsid = '1P02A';
-- back to what was read is a change, too
UPDATE gs.successplans SET status = 'Active' WHERE gsid = '1P02A';
COMMIT;
\! sandbox/ctl requests -v | grep PUT
\i sql/include/changes.psql
-- a second match in one statement is skipped, as ever
BEGIN;
UPDATE gs.successplans AS p SET comments = v.text FROM (VALUES ('D', 'third'), ('D', 'third')) AS v (name, text) WHERE p.name = v.name;
COMMIT;
\i sql/include/changes.psql

--
-- Savepoints, and blocks that catch what fails
--
BEGIN;
UPDATE gs.successplans SET comments = 'stays' WHERE gsid = '1P02A';
SAVEPOINT a;
UPDATE gs.successplans SET comments = 'goes', status = 'Archived' WHERE gsid = '1P02A';
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('goes', '1P01', '1T01');
SAVEPOINT b;
UPDATE gs.successplans SET comments = 'goes, too' WHERE gsid = '1P02B';
RELEASE b;
ROLLBACK TO a;
UPDATE gs.successplans SET end_date = '2028-01-01' WHERE gsid = '1P02A';
SAVEPOINT c;
UPDATE gs.successplans SET comments = 'released' WHERE gsid = '1P02B';
RELEASE c;
DO $$
BEGIN
	FOR i IN 1 .. 4 LOOP
		BEGIN
			INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('row ' || i, '1P01', '1T01');
			UPDATE gs.successplans SET start_date = make_date(2026, 1, i) WHERE gsid = '1P02C';
			IF i % 2 = 0 THEN
				RAISE 'not this one';
			END IF;
		EXCEPTION WHEN raise_exception THEN
			NULL;
		END;
	END LOOP;
END $$;
COMMIT;
\i sql/include/changes.psql

--
-- What is wrong with a row is said at once
--
BEGIN;
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name) VALUES ('no company')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (gsid, name, company_id, type_id) VALUES ('x', 'a', '1P01', '1T01')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('..', 'a')$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET name = NULL WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.objectives SET name = 'x'$$);
COMMIT;

--
-- What only Gainsight knows is not returned
--
SELECT * FROM local.error_of($$EXPLAIN INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01') RETURNING gsid$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01') RETURNING successplans$$);
SELECT * FROM local.error_of($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'a') RETURNING completion_percentage$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02A' RETURNING modified_date$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET owner_id = 'x' WHERE gsid = '1P02A' RETURNING owner_name$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans AS p SET owner_id = 'x' FROM (VALUES ('A')) AS v (name) WHERE p.name = v.name RETURNING p.*$$);
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, start_date) VALUES ('a', '1P01', '1T01', '2026-03-01') RETURNING name, company_id, status, start_date;
UPDATE gs.successplans SET comments = 'returned', company_id = '1P01' WHERE gsid = '1P02A' RETURNING gsid, company_id, comments, status, created_date IS NOT NULL AS created, type_name;
UPDATE gs.successplans AS p SET comments = v.text FROM (VALUES ('B', 'joined')) AS v (name, text) WHERE p.name = v.name RETURNING p.gsid, p.comments, p.company_name, v.text;
ROLLBACK;
-- of a row that is routed to a partition it is said before that waits
CREATE TABLE local.all_plans (name text, company_id text, type_id text, gsid text) PARTITION BY LIST (company_id);
CREATE FOREIGN TABLE gs.acme PARTITION OF local.all_plans FOR VALUES IN ('1P01') SERVER gainsight OPTIONS (resource 'successplans');
BEGIN;
SELECT * FROM local.error_of($$INSERT INTO local.all_plans VALUES ('a', '1P01', '1T01') RETURNING gsid$$);
INSERT INTO local.all_plans VALUES ('routed', '1P01', '1T01') RETURNING name;
COPY local.all_plans (name, company_id, type_id) FROM stdin;
copied	1P01	1T01
\.
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
DROP TABLE local.all_plans;
-- nor shown to a trigger
CREATE FUNCTION local.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE NOTICE '% %: gsid %, company %, owner %, comments %, modified %', TG_WHEN, TG_OP, NEW.gsid, NEW.company_name, NEW.owner_name, NEW.comments, NEW.modified_date IS NOT NULL;
	RETURN NEW;
END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.tell();
SET client_min_messages = notice;
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, comments) VALUES ('a', '1P01', '1T01', 'of a trigger');
UPDATE gs.successplans SET comments = 'of a trigger', owner_id = '1P03' WHERE gsid = '1P02A';
ROLLBACK;
DROP TRIGGER tell ON gs.successplans;
SET client_min_messages = warning;
-- and a check option that depends on it is not met
CREATE VIEW gs.recent AS SELECT * FROM gs.successplans WHERE created_date IS NULL OR created_date > '2020-01-01' WITH CHECK OPTION;
CREATE VIEW gs.owned AS SELECT * FROM gs.successplans WHERE owner_name IS DISTINCT FROM 'Ann' WITH CHECK OPTION;
CREATE VIEW gs.active AS SELECT * FROM gs.successplans WHERE status = 'Active' WITH CHECK OPTION;
SELECT * FROM local.error_of($$INSERT INTO gs.recent (name, company_id, type_id) VALUES ('a', '1P01', '1T01')$$);
SELECT * FROM local.error_of($$UPDATE gs.owned SET owner_id = '1P03' WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$INSERT INTO gs.active (name, company_id, type_id) VALUES ('a', '1P01', '1T01')$$);
SELECT * FROM local.error_of($$UPDATE gs.active SET status = 'Archived' WHERE gsid = '1P02A'$$);
BEGIN;
UPDATE gs.owned SET comments = 'viewed' WHERE gsid = '1P02A';
UPDATE gs.recent SET owner_id = '1P03' WHERE gsid = '1P02B';
INSERT INTO gs.active (name, company_id, type_id, status) VALUES ('viewed', '1P01', '1T01', 'Active');
COMMIT;
DROP VIEW gs.recent, gs.owned, gs.active;
\i sql/include/changes.psql

--
-- What waits is not read
--
BEGIN;
UPDATE gs.successplans SET comments = 'waits', owner_id = '1P04' WHERE gsid = '1P02A';
SELECT comments FROM gs.successplans WHERE gsid = '1P02A';
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = comments || '!' WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Archived' WHERE comments <> 'x' AND gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Archived' WHERE gsid = '1P02A' RETURNING comments$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans AS p SET status = 'Archived' FROM (VALUES ('as it was')) AS v (text) WHERE p.gsid = '1P02A' AND p.comments <> v.text$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans AS p SET status = (SELECT upper(p.comments)) WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans AS p SET (status, end_date) = (SELECT p.comments, '2027-01-01'::date) WHERE gsid = '1P02A'$$);
-- nor what goes by it: the name of an owner, and the time of the change
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Archived' WHERE owner_name IS NULL AND gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Archived' WHERE modified_date < now() AND gsid = '1P02A'$$);
-- other columns are, and other plans, and what the statement sets itself
UPDATE gs.successplans SET status = 'Completed' WHERE status = 'Active' AND gsid = '1P02A';
UPDATE gs.successplans SET comments = 'also ' || comments WHERE gsid = '1P02B';
UPDATE gs.successplans SET comments = 'last' WHERE gsid = '1P02A' RETURNING comments;
-- nor is a plan passed over by what it was: one that the conditions would find as it will be
SELECT * FROM local.error_of($$UPDATE gs.successplans SET end_date = '2027-06-30' WHERE comments = 'last' AND name <> 'x'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET end_date = '2027-06-30' WHERE gsid = '1P02A' AND owner_id = '1P04'$$);
UPDATE gs.successplans SET end_date = '2027-06-30' WHERE comments = 'never' AND gsid = '1P02A';
-- after a rollback nothing waits
SAVEPOINT a;
UPDATE gs.successplans SET end_date = '2027-01-01' WHERE gsid = '1P02C';
ROLLBACK TO a;
UPDATE gs.successplans SET end_date = coalesce(end_date, '2026-12-31') WHERE gsid = '1P02C';
COMMIT;
\i sql/include/changes.psql
-- a trigger by row reads all
CREATE FUNCTION local.pass() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER pass BEFORE UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.pass();
BEGIN;
UPDATE gs.successplans SET comments = 'by way of a trigger' WHERE gsid = '1P02A';
SELECT * FROM local.error_of($$UPDATE gs.successplans SET status = 'Archived' WHERE gsid = '1P02A'$$);
COMMIT;
DROP TRIGGER pass ON gs.successplans;
-- and a generated column that is computed anew those that it is computed from
CREATE FOREIGN TABLE gs.generated (gsid text, name text, status text, end_date date, comments text GENERATED ALWAYS AS (name || ' is ' || status) STORED)
  SERVER gainsight OPTIONS (resource 'successplans');
BEGIN;
UPDATE gs.generated SET name = 'Generated' WHERE gsid = '1P02A';
SELECT e FROM local.error_of($$UPDATE gs.generated SET status = 'Archived' WHERE gsid = '1P02A'$$) AS e LIMIT 1;
UPDATE gs.generated SET end_date = '2027-01-01' WHERE gsid = '1P02A';
ROLLBACK;
DROP FOREIGN TABLE gs.generated;
-- a whole row has all columns
BEGIN;
UPDATE gs.successplans SET comments = 'waits' WHERE gsid = '1P02A';
SELECT e FROM local.error_of($$UPDATE gs.successplans AS p SET status = length(p::text)::text WHERE gsid = '1P02A'$$) AS e LIMIT 1;
ROLLBACK;
-- one that has the plans by another name, too, is taken to read all of them there
BEGIN;
UPDATE gs.successplans SET comments = 'waits' WHERE gsid = '1P02A';
SELECT e FROM local.error_of($$UPDATE gs.successplans AS p SET comments = q.comments || '!' FROM gs.successplans AS q WHERE p.gsid = '1P02A' AND q.gsid = p.gsid$$) AS e LIMIT 1;
SELECT e FROM local.error_of($$UPDATE gs.successplans SET comments = (SELECT max(comments) FROM gs.successplans WHERE gsid = '1P02A') WHERE gsid = '1P02A'$$) AS e LIMIT 1;
SELECT e FROM local.error_of($$WITH q AS MATERIALIZED (SELECT gsid, comments FROM gs.successplans) UPDATE gs.successplans AS p SET comments = q.comments || '!' FROM q WHERE p.gsid = '1P02A' AND q.gsid = p.gsid$$) AS e LIMIT 1;
SELECT e FROM local.error_of($$UPDATE gs.successplans AS p SET comments = q.comments || '!' FROM (SELECT gsid, comments FROM gs.successplans OFFSET 0) AS q WHERE p.gsid = '1P02A' AND q.gsid = p.gsid$$) AS e LIMIT 1;
UPDATE gs.successplans AS p SET comments = q.comments || '!' FROM gs.successplans AS q WHERE p.gsid = '1P02B' AND q.gsid = '1P02C';
ROLLBACK;
-- one statement that updates a plan in two parts
BEGIN;
WITH first AS (UPDATE gs.successplans SET comments = 'of the first part' WHERE gsid = '1P02B' RETURNING gsid)
UPDATE gs.successplans AS p SET status = 'Completed' FROM first WHERE p.gsid = first.gsid;
COMMIT;
-- by way of a parent, whose columns have other numbers
CREATE TABLE local.parent (comments text, gsid text, status text);
CREATE FOREIGN TABLE gs.child (gsid text, status text, comments text) SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.child INHERIT local.parent;
BEGIN;
UPDATE local.parent SET comments = 'by way of the parent' WHERE gsid = '1P02A';
SELECT * FROM local.error_of($$UPDATE local.parent SET status = 'Archived' WHERE gsid = '1P02A' AND comments = 'by way of a trigger'$$);
UPDATE local.parent SET status = 'Archived' WHERE gsid = '1P02A';
-- it waits for the plan, not for the table
SELECT * FROM local.error_of($$UPDATE gs.successplans SET end_date = '2027-01-01' WHERE status = 'Completed' AND gsid = '1P02A'$$);
UPDATE gs.successplans SET status = 'Active', end_date = '2027-01-01' WHERE gsid = '1P02A';
\! sandbox/ctl clear
COMMIT;
-- those to different tables stay apart, and the first is no conflict with the second
\! sandbox/ctl requests -v | grep -v ^GET
-- what would be sent at once does not overtake what waits for the same plan, by whichever table, and whether it is checked or not
ALTER FOREIGN TABLE gs.child OPTIONS (ADD write_at 'statement', ADD conflict_check 'false');
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
BEGIN;
UPDATE gs.successplans SET comments = 'waits' WHERE gsid = '1P02B';
SELECT * FROM local.error_of($$UPDATE gs.child SET status = 'Archived' WHERE gsid = '1P02B'$$);
SELECT * FROM local.error_of($$UPDATE gs.child AS c SET status = 'Archived' FROM (VALUES ('1P02B')) AS v (id) WHERE c.gsid = v.id$$);
UPDATE gs.child SET status = 'Archived' WHERE gsid = '1P02C';
COMMIT;
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
DROP TABLE local.parent CASCADE;
\i sql/include/changes.psql

--
-- What the statements have read is checked
--
-- Commit statements, and say what fails behind what stays, whatever psql sees first.
CREATE PROCEDURE local.commit(VARIADIC statements text[]) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. array_length(statements, 1) LOOP
		EXECUTE statements[i];
	END LOOP;
	COMMIT;
END $$;
-- a colleague's change between statement and commit; nothing stays, in the database neither
CREATE TABLE local.log (line text);
BEGIN;
INSERT INTO local.log VALUES ('lost');
UPDATE gs.successplans SET comments = 'mine' WHERE gsid = '1P02D';
\! sandbox/ctl touch 1P02D Status=Completed
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
TABLE local.log;
-- of updates that are one, what each has read
BEGIN;
UPDATE gs.successplans SET comments = 'mine' WHERE gsid = '1P02D';
\! sandbox/ctl touch 1P02D Status=Archived
UPDATE gs.successplans SET end_date = '2027-01-01' WHERE gsid = '1P02D';
COMMIT;
-- where a tenant changes a plan's version when it gets an objective, that is no change of the plan
BEGIN;
UPDATE gs.successplans SET comments = 'mine' WHERE gsid = '1P02D';
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02D', 'before it');
UPDATE gs.successplans SET end_date = '2027-01-01' WHERE gsid = '1P02D';
\! sandbox/ctl fault '{"op":"GET /successplans/1P02D","fault":{"touch":["1P02D","ModifiedDate=2027-01-02T03:04:05.678Z"]}}'
COMMIT;
\! sandbox/ctl fault '{"op":"GET /successplans/1P02D","skip":1,"fault":{"touch":["1P02D","Comments=theirs"]}}'
CALL local.commit($$INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02D', 'before it')$$,
	$$UPDATE gs.successplans SET end_date = '2027-01-02' WHERE gsid = '1P02D'$$);
-- one that has gone was counted by its statement
BEGIN;
UPDATE gs.successplans SET comments = 'mine' WHERE gsid = '1P02F';
\! sandbox/ctl delete 1P02F
COMMIT;
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl insert '{"Gsid":"1P02F","Name":"F","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was"}'
BEGIN;
UPDATE gs.successplans SET comments = 'mine' WHERE gsid = '1P02F';
\! sandbox/ctl delete 1P02F
COMMIT;
-- without the check, the later change stays
BEGIN;
UPDATE gs.successplans SET comments = 'unchecked' WHERE gsid = '1P02D';
\! sandbox/ctl touch 1P02D Comments=theirs
COMMIT;
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
\i sql/include/changes.psql

--
-- A failure in the middle
--
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"POST /successplans","skip":2,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1007","errorDesc":"Name is odd"}}}'
CALL local.commit($$INSERT INTO local.log VALUES ('lost')$$,
	$$INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'new ' || g, '1P01', '1T01' FROM generate_series(1, 5) AS g$$,
	$$UPDATE gs.successplans SET comments = 'lost' WHERE gsid = '1P02A'$$);
\! sandbox/ctl requests
TABLE local.log;
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02B","fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1007","errorDesc":"Name is odd"}}}'
CALL local.commit($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('stays', '1P01', '1T01')$$,
	$$UPDATE gs.successplans SET end_date = '2029-01-01' WHERE gsid IN ('1P02A', '1P02B', '1P02C')$$);
-- one of which nobody knows may stay
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"apply_then":"close"}}'
\set VERBOSITY terse
CALL local.commit($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('may stay', '1P01', '1T01')$$);
\set VERBOSITY default
ALTER SERVER gainsight OPTIONS (DROP max_connections);
\i sql/include/changes.psql

--
-- max_requests
--
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD max_requests '2');
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('not sent', '1P01', '1T01');
UPDATE gs.successplans SET comments = 'lost' WHERE name IN ('A', 'B', 'C');
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('sent', '1P01', '1T01');
UPDATE gs.successplans SET comments = 'sent' WHERE name IN ('A', 'B');
COMMIT;
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP max_requests);
\i sql/include/changes.psql

--
-- Triggers of others, and when they run
--
-- a deferred one is done before anything is sent: what it writes is sent, and what it refuses lets nothing go out
CREATE TABLE local.orders (id int);
CREATE FUNCTION local.order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id < 0 THEN
		RAISE 'no order %', NEW.id;
	END IF;
	INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'order ' || NEW.id);
	RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON local.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION local.order();
\! sandbox/ctl clear
BEGIN;
INSERT INTO local.orders VALUES (1), (2);
UPDATE gs.successplans SET comments = 'ordered' WHERE gsid = '1P02A';
COMMIT;
\! sandbox/ctl requests -v | grep -v ^GET
BEGIN;
UPDATE gs.successplans SET comments = 'lost' WHERE gsid = '1P02A';
INSERT INTO local.orders VALUES (-1);
\! sandbox/ctl clear
COMMIT;
BEGIN;
INSERT INTO local.orders VALUES (3);
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK;
\! sandbox/ctl requests
-- a trigger here that writes elsewhere, and one elsewhere that writes here
CREATE FUNCTION local.log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO local.log VALUES (TG_OP || ' ' || NEW.name); RETURN NULL; END $$;
CREATE TRIGGER log_it AFTER INSERT OR UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.log_it();
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('logged', '1P01', '1T01');
UPDATE gs.successplans SET comments = 'logged' WHERE gsid = '1P02B';
COMMIT;
TABLE local.log;
DROP TRIGGER log_it ON gs.successplans;
\i sql/include/changes.psql

--
-- Cursors, procedures, prepared statements
--
CREATE FUNCTION local.add(name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO gs.successplans (name, company_id, type_id) VALUES ($1, '1P01', '1T01'); RETURN $1; END $$;
BEGIN;
DECLARE c CURSOR FOR SELECT local.add('by cursor ' || g) FROM generate_series(1, 3) AS g;
FETCH 2 FROM c;
CLOSE c;
-- one that is held runs to its end as the transaction commits
DECLARE held CURSOR WITH HOLD FOR SELECT local.add('held ' || g) FROM generate_series(1, 2) AS g;
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
FETCH ALL FROM held;
CLOSE held;
CREATE PROCEDURE local.in_parts() LANGUAGE plpgsql AS $$
DECLARE
	plan record;
BEGIN
	FOR plan IN SELECT gsid FROM gs.successplans WHERE gsid IN ('1P02A', '1P02B') ORDER BY gsid LOOP
		UPDATE gs.successplans SET comments = 'part' WHERE gsid = plan.gsid;
		IF plan.gsid = '1P02A' THEN COMMIT; ELSE ROLLBACK; END IF;
	END LOOP;
END $$;
CALL local.in_parts();
PREPARE put (text, text) AS UPDATE gs.successplans SET comments = $2 WHERE gsid = $1;
SET plan_cache_mode = force_generic_plan;
BEGIN;
EXECUTE put ('1P02C', 'prepared');
EXECUTE put ('1P02C', 'prepared again');
COMMIT;
RESET plan_cache_mode;
-- what was planned before the option was set goes by the option
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD write_at 'statement');
BEGIN;
EXECUTE put ('1P02C', 'at once');
ROLLBACK;
DEALLOCATE put;
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP write_at);
\i sql/include/changes.psql
BEGIN READ ONLY;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01');
ROLLBACK;

--
-- What changes in between
--
-- a table that is dropped, altered or made in the transaction; connections that are closed; a temporary table that goes
CREATE FOREIGN TABLE gs.short (gsid text, name text, company_id text, type_id text, note text OPTIONS (field 'Comments')) SERVER gainsight OPTIONS (resource 'successplans');
BEGIN;
CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 'from a temporary table' AS name;
INSERT INTO gs.short (name, company_id, type_id, note) SELECT name, '1P01', '1T01', 'note' FROM t;
ALTER FOREIGN TABLE gs.short ALTER COLUMN note OPTIONS (SET field 'Status');
INSERT INTO gs.short (name, company_id, type_id, note) VALUES ('altered', '1P01', '1T01', 'Archived');
SAVEPOINT a;
ALTER FOREIGN TABLE gs.short ALTER COLUMN note OPTIONS (SET field 'OwnerId');
INSERT INTO gs.short (name, company_id, type_id, note) VALUES ('dropped', '1P01', '1T01', '1P03');
ROLLBACK TO a;
INSERT INTO gs.short (name, company_id, type_id, note) VALUES ('altered back', '1P01', '1T01', 'Archived');
DROP FOREIGN TABLE gs.short;
SELECT gainsight_fdw_disconnect_all() IS NOT NULL AS closed;
COMMIT;
\i sql/include/changes.psql
-- the key is that of the role that the statement ran as
CREATE ROLE regress_gs_writer;
GRANT USAGE ON SCHEMA gs TO regress_gs_writer;
GRANT ALL ON gs.successplans TO regress_gs_writer;
CREATE USER MAPPING FOR regress_gs_writer SERVER gainsight OPTIONS (access_key 'of nobody');
\set VERBOSITY sqlstate
CALL local.commit($$UPDATE gs.successplans SET comments = 'by me' WHERE gsid = '1P02A'$$, 'SET ROLE regress_gs_writer',
	$$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('by another', '1P01', '1T01')$$, 'RESET ROLE');
\set VERBOSITY default
CREATE VIEW gs.mine AS SELECT * FROM gs.successplans;
GRANT ALL ON gs.mine TO regress_gs_writer;
BEGIN;
SET LOCAL ROLE regress_gs_writer;
INSERT INTO gs.mine (name, company_id, type_id) VALUES ('as the owner of the view', '1P01', '1T01');
COMMIT;
DROP VIEW gs.mine;
REVOKE ALL ON gs.successplans FROM regress_gs_writer;
REVOKE ALL ON SCHEMA gs FROM regress_gs_writer;
DROP USER MAPPING FOR regress_gs_writer SERVER gainsight;
DROP ROLE regress_gs_writer;
\i sql/include/changes.psql

--
-- Many rows, and several servers
--
CREATE SERVER second FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', rate_limit '0', write_at 'commit');
CREATE USER MAPPING FOR CURRENT_USER SERVER second OPTIONS (access_key :'key');
CREATE FOREIGN TABLE gs.second (name text, company_id text, type_id text) SERVER second OPTIONS (resource 'successplans');
\! sandbox/ctl clear
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'many ' || g, '1P01', '1T01' FROM generate_series(1, 250) AS g;
INSERT INTO gs.second (name, company_id, type_id) SELECT 'second ' || g, '1P01', '1T01' FROM generate_series(1, 3) AS g;
COPY gs.successplans (name, company_id, type_id) FROM stdin;
many copied	1P01	1T01
\.
\! sandbox/ctl requests
COMMIT;
\! sandbox/ctl requests
BEGIN;
UPDATE gs.successplans SET status = 'Archived' WHERE name LIKE 'many %';
ROLLBACK;
BEGIN;
UPDATE gs.successplans SET status = 'Completed' WHERE name LIKE 'many %';
COMMIT;
SELECT status, count(*) FROM gs.successplans WHERE name LIKE 'many %' GROUP BY 1;
DROP FOREIGN TABLE gs.second;

--
-- More than work_mem holds
--
SET work_mem = '64kB';
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'dropped ' || g, '1P01', '1T01', repeat('x', 40000) FROM generate_series(1, 2) AS g;
SAVEPOINT a;
INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'dropped ' || g, '1P01', '1T01', repeat('x', 40000) FROM generate_series(3, 6) AS g;
ROLLBACK TO a;
INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'kept ' || g, '1P01', '1T01', repeat('y', 50000) FROM generate_series(1, 4) AS g;
UPDATE gs.successplans SET comments = repeat('z', 70000) WHERE gsid IN ('1P02D', '1P02E');
COMMIT;
SELECT name, length(comments), left(comments, 1) FROM gs.successplans WHERE length(comments) > 1000 ORDER BY 1;
-- what the disk has no room for goes with its savepoint, and what waits before and behind it is sent
SET temp_file_limit = '100kB';
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'has room ' || g, '1P01', '1T01', repeat('r', 4000) FROM generate_series(1, 20) AS g;
SAVEPOINT a;
\set VERBOSITY sqlstate
INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'has none ' || g, '1P01', '1T01', repeat('n', 4000) FROM generate_series(1, 40) AS g;
\set VERBOSITY default
ROLLBACK TO a;
INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'has room again ' || g, '1P01', '1T01', repeat('a', 4000) FROM generate_series(1, 10) AS g;
COMMIT;
RESET temp_file_limit;
RESET work_mem;
SELECT left(comments, 1), length(comments), count(*) FROM gs.successplans WHERE name LIKE 'has %' GROUP BY 1, 2 ORDER BY 1;

--
-- With dry_run
--
SET client_min_messages = notice;
-- what is written while it is on is shown, and never sent
BEGIN;
SET LOCAL gainsight_fdw.dry_run = on;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('shown at once', '1P01', '1T01');
UPDATE gs.successplans SET comments = 'shown at once' WHERE gsid = '1P02A';
SET LOCAL gainsight_fdw.dry_run = off;
UPDATE gs.successplans SET comments = 'sent' WHERE gsid = '1P02B';
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
-- nor is anything while it is on at the commit
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'shown ' || g, '1P01', '1T01' FROM generate_series(1, 11) AS g;
UPDATE gs.successplans SET comments = 'shown' WHERE gsid = '1P02A';
INSERT INTO local.log VALUES ('committed');
SET gainsight_fdw.dry_run = on;
\! sandbox/ctl clear
COMMIT;
SET gainsight_fdw.dry_run = off;
\! sandbox/ctl requests
SELECT count(*) FROM local.log WHERE line = 'committed';

\i sql/include/teardown.psql
