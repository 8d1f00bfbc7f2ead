-- local.sql: what is beside the foreign tables: the same pages as they came, in a
-- table, and the same rows in a plain one.

DROP TABLE IF EXISTS heap, pages, keys, many_keys;
CREATE TABLE heap AS SELECT * FROM gs.successplans;
-- 500 companies that have plans, as a warehouse would know them
CREATE TABLE keys AS
  SELECT company_id, row_number() OVER () AS arr
  FROM (SELECT DISTINCT company_id FROM heap ORDER BY 1 LIMIT 500) AS companies;
-- and 5,000 plans
CREATE TABLE many_keys AS
  SELECT gsid, row_number() OVER () AS n FROM (SELECT gsid FROM heap ORDER BY 1 LIMIT 5000) AS plans;
ANALYZE heap, keys, many_keys;
CREATE TABLE pages (body text);
