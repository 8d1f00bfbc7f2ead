--
-- PLAN_TYPES: one list
--
\i sql/include/setup.psql
\i sql/include/copy.psql

EXPLAIN (COSTS OFF) SELECT * FROM gs.plan_types;
-- a type's name may be awkward
SELECT name FROM gs.plan_types ORDER BY name COLLATE "C";
SELECT local.compare('plan_types');
-- a statement, a request
\! sandbox/ctl requests
-- conditions are looked at here
EXPLAIN (COSTS OFF) SELECT * FROM gs.plan_types WHERE name = 'Renewal' AND id > '';
SELECT name FROM gs.plan_types WHERE name = 'Renewal' AND id > '';
SELECT name FROM gs.plan_types WHERE id = 'none such';
\! sandbox/ctl requests
-- also where nothing can match, as long as core does not see it
SELECT count(*) FROM gs.plan_types WHERE id = '';
\! sandbox/ctl requests
-- joined to three rows of ours
CREATE TABLE local.renamed AS
  SELECT id, upper(name) AS new_name FROM local.plan_types WHERE name IN ('Renewal', 'Recovery', 'EBR');
ANALYZE local.renamed;
EXPLAIN (COSTS OFF) SELECT name, new_name FROM local.renamed JOIN gs.plan_types USING (id);
SELECT name, new_name FROM local.renamed JOIN gs.plan_types USING (id) ORDER BY name;
\! sandbox/ctl requests
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT name, new_name FROM local.renamed JOIN gs.plan_types USING (id) ORDER BY name;
\! sandbox/ctl requests
-- a subquery, for each row
SELECT (SELECT t.name FROM gs.plan_types AS t WHERE t.id = r.id) AS name FROM local.renamed AS r ORDER BY 1;
\! sandbox/ctl requests
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
-- the names of the plans' types, from both sides
SELECT count(*) AS not_alike FROM gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id
WHERE t.name IS DISTINCT FROM p.type_name;

-- many types, and none
\! sandbox/ctl reset plans=0 types=3000
SELECT count(*) FROM gs.plan_types;
\! sandbox/ctl reset plans=0 types=0
SELECT count(*) FROM gs.plan_types;

\i sql/include/teardown.psql
