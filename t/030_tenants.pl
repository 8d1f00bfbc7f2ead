# Several tenants read side by side: by partitions of one table, and by UNION ALL.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

my $node = GsServer::start();

#
# Four tenants, with a key each, 500 plans each, 5 pages of 101 rows
#
my @name = qw(north east south west);
my %tenant = map { $_ => GsTenant->new(plans => 500, objectives => 1, seed => length $_, key => "key-of-$_") } @name;

my $sql = <<'SQL';
CREATE EXTENSION gainsight_fdw;
CREATE TABLE plans (tenant text, gsid text, name text, company_id text, type_id text, status text, comments text)
  PARTITION BY LIST (tenant);
SQL
for my $name (@name)
{
	my $url = $tenant{$name}->url;

	$sql .= <<"SQL";
CREATE SERVER $name FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url '$url', rate_limit '0', page_size '101');
CREATE USER MAPPING FOR CURRENT_USER SERVER $name OPTIONS (access_key 'key-of-$name');
CREATE FOREIGN TABLE $name (tenant text OPTIONS (constant '$name'), gsid text, name text, company_id text,
  type_id text, status text, comments text) SERVER $name OPTIONS (resource 'successplans');
ALTER TABLE plans ATTACH PARTITION $name FOR VALUES IN ('$name');
SQL
}
$node->safe_psql('postgres', $sql);
my $session = GsSession->new($node);

# What a statement prints.
sub rows
{
	my ($sql) = @_;

	return ($session->ask($sql))[0];
}

sub every
{
	my ($command, @arguments) = @_;

	$tenant{$_}->control($command, @arguments) for @name;
	return;
}

# What each has been asked since this was last asked.
sub requests
{
	return join ' ', map { $tenant{$_}->requests } @name;
}

#
# Four read as fast as one
#
my $of_one = 'SELECT count(gsid) FROM north';
my $of_all = 'SELECT count(gsid) FROM plans';
my $by_union = join ' UNION ALL ', map { "SELECT '$_' AS tenant, gsid FROM $_" } @name;

# Connections and catalogs are warm from then on.
is(rows($of_all), 2000, 'all plans of all');
requests();

sub seconds
{
	my ($sql, $rows) = @_;
	my ($out, $err) = $session->ask($sql);

	is("$out$err", $rows, $sql);
	return $session->elapsed;
}

# What the tenants' latency adds to what a statement takes without, which is this machine's business.
sub waited
{
	my ($sql, $rows, $expected) = @_;
	my %seconds;

	for my $latency (0, 300)
	{
		every('set', "latency_ms=$latency");
		$seconds{$latency} = seconds($sql, $rows);
		is(requests(), $expected, 'five requests to each');
	}
	return $seconds{300} - $seconds{0};
}

# The first good one of some ratios, for other work may get in the way of one.
sub ratio
{
	my ($good, $sql) = @_;
	my $ratio;

	for (1 .. 5)
	{
		my $one = waited($of_one, 500, '5 0 0 0');
		my $all = waited($sql, 2000, '5 5 5 5');

		$ratio = $all / $one;
		note sprintf 'one %.0f ms, all %.0f ms: %.2f times', $one * 1000, $all * 1000, $ratio;
		last if $good->($ratio);
	}
	return $ratio;
}

cmp_ok(ratio(sub { $_[0] < 1.3 }, $of_all), '<', 1.3, 'one waits no longer for a table of four tenants than for one tenant');
cmp_ok(ratio(sub { $_[0] < 1.3 }, "SELECT count(gsid) FROM ($by_union) AS u"), '<', 1.3, 'nor for UNION ALL');
$session->ask('SET enable_async_append = off');
cmp_ok(ratio(sub { $_[0] > 3 }, $of_all), '>', 3, 'one after the other it would be four times as long');
$session->ask('RESET enable_async_append');

#
# Nobody waits for a slow one
#
every('defaults');
$tenant{north}->control('set', 'latency_ms=8000');
my ($out, $err) = $session->ask("BEGIN; DECLARE c CURSOR FOR SELECT tenant FROM plans; FETCH 1500 FROM c");
my %rows;
$rows{$_}++ for split /\n/, $out;
is_deeply(\%rows, { east => 500, south => 500, west => 500 }, 'the rows of three come first');
cmp_ok($session->elapsed, '<', 7, 'before the fourth has answered once');
$tenant{north}->control('set', 'latency_ms=0');
($out) = $session->ask('FETCH ALL FROM c');
is(scalar(my @last = $out =~ /^north$/mg), 500, 'and then the fourth');
$session->ask('ROLLBACK');

$tenant{north}->control('set', 'latency_ms=8000');
# a rescan with other values does not wait for what was asked with the old ones
is(rows('SELECT count(*) FROM (VALUES (1), (2), (3)) AS v (n), LATERAL (SELECT FROM plans WHERE length(name) > n LIMIT 3) AS p'),
	9, 'three rows of whoever is fast, three times');
cmp_ok($session->elapsed, '<', 7, 'before the slow one has answered once');

# pages that are always there in time are no reason to read one tenant to its end
every('defaults');
$tenant{east}->control('set', 'latency_ms=200');
$node->safe_psql('postgres', q{ALTER SERVER north OPTIONS (SET page_size '11')});
($out) = $session->ask("SELECT tenant FROM plans WHERE tenant IN ('north', 'east') AND pg_sleep(0.001) IS NOT NULL");
my (%first, %last, $i);
for (split /\n/, $out)
{
	$first{$_} = ++$i unless $first{$_};
	$last{$_} = $i++;
}
my ($latest_first) = sort { $b <=> $a } values %first;
my ($earliest_last) = sort { $a <=> $b } values %last;
cmp_ok($latest_first, '<', $earliest_last, 'both have begun before one has ended');
$node->safe_psql('postgres', q{ALTER SERVER north OPTIONS (SET page_size '101')});

#
# Each under its own limits
#
$node->safe_psql('postgres', q{
ALTER SERVER north OPTIONS (SET rate_limit '3');
ALTER SERVER east OPTIONS (ADD max_connections '1')});
$tenant{west}->fault({ status => 429, headers => { 'Retry-After' => '6' } }, op => '*', times => 1);
$session->ask('SET client_min_messages = warning');
# (north's three are what is left of a minute after its others: none, or some)
($out, $err) = $session->ask("BEGIN; DECLARE c CURSOR FOR SELECT tenant FROM plans WHERE tenant <> 'west'; FETCH 1000 FROM c");
my $got = () = $out =~ /^(?:east|south)$/mg;
cmp_ok($got, '>=', 1000 - 3 * 101, "the others do not wait for one's rate limit");
cmp_ok($session->elapsed, '<', 20, 'not for what is left of its minute');
$session->ask("ROLLBACK; SET statement_timeout = '1s'");
is($session->sqlstate($of_one), '57014', 'whose next request has to wait');
$session->ask("SET statement_timeout = 0");
$node->safe_psql('postgres', q{ALTER SERVER north OPTIONS (SET rate_limit '0')});
requests();
($out, $err) = $session->ask("BEGIN; DECLARE c CURSOR FOR SELECT tenant FROM plans; FETCH 1500 FROM c");
is($out =~ /west/ ? 'rows' : 'none', 'none', 'a tenant that is told to wait waits');
cmp_ok($session->elapsed, '<', 5.5, 'by itself');
is(scalar(my @west = rows('FETCH ALL FROM c') =~ /^west$/mg), 500, 'and is read then');
$session->ask('ROLLBACK');
is(requests(), '5 5 5 6', 'one of its requests was sent twice');

# as many at a time as each may have
every('reset', 'plans=2000');
every('set', 'latency_ms=20');
is(rows($of_all), 8000, 'twenty pages of each');
my %most = map { $_ => $tenant{$_}->control('counters') =~ /"max_in_flight": (\d+)/ } @name;
$node->safe_psql('postgres', q{ALTER SERVER east OPTIONS (DROP max_connections)});
is($most{east}, 1, 'one at a time where max_connections is 1');
like($most{$_}, qr/^[2-8]$/, "and eight at most where it is 8, for $_") for qw(north south west);

# while a row is worked with, requests end and others begin: here four scans of one tenant, which
# takes one request at a time
$node->safe_psql('postgres', q{ALTER SERVER east OPTIONS (ADD max_connections '1')});
every('set', 'latency_ms=100');
requests();
$session->ask(join '; ', 'BEGIN', 'DECLARE c CURSOR FOR ' . join(' UNION ALL ', ('SELECT gsid FROM east') x 4),
	'FETCH 1 FROM c', ('SELECT pg_sleep(0.1)', 'FETCH 1 FROM c') x 20);
is(requests(), '0 4 0 0', 'all four are answered while rows of the first are worked with');
$session->ask('ROLLBACK');
$node->safe_psql('postgres', q{ALTER SERVER east OPTIONS (DROP max_connections)});
every('reset');

#
# What is not needed is not asked, nor what the session knows not to be there
#
# the first knows of more plans than there are any more, and may have asked for them in vain
rows('SELECT count(gsid) FROM plans') for 1 .. 2;
sleep 0.5;
requests();
is(rows("SELECT count(gsid) FROM plans WHERE tenant = 'south'"), 500, 'one partition');
is(requests(), '0 0 5 0', 'the others are asked nothing');
$session->ask('SET plan_cache_mode = force_generic_plan; PREPARE q AS SELECT count(gsid) FROM plans WHERE tenant = $1');
is(rows("EXECUTE q ('east')"), 500, 'one that is known when the statement starts');
is(requests(), '0 5 0 0', 'the others are asked nothing');
$session->ask("CREATE TABLE chosen AS SELECT unnest('{west,north}'::text[]) AS which");
is(rows('SELECT which, n FROM chosen, LATERAL (SELECT count(gsid) AS n FROM plans WHERE tenant = which) AS p'),
	"west|500\nnorth|500", 'those that the rows of another table name');
is(requests(), '5 0 0 5', 'the others are asked nothing');
($out) = $session->ask('SELECT gsid FROM plans LIMIT 3');
is(scalar(my @three = split /\n/, $out), 3, 'three rows of whichever comes first');
like(requests(), qr/^[01] [01] [01] [01]$/, 'take no second page');

# rescans: a change of parameters asks anew, none asks nothing
# (what the LIMIT has given up may still be on its way to be counted)
rows($of_all);
requests();
$session->ask('SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off');
is(rows("SELECT count(*) FROM (VALUES (1), (2), (3)) AS v (n) LEFT JOIN plans ON n + 3 = length(tenant)"),
	2001, 'an inner side that is read three times');
is(requests(), '5 5 5 5', 'is asked for once');

# a row that somebody else has changed meanwhile is looked at again, with the foreign row at hand
$session->ask("CREATE TABLE seen AS SELECT tenant, gsid, 0 AS times FROM plans WHERE status = 'Active' LIMIT 20; ANALYZE seen");
my $other = GsSession->new($node);
$other->ask('BEGIN; UPDATE seen SET times = 10');
$session->start('UPDATE seen AS s SET times = times + 1 FROM plans AS p WHERE p.gsid = s.gsid AND p.tenant = s.tenant');
GsServer::somebody_is_blocked($node);
$other->ask('COMMIT');
($out, $err) = $session->answer;
is($err, '', 'an update that has to look again');
is(rows('SELECT times, count(*) FROM seen GROUP BY 1'), '11|20', 'has seen what was changed');
$other->finish;
$session->ask('RESET ALL; SET client_min_messages = warning');

#
# What one fails at
#
$tenant{south}->control('set', 'key=another');
is($session->sqlstate($of_all), '28000', 'a key that one tenant refuses ends the statement');
is($session->sqlstate("SELECT count(gsid) FROM plans WHERE tenant <> 'south'"), '', 'not one that leaves it out');
$tenant{south}->control('set', 'key=key-of-south');
is(rows($of_all), 2000, 'and the session is as good as before');
$tenant{west}->fault({ status => 503 }, op => '*', skip => 2, times => 1);
requests();
is(rows($of_all), 2000, 'what passes is tried again');
is(requests(), '5 5 5 6', 'once, where it failed');

# What the session has open, but for the connections that it may keep.
sub descriptors
{
	$session->ask('SELECT gainsight_fdw_disconnect_all()');
	return ($session->footprint)[1];
}

my $descriptors = descriptors();
for (1 .. 10)
{
	$tenant{east}->fault({ status => 400 }, op => '*', skip => 3, times => 1);
	is($session->sqlstate($of_all), 'HV00L', 'a failure in the midst of four');
}
is(rows($of_all), 2000, 'leaves the session as good as before');
cmp_ok(descriptors(), '<=', $descriptors, 'and no descriptor open');

#
# Cancel
#
sub lateness
{
	my ($sql) = @_;
	my @late;

	for (1 .. 10)
	{
		is($session->sqlstate($sql), '57014', 'it is cancelled');
		push @late, $session->elapsed * 1000 - 300;
	}
	@late = sort { $a <=> $b } @late;
	note sprintf '%s: median %.0f ms late, most %.0f ms', $sql, $late[5], $late[-1];
	# one may come when the machine looks elsewhere
	return $late[-2];
}

$session->ask("SET statement_timeout = '300ms'");
my $machine = lateness('SELECT pg_sleep(60)');
$tenant{$_}->fault({ hang => 'before', seconds => 600 }, op => '*', times => undef) for @name;
cmp_ok(lateness($of_all), '<', 200 + $machine, 'a wait for four tenants ends within 200 ms');
every('defaults');
$session->ask('SET statement_timeout = 0');
is(rows($of_all), 2000, 'and the session is as good as before');

#
# Writing: rows go to the tenant that the key names, and are not read again
#
every('reset', 'plans=40');
my $there = rows("SELECT tenant, count(gsid) FROM plans WHERE company_id IS NOT NULL AND type_id IS NOT NULL GROUP BY 1 ORDER BY 1");
$session->ask("INSERT INTO plans (tenant, name, company_id, type_id)
	SELECT tenant, 'copy', company_id, type_id FROM plans WHERE company_id IS NOT NULL AND type_id IS NOT NULL");
my %copies = map { $_ => scalar(my @c = $tenant{$_}->control('dump', 'successplans') =~ /^[^\t]*\tcopy\t/mg) } @name;
is(join("\n", map { "$_|$copies{$_}" } sort @name), $there, 'each tenant has a copy of each of its plans');
is($session->sqlstate("INSERT INTO plans (tenant, name, company_id, type_id) VALUES ('nowhere', 'n', 'c', 't')"),
	'23514', 'there is no partition for any other');

sub commented
{
	my ($comment) = @_;

	return join ' ', map { scalar(my @c = $tenant{$_}->control('dump', 'successplans') =~ /\t\Q$comment\E\t/g) } @name;
}

my $copies = join ' ', map { $copies{$_} } @name;
is($session->sqlstate("UPDATE plans SET comments = 'directly' WHERE name = 'copy'"), '', 'an update of all');
is(commented('directly'), $copies, 'reaches all');
$session->ask("CREATE TABLE copies AS SELECT tenant AS t, gsid AS id FROM plans WHERE name = 'copy'; ANALYZE copies");
is($session->sqlstate("UPDATE plans SET comments = 'by a join' FROM copies WHERE tenant = t AND gsid = id"), '',
	'so does one by a join');
is(commented('by a join'), $copies, 'that reads them side by side');

#
# Beside another wrapper's scans
#
SKIP:
{
	skip 'postgres_fdw is not installed', 5
	  unless $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'");

	my ($host, $port) = ($node->host, $node->port);
	$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION postgres_fdw;
CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '$host', port '$port', dbname 'postgres', async_capable 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;
CREATE VIEW slow AS SELECT 'slow' || coalesce(pg_sleep(6)::text, '') AS name;
CREATE FOREIGN TABLE far (name text) SERVER loopback OPTIONS (table_name 'slow');
SQL
	every('reset');
	every('set', 'latency_ms=800');
	my $mixed = 'SELECT tenant FROM plans UNION ALL SELECT name FROM far';

	like(rows("EXPLAIN $mixed"), qr/Async Foreign Scan on far/, 'it is asynchronous, too');
	$session->ask("BEGIN; DECLARE c CURSOR FOR $mixed; FETCH 2000 FROM c");
	cmp_ok($session->elapsed, '<', 5.9, 'our rows do not wait for its');
	is(rows('FETCH ALL FROM c'), 'slow', 'which come when they come');
	$session->ask('ROLLBACK');
	is(scalar(my @all = split /\n/, rows($mixed)), 2001, 'all rows of both');
	cmp_ok($session->elapsed, '<', 8, 'in the time of the slower');
}

$session->finish;
done_testing();
