--
-- ANALYZE: a sample within twenty requests, and plans that follow from it
--
\i sql/include/setup.psql
\i sql/include/copy.psql

--
-- Plans: pages at random offsets
--
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '50');
ANALYZE gs.successplans;
\! sandbox/ctl requests
-- as many rows as the tenant counts
SELECT reltuples FROM pg_class WHERE oid = 'gs.successplans'::regclass;
-- each column has statistics, and they are like those of the whole
ANALYZE local.successplans;
SELECT s.attname, s.null_frac BETWEEN l.null_frac - 0.1 AND l.null_frac + 0.1 AS nulls,
	   s.avg_width BETWEEN l.avg_width * 0.8 AND l.avg_width * 1.2 + 1 AS width
FROM pg_stats AS s JOIN pg_stats AS l USING (tablename, attname)
WHERE s.schemaname = 'gs' AND l.schemaname = 'local' ORDER BY attname;
SELECT most_common_vals::text::text[] @> '{Active,Completed,Archived}' AS labels
FROM pg_stats WHERE schemaname = 'gs' AND attname = 'status';
-- the planner goes by them: the pages that a status takes, and those of all
SELECT substring(line FROM 'Estimated Requests: (\d+)')::int BETWEEN 0.8 * pages AND 1.2 * pages AS near
FROM local.explain($$SELECT * FROM gs.successplans WHERE status = 'Active'$$) AS line,
	 (SELECT count(*) / 49.0 AS pages FROM local.successplans WHERE status = 'Active') AS p
WHERE line ~ 'Estimated';
SELECT line FROM local.explain('SELECT * FROM gs.successplans') AS line WHERE line ~ 'Estimated';
\! sandbox/ctl requests
-- one page is all: a single request
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '5000');
ANALYZE gs.successplans;
\! sandbox/ctl requests
SELECT reltuples FROM pg_class WHERE oid = 'gs.successplans'::regclass;
-- of chosen columns
ANALYZE gs.successplans (gsid, status);
\! sandbox/ctl requests -v | sed 's/"limit".*//'
-- a tenant that does not count, or counts the page: the last plan is looked for
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '100');
\! sandbox/ctl set total_count=absent
ANALYZE gs.successplans;
\! sandbox/ctl requests
SELECT reltuples BETWEEN 2300 AND 2700 AS near FROM pg_class WHERE oid = 'gs.successplans'::regclass;
ANALYZE gs.objectives;
\! sandbox/ctl requests -n
SELECT relpages BETWEEN 2300 AND 2700 AS plans, reltuples / count(*) BETWEEN 0.1 AND 10 AS near
FROM pg_class, local.objectives WHERE pg_class.oid = 'gs.objectives'::regclass GROUP BY relpages, reltuples;
\! sandbox/ctl set total_count=page
ANALYZE gs.successplans;
SELECT reltuples BETWEEN 2300 AND 2700 AS near FROM pg_class WHERE oid = 'gs.successplans'::regclass;
-- one that ignores the offset has what it shows
\! sandbox/ctl set ignore_offset=true
ANALYZE gs.successplans;
SELECT reltuples FROM pg_class WHERE oid = 'gs.successplans'::regclass;
\! sandbox/ctl defaults
-- within the requests that a statement may send
ALTER SERVER gainsight OPTIONS (ADD max_requests '5');
\! sandbox/ctl clear
ANALYZE gs.successplans;
\! sandbox/ctl requests -n
ANALYZE gs.objectives;
\! sandbox/ctl requests -n
ALTER SERVER gainsight OPTIONS (DROP max_requests);

--
-- Objectives: lists of some plans, and so many for each of them all
--
ANALYZE gs.objectives;
\! sandbox/ctl requests -n
SELECT reltuples / count(*) BETWEEN 0.25 AND 4 AS near FROM pg_class, local.objectives
WHERE pg_class.oid = 'gs.objectives'::regclass GROUP BY reltuples;
SELECT count(*) FROM pg_stats WHERE schemaname = 'gs' AND tablename = 'objectives';

-- few objectives on many plans: it is the plans that cost requests, also in a new session
\! sandbox/ctl reset plans=2500 objectives=0
ANALYZE gs.objectives;
\c -
SELECT reltuples, relpages FROM pg_class WHERE oid = 'gs.objectives'::regclass;
SELECT line FROM local.explain('SELECT * FROM gs.objectives') AS line WHERE line ~ 'Estimated';
\! sandbox/ctl reset plans=2500
\! sandbox/ctl clear

--
-- Plan types: their one list
--
ANALYZE gs.plan_types;
\! sandbox/ctl requests
SELECT reltuples FROM pg_class WHERE oid = 'gs.plan_types'::regclass;

--
-- Who asks for it, and how it fails
--
\! sandbox/ctl fault '{"op":"*","fault":{"status":401,"body":{"result":false,"errorCode":"GS_APIG_2401"}}}'
SELECT * FROM local.error_of('ANALYZE gs.successplans') LIMIT 1;
-- that of a whole database leaves foreign tables alone
\! sandbox/ctl clear
ANALYZE;
\! sandbox/ctl requests
-- a tenant without plans
\! sandbox/ctl reset plans=0
ANALYZE gs.successplans, gs.objectives;
SELECT relname, reltuples FROM pg_class WHERE relnamespace = 'gs'::regnamespace AND relname <> 'plan_types' AND relkind = 'f' ORDER BY 1;

\i sql/include/teardown.psql
