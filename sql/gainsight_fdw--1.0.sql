/* gainsight_fdw 1.0: Gainsight success plans, objectives and plan types as foreign tables */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION gainsight_fdw" to load this file. \quit

CREATE FUNCTION gainsight_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FUNCTION gainsight_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FOREIGN DATA WRAPPER gainsight_fdw
HANDLER gainsight_fdw_handler
VALIDATOR gainsight_fdw_validator;

CREATE FUNCTION gainsight_fdw_version()
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT STABLE PARALLEL SAFE;

COMMENT ON FUNCTION gainsight_fdw_version() IS
'versions of the extension, libcurl, its TLS library and cJSON';

CREATE FUNCTION gainsight_fdw_pushdown(relation regclass,
    OUT column_name text, OUT operator text, OUT sent text, OUT grade text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT STABLE;

COMMENT ON FUNCTION gainsight_fdw_pushdown(regclass) IS
'what is sent for each operator on each column of a foreign table, and whether the answer is exact, a superset, or filtered locally';

CREATE FUNCTION gainsight_fdw_get_connections(OUT server_name text, OUT valid boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT PARALLEL RESTRICTED;

CREATE FUNCTION gainsight_fdw_disconnect(server text)
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT PARALLEL RESTRICTED;

CREATE FUNCTION gainsight_fdw_disconnect_all()
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT PARALLEL RESTRICTED;

COMMENT ON FUNCTION gainsight_fdw_get_connections() IS
'servers to which this session keeps connections; not valid once the server or a mapping was altered';
COMMENT ON FUNCTION gainsight_fdw_disconnect(text) IS
'close the connections that this session keeps to a server';
COMMENT ON FUNCTION gainsight_fdw_disconnect_all() IS
'close all connections that this session keeps';

CREATE FUNCTION gainsight_fdw_check(server name,
    OUT step text, OUT ok boolean, OUT detail text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE;

COMMENT ON FUNCTION gainsight_fdw_check(name) IS
'try a server step by step, with the key of the user who asks';

CREATE FUNCTION gainsight_fdw_stats_rows(OUT server_name text, OUT user_name text,
    OUT requests bigint, OUT retries bigint, OUT rate_limited bigint, OUT errors bigint,
    OUT rows bigint, OUT bytes_sent bigint, OUT bytes_received bigint,
    OUT transfer_time double precision, OUT wait_time double precision,
    OUT last_error text, OUT last_error_at timestamptz)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE;

CREATE VIEW gainsight_fdw_stats AS SELECT * FROM gainsight_fdw_stats_rows();

GRANT SELECT ON gainsight_fdw_stats TO PUBLIC;

CREATE FUNCTION gainsight_fdw_stats_reset()
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE;

REVOKE ALL ON FUNCTION gainsight_fdw_stats_reset() FROM PUBLIC;

CREATE FUNCTION gainsight_fdw_progress_rows(OUT pid integer, OUT relation regclass,
    OUT requests bigint, OUT rows_read bigint, OUT rows_expected bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL SAFE;

CREATE VIEW gainsight_fdw_progress AS SELECT * FROM gainsight_fdw_progress_rows();

GRANT SELECT ON gainsight_fdw_progress TO PUBLIC;

CREATE PROCEDURE gainsight_fdw_refresh(source regclass, target regclass, "full" boolean DEFAULT false)
AS 'MODULE_PATHNAME'
LANGUAGE C;

-- A regclass cannot name a table that is yet to be made.  Of the two, an untyped literal
-- takes this one, for PostgreSQL prefers text; it is the same where the table is there.
CREATE PROCEDURE gainsight_fdw_refresh(source regclass, target text, "full" boolean DEFAULT false)
AS 'MODULE_PATHNAME', 'gainsight_fdw_refresh_named'
LANGUAGE C;

COMMENT ON PROCEDURE gainsight_fdw_refresh(regclass, regclass, boolean) IS
'bring a local copy of a foreign table up to date; full: all of it, and remove what is gone';
COMMENT ON PROCEDURE gainsight_fdw_refresh(regclass, text, boolean) IS
'the same, with the local table made if it is missing';
