# What an operator reads in the server's log: requests that took long, and nothing of what they were about.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 40, key => 'a-key-that-is-seen-nowhere' },
	conf => "log_statement = none\nlog_min_duration_statement = -1\n");
my $session = GsSession->new($node);
my $log_end = -s $node->logfile;
my $line = qr{LOG:  gainsight_fdw: (?:GET|POST|PUT) \S+: status \d+, [\d.]+ ms, waited \d+ ms, \d+ bytes, server "gainsight"$}m;

# What statements add to the log, and what the client is told.
sub log_of
{
	my ($sql) = @_;
	my ($out, $err) = $session->ask($sql);
	my $added = substr slurp_file($node->logfile), $log_end;

	$log_end += length $added;
	return ($added, $err);
}

my ($plan) = $session->ask(q{SELECT gsid FROM gs.successplans WHERE gsid ~ '^\w+$' AND company_id IS NOT NULL LIMIT 1});
my $types = 'SELECT count(*) FROM gs.plan_types';
my ($log, $told) = log_of($types);
is($log, '', 'no request is logged');

#
# Each of them
#
log_of('SET gainsight_fdw.log_min_duration = 0');
($log, $told) = log_of($types);
like($log, qr{^[^\n]*LOG:  gainsight_fdw: GET /successplans/config/types: status 200, [\d.]+ ms, waited 0 ms, [1-9]\d* bytes, server "gainsight"\n\z},
	'at 0 every request is a line, and nothing else is');
($log, $told) = log_of("SET client_min_messages = log; $types; RESET client_min_messages");
like($log, $line, 'a client that listens to the log ...');
is($told, '', '... is not told');

($log) = log_of("SELECT count(name) FROM gs.successplans WHERE name = 'a name that is seen nowhere'");
like($log, qr{LOG:  gainsight_fdw: POST /successplans/search: status 200, }, 'of a search the path');
unlike($log, qr/seen nowhere/, 'and no value, nor the statement that has it');
($log) = log_of("UPDATE gs.successplans SET comments = 'a comment that is seen nowhere' WHERE gsid = '$plan'");
like($log, qr{LOG:  gainsight_fdw: PUT /successplans/\Q$plan\E: status 200, }, 'of a write, too: what the path has');
unlike($log, qr/seen nowhere/, 'and no value');
($log) = log_of(q{DO $$BEGIN PERFORM id FROM gs.plan_types; END$$});
unlike($log, qr/CONTEXT|STATEMENT/, 'nor where it comes from');

#
# Tries
#
$tenant->fault({ status => 503 }, times => 1);
($log) = log_of($types);
my @lines = $log =~ /$line/g;
is(scalar @lines, 2, 'each try is a line');
like($lines[0], qr/status 503, [\d.]+ ms, waited 0 ms/, 'the one that failed');
like($lines[1], qr/status 200, [\d.]+ ms, waited [1-9]\d\d+ ms/, 'and the other, which had to wait for its turn');
$tenant->fault({ close => 'body' }, times => 1);
($log) = log_of($types);
like($log, qr/status 0, [\d.]+ ms, waited 0 ms, \d+ bytes/, 'one that was not answered has no status');

#
# Long ones
#
log_of(q{SET gainsight_fdw.log_min_duration = '1h'});
($log) = log_of($types);
is($log, '', 'what takes less is not logged');
$tenant->control('set', 'latency_ms=300');
log_of(q{SET gainsight_fdw.log_min_duration = '200ms'});
($log) = log_of($types);
like($log, $line, 'what takes longer is');
$tenant->control('set', 'latency_ms=0');

#
# Whose setting it is
#
$node->safe_psql('postgres', 'CREATE ROLE user1 LOGIN');
my $user = GsSession->new($node, user => 'user1');
is($user->sqlstate('SELECT gainsight_fdw_version(); SET gainsight_fdw.log_min_duration = 0'), '42501',
	'a superuser sets it');
unlike(slurp_file($node->logfile) =~ s/^.*CREATE USER MAPPING.*$//mgr, qr/a-key-that-is-seen-nowhere/,
	'the key is in no line');

$user->finish;
$session->finish;
$node->stop;
done_testing();
