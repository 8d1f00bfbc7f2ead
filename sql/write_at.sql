--
-- WRITE_AT: what is written is sent when the transaction commits, or never
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
\! for p in A B C D; do sandbox/ctl insert '{"Gsid":"1P02'$p'","Name":"'$p'","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z"}'; done
SELECT format('UPDATE gs.successplans SET comments = %L WHERE gsid = %L', 'x', '1P02A') AS update_a \gset

--
-- The option
--
ALTER SERVER gainsight OPTIONS (ADD write_at 'sometimes');
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD write_at 'Commit');
ALTER SERVER gainsight OPTIONS (ADD write_at 'commit');
EXPLAIN (COSTS OFF) INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01');
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
EXPLAIN (COSTS OFF) UPDATE gs.successplans AS p SET comments = l.name FROM local.successplans AS l WHERE p.gsid = l.gsid;
SET gainsight_fdw.dry_run = on;
EXPLAIN (COSTS OFF, FORMAT JSON) INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01');
RESET gainsight_fdw.dry_run;
-- a table's counts more than its server's
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD write_at 'statement');
EXPLAIN (COSTS OFF) INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', '1P01', '1T01');
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP write_at);

--
-- Rolled back, and committed
--
\! sandbox/ctl clear
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', '1P01', '1T01'), ('two', '1P01', '1T01');
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'of a plan');
UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
UPDATE gs.successplans SET status = 'Archived' WHERE name = 'B';
\! sandbox/ctl requests
ROLLBACK;
\! sandbox/ctl requests
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', '1P01', '1T01'), ('two', '1P01', '1T01');
INSERT INTO gs.objectives (success_plan_id, name) VALUES ('1P02A', 'of a plan');
UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02A';
UPDATE gs.successplans SET status = 'Archived' WHERE name = 'B';
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
\! sandbox/ctl dump successplans | cut -f 2,7,12
\i sql/include/teardown.psql
