#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Containers of a real containerd, started by ctr through the shim and through BinaryName: each is
# confined, and so is every exec, also after containerd was restarted; killed shims leave nothing.
# TAP. Argument: the Debian SUITE whose containerd it is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/containerd/node.sh
. "$(dirname "$0")/node.sh"
# shellcheck source=tests/compat/cells.sh
. "$(dirname "$0")/../compat/cells.sh"
require meson python3
node_unpack "$1"
enter "$@"
node_make
node_config
# all that this policy takes away must be gone from every exec too: containerd does not know of it
echo '{"capabilities": {"drop": ["CAP_NET_RAW"]}, "no-new-privileges": true}' \
	>"$n/etc/oci-confine/policy.json"
containerd_start || missing "containerd of $1"
import_images >/dev/null 2>&1 || missing "an image in containerd"
echo "# $(on_node containerd --version), $(on_node runc --version | head -n 1)"
cells_begin "ctr-$1"
row "containerd $1" "$(containerd_version)"

tools=oci-confine.test/tools:1
binary=$(cd "$n" && find usr -name oci-confine-runtime | sed 's|^|/|')
floor=(unshare-user clone-user keyctl add_key userfaultfd bpf perf_event_open setns mount socket-vsock socket-vsock-high)
wanted_caps="0 a80405fb a80405fb a80405fb 0" # the default set without NET_RAW

task_pid() { # ID
	on_node ctr task ls | awk -v id="$1" '$1 == id { print $2 }'
}

task_status() { # ID
	on_node ctr task ls | awk -v id="$1" '$1 == id { print $3 }'
}

# Waits until COMMAND succeeds, at most ten seconds.
eventually() {
	local i
	for ((i = 0; i < 100; i++)); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

no_task() { [ -z "$(task_pid "$1")" ]; }
stopped() { [ "$(task_status "$1")" = STOPPED ]; }
dead() { [ ! -e "/proc/$1" ]; }

confined_status() { # NAME STATUS-LINES
	is "$1: capabilities" "$(cap_sets "$2")" "$wanted_caps"
	is "$1: no_new_privs" "$(answer "$2" NoNewPrivs:)" 1
	is "$1: a seccomp filter" "$(answer "$2" Seccomp:)" 2
}

# What an exec of the probe says. Right after its restart containerd now and then fails an exec, or
# loses what it writes: asked again, since what is looked at here is what an exec that runs may do.
said_by_exec() { # ID
	local i
	for ((i = 0; i < 20; i++)); do
		said=$(on_node ctr task exec --exec-id "e$RANDOM$i" "$1" /bin/probe status "${floor[@]}" umask 2>&1)
		[[ $said == *Seccomp:*umask* ]] && return
		echo "# exec into $1: $said"
		sleep 0.2
	done
}

confined_task() { # NAME ID: its first process seen from the host, and an exec seen from inside
	local said
	confined_status "$1, from the host" "$(cat "/proc/$(task_pid "$2")/status")"
	said_by_exec "$2"
	confined_status "$1, an exec" "$said"
	all_denied "$1, an exec: what RuntimeDefault closes" "$said" "${floor[@]}"
	none_denied "$1, an exec: what it opens" "$said" umask
}

# What a container leaves: processes, mounts, the runtime's and containerd's state.
remains() {
	{
		pgrep -f 'containerd-shim|/bin/sleep 100000' | while read -r pid; do
			tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null
			echo
		done | grep -v '^$'
		grep ' /run/' "/proc/$node_pid/mounts"
		find "$n"/run/containerd/runc "$n"/run/containerd/io.containerd.runtime.v2.task \
			-mindepth 2 -maxdepth 2
		find "$n/run" "$n/tmp" -name 'runc-process*' -o -name '*.oci-confine*'
	} 2>/dev/null
}

all_remains() {
	[[ $(remains) =~ sleep\ 100000.*/rootfs\ .*containerd/runc/default/orphan.*task/default/orphan ]]
}

remove() { # ID
	on_node ctr task kill -s SIGKILL "$1" && eventually stopped "$1" &&
		on_node ctr task delete "$1" && on_node ctr container delete "$1"
}

for form in shim binary; do
	case $form in
	shim) how=(--runtime io.containerd.confine.v2) ;;
	binary) how=(--runtime io.containerd.runc.v2 --runc-binary "$binary") ;;
	esac
	said=$(on_node ctr run --rm "${how[@]}" "$tools" once /bin/probe status "${floor[@]}" umask 2>&1)
	confined_status "$form: ctr run" "$said"
	all_denied "$form: ctr run: what RuntimeDefault closes" "$said" "${floor[@]}"
	none_denied "$form: ctr run: what it opens" "$said" umask
	cell_from_checks start capabilities no_new_privs

	check "$form: a container in the background" on_node ctr run --detach "${how[@]}" "$tools" long
	confined_task "$form" long
	cell_from_checks exec capabilities no_new_privs
	said=$(on_node ctr run --rm --privileged "${how[@]}" "$tools" priv /bin/true 2>&1)
	isnt "$form: a privileged container is refused" $? 0
	like "$form: and ctr shows our sentence" "$said" \
		'oci-confine: priv: .*config.json: .*privileged .*refused'
	check "$form: which leaves no container" no_task priv
	on_node ctr container delete priv >/dev/null 2>&1
	cell_from_checks error

	containerd_stop
	check "$form: containerd starts again" containerd_start
	is "$form: the container has run on" "$(task_status long)" RUNNING
	confined_task "$form, after a restart" long
	check "$form: kill and delete" remove long

	check "$form: a second container" on_node ctr run --detach "${how[@]}" "$tools" orphan
	pid=$(task_pid orphan)
	check "$form: while it runs, all that could be left is seen" eventually all_remains
	shim_pid=$(pgrep -f 'containerd-shim.* -id orphan ')
	is "$form: the shim that stays is containerd's own" "$(cat "/proc/$shim_pid/comm" 2>&1)" \
		containerd-shim
	is "$form: and its program too" "$(readlink "/proc/$shim_pid/exe")" /usr/bin/containerd-shim-runc-v2
	check "$form: its shim is killed" kill -KILL "$shim_pid"
	check "$form: then containerd ends the container" eventually dead "$pid"
	on_node ctr task delete --force orphan >/dev/null 2>&1
	check "$form: and knows of no task" eventually no_task orphan
	check "$form: the container can be deleted" on_node ctr container delete orphan
	sleep 0.3
	is "$form: nothing is left" "$(remains)" ""
	cell_from_checks "passes on"
done

# --- a policy of its own by a link ---

bin=$n${binary%/*} private=$(dirname "$(find "$n/usr" -path '*oci-confine/runc')")
ln -s oci-confine-runtime "$bin/oci-confine-runtime-strict"
ln -s containerd-shim-confine-v2 "$bin/containerd-shim-confine-strict-v2"
mkdir "$private/strict"
ln -s "${binary%/*}/oci-confine-runtime-strict" "$private/strict/runc"
for how in "--runtime io.containerd.confine-strict.v2" "--runc-binary $binary-strict"; do
	read -ra how <<<"$how"
	rm -f "$n/etc/oci-confine/policy.d/strict.json"
	said=$(on_node ctr run --rm "${how[@]}" "$tools" strict /bin/probe status 2>&1)
	like "${how[1]}: without policy.d/strict.json nothing starts" "$said" \
		'oci-confine: strict: /etc/oci-confine/policy.d/strict.json: .*[Nn]o such file'
	on_node ctr container delete strict >/dev/null 2>&1
	mkdir -p "$n/etc/oci-confine/policy.d"
	echo '{"capabilities": {"limit": ["CAP_CHOWN"]}}' >"$n/etc/oci-confine/policy.d/strict.json"
	said=$(on_node ctr run --rm "${how[@]}" "$tools" strict /bin/probe status 2>&1)
	is "${how[1]}: the policy of the link's name holds" "$(cap_sets "$said")" "0 1 1 1 0"
done
mv "$private/runc" "$private/.runc"
said=$(on_node ctr run --rm --runtime io.containerd.confine.v2 "$tools" gone /bin/probe status 2>&1)
like "the private directory without its runc: nothing starts, and ctr says why" "$said" \
	'containerd-shim-confine-v2: .*/runc must be a link to .*/oci-confine-runtime'
containerd_stop
finish
