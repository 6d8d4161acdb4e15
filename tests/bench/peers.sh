#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# peers.sh BUILD [ROUNDS]: ours beside what people put in front of a runtime instead (peers/), all
# in front of a runtime that does nothing, in turn in one run. What is not installed has its row
# and says so: those in Go want golang-go, those in Python python3, which no test needs. Prints a
# table; nothing here passes or fails.
set -euo pipefail

build=$(cd "$1" && pwd) rounds=${2:-100}
here=$(cd "$(dirname "$0")" && pwd)
wrapper=$build/shim/oci-confine-runtime exec_only=$build/tests/bench/exec_only
confine=$build/cli/oci-confine nothing=$build/tests/bench/nothing
# on tmpfs, as containerd's bundles in /run
if [ -z "${PEERS_SH_INSIDE:-}" ]; then
	PEERS_SH_INSIDE=1 exec unshare --mount --propagation private "$0" "$build" "$rounds"
fi
mount -t tmpfs -o mode=0755 tmpfs /run
work=$(mktemp -d -p /run)
trap 'rm -rf "$work"' EXIT

"$here/make-config.sh" "$confine" > "$work/fresh.json"
mkdir "$work/bundle"
cd "$work/bundle" # those of peers/ rewrite config.json of the working directory
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3 || true)
names=() commands=() missing=()
# add NAME WORD...: the words before "RUNTIME create x"
add() {
	names+=("$1")
	shift
	[ ${#commands[@]} = 0 ] || commands+=(---)
	commands+=("$@" create --bundle . x)
}
go_program() {
	GOCACHE=$work/cache GOFLAGS='' GO111MODULE=off CGO_ENABLED=0 \
		go build -ldflags '-s -w' -o "$work/$1" "$here/peers/$1.go" >&2
}

add 'a static C program that only executes' "$exec_only" "$nothing"
add 'oci-confine-runtime, full merge and rewrite' "$wrapper" "--oci-confine-runtime=$nothing"
if command -v go > /dev/null && go_program noop && go_program rewrite; then
	add 'Go, only executes' "$work/noop" "$nothing"
	add 'Go, reads and writes config.json (as nvidia-container-runtime)' "$work/rewrite" "$nothing"
else
	missing+=('Go, only executes: golang-go' 'Go, reads and writes config.json: golang-go')
fi
if [ -n "$python" ]; then
	add 'Python (-S), only executes' "$python" -S "$here/peers/noop.py" "$nothing"
	add 'Python, only executes' "$python" "$here/peers/noop.py" "$nothing"
else
	missing+=('Python: python3')
fi
if command -v jq > /dev/null; then
	add 'sh and jq, rewrites config.json' /bin/sh "$here/peers/jq.sh" "$nothing"
else
	missing+=('sh and jq: jq')
fi
mapfile -t t < <("$build/tests/bench/cpu_time" "$rounds" "$work/fresh.json" "$work/bundle/config.json" \
	"${commands[@]}")
[ ${#t[@]} = ${#names[@]} ] || exit 1

echo "CPU time of a create in front of a runtime that does nothing, config.json of $(stat -c %s "$work/fresh.json") bytes,"
echo "median of $rounds; the first row is what any wrapper costs at least."
echo
echo '| wrapper | us CPU | times ours | times the least |'
echo '|---|---|---|---|'
for i in "${!names[@]}"; do
	awk -v name="${names[i]}" -v ours="${t[1]}" -v least="${t[0]}" '{
		printf "| %s | %d | %.2f | %.2f |\n", name, $1, $1 / ours, $1 / least }' <<< "${t[i]}"
done
for m in "${missing[@]}"; do
	echo "| ${m%%: *} | not here: ${m##*: } | | |"
done
