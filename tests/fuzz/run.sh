#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes up inputs for the parsers and the merge, by libFuzzer under the address and undefined
# behaviour sanitizers. Needs clang; builds in build-fuzz.
#
#   tests/fuzz/run.sh TARGET|all SECONDS     each target for so many seconds of CPU
#   tests/fuzz/run.sh --keep TARGET|all      puts into corpus/ what covers most, at most 50 files
#   tests/fuzz/run.sh --list                 the targets
#
# What is found lies in build-fuzz/findings/TARGET; the fix's commit puts it into corpus/TARGET,
# which every test run replays (suite fuzz). Each run adds its line to record.tsv (table.sh).
# NICE says how nice, 19 without. The inputs of earlier runs are kept in build-fuzz/corpus and are where the next run begins.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$top/build-fuzz
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

die() { printf 'run.sh: %s\n' "$*" >&2; exit 1; }
targets() { (cd "$here" && ls fuzz_*.c) | sed 's/^fuzz_//; s/\.c$//'; }
usage() { sed -n '7,9s/^# *//p' "$0" >&2; exit 2; }

make_programs() {
	[ -e "$build/build.ninja" ] || CC=clang meson setup "$build" -Dfuzz=true -Dtests=enabled \
		-Db_sanitize=address,undefined -Db_lundef=false >"$build.log" ||
		{ tail -n 20 "$build.log" >&2; die "meson setup failed"; }
	rm -f "$build.log"
	# shellcheck disable=SC2046
	ninja -C "$build" --quiet $(targets | sed 's|^|tests/fuzz/fuzz_|')
}

# seconds of CPU that a process has had
cpu_of() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) / hz) }' "/proc/$1/stat"; }

# one TARGET SECONDS
one() {
	local target=$1 seconds=$2 log=$build/$1.log pid cpu=0 findings revision
	mkdir -p "$build/corpus/$target" "$build/findings/$target"
	rm -f "$log"
	nice -n "${NICE:-19}" "$build/tests/fuzz/fuzz_$target" -print_final_stats=1 -timeout=20 \
		-report_slow_units=20 -rss_limit_mb=2048 \
		-max_len=65536 -dict="$here/json.dict" -artifact_prefix="$build/findings/$target/" \
		"$build/corpus/$target" "$here/corpus/$target" >"$log" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		cpu=$(cpu_of "$pid" 2>/dev/null || echo "$cpu")
		# libFuzzer ends with its figures at SIGINT
		if [ "$cpu" -ge "$seconds" ]; then kill -INT "$pid" 2>/dev/null || true; break; fi
		sleep 1
	done
	wait "$pid" || true
	findings=$(find "$build/findings/$target" -type f | wc -l)
	revision=$(git -C "$top" rev-parse --short HEAD)
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$target" "$(date -u +%Y-%m-%d)" "$revision" "$cpu" \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
		"$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" \
		"$(sed -n 's/.* ft: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" \
		"$findings" | tee -a "$here/record.tsv"
	[ "$findings" = 0 ]
}

# keep TARGET: what covers most goes to corpus/, small files first, beside those that have a name
keep() {
	local target=$1 merged file count bytes size
	merged=$(mktemp -d)
	mkdir -p "$here/corpus/$target"
	"$build/tests/fuzz/fuzz_$target" -set_cover_merge=1 -max_len=65536 "$merged" \
		"$here/corpus/$target" "$build/corpus/$target" >"$build/$target.keep.log" 2>&1 ||
		die "cannot merge: $build/$target.keep.log"
	find "$here/corpus/$target" -type f -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
	count=$(find "$here/corpus/$target" -type f | wc -l)
	bytes=$(cat "$here/corpus/$target"/* 2>/dev/null | wc -c)
	while read -r size file; do
		count=$((count + 1)) bytes=$((bytes + size))
		if [ "$count" -gt 50 ] || [ "$bytes" -gt 100000 ]; then break; fi
		cp "$merged/$file" "$here/corpus/$target/$file"
	done < <(cd "$merged" && find . -type f -printf '%s %f\n' | sort -n)
	rm -rf "$merged"
}

case ${1:-} in
--list) targets; exit ;;
--keep) job=keep list=${2:-} ;;
*) job=one list=${1:-} ;;
esac
[ -n "$list" ] || usage
[ "$list" != all ] || list=$(targets)
make_programs
bad=0
for target in $list; do
	if [ "$job" = keep ]; then keep "$target"; else one "$target" "${2:?seconds}" || bad=1; fi
done
exit $bad
