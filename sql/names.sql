--
-- NAMES: which field a column is, whatever it is called, and whatever else has its type's name
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0 types=2
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"Renew","CompanyId":"1P01C","TypeId":"1T01T","Status":"Active","EndDate":"2026-12-31","Comments":"none","ModifiedDate":"2026-02-03T04:05:06.789Z","Health__gc":12.5}'
\! sandbox/ctl clear

--
-- A column that is spelled as the API spells a documented field is that field
--
-- in any letter case, and beside columns with this extension's names
CREATE FOREIGN TABLE gs.spelled (
	"Gsid" text, "NAME" text, companyid text, "TypeId" text, "Status" text, "EndDate" date,
	comments text, "modifieddate" timestamptz, "Health__gc" numeric
) SERVER gainsight OPTIONS (resource 'successplans');
SELECT column_name, operator, sent, grade FROM gainsight_fdw_pushdown('gs.spelled')
WHERE operator IN ('=', '>') AND grade <> 'local';
-- so conditions on it are sent, and the key is the key
EXPLAIN (COSTS OFF) SELECT "NAME" FROM gs.spelled WHERE "Status" = 'Active' AND "EndDate" > '2026-01-01' AND companyid LIKE '1P%';
EXPLAIN (COSTS OFF) SELECT * FROM gs.spelled WHERE "Gsid" = '1P02A';
SELECT * FROM gs.spelled WHERE "Gsid" = '1P02A';
\! sandbox/ctl requests -v
-- each is written once, and a date as a date
UPDATE gs.spelled SET "Status" = 'Completed', "EndDate" = '2027-01-31', "Health__gc" = 13 WHERE "Gsid" = '1P02A';
\! sandbox/ctl requests -v
INSERT INTO gs.spelled ("NAME", companyid, "TypeId", "Status") VALUES ('new', '1P01C', '1T01T', 'Active');
\! sandbox/ctl requests -v
-- what is computed or required is so under this name, too
SELECT local.error_of($$UPDATE gs.spelled SET "modifieddate" = '2026-01-01' WHERE "Gsid" = '1P02A'$$);
SELECT local.error_of($$INSERT INTO gs.spelled ("Gsid", "NAME", companyid, "TypeId") VALUES ('x', 'n', 'c', 't')$$);
SELECT local.error_of($$INSERT INTO gs.spelled ("NAME", "TypeId") VALUES ('n', 't')$$);
\! sandbox/ctl requests
-- of an objective, the plan that its path names
CREATE FOREIGN TABLE gs.spelled_objectives ("GSID" text, "SuccessPlanId" text, "DueDate" date)
  SERVER gainsight OPTIONS (resource 'objectives');
EXPLAIN (COSTS OFF) SELECT * FROM gs.spelled_objectives WHERE "SuccessPlanId" = '1P02A';

-- two columns of one field can be read, and not written: by name and by field
CREATE FOREIGN TABLE gs.twice (gsid text, status text, "Status" text) SERVER gainsight OPTIONS (resource 'successplans');
SELECT status, "Status" FROM gs.twice WHERE gsid = '1P02A';
SELECT local.error_of($$UPDATE gs.twice SET status = 'Active' WHERE gsid = '1P02A'$$);
SELECT local.error_of($$INSERT INTO gs.twice (status) VALUES ('Active')$$);
-- by field and by option
ALTER FOREIGN TABLE gs.twice RENAME status TO state;
ALTER FOREIGN TABLE gs.twice ALTER state OPTIONS (ADD field 'STATUS');
SELECT local.error_of($$UPDATE gs.twice SET state = 'Active' WHERE gsid = '1P02A'$$);
-- by name and by option, where the option alone would have been another field
ALTER FOREIGN TABLE gs.twice RENAME "Status" TO end_date;
ALTER FOREIGN TABLE gs.twice ALTER end_date OPTIONS (ADD field 'status');
SELECT local.error_of($$UPDATE gs.twice SET state = 'Active' WHERE gsid = '1P02A'$$);
-- two custom fields that differ by case
CREATE FOREIGN TABLE gs.twice_custom (gsid text, "Health__gc" numeric, health__GC numeric) SERVER gainsight OPTIONS (resource 'successplans');
SELECT local.error_of($$UPDATE gs.twice_custom SET "Health__gc" = 1 WHERE gsid = '1P02A'$$);
-- but an option says it all: this one is no status
ALTER FOREIGN TABLE gs.twice ALTER end_date OPTIONS (SET field 'EndDate');
UPDATE gs.twice SET state = 'Active' WHERE gsid = '1P02A' RETURNING state, end_date;
\! sandbox/ctl clear

--
-- An imported column keeps its field under any name
--
ALTER FOREIGN TABLE gs.successplans RENAME comments TO notes;
ALTER FOREIGN TABLE gs.successplans RENAME name TO comments;
ALTER FOREIGN TABLE gs.successplans RENAME gsid TO id;
ALTER FOREIGN TABLE gs.successplans RENAME TO plans;
EXPLAIN (COSTS OFF) SELECT id, comments, notes FROM gs.plans WHERE notes = 'none' AND comments LIKE 'R%';
SELECT id, comments, notes FROM gs.plans WHERE id = '1P02A';
UPDATE gs.plans SET notes = 'some' WHERE id = '1P02A';
\! sandbox/ctl requests -v
CREATE SCHEMA local_gs;
-- by way of a parent, which renames the columns of all its children
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO local_gs;
CREATE TABLE local.parent (LIKE local_gs.successplans) PARTITION BY LIST (company_id);
ALTER TABLE local.parent ATTACH PARTITION local_gs.successplans DEFAULT;
ALTER TABLE local.parent RENAME name TO title;
ALTER TABLE local.parent RENAME comments TO name;
EXPLAIN (COSTS OFF) SELECT title, name FROM local.parent WHERE name = 'some' AND title = 'Renew';
SELECT title, name FROM local.parent WHERE gsid = '1P02A';
UPDATE local.parent SET name = 'others' WHERE gsid = '1P02A';
SELECT notes, comments FROM gs.plans WHERE id = '1P02A';
-- and another type
DROP TABLE local.parent;
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO local_gs;
ALTER FOREIGN TABLE local_gs.successplans RENAME comments TO name_of_old;
ALTER FOREIGN TABLE local_gs.successplans ALTER name_of_old TYPE varchar;
SELECT name_of_old FROM local_gs.successplans WHERE gsid = '1P02A';
-- a column without the option is what its name says
CREATE FOREIGN TABLE gs.by_name (gsid text, comments text) SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.by_name RENAME comments TO notes;
SELECT operator FROM gainsight_fdw_pushdown('gs.by_name') WHERE column_name = 'notes' AND grade <> 'local' AND operator !~ '\mc\M';
DROP FOREIGN TABLE local_gs.successplans;

--
-- IMPORT under a search path that has other types, and under other settings
--
-- literals that a backslash ends: 19 has them no more
SELECT count(set_config(name, 'off', false)) AS ignored FROM pg_settings
WHERE name IN ('standard_conforming_strings', 'escape_string_warning') AND current_setting('server_version_num')::int < 190000 \gset
CREATE SCHEMA hostile;
SET search_path = hostile, pg_catalog;
CREATE DOMAIN hostile.text AS integer;
CREATE TYPE hostile.date AS ENUM ('some day');
CREATE DOMAIN hostile.numeric AS integer;
CREATE TYPE hostile.timestamptz AS (a integer);
CREATE DOMAIN hostile."timestamp with time zone" AS integer;
CREATE DOMAIN hostile.bool AS integer;
CREATE DOMAIN hostile.boolean AS integer;
CREATE TEMPORARY TABLE text (a integer);
CREATE TEMPORARY TABLE date (a integer);
CREATE TEMPORARY TABLE timestamptz (a integer);
SET quote_all_identifiers = on;
-- names of fields that are anything but names
\! sandbox/ctl fault '{"op":"POST /successplans/search","times":1,"fault":{"status":200,"body":{"result":true,"data":{"totalCount":1,"records":[{"Gsid":"1","Flag__gc":true,"Number__gc":1,"Day__gc":"2026-01-31","Moment__gc":"2026-01-31T10:00:00Z","Text__gc":"x","select":1,"xmin":2,"pg_catalog.text":3,"back\\slash":4,"a\\'"'"'); DROP SCHEMA hostile CASCADE; --":5,"$$":6,"E'"'"'x":7,"a\nb":8,"--":9,"\"":10}]}}}}'
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO hostile OPTIONS (discover 'true');
RESET search_path;
RESET quote_all_identifiers;
SELECT count(set_config(name, 'on', false)) AS ignored FROM pg_settings
WHERE name = 'standard_conforming_strings' \gset
-- all types are PostgreSQL's own
SELECT DISTINCT typnamespace::regnamespace, typname FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = atttypid
WHERE attrelid IN ('hostile.successplans'::regclass, 'hostile.objectives'::regclass, 'hostile.plan_types'::regclass) AND attnum > 0 ORDER BY 2;
SELECT attname, typname, attfdwoptions[1] AS field FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = atttypid
WHERE attrelid = 'hostile.successplans'::regclass AND attnum > 14 ORDER BY attnum;
\! sandbox/ctl clear
SELECT local.error_of('SELECT "back_slash", "a_____drop_schema_hostile_cascade____" FROM hostile.successplans');
\! sandbox/ctl requests -v
DROP TABLE pg_temp.text, pg_temp.date, pg_temp.timestamptz;

--
-- What the extension does in SQL, and what it has in SQL, under such a path
--
-- operators, functions, a type and relations that would be found before pg_catalog's and the extension's
CREATE FUNCTION hostile.boom() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE 'hostile function'; END $$;
\set ECHO none
SELECT format('CREATE FUNCTION hostile.boom(%1$s, %1$s) RETURNS pg_catalog.bool LANGUAGE plpgsql AS '
	'$$ BEGIN RAISE ''hostile operator''; END $$', type)
FROM unnest('{text,timestamptz,bigint,record}'::regtype[]) AS type \gexec
SELECT format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = hostile.boom)', op, type)
FROM unnest('{=,<>,<,<=,>,>=,*<>}'::pg_catalog.text[]) AS op, unnest('{text,timestamptz,bigint,record}'::regtype[]) AS type \gexec
\set ECHO all
CREATE FUNCTION hostile.max(timestamptz) RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$;
CREATE FUNCTION hostile.count() RETURNS bigint LANGUAGE sql AS $$ SELECT hostile.boom() $$;
CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '-infinity'::timestamptz $$;
CREATE AGGREGATE hostile.array_agg(text) (SFUNC = textcat, STYPE = pg_catalog.text);
CREATE TABLE hostile.walked (gsid pg_catalog.text);
CREATE TABLE hostile.upserted (gsid pg_catalog.text);
CREATE TABLE hostile.t (gsid pg_catalog.text);
CREATE TABLE hostile.excluded (gsid pg_catalog.text);
CREATE TEMPORARY TABLE pg_class (a integer);
CREATE TEMPORARY TABLE pg_foreign_server (a integer);
CREATE TEMPORARY TABLE gainsight_fdw_stats_rows (a integer);
\! sandbox/ctl reset plans=40 objectives=1 types=3 seed=1
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER gainsight INTO local_gs;
-- a copy is made, brought up to date, and loses what is gone
CREATE TABLE local.copied (LIKE local_gs.successplans, PRIMARY KEY (gsid));
SET search_path = hostile, pg_catalog, public;
CALL gainsight_fdw_refresh('local_gs.successplans', 'local.copied');
SELECT pg_catalog.count(*) FROM local.copied;
\! sandbox/ctl touch $(sandbox/ctl dump successplans | head -1 | cut -f 1) Comments=changed
\! sandbox/ctl delete $(sandbox/ctl dump successplans | tail -1 | cut -f 1)
CALL gainsight_fdw_refresh('local_gs.successplans', 'local.copied', true);
CALL gainsight_fdw_refresh('local_gs.successplans', 'local.made');
SELECT ok FROM gainsight_fdw_check('gainsight') WHERE step OPERATOR(pg_catalog.~) '^search$';
SELECT pg_catalog.count(*) FROM gainsight_fdw_pushdown('local_gs.successplans');
SELECT errors FROM gainsight_fdw_stats WHERE server_name OPERATOR(pg_catalog.=) 'gainsight' AND requests OPERATOR(pg_catalog.>) 1000000::bigint;
SELECT * FROM gainsight_fdw_progress;
-- and an operator of the user's is not the API's
EXPLAIN (COSTS OFF) SELECT name FROM local_gs.successplans WHERE status = 'Active'::pg_catalog.text;
RESET search_path;
DROP TABLE pg_temp.pg_class, pg_temp.pg_foreign_server, pg_temp.gainsight_fdw_stats_rows;
SELECT local.compare_queries('TABLE local.copied', 'TABLE local_gs.successplans');
SELECT local.compare_queries('TABLE local.made', 'TABLE local_gs.successplans');
SELECT count(*) FROM local.copied WHERE comments = 'changed';

SET client_min_messages = warning;
DROP SCHEMA hostile, local_gs CASCADE;
\i sql/include/teardown.psql
