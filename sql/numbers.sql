--
-- NUMBERS: what is sent of a number that a double does not hold
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=40
CREATE FOREIGN TABLE gs.priced (gsid text, arr numeric OPTIONS (field 'Health__gc', pushdown 'true'),
	score bigint OPTIONS (field 'Score__gc', pushdown 'true')) SERVER gainsight OPTIONS (resource 'successplans');
-- some plans with numbers that are near each other
CREATE TABLE local.some AS SELECT gsid, row_number() OVER (ORDER BY gsid) AS n FROM gs.successplans WHERE gsid ~ '^\w+$' ORDER BY 1 LIMIT 9;
SELECT string_agg(format('sandbox/ctl touch %s Health__gc=%s Score__gc=%s', gsid,
	(ARRAY['1200.5', '-1200.5', '12345678901234567890.123456789', '0.000000000001', '0', '1300.50000000000000001',
		'1200.50000000000000001', '-1200.50000000000000001', '1200.49999999999999999'])[n],
	(ARRAY['9007199254740992', '9007199254740993', '9999999999999999', '-9223372036854775808', '10', '1000', '11', '12', '13'])[n]), '; ' ORDER BY n) AS touch
FROM local.some \gset
\setenv TOUCH :touch
\! sh -c "$TOUCH"
CREATE TABLE local.priced AS SELECT * FROM gs.priced;
-- a tenant that compares doubles, and shows what it was given
\! sandbox/ctl set doubles=true
CREATE FUNCTION local.compare_where(condition text) RETURNS text
RETURN local.compare_queries('SELECT * FROM gs.priced WHERE ' || condition, 'SELECT * FROM local.priced WHERE ' || condition);
CREATE FUNCTION local.sent(condition text) RETURNS text
RETURN (SELECT string_agg(btrim(line), ', ') FROM local.explain('SELECT * FROM gs.priced WHERE ' || condition) AS line
	WHERE line ~ 'Gainsight (Conditions|Expression)');

--
-- Bounds
--
-- the nearest numbers outside that a double tells from others; no NE
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	'arr < 1200.50000000000000001', 'arr <= 1200.50000000000000001', 'arr > 1200.49999999999999999',
	'arr >= 1200.49999999999999999', 'arr = 1200.50000000000000001', 'arr <> 1200.50000000000000001',
	'arr < -1200.49999999999999999', 'arr > -1200.50000000000000001', 'arr <> -1200.50000000000000001',
	'arr = 12345678901234567890.123456789', 'arr > 999999999999999.9', 'arr < 0.00000000000100000000000000001',
	'score = 9007199254740993', 'score <> 9007199254740992', 'score > 9007199254740992', 'score < 9007199254740993',
	'score < 10000000000000000', 'score <= -9223372036854775808']) AS condition;
-- what it does hold is sent as it is, in whatever spelling
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	'arr < 1200.500000000000000000000', 'arr = 123456789012345', 'arr <> 0.00', 'arr > -0.00000000000123456789012345',
	'score <> 1000', 'score >= 999999999999999']) AS condition;
-- a record of more digits is what equals the value to the tenant, and less or more here: no LT, no GT, no NE
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	'arr > 1200.5', 'arr < 1200.5', 'arr <> 1200.5', 'arr = 1200.5', 'arr > -1200.5', 'arr < -1200.5', '-1200.5 > arr',
	'arr <> -1200.5', 'arr NOT IN (1200.5, 7)', 'arr IN (1200.5, 7)', 'arr < 1200.5 OR arr > 1200.5']) AS condition;
-- nor while the value is not known
PREPARE near(numeric) AS SELECT * FROM gs.priced WHERE arr > $1;
SET plan_cache_mode = force_generic_plan;
SELECT local.explain('EXECUTE near(1200.5)');
RESET plan_cache_mode;
-- of whole numbers none is so near that is not bounded itself
SELECT operator, one.sent AS numeric, one.grade, other.sent AS bigint, other.grade
FROM gainsight_fdw_pushdown('gs.priced') AS one JOIN gainsight_fdw_pushdown('gs.priced') AS other USING (operator)
WHERE one.column_name = 'arr' AND other.column_name = 'score' AND operator !~ '\mc\M' AND coalesce(one.sent, other.sent) IS NOT NULL;
-- what no double comes near is not sent
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	'arr < 1e400', 'arr > 1e400', 'arr = 1e-400', 'arr <> -1e-400']) AS condition;

--
-- Lists
--
-- what no record is, it is sent without; but not by nothing
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	'arr IN (1300.5, ''NaN'', 7, ''Infinity'')', 'score = ANY (''{10, NaN}''::numeric[])', 'arr NOT IN (''NaN'', ''-Infinity'')',
	'arr IN (''NaN'', ''Infinity'')', 'score <> ALL (''{10, NaN}''::numeric[])']) AS condition;
-- a few by themselves, more as all that is between
SELECT condition, local.sent(condition), local.compare_where(condition) FROM unnest(ARRAY[
	'score IN (10, 9007199254740993)', 'score NOT IN (10, 9007199254740993)',
	'arr = ANY (SELECT DISTINCT arr FROM local.priced WHERE arr > 1200)']) AS condition;
SELECT local.sent(condition), local.compare_where(condition)
FROM (SELECT format('score = ANY (%L::bigint[])', array_agg(9007199254740980 + n)) FROM generate_series(1, 20) AS n) AS c (condition);
-- the same for the keys of a join
CREATE TABLE local.price AS SELECT 9007199254740980 + n AS score, n FROM generate_series(1, 20) AS n;
ANALYZE local.price;
SELECT local.compare_queries('SELECT * FROM local.price LEFT JOIN gs.priced USING (score)', 'SELECT * FROM local.price LEFT JOIN local.priced USING (score)');

--
-- Counts
--
-- such a condition is not exact, so its rows are counted
ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true', ADD in_list_size '2');
CREATE FUNCTION local.compare_count(condition text) RETURNS text
RETURN local.compare_queries('SELECT count(*) FROM gs.priced WHERE ' || condition, 'SELECT count(*) FROM local.priced WHERE ' || condition);
SELECT condition, local.compare_count(condition) FROM unnest(ARRAY[
	'arr = 1200.50000000000000001', 'score = 9007199254740993', 'score IN (9007199254740992, 1, 9007199254740993)',
	'score IN (10, 1000, 9999999999999999)', 'arr = 1200.5000000000', 'arr IN (1200.5, 7)', 'arr > 1200.5', 'score IN (10, 1000, 7)']) AS condition;
-- whole numbers are told from each other
SELECT local.explain('SELECT count(*) FROM gs.priced WHERE score = 10');
SELECT local.explain('SELECT count(*) FROM gs.priced WHERE arr = 1200.5');
-- with a parameter, it is known when the scan starts
PREPARE counted(bigint) AS SELECT count(*) FROM gs.priced WHERE score = $1;
SET plan_cache_mode = force_generic_plan;
\! sandbox/ctl clear
EXECUTE counted(9007199254740993);
EXECUTE counted(1000);
\! sandbox/ctl requests -v

\i sql/include/teardown.psql
