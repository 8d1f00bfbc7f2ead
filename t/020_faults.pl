# Each way of not being answered: its SQLSTATE, its time, and whether it is tried again.
use strict;
use warnings;

use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

use GsServer;
use GsSession;
use GsTenant;

my ($node, $tenant) = GsServer::with_tenant({ plans => 200 });
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0')});
my $session = GsSession->new($node);
my ($some) = $session->ask(
	'SELECT gsid, company_id, type_id FROM gs.successplans WHERE gsid ~ \'^\w+$\' AND company_id IS NOT NULL LIMIT 1');
my ($plan, $company, $type) = split /\|/, $some;

my %statements = (
	list => 'SELECT count(id) FROM gs.plan_types',
	search => 'SELECT count(name) FROM gs.successplans',
	plan => "SELECT name FROM gs.successplans WHERE gsid = '$plan'",
	objectives => "SELECT name FROM gs.objectives WHERE success_plan_id = '$plan'",
	create => "INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', '$company', '$type')",
	objective => "INSERT INTO gs.objectives (success_plan_id, name) VALUES ('$plan', 'one')",
	update => "UPDATE gs.successplans SET comments = 'new' WHERE gsid = '$plan'");
my @reads = ('list', 'search', 'plan', 'objectives');
my @creates = ('create', 'objective');
# what the fault is for, so that an update's reads pass
my %operation = (create => 'POST /successplans', objective => 'POST /successplans/*/objectives',
	update => 'PUT *');

# Set and drop options of the server: option(max_retries => 3, proxy => undef).
sub option
{
	my (%values) = @_;

	for my $name (sort keys %values)
	{
		my ($there) = $session->ask(
			"SELECT 1 FROM pg_foreign_server WHERE srvname = 'gainsight' AND srvoptions::text ~ '[{,\"]$name='");
		my $how = !defined $values{$name} ? "DROP $name" : ($there ? 'SET' : 'ADD') . " $name '$values{$name}'";

		next if !defined $values{$name} && !$there;
		my ($out, $err) = $session->ask("ALTER SERVER gainsight OPTIONS ($how)");
		die $err if $err ne '';
	}
	return;
}

# Every request of the statement's kind meets the fault: the SQLSTATE, within a time, with that
# many requests of this kind.
sub fails
{
	my ($what, $kind, $fault, $expected, %how) = @_;
	my $requests = $how{requests} || 1;

	$tenant->control('defaults');
	$tenant->control('clear');
	$tenant->fault($fault, op => $operation{$kind} || '*', times => $how{times});
	my $state = $session->sqlstate($statements{$kind});
	my $took = $session->elapsed;
	my ($method) = split / /, $operation{$kind} || '';
	my @sent = grep { !$method || /^$method / } split /\n/, $tenant->control('requests', '-v');
	is($state, $expected, "$what, to $kind: $expected") or diag $session->error;
	cmp_ok($took, '<', $how{within} || 6, "$what, to $kind: in time");
	is(scalar @sent, $requests, "$what, to $kind: $requests requests") unless $how{resent};
	like($session->error, $how{like}, "$what, to $kind: says so") if $how{like};
	return;
}

sub envelope
{
	my ($code) = @_;

	return { result => \0, errorCode => $code, errorDesc => 'in its own words', requestId => 'req-17' };
}

#
# Answers that are refusals
#
for my $kind (@reads, @creates, 'update')
{
	fails('401', $kind, { status => 401 }, '28000');
	fails('403', $kind, { status => 403 }, '42501');
	fails('429', $kind, { status => 429 }, '53400');
}
for my $code ([ 'GS_APIG_2401', 401, '28000' ], [ 'GS_APIG_2401', 200, '28000' ],
	[ 'GSOBJ_1024', 400, '28000' ], [ 'GSOBJ_1024', 200, '28000' ],
	[ 'GS_APIG_2402', 403, '42501' ], [ 'GS_APIG_2402', 200, '42501' ],
	[ 'GS_APIG_2404', 429, '53400' ], [ 'GS_APIG_2404', 200, '53400' ],
	[ 'GU_2400', 400, '53400' ], [ 'GU_2400', 200, '53400' ],
	[ 'GS_APIG_1000', 404, 'HV000' ], [ 'GSOBJ_9999', 200, 'HV000' ])
{
	my ($word, $status, $state) = @$code;

	for my $kind ('search', 'create')
	{
		fails("$word with $status", $kind, { status => $status, body => envelope($word) }, $state,
			like => qr{DETAIL:  Server "gainsight"(?:, role "\w+")?: POST /successplans\S* answered $status: $word "in its own words" \(request req-17\)});
	}
}
fails('an address that is not allowed', 'search', { status => 403, body => envelope('GS_APIG_2402') },
	'42501', like => qr/HINT:  .*\baddress/);
fails('400', 'search', { status => 400, body => envelope('GSOBJ_1') }, 'HV00L',
	like => qr/HINT:  .*\boption field\b/);
fails('400', 'create', { status => 400, body => { %{ envelope('GSOBJ_1') }, errorDesc => 'no such Status' } }, '22023',
	like => qr/HINT:  .*"Active"/);
fails('400', 'objective', { status => 400, body => { %{ envelope('GSOBJ_1') }, errorDesc => 'no such Status' } }, '22023');
fails('400', 'update', { status => 400, body => { %{ envelope('GSOBJ_1') }, errorDesc => 'no such Status' } }, '22023');
fails('404', 'objective', { status => 404, body => envelope('GSOBJ_2') }, '23503');
fails('404', 'search', { status => 404, body => envelope('GSOBJ_2') }, 'HV000');
fails('404 with a page', 'list', { status => 404, body => '<html>no</html>' }, 'HV000');
fails('404 with a page', 'plan', { status => 404, body => '<html>no</html>' }, 'HV000');
fails("$_", 'search', { status => $_ + 0 }, '58000') for 500, 501, 502, 503, 504, 599;
fails("$_", 'update', { status => $_ + 0 }, '58000') for 500, 503;
fails("$_", 'search', { status => $_ + 0 }, 'HV000') for 304, 405, 418;
fails("$_", 'search', { status => $_ + 0 }, '58000') for 408, 425, 520, 529;
fails("$_", 'create', { status => $_ + 0 }, '08007') for 408, 425, 520;
fails('a redirect', $_, { redirect => $tenant->url . '/successplans/config/types' }, 'HV000')
  for @reads, @creates, 'update';

#
# Keys that there are not
#
$tenant->control('defaults');
$session->ask(<<'SQL');
CREATE ROLE nobody LOGIN; CREATE ROLE keyless LOGIN;
GRANT USAGE ON SCHEMA gs TO nobody, keyless; GRANT SELECT ON ALL TABLES IN SCHEMA gs TO nobody, keyless;
CREATE USER MAPPING FOR keyless SERVER gainsight
SQL
for my $user ('nobody', 'keyless')
{
	my $other = GsSession->new($node, user => $user);
	$tenant->control('clear');
	is($other->sqlstate($statements{list}), '28000', "$user has no key: 28000");
	like($other->error, qr/"$user"/, 'and is named');
	my ($out, $err) = $other->ask("EXPLAIN (COSTS OFF) $statements{list}");
	is($err, '', 'but may EXPLAIN');
	is($tenant->requests, 0, 'and sends nothing');
	$other->finish;
}

#
# Broken on the way
#
my %broken = (
	'closed after the request' => { close => 'before' },
	'closed after the headers' => { close => 'headers' },
	'closed in the body' => { close => 'body' },
	'reset' => { reset => \1 },
	'done, the reply lost' => { apply_then => 'close' },
	'no HTTP' => { raw => "hello\r\n" },
	'half a status line' => { raw => 'HTTP/1.1 2' },
	'silent' => { hang => 'before', seconds => 20 },
	'silent in the body' => { hang => 'body', seconds => 20 },
	'drop by drop' => { trickle_ms => 100, bytes => 1 });
option(request_timeout => '400ms');
for my $what (sort keys %broken)
{
	fails($what, $_, $broken{$what}, '08006') for 'list', 'search';
	# libcurl may find a kept connection dead, and take another
	fails($what, 'update', $broken{$what}, '08006', resent => 1);
	fails($what, $_, $broken{$what}, '08007', like => qr/may have been created/) for @creates;
}
option(request_timeout => undef);
# a new connection that is cut: nothing was sent, or too little
$tenant->control('defaults');
$tenant->control('clear');
$session->ask('SELECT gainsight_fdw_disconnect_all()');
$tenant->fault({ close => 'accept' }, times => undef);
like($session->sqlstate($statements{list}), qr/^0800[16]$/, 'closed unread: an error of the connection')
  or diag $session->error;
$tenant->control('defaults');

#
# Answers that make no sense
#
my %nonsense = (
	'a page' => { status => 200, body => '<html>Sign in</html>' },
	'nothing' => { status => 200, body => '' },
	'half an object' => { status => 200, body => '{"result":true,"data":{"records":[' },
	'two objects' => { status => 200, body => '{"result":true,"data":[]}{}' },
	'an array' => { status => 200, body => '[]' },
	'a number' => { status => 200, body => '1' },
	'another object' => { status => 200, body => '{"hello":"world"}' },
	'records that are none' => { status => 200, body => '{"result":true,"data":[1,2]}' },
	'bytes that are no UTF-8' => { raw => qq(HTTP/1.1 200 OK\r\nContent-Length: 59\r\n\r\n{"result":true,"data":[{"Gsid":"1\xe9","Id":"1\xe9","Name":"x"}]}) },
	'a deep hole' => { deep => 200_000 });
for my $what (sort keys %nonsense)
{
	fails($what, $_, $nonsense{$what}, 'HV00K') for 'list', 'search';
	# done or not: no answer says so
	fails($what, 'create', $nonsense{$what}, '08007');
}
fails('a page', 'update', $nonsense{'a page'}, 'HV00K');

# another type of content is no reason to fail
$tenant->control('set', 'wrong_content_type=true');
is($session->sqlstate($statements{search}), '', 'JSON that says it is HTML is read');
$tenant->control('defaults');

# what a kept connection brings meanwhile is no answer to the next request
{
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5, Timeout => 60) or die "listen: $!";
	my $answer = "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n{\"result\":true,\"data\":[]} ";
	my @clients;

	option(base_url => 'http://127.0.0.1:' . $listener->sockport . '/v1');
	for my $what ('a tenant answers', 'and what it says unasked is not taken for an answer')
	{
		$session->start($statements{list});
		my $client = $listener->accept;
		my $asked = $client && $client->getline;
		print $client $answer if $client;
		is(join('', $session->answer), '0', $what);
		like($asked, qr/^GET /, 'a new connection is asked');
		print $client $answer if $client;
		push @clients, $client;
		sleep 0.1;
	}
	option(base_url => $tenant->url);
}

#
# Answers that are too large
#
my ($before) = $session->footprint;
fails('an endless body', $_, { endless => \1 }, '54000', within => 60,
	like => qr/max_response_size/) for 'list', 'search';
fails('a gzip bomb', $_, { gzip_bomb => 3000 }, '54000', within => 60,
	like => qr/max_response_size/) for 'list', 'search';
option(max_response_size => '1MB');
fails('an endless body', 'list', { endless => \1 }, '54000', within => 15, like => qr/1048576/);
fails('a gzip bomb', 'list', { gzip_bomb => 3000 }, '54000', within => 15);
# a create whose answer cannot be read may have been done
fails('an endless body', 'create', { endless => \1 }, '08007');
option(max_response_size => undef);
my ($after) = $session->footprint;
cmp_ok($after - $before, '<', 48 * 1024, 'of what was too large little memory is kept');

#
# No connection
#
sub unreachable
{
	my ($what, $url, $expected, %how) = @_;

	option(base_url => $url);
	is($session->sqlstate($statements{$_}), $expected, "$what, to $_: $expected") or diag $session->error
	  for 'list', 'create';
	cmp_ok($session->elapsed, '<', $how{within} || 6, "$what: in time");
	option(base_url => $tenant->url);
	return;
}
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "listen: $!";
my $port = $listener->sockport;
option(connect_timeout => '400ms');
# its backlog is full, so nobody answers
my @callers;
for (1 .. 4)
{
	my $caller = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", Blocking => 0);
	push @callers, $caller if $caller;
}
sleep 0.1;
unreachable('a host that is silent', "http://127.0.0.1:$port/v1", '08001');
@callers = ();
close $listener;
unreachable('a port that is closed', "http://127.0.0.1:$port/v1", '08001');
option(connect_timeout => '3s');
unreachable('a name that is none', 'http://no-such-host.invalid/v1', '08001', within => 9);
option(connect_timeout => '1s');
unreachable('no TLS where TLS is asked for', $tenant->url =~ s/^http/https/r, '08001', within => 9);
option(connect_timeout => undef);

#
# TLS
#
SKIP:
{
	my $dir = PostgreSQL::Test::Utils::tempdir;
	my %names = (good => 'DNS:localhost,IP:127.0.0.1', other => 'DNS:elsewhere.example');
	my %safe;

	for my $name (sort keys %names)
	{
		GsTenant::certificate("$dir/$name", $names{$name}) or skip 'there is no openssl', 9;
		$safe{$name} = GsTenant->new(plans => 10, tls => [ "$dir/$name.pem", "$dir/$name.key" ]);
	}
	# a certificate that nobody vouches for is no fault that passes
	option(max_retries => 5);
	unreachable('a certificate that is not trusted', $safe{good}->url, '08001');
	option(max_retries => 0);
	is($safe{good}->requests, 0, 'and it was sent nothing');
	option(base_url => $safe{good}->url, ca_file => "$dir/good.pem");
	is($session->sqlstate($statements{search}), '', 'with ca_file it is trusted');
	cmp_ok($safe{good}->requests, '>', 0, 'and asked');
	option(base_url => $tenant->url, ca_file => "$dir/other.pem");
	unreachable("another host's certificate", $safe{other}->url, '08001');
	option(ca_file => '/does/not/exist');
	unreachable('a trust file that is none', $safe{good}->url, '08001');
	option(ca_file => undef);
}

#
# Tried again
#

# A passing fault: no error, so many requests of the kind, within a time.  $tries, if it is given,
# is how many of them, else one more than fail.
sub passes
{
	my ($what, $kind, $fault, $times, $least, $most, $tries) = @_;

	# a kept connection that dies is replaced at once
	$session->ask('SELECT gainsight_fdw_disconnect_all()');
	$tenant->control('defaults');
	$tenant->control('clear');
	$tenant->fault($fault, op => $operation{$kind} || '*', times => $times);
	is($session->sqlstate($statements{$kind}), '', "$what, $times times, to $kind: it is got over")
	  or diag $session->error;
	my ($method) = split / /, $operation{$kind} || '';
	my @sent = grep { !$method || /^$method / } split /\n/, $tenant->control('requests', '-v');
	$tries //= $times + 1;
	is(scalar @sent, $tries, "$what, $times times, to $kind: and tried $tries times");
	my $took = $session->elapsed;
	cmp_ok($took, '>=', $least, "$what, $times times, to $kind: not at once");
	cmp_ok($took, '<', $most, "$what, $times times, to $kind: but soon");
	return;
}
option(max_retries => 5, request_timeout => '1500ms');
# 0.2 s and 0.4 s, 20 % either way, and what the requests take
passes('503', $_, { status => 503 }, 2, 0.48, 6) for 'list', 'objectives', 'update';
passes("$_", 'list', { status => $_ + 0 }, 1, 0.16, 6) for 500, 502, 504, 408, 425, 520;
passes('503 with Retry-After', 'list', { status => 503, headers => { 'Retry-After' => '2' } }, 1, 1.9, 8);
passes($_, 'list', $broken{$_}, 1, 0.16, 8) for sort keys %broken;
# the tenant has made the change before it fell silent, so it is looked for and not sent again
passes('silence', 'update', $broken{silent}, 1, 0.16, 8, 1);
option(request_timeout => undef);
# a repeated PUT does not check again
my @checks = grep { m{^GET /v1/successplans/} } split /\n/, $tenant->control('requests', '-v');
cmp_ok(scalar @checks, '<=', 1, 'a repeated PUT does not read the plan again');

# what a retry cannot mend
for my $status (400, 401, 403, 404, 501, 302)
{
	my $state = { 400 => 'HV00L', 401 => '28000', 403 => '42501', 501 => '58000' }->{$status} || 'HV000';
	fails("$status for good", 'search', { status => $status }, $state);
}
fails('a page for good', 'search', $nonsense{'a page'}, 'HV00K');

# max_retries is a bound
option(max_retries => 2);
fails('503 for good', 'search', { status => 503 }, '58000', requests => 3);
fails('reset for good', 'search', { reset => \1 }, '08006', resent => 1);
fails('503 for good', 'update', { status => 503 }, '58000', requests => 3);

# waits grow, and no two clients wait alike
option(max_retries => 5);
my @first;
for my $times (3, 1, 1, 1)
{
	$tenant->control('reset');
	$tenant->fault({ status => 503 }, times => $times);
	$session->ask($statements{list});
	my @times = map { $_->{time} } $tenant->log;
	my @waits = map { $times[$_] - $times[ $_ - 1 ] } 1 .. $#times;
	is(scalar @waits, $times, "waits: $times") or last;
	push @first, $waits[0];
	for my $n (0 .. $times - 1)
	{
		my $least = 0.2 * 2**$n * 0.8;

		cmp_ok($waits[$n], '>=', $least - 0.01, "wait $n is not too short");
		cmp_ok($waits[$n], '<', $least / 0.8 * 1.2 + 1.5, "wait $n is not too long");
	}
}
my ($shortest, $longest) = (sort { $a <=> $b } @first)[ 0, -1 ];
cmp_ok($longest - $shortest, '>', 0.002, 'and they are not all the same');

#
# 429, and how long it asks to wait
#
sub pauses
{
	my ($what, $kind, $headers, $least, $most) = @_;

	passes($what, $kind, { status => 429, headers => $headers, body => envelope('GS_APIG_2404') }, 1,
		$least, $most);
	return;
}
pauses('Retry-After: 1', $_, { 'Retry-After' => '1' }, 1, 3.9) for 'search', 'create', 'update';
{
	my @days = qw(Sun Mon Tue Wed Thu Fri Sat);
	my @months = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	my @date = gmtime(time + 3);
	my $date = sprintf '%s, %02d %s %d %02d:%02d:%02d GMT', $days[ $date[6] ], $date[3],
	  $months[ $date[4] ], 1900 + $date[5], @date[ 2, 1, 0 ];
	pauses('Retry-After as a date', 'objective', { 'Retry-After' => $date }, 1.5, 5);
}
my %made;
$made{$_}++ for grep { $_ eq 'one' } map { (split /\t/)[1] } map { split /\n/, $tenant->control('dump', $_) }
  'successplans', 'objectives';
is($made{one}, 2, 'each create was done once');

#
# A create is never sent again where it may have been done
#
my $names = 0;
sub creates_once
{
	my ($what, $fault, $expected) = @_;

	for my $kind (@creates)
	{
		my $name = 'once ' . ++$names;
		$tenant->control('defaults');
		$tenant->fault($fault, op => $operation{$kind}, times => 1);
		is($session->sqlstate($statements{$kind} =~ s/'one'/'$name'/r), $expected,
			"$what, to $kind: $expected") or diag $session->error;
		my @sent = grep { $_->{method} eq 'POST' && $_->{body} =~ /"$name"/ } $tenant->log;
		is(scalar @sent, 1, "$what, to $kind: sent once");
	}
	return;
}
option(request_timeout => '1500ms');
creates_once("$_", { status => $_ + 0 }, '08007') for 500, 502, 503, 504;
creates_once($_, $broken{$_}, '08007') for sort keys %broken;
creates_once($_, $nonsense{$_}, '08007') for 'a page', 'nothing';
creates_once('400', { status => 400 }, '22023');
creates_once('another refusal', { status => 200, body => envelope('GSOBJ_7') }, 'HV000');
option(request_timeout => undef);

# On a kept connection that is closed when it is idle, sooner or later than the create comes.
my %done;
for my $n (1 .. 40)
{
	$tenant->control('defaults');
	$tenant->fault({ after_answer_close => $n % 8 }, op => 'GET *');
	my $name = "kept $n";
	$session->ask($statements{list});
	$done{$name} = $session->sqlstate($statements{create} =~ s/'one'/'$name'/r);
}
my %there;
$there{$_}++ for map { (split /\t/)[1] } split /\n/, $tenant->control('dump', 'successplans');
is_deeply([ grep { ($there{$_} || 0) > 1 } keys %done ], [], 'closed connections make no plan twice');
is_deeply([ grep { $done{$_} eq '' && !$there{$_} } keys %done ], [], 'and what is said to be created is there');
is_deeply([ grep { $done{$_} !~ /^(08007)?$/ } keys %done ], [], 'else the outcome is said to be unknown');
note scalar(grep { $_ ne '' } values %done), ' of 40 creates with an unknown outcome';

#
# What a statement may send
#
$tenant->control('defaults');
option(max_requests => 5);
$tenant->control('clear');
$session->ask(q{ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '10')});
is($session->sqlstate($statements{search}), '54000', 'max_requests ends a scan');
like($session->error, qr/max_requests/, 'and is named');
cmp_ok($tenant->requests, '<=', 5, 'after so many requests at most');
is($session->sqlstate('SELECT count(name) FROM gs.objectives'), '54000', 'and objectives of all plans');
cmp_ok($tenant->requests, '<=', 1, 'before the first of their lists');
is($session->sqlstate("$statements{list}; " x 9), '', 'it is counted for each statement');
$tenant->control('clear');
is($session->sqlstate("DO \$\$ BEGIN FOR i IN 1 .. 9 LOOP PERFORM id FROM gs.plan_types; END LOOP; END \$\$"),
	'54000', 'what a function sends counts with the statement that calls it');
is($tenant->requests, 5, 'so the sixth request is not sent');
option(max_requests => 2);
$tenant->fault({ status => 503 }, times => undef);
is($session->sqlstate($statements{list}), '54000', 'retries count');
$tenant->control('defaults');
is($session->sqlstate($statements{create}), '', 'writes do not');
option(max_requests => 0);
is($session->sqlstate($statements{search}), '', '0 is no bound');

#
# The dialect nxt, in which all is one route: what is read meets the same
#
$tenant->control('defaults');
option(dialect => 'nxt', max_requests => undef, max_retries => 0);
$session->ask('DROP FOREIGN TABLE gs.successplans, gs.objectives, gs.plan_types; IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs');
is($session->sqlstate($statements{$_}), '', "$_, in nxt") for @reads;
for my $kind (@reads)
{
	fails('401, in nxt', $kind, { status => 401 }, '28000');
	fails('403, in nxt', $kind, { status => 403 }, '42501');
	fails('429, in nxt', $kind, { status => 429 }, '53400');
	fails('503, in nxt', $kind, { status => 503 }, '58000');
	fails('a page, in nxt', $kind, $nonsense{'a page'}, 'HV00K');
	fails('an endless body, in nxt', $kind, { endless => \1 }, '54000', within => 60) if $kind eq 'list';
}
for my $code ([ 'GS_APIG_2401', 200, '28000' ], [ 'GSOBJ_1024', 400, '28000' ], [ 'GS_APIG_2402', 200, '42501' ],
	[ 'GS_APIG_2404', 200, '53400' ], [ 'GU_2400', 429, '53400' ],
	[ 'GS_APIG_1000', 404, 'HV000' ], [ 'GSOBJ_1023', 400, 'HV000' ], [ 'GSOBJ_9999', 200, 'HV000' ],
	map { my $word = $_; map { [ $word, $_, 'HV00L' ] } 200, 400 } 'P_5005', 'P_5068', 'GSOBJ_ESS_9104', 'COCKPIT_5101')
{
	my ($word, $status, $state) = @$code;

	fails("$word with $status, in nxt", 'objectives', { status => $status, body => envelope($word) }, $state,
		like => qr{POST /v1/data/objects/query/call_to_action answered $status: $word "in its own words" \(request req-17\)});
}
for my $status (200, 400)
{
	$tenant->control('defaults');
	$tenant->fault({ status => $status, body => envelope('GSOBJ_1011') });
	is(join('', $session->ask($statements{objectives})), '', "GSOBJ_1011 with $status is no row");
}
option(request_timeout => '400ms');
fails("$_, in nxt", 'search', $broken{$_}, '08006') for sort keys %broken;
fails("$_, in nxt", 'objectives', $nonsense{$_}, 'HV00K') for sort keys %nonsense;
option(max_retries => 5, request_timeout => '1500ms');
passes("$_, in nxt", 'objectives', $broken{$_}, 1, 0.16, 8) for sort keys %broken;
passes('503, in nxt', 'list', { status => 503 }, 2, 0.48, 6);
pauses('Retry-After, in nxt', 'objectives', { 'Retry-After' => '1' }, 1, 3.9);
option(dialect => undef, request_timeout => undef);

my ($out, $err) = $session->ask('SELECT 1');
is("$out$err", '1', 'the session has lived through all of it');
$session->finish;
$node->stop;
done_testing();
