# The area that all sessions share: what a session that waits for another's look at it shows.
#
# Nobody holds its lock for longer than a copy of some kB takes.  So two sessions reset the counters
# again and again, and one of them is stopped until it happens to be stopped while it holds the lock.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use GsServer;
use GsSession;

# What others see of a session that waits for the lock: a node, and who looks on.
sub seen_waiting
{
	my ($node, $watcher) = @_;
	my @busy = map { GsSession->new($node) } 1, 2;
	my ($holder, $other) = map { $_->pid } @busy;
	my $seen = '';

	$_->start("SET statement_timeout = '120s'; SELECT count(gainsight_fdw_stats_reset()::text) FROM (SELECT generate_series(1, 1000000000)) AS n")
	  for @busy;
	for (my $until = time + 100; $seen eq '' && time < $until;)
	{
		kill 'STOP', $holder;
		sleep 0.01;
		$watcher->start("SELECT wait_event_type || ' ' || wait_event FROM pg_stat_activity WHERE pid = $other AND wait_event_type = 'LWLock' AND wait_event NOT LIKE 'DSMRegistry%'");
		# it may have been stopped with a lock that who looks on waits for, too
		for (my $patience = time + 1; !$watcher->ended && time < $patience;) { sleep 0.002 }
		kill 'CONT', $holder;
		($seen) = $watcher->answer;
		sleep 0.002;
	}
	$watcher->ask("SELECT pg_terminate_backend(pid) FROM (VALUES ($holder), ($other)) AS p (pid)");
	$_->answer for @busy;
	return $seen;
}

my $node = GsServer::start();
$node->safe_psql('postgres', 'CREATE EXTENSION gainsight_fdw');
my ($major) = $node->safe_psql('postgres', 'SHOW server_version_num') =~ /^(\d\d)/;

my $stranger = GsSession->new($node);
like(seen_waiting($node, $stranger), $major >= 19 ? qr/^LWLock GainsightShared$/ : qr/^LWLock [Ee]xtension$/,
	'to a session that has never used the extension it is an LWLock');
$stranger->ask('SELECT count(*) FROM gainsight_fdw_stats');
is(seen_waiting($node, $stranger), 'LWLock GainsightShared', 'once it has, the event has a name');
$stranger->finish;

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'gainsight_fdw'\n");
$node->restart;
$stranger = GsSession->new($node);
is(seen_waiting($node, $stranger), 'LWLock GainsightShared', 'where the library is preloaded all sessions know it');
$stranger->finish;
is($node->safe_psql('postgres', q{SELECT count(*) FROM gainsight_fdw_stats}), '0', 'and the area is good');

$node->stop;
done_testing();
