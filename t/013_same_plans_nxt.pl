# The dialect nxt, where plans are updated in groups: sessions that update the same plans at once lose
# nothing of what they were told is done; what a group waits for; what is left of one that is ended.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

# GS_COUNTER_RUNS=20 is worth it after a change of what an update goes by.
my $runs = $ENV{GS_COUNTER_RUNS} || 1;
my $sessions = 12;
my $times = 10;

my ($node, $tenant) = GsServer::with_tenant({ plans => 20, objectives => 0 }, conf => "max_connections = 40\n");
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD dialect 'nxt'); DROP SCHEMA gs CASCADE; CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs});
my ($company, $owner, $type) = map { (split ' ', $tenant->ctl(@$_))[0] } [ 'dump', 'company', 'Gsid' ], [ 'dump', 'gsuser', 'Gsid' ],
  [ 'dump', 'plan_types' ];

# Plans of ours, with something that could get lost.
sub add_plans
{
	my ($prefix, $count) = @_;

	$tenant->ctl('insert', qq({"Gsid":"1P02$prefix$_","Name":"$prefix plan","CompanyId":"$company","TypeId":"$type","OwnerId":"$owner",)
		  . qq("Status":"Active","StartDate":"2027-01-01","Comments":"0"})) for 0 .. $count - 1;
	return;
}

sub comments
{
	my ($prefix, $count) = @_;

	return map { $tenant->ctl('plan', "1P02$prefix$_") =~ /"Comments": "([^"]*)"/ } 0 .. $count - 1;
}

my $add = 'comments = (comments::int + 1)::text';
my %ways = (
	'by key' => sub { "UPDATE gs.successplans SET $add WHERE gsid = '1P02C$_[0]'" },
	'all at once' => sub { "UPDATE gs.successplans SET $add WHERE name = 'C plan'" },
	'a row at a time' => sub { "UPDATE gs.successplans AS p SET $add FROM (VALUES ('1P02C$_[0]')) AS k (id) WHERE p.gsid = k.id RETURNING 1" });

# What the sessions were told, done or not undone, and what the tenant holds.
sub run_sessions
{
	my ($statement, %set) = @_;
	my (@psql, @out, @err);

	$tenant->ctl('reset');
	$tenant->ctl('set', map { "$_=$set{$_}" } keys %set) if %set;
	add_plans('C', 3);
	for my $session (0 .. $sessions - 1)
	{
		my @commands = map { ('-c', $statement->(($session + $_) % 3)) } 1 .. $times;

		($out[$session], $err[$session]) = ('', '');
		push @psql, IPC::Run::start([ 'psql', '-XAt', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), @commands ],
			'<', '/dev/null', '>', \$out[$session], '2>', \$err[$session], IPC::Run::timeout(300));
	}
	$_->finish for @psql;
	my ($told, $held) = (0, 0);
	$told += $_ for map { /^UPDATE (\d+)$/ } map { split /\n/ } @out;
	$told += $_ for map { /: (\d+) stay$/ } map { split /\n/ } @err;
	$held += $_ for comments('C', 3);
	my %errors = map { /^ERROR:  (\w+)/ ? ($1 => 1) : () } map { split /\n/ } @err;
	return ($told, $held, join ' ', sort keys %errors);
}

for my $run (1 .. $runs)
{
	for my $way (sort keys %ways)
	{
		my ($told, $held, $errors) = run_sessions($ways{$way}, latency_ms => 2, jitter_ms => 5);

		is($held, $told, "$way: the tenant holds what was told ($told)");
		cmp_ok($told, '>', 0, "$way: somebody gets on");
		like($errors, qr/^(40001)?$/, "$way: whoever came too late was told so");
	}
}
my ($told, $held) = run_sessions($ways{'all at once'}, modified_seconds => 'true');
is($held, $told, 'ModifiedDate in whole seconds: the fields tell');

#
# Locks
#
sub locks
{
	return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'});
}

$tenant->ctl('reset');
add_plans('L', 5);
my ($holder, $waiter) = (GsSession->new($node), GsSession->new($node));
$waiter->ask(q{UPDATE gs.successplans SET comments = 'begun' WHERE name = 'L plan'});
# one that hangs with a plan of which the others have no need
$tenant->fault({ hang => 'before', seconds => 10 }, op => 'PUT /v2/successPlan/');
$holder->start(q{UPDATE gs.successplans SET comments = 'held' WHERE gsid = '1P02L3'});
GsServer::eventually(sub { locks() == 1 && $tenant->control('counters') =~ /"PUT \/v2[^\n]*: 3/ });
is($waiter->sqlstate(q{SET lock_timeout = '300ms'; UPDATE gs.successplans SET comments = 'around it' WHERE name = 'L plan'}),
	'55P03', 'what another session has is waited for');
is(join(',', (comments('L', 5))[0, 1, 2, 4]), join(',', ('around it') x 4), 'after all that could be done without it');
like($waiter->error, qr/: 4 stay/, 'and is counted');
my (undef, $err) = $holder->answer;
is($err, '', 'its holder is not disturbed');
is(locks(), 0, 'none is left');
(undef, $err) = $waiter->ask(q{RESET lock_timeout; UPDATE gs.successplans SET comments = 'all' WHERE name = 'L plan'});
is($err, '', 'afterwards it can be had');
is(join(',', comments('L', 5)), join(',', ('all') x 5), 'and all are done');
# no lock is kept by what fails
is($holder->sqlstate(q{UPDATE gs.successplans SET status = 'no such' WHERE name = 'L plan'}), '22023', 'a refusal');
is(locks(), 0, 'gives them back');
# a session that is ended while a group is on its way
$tenant->fault({ hang => 'before', seconds => 10 }, op => 'PUT /v2/successPlan/', skip => 1);
my $pid = $holder->pid;
$holder->start(q{UPDATE gs.successplans SET comments = 'ended' WHERE name = 'L plan'});
GsServer::eventually(sub { locks() == 4 && (comments('L', 1))[0] eq 'ended' });
is(locks(), 4, 'a group holds the locks of all its plans');
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 5000)");
is(locks(), 0, 'a session that ends gives them back');

#
# A check that is too old: no plan is sent more than a second after it was looked at
#
$tenant->ctl('reset');
add_plans('S', 30);
my $slow = GsSession->new($node);
$slow->ask(q{ALTER SERVER gainsight OPTIONS (ADD in_list_size '5')});
$slow->ask(q{UPDATE gs.successplans SET comments = 'begun' WHERE name = 'S plan'});
# of the checks of a group one takes longer: it is made again, of fewer plans, until it is in time
$tenant->fault({ hang => 'before', seconds => 1.5 }, op => 'POST /data/objects/query/cta_group', skip => 5);
$tenant->ctl('clear');
(undef, $err) = $slow->ask(q{UPDATE gs.successplans SET comments = 'in time' WHERE name = 'S plan'});
is($err, '', 'a slow check is made again');
is(join(',', comments('S', 30)), join(',', ('in time') x 30), 'and all are done');
my @requests = grep { /^PUT/ } split /\n/, $tenant->ctl('requests', '-v');
cmp_ok(scalar(@requests), '>', 2, 'in more than one group');
$_->finish for $waiter, $slow;

done_testing();
