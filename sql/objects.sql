--
-- OBJECTS: in the dialect nxt any object of the tenant is a table
--
\i sql/include/setup.psql
\i sql/include/nxt.psql

-- one request an object; what is described becomes columns, whatever its name
IMPORT FOREIGN SCHEMA objects LIMIT TO (company, gsuser, oddities__gc, relationship) FROM SERVER live INTO found;
\! sandbox/ctl requests
\d found.company
\d found.gsuser
\d found.relationship
SELECT * FROM local.columns_of('oddities__gc') WHERE name !~ '^measure';

--
-- Rows
--
CREATE TABLE local.company (LIKE found.company);
\copy local.company FROM PROGRAM 'sandbox/ctl dump company Gsid Name ParentCompanyId ParentCompanyId__gr.Name Csm Csm__gr.Name Industry Stage Regions__gc Arr Employees Discount__gc IsStrategic__gc RenewalDate OriginalContractDate LastActivity__gc Website BillingAddress__gc Ticker__gc Summary SfdcAccountId CreatedDate ModifiedDate'
CREATE TABLE local.gsuser (LIKE found.gsuser);
\copy local.gsuser FROM PROGRAM 'sandbox/ctl dump gsuser Gsid Name Email Manager Manager__gr.Name IsActiveUser Title LastLogin ModifiedDate'
-- a lookup that leads nowhere has no name to show
SELECT local.error_of('SELECT * FROM found.oddities__gc');
ALTER FOREIGN TABLE found.oddities__gc DROP lost__gc_name, DROP owner_name_2;
CREATE TABLE local.oddities__gc (LIKE found.oddities__gc);
\copy local.oddities__gc FROM PROGRAM 'sandbox/ctl dump oddities__gc'
-- what is of no known type is the text that comes; as another type, by hand, it is the value
SELECT structure__gc FROM found.oddities__gc WHERE structure__gc IS NOT NULL ORDER BY gsid LIMIT 2;
ALTER FOREIGN TABLE found.oddities__gc ALTER structure__gc TYPE jsonb, ALTER number__gc TYPE numeric;
ALTER TABLE local.oddities__gc ALTER structure__gc TYPE jsonb USING structure__gc::jsonb, ALTER number__gc TYPE numeric USING number__gc::numeric;
CREATE FUNCTION local.compare_objects() RETURNS text
RETURN concat_ws(', ', local.compare_found('company'), local.compare_found('gsuser'), local.compare_found('oddities__gc'),
	local.compare_found('company', $$renewal_date > '2025-01-01' AND arr < 500000 AND NOT isstrategic__gc$$));
SELECT local.compare_objects();
\! sandbox/ctl set lookups=nested drop_nulls=true multi_select=array
SELECT local.compare_objects();
\! sandbox/ctl set lookups=mixed drop_nulls=false blank_nulls=true epoch_dates=true
SELECT local.compare_objects();
\! sandbox/ctl defaults
\! sandbox/ctl set key_case=select page_cap=100 ignore_order=true bare_arrays=true
SELECT local.compare_objects();
\! sandbox/ctl defaults
\! sandbox/ctl set due_zone=America/Denver epoch_dates=true
ALTER SERVER live OPTIONS (ADD time_zone 'America/Denver');
SELECT local.compare_objects();
ALTER SERVER live OPTIONS (DROP time_zone);
\! sandbox/ctl defaults
\! sandbox/ctl set no_data=gsobj_1011
TABLE found.relationship;
\! sandbox/ctl defaults

--
-- Conditions
--
SELECT condition, local.sent('company', condition), local.compare_found('company', condition) FROM unnest(ARRAY[
	$$name LIKE 'Acme%'$$, $$csm_name = 'Ada Smith-Jones'$$, $$industry IN ('a', 'b')$$, $$industry IS NULL$$, $$csm IS NULL$$, $$parent_company_name IS NULL$$,
	$$regions__gc LIKE '%x%'$$, $$regions__gc IS NULL$$, $$arr > 900000$$, $$discount__gc BETWEEN 10 AND 20$$, $$isstrategic__gc$$, $$renewal_date = '2025-10-23'$$,
	$$lastactivity__gc >= '2024-01-01'$$, $$ticker__gc = 'x'$$, $$summary IS NULL$$, $$modified_date > '2025-01-01'$$, $$sfdc_account_id IS NULL$$]) AS condition;
SELECT * FROM gainsight_fdw_pushdown('found.gsuser') WHERE grade <> 'local' AND operator !~ '\mc\M';
-- names that only a foe would give are fields like others
SELECT condition, local.sent('oddities__gc', condition), local.compare_found('oddities__gc', condition) FROM unnest(ARRAY[
	$$"select" = 'x' AND ctid_2 = 'y'$$, $$we_ird__gc = 'x' OR it_s__drop_table_x____gc = 'y'$$, $$"back_slash_Ünïcöde_名__gc" LIKE 'a%'$$,
	$$foo_bar__gc > 2500 AND foo_bar__gc_2$$, $$"1st__gc" < '2024-01-01'$$, $$tableoid__gc < 100$$, $$unknown__gc = 'x'$$]) AS condition;
-- by its key, and by a list of them
SELECT * FROM local.explain_analyze($$SELECT name FROM found.gsuser WHERE gsid = '1P08BKAT3ULEI1SRP27VKAUL84UN5CEA8WI0'$$);
SELECT local.sent('gsuser', $$gsid IN ('a', 'b', 'c')$$);
-- the key alone is read for a count
\! sandbox/ctl clear
SELECT count(*) FROM found.company;
\! sandbox/ctl requests -v

--
-- Joins
--

-- what was found about one object is no other's
ALTER SERVER live OPTIONS (ADD page_size '100');
ANALYZE found.company, found.gsuser;
SELECT relname, reltuples < 0 AS unknown, reltuples BETWEEN 261 AND 290 AS many FROM pg_class WHERE relnamespace = 'found'::regnamespace AND relkind = 'f' ORDER BY 1;
SELECT * FROM local.explain('SELECT gsid FROM found.company');
SELECT * FROM local.explain('SELECT gsid FROM found.gsuser');
SELECT * FROM local.explain('SELECT gsid FROM found.relationship');
-- few rows outside ask for theirs in batches; a single one looks up one
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found;
CREATE TABLE local.few AS SELECT gsid, company_id FROM gs.successplans ORDER BY gsid LIMIT 30;
ANALYZE local.few;
SELECT * FROM local.explain($$SELECT p.gsid, c.name FROM local.few AS p JOIN found.company AS c ON c.gsid = p.company_id$$);
\! sandbox/ctl clear
SELECT local.compare_queries($$SELECT p.gsid, c.name, c.arr FROM local.few AS p LEFT JOIN found.company AS c ON c.gsid = p.company_id$$,
	$$SELECT p.gsid, c.name, c.arr FROM local.few AS p LEFT JOIN local.company AS c ON c.gsid = p.company_id$$);
\! sandbox/ctl requests
SET gainsight_fdw.enable_bind_join = off;
SELECT * FROM local.explain($$SELECT p.gsid, c.name FROM (SELECT * FROM local.few LIMIT 1) AS p JOIN found.company AS c ON c.gsid = p.company_id$$);
RESET gainsight_fdw.enable_bind_join;
-- the other way round: plans of companies
SELECT * FROM local.explain($$SELECT c.name, p.name FROM found.company AS c JOIN found.successplans AS p ON p.company_id = c.gsid WHERE c.name = 'Acme SA' AND c.arr > 100000$$);
\copy local.successplans FROM PROGRAM 'sandbox/ctl dump successplans'
SELECT local.compare_queries($$SELECT c.name, p.name, u.email FROM found.company AS c JOIN found.successplans AS p ON p.company_id = c.gsid JOIN found.gsuser AS u ON u.gsid = p.owner_id
		WHERE c.name LIKE 'Acme%' AND p.status = 'Active'$$,
	$$SELECT c.name, p.name, u.email FROM local.company AS c JOIN local.successplans AS p ON p.company_id = c.gsid JOIN local.gsuser AS u ON u.gsid = p.owner_id
		WHERE c.name LIKE 'Acme%' AND p.status = 'Active'$$);
ALTER SERVER live OPTIONS (DROP page_size);

--
-- A copy
--
SET client_min_messages = warning;
CALL gainsight_fdw_refresh('found.company', 'local.copied');
SELECT local.compare_queries('TABLE local.copied', 'TABLE local.company');
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('found.company', 'local.copied');
\! sandbox/ctl requests
RESET client_min_messages;
-- where nothing tells what was changed, there is none
CALL gainsight_fdw_refresh('found.relationship', 'local.copied_too');

--
-- By hand
--
CREATE FOREIGN TABLE found.people (person text OPTIONS (field 'gsid'), name text OPTIONS (field 'Name', pushdown 'true'),
	boss text OPTIONS (field 'Manager__gr.Name', pushdown 'true'), modified_date timestamptz) SERVER live OPTIONS (object 'gsuser');
SELECT * FROM local.explain($$SELECT person FROM found.people WHERE name = 'x' AND boss IS NULL AND modified_date > '2025-01-01'$$);
SELECT local.compare_queries('TABLE found.people', 'SELECT gsid, name, manager_name, modified_date FROM local.gsuser');
-- the tables of the documents are objects, too: of plans that are in no resource nothing is chosen
CREATE FOREIGN TABLE found.all_ctas (gsid text, plan text OPTIONS (field 'CtaGroupId')) SERVER live OPTIONS (object 'call_to_action');
SELECT count(*) FILTER (WHERE plan IS NULL) AS of_none, count(*) = (SELECT count(*) FROM found.all_ctas) AS "all" FROM found.all_ctas;
-- any name, if it is one
\! sandbox/ctl fault '{"op":"GET /meta/*/*/Renewal_Request__gc/describe","fault":{"status":200,"body":{"data":[{"fields":[{"fieldName":"Name","dataType":"STRING","meta":{"hidden":true}},{"fieldName":"Amount__gc","dataType":"CURRENCY"},{"fieldName":"CreatedDate","dataType":"DATETIME","meta":{"filterable":false}},{"fieldName":"ModifiedDate","meta":{"hidden":true}}]}]}}}'
IMPORT FOREIGN SCHEMA objects LIMIT TO ("Renewal_Request__gc") FROM SERVER live INTO found OPTIONS (discover 'true');
\d found."Renewal_Request__gc"
SELECT local.error_of($$SELECT * FROM found."Renewal_Request__gc"$$);

--
-- What cannot be
--
SELECT local.error_of('IMPORT FOREIGN SCHEMA objects FROM SERVER live INTO found');
SELECT local.error_of('IMPORT FOREIGN SCHEMA objects EXCEPT (company) FROM SERVER live INTO found');
SELECT local.error_of('IMPORT FOREIGN SCHEMA objects LIMIT TO (company) FROM SERVER live INTO found OPTIONS (discover ''soon'')');
SELECT local.error_of('IMPORT FOREIGN SCHEMA objects LIMIT TO (nothing) FROM SERVER live INTO found');
\! sandbox/ctl clear
SELECT local.error_of('IMPORT FOREIGN SCHEMA objects LIMIT TO ("../gsuser") FROM SERVER live INTO found');
\! sandbox/ctl requests
SELECT local.error_of('IMPORT FOREIGN SCHEMA others LIMIT TO (company) FROM SERVER live INTO found');
SELECT local.error_of('IMPORT FOREIGN SCHEMA objects LIMIT TO (company) FROM SERVER gainsight INTO found');
SELECT local.error_of($$CREATE FOREIGN TABLE found.t (gsid text) SERVER live OPTIONS (object 'company', resource 'successplans')$$);
SELECT local.error_of($$CREATE FOREIGN TABLE found.t (gsid text) SERVER live OPTIONS (object 'company/describe')$$);
SELECT local.error_of($$CREATE FOREIGN TABLE found.t (gsid text) SERVER live OPTIONS (object '')$$);
CREATE FOREIGN TABLE found.nothing (gsid text, a text) SERVER live OPTIONS (object 'nothing');
SELECT local.error_of('TABLE found.nothing');
SELECT local.error_of('ANALYZE found.nothing');
ALTER FOREIGN TABLE found.nothing OPTIONS (SET object 'company');
SELECT local.error_of('TABLE found.nothing');
CREATE FOREIGN TABLE found.documented (gsid text) SERVER gainsight OPTIONS (object 'company');
SELECT local.error_of('TABLE found.documented');
SELECT local.error_of($$INSERT INTO found.company (name) VALUES ('x')$$);
SELECT local.error_of($$UPDATE found.company SET name = 'x'$$);
SELECT local.error_of($$DELETE FROM found.company$$);
SELECT table_name, is_insertable_into FROM information_schema.tables WHERE table_name = 'company' AND table_schema = 'found';
-- a tenant whose dialect is another one has none
ALTER SERVER live OPTIONS (SET dialect 'document');
SELECT local.error_of('TABLE found.company');
ALTER SERVER live OPTIONS (SET dialect 'nxt');

SET client_min_messages = warning;
DROP SCHEMA found CASCADE;
\i sql/include/teardown.psql
