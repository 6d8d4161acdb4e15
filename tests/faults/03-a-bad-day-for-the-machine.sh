#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Full and read-only disks, slow ones, clocks that jump, small limits, descriptors that are closed,
# several at once, documents that change while they are read: a container starts confined or does
# not start, config.json is the old or the new one, and nothing stays behind.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/faults/lib.sh
. "$(dirname "$0")/lib.sh"
require runc crun
enter "$@"
runtime=runc
# else crun's document has two good forms
echo '{"seccomp": {"precompiled": false}}' >"$policy"
export RECORD=$work/record
create=("$wrapper" "--oci-confine-runtime=$recorder" "--oci-confine-policy=$policy")

# The document that a start makes of $dir's, in $confined_text; $original_text is the one before.
known() {
	cp "$dir/config.json" "$work/original.json"
	original_text=$(sha256sum <"$dir/config.json")
	"${create[@]}" create --bundle "$dir" ID >/dev/null 2>&1
	confined_text=$(sha256sum <"$dir/config.json")
	cp "$work/original.json" "$dir/config.json"
}

# judged NAME refused|started|either RC: what the last start has made of $dir
judged() {
	local name=$1 wanted=$2 rc=$3 text bad=()
	text=$(sha256sum <"$dir/config.json")
	[ "$text" = "$original_text" ] || [ "$text" = "$confined_text" ] ||
		bad+=("config.json is neither the old nor the new one")
	if [ -e "$RECORD" ]; then
		[ "$wanted" != refused ] || bad+=("it was started")
		[ "$text" = "$confined_text" ] || bad+=("started with the old config.json")
	else
		[ "$wanted" != started ] || bad+=("it was not started: $(cat "$work/err")")
		[ "$rc" != 0 ] || bad+=("not started, and exit code 0")
	fi
	[ "$rc" -lt 128 ] || bad+=("a signal ended it")
	[ -z "$(find "$dir" -name '*.oci-confine-*')" ] || bad+=("a file stays")
	if [ ${#bad[@]} -eq 0 ]; then ok "$name"; else not_ok "$name" "exit code $rc" "${bad[@]}"; fi
}

# attempt NAME refused|started|either COMMAND...
attempt() {
	local name=$1 wanted=$2
	shift 2
	rm -f "$RECORD"
	# no file: a limit on those would count for what it says, too
	{ "$@" 2>&1 >/dev/null </dev/null | cat >"$work/err"; } 2>/dev/null
	judged "$name" "$wanted" $? # pipefail: not cat's
}

# --- disks ---
mkdir "$work/small"
mount -t tmpfs -o size=64k tmpfs "$work/small"
dir=$(bundle full)
known
cp "$dir/config.json" "$work/small/"
dir=$work/small
for ((free = 0; free <= 12; free += 4)); do
	rm -f "$dir/filler"
	dd if=/dev/zero of="$dir/filler" bs=1k count=1000 2>/dev/null
	truncate -s "-$((free * 1024))" "$dir/filler"
	cp "$work/original.json" "$work/small/config.json" 2>/dev/null
	attempt "a disk with $free KiB left" either "${create[@]}" create --bundle "$dir" ID
	[ "$free" != 0 ] || like "and it says so" "$(cat "$work/err")" 'No space left on device$'
done
rm "$dir/filler"
attempt "and with room again" started "${create[@]}" create --bundle "$dir" ID

dir=$(bundle fixed)
known
mount --bind "$dir" "$dir"
mount -o remount,bind,ro "$dir"
attempt "a bundle that is read-only" refused "${create[@]}" create --bundle "$dir" ID
like "and it says so" "$(cat "$work/err")" 'Read-only file system$'
umount "$dir"
"${create[@]}" create --bundle "$dir" ID >/dev/null 2>&1
mount --bind "$dir" "$dir"
mount -o remount,bind,ro "$dir"
attempt "read-only, but confined before" started "${create[@]}" create --bundle "$dir" ID
umount "$dir"

dir=$(bundle slow)
known
attempt "each system call takes 20 ms" started \
	"$inject" self slow:20 "$work/report" "${create[@]}" create --bundle "$dir" ID
cp "$work/original.json" "$dir/config.json"
( # another start comes while the first is in the middle
	"$inject" self slow:20 "$work/report" "${create[@]}" create --bundle "$dir" ID &
	sleep 0.3
	"${create[@]}" create --bundle "$dir" ID
	wait
) >/dev/null 2>&1
judged "and another one overtakes it" started 0

# --- clocks: none is read on the way of a start; where the log's line needs one, it may jump ---
clocks='^(228|201|96|35|230) ' # clock_gettime, time, gettimeofday, nanosleep, clock_nanosleep
cp "$work/original.json" "$dir/config.json"
for words in "create --bundle $dir ID" "state ID"; do
	read -ra words <<<"$words"
	rm -f "$work/calls"
	"$inject" self none "$work/calls" "${create[@]}" "${words[@]}" >/dev/null 2>&1 </dev/null
	until [ -e "$work/calls" ]; do sleep 0.01; done
	is "no clock is read: ${words[0]}" "$(grep -Ec "$clocks" "$work/calls")" 0
done
bad=(create --bundle "$work/none" ID)
rm -f "$work/calls"
"$inject" self none "$work/calls" "${create[@]}" --log "$work/log" --log-format json "${bad[@]}" \
	>/dev/null 2>&1 </dev/null
until [ -e "$work/calls" ]; do sleep 0.01; done
call=$(grep -En "$clocks" "$work/calls" | cut -d: -f1)
like "a refusal reads it once, for the log" "$call" '^[0-9]+$'
for seconds in 0 1 2147483648 4102444800; do
	rm -f "$work/log"
	"$inject" self "$call:clock:$seconds" "$work/report" "${create[@]}" --log "$work/log" \
		--log-format json "${bad[@]}" >/dev/null 2>&1 </dev/null
	is "second $seconds is a time that go-runc reads" \
		"$(jq -r '.time | fromdateiso8601' "$work/log")" "$seconds"
done

# --- limits ---
dir=$(bundle limits)
known
for n in 3 4 5 6 7 8 9 10; do
	cp "$work/original.json" "$dir/config.json"
	attempt "at most $n descriptors" either \
		prlimit "--nofile=$n" "${create[@]}" create --bundle "$dir" ID
done
# the kernel would end it with SIGXFSZ; a runtime that does not write the file at all may not mind
for bytes in 0 100 4096; do
	cp "$work/original.json" "$dir/config.json"
	attempt "files of at most $bytes bytes" refused \
		prlimit "--fsize=$bytes" "${create[@]}" create --bundle "$dir" ID
	is "$bytes bytes: in one line" "$(wc -l <"$work/err")" 1
	like "$bytes bytes: which says why" "$(cat "$work/err")" \
		"$dir/config.json: cannot write: .*RLIMIT_FSIZE.*File too large\$"
done
attempt "files of at most 1000000 bytes" started \
	prlimit --fsize=1000000 "${create[@]}" create --bundle "$dir" ID
cp "$work/original.json" "$dir/config.json"
attempt "and without that limit" started "${create[@]}" create --bundle "$dir" ID
attempt "confined before, and no byte may be written" refused \
	prlimit --fsize=0 "${create[@]}" --log "$work/none.log" create --bundle "$work/none" ID
like "a log that takes no byte: standard error has it" "$(tail -n 1 "$work/err")" 'cannot open the directory'
rc=$(exec 2>"$work/err"; prlimit --fsize=0 "${create[@]}" create --bundle "$work/none" ID; echo $?)
is "standard error that takes no byte: the exit code says it" "$rc" 4
for kib in 1200 1400 1600 2000 100000; do
	cp "$work/original.json" "$dir/config.json"
	attempt "$kib KiB of memory" either \
		prlimit "--as=$((kib * 1024))" "${create[@]}" create --bundle "$dir" ID
done
cp "$work/original.json" "$dir/config.json"
attempt "no process more" started prlimit --nproc=1 "${create[@]}" create --bundle "$dir" ID

# --- descriptors ---
for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&-' '1>&- 2>&-' '0<&- 1>&- 2>&-'; do
	cp "$work/original.json" "$dir/config.json"
	attempt "closed: $closed" started bash -c "exec \"\$@\" $closed" sh \
		"${create[@]}" create --bundle "$dir" ID
	cp "$work/original.json" "$dir/config.json"
	attempt "closed: $closed, and refused" refused bash -c "exec \"\$@\" $closed" sh \
		"${create[@]}" create --bundle "$work/none" ID
done
cp "$work/original.json" "$dir/config.json"
rm -f "$RECORD"
rc=$(trap '' PIPE; { "${create[@]}" create --bundle "$work/none" ID 2>&1 >/dev/null; echo $? >&3; } 3>"$work/code" |
	head -c 1 >/dev/null; cat "$work/code")
like "nobody reads what it says" "$rc" '^4$'
mkfifo "$work/fifo"
exec 8<>"$work/fifo"
dd if=/dev/zero of="$work/fifo" bs=65536 count=1 status=none
attempt "a log that is a full pipe, and a refusal" refused timeout 5 \
	"${create[@]}" --log "$work/fifo" create --bundle "$work/none" ID
like "which standard error has" "$(tail -n 1 "$work/err")" 'cannot open the directory'
attempt "a log that is a full pipe" started timeout 5 \
	"${create[@]}" --log "$work/fifo" create --bundle "$dir" ID
exec 8>&-
attempt "a log that is a pipe without reader" refused timeout 5 \
	"${create[@]}" --log "$work/fifo" create --bundle "$work/none" ID

# --- at once ---
for runtime in runc crun; do
	dir=$(bundle twice "$(runs sleep 1000)")
	known
	for i in 1 2 3 4 5 6; do
		confined create --bundle "$dir" twice >"$work/said.$i" 2>&1 </dev/null &
		pids[i]=$!
	done
	won=0
	for i in 1 2 3 4 5 6; do
		wait "${pids[i]}" && won=$((won + 1))
	done
	is "$runtime: six creates of one id: one wins" "$won" 1
	is "$runtime: config.json is the confined one" "$(sha256sum <"$dir/config.json")" "$confined_text"
	is "$runtime: it starts, confined" "$(confined start twice 2>&1
		awk '$1 == "Seccomp:" { print $2 }' "/proc/$(container_pid twice)/status")" 2
	confined delete --force twice >/dev/null 2>&1
	dir=$(bundle shared "del(.linux.cgroupsPath) | $(runs probe keyctl)")
	known
	for i in 1 2 3 4; do
		confined run --bundle "$dir" "shared$i" >"$work/said.$i" 2>&1 </dev/null &
		pids[i]=$!
	done
	wait "${pids[@]}"
	is "$runtime: four containers of one bundle at once" \
		"$(cat "$work"/said.[1-4] | sort | uniq -c | sed 's/^ *//')" "4 keyctl EPERM"
	is "$runtime: and config.json is the confined one" "$(sha256sum <"$dir/config.json")" \
		"$confined_text"
done

# --- documents that change while they are read ---
runtime=runc
dir=$(bundle moving '.annotations.big = ("x" * 20000)')
known
cp "$dir/config.json" "$work/whole.json"
jq '.process.args = ["other"]' "$dir/config.json" >"$work/other.json"
( while :; do
	cp "$work/whole.json" "$dir/.next" && mv "$dir/.next" "$dir/config.json"
	: >"$dir/config.json"
	cat "$work/other.json" >"$dir/config.json"
done ) 2>/dev/null &
writer=$!
started=0 refused=0 bad=()
for ((i = 0; i < 300; i++)); do
	rm -f "$RECORD"
	if "${create[@]}" create --bundle "$dir" ID >/dev/null 2>"$work/err"; then
		started=$((started + 1))
		[ -e "$RECORD" ] || bad+=("exit code 0 without a start")
	else
		refused=$((refused + 1))
		[ ! -e "$RECORD" ] || bad+=("refused and started")
		[ "$(wc -l <"$work/err")" = 1 ] || bad+=("not one line: $(cat "$work/err")")
	fi
done
kill "$writer"
wait "$writer" 2>/dev/null
if [ ${#bad[@]} -eq 0 ] && [ "$started" -gt 0 ] && [ "$refused" -gt 0 ]; then
	ok "an engine that truncates, writes and renames meanwhile: $started started, $refused refused"
else
	not_ok "a bundle that changes: $started started, $refused refused" "${bad[@]}"
fi
is "no file stays" "$(find "$dir" -name '*.oci-confine-*')" ""
finish
