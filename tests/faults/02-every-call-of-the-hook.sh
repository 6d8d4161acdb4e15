#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each system call of the hook and of the keeper that it leaves behind fails, in each way that it
# can; and the hook, the keeper, the runtime or the container's init is killed before and after
# it. Under real runtimes, which take longer, at some of the keeper's calls. The workload makes a
# forbidden call first and leaves a byte in /witness if that was let through: it never does.
# Then the same for the hook that looks afterwards (poststart): what it cannot look at it kills.
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

# --- poststart: a workload that is confined lives, or is killed when it could not be looked at ---
"${command[@]/#@*/none}" >/dev/null 2>&1
# attested CONFINING-HOOK...: the command; the runtime does nothing about a hook that fails
attested() {
	command=(/usr/bin/env -i "$image_tools/hook-pretend" answering "$dir" "$work/image/bin/cat" "$@"
		--then "$inject" self @FAULT @REPORT "$hook" --stage=poststart "--policy=$policy")
}
attested "$hook" "--policy=$policy"
scenario hook-attest -b 100 -w oci-confine-hook -m "$most" -s "$step" -k self,init,runtime -- "${command[@]}"
# nobody has confined it: it never lives
attested
scenario hook-attest-looser -p 200 -b 100 -w oci-confine-hook -m "$most" -s "$step" -k init -- "${command[@]}"

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

# --- and what they do when the hook at poststart fails, or is killed ---
# looked_at FAULT: a container of half a second; $rc is its exit code, $ran what it has written
looked_at() {
	rm -f "$work/report" "$work/witness/"*
	# shellcheck disable=SC2119 # no options of the hook's
	dir=$(bundle look "$(runs sh -c 'sleep 0.4; probe keyctl >/witness/late') | $(hooked) |
		.hooks.poststart = [.hooks.createRuntime[0] | {path: \$inject, args: ([\$inject, \"self\", \$fault,
			\$report, .path, \"--stage=poststart\"] + .args[2:])}] |
		.mounts += [{destination: \"/witness\", type: \"bind\", source: \$witness, options: [\"bind\"]}]" \
		--arg inject "$inject" --arg witness "$work/witness" --arg fault "$1" --arg report "$work/report")
	timeout 20 "$runtime_path" --root "$root" run --bundle "$dir" look </dev/null >/dev/null 2>&1
	rc=$?
	ran=$(cat "$work/witness/late" 2>/dev/null)
	runtime_command delete --force look >/dev/null 2>&1
	for ((i = 0; i < 500; i++)); do
		[ -e "$work/report" ] && break
		sleep 0.01
	done
}
for path in "${runtime_paths[@]}"; do
	use "$path"
	looked_at none
	is "$version, poststart: it lives" "$rc $ran" "0 keyctl EPERM"
	looked_at 20:error:5
	is "$version, poststart fails: the container is killed" "$ran" ""
	isnt "$version, poststart fails: the start does, or the container ends with a signal" "$rc" 0
	looked_at 20:before:self
	case $version in
	"crun 1.8.1") is "$version, poststart killed: nobody has looked, it is confined as before" "$ran" "keyctl EPERM" ;;
	*) is "$version, poststart killed: so is the container" "$ran" "" ;;
	esac
done 2>/dev/null # the shell says of each that it was killed
[ "$most" != 99 ] || list_is_used hook hook-cold hook-keeper hook-attest hook-attest-looser
finish
