#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# podman, with nothing changed but a file in hooks.d: examples/hooks.d, and the two ways in that
# podman has. runc and crun are the system's, the image is made here.
. "$(dirname "$0")/lib.sh"
require runc crun podman conmon
runtime=runc
enter "$@"
examples=$here/../../examples/hooks.d

podman_with() { # HOOKS-DIR WORD...
	local dir=$1 limits=--pids-limit=-1 # no pids controller in a plain cgroup2 beside version 1
	shift
	# crun raises RLIMIT_MEMLOCK for the devices' program, which takes CAP_SYS_RESOURCE
	[ "$runtime" = runc ] || limits=--cgroups=disabled
	podman --root "$work/podman" --runroot "$work/podman-run" --tmpdir "$work/podman-tmp" \
		--storage-driver vfs --cgroup-manager cgroupfs --events-backend file \
		--runtime "$(command -v "$runtime")" --hooks-dir "$dir" run --rm --network host \
		--ulimit host --log-driver none "$limits" "$@" </dev/null 2>"$work/err"
}

# hooks NAME EXAMPLE...: a hooks.d with these files, for the programs that were built
hooks() {
	local dir=$work/$1 name
	shift
	mkdir -p "$dir"
	for name; do
		jq --arg hook "$hook" --arg cli "$cli" --arg policy "$policy" '
			if .hook.args[1] == "filter" then .hook.path = $cli | .hook.args += ["--policy", $policy]
			else .hook.path = $hook | .hook.args += ["--policy=" + $policy] end' \
			"$examples/$name.json" >"$dir/$name.json"
	done
}
hooks none
hooks always oci-confine oci-confine-attest
hooks annotated oci-confine-on-annotation
hooks precreate oci-confine-precreate
hooks both oci-confine-precreate oci-confine oci-confine-attest
tar -C "$work/image" -c . | podman --root "$work/podman" --runroot "$work/podman-run" \
	--tmpdir "$work/podman-tmp" --storage-driver vfs import - probe:latest >/dev/null 2>&1 ||
	missing "podman import"

cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
asks=(--annotation oci-confine.io/seccomp=localhost/prevent-chmod.json
	--annotation oci-confine.io/drop-capabilities=SYS_CHROOT)
line() { awk -v key="$1:" '$1 == key { print $2 }' <<<"$out"; }

for runtime in runc crun; do
	out=$(podman_with "$work/none" --security-opt seccomp=unconfined "${asks[@]}" probe probe status keyctl chmod)
	is "podman, $runtime, no hook: open" "$(answer "$out" keyctl) $(answer "$out" chmod)" "ok ENOENT"
	for dir in always annotated precreate both; do
		out=$(podman_with "$work/$dir" --security-opt seccomp=unconfined "${asks[@]}" probe probe \
			status "${closed[@]}" "${open[@]}" chmod mkdir)
		all_denied "podman, $runtime, $dir: RuntimeDefault closes" "$out" "${closed[@]}"
		none_denied "podman, $runtime, $dir: the rest works" "$out" getpid ptrace socket-inet umask mkdir
		is "podman, $runtime, $dir: the profile of the annotation" \
			"$(is_denied "$(answer "$out" chmod)" && echo denied)" denied
		# 18 is CAP_SYS_CHROOT
		is "podman, $runtime, $dir: without CAP_SYS_CHROOT" \
			"$((0x$(line CapBnd) >> 18 & 1)) $((0x$(line CapEff) >> 18 & 1))" "0 0"
	done
	out=$(podman_with "$work/annotated" --security-opt seccomp=unconfined probe probe keyctl)
	is "podman, $runtime, annotated: one that does not ask is not touched" "$(answer "$out" keyctl)" ok
	out=$(podman_with "$work/always" --privileged probe probe keyctl)
	isnt "podman, $runtime, always: a privileged one does not start" "$?" 0
	is "podman, $runtime: nothing of it ran" "$out" ""
	no_keeper "podman, $runtime"
done

# --- oci-confine configure: the same files, where podman looks, for the programs as installed ---
configured=$work/etc/hooks.d
configure() { "$cli" configure "--config=$configured" "$@"; }
said=$(configure --runtime=podman --dry-run)
is "configure --dry-run: writes nothing" "$? $(ls "$work/etc" 2>/dev/null)" "0 "
installed=$(sed -n 's/.*"path": "\(.*\)",/\1/p' <<<"$said" | head -n 1)
like "configure --dry-run: says what" "$said" 'would write .*/oci-confine.json.*createRuntime.*oci-confine-attest'
mkdir -p "$(dirname "$installed")"
mount -t tmpfs tmpfs "$(dirname "$installed")"
configure --runtime=podman >/dev/null 2>"$work/err"
is "configure: not before the hook is installed" "$? $(ls "$work/etc" 2>/dev/null)" "3 "
cp "$hook" "$installed"
for engine in podman crio; do
	check "configure --runtime=$engine" configure "--runtime=$engine"
	check "configure --runtime=$engine, twice" configure "--runtime=$engine"
	for name in oci-confine oci-confine-attest; do
		is "$engine: $name.json is the example" \
			"$(jq -cS . "$configured/$name.json" | sed "s|$installed|/usr/local/bin/oci-confine-hook|")" \
			"$(jq -cS . "$examples/$name.json")"
	done
	is "$engine: nothing else is there" "$(ls -A "$configured")" $'oci-confine-attest.json\noci-confine.json'
	if [ "$engine" = podman ]; then
		for runtime in runc crun; do
			out=$(podman_with "$configured" --security-opt seccomp=unconfined probe probe keyctl getpid)
			is "podman, $runtime, configured: confined" "$out" $'keyctl EPERM\ngetpid ok'
		done
	fi
	echo '{}' >"$configured/other.json"
	check "configure --runtime=$engine --uninstall" configure "--runtime=$engine" --uninstall
	check "configure --runtime=$engine --uninstall, twice" configure "--runtime=$engine" --uninstall
	is "$engine: only ours is taken away" "$(ls -A "$configured")" other.json
	rm "$configured/other.json"
done
chmod 777 "$configured"
configure --runtime=podman >/dev/null 2>&1
is "configure: not where others can write" "$? $(ls -A "$configured")" "1 "
finish
