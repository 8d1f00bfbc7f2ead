# Whatever a statement waits for: cancel, statement_timeout, termination and a fast shutdown end
# it within 200 ms, or hardly later.
#
# How late this machine is by itself is measured as well, by a wait of the server's own.
use strict;
use warnings;

use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

use GsServer;
use GsSession;
use GsTenant;

plan skip_all => 'there is no /proc' unless -r '/proc/self/status';

my $tries = 20;
my $bound = 200;					# ms
my $shutdowns = $ENV{GS_SLOW} ? 20 : 3;

my $node = GsServer::start();

# Who is waiting for so long already is cancelled or terminated, again and again.
my $functions = <<'SQL';
CREATE FUNCTION public.waiting(name text, since timestamptz, OUT pid int, OUT start timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
	-- anywhere between two looks at the interrupts
	delay interval := (40 + random() * 60) * interval '1 ms';
	give_up timestamptz := clock_timestamp() + interval '60 s';
BEGIN
	LOOP
		PERFORM pg_stat_clear_snapshot();
		SELECT a.pid, a.query_start INTO pid, start FROM pg_stat_activity AS a
		WHERE a.application_name = name AND a.state = 'active' AND a.query ~ 'the wait'
		  AND a.query_start > since AND clock_timestamp() > a.query_start + delay
		  AND (a.wait_event_type = 'Extension' OR a.wait_event = 'PgSleep');
		EXIT WHEN FOUND;
		IF clock_timestamp() > give_up THEN
			RAISE 'nobody waits for %', name;
		END IF;
		PERFORM pg_sleep(0.003);
	END LOOP;
END $$;

CREATE FUNCTION public.cancel(name text, tries int) RETURNS SETOF float8
LANGUAGE plpgsql AS $$
DECLARE
	who record;
	last timestamptz := '-infinity';
BEGIN
	FOR i IN 1 .. tries LOOP
		who := waiting(name, last);
		last := who.start;
		RETURN NEXT extract(epoch FROM clock_timestamp());
		PERFORM pg_cancel_backend(who.pid);
	END LOOP;
END $$;

CREATE FUNCTION public.terminate(name text, tries int) RETURNS SETOF float8
LANGUAGE plpgsql AS $$
DECLARE
	who record;
	killed timestamptz;
	last timestamptz := '-infinity';
BEGIN
	FOR i IN 1 .. tries LOOP
		who := waiting(name, last);
		last := who.start;
		killed := clock_timestamp();
		PERFORM pg_terminate_backend(who.pid);
		LOOP
			PERFORM pg_stat_clear_snapshot();
			EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = who.pid);
			IF clock_timestamp() > killed + interval '60 s' THEN
				RAISE '% has not ended', name;
			END IF;
			PERFORM pg_sleep(0.002);
		END LOOP;
		RETURN NEXT extract(epoch FROM clock_timestamp() - killed) * 1000;
	END LOOP;
END $$;
SQL

#
# What there is to wait for: a server for each, and a statement
#
my %wait = ('the server itself' => '/* the wait */ SELECT pg_sleep(60)');

sub add_wait
{
	my ($node, $name, $url, $sql, %options) = @_;
	my $schema = $name =~ s/\W/_/gr;
	my $who = delete $options{who} || q{access_key 'sandbox-key'};
	my $options = join '', map { ", $_ '$options{$_}'" } sort keys %options;

	$node->safe_psql('postgres', <<"SQL");
CREATE SERVER $schema FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url '$url', request_timeout '60s', connect_timeout '60s'$options);
CREATE USER MAPPING FOR CURRENT_USER SERVER $schema OPTIONS ($who);
CREATE SCHEMA $schema;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER $schema INTO $schema;
SQL
	$wait{$name} = '/* the wait */ ' . $sql =~ s/\bgs\./$schema./r;
	return;
}

my $tenant = GsTenant->new(plans => 60, objectives => 3);
my $refusing = GsTenant->new(plans => 5);
my $failing = GsTenant->new(plans => 5);
my $limited = GsTenant->new(plans => 5);
my $written = GsTenant->new(plans => 60);
GsTenant::setup($node, $tenant);
$node->safe_psql('postgres', $functions);
my $plan = $node->safe_psql('postgres', 'SELECT gsid FROM gs.successplans WHERE gsid ~ \'^\w+$\' LIMIT 1');

my $list = 'SELECT count(id) FROM gs.plan_types';
# a listener that never accepts, and whose backlog is full
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "listen: $!";
my @callers =
  map { IO::Socket::INET->new(PeerAddr => '127.0.0.1:' . $listener->sockport, Blocking => 0) } 1 .. 4;
add_wait($node, 'connecting', sprintf('http://127.0.0.1:%d/v1', $listener->sockport), $list, rate_limit => 0);
add_wait($node, 'headers', $tenant->url, $list, rate_limit => 0);
add_wait($node, 'a body', $tenant->url, "SELECT name FROM gs.successplans WHERE gsid = '$plan'", rate_limit => 0);
add_wait($node, 'a fan-out', $tenant->url, 'SELECT count(name) FROM gs.objectives', rate_limit => 0);
add_wait($node, 'a batch of writes', $tenant->url, <<'SQL', rate_limit => 0);
INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'cancelled ' || n, 'c', 't' FROM generate_series(1, 50) AS n
SQL
add_wait($node, 'a description', $tenant->url,
	'IMPORT FOREIGN SCHEMA objects LIMIT TO (gsuser) FROM SERVER a_description INTO a_description',
	dialect => 'nxt', rate_limit => 0);
add_wait($node, 'a check', $tenant->url, q{SELECT count(*) FROM gainsight_fdw_check('a_check')}, dialect => 'nxt', rate_limit => 0);
add_wait($node, 'a token', $tenant->url, 'SELECT count(name) FROM gs.successplans', rate_limit => 0,
	who => q{client_id 'sandbox-client', client_secret 'sandbox-secret'});
add_wait($node, 'a search in nxt', $tenant->url, $list, dialect => 'nxt', rate_limit => 0);
add_wait($node, 'a page in nxt', $tenant->url, 'SELECT count(name) FROM gs.objectives', dialect => 'nxt', rate_limit => 0);
my ($type) = $written->ctl('dump', 'plan_types') =~ /^(\S+)/;
add_wait($node, 'creates in nxt', $written->url, <<"SQL", dialect => 'nxt', rate_limit => 0);
INSERT INTO gs.successplans (name, company_id, type_id, owner_id) SELECT 'cancelled ' || n, 'c', '$type', 'o' FROM generate_series(1, 60) AS n
SQL
# what is cancelled may yet be done when the tenant wakes up, and is no conflict
add_wait($node, 'updates in nxt', $written->url, q{UPDATE gs.successplans SET comments = 'cancelled'}, dialect => 'nxt', rate_limit => 0,
	conflict_check => 'false');
add_wait($node, 'Retry-After', $refusing->url, $list, rate_limit => 0);
add_wait($node, 'another try', $failing->url, $list, rate_limit => 0, max_retries => 100);
add_wait($node, 'the limiter', $limited->url, $list, rate_limit => 2);

$tenant->fault({ hang => 'before', seconds => 600 }, op => $_, times => undef)
  for 'POST /users/m2m/oauth/token', 'GET /successplans/config/types', 'GET /successplans/*/objectives', 'POST /successplans',
  'GET /meta/services/objects/*/describe', 'POST /data/objects/query/da_picklist';
$tenant->fault({ hang => 'body', seconds => 600 }, op => $_, times => undef)
  for 'GET /successplans/*', 'POST /data/objects/query/call_to_action';
$written->fault({ hang => 'before', seconds => 600 }, op => "$_ /v2/successPlan/", times => undef) for 'POST', 'PUT';
$refusing->fault({ status => 429, headers => { 'Retry-After' => '60' } }, times => undef);
$failing->fault({ status => 503 }, times => undef);
$node->safe_psql('postgres', 'SELECT count(id) FROM the_limiter.plan_types; SELECT count(id) FROM the_limiter.plan_types');

#
# Ending them
#

# One session, or more, for each wait.
sub sessions
{
	my ($node, @names) = @_;
	my %sessions;

	for my $name (@names)
	{
		$sessions{$name} = GsSession->new($node);
		$sessions{$name}->ask("SET application_name = '$name'; SET client_min_messages = error");
	}
	return %sessions;
}

my %late;							# ms, by wait

sub check_late
{
	my ($how, $late) = @_;
	my $machine = delete $late->{'the server itself'} || [0];
	my ($allowance) = sort { $b <=> $a } @$machine;

	note sprintf '%s: the server itself is %.0f ms late', $how, $allowance;
	for my $name (sort keys %$late)
	{
		my @sorted = sort { $a <=> $b } @{ $late->{$name} };

		next unless @sorted;
		note sprintf '%s in %s: %d times, median %.0f ms, most %.0f ms', $how, $name, scalar @sorted,
		  $sorted[ @sorted / 2 ], $sorted[-1];
		# one in ten may come when the machine looks elsewhere, but none is lost
		cmp_ok($sorted[ 0.9 * $#sorted ], '<', $bound + $allowance, "$how ends the wait for $name");
		cmp_ok($sorted[-1], '<', 10 * $bound + $allowance, '... each time');
	}
	return;
}

sub by_cancel
{
	my ($node, @names) = @_;
	my %victim = sessions($node, @names);
	my %canceller = sessions($node, map { "against $_" } @names);
	my (%late, %footprint);

	for my $round (3, $tries)
	{
		for my $name (@names)
		{
			$victim{$name}->start(join ";\n", ($wait{$name}, 'SELECT extract(epoch FROM clock_timestamp())') x $round);
			$canceller{"against $name"}->start("SELECT cancel('$name', $round)");
		}
		for my $name (@names)
		{
			my ($cancelled, $why) = $canceller{"against $name"}->answer;
			is($why, '', "$name is waited for");
			my ($ended, $errors) = $victim{$name}->answer;
			my @errors = $errors =~ /ERROR:  (\w+):/g;
			my @cancelled = split /\n/, $cancelled;
			my @ended = split /\n/, $ended;

			is_deeply([ grep { $_ ne '57014' } @errors ], [], "$name: nothing but cancelled statements");
			is(scalar @errors, $round, "$name: $round of them");
			$late{$name} = [ map { ($ended[$_] - $cancelled[$_]) * 1000 } 0 .. $#cancelled ];
		}
		# a name lookup that was given up has its thread until the resolver's timeout
		sleep 2.5 if grep { /lookup/ } @names;
		for my $name (@names)
		{
			my ($out, $err) = $victim{$name}->ask('SELECT count(name) > 0 FROM gs.successplans; SELECT gainsight_fdw_disconnect_all()');
			is("$out$err", "t\nt", "cancelled in $name, the session is as good as before");
			my ($rss, $descriptors) = $victim{$name}->footprint;
			if ($round == $tries)
			{
				is($descriptors, $footprint{$name}[1], "$name: no descriptor is kept");
				cmp_ok($rss - $footprint{$name}[0], '<', 1024, "$name: no memory is kept");
			}
			$footprint{$name} = [ $rss, $descriptors ];
		}
	}
	$_->finish for values %victim, values %canceller;
	check_late('cancel', \%late);
	return;
}

sub by_timeout
{
	my ($node, @names) = @_;
	my %victim = sessions($node, @names);
	my %late;

	for my $name (@names)
	{
		$victim{$name}->ask("SET statement_timeout = '113ms'");
		$victim{$name}->start(join ";\n", ('SELECT extract(epoch FROM clock_timestamp())', $wait{$name}) x $tries,
			'SELECT extract(epoch FROM clock_timestamp())');
	}
	for my $name (@names)
	{
		my ($out, $errors) = $victim{$name}->answer;
		my @times = split /\n/, $out;
		my @errors = $errors =~ /ERROR:  (\w+):/g;

		is("@errors", join(' ', ('57014') x $tries), "$name: nothing but timeouts");
		$late{$name} = [ map { ($times[$_] - $times[ $_ - 1 ]) * 1000 - 113 } 1 .. $#times ];
		$victim{$name}->finish;
	}
	check_late('statement_timeout', \%late);
	return;
}

sub by_termination
{
	my ($node, @names) = @_;
	my %terminator = sessions($node, map { "against $_" } @names);
	my (%late, @shells);

	for my $name (@names)
	{
		my $connstr = $node->connstr('postgres') . " application_name='$name'";

		push @shells, IPC::Run::start(
			[ 'sh', '-c', 'for i in $(seq "$1"); do psql -XAtq -d "$2" -c "$3" 2>&1; done; true', 'sh', $tries, $connstr, $wait{$name} ],
			'>', \my $out);
		$terminator{"against $name"}->start("SELECT terminate('$name', $tries)");
	}
	for my $name (@names)
	{
		my ($out, $err) = $terminator{"against $name"}->answer;

		is($err, '', "$name is terminated");
		$late{$name} = [ split /\n/, $out ];
	}
	$_->finish for @shells, values %terminator;
	check_late('termination', \%late);
	return;
}

sub by_shutdown
{
	my ($node, $times, @names) = @_;
	my %late;

	for (1 .. $times)
	{
		my %victim = sessions($node, @names);
		my %pid = map { $_ => $victim{$_}->pid } @names;

		$victim{$_}->start($wait{$_}) for @names;
		$node->poll_query_until('postgres', sprintf(
			q{SELECT count(*) = %d FROM pg_stat_activity WHERE query ~ '^/[*] the wait' AND wait_event IS NOT NULL
			  AND query_start < clock_timestamp() - interval '100 ms'}, scalar @names)) or die 'not all wait';
		my ($postmaster) = split /\n/, PostgreSQL::Test::Utils::slurp_file($node->data_dir . '/postmaster.pid');
		my $start = time;
		kill 'INT', $postmaster;
		my %left = %pid;
		while (%left && time < $start + 30)
		{
			for my $name (keys %left)
			{
				next if kill 0, $left{$name};
				push @{ $late{$name} }, (time - $start) * 1000;
				delete $left{$name};
			}
			sleep 0.002;
		}
		is(join(', ', keys %left), '', 'a fast shutdown ends every session');
		$node->stop('fast', fail_ok => 1);
		$_->finish for values %victim;
		$node->start;
		# as it was: the counts of the limiter have gone with the server
		$node->safe_psql('postgres', 'SELECT count(id) FROM the_limiter.plan_types; SELECT count(id) FROM the_limiter.plan_types')
		  if $wait{'the limiter'};
	}
	check_late('shutdown', \%late);
	return;
}

my @names = sort keys %wait;
by_cancel($node, @names);
by_timeout($node, @names);
by_termination($node, @names);
by_shutdown($node, $shutdowns, @names);
$node->safe_psql('postgres', 'SELECT count(*) FROM gs.successplans');

# A create that was given up may be done.  That is said, and it is never sent again.
{
	$tenant->control('clear');
	my $session = GsSession->new($node);
	my ($out, $err) = $session->ask("SET statement_timeout = '3s'; $wait{'a batch of writes'}");
	like($err, qr/WARNING: .*rollback does not undo.*may stay/s, 'a cancelled batch says what may stay');
	my %sent;
	$sent{$_}++ for grep { /^POST / } split /\n/, $tenant->control('requests', '-v');
	is(scalar keys %sent, 8, 'as many creates were given up as there are connections');
	is(scalar(grep { $_ > 1 } values %sent), 0, 'and each was sent once');
	$session->finish;
}
$node->stop;
undef $_ for $refusing, $failing, $limited;

#
# A resolver that does not answer: in a namespace with a network and a resolv.conf of its own
#
SKIP:
{
	my $dir = PostgreSQL::Test::Utils::tempdir;
	my ($uid, $gid) = ($>, (split ' ', $))[0]);
	my $pg_ctl = `pg_config --bindir`;
	chomp $pg_ctl;
	$pg_ctl .= "/pg_ctl";
	my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';
	my $sandbox = $ENV{GS_SANDBOX_DIR} || 'sandbox';
	$sandbox = `cd '$sandbox' && pwd`;
	chomp $sandbox;

	PostgreSQL::Test::Utils::append_to_file("$dir/resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n");
	PostgreSQL::Test::Utils::append_to_file("$dir/nsswitch.conf", "passwd: files\nhosts: files dns\n");
	# the loopback device up, and a nameserver that only listens
	PostgreSQL::Test::Utils::append_to_file("$dir/silent.pl", <<'PERL');
use Socket;
socket my $any, PF_INET, SOCK_DGRAM, 0 or die "socket: $!";
my $request = pack 'a16 s x22', 'lo', 0x41;
ioctl $any, 0x8914, $request or die "lo: $!";
socket my $name, PF_INET, SOCK_DGRAM, 0 or die "socket: $!";
bind $name, sockaddr_in(53, inet_aton('127.0.0.1')) or die "port 53: $!";
exit 0 if $ARGV[0] eq 'try';
my ($ready, $test, @tenant) = @ARGV;
fork or exec @tenant or die "@tenant: $!";
open my $file, '>', $ready or die "$ready: $!";
close $file;
# it goes with the test, and the tenant with it
sleep 1 while kill 0, $test;
PERL
	PostgreSQL::Test::Utils::append_to_file("$dir/inside", <<"SH");
set -e
mount --bind '$dir/resolv.conf' /etc/resolv.conf
mount --bind '$dir/nsswitch.conf' /etc/nsswitch.conf
if [ "\$1" = try ]; then
	perl '$dir/silent.pl' try
	exec unshare --user --map-user=$uid --map-group=$gid true
fi
rm -f '$dir/ready' '$dir/url'
perl '$dir/silent.pl' '$dir/ready' $$ '$python' '$sandbox/tenant.py' --plans 60 --port 8020 --port-file '$dir/url' \\
  --die-with-parent </dev/null >'$dir/silent.log' 2>&1 &
for i in \$(seq 100); do [ -s '$dir/url' ] && [ -e '$dir/ready' ] && break; sleep 0.1; done
exec unshare --user --map-user=$uid --map-group=$gid '$pg_ctl' "\$@"
SH
	mkdir "$dir/bin";
	PostgreSQL::Test::Utils::append_to_file("$dir/bin/pg_ctl", <<"SH");
#!/bin/sh
for word; do
	[ "\$word" != start ] || exec unshare --user --map-root-user --mount --net sh '$dir/inside' "\$@"
done
exec '$pg_ctl' "\$@"
SH
	chmod 0755, "$dir/bin/pg_ctl";
	my $why = `unshare --user --map-root-user --mount --net sh '$dir/inside' try 2>&1`;
	skip "no namespace for a resolver that does not answer: $why", 1 if $? != 0;

	local $ENV{PATH} = "$dir/bin:$ENV{PATH}";
	my $dark = GsServer::start(name => 'dark');
	my $connected = eval {
		GsTenant::setup($dark, GsTenant->at('http://127.0.0.1:8020/v1'));
		$dark->safe_psql('postgres', $functions);
		1;
	};
	ok($connected, 'a server whose resolver does not answer') or diag $@;
	%wait = ('the server itself' => $wait{'the server itself'});
	add_wait($dark, 'a name lookup', 'http://tenant.example/v1', $list, rate_limit => 0, max_retries => 100);
	my @names = sort keys %wait;
	eval {
		by_cancel($dark, @names);
		by_timeout($dark, @names);
		by_termination($dark, @names);

		# its own bound holds as well
		$dark->safe_psql('postgres', q{ALTER SERVER a_name_lookup OPTIONS (SET connect_timeout '300ms', SET max_retries '0')});
		my $session = GsSession->new($dark);
		is($session->sqlstate($wait{'a name lookup'}), '08001', 'connect_timeout bounds a name lookup');
		cmp_ok($session->elapsed, '<', 1.9, 'in time');
		$session->finish;
		$dark->safe_psql('postgres', q{ALTER SERVER a_name_lookup OPTIONS (SET connect_timeout '60s', SET max_retries '100')});
		by_shutdown($dark, 1, @names);
		1;
	} or fail("name lookup: $@");
	$dark->stop('fast', fail_ok => 1);
}

done_testing();
