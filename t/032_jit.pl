# Round trips are no reason to compile expressions.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;

my ($node, $tenant) = GsServer::with_tenant({ plans => 200, objectives => 0 }, conf => "jit = on\n");
plan skip_all => 'this server has no JIT'
  if $node->safe_psql('postgres', 'SELECT pg_jit_available()') ne 't';
$node->safe_psql('postgres', q{
CREATE TABLE account AS SELECT n::text AS id FROM generate_series(1, 1000) AS n;
ANALYZE account;
});

# Is a statement compiled?
sub compiled
{
	my ($statement, @settings) = @_;
	my $plan = $node->safe_psql('postgres', join('', map { "SET $_;" } @settings) . "EXPLAIN $statement");

	return $plan =~ /^JIT:/m ? 1 : 0;
}

# the guess before anything is known is 101 requests, and so a cost above 100,000
my $all = 'SELECT max(name) FROM gs.successplans';
my $bound = 'SELECT max(p.name) FROM account AS a JOIN gs.successplans AS p ON p.company_id = a.id';
my $looked_up = 'SELECT max(p.name) FROM account AS a, LATERAL (SELECT name FROM gs.successplans AS p WHERE gsid = a.id OFFSET 0) AS p';
my $local = 'SELECT max(a.id) FROM account AS a, account AS b, account AS c WHERE a.id < b.id AND b.id < c.id';

is(compiled($all), 0, 'a scan of many pages');
is(compiled("$all UNION ALL $all"), 0, 'two of them');
is(compiled("SELECT ($all)"), 0, 'in a subquery');
is(compiled($bound, 'jit_above_cost = 8000'), 0, 'a bind join');
is(compiled($looked_up), 0, 'a lookup for each row');
# what is left of the cost is work
is(compiled($local), 1, 'work is compiled');
is(compiled("SELECT ($all), ($local)"), 1, 'work beside a scan');
is(compiled($all, 'jit_above_cost = 100'), 1, 'the work on the rows of a scan');
is(compiled($all, 'jit_above_cost = 0', 'jit = off'), 0, 'jit = off');

# a plan that is kept goes by the settings of the moment
my @kept = split /^---$/m, $node->safe_psql('postgres',
	"SET plan_cache_mode = force_generic_plan; PREPARE kept AS $all; EXPLAIN EXECUTE kept;
	SELECT '---'; SET jit_above_cost = 100; EXPLAIN EXECUTE kept");
unlike($kept[0], qr/^JIT:/m, 'a plan that is kept');
like($kept[1], qr/^JIT:/m, 'and run again under other settings');

done_testing();
