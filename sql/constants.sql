--
-- A constant is one value, whoever reads it, and fits its column
--
\i sql/include/setup.psql
\! sandbox/ctl clear
CREATE FOREIGN TABLE gs.since (gsid text, since date OPTIONS (constant '2026-02-01'),
  at timestamptz OPTIONS (constant '2026-02-01 12:00'), span interval OPTIONS (constant '-1 day 2:00'))
  SERVER gainsight OPTIONS (resource 'successplans');
SELECT since = '2026-02-01' AS feb, at = '2026-02-01 12:00Z' AS noon, span FROM gs.since LIMIT 1;
-- the session's settings have no say
ALTER FOREIGN TABLE gs.since ALTER since OPTIONS (SET constant '02-01-03');
SET DateStyle = 'German, DMY';
SET TimeZone = 'Asia/Tokyo';
SET IntervalStyle = 'sql_standard';
SELECT to_char(since, 'YYYY-MM-DD') AS ymd, at = '2026-02-01 12:00Z' AS noon, extract(hour FROM span) AS hours FROM gs.since LIMIT 1;
SHOW DateStyle;
RESET IntervalStyle;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';

-- it is tried when it is written, on each road that writes it
\! sandbox/ctl clear
CREATE FOREIGN TABLE gs.never (since date OPTIONS (constant 'soon')) SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.since ALTER since OPTIONS (SET constant 'soon');
ALTER FOREIGN TABLE gs.since ADD n integer OPTIONS (constant 'one');
CREATE DOMAIN local.few AS integer CHECK (VALUE < 10);
ALTER FOREIGN TABLE gs.since ADD n local.few OPTIONS (constant '10');
ALTER FOREIGN TABLE gs.since ADD n varchar(3) OPTIONS (constant 'four');
-- and by the type that the column is given
ALTER FOREIGN TABLE gs.since ADD n text OPTIONS (constant 'one');
ALTER FOREIGN TABLE gs.since ALTER n TYPE integer;
ALTER FOREIGN TABLE gs.since ALTER n OPTIONS (SET constant '1');
ALTER FOREIGN TABLE gs.since ALTER n TYPE integer;
-- what was refused has left nothing, and nothing was sent
\! sandbox/ctl requests
SELECT n, since FROM gs.since LIMIT 1;
-- in a session whose first statement it is, and which has not loaded the library
\! PGOPTIONS= psql -XAtq -d contrib_regression -c "CREATE FOREIGN TABLE gs.never (since date OPTIONS (constant 'soon')) SERVER gainsight" 2>&1
-- a table of no wrapper, and one of another, are in nobody's way
CREATE FOREIGN DATA WRAPPER regress_gs_other;
CREATE SERVER regress_gs_other FOREIGN DATA WRAPPER regress_gs_other;
CREATE FOREIGN TABLE local.other (d date OPTIONS (constant 'soon')) SERVER regress_gs_other;
DROP FOREIGN DATA WRAPPER regress_gs_other CASCADE;
\i sql/include/teardown.psql
