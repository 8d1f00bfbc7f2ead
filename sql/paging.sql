--
-- PAGING: every plan once, whatever the tenant does to its pages
--
\i sql/include/setup.psql

--
-- Sizes around a page of 1,000
--
\! sandbox/ctl reset plans=0 objectives=0
\i sql/include/copy.psql
SELECT local.compare('successplans'), (SELECT count(*) FROM local.successplans);
\! sandbox/ctl requests -n
\! sandbox/ctl reset plans=1 objectives=0
\i sql/include/copy.psql
SELECT local.compare('successplans'), (SELECT count(*) FROM local.successplans);
\! sandbox/ctl requests -n
\! sandbox/ctl reset plans=999 objectives=0
\i sql/include/copy.psql
SELECT local.compare('successplans'), (SELECT count(*) FROM local.successplans);
\! sandbox/ctl requests -n
-- a totalCount that is the length of a full page could be its length: one more is asked for
\! sandbox/ctl reset plans=1000 objectives=0
\i sql/include/copy.psql
SELECT local.compare('successplans'), (SELECT count(*) FROM local.successplans);
\! sandbox/ctl requests -n
ANALYZE gs.successplans;
SELECT trim(line) AS planned FROM local.explain('SELECT gsid FROM gs.successplans') AS line WHERE line ~ 'Requests';
\! sandbox/ctl clear
\! sandbox/ctl reset plans=1001 objectives=0
\i sql/include/copy.psql
SELECT local.compare('successplans'), (SELECT count(*) FROM local.successplans);
\! sandbox/ctl requests -n
\! sandbox/ctl reset plans=2500 objectives=0
\i sql/include/copy.psql
SELECT local.compare('successplans'), (SELECT count(*) FROM local.successplans);
-- each later page begins with the last row of the page before
\! sandbox/ctl clear
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl requests -v | LC_ALL=C sort
-- small pages, and the smallest
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '100');
SELECT local.compare('successplans');
\! sandbox/ctl requests -n
\! sandbox/ctl reset plans=30 objectives=0
\i sql/include/copy.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '2');
SELECT local.compare('successplans');
\! sandbox/ctl requests -n
-- one connection, which means no reading ahead
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
SELECT local.compare('successplans');
\! sandbox/ctl requests -n
ALTER SERVER gainsight OPTIONS (DROP max_connections);
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size);

--
-- Tenants that page or count in their own ways
--
\! sandbox/ctl reset plans=2500 objectives=0
\i sql/include/copy.psql
-- never more than 300 rows a page
\! sandbox/ctl set page_cap=300
SELECT local.compare('successplans');
-- which the session then knows: nine pages, all asked for at once, and none of them in vain
\! sandbox/ctl clear
SELECT local.compare('successplans');
\! sandbox/ctl requests -n
-- (what is known of wide records does not tell how many narrow ones the tenant gives)
\! sandbox/ctl set page_cap=null
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl requests -n
-- a cap that no page can keep
\! sandbox/ctl set page_cap=2
SELECT count(*) FROM (SELECT gsid FROM gs.successplans LIMIT 9) AS nine;
-- no totalCount, or that of the page
\! sandbox/ctl defaults
\! sandbox/ctl set total_count=absent
SELECT local.compare('successplans');
\! sandbox/ctl set total_count=page
SELECT local.compare('successplans');
-- a cap, no totalCount, and no place for one
\! sandbox/ctl set total_count=absent page_cap=300
SELECT local.compare('successplans');
\! sandbox/ctl set bare_arrays=true
SELECT local.compare('successplans');
-- a service that gives 1000 rows at most, and counts them: no matter what was asked for
\! sandbox/ctl defaults
\! sandbox/ctl set total_count=page page_cap=1000
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '5000');
SELECT local.compare('successplans');
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size);
-- the walk ends at a page that holds nothing but the row of the overlap
\! sandbox/ctl defaults
\! sandbox/ctl reset plans=5 objectives=0
\! sandbox/ctl set total_count=absent
-- (until it has read them, the session knows of 2,500)
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl clear
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl requests -v
\! sandbox/ctl set total_count=page
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl requests -v
-- (another session, which knows of no cap)
\c -
SET client_min_messages = warning;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
-- a tenant that counts no further than this, where a full page ends: one page more shows that there is more
\! sandbox/ctl defaults
\! sandbox/ctl reset plans=100 objectives=0
\i sql/include/copy.psql
\! sandbox/ctl set total_count=-45
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '10');
SELECT local.compare('successplans');
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size);
-- one that says once that there is nothing: it is asked again, as there was something before
\! sandbox/ctl defaults
SELECT local.compare('successplans');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"status":200,"body":{"result":true,"data":{}}}}'
SELECT local.compare('successplans');
\! sandbox/ctl requests -n
-- a tenant that counts what it does not show: a second round shows no more, and that is said
\! sandbox/ctl defaults
\! sandbox/ctl reset plans=2500 objectives=0
\i sql/include/copy.psql
\! sandbox/ctl set total_count=3
SELECT local.compare('successplans');
\! test $(sandbox/ctl requests -n) -le 10 && echo few requests
-- one that shows more than it counts
\! sandbox/ctl set total_count=-3
SELECT local.compare('successplans');
\! sandbox/ctl set total_count=-600
SELECT local.compare('successplans');
-- one that ignores the offset
\! sandbox/ctl defaults
\! sandbox/ctl set ignore_offset=true
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
-- (which no one can see as long as a page holds all)
SELECT count(*) FROM gs.successplans WHERE status = 'Archived' AND name LIKE 'Adopt%';
\! sandbox/ctl set total_count=absent
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl defaults

--
-- Rows that move while they are read
--
-- in pages of 100: a plan of a page already read is deleted; what stays comes once
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '100');
CREATE TABLE local.before (gsid text);
CREATE TABLE local.read (gsid text);
-- reads all plans, after it has noted which there are
CREATE PROCEDURE local.read_all() LANGUAGE sql AS $$
	TRUNCATE local.before, local.read;
	INSERT INTO local.before SELECT gsid FROM local.successplans;
	INSERT INTO local.read SELECT gsid FROM gs.successplans;
$$;
-- plans that stood throughout and are missing; plans that come more than once; plans that never were
CREATE VIEW local.wrong AS
  SELECT (SELECT count(*) FROM (SELECT gsid FROM local.before INTERSECT SELECT gsid FROM local.successplans
		  EXCEPT SELECT gsid FROM local.read) AS m) AS missing,
		 (SELECT count(*) - count(DISTINCT gsid) FROM local.read) AS twice,
		 (SELECT count(*) FROM (SELECT gsid FROM local.read EXCEPT SELECT gsid FROM local.before
		  EXCEPT SELECT gsid FROM local.successplans) AS s) AS invented;
\! sandbox/ctl mutate '{"before_search":3,"delete_at":10}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
-- one is inserted there
\! sandbox/ctl mutate '{"before_search":3,"insert_at":10}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
-- one is deleted and one inserted, so that totalCount stays the same
\! sandbox/ctl mutate '{"before_search":3,"delete_at":10}' '{"before_search":3,"insert_at":1500}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
-- one moves from the end to the front, and one the other way
\! sandbox/ctl mutate '{"before_search":4,"move":[2400,5]}' '{"before_search":9,"move":[3,2300]}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
-- the very row of the overlap goes away
\! sandbox/ctl mutate '{"before_search":2,"delete_at":99}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
-- the last rows go away
\! sandbox/ctl mutate '{"before_search":20,"delete_at":2490}' '{"before_search":20,"delete_at":2480}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
-- the same where the tenant does not count
\! sandbox/ctl set total_count=absent
\! sandbox/ctl mutate '{"before_search":3,"delete_at":10}' '{"before_search":5,"insert_at":20}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
\! sandbox/ctl mutate '{"before_search":8,"delete_at":300}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
\! sandbox/ctl set total_count=page
\! sandbox/ctl mutate '{"before_search":6,"delete_at":10}' '{"before_search":9,"insert_at":20}'
CALL local.read_all();
\i sql/include/copy.psql
SELECT * FROM local.wrong;
\! sandbox/ctl defaults
-- a change at each page is no walk: after three rounds it is given up
\! sandbox/ctl mutate '{"before_search":2,"every":true,"delete_at":0}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl defaults
\! sandbox/ctl mutate '{"before_search":2,"every":true,"insert_at":0}'
SELECT * FROM local.error_of('SELECT gsid FROM gs.successplans');
\! sandbox/ctl defaults
\! sandbox/ctl set shuffle=true
SELECT split_part(e, ':', 1) AS sqlstate FROM local.error_of('SELECT gsid FROM gs.successplans') AS e LIMIT 1;
\! sandbox/ctl defaults
-- and the next statement reads all
\i sql/include/copy.psql
SELECT local.compare('successplans');
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size);

--
-- Records
--
-- what a tenant is made to answer goes to the one page that is asked for
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
-- what comes twice in a page comes once
\! sql/include/answer --records '{"Gsid":"1P02A","Name":"one"}' '{"Gsid":"1P02A","Name":"one"}' '{"Gsid":"1P02B","Name":"two"}'
SELECT name FROM gs.successplans;
-- one without a Gsid cannot be counted
\! sql/include/answer --records '{"Gsid":"1P02A"}' '{"Name":"none"}'
SELECT * FROM local.error_of('SELECT name FROM gs.successplans');
\! sql/include/answer --records '{"Gsid":null,"Name":"null"}'
SELECT * FROM local.error_of('SELECT name FROM gs.successplans');
\! sql/include/answer --records '{"Gsid":"","Name":"empty"}'
SELECT * FROM local.error_of('SELECT name FROM gs.successplans');
\! sql/include/answer --records '{"Gsid":["1P02A"],"Name":"a list"}'
SELECT * FROM local.error_of('SELECT name FROM gs.successplans');
\! sql/include/answer '{"result":true,"data":{"Name":"none"}}'
SELECT * FROM local.error_of($$SELECT name FROM gs.successplans WHERE gsid = '1P02A'$$);
-- but does not stop what comes to an end before it
\! sql/include/answer --records '{"Gsid":"1P02A","Name":"one"}' '{"Name":"none"}' '{"Gsid":"1P02B","Name":"two"}'
SELECT name FROM gs.successplans LIMIT 1;

\i sql/include/teardown.psql
