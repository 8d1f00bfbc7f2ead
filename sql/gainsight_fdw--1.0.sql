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
