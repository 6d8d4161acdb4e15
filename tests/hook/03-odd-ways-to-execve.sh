#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What no real runtime does between the hook and the workload's execve, but one could, or the
# kernel, or somebody with kill(1): see pretend.c. Confined, or ended before an instruction ran.
. "$(dirname "$0")/lib.sh"
require runc crun
runtime=runc
enter "$@"

pretend=$image_tools/hook-pretend
dir=$(bundle pretend)
mkdir "$dir/witness"
cd "$dir" || exit 1

# pretended CASE PROGRAM [HOOK...]: sets $rc, $err
pretended() {
	local how=$1 program=$2
	shift 2
	rm -f witness/*
	env -i timeout 60 "$pretend" "$how" "$dir" "$image_tools/$program" "$@" >/dev/null 2>"$work/err"
	rc=$?
	err=$(cat "$work/err")
}

for how in plain old-thread new-thread many-threads failing-first stopped-first stopped-often \
	urged-often small-stack denying-filter killing-filter odd-signals; do
	[ "$how" = killing-filter ] || [ "$how" = denying-filter ] || {
		pretended "$how" hook-first
		is "$how: let through without the hook" "$rc $(ls witness)" "66 unconfined"
	}
	for program in hook-first hook-first-pie hook-first-i386; do
		pretended "$how" "$program" "$hook" "--policy=$policy"
		is "$how: $program is confined" "$rc $(ls witness) $err" "42  "
	done
done

pretended no-memory hook-first
is "no memory left: without the hook it runs" "$rc $(ls witness)" "66 unconfined"
for how in no-memory process; do
	pretended "$how" hook-first "$hook" "--policy=$policy"
	is "$how: killed before an instruction ran" "$rc $(ls witness)" "137 "
done
pretended killed hook-first "$hook" "--policy=$policy"
is "killed at once: it is dead" "$rc $(ls witness)" "137 "
pretended no-exec hook-first "$hook" "--policy=$policy"
is "no execve: it ends as it wants" "$rc" 7
pretended traced hook-first "$hook" "--policy=$policy"
is "traced already: refused" "$rc $(ls witness)" "103 "
like "traced already: the reason" "$err" \
	'^oci-confine-hook: pretend: cannot hold the container.s init \(it is traced already'
no_keeper "all of that"
finish
