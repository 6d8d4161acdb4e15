#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The budget of the start path, in instructions (callgrind: the same on every machine), system
# calls and bytes. TAP. Wants WRAPPER, OCI_CONFINE, EXEC_ONLY and FILTER_COST in the environment.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0

# a runtime that cannot be executed: the last thing counted is the attempt
printf '\177ELF' > "$work/runtime"
chmod 755 "$work/runtime"
mkdir "$work/bundle"

# instructions COMMAND...: instructions until the exec that fails
instructions() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" > "$work/valgrind" 2>&1 || true
	sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work/valgrind"
}

# create ENV-COUNT: a full merge on a config.json of that size
create() {
	"$here/make-config.sh" "$OCI_CONFINE" "$1" > "$work/bundle/config.json"
	instructions "$WRAPPER" --oci-confine-runtime="$work/runtime" create --bundle "$work/bundle" x
}

size_of() { "$here/make-config.sh" "$OCI_CONFINE" "$1" | wc -c; }

# at_most WHAT VALUE LIMIT
at_most() {
	count=$((count + 1))
	if [ "$2" -le "$3" ]; then
		echo "ok $count - $1: $2, at most $3"
	else
		echo "not ok $count - $1: $2, more than $3"
		failed=1
	fi
}

small=$(create 70) small_bytes=$(size_of 70)
large=$(create 2000) large_bytes=$(size_of 2000)
huge=$(create 20000)
at_most "instructions, create, config.json of $small_bytes bytes" "$small" 1000000
at_most "instructions for each further byte, times 10" \
	"$(((large - small) * 10 / (large_bytes - small_bytes)))" 450
at_most "growth from 200 KB to 2 MB, times 10" "$((huge * 10 / large))" 105

other=$(instructions "$WRAPPER" --oci-confine-runtime="$work/runtime" state x)
bare=$(instructions "$EXEC_ONLY" "$work/runtime")
at_most "instructions, a command that is not ours, over exec alone" "$((other - bare))" 20000

"$here/make-config.sh" "$OCI_CONFINE" 30 > "$work/bundle/config.json"
calls=$(strace -f -o "$work/strace" "$WRAPPER" --oci-confine-runtime="$work/runtime" create \
	--bundle "$work/bundle" x 2> /dev/null || true
	grep -c '^[0-9]* *[a-z0-9_]*(' "$work/strace")
at_most "system calls, create" "$calls" 45
at_most "bytes of the stripped program" \
	"$(cp "$WRAPPER" "$work/stripped" && strip "$work/stripped" && stat -c %s "$work/stripped")" 1200000

# a compiled filter: made once, then read
"$FILTER_COST" "$work/filters" 0 three > /dev/null
one=$(instructions "$FILTER_COST" "$work/filters" 0 three)
many=$(instructions "$FILTER_COST" "$work/filters" 10 three)
at_most "instructions, a filter for three architectures from the cache" "$(((many - one) / 10))" 200000
echo "1..$count"
exit "$failed"
