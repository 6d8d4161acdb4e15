#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hook.sh BUILD [ROUNDS]: the CPU time that the hook costs in a container's start, each process
# for itself (hook_cost.c): with a hook that does nothing, ours with the decision in config.json
# already, and ours with everything to put on and a warm filter cache. What the kernel takes to
# install the same filter for a process that puts it on itself has its own line: whoever confines
# pays that. Prints a table in Markdown; nothing here passes or fails. As root.
set -euo pipefail

build=$(cd "$1" && pwd) rounds=${2:-300}
here=$(cd "$(dirname "$0")" && pwd)
hook=$build/hook/oci-confine-hook nothing=$build/tests/bench/nothing confine=$build/cli/oci-confine
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/fresh" "$work/merged"
# a real runtime has dropped the capabilities when the keeper comes: it grants all that we have
caps=$(sed -n 's/^#define \(CAP_[A-Z_]*\)[ \t]*[0-9]*$/\1/p' /usr/include/linux/capability.h |
	jq -cnR '[inputs]')
"$here/make-config.sh" "$confine" |
	jq -c --argjson caps "$caps" '.process.capabilities |= map_values($caps) |
		.process.capabilities.ambient = [] | .process.capabilities.inheritable = [] |
		.linux.maskedPaths = ["/proc/kcore"] | .linux.resources = {}' >"$work/fresh/config.json"
cp "$work/fresh/config.json" "$work/merged/"
"$confine" apply "$work/merged" >/dev/null

"$build/tests/bench/hook_cost" "$rounds" "$nothing" "$work/fresh" "$nothing" --- \
	"$work/merged" "$hook" --- "$work/fresh" "$build/tests/bench/least_hook" --- \
	"$work/fresh" "$hook" >"$work/taken"

echo "A container's start without its runtime, config.json of $(stat -c %s "$work/fresh/config.json") bytes; CPU time in us,"
echo "median of $rounds. \"Keeper\": what the hook leaves behind until the workload's execve."
echo
awk 'function row(what, hook, keeper, init, base) {
		printf "| %s | %s | %s | %s | %d | %s |\n", what, hook, keeper, init, hook + keeper + init,
			base < 0 ? "" : sprintf("%+d", hook + keeper + init - base)
	}
	{ hook[NR] = $1; keeper[NR] = $2; init[NR] = $3; all[NR] = $1 + $2 + $3 }
	END {
		print "| start | hook | keeper | init | in all | more |"
		print "|---|---|---|---|---|---|"
		row("no hook", "", "", init[1], -1)
		row("a hook that does nothing", hook[3], "", init[3], all[3])
		row("ours, config.json carries the decision", hook[4], "", init[4], all[3])
		row("only the putting on: a filter that is ready, nothing read or decided", hook[5], keeper[5], init[5], all[3])
		row("ours, all is put on", hook[6], keeper[6], init[6], all[3])
		row("the kernel installing that filter, whoever puts it on", "", "", init[2] - init[1], -1)
		printf "| ours, all is put on, without that | | | | | %+d |\n", all[6] - all[3] - (init[2] - init[1])
	}' "$work/taken"
