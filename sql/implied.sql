--
-- IMPLIED: a clause that cannot be sent implies one that can, and the rows are the same
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=700 objectives=0
-- moments around a change of clocks, and days at the ends of months and of time
\! sandbox/ctl insert '{"Gsid":"1P02FOLD1","Name":"Renewal 100%_\\ x","CompanyId":"c","TypeId":"x","Status":"Active","EndDate":"2026-02-28","CreatedDate":"2025-11-02T05:30:00Z","ModifiedDate":"2025-11-02T06:30:00Z"}'
\! sandbox/ctl insert '{"Gsid":"1P02FOLD2","Name":"  padded  ","CompanyId":"c","TypeId":"x","EndDate":"2026-03-31","CreatedDate":"2026-03-08T06:59:59Z","ModifiedDate":"2026-03-08T07:00:00Z"}'
\! sandbox/ctl insert '{"Gsid":"1P02EDGE","Name":"Edge","CompanyId":"c","TypeId":"x","Status":"Active","StartDate":"0001-01-01","EndDate":"9999-12-31","CreatedDate":"2025-12-31T23:59:59Z"}'
\i sql/include/copy.psql
\i sql/include/filter.psql

--
-- Dates and moments
--
-- a moment's day is so in some zone, which is at most 16 hours from UTC
SELECT * FROM local.filter($$created_date::date = '2025-11-02'$$);
SELECT * FROM local.filter($$date(created_date) >= '2026-03-08'$$);
SELECT * FROM local.filter($$'2025-11-02' < CAST(created_date AS date)$$);
SELECT * FROM local.filter($$created_date::date BETWEEN '2025-11-01' AND '2025-11-30'$$);
SELECT * FROM local.filter($$created_date::date BETWEEN SYMMETRIC '2025-11-30' AND '2025-11-01'$$);
SELECT * FROM local.filter($$created_date::date IN ('2025-11-02', '2026-03-08')$$);
SELECT * FROM local.filter($$created_date::timestamp <= '2025-11-02 01:30'$$);
SELECT * FROM local.filter($$end_date::timestamp(6) = '2026-02-28'$$);
-- a unit is as long as it may be, and nothing is sent for one that is not known; of a bad one core says so
SELECT * FROM local.filter($$date_trunc('month', created_date) = '2025-11-01'$$);
SELECT * FROM local.filter($$date_trunc('week', created_date, 'Asia/Kolkata') >= '2026-03-02'$$);
SELECT * FROM local.filter($$date_trunc('quarter', end_date) = '2026-01-01'$$);
SELECT * FROM local.filter($$date_trunc('millennium', created_date) = '2001-01-01'$$);
SELECT * FROM local.filter($$date_trunc('mons', created_date) = '2025-11-01'$$);
SELECT local.error_of($$SELECT * FROM gs.successplans WHERE date_trunc('fortnight', created_date) = '2025-11-01'$$);
SELECT local.error_of($$SELECT * FROM gs.successplans WHERE created_date AT TIME ZONE 'Mars/Olympus' = '2025-11-01'$$);
-- years and texts
SELECT * FROM local.filter($$extract(year FROM created_date) = 2025$$);
SELECT * FROM local.filter($$CAST(extract(year FROM end_date) AS integer) IN (2026, 2027)$$);
SELECT * FROM local.filter($$date_part('year', created_date) > 2025$$);
SELECT * FROM local.filter($$extract(year FROM end_date) = 'NaN'$$);
SELECT * FROM local.filter($$extract(month FROM created_date) = 11$$);
SELECT * FROM local.filter($$CAST(trunc(extract(isoyear FROM created_date)) AS integer) = 2026$$);
SELECT * FROM local.filter($$round(extract(year FROM created_date), -1) = 2030$$);
SELECT * FROM local.filter($$extract(epoch FROM created_date) >= 1762061400 AND date_part('epoch', created_date) < 1762065001.5$$);
SELECT * FROM local.filter($$extract(epoch FROM end_date) = 'infinity'$$);
SELECT * FROM local.filter($$to_char(created_date, 'YYYY') = '2025'$$);
SELECT * FROM local.filter($$to_char(end_date, 'YYYY-MM') IN ('2026-02', '2026-03')$$);
SELECT * FROM local.filter($$to_char(created_date, 'YYYY-MM-DD') = '2025-11-02'$$);
SELECT * FROM local.filter($$to_char(created_date, 'YYYY-MM') = '2025-13'$$);
SELECT * FROM local.filter($$to_char(created_date, 'DD.MM.YYYY') = '02.11.2025'$$);
SELECT * FROM local.filter($$to_char(created_date, 'yyyy-mm-dd HH24') = '2025-11-02 05'$$);
SELECT * FROM local.filter($$to_char(end_date, 'YYYY-MM-DDD') = '2026-02-059'$$);
SELECT * FROM local.filter($$to_char(end_date + 1, 'YYYY') = '10000'$$);
-- zones, and one in another
SELECT * FROM local.filter($$(created_date AT TIME ZONE 'America/New_York') >= '2026-03-08 03:00'$$);
SELECT * FROM local.filter($$date(created_date AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York') = '2025-11-02'$$);
SELECT * FROM local.filter($$(created_date AT TIME ZONE interval '-08:00')::date = '2025-11-01'$$);
-- no zone of this earth
SELECT * FROM local.filter($$(created_date AT TIME ZONE 'FOO100') >= '2026-03-08 03:00'$$);
SET timezone = 'FOO100';
SELECT * FROM local.filter($$created_date::date = '2025-10-29'$$);
SET timezone = 'America/New_York';
SELECT * FROM local.filter($$created_date::date = '2025-11-02'$$);
SELECT * FROM local.filter($$date_trunc('day', created_date) = '2025-11-02'$$);
SET timezone = 'UTC';
-- moved by an interval: months have 28 to 31 days
SELECT * FROM local.filter($$end_date + 1 = '2026-03-01'$$);
SELECT * FROM local.filter($$end_date + interval '1 month' = '2026-03-28'$$);
SELECT * FROM local.filter($$end_date - interval '1 month -1 day' <= '2026-02-28'$$);
SELECT * FROM local.filter($$created_date + interval '30 minutes' > '2026-03-08 07:00+00'$$);
SELECT * FROM local.filter($$created_date + interval '5000 years' > '7000-03-08 07:00+00'$$);
-- an interval that is another for each row, within bounds: a week that begins on a Sunday, five minutes
SELECT * FROM local.filter($$CAST(date_trunc('day', created_date::date) + (-extract(dow FROM created_date) * interval '1 day') AS date) = '2025-11-02'$$);
SELECT * FROM local.filter($$created_date::date - ((7 + CAST(extract(dow FROM created_date) AS bigint) - 1) % 7) * interval '1 day' = '2025-10-27'$$);
SELECT * FROM local.filter($$date_trunc('hour', created_date) + interval '5 minutes' * floor(extract(minute FROM created_date) / 5) = '2025-11-02 05:30+00'$$);
SELECT * FROM local.filter($$created_date + extract(year FROM created_date) * interval '1 day' > '2031-01-01'$$);
-- and a difference
SELECT * FROM local.filter($$date '2026-03-31' - end_date BETWEEN 0 AND 31$$);
SELECT * FROM local.filter($$31 >= end_date - date '2026-02-28' AND end_date >= '2026-02-28'$$);
SELECT * FROM local.filter($$timestamptz '2026-03-09 00:00Z' - created_date < interval '1 mon -15 days'$$);
SELECT * FROM local.filter($$timestamptz '2026-03-09 00:00Z' - created_date <= interval '178000000 years'$$);
-- ranges
SELECT * FROM local.filter($$end_date <@ daterange('2026-02-01', '2026-04-01')$$);
SELECT * FROM local.filter($$tstzrange('2026-03-01', NULL) @> created_date$$);
SELECT * FROM local.filter($$end_date <@ 'empty'::daterange$$);
-- what has no date in the tenant's calendar is not sent, and does not fail
SELECT * FROM local.filter($$created_date::date <= '5874897-12-31'$$);
SELECT * FROM local.filter($$created_date::date > 'infinity'$$);
SELECT * FROM local.filter($$end_date::timestamp > '0044-03-15 BC'$$);
SELECT * FROM local.filter($$date_trunc('century', end_date) >= '9901-01-01'$$);
SELECT * FROM local.filter($$date_trunc('millennium', date_trunc('millennium', created_date)) = '2001-01-01'$$);
-- nor is anything implied by what is not equal
SELECT * FROM local.filter($$created_date::date <> '2025-11-02'$$);

--
-- Truth
--
SELECT * FROM local.filter($$coalesce(status, '') = 'Active'$$);
SELECT * FROM local.filter($$coalesce(status, 'Active') = 'Active'$$);
SELECT * FROM local.filter($$coalesce(status, '') IN ('Active', 'Archived')$$);
SELECT * FROM local.filter($$coalesce(end_date, '2026-01-01') >= '2026-03-01'$$);
-- a null date cannot be asked for
SELECT * FROM local.filter($$coalesce(end_date, '2026-01-01') <= '2026-03-01'$$);
SELECT * FROM local.filter($$coalesce(end_date, start_date) = '2026-02-28'$$);
SELECT * FROM local.filter($$nullif(status, '') = 'Active'$$);
SELECT * FROM local.filter($$status IS NOT DISTINCT FROM 'Active'$$);
SELECT * FROM local.filter($$status IS NOT DISTINCT FROM (SELECT NULL)$$);
SELECT * FROM local.filter($$end_date IS NOT DISTINCT FROM '2026-02-28'$$);
SELECT * FROM local.filter($$(status = 'Active') IS TRUE$$);
SELECT * FROM local.filter($$(status <> 'Active') IS FALSE$$);
SELECT * FROM local.filter($$(status = 'Active') = true$$);
SELECT * FROM local.filter($$(status = 'Active') IS NOT FALSE$$);
SELECT * FROM local.filter($$(status = 'Active') IS NOT TRUE$$);
SELECT * FROM local.filter($$(status = 'Active' AND end_date = '2026-02-28') IS UNKNOWN$$);
SELECT * FROM local.filter($$NOT coalesce(status = 'Active', false)$$);
SELECT * FROM local.filter($$NOT CASE WHEN status = 'Active' THEN false ELSE true END$$);
-- a null in, a null out: there is no function of a date that is null
SELECT * FROM local.filter($$date_trunc('month', end_date) IS NOT NULL$$);
SELECT * FROM local.filter($$coalesce(end_date, start_date) IS NOT NULL$$);
-- a call without arguments tells nothing of a column, and what it is beside does
SELECT * FROM local.filter($$(now() - created_date) IS NOT NULL$$);
SELECT * FROM local.filter($$extract(epoch FROM now() - created_date) IS NOT NULL$$);
SELECT * FROM local.filter($$(end_date < now()) IS NOT UNKNOWN$$);
SELECT * FROM local.filter($$(random() < length(comments)) IS NOT NULL$$);
SELECT * FROM local.filter($$NOT (end_date < now()) IS NULL$$);
SELECT * FROM local.filter($$(version() IS NOT NULL) = (name = 'Edge')$$);
SELECT * FROM local.filter($$coalesce(end_date, '2026-01-01') IS NOT NULL$$);
SELECT * FROM local.filter($$coalesce(status, company_id) IS NULL$$);
-- of what is null for other reasons nothing follows
SELECT * FROM local.filter($$substring(status FROM 'x') IS NULL$$);
SELECT * FROM local.filter($$(status = ANY ('{Active,NULL}')) IS NULL$$);
SELECT * FROM local.filter($$CASE WHEN status = 'Active' THEN 1 ELSE 0 END = 1$$);
SELECT * FROM local.filter($$CASE WHEN status = 'Active' THEN 1 ELSE 0 END = 0$$);
SELECT * FROM local.filter($$CASE WHEN ltrim(status) = 'Draft' THEN 1 WHEN owner_id IN ('a', 'b') THEN 0 ELSE 1 END = 0$$);
SELECT * FROM local.filter($$CASE status WHEN 'Active' THEN 'on' WHEN 'Archived' THEN 'off' END = 'off'$$);
SELECT * FROM local.filter($$CASE WHEN status = 'Active' THEN end_date ELSE start_date END >= '2026-03-01'$$);
-- one in another
SELECT * FROM local.filter($$coalesce(nullif(status, ''), 'none') = 'Active'$$);
SELECT * FROM local.filter($$coalesce(status = 'Active' AND end_date >= '2026-03-01', false) IS TRUE$$);
SELECT * FROM local.filter($$coalesce(date_trunc('month', created_date), now()) = '2025-11-01'$$);
SELECT * FROM local.filter($$NOT (coalesce(status, '') <> 'Active') OR (CASE WHEN end_date = '2026-02-28' THEN 1 END) = 1$$);
-- and in what is computed of it
SELECT * FROM local.filter($$date_trunc('year', coalesce(end_date, start_date)) = '2026-01-01'$$);
SELECT * FROM local.filter($$left(coalesce(status, 'None'), 3) = 'Act'$$);
SELECT * FROM local.filter($$left(nullif(status, 'Archived'), 1) = 'A'$$);
SELECT * FROM local.filter($$CASE WHEN created_date IS NOT NULL THEN created_date ELSE timestamp '1899-12-28' END >= timestamp '2026-03-08'$$);
-- an array of a subquery
SELECT * FROM local.filter($$coalesce(status, '') = ANY (ARRAY(SELECT DISTINCT status FROM local.successplans WHERE status < 'B'))$$);

--
-- Texts
--
SELECT * FROM local.filter($$left(name, 7) = 'Renewal'$$);
SELECT * FROM local.filter($$left(name, -2) IN ('Ed', 'Renewal 100%_')$$);
SELECT * FROM local.filter($$substr(name, 1, 3) = 'Edg'$$);
SELECT * FROM local.filter($$substring(name FROM 2 FOR 3) = 'dge'$$);
SELECT * FROM local.filter($$name::varchar(4) = 'Edge'$$);
SELECT * FROM local.filter($$strpos(name, '0%_') > 0$$);
SELECT * FROM local.filter($$position('\ x' IN name) > 0$$);
SELECT * FROM local.filter($$strpos(name, 'x') = 0$$);
SELECT * FROM local.filter($$btrim(name) = 'padded'$$);
SELECT * FROM local.filter($$rtrim(status, 'e') = 'Activ'$$);
SELECT * FROM local.filter($$substr(ltrim(name), 1, 6) = 'padded'$$);
SELECT * FROM local.filter($$right(name, 3) = '\ x'$$);
SELECT * FROM local.filter($$right(rtrim(name), 3) = 'dge'$$);
SELECT * FROM local.filter($$strpos(upper(name), 'EDGE') > 0$$);

--
-- Filters that can be switched off
--
CREATE FUNCTION local.wanted(gs boolean, status text, since text) RETURNS SETOF text LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
	IF gs THEN
		RETURN QUERY SELECT p.gsid FROM gs.successplans AS p WHERE (wanted.status IS NULL OR p.status = wanted.status)
			AND (wanted.since = '' OR p.end_date >= wanted.since::date) AND p.status = coalesce(wanted.status, p.status);
	ELSE
		RETURN QUERY SELECT p.gsid FROM local.successplans AS p WHERE (wanted.status IS NULL OR p.status = wanted.status)
			AND (wanted.since = '' OR p.end_date >= wanted.since::date) AND p.status = coalesce(wanted.status, p.status);
	END IF;
END $$;
CREATE FUNCTION local.compare_wanted(status text, since text) RETURNS text RETURN local.compare_queries(
	format('SELECT local.wanted(true, %L, %L)', status, since), format('SELECT local.wanted(false, %L, %L)', status, since));
PREPARE wanted(text, text) AS SELECT gsid FROM gs.successplans WHERE ($1 IS NULL OR status = $1) AND ($2 = '' OR end_date >= $2::date) AND status = coalesce($1, status);
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE wanted('Active', '');
RESET plan_cache_mode;
\! sandbox/ctl clear
-- an arm falls away
SELECT local.compare_wanted('Active', '2026-03-01');
\! sandbox/ctl requests -v | grep -o '"where".*' || echo "no conditions"
-- or is all there is; what it switches off is not evaluated: '' is no date
SELECT local.compare_wanted(NULL, '');
\! sandbox/ctl requests -v | grep -o '"where".*' || echo "no conditions"
SELECT local.compare_wanted('Archived', '');
\! sandbox/ctl requests -v | grep -o '"where".*' || echo "no conditions"
SELECT local.error_of($$SELECT local.wanted(true, 'Active', 'soon')$$);
-- nor is a subquery run behind it
CREATE FUNCTION local.wanted_by_query(since text) RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN (SELECT count(*) FROM gs.successplans WHERE since = '' OR end_date >= (SELECT since::date) OR (SELECT since::date) IS NULL);
END $$;
SELECT local.wanted_by_query('') = count(*) AS equal FROM local.successplans;
SELECT local.wanted_by_query('2026-03-01') = count(*) AS equal FROM local.successplans WHERE end_date >= '2026-03-01';
-- CASE keeps values from being evaluated, too: for which rows is not known
CREATE FUNCTION local.cautious(since text) RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN (SELECT count(*) FROM gs.successplans WHERE CASE WHEN status = 'Unknown' THEN end_date = since::date ELSE status = 'Active' END);
END $$;
SELECT local.cautious('never') = count(*) AS equal FROM local.successplans WHERE status = 'Active';
-- and so does coalesce
CREATE FUNCTION local.cautious_too(since text) RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN (SELECT count(*) FROM gs.successplans WHERE coalesce(modified_date > '2000-01-01', end_date = since::date));
END $$;
SELECT local.cautious_too('never') = count(*) AS equal FROM local.successplans WHERE modified_date > '2000-01-01';

--
-- What only looks like it
--
CREATE FUNCTION local.date_trunc(text, timestamptz) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN $2 - interval '9 years'; END$$;
CREATE FUNCTION local."left"(text, int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN 'x'; END$$;
SELECT * FROM local.filter($$local.date_trunc('day', created_date) < '2016-11-02'$$);
SELECT * FROM local.filter($$local."left"(name, 1) = 'x'$$);
-- a value of each row, and one that is another each time
SELECT * FROM local.filter($$created_date::date = end_date$$);
SELECT * FROM local.filter($$created_date::date < current_date + (random() * 0)::int$$);
-- a collation in which equal texts differ
CREATE COLLATION local.loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
SELECT * FROM local.filter($$coalesce(status, '') COLLATE local.loose = 'active'$$);
SELECT * FROM local.filter($$left(status, 3) COLLATE local.loose = 'act'$$);

--
-- Joins and views
--
CREATE TABLE local.month AS SELECT d::date AS first, (d + interval '1 month - 1 day')::date AS last FROM generate_series(timestamp '2025-11-01', '2026-03-01', '1 month') AS d;
SELECT local.compare_queries($$SELECT m.first, p.gsid FROM local.month AS m JOIN gs.successplans AS p ON p.created_date::date BETWEEN m.first AND m.last$$,
	$$SELECT m.first, p.gsid FROM local.month AS m JOIN local.successplans AS p ON p.created_date::date BETWEEN m.first AND m.last$$);
SELECT local.compare_queries($$SELECT m.first, (SELECT count(*) FROM gs.successplans AS p WHERE date_trunc('month', p.created_date)::date = m.first) FROM local.month AS m$$,
	$$SELECT m.first, (SELECT count(*) FROM local.successplans AS p WHERE date_trunc('month', p.created_date)::date = m.first) FROM local.month AS m$$);
-- an equality of both sides' expressions
CREATE TABLE local.day AS SELECT date '2025-11-02' AS day;
ANALYZE local.day;
ALTER SERVER gainsight OPTIONS (ADD page_size '50');
SELECT * FROM local.explain($$SELECT d.day, p.gsid FROM local.day AS d JOIN gs.successplans AS p ON p.created_date::date = d.day$$);
SELECT local.compare_queries($$SELECT d.day, p.gsid FROM local.day AS d JOIN gs.successplans AS p ON p.created_date::date = d.day$$,
	$$SELECT d.day, p.gsid FROM local.day AS d JOIN local.successplans AS p ON p.created_date::date = d.day$$);
ALTER SERVER gainsight OPTIONS (DROP page_size);
CREATE VIEW local.guarded WITH (security_barrier) AS SELECT * FROM gs.successplans WHERE coalesce(status, '') = 'Active';
EXPLAIN (COSTS OFF) SELECT gsid FROM local.guarded WHERE left(name, 7) = 'Renewal';

--
-- What of this is listed
--
CREATE FOREIGN TABLE gs.shaped (status text, name varchar, end_date date, created_date timestamptz,
	score bigint OPTIONS (field 'Score__gc', pushdown 'true'), arr numeric OPTIONS (field 'Arr__gc', pushdown 'true'),
	strategic boolean OPTIONS (field 'Strategic__gc', pushdown 'true'), renewal date OPTIONS (field 'Renewal__gc')
) SERVER gainsight OPTIONS (resource 'successplans');
SELECT operator, string_agg(column_name, ' ' ORDER BY ordinality) AS columns, replace(sent, 'LTE', 'LT') AS sent, grade
FROM gainsight_fdw_pushdown('gs.shaped') WITH ORDINALITY WHERE operator ~ '\mc\M'
GROUP BY 1, 3, 4 ORDER BY min(ordinality);
-- each is sent as it says: with values for its words, what EXPLAIN shows
CREATE TABLE local.words (types text[], v text, other text, range text);
INSERT INTO local.words VALUES ('{text,character varying}', $$'v'$$, $$'other'$$, NULL), ('{date}', $$'2026-03-01'$$, $$'2001-01-01'$$, $$daterange('2026-02-01', '2026-03-01')$$),
	('{timestamp with time zone}', $$'2026-03-01'$$, $$'2001-01-01'$$, $$tstzrange('2026-02-01', '2026-03-01')$$), ('{boolean}', 'true', 'false', NULL),
	('{bigint}', '5', '7', 'int8range(1, 5)'), ('{numeric}', '5', '7', 'numrange(1, 5)');
CREATE FUNCTION local.sent_for(operator text, column_name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	condition text := operator;
	line text;
	word text;
	value text;
BEGIN
	FOR word, value IN SELECT * FROM (VALUES ('unit', quote_literal('month')), ('zone', quote_literal('Asia/Kolkata')), ('interval', 'interval ' || quote_literal('1 hour')),
			('letters', quote_literal('x')), ('format', quote_literal('YYYY-MM-DD')), ('n', '6'), ('k', '1'), ('c', quote_ident(column_name))) AS fixed
		UNION ALL SELECT key, w.value FROM local.words, jsonb_each_text(to_jsonb(words) - 'types') AS w(key, value)
		WHERE (SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'gs.shaped'::regclass AND attname = column_name) = ANY (types)
	LOOP
		condition := coalesce(regexp_replace(condition, '\m' || word || '\M', value, 'g'), condition);
	END LOOP;
	FOR line IN EXECUTE 'EXPLAIN SELECT FROM gs.shaped WHERE ' || condition LOOP
		CONTINUE WHEN line !~ 'Gainsight Conditions';
		RETURN (SELECT string_agg(m[1], ', ') FROM regexp_matches(line, '[A-Z]: \S+ ([A-Z_]+) ', 'g') AS m);
	END LOOP;
	RETURN 'nothing for ' || condition;
END $$;
SELECT column_name, operator, sent, now FROM gainsight_fdw_pushdown('gs.shaped'), local.sent_for(operator, column_name) AS now
WHERE operator ~ '\mc\M' AND replace(sent, 'LTE', 'LT') IS DISTINCT FROM replace(now, 'LTE', 'LT');

\i sql/include/teardown.psql
