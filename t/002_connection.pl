# Connections to the tenant: kept, never too many, and given back unharmed.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use GsServer;

my ($node, $tenant) = GsServer::with_tenant({ plans => 500, key => 'a-key-that-is-seen-nowhere' }, conf => "log_min_messages = debug1\n");
$ENV{GS_SANDBOX_URL} = $tenant->url;
my $ctl = ($ENV{GS_SANDBOX_DIR} || 'sandbox') . '/ctl';

# A number of the tenant's counters.
sub counter
{
	my ($name) = @_;
	my ($value) = $tenant->ctl('counters') =~ /"$name": (\d+)/;

	return $value;
}

# What changed of a counter while the statements ran in one session.
sub counted
{
	my ($name, @statements) = @_;
	my $before = counter($name);

	$node->safe_psql('postgres', join ";\n", @statements);
	return counter($name) - $before;
}

#
# Kept between statements
#
my $one = 'SELECT count(id) FROM gs.plan_types';
is(counted('connections_opened', ($one) x 100), 1, '100 statements of a session share a connection');
is(counted('requests', ($one) x 100), 100, 'with a request each');
is(counted('connections_opened', 'BEGIN', $one, 'COMMIT', 'BEGIN', $one, 'ROLLBACK', $one), 1,
	'across transactions');
is(counted('connections_opened', $one, 'SELECT count(name) FROM gs.successplans',
		q{SELECT count(*) FROM gs.objectives WHERE success_plan_id = 'none'}), 1,
	'and for all tables');
is(counted('connections_opened', $one) + counted('connections_opened', $one), 2,
	'two sessions have one each');

#
# Never more than max_connections in flight
#
sub in_flight
{
	my ($max, $sql) = @_;

	$tenant->ctl('reset');
	# so long that the last of them is sent before the first is answered
	$tenant->ctl('set', 'latency_ms=' . (10 + 5 * $max));
	$node->safe_psql('postgres', "ALTER SERVER gainsight OPTIONS (SET max_connections '$max')");
	$node->safe_psql('postgres', $sql);
	return (counter('max_in_flight'), counter('connections_opened'));
}
$node->safe_psql('postgres', <<'SQL');
ALTER SERVER gainsight OPTIONS (ADD max_connections '8');
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '10');
SQL
for my $max (1, 3, 8)
{
	my ($flying, $opened) = in_flight($max, 'SELECT count(name) FROM gs.successplans');
	is($flying, $max, "pages are read ahead by up to $max requests");
	cmp_ok($opened, '<=', $max, "over no more than $max connections");
	($flying, $opened) = in_flight($max,
		'SELECT count(o.name) FROM gs.objectives AS o');
	is($flying, $max, "lists are read $max at a time");
	cmp_ok($opened, '<=', $max, "over no more than $max connections");
}
# of a join of two scans, too
my ($flying) = in_flight(4, <<'SQL');
SELECT count(*) FROM (SELECT gsid FROM gs.successplans WHERE status = 'Active') AS a
  FULL JOIN (SELECT gsid FROM gs.successplans WHERE name > 'M') AS b USING (gsid)
SQL
cmp_ok($flying, '<=', 4, 'several scans of a statement share them');
# a statement that stops early has asked for little
$tenant->ctl('reset');
$node->safe_psql('postgres', 'SELECT gsid FROM gs.successplans LIMIT 15');
cmp_ok(counter('requests'), '<=', 3, 'reading ahead starts slowly');

#
# After a failure
#
$tenant->ctl('reset');
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0')});
# the tenant closes its connections when they are idle
$tenant->ctl('fault', '{"fault":{"after_answer_close":true},"times":50}');
is(counted('requests', ($one) x 50), 50, 'a kept connection that was closed is replaced');
$tenant->ctl('defaults');
# cancelled while the tenant does not answer
$tenant->ctl('fault', '{"fault":{"hang":"before","seconds":30}}');
my $start = time;
my ($status, $out, $err) = $node->psql('postgres',
	"SET statement_timeout = '2s';\n$one;\n$one;\n\\! $ctl plan none\n$one",
	on_error_stop => 0);
like($err, qr/canceling statement due to statement timeout/, 'a timeout ends the wait');
cmp_ok(time - $start, '<', 15, 'at once');
is($out, "6\n6", 'and leaves the session usable');
# terminated
$tenant->ctl('fault', '{"fault":{"hang":"body","seconds":30}}');
my $waiting = IPC::Run::start(
	[ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', $one ],
	'>', \my $lost, '2>', \my $why, IPC::Run::timeout(60));
$node->poll_query_until('postgres', qq{
	SELECT count(*) = 1 FROM pg_stat_activity WHERE query = '$one' AND state = 'active'})
  or die 'the statement does not run';
$start = time;
$node->safe_psql('postgres', qq{
	SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = '$one' AND state = 'active'});
$waiting->finish;
like($why, qr/terminating connection due to administrator command/, 'termination ends it, too');
cmp_ok(time - $start, '<', 15, 'at once');

#
# The log
#
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
like($log, qr{DEBUG:  gainsight_fdw: GET /successplans/config/types: status 200, },
	'each request is a line of DEBUG1');
unlike($log =~ s/^.*CREATE USER MAPPING.*$//mgr, qr/a-key-that-is-seen-nowhere/,
	'the access key is in no line of ours');

$node->stop;
done_testing();
