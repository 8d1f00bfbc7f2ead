# Joins that send keys in batches: over many plans, beside others, cancelled.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 100_000, objectives => 0 });

#
# 100,000 plans, 500 keys: five searches, however they are joined
#

$node->safe_psql('postgres', q{
CREATE TABLE truth AS SELECT gsid, company_id, status FROM gs.successplans;
CREATE TABLE account AS SELECT company_id FROM (SELECT DISTINCT company_id FROM truth ORDER BY 1 LIMIT 500) AS c;
CREATE TABLE event AS SELECT company_id, n FROM account, generate_series(1, 100) AS n ORDER BY hashtext(company_id || n);
CREATE TABLE shuffled AS SELECT company_id, n FROM event ORDER BY company_id;
CREATE TABLE watched AS SELECT gsid FROM truth ORDER BY hashtext(gsid) LIMIT 500;
});

sub joined
{
	my ($query, $requests, $name) = @_;
	(my $local = $query) =~ s/gs\.successplans/truth/g;

	# a session that knows nothing of the tenant yet
	$tenant->requests;
	my $ours = $node->safe_psql('postgres', $query);
	is($tenant->requests, $requests, "$name: requests");
	is($ours, $node->safe_psql('postgres', $local), "$name: rows");
	return;
}

for my $statistics ('', 'ANALYZE account, event, shuffled, watched;')
{
	my $state = $statistics ? 'analyzed' : 'never analyzed';

	$node->safe_psql('postgres', $statistics) if $statistics;
	for my $table ('account', 'event', 'shuffled')
	{
		joined("SELECT count(*), count(DISTINCT p.gsid), min(p.gsid) FROM $table AS t JOIN gs.successplans AS p USING (company_id)",
			5, "500 companies in $table, $state");
	}
	joined('SELECT count(*), count(p.gsid) FROM account AS a LEFT JOIN gs.successplans AS p USING (company_id)',
		5, "left join, $state");
	joined(q{SELECT count(*), count(p.gsid) FROM account AS a LEFT JOIN gs.successplans AS p ON p.company_id = a.company_id AND p.status = 'Active'},
		5, "left join with a filter, $state");
	joined('SELECT count(*) FROM account AS a WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.company_id)',
		5, "anti join, $state");
	joined(q{SELECT count(*) FROM account AS a WHERE NOT EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.company_id AND p.status = 'Archived')},
		5, "anti join with a filter, $state");
	joined('SELECT count(*) FROM account AS a WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = a.company_id)',
		5, "semi join, $state");
	joined('SELECT count(*), min(gsid) FROM gs.successplans WHERE company_id IN (SELECT company_id FROM event)',
		5, "IN of a subquery, $state");
	joined('SELECT count(*), min(p.company_id) FROM watched AS w JOIN gs.successplans AS p USING (gsid)',
		5, "500 plans by gsid, $state");
	joined('SELECT count(*), count(p.gsid) FROM watched AS w LEFT JOIN gs.successplans AS p USING (gsid)',
		5, "500 plans by gsid, left join, $state");
}

#
# Batches go out side by side
#

my $rows = 'SELECT FROM account AS a JOIN gs.successplans AS p USING (company_id)';
my $join = "SELECT count(*) FROM ($rows) AS j";

sub elapsed
{
	my ($query) = @_;
	my $start = time;

	$node->safe_psql('postgres', $query);
	return time - $start;
}

# all five at once, where all rows will be asked for
my $plain = elapsed($join);
$tenant->ctl('set', 'rounds=[5]');
$node->safe_psql('postgres', $join);
like($tenant->ctl('counters'), qr/"rounds_missed": 0\b/, 'five searches go out before one is answered');
# else as many as were of use before
$tenant->ctl('set', 'rounds=[]', 'latency_ms=2000');
my $late = elapsed("SELECT count(*) FROM ($rows LIMIT 1000000) AS j") - $plain;
# one, two, and the other two
cmp_ok($late, '<', 8.5, "five searches of 2 s add less than 8.5 s to $plain s");
cmp_ok($late, '>', 5, '... and the first goes out alone');

#
# Cancelled while a batch is under way, the session goes on
#

$tenant->ctl('set', 'latency_ms=20000');
my $session = GsSession->new($node);
my ($pid) = $session->ask('SELECT pg_backend_pid()');
$tenant->requests;
$session->start($join);
GsServer::eventually(sub { $tenant->requests }) or die 'nothing is asked';
my $start = time;
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
my (undef, $error) = $session->answer;
like($error, qr/57014/, 'cancelled');
cmp_ok(time - $start, '<', 10, '... at once');
$tenant->ctl('set', 'latency_ms=0');
is(($session->ask($join))[0], $node->safe_psql('postgres', $join), '... and usable');

#
# A row that was locked by another: its new version is checked without a request
#

my $other = GsSession->new($node);
$tenant->requests;
$other->ask('BEGIN');
$other->ask(q{UPDATE account SET company_id = company_id WHERE company_id = (SELECT min(company_id) FROM account)});
$session->start(q{SELECT count(*) FROM (SELECT a.company_id FROM account AS a JOIN gs.successplans AS p USING (company_id) FOR UPDATE OF a) AS l});
GsServer::somebody_is_blocked($node);
ok(!$session->ended, 'waits for the other');
$other->ask('COMMIT');
my ($rows) = $session->answer;
is($tenant->requests, 5, 'what is checked again sends nothing');
is($rows, $node->safe_psql('postgres', 'SELECT count(*) FROM account AS a JOIN truth AS p USING (company_id)'),
	'... and all rows are there');
$other->ask('BEGIN');
$other->ask(q{UPDATE account SET company_id = 'elsewhere' WHERE company_id = (SELECT min(company_id) FROM account)});
$session->start(q{SELECT count(*) FROM (SELECT a.company_id FROM account AS a JOIN gs.successplans AS p USING (company_id) FOR UPDATE OF a) AS l});
GsServer::somebody_is_blocked($node);
$other->ask('COMMIT');
($rows) = $session->answer;
is($rows, $node->safe_psql('postgres', 'SELECT count(*) FROM account AS a JOIN truth AS p USING (company_id)'),
	'a row that has moved on to another key has no match');

done_testing();
