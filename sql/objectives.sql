--
-- OBJECTIVES: lists by plan, of one, of several, of all
--
\i sql/include/setup.psql
-- few plans; the generator gives some of them Gsids that need percent-encoding
\! sandbox/ctl reset plans=40
\i sql/include/copy.psql

--
-- Of one plan
--
CREATE TABLE local.busy AS
  SELECT success_plan_id AS id FROM local.objectives WHERE success_plan_id ~ '^\w+$'
  GROUP BY 1 HAVING count(*) >= 3 ORDER BY 1 LIMIT 3;
ANALYZE local.busy;
SELECT min(id) AS plan FROM local.busy \gset
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE success_plan_id = '1P02ABC';
SELECT local.compare_queries(format('SELECT * FROM gs.objectives WHERE success_plan_id = %L', :'plan'),
							 format('SELECT * FROM local.objectives WHERE success_plan_id = %L', :'plan'));
\! sandbox/ctl requests -n
-- other conditions are looked at here
EXPLAIN (COSTS OFF)
SELECT * FROM gs.objectives WHERE success_plan_id = '1P02ABC' AND status = 'Completed' AND gsid = 'x';
SELECT local.compare_queries(
	format('SELECT * FROM gs.objectives WHERE success_plan_id = %L AND status = ''Completed''', :'plan'),
	format('SELECT * FROM local.objectives WHERE success_plan_id = %L AND status = ''Completed''', :'plan'));
\! sandbox/ctl requests -n
-- a plan without objectives, and one that is not there
\! sandbox/ctl fault '{"fault":{"status":200,"body":{"result":true,"data":[]}}}'
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '1P02EMPTY';
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '1P02NONE';
\! sandbox/ctl set not_found_style=object_not_found
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '1P02NONE';
\! sandbox/ctl set not_found_style=404
\! sandbox/ctl requests
-- ids that need percent-encoding travel in the path
\! sandbox/ctl fault '{"op":"GET *","fault":{"status":200,"body":{"result":true,"data":[{"Gsid":"1O02A","Name":"found"}]}},"times":6}'
SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = 'a/b';
SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = 'a%2Fb';
SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = 'a b?c#d';
SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = 'é';
SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = '...';
SELECT success_plan_id, name FROM gs.objectives WHERE success_plan_id = 'config';
\! sandbox/ctl requests
-- what can be no id is not sent
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '';
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '.';
SELECT count(*) FROM gs.objectives WHERE success_plan_id = '..';
SELECT count(*) FROM gs.objectives WHERE success_plan_id = E'a\tb';
SELECT count(*) FROM gs.objectives WHERE success_plan_id = NULL;
\! sandbox/ctl requests

--
-- Of several plans
--
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives WHERE success_plan_id IN ('1P02A', '1P02B', '1P02C');
SELECT local.compare_queries(
	format('SELECT * FROM gs.objectives WHERE success_plan_id = ANY (%L)', array_agg(id)),
	format('SELECT * FROM local.objectives WHERE success_plan_id = ANY (%L)', array_agg(id)))
FROM local.busy;
\! sandbox/ctl requests -n
-- the same one twice, nulls and what can be no id: each list is asked for once
SELECT local.compare_queries(
	format('SELECT * FROM gs.objectives WHERE success_plan_id IN (%1$L, %1$L, NULL, '''', ''..'')', :'plan'),
	format('SELECT * FROM local.objectives WHERE success_plan_id = %L', :'plan'));
\! sandbox/ctl requests -n
-- a parameter, an InitPlan, a join column
PREPARE lists(text[]) AS SELECT count(DISTINCT success_plan_id) FROM gs.objectives WHERE success_plan_id = ANY ($1);
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE lists('{1P02A}');
SELECT array_agg(id)::text AS ids FROM local.busy \gset
EXECUTE lists(:'ids');
EXECUTE lists('{}');
EXECUTE lists(NULL);
\! sandbox/ctl requests -n
RESET plan_cache_mode;
SELECT local.explain($$SELECT count(DISTINCT success_plan_id) FROM gs.objectives WHERE success_plan_id = (SELECT min(id) FROM local.busy)$$) AS plan;
SELECT count(DISTINCT success_plan_id) FROM gs.objectives WHERE success_plan_id = (SELECT min(id) FROM local.busy);
\! sandbox/ctl requests -n
EXPLAIN (COSTS OFF)
SELECT o.* FROM local.busy, LATERAL (SELECT * FROM gs.objectives WHERE success_plan_id = id OFFSET 0) AS o;
SELECT local.compare_queries(
	'SELECT o.* FROM local.busy, LATERAL (SELECT * FROM gs.objectives WHERE success_plan_id = id OFFSET 0) AS o',
	'SELECT o.* FROM local.busy JOIN local.objectives AS o ON success_plan_id = id');
\! sandbox/ctl requests -n
SELECT local.explain($$SELECT o.* FROM local.busy JOIN gs.objectives AS o ON o.success_plan_id = id$$) AS plan;
SELECT local.compare_queries(
	'SELECT o.* FROM local.busy JOIN gs.objectives AS o ON o.success_plan_id = id',
	'SELECT o.* FROM local.busy JOIN local.objectives AS o ON o.success_plan_id = id');
\! sandbox/ctl requests -n
-- plans that are found by a search, and their objectives
SELECT local.compare_queries(
	'SELECT p.name, o.* FROM gs.successplans AS p JOIN gs.objectives AS o ON o.success_plan_id = p.gsid WHERE p.status = ''Active''',
	'SELECT p.name, o.* FROM local.successplans AS p JOIN local.objectives AS o ON o.success_plan_id = p.gsid WHERE p.status = ''Active''');
\! sandbox/ctl clear

--
-- Of all plans
--
EXPLAIN (COSTS OFF) SELECT * FROM gs.objectives;
SELECT local.compare('objectives');
-- the plans' Gsids, and a list each
\! sandbox/ctl requests -n
-- another condition does not change that
SELECT local.compare_queries(
	'SELECT * FROM gs.objectives WHERE status = ''Completed'' AND due_date > ''2022-01-01''',
	'SELECT * FROM local.objectives WHERE status = ''Completed'' AND due_date > ''2022-01-01''');
\! sandbox/ctl requests -n
-- an objective that says nothing of its plan has the one that it was listed for
SELECT count(*) FROM (SELECT success_plan_id FROM gs.objectives OFFSET 0) AS o WHERE success_plan_id IS NULL;
-- more plans than max_requests leaves: it fails before the first list
ALTER SERVER gainsight OPTIONS (ADD max_requests '10');
\! sandbox/ctl clear
SELECT * FROM local.error_of('SELECT count(*) FROM gs.objectives');
\! sandbox/ctl requests -v
ALTER SERVER gainsight OPTIONS (DROP max_requests);
-- LIMIT ends it early: with lists in flight, it is still fewer than all
\! sandbox/ctl clear
SELECT count(*) FROM (SELECT * FROM gs.objectives LIMIT 1) AS o;
SELECT count(*) FROM (SELECT * FROM gs.objectives LIMIT 1) AS o;
\! test $(sandbox/ctl requests -n) -lt 41 && echo fewer
-- a plan that goes away between the search and its list has none
\! sandbox/ctl fault '{"op":"GET /successplans/*/objectives","skip":5,"fault":{"status":404,"body":{"result":false}}}'
SELECT count(*) > 10 AS some FROM gs.objectives;
-- but a list that fails fails all
\! sandbox/ctl fault '{"op":"GET /successplans/*/objectives","skip":5,"fault":{"status":500,"body":{"result":false,"errorCode":"GU_1101"}}}'
SELECT * FROM local.error_of('SELECT count(*) FROM gs.objectives') LIMIT 1;
-- where the tenant does not count, at the bound
ALTER SERVER gainsight OPTIONS (ADD max_requests '10');
\! sandbox/ctl set total_count=absent
SELECT * FROM local.error_of('SELECT count(*) FROM gs.objectives');
\! sandbox/ctl clear
\! sandbox/ctl set total_count=true
ALTER SERVER gainsight OPTIONS (DROP max_requests);
-- one connection at a time gives the same
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
SELECT local.compare('objectives');
ALTER SERVER gainsight OPTIONS (DROP max_connections);

--
-- Reading again sends nothing
--
SELECT g, count(*) = (SELECT count(*) FROM local.objectives) AS all
FROM generate_series(1, 3) AS g LEFT JOIN gs.objectives ON length(name) >= 0 GROUP BY g ORDER BY g;
\! sandbox/ctl clear
SELECT count(*) FROM generate_series(1, 5) AS g
CROSS JOIN LATERAL (SELECT count(*) FROM gs.objectives WHERE success_plan_id = '1P02NONE' AND length(name) > g) AS o;
\! sandbox/ctl requests

--
-- One by its own id: in a list that this session has seen it in, or added it to
--
SELECT max(gsid) AS objective FROM local.objectives WHERE success_plan_id = :'plan' \gset
\c -
\! sandbox/ctl requests -n
SELECT count(*) FROM gs.objectives WHERE success_plan_id = :'plan' AND status <> 'none';
\! sandbox/ctl requests -n
SELECT local.compare_queries(format('SELECT * FROM gs.objectives WHERE gsid = %L', :'objective'),
							 format('SELECT * FROM local.objectives WHERE gsid = %L', :'objective'));
\! sandbox/ctl requests
INSERT INTO gs.objectives (success_plan_id, name) VALUES (:'plan', 'Ask for it by its id') RETURNING gsid AS added \gset
\! sandbox/ctl requests -n
SELECT name FROM gs.objectives WHERE gsid = :'added';
PREPARE one(text) AS SELECT name FROM gs.objectives WHERE $1 = gsid AND status IS NULL;
EXECUTE one(:'added');
\! sandbox/ctl requests -n
-- elsewhere the plans' lists are read until it is found
SELECT max(gsid) AS early FROM local.objectives WHERE success_plan_id IN (SELECT gsid FROM local.successplans ORDER BY ctid LIMIT 10) \gset
\c -
SELECT count(*) FROM gs.objectives WHERE gsid = :'early';
\! test "$(sandbox/ctl requests -n)" -lt 41 && echo not all lists
-- one that is not, or no longer, where it was is looked for in all
SELECT count(*) FROM gs.objectives WHERE success_plan_id = :'plan' AND status <> 'none';
\! sandbox/ctl requests -n
\! sandbox/ctl fault '{"op":"GET *","fault":{"status":200,"body":{"result":true,"data":[]}},"times":1}'
SELECT count(*) FROM gs.objectives WHERE gsid = :'objective';
\! test "$(sandbox/ctl requests -n)" -lt 43 && echo found
SELECT count(*) FROM gs.objectives WHERE gsid = 'none';
\! sandbox/ctl requests -n

-- no plans at all
\! sandbox/ctl reset plans=0
SELECT count(*) FROM gs.objectives;
\! sandbox/ctl requests

-- of whatever type its column is
CREATE DOMAIN local.id AS text NOT NULL CHECK (VALUE <> '');
CREATE FOREIGN TABLE gs.owned (gsid text, success_plan_id local.id) SERVER gainsight OPTIONS (resource 'objectives');
\! sandbox/ctl fault '{"op":"GET /successplans/*/objectives","times":1,"fault":{"status":200,"body":{"result":true,"data":[{"Gsid":"1"},{"Gsid":"2","SuccessPlanId":null},{"Gsid":"3","SuccessPlanId":""}]}}}'
SELECT * FROM gs.owned WHERE success_plan_id = 'x';

\i sql/include/teardown.psql
