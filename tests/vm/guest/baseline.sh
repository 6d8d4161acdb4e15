# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=dash
# shellcheck disable=SC3043 # busybox sh knows local
#
# The baseline by itself, put on by real runtimes; no program of ours has a part in this. In a
# stack of one, two and three a container's processes act on each other and on nobody else, what
# the baseline forbids stays forbidden, there is no way out, and the host stops the container.
# shellcheck source=tests/vm/guest/lib.sh
. /vm/guest/lib.sh

own="kill-child trace-child unix create=/tmp/file"
ways_out="onexec=exec_unconfined attr=changeprofile_unconfined attr=stack_peer"

# judge LABEL: all but what its processes may do to each other; the answers are in $text then.
judge() {
	label=$1
	# shellcheck disable=SC2086 # words
	text=$(contain label $own $forbidden $strangers $others $ways_out)
	is "$1: the label" "$(members "$(answer label "$text")")" "$(members "$1")"
	# shellcheck disable=SC2086
	answers "$1: what the baseline forbids" "$text" EACCES $forbidden
	# shellcheck disable=SC2086
	answers "$1: the host's processes are out of reach" "$text" "EACCES EPERM" $strangers
	# shellcheck disable=SC2086
	answers "$1: another container's processes are out of reach" "$text" "EACCES EPERM" $others
	# shellcheck disable=SC2086
	answers "$1: no way out" "$text" EACCES $ways_out
}

# Without a profile all of it goes: that the judgement is about AppArmor.
nothing_confines() {
	unset label
	# shellcheck disable=SC2086
	text=$(contain $own $forbidden $strangers $others $ways_out)
	# shellcheck disable=SC2086
	answers "unconfined: nothing else is in the way" "$text" ok $own $forbidden $strangers \
		$others $ways_out
}

# The host stops a container in a stack.
host_stops() { # LABEL
	label=$1
	stay stopped
	rt kill stopped KILL
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -d "/proc/$pid" ] || break
		grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null && break
		sleep 0.2
	done
	has "$1: the host can kill it" "$(rt state stopped)" '"stopped"'
	gone stopped
}

load /vm/profiles/*
sleep 1000 &
strangers="signal=$! trace=$! inspect=$!"
for name in $(cut -d' ' -f1 /vm/runtimes); do
	use "$name"
	label="$baseline//&third"
	stay other
	others="signal=$pid trace=$pid inspect=$pid"
	nothing_confines
	for stack in "$baseline" "$baseline//&peer" "peer//&$baseline" "peer//&$baseline//&zebra"; do
		judge "$stack"
		# shellcheck disable=SC2086
		answers "$stack: its processes act on each other" "$text" ok $own
	done
	tutorial=k8s-apparmor-example-deny-write
	judge "$baseline//&$tutorial"
	answers "tutorial's profile: write denied" "$text" EACCES create=/tmp/file
	host_stops "$baseline//&peer"
	gone other
done
