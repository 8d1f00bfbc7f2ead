--
-- REFRESH, FULL: what is gone from the tenant is removed, and nothing else
--
\i sql/include/setup.psql
\i sql/include/copy.psql
\set SHOW_CONTEXT never

--
-- A tenant whose plans have no ModifiedDate at all: no window has them
--
\! sandbox/ctl reset plans=0 objectives=0
\! for i in $(seq 10 34); do sandbox/ctl insert '{"Gsid":"1P02UNDATED'$i'","Name":"undated","ModifiedDate":null}'; done >/dev/null
-- ten pages of two are less than there is, so it is halved
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '2');
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- the second time, too, the plans are met
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- and those that are gone are removed, be they dated or not
\! sandbox/ctl delete 1P02UNDATED10
\! sandbox/ctl delete 1P02UNDATED34
INSERT INTO local.copy (gsid, modified_date) VALUES ('1P02DATED', '2025-01-01');
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- one that has got a date since is not gone
\! sandbox/ctl touch 1P02UNDATED11 Name=dated
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- where every plan has one, those of the copy that have none are asked for
\! sandbox/ctl reset plans=30 objectives=0
INSERT INTO local.copy (gsid, name) VALUES ('1P02NOWHERE', 'undated');
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql

--
-- More plans gone than one statement has requests for
--
\! sandbox/ctl reset plans=300 objectives=0
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '100', ADD max_requests '6');
INSERT INTO local.copy (gsid, modified_date) SELECT 'gone' || g, '2021-01-01' FROM generate_series(1, 1000) AS g;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- a part that fails leaves the others removed, and the next call has less to do
INSERT INTO local.copy (gsid, modified_date) SELECT 'gone' || g, '2021-01-01' FROM generate_series(1, 1000) AS g;
CREATE FUNCTION local.only_so_many() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT count(*) FROM local.copy) < 900 THEN
		RAISE EXCEPTION 'so many' USING ERRCODE = 'serialization_failure';
	END IF;
	RETURN OLD;
END $$;
CREATE TRIGGER only_so_many BEFORE DELETE ON local.copy FOR EACH ROW EXECUTE FUNCTION local.only_so_many();
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
SELECT count(*) BETWEEN 900 AND 1299 AS fewer FROM local.copy;
DROP TRIGGER only_so_many ON local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
\i sql/include/truth.psql
-- objectives cannot be searched for: all that may be gone are asked for at once
\! sandbox/ctl reset plans=20 objectives=2
ALTER FOREIGN TABLE gs.objectives OPTIONS (ADD max_requests '30');
\i sql/include/copy.psql
CREATE TABLE local.their_objectives (LIKE gs.objectives, PRIMARY KEY (gsid));
INSERT INTO local.their_objectives (gsid) SELECT 'gone' || g FROM generate_series(1, 300) AS g;
CALL gainsight_fdw_refresh('gs.objectives', 'local.their_objectives', full => true);
SELECT local.compare_queries('TABLE local.their_objectives', 'TABLE local.objectives');
\! sandbox/ctl requests -n

--
-- Errors of the target are the target's, whatever their SQLSTATE
--
ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size, DROP max_requests);
\! sandbox/ctl reset plans=30 objectives=0
TRUNCATE local.copy;
CREATE FUNCTION local.fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'could not serialize access due to concurrent update' USING ERRCODE = 'serialization_failure';
END $$;
CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON local.copy FOR EACH ROW EXECUTE FUNCTION local.fail();
\! sandbox/ctl clear
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
-- no row has moved: it is not walked again
\! sandbox/ctl requests
DROP TRIGGER fail ON local.copy;

--
-- A target that other tables inherit from: their rows are not its own
--
CREATE TABLE local.archive (note text) INHERITS (local.copy);
INSERT INTO local.archive (gsid, modified_date, note) VALUES ('kept', '2025-01-01', 'by hand'), ('newest', '2026-11-01', 'by hand');
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy', full => true);
SELECT local.compare_queries('SELECT * FROM ONLY local.copy', 'SELECT * FROM gs.successplans');
SELECT gsid FROM local.archive ORDER BY 1;
-- nor do they say how far the copy goes
TRUNCATE ONLY local.copy;
CALL gainsight_fdw_refresh('gs.successplans', 'local.copy');
SELECT local.compare_queries('SELECT * FROM ONLY local.copy', 'SELECT * FROM gs.successplans');
-- partitions are
CREATE TABLE local.parted (LIKE gs.successplans, PRIMARY KEY (gsid)) PARTITION BY HASH (gsid);
CREATE TABLE local.parted_0 PARTITION OF local.parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE local.parted_1 PARTITION OF local.parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO local.parted (gsid) VALUES ('gone');
CALL gainsight_fdw_refresh('gs.successplans', 'local.parted', full => true);
SELECT local.compare_queries('TABLE local.parted', 'SELECT * FROM gs.successplans');

\i sql/include/teardown.psql
