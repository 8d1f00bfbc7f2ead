# GsTenant: a sandbox tenant for a TAP test.
#
#   my $tenant = GsTenant->new(plans => 2500);
#   GsTenant::setup($node, $tenant);
#   $tenant->ctl('set', 'latency_ms=50');
#
# The options are those of sandbox/tenant.py.  The tenant ends with the object,
# and with this process at the latest.
package GsTenant;

use strict;
use warnings;

use Carp qw(croak);
use File::Basename qw(dirname);
use File::Temp;
use IO::Socket::INET;
use JSON::PP ();
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep);

my $sandbox = $ENV{GS_SANDBOX_DIR} || dirname(__FILE__) . '/../sandbox';
my $python = -x '/usr/bin/python3' ? '/usr/bin/python3' : 'python3';

sub new
{
	my ($class, %options) = @_;
	my $self = bless { key => $options{key} || 'sandbox-key', dir => File::Temp->newdir },
	  $class;
	my $url_file = "$self->{dir}/url";
	my @command = (
		$python, "$sandbox/tenant.py",
		'--port' => 0,
		'--port-file' => $url_file,
		'--die-with-parent',
		map { ("--$_" => ref $options{$_} ? @{ $options{$_} } : $options{$_}) }
		  sort keys %options);

	my $pid = fork();
	croak "fork: $!" unless defined $pid;
	if ($pid == 0)
	{
		# a pipe of the harness that stays open would keep the harness waiting
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', "$self->{dir}/log";
		open STDERR, '>&', \*STDOUT;
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	$self->{pid} = $pid;
	for (1 .. 1200)
	{
		last if -s $url_file;
		if (waitpid($pid, WNOHANG) == $pid)
		{
			delete $self->{pid};
			last;
		}
		sleep 0.1;
	}
	croak 'the sandbox did not start: ' . slurp("$self->{dir}/log") unless -s $url_file;
	chomp($self->{url} = slurp($url_file));
	return $self;
}

# One that somebody else has started.
sub at
{
	my ($class, $url) = @_;

	return bless { key => 'sandbox-key', url => $url }, $class;
}

sub url { return $_[0]->{url} }
sub key { return $_[0]->{key} }

# What ctl prints; it is an error if ctl fails.
sub ctl
{
	my ($self, @arguments) = @_;

	local $ENV{GS_SANDBOX_URL} = $self->{url};
	open my $pipe, '-|', $python, "$sandbox/ctl", @arguments or croak "ctl: $!";
	local $/;
	my $output = <$pipe>;
	close $pipe or croak "ctl @arguments failed";
	return defined $output ? $output : '';
}

# The same as ctl, without the time that it takes to start.
sub control
{
	my ($self, $command, @arguments) = @_;
	my ($port) = $self->{url} =~ /:(\d+)/;
	my $body = JSON::PP->new->ascii->encode([ map { "$_" } @arguments ]);
	# from where ctl comes: the tenant's faults leave it alone
	my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$port", LocalAddr => '127.0.0.2')
	  or croak "the sandbox does not answer: $!";

	print $socket "POST /_sandbox/$command HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n",
	  'Content-Length: ', length $body, "\r\n\r\n$body";
	my $reply = do { local $/; <$socket> };
	my ($head, $chunks) = split /\r\n\r\n/, $reply, 2;
	my $output = '';
	while ($chunks =~ s/^([0-9a-f]+)\r\n//i && (my $size = hex $1))
	{
		$output .= substr $chunks, 0, $size, '';
		$chunks =~ s/^\r\n//;
	}
	croak "$command @arguments: $output" unless $head =~ m{^HTTP/1\.1 200 };
	return $output;
}

# A fault, as in fault({ close => 'body' }, op => 'GET *', times => undef).
sub fault
{
	my ($self, $fault, %rule) = @_;

	$self->control('fault', JSON::PP->new->ascii->encode({ fault => $fault, %rule }));
	return;
}

# The last requests in full, the oldest first.
sub log
{
	my ($self, $count) = @_;

	return map { JSON::PP->new->utf8->decode($_) } split /\n/, $self->control('log', $count || 20);
}

# The number of requests since this was last asked.
sub requests
{
	my ($self) = @_;

	return $self->control('requests', '-n') + 0;
}

sub stop
{
	my ($self) = @_;

	my $pid = delete $self->{pid} or return;
	local $?;
	kill 'TERM', $pid;
	waitpid $pid, 0;
	return;
}

# A global destruction in a forked child must not end its parent's tenant:
# waitpid finds no child there, and so nothing is killed.
sub DESTROY
{
	my ($self) = @_;

	local ($@, $!, $?);
	$self->stop if $self->{pid} && waitpid($self->{pid}, WNOHANG) == 0;
	return;
}

# The extension, a server `gainsight`, a mapping for the superuser, and the
# tables in schema gs, in a database of the node: postgres, if none is given.
sub setup
{
	my ($node, $tenant, $database) = @_;
	my ($url, $key) = ($tenant->url, $tenant->key);

	$key =~ s/'/''/g;
	$node->safe_psql($database || 'postgres', <<"SQL");
CREATE EXTENSION gainsight_fdw;
CREATE SERVER gainsight FOREIGN DATA WRAPPER gainsight_fdw
  OPTIONS (base_url '$url', rate_limit '0');
CREATE USER MAPPING FOR CURRENT_USER SERVER gainsight OPTIONS (access_key '$key');
CREATE SCHEMA gs;
IMPORT FOREIGN SCHEMA gainsight FROM SERVER gainsight INTO gs;
SQL
	return;
}

# A certificate for the names, as openssl spells them, and its key: FILE.pem and FILE.key.  False
# if there is no openssl.
sub certificate
{
	my ($file, $names) = @_;

	return 0 if system('openssl version >/dev/null 2>&1') != 0;
	system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost"
		  . " -addext 'subjectAltName=$names' -keyout '$file.key' -out '$file.pem' 2>/dev/null") == 0
	  or croak 'openssl failed';
	return 1;
}

sub slurp
{
	my ($file) = @_;

	open my $handle, '<', $file or return '';
	local $/;
	my $text = <$handle>;
	return defined $text ? $text : '';
}

1;
