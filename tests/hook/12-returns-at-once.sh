#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The hook is over within 50 ms, also when the filter has to be made first, and nobody waits for
# the keeper: whoever reads the hook's output to its end is done while the keeper waits for a
# start that has not come. What a busy machine has for others meanwhile does not count, nor that it
# delays the one or other call: that none of several is in time is our fault.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
find_runtimes

limit=50000 # microseconds

# times COUNT TITLE BEFORE: creates a container COUNT times, BEFORE run before each; the quickest counts
times() {
	local count=$1 title=$2 before=$3 i kept=0 took
	rm -f "$work/report"
	for ((i = 0; i < count; i++)); do
		"$before"
		timeout 10 "$runtime_path" --root "$root" create --bundle "$dir" wait </dev/null >"$work/out" 2>&1
		[ "$(keepers)" = 1 ] && kept=$((kept + 1))
		runtime_command delete --force wait >/dev/null 2>&1
	done
	took=$(awk '{ print $1 - $2 }' "$work/report" | sort -n | head -n 1)
	is "$version, $title: $count of $count created, each with its keeper" \
		"$(wc -l <"$work/report") $kept" "$count $count"
	check "$version, $title: back in $took us, within $limit" test "$took" -le "$limit"
	echo "# took, waited for a processor, CPU time: $(sort -n "$work/report" | head -n 1)"
}

empty_cache() {
	rm -rf /run/oci-confine
}

for path in "${runtime_paths[@]}"; do
	use "$path"
	dir=$(bundle wait "$(runs sleep 100) | $(hooked) | .hooks.createRuntime[0] |=
		{path: \$timed, args: ([\$timed, \$report, \$hook] + .args[1:])}" \
		--arg timed "$image_tools/hook-timed" --arg report "$work/report" --arg hook "$hook")
	times 4 "filter not made yet" empty_cache
	times 4 "filter in the cache" true
	no_keeper "$version"
done
finish
