#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# cheaper.sh BUILD [ROUNDS]: whether a confined container costs less CPU time than one that the
# runtime starts alone: a whole `run`, all processes, the same config.json with the profile that
# engines write, commands in turn. Each runtime also runs against itself; where these two medians
# are more than 1 % apart, three times over, the row is void. Prints a table. As root. 77:
# something is not here, see the line.
# cheaper.sh BUILD gates: holds what is in cheaper.gates, as TAP.
# shellcheck source-path=SCRIPTDIR source=../hook/lib.sh
set -u
OCI_CONFINE_BUILD=$(cd "$1" && pwd)
export OCI_CONFINE_BUILD
bench=$(cd "$(dirname "$0")" && pwd)
. "$bench/../hook/lib.sh"
if [ "${2:-}" != gates ]; then
	missing() {
		echo "needs $1"
		exit 77
	}
fi
require runc crun valgrind
enter "$@"

rounds=${2:-60}
mkdir -p bundle/rootfs/{bin,proc,dev,sys}
cp "$build/tests/bench/nothing" bundle/rootfs/bin/sh
# little to mount, which would only cover what is measured
"$bench/make-config.sh" "$cli" | jq -c '.mounts |= map(select(.type == "proc")) +
	[{destination: "/dev", type: "tmpfs", source: "tmpfs"}]' >fresh.json
echo '{}' >keep.json
echo '{"seccomp": {"architectures": "native"}}' >native.json

# create NAME [WORD...]: in front of a runtime of that name which cannot be executed
create() {
	local name=$1
	shift
	cp fresh.json bundle/config.json
	printf '\177ELF' >"$name"
	chmod 755 "$name"
	"$@" "$wrapper" "--oci-confine-runtime=$work/$name" "--oci-confine-policy=$work/keep.json" \
		create --bundle "$work/bundle" x 2>&1
}
instructions() { # NAME
	create "$1" valgrind --tool=callgrind --callgrind-out-file=/dev/null |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
# The first one makes the filter, which the others find in the cache.
handover() {
	create crun >/dev/null
	echo $(($(instructions crun) - $(instructions runc)))
}
gate_of() { awk -v key="$1" '$1 == key { print $2 }' "$bench/cheaper.gates"; }
what_of() { sed -n "s/^$1 [0-9]* //p" "$bench/cheaper.gates"; }

if [ "$rounds" = gates ]; then
	count=$(handover)
	is "$(what_of handover): $count, at most $(gate_of handover)" \
		"$((count > 50000 && count <= $(gate_of handover)))" 1
	finish
fi
find_runtimes >&2

# medians ROUNDS: microseconds of the runtime alone, alone again, through us, and native
medians() {
	local tail=(--root "$root" run --bundle "$work/bundle" cheaper)
	"$build/tests/bench/cpu_time" "$1" fresh.json bundle/config.json \
		"$runtime_path" "${tail[@]}" --- "$runtime_path" "${tail[@]}" --- \
		"$wrapper" "--oci-confine-runtime=$runtime_path" "--oci-confine-policy=$work/keep.json" "${tail[@]}" --- \
		"$wrapper" "--oci-confine-runtime=$runtime_path" "--oci-confine-policy=$work/native.json" "${tail[@]}"
}

# row GOAL: of the runtime in use
row() {
	local try t
	for try in 1 2 3; do
		medians 3 >/dev/null || exit 1 # what is cached is in the caches
		mapfile -t t < <(medians $((rounds * try)))
		[ ${#t[@]} = 4 ] || exit 1
		awk -v a="${t[0]}" -v b="${t[1]}" 'BEGIN { d = a > b ? a / b : b / a; exit d > 1.01 }' && break
		echo "$version: two identical commands took ${t[0]} and ${t[1]} us" >&2
	done
	awk -v w="$version" -v a="${t[0]}" -v b="${t[1]}" -v c="${t[2]}" -v d="${t[3]}" -v goal="$1" 'BEGIN {
		apart = a > b ? a / b : b / a
		if (apart > 1.01) {
			printf "| %s run | %.2f | void: the same again takes %.2f | | | | %s |\n", w, a / 1000, b / 1000, goal
		} else {
			base = (a + b) / 2
			printf "| %s run | %.2f | %.2f | %.2f | %.2f | %.2f | %s |\n", w, base / 1000, c / 1000, c / base, d / 1000, d / base, goal
		}
	}'
}

echo "A whole container, config.json of $(stat -c %s fresh.json) bytes, medians of $rounds in turn, ms of CPU time:"
echo
echo '| | alone | through us | ratio | `architectures: native` | ratio | goal |'
echo '|---|---|---|---|---|---|---|'
for path in "$(command -v crun)" "$unpacked/trixie/usr/bin/crun" "$unpacked/sid/usr/bin/crun" \
	"$(command -v runc)" "$unpacked/sid/usr/sbin/runc"; do
	use "$path"
	if [ "$runtime" = crun ]; then row 0.70; else row 0.85; fi
done
gate=$(gate_of handover)
echo "| $(what_of handover) | $(handover) | | | | | $gate |"
echo
echo "crun 1.21 and 1.28 keep compiled filters themselves; runc and crun 1.8.1 compile at each start."
