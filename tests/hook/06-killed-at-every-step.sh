#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The hook, its keeper, the runtime or the container's init is killed at every single system call
# of the hook and of the keeper, before and after it; under real runtimes, which take longer, at
# every STRIDE-th. The workload makes a forbidden call first and leaves a byte in /witness if that
# was let through: it never does.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
find_runtimes
kill_step=$image_tools/hook-kill_step
exec 2>/dev/null # the shell says of every process that it was killed
mkdir "$work/witness"

# every_step VICTIM CLOCK: runs $attempt VICTIM CLOCK STOP until the clock comes to its end first. An attempt
# sets $rc to what became of the workload: 42 when it ran, confined.
every_step() {
	local victim=$1 clock=$2 stop confined=0 dead=0 bad=()
	for ((stop = first; stop < 2000; stop += stride)); do
		rm -f "$work/report" "$work/witness/"*
		"$attempt" "$victim" "$clock" "$stop"
		if [ -e "$work/witness/unconfined" ] || [ "$rc" = 66 ]; then
			bad+=("stop $stop: the workload ran unconfined")
		fi
		if [ "$rc" = 42 ]; then confined=$((confined + 1)); else dead=$((dead + 1)); fi
		for ((i = 0; i < 100; i++)); do
			[ -s "$work/report" ] && [ "$(keepers)" = 0 ] && break
			sleep 0.02
		done
		[ "$(keepers)" = 0 ] || bad+=("stop $stop: the keeper stays")
		[ "$(cat "$work/report")" = killed ] || break
	done
	if [ ${#bad[@]} -eq 0 ] && [ "$stop" -gt 20 ] && [ "$rc" = 42 ]; then
		ok "$title: $victim killed at each of $stop stops of the $clock: $dead times dead, $confined confined"
	else
		not_ok "$title: $victim killed at each of $stop stops of the $clock (rc $rc)" "${bad[@]}"
	fi
}

# --- under a runtime that is nothing else: quick, and it does not help ---
pretend_dir=$(runtime=runc bundle pretend)
ln -s "$work/witness" "$pretend_dir/witness"

pretended() {
	rc=$(cd "$pretend_dir" && env -i timeout 20 "$image_tools/hook-pretend" plain "$pretend_dir" \
		"$image_tools/hook-first" "$kill_step" "$@" "$work/report" "$hook" "--policy=$policy" \
		>/dev/null 2>&1; echo $?)
}
title="any runtime" attempt=pretended first=1 stride=1
pretended self keeper 100000 # keeps the filter: compiling it is not what is looked at here
for victim in self init runtime; do
	every_step "$victim" hook
	every_step "$victim" keeper
done

# --- under real ones ---
cp "$image_tools/hook-first" "$work/image/bin/"
contained() {
	dir=$(bundle step "$(runs hook-first) | $(hooked) |
		.hooks.createRuntime[0] |= {path: \$kill, args: ([\$kill] + \$step + [\$hook] + .args[1:])} |
		.mounts += [{destination: \"/witness\", type: \"bind\", source: \$witness, options: [\"bind\"]}]" \
		--arg kill "$kill_step" --arg hook "$hook" --arg witness "$work/witness" \
		--argjson step "$(jq -cn '$ARGS.positional' --args -- "$@" "$work/report")")
	rc=$(timeout 20 "$runtime_path" --root "$root" run --bundle "$dir" step </dev/null >/dev/null 2>&1
		echo $?)
	[ "$rc" = 42 ] || runtime_command delete --force step >/dev/null 2>&1
}
attempt=contained first=0
for path in "$(command -v runc)" "$(command -v crun)"; do
	use "$path"
	title=$version stride=${STRIDE:-9} first=$((first % stride + 1))
	every_step self keeper
	every_step init keeper
	every_step runtime keeper
done
finish
