--
-- COUNTS_BY_STATUS: count(*) by status, by the tenant's own counts where they add up
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=300
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '20');
-- how many requests a query takes, and whether its answer is that of the local copy
\set by_status 'SELECT local.compare_queries($$SELECT status, count(*) FROM gs.successplans GROUP BY status$$, $$SELECT status, count(*) FROM local.successplans GROUP BY status$$);'

-- a tenant whose filters are not trusted: all 16 pages are read
EXPLAIN (COSTS OFF) SELECT status, count(*) FROM gs.successplans GROUP BY status;
:by_status
\! sandbox/ctl requests -n
-- one whose filters are: a search for all, and one for each documented status
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true');
EXPLAIN (COSTS OFF) SELECT status, count(*) FROM gs.successplans GROUP BY status;
SELECT local.explain('SELECT status FROM gs.successplans GROUP BY status');
-- some plans have no status: the counts do not add up, and rows are read behind the four searches
:by_status
\! sandbox/ctl requests -n
SELECT line FROM local.explain_analyze('SELECT status, count(*) FROM gs.successplans GROUP BY status') AS line WHERE line !~ 'Sort Method';
\! sandbox/ctl clear

-- where each plan has one they are the answer
UPDATE gs.successplans SET status = 'Active' WHERE status IS NULL;
\i sql/include/copy.psql
:by_status
\! sandbox/ctl requests -v | LC_ALL=C sort
SELECT line FROM local.explain_analyze('SELECT status, count(*) FROM gs.successplans GROUP BY status') AS line WHERE line !~ 'Sort Method';
\! sandbox/ctl clear
-- whatever is made of them: HAVING, ORDER BY, LIMIT, expressions, windows, the count first, the count alone, none
CREATE FUNCTION local.counted(query text) RETURNS text
RETURN local.compare_queries(query, replace(query, 'gs.', 'local.'));
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status HAVING count(*) > 100 ORDER BY count(*) DESC');
SELECT local.counted($$SELECT count(*), status FROM gs.successplans GROUP BY status HAVING count(*) > 1 AND max(status) < 'B'$$);
SELECT local.counted($$SELECT count(*) * 2, upper(status) || '!', count(1)::text FROM gs.successplans GROUP BY status$$);
SELECT local.counted('SELECT count(*) FROM gs.successplans GROUP BY status');
SELECT local.counted('SELECT status FROM gs.successplans GROUP BY status');
SELECT local.counted('SELECT status, round(count(*) / sum(count(*)) OVER (), 3) FROM gs.successplans GROUP BY 1');
SELECT local.counted('SELECT generate_series(1, 2), status, count(*) FROM gs.successplans GROUP BY status');
SELECT local.counted('SELECT s.status, s.n FROM (SELECT status, count(*) AS n FROM gs.successplans GROUP BY status ORDER BY n LIMIT 1) AS s');
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status HAVING count(*) > (SELECT count(*) FROM local.plan_types) * 10');
\! sandbox/ctl requests
SELECT status, count(*) FROM gs.successplans GROUP BY status ORDER BY status DESC;
SELECT status FROM gs.successplans GROUP BY status ORDER BY status LIMIT 1000;
\! sandbox/ctl requests -n
-- sorted or hashed below: it is the same
SET enable_hashagg = off;
SELECT local.explain('SELECT status FROM gs.successplans GROUP BY status');
\! sandbox/ctl set total_count=absent
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status');
SELECT local.counted('SELECT status FROM gs.successplans GROUP BY status');
SET enable_hashagg = on;
SET enable_sort = off;
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status HAVING count(*) > 100');
SELECT local.counted('SELECT status FROM gs.successplans GROUP BY status');
RESET enable_hashagg;
RESET enable_sort;
\! sandbox/ctl defaults
\! sandbox/ctl clear

-- a tenant that does not count, or counts the page, is asked once; what one does not show is in each count, and does not add up
\! sandbox/ctl set total_count=absent
:by_status
\! sandbox/ctl requests -n
\! sandbox/ctl set total_count=page
:by_status
\! sandbox/ctl requests -n
\! sandbox/ctl set total_count=3
:by_status
\! sandbox/ctl requests -n
\! sandbox/ctl defaults
-- one that ignores filters
\! sandbox/ctl set ignore_filters=true
:by_status
\! sandbox/ctl requests -n
\! sandbox/ctl defaults
-- a status that is not documented
SELECT gsid AS one FROM local.successplans ORDER BY gsid COLLATE "C" LIMIT 1 \gset
\setenv ONE :one
\! sandbox/ctl touch "$ONE" Status=Draft
\i sql/include/copy.psql
:by_status
\! sandbox/ctl requests -n
-- in the other query it is no matter: these counts do add up
SELECT local.counted($$SELECT status, count(*) FROM gs.successplans WHERE status IN ('Active', 'Completed', 'Archived') GROUP BY status$$);
\! sandbox/ctl requests -n
\! sandbox/ctl touch "$ONE" Status=Active
\i sql/include/copy.psql
-- a plan that comes between the searches
\! sandbox/ctl mutate '{"before_search":2,"insert_at":0}'
SELECT sum(n) FROM (SELECT status, count(*) AS n FROM gs.successplans GROUP BY status) AS s;
\! sandbox/ctl requests -n
\i sql/include/copy.psql

-- conditions that are all exact; a status that no plan has gives no row
SELECT local.counted($$SELECT status, count(*) FROM gs.successplans WHERE status IN ('Active', 'Completed') GROUP BY status$$);
\! sandbox/ctl requests -v | LC_ALL=C sort
SELECT string_agg(DISTINCT quote_literal(type_id), ', ') AS types FROM local.successplans \gset
SELECT local.counted(format('SELECT status, count(*) FROM gs.successplans WHERE type_id IN (%s) GROUP BY status', :'types'));
\! sandbox/ctl requests -n
-- one that leaves so few plans that reading them takes no more is read
SELECT line FROM local.explain($$SELECT status, count(*) FROM gs.successplans WHERE status = 'Archived' GROUP BY status$$) AS line WHERE line !~ 'Group Key';
SELECT local.counted($$SELECT status, count(*) FROM gs.successplans WHERE status = 'Archived' GROUP BY status$$);
\! sandbox/ctl requests -n
-- as is one that is not exact
SELECT local.counted($$SELECT status, count(*) FROM gs.successplans WHERE name <> 'Renewal' GROUP BY status$$);
SELECT local.counted($$SELECT status, count(*) FROM gs.successplans WHERE end_date > '2000-01-01' GROUP BY status$$);
SELECT local.counted($$SELECT status, count(*) FROM gs.successplans WHERE status IN ('Active', 'Completed', 'Archived') AND length(name) > 0 GROUP BY status$$);
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status HAVING status IS NOT NULL');
SELECT local.explain('SELECT status, count(*) FROM gs.successplans WHERE random() < 2 GROUP BY status');

-- parameters, in a custom and in a generic plan
PREPARE by_status(text[]) AS SELECT status, count(*) FROM gs.successplans WHERE status = ANY ($1) GROUP BY status ORDER BY status;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE by_status('{Active,Archived}');
\! sandbox/ctl clear
EXECUTE by_status('{Active,Archived}');
EXECUTE by_status('{Completed,Draft,NULL}');
EXECUTE by_status('{}');
EXECUTE by_status(NULL);
\! sandbox/ctl requests -n
RESET plan_cache_mode;
EXECUTE by_status('{Active,Completed,Archived}');
\! sandbox/ctl requests -n
-- a query that is planned for many plans, and finds few: as soon as it is told so it reads them
\! sandbox/ctl clear
SET plan_cache_mode = force_generic_plan;
PREPARE few AS SELECT status, count(*) FROM gs.successplans GROUP BY status ORDER BY status;
EXECUTE few;
\! sandbox/ctl requests -n
\! sandbox/ctl reset plans=50
EXECUTE few;
\! sandbox/ctl requests -n
RESET plan_cache_mode;
-- and one that is planned now does not ask
SELECT local.explain('SELECT status, count(*) FROM gs.successplans GROUP BY status');
-- none at all, and one: that one row is all is credible where the sum says so
\! sandbox/ctl reset plans=0
EXECUTE few;
\! sandbox/ctl clear
\! sandbox/ctl reset plans=300
UPDATE gs.successplans SET status = 'Active';
\setenv ONE :one
\! sandbox/ctl touch "$ONE" Status=Archived
\! sandbox/ctl clear
EXECUTE few;
\! sandbox/ctl requests -n
\i sql/include/copy.psql

-- in a cursor that goes back; for each row of another table, once for all that have the same values
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT status, count(*) FROM gs.successplans GROUP BY status ORDER BY status;
FETCH ALL FROM c;
FETCH BACKWARD 1 FROM c;
FETCH FIRST FROM c;
COMMIT;
\! sandbox/ctl requests -n
SELECT g, (SELECT string_agg(s.status || ' ' || s.n, ', ' ORDER BY status) FROM (SELECT status, count(*) AS n FROM gs.successplans GROUP BY status) AS s) AS all
FROM generate_series(1, 3) AS g;
\! sandbox/ctl requests -n
SELECT g.list, s.* FROM (VALUES ('{Active,Draft}'::text[]), ('{Active,Draft}'), ('{Archived}'), (NULL)) AS g(list)
LEFT JOIN LATERAL (SELECT status, count(*) FROM gs.successplans WHERE status = ANY (g.list) GROUP BY status OFFSET 0) AS s ON true;
\! sandbox/ctl requests -n
-- counted before the session writes: what is written is not in it
BEGIN;
DECLARE c CURSOR FOR SELECT status, count(*) FROM gs.successplans GROUP BY status;
UPDATE gs.successplans SET status = 'Completed' WHERE gsid = :'one';
SELECT status, count(*) FROM gs.successplans GROUP BY status ORDER BY status;
FETCH ALL FROM c;
COMMIT;
UPDATE gs.successplans SET status = 'Archived' WHERE gsid = :'one';
-- a write that fails as rows are counted for the sake of a cursor: that counts them once more, from the first on
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl set total_count=absent
\! sandbox/ctl fault '{"op":"POST /successplans/search","skip":9,"times":1,"fault":{"status":400,"body":"{}"}}'
BEGIN;
DECLARE c CURSOR FOR SELECT status, count(*) FROM gs.successplans GROUP BY status;
DECLARE d CURSOR FOR SELECT count(*) FROM gs.successplans;
SAVEPOINT s;
\set VERBOSITY sqlstate
UPDATE gs.successplans SET status = 'Completed' WHERE gsid = :'one';
ROLLBACK TO s;
\! sandbox/ctl fault '{"op":"POST /successplans/search","skip":29,"times":1,"fault":{"status":400,"body":"{}"}}'
UPDATE gs.successplans SET status = 'Completed' WHERE gsid = :'one';
ROLLBACK TO s;
\set VERBOSITY default
FETCH ALL FROM c;
FETCH ALL FROM d;
COMMIT;
\! sandbox/ctl defaults
ALTER SERVER gainsight OPTIONS (DROP max_connections);
\! sandbox/ctl clear

-- partitions
CREATE TABLE local.all_parts (gsid text, status text, tenant text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.acme (tenant text OPTIONS (constant 'acme'), gsid text, status text)
  SERVER gainsight OPTIONS (resource 'successplans', page_size '20');
ALTER TABLE local.all_parts ATTACH PARTITION gs.acme FOR VALUES IN ('acme');
CREATE TABLE local.rest PARTITION OF local.all_parts DEFAULT;
INSERT INTO local.rest SELECT gsid, status, 'rest' FROM local.successplans;
SET enable_partitionwise_aggregate = on;
SELECT status, count(*) FROM local.all_parts GROUP BY status ORDER BY status;
SELECT tenant, status, count(*) FROM local.all_parts GROUP BY tenant, status ORDER BY tenant, status;
RESET enable_partitionwise_aggregate;
-- grouping sets, other columns and aggregates, a status that is no plain text: rows are read
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY ROLLUP (status)');
SELECT local.counted('SELECT status, GROUPING(status), count(*) FROM gs.successplans GROUP BY status');
SELECT local.counted('SELECT status, type_id, count(*) FROM gs.successplans GROUP BY status, type_id');
SELECT local.counted('SELECT type_id, count(*) FROM gs.successplans GROUP BY type_id');
SELECT local.counted('SELECT upper(status), count(*) FROM gs.successplans GROUP BY upper(status)');
SELECT local.counted('SELECT status, count(*), count(owner_id) FROM gs.successplans GROUP BY status');
SELECT local.counted('SELECT status, count(DISTINCT status), count(*) FROM gs.successplans GROUP BY status');
SELECT local.counted($$SELECT status, count(*) FILTER (WHERE name > 'M') FROM gs.successplans GROUP BY status$$);
CREATE TYPE local.state AS ENUM ('Active', 'Archived');
CREATE FOREIGN TABLE gs.states (gsid text, status local.state) SERVER gainsight OPTIONS (resource 'successplans', page_size '20');
SELECT status, count(*) FROM gs.states GROUP BY status ORDER BY status;
-- one that may not be asked for, and an operator that the tenant has not
ALTER FOREIGN TABLE gs.successplans ALTER status OPTIONS (ADD pushdown 'false');
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status');
ALTER FOREIGN TABLE gs.successplans ALTER status OPTIONS (DROP pushdown);
ALTER SERVER gainsight OPTIONS (ADD operators 'IN');
SELECT local.counted('SELECT status, count(*) FROM gs.successplans GROUP BY status');
ALTER SERVER gainsight OPTIONS (DROP operators);
-- objectives have no search
SELECT local.counted('SELECT status, count(*) FROM gs.objectives GROUP BY status');
\! sandbox/ctl clear

-- no more at once than max_connections; each is a request of the statement's budget
ALTER SERVER gainsight OPTIONS (ADD max_connections '1', ADD max_requests '4');
SELECT status, count(*) FROM gs.successplans GROUP BY status ORDER BY status;
ALTER SERVER gainsight OPTIONS (SET max_requests '3');
SELECT * FROM local.error_of('SELECT status, count(*) FROM gs.successplans GROUP BY status');
-- a failure is as of any read
ALTER SERVER gainsight OPTIONS (SET max_requests '4');
\! sandbox/ctl fault '{"op":"POST /successplans/search","skip":2,"times":1,"fault":{"status":500,"body":"{}"}}'
SELECT * FROM local.error_of('SELECT status, count(*) FROM gs.successplans GROUP BY status');
SELECT status, count(*) FROM gs.successplans GROUP BY status ORDER BY status;

-- what is no whole number is no count, and rows are counted
ALTER SERVER gainsight OPTIONS (DROP max_connections, DROP max_requests);
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A"}],"totalCount":2.5}}'
SELECT count(*) FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A"}],"totalCount":1e400}}'
SELECT count(*) FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A"}],"totalCount":"1 "}}'
SELECT count(*) FROM gs.successplans;
\! sql/include/answer '{"result":true,"data":{"records":[{"Gsid":"1P02A"}],"totalCount":"0x10"}}'
SELECT count(*) FROM gs.successplans;

\i sql/include/teardown.psql
