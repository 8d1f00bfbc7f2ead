-- What sqlsmith finds: the three tables, local ones beside them, and one whose partitions are
-- a foreign and a local table, for it writes to no table that is foreign itself.  Its role may
-- not end sessions, nor wait: that would tell nothing of ours.
\set ON_ERROR_STOP on
\getenv url GS_SANDBOX_URL
\getenv key GS_SANDBOX_KEY
CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', rate_limit '0', max_retries '0', max_requests '200', page_size '7');
CREATE ROLE smith LOGIN;
CREATE USER MAPPING FOR smith SERVER gainsight OPTIONS (access_key :'key');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key :'key');
GRANT USAGE ON FOREIGN SERVER gainsight TO smith;
CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;
CREATE FOREIGN TABLE gs.custom (gsid text, health numeric OPTIONS (field 'Health__gc'),
  last_touch timestamptz OPTIONS (field 'LastTouch__gc'), is_exec boolean OPTIONS (field 'IsExec__gc'),
  score integer OPTIONS (field 'Score__gc'), segment text OPTIONS (field 'Segment__gc', pushdown 'true'))
  SERVER gainsight OPTIONS (resource 'successplans');
CREATE TABLE gs.local_plans AS SELECT * FROM gs.successplans;
CREATE TABLE gs.accounts AS SELECT company_id, count(*) AS plans, max(modified_date) AS seen
  FROM gs.successplans GROUP BY 1;
CREATE TABLE gs.all_plans (gsid text, name text, company_id text, type_id text, status text,
  due_date date, comments text, tenant text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.remote_part PARTITION OF gs.all_plans FOR VALUES IN ('remote')
  SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.remote_part ALTER tenant OPTIONS (constant 'remote');
CREATE TABLE gs.local_part PARTITION OF gs.all_plans DEFAULT;
INSERT INTO gs.all_plans (gsid, name, tenant) VALUES ('1', 'one', 'local'), ('2', 'two', NULL);
CREATE VIEW gs.active AS SELECT * FROM gs.successplans WHERE status = 'Active';
GRANT USAGE ON SCHEMA gs TO smith;
GRANT ALL ON ALL TABLES IN SCHEMA gs TO smith;
REVOKE EXECUTE ON FUNCTION pg_terminate_backend, pg_cancel_backend, pg_sleep, pg_sleep_for,
  pg_sleep_until FROM PUBLIC;
ALTER ROLE smith SET statement_timeout = '2s';
