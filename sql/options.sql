--
-- OPTIONS: what each may be, where it may stand, and how a wrong one is refused
--
\i sql/include/setup.psql

--
-- A server has a domain or a base URL
--
-- the domain is the part before .gainsightcloud.com, with dots between
CREATE SERVER s FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (domain 'acme');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (domain 'acme-2.eu');
DROP SERVER t;
-- neither is an error, and so are both
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw;
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (page_size '10');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (domain 'acme', base_url 'http://127.0.0.1/v1');
ALTER SERVER s OPTIONS (ADD base_url 'http://127.0.0.1/v1');
ALTER SERVER s OPTIONS (DROP domain);
-- one can take the place of the other
ALTER SERVER s OPTIONS (DROP domain, ADD base_url 'https://gainsight.example/v1');
ALTER SERVER s OPTIONS (DROP base_url, ADD domain 'acme');
-- what is no domain: it could lead elsewhere
ALTER SERVER s OPTIONS (SET domain '');
ALTER SERVER s OPTIONS (SET domain 'acme/evil.example');
ALTER SERVER s OPTIONS (SET domain '.acme');
ALTER SERVER s OPTIONS (SET domain 'acme.');
ALTER SERVER s OPTIONS (SET domain 'ac..me');
ALTER SERVER s OPTIONS (SET domain 'acme:8080');
ALTER SERVER s OPTIONS (SET domain 'me@acme');
ALTER SERVER s OPTIONS (SET domain 'äcme');
-- what is no base URL: another scheme, a user, a query, a fragment, no host, a blank
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'ftp://acme/v1');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'file:///etc/passwd');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'https://me:pw@acme/v1');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'https://acme/v1?a=b');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'https://acme/v1#top');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'https:///v1');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'https://ac me/v1');
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url '');

--
-- Names
--
-- a misspelled name is answered with the nearest one that fits here
ALTER SERVER s OPTIONS (ADD page_sizes '10');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER s OPTIONS (ADD ratelimit '10');
CREATE FOREIGN TABLE gs.t (gsid text) SERVER s OPTIONS (resorce 'successplans');
CREATE FOREIGN TABLE gs.t (gsid text OPTIONS (fields 'Gsid')) SERVER s;
CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (accesskey 'secret-1');
-- nothing is near: all are listed
CREATE FOREIGN TABLE gs.t (gsid text) SERVER s OPTIONS (color 'blue');
CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'secret-2');
-- a right name in a wrong place is told where it belongs
ALTER SERVER s OPTIONS (ADD access_key 'secret-3');
ALTER SERVER s OPTIONS (ADD resource 'successplans');
CREATE FOREIGN TABLE gs.t (gsid text) SERVER s OPTIONS (rate_limit '10');
CREATE FOREIGN TABLE gs.t (gsid text OPTIONS (resource 'successplans')) SERVER s;
CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (domain 'acme');
-- names have a case
ALTER SERVER s OPTIONS (ADD "Page_Size" '10');
-- the wrapper itself has none
CREATE FOREIGN DATA WRAPPER w HANDLER gainsight_fdw_handler
  VALIDATOR gainsight_fdw_validator OPTIONS (domain 'acme');

--
-- Values, by type
--
-- every option at its limits
ALTER SERVER s OPTIONS (ADD connect_timeout '1', ADD request_timeout '1h',
  ADD max_connections '64', ADD rate_limit '0', ADD max_retries '0', ADD max_requests '0',
  ADD max_response_size '1GB', ADD compression 'off', ADD page_size '5000',
  ADD in_list_size '1', ADD operators 'EQ, IN,GTE', ADD trust_filters 'yes', ADD trust_order 'on',
  ADD on_error 'set_null',
  ADD conflict_check 'false', ADD batch_size '1', ADD readonly 'on', ADD request_cost '0',
  ADD tuple_cost '1e-3', ADD use_remote_estimate '0', ADD ca_file '/etc/ssl/certs/ca.pem',
  ADD proxy 'http://127.0.0.1:3128');
SELECT unnest(srvoptions) FROM pg_foreign_server WHERE srvname = 's';
-- the others' limits
ALTER SERVER s OPTIONS (SET max_connections '1', SET page_size '2');
-- out of range
ALTER SERVER s OPTIONS (SET max_connections '0');
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER s OPTIONS (SET max_connections '65');
ALTER SERVER s OPTIONS (SET page_size '1');
ALTER SERVER s OPTIONS (SET page_size '5001');
ALTER SERVER s OPTIONS (SET rate_limit '-1');
ALTER SERVER s OPTIONS (SET max_retries '-1');
ALTER SERVER s OPTIONS (SET max_requests '-1');
ALTER SERVER s OPTIONS (SET in_list_size '0');
ALTER SERVER s OPTIONS (SET batch_size '0');
ALTER SERVER s OPTIONS (SET page_size '9999999999');
-- no whole numbers
ALTER SERVER s OPTIONS (SET page_size 'many');
ALTER SERVER s OPTIONS (SET page_size '');
ALTER SERVER s OPTIONS (SET page_size '10kB');
-- times: a plain number is ms; zero, less, and units that are none
ALTER SERVER s OPTIONS (SET connect_timeout '1500', SET request_timeout '2min');
ALTER SERVER s OPTIONS (SET connect_timeout '0');
ALTER SERVER s OPTIONS (SET request_timeout '0s');
ALTER SERVER s OPTIONS (SET connect_timeout '-1s');
ALTER SERVER s OPTIONS (SET request_timeout '10 parsecs');
ALTER SERVER s OPTIONS (SET request_timeout '10MB');
-- sizes: a plain number is bytes
ALTER SERVER s OPTIONS (SET max_response_size '1000');
ALTER SERVER s OPTIONS (SET max_response_size '0');
ALTER SERVER s OPTIONS (SET max_response_size '64 megs');
-- booleans
ALTER SERVER s OPTIONS (SET compression 'perhaps');
ALTER SERVER s OPTIONS (SET readonly '');
-- words
ALTER SERVER s OPTIONS (SET on_error 'null');
-- costs
ALTER SERVER s OPTIONS (SET request_cost '-1');
ALTER SERVER s OPTIONS (SET tuple_cost 'NaN');
ALTER SERVER s OPTIONS (SET tuple_cost 'cheap');
-- operators: a list of the API's names
ALTER SERVER s OPTIONS (SET operators 'EQ,LIKE');
ALTER SERVER s OPTIONS (SET operators 'eq');
ALTER SERVER s OPTIONS (SET operators 'EQ;IN');
-- files by their absolute path, and a proxy that is something
ALTER SERVER s OPTIONS (SET ca_file 'ca.pem');
ALTER SERVER s OPTIONS (SET proxy '');

--
-- Tables and columns
--
CREATE FOREIGN TABLE gs.t (gsid text, tenant text) SERVER s
  OPTIONS (resource 'successplans', max_requests '3', page_size '7', conflict_check 'off',
           batch_size '9', readonly 'true', request_cost '10', tuple_cost '0.5',
           use_remote_estimate 'false');
ALTER FOREIGN TABLE gs.t OPTIONS (SET page_size '1');
ALTER FOREIGN TABLE gs.t OPTIONS (SET resource 'plans');
-- a column has a field or a constant, not both
ALTER FOREIGN TABLE gs.t ALTER tenant OPTIONS (ADD constant 'acme');
ALTER FOREIGN TABLE gs.t ALTER tenant OPTIONS (ADD field 'Name');
ALTER FOREIGN TABLE gs.t ALTER gsid OPTIONS (ADD field 'Gsid', ADD pushdown 'false');
ALTER FOREIGN TABLE gs.t ALTER gsid OPTIONS (SET pushdown 'maybe');
ALTER FOREIGN TABLE gs.t ALTER gsid OPTIONS (SET field '');
-- a constant may be empty
ALTER FOREIGN TABLE gs.t ALTER tenant OPTIONS (SET constant '');
DROP FOREIGN TABLE gs.t;

--
-- The access key
--
CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (access_key 'secret-4');
-- no message repeats it, whatever is wrong with it
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET access_key '');
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET access_key E'secret-5\nHost: evil');
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (SET access_key E'secret-6\x7f');
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (ADD access_key_file '/secret-7');
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (DROP access_key, ADD access_key_file 'secret-8');
-- where there is none, that is what is said
CREATE ROLE regress_gs_plain;
GRANT USAGE ON SCHEMA gs TO regress_gs_plain;
CREATE FOREIGN TABLE gs.t (id text, name text) SERVER s OPTIONS (resource 'plan_types');
GRANT SELECT ON gs.t TO regress_gs_plain;
ALTER USER MAPPING FOR PUBLIC SERVER s OPTIONS (DROP access_key);
SET ROLE regress_gs_plain;
SELECT * FROM gs.t;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
CREATE USER MAPPING FOR regress_gs_plain SERVER s;
SET ROLE regress_gs_plain;
SELECT * FROM gs.t;
RESET ROLE;
DROP USER MAPPING FOR regress_gs_plain SERVER s;
DROP USER MAPPING FOR PUBLIC SERVER s;
SET ROLE regress_gs_plain;
SELECT * FROM gs.t;
\echo :LAST_ERROR_SQLSTATE
-- to look at the plan needs no key
EXPLAIN (COSTS OFF) SELECT * FROM gs.t;
RESET ROLE;
DROP FOREIGN TABLE gs.t;
DROP SERVER s;

--
-- What only a superuser may set
--
GRANT USAGE ON FOREIGN DATA WRAPPER gainsight_fdw TO regress_gs_plain;
SET ROLE regress_gs_plain;
-- a plain role may have a server by domain, and a key
CREATE SERVER s FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (domain 'acme', page_size '100');
CREATE USER MAPPING FOR regress_gs_plain SERVER s OPTIONS (access_key 'secret-9');
-- but not lead requests, with the keys of others in them, to where it likes
CREATE SERVER t FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url 'http://127.0.0.1/v1');
ALTER SERVER s OPTIONS (ADD proxy 'http://127.0.0.1:3128');
-- nor have the server read files
ALTER SERVER s OPTIONS (ADD ca_file '/etc/passwd');
ALTER USER MAPPING FOR regress_gs_plain SERVER s
  OPTIONS (DROP access_key, ADD access_key_file '/etc/passwd');
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
-- beside such an option, a plain role can change nothing
ALTER SERVER s OPTIONS (ADD proxy 'http://127.0.0.1:3128');
SET ROLE regress_gs_plain;
ALTER SERVER s OPTIONS (SET page_size '200');
-- but take it away
ALTER SERVER s OPTIONS (DROP proxy);
RESET ROLE;
-- a key file is not read for a server whose owner is no superuser
ALTER USER MAPPING FOR regress_gs_plain SERVER s
  OPTIONS (DROP access_key, ADD access_key_file '/etc/passwd');
CREATE FOREIGN TABLE gs.t (id text, name text) SERVER s OPTIONS (resource 'plan_types');
GRANT SELECT ON gs.t TO regress_gs_plain;
SET ROLE regress_gs_plain;
SELECT * FROM gs.t;
\echo :LAST_ERROR_SQLSTATE
RESET ROLE;
DROP FOREIGN TABLE gs.t;
DROP USER MAPPING FOR regress_gs_plain SERVER s;
DROP SERVER s;

--
-- In force: a table's option beats its server's
--
-- 2,500 plans at the server's page size, then at the table's
\! sandbox/ctl clear
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl requests -n
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '5000');
SELECT count(gsid) FROM gs.successplans;
\! sandbox/ctl requests -n
-- a base URL may end in a slash
SELECT :'url' || '/' AS url_with_slash \gset
ALTER SERVER gainsight OPTIONS (SET base_url :'url_with_slash');
SELECT count(*) FROM gs.plan_types;
-- a bound on the requests of one statement
ALTER FOREIGN TABLE gs.successplans OPTIONS (SET page_size '1000', ADD max_requests '2');
SELECT count(gsid) FROM gs.successplans;
\echo :LAST_ERROR_SQLSTATE
-- and on the size of one answer
ALTER SERVER gainsight OPTIONS (ADD max_response_size '10kB');
SELECT count(gsid) FROM gs.successplans;
\echo :LAST_ERROR_SQLSTATE
ALTER SERVER gainsight OPTIONS (DROP max_response_size);
-- compressed or not, the rows are the same
\! sandbox/ctl set gzip=true
SELECT count(*) FROM gs.plan_types;
ALTER SERVER gainsight OPTIONS (ADD compression 'false');
SELECT count(*) FROM gs.plan_types;

DROP OWNED BY regress_gs_plain;
DROP ROLE regress_gs_plain;
\i sql/include/teardown.psql
