#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# docs/install.md, command by command, on this machine with its own containerd, which only the
# script sees: what it writes to /usr/local, /etc, /var and /run is gone at its end. What a node has
# and we have not is played: systemctl starts containerd, kubectl.py is the cluster. TAP.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/containerd/node.sh
. "$(dirname "$0")/node.sh"
require meson ninja protoc containerd ctr runc
/usr/bin/python3 -c 'import google.protobuf, grpc, websocket, yaml' 2>/dev/null ||
	missing "python3-protobuf, python3-grpcio, python3-websocket, python3-yaml"
cri_unpack
enter "$@"

# --- a fresh machine: what is written lands in the work directory ---

for dir in /usr/local /var /opt; do
	mkdir -p "$work/over$dir" "$work/over$dir.work"
	mount -t overlay -o "lowerdir=$dir,upperdir=$work/over$dir,workdir=$work/over$dir.work" overlay "$dir" ||
		missing "overlayfs"
done
mkdir -p /var/lib/containerd
mount -t tmpfs tmpfs /var/lib/containerd || missing "a directory for containerd"
rm -rf /usr/local/bin/*oci-confine* /usr/local/libexec/oci-confine
mkdir "$work/src" "$work/src.new" "$work/src.work"
mount -t overlay -o "lowerdir=$top,upperdir=$work/src.new,workdir=$work/src.work" overlay "$work/src"
rm -rf "$work/src"/build*
n='' node_cgroups
# Debian's own, with an image that is there, and the rights of a machine that is a container
cat >/etc/containerd/config.toml <<-'TOML'
	version = 2

	[plugins]
	  [plugins."io.containerd.grpc.v1.cri"]
	    sandbox_image = "oci-confine.test/pause:1"
	    restrict_oom_score_adj = true
	    [plugins."io.containerd.grpc.v1.cri".cni]
	      bin_dir = "/usr/lib/cni"
	      conf_dir = "/etc/cni/net.d"
TOML
fresh=$(cd /etc/containerd && sha256sum -- *)

# --- what stands for sudo, apt-get, systemctl and kubectl ---

play=$work/play
mkdir "$play" "$work/cluster"
export CLUSTER=$work/cluster CONTAINERD=/run/containerd/containerd.sock
cat >"$play/sudo" <<-'SH'
	#!/bin/sh
	exec "$@"
SH
cat >"$play/apt-get" <<-'SH'
	#!/bin/sh
	shift 2 # install -y
	for package; do dpkg -s "$package" >/dev/null 2>&1 || { echo "no package $package"; exit 1; }; done
SH
cat >"$play/systemctl" <<-SH
	#!/bin/bash
	case "\$*" in
	'restart containerd')
		echo again >>$work/restarts
		[ ! -e $work/containerd.pid ] || { kill "\$(cat $work/containerd.pid)"; sleep 0.5; }
		env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin containerd \
			>>$work/containerd.log 2>&1 9>&- &
		echo \$! >$work/containerd.pid
		for i in {1..100}; do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
		;;
	'enable --now oci-confine-apparmor.service oci-confine-apparmor.path')
		words=\$(sed -n 's/^ExecStart=//p' /etc/systemd/system/oci-confine-apparmor.service)
		test -x "\${words%% *}" && \${words%% load} --help | grep -q '^  load ' &&
			test -d "\$(sed -n 's/^PathChanged=//p' /etc/systemd/system/oci-confine-apparmor.path)"
		;;
	*) exit 1 ;;
	esac
SH
ln -s "$containerd_tests/kubectl.py" "$play/kubectl"
chmod 755 "$play"/*
export PYTHONPATH=$containerd_tests PATH=$play:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# --- the page, line by line ---

# Indented lines, a command each; one that is indented further goes on with the line before, and
# "> " is what a command prints.
commands() {
	sed -n 's/^    //p' "$work/src/docs/install.md" | grep -v '^>' |
		awk '/^ / { sub(/^ +/, ""); line = line " " $0; next } { if (line) print line; line = $0 }
			END { print line }'
}

cd "$work/src" || exit 1
ln -s busybox "$work/image/bin/chmod" 2>/dev/null
ln -s busybox "$work/image/bin/grep" 2>/dev/null
/usr/bin/python3 "$containerd_tests/make-image.py" "$work/image" "$work/image.tar" \
	'oci-confine.test/pause:1=/bin/sleep 100000' 'docker.io/library/busybox:1.36=/bin/sh'
mapfile -t lines < <(commands)
isnt "the page has commands" "${#lines[@]}" 0
for line in "${lines[@]}"; do
	bash -c "$line" >"$work/said" 2>&1 </dev/null
	rc=$?
	said=$(cat "$work/said")
	if [ "$rc" = 0 ]; then ok "$line"; else not_ok "$line" "exit code $rc" "$(tail -n 20 "$work/said")"; fi
	case $line in
	'sudo systemctl restart containerd') ctr -n k8s.io image import "$work/image.tar" >/dev/null 2>&1 ;;
	*'configure --runtime=containerd')
		like "it says what the page says" "$said" 'written /etc/containerd/oci-confine.toml' ;;
	'kubectl logs chmod-prevented')
		is "the log is the page's" "$said" \
			"$(sed -n 's/^    > \(chmod: .*\)/\1/p' docs/install.md)" ;;
	'kubectl logs tightened')
		is "no capability that was given up" "$(cap_sets "$said" | cut -d' ' -f4)" a00405fb
		like "no_new_privs and a filter" "$said" $'NoNewPrivs:\t1\nSeccomp:\t2' ;;
	esac
done
is "containerd's directory is as before" "$(cd /etc/containerd && sha256sum -- *)" "$fresh"

# --- the DaemonSet's script, on this node ---

rm -f "$work/restarts"
restarts() { wc -l 2>/dev/null <"$work/restarts" || echo 0; }
rm -rf /usr/local/bin/*oci-confine* /usr/local/libexec/oci-confine /etc/oci-confine
by_script() { # WORD
	HOST=/ PROGRAMS=$work/programs CONFIG=$work/src/examples/kubernetes/installer \
		busybox sh "$work/src/examples/kubernetes/installer/install.sh" "$1"
}
mkdir "$work/programs"
cp build/cli/oci-confine build/shim/oci-confine-runtime build/shim/containerd-shim-confine-v2 "$work/programs/"
check "install.sh install" by_script install
is "restarts containerd, in the namespace of process 1" "$(restarts)" 1
is "the shim is whole" "$(containerd-shim-confine-v2 -v | head -n 1)" "containerd-shim-confine-v2:"
like "the handler is there" "$(containerd config dump)" 'containerd.runtimes.confined\]'
check "install.sh install again" by_script install
is "does not restart it again" "$(restarts)" 1
check "install.sh uninstall" by_script uninstall
is "restarts it" "$(restarts)" 2
is "containerd's directory is as before the script" "$(cd /etc/containerd && sha256sum -- *)" "$fresh"
check "install.sh uninstall again" by_script uninstall
is "changes nothing" "$(restarts)" 2
if by_script nonsense >/dev/null 2>&1; then not_ok "another word is refused"; else ok "another word is refused"; fi

# --- the examples agree with each other ---

for yaml in runtimeclass pod-seccomp pod-apparmor pod-annotations; do
	check "examples/kubernetes/$yaml.yaml is one object" /usr/bin/python3 -c '
import sys, yaml
o, = yaml.safe_load_all(open(sys.argv[1]))
assert o["apiVersion"] and o["metadata"]["name"]
assert o["kind"] == "RuntimeClass" or o["spec"]["runtimeClassName"] == "confined"
' "examples/kubernetes/$yaml.yaml"
done
check "the DaemonSet mounts what install.sh reads, by the image that kustomize names" /usr/bin/python3 -c '
import yaml
base = "examples/kubernetes/installer/"
spec = yaml.safe_load(open(base + "daemonset.yaml"))["spec"]["template"]["spec"]
kustomization = yaml.safe_load(open(base + "kustomization.yaml"))
images = {i["name"] for i in kustomization["images"]}
generated = {g["name"] for g in kustomization["configMapGenerator"]}
volumes = {v["name"] for v in spec["volumes"]}
for c in spec["initContainers"] + spec["containers"]:
    assert c["image"] in images, c
    assert {m["name"] for m in c.get("volumeMounts", [])} <= volumes, c
assert {m["mountPath"] for m in spec["initContainers"][0]["volumeMounts"]} == {"/host", "/config"}
assert {v["configMap"]["name"] for v in spec["volumes"] if "configMap" in v} == generated
'
kill "$(cat "$work/containerd.pid")" 2>/dev/null
finish
