--
-- EXPLAIN: what would be sent, and with ANALYZE what was
--
\i sql/include/setup.psql

-- A plan as it is printed, less what depends on time, size and major.
CREATE FUNCTION local.explain_as(options text, query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	part text;
	line text;
BEGIN
	FOR part IN EXECUTE format('EXPLAIN (COSTS OFF, SUMMARY OFF, %s) %s', options, query) LOOP
		FOR line IN SELECT regexp_split_to_table(part, E'\n') LOOP
			line := regexp_replace(line, '(Bytes.Received"?(: |>))\d+', '\1N');
			line := regexp_replace(line, '((Transfer.Time|Rate.Limit.Wait)"?(: |>))[\d.]+', '\1N');
			line := regexp_replace(line, 'time=[\d.]+', 'time=N');
			CONTINUE WHEN line ~ '(Disabled|Async.Capable|Actual.*Time)';
			RETURN NEXT local.plain(line);
		END LOOP;
	END LOOP;
END $$;

-- a plan, in each format; none sends a request
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE status = 'Active' AND end_date >= '2026-01-01';
SELECT local.explain_as('FORMAT JSON', $$SELECT name FROM gs.successplans WHERE status = 'Active' AND name LIKE 'R%'$$) AS plan;
SELECT local.explain_as('FORMAT YAML', $$SELECT name FROM gs.successplans WHERE status = 'Active' OR name = E'quo"te\\d'$$) AS plan;
SELECT local.explain_as('FORMAT XML', $$SELECT name FROM gs.successplans WHERE name = '<&>'$$) AS plan;
-- other kinds of reads
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans;
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE gsid = '1P02A';
EXPLAIN (COSTS OFF) SELECT name FROM gs.objectives;
EXPLAIN (COSTS OFF) SELECT name FROM gs.objectives WHERE success_plan_id = 'a/b';
SELECT local.explain_as('FORMAT JSON', $$SELECT name FROM gs.objectives WHERE success_plan_id = 'a/b'$$) AS plan;
EXPLAIN (COSTS OFF) SELECT name FROM gs.plan_types;
-- nothing to ask for
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE status = ANY ('{}');
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE status = ANY (ARRAY[NULL]::text[]);
\! sandbox/ctl requests

-- ANALYZE counts what the scan has done
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF', $$SELECT name FROM gs.successplans WHERE gsid = 'none'$$) AS plan;
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF', $$SELECT name FROM gs.plan_types WHERE name > 'R'$$) AS plan;
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF', $$SELECT gsid FROM gs.successplans$$) AS plan;
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF', $$SELECT gsid FROM gs.successplans WHERE status = ANY ('{}')$$) AS plan;
-- never executed
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF', $$SELECT gsid FROM gs.successplans LIMIT 0$$) AS plan;
-- with times
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING ON', $$SELECT name FROM gs.plan_types WHERE name > 'R'$$) AS plan;
-- in the other formats, by their names
SELECT plan FROM local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF, FORMAT JSON', 'SELECT id FROM gs.plan_types') AS plan
WHERE plan ~ '(Gainsight|Requests|Retries|Received|Actual)';
SELECT plan FROM local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF, FORMAT YAML', 'SELECT id FROM gs.plan_types') AS plan
WHERE plan ~ '(Gainsight|Requests|Retries|Received|Actual)';
SELECT plan FROM local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF, FORMAT XML', 'SELECT id FROM gs.plan_types') AS plan
WHERE plan ~ '(Gainsight|Requests|Retries|Received|Actual)';
-- rescans count once
SELECT local.explain_as('ANALYZE, BUFFERS OFF, TIMING OFF',
	$$SELECT (SELECT count(*) FROM gs.plan_types WHERE length(name) > g) FROM generate_series(0, 2) AS g$$) AS plan;

-- what a join leaves: as many as there are keys
CREATE TABLE local.watched AS SELECT gsid FROM gs.successplans LIMIT 50;
ANALYZE local.watched, gs.successplans;
SELECT (substring(plan FROM '"Plan Rows": (\d+)'))::int BETWEEN 25 AND 100 AS near
FROM local.explain_as('FORMAT JSON, COSTS ON', 'SELECT * FROM local.watched JOIN gs.successplans USING (gsid)') AS plan
WHERE plan ~ '"Plan Rows"' LIMIT 1;

-- what is asked anew for each row outside: the estimate is that of one loop, and of all
CREATE FUNCTION local.estimates(query text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT btrim(line, ' ->') FROM local.explain(query) AS line WHERE line ~ 'Foreign Scan|Estimated|Memoize|SubPlan' $$;
SET gainsight_fdw.enable_bind_join = off;
SELECT local.estimates('SELECT FROM local.watched AS w, LATERAL (SELECT FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid OFFSET 0) AS o') AS plan;
SELECT local.estimates('SELECT (SELECT count(*) FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid) FROM local.watched AS w') AS plan;
SELECT local.estimates('SELECT FROM local.watched AS w WHERE (SELECT count(*) FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid) > 2') AS plan;
-- within an aggregate, for each row that it is of; in a function that gives rows, and in a subquery of a subquery
SELECT plan FROM local.estimates('SELECT sum((SELECT count(*) FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid)) FROM local.watched AS w') AS plan
WHERE plan !~ 'SubPlan';
SELECT plan FROM local.estimates('SELECT FROM local.watched AS w, unnest(ARRAY(SELECT o.gsid FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid)) AS u') AS plan
WHERE plan !~ 'SubPlan';
SELECT plan FROM local.estimates('SELECT (SELECT w.gsid = ''none'' OR EXISTS (SELECT FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid)) FROM local.watched AS w') AS plan
WHERE plan !~ 'SubPlan';
-- in each of 50 loops 50, which go by the row outside of both
SELECT local.estimates('SELECT (SELECT count(*) FROM local.watched AS v, LATERAL (SELECT FROM gs.objectives AS o WHERE o.success_plan_id IN (v.gsid, w.gsid) OFFSET 0) AS o)
	FROM local.watched AS w') AS plan;
-- by 5 values in 200 rows
CREATE TABLE local.often AS SELECT w.gsid FROM (TABLE local.watched LIMIT 5) AS w, generate_series(1, 40);
ANALYZE local.often;
SELECT local.estimates('SELECT FROM local.often AS w JOIN gs.objectives AS o ON o.success_plan_id = w.gsid') AS plan;
-- no more than lookups and the walk in their place
SELECT local.estimates('SELECT FROM local.watched AS w, LATERAL (SELECT FROM gs.successplans AS p WHERE p.company_id = w.gsid OFFSET 0) AS p') AS plan;
SET gainsight_fdw.enable_walk_instead = off;
SELECT local.estimates('SELECT FROM local.watched AS w, LATERAL (SELECT FROM gs.successplans AS p WHERE p.company_id = w.gsid OFFSET 0) AS p') AS plan;
RESET gainsight_fdw.enable_walk_instead;
-- rows that are kept for all loops, and a join that asks for all keys at once
SELECT local.estimates('SELECT FROM local.watched AS w, LATERAL (SELECT FROM gs.successplans AS p WHERE p.name > w.gsid OFFSET 0) AS p') AS plan;
RESET gainsight_fdw.enable_bind_join;
SELECT local.estimates('SELECT FROM local.watched AS w JOIN gs.objectives AS o ON o.success_plan_id = w.gsid') AS plan;
-- by its name in the other formats
SELECT plan FROM local.explain_as('FORMAT JSON', 'SELECT (SELECT count(*) FROM gs.objectives AS o WHERE o.success_plan_id = w.gsid) FROM local.watched AS w') AS plan
WHERE plan ~ 'Estimated';

\i sql/include/teardown.psql
