# Timeouts are the tenant's: a cursor that is read slowly is no failure, and asks for nothing twice.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 200 });
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0', ADD request_timeout '3s', ADD connect_timeout '3s')});
my $session = GsSession->new($node);

# The objectives of the first plan are asked for, then those of the second and the third together.
# When a row of the second is fetched, the third list is under way: it takes a while longer.
my @plans = split /\n/, ($session->ask(q{SELECT success_plan_id || '|' || count(name) FROM gs.objectives
	WHERE success_plan_id ~ '^\w+$' GROUP BY success_plan_id ORDER BY success_plan_id LIMIT 3}))[0];
my ($first) = $plans[0] =~ /\|(\d+)/;
s/\|.*// for @plans;
my $list = join ', ', map { "'$_'" } @plans;

# Read them by a cursor, which is left alone for so many seconds: what the rest gives, how many
# requests all took, and how long the rest did.
sub read_slowly
{
	my ($seconds, $fault) = @_;

	$tenant->control('defaults');
	$tenant->control('clear');
	$tenant->fault($fault, op => "GET /successplans/$plans[2]/objectives");
	$session->ask('BEGIN');
	$session->ask("DECLARE c CURSOR FOR SELECT name FROM gs.objectives WHERE success_plan_id IN ($list)");
	$session->ask('FETCH ' . ($first + 1) . ' FROM c');
	sleep $seconds;
	my $state = $session->sqlstate('MOVE ALL FROM c');
	my $took = $session->elapsed;
	$session->ask('ROLLBACK');
	return ($state, $tenant->requests, $took);
}

my ($state, $usual) = read_slowly(0, { hang => 'before', seconds => 0.5 });
is($state, '', 'read at once, it ends well');
is($usual, 3, 'with three lists');

for my $part ('before', 'body')
{
	my ($later, $requests) = read_slowly(4, { hang => $part, seconds => 0.5 });

	is($later, '', "left alone for longer than request_timeout, it ends well ($part)");
	is($requests, $usual, "and no list was asked for twice ($part)");
}

# what the tenant cuts while nobody reads is asked for again, even without retries
for my $part ('before', 'headers', 'body')
{
	my $cut = { close => $part, seconds => 0.5 };
	my ($later, $requests) = read_slowly(4, $cut);

	is($later, '', "cut while nobody reads, it ends well ($part)");
	is($requests, $usual + 1, "by one request more ($part)");
	($later) = read_slowly(0, $cut);
	# where nothing came yet of a kept connection, libcurl itself takes another
	is($later, '08006', "cut while somebody waits, it is a failure ($part)") if $part ne 'before';
}

# the time of the tenant counts, before a pause and after it
my ($later, undef, $took) = read_slowly(0, { hang => 'before', seconds => 20 });
is($later, '08006', 'a tenant that is slow is bounded by request_timeout');
($later, undef, $took) = read_slowly(1.5, { hang => 'before', seconds => 20 });
is($later, '08006', 'after a pause, too');
cmp_ok($took, '<', 10, 'and by no more');

$session->finish;
$node->stop;
done_testing();
