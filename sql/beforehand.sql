--
-- What cannot end well does not begin
--
-- A row that is written stays written.  So what core refuses only then, and what must not be done
-- though core would, is refused before anything is sent.  And what core asks of a row that was
-- written, it gets.
--
\i sql/include/setup.psql
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"A","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active"}'
-- of a company and a type that have names
SELECT company_id AS company, type_id AS type FROM gs.successplans
WHERE company_name IS NOT NULL AND type_name <> '' ORDER BY gsid LIMIT 1 \gset
CREATE TABLE gs.plans (tenant text, gsid text, name text, company_id text, type_id text, status text,
  comments text) PARTITION BY LIST (tenant);
CREATE TABLE gs.aa PARTITION OF gs.plans FOR VALUES IN ('aa');
CREATE TABLE gs.far PARTITION OF gs.plans FOR VALUES IN ('yy', 'zz') PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.zz (name text, tenant text OPTIONS (constant 'zz'), gsid text, company_id text,
  type_id text, status text, comments text) SERVER gainsight OPTIONS (resource 'successplans');
ALTER TABLE gs.far ATTACH PARTITION gs.zz FOR VALUES IN ('zz');
CREATE TABLE local.src AS SELECT '1P01ACME' AS c;
INSERT INTO gs.aa VALUES ('aa', NULL, 'mine', '1P01ACME', '1T01');
\! sandbox/ctl clear

--
-- A row that moves to a foreign partition that the UPDATE updates, too
--
-- with a match in each partition, with none in the foreign one, and as a direct modification
SELECT local.error_of($$UPDATE gs.plans p SET tenant = 'zz' FROM local.src s WHERE p.company_id = s.c$$);
SELECT local.error_of($$UPDATE gs.plans p SET tenant = 'zz' FROM local.src s
  WHERE p.company_id = s.c AND p.name = 'mine'$$);
SELECT local.explain($$UPDATE gs.plans SET tenant = 'zz', comments = comments || '!' WHERE name = 'mine'$$) AS plan;
SELECT local.error_of($$UPDATE gs.plans SET tenant = 'zz', comments = comments || '!' WHERE name = 'mine'$$);
-- by a trigger, which nobody sees in the plan
CREATE FUNCTION local.move() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.tenant := 'zz'; RETURN NEW; END$$;
CREATE TRIGGER move BEFORE UPDATE ON gs.aa FOR EACH ROW EXECUTE FUNCTION local.move();
SELECT local.error_of($$UPDATE gs.plans SET status = 'Active' WHERE name = 'mine'$$);
-- the statement that comes next finds all as it should be, and nothing was written
SELECT tenant, name FROM gs.plans WHERE name = 'mine';
\! sandbox/ctl requests | grep -v search
-- a partition that it leaves alone takes the row
DROP TRIGGER move ON gs.aa;
UPDATE gs.plans SET tenant = 'zz', gsid = NULL WHERE tenant = 'aa' RETURNING tenant, name, gsid IS NULL AS lost;
SELECT tenant, name FROM gs.plans WHERE name = 'mine';
\! sandbox/ctl requests | grep -v search
-- an INSERT that reads the partition writes to it all the same, and so does COPY
INSERT INTO gs.plans (tenant, name, company_id, type_id)
  SELECT tenant, 'mine, too', company_id, type_id FROM gs.plans WHERE name = 'mine';
COPY gs.plans (tenant, name, company_id, type_id) FROM stdin;
zz	mine, by COPY	1P01ACME	1T01
\.
SELECT tenant, name FROM gs.plans WHERE name LIKE 'mine%' ORDER BY name;
\! sandbox/ctl clear

--
-- Out of an ancestor that a foreign key references
--
CREATE TABLE gs.root (tenant text, gsid text, name text, company_id text, type_id text) PARTITION BY LIST (tenant);
CREATE TABLE gs.near PARTITION OF gs.root FOR VALUES IN ('aa', 'bb') PARTITION BY LIST (tenant);
CREATE TABLE gs.aa_near PARTITION OF gs.near FOR VALUES IN ('aa');
CREATE TABLE gs.cc PARTITION OF gs.root FOR VALUES IN ('cc');
ALTER TABLE gs.near ADD UNIQUE (tenant, name);
CREATE TABLE gs.refs (tenant text, name text, FOREIGN KEY (tenant, name) REFERENCES gs.near (tenant, name));
CREATE FOREIGN TABLE gs.zz_root (tenant text OPTIONS (constant 'zz'), gsid text, name text, company_id text, type_id text)
  SERVER gainsight OPTIONS (resource 'successplans');
ALTER TABLE gs.root ATTACH PARTITION gs.zz_root FOR VALUES IN ('zz');
INSERT INTO gs.root VALUES ('aa', NULL, 'referenced', '1P01ACME', '1T01'), ('cc', NULL, 'free', '1P01ACME', '1T01');
SELECT local.error_of($$UPDATE gs.root SET tenant = 'zz' WHERE tenant = 'aa'$$);
SELECT left(e, 6) AS e FROM local.error_of($$MERGE INTO gs.root AS r USING local.src ON r.company_id = c AND r.tenant = 'aa'
  WHEN MATCHED THEN UPDATE SET tenant = 'zz'$$) AS e LIMIT 1;
\! sandbox/ctl requests
-- a MERGE that only adds may, and rows of a table that none references may go
MERGE INTO gs.root AS r USING local.src ON r.company_id = c AND r.tenant = 'aa' AND r.name = 'another'
  WHEN NOT MATCHED THEN INSERT (tenant, name, company_id, type_id) VALUES ('zz', 'merged', c, '1T01');
UPDATE gs.root SET tenant = 'zz' WHERE tenant = 'cc';
\! sandbox/ctl requests
SET client_min_messages = warning;
DROP TABLE gs.root CASCADE;
DROP TABLE gs.refs;
RESET client_min_messages;
\! sandbox/ctl clear

--
-- The ctid: it is the same for all rows
--
SELECT count(DISTINCT ctid) FROM gs.successplans;
\! sandbox/ctl clear
SELECT local.error_of($$UPDATE gs.successplans SET comments = 'x'
  WHERE ctid = (SELECT ctid FROM gs.successplans WHERE gsid = '1P02A')$$);
-- however it is asked for
SELECT q, left(e, 6) AS e FROM (VALUES
  ($$WHERE ctid = '(0,1)'$$), ($$WHERE ctid > '(0,1)' AND gsid = '1P02A'$$),
  ($$WHERE ctid = ANY (ARRAY(SELECT ctid FROM local.src))$$), ($$WHERE ctid IN (SELECT ctid FROM local.src)$$),
  ($$WHERE ctid <> '(0,1)' OR status = 'Active'$$), ($$FROM local.src AS s WHERE s.ctid = p.ctid$$),
  ($$FROM local.src AS s LEFT JOIN gs.plan_types AS t ON t.ctid = s.ctid WHERE s.ctid = p.ctid AND s.ctid = '(0,1)'$$),
  ($$WHERE EXISTS (SELECT FROM local.src AS s WHERE s.ctid = p.ctid)$$),
  ($$WHERE (SELECT count(*) FROM local.src AS s WHERE s.ctid = p.ctid) = 1$$),
  ($$FROM (SELECT ctid AS t FROM gs.successplans) AS s WHERE s.t = p.ctid$$)) AS v (q),
LATERAL local.error_of('UPDATE gs.successplans AS p SET comments = ''x'' ' || q) AS e WHERE e ~ '^[0-9n]';
PREPARE by_tid(tid) AS UPDATE gs.successplans SET comments = 'x' WHERE ctid = $1;
SELECT left(e, 6) AS e FROM local.error_of($$EXECUTE by_tid('(0,1)')$$) AS e LIMIT 1;
-- by way of views
CREATE VIEW gs.with_tid AS SELECT ctid AS tid, * FROM gs.successplans;
CREATE VIEW gs.guarded WITH (security_barrier) AS SELECT * FROM gs.successplans WHERE ctid <> '(0,1)';
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.with_tid SET comments = 'x' WHERE tid = '(0,1)'$$) AS e LIMIT 1;
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.guarded SET comments = 'x' WHERE gsid = '1P02A'$$) AS e LIMIT 1;
-- below a parent: only where the foreign table takes part
SELECT local.error_of($$UPDATE gs.plans SET comments = 'x' WHERE ctid = '(0,1)'$$);
UPDATE gs.plans SET comments = 'x' WHERE ctid = '(0,1)' AND tenant = 'aa';
-- a cursor's row is found by it
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans WHERE gsid = '1P02A';
FETCH c;
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.successplans SET comments = 'x' WHERE CURRENT OF c$$) AS e LIMIT 1;
COMMIT;
\! sandbox/ctl requests
-- to read, or to have it returned, does no harm
SELECT count(*) FROM gs.successplans WHERE ctid IS NOT NULL AND gsid = '1P02A';
UPDATE gs.with_tid SET comments = 'x' WHERE gsid = '1P02A' RETURNING tid;

--
-- Transition tables: core collects none of foreign tables
--
\! sandbox/ctl clear
CREATE FUNCTION local.collect() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER collect AFTER INSERT ON gs.plans REFERENCING NEW TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION local.collect();
SELECT local.error_of($$INSERT INTO gs.plans (tenant, name, company_id, type_id)
  SELECT 'zz', 'n' || n, '1P01ACME', '1T01' FROM generate_series(1, 20) AS n$$);
\set VERBOSITY sqlstate
COPY gs.plans (tenant, name, company_id, type_id) FROM stdin;
zz	n	1P01ACME	1T01
\.
\set VERBOSITY default
INSERT INTO gs.plans (tenant, name) VALUES ('aa', 'not foreign');
DROP TRIGGER collect ON gs.plans;
CREATE TRIGGER collect AFTER UPDATE ON gs.plans REFERENCING OLD TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION local.collect();
SELECT local.error_of($$UPDATE gs.plans SET comments = 'x' WHERE company_id = '1P01ACME'$$);
UPDATE gs.plans SET comments = 'x' WHERE tenant = 'aa';
-- a row that moves leaves the old table of the partition it was in, and enters the new one of the other
DROP TRIGGER collect ON gs.plans;
CREATE TRIGGER collect AFTER UPDATE ON gs.plans REFERENCING NEW TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION local.collect();
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.plans SET tenant = 'zz' WHERE tenant = 'aa'$$) AS e LIMIT 1;
DROP TRIGGER collect ON gs.plans;
-- the children of a parent by inheritance, too
CREATE TABLE gs.parent (gsid text, comments text);
CREATE FOREIGN TABLE gs.child () INHERITS (gs.parent) SERVER gainsight OPTIONS (resource 'successplans');
CREATE TRIGGER collect AFTER UPDATE ON gs.parent REFERENCING NEW TABLE AS rows
  FOR EACH STATEMENT EXECUTE FUNCTION local.collect();
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.parent SET comments = 'x' WHERE gsid = '1P02A'$$) AS e LIMIT 1;
\! sandbox/ctl requests

--
-- WITH CHECK OPTION: a definite no is said before
--
CREATE VIEW gs.active AS SELECT * FROM gs.successplans WHERE status = 'Active' WITH CHECK OPTION;
SELECT local.error_of($$INSERT INTO gs.active (name, company_id, type_id, status)
  VALUES ('n', '1P01ACME', '1T01', 'Archived')$$);
SELECT local.error_of($$UPDATE gs.active SET status = 'Archived' WHERE gsid = '1P02A'$$);
-- by way of a partitioned parent, and of views above views
CREATE VIEW gs.active_plans AS SELECT * FROM gs.plans WHERE status = 'Active';
CREATE VIEW gs.some_plans AS SELECT * FROM gs.active_plans WHERE name <> 'no' WITH CASCADED CHECK OPTION;
SELECT local.error_of($$INSERT INTO gs.some_plans (tenant, name, company_id, type_id, status)
  VALUES ('zz', 'yes', '1P01ACME', '1T01', 'Archived')$$);
SELECT local.error_of($$INSERT INTO gs.some_plans (tenant, name, company_id, type_id, status)
  VALUES ('zz', 'no', '1P01ACME', '1T01', 'Active')$$);
SELECT local.error_of($$UPDATE gs.some_plans SET status = 'Archived' WHERE tenant = 'zz' AND gsid = '1P02A'$$);
\! sandbox/ctl requests | grep -Ev 'search|GET'
-- a row that passes goes out
INSERT INTO gs.some_plans (tenant, name, company_id, type_id, status)
  VALUES ('zz', 'yes', '1P01ACME', '1T01', 'Active') RETURNING tenant, name;
\! sandbox/ctl requests
-- what only the tenant knows is asked when it has answered, also where null would make it a no
CREATE VIEW gs.known AS SELECT * FROM gs.successplans
  WHERE company_name IS NOT NULL AND coalesce(type_name, '') <> '' WITH CHECK OPTION;
CREATE VIEW gs.unknown AS SELECT * FROM gs.successplans WHERE company_name IS NULL WITH CHECK OPTION;
INSERT INTO gs.known (name, company_id, type_id) VALUES ('n', :'company', :'type') RETURNING company_name IS NULL AS unknown;
SELECT left(e, 6) AS e FROM local.error_of(format($$INSERT INTO gs.unknown (name, company_id, type_id)
  VALUES ('n', %L, %L)$$, :'company', :'type')) AS e LIMIT 1;
\! sandbox/ctl requests
-- a no that nothing unknown can change
CREATE VIEW gs.either AS SELECT * FROM gs.successplans
  WHERE (company_name = 'Acme' AND status = 'Active') OR status = 'Completed' WITH CHECK OPTION;
SELECT left(e, 6) AS e FROM local.error_of($$INSERT INTO gs.either (name, company_id, type_id, status)
  VALUES ('n', '1P01ACME', '1T01', 'Archived')$$) AS e LIMIT 1;
-- null is undecided: the tenant may fill it in, and core has the last word
SELECT left(e, 6) AS e FROM local.error_of($$INSERT INTO gs.active (name, company_id, type_id)
  VALUES ('n', '1P01ACME', '1T01')$$) AS e LIMIT 1;
\! sandbox/ctl requests
-- a policy of the parent holds for rows of the foreign partition, which core does not ask about
CREATE ROLE regress_gs_clerk;
GRANT USAGE ON SCHEMA gs TO regress_gs_clerk;
GRANT SELECT, INSERT ON gs.plans TO regress_gs_clerk;
CREATE USER MAPPING FOR regress_gs_clerk SERVER gainsight OPTIONS (access_key :'key');
ALTER TABLE gs.plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY clerks ON gs.plans USING (company_id = '1P01ACME');
SET ROLE regress_gs_clerk;
INSERT INTO gs.plans (tenant, name, company_id, type_id) VALUES ('zz', 'n', '1P01OTHER', '1T01');
INSERT INTO gs.plans (tenant, name, company_id, type_id) VALUES ('zz', 'n', '1P01ACME', '1T01');
RESET ROLE;
ALTER TABLE gs.plans DISABLE ROW LEVEL SECURITY;
\! sandbox/ctl requests

--
-- System columns are there to be read, and say nothing
--
SELECT xmin, xmax, cmin, cmax, tableoid::regclass, gsid FROM gs.successplans WHERE gsid = '1P02A' AND xmin = '0';
SELECT tenant, xmin, tableoid::regclass FROM gs.plans WHERE gsid = '1P02A';
SELECT count(xmin) = count(*) AS same FROM gs.successplans;
-- read again, and side by side
SELECT n, count(p.xmax) FROM generate_series(1, 2) AS n LEFT JOIN gs.successplans AS p ON length(p.name) > n + 1000 - 1000 GROUP BY 1 ORDER BY 1;
SELECT count(xmin) > 0 AS found FROM (SELECT xmin FROM gs.zz UNION ALL SELECT xmin FROM gs.successplans) AS u;
-- by batches of keys
CREATE TABLE local.companies AS SELECT DISTINCT company_id AS id FROM gs.successplans WHERE company_id IS NOT NULL LIMIT 50;
ANALYZE local.companies;
SELECT line FROM local.explain($$SELECT c.id, p.xmin FROM local.companies AS c JOIN gs.successplans AS p ON p.company_id = c.id$$) AS line
WHERE line ~ 'Bind';
SELECT DISTINCT p.xmin, p.cmin FROM local.companies AS c JOIN gs.successplans AS p ON p.company_id = c.id;
-- of rows that were written, on each road
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('n', '1P01ACME', '1T01') RETURNING xmin, xmax, cmax, ctid, name;
INSERT INTO gs.plans (tenant, name, company_id, type_id) VALUES ('zz', 'n', '1P01ACME', '1T01') RETURNING xmin, tableoid::regclass;
UPDATE gs.successplans SET comments = 'c' || xmin WHERE gsid = '1P02A' AND xmin = '0' RETURNING xmin, xmax, cmin, comments;
UPDATE gs.successplans AS p SET comments = 'd' || p.xmin FROM local.src WHERE p.gsid = '1P02A' AND p.company_id = c
RETURNING p.xmin, p.cmax, p.ctid, p.comments;

SET client_min_messages = warning;
DROP TABLE gs.plans, gs.parent CASCADE;
DROP USER MAPPING FOR regress_gs_clerk SERVER gainsight;
RESET client_min_messages;
\i sql/include/teardown.psql
DROP ROLE regress_gs_clerk;
