# A tenant that says the key, a proxy that does, a user who writes it into a row: wherever such a text
# reaches a message, a view or a log line of ours, no part of the key is in it.
#
# The key is one that JSON and paths spell in another way, and each text is also one that is cut where
# the key stands.
use strict;
use warnings;

use IO::Socket::INET;
use JSON::PP ();
use MIME::Base64 ();
use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

my $key = 'Kq/"sEcReT\\+xW=';
my $part = qr{Kq|ecre}i;

# the users' own statements are core's to log
my ($node, $tenant) = GsServer::with_tenant({ plans => 10, objectives => 1, key => $key },
	conf => "log_min_messages = debug1\nlog_min_error_statement = panic\nlog_statement = none\n");
my $session = GsSession->new($node);
# What the server says as it starts is not looked at: it names a socket in a folder of random letters,
# which the parts of a key below may well be among.
my $log_begin = -s $node->logfile;
my $log_end = $log_begin;

$session->ask(<<'SQL');
ALTER SERVER gainsight OPTIONS (ADD max_retries '0');
CREATE DOMAIN short AS text CHECK (length(VALUE) < 3);
CREATE TYPE level AS ENUM ('high', 'low');
SQL
my @types = qw(integer date jsonb json regclass level short uuid inet numeric timestamptz int4range text[] xml point);
$session->ask("CREATE FOREIGN TABLE gs.t$_ (gsid text, name $types[$_]) SERVER gainsight OPTIONS (resource 'successplans')")
  for 0 .. $#types;

# Core writes into it what it looks for: users' mappings, and a name that is no relation (from 18 on).
sub log_of_ours
{
	my ($log) = @_;

	$log_end += length $log;
	return $log =~ s/^.*(?:USER MAPPING|DEBUG:  relation ".*" does not exist).*$//mgr;
}

# Nothing of the key is in what a statement says, in the counters, nor in the log.
sub is_silent
{
	my ($what, @statements) = @_;
	my $said = '';

	for my $statement (@statements, 'SELECT * FROM gainsight_fdw_stats')
	{
		my ($out, $err) = $session->ask($statement);
		$said .= "$out$err";
	}
	my $log = log_of_ours(substr PostgreSQL::Test::Utils::slurp_file($node->logfile), $log_end);
	unlike("$said$log", $part, $what) or diag $said;
	return $said;
}

my $read = 'SELECT count(name) FROM gs.successplans';
my $check = "SELECT * FROM gainsight_fdw_check('gainsight')";
my $insert = q{INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', 'c', 't')};
my $update = q{UPDATE gs.successplans SET comments = 'b'};
my $explain = "EXPLAIN (ANALYZE, VERBOSE, FORMAT json) $read";

sub refusal { return { status => 400, body => { result => \0, @_ } } }

# What a tenant can say it in
sub places
{
	my ($long) = @_;

	return (
		[ 'errorDesc', refusal(errorCode => 'X', errorDesc => $long) ],
		[ 'errorCode', refusal(errorCode => $long, errorDesc => 'x') ],
		[ 'title', refusal(title => $long) ],
		[ 'detail', refusal(title => 'x', detail => $long) ],
		[ 'requestId', refusal(errorCode => 'X', requestId => $long) ],
		[ 'a refusal in a 200', { status => 200, body => { result => \0, errorCode => $long, errorDesc => $long } } ],
		[ 'the status line', { raw => "HTTP/1.1 400 $long\r\nContent-Length: 0\r\n\r\n" } ],
		[ 'no HTTP', { raw => "$long\r\n\r\n" } ],
		[ 'a Location', { redirect => "http://127.0.0.1:1/$long" } ],
		[ 'Retry-After', { status => 429, headers => { 'Retry-After' => $long } } ],
		[ 'Content-Encoding', { status => 200, headers => { 'Content-Encoding' => $long }, body => 'x' } ],
		[ 'a page', { status => 200, body => "<html>$long</html>" } ],
		[ 'broken JSON', { status => 200, body => "{\"result\":true,$long" } ]);
}

# cut anywhere
for my $length (0, 20, 26, 35, 90, 96, 190, 196, 490, 496)
{
	for my $place (places('x' x $length . $key))
	{
		my ($what, $fault) = @$place;

		$tenant->fault($fault, times => undef);
		my $said = is_silent("$what, $length bytes before it", $read, $insert, $update, $explain, $length ? () : $check);
		like($said, qr/ERROR/, 'which is an error') unless $what eq 'a Location' && $said =~ /ERROR/;
		$tenant->control('defaults');
		$tenant->control('set', "key=$key");
	}
}

# A record's key and values
sub record
{
	my (%record) = @_;

	$tenant->fault({ status => 200, body => { result => \1, data => { records => [ \%record ], totalCount => 1 } } }, op => 'POST *', times => undef);
	return;
}
for my $length (0, 90, 180, 196)
{
	my $long = 'x' x $length . $key;

	for my $value ($long, [ $long, { a => $long } ], { $long => $long }, "{\"a\": $long", "relation $long")
	{
		record(Gsid => $long, Name => $value);
		my $said = is_silent("a value that does not fit, $length bytes before it", map { "SELECT count(name) FROM gs.t$_" } 0 .. $#types);
		like($said, qr/HV004/, 'which is an error');
	}
	# an update of a record whose key it is: refused, and gone
	record(Gsid => $long, Name => 'n', CompanyId => 'c', TypeId => 't', Status => 'Active');
	for my $fault (refusal(errorDesc => $long), { status => 503 }, { status => 404 }, { status => 200, body => { result => \1, data => {} } })
	{
		$tenant->fault($fault, op => "$_ *", times => undef) for 'GET', 'PUT';
		is_silent("a record's key, $length bytes before it", $update, 'SELECT count(name) FROM gs.objectives',
			"BEGIN; $update; ROLLBACK");
	}
	$tenant->control('defaults');
	$tenant->control('set', "key=$key");
	# a create that is answered with it, and rolled back; and one that is not shown
	$tenant->fault({ status => 200, body => { result => \1, data => { Gsid => $long } } }, op => 'POST /successplans', times => undef);
	is_silent("a created record's key, $length bytes before it", "BEGIN; $insert; ROLLBACK", "$insert RETURNING *");
	$tenant->control('defaults');
	$tenant->control('set', "key=$key");
}

# What a user writes
for my $length (0, 200, 260, 290, 296)
{
	my $long = ('x' x $length . $key);

	for my $fault ({ status => 503 }, refusal(errorCode => 'X', errorDesc => 'Status is not good'))
	{
		$tenant->fault($fault, times => undef);
		my $said = is_silent("a row, $length bytes before it",
			"INSERT INTO gs.successplans (name, company_id, type_id, comments, status) VALUES ('one', 'c', 't', '$long', '$long')");
		like($said, qr/ERROR/, 'which is an error');
		$tenant->control('defaults');
		$tenant->control('set', "key=$key");
	}
}

# A client: its secret, id and secret as they are sent, and its token, be it the present one or that
# which was refused a moment ago.  Nobody looks at the token, as each answer is made here.
{
	my $its = 'Zq/"hIdDeN\\+xW=';
	my $token = 'ey-Zq/~hIdDeN+';
	my $packed = MIME::Base64::encode_base64("echo:$its", '');

	$part = qr{Zq|idde|\Q${\ substr $packed, 6, 12}\E}i;

	$session->ask(q{ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (DROP access_key, ADD client_id 'echo', ADD client_secret '} . $its . q{')});
	for my $length (0, 96, 490, 496)
	{
		for my $secret ($its, $packed, $token, "$token of $packed, or $its")
		{
			for my $place (places('x' x $length . $secret))
			{
				my ($what, $fault) = @$place;

				# of the token's own route, and of any other
				for my $op ('POST /users/m2m/oauth/token', '*')
				{
					$tenant->control('defaults');
					$tenant->fault({ status => 200, body => { access_token => $token } }, op => 'POST /users/m2m/oauth/token', times => undef) if $op eq '*';
					$tenant->fault({ status => 401 }, op => $op) if $length == 96 && $op eq '*';
					$tenant->fault($fault, op => $op, times => undef);
					my $said = is_silent("$what, $length bytes before it, of $op", $read, $length ? () : ($insert, $explain));
					like($said, qr/ERROR/, 'which is an error');
				}
			}
		}
	}
	$tenant->control('defaults');
	# a value that does not fit
	$tenant->fault({ status => 200, body => { access_token => $token } }, op => 'POST /users/m2m/oauth/token', times => undef);
	for my $secret ($its, $packed, $token)
	{
		record(Gsid => $secret, Name => "value $secret");
		my $said = is_silent('a value that does not fit', map { "SELECT count(name) FROM gs.t$_" } 0 .. $#types);
		like($said, qr/HV004/, 'which is an error');
	}
	$tenant->control('defaults');
	$session->ask(q{ALTER USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (DROP client_id, DROP client_secret, ADD access_key '} . $key . q{')});
	# but a hint may name the option client_secret
	$part = qr{Kq|Zq|idde|(?-i:cReT)|\Q${\ substr $packed, 6, 12}\E}i;
	$tenant->control('set', "key=$key");
}

# A proxy
{
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $!";
	my $port = $listener->sockport;

	$session->ask("ALTER SERVER gainsight OPTIONS (ADD proxy 'http://127.0.0.1:$port')");
	for my $url ('', 'https://tenant.invalid/v1')
	{
		$session->ask("ALTER SERVER gainsight OPTIONS (SET base_url '$url')") if $url;
		for my $answer ("HTTP/1.1 403 $key\r\nContent-Length: 15\r\n\r\n$key", "HTTP/1.1 407 $key\r\nProxy-Authenticate: $key\r\nContent-Length: 0\r\n\r\n", "$key\r\n\r\n")
		{
			$session->start($read);
			my $client = $listener->accept;
			while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
			print $client $answer;
			close $client;
			my ($out, $err) = $session->answer;
			like($err, qr/ERROR/, 'what a proxy says');
			unlike($err, $part, 'is without the key');
		}
	}
}
my ($out, $err) = $session->ask('SELECT last_error FROM gainsight_fdw_stats');
unlike("$out$err", $part, 'and so are the counters');

$session->finish;
$node->stop;
unlike(log_of_ours(substr PostgreSQL::Test::Utils::slurp_file($node->logfile), $log_begin), $part, 'no line of the log has it');
done_testing();
