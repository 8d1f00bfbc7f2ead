--
-- nxt_write_at: writes that wait for the commit, in the dialect nxt
--
-- They go by the batch, as those of a statement do: new plans of one table together, whichever statements they are
-- of; and of updated plans the first alone.

\i sql/include/setup.psql
\i sql/include/nxt_tables.psql
\! sandbox/ctl reset plans=130 objectives=2 types=6 seed=1
\i sql/include/watch.psql
SELECT id AS type FROM gs.plan_types WHERE name = 'Onboarding' \gset
SELECT id AS other_type FROM gs.plan_types WHERE name = 'Renewal' \gset
SELECT company_id AS company, owner_id AS owner FROM gs.successplans WHERE owner_id IS NOT NULL ORDER BY gsid LIMIT 1 \gset
ALTER SERVER live OPTIONS (ADD write_at 'commit');
SELECT * FROM local.error_of(format($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('no owner', %L, %L)$$, :'company', :'type'));
SELECT * FROM local.error_of(format($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('no type', %L, '1T0NONE', %L)$$, :'company', :'owner'));
SELECT * FROM local.error_of(format($$UPDATE gs.successplans SET type_id = %L RETURNING type_name$$, :'other_type'));
\! sandbox/ctl clear

--
-- INSERT
--
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id, owner_id, comments) SELECT 'new ' || g, :'company', :'type', :'owner', '<p>new</p>' FROM generate_series(1, 60) AS g;
INSERT INTO gs.successplans (name, company_id, type_id, owner_id, comments) SELECT 'new ' || g, :'company', :'type', :'owner', '<p>new</p>' FROM generate_series(61, 120) AS g;
-- the names of types were asked for
\! sandbox/ctl requests
COMMIT;
-- and are not asked for again
\! sandbox/ctl requests
SELECT count(*), count(DISTINCT name), min(type_name) FROM gs.successplans WHERE name LIKE 'new %';
-- what is refused fails the commit, and those beside it are done
CREATE PROCEDURE local.commit(VARIADIC statements text[]) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. array_length(statements, 1) LOOP
		EXECUTE statements[i];
	END LOOP;
	COMMIT;
END $$;
\set VERBOSITY terse
CALL local.commit(format($$INSERT INTO gs.successplans (name, company_id, type_id, owner_id) VALUES ('beside', %L, %L, %L), ('refused', '1P01NONE', %2$L, %3$L)$$, :'company', :'type', :'owner'));
\set VERBOSITY default
SELECT name FROM gs.successplans WHERE name IN ('beside', 'refused');

--
-- UPDATE
--
\! sandbox/ctl clear
BEGIN;
UPDATE gs.successplans SET end_date = '2031-01-31' WHERE name LIKE 'new %';
UPDATE gs.successplans SET start_date = '2030-01-31', type_id = :'other_type' WHERE name LIKE 'new 1%';
\! sandbox/ctl requests
COMMIT;
-- described, the first alone, then by the batch: those that two statements have updated once
\! sandbox/ctl requests
SELECT start_date, end_date, type_name, count(*) FROM gs.successplans WHERE name LIKE 'new %' GROUP BY 1, 2, 3 ORDER BY 4;
-- what waits is not read
BEGIN;
UPDATE gs.successplans SET status = 'Draft' WHERE name = 'new 1';
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = status WHERE name = 'new 1'$$) AS e WHERE e !~ 'DETAIL';
COMMIT;
-- somebody else's change in between
BEGIN;
UPDATE gs.successplans SET status = 'Active' WHERE name = 'new 1';
SELECT gsid FROM gs.successplans WHERE name = 'new 1' \gset
\setenv GSID :gsid
\! sandbox/ctl touch "$GSID" Comments=theirs
\set VERBOSITY sqlstate
COMMIT;
\set VERBOSITY default
SELECT status, comments FROM gs.successplans WHERE name = 'new 1';
-- the checks and what is read back are counted before anything is sent
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD max_requests '14');
BEGIN;
UPDATE gs.successplans SET status = 'Active' WHERE name LIKE 'new %';
\! sandbox/ctl clear
COMMIT;
\! sandbox/ctl requests
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET max_requests '15');
BEGIN;
UPDATE gs.successplans SET status = 'Active' WHERE name LIKE 'new %';
COMMIT;
\! sandbox/ctl requests

\i sql/include/teardown.psql
