# The locks of plans that are updated: they take no more of the server's lock table than there is
# room for, and nothing that is on its way is given up for want of it.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 0, objectives => 0 },
	conf => "max_connections = 10\nmax_locks_per_transaction = 10\nmax_prepared_transactions = 0\nautovacuum = off\n");
$tenant->ctl('insert', qq({"Gsid":"1P02L$_","Name":"plan $_","CompanyId":"1P01","TypeId":"1T01","Comments":"0"})) for 1 .. 20;

# A session that has the whole lock table, but for so many locks.
my $hog = GsSession->new($node);
sub leave_room
{
	my ($locks) = @_;

	$hog->ask('SELECT pg_advisory_unlock_all()');
	$hog->ask(q{DO $$ BEGIN FOR i IN 1 .. 1000000 LOOP PERFORM pg_advisory_lock(i); END LOOP;
		EXCEPTION WHEN out_of_memory THEN NULL; END $$});
	$hog->ask("SELECT pg_advisory_unlock(i) FROM generate_series(1, $locks) AS i");
	return;
}

# The catalogs are read before the table is full.
my $session = GsSession->new($node);
my $update = q{UPDATE gs.successplans SET comments = (comments::int + 1)::text WHERE company_id = '1P01'};
my ($out, $err) = $session->ask("EXPLAIN (COSTS OFF) $update");
is($err, '', 'planned');
$session->ask("$update");

leave_room(3);
($out, $err) = $session->ask($update);
is($err, '', 'with room for three locks, three plans go at a time');
my @held = map { $tenant->ctl('plan', "1P02L$_") =~ /"Comments": "(\d+)"/ } 1 .. 20;
is("@held", join(' ', (2) x 20), 'and all are done');

leave_room(0);
($out, $err) = $session->ask($update);
like($err, qr/^ERROR:  53200: out of shared memory/m, 'without room for any: the error is the server\'s own');
unlike($err, qr/WARNING/, 'and nothing stays');
@held = map { $tenant->ctl('plan', "1P02L$_") =~ /"Comments": "(\d+)"/ } 1 .. 20;
is("@held", join(' ', (2) x 20), 'for nothing was sent');

$hog->ask('SELECT pg_advisory_unlock_all()');
($out, $err) = $session->ask($update);
is($err, '', 'with room again, all is well');
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_locks WHERE locktype = 'userlock'}), '0', 'no lock is left');

done_testing();
