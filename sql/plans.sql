--
-- PLANS: reading success plans, all of them or one by its Gsid
--
\i sql/include/setup.psql

--
-- All plans
--
\i sql/include/copy.psql
-- every column of every row, as the tenant itself dumps them
EXPLAIN (COSTS OFF) SELECT * FROM gs.successplans;
SELECT local.compare('successplans');
-- 2,500 plans at a page size of 1,000 are three requests
\! sandbox/ctl requests -n
-- only what the statement needs is asked for, and Gsid
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE end_date > created_date;
SELECT local.compare_queries('SELECT name FROM gs.successplans WHERE end_date > created_date',
							 'SELECT name FROM local.successplans WHERE end_date > created_date');
\! sandbox/ctl clear
-- so for a whole row all is
EXPLAIN (COSTS OFF) SELECT p FROM gs.successplans AS p;
-- and for the table's own name, just Gsid
SELECT DISTINCT tableoid::regclass FROM gs.successplans;

--
-- LIMIT sizes the first page
--
\! sandbox/ctl clear
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.successplans LIMIT 5;
SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT 5) AS five;
\! sandbox/ctl requests -v
-- under OFFSET it is as many more
SELECT count(*) FROM (SELECT gsid FROM gs.successplans OFFSET 3 LIMIT 5) AS five;
\! sandbox/ctl requests -v
-- of one row, of none, of more than a page, of what a parameter says
SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT 1) AS one;
\! sandbox/ctl requests -v
SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT 0) AS none;
\! sandbox/ctl requests -v
SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT 1500) AS more;
\! sandbox/ctl requests -v | LC_ALL=C sort
PREPARE some_plans(bigint) AS SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT $1) AS p;
EXECUTE some_plans(5);
\! sandbox/ctl requests -v
DEALLOCATE some_plans;
-- it never stops a scan: what is filtered here may need more pages
SELECT count(*) FROM (SELECT gsid FROM gs.successplans
					  WHERE upper(status) = 'ACTIVE' LIMIT 700) AS p;
-- nor does it size what is sorted first
SELECT count(*) FROM (SELECT gsid FROM gs.successplans ORDER BY md5(name) LIMIT 5) AS p;
\! sandbox/ctl clear

--
-- One plan by its Gsid
--
\! sandbox/ctl insert '{"Gsid":"1P02ONE","Name":"One","CompanyId":"1P01C","TypeId":"1T01T","Status":"Active"}'
\! sandbox/ctl insert '{"Gsid":"1P02TWO","Name":"Two","CompanyId":"1P01C","TypeId":"1T01T","Status":"Archived"}'
\! sandbox/ctl insert '{"Gsid":"1P02-3_x","Name":"Three","CompanyId":"1P01C","TypeId":"1T01T"}'
EXPLAIN (COSTS OFF) SELECT name, status FROM gs.successplans WHERE gsid = '1P02ONE';
SELECT name, status FROM gs.successplans WHERE gsid = '1P02ONE';
\! sandbox/ctl requests -v
-- with other conditions, which are looked at here
SELECT name FROM gs.successplans WHERE gsid = '1P02ONE' AND status = 'Archived';
\! sandbox/ctl requests -v
-- either way round, and as varchar
SELECT name FROM gs.successplans WHERE '1P02-3_x'::varchar = gsid;
\! sandbox/ctl requests -v
-- there is no such plan: no row, and no error
SELECT name FROM gs.successplans WHERE gsid = '1P02NONE';
\! sandbox/ctl requests -v
\! sandbox/ctl set not_found_style=object_not_found
SELECT name FROM gs.successplans WHERE gsid = '1P02NONE';
\! sandbox/ctl set not_found_style=404
\! sandbox/ctl clear
-- a parameter, of a custom plan and of a generic one
PREPARE one(text) AS SELECT name FROM gs.successplans WHERE gsid = $1;
EXECUTE one('1P02TWO');
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE one('1P02TWO');
EXECUTE one('1P02TWO');
EXECUTE one(NULL);
\! sandbox/ctl requests
RESET plan_cache_mode;
-- an InitPlan
SELECT local.explain($$SELECT name FROM gs.successplans WHERE gsid = (SELECT max('1P02' || g) FROM unnest(ARRAY['ONE']) AS g)$$) AS plan;
SELECT name FROM gs.successplans WHERE gsid = (SELECT max('1P02' || g) FROM unnest(ARRAY['ONE']) AS g);
\! sandbox/ctl requests
-- a column of another table, by LATERAL and by a join
CREATE TABLE local.wanted (id text);
INSERT INTO local.wanted VALUES ('1P02ONE'), ('1P02TWO'), ('1P02NONE'), (NULL), ('');
ANALYZE local.wanted;
EXPLAIN (COSTS OFF)
SELECT id, name FROM local.wanted, LATERAL (SELECT name FROM gs.successplans WHERE gsid = id LIMIT 1) AS p;
SELECT id, name FROM local.wanted, LATERAL (SELECT name FROM gs.successplans WHERE gsid = id LIMIT 1) AS p
ORDER BY id;
\! sandbox/ctl requests
-- (a lookup for each of five rows costs more than three pages, unless requests are cheap;
-- that all of them are one request is what sql/joins.sql is about)
SET gainsight_fdw.enable_bind_join = off;
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD request_cost '0', ADD tuple_cost '10');
SELECT local.explain($$SELECT id, name FROM local.wanted LEFT JOIN gs.successplans ON gsid = id$$) AS plan;
SELECT id, name FROM local.wanted LEFT JOIN gs.successplans ON gsid = id ORDER BY id;
RESET gainsight_fdw.enable_bind_join;
\! sandbox/ctl requests
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP request_cost, DROP tuple_cost);

--
-- Gsids that are no good in a path
--
\! sandbox/ctl insert '{"Gsid":"a/b","Name":"slash","CompanyId":"c","TypeId":"t"}'
\! sandbox/ctl insert '{"Gsid":"a%2Fb","Name":"encoded slash","CompanyId":"c","TypeId":"t"}'
\! sandbox/ctl insert '{"Gsid":"a b","Name":"blank","CompanyId":"c","TypeId":"t"}'
\! sandbox/ctl insert '{"Gsid":"a?b#c","Name":"query","CompanyId":"c","TypeId":"t"}'
\! sandbox/ctl insert '{"Gsid":"a\"b\\c","Name":"quote","CompanyId":"c","TypeId":"t"}'
\! sandbox/ctl insert '{"Gsid":"é","Name":"accent","CompanyId":"c","TypeId":"t"}'
\! sandbox/ctl touch config Name='fixed word'
\! sandbox/ctl touch search Name='other fixed word'
\! sandbox/ctl clear
-- they are searched for
EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE gsid = 'a/b';
SELECT name FROM gs.successplans WHERE gsid = 'a/b';
SELECT name FROM gs.successplans WHERE gsid = 'a%2Fb';
SELECT name FROM gs.successplans WHERE gsid = 'a b';
SELECT name FROM gs.successplans WHERE gsid = 'a?b#c';
SELECT name FROM gs.successplans WHERE gsid = 'a"b\c';
SELECT name FROM gs.successplans WHERE gsid = 'é';
SELECT name FROM gs.successplans WHERE gsid = 'config';
SELECT name FROM gs.successplans WHERE gsid = 'search';
\! sandbox/ctl requests -v
-- what can be no Gsid is not asked for
SELECT name FROM gs.successplans WHERE gsid = '';
SELECT name FROM gs.successplans WHERE gsid = '.';
SELECT name FROM gs.successplans WHERE gsid = '..';
SELECT name FROM gs.successplans WHERE gsid = E'a\nb';
SELECT name FROM gs.successplans WHERE gsid = E'a\x7f';
SELECT name FROM gs.successplans WHERE gsid = NULL;
\! sandbox/ctl requests

--
-- Reading again sends nothing
--
SET enable_material = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
-- the inner side of a nested loop
SELECT local.explain($$SELECT g, count(*) FROM generate_series(1, 3) AS g LEFT JOIN gs.successplans ON length(name) % 3 < g GROUP BY g$$) AS plan;
SELECT g, count(*) > 100 AS some FROM generate_series(1, 3) AS g LEFT JOIN gs.successplans ON length(name) % 3 < g
GROUP BY g ORDER BY g;
\! sandbox/ctl requests -n
-- a subquery that does not hand its outer row down
SELECT local.explain($$SELECT g, (SELECT count(*) FROM gs.successplans WHERE length(name) > g) FROM generate_series(1, 3) AS g$$) AS plan;
SELECT g, (SELECT count(*) FROM gs.successplans WHERE length(name) > g) > 100 AS some FROM generate_series(1, 3) AS g;
\! sandbox/ctl requests -n
-- one that does, with the same value again and again, then another
SELECT id, (SELECT name FROM gs.successplans WHERE gsid = id) AS name
FROM (VALUES ('1P02ONE'), ('1P02ONE'), ('1P02ONE'), ('1P02TWO')) AS v(id);
\! sandbox/ctl requests
-- also when the rows are more than work_mem holds
SET work_mem = '64kB';
SELECT g, count(gsid) FROM generate_series(1, 2) AS g LEFT JOIN gs.successplans ON gsid > ''
GROUP BY g ORDER BY g;
\! sandbox/ctl requests -n
RESET work_mem;
RESET enable_material;
RESET enable_hashjoin;
RESET enable_mergejoin;
-- a cursor that goes back
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT name FROM gs.successplans WHERE gsid IN ('1P02ONE', '1P02TWO');
FETCH FORWARD ALL FROM c;
FETCH BACKWARD ALL FROM c;
FETCH FIRST FROM c;
COMMIT;
\! sandbox/ctl requests -n
-- one that outlives its transaction
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT name FROM gs.successplans WHERE gsid IN ('1P02ONE', '1P02TWO');
FETCH 1 FROM c;
COMMIT;
FETCH ALL FROM c;
CLOSE c;
\! sandbox/ctl requests -n
-- a cursor asks for pages only as rows are fetched
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
MOVE 500 FROM c;
\! sandbox/ctl requests -n
MOVE 1000 FROM c;
\! sandbox/ctl requests -n
ROLLBACK;

--
-- A statement that stops early leaves nothing behind
--
SELECT count(*) FROM (SELECT gsid FROM gs.successplans OFFSET 1200 LIMIT 1) AS p;
\! sandbox/ctl clear
SELECT name FROM gs.successplans WHERE gsid = '1P02ONE';
\! sandbox/ctl requests

-- columns of which none knows how to compare them: core's to say
CREATE FOREIGN TABLE gs.collated (gsid text, name text COLLATE "C", comments text COLLATE "POSIX") SERVER gainsight OPTIONS (resource 'successplans');
SELECT local.error_of('SELECT gsid FROM gs.collated AS a JOIN gs.collated AS b USING (gsid) WHERE starts_with(a.name, b.comments)');

\i sql/include/teardown.psql
