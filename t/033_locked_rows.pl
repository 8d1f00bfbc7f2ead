# A row that another session has locked and changed is looked at again: by EvalPlanQual, in a plan of its own.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;

my ($node, $tenant) = GsServer::with_tenant({ plans => 300, objectives => 2 });

$node->safe_psql('postgres', q{
CREATE TABLE truth AS SELECT * FROM gs.successplans;
CREATE TABLE lists AS SELECT * FROM gs.objectives;
CREATE TABLE item AS SELECT n AS id, 0 AS n, company_id, gsid FROM (SELECT row_number() OVER (ORDER BY gsid) AS n, * FROM truth WHERE gsid ~ '^\w+$') AS t WHERE n <= 5;
CREATE TABLE many AS SELECT n AS id, 0 AS n, company_id FROM (SELECT row_number() OVER (ORDER BY company_id) AS n, company_id FROM truth GROUP BY 2) AS t WHERE n <= 20;
ANALYZE item, many;
CREATE TABLE parent (tenant text, gsid text, comments text) PARTITION BY LIST (tenant);
CREATE TABLE parent_aa PARTITION OF parent FOR VALUES IN ('aa');
INSERT INTO parent_aa VALUES ('aa', 'a local one', 'nothing');
CREATE FOREIGN TABLE parent_zz (tenant text OPTIONS (constant 'zz'), gsid text, comments text)
	SERVER gainsight OPTIONS (resource 'successplans');
ALTER TABLE parent ATTACH PARTITION parent_zz FOR VALUES IN ('zz');
});

my $other = GsSession->new($node);
my $session = GsSession->new($node);

# Row 1 is changed by another session while the statement waits for it: what
# does the statement then do to it?
sub looked_at_again
{
	my ($statement, $name, %more) = @_;
	my $table = $more{table} || 'item';

	$node->safe_psql('postgres', 'UPDATE item SET n = 0');
	$other->ask('BEGIN');
	$other->ask("UPDATE $table SET " . ($table eq 'item' ? 'n = 100 WHERE id = 1' : q{comments = 'theirs'}));
	$session->start(($more{settings} || '') . $statement);
	GsServer::somebody_is_blocked($node);
	ok(!$session->ended, "$name: waits for the other");
	$other->ask('COMMIT');
	my ($rows, $error) = $session->answer;
	is($error, '', '... without an error');
	$session->ask('RESET ALL');
	is($rows, $more{expected}, '... and its row is there') if defined $more{expected};
	is($node->safe_psql('postgres', 'SELECT n FROM item WHERE id = 1'), '101', '... and what it does is done to the new row')
	  unless defined $more{expected};
	return;
}

#
# count(*) by totalCount
#

looked_at_again('UPDATE item SET n = n + 1 WHERE id = 1 AND (SELECT count(*) FROM gs.successplans) = 300', 'a count in a condition');
looked_at_again('UPDATE item SET n = n + (SELECT count(*) - 299 FROM gs.successplans) WHERE id = 1', 'a count in what is set');
looked_at_again('UPDATE item SET n = n + 1 FROM (SELECT count(*) AS c FROM gs.successplans) AS s WHERE id = 1 AND s.c = 300', 'a count in FROM');
looked_at_again('SELECT n, c FROM item LEFT JOIN (SELECT count(*) AS c FROM gs.successplans) AS s ON s.c > n WHERE id = 1 FOR UPDATE OF item',
	'a count on the other side of a join', expected => '100|300');
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD trust_filters 'true')});
looked_at_again('UPDATE item SET n = n + 1 WHERE id = 1 AND (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = item.company_id) > 0',
	'a count for each row');
looked_at_again('UPDATE item SET n = n + 1 WHERE id = 1 AND (SELECT count(*) FROM gs.successplans AS p WHERE p.gsid = CASE WHEN item.n < 1000 THEN item.gsid END) = 1',
	'a count that depends on what was changed');
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (ADD page_size '20')});
my $counts = q{(SELECT status, count(*) AS c FROM gs.successplans WHERE status IN ('Active', 'Completed', 'Archived') GROUP BY status) AS s};
like($node->safe_psql('postgres', "EXPLAIN SELECT FROM $counts"), qr/Gainsight Groups/, 'counts by status');
looked_at_again("UPDATE item SET n = n + 1 FROM $counts WHERE id = 1 AND s.c > 100", 'one of the counts by status');
looked_at_again("UPDATE item SET n = n + 1 WHERE id = 1 AND (SELECT sum(c) FROM $counts) > 200", 'all counts by status');
$node->safe_psql('postgres', q{ALTER SERVER gainsight OPTIONS (DROP trust_filters, DROP page_size)});

#
# Scans
#

looked_at_again('UPDATE item SET n = n + 1 FROM gs.successplans AS p WHERE id = 1 AND p.gsid = item.gsid', 'a plan by its key');
looked_at_again('UPDATE item SET n = n + 1 FROM gs.successplans AS p WHERE id = 1 AND p.gsid = item.gsid', 'a hash join',
	settings => 'SET enable_nestloop = off; SET enable_mergejoin = off; ');
looked_at_again('UPDATE item SET n = n + 1 WHERE id = 1 AND EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = item.company_id)', 'a bind join');
looked_at_again(q{UPDATE item SET n = n + 1 WHERE id = 1 AND (SELECT count(o.gsid) FROM lists AS l JOIN gs.objectives AS o USING (gsid, success_plan_id) WHERE l.success_plan_id = item.gsid)
	= (SELECT count(*) FROM lists AS l WHERE l.success_plan_id = item.gsid)}, 'a bind join in a subquery');
looked_at_again('UPDATE item SET n = n + 1 WHERE id = 1 AND gsid IN (SELECT gsid FROM gs.successplans UNION ALL SELECT success_plan_id FROM gs.objectives)',
	'scans side by side');
looked_at_again('SELECT n, p.gsid IS NULL FROM item LEFT JOIN gs.successplans AS p ON p.gsid = item.gsid AND item.n < 0 WHERE id = 1 FOR UPDATE OF item',
	'an outer join', expected => '100|t');

#
# Scans of which lookups were replaced by a walk: what is checked again sends no more than what was checked first
#

# 20 lookups, which the planner takes for one, where one page has all: what do they send, and leave
# in the table, if the other session changes some rows meanwhile?
sub walked
{
	my ($statement, $change, $expected, $requests, $name) = @_;

	$node->safe_psql('postgres', q{UPDATE many SET n = 0; UPDATE many SET company_id = right(company_id, -1) WHERE company_id LIKE '-%'});
	$session->ask(q{SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SET enable_memoize = off;
		SET gainsight_fdw.enable_bind_join = off; SELECT count(gsid) FROM gs.successplans});
	$other->ask('BEGIN');
	$other->ask("UPDATE many SET $change");
	$tenant->requests;
	$session->start("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $statement");
	GsServer::somebody_is_blocked($node);
	ok(!$session->ended, "$name: waits for the other");
	$other->ask('COMMIT');
	my ($plan, $error) = $session->answer;
	is($error, '', '... without an error');
	like($plan, qr/Walked Instead: \d+ lookups/, '... and has walked');
	is($tenant->requests, $requests, '... by as many requests as that takes');
	is($node->safe_psql('postgres', 'SELECT string_agg(n::text, $$ $$ ORDER BY id) FROM many'), $node->safe_psql('postgres', $expected),
		'... and does it to the new rows');
	$session->ask('RESET ALL');
	return;
}

# the row that is checked again is joined with what the walk has brought
walked('UPDATE many SET n = many.n + 1 FROM gs.successplans AS p WHERE p.company_id = many.company_id AND many.id + 0 = many.id',
	'n = 100 WHERE id = 20', q{SELECT string_agg(CASE id WHEN 20 THEN '101' ELSE '1' END, ' ' ORDER BY id) FROM many}, 2, 'a join');
walked('UPDATE many SET n = many.n + 1 FROM gs.successplans AS p WHERE p.company_id = many.company_id AND many.id + 0 = many.id',
	q{n = 100, company_id = '-' || company_id WHERE id > 10}, q{SELECT string_agg(CASE WHEN id > 10 THEN '100' ELSE '1' END, ' ' ORDER BY id) FROM many},
	2, 'a join that the new rows have no part in');
walked('SELECT many.id, p.gsid FROM many LEFT JOIN gs.successplans AS p ON p.company_id = many.company_id ORDER BY many.id FOR UPDATE OF many',
	'n = 100', q{SELECT string_agg('100', ' ' ORDER BY id) FROM many}, 2, 'rows that are locked');
# a subquery is asked again, by the new values: in the plan that checks, too, one walk is enough
walked('UPDATE many SET n = many.n + (SELECT count(*) FROM gs.successplans AS p WHERE p.company_id = many.company_id)',
	'n = 100', q{SELECT string_agg((100 + (SELECT count(*) FROM truth AS p WHERE p.company_id = many.company_id))::text, ' ' ORDER BY id) FROM many},
	4, 'a subquery in what is set');
walked('UPDATE many SET n = many.n + 1 WHERE EXISTS (SELECT FROM gs.successplans AS p WHERE p.company_id = many.company_id OFFSET 0)',
	q{n = 100, company_id = '-' || company_id WHERE id > 10}, q{SELECT string_agg(CASE WHEN id > 10 THEN '100' ELSE '1' END, ' ' ORDER BY id) FROM many},
	4, 'a subquery in a condition');

#
# A direct modification of one partition, beside one whose row is locked
#

$node->safe_psql('postgres', q{ALTER FOREIGN TABLE parent_zz OPTIONS (ADD conflict_check 'false')});
looked_at_again(q{UPDATE parent SET comments = comments || '!' WHERE gsid = ANY (SELECT min(gsid) FROM truth WHERE gsid ~ '^\w+$' UNION SELECT 'a local one') RETURNING tenant, comments LIKE '%!'},
	'a join, beside a row of a local partition', table => 'parent_aa', expected => "aa|t\nzz|t");
looked_at_again(q{UPDATE parent SET comments = comments || '!' WHERE gsid IN ('a local one', 'nobody')}, 'a direct modification, beside a row of a local partition',
	table => 'parent_aa', expected => '');
is($node->safe_psql('postgres', 'SELECT comments FROM parent_aa'), 'theirs!', '... which is done, too');

$other->finish;
$session->finish;
done_testing();
