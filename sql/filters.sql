--
-- FILTERS: what is sent of a WHERE, what stays here, and that the rows are the same
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=700 objectives=0
-- what the generator leaves to chance
\! sandbox/ctl insert '{"Gsid":"1P02EDGE","Name":"100 \\ 1","CompanyId":"c","TypeId":"x","Status":"Active","StartDate":"0001-01-01","EndDate":"9999-12-31","Comments":"two\nlines","Health__gc":12.5}'
\! sandbox/ctl insert '{"Gsid":"1P02EDGE2","Name":"Renewal ","CompanyId":"c","TypeId":"x","OwnerId":null,"Comments":"\\","EndDate":"2026-04-30","CreatedDate":"1970-01-01T00:00:00Z","Health__gc":100,"IsExec__gc":false,"Score__gc":10,"Segment__gc":"SMB"}'
\! sandbox/ctl insert '{"Gsid":"1P02EDGE3","Name":"Renewal","CompanyId":"c","TypeId":"y","Status":"Archived","Comments":"","EndDate":"2024-02-29"}'
\i sql/include/copy.psql
CREATE FOREIGN TABLE gs.custom (
	gsid text, health numeric OPTIONS (field 'Health__gc', pushdown 'true'),
	exec boolean OPTIONS (field 'IsExec__gc', pushdown 'true'),
	renewal date OPTIONS (field 'RenewalDate__gc', pushdown 'true'),
	touched timestamptz OPTIONS (field 'LastTouch__gc', pushdown 'true'),
	segment text OPTIONS (field 'Segment__gc', pushdown 'true'),
	score bigint OPTIONS (field 'Score__gc', pushdown 'true')
) SERVER gainsight OPTIONS (resource 'successplans');
CREATE TABLE local.custom (LIKE gs.custom);

\i sql/include/filter.psql

--
-- Text: = and IN
--
-- ids and the status
SELECT * FROM local.filter($$status = 'Active'$$);
SELECT * FROM local.filter($$'Archived' = status$$);
SELECT * FROM local.filter($$company_id = (SELECT min(company_id) FROM local.successplans)$$);
SELECT * FROM local.filter($$status IN ('Active', 'Completed')$$);
SELECT * FROM local.filter($$status = ANY ('{Active,Archived,Active,NULL}')$$);
SELECT * FROM local.filter($$status = 'Unknown'$$);
-- other text
SELECT * FROM local.filter($$name = 'Renewal'$$);
SELECT * FROM local.filter($$name = 'Renewal '$$);
SELECT * FROM local.filter($$name IN ('Renewal', 'renewal', '100% done')$$);
SELECT * FROM local.filter($$comments = E'two\nlines'$$);
SELECT * FROM local.filter($$comments = '\'$$);
-- '' is a value for text, but no one knows whether a tenant tells it from null: local
SELECT * FROM local.filter($$comments = ''$$);
SELECT * FROM local.filter($$comments IN ('', 'x')$$);

--
-- Text: <>
--
SELECT * FROM local.filter($$type_id <> 'x'$$);
SELECT * FROM local.filter($$status <> 'Active'$$);
SELECT * FROM local.filter($$status NOT IN ('Active', 'Archived')$$);
SELECT * FROM local.filter($$status <> ALL ('{Active,NULL}')$$);
-- a status that is not documented could differ by case alone: local; other text, too
SELECT * FROM local.filter($$status <> 'active'$$);
SELECT * FROM local.filter($$name <> 'Renewal'$$);
SELECT * FROM local.filter($$comments NOT IN ('a', 'b')$$);

--
-- Text: order and patterns
--
-- no order is the tenant's business
SELECT * FROM local.filter($$name < 'M'$$);
SELECT * FROM local.filter($$gsid >= '1P02'$$);
SELECT * FROM local.filter($$name LIKE 'Renew%'$$);
SELECT * FROM local.filter($$name LIKE '%billing%'$$);
SELECT * FROM local.filter($$name LIKE '%done'$$);
SELECT * FROM local.filter($$name LIKE 'Adopt%sign%1%'$$);
SELECT * FROM local.filter($$name LIKE 'Ad_pt%'$$);
-- without a wildcard it is =
SELECT * FROM local.filter($$name LIKE 'Renewal'$$);
-- escapes are read; what has a backslash in it is left out
SELECT * FROM local.filter($$name LIKE '%100\%%'$$);
SELECT * FROM local.filter($$name LIKE 'under\_score%'$$);
SELECT * FROM local.filter($$name LIKE 'back\\%'$$);
SELECT * FROM local.filter($$name LIKE '100%\\%'$$);
-- nothing is left of these
SELECT * FROM local.filter($$name LIKE '%'$$);
SELECT * FROM local.filter($$name LIKE '_'$$);
SELECT * FROM local.filter($$comments LIKE ''$$);
-- another escape, which core turns into the usual one
SELECT * FROM local.filter($$name LIKE '50#%#_off%' ESCAPE '#'$$);
SELECT * FROM local.filter($$name ^@ 'Renew'$$);
SELECT * FROM local.filter($$starts_with(name, 'Renew')$$);
SELECT * FROM local.filter($$starts_with(name, '')$$);
-- neighbours that stay
SELECT * FROM local.filter($$name ILIKE 'renew%'$$);
SELECT * FROM local.filter($$name ~ '^Renew'$$);
SELECT * FROM local.filter($$name NOT LIKE 'Renew%'$$);
SELECT * FROM local.filter($$upper(name) = 'RENEWAL'$$);
SELECT * FROM local.filter($$name || '' = 'Renewal'$$);
SELECT * FROM local.filter($$name SIMILAR TO 'Renew%'$$);

--
-- Null tests
--
SELECT * FROM local.filter($$comments IS NULL$$);
SELECT * FROM local.filter($$owner_id IS NULL$$);
SELECT * FROM local.filter($$end_date IS NOT NULL$$);
SELECT * FROM local.filter($$created_date IS NOT NULL$$);
-- "" is null for anything but text: a tenant that tells them apart would give too little
SELECT * FROM local.filter($$end_date IS NULL$$);
SELECT * FROM local.filter($$comments IS NOT NULL$$);
SELECT * FROM local.filter($$status IS DISTINCT FROM 'Active'$$);
SELECT * FROM local.filter($$(status = 'Active') IS NOT TRUE$$);

--
-- Dates
--
SELECT * FROM local.filter($$end_date = '2026-04-30'$$);
SELECT * FROM local.filter($$end_date < '2022-01-01'$$);
SELECT * FROM local.filter($$end_date <= '2022-01-01'$$);
SELECT * FROM local.filter($$end_date > '2025-01-01'$$);
SELECT * FROM local.filter($$end_date >= '2025-01-01'$$);
SELECT * FROM local.filter($$end_date BETWEEN '2024-01-01' AND '2024-12-31'$$);
SELECT * FROM local.filter($$end_date IN ('2024-02-29', '1900-03-01', '2025-02-28')$$);
SELECT * FROM local.filter($$'2025-01-01' > start_date$$);
-- the edges
SELECT * FROM local.filter($$end_date <= '9999-12-31'$$);
SELECT * FROM local.filter($$end_date = '9999-12-31'$$);
SELECT * FROM local.filter($$end_date >= '0001-01-01'$$);
-- with a moment: two days wider
SELECT * FROM local.filter($$end_date < '2022-01-01 12:00+00'::timestamptz$$);
SELECT * FROM local.filter($$end_date >= '2025-01-01 12:00'::timestamp$$);
SELECT * FROM local.filter($$end_date = '2026-04-30 00:00+00'::timestamptz$$);
-- a list is sent without what no record is
SELECT * FROM local.filter($$end_date IN ('2026-04-30', 'infinity', '-infinity')$$);
SELECT * FROM local.filter($$modified_date IN ('2025-01-01 00:00+00', 'infinity')$$);
SELECT * FROM local.filter($$end_date IN ('infinity', '-infinity')$$);
SELECT * FROM local.filter($$end_date IN ('2026-04-30', '10000-01-01')$$);
-- what the tenant cannot be told
SELECT * FROM local.filter($$end_date < 'infinity'$$);
SELECT * FROM local.filter($$end_date > '-infinity'$$);
SELECT * FROM local.filter($$end_date > '0001-12-31 BC'$$);
SELECT * FROM local.filter($$end_date < '10000-01-01'$$);
SELECT * FROM local.filter($$end_date <> '2026-04-30'$$);
SELECT * FROM local.filter($$end_date + 1 = '2026-04-30'$$);
SELECT * FROM local.filter($$end_date > start_date$$);
SELECT * FROM local.filter($$extract(year FROM end_date) = 2026$$);

--
-- Date-times
--
SELECT * FROM local.filter($$modified_date > '2025-01-01 00:00:00.5+00'$$);
SELECT * FROM local.filter($$modified_date >= '2025-01-01 00:00:00+00'$$);
SELECT * FROM local.filter($$modified_date < '2025-01-01 00:00:00.5+00'$$);
SELECT * FROM local.filter($$modified_date <= '2025-01-01 00:00:00+00'$$);
SELECT * FROM local.filter($$modified_date = (SELECT min(modified_date) FROM local.successplans)$$);
SELECT * FROM local.filter($$created_date = '1970-01-01 00:00:00+00'$$);
SELECT * FROM local.filter($$modified_date BETWEEN '2024-07-01' AND '2024-07-31 23:59:59.999999'$$);
-- a value without a zone is one of the session's
SET TimeZone = 'America/New_York';
SELECT * FROM local.filter($$modified_date >= '2025-01-01'::date$$);
SELECT * FROM local.filter($$modified_date < '2025-01-01 12:00'::timestamp$$);
SET TimeZone = 'UTC';
SELECT * FROM local.filter($$modified_date < 'infinity'$$);
SELECT * FROM local.filter($$modified_date > '0044-03-15 12:00+00 BC'$$);
SELECT * FROM local.filter($$modified_date <> '2025-01-01 00:00:00+00'$$);
SELECT * FROM local.filter($$date_trunc('year', modified_date) = '2025-01-01'$$);

--
-- Numbers and booleans: custom fields whose pushdown is on
--
\! sandbox/ctl set date_style=document
INSERT INTO local.custom TABLE gs.custom;
SELECT * FROM local.filter($$health = 12.5$$, 'custom');
SELECT * FROM local.filter($$health <> 12.5$$, 'custom');
SELECT * FROM local.filter($$health < 10$$, 'custom');
SELECT * FROM local.filter($$health >= 33.333333333333333333$$, 'custom');
SELECT * FROM local.filter($$health IN (0, 100, -0.5)$$, 'custom');
SELECT * FROM local.filter($$score > 500$$, 'custom');
SELECT * FROM local.filter($$score = 10::integer$$, 'custom');
SELECT * FROM local.filter($$score <= 10::smallint$$, 'custom');
SELECT * FROM local.filter($$score > 10.5$$, 'custom');
SELECT * FROM local.filter($$score BETWEEN -5 AND 5$$, 'custom');
SELECT * FROM local.filter($$health IS NOT NULL$$, 'custom');
SELECT * FROM local.filter($$exec$$, 'custom');
SELECT * FROM local.filter($$NOT exec$$, 'custom');
SELECT * FROM local.filter($$exec = false$$, 'custom');
SELECT * FROM local.filter($$exec IS TRUE$$, 'custom');
SELECT * FROM local.filter($$exec IS NOT NULL$$, 'custom');
SELECT * FROM local.filter($$renewal >= '2025-01-01' AND touched < '2025-01-01'$$, 'custom');
SELECT * FROM local.filter($$segment = 'SMB'$$, 'custom');
-- neighbours that stay
SELECT * FROM local.filter($$health = 'NaN'$$, 'custom');
SELECT * FROM local.filter($$health::float8 = 12.5$$, 'custom');
SELECT * FROM local.filter($$score = 10.0::float8$$, 'custom');
SELECT * FROM local.filter($$score + 1 = 11$$, 'custom');
SELECT * FROM local.filter($$exec IS NOT TRUE$$, 'custom');
SELECT * FROM local.filter($$exec IS UNKNOWN$$, 'custom');
SELECT * FROM local.filter($$segment <> 'SMB'$$, 'custom');
-- by default nobody knows what a custom field holds
ALTER FOREIGN TABLE gs.custom ALTER segment OPTIONS (DROP pushdown), ALTER score OPTIONS (SET pushdown 'false');
SELECT * FROM local.filter($$segment = 'SMB' AND score > 500 AND exec$$, 'custom');
-- and a documented field's pushdown can be turned off
ALTER FOREIGN TABLE gs.successplans ALTER status OPTIONS (ADD pushdown 'false');
SELECT * FROM local.filter($$status = 'Active' AND end_date > '2025-01-01'$$);
ALTER FOREIGN TABLE gs.successplans ALTER status OPTIONS (DROP pushdown);
\! sandbox/ctl defaults

--
-- Trees
--
SELECT * FROM local.filter($$status = 'Active' AND end_date > '2025-01-01' AND upper(name) > 'M'$$);
SELECT * FROM local.filter($$status = 'Active' OR end_date > '2025-01-01'$$);
SELECT * FROM local.filter($$status = 'Active' AND (end_date > '2025-01-01' OR name LIKE 'Renew%')$$);
SELECT * FROM local.filter($$(status = 'Active' AND end_date > '2025-01-01') OR (status = 'Archived' AND end_date < '2021-01-01')$$);
-- an OR of which an arm cannot be sent is not sent; an AND inside of it may lose an arm
SELECT * FROM local.filter($$status = 'Active' OR upper(name) > 'M'$$);
SELECT * FROM local.filter($$(status = 'Active' AND upper(name) > 'M') OR status = 'Archived'$$);
-- NOT goes inward; of what is only a superset nothing stands under it
SELECT * FROM local.filter($$NOT (status = 'Active')$$);
SELECT * FROM local.filter($$NOT (status = 'Active' OR end_date > '2025-01-01')$$);
SELECT * FROM local.filter($$NOT (status = 'Active' AND end_date > '2025-01-01')$$);
SELECT * FROM local.filter($$NOT (name = 'Renewal')$$);
SELECT * FROM local.filter($$NOT (name LIKE 'Renew%' AND status = 'Active')$$);
SELECT * FROM local.filter($$NOT (comments IS NULL)$$);
-- CASE, COALESCE, row comparison, a volatile function
SELECT * FROM local.filter($$CASE WHEN status = 'Active' THEN true END$$);
SELECT * FROM local.filter($$coalesce(status, 'Active') = 'Active'$$);
SELECT * FROM local.filter($$(status, type_id) = ('Active', 'x')$$);
SELECT * FROM local.filter($$(start_date, end_date) < ('2025-01-01', '2025-01-01')$$);
SELECT * FROM local.filter($$status = 'Act' || left('ive', 3 + (random() * 0)::int)$$);
-- no more than 26 conditions: the rest stays here
SELECT string_agg(format('name <> ''x%s'' AND type_id <> ''t%s''', g, g), ' AND ') AS many FROM generate_series(1, 30) AS g \gset
SELECT line LIKE '%Z AND%' OR line LIKE '%AND Z' AS to_z, line FROM local.filter(:'many') AS line
WHERE line ~ '^(Gainsight Expression|rows)';
SELECT string_agg(format('name = ''x%s''', g), ' OR ') AS many FROM generate_series(1, 27) AS g \gset
SELECT line FROM local.filter(:'many' || $$ OR status = 'Active'$$) AS line WHERE line !~ '^Filter';

--
-- Lists
--
-- 3 are one request; 250 are three, of a hundred each at most, where the table has more pages
ALTER SERVER gainsight OPTIONS (ADD page_size '60');
\! sandbox/ctl clear
SELECT array_agg(gsid) AS three FROM (SELECT gsid FROM local.successplans LIMIT 3) AS p \gset
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'three');
\! sandbox/ctl requests -n
SELECT array_agg(gsid) AS many FROM (SELECT gsid FROM local.successplans LIMIT 250) AS p \gset
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'many');
\! sandbox/ctl requests -n
-- values that come twice are sent once, and each plan comes once
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'many'::text[] || :'many'::text[] || NULL::text);
\! sandbox/ctl requests -n
-- with another condition beside the list
SELECT local.compare_queries(
	format('SELECT * FROM gs.successplans WHERE gsid = ANY (%L) AND status = ''Active''', :'many'),
	format('SELECT * FROM local.successplans WHERE gsid = ANY (%L) AND status = ''Active''', :'many'));
\! sandbox/ctl requests -n
-- of ten each they would be twenty-five, and the table has twelve pages
ALTER SERVER gainsight OPTIONS (ADD in_list_size '10');
SELECT count(*) FROM gs.successplans WHERE gsid = ANY (:'many');
\! sandbox/ctl requests -n
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
-- of two long lists one is cut, the other stays here
SELECT local.compare_queries(
	format('SELECT * FROM gs.successplans WHERE gsid = ANY (%1$L) AND name = ANY (%1$L || ''{Renewal}''::text[])', :'many'),
	format('SELECT * FROM local.successplans WHERE gsid = ANY (%1$L) AND name = ANY (%1$L || ''{Renewal}''::text[])', :'many'));
\! sandbox/ctl requests -n
-- one inside of an OR is not cut
SELECT local.compare_queries(
	format('SELECT * FROM gs.successplans WHERE gsid = ANY (%1$L) OR status = ''Archived''', :'many'),
	format('SELECT * FROM local.successplans WHERE gsid = ANY (%1$L) OR status = ''Archived''', :'many'));
\! sandbox/ctl requests -n
ALTER SERVER gainsight OPTIONS (DROP page_size);
-- nothing can match: nothing is sent
SELECT count(*) FROM gs.successplans WHERE false;
SELECT count(*) FROM gs.successplans WHERE status = NULL;
SELECT count(*) FROM gs.successplans WHERE status = ANY ('{}');
SELECT count(*) FROM gs.successplans WHERE status IN (NULL, NULL);
SELECT count(*) FROM gs.successplans WHERE status <> ALL ('{Active,NULL}');
SELECT count(*) FROM gs.successplans WHERE end_date > NULL AND status = 'Active';
SELECT count(*) FROM gs.successplans WHERE status = 'Active' AND (name = NULL OR owner_id = NULL);
\! sandbox/ctl requests -n
-- to look at a plan asks nothing either
EXPLAIN SELECT * FROM gs.successplans WHERE status = 'none' \g /dev/null
\! sandbox/ctl requests -n

--
-- Types of columns
--
CREATE DOMAIN gs.label AS text;
CREATE TYPE gs.status AS ENUM ('Active', 'Completed', 'Archived');
CREATE COLLATION gs.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FOREIGN TABLE gs.typed (
	gsid text, status text,
	as_domain gs.label OPTIONS (field 'Status'), as_varchar varchar OPTIONS (field 'Status'),
	as_enum gs.status OPTIONS (field 'Status'), as_short varchar(20) OPTIONS (field 'Status'),
	as_char char(20) OPTIONS (field 'Status'), as_name name OPTIONS (field 'Status'),
	folded text OPTIONS (field 'Status') COLLATE gs.any_case,
	date_as_text text OPTIONS (field 'EndDate'), date_as_time timestamptz OPTIONS (field 'EndDate'),
	time_as_local timestamp OPTIONS (field 'ModifiedDate')
) SERVER gainsight OPTIONS (resource 'successplans');
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_domain = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_varchar = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_enum = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_enum > 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_short = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_char = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE as_name = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE folded = 'active';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE status = 'active' COLLATE gs.any_case;
-- a documented field is only asked for under its documented kind
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE date_as_text = '2026-04-30';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE date_as_time = '2026-04-30';
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.typed WHERE time_as_local > '2026-04-30';
-- an operator of one's own is not what it looks like
CREATE FUNCTION gs.odd(text, text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1 <> $2; END';
CREATE OPERATOR gs.= (LEFTARG = text, RIGHTARG = text, FUNCTION = gs.odd);
EXPLAIN (COSTS OFF) SELECT gsid FROM gs.successplans WHERE status OPERATOR(gs.=) 'Active';

--
-- Tenants that filter in their own ways: the rows stay SQL's
--
CREATE TABLE local.predicates (filter text);
INSERT INTO local.predicates VALUES
	($$status = 'Active'$$), ($$status <> 'Active'$$), ($$name = 'Renewal'$$), ($$name = 'Renewal '$$),
	($$name IN ('renewal', 'RENEWAL ')$$), ($$name LIKE 'Renew%'$$), ($$name LIKE '%al '$$),
	($$name LIKE '%E%s%'$$), ($$status IN ('Active', 'Archived')$$), ($$status NOT IN ('Active', 'Archived')$$),
	($$comments IS NULL$$), ($$end_date IS NOT NULL$$), ($$end_date = '2026-04-30'$$),
	($$end_date > '2024-12-31'$$), ($$end_date <= '2024-12-31'$$), ($$end_date < '2025-01-01'$$),
	($$modified_date > '2025-01-01 00:00:00.5+00'$$), ($$modified_date <= '2025-01-01 12:00+00'$$),
	($$status = 'Active' OR end_date > '2025-01-01'$$),
	($$NOT (status = 'Active' OR end_date > '2025-01-01')$$),
	($$gsid IN ('1P02/slash/ID', '1P02 blank ID', '1p02 BLANK id', '1P02%2FID')$$);
CREATE VIEW local.different AS
	SELECT filter, result FROM local.predicates,
		LATERAL (SELECT local.compare_queries('SELECT * FROM gs.successplans WHERE ' || filter,
											  'SELECT * FROM local.successplans WHERE ' || filter)) AS c(result)
	WHERE result NOT LIKE 'equal%';
SELECT * FROM local.different;
-- text compared without case and trailing blanks
\! sandbox/ctl set text_fold=true
SELECT * FROM local.different;
\! sandbox/ctl defaults
-- nulls kept by NE, GT, GTE
\! sandbox/ctl set keep_nulls=true
SELECT * FROM local.different;
\! sandbox/ctl defaults
-- dates that are date-times
\! sandbox/ctl set date_instants=true
SELECT * FROM local.different;
\! sandbox/ctl defaults
-- filters ignored altogether
\! sandbox/ctl set ignore_filters=true
SELECT * FROM local.different;
\! sandbox/ctl defaults
-- one that knows few operators, and is told of by the option
\! sandbox/ctl set 'operators=["EQ","GTE"]'
SELECT * FROM local.error_of($$SELECT * FROM gs.successplans WHERE name LIKE 'Renew%'$$);
ALTER SERVER gainsight OPTIONS (ADD operators 'EQ,GTE');
SELECT * FROM local.filter($$status IN ('Active', 'Archived') AND end_date BETWEEN '2024-01-01' AND '2025-01-01' AND name LIKE 'R%'$$);
SELECT * FROM local.different;
ALTER SERVER gainsight OPTIONS (DROP operators);
\! sandbox/ctl defaults

\i sql/include/teardown.psql
