# A second server whose postgres_fdw has a foreign table on ours: what it ships by ctid is refused.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;

my ($node, $tenant) = GsServer::with_tenant({ plans => 50, objectives => 0 });
plan skip_all => 'this server has no postgres_fdw'
  if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'}) eq '0';
my ($host, $port) = ($node->host, $node->port);
$node->safe_psql('postgres', qq{
CREATE EXTENSION postgres_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'postgres');
CREATE USER MAPPING FOR CURRENT_USER SERVER far;
CREATE SCHEMA far;
IMPORT FOREIGN SCHEMA gs LIMIT TO (successplans) FROM SERVER far INTO far;
CREATE FUNCTION local_only(text) RETURNS boolean LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN true; END';
});
my $key = $node->safe_psql('postgres', q{SELECT gsid FROM gs.successplans WHERE gsid ~ '^\w+$' ORDER BY gsid LIMIT 1});

# The requests that write, so far.
sub writes
{
	return join "\n", grep { !m{successplans/search|^GET|^none} } split /\n/, $tenant->ctl('requests');
}

sub refused
{
	my ($statement, $name) = @_;
	my $plan = $node->safe_psql('postgres', "EXPLAIN (VERBOSE) $statement");
	my $error;

	like($plan, qr/Remote SQL: (UPDATE|DELETE).*ctid = \$/, "$name: is sent by ctid");
	my $before = writes();
	$node->psql('postgres', $statement, stderr => \$error);
	like($error, qr/ERROR: .*foreign table/, '... and refused');
	is(writes(), $before, '... before anything was written');
	return $error;
}

like(refused(q{UPDATE far.successplans SET comments = 'x' WHERE local_only(gsid)}, 'UPDATE'),
	qr/cannot update rows of foreign table "successplans" by their ctid/, '... for its reason');
refused(q{DELETE FROM far.successplans WHERE local_only(gsid)}, 'DELETE');

# what it can send as it is has the conditions themselves
my $direct = "UPDATE far.successplans SET comments = 'from afar' WHERE gsid = '$key' RETURNING comments";
like($node->safe_psql('postgres', "EXPLAIN (VERBOSE) $direct"), qr/Foreign Update on far/, 'a whole UPDATE is sent');
is($node->safe_psql('postgres', $direct), 'from afar', '... and done');
is($node->safe_psql('postgres', q{SELECT count(*) FROM gs.successplans WHERE comments = 'from afar'}), '1', '... to one plan');
is($node->safe_psql('postgres', q{INSERT INTO far.successplans (name, company_id, type_id)
	VALUES ('from afar', 'c', 't') RETURNING name}), 'from afar', 'and so is an INSERT');

$node->stop;
done_testing();
