-- demo.sql: a tour of gainsight_fdw by the document's API, and then of a live tenant's, for
-- `make demo`.  psql knows the sandbox tenant as :url and :key, the shell its ctl as $CTL.

\ir setup.sql

\echo
\echo '== Each table =='
\echo

\dE gs.*
\d gs.successplans

\echo 'Success plans:'
\echo

SELECT name, company_name, status, end_date FROM gs.successplans LIMIT 5;

\set ECHO none
SELECT gsid AS plan FROM gs.successplans WHERE status = 'Active' AND gsid ~ '^\w+$' LIMIT 1 \gset
\! $CTL clear
\set ECHO queries

\echo 'Objectives. Gainsight lists them by plan, so those of one plan are one request:'
\echo

SELECT name, status, due_date, completion_percentage
FROM gs.objectives
WHERE success_plan_id = :'plan';

\! echo 'The tenant was asked:'; $CTL requests; echo

\echo 'Plan types:'
\echo

SELECT * FROM gs.plan_types;

\echo '== A filter =='
\echo
\echo 'What the API can filter is sent to it, and checked again on arrival:'
\echo

\! $CTL clear
SELECT name, company_name, end_date
FROM gs.successplans
WHERE status = 'Active' AND end_date >= DATE '2027-01-01'
ORDER BY end_date LIMIT 5;

\! echo 'The tenant was asked:'; $CTL requests -v; echo

\echo '== A join =='
\echo
\echo 'The large accounts with an active plan that ends in early 2026:'
\echo

SELECT a.arr, p.company_name, p.name, p.end_date
FROM accounts AS a JOIN gs.successplans AS p USING (company_id)
WHERE a.segment = 'Enterprise' AND p.status = 'Active'
  AND p.end_date BETWEEN DATE '2026-01-01' AND DATE '2026-06-30'
ORDER BY a.arr DESC LIMIT 5;

\echo 'And what is paid by companies that have no active plan beyond 2025:'
\echo

SELECT a.segment, count(*) AS companies, sum(a.arr) AS arr
FROM accounts AS a
WHERE NOT EXISTS (SELECT FROM gs.successplans AS p
                  WHERE p.company_id = a.company_id AND p.status = 'Active'
                    AND p.end_date >= DATE '2026-01-01')
GROUP BY a.segment ORDER BY arr DESC;

\echo 'Where that is cheaper, the companies of the other table are sent, 100 to a search:'
\echo

\! $CTL clear
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT a.arr, p.*
FROM accounts AS a JOIN gs.successplans AS p USING (company_id)
WHERE a.segment = 'SMB';

\! echo 'The tenant was asked:'; $CTL requests; echo

\echo '== Writing =='
\echo
\echo 'INSERT creates a plan. RETURNING gives what the tenant made of it:'
\echo

\! $CTL clear
INSERT INTO gs.successplans (name, company_id, type_id, status, start_date)
SELECT 'Executive sponsorship', company_id, (SELECT min(id) FROM gs.plan_types), 'Active', '2026-01-01'
FROM accounts ORDER BY arr DESC LIMIT 1
RETURNING name, company_name, type_name, status, start_date;

\! echo 'The tenant was asked:'; $CTL requests; echo

\echo 'UPDATE changes what it names, and nothing else: each plan is read just before it'
\echo 'is sent, and left alone if a colleague changed it meanwhile:'
\echo

EXPLAIN (COSTS OFF)
UPDATE gs.successplans SET status = 'Completed', end_date = '2026-06-30'
WHERE name = 'Executive sponsorship';

UPDATE gs.successplans SET status = 'Completed', end_date = '2026-06-30'
WHERE name = 'Executive sponsorship'
RETURNING name, status, start_date, end_date;

\echo '== How it is done =='
\echo
\echo 'EXPLAIN shows the request and sends none. With ANALYZE it counts them:'
\echo

EXPLAIN (COSTS OFF)
SELECT name, end_date
FROM gs.successplans
WHERE status = 'Active' AND end_date >= DATE '2027-01-01';

EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT count(*) FROM gs.objectives WHERE success_plan_id = :'plan';

\echo '== A copy =='
\echo
\echo 'A copy answers without a request. The next call reads what was changed since:'
\echo

CALL gainsight_fdw_refresh('gs.successplans', 'plans');
SELECT status, count(*) FROM plans GROUP BY status ORDER BY status;

\ir demo_nxt.sql

\echo
\echo 'That was the tour. `make shell` leaves you in psql, in the same place.'
