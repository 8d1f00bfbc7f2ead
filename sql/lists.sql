--
-- LISTS: a long list, or the whole table
--
\i sql/include/setup.psql
\i sql/include/copy.psql
ANALYZE gs.successplans;
ANALYZE gs.objectives;
SELECT array_agg('none' || g) AS thousands FROM generate_series(1, 20000) AS g \gset
SELECT array_agg(gsid) AS some FROM (SELECT gsid FROM local.successplans LIMIT 120) AS p \gset
-- The estimate of a query, and the requests that it sends.
CREATE FUNCTION local.estimate(query text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		CONTINUE WHEN line !~ 'Estimated|Gainsight Request|Gainsight Expression';
		RETURN NEXT trim(line);
	END LOOP;
END $$;
\! sandbox/ctl clear

--
-- Plans: a search for each hundred, or the three pages that there are
--
-- a hundred and twenty are two searches
SELECT local.estimate(format('SELECT gsid FROM gs.successplans WHERE gsid = ANY (%L)', :'some'));
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'some');
\! sandbox/ctl requests
-- a row-wise list is sent as the list of a column
SELECT string_agg(format('(%L,%L)', gsid, status), ',') AS pairs FROM (SELECT gsid, status FROM local.successplans LIMIT 250) AS p \gset
SELECT local.estimate(format('SELECT gsid FROM gs.successplans WHERE (gsid, status) IN (%s)', :'pairs'));
SELECT count(*) FROM gs.successplans WHERE (gsid, status) IN (:pairs);
\! sandbox/ctl requests
-- of ten values at a time it would be more than the table
ALTER SERVER gainsight OPTIONS (ADD in_list_size '10');
SELECT local.estimate(format('SELECT gsid FROM gs.successplans WHERE (gsid, status) IN (%s)', :'pairs'));
SELECT count(*) FROM gs.successplans WHERE (gsid, status) IN (:pairs);
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
-- each value counts once
SELECT local.estimate(format('SELECT gsid FROM gs.successplans WHERE (status, gsid) IN (%s)', regexp_replace(:'pairs', '\(([^,]*),([^)]*)\)', '(\2,\1)', 'g')));
-- twenty thousand would be two hundred
SELECT local.estimate(format('SELECT gsid FROM gs.successplans WHERE gsid = ANY (%L)', :'thousands'));
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'thousands' || :'some'::text[]);
\! sandbox/ctl requests
-- what stands beside the list is sent in any case, and says how much there is without it
SELECT local.estimate(format($$SELECT gsid FROM gs.successplans WHERE status = 'Archived' AND gsid = ANY (%L)$$, :'thousands'));
SELECT local.compare_queries(
	format($$SELECT gsid FROM gs.successplans WHERE status = 'Archived' AND company_id = ANY (%L)$$, :'thousands'),
	format($$SELECT gsid FROM local.successplans WHERE status = 'Archived' AND company_id = ANY (%L)$$, :'thousands'));
\! sandbox/ctl requests
-- the smaller the pieces, the sooner
ALTER SERVER gainsight OPTIONS (ADD in_list_size '10');
SELECT local.estimate(format('SELECT gsid FROM gs.successplans WHERE gsid = ANY (%L)', :'some'));
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'some');
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
-- a budget that the pieces would exceed does for the table
ALTER SERVER gainsight OPTIONS (ADD max_requests '20');
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'thousands');
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (DROP max_requests);
-- a parameter is looked at when it is known
SET plan_cache_mode = force_generic_plan;
PREPARE listed(text[]) AS SELECT count(*) FROM gs.successplans WHERE gsid = ANY ($1);
EXECUTE listed(:'some');
\! sandbox/ctl requests
EXECUTE listed(:'thousands');
\! sandbox/ctl requests
RESET plan_cache_mode;
-- a count that totalCount could give is no dearer, either
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true');
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'thousands' || :'some'::text[]);
\! sandbox/ctl requests
-- it is a request for each piece
SELECT local.estimate(format('SELECT count(*) FROM gs.successplans WHERE gsid = ANY (%L)', :'some'));
-- where what stands beside the list leaves fewer pages, they are read
SELECT local.estimate(format($$SELECT count(*) FROM gs.successplans WHERE status = 'Archived' AND gsid = ANY (%L)$$, :'some'));
SELECT local.compare_queries(format($$SELECT count(*) FROM gs.successplans WHERE status = 'Archived' AND gsid = ANY (%L)$$, :'some'),
	format($$SELECT count(*) FROM local.successplans WHERE status = 'Archived' AND gsid = ANY (%L)$$, :'some'));
\! sandbox/ctl requests
SET plan_cache_mode = force_generic_plan;
PREPARE counted(text[]) AS SELECT count(*) FROM gs.successplans WHERE status = 'Archived' AND gsid = ANY ($1);
EXECUTE counted(:'some');
\! sandbox/ctl requests
RESET plan_cache_mode;
ALTER SERVER gainsight OPTIONS (DROP trust_filters);

--
-- Objectives: a list of them for each key
--
\! sandbox/ctl reset plans=20
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl clear
SELECT count(*) > 0 AS found FROM gs.objectives WHERE success_plan_id = ANY (ARRAY(SELECT gsid FROM gs.successplans) || '{a,b}');
\! sandbox/ctl requests -n
ANALYZE gs.objectives;
\! sandbox/ctl clear
SELECT local.estimate(format('SELECT gsid FROM gs.objectives WHERE success_plan_id = ANY (%L)', :'some'));
SELECT count(*) FROM gs.objectives WHERE success_plan_id = ANY (:'some');
-- the plans, and a list for each
\! sandbox/ctl requests -n

--
-- Keys of a bind join: as soon as a batch of them would be more than the table has pages
--
\! sandbox/ctl reset
ANALYZE gs.successplans;
CREATE TABLE local.account AS
  SELECT DISTINCT company_id FROM local.successplans UNION SELECT 'none' || g FROM generate_series(1, 3000) AS g;
ANALYZE local.account;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
\! sandbox/ctl clear
SELECT local.explain('SELECT * FROM local.account AS a JOIN gs.successplans AS p USING (company_id)') AS plan;
SELECT local.compare_queries('SELECT * FROM local.account AS a JOIN gs.successplans AS p USING (company_id)',
	'SELECT * FROM local.account AS a JOIN local.successplans AS p USING (company_id)');
-- all rows of the join are asked for, so the first batch is as large as can be: that would be eight searches
\! sandbox/ctl requests -n
-- where the join may stop early, batches of one and two searches, and then all
SELECT local.compare_queries('SELECT * FROM local.account AS a JOIN gs.successplans AS p USING (company_id) LIMIT 1000000',
	'SELECT * FROM local.account AS a JOIN local.successplans AS p USING (company_id)');
\! sandbox/ctl requests -n
-- once, though that is more than there is memory for
SET work_mem = '64kB';
SELECT local.compare_queries('SELECT * FROM local.account AS a JOIN gs.successplans AS p USING (company_id)',
	'SELECT * FROM local.account AS a JOIN local.successplans AS p USING (company_id)');
\! sandbox/ctl requests -n
RESET work_mem;
-- another list that is left out beside them says nothing about the keys
ALTER SERVER gainsight OPTIONS (ADD in_list_size '2');
SELECT array_agg(DISTINCT owner_id) AS owners FROM local.successplans WHERE owner_id IS NOT NULL \gset
\! sandbox/ctl clear
SELECT local.compare_queries(
	format($$SELECT * FROM (SELECT * FROM local.account WHERE company_id NOT LIKE 'none%%' OFFSET 0) AS a JOIN gs.successplans AS p USING (company_id) WHERE owner_id = ANY (%L)$$, :'owners'),
	format($$SELECT * FROM (SELECT * FROM local.account WHERE company_id NOT LIKE 'none%%' OFFSET 0) AS a JOIN local.successplans AS p USING (company_id) WHERE owner_id = ANY (%L)$$, :'owners'));
\! sandbox/ctl requests -n
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
RESET enable_hashjoin;
RESET enable_mergejoin;

\i sql/include/teardown.psql
