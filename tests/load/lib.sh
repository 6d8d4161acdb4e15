# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is for the scripts, what is not is lib.sh's
#
# What the load tests share: eight lives at a time, and what was lost in them. A script defines
# life(), which writes a line to $work/lost for each thing that went wrong, and to $work/execs for
# each exec that was answered as it should.

at_once=8
execs_each=4 # at the same time, into every fifth container

# storm FIRST LAST WAY: the lives FIRST to LAST. In a shell of its own, which has no other jobs.
storm() {
	: >"$work/lost"
	: >"$work/execs"
	(
		for ((n = $1; n <= $2; n++)); do
			while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do wait -n; done
			life "$3" "$n" &
		done
		wait
	)
}

lost() { # SENTENCE
	echo "$*" >>"$work/lost"
}

wants_execs() { # NUMBER
	[ $(($1 % 5)) = 0 ]
}

# The one line that a container or an exec says: its name, and what became of a forbidden call.
says() { # NAME OUTPUT
	[ "$2" = "$1 keyctl EPERM" ] || lost "$1: said '$2'"
}

# stormed NAME CONTAINERS: nothing was lost.
stormed() {
	is "$1 containers=$2 execs=$(wc -l <"$work/execs"): all of them started, confined, answered, ended" \
		"$(head -n 20 "$work/lost")" ""
}

# nothing_left NAME: what remains() lists goes, within ten seconds.
nothing_left() {
	local i
	for ((i = 0; i < 100; i++)); do
		[ -z "$(remains)" ] && break
		sleep 0.1
	done
	is "$1: nothing is left of them" "$(remains)" ""
}
