--
-- Two writers of one plan: what counts as somebody else's change, and what does not
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
\! sandbox/ctl insert '{"Gsid":"1P02A","Name":"A","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z"}'
\! sandbox/ctl insert '{"Gsid":"1P02B","Name":"B","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z"}'
\! sandbox/ctl set put=replace
\i sql/include/watch.psql

--
-- The statement's own writes
--
-- two parts of a statement write one plan: both changes are there
WITH u AS (UPDATE gs.successplans SET name = 'by the WITH' WHERE gsid = '1P02A' RETURNING gsid)
UPDATE gs.successplans AS p SET comments = 'by the main part' FROM u WHERE p.gsid = u.gsid RETURNING p.gsid, comments;
\i sql/include/changes.psql
WITH u AS (UPDATE gs.successplans SET name = 'by the WITH again' WHERE company_id = '1P01ACME' RETURNING gsid)
UPDATE gs.successplans AS p SET comments = 'by the main part again' FROM u WHERE p.gsid = u.gsid AND p.status = 'Active';
\i sql/include/changes.psql
-- neither needs the other's rows
WITH u AS (UPDATE gs.successplans SET owner_id = '1P0O1' WHERE company_id = '1P01ACME')
UPDATE gs.successplans SET comments = 'side by side' WHERE company_id = '1P01ACME';
\i sql/include/changes.psql
-- a trigger before the row writes it: its change stays, and so does the statement's
CREATE FUNCTION local.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		UPDATE gs.successplans SET status = 'Completed', end_date = '2027-01-01' WHERE gsid = NEW.gsid;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER meddle BEFORE UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.meddle();
\! sandbox/ctl clear
UPDATE gs.successplans SET comments = 'with a trigger' WHERE gsid = '1P02A' RETURNING status, end_date, comments;
\! sandbox/ctl requests
\i sql/include/changes.psql
UPDATE gs.successplans SET comments = 'with a trigger', name = name WHERE company_id = '1P01ACME';
\i sql/include/changes.psql
-- whatever the tenant says of the first write
\! sandbox/ctl set put_answer=gsid
UPDATE gs.successplans SET comments = 'only the Gsid' WHERE gsid = '1P02A';
\! sandbox/ctl set put_answer=none
UPDATE gs.successplans SET comments = 'nothing' WHERE gsid = '1P02B';
\! sandbox/ctl set put_answer=full
\i sql/include/changes.psql
-- somebody else's change after it is one nevertheless
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","skip":2,"fault":{"touch":["1P02A","Name=theirs"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'too late' WHERE gsid = '1P02A'$$);
\i sql/include/changes.psql
-- without the check the plan is read anew all the same: nothing that the statement wrote is reverted
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl touch 1P02A Status=Active EndDate=null
\! sandbox/ctl touch 1P02B Status=Active EndDate=null
\i sql/include/changes.psql
UPDATE gs.successplans SET comments = 'unchecked' WHERE company_id = '1P01ACME';
\i sql/include/changes.psql
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
DROP TRIGGER meddle ON gs.successplans;
-- a function in SET does as the trigger does
CREATE FUNCTION local.write_first(plan text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE gs.successplans SET start_date = '2027-02-02' WHERE gsid = plan;
	RETURN 'by a function';
END $$;
UPDATE gs.successplans SET comments = local.write_first(gsid) WHERE gsid = '1P02A';
\i sql/include/changes.psql
UPDATE gs.successplans SET comments = local.write_first(gsid) || ' again' WHERE company_id = '1P01ACME';
\i sql/include/changes.psql
-- a later statement of the transaction reads what the earlier one wrote
BEGIN;
UPDATE gs.successplans SET comments = 'first' WHERE company_id = '1P01ACME';
UPDATE gs.successplans SET comments = comments || ' and second' WHERE company_id = '1P01ACME';
COMMIT;
\i sql/include/changes.psql
-- a second match of a plan is skipped, in RETURNING and in the count, too
UPDATE gs.successplans AS p SET comments = 'matched' FROM generate_series(1, 3) AS n
WHERE p.gsid = '1P02A' RETURNING p.gsid;
\! sandbox/ctl clear

--
-- Somebody else's, where ModifiedDate does not tell
--
-- in whole seconds it is the same for two changes in one
\! sandbox/ctl touch 1P02A ModifiedDate=2026-01-02T03:04:05Z
\i sql/include/changes.psql
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","fault":{"touch":["1P02A","Status=Archived","ModifiedDate=2026-01-02T03:04:05Z"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'x' WHERE name LIKE 'by%' AND status <> 'Archived' AND gsid <> '1P02B' OR gsid = '1P02A'$$);
\i sql/include/changes.psql
-- nor of a custom field that the table declares: it is what this statement goes by
ALTER FOREIGN TABLE gs.successplans ADD COLUMN "Score__gc" numeric;
\! sandbox/ctl touch 1P02A Score__gc=1 ModifiedDate=2026-01-02T03:04:05Z
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","fault":{"touch":["1P02A","Score__gc=100","ModifiedDate=2026-01-02T03:04:05Z"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET "Score__gc" = "Score__gc" + 1 WHERE company_id = '1P01ACME' AND status = 'Archived'$$);
SELECT gsid, "Score__gc" FROM gs.successplans WHERE company_id = '1P01ACME' ORDER BY gsid;
ALTER FOREIGN TABLE gs.successplans DROP COLUMN "Score__gc";
-- a date that comes as a date-time the second time is no change
\! sandbox/ctl touch 1P02A StartDate=2027-02-02 ModifiedDate=2026-01-02T03:04:05Z
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","fault":{"replace_body":[["\"StartDate\":\"2027-02-02\"","\"StartDate\":\"2027-02-02T05:30:00Z\""]]}}'
UPDATE gs.successplans SET comments = 'a date-time' WHERE company_id = '1P01ACME' AND status = 'Archived';
\i sql/include/changes.psql

--
-- An answer about another plan
--
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","fault":{"replace_body":[["\"Gsid\":\"1P02A\"","\"Gsid\":\"1P02B\""]]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'x' WHERE company_id = '1P01ACME' AND status = 'Archived'$$);
-- an answer to the PUT: it may have been done
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"replace_body":[["\"Gsid\":\"1P02A\"","\"Gsid\":\"1P02B\""]]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'perhaps' WHERE gsid = '1P02A'$$);
\i sql/include/changes.psql

--
-- What a PUT is answered
--
-- a refusal inside a 200, whatever result says
\! sandbox/ctl fault '{"op":"PUT /successplans/*","times":3,"fault":{"status":200,"body":{"errorCode":"GS_APIG_2404","errorDesc":"slow down","requestId":"1","data":null}}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'refused' WHERE gsid = '1P02A'$$);
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'refused' WHERE company_id = '1P01ACME' AND status = 'Archived'$$);
SELECT e FROM local.error_of($$UPDATE gs.successplans AS p SET comments = 'refused' FROM gs.plan_types AS t WHERE p.gsid = '1P02A'$$) AS e WHERE e ~ '^\d';
\! sandbox/ctl fault '{"op":"PUT /successplans/*","fault":{"status":200,"body":{"result":true,"errorCode":"GSOBJ_1012","errorDesc":"no such status","requestId":"1","data":{}}}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'refused' WHERE gsid = '1P02A'$$);
\i sql/include/changes.psql
-- one for the rate is repeated, after another look
ALTER SERVER gainsight OPTIONS (SET max_retries '1');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"PUT /successplans/*","fault":{"status":200,"body":{"result":true,"errorCode":"GU_2400","data":null},"headers":{"Retry-After":"1"}}}'
UPDATE gs.successplans SET comments = 'at the second try' WHERE gsid = '1P02A';
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (SET max_retries '0');
-- nothing at all is enough: it is done, and read back where it is wanted
\! sandbox/ctl set put_answer=none
UPDATE gs.successplans SET comments = '204' WHERE gsid = '1P02A';
UPDATE gs.successplans SET comments = '204, returned' WHERE gsid = '1P02A' RETURNING comments;
\! sandbox/ctl set put_answer=full
\! sandbox/ctl requests
-- a create that is refused so has not been made
\! sandbox/ctl fault '{"op":"POST /successplans","fault":{"status":200,"body":{"result":true,"errorCode":"GSOBJ_1012","errorDesc":"no such status","requestId":"1","data":null}}}'
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('refused', '1P01', '1T01')$$);
\i sql/include/changes.psql

--
-- A statement that fails ends as one: what is on its way is awaited, and counted
--
\! sandbox/ctl set latency_ms=100
-- the read-back of one fails while others are on their way
\! sandbox/ctl set put_answer=gsid
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","skip":1,"fault":{"status":403,"body":""}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02B","fault":{"hang":"before","seconds":1}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET comments = 'awaited' WHERE company_id = '1P01ACME' RETURNING gsid, comments$$) AS e WHERE e ~ '^\d';
\! sandbox/ctl set put_answer=full latency_ms=0
\i sql/include/changes.psql
-- the budget ends inside a repetition
ALTER SERVER gainsight OPTIONS (SET max_retries '2', ADD max_requests '4');
\! sandbox/ctl fault '{"op":"GET /successplans/1P02A","times":2,"fault":{"status":503,"body":""}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02B","fault":{"hang":"before","seconds":1}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET comments = 'awaited, too' WHERE company_id = '1P01ACME'$$) AS e WHERE e ~ '^\d';
ALTER SERVER gainsight OPTIONS (SET max_retries '0', DROP max_requests);
\i sql/include/changes.psql
-- what comes back does not fit: all others are done by then
CREATE FOREIGN TABLE gs.narrow (gsid text, company_id text, comments varchar(12)) SERVER gainsight OPTIONS (resource 'successplans');
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02A","fault":{"replace_body":[["\"Comments\":\"fits\"","\"Comments\":\"does not fit any more\""]]}}'
\! sandbox/ctl fault '{"op":"PUT /successplans/1P02B","fault":{"hang":"before","seconds":1}}'
SELECT left(e, 6) AS e FROM local.error_of($$UPDATE gs.narrow SET comments = 'fits' WHERE company_id = '1P01ACME' RETURNING comments$$) AS e WHERE e ~ '^\w\w\d';
\i sql/include/changes.psql

--
-- The check and its PUT are one
--
-- they need two starts at once: a rate of one has no room for them, and nothing is sent
\! sandbox/ctl clear
ALTER SERVER gainsight OPTIONS (SET rate_limit '1');
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02A'$$);
SELECT e FROM local.error_of($$UPDATE gs.successplans AS p SET comments = 'x' FROM local.plans_now AS l WHERE p.gsid = l.gsid$$) AS e WHERE e ~ '^\d';
EXPLAIN (COSTS OFF) UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02A';
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (SET rate_limit '0');
--
-- A version that one reply gives finer than another
--
\! sandbox/ctl set date_style=document
\! sandbox/ctl insert '{"Gsid":"1P02FINE","Name":"Fine","CompanyId":"1P01","TypeId":"1T01","Status":"Active","Comments":"0","ModifiedDate":"2026-05-06T07:08:09.123Z"}'
SELECT modified_date FROM gs.successplans WHERE name = 'Fine';
-- in seconds, and in days: nobody has changed it
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"replace_body":[["07:08:09.123","07:08:09"]]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = '1' WHERE name = 'Fine'$$);
\! sandbox/ctl insert '{"Gsid":"1P02DAY","Name":"Day","CompanyId":"1P01","TypeId":"1T01","Status":"Active","Comments":"0","ModifiedDate":"2026-05-06T07:08:09.123Z"}'
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"replace_body":[["T07:08:09.123Z",""]]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = '1' WHERE name = 'Day'$$);
-- where somebody has, the fields tell; and the second does, where it is another
\! sandbox/ctl insert '{"Gsid":"1P02NOON","Name":"Noon","CompanyId":"1P01","TypeId":"1T01","Status":"Active","Comments":"0","ModifiedDate":"2026-05-06T07:08:09.123Z"}'
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"replace_body":[["07:08:09.123","07:08:09"],["Active","Draft"]]}}'
SELECT left(e, 80) AS error FROM local.error_of($$UPDATE gs.successplans SET comments = '1' WHERE name = 'Noon'$$) AS e LIMIT 1;
\! sandbox/ctl fault '{"op":"POST /successplans/search","fault":{"replace_body":[["07:08:09.123","07:08:08"]]}}'
SELECT left(e, 80) AS error FROM local.error_of($$UPDATE gs.successplans SET comments = '1' WHERE name = 'Noon'$$) AS e LIMIT 1;
SELECT name, comments FROM gs.successplans WHERE name IN ('Fine', 'Day', 'Noon');

\i sql/include/teardown.psql
