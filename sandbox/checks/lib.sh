# shellcheck shell=bash disable=SC2034 # variables for those who source this
# lib.sh: what the checks in this folder share.  Sourced by them, never run.

checks=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=sandbox/lib.sh
. "$checks/../lib.sh"
top=$(cd "$checks/../.." && pwd)

# Where what takes minutes to make is kept.  The server's user has to enter it,
# and root's home is closed to him.
cache=/var/cache/gainsight_fdw
[ "$(id -u)" -eq 0 ] || cache=${XDG_CACHE_HOME:-$HOME/.cache}/gainsight_fdw
