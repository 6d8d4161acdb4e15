#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The wrapper is killed with SIGKILL at random times: the file is the old or the new one, whole,
# and a container starts confined afterwards. (tests/faults kills it at each system call.)
. "$(dirname "$0")/lib.sh"
require runc
enter "$@"
export RECORD=$work/record
runtime=runc

command=("$wrapper" "--oci-confine-runtime=$recorder" "--oci-confine-policy=$policy")

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
	timeout --signal=KILL "$(printf '%d.%06d' 0 $((RANDOM * took * 5 / 4 / 32768 + 1)))" \
		"${command[@]}" create --bundle "$dir" ID >/dev/null 2>&1 && finished=$((finished + 1))
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
