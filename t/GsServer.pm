# GsServer: a server for a TAP test, and a tenant beside it.
#
#   my $node = GsServer::start(conf => "max_connections = 40\n");
#   my ($node, $tenant) = GsServer::with_tenant({ plans => 20 }, conf => "log_min_messages = debug1\n");
#
# The options of a tenant are those of GsTenant; the extension is set up for it.  Of a server
# there are `name`, `conf`, and `init`, an array for the node's init.  It has no JIT.
package GsServer;

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Time::HiRes qw(sleep time);

use GsTenant;

sub start
{
	my (%options) = @_;
	my $node = PostgreSQL::Test::Cluster->new($options{name} || 'main');

	$node->init(@{ $options{init} || [] });
	$node->append_conf('postgresql.conf', "jit = off\n" . ($options{conf} || ''));
	$node->start;
	return $node;
}

sub with_tenant
{
	my ($of_tenant, %options) = @_;
	my $node = start(%options);
	my $tenant = GsTenant->new(%$of_tenant);

	GsTenant::setup($node, $tenant);
	return ($node, $tenant);
}

# Wait until a function gives something true, and give that: it comes when it comes, on a busy
# machine later.  False if it has not come after a minute, or so many seconds.
sub eventually
{
	my ($function, $seconds) = @_;
	my $until = time + ($seconds || 60);

	while (1)
	{
		my $result = $function->();
		return $result if $result || time > $until;
		sleep 0.02;
	}
}

# Wait until somebody waits for a lock of another session's.
sub somebody_is_blocked
{
	my ($node) = @_;

	$node->poll_query_until('postgres', 'SELECT count(*) > 0 FROM pg_locks WHERE NOT granted') or die 'nobody waits';
	return;
}

1;
