#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records the RuntimeDefault seccomp profile that real containerds write.
#
#   collect.sh OUTDIR [SUITE[/ARCH]...]      default: bookworm trixie sid
#
# For each Debian suite: unpacks its containerd and libc6 (nothing is installed),
# starts that containerd in a chroot with mount and pid namespaces of its own, runs
# `ctr run --seccomp` with one bounding set after another, and keeps the config.json
# that lands in the container's bundle. The OCI runtime is a recorder that copies the
# file and fails, so no container starts and cgroups do not matter; the bundle is
# written before the runtime is called. The profile depends on the kernel's version
# too, so everything is done twice, the second time with uname(2) saying 2.6.
#
# The profile is made by ctr, the client, and depends on the architecture ctr was built
# for. SUITE/ARCH (a Debian architecture, as in trixie/arm64) runs that ctr under
# qemu-user against the suite's native containerd: fewer cases, as it is slow, and the
# kernels on both sides of containerd's boundary, 4.7 and 4.8, as qemu can pretend.
#
# Result:  OUTDIR/VERSION/package-GOARCH      Debian package, suite, ctr --version
#          OUTDIR/VERSION/GOARCH/kernel-RELEASE/CASE.json     the config.json
#
# derive.py beside this file turns that into confine/data/runtime-default-*.json.
# With COLLECT_FEW set: only this kernel, and no capability, the default set, all, each alone.
# Needs root, Debian 12 or later on amd64, apt's lists (apt-get update), busybox-static.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
unpack_debs=$here/../tools/unpack-debs

# Every capability Linux has (0 to 40).
all_caps="CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER
SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE
SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP
MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF
CHECKPOINT_RESTORE"

# Those that gate system calls in some version: their combinations are tried too.
gate_caps="DAC_READ_SEARCH SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_PACCT SYS_PTRACE
SYS_RAWIO SYS_TIME SYS_TTY_CONFIG SYS_NICE SYSLOG BPF PERFMON"

die()
{
	echo "collect.sh: $*" >&2
	exit 1
}

# merge_usr DIR: /lib and /lib64, where a tree of a usr-merged suite has them in /usr.
merge_usr()
{
	local lib
	for lib in lib lib64; do
		[ -e "$1/$lib" ] || [ ! -e "$1/usr/$lib" ] || ln -s "usr/$lib" "$1/$lib"
	done
	# An absolute link would lead out of the tree that qemu looks in.
	for lib in "$1"/lib64/*; do
		case $(readlink "$lib") in
		/*) ln -sfn "..$(readlink "$lib")" "$lib" ;;
		esac
	done
}

# prepare ROOT: makes the unpacked tree something containerd can run in.
prepare()
{
	local root=$1
	merge_usr "$root"
	mkdir -p "$root"/{proc,dev,run,tmp,record,rootfs/bin,var/lib/containerd,etc/containerd}
	cp "$(command -v busybox)" "$root/rootfs/bin/busybox"
	cat >"$root/etc/containerd/config.toml" <<-'CONFIG'
		version = 2
		disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime",
		  "io.containerd.cri.v1.images", "io.containerd.nri.v1.nri"]
	CONFIG
	# The shim calls the runtime in the bundle; the container's id is the last word.
	cat >"$root/recorder" <<-'RECORDER'
		#!/rootfs/bin/busybox sh
		for word; do
			[ "$word" = create ] && create=yes
			id=$word
		done
		[ "$create" = yes ] || exit 0
		/rootfs/bin/busybox cp config.json "/record/$id.json"
		exit 1
	RECORDER
	chmod 755 "$root/recorder"
}

# ctr ROOT WORD...: runs the client; under qemu-user if $foreign names its folder.
ctr()
{
	local root=$1
	shift
	if [ -n "${foreign-}" ]; then
		chroot "$root" /qemu -L "/$foreign" "/$foreign/usr/bin/ctr" "$@"
	else
		chroot "$root" /usr/bin/ctr "$@"
	fi
}

# try ROOT CASE CAP...: one `ctr run` with exactly these capabilities.
try()
{
	local root=$1 id=$2 c
	local -a words=()
	shift 2
	for c in $all_caps; do
		case " $* " in
		*" $c "*) words+=(--cap-add "CAP_$c") ;;
		*) words+=(--cap-drop "CAP_$c") ;;
		esac
	done
	try_words "$root" "$id" "${words[@]}"
}

# try_words ROOT CASE WORD...: one `ctr run` with these options.
try_words()
{
	local root=$1 id=$2
	shift 2
	ctr "$root" run --detach --rootfs --runc-binary /recorder --seccomp \
		"$@" /rootfs "$id" /bin/busybox true >"$root/tmp/ctr.log" 2>&1 || true
	[ -s "$root/record/$id.json" ] || {
		cat "$root/tmp/ctr.log" >&2
		die "no config.json for $id"
	}
}

# record ROOT: the cases, in the namespaces that main() made.
record()
{
	local root=$1 c d i
	local -a rest
	export PATH=/usr/sbin:/usr/bin:/sbin:/bin
	mount --make-rprivate /
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	mount -t tmpfs tmpfs "$root/run"
	mount -t tmpfs tmpfs "$root/var/lib/containerd"
	chroot "$root" /usr/bin/containerd >"$root/tmp/containerd.log" 2>&1 &
	for ((i = 0; ; i++)); do
		chroot "$root" /usr/bin/ctr version >/dev/null 2>&1 && break
		[ $i -lt 50 ] || die "containerd does not answer: $root/tmp/containerd.log"
		sleep 0.2
	done

	try_words "$root" default
	try "$root" none
	# shellcheck disable=SC2086 # word splitting wanted
	try "$root" all $all_caps
	if [ -n "${foreign-}" ]; then
		for c in $gate_caps; do
			try "$root" "only-$c" "$c"
		done
		return
	fi
	for c in $all_caps; do
		try "$root" "only-$c" "$c"
		[ -n "${COLLECT_FEW-}" ] || try_words "$root" "default-and-$c" --cap-add "CAP_$c"
	done
	[ -z "${COLLECT_FEW-}" ] || return 0
	# Rules may depend on several capabilities at once: pairs, and all but one.
	for c in $gate_caps; do
		for d in $gate_caps; do
			[[ $c < $d ]] && try "$root" "pair-$c-$d" "$c" "$d"
		done
		rest=()
		for d in $all_caps; do
			[ "$c" = "$d" ] || rest+=("$d")
		done
		try "$root" "all-but-$c" "${rest[@]}"
	done
}

# go_arch ARCH: what Go calls a Debian architecture. qemu_arch ARCH: what qemu calls it.
go_arch()
{
	case $1 in
	i386) echo 386 ;;
	armel | armhf) echo arm ;;
	ppc64el) echo ppc64le ;;
	mips64el) echo mips64le ;;
	*) echo "$1" ;;
	esac
}

qemu_arch()
{
	case $1 in
	arm64) echo aarch64 ;;
	armel | armhf) echo arm ;;
	ppc64el) echo ppc64le ;;
	loong64) echo loongarch64 ;;
	*) echo "$1" ;;
	esac
}

# collect OUT SUITE ARCH: all that is to be had from one containerd and one ctr.
collect()
{
	local out=$1 suite=$2 arch=$3 goarch root unpacked version release
	local package deb_version deb_arch hash
	local base=$out/.unpacked
	root=$base/$suite
	goarch=$(go_arch "$arch")
	unpacked=$root
	[ -x "$root/usr/bin/ctr" ] || "$unpack_debs" "$suite" "$root" libc6 containerd
	prepare "$root"
	unset foreign
	if [ "$arch" != amd64 ]; then
		[ -d "$base/qemu/usr/bin" ] ||
			"$unpack_debs" bookworm "$base/qemu" qemu-user-static
		unpacked=$root/$arch
		[ -x "$unpacked/usr/bin/ctr" ] ||
			"$unpack_debs" "$suite/$arch" "$unpacked" libc6 containerd
		merge_usr "$unpacked"
		cp "$base/qemu/usr/bin/qemu-$(qemu_arch "$arch")-static" "$root/qemu"
		export foreign=$arch
	fi
	version=$(ctr "$root" --version | sed 's/.* \([0-9]*\.[0-9]*\.[0-9]*\).*/\1/')
	[ -n "$version" ] || die "cannot tell the version of ctr in $suite/$arch"
	rm -rf "${out:?}/$version/$goarch"
	mkdir -p "$out/$version/$goarch"
	{
		read -r package deb_version deb_arch _ hash < \
			<(grep '^containerd ' "$unpacked/.packages")
		echo "package: $package $deb_version $deb_arch"
		echo "sha256: $hash"
		echo "suite: $suite"
		echo "ctr: $(ctr "$root" --version)"
	} >"$out/$version/package-$goarch"
	if [ -n "${foreign-}" ]; then
		for release in 4.7.10 4.8.0; do
			QEMU_UNAME=$release pass "$out/$version/$goarch/kernel-$release"
		done
	else
		pass "$out/$version/$goarch/kernel-$(uname -r)"
		[ -z "${COLLECT_FEW-}" ] || return 0
		release=$(setarch x86_64 --uname-2.6 uname -r)
		pass "$out/$version/$goarch/kernel-$release" setarch x86_64 --uname-2.6
	fi
}

# pass DIR [COMMAND...]: one run of all cases into DIR, started by COMMAND.
pass()
{
	local dir=$1
	shift
	rm -rf "$root/record"
	mkdir "$root/record"
	# The pid namespace ends containerd and its shims with this script.
	"$@" unshare --mount --pid --fork --kill-child "$here/collect.sh" --record "$root"
	mv "$root/record" "$dir"
	echo "${dir#"${dir%/*/*/*}/"}: $(find "$dir" -name '*.json' | wc -l) cases"
}

main()
{
	[ $# -ge 1 ] || die "usage: collect.sh OUTDIR [SUITE[/ARCH]...]"
	[ "$(id -u)" = 0 ] || die "must be root"
	[ "$(uname -m)" = x86_64 ] || die "must run on amd64"
	[ "$(cat /proc/sys/kernel/cap_last_cap)" = 40 ] ||
		echo "collect.sh: this kernel's last capability is not 40" >&2
	local out=$1 what
	shift
	[ $# -gt 0 ] || set -- bookworm trixie sid
	mkdir -p "$out"
	out=$(cd "$out" && pwd)
	for what; do
		case $what in
		*/*) collect "$out" "${what%/*}" "${what#*/}" ;;
		*) collect "$out" "$what" amd64 ;;
		esac
	done
}

if [ "${1-}" = --record ]; then
	record "$2"
else
	main "$@"
fi
