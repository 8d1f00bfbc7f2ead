#!/usr/bin/perl
# layout.pl: what pg_bsd_indent 2.1.1 does not get right, set right.
#
# usage: layout.pl <LAID_OUT >NEW
#
# Its own pgindent has steps like these.  What each is for stands beside it.
use strict;
use warnings;

local $/;
my $text = <STDIN>;

# `foreach` goes through it as a `for`, so that its body is indented
$text =~ s/\bfor \(E__/foreach(/g;

# a function's type is no declaration, to be followed by tabs
$text =~ s/^([A-Za-z_]\w*)[ \t]+\*$/$1 */mg;

# a blank before a designated initializer
$text =~ s/,(\.\w+ =|\[(?:\w+|'\\?.')\] =)/, $1/g;

# `text` is a variable's name too, so it is not in typedefs.list
$text =~ s/\btext \* (?=\w)/text */g;

# a compound literal stays on its line
$text =~ s/ = \((\w+)\)\n\s*\{\n\s*(.*)\n\s*\};/ = ($1) {$2};/g;

# an initializer follows its declaration
$text =~ s/=\n\n\{/=\n{/g;

# what continues an initializer is indented once more than its declaration
my ($indent, $continues) = ('', 0);
for my $line (split /(?<=\n)/, $text)
{
	my ($tabs) = $line =~ /^(\t*)/;

	$indent = $tabs unless $continues;
	print "\t" if $continues and $tabs eq $indent;
	print $line;
	$continues = $line =~ /(?:[:?+=]|&&|\|\|)$/ &&
		($continues || $line =~ /^\t+\w[\w ]*[\t ]+\**\w+ = /);
}
