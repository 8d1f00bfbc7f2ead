--
-- What a session writes while an UPDATE of its own has read it, and what somebody else does
--
-- A row is updated only if its plan is as the row is, or as this session's own writes have left
-- it since, with nobody else's among them.
--
\i sql/include/setup.psql
\! sandbox/ctl reset plans=0
\! for p in A B C D E F; do sandbox/ctl insert '{"Gsid":"1P02'$p'","Name":"'$p'","CompanyId":"1P01ACME","TypeId":"1T01","Status":"Active","Comments":"as it was","ModifiedDate":"2026-01-02T03:04:05.678Z"}'; done
\! sandbox/ctl set put=replace
\i sql/include/watch.psql

--
-- A trigger that writes the row's plan
--
CREATE FUNCTION local.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		UPDATE gs.successplans SET status = 'Completed' WHERE gsid = NEW.gsid;
		UPDATE gs.successplans SET end_date = '2027-01-01' WHERE gsid = NEW.gsid;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER meddle BEFORE UPDATE ON gs.successplans FOR EACH ROW EXECUTE FUNCTION local.meddle();
-- nobody else does: all changes are there
UPDATE gs.successplans SET comments = comments || ', and mine' WHERE gsid = '1P02A';
\i sql/include/changes.psql
-- somebody else's change, after the row was read and before the trigger wrote, is not lost
\! sandbox/ctl clear
\! sandbox/ctl fault '{"op":"GET /successplans/1P02B","skip":1,"fault":{"touch":["1P02B","Comments=theirs"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = comments || ', and mine' WHERE gsid = '1P02B'$$);
\! sandbox/ctl requests
\i sql/include/changes.psql
-- nor is one between its two writes
\! sandbox/ctl fault '{"op":"GET /successplans/1P02C","skip":2,"fault":{"touch":["1P02C","Comments=theirs"]}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = comments || ', and mine' WHERE gsid = '1P02C'$$);
\i sql/include/changes.psql
-- the same where the tenant's versions are too coarse to tell, and where a PUT is answered by nothing
\! sandbox/ctl touch 1P02D ModifiedDate=2026-01-02T03:04:05Z
\! sandbox/ctl fault '{"op":"GET /successplans/1P02D","skip":1,"fault":{"touch":["1P02D","Comments=theirs","ModifiedDate=2026-01-02T03:04:05Z"]}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET comments = comments || ', and mine' WHERE gsid = '1P02D'$$) AS e LIMIT 1;
\! sandbox/ctl set put_answer=none
\! sandbox/ctl fault '{"op":"GET /successplans/1P02E","skip":2,"fault":{"touch":["1P02E","Comments=theirs"]}}'
SELECT e FROM local.error_of($$UPDATE gs.successplans SET comments = comments || ', and mine' WHERE gsid = '1P02E'$$) AS e LIMIT 1;
UPDATE gs.successplans SET comments = comments || ', and mine' WHERE gsid = '1P02F';
\! sandbox/ctl set put_answer=full
\i sql/include/changes.psql
-- without the check it is the later change that stays, as ever
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD conflict_check 'false');
\! sandbox/ctl fault '{"op":"GET /successplans/1P02F","skip":1,"fault":{"touch":["1P02F","Comments=theirs"]}}'
UPDATE gs.successplans SET comments = 'unchecked' WHERE gsid = '1P02F';
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP conflict_check);
DROP TRIGGER meddle ON gs.successplans;
\i sql/include/changes.psql

--
-- A function that writes a plan that is to be read yet
--
-- All rows are read before the first is looked at: what is written meanwhile is written later.
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '2');
CREATE FUNCTION local.write_last(plan text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF plan = '1P02A' THEN
		UPDATE gs.successplans SET start_date = '2027-02-02' WHERE gsid = '1P02F';
	END IF;
	RETURN 'by ' || plan;
END $$;
\! sandbox/ctl clear
SELECT local.explain($$UPDATE gs.successplans SET comments = local.write_last(gsid) WHERE company_id = '1P01ACME'$$) AS plan;
-- somebody changes that plan as the last page is read, one after the other: that change is what the row has, and no conflict
ALTER SERVER gainsight OPTIONS (ADD max_connections '1');
\! sandbox/ctl fault '{"op":"POST /successplans/search","skip":3,"fault":{"touch":["1P02F","Name=theirs"]}}'
UPDATE gs.successplans SET comments = local.write_last(gsid) WHERE company_id = '1P01ACME';
\! sandbox/ctl requests
\i sql/include/changes.psql
\i sql/include/teardown.psql
