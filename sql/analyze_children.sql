--
-- ANALYZE of tables that ours are part of, and of objectives from all over
--
\i sql/include/setup.psql
\i sql/include/copy.psql
CREATE TABLE local.parted (LIKE gs.successplans) PARTITION BY LIST (status);
ALTER TABLE local.parted ATTACH PARTITION gs.successplans DEFAULT;
CREATE TABLE local.parted_own PARTITION OF local.parted FOR VALUES IN ('our own');
INSERT INTO local.parted (name, status) SELECT 'a plan of our own', 'our own' FROM generate_series(1, 100);
CREATE TABLE local.things (id text, name text);
INSERT INTO local.things SELECT g, 'a thing' FROM generate_series(1, 100) AS g;
ALTER FOREIGN TABLE gs.plan_types INHERIT local.things;

--
-- Named, or part of one that is
--
\! sandbox/ctl clear
ANALYZE local.parted;
\! sandbox/ctl requests
SELECT reltuples FROM pg_class WHERE oid = 'local.parted'::regclass;
ANALYZE local.things;
\! sandbox/ctl requests
SELECT n_distinct FROM pg_stats WHERE tablename = 'things' AND inherited AND attname = 'name';
-- then it has to answer
\! sandbox/ctl fault '{"op":"*","times":null,"fault":{"status":401,"body":{"result":false,"errorCode":"GS_APIG_2401"}}}'
SELECT left(e, 5) AS sqlstate FROM local.error_of('ANALYZE local.parted') AS e LIMIT 1;

--
-- An ANALYZE without names asks for nothing, and needs nobody to answer
--
\! sandbox/ctl clear
ANALYZE;
VACUUM ANALYZE;
-- in a session that it is the first statement of
\c -
ANALYZE;
-- with parameters, and in a function
ANALYZE (SKIP_LOCKED);
DO 'BEGIN EXECUTE ''ANALYZE''; END';
\! sandbox/ctl requests
-- what another had found stays
SELECT reltuples FROM pg_class WHERE oid = 'gs.successplans'::regclass;
-- after one that failed, the next named one asks again
\! sandbox/ctl defaults
ANALYZE local.things;
\! sandbox/ctl requests

--
-- Objectives: lists of plans that stand far apart
--
\! sandbox/ctl reset plans=2500 objectives=3
-- a plan's number in the order that the tenant keeps
CREATE TABLE local.numbered (n bigint GENERATED ALWAYS AS IDENTITY, gsid text);
INSERT INTO local.numbered (gsid) SELECT gsid FROM gs.successplans;
CREATE TABLE local.asked (line text);
ALTER FOREIGN TABLE gs.objectives OPTIONS (ADD page_size '20');
\! sandbox/ctl clear
ANALYZE gs.objectives;
\copy local.asked FROM PROGRAM 'sandbox/ctl requests -v' (DELIMITER E'\x01')
SELECT count(*) FILTER (WHERE line ~ 'search' AND line ~ '"limit":20') AS pages, count(*) <= 20 AS in_budget,
	   count(*) FILTER (WHERE line ~ '/objectives') >= 14 AS lists FROM local.asked;
-- much farther than the rows of one page
SELECT max(n) - min(n) > 50 AS far_apart
FROM local.numbered JOIN local.asked ON line ~ '/objectives' AND substring(line FROM '/successplans/([^/]*)/') = gsid;
-- the smallest pages do, too
ALTER FOREIGN TABLE gs.objectives OPTIONS (SET page_size '2');
ANALYZE gs.objectives;
\! sandbox/ctl requests | grep -c objectives
\! sandbox/ctl clear
-- where one page has all plans, each of them may be asked
\! sandbox/ctl reset plans=12 objectives=3
ALTER FOREIGN TABLE gs.objectives OPTIONS (SET page_size '100');
\i sql/include/copy.psql
ANALYZE gs.objectives;
SELECT reltuples = (SELECT count(*) FROM local.objectives) AS exact FROM pg_class WHERE oid = 'gs.objectives'::regclass;
-- a tenant that ignores the offset shows the same plans everywhere
\! sandbox/ctl reset plans=100 objectives=3
ALTER FOREIGN TABLE gs.objectives OPTIONS (SET page_size '10');
\! sandbox/ctl set ignore_offset=true
\! sandbox/ctl clear
ANALYZE gs.objectives;
\! sandbox/ctl requests | grep -c objectives

\i sql/include/teardown.psql
