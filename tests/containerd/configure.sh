#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# `oci-confine configure --runtime=containerd` against a real containerd: the handler works in a
# real pod, nothing else of containerd's configuration changes, twice is as once, a refusal and a
# dry run change nothing, and --uninstall gives every byte back. TAP. Argument: the Debian SUITE.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/containerd/node.sh
. "$(dirname "$0")/node.sh"
# shellcheck source=tests/compat/cells.sh
. "$(dirname "$0")/../compat/cells.sh"
require meson protoc
/usr/bin/python3 -c 'import google.protobuf, grpc, websocket' 2>/dev/null ||
	missing "python3-protobuf, python3-grpcio, python3-websocket"
node_unpack "$1"
cri_unpack
enter "$@"
node_make
echo "# $(on_node containerd --version)"
cells_begin "configure-$1"
row "containerd $1" "$(containerd_version)"
etc=$n/etc/containerd
config=$etc/config.toml
major=$(on_node containerd --version | sed 's/^[^ ]* [^ ]* v\{0,1\}\([0-9]\).*/\1/')
bin=$(cd "$n" && dirname "$(find usr -name oci-confine-runtime)" | sed 's|^|/|')

configure() { on_node "$bin/oci-confine" configure --runtime=containerd "$@"; }

# All that is in containerd's directory: names, bytes, owners, modes.
state() {
	(cd "$etc" && find . -type f | sort | while read -r f; do
		sha256sum "$f"
		stat -c '%U:%G %a' "$f"
	done)
}

# What containerd then runs with, without the list of files that it has read.
effective() { on_node containerd config dump 2>/dev/null | grep -v '^imports = '; }

# The tables of a handler in that.
handler() { # NAME
	effective | awk -v name="runtimes.$1" '/^ *\[/ { on = index($0, name "]") || index($0, name ".") } on'
}

like_all() { # NAME TEXT REGULAR-EXPRESSION...
	local name=$1 text=$2 bad=() want
	shift 2
	for want; do
		[[ $text =~ $want ]] || bad+=("no match: $want")
	done
	if [ ${#bad[@]} -eq 0 ]; then ok "$name"; else not_ok "$name" "${bad[@]}" "$text"; fi
}

# --- configurations that are there on nodes ---

put_debian() { cp "$tree/etc/containerd/config.toml" "$config"; }
put_default() { on_node containerd config default >"$work/default" && cp "$work/default" "$config"; }
put_none() { rm -f "$config"; }
put_kubeadm() { # what one writes for the systemd cgroup driver, with Windows line ends
	sed 's/$/\r/' >"$config" <<-'TOML'
		# of this node
		version = 2

		imports = []
		oom_score = -999
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "mine/pause:9"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		  runtime_type = "io.containerd.runc.v2"
		  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
		    SystemdCgroup = true
	TOML
}
put_imports() { # other files with parts of it
	mkdir -p "$etc/conf.d"
	printf 'version = 2\nimports = ["conf.d/*.toml", ] \nroot = "/var/lib/containerd"' >"$config"
	cat >"$etc/conf.d/cri.toml" <<-'TOML'
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "mine/pause:9"
		  [plugins."io.containerd.grpc.v1.cri".containerd]
		    default_runtime_name = "other"
		    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.other]
		      runtime_type = "io.containerd.runc.v2"
		    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
		      runtime_type = "io.containerd.runc.v2"
		  [plugins."io.containerd.grpc.v1.cri".registry.configs."registry.test".auth]
		    password = "a secret"
	TOML
}
put_old() { # version 1
	cat >"$config" <<-'TOML'
		[plugins.cri]
		  sandbox_image = "mine/pause:9"
		[plugins.cri.containerd.runtimes.runc]
		  runtime_type = "io.containerd.runc.v2"
		[plugins.cri.containerd.runtimes.runc.options]
		  SystemdCgroup = true
	TOML
}

configurations=(debian default none kubeadm imports)
if [ "$major" = 1 ]; then configurations+=(old); fi
for name in "${configurations[@]}"; do
	rm -rf "${etc:?}"/*
	"put_$name"
	before=$(state)
	# containerd 1.x cannot dump what it runs with when there is no file
	was=$(if [ "$name" = none ]; then on_node containerd config default; else
		on_node containerd config dump; fi 2>/dev/null | grep -v '^imports = ')
	for form in binary shim; do
		now=$(state)
		said=$(configure "--$form" --dry-run 2>&1)
		is "$name, --$form: a dry run" "$?: $(state)" "0: $now"
		like_all "$name, --$form: it says what it would do" "$said" \
			'not written /etc/containerd/oci-confine.toml' 'runtimes.confined\]' \
			"not imported in|imports it already"
		said=$(configure "--$form" 2>&1)
		is "$name, --$form: configured" "$?" 0
		like_all "$name, --$form: it says what to do next" "$said" 'systemctl restart containerd' \
			'kind: RuntimeClass.*name: confined.*handler: confined'
		case $form in
		binary) wanted=('runtime_type = .io.containerd.runc.v2.' "BinaryName = .$bin/oci-confine-runtime.") ;;
		shim) wanted=('runtime_type = .io.containerd.confine.v2.') ;;
		esac
		case $name-$form in
		kubeadm-binary | old-binary) wanted+=('SystemdCgroup = true') ;;
		*-binary) wanted+=('SystemdCgroup = false') ;;
		esac
		like_all "$name, --$form: containerd reads the handler" "$(handler confined)" "${wanted[@]}" \
			'pod_annotations = \[.oci-confine.io/\*.\]'
		is "$name, --$form: and all else as it was" \
			"$(diff <(echo "$was") <(effective) | grep '^<')" ""
		is "$name, --$form: only root reads our file" "$(stat -c '%U %a' "$etc/oci-confine.toml")" "root 600"
		once=$(state)
		configure "--$form" >/dev/null 2>&1
		is "$name, --$form: twice is as once" "$(state)" "$once"
	done
	configure --set-default >/dev/null 2>&1
	like "$name: --set-default" "$(effective)" 'default_runtime_name = .confined.'
	check "$name: taken back" configure --uninstall
	is "$name: every byte is as before" "$(state)" "$before"
	check "$name: taken back twice" configure --uninstall
	is "$name: which changes nothing" "$(state)" "$before"
done

# --- what is not done, and leaves everything as it was ---

kept() { # NAME CODE REGULAR-EXPRESSION OPTION...
	local name=$1 code=$2 sentence=$3 before rc said
	shift 3
	before=$(state)
	said=$(configure "$@" 2>&1)
	rc=$?
	is "refused: $name: exit code" "$rc" "$code"
	like "refused: $name: the reason" "$said" "$sentence"
	is "refused: $name: nothing has changed" "$(state)" "$before"
}

rm -rf "${etc:?}"/*
put_kubeadm
kept "a handler's name that Kubernetes has not" 1 '--handler=Confined: expected' --handler=Confined
kept "to stand in runc's place" 1 'would take the place' --handler=runc
kept "an engine that is not known" 1 'which engine' --runtime=docker
kept "a policy's name that is none" 1 '--policy=../x: expected' --policy=../x
kept "a policy whose link is not there" 3 "cannot find $bin/oci-confine-runtime-strict" --policy=strict
kept "a path that TOML would have to escape" 1 'expected an absolute path' '--config=/etc/x"y/config.toml'
kept "no containerd" 3 'cannot run /usr/bin/nothing' --containerd=/usr/bin/nothing
mv "$n$bin/containerd-shim-confine-v2" "$n/away"
kept "a shim that is not installed" 3 "cannot find $bin/containerd-shim-confine-v2" --shim
mv "$n/away" "$n$bin/containerd-shim-confine-v2"
chown 1000 "$config"
kept "a configuration of another user's" 1 'config.toml: is owned by uid 1000'
chown 0 "$config"

toml() { printf '%s\n' "$@" >"$config"; }
cri='plugins."io.containerd.grpc.v1.cri"'
echo 'version = 2' >"$etc/other.toml"
toml 'version = 2' 'imports = [' '  "/etc/containerd/other.toml"' ']'
kept "imports over several lines" 3 'config.toml: .*imports is not one line'
toml 'version = 2' 'imports = []' '"imports" = []'
kept "what containerd does not read" 1 'config.toml: .*containerd refuses it'
toml 'version = 2' 'disabled_plugins = ["io.containerd.grpc.v1.cri"]'
kept "a containerd without CRI" 3 'turns the CRI plugin off'
toml 'version = 2' "[$cri.containerd.runtimes.confined]" 'runtime_type = "io.containerd.kata.v2"'
kept "a handler of that name that is not ours" 2 'has a handler "confined" already'
check "which --handler leaves alone" configure --handler=ours
like "as it was" "$(handler confined)" 'io.containerd.kata.v2'
configure --uninstall >/dev/null
toml 'version = 2' "[$cri.containerd.runtimes.mine]" 'runtime_type = "io.containerd.confine.v2"' \
	"runtime_path = \"$bin/containerd-shim-confine-v2\""
if on_node containerd --version | grep -q ' 1\.6\.20'; then
	kept "runtime_path, which this containerd ignores" 3 'runtime_path = .* ignores: .*plain runc'
else
	check "runtime_path, which this containerd follows" configure
	configure --uninstall >/dev/null
fi
if [ "$major" = 2 ]; then
	put_old
	kept "version 1 on containerd 2" 3 'is of version 1'
fi

# --- in a real pod ---

mkdir -p "$n/var/lib/kubelet/seccomp" "$n/tmp/logs"
in_pod() { # HANDLER: what holds in a container of its
	PYTHONPATH=$containerd_tests /usr/bin/python3 -c '
import sys, cri
client = cri.Cri(sys.argv[1], "/tmp/logs", sys.argv[2])
pod = client.run_pod("pod")
container = pod.create("c", ["/bin/sleep", "100000"]).start()
print(container.exec_sync(["/bin/probe", "status", "keyctl", "bpf"]))
pod.remove()' "$n/run/containerd/containerd.sock" "$1" 2>&1
}

rm -rf "${etc:?}"/*
node_config
for form in binary shim; do
	check "--$form: configured for pods" configure "--$form" --set-default
	check "--$form: containerd starts with it" containerd_start
	[ "$form" = shim ] || import_images >/dev/null 2>&1
	for name in confined ''; do
		said=$(in_pod "$name")
		all_denied "--$form: a pod ${name:+of the handler }${name:-without a handler} is confined" \
			"$said" keyctl bpf
		is "--$form: ${name:-default}: by one filter" "$(answer "$said" Seccomp_filters:)" 1
	done
	said=$(in_pod runc)
	none_denied "--$form: runc's own handler is still there, without us" "$said" keyctl bpf
	containerd_stop
done
ln -s oci-confine-runtime "$n$bin/oci-confine-runtime-strict"
mkdir -p "$n/etc/oci-confine/policy.d"
echo '{"capabilities": {"limit": []}}' >"$n/etc/oci-confine/policy.d/strict.json"
check "--policy: configured" configure --policy=strict --handler=strict
check "--policy: containerd starts with it" containerd_start
is "--policy: it holds" "$(cap_sets "$(in_pod strict)")" "0 0 0 0 0"
containerd_stop

# --- doctor: what is so, and what would hinder containers ---

doctor() { on_node "$bin/oci-confine" doctor "$@"; }

# finds NAME REGULAR-EXPRESSION-OF-A-LINE EXIT-CODE
finds() {
	local said rc
	said=$(doctor 2>&1)
	rc=$?
	like "doctor: $1" "$said" "$2"
	is "doctor: $1: exit code" "$rc" "$3"
}

cp "$top/examples/profiles/prevent-chmod.json" "$n/var/lib/kubelet/seccomp/"
finds "the kernel" 'ok       kernel: Linux [0-9]' 0
finds "the runtime and its libseccomp" \
	'ok       runtime: /usr/sbin/runc, the one in use: runc version [0-9.]*.*, libseccomp [0-9]' 0
finds "a named policy" 'ok       policy: /etc/oci-confine/policy.d/strict.json' 0
finds "a profile" 'ok       profile: /var/lib/kubelet/seccomp/prevent-chmod.json' 0
finds "the handler" "ok       containerd: handler strict, BinaryName $bin/oci-confine-runtime-strict" 0
is "doctor: no warning where all is well" "$(doctor | grep -c '^warning')" 0
is "doctor --json says the same" \
	"$(doctor --json | jq -r '.[] | .health + " " + .area + ": " + .what')" \
	"$(doctor | sed -n 's/^\(ok\|warning\|error\)  */\1 /p')"
if [ "$major" = 1 ]; then
	sed -i 's/disable_apparmor = .*/disable_apparmor = true/' "$etc/oci-confine.toml"
	finds "a copy of settings that have changed since" 'warning  containerd: the CRI settings have changed' 0
	configure --policy=strict --handler=strict >/dev/null
fi
echo '{"unconfined": 1}' >"$n/etc/oci-confine/policy.d/strict.json"
finds "a policy that does not parse" 'error    policy: /etc/oci-confine/policy.d/strict.json: unconfined' 1
rm "$n/etc/oci-confine/policy.d/strict.json"
echo '{"defaultAction": "SCMP_ACT_DENY"}' >"$n/var/lib/kubelet/seccomp/broken.json"
finds "a profile that is not understood" 'error    profile: .*broken.json: defaultAction' 1
rm "$n/var/lib/kubelet/seccomp/broken.json"
chmod o+w "$n/var/lib/kubelet/seccomp/prevent-chmod.json"
finds "a profile that others can write" 'error    profile: .*prevent-chmod.json: is writable' 1
chmod o-w "$n/var/lib/kubelet/seccomp/prevent-chmod.json"
rm "$n$bin/oci-confine-runtime-strict"
finds "a handler whose program is not there" \
	'error    containerd: handler strict: .*-strict is not there: no container of it starts' 1
configure --shim >/dev/null
finds "a handler by our shim" 'ok       containerd: handler confined, io.containerd.confine.v2 by /usr' 0
maker=$(cd "$n" && find usr -name oci-confine-filter | sed 's|^|/|')
finds "the maker of crun's filters" "ok       program: $maker" 0
mv "$n$maker" "$n/away"
finds "a maker that is not there" "warning  program: $maker is not there: crun compiles every" 0
finds "a maker that is not there: what to do" '-> install again: meson install, or "precompiled": false' 0
echo '{"seccomp": {"precompiled": false}}' >"$n/etc/oci-confine/policy.json"
is "doctor: a maker that nobody asks for" "$(doctor | grep -c oci-confine-filter)" 0
rm "$n/etc/oci-confine/policy.json"
printf '#!/bin/sh\necho oci-confine-filter 0.0.1\n' >"$n$maker"
chmod 755 "$n$maker"
finds "a maker of another version" "warning  program: $maker is not of this version" 0
chmod o+w "$n$maker"
finds "a maker that others can write" "error    program: $maker: is writable" 1
mv "$n/away" "$n$maker"
mv "$n$bin/containerd-shim-confine-v2" "$n/away"
finds "a shim that is not there" 'error    containerd: handler confined: no containerd-shim-confine-v2 in' 1
mv "$n/away" "$n$bin/containerd-shim-confine-v2"
mv "$n/usr/sbin/runc" "$n/away"
rm -f "$n/usr/bin/runc"
finds "no runtime" 'error    runtime: none of those of built-in policy is there' 1
mv "$n/away" "$n/usr/sbin/runc"
check "taken back" configure --uninstall
finds "no handler" 'warning  containerd: no handler starts containers through us' 0
put_kubeadm
printf '[%s]\n' 'plugins."io.containerd.grpc.v1.cri".containerd.runtimes.mine' >>"$config"
printf 'runtime_type = "io.containerd.confine.v2"\nruntime_path = "%s"\n' "$bin/containerd-shim-confine-v2" >>"$config"
if on_node containerd --version | grep -q ' 1\.6\.20'; then
	finds "runtime_path where it is ignored" 'error    containerd: handler mine has a runtime_path, .* plain runc' 1
else
	finds "runtime_path where it counts" 'ok       containerd: handler mine, io.containerd.confine.v2' 0
fi
node_config
check "containerd starts without it" containerd_start
like "and has no such handler" "$(in_pod strict)" 'no runtime for "strict" is configured'
none_denied "a pod is as it was without us" "$(in_pod runc)" keyctl bpf
containerd_stop
cell_from_checks configure
finish
