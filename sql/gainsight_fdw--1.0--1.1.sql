/* from gainsight_fdw 1.0 to 1.1: the same functions and views, and what they are said to be for */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION gainsight_fdw UPDATE TO '1.1'" to load this file. \quit

-- It finds out more than whether a server answers.
COMMENT ON FUNCTION gainsight_fdw_check(name) IS
'find out what a tenant does and which options to set, with the key of the user who asks';

COMMENT ON FUNCTION gainsight_fdw_stats_reset() IS
'set the counters of gainsight_fdw_stats to zero, for all servers and users';
COMMENT ON VIEW gainsight_fdw_stats IS
'what was asked of each server since the last start or reset, by user; times in milliseconds';
COMMENT ON VIEW gainsight_fdw_progress IS
'how far each session is that reads from Gainsight, or that sends at its commit';
