--
-- MONITOR: what an operator can see: counters, progress, kept connections
--
\i sql/include/setup.psql
\i sql/include/copy.psql
SELECT gainsight_fdw_stats_reset();

--
-- Counters
--
CREATE ROLE regress_gs_checker;
GRANT USAGE ON FOREIGN SERVER gainsight TO regress_gs_checker;
SELECT gainsight_fdw_stats_reset();
SELECT count(*) FROM gainsight_fdw_stats;
\d gainsight_fdw_stats
CREATE VIEW local.stats AS
  SELECT server_name, user_name, requests, retries, rate_limited, errors, rows,
         bytes_sent > 0 AS sent, bytes_received > 0 AS received, transfer_time > 0 AS time,
         wait_time, last_error, last_error_at IS NOT NULL AS "at"
  FROM gainsight_fdw_stats WHERE user_name = session_user;
SELECT count(id) FROM gs.plan_types;
SELECT requests, retries, rate_limited, errors, rows, sent, received, time, wait_time, last_error, "at" FROM local.stats;
-- all of a statement's requests and rows
SELECT count(name) FROM gs.successplans;
SELECT requests, rows FROM local.stats;
SELECT requests, bytes_received > 100000 AS much FROM gainsight_fdw_stats WHERE user_name = session_user;
-- a count by the tenant's own
SELECT count(*) FROM gs.successplans;
SELECT requests, rows FROM local.stats;
-- rows that a condition leaves out here were received
SELECT count(*) FROM gs.plan_types WHERE name = 'no such type';
SELECT requests, rows FROM local.stats;
-- half of a scan
SELECT gainsight_fdw_stats_reset();
SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT 10) AS few;
SELECT requests, rows FROM local.stats;
-- of what failed: SQLSTATE and errorCode, and no more
SELECT gainsight_fdw_stats_reset();
\! sandbox/ctl fault '{"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_77","errorDesc":"a secret"}}}'
SELECT count(id) FROM gs.plan_types;
SELECT requests, retries, rate_limited, errors, rows, last_error, "at" FROM local.stats;
-- what is tried again with success is no error
ALTER SERVER gainsight OPTIONS (SET max_retries '3');
\! sandbox/ctl fault '{"fault":{"status":503},"times":2}' '{"fault":{"status":429,"headers":{"Retry-After":"1"}}}'
SELECT count(id) FROM gs.plan_types;
SELECT requests, retries, rate_limited, errors, wait_time >= 1000 AS waited, last_error FROM local.stats;
-- an error that no answer explains
ALTER SERVER gainsight OPTIONS (SET max_retries '0');
\! sandbox/ctl fault '{"fault":{"reset":true}}'
SELECT FROM gainsight_fdw_disconnect('gainsight');
SELECT * FROM local.error_of('SELECT count(id) FROM gs.plan_types') LIMIT 1;
SELECT requests, errors, last_error FROM local.stats;
-- they survive a rollback, and count in a transaction that is read-only
SELECT gainsight_fdw_stats_reset();
BEGIN;
SELECT count(id) FROM gs.plan_types;
SAVEPOINT s;
SELECT count(id) FROM gs.plan_types;
ROLLBACK TO s;
ROLLBACK;
BEGIN READ ONLY;
SELECT count(id) FROM gs.plan_types;
COMMIT;
SELECT requests, rows FROM local.stats;
-- a cursor's while it is open
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
MOVE 1 FROM c;
SELECT requests > 3 AS counted FROM local.stats;
ROLLBACK;
-- writes
SELECT gainsight_fdw_stats_reset();
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'monitor ' || n, 'c', 't' FROM generate_series(1, 5) AS n;
SELECT requests, errors FROM local.stats;
UPDATE gs.successplans SET comments = 'seen' WHERE name = 'monitor 1';
SELECT requests, errors FROM local.stats;
-- EXPLAIN sends nothing, so there is nothing to count
SELECT gainsight_fdw_stats_reset();
EXPLAIN (COSTS OFF) SELECT name FROM gs.plan_types;
SELECT requests FROM local.stats;

-- Who sees what
SELECT gainsight_fdw_stats_reset();
CREATE ROLE regress_gs_reader;
CREATE ROLE regress_gs_monitor;
GRANT pg_read_all_stats TO regress_gs_monitor;
GRANT USAGE ON SCHEMA gs, local TO regress_gs_reader, regress_gs_monitor;
GRANT SELECT ON ALL TABLES IN SCHEMA gs TO regress_gs_reader;
CREATE USER MAPPING FOR regress_gs_reader SERVER gainsight OPTIONS (access_key :'key');
SELECT count(id) FROM gs.plan_types;
SET ROLE regress_gs_reader;
SELECT count(id) FROM gs.plan_types;
SELECT count(id) FROM gs.plan_types;
SELECT user_name, requests FROM gainsight_fdw_stats;
SELECT gainsight_fdw_stats_reset();
SET ROLE regress_gs_checker;
SELECT user_name, requests FROM gainsight_fdw_stats;
SET ROLE regress_gs_monitor;
SELECT user_name = session_user AS "session's", requests FROM gainsight_fdw_stats ORDER BY requests;
SELECT gainsight_fdw_stats_reset();
RESET ROLE;
GRANT regress_gs_reader TO regress_gs_checker;
SET ROLE regress_gs_checker;
SELECT user_name, requests FROM gainsight_fdw_stats;
RESET ROLE;
REVOKE regress_gs_reader FROM regress_gs_checker;
-- a reset for whom it is granted to
GRANT EXECUTE ON FUNCTION gainsight_fdw_stats_reset() TO regress_gs_monitor;
SET ROLE regress_gs_monitor;
SELECT gainsight_fdw_stats_reset();
RESET ROLE;
SELECT count(*) FROM gainsight_fdw_stats;
REVOKE EXECUTE ON FUNCTION gainsight_fdw_stats_reset() FROM regress_gs_monitor;
-- by a view, what counts is whose key it was
CREATE VIEW local.types AS SELECT id FROM gs.plan_types;
GRANT SELECT ON local.types TO regress_gs_checker;
GRANT USAGE ON SCHEMA local TO regress_gs_checker;
SET ROLE regress_gs_checker;
SELECT count(*) FROM local.types;
RESET ROLE;
SELECT user_name = session_user AS "owner's", requests FROM gainsight_fdw_stats;
-- what is gone is not shown
DROP USER MAPPING FOR regress_gs_reader SERVER gainsight;

--
-- Progress
--
\d gainsight_fdw_progress
SELECT * FROM gainsight_fdw_progress;
CREATE VIEW local.progress AS
  SELECT pid = pg_backend_pid() AS "own", relation, requests, rows_read, rows_expected FROM gainsight_fdw_progress;
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '500');
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
TABLE local.progress;
FETCH 1 FROM c \g /dev/null
SELECT own, relation, requests BETWEEN 1 AND 3 AS few, rows_read, rows_expected FROM local.progress;
MOVE 1500 FROM c;
SELECT own, relation, requests > 2 AS more, rows_read BETWEEN 1000 AND 2000 AS half, rows_expected FROM local.progress;
CLOSE c;
TABLE local.progress;
COMMIT;
-- not known how many
\! sandbox/ctl set total_count=absent
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
FETCH 1 FROM c \g /dev/null
SELECT own, relation, rows_expected FROM local.progress;
ROLLBACK;
TABLE local.progress;
\! sandbox/ctl defaults
-- a statement that failed is no longer in progress
\! sandbox/ctl fault '{"fault":{"status":500},"op":"POST /successplans/search","skip":3,"times":null}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.successplans') LIMIT 1;
\! sandbox/ctl defaults
TABLE local.progress;
-- others see it if they may
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans;
FETCH 1 FROM c \g /dev/null
SET ROLE regress_gs_checker;
SELECT count(*) FROM gainsight_fdw_progress;
SET ROLE regress_gs_monitor;
SELECT count(*) FROM gainsight_fdw_progress;
RESET ROLE;
ROLLBACK;
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size);

--
-- Kept connections
--
SELECT gainsight_fdw_disconnect_all() IS NOT NULL AS done;
SELECT * FROM gainsight_fdw_get_connections();
SELECT gainsight_fdw_disconnect_all();
SELECT gainsight_fdw_disconnect('gainsight');
SELECT count(id) FROM gs.plan_types;
SELECT * FROM gainsight_fdw_get_connections();
SELECT gainsight_fdw_disconnect('gainsight');
SELECT * FROM gainsight_fdw_get_connections();
SELECT gainsight_fdw_disconnect('gainsight');
-- another is made where it is needed
SELECT count(id) FROM gs.plan_types;
SELECT gainsight_fdw_disconnect_all();
SELECT gainsight_fdw_disconnect_all();
SELECT gainsight_fdw_disconnect('no_such_server');
SELECT gainsight_fdw_disconnect(NULL);
-- no longer valid once the server or a mapping is altered, and closed with the transaction
SELECT count(id) FROM gs.plan_types;
BEGIN;
ALTER SERVER gainsight OPTIONS (SET max_retries '1');
SELECT * FROM gainsight_fdw_get_connections();
SELECT count(id) FROM gs.plan_types;
SELECT * FROM gainsight_fdw_get_connections();
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET access_key 'other');
SELECT * FROM gainsight_fdw_get_connections();
COMMIT;
SELECT * FROM gainsight_fdw_get_connections();
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET access_key :'key');
-- in use, it stays open: the third list is on its way while the second is read
SELECT ids[1] AS one, ids[2] AS two, ids[3] AS three,
    1 + (SELECT count(*) FROM local.objectives WHERE success_plan_id = ids[1]) AS rows
  FROM (SELECT array_agg(DISTINCT success_plan_id ORDER BY success_plan_id) AS ids FROM local.objectives WHERE success_plan_id ~ '^\w+$') AS plans \gset
\setenv PLAN :three
\! sandbox/ctl fault "{\"op\":\"GET /successplans/$PLAN/objectives\",\"fault\":{\"hang\":\"before\",\"seconds\":3}}"
BEGIN;
DECLARE c CURSOR FOR SELECT gsid FROM gs.objectives WHERE success_plan_id IN (:'one', :'two', :'three');
MOVE :rows FROM c;
SELECT gainsight_fdw_disconnect('gainsight');
MOVE ALL FROM c;
COMMIT;
SELECT gainsight_fdw_disconnect('gainsight');
\! sandbox/ctl defaults
-- of each server
CREATE SERVER gainsight_two FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight_two OPTIONS (access_key :'key');
CREATE FOREIGN TABLE gs.types_two (id text) SERVER gainsight_two OPTIONS (resource 'plan_types');
SELECT count(id) FROM gs.plan_types;
SELECT count(id) FROM gs.types_two;
SELECT * FROM gainsight_fdw_get_connections() ORDER BY server_name;
SELECT gainsight_fdw_disconnect('gainsight');
SELECT * FROM gainsight_fdw_get_connections() ORDER BY server_name;
-- of one that is gone
BEGIN;
SET LOCAL client_min_messages = warning;
DROP SERVER gainsight_two CASCADE;
SELECT * FROM gainsight_fdw_get_connections() ORDER BY server_name;
COMMIT;
SELECT gainsight_fdw_disconnect_all();

DROP OWNED BY regress_gs_checker, regress_gs_reader, regress_gs_monitor;
DROP ROLE regress_gs_checker, regress_gs_reader, regress_gs_monitor;
\i sql/include/teardown.psql
