-- setup.sql: the extension set up against the sandbox tenant, and a small
-- warehouse table.  psql knows the tenant as :url and :key.

\echo
\echo 'The extension comes with a foreign-data wrapper. A server names the tenant: with'
\echo 'a real one that is domain ''acme'', here it is the sandbox on this machine. The'
\echo 'access key belongs to the user mapping.'
\echo

CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight
  OPTIONS (access_key :'key');

\echo
\echo 'IMPORT FOREIGN SCHEMA makes the tables.'
\echo

CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;

\echo
\echo 'A table of our own, as a warehouse has: what each company pays.'
\echo

CREATE TABLE accounts AS
  SELECT company_id, arr,
         CASE WHEN arr >= 600000 THEN 'Enterprise'
              WHEN arr >= 200000 THEN 'Mid-Market'
              ELSE 'SMB' END AS segment
  FROM (SELECT company_id, 12000 + row_number() OVER (ORDER BY company_id) * 7919000 % 900000 AS arr
        FROM gs.successplans WHERE company_id IS NOT NULL GROUP BY company_id) AS companies;
ANALYZE accounts;
