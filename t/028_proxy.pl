# Behind a proxy that takes CONNECT: what it refuses was never sent to the tenant.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

my $sandbox = $ENV{GS_SANDBOX_DIR} || 'sandbox';
my $dir = PostgreSQL::Test::Utils::tempdir;
for my $name ('tenant', 'other')
{
	GsTenant::certificate("$dir/$name", 'DNS:localhost,IP:127.0.0.1') or plan skip_all => 'there is no openssl';
}
open my $proxy, '|-', -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3', "$sandbox/connect_proxy.py", "$dir/port"
  or die "proxy: $!";
GsServer::eventually(sub { -s "$dir/port" }) or die 'no proxy';
my $port = PostgreSQL::Test::Utils::slurp_file("$dir/port");

my ($node, $tenant) = GsServer::with_tenant({ plans => 20, tls => [ "$dir/tenant.pem", "$dir/tenant.key" ] });
$node->safe_psql('postgres', "ALTER SERVER gainsight OPTIONS (ADD ca_file '$dir/tenant.pem',
	ADD proxy 'http://127.0.0.1:$port', ADD max_retries '2', ADD request_timeout '5s', ADD connect_timeout '10s')");

my $session = GsSession->new($node);
my %statements = (
	read => 'SELECT count(id) FROM gs.plan_types',
	search => 'SELECT count(name) FROM gs.successplans',
	create => "INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('one', 'c', 't')");

# Statement by statement, with new connections, what the proxy answers: the SQLSTATE and how many
# times it was asked.
sub answers
{
	my ($answer, $expected, $times) = @_;

	PostgreSQL::Test::Utils::append_to_file("$dir/port.answer.new", $answer);
	rename "$dir/port.answer.new", "$dir/port.answer";
	for my $kind (sort keys %statements)
	{
		$session->ask('SELECT gainsight_fdw_disconnect_all()');
		unlink "$dir/port.log";
		is($session->sqlstate($statements{$kind}), $expected, "$answer, to $kind: " . ($expected || 'answered'))
		  or diag $session->error;
		my @asked = -e "$dir/port.log" ? split /\n/, PostgreSQL::Test::Utils::slurp_file("$dir/port.log") : ();
		is(scalar @asked, $times, "$answer, to $kind: $times times") if defined $times;
	}
	return;
}

answers('tunnel', '');
# a refusal is final, what may pass is tried again
answers('407', '08001', 1);
answers('403', '08001', 1);
answers('502', '08001', 3);
answers('close', '08001', 3);
$session->ask("ALTER SERVER gainsight OPTIONS (SET connect_timeout '500ms')");
answers('hang', '08001', 3);
$session->ask("ALTER SERVER gainsight OPTIONS (SET connect_timeout '10s')");

# a certificate that is not trusted, behind it
$session->ask("ALTER SERVER gainsight OPTIONS (SET ca_file '$dir/other.pem')");
answers('tunnel', '08001', 1);
$session->ask("ALTER SERVER gainsight OPTIONS (SET ca_file '$dir/tenant.pem')");

# what has gone through the tunnel may have been done
$session->ask('SELECT gainsight_fdw_disconnect_all()');
$tenant->fault({ apply_then => 'close' }, op => 'POST /successplans');
is($session->sqlstate($statements{create}), '08007', 'a create that is cut behind the proxy is in doubt');
answers('tunnel', '');

$session->finish;
close $proxy;
$node->stop;
done_testing();
