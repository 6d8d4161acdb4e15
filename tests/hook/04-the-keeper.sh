#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What stays behind from the hook: small, alone, tied to nothing, there until the workload runs
# or the container is gone, and the container's end if somebody kills it before.
. "$(dirname "$0")/lib.sh"
require runc crun pgrep
enter "$@"
find_runtimes
mkdir "$work/witness"

waiting() { # JQ-PROGRAM: creates the container "wait" from it and does not start it
	dir=$(bundle wait "$(runs sh -c 'probe status keyctl > /witness/out; exec sleep 100') | $(hooked) |
		.mounts += [{destination: \"/witness\", type: \"bind\", source: \$witness, options: [\"bind\"]}] | $1" \
		--arg witness "$work/witness")
	rm -f "$work/witness/"*
	runtime_command create --bundle "$dir" wait </dev/null >"$work/out" 2>&1 || cat "$work/out" >&2
}

away() {
	runtime_command delete --force wait >/dev/null 2>&1
}

for path in "${runtime_paths[@]}"; do
	use "$path"

	# --- what it is ---
	start=${EPOCHREALTIME/./}
	waiting .
	took=$((${EPOCHREALTIME/./} - start))
	is "$version: one keeper waits with the container" "$(keepers)" 1
	keeper=$(pgrep -f '^oci-confine-keeper')
	is "$version: its name" "$(tr '\0' ' ' <"/proc/$keeper/cmdline" | sed 's/ *$//') $(cat "/proc/$keeper/comm")" \
		"oci-confine-keeper oci-confine-kee"
	read -r ppid pgrp session tty < <(sed 's/.*) . //' "/proc/$keeper/stat" | cut -d' ' -f 1-4)
	is "$version: a session of its own, without terminal" "$pgrp $session $tty" "$keeper $keeper 0"
	isnt "$version: no child of the runtime" "$(cat "/proc/$ppid/comm")" "$runtime"
	is "$version: descriptors: /dev/null, and the init's directory" \
		"$(for fd in "/proc/$keeper/fd/"*; do readlink "$fd"; done | sort -u | tr '\n' ' ')" \
		"/dev/null /proc/$(container_init) "
	is "$version: one thread, in /" \
		"$(awk '$1 == "Threads:" { print $2 }' "/proc/$keeper/status") $(readlink "/proc/$keeper/cwd")" "1 /"
	rss=$(awk '$1 == "VmRSS:" { print $2 }' "/proc/$keeper/status")
	# as it is built for a node; what another C library or a sanitizer brings is not ours
	[[ $("$hook" --version) != *musl* ]] ||
		check "$version: $rss kB resident, under 1024" test "$rss" -lt 1024
	echo "# $version: create with the hook took $took us"
	for signal in TERM HUP INT PIPE URG USR1 32 33 34; do
		kill -s "$signal" "$keeper"
	done
	runtime_command start wait
	until [ -s "$work/witness/out" ]; do sleep 0.02; done
	sleep 0.05
	is "$version: started late, after signals to the keeper: confined" \
		"$(answer "$(cat "$work/witness/out")" keyctl)" EPERM
	no_keeper "$version: started"
	is "$version: nobody traces the workload" \
		"$(awk '$1 == "TracerPid:" { print $2 }' "/proc/$(container_init)/status")" 0
	away

	# --- never started ---
	waiting .
	away
	no_keeper "$version: deleted without a start"

	# --- stopped, continued, paused while it waits ---
	waiting .
	init=$(container_init)
	kill -STOP "$init"
	sleep 0.05
	is "$version: SIGSTOP stops the waiting init" "$(awk '$1 == "State:" { print $2 }' "/proc/$init/status" |
		tr 't' 'T')" T
	kill -CONT "$init"
	kill -URG "$init"
	runtime_command start wait
	until [ -s "$work/witness/out" ]; do sleep 0.02; done
	sleep 0.05
	is "$version: and then it starts, confined" "$(answer "$(cat "$work/witness/out")" keyctl)" EPERM
	away
	no_keeper "$version: stopped and continued"

	# --- somebody kills one of them ---
	waiting .
	init=$(container_init)
	pkill -KILL -f '^oci-confine-keeper'
	check "$version: the keeper killed: the container dies" gone "$init"
	runtime_command start wait >/dev/null 2>&1
	is "$version: the keeper killed: the workload never runs" "$(ls "$work/witness")" ""
	away
	waiting .
	kill -KILL "$(container_init)"
	no_keeper "$version: the init killed"
	is "$version: the init killed: the workload never runs" "$(ls "$work/witness")" ""
	away
done

# --- many at once ---
for path in "$(command -v runc)" "$(command -v crun)"; do
	use "$path"
	mkdir -p "$work/many"
	for ((i = 0; i < 64; i++)); do
		bundle "many-$i" "$(runs probe keyctl) | $(hooked)" >/dev/null
	done
	for ((i = 0; i < 64; i++)); do
		runtime_command run --bundle "$work/b-many-$i" "many-$i" >"$work/many/$i" 2>&1 </dev/null &
	done
	wait
	is "$version: 64 at once, each confined" "$(cat "$work/many/"* | sort | uniq -c | sed 's/^ *//')" \
		"64 keyctl EPERM"
	no_keeper "$version: 64 at once"
done
finish
