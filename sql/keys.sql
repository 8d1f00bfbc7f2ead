--
-- KEYS: lists and plans asked for by their keys, however the condition is put together
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=40
\i sql/include/copy.psql
SELECT (array_agg(gsid ORDER BY gsid))[1] AS a, (array_agg(gsid ORDER BY gsid))[2] AS b, (array_agg(gsid ORDER BY gsid))[3] AS c
FROM local.successplans WHERE gsid ~ '^\w+$' AND gsid IN (SELECT success_plan_id FROM local.objectives) \gset
CREATE FUNCTION local.compare_where(relation text, condition text) RETURNS text
RETURN local.compare_queries(format('SELECT * FROM gs.%I WHERE ', relation) || condition, format('SELECT * FROM local.%I WHERE ', relation) || condition);

--
-- Objectives
--
-- every arm of an OR gives keys: the lists of all of them, each once
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE success_plan_id = '1P02A' OR success_plan_id = '1P02B';
SELECT local.compare_where('objectives', format('success_plan_id = %L OR success_plan_id = %L OR success_plan_id = %L', :'a', :'b', :'a'));
\! sandbox/ctl requests -n
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE (success_plan_id = '1P02A' AND status = 'Completed') OR success_plan_id = '1P02B';
SELECT local.compare_where('objectives', format('(success_plan_id = %L AND status <> ''Completed'') OR success_plan_id = %L', :'a', :'b'));
\! sandbox/ctl requests -n
SELECT local.compare_where('objectives', format('(success_plan_id, status) IN ((%L, ''Completed''), (%L, ''In Progress''), (%L, ''Not Started''))', :'a', :'b', :'a'));
\! sandbox/ctl requests -n
SELECT local.compare_where('objectives', format('success_plan_id = ANY (ARRAY[%L, %L]) AND priority IS NOT NULL OR (due_date > ''2024-01-01'' AND (%L = success_plan_id OR success_plan_id = %L))', :'a', :'b', :'b', :'c'));
\! sandbox/ctl requests -n
-- of an AND the shortest list will do
SELECT local.compare_where('objectives', format('success_plan_id = ANY (ARRAY[%L, %L]) OR (success_plan_id = ANY (ARRAY[%L, %L, %L]) AND (success_plan_id = %L OR success_plan_id = %L))', :'a', :'b', :'a', :'b', :'c', :'c', :'c'));
\! sandbox/ctl requests -n
-- a null arm, an empty list and what can be no id fall away
SELECT local.compare_where('objectives', format('success_plan_id = %L OR success_plan_id = (SELECT NULL::text) OR success_plan_id = ANY (''{}'') OR success_plan_id = ''..''', :'a'));
SELECT local.compare_where('objectives', 'success_plan_id = (SELECT NULL::text) OR success_plan_id = ''''');
\! sandbox/ctl requests -n
-- no objective is without a plan, so an arm that asks for these gives no key; one alone sends nothing
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE success_plan_id = '1P02A' OR success_plan_id IS NULL;
SELECT local.compare_where('objectives', format('success_plan_id = %L OR success_plan_id IS NULL', :'a'));
\! sandbox/ctl requests -n
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE success_plan_id IS NULL;
SELECT local.compare_where('objectives', 'success_plan_id IS NULL');
\! sandbox/ctl requests -n
-- what is true only where an equality is
SELECT condition, local.compare_where('objectives', condition) FROM unnest(ARRAY[
	format('(success_plan_id = %L) IS TRUE', :'a'), format('(success_plan_id = %L OR success_plan_id = %L) IS TRUE', :'a', :'b'),
	format('coalesce(success_plan_id = %L, false)', :'a'), format('coalesce(success_plan_id = %L, NULL, success_plan_id = %L)', :'a', :'b'),
	format('success_plan_id IS NOT DISTINCT FROM %L', :'a'), 'success_plan_id IS NOT DISTINCT FROM (SELECT NULL::text)']) AS condition;
-- a list each, and none for the null
\! sandbox/ctl requests -n
-- others are true without one
SELECT local.explain(format('SELECT * FROM gs.objectives WHERE %s', condition)) FROM unnest(ARRAY[
	'coalesce(success_plan_id = ''A'', true)', '(success_plan_id = ''A'') IS NOT FALSE', 'success_plan_id IS NOT NULL']) AS condition;
-- parameters, and a column of another table; an arm without a key gives none
PREPARE lists(text, text) AS SELECT count(*) FROM gs.objectives WHERE success_plan_id = $1 OR (success_plan_id = $2 AND status = 'Completed');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE lists('1P02A', '1P02B');
EXECUTE lists(:'a', :'a');
\! sandbox/ctl requests -n
CREATE TABLE local.pair (one text, other text);
INSERT INTO local.pair VALUES (:'a', :'b'), (:'c', NULL);
ANALYZE local.pair;
SELECT local.compare_queries('SELECT * FROM local.pair, LATERAL (SELECT * FROM gs.objectives WHERE success_plan_id = one OR success_plan_id = other OFFSET 0) AS o',
	'SELECT * FROM local.pair, LATERAL (SELECT * FROM local.objectives WHERE success_plan_id = one OR success_plan_id = other OFFSET 0) AS o');
\! sandbox/ctl requests -n
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE success_plan_id = '1P02A' OR status = 'Completed';
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE NOT (success_plan_id <> '1P02A' AND success_plan_id <> '1P02B');

--
-- Plans
--
-- a search for several, a GET for one
SELECT local.compare_where('successplans', format('gsid = %L OR gsid = %L AND status <> ''none''', :'a', :'b'));
\! sandbox/ctl requests
SELECT local.compare_where('successplans', format('gsid = %L AND status <> ''none'' OR gsid = %L AND name <> ''none''', :'a', :'a'));
\! sandbox/ctl requests | sed 's/1P02[0-9A-Z]*/GSID/'
SELECT local.compare_where('successplans', format('gsid = %L OR name = ''none''', :'a'));
\! sandbox/ctl requests
-- pairs in more conditions than a search may have: the list that they imply
SELECT format('(gsid, status) IN (%s)', string_agg(format('(%L, %L)', gsid, coalesce(status, 'none')), ', ' ORDER BY gsid)) AS pairs
FROM (SELECT * FROM local.successplans ORDER BY gsid LIMIT 20) AS p \gset
SELECT local.compare_where('successplans', :'pairs');
\! sandbox/ctl requests -v | grep -oE '"name":"[A-Za-z]+","alias"|"operator":"[A-Z]+"|"expression":"[^"]*"'
-- beside other conditions, and longer than one IN may be
ALTER SERVER gainsight OPTIONS (ADD in_list_size '7');
SELECT local.compare_where('successplans', :'pairs' || ' AND name <> ''none'' AND end_date > ''2020-01-01''');
\! sandbox/ctl requests -v | grep -oE '"name":"[A-Za-z]+","alias"|"operator":"[A-Z]+"|"expression":"[^"]*"' | sort | uniq -c | sed 's/^ *//'
-- an arm without one of their fields: all plans are read
SELECT local.compare_where('successplans', :'pairs' || ' OR name = ''none''');
\! sandbox/ctl requests -v | grep -c '"where"'

\i sql/include/teardown.psql
