#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# valgrind's memcheck finds nothing: no value used that nobody set, no memory lost. Over the unit
# programs of the parsers, the merge, the rewrite and the filters, over what was fuzzed, over golden
# cases and over the command line on them. TAP. Arguments: SOURCE-ROOT BUILD-ROOT.
#
# Left out is what valgrind 3.19 cannot run (it answers ENOSYS to openat2(2) and pidfd_open(2), so
# that no profile beneath a root can be read and no other program run), and what takes minutes.
set -euo pipefail
export LC_ALL=C CK_FORK=no OCI_CONFINE_DATA=$1/confine/data
top=$1 programs=$2/tests/memcheck
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/said" "$work/jobs"

mkdir "$work/inputs"
# one JOB SAID: a job's first line has the statuses that are as they should be, then one word a line
cat >"$work/one" <<'END'
name=$(basename "$1")
mapfile -t words <"$1"
status=0
valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=99 \
	--child-silent-after-fork=yes "${words[@]:1}" <"${1%/jobs/*}/inputs/$name" >"$2/$name" 2>&1 ||
	status=$?
[[ " ${words[0]} " == *" $status "* ]] && ! grep -q '^==' "$2/$name" ||
	echo "it ended with $status" >>"$2/$name.failed"
END

# job NAME STATUSES INPUT WORD...
job() {
	local name=$1
	ln -s "$3" "$work/inputs/$name"
	printf '%s\n' "$2" "${@:4}" >"$work/jobs/$name"
}

for name in base_arena base_dir base_error base_fingerprint base_hash base_store base_text \
	spec_capability spec_container spec_hook_state spec_json spec_json_edit spec_json_guard \
	spec_runtime_state spec_seccomp_docker spec_seccomp_names spec_seccomp_profile \
	confine_apparmor confine_bundle confine_capabilities confine_constraints confine_decide \
	confine_host confine_memory confine_policy confine_request filter_get seccomp_anchor \
	seccomp_cube seccomp_merge seccomp_multiplex seccomp_ruleset seccomp_syscalls; do
	job "unit-$name" 0 /dev/null "$programs/memcheck-test_$name"
done
for corpus in "$top"/tests/fuzz/corpus/*; do
	name=$(basename "$corpus")
	job "replay-$name" 0 /dev/null "$programs/memcheck-replay_$name" "$corpus"
done
confine=$programs/memcheck-oci-confine
for dir in "$top"/tests/golden/*/; do
	name=$(basename "$dir")
	[ ! -e "$dir/profiles" ] || continue
	job "golden-$name" 0 /dev/null "$programs/memcheck-golden" "${dir%/}"
	# refused or not: this machine is not the case's
	cp "$dir/policy.json" "$work/$name.json" 2>/dev/null || echo '{}' >"$work/$name.json"
	job "filter-$name" "0 1 2 3" "$dir/config.json" "$confine" filter --policy "$work/$name.json"
done
profiles=("$top"/examples/profiles/*.json)
for profile in "${profiles[@]}"; do
	name=$(basename "$profile" .json)
	job "merge-$name" 0 /dev/null "$confine" merge --report runtime-default "$profile"
	job "lint-$name" "0 1" /dev/null "$confine" lint "$profile"
	job "diff-$name" "0 1" /dev/null "$confine" diff --json runtime-default "$profile"
	job "explain-$name" 0 /dev/null "$confine" explain "$profile" clone
done

find "$work/jobs" -type f -print0 | sort -z |
	xargs -0 -P "$(nproc)" -n 1 bash -c 'bash "$1" "$3" "$2"' bash "$work/one" "$work/said"
count=0 failed=0
for job in "$work"/jobs/*; do
	name=$(basename "$job")
	count=$((count + 1))
	if [ -e "$work/said/$name.failed" ]; then
		failed=1
		echo "not ok $count - $name"
		cat "$work/said/$name.failed" "$work/said/$name" | head -n 40 | sed 's/^/# /'
	else
		echo "ok $count - $name"
	fi
done
echo "1..$count"
exit "$failed"
