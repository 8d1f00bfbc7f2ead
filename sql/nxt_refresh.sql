-- nxt_refresh: local copies of a tenant's tables in the dialect nxt
--
-- Plans and objectives have a ModifiedDate that a search can name, so what was changed since is a search each;
-- plan types have none, and are read whole.

\i sql/include/setup.psql
\i sql/include/copy.psql
\set SHOW_CONTEXT never
\i sql/include/nxt_tables.psql
\! sandbox/ctl set serves=nxt
CREATE FUNCTION local.copies() RETURNS TABLE (copied text, compared text) LANGUAGE sql AS $$
SELECT name, local.compare_queries(format('SELECT * FROM kept.%I', name), format('SELECT * FROM gs.%I', name))
FROM unnest(ARRAY['successplans', 'objectives', 'plan_types']) AS name $$;

--
-- The first time
--
CREATE SCHEMA kept;
CALL gainsight_fdw_refresh('gs.successplans', 'kept.successplans');
CALL gainsight_fdw_refresh('gs.objectives', 'kept.objectives');
CALL gainsight_fdw_refresh('gs.plan_types', 'kept.plan_types');
SELECT * FROM local.copies();
SELECT count(*) > 0 AS some FROM kept.successplans;

--
-- The next time
--
SELECT gsid AS plan FROM kept.successplans WHERE gsid ~ '^\w{30}' ORDER BY 1 LIMIT 1 \gset
SELECT gsid AS other FROM kept.successplans WHERE gsid ~ '^\w{30}' ORDER BY 1 OFFSET 1 LIMIT 1 \gset
\setenv PLAN :plan
\setenv OTHER :other
\! sandbox/ctl touch $PLAN Name='changed by a colleague'
\! sandbox/ctl insert '{"Gsid":"1P02NEW","Name":"new"}'
CALL gainsight_fdw_refresh('gs.successplans', 'kept.successplans');
SELECT * FROM local.copies() WHERE copied = 'successplans';
-- what went is found by looking at everything; its objectives went with it
\! sandbox/ctl delete $OTHER
CALL gainsight_fdw_refresh('gs.successplans', 'kept.successplans', full => true);
CALL gainsight_fdw_refresh('gs.objectives', 'kept.objectives', full => true);
CALL gainsight_fdw_refresh('gs.plan_types', 'kept.plan_types', full => true);
SELECT * FROM local.copies();

--
-- By the tenant's habits
--
\! sandbox/ctl set lookups=mixed drop_nulls=true blank_nulls=true epoch_dates=true keep_nulls=true ignore_order=true page_cap=100
SELECT gsid AS plan FROM kept.successplans WHERE gsid ~ '^\w{30}' ORDER BY 1 OFFSET 2 LIMIT 1 \gset
\setenv PLAN :plan
\! sandbox/ctl touch $PLAN Name='changed once more'
CALL gainsight_fdw_refresh('gs.successplans', 'kept.successplans');
CALL gainsight_fdw_refresh('gs.objectives', 'kept.objectives');
SELECT * FROM local.copies();

DROP SCHEMA kept CASCADE;
\i sql/include/teardown.psql
