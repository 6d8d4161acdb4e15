# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# What holds on this kernel, for docs/compatibility.md: everything at once, as a node has it, with
# this Debian's runc; the AppArmor stack with crun and the newest of both too. run-tests takes the
# cells.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

series=$(uname -r | sed 's/^\([0-9]*\.[0-9]*\).*/\1/')
rows=
all_capabilities='"CAP_CHOWN","CAP_KILL","CAP_SETUID","CAP_SETPCAP","CAP_NET_RAW","CAP_SYS_CHROOT"'
left=401a1 # the same without CAP_NET_RAW
calls="keyctl unshare-user userfaultfd bpf mount getpid"
asks='"oci-confine.io/drop-capabilities": "NET_RAW", "oci-confine.io/no-new-privileges": "true",
	"oci-confine.io/apparmor": "localhost/zebra"'
program=/vm/oci-confine/oci-confine-hook

# seen COLUMN GOT WANTED: for each of $rows, as cells.sh has it
seen() {
	local value=no row
	[ "$2" != "$3" ] || value=yes
	[ $value = yes ] || printf '%s\n' "wanted: $3" "got:    $2" | sed "s/^/TAP #   $1: /"
	echo "$rows" | while read -r row; do
		echo "TAP cell $row|$1|$value"
	done
}

# facts OUTPUT: of a probe
facts() {
	local call answer
	for call in $calls; do
		answer=$(printf '%s\n' "$1" | awk -v name="$call" '$1 == name { print $2 }')
		case $call:$answer in
		getpid:ok | *:EPERM) ;;
		*) printf '%s: %s, ' "$call" "$answer" ;;
		esac
	done
	printf '%s\n' "$1" | awk '/^Cap(Bnd|Eff)|^NoNewPrivs/ { sub(/^0+/, "", $2); printf "%s ", $2 }'
}

# what they are when all of it holds
confined_facts="$left $left 1 "

probe() { # what a container says of itself that runs the probe
	number=$((number + 1))
	# shellcheck disable=SC2086
	config /bin/probe status $calls >$bundle/config.json
	rt run --bundle $bundle "p$number" 2>&1 </dev/null
}

# exec_probe WORD...: the same of an exec, which brings the capabilities that were taken away; "rt"
# or the runtime alone
exec_probe() {
	# shellcheck disable=SC2086
	printf '{"args": [%s], "cwd": "/", "env": [], "user": {"uid": 0, "gid": 0}, "capabilities":
		{"bounding": [%s], "effective": [%s], "permitted": [%s]}}' \
		"$(json_words /bin/probe status $calls)" "$all_capabilities" "$all_capabilities" \
		"$all_capabilities" >/tmp/process
	"$@" exec --process /tmp/process box 2>&1 </dev/null
}

# stack: leaves the container "box" behind
stack() {
	local first i=0
	stay box
	# crun's own process has another label until it executes the workload
	until grep -q ready /tmp/box.out || [ $i = 50 ]; do
		i=$((i + 1))
		sleep 0.1
	done
	first=$(members "$(label_of "$pid")")
	process '' >/tmp/process
	seen AppArmor "$first, $(members "$(answer label "$(rt exec --process /tmp/process box 2>&1 </dev/null)")")" \
		"$(members "$baseline//&peer//&zebra"), $(members "$baseline//&peer//&zebra")"
}

# by_the_wrapper: with that container
by_the_wrapper() {
	local first second
	first=$(facts "$(probe)")
	seen start "$first" "$confined_facts"
	second=$(facts "$(exec_probe rt)")
	seen exec "$second" "$confined_facts"
	seen capabilities "${first% 1 } ${second% 1 }" "$left $left $left $left"
	seen no_new_privs "${first##*"$left"} ${second##*"$left"}" " 1   1 "
	seen inspect "$(/vm/oci-confine/oci-confine inspect --root "$runtime_root" box 2>&1 | tail -n 1 |
		cut -d, -f1)" "held to the decision"
}

hook_at() { # STAGE
	printf '"%s": [{"path": "%s", "args": ["oci-confine-hook", "--stage=%s"]}]' "$1" "$program" "$1"
}

by_the_hook() {
	hooks=$(hook_at createRuntime)
	seen hook "$(facts "$(probe)")" "$confined_facts"
	stay box
	seen "hook exec" "$(facts "$(exec_probe "$runtime" --root "$runtime_root")")" "$confined_facts"
	gone box
	hooks=$(hook_at poststart)
	config /bin/act wait >$bundle/config.json
	rt run --detach --bundle $bundle box >/tmp/box.out 2>&1 </dev/null
	sleep 0.5
	seen attest "$("$runtime" --root "$runtime_root" state box 2>/dev/null | grep -c running)" 0
	gone box
	hooks=
}

cp /vm/bin/probe $bundle/rootfs/bin/probe
node '{"privileged": "confine"}'
load /vm/profiles/peer
echo "TAP version kernel $series|$(uname -v | sed 's/.* Debian \([0-9.]*\).*/\1/')"
for name in $(cat /vm/runtimes /vm/newest 2>/dev/null | cut -d' ' -f1); do
	use "$name"
	suite=$(echo "$runtime" | sed 's|.*/\(bookworm\|trixie\|sid\)/.*|\1|')
	through=yes label=peer annotations=$asks
	rows="${name%%-*} $suite"
	[ "$suite" = sid ] || rows="$rows
kernel $series"
	stack
	rows="kernel $series"
	case $name-$suite in
	*-sid | crun*) gone box ;;
	*)
		by_the_wrapper
		gone box
		unset through label
		by_the_hook
		;;
	esac
done
