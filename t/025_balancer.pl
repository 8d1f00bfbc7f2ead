# A load balancer in front of the tenant, as live tenants have one: it offers HTTP/2 and is asked in
# HTTP/1.1, tells connections to go, and breaks them.
use strict;
use warnings;

use File::Basename qw(dirname);
use IPC::Run;
use JSON::PP ();
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use GsServer;
use GsSession;
use GsTenant;

plan skip_all => 'there is no Node.js' if system('node -e "require(\'http2\')" >/dev/null 2>&1') != 0;

my $sandbox = $ENV{GS_SANDBOX_DIR} || dirname(__FILE__) . '/../sandbox';
my $dir = PostgreSQL::Test::Utils::tempdir;
plan skip_all => 'there is no openssl' unless GsTenant::certificate("$dir/cert", 'IP:127.0.0.1');

my $tenant = GsTenant->new(plans => 2500, objectives => 1);
my $front = IPC::Run::start([ 'node', "$sandbox/balancer.js", $tenant->url, "$dir/cert.pem", "$dir/cert.key", "$dir/ports" ],
	'<pipe', \*FRONT_IN, '>', "$dir/log", '2>&1');
GsServer::eventually(sub { -s "$dir/ports" }) or die 'no balancer: ' . slurp_file("$dir/log");
my ($port, $control_port) = split ' ', slurp_file("$dir/ports");

# A command of its control; what it answers.
sub front
{
	my ($command) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$control_port") or die "no control: $!; " . slurp_file("$dir/log");

	print $socket "POST /$command HTTP/1.0\r\n\r\n";
	my $reply = do { local $/; <$socket> };
	$reply =~ m{^HTTP/1\.1 200 } or die "$command: $reply";
	return JSON::PP->new->decode($reply =~ s/.*\r\n\r\n//sr);
}

my $node = GsServer::start();
GsTenant::setup($node, $tenant);
$node->safe_psql('postgres', qq{
ALTER SERVER gainsight OPTIONS (SET base_url 'https://127.0.0.1:$port/v1', ADD ca_file '$dir/cert.pem',
	ADD page_size '100', ADD max_connections '8', ADD max_retries '2');
});
my $session = GsSession->new($node);
my $all = 'SELECT count(DISTINCT gsid) FROM gs.successplans';

# So many new plans; how many came of it, the SQLSTATE, and how often the tenant was asked.
my $batch = 0;

sub creates
{
	my ($count) = @_;

	$batch++;
	$tenant->control('clear');
	my $sqlstate = $session->sqlstate("INSERT INTO gs.successplans (name, company_id, type_id)
		SELECT 'batch $batch, ' || n, '1P01H2', '1T01' FROM generate_series(1, $count) AS n");
	my @asked = grep { /POST \S*successplans \{/ } split /\n/, $tenant->control('requests', '-v');
	my ($made) = $session->ask("SELECT count(*), count(DISTINCT name) FROM gs.successplans WHERE name LIKE 'batch $batch, %'");
	my ($rows, $names) = split /\|/, $made;

	is($rows, $names, "batch $batch: none is twice");
	return ($rows, $sqlstate, scalar @asked);
}

#
# All goes well
#
is(($session->ask($all))[0], '2500', 'a scan of many pages');
my $seen = front('counters');
cmp_ok($seen->{http1}, '>=', 26, 'all of them as HTTP/1.1');
is($seen->{http2}, 0, 'though HTTP/2 is offered');
cmp_ok($seen->{connections}, '<=', 8, 'by no more connections than max_connections');
is_deeply([ creates(100) ], [ 100, '', 100 ], 'creates');
$seen = front('counters');
cmp_ok($seen->{most}, '>', 1, 'several at once');
cmp_ok($seen->{most}, '<=', 8, 'but never more than max_connections');
is($seen->{connections}, 0, 'on the connections that were kept');

#
# A connection that is told to go
#
front('retire?after=7');
is(($session->ask($all))[0], '2600', 'after each seven requests of a scan');
is_deeply([ creates(100) ], [ 100, '', 100 ], 'of creates');
is(($session->ask("WITH changed AS (UPDATE gs.successplans SET status = 'Completed' WHERE name LIKE 'batch 2, %' RETURNING name, status)
	SELECT count(DISTINCT name) FROM changed WHERE status = 'Completed'"))[0], '100', 'of updates');
cmp_ok(front('counters')->{connections}, '>=', 15, 'it was another connection each time');
front('forget');

#
# One that breaks while nobody looks
#
$session->ask('SELECT * FROM gs.plan_types');
front('hang_up');
sleep 0.5;
is(($session->ask($all))[0], '2700', 'a kept connection that was closed, for a scan');
front('hang_up');
sleep 0.5;
is_deeply([ creates(10) ], [ 10, '', 10 ], 'and for creates');

#
# One that breaks under its requests
#
front('reset?code=2&times=2');
is(($session->ask($all))[0], '2710', 'a request that is reset is sent again');
front('reset?code=2&times=2&after=20');
is(($session->ask($all))[0], '2710', 'also in the middle of its answer');

# of a create nobody knows
front('reset?code=2&times=1&after=20');
my ($rows, $sqlstate, $asked) = creates(1);
is($sqlstate, '08007', 'a create whose answer is cut is in doubt');
is("$rows, $asked", '1, 1', 'and sent once');
front('reset?code=2&times=1');
($rows, $sqlstate, $asked) = creates(1);
is("$sqlstate, $rows, $asked", '08007, 0, 0', 'one that is reset, too');
front('forget');

#
# The end of a wait
#
$tenant->fault({ hang => 'before', seconds => 30 }, op => 'POST /successplans/search');
my $pid = $session->pid;
$tenant->requests;
$session->start($all);
GsServer::eventually(sub { $tenant->requests }) or die 'nothing is asked';
my $before = time;
is($node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)"), 't', 'a cancel is sent');
my (undef, $err) = $session->answer;
like($err, qr/57014/, 'it ends the statement');
cmp_ok(time - $before, '<', 10, 'at once');
$tenant->control('defaults');
is(($session->ask($all))[0] >= 2711 ? 1 : 0, 1, 'and the connection is as good as before');

$session->finish;
close FRONT_IN;
$front->finish;
done_testing();
