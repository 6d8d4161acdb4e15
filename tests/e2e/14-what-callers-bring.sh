#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What surrounds a start that is sound in itself: an environment that would lead a program astray,
# programs planted in PATH, user namespaces, and calls that go round the others (io_uring).
. "$(dirname "$0")/lib.sh"
require runc crun readelf
enter "$@"

# --- the loader's variables: there is no loader (but for a build with sanitizers) ---
loaderless() {
	local program said dir
	for program in "$wrapper" "$build/shim/containerd-shim-confine-v2" "$build/hook/oci-confine-hook" \
		"$build/shim/oci-confine-filter"; do
		is "${program##*/} asks for no loader and no library" \
			"$(readelf -ld "$program" 2>&1 | grep -E 'INTERP|NEEDED')" ""
	done
	dir=$(bundle loader .)
	said=$(RECORD=$work/record LD_PRELOAD=/nowhere.so LD_AUDIT=/nowhere.so LD_LIBRARY_PATH=$work LD_DEBUG=all \
		"$wrapper" "--oci-confine-runtime=$recorder" "--oci-confine-policy=$policy" \
		create --bundle "$dir" x 2>&1 </dev/null)
	is "LD_*: nobody heeds them" "$? $said" "0 "
	is "LD_*: config.json is rewritten" \
		"$(jq 'has("linux") and (.linux | has("seccomp"))' "$dir/config.json")" true
}
[[ $("$wrapper" --oci-confine-version) == *sanitizers* ]] || loaderless

# --- programs planted in PATH, and where nothing else is ---
mkdir "$work/planted" "$work/empty"
for name in runc crun apparmor_parser sh; do
	printf '#!/bin/sh\ntouch %s/ran\n' "$work/planted" >"$work/planted/$name"
	chmod 755 "$work/planted/$name"
done
for path in "$work/planted" "$work/empty" "" .; do
	dir=$(bundle path "$(runs probe keyctl getpid)")
	out=$(cd "$work/planted" && env -i "PATH=$path" "$wrapper" --root "$work/root-path" run --bundle "$dir" path 2>&1 </dev/null)
	is "PATH='${path##*/}': the runtime is the policy's" "$out" $'keyctl EPERM\ngetpid ok'
done
is "nothing that was planted ran" "$(ls "$work/planted/ran" 2>/dev/null)" ""

# --- in a user namespace, and through io_uring ---
userns='.linux.namespaces += [{type: "user"}] | .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
	| .linux.uidMappings = .linux.gidMappings'
allow_all='.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
	"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], "syscalls": []}'
chmod 755 "$work" "$work/image"
for runtime in runc crun; do
	dir=$(bundle mapped "$(runs probe status "${closed[@]}" io_uring_setup getpid) | $userns | $allow_all |
		.annotations = {\"oci-confine.io/drop-capabilities\": \"NET_RAW,MKNOD\"}")
	out=$(confined run --bundle "$dir" mapped 2>&1 </dev/null)
	all_denied "$runtime: in a user namespace RuntimeDefault closes" "$out" "${closed[@]}"
	is "$runtime: in a user namespace capabilities are gone" "$(cap_sets "$out")" "0 a00405fb a00405fb a00405fb 0"
	dir=$(bundle ring "$(runs probe io_uring_setup getpid) | $allow_all")
	if [ "$(cat /proc/sys/kernel/io_uring_disabled 2>/dev/null || echo 0)" = 0 ]; then
		is "$runtime alone: io_uring, whose calls no filter sees, is open" \
			"$(answer "$(bare run --bundle "$dir" ring 2>&1 </dev/null)" io_uring_setup)" EFAULT
	fi
	is "$runtime: io_uring is closed" "$(confined run --bundle "$dir" ring 2>/dev/null </dev/null)" \
		$'io_uring_setup EPERM\ngetpid ok'
done
finish
