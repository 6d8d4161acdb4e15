#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# filters.sh BUILD: what a merged filter costs against its inputs'
# own, one on the other. Prints a table; nothing here passes or fails.
set -euo pipefail

build=$(cd "$1" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
confine=$build/cli/oci-confine cost=$build/tests/bench/merged_cost
for tool in jq valgrind; do
	command -v "$tool" > /dev/null || { echo "needs $tool"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
arches='"architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"]'

instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 > /dev/null |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
# row NAME < PROFILE: RuntimeDefault and this one
row() {
	cat > "$work/input.json"
	"$confine" defaults > "$work/default.json"
	"$confine" merge "$work/default.json" "$work/input.json" > "$work/merged.json" 2> /dev/null
	printf '| %s | %s | %s |\n' "$1" \
		"$("$cost" "$work/merged.json" "$work/default.json" "$work/input.json")" \
		"$(instructions "$confine" merge runtime-default "$work/input.json")"
}
echo "| RuntimeDefault and | BPF instructions | getppid, ns: none / stacked / merged | personality | socket, refused | instructions of the merge |"
echo "|---|---|---|---|---|---|"
row "prevent-chmod" < "$top/examples/profiles/prevent-chmod.json"
row "prevent-chmod, three architectures" < <(jq -c ". + {$arches}" "$top/examples/profiles/prevent-chmod.json")
row "containerd 1.7's" < <("$confine" defaults 1.7)
row "denied arguments, x86_64" < <(printf '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["socket"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":16,"op":"SCMP_CMP_EQ"}]},{"names":["prctl"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":22,"op":"SCMP_CMP_EQ"}]},{"names":["ioctl"],"action":"SCMP_ACT_ERRNO","args":[{"index":1,"value":4294967295,"valueTwo":21522,"op":"SCMP_CMP_MASKED_EQ"}]}]}')
