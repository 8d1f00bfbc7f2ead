--
-- TENANTS: several servers in one table, or in one UNION ALL, are read side by side
--
-- Here both servers lead to the one sandbox, so that it is asked twice; t/030_tenants.pl has four
-- tenants that are four, and a clock.
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=300
\i sql/include/copy.psql
\getenv url GS_SANDBOX_URL
\getenv key GS_SANDBOX_KEY
CREATE SERVER north FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', dialect :'dialect', rate_limit '0', page_size '101');
CREATE SERVER south FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', dialect :'dialect', rate_limit '0', page_size '101');
CREATE USER MAPPING FOR CURRENT_USER SERVER north OPTIONS (access_key :'key');
CREATE USER MAPPING FOR CURRENT_USER SERVER south OPTIONS (access_key :'key');

-- The tenant's name, which the API does not know, is the partition key.
CREATE TABLE gs.plans (tenant text, gsid text, name text, company_id text, type_id text, status text)
  PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.north (tenant text OPTIONS (constant 'north'), gsid text, name text, company_id text,
  type_id text, status text) SERVER north OPTIONS (resource 'successplans');
CREATE FOREIGN TABLE gs.south (tenant text OPTIONS (constant 'south'), gsid text, name text, company_id text,
  type_id text, status text) SERVER south OPTIONS (resource 'successplans');
ALTER TABLE gs.plans ATTACH PARTITION gs.north FOR VALUES IN ('north');
ALTER TABLE gs.plans ATTACH PARTITION gs.south FOR VALUES IN ('south');
CREATE VIEW local.plans AS
  SELECT tenant, gsid, name, company_id, type_id, status
  FROM local.successplans, (VALUES ('north'), ('south')) AS t (tenant);

--
-- Side by side
--
EXPLAIN (COSTS OFF) SELECT * FROM gs.plans WHERE status = 'Active';
SELECT local.compare_queries('SELECT * FROM gs.plans', 'SELECT * FROM local.plans');
\! sandbox/ctl requests
EXPLAIN (COSTS OFF) SELECT 'n' AS whose, gsid FROM gs.north UNION ALL SELECT 's', gsid FROM gs.south;
SELECT local.compare_queries($$SELECT 'n' AS whose, gsid FROM gs.north UNION ALL SELECT 's', gsid FROM gs.south$$,
	'SELECT left(tenant, 1), gsid FROM local.plans');
-- rows that only the plan's own filter leaves out
SELECT local.compare_queries($$SELECT * FROM gs.plans WHERE length(name) % 7 = 0$$,
	$$SELECT * FROM local.plans WHERE length(name) % 7 = 0$$);
-- lists by path, and tables that are one list
CREATE FOREIGN TABLE gs.south_objectives (gsid text, success_plan_id text) SERVER south OPTIONS (resource 'objectives');
CREATE FOREIGN TABLE gs.south_types (id text) SERVER south OPTIONS (resource 'plan_types');
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.objectives UNION ALL SELECT gsid FROM gs.south_objectives
UNION ALL SELECT id FROM gs.plan_types UNION ALL SELECT id FROM gs.south_types;
SELECT local.compare_queries(
	'SELECT gsid FROM gs.objectives UNION ALL SELECT gsid FROM gs.south_objectives
	 UNION ALL SELECT id FROM gs.plan_types UNION ALL SELECT id FROM gs.south_types',
	'SELECT gsid FROM local.objectives UNION ALL SELECT gsid FROM local.objectives
	 UNION ALL SELECT id FROM local.plan_types UNION ALL SELECT id FROM local.plan_types');
-- lists of conditions that take several searches
SELECT array_agg(gsid) AS many FROM (SELECT gsid FROM local.successplans ORDER BY gsid LIMIT 250) AS p \gset
\! sandbox/ctl clear
SELECT count(name) FROM gs.plans WHERE gsid = ANY (:'many');
\! sandbox/ctl requests

-- ANALYZE counts for each what it did
CREATE FUNCTION local.analyze(query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
		CONTINUE WHEN line ~ 'Bytes Received';
		RETURN NEXT regexp_replace(line, '(rows=\d+)\.00', '\1');
	END LOOP;
END $$;
SELECT local.analyze('SELECT gsid FROM gs.plans');

-- one after the other, if that is asked for
SET enable_async_append = off;
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.plans;
SELECT local.compare_queries('SELECT * FROM gs.plans', 'SELECT * FROM local.plans');
RESET enable_async_append;

--
-- Only what is needed
--
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.plans WHERE tenant = 'south';
SELECT local.explain($$SELECT gsid FROM gs.plans WHERE tenant = 'nowhere'$$) AS plan;
\! sandbox/ctl clear
SELECT count(gsid) FROM gs.plans WHERE tenant = 'south';
\! sandbox/ctl requests
-- known when the statement starts, and with each row of another table
SET plan_cache_mode = force_generic_plan;
PREPARE one(text) AS SELECT count(gsid) FROM gs.plans WHERE tenant = $1;
EXPLAIN (COSTS OFF) EXECUTE one('north');
EXECUTE one('north');
EXECUTE one('nowhere');
\! sandbox/ctl requests
RESET plan_cache_mode;
CREATE TABLE local.chosen AS SELECT 'north' AS which;
SELECT which, n FROM local.chosen, LATERAL (SELECT count(gsid) AS n FROM gs.plans WHERE tenant = which) AS p;
\! sandbox/ctl requests
-- LIMIT sizes the first page of each, and nobody is asked for a second one
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.plans LIMIT 3;
SELECT count(*) FROM (SELECT gsid FROM gs.plans LIMIT 3) AS p;
\! sandbox/ctl requests -v | sort -u
-- a query that needs them in order has to see them all
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.plans ORDER BY name LIMIT 3;

--
-- Again, and with other values
--
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
CREATE TABLE local.ids AS
	SELECT DISTINCT company_id AS id FROM local.successplans WHERE company_id IS NOT NULL ORDER BY 1 LIMIT 3;
ANALYZE local.ids;
SELECT local.explain($$SELECT id, gsid FROM local.ids JOIN gs.plans ON company_id = id$$) AS plan;
SELECT local.compare_queries('SELECT id, gsid FROM local.ids JOIN gs.plans ON company_id = id',
	'SELECT id, gsid FROM local.ids JOIN local.plans ON company_id = id');
\! sandbox/ctl requests
-- the same rows for each of three sends nothing more
SELECT n, count(gsid) FROM generate_series(1, 3) AS n LEFT JOIN gs.plans ON length(name) % 3 = n % 3 GROUP BY 1 ORDER BY 1;
SELECT n, count(gsid) FROM generate_series(1, 3) AS n LEFT JOIN local.plans ON length(name) % 3 = n % 3 GROUP BY 1 ORDER BY 1;
\! sandbox/ctl requests
-- left while answers are under way, and begun anew with other values
SELECT n, count(*), bool_and(length(name) % 3 = n) FROM generate_series(0, 2) AS n,
	LATERAL (SELECT name FROM gs.plans WHERE length(name) % 3 = n LIMIT 5) AS p GROUP BY n ORDER BY n;
SELECT line FROM local.analyze($$SELECT n, p.* FROM (VALUES (1, 'Active'), (2, 'Archived'), (3, 'Active')) AS v (n, which),
	LATERAL (SELECT status FROM gs.plans WHERE status = which LIMIT 5) AS p$$) AS line WHERE line ~ '^ *(Requests|Rows Removed)';
\! sandbox/ctl clear
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
-- a cursor goes on where it was, and back over what it has given
DO $$
DECLARE
	c SCROLL CURSOR FOR SELECT tenant || ' ' || gsid FROM gs.plans;
	one text;
	again text;
	moved int;
BEGIN
	OPEN c;
	FETCH c INTO one;
	MOVE FORWARD 150 FROM c;
	MOVE BACKWARD 150 FROM c;
	FETCH RELATIVE 0 FROM c INTO again;
	MOVE FORWARD ALL FROM c;
	GET DIAGNOSTICS moved = ROW_COUNT;
	RAISE NOTICE 'the same row: %, others: %', one = again, moved;
END $$;

--
-- count(*): by the tenant's own count for one of them, of several the rows are counted
--
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.north;
EXPLAIN (COSTS OFF) SELECT tenant, count(*) FROM gs.plans GROUP BY tenant;
SELECT tenant, count(*) FROM gs.plans GROUP BY tenant ORDER BY tenant;
SELECT tenant, count(*) FROM local.plans GROUP BY tenant ORDER BY tenant;
-- one sum for each partition: these are made one after the other
SET enable_partitionwise_aggregate = on;
EXPLAIN (COSTS OFF) SELECT tenant, count(*) FROM gs.plans GROUP BY tenant;
RESET enable_partitionwise_aggregate;

--
-- Writing
--
\! sandbox/ctl clear
INSERT INTO gs.plans (tenant, name, company_id, type_id)
VALUES ('north', 'for the north', '1P01ACME', '1T01'), ('south', 'for the south', '1P01ACME', '1T01');
SELECT tenant, name FROM gs.plans WHERE company_id = '1P01ACME' ORDER BY name, tenant;
\! sandbox/ctl requests
SELECT local.error_of($$INSERT INTO gs.plans (tenant, name, company_id, type_id) VALUES ('west', 'n', 'c', 't')$$);
SELECT local.error_of($$INSERT INTO gs.north (tenant, name, company_id, type_id) VALUES ('south', 'n', 'c', 't')$$);
-- what is written is not read again, though all is read side by side
EXPLAIN (COSTS OFF) INSERT INTO gs.plans (tenant, name, company_id, type_id)
SELECT tenant, 'again ' || name, company_id, type_id FROM gs.plans WHERE company_id = '1P01ACME';
INSERT INTO gs.plans (tenant, name, company_id, type_id)
SELECT tenant, 'again ' || name, company_id, type_id FROM gs.plans WHERE company_id = '1P01ACME' AND tenant = 'south';
SELECT name, count(*) FROM gs.plans WHERE company_id = '1P01ACME' GROUP BY 1 ORDER BY 1;
-- an update of one table after the other; with a join they are read side by side
EXPLAIN (COSTS OFF) UPDATE gs.plans SET status = 'Archived' WHERE company_id = '1P01ACME';
CREATE TABLE local.to_change AS SELECT 'again for the north' AS which;
ANALYZE local.to_change;
SELECT local.explain($$UPDATE gs.plans SET status = 'Completed' FROM local.to_change WHERE name = which$$) AS plan;
UPDATE gs.plans SET status = 'Completed' FROM local.to_change WHERE name = which AND tenant = 'south';
UPDATE gs.plans SET status = 'Archived' WHERE name = 'again for the south' AND tenant = 'north';
SELECT name, status FROM gs.north WHERE company_id = '1P01ACME' ORDER BY 1;

-- where one fails, the other's rows count, too
\! sandbox/ctl fault '{"op":"POST /successplans","skip":2,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1001"}}}'
SELECT local.error_of($$INSERT INTO gs.plans (tenant, name, company_id, type_id)
VALUES ('north', 'one', '1P01TWO', '1T01'), ('north', 'two', '1P01TWO', '1T01'), ('south', 'three', '1P01TWO', '1T01')$$);
-- a partition is written to by way of the table, and read: what is written is not read, however
-- well the new rows join on to the page before
\! sandbox/ctl reset plans=40
\! sandbox/ctl set total_count=absent
ALTER FOREIGN TABLE gs.north OPTIONS (ADD page_size '10');
INSERT INTO gs.plans (tenant, name, company_id, type_id)
SELECT 'north', 'copy', company_id, type_id FROM gs.north;
SELECT count(*), count(*) FILTER (WHERE name = 'copy') AS copies FROM gs.north;
-- an update that moves rows to a partition that it does not read
CREATE TABLE gs.local PARTITION OF gs.plans FOR VALUES IN ('local');
INSERT INTO gs.local SELECT 'local', NULL, 'moved', company_id, type_id FROM gs.north;
UPDATE gs.plans SET tenant = 'north', gsid = NULL FROM gs.north AS n
WHERE plans.tenant = 'local' AND n.company_id = plans.company_id AND n.name = 'copy';
SELECT count(*), count(*) FILTER (WHERE name = 'moved') AS moved FROM gs.north;
SELECT count(*) FROM gs.local;

--
-- An error says whose it is
--
ALTER USER MAPPING FOR CURRENT_USER SERVER south OPTIONS (SET access_key 'expired');
SELECT local.error_of('SELECT name FROM gs.plans');
ALTER SERVER north OPTIONS (ADD max_requests '1');
SELECT local.error_of($$SELECT name FROM gs.plans WHERE tenant = 'north'$$);
-- a create's, too
SELECT local.error_of($$INSERT INTO gs.plans (tenant, name, company_id, type_id) VALUES ('south', 'n', 'c', 't')$$);

SET client_min_messages = warning;
DROP TABLE gs.plans;
DROP SERVER north, south CASCADE;
RESET client_min_messages;
\i sql/include/teardown.psql
