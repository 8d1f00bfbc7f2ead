--
-- TYPES: how values are spelled, and what becomes of them
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
-- answers are made up here, so that each spelling is in sight
CREATE FOREIGN TABLE gs.dates (gsid text, end_date date, modified_date timestamptz,
							   local timestamp OPTIONS (field 'CreatedDate'))
  SERVER gainsight OPTIONS (resource 'successplans');

--
-- Dates and times
--
-- every form there is; what has no zone is UTC, and a date-time for a date is its UTC day
\! sql/include/answer --records '{"Gsid":"01 date","EndDate":"2026-11-23","ModifiedDate":"2026-11-23","CreatedDate":"2026-11-23"}' '{"Gsid":"02 Z","EndDate":"2026-11-23T23:59:59Z","ModifiedDate":"2026-11-23T11:30:00Z","CreatedDate":"2026-11-23T11:30:00Z"}' '{"Gsid":"03 fraction","EndDate":"2026-11-23T00:00:00.000Z","ModifiedDate":"2026-11-23T11:30:25.612Z","CreatedDate":"2026-11-23T11:30:25.612Z"}' '{"Gsid":"04 six digits","EndDate":"2026-11-23T00:00:00.000001Z","ModifiedDate":"2026-11-23T11:30:25.123456Z"}' '{"Gsid":"05 +hh:mm","EndDate":"2026-11-24T00:00:00+05:30","ModifiedDate":"2026-11-24T00:00:00+05:30","CreatedDate":"2026-11-24T00:00:00+05:30"}' '{"Gsid":"06 +hhmm","EndDate":"2026-11-22T20:00:00-0800","ModifiedDate":"2026-11-22T20:00:00-0800"}' '{"Gsid":"07 +hh","EndDate":"2026-11-23T01:00:00+01","ModifiedDate":"2026-11-23T01:00:00+01"}' '{"Gsid":"08 blank","EndDate":"2026-11-23 00:00:00Z","ModifiedDate":"2026-11-23 11:30:00+00:00"}' '{"Gsid":"09 no zone","EndDate":"2026-11-23T23:59:59","ModifiedDate":"2026-11-23T11:30:00","CreatedDate":"2026-11-23 11:30:00.5"}' '{"Gsid":"10 ms","EndDate":1795391999999,"ModifiedDate":1795433425612,"CreatedDate":1795433425612}' '{"Gsid":"11 ms as text","EndDate":"1795391999999","ModifiedDate":"1795433425612"}' '{"Gsid":"12 before 1970","EndDate":-1,"ModifiedDate":-1000}' '{"Gsid":"13 zero","EndDate":0,"ModifiedDate":0}' '{"Gsid":"14 empty","EndDate":"","ModifiedDate":"","CreatedDate":""}' '{"Gsid":"15 null","EndDate":null,"ModifiedDate":null,"CreatedDate":null}' '{"Gsid":"16 missing"}' '{"Gsid":"17 edges","EndDate":"0001-01-01","ModifiedDate":"9999-12-31T23:59:59.999Z"}' '{"Gsid":"18 leap day","EndDate":"2024-02-29","ModifiedDate":"2000-02-29T12:00:00Z"}' '{"Gsid":"19 before 2000","EndDate":"1999-12-31T23:59:59.999Z","ModifiedDate":"1999-12-31T23:59:59.999Z"}'
CREATE TABLE local.dates AS SELECT * FROM gs.dates;
SELECT * FROM local.dates ORDER BY gsid;

-- nothing of it depends on the session: as text in UTC and ISO, under other settings
CREATE TABLE local.elsewhere (LIKE local.dates);
SET TimeZone = 'America/St_Johns';
SET DateStyle = 'German, DMY';
\! sql/include/answer --records '{"Gsid":"01 date","EndDate":"2026-11-23","ModifiedDate":"2026-11-23","CreatedDate":"2026-11-23"}' '{"Gsid":"02 Z","EndDate":"2026-11-23T23:59:59Z","ModifiedDate":"2026-11-23T11:30:00Z","CreatedDate":"2026-11-23T11:30:00Z"}' '{"Gsid":"05 +hh:mm","EndDate":"2026-11-24T00:00:00+05:30","ModifiedDate":"2026-11-24T00:00:00+05:30","CreatedDate":"2026-11-24T00:00:00+05:30"}' '{"Gsid":"06 +hhmm","EndDate":"2026-11-22T20:00:00-0800","ModifiedDate":"2026-11-22T20:00:00-0800"}' '{"Gsid":"09 no zone","EndDate":"2026-11-23T23:59:59","ModifiedDate":"2026-11-23T11:30:00","CreatedDate":"2026-11-23 11:30:00.5"}' '{"Gsid":"10 ms","EndDate":1795391999999,"ModifiedDate":1795433425612,"CreatedDate":1795433425612}' '{"Gsid":"19 before 2000","EndDate":"1999-12-31T23:59:59.999Z","ModifiedDate":"1999-12-31T23:59:59.999Z"}'
INSERT INTO local.elsewhere SELECT * FROM gs.dates;
SELECT * FROM local.elsewhere ORDER BY gsid;
SET TimeZone = 'Asia/Kolkata';
SET DateStyle = 'SQL, MDY';
\! sql/include/answer --records '{"Gsid":"10 ms","EndDate":1795391999999,"ModifiedDate":1795433425612,"CreatedDate":1795433425612}' '{"Gsid":"09 no zone","EndDate":"2026-11-23T23:59:59","ModifiedDate":"2026-11-23T11:30:00","CreatedDate":"2026-11-23 11:30:00.5"}'
INSERT INTO local.elsewhere SELECT * FROM gs.dates;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SELECT local.compare_queries('SELECT DISTINCT * FROM local.elsewhere',
	'SELECT * FROM local.dates WHERE gsid IN (SELECT gsid FROM local.elsewhere)');

-- milliseconds as some print a double
\! sql/include/answer --records '{"Gsid":"20 E","EndDate":1.795391999999E12,"ModifiedDate":1.795433425612E12,"CreatedDate":1795433425612.0}' '{"Gsid":"21 e+","EndDate":1.7953919e+12,"ModifiedDate":"1795433425612.0","CreatedDate":-1e0}'
SELECT * FROM gs.dates;
\! sql/include/answer --records '{"Gsid":"1P02A","EndDate":1e300}'
SELECT * FROM local.error_of('SELECT end_date FROM gs.dates');
-- as a text it has to look like them
\! sql/include/answer --records '{"Gsid":"1P02A","ModifiedDate":"1795433425612e0"}'
SELECT * FROM local.error_of('SELECT modified_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","ModifiedDate":"0001795433425612"}'
SELECT * FROM local.error_of('SELECT modified_date FROM gs.dates');

-- what is no date: the message has table, column, Gsid and value
\! sql/include/answer --records '{"Gsid":"1P02A","EndDate":"soon"}'
SELECT * FROM local.error_of('SELECT end_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","EndDate":"2026-02-30"}'
SELECT * FROM local.error_of('SELECT end_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","EndDate":"11/23/2026"}'
SELECT * FROM local.error_of('SELECT end_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","ModifiedDate":"2026-11-23T25:00:00Z"}'
SELECT * FROM local.error_of('SELECT modified_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","ModifiedDate":"2026-11-23T11:30:00Zulu"}'
SELECT * FROM local.error_of('SELECT modified_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","ModifiedDate":"now"}'
SELECT * FROM local.error_of('SELECT modified_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","ModifiedDate":true}'
SELECT * FROM local.error_of('SELECT modified_date FROM gs.dates');
\! sql/include/answer --records '{"Gsid":"1P02A","EndDate":{"year":2026}}'
SELECT * FROM local.error_of('SELECT end_date FROM gs.dates');
-- a column that the statement does not need is not looked at
\! sql/include/answer --records '{"Gsid":"1P02A","EndDate":"soon"}'
SELECT gsid FROM gs.dates;

--
-- Numbers
--
CREATE FOREIGN TABLE gs.numbers (gsid text, n numeric, as_text text OPTIONS (field 'N'))
  SERVER gainsight OPTIONS (resource 'successplans');
ALTER FOREIGN TABLE gs.numbers ALTER n OPTIONS (ADD field 'Health__gc');
ALTER FOREIGN TABLE gs.numbers ALTER as_text OPTIONS (SET field 'Score__gc');
-- all digits are kept, and the zeros behind the point
\! sql/include/answer --records '{"Gsid":"01","Health__gc":1.50,"Score__gc":1.50}' '{"Gsid":"02","Health__gc":998765.00000000000}' '{"Gsid":"03","Health__gc":33.333333333333333333,"Score__gc":33.333333333333333333}' '{"Gsid":"04","Health__gc":123456789012345678901234567890}' '{"Gsid":"05","Health__gc":9007199254740993,"Score__gc":9007199254740993}' '{"Gsid":"06","Health__gc":-9223372036854775808}' '{"Gsid":"07","Health__gc":1e3}' '{"Gsid":"08","Health__gc":1.5E-7}' '{"Gsid":"09","Health__gc":-0.0}' '{"Gsid":"10","Health__gc":0}' '{"Gsid":"11","Health__gc":"12.50"}' '{"Gsid":"12","Health__gc":"","Score__gc":""}' '{"Gsid":"13","Health__gc":null}' '{"Gsid":"14","Health__gc":1e30}' '{"Gsid":"15","Health__gc":0.000000000000000000000000000001}'
SELECT * FROM gs.numbers ORDER BY gsid;
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":"many"}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":true}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
-- no JSON at all
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":01}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":1.}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":NaN}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
-- whatever the number of digits, and wherever the point: what the type would make of the text
ALTER FOREIGN TABLE gs.numbers ALTER as_text OPTIONS (SET field 'Health__gc');
\! sql/include/answer --records $(awk 'BEGIN { digits = "9080706050403020100009"; for (n = 1; n <= 22; n++) for (p = 0; p < n; p++) printf "{\"Gsid\":\"%d.%d\",\"Health__gc\":%s%s%s} ", n, p, (n + p) % 2 ? "-" : "", p ? substr(digits, 1, n - p) "." : substr(digits, 1, n), p ? substr(digits, n - p + 1, p) : "" }')
SELECT count(*), count(*) FILTER (WHERE n::text = as_text::numeric::text) AS same FROM gs.numbers;
\! sql/include/answer --records '{"Gsid":"1","Health__gc":".50"}' '{"Gsid":"2","Health__gc":"5."}' '{"Gsid":"3","Health__gc":"-0.00"}' '{"Gsid":"4","Health__gc":" 7.10 "}' '{"Gsid":"5","Health__gc":"+1.0"}' '{"Gsid":"6","Health__gc":"-00012.30"}' '{"Gsid":"7","Health__gc":0.00}'
SELECT gsid, n, n::text = as_text::numeric::text AS same FROM gs.numbers ORDER BY gsid;
-- a sign, a point, two points are no number
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":"-"}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":"."}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":"1.2.3"}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
-- integers: a fraction of zeros is none, any other does not fit, nor does too much
ALTER FOREIGN TABLE gs.numbers ALTER n TYPE integer;
\! sql/include/answer --records '{"Gsid":"01","Health__gc":12.00}' '{"Gsid":"02","Health__gc":-7}' '{"Gsid":"03","Health__gc":"12"}' '{"Gsid":"04","Health__gc":""}' '{"Gsid":"05","Health__gc":1E3}' '{"Gsid":"06","Health__gc":1.2e+1}'
SELECT gsid, n FROM gs.numbers ORDER BY gsid;
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":12.5}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":2147483648}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
ALTER FOREIGN TABLE gs.numbers ALTER n TYPE smallint;
\! sql/include/answer --records '{"Gsid":"01","Health__gc":-32768}' '{"Gsid":"02","Health__gc":32767}' '{"Gsid":"03","Health__gc":"-0"}'
SELECT gsid, n FROM gs.numbers ORDER BY gsid;
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":-32769}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');
ALTER FOREIGN TABLE gs.numbers ALTER n TYPE bigint;
\! sql/include/answer --records '{"Gsid":"01","Health__gc":-9223372036854775808}' '{"Gsid":"02","Health__gc":9223372036854775807}' '{"Gsid":"03","Health__gc":-999999999999999999}' '{"Gsid":"04","Health__gc":"0000000000000000000007"}'
SELECT gsid, n FROM gs.numbers ORDER BY gsid;
\! sql/include/answer --records '{"Gsid":"1P02A","Health__gc":9223372036854775808}'
SELECT * FROM local.error_of('SELECT n FROM gs.numbers');

--
-- Booleans, JSON
--
CREATE FOREIGN TABLE gs.others (gsid text, b boolean OPTIONS (field 'IsExec__gc'),
								j jsonb OPTIONS (field 'Segment__gc'),
								t text OPTIONS (field 'Name'))
  SERVER gainsight OPTIONS (resource 'successplans');
\! sql/include/answer --records '{"Gsid":"01","IsExec__gc":true,"Segment__gc":{"a":[1,2.50,null,"x"]}}' '{"Gsid":"02","IsExec__gc":false,"Segment__gc":["a","b"]}' '{"Gsid":"03","IsExec__gc":"true","Segment__gc":"text"}' '{"Gsid":"04","IsExec__gc":"","Segment__gc":1.50}' '{"Gsid":"05","IsExec__gc":null,"Segment__gc":null}' '{"Gsid":"06","IsExec__gc":"no","Segment__gc":true}'
SELECT gsid, b, j FROM gs.others ORDER BY gsid;
\! sql/include/answer --records '{"Gsid":"1P02A","IsExec__gc":"perhaps"}'
SELECT * FROM local.error_of('SELECT b FROM gs.others');
-- what is no text is given as it is written
\! sql/include/answer --records '{"Gsid":"01","Name":17}' '{"Gsid":"02","Name":true}' '{"Gsid":"03","Name":{"a":[1,2.50,"\"q\""]}}' '{"Gsid":"04","Name":[]}' '{"Gsid":"05","Name":1.50}'
SELECT gsid, t FROM gs.others ORDER BY gsid;

--
-- Text
--
-- escapes, "", blanks, characters beyond the first plane, control characters
\! sql/include/answer --records '{"Gsid":"01","Name":"a\"b\\c\/d"}' '{"Gsid":"02","Name":"tab\there"}' '{"Gsid":"03","Name":""}' '{"Gsid":"04","Name":"  blanks  "}' '{"Gsid":"05","Name":"\u00e9\u540d\ud83d\ude80"}' '{"Gsid":"06","Name":"é名🚀"}' '{"Gsid":"07","Name":"\u0001\u001f"}' '{"Gsid":"08","Name":"\\u0000"}' '{"Gsid":"09","Name":"\u00011.50"}'
SELECT gsid, quote_literal(t), length(t) FROM gs.others ORDER BY gsid;

--
-- Keys
--
-- without regard to case; of one that comes twice, the first
\! sql/include/answer --records '{"GSID":"01","NAME":"upper","isexec__GC":true}' '{"gsid":"02","name":"lower","iSeXeC__gC":false}' '{"Gsid":"03","Name":"first","Name":"second"}' '{"name":"order","other":[1,{"Gsid":"no"}],"gsid":"04"}'
SELECT gsid, t, b FROM gs.others ORDER BY gsid;

--
-- A value that does not fit, in a message
--
CREATE FOREIGN TABLE gs."A ""Table""" (gsid text, "a ""column""" integer OPTIONS (field 'Name'))
  SERVER gainsight OPTIONS (resource 'successplans');
-- is cut to 100 bytes, and not in the middle of a character
\! sql/include/answer --records '{"Gsid":"1P02A","Name":"a 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789"}'
SELECT * FROM local.error_of('TABLE gs."A ""Table"""');
\! sql/include/answer --records '{"Gsid":"1P02A","Name":"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"}'
SELECT * FROM local.error_of('TABLE gs."A ""Table"""');
-- on one line
\! sql/include/answer --records '{"Gsid":"1P\n02A","Name":"two\nlines\u001b[31m"}'
SELECT * FROM local.error_of('TABLE gs."A ""Table"""');
-- of an objective and of a plan type, too
ALTER FOREIGN TABLE gs.objectives ALTER status TYPE integer;
\! sql/include/answer '{"result":true,"data":[{"Gsid":"1O02A","Status":"Completed"}]}'
SELECT * FROM local.error_of($$SELECT status FROM gs.objectives WHERE success_plan_id = 'x'$$);
ALTER FOREIGN TABLE gs.plan_types ALTER name TYPE integer;
\! sql/include/answer '{"result":true,"data":[{"id":"1T01A","name":"Renewal"}]}'
SELECT * FROM local.error_of('SELECT name FROM gs.plan_types');
-- not null in a domain
CREATE DOMAIN gs.given AS text NOT NULL;
ALTER FOREIGN TABLE gs.others ALTER t TYPE gs.given;
\! sql/include/answer --records '{"Gsid":"1P02A","Name":null}'
SELECT * FROM local.error_of('SELECT t FROM gs.others');

\i sql/include/teardown.psql
