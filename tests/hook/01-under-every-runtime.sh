#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A stock config.json with nothing of ours but the hook, under runtimes that nobody changed: what
# the wrapper would have written into it holds all the same. Each part that the hook puts on is
# missing without it.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
find_runtimes

cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
deny_chmod='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": [
	{"names": ["chmod", "fchmodat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}'

# run JQ-PROGRAM [HOOK-WORD...]: sets $out to what the container printed, $rc
run() {
	local dir program=$1
	shift
	dir=$(bundle case "$(hooked "$@") | $program")
	out=$(runtime_command run --bundle "$dir" case 2>"$work/err" </dev/null)
	rc=$?
}

line() { # KEY: of the status that the container printed
	awk -v key="$1:" '$1 == key { print $2 }' <<<"$out"
}

for path in "${runtime_paths[@]}"; do
	use "$path"

	run "$(runs probe status "${closed[@]}" "${open[@]}" chmod mkdir)"
	is "$version, no profile: the container runs" "$rc" 0
	all_denied "$version, no profile: RuntimeDefault closes" "$out" "${closed[@]}"
	none_denied "$version, no profile: the rest works" "$out" "${open[@]}" chmod mkdir
	is "$version, no profile: one filter, no_new_privs" \
		"$(line Seccomp_filters) $(line NoNewPrivs)" "1 1"

	run "$(runs probe status "${closed[@]}" "${open[@]}" chmod) | $deny_chmod"
	all_denied "$version, Localhost: RuntimeDefault closes all the same" "$out" "${closed[@]}"
	is "$version, Localhost: chmod keeps the profile's errno" "$(answer "$out" chmod)" EACCES
	none_denied "$version, Localhost: the rest works" "$out" "${open[@]}"
	is "$version, Localhost: ours is on top of the runtime's" "$(line Seccomp_filters)" 2

	run "$(runs probe status chmod umask) | .annotations = {
		\"oci-confine.io/seccomp\": \"localhost/prevent-chmod.json\",
		\"oci-confine.io/drop-capabilities\": \"NET_RAW,MKNOD\"}"
	isnt "$version, annotations: the profile they name closes chmod" "$(answer "$out" chmod)" ENOENT
	is "$version, annotations: the rest works" "$(answer "$out" umask)" ok
	is "$version, annotations: no capability of the five sets that they drop" \
		"$(cap_sets "$out")" "0 a00405fb a00405fb a00405fb 0"

	# CAP_SETPCAP is what narrowing the bounding set takes: a user other than root lacks it
	run "$(runs probe status keyctl) | .process.user = {uid: 1000, gid: 1000} |
		.process.capabilities.ambient = [\"CAP_NET_RAW\", \"CAP_KILL\"] |
		.process.capabilities.inheritable = [\"CAP_NET_RAW\", \"CAP_KILL\"] |
		.annotations = {\"oci-confine.io/drop-capabilities\": \"NET_RAW\"}"
	is "$version, user 1000: ambient capabilities are dropped" "$(cap_sets "$out" |
		cut -d' ' -f 1,2,3,5)" "20 20 20 20"
	is "$version, user 1000: no_new_privs holds what the bounding set cannot" \
		"$(line NoNewPrivs)" 1
	all_denied "$version, user 1000: RuntimeDefault closes" "$out" keyctl

	run "$(runs probe keyctl getpid) | .hooks = {prestart: .hooks.createRuntime}"
	is "$version: as a prestart hook" "$out" $'keyctl EPERM\ngetpid ok'

	run "$(runs probe keyctl) | .hooks.createRuntime[0].args |= map(select(startswith(\"--stage\") | not))"
	if [ "$runtime" = runc ]; then
		is "$version: without --stage the state says it" "$out" "keyctl EPERM"
	else
		is "$version: without --stage the state does not say it: refused" "$out" ""
	fi

	dir=$(bundle carried "$(runs probe status keyctl) | $(hooked)")
	"$cli" apply --policy "$policy" "$dir" >/dev/null
	out=$(runtime_command run --bundle "$dir" carried 2>&1 </dev/null)
	is "$version: a config.json that carries the decision: nothing more is put on" \
		"$(answer "$out" keyctl) $(line Seccomp_filters) $(line NoNewPrivs)" "EPERM 1 0"
	no_keeper "$version"
done
finish
