# The walk over pages, while the tenant changes, restarts, and is large.
use strict;
use warnings;

use IPC::Run;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

use GsTenant;

# The one million plans of the last part: it takes the sandbox a while to make them.
my $plans = defined $ENV{GS_PAGER_PLANS} ? $ENV{GS_PAGER_PLANS} : 1_000_000;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\n");
$node->start;
my $tenant = GsTenant->new(plans => 5000, objectives => 0);
GsTenant::setup($node, $tenant);
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD page_size '100')});

# The Gsids that the tenant has now, less what COPY's format makes of a backslash.
sub dumped
{
	return map { (split /\t/)[0] =~ s/\\\\/\\/gr } split /\n/, $tenant->ctl('dump', 'successplans');
}

#
# A colleague deletes and inserts plans while they are read.
#

# Changes until the parent ends it; every plan that is deleted stood at the start.
sub start_colleague
{
	my ($pause, @victims) = @_;
	my $pid = fork();

	die "fork: $!" unless defined $pid;
	return $pid if $pid;
	my $number = 0;
	while (1)
	{
		if (++$number % 2 && @victims)
		{
			$tenant->ctl('delete', shift @victims);
		}
		else
		{
			# near the start, where it moves all that follows
			$tenant->ctl('mutate', '{"insert_at":7}');
		}
		sleep rand($pause);
	}
}

sub end_colleague
{
	my ($pid) = @_;

	kill 'KILL', $pid;
	waitpid $pid, 0;
	return;
}

# One read; what is wrong with it, if anything.
my $requests;

sub read_once
{
	my %before = map { $_ => 1 } dumped();
	$tenant->ctl('clear');
	my ($status, $out, $err) = $node->psql('postgres', 'SELECT gsid FROM gs.successplans',
		extra_params => [ '-v', 'VERBOSITY=verbose' ], on_error_stop => 0);

	$requests += $tenant->requests;
	return ('gave up', '') if $err =~ /ERROR:  40001:/;
	return ('failed', $err) if $err ne '';
	my %seen;
	$seen{$_}++ for split /\n/, $out;
	my @twice = grep { $seen{$_} > 1 } keys %seen;
	my @missing = grep { $before{$_} && !$seen{$_} } dumped();
	return ('read', join ', ', (map { "$_ twice" } @twice), (map { "$_ missing" } @missing));
}

# Slow enough that changes come between pages, and often enough quiet to be read at all.
$tenant->ctl('set', 'latency_ms=10');
for my $counted ('true', 'absent')
{
	$tenant->ctl('set', "total_count=$counted");
	my %ways;
	$requests = 0;
	my @wrong;
	my @all = grep { /^\w+$/ } dumped();
	my $colleague = start_colleague(0.3, @all[ map { $_ * 13 % 1000 } 1 .. 300 ]);

	for (1 .. 10)
	{
		my ($way, $wrong) = read_once();
		$ways{$way}++;
		push @wrong, $wrong if $wrong ne '';
	}
	end_colleague($colleague);
	note "$requests requests; ", join ', ', map { "$_: $ways{$_}" } sort keys %ways;
	is("@wrong", '', "totalCount $counted: each read gives every standing plan once, or 40001");
	ok($ways{read}, "totalCount $counted: some reads came through");
	cmp_ok($requests, '>', 10 * 60, "totalCount $counted: and some went round again");
}
$tenant->ctl('defaults');
my ($way, $wrong) = read_once();
is("$way$wrong", 'read', 'all are read when it is quiet again');

#
# The tenant restarts between two pages.
#

# A session that is talked to statement by statement.
sub session
{
	my %self = (in => '', out => '', err => '');

	$self{psql} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres') ],
		'<', \$self{in}, '>', \$self{out}, '2>', \$self{err}, IPC::Run::timeout(120));
	return \%self;
}

sub ask
{
	my ($self, $sql) = @_;

	$self->{out} = $self->{err} = '';
	$self->{in} .= "$sql;\n\\echo done\n\\warn done\n";
	$self->{psql}->pump until $self->{out} =~ /^done\n/m && $self->{err} =~ /^done\n/m;
	(my $out = $self->{out}) =~ s/done\n//;
	(my $err = $self->{err}) =~ s/done\n//;
	return ($out, $err);
}

my ($port) = $tenant->url =~ /:(\d+)/;
my %size = (plans => 3000, objectives => 0, port => $port);
$tenant->stop;
$tenant = GsTenant->new(%size);
my $session = session();
ask($session, 'BEGIN');
ask($session, 'DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans');
my ($out) = ask($session, 'FETCH 250 FROM c');
my @read = split /\n/, $out;
is(scalar @read, 250, 'a cursor reads some pages');
$tenant->stop;
$tenant = GsTenant->new(%size);
my $err;
($out, $err) = ask($session, 'FETCH ALL FROM c');
is($err, '', 'it goes on when the tenant has been restarted');
push @read, split /\n/, $out;
is_deeply([ sort @read ], [ sort(dumped()) ], 'and has every plan once');
ask($session, 'ROLLBACK');

# with other rows: they have moved
ask($session, 'BEGIN');
ask($session, 'DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans');
my ($first) = ask($session, 'FETCH 250 FROM c');
$tenant->stop;
$tenant = GsTenant->new(%size, plans => 2000, seed => 2);
($out, $err) = ask($session, 'FETCH ALL FROM c');
is($err, '', 'it goes on when all rows have become others');
my %times;
$times{$_}++ for split /\n/, $first . $out;
is(scalar(grep { !$times{$_} } dumped()), 0, 'of which none is missing');
is(scalar(grep { $_ > 1 } values %times), 0, 'and none comes twice');
ask($session, 'ROLLBACK');

# gone for good
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0')});
ask($session, 'BEGIN');
ask($session, 'DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans');
ask($session, 'FETCH 250 FROM c');
$tenant->stop;
($out, $err) = ask($session, 'FETCH ALL FROM c');
like($err, qr/ERROR:  0800[16]:/, 'a tenant that is gone is an error of the connection');
ask($session, 'ROLLBACK');
($out, $err) = ask($session, 'SELECT 1');
is($out . $err, "1\n", 'and the session lives on');
$session->{psql}->finish;

#
# Memory: what is kept of a plan that was read is its hash.
#
SKIP:
{
	skip 'GS_PAGER_PLANS=0', 2 unless $plans;
	skip 'no /proc', 2 unless -r '/proc/self/status';

	$tenant = GsTenant->new(plans => $plans, objectives => 0);
	my $url = $tenant->url;
	my $memory = q{substring(pg_read_file('/proc/self/status') FROM '%s:\s*(\d+)')};
	my ($rss, $peak) = map { sprintf $memory, $_ } 'VmRSS', 'VmHWM';
	my $result = $node->safe_psql('postgres', <<"SQL");
ALTER SERVER gainsight OPTIONS (SET base_url '$url', SET page_size '1000');
SELECT $rss;
SELECT count(name) FROM gs.successplans;
SELECT $peak;
SQL
	my ($start, $count, $end) = split /\n/, $result;
	is($count, $plans, "$plans plans are read");
	cmp_ok($end - $start, '<', 96 * 1024, 'with less than 96 MB over the start of the backend');
	note sprintf '%.1f MB', ($end - $start) / 1024;
}

$node->stop;
done_testing();
