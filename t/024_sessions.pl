# Sessions: what one of them may do to itself and to the others, and what they take notice of.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

use GsServer;
use GsSession;
use GsTenant;

my ($node, $tenant) = GsServer::with_tenant({ plans => 300, objectives => 2 }, conf => "restart_after_crash = on\n", init => [ allows_streaming => 1 ]);
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0')});

my $list = 'SELECT count(id) FROM gs.plan_types';
my $count = 'SELECT count(name) FROM gs.successplans';

# The names that the tenant's plans have, and how often.
sub names
{
	my ($pattern) = @_;
	my %times;

	$times{$_}++ for grep { /$pattern/ } map { (split /\t/)[1] } split /\n/, $tenant->control('dump', 'successplans');
	return %times;
}

#
# 5,000 statements that fail, in one session
#
SKIP:
{
	skip 'there is no /proc', 6 unless -r '/proc/self/status';
	my $session = GsSession->new($node);
	my %fault = (
		a => { status => 503 }, b => { status => 401 }, c => { reset => \1 }, d => { close => 'body' },
		e => { status => 200, body => '<html>' }, f => { deep => 2000 }, g => { close => 'before' },
		h => { status => 400, body => { result => \0, errorCode => 'X', errorDesc => 'y' x 3000 } },
		i => { raw => 'HTTP/1.1 200 OK' . "\r\n" . 'Content-Length: 10' . "\r\n\r\n" . 'abc' },
		j => { gzip_bomb => 2 });
	$session->ask(q{ALTER SERVER gainsight OPTIONS (ADD max_response_size '1MB')});
	$tenant->fault($fault{$_}, op => "GET /successplans/$_", times => undef) for keys %fault;
	my @statements = map { "SELECT name FROM gs.successplans WHERE gsid = '$_'" } sort keys %fault;
	my $creates = "INSERT INTO gs.successplans (name) VALUES ('no company')";
	my $values = 'SELECT gsid FROM gs.bad';

	$session->ask(q{CREATE FOREIGN TABLE gs.bad (gsid text, name integer) SERVER gainsight OPTIONS (resource 'successplans')});
	push @statements, $creates, 'SELECT name FROM gs.bad', 'SELECT 1 / 0 FROM gs.plan_types';

	# so many of them, in one message of psql's each
	my $run = sub {
		my ($times) = @_;
		my ($failed, $took) = (0, 0);

		while ($times > 0)
		{
			my $batch = $times < 250 ? $times : 250;
			my ($out, $err) = $session->ask(join ";\n", map { $statements[ $_ % @statements ] } 1 .. $batch);
			$failed += () = $err =~ /^ERROR:  /mg;
			$took += $session->elapsed;
			$times -= $batch;
		}
		return ($failed, $took);
	};
	$run->(250);
	$session->ask('SELECT gainsight_fdw_disconnect_all()');
	my @before = $session->footprint;
	my ($failed, $took) = $run->(5000);
	$session->ask('SELECT gainsight_fdw_disconnect_all()');
	my @after = $session->footprint;
	is($failed, 5000, '5,000 statements fail');
	cmp_ok($took, '<', 120, 'in less than two minutes');
	cmp_ok($after[0] - $before[0], '<', 1024, 'and take no memory');
	is($after[1], $before[1], 'and no descriptor');
	note sprintf '%.1f s, RSS %+d kB, %d descriptors', $took, $after[0] - $before[0], $after[1];
	$tenant->control('defaults');
	my ($out, $err) = $session->ask($count);
	is("$out$err", '300', 'the session is as good as before');
	# the same within subtransactions of one statement
	my $caught = sub {
		my ($times) = @_;

		return $session->ask(<<"SQL");
DO \$\$
BEGIN
	FOR i IN 1 .. $times LOOP
		BEGIN
			PERFORM name FROM gs.successplans WHERE gsid = 'h';
			RAISE 'no error';
		EXCEPTION WHEN fdw_unable_to_create_execution THEN NULL;
		END;
	END LOOP;
END \$\$;
SELECT gainsight_fdw_disconnect_all()
SQL
	};
	$tenant->fault({ status => 400 }, op => 'GET /successplans/h', times => undef);
	$caught->(10);
	@before = $session->footprint;
	($out, $err) = $caught->(300);
	is("$out$err", 't', '300 failures are caught in one statement');
	my @then = $session->footprint;
	is($then[1], $before[1], 'which keeps no descriptor either');
	$session->ask(q{ALTER SERVER gainsight OPTIONS (DROP max_response_size)});
	$session->finish;
	$tenant->control('defaults');
}

#
# What is altered holds from the next statement on
#
my $other = GsTenant->new(plans => 7, key => 'another key');
{
	my $session = GsSession->new($node);
	my $admin = GsSession->new($node);
	my $prepared = "PREPARE p AS $count; EXECUTE p";
	my ($old_url, $new_url) = ($tenant->url, $other->url);

	$session->ask('SET plan_cache_mode = force_generic_plan');
	is(($session->ask("$prepared; EXECUTE p"))[0], "300\n300", 'a session knows its tenant');
	$admin->ask("ALTER SERVER gainsight OPTIONS (SET base_url '$new_url')");
	is($session->sqlstate('EXECUTE p'), '28000', 'another tenant refuses the key');
	$admin->ask("ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET access_key 'another key')");
	is(($session->ask('EXECUTE p'))[0], '7', 'with another key it is read');
	is(($session->ask($count))[0], '7', 'by other statements as well');
	is(($session->ask('SELECT server_name, valid FROM gainsight_fdw_get_connections()'))[0], 'gainsight|t',
		'by connections that are valid');
	$admin->ask("ALTER SERVER gainsight OPTIONS (SET base_url '$old_url')");
	is(($session->ask('SELECT server_name, valid FROM gainsight_fdw_get_connections()'))[0], 'gainsight|f',
		'until the server is altered');
	$tenant->control('set', 'key=another key');
	is(($session->ask('EXECUTE p'))[0], '300', 'the old tenant, with the new key');
	$tenant->control('set', 'key=sandbox-key');
	is($session->sqlstate('EXECUTE p'), '28000', 'which it takes no longer');
	$admin->ask('DROP USER MAPPING FOR CURRENT_USER SERVER gainsight');
	is($session->sqlstate('EXECUTE p'), '28000', 'without a mapping there is no key');
	like($session->error, qr/no user mapping/, 'and that is said');
	$admin->ask(q{CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key 'sandbox-key')});
	is(($session->ask('EXECUTE p'))[0], '300', 'a new one is used');
	# in a transaction, too, and by a table
	$admin->ask(q{ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '50')});
	$session->ask("BEGIN; $count");
	$admin->ask(q{ALTER SERVER gainsight OPTIONS (ADD max_requests '1')});
	is($session->sqlstate('EXECUTE p'), '54000', 'it is so within a transaction');
	$session->ask('ROLLBACK');
	$admin->ask(q{ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD max_requests '0')});
	is(($session->ask('EXECUTE p'))[0], '300', "a table's option beats its server's");
	$admin->ask('ALTER SERVER gainsight OPTIONS (DROP max_requests)');
	$admin->ask('ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP max_requests, DROP page_size)');
	# a cursor goes on as it was opened
	$admin->ask(q{ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '20')});
	is(($session->ask('BEGIN; DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans; MOVE 10 FROM c; SELECT 1'))[0], '1', 'a cursor is open');
	$admin->ask("ALTER SERVER gainsight OPTIONS (SET base_url '$new_url')");
	my ($out, $err) = $session->ask('MOVE ALL FROM c; ROLLBACK');
	is($err, '', 'and goes on with the tenant that it was opened for');
	is($other->control('requests', '-v') =~ /"offset":\d\d/ ? 'asked' : 'not asked', 'not asked', 'not with another');
	$admin->ask("ALTER SERVER gainsight OPTIONS (SET base_url '$old_url')");
	$admin->ask('ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size)');
	# a server that is dropped in mid-session
	$admin->ask(<<"SQL");
CREATE SERVER passing FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url '$old_url', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER passing OPTIONS (access_key 'sandbox-key');
CREATE FOREIGN TABLE gs.passing (id text) SERVER passing OPTIONS (resource 'plan_types')
SQL
	is(($session->ask('SELECT count(*) > 0 FROM gs.passing'))[0], 't', 'a server is used');
	$admin->ask('DROP SERVER passing CASCADE');
	($out, $err) = $session->ask('SELECT server_name, valid FROM gainsight_fdw_get_connections() ORDER BY 1; SELECT gainsight_fdw_disconnect_all(); SELECT count(*) FROM gainsight_fdw_get_connections()');
	is($err, '', 'and dropped');
	like($out, qr/^\|f$/m, 'its connections are not valid');
	like($out, qr/^f\n0\z/m, 'and there are none to close after that');
	$_->finish for $session, $admin;
}

#
# One connection of eight is silent
#
{
	my $session = GsSession->new($node);

	$session->ask(q{ALTER SERVER gainsight OPTIONS (ADD request_timeout '3s', SET max_retries '5')});
	$session->ask(q{ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '10')});
	for my $what ([ 'POST /successplans/search', $count, 300, 9 ], [ 'GET /successplans/*/objectives',
		'SELECT count(*) = count(DISTINCT gsid) FROM gs.objectives', 't', 20 ])
	{
		my ($op, $sql, $expected, $skip) = @$what;

		$tenant->control('defaults');
		$tenant->fault({ hang => 'body', seconds => 30 }, op => $op, skip => $skip);
		my ($out, $err) = $session->ask($sql);
		is("$out$err", $expected, "$op: a silent connection is replaced");
		cmp_ok($session->elapsed, '<', 20, 'when its time is up');
	}
	# what the others have brought meanwhile counts
	$tenant->control('defaults');
	$tenant->control('clear');
	$tenant->fault({ hang => 'before', seconds => 30 }, op => 'GET /successplans/*/objectives', skip => 20);
	$session->ask('SELECT count(*) FROM gs.objectives');
	my %asked;
	$asked{$_}++ for grep { m{/objectives$} } split /\n/, $tenant->control('requests', '-v');
	is(scalar(grep { $_ > 1 } values %asked), 1, 'and nothing else is asked again');
	$session->ask(q{ALTER SERVER gainsight OPTIONS (DROP request_timeout)});
	$session->ask(q{ALTER FOREIGN TABLE gs.successplans OPTIONS (DROP page_size)});
	$session->finish;
	$tenant->control('defaults');
}

#
# A standby
#
{
	$node->backup('backup');
	for my $preload ('', 'gainsight_fdw')
	{
		my $standby = PostgreSQL::Test::Cluster->new("standby$preload");
		my $how = $preload ? 'preloaded' : 'not preloaded';

		$standby->init_from_backup($node, 'backup', has_streaming => 1);
		$standby->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'\n");
		$standby->start;
		my $session = GsSession->new($standby);
		is(($session->ask('SELECT pg_is_in_recovery()'))[0], 't', "a standby, $how");
		is(($session->ask($count))[0], '300', 'it reads plans');
		is(($session->ask('SELECT count(*) > 0 FROM gs.objectives'))[0], 't', 'and objectives');
		is(($session->ask('SELECT count(*) FROM gs.successplans'))[0], '300', 'and totals');
		my ($counts) = $session->ask('SELECT requests > 2, errors, rows > 300, bytes_received > 0 FROM gainsight_fdw_stats');
		is($counts, 't|0|t|t', 'it counts');
		$tenant->fault({ status => 503 }, op => '*');
		is($session->sqlstate($list), '', 'it tries again');
		is(($session->ask('SELECT retries, last_error IS NULL FROM gainsight_fdw_stats'))[0], '1|t', 'and counts that');
		is($session->sqlstate("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('standby', 'c', 't')"),
			'25006', 'it does not write');
		is(($session->ask("SELECT bool_and(ok) FROM gainsight_fdw_check('gainsight') WHERE step <> 'TLS'"))[0], 't', 'it can be checked');
		is(($session->ask("SELECT ok FROM gainsight_fdw_check('gainsight') WHERE step = 'shared memory'"))[0], 't',
			'it has shared memory');
		is(($session->ask('SELECT gainsight_fdw_stats_reset(); SELECT count(*) FROM gainsight_fdw_stats'))[0], "\n0",
			'the counts can be reset');
		is(($session->ask("BEGIN READ ONLY; $count; ROLLBACK; SELECT requests FROM gainsight_fdw_stats"))[0], "300\n1",
			'and survive a rollback');
		$session->finish;
		$standby->stop;
	}
	my %times = names(qr/^standby$/);
	is(scalar keys %times, 0, 'a standby has written nothing');
}

#
# kill -9 in the middle of writes
#
for my $preload ('', 'gainsight_fdw')
{
	my $how = $preload ? 'preloaded' : 'not preloaded';

	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$preload'\n");
	$node->restart;
	$tenant->control('set', 'latency_ms=20');
	my $bystander = GsSession->new($node);
	my $writer = GsSession->new($node);
	my $pid = $writer->pid;
	my $name = $preload ? 'b' : 'a';

	$bystander->ask($list);
	$writer->start("INSERT INTO gs.successplans (name, company_id, type_id) SELECT '$name ' || n, 'c', 't' FROM generate_series(1, 2000) AS n");
	my %times;
	GsServer::eventually(sub { %times = names(qr/^$name \d+$/); %times ? 1 : 0 });
	kill 'KILL', $pid;
	$writer->answer;
	$writer->finish;
	$bystander->finish;
	ok(GsServer::eventually(sub { ($node->psql('postgres', 'SELECT 1'))[0] == 0 }), "$how: the server comes back from kill -9");
	$node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()');
	is($node->safe_psql('postgres', "$list; SELECT requests FROM gainsight_fdw_stats"), "6\n1",
		'other sessions go on, and count from nothing');
	%times = names(qr/^$name \d+$/);
	sleep 0.3;
	my %later = names(qr/^$name \d+$/);
	cmp_ok(scalar keys %times, '>', 0, 'it was in the middle of writes');
	cmp_ok(scalar keys %times, '<', 2000, 'which have not all been made');
	is(scalar keys %later, scalar keys %times, 'and none is made afterwards');
	is(scalar(grep { $_ > 1 } values %later), 0, 'nor was any made twice');
	note scalar keys %later, " plans were created before";
	is($node->safe_psql('postgres', 'SELECT count(*) FROM gainsight_fdw_progress'), 0, 'nothing is in progress');
	$tenant->control('set', 'latency_ms=0');
}

#
# The tenant restarts, and the connections that were kept are none
#
{
	my $session = GsSession->new($node);
	my ($port) = $other->url =~ /:(\d+)/;
	my $url = $other->url;

	$session->ask("ALTER SERVER gainsight OPTIONS (SET base_url '$url', SET max_retries '0'); ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (SET access_key 'another key')");
	is(($session->ask($count))[0], '7', 'a tenant is read');
	$other->stop;
	is($session->sqlstate($list), '08001', 'it is gone');
	$other = GsTenant->new(plans => 9, key => 'another key', port => $port);
	is(($session->ask($count))[0], '9', 'it is back');
	$other->stop;
	$other = GsTenant->new(plans => 9, key => 'another key', port => $port);
	is($session->sqlstate("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('again', 'c', 't')"), '',
		'a create does not take a connection that is dead');
	# nor do several, each of which finds one
	my $creates = "INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'many ' || n, 'c', 't' FROM generate_series(1, 24) AS n";
	is($session->sqlstate($creates), '', 'creates have a connection each');
	$other->stop;
	$other = GsTenant->new(plans => 9, key => 'another key', port => $port);
	is($session->sqlstate($creates), '', 'which they do not take when it is dead');
	is($other->requests, 24, 'and each of them goes out once');
	$session->finish;
}

#
# Shared memory that cannot be had
#
{
	$node->stop;
	$node->append_conf('postgresql.conf', "shared_preload_libraries = ''\nmax_locks_per_transaction = 10\nmax_connections = 10\n");
	$node->start;
	# the table of locks grows into what the server has to spare, and stays as large
	my ($status, undef, $why) = $node->psql('postgres',
		'SELECT count(pg_advisory_xact_lock(n)) FROM generate_series(1, 1000000) AS n');
	like($why, qr/out of shared memory/, 'the shared memory is used up');
	my $session = GsSession->new($node);
	my ($out, $err) = $session->ask("SET client_min_messages = warning; $count");
	SKIP:
	{
		skip 'there was some left', 6 unless $err =~ /WARNING/ || $err ne '';
		is($out, 33, 'without it statements go on');
		like($err, qr/WARNING: .*no shared memory.*shared_preload_libraries/s, 'with a warning');
		($out, $err) = $session->ask($count);
		is("$out$err", '33', 'once');
		is(($session->ask("SELECT ok FROM gainsight_fdw_check('gainsight') WHERE step = 'shared memory'"))[0], 'f',
			'gainsight_fdw_check says so');
		is($session->sqlstate("SET statement_timeout = '100ms'; SELECT pg_sleep(60)"), '57014', 'it can be cancelled');
		cmp_ok($session->elapsed, '<', 15, 'at once');
	}
	$session->finish;
	# a session whose first wait of all is for the tenant
	$other->fault({ hang => 'before', seconds => 60 });
	my $second = GsSession->new($node);
	is($second->sqlstate("SET statement_timeout = '200ms'; $list"), '57014', 'so can a transfer');
	cmp_ok($second->elapsed, '<', 15, 'at once');
	$second->finish;
}

#
# The postmaster is gone
#
{
	my $session = GsSession->new($node);
	my $pid = $session->pid;
	$other->fault({ hang => 'before', seconds => 60 });
	$session->start($list);
	ok(GsServer::eventually(sub { $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid AND wait_event_type = 'Extension'") }),
		'a session waits for the tenant');
	my $started = time;
	$node->kill9;
	ok(GsServer::eventually(sub { !kill 0, $pid }), 'it does not outlive its postmaster');
	cmp_ok(time - $started, '<', 20, 'at once');
	$node->start;
	is($node->safe_psql('postgres', 'SELECT 1'), 1, 'so the next one starts');
}

$node->stop;
done_testing();
