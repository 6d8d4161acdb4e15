#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The wrapper is killed with SIGKILL at every one of its system calls, and at random times: the
# file is the old or the new one, whole, and the next attempt works as if nothing had been.
. "$(dirname "$0")/lib.sh"
require runc
enter "$@"
export RECORD=$work/record
runtime=runc

command=("$wrapper" "--oci-confine-runtime=$recorder" "--oci-confine-policy=$policy")

# --- at every system call ---
every_call() { # NAME FILE WORD...
	local name=$1 file=$2 original confined stop rc hash old=0 new=0 bad=()
	shift 2
	cp -p "$file" "$work/original"
	original=$(sha256sum <"$file")
	"${command[@]}" "$@" 2>/dev/null
	confined=$(sha256sum <"$file")
	isnt "$name: it is rewritten" "$confined" "$original"
	for ((stop = 1; stop < 1000; stop++)); do
		cp -p "$work/original" "$file"
		"$kill_at" "$stop" "${command[@]}" "$@" >/dev/null 2>&1
		rc=$?
		[ "$rc" = 0 ] || break
		hash=$(sha256sum <"$file")
		case $hash in
		"$original") old=$((old + 1)) ;;
		"$confined") new=$((new + 1)) ;;
		*) bad+=("killed at stop $stop: neither the old nor the new file") ;;
		esac
		rm -f "$RECORD"
		"${command[@]}" "$@" >/dev/null 2>&1 || bad+=("killed at stop $stop: the next attempt fails")
		[ "$(sha256sum <"$file")" = "$confined" ] && [ -e "$RECORD" ] ||
			bad+=("killed at stop $stop: the next attempt did not confine")
	done
	is "$name: came to its end after $stop stops" "$rc" 1
	if [ ${#bad[@]} -eq 0 ] && [ "$old" -gt 10 ] && [ "$new" -gt 0 ]; then
		ok "$name: killed at each of them, $old times the old file, $new times the new one"
	else
		not_ok "$name: killed at each of them" "old $old, new $new" "${bad[@]}"
	fi
}

dir=$(bundle calls)
every_call "create" "$dir/config.json" create --bundle "$dir" ID
state=$work/state
mkdir -p "$state/ID"
jq '.process.noNewPrivileges = true' "$work/baseline.json" >"$state/ID/config.json"
mkdir "$work/processes"
jq .process "$work/baseline.json" >"$work/processes/process.json"
every_call "exec" "$work/processes/process.json" --root "$state" exec \
	--process "$work/processes/process.json" ID

# --- at random times, over a file that takes a while ---
RANDOM=${SEED:=$SRANDOM}
echo "# SEED=$SEED"
dir=$(bundle random ".annotations.big = (\"x\" * 4000000) | $(runs probe keyctl)")
cp -p "$dir/config.json" "$work/original"
original=$(sha256sum <"$dir/config.json")
start=${EPOCHREALTIME/./}
"${command[@]}" create --bundle "$dir" ID
took=$((${EPOCHREALTIME/./} - start))
confined=$(sha256sum <"$dir/config.json")
old=0 new=0 finished=0 bad=()
for ((i = 0; i < 150; i++)); do
	cp -p "$work/original" "$dir/config.json"
	"$kill_at" -u $((RANDOM * took * 5 / 4 / 32768)) "${command[@]}" create --bundle "$dir" ID \
		>/dev/null 2>&1 || finished=$((finished + 1))
	case $(sha256sum <"$dir/config.json") in
	"$original") old=$((old + 1)) ;;
	"$confined") new=$((new + 1)) ;;
	*) bad+=("round $i: neither the old nor the new file") ;;
	esac
done
if [ ${#bad[@]} -eq 0 ] && [ "$old" -gt 0 ] && [ "$new" -gt 0 ]; then
	ok "killed at random: $old times the old file, $new times the new one ($finished came to their end)"
else
	not_ok "killed at random" "old $old, new $new, finished $finished" "${bad[@]}"
fi

# --- several at once on one bundle ---
cp -p "$work/original" "$dir/config.json"
pids=()
for i in 1 2 3 4 5 6; do
	"${command[@]}" create --bundle "$dir" ID >/dev/null 2>&1 &
	pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
is "six at once: none fails, the file is the confined one" \
	"$failed $(sha256sum <"$dir/config.json")" "0 $confined"

# --- what is left of a bundle after all that starts ---
cp -p "$work/original" "$dir/config.json"
is "then a container starts, confined" "$(confined run --bundle "$dir" after 2>&1)" "keyctl EPERM"
finish
