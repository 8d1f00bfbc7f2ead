-- setup.sql: what each client finds: the tenant's three tables in schema gs, and
-- in schema local plain ones with the tenant's own rows.  The :ctl is sandbox/ctl.

SET client_min_messages = warning;
CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', rate_limit '0', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key :'key');
CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;
CREATE SCHEMA local;
CREATE TABLE local.successplans (LIKE gs.successplans);
CREATE TABLE local.objectives (LIKE gs.objectives);
CREATE TABLE local.plan_types (LIKE gs.plan_types);
\setenv CTL :ctl
\copy local.successplans FROM PROGRAM '"$CTL" dump successplans'
\copy local.objectives FROM PROGRAM '"$CTL" dump objectives'
\copy local.plan_types FROM PROGRAM '"$CTL" dump plan_types'
