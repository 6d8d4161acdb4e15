# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC2034,SC3043 # for the scripts; busybox sh knows local
#
# What the scripts in the machine share: reports, bundles, containers. run-tests beside the
# machine puts everything in place and turns the reports into TAP:
#
#   /vm/bin/{act,looser}        our helpers              /vm/profiles   profiles, one a file
#   /vm/runtimes                NAME PATH of each runtime, a line each; /vm/others those of
#                               the other Debian, /vm/newest those of its unstable suite
#   /vm/oci-confine/            our own programs          /vm/engines    engines' own profiles

apparmor=/sys/kernel/security/apparmor
bundle=/vm/bundle
bundle_root=/vm/bundle/rootfs
baseline=oci-confine-default
number=0
name_of_run=
unset runtime runtime_root label nnp annotations through

# --- reports ---

ok() {
	echo "TAP ok - $name_of_run$1"
}

not_ok() { # NAME [LINE...]
	echo "TAP not ok - $name_of_run$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | head -n 30 | sed 's/^/TAP #   /'
}

is() { # NAME GOT WANTED
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "wanted: $3" "got:    $2"
	fi
}

# PATTERN as in case, around which anything may stand.
has() { # NAME GOT PATTERN
	# shellcheck disable=SC2254 # a pattern is wanted
	case $2 in
	*$3*) ok "$1" ;;
	*) not_ok "$1" "wanted: *$3*" "got:    $2" ;;
	esac
}

hasnt() { # NAME GOT PATTERN
	# shellcheck disable=SC2254 # a pattern is wanted
	case $2 in
	*$3*) not_ok "$1" "unwanted: *$3*" "got:      $2" ;;
	*) ok "$1" ;;
	esac
}

# --- profiles ---

load() { # FILE...
	local file
	for file; do
		apparmor_parser --quiet --replace --skip-cache "$file" || not_ok "loads $file"
	done
}

# forget NAME: removes it, should it be loaded.
forget() {
	[ -z "$(mode_of "$1")" ] || printf %s "$1" >$apparmor/.remove
}

# mode_of NAME: its mode, nothing when the kernel does not have it.
mode_of() {
	sed -n "s|^$1 (\(.*\))\$|\1|p" "$apparmor/profiles"
}

# members LABEL [(MODE)]: its members in one order; the kernel has another one than we.
members() {
	echo "${1%% (*}" | sed 's|//&|\n|g' | sort | tr '\n' ' '
}

# answer ACTION TEXT: what `act` printed for an action.
answer() {
	printf '%s\n' "$2" | sed -n "s|^$1: ||p" | head -n 1
}

# answers NAME TEXT WORDS ACTION...: each action was answered by one of the words.
answers() {
	local name=$1 text=$2 words=$3 action wrong=
	shift 3
	for action; do
		case " $words " in
		*" $(answer "$action" "$text") "*) ;;
		*) wrong="$wrong $action: $(answer "$action" "$text")," ;;
		esac
	done
	if [ -z "$wrong" ]; then
		ok "$name"
	else
		not_ok "$name" "wanted: $words" "got:$wrong" "$text"
	fi
}

# What the baseline forbids and a container could do without it.
forbidden="mount write=/proc/sys/kernel/core_pattern write=/proc/sys/kernel/shmmax
write=/proc/sys/vm/swappiness write=/proc/sysrq-trigger read=/sys/firmware/acpi/tables/APIC
write=/sys/module/printk/parameters/time read=/sys/kernel/security/apparmor/profiles"

# --- containers ---

all_capabilities='"CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_DAC_READ_SEARCH","CAP_FOWNER","CAP_FSETID",
"CAP_KILL","CAP_SETGID","CAP_SETUID","CAP_SETPCAP","CAP_NET_ADMIN","CAP_SYS_CHROOT",
"CAP_SYS_PTRACE","CAP_SYS_ADMIN","CAP_SYS_RESOURCE","CAP_MKNOD","CAP_SYSLOG","CAP_MAC_ADMIN"'

# Sets runtime and its root for what follows: use NAME, a line of /vm/runtimes.
use() {
	runtime=$(cat /vm/runtimes /vm/others /vm/newest 2>/dev/null | sed -n "s/^$1 //p")
	runtime_root=/run/state-$1
	name_of_run="$1: "
}

# The runtime, or what stands in front of it when $through is set.
rt() {
	if [ -n "${through:-}" ]; then
		/vm/oci-confine/oci-confine-runtime "--oci-confine-runtime=$runtime" \
			--root "$runtime_root" "$@"
	else
		"$runtime" --root "$runtime_root" "$@"
	fi
}

# Words as the items of a JSON array.
json_words() {
	local word comma=
	for word; do
		printf '%s"%s"' "$comma" "$word"
		comma=,
	done
}

# Where nothing but AppArmor confines: every capability that counts, nothing masked or read-only,
# the host's processes in sight. `label` in JSON's spelling; none: no apparmorProfile.
# Also read: nnp (true), annotations and hooks (JSON members); proc, empty for a container without.
mount_proc='{"destination": "/proc", "type": "proc", "source": "proc"},'
config() { # ARGS...
	local profile=
	[ -z "${label+set}" ] || profile="\"apparmorProfile\": \"$label\","
	cat <<-JSON
	{
	  "ociVersion": "1.0.2",
	  "process": {
	    "terminal": false, "user": {"uid": 0, "gid": 0}, "cwd": "/",
	    "args": [$(json_words "$@")],
	    "env": ["PATH=/bin"], $profile
	    "capabilities": {"bounding": [$all_capabilities], "effective": [$all_capabilities],
	                     "permitted": [$all_capabilities]},
	    "noNewPrivileges": ${nnp:-false}
	  },
	  "root": {"path": "$bundle_root"},
	  "hostname": "container",
	  "mounts": [
	    ${proc-$mount_proc}
	    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]},
	    {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["rw"]},
	    {"destination": "/sys/kernel/security", "type": "securityfs", "source": "security"},
	    {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}
	  ],
	  "annotations": {${annotations:-}},
	  "hooks": {${hooks:-}},
	  "linux": {"namespaces": [{"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]}
	}
	JSON
}

make_image() {
	mkdir -p $bundle/rootfs/bin $bundle/rootfs/proc $bundle/rootfs/dev $bundle/rootfs/sys \
		$bundle/rootfs/tmp $bundle/rootfs/etc
	cp /vm/bin/act $bundle/rootfs/bin/act
}

# contain ACTION...: what `act ACTION...` prints in a container with $label, and the error.
contain() {
	number=$((number + 1))
	config /bin/act "$@" >$bundle/config.json
	rt run --bundle $bundle "c$number" 2>&1 </dev/null
}

# stay ID: starts a container that waits; its first process is $pid then.
stay() {
	config /bin/act wait >$bundle/config.json
	rt run --detach --bundle $bundle --pid-file "/tmp/$1.pid" "$1" >"/tmp/$1.out" 2>&1 </dev/null ||
		not_ok "a container that stays" "$(cat "/tmp/$1.out")"
	pid=$(cat "/tmp/$1.pid")
}

gone() { # ID
	rt delete --force "$1" >/dev/null 2>&1
}

# label_of PID: its label as the host sees it, without the mode.
label_of() {
	sed 's/ (.*//' "/proc/$1/attr/apparmor/current"
}

# --- through oci-confine-runtime ---

# node POLICY: a node where nothing is prepared but the policy and the directory of profiles.
node() {
	local name
	rm -rf /etc/oci-confine /var/cache/oci-confine
	mkdir -p /etc/oci-confine/apparmor
	cp /vm/profiles/* /etc/oci-confine/apparmor
	rm "/etc/oci-confine/apparmor/$baseline"
	echo "$1" >/etc/oci-confine/policy.json
	[ -d $apparmor ] || return 0
	for name in $(sed 's/ (.*//' $apparmor/profiles); do
		forget "$name"
	done
}

# What is not about AppArmor is out of the way.
plain_policy='"privileged": "confine", "seccomp": {"baseline": "none"}'

# confined NAME ANSWERS LABEL: the label, and that what the baseline forbids is forbidden.
confined() {
	is "$1: the label" "$(members "$(answer label "$2")")" "$(members "$3")"
	# shellcheck disable=SC2086
	answers "$1: what the baseline forbids" "$2" EACCES $forbidden
}

# ask ACTION...: as contain, also with what the baseline forbids.
ask() {
	# shellcheck disable=SC2086
	contain label "$@" $forbidden
}

# refused NAME PATTERN: a container with what is set does not start, and one line says why.
refused() {
	local text status=0
	text=$(contain label) || status=$?
	[ $status -ne 0 ] || status=
	has "$1: refused" "${status:+refused: }$text" "refused: oci-confine-runtime: *$2"
	hasnt "$1: nothing was run" "$text" "label:"
	is "$1: in one line" "$(echo "$text" | wc -l)" 1
}

# process MEMBERS: a process.json for `act label`, with more members.
process() {
	echo '{"args": ["/bin/act", "label"], "cwd": "/", "env": [], "user": {"uid": 0, "gid": 0}'"$1}"
}

# execs NAME WANTED WORD...: the label of a process that these words execute.
execs() {
	local name=$1 wanted=$2 text
	shift 2
	text=$(rt exec "$@" 2>&1 </dev/null)
	is "exec, $name" "$(members "$(answer label "$text")")" "$(members "$wanted")"
	[ -n "$(answer label "$text")" ] || echo "TAP # $text"
}

# How often the parser was run since the last time, by the script in its place.
parser_runs() {
	wc -l </tmp/parser.log
	: >/tmp/parser.log
}

count_parser_runs() {
	: >/tmp/parser.log
	[ -e /usr/sbin/real_parser ] || mv /usr/sbin/apparmor_parser /usr/sbin/real_parser
	printf '%s\n' '#!/bin/sh' 'echo "$*" >>/tmp/parser.log' 'exec /usr/sbin/real_parser "$@"' \
		>/usr/sbin/apparmor_parser
	chmod 755 /usr/sbin/apparmor_parser
}
