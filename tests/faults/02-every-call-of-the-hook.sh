#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each system call of the hook and of the keeper that it leaves behind fails, in each way that it
# can; and the hook, the keeper, the runtime or the container's init is killed before and after
# it. Under real runtimes, which take longer, at some of the keeper's calls. The workload makes a
# forbidden call first and leaves a byte in /witness if that was let through: it never does.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/faults/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/hook/lib.sh
. "$faults/../hook/lib.sh"
require runc crun
enter "$@"
find_runtimes
own_dev
runtime=runc
# "all": every failure of every call, which takes ten minutes, and shows what is listed in vain
if [ "${1:-}" = all ]; then most=99 cold=1 step=1 stride=1; else most=2 cold=9 step=3 stride=37; fi

# --- under a runtime that is nothing else: quick, and it does not help ---
dir=$(bundle pretend)
mkdir "$dir/witness"
cd "$dir" || exit
filters=/run/oci-confine/filters
common=(-p 42 -b 100 -x "$dir/witness/unconfined" -w oci-confine-hook -d "$filters")
# pretended PROGRAM CLOCK: the command
pretended() {
	command=(/usr/bin/env -i "$image_tools/hook-pretend" plain "$dir" "$1"
		"$inject" "$2" @FAULT @REPORT "$hook" "--policy=$policy")
}
pretended "$image_tools/hook-first" self
scenario hook-cold "${common[@]}" -m 1 -s "$cold" -c "$filters" -o errors -- "${command[@]}"
"${command[@]/#@*/none}" >/dev/null 2>&1
scenario hook "${common[@]}" -k self,init,runtime -- "${command[@]}"
pretended "$image_tools/hook-first" keeper
scenario hook-keeper "${common[@]}" -m "$most" -s "$step" -q 137 -k self,init,runtime -- "${command[@]}"

# --- under real ones ---
cd "$work" || exit
mkdir "$work/witness"
cp "$image_tools/hook-first" "$work/image/bin/"
# contained FAULT: runs a container; $rc is its exit code
contained() {
	rm -f "$work/report"
	# shellcheck disable=SC2119 # no options of the hook's
	dir=$(bundle step "$(runs hook-first) | $(hooked) | .hooks.createRuntime[0] |= {path: \$inject,
			args: ([\$inject, \"keeper\", \$fault, \$report, \$hook] + .args[1:])} |
		.mounts += [{destination: \"/witness\", type: \"bind\", source: \$witness, options: [\"bind\"]}]" \
		--arg inject "$inject" --arg hook "$hook" --arg witness "$work/witness" \
		--arg fault "$1" --arg report "$work/report")
	timeout 20 "$runtime_path" --root "$root" run --bundle "$dir" step </dev/null >/dev/null 2>&1
	rc=$?
	[ "$rc" = 42 ] || runtime_command delete --force step >/dev/null 2>&1
	for ((i = 0; i < 500; i++)); do
		[ -e "$work/report" ] && break
		sleep 0.01
	done
}
first=0
for path in "$(command -v runc)" "$(command -v crun)"; do
	use "$path"
	for fault in error:3 error:1 before:self before:init before:runtime; do
		confined=0 dead=0 bad=()
		first=$((first % stride + 1))
		for ((call = first; call < 2000; call += stride)); do
			contained "$call:$fault"
			[ ! -s "$work/witness/unconfined" ] && [ "$rc" != 66 ] || bad+=("call $call: unconfined")
			if [ "$rc" = 42 ]; then confined=$((confined + 1)); else dead=$((dead + 1)); fi
			[ "$(keepers)" = 0 ] || bad+=("call $call: the keeper stays")
			grep -q fired "$work/report" || break
		done
		if [ ${#bad[@]} -eq 0 ] && [ "$call" -gt 60 ] && [ "$dead" -gt 0 ] && [ "$rc" = 42 ]; then
			ok "$version: $fault, every ${stride}th of $call calls: $dead times dead, $confined confined"
		else
			not_ok "$version: $fault, up to call $call (rc $rc, $dead dead)" "${bad[@]}"
		fi
	done
done 2>/dev/null # the shell says of each that it was killed
[ "$most" != 99 ] || list_is_used hook hook-cold hook-keeper
finish
