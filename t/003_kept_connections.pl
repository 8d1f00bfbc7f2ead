# What a session keeps open to a tenant goes when the server, the mapping or the extension does.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

plan skip_all => 'there is no /proc' unless -d "/proc/$$/fd";

my $node = GsServer::start();
my $tenant = GsTenant->new(plans => 50, objectives => 1);
my $stable = GsTenant->new(plans => 5, objectives => 1);
GsTenant::setup($node, $stable);

# How many connections of a session to a tenant are open.
sub connected
{
	my ($session, $to) = @_;
	my ($port) = $to->url =~ /:(\d+)/;
	my $remote = sprintf ':%04X', $port;
	my $pid = $session->pid;
	my %socket = map { (readlink($_) || '') =~ /^socket:\[(\d+)\]/ ? ($1 => 1) : () } glob "/proc/$pid/fd/*";
	my $count = 0;

	open my $table, '<', '/proc/net/tcp' or die "/proc/net/tcp: $!";
	while (my $line = <$table>)
	{
		my @field = split ' ', $line;
		$count++ if $field[2] =~ /\Q$remote\E$/ && $socket{ $field[9] || '' };
	}
	return $count;
}

my $admin = GsSession->new($node);
my $session = GsSession->new($node);
my $list = 'SELECT count(id) > 0 FROM passing.plan_types';
my $elsewhere = 'SELECT count(id) > 0 FROM gs.plan_types';

# A server `passing`, of which both sessions keep a connection.
sub use_server
{
	my $url = $tenant->url;

	$admin->ask(<<"SQL");
SET client_min_messages = warning;
DROP SERVER IF EXISTS passing CASCADE;
DROP SCHEMA IF EXISTS passing CASCADE;
CREATE SERVER passing FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url '$url', rate_limit '0', max_retries '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER passing OPTIONS (access_key 'sandbox-key');
CREATE SCHEMA passing;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER passing INTO passing
SQL
	is(join(' ', map { ($_->ask($list))[0] . connected($_, $tenant) } $admin, $session), 't1 t1', 'two sessions keep a connection');
	return;
}

for my $change ('DROP SERVER passing CASCADE',
	"ALTER SERVER passing OPTIONS (SET base_url 'http://127.0.0.1:1/v1')",
	"ALTER SERVER passing OPTIONS (ADD proxy 'http://127.0.0.1:1')",
	"ALTER SERVER passing OPTIONS (ADD ca_file '/etc/hosts')",
	"ALTER USER MAPPING FOR CURRENT_USER SERVER passing OPTIONS (SET access_key 'other')",
	'DROP USER MAPPING FOR CURRENT_USER SERVER passing')
{
	my $what = $change =~ s/'.*//r;

	use_server();
	$admin->ask($change);
	is(connected($admin, $tenant), 0, "$what: this session's is closed");
	$session->ask('SELECT 1');
	is(connected($session, $tenant), 0, 'and another\'s when its transaction ends');

	# in a transaction
	use_server();
	$session->ask("BEGIN; $elsewhere");
	$admin->ask("BEGIN; $change; $elsewhere");
	is(connected($admin, $tenant), 0, 'in a transaction it is closed before another server is asked');
	$admin->ask('COMMIT');
	$session->ask($elsewhere);
	is(connected($session, $tenant), 0, 'and so is another\'s');
	$session->ask('COMMIT');

	# one that is rolled back has closed it, too
	use_server();
	$admin->ask("BEGIN; $change; ROLLBACK");
	is(connected($admin, $tenant), 0, 'a change that is rolled back closes it as well');
	is(($session->ask($list))[0], 't', 'and nobody else notices');
}

# while it is in use
use_server();
$admin->ask(q{ALTER FOREIGN TABLE passing.successplans OPTIONS (ADD page_size '5')});
is(($session->ask('BEGIN; DECLARE c CURSOR FOR SELECT gsid FROM passing.successplans; MOVE 12 FROM c; SELECT 1'))[0], '1',
	'a cursor reads');
$admin->ask("ALTER SERVER passing OPTIONS (SET base_url 'http://127.0.0.1:1/v1')");
is($session->sqlstate($list), '08001', 'who asks anew asks where the server is now');
my ($out, $err) = $session->ask('ROLLBACK');
is(connected($session, $tenant), 0, 'what a cursor was reading is closed with its transaction');
use_server();
$admin->ask(q{ALTER FOREIGN TABLE passing.successplans OPTIONS (ADD page_size '5')});
$session->ask('BEGIN; DECLARE c CURSOR FOR SELECT gsid FROM passing.successplans; MOVE 12 FROM c');
$admin->ask("ALTER SERVER passing OPTIONS (SET base_url 'http://127.0.0.1:1/v1')");
$session->ask('SELECT 1');
($out, $err) = $session->ask('MOVE ALL FROM c; COMMIT');
is($err, '', 'a cursor reads to its end');
is(connected($session, $tenant), 0, 'and leaves nothing open');

# with all that is the extension's
use_server();
$session->ask($elsewhere);
$admin->ask('DROP EXTENSION gainsight_fdw CASCADE');
is(connected($admin, $tenant) + connected($admin, $stable), 0, 'DROP EXTENSION closes all');
$session->ask('SELECT 1');
is(connected($session, $tenant) + connected($session, $stable), 0, 'in every session');

$_->finish for $admin, $session;
$node->stop;
done_testing();
