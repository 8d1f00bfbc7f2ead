--
-- REFRESH: a local copy that is kept up to date
--
\i sql/include/setup.psql
\i sql/include/copy.psql
\set SHOW_CONTEXT never

--
-- The first time: the target is made, and everything read
--
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
-- so small a tenant is one window; whether it is small is asked by the row after the largest one
\! sandbox/ctl requests -v | LC_ALL=C sort
\i sql/include/truth.psql
\d local.copy

--
-- The next time: what was changed since
--
CREATE TABLE local.writes (what text, gsid text);
CREATE FUNCTION local.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO local.writes VALUES (TG_OP, coalesce(NEW.gsid, OLD.gsid));
	RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON local.copy FOR EACH ROW EXECUTE FUNCTION local.note();
-- from ten minutes before the newest row, and whether there are rows without a date
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\! sandbox/ctl requests -v
-- what is as it was is not written
TABLE local.writes;
-- a change, and a new plan
SELECT gsid AS plan FROM local.copy WHERE gsid ~ '^\w{30}' ORDER BY 1 LIMIT 1 \gset
SELECT gsid AS other FROM local.copy WHERE gsid ~ '^\w{30}' ORDER BY 1 OFFSET 1 LIMIT 1 \gset
SELECT gsid AS third FROM local.copy WHERE gsid ~ '^\w{30}' ORDER BY 1 OFFSET 2 LIMIT 1 \gset
\setenv PLAN :plan
\setenv OTHER :other
\setenv THIRD :third
\! sandbox/ctl touch $PLAN Name='changed by a colleague'
\! sandbox/ctl insert '{"Gsid":"1P02NEW","Name":"new"}'
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
SELECT what, CASE gsid WHEN :'plan' THEN 'the changed one' ELSE gsid END FROM local.writes ORDER BY 1;
\i sql/include/truth.psql
-- what the tenant deleted stays, until everything is looked at
\! sandbox/ctl delete $OTHER; sandbox/ctl delete 1P02NEW
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
TRUNCATE local.writes;
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
-- what was not met is asked for by its key before it is removed
\! sandbox/ctl requests -v | tail -1 | sed "s/$OTHER/OTHER/"
SELECT what, CASE gsid WHEN :'other' THEN 'OTHER' ELSE gsid END FROM local.writes ORDER BY 2;
\i sql/include/truth.psql
-- a change that moves no date, as of a company's name, is seen then, too
UPDATE local.copy SET company_name = 'as it was' WHERE gsid = :'plan';
DELETE FROM local.copy WHERE gsid = :'third';
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', true);
\i sql/include/truth.psql

--
-- How it is called
--
-- an untyped literal may name a table that is yet to be made, and so may a text
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a');
CALL gainsight_fdw_refresh('gs.plan_types'::regclass, 'local."b C"'::text);
CALL gainsight_fdw_refresh(target => 'local.d', source => 'gs.plan_types');
-- a regclass is one that is there
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a'::regclass, full => true);
CALL gainsight_fdw_refresh('gs.plan_types', 'local.e'::regclass);
SET search_path = local, public;
CALL gainsight_fdw_refresh('gs.plan_types', 'e');
RESET search_path;
SELECT relname FROM pg_class WHERE relnamespace = 'local'::regnamespace AND relkind = 'r' AND length(relname) < 4 ORDER BY 1;
-- by itself, as it commits
BEGIN;
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a');
ROLLBACK;
CREATE FUNCTION local.call() RETURNS void LANGUAGE sql AS $$ CALL gainsight_fdw_refresh('gs.plan_types', 'local.a') $$;
SELECT * FROM local.error_of('SELECT local.call()');
DO $$
BEGIN
	CALL gainsight_fdw_refresh('gs.plan_types', 'local.a');
EXCEPTION WHEN invalid_transaction_termination THEN
	RAISE NOTICE '%', SQLERRM;
END $$;
-- in a block that may commit it can
DO $$ BEGIN CALL gainsight_fdw_refresh('gs.plan_types', 'local.a'); END $$;

--
-- What it refuses
--
CALL gainsight_fdw_refresh(NULL, 'local.a');
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a', NULL);
CALL gainsight_fdw_refresh('local.a', 'local.b');
CALL gainsight_fdw_refresh('gs.plan_types', 'nowhere.a');
CALL gainsight_fdw_refresh('gs.plan_types', 'gs.plan_types');
CREATE VIEW local.view AS TABLE local.a;
CALL gainsight_fdw_refresh('gs.plan_types', 'local.view');
-- no key, in either
CREATE FOREIGN TABLE gs.no_key (name text, modified_date timestamptz) SERVER gainsight OPTIONS (resource 'successplans');
CALL gainsight_fdw_refresh('gs.no_key', 'local.f');
CREATE TABLE local.no_key (name text, modified_date timestamptz);
CALL gainsight_fdw_refresh('gs.successplans', 'local.no_key');
-- nothing to tell whether a row is there already
CREATE TABLE local.no_index (gsid text, modified_date timestamptz);
CREATE UNIQUE INDEX ON local.no_index (gsid) WHERE modified_date IS NOT NULL;
CREATE UNIQUE INDEX ON local.no_index (gsid, modified_date);
CALL gainsight_fdw_refresh('gs.successplans', 'local.no_index');
-- no moment of the last change, or without its zone
CREATE FOREIGN TABLE gs.no_date (gsid text, name text) SERVER gainsight OPTIONS (resource 'successplans');
CALL gainsight_fdw_refresh('gs.no_date', 'local.f');
CREATE TABLE local.no_date (gsid text PRIMARY KEY, name text);
CALL gainsight_fdw_refresh('gs.successplans', 'local.no_date');
CREATE TABLE local.zoneless (gsid text PRIMARY KEY, modified_date timestamp);
CALL gainsight_fdw_refresh('gs.successplans', 'local.zoneless');
CREATE FOREIGN TABLE gs.as_text (gsid text, modified_date text) SERVER gainsight OPTIONS (resource 'successplans');
CALL gainsight_fdw_refresh('gs.as_text', 'local.f');
-- which leaves nothing behind
SELECT to_regclass('local.f');

--
-- A target of one's own: the columns that both have
--
CREATE TYPE local.plan_status AS ENUM ('Active', 'Completed', 'Archived');
CREATE FOREIGN TABLE gs."My plans" (
	"Plan id" text OPTIONS (field 'Gsid'), name text, status local.plan_status,
	changed timestamptz OPTIONS (field 'ModifiedDate'), tenant text OPTIONS (constant 'acme')
) SERVER gainsight OPTIONS (resource 'successplans');
CREATE TABLE local."My copy" (
	changed timestamptz, note text DEFAULT 'mine', status local.plan_status,
	loud text GENERATED ALWAYS AS (upper(name)) STORED, name varchar(400),
	"Plan id" varchar(40) UNIQUE, tenant text
);
CALL gainsight_fdw_refresh('gs."My plans"', 'local."My copy"');
SELECT local.compare_queries('SELECT "Plan id", name, status::text, changed, tenant FROM local."My copy"',
	$$SELECT gsid, name, status, modified_date, 'acme' FROM local.successplans$$);
SELECT count(*) FROM local."My copy" WHERE note = 'mine' AND loud = upper(name);
-- a column of its own keeps its value
UPDATE local."My copy" SET note = 'kept' WHERE "Plan id" = :'plan';
\! sandbox/ctl touch $PLAN Name='changed again'
CALL gainsight_fdw_refresh('gs."My plans"', 'local."My copy"');
SELECT name, note, loud FROM local."My copy" WHERE "Plan id" = :'plan';
-- what is equal to numeric and no more the same is changed
CREATE FOREIGN TABLE gs.health (gsid text, modified_date timestamptz, health numeric OPTIONS (field 'Health__gc'))
  SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl touch $PLAN Health__gc=1.5
CALL gainsight_fdw_refresh('gs.health', 'local.health');
\! sandbox/ctl touch $PLAN Health__gc=1.50
CALL gainsight_fdw_refresh('gs.health', 'local.health');
SELECT health FROM local.health WHERE gsid = :'plan';
-- nothing but the key
CREATE FOREIGN TABLE gs.keys (id text) SERVER gainsight OPTIONS (resource 'plan_types');
CALL gainsight_fdw_refresh('gs.keys', 'local.keys');
CALL gainsight_fdw_refresh('gs.keys', 'local.keys', true);
SELECT local.compare_queries('TABLE local.keys', 'SELECT id FROM local.plan_types');
-- types that do not fit
CREATE TABLE local.wrong (gsid text PRIMARY KEY, name integer, modified_date timestamptz);
\set VERBOSITY terse
CALL gainsight_fdw_refresh('gs.successplans', 'local.wrong');
\set VERBOSITY default
-- whatever the caller's search_path finds
CREATE FUNCTION local.max(timestamptz) RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$;
CREATE FUNCTION local.never(timestamptz, timestamptz) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE OPERATOR local.>= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = local.never);
SET search_path = local, pg_catalog, public;
CALL gainsight_fdw_refresh('gs.successplans', 'copy');
RESET search_path;
\i sql/include/truth.psql

--
-- Privileges are the caller's
--
CREATE ROLE regress_gs_copier;
GRANT USAGE ON SCHEMA gs, local TO regress_gs_copier;
SET ROLE regress_gs_copier;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
RESET ROLE;
GRANT SELECT ON gs.successplans TO regress_gs_copier;
SET ROLE regress_gs_copier;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
RESET ROLE;
CREATE USER MAPPING FOR regress_gs_copier SERVER gainsight OPTIONS (access_key :'key');
SET ROLE regress_gs_copier;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
CALL gainsight_fdw_refresh('gs.successplans', 'local.its_own');
RESET ROLE;
GRANT SELECT, INSERT, UPDATE ON local.copy TO regress_gs_copier;
GRANT INSERT ON local.writes TO regress_gs_copier;
SET ROLE regress_gs_copier;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
-- what it takes to remove rows is asked for before anything is read
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\! sandbox/ctl requests -n
RESET ROLE;
DROP OWNED BY regress_gs_copier;
DROP ROLE regress_gs_copier;

--
-- Windows: a walk is kept short, and a window is committed when all of it was read
--
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '20');
CREATE TABLE local.progress (pid integer, relation regclass, requests bigint, rows_read bigint, rows_expected bigint);
CREATE FUNCTION local.watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO local.progress TABLE gainsight_fdw_progress;
	RETURN NULL;
END $$;
CREATE TABLE local.small (LIKE local.copy INCLUDING INDEXES);
CREATE TRIGGER watch AFTER INSERT ON local.small EXECUTE FUNCTION local.watch();
CALL gainsight_fdw_refresh('gs.successplans', 'local.small');
SELECT local.compare_queries('TABLE local.small', 'TABLE local.successplans');
-- many windows, each in a transaction of its own, and each of 200 rows at most
SELECT count(*) > 12 AS many, max(count) <= 200 AS small FROM (SELECT count(*) FROM local.small GROUP BY xmin::text) AS windows;
-- progress is that of the whole
SELECT bool_and(pid = pg_backend_pid()) AS own, min(relation::text), bool_and(relation = 'gs.successplans'::regclass) AS "of the source",
	bool_and(rows_expected = 2499) AS expected, max(rows_read) BETWEEN 2200 AND 2600 AS read, max(requests) > 130 AS requests
FROM local.progress;
SELECT bool_and(r >= coalesce(before, 0)) AS "goes up" FROM (SELECT rows_read AS r, lag(rows_read) OVER (ORDER BY requests) AS before FROM local.progress) AS p;
-- and it is over
TABLE gainsight_fdw_progress;

-- stopped by an error, it goes on where it was
TRUNCATE local.small;
\! sandbox/ctl fault '{"fault":{"status":403,"body":{}},"op":"POST /successplans/search","skip":120,"times":1}'
CALL gainsight_fdw_refresh('gs.successplans', 'local.small');
SELECT count(*) BETWEEN 300 AND 2200 AS some FROM local.small;
-- all that the tenant has up to there, and nothing else
SELECT local.compare_queries('TABLE local.small', 'SELECT * FROM local.successplans WHERE modified_date <= (SELECT max(modified_date) FROM local.small)');
TABLE gainsight_fdw_progress;
SELECT count(*) AS before FROM local.small \gset
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.small');
SELECT local.compare_queries('TABLE local.small', 'TABLE local.successplans');

-- an interrupted full one removes nothing
\! sandbox/ctl delete $THIRD
\! sandbox/ctl fault '{"fault":{"status":403,"body":{}},"op":"POST /successplans/search","skip":200,"times":1}'
CALL gainsight_fdw_refresh('gs.successplans', 'local.small', full => true);
SELECT count(*) FROM local.small;
-- unless what it has not met is not there
CALL gainsight_fdw_refresh('gs.successplans', 'local.small', full => true);
SELECT count(*) FROM local.small;

-- each window has max_requests for itself
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD max_requests '30');
TRUNCATE local.small;
CALL gainsight_fdw_refresh('gs.successplans', 'local.small');
\i sql/include/copy.psql
SELECT local.compare_queries('TABLE local.small', 'TABLE local.successplans');
-- more rows of one second than a window should have: they are walked together
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '2', SET max_requests '24');
\! sandbox/ctl reset plans=300 objectives=0
\! sandbox/ctl dump successplans | cut -f1 | grep '^1P02[0-9A-Z]*$' | head -12 | while read g; do sandbox/ctl touch $g ModifiedDate=2025-03-01T10:00:00.5Z; done
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
SELECT count(*) FROM local.copy WHERE modified_date = '2025-03-01 10:00:00.5';
-- and so they are where the next one begins
\! sandbox/ctl dump successplans | cut -f1 | grep '^1P02[0-9A-Z]*$' | head -12 | while read g; do sandbox/ctl touch $g ModifiedDate=2026-06-02T10:00:00Z; done
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql

ALTER FOREIGN TABLE gs.successplans OPTIONS (SET max_requests '0');

--
-- Dates that are none
--
-- without a date
\! for g in $(sandbox/ctl dump successplans | cut -f1 | grep '^1P02[0-9A-Z]*$' | head -3); do sandbox/ctl touch $g ModifiedDate=null Name=undated; done
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
SELECT count(*) FROM local.copy WHERE modified_date IS NULL;
-- the first time they come with the first window
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
-- where the tenant does not find them by IS_NULL, by their number
ALTER SERVER gainsight OPTIONS (ADD operators 'GTE,LTE,IN');
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
ALTER SERVER gainsight OPTIONS (DROP operators);
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- and so where it refuses that
\! sandbox/ctl set 'operators=["GTE","LTE","IN"]'
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
\! sandbox/ctl defaults
-- one of the future does not hide the present, and one of long ago is read, too
\! sandbox/ctl insert '{"Gsid":"1P02FUTURE","Name":"of the future","ModifiedDate":"2999-01-01T00:00:00Z"}'
\! sandbox/ctl insert '{"Gsid":"1P02OLD","Name":"old","ModifiedDate":"1912-04-15T02:20:00Z"}'
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\! sandbox/ctl insert '{"Gsid":"1P02PRESENT","Name":"of the present"}'
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql

--
-- Rows that appear late: stamped before the newest of the copy, shown after it was read
--
\! sandbox/ctl reset plans=300 objectives=0
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
SELECT to_char(max(modified_date) - interval '9 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS late FROM local.copy \gset
\setenv LATE :late
\! sandbox/ctl insert "{\"Gsid\":\"1P02LATE\",\"Name\":\"late\",\"ModifiedDate\":\"$LATE\"}"
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql

--
-- Tenants of other manners
--
-- no totalCount; one that counts the page; one that counts what it does not show
\! sandbox/ctl set total_count=absent
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
\! sandbox/ctl set total_count=page
DROP TABLE local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
\! sandbox/ctl set total_count=1000
SET client_min_messages = error;
DROP TABLE local.copy;
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
RESET client_min_messages;
\i sql/include/truth.psql
-- filters that it ignores: everything is one window
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_filters=true
DROP TABLE local.copy;
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\! test $(sandbox/ctl requests -n) -lt 700 && echo 'as many requests as two walks'
\i sql/include/truth.psql
-- an offset that it ignores cannot be walked, and is said to be so
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_offset=true total_count=absent
DROP TABLE local.copy;
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\! test $(sandbox/ctl requests -n) -lt 20 && echo 'a few requests'
-- rows with nulls that GTE keeps
\! sandbox/ctl defaults
\! sandbox/ctl set keep_nulls=true
\! for g in $(sandbox/ctl dump successplans | cut -f1 | grep '^1P02[0-9A-Z]*$' | head -3); do sandbox/ctl touch $g ModifiedDate=null; done
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
-- rows that move under the walk, three rounds long: it is halved, and walked again (the pages are asked for
-- one by one, so that it is known which requests are of which round)
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl reset plans=200 objectives=0
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '50');
DROP TABLE local.copy;
\! for i in 2 4 6; do sandbox/ctl fault '{"fault":{"replace_body":[["\"totalCount\":","\"totalCount\":9"]]},"op":"POST *","skip":'$i'}'; done
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\! sandbox/ctl requests -v | sed 's/"select":.*"where"/..."where"/; s/"select":.*"limit"/..."limit"/; s/"20[0-9TZ:.-]*"/"..."/g' | grep where | head -3
\i sql/include/truth.psql
-- what is halved for that has the rows without a date, too
DROP TABLE local.copy;
\! sandbox/ctl touch $(sandbox/ctl dump successplans | cut -f1 | grep -m1 '^1P02[0-9A-Z]*$') ModifiedDate=null
\! for i in 2 4 6; do sandbox/ctl fault '{"fault":{"replace_body":[["\"totalCount\":","\"totalCount\":9"]]},"op":"POST *","skip":'$i'}'; done
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
ALTER SERVER gainsight OPTIONS (DROP max_connections);
-- where it cannot be halved, it is given up in the end, and what was committed is kept
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '3');
\! for i in 1 2 3 4 5; do sandbox/ctl insert '{"Gsid":"1P02LATEST'$i'","Name":"latest"}'; done
\! sandbox/ctl mutate '{"before_search":1,"every":true,"insert_at":0}'
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
SELECT count(*) FROM local.copy;
\! sandbox/ctl defaults
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
\i sql/include/truth.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size, DROP max_requests);

--
-- Objectives and plan types: nothing finds what was changed, so each time all are read
--
\! sandbox/ctl reset plans=200 objectives=2
\i sql/include/copy.psql
CALL gainsight_fdw_refresh('gs.objectives', 'local.their_objectives');
\! sandbox/ctl requests | sed 's|/[^/]*/objectives|/.../objectives|' | sort -u
SELECT local.compare_queries('TABLE local.their_objectives', 'TABLE local.objectives');
INSERT INTO local.their_objectives (gsid, name) VALUES ('gone', 'gone');
UPDATE local.their_objectives SET name = 'another' WHERE gsid = (SELECT min(gsid) FROM local.objectives);
CALL gainsight_fdw_refresh('gs.objectives', 'local.their_objectives');
SELECT local.compare_queries('TABLE local.their_objectives', 'TABLE local.objectives');
CALL gainsight_fdw_refresh('gs.objectives', 'local.their_objectives', full => true);
SELECT local.compare_queries('TABLE local.their_objectives', 'TABLE local.objectives');
-- in one statement, as max_requests has it
ALTER FOREIGN TABLE gs.objectives OPTIONS (ADD max_requests '100');
CALL gainsight_fdw_refresh('gs.objectives', 'local.their_objectives');
-- a tenant that has nothing is not believed
\! sandbox/ctl fault '{"fault":{"status":200,"body":{"result":true,"data":[]}},"op":"GET /successplans/config/types","times":2}'
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a', full => true);
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a');
INSERT INTO local.a VALUES ('gone', 'gone');
CALL gainsight_fdw_refresh('gs.plan_types', 'local.a', full => true);
SELECT local.compare_queries('TABLE local.a', 'TABLE local.plan_types');
-- plans whose date may not be sent are read as a whole, too
CREATE FOREIGN TABLE gs.unsent (gsid text, modified_date timestamptz OPTIONS (pushdown 'false')) SERVER gainsight OPTIONS (resource 'successplans');
CALL gainsight_fdw_refresh('gs.unsent', 'local.unsent');
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.unsent', 'local.unsent');
\! sandbox/ctl requests -v
SELECT local.compare_queries('TABLE local.unsent', 'SELECT gsid, modified_date FROM local.successplans');

\i sql/include/teardown.psql
