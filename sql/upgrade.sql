--
-- UPGRADE: a database that has release 1.0, and the library of this one
--
\i sql/include/setup.psql

-- each object of the extension, and all that its scripts say of it
CREATE VIEW local.members AS
SELECT pg_describe_object(classid, objid, objsubid) AS object,
       CASE classid WHEN 'pg_proc'::regclass THEN pg_get_functiondef(objid)
                    WHEN 'pg_class'::regclass
                    THEN (SELECT string_agg(attname || ' ' || atttypid::regtype, ', ' ORDER BY attnum)
                          FROM pg_attribute WHERE attrelid = objid AND attnum > 0)
                    WHEN 'pg_foreign_data_wrapper'::regclass
                    THEN (SELECT concat_ws(' ', fdwhandler::regproc, fdwvalidator::regproc, fdwoptions)
                          FROM pg_foreign_data_wrapper WHERE oid = objid) END AS definition,
       obj_description(objid, classid::regclass::name) AS comment,
       coalesce((SELECT proacl FROM pg_proc WHERE oid = objid), (SELECT relacl FROM pg_class WHERE oid = objid))::text AS acl
FROM pg_depend
WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'gainsight_fdw')
  AND classid <> 'pg_type'::regclass;
CREATE TABLE local.fresh AS TABLE local.members;

-- what is new is what the control file says, and the library says the same
SELECT extversion = default_version AS newest, gainsight_fdw_version() LIKE 'gainsight_fdw ' || extversion || ', %' AS library
FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extname = 'gainsight_fdw';

-- 1.0 as it was released: no object of it may change but by a script that leads from it
SET client_min_messages = warning;
DROP EXTENSION gainsight_fdw CASCADE;
RESET client_min_messages;
CREATE EXTENSION gainsight_fdw VERSION '1.0';
SELECT object, left(md5(concat_ws(E'\n', definition, comment, acl IS NOT NULL)), 8) AS digest FROM local.members ORDER BY object COLLATE "C";

-- until ALTER EXTENSION it works with this library, too
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url :'url', rate_limit '0', dialect :'dialect');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key :'key');
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;
SELECT gainsight_fdw_stats_reset();
SELECT count(*) FROM gs.successplans;
SELECT count(*) > 100 AS tests FROM gainsight_fdw_pushdown('gs.successplans');
SELECT count(*) AS servers, min(requests) > 0 AS asked FROM gainsight_fdw_stats WHERE server_name = 'gainsight';

-- the update: what there is then is what CREATE EXTENSION makes
ALTER EXTENSION gainsight_fdw UPDATE;
SELECT extversion = default_version AS newest
FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extname = 'gainsight_fdw';
(TABLE local.fresh EXCEPT TABLE local.members) UNION ALL (TABLE local.members EXCEPT TABLE local.fresh);
SELECT count(*) > 14 AS objects FROM local.members;

-- servers, user mappings, foreign tables and counters are as they were
SELECT count(*) FROM gs.successplans;
SELECT count(*) AS servers, min(requests) > 0 AS asked FROM gainsight_fdw_stats WHERE server_name = 'gainsight';

-- there is a way from every version that a script is of
SELECT source, path FROM pg_extension_update_paths('gainsight_fdw')
WHERE target = (SELECT default_version FROM pg_available_extensions WHERE name = 'gainsight_fdw') ORDER BY source;
\i sql/include/teardown.psql
