#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# From a fresh clone to a confined container: installs what is missing (Debian 12), builds, and
# runs one real container twice under runc, first as Kubernetes would start it, then through
# oci-confine-runtime. Run as root; changes nothing but the packages and ./build.
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
build=${OCI_CONFINE_BUILD:-$top/build}
id=oci-confine-quickstart-$$

say() { printf '%s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "must run as root (containers, and packages)"

# --- 1. what is missing ---

packages=(gcc libc6-dev linux-libc-dev meson ninja-build pkg-config musl-tools libseccomp-dev
          libcap-ng-dev libyajl-dev libmd-dev libxxhash-dev libapparmor-dev apparmor runc
          busybox-static)
missing=()
for p in "${packages[@]}"; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
if [ ${#missing[@]} -gt 0 ]; then
	say "Installing: ${missing[*]}"
	{ apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y \
		--no-install-recommends "${missing[@]}"; } > /tmp/oci-confine-apt.log 2>&1 ||
		die "apt-get failed; see /tmp/oci-confine-apt.log"
fi

# --- 2. build ---

say "Building in ${build#"$top"/}"
[ -e "$build/build.ninja" ] || meson setup "$build" "$top" > /dev/null
meson compile -C "$build" > /dev/null || die "the build failed; run: meson compile -C $build"
runtime=$build/shim/oci-confine-runtime

# --- 3. a bundle as containerd writes it for a pod with the Localhost profile prevent-chmod ---

work=$(mktemp -d)
trap 'runc --root "$work/state" delete --force "$id" > /dev/null 2>&1 || true; rm -rf "$work"' EXIT
mkdir -p "$work"/bundle/rootfs/{bin,proc,dev,sys,tmp}
cp "$(command -v busybox)" "$work/bundle/rootfs/bin/busybox"
ln -s busybox "$work/bundle/rootfs/bin/sh"
gcc -D_GNU_SOURCE -static -O1 -o "$work/bundle/rootfs/bin/probe" "$top/examples/probe.c"

caps='"CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER","CAP_MKNOD","CAP_NET_RAW",
      "CAP_SETGID","CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE",
      "CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"'
cat > "$work/config.json" <<CONFIG
{
  "ociVersion": "1.0.2",
  "process": {
    "user": {"uid": 0, "gid": 0},
    "args": ["/bin/busybox", "sleep", "600"],
    "env": ["PATH=/bin"],
    "cwd": "/",
    "capabilities": {"bounding": [$caps], "effective": [$caps], "permitted": [$caps]}
  },
  "root": {"path": "rootfs"},
  "hostname": "quickstart",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}
  ],
  "annotations": {"oci-confine.io/drop-capabilities": "NET_RAW"},
  "linux": {
    "namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"},
                   {"type": "network"}],
    "maskedPaths": ["/proc/kcore", "/proc/keys"],
    "seccomp": $(cat "$top/examples/profiles/prevent-chmod.json")
  }
}
CONFIG
# what an exec asks for: all of the original capabilities
cat > "$work/process.json" <<PROCESS
{
  "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"], "cwd": "/",
  "args": ["/bin/probe", "status", "unshare-user", "chmod"],
  "capabilities": {"bounding": [$caps], "effective": [$caps], "permitted": [$caps]}
}
PROCESS

# --- 4. the same container under both ---

calls=(chmod fchmodat unshare-user clone-user keyctl add_key userfaultfd bpf perf_event_open mount
       setns socket-vsock socket-vsock-high)

# run_with RUNTIME... : starts the container, probes its confinement, then execs into it
run_with() {
	cp "$work/config.json" "$work/bundle/config.json"
	sed -i "s|\"/bin/busybox\", \"sleep\", \"600\"|\"/bin/probe\", \"status\", $(printf '"%s", ' "${calls[@]}")\"getpid\"|" \
		"$work/bundle/config.json"
	"$@" --root "$work/state" run --bundle "$work/bundle" "$id" < /dev/null

	cp "$work/config.json" "$work/bundle/config.json"
	cp "$work/process.json" "$work/exec.json"
	"$@" --root "$work/state" run --detach --bundle "$work/bundle" "$id" \
		< /dev/null > /dev/null 2>&1
	"$@" --root "$work/state" exec --process "$work/exec.json" "$id" < /dev/null |
		sed 's/^/exec /'
	"$@" --root "$work/state" delete --force "$id"
}

say "Running the container under runc, then through oci-confine-runtime"
run_with runc > "$work/bare"
run_with env OCI_CONFINE_RUNTIME="$(command -v runc)" "$runtime" > "$work/confined"

# --- 5. what came out ---

# cell FILE PREFIX NAME: "open" or "denied"; the probe's calls get EPERM from a filter alone
cell() {
	case $(sed -n "s/^$2$3 //p" "$1") in
	EPERM) echo denied ;;
	'') echo '?' ;;
	*) echo open ;;
	esac
}
caps_of() { sed -n "s/^$2CapBnd:[[:space:]]*//p" "$1"; }
has_net_raw() { if [ $((0x$1 >> 13 & 1)) = 1 ]; then echo 'has NET_RAW'; else echo 'no NET_RAW'; fi; }
row() { printf '  %-41s %-14s %s\n' "$@"; }

say
row '' 'runc alone' 'through oci-confine'
row "chmod (the pod's own profile denies it)" "$(cell "$work/bare" '' chmod)" "$(cell "$work/confined" '' chmod)"
for c in "${calls[@]:2}"; do
	row "$c" "$(cell "$work/bare" '' "$c")" "$(cell "$work/confined" '' "$c")"
done
row 'capabilities' "$(has_net_raw "$(caps_of "$work/bare" '')")" "$(has_net_raw "$(caps_of "$work/confined" '')")"
row 'exec: chmod' "$(cell "$work/bare" 'exec ' chmod)" "$(cell "$work/confined" 'exec ' chmod)"
row 'exec: unshare-user' "$(cell "$work/bare" 'exec ' unshare-user)" "$(cell "$work/confined" 'exec ' unshare-user)"
row 'exec: capabilities' "$(has_net_raw "$(caps_of "$work/bare" 'exec ')")" "$(has_net_raw "$(caps_of "$work/confined" 'exec ')")"
say
say "Same container, same profile. Under runc alone the Localhost profile replaced RuntimeDefault,"
say "so all it does not name is open; through oci-confine-runtime RuntimeDefault stays as the"
say "floor, and the capability that the pod gave up does not come back in an exec."

# the table is also the check: fail when it does not show what it is meant to
for c in unshare-user keyctl bpf; do
	[ "$(cell "$work/bare" '' $c)" = open ] || die "under runc alone $c should have been open"
	[ "$(cell "$work/confined" '' $c)" = denied ] || die "through oci-confine $c should be denied"
done
[ "$(cell "$work/confined" '' chmod)" = denied ] || die "chmod should be denied"
[ "$(cell "$work/confined" 'exec ' unshare-user)" = denied ] || die "unshare should be denied in exec"
[ "$(has_net_raw "$(caps_of "$work/confined" 'exec ')")" = 'no NET_RAW' ] || die "exec got NET_RAW back"
