#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# instructions.sh BUILD [--tap]: what a start costs, held against the limits in `gates` beside
# this script: instructions (callgrind: the same on every machine), system calls, memory, bytes.
# Prints the scoreboard's table; with --tap it is a test.
set -euo pipefail

build=$(cd "$1" && pwd) tap=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
confine=$build/cli/oci-confine wrapper=$build/shim/oci-confine-runtime
nothing=$build/tests/bench/nothing filter_cost=$build/tests/bench/filter_cost
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

for tool in valgrind strace; do
	command -v "$tool" > /dev/null || { echo "needs $tool"; exit 77; }
done

# result KEY VALUE: against its line in gates
result() {
	local limit what
	read -r limit what < <(sed -n "s/^$1 //p" "$here/gates")
	count=$((count + 1))
	if [ "$2" -gt "$limit" ]; then failed=1; fi
	if [ -n "$tap" ] && [ "$2" -le "$limit" ]; then
		echo "ok $count - $what: $2, at most $limit"
	elif [ -n "$tap" ]; then
		echo "not ok $count - $what: $2, more than $limit"
	else
		echo "| $what | $2 | $limit |"
	fi
}

# up_to FUNCTION COMMAND...: instructions until the function is entered first. With few variables,
# as an engine has it: the C library reads them all before main().
up_to() {
	local function=$1
	shift
	rm -f "$work"/callgrind*
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin XDG_RUNTIME_DIR=/run GOMAXPROCS=2 \
		TTRPC_ADDRESS=/run/containerd/containerd.sock.ttrpc \
		valgrind --tool=callgrind --dump-before="$function" \
		--callgrind-out-file="$work/callgrind" "$@" > "$work/valgrind" 2>&1 || true
	sed -n 's/^totals: //p' "$work/callgrind.1"
}

# a full merge on a config.json of so many variables: instructions until the runtime's execve
create() {
	"$here/make-config.sh" "$confine" "$1" > "$work/bundle/config.json"
	up_to execv "$wrapper" --oci-confine-runtime="$nothing" create --bundle "$work/bundle" x
}

# over_start WORD...: what the wrapper does with this command line, over what the C library does
# with it before the main() of a program that does nothing. Both have the same name and length.
over_start() {
	echo $(($(up_to execv "$work/ours/oci-confine-runtime" "$@") -
		$(up_to main "$work/none/oci-confine-runtime" "$@")))
}

# memory BYTES-OF-VARIABLES: the peak in KiB of a create, and the size of its config.json
memory() {
	"$here/make-config.sh" "$confine" "$1" > "$work/fresh.json"
	"$build/tests/bench/cost" 3 "$work/fresh.json" "$work/bundle/config.json" "$wrapper" \
		--oci-confine-runtime="$nothing" create --bundle "$work/bundle" x | cut -d' ' -f2
}

mkdir "$work/bundle" "$work/ours" "$work/none"
cp "$wrapper" "$work/ours/oci-confine-runtime"
cp "$nothing" "$work/none/oci-confine-runtime"
cp "$here/../../examples/policy.json" "$work/policy.json"
chmod 600 "$work/policy.json"
[ -n "$tap" ] || printf '| %s | %s | %s |\n|---|---|---|\n' 'a start' measured 'at most'

small=$(create 70) small_bytes=$(stat -c %s "$work/bundle/config.json")
large=$(create 2000) large_bytes=$(stat -c %s "$work/bundle/config.json")
huge=$(create 20000)
result create "$small"
result byte "$(((large - small + large_bytes - small_bytes - 1) / (large_bytes - small_bytes)))"
result growth "$((huge * 10 / large))"

engine=(--root "$work/state" --log "$work/log.json" --log-format json)
result passed "$(over_start --oci-confine-runtime="$nothing" state x)"
result containerd "$(over_start "${engine[@]}" delete --force x)"
result policy "$(over_start --oci-confine-policy="$work/policy.json" "${engine[@]}" delete --force x)"

"$here/make-config.sh" "$confine" 70 > "$work/bundle/config.json"
strace -f -o "$work/strace" "$wrapper" --oci-confine-runtime="$nothing" create \
	--bundle "$work/bundle" x
# the runtime's own are the last: from its execve on
result calls "$(grep '^[0-9]* *[a-z0-9_]*(' "$work/strace" |
	awk '/execve\(/ { if (seen++) exit } { n++ } END { print n + 1 }')"
result processes "$(cut -d' ' -f1 "$work/strace" | sort -u | wc -l)"
cp "$wrapper" "$work/stripped"
strip "$work/stripped"
result size "$(stat -c %s "$work/stripped")"
result memory "$(memory 70)"
huge_kib=$(memory 20000)
result memory_more "$((huge_kib - 3 * $(stat -c %s "$work/fresh.json") / 1024))"

# a compiled filter: made once, then read
"$filter_cost" "$work/filters" 0 three > /dev/null
one=$(up_to exit "$filter_cost" "$work/filters" 0 three)
many=$(up_to exit "$filter_cost" "$work/filters" 10 three)
result filter "$(((many - one) / 10))"
[ -z "$tap" ] || echo "1..$count"
exit "$failed"
