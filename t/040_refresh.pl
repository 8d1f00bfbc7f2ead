# A copy that is kept up to date: killed anywhere, beside colleagues at work, beside
# itself, and from pg_cron.  What it has in the end is what the tenant has.
use strict;
use warnings;

use JSON::PP ();
use POSIX qw(strftime);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 1500, objectives => 0 }, conf => "autovacuum = off\n");
chomp(my $libraries = `pg_config --pkglibdir`);
my $has_cron = -e "$libraries/pg_cron.so";
if ($has_cron)
{
	my $host = $node->host;
	$node->append_conf('postgresql.conf',
		"shared_preload_libraries = 'pg_cron'\ncron.database_name = 'postgres'\ncron.host = '$host'\n");
	$node->restart;
}
srand 1;

# pages so small that the tenant is many windows
$node->safe_psql('postgres', <<'SQL');
ALTER SERVER gainsight OPTIONS (ADD max_retries '0');
ALTER FOREIGN TABLE gs.successplans OPTIONS (ADD page_size '15');
CREATE SCHEMA copy;
CREATE TABLE truth (LIKE gs.successplans);
SQL
my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump";

# What is different between the table and the tenant, of the rows that a condition leaves.
sub differences
{
	my ($table, $where) = @_;
	$where = $where ? "WHERE $where" : '';

	open my $file, '>', $dump or die "$dump: $!";
	print $file $tenant->control('dump', 'successplans');
	close $file;
	return $node->safe_psql('postgres', <<"SQL");
TRUNCATE truth;
\\copy truth FROM '$dump'
SELECT 'missing', gsid FROM (SELECT * FROM truth $where EXCEPT SELECT * FROM $table $where) AS m
UNION ALL
SELECT 'surplus', gsid FROM (SELECT * FROM $table $where EXCEPT SELECT * FROM truth $where) AS s
LIMIT 10;
SQL
}

# What a session was ended by, or failed with; '' if it did not.  Whoever is ended while psql writes
# to it is not told why.
sub outcome
{
	my ($err) = @_;

	return '57P01' if $err =~ /server closed the connection|connection to server was lost/;
	return $err =~ /^(?:ERROR|FATAL):  (\w{5})/m ? $1 : '';
}

# Run a refresh, and end its backend when it has sent so many requests.  True if it was still running.
sub killed
{
	my ($call, $after) = @_;
	my $session = GsSession->new($node);
	my $pid = $session->pid;

	$tenant->requests;
	$session->start($call);
	for (my $requests = 0; $requests < $after && !$session->ended; $requests += $tenant->requests)
	{
		sleep 0.002;
	}
	my $killed = !$session->ended && kill 'TERM', $pid;
	my ($out, $err) = $session->answer;
	$session->finish;
	# it says that it ends before it has cleaned up
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)");
	return $killed && outcome($err) eq '57P01';
}

my $call = q{CALL gainsight_fdw_refresh('gs.successplans', 'copy.plans')};

#
# From pg_cron: it begins with the next minute, so it is started here and looked at in the end
#
if ($has_cron)
{
	$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION pg_cron;
SELECT cron.schedule('gainsight', '* * * * *', $$CALL gainsight_fdw_refresh('gs.successplans', 'copy.by_cron')$$);
SQL
}

#
# Killed at many points of the first copy, and resumed
#
{
	my ($kills, $holes, $leftover) = (0, 0, 0);

	$tenant->control('set', 'latency_ms=2');
	for my $n (1 .. 60)
	{
		last unless killed($call, 2 * $n);
		$kills++;
		# what is older than the newest row of the copy is in it
		$holes++ if $node->safe_psql('postgres', q{SELECT to_regclass('copy.plans')}) &&
			differences('copy.plans', 'modified_date <= (SELECT max(modified_date) FROM copy.plans)');
		# (pg_cron may be at work, too)
		$leftover += $node->safe_psql('postgres', <<'SQL');
SELECT count(*) FROM (SELECT pid FROM gainsight_fdw_progress UNION ALL
       SELECT pid FROM pg_locks WHERE locktype = 'object' AND classid = 'pg_class'::regclass) AS p
WHERE pid NOT IN (SELECT pid FROM pg_stat_activity WHERE query ~ 'copy\.by_cron');
SQL
	}
	cmp_ok($kills, '>=', 5, 'killed many times');
	is($holes, 0, 'whenever it is killed, what it has is complete up to its newest row');
	is($leftover, 0, 'nothing is left behind of it');
	$node->safe_psql('postgres', $call);
	is(differences('copy.plans'), '', 'and in the end it has what the tenant has');
	note "$kills kills";
}

#
# A full one that is killed removes nothing
#
{
	my @gone = map { (split /\t/)[0] } (grep { /^1P02\w{20}/ } split /\n/, $tenant->control('dump', 'successplans'))[ 0 .. 9 ];
	my $kills = 0;
	my $lost = 0;

	$tenant->control('delete', $_) for @gone;
	for my $n (1 .. 6)
	{
		next unless killed(q{CALL gainsight_fdw_refresh('gs.successplans', 'copy.plans', full => true)}, 10 * $n);
		$kills++;
		$lost++ if $node->safe_psql('postgres', 'SELECT count(*) FROM copy.plans') < 1500;
	}
	cmp_ok($kills, '>=', 4, 'killed some times');
	is($lost, 0, 'nothing is removed before all was read');
	$node->safe_psql('postgres', q{CALL gainsight_fdw_refresh('gs.successplans', 'copy.plans', full => true)});
	is(differences('copy.plans'), '', 'then what is gone is removed');
}

#
# Colleagues at work: plans change, appear, appear late, and go, while the copy is made
#
my @plans = map { (split /\t/)[0] } grep { /^1P02\w{20}/ } split /\n/, $tenant->control('dump', 'successplans');
my %deleted;
my $number = 0;

sub add_plan
{
	my ($gsid, %fields) = @_;

	$tenant->control('insert', JSON::PP->new->encode({ Gsid => $gsid, %fields }));
	push @plans, $gsid;
	return;
}

sub work
{
	my $plan = $plans[ rand @plans ];
	my $what = rand;

	$number++;
	if ($what < 0.6)
	{
		$tenant->control('touch', $plan, "Comments=work $number") unless $deleted{$plan};
	}
	elsif ($what < 0.8)
	{
		add_plan("1P02NEW$number", Name => 'new');
	}
	elsif ($what < 0.9)
	{
		# stamped minutes ago, and seen only now
		add_plan("1P02LATE$number", Name => 'late',
			ModifiedDate => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time - rand 540)));
	}
	elsif (!$deleted{$plan}++)
	{
		$tenant->control('delete', $plan);
	}
	return;
}

# Run a refresh while they are at it, with so many seconds between two changes.  What it
# fails with.
sub refresh_at_work
{
	my ($statement, $kill_after, $pause) = @_;
	my $session = GsSession->new($node);
	my $pid = $session->pid;
	my $until = $kill_after ? time + $kill_after : 0;

	$session->start($statement);
	until ($session->ended)
	{
		work();
		if ($until && time > $until)
		{
			kill 'TERM', $pid;
			last;
		}
		sleep($pause || 0.02);
	}
	my ($out, $err) = $session->answer;
	$session->finish;
	return $err;
}

{
	my $holes = '';
	my %outcome;

	$node->safe_psql('postgres', 'DROP TABLE copy.plans');
	# many rows of one moment, as a bulk load leaves them, in the middle of the past
	$tenant->control('touch', $_, 'ModifiedDate=2025-02-03T04:05:06Z') for @plans[ 0 .. 399 ];
	for my $n (1 .. 12)
	{
		$node->safe_psql('postgres', 'TRUNCATE copy.plans') if $n % 4 == 0;
		my $err = refresh_at_work($call, $n % 3 ? 0.02 + rand 0.6 : 0);

		$outcome{ outcome($err) || 'done' }++;
	}
	# where a machine is slower than they are, they are slower, too
	for (my $pause = 0.05; !$outcome{done} && $pause < 4; $pause *= 2)
	{
		$outcome{ outcome(refresh_at_work($call, 0, $pause)) || 'done' }++;
	}
	note join ', ', map { "$_: $outcome{$_}" } sort keys %outcome;
	is(join(' ', grep { !/^(?:done|57P01|40001)$/ } sort keys %outcome), '', 'it ends, is killed, or gives up on what moves');
	cmp_ok($outcome{done} || 0, '>=', 1, 'it ends although colleagues are at work');
	$node->safe_psql('postgres', $call);
	is(differences('copy.plans', 'gsid IN (SELECT gsid FROM truth)'), '', 'no change and no new plan was lost');
	my $full = q{CALL gainsight_fdw_refresh('gs.successplans', 'copy.plans', full => true)};
	my $known = join ',', map { "'$_'" } @plans;
	my $err;
	for (my $pause = 0.15; $pause < 6; $pause *= 2)
	{
		$err = refresh_at_work($full, 0, $pause);
		last unless outcome($err) eq '40001';
	}
	is($err, '', 'a full one ends, too');
	differences('copy.plans');
	is($node->safe_psql('postgres', "SELECT count(*) FROM truth WHERE gsid IN ($known) AND gsid NOT IN (SELECT gsid FROM copy.plans)"),
		0, 'it removed nothing that is there');
	$node->safe_psql('postgres', $call);
	is(differences('copy.plans', 'gsid IN (SELECT gsid FROM truth)'), '', 'the next one knows what changed meanwhile');
	$node->safe_psql('postgres', $full);
	is(differences('copy.plans'), '', 'and a quiet one leaves just what the tenant has');
}

#
# Two at once
#
{
	my @sessions = map { GsSession->new($node) } 1 .. 3;

	$node->safe_psql('postgres', 'TRUNCATE copy.plans');
	$_->start($call) for @sessions;
	until (!grep { !$_->ended } @sessions)
	{
		work();
		sleep 0.02;
	}
	my @errors = map { ($_->answer)[1] } @sessions;
	is(join('', grep { !/^\w+:  40001/ } @errors), '', 'several refreshes of one target end');
	$_->finish for @sessions;
	$node->safe_psql('postgres', $call);
	is(differences('copy.plans', 'gsid IN (SELECT gsid FROM truth)'), '', 'and miss nothing together');
}

#
# What pg_cron has done meanwhile
#
SKIP:
{
	skip 'pg_cron is not installed for this PostgreSQL', 3 unless $has_cron;
	my $status = '';

	GsServer::eventually(sub {
		$status = $node->safe_psql('postgres', q{SELECT status FROM cron.job_run_details WHERE status IN ('succeeded', 'failed') ORDER BY runid LIMIT 1})
	}, 120);
	is($status, 'succeeded', 'pg_cron refreshes a copy');
	is($node->safe_psql('postgres', 'SELECT return_message FROM cron.job_run_details ORDER BY runid LIMIT 1'), 'CALL', 'by a plain CALL');
	$node->safe_psql('postgres', q{SELECT cron.unschedule('gainsight')});
	$node->safe_psql('postgres', q{CALL gainsight_fdw_refresh('gs.successplans', 'copy.by_cron', full => true)});
	is(differences('copy.by_cron'), '', 'which others may go on with');
}

$node->stop;
done_testing();
