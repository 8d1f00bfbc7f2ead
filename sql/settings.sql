--
-- What is sent is the same whatever the session's settings are
--
\i sql/include/setup.psql
CREATE TYPE local.pair AS (a float8, d date);
CREATE FOREIGN TABLE gs.customs (gsid text, name text, company_id text, type_id text, days__gc daterange, pair__gc local.pair,
  span__gc interval, raw__gc bytea, at__gc tstzrange, what__gc regclass) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl set strict=false
-- custom fields are sent, and EXPLAIN says so
EXPLAIN (COSTS OFF) INSERT INTO gs.customs (name) VALUES ('x');
CREATE FUNCTION local.send() RETURNS void LANGUAGE sql AS $$
INSERT INTO gs.customs (name, company_id, type_id, days__gc, pair__gc, span__gc, raw__gc, at__gc, what__gc)
VALUES ('x', 'c', 't', daterange('2026-02-01', '2026-03-01'), (1.0 / 3, '2026-02-01'), interval '-1 day -2 hours',
  decode('00ff', 'hex'), tstzrange('2026-02-01 00:00+00', NULL), 'gs.customs') $$;
\! sandbox/ctl clear
SELECT local.send();
SET DateStyle = 'German';
SET IntervalStyle = 'sql_standard';
SET extra_float_digits = -5;
SET bytea_output = 'escape';
SET TimeZone = 'Asia/Tokyo';
SET search_path = gs, public;
SELECT local.send();
-- they are as they were
SHOW DateStyle;
SHOW TimeZone;
SHOW extra_float_digits;
\! sandbox/ctl requests -v | sort -u
RESET search_path;
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
RESET IntervalStyle;
RESET extra_float_digits;
RESET bytea_output;
\i sql/include/teardown.psql
