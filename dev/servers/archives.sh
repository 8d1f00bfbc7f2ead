# shellcheck shell=bash
# archives.sh: where the packages of a suite of Debian or Ubuntu are had from.  Sourced
# by scripts that have sourced lib.sh, never run.

# distribution_of SUITE
distribution_of() {
	case $1 in
		noble) echo ubuntu ;;
		*) echo debian ;;
	esac
}

# mirror_of DISTRIBUTION: the one that this system takes its own packages from, where
# it is that distribution, else the distribution's own.
mirror_of() {
	local id codename

	read -r id codename < <(. /etc/os-release && echo "$ID ${VERSION_CODENAME:-}")
	if [ "$id" = "$1" ]; then
		# shellcheck disable=SC2016 # for apt-get to fill in
		apt-get indextargets --format '$(REPO_URI)' \
			"Codename: $codename" "Created-By: Packages" 2>/dev/null | sed 's|/*$||; q'
	elif [ "$1" = ubuntu ]; then
		echo http://archive.ubuntu.com/ubuntu
	else
		echo http://deb.debian.org/debian
	fi
}

# download_file URI FILE [SUM]
download_file() {
	/usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root -o Acquire::Retries=3 download-file "$@" >&2
}

# is_reached SUITE
is_reached() {
	local folder status

	folder=$(mktemp -d) || return
	download_file "$(mirror_of "$(distribution_of "$1")")/dists/$1/InRelease" "$folder/InRelease" \
		2>/dev/null && status=0 || status=$?
	rm -rf "$folder"
	return "$status"
}

# is_foreign SUITE: is it another distribution's than this system's?
is_foreign() {
	[ "$(distribution_of "$1")" != "$(. /etc/os-release && echo "$ID")" ]
}

# is_foreign_and_away SUITE: a machine may be allowed its own distribution's mirror
# alone.  What is another's is left out there, and said to be.
is_foreign_and_away() {
	is_foreign "$1" && ! is_reached "$1"
}

# The seconds in which a root's packages come, many times over.  An archive that is
# reached may still stall, package by package.
archive_patience=600

# is_foreign_and_slow SUITE STATUS: of what timeout has ended, with this status.
is_foreign_and_slow() {
	[ "$2" -eq 124 ] && is_foreign "$1"
}

# keyring_of DISTRIBUTION FOLDER: the file with the keys that its archive is signed
# with: a package's, or, of Ubuntu, for which Debian has none, one in FOLDER.
keyring_of() {
	local keyring=/usr/share/keyrings/$1-archive-keyring.gpg
	local package=pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb
	local sum=36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8

	if [ ! -e "$keyring" ] && [ "$1" = ubuntu ]; then
		download_file "$(mirror_of ubuntu)/$package" "$2/ubuntu-keyring.deb" "SHA256:$sum" &&
			dpkg-deb --fsys-tarfile "$2/ubuntu-keyring.deb" |
			tar -xOf - ".$keyring" >"$2/ubuntu-keyring.gpg" || return
		rm "$2/ubuntu-keyring.deb"
		keyring=$2/ubuntu-keyring.gpg
	fi
	echo "$keyring"
}

# sources_of SUITE [OPTION]...: its lines for apt, with what came after the release.
# Of Ubuntu, half of what is needed is in universe.
sources_of() {
	local distribution mirror options=${*:2}

	distribution=$(distribution_of "$1")
	mirror=$(mirror_of "$distribution")
	[ -n "$mirror" ] || die "apt-get knows no mirror of $distribution"
	if [ "$distribution" = ubuntu ]; then
		printf "deb ${options:+[$options] }$mirror %s main universe\n" "$1" "$1-updates"
	else
		printf "deb ${options:+[$options] }$mirror %s main\n" "$1"
	fi
}
