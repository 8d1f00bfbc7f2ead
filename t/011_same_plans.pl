# Sessions that update the same plans at once: they lose nothing of what they were told is done.
use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

# GS_COUNTER_RUNS=20 is worth it after a change of what an update goes by.
my $runs = $ENV{GS_COUNTER_RUNS} || 1;
my $sessions = 12;
my $times = 10;

my ($node, $tenant) = GsServer::with_tenant({ plans => 0, objectives => 0 }, conf => "max_connections = 40\n");
$node->safe_psql('postgres', 'CREATE TABLE keys AS SELECT * FROM (VALUES (\'1P02C0\'), (\'1P02C1\'), (\'1P02C2\')) AS v(id);'
	  . 'ANALYZE keys; CREATE SEQUENCE told');

my $add = 'comments = (p.comments::int + 1)::text';
my %ways = (
	'by key' => sub { "UPDATE gs.successplans AS p SET $add WHERE gsid = '$_[0]'" },
	'by name' => sub { "UPDATE gs.successplans AS p SET $add WHERE name = 'plan $_[0]'" },
	'by join' => sub { "UPDATE gs.successplans AS p SET $add FROM keys AS k WHERE k.id = '$_[0]' AND p.gsid = k.id" },
	'in PL/pgSQL' => sub {
		my $update = "UPDATE gs.successplans AS p SET $add WHERE gsid = '$_[0]' OR gsid = '1P02NONE'";
		# what fails is caught, and may be tried again
		return "DO \$\$ BEGIN $update; PERFORM nextval('told'); EXCEPTION WHEN serialization_failure THEN "
		  . "BEGIN $update; PERFORM nextval('told'); EXCEPTION WHEN serialization_failure THEN NULL; END; END \$\$";
	});

# What the sessions were told, and what the tenant holds.
sub run_sessions
{
	my ($statement, %set) = @_;
	my (@psql, @out, @err);

	$tenant->ctl('reset');
	$tenant->ctl('set', map { "$_=$set{$_}" } keys %set) if %set;
	$tenant->ctl('insert', qq({"Gsid":"1P02C$_","Name":"plan 1P02C$_","CompanyId":"1P01","TypeId":"1T01","Comments":"0"})) for 0 .. 2;
	$node->safe_psql('postgres', q{SELECT setval('told', 1)});
	for my $session (0 .. $sessions - 1)
	{
		my @commands = map { ('-c', $statement->("1P02C" . ($session + $_) % 3)) } 1 .. $times;

		($out[$session], $err[$session]) = ('', '');
		push @psql, IPC::Run::start([ 'psql', '-XAt', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), @commands ],
			'<', '/dev/null', '>', \$out[$session], '2>', \$err[$session], IPC::Run::timeout(300));
	}
	$_->finish for @psql;
	my $told = grep { $_ eq 'UPDATE 1' } map { split /\n/ } @out;
	$told += $node->safe_psql('postgres', q{SELECT last_value - 1 FROM told});
	my $held = 0;
	$held += $_ for map { $tenant->ctl('plan', "1P02C$_") =~ /"Comments": "(\d+)"/ } 0 .. 2;
	my %errors = map { /^ERROR:  (\w+)/ ? ($1 => 1) : () } map { split /\n/ } @err;
	return ($told, $held, join ' ', sort keys %errors);
}

#
# The rate limit lets a minute pass between two updates of a statement: a colleague's change in it is seen
#
my $slow = GsTenant->new(plans => 0, objectives => 0);
my ($slow_out, $slow_err) = ('', '');
$slow->ctl('insert', qq({"Gsid":"1P02S$_","Name":"slow $_","CompanyId":"1P01","TypeId":"1T01","Comments":"0"})) for 1, 2;
$node->safe_psql('postgres', sprintf q{
CREATE SERVER slow FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url '%s', rate_limit '3');
CREATE USER MAPPING FOR CURRENT_USER SERVER slow OPTIONS (access_key '%s');
CREATE SCHEMA slow;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER slow INTO slow}, $slow->url, $slow->key);
my $slow_psql = IPC::Run::start(
	[ 'psql', '-XAt', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), '-c',
		q{UPDATE slow.successplans SET status = 'Archived' WHERE company_id = '1P01'} ],
	'<', '/dev/null', '>', \$slow_out, '2>', \$slow_err, IPC::Run::timeout(120 + 60 * $runs));
GsServer::eventually(sub { $slow->control('counters') =~ /"PUT / });
# the first is done; the second waits for its turn
my ($first) = grep { $slow->ctl('plan', "1P02S$_") =~ /Archived/ } 1, 2;
$slow->control('touch', "1P02S$_", 'Comments=a colleague') for grep { $_ != $first } 1, 2;

for my $run (1 .. $runs)
{
	for my $way (sort keys %ways)
	{
		my ($told, $held, $errors) = run_sessions($ways{$way}, latency_ms => 2, jitter_ms => 5);

		is($held, $told, "$way: the tenant holds what was told ($told of " . $sessions * $times . ')');
		like($errors, qr/^(40001)?$/, "$way: whoever came too late was told so");
		is($told, $sessions * $times, "$way: and none did, as the plan was read under its lock")
		  if $way eq 'by key';
	}
}

# a tenant whose ModifiedDate does not tell of a second change within a second
my ($told, $held) = run_sessions($ways{'by name'}, modified_seconds => 'true');
is($held, $told, 'ModifiedDate in whole seconds: the fields tell');

$slow_psql->finish;
like($slow_err, qr/ERROR:  40001:/, 'what was changed while the statement waited for the rate is not written');
like($slow->ctl('plan', '1P02S' . (3 - $first)), qr/"Comments": "a colleague"/, 'the change is there');
unlike($slow->ctl('plan', '1P02S' . (3 - $first)), qr/Archived/, 'and ours is not');
like($slow_err, qr/: 1 stay/, 'the other plan was updated, and that is said');

#
# The lock: a wait for it ends with a cancel, and what fails gives it back
#
sub locks
{
	return $node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'});
}

$tenant->ctl('reset');
$tenant->ctl('insert', qq({"Gsid":"1P02L$_","Name":"lock $_","CompanyId":"1P01","TypeId":"1T01"})) for 1, 2;
my ($holder, $waiter) = (GsSession->new($node), GsSession->new($node));
$tenant->fault({ hang => 'before', seconds => 10 }, op => 'PUT /successplans/1P02L1');
$holder->start(q{UPDATE gs.successplans SET comments = 'held' WHERE gsid = '1P02L1'});
GsServer::eventually(sub { locks() > 0 });
is(locks(), 1, 'a plan that is being updated is locked');
is($waiter->sqlstate(q{SET statement_timeout = '500ms'; UPDATE gs.successplans SET comments = 'too soon' WHERE gsid = '1P02L1'}),
	'57014', 'a wait for it ends with a timeout');
is($waiter->sqlstate(q{SET statement_timeout = 0; SET lock_timeout = '300ms'; UPDATE gs.successplans SET comments = 'too soon' WHERE company_id = '1P01'}),
	'55P03', 'and with lock_timeout');
like($tenant->ctl('plan', '1P02L2'), qr/too soon/, 'after all that could be done without it');
$waiter->ask('RESET lock_timeout');
my (undef, $err) = $waiter->ask(q{UPDATE gs.successplans SET comments = comments || ', and again' WHERE gsid = '1P02L1'});
is($err, '', 'who waits for it comes next');
(undef, $err) = $holder->answer;
is($err, '', 'its holder is not disturbed');
like($tenant->ctl('plan', '1P02L1'), qr/"held, and again"/, 'the second saw what the first wrote');
is(locks(), 0, 'none is left');
# an error while it is held: of the values, of the tenant, in a subtransaction
$tenant->fault({ status => 400, body => { result => \0, errorCode => 'GSOBJ_1001' } }, op => 'PUT *', times => 2);
is($holder->sqlstate(q{BEGIN; UPDATE gs.successplans SET comments = (1 / (length(comments) - length(comments)))::text WHERE gsid = '1P02L1'}), '22012', 'a value that cannot be computed');
is(locks(), 0, 'gives it back');
is($holder->sqlstate(q{ROLLBACK; UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02L1'}), '22023', 'a refusal');
is(locks(), 0, 'does, too');
(undef, $err) = $holder->ask(q{BEGIN; DO $$ BEGIN UPDATE gs.successplans SET comments = 'x' WHERE gsid = '1P02L1'; EXCEPTION WHEN others THEN NULL; END $$});
is(locks(), 0, 'and one that is caught');
(undef, $err) = $holder->ask('COMMIT');
is($err, '', 'without a word');
# a session that is ended while it holds one
$tenant->fault({ hang => 'before', seconds => 10 }, op => 'PUT /successplans/1P02L1');
my $pid = $holder->pid;
$holder->start(q{UPDATE gs.successplans SET comments = 'ended' WHERE gsid = '1P02L1'});
GsServer::eventually(sub { locks() > 0 });
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid, 5000)");
is(locks(), 0, 'a session that ends gives it back');
# two plans, updated by two sessions inside each other: no deadlock
$tenant->ctl('defaults');
$node->safe_psql('postgres', q{
CREATE FUNCTION other(plan text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_sleep(0.5);
	UPDATE gs.successplans SET comments = 'inside' WHERE gsid = plan;
	RETURN 'outside';
END $$});
my ($one, $two) = (GsSession->new($node), GsSession->new($node));
$one->start(q{UPDATE gs.successplans SET comments = other('1P02L2') WHERE gsid = '1P02L1'});
$two->start(q{UPDATE gs.successplans SET comments = other('1P02L1') WHERE gsid = '1P02L2'});
my @ends = map { ($_->answer)[1] } $one, $two;
unlike("@ends", qr/40P01/, 'updates inside each other are no deadlock');
cmp_ok($one->elapsed, '<', 20, 'nor a long wait');
$_->finish for $waiter, $one, $two;

done_testing();
