#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whatever profile config.json carries, or none: what RuntimeDefault closes stays closed, what the
# profile closes too, and everything else still works. Each case first shows that the runtime
# alone would leave it open.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

all=("${closed[@]}" "${open[@]}" chmod fchmodat fchmodat2 mkdir)
ordinary=(getpid fchmod ptrace socket-inet personality-query)

# A profile of a pod's owner, as CRI inlines it in place of RuntimeDefault.
deny_chmod='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": [
	{"names": ["chmod", "fchmodat", "fchmodat2"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13}]}'

both() { # JQ-PROGRAM CALL...: runs it bare and confined; sets $before and $after
	local dir program=$1
	shift
	dir=$(bundle case "$(runs probe "$@") | $program")
	before=$(bare run --bundle "$dir" "case-$runtime" 2>&1)
	after=$(confined run --bundle "$dir" "case-$runtime" 2>&1)
}

allowed=$("$cli" defaults | jq -c '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW") |
	.names[]] - ["umask", "socket", "socketcall"] + ["keyctl", "unshare", "bpf", "mount"] | unique')

containerd=$("$cli" defaults 1.7)

for runtime in runc crun; do
	both . "${all[@]}"
	none_denied "$runtime alone, no profile: all is open" "$before" "${all[@]}"
	all_denied "$runtime, no profile: RuntimeDefault closes" "$after" "${closed[@]}"
	none_denied "$runtime, no profile: the rest works" "$after" "${open[@]}" chmod fchmodat mkdir

	both '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW"}' "${closed[@]}"
	all_denied "$runtime, a profile that allows all: RuntimeDefault closes" "$after" "${closed[@]}"

	both "$deny_chmod" "${all[@]}"
	none_denied "$runtime alone: a Localhost profile replaces RuntimeDefault" "$before" \
		"${closed[@]}"
	is "$runtime alone: the Localhost profile closes chmod" "$(answer "$before" chmod)" EACCES
	all_denied "$runtime, Localhost: RuntimeDefault closes all the same" "$after" "${closed[@]}"
	is "$runtime, Localhost: chmod keeps the profile's errno" "$(answer "$after" chmod)" EACCES
	is "$runtime, Localhost: so does fchmodat" "$(answer "$after" fchmodat)" EACCES
	# libseccomp 2.5.4 does not know fchmodat2: no rule of the profile reaches the kernel
	isnt "$runtime, Localhost: fchmodat2, younger than this libseccomp, is closed too" \
		"$(answer "$after" fchmodat2)" ENOENT
	none_denied "$runtime, Localhost: the rest works" "$after" "${open[@]}" mkdir

	both '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": [
		{"names": ["mkdir"], "action": "SCMP_ACT_KILL_PROCESS"},
		{"names": ["keyctl"], "action": "SCMP_ACT_KILL_PROCESS"},
		{"names": ["bpf"], "action": "SCMP_ACT_LOG"},
		{"names": ["umask"], "action": "SCMP_ACT_LOG"}]}' \
		mkdir keyctl bpf umask "${ordinary[@]}"
	is "$runtime: KILL of the profile beats ALLOW" "$(answer "$after" mkdir)" killed
	is "$runtime: KILL of the profile beats ERRNO" "$(answer "$after" keyctl)" killed
	is "$runtime: ERRNO of RuntimeDefault beats LOG" "$(answer "$after" bpf)" EPERM
	is "$runtime: LOG lets the call through" "$(answer "$after" umask)" ok
	none_denied "$runtime: the rest works" "$after" "${ordinary[@]}"

	# containerd's own profile: "any family but 40", which a filter compares in 64 bits
	both ".linux.seccomp = $containerd" socket-vsock socket-vsock-high socket-vsock-sign socket-inet
	is "$runtime alone: containerd's RuntimeDefault closes AF_VSOCK" "$(answer "$before" socket-vsock)" EPERM
	none_denied "$runtime alone: with a bit in the upper half it is open" "$before" \
		socket-vsock-high socket-vsock-sign
	all_denied "$runtime: AF_VSOCK is closed whatever the upper half" "$after" socket-vsock \
		socket-vsock-high socket-vsock-sign
	is "$runtime: other families are open" "$(answer "$after" socket-inet)" ok

	# the kernel's other entries: a profile for one architecture kills calls of the others
	both '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
		"syscalls": []}' i386-getpid i386-keyctl x32-keyctl keyctl getpid
	is "$runtime alone: no i386 call under a profile for x86_64" \
		"$(answer "$before" i386-getpid)" killed
	all_denied "$runtime: neither when merged" "$after" i386-getpid i386-keyctl x32-keyctl keyctl
	is "$runtime: x86_64 works" "$(answer "$after" getpid)" ok

	# RuntimeDefault's own names, less and more
	both ".linux.seccomp = {\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [
		{\"names\": $allowed, \"action\": \"SCMP_ACT_ALLOW\"}]}" \
		getpid umask socket-inet keyctl unshare-user bpf mount
	none_denied "$runtime alone: an allow-list opens what it names" "$before" getpid keyctl \
		unshare-user bpf mount
	all_denied "$runtime alone: and nothing else" "$before" umask socket-inet
	all_denied "$runtime, allow-list: RuntimeDefault closes" "$after" keyctl unshare-user bpf mount
	all_denied "$runtime, allow-list: the profile closes" "$after" umask socket-inet
	is "$runtime, allow-list: what both allow works" "$(answer "$after" getpid)" ok
done
finish
