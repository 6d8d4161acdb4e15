#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# inspect under every runtime and its libseccomp: a container started through the wrapper is held to
# its decision, whatever program that runtime makes of the profile (binary trees, ENOSYS stubs, calls
# that our libseccomp does not know), and one that was started past us is not.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

require
enter "$@"
find_runtimes

all_arches='"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]'
declare -A profiles=(
	[none]='.'
	[localhost]=".linux.seccomp = {\"defaultAction\": \"SCMP_ACT_ALLOW\", $all_arches,
		\"syscalls\": [{\"names\": [\"chmod\"], \"action\": \"SCMP_ACT_ERRNO\"}]}"
	[arguments]=".linux.seccomp = {\"defaultAction\": \"SCMP_ACT_ALLOW\", $all_arches, \"syscalls\": [
		{\"names\": [\"personality\"], \"action\": \"SCMP_ACT_KILL_PROCESS\",
		 \"args\": [{\"index\": 0, \"value\": 8, \"op\": \"SCMP_CMP_EQ\"}]},
		{\"names\": [\"setpriority\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 13,
		 \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_GE\"}]}]}"
	[native]='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["chmod"], "action": "SCMP_ACT_ERRNO"}]}'
)

for path in "${runtime_paths[@]}"; do
	use "$path"
	for name in "${!profiles[@]}"; do
		dir=$(bundle "$name" "$(runs sleep 1000) | ${profiles[$name]}")
		cp "$dir/config.json" "$work/untouched.json"
		"$wrapper" --oci-confine-runtime="$path" --oci-confine-policy="$policy" --root "$root" \
			run --detach --bundle "$dir" "$name" </dev/null >"$work/said" 2>&1
		said=$("$cli" inspect --root "$root" --policy "$policy" "$name" 2>&1)
		is "$version, $name: started through us it is held" "$(tail -n 1 <<<"$said" | cut -d, -f1)" \
			"held to the decision"
		runtime_command delete --force "$name" >/dev/null 2>&1

		cp "$work/untouched.json" "$dir/config.json"
		runtime_command run --detach --bundle "$dir" "$name" </dev/null >"$work/said" 2>&1
		said=$("$cli" inspect --root "$root" --policy "$policy" "$name" 2>&1)
		like "$version, $name: started past us it is not" "$said" 'not held to the decision'
		runtime_command delete --force "$name" >/dev/null 2>&1
	done
done
finish
