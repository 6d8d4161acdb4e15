#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What pods ask for by annotation and nodes by policy really holds inside: capabilities and
# no_new_privs as /proc/self/status shows them, seccomp as the calls themselves do.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

inside() { # CALL-OR-status...: in a bundle changed by $change, under $policy; sets $out and $rc
	local dir
	dir=$(bundle case "$(runs probe "$@") | $change")
	out=$(confined run --bundle "$dir" "case-$runtime" 2>&1)
	rc=$?
}

without() { # JQ-PROGRAM CALL...: the same without the wrapper
	local dir program=$1
	shift
	dir=$(bundle alone "$(runs probe "$@") | $program")
	out=$(bare run --bundle "$dir" "alone-$runtime" 2>&1)
}

policy_says() { # JSON
	jq -c --arg root "$work/profiles" '.seccomp["profile-root"] = $root' <<<"$1" >"$policy"
}

no_new_privs() {
	answer "$out" NoNewPrivs:
}

deny() { # FILE ERRNO CALL...
	local file=$work/profiles/$1 errno=$2
	shift 2
	mkdir -p "$(dirname "$file")"
	jq -cn --argjson errno "$errno" '{defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: $ARGS.positional, action: "SCMP_ACT_ERRNO", errnoRet: $errno}]}' \
		--args "$@" >"$file"
}

# a80425fb: the 14 of containerd. NET_RAW is bit 13, MKNOD 27, CHOWN 0, SYS_CHROOT 18.
name='.annotations["io.kubernetes.cri.container-name"] = "web" |
	.annotations["io.kubernetes.cri.container-type"] = "container"'
deny chmod.json 13 chmod fchmodat
deny more/mkdir.json 2 mkdir
deny umask.json 13 umask

# Every capability that there is here, as engines write for "privileged": those of their own.
bounding=$((16#$(awk '/^CapBnd/ { print $2 }' /proc/self/status)))
all=$(sed -n 's/^#define \(CAP_[A-Z_]*\)[[:space:]]*\([0-9]\{1,2\}\)$/\1 \2/p' \
	/usr/include/linux/capability.h | while read -r word number; do
		[ $((bounding >> number & 1)) = 0 ] || echo "$word"
	done | jq -Rsc 'split("\n") - [""]')

for runtime in runc crun; do
	policy_says '{}'
	ask='.annotations["oci-confine.io/drop-capabilities"] = "NET_RAW,CAP_MKNOD" |
		.annotations["oci-confine.io/no-new-privileges"] = "true" |
		.annotations["oci-confine.io/seccomp"] = "localhost/chmod.json"'
	without "$ask" status chmod
	is "$runtime alone: annotations drop nothing" "$(cap_sets "$out")" \
		"0 a80425fb a80425fb a80425fb 0"
	is "$runtime alone: annotations set no no_new_privs" "$(no_new_privs)" 0
	is "$runtime alone: annotations close nothing" "$(answer "$out" chmod)" ENOENT

	change=$ask
	inside status chmod fchmodat mkdir keyctl
	is "$runtime: dropped by annotation" "$(cap_sets "$out")" "0 a00405fb a00405fb a00405fb 0"
	is "$runtime: no_new_privs by annotation" "$(no_new_privs)" 1
	is "$runtime: one filter" "$(answer "$out" Seccomp:)/$(answer "$out" Seccomp_filters:)" 2/1
	is "$runtime: the requested profile closes" "$(answer "$out" chmod)" EACCES
	all_denied "$runtime: the requested profile closes, so does RuntimeDefault" "$out" chmod \
		fchmodat keyctl
	is "$runtime: what no profile closes works" "$(answer "$out" mkdir)" ENOENT

	change='.annotations["oci-confine.io/drop-capabilities"] = "ALL"'
	inside status chroot
	is "$runtime: ALL dropped" "$(cap_sets "$out")" "0 0 0 0 0"
	is "$runtime: RuntimeDefault is the one for the capabilities that are left" \
		"$(answer "$out" chroot)" EPERM
	change=.
	inside chroot
	is "$runtime: with SYS_CHROOT it allows chroot" "$(answer "$out" chroot)" EFAULT

	change="$name | "'.annotations["oci-confine.io/drop-capabilities"] = "ALL" |
		.annotations["oci-confine.io/drop-capabilities.web"] = "CHOWN" |
		.annotations["oci-confine.io/drop-capabilities.db"] = "NET_RAW" |
		.annotations["oci-confine.io/no-new-privileges.db"] = "true" |
		.annotations["oci-confine.io/seccomp.web"] = "localhost/more/mkdir.json" |
		.annotations["oci-confine.io/seccomp"] = "localhost/chmod.json"'
	inside status mkdir chmod
	is "$runtime: the container's own annotation counts" "$(cap_sets "$out")" \
		"0 a80425fa a80425fa a80425fa 0"
	is "$runtime: another container's does not" "$(no_new_privs)" 0
	is "$runtime: the container's own profile" "$(answer "$out" mkdir)" ENOENT
	is "$runtime: instead of the pod-wide one" "$(answer "$out" chmod)" ENOENT

	change='.annotations["oci-confine.io/seccomp"] = "localhost/chmod.json, localhost/umask.json" |
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls:
			[{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 13}]}'
	inside chmod mkdir umask getpid keyctl
	is "$runtime: two requested profiles, config.json's and RuntimeDefault hold together" \
		"$(tr '\n' ' ' <<<"$out")" \
		"chmod EACCES mkdir EACCES umask EACCES getpid ok keyctl EPERM "

	change='.annotations["io.kubernetes.container.name"] = "web" |
		.annotations["io.kubernetes.cri-o.ContainerType"] = "container" |
		.annotations["oci-confine.io/drop-capabilities.web"] = "CHOWN"'
	inside status
	is "$runtime: CRI-O's name for it" "$(cap_sets "$out")" "0 a80425fa a80425fa a80425fa 0"

	change="$name | "'.annotations["seccomp.security.alpha.kubernetes.io/pod"] = "localhost/umask.json"'
	inside umask chmod
	is "$runtime: the old pod annotation" "$(answer "$out" umask)$(answer "$out" chmod)" EACCESENOENT
	change="$change | "'.annotations["container.seccomp.security.alpha.kubernetes.io/web"] =
		"localhost/chmod.json"'
	inside umask chmod
	is "$runtime: the old container annotation" "$(answer "$out" umask)$(answer "$out" chmod)" okEACCES
	change='.annotations["seccomp.security.alpha.kubernetes.io/pod"] = "unconfined"'
	inside "${closed[@]}"
	all_denied "$runtime: the old word unconfined opens nothing" "$out" "${closed[@]}"

	policy_says '{"capabilities": {"drop": ["CAP_NET_RAW"], "limit": ["CAP_CHOWN", "CAP_NET_RAW",
		"CAP_SYS_ADMIN"]}, "no-new-privileges": true}'
	change='.process.capabilities |= (.inheritable = ["CAP_CHOWN", "CAP_KILL"] |
		.ambient = ["CAP_CHOWN", "CAP_KILL"])'
	inside status
	is "$runtime: dropped and limited by policy, in all five sets" "$(cap_sets "$out")" "1 1 1 1 1"
	is "$runtime: no_new_privs by policy" "$(no_new_privs)" 1
	change='.annotations["oci-confine.io/no-new-privileges"] = "false"'
	inside status
	is "$runtime: an annotation cannot take the policy's no_new_privs off" "$(no_new_privs)" 1

	policy_says '{"seccomp": {"baseline": "none"}}'
	change='.'
	inside keyctl
	is "$runtime: a policy may say baseline none" "$(answer "$out" keyctl)" ok
	cp "$work/profiles/chmod.json" "$work/baseline-chmod.json"
	policy_says '{"seccomp": {"baseline": "'"$work"'/baseline-chmod.json"}}'
	inside keyctl chmod
	is "$runtime: or a file" "$(answer "$out" keyctl)$(answer "$out" chmod)" okEACCES
	policy_says '{"seccomp": {"architectures": "native"}}'
	inside getpid i386-getpid keyctl
	is "$runtime: or the native architecture alone" "$(tr '\n' ' ' <<<"$out")" \
		"getpid ok i386-getpid killed keyctl EPERM "

	policy_says '{"unconfined": "refuse"}'
	inside getpid
	is "$runtime: a policy may refuse containers without profile" "$rc/$(answer "$out" getpid)" 2/
	policy_says '{}'
	privileged=".process.capabilities = {bounding: $all, effective: $all, permitted: $all} |
		del(.linux.maskedPaths)"
	change=$privileged
	inside status
	is "$runtime: privileged containers are refused" "$rc/$(answer "$out" CapBnd:)" 2/
	policy_says '{"privileged": "confine"}'
	inside status keyctl
	is "$runtime: or confined" "$rc/$(answer "$out" keyctl)" 0/EPERM
	policy_says '{"privileged": "pass"}'
	inside status keyctl
	is "$runtime: or left alone" "$rc/$(answer "$out" keyctl)" 0/ok

	# what asks for RuntimeDefault gets it, also where the node would let it go without
	for old in oci-confine.io/seccomp seccomp.security.alpha.kubernetes.io/pod; do
		policy_says '{"unconfined": "pass"}'
		change=.
		inside keyctl
		is "$runtime: the policy lets a container without profile go" "$(answer "$out" keyctl)" ok
		change=".annotations[\"$old\"] = \"runtime/default\""
		inside keyctl
		is "$runtime: not one that asks by $old" "$(answer "$out" keyctl)" EPERM
	done
	# a pod's pause container is not meant; but only its own engine's word says which that is
	policy_says '{}'
	change='.annotations["oci-confine.io/seccomp"] = "localhost/chmod.json" |
		.annotations["io.kubernetes.cri.container-type"] = "sandbox"'
	inside chmod keyctl
	is "$runtime: the pause container has RuntimeDefault alone" "$(tr '\n' ' ' <<<"$out")" \
		"chmod ENOENT keyctl EPERM "
	change='.annotations["oci-confine.io/seccomp"] = "localhost/chmod.json" |
		.annotations["io.kubernetes.cri.container-type"] = "container" |
		.annotations["io.kubernetes.cri-o.ContainerType"] = "sandbox"'
	inside chmod keyctl
	is "$runtime: a pod cannot say so in another engine's words" "$(tr '\n' ' ' <<<"$out")" \
		"chmod EACCES keyctl EPERM "
	change='.annotations["oci-confine.io/seccomp"] = "localhost/chmod.json" |
		.annotations["io.kubernetes.cri.container-type"] = "sandbox" |
		.annotations["io.kubernetes.cri-o.ContainerType"] = "container"'
	inside chmod keyctl
	is "$runtime: nor the other way round" "$(answer "$out" chmod | grep -v EACCES)" ""

	policy_says '{"exempt": {"engine": "containerd", "namespaces": ["kube-system"]}}'
	change='.annotations["io.kubernetes.cri.sandbox-namespace"] = "kube-system" |
		.annotations["oci-confine.io/drop-capabilities"] = "ALL"'
	inside status keyctl
	is "$runtime: an exempt namespace is left alone" "$(answer "$out" keyctl)$(answer "$out" CapBnd:)" \
		ok00000000a80425fb
	policy_says '{}'
	inside status keyctl
	is "$runtime: not without a word of the policy" "$(answer "$out" keyctl)$(answer "$out" CapBnd:)" \
		EPERM0000000000000000
done
finish
