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

\i sql/include/teardown.psql
