#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bench.sh BUILD [ROUNDS]: the CPU time that the wrapper costs, in one run with all commands in
# turn: against a program that only executes the runtime, in front of one that does nothing, and
# in front of real runc. Prints tables; nothing here passes or fails. As root, for runc.
set -euo pipefail

build=$(cd "$1" && pwd) rounds=${2:-300}
here=$(cd "$(dirname "$0")" && pwd)
wrapper=$build/shim/oci-confine-runtime exec_only=$build/tests/bench/exec_only
confine=$build/cli/oci-confine nothing=$build/tests/bench/nothing runc=$(command -v runc)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/bundle/rootfs/bin" "$work/bundle/rootfs/proc" "$work/merged"
cp "$nothing" "$work/bundle/rootfs/bin/sh"
"$here/make-config.sh" "$confine" > "$work/fresh.json"
# runc has nothing to mount but /proc
jq -c '.mounts |= map(select(.type == "proc"))' "$work/fresh.json" > "$work/runc.json"
cp "$work/fresh.json" "$work/merged/config.json"
"$confine" apply "$work/merged" > /dev/null
used=$work/bundle/config.json

# row WHAT MICROSECONDS BASE: with the ratio to the base
row() { awk -v w="$1" -v t="$2" -v b="$3" 'BEGIN { printf "  %-46s %9.1f %8.2f\n", w, t, t / b }'; }

mapfile -t t < <("$build/tests/bench/cpu_time" "$rounds" "$work/fresh.json" "$used" \
	"$exec_only" "$nothing" create --bundle "$work/bundle" x --- \
	"$wrapper" --oci-confine-runtime="$nothing" state x --- \
	"$wrapper" --oci-confine-runtime="$nothing" create --bundle "$work/merged" x --- \
	"$wrapper" --oci-confine-runtime="$nothing" create --bundle "$work/bundle" x)
[ ${#t[@]} = 4 ] || exit 1
echo "In front of a runtime that does nothing, config.json of $(stat -c %s "$work/fresh.json") bytes, median of $rounds:"
printf '  %-46s %9s %8s\n' '' 'us CPU' 'ratio'
row 'a program that only executes the runtime' "${t[0]}" "${t[0]}"
row 'a command that is not ours' "${t[1]}" "${t[0]}"
row 'create, config.json confined already' "${t[2]}" "${t[0]}"
row 'create, full merge and rewrite' "${t[3]}" "${t[0]}"

rounds=$((rounds / 10 + 1))
mapfile -t t < <("$build/tests/bench/cpu_time" "$rounds" "$work/runc.json" "$used" \
	"$runc" --root "$work/state" run --bundle "$work/bundle" bench --- \
	"$wrapper" --oci-confine-runtime="$runc" --root "$work/state" run --bundle "$work/bundle" bench)
[ ${#t[@]} = 2 ] || exit 1
echo "A whole container, median of $rounds:"
row 'runc run' "${t[0]}" "${t[0]}"
row 'oci-confine-runtime run' "${t[1]}" "${t[0]}"

echo "A filter for RuntimeDefault, CPU time of one, from the cache median of 1000:"
printf '  %-46s %9s\n' '' 'us CPU'
for arches in native three; do
	mapfile -t t < <("$build/tests/bench/filter_cost" "$work/filters" 1000 "$arches")
	[ ${#t[@]} = 2 ] || exit 1
	printf '  %-46s %9.1f\n' "$arches: compiled, checked and kept" "${t[0]}" "$arches: from the cache" "${t[1]}"
done
