-- oauth: a client that gets tokens, in place of an access key
--
-- A session has one token a user mapping, in both dialects.  It is asked for when a request first
-- needs it, and again when it was refused, is about to end, or a mapping or server was altered.

\i sql/include/setup.psql
\i sql/include/copy.psql
DROP USER MAPPING FOR CURRENT_USER SERVER gainsight;
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight
  OPTIONS (client_id 'sandbox-client', client_secret 'sandbox-secret');
CREATE SERVER m2m FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url :'url', dialect 'nxt', rate_limit '0', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER m2m
  OPTIONS (client_id 'sandbox-client', client_secret 'sandbox-secret');
CREATE SCHEMA nxt;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER m2m INTO nxt;
SET max_parallel_workers_per_gather = 0;

--
-- Options
--
CREATE ROLE regress_gs_oauth;
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_secret 'secret-1');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret 'secret-2', access_key 'secret-3');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret 'secret-4', access_key_file '/secret-5');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret 'secret-6', client_secret_file '/secret-7');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret_file 'secret-8');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id '', client_secret 'secret-9');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret '');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id E'me\nHost: evil', client_secret 'secret-10');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret E'secret-11\x7f');
-- the secret begins behind the first colon, so there is none in the id
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me:you', client_secret 'secret-12');
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret 'sec:ret');
-- from one to the other by one statement
ALTER USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (DROP client_secret);
ALTER USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (DROP client_id, DROP client_secret, ADD access_key 'secret-13');
ALTER SERVER m2m OPTIONS (ADD client_id 'me');
-- a file takes a superuser
GRANT USAGE ON FOREIGN SERVER m2m TO regress_gs_oauth;
DROP USER MAPPING FOR regress_gs_oauth SERVER m2m;
SET ROLE regress_gs_oauth;
CREATE USER MAPPING FOR regress_gs_oauth SERVER m2m OPTIONS (client_id 'me', client_secret_file '/etc/passwd');
RESET ROLE;
DROP OWNED BY regress_gs_oauth;
DROP ROLE regress_gs_oauth;

--
-- Requests
--

-- one for the token, before the first; no key is let in here
\! sandbox/ctl set allow_list=true
\! sandbox/ctl clear
SELECT count(name) FROM gs.successplans;
\! sandbox/ctl requests
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
-- EXPLAIN asks for nothing
EXPLAIN (COSTS OFF) SELECT name FROM nxt.successplans;
\! sandbox/ctl requests
-- another mapping has another one, which EXPLAIN ANALYZE counts
SELECT * FROM local.explain_analyze('SELECT name FROM nxt.plan_types');
\! sandbox/ctl requests -v
SELECT * FROM local.explain_analyze('SELECT name FROM nxt.plan_types');
\! sandbox/ctl requests
-- a rescan, a cursor, a prepared statement, a join, writes: no more tokens
PREPARE p AS SELECT count(name) FROM gs.successplans WHERE gsid = $1;
SELECT gsid AS one FROM local.successplans ORDER BY gsid LIMIT 1 \gset
EXECUTE p(:'one');
EXECUTE p(:'one');
BEGIN;
DECLARE c CURSOR FOR SELECT p.name, o.name FROM gs.successplans AS p JOIN gs.objectives AS o ON o.success_plan_id = p.gsid WHERE p.gsid = :'one';
FETCH ALL FROM c \g (format=unaligned tuples_only) | wc -l
COMMIT;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('a', 'c', 't'), ('b', 'c', 't');
UPDATE gs.successplans SET comments = 'x' WHERE gsid = :'one';
\! sandbox/ctl requests | grep -c token
-- a role's own mapping, and PUBLIC's, which those have in common that have none
CREATE ROLE regress_gs_one;
CREATE ROLE regress_gs_other;
GRANT USAGE ON SCHEMA gs TO regress_gs_one, regress_gs_other;
GRANT SELECT ON ALL TABLES IN SCHEMA gs TO regress_gs_one, regress_gs_other;
CREATE USER MAPPING FOR PUBLIC SERVER gainsight
  OPTIONS (client_id 'sandbox-client', client_secret 'sandbox-secret');
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
SET ROLE regress_gs_one;
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
SET ROLE regress_gs_other;
SELECT count(name) FROM gs.plan_types;
RESET ROLE;
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
DROP USER MAPPING FOR PUBLIC SERVER gainsight;
-- it is no read of the statement's
SELECT count(name) FROM gs.plan_types;
ALTER SERVER gainsight OPTIONS (ADD max_requests '1');
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (DROP max_requests);
-- but it is one of the tenant's
\! sandbox/ctl set rate_limit=2
SELECT count(name) FROM gs.plan_types;
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl set rate_limit=1
ALTER SERVER gainsight OPTIONS (SET max_retries '0');
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl set rate_limit=null
\! sandbox/ctl clear

--
-- Its end
--

-- altered mappings and servers: a new one, and the present secret
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
ALTER SERVER gainsight OPTIONS (ADD page_size '100');
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
\! sandbox/ctl set client_secret=new
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET client_secret 'new');
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
-- refused once: a new one, and the request again, which counts as a retry
\! sandbox/ctl revoke
SELECT * FROM local.explain_analyze('SELECT name FROM gs.plan_types');
\! sandbox/ctl requests -v
-- twice: an error
\! sandbox/ctl set token_seconds=0
\! sandbox/ctl revoke
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl requests
\! sandbox/ctl set token_seconds=86400
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
-- of a create and an update, too: what was refused was not done
\! sandbox/ctl revoke
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('c', 'c', 't') RETURNING name;
\! sandbox/ctl requests
\! sandbox/ctl revoke
UPDATE gs.successplans SET comments = 'y' WHERE gsid = :'one';
\! sandbox/ctl requests
-- a PUT that was refused is checked before it is sent again
\! sandbox/ctl fault '{"op": "PUT *", "fault": {"status": 401, "body": {"result": false, "errorCode": "GS_APIG_2401"}}}'
UPDATE gs.successplans SET comments = 'z' WHERE gsid = :'one';
\! sandbox/ctl requests
-- and is sent no third time
\! sandbox/ctl fault '{"op": "PUT *", "times": 2, "fault": {"status": 401, "body": {"result": false, "errorCode": "GS_APIG_2401"}}}'
SELECT * FROM local.error_of($$UPDATE gs.successplans SET comments = 'u' WHERE name = 'c'$$);
\! sandbox/ctl requests
-- before it is refused, where the tenant says when it ends: a second, half of it at most
\! sandbox/ctl set token_says=1
ALTER SERVER gainsight OPTIONS (SET page_size '200');
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
SELECT pg_sleep(0.6);
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
-- of an end that is none it is not believed that it was before the beginning
\! sandbox/ctl set token_says=-5
SELECT pg_sleep(0.6);
SELECT count(name) FROM gs.plan_types;
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests
-- a text is read as a number, and without one it is good until it is refused
\! sandbox/ctl set token_says='"3600"'
ALTER SERVER gainsight OPTIONS (SET page_size '300');
SELECT count(name) FROM gs.plan_types;
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl set token_says=absent
ALTER SERVER gainsight OPTIONS (SET page_size '400');
SELECT count(name) FROM gs.plan_types;
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests

--
-- No token
--

-- a wrong client, of which nothing is asked but the token; those that wait for it fail with it
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET client_secret 'wrong');
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
SELECT * FROM local.error_of($$SELECT count(name) FROM gs.successplans WHERE gsid IN ('a', 'b')$$);
SELECT * FROM local.error_of($$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('d', 'c', 't'), ('e', 'c', 't')$$);
\! sandbox/ctl requests
-- nothing was sent that could stay
\set VERBOSITY terse
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('d', 'c', 't');
ROLLBACK;
\set VERBOSITY default
\! sandbox/ctl clear
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET client_secret 'new');
-- a tenant that wants the form of the standard: asked for at the second try, and remembered
\! sandbox/ctl set token_request=form
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests -v
\! sandbox/ctl revoke
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests -v
-- and one that wants it no more
\! sandbox/ctl set token_request=empty
\! sandbox/ctl revoke
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests -v
-- one that spells the seconds of its life in another way: it is not renewed before its time
\! sandbox/ctl set token_says='"1E5"'
\! sandbox/ctl revoke
SELECT count(name) FROM gs.plan_types;
SELECT pg_sleep(1.2);
\! sandbox/ctl clear
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests -v
\! sandbox/ctl set token_says=null
-- answers that are no token
ALTER SERVER gainsight OPTIONS (SET page_size '500');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"token_type": "Bearer", "expires_in": 86400}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"access_token": "", "expires_in": 86400}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"access_token": {"a": "b"}}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"access_token": "a b"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"access_token": "a\r\nHost: evil"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"access_token": "caf\u00e9"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": "<html>Sign in</html>"}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": ""}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"result": false, "errorCode": "GS_1", "errorDesc": "no"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 403, "body": {"result": false, "errorCode": "GS_APIG_2402", "errorDesc": "no"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 404, "body": {"result": false, "errorCode": "GS_APIG_1000", "errorDesc": "no"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 503}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"redirect": "http://127.0.0.1:1/"}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
-- what may pass is tried again, as for any request
ALTER SERVER gainsight OPTIONS (SET max_retries '1');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 503}}'
\! sandbox/ctl clear
SELECT count(name) FROM gs.plan_types;
\! sandbox/ctl requests

--
-- Who says the secret, or the token
--

-- neither is in a message, whatever repeats it
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 400, "body": {"errorCode": "X", "errorDesc": "client new, c2FuZGJveC1jbGllbnQ6bmV3"}}, "times": 2}'
ALTER SERVER gainsight OPTIONS (SET page_size '600');
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
\! sandbox/ctl fault '{"op": "POST /users/m2m/oauth/token", "fault": {"status": 200, "body": {"access_token": "ey.T0kEn/+", "expires_in": 86400}}}'
\! sandbox/ctl fault '{"op": "GET *", "fault": {"status": 400, "body": {"errorCode": "X", "errorDesc": "token ey.T0kEn/+ or ey.T0kEn%2F%2B of new"}}}'
SELECT * FROM local.error_of('SELECT count(name) FROM gs.plan_types');
-- nor a token that another has taken the place of meanwhile
\! sandbox/ctl fault '{"op": "POST /successplans/search", "fault": {"status": 400, "body": {"errorCode": "X", "errorDesc": "token ey.T0kEn/+"}}}'
SELECT count(name) FROM gs.plan_types;
SELECT * FROM local.error_of('SELECT count(name) FROM gs.successplans');
SELECT count(*) FROM gainsight_fdw_stats WHERE last_error ~ 'ey|new';

--
-- Both dialects
--

\! sandbox/ctl reset plans=2500 objectives=3 types=6 seed=1
ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET client_secret 'sandbox-secret');
SELECT local.compare('successplans'), local.compare('objectives'), local.compare('plan_types');
\! sandbox/ctl clear
SELECT local.compare_queries('TABLE nxt.objectives', 'TABLE local.objectives');
\! sandbox/ctl requests | grep token
\! sandbox/ctl revoke
SELECT local.compare_queries('TABLE nxt.successplans', 'TABLE local.successplans');
\! sandbox/ctl requests
-- partitions of two tenants, each with a token of its own, under an Append that waits for both
CREATE TABLE local.both (name text, tenant text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE local.one (name text, tenant text OPTIONS (constant 'one')) SERVER gainsight OPTIONS (resource 'successplans');
CREATE FOREIGN TABLE local.two (name text, tenant text OPTIONS (constant 'two')) SERVER m2m OPTIONS (resource 'successplans');
ALTER TABLE local.both ATTACH PARTITION local.one FOR VALUES IN ('one');
ALTER TABLE local.both ATTACH PARTITION local.two FOR VALUES IN ('two');
ALTER SERVER m2m OPTIONS (ADD page_size '1000');
\! sandbox/ctl clear
SELECT tenant, count(name) FROM local.both GROUP BY tenant ORDER BY tenant;
\! sandbox/ctl requests
DROP TABLE local.both;

SET client_min_messages = warning;
DROP SERVER m2m CASCADE;
DROP SCHEMA nxt;
REVOKE ALL ON ALL TABLES IN SCHEMA gs FROM regress_gs_one, regress_gs_other;
REVOKE ALL ON SCHEMA gs FROM regress_gs_one, regress_gs_other;
DROP ROLE regress_gs_one, regress_gs_other;
RESET client_min_messages;
\i sql/include/teardown.psql
