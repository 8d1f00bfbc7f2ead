--
-- nxt_conflicts: updates in the dialect nxt that are refused, lost, or meet somebody else's
--

\i sql/include/setup.psql
\i sql/include/nxt_tables.psql
\! sandbox/ctl reset plans=20 objectives=2 types=6 seed=1
\! for i in A B C D; do sandbox/ctl insert '{"Gsid":"1P02'$i'","Name":"Full '$i'","CompanyId":"'$(sandbox/ctl dump company Gsid | sort | head -1)'","TypeId":"'$(sandbox/ctl dump plan_types | sort | head -1 | cut -f1)'","Status":"Active","OwnerId":"'$(sandbox/ctl dump gsuser Gsid | sort | head -1)'","StartDate":"2027-01-01","EndDate":"2027-12-31","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z","Health__gc":12.50}'; done
\i sql/include/watch.psql
-- An update of all four: how many it was, or what it fails with.
CREATE FUNCTION local.update_ours(fields text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	many int;
BEGIN
	EXECUTE format('WITH u AS (UPDATE gs.successplans SET %s WHERE gsid IN (''1P02A'', ''1P02B'', ''1P02C'', ''1P02D'') RETURNING 1) SELECT count(*) FROM u', fields) INTO many;
	RETURN NEXT many || ' updated';
END $$;
CREATE FUNCTION local.ours(fields text) RETURNS SETOF text
RETURN local.error_of(format($$UPDATE gs.successplans SET %s WHERE gsid IN ('1P02A', '1P02B', '1P02C', '1P02D')$$, fields));
SELECT * FROM local.ours($$comments = 'begun'$$);
\i sql/include/changes.psql
\! sandbox/ctl clear

--
-- Somebody else's change
--
-- searches: the statement's, the first's check and its read-back, then the check of the other three
\! sandbox/ctl fault '{"op":"POST /data/objects/query/cta_group","skip":1,"fault":{"touch":["1P02A","Comments=theirs"]}}'
SELECT * FROM local.ours($$comments = 'ours'$$);
\! sandbox/ctl requests
\! sandbox/ctl fault '{"op":"POST /data/objects/query/cta_group","skip":3,"fault":{"touch":["1P02C","Comments=theirs"]}}'
SELECT * FROM local.ours($$comments = 'ours'$$);
-- nothing was sent of its group
\! sandbox/ctl requests
\i sql/include/changes.psql
-- ModifiedDate in whole seconds does not tell, so the fields are compared
\! sandbox/ctl set modified_seconds=true
\! sandbox/ctl fault '{"op":"POST /data/objects/query/cta_group","skip":3,"fault":{"touch":["1P02C","Status=Completed"]}}'
SELECT * FROM local.ours($$comments = 'in one second'$$);
\! sandbox/ctl set modified_seconds=false
TRUNCATE local.plans_now;
\copy local.plans_now FROM PROGRAM 'sandbox/ctl dump successplans --custom'
SELECT * FROM local.changes() WHERE field <> 'modified_date';
TRUNCATE local.plans_before;
INSERT INTO local.plans_before TABLE local.plans_now;
-- without the check nobody looks
ALTER SERVER live OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"touch":["1P02C","Name=theirs"]}}'
SELECT * FROM local.ours($$comments = 'unchecked'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
ALTER SERVER live OPTIONS (DROP conflict_check);
-- a plan that has gone is no row, and the others go on
\! sandbox/ctl mutate '{"before_search":4,"delete":"1P02D"}'
SELECT * FROM local.update_ours($$comments = 'three'$$);
\i sql/include/changes.psql
-- nor is the first
\! sandbox/ctl mutate '{"before_search":2,"delete":"1P02A"}'
SELECT * FROM local.update_ours($$comments = 'two'$$);
\i sql/include/changes.psql
\! for i in A D; do sandbox/ctl insert '{"Gsid":"1P02'$i'","Name":"Full '$i'","CompanyId":"'$(sandbox/ctl dump company Gsid | sort | head -1)'","TypeId":"'$(sandbox/ctl dump plan_types | sort | head -1 | cut -f1)'","Status":"Active","OwnerId":"'$(sandbox/ctl dump gsuser Gsid | sort | head -1)'","StartDate":"2027-01-01","EndDate":"2027-12-31","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z","Health__gc":12.50}'; done
\i sql/include/changes.psql

--
-- One's own
--
-- two parts of a statement write one plan: both changes are there
WITH u AS (UPDATE gs.successplans SET end_date = '2028-01-01' WHERE gsid IN ('1P02A', '1P02B') RETURNING gsid)
UPDATE gs.successplans AS p SET comments = 'by the main part' FROM u WHERE p.gsid = u.gsid RETURNING p.gsid, comments, end_date;
\i sql/include/changes.psql
-- so it is with a trigger that writes the row before it is written
CREATE FUNCTION local.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		UPDATE gs.successplans SET start_date = '2026-12-31' WHERE gsid = NEW.gsid;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER meddle BEFORE UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.meddle();
ALTER SERVER live OPTIONS (ADD time_zone 'Pacific/Kiritimati');
\! sandbox/ctl set due_zone=Pacific/Kiritimati
UPDATE gs.successplans SET comments = 'with a trigger' WHERE gsid IN ('1P02A', '1P02B') RETURNING gsid, start_date, comments;
\! sandbox/ctl set due_zone=UTC
ALTER SERVER live OPTIONS (DROP time_zone);
\i sql/include/changes.psql
DROP TRIGGER meddle ON gs.successplans;
-- what a cursor will read of plans it has read before they are written, by whatever table of theirs
CREATE FOREIGN TABLE gs.groups (gsid text OPTIONS (field 'Gsid'), plan text OPTIONS (field 'ActionPlan')) SERVER live OPTIONS (object 'cta_group');
BEGIN;
DECLARE c CURSOR FOR SELECT w.n, (SELECT plan FROM gs.groups WHERE gsid = w.n) FROM (VALUES ('1P02A'), ('1P02B'), ('1P02C')) AS w(n);
FETCH c;
UPDATE gs.successplans SET comments = 'behind a cursor' WHERE gsid IN ('1P02A', '1P02B', '1P02C');
FETCH ALL FROM c;
COMMIT;
\i sql/include/changes.psql

--
-- Refused
--
-- one of a group: the others are done, and said so
SELECT * FROM local.ours($$status = CASE WHEN gsid = '1P02C' THEN 'no such' ELSE 'Draft' END$$);
\i sql/include/changes.psql
-- the first: nothing else is sent
\! sandbox/ctl clear
SELECT * FROM local.ours($$status = CASE WHEN gsid = '1P02A' THEN 'no such' ELSE 'Active' END$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- a field that this tenant does not let go
\! sandbox/ctl set 'mandatory_fields=["Health__gc"]'
CREATE FOREIGN TABLE gs.custom (id text OPTIONS (field 'Gsid'), health numeric OPTIONS (field 'Health__gc')) SERVER live OPTIONS (resource 'successplans');
SELECT * FROM local.error_of($$UPDATE gs.custom SET health = NULL WHERE id = '1P02A'$$);
\! sandbox/ctl set 'mandatory_fields=[]'
-- the group as a whole
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"status":400,"body":{"result":false,"errorCode":"GSOBJ_1002","errorDesc":"not these"}}}'
SELECT * FROM local.ours($$comments = 'refused'$$);
\i sql/include/changes.psql
-- for the rate: they are checked again before they are sent again
ALTER SERVER live OPTIONS (SET max_retries '2');
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"status":429,"headers":{"Retry-After":"1"},"body":{"result":false,"errorCode":"GU_2400"}}}'
SELECT * FROM local.update_ours($$comments = 'refused once'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- and may have been changed by then
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"status":429,"headers":{"Retry-After":"1"},"body":{"result":false,"errorCode":"GU_2400"}}}'
\! sandbox/ctl fault '{"op":"POST /data/objects/query/cta_group","skip":4,"fault":{"touch":["1P02D","Comments=theirs"]}}'
SELECT * FROM local.ours($$comments = 'refused and changed'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql

--
-- Not answered
--
-- done, as the next search shows: they are not sent again
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"apply_then":"close"}}'
SELECT * FROM local.update_ours($$comments = 'done and lost'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- so it is with the first, which is read back nevertheless
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","fault":{"apply_then":502}}'
SELECT * FROM local.update_ours($$comments = 'the first was lost', end_date = '2028-02-02'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- what follows from what was sent is nobody else's change
CREATE SCHEMA found;
IMPORT FOREIGN SCHEMA gainsight LIMIT TO (successplans) FROM SERVER live INTO found OPTIONS (discover 'true');
UPDATE found.successplans SET status = 'Draft' WHERE gsid = '1P02A' RETURNING status_id IS NULL AS has_none;
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","fault":{"apply_then":"close"}}'
SELECT * FROM local.error_of($$UPDATE found.successplans SET status = 'Active' WHERE gsid = '1P02A'$$);
SET client_min_messages = warning;
DROP SCHEMA found CASCADE;
RESET client_min_messages;
\! sandbox/ctl clear
-- not done: they are
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"close":"before"}}'
SELECT * FROM local.update_ours($$comments = 'not done at first'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- changed since by somebody else: nobody can tell whose it is
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"apply_then":"close"}}'
\! sandbox/ctl fault '{"op":"POST /data/objects/query/cta_group","skip":4,"fault":{"touch":["1P02D","Name=theirs"]}}'
SELECT * FROM local.ours($$comments = 'done, lost and changed'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- of one nothing is said
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"forget":["2"]}}'
SELECT * FROM local.ours($$comments = 'forgotten'$$);
\i sql/include/changes.psql
-- an answer about another plan
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","fault":{"status":200,"body":{"result":true,"data":{"success":[{"1":"1P02D"}],"failure":[]}}}}'
SELECT * FROM local.ours($$comments = 'another'$$);
-- behind the first: one that says no more than that they were done, and one that says nothing
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"status":200,"body":{"result":true,"data":{"success":[{"1":true},{"2":true},{"3":true}],"failure":[]}}}}'
SELECT * FROM local.update_ours($$comments = 'said to be done'$$);
\! sandbox/ctl fault '{"op":"PUT /v2/successPlan/","skip":1,"fault":{"status":204,"body":""}}'
SELECT * FROM local.update_ours($$comments = 'said to be done'$$);
\i sql/include/changes.psql

\i sql/include/teardown.psql
