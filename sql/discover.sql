--
-- DISCOVER: columns for what a tenant has beyond the documented fields
--
\i sql/include/setup.psql
CREATE SCHEMA found;

-- one page without `select`, and what its records hold
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO found OPTIONS (discover 'true');
\! sandbox/ctl requests -v
\d found.successplans
-- the others are as ever
SELECT c.relname, count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = 'found'::regnamespace AND attnum > 0 GROUP BY 1 ORDER BY 1;
-- every value of every plan fits, as it is in the tenant
CREATE TABLE local.custom (LIKE found.successplans);
\copy local.custom FROM PROGRAM 'sandbox/ctl dump successplans --custom'
\! sandbox/ctl clear
SELECT local.compare_queries('TABLE found.successplans', 'TABLE local.custom');
SELECT count(*) FROM found.successplans WHERE isexec__gc AND health__gc > 50 AND lasttouch__gc < '2026-01-01';
SELECT count(*) FROM local.custom WHERE isexec__gc AND health__gc > 50 AND lasttouch__gc < '2026-01-01';

-- nothing is asked where it is off, or plans are not wanted
DROP FOREIGN TABLE found.successplans, found.objectives, found.plan_types;
\! sandbox/ctl clear
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (objectives, plan_types) FROM SERVER gainsight INTO found OPTIONS (discover 'on');
DROP FOREIGN TABLE found.objectives, found.plan_types;
IMPORT FOREIGN SCHEMA gainsight EXCEPT (successplans) FROM SERVER gainsight INTO found OPTIONS (discover 'true');
DROP FOREIGN TABLE found.objectives, found.plan_types;
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO found OPTIONS (discover 'false');
SELECT count(*) FROM pg_attribute WHERE attrelid = 'found.successplans'::regclass AND attnum > 0;
DROP FOREIGN TABLE found.successplans;
\! sandbox/ctl requests

--
-- Types and names: a tenant that answers with whatever is put into its mouth
--
CREATE VIEW local.found AS
	SELECT attname AS name, format_type(atttypid, atttypmod) AS type, array_to_string(attfdwoptions, ', ') AS options
	FROM pg_attribute WHERE attrelid = to_regclass('found.successplans') AND attnum > 14 ORDER BY attnum;

-- one request at a time, so that each answer goes to the statement that it is for
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
-- what the values of each are on the whole page: null and "" are neither here nor there
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":3,"fault":{"status":200,"body":{"result":true,"data":{"totalCount":3,"records":[{"gsid":"1","Flag__gc":true,"Number__gc":1,"Long__gc":1,"Day__gc":"2026-01-31","Moment__gc":"2026-01-31T10:00:00Z","DayOrMoment__gc":"2026-01-31","LooksLike__gc":"2026-01-31","NoSuchDay__gc":"2026-02-30","Digits__gc":"20260131","Mixed__gc":1,"Nothing__gc":null,"Blank__gc":"","List__gc":["a",1],"Object__gc":{"a":{"b":null}}},{"gsid":"2","Flag__gc":null,"Number__gc":-2.50,"Long__gc":123456789012345678901234567890,"Day__gc":"","Moment__gc":"2026-01-31 10:00:00.25+0530","DayOrMoment__gc":"2026-02-01T00:00:00Z","LooksLike__gc":"soon","Mixed__gc":"one","Later__gc":false},{"gsid":"3","Flag__gc":"","Number__gc":1e3,"Moment__gc":null,"Mixed__gc":true}]}}}}'
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO found OPTIONS (discover 'true');
SELECT * FROM local.found;
-- and they can be read as such
\x on
SELECT flag__gc, number__gc, long__gc, day__gc, moment__gc, dayormoment__gc, lookslike__gc, nosuchday__gc, digits__gc,
	mixed__gc, nothing__gc, blank__gc, list__gc, object__gc, later__gc
FROM found.successplans ORDER BY gsid;
\x off
-- a later page may hold what does not fit; the column can be altered
\! sandbox/ctl defaults
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":2,"fault":{"status":200,"body":{"result":true,"data":{"totalCount":1,"records":[{"Gsid":"4","Day__gc":"someday"}]}}}}'
SELECT local.error_of('SELECT day__gc FROM found.successplans');
ALTER FOREIGN TABLE found.successplans ALTER day__gc TYPE text;
SELECT day__gc FROM found.successplans;
DROP FOREIGN TABLE found.successplans;

-- any spelling becomes a name; those that meet another's, a documented one's or the system's are numbered
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":2,"fault":{"status":200,"body":{"result":true,"data":{"totalCount":1,"records":[{"Gsid":"1","GSID":"2","":"no name","OwnerId__gr.Name":"Ada","OwnerId__gr.Manager__gr.Name":"Grace","ownerid__gr_name":"other","Order":"reserved","ORDER":"the same field","Order!":"odd","order?":"odd, too","company_id":"no CompanyId","Company-Id":"nor this","ctid":"(0,1)","tableoid":1,"2nd__gc":2,"It'"'"'s \"quoted\" \\ ":"marks","Gr\u00f6\u00dfe__gc":"large","\u65e5\u4ed8__gc":"2026-01-31","A_field_whose_name_is_so_long_that_it_does_not_fit_into_a_name__one":1,"A_field_whose_name_is_so_long_that_it_does_not_fit_into_a_name__two":2,"\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5a":"a","\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5\u65e5b":"b"}]}}}}'
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO found OPTIONS (discover 'true');
SELECT name, octet_length(name) AS bytes, type, options FROM local.found;
-- each column has its own field's value
\! sandbox/ctl clear
\x on
SELECT * FROM found.successplans;
\x off
\! sandbox/ctl requests -v
DROP FOREIGN TABLE found.successplans;

-- what the database cannot spell is left out
SELECT current_database() AS home, current_setting('client_encoding') AS encoding \gset
CREATE DATABASE gs_latin1 ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
\c gs_latin1
SET client_encoding = 'UTF8';
\getenv url GS_SANDBOX_URL
\getenv key GS_SANDBOX_KEY
CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key :'key');
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":2,"fault":{"status":200,"body":{"result":true,"data":{"totalCount":1,"records":[{"Gsid":"1","Gr\u00f6\u00dfe__gc":"gro\u00df","\u65e5\u4ed8__gc":"2026-01-31","Plain__gc":"plain"}]}}}}'
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO public OPTIONS (discover 'true');
SELECT attname, attfdwoptions FROM pg_attribute WHERE attrelid = 'successplans'::regclass AND attnum > 14 ORDER BY attnum;
SELECT größe__gc, plain__gc FROM successplans;
-- but EXPLAIN spells the rest
ALTER FOREIGN TABLE successplans ALTER größe__gc OPTIONS (ADD pushdown 'true');
EXPLAIN (COSTS OFF) SELECT gsid FROM successplans
WHERE größe__gc = 'Jürgen' AND owner_name = 'Jürgen ' || current_user AND name LIKE current_user || 'ü%';
EXPLAIN (COSTS OFF) SELECT gsid FROM successplans WHERE gsid = 'ü' || current_user;
\c :home
DROP DATABASE gs_latin1;
SET client_encoding = :'encoding';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';

--
-- A tenant that shows nothing more, or nothing
--
CREATE FUNCTION local.discover(mode text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT local.error_of(format('IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans)
		FROM SERVER gainsight INTO found OPTIONS (discover %L)', mode));
	RETURN QUERY SELECT count(*) || ' columns found' FROM local.found;
	DROP FOREIGN TABLE IF EXISTS found.successplans;
END $$;
SET client_min_messages = warning;
SELECT local.discover('yes');
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"status":200,"body":{"result":true,"data":[{"Gsid":"1","Name":"one"}]}}}'
SELECT local.discover('true');
\! sandbox/ctl reset plans=0
SELECT local.discover('true');
\! sandbox/ctl set no_data=gsobj_1011
SELECT local.discover('true');
\! sandbox/ctl defaults
-- what goes wrong is said, and nothing is made
\! sandbox/ctl set key=another
SELECT local.discover('true');
\! sandbox/ctl set key=sandbox-key
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"status":400,"body":{"result":false,"errorCode":"COCKPIT_5101","errorDesc":"select is missing"}}}'
SELECT local.discover('true');
SELECT local.discover('perhaps');
SELECT local.error_of('IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO found OPTIONS (discovery ''true'')');
RESET client_min_messages;
-- it is asked as the role that imports
CREATE ROLE gs_importer;
GRANT USAGE ON FOREIGN SERVER gainsight TO gs_importer;
GRANT ALL ON SCHEMA found, local TO gs_importer;
SET ROLE gs_importer;
SELECT local.error_of('IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO found OPTIONS (discover ''true'')');
SELECT local.error_of('IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO found');
RESET ROLE;

--
-- Writing to what was found
--
\! sandbox/ctl reset plans=20
SET client_min_messages = warning;
DROP OWNED BY gs_importer CASCADE;
DROP ROLE gs_importer;
RESET client_min_messages;
\i sql/include/watch.psql
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO found OPTIONS (discover 'true');
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"Renew","CompanyId":"1P01C","TypeId":"1T01T","Health__gc":12.50,"IsExec__gc":true,"RenewalDate__gc":"2027-01-01","LastTouch__gc":"2026-11-23T08:00:00Z","Segment__gc":"SMB"}'
\i sql/include/changes.psql
\! sandbox/ctl clear
-- each goes back as the JSON it is
UPDATE found.successplans SET health__gc = health__gc + 1, isexec__gc = NOT isexec__gc, renewaldate__gc = renewaldate__gc + 1,
	lasttouch__gc = lasttouch__gc + interval '1 hour', segment__gc = '17', score__gc = 18
WHERE gsid = '1P02A';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
-- and what is not changed, as it was
UPDATE found.successplans SET comments = 'only this' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v
\i sql/include/changes.psql
INSERT INTO found.successplans (name, company_id, type_id, health__gc, isexec__gc, renewaldate__gc, lasttouch__gc, segment__gc)
VALUES ('new', '1P01C', '1T01T', 0.10, false, '2028-02-29', '2026-11-23 08:00:00.5+00', '');
\! sandbox/ctl requests -v
-- a field of another record is for reading: an update neither changes it nor sends it back
ALTER FOREIGN TABLE found.successplans ADD COLUMN owner_looked_up text OPTIONS (field 'OwnerId__gr.Name');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"GET /successplans/*","times":2,"fault":{"replace_body":[["\"Name\"","\"OwnerId__gr.Name\":\"Ada\",\"Name\""]]}}'
SELECT owner_looked_up FROM found.successplans WHERE gsid = '1P02A';
UPDATE found.successplans SET comments = 'and this' WHERE gsid = '1P02A';
\! sandbox/ctl requests -v
SELECT local.error_of($$UPDATE found.successplans SET owner_looked_up = 'Grace' WHERE gsid = '1P02A'$$);
SELECT local.error_of($$INSERT INTO found.successplans (name, company_id, type_id, owner_looked_up) VALUES ('n', 'c', 't', 'Grace')$$);
\! sandbox/ctl requests

SET client_min_messages = warning;
DROP SCHEMA found CASCADE;
\i sql/include/teardown.psql
