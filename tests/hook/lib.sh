# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is for the scripts
#
# What the hook's tests share, on top of the end-to-end tests' library: the same namespaces and
# bundles, real runtimes that nobody changed, and config.json files with nothing of ours but the
# hook. The runtimes are the system's, and those of other Debian suites unpacked beside them.

. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"

hook=$build/hook/oci-confine-hook
image_tools=$build/tests/hook
unpacked=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/oci-confine-tests/hook-runtimes

# Paths of all runtimes, oldest first: runc 1.1.5, 1.1.15, 1.3.6; crun 1.8.1, 1.28.
runtime_paths=()

# unpack_once SUITE DIR PACKAGE...: ready to run, for all scripts together; whole, or not there.
unpack_once() {
	local suite=$1 dir=$2
	shift 2
	mkdir -p "$dir"
	(
		flock 9
		[ ! -e "$dir/.ready" ] || exit 0
		rm -rf "${dir:?}/usr" "$dir/.packages"
		"$here/../tools/unpack-debs" -r "$suite" "$dir" "$@" && touch "$dir/.ready"
	) 9>"$dir.lock" || missing "$* of $suite"
}

find_runtimes() {
	local suite program
	for suite in trixie sid; do
		unpack_once "$suite" "$unpacked/$suite" runc crun
	done
	for program in "$(command -v runc)" "$unpacked/trixie/usr/sbin/runc" "$unpacked/sid/usr/sbin/runc" \
		"$(command -v crun)" "$unpacked/sid/usr/bin/crun"; do
		[ -x "$program" ] || missing "$program"
		runtime_paths+=("$program")
	done
}

# Sets the runtime: $runtime_path, $runtime ("runc" or "crun"), $version ("runc 1.1.5").
use() { # PATH
	runtime_path=$1
	runtime=$(basename "$1")
	version="$runtime $("$1" --version | sed -n '1s/.* \([0-9.]*\).*/\1/p')"
	root=$work/root-${version// /-}
}

runtime_command() {
	"$runtime_path" --root "$root" "$@"
}

# A jq program that hangs our hook into a config.json, with options of its own.
hooked() { # [WORD...]
	jq -cn --arg hook "$hook" --arg policy "$policy" \
		'{createRuntime: [{path: $hook, args: (["oci-confine-hook", "--stage=createRuntime",
		"--policy=" + $policy] + $ARGS.positional)}]}' --args -- "$@" | sed 's/^/.hooks = /'
}

keepers() { # how many there are; in our pid namespace only ours
	pgrep -c -f '^oci-confine-keeper' || true
}

no_keeper() { # NAME: none is left, or goes within two seconds
	local i
	for ((i = 0; i < 40; i++)); do
		[ "$(keepers)" = 0 ] && break
		sleep 0.05
	done
	is "$1: no keeper stays" "$(keepers)" 0
}

state_of() { # ID
	runtime_command state "$1" 2>/dev/null | jq -r .status
}

until_state() { # STATUS ID
	local i
	for ((i = 0; i < 100; i++)); do
		[ "$(state_of "$2")" = "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

container_init() { # the host's pid of the container "wait"
	runtime_command state wait | jq .pid
}

gone() { # PID: it ends within two seconds, or is a zombie
	local i
	for ((i = 0; i < 40; i++)); do
		[ -e "/proc/$1" ] || return 0
		grep -q '^State:.Z' "/proc/$1/status" && return 0
		sleep 0.05
	done
	return 1
}
