#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What holds under each podman, with the conmon and the runtimes of its Debian: by --runtime and by
# hooks.d. Argument: the Debian SUITE. Nothing of podman's is installed but the system's own; the
# image is made here, vfs holds it, and the network is the host's.
# shellcheck source-path=SCRIPTDIR source=../hook/lib.sh
. "$(dirname "$0")/../hook/lib.sh"
# shellcheck source-path=SCRIPTDIR source=cells.sh
. "$(dirname "$0")/cells.sh"
suite=$1
require runc crun podman conmon
tree=$unpacked/podman-$suite
find_podman() {
	find_runtimes
	if [ "$suite" = bookworm ]; then
		podman=$(command -v podman) conmon=$(command -v conmon)
		programs=("$(command -v runc)" "$(command -v crun)")
		return
	fi
	unpack_once "$suite" "$tree" podman conmon netavark
	podman=$tree/usr/bin/podman conmon=$tree/usr/bin/conmon
	programs=("$unpacked/$suite/usr/sbin/runc" "$unpacked/$suite/usr/bin/crun")
}
[ -n "${E2E_WORK:-}" ] || find_podman
enter "$@"
find_podman
cells_begin "podman-$suite"

# podman knows by name which runtimes do without cgroups, and wants netavark to be somewhere; in a
# plain cgroup2 beside version 1 there is no pids controller
cat >"$work/containers.conf" <<CONF
[containers]
pids_limit = 0
[engine]
runtime_supports_nocgroup = ["crun", "$(basename "$wrapper")"]
helper_binaries_dir = ["/usr/lib/podman", "$tree/usr/lib/podman"]
CONF
export CONTAINERS_CONF=$work/containers.conf

# with RUNTIME HOOKS-DIR WORD...
with() {
	local program=$1 dir=$2
	shift 2
	"$podman" --root "$work/podman" --runroot "$work/podman-run" --tmpdir "$work/podman-tmp" \
		--storage-driver vfs --cgroup-manager cgroupfs --events-backend file \
		--conmon "$conmon" --runtime "$program" --hooks-dir "$dir" "$@" </dev/null
}
# crun raises RLIMIT_MEMLOCK for the devices' program, which takes CAP_SYS_RESOURCE
limits() {
	if [ "$runtime" = runc ]; then echo --cgroups=enabled; else echo --cgroups=disabled; fi
}
asks=(--security-opt seccomp=unconfined --annotation oci-confine.io/seccomp=localhost/prevent-chmod.json
	--annotation oci-confine.io/drop-capabilities=SYS_CHROOT --annotation oci-confine.io/no-new-privileges=true)
tries=(probe status "${closed[@]}" chmod getpid)

# facts OUTPUT: seccomp, CAP_SYS_CHROOT (18) in the bounding and effective set, no_new_privs
facts() {
	local sets
	sets=$(cap_sets "$1")
	read -r _ _ eff bnd _ <<<"$sets"
	echo "$(seccomp_of "$1") $((0x${bnd:-0} >> 18 & 1))$((0x${eff:-0} >> 18 & 1)) nnp=$(answer "$1" NoNewPrivs:)"
}

# life PROGRAM HOOKS-DIR: what the first process says, then an exec; sets $first and $second
life() {
	first=$(with "$1" "$2" run --rm --network host --ulimit host --log-driver none "$(limits)" "${asks[@]}" \
		probe "${tries[@]}" 2>"$work/err")
	with "$1" "$2" run --detach --name box --network host --ulimit host --log-driver none "$(limits)" \
		"${asks[@]}" probe sleep 1000 >"$work/said" 2>&1
	second=$(with "$1" "$2" exec box "${tries[@]}" 2>&1)
}

# refusal PROGRAM HOOKS-DIR NAME: that the user is told by whom and why
refusal() {
	local out
	out=$(with "$1" "$2" run --rm --network host --ulimit host --log-driver none "$(limits)" \
		--annotation oci-confine.io/nonsense=x probe probe getpid 2>&1) && echo "it started"
	[[ $out != *"getpid ok"* ]] || echo "it ran"
	[[ $out == *"$3"*oci-confine.io/nonsense* ]] || echo "not told: $out"
}

# The life of "box" behind the wrapper.
every_command() {
	local step steps=("kill box:exited")
	# without a cgroup nothing can be frozen
	[ "$(limits)" = --cgroups=disabled ] || steps=("pause box:paused" "unpause box:running" "${steps[@]}")
	for step in "${steps[@]}"; do
		read -ra words <<<"${step%:*}"
		with "$1" "$2" "${words[@]}" >/dev/null 2>&1 || echo "${words[0]} fails"
		[ "${words[0]}" != kill ] || with "$1" "$2" wait box >/dev/null 2>&1
		got=$(with "$1" "$2" inspect --format '{{.State.Status}}' box 2>&1)
		# podman 5 says so until it has cleaned up behind it, which it does on the side
		for ((waited = 0; waited < 50; waited++)); do
			[ "$got" = stopped ] || break
			sleep 0.1
			got=$(with "$1" "$2" inspect --format '{{.State.Status}}' box 2>&1)
		done
		[ "$got" = "${step#*:}" ] || echo "${words[0]}: $got"
	done
	with "$1" "$2" rm box >/dev/null 2>&1 || echo "rm fails"
	[ -z "$(with "$1" "$2" ps --all --quiet)" ] || echo "it is still there"
}

# attested PROGRAM: a container that nobody confined, at which the poststart hook looks
attested() {
	local dir=$work/attest
	mkdir -p "$dir"
	cp "$hooks/oci-confine-attest.json" "$dir"
	with "$1" "$dir" run --rm --network host --ulimit host --log-driver none "$(limits)" \
		--security-opt seccomp=unconfined probe sh -c 'sleep 1; echo late' >"$work/said" 2>&1
	if grep -q late "$work/said"; then echo lives; else echo ended; fi
}

hooks=$work/hooks.d none=$work/none
mkdir "$hooks" "$none"
cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
mkdir -p /etc/oci-confine
tar -C "$work/image" -cf "$work/image.tar" .
with "$(command -v runc)" "$none" import "$work/image.tar" probe:latest >"$work/said" 2>&1 ||
	missing "podman import: $(cat "$work/said")"
# a name of its own for the hook as it is installed
installed=/usr/local/bin
mount -t tmpfs tmpfs "$installed" || missing "a private $installed"
cp "$hook" "$wrapper" "$installed"
wrapper_installed=$installed/$(basename "$wrapper")

for program in "${programs[@]}"; do
	runtime=$(basename "$program")
	row "podman $suite" "$("$podman" --version | sed 's/.* //')"
	jq --arg runtime "$program" '.runtimes = [$runtime]' "$policy" >/etc/oci-confine/policy.json
	life "$wrapper_installed" "$none"
	seen start "$(facts "$first")" "confined 00 nnp=1"
	seen exec "$(facts "$second")" "confined 00 nnp=1"
	seen capabilities "$(facts "$first" | cut -d' ' -f2) $(facts "$second" | cut -d' ' -f2)" "00 00"
	seen no_new_privs "$(answer "$first" NoNewPrivs:) $(answer "$second" NoNewPrivs:)" "1 1"
	pid=$(with "$wrapper_installed" "$none" inspect --format '{{.State.Pid}}' box)
	seen inspect "$("$cli" inspect "$pid" 2>&1 | tail -n 1 | cut -d, -f1)" "held to the decision"
	seen "passes on" "$(every_command "$wrapper_installed" "$none")" ""
	seen error "$(refusal "$wrapper_installed" "$none" oci-confine)" ""

	"$cli" configure --runtime=podman "--config=$hooks" >/dev/null
	life "$program" "$hooks"
	seen hook "$(facts "$first")" "confined 00 nnp=1"
	seen configure "$(facts "$first")" "confined 00 nnp=1"
	seen "hook exec" "$(facts "$second")" "confined 00 nnp=1"
	every_command "$program" "$hooks" >/dev/null
	seen "hook error" "$(refusal "$program" "$hooks" oci-confine-hook)" ""
	seen attest "$(attested "$program")" ended
	"$cli" configure --runtime=podman "--config=$hooks" --uninstall >/dev/null
	no_keeper "podman, $runtime"
done
finish
