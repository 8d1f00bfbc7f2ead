# What newer majors add to SQL: right, or refused before anything is sent.
use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;

my ($node, $tenant) = GsServer::with_tenant({ plans => 0, objectives => 0 }, conf => "TimeZone = 'UTC'\n");
my $major = $node->pg_version->major;
plan skip_all => "of PostgreSQL $major there is nothing to test" if $major < 17;

# A statement in a session of its own: its output, and its error as SQLSTATE: message.
sub run
{
	my ($sql) = @_;
	my (undef, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);

	return ($out, $err =~ /ERROR:  (.*)/ ? $1 : '');
}

sub gives
{
	my ($title, $sql, $expected) = @_;
	my ($out, $error) = run($sql);

	is("$out$error", $expected, $title);
	return;
}

# The methods of the requests since this was last asked.
sub methods
{
	return join ' ', map { (split ' ')[0] } split /\n/, $tenant->control('requests', '-v');
}

sub refused
{
	my ($title, $sql, $expected) = @_;
	my (undef, $error) = run($sql);

	like($error, $expected, $title);
	is(methods(), 'none', "$title: nothing is sent");
	return;
}

my $plan = '1P02PLAN1';
$tenant->ctl('insert', qq({"Gsid":"1P02PLAN$_","Name":"Plan $_","CompanyId":"1P01ACME","TypeId":"1T01",)
	  . '"Status":"Active","Comments":"one","ModifiedDate":"2026-01-02T03:04:05Z"}') for 1 .. 5;
$tenant->requests;

#
# RETURNING with OLD and NEW
#

SKIP:
{
	skip 'OLD and NEW in RETURNING came with PostgreSQL 18', 11 if $major < 18;

	# a direct modification has no old row, and core knows
	my ($out) = run(qq{EXPLAIN (COSTS OFF) UPDATE gs.successplans SET status = 'Active'
		WHERE gsid = '$plan' RETURNING old.status});
	unlike($out, qr/Foreign Update/, 'an update that returns OLD is carried out row by row');
	gives('OLD is the row that was read, NEW what the tenant answered', qq{
		UPDATE gs.successplans SET status = 'Completed' WHERE gsid = '$plan'
		RETURNING old.status, new.status, status, old.comments, new.comments,
			old.modified_date < new.modified_date},
		'Active|Completed|Completed|one|one|t');
	is(methods(), 'GET PUT', 'with the requests of any update');
	gives('a column that is in neither SET nor WHERE', qq{
		UPDATE gs.successplans SET comments = 'two' WHERE gsid = '$plan'
		RETURNING old.status || new.status}, 'CompletedCompleted');
	gives('whole rows', qq{
		UPDATE gs.successplans SET comments = comments || '!' WHERE gsid = '$plan'
		RETURNING (old).comments, (new).comments, old IS DISTINCT FROM new}, 'two|two!|t');
	gives('other names for them', qq{
		UPDATE gs.successplans AS p SET comments = 'three' WHERE gsid = '$plan'
		RETURNING WITH (OLD AS before, NEW AS after) before.comments, after.comments, p.comments},
		'two!|three|three');
	gives('NEW alone', qq{
		UPDATE gs.successplans SET comments = 'four' WHERE gsid = '$plan' RETURNING new.comments},
		'four');
	gives('many rows', q{
		WITH changed AS (UPDATE gs.successplans SET comments = 'all'
			RETURNING old.gsid = new.gsid AND old.comments IS DISTINCT FROM new.comments
				AND new.comments = 'all' AS good)
		SELECT good, count(*) FROM changed GROUP BY good}, 't|5');
	$tenant->requests;
	gives('an INSERT has no OLD; its NEW is what the tenant made of it', q{
		INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('New', '1P01X', '1T01')
		RETURNING old.gsid IS NULL, old IS NULL, new.gsid IS NOT NULL, new.name}, 't|t|t|New');
	like(methods(), qr/^POST( GET)?$/, 'and it is sent once');
	refused('of objectives there is no UPDATE, with OLD or without',
		q{UPDATE gs.objectives SET name = 'x' RETURNING old.name}, qr/^0A000: /)
}

#
# Columns that are computed, and constraints that are not enforced
#

SKIP:
{
	skip 'virtual generated columns came with PostgreSQL 18', 5 if $major < 18;

	my (undef, $error) = run(q{CREATE FOREIGN TABLE gs.computed (gsid text, name text, comments text,
		shout text GENERATED ALWAYS AS (upper(name)) VIRTUAL,
		CONSTRAINT named CHECK (name <> '') NOT ENFORCED)
		SERVER gainsight OPTIONS (resource 'successplans')});
	is($error, '', 'a foreign table with them');
	gives('it is computed when it is read', q{
		SELECT count(*), count(*) FILTER (WHERE shout = upper(name)) FROM gs.computed}, '6|6');
	gives('and may be searched by', q{SELECT name FROM gs.computed WHERE shout = 'NEW'}, 'New');
	gives('an UPDATE gives it anew', q{
		UPDATE gs.computed SET name = 'Newer' WHERE name = 'New' RETURNING old.shout, new.shout},
		'NEW|NEWER');
	gives('so does an INSERT', q{
		INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('Newest', '1P01X', '1T01');
		SELECT shout FROM gs.computed WHERE name = 'Newest'}, 'NEWEST');
}
$tenant->requests;

#
# Statements that are refused
#

SKIP:
{
	skip 'MERGE has RETURNING from PostgreSQL 17 on', 2 if $major < 17;
	refused('MERGE with RETURNING', qq{
		MERGE INTO gs.successplans AS p USING (VALUES ('$plan')) AS v (id) ON p.gsid = v.id
		WHEN MATCHED THEN UPDATE SET comments = 'm' RETURNING merge_action(), p.gsid},
		qr/^(0A000|42809): /);
}

SKIP:
{
	skip 'ON CONFLICT DO SELECT came with PostgreSQL 19', 2 if $major < 19;
	refused('ON CONFLICT DO SELECT', q{
		INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('c', '1P01X', '1T01')
		ON CONFLICT (gsid) DO SELECT RETURNING gsid}, qr/^42P10: /);
}

#
# A library says its name and version
#

SKIP:
{
	skip 'pg_get_loaded_modules came with PostgreSQL 18', 1 if $major < 18;
	gives('the version of the library', q{
		LOAD 'gainsight_fdw';
		SELECT m.version = e.extversion FROM pg_get_loaded_modules() AS m
		JOIN pg_extension AS e ON m.module_name = e.extname WHERE e.extname = 'gainsight_fdw'}, 't');
}

$node->stop;
done_testing();
