--
-- EVALUATION: values to ask by are computed when a row is wanted, and not where that could fail
--
\i sql/include/setup.psql
\i sql/include/copy.psql
CREATE TABLE local.account AS
  SELECT company_id, row_number() OVER (ORDER BY company_id) AS n FROM local.successplans GROUP BY 1 LIMIT 30;
CREATE TABLE local.question (id int, flag boolean, s text, x int);
INSERT INTO local.question VALUES (1, true, 'Active', 1), (2, false, 'Active', 1), (3, true, 'Archived', 2),
  (4, false, 'Completed', 0), (5, true, 'Archived', 2), (6, NULL, 'Active', 0), (7, true, NULL, 3), (8, true, 'Active', 1);
ANALYZE local.account, local.question;
-- A query over the tenant's tables, and the same over their copies.
CREATE FUNCTION local.compare_join(query text) RETURNS text
RETURN local.compare_queries(query, replace(query, 'gs.', 'local.'));

--
-- A bind join that starts anew
--
-- for each question the join begins again, with another status; where the flag is not set, core does not look inside
SELECT local.explain($$SELECT q.id, (SELECT count(f.gsid) FROM local.account AS a LEFT JOIN
	(SELECT * FROM gs.successplans AS p WHERE q.flag AND p.status = q.s) AS f ON f.company_id = a.company_id) FROM local.question AS q$$) AS plan;
SELECT local.compare_join($$SELECT q.id, (SELECT count(f.gsid) FROM local.account AS a LEFT JOIN
	(SELECT * FROM gs.successplans AS p WHERE q.flag AND p.status = q.s) AS f ON f.company_id = a.company_id) FROM local.question AS q$$);
-- a search for each question that asks for something else than the one before; a null asks for nothing
\! sandbox/ctl requests
-- the keys change as well, and so do both
SELECT local.compare_join($$SELECT q.id, (SELECT count(f.gsid) FROM local.account AS a LEFT JOIN
	(SELECT * FROM gs.successplans AS p WHERE q.flag AND p.status = q.s) AS f ON f.company_id = a.company_id WHERE a.n % 3 <= q.x) FROM local.question AS q$$);
-- a LIMIT leaves keys behind that nobody asked for
SELECT local.compare_join($$SELECT q.id, g.* FROM local.question AS q LEFT JOIN LATERAL (SELECT count(f.gsid) OVER () > 0 AS some FROM
	(SELECT * FROM local.account AS a WHERE a.n > q.x LIMIT 9) AS a LEFT JOIN
	(SELECT * FROM gs.successplans AS p WHERE q.flag AND p.status = q.s) AS f ON f.company_id = a.company_id LIMIT 1) AS g ON true$$);
\! sandbox/ctl clear

--
-- What could raise an error
--
-- 1 / q.x is for core to compute, for a row that needs it; the company is sent all the same
SELECT local.explain($$SELECT q.id, (SELECT count(*) FROM gs.successplans AS p
	WHERE p.company_id = q.s AND p.status = (1 / q.x)::text) FROM local.question AS q$$) AS plan;
SELECT local.compare_join($$SELECT q.id, (SELECT count(*) FROM gs.successplans AS p
	WHERE p.company_id = q.s AND p.status = (1 / q.x)::text) FROM local.question AS q$$);
SELECT local.compare_join($$SELECT q.id, (SELECT count(f.gsid) FROM local.account AS a LEFT JOIN
	(SELECT * FROM gs.successplans AS p WHERE q.flag AND p.status = (1 / q.x)::text) AS f ON f.company_id = a.company_id) FROM local.question AS q$$);
SELECT local.compare_join($$SELECT q.id, p.gsid FROM local.question AS q, LATERAL (SELECT * FROM gs.successplans AS p
	WHERE p.name = q.s AND (p.owner_id = 'nobody' OR p.start_date > date '2024-01-01' + 2147483647 / q.x) OFFSET 0) AS p$$);
-- nor does it give keys, as those of rows to come are computed, too
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain($$SELECT * FROM local.question AS q JOIN gs.successplans AS p ON p.company_id = (1 / q.x)::text$$) AS line;
-- what raises nothing does
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain($$SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = upper(coalesce(a.company_id, 'C' || a.n))$$) AS line;
-- an expression that no other table has a part in is computed once, when the scan starts
SELECT local.explain($$SELECT count(*) FROM gs.successplans AS p WHERE p.created_date > now() - interval '1 day' * (SELECT max(n) FROM local.account)$$) AS plan;
\! sandbox/ctl clear

\i sql/include/teardown.psql
