# The rate limit that all sessions share, and the pauses that a tenant asks for.
#
# A minute is a minute: what takes one runs beside the rest.  With GS_SLOW set it is two minutes
# of 20 sessions, 600 requests a minute.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

use GsServer;
use GsSession;
use GsTenant;

my ($sessions, $rate, $seconds, $least) = $ENV{GS_SLOW} ? (20, 600, 120, 1050) : (4, 30, 68, 50);

my $node = GsServer::start(conf => "max_connections = 100\n");
$node->safe_psql('postgres', 'CREATE DATABASE other');
my @databases = ('postgres', 'other');
$node->safe_psql($_, 'CREATE EXTENSION gainsight_fdw') for @databases;

# A tenant, and in both databases a server and a schema of this name for it.
my %tenant;

sub add_server
{
	my ($name, $tenant, %options) = @_;
	my $options = join ', ', map { "$_ '$options{$_}'" } 'base_url', grep { $_ ne 'base_url' } sort keys %options;
	my $url = $tenant->url;

	$options =~ s/base_url ''/base_url '$url'/;
	$node->safe_psql($_, <<"SQL") for @databases;
CREATE SERVER $name FOREIGN DATA WRAPPER gainsight_fdw OPTIONS ($options);
CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (access_key 'sandbox-key');
CREATE SCHEMA $name;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER $name INTO $name;
SQL
	return;
}

sub add_tenant
{
	my ($name, %options) = @_;

	$tenant{$name} = GsTenant->new(plans => 20, objectives => 1);
	add_server($name, $tenant{$name}, base_url => '', %options);
	return $tenant{$name};
}

sub session
{
	my ($database) = @_;

	return GsSession->new($node, dbname => $database || 'postgres', timeout => 300);
}

sub list { return "SELECT count(id) FROM $_[0].plan_types" }

#
# What takes a minute begins first: as many requests as the limit allows, from two databases
#
add_tenant('busy', rate_limit => $rate);
$tenant{busy}->control('set', "rate_limit=$rate");
my @busy = map { session($databases[ $_ % 2 ]) } 1 .. $sessions;
my $statement = list('busy') =~ s/SELECT/PERFORM/r;
$_->start(<<"SQL") for @busy;
SET statement_timeout = '${seconds}s';
DO \$\$ BEGIN LOOP $statement; END LOOP; END \$\$
SQL

# Three copies that take all that they may, and have a tenth of the window left for others.
add_tenant('room', rate_limit => 20);
my @copies = map { session() } 1 .. 3;
# a session that has started a tenth is no small one
$_->ask(list('room') . '; ' . list('room')) for @copies;
$_->start("SET statement_timeout = '66s'; DO \$\$ BEGIN LOOP PERFORM id FROM room.plan_types; END LOOP; END \$\$") for @copies;

{
	my $tries = 300;

	sleep 0.1 while $tenant{room}->log(100) < 18 && $tries-- > 0;
	is(scalar $tenant{room}->log(100), 18, 'copies take nine tenths of the window');
	for (1 .. 2)
	{
		my $small = session('other');

		is(($small->ask(list('room')))[0], '6', 'a small query is answered beside them');
		cmp_ok($small->elapsed, '<', 20, 'and does not wait for the window');
		$small->finish;
	}
	is(scalar $tenant{room}->log(100), 20, 'from the tenth that is left');
	my $third = session();
	like(($third->ask("SET statement_timeout = '2s'; " . list('room')))[1], qr/ERROR:  57014:/, 'which ends, too');
	$third->finish;
}

# Who has waited longer goes first: one that never stops asking, and two that ask once.
add_tenant('fair', rate_limit => 3);
my ($greedy, $early, $late) = (session('postgres'), session('other'), session('postgres'));
$greedy->start("SET statement_timeout = '66s'; DO \$\$ BEGIN FOR i IN 1 .. 5 LOOP PERFORM id FROM fair.plan_types; END LOOP; END \$\$");

# A pause is a minute at most.
add_tenant('patient', rate_limit => 0);
my $patient = session('postgres');
$tenant{patient}->fault({ status => 429, headers => { 'Retry-After' => '7200' } });
$patient->start(list('patient'));

sleep 2;
my $now = 'SELECT extract(epoch FROM clock_timestamp())';
$early->start("$now; " . list('fair') . "; $now");
sleep 2;
$late->start("$now; " . list('fair') . "; $now");

#
# The pause that one session is asked for is seen by the others
#
add_tenant('pausing', rate_limit => 0);
{
	my ($one, $other, $third) = (session('postgres'), session('other'), session('other'));

	$_->ask('SELECT 1') for $one, $other, $third;
	$tenant{pausing}->fault({ status => 429, headers => { 'Retry-After' => '7' } });
	$one->start(list('pausing'));
	GsServer::eventually(sub { $tenant{pausing}->control('counters') =~ /"429": 1\b/ });
	my $refused = time;
	$other->start(list('pausing'));
	is($third->sqlstate("SET statement_timeout = '300ms'; " . list('pausing')), '57014', 'who waits may be cancelled');
	my ($out, $err) = $other->answer;
	is($out, '6', 'a pause is seen in another database');
	cmp_ok(time - $refused, '>', 6.2, 'and kept');
	cmp_ok(time - $refused, '<', 12, 'and no longer');
	like($err, qr/^NOTICE: .*rate limit/m, 'after 5 s it is told');
	($out, $err) = $one->answer;
	is($out, '6', 'who was refused is answered as well');
	like($err, qr/^NOTICE: .*rate limit.*refused a request, which is sent again in 7 s/ms, 'and told why it waits');
	is($tenant{pausing}->requests, 3, 'and nothing was sent meanwhile');
	my @log = $tenant{pausing}->log;
	cmp_ok($log[1]{time} - $log[0]{time}, '>', 6.9, 'by nobody');
	is(($one->ask('SELECT rate_limited, retries, errors, wait_time > 6000 FROM gainsight_fdw_stats WHERE server_name = \'pausing\''))[0],
		'1|1|0|t', 'it is counted');
	# short waits are not told
	$tenant{pausing}->fault({ status => 429, headers => { 'Retry-After' => '1' } });
	($out, $err) = $one->ask(list('pausing'));
	is("$out$err", '6', 'a short wait is not told');
	# where the tenant does not say how long, it begins with 5 s
	$tenant{pausing}->fault({ status => 429 });
	$one->start(list('pausing'));
	($out, $err) = $one->answer;
	@log = $tenant{pausing}->log(2);
	my $wait = $log[1]{time} - $log[0]{time};
	cmp_ok($wait, '>', 3.9, 'without Retry-After: about 5 s');
	cmp_ok($wait, '<', 9.5, 'and no longer');
	$_->finish for $one, $other, $third;
}

#
# A session holds the tenant's count against its own server's figure
#
add_tenant('counted', rate_limit => 2);
add_server('counted_more', $tenant{counted}, base_url => '', rate_limit => 5);
add_server('counted_not', $tenant{counted}, base_url => '', rate_limit => 0);
{
	my ($one, $other) = (session('postgres'), session('other'));
	my $list = list('counted');
	my $more = list('counted_more');

	is(($one->ask("$list; $list"))[0], "6\n6", 'as many as allowed go at once');
	is($other->sqlstate("SET statement_timeout = '400ms'; $list"), '57014', 'the next one waits, in another database too');
	is(($other->ask("RESET statement_timeout; $more; $more; $more"))[0], "6\n6\n6", 'another server of this tenant allows more');
	cmp_ok($other->elapsed, '<', 20, 'at once: who has gone away holds nobody up');
	is($other->sqlstate("SET statement_timeout = '400ms'; $more"), '57014', 'but no more than that');
	is($other->sqlstate('RESET statement_timeout; ' . list('counted_not')), '', 'one without a limit does not wait');
	is($one->sqlstate("SET statement_timeout = '400ms'; $list"), '57014', 'and counts with the others');
	is($tenant{counted}->requests, 6, 'so many were sent');
	$_->finish for $one, $other;
}

# nor does who waits by a lower figure
add_tenant('low', rate_limit => 2);
add_server('high', $tenant{low}, base_url => '', rate_limit => 50);
{
	my ($one, $other) = (session('postgres'), session('other'));
	my $list = list('low');

	my $pid = $one->pid;
	$one->ask("$list; $list");
	$one->start($list);
	$node->poll_query_until('postgres', "SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid") or die 'nobody waits';
	my @answers = split /\n/, ($other->ask(join '; ', (list('high')) x 3))[0];
	is("@answers", '6 6 6', 'who waits by a lower figure');
	cmp_ok($other->elapsed, '<', 15, 'holds nobody up');
	$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
	$one->answer;
	$_->finish for $one, $other;
}

# A row that is refused takes those with it that still wait for their turn
add_tenant('refusing', rate_limit => 3);
{
	my $one = session('postgres');
	my ($out, $err) = $one->ask(q{INSERT INTO refusing.successplans (name, company_id, type_id, status)
		SELECT 'row ' || n, '1P01', '1T01', CASE n WHEN 1 THEN 'nonsense' END FROM generate_series(1, 8) AS n});

	like($err, qr/^ERROR: +22023.*has created 2 rows/ms, 'a row is refused');
	cmp_ok($one->elapsed, '<', 20, 'at once');
	is($tenant{refusing}->requests, 3, 'and no other is sent');
	$one->finish;
}

#
# 20 sessions are refused again and again
#
add_tenant('stormy', rate_limit => 0);
{
	my @clients = map { session($databases[ $_ % 2 ]) } 1 .. 20;

	$_->ask('SELECT 1') for @clients;
	$tenant{stormy}->fault({ status => 429, headers => { 'Retry-After' => '1' } }, times => 40);
	my $list = list('stormy');
	my $plans = 'SELECT count(name) FROM stormy.successplans';
	my $start = time;
	$_->start("$list; $plans; $list") for @clients;
	my @answers = map { [ $_->answer ] } @clients;
	my $took = time - $start;
	is_deeply([ map { $_->[0] } @answers ], [ ("6\n20\n6") x 20 ], 'a storm of refusals is got over by all');
	# who has waited for more than 5 s is told so
	is(scalar(grep { $_->[1] =~ /^(?:ERROR|FATAL|WARNING):/m } @answers), 0, 'and none hears of more than its wait');
	cmp_ok($took, '<', 60, 'in time');
	my ($refused) = $tenant{stormy}->control('counters') =~ /"429": (\d+)/;
	is($refused, 40, 'after 40 refusals');
	cmp_ok($tenant{stormy}->requests, '<=', 40 + 20 * 4, 'with no request too many');
	note sprintf '%.1f s', $took;
	# for good
	$tenant{stormy}->fault({ status => 429, headers => { 'Retry-After' => '1' } }, times => undef);
	$node->safe_psql($_, q{ALTER SERVER stormy OPTIONS (ADD max_retries '2')}) for @databases;
	$start = time;
	$_->start($list) for @clients;
	@answers = map { join '', $_->answer } @clients;
	is(scalar(grep { /^ERROR:  53400:/m } @answers), 20, 'one that does not end is an error for all');
	cmp_ok(time - $start, '<', 60, 'in time');
	$_->finish for @clients;
}

#
# More tenants than there is room for
#
{
	my $crowd = GsServer::start(name => 'crowd');

	$crowd->safe_psql('postgres', <<'SQL');
CREATE EXTENSION gainsight_fdw;
DO $$
BEGIN
	FOR i IN 1 .. 66 LOOP
		EXECUTE format('CREATE SERVER s%s FOREIGN DATA WRAPPER gainsight_fdw
			OPTIONS (base_url ''http://127.1.0.%s:1/v1'', max_retries ''0'')', i, i);
		EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER s%s OPTIONS (access_key ''k'')', i);
		EXECUTE format('CREATE FOREIGN TABLE t%s (id text) SERVER s%s OPTIONS (resource ''plan_types'')', i, i);
	END LOOP;
END $$
SQL
	my $one = GsSession->new($crowd);
	my ($out, $err) = $one->ask(join ';', map { "SELECT FROM t$_" } 1 .. 64);
	is(scalar(() = $err =~ /^ERROR:  08001:/mg), 64, '64 tenants');
	unlike($err, qr/WARNING/, 'share their limits');
	($out, $err) = $one->ask('SELECT FROM t65; SELECT FROM t66; SELECT FROM t65');
	is(scalar(() = $err =~ /^WARNING: .*this session alone/mg), 1, 'the limit of another is told to be its own');
	is(scalar(() = $err =~ /^ERROR:  08001:/mg), 3, 'and holds');
	# counters give way, too
	is(($one->ask('SELECT count(*) FROM gainsight_fdw_stats'))[0], '64', 'counters are kept for 64');
	is(($one->ask(q{SELECT count(*) FROM gainsight_fdw_stats WHERE server_name IN ('s65', 's66')}))[0], '2', 'the last ones used');
	is(($one->ask(q{SELECT count(*) FROM gainsight_fdw_stats WHERE server_name IN ('s1', 's2')}))[0], '0', 'the first have given way');
	$one->finish;
	$crowd->stop;
}

#
# A minute has passed
#
{
	my ($out, $err) = $patient->answer;
	is($out, '6', 'who was told to come back in two hours');
	my @log = $tenant{patient}->log;
	my $wait = $log[1]{time} - $log[0]{time};
	cmp_ok($wait, '>', 59, 'comes back after a minute, not sooner');
	cmp_ok($wait, '<', 80, 'not later');

	my ($at_once, $then) = map { my ($begun, undef, $done) = split /\n/, ($_->answer)[0]; $done - $begun } $early, $late;
	$greedy->answer;
	cmp_ok($at_once, '<', 86, 'who has waited long goes before who asks again and again');
	cmp_ok($then, '<', 86, 'and so does the next');
	$_->finish for $patient, $greedy, $early, $late;
	$_->answer for @copies;
	$_->finish for @copies;
}
{
	my @answers = map { [ $_->answer ] } @busy;
	my @log = $tenant{busy}->log(100_000);
	my @in_time = grep { $_->{time} < $log[0]{time} + $seconds } @log;
	my ($refused) = $tenant{busy}->control('counters') =~ /"rate_limited": (\d+)/;
	my $most = 0;
	my $first = 0;

	is(scalar(grep { $_->[1] =~ /ERROR:  57014:/ } @answers), $sessions, "$sessions sessions in two databases have asked for $seconds s");
	is($refused, 0, "a tenant that refuses request @{[ $rate + 1 ]} in any minute has refused none");
	cmp_ok(scalar @in_time, '>=', $least, "at least $least requests were sent");
	for my $last (0 .. $#log)
	{
		$first++ while $log[$last]{time} - $log[$first]{time} >= 60;
		$most = $last - $first + 1 if $last - $first + 1 > $most;
	}
	cmp_ok($most, '<=', $rate, "never more than $rate in a minute");
	is(scalar(grep { $_->[1] =~ /^NOTICE: .*rate limit/m } @answers), $sessions, 'each was told why it waits');
	my %connection;
	$connection{ $_->{connection} }++ for @log;
	my @shares = sort { $a <=> $b } values %connection;
	note scalar @in_time, " requests in $seconds s, $most in a minute at most; shares of sessions: @shares";
	cmp_ok($shares[0] * 4, '>=', $shares[-1], 'each had a fair share') if $ENV{GS_SLOW};
	$_->finish for @busy;
}

$node->stop;
done_testing();
