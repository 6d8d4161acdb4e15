#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the wrapper was started with reaches runtime and container as it was: process id, standard
# streams, working directory, environment, open descriptors, signals, console socket, pid-file.
. "$(dirname "$0")/lib.sh"
require runc crun python3
enter "$@"

recorded() { # KEY
	sed -n "s/^$1=//p" "$work/record"
}

# --- by a runtime that only records, for a command that is rewritten and one that is not ---
export RECORD=$work/record
dir=$(bundle recorded)
touch "$work/descriptor"
start() { # PROGRAM [ARGUMENT...]: sets $pid and $rc
	(
		cd "$dir" || exit
		export ODD=$'two\nlines' EMPTY='' XDG_RUNTIME_DIR=/run/user/0
		exec "$@" <"$work/descriptor" >"$work/out" 2>"$work/err" \
			3<"$work/descriptor" 4>"$work/four" 9<"$dir"
	) &
	pid=$!
	wait "$pid"
	rc=$?
}

for words in "create --preserve-fds 2 id" "state id"; do
	read -r command rest <<<"$words"
	# shellcheck disable=SC2086 # words
	start "$recorder" "$command" $rest
	# the shell's own variable is the only thing that may differ
	grep -v '^argv\|^pid=\|^env=_=' "$RECORD" >"$work/direct"
	rm -f "$RECORD"
	# shellcheck disable=SC2086 # words
	start "$wrapper" --oci-confine-runtime="$recorder" --oci-confine-policy="$policy" "$command" $rest
	is "$command: the runtime's exit code" "$rc" 0
	is "$command: same process" "$(recorded pid)" "$pid"
	is "$command: same directory" "$(recorded cwd)" "$dir"
	is "$command: descriptors are there" "$(recorded fd | grep -c "^[3490] $work")" 4
	is "$command: directory, environment, descriptors and signals as without the wrapper" \
		"$(grep -v '^argv\|^pid=\|^env=_=' "$RECORD")" "$(cat "$work/direct")"
	is "$command: nothing on standard output" "$(cat "$work/out")" ""
	is "$command: nothing on standard error" "$(cat "$work/err")" ""
	is "$command: argv[0] is what the wrapper was called by" "$(recorded 'argv\[0\]')" "$wrapper"
done

# --- by containers ---
# Receives a terminal over a unix socket and prints what comes out of it.
cat >"$work/console.py" <<'PYTHON'
import array, os, socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.bind(sys.argv[1])
server.listen(1)
server.settimeout(20)
connection, _ = server.accept()
descriptors = array.array("i")
_, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_LEN(4))
descriptors.frombytes(ancillary[0][2][:4])
try:
    while True:
        data = os.read(descriptors[0], 4096)
        if not data:
            break
        sys.stdout.buffer.write(data)
except OSError:  # EIO: the other side is closed
    pass
PYTHON

for runtime in runc crun; do
	dir=$(bundle streams "$(runs sh -c 'cat; echo oops >&2; pwd; echo $GREETING') |
		.process.cwd = \"/data\" | .process.env += [\"GREETING=hello\"]")
	printf 'first\nsecond\n' | confined run --bundle "$dir" streams >"$work/out" 2>"$work/err"
	is "$runtime: standard input and output" "$(cat "$work/out")" $'first\nsecond\n/data\nhello'
	is "$runtime: standard error" "$(cat "$work/err")" oops

	dir=$(bundle descriptors "$(runs sh -c 'cat <&3; cat <&4; ls /proc/self/fd | wc -w')")
	echo three >"$work/three"
	echo four >"$work/four"
	bare run --bundle "$dir" --preserve-fds 2 descriptors 3<"$work/three" 4<"$work/four" \
		>"$work/alone" 2>&1
	confined run --bundle "$dir" --preserve-fds 2 descriptors 3<"$work/three" 4<"$work/four" \
		>"$work/out" 2>&1
	is "$runtime: --preserve-fds 2" "$(head -n 2 "$work/out")" $'three\nfour'
	is "$runtime: the same as without the wrapper" "$(cat "$work/out")" "$(cat "$work/alone")"

	dir=$(bundle console "$(runs sh -c 'stty size; echo on a terminal') | .process.terminal = true |
		.process.consoleSize = {height: 11, width: 77}")
	python3 "$work/console.py" "$dir/console.sock" >"$work/screen" &
	receiver=$!
	for ((i = 0; i < 100; i++)); do
		[ -S "$dir/console.sock" ] && break
		sleep 0.05
	done
	check "$runtime: create --console-socket" confined create --bundle "$dir" \
		--console-socket "$dir/console.sock" --pid-file="$dir/pid" console
	is "$runtime: pid-file" "$(cat "$dir/pid")" "$(container_pid console)"
	check "$runtime: start" confined start console
	wait "$receiver"
	like "$runtime: the terminal's other end" "$(tr -d '\r' <"$work/screen")" 'on a terminal'
	check "$runtime: it ends" wait_until stopped console
	check "$runtime: delete" confined delete console
done
finish
