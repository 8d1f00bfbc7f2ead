# Limiters of tenants: shared by who needs one, given back, and never another's.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 20 });
my ($port) = $tenant->url =~ /:(\d+)/;

# Tenants that nobody answers for: each statement is one start of a request that is refused at once.
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION make(n integer, url text, rate integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE SERVER s%s FOREIGN DATA WRAPPER gainsight_fdw
		OPTIONS (base_url %L, rate_limit %L, max_retries ''0'')', n, url, rate);
	EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER s%s OPTIONS (access_key ''sandbox-key'')', n);
	EXECUTE format('CREATE FOREIGN TABLE types%s (id text) SERVER s%1$s OPTIONS (resource ''plan_types'')', n);
END $$;
CREATE FUNCTION ask(n integer) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(id) FROM types%s', n);
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
SELECT make(n, format('http://127.1.0.%s:9/v1', n), 3) FROM generate_series(1, 70) AS n;
SQL

#
# However it is spelled, it is one tenant
#
$node->safe_psql('postgres', "SELECT make(101, 'http://127.0.0.1:$port/v1', 4), make(102, 'HTTP://127.0.0.1:$port/v1/', 4)");
my $session = GsSession->new($node);
$session->ask('SELECT ask(101) FROM generate_series(1, 3)');
my ($out) = $session->ask("SET statement_timeout = '2s'; SELECT ask(102), ask(102)");
is($out, '', 'two spellings of one address share a window of four');

#
# More tenants than there are limiters
#
my $full = GsSession->new($node);
my ($answers, $err) = $full->ask('SELECT DISTINCT ask(n) FROM generate_series(1, 63) AS n');
my $asked = time;
is($answers, '08001', '63 tenants more');
unlike($err, qr/WARNING/, 'have a limiter each');
$full->ask("SET statement_timeout = '3s'");
($answers, $err) = $full->ask('SELECT ask(64), ask(64), ask(64)');
is($answers, '08001|08001|08001', 'the 65th has one, too');
like($err, qr/WARNING: .*shares the rate limits of 64 tenants/, 'but not a shared one');
($answers, $err) = $full->ask('SELECT ask(65), ask(65), ask(65)');
is($answers, '08001|08001|08001', 'the 66th has another than the 65th');
is($err, '', 'which is said once');
$full->ask('SELECT ask(65)');
cmp_ok($full->elapsed, '>', 2.5, 'and it bounds the tenant');

#
# What is idle for a minute is given away
#
sleep 1 while time < $asked + 62;
my $other = GsSession->new($node);
$other->ask("SET statement_timeout = '3s'");
($answers, $err) = $other->ask('SELECT DISTINCT ask(n) FROM generate_series(64, 70) AS n');
is($answers, '08001', 'a minute later others have their turn');
unlike($err, qr/WARNING/, 'with limiters that are shared');
($answers, $err) = $other->ask('SELECT ask(65), ask(65)');
is($answers, '08001|08001', 'as many starts as their figure');
$full->ask('SELECT ask(65)');
cmp_ok($full->elapsed, '>', 2.5, 'over all sessions');

$_->finish for $session, $full, $other;
$node->stop;
done_testing();
