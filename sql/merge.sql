--
-- MERGE into a partitioned table, of which one partition is foreign
--
-- Core merges into no foreign table, but rows that MERGE adds or moves may be routed to one.
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
CREATE TABLE gs.plans (tenant text, name text, company_id text, type_id text, status text) PARTITION BY LIST (tenant);
CREATE TABLE gs.aa PARTITION OF gs.plans FOR VALUES IN ('aa');
CREATE FOREIGN TABLE gs.zz (tenant text OPTIONS (constant 'zz'), name text, company_id text, type_id text, status text)
  SERVER gainsight OPTIONS (resource 'successplans');
ALTER TABLE gs.plans ATTACH PARTITION gs.zz FOR VALUES IN ('zz');
INSERT INTO gs.plans VALUES ('aa', 'near', '1P01ACME', '1T01', 'Active');
CREATE TABLE local.src (name text, status text);
INSERT INTO local.src VALUES ('near', 'Active'), ('new', 'Active');
-- the foreign partition is merged into only as far as core allows
SELECT local.error_of($$MERGE INTO gs.plans AS p USING local.src AS s ON p.name = s.name
  WHEN MATCHED THEN UPDATE SET status = s.status$$);

--
-- Policies: an added row by those for INSERT, a moved one by those for UPDATE
--
ALTER TABLE gs.plans ENABLE ROW LEVEL SECURITY;
CREATE POLICY look ON gs.plans FOR SELECT USING (true);
CREATE POLICY add ON gs.plans FOR INSERT WITH CHECK (status = 'Active');
CREATE POLICY move ON gs.plans FOR UPDATE USING (true) WITH CHECK (status = 'Completed');
CREATE ROLE gs_merging;
GRANT USAGE ON SCHEMA gs, local TO gs_merging;
GRANT ALL ON ALL TABLES IN SCHEMA gs, local TO gs_merging;
CREATE USER MAPPING FOR gs_merging SERVER gainsight OPTIONS (access_key :'key');
SET ROLE gs_merging;
CREATE FUNCTION pg_temp.merge(names text[], status text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT left(e, 50) FROM local.error_of(format($m$MERGE INTO gs.plans AS p
	USING (SELECT * FROM local.src WHERE name = ANY (%L)) AS s ON p.name = s.name AND p.tenant = 'aa'
	WHEN NOT MATCHED THEN INSERT VALUES ('zz', s.name, '1P01ACME', '1T01', %L)
	WHEN MATCHED THEN UPDATE SET tenant = 'zz', status = %L$m$, names, status, status)) AS e LIMIT 1
$$;
\! sandbox/ctl clear
SELECT pg_temp.merge('{new}', 'Completed');
SELECT pg_temp.merge('{near}', 'Active');
\! sandbox/ctl requests | grep -v search
SELECT pg_temp.merge('{new}', 'Active');
SELECT pg_temp.merge('{near}', 'Completed');
SELECT tenant, name, status FROM gs.plans ORDER BY name;
-- a MERGE that has one kind of action is no different
SELECT left(e, 50) AS e FROM local.error_of($$MERGE INTO gs.plans AS p USING local.src AS s ON p.name = s.name AND p.tenant = 'aa'
  WHEN NOT MATCHED THEN INSERT VALUES ('zz', s.name, '1P01ACME', '1T01', 'Completed')$$) AS e LIMIT 1;
MERGE INTO gs.plans AS p USING local.src AS s ON p.name = s.name AND p.tenant = 'aa'
  WHEN NOT MATCHED AND s.name = 'new' THEN INSERT VALUES ('zz', 'another', '1P01ACME', '1T01', 'Active');
SELECT tenant, name, status FROM gs.plans ORDER BY name;
RESET ROLE;
DROP OWNED BY gs_merging;
DROP ROLE gs_merging;
\i sql/include/teardown.psql
