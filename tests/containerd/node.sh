# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # work, build, failures and their like are lib.sh's
#
# A node: the containerd and runc of a Debian suite and oci-confine as `meson install` puts it,
# in a root of their own. A script sources ../e2e/lib.sh, then this, calls node_unpack, `enter`,
# and node_make. All of it is in the namespaces that `enter` made and gone with them.

containerd_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$containerd_tests/../.." && pwd)

# node_unpack SUITE: the packages, kept in the build directory for the next run, a day at most.
node_unpack() {
	tree=$build/tests/containerd/tree-$1
	[ -z "${E2E_WORK:-}" ] || return 0 # inside: done
	[ "$(id -u)" = 0 ] || missing "root"
	(
		flock 9
		[ -z "$(find "$tree.unpacked" -mmin -1440 2>/dev/null)" ] || exit 0
		rm -rf "$tree" "$tree.unpacked"
		"$top/tests/tools/unpack-debs" "$1" "$tree" libc6 containerd runc libseccomp2 >&2 &&
			touch "$tree.unpacked"
	) 9>"$tree.lock" || missing "containerd of $1"
}

# node_make: the root $n, without containerd's configuration.
node_make() {
	local lib
	n=$work/n
	mkdir "$n" "$work/.n" "$work/.n.work"
	mount -t overlay -o "lowerdir=$tree,upperdir=$work/.n,workdir=$work/.n.work" overlay "$n" ||
		missing "overlayfs"
	mkdir -p "$n"/{proc,sys,dev,run,tmp,var/lib/containerd,etc/containerd,etc/oci-confine}
	for lib in lib lib64; do
		[ -e "$n/$lib" ] || [ ! -e "$n/usr/$lib" ] || ln -s "usr/$lib" "$n/$lib"
	done
	mount -t proc proc "$n/proc"
	mount --bind /dev "$n/dev"
	mount --rbind /sys "$n/sys"
	mount -t tmpfs -o mode=0755 tmpfs "$n/run"
	mount -t tmpfs tmpfs "$n/var/lib/containerd"
	node_cgroups
	DESTDIR=$n meson install -C "$build" --no-rebuild --quiet || missing "meson install"
	bring_libraries "$n"
	rm -f "$n/etc/containerd/config.toml"
	echo 127.0.0.1 localhost >"$n/etc/hosts" # CRI copies both into pods
	: >"$n/etc/resolv.conf"
	"$containerd_tests/make-image.py" "$work/image" "$n/image.tar" \
		'oci-confine.test/tools:1=/bin/sleep 100000' 'oci-confine.test/pause:1=/bin/sleep 100000'
	# A mount namespace whose root it is: in a chroot an exec would see the root outside. The
	# first process keeps it.
	mkdir "$n/.outside"
	cp "$(command -v busybox)" "$n/busybox"
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount --propagation private "$n/busybox" sh -c '
		cd "$1" && ./busybox pivot_root . .outside && cd / && /busybox umount -l /.outside &&
		echo up >/up && exec /busybox sleep 2000000' sh "$n" &
	node_pid=$!
	while [ ! -e "$n/up" ]; do
		kill -0 "$node_pid" 2>/dev/null || missing "pivot_root"
		sleep 0.05
	done
}

# A cgroup tree in which runc can set what ctr and CRI always ask for (cpu shares): version 2 where
# its controllers can be had, else what this machine has of version 1.
node_cgroups() {
	local dir=$n/sys/fs/cgroup controllers options
	if grep -qw cpu /sys/fs/cgroup/cgroup.controllers; then
		mount -t cgroup2 cgroup2 "$dir"
		echo '+cpu +memory +pids' 2>/dev/null >"$dir/cgroup.subtree_control" && return
		# a root that is not the machine's own must have no processes then
		mkdir -p "$dir/oci-confine-test"
		while read -r pid; do
			echo "$pid" >"$dir/oci-confine-test/cgroup.procs"
		done <"$dir/cgroup.procs" 2>/dev/null
		echo '+cpu +memory +pids' >"$dir/cgroup.subtree_control" || missing "cgroup controllers"
		return
	fi
	mount -t tmpfs -o mode=0755 tmpfs "$dir"
	while IFS=: read -r _ controllers _; do
		[ -n "$controllers" ] || continue
		options=$controllers
		[ "${controllers#name=}" = "$controllers" ] || options=none,$controllers
		mkdir "$dir/${controllers#name=}"
		mount -t cgroup -o "$options" cgroup "$dir/${controllers#name=}" ||
			missing "cgroup $controllers"
	done </proc/self/cgroup
}

# exec_on_node COMMAND...: the command takes this shell over, on the node, with the environment that
# systemd gives. on_node: as a child.
exec_on_node() {
	exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
		nsenter "--mount=/proc/$node_pid/ns/mnt" "$@"
}

on_node() {
	(exec_on_node "$@")
}

containerd_version() {
	on_node containerd --version | sed 's/^[^ ]* [^ ]* v\{0,1\}\([0-9.]*\).*/\1/'
}

# node_config LINE...: containerd's configuration, version 2, with an image for sandboxes.
node_config() {
	{
		cat <<-'TOML'
			version = 2
			[plugins."io.containerd.grpc.v1.cri"]
			  restrict_oom_score_adj = true
			  sandbox_image = "oci-confine.test/pause:1"
					  [plugins."io.containerd.grpc.v1.cri".cni]
			    bin_dir = "/usr/lib/cni"
			    conf_dir = "/etc/cni/net.d"
		TOML
		printf '%s\n' "$@"
	} >"$n/etc/containerd/config.toml"
}

containerd_start() {
	local i
	exec_on_node containerd >>"$n/containerd.log" 2>&1 &
	containerd_pid=$!
	for ((i = 0; i < 100; i++)); do
		on_node ctr version >/dev/null 2>&1 && return 0
		kill -0 "$containerd_pid" 2>/dev/null || break
		sleep 0.1
	done
	tail -n 20 "$n/containerd.log" | sed 's/^/# /'
	return 1
}

# The daemon alone: its shims and their containers run on.
containerd_stop() {
	kill "$containerd_pid" 2>/dev/null
	wait "$containerd_pid" 2>/dev/null
}

import_images() {
	on_node ctr -n k8s.io image import /image.tar && on_node ctr image import /image.tar
}

# cri_unpack: Kubernetes' definition of the CRI, from Debian, as Python modules in $CRI_MODULES.
cri_unpack() {
	export CRI_MODULES=$build/tests/containerd/cri
	[ -z "${E2E_WORK:-}" ] || return 0
	(
		flock 9
		[ ! -e "$CRI_MODULES/api_pb2.py" ] || exit 0
		mkdir -p "$CRI_MODULES"
		"$top/tests/tools/unpack-debs" trixie "$CRI_MODULES/package" \
			golang-github-kubernetes-cri-api-dev >&2 || exit
		# gogoproto says how Go's structs shall look; the messages are the same without
		sed '/gogoproto/d' "$(find "$CRI_MODULES/package" -path '*runtime/v1/api.proto')" \
			>"$CRI_MODULES/api.proto"
		protoc -I "$CRI_MODULES" --python_out="$CRI_MODULES" "$CRI_MODULES/api.proto"
	) 9>"$CRI_MODULES.lock" || missing "the definition of the CRI"
}
