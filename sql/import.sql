--
-- IMPORT: IMPORT FOREIGN SCHEMA, and tables written by hand
--
\i sql/include/setup.psql

-- what the setup imported: the documented columns, in their order
\d gs.successplans
\d gs.objectives
\d gs.plan_types

--
-- A choice of tables
--
CREATE SCHEMA part;
-- those named; a name that the tenant does not have is no matter
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (plan_types, nothing_such) FROM SERVER gainsight INTO part;
SELECT ftrelid::regclass FROM pg_foreign_table WHERE ftrelid::regclass::text LIKE 'part.%' ORDER BY ftrelid::regclass::text;
DROP FOREIGN TABLE part.plan_types;
-- all but those named
IMPORT FOREIGN SCHEMA gainsight EXCEPT (plan_types) FROM SERVER gainsight INTO part;
SELECT ftrelid::regclass FROM pg_foreign_table WHERE ftrelid::regclass::text LIKE 'part.%' ORDER BY ftrelid::regclass::text;
-- what is there already is not replaced
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO part;
\echo :LAST_ERROR_SQLSTATE
-- there is one remote schema, and its name has a case
IMPORT FOREIGN SCHEMA public FROM SERVER gainsight INTO part;
\echo :LAST_ERROR_SQLSTATE
IMPORT FOREIGN SCHEMA "Gainsight" FROM SERVER gainsight INTO part;
-- an option that there is not
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO part OPTIONS (colour 'blue');
\echo :LAST_ERROR_SQLSTATE
-- into names that need quotes, from a server whose name does
CREATE SCHEMA "Some ""Schema""";
CREATE SERVER "Gain's ""sight""" FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (domain 'acme');
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (plan_types) FROM SERVER "Gain's ""sight""" INTO "Some ""Schema""";
\d "Some ""Schema""".*
SET client_min_messages = warning;
DROP SERVER "Gain's ""sight""" CASCADE;
DROP SCHEMA "Some ""Schema""", part CASCADE;
RESET client_min_messages;
-- importing asks the tenant nothing
\! sandbox/ctl requests

--
-- By hand: any columns, in any order, under any name
--
-- one plan with every field, and one with none that may be missing
\! sandbox/ctl reset plans=0
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"Renew","CompanyId":"1P01C","CompanyName":"Acme Inc","TypeId":"1T01T","TypeName":"Renewal","Status":"Active","OwnerId":"1P08O","OwnerName":"Ada","StartDate":"2026-01-31","EndDate":"2026-12-31","Comments":"none","CreatedDate":"2026-01-01T10:00:00Z","ModifiedDate":"2026-02-03T04:05:06.789Z","Health__gc":12.50,"IsExec__gc":true,"RenewalDate__gc":"2027-01-01","LastTouch__gc":"2026-11-23T08:00:00Z","Segment__gc":"SMB","Score__gc":42}'
\! sandbox/ctl insert '{"Gsid":"1P02B","Name":"Bare","CompanyId":"1P01C","CompanyName":null,"TypeId":"1T01T","TypeName":null,"CreatedDate":null,"ModifiedDate":null}'
\! sandbox/ctl clear

-- the table's name is its resource where nothing else is said
CREATE SCHEMA by_hand;
CREATE FOREIGN TABLE by_hand.plan_types (name text, id text) SERVER gainsight;
SELECT count(*) = 6 AND bool_and(id ~ '^1T01') AS crossed_rightly FROM by_hand.plan_types;
-- a resource that the tenant has not
CREATE FOREIGN TABLE by_hand.plans (gsid text) SERVER gainsight;
SELECT * FROM by_hand.plans;
\echo :LAST_ERROR_SQLSTATE
DROP FOREIGN TABLE by_hand.plans;

-- a subset, in another order, under other names; `select` names just these
CREATE FOREIGN TABLE by_hand.plans (
	finish date OPTIONS (field 'EndDate'),
	status text,
	id text OPTIONS (field 'Gsid')
) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl clear
SELECT * FROM by_hand.plans ORDER BY id;
\! sandbox/ctl requests -v
-- without a column for Gsid, which is asked for all the same
ALTER FOREIGN TABLE by_hand.plans DROP COLUMN id;
SELECT * FROM by_hand.plans ORDER BY status;
\! sandbox/ctl requests -v
-- a column added later, and no column at all
ALTER FOREIGN TABLE by_hand.plans ADD COLUMN name text;
SELECT * FROM by_hand.plans ORDER BY name;
CREATE FOREIGN TABLE by_hand.empty () SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM by_hand.empty;
-- a field's name is found whatever its case
CREATE FOREIGN TABLE by_hand.spelled (id text OPTIONS (field 'gsid'), n text OPTIONS (field 'NAME'))
  SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM by_hand.spelled ORDER BY id;

-- custom fields, spelled by the column's name or by its option
CREATE FOREIGN TABLE by_hand.custom (
	gsid text,
	"Health__gc" numeric,
	"IsExec__gc" boolean,
	renewal date OPTIONS (field 'RenewalDate__gc'),
	last_touch timestamptz OPTIONS (field 'LastTouch__gc'),
	segment text OPTIONS (field 'Segment__gc'),
	score integer OPTIONS (field 'Score__gc')
) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl clear
SELECT * FROM by_hand.custom ORDER BY gsid;
\! sandbox/ctl requests -v
-- a field that the tenant does not know is for the tenant to refuse
ALTER FOREIGN TABLE by_hand.custom ADD COLUMN "Nothing__gc" text;
SELECT * FROM local.error_of('SELECT "Nothing__gc" FROM by_hand.custom');
-- a statement that does not need it does not ask for it
SELECT score FROM by_hand.custom ORDER BY gsid;

-- other types: whatever has an input function that takes the value
CREATE DOMAIN by_hand.percent AS numeric(5, 1) CHECK (VALUE BETWEEN 0 AND 100);
CREATE TYPE by_hand.status AS ENUM ('Active', 'Completed', 'Archived');
CREATE FOREIGN TABLE by_hand.typed (
	gsid varchar,
	status by_hand.status,
	health by_hand.percent OPTIONS (field 'Health__gc'),
	health_float double precision OPTIONS (field 'Health__gc'),
	health_json jsonb OPTIONS (field 'Health__gc'),
	score_small smallint OPTIONS (field 'Score__gc'),
	score_text text OPTIONS (field 'Score__gc'),
	exec_text text OPTIONS (field 'IsExec__gc'),
	name_json jsonb OPTIONS (field 'Name'),
	name_fixed char(8) OPTIONS (field 'Name'),
	end_text text OPTIONS (field 'EndDate'),
	modified_local timestamp(0) OPTIONS (field 'ModifiedDate'),
	modified_day date OPTIONS (field 'ModifiedDate')
) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl set date_style=document
\x on
SELECT * FROM by_hand.typed ORDER BY gsid;
\x off
-- a text too long is refused, not cut; so is a value outside of an enum or a domain
\! sandbox/ctl touch 1P02A Name='much too long' ModifiedDate=2026-02-03T04:05:06.789Z
SELECT name_fixed FROM by_hand.typed;
\echo :LAST_ERROR_SQLSTATE
\! sandbox/ctl touch 1P02A Health__gc=100.1
SELECT health FROM by_hand.typed;
\echo :LAST_ERROR_SQLSTATE
CREATE TYPE by_hand.old_status AS ENUM ('Open', 'Closed');
ALTER FOREIGN TABLE by_hand.typed ALTER status TYPE by_hand.old_status;
SELECT status FROM by_hand.typed;
\echo :LAST_ERROR_SQLSTATE

-- constant columns: every row has the value, and the tenant hears nothing of it
CREATE FOREIGN TABLE by_hand.constants (
	tenant text OPTIONS (constant 'acme'),
	gsid text,
	number integer OPTIONS (constant '7'),
	day date OPTIONS (constant '2026-11-23')
) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl clear
SELECT * FROM by_hand.constants ORDER BY gsid;
\! sandbox/ctl requests -v
EXPLAIN (COSTS OFF) SELECT gsid FROM by_hand.constants WHERE tenant = 'acme' AND number = 7;
SELECT gsid FROM by_hand.constants WHERE tenant = 'acme' AND number = 7 ORDER BY gsid;
SELECT gsid FROM by_hand.constants WHERE tenant = 'other';

-- constants as the keys of a partitioned table: two tenants in one
CREATE TABLE by_hand.tenants (tenant text, id text, name text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE by_hand.one (tenant text OPTIONS (constant 'one'), id text, name text)
  SERVER gainsight OPTIONS (resource 'plan_types');
CREATE FOREIGN TABLE by_hand.two (tenant text OPTIONS (constant 'two'), id text, name text)
  SERVER gainsight OPTIONS (resource 'plan_types');
ALTER TABLE by_hand.tenants ATTACH PARTITION by_hand.one FOR VALUES IN ('one');
ALTER TABLE by_hand.tenants ATTACH PARTITION by_hand.two FOR VALUES IN ('two');
\! sandbox/ctl clear
SELECT tenant, count(*) FROM by_hand.tenants GROUP BY tenant ORDER BY tenant;
\! sandbox/ctl requests
SELECT tenant, count(*) FROM by_hand.tenants WHERE tenant = 'two' GROUP BY tenant;
\! sandbox/ctl requests

SET client_min_messages = warning;
DROP SCHEMA by_hand CASCADE;
\i sql/include/teardown.psql
