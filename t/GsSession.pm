# GsSession: a session that is talked to statement by statement.
#
#   my $session = GsSession->new($node, user => 'alice');
#   my ($out, $err) = $session->ask('SELECT 1');
#   $session->start('SELECT pg_sleep(60)');   # and go on
#   ($out, $err) = $session->answer;
#
# Errors come with their SQLSTATE: "ERROR:  42501: permission denied".
package GsSession;

use strict;
use warnings;

use IPC::Run;
use Time::HiRes qw(time);

sub new
{
	my ($class, $node, %options) = @_;
	my $connstr = $node->connstr($options{dbname} || 'postgres');
	my $self = bless { in => '', out => '', err => '' }, $class;

	$connstr .= " user=$options{user}" if $options{user};
	$self->{psql} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $connstr ],
		'<', \$self->{in}, '>', \$self->{out}, '2>', \$self->{err},
		IPC::Run::timeout($options{timeout} || 180));
	return $self;
}

# Send statements, and do not wait for them.
sub start
{
	my ($self, $sql) = @_;

	$self->{out} = $self->{err} = '';
	$self->{started} = time;
	$self->{in} .= "$sql;\n\\echo done\n\\warn done\n";
	$self->{psql}->pump_nb;
	return;
}

# Have they ended?
sub ended
{
	my ($self) = @_;

	$self->{psql}->pump_nb if $self->{psql}->pumpable;
	return $self->{out} =~ /^done\n/m && $self->{err} =~ /^done\n/m
	  || $self->{err} =~ /^psql: error:/m || !$self->{psql}->pumpable;
}

# What they gave; when the session has ended with them, too.
sub answer
{
	my ($self) = @_;

	eval { $self->{psql}->pump until $self->ended };
	$self->{elapsed} = time - $self->{started};
	(my $out = $self->{out}) =~ s/^done\n//m;
	(my $err = $self->{err}) =~ s/^done\n//m;
	$out =~ s/\n\z//;
	return ($out, $err);
}

sub ask
{
	my ($self, $sql) = @_;

	$self->start($sql);
	return $self->answer;
}

# The SQLSTATE that a statement fails with, '' if it does not.
sub sqlstate
{
	my ($self, $sql) = @_;
	my ($out, $err) = $self->ask($sql);

	$self->{error} = $err;
	return $err =~ /^(?:ERROR|FATAL):  (\w{5}):/m ? $1 : '';
}

# The whole text of the last error, and the seconds that the last statements took.
sub error { return $_[0]->{error} }
sub elapsed { return $_[0]->{elapsed} }

sub pid
{
	my ($self) = @_;

	($self->{pid}) = $self->ask('SELECT pg_backend_pid()') unless $self->{pid};
	return $self->{pid};
}

# kB that the backend has, and its open descriptors.
sub footprint
{
	my ($self) = @_;
	my $pid = $self->pid;
	my @descriptors = glob "/proc/$pid/fd/*";

	open my $status, '<', "/proc/$pid/status" or return;
	my ($rss) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$status>;
	return ($rss, scalar @descriptors);
}

sub finish
{
	my ($self) = @_;

	# a tenant that was started meanwhile has psql's end of the pipe as well
	$self->{in} .= "\\q\n";
	eval { $self->{psql}->finish };
	return;
}

1;
