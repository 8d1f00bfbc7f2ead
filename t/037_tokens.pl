# Tokens of a machine: one for all that wait for it, whatever goes on at once; what is sent with it;
# and what becomes of those who wait when there is none.
use strict;
use warnings;

use IO::Socket::INET;
use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

my $who = q{client_id 'sandbox-client', client_secret 'sandbox-secret'};
my ($node, $tenant) = GsServer::with_tenant({ plans => 200, objectives => 3 });
my $url = $tenant->url;
$node->safe_psql('postgres', <<"SQL");
DROP USER MAPPING FOR CURRENT_USER SERVER gainsight;
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS ($who);
ALTER SERVER gainsight OPTIONS (ADD max_retries '0', ADD page_size '20');
CREATE SERVER nxt FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url '$url', dialect 'nxt', rate_limit '0', max_retries '0', page_size '20');
CREATE USER MAPPING FOR CURRENT_USER SERVER nxt OPTIONS ($who);
CREATE SCHEMA nxt;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER nxt INTO nxt;
SQL
my $session = GsSession->new($node);
my $token = 'POST /v1/users/m2m/oauth/token';

# The requests since this was last asked: how many by method and path, their ids left out.
sub asked
{
	my %asked;

	for my $line (split /\n/, $tenant->control('requests'))
	{
		my ($operation, $count) = $line =~ /^(.*?)(?: x(\d+))?$/;
		$operation =~ s{(/successplans/)1P[^/]*}{$1ID};
		$asked{$operation} += $count || 1;
	}
	delete $asked{none};
	return \%asked;
}

sub ask
{
	my ($sql, $expected, $what) = @_;
	my ($out, $err) = $session->ask($sql);

	is($err ? $err : $out, $expected, $what);
	return;
}

#
# Many at once, all of them refused: one new token
#
my @plans = split /\n/, ($session->ask(q{SELECT gsid FROM gs.successplans WHERE gsid ~ '^\w+$' AND company_id IS NOT NULL ORDER BY gsid LIMIT 8}))[0];
is(scalar @plans, 8, 'eight plans');
my $list = join ', ', map { "'$_'" } @plans;
my $objectives = "SELECT count(name) FROM gs.objectives WHERE success_plan_id IN ($list)";
my ($expected) = $session->ask($objectives);

# the answers come late, so that all are on their way before the first is refused
$tenant->control('set', 'latency_ms=50');
asked();
$tenant->control('revoke');
ask($objectives, $expected, 'lists are refused');
is(asked()->{$token}, 1, 'for all of them one token is asked for');
ask($objectives, $expected, 'and the next statement');
is_deeply(asked(), { 'GET /v1/successplans/ID/objectives' => 8 }, 'asks for none');

$tenant->control('revoke');
ask(q{INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'made ' || n, 'c', 't' FROM generate_series(1, 8) AS n},
	'', 'eight creates are refused');
is_deeply(asked(), { $token => 1, 'POST /v1/successplans' => 16 }, 'all eight are, and for all of them one token is asked for');
ask(q{SELECT count(*) FROM gs.successplans WHERE name LIKE 'made %'}, '8', 'and each is made once');

$tenant->fault({ status => 401 }, op => 'PUT *', times => 8);
asked();
ask(q{UPDATE gs.successplans SET comments = 'seen' WHERE name LIKE 'made %'}, '', 'eight updates are refused');
my $asked = asked();
is($asked->{$token}, 1, 'for all of them one token is asked for');
is($asked->{'PUT /v1/successplans/ID'}, 16, 'each is sent again');
is($asked->{'GET /v1/successplans/ID'}, 16, 'and checked again before that');
ask(q{SELECT count(*) FROM gs.successplans WHERE comments = 'seen' AND name LIKE 'made %'}, '8', 'all are made');
$tenant->control('defaults');

# pages that are read ahead
for my $schema ('gs', 'nxt')
{
	my ($all) = $session->ask("SELECT count(name), count(DISTINCT gsid) FROM $schema.successplans");

	asked();
	$session->ask("BEGIN; DECLARE c CURSOR FOR SELECT gsid FROM $schema.successplans; FETCH 1 FROM c");
	$tenant->control('revoke');
	my ($rest) = $session->ask('FETCH ALL FROM c');
	$session->ask('COMMIT');
	is(1 + (() = $rest =~ /\n/g) + 1, (split /\|/, $all)[0], "a cursor over $schema goes on when its token ends");
	is(asked()->{$token}, 1, 'with one more');
}

#
# Whoever asks for it may go: the others ask anew
#
$tenant->control('revoke');
my $other = GsTenant->new(plans => 5, key => 'other-key');
my $its = $other->url;
$session->ask(<<"SQL");
CREATE SERVER other FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url '$its', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (access_key 'other-key');
CREATE TABLE gs.both (name text, tenant text) PARTITION BY LIST (tenant);
CREATE FOREIGN TABLE gs.one (name text, tenant text OPTIONS (constant 'one')) SERVER other OPTIONS (resource 'successplans');
CREATE FOREIGN TABLE gs.two (name text, tenant text OPTIONS (constant 'two')) SERVER nxt OPTIONS (resource 'successplans');
ALTER TABLE gs.both ATTACH PARTITION gs.one FOR VALUES IN ('one');
ALTER TABLE gs.both ATTACH PARTITION gs.two FOR VALUES IN ('two');
SQL
asked();
$tenant->fault({ hang => 'before', seconds => 60 }, op => 'POST /users/m2m/oauth/token');
ask('BEGIN; DECLARE c CURSOR FOR SELECT tenant FROM gs.both; FETCH 1 FROM c', 'one', 'one tenant answers while the token of the other is waited for');
ask('CLOSE c', '', 'and is enough');
ask('SELECT count(name) > 200 FROM nxt.successplans; COMMIT', 't', 'what needs the token then asks for one');
is(asked()->{$token}, 2, '... of its own');
# no token for one of two: the statement fails, and the session is as good as ever
$tenant->control('set', 'client_secret=another');
$tenant->control('revoke');
for (1 .. 3)
{
	is($session->sqlstate('SELECT count(name) FROM gs.both'), '28000', 'no token for one of two tenants');
	like($session->error, qr/server "nxt"|Server "nxt"/, 'it says which');
}
$tenant->control('defaults');
ask('SELECT count(*) FROM gs.both WHERE tenant = $$one$$', '5', 'the other goes on');
ask('SELECT count(name) > 200 FROM gs.both', 't', 'both do');

#
# Faults of the token's route: what waits for it fails as it did, at once
#
sub no_token
{
	my ($what, $fault, $state, %how) = @_;

	$tenant->control('defaults');
	$tenant->control('revoke');
	asked();
	$tenant->fault($fault, op => 'POST /users/m2m/oauth/token', times => undef);
	for my $sql ($objectives, 'SELECT count(name) FROM nxt.successplans',
		q{INSERT INTO gs.successplans (name, company_id, type_id) SELECT 'none', 'c', 't' FROM generate_series(1, 8)})
	{
		# without a token, not with one that is refused first
		$session->ask('ALTER SERVER gainsight OPTIONS (SET max_retries $$0$$)');
		is($session->sqlstate($sql), $state, "$what: $state") or diag $session->error;
		is_deeply(asked(), { $token => $how{times} || 1 }, '... and it alone was asked for');
		unlike($session->error, qr/may have been created|stay/, '... so nothing was written');
	}
	$tenant->control('defaults');
	ask($objectives, $expected, '... and the next one is served');
	return;
}
no_token('closed', { close => 'before' }, '08006');
no_token('reset', { reset => \1 }, '08006');
no_token('cut in the headers', { close => 'headers' }, '08006');
no_token('cut in the body', { close => 'body' }, '08006');
no_token('no HTTP', { raw => "hello\r\n\r\n" }, '08006');
no_token('500', { status => 500 }, '58000');
no_token('503', { status => 503 }, '58000');
no_token('429', { status => 429 }, '53400');
no_token('401', { status => 401 }, '28000');
no_token('400', { status => 400 }, '28000', times => 2);
no_token('404', { status => 404 }, '28000');
no_token('no object', { status => 400, body => { result => \0, title => 'OBJECT_NOT_FOUND' } }, '28000', times => 2);
no_token('no data', { status => 400, body => { result => \0, errorCode => 'GSOBJ_1011' } }, '28000', times => 2);
no_token('no field', { status => 200, body => { result => \0, errorCode => 'P_5005' } }, '28000');
no_token('a refusal for the rate', { status => 200, body => { result => \0, errorCode => 'GS_APIG_2404' } }, '53400');
no_token('a list', { status => 200, body => [ 1 ] }, 'HV00K');
no_token('nothing', { status => 204 }, 'HV00K');
no_token('a page', { status => 200, body => '<html>Sign in</html>' }, 'HV00K');
no_token('a redirect', { redirect => 'http://127.0.0.1:1/' }, 'HV000');
no_token('deep', { deep => 100000 }, 'HV00K');
$session->ask(q{ALTER SERVER gainsight OPTIONS (ADD max_response_size '1MB'); ALTER SERVER nxt OPTIONS (ADD max_response_size '1MB')});
no_token('without end', { endless => \1 }, '54000');
no_token('much, once unpacked', { gzip_bomb => 8 }, '54000');
$session->ask(q{ALTER SERVER gainsight OPTIONS (ADD request_timeout '300ms'); ALTER SERVER nxt OPTIONS (ADD request_timeout '300ms')});
no_token('silent', { hang => 'before', seconds => 60 }, '08006');
no_token('silent in the middle', { hang => 'body', seconds => 60 }, '08006');
$session->ask(q{ALTER SERVER gainsight OPTIONS (DROP request_timeout); ALTER SERVER nxt OPTIONS (DROP request_timeout)});
# in pieces, and with much beside it, it is one
for my $fault ({ trickle_ms => 1, bytes => 100 }, { status => 200, body => { access_token => 'x' x 60_000, junk => [ (1) x 1000 ] } })
{
	my $long = exists $fault->{body};

	$session->ask('ALTER SERVER gainsight OPTIONS (SET max_retries $$0$$)');
	$tenant->fault($fault, op => 'POST /users/m2m/oauth/token');
	# the long one is not the sandbox's, and is as long as it reads heads
	is($session->sqlstate($objectives), '', $long ? 'a token of 60 kB is sent, and then another' : 'a token in pieces');
}
# what may pass is tried again, for one token
$session->ask(q{ALTER SERVER gainsight OPTIONS (SET max_retries '3')});
$tenant->fault({ status => 503 }, op => 'POST /users/m2m/oauth/token', times => 2);
asked();
ask($objectives, $expected, 'a token that comes at the third try');
is(asked()->{$token}, 3, 'is asked for three times');

#
# Its turn: it is one start of the rate
#
$session->ask(q{ALTER SERVER gainsight OPTIONS (SET rate_limit '1', SET base_url '} . $url =~ s/127\.0\.0\.1/localhost/r . q{')});
asked();
is($session->sqlstate(q{SET statement_timeout = '1s'; SELECT count(id) FROM gs.plan_types}), '57014', 'a rate of one a minute');
is_deeply(asked(), { $token => 1 }, '... is used up by the token');
$session->ask("RESET statement_timeout; ALTER SERVER gainsight OPTIONS (SET rate_limit '0', SET base_url '$url')");

#
# What is sent, to a proxy
#
{
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $!";
	my $port = $listener->sockport;
	my @heads;

	$session->ask("ALTER SERVER gainsight OPTIONS (ADD proxy 'http://127.0.0.1:$port')");
	$session->start('SELECT count(id) FROM gs.plan_types');
	for my $answer ('{"access_token":"of-the-test","expires_in":60}', '{"result":true,"data":[]}')
	{
		my $client = $listener->accept;
		my $head = '';
		while (defined(my $line = <$client>)) { $head .= $line; last if $line =~ /^\r?$/ }
		push @heads, $head;
		printf $client "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", length $answer, $answer;
		close $client;
	}
	is(join('', $session->answer), '0', 'through a proxy');
	like($heads[0], qr{^POST \Q$url\E/users/m2m/oauth/token HTTP/1\.1\r$}m, 'the token is asked for');
	like($heads[0], qr{^Authorization: Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ=\r$}m, 'by id and secret');
	like($heads[0], qr{^Content-Type: application/json\r$}m, 'as JSON');
	like($heads[0], qr{^Content-Length: 0\r$}m, 'of which there is none');
	like($heads[1], qr{^GET \Q$url\E/successplans/config/types HTTP/1\.1\r$}m, 'then the rest');
	like($heads[1], qr{^Authorization: Bearer of-the-test\r$}m, 'by the token');
	is(scalar(grep { /^accesskey:/mi } @heads), 0, 'and by no key');
	is((() = $heads[1] =~ /^Authorization:/mg), 1, 'once');
	$session->ask('ALTER SERVER gainsight OPTIONS (DROP proxy)');
}

#
# A secret in a file
#
my $dir = PostgreSQL::Test::Utils::tempdir;
PostgreSQL::Test::Utils::append_to_file("$dir/secret", "sandbox-secret\r\nsecond line\n");
$session->ask("ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (DROP client_secret, ADD client_secret_file '$dir/secret')");
ask($objectives, $expected, 'a secret in a file: its first line');
asked();
ask($objectives, $expected, 'it is read by each statement,');
is_deeply(asked(), { 'GET /v1/successplans/ID/objectives' => 8 }, 'but as long as it is the same, so is the token');
$tenant->control('set', 'client_secret=changed');
unlink "$dir/secret";
PostgreSQL::Test::Utils::append_to_file("$dir/secret", 'changed');
ask($objectives, $expected, 'another secret');
is(asked()->{$token}, 1, '... has another token');
unlink "$dir/secret";
is($session->sqlstate($objectives), '58P01', 'no file');
PostgreSQL::Test::Utils::append_to_file("$dir/secret", "\n");
is($session->sqlstate($objectives), '28000', 'nothing in it');
$session->ask('CREATE ROLE plain; ALTER SERVER gainsight OWNER TO plain');
is($session->sqlstate($objectives), '42501', 'a server whose owner is no superuser');
unlike($session->error, qr/changed/, 'says no secret');

$session->finish;
$node->stop;
done_testing();
