# The access key, and a client's secret and token: whose they are, who may say where they go, and
# that nobody else ever sees them.
use strict;
use warnings;

use IO::Socket::INET;
use MIME::Base64 ();
use PostgreSQL::Test::Utils;
use Test::More;

use GsServer;
use GsSession;
use GsTenant;

# what no log line of ours, and no view, may show
my $key = 'Kq7-sEcReT-xW3';
my $file_key = 'Fq9-sEcReT-yV4';

# a proxy of the environment would be found here: nobody listens
$ENV{$_} = 'http://127.0.0.1:1' for qw(http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY);
my ($node, $tenant) = GsServer::with_tenant({ plans => 30, objectives => 2, key => $key }, conf => <<'CONF');
log_min_messages = debug5
log_statement = all
log_min_error_statement = debug5
log_min_duration_statement = 0
CONF
my $url = $tenant->url;
my $list = 'SELECT count(id) FROM gs.plan_types';
my $super = GsSession->new($node);

is(($super->ask($list))[0], '6', 'proxies of the environment are not used');

# A statement of a role: SQLSTATE, or what it gives.
sub result
{
	my ($session, $sql) = @_;
	my ($out, $err) = $session->ask($sql);

	return $err =~ /^ERROR:  (\w{5}):/m ? $1 : $out;
}

#
# The key is that of whom the statement runs as
#
$super->ask(<<"SQL");
CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE carol LOGIN;
GRANT USAGE ON SCHEMA gs TO PUBLIC; GRANT ALL ON ALL TABLES IN SCHEMA gs TO PUBLIC;
CREATE USER MAPPING FOR alice SERVER gainsight OPTIONS (access_key 'alice-Jh5-sEcReT');
CREATE USER MAPPING FOR bob SERVER gainsight OPTIONS (access_key 'bob-Lm8-sEcReT');
CREATE USER MAPPING FOR PUBLIC SERVER gainsight OPTIONS (access_key 'public-Np2-sEcReT');
GRANT CREATE ON DATABASE postgres TO alice
SQL
my %role = (alice => GsSession->new($node, user => 'alice'), bob => GsSession->new($node, user => 'bob'),
	carol => GsSession->new($node, user => 'carol'));
my %keys = (alice => 'alice-Jh5-sEcReT', bob => 'bob-Lm8-sEcReT', carol => 'public-Np2-sEcReT', super => $key);
$role{alice}->ask(<<'SQL');
CREATE SCHEMA a; GRANT USAGE ON SCHEMA a TO PUBLIC;
CREATE VIEW a.owned AS SELECT id FROM gs.plan_types;
CREATE VIEW a.invoked WITH (security_invoker = true) AS SELECT id FROM gs.plan_types;
CREATE VIEW a.nested AS SELECT id FROM a.owned;
CREATE VIEW a.over_invoked AS SELECT id FROM a.invoked;
CREATE VIEW a.plans AS SELECT name, company_id, type_id, comments, gsid FROM gs.successplans;
CREATE VIEW a.invoked_plans WITH (security_invoker = true) AS SELECT * FROM a.plans;
CREATE FUNCTION a.defined() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(id) FROM gs.plan_types';
CREATE FUNCTION a.invoking() RETURNS bigint LANGUAGE sql AS 'SELECT count(id) FROM gs.plan_types';
CREATE FUNCTION a.inlined() RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT id FROM gs.plan_types';
CREATE FUNCTION a.defined_set() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT id FROM gs.plan_types';
CREATE FUNCTION a.dynamic() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN (SELECT count(id) FROM gs.plan_types); END';
CREATE FUNCTION a.write() RETURNS void LANGUAGE sql SECURITY DEFINER AS
  $$INSERT INTO gs.successplans (name, company_id, type_id) VALUES ('definer', 'c', 't')$$;
CREATE FUNCTION a.counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM gs.successplans';
CREATE VIEW a.count AS SELECT count(*) FROM gs.successplans;
CREATE VIEW a.joined AS SELECT p.id FROM gs.plan_types AS p JOIN gs.successplans AS s ON s.type_id = p.id;
CREATE TABLE a.parent (gsid text, name text, company_id text, type_id text) PARTITION BY LIST (type_id);
GRANT ALL ON ALL TABLES IN SCHEMA a TO PUBLIC;
SQL
$super->ask(<<'SQL');
CREATE FOREIGN TABLE a.part PARTITION OF a.parent DEFAULT SERVER gainsight OPTIONS (resource 'successplans')
SQL

# Whose key works for it?
sub works_with
{
	my ($who, $sql) = @_;
	my @works;

	for my $owner ('alice', 'bob', 'carol', 'super')
	{
		$tenant->control('set', "key=$keys{$owner}");
		my $got = result($who eq 'super' ? $super : $role{$who}, $sql);
		push @works, $owner if $got ne '28000';
	}
	return join ' ', @works;
}
my $count = 'SELECT count(*) FROM';
my $values = "(name, company_id, type_id) VALUES ('one', 'c', 't')";
for my $case (
	[ 'a table', $list, 'bob' ],
	[ 'a view', "$count a.owned", 'alice' ],
	[ 'a view of a view', "$count a.nested", 'alice' ],
	[ 'a view of its caller', "$count a.invoked", 'bob' ],
	[ 'a view of a view of its caller', "$count a.over_invoked", 'bob' ],
	[ 'a join in a view', "$count a.joined", 'alice' ],
	[ 'a count in a view', 'SELECT * FROM a.count', 'alice' ],
	[ 'a count of a view', "$count a.plans", 'alice' ],
	[ 'a count of a table', "$count gs.successplans", 'bob' ],
	[ 'a SECURITY DEFINER function', 'SELECT a.defined()', 'alice' ],
	[ 'one in plpgsql', 'SELECT a.dynamic()', 'alice' ],
	[ 'one that returns a set', "$count a.defined_set()", 'alice' ],
	[ 'a count in one', 'SELECT a.counted()', 'alice' ],
	[ "a function of its caller's", 'SELECT a.invoking()', 'bob' ],
	[ 'one that is inlined', "$count a.inlined()", 'bob' ],
	[ 'a partition', "SELECT count(name) FROM a.parent", 'bob' ],
	[ 'an INSERT', "INSERT INTO gs.successplans $values", 'bob' ],
	[ 'an INSERT into a view', "INSERT INTO a.plans $values", 'alice' ],
	[ "an INSERT into a view of a view of its caller's", "INSERT INTO a.invoked_plans $values", 'alice' ],
	[ 'an INSERT in a function', 'SELECT a.write()', 'alice' ],
	[ 'an INSERT into a partition', "INSERT INTO a.parent $values", 'bob' ],
	[ 'an UPDATE', "UPDATE gs.successplans SET comments = 'b' WHERE name = 'one'", 'bob' ],
	[ 'an UPDATE of a view', "UPDATE a.plans SET comments = 'c' WHERE name = 'one'", 'alice' ])
{
	my ($what, $sql, $whose) = @$case;

	is(works_with('bob', $sql), $whose, "$what of alice's for bob: the key is ${whose}'s");
}
is(works_with('carol', $list), 'carol', 'who has no mapping has that of PUBLIC');
is(works_with('super', $list), 'super', 'a superuser has his own');
$super->ask('GRANT bob TO carol');
is(works_with('carol', "SET ROLE bob; $list; RESET ROLE"), 'bob', 'SET ROLE changes the key');
is(works_with('super', "SET ROLE alice; PREPARE p AS $list; RESET ROLE; EXECUTE p; DEALLOCATE p; RESET ROLE"), 'super',
	'a prepared statement runs as who executes it');
# gainsight_fdw_check needs USAGE, and asks with the caller's key
is(result($role{bob}, "SELECT * FROM gainsight_fdw_check('gainsight')"), '42501', 'gainsight_fdw_check needs USAGE');
$super->ask('GRANT USAGE ON FOREIGN SERVER gainsight TO bob');
$tenant->control('set', "key=$keys{bob}");
is(result($role{bob}, "SELECT ok FROM gainsight_fdw_check('gainsight') WHERE step = 'authorization'"), 't',
	"and asks with the caller's key");
$tenant->control('set', "key=$keys{alice}");
is(result($role{bob}, "SELECT ok FROM gainsight_fdw_check('gainsight') WHERE step = 'authorization'"), 'f',
	"with nobody else's");
$super->ask('DROP USER MAPPING FOR PUBLIC SERVER gainsight');
is(result($role{carol}, $list), '28000', 'without any there is no key');
$tenant->control('set', "key=$key");

#
# Who may say where keys go
#
$super->ask('GRANT USAGE ON FOREIGN DATA WRAPPER gainsight_fdw TO alice');
my $create = "CREATE SERVER hers FOREIGN DATA WRAPPER gainsight_fdw OPTIONS";
is(result($role{alice}, "$create (base_url '$url')"), '42501', 'base_url takes a superuser');
is(result($role{alice}, "$create (domain 'acme', ca_file '/etc/hosts')"), '42501', 'ca_file does');
is(result($role{alice}, "$create (domain 'acme', proxy 'http://127.0.0.1:3128')"), '42501', 'proxy does');
is(result($role{alice}, "$create (domain 'acme')"), '', 'a domain does not');
is(result($role{alice}, "ALTER SERVER hers OPTIONS (ADD $_)"), '42501', "nor can it be altered to have $_")
  for "base_url '$url'", "ca_file '/etc/hosts'", "proxy 'http://127.0.0.1:3128'";
is(result($role{alice}, "ALTER SERVER hers OPTIONS (DROP domain, ADD base_url '$url')"), '42501', 'in exchange for its domain');
is(result($role{alice}, "CREATE USER MAPPING FOR alice SERVER hers OPTIONS (access_key_file '/etc/hosts')"), '42501',
	'access_key_file takes a superuser');
is(result($role{alice}, "CREATE USER MAPPING FOR alice SERVER hers OPTIONS (access_key 'alice-Jh5-sEcReT')"), '', 'a key does not');
is(result($role{alice}, "ALTER USER MAPPING FOR alice SERVER hers OPTIONS (DROP access_key, ADD access_key_file '/etc/hosts')"),
	'42501', 'in exchange neither');
is(result($role{alice}, "ALTER SERVER hers OPTIONS (ADD rate_limit '10')"), '', 'other options do not');
# who owns a server that a superuser gave a base_url
$super->ask("ALTER SERVER hers OPTIONS (DROP domain, ADD base_url '$url')");
is(result($role{alice}, "ALTER SERVER hers OPTIONS (SET rate_limit '0')"), '42501',
	'a server with a base_url takes a superuser, whatever is altered');
$super->ask("ALTER SERVER hers OPTIONS (SET rate_limit '0')");

# a key in a file
my $dir = PostgreSQL::Test::Utils::tempdir;
PostgreSQL::Test::Utils::append_to_file("$dir/key", "$file_key\r\nsecond line\n");
PostgreSQL::Test::Utils::append_to_file("$dir/empty", "\n$file_key\n");
$tenant->control('set', "key=$file_key");
$super->ask("CREATE USER MAPPING FOR carol SERVER hers OPTIONS (access_key_file '$dir/key')");
$super->ask(q{CREATE FOREIGN TABLE gs.hers (id text) SERVER hers OPTIONS (resource 'plan_types'); GRANT SELECT ON gs.hers TO carol});
is(result($role{carol}, 'SELECT count(id) FROM gs.hers'), '42501', "a file is not read for a server whose owner is no superuser");
$super->ask('ALTER SERVER hers OWNER TO CURRENT_USER');
is(result($role{carol}, 'SELECT count(id) FROM gs.hers'), '6', 'but for a superuser it is: its first line');
$super->ask("ALTER USER MAPPING FOR carol SERVER hers OPTIONS (SET access_key_file '$dir/empty')");
is(result($role{carol}, 'SELECT count(id) FROM gs.hers'), '28000', 'a file without a key');
$super->ask("ALTER USER MAPPING FOR carol SERVER hers OPTIONS (SET access_key_file '$dir/none')");
is(result($role{carol}, 'SELECT count(id) FROM gs.hers'), '58P01', 'a file that is none');
# the file is looked at by each statement
PostgreSQL::Test::Utils::append_to_file("$dir/none", $file_key);
is(result($role{carol}, 'SELECT count(id) FROM gs.hers'), '6', 'it is read when it is needed');
unlike(($super->ask('SELECT * FROM gainsight_fdw_stats'))[0], qr/sEcReT/, 'and in no view');
$tenant->control('set', "key=$key");

#
# What is a key
#
for my $bad ("line\x{0a}accessKey: other-Xy1-sEcReT", "line\x{0d}other-Xy1-sEcReT", "tab\x{09}other-Xy1-sEcReT",
	"bell\x{07}other-Xy1-sEcReT", "delete\x{7f}other-Xy1-sEcReT", '')
{
	for my $how ("CREATE USER MAPPING FOR carol SERVER gainsight OPTIONS (access_key '$bad')",
		"ALTER USER MAPPING FOR bob SERVER gainsight OPTIONS (SET access_key '$bad')")
	{
		my ($out, $err) = $super->ask($how);
		like($err, qr/^ERROR:  22023:/m, 'a key with a control character, or none, is refused');
		unlike($err =~ s/^LINE.*//mrs, qr/other-Xy1/, 'and not echoed');
	}
}
is(result($super, "ALTER SERVER gainsight OPTIONS (ADD access_key 'other-Xy1-sEcReT')"), 'HV00D', 'a server has no key');
unlike(($super->ask("ALTER SERVER gainsight OPTIONS (ADD access_key 'other-Xy1-sEcReT')"))[1], qr/other-Xy1/, 'and does not say it');
is(result($super, "CREATE FOREIGN TABLE gs.bad (id text) SERVER gainsight OPTIONS (access_key 'other-Xy1-sEcReT')"), 'HV00D', 'nor has a table');

#
# A proxy
#
{
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $!";
	my $port = $listener->sockport;

	$super->ask("ALTER SERVER gainsight OPTIONS (ADD proxy 'http://127.0.0.1:$port', ADD max_retries '0')");
	$super->start($list);
	my $client = $listener->accept;
	like(scalar <$client>, qr{^GET \Q$url\E/successplans/config/types HTTP/1\.}, "a server's proxy is asked");
	print $client "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n", '{"result":true,"data":[]} ';
	is(join('', $super->answer), '0', 'and its answer taken');
	close $client;
	close $listener;
	is(result($super, $list), '08001', 'without it nothing is reached');
	$super->ask('ALTER SERVER gainsight OPTIONS (DROP proxy, DROP max_retries)');
}

#
# A tenant that says the key
#
$super->ask(q{ALTER SERVER gainsight OPTIONS (ADD max_retries '0')});
my $search = 'SELECT count(name) FROM gs.successplans';
my $insert = "INSERT INTO gs.successplans $values";
for my $echo (
	[ 'a description', { status => 400, body => { result => \0, errorCode => 'X', errorDesc => "bad key $key, $key" } } ],
	[ 'a code', { status => 400, body => { result => \0, errorCode => $key, errorDesc => 'bad' } } ],
	[ 'a request id', { status => 503, body => { result => \0, errorCode => 'X', requestId => "r-$key" } } ],
	[ 'a description that is cut', { status => 200, body => { result => \0, errorDesc => 'x' x 495 . $key } } ],
	[ 'a detail', { status => 400, body => { title => 'X', detail => "key $key" } } ],
	[ 'a page', { status => 200, body => "<html>$key</html>" } ],
	[ 'a body that is no JSON', { status => 200, body => "$key" } ],
	[ 'a body in the middle', { status => 200, body => "{\"result\":true,$key" } ],
	[ 'a status line', { raw => "HTTP/1.1 400 $key\r\nContent-Length: 0\r\n\r\n" } ],
	[ 'no HTTP', { raw => "$key\r\n\r\n" } ],
	[ 'a redirect', { redirect => "http://127.0.0.1:1/$key" } ],
	[ 'a header', { status => 429, headers => { 'Retry-After' => $key } } ],
	[ 'an encoding', { status => 200, headers => { 'Content-Encoding' => $key }, body => 'x' } ])
{
	my ($what, $fault) = @$echo;

	for my $sql ($search, $insert)
	{
		$tenant->control('defaults');
		$tenant->control('set', "key=$key");
		$tenant->fault($fault);
		my ($out, $err) = $super->ask($sql);
		unlike("$out$err", qr/sEcReT/, "a tenant that says the key in $what");
		isnt($err, '', 'which is an error');
	}
	$tenant->fault($fault, times => undef);
	my ($out, $err) = $super->ask("SELECT * FROM gainsight_fdw_check('gainsight')");
	unlike("$out$err", qr/sEcReT/, "a check of a tenant that says the key in $what");
	($out, $err) = $super->ask('SELECT * FROM gainsight_fdw_stats');
	unlike("$out$err", qr/sEcReT/, "the last error of a tenant that says the key in $what");
}
$tenant->control('defaults');
# of a value that does not fit, as much is shown as will help
$super->ask(q{CREATE FOREIGN TABLE gs.bad (gsid text, name integer) SERVER gainsight OPTIONS (resource 'successplans')});
$tenant->fault({ status => 200, body => { result => \1, data => { records => [ { Gsid => "$key", Name => "$key" } ], totalCount => 1 } } });
my ($out, $err) = $super->ask('SELECT name FROM gs.bad');
like($err, qr/^ERROR:  HV004:/m, 'a tenant that says the key in a value');
unlike($err, qr/sEcReT/, 'which is not shown');
# keys that are hard to hide
for my $odd ('*', '**', 'a', '{', '"')
{
	my $strange = GsTenant->new(plans => 3, key => $odd);
	my $its = $strange->url;
	$super->ask("CREATE SERVER strange FOREIGN DATA WRAPPER gainsight_fdw OPTIONS (base_url '$its', rate_limit '0', max_retries '0');
		CREATE USER MAPPING FOR CURRENT_USER SERVER strange OPTIONS (access_key '$odd');
		CREATE FOREIGN TABLE gs.strange (id text) SERVER strange OPTIONS (resource 'plan_types')");
	is(result($super, 'SELECT count(id) FROM gs.strange'), '6', "the key $odd is taken");
	$strange->fault({ status => 400, body => { result => \0, errorCode => "$odd", errorDesc => "no $odd, no" } });
	is(result($super, "SET statement_timeout = '5s'; SELECT count(id) FROM gs.strange; RESET statement_timeout"), 'HV00L',
		'and a tenant that says it does no harm');
	$super->ask('RESET statement_timeout; DROP SERVER strange CASCADE');
}

#
# A client
#
my $client_secret = 'dave-Vx1-sEcReT';
my $token = qr/[\w-]{60,}\.[\w-]{600,}/;		# as the sandbox makes them
my $packed = MIME::Base64::encode_base64("dave:$client_secret", '');
$super->ask(<<"SQL");
CREATE ROLE dave LOGIN;
CREATE USER MAPPING FOR dave SERVER gainsight OPTIONS (client_id 'dave', client_secret '$client_secret');
CREATE VIEW a.daves AS SELECT id FROM gs.plan_types;
ALTER VIEW a.daves OWNER TO dave;
GRANT SELECT ON a.daves TO bob;
SQL
$role{dave} = GsSession->new($node, user => 'dave');
$tenant->control('set', 'client_id=dave', "client_secret=$client_secret", 'key=nobody');
is(result($role{dave}, $list), '6', 'who is a client has a token');
is(result($role{bob}, $list), '28000', 'who has a key has none');
is(result($role{bob}, "$count a.daves"), '6', "but that of a view's owner");
is(result($role{dave}, "SELECT ok FROM gainsight_fdw_check('gainsight') WHERE step = 'authorization'"), '42501', 'USAGE is asked for as ever');
# another one's session has nothing of it, nor has this one another's
is(result($super, "SET ROLE dave; $list; RESET ROLE"), '6', 'SET ROLE changes to a token');
is(result($super, $list), '28000', 'RESET ROLE back to a key');
for my $bad ("line\x{0a}X: other-Xy1-sEcReT", "bell\x{07}other-Xy1-sEcReT", "delete\x{7f}other-Xy1-sEcReT", '')
{
	my ($out, $err) = $super->ask("ALTER USER MAPPING FOR dave SERVER gainsight OPTIONS (SET client_secret '$bad')");
	like($err, qr/^ERROR:  22023:/m, 'a secret with a control character, or none, is refused');
	unlike($err =~ s/^LINE.*//mrs, qr/other-Xy1/, 'and not echoed');
}
unlike(($super->ask("ALTER SERVER gainsight OPTIONS (ADD client_secret 'other-Xy1-sEcReT')"))[1], qr/other-Xy1/, 'a server has none, and does not say it');
is(($role{bob}->ask(q{SELECT count(*) FROM pg_user_mappings WHERE umoptions::text ~ 'dave-Vx1'}))[0], '0', 'core shows secrets to their owners');
my @shown;
for my $format (qw(text json yaml xml))
{
	push @shown, join '', $role{dave}->ask("EXPLAIN (VERBOSE, ANALYZE, BUFFERS, SETTINGS, FORMAT $format) $_")
	  for $list, $search, $insert, "UPDATE gs.successplans SET comments = 'x' WHERE name = 'one'";
}
for my $refused (0, 1)
{
	$tenant->control('set', $refused ? 'client_secret=other' : 'token_seconds=0');
	$tenant->control('revoke');
	push @shown, join '', $role{dave}->ask($_) for $list, $insert, 'SELECT * FROM gainsight_fdw_stats', 'SELECT * FROM pg_stat_activity';
}
is(scalar(grep { /sEcReT|\Q$packed\E|$token/ } @shown), 0, 'no EXPLAIN, message or view shows secret or token');
$super->ask("DROP VIEW a.daves; DROP USER MAPPING FOR dave SERVER gainsight");
$tenant->control('defaults');
$tenant->control('set', "key=$key");

#
# The key in what we show
#
@shown = ();
for my $format (qw(text json yaml xml))
{
	for my $sql ($list, $search, $insert, "UPDATE gs.successplans SET comments = 'x' WHERE name = 'one'",
		'SELECT count(*) FROM gs.successplans', 'SELECT * FROM gs.objectives')
	{
		push @shown, join '', $super->ask("EXPLAIN (VERBOSE, ANALYZE, BUFFERS, SETTINGS, FORMAT $format) $sql");
		push @shown, join '', $super->ask("EXPLAIN (VERBOSE, FORMAT $format) $sql");
	}
}
push @shown, join '', $super->ask($_)
  for 'SELECT * FROM gainsight_fdw_stats', 'SELECT * FROM gainsight_fdw_progress', "SELECT * FROM gainsight_fdw_check('gainsight')",
  'SELECT gainsight_fdw_version()', "SELECT gainsight_fdw_pushdown('gs.successplans')",
  'SELECT * FROM gainsight_fdw_get_connections()', 'SELECT * FROM pg_stat_activity', 'SELECT * FROM pg_foreign_server',
  'SELECT * FROM information_schema.foreign_server_options', 'SELECT * FROM pg_prepared_statements';
is(scalar(grep { /sEcReT/ } @shown), 0, 'no EXPLAIN and no view shows a key');
# while it runs
$tenant->requests;
$tenant->fault({ hang => 'before', seconds => 20 });
my $pid = $super->pid;
$super->start($list);
GsServer::eventually(sub { $tenant->requests }) or die 'nothing is asked';
SKIP:
{
	skip 'there is no /proc', 1 unless -r "/proc/self/cmdline";
	unlike(PostgreSQL::Test::Utils::slurp_file("/proc/$pid/cmdline"), qr/sEcReT/, 'nor does ps');
}
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
$super->answer;
# others may not ask core for them
is(($role{bob}->ask(q{SELECT count(*) FROM pg_user_mappings WHERE umoptions::text ~ 'alice-Jh5'}))[0], '0', 'core shows keys to their owners');

#
# The log at debug5, and with every statement
#
$_->finish for values %role, $super;
$node->stop;
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
my $lines = () = $log =~ /\n/g;
cmp_ok($lines, '>', 2000, "the log has much: $lines lines");
my @found;
my $statement = '';
for my $line (split /\n/, $log)
{
	# a continued line belongs to the statement before it
	$statement = $line unless $line =~ /^\t/;
	next unless $line =~ /sEcReT/;
	push @found, $line unless "$statement$line" =~ /(?:CREATE|ALTER) USER MAPPING/ || $line =~ /other-Xy1/;
}
is(scalar @found, 0, 'a key is in no line but those of the statements that set it') or diag join "\n", @found[ 0 .. ($#found > 5 ? 5 : $#found) ];
unlike($log, qr/\Q$packed\E/, 'nor are id and secret, as they are sent,');
unlike($log, $token, 'nor a token');
unlike($log, qr/\Q$file_key\E/, "a file's key is in no line at all");
# refused keys are the users' own words
my @strange = grep { /other-Xy1/ && !/STATEMENT|statement:|accessKey: other-Xy1|^\t/ } split /\n/, $log;
is(scalar @strange, 0, 'nor do our own messages say what was refused') or diag $strange[0];

done_testing();
