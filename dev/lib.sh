# shellcheck shell=bash disable=SC2034 # variables for those who source this
# lib.sh: what the scripts of this tree share.  Sourced by them, never run.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Where what takes minutes to make is kept.  The server's user has to enter it,
# and root's home is closed to him.
cache=/var/cache/gainsight_fdw
[ "$(id -u)" -eq 0 ] || cache=${XDG_CACHE_HOME:-${HOME:-}/.cache}/gainsight_fdw

PG_CONFIG=${PG_CONFIG:-pg_config}

# The system's Python, for another one that is first on PATH may live in a
# home that the server's user cannot enter.
if [ -z "${PYTHON:-}" ]; then
	PYTHON=python3
	[ ! -x /usr/bin/python3 ] || PYTHON=/usr/bin/python3
fi
export PG_CONFIG PYTHON PYTHONDONTWRITEBYTECODE=1

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "$(basename "$0"): $*"
	exit 1
}

# counts_in FILE: the last line `N passed, N failed` of what tests have printed,
# which is text, whatever bytes are in it.
counts_in() {
	grep -aE '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -1
}

# In front of a command that root may not run: a server refuses to be root's.
server_user=()
[ "$(id -u)" -ne 0 ] || server_user=(runuser -u postgres --)

# A name for a folder of our own, for the caller to make when his trap knows
# it.  It is short, as sockets go there, and as root it is not in a TMPDIR that
# only root can enter.
scratch_name() {
	local base=${TMPDIR:-/tmp}

	if [ "$(id -u)" -eq 0 ] || [ ${#base} -gt 50 ]; then
		base=/tmp
	fi
	echo "$base/gs.$$.$RANDOM$RANDOM"
}

# run CMD...: CMD in the foreground, for the eyes of the user.
#
# Bash leaves a trap alone until the foreground command has ended, so CMD runs
# in the background, is awaited, and is handed each signal that we get.  With a
# terminal it stays in the terminal's process group, so that it may read from
# there; without one it leads its own, and its children hear the signal too.
running=
target=
run() {
	local child status

	running=yes
	if [ -t 0 ]; then
		# a shell starts background jobs with SIGINT ignored
		(trap - INT && exec "$@") <&0 &
		child=$! target=$!
	else
		set -m
		"$@" <&0 &
		set +m
		child=$! target=-$!
	fi
	# one that came before there was a target
	[ "$caught" -eq 0 ] || kill -s "$signal" -- "$target" 2>/dev/null || true
	while :; do
		wait "$child" && status=0 || status=$?
		kill -0 "$child" 2>/dev/null || break
	done
	# children of CMD's that did not heed it
	if [ "$caught" -ne 0 ] && [[ $target == -* ]]; then
		kill -s KILL -- "$target" 2>/dev/null || true
	fi
	running='' target=''
	return "$status"
}

# on_signals: from here on signals go to what run() runs, or end this script.
# The last one is kept in $caught, as the exit status that stands for it.
caught=0
on_signals() {
	trap 'on_signal HUP 129' HUP
	trap 'on_signal INT 130' INT
	trap 'on_signal TERM 143' TERM
}

on_signal() {
	signal=$1 caught=$2
	[ -n "$running" ] || exit "$caught"
	[ -z "$target" ] || kill -s "$signal" -- "$target" 2>/dev/null || true
}

# in_namespaces SCRIPT ARG...: SCRIPT inside FOLDER ARG..., where FOLDER is empty and
# its own, in namespaces of its own: with the first process there go all the others,
# and with them the mounts and what is in them.  Ends the caller.
in_namespaces() {
	local tool status

	for tool in apt-get dpkg-deb unshare; do
		command -v "$tool" >/dev/null || die "there is no $tool: this works on Debian only"
	done
	work=$(scratch_name)
	trap 'rmdir "$work" 2>/dev/null' EXIT
	on_signals
	mkdir -m 755 "$work"
	run unshare --mount --pid --fork --kill-child --mount-proc "$1" inside "$work" "${@:2}" \
		</dev/null && status=0 || status=$?
	[ "$caught" -eq 0 ] || status=$caught
	exit "$status"
}
