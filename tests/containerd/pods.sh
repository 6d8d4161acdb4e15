#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Pods of a real containerd through its CRI, as the kubelet asks for them: pods.py is the test.
# TAP. Argument: the Debian SUITE whose containerd it is.
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
binary=$(cd "$n" && find usr -name oci-confine-runtime | sed 's|^|/|')
handlers='plugins."io.containerd.grpc.v1.cri".containerd.runtimes'
node_config "[$handlers.runc]" 'runtime_type = "io.containerd.runc.v2"' \
	"[$handlers.shim]" 'runtime_type = "io.containerd.confine.v2"' \
	'pod_annotations = ["oci-confine.io/*"]' \
	"[$handlers.binary]" 'runtime_type = "io.containerd.runc.v2"' \
	'pod_annotations = ["oci-confine.io/*"]' \
	"[$handlers.binary.options]" "BinaryName = \"$binary\""
mkdir -p "$n/var/lib/kubelet/seccomp"
cp "$top/examples/profiles/prevent-chmod.json" "$n/var/lib/kubelet/seccomp/"
containerd_start || missing "containerd of $1"
import_images >/dev/null 2>&1 || missing "an image in containerd"
echo "# $(on_node containerd --version), $(on_node runc --version | head -n 1)"
cells_begin "pods-$1"
row "containerd $1" "$(containerd_version)"
"$containerd_tests/pods.py" "$n" "$node_pid"
rc=$?
[ "$rc" = 0 ] || failures=1
cell_from_checks start exec capabilities no_new_privs error
[ "$rc" = 0 ] || grep -E 'level=(error|fatal)' "$n/containerd.log" | tail -n 20 | cut -c1-400 | sed 's/^/# /'
containerd_stop
exit "$rc"
