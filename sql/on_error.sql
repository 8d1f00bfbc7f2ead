--
-- ON_ERROR: a value that does not fit its column is an error, or null and a WARNING at the end
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0 types=2
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"first","CompanyId":"1P01C","TypeId":"1T01T","Status":"Active","OwnerName":"7","Segment__gc":"gold","Health__gc":7}'
\! sandbox/ctl insert '{"Gsid":"1P02B","Name":"second","CompanyId":"1P01C","TypeId":"1T01T","OwnerName":"seven","Segment__gc":"tin","Health__gc":42}'
\! sandbox/ctl insert '{"Gsid":"1P02C","Name":"third","CompanyId":"1P01D","TypeId":"1T01T","Status":"Active","OwnerName":"7.5","Segment__gc":"silver","Health__gc":7.5}'
\! sandbox/ctl insert '{"Gsid":"1P02D","Name":"fourth","CompanyId":"1P01D","TypeId":"1T01T","Status":"Active","Comments":"a\u0000b"}'
CREATE DOMAIN local.tier AS text CHECK (VALUE IN ('gold', 'silver'));
CREATE DOMAIN local.digit AS integer CHECK (VALUE < 10);
CREATE FOREIGN TABLE gs.scored (
	gsid text, name text, company_id text, status text, comments text,
	score integer OPTIONS (field 'OwnerName'),
	tier local.tier OPTIONS (field 'Segment__gc', pushdown 'true'),
	health local.digit OPTIONS (field 'Health__gc', pushdown 'true')
) SERVER gainsight OPTIONS (resource 'successplans');

--
-- stop
--
SELECT local.error_of('SELECT gsid, score FROM gs.scored');
ALTER SERVER gainsight OPTIONS (ADD on_error 'set_null');
ALTER FOREIGN TABLE gs.scored OPTIONS (ADD on_error 'stop');
SELECT local.error_of('SELECT gsid, tier FROM gs.scored');

--
-- set_null: of the server, or of the table
--
ALTER FOREIGN TABLE gs.scored OPTIONS (DROP on_error);
SELECT gsid, score, tier, health, comments FROM gs.scored ORDER BY gsid;
-- what is not read is not counted, and what fits is not told of
SELECT gsid, score FROM gs.scored WHERE gsid <> '1P02C' ORDER BY gsid;
SELECT gsid, tier FROM gs.scored WHERE gsid = '1P02A';
-- a long value is cut
CREATE FOREIGN TABLE gs.lengthy (gsid text, v date OPTIONS (field 'Comments')) SERVER gainsight OPTIONS (resource 'successplans');
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"}'
SELECT * FROM gs.lengthy;
-- the access key stays out of it
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":"sandbox-key"}'
SELECT * FROM gs.lengthy;
-- a character that the client's encoding does not have is no error of its own
SET client_encoding = latin1;
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":"5 €"}'
SELECT * FROM gs.lengthy;
ALTER FOREIGN TABLE gs.lengthy OPTIONS (ADD on_error 'stop');
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":"5 €"}'
SELECT * FROM gs.lengthy;
ALTER FOREIGN TABLE gs.lengthy OPTIONS (DROP on_error);
RESET client_encoding;
-- each type that says that a value does not fit
CREATE TYPE local.mood AS ENUM ('sad');
CREATE DOMAIN local.small AS numeric(3, 1) CHECK (VALUE < 10);
CREATE DOMAIN local.whole AS integer[];
CREATE FOREIGN TABLE gs.typed (gsid text, name text,
	c01 integer OPTIONS (field 'Comments'), c02 bigint OPTIONS (field 'Comments'), c03 numeric OPTIONS (field 'Comments'),
	c04 boolean OPTIONS (field 'Comments'), c05 date OPTIONS (field 'Comments'), c06 timestamptz OPTIONS (field 'Comments'),
	c07 uuid OPTIONS (field 'Comments'), c08 inet OPTIONS (field 'Comments'), c09 interval OPTIONS (field 'Comments'),
	c10 varchar(2) OPTIONS (field 'Comments'), c11 char(2) OPTIONS (field 'Comments'), c12 double precision OPTIONS (field 'Comments'),
	c13 integer[] OPTIONS (field 'Comments'), c14 int4range OPTIONS (field 'Comments'), c15 local.mood OPTIONS (field 'Comments'),
	c16 local.mood[] OPTIONS (field 'Comments'), c17 local.small OPTIONS (field 'Comments'), c18 local.whole OPTIONS (field 'Comments'),
	c19 bytea OPTIONS (field 'Comments'), c20 point OPTIONS (field 'Comments'), c21 bit(2) OPTIONS (field 'Comments'),
	c22 time OPTIONS (field 'Comments'), c23 smallint OPTIONS (field 'Comments')
) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl touch 1P02A 'Comments=\x9'
SELECT num_nonnulls(VARIADIC (SELECT array_agg(value) FROM jsonb_each_text(to_jsonb(t)))) AS not_null FROM gs.typed AS t WHERE gsid = '1P02A';
-- what another one takes it takes here, too: numbers spelled in other ways, lists
\! sql/include/answer --records '{"Gsid":"1P02A","Comments":1e1}' '{"Gsid":"1P02B","Comments":[1,2]}' '{"Gsid":"1P02C","Comments":"1e-1"}' '{"Gsid":"1P02D","Comments":"1e"}' '{"Gsid":"1P02E","Comments":["a\u0000b"]}' '{"Gsid":"1P02F","Comments":null}' '{"Gsid":"1P02G","Comments":""}'
SELECT gsid, c01, c17, c18 FROM gs.typed;

--
-- Where null will not do, it is HV004 as ever
--
-- the key, and a plan's of an objective
CREATE FOREIGN TABLE gs.keyed (gsid integer, name text) SERVER gainsight OPTIONS (resource 'successplans');
SELECT local.error_of('SELECT * FROM gs.keyed');
CREATE FOREIGN TABLE gs.of_plan (gsid text, success_plan_id integer) SERVER gainsight OPTIONS (resource 'objectives');
\! sandbox/ctl insert '{"Gsid":"1P02E","Name":"fifth","CompanyId":"1P01D","TypeId":"1T01T","Comments":"1"}'
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl fault '{"op":"GET /successplans/*/objectives","fault":{"status":200,"body":{"result":true,"data":[{"Gsid":"1O02A","Name":"says nothing of its plan"}]}}}'
SELECT local.error_of('SELECT success_plan_id FROM gs.of_plan');
\! sandbox/ctl fault '{"op":"GET /successplans/*/objectives","fault":{"status":200,"body":{"result":true,"data":[{"Gsid":"1O02A","SuccessPlanId":"1P02E"}]}}}'
SELECT local.error_of('SELECT success_plan_id FROM gs.of_plan');
ALTER SERVER gainsight OPTIONS (DROP max_connections);
-- columns and domains that are not null
CREATE DOMAIN local.given AS integer NOT NULL;
CREATE DOMAIN local.checked AS integer CHECK (VALUE IS NOT NULL);
CREATE FOREIGN TABLE gs.needed (gsid text, a integer OPTIONS (field 'OwnerName') NOT NULL, b local.given OPTIONS (field 'OwnerName'),
	c local.checked OPTIONS (field 'OwnerName'), d integer OPTIONS (field 'OwnerName')) SERVER gainsight OPTIONS (resource 'successplans');
SELECT col, local.error_of(format($$SELECT %s FROM gs.needed WHERE gsid = '1P02B'$$, col)) FROM unnest('{a,b,c,d}'::text[]) AS col;
-- the rows that an UPDATE updates, directly or row by row; but those of another table that it looks at
SELECT local.error_of($$UPDATE gs.scored SET name = 'x' WHERE score = 8 OR gsid = '1P02B'$$);
SELECT local.error_of($$UPDATE gs.scored AS t SET name = 'x' FROM (VALUES ('1P02B')) AS v (id) WHERE t.gsid = v.id AND t.score > 0$$);
UPDATE gs.successplans AS t SET name = 'second one' FROM gs.scored AS s WHERE s.gsid = t.gsid AND s.score IS NULL AND s.name = 'second' RETURNING t.name;
-- what a constraint's function raises itself
CREATE FUNCTION local.refuse(value integer) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE 'I do not like %', value; END$$;
CREATE DOMAIN local.refused AS integer CHECK (VALUE IS NULL OR local.refuse(VALUE));
CREATE FOREIGN TABLE gs.refused (gsid text, v local.refused OPTIONS (field 'OwnerName')) SERVER gainsight OPTIONS (resource 'successplans');
SELECT local.error_of($$SELECT * FROM gs.refused WHERE gsid = '1P02A'$$);

--
-- What is sent is never narrower than SQL's meaning over the values as they are read
--
CREATE FUNCTION local.sent(condition text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT condition UNION ALL
	SELECT '  ' || trim(line) FROM local.explain('SELECT gsid FROM gs.scored WHERE ' || condition) AS line WHERE line ~ 'Conditions|Expression' UNION ALL
	SELECT '  ' || local.compare_queries('SELECT gsid FROM gs.scored WHERE ' || condition, 'SELECT gsid FROM local.scored WHERE ' || condition)
$$;
CREATE TABLE local.scored AS SELECT * FROM gs.scored;
SET client_min_messages = error;
-- null tests and what implies them are checked here
SELECT local.sent(c) FROM unnest(ARRAY['tier IS NULL', 'tier IS NOT NULL', 'NOT (tier IS NOT NULL)', 'health IS NULL', 'health IS NOT NULL',
	'comments IS NULL', 'comments IS NOT NULL', 'tier IS NULL OR health = 7', 'tier IS NULL AND health = 7',
	$$coalesce(tier, 'gold') = 'gold'$$, $$coalesce(tier, 'tin') = 'gold'$$, 'coalesce(health, 0) = 0', 'coalesce(health, 0) < 8',
	'tier IS NOT DISTINCT FROM NULL', $$tier IS NOT DISTINCT FROM 'gold'$$, $$tier IS DISTINCT FROM 'gold'$$, 'health IS DISTINCT FROM 7',
	$$(tier = 'gold') IS NOT TRUE$$, $$(tier = 'gold') IS UNKNOWN$$, $$nullif(tier, 'gold') IS NULL$$, $$nullif(tier, 'gold') = 'silver'$$,
	$$CASE WHEN tier IS NULL THEN 'none' ELSE tier END = 'none'$$, 'CASE WHEN health > 3 THEN 1 ELSE 2 END = 2',
	$$tier = 'gold'$$, $$tier <> 'gold'$$, $$tier LIKE 'g%'$$, $$tier IN ('gold', 'tin')$$, $$tier NOT IN ('gold', 'tin')$$, 'health <> 7', 'NOT (health = 7)',
	'NOT (health > 7 AND tier IS NOT NULL)', 'num_nulls(health, tier) = 0']) AS c;
RESET client_min_messages;
SELECT column_name, operator, sent, grade FROM gainsight_fdw_pushdown('gs.scored') WHERE operator = 'IS NULL' OR (operator = '=' AND column_name IN ('status', 'tier', 'health'));
-- what only the domain refuses may be what is counted by the tenant
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true');
SELECT local.explain($$SELECT count(*) FROM gs.scored WHERE health = 42$$) AS plan;
SELECT count(*) FROM gs.scored WHERE health = 42;
SELECT local.explain($$SELECT count(*) FROM gs.scored WHERE status = 'Active'$$) AS plan;
SELECT count(*) FROM gs.scored WHERE status = 'Active';
ALTER SERVER gainsight OPTIONS (DROP trust_filters);
-- of the rows that an UPDATE updates nothing is read as null, so null tests are sent
SELECT local.explain($$UPDATE gs.scored SET name = 'x' WHERE tier IS NULL$$) AS plan;

--
-- One WARNING for a statement, when it has ended well
--
-- of two scans of one table each value once; of two tables both
SELECT count(*) FROM gs.scored AS a, gs.scored AS b WHERE a.score IS NULL AND b.score IS NULL;
-- (one after the other, so that it is known which is the first)
SET enable_async_append = off;
SELECT score::text FROM gs.scored UNION ALL SELECT d::text FROM gs.needed ORDER BY 1;
RESET enable_async_append;
-- of functions, in whatever language, and of triggers
CREATE FUNCTION local.in_sql() RETURNS bigint LANGUAGE sql AS 'SELECT count(tier) FROM gs.scored';
CREATE FUNCTION local.in_loop() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint := 0;
	r record;
BEGIN
	FOR r IN SELECT score FROM gs.scored LOOP
		n := n + coalesce(r.score, 0);
	END LOOP;
	RETURN n;
END $$;
SELECT n, local.in_sql(), local.in_loop() FROM generate_series(1, 3) AS n;
CREATE FUNCTION local.on_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM local.in_loop(); RETURN NEW; END';
CREATE TABLE local.watched (n integer);
CREATE TRIGGER on_row AFTER INSERT ON local.watched FOR EACH ROW EXECUTE FUNCTION local.on_row();
INSERT INTO local.watched SELECT count(score) FROM gs.scored UNION ALL SELECT 1;
-- whatever runs it
CREATE TABLE local.taken AS SELECT gsid, score FROM gs.scored;
INSERT INTO local.taken SELECT gsid, score FROM gs.scored;
COPY (SELECT gsid, score FROM gs.scored ORDER BY gsid) TO STDOUT;
SELECT local.explain_analyze('SELECT score FROM gs.scored') AS plan;
DO $$BEGIN PERFORM score FROM gs.scored; END$$;
-- as much as is read
SELECT gsid, score FROM gs.scored LIMIT 1;
SELECT gsid, score FROM gs.scored LIMIT 2;
-- a cursor is told when it is at its end, or closed
BEGIN;
DECLARE c CURSOR FOR SELECT gsid, score FROM gs.scored;
FETCH 3 FROM c;
FETCH ALL FROM c;
CLOSE c;
DECLARE c CURSOR FOR SELECT gsid, score FROM gs.scored;
FETCH 2 FROM c;
CLOSE c;
-- one that a write has read ahead of itself, too
DECLARE c CURSOR FOR SELECT gsid, score FROM gs.scored;
FETCH 1 FROM c;
UPDATE gs.successplans SET comments = 'new' WHERE gsid = '1P02E';
FETCH ALL FROM c;
COMMIT;
-- in an abort nothing is said
BEGIN;
DECLARE c CURSOR FOR SELECT gsid, score FROM gs.scored;
FETCH 2 FROM c;
ROLLBACK;
SELECT 1 / (coalesce(score, 0)) FROM gs.scored;
SELECT local.error_of('SELECT 1 / (coalesce(score, 0)) FROM gs.scored');
BEGIN;
SAVEPOINT one;
SELECT 1 / (coalesce(score, 0)) FROM gs.scored;
ROLLBACK TO one;
SELECT gsid, score FROM gs.scored WHERE gsid = '1P02B';
COMMIT;
DO $$
BEGIN
	PERFORM 1 / (coalesce(score, 0)) FROM gs.scored;
EXCEPTION WHEN division_by_zero THEN
	PERFORM score FROM gs.scored WHERE gsid = '1P02B';
END $$;

--
-- A record that is read again is not counted again
--
CREATE TABLE local.company (id text, n integer);
INSERT INTO local.company SELECT id, n FROM unnest('{1P01C,1P01D}'::text[]) AS id, generate_series(1, 20) AS n;
ANALYZE local.company;
-- by a bind join
SELECT count(*), count(s.score) FROM local.company AS c JOIN gs.scored AS s ON s.company_id = c.id;
-- by lookups, and then by a walk instead
SET gainsight_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SET enable_memoize = off;
SELECT trim(line) AS sent FROM local.explain_analyze('SELECT c.n, s.score FROM local.company AS c LEFT JOIN gs.scored AS s ON s.company_id = c.id') AS line
WHERE line ~ 'Walked Instead|^ *Requests';
RESET enable_memoize;
RESET enable_material;
RESET enable_mergejoin;
RESET enable_hashjoin;
RESET gainsight_fdw.enable_bind_join;

--
-- ANALYZE, a copy, a row that was created
--
ANALYZE gs.scored;
SELECT attname, null_frac FROM pg_stats WHERE tablename = 'scored' AND schemaname = 'gs' AND attname IN ('score', 'tier') ORDER BY 1;
-- a copy would keep the null for good
CREATE FOREIGN TABLE gs.source (gsid text, modified_date timestamptz, score integer OPTIONS (field 'OwnerName')) SERVER gainsight OPTIONS (resource 'successplans');
\set VERBOSITY terse
CALL gainsight_fdw_refresh('gs.source', 'local.copied');
ALTER FOREIGN TABLE gs.source ALTER score TYPE text;
CALL gainsight_fdw_refresh('gs.source', 'local.copied_as_text');
SELECT gsid, score FROM local.copied_as_text ORDER BY gsid;
-- and after a call reading is as it was
ALTER FOREIGN TABLE gs.source ALTER score TYPE integer;
SELECT gsid, score FROM gs.source ORDER BY gsid;
-- a plan that was made in a call, for what a trigger of the copy asks, is not used later
CREATE FOREIGN TABLE gs.noted (gsid text, modified_date timestamptz, comments text) SERVER gainsight OPTIONS (resource 'successplans');
CREATE FUNCTION local.without_comments() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT count(gsid) FROM gs.noted WHERE comments IS NULL); END$$;
CREATE FUNCTION local.on_copy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM local.without_comments(); RETURN NEW; END';
CREATE TABLE local.noted (gsid text PRIMARY KEY, modified_date timestamptz);
CREATE TRIGGER on_copy AFTER INSERT ON local.noted EXECUTE FUNCTION local.on_copy();
CALL gainsight_fdw_refresh('gs.noted', 'local.noted');
SELECT local.without_comments();
CREATE FOREIGN TABLE gs.made (gsid text, name text, company_id text, type_id text, who integer OPTIONS (field 'TypeName')) SERVER gainsight OPTIONS (resource 'successplans');
-- what a plan that was created has is no reason to fail
INSERT INTO gs.made (name, company_id, type_id) SELECT 'made', '1P01C', min(id) FROM gs.plan_types RETURNING name, who;

--
-- A write that was made does not fail of what is read then
--
-- of a column that nobody asks for
ALTER SERVER gainsight OPTIONS (SET on_error 'stop');
INSERT INTO gs.made (name, company_id, type_id) SELECT 'first name', '1P01C', min(id) FROM gs.plan_types RETURNING name;
UPDATE gs.made SET name = 'second name' WHERE name = 'first name' RETURNING name;
UPDATE gs.made AS t SET name = 'third name' FROM (VALUES ('second name')) AS v (name) WHERE t.name = v.name RETURNING t.name, gsid IS NOT NULL AS has_key;
CREATE VIEW local.made AS SELECT name, company_id, type_id FROM gs.made WHERE name LIKE 'm%' WITH CHECK OPTION;
INSERT INTO local.made SELECT 'made by a view', '1P01C', min(id) FROM gs.plan_types RETURNING name;
-- of one that somebody asks for it is not made
SELECT split_part(e, ':', 1) AS error FROM local.error_of($$UPDATE gs.made SET name = 'sent' WHERE name = 'third name' RETURNING who$$) AS e LIMIT 1;
SELECT count(*) FROM gs.made WHERE name = 'sent';
-- nor does it fail of one that may be null
ALTER SERVER gainsight OPTIONS (SET on_error 'set_null');
UPDATE gs.made SET name = 'fourth name' WHERE name = 'third name' RETURNING name, who;
UPDATE gs.made AS t SET name = 'fifth name' FROM (VALUES ('fourth name')) AS v (name) WHERE t.name = v.name RETURNING t.name, (t).who;

--
-- In the other dialect, too, where a plan of an objective is a condition like any other
--
\! sandbox/ctl reset plans=2 objectives=2
\i sql/include/nxt_tables.psql
ALTER SERVER live OPTIONS (ADD on_error 'set_null');
CREATE FOREIGN TABLE gs.of_plan (gsid text, name integer, success_plan_id integer) SERVER live OPTIONS (resource 'objectives');
SELECT name FROM gs.of_plan LIMIT 1;
SELECT split_part(e, ':', 1) AS error FROM local.error_of('SELECT success_plan_id FROM gs.of_plan') AS e LIMIT 1;

\i sql/include/teardown.psql
