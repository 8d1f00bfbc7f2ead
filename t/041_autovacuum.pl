# Autovacuum: a table that a foreign table inherits from is analyzed, and the tenant is not
# asked for it.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;

my ($node, $tenant) = GsServer::with_tenant({ plans => 20, objectives => 0 }, conf => <<'CONF');
autovacuum = on
autovacuum_naptime = 1
autovacuum_analyze_threshold = 10
autovacuum_analyze_scale_factor = 0
CONF
# whoever asks would fail, and leave the table without statistics
$tenant->fault({ status => 401, body => { result => \0, errorCode => 'GS_APIG_2401' } }, op => '*', times => undef);
$tenant->requests;
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE things (id text, name text);
ALTER FOREIGN TABLE gs.plan_types INHERIT things;
INSERT INTO things SELECT g, 'a thing' FROM generate_series(1, 1000) AS g;
SQL
ok($node->poll_query_until('postgres', q{SELECT autoanalyze_count > 0 FROM pg_stat_user_tables WHERE relname = 'things'}),
	'it is analyzed');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stats WHERE tablename = 'things' AND inherited}),
	2, 'as a whole, too');
is($tenant->requests, 0, 'and nobody was asked');

$node->stop;
done_testing();
