#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hook.sh BUILD [ROUNDS]: the CPU time that the hook costs in a container's start, keeper included:
# a whole container under a runtime that is nothing else (tests/hook/pretend.c), with no hook, a
# hook that does nothing, ours with the decision in config.json already, and ours with everything
# to put on and a warm filter cache. Prints a table; nothing here passes or fails. As root.
set -euo pipefail

build=$(cd "$1" && pwd) rounds=${2:-300}
here=$(cd "$(dirname "$0")" && pwd)
hook=$build/hook/oci-confine-hook pretend=$build/tests/hook/hook-pretend
nothing=$build/tests/bench/nothing confine=$build/cli/oci-confine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/fresh" "$work/merged" "$work/witness"
# a real runtime has dropped the capabilities when the keeper comes: it grants all that we have
caps=$(sed -n 's/^#define \(CAP_[A-Z_]*\)[ \t]*[0-9]*$/\1/p' /usr/include/linux/capability.h |
	jq -cnR '[inputs]')
"$here/make-config.sh" "$confine" |
	jq --argjson caps "$caps" '.process.capabilities |= map_values($caps) |
		.process.capabilities.ambient = [] | .process.capabilities.inheritable = [] |
		.linux.maskedPaths = ["/proc/kcore"] | .linux.resources = {}' >"$work/fresh/config.json"
cp "$work/fresh/config.json" "$work/merged/"
"$confine" apply "$work/merged" >/dev/null
cd "$work"

# "reaping" waits for the keeper as well, so that its time counts.
mapfile -t t < <("$build/tests/bench/cpu_time" "$rounds" "$work/fresh/config.json" "$work/used" \
	"$pretend" reaping "$work/fresh" "$nothing" --- \
	"$pretend" reaping "$work/fresh" "$nothing" "$nothing" --- \
	"$pretend" reaping "$work/merged" "$nothing" "$hook" --- \
	"$pretend" reaping "$work/fresh" "$nothing" "$hook")
[ ${#t[@]} = 4 ] || exit 1
row() { awk -v w="$1" -v t="$2" -v b="$3" 'BEGIN { printf "  %-46s %9.1f %9.1f\n", w, t, t - b }'; }
echo "A start, config.json of $(stat -c %s "$work/fresh/config.json") bytes, median of $rounds:"
printf '  %-46s %9s %9s\n' '' 'us CPU' 'more'
row 'no hook' "${t[0]}" "${t[1]}"
row 'a hook that does nothing' "${t[1]}" "${t[1]}"
row 'ours, config.json carries the decision' "${t[2]}" "${t[1]}"
row 'ours, all is put on' "${t[3]}" "${t[1]}"
