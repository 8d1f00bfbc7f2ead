# Databases in other encodings than the API's: texts go and come as they are, or are refused by name.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsTenant;

my ($node, $tenant) = GsServer::with_tenant({ plans => 300, objectives => 2, seed => 1 }, init => [ extra => [ '--locale=C', '--encoding=UTF8' ] ]);
for (['ascii', 'SQL_ASCII'], ['latin1', 'LATIN1'])
{
	my ($database, $encoding) = @$_;

	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	GsTenant::setup($node, $tenant, $database);
}

# What a statement gives; an error is its SQLSTATE and message.  A client of latin1 speaks UTF-8.
sub ask
{
	my ($database, $sql) = @_;
	my ($status, $rows, $errors) = $node->psql($database,
		($database eq 'latin1' ? q{SET client_encoding = 'UTF8'; } : '') . $sql,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);

	return $errors =~ /ERROR: +(\w+: .*)/ ? $1 : $rows;
}

# What the tenant holds in a plan's Comments.
sub held
{
	my ($gsid) = @_;

	my ($line) = grep { /^\Q$gsid\E\t/ } split /\n/, $tenant->control('dump', 'successplans');
	return (split /\t/, $line)[11];
}

# one plan of which all is ASCII, and is written to; a text that LATIN1 has, one that it has not, and none at all
my $plan = $node->safe_psql('postgres', q{SELECT min(gsid) FROM gs.successplans WHERE gsid ~ '^\w+$' AND concat(name, company_name, type_name, owner_name) ~ '^[ -~]*$'});
my ($latin, $other, $broken) = ("caf\xc3\xa9", "go \xf0\x9f\x9a\x80", "\xe9\xff");
my $update = "UPDATE gs.successplans SET comments = '%s' WHERE gsid = '$plan'";

#
# Reading
#

my $rows = q{SELECT md5(string_agg(encode(textsend(p::text), 'hex'), ',' ORDER BY gsid)) FROM gs.successplans AS p};
is(ask('ascii', $rows), ask('postgres', $rows), 'SQL_ASCII: all texts come as they are');
like(ask('latin1', $rows), qr/^HV004: value .* of the success plan with Gsid .* does not fit column "\w+" of foreign table "successplans"/,
	'LATIN1: one that it has no character for is HV004, and named');
is(ask('latin1', q{SELECT count(coalesce(status, '')) FROM gs.successplans}), 300, '... where it is read');
$rows = q{SELECT string_agg(owner_name, ',' ORDER BY gsid) FROM gs.successplans WHERE owner_name LIKE 'Bj%'};
like(ask('postgres', $rows), qr/Bj\xc3\xb6rn/, 'others come as they should:');
is(ask($_, $rows), ask('postgres', $rows), "... $_") for qw(ascii latin1);

#
# Conditions
#

for my $database (qw(ascii latin1))
{
	ask($database, sprintf $update, $latin);
	is(held($plan), $latin, "$database: an update sends UTF-8");
	ask($database, q{CREATE FOREIGN TABLE misfit (gsid text, n integer OPTIONS (field 'Comments')) SERVER gainsight OPTIONS (resource 'successplans')});
	my $shown = $database eq 'latin1' ? "caf\xc3\xa9" : 'caf??';
	like(ask($database, "SELECT n FROM misfit WHERE gsid = '$plan'"), qr/^HV004: value "\Q$shown\E" /,
		'... and a message shows what the database has a character for');
	for my $condition ("comments = '$latin'", "comments LIKE '$latin%'", "comments LIKE '%\xc3\xa9'", "comments ^@ '$latin'",
		"comments IN ('$latin', 'x')", "comments = '$latin' || (SELECT '')", "comments LIKE 'caf_%'")
	{
		my $query = "SELECT comments FROM gs.successplans WHERE gsid IN ('$plan', 'x') AND $condition";

		is(ask($database, $query), $latin, "$database: $condition");
		like(ask($database, "EXPLAIN $query"), qr/Gainsight Conditions: .*Comments/, '... is sent, and shown');
	}
	my $explained = ask($database, "PREPARE p(text) AS SELECT FROM gs.successplans WHERE comments = '$latin' || \$1;
		SET plan_cache_mode = force_generic_plan; EXPLAIN EXECUTE p('a')");
	like($explained, qr/Comments EQ \[\('$latin'::text \|\| \$1\)\]/, '... by its expression, where it is not known');
	is(ask($database, "SELECT count(*) FROM gs.objectives WHERE success_plan_id = '$latin'"), 0, '... as a key');
	like(ask($database, "EXPLAIN SELECT FROM gs.objectives WHERE success_plan_id = '$latin'"), qr{/caf%C3%A9/}, '... of a path');
}

#
# Writing
#

my $insert = q{INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('%s', 'C', 'T') RETURNING name};
is(ask($_, sprintf $insert, $latin), $latin, "$_: a create returns what it sent") for qw(ascii latin1);
ask('ascii', sprintf $update, $other);
is(held($plan), $other, 'SQL_ASCII: any text that is UTF-8 is written');
is(ask('ascii', sprintf $insert, $other), $other, '... and returned');
like(ask('latin1', "SELECT comments FROM gs.successplans WHERE gsid = '$plan'"), qr/^HV004: value .* with Gsid "$plan"/, 'LATIN1: and is HV004 there');
is(ask('latin1', "SELECT name FROM gs.successplans WHERE gsid = '$plan' AND status IS NOT NULL"),
	ask('postgres', "SELECT name FROM gs.successplans WHERE gsid = '$plan'"), '... where it is read');
# the other fields go back as they came
ask('latin1', "UPDATE gs.successplans SET name = 'caf\xc3\xa9 2' WHERE gsid = '$plan'");
is(held($plan), $other, '... and an update that does not set it sends it back');

#
# Bytes that are no UTF-8
#

$tenant->requests;
like(ask('ascii', $_), qr/^HV004: invalid byte sequence for encoding "UTF8"/, 'bytes that are no UTF-8 are not written')
	for (sprintf($update, $broken), sprintf($insert, $broken));
unlike($tenant->control('requests'), qr/PUT|POST \S+plans /, '... and nothing is sent');
is(held($plan), $other, '... nor changed');
$tenant->requests;
is(ask('ascii', "SELECT count(*) FROM gs.successplans WHERE $_"), 0, "no row has them: $_")
	for ("comments = '$broken'", "gsid = '$broken'", "gsid IN ('$broken', '$broken')", "name = '$broken' AND status = 'Active'");
is($tenant->requests, 0, '... which is known without a request');
is(ask('ascii', "SELECT count(*) FROM gs.successplans WHERE comments IN ('$broken', '$other')"), 1, 'a list is sent without');
is(ask('ascii', "SELECT count(*) FROM gs.successplans WHERE gsid = '$plan' AND comments LIKE '%\x9a\x80'"), 1, 'a part of a character is looked for here');
is(ask('ascii', "SELECT count(*) FROM gs.successplans WHERE gsid = '$plan' AND starts_with(comments, 'go \xf0')"), 1, '... and at the start');
like(ask('ascii', "EXPLAIN SELECT FROM gs.successplans WHERE $_"), qr/Gainsight Request/, "EXPLAIN: $_")
	for ("comments = '$broken'", "comments LIKE '$broken%'", "comments <> '$broken'", "gsid <> '$broken'", "comments = '$broken' || (SELECT 'x')");
like(ask('ascii', "EXPLAIN SELECT FROM gs.objectives WHERE success_plan_id = '$broken' || (SELECT 'x')"), qr/Gainsight Request/, 'EXPLAIN: in a path');

#
# A client that cannot receive what a message would tell
#

$tenant->ctl('insert', '{"Gsid":"1P02\\ud83d\\ude80","Name":"far off","CompanyId":"1P01","TypeId":"1T01","Status":"Active"}');
$node->safe_psql('postgres', q{CREATE FOREIGN TABLE gs.waiting (gsid text, name text, status text) SERVER gainsight OPTIONS (resource 'successplans', write_at 'commit')});
my $waits = q{SET client_encoding = latin1; BEGIN; UPDATE gs.waiting SET status = 'Draft' WHERE name = 'far off'};
like(ask('postgres', "$waits; UPDATE gs.waiting SET status = 'Archived' WHERE name = 'far off' AND status = 'Draft'"),
	qr/^55000: column "status" of foreign table "waiting" waits for the commit/, 'is told of a plan that waits');
like(ask('postgres', "$waits; UPDATE gs.successplans SET status = 'Archived' WHERE name = 'far off'"),
	qr/^55000: cannot update foreign table "successplans" before the commit/, '... and of one that must not overtake it');

done_testing();
