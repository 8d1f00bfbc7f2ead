-- nxt: the dialect that live tenants are reported to serve
--
-- The same tables by another API: one route that queries any object, which counts nothing.

\i sql/include/setup.psql
\i sql/include/copy.psql
\i sql/include/nxt_tables.psql
SELECT attname, attfdwoptions FROM pg_attribute WHERE attrelid = 'gs.successplans'::regclass AND attnum > 0;
-- a server in the other dialect of this tenant has no such routes
\! sandbox/ctl set serves=nxt
CREATE FOREIGN TABLE local.documented (gsid text) SERVER gainsight OPTIONS (resource 'successplans');
SELECT * FROM local.error_of('SELECT * FROM local.documented');
DROP FOREIGN TABLE local.documented;
SELECT * FROM local.error_of($$ALTER SERVER live OPTIONS (SET dialect 'next')$$);

--
-- Requests
--

-- nobody counts, so a first walk may ask for a page too many; the next one knows
SELECT local.compare('successplans'), local.compare('objectives'), local.compare('plan_types');
\! sandbox/ctl clear
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl requests
SELECT count(*) FROM gs.objectives;
\! sandbox/ctl requests
SELECT count(*) FROM gs.plan_types;
\! sandbox/ctl requests
-- a page with fewer than 100 rows is the last one
SELECT * FROM local.explain_analyze($$SELECT name FROM gs.successplans WHERE company_name LIKE 'Acme%' AND end_date BETWEEN '2026-01-01' AND '2026-01-31'$$);
-- objectives by the plan they are in are a search, too, of ten plans each
SELECT * FROM local.explain_analyze($$SELECT name FROM gs.objectives WHERE success_plan_id IN ('1P02A', '1P02B') AND status = 'Completed'$$);
CREATE TABLE local.some AS SELECT gsid FROM local.successplans ORDER BY gsid LIMIT 30;
ANALYZE local.some;
\! sandbox/ctl clear
SELECT local.compare_queries('SELECT o.* FROM gs.objectives AS o JOIN local.some AS s ON o.success_plan_id = s.gsid',
	'SELECT o.* FROM local.objectives AS o JOIN local.some AS s ON o.success_plan_id = s.gsid');
\! sandbox/ctl requests

--
-- Conditions
--

-- no parentheses: an OR below an AND is a list, or is left out
CREATE FUNCTION local.sent(condition text) RETURNS text
RETURN (SELECT string_agg(trim(line), ', ') FROM local.explain('SELECT gsid FROM gs.successplans WHERE ' || condition) AS line
	WHERE line ~ 'Gainsight (Conditions|Expression)');
CREATE FUNCTION local.compare_where(condition text) RETURNS text
RETURN local.compare_queries('SELECT * FROM gs.successplans WHERE ' || condition, 'SELECT * FROM local.successplans WHERE ' || condition);
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	$$status = 'Active' AND name LIKE 'R%'$$,
	$$status = 'Active' OR name LIKE 'R%'$$,
	$$status = 'Active' AND (company_id = 'a' OR company_id = 'b')$$,
	$$status = 'Active' AND (company_id = 'a' OR name LIKE 'R%')$$,
	$$status = 'Active' OR (company_id = 'a' AND name LIKE 'R%')$$,
	$$(status, company_id) IN (('Active', 'a'), ('Draft', 'b'))$$]) AS condition;
ALTER SERVER live OPTIONS (ADD expressions 'nested');
\! sandbox/ctl set expressions=nested
SELECT local.sent(condition), local.compare_where(condition)
FROM unnest(ARRAY[$$status = 'Active' AND (company_id = 'a' OR name LIKE 'R%')$$]) AS condition;
\! sandbox/ctl set expressions=flat
ALTER SERVER live OPTIONS (DROP expressions);
-- what is null here may not be null there, and rich text is no field for conditions
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	$$owner_id IS NULL$$, $$owner_name IS NULL$$, $$owner_id IS NOT NULL$$, $$comments = 'x'$$, $$name IS NULL$$, $$status <> 'Active'$$,
	$$owner_id <> 'a'$$]) AS condition;
-- days are those of the tenant's zone, and are asked for so that it makes no difference which that is
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	$$end_date = '2026-04-30'$$, $$end_date < '2026-04-30'$$, $$end_date <= '2026-04-30'$$, $$end_date > '2026-04-30'$$,
	$$end_date >= '2026-04-30'$$, $$end_date IN ('2026-04-30', '2026-05-02')$$, $$end_date IS NOT NULL$$,
	$$end_date > '2026-04-30 12:00+00'::timestamptz$$, $$modified_date >= '2026-01-01'$$]) AS condition;

--
-- Habits
--

CREATE FUNCTION local.compare_all() RETURNS text
RETURN concat_ws(', ', local.compare('successplans'), local.compare('objectives'), local.compare('plan_types'),
	local.compare_where($$status = 'Active' AND end_date > '2026-01-01' AND company_name LIKE 'A%'$$));
-- looked-up names in an object, in either way
\! sandbox/ctl set lookups=nested
SELECT local.compare_all();
\! sandbox/ctl set lookups=mixed drop_nulls=true
SELECT local.compare_all();
-- "" for a null
\! sandbox/ctl set drop_nulls=false blank_nulls=true
SELECT local.compare_all();
-- spellings
\! sandbox/ctl defaults
\! sandbox/ctl set epoch_dates=true key_case=lower bare_arrays=true
SELECT local.compare_all();
\! sandbox/ctl defaults
\! sandbox/ctl set key_case=select data_null_when_empty=true no_data=gsobj_1011
SELECT local.compare_all(), local.compare_where($$gsid = 'none'$$);
\! sandbox/ctl set no_data=result_false
SELECT local.compare_where($$gsid = 'none'$$);
-- pages of a hundred rows at most: to a session that has seen longer ones a short page is the last
\! sandbox/ctl defaults
\! sandbox/ctl set page_cap=100
\c -
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
SELECT local.compare_all();
-- a page is long for narrow records only: that says nothing of wide ones
\! sandbox/ctl defaults
\c -
SET DateStyle = 'ISO, YMD';
SET TimeZone = 'UTC';
SELECT count(*) FROM gs.successplans;
\! sandbox/ctl set page_cap=150
SELECT local.compare_all();
-- conditions on looked-up names are taken out: of an OR with others nothing is sent, which would find less
\! sandbox/ctl defaults
\! sandbox/ctl set strict=false dotted_filters=false
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	$$status = 'Active' OR owner_id = 'a'$$,
	$$status = 'Active' OR status LIKE 'D%'$$,
	$$status = 'Active' OR company_name = 'a'$$,
	$$owner_id = 'a' OR (status = 'Active' AND end_date > '2026-01-01')$$]) AS condition;
-- no order, though one is asked for
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_order=true
SELECT local.compare_all();
-- conditions that are dropped
\! sandbox/ctl defaults
\! sandbox/ctl set 'ignore_operators=["IS_NOT_NULL","EQ"]'
SELECT local.compare_all();
-- and such as the tenant refuses: where the server knows, objectives are not asked for by one either
\! sandbox/ctl defaults
\! sandbox/ctl set 'operators=["EQ","IN","GTE","LTE"]'
ALTER SERVER live OPTIONS (ADD operators 'EQ, IN, GTE, LTE');
SELECT local.compare('objectives');
ANALYZE gs.objectives;
SELECT * FROM local.explain('SELECT name FROM gs.objectives');
ALTER SERVER live OPTIONS (DROP operators);
-- a total, which nobody asked for
\! sandbox/ctl defaults
\! sandbox/ctl set nxt_total=true
SELECT local.compare_all();
-- due dates at five in the afternoon west of UTC, where that is the next day
\! sandbox/ctl defaults
\! sandbox/ctl set due_zone=America/Denver due_hour=17
SELECT local.compare('successplans') <> 'equal' AS other_days;
ALTER SERVER live OPTIONS (ADD time_zone 'America/Denver');
SELECT local.compare_all();
SELECT condition, local.compare_where(condition) FROM unnest(ARRAY[
	$$end_date = '2026-04-30'$$, $$end_date < '2026-04-30'$$, $$end_date >= '2026-04-30'$$]) AS condition;
SELECT * FROM local.error_of($$ALTER SERVER live OPTIONS (SET time_zone 'Denver')$$);
-- a field of which nothing is known is not in that zone: it is a day, also where it comes as a moment
CREATE FOREIGN TABLE gs.renewals (gsid text, renewal date OPTIONS (field 'RenewalDate__gc', pushdown 'true'))
  SERVER live OPTIONS (resource 'successplans');
CREATE TABLE local.renewals (LIKE gs.renewals);
\copy local.renewals FROM PROGRAM 'sandbox/ctl dump cta_group Gsid RenewalDate__gc'
SELECT local.compare('renewals');
\! sandbox/ctl set epoch_dates=true
SELECT local.compare('renewals');
SELECT condition, (SELECT string_agg(trim(line), ', ') FROM local.explain('SELECT gsid FROM gs.renewals WHERE ' || condition) AS line
	WHERE line ~ 'Gainsight (Conditions|Expression)'),
	local.compare_queries('SELECT * FROM gs.renewals WHERE ' || condition, 'SELECT * FROM local.renewals WHERE ' || condition)
FROM unnest(ARRAY[$$renewal = '2026-04-30'$$, $$renewal < '2026-04-30'$$, $$renewal >= '2026-04-30'$$]) AS condition;

--
-- Plan types that the list has not
--

-- where no item is of their category, those that plans have are given, each once, and it is said
\! sandbox/ctl defaults
\! sandbox/ctl set plan_type_category=PLAN_KINDS
CREATE FUNCTION local.compare_types() RETURNS text
RETURN local.compare_queries('TABLE gs.plan_types', 'SELECT DISTINCT type_id, type_name FROM local.successplans WHERE type_id IS NOT NULL');
\! sandbox/ctl clear
SELECT local.compare_types();
\! sandbox/ctl requests
SELECT count(*) FROM gs.plan_types;
-- in a join, with its rows kept for a rescan
SELECT p.name, t.name FROM gs.successplans AS p LEFT JOIN gs.plan_types AS t ON t.id = p.type_id
WHERE p.gsid = (SELECT min(gsid) FROM local.successplans WHERE type_id IS NOT NULL);
-- which is no matter of any habit
\! sandbox/ctl set lookups=nested blank_nulls=true drop_nulls=true page_cap=300 ignore_order=true
SELECT local.compare_types();
-- small pages: no more than 500, and no more than the 300 that this session was given just now
ALTER FOREIGN TABLE gs.plan_types OPTIONS (ADD page_size '500');
\! sandbox/ctl set page_cap=null ignore_order=false
\! sandbox/ctl clear
SELECT local.compare_types();
\! sandbox/ctl requests
ALTER FOREIGN TABLE gs.plan_types OPTIONS (DROP page_size);
-- the category is theirs, and nothing else is asked for
ALTER SERVER live OPTIONS (ADD plan_type_category 'PLAN_KINDS');
\! sandbox/ctl clear
SELECT local.compare('plan_types');
\! sandbox/ctl requests
-- none at all
\! sandbox/ctl reset plans=0
SELECT * FROM gs.plan_types;
ALTER SERVER live OPTIONS (DROP plan_type_category);
\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1

--
-- What can only be read
--

SELECT * FROM local.error_of($$INSERT INTO gs.objectives (name) VALUES ('x')$$);
SELECT * FROM local.error_of($$UPDATE gs.objectives SET name = 'x'$$);
SELECT * FROM local.error_of($$DELETE FROM gs.successplans$$);

\i sql/include/teardown.psql
