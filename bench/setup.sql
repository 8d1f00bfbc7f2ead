-- setup.sql: what the benchmark reads: the foreign tables, the same pages as
-- they came, in a table, and the same rows in a plain one.  psql knows :url,
-- :key, :page_size and :connections.

DROP EXTENSION IF EXISTS gainsight_fdw CASCADE;
DROP SCHEMA IF EXISTS gs CASCADE;
CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', rate_limit '0', max_requests '0',
           page_size :'page_size', max_connections :'connections');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key :'key');
CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;

DROP TABLE IF EXISTS heap, pages, keys;
CREATE TABLE heap AS SELECT * FROM gs.successplans;
-- 500 companies that have plans, as a warehouse would know them
CREATE TABLE keys AS
  SELECT company_id, row_number() OVER () AS arr
  FROM (SELECT DISTINCT company_id FROM heap ORDER BY 1 LIMIT 500) AS companies;
ANALYZE heap, keys;
CREATE TABLE pages (body text);
