-- demo_nxt.sql: the first minutes with a live tenant, for `make demo`.  psql knows
-- the sandbox tenant as :url and :key, the shell its ctl as $CTL.

\set ECHO none
\! $CTL set serves=nxt >/dev/null
\set ECHO queries

\echo
\echo '== The first minutes with a live tenant =='
\echo
\echo 'Live tenants are reported to serve another API than the one of the document. The'
\echo 'check-up tells which one yours has: here the sandbox knows the other one only.'
\echo

SELECT step, detail FROM gainsight_fdw_check('gainsight') WHERE step = 'dialect';

\echo 'So a server says dialect ''nxt''. The same check-up finds out, in about 20 requests'
\echo 'that only read, what no document says, and names the options to set:'
\echo

CREATE SERVER live FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', dialect 'nxt', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER live
  OPTIONS (access_key :'key');

SELECT * FROM gainsight_fdw_check('live');

\echo 'The same three tables, and what else the tenant says that its plans have:'
\echo

CREATE SCHEMA live;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER live INTO live OPTIONS (discover 'true');
\d live.successplans

SELECT name, company_name, status, end_date FROM live.successplans
WHERE status = 'Active' AND end_date >= DATE '2027-01-01'
ORDER BY end_date LIMIT 5;

\echo 'Any object of the tenant is a table, too: companies and users, say.'
\echo

IMPORT FOREIGN SCHEMA objects LIMIT TO (company, gsuser) FROM SERVER live INTO live;

\echo 'Plans past due, of the companies that pay most, and whom to write to:'
\echo

\! $CTL clear
SELECT c.name AS company, c.arr, p.name AS plan, p.end_date, u.email AS owner
FROM live.company AS c
JOIN live.successplans AS p ON p.company_id = c.gsid
LEFT JOIN live.gsuser AS u ON u.gsid = p.owner_id
WHERE c.arr > 900000 AND p.status = 'Active' AND p.end_date < DATE '2026-06-01'
ORDER BY c.arr DESC, p.end_date LIMIT 5;

\! echo 'The tenant was asked:'; $CTL requests; echo
