#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each system call of oci-confine-runtime and of containerd-shim-confine-v2 fails, in each way that
# it can, and each is the last one before a SIGKILL: the container starts confined or not at all,
# its config.json is the old or the new one, and one line says why. See every_call.c.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/faults/lib.sh
. "$(dirname "$0")/lib.sh"
require meson runc crun python3
enter "$@"
own_dev
export RECORD=$work/record
python3 - <<-'EOF' &
	import socket
	sink = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	sink.bind("/dev/log")
	while True:
	    sink.recv(65536)
EOF
until [ -S /dev/log ]; do sleep 0.02; done
runtime=runc

# --- under real runtimes: every second call has no memory, the others are the last ones ---
for runtime in runc crun; do
	confined=0 refused=0 bad=()
	for ((call = 1; call < 500; call++)); do
		fault=error:12
		[ $((call % 2)) = 0 ] || fault=after:self
		dir=$(bundle "real$call" "$(runs probe keyctl)")
		said=$("$inject" self "$call:$fault" "$work/report" "$wrapper" \
			"--oci-confine-runtime=$(command -v $runtime)" "--oci-confine-policy=$policy" \
			--root "$work/root-$runtime" run --bundle "$dir" "real$call" 2>&1 </dev/null)
		rc=$?
		# behind a warning, as when no filter could be made for crun
		if [ "${said##*$'\n'}" = "keyctl EPERM" ]; then
			confined=$((confined + 1))
		elif [ "$rc" = 0 ] || [ -n "$(bare state "real$call" 2>/dev/null)" ]; then
			bad+=("call $call, $fault: exit code $rc, '$said'")
		else
			refused=$((refused + 1))
		fi
		for ((i = 0; i < 100; i++)); do
			[ -e "$work/report" ] && break
			sleep 0.01
		done
		grep -q fired "$work/report" || break
		rm -f "$work/report"
	done
	if [ ${#bad[@]} -eq 0 ] && [ "$refused" -gt 8 ] && [ "$confined" -gt 2 ]; then
		ok "real $runtime: $refused times refused or killed, $confined times confined"
	else
		not_ok "real $runtime: $refused refused, $confined confined" "${bad[@]}"
	fi
done 2>/dev/null

runtime=runc
# whichever runtime is found is one of ours
for program in runc crun; do
	mount --bind "$recorder" "$(command -v "$program")" || missing "a bind mount"
done
mkdir -p "$work/root/ID" "$work/tmp" /etc/oci-confine/policy.d "$work/links"
cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
cat >/etc/oci-confine/policy.json <<-JSON
	{"log": true, "seccomp": {"profile-root": "$work/profiles", "precompiled": false},
	 "runtimes": ["$work/bin/crun"], "capabilities": {"drop": ["CAP_MKNOD"]}}
JSON
cp /etc/oci-confine/policy.json /etc/oci-confine/policy.d/tight.json
asks='.annotations = {"oci-confine.io/seccomp": "localhost/prevent-chmod.json"}'
common=(-r "$RECORD" -w oci-confine-runtime)
traced=("$inject" self @FAULT @REPORT)

# --- create: with the administrator's policy, a profile of the pod's, a line in the log ---
dir=$(bundle create "$asks")
scenario create "${common[@]}" -f "$dir/config.json" -d "$dir" -- \
	"${traced[@]}" "$wrapper" create --bundle "$dir" ID
"$wrapper" create --bundle "$dir" ID
scenario create-again "${common[@]}" -f "$dir/config.json" -d "$dir" -- \
	"${traced[@]}" "$wrapper" create --bundle "$dir" ID
ln -s "$wrapper" "$work/links/oci-confine-runtime-tight"
dir=$(bundle named "$asks")
scenario create-named "${common[@]}" -f "$dir/config.json" -d "$dir" -- \
	"${traced[@]}" "$work/links/oci-confine-runtime-tight" create --bundle "$dir" ID
# more than one piece of memory
dir=$(bundle large ".annotations.big = (\"x\" * 40000)")
scenario create-large "${common[@]}" -f "$dir/config.json" -d "$dir" -- \
	"${traced[@]}" "$wrapper" --systemd-cgroup create --bundle "$dir" ID

# --- create for crun, which gets its filter from the cache: or without, then it compiles it itself ---
dir=$(bundle compiled "$asks")
cp "$dir/config.json" "$work/original.json"
"$wrapper" create --bundle "$dir" ID
cp "$dir/config.json" "$work/uncompiled.json"
cp "$work/original.json" "$dir/config.json"
sed -i 's/"precompiled": false/"precompiled": true/' /etc/oci-confine/policy.json
"$wrapper" create --bundle "$dir" ID # makes it
isnt "crun is handed its filter" "$(sha256sum <"$dir/config.json")" "$(sha256sum <"$work/uncompiled.json")"
cp "$work/original.json" "$dir/config.json"
scenario create-compiled "${common[@]}" -f "$dir/config.json" -a "$work/uncompiled.json" -d "$dir" \
	-d /run/oci-confine/filters -- "${traced[@]}" "$wrapper" create --bundle "$dir" ID
sed -i 's/"precompiled": true/"precompiled": false/' /etc/oci-confine/policy.json

# --- refused: whatever fails on the way, it stays refused ---
dir=$(bundle bad '.annotations = {"oci-confine.io/seccomp": "localhost/none.json"}')
scenario refusal "${common[@]}" -f "$dir/config.json" -d "$dir" -- "${traced[@]}" \
	"$wrapper" --log "$work/log" --log-format json create --bundle "$dir" ID

# --- exec ---
process=$work/tmp/process.json
jq .process "$work/baseline.json" >"$process"
jq '.process.noNewPrivileges = true' "$work/baseline.json" >"$work/root/ID/config.json"
scenario exec-crun "${common[@]}" -f "$process" -d "$work/tmp" -- \
	"${traced[@]}" "$wrapper" --root "$work/root" exec --process "$process" ID
chosen=(--oci-confine-runtime="$work/bin/runc")
dir=$(bundle exec '.process.noNewPrivileges = true')
jq -n --arg bundle "$dir" '{init_process_pid: 1, init_process_start: 1,
	config: {labels: ["bundle=" + $bundle]}}' >"$work/root/ID/state.json"
scenario exec-runc "${common[@]}" -f "$process" -d "$work/tmp" -- "${traced[@]}" \
	"$wrapper" "${chosen[@]}" --root "$work/root" exec --process "$process" ID
"$wrapper" create --bundle "$dir" ID
scenario exec-words "${common[@]}" -f "$dir/config.json" -- "${traced[@]}" \
	"$wrapper" "${chosen[@]}" --root "$work/root" exec --cap CAP_CHOWN ID true

# --- a command that is not ours ---
scenario pass-on "${common[@]}" -- "${traced[@]}" "$wrapper" --root "$work/root" kill ID 9

# --- a kernel with AppArmor, which has all profiles: lists of our own stand for its files ---
mount -t tmpfs tmpfs /sys/module
mount -t tmpfs tmpfs /sys/kernel/security
mkdir -p /sys/module/apparmor/parameters /sys/kernel/security/apparmor
echo Y >/sys/module/apparmor/parameters/enabled
printf '%s (enforce)\n' unrelated oci-confine-default pods-own \
	>/sys/kernel/security/apparmor/profiles
dir=$(bundle labelled '.process.apparmorProfile = "pods-own"')
scenario create-apparmor "${common[@]}" -f "$dir/config.json" -d "$dir" -- \
	"${traced[@]}" "$wrapper" create --bundle "$dir" ID
is "and the label is a stack" "$("$wrapper" create --bundle "$dir" ID
	jq -r .process.apparmorProfile "$dir/config.json")" "oci-confine-default//&pods-own"
umount /sys/module /sys/kernel/security

# --- the shim's program, until the real shim takes over: installed, in a root of its own ---
root=$work/node
mkdir -p "$root"/{usr/bin,proc,tmp,bundle}
mount -t proc proc "$root/proc"
DESTDIR=$root meson install -C "$build" --no-rebuild --quiet >/dev/null || missing "meson install"
shim=$(cd "$root" && find . -name containerd-shim-confine-v2 | cut -c2-)
cp "$recorder" "$root/usr/bin/containerd-shim-runc-v2"
cp "$inject" "$root/inject"
RECORD=/tmp/record PATH=${shim%/*}:/usr/sbin:/usr/bin scenario shim -r "$root/tmp/record" \
	-w containerd-shim-confine-v2 -R "$root" -- /inject self @FAULT @REPORT \
	"$shim" -namespace k8s.io -address /run/s -publish-binary /usr/bin/containerd -id 0a1b start
list_is_used create create-compiled create-again create-named create-large refusal exec-crun exec-runc exec-words \
	pass-on create-apparmor shim
finish
