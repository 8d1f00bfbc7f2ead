--
-- JOINS: keys in batches, one search or one round of lists for many
--
\i sql/include/setup.psql
\i sql/include/copy.psql
-- how many lookups become a walk is another chapter's
SET gainsight_fdw.enable_walk_instead = off;
-- a warehouse's tables: a row a company, and many
CREATE TABLE local.account AS
  SELECT company_id AS id, min(company_name) AS name, row_number() OVER (ORDER BY company_id) AS n
  FROM local.successplans GROUP BY 1 HAVING count(*) = 9 LIMIT 250;
CREATE TABLE local.usage AS
  SELECT id, day FROM local.account, generate_series(1, 40) AS day ORDER BY hashtext(id || day);
ANALYZE local.account, local.usage;
-- A query over the tenant's tables, and the same over their copies.
CREATE FUNCTION local.compare_join(query text) RETURNS text
RETURN local.compare_queries(query, replace(query, 'gs.', 'local.'));

--
-- One search for a batch of keys
--
SELECT local.explain('SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id') AS plan;
SELECT local.compare_join('SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id');
-- 250 companies, 100 to a search
\! sandbox/ctl requests
-- however many rows hold them, and in whatever order
SELECT local.compare_join('SELECT u.day, p.gsid FROM local.usage AS u JOIN gs.successplans AS p ON p.company_id = u.id');
\! sandbox/ctl requests
-- what is fixed for all keys is sent along, all else is looked at here
SELECT local.explain($$SELECT u.day, p.gsid FROM local.usage AS u JOIN gs.successplans AS p
	ON p.company_id = u.id AND p.status = 'Active' AND p.name > u.id || 'Q' AND extract(day FROM p.start_date) < u.day$$) AS plan;
SELECT local.compare_join($$SELECT u.day, p.gsid FROM local.usage AS u JOIN gs.successplans AS p
	ON p.company_id = u.id AND p.status = 'Active' AND p.name > u.id || 'Q' AND extract(day FROM p.start_date) < u.day$$);
\! sandbox/ctl requests
-- EXPLAIN ANALYZE counts batches and keys
SELECT local.explain_analyze('SELECT * FROM local.usage AS u JOIN gs.successplans AS p ON p.company_id = u.id') AS plan;
\! sandbox/ctl clear

--
-- Each kind of join
--
SELECT local.explain('SELECT * FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id') AS plan;
SELECT local.compare_join($$SELECT * FROM local.account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.id AND p.status = 'Completed'$$);
\! sandbox/ctl requests
SELECT local.explain($$SELECT * FROM local.account AS a WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Archived')$$) AS plan;
SELECT local.compare_join($$SELECT * FROM local.account AS a WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Archived')$$);
\! sandbox/ctl requests
SELECT local.explain($$SELECT * FROM local.account AS a WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Archived')$$) AS plan;
SELECT local.compare_join($$SELECT * FROM local.account AS a WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.id AND p.status = 'Archived')$$);
\! sandbox/ctl requests
-- the plans of companies that a local query finds
SELECT local.explain('SELECT * FROM gs.successplans WHERE company_id IN (SELECT id FROM local.usage)') AS plan;
SELECT local.compare_join('SELECT * FROM gs.successplans WHERE company_id IN (SELECT id FROM local.usage)');
\! sandbox/ctl requests
-- by the plan's own id
CREATE TABLE local.watched AS SELECT gsid FROM local.successplans WHERE gsid ~ '^\w+$' ORDER BY 1 LIMIT 205;
ANALYZE local.watched;
SELECT local.compare_join('SELECT * FROM local.watched JOIN gs.successplans USING (gsid)');
SELECT local.compare_join('SELECT * FROM local.watched AS w LEFT JOIN gs.successplans AS p USING (gsid)');
\! sandbox/ctl requests
-- a batch of one key is a GET
SELECT local.compare_join('SELECT * FROM (SELECT * FROM local.watched LIMIT 1) AS w JOIN gs.successplans USING (gsid)');
\! sandbox/ctl requests | sed 's/1P02[0-9A-Z]*/GSID/'
-- the other side may be a join, or filtered, grouped, sorted
SELECT local.compare_join($$SELECT a.name, max(p.modified_date) FROM local.account AS a JOIN local.usage AS u ON u.id = a.id AND day = 3
	JOIN gs.successplans AS p ON p.company_id = u.id WHERE a.n <= 60 GROUP BY 1$$);
SELECT local.compare_join('SELECT * FROM (SELECT id, sum(day) FROM local.usage GROUP BY 1 ORDER BY 1 LIMIT 30) AS u JOIN gs.successplans AS p ON p.company_id = u.id');
\! sandbox/ctl requests
-- two tables of ours, by way of a local one
SELECT local.compare_join($$SELECT a.name, p.gsid, q.gsid FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id
	LEFT JOIN gs.successplans AS q ON q.company_id = a.id AND q.status = 'Archived' WHERE a.n <= 40$$);
\! sandbox/ctl requests

--
-- Keys from below an outer join
--
-- their clauses are as if there were no join below: 16 and later tell the two apart
CREATE TABLE local.region AS SELECT n AS region, CASE WHEN n % 4 = 0 THEN NULL ELSE n * 2 END AS head FROM generate_series(1, 60) AS n;
CREATE TABLE local.office AS SELECT n, CASE WHEN n % 3 = 0 THEN NULL ELSE id END AS id FROM local.account WHERE n <= 90;
ANALYZE local.region, local.office;
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain('SELECT r.*, o.*, p.gsid FROM local.region AS r
	LEFT JOIN local.office AS o ON o.n = r.head LEFT JOIN gs.successplans AS p ON p.company_id = o.id') AS line;
SELECT local.compare_join('SELECT r.*, o.*, p.gsid FROM local.region AS r
	LEFT JOIN local.office AS o ON o.n = r.head LEFT JOIN gs.successplans AS p ON p.company_id = o.id');
-- three, with the key above one of them, or two
SELECT local.compare_join('SELECT r.*, o.*, a.name, p.gsid FROM local.region AS r LEFT JOIN local.office AS o ON o.n = r.head
	LEFT JOIN local.account AS a ON a.id = o.id LEFT JOIN gs.successplans AS p ON p.company_id = o.id');
SELECT local.compare_join('SELECT r.*, o.*, a.name, p.gsid FROM local.region AS r LEFT JOIN local.office AS o ON o.n = r.head
	LEFT JOIN local.account AS a ON a.id = o.id AND a.n < 70 LEFT JOIN gs.successplans AS p ON p.company_id = a.id');
SELECT local.compare_join('SELECT r.*, o.*, p.gsid, q.gsid FROM local.region AS r LEFT JOIN local.office AS o ON o.n = r.head
	LEFT JOIN gs.successplans AS p ON p.company_id = o.id LEFT JOIN gs.successplans AS q ON q.gsid = p.gsid');
-- an expression that stands for a column below the join
SELECT local.compare_join($$SELECT r.*, o.*, p.gsid FROM local.region AS r LEFT JOIN (SELECT n, coalesce(id, 'none') AS id FROM local.office) AS o
	ON o.n = r.head LEFT JOIN gs.successplans AS p ON p.company_id = o.id$$);
SELECT local.compare_join($$SELECT r.*, o.*, p.gsid FROM local.region AS r LEFT JOIN (SELECT n, coalesce(id, 'none') AS id FROM local.office) AS o
	ON o.n = r.head LEFT JOIN gs.successplans AS p ON p.company_id = coalesce(o.id, 'no office')$$);
-- full, semi, anti, lateral
SELECT local.compare_join('SELECT r.*, o.*, p.gsid FROM local.region AS r FULL JOIN local.office AS o ON o.n = r.head
	LEFT JOIN gs.successplans AS p ON p.company_id = o.id');
SELECT local.compare_join('SELECT r.*, o.* FROM local.region AS r LEFT JOIN local.office AS o ON o.n = r.head
	WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = o.id)');
SELECT local.compare_join($$SELECT r.*, o.* FROM local.region AS r LEFT JOIN local.office AS o ON o.n = r.head
	WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = o.id AND p.status = 'Active')$$);
SELECT local.compare_join('SELECT r.*, o.*, l.* FROM local.region AS r LEFT JOIN local.office AS o ON o.n = r.head
	LEFT JOIN LATERAL (SELECT p.gsid, o.n AS office FROM gs.successplans AS p WHERE p.company_id = o.id) AS l ON true');
\! sandbox/ctl clear

--
-- Keys
--
-- a null matches nothing, nor does what is not there; what is no row of ours asks for nothing
CREATE TABLE local.odd (id text, n int);
INSERT INTO local.odd VALUES (NULL, 1), ('nobody', 2), ('', 3), ('it''s "so"', 4), (NULL, 5);
INSERT INTO local.odd SELECT id, 6 FROM local.account WHERE n <= 3;
ANALYZE local.odd;
SELECT local.compare_join('SELECT * FROM local.odd AS o LEFT JOIN gs.successplans AS p ON p.company_id = o.id');
\! sandbox/ctl requests -v | sed 's/1P02[0-9A-Z]*/ID/g'
SELECT count(p.gsid) FROM local.odd AS o LEFT JOIN gs.successplans AS p ON p.company_id = o.id WHERE n IN (1, 5);
SELECT count(*) FROM local.odd AS o LEFT JOIN gs.successplans AS p ON p.company_id = o.id WHERE o.id = 'none such';
\! sandbox/ctl requests
-- expressions, other types, domains, free text that a tenant may fold
\! sandbox/ctl set text_fold=true
CREATE DOMAIN local.identifier AS text;
CREATE TABLE local.typed AS SELECT id::varchar(80) AS v, id::local.identifier AS d, lower(name) AS folded, name, n FROM local.account WHERE n <= 120;
ANALYZE local.typed;
SELECT local.compare_join('SELECT t.n, p.gsid FROM local.typed AS t JOIN gs.successplans AS p ON p.company_id = t.v');
SELECT local.compare_join('SELECT t.n, p.gsid FROM local.typed AS t JOIN gs.successplans AS p ON t.d = p.company_id');
SELECT local.compare_join('SELECT t.n, p.gsid FROM local.typed AS t JOIN gs.successplans AS p ON p.company_id = upper(lower(t.v)) || ''''');
SELECT local.compare_join('SELECT t.n, p.gsid FROM local.typed AS t JOIN gs.successplans AS p ON p.company_name = t.name');
SELECT local.compare_join('SELECT t.n, p.gsid FROM local.typed AS t JOIN gs.successplans AS p ON p.company_name = t.folded');
\! sandbox/ctl requests
\! sandbox/ctl defaults
-- an equality that is implied may have what gives its keys on either side; of both tables there is no key
SET enable_material = off;
SET enable_hashjoin = off;
SELECT local.compare_join($$SELECT t.n, p.gsid FROM local.typed AS t LEFT JOIN gs.successplans AS p ON nullif(p.company_id, 'x') = t.v AND t.n < 20$$);
SELECT local.compare_join($$SELECT t.n, p.gsid FROM local.typed AS t LEFT JOIN gs.successplans AS p ON nullif(p.company_id, t.d) = t.v AND t.n < 20$$);
SELECT local.compare_join($$SELECT t.n, p.gsid FROM local.typed AS t LEFT JOIN gs.successplans AS p ON nullif(p.status, t.v) = 'Active' AND t.n < 20$$);
SELECT local.compare_join($$SELECT t.n, p.gsid FROM local.typed AS t LEFT JOIN gs.successplans AS p ON CASE WHEN t.v < p.gsid THEN p.company_id END = t.v AND t.n < 20$$);
RESET enable_material;
RESET enable_hashjoin;
\! sandbox/ctl clear
-- of two equalities one gives the keys, whichever comes first, and the other is looked at here
CREATE TABLE local.both AS
  SELECT CASE WHEN n % 7 = 0 THEN NULL WHEN n % 5 = 0 THEN other ELSE company_id END AS c,
    CASE WHEN n % 11 = 0 THEN NULL ELSE gsid END AS g, n
  FROM (SELECT company_id, lag(company_id) OVER w AS other, gsid, row_number() OVER w AS n
    FROM local.successplans WINDOW w AS (ORDER BY gsid)) AS s WHERE n <= 150;
ANALYZE local.both;
SELECT * FROM local.explain('SELECT * FROM local.both AS l JOIN gs.successplans AS s ON s.company_id = l.c AND s.gsid = l.g') AS line
WHERE line ~ 'Filter|Key|Conditions';
SELECT local.compare_join('SELECT l.n, s.* FROM local.both AS l JOIN gs.successplans AS s ON s.company_id = l.c AND s.gsid = l.g');
SELECT local.compare_join('SELECT l.n, s.* FROM local.both AS l JOIN gs.successplans AS s ON s.gsid = l.g AND s.company_id = l.c');
SELECT local.compare_join('SELECT l.n, s.* FROM local.both AS l LEFT JOIN gs.successplans AS s ON s.company_id = l.c AND s.gsid = l.g');
SELECT local.compare_join('SELECT l.n FROM local.both AS l WHERE NOT EXISTS (SELECT FROM gs.successplans AS s WHERE s.gsid = l.g AND s.company_id = l.c)');
-- of the same column, and so as good as each other
SELECT local.compare_join($$SELECT l.n, s.gsid FROM local.both AS l LEFT JOIN gs.successplans AS s ON s.company_id = l.c AND s.company_id = upper(l.c)$$);
SELECT local.compare_join('SELECT l.n, m.n, s.gsid FROM local.both AS l JOIN local.both AS m ON m.n = l.n + 1 LEFT JOIN gs.successplans AS s ON s.company_id = l.c AND s.company_id = m.c');
SELECT local.compare_join('SELECT l.n, m.n, s.gsid FROM local.both AS l JOIN local.both AS m ON m.n = l.n + 1 JOIN gs.successplans AS s ON s.company_id = l.c AND s.company_id = m.c');
-- of two relations, too
SELECT local.compare_join('SELECT l.n, m.n, s.* FROM local.both AS l JOIN local.both AS m ON m.n = l.n + 1 LEFT JOIN gs.successplans AS s ON s.company_id = m.c AND s.gsid = l.g');
\! sandbox/ctl requests
-- ranges and what cannot be hashed are no keys
SELECT local.explain('SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id > a.id') ~ 'BindJoin' AS bound LIMIT 1;
-- a tenant that knows no IN
ALTER SERVER gainsight OPTIONS (ADD operators 'EQ, NE');
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain('SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id') AS line;
ALTER SERVER gainsight OPTIONS (DROP operators);

-- a tenant that gives more than it was asked for gives the same in several batches
\! sandbox/ctl set ignore_filters=true
ALTER SERVER gainsight OPTIONS (ADD in_list_size '5');
CREATE TABLE local.again AS SELECT id, day FROM local.usage WHERE day <= 2 AND id IN (SELECT id FROM local.account WHERE n <= 20) ORDER BY day, id;
ANALYZE local.again;
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain('SELECT a.day, p.gsid FROM local.again AS a JOIN gs.successplans AS p ON p.company_id = a.id') AS line;
SELECT local.compare_join('SELECT a.day, p.gsid FROM local.again AS a JOIN gs.successplans AS p ON p.company_id = a.id LIMIT 1000000');
ALTER SERVER gainsight OPTIONS (DROP in_list_size);
\! sandbox/ctl defaults
\! sandbox/ctl clear

--
-- By number of requests
--
-- keys enough to make more searches than there are pages: all plans are read, once
CREATE TABLE local.everyone AS SELECT n::text AS id FROM generate_series(1, 100000) AS n;
ANALYZE local.everyone;
SELECT bool_or(line ~ 'BindJoin') AS bound, bool_or(line ~ 'Hash') AS hashed FROM local.explain('SELECT * FROM local.everyone AS e JOIN gs.successplans AS p ON p.company_id = e.id') AS line;
-- LIMIT is content with the first batch
SELECT count(*) FROM (SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id LIMIT 10) AS l;
\! sandbox/ctl requests
-- it can be turned off
SET gainsight_fdw.enable_bind_join = off;
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain('SELECT * FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id') AS line;
RESET gainsight_fdw.enable_bind_join;
-- max_requests holds for the batches together
ALTER SERVER gainsight OPTIONS (ADD max_requests '2');
SELECT * FROM local.error_of('SELECT count(gsid) FROM (SELECT p.gsid FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id LIMIT 1000000) AS l');
-- and where all rows will be asked for, nothing is begun that cannot end
SELECT * FROM local.error_of('SELECT count(p.gsid) FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id');
ALTER SERVER gainsight OPTIONS (DROP max_requests);
\! sandbox/ctl clear

--
-- Rescans
--
-- the join starts anew, with the same keys: nothing is sent
SET enable_material = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT count(*) FROM generate_series(1, 3) AS g LEFT JOIN
	(local.watched AS w JOIN gs.successplans AS p USING (gsid)) ON g > 0;
\! sandbox/ctl requests
-- with other keys, and with other values of what is sent along
SELECT local.compare_join($$SELECT s, c FROM unnest('{Active,Completed,Active,Archived}'::text[]) AS s, LATERAL
	(SELECT count(p.gsid) AS c FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id AND p.status = s AND a.n <= 30 OFFSET 0) AS j$$);
SELECT local.compare_join($$SELECT g, c FROM unnest('{10,120,110}'::int[]) AS g, LATERAL
	(SELECT count(p.gsid) AS c FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id AND a.n <= g OFFSET 0) AS j$$);
\! sandbox/ctl requests
RESET enable_material;
RESET enable_hashjoin;
RESET enable_mergejoin;
-- a generic plan
PREPARE plans(int, text) AS SELECT count(*) FROM local.account AS a JOIN gs.successplans AS p ON p.company_id = a.id WHERE a.n <= $1 AND p.status = $2;
SET plan_cache_mode = force_generic_plan;
EXECUTE plans(20, 'Active');
EXECUTE plans(5, 'Archived');
EXECUTE plans(0, 'Archived');
SELECT count(*) FILTER (WHERE n <= 20 AND status = 'Active'), count(*) FILTER (WHERE n <= 5 AND status = 'Archived')
FROM local.account AS a JOIN local.successplans AS p ON p.company_id = a.id;
RESET plan_cache_mode;
\! sandbox/ctl requests
-- a cursor, left open, closed early
BEGIN;
DECLARE c CURSOR FOR SELECT u.day, p.gsid FROM local.usage AS u JOIN gs.successplans AS p ON p.company_id = u.id;
MOVE 5 FROM c;
MOVE 5000 FROM c;
DECLARE d SCROLL CURSOR FOR SELECT w.gsid FROM local.watched AS w JOIN gs.successplans AS p USING (gsid);
MOVE ALL FROM d;
MOVE BACKWARD ALL FROM d;
MOVE ALL FROM d;
COMMIT;
\! sandbox/ctl requests

--
-- Memory
--
-- rows held back, and answers, beyond work_mem are on disk; an answer is forgotten only for room
SET work_mem = '64kB';
SELECT local.compare_join('SELECT u.day, p.* FROM local.usage AS u JOIN gs.successplans AS p ON p.company_id = u.id');
RESET work_mem;
\! sandbox/ctl clear

--
-- Plans and their objectives
--
\! sandbox/ctl reset plans=120
\i sql/include/copy.psql
SELECT mode() WITHIN GROUP (ORDER BY company_id) AS company FROM local.successplans \gset
SELECT local.explain(format('SELECT * FROM gs.successplans AS p JOIN gs.objectives AS o ON o.success_plan_id = p.gsid WHERE p.company_id = %L', 'C1')) AS plan;
SELECT local.compare_join(format('SELECT * FROM gs.successplans AS p JOIN gs.objectives AS o ON o.success_plan_id = p.gsid WHERE p.company_id = %L', :'company'));
-- a search, and a list for each of the plans that it found
SELECT count(*) FROM local.successplans WHERE company_id = :'company';
\! sandbox/ctl requests | sed -E 's/1[A-Z0-9]{35}|%[^/]*/GSID/' | sort | uniq -c | sed 's/^ *//'
SELECT local.compare_join('SELECT p.name, o.* FROM gs.successplans AS p LEFT JOIN gs.objectives AS o ON o.success_plan_id = p.gsid');
SELECT local.compare_join($$SELECT p.name FROM gs.successplans AS p WHERE NOT EXISTS (SELECT FROM gs.objectives AS o WHERE o.success_plan_id = p.gsid AND o.status <> 'Completed')$$);
\! sandbox/ctl requests -n
-- accounts, their plans, and the objectives of these
CREATE TABLE local.few AS SELECT DISTINCT company_id AS id FROM local.successplans ORDER BY 1 LIMIT 4;
ANALYZE local.few;
SELECT local.compare_join('SELECT f.id, p.name, o.name, o.due_date FROM local.few AS f JOIN gs.successplans AS p ON p.company_id = f.id JOIN gs.objectives AS o ON o.success_plan_id = p.gsid');
SELECT count(*) + 1 AS requests FROM local.few AS f JOIN local.successplans AS p ON p.company_id = f.id;
\! sandbox/ctl requests -n
-- LIMIT 1 asks for the list of one plan
ANALYZE local.successplans;
SELECT count(*) FROM (SELECT * FROM local.successplans AS p JOIN gs.objectives AS o ON o.success_plan_id = p.gsid LIMIT 1) AS l;
\! sandbox/ctl requests -n

--
-- Statements that write
--
-- all keys are gathered, and all rows read, before the first is updated
\! sandbox/ctl reset plans=500
\i sql/include/copy.psql
CREATE TABLE local.moves AS
  SELECT company_id AS id, lead(company_id, 1, 'C-new') OVER (ORDER BY company_id) AS next
  FROM (SELECT DISTINCT company_id FROM local.successplans ORDER BY 1 LIMIT 30) AS c;
ANALYZE local.moves;
ALTER SERVER gainsight OPTIONS (ADD in_list_size '10', ADD page_size '50');
SELECT local.explain('UPDATE gs.successplans AS p SET company_id = m.next FROM local.moves AS m WHERE m.id = p.company_id') AS plan;
-- each plan moves on once, though its new company is among the keys
UPDATE gs.successplans AS p SET company_id = m.next FROM local.moves AS m WHERE m.id = p.company_id;
UPDATE local.successplans AS p SET company_id = m.next FROM local.moves AS m WHERE m.id = p.company_id;
\! sandbox/ctl requests | grep search
SELECT local.compare_queries('SELECT gsid, company_id, comments, end_date FROM gs.successplans', 'SELECT gsid, company_id, comments, end_date FROM local.successplans');
-- a local table takes what a batch at a time brings
CREATE TABLE local.copied AS SELECT p.gsid, p.company_id FROM local.moves AS m JOIN gs.successplans AS p ON p.company_id = m.next;
\! sandbox/ctl requests | grep search
SELECT local.compare_queries('TABLE local.copied', 'SELECT p.gsid, p.company_id FROM local.moves AS m JOIN local.successplans AS p ON p.company_id = m.next');
-- rows without a key do not go first: what the others find is read before anything is written
\i sql/include/copy.psql
CREATE TABLE local.offers AS SELECT NULL::text AS id, next, n FROM local.moves, generate_series(1, 2) AS n LIMIT 4;
INSERT INTO local.offers SELECT id, next, 3 FROM local.moves LIMIT 12;
INSERT INTO local.offers SELECT NULL, next, 4 FROM local.moves LIMIT 3;
ANALYZE local.offers;
SELECT bool_or(line ~ 'BindJoin') AS bound FROM local.explain($$ALTER SERVER gainsight OPTIONS (ADD batch_size '1');
INSERT INTO gs.successplans (name, company_id, type_id)
	SELECT o.n || coalesce(p.name, ' none'), o.next, 'type' FROM local.offers AS o LEFT JOIN gs.successplans AS p ON p.company_id = o.id$$) AS line;
ALTER SERVER gainsight OPTIONS (ADD batch_size '1');
INSERT INTO gs.successplans (name, company_id, type_id)
	SELECT o.n || coalesce(p.name, ' none'), o.next, 'type' FROM local.offers AS o LEFT JOIN gs.successplans AS p ON p.company_id = o.id;
INSERT INTO local.successplans (name, company_id, type_id)
	SELECT o.n || coalesce(p.name, ' none'), o.next, 'type' FROM local.offers AS o LEFT JOIN local.successplans AS p ON p.company_id = o.id;
\! sandbox/ctl requests -v | cut -d' ' -f1,2 | uniq
SELECT local.compare_queries('SELECT name, company_id FROM gs.successplans', 'SELECT name, company_id FROM local.successplans');
ALTER SERVER gainsight OPTIONS (DROP batch_size);
-- nor in an UPDATE: each plan gets what another had, which is updated as well
\i sql/include/copy.psql
CREATE TABLE local.chain AS SELECT gsid, CASE WHEN n <= 5 OR n % 5 = 0 THEN NULL ELSE other END AS other, n
  FROM (SELECT gsid, lead(gsid) OVER w AS other, row_number() OVER w AS n FROM local.successplans WINDOW w AS (ORDER BY gsid)) AS s WHERE n <= 40;
ANALYZE local.chain;
SELECT count(*) AS bound FROM local.explain($$UPDATE gs.successplans AS p SET comments = coalesce(q.name || q.comments, 'none')
	FROM local.chain AS c LEFT JOIN gs.successplans AS q ON q.gsid = c.other WHERE p.gsid = c.gsid$$) AS line WHERE line ~ 'BindJoin';
UPDATE gs.successplans AS p SET comments = coalesce(q.name || q.comments, 'none')
	FROM local.chain AS c LEFT JOIN gs.successplans AS q ON q.gsid = c.other WHERE p.gsid = c.gsid;
UPDATE local.successplans AS p SET comments = coalesce(q.name || q.comments, 'none')
	FROM local.chain AS c LEFT JOIN local.successplans AS q ON q.gsid = c.other WHERE p.gsid = c.gsid;
\! sandbox/ctl requests -v | grep -o -E '^PUT|search' | uniq
SELECT local.compare_queries('SELECT gsid, comments FROM gs.successplans', 'SELECT gsid, comments FROM local.successplans');
-- the table that is written by keys some of which are null
UPDATE gs.successplans AS p SET comments = c.n FROM local.chain AS c WHERE p.gsid = c.other;
UPDATE local.successplans AS p SET comments = c.n FROM local.chain AS c WHERE p.gsid = c.other;
\! sandbox/ctl requests -v | grep -o -E '^PUT|search' | uniq
SELECT local.compare_queries('SELECT gsid, comments FROM gs.successplans', 'SELECT gsid, comments FROM local.successplans');
ALTER SERVER gainsight OPTIONS (DROP in_list_size, DROP page_size);

\i sql/include/teardown.psql
