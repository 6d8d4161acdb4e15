#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Which lines of oci-spec/ and confine/ the tests reach: builds with gcc's --coverage in
# build-coverage, runs the suites (those that run programs of ours, without any given) and prints a
# Markdown table by directory. Ends with 1 where a line of tests/coverage/gates does not hold. As
# root; a quarter of an hour on two processors.
#
#   tests/coverage.sh [SUITE...]
#   tests/coverage.sh --table          once more what the last run reached
#   tests/coverage.sh --lines FILE     the lines of FILE that the last run did not reach
#
# Counters come from everywhere that our programs run: the keeper's (coverage/keeper.c) and those
# of the virtual machines, which AppArmor's lines need.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-coverage
cd "$top"
measure() { tests/coverage/measure.py "$build" "$@"; }

case ${1:-} in
--lines) measure --lines "${2:?FILE}"; exit ;;
--table) measure tests/coverage/gates; exit ;;
esac
[ $# -gt 0 ] || set -- unit golden property fuzz diff cli e2e hook vm

[ -e "$build/build.ninja" ] ||
	CC=gcc meson setup "$build" -Dtests=enabled -Dmusl=disabled -Db_coverage=true >/dev/null
ninja -C "$build" --quiet >&2
gcc -O1 -c tests/coverage/keeper.c -o "$build/keeper.o"
link=$(ninja -C "$build" -t commands hook/oci-confine-hook | tail -n 1)
(cd "$build" && bash -c "$link -Wl,--wrap=clone keeper.o") >&2

find "$build" -name '*.gcda' -delete
rm -rf "$build/machines"
mkdir "$build/machines"
failed=0
OCI_CONFINE_VM_OUT=$build/machines meson test -C "$build" --no-rebuild --no-suite bench \
	--timeout-multiplier 3 "${@/#/--suite=}" >&2 || failed=$?
[ "$failed" = 0 ] || echo "coverage.sh: tests failed; what they reached counts all the same" >&2

# gcov looks for what the compiler wrote beside the counters
for archive in "$build"/machines/*.tar; do
	[ -e "$archive" ] || continue
	tar -xf "$archive" -C "$build/machines" --one-top-level --wildcards '*.gcda'
done
find "$build/machines" -name '*.gcda' -printf '%P\n' | while IFS= read -r data; do
	notes=${data%.gcda}.gcno
	ln -s "$build/${notes#*/}" "$build/machines/$notes"
done
measure tests/coverage/gates
