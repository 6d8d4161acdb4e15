#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# linux.seccomp.flags: no list is not an empty one, runc 1.1 refuses any flag, newer ones and
# crun take them. A pod is told why, and never starts with less.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

start() { # JQ-PROGRAM: runs a probe through the wrapper; sets $out and $rc
	local dir
	dir=$(bundle flags "$(runs probe chmod keyctl status) | $1")
	out=$(confined run --bundle "$dir" "flags-$runtime" 2>&1)
	rc=$?
}
alone() { # JQ-PROGRAM: the same without
	local dir
	dir=$(bundle alone "$(runs probe chmod keyctl) | $1")
	out=$(bare run --bundle "$dir" "alone-$runtime" 2>&1)
	rc=$?
}
profile() { # FLAGS: linux.seccomp that denies chmod
	printf '{"defaultAction":"SCMP_ACT_ALLOW","flags":%s,"syscalls":[{"names":["chmod"],"action":"SCMP_ACT_ERRNO","errnoRet":13}]}' "$1"
}

log='["SECCOMP_FILTER_FLAG_LOG"]'
profile "$log" >"$work/profiles/log.json"
as_localhost='.annotations["oci-confine.io/seccomp"] = "localhost/log.json"'
takes_flags=1
runtime=runc
alone ".linux.seccomp = $(profile "$log")"
if [[ $out == *"seccomp flags are not yet supported"* ]]; then takes_flags=0; fi
case $(runc --version | sed -n 's/^runc version //p') in
1.1.*) is "runc 1.1 takes no flags" "$takes_flags" 0 ;;
*) is "runc takes flags" "$takes_flags" 1 ;;
esac

for runtime in runc crun; do
	takes=$takes_flags
	[ "$runtime" = runc ] || takes=1
	for ask in ".linux.seccomp = $(profile "$log")" "$as_localhost"; do
		where="of config.json"
		[ "$ask" != "$as_localhost" ] || where="of a Localhost profile"
		start "$ask"
		like "$runtime: flags $where: a warning says who refuses them" "$out" \
			"a profile sets flags; runc before 1.2 refuses"
		if [ "$takes" = 1 ]; then
			is "$runtime: the container runs" "$rc" 0
			all_denied "$runtime: as the profile and RuntimeDefault say" "$out" chmod keyctl
		else
			isnt "$runtime: the container does not start" "$rc" 0
			is "$runtime: nothing of it ran" "$(answer "$out" chmod)" ""
			like "$runtime: its own words" "$out" "seccomp flags are not yet supported"
		fi
	done

	# the runtimes' own choice, said as they choose it: by saying nothing
	start ".linux.seccomp = $(profile '["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]')"
	is "$runtime: SPEC_ALLOW alone is no obstacle" "$rc" 0
	all_denied "$runtime: denied with SPEC_ALLOW" "$out" chmod keyctl
	start ".linux.seccomp = $(profile '[]')"
	is "$runtime: nor is an empty list" "$rc" 0
	all_denied "$runtime: denied with an empty list" "$out" chmod keyctl
	like "$runtime: which stays, and means the barrier against speculation" \
		"$(jq -c .linux.seccomp.flags "$work/b-flags/config.json")" '^\[\]$'
	is "$runtime: no warning without flags" "$(grep -c 'sets flags' <<<"$out")" 0
done
finish
