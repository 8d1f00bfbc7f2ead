# Replies that would take memory, header fields without end, and options that nobody has checked.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 20 });
$node->safe_psql('postgres', "ALTER SERVER gainsight OPTIONS (ADD max_retries '2')");
my $session = GsSession->new($node);
my $search = 'SELECT count(name) FROM gs.successplans';

# What a reply to a search gives, and by how many MB the backend grew meanwhile.
sub reply
{
	my ($fault) = @_;
	my ($before) = $session->footprint;

	$tenant->fault($fault, op => 'POST /successplans/search');
	my $state = $session->sqlstate($search);
	my ($after) = $session->footprint;
	return ($state, ($after - $before) / 1024);
}

# The most MB that its backend ever had.
sub peak
{
	my ($session) = @_;
	my $pid = $session->pid;

	open my $status, '<', "/proc/$pid/status" or return;
	my ($hwm) = map { /^VmHWM:\s+(\d+)/ ? $1 : () } <$status>;
	return $hwm / 1024;
}

sub body
{
	my ($piece, $times) = @_;

	return { status => 200, body => '{"result":true,"data":{"records":[],"x":[' . $piece x $times . '1]}}' };
}

#
# Values
#
$session->ask($search);
for my $piece ('1,', '[],', '{},', '"",', 'null,', '{"a":1},', '[[]],')
{
	my ($state) = reply(body($piece, 70_000));

	is($state, '', "many of $piece are a reply like any other");
}
$session->ask(q{ALTER SERVER gainsight OPTIONS (ADD max_response_size '1MB')});
for my $piece ('1,', '[],', '{},', '"",', 'null,', '{"a":1},', '[[]],')
{
	my ($state, $grown) = reply(body($piece, 70_000));

	is($state, '54000', "$piece, more than max_response_size allows");
	like($session->error, qr/max_response_size/, 'is said to be so');
	cmp_ok($grown, '<', 30, 'and takes no memory');
}
# in proportion to it, whatever they are: so much more, in MB, than the backend ever had
$session->finish;
for my $piece ('1,', '[],', '"",', '"\n",', '{"a":1},', '{"k%d":1},', '{"a":{"b":[]}},')
{
	$session = GsSession->new($node);
	$session->ask($search);
	$session->ask(q{ALTER SERVER gainsight OPTIONS (SET max_response_size '16MB')});
	my $before = peak($session);
	my ($state) = reply({ many => [ $piece, int 15e6 / length sprintf $piece, 1e6 ] });
	is($state, '54000', "15 MB of $piece");
	cmp_ok(peak($session) - $before, '<', 5 * 16, '... do not decide about memory');
	$session->finish;
}
$session = GsSession->new($node);
$session->ask($search);
my ($few) = reply(body('1,', 9_000));
is($few, '', 'ten thousand values are always taken');

#
# A cancel
#
$session->ask(q{ALTER SERVER gainsight OPTIONS (SET max_response_size '1GB')});
my ($count, $took) = (250_000, 0);
until ($took > 1.5 || $count == 4_000_000)
{
	$count *= 2;
	reply({ many => [ '"\n",', $count ] });
	$took = $session->elapsed;
}
for my $part (0.4, 0.6)
{
	my ($state, $timeout, $late);

	# the first good one of some tries, for other work may come, or go, in between
	for (1 .. 5)
	{
		reply({ many => [ '"\n",', $count ] });
		$took = $session->elapsed;
		$timeout = int $took * 1000 * $part;
		$session->ask("SET statement_timeout = $timeout");
		($state) = reply({ many => [ '"\n",', $count ] });
		$late = $session->elapsed - $timeout / 1000;
		$session->ask('RESET statement_timeout');
		last if $state eq '57014' && $late < 0.2 * $took;
	}
	is($state, '57014', "a reply that is read in $took s is left after $timeout ms");
	cmp_ok($late, '<', 0.2 * $took, '... at once');
}
$session->ask(q{ALTER SERVER gainsight OPTIONS (DROP max_response_size)});
is($session->sqlstate($search), '', 'and the session is as before');

#
# Header fields
#
my $whole = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
my ($state) = reply({ raw => $whole . 'X-Long: ' . 'x' x 150_000 . "\r\nContent-Length: 2\r\n\r\n{}" });
is($state, 'HV00K', 'a header field of 150 kB is no lack of memory');
($state) = reply({ raw => $whole . join('', map { "X-$_: " . 'x' x 1000 . "\r\n" } 1 .. 500) . "Content-Length: 2\r\n\r\n{}" });
is($state, 'HV00K', 'nor are 500 of 1 kB');
my $grown;
($state, $grown) = reply({ raw => $whole . "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
	  . join('', map { "X-$_: " . 'x' x 1000 . "\r\n" } 1 .. 500) . "\r\n" });
is($state, 'HV00K', 'nor are trailers');

#
# What is counted
#
$session->ask('SELECT gainsight_fdw_stats_reset()');
$session->ask("SELECT count(name) FROM gs.successplans WHERE company_id IN (" . join(', ', map { "'" . 'c' x 100 . "$_'" } 1 .. 50) . ')');
my ($sent) = $session->ask('SELECT bytes_sent FROM gainsight_fdw_stats');
cmp_ok($sent, '>', 5000, 'bytes_sent counts bodies');

#
# A wrapper without a validator
#
my ($url, $key) = ($tenant->url, $tenant->key);
$node->safe_psql('postgres', <<"SQL");
CREATE FOREIGN DATA WRAPPER loose HANDLER gainsight_fdw_handler;
CREATE SERVER bare FOREIGN DATA WRAPPER loose;
CREATE USER MAPPING FOR CURRENT_USER SERVER bare;
CREATE FOREIGN TABLE bare (id text) SERVER bare;
CREATE FOREIGN TABLE bare_types (id text) SERVER bare OPTIONS (resource 'plan_types');
CREATE SERVER odd FOREIGN DATA WRAPPER loose OPTIONS (base_url '$url');
CREATE USER MAPPING FOR CURRENT_USER SERVER odd OPTIONS (access_key '$key');
CREATE FOREIGN TABLE odd (id text) SERVER odd OPTIONS (resource 'plan_types');
SQL
is($session->sqlstate('SELECT * FROM bare_types'), 'HV00D', 'a server without options needs one');
is($session->sqlstate('SELECT * FROM bare'), 'HV00D', 'so does a table without');
is($session->sqlstate('SELECT * FROM odd'), '', 'a good one works');
for my $option ("page_size '0'", "page_size 'many'", "max_connections '-1'", "rate_limit 'x'", "request_timeout '0'",
	"operators 'EQ;IN'", "compression 'perhaps'", "trust_order 'perhaps'", "on_error 'null'", "request_cost 'NaN'", "max_response_size '-5'", "in_list_size '0'")
{
	$session->ask("ALTER SERVER odd OPTIONS (ADD $option)");
	is($session->sqlstate('SELECT * FROM odd'), '22023', "$option is refused where it is read");
	my ($name) = split / /, $option;
	$session->ask("ALTER SERVER odd OPTIONS (DROP $name)");
}
$session->ask("ALTER FOREIGN TABLE odd OPTIONS (ADD object 'company')");
is($session->sqlstate('SELECT * FROM odd'), 'HV00D', 'a table is not of a resource and of an object');
$session->ask("ALTER FOREIGN TABLE odd OPTIONS (DROP resource, SET object '../../v2/successPlan')");
is($session->sqlstate('SELECT * FROM odd'), '22023', 'nor of an object whose name is a path');
$session->ask("ALTER FOREIGN TABLE odd OPTIONS (DROP object, ADD resource 'plan_types')");
$session->ask("ALTER USER MAPPING FOR CURRENT_USER SERVER odd OPTIONS (SET access_key E'a\\nX-Evil: 1')");
is($session->sqlstate('SELECT * FROM odd'), '28000', 'a key with a line break is no key');
for my $case (
	[ q{client_id 'a', client_secret E'b\nX-Evil: 1'}, '28000', 'a secret with a line break' ],
	[ q{client_id E'a\nX-Evil: 1', client_secret 'b'}, '28000', 'a client with a line break' ],
	[ q{client_id 'a:b', client_secret 'c'}, '28000', 'a client with a colon' ],
	[ q{client_id '', client_secret 'c'}, '28000', 'a client without a name' ],
	[ q{client_id 'a'}, 'HV00D', 'a client without a secret' ],
	[ q{client_secret 'b'}, 'HV00D', 'a secret without a client' ],
	[ q{client_id 'a', client_secret 'b', access_key 'c'}, 'HV00D', 'a client with a key' ])
{
	my ($options, $state, $what) = @$case;

	$session->ask("DROP USER MAPPING FOR CURRENT_USER SERVER odd; CREATE USER MAPPING FOR CURRENT_USER SERVER odd OPTIONS ($options)");
	is($session->sqlstate('SELECT * FROM odd'), $state, "$what is none");
}
is(($session->ask('SELECT 1'))[0], '1', 'the session stands');

#
# operators: what is accepted is understood
#
my $sends = q{EXPLAIN (COSTS OFF) SELECT name FROM gs.successplans WHERE status = 'Active'};
for my $list (q{E'EQ,\nIN'}, q{' EQ , IN '}, q{E'\tEQ'})
{
	$session->ask("ALTER SERVER gainsight OPTIONS (ADD operators $list)");
	like(($session->ask($sends))[0], qr/Status EQ/, "operators $list are understood");
	$session->ask('ALTER SERVER gainsight OPTIONS (DROP operators)');
}
is($session->sqlstate("ALTER SERVER gainsight OPTIONS (ADD operators $_)"), '22023', "operators $_ are refused")
  for q{'"EQ","IN"'}, q{'EQ IN'}, q{'EQ,,IN'}, q{'EQ,'}, q{'eq'};

$session->finish;
$node->stop;
done_testing();
