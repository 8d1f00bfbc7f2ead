--
-- COUNTS: count(*), by the tenant's own count where that can be believed
--
\i sql/include/setup.psql
\i sql/include/copy.psql

-- of everything: one search for one row
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans;
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl requests -v
-- a tenant that does not count, or counts the page: rows are counted
\! sandbox/ctl set total_count=absent
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl set total_count=page
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl set total_count=absent bare_arrays=true
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl defaults
-- however JSON spells the number: 2.5E3 plans are 2500, and not 2
\! sandbox/ctl set total_as=double
\! sandbox/ctl clear
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl requests -n
SELECT local.compare('successplans');
\! sandbox/ctl defaults
-- one that counts what it does not show: it is its count
\! sandbox/ctl set total_count=3
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl defaults
-- no plan, one, two
\! sandbox/ctl reset plans=0
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl reset plans=1
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl reset plans=2
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl reset plans=2500
\! sandbox/ctl clear

-- with a condition rows are counted, whatever its grade
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans WHERE status = 'Active';
SELECT local.compare_queries($$SELECT count(*) FROM gs.successplans WHERE status = 'Active'$$,
							 $$SELECT count(*) FROM local.successplans WHERE status = 'Active'$$);
\! sandbox/ctl requests -n
-- unless the tenant's filters are trusted, and the condition is exact
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true');
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans WHERE status = 'Active';
SELECT local.compare_queries($$SELECT count(*) FROM gs.successplans WHERE status = 'Active'$$,
							 $$SELECT count(*) FROM local.successplans WHERE status = 'Active'$$);
\! sandbox/ctl requests -v
-- neighbours: not exact, not all of it, local, with parameters
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans WHERE name = 'Renewal';
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND end_date > '2025-01-01';
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans WHERE upper(status) = 'ACTIVE';
SELECT count(*) FROM gs.successplans WHERE status = 'none';
SELECT count(*) FROM gs.successplans WHERE status = NULL;
SELECT count(*) FROM gs.successplans WHERE status = ANY ('{}');
SELECT local.compare_queries($$SELECT count(*) FROM gs.successplans WHERE status IN ('Active', 'Archived')$$,
							 $$SELECT count(*) FROM local.successplans WHERE status IN ('Active', 'Archived')$$);
\! sandbox/ctl set total_count=absent
SELECT local.compare_queries($$SELECT count(*) FROM gs.successplans WHERE status = 'Active'$$,
							 $$SELECT count(*) FROM local.successplans WHERE status = 'Active'$$);
\! sandbox/ctl defaults
-- a list of which some requests are made is not one count: each search has its own
SELECT string_agg(quote_literal(gsid), ',') AS many FROM (SELECT gsid FROM local.successplans LIMIT 250) AS p \gset
SELECT count(*) FROM gs.successplans WHERE gsid IN (:many);
-- a condition that is on no row of the table is still one
EXPLAIN (COSTS OFF) SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND now() < '2020-01-01';
SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND now() < '2020-01-01';
SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND EXISTS (SELECT FROM local.objectives WHERE false);
SELECT n, (SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND n = 2)
	= (SELECT count(*) FROM local.successplans WHERE status = 'Active' AND n = 2) AS same FROM generate_series(1, 3) AS n;
ALTER SERVER gainsight OPTIONS (DROP trust_filters);
\! sandbox/ctl clear

-- what is not just a count of rows is counted here
SELECT local.compare_queries('SELECT count(*), count(owner_id), min(gsid) FROM gs.successplans',
							 'SELECT count(*), count(owner_id), min(gsid) FROM local.successplans');
SELECT local.compare_queries('SELECT count(DISTINCT status), count(*) FILTER (WHERE status IS NULL) FROM gs.successplans',
							 'SELECT count(DISTINCT status), count(*) FILTER (WHERE status IS NULL) FROM local.successplans');
SELECT local.compare_queries('SELECT status, count(*) FROM gs.successplans GROUP BY status',
							 'SELECT status, count(*) FROM local.successplans GROUP BY status');
SELECT local.compare_queries('SELECT count(*) FROM gs.successplans HAVING count(*) > 3000',
							 'SELECT count(*) FROM local.successplans HAVING count(*) > 3000');
SELECT count(*) FROM gs.plan_types;
\! sandbox/ctl clear

-- expressions of the count, and things that need no row, are still one search
EXPLAIN (COSTS OFF) SELECT count(*)::int AS n, 'plans' AS what FROM gs.successplans;
SELECT count(*)::int AS n, 'plans' AS what FROM gs.successplans;
\! sandbox/ctl requests -v
SELECT local.compare_queries('SELECT 1 + count(*), count(1) * 2, (SELECT max(id) FROM local.plan_types) FROM gs.successplans ORDER BY -count(*)',
							 'SELECT 1 + count(*), count(1) * 2, (SELECT max(id) FROM local.plan_types) FROM local.successplans ORDER BY -count(*)');
SELECT local.compare_queries('SELECT generate_series(1, 3), count(*) / 2.0, sum(count(*)) OVER () FROM gs.successplans',
							 'SELECT generate_series(1, 3), count(*) / 2.0, sum(count(*)) OVER () FROM local.successplans');
SELECT local.compare_queries('SELECT count(*) IN (SELECT g + 2500 FROM generate_series(0, 1) AS g) FROM gs.successplans',
							 'SELECT count(*) IN (SELECT g + 2500 FROM generate_series(0, 1) AS g) FROM local.successplans');
\! sandbox/ctl requests -n
-- where rows are counted, expressions are of their number
\! sandbox/ctl set total_count=absent
SELECT local.compare_queries('SELECT 1 + count(*), count(1)::text, count(*)::int % 7 FROM gs.successplans',
							 'SELECT 1 + count(*), count(1)::text, count(*)::int % 7 FROM local.successplans');
\! sandbox/ctl defaults
-- in a subquery, in a union, in a cursor that goes back
SELECT (SELECT count(*) FROM gs.successplans) AS one, (SELECT count(*) FROM gs.successplans) AS two;
SELECT count(*) FROM gs.successplans UNION ALL SELECT count(*) FROM gs.plan_types;
\! sandbox/ctl clear
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT count(*) FROM gs.successplans;
FETCH NEXT FROM c;
FETCH PRIOR FROM c;
FETCH NEXT FROM c;
COMMIT;
SELECT g, (SELECT count(*) FROM gs.successplans) AS count FROM generate_series(1, 3) AS g;
\! sandbox/ctl requests -n
-- the key is needed, and failures are as of any read
\! sql/include/answer '<html></html>'
SELECT * FROM local.error_of('SELECT count(*) FROM gs.successplans');
\! sandbox/ctl set key=another
SELECT * FROM local.error_of('SELECT count(*) FROM gs.successplans');

\i sql/include/teardown.psql
