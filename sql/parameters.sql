--
-- PARAMETERS: what is fixed for a scan, though not when it is planned
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=300
\i sql/include/copy.psql

--
-- Prepared statements: the filter of the first execution is that of the twentieth
--
PREPARE plans(text, date, text[]) AS
	SELECT count(*) FROM gs.successplans
	WHERE status = $1 AND end_date >= $2 AND NOT owner_id IS NULL AND type_id <> ALL ($3);
PREPARE copies(text, date, text[]) AS
	SELECT count(*) FROM local.successplans
	WHERE status = $1 AND end_date >= $2 AND NOT owner_id IS NULL AND type_id <> ALL ($3);
\! sandbox/ctl clear
EXECUTE plans('Active', '2024-01-01', '{a,b}');
EXECUTE copies('Active', '2024-01-01', '{a,b}');
\! sandbox/ctl requests -v
\o /dev/null
SELECT format('EXECUTE plans(%L, %L, %L)', 'Active', '2024-01-01', '{a,b}') FROM generate_series(2, 20) \gexec
\o
SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE name = 'plans';
\! sandbox/ctl requests -v | sort | uniq -c | sed 's/^ *//'
-- its plan shows the parameters
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE plans('Active', '2024-01-01', '{a,b}');
-- other values, other filters, of one plan
EXECUTE plans('Completed', '2021-06-30', '{}');
EXECUTE copies('Completed', '2021-06-30', '{}');
\! sandbox/ctl requests -v
-- a null matches nothing, and nothing is sent
EXECUTE plans(NULL, '2024-01-01', '{a}');
EXECUTE plans('Active', NULL, '{a}');
EXECUTE plans('Active', '2024-01-01', '{a,NULL}');
EXECUTE plans('Active', '2024-01-01', NULL);
\! sandbox/ctl requests

-- a list: distinct values, nulls left out, empty, long
PREPARE list(text[]) AS SELECT count(*) FROM gs.successplans WHERE status = ANY ($1);
EXPLAIN (COSTS OFF) EXECUTE list('{}');
EXECUTE list('{Active,Active,NULL,Archived}');
SELECT count(*) FROM local.successplans WHERE status IN ('Active', 'Archived');
\! sandbox/ctl requests -v
EXECUTE list('{}');
EXECUTE list('{NULL}');
EXECUTE list(NULL);
\! sandbox/ctl requests
PREPARE long_list(text[]) AS SELECT count(*) FROM gs.successplans WHERE gsid = ANY ($1);
SELECT array_agg(gsid) AS many FROM (SELECT gsid FROM local.successplans LIMIT 250) AS p \gset
EXECUTE long_list(:'many');
\! sandbox/ctl requests -n

-- a null inside of an OR: that arm falls away
PREPARE either(text, text) AS SELECT count(*) FROM gs.successplans WHERE status = $1 OR type_id = $2;
EXPLAIN (COSTS OFF) EXECUTE either('Active', NULL);
EXECUTE either('Active', NULL);
SELECT count(*) FROM local.successplans WHERE status = 'Active';
\! sandbox/ctl requests -v
EXECUTE either(NULL, NULL);
\! sandbox/ctl requests

-- a pattern, a date of each kind, infinity
PREPARE pattern(text) AS SELECT count(*) FROM gs.successplans WHERE name LIKE $1;
EXPLAIN (COSTS OFF) EXECUTE pattern('Renew%');
EXECUTE pattern('Re%w%');
SELECT count(*) FROM local.successplans WHERE name LIKE 'Re%w%';
\! sandbox/ctl requests -v
EXECUTE pattern('%');
\! sandbox/ctl requests -v
PREPARE day(date) AS SELECT count(*) FROM gs.successplans WHERE end_date <= $1;
EXPLAIN (COSTS OFF) EXECUTE day('2024-01-01');
EXECUTE day('2024-01-01');
EXECUTE day('infinity');
SELECT count(*) FILTER (WHERE end_date <= '2024-01-01'), count(end_date) FROM local.successplans;
\! sandbox/ctl requests -v
PREPARE moment(timestamptz) AS SELECT count(*) FROM gs.successplans WHERE modified_date > $1;
EXPLAIN (COSTS OFF) EXECUTE moment('2025-01-01 00:00+00');
SET TimeZone = 'Asia/Kolkata';
EXECUTE moment('2025-01-01 00:00:00');
SET TimeZone = 'UTC';
SELECT count(*) FROM local.successplans WHERE modified_date > '2024-12-31 18:30+00';
\! sandbox/ctl requests -v
RESET plan_cache_mode;
DEALLOCATE ALL;

--
-- Stable functions, casts under the session's TimeZone
--
SELECT local.explain($$SELECT gsid FROM gs.successplans WHERE end_date > current_date$$) AS plan;
SELECT local.compare_queries('SELECT * FROM gs.successplans WHERE end_date > current_date',
							 'SELECT * FROM local.successplans WHERE end_date > current_date');
SELECT local.explain($$SELECT gsid FROM gs.successplans WHERE modified_date > now() - interval '1 year'$$) AS plan;
SELECT local.compare_queries('SELECT * FROM gs.successplans WHERE modified_date < now()',
							 'SELECT * FROM local.successplans WHERE modified_date < now()');
SELECT local.explain($$SELECT gsid FROM gs.successplans WHERE name = current_setting('application_name')$$) AS plan;
-- a volatile one is nothing fixed
SELECT local.explain($$SELECT gsid FROM gs.successplans WHERE name = random()::text$$) AS plan;

--
-- InitPlans
--
CREATE TABLE local.choice AS SELECT 'Active'::text AS status, DATE '2024-01-01' AS since;
SELECT local.explain($$SELECT gsid FROM gs.successplans WHERE status = (SELECT status FROM local.choice)$$) AS plan;
\! sandbox/ctl clear
SELECT count(*) FROM gs.successplans
WHERE status = (SELECT status FROM local.choice) AND end_date >= (SELECT since FROM local.choice);
SELECT count(*) FROM local.successplans WHERE status = 'Active' AND end_date >= '2024-01-01';
\! sandbox/ctl requests -v
-- one that finds nothing is null
SELECT count(*) FROM gs.successplans WHERE status = (SELECT status FROM local.choice WHERE false);
\! sandbox/ctl requests
SELECT count(*) FROM gs.successplans WHERE status = ANY (ARRAY(SELECT status FROM local.choice));
\! sandbox/ctl requests -v

--
-- Columns of other tables
--
CREATE TABLE local.wanted AS
	SELECT company_id, min(status) AS status FROM local.successplans GROUP BY 1 ORDER BY 1 LIMIT 3;
ANALYZE local.wanted;
-- a lookup for each outer row
EXPLAIN (COSTS OFF)
SELECT w.company_id, p.* FROM local.wanted AS w,
	LATERAL (SELECT * FROM gs.successplans AS p WHERE p.company_id = w.company_id OFFSET 0) AS p;
SELECT local.compare_queries(
	'SELECT p.* FROM local.wanted AS w, LATERAL (SELECT * FROM gs.successplans AS p WHERE p.company_id = w.company_id OFFSET 0) AS p',
	'SELECT p.* FROM local.wanted AS w, LATERAL (SELECT * FROM local.successplans AS p WHERE p.company_id = w.company_id OFFSET 0) AS p');
\! sandbox/ctl requests -n
-- a correlated subquery
SELECT local.compare_queries(
	'SELECT company_id, (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = w.company_id AND p.end_date > w.d) FROM (SELECT *, DATE ''2023-01-01'' + 1 AS d FROM local.wanted) AS w',
	'SELECT company_id, (SELECT count(*) FROM local.successplans AS p WHERE p.company_id = w.company_id AND p.end_date > w.d) FROM (SELECT *, DATE ''2023-01-01'' + 1 AS d FROM local.wanted) AS w');
\! sandbox/ctl requests -n
-- a join, whichever way it is done
SELECT local.compare_queries(
	'SELECT p.* FROM local.wanted AS w JOIN gs.successplans AS p USING (company_id)',
	'SELECT p.* FROM local.wanted AS w JOIN local.successplans AS p USING (company_id)');
SELECT local.compare_queries(
	'SELECT w.company_id, p.* FROM local.wanted AS w LEFT JOIN gs.successplans AS p ON p.company_id = w.company_id AND p.status = w.status',
	'SELECT w.company_id, p.* FROM local.wanted AS w LEFT JOIN local.successplans AS p ON p.company_id = w.company_id AND p.status = w.status');
SELECT local.compare_queries(
	'SELECT * FROM gs.successplans WHERE company_id IN (SELECT company_id FROM local.wanted)',
	'SELECT * FROM local.successplans WHERE company_id IN (SELECT company_id FROM local.wanted)');
SELECT local.compare_queries(
	'SELECT * FROM local.wanted AS w WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = w.company_id AND p.status = ''Archived'')',
	'SELECT * FROM local.wanted AS w WHERE NOT EXISTS (SELECT FROM local.successplans AS p WHERE p.company_id = w.company_id AND p.status = ''Archived'')');
\! sandbox/ctl clear
-- a null in a join column sends nothing
SELECT v.id, p.name FROM (VALUES (NULL::text), (NULL)) AS v(id),
	LATERAL (SELECT name FROM gs.successplans WHERE company_id = v.id OFFSET 0) AS p;
\! sandbox/ctl requests
-- in a function, where each value is a parameter
CREATE FUNCTION local.plans_of(company text) RETURNS bigint LANGUAGE plpgsql AS
$$ BEGIN RETURN (SELECT count(*) FROM gs.successplans WHERE company_id = company); END $$;
SELECT bool_and(local.plans_of(company_id) = (SELECT count(*) FROM local.successplans AS p WHERE p.company_id = w.company_id))
FROM local.wanted AS w, generate_series(1, 7);
\! sandbox/ctl requests -n

\i sql/include/teardown.psql
