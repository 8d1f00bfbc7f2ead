--
-- MISFITS: whatever a type says of a value, the message names table, column, record and value
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0 types=2
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"no.such.thing","CompanyId":"1P01C","TypeId":"1T01T","Status":"Active","Comments":"\"odd (&","OwnerName":"nobody","Score__gc":7}'
\! sandbox/ctl insert '{"Gsid":"1P02B","Name":"second","CompanyId":"1P01C","TypeId":"1T01T","Comments":"12","Score__gc":8}'

-- What reading a field as a type fails with; what the majors word differently is left out.
CREATE FUNCTION local.read_as(type text, field text, key text DEFAULT '1P02A') RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	message text;
BEGIN
	EXECUTE format('CREATE FOREIGN TABLE gs.odd (gsid text, v %s OPTIONS (field %L))
				   SERVER gainsight OPTIONS (resource ''successplans'')', type, field);
	SELECT e INTO message FROM local.error_of(format('SELECT * FROM gs.odd WHERE gsid = %L', key)) AS e LIMIT 1;
	DROP FOREIGN TABLE gs.odd;
	RETURN message;
END $$;

--
-- Every SQLSTATE that input functions use is HV004
--
-- data exceptions
SELECT type, local.read_as(type, 'Comments') FROM unnest('{integer,uuid,inet,interval,point,char(3),text[],int4range,bit(2),xml}'::text[]) AS type;
-- syntax errors and names of objects that there are not
SELECT type, local.read_as(type, 'Comments') FROM unnest('{tsquery,jsonpath}'::text[]) AS type;
SELECT type, local.read_as(type, 'Name') FROM unnest('{regclass,regproc,regprocedure,regoper,regtype,regnamespace}'::text[]) AS type;
SELECT type, local.read_as(type, 'OwnerName') FROM unnest('{regrole,regconfig,regcollation,regdictionary,aclitem}'::text[]) AS type;
-- what the role may not see
CREATE SCHEMA no;
CREATE ROLE regress_gs_reader;
GRANT USAGE ON SCHEMA gs, local TO regress_gs_reader;
CREATE FOREIGN TABLE gs.hidden (gsid text, v regclass OPTIONS (field 'Name')) SERVER gainsight OPTIONS (resource 'successplans');
GRANT SELECT ON gs.hidden TO regress_gs_reader;
CREATE USER MAPPING FOR regress_gs_reader SERVER gainsight OPTIONS (access_key :'key');
\! sandbox/ctl touch 1P02A Name=no.thing
SET ROLE regress_gs_reader;
SELECT local.error_of($$SELECT v FROM gs.hidden WHERE gsid = '1P02A'$$);
RESET ROLE;
-- internal errors, as hstore's on 15
SELECT count(*) > 0 AS has_hstore FROM pg_available_extensions WHERE name = 'hstore' \gset
\if :has_hstore
CREATE EXTENSION hstore SCHEMA local;
\else
CREATE DOMAIN local.hstore AS integer;
\endif
SELECT replace(local.read_as('local.hstore', 'Comments'), 'integer', 'hstore');
-- values in values: enums, composites, domains over them and in them
CREATE TYPE local.mood AS ENUM ('sad');
CREATE TYPE local.pair AS (a integer, b local.mood);
CREATE DOMAIN local.pairs AS local.pair CHECK ((VALUE).a > 0);
CREATE DOMAIN local.small AS numeric(3, 1);
SELECT type, local.read_as(type, 'Comments') FROM unnest('{local.mood,local.pair,local.pair[],local.pairs,local.small}'::text[]) AS type;
-- a domain's own words, whatever SQLSTATE its constraint gives them
CREATE FUNCTION local.refuse(value text, code text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RAISE 'I do not like "%"', value USING ERRCODE = code, HINT = 'Try another one.';
END $$;
CREATE DOMAIN local.refused AS text CHECK (local.refuse(VALUE, current_setting('gs_test.code')));
CREATE FOREIGN TABLE gs.refused (gsid text, v local.refused OPTIONS (field 'Comments'))
  SERVER gainsight OPTIONS (resource 'successplans');
SET gs_test.code = 'P0001';
SELECT local.error_of($$SELECT v FROM gs.refused WHERE gsid = '1P02B'$$);
SET gs_test.code = 'XX000';
SELECT local.error_of($$SELECT v FROM gs.refused WHERE gsid = '1P02B'$$);
SET gs_test.code = '22012';
SELECT local.error_of($$SELECT v FROM gs.refused WHERE gsid = '1P02B'$$);
-- in every statement that reads
SELECT local.error_of('ANALYZE gs.refused');
SELECT local.error_of($$SELECT p.v FROM (VALUES ('1P02A'), ('1P02B')) AS o (gsid) JOIN gs.refused AS p USING (gsid)$$);
SELECT local.error_of($$UPDATE gs.refused SET v = 'x' WHERE v > ''$$);

-- and the value may be one that no record has: of a path, or none
CREATE FOREIGN TABLE gs.of_plan (gsid text, success_plan_id integer) SERVER gainsight OPTIONS (resource 'objectives');
-- one list at a time, so that the first has that answer
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl fault '{"op":"GET /successplans/*/objectives","fault":{"status":200,"body":{"result":true,"data":[{"Gsid":"1O02A","Name":"says nothing of its plan"}]}}}'
SELECT local.error_of('SELECT success_plan_id FROM gs.of_plan');
ALTER SERVER gainsight OPTIONS (DROP max_connections);
CREATE DOMAIN local.given AS text NOT NULL;
CREATE FOREIGN TABLE gs.without (gsid text, v local.given OPTIONS (field 'Nothing__gc')) SERVER gainsight OPTIONS (resource 'successplans');
SELECT local.error_of($$SELECT v FROM gs.without WHERE gsid = '1P02B'$$);

--
-- What is not about the value passes as it is
--
SELECT code, (SELECT set_config('gs_test.code', code, false) IS NOT NULL) AS set, local.error_of($$SELECT v FROM gs.refused WHERE gsid = '1P02B'$$)
FROM unnest('{53200,53100,40001,40P01,55P03,54001,58030,08006,25006,HV000,XX001}'::text[]) AS code;
-- a cancel is a cancel
CREATE FUNCTION local.dawdle(value text) RETURNS boolean LANGUAGE sql AS $$ SELECT pg_sleep(10) IS NOT NULL $$;
CREATE DOMAIN local.slow AS text CHECK (local.dawdle(VALUE));
CREATE FOREIGN TABLE gs.slow (gsid text, v local.slow OPTIONS (field 'Comments')) SERVER gainsight OPTIONS (resource 'successplans');
SET statement_timeout = '200ms';
SELECT v FROM gs.slow WHERE gsid = '1P02B';
\echo :LAST_ERROR_SQLSTATE
RESET statement_timeout;

--
-- What a constraint's function handles itself reaches its handler as it was raised
--
CREATE FUNCTION local.is_whole(value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN value::integer IS NOT NULL;
EXCEPTION WHEN invalid_text_representation THEN
	RAISE WARNING 'not a number: %', value USING ERRCODE = '22P02';
	RETURN true;
END $$;
CREATE DOMAIN local.whole AS text CHECK (local.is_whole(VALUE));
CREATE FOREIGN TABLE gs.whole (gsid text, v local.whole OPTIONS (field 'Comments'), n text OPTIONS (field 'Score__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM gs.whole ORDER BY gsid;
-- and after the warning a value that does not fit is told of as ever
ALTER FOREIGN TABLE gs.whole ALTER n TYPE boolean;
SELECT local.error_of('SELECT * FROM gs.whole');

--
-- The access key stays out of it
--
CREATE FOREIGN TABLE gs.leaky (gsid text, w integer OPTIONS (field 'Comments')) SERVER gainsight OPTIONS (resource 'successplans');
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":"sandbox-key"}'
SELECT local.error_of('SELECT w FROM gs.leaky');
-- nor does a long value come in full
SET gs_test.code = 'P0001';
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"}'
SELECT local.error_of('SELECT v FROM gs.refused');

SET client_min_messages = warning;
DROP OWNED BY regress_gs_reader;
DROP ROLE regress_gs_reader;
DROP SCHEMA no;
\i sql/include/teardown.psql
