# Writes that wait for the commit: what ends it while it sends, what fails it when all is sent, and
# what waiting and sending take of memory.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 0, objectives => 0 },
	conf => "max_prepared_transactions = 2\nlog_min_messages = warning\nautovacuum = off\n");
$node->safe_psql('postgres', <<'SQL');
ALTER SERVER gainsight OPTIONS (ADD write_at 'commit');
ALTER SERVER gainsight OPTIONS (ADD max_retries '0');
CREATE TABLE public.log (line text);
CREATE TABLE public.pair (id int PRIMARY KEY, value int);
INSERT INTO public.pair VALUES (1, 0), (2, 0);
SQL
$tenant->ctl('insert', qq({"Gsid":"1P02L$_","Name":"plan $_","CompanyId":"1P01","TypeId":"1T01","Status":"Active","Comments":"0"})) for 1 .. 4;

sub in_log
{
	my ($offset) = @_;

	return substr(PostgreSQL::Test::Utils::slurp_file($node->logfile), $offset);
}

sub created
{
	my ($name) = @_;

	return scalar grep { (split /\t/)[1] =~ /^\Q$name\E/ } split /\n/, $tenant->ctl('dump', 'successplans');
}

# What a session gives.
sub given
{
	my ($session, $sql) = @_;
	my ($out) = $session->ask($sql);

	return $out;
}

sub comments { return $tenant->ctl('plan', $_[0]) =~ /"Comments": "([^"]*)"/ ? $1 : '' }

# A transaction of this session that is to create so many plans of a name, one after the other, and stops
# in the middle: the tenant says nothing to the third.
sub begin_stuck
{
	my ($session, $name) = @_;

	$tenant->control('defaults');
	$session->ask('BEGIN');
	$session->ask("INSERT INTO public.log VALUES ('$name')");
	my (undef, $err) = $session->ask(
		"INSERT INTO gs.successplans (name, company_id, type_id) SELECT '$name ' || g, '1P01', '1T01' FROM generate_series(1, 5) AS g");
	is($err, '', "$name: nothing is said of what waits");
	is(created($name), 0, "$name: and nothing sent");
	$tenant->fault({ hang => 'before', seconds => 60 }, op => 'POST /successplans', skip => 2);
	return;
}

# It has sent three by now.
sub is_stuck
{
	my ($name) = @_;

	return GsServer::eventually(sub {
		my $said = $tenant->control('requests', '-v');

		return $said =~ /"Name":"\Q$name\E 3"/;
	});
}

$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_connections '1')});

#
# What ends it while it sends
#

my $session = GsSession->new($node);
my $other = GsSession->new($node);

begin_stuck($session, 'cancelled');
my $pid = $session->pid;
$session->start('COMMIT');
ok(is_stuck('cancelled'), 'it sends');
my ($out) = $other->ask("SELECT relation = 'gs.successplans'::regclass, rows_read, rows_expected FROM gainsight_fdw_progress WHERE pid = $pid");
is($out, 't|2|5', 'gainsight_fdw_progress has what is done, and all');
$other->ask("SELECT pg_cancel_backend($pid)");
my (undef, $err) = $session->answer;
like($err, qr/^ERROR:  57014:/m, 'a cancel ends it');
like($err, qr/^WARNING:  01000: rollback does not undo what was written to Gainsight: 2 stay/m, 'with a WARNING of what stays');
like($err, qr/The outcome of 1 more is not known/, 'and of what may');
is(given($session, 'SELECT count(*) FROM public.log'), '0', 'the transaction is rolled back');
is(given($session, 'SELECT count(*) FROM gainsight_fdw_progress'), '0', 'and no progress left');
like(created('cancelled'), qr/^[23]$/, 'so many are there');
my $there = created('cancelled');
($out, $err) = $session->ask("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('after it', '1P01', '1T01')");
is($err, '', 'the session goes on');
is(created('after it'), 1, 'and sends what it commits next, and nothing else');
is(created('cancelled'), $there, 'of those before nothing');

# statement_timeout is stopped by the server before a commit: it counts anew
begin_stuck($session, 'timed out');
$session->ask("SET LOCAL statement_timeout = '1s'");
$session->start('COMMIT');
(undef, $err) = $session->answer;
like($err, qr/^ERROR:  57014: canceling statement due to statement timeout/m, 'statement_timeout ends it');
like($err, qr/^WARNING:  01000: rollback does not undo .*: 2 stay/m, 'with the WARNING');
like(created('timed out'), qr/^[23]$/, 'so many are there');
$tenant->control('defaults');
$session->ask("SET statement_timeout = '60s'");
($out, $err) = $session->ask("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('in time', '1P01', '1T01')");
is($err, '', 'a commit in time');
$session->ask('RESET statement_timeout');
($out, $err) = $session->ask('SELECT pg_sleep(0.1)');
is($err, '', 'leaves no timeout behind');

my $offset = -s $node->logfile;
begin_stuck($session, 'terminated');
$session->start('COMMIT');
ok(is_stuck('terminated'), 'it sends');
$other->ask("SELECT pg_terminate_backend($pid)");
$session->answer;
ok(GsServer::eventually(sub { in_log($offset) =~ /WARNING:  rollback does not undo what was written to Gainsight: 2 stay/ }),
	'of a terminated session the log says what stays');
is(given($other, 'SELECT count(*) FROM public.log'), '0', 'the transaction is rolled back');
is(given($other, 'SELECT count(*) FROM gainsight_fdw_progress'), '0', 'and no progress left');
$tenant->control('defaults');
like(created('terminated'), qr/^[23]$/, 'so many are there');

# one that is terminated while something waits sends nothing
$session = GsSession->new($node);
$pid = $session->pid;
$session->ask('BEGIN');
$session->ask("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('gone', '1P01', '1T01')");
$offset = -s $node->logfile;
$other->ask("SELECT pg_terminate_backend($pid)");
GsServer::eventually(sub { !$other->ask("SELECT 1 FROM pg_stat_activity WHERE pid = $pid") });
is(created('gone'), 0, 'one that ends before its commit sends nothing');
unlike(in_log($offset), qr/stay/, 'and has nothing to say');

$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (DROP max_connections)});

#
# What fails it when all is sent
#

# a serialization failure: each of two reads what the other writes
$session = GsSession->new($node);
for ($session, $other)
{
	$_->ask('BEGIN ISOLATION LEVEL SERIALIZABLE');
	$_->ask('SELECT sum(value) FROM public.pair');
}
$session->ask('UPDATE public.pair SET value = 1 WHERE id = 1');
$session->ask("INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('skewed', '1P01', '1T01')");
$session->ask("UPDATE gs.successplans SET end_date = '2030-01-01' WHERE gsid = '1P02L1'");
$offset = -s $node->logfile;
$other->ask('UPDATE public.pair SET value = 1 WHERE id = 2');
$other->ask('COMMIT');
(undef, $err) = $session->ask('COMMIT');
like($err, qr/^ERROR:  40001:/m, 'a transaction that cannot be serialized fails');
is(created('skewed'), 1, 'which was found out when all was sent');
like(in_log($offset), qr/LOG:  gainsight_fdw: created, and not undone by the rollback: 1P02\w+\n/, 'the log has the new plan');
like(in_log($offset), qr/LOG:  gainsight_fdw: updated, and not undone by the rollback: 1P02L1\n/, 'and the updated one');
like($err, qr/^WARNING:  01000: rollback does not undo .*: 2 stay/m, 'and it says what stays');
$session->ask('ROLLBACK');

($out, $err) = $session->ask("BEGIN; INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('prepared', '1P01', '1T01'); PREPARE TRANSACTION 'p'");
like($err, qr/^ERROR:  0A000: cannot PREPARE a transaction that is to write to Gainsight/m, 'PREPARE TRANSACTION is refused');
unlike($err, qr/WARNING/, 'with nothing that stays');
is(created('prepared'), 0, 'for nothing was sent');
$session->ask('ROLLBACK');
($out, $err) = $session->ask("BEGIN; SAVEPOINT a; INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('prepared', '1P01', '1T01'); ROLLBACK TO a; PREPARE TRANSACTION 'p'; ROLLBACK PREPARED 'p'");
is($err, '', 'where nothing waits any more, it is not');

#
# Who else writes
#

# sessions that each add 1, and try again what conflicts: what they were told succeeded is there
my @sessions = map { GsSession->new($node) } 1 .. 4;
my $succeeded = 0;
for my $round (1 .. 5)
{
	$_->start(q{UPDATE gs.successplans SET comments = (comments::int + 1)::text WHERE gsid = '1P02L1'}) for @sessions;
	for (@sessions)
	{
		(undef, $err) = $_->answer;
		$succeeded++ unless $err;
		like($err, qr/^ERROR:  40001:/m, 'only a conflict fails it') if $err;
	}
}
cmp_ok($succeeded, '>=', 5, 'one at least of each round succeeds');
is(comments('1P02L1'), $succeeded, 'and there is as much as they were told');
$_->finish for @sessions;

# by the extended protocol, prepared: in transactions, and each statement by itself
my $script = PostgreSQL::Test::Utils::tempdir() . '/script.sql';
PostgreSQL::Test::Utils::append_to_file($script, <<'SQL');
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('alone', '1P01', '1T01');
BEGIN;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('together', '1P01', '1T01');
SAVEPOINT a;
INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('taken back', '1P01', '1T01');
ROLLBACK TO a;
END;
SQL
$node->command_ok([ 'pgbench', '-n', '-M', 'prepared', '-t', '3', '-f', $script, 'postgres' ], 'pgbench, prepared');
is(created('alone'), 3, 'what each statement wrote is there');
is(created('together'), 3, 'and what each transaction did');
is(created('taken back'), 0, 'but for what it took back');

#
# What it takes
#

# what waits is in memory up to work_mem, and behind that in a file
$session = GsSession->new($node);
$session->ask("SET work_mem = '1MB'");
$session->ask('SELECT count(*) FROM gs.successplans');
$session->ask("BEGIN; INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('warm', '1P01', '1T01'); ROLLBACK");
my ($before) = $session->footprint;
$session->ask('BEGIN');
$session->ask("INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'large ' || g, '1P01', '1T01', repeat('x', 10000) FROM generate_series(1, 10000) AS g");
my ($waiting) = $session->footprint;
my $files = () = glob $node->data_dir . '/base/pgsql_tmp/*';
cmp_ok($waiting - $before, '<', 30_000, 'of 100 MB that wait, less than 30 MB are in memory') or diag("$before kB, then $waiting kB");
cmp_ok($files, '>', 0, 'the rest is in a file');
$session->ask('ROLLBACK');
$files = () = glob $node->data_dir . '/base/pgsql_tmp/*';
is($files, 0, 'which goes with the transaction');
is(created('large'), 0, 'as they do');

$session->ask('BEGIN');
$session->ask("INSERT INTO gs.successplans (name, company_id, type_id, comments) SELECT 'large ' || g, '1P01', '1T01', repeat('x', 10000) FROM generate_series(1, 3000) AS g");
($before) = $session->footprint;
(undef, $err) = $session->ask('COMMIT');
is($err, '', 'they are sent');
my ($sent_all) = $session->footprint;
cmp_ok($sent_all - $before, '<', 30_000, 'by the batch') or diag("$before kB, then $sent_all kB");
is(created('large'), 3000, 'all of them');
$files = () = glob $node->data_dir . '/base/pgsql_tmp/*';
is($files, 0, 'no file is left');

# a transaction of many statements keeps no more than what they write
$session->ask('BEGIN');
$session->ask(q{DO $$ BEGIN FOR i IN 1 .. 500 LOOP INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('x', '1P01', '1T01'); END LOOP; END $$});
($before) = $session->footprint;
$session->ask(q{DO $$ BEGIN FOR i IN 1 .. 10000 LOOP INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('x', '1P01', '1T01'); END LOOP; END $$});
($waiting) = $session->footprint;
cmp_ok($waiting - $before, '<', 10_000, '10,000 statements keep less than 10 MB') or diag("$before kB, then $waiting kB");
$session->ask('ROLLBACK');

done_testing();
