#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A workload cannot see how it was confined, only that it is: registers, stack, argv, environ,
# auxv, signals, memory and what /proc/self says are those of the same container without the
# hook. Addresses are not randomized here, so that they can be compared.
. "$(dirname "$0")/lib.sh"
require runc crun setarch
enter "$@"
find_runtimes
cp "$image_tools/hook-view" "$work/image/bin/"

files=(/proc/self/maps /proc/self/status /proc/self/stat /proc/self/statm /proc/self/limits
	/proc/self/cmdline /proc/self/environ /proc/self/oom_score_adj /proc/self/sched
	/proc/self/coredump_filter /proc/self/timerslack_ns /proc/self/personality)

# What differs from run to run: times, faults, the machine's load. stat: minflt, majflt, utime,
# stime, starttime, rss (a fault more or less), processor, delays. SigQ counts all processes of
# the user. VmPTE: the page table of the memory that the filter was handed over in may stay. And
# what was to differ.
constant() {
	sed -E -e '/^(voluntary|nonvoluntary)_ctxt_switches|^se\.|^nr_|^sum_|^avg_|^\/proc\/self\/sched|^clock-delta/d' \
		-e '/^(Seccomp|Seccomp_filters|NoNewPrivs|SpeculationIndirectBranch|Speculation_Store_Bypass|Cpus_allowed|Mems_allowed)/d' \
		-e '/^(VmRSS|RssAnon|RssFile|VmHWM|VmPeak|Rss|VmPTE|SigQ)/d' \
		-e '/^[0-9.-]+ : |^(mm|policy|prio|sched|numa|current|total|dl|runtime|deadline)[^:]*:/d' "$1" |
		awk '/^1 \(hook-view\)/ { for (i = 10; i <= 15; i++) $i = "-"; $22 = $24 = $39 = $42 = "-" }
			/^[0-9]+ [0-9]+ [0-9]+ [0-9]+ 0 [0-9]+ 0$/ { $2 = $3 = "-" } { print }'
}

for path in "${runtime_paths[@]}"; do
	use "$path"
	for what in alone hooked; do
		hang=.
		[ "$what" = alone ] || hang=$(hooked)
		dir=$(bundle view "$(runs hook-view "${files[@]}") | $hang |
			.process.noNewPrivileges = true | .process.user.additionalGids = [7, 8]")
		# runc 1.3 sometimes hands on signals that are ignored where the tests run
		env --default-signal setarch -R "$runtime_path" --root "$root" run --bundle "$dir" view </dev/null >"$work/$what" 2>&1
	done
	check "$version: the view is whole" grep -q '^words below the stack: 0000000000000000' "$work/hooked"
	check "$version: with auxv and registers" grep -q '^auxv 0000000000000021' "$work/hooked"
	if diff <(constant "$work/alone") <(constant "$work/hooked") >"$work/diff"; then
		ok "$version: the same, $(constant "$work/hooked" | wc -l) lines"
	else
		not_ok "$version: the same" "$(cat "$work/diff")"
	fi
	rss() { awk '/^1 \(hook-view\)/ { print $24 }' "$1"; }
	is "$version: no page more in memory" "$(rss "$work/hooked")" "$(rss "$work/alone")"
done
finish
