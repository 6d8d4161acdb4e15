#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A container lives behind the wrapper as it does without: create, start, state, pause, kill,
# delete, again with the same id and bundle; exit codes and signals pass.
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"

# Runs the wrapper itself in the background, no shell in between; sets $pid.
in_background() { # ARGUMENT...
	"$wrapper" "--oci-confine-runtime=$(command -v "$runtime")" \
		"--oci-confine-policy=$policy" --root "$(root_of)" "$@" &
	pid=$!
}

wait_for_file() {
	local i
	for ((i = 0; i < 100; i++)); do
		[ -e "$1" ] && return 0
		sleep 0.05
	done
	return 1
}

data_mount='.mounts += [{"destination": "/data", "type": "bind", "source": $data,
	"options": ["bind", "rw"]}]'

for runtime in runc crun; do
	data=$work/data-$runtime
	mkdir -p "$data"

	# --- step by step ---
	dir=$(bundle steps "$(runs sh -c 'echo started > /data/steps; exec sleep 1000') | $data_mount" \
		--arg data "$data")
	original=$(sha256sum <"$dir/config.json")
	check "$runtime: create" confined create --bundle "$dir" --pid-file "$dir/pid" steps
	is "$runtime: status created" "$(container_status steps)" created
	is "$runtime: pid-file holds the pid" "$(cat "$dir/pid")" "$(container_pid steps)"
	is "$runtime: the workload waits" "$(ls "$data")" ""
	isnt "$runtime: config.json is rewritten" "$(sha256sum <"$dir/config.json")" "$original"
	check "$runtime: start" confined start steps
	check "$runtime: the workload runs" wait_for_file "$data/steps"
	is "$runtime: status running" "$(confined state steps | jq -r .status)" running
	is "$runtime: list shows it" "$(confined list --format json | jq -r '.[].id')" steps
	like "$runtime: ps shows its process" "$(confined ps --format json steps | jq -r '.[0]')" '^[0-9]+$'
	check "$runtime: pause" confined pause steps
	is "$runtime: status paused" "$(container_status steps)" paused
	check "$runtime: resume" confined resume steps
	is "$runtime: status running again" "$(container_status steps)" running
	pid=$(container_pid steps)
	is "$runtime: the kernel has a filter on it" "$(awk '/^Seccomp:/ {print $2}' "/proc/$pid/status")" 2
	check "$runtime: kill" confined kill steps KILL
	check "$runtime: status stopped" wait_until stopped steps
	check "$runtime: delete" confined delete steps
	is "$runtime: it is gone" "$(container_status steps)" ""

	# --- again: same id, same bundle ---
	after_first=$(fingerprint "$dir/config.json")
	check "$runtime: second create" confined create --bundle "$dir" steps
	is "$runtime: config.json is not even touched" "$(fingerprint "$dir/config.json")" "$after_first"
	check "$runtime: second start" confined start steps
	is "$runtime: nothing else lies in the bundle" "$(find "$dir" -type f -printf '%P\n' | sort)" \
		$'config.json\npid'

	# --- violence ---
	kill -KILL "$(container_pid steps)"
	check "$runtime: killed from outside: stopped" wait_until stopped steps
	check "$runtime: and deleted" confined delete steps
	confined create --bundle "$dir" steps
	confined start steps
	if confined delete steps 2>/dev/null; then
		not_ok "$runtime: delete refuses a running one"
	else
		ok "$runtime: delete refuses a running one"
	fi
	check "$runtime: delete --force does not" confined delete --force steps
	check "$runtime: create, deleted before start" confined create --bundle "$dir" steps
	check "$runtime: by delete --force" confined delete --force steps

	# --- from the bundle's directory, as containerd's shim does ---
	dir=$(bundle here "$(runs probe keyctl)")
	is "$runtime: the working directory is the bundle" \
		"$(cd "$dir" && confined run here 2>&1)" "keyctl EPERM"

	# --- exit codes of run ---
	for code in 0 7 255; do
		dir=$(bundle exits "$(runs sh -c "exit $code")")
		confined run --bundle "$dir" exits
		is "$runtime: run ends with the workload's $code" $? "$code"
	done
	dir=$(bundle exits "$(runs sh -c "kill -TERM \$\$; kill -KILL \$\$")")
	bare run --bundle "$dir" exits
	alone=$?
	confined run --bundle "$dir" exits
	is "$runtime: and as the runtime does for a signal ($alone)" $? "$alone"
	dir=$(bundle exits "$(runs /no/such/program)")
	bare run --bundle "$dir" exits 2>/dev/null
	alone=$?
	confined run --bundle "$dir" exits 2>"$work/said"
	is "$runtime: and for a program that is not there ($alone)" $? "$alone"
	like "$runtime: with the runtime's own words" "$(cat "$work/said")" "no such file|No such file|not found"
	isnt "$runtime: such a failure leaves no container" "$(container_status exits)" running

	# --- the wrapper becomes the runtime: same pid, its signals ---
	# shellcheck disable=SC2016 # is for the shell inside
	dir=$(bundle signals "$(runs sh -c 'trap "echo got TERM >/data/term; exit 43" TERM
		echo up >/data/up; while :; do sleep 0.05; done') | $data_mount" --arg data "$data")
	in_background run --bundle "$dir" signals
	check "$runtime: run in the foreground" wait_for_file "$data/up"
	# crun hides its own file behind a mount of it, so that containers cannot reach it
	like "$runtime: the wrapper's process is the runtime now" \
		"$(cat "/proc/$pid/comm") $(readlink "/proc/$pid/exe")" "/runc\$|^crun|^[0-9]+ /\$"
	if [ "$runtime" = runc ]; then
		kill -TERM "$pid"
	else
		kill -TERM "$(container_pid signals)" # crun 1.8.1 passes none on
	fi
	wait "$pid"
	is "$runtime: the exit code comes back" $? 43
	is "$runtime: and the workload got the signal" "$(cat "$data/term")" "got TERM"
	rm -f "$data"/*

	# --- run --detach ---
	dir=$(bundle apart "$(runs sleep 1000)")
	check "$runtime: run --detach" confined run --detach --bundle "$dir" apart
	is "$runtime: runs on" "$(container_status apart)" running
	check "$runtime: kill --all" confined kill --all apart 9
	check "$runtime: stopped by it" wait_until stopped apart
	check "$runtime: and deleted after" confined delete apart
done
finish
