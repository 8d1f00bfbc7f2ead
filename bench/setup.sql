-- setup.sql: the foreign tables that the benchmark reads.  psql knows :url, :key,
-- :page_size and :connections.

DROP EXTENSION IF EXISTS gainsight_fdw CASCADE;
DROP SCHEMA IF EXISTS gs CASCADE;
CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', rate_limit '0', max_requests '0',
           page_size :'page_size', max_connections :'connections');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key :'key');
CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;
