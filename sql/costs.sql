--
-- COSTS: what is asked again when a part of a plan is run again
--
\i sql/include/setup.psql
\i sql/include/copy.psql
CREATE TABLE local.account AS
  SELECT company_id FROM local.successplans GROUP BY 1 HAVING count(*) = 9 LIMIT 250;
CREATE TABLE local.owner AS
  SELECT DISTINCT owner_id, owner_name FROM local.successplans WHERE owner_id IS NOT NULL;
ANALYZE local.account, local.owner;
ANALYZE gs.successplans;
ANALYZE gs.plan_types;
\! sandbox/ctl clear

--
-- A join below an outer join: a hash table, or a lookup, for each row above
--
-- the three pages and the types, rather than a search for each of 250 accounts
SELECT local.explain('SELECT * FROM local.account AS a LEFT JOIN (gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id) USING (company_id)') AS plan;
SELECT local.compare_queries('SELECT a.company_id, p.gsid, t.name FROM local.account AS a LEFT JOIN (gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id) USING (company_id)',
	'SELECT a.company_id, p.gsid, t.name FROM local.account AS a LEFT JOIN (local.successplans AS p JOIN local.plan_types AS t ON t.id = p.type_id) USING (company_id)');
\! sandbox/ctl requests
-- the same with a table of one's own below
SELECT local.compare_queries('SELECT a.company_id, p.gsid, o.owner_name FROM local.account AS a LEFT JOIN (gs.successplans AS p JOIN local.owner AS o USING (owner_id)) USING (company_id)',
	'SELECT a.company_id, p.gsid, o.owner_name FROM local.account AS a LEFT JOIN (local.successplans AS p JOIN local.owner AS o USING (owner_id)) USING (company_id)');
\! sandbox/ctl requests
-- and with LATERAL
SELECT local.compare_queries('SELECT a.company_id, x.* FROM local.account AS a LEFT JOIN LATERAL (SELECT p.gsid, t.name FROM gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id WHERE p.company_id = a.company_id) AS x ON true',
	'SELECT a.company_id, x.* FROM local.account AS a LEFT JOIN LATERAL (SELECT p.gsid, t.name FROM local.successplans AS p JOIN local.plan_types AS t ON t.id = p.type_id WHERE p.company_id = a.company_id) AS x ON true');
\! sandbox/ctl requests
-- for two accounts it is two searches, and the types once
CREATE TABLE local.few AS SELECT company_id FROM local.account LIMIT 2;
ANALYZE local.few;
SELECT local.explain('SELECT * FROM local.few AS a LEFT JOIN (gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id) USING (company_id)') AS plan;
SELECT count(*) FROM local.few AS a LEFT JOIN (gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id) USING (company_id);
\! sandbox/ctl requests
-- a parameterized hash join is as dear as its lookups, whichever side is hashed
SET enable_nestloop = off;
SELECT count(*) FROM local.account AS a LEFT JOIN (gs.successplans AS p JOIN gs.plan_types AS t ON t.id = p.type_id) USING (company_id);
\! sandbox/ctl requests
RESET enable_nestloop;

--
-- Values of which each row above has others
--
-- core takes two values for all there are: Memoize would ask for each, a bind join a search for each hundred
SELECT local.explain('SELECT * FROM local.account AS a, LATERAL (VALUES (a.company_id), (NULL)) AS v (c) JOIN gs.successplans AS p ON p.company_id = v.c') AS plan;
SELECT count(*) FROM local.account AS a, LATERAL (VALUES (a.company_id), (NULL)) AS v (c) JOIN gs.successplans AS p ON p.company_id = v.c;
\! sandbox/ctl requests

--
-- Conditions with a subplan of their own, and a recursion
--
-- what is kept from one recursion to the next is asked for once: two pages, however many there are
SELECT local.explain($$WITH RECURSIVE r (company_id, n) AS (SELECT company_id, 1 FROM local.account UNION ALL
	SELECT p.company_id, n + 1 FROM r JOIN gs.successplans AS p ON p.company_id = r.company_id AND p.status = 'Active' AND n < 3)
	SELECT count(*) FROM r$$) AS plan;
SELECT local.compare_queries($$WITH RECURSIVE r (company_id, n) AS (SELECT company_id, 1 FROM local.account UNION ALL
	SELECT p.company_id, n + 1 FROM r JOIN gs.successplans AS p ON p.company_id = r.company_id AND p.status = 'Active' AND n < 3)
	SELECT count(*) FROM r$$, $$WITH RECURSIVE r (company_id, n) AS (SELECT company_id, 1 FROM local.account UNION ALL
	SELECT p.company_id, n + 1 FROM r JOIN local.successplans AS p ON p.company_id = r.company_id AND p.status = 'Active' AND n < 3)
	SELECT count(*) FROM r$$);
\! sandbox/ctl requests
-- the requests of a subplan in a condition are part of what a scan costs
CREATE FUNCTION local.costs_at_least(query text, expected float8) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN (plan->0->'Plan'->>'Total Cost')::float8 >= expected;
END $$;
SELECT local.costs_at_least('SELECT * FROM gs.successplans AS o WHERE o.name < (SELECT min(p.name) FROM gs.successplans AS p WHERE p.company_id = o.company_id)', 1000 * 2500);

\i sql/include/teardown.psql
