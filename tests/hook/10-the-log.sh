#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One line a container in the system's log: what was decided, from what; and why a container did
# not start or was killed, also when nobody else could be told. A log that does not answer stops
# nothing.
. "$(dirname "$0")/lib.sh"
require runc crun python3
enter "$@"

own_dev
python3 - "$work/log" <<-'EOF' &
	import socket, sys
	sink = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	sink.bind("/dev/log")
	with open(sys.argv[1], "ab", buffering=0) as out:
	    while True:
	        out.write(sink.recv(65536) + b"\n")
EOF
listener=$!
until [ -S /dev/log ]; do sleep 0.02; done
cp "$here/../../examples/profiles/prevent-chmod.json" "$work/profiles/"
runtime_path=$(command -v runc) root=$work/root-log

# one JQ-PROGRAM: runs a container; sets $line to what the log got, $json to its JSON
one() {
	: >"$work/log"
	dir=$(bundle log "$(runs probe getpid) | $(hooked) | $1")
	runtime_command run --bundle "$dir" "${2:-log}" </dev/null >/dev/null 2>&1
	rc=$?
	for ((i = 0; i < 20; i++)); do
		[ -s "$work/log" ] && break
		sleep 0.05
	done
	line=$(cat "$work/log")
	json=${line#*]: }
}
field() { jq -r "$1" <<<"$json"; }

one '.annotations = {"oci-confine.io/seccomp": "localhost/prevent-chmod.json",
	"oci-confine.io/drop-capabilities": "NET_RAW"}'
is "a container that is held: one line" "$(wc -l <<<"$line")" 1
like "as syslog(3) sends it" "$line" '^<30>oci-confine-hook\[[0-9]+\]: \{'
is "who and what" "$(field '"\(.id) \(.effect) \(.dropped) \(."no-new-privileges") \(.seccomp)"')" \
	"log held CAP_NET_RAW false true"
is "the hash of config.json" "$(field '.inputs[0].sha256')" "$(sha256sum <"$dir/config.json" | cut -d' ' -f1)"
is "of the policy" "$(field ".inputs[] | select(.name == \"$policy\") | .sha256")" \
	"$(sha256sum <"$policy" | cut -d' ' -f1)"
is "of the profile" "$(field '.inputs[] | select(.name | endswith("prevent-chmod.json")) | .sha256')" \
	"$(sha256sum <"$work/profiles/prevent-chmod.json" | cut -d' ' -f1)"

dir=$(bundle carried "$(runs probe getpid) | $(hooked)")
"$cli" apply --policy "$policy" "$dir" >/dev/null
: >"$work/log"
runtime_command run --bundle "$dir" carried </dev/null >/dev/null 2>&1
sleep 0.1
json=$(sed 's/.*]: //' "$work/log")
is "one that carries the decision" "$(field .effect)" "carried by config.json"

one '.annotations = {"oci-confine.io/nonsense": "a\u001b[2J\n<0>kernel: hello\u009b"}'
isnt "one that is refused does not start" "$rc" 0
like "it is an error there" "$line" '^<27>oci-confine-hook'
is "it says refused, in one line of printable characters" \
	"$(field .effect) $(wc -l <<<"$line") $(LC_ALL=C grep -c '[^ -~]' <<<"$line")" "refused 1 0"

# the wrapper, where the policy has it log
wrapper=$build/shim/oci-confine-runtime
jq '. + {"log": true}' "$policy" >"$work/log-policy.json"
through() # BUNDLE POLICY
{
	: >"$work/log"
	"$wrapper" --oci-confine-runtime="$runtime_path" --oci-confine-policy="$2" --root "$root" \
		run --bundle "$1" log </dev/null >/dev/null 2>&1
	rc=$?
	sleep 0.2
	line=$(cat "$work/log")
	json=${line#*]: }
}
dir=$(bundle wrapped "$(runs probe getpid)")
sum=$(sha256sum <"$dir/config.json" | cut -d' ' -f1)
through "$dir" "$work/log-policy.json"
is "the wrapper logs a container too" "$(wc -l <<<"$line") $(field '"\(.id) \(.effect)"')" "1 log confined"
is "with the hash of config.json as the engine wrote it" "$(field '.inputs[0].sha256')" "$sum"
through "$dir" "$work/log-policy.json"
is "and that there was nothing to do" "$(field .effect)" "carried by config.json"
through "$dir" "$policy"
is "but only where the policy says so" "$line" ""
cp "$work/profiles/prevent-chmod.json" "$work/baseline-file.json"
jq --arg file "$work/baseline-file.json" '.log = true | .seccomp.baseline = $file |
	.constraints = {"runAsNonRoot": "warn", "resourceLimits": "warn"}' "$policy" >"$work/noted.json"
through "$(bundle noted "$(runs probe getpid)")" "$work/noted.json"
is "of a baseline of the administrator's own, the hash" \
	"$(field '.inputs[] | select(.name | endswith("baseline-file.json")) | .sha256')" \
	"$(sha256sum <"$work/baseline-file.json" | cut -d' ' -f1)"
like "what the policy only warns of" "$(field '.notes | join("; ")')" 'runAsNonRoot.*; .*resourceLimits'
dir=$(bundle wrapped "$(runs probe getpid) | .annotations = {\"oci-confine.io/nonsense\": \"x\"}")
through "$dir" "$work/log-policy.json"
isnt "what the wrapper refuses does not start" "$rc" 0
is "and is logged as refused" "$(field '"\(.id) \(.effect)"')" "log refused"

runtime=runc bundle pretend >/dev/null
: >"$work/log"
env -i "$image_tools/hook-pretend" no-memory "$work/b-pretend" "$image_tools/hook-first" "$hook" "--policy=$policy"
for ((i = 0; i < 20; i++)); do
	[ "$(wc -l <"$work/log")" -ge 2 ] && break
	sleep 0.05
done
json=$(sed -n '2s/.*]: //p' "$work/log")
like "what the keeper kills, it says" "$(field '"\(.id) \(.effect) \(.error)"')" \
	'^pretend killed no memory in the container for its filter'

# a log that is full, and none
kill -STOP "$listener"
fill=$(python3 -c '
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setblocking(False)
n = 0
try:
    while True:
        s.sendto(b"x" * 1000, "/dev/log")
        n += 1
except BlockingIOError:
    print(n)')
check "the log's queue is full after $fill" test "$fill" -gt 0
dir=$(bundle log "$(runs probe keyctl) | $(hooked)")
is "a log that does not take it stops nothing" \
	"$(timeout 20 "$runtime_path" --root "$root" run --bundle "$dir" log </dev/null 2>&1)" "keyctl EPERM"
{ kill -KILL "$listener" && wait "$listener"; } 2>/dev/null
rm /dev/log
is "nor does one that is not there" \
	"$(timeout 20 "$runtime_path" --root "$root" run --bundle "$dir" log </dev/null 2>&1)" "keyctl EPERM"
no_keeper "the log"
finish
