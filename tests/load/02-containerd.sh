#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many containers of a real containerd, eight at a time, with storms of execs, through the shim.
# None is lost, each is confined, nothing is left of them; containerd has as many descriptors as
# before, and its memory grows no more than by as many containers without us.
# TAP. Argument: how many containers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/containerd/node.sh
. "$(dirname "$0")/../containerd/node.sh"
# shellcheck source=tests/load/lib.sh
. "$(dirname "$0")/lib.sh"
require meson python3
node_unpack bookworm
enter "$@"
containers=${1:-50}
node_make
node_config
containerd_start || missing "containerd"
import_images >/dev/null 2>&1 || missing "an image in containerd"

tools=oci-confine.test/tools:1

remains() {
	{
		pgrep -af 'containerd-shim|/bin/sleep 100000'
		on_node ctr task ls --quiet
		on_node ctr container ls --quiet
		grep ' /run/containerd/io' "/proc/$node_pid/mounts"
		find "$n"/run/containerd/runc "$n"/run/containerd/io.containerd.runtime.v2.task \
			-mindepth 2 -maxdepth 2
		find "$n/run" "$n/tmp" -name 'runc-process*' -o -name '*.oci-confine*'
	} 2>/dev/null
}

descriptors() { find "/proc/$containerd_pid/fd" -mindepth 1 | wc -l; }
kilobytes() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$containerd_pid/status"; }

exec_one() { # ID NAME
	local said
	said=$(on_node ctr task exec --exec-id "$2" "$1" /bin/probe keyctl 2>&1 </dev/null)
	says "$2" "$2 $said"
	echo "$2" >>"$work/execs"
}

life() { # HANDLER NUMBER
	local id=$1-$2 i
	on_node ctr run --detach --runtime "io.containerd.$1.v2" "$tools" "$id" >/dev/null 2>&1 </dev/null ||
		lost "$id: did not start"
	if [ "$1" = confine ]; then
		is_held "$id"
		if wants_execs "$2"; then
			for ((i = 0; i < execs_each; i++)); do
				exec_one "$id" "$id.$i" &
			done
			wait
		fi
	fi
	on_node ctr task delete --force "$id" >/dev/null 2>&1 || lost "$id: was not ended"
	on_node ctr container delete "$id" >/dev/null 2>&1 || lost "$id: was not deleted"
}

# ctr gives no seccomp profile, so a filter is ours.
is_held() { # ID
	local pid
	pid=$(on_node ctr task ls | awk -v id="$1" '$1 == id { print $2 }')
	grep -q '^Seccomp:.2' "/proc/${pid:-none}/status" 2>/dev/null || lost "$1: has no filter"
}

storm 1 "$at_once" runc # what is had once
before=$(kilobytes)
storm 1 "$containers" runc
alone=$(($(kilobytes) - before))
fds=$(descriptors)
before=$(kilobytes)
storm 1 "$containers" confine
stormed shim "$containers"
nothing_left shim
for ((i = 0; i < 50; i++)); do
	[ "$(descriptors)" -le "$fds" ] && break
	sleep 0.1
done
check "containerd has as many descriptors as before ($fds, $(descriptors))" \
	[ "$(descriptors)" -le "$fds" ]
more=$(($(kilobytes) - before))
# its collector runs when it wants to: 16 MiB of play
check "its memory grew by $more KiB, and by $alone KiB without us" [ "$more" -le $((alone + 16384)) ]
finish
