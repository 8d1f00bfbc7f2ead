# The walk over pages, while the tenant changes, restarts, and is large.
use strict;
use warnings;

use IO::Socket::INET;
use POSIX ();
use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

my ($node, $tenant) = GsServer::with_tenant({ plans => 5000, objectives => 0 });
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD page_size '100')});

# The Gsids that the tenant has now, less what COPY's format makes of a backslash.
sub dumped
{
	return map { (split /\t/)[0] =~ s/\\\\/\\/gr } split /\n/, $tenant->ctl('dump', 'successplans');
}

#
# A colleague deletes and inserts plans while they are read.
#

# What a colleague does in the middle of the next reading: before some of its searches a plan goes
# that stood at the start, or one comes, near the front, where all that follows moves.
sub plan_changes
{
	my ($victims, @searches) = @_;

	foreach my $number (sort { $a <=> $b } @searches)
	{
		my $change = rand() < 0.5 && @$victims ? '"delete":"' . shift(@$victims) . '"' : '"insert_at":7';

		$tenant->control('mutate', qq({"before_search":$number,$change}));
	}
	return;
}

# One read: how it ended, what is wrong with it, and how many requests it took.
sub read_once
{
	my %before = map { $_ => 1 } dumped();
	$tenant->ctl('clear');
	my ($status, $out, $err) = $node->psql('postgres', 'SELECT gsid FROM gs.successplans',
		extra_params => [ '-v', 'VERBOSITY=verbose' ], on_error_stop => 0);

	my $requests = $tenant->requests;
	return ('gave up', '', $requests) if $err =~ /ERROR:  40001:/;
	return ('failed', $err, $requests) if $err ne '';
	my %seen;
	$seen{$_}++ for split /\n/, $out;
	my @twice = grep { $seen{$_} > 1 } keys %seen;
	my @missing = grep { $before{$_} && !$seen{$_} } dumped();
	my $wrong = join ', ', (map { "$_ twice" } @twice), (map { "$_ missing" } @missing);
	return ('read', $wrong, $requests);
}

# Of each four readings one is quiet.  Of the others, some are disturbed once, and some as often as
# they try anew; they are known by the requests that they take, or by giving up.
# In nxt nobody counts, and pages are as short as the tenant will have them.
srand 1;
for my $how ('total_count=true', 'total_count=absent', 'page_cap=100')
{
	$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD dialect 'nxt', SET page_size '1000')}) if $how =~ /cap/;
	$tenant->ctl('defaults');
	$tenant->ctl('set', $how);
	my ($way, $wrong, $quiet) = read_once();
	is("$way$wrong", 'read', "$how: all are read when it is quiet");

	my %ways;
	my @wrong;
	my @all = grep { /^\w+$/ } dumped();
	my @victims = @all[ map { $_ * 13 % 1000 } 1 .. 300 ];

	foreach my $number (0 .. 15)
	{
		# one alone comes when the front has been read, and before the last pages are asked for
		my $searches = (
			[],
			[ 11 + int rand 30 ],
			[ map { 1 + int rand 250 } 1 .. 4 ],
			[ map { 20 * $_ } 1 .. 40 ])[ $number % 4 ];

		$tenant->ctl('defaults');
		$tenant->ctl('set', $how);
		plan_changes(\@victims, @$searches);
		my ($way, $wrong, $requests) = read_once();
		# a page may have been asked for beyond the end
		$way .= ' again' if $way eq 'read' && $requests > $quiet + 10;
		$ways{$way}++;
		push @wrong, $wrong if $wrong ne '';
	}
	note "$how: ", join ', ', map { "$_: $ways{$_}" } sort keys %ways;
	is("@wrong", '', "$how: each read gives every standing plan once, or 40001");
	cmp_ok($ways{read} || 0, '>=', 4, "$how: the quiet ones come through");
	# in the order of Gsids, a change may come behind what has been read
	my $least = $how =~ /cap/ ? 1 : 4;
	cmp_ok($ways{'read again'} || 0, '>=', $least, "$how: those disturbed once go round again");
	cmp_ok($ways{'gave up'} || 0, '>=', $least, "$how: those disturbed always give up");
}
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (DROP dialect, SET page_size '100')});
$tenant->ctl('defaults');
my ($way, $wrong) = read_once();
is("$way$wrong", 'read', 'all are read when it is quiet again');

#
# The tenant restarts between two pages.
#

my ($port) = $tenant->url =~ /:(\d+)/;
my %size = (plans => 3000, objectives => 0, port => $port);
$tenant->stop;
$tenant = GsTenant->new(%size);
my $session = GsSession->new($node);
$session->ask('BEGIN');
$session->ask('DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans');
my ($out) = $session->ask('FETCH 250 FROM c');
my @read = split /\n/, $out;
is(scalar @read, 250, 'a cursor reads some pages');
$tenant->stop;
$tenant = GsTenant->new(%size);
my $err;
($out, $err) = $session->ask('FETCH ALL FROM c');
is($err, '', 'it goes on when the tenant has been restarted');
push @read, split /\n/, $out;
is_deeply([ sort @read ], [ sort(dumped()) ], 'and has every plan once');
$session->ask('ROLLBACK');

# with other rows: they have moved
$session->ask('BEGIN');
$session->ask('DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans');
my ($first) = $session->ask('FETCH 250 FROM c');
$tenant->stop;
$tenant = GsTenant->new(%size, plans => 2000, seed => 2);
($out, $err) = $session->ask('FETCH ALL FROM c');
is($err, '', 'it goes on when all rows have become others');
my %times;
$times{$_}++ for split /\n/, "$first\n$out";
is(scalar(grep { !$times{$_} } dumped()), 0, 'of which none is missing');
is(scalar(grep { $_ > 1 } values %times), 0, 'and none comes twice');
$session->ask('ROLLBACK');

# gone for good
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0')});
$session->ask('BEGIN');
$session->ask('DECLARE c CURSOR FOR SELECT gsid FROM gs.successplans');
$session->ask('FETCH 250 FROM c');
$tenant->stop;
($out, $err) = $session->ask('FETCH ALL FROM c');
like($err, qr/ERROR:  0800[16]:/, 'a tenant that is gone is an error of the connection');
$session->ask('ROLLBACK');
($out, $err) = $session->ask('SELECT 1');
is($out . $err, '1', 'and the session lives on');
$session->finish;

#
# Memory: what is kept of a plan that was read is its hash.
#

# A tenant of nothing but a million plans, which the sandbox would take minutes to make.
sub start_large_tenant
{
	my ($listener, $plans) = @_;
	my $pid = fork();

	die "fork: $!" unless defined $pid;
	return $pid if $pid;
	local $SIG{CHLD} = 'IGNORE';
	while (my $client = $listener->accept)
	{
		next if fork();
		local $/ = "\r\n\r\n";
		while (my $head = <$client>)
		{
			my ($length) = $head =~ /^Content-Length: (\d+)/mi;
			my $body;

			read $client, $body, $length;
			my ($limit) = $body =~ /"limit":(\d+)/;
			my ($offset) = $body =~ /"offset":(\d+)/;
			my $end = $offset + $limit < $plans ? $offset + $limit : $plans;
			my $records = join ',', map {
				sprintf '{"Gsid":"1P02%032d","Name":"Plan %d","Comments":"%s"}', $_, $_, 'x' x 200
			} $offset .. $end - 1;
			my $answer = qq({"result":true,"data":{"records":[$records],"totalCount":$plans}});
			print $client "HTTP/1.1 200 OK\r\nContent-Length: ", length $answer, "\r\n\r\n", $answer;
			$client->flush;
		}
		POSIX::_exit(0);
	}
	POSIX::_exit(1);
}

SKIP:
{
	skip 'there is no /proc', 2 unless -r '/proc/self/status';

	my $plans = 1_000_000;
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 64)
	  or die "listen: $!";
	my $large = start_large_tenant($listener, $plans);
	my $url = sprintf 'http://127.0.0.1:%d/v1', $listener->sockport;
	my ($rss, $peak) =
	  map { "substring(pg_read_file('/proc/self/status') FROM '$_:\\s*(\\d+)')" } 'VmRSS', 'VmHWM';
	my $result = $node->safe_psql('postgres', <<"SQL");
ALTER SERVER gainsight OPTIONS (SET base_url '$url', SET page_size '1000', ADD compression 'false');
SELECT $rss;
SELECT count(name) FROM gs.successplans;
SELECT $peak;
SQL
	my ($start, $count, $end) = split /\n/, $result;
	kill 'KILL', $large;
	waitpid $large, 0;
	is($count, $plans, "$plans plans are read");
	cmp_ok($end - $start, '<', 96 * 1024, 'with less than 96 MB over the start of the backend');
	note sprintf '%.1f MB', ($end - $start) / 1024;
}

$node->stop;
done_testing();
